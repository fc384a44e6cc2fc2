#include "contract/billing.h"

static Err absent(Exchange *x) {
    return diag_fail(&x->diag, E_PROVIDER, "PROVIDER_UNAVAILABLE", S("there are no subscriptions here"));
}

static Err show(Exchange *x, Call *c, void *out) { return exchange_render(x, c, out); }

Err billing_checkout(Exchange *x) {
    BillingUrl out = {{NULL, 0}};
    const Ports *p = x->ports;
    Err e =
        p->stripe_checkout ? p->stripe_checkout(p->ctx, x->arena, &x->diag, &x->actor, exchange_origin(x), &out.url) : absent(x);
    return e ? e : exchange_read(x, show, &out);
}

Err billing_portal(Exchange *x) {
    BillingUrl out = {{NULL, 0}};
    const Ports *p = x->ports;
    Err e = p->stripe_portal ? p->stripe_portal(p->ctx, x->arena, &x->diag, &x->actor, exchange_origin(x), &out.url) : absent(x);
    return e ? e : exchange_read(x, show, &out);
}

Err billing_cancel(Exchange *x) {
    Subscription out = {0};
    const Ports *p = x->ports;
    Err e = p->stripe_cancel ? p->stripe_cancel(p->ctx, x->arena, &x->diag, &x->actor, &out) : absent(x);
    return e ? e : exchange_read(x, show, &out);
}

Err billing_webhook(Exchange *x) {
    const Ports *p = x->ports;
    if (!p->stripe_webhook)
        return absent(x);
    Err e = p->stripe_webhook(p->ctx, x->arena, x->req->body, x->req->header(x->req, "Stripe-Signature"));
    if (e == E_UNAUTHORIZED)
        return diag_fail(&x->diag, E_INVALID, "INVALID_SIGNATURE", S("The signature does not fit."));
    return e ? e : exchange_read(x, show, "");
}

Err billing_before(Exchange *x) {
    const Ports *p = x->ports;
    Actor actor = {.user = x->token.user, .session = x->token.session};
    if (p->stripe_sync && actor.user)
        p->stripe_sync(p->ctx, x->arena, &actor); /* what is known is shown all the same */
    return OK;
}
