/* timer.h - what happens by itself: lapse, reminder, auto-approval, auto-release, end of boosts, reminders of calls.
 *
 * There is no timer table: each thing carries its own due time (Order.timer_ms, Milestone.timer_ms, Boost.end_ms,
 * VideoCall.remind_ms) in an index, so timers survive restarts and can never disagree with the state. */
#ifndef DOMAIN_TIMER_H
#define DOMAIN_TIMER_H

#include "domain/domain.h"

/* Performs up to `max` due timers, oldest of each kind first, in this write transaction (actor: give RIGHT_SYSTEM). *done: how
 * many; *next_ms: when the next one falls due
 * (<= now when there are more than max; INT64_MAX: none). */
Err timers_run(Call *c, size_t max, size_t *done, int64_t *next_ms);
/* When timers_run(…, 1, …) fails with anything but a storage error, that timer would block all others: puts it off by
 * TIMER_DEFER_MS and audits it. */
Err timers_defer(Call *c);
#define TIMER_DEFER_MS MS_HOUR

#endif
