/* What Razorpay tells us by itself. Formats: razorpay.com/docs/webhooks/payloads. */
#include "base/log.h"
#include "crypto/hmac.h"
#include "domain/row.h"
#include "gateway/razorpay.h"

typedef Err EventFn(Gateway *g, Arena *a, Answer entity);

static Err on_payment(Gateway *g, Arena *a, Answer entity) {
    PaymentCapturedIn in;
    PaymentCapturedOut out;
    if (!captured_payment(entity, SOURCE_WEBHOOK, &in))
        return OK; /* not captured, or not of an order */
    return gateway_write(g, a, NULL, SYSTEM_ACTOR, payment_captured, &in, &out, sizeof out);
}

typedef struct PayoutEvent {
    int64_t withdrawal;
    PayoutFate fate;
    Str id, error;
} PayoutEvent;

static Err apply_payout(Call *c, const void *in, void *out) {
    (void)out;
    const PayoutEvent *ev = in;
    Withdrawal w;
    Err e = row_load(c, &WITHDRAWAL, ev->withdrawal, &w);
    if (e)
        return e == E_MISSING ? OK : e; /* of a box that was restored from an older copy: nothing to settle */
    if (w.state == WITHDRAWAL_WAITING) {
        OutboxOutcome o = {.id = w.outbox,
                           .err = ev->fate == PAYOUT_DONE ? OK : E_PROVIDER,
                           .permanent = true,
                           .provider_id = ev->id,
                           .error = ev->error};
        return outbox_settle(c, &o);
    }
    if (w.state == WITHDRAWAL_PAID && ev->fate == PAYOUT_FAILED && str_eq(w.provider_id, ev->id)) {
        PayoutReversedIn back = {.provider_id = ev->id, .reason = ev->error};
        Withdrawal after;
        return payout_reversed(c, &back, &after);
    }
    return OK;
}

static Err on_payout(Gateway *g, Arena *a, Answer entity) {
    PayoutEvent ev = {.withdrawal = withdrawal_of(answer_str(entity, "reference_id")),
                      .fate = payout_fate(answer_str(entity, "status")),
                      .id = answer_str(entity, "id"),
                      .error = answer_str(entity, "status_details.description")};
    if (!ev.error.n)
        ev.error = answer_str(entity, "failure_reason");
    if (!ev.withdrawal || !ev.id.n || ev.fate == PAYOUT_UNDER_WAY)
        return OK;
    return gateway_write(g, a, NULL, SYSTEM_ACTOR, apply_payout, &ev, NULL, 0);
}

static Err on_refund_failed(Gateway *g, Arena *a, Answer entity) {
    (void)g, (void)a;
    log_line(LOG_ERROR, "gateway", "a refund failed at the provider after it was taken", "refund=%.*s",
             STR_ARG(answer_str(entity, "id")));
    return OK;
}

/* Everything else (payment.failed, refund.processed, payout.initiated, …) tells nothing that the answers to our own calls do not.
 */
static const struct {
    const char *event, *entity;
    EventFn *apply;
} events[] = {
    {"payment.captured", "payload.payment.entity", on_payment},   {"order.paid", "payload.payment.entity", on_payment},
    {"refund.failed", "payload.refund.entity", on_refund_failed}, {"payout.processed", "payload.payout.entity", on_payout},
    {"payout.reversed", "payload.payout.entity", on_payout},      {"payout.failed", "payload.payout.entity", on_payout},
    {"payout.rejected", "payload.payout.entity", on_payout},      {"payout.cancelled", "payload.payout.entity", on_payout},
};

Err gateway_webhook(void *gateway, Arena *a, Str body, Str signature) {
    Gateway *g = gateway;
    Str secret = g->cfg->razorpay_webhook_secret;
    if (!secret.n || !hmac_sha256_hex_ok(secret, body, signature))
        return E_UNAUTHORIZED;
    Answer root = answer_of(a, body);
    if (!root)
        return a->failed ? E_NOMEM : E_SYNTAX;
    Str event = answer_str(root, "event");
    for (size_t i = 0; i < COUNT(events); i++) {
        if (!str_eq(event, str_c0(events[i].event)))
            continue;
        Answer entity = answer_at(root, events[i].entity);
        Err e = entity ? events[i].apply(g, a, entity) : OK;
        if (e)
            log_line(LOG_ERROR, "gateway", "event not applied", "event=%s error=%s", events[i].event, err_name(e));
        return e;
    }
    return OK;
}
