/* Money that goes back to those who paid it. */
#include "domain/audit.h"
#include "domain/notify.h"
#include "domain/outbox.h"
#include "domain/payment_internal.h"
#include "domain/row.h"
#include "domain/user.h"

static const Field fields[] = {
    FIELD(1, Refund, state, F_I32, "RefundState"),
    FIELD(2, Refund, reason, F_I32, "RefundReason"),
    FIELD(3, Refund, provider, F_I32, "Provider"),
    FIELD(4, Refund, receipt, F_I64, "of which money"),
    FIELD(5, Refund, order, F_I64, "order, 0 = none"),
    FIELD(6, Refund, payer, F_I64, "user it goes to, 0 = unknown"),
    FIELD(7, Refund, amount, F_I64, "minor units"),
    FIELD(8, Refund, currency, F_STR, "ISO 4217"),
    FIELD(9, Refund, provider_payment, F_STR, "provider's id of the payment"),
    FIELD(10, Refund, outbox, F_I64, "outbox row"),
    FIELD(11, Refund, provider_refund, F_STR, "provider's id of the refund"),
    FIELD(12, Refund, error, F_STR, "why it failed"),
    FIELD(13, Refund, created_ms, F_I64, "when promised"),
    FIELD(14, Refund, settled_ms, F_I64, "when taken, dead or credited"),
};
static const Index indexes[] = {
    {.id = 150,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "refund_state",
     .doc = "for the admin",
     .parts = {{.tag = 1}}},
    {.id = 151,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "refund_receipt",
     .doc = "refunds of a receipt",
     .parts = {{.tag = 4}}},
};
const Record REFUND = {.kind = 52,
                       .size = sizeof(Refund),
                       .name = "refund",
                       .doc = "money promised back to a payer",
                       .fields = fields,
                       .field_count = COUNT(fields),
                       .indexes = indexes,
                       .index_count = COUNT(indexes)};
const Index *const REFUND_BY_STATE = &indexes[0];
const Index *const REFUND_BY_RECEIPT = &indexes[1];

/* Money of another currency than the box's was never booked: the ledger has one currency. */
static bool booked(const Call *c, const Refund *r) { return str_eq(r->currency, c->cfg->currency); }

static Err book(Call *c, const Refund *r, Cause cause, const char *word, Leg from, Leg to) {
    if (!booked(c, r))
        return OK;
    Str key = arena_printf(c->arena, "%s:%lld", word, (long long)r->id);
    if (!key.p)
        return E_NOMEM;
    Transfer t = {.cause = cause, .order = r->order, .ref = r->id, .key = key};
    from.amount = -r->amount;
    to.amount = r->amount;
    return ledger_book(c, &t, (Leg[]){from, to}, 2);
}

static const Leg owed = {.type = ACC_REFUNDS};

Err refund_add(Call *c, Receipt *r, int64_t amount, RefundReason why) {
    Refund back = {.state = REFUND_WAITING,
                   .reason = why,
                   .provider = r->provider,
                   .receipt = r->id,
                   .order = r->order,
                   .payer = r->payer,
                   .amount = amount,
                   .currency = r->currency,
                   .provider_payment = r->provider_payment,
                   .created_ms = c->now_ms};
    Err e = rec_insert(c->tx, &REFUND, &back);
    if (e)
        return e;
    r->refunded += amount;
    e = rec_put(c->tx, &RECEIPT, r);
    if (e)
        return e;
    if (r->provider == PROVIDER_MOCK) { /* sandbox money needs no provider's consent */
        back.state = REFUND_SENT;
        back.settled_ms = c->now_ms;
        e = book(c, &back, CAUSE_REFUND_SENT, "refund", owed, (Leg){.type = ACC_GATEWAY});
        return e ? e : rec_put(c->tx, &REFUND, &back);
    }
    Str key = arena_printf(c->arena, "refund-%lld", (long long)back.id);
    if (!key.p)
        return E_NOMEM;
    Outbox row = {.kind = OUT_REFUND, .user = r->payer, .ref = back.id, .amount = amount, .idempotency_key = key};
    e = outbox_add(c, &row);
    back.outbox = row.id;
    return e ? e : rec_put(c->tx, &REFUND, &back);
}

/* From the escrow of what this receipt paid, back to where it came from. */
static Err give_back(Call *c, const Order *o, int32_t type, int64_t owner, Receipt *r, int64_t amount, RefundReason why) {
    bool wallet = r->provider == PROVIDER_WALLET;
    Str key = arena_printf(c->arena, "refund-due:%lld:%lld", (long long)r->id, (long long)r->refunded);
    if (!key.p)
        return E_NOMEM;
    Transfer t = {.cause = wallet ? CAUSE_REFUND_WALLET : CAUSE_REFUND_DUE, .order = o->id, .ref = r->id, .key = key};
    Leg legs[] = {{type, owner, -amount}, {wallet ? ACC_AVAILABLE : ACC_REFUNDS, wallet ? r->payer : 0, amount}};
    Err e = ledger_book(c, &t, legs, 2);
    if (e)
        return e;
    if (!wallet)
        return refund_add(c, r, amount, why);
    r->refunded += amount;
    e = rec_put(c->tx, &RECEIPT, r);
    if (e)
        return e;
    e = notify(
        c,
        &(Notice){.user = r->payer, .type = NOTE_REFUND, .order = o->id, .gig = o->gig, .subject = o->title, .amount = amount});
    return e == E_MISSING ? OK : e;
}

Err refund_escrow(Call *c, const Order *o, int32_t escrow_type, int64_t escrow_owner, int64_t amount, RefundReason why) {
    Receipt *rows;
    size_t n;
    Key key = key2(RECEIPT_BY_ORDER, o->id, RECEIPT_APPLIED);
    Err e = row_all(c, &RECEIPT, RECEIPT_BY_ORDER, &key, RECEIPTS_PER_ORDER_MAX, &rows, &n);
    if (e)
        return e;
    while (n-- && amount) {
        Receipt *r = &rows[n];
        bool mine = escrow_type == ACC_PART_ESCROW ? r->purpose == PAY_MILESTONE && r->ref == escrow_owner
                                                   : r->purpose == PAY_ORDER || r->purpose == PAY_REQUEST;
        int64_t left = r->amount - r->refunded;
        if (!mine || left <= 0)
            continue;
        int64_t part = left < amount ? left : amount;
        amount -= part;
        e = give_back(c, o, escrow_type, escrow_owner, r, part, why);
        if (e)
            return e;
    }
    return amount ? E_CORRUPT : OK; /* an escrow that nobody paid into */
}

Err refund_get(Tx *tx, int64_t id, Refund *out) { return rec_get(tx, &REFUND, id, out); }

static Err settle(Call *c, Refund *r, RefundState state) {
    r->state = state;
    r->settled_ms = c->now_ms;
    return rec_put(c->tx, &REFUND, r);
}

Err refund_settled(Call *c, int64_t refund, bool sent, Str provider_id, Str error) {
    Refund r;
    Err e = row_load(c, &REFUND, refund, &r);
    if (e || (r.state != REFUND_WAITING && r.state != REFUND_DEAD))
        return e;
    if (!sent) {
        r.error = error;
        e = settle(c, &r, REFUND_DEAD);
        return e ? e : audit_add(c, S("refund.dead"), S("refund"), r.id, error);
    }
    r.provider_refund = provider_id;
    e = book(c, &r, CAUSE_REFUND_SENT, "refund", owed, (Leg){.type = ACC_GATEWAY});
    if (!e)
        e = settle(c, &r, REFUND_SENT);
    if (e || !r.payer)
        return e;
    e = notify(c, &(Notice){.user = r.payer, .type = NOTE_REFUND, .order = r.order, .amount = r.amount});
    return e == E_MISSING ? OK : e;
}

Err refund_list(Call *c, const void *in, void *out) {
    const StateListIn *q = in;
    Err e = call_moderator(c);
    if (e)
        return e;
    PageSource src[REFUND_CREDITED];
    size_t n = 0;
    for (int32_t s = REFUND_WAITING; s <= REFUND_CREDITED; s++)
        if (!q->state || q->state == s)
            src[n++] = (PageSource){REFUND_BY_STATE, key1(REFUND_BY_STATE, s)};
    return row_page_merge(c, &REFUND, src, n, q->page, out);
}

static Err dead_refund(Call *c, const IdIn *q, Refund *r) {
    Err e = call_admin(c);
    if (!e)
        e = row_load(c, &REFUND, q->id, r);
    if (e || r->state == REFUND_DEAD)
        return e;
    return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("Only a refund that failed for good can be decided on."));
}

Err refund_retry(Call *c, const void *in, void *out) {
    Refund *r = out;
    Err e = dead_refund(c, in, r);
    if (!e)
        e = outbox_again(c, r->outbox, c->now_ms);
    if (!e)
        e = settle(c, r, REFUND_WAITING);
    return e ? e : audit_add(c, S("refund.retry"), S("refund"), r->id, r->error);
}

Err refund_credit(Call *c, const void *in, void *out) {
    Refund *r = out;
    Err e = dead_refund(c, in, r);
    if (e)
        return e;
    User payer;
    if (r->payer && user_load(c, r->payer, &payer) == E_MISSING)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The payer has left: nobody could take this money."));
    if (!r->payer || !booked(c, r))
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("Nobody's wallet can take this money."));
    e = book(c, r, CAUSE_REFUND_KEPT, "refund", owed, (Leg){.type = ACC_AVAILABLE, .owner = r->payer});
    if (!e)
        e = settle(c, r, REFUND_CREDITED);
    return e ? e : audit_add(c, S("refund.credit"), S("refund"), r->id, r->error);
}
