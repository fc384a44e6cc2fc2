#include "gateway/razorpay.h"

#include "crypto/hmac.h"
#include "domain/row.h"

typedef struct CallRow {
    const char *method, *path, *body;
    const char *key_header; /* where the idempotency key goes; NULL: the call has none */
} CallRow;

// clang-format off
static const CallRow calls[RZP_CALL_COUNT] = {
    [RZP_ORDER_CREATE] = {"POST", "/v1/orders",
        "{\"amount\":{amount},\"currency\":{currency},\"receipt\":{reference},\"payment_capture\":1,"
        "\"notes\":{\"reference\":{reference}}}", NULL},
    [RZP_ORDER_PAYMENTS] = {"GET", "/v1/orders/{order}/payments", NULL, NULL},
    [RZP_REFUND_CREATE] = {"POST", "/v1/payments/{payment}/refund",
        "{\"amount\":{amount},\"speed\":\"normal\",\"receipt\":{reference},\"notes\":{\"reference\":{reference}}}", "X-Refund-Idempotency"},
    [RZP_CONTACT_CREATE] = {"POST", "/v1/contacts",
        "{\"name\":{holder},\"type\":\"customer\",\"reference_id\":{reference}}", NULL},
    [RZP_FUND_CREATE] = {"POST", "/v1/fund_accounts",
        "{\"contact_id\":{contact},\"account_type\":\"bank_account\",\"bank_account\":{\"name\":{holder},\"ifsc\":{ifsc},"
        "\"account_number\":{number}}}", NULL},
    [RZP_VALIDATION_CREATE] = {"POST", "/v1/fund_accounts/validations",
        "{\"account_number\":{source},\"fund_account\":{\"id\":{fund}},\"amount\":{amount},\"currency\":{currency},"
        "\"notes\":{\"reference\":{reference}}}", NULL},
    [RZP_VALIDATION_GET] = {"GET", "/v1/fund_accounts/validations/{validation}", NULL, NULL},
    [RZP_PAYOUT_CREATE] = {"POST", "/v1/payouts",
        "{\"account_number\":{source},\"fund_account_id\":{fund},\"amount\":{amount},\"currency\":{currency},\"mode\":{mode},"
        "\"purpose\":\"payout\",\"queue_if_low_balance\":true,\"reference_id\":{reference},\"narration\":{narration}}",
        "X-Payout-Idempotency"},
    [RZP_PAYOUT_GET] = {"GET", "/v1/payouts/{payout}", NULL, NULL},
};

static const struct { const char *status; PayoutFate fate; } fates[] = {
    {"processed", PAYOUT_DONE}, {"rejected", PAYOUT_FAILED}, {"cancelled", PAYOUT_FAILED},
    {"failed", PAYOUT_FAILED}, {"reversed", PAYOUT_FAILED},
};
// clang-format on

enum { RZP_URL_BYTES_MAX = 1024, RZP_BODY_BYTES_MAX = 8192, RZP_NAME_CHARS = 50, RZP_NARRATION_CHARS = 30, PENNY_AMOUNT = 100 };

PayoutFate payout_fate(Str status) {
    for (size_t i = 0; i < COUNT(fates); i++)
        if (str_eq(str_c0(fates[i].status), status))
            return fates[i].fate;
    return PAYOUT_UNDER_WAY; /* queued, pending, processing, and whatever they add: not settled */
}

/* Appends the key, or a hash of it when Razorpay would not take it. */
static Str fitting_key(Arena *a, Str key) {
    bool ok = key.n >= RZP_KEY_MIN && key.n <= RZP_KEY_MAX;
    for (size_t i = 0; i < key.n && ok; i++) {
        char c = key.p[i];
        ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
    if (ok)
        return key;
    char hex[SHA256_HEX_CHARS];
    sha256_hex(key, hex);
    return arena_str(a, str_of(hex, RZP_KEY_MAX));
}

Err razorpay(Gateway *g, Arena *a, RazorpayCall call, const Var *vars, size_t n, Str key, int64_t deadline_ms, Answer *answer,
             Outcome *o) {
    const CallRow *row = &calls[call];
    Buf url = buf_arena(a, RZP_URL_BYTES_MAX), body = buf_arena(a, RZP_BODY_BYTES_MAX);
    buf_add(&url, g->cfg->razorpay_url);
    Err e = template_add(&url, str_c0(row->path), vars, n, ESCAPE_URL);
    if (!e && row->body)
        e = template_add(&body, str_c0(row->body), vars, n, ESCAPE_JSON);
    if (e) {
        *o = (Outcome){.err = e, .permanent = e != E_NOMEM, .error = S("the request does not fit the provider's format")};
        return e;
    }
    FetchHeader headers[2];
    size_t count = 0;
    if (row->body)
        headers[count++] = (FetchHeader){S("Content-Type"), S("application/json")};
    if (row->key_header)
        headers[count++] = (FetchHeader){str_c0(row->key_header), fitting_key(a, key)};
    FetchRequest req = {.method = str_c0(row->method),
                        .url = buf_str(&url),
                        .headers = headers,
                        .header_count = count,
                        .user = g->cfg->razorpay_key_id,
                        .password = g->cfg->razorpay_key_secret,
                        .body = buf_str(&body),
                        .deadline_ms = deadline_ms,
                        .response_bytes_max = GATEWAY_RESPONSE_BYTES_MAX};
    return gateway_exchange(g, a, &req, "error.description", answer, o);
}

/* The first n code points of a text. */
static Str first_chars(Str s, size_t n) {
    size_t at = 0;
    while (at < s.n && n--)
        str_utf8_next(s, &at);
    return str_slice(s, 0, at);
}

/* Only what a bank statement can carry: letters, digits, blanks. */
static Str narration(Arena *a, Str name) {
    Buf b = buf_arena(a, RZP_NARRATION_CHARS);
    for (size_t i = 0; i < name.n && b.n < RZP_NARRATION_CHARS; i++) {
        char c = name.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ')
            buf_char(&b, c);
    }
    return b.n ? buf_str(&b) : S("payout");
}

static Str reference(Arena *a, const char *prefix, int64_t id) { return arena_printf(a, "%s%lld", prefix, (long long)id); }

int64_t withdrawal_of(Str text) {
    int64_t id;
    return str_starts(text, S("gbw")) && str_i64(str_from(text, 3), &id) && id > 0 ? id : 0;
}

/* The provider's id in the answer; without one the answer is nonsense. */
static Err answer_id(Answer answer, Str *id, Outcome *o) {
    *id = answer_str(answer, "id");
    if (id->n)
        return OK;
    *o = (Outcome){.err = E_PROVIDER, .error = S("the provider's answer has no id")};
    return o->err;
}

/* What is left of a deadline for one more call; never nothing, so that the call itself says that time is up. */
static int64_t left_of(int64_t until_ms) {
    int64_t left = until_ms - clock_mono_ms();
    return left > 1 ? left : 1;
}

/* Contact and fund account of a bank account. Razorpay gives the existing ones when it has them. */
static Err fund_account(Gateway *g, Arena *a, int64_t user, Str holder, Str number, Str ifsc, int64_t until_ms, Str *fund,
                        Outcome *o) {
    Answer answer;
    Str contact;
    Var vars[] = {{"holder", first_chars(holder, RZP_NAME_CHARS), false},
                  {"reference", reference(a, "gbu", user), false},
                  {"contact", S(""), false},
                  {"ifsc", ifsc, false},
                  {"number", number, false}};
    Err e = razorpay(g, a, RZP_CONTACT_CREATE, vars, COUNT(vars), S(""), left_of(until_ms), &answer, o);
    if (!e)
        e = answer_id(answer, &contact, o);
    if (e)
        return e;
    vars[2].value = contact;
    e = razorpay(g, a, RZP_FUND_CREATE, vars, COUNT(vars), S(""), left_of(until_ms), &answer, o);
    return e ? e : answer_id(answer, fund, o);
}

/* ---- payments ---- */

Err razorpay_open(Gateway *g, Arena *a, const Payment *p, Str *provider_order, Outcome *o) {
    Answer answer;
    const Var vars[] = {
        var_i64(a, "amount", p->amount), {"currency", p->currency, false}, {"reference", reference(a, "gb", p->id), false}};
    Err e = razorpay(g, a, RZP_ORDER_CREATE, vars, COUNT(vars), S(""), GATEWAY_CALL_DEADLINE_MS, &answer, o);
    return e ? e : answer_id(answer, provider_order, o);
}

bool captured_payment(Answer entity, int32_t source, PaymentCapturedIn *in) {
    *in = (PaymentCapturedIn){.provider = PROVIDER_RAZORPAY,
                              .source = source,
                              .provider_order = answer_str(entity, "order_id"),
                              .provider_payment = answer_str(entity, "id"),
                              .currency = answer_str(entity, "currency")};
    return str_eq(answer_str(entity, "status"), S("captured")) && in->provider_order.n && in->provider_payment.n &&
           in->currency.n && answer_i64(entity, "amount", &in->amount) && in->amount > 0;
}

/* ---- refunds ---- */

void send_refund(Gateway *g, Arena *a, const Outbox *row, Outcome *o) {
    Call c;
    Refund refund = {.id = row->ref};
    Err e = gateway_read(g, a, &c);
    if (!e) {
        e = refund_get(c.tx, row->ref, &refund);
        if (!e)
            refund.provider_payment = arena_str(a, refund.provider_payment);
        store_read_end(c.tx);
    }
    if (e) {
        *o = (Outcome){.err = e, .permanent = e == E_MISSING};
        return;
    }
    Answer answer;
    const Var vars[] = {{"payment", refund.provider_payment, false},
                        var_i64(a, "amount", refund.amount),
                        {"reference", reference(a, "gbr", refund.id), false}};
    e = razorpay(g, a, RZP_REFUND_CREATE, vars, COUNT(vars), row->idempotency_key, GATEWAY_DEADLINE_MS, &answer, o);
    if (e || answer_id(answer, &o->provider_id, o))
        return;
    if (str_eq(answer_str(answer, "status"), S("failed")))
        *o = (Outcome){.err = E_PROVIDER, .permanent = true, .error = S("the refund failed")};
}

/* ---- payouts ---- */

static Err payout_load(Gateway *g, Arena *a, int64_t withdrawal, PayoutRequest *p) {
    Call c;
    Err e = gateway_read(g, a, &c);
    if (e)
        return e;
    e = payout_request(&c, withdrawal, p);
    if (!e) {
        Str *const strs[] = {&p->holder, &p->number, &p->ifsc, &p->currency};
        for (size_t i = 0; i < COUNT(strs); i++) {
            *strs[i] = arena_str(a, *strs[i]);
            if (!strs[i]->p)
                e = E_NOMEM;
        }
    }
    store_read_end(c.tx);
    return e;
}

void send_payout(Gateway *g, Arena *a, const Outbox *row, Outcome *o) {
    Answer answer;
    Err e;
    if (row->provider_id.n) { /* it was taken earlier: how is it going? */
        const Var vars[] = {{"payout", row->provider_id, false}};
        e = razorpay(g, a, RZP_PAYOUT_GET, vars, COUNT(vars), S(""), GATEWAY_DEADLINE_MS, &answer, o);
    } else {
        PayoutRequest p = {0};
        Str fund;
        e = payout_load(g, a, row->ref, &p);
        if (e) {
            *o = (Outcome){.err = e, .permanent = e == E_MISSING};
            return;
        }
        e = fund_account(g, a, p.withdrawal.user, p.holder, p.number, p.ifsc, clock_mono_ms() + GATEWAY_DEADLINE_MS, &fund, o);
        if (e)
            return;
        const Var vars[] = {{"source", g->cfg->razorpay_account_number, false},
                            {"fund", fund, false},
                            var_i64(a, "amount", p.withdrawal.amount),
                            {"currency", p.currency, false},
                            {"mode", p.withdrawal.amount <= RZP_IMPS_MAX ? S("IMPS") : S("NEFT"), false},
                            {"reference", reference(a, "gbw", p.withdrawal.id), false},
                            {"narration", narration(a, g->cfg->name), false}};
        e = razorpay(g, a, RZP_PAYOUT_CREATE, vars, COUNT(vars), row->idempotency_key, GATEWAY_DEADLINE_MS, &answer, o);
    }
    if (e) {
        o->provider_id = row->provider_id;
        if (row->provider_id.n)
            o->permanent = false; /* a question that went wrong says nothing about the payout */
        return;
    }
    if (answer_id(answer, &o->provider_id, o))
        return;
    switch (payout_fate(answer_str(answer, "status"))) {
    case PAYOUT_DONE: return;
    case PAYOUT_UNDER_WAY:
        o->err = E_PROVIDER;
        o->error = arena_printf(a, "taken by the provider, status %.*s", STR_ARG(answer_str(answer, "status")));
        return;
    case PAYOUT_FAILED:
        o->err = E_PROVIDER;
        o->permanent = true;
        o->error = answer_str(answer, "status_details.description");
        if (!o->error.n)
            o->error = answer_str(answer, "failure_reason");
        if (!o->error.n)
            o->error = answer_str(answer, "status");
    }
}

/* ---- penny drops ---- */

/* Both forms of the answer: "results" of the plain API, "validation_results" of the composite one. */
static Str result(Answer answer, const char *plain, const char *composite) {
    Str s = answer_str(answer, plain);
    return s.n ? s : answer_str(answer, composite);
}

static bool judged(Answer answer, Penny *p) {
    Str status = result(answer, "results.account_status", "validation_results.account_status");
    if (!str_eq(answer_str(answer, "status"), S("completed")) || !status.n)
        return false;
    p->reached = true;
    p->valid = str_eq(status, S("active")) || str_eq(status, S("valid"));
    p->registered_name = result(answer, "results.registered_name", "validation_results.registered_name");
    if (!p->valid)
        p->error = S("The bank does not know this account.");
    return true;
}

void penny_drop(Gateway *g, Arena *a, const BankAccount *b, Str validation, int64_t deadline_ms, Penny *p, Outcome *o) {
    int64_t until_ms = clock_mono_ms() + deadline_ms;
    Answer answer;
    Str fund;
    Err e = OK;
    *p = (Penny){.validation = validation};
    if (!validation.n) {
        e = fund_account(g, a, b->user, b->holder, b->number, b->ifsc, until_ms, &fund, o);
        const Var vars[] = {{"source", g->cfg->razorpay_account_number, false},
                            {"fund", fund, false},
                            var_i64(a, "amount", PENNY_AMOUNT),
                            {"currency", S("INR"), false},
                            {"reference", reference(a, "gbb", b->id), false}};
        if (!e)
            e = razorpay(g, a, RZP_VALIDATION_CREATE, vars, COUNT(vars), S(""), left_of(until_ms), &answer, o);
        if (!e)
            e = answer_id(answer, &p->validation, o);
        if (e && o->permanent) { /* the provider will never take these details */
            p->reached = true;
            p->error = o->error;
        }
        if (e || judged(answer, p))
            return;
    }
    for (;;) {
        const Var vars[] = {{"validation", p->validation, false}};
        int64_t left = until_ms - clock_mono_ms();
        if (left <= 0)
            break;
        if (razorpay(g, a, RZP_VALIDATION_GET, vars, COUNT(vars), S(""), left, &answer, o)) {
            o->permanent = false;
            return;
        }
        if (judged(answer, p))
            return;
        if (str_eq(answer_str(answer, "status"), S("failed"))) {
            if (validation.n) { /* a technical failure of an earlier one: begin anew */
                penny_drop(g, a, b, S(""), left, p, o);
                return;
            }
            *o = (Outcome){.err = E_PROVIDER, .error = S("the validation failed at the provider")};
            return;
        }
        gateway_nap(left < GATEWAY_PENNY_POLL_MS ? left : GATEWAY_PENNY_POLL_MS);
    }
    *o = (Outcome){.err = E_NETWORK, .error = S("no verdict in time")};
}

/* Loads the account, kept in `a`. */
static Err penny_load(Gateway *g, Arena *a, int64_t account, BankAccount *out) {
    Call c;
    Err e = gateway_read(g, a, &c);
    if (e)
        return e;
    e = penny_request(&c, account, out);
    if (!e)
        e = row_keep(a, &BANK_ACCOUNT, out);
    store_read_end(c.tx);
    return e;
}

Err penny_record(Gateway *g, Arena *a, int64_t account, const Penny *p, BankAccount *out) {
    BankVerifiedIn in = {
        .id = account, .reached = p->reached, .valid = p->valid, .registered_name = p->registered_name, .error = p->error};
    return gateway_write(g, a, NULL, SYSTEM_ACTOR, bank_verified, &in, out, sizeof *out);
}

void send_penny(Gateway *g, Arena *a, const Outbox *row, Outcome *o) {
    BankAccount account;
    Penny penny;
    Err e = penny_load(g, a, row->ref, &account);
    if (e) {
        *o = (Outcome){.err = e, .permanent = e == E_MISSING};
        return;
    }
    penny_drop(g, a, &account, row->provider_id, GATEWAY_DEADLINE_MS, &penny, o);
    if (penny.reached)
        *o = (Outcome){.err = penny_record(g, a, row->ref, &penny, &account), .recorded = true};
    else
        o->provider_id = penny.validation;
}
