#include "gateway/stripe.h"

#include "base/log.h"
#include "crypto/hmac.h"
#include "crypto/idmap.h"
#include "domain/row.h"

typedef struct CallRow {
    const char *method, *path, *body;
    bool keyed; /* takes an Idempotency-Key */
} CallRow;

// clang-format off
static const CallRow calls[STRIPE_CALL_COUNT] = {
    [STRIPE_CHECKOUT_CREATE] = {"POST", "/v1/checkout/sessions",
        "mode=subscription&line_items[0][price]={price}&line_items[0][quantity]=1&success_url={success}&cancel_url={cancel}"
        "&client_reference_id={user}&metadata[user_id]={user}&subscription_data[metadata][user_id]={user}&{who}={whose}", true},
    [STRIPE_CHECKOUT_GET] = {"GET", "/v1/checkout/sessions/{id}?expand[]=subscription", NULL, false},
    [STRIPE_PORTAL_CREATE] = {"POST", "/v1/billing_portal/sessions", "customer={id}&return_url={back}", false},
    [STRIPE_SUBSCRIPTION_CANCEL] = {"POST", "/v1/subscriptions/{id}", "cancel_at_period_end=true", false},
    [STRIPE_SUBSCRIPTION_GET] = {"GET", "/v1/subscriptions/{id}", NULL, false},
};

static const struct { const char *word; SubscriptionStatus status; } statuses[] = {
    {"active", SUBSCRIPTION_ACTIVE}, {"trialing", SUBSCRIPTION_TRIALING}, {"past_due", SUBSCRIPTION_PAST_DUE},
    {"unpaid", SUBSCRIPTION_PAST_DUE}, {"paused", SUBSCRIPTION_INCOMPLETE}, {"incomplete", SUBSCRIPTION_INCOMPLETE},
    {"incomplete_expired", SUBSCRIPTION_CANCELED}, {"canceled", SUBSCRIPTION_CANCELED},
};
// clang-format on

enum { URL_BYTES_MAX = 1024, BODY_BYTES_MAX = 8192, USER_CHARS = IDMAP_UUID_CHARS };

/* ---- calls ---- */

static Err call(Gateway *g, Arena *a, StripeCall which, const Var *vars, size_t n, Str key, int64_t deadline_ms, Answer *answer,
                Outcome *o) {
    const CallRow *row = &calls[which];
    Buf url = buf_arena(a, URL_BYTES_MAX), body = buf_arena(a, BODY_BYTES_MAX);
    buf_add(&url, g->cfg->stripe_url);
    Err e = template_add(&url, str_c0(row->path), vars, n, ESCAPE_URL);
    if (!e && row->body)
        e = template_add(&body, str_c0(row->body), vars, n, ESCAPE_URL);
    if (e) {
        *o = (Outcome){.err = e, .permanent = true};
        return e;
    }
    FetchHeader headers[2];
    size_t count = 0;
    if (row->body)
        headers[count++] = (FetchHeader){S("Content-Type"), S("application/x-www-form-urlencoded")};
    if (row->keyed)
        headers[count++] = (FetchHeader){S("Idempotency-Key"), key};
    FetchRequest req = {.method = str_c0(row->method),
                        .url = buf_str(&url),
                        .headers = headers,
                        .header_count = count,
                        .user = g->cfg->stripe_secret_key,
                        .password = S(""),
                        .body = buf_str(&body),
                        .deadline_ms = deadline_ms,
                        .response_bytes_max = GATEWAY_RESPONSE_BYTES_MAX};
    return gateway_exchange(g, a, &req, "error.message", answer, o);
}

/* One call that somebody waits for. */
static Err ask(Gateway *g, Arena *a, Diag *d, StripeCall which, const Var *vars, size_t n, Str key, Answer *answer) {
    Outcome o = {0};
    Err e = gateway_call_begin(g);
    if (e)
        return e;
    e = call(g, a, which, vars, n, key, GATEWAY_CALL_DEADLINE_MS, answer, &o);
    gateway_call_end(g, "stripe", &o);
    if (e && o.error.n)
        log_line(LOG_WARN, "gateway", "stripe refused", "said=%.*s", STR_ARG(o.error));
    if (e && e != E_NOMEM)
        return diag_fail(d, e == E_NETWORK ? E_NETWORK : E_PROVIDER, "PROVIDER_UNAVAILABLE",
                         S("The payment provider cannot be reached now."));
    return e;
}

static Str user_text(Gateway *g, Arena *a, int64_t user) {
    char *text = arena_raw(a, USER_CHARS);
    if (text)
        idmap_uuid(g->env.ids, USER.kind, user, text);
    return str_of(text, text ? USER_CHARS : 0);
}

static Err url_of(Answer answer, Diag *d, Str *url) {
    *url = answer_str(answer, "url");
    return url->n ? OK : diag_fail(d, E_PROVIDER, "PROVIDER_UNAVAILABLE", S("The payment provider's answer has no address."));
}

typedef struct Payer {
    Subscription row;
    Str email;
} Payer;

static Err begin(Call *c, const void *in, void *out) {
    Payer *p = out;
    User u;
    Err e = subscription_begin(c, in, &p->row);
    if (e == OK)
        e = user_load(c, c->actor.user, &u);
    if (e == OK && u.email.n) {
        p->email = arena_str(c->arena, u.email);
        e = p->email.p ? OK : E_NOMEM;
    }
    return e;
}

Err gateway_stripe_checkout(void *gateway, Arena *a, Diag *d, const Actor *actor, Str origin, Str *url) {
    Gateway *g = gateway;
    Payer p;
    Answer answer;
    Err e = gateway_write(g, a, d, *actor, begin, NULL, &p, sizeof p);
    if (e)
        return e;
    if (!g->cfg->stripe_price_id.n) {
        log_line(LOG_ERROR, "gateway", "no subscription without the setting stripe_price_id", "user=%lld",
                 (long long)actor->user);
        return diag_fail(d, E_PROVIDER, "PROVIDER_UNAVAILABLE", S("Subscriptions are not offered here."));
    }
    const Var vars[] = {{"price", g->cfg->stripe_price_id, false},
                        {"success", arena_printf(a, "%.*s/?checkout=success", STR_ARG(origin)), false},
                        {"cancel", arena_printf(a, "%.*s/?checkout=cancelled", STR_ARG(origin)), false},
                        {"user", user_text(g, a, actor->user), false},
                        {"who",
                         p.row.customer.n ? S("customer")
                         : p.email.n      ? S("customer_email")
                                          : S("metadata[origin]"),
                         true},
                        {"whose",
                         p.row.customer.n ? p.row.customer
                         : p.email.n      ? p.email
                                          : origin,
                         false}};
    /* A second click within the same minute is the same checkout. */
    Str key = arena_printf(a, "gigbox-checkout-%lld-%lld", (long long)p.row.id, (long long)(clock_now_ms() / MS_MINUTE));
    e = ask(g, a, d, STRIPE_CHECKOUT_CREATE, vars, COUNT(vars), key, &answer);
    if (e == OK)
        e = url_of(answer, d, url);
    if (e)
        return e;
    SubscriptionOpenedIn opened = {.id = p.row.id, .checkout = answer_str(answer, "id")};
    return opened.checkout.n ? gateway_write(g, a, d, SYSTEM_ACTOR, subscription_opened, &opened, NULL, 0) : OK;
}

static Err read_row(Gateway *g, Arena *a, Diag *d, const Actor *actor, OpFn *op, Subscription *out) {
    Call c;
    Err e = gateway_read(g, a, &c);
    if (e)
        return e;
    c.actor = *actor;
    c.diag = d;
    e = op(&c, NULL, out);
    if (!e)
        e = row_keep(a, &SUBSCRIPTION, out);
    store_read_end(c.tx);
    return e;
}

Err gateway_stripe_portal(void *gateway, Arena *a, Diag *d, const Actor *actor, Str origin, Str *url) {
    Gateway *g = gateway;
    Subscription s;
    Answer answer;
    Err e = read_row(g, a, d, actor, subscription_customer, &s);
    const Var vars[] = {{"id", s.customer, false}, {"back", arena_printf(a, "%.*s/", STR_ARG(origin)), false}};
    if (e == OK)
        e = ask(g, a, d, STRIPE_PORTAL_CREATE, vars, COUNT(vars), S(""), &answer);
    return e ? e : url_of(answer, d, url);
}

static Err tell(Gateway *g, Arena *a, Diag *d, SubscriptionNews *n, Answer object, SubscriptionNewsOut *out) {
    Str user = stripe_user(object);
    if (!user.n || !idmap_uuid_id(g->env.ids, USER.kind, user, &n->user) || n->user < 1)
        n->user = 0;
    return gateway_write(g, a, d, SYSTEM_ACTOR, subscription_news, n, out, sizeof *out);
}

Err gateway_stripe_cancel(void *gateway, Arena *a, Diag *d, const Actor *actor, Subscription *out) {
    Gateway *g = gateway;
    SubscriptionNews news;
    SubscriptionNewsOut told;
    Answer answer;
    Err e = read_row(g, a, d, actor, subscription_living, out);
    if (e)
        return e;
    const Var vars[] = {{"id", out->subscription, false}};
    e = ask(g, a, d, STRIPE_SUBSCRIPTION_CANCEL, vars, COUNT(vars), S(""), &answer);
    if (e)
        return e;
    if (!stripe_subscription(answer, &news))
        return diag_fail(d, E_PROVIDER, "PROVIDER_UNAVAILABLE", S("The payment provider's answer is not understood."));
    news.kind = NEWS_ANSWER;
    e = tell(g, a, d, &news, answer, &told);
    if (e == OK)
        *out = told.row;
    return e;
}

/* ---- asking ---- */

static Err sync_session(Gateway *g, Arena *a, const Subscription *s) {
    Outcome o;
    Answer answer;
    SubscriptionNews news;
    SubscriptionNewsOut told;
    const Var vars[] = {{"id", s->checkout, false}};
    Err e = call(g, a, STRIPE_CHECKOUT_GET, vars, COUNT(vars), S(""), STRIPE_SYNC_DEADLINE_MS, &answer, &o);
    if (e || !stripe_session(answer, &news))
        return e;
    e = tell(g, a, NULL, &news, answer, &told);
    Answer sub = answer_at(answer, "subscription");
    if (e || !stripe_subscription(sub, &news))
        return e;
    news.kind = NEWS_ANSWER;
    return tell(g, a, NULL, &news, sub, &told);
}

static Err sync_subscription(Gateway *g, Arena *a, const Subscription *s) {
    Outcome o;
    Answer answer;
    SubscriptionNews news;
    SubscriptionNewsOut told;
    const Var vars[] = {{"id", s->subscription, false}};
    Err e = call(g, a, STRIPE_SUBSCRIPTION_GET, vars, COUNT(vars), S(""), STRIPE_SYNC_DEADLINE_MS, &answer, &o);
    if (e || !stripe_subscription(answer, &news))
        return e;
    news.kind = NEWS_ANSWER;
    return tell(g, a, NULL, &news, answer, &told);
}

Err gateway_stripe_sync(void *gateway, Arena *a, const Actor *actor) {
    Gateway *g = gateway;
    IdIn who = {.id = actor->user};
    SubscriptionCheckOut check;
    Outcome o = {0};
    Err e = gateway_write(g, a, NULL, SYSTEM_ACTOR, subscription_check, &who, &check, sizeof check);
    if (e || !check.ask || gateway_call_begin(g))
        return e;
    o.err = check.row.checkout.n ? sync_session(g, a, &check.row) : sync_subscription(g, a, &check.row);
    gateway_call_end(g, "stripe", &o);
    return o.err;
}

/* ---- what Stripe says ---- */

/* An id, or the object it stands for. */
static Str id_at(Answer from, const char *path) {
    Answer v = answer_at(from, path);
    return json_type(v) == JSON_OBJECT ? answer_str(v, "id") : answer_str(from, path);
}

static int64_t ms_at(Answer from, const char *path) {
    int64_t s;
    return answer_i64(from, path, &s) && s > 0 && s < INT64_MAX / MS_SECOND ? s * MS_SECOND : 0;
}

Str stripe_user(Answer object) {
    static const char *const places[] = {"client_reference_id", "metadata.user_id", "metadata.userId",
                                         "subscription_details.metadata.user_id", "parent.subscription_details.metadata.user_id"};
    for (size_t i = 0; i < COUNT(places); i++) {
        Str s = answer_str(object, places[i]);
        if (s.n)
            return s;
    }
    return (Str){NULL, 0};
}

bool stripe_subscription(Answer object, SubscriptionNews *out) {
    Str word = answer_str(object, "status");
    *out = (SubscriptionNews){.kind = NEWS_STATE,
                              .subscription = answer_str(object, "id"),
                              .customer = id_at(object, "customer"),
                              .cancel_at_end = answer_bool(object, "cancel_at_period_end"),
                              .period_start_ms = ms_at(object, "current_period_start"),
                              .period_end_ms = ms_at(object, "current_period_end"),
                              .began_s = ms_at(object, "created") / MS_SECOND};
    if (!out->period_end_ms) { /* since 2025 it lies with the items */
        JsonIter it = json_iter(answer_at(object, "items.data"));
        Answer item = json_type(answer_at(object, "items.data")) == JSON_ARRAY ? answer_next(&it) : NULL;
        out->period_start_ms = ms_at(item, "current_period_start");
        out->period_end_ms = ms_at(item, "current_period_end");
    }
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (str_eq(word, str_c0(statuses[i].word)))
            out->status = statuses[i].status;
    return out->subscription.n && out->status;
}

bool stripe_session(Answer object, SubscriptionNews *out) {
    Str mode = answer_str(object, "mode"), status = answer_str(object, "status"), paid = answer_str(object, "payment_status");
    *out = (SubscriptionNews){.kind = str_eq(status, S("expired")) ? NEWS_EXPIRED : NEWS_CHECKOUT,
                              .checkout = answer_str(object, "id"),
                              .customer = id_at(object, "customer"),
                              .subscription = id_at(object, "subscription"),
                              .status = str_eq(paid, S("unpaid")) ? SUBSCRIPTION_INCOMPLETE : SUBSCRIPTION_ACTIVE};
    bool ours = str_eq(mode, S("subscription"));
    if (!out->checkout.n || (mode.n && !ours))
        return false;
    return out->kind == NEWS_EXPIRED || (!str_eq(status, S("open")) && (ours || out->subscription.n));
}

static bool invoice(Answer object, SubscriptionNews *out) {
    *out = (SubscriptionNews){
        .kind = NEWS_UNPAID, .subscription = id_at(object, "subscription"), .customer = id_at(object, "customer")};
    if (!out->subscription.n) /* since 2025 */
        out->subscription = id_at(object, "parent.subscription_details.subscription");
    return out->subscription.n;
}

static bool deleted(Answer object, SubscriptionNews *out) {
    bool known = stripe_subscription(object, out);
    out->kind = NEWS_DELETED;
    return known || out->subscription.n;
}

static const struct {
    const char *type;
    bool (*read)(Answer object, SubscriptionNews *out);
} events[] = {
    {"checkout.session.completed", stripe_session},
    {"checkout.session.async_payment_succeeded", stripe_session},
    {"checkout.session.expired", stripe_session},
    {"customer.subscription.created", stripe_subscription},
    {"customer.subscription.updated", stripe_subscription},
    {"customer.subscription.paused", stripe_subscription},
    {"customer.subscription.resumed", stripe_subscription},
    {"customer.subscription.deleted", deleted},
    {"invoice.payment_failed", invoice},
};

bool stripe_news(Answer event, SubscriptionNews *out) {
    Str type = answer_str(event, "type");
    for (size_t i = 0; i < COUNT(events); i++) {
        if (!str_eq(type, str_c0(events[i].type)))
            continue;
        if (!events[i].read(answer_at(event, "data.object"), out))
            return false;
        out->event = answer_str(event, "id");
        out->at_s = ms_at(event, "created") / MS_SECOND;
        return true;
    }
    return false;
}

/* ---- events ---- */

bool stripe_signed(Arena *a, Str secret, Str header, Str body, int64_t now_s) {
    int64_t at_s = 0;
    Str part, rest = header, stamp = {NULL, 0};
    while (str_split(&rest, ',', &part)) {
        part = str_trim(part);
        if (str_starts(part, S("t=")))
            stamp = str_from(part, 2);
    }
    if (!secret.n || !str_i64(stamp, &at_s) || at_s < now_s - STRIPE_TOLERANCE_S)
        return false;
    Buf text = buf_arena(a, stamp.n + 1 + body.n);
    buf_add(&text, stamp);
    buf_char(&text, '.');
    buf_add(&text, body);
    bool good = false;
    rest = header;
    while (!text.err && str_split(&rest, ',', &part)) {
        part = str_trim(part);
        if (str_starts(part, S("v1=")))
            good |= hmac_sha256_hex_ok(secret, buf_str(&text), str_from(part, 3));
    }
    return good;
}

Err gateway_stripe_webhook(void *gateway, Arena *a, Str body, Str signature) {
    Gateway *g = gateway;
    SubscriptionNews news;
    SubscriptionNewsOut out;
    if (!stripe_signed(a, g->cfg->stripe_webhook_secret, signature, body, clock_now_ms() / MS_SECOND))
        return E_UNAUTHORIZED;
    Answer event = answer_of(a, body);
    if (!event)
        return a->failed ? E_NOMEM : E_SYNTAX;
    if (!stripe_news(event, &news))
        return OK;
    if (news.event.n) { /* who writes events by hand gives several one id */
        news.event = arena_printf(a, "%.*s %.*s", STR_ARG(news.event), STR_ARG(answer_str(event, "type")));
        if (!news.event.p)
            return E_NOMEM;
    }
    Err e = tell(g, a, NULL, &news, answer_at(event, "data.object"), &out);
    if (e)
        log_line(LOG_ERROR, "gateway", "event not applied", "event=%.*s error=%s", STR_ARG(answer_str(event, "type")),
                 err_name(e));
    return e;
}
