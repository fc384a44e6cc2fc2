/* What the moves of an order do to its escrow. */
#include "domain/ledger.h"
#include "domain/milestone.h"
#include "domain/order_flow.h"
#include "domain/payment.h"
#include "domain/row.h"

Err order_escrow(Tx *tx, const Order *o, int64_t *amount) {
    Err e = ledger_balance(tx, ACC_ESCROW, o->id, amount);
    if (e || !(o->flags & ORDER_MILESTONES))
        return e;
    Key key = key1(MILESTONE_BY_ORDER, o->id);
    Scan *scan;
    e = scan_open(tx, MILESTONE_BY_ORDER, (ScanRange){.prefix = &key}, &scan);
    if (e)
        return e;
    int64_t id, part;
    while (!e && scan_next(scan, &id)) {
        e = ledger_balance(tx, ACC_PART_ESCROW, id, &part);
        *amount += part;
    }
    scan_close(scan);
    return e;
}

Err order_release_account(Call *c, const Order *o, int32_t type, int64_t owner, int64_t gross, int64_t *fee) {
    *fee = ledger_fee(gross, o->fee_bps);
    Str key = arena_printf(c->arena, "release:%d:%lld", (int)type, (long long)owner);
    if (!key.p)
        return E_NOMEM;
    Transfer t = {.cause = CAUSE_RELEASE, .order = o->id, .ref = owner, .key = key};
    const Leg legs[] = {{type, owner, -gross}, {ACC_AVAILABLE, o->doer, gross - *fee}, {ACC_FEES, 0, *fee}};
    return ledger_book(c, &t, legs, COUNT(legs));
}

typedef struct Sum {
    int64_t gross, fee, refund, left; /* left: what the doer may still get */
} Sum;

/* Empties one escrow account: the doer's share first, the rest goes back. */
static Err empty(Call *c, Order *o, int32_t type, int64_t owner, Sum *sum, int64_t *gross, int64_t *fee) {
    int64_t held;
    *gross = *fee = 0;
    Err e = ledger_balance(c->tx, type, owner, &held);
    if (e || !held)
        return e;
    *gross = held < sum->left ? held : sum->left;
    int64_t back = held - *gross;
    if (*gross)
        e = order_release_account(c, o, type, owner, *gross, fee);
    if (!e && back)
        e = refund_escrow(c, o, type, owner, back, o->status == ORDER_DISPUTED ? REFUND_SETTLED : REFUND_CANCELLED);
    sum->left -= *gross;
    sum->gross += *gross;
    sum->fee += *fee;
    sum->refund += back;
    return e;
}

static Err empty_parts(Call *c, Order *o, Sum *sum) {
    Milestone *parts;
    size_t n;
    Key key = key1(MILESTONE_BY_ORDER, o->id);
    Err e = row_all(c, &MILESTONE, MILESTONE_BY_ORDER, &key, MILESTONES_MAX, &parts, &n);
    for (size_t i = 0; i < n && !e; i++) {
        Milestone *m = &parts[i];
        if (m->status == MILE_RELEASED || m->status == MILE_CANCELLED)
            continue;
        int64_t gross, fee;
        e = empty(c, o, ACC_PART_ESCROW, m->id, sum, &gross, &fee);
        if (e)
            return e;
        m->status = gross ? MILE_RELEASED : MILE_CANCELLED;
        m->settled_ms = c->now_ms;
        m->timer_ms = 0;
        m->fee = fee;
        m->payout = gross - fee;
        e = rec_put(c->tx, &MILESTONE, m);
    }
    return e;
}

void order_paid(Order *o, int64_t gross, int64_t fee) {
    if (!gross)
        return;
    if (!(o->flags & ORDER_PAID))
        o->fee = o->payout = 0; /* what was expected until now */
    o->flags |= ORDER_PAID;
    o->fee += fee;
    o->payout += gross - fee;
}

Err order_pay_out(Call *c, Order *o, int64_t to_doer) {
    Sum sum = {.left = to_doer};
    int64_t gross, fee;
    Err e = empty(c, o, ACC_ESCROW, o->id, &sum, &gross, &fee);
    if (!e && (o->flags & ORDER_MILESTONES))
        e = empty_parts(c, o, &sum);
    if (e)
        return e;
    o->refunded += sum.refund;
    order_paid(o, sum.gross, sum.fee);
    if (o->flags & ORDER_PAID)
        o->escrow_state = ESCROW_RELEASED;
    else if (sum.refund)
        o->escrow_state = ESCROW_REFUNDED;
    return OK;
}
