/* Open payments: the provider is asked until they settle, so webhooks are only a shortcut. */
#include "base/log.h"
#include "gateway/razorpay.h"

enum { POLL_ROWS = 16 };

static Err due(Gateway *g, Arena *a, Payment **rows, size_t *n) {
    Call c;
    int64_t next_ms;
    *n = 0;
    Err e = gateway_read(g, a, &c);
    if (e)
        return e;
    e = payment_polls(&c, POLL_ROWS, rows, n, &next_ms);
    store_read_end(c.tx);
    return e;
}

/* Asks about one payment and applies what was captured; then notes that it was asked. */
static Err poll_one(Gateway *g, const Payment *p) {
    Arena a;
    arena_init(&a, GATEWAY_ARENA_BYTES);
    Answer answer = NULL;
    Outcome o = {0};
    Err e = OK;
    if (p->provider == PROVIDER_RAZORPAY) {
        const Var vars[] = {{"order", p->provider_order, false}};
        razorpay(g, &a, RZP_ORDER_PAYMENTS, vars, COUNT(vars), S(""), GATEWAY_DEADLINE_MS, &answer, &o);
    }
    if (o.err)
        log_line(LOG_WARN, "gateway", "poll failed", "payment=%lld error=%s", (long long)p->id, err_name(o.err));
    Answer item;
    for (JsonIter it = json_iter(answer_at(answer, "items")); !e && (item = answer_next(&it));) {
        PaymentCapturedIn in;
        PaymentCapturedOut out;
        if (captured_payment(item, SOURCE_POLL, &in) && str_eq(in.provider_order, p->provider_order))
            e = gateway_write(g, &a, NULL, SYSTEM_ACTOR, payment_captured, &in, &out, sizeof out);
    }
    IdIn id = {.id = p->id};
    if (!e)
        e = gateway_write(g, &a, NULL, SYSTEM_ACTOR, payment_polled, &id, NULL, 0);
    arena_free(&a);
    return e;
}

void *gateway_poll(void *arg) {
    Gateway *g = arg;
    Arena a;
    arena_init(&a, GATEWAY_ARENA_BYTES);
    pthread_mutex_lock(&g->lock);
    while (!g->stopping) {
        if (!g->poll_due) {
            gateway_wait(g, GATEWAY_IDLE_MS);
            continue;
        }
        pthread_mutex_unlock(&g->lock);
        Payment *rows;
        size_t n;
        Err e = due(g, &a, &rows, &n);
        for (size_t i = 0; i < n && !e; i++) {
            e = poll_one(g, &rows[i]);
            pthread_mutex_lock(&g->lock);
            g->stats.polls++;
            bool stop = g->stopping;
            pthread_mutex_unlock(&g->lock);
            if (stop)
                break;
        }
        if (e)
            log_line(LOG_ERROR, "gateway", "poll not written", "error=%s", err_name(e));
        arena_reset(&a);
        pthread_mutex_lock(&g->lock);
        if (e || !n) { /* after a failure the dispatcher looks again in its own time */
            g->poll_due = false;
            if (e && !g->stopping)
                gateway_wait(g, MS_SECOND);
        }
    }
    pthread_mutex_unlock(&g->lock);
    arena_free(&a);
    return NULL;
}
