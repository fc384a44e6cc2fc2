/* The payer, and the postman who carries webhooks to the box. */
#include "base/log.h"
#include "base/rand.h"
#include "crypto/hmac.h"
#include "domain/row.h"
#include "gateway/sandbox/internal.h"

enum { EVENT_BYTES_MAX = 16384, POST_ROWS = 16, POST_ARENA_BYTES = 1024 * 1024, EVENTS_PER_ORDER_MAX = 100 };
#define POST_DEADLINE_MS (5 * MS_SECOND) /* Razorpay waits that long for a 2xx */
#define POST_RETRY_MS MS_SECOND          /* then doubling */
#define POST_IDLE_MS (30 * MS_SECOND)

Err event_add(Tx *tx, Arena *a, const char *event, const char *entity, const Thing *t, Str subject, int64_t due_ms) {
    Buf thing = buf_arena(a, EVENT_BYTES_MAX), body = buf_arena(a, EVENT_BYTES_MAX);
    thing_render(a, t, &thing);
    const Var vars[] = {{"event", str_c0(event), false},
                        {"entity", str_c0(entity), false},
                        {"word", str_c0(entity), true},
                        {"thing", buf_str(&thing), true},
                        var_i64(a, "created", tx_now_ms(tx) / 1000)};
    Err e =
        template_add(&body,
                     S("{\"entity\":\"event\",\"account_id\":\"acc_Sandbox0000000\",\"event\":{event},\"contains\":[{entity}],"
                       "\"payload\":{\"{word}\":{\"entity\":{thing}}},\"created_at\":{created}}"),
                     vars, COUNT(vars), ESCAPE_JSON);
    if (e)
        return e;
    SandboxEvent ev = {.name = sandbox_name(a, "evt_"), .subject = subject, .body = buf_str(&body), .due_ms = due_ms};
    return insert_bounded(tx, &SANDBOX_EVENT, &ev, SANDBOX_EVENTS_MAX);
}

/* ---- POST /sandbox/razorpay/pay ---- */

typedef struct Paying {
    Arena *arena;
    Str order, payment, method;
    int64_t amount; /* 0: as ordered */
    bool fail, webhook;
} Paying;

static Err pay_order(Tx *tx, void *arg) {
    const Paying *p = arg;
    Thing order;
    Err e = thing_find(tx, p->arena, THING_ORDER, p->order, &order);
    if (e)
        return e;
    Thing payment = {.type = THING_PAYMENT,
                     .name = p->payment,
                     .parent = order.name,
                     .amount = p->amount ? p->amount : order.amount,
                     .currency = order.currency,
                     .status = p->fail ? S("failed") : S("captured"),
                     .method = p->method,
                     .error = p->fail ? S("Payment failed: the payer's bank declined it.") : S(""),
                     .created_ms = tx_now_ms(tx)};
    order.attempts++;
    order.settled += p->fail ? 0 : payment.amount;
    order.status = order.settled ? S("paid") : S("attempted");
    e = rec_put(tx, &SANDBOX_THING, &order);
    if (!e)
        e = insert_bounded(tx, &SANDBOX_THING, &payment, SANDBOX_THINGS_MAX);
    if (e)
        return e;
    return event_add(tx, p->arena, p->fail ? "payment.failed" : "payment.captured", "payment", &payment, order.name,
                     p->webhook ? payment.created_ms : 0);
}

void pay(Visit *v) {
    Arena *a = v->req->arena;
    Paying p = {.arena = a,
                .order = answer_str(v->body, "order_id"),
                .payment = sandbox_name(a, "pay_"),
                .method = answer_str(v->body, "method"),
                .fail = answer_bool(v->body, "fail"),
                .webhook = !answer_at(v->body, "webhook") || answer_bool(v->body, "webhook")};
    if (!p.method.n)
        p.method = S("upi");
    if (answer_at(v->body, "amount") && (!answer_i64(v->body, "amount", &p.amount) || p.amount < 1)) {
        answer_error(v, 400, "The amount is invalid.", "amount");
        return;
    }
    Err e = p.order.n ? store_write(v->sandbox->cfg.store, pay_order, &p) : E_MISSING;
    if (e == E_MISSING) {
        answer_error(v, p.order.n ? 404 : 400, "There is no such order.", "order_id");
        return;
    }
    if (e) {
        answer_err(v, e);
        return;
    }
    sandbox_wake(v->sandbox);
    char hex[SHA256_HEX_CHARS];
    hmac_sha256_hex(v->sandbox->gateway->razorpay_key_secret, arena_printf(a, "%.*s|%.*s", STR_ARG(p.order), STR_ARG(p.payment)),
                    hex);
    const Var vars[] = {{"order", p.order, false}, {"payment", p.payment, false}, {"signature", str_of(hex, sizeof hex), false}};
    answer_template(
        v, 200,
        p.fail ? "{\"error\":{\"code\":\"BAD_REQUEST_ERROR\",\"description\":\"Payment failed: the payer's bank declined it.\","
                 "\"source\":\"bank\",\"step\":\"payment_authorization\",\"reason\":\"payment_failed\","
                 "\"metadata\":{\"order_id\":{order},\"payment_id\":{payment}}}}"
               : "{\"razorpay_order_id\":{order},\"razorpay_payment_id\":{payment},\"razorpay_signature\":{signature}}",
        vars, COUNT(vars));
}

/* ---- POST /sandbox/razorpay/resend ---- */

typedef struct Resending {
    Arena *arena;
    Str subject;
    int64_t events;
} Resending;

static Err resend_events(Tx *tx, void *arg) {
    Resending *r = arg;
    SandboxEvent rows[EVENTS_PER_ORDER_MAX];
    Scan *scan;
    Key key = key_of(SANDBOX_EVENT_BY_SUBJECT);
    key_str(&key, r->subject);
    r->events = 0;
    Err e = scan_open(tx, SANDBOX_EVENT_BY_SUBJECT, (ScanRange){.prefix = &key}, &scan);
    while (!e && r->events < EVENTS_PER_ORDER_MAX && scan_next_rec(scan, &SANDBOX_EVENT, &rows[r->events])) {
        e = row_keep(r->arena, &SANDBOX_EVENT, &rows[r->events]);
        r->events++;
    }
    if (!e && !r->events)
        return E_MISSING;
    for (int64_t i = 0; !e && i < r->events; i++) {
        rows[i].due_ms = tx_now_ms(tx);
        rows[i].attempts = 0;
        e = rec_put(tx, &SANDBOX_EVENT, &rows[i]);
    }
    return e;
}

void resend(Visit *v) {
    Resending r = {.arena = v->req->arena, .subject = answer_str(v->body, "order_id")};
    Err e = r.subject.n ? store_write(v->sandbox->cfg.store, resend_events, &r) : E_MISSING;
    if (e == E_MISSING) {
        answer_error(v, r.subject.n ? 404 : 400, "There are no events of this order.", "order_id");
    } else if (e) {
        answer_err(v, e);
    } else {
        sandbox_wake(v->sandbox);
        const Var vars[] = {var_i64(v->req->arena, "events", r.events)};
        answer_template(v, 200, "{\"events\":{events}}", vars, COUNT(vars));
    }
}

/* ---- the postman ---- */

typedef struct Round {
    Arena *arena;
    SandboxEvent events[POST_ROWS];
    size_t n;
    bool unsettled;  /* things are due too */
    int64_t next_ms; /* when something falls due */
} Round;

/* The id of the first entry that is due; moves *next_ms to the first that is not. */
static bool first_due(Tx *tx, Scan *scan, int64_t *id, int64_t *next_ms) {
    if (!scan_next(scan, id))
        return false;
    int64_t due = scan_part_i64(scan, 0);
    if (due <= tx_now_ms(tx))
        return true;
    if (due < *next_ms)
        *next_ms = due;
    return false;
}

static Err look(Store *s, Round *r) {
    Tx *tx;
    Scan *scan;
    int64_t id;
    r->n = 0;
    r->next_ms = INT64_MAX;
    Err e = store_read(s, r->arena, &tx);
    if (e)
        return e;
    e = scan_open(tx, THING_BY_SETTLE, (ScanRange){0}, &scan);
    r->unsettled = !e && first_due(tx, scan, &id, &r->next_ms);
    if (!e)
        e = scan_open(tx, SANDBOX_EVENT_BY_DUE, (ScanRange){0}, &scan);
    while (!e && r->n < POST_ROWS && first_due(tx, scan, &id, &r->next_ms)) {
        e = rec_get(tx, &SANDBOX_EVENT, id, &r->events[r->n]);
        if (!e)
            e = row_keep(r->arena, &SANDBOX_EVENT, &r->events[r->n]);
        r->n++;
    }
    int64_t now_ms = tx_now_ms(tx);
    store_read_end(tx);
    r->next_ms = r->next_ms == INT64_MAX ? POST_IDLE_MS : r->next_ms > now_ms ? r->next_ms - now_ms : 0;
    return e;
}

static Err settle_things(Tx *tx, void *arg) {
    const Round *r = arg;
    int64_t ids[POST_ROWS], next = INT64_MAX;
    size_t n = 0;
    Scan *scan;
    Err e = scan_open(tx, THING_BY_SETTLE, (ScanRange){0}, &scan);
    while (!e && n < POST_ROWS && first_due(tx, scan, &ids[n], &next))
        n++;
    for (size_t i = 0; !e && i < n; i++) {
        Thing t;
        e = rec_get(tx, &SANDBOX_THING, ids[i], &t);
        if (!e)
            e = row_keep(r->arena, &SANDBOX_THING, &t);
        if (!e)
            e = thing_settle(tx, r->arena, &t);
    }
    return e;
}

typedef struct Delivery {
    int64_t id;
    bool taken;
} Delivery;

static Err delivered(Tx *tx, void *arg) {
    const Delivery *d = arg;
    SandboxEvent ev;
    Err e = rec_get(tx, &SANDBOX_EVENT, d->id, &ev);
    if (e)
        return e == E_MISSING ? OK : e;
    Arena *a = tx_arena(tx);
    e = row_keep(a, &SANDBOX_EVENT, &ev);
    if (e)
        return e;
    bool over = d->taken || ++ev.attempts >= SANDBOX_WEBHOOK_TRIES;
    ev.due_ms = over ? 0 : tx_now_ms(tx) + (POST_RETRY_MS << (ev.attempts - 1));
    return rec_put(tx, &SANDBOX_EVENT, &ev);
}

static Err deliver(Sandbox *s, Arena *a, const SandboxEvent *ev) {
    char hex[SHA256_HEX_CHARS];
    const GatewayConfig *g = s->gateway;
    long long now_s = clock_now_ms() / MS_SECOND;
    Str text = ev->stripe ? arena_printf(a, "%lld.%.*s", now_s, STR_ARG(ev->body)) : ev->body;
    hmac_sha256_hex(ev->stripe ? g->stripe_webhook_secret : g->razorpay_webhook_secret, text, hex);
    Str signature = str_of(hex, sizeof hex);
    FetchHeader headers[] = {
        {S("Content-Type"), S("application/json")}, {S("X-Razorpay-Signature"), signature}, {S("X-Razorpay-Event-Id"), ev->name}};
    size_t count = COUNT(headers);
    if (ev->stripe) {
        headers[1] = (FetchHeader){S("Stripe-Signature"), arena_printf(a, "t=%lld,v1=%.*s", now_s, STR_ARG(signature))};
        count = 2;
    }
    FetchRequest req = {.method = S("POST"),
                        .url =
                            arena_printf(a, "%.*s%s", STR_ARG(s->own_url), ev->stripe ? s->cfg.stripe_path : s->cfg.webhook_path),
                        .headers = headers,
                        .header_count = count,
                        .body = ev->body,
                        .deadline_ms = POST_DEADLINE_MS,
                        .response_bytes_max = GATEWAY_RESPONSE_BYTES_MAX};
    FetchResponse res;
    Err e = s->cfg.fetch.http(s->cfg.fetch.ctx, a, &req, &res);
    Delivery d = {.id = ev->id, .taken = !e && res.status >= 200 && res.status < 300};
    if (!d.taken)
        log_line(LOG_INFO, "sandbox", "webhook not taken", "event=%.*s status=%d error=%s", STR_ARG(ev->name), res.status,
                 err_name(e));
    return store_write(s->cfg.store, delivered, &d);
}

void *postman(void *arg) {
    Sandbox *s = arg;
    Arena a;
    arena_init(&a, POST_ARENA_BYTES);
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        s->woken = false;
        pthread_mutex_unlock(&s->lock);
        Round r = {.arena = &a};
        Err e = look(s->cfg.store, &r);
        if (!e && r.unsettled)
            e = store_write(s->cfg.store, settle_things, &r);
        for (size_t i = 0; !e && i < r.n && !__atomic_load_n(&s->stopping, __ATOMIC_RELAXED); i++)
            e = deliver(s, &a, &r.events[i]);
        arena_reset(&a);
        if (e)
            log_line(LOG_WARN, "sandbox", "postman failed", "error=%s", err_name(e));
        pthread_mutex_lock(&s->lock);
        int64_t until_ms = clock_mono_ms() + (e ? MS_SECOND : r.n || r.unsettled ? 0 : r.next_ms);
        struct timespec until = {.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};
        while (!s->stopping && !s->woken && clock_mono_ms() < until_ms)
            pthread_cond_timedwait(&s->changed, &s->lock, &until);
    }
    pthread_mutex_unlock(&s->lock);
    arena_free(&a);
    return NULL;
}

void sandbox_wake(Sandbox *s) {
    pthread_mutex_lock(&s->lock);
    s->woken = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

Str sandbox_name(Arena *a, const char *prefix) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char tail[14];
    for (size_t i = 0; i < sizeof tail; i++)
        tail[i] = digits[rand_below(sizeof digits - 1)];
    return arena_printf(a, "%s%.14s", prefix, tail);
}
