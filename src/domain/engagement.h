/* engagement.h - a gig and the one order that counts of it, seen as one thing that goes from wanted to done: for contracts that
 * know no applications. The first who takes it gets it. */
#ifndef DOMAIN_ENGAGEMENT_H
#define DOMAIN_ENGAGEMENT_H

#include "domain/gig.h"
#include "domain/order.h"

typedef enum GigStage {
    STAGE_PENDING = 1, /* nobody has it */
    STAGE_ACCEPTED,    /* somebody has; work has not begun */
    STAGE_IN_PROGRESS,
    STAGE_COMPLETED,   /* the work is accepted; the money may still be held */
    STAGE_CANCELLED
} GigStage;

typedef struct GigRow {
    Gig gig;
    Order order;        /* id 0: none. One that goes on, else one that was completed, else the newest */
    int32_t stage;      /* GigStage */
    int64_t distance_m; /* -1: nobody asked */
} GigRow;

/* The order that counts and the stage, for row->gig. Any transaction. */
Err engagement_load(Call *c, GigRow *row);
/* The stage alone, by what indexes know: for looking through many. */
Err engagement_stage(Call *c, int64_t gig, int32_t gig_status, int32_t *stage);

/* IdIn (gig) -> GigRow. As gig_get, views included. */
OpFn engagement_get;
/* IdIn (gig) -> GigRow: the caller gets it: an application that is accepted, the order (ORDER_HOLD), and their conversation, all
 * at once. E_FORBIDDEN "OWN_GIG"; E_STATE "GIG_ALREADY_ACCEPTED". */
OpFn engagement_take;
typedef struct EngagementMoveIn {
    int64_t id; /* gig */
    int32_t stage;
} EngagementMoveIn;
/* EngagementMoveIn -> GigRow: moves it on. ACCEPTED is engagement_take; then either side to IN_PROGRESS, the client to COMPLETED,
 * either to CANCELLED from anything before COMPLETED (before ACCEPTED the client alone): the gig does not come back. E_FORBIDDEN
 * for others; E_STATE "INVALID_STATUS_TRANSITION". */
OpFn engagement_move;

typedef struct EngagementsIn {
    PageIn page;
    int32_t role; /* ROLE_CLIENT, ROLE_DOER; 0 = both */
    int32_t stage; /* 0 = any */
} EngagementsIn;
enum { ENGAGEMENTS_MAX = 20000 /* that are looked at */ };
/* EngagementsIn -> PageOut of GigRow: the caller's gigs and those that are or were his to do, newest first. */
OpFn engagements_mine;

typedef struct FundedOut {
    PageOut page; /* of Order, newest first */
    int64_t paid, received; /* as client, without what came back; as doer, net of fees, once released */
} FundedOut;
/* PageIn -> FundedOut: the caller's orders that money came for, on either side. */
OpFn orders_funded;

#endif
