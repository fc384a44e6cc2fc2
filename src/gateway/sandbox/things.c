/* Razorpay's entities: one row a type says how it is named, read, kept and shown. */
#include "domain/row.h"
#include "gateway/sandbox/internal.h"

typedef struct InputRow {
    const char *path; /* in the request's JSON; NULL ends the list */
    uint16_t offset;  /* of a Str, or of an int64_t when `number` */
    bool number, required;
} InputRow;

enum { INPUTS_MAX = 8 };

typedef struct TypeRow {
    const char *prefix, *entity;
    const char *key_header; /* idempotency */
    ThingType parent;       /* 0: it has none */
    bool own_account;       /* "account_number" must be ours */
    bool deduplicated;      /* the same content again gives the same entity */
    const char *status;     /* of a new one */
    int64_t settle_after_ms; /* 0: decided at once */
    Err (*create)(Tx *tx, Arena *a, Thing *t,
                  Thing *parent); /* checks and effects beyond the row, inside the transaction; may be NULL */
    InputRow inputs[INPUTS_MAX];
    const char *json;
} TypeRow;

#define TEXT(path_, member) {.path = path_, .offset = offsetof(Thing, member)}
#define NEEDED(path_, member) {.path = path_, .offset = offsetof(Thing, member), .required = true}
#define AMOUNT(required_) {.path = "amount", .offset = offsetof(Thing, amount), .number = true, .required = required_}

static Err create_refund(Tx *tx, Arena *a, Thing *t, Thing *payment);

// clang-format off
static const TypeRow types[THING_TYPE_COUNT] = {
    [THING_ORDER] = {.prefix = "order_", .entity = "order", .status = "created",
        .inputs = {AMOUNT(true), NEEDED("currency", currency), TEXT("receipt", reference)},
        .json = "{\"id\":{id},\"entity\":{entity},\"amount\":{amount},\"amount_paid\":{settled},\"amount_due\":{due},\"currency\":{currency},"
                "\"receipt\":{reference},\"offer_id\":null,\"status\":{status},\"attempts\":{attempts},\"notes\":[],\"created_at\":{created}}"},
    [THING_PAYMENT] = {.prefix = "pay_", .entity = "payment", .parent = THING_ORDER,
        .json = "{\"id\":{id},\"entity\":{entity},\"amount\":{amount},\"currency\":{currency},\"status\":{status},\"order_id\":{parent},"
                "\"invoice_id\":null,\"international\":false,\"method\":{method},\"amount_refunded\":{settled},\"refund_status\":{refund_status},"
                "\"captured\":{captured},\"description\":null,\"card_id\":null,\"bank\":null,\"wallet\":null,\"vpa\":null,"
                "\"email\":\"payer@example.com\",\"contact\":\"+919999999999\",\"notes\":[],\"fee\":0,\"tax\":0,"
                "\"error_code\":{error_code},\"error_description\":{error},\"created_at\":{created}}"},
    [THING_REFUND] = {.prefix = "rfnd_", .entity = "refund", .parent = THING_PAYMENT, .key_header = "X-Refund-Idempotency",
        .status = "processed", .create = create_refund,
        .inputs = {AMOUNT(false), TEXT("receipt", reference)},
        .json = "{\"id\":{id},\"entity\":{entity},\"amount\":{amount},\"currency\":{currency},\"payment_id\":{parent},\"notes\":[],"
                "\"receipt\":{reference},\"acquirer_data\":{\"arn\":null},\"created_at\":{created},\"batch_id\":null,\"status\":{status},"
                "\"speed_processed\":\"normal\",\"speed_requested\":\"normal\"}"},
    [THING_CONTACT] = {.prefix = "cont_", .entity = "contact", .deduplicated = true, .status = "active",
        .inputs = {NEEDED("name", holder), TEXT("type", method), TEXT("reference_id", reference)},
        .json = "{\"id\":{id},\"entity\":{entity},\"name\":{holder},\"contact\":null,\"email\":null,\"type\":{method},"
                "\"reference_id\":{reference},\"batch_id\":null,\"active\":true,\"notes\":[],\"created_at\":{created}}"},
    [THING_FUND] = {.prefix = "fa_", .entity = "fund_account", .parent = THING_CONTACT, .deduplicated = true, .status = "active",
        .inputs = {NEEDED("contact_id", parent), NEEDED("account_type", method), NEEDED("bank_account.name", holder),
                   NEEDED("bank_account.ifsc", ifsc), NEEDED("bank_account.account_number", account)},
        .json = "{\"id\":{id},\"entity\":{entity},\"contact_id\":{parent},\"account_type\":{method},\"bank_account\":{\"ifsc\":{ifsc},"
                "\"bank_name\":\"Sandbox Bank\",\"name\":{holder},\"notes\":[],\"account_number\":{account}},\"batch_id\":null,"
                "\"active\":true,\"created_at\":{created}}"},
    [THING_VALIDATION] = {.prefix = "fav_", .entity = "fund_account.validation", .parent = THING_FUND, .own_account = true,
        .status = "created", .settle_after_ms = SANDBOX_VALIDATION_MS,
        .inputs = {NEEDED("fund_account.id", parent), AMOUNT(true), NEEDED("currency", currency)},
        .json = "{\"id\":{id},\"entity\":{entity},\"fund_account\":{\"id\":{parent}},\"status\":{status},\"amount\":{amount},"
                "\"currency\":{currency},\"notes\":[],\"results\":{\"account_status\":{note},\"registered_name\":{holder}},"
                "\"created_at\":{created},\"utr\":null}"},
    [THING_PAYOUT] = {.prefix = "pout_", .entity = "payout", .parent = THING_FUND, .key_header = "X-Payout-Idempotency", .own_account = true,
        .status = "processing", .settle_after_ms = SANDBOX_PAYOUT_MS,
        .inputs = {NEEDED("fund_account_id", parent), AMOUNT(true), NEEDED("currency", currency), NEEDED("mode", method),
                   NEEDED("purpose", holder), TEXT("reference_id", reference), TEXT("narration", note)},
        .json = "{\"id\":{id},\"entity\":{entity},\"fund_account_id\":{parent},\"amount\":{amount},\"currency\":{currency},\"notes\":[],"
                "\"fees\":0,\"tax\":0,\"status\":{status},\"utr\":{account},\"mode\":{method},\"purpose\":{holder},"
                "\"reference_id\":{reference},\"narration\":{note},\"batch_id\":null,\"failure_reason\":{error},"
                "\"status_details\":{\"description\":{error}},\"created_at\":{created}}"},
};
// clang-format on

enum { THING_AMOUNT_MIN = 100, THING_JSON_BYTES_MAX = 16384, COLLECTION_MAX = 100 };

static Var text(const char *name, Str s) { return (Var){name, s.n ? s : S("null"), s.n == 0}; }

void thing_render(Arena *a, const Thing *t, Buf *out) {
    const TypeRow *row = &types[t->type];
    bool captured = str_eq(t->status, S("captured"));
    const Var vars[] = {text("id", t->name),
                        text("entity", str_c0(row->entity)),
                        text("parent", t->parent),
                        text("currency", t->currency),
                        text("status", t->status),
                        text("holder", t->holder),
                        text("account", t->account),
                        text("ifsc", t->ifsc),
                        text("reference", t->reference),
                        text("method", t->method),
                        text("note", t->note),
                        text("error", t->error),
                        text("error_code", t->error.n ? S("BAD_REQUEST_ERROR") : S("")),
                        text("refund_status", !t->settled              ? S("")
                                              : t->settled < t->amount ? S("partial")
                                                                       : S("full")),
                        {"captured", captured ? S("true") : S("false"), true},
                        var_i64(a, "amount", t->amount),
                        var_i64(a, "settled", t->settled),
                        var_i64(a, "due", t->amount > t->settled ? t->amount - t->settled : 0),
                        var_i64(a, "attempts", t->attempts),
                        var_i64(a, "created", t->created_ms / 1000)};
    template_add(out, str_c0(row->json), vars, COUNT(vars), ESCAPE_JSON);
}

Err thing_find(Tx *tx, Arena *a, ThingType type, Str name, Thing *out) {
    int64_t id;
    Key key = key_of(THING_BY_NAME);
    key_str(&key, name);
    Err e = index_find(tx, THING_BY_NAME, &key, &id);
    if (!e)
        e = rec_get(tx, &SANDBOX_THING, id, out);
    if (!e && out->type != (int32_t)type)
        e = E_MISSING;
    return e || !tx_writable(tx) ? e : row_keep(a, &SANDBOX_THING, out);
}

/* ---- making ---- */

typedef struct Creation {
    const TypeRow *row;
    Arena *arena;
    Thing thing;      /* as asked for */
    Thing result;
    const char *why;  /* what the caller did wrong */
} Creation;

static Err refuse(Creation *c, const char *why) {
    c->why = why;
    return E_INVALID;
}

/* The one made earlier under the same key. */
static Err earlier(Tx *tx, Creation *c) {
    int64_t id;
    Key key = key_of(THING_BY_KEY);
    key_i64(&key, c->thing.type);
    key_str(&key, c->thing.key);
    Err e = index_find(tx, THING_BY_KEY, &key, &id);
    if (!e)
        e = rec_get(tx, &SANDBOX_THING, id, &c->result);
    if (!e)
        e = row_keep(c->arena, &SANDBOX_THING, &c->result);
    if (e)
        return e;
    bool same = str_eq(c->result.parent, c->thing.parent) && (c->result.amount == c->thing.amount || !c->thing.amount) &&
                str_eq(c->result.reference, c->thing.reference);
    return same ? OK : refuse(c, "Different request body sent for the same Idempotency Header");
}

static Err create(Tx *tx, void *arg) {
    Creation *c = arg;
    Thing t = c->thing, parent = {0};
    c->why = NULL;
    Err e = t.key.n ? earlier(tx, c) : E_MISSING;
    if (e != E_MISSING)
        return e;
    e = c->row->parent ? thing_find(tx, c->arena, c->row->parent, t.parent, &parent) : OK;
    if (e)
        return e == E_MISSING ? refuse(c, "The id provided does not exist") : e;
    t.created_ms = tx_now_ms(tx);
    if (c->row->settle_after_ms)
        t.settle_ms = t.created_ms + c->row->settle_after_ms;
    if (c->row->create && (e = c->row->create(tx, c->arena, &t, &parent))) {
        return e == E_FUNDS   ? refuse(c, "The total refund amount is greater than the refund payment amount")
               : e == E_STATE ? refuse(c, "The payment has not been captured")
                              : e;
    }
    c->result = t;
    return insert_bounded(tx, &SANDBOX_THING, &c->result, SANDBOX_THINGS_MAX);
}

static Err create_refund(Tx *tx, Arena *a, Thing *t, Thing *payment) {
    if (!str_eq(payment->status, S("captured")) && !str_eq(payment->status, S("refunded")))
        return E_STATE;
    if (!t->amount)
        t->amount = payment->amount - payment->settled;
    if (t->amount < 1 || t->amount > payment->amount - payment->settled)
        return E_FUNDS;
    t->currency = payment->currency;
    payment->settled += t->amount;
    if (payment->settled == payment->amount)
        payment->status = S("refunded");
    Err e = rec_put(tx, &SANDBOX_THING, payment);
    return e ? e : event_add(tx, a, "refund.processed", "refund", t, payment->parent, tx_now_ms(tx));
}

/* A key made of the content, for what the provider keeps only once. */
static Str content_key(Arena *a, const Thing *t) {
    Buf b = buf_arena(a, THING_JSON_BYTES_MAX);
    const Str parts[] = {t->parent, t->holder, t->method, t->reference, t->account, t->ifsc};
    for (size_t i = 0; i < COUNT(parts); i++) {
        buf_u64(&b, parts[i].n);
        buf_char(&b, ':');
        buf_add(&b, parts[i]);
    }
    return buf_str(&b);
}

void thing_create(Visit *v, ThingType type, Str parent) {
    Arena *a = v->req->arena;
    Creation c = {.row = &types[type], .arena = a};
    const TypeRow *row = c.row;
    Thing *t = &c.thing;
    *t = (Thing){.type = type, .name = sandbox_name(a, row->prefix), .parent = parent, .status = str_c0(row->status)};
    for (const InputRow *in = row->inputs; in->path; in++) {
        char *at = (char *)t + in->offset;
        bool given = in->number ? answer_i64(v->body, in->path, (int64_t *)(void *)at)
                                : (*(Str *)(void *)at = answer_str(v->body, in->path)).n > 0;
        const char *why =
            !given && (in->required || answer_at(v->body, in->path)) ? "The field is required or of the wrong type." : NULL;
        if (in->number && given && t->amount < (type == THING_REFUND ? 1 : THING_AMOUNT_MIN))
            why = "The amount must be at least INR 1.00";
        if (why && (in->required || in->number)) {
            answer_error(v, 400, why, in->path);
            return;
        }
    }
    if (row->own_account && !str_eq(answer_str(v->body, "account_number"), v->sandbox->gateway->razorpay_account_number)) {
        answer_error(v, 400, "The account number is invalid.", "account_number");
        return;
    }
    if (row->key_header)
        t->key = v->req->header(v->req, row->key_header);
    if (row->deduplicated)
        t->key = content_key(a, t);
    Err e = store_write(v->sandbox->cfg.store, create, &c);
    if (e) {
        if (c.why && e == E_INVALID)
            answer_error(v, 400, c.why, NULL);
        else
            answer_err(v, e);
        return;
    }
    thing_render(a, &c.result, &v->rep->body);
    sandbox_wake(v->sandbox);
}

/* ---- reading ---- */

void thing_get(Visit *v, ThingType type, Str name) {
    Tx *tx;
    Thing t;
    Err e = store_read(v->sandbox->cfg.store, v->req->arena, &tx);
    if (!e) {
        e = thing_find(tx, v->req->arena, type, name, &t);
        if (!e)
            thing_render(v->req->arena, &t, &v->rep->body);
        store_read_end(tx);
    }
    if (e == E_MISSING)
        answer_error(v, 400, "The id provided does not exist", NULL);
    else if (e)
        answer_err(v, e);
}

void thing_list(Visit *v, ThingType type, ThingType parent_type, Str parent) {
    Arena *a = v->req->arena;
    Tx *tx;
    Thing t;
    Scan *scan;
    int64_t n = 0;
    Buf items = buf_arena(a, REPLY_BODY_BYTES_MAX);
    Err e = store_read(v->sandbox->cfg.store, a, &tx);
    if (!e) {
        e = thing_find(tx, a, parent_type, parent, &t);
        Key key = key_of(THING_BY_PARENT);
        key_str(&key, parent);
        key_i64(&key, type);
        if (!e)
            e = scan_open(tx, THING_BY_PARENT, (ScanRange){.prefix = &key}, &scan);
        for (; !e && n < COLLECTION_MAX && scan_next_rec(scan, &SANDBOX_THING, &t); n++) {
            if (n)
                buf_char(&items, ',');
            thing_render(a, &t, &items);
        }
        store_read_end(tx);
    }
    if (!e)
        e = items.err;
    if (e == E_MISSING) {
        answer_error(v, 400, "The id provided does not exist", NULL);
    } else if (e) {
        answer_err(v, e);
    } else {
        const Var vars[] = {var_i64(a, "count", n), {"items", buf_str(&items), true}};
        answer_template(v, 200, "{\"entity\":\"collection\",\"count\":{count},\"items\":[{items}]}", vars, COUNT(vars));
    }
}

/* ---- what settles by itself ---- */

Err thing_settle(Tx *tx, Arena *a, Thing *t) {
    Thing fund;
    Err e = thing_find(tx, a, THING_FUND, t->parent, &fund);
    if (e)
        return e;
    bool unknown = str_ends(fund.account, S("0000")), refused = unknown || str_ends(fund.account, S("9999"));
    t->settle_ms = 0;
    if (t->type == THING_VALIDATION) {
        t->status = S("completed");
        t->note = unknown ? S("invalid") : S("active");
        t->holder = unknown ? S("") : fund.holder;
        return rec_put(tx, &SANDBOX_THING, t);
    }
    t->status = refused ? S("reversed") : S("processed");
    t->error = refused ? S("Payout failed at the beneficiary bank.") : S("");
    if (!refused)
        t->account = arena_printf(a, "SBX%012lld", (long long)t->id);
    e = rec_put(tx, &SANDBOX_THING, t);
    return e ? e : event_add(tx, a, refused ? "payout.reversed" : "payout.processed", "payout", t, t->name, tx_now_ms(tx));
}
