/* application_decide.h - what a gig's client says to applications, one or many at once. */
#ifndef DOMAIN_APPLICATION_DECIDE_H
#define DOMAIN_APPLICATION_DECIDE_H

#include "domain/application.h"

enum { DECIDE_MAX = 100 };

typedef struct DecideIn {
    int64_t id;
    int32_t status; /* APPLICATION_PENDING, _ACCEPTED or _REJECTED */
    int32_t stage;  /* with PENDING */
} DecideIn;
/* DecideIn -> Application. Accepting makes the order (order.h: application_accept). What was accepted may be taken back as long
 * as its order only waits for payment, which then is called off. Saying the same again is fine. E_FORBIDDEN unless the gig's
 * client; E_STATE. */
OpFn application_decide;

typedef struct DecideManyIn {
    List ids; /* I64S, at most DECIDE_MAX; each counts once */
    int32_t status, stage;
} DecideManyIn;
/* DecideManyIn -> nothing: all of them or, on any error, none. */
OpFn applications_decide;

#endif
