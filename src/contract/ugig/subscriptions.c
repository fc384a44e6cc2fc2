/* Plans, what one has used of a month's allowance, and the payment provider's webhook. */
#include "contract/ugig/ugig.h"
#include "domain/subscription.h"
#include "domain/usage.h"

/* ---- what one has ---- */

WORDS(ugig_subscription_words, "SubscriptionStatus", WORD(SUBSCRIPTION_ACTIVE, "active"), WORD(SUBSCRIPTION_CANCELED, "canceled"),
      WORD(SUBSCRIPTION_PAST_DUE, "past_due"), WORD(SUBSCRIPTION_TRIALING, "trialing"),
      WORD(SUBSCRIPTION_INCOMPLETE, "incomplete"), WORD(SUBSCRIPTION_NONE, "incomplete"));
WORDS(ugig_plan_words, "SubscriptionPlan", WORD(PLAN_FREE, "free"), WORD(PLAN_PRO, "pro"));

static const void *subscription_load(Render *r, const void *row) {
    (void)r;
    return ((const Subscription *)row)->id ? row : NULL;
}

VIEW_WITH(subscription_view, Subscription, "Subscription", "What one pays for.", (.load = subscription_load),
          SHOW_ID("id", Subscription, id, &SUBSCRIPTION, "Its id."), SHOW_ID("user_id", Subscription, user, &USER, "Whose."),
          SHOW("stripe_customer_id", W_STR, Subscription, customer, "The provider's name of the payer.", .empty = EMPTY_NULL),
          SHOW("stripe_subscription_id", W_STR, Subscription, subscription, "And of the subscription.", .empty = EMPTY_NULL),
          SHOW("status", W_WORD, Subscription, status, "Its state.", .words = &ugig_subscription_words),
          SHOW("plan", W_WORD, Subscription, plan, "What it gives.", .words = &ugig_plan_words),
          SHOW("current_period_start", W_TIME, Subscription, period_start_ms, "Paid from.", .empty = EMPTY_NULL),
          SHOW("current_period_end", W_TIME, Subscription, period_end_ms, "Paid until.", .empty = EMPTY_NULL),
          SHOW("cancel_at_period_end", W_BOOL, Subscription, cancel_at_end, "It ends then."),
          SHOW("created_at", W_TIME, Subscription, created_ms, "When it was made."),
          SHOW("updated_at", W_TIME, Subscription, updated_ms, "When it changed last."));

VIEW(usage_view, UsageOut, "Usage", "This month.", SHOW("posts_used", W_INT, UsageOut, posts_used, "Gigs posted."),
     SHOW("posts_limit", W_INT, UsageOut, posts_limit, "Gigs that may be posted; null: any number.", .empty = EMPTY_NULL),
     SHOW("can_post", W_BOOL, UsageOut, can_post, "Whether one more may be."));

static Err read_subscription(Exchange *x, Call *c, void *arg) {
    Err e = subscription_get(c, NULL, arg);
    return e ? e : exchange_render(x, c, arg);
}
static Err read_usage(Exchange *x, Call *c, void *arg) {
    Err e = usage_get(c, NULL, arg);
    return e ? e : exchange_render(x, c, arg);
}

/* The provider's webhook may be late or never come: it is asked when what we know may be old. That it does not answer is no
 * reason to say nothing. */
static void sync(Exchange *x) {
    if (x->ports->stripe_sync)
        (void)x->ports->stripe_sync(x->ports->ctx, x->arena, &x->actor);
}

static Err get_subscription(Exchange *x) {
    Subscription s = {0};
    sync(x);
    return exchange_read(x, read_subscription, &s);
}
static Err get_usage(Exchange *x) {
    UsageOut u = {0};
    sync(x);
    return exchange_read(x, read_usage, &u);
}

/* ---- paying ---- */

typedef struct Url {
    Str url;
} Url;
VIEW(url_view, Url, "RedirectUrl", "Where to go on.", SHOW("url", W_STR, Url, url, "The provider's page."));

typedef Err OpenPage(void *ctx, Arena *a, Diag *d, const Actor *actor, Str origin, Str *url);

static Err answer(Exchange *x, Call *c, void *arg) { return exchange_render(x, c, arg); }

static Err redirect(Exchange *x, OpenPage *open) {
    Url u = {{NULL, 0}};
    Err e = open ? open(x->ports->ctx, x->arena, &x->diag, &x->actor, exchange_origin(x), &u.url) : E_PROVIDER;
    return e ? e : exchange_read(x, answer, &u);
}
static Err checkout(Exchange *x) { return redirect(x, x->ports->stripe_checkout); }
static Err portal(Exchange *x) { return redirect(x, x->ports->stripe_portal); }

static Err cancel(Exchange *x) {
    Subscription s = {0};
    const Ports *p = x->ports;
    Err e = p->stripe_cancel ? p->stripe_cancel(p->ctx, x->arena, &x->diag, &x->actor, &s) : E_PROVIDER;
    return e ? e : exchange_read(x, answer, &s);
}

static Err webhook(Exchange *x) {
    const Ports *p = x->ports;
    if (!p->stripe_webhook)
        return E_PROVIDER;
    Err e = p->stripe_webhook(p->ctx, x->arena, x->req->body, x->req->header(x->req, "Stripe-Signature"));
    if (e == E_UNAUTHORIZED)
        return diag_fail(&x->diag, E_INVALID, "INVALID_SIGNATURE", S("The signature is not valid"));
    x->reply->fixed = S("{\"received\":true}");
    x->reply->content_type = S("application/json");
    return e;
}

#define PAGE_ERRORS ERR(E_STATE) | ERR(E_PROVIDER) | ERR(E_NETWORK) | ERR(E_BUSY)
static const Route ugig_subscriptions_routes[] = {
    {UGIG_ACTION("getSubscription", "What one pays for."), .handler = get_subscription, .view = &subscription_view,
     .shape = SHAPE_ONE, .reads = true, .or_nothing = true, .access = ACCESS_SIGNED_IN},
    {UGIG_ACTION("createCheckoutSession", "Pay for the pro plan."), .handler = checkout, UGIG_RESULT(&url_view),
     .access = ACCESS_SIGNED_IN, .errors = PAGE_ERRORS},
    {UGIG_ACTION("createPortalSession", "See to one's payments at the provider."), .handler = portal, UGIG_RESULT(&url_view),
     .access = ACCESS_SIGNED_IN, .errors = PAGE_ERRORS},
    {UGIG_ACTION("getUsage", "What one used this month."), .handler = get_usage, .view = &usage_view, .shape = SHAPE_ONE,
     .reads = true, .access = ACCESS_SIGNED_IN},
    {UGIG_ACTION("cancelSubscription", "Do not pay any longer."), .handler = cancel, UGIG_DONE, .access = ACCESS_SIGNED_IN,
     .errors = PAGE_ERRORS, .doc = "What is paid for lasts to the end of the period."},
    {.method = "POST",
     .path = "/api/webhooks/stripe",
     .handler = webhook,
     .shape = SHAPE_FIXED,
     .fixed = "{\"received\":true}",
     .body = BODY_RAW,
     .writes = true,
     .rate = RATE_NONE,
     .body_max_bytes = (size_t)256 * 1024,
     .errors = ERR(E_INVALID) | ERR(E_PROVIDER) | ERR(E_BUSY) | ERR(E_STATE),
     .summary = "The payment provider's webhook.",
     .doc = "With the header Stripe-Signature."},
};
SECTION(ugig_subscriptions, "Subscriptions", "Plans.");
