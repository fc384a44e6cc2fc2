#include "app/jobs.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "domain/event.h"
#include "domain/timer.h"

struct Jobs {
    JobsConfig cfg;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping; /* under lock */
    int64_t next_timer_ms, next_trim_ms;
};

/* What one write function gets and gives. */
typedef struct Round {
    Jobs *jobs;
    size_t done;
    int64_t next_ms;
    size_t max;
} Round;

static Call system_call(Jobs *jobs, Tx *tx, Diag *diag) {
    return (Call){.tx = tx,
                  .arena = tx_arena(tx),
                  .diag = diag,
                  .now_ms = tx_now_ms(tx),
                  .actor = {.rights = RIGHT_SYSTEM},
                  .cfg = jobs->cfg.domain(jobs->cfg.app)};
}

static Err timers_tx(Tx *tx, void *arg) {
    Round *r = arg;
    Diag diag = {0};
    Call c = system_call(r->jobs, tx, &diag);
    return timers_run(&c, r->max, &r->done, &r->next_ms);
}

static Err defer_tx(Tx *tx, void *arg) {
    Round *r = arg;
    Diag diag = {0};
    Call c = system_call(r->jobs, tx, &diag);
    return timers_defer(&c);
}

static Err trim_tx(Tx *tx, void *arg) {
    Round *r = arg;
    Diag diag = {0};
    Call c = system_call(r->jobs, tx, &diag);
    return event_trim(&c, c.now_ms - EVENT_KEEP_MS, JOBS_TRIM_PER_TX, &r->done);
}

/* Due timers, many in one transaction; when that fails, one by one, so that a single bad one is found and put off. */
static void timers(Jobs *jobs) {
    Round r = {.jobs = jobs, .max = JOBS_TIMERS_PER_TX, .next_ms = INT64_MAX};
    Err e = store_write(jobs->cfg.store, timers_tx, &r);
    if (e != OK && e != E_FULL && e != E_IO && e != E_BUSY) {
        r.max = 1;
        e = store_write(jobs->cfg.store, timers_tx, &r);
        if (e != OK) {
            log_line(LOG_ERROR, "jobs", "a timer failed and is put off", "error=%s", err_name(e));
            e = store_write(jobs->cfg.store, defer_tx, &r);
        }
    }
    if (e)
        log_line(LOG_WARN, "jobs", "timers wait", "error=%s", err_name(e));
    /* Looking is one read of an index; an empty round writes nothing and so syncs nothing. */
    int64_t soon = clock_now_ms() + JOBS_SLEEP_MAX_MS;
    jobs->next_timer_ms = e || r.next_ms > soon ? soon : r.next_ms;
}

static void trim(Jobs *jobs) {
    Round r = {.jobs = jobs};
    Err e = OK;
    do
        e = store_write(jobs->cfg.store, trim_tx, &r);
    while (e == OK && r.done == JOBS_TRIM_PER_TX);
    store_reap(jobs->cfg.store);
    jobs->next_trim_ms = clock_now_ms() + JOBS_TRIM_EVERY_MS;
}

static void *jobs_main(void *arg) {
    Jobs *jobs = arg;
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->stopping) {
        pthread_mutex_unlock(&jobs->lock);
        if (jobs->next_timer_ms <= clock_now_ms())
            timers(jobs);
        if (jobs->next_trim_ms <= clock_now_ms())
            trim(jobs);
        int64_t next = jobs->next_timer_ms < jobs->next_trim_ms ? jobs->next_timer_ms : jobs->next_trim_ms;
        int64_t sleep_ms = next - clock_now_ms();
        if (sleep_ms > JOBS_SLEEP_MAX_MS)
            sleep_ms = JOBS_SLEEP_MAX_MS;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        if (sleep_ms > 0) {
            until.tv_sec += sleep_ms / 1000;
            until.tv_nsec += sleep_ms % 1000 * 1000000;
            if (until.tv_nsec >= 1000000000) {
                until.tv_nsec -= 1000000000;
                until.tv_sec++;
            }
        }
        pthread_mutex_lock(&jobs->lock);
        if (!jobs->stopping && sleep_ms > 0)
            pthread_cond_timedwait(&jobs->wake, &jobs->lock, &until);
    }
    pthread_mutex_unlock(&jobs->lock);
    return NULL;
}

Jobs *jobs_start(const JobsConfig *cfg, Err *err) {
    Jobs *jobs = calloc(1, sizeof *jobs);
    *err = E_NOMEM;
    if (!jobs)
        return NULL;
    jobs->cfg = *cfg;
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->wake, NULL);
    if (pthread_create(&jobs->thread, NULL, jobs_main, jobs) != 0) {
        free(jobs);
        return NULL;
    }
    *err = OK;
    return jobs;
}

void jobs_stop(Jobs *jobs) {
    if (!jobs)
        return;
    pthread_mutex_lock(&jobs->lock);
    jobs->stopping = true;
    pthread_cond_signal(&jobs->wake);
    pthread_mutex_unlock(&jobs->lock);
    pthread_join(jobs->thread, NULL);
    pthread_cond_destroy(&jobs->wake);
    pthread_mutex_destroy(&jobs->lock);
    free(jobs);
}
