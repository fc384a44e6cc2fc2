/* stripe.h - Stripe as far as subscriptions need it: checkout and portal sessions, cancelling, asking, events.
 *
 * One row per call (stripe.c), one walker; bodies are forms, answers JSON. Formats: docs.stripe.com/api. Both places where the
 * period and an invoice's subscription lie, by API version, are read. Pure but for the calls. */
#ifndef GATEWAY_STRIPE_H
#define GATEWAY_STRIPE_H

#include "domain/subscription.h"
#include "gateway/internal.h"

typedef enum StripeCall {
    STRIPE_CHECKOUT_CREATE,
    STRIPE_CHECKOUT_GET,
    STRIPE_PORTAL_CREATE,
    STRIPE_SUBSCRIPTION_CANCEL, /* at the period's end */
    STRIPE_SUBSCRIPTION_GET,
    STRIPE_CALL_COUNT
} StripeCall;

#define STRIPE_TOLERANCE_S 300 /* a signature older than this is not taken */
#define STRIPE_SYNC_DEADLINE_MS (4 * MS_SECOND)

/* The header Stripe-Signature (`t=…,v1=…`, several v1 while a secret is replaced) fits the body. Constant time. */
bool stripe_signed(Arena *a, Str secret, Str header, Str body, int64_t now_s);
/* What an event says; false: nothing that concerns us. `user` of the news is left to stripe_user. */
bool stripe_news(Answer event, SubscriptionNews *out);
/* The same of a subscription, or of a completed or expired checkout session, as answered to a call. */
bool stripe_subscription(Answer object, SubscriptionNews *out);
bool stripe_session(Answer object, SubscriptionNews *out);
/* The account that we named when we opened the checkout, as text; empty when it is not said. */
Str stripe_user(Answer object);

#endif
