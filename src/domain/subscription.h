/* subscription.h - who pays for the marketplace itself: the plan of an account, as the payment provider (Stripe) tells it.
 *
 * The provider's events come late, twice and in any order. Each carries the state as it was when the event was made, so the
 * newest one counts, a cancelled subscription stays cancelled, and news of a subscription whose account is not known yet are kept
 * until a checkout says whose it is. A member has one row; it follows the newest living subscription. */
#ifndef DOMAIN_SUBSCRIPTION_H
#define DOMAIN_SUBSCRIPTION_H

#include "domain/domain.h"

#define SUBSCRIPTION_NEWS_KEEP_MS (30 * MS_DAY) /* an event is known again for so long; news of nobody are kept as long */
#define SUBSCRIPTION_CHECK_MS (2 * MS_SECOND)  /* the provider is asked about an open checkout at most so often */

/* Permanent numbers. */
typedef enum SubscriptionStatus {
    SUBSCRIPTION_NONE, /* a checkout was opened, nothing came of it yet */
    SUBSCRIPTION_ACTIVE,
    SUBSCRIPTION_CANCELED,
    SUBSCRIPTION_PAST_DUE,
    SUBSCRIPTION_TRIALING,
    SUBSCRIPTION_INCOMPLETE
} SubscriptionStatus;
typedef enum Plan { PLAN_FREE = 1, PLAN_PRO } Plan;

typedef struct Subscription {
    int64_t id;
    int64_t user;          /* 0: not known yet */
    Str customer;          /* the provider's ids, "" = none yet */
    Str subscription;
    Str checkout;          /* the newest checkout session that is not settled */
    int32_t status, plan;
    int64_t period_start_ms, period_end_ms; /* 0 = not said */
    bool cancel_at_end;
    int64_t created_ms, updated_ms;
    int64_t told_s;        /* when the newest event that counted was made; 0: only the checkout's */
    int64_t began_s;       /* when the provider's subscription began */
    int64_t unpaid_s;      /* when the newest invoice of it could not be collected */
    int64_t checked_ms;    /* when the provider was asked last */
} Subscription;
extern const Record SUBSCRIPTION;
extern const Record SUBSCRIPTION_REF; /* which row an id of the provider's is about, and which events were seen */

/* nothing -> Subscription: the caller's; id 0 when there never was one (a checkout alone is none). */
OpFn subscription_get;
/* The plan of an account: PLAN_FREE unless it pays. */
Err subscription_plan(Call *c, int64_t user, int32_t *plan);

/* nothing -> Subscription: the caller's row, made when there is none, for a checkout about to be opened. E_STATE
 * "ALREADY_SUBSCRIBED" while a living one does not end by itself. */
OpFn subscription_begin;
/* nothing -> Subscription: the caller's living one. E_STATE "NO_SUBSCRIPTION". */
OpFn subscription_living;
/* nothing -> Subscription: the caller's, when it has a customer. E_STATE "NO_SUBSCRIPTION". */
OpFn subscription_customer;
typedef struct SubscriptionOpenedIn {
    int64_t id;
    Str checkout;
} SubscriptionOpenedIn;
/* SubscriptionOpenedIn -> nothing, by the system: the checkout session is open. */
OpFn subscription_opened;

typedef struct SubscriptionCheckOut {
    bool ask; /* `row` may be out of date: ask the provider now; noted as asked */
    Subscription row;
} SubscriptionCheckOut;
/* IdIn (a user) -> SubscriptionCheckOut, by the system. Without the provider's events: a checkout that is open, or a period that
 * is over, is worth a question every SUBSCRIPTION_CHECK_MS. */
OpFn subscription_check;

typedef enum NewsKind {
    NEWS_CHECKOUT, /* a checkout was completed */
    NEWS_STATE,    /* the subscription's state */
    NEWS_ANSWER,   /* the same, as the answer to our own question: it counts whatever came before */
    NEWS_DELETED,  /* it ended */
    NEWS_UNPAID,   /* an invoice could not be collected */
    NEWS_EXPIRED   /* a checkout came to nothing */
} NewsKind;
typedef struct SubscriptionNews {
    int32_t kind;
    Str event;    /* the event's id, "" = none */
    int64_t at_s; /* when the event was made */
    int64_t user; /* as the provider was told by us, 0 = it does not say */
    Str checkout, customer, subscription; /* "" = it does not say */
    int32_t status; /* NEWS_STATE, NEWS_ANSWER, NEWS_CHECKOUT */
    int64_t period_start_ms, period_end_ms, began_s;
    bool cancel_at_end;
} SubscriptionNews;
typedef struct SubscriptionNewsOut {
    bool seen; /* the event was applied before */
    Subscription row; /* id 0: about nothing of ours */
} SubscriptionNewsOut;
/* SubscriptionNews -> SubscriptionNewsOut, by the system. */
OpFn subscription_news;

/* Forgets up to `max` events and news of nobody that are older than before_ms. By a job. */
Err subscriptions_trim(Call *c, int64_t before_ms, size_t max, size_t *gone);

/* Pays just now (or is given some days to). */
static inline bool subscription_alive(const Subscription *s) {
    return s->status == SUBSCRIPTION_ACTIVE || s->status == SUBSCRIPTION_PAST_DUE || s->status == SUBSCRIPTION_TRIALING;
}

#endif
