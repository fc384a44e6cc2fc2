/* Escrow: the order's, seen as a transaction between seeker and helper. */
#include "codec/iso8601.h"
#include "contract/chayenity/chayenity.h"
#include "domain/engagement.h"
#include "domain/ledger.h"
#include "domain/payment.h"
#include "domain/row.h"

WORDS(chayenity_escrow_words, "TransactionStatus", WORD(ESCROW_AWAITING, "PENDING"), WORD(ESCROW_FUNDED, "PENDING"),
      WORD(ESCROW_RELEASED, "COMPLETED"), WORD(ESCROW_REFUNDED, "REFUNDED"));
WORDS(chayenity_method_words, "PaymentMethod", WORD(PROVIDER_MOCK, "mock_payment"), WORD(PROVIDER_WALLET, "wallet"),
      WORD(PROVIDER_RAZORPAY, "razorpay"));

/* An order whose payment was opened or made. */
typedef struct Escrow {
    Order order;
    int64_t amount, fee, net; /* of what came in, which may be less than the order's price (payment requests) */
    int32_t provider;         /* how it is or was paid; 0 = not known */
    Str checkout, key;        /* of a payment that is to be made in a checkout */
} Escrow;

static bool escrow_currency(Render *r, const void *row, Value *out) {
    (void)row;
    out->s = r->cfg->currency;
    return true;
}
static bool escrow_created(Render *r, const void *row, Value *out) {
    (void)r;
    const Order *o = &((const Escrow *)row)->order;
    out->i = o->funded_ms ? o->funded_ms : o->created_ms;
    return true;
}
static bool escrow_completed(Render *r, const void *row, Value *out) {
    (void)r;
    const Order *o = &((const Escrow *)row)->order;
    out->i = o->completed_ms;
    return o->escrow_state == ESCROW_RELEASED && out->i;
}
static bool escrow_reference(Render *r, const void *row, Value *out) {
    const Order *o = &((const Escrow *)row)->order;
    Civil t = civil_of(o->funded_ms ? o->funded_ms : o->created_ms, 0);
    out->s = arena_printf(r->arena, "TXN-%04d%02d%02d%05lld", t.year, t.month, t.day, (long long)o->id);
    return out->s.p != NULL;
}
static bool escrow_payer(Render *r, const void *row, Value *out) {
    return chayenity_name_of(r, ((const Escrow *)row)->order.client, out);
}
static bool escrow_payee(Render *r, const void *row, Value *out) {
    return chayenity_name_of(r, ((const Escrow *)row)->order.doer, out);
}

VIEW(chayenity_escrow_view, Escrow, "Transaction", "Money for a gig.", SHOW_ID("id", Escrow, order.id, &ORDER, "Its id."),
     SHOW_ID("gig_id", Escrow, order.gig, &GIG, "For which gig.", .empty = EMPTY_NULL),
     SHOW_ID("payer_id", Escrow, order.client, &USER, "Who pays."),
     SHOW_ID("payee_id", Escrow, order.doer, &USER, "Who is paid."), SHOW("amount", W_MONEY, Escrow, amount, "How much."),
     SHOW("service_fee", W_MONEY, Escrow, fee, "The marketplace's share."),
     SHOW("net_amount", W_MONEY, Escrow, net, "What the helper gets."),
     SHOW_GET("currency", W_STR, escrow_currency, "ISO 4217 code."),
     SHOW("status", W_WORD, Escrow, order.escrow_state, "PENDING while it is held.", .words = &chayenity_escrow_words),
     SHOW("payment_method", W_WORD, Escrow, provider, "How it is paid.", .words = &chayenity_method_words),
     SHOW_GET("transaction_ref", W_STR, escrow_reference, "For people to quote.", .optional = true),
     SHOW_GET("created_at", W_TIME, escrow_created, "When it was made."),
     SHOW_GET("completed_at", W_TIME, escrow_completed, "When it was released.", .optional = true),
     SHOW("gig_title", W_STR, Escrow, order.title, "For what."),
     SHOW_GET("payer_name", W_STR, escrow_payer, "Who pays, by name."),
     SHOW_GET("payee_name", W_STR, escrow_payee, "Who is paid, by name."),
     SHOW("razorpay_order_id", W_STR, Escrow, checkout, "To be paid in Razorpay's checkout.", .empty = EMPTY_OMIT),
     SHOW("razorpay_key_id", W_STR, Escrow, key, "For that checkout.", .empty = EMPTY_OMIT));

/* What came in for the order, and how; until then what is to come. */
static Err escrow_sum(Call *c, Escrow *e) {
    const Order *o = &e->order;
    int32_t provider;
    Err err = order_paid_in(c, o->id, &e->amount, &provider);
    if (provider)
        e->provider = provider;
    if (!e->amount)
        e->amount = o->amount;
    e->fee = o->escrow_state == ESCROW_RELEASED ? o->fee : ledger_fee(e->amount, o->fee_bps);
    e->net = o->escrow_state == ESCROW_RELEASED ? o->payout : e->amount - e->fee;
    return err;
}

/* ---- opening ---- */

typedef struct EscrowIn {
    int64_t gig;
    int32_t provider;
} EscrowIn;
INPUTS(escrow_in, EscrowIn,
       INPUT("gig_id", IN_BODY, W_ID, EscrowIn, gig, NO_HAS, "For which gig.", .flags = IN_REQUIRED, .kind = &GIG),
       INPUT("payment_method", IN_BODY, W_WORD, EscrowIn, provider, NO_HAS, "How; mock_payment in the sandbox only.",
             .flags = IN_REQUIRED, .words = &chayenity_method_words));

/* The order that the caller may pay. */
static Err payable(Call *c, int64_t gig, Order *out) {
    GigRow row = {.distance_m = -1};
    Err e = row_load(c, &GIG, gig, &row.gig);
    if (e == OK && row.gig.flags & GIG_DELETED)
        e = E_MISSING;
    if (e == OK && row.gig.client != c->actor.user)
        e = E_FORBIDDEN;
    if (e == OK)
        e = engagement_load(c, &row);
    if (e)
        return e;
    if (!row.order.id)
        return diag_fail(c->diag, E_STATE, "NOT_ACCEPTED", S("Nobody has accepted the gig yet."));
    if (row.order.escrow_state != ESCROW_AWAITING)
        return diag_fail(c->diag, E_STATE, "ALREADY_FUNDED", S("The gig is paid already."));
    *out = row.order;
    return OK;
}

static Err pay_at_once(Exchange *x, Call *c, void *arg) {
    const EscrowIn *in = x->in;
    Escrow *escrow = arg;
    Err e = payable(c, in->gig, &escrow->order);
    if (e == OK)
        e = payment_direct(c, &(PaymentDirectIn){.purpose = PAY_ORDER, .provider = in->provider, .ref = escrow->order.id},
                           &escrow->order);
    if (e == OK)
        e = escrow_sum(c, escrow);
    return e ? e : exchange_render_as(x, c, 201, &chayenity_escrow_view, escrow);
}
static Err look(Exchange *x, Call *c, void *arg) {
    Escrow *escrow = arg;
    Err e = payable(c, ((const EscrowIn *)x->in)->gig, &escrow->order);
    if (e == OK)
        e = escrow_sum(c, escrow);
    return e ? e : row_keep(x->arena, &ORDER, &escrow->order);
}
static Err show(Exchange *x, Call *c, void *arg) { return exchange_render_as(x, c, 201, &chayenity_escrow_view, arg); }

static Err open_escrow(Exchange *x) {
    const EscrowIn *in = x->in;
    Escrow *escrow = ARENA_NEW(x->arena, Escrow);
    Payment p = {0};
    if (!escrow)
        return E_NOMEM;
    if (in->provider != PROVIDER_RAZORPAY)
        return exchange_write(x, pay_at_once, escrow);
    if (!x->ports->open_payment)
        return E_PROVIDER;
    Err e = exchange_read(x, look, escrow);
    PaymentPrepareIn prepare = {.purpose = PAY_ORDER, .provider = PROVIDER_RAZORPAY, .ref = escrow->order.id};
    if (e == OK)
        e = x->ports->open_payment(x->ports->ctx, x->arena, &x->diag, &x->actor, &prepare, &p);
    escrow->provider = PROVIDER_RAZORPAY;
    escrow->checkout = p.provider_order;
    escrow->key = x->ports->checkout_key_id;
    return e ? e : exchange_read(x, show, escrow);
}

/* ---- releasing ---- */

typedef struct ReleaseIn {
    int64_t id;
    Str reason;
} ReleaseIn;
INPUTS(release_in, ReleaseIn, INPUT_ID("transaction_id", ReleaseIn, id, &ORDER, "Which transaction."),
       INPUT("release_reason", IN_BODY, W_STR, ReleaseIn, reason, NO_HAS, "Why.", .flags = IN_TRIM, .max = 500));
static Err release(Call *c, const void *in, void *out) {
    Escrow *escrow = out;
    IdIn id = {((const ReleaseIn *)in)->id};
    Order o;
    Err e = order_get(c, &id, &o);
    if (e == OK && o.client != c->actor.user)
        e = E_FORBIDDEN;
    if (e == OK && o.escrow_state != ESCROW_FUNDED)
        return diag_fail(c->diag, E_STATE, "TRANSACTION_NOT_PENDING", S("The money is not held."));
    if (e == OK)
        e = order_release(c, &id, &escrow->order);
    return e ? e : escrow_sum(c, escrow);
}
static const ViewRow released_rows[] = {SHOW_CONST("message", "\"Payment released successfully\"", "What was done."),
                                        SHOW_ITEM_AS("transaction")};
static const View released_view = {
    .name = "Released", .rows = released_rows, .count = COUNT(released_rows), .doc = "The helper has the money."};

/* ---- history ---- */

typedef struct History {
    PageOut page; /* of Escrow */
    int64_t paid, received;
} History;
static bool history_rows(Render *r, const void *row, Value *out) {
    (void)r;
    const PageOut *p = &((const History *)row)->page;
    out->rows = (Rows){p->items, p->count};
    return true;
}
VIEW(chayenity_history_view, History, "TransactionHistory", "One's transactions, newest first.",
     SHOW_GET("transactions", W_ROWS, history_rows, "These.", .view = &chayenity_escrow_view),
     SHOW("total_count", W_INT, History, page.total, "Transactions in all."),
     SHOW("total_paid", W_MONEY, History, paid, "What one has paid, and not got back."),
     SHOW("total_received", W_MONEY, History, received, "What one has got, net of fees."),
     SHOW_GET("currency", W_STR, escrow_currency, "ISO 4217 code."));
typedef struct HistoryIn {
    PageIn page;
} HistoryIn;
INPUTS(history_in, HistoryIn, CHAYENITY_PAGING(HistoryIn, page, "skip", LIST_LIMIT_DEFAULT));
static Err history(Call *c, const void *in, void *result) {
    History *out = result;
    FundedOut funded;
    PageIn page = ((const HistoryIn *)in)->page;
    page.page = 1;
    Err e = orders_funded(c, &page, &funded);
    Escrow *rows = e ? NULL : ARENA_ARRAY(c->arena, funded.page.count + 1, Escrow);
    if (!rows)
        return e ? e : E_NOMEM;
    for (size_t i = 0; e == OK && i < funded.page.count; i++) {
        rows[i].order = ((const Order *)funded.page.items)[i];
        e = escrow_sum(c, &rows[i]);
    }
    *out = (History){.page = funded.page, .paid = funded.paid, .received = funded.received};
    out->page.items = rows;
    return e;
}

/* ---- the fee ---- */

typedef struct FeeIn {
    int64_t amount;
} FeeIn;
typedef struct FeeOut {
    int64_t amount, fee, net;
    int32_t rate_bps;
} FeeOut;
INPUTS(fee_in, FeeIn,
       INPUT("base_amount", IN_BODY, W_MONEY, FeeIn, amount, NO_HAS, "Of what.", .flags = IN_REQUIRED, .min = 1,
             .max = MONEY_MAX));
static Err fee_of(Call *c, const void *in, void *result) {
    FeeOut *out = result;
    Err e = call_signed_in(c);
    out->amount = ((const FeeIn *)in)->amount;
    out->rate_bps = c->cfg->fee_bps;
    out->fee = ledger_fee(out->amount, out->rate_bps);
    out->net = out->amount - out->fee;
    return e;
}
VIEW(chayenity_fee_view, FeeOut, "ServiceFee", "What the marketplace takes.",
     SHOW("base_amount", W_MONEY, FeeOut, amount, "Of what."),
     SHOW("service_fee_rate", W_DECIMAL, FeeOut, rate_bps, "The share.", .scale = 4),
     SHOW("service_fee_amount", W_MONEY, FeeOut, fee, "How much that is."),
     SHOW("net_amount", W_MONEY, FeeOut, net, "What is left."), SHOW_GET("currency", W_STR, escrow_currency, "ISO 4217 code."));

static const Route chayenity_money_routes[] = {
    {.method = "POST",
     .path = "/api/transactions/escrow",
     .handler = open_escrow,
     .in = &escrow_in,
     .view = &chayenity_escrow_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_CONFLICT) | ERR(E_FUNDS) | ERR(E_PROVIDER) |
               ERR(E_NETWORK) | ERR(E_INVALID),
     .summary = "Put the gig's budget into escrow.",
     .doc = "The seeker, once a helper has accepted. By wallet at once; by razorpay when its checkout is done."},
    {.method = "PUT",
     .path = "/api/transactions/{transaction_id}/release",
     .op = release,
     .in = &release_in,
     .out_size = sizeof(Escrow),
     .view = &chayenity_escrow_view,
     .envelope = &released_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Release the money to the helper.",
     .doc = "The seeker, once the gig is completed. By itself after some days."},
    {.method = "GET",
     .path = "/api/transactions/history/my",
     .op = history,
     .in = &history_in,
     .view = &chayenity_history_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .summary = "One's transactions."},
    {.method = "POST",
     .path = "/api/transactions/calculate-fee",
     .op = fee_of,
     .in = &fee_in,
     .view = &chayenity_fee_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "What the marketplace would take."},
};
SECTION(chayenity_money, "Payments", "Escrow, and what the marketplace takes.");
