/* billing.h - handlers of the subscription routes, for any contract that has them. They call the payment provider and render by
 * the route's own shape and view; all are ACCESS_SIGNED_IN and write, but for the webhook (ACCESS_OPEN, RATE_NONE, BODY_RAW).
 *
 *   route                   handler            view over            errors beyond ERR(E_PROVIDER) | ERR(E_NETWORK)
 *   open a checkout         billing_checkout   BillingUrl           E_STATE "ALREADY_SUBSCRIBED"
 *   the provider's portal   billing_portal     BillingUrl           E_STATE "NO_SUBSCRIPTION"
 *   cancel                  billing_cancel     Subscription         E_STATE "NO_SUBSCRIPTION"
 *   the webhook             billing_webhook    any, or SHAPE_FIXED  E_INVALID "INVALID_SIGNATURE", E_SYNTAX
 *
 * The caller's own subscription is the plain operation subscription_get with billing_before as `before`, which asks the provider
 * first when what is known may be out of date; without webhooks that is what brings the news. */
#ifndef CONTRACT_BILLING_H
#define CONTRACT_BILLING_H

#include "contract/exchange.h"

typedef struct BillingUrl {
    Str url; /* where to send the browser */
} BillingUrl;

Handler billing_checkout, billing_portal, billing_cancel, billing_webhook;
Err billing_before(Exchange *x);

#endif
