#include "gateway/sandbox/sandbox.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "codec/base64.h"
#include "crypto/hmac.h"
#include "gateway/sandbox/internal.h"

enum { STRINGS_BYTES = 64 * 1024, ID_BYTES_MAX = 64 };

/* ---- routes ---- */

typedef enum Auth { AUTH_NONE, AUTH_RAZORPAY, AUTH_SMS, AUTH_PUSH, AUTH_STRIPE } Auth;

static void rzp_order_create(Visit *v) { thing_create(v, THING_ORDER, S("")); }
static void rzp_order_get(Visit *v) { thing_get(v, THING_ORDER, v->id); }
static void rzp_order_payments(Visit *v) { thing_list(v, THING_PAYMENT, THING_ORDER, v->id); }
static void rzp_payment_get(Visit *v) { thing_get(v, THING_PAYMENT, v->id); }
static void rzp_refund_create(Visit *v) { thing_create(v, THING_REFUND, v->id); }
static void rzp_payment_refunds(Visit *v) { thing_list(v, THING_REFUND, THING_PAYMENT, v->id); }
static void rzp_refund_get(Visit *v) { thing_get(v, THING_REFUND, v->id); }
static void rzp_contact_create(Visit *v) { thing_create(v, THING_CONTACT, S("")); }
static void rzp_fund_create(Visit *v) { thing_create(v, THING_FUND, S("")); }
static void rzp_validation_create(Visit *v) { thing_create(v, THING_VALIDATION, S("")); }
static void rzp_validation_get(Visit *v) { thing_get(v, THING_VALIDATION, v->id); }
static void rzp_payout_create(Visit *v) { thing_create(v, THING_PAYOUT, S("")); }
static void rzp_payout_get(Visit *v) { thing_get(v, THING_PAYOUT, v->id); }

#define SWITCH(member) offsetof(GatewayConfig, member)

/* {id} stands for one segment; the channel's switch decides whether the row exists. */
// clang-format off
static const struct {
    const char *method, *path;
    size_t channel; /* of a bool in GatewayConfig; 0: any channel will do */
    Auth auth;
    void (*answer)(Visit *v);
} routes[] = {
    {"GET", "/sandbox/outbox", 0, AUTH_NONE, list_outbox},
    {"POST", "/sandbox/razorpay/pay", SWITCH(sandbox_payments), AUTH_NONE, pay},
    {"POST", "/sandbox/razorpay/resend", SWITCH(sandbox_payments), AUTH_NONE, resend},
    {"POST", "/sandbox/razorpay/v1/orders", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_order_create},
    {"GET", "/sandbox/razorpay/v1/orders/{id}", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_order_get},
    {"GET", "/sandbox/razorpay/v1/orders/{id}/payments", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_order_payments},
    {"GET", "/sandbox/razorpay/v1/payments/{id}", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_payment_get},
    {"POST", "/sandbox/razorpay/v1/payments/{id}/refund", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_refund_create},
    {"GET", "/sandbox/razorpay/v1/payments/{id}/refunds", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_payment_refunds},
    {"GET", "/sandbox/razorpay/v1/refunds/{id}", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_refund_get},
    {"POST", "/sandbox/razorpay/v1/contacts", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_contact_create},
    {"POST", "/sandbox/razorpay/v1/fund_accounts", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_fund_create},
    {"POST", "/sandbox/razorpay/v1/fund_accounts/validations", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_validation_create},
    {"GET", "/sandbox/razorpay/v1/fund_accounts/validations/{id}", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_validation_get},
    {"POST", "/sandbox/razorpay/v1/payouts", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_payout_create},
    {"GET", "/sandbox/razorpay/v1/payouts/{id}", SWITCH(sandbox_payments), AUTH_RAZORPAY, rzp_payout_get},
    {"POST", "/sandbox/sms/2010-04-01/Accounts/{id}/Messages.json", SWITCH(sandbox_sms), AUTH_SMS, take_sms},
    {"POST", "/sandbox/stripe/complete", SWITCH(sandbox_stripe), AUTH_NONE, stripe_complete},
    {"POST", "/sandbox/stripe/play", SWITCH(sandbox_stripe), AUTH_NONE, stripe_play},
    {"GET", "/sandbox/stripe/checkout/{id}", SWITCH(sandbox_stripe), AUTH_NONE, stripe_checkout_page},
    {"GET", "/sandbox/stripe/portal/{id}", SWITCH(sandbox_stripe), AUTH_NONE, stripe_portal_page},
    {"POST", "/sandbox/stripe/v1/checkout/sessions", SWITCH(sandbox_stripe), AUTH_STRIPE, stripe_checkout_create},
    {"GET", "/sandbox/stripe/v1/checkout/sessions/{id}", SWITCH(sandbox_stripe), AUTH_STRIPE, stripe_checkout_get},
    {"POST", "/sandbox/stripe/v1/billing_portal/sessions", SWITCH(sandbox_stripe), AUTH_STRIPE, stripe_portal_create},
    {"GET", "/sandbox/stripe/v1/subscriptions/{id}", SWITCH(sandbox_stripe), AUTH_STRIPE, stripe_subscription_get},
    {"POST", "/sandbox/stripe/v1/subscriptions/{id}", SWITCH(sandbox_stripe), AUTH_STRIPE, stripe_subscription_change},
    {"GET", "/sandbox/google/certs", SWITCH(sandbox_google), AUTH_NONE, google_certs},
    {"POST", "/sandbox/google/token", SWITCH(sandbox_google), AUTH_NONE, google_token},
    {"POST", "/sandbox/webpush/subscribe", SWITCH(sandbox_push), AUTH_NONE, webpush_subscribe},
    {"POST", "/sandbox/webpush/{id}", SWITCH(sandbox_push), AUTH_NONE, webpush_take},
    {"POST", "/sandbox/fcm/v1/projects/{id}/messages:send", SWITCH(sandbox_push), AUTH_PUSH, take_push},
};
// clang-format on

static bool path_fits(Str pattern, Str path, Str *id) {
    size_t hole = str_index(pattern, '{');
    if (hole == pattern.n)
        return str_eq(pattern, path);
    Str before = str_slice(pattern, 0, hole), after = str_from(pattern, hole + 4);
    if (path.n <= before.n + after.n || !str_starts(path, before) || !str_ends(path, after))
        return false;
    *id = str_slice(path, before.n, path.n - after.n);
    return id->n <= ID_BYTES_MAX && str_index(*id, '/') == id->n;
}

/* ---- answers ---- */

void answer_template(Visit *v, int status, const char *text, const Var *vars, size_t n) {
    v->rep->status = status;
    if (template_add(&v->rep->body, str_c0(text), vars, n, ESCAPE_JSON))
        v->rep->status = 500;
}

void answer_error(Visit *v, int status, const char *description, const char *field) {
    const Var vars[] = {{"description", str_c0(description), false}, {"field", field ? str_c0(field) : S("null"), !field}};
    answer_template(v, status,
                    "{\"error\":{\"code\":\"BAD_REQUEST_ERROR\",\"description\":{description},\"source\":\"business\","
                    "\"step\":\"payment_initiation\",\"reason\":\"input_validation_failed\",\"metadata\":[],\"field\":{field}}}",
                    vars, COUNT(vars));
}

void answer_err(Visit *v, Err e) {
    bool bad = e == E_SYNTAX || e == E_INVALID;
    answer_error(v, bad ? 400 : 500,
                 bad ? "The request is malformed." : "We are facing some trouble completing your request at the moment.", NULL);
}

/* ---- who may ---- */

/* "Basic " + base64(user ":" password), in constant time. */
static bool basic_ok(Arena *a, Str header, Str user, Str password) {
    Buf want = buf_arena(a, 1024);
    Str plain = arena_printf(a, "%.*s:%.*s", STR_ARG(user), STR_ARG(password));
    buf_lit(&want, "Basic ");
    base64_add(BASE64_STD, &want, plain.p, plain.n);
    return !want.err && ct_str_eq(buf_str(&want), header);
}

static bool allowed(Visit *v, Auth auth) {
    const GatewayConfig *g = v->sandbox->gateway;
    Str header = v->req->header(v->req, "Authorization");
    switch (auth) {
    case AUTH_RAZORPAY: return basic_ok(v->req->arena, header, g->razorpay_key_id, g->razorpay_key_secret);
    case AUTH_STRIPE: return basic_ok(v->req->arena, header, g->stripe_secret_key, S(""));
    case AUTH_SMS: return basic_ok(v->req->arena, header, g->sms_account, g->sms_key) && str_eq(v->id, g->sms_account);
    case AUTH_PUSH: return ct_str_eq(header, arena_printf(v->req->arena, "Bearer %.*s", STR_ARG(g->push_token)));
    case AUTH_NONE: break;
    }
    return true;
}

bool sandbox_handle(Sandbox *s, const Request *req, Reply *rep) {
    if (!s || !str_starts(req->path, S("/sandbox/")) || (!s->cfg.remote && !request_is_local(req)))
        return false;
    Str path = str_ends(req->path, S("/")) ? str_slice(req->path, 0, req->path.n - 1) : req->path;
    const char *allow = NULL;
    for (size_t i = 0; i < COUNT(routes); i++) {
        Visit v = {.sandbox = s, .req = req, .rep = rep, .bytes = req->body};
        bool there = !routes[i].channel || *(const bool *)((const char *)s->gateway + routes[i].channel);
        if (!there || !path_fits(str_c0(routes[i].path), path, &v.id))
            continue;
        if (!str_eq(str_c0(routes[i].method), req->method)) {
            allow = routes[i].method;
            continue;
        }
        rep->content_type = S("application/json");
        if (!allowed(&v, routes[i].auth)) {
            answer_error(&v, 401, "Authentication failed", NULL);
            return true;
        }
        if (str_starts(str_trim(req->body), S("{")))
            v.body = answer_of(req->arena, req->body);
        routes[i].answer(&v);
        return true;
    }
    if (!allow)
        return false;
    Visit v = {.sandbox = s, .req = req, .rep = rep};
    rep->content_type = S("application/json");
    reply_header(rep, "Allow", str_c0(allow));
    answer_error(&v, 405, "The requested method is not allowed.", NULL);
    return true;
}

/* ---- life ---- */

Str sandbox_secret(const Sandbox *s, Arena *a, const char *prefix, const char *purpose, int chars) {
    char hex[SHA256_HEX_CHARS];
    hmac_sha256_hex(str_of(s->cfg.box_key, 32), str_c0(purpose), hex);
    return arena_printf(a, "%s%.*s", prefix, chars, hex);
}

static Str derived(Sandbox *s, const char *prefix, const char *purpose, int chars) {
    return sandbox_secret(s, &s->strings, prefix, purpose, chars);
}

static Err thread_start(pthread_t *t, void *(*run)(void *), Sandbox *s, bool *runs) {
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, GATEWAY_STACK_BYTES);
    *runs = pthread_create(t, &attr, run, s) == 0;
    pthread_attr_destroy(&attr);
    return *runs ? OK : E_NOMEM;
}

Err sandbox_open(const SandboxConfig *cfg, GatewayConfig *g, Sandbox **out) {
    *out = NULL;
    if (!g->sandbox_payments && !g->sandbox_sms && !g->sandbox_mail && !g->sandbox_push && !g->sandbox_google &&
        !g->sandbox_stripe)
        return OK;
    Sandbox *s = calloc(1, sizeof *s);
    if (!s)
        return E_NOMEM;
    s->cfg = *cfg;
    s->gateway = g;
    s->smtp_listener = s->smtp_stop = -1;
    arena_init(&s->strings, STRINGS_BYTES);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, &attr);
    pthread_condattr_destroy(&attr);
    Err e = OK;
    if (g->sandbox_payments) {
        g->razorpay_key_id = derived(s, "rzp_test_", "sandbox razorpay key id", 14);
        g->razorpay_key_secret = derived(s, "", "sandbox razorpay key secret", 24);
        g->razorpay_webhook_secret = derived(s, "", "sandbox razorpay webhook secret", 32);
        g->razorpay_account_number = S("2323230000000000");
    }
    if (g->sandbox_sms) {
        g->sms_provider = S("sandbox");
        g->sms_account = derived(s, "AC", "sandbox sms account", 32);
        g->sms_key = derived(s, "", "sandbox sms key", 32);
        g->sms_sender = S("SANDBX");
    }
    if (g->sandbox_push) {
        g->push_project = S("sandbox");
        g->push_token = derived(s, "", "sandbox push token", 32);
    }
    if (g->sandbox_stripe) {
        g->stripe_secret_key = derived(s, "sk_test_", "sandbox stripe key", 24);
        if (!g->stripe_webhook_secret.n)
            g->stripe_webhook_secret = derived(s, "whsec_", "sandbox stripe webhook secret", 32);
        if (!g->stripe_price_id.n)
            g->stripe_price_id = S("price_sandbox_pro");
    }
    if (g->sandbox_google)
        g->google_client_id = derived(s, "sandbox-", "sandbox google client", 24);
    if (g->sandbox_mail) {
        g->smtp_host = S("127.0.0.1");
        g->smtp_security = MAIL_PLAIN;
        g->smtp_user = g->smtp_password = S("");
        e = smtp_open(s, &g->smtp_port);
    }
    if (!e && s->strings.failed)
        e = E_NOMEM;
    if (e) {
        sandbox_stop(s);
        return e;
    }
    *out = s;
    return OK;
}

Err sandbox_start(Sandbox *s, Str own_url) {
    GatewayConfig *g = s->gateway;
    s->own_url = arena_str(&s->strings, own_url);
    if (g->sandbox_payments)
        g->razorpay_url = arena_printf(&s->strings, "%.*s/sandbox/razorpay", STR_ARG(own_url));
    if (g->sandbox_sms)
        g->sms_url = arena_printf(&s->strings, "%.*s/sandbox/sms", STR_ARG(own_url));
    if (g->sandbox_push) {
        g->push_url = arena_printf(&s->strings, "%.*s/sandbox/fcm", STR_ARG(own_url));
        g->web_push_sandbox = arena_printf(&s->strings, "%.*s/sandbox/webpush", STR_ARG(own_url));
    }
    if (g->sandbox_stripe)
        g->stripe_url = arena_printf(&s->strings, "%.*s/sandbox/stripe", STR_ARG(own_url));
    if (g->sandbox_google)
        g->google_certs_url = arena_printf(&s->strings, "%.*s/sandbox/google/certs", STR_ARG(own_url));
    if (s->strings.failed)
        return E_NOMEM;
    log_line(LOG_WARN, "sandbox", "providers are played by this box",
             "payments=%d sms=%d mail=%d push=%d google=%d stripe=%d remote=%d", g->sandbox_payments, g->sandbox_sms,
             g->sandbox_mail, g->sandbox_push, g->sandbox_google, g->sandbox_stripe, s->cfg.remote);
    Err e = g->sandbox_payments || g->sandbox_stripe ? thread_start(&s->postman, postman, s, &s->postman_runs) : OK;
    return !e && g->sandbox_mail ? thread_start(&s->smtp, smtp_serve, s, &s->smtp_runs) : e;
}

void sandbox_stop(Sandbox *s) {
    if (!s)
        return;
    static const uint64_t one = 1;
    pthread_mutex_lock(&s->lock);
    __atomic_store_n(&s->stopping, true, __ATOMIC_RELAXED);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (s->smtp_runs && write(s->smtp_stop, &one, sizeof one) == (ssize_t)sizeof one)
        pthread_join(s->smtp, NULL);
    if (s->postman_runs)
        pthread_join(s->postman, NULL);
    smtp_close(s);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    arena_free(&s->strings);
    free(s);
}
