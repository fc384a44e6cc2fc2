/* order_flow.h - the life of an order as rows.
 *
 * A row says: from which states, which act, by whom, leads to which state, with which timer running there, which ledger effect,
 * who is told what. order_act() is the only code that changes Order.status; it looks up the row, checks who acts, applies the
 * effects and writes everything in the caller's transaction. The table is the specification: tests compare it with an explicit
 * expectation for every (state, act) pair. */
#ifndef DOMAIN_ORDER_FLOW_H
#define DOMAIN_ORDER_FLOW_H

#include "domain/notify.h"
#include "domain/order.h"

typedef enum OrderAct {
    ACT_TAKE = 1,     /* doer takes a service order */
    ACT_REJECT,       /* doer does not */
    ACT_FUND,         /* money arrived in escrow */
    ACT_START,        /* work begins, funded or not */
    ACT_DELIVER,      /* deliverable added, no change of state */
    ACT_SUBMIT,
    ACT_REVISE,
    ACT_APPROVE,      /* accept the work and pay */
    ACT_ACCEPT_WORK,  /* accept the work, hold the escrow */
    ACT_RELEASE,
    ACT_CANCEL,
    ACT_DISPUTE,
    ACT_SETTLE_RELEASE,
    ACT_SETTLE_REFUND,
    ACT_SETTLE_SPLIT,
    ACT_LAPSE,        /* timer: nobody paid */
    ACT_REMIND,       /* timer: auto-approval is near */
    ACT_AUTO_APPROVE, /* timer: accepted and held (ORDER_HOLD) */
    ACT_AUTO_COMPLETE,/* timer: accepted and paid */
    ACT_AUTO_RELEASE, /* timer */
    ACT_PARTS_DONE,   /* the last milestone was settled */
    ACT_COUNT
} OrderAct;

/* Who may do it, as bits. */
enum { BY_CLIENT = 1, BY_DOER = 2, BY_EITHER = 3, BY_MODERATOR = 4, BY_SYSTEM = 8 };

/* Which timer runs after the move. Permanent numbers (Order.timer). */
typedef enum OrderTimer {
    TIMER_NONE,
    TIMER_LAPSE,        /* cfg.order_lapse_ms after the move */
    TIMER_REMIND,       /* cfg.auto_approve_ms - cfg.auto_approve_warn_ms after the move */
    TIMER_AUTO_APPROVE, /* cfg.auto_approve_warn_ms after the reminder */
    TIMER_AUTO_RELEASE, /* cfg.auto_release_ms after the move */
    TIMER_KEEP,         /* as it was: the move is not one of state */
    TIMER_COUNT
} OrderTimer;

typedef enum LedgerEffect {
    FX_NONE,
    FX_RELEASE, /* all escrow to the doer, less the fee */
    FX_REFUND,  /* all escrow back to the payers */
    FX_SPLIT    /* FlowArg.to_doer to the doer less the fee, the rest back */
} LedgerEffect;

typedef struct FlowRow {
    uint32_t from;     /* ORDER_BIT of the states it is allowed in */
    uint8_t act;       /* OrderAct */
    uint8_t by;        /* BY_ bits */
    uint8_t to;        /* OrderStatus; 0 = stays */
    uint8_t timer;     /* OrderTimer */
    uint8_t effect;    /* LedgerEffect */
    uint8_t end;       /* OrderEnd it ends with, 0 = it goes on */
    uint8_t note_client, note_doer; /* NotificationType, 0 = nobody is told; the actor never is */
    const char *doc;
} FlowRow;

extern const FlowRow order_flow[];
extern const size_t order_flow_count;

/* The row for this act in this state, or NULL. Pure. */
const FlowRow *order_flow_find(int32_t status, OrderAct act);
/* The BY_ bits of an actor towards an order. Pure. */
uint32_t order_flow_by(const Actor *a, const Order *o);
/* The acts that this actor could do now, as bits 1 << OrderAct: what a user interface offers. Pure. */
uint32_t order_acts(const Actor *a, const Order *o);

typedef struct FlowArg {
    Str text;        /* reason, message, note */
    int64_t to_doer; /* FX_SPLIT */
    int64_t amount;  /* ACT_FUND: what arrived, to be told; 0 = the order's */
} FlowArg;
/* May the caller do this now? E_FORBIDDEN to who may not do it in any state, or not in this one; E_STATE when nobody may now. */
Err order_may(Call *c, const Order *o, OrderAct act);
/* Performs `act` on `o` (loaded by the caller) and stores it: state, times, timer, money, event, notifications, gig and
 * application statuses. The caller has already put its own changes (a deliverable, a revision) into `o`. As order_may. */
Err order_act(Call *c, Order *o, OrderAct act, const FlowArg *arg);

/* Pays out what the order's escrow accounts hold (its own and its milestones'): up to `to_doer` of it to the doer, less the fee,
 * the rest back to the payers; settles the milestones; sets fee, payout, refunded and escrow_state of `o`. INT64_MAX: all to the
 * doer. Nothing in escrow: moves nothing. (order_money.c) */
Err order_pay_out(Call *c, Order *o, int64_t to_doer);
/* What the order's escrow accounts hold together. */
Err order_escrow(Tx *tx, const Order *o, int64_t *amount);
/* Releases `gross` of one escrow account: the fee to the platform, the rest to the doer's wallet. */
Err order_release_account(Call *c, const Order *o, int32_t type, int64_t owner, int64_t gross, int64_t *fee);
/* Adds a release to the order's fee and payout; the first one replaces what was expected. Pure. */
void order_paid(Order *o, int64_t gross, int64_t fee);
/* Sets and stores amount, fee and payout; voids open provider orders over the old amount; tells the sockets. */
Err order_set_amount(Call *c, Order *o, int64_t amount);
/* The event "this order changed, its state did not". */
Err order_changed(Call *c, const Order *o);
/* Brings gig, application and statistics in line after a move (order_make.c). */
Err order_link(Call *c, const Order *o, int32_t from);

/* When the timer of this kind is due, counted from now. INT64_MAX for TIMER_NONE. */
int64_t order_timer_due(const DomainConfig *cfg, OrderTimer t, int64_t now_ms);

#endif
