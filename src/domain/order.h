/* order.h - one engagement between a client and a doer, from first to last.
 *
 * An order comes from an accepted application to a gig or from a service that somebody orders. Its life is the table of
 * transitions in order_flow.h; money is held in its escrow account (ledger.h), never in a field. Every state change writes state,
 * postings, event, notifications and outbox rows in the caller's one transaction.
 *
 * Errors that all operations on one order share: E_UNAUTHORIZED (nobody signed in), E_MISSING (no such order), E_FORBIDDEN (a
 * stranger, or the wrong party for an act that the state would allow), E_STATE with Diag code "INVALID_STATE" (the state does not
 * allow the act). */
#ifndef DOMAIN_ORDER_H
#define DOMAIN_ORDER_H

#include "domain/domain.h"

/* Permanent numbers. */
typedef enum OrderStatus {
    ORDER_PENDING = 1,     /* a service order waits for the doer */
    ORDER_PENDING_PAYMENT, /* waits for the client's money (or for work to start, where there is no payment step) */
    ORDER_IN_PROGRESS,
    ORDER_SUBMITTED,
    ORDER_IN_REVISION,
    ORDER_APPROVED,        /* work accepted, escrow still held */
    ORDER_COMPLETED,       /* settled */
    ORDER_CANCELLED,
    ORDER_DISPUTED,
    ORDER_STATUS_COUNT
} OrderStatus;
#define ORDER_BIT(status) (1u << (status))
#define ORDER_OPEN_MASK                                                                                                        \
    (ORDER_BIT(ORDER_PENDING) | ORDER_BIT(ORDER_PENDING_PAYMENT) | ORDER_BIT(ORDER_IN_PROGRESS) | ORDER_BIT(ORDER_SUBMITTED) | \
     ORDER_BIT(ORDER_IN_REVISION) | ORDER_BIT(ORDER_APPROVED) | ORDER_BIT(ORDER_DISPUTED))

typedef enum EscrowState { ESCROW_AWAITING = 1, ESCROW_FUNDED, ESCROW_RELEASED, ESCROW_REFUNDED } EscrowState;

/* How an order that is over ended. */
typedef enum OrderEnd {
    END_NONE,
    END_COMPLETED,
    END_REJECTED,  /* the doer did not take the service order */
    END_CANCELLED, /* by cancelled_by, or an admin */
    END_LAPSED,    /* nobody paid in time */
    END_SETTLED    /* a dispute was decided */
} OrderEnd;

/* Order.flags */
enum {
    ORDER_HOLD = 1,       /* approval holds the escrow until the release call or the timer (chayenity) */
    ORDER_MILESTONES = 2, /* the money is in its milestones, not in the order's own escrow */
    ORDER_WAS_FUNDED = 4, /* money was in escrow at some time */
    ORDER_REMINDED = 8,   /* the reminder before auto-approval went out */
    ORDER_PAID = 16       /* money was released to the doer */
};

/* One hand-in. */
typedef struct Deliverable {
    Str message;
    List files; /* I64S: file ids */
    List urls;  /* STRS */
    int64_t by, at_ms;
} Deliverable;

typedef struct Revision {
    Str message;
    int64_t by, at_ms;
} Revision;

/* What a client answers to a question about the work, when ordering. */
typedef struct Requirement {
    Str question, answer;
} Requirement;

enum { ORDER_QUESTIONS_MAX = 50 };
enum { ORDER_DELIVERABLES_MAX = 100, ORDER_REVISIONS_MAX = 100, ORDER_TEXT_MAX_BYTES = 10000, ORDER_FILES_MAX = 20 };
enum { REVISIONS_UNLIMITED = -1 };

typedef struct Order {
    int64_t id;
    int32_t status;        /* OrderStatus */
    int32_t flags;
    int64_t client, doer;
    int64_t gig, service;  /* one of them */
    int64_t application;   /* gig orders */
    Str title;             /* of the gig or service when the order was made */
    int64_t amount;        /* agreed price */
    int32_t fee_bps;       /* fixed when the order was made */
    int64_t fee;           /* platform fee: expected from amount; as taken once released */
    int64_t payout;        /* what the doer gets: expected; as paid once released */
    int64_t refunded;      /* given back to the client so far */
    int32_t escrow_state;  /* EscrowState */
    Str gateway_order, gateway_payment; /* provider's ids of the latest provider order and captured payment */
    Str requirements;      /* what the client wrote when ordering a service */
    List requirement_files;/* I64S */
    List deliverables;     /* sub-records Deliverable */
    List revisions;        /* sub-records Revision */
    int32_t revisions_max; /* REVISIONS_UNLIMITED or how many */
    int64_t due_ms;        /* agreed delivery, 0 = none */
    int64_t created_ms, updated_ms;
    int64_t accepted_ms;   /* service orders: when the doer took it */
    int64_t started_ms;    /* entered in_progress */
    int64_t begun_ms;      /* a party said that work has begun (ACT_START) */
    int64_t submitted_ms, approved_ms, completed_ms, cancelled_ms, disputed_ms;
    int32_t end;           /* OrderEnd */
    int64_t cancelled_by;  /* user id; 0 with end set = the system */
    Str cancel_reason;
    int64_t disputed_by;
    Str dispute_reason;
    int64_t settled_by;    /* admin */
    Str settle_note;
    int64_t settled_to_doer; /* gross share of the doer in a settled dispute */
    int64_t dispute_loser; /* user id, 0 = none (a split) */
    int32_t timer;         /* OrderTimer that fires at timer_ms, 0 = none */
    int64_t timer_ms;
    int64_t conversation;  /* its chat, 0 = not opened yet */
    List questions;        /* sub-records Requirement */
    int32_t delivery_days; /* of the service or gig when the order was made, 0 = open */
    int64_t funded_ms;     /* when money first came */
} Order;

extern const Record ORDER, DELIVERABLE, REVISION, REQUIREMENT;
extern const Index *const ORDER_BY_CLIENT;      /* client, status; counted both */
extern const Index *const ORDER_BY_DOER;        /* doer, status; counted both */
extern const Index *const ORDER_BY_PARTY;       /* client and doer; counted */
extern const Index *const ORDER_SERVICE_PARTY;  /* client and doer, of orders of services; counted */
extern const Index *const ORDER_BY_STATUS;      /* status; counted */
extern const Index *const ORDER_BY_GIG;         /* gig, status; counted both */
extern const Index *const ORDER_BY_SERVICE;     /* service, status; counted both: completed orders of a service */
extern const Index *const ORDER_BY_APPLICATION; /* unique: application, unless cancelled */
extern const Index *const ORDER_BY_TIMER;       /* timer_ms, where a timer is set */
extern const Index *const ORDER_BY_LOSER;       /* dispute_loser; counted */
extern const Index *const ORDER_BY_QUITTER;     /* cancelled_by of orders that were funded; counted */

/* ---- making orders ---- */

typedef struct AcceptIn {
    int64_t application;
    int32_t flags; /* ORDER_HOLD or 0 */
    bool by_doer;  /* who applied takes it himself, where the first one gets it (engagement.h): at most for the budget */
    bool once;     /* one that was accepted before is E_STATE instead of the same order again */
} AcceptIn;
typedef struct AcceptOut {
    int64_t application;
    Order order;
    bool created; /* false: this application was accepted before; the same order again */
} AcceptOut;
/* AcceptIn -> AcceptOut. The gig's client accepts a pending application: the application is accepted, an order is made in
 * pending_payment with the counter-offer or else the gig's budgetMax as amount (0 where neither was said: nothing can be paid
 * before an agreement). E_FORBIDDEN unless the client; E_STATE when the application is not pending, or the gig is not open or has
 * another open order ("GIG_ALREADY_ACCEPTED"). */
OpFn application_accept;

typedef struct ServiceOrderIn {
    int64_t service;
    Str message;
    List files;      /* I64S */
    List questions;  /* sub-records Requirement, at most ORDER_QUESTIONS_MAX; without a message they make it */
    int64_t amount;  /* 0: the service's price */
    int64_t due_ms;  /* 0: from the service's delivery time */
    int32_t flags;
} ServiceOrderIn;
/* ServiceOrderIn -> Order. Orders a service: the caller is the client, the order is `pending`. E_INVALID for one's own service,
 * E_STATE for one that is not active. */
OpFn service_order;

/* ---- reading ---- */

/* IdIn -> Order. Parties and moderators. */
OpFn order_get;

enum { ROLE_CLIENT = 1, ROLE_DOER = 2 };
typedef struct OrderListIn {
    PageIn page;
    int32_t role;        /* ROLE_CLIENT, ROLE_DOER; 0 = both */
    uint32_t statuses;   /* ORDER_BIT(...) of those wanted; 0 = all */
    bool all;            /* moderators: everybody's orders (role ignored) */
} OrderListIn;
/* OrderListIn -> PageOut of Order, newest first: the caller's own. From indexes: cost grows with page * limit, not with the
 * table. */
OpFn order_list;

/* PageIn -> PageOut of Order, newest first: the caller's that came of services. */
OpFn order_services;

/* ---- acts ---- */

typedef struct SubmitIn {
    int64_t id;
    Str message;
    List files; /* I64S: file ids; E_INVALID when not the caller's own */
    List urls;  /* STRS: as link_ok has them */
} SubmitIn;
/* SubmitIn -> Order. The doer hands in: in_progress, in_revision -> submitted; a service order that is paid (pending) he takes by
 * it. */
OpFn order_submit;
/* SubmitIn -> Order. Adds a deliverable without a change of state (in_progress, in_revision). */
OpFn order_add_deliverable;

typedef struct ReasonIn {
    int64_t id;
    Str reason;
} ReasonIn;
/* ReasonIn -> Order. The client: submitted -> in_revision. E_STATE "REVISIONS_USED_UP". */
OpFn order_request_revision;
/* IdIn -> Order. The client accepts the work and it is paid: submitted, approved -> completed; escrow to the doer's wallet, less
 * the fee. An unfunded order completes without money. */
OpFn order_approve;
/* IdIn -> Order. The client accepts the work, the escrow stays held: submitted, in_progress, in_revision -> approved. Released by
 * order_release or after 72 h. */
OpFn order_accept_work;
/* IdIn -> Order. The client: approved -> completed, paid. */
OpFn order_release;
/* ReasonIn -> Order. Either party (a moderator too), from anything before completed; approved only by the doer, disputed only by
 * settlement. Money in escrow is refunded. */
OpFn order_cancel;
/* ReasonIn -> Order. Either party: in_progress, submitted, in_revision -> disputed. E_INVALID without a reason. */
OpFn order_dispute;
/* IdIn -> Order. The doer takes a service order (pending). */
OpFn order_take;
/* ReasonIn -> Order. The doer does not take it. */
OpFn order_reject;
/* IdIn -> Order. Either party says that work begins: pending_payment -> in_progress unfunded, in contracts without a payment
 * step; in in_progress it only notes begun_ms. */
OpFn order_start;

typedef struct AmountIn {
    int64_t id;
    int64_t amount;
} AmountIn;
/* AmountIn -> Order. Both sides agreed on another price (agreements): in anything before approved. Called by domain code on
 * behalf of both. Open provider orders over the old amount become void; money that is in escrow already stays as it is. */
OpFn order_reprice;

typedef enum Settlement { SETTLE_RELEASE = 1, SETTLE_REFUND, SETTLE_SPLIT } Settlement;
typedef struct SettleIn {
    int64_t id;
    int32_t outcome; /* Settlement */
    int64_t to_doer; /* SETTLE_SPLIT: gross share of the doer, 0..escrow; the fee is taken from it */
    Str note;
} SettleIn;
/* SettleIn -> Order. Moderators: disputed -> completed (release, split) or cancelled (refund). E_INVALID: a share larger than the
 * escrow. Audited. */
OpFn dispute_settle;

/* ---- for other domain code ---- */

/* What trust and statistics are computed from; all O(1). */
typedef struct OrderFacts {
    int64_t completed_as_doer, completed_as_client, disputes_lost, funded_cancellations;
} OrderFacts;
Err order_facts(Call *c, int64_t user, OrderFacts *out);
/* E_FORBIDDEN unless the actor is a party of the order, or a moderator. */
Err order_party(Call *c, const Order *o);

#endif
