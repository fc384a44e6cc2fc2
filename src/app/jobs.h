/* jobs.h - what the box does by itself: due timers, forgetting what is old, clearing dead readers.
 *
 * One thread. It sleeps until the next timer falls due, at most JOBS_SLEEP_MAX_MS: timers that were set meanwhile, and a moved clock,
 * are noticed then. */
#ifndef APP_JOBS_H
#define APP_JOBS_H

#include "domain/domain.h"

typedef struct Jobs Jobs;

enum {
    JOBS_TIMERS_PER_TX = 64,    /* timers performed in one transaction */
    JOBS_TRIM_PER_TX = 512      /* old rows forgotten in one transaction */
};
#define JOBS_SLEEP_MAX_MS (2 * MS_SECOND) /* timers are hours and days; this is their grain */
#define JOBS_TRIM_EVERY_MS (10 * MS_MINUTE)
#define EVENT_KEEP_MS (30 * MS_DAY)

typedef struct JobsConfig {
    Store *store;
    const DomainConfig *(*domain)(void *app);
    void *app;
} JobsConfig;

/* E_NOMEM. */
Jobs *jobs_start(const JobsConfig *cfg, Err *err);
/* Finishes the transaction under way and stops. NULL is fine. */
void jobs_stop(Jobs *jobs);

#endif
