#include "app/jobs.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/thread.h"
#include "domain/account.h"
#include "domain/application.h"
#include "domain/erase.h"
#include "domain/event.h"
#include "domain/figures.h"
#include "domain/gig.h"
#include "domain/moderate.h"
#include "domain/outbox.h"
#include "domain/review.h"
#include "domain/saved.h"
#include "domain/saved_search.h"
#include "domain/session.h"
#include "domain/subscription.h"
#include "domain/timer.h"

/* One round of a job: does up to `max` things; *done tells how many. Runs in a write transaction, perhaps more than once. */
typedef Err JobFn(Call *c, size_t max, size_t *done);

static Err job_timers(Call *c, size_t max, size_t *done) {
    int64_t next_ms;
    return timers_run(c, max, done, &next_ms);
}

static Err job_views(Call *c, size_t max, size_t *done) {
    (void)max;
    *done = 0;
    Err e = gig_views_flush(c);
    return e ? e : user_seen_flush(c);
}

/* Small things, many at a time. */
static Err many(Err (*fn)(Call *c, size_t max, size_t *done), size_t times, Call *c, size_t max, size_t *done) {
    size_t n;
    Err e = fn(c, max * times, &n);
    *done = n < max * times ? n / times : max;
    return e;
}
static Err job_figures(Call *c, size_t max, size_t *done) { return many(figures_update, 16, c, max, done); }
static Err job_searches(Call *c, size_t max, size_t *done) { return many(saved_searches_match, 4, c, max, done); }

static Err job_events(Call *c, size_t max, size_t *done) { return event_trim(c, c->now_ms - EVENT_KEEP_MS, max, done); }
static Err job_codes(Call *c, size_t max, size_t *done) { return otps_trim(c, c->now_ms - SIGN_IN_KEEP_MS, max, done); }
static Err job_sessions(Call *c, size_t max, size_t *done) { return sessions_trim(c, c->now_ms - SIGN_IN_KEEP_MS, max, done); }
static Err job_registrations(Call *c, size_t max, size_t *done) {
    return registrations_trim(c, c->now_ms - REGISTRATION_KEEP_MS, max, done);
}
static Err job_subscriptions(Call *c, size_t max, size_t *done) {
    return subscriptions_trim(c, c->now_ms - SUBSCRIPTION_NEWS_KEEP_MS, max, done);
}
static Err job_outbox(Call *c, size_t max, size_t *done) { return outbox_trim(c, c->now_ms - OUTBOX_KEEP_MS, max, done); }

/* A round that finds nothing to do writes nothing, and so syncs nothing. */
static const struct {
    const char *name;
    JobFn *fn;
    int64_t every_ms;
} rows[] = {
    {"timers", job_timers, JOBS_GRAIN_MS},
    {"reviews", reviews_publish_due, JOBS_GRAIN_MS},
    {"answers", applications_answer, JOBS_GRAIN_MS},
    {"news", gig_news_run, JOBS_GRAIN_MS},
    {"erase", erase_rest, JOBS_GRAIN_MS},
    {"listings", listings_shift, JOBS_GRAIN_MS},
    {"views", job_views, 5 * MS_SECOND},
    {"figures", job_figures, 5 * MS_SECOND},
    {"searches", job_searches, JOBS_GRAIN_MS},
    {"digests", saved_searches_digest, MS_MINUTE},
    {"events", job_events, 10 * MS_MINUTE},
    {"outbox", job_outbox, 10 * MS_MINUTE},
    {"codes", job_codes, 10 * MS_MINUTE},
    {"sessions", job_sessions, 10 * MS_MINUTE},
    {"registrations", job_registrations, 10 * MS_MINUTE},
    {"subscriptions", job_subscriptions, 10 * MS_MINUTE},
};

struct Jobs {
    JobsConfig cfg;
    Thread thread;
    int64_t due_ms[COUNT(rows)]; /* monotonic */
};

/* What one write function gets and gives. */
typedef struct Round {
    const JobsConfig *cfg;
    JobFn *fn;
    size_t max, done;
} Round;

static Err round_tx(Tx *tx, void *arg) {
    Round *r = arg;
    Diag diag = {0};
    Call c = {.tx = tx,
              .arena = tx_arena(tx),
              .diag = &diag,
              .now_ms = tx_now_ms(tx),
              .actor = {.rights = RIGHT_SYSTEM},
              .cfg = r->cfg->domain(r->cfg->app)};
    return r->fn(&c, r->max, &r->done);
}

static Err put_off(Call *c, size_t max, size_t *done) {
    (void)max;
    *done = 0;
    return timers_defer(c);
}

static Err run(const JobsConfig *cfg, JobFn *fn, size_t max, size_t *done) {
    Round r = {.cfg = cfg, .fn = fn, .max = max};
    Err e = store_write(cfg->store, round_tx, &r);
    *done = e ? 0 : r.done;
    return e;
}

/* Many things in one transaction. When that fails for timers, one by one, so that a single bad one is found and put off. */
static Err work(const JobsConfig *cfg, size_t i) {
    size_t done;
    Err e;
    do
        e = run(cfg, rows[i].fn, JOBS_PER_TX, &done);
    while (e == OK && done == JOBS_PER_TX);
    if (rows[i].fn == job_timers && e && e != E_FULL && e != E_IO && e != E_BUSY) {
        do
            e = run(cfg, rows[i].fn, 1, &done);
        while (e == OK && done);
        if (e) {
            log_line(LOG_ERROR, "jobs", "a timer failed and is put off", "error=%s", err_name(e));
            e = run(cfg, put_off, 1, &done);
        }
    }
    if (e && e != E_BUSY)
        log_line(LOG_WARN, "jobs", "a job failed and is tried again", "job=%s error=%s", rows[i].name, err_name(e));
    return e;
}

Err jobs_run(const JobsConfig *cfg) {
    Err first = OK;
    for (size_t i = 0; i < COUNT(rows); i++) {
        Err e = work(cfg, i);
        first = first ? first : e;
    }
    return first;
}

static void *jobs_main(void *arg) {
    Jobs *jobs = arg;
    do {
        for (size_t i = 0; i < COUNT(rows); i++)
            if (jobs->due_ms[i] <= clock_mono_ms()) {
                work(&jobs->cfg, i);
                jobs->due_ms[i] = clock_mono_ms() + rows[i].every_ms;
            }
        store_reap(jobs->cfg.store);
    } while (thread_sleep(&jobs->thread, JOBS_GRAIN_MS));
    return NULL;
}

Jobs *jobs_start(const JobsConfig *cfg, Err *err) {
    Jobs *jobs = calloc(1, sizeof *jobs);
    *err = E_NOMEM;
    if (!jobs)
        return NULL;
    jobs->cfg = *cfg;
    *err = thread_start(&jobs->thread, jobs_main, jobs);
    if (*err == OK)
        return jobs;
    free(jobs);
    return NULL;
}

void jobs_stop(Jobs *jobs) {
    if (!jobs)
        return;
    thread_stop(&jobs->thread);
    free(jobs);
}
