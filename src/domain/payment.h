/* payment.h - money from outside, settled exactly once.
 *
 * A Payment is one order opened at a provider (Razorpay order, Stripe session). A Receipt is money that really arrived, one row
 * per provider payment id: verify, webhook and polling all report the same arrival, in any order and any number of times, and the
 * first report decides. A receipt is either applied (its target is funded) or stray: late, double, of another amount or currency,
 * or for something we do not know. A stray one is booked to ACC_REFUNDS and sent back through the outbox, and the admin sees it.
 * Only one receipt per target can be applied: a unique index holds that.
 *
 * Opening is two-phase, since the network must not be touched inside a transaction:
 *   payment_prepare (write) -> .action PAY_CALL: the caller owns the call for PAYMENT_LEASE_MS; it asks the provider, then
 * payment_opened (write). PAY_WAIT: another request is calling; prepare again after .wait_ms. PAY_READY: the provider order
 * exists already. So the same open target gives the same provider order, to concurrent calls too. */
#ifndef DOMAIN_PAYMENT_H
#define DOMAIN_PAYMENT_H

#include "domain/order.h"

/* Permanent numbers. */
enum { RAZORPAY_LEAST = 100 /* minor units; razorpay.com/docs/api/orders */ };
typedef enum Provider { PROVIDER_RAZORPAY = 1, PROVIDER_STRIPE, PROVIDER_WALLET, PROVIDER_MOCK, PROVIDER_COUNT } Provider;
typedef enum PaymentPurpose {
    PAY_ORDER = 1, /* ref: order */
    PAY_MILESTONE, /* ref: milestone */
    PAY_REQUEST,   /* ref: payment request; funds its order */
    PAY_BOOST,     /* ref: boost */
    PAY_PURPOSE_COUNT
} PaymentPurpose;
typedef enum PaymentState {
    PAYMENT_OPENING = 1, /* somebody is asking the provider, until lease_ms */
    PAYMENT_OPEN,        /* may be paid */
    PAYMENT_PAID,
    PAYMENT_VOID         /* its target went away or changed; money that still comes is refunded */
} PaymentState;

#define PAYMENT_LEASE_MS (20 * MS_SECOND)
#define PAYMENT_POLL_FIRST_MS (5 * MS_SECOND) /* then every cfg.payment_poll_ms, and more seldom with age: */
#define PAYMENT_POLL_AGE_SHARE 16                /* a sixteenth of its age, */
#define PAYMENT_POLL_MAX_MS MS_HOUR              /* an hour at most */
#define PAYMENT_POLL_KEEP_MS (7 * MS_DAY) /* how long a paid or void one is still looked at for late money */

typedef struct Payment {
    int64_t id;
    int32_t purpose, state, provider;
    int64_t ref;
    int64_t order;        /* 0 for boosts */
    int64_t payer;
    int64_t amount;
    Str currency;
    Str provider_order;   /* the provider's id of it; "" until opened */
    Str provider_payment; /* the payment that was applied */
    Str url;              /* checkout page (Stripe), else "" */
    int64_t lease_ms;
    int64_t created_ms, opened_ms, paid_ms, void_ms;
    int64_t poll_ms;      /* when to ask the provider next, 0 = no more */
    int32_t polls;
} Payment;

typedef enum ReceiptState {
    RECEIPT_APPLIED = 1,
    RECEIPT_STRAY /* goes or went back; see its refund */
} ReceiptState;
typedef enum StrayReason {
    STRAY_NONE,
    STRAY_LATE,     /* the target is no longer payable */
    STRAY_DOUBLE,   /* the target was funded by another payment */
    STRAY_AMOUNT,
    STRAY_CURRENCY,
    STRAY_UNKNOWN   /* no such provider order here */
} StrayReason;
typedef enum ReceiptSource { SOURCE_VERIFY = 1, SOURCE_WEBHOOK, SOURCE_POLL, SOURCE_INTERNAL } ReceiptSource;

typedef struct Receipt {
    int64_t id;
    int32_t state, stray, provider, source;
    int32_t purpose;         /* of its payment; 0 unknown */
    int64_t ref, order, payment, payer;
    int64_t amount;          /* what arrived */
    int64_t refunded;        /* promised back so far, <= amount */
    Str currency;
    Str provider_order, provider_payment;
    int64_t at_ms;
    int64_t reported_amount; /* a later report of the same payment named another amount: the admin must look; 0 = none */
} Receipt;

typedef enum RefundState { REFUND_WAITING = 1, REFUND_SENT, REFUND_DEAD, REFUND_CREDITED } RefundState;
typedef enum RefundReason { REFUND_CANCELLED = 1, REFUND_SETTLED, REFUND_STRAY } RefundReason;
typedef struct Refund {
    int64_t id;
    int32_t state, reason, provider;
    int64_t receipt, order, payer;
    int64_t amount;
    Str currency;
    Str provider_payment;
    int64_t outbox;
    Str provider_refund; /* provider's id once taken */
    Str error;
    int64_t created_ms, settled_ms;
} Refund;

/* What came into an order's escrow in all, before anything went back, and how it came last; 0 and 0 when nothing did. */
Err order_paid_in(Call *c, int64_t order, int64_t *amount, int32_t *provider);

extern const Record PAYMENT, RECEIPT, REFUND;
extern const Index *const PAYMENT_BY_TARGET;         /* purpose, ref, state */
extern const Index *const PAYMENT_BY_ORDER;          /* order, state */
extern const Index *const PAYMENT_BY_PROVIDER_ORDER; /* unique: provider, provider_order */
extern const Index *const PAYMENT_BY_POLL;           /* poll_ms, where set */
extern const Index *const RECEIPT_BY_PROVIDER_PAYMENT; /* unique: provider, provider_payment */
extern const Index *const RECEIPT_APPLIED_TO;        /* unique: purpose, ref; applied ones only */
extern const Index *const RECEIPT_BY_ORDER;          /* order, state */
extern const Index *const RECEIPT_BY_STATE;          /* state; counted */
extern const Index *const REFUND_BY_STATE;           /* state; counted */
extern const Index *const REFUND_BY_RECEIPT;         /* receipt */

/* ---- opening ---- */

enum { PAY_READY = 1, PAY_CALL, PAY_WAIT };
typedef struct PaymentPrepareIn {
    int32_t purpose; /* any. PAY_ORDER on an order with milestones means its first unfunded one. */
    int32_t provider;
    int64_t ref;
} PaymentPrepareIn;
typedef struct PaymentPrepareOut {
    int32_t action;
    int64_t wait_ms;
    Payment payment; /* amount, currency, and provider_order when ready; `id` names it to the provider as "gb<id>" (its receipt
                        field) */
} PaymentPrepareOut;
/* PaymentPrepareIn -> PaymentPrepareOut. The client of the order (the owner of the boost). E_STATE "ALREADY_FUNDED",
 * "INVALID_STATE". */
OpFn payment_prepare;

typedef struct PaymentOpenedIn {
    int64_t payment;
    Str provider_order; /* "" : the provider failed; the lease ends */
    Str url;
} PaymentOpenedIn;
/* PaymentOpenedIn -> Payment. What the provider answered. When another answer came first, that one stays and is returned. System
 * or payer. */
OpFn payment_opened;

typedef struct PaymentTarget {
    int32_t purpose, provider;
    int64_t ref, order, payer, amount;
} PaymentTarget;
/* The same for targets that other domain code checked to be payable (payment requests). */
Err payment_prepare_target(Call *c, const PaymentTarget *t, PaymentPrepareOut *out);

/* ---- arriving ---- */

typedef struct PaymentCapturedIn {
    int32_t provider, source;
    Str provider_order, provider_payment; /* both required */
    int64_t amount;                       /* minor units as the provider says; SOURCE_VERIFY may give 0: as ordered */
    Str currency;                         /* "" only with amount 0 */
} PaymentCapturedIn;
typedef struct PaymentCapturedOut {
    bool applied; /* the target is funded by this payment (now or by an earlier report) */
    bool first;   /* this was the first report of it */
    Receipt receipt;
    Order order;  /* id 0 when it is not about an order */
} PaymentCapturedOut;
/* PaymentCapturedIn -> PaymentCapturedOut. The caller has checked the provider's signature. Exactly once per provider payment id.
 * A stray payment is OK with applied false: its record must be kept. SOURCE_VERIFY needs the payer signed in (E_FORBIDDEN
 * otherwise; E_MISSING for an unknown provider order), the others RIGHT_SYSTEM. */
OpFn payment_captured;
/* As payment_captured with source SOURCE_VERIFY. */
OpFn payment_verified;

typedef struct PaymentDirectIn {
    int32_t purpose; /* PAY_ORDER, PAY_MILESTONE */
    int32_t provider; /* PROVIDER_WALLET: from the client's wallet (E_FUNDS). PROVIDER_MOCK: sandbox only, else E_INVALID. */
    int64_t ref;
} PaymentDirectIn;
/* PaymentDirectIn -> Order. Funds at once, without a provider order. */
OpFn payment_direct;

/* ---- polling ---- */

/* Payments whose provider order should be asked about now, oldest first, into the arena; and when the next one falls due
 * (INT64_MAX: none). */
Err payment_polls(Call *c, size_t max, Payment **rows, size_t *n, int64_t *next_ms);
/* IdIn (payment) -> nothing. The provider was asked (or could not be): sets when to ask again. What it reported as captured goes
 * through payment_captured. */
OpFn payment_polled;

/* ---- giving back ---- */

/* Promises `amount` of what is in the escrow account back to those who paid it in, newest receipt first: one refund per receipt
 * touched. */
Err refund_escrow(Call *c, const Order *o, int32_t escrow_type, int64_t escrow_owner, int64_t amount, RefundReason why);
/* What the gateway's worker needs for an OUT_REFUND row: loads the refund named by its ref. */
Err refund_get(Tx *tx, int64_t id, Refund *out);
/* By outbox_settle. */
Err refund_settled(Call *c, int64_t refund, bool sent, Str provider_id, Str error);
/* Payments that can no longer be paid because their target went away or changed. */
Err payment_void_target(Call *c, int32_t purpose, int64_t ref);
Err payment_void_order(Call *c, int64_t order);

typedef struct StateListIn {
    PageIn page;
    int32_t state; /* 0 = all */
} StateListIn;
/* StateListIn -> PageOut of Receipt / of Refund. Moderators: what the admin must see. Newest first. */
OpFn receipt_list;
OpFn refund_list;
/* IdIn -> Refund. Admins: a dead refund is sent once more / credited to the payer's wallet instead. Audited. */
OpFn refund_retry;
OpFn refund_credit;

#endif
