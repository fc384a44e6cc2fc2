/* thread.h - a thread that does something, sleeps, and is woken or ended by others. It sleeps by the monotonic clock: setting the
 * time of day neither prolongs its sleep nor cuts it short. All functions are thread-safe. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

#include "base/err.h"

typedef struct Thread {
    pthread_t id;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool woken, stopping; /* under lock */
} Thread;

/* Runs run(arg) until that returns. *t stays where it is until thread_stop. E_NOMEM: nothing was started. */
Err thread_start(Thread *t, void *(*run)(void *), void *arg);
/* For the thread itself: sleeps for `ms`, or until it is woken, not at all when that happened since it slept last. False once it
 * shall end. */
bool thread_sleep(Thread *t, int64_t ms);
void thread_wake(Thread *t);
/* Tells it to end, wakes it and waits until it has. Once for each thread_start. */
void thread_stop(Thread *t);

#endif
