/* Money through the sandbox: the gateway's calls go, as HTTP would, into the simulators and the webhooks come back; mail goes
 * over real SMTP. */
#include "gateway_kit.h"

#include "base/rand.h"
#include "codec/base64.h"
#include "crypto/hmac.h"
#include "gateway/razorpay.h"
#include "net/fetch.h"

static Arena arena;
static Sandbox *sandbox;
static Gateway *gateway;
static GatewayConfig cfg;
static FetchPool *pool;
static _Atomic bool webhooks_on = true, network_on = true;
static _Atomic int webhooks_seen;

/* ---- requests by hand ---- */

static Str header_of(const Request *req, const char *name) {
    const KitCall *c = req->impl;
    return call_header(c, str_c0(name));
}
static Reply visit(Arena *a, const KitCall *call, const char *remote) {
    static const char base[] = "http://box";
    Str path = str_from(call->url, str_starts(call->url, S("http://box")) ? sizeof base - 1 : 0);
    size_t mark = str_index(path, '?');
    Request req = {.method = call->method,
                   .path = str_slice(path, 0, mark),
                   .query = str_from(path, mark + 1),
                   .body = call->body,
                   .remote = str_c0(remote),
                   .arena = a,
                   .header = header_of,
                   .impl = call};
    Reply rep = {.status = 200, .headers = buf_arena(a, REPLY_HEADER_BYTES_MAX), .body = buf_arena(a, REPLY_BODY_BYTES_MAX)};
    if (!sandbox_handle(sandbox, &req, &rep))
        rep.status = 404;
    return rep;
}
static Reply ask(const char *method, const char *path, const char *body) {
    KitCall call = {.method = str_c0(method), .url = str_c0(path), .body = str_c0(body)};
    return visit(&arena, &call, "127.0.0.1");
}
static Answer ask_json(const char *method, const char *path, const char *body) {
    Reply rep = ask(method, path, body);
    Answer v = answer_of(&arena, buf_str(&rep.body));
    MUST(v);
    return v;
}

/* The fetch seam: Basic authentication becomes a header, addresses of the box are answered in place. */
static Err loop_http(void *ctx, Arena *a, const FetchRequest *req, FetchResponse *res) {
    (void)ctx;
    *res = (FetchResponse){0};
    if (!network_on)
        return E_NETWORK;
    KitCall call = {.method = req->method, .url = req->url, .body = req->body};
    for (size_t i = 0; i < req->header_count; i++)
        call.headers[call.header_count++] = req->headers[i];
    if (req->user.n) {
        Buf b = buf_arena(a, 512);
        Str plain = arena_printf(a, "%.*s:%.*s", STR_ARG(req->user), STR_ARG(req->password));
        buf_lit(&b, "Basic ");
        base64_add(BASE64_STD, &b, plain.p, plain.n);
        call.headers[call.header_count++] = (FetchHeader){S("Authorization"), buf_str(&b)};
    }
    if (str_eq(req->url, S("http://box/api/webhooks/payment"))) {
        webhooks_seen++;
        if (!webhooks_on)
            return E_NETWORK;
        Err e = gateway_webhook(gateway, a, req->body, call_header(&call, S("X-Razorpay-Signature")));
        res->status = e ? 500 : 200;
        return OK;
    }
    Reply rep = visit(a, &call, "127.0.0.1");
    res->status = rep.status;
    res->body = buf_str(&rep.body);
    return rep.body.err;
}
static Err loop_mail(void *ctx, Arena *a, const MailRequest *req, FetchResponse *res) {
    (void)ctx;
    Fetch real = fetch_seam(pool);
    return real.mail(real.ctx, a, req, res);
}

/* ---- the market ---- */

static Err op_user(Call *c, const void *in, void *out) {
    User u = {.name = str_c0(in),
              .phone = arena_printf(c->arena, "+91900000%04d", (int)rand_below(10000)),
              .flags = USER_PHONE_VERIFIED,
              .created_ms = c->now_ms};
    Err e = rec_insert(c->tx, &USER, &u);
    *(int64_t *)out = u.id;
    return e;
}
static Err op_order(Call *c, const void *in, void *out) {
    const int64_t *amount = in;
    Order o = {.status = ORDER_PENDING_PAYMENT,
               .escrow_state = ESCROW_AWAITING,
               .client = 1,
               .doer = 2,
               .title = S("Logo"),
               .amount = *amount,
               .fee_bps = 500,
               .created_ms = c->now_ms,
               .updated_ms = c->now_ms};
    o.fee = ledger_fee(o.amount, o.fee_bps);
    o.payout = o.amount - o.fee;
    Err e = rec_insert(c->tx, &ORDER, &o);
    *(int64_t *)out = o.id;
    return e;
}
static int64_t order_over(int64_t amount) {
    int64_t id;
    MUST(kit_write(op_order, &amount, &id) == OK);
    return id;
}
static Err run(OpFn *op, int64_t user, const void *in, void *out) {
    KitJob j = {.op = op, .in = in, .out = out, .actor = {.user = user, .rights = user ? 0 : RIGHT_SYSTEM}, .arena = &arena};
    return store_write(store, kit_job, &j);
}
static Order order_now(int64_t id) {
    Order o;
    MUST(run(order_get, 1, &(IdIn){id}, &o) == OK);
    return o;
}
static Withdrawal withdrawal_now(int64_t id) {
    Withdrawal w = {.id = id};
    Tx *tx;
    MUST(store_read(store, &arena, &tx) == OK && rec_get(tx, &WITHDRAWAL, id, &w) == OK &&
         row_keep(&arena, &WITHDRAWAL, &w) == OK);
    store_read_end(tx);
    return w;
}
static WalletBalance wallet_now(int64_t user) {
    WalletBalance w;
    Tx *tx;
    MUST(store_read(store, &arena, &tx) == OK && wallet_of(tx, user, &w) == OK);
    store_read_end(tx);
    return w;
}
static int64_t refunds_sent(void) {
    int64_t n;
    Tx *tx;
    Key key = key_of(REFUND_BY_STATE);
    key_i64(&key, REFUND_SENT);
    MUST(store_read(store, &arena, &tx) == OK && index_count(tx, REFUND_BY_STATE, &key, &n) == OK);
    store_read_end(tx);
    return n;
}

static const Actor client = {.user = 1};
static Payment open_order(int64_t order) {
    Payment p;
    Diag d;
    PaymentPrepareIn in = {.purpose = PAY_ORDER, .provider = PROVIDER_RAZORPAY, .ref = order};
    Err e = gateway_open_payment(gateway, &arena, &d, &client, &in, &p);
    if (e)
        printf("# open: %s %.*s\n", err_name(e), STR_ARG(d.message));
    MUST(!e);
    return p;
}
static Answer pay_it(const Payment *p, const char *more) {
    Str body = arena_printf(&arena, "{\"order_id\":\"%.*s\"%s}", STR_ARG(p->provider_order), more);
    return ask_json("POST", "/sandbox/razorpay/pay", arena_cstr(&arena, body));
}

/* ---- tests ---- */

static void verify(void) {
    int64_t order = order_over(50000);
    Payment p = open_order(order), again = open_order(order);
    CHECK(str_starts(p.provider_order, S("order_")) && p.provider_order.n == 20 && p.amount == 50000 &&
              str_eq(p.provider_order, again.provider_order),
          "open: the same open order gives the same provider order");
    Answer paid = pay_it(&p, ",\"webhook\":false");
    Str payment = answer_str(paid, "razorpay_payment_id"), signature = answer_str(paid, "razorpay_signature");
    CHECK(str_eq(answer_str(paid, "razorpay_order_id"), p.provider_order) && str_starts(payment, S("pay_")) && signature.n == 64,
          "pay: the checkout's answer");
    PaymentCapturedOut out;
    Diag d;
    diag_clear(&d);
    char forged[64];
    memcpy(forged, signature.p, 64);
    forged[10] = forged[10] == 'a' ? 'b' : 'a';
    CHECK(gateway_verify_payment(gateway, &arena, &d, &client, p.provider_order, payment, str_of(forged, 64), &out) ==
                  E_INVALID &&
              d.code && strcmp(d.code, "INVALID_SIGNATURE") == 0 && order_now(order).escrow_state == ESCROW_AWAITING,
          "verify: a forged signature changes nothing");
    CHECK(gateway_verify_payment(gateway, &arena, &d, &client, S("order_other000000000"), payment, signature, &out) == E_INVALID,
          "verify: a signature over another order");
    CHECK(gateway_verify_payment(gateway, &arena, &d, &client, p.provider_order, payment, signature, &out) == OK && out.applied &&
              out.first && order_now(order).escrow_state == ESCROW_FUNDED,
          "verify: funds the escrow");
    CHECK(gateway_verify_payment(gateway, &arena, &d, &client, p.provider_order, payment, signature, &out) == OK && out.applied &&
              !out.first,
          "verify: a second time is the same");
    Answer sent = ask_json("POST", "/sandbox/razorpay/resend",
                           arena_cstr(&arena, arena_printf(&arena, "{\"order_id\":\"%.*s\"}", STR_ARG(p.provider_order))));
    int64_t events = 0;
    int before = webhooks_seen;
    CHECK(answer_i64(sent, "events", &events) && events == 1 && WITHIN(3000, webhooks_seen > before - 1 && webhooks_seen >= 1),
          "resend: the event that was held back comes");
    nap_ms(100);
    CHECK(order_now(order).escrow_state == ESCROW_FUNDED && str_eq(order_now(order).gateway_payment, payment),
          "resend: and changes nothing");
}

static void webhook(void) {
    int64_t order = order_over(70000);
    Payment p = open_order(order);
    pay_it(&p, "");
    CHECK(WITHIN(3000, order_now(order).escrow_state == ESCROW_FUNDED), "webhook: funds the escrow by itself");

    order = order_over(71000);
    p = open_order(order);
    Answer failed = pay_it(&p, ",\"fail\":true");
    CHECK(str_eq(answer_str(failed, "error.metadata.order_id"), p.provider_order), "pay: a payer that fails");
    nap_ms(150);
    CHECK(order_now(order).escrow_state == ESCROW_AWAITING, "webhook: payment.failed funds nothing");
    pay_it(&p, ",\"method\":\"card\"");
    CHECK(WITHIN(3000, order_now(order).escrow_state == ESCROW_FUNDED), "webhook: a second try of the payer does");

    Str body = S("{\"event\":\"payment.captured\"}");
    char hex[SHA256_HEX_CHARS];
    hmac_sha256_hex(S("guess"), body, hex);
    CHECK(gateway_webhook(gateway, &arena, body, str_of(hex, 64)) == E_UNAUTHORIZED &&
              gateway_webhook(gateway, &arena, body, S("")) == E_UNAUTHORIZED,
          "webhook: a wrong signature");
    hmac_sha256_hex(cfg.razorpay_webhook_secret, body, hex);
    CHECK(gateway_webhook(gateway, &arena, body, str_of(hex, 64)) == OK, "webhook: an event without its entity");
    body = S("{\"event\":");
    hmac_sha256_hex(cfg.razorpay_webhook_secret, body, hex);
    CHECK(gateway_webhook(gateway, &arena, body, str_of(hex, 64)) == E_SYNTAX, "webhook: signed nonsense");

    webhooks_on = false;
    order = order_over(72000);
    p = open_order(order);
    int seen = webhooks_seen;
    pay_it(&p, "");
    MUST(WITHIN(3000, webhooks_seen > seen));
    CHECK(order_now(order).escrow_state == ESCROW_AWAITING, "webhook: one that is not taken has no effect");
    webhooks_on = true;
    CHECK(WITHIN(5000, order_now(order).escrow_state == ESCROW_FUNDED), "webhook: it is sent again until it is taken");
}

static void polling(void) {
    webhooks_on = false;
    int64_t order = order_over(80000);
    Payment p = open_order(order);
    pay_it(&p, ",\"webhook\":false");
    nap_ms(100);
    CHECK(order_now(order).escrow_state == ESCROW_AWAITING, "poll: not before it is time");
    clock_shift(PAYMENT_POLL_FIRST_MS);
    gateway_wake(gateway);
    CHECK(WITHIN(3000, order_now(order).escrow_state == ESCROW_FUNDED), "poll: finds the payment with webhooks off");
    webhooks_on = true;
}

static void strays(void) {
    int64_t order = order_over(90000), before = refunds_sent();
    Payment p = open_order(order);
    pay_it(&p, "");
    MUST(WITHIN(3000, order_now(order).escrow_state == ESCROW_FUNDED));
    pay_it(&p, "");
    CHECK(WITHIN(5000, refunds_sent() == before + 1), "stray: a second payment goes back through the provider");
    order = order_over(91000);
    p = open_order(order);
    pay_it(&p, ",\"amount\":90999");
    CHECK(WITHIN(5000, refunds_sent() == before + 2) && order_now(order).escrow_state == ESCROW_AWAITING,
          "stray: so does another amount, and funds nothing");
}

static int64_t bank(const char *number) {
    BankAccount b;
    MUST(run(bank_add, 2, &(BankAddIn){.holder = S("Asha Doer"), .number = str_c0(number), .ifsc = S("HDFC0000053")}, &b) == OK);
    return b.id;
}
static Err op_give(Call *c, const void *in, void *out) {
    (void)in, (void)out;
    Transfer t = {.cause = CAUSE_REFUND_WALLET, .key = S("test:give")};
    const Leg legs[] = {{ACC_GATEWAY, 0, -1000000}, {ACC_AVAILABLE, 2, 1000000}};
    return ledger_book(c, &t, legs, 2);
}

static void payouts(void) {
    Diag d;
    BankAccount b;
    static const Actor doer = {.user = 2};
    int64_t good = bank("123456789012"), bad = bank("123456780000"), refuses = bank("123456789999");
    CHECK(gateway_verify_bank(gateway, &arena, &d, &doer, good, &b) == OK && b.state == BANK_VERIFIED &&
              str_eq(b.registered_name, S("Asha Doer")),
          "penny: an account verifies, with the bank's name");
    CHECK(gateway_verify_bank(gateway, &arena, &d, &doer, bad, &b) == OK && b.state == BANK_FAILED && b.error.n,
          "penny: 0000 fails");
    CHECK(gateway_verify_bank(gateway, &arena, &d, &doer, refuses, &b) == OK && b.state == BANK_VERIFIED, "penny: 9999 verifies");
    CHECK(gateway_verify_bank(gateway, &arena, &d, &client, good, &b) == E_MISSING, "penny: not of a stranger's account");

    MUST(kit_write(op_give, NULL, NULL) == OK);
    Withdrawal w;
    MUST(run(withdraw, 2, (&(WithdrawIn){.amount = 40000, .bank = good}), &w) == OK);
    CHECK(WITHIN(5000, withdrawal_now(w.id).state == WITHDRAWAL_PAID), "payout: paid");
    CHECK(str_starts(withdrawal_now(w.id).provider_id, S("pout_")) && wallet_now(2).available == 960000 &&
              wallet_now(2).withdrawing == 0,
          "payout: the wallet has less");
    MUST(run(withdraw, 2, (&(WithdrawIn){.amount = 50000, .bank = refuses}), &w) == OK);
    CHECK(WITHIN(5000, withdrawal_now(w.id).state == WITHDRAWAL_FAILED) && wallet_now(2).available == 960000,
          "payout: 9999 fails and the money returns");

    webhooks_on = false; /* found by asking, then */
    MUST(run(withdraw, 2, (&(WithdrawIn){.amount = 10000, .bank = good}), &w) == OK);
    MUST(WITHIN(3000, load_row(w.outbox).attempts == 1));
    CHECK(withdrawal_now(w.id).state == WITHDRAWAL_WAITING && str_starts(load_row(w.outbox).provider_id, S("pout_")),
          "payout: under way at the provider is not paid");
    nap_ms(SANDBOX_PAYOUT_MS + 100);
    clock_shift(OUTBOX_FIRST_RETRY_MS);
    gateway_wake(gateway);
    CHECK(WITHIN(3000, withdrawal_now(w.id).state == WITHDRAWAL_PAID) && wallet_now(2).available == 950000,
          "payout: found paid by asking");
    webhooks_on = true;

    network_on = false;
    int64_t late = bank("223456789012");
    CHECK(gateway_verify_bank(gateway, &arena, &d, &doer, late, &b) == OK && b.state == BANK_CHECKING,
          "penny: without network it stays in check");
    network_on = true;
    clock_shift(BANK_RETRY_MS);
    gateway_wake(gateway);
    CHECK(WITHIN(5000, run(bank_get, 2, &(IdIn){late}, &b) == OK && b.state == BANK_VERIFIED) && b.registered_name.n,
          "penny: and the outbox finishes it");
}

static void no_network(void) {
    int64_t order = order_over(60000);
    Payment p;
    Diag d;
    diag_clear(&d);
    network_on = false;
    PaymentPrepareIn in = {.purpose = PAY_ORDER, .provider = PROVIDER_RAZORPAY, .ref = order};
    CHECK(gateway_open_payment(gateway, &arena, &d, &client, &in, &p) == E_NETWORK && d.code &&
              strcmp(d.code, "PROVIDER_UNAVAILABLE") == 0,
          "open: without network says so");
    network_on = true;
    CHECK(gateway_open_payment(gateway, &arena, &d, &client, &in, &p) == OK && p.provider_order.n,
          "open: and works at once when it is back");
    CHECK(gateway_open_payment(gateway, &arena, &d, &(Actor){.user = 2}, &in, &p) == E_FORBIDDEN, "open: not for somebody else");
}

static Answer newest(const char *to) {
    Answer all = ask_json("GET", arena_cstr(&arena, arena_printf(&arena, "/sandbox/outbox?to=%s", to)), "");
    JsonIter it = json_iter(answer_at(all, "messages"));
    return answer_next(&it);
}

static void messages(void) {
    queue_row((Outbox){.kind = OUT_SMS,
                       .to = S("+919876543210"),
                       .body = S("654321 is your code"),
                       .code = S("654321"),
                       .idempotency_key = S("otp:1")});
    CHECK(WITHIN(3000, newest("%2B919876543210") != NULL), "outbox: an SMS arrives");
    Answer m = newest("%2B919876543210");
    int64_t at;
    CHECK(str_eq(answer_str(m, "channel"), S("sms")) && str_eq(answer_str(m, "to"), S("+919876543210")) &&
              str_eq(answer_str(m, "code"), S("654321")) && str_eq(answer_str(m, "body"), S("654321 is your code")) &&
              answer_str(m, "id").n && answer_i64(m, "sentAt", &at),
          "outbox: with its code");
    CHECK(newest("+919876543210") && newest("9876543210") && !newest("%2B919876543211"), "outbox: a number in other spellings");

    queue_row((Outbox){.kind = OUT_EMAIL,
                       .to = S("asha@example.com"),
                       .subject = S("Zahlung \xe2\x82\xb9 500"),
                       .body = S("Line one\n.\nLine \xc3\xbc"),
                       .idempotency_key = S("mail:1")});
    CHECK(WITHIN(5000, newest("asha@example.com") != NULL), "outbox: mail arrives over SMTP");
    m = newest("Asha@Example.com");
    CHECK(str_eq(answer_str(m, "channel"), S("email")) && str_eq(answer_str(m, "subject"), S("Zahlung \xe2\x82\xb9 500")) &&
              str_eq(answer_str(m, "body"), S("Line one\n.\nLine \xc3\xbc")) && json_type(answer_at(m, "code")) == JSON_NULL,
          "outbox: as it was written");

    queue_row((Outbox){
        .kind = OUT_PUSH, .user = 2, .to = S("tok"), .subject = S("Hi"), .body = S("there"), .idempotency_key = S("push:1")});
    char uuid[IDMAP_UUID_CHARS];
    IdMap ids;
    uint8_t key[IDMAP_KEY_BYTES] = {7};
    idmap_init(&ids, key);
    idmap_uuid(&ids, USER.kind, 2, uuid);
    Str to = arena_printf(&arena, "%.36s", uuid);
    CHECK(WITHIN(3000, newest(arena_cstr(&arena, to)) != NULL) && str_eq(answer_str(newest(arena_cstr(&arena, to)), "to"), to),
          "outbox: a push by the user's public id");
}

static void manners(void) {
    KitCall call = {.method = S("GET"), .url = S("/sandbox/outbox")};
    CHECK(visit(&arena, &call, "192.168.1.20").status == 404 && visit(&arena, &call, "::1").status == 200,
          "manners: loopback only");
    call = (KitCall){
        .method = S("POST"), .url = S("/sandbox/razorpay/v1/orders"), .body = S("{\"amount\":500,\"currency\":\"INR\"}")};
    CHECK(visit(&arena, &call, "127.0.0.1").status == 401, "manners: the simulated API wants its key");
    CHECK(ask("PUT", "/sandbox/razorpay/pay", "").status == 405 && ask("GET", "/sandbox/other", "").status == 404 &&
              ask("GET", "/api/gigs", "").status == 404,
          "manners: other methods and paths");
    CHECK(ask("POST", "/sandbox/razorpay/pay", "{\"order_id\":\"order_nobody\"}").status == 404 &&
              ask("POST", "/sandbox/razorpay/pay", "{").status == 400,
          "manners: an unknown order, a body that is none");
    cfg.sandbox_payments = false;
    CHECK(ask("POST", "/sandbox/razorpay/pay", "{\"order_id\":\"x\"}").status == 404,
          "manners: no simulator for a channel with a real provider");
    cfg.sandbox_payments = true;

    /* idempotency: the same key and content once, another content refused */
    Outcome o;
    Answer a1, a2;
    int64_t order = order_over(30000);
    Payment p = open_order(order);
    Str payment = answer_str(pay_it(&p, ""), "razorpay_payment_id");
    Var vars[] = {{"payment", payment, false}, var_i64(&arena, "amount", 1000), {"reference", S("r1"), false}};
    MUST(!razorpay(gateway, &arena, RZP_REFUND_CREATE, vars, 3, S("refund-key-1"), 5000, &a1, &o) &&
         !razorpay(gateway, &arena, RZP_REFUND_CREATE, vars, 3, S("refund-key-1"), 5000, &a2, &o));
    CHECK(str_eq(answer_str(a1, "id"), answer_str(a2, "id")) && answer_str(a1, "id").n,
          "idempotency: the same refund again is the same");
    vars[1] = var_i64(&arena, "amount", 2000);
    CHECK(razorpay(gateway, &arena, RZP_REFUND_CREATE, vars, 3, S("refund-key-1"), 5000, &a2, &o) == E_PROVIDER && o.permanent,
          "idempotency: another amount under the same key is refused");
    vars[1] = var_i64(&arena, "amount", 29001);
    CHECK(razorpay(gateway, &arena, RZP_REFUND_CREATE, vars, 3, S("refund-key-2"), 5000, &a2, &o) == E_PROVIDER &&
              has(o.error, "greater"),
          "refund: not more than was paid");
}

static void restart(void) {
    int64_t order = order_over(20000);
    Payment p = open_order(order);
    Str key = arena_str(&arena, cfg.razorpay_key_id);
    kit_gateway_end(gateway);
    sandbox_stop(sandbox);
    store_close(store);
    kit_store();
    uint8_t box_key[32] = {7};
    IdMap ids;
    idmap_init(&ids, box_key);
    SandboxConfig sc = {.store = store,
                        .fetch = {.http = loop_http, .mail = loop_mail},
                        .ids = &ids,
                        .box_key = box_key,
                        .webhook_path = "/api/webhooks/payment"};
    MUST(sandbox_open(&sc, &cfg, &sandbox) == OK && sandbox_start(sandbox, S("http://box")) == OK);
    GatewayEnv env = {.config = &cfg, .store = store, .fetch = sc.fetch, .domain = kit_domain_now};
    MUST(gateway_start(&env, &gateway) == OK);
    kit_attach(gateway);
    CHECK(str_eq(cfg.razorpay_key_id, key), "restart: the keys are the same");
    CHECK(str_eq(open_order(order).provider_order, p.provider_order), "restart: the open payment is there");
    pay_it(&p, "");
    CHECK(WITHIN(3000, order_now(order).escrow_state == ESCROW_FUNDED), "restart: and can be paid");
}

int main(void) {
    static uint8_t box_key[32] = {7};
    static IdMap ids;
    arena_init(&arena, 256 * 1024 * 1024);
    kit_store();
    MUST(fetch_open(S(""), &pool) == OK);
    int64_t id;
    MUST(kit_write(op_user, "Client", &id) == OK && id == 1 && kit_write(op_user, "Doer", &id) == OK && id == 2);
    cfg = kit_config();
    cfg.sandbox_payments = cfg.sandbox_sms = cfg.sandbox_mail = cfg.sandbox_push = true;
    idmap_init(&ids, box_key);
    SandboxConfig sc = {.store = store,
                        .fetch = {.http = loop_http, .mail = loop_mail},
                        .ids = &ids,
                        .box_key = box_key,
                        .webhook_path = "/api/webhooks/payment"};
    MUST(sandbox_open(&sc, &cfg, &sandbox) == OK && sandbox && sandbox_start(sandbox, S("http://box")) == OK);
    GatewayEnv env = {.config = &cfg, .store = store, .fetch = sc.fetch, .domain = kit_domain_now};
    MUST(gateway_start(&env, &gateway) == OK);
    kit_attach(gateway);
    verify();
    webhook();
    polling();
    strays();
    payouts();
    no_network();
    messages();
    manners();
    restart();
    kit_gateway_end(gateway);
    sandbox_stop(sandbox);
    store_close(store);
    fetch_stop(pool);
    fetch_close(pool);
    arena_free(&arena);
    return kit_failed;
}
