/* Stripe, as far as subscriptions go: one record is a checkout session and, once it is complete, its subscription. Objects look
 * as in the API since 2025 (the period lies with the items, an invoice names its subscription under `parent`). */
#include "codec/form.h"
#include "domain/row.h"
#include "gateway/sandbox/internal.h"

enum { OBJECT_BYTES_MAX = 8192, EVENTS_MAX = 2, PAGE_BYTES_MAX = 4096 };
#define PERIOD_S (30 * MS_DAY / MS_SECOND)

/* ---- objects ---- */

static Var text(const char *name, Str s) { return (Var){name, s.n ? s : S("null"), s.n == 0}; }
static Var flag(const char *name, bool b) { return (Var){name, b ? S("true") : S("false"), true}; }

static void subscription_json(Arena *a, const StripeRow *r, Buf *out) {
    const Var vars[] = {text("id", r->subscription),       text("customer", r->customer),
                        text("status", r->status),         text("user", r->user),
                        text("price", r->price),           flag("ends", r->ends),
                        var_i64(a, "created", r->began_s), var_i64(a, "start", r->start_s),
                        var_i64(a, "end", r->end_s)};
    template_add(out,
                 S("{\"id\":{id},\"object\":\"subscription\",\"customer\":{customer},\"status\":{status},"
                   "\"cancel_at_period_end\":{ends},\"created\":{created},\"livemode\":false,\"metadata\":{\"user_id\":{user}},"
                   "\"items\":{\"object\":\"list\",\"data\":[{\"object\":\"subscription_item\",\"price\":{\"id\":{price}},"
                   "\"quantity\":1,\"current_period_start\":{start},\"current_period_end\":{end}}]}}"),
                 vars, COUNT(vars), ESCAPE_JSON);
}

static void session_json(Arena *a, const StripeRow *r, bool expand, Buf *out) {
    Buf sub = buf_arena(a, OBJECT_BYTES_MAX);
    bool complete = r->subscription.n > 0;
    if (complete && expand)
        subscription_json(a, r, &sub);
    const Var vars[] = {text("id", r->name),
                        text("customer", r->customer),
                        text("url", complete ? S("") : r->url),
                        text("success", r->success),
                        text("cancel", r->cancel),
                        text("user", r->user),
                        text("email", r->email),
                        {"subscription",
                         expand && complete ? buf_str(&sub)
                         : complete         ? r->subscription
                                            : S("null"),
                         (expand && complete) || !complete},
                        {"status", complete ? S("complete") : S("open"), false},
                        {"paid", complete ? S("paid") : S("unpaid"), false},
                        var_i64(a, "created", r->created_ms / MS_SECOND)};
    template_add(out,
                 S("{\"id\":{id},\"object\":\"checkout.session\",\"mode\":\"subscription\",\"status\":{status},"
                   "\"payment_status\":{paid},\"customer\":{customer},\"customer_email\":{email},\"subscription\":{subscription},"
                   "\"client_reference_id\":{user},\"metadata\":{\"user_id\":{user}},\"success_url\":{success},"
                   "\"cancel_url\":{cancel},\"url\":{url},\"created\":{created},\"livemode\":false}"),
                 vars, COUNT(vars), ESCAPE_JSON);
}

static void invoice_json(Arena *a, const StripeRow *r, Buf *out) {
    const Var vars[] = {{"id", sandbox_name(a, "in_"), false},
                        text("customer", r->customer),
                        text("subscription", r->subscription),
                        text("user", r->user)};
    template_add(out,
                 S("{\"id\":{id},\"object\":\"invoice\",\"customer\":{customer},\"status\":\"open\",\"livemode\":false,"
                   "\"parent\":{\"type\":\"subscription_details\",\"subscription_details\":{\"subscription\":{subscription},"
                   "\"metadata\":{\"user_id\":{user}}}}}"),
                 vars, COUNT(vars), ESCAPE_JSON);
}

/* ---- answers ---- */

static void stripe_error(Visit *v, int status, const char *message) {
    const Var vars[] = {{"message", str_c0(message), false}};
    answer_template(v, status, "{\"error\":{\"type\":\"invalid_request_error\",\"message\":{message}}}", vars, COUNT(vars));
}

static void stripe_err(Visit *v, Err e) {
    if (e == E_MISSING)
        stripe_error(v, 404, "No such object.");
    else if (e == E_STATE)
        stripe_error(v, 400, "The object is not in a state for that.");
    else
        stripe_error(v, e == E_SYNTAX || e == E_INVALID ? 400 : 500, "The request failed.");
}

/* ---- the store ---- */

/* A customer may have several: the newest. */
static Err find(Tx *tx, Arena *a, const Index *ix, Str name, StripeRow *out) {
    Scan *scan;
    int64_t id;
    Key key = key_of(ix);
    key_str(&key, name);
    Err e = name.n ? scan_open(tx, ix, (ScanRange){.prefix = &key, .descending = true}, &scan) : E_MISSING;
    if (e)
        return e;
    e = scan_next(scan, &id) ? OK : E_MISSING;
    scan_close(scan);
    if (!e)
        e = rec_get(tx, &SANDBOX_STRIPE, id, out);
    return e ? e : row_keep(a, &SANDBOX_STRIPE, out);
}

static Err look(Visit *v, const Index *ix, Str name, StripeRow *out) {
    Tx *tx;
    Err e = store_read(v->sandbox->cfg.store, v->req->arena, &tx);
    if (e)
        return e;
    e = find(tx, v->req->arena, ix, name, out);
    store_read_end(tx);
    return e;
}

static Err insert(Tx *tx, void *arg) {
    StripeRow *r = arg;
    r->created_ms = tx_now_ms(tx);
    return insert_bounded(tx, &SANDBOX_STRIPE, r, SANDBOX_THINGS_MAX);
}

/* ---- the API ---- */

void stripe_checkout_create(Visit *v) {
    Arena *a = v->req->arena;
    Form form;
    StripeRow r = {.name = sandbox_name(a, "cs_test_")};
    const struct {
        const char *name;
        Str *to;
        bool needed;
    } fields[] = {
        {"line_items[0][price]", &r.price, true}, {"success_url", &r.success, true},       {"cancel_url", &r.cancel, false},
        {"customer", &r.customer, false},         {"client_reference_id", &r.user, false}, {"customer_email", &r.email, false},
    };
    Str mode = {NULL, 0};
    Err e = form_parse(a, v->bytes, &form);
    bool good = !e && form_get(&form, S("mode"), &mode) && str_eq(mode, S("subscription"));
    for (size_t i = 0; good && i < COUNT(fields); i++)
        good = form_get(&form, str_c0(fields[i].name), fields[i].to) || !fields[i].needed;
    if (!good) {
        stripe_error(v, 400, "Missing or unknown parameter.");
        return;
    }
    r.url = arena_printf(a, "%.*s/sandbox/stripe/checkout/%.*s", STR_ARG(v->sandbox->own_url), STR_ARG(r.name));
    e = store_write(v->sandbox->cfg.store, insert, &r);
    if (e)
        stripe_err(v, e);
    else
        session_json(a, &r, false, &v->rep->body);
}

void stripe_checkout_get(Visit *v) {
    StripeRow r;
    Err e = look(v, STRIPE_ROW_BY_NAME, v->id, &r);
    if (e)
        stripe_err(v, e);
    else
        session_json(v->req->arena, &r, true, &v->rep->body);
}

void stripe_portal_create(Visit *v) {
    Arena *a = v->req->arena;
    Form form;
    Str customer = {NULL, 0}, back = {NULL, 0};
    Err e = form_parse(a, v->bytes, &form);
    if (e || !form_get(&form, S("customer"), &customer) || !form_get(&form, S("return_url"), &back)) {
        stripe_error(v, 400, "Missing or unknown parameter.");
        return;
    }
    StripeRow r;
    e = look(v, STRIPE_ROW_BY_CUSTOMER, customer, &r);
    if (e) {
        stripe_err(v, e);
        return;
    }
    const Var vars[] = {
        {"id", sandbox_name(a, "bps_"), false},
        text("customer", customer),
        text("back", back),
        text("url", arena_printf(a, "%.*s/sandbox/stripe/portal/%.*s", STR_ARG(v->sandbox->own_url), STR_ARG(customer)))};
    answer_template(
        v, 200, "{\"id\":{id},\"object\":\"billing_portal.session\",\"customer\":{customer},\"return_url\":{back},\"url\":{url}}",
        vars, COUNT(vars));
}

void stripe_subscription_get(Visit *v) {
    StripeRow r;
    Err e = look(v, STRIPE_ROW_BY_SUBSCRIPTION, v->id, &r);
    if (e)
        stripe_err(v, e);
    else
        subscription_json(v->req->arena, &r, &v->rep->body);
}

/* ---- what happens to a subscription ---- */

typedef struct Happening Happening;
typedef struct PlayRow {
    const char *word;
    /* Changes the row; E_STATE when it cannot. */
    Err (*change)(Arena *a, StripeRow *r, int64_t now_s);
    const char *events[EVENTS_MAX]; /* sent then, in this order */
} PlayRow;

struct Happening {
    Arena *arena;
    const PlayRow *play;
    const Index *by;
    Str name;
    StripeRow row;
};

static bool living(const StripeRow *r) { return r->subscription.n && !str_eq(r->status, S("canceled")); }

static Err completed(Arena *a, StripeRow *r, int64_t now_s) {
    if (r->subscription.n)
        return OK; /* paid already: the events are sent once more */
    if (!r->customer.n)
        r->customer = sandbox_name(a, "cus_");
    r->subscription = sandbox_name(a, "sub_");
    r->status = S("active");
    r->began_s = r->start_s = now_s;
    r->end_s = now_s + PERIOD_S;
    return OK;
}
static Err renewed(Arena *a, StripeRow *r, int64_t now_s) {
    (void)a, (void)now_s;
    if (!living(r))
        return E_STATE;
    r->status = S("active");
    r->start_s = r->end_s;
    r->end_s += PERIOD_S;
    return OK;
}
static Err failed(Arena *a, StripeRow *r, int64_t now_s) {
    (void)a, (void)now_s;
    if (!living(r))
        return E_STATE;
    r->status = S("past_due");
    return OK;
}
static Err ended(Arena *a, StripeRow *r, int64_t now_s) {
    (void)a, (void)now_s;
    r->status = S("canceled");
    return r->subscription.n ? OK : E_STATE;
}
static Err will_end(Arena *a, StripeRow *r, int64_t now_s) {
    (void)a, (void)now_s;
    r->ends = true;
    return living(r) ? OK : E_STATE;
}

// clang-format off
static const PlayRow plays[] = {
    {"complete", completed, {"checkout.session.completed", "customer.subscription.created"}},
    {"renew", renewed, {"customer.subscription.updated"}},
    {"fail", failed, {"invoice.payment_failed", "customer.subscription.updated"}},
    {"end", ended, {"customer.subscription.deleted"}},
    {"cancel", will_end, {"customer.subscription.updated"}},
};
// clang-format on

static const PlayRow *play_of(Str word) {
    for (size_t i = 0; i < COUNT(plays); i++)
        if (str_eq(str_c0(plays[i].word), word))
            return &plays[i];
    return NULL;
}

static Err send_event(Tx *tx, Arena *a, const char *type, const StripeRow *r) {
    Buf object = buf_arena(a, OBJECT_BYTES_MAX), body = buf_arena(a, OBJECT_BYTES_MAX);
    if (strstr(type, "session"))
        session_json(a, r, false, &object);
    else if (strstr(type, "invoice"))
        invoice_json(a, r, &object);
    else
        subscription_json(a, r, &object);
    Str name = sandbox_name(a, "evt_");
    const Var vars[] = {{"id", name, false},
                        {"type", str_c0(type), false},
                        {"object", buf_str(&object), true},
                        var_i64(a, "created", tx_now_ms(tx) / MS_SECOND)};
    Err e = template_add(&body,
                         S("{\"id\":{id},\"object\":\"event\",\"api_version\":\"2025-03-31.basil\",\"created\":{created},"
                           "\"livemode\":false,\"pending_webhooks\":1,\"type\":{type},\"data\":{\"object\":{object}}}"),
                         vars, COUNT(vars), ESCAPE_JSON);
    SandboxEvent ev = {.name = name, .subject = r->name, .body = buf_str(&body), .stripe = true, .due_ms = tx_now_ms(tx)};
    return e ? e : insert_bounded(tx, &SANDBOX_EVENT, &ev, SANDBOX_EVENTS_MAX);
}

static Err happen(Tx *tx, void *arg) {
    Happening *h = arg;
    Err e = find(tx, h->arena, h->by, h->name, &h->row);
    if (!e)
        e = h->play->change(h->arena, &h->row, tx_now_ms(tx) / MS_SECOND);
    if (!e)
        e = rec_put(tx, &SANDBOX_STRIPE, &h->row);
    for (size_t i = 0; !e && i < EVENTS_MAX && h->play->events[i]; i++)
        e = send_event(tx, h->arena, h->play->events[i], &h->row);
    return e;
}

static Err play(Visit *v, const PlayRow *row, const Index *by, Str name, StripeRow *out) {
    Happening h = {.arena = v->req->arena, .play = row, .by = by, .name = name};
    Err e = store_write(v->sandbox->cfg.store, happen, &h);
    *out = h.row;
    if (!e)
        sandbox_wake(v->sandbox);
    return e;
}

/* POST /v1/subscriptions/{id}: the one change that is known. */
void stripe_subscription_change(Visit *v) {
    Form form;
    StripeRow r;
    Str ends = {NULL, 0};
    Err e = form_parse(v->req->arena, v->bytes, &form);
    if (e || !form_get(&form, S("cancel_at_period_end"), &ends) || !str_eq(ends, S("true"))) {
        stripe_error(v, 400, "Missing or unknown parameter.");
        return;
    }
    e = play(v, play_of(S("cancel")), STRIPE_ROW_BY_SUBSCRIPTION, v->id, &r);
    if (e)
        stripe_err(v, e);
    else
        subscription_json(v->req->arena, &r, &v->rep->body);
}

/* ---- the payer ---- */

static void played(Visit *v, const StripeRow *r) {
    const Var vars[] = {text("session", r->name), text("customer", r->customer), text("subscription", r->subscription),
                        text("status", r->status)};
    answer_template(v, 200,
                    "{\"session_id\":{session},\"customer\":{customer},\"subscription\":{subscription},\"status\":{status}}",
                    vars, COUNT(vars));
}

void stripe_complete(Visit *v) {
    Form form;
    StripeRow r;
    Str session = answer_str(v->body, "session_id");
    bool page = !v->body && form_parse(v->req->arena, v->bytes, &form) == OK && form_get(&form, S("session_id"), &session);
    Err e = session.n ? play(v, play_of(S("complete")), STRIPE_ROW_BY_NAME, session, &r) : E_INVALID;
    if (e) {
        stripe_err(v, e);
    } else if (page) { /* of the checkout page below: on to where the shop wanted the payer */
        v->rep->status = 303;
        reply_header(v->rep, "Location", r.success);
    } else {
        played(v, &r);
    }
}

void stripe_play(Visit *v) {
    StripeRow r;
    Str sub = answer_str(v->body, "subscription");
    const PlayRow *row = play_of(answer_str(v->body, "event"));
    bool own = row && row->change != completed;
    Err e = own && sub.n ? play(v, row, STRIPE_ROW_BY_SUBSCRIPTION, sub, &r) : E_INVALID;
    if (e)
        stripe_err(v, e);
    else
        played(v, &r);
}

/* A page for the payer's browser. Names are the sandbox's own, so nothing in it needs escaping. */
static void page(Visit *v, Str title, Str form) {
    v->rep->content_type = S("text/html; charset=utf-8");
    reply_header(v->rep, "Content-Security-Policy", S("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"));
    buf_printf(
        &v->rep->body,
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
        "<title>%.*s</title><style>body{font:16px system-ui;max-width:28rem;margin:4rem auto;padding:0 1rem}"
        "button{font:inherit;padding:.6rem 1.2rem}</style><h1>%.*s</h1><p>No real money moves: this page plays the payment "
        "provider.</p>%.*s</html>",
        STR_ARG(title), STR_ARG(title), STR_ARG(form));
}

void stripe_checkout_page(Visit *v) {
    StripeRow r;
    Err e = look(v, STRIPE_ROW_BY_NAME, v->id, &r);
    if (e) {
        stripe_err(v, e);
        return;
    }
    page(v, S("Sandbox checkout"),
         r.subscription.n ? S("<p>This checkout is paid.</p>")
                          : arena_printf(v->req->arena,
                                         "<form method=\"post\" action=\"/sandbox/stripe/complete\">"
                                         "<input type=\"hidden\" name=\"session_id\" value=\"%.*s\"><button>Pay</button></form>",
                                         STR_ARG(r.name)));
}

void stripe_portal_page(Visit *v) {
    StripeRow r;
    Err e = look(v, STRIPE_ROW_BY_CUSTOMER, v->id, &r);
    if (e)
        stripe_err(v, e);
    else
        page(v, S("Sandbox billing portal"),
             r.subscription.n
                 ? arena_printf(v->req->arena, "<p>Subscription %.*s: %.*s.</p>", STR_ARG(r.subscription), STR_ARG(r.status))
                 : S("<p>No subscription.</p>"));
}
