/* Money that arrives: applied or stray, each provider payment exactly once. */
#include <assert.h>

#include "domain/audit.h"
#include "domain/boost.h"
#include "domain/ledger.h"
#include "domain/milestone.h"
#include "domain/notify.h"
#include "domain/order_flow.h"
#include "domain/payment_internal.h"
#include "domain/payment_request.h"
#include "domain/row.h"

static const Field fields[] = {
    FIELD(1, Receipt, state, F_I32, "ReceiptState"),
    FIELD(2, Receipt, stray, F_I32, "StrayReason"),
    FIELD(3, Receipt, provider, F_I32, "Provider"),
    FIELD(4, Receipt, source, F_I32, "ReceiptSource: who told us first"),
    FIELD(5, Receipt, purpose, F_I32, "PaymentPurpose"),
    FIELD(6, Receipt, ref, F_I64, "what it paid, by purpose"),
    FIELD(7, Receipt, order, F_I64, "order, 0 = none"),
    FIELD(8, Receipt, payment, F_I64, "payment, 0 = unknown"),
    FIELD(9, Receipt, payer, F_I64, "user who paid, 0 = unknown"),
    FIELD(10, Receipt, amount, F_I64, "what arrived"),
    FIELD(11, Receipt, refunded, F_I64, "promised back of it"),
    FIELD(12, Receipt, currency, F_STR, "ISO 4217"),
    FIELD(13, Receipt, provider_order, F_STR, "provider's id of the order"),
    FIELD(14, Receipt, provider_payment, F_STR, "provider's id of the payment"),
    FIELD(15, Receipt, at_ms, F_I64, "when we heard of it"),
    FIELD(16, Receipt, reported_amount, F_I64, "another amount, told later"),
};

static bool is_applied(const void *row) { return ((const Receipt *)row)->state == RECEIPT_APPLIED; }
static bool has_order(const void *row) { return ((const Receipt *)row)->order != 0; }

static const Index indexes[] = {
    {.id = 145,
     .kind = IX_UNIQUE,
     .part_count = 2,
     .name = "receipt_provider_payment",
     .doc = "a payment arrives once",
     .parts = {{.tag = 3}, {.tag = 14}}},
    {.id = 146,
     .kind = IX_UNIQUE,
     .part_count = 2,
     .name = "receipt_applied",
     .doc = "a target is paid once",
     .parts = {{.tag = 5}, {.tag = 6}},
     .when = is_applied},
    {.id = 147,
     .kind = IX_ORDERED,
     .part_count = 2,
     .name = "receipt_order",
     .doc = "of an order",
     .parts = {{.tag = 7}, {.tag = 1}},
     .when = has_order},
    {.id = 148,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "receipt_state",
     .doc = "for the admin",
     .parts = {{.tag = 1}}},
};
const Record RECEIPT = {.kind = 47,
                        .size = sizeof(Receipt),
                        .name = "receipt",
                        .doc = "money that arrived",
                        .fields = fields,
                        .field_count = COUNT(fields),
                        .indexes = indexes,
                        .index_count = COUNT(indexes)};
const Index *const RECEIPT_BY_PROVIDER_PAYMENT = &indexes[0];
const Index *const RECEIPT_APPLIED_TO = &indexes[1];
const Index *const RECEIPT_BY_ORDER = &indexes[2];
const Index *const RECEIPT_BY_STATE = &indexes[3];

Err order_paid_in(Call *c, int64_t order, int64_t *amount, int32_t *provider) {
    Receipt *rows;
    size_t n = 0;
    Key key = key2(RECEIPT_BY_ORDER, order, RECEIPT_APPLIED);
    Err e = row_all(c, &RECEIPT, RECEIPT_BY_ORDER, &key, RECEIPTS_PER_ORDER_MAX, &rows, &n);
    *amount = *provider = 0;
    for (size_t i = 0; e == OK && i < n; i++) {
        *amount += rows[i].amount;
        *provider = rows[i].provider;
    }
    return e;
}

static Key provider_key(const Index *ix, int32_t provider, Str id) {
    Key k = key1(ix, provider);
    key_str(&k, id);
    return k;
}

/* Why the money cannot be applied to what its payment was opened for. */
static Err judge(Call *c, const Payment *p, int64_t amount, Str currency, StrayReason *why) {
    *why = STRAY_NONE;
    if (!str_eq(currency, c->cfg->currency)) {
        *why = STRAY_CURRENCY;
    } else if (!p->id) {
        *why = STRAY_UNKNOWN;
    } else if (p->state == PAYMENT_PAID) {
        *why = STRAY_DOUBLE;
    } else if (p->state == PAYMENT_VOID) {
        *why = STRAY_LATE;
    } else if (amount != p->amount) {
        *why = STRAY_AMOUNT;
    } else {
        PaymentTarget t = {.purpose = p->purpose, .ref = p->ref};
        Diag aside = {0}; /* a stray payment is no failure of this call */
        Call quiet = *c;
        quiet.diag = &aside;
        Err e = payment_target(&quiet, &t);
        if (e == E_STATE)
            *why = aside.code && strcmp(aside.code, "ALREADY_FUNDED") == 0 ? STRAY_DOUBLE : STRAY_LATE;
        else if (e == E_MISSING || t.purpose != p->purpose)
            *why = STRAY_LATE;
        else
            return e;
    }
    return OK;
}

static Err book_in(Call *c, const Receipt *r, Cause cause, int32_t to_type, int64_t to_owner) {
    Str key = arena_printf(c->arena, "receipt:%lld", (long long)r->id);
    if (!key.p)
        return E_NOMEM;
    bool wallet = r->provider == PROVIDER_WALLET;
    Transfer t = {.cause = wallet ? CAUSE_WALLET_PAY : cause, .order = r->order, .ref = r->id, .key = key};
    Leg legs[] = {{wallet ? ACC_AVAILABLE : ACC_GATEWAY, wallet ? r->payer : 0, -r->amount}, {to_type, to_owner, r->amount}};
    return ledger_book(c, &t, legs, 2);
}

static Err fund_order(Call *c, const Receipt *r, Order *o) {
    Err e = row_load(c, &ORDER, r->order, o);
    if (e)
        return e;
    Milestone m;
    bool part = r->purpose == PAY_MILESTONE;
    if (part) {
        e = row_load(c, &MILESTONE, r->ref, &m);
        if (e)
            return e;
        m.status = MILE_FUNDED;
        m.funded_ms = c->now_ms;
        e = rec_put(c->tx, &MILESTONE, &m);
        if (e)
            return e;
    }
    e = book_in(c, r, CAUSE_CAPTURE, part ? ACC_PART_ESCROW : ACC_ESCROW, part ? m.id : o->id);
    if (e)
        return e;
    o->gateway_payment = r->provider_payment;
    if (r->provider_order.n)
        o->gateway_order = r->provider_order;
    Call box = *c; /* the box moves the order, whoever told it: so both parties are notified */
    box.actor = (Actor){.rights = RIGHT_SYSTEM};
    e = order_act(&box, o, ACT_FUND, &(FlowArg){.amount = r->amount});
    return e == OK && r->purpose == PAY_REQUEST ? request_paid(&box, r->ref, o->id) : e;
}

static Err apply(Call *c, const Receipt *r, Order *o) {
    if (r->purpose != PAY_BOOST)
        return fund_order(c, r, o);
    Boost b;
    Err e = row_load(c, &BOOST, r->ref, &b);
    if (!e)
        e = book_in(c, r, CAUSE_BOOST_PAID, ACC_FEES, 0);
    return e ? e : boost_start(c, &b);
}

static const char *const stray_words[] = {[STRAY_NONE] = "",
                                          [STRAY_LATE] = "late",
                                          [STRAY_DOUBLE] = "double",
                                          [STRAY_AMOUNT] = "another amount",
                                          [STRAY_CURRENCY] = "another currency",
                                          [STRAY_UNKNOWN] = "unknown provider order"};

static Err send_back(Call *c, Receipt *r) {
    Err e = r->stray == STRAY_CURRENCY ? OK : book_in(c, r, CAUSE_STRAY, ACC_REFUNDS, 0);
    if (!e)
        e = refund_add(c, r, r->amount, REFUND_STRAY);
    if (e)
        return e;
    Str detail = arena_printf(c->arena, "%s: %lld %.*s, payment %.*s", stray_words[r->stray], (long long)r->amount,
                              STR_ARG(r->currency), STR_ARG(r->provider_payment));
    return detail.p ? audit_add(c, S("payment.stray"), S("receipt"), r->id, detail) : E_NOMEM;
}

/* The same payment was reported before. */
static Err again(Call *c, const PaymentCapturedIn *q, PaymentCapturedOut *out) {
    Receipt *r = &out->receipt;
    out->applied = r->state == RECEIPT_APPLIED;
    if (q->source == SOURCE_VERIFY && r->payer != c->actor.user)
        return E_FORBIDDEN;
    if (q->amount && q->amount != r->amount && !r->reported_amount) {
        r->reported_amount = q->amount;
        Err e = rec_put(c->tx, &RECEIPT, r);
        Str detail = arena_printf(c->arena, "booked %lld, later reported %lld", (long long)r->amount, (long long)q->amount);
        if (!e)
            e = detail.p ? audit_add(c, S("payment.differs"), S("receipt"), r->id, detail) : E_NOMEM;
        if (e)
            return e;
    }
    Err e = r->order ? row_load(c, &ORDER, r->order, &out->order) : OK;
    return e;
}

static Err record(Call *c, Payment *p, Receipt *r, PaymentCapturedOut *out) {
    Err e = rec_insert(c->tx, &RECEIPT, r);
    if (e)
        return e;
    out->first = true;
    out->applied = r->state == RECEIPT_APPLIED;
    if (!out->applied) {
        e = send_back(c, r);
        if (!e && r->order)
            e = row_load(c, &ORDER, r->order, &out->order);
    } else {
        e = apply(c, r, &out->order);
        if (!e && p) {
            p->state = PAYMENT_PAID;
            p->paid_ms = c->now_ms;
            p->provider_payment = r->provider_payment;
            e = rec_put(c->tx, &PAYMENT, p);
        }
        if (!e)
            e = payment_void_others(c, r->purpose, r->ref, p ? p->id : 0);
    }
    out->receipt = *r;
    return e;
}

Err payment_captured(Call *c, const void *in, void *out_) {
    const PaymentCapturedIn *q = in;
    PaymentCapturedOut *out = out_;
    assert(tx_writable(c->tx));
    *out = (PaymentCapturedOut){0};
    Err e = q->source == SOURCE_VERIFY ? call_signed_in(c) : call_system(c);
    if (e)
        return e;
    if (!q->provider_order.n || !q->provider_payment.n || q->amount < 0 || (!q->amount && q->source != SOURCE_VERIFY))
        return diag_field(c->diag, E_INVALID, S("payment"), S("names no order, payment or amount"));
    Key key = provider_key(RECEIPT_BY_PROVIDER_PAYMENT, q->provider, q->provider_payment);
    e = row_find(c, &RECEIPT, RECEIPT_BY_PROVIDER_PAYMENT, &key, &out->receipt);
    if (e != E_MISSING)
        return e ? e : again(c, q, out);

    Payment p = {0};
    key = provider_key(PAYMENT_BY_PROVIDER_ORDER, q->provider, q->provider_order);
    e = row_find(c, &PAYMENT, PAYMENT_BY_PROVIDER_ORDER, &key, &p);
    if (e && e != E_MISSING)
        return e;
    if (q->source == SOURCE_VERIFY) {
        if (e)
            return e;
        if (p.payer != c->actor.user)
            return E_FORBIDDEN;
    }
    Str currency = q->amount ? q->currency : p.currency;
    int64_t amount = q->amount ? q->amount : p.amount;
    StrayReason why;
    e = judge(c, &p, amount, currency, &why);
    if (e)
        return e;
    Receipt r = {.state = why ? RECEIPT_STRAY : RECEIPT_APPLIED,
                 .stray = why,
                 .provider = q->provider,
                 .source = q->source,
                 .purpose = p.purpose,
                 .ref = p.ref,
                 .order = p.order,
                 .payment = p.id,
                 .payer = p.payer,
                 .amount = amount,
                 .currency = currency,
                 .provider_order = q->provider_order,
                 .provider_payment = q->provider_payment,
                 .at_ms = c->now_ms};
    return record(c, p.id ? &p : NULL, &r, out);
}

Err payment_verified(Call *c, const void *in, void *out) {
    PaymentCapturedIn q = *(const PaymentCapturedIn *)in;
    q.source = SOURCE_VERIFY;
    return payment_captured(c, &q, out);
}

Err payment_direct(Call *c, const void *in, void *out) {
    const PaymentDirectIn *q = in;
    Err e = call_signed_in(c);
    if (e)
        return e;
    if (q->provider != PROVIDER_WALLET && !(q->provider == PROVIDER_MOCK && c->cfg->sandbox))
        return diag_field(c->diag, E_INVALID, S("payment_method"), S("is not available"));
    if (q->purpose != PAY_ORDER && q->purpose != PAY_MILESTONE)
        return diag_field(c->diag, E_INVALID, S("purpose"), S("is not known"));
    PaymentTarget t = {.purpose = q->purpose, .provider = q->provider, .ref = q->ref};
    e = payment_target(c, &t);
    if (e == E_MISSING || !t.payer)
        return e;
    if (t.payer != c->actor.user)
        return E_FORBIDDEN;
    if (e)
        return e;
    /* One target is paid once, so purpose and ref name this payment. */
    Str id = arena_printf(c->arena, "direct-%d-%lld", (int)t.purpose, (long long)t.ref);
    if (!id.p)
        return E_NOMEM;
    Receipt r = {.state = RECEIPT_APPLIED,
                 .provider = q->provider,
                 .source = SOURCE_INTERNAL,
                 .purpose = t.purpose,
                 .ref = t.ref,
                 .order = t.order,
                 .payer = t.payer,
                 .amount = t.amount,
                 .currency = c->cfg->currency,
                 .provider_payment = id,
                 .at_ms = c->now_ms};
    PaymentCapturedOut done = {0};
    e = record(c, NULL, &r, &done);
    if (!e)
        *(Order *)out = done.order;
    return e;
}

Err receipt_list(Call *c, const void *in, void *out) {
    const StateListIn *q = in;
    Err e = call_moderator(c);
    if (e)
        return e;
    PageSource src[RECEIPT_STRAY];
    size_t n = 0;
    for (int32_t s = RECEIPT_APPLIED; s <= RECEIPT_STRAY; s++)
        if (!q->state || q->state == s)
            src[n++] = (PageSource){RECEIPT_BY_STATE, key1(RECEIPT_BY_STATE, s)};
    return row_page_merge(c, &RECEIPT, src, n, q->page, out);
}
