/* milestone.h - a part of an order with its own amount and escrow.
 *
 * An order with milestones (ORDER_MILESTONES) keeps its money in the milestones' own escrow accounts. Its amount is their sum.
 * The order is in_progress once the first one is funded or work starts; it is completed when its last milestone is settled.
 * Cancelling the order refunds every funded milestone; a dispute over the order freezes all of them, its settlement covers what
 * they hold. */
#ifndef DOMAIN_MILESTONE_H
#define DOMAIN_MILESTONE_H

#include "domain/order.h"

/* Permanent numbers. */
typedef enum MilestoneStatus {
    MILE_PLANNED = 1, /* not funded */
    MILE_FUNDED,      /* being worked on */
    MILE_SUBMITTED,
    MILE_RELEASED,    /* paid */
    MILE_CANCELLED,   /* refunded or never funded */
    MILE_STATUS_COUNT
} MilestoneStatus;

enum { MILESTONES_MAX = 20 };

typedef struct Milestone {
    int64_t id;
    int64_t order;
    int32_t position; /* from 1 */
    int32_t status;
    Str title;
    int64_t amount, fee, payout;
    int64_t due_ms;
    Str message;      /* of the latest hand-in */
    int64_t created_ms, funded_ms, submitted_ms, settled_ms;
    int64_t timer_ms; /* auto-approval of a submitted one, 0 = none */
} Milestone;

extern const Record MILESTONE;
extern const Index *const MILESTONE_BY_ORDER; /* order, position */
extern const Index *const MILESTONE_BY_TIMER; /* timer_ms, where set */

typedef struct MilestonePlan {
    Str title;
    int64_t amount, due_ms;
} MilestonePlan;
typedef struct MilestonePlanIn {
    int64_t order;
    const MilestonePlan *parts;
    size_t count;
} MilestonePlanIn;
/* MilestonePlanIn -> Order. The client splits an unfunded order (pending, pending_payment) into 1..MILESTONES_MAX parts,
 * replacing the earlier plan. */
OpFn milestone_plan;
/* IdIn (order) -> PageOut of Milestone, by position. Parties. */
OpFn milestone_list;
/* ReasonIn (milestone, message) -> Milestone. The doer: funded -> submitted. */
OpFn milestone_submit;
/* ReasonIn -> Milestone. The client: submitted -> funded again. */
OpFn milestone_request_revision;
/* IdIn -> Milestone. The client: submitted or funded -> released; its escrow is paid out, less the fee. The last one completes
 * the order. */
OpFn milestone_approve;

#endif
