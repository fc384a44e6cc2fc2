/* What a request waits for: the functions behind contract/ports.h. */
#include "base/log.h"
#include "crypto/hmac.h"
#include "gateway/razorpay.h"

enum { CHECKOUT_TEXT_BYTES = 256 };
#define LEASE_POLL_MS INT64_C(50) /* how often somebody else's call is looked at */

Err gateway_call_begin(Gateway *g) {
    pthread_mutex_lock(&g->lock);
    bool place = g->calls < g->cfg->calls_max && !g->stopping;
    if (place) {
        g->calls++;
        g->stats.calls++;
    } else {
        g->stats.busy++;
    }
    pthread_mutex_unlock(&g->lock);
    return place ? OK : E_BUSY;
}

void gateway_call_end(Gateway *g, const char *what, const Outcome *o) {
    pthread_mutex_lock(&g->lock);
    g->calls--;
    pthread_mutex_unlock(&g->lock);
    if (o->err)
        log_line(LOG_WARN, "gateway", "call failed", "call=%s error=%s", what, err_name(o->err));
}

Err gateway_call_payment(void *gateway, Arena *a, Diag *d, const Actor *actor, const Payment *p, Payment *out) {
    (void)actor; /* who may pay was decided when it was prepared */
    Gateway *g = gateway;
    Outcome o = {0};
    Str provider_order = S("");
    Err failed = gateway_call_begin(g);
    if (!failed) {
        failed = razorpay_open(g, a, p, &provider_order, &o);
        gateway_call_end(g, "order", &o);
    }
    /* Told in any case: without an answer the lease ends, so that the next request need not wait it out. */
    PaymentOpenedIn opened = {.payment = p->id, .provider_order = failed ? S("") : provider_order};
    Err e = gateway_write(g, a, d, SYSTEM_ACTOR, payment_opened, &opened, out, sizeof *out);
    if (failed == E_BUSY || failed == E_NOMEM)
        return failed;
    if (failed)
        return diag_fail(d, failed == E_NETWORK ? E_NETWORK : E_PROVIDER, "PROVIDER_UNAVAILABLE",
                         S("The payment provider cannot be reached now."));
    return e;
}

Err gateway_open_payment(void *gateway, Arena *a, Diag *d, const Actor *actor, const PaymentPrepareIn *in, Payment *out) {
    Gateway *g = gateway;
    int64_t until_ms = clock_mono_ms() + GATEWAY_CALL_DEADLINE_MS;
    for (;;) {
        PaymentPrepareOut prepared;
        Err e = gateway_write(g, a, d, *actor, payment_prepare, in, &prepared, sizeof prepared);
        if (e)
            return e;
        *out = prepared.payment;
        if (prepared.action == PAY_READY)
            return OK;
        if (prepared.action == PAY_CALL)
            return gateway_call_payment(g, a, d, actor, &prepared.payment, out);
        if (clock_mono_ms() >= until_ms)
            return diag_fail(d, E_NETWORK, "PROVIDER_UNAVAILABLE", S("The payment provider cannot be reached now."));
        gateway_nap(LEASE_POLL_MS);
    }
}

Err gateway_verify_payment(void *gateway, Arena *a, Diag *d, const Actor *actor, Str provider_order, Str provider_payment,
                           Str signature, PaymentCapturedOut *out) {
    Gateway *g = gateway;
    char mem[CHECKOUT_TEXT_BYTES];
    Buf text = buf_fixed(mem, sizeof mem);
    buf_add(&text, provider_order);
    buf_char(&text, '|');
    buf_add(&text, provider_payment);
    Str secret = g->cfg->razorpay_key_secret;
    if (text.err || !secret.n || !hmac_sha256_hex_ok(secret, buf_str(&text), signature))
        return diag_fail(d, E_INVALID, "INVALID_SIGNATURE", S("The payment's signature is not valid."));
    PaymentCapturedIn in = {.provider = PROVIDER_RAZORPAY,
                            .source = SOURCE_VERIFY,
                            .provider_order = provider_order,
                            .provider_payment = provider_payment};
    return gateway_write(g, a, d, *actor, payment_verified, &in, out, sizeof *out);
}

Err gateway_verify_bank(void *gateway, Arena *a, Diag *d, const Actor *actor, int64_t bank, BankAccount *out) {
    Gateway *g = gateway;
    IdIn id = {.id = bank};
    BankVerifyOut begun;
    Err e = gateway_write(g, a, d, *actor, bank_verify_begin, &id, &begun, sizeof begun);
    if (e)
        return e;
    *out = begun.account;
    if (!begun.call || gateway_call_begin(g))
        return OK; /* checked already, by another, or later by the outbox */
    Penny penny;
    Outcome o = {0};
    penny_drop(g, a, &begun.account, S(""), GATEWAY_CALL_DEADLINE_MS, &penny, &o);
    gateway_call_end(g, "penny drop", &o);
    return penny_record(g, a, bank, &penny, out);
}
