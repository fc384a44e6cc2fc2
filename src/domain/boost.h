/* boost.h - paying to rank first among equals. */
#ifndef DOMAIN_BOOST_H
#define DOMAIN_BOOST_H

#include "domain/payment.h"

/* Permanent numbers. */
typedef enum BoostState { BOOST_UNPAID = 1, BOOST_RUNNING, BOOST_OVER } BoostState;
enum { BOOST_DAYS_MAX = 30 };

typedef struct Boost {
    int64_t id;
    int64_t gig, user;
    int32_t days, state;
    int64_t price;
    int64_t created_ms, start_ms, end_ms;
} Boost;

extern const Record BOOST;
extern const Index *const BOOST_BY_GIG; /* gig, state */
extern const Index *const BOOST_BY_END; /* end_ms, where running */

typedef struct BoostIn {
    int64_t gig;
    int32_t days; /* 1..BOOST_DAYS_MAX */
} BoostIn;
typedef struct BoostOut {
    Boost boost;
    bool started;              /* paid from the wallet */
    PaymentPrepareOut payment; /* otherwise: pay this (payment.h) */
} BoostOut;
/* BoostIn -> BoostOut. The gig's owner. From the wallet when it suffices, otherwise a provider order is prepared and the boost
 * starts when it is paid; an unpaid boost of the same days is taken up again. A boost of a boosted gig prolongs it. E_INVALID
 * days; E_STATE gig not open. */
OpFn gig_boost;

/* By payment_captured. */
Err boost_start(Call *c, Boost *b);
/* By timers_run: the boost is over. */
Err boost_end(Call *c, Boost *b);

#endif
