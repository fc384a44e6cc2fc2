/* figures.h - how the marketplace is doing, day by day.
 *
 * A job reads what is new since it looked last - records of each kind, transfers, events, in the order of their ids - and adds it
 * up in one row a day (of the box's time zone). So nobody pays for it while he writes, and what is shown is some seconds old.
 * What is deleted before the job sees it does not count. */
#ifndef DOMAIN_FIGURES_H
#define DOMAIN_FIGURES_H

#include "domain/domain.h"

typedef struct Day {
    int64_t id; /* days since 1970 */
    int64_t sign_ups, gigs, services, applications, orders, messages, reviews, reports;
    int64_t completed, cancelled, disputed; /* orders that came into this state */
    int64_t transfers;
    int64_t funded, released, fees, refunded, withdrawn; /* money: into escrow, out of it to doers, …; fees of boosts too */
    int64_t escrow; /* held at the day's last transfer */
} Day;
extern const Record DAY;

enum { FIGURES_DAYS_MAX = 366, FIGURES_DAYS_DEFAULT = 30 };

typedef struct FiguresIn {
    int32_t days;  /* 1..FIGURES_DAYS_MAX */
    int64_t to_ms; /* the last day; 0 = today */
} FiguresIn;
typedef struct FiguresOut {
    Day *items; /* oldest first, quiet days too; escrow is carried over them */
    size_t count;
    /* As of now. */
    int64_t users, gigs_open, services, orders_open, disputes_open, reports_open, escrow, fees;
} FiguresOut;
/* FiguresIn -> FiguresOut. Admins. */
OpFn figures;

/* Adds up to about `max` new things up. By a job. */
Err figures_update(Call *c, size_t max, size_t *done);

#endif
