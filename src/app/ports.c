/* What contracts ask of the gateway. The gateway starts after the server (the sandbox must know the server's port), so there is a
 * moment in which these answer E_BUSY. */
#include "app/box.h"
#include "codec/base64.h"
#include "realtime/phoenix.h"

static Err open_payment(void *ctx, Arena *a, Diag *d, const Actor *actor, const PaymentPrepareIn *in, Payment *out) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_open_payment(g, a, d, actor, in, out) : E_BUSY;
}

static Err call_payment(void *ctx, Arena *a, Diag *d, const Actor *actor, const Payment *p, Payment *out) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_call_payment(g, a, d, actor, p, out) : E_BUSY;
}

static Err verify_payment(void *ctx, Arena *a, Diag *d, const Actor *actor, Str order, Str payment, Str signature,
                          PaymentCapturedOut *out) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_verify_payment(g, a, d, actor, order, payment, signature, out) : E_BUSY;
}

static Err verify_bank(void *ctx, Arena *a, Diag *d, const Actor *actor, int64_t bank, BankAccount *out) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_verify_bank(g, a, d, actor, bank, out) : E_BUSY;
}

static Err webhook(void *ctx, Arena *a, Str body, Str signature) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_webhook(g, a, body, signature) : E_BUSY;
}

static Err google(void *ctx, Arena *a, Str id_token, GoogleIdentity *out) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_google(g, a, id_token, out) : E_BUSY;
}

static Err stripe_checkout(void *ctx, Arena *a, Diag *d, const Actor *actor, Str origin, Str *url) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_stripe_checkout(g, a, d, actor, origin, url) : E_BUSY;
}

static Err stripe_portal(void *ctx, Arena *a, Diag *d, const Actor *actor, Str origin, Str *url) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_stripe_portal(g, a, d, actor, origin, url) : E_BUSY;
}

static Err stripe_cancel(void *ctx, Arena *a, Diag *d, const Actor *actor, Subscription *out) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_stripe_cancel(g, a, d, actor, out) : E_BUSY;
}

static Err stripe_sync(void *ctx, Arena *a, const Actor *actor) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_stripe_sync(g, a, actor) : E_BUSY;
}

static Err stripe_webhook(void *ctx, Arena *a, Str body, Str signature) {
    Gateway *g = ((Box *)ctx)->gateway;
    return g ? gateway_stripe_webhook(g, a, body, signature) : E_BUSY;
}

static const DomainConfig *domain_in_force(void *app) { return ((Box *)app)->domain; }

static Err cleanup(void *ctx) {
    Box *box = ctx;
    return jobs_run(&(JobsConfig){.store = box->store, .domain = domain_in_force, .app = box});
}

void box_push(Box *box, const uint8_t key[32]) {
    const Settings *s = &box->settings.now;
    GatewayConfig *g = &box->gateway_config;
    uint8_t seed[SHA256_BYTES];
    hmac_sha256(str_of(key, 32), S("gigbox web push 1"), seed);
    p256_key_of(str_of(seed, sizeof seed), &g->vapid);
    secret_wipe(seed, sizeof seed);
    base64_put(BASE64_URL, box->push_key, g->vapid.point, sizeof g->vapid.point);
    bool site = str_starts(s->public_url, S("https://"));
    g->push_contact = site ? s->public_url : arena_printf(&box->arena, "mailto:%.*s", STR_ARG(s->smtp_from));
}

static Err settings(void *ctx, Arena *a, SettingFact **rows, size_t *n) { return live_settings(((Box *)ctx)->live, a, rows, n); }

static Err setting_check(void *ctx, Arena *a, Str key, Str value, bool clear, Str *before, Str *why) {
    return live_check(((Box *)ctx)->live, a, key, value, clear, before, why);
}

static Err settings_apply(void *ctx) { return live_reload(((Box *)ctx)->live); }

static Err facts(void *ctx, BoxFacts *out) {
    const Box *box = ctx;
    return health_facts(&box->health, box->options->data, out);
}

static Err broadcast(void *ctx, Arena *a, const Actor *actor, Str topic, Str event, Str payload) {
    return phoenix_broadcast(((Box *)ctx)->hub, actor, a, topic, event, payload);
}

Ports box_ports(Box *box) {
    const GatewayConfig *g = &box->gateway_config;
    Ports p = {.ctx = box,
               .settings = settings,
               .setting_check = setting_check,
               .settings_apply = settings_apply,
               .facts = facts,
               .open_payment = open_payment,
               .call_payment = call_payment,
               .verify_payment = verify_payment,
               .verify_bank = verify_bank,
               .webhook = webhook,
               .push_key = str_of(box->push_key, sizeof box->push_key),
               .google = google,
               .stripe_checkout = stripe_checkout,
               .stripe_portal = stripe_portal,
               .stripe_cancel = stripe_cancel,
               .stripe_sync = stripe_sync,
               .stripe_webhook = stripe_webhook,
               .broadcast = broadcast,
               .cleanup = cleanup,
               .cron_secret = box->settings.now.cron_secret,
               .checkout_key_id = g->razorpay_key_id,
               .public_url = box->settings.now.public_url,
               .sandbox_payments = g->sandbox_payments,
               .sandbox_messages = g->sandbox_sms,
               .sandbox = g->sandbox_payments || g->sandbox_sms || g->sandbox_mail};
    box_care_ports(&p);
    return p;
}
