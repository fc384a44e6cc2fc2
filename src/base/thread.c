#include "base/thread.h"

#include <errno.h>
#include <time.h>

Err thread_start(Thread *t, void *(*run)(void *), void *arg) {
    pthread_condattr_t attr;
    *t = (Thread){0};
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&t->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&t->id, NULL, run, arg) == 0)
        return OK;
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    return E_NOMEM;
}

bool thread_sleep(Thread *t, int64_t ms) {
    enum { NS = 1000000000 };
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / NS;
    until.tv_nsec %= NS;
    pthread_mutex_lock(&t->lock);
    while (!t->woken && !t->stopping && pthread_cond_timedwait(&t->wake, &t->lock, &until) != ETIMEDOUT)
        ;
    t->woken = false;
    bool go = !t->stopping;
    pthread_mutex_unlock(&t->lock);
    return go;
}

static void rouse(Thread *t, bool stop) {
    pthread_mutex_lock(&t->lock);
    t->woken = true;
    t->stopping |= stop;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
}

void thread_wake(Thread *t) { rouse(t, false); }

void thread_stop(Thread *t) {
    rouse(t, true);
    pthread_join(t->id, NULL);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
}
