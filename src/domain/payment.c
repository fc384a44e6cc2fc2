/* Opening provider orders and asking about them. What arrives is receipt.c, what goes back refund.c. */
#include "domain/payment.h"

#include <assert.h>

#include "domain/boost.h"
#include "domain/ledger.h"
#include "domain/milestone.h"
#include "domain/payment_internal.h"
#include "domain/payment_request.h"
#include "domain/row.h"

static const Field fields[] = {
    FIELD(1, Payment, purpose, F_I32, "PaymentPurpose"),
    FIELD(2, Payment, state, F_I32, "PaymentState"),
    FIELD(3, Payment, provider, F_I32, "Provider"),
    FIELD(4, Payment, ref, F_I64, "what it pays, by purpose"),
    FIELD(5, Payment, order, F_I64, "order, 0 = none"),
    FIELD(6, Payment, payer, F_I64, "user who pays"),
    FIELD(7, Payment, amount, F_I64, "minor units"),
    FIELD(8, Payment, currency, F_STR, "ISO 4217"),
    FIELD(9, Payment, provider_order, F_STR, "provider's id of it"),
    FIELD(10, Payment, provider_payment, F_STR, "provider's id of the payment that was applied"),
    FIELD(11, Payment, url, F_STR, "checkout page"),
    FIELD(12, Payment, lease_ms, F_I64, "somebody asks the provider until then"),
    FIELD(13, Payment, created_ms, F_I64, "when prepared"),
    FIELD(14, Payment, opened_ms, F_I64, "when the provider answered"),
    FIELD(15, Payment, paid_ms, F_I64, "when applied"),
    FIELD(16, Payment, void_ms, F_I64, "when its target went away"),
    FIELD(17, Payment, poll_ms, F_I64, "when to ask the provider next"),
    FIELD(18, Payment, polls, F_I32, "how often it was asked"),
};

static bool has_provider_order(const void *row) { return ((const Payment *)row)->provider_order.n != 0; }
static bool has_poll(const void *row) { return ((const Payment *)row)->poll_ms != 0; }
static bool has_order(const void *row) { return ((const Payment *)row)->order != 0; }

static const Index indexes[] = {
    {.id = 140,
     .kind = IX_ORDERED,
     .part_count = 3,
     .name = "payment_target",
     .doc = "provider orders of a target",
     .parts = {{.tag = 1}, {.tag = 4}, {.tag = 2}}},
    {.id = 141,
     .kind = IX_ORDERED,
     .part_count = 2,
     .name = "payment_order",
     .doc = "provider orders of an order",
     .parts = {{.tag = 5}, {.tag = 2}},
     .when = has_order},
    {.id = 142,
     .kind = IX_UNIQUE,
     .part_count = 2,
     .name = "payment_provider_order",
     .doc = "by the provider's id",
     .parts = {{.tag = 3}, {.tag = 9}},
     .when = has_provider_order},
    {.id = 143,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "payment_poll",
     .doc = "what to ask about next",
     .parts = {{.tag = 17}},
     .when = has_poll},
};
const Record PAYMENT = {.kind = 46,
                        .size = sizeof(Payment),
                        .name = "payment",
                        .doc = "an order opened at a payment provider",
                        .fields = fields,
                        .field_count = COUNT(fields),
                        .indexes = indexes,
                        .index_count = COUNT(indexes)};
const Index *const PAYMENT_BY_TARGET = &indexes[0];
const Index *const PAYMENT_BY_ORDER = &indexes[1];
const Index *const PAYMENT_BY_PROVIDER_ORDER = &indexes[2];
const Index *const PAYMENT_BY_POLL = &indexes[3];

enum { PAYMENTS_PER_TARGET_MAX = 64 };

/* ---- targets ---- */

static Err no_longer(Call *c, bool funded) {
    return funded ? diag_fail(c->diag, E_STATE, "ALREADY_FUNDED", S("This is paid already."))
                  : diag_fail(c->diag, E_STATE, "INVALID_STATE", S("This cannot be paid now."));
}

static bool order_payable(const Order *o) { return (ORDER_BIT(o->status) & ORDER_OPEN_MASK) != 0; }

static Err order_target(Call *c, PaymentTarget *t) {
    Order o;
    Err e = row_load(c, &ORDER, t->ref, &o);
    if (e)
        return e;
    t->order = o.id;
    t->payer = o.client;
    t->amount = o.amount;
    if (!(o.flags & ORDER_MILESTONES)) {
        if (o.escrow_state != ESCROW_AWAITING)
            return no_longer(c, true);
        return order_payable(&o) ? OK : no_longer(c, false);
    }
    Milestone *parts;
    size_t n;
    Key key = key1(MILESTONE_BY_ORDER, o.id);
    e = row_all(c, &MILESTONE, MILESTONE_BY_ORDER, &key, MILESTONES_MAX, &parts, &n);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        if (parts[i].status == MILE_PLANNED) {
            t->purpose = PAY_MILESTONE;
            t->ref = parts[i].id;
            return payment_target(c, t);
        }
    return no_longer(c, true);
}

static Err milestone_target(Call *c, PaymentTarget *t) {
    Milestone m;
    Order o;
    Err e = row_load(c, &MILESTONE, t->ref, &m);
    if (!e)
        e = row_load(c, &ORDER, m.order, &o);
    if (e)
        return e;
    t->order = o.id;
    t->payer = o.client;
    t->amount = m.amount;
    if (!order_payable(&o))
        return no_longer(c, false);
    return m.status == MILE_PLANNED ? OK : no_longer(c, m.status != MILE_CANCELLED);
}

static Err boost_target(Call *c, PaymentTarget *t) {
    Boost b;
    Err e = row_load(c, &BOOST, t->ref, &b);
    if (e)
        return e;
    t->payer = b.user;
    t->amount = b.price;
    return b.state == BOOST_UNPAID ? OK : no_longer(c, true);
}

Err payment_target(Call *c, PaymentTarget *t) {
    switch (t->purpose) {
    case PAY_ORDER: return order_target(c, t);
    case PAY_MILESTONE: return milestone_target(c, t);
    case PAY_REQUEST: return request_target(c, t);
    case PAY_BOOST: return boost_target(c, t);
    default: return diag_field(c->diag, E_INVALID, S("purpose"), S("is not known"));
    }
}

/* ---- opening ---- */

Err payment_void(Call *c, Payment *p) {
    p->state = PAYMENT_VOID;
    p->void_ms = c->now_ms;
    return rec_put(c->tx, &PAYMENT, p);
}

/* Voids what could still be paid among the entries with this prefix, but for one. */
static Err void_all(Call *c, const Index *ix, const Key *prefix, int64_t except) {
    Payment *rows;
    size_t n;
    Err e = row_all(c, &PAYMENT, ix, prefix, PAYMENTS_PER_TARGET_MAX, &rows, &n);
    for (size_t i = 0; i < n && !e; i++)
        if (rows[i].id != except && (rows[i].state == PAYMENT_OPENING || rows[i].state == PAYMENT_OPEN))
            e = payment_void(c, &rows[i]);
    return e;
}

Err payment_void_target(Call *c, int32_t purpose, int64_t ref) { return payment_void_others(c, purpose, ref, 0); }

Err payment_void_others(Call *c, int32_t purpose, int64_t ref, int64_t except) {
    Key key = key2(PAYMENT_BY_TARGET, purpose, ref);
    return void_all(c, PAYMENT_BY_TARGET, &key, except);
}

Err payment_void_order(Call *c, int64_t order) {
    for (int32_t state = PAYMENT_OPENING; state <= PAYMENT_OPEN; state++) {
        Key key = key2(PAYMENT_BY_ORDER, order, state);
        Err e = void_all(c, PAYMENT_BY_ORDER, &key, 0);
        if (e)
            return e;
    }
    return OK;
}

/* Takes the right to ask the provider, or says how long to wait for the one who has it. */
static Err lease(Call *c, Payment *p, PaymentPrepareOut *out) {
    if (p->lease_ms > c->now_ms) {
        out->action = PAY_WAIT;
        out->wait_ms = p->lease_ms - c->now_ms;
    } else {
        out->action = PAY_CALL;
        p->lease_ms = c->now_ms + PAYMENT_LEASE_MS;
        Err e = rec_put(c->tx, &PAYMENT, p);
        if (e)
            return e;
    }
    out->payment = *p;
    return OK;
}

Err payment_prepare_target(Call *c, const PaymentTarget *t, PaymentPrepareOut *out) {
    assert(tx_writable(c->tx));
    *out = (PaymentPrepareOut){0};
    if (t->provider != PROVIDER_RAZORPAY && t->provider != PROVIDER_STRIPE)
        return diag_field(c->diag, E_INVALID, S("provider"), S("is not known"));
    if (t->amount <= 0 || t->amount > MONEY_MAX)
        return diag_field(c->diag, E_INVALID, S("amount"), S("cannot be paid"));
    /* Razorpay's least order is one rupee. */
    if (t->provider == PROVIDER_RAZORPAY && t->amount < RAZORPAY_LEAST)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The payment provider does not take so small an amount."));
    for (int32_t state = PAYMENT_OPENING; state <= PAYMENT_OPEN; state++) {
        Payment *rows;
        size_t n;
        Key key = key2(PAYMENT_BY_TARGET, t->purpose, t->ref);
        key_i64(&key, state);
        Err e = row_all(c, &PAYMENT, PAYMENT_BY_TARGET, &key, PAYMENTS_PER_TARGET_MAX, &rows, &n);
        if (e)
            return e;
        for (size_t i = 0; i < n; i++) {
            Payment *p = &rows[i];
            if (p->provider != t->provider)
                continue;
            if (p->amount != t->amount || !str_eq(p->currency, c->cfg->currency)) {
                e = payment_void(c, p); /* the price changed meanwhile */
                if (e)
                    return e;
                continue;
            }
            if (state == PAYMENT_OPENING)
                return lease(c, p, out);
            out->action = PAY_READY;
            out->payment = *p;
            return OK;
        }
    }
    Payment p = {.purpose = t->purpose,
                 .state = PAYMENT_OPENING,
                 .provider = t->provider,
                 .ref = t->ref,
                 .order = t->order,
                 .payer = t->payer,
                 .amount = t->amount,
                 .currency = c->cfg->currency,
                 .created_ms = c->now_ms};
    Err e = rec_insert(c->tx, &PAYMENT, &p);
    return e ? e : lease(c, &p, out);
}

Err payment_prepare(Call *c, const void *in, void *out) {
    const PaymentPrepareIn *q = in;
    Err e = call_signed_in(c);
    if (e)
        return e;
    PaymentTarget t = {.purpose = q->purpose, .provider = q->provider, .ref = q->ref};
    e = payment_target(c, &t);
    if (e == E_MISSING || !t.payer)
        return e;
    if (t.payer != c->actor.user)
        return E_FORBIDDEN; /* before the state: a stranger learns nothing */
    return e ? e : payment_prepare_target(c, &t, out);
}

Err payment_opened(Call *c, const void *in, void *out) {
    const PaymentOpenedIn *q = in;
    Payment *p = out;
    Err e = row_load(c, &PAYMENT, q->payment, p);
    if (e)
        return e;
    if (p->payer != c->actor.user && (e = call_system(c)))
        return e;
    if (p->provider_order.n)
        return OK; /* another answer came first */
    if (!q->provider_order.n) {
        p->lease_ms = 0;
        return rec_put(c->tx, &PAYMENT, p);
    }
    p->provider_order = q->provider_order;
    p->url = q->url;
    p->opened_ms = c->now_ms;
    p->poll_ms = c->now_ms + PAYMENT_POLL_FIRST_MS;
    if (p->state == PAYMENT_OPENING)
        p->state = PAYMENT_OPEN; /* a void one is kept too: money may arrive under it */
    e = rec_put(c->tx, &PAYMENT, p);
    if (e || !p->order || p->state != PAYMENT_OPEN)
        return e;
    Order o;
    e = row_load(c, &ORDER, p->order, &o);
    if (e)
        return e;
    o.gateway_order = p->provider_order;
    o.updated_ms = c->now_ms;
    return rec_put(c->tx, &ORDER, &o);
}

/* ---- polling ---- */

Err payment_polls(Call *c, size_t max, Payment **rows, size_t *n, int64_t *next_ms) {
    *n = 0;
    *next_ms = INT64_MAX;
    *rows = ARENA_ARRAY(c->arena, max ? max : 1, Payment);
    if (!*rows)
        return E_NOMEM;
    Scan *scan;
    int64_t id;
    Err e = scan_open(c->tx, PAYMENT_BY_POLL, (ScanRange){0}, &scan);
    if (e)
        return e;
    while (!e && *next_ms == INT64_MAX && scan_next(scan, &id)) {
        int64_t due = scan_part_i64(scan, 0);
        if (due > c->now_ms || *n == max) {
            *next_ms = due;
            continue;
        }
        e = row_load(c, &PAYMENT, id, &(*rows)[*n]);
        if (!e)
            e = row_keep(c->arena, &PAYMENT, &(*rows)[*n]); /* the caller goes to the network with them */
        if (!e)
            ++*n;
    }
    scan_close(scan);
    return e;
}

Err payment_polled(Call *c, const void *in, void *out) {
    (void)out;
    const IdIn *q = in;
    Payment p;
    Err e = call_system(c);
    if (!e)
        e = row_load(c, &PAYMENT, q->id, &p);
    if (e || !p.poll_ms)
        return e;
    int64_t wait = (c->now_ms - p.opened_ms) / PAYMENT_POLL_AGE_SHARE;
    int64_t least = c->cfg->payment_poll_ms ? c->cfg->payment_poll_ms : PAYMENT_POLL_FIRST_MS;
    if (wait < least)
        wait = least;
    if (wait > PAYMENT_POLL_MAX_MS)
        wait = PAYMENT_POLL_MAX_MS;
    p.polls++;
    p.poll_ms = c->now_ms + wait;
    int64_t over = p.state == PAYMENT_PAID ? p.paid_ms : p.state == PAYMENT_VOID ? p.void_ms : 0;
    if (over && p.poll_ms > over + PAYMENT_POLL_KEEP_MS)
        p.poll_ms = 0;
    return rec_put(c->tx, &PAYMENT, &p);
}
