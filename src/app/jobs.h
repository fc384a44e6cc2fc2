/* jobs.h - what the box does by itself: due timers, publishing reviews, writing view counts, forgetting what is old.
 *
 * One thread walks a table of jobs (jobs.c), each with its own period. */
#ifndef APP_JOBS_H
#define APP_JOBS_H

#include "domain/domain.h"

typedef struct Jobs Jobs;

enum { JOBS_PER_TX = 128 /* things one transaction does of one job */ };
#define JOBS_GRAIN_MS (2 * MS_SECOND) /* the table is looked at this often; a moved clock is noticed then */
#define EVENT_KEEP_MS (30 * MS_DAY)
#define SIGN_IN_KEEP_MS MS_DAY /* codes and sessions, after their end */

typedef struct JobsConfig {
    Store *store;
    const DomainConfig *(*domain)(void *app);
    void *app;
} JobsConfig;

/* E_NOMEM. */
Jobs *jobs_start(const JobsConfig *cfg, Err *err);
/* All jobs once, whether they are due or not. Thread-safe. The first error of those that failed. */
Err jobs_run(const JobsConfig *cfg);
/* Finishes the transaction under way and stops. NULL is fine. */
void jobs_stop(Jobs *jobs);

#endif
