/* The outbox worker over a real store and an outside that the test plays. */
#include "gateway_kit.h"

static Arena arena;

/* ---- what the outside does ---- */

static _Atomic int fail_left;
static Err answer_failing(const KitCall *call, FetchResponse *res) {
    if (--fail_left >= 0)
        return E_NETWORK;
    return answer_ok(call, res);
}
static Err answer_refused(const KitCall *call, FetchResponse *res) {
    (void)call;
    res->status = 400;
    return OK;
}
static _Atomic int gate_open;
/* SMS hang until the gate opens; mail goes through. */
static Err answer_gated(const KitCall *call, FetchResponse *res) {
    while (!call->mail && !gate_open)
        nap_ms(2);
    return answer_ok(call, res);
}
static Err answer_slowly(const KitCall *call, FetchResponse *res) {
    nap_ms(20);
    return answer_ok(call, res);
}

static Outbox sms_row_of(const char *text, const char *key) {
    return (Outbox){.kind = OUT_SMS, .to = S("+919876543210"), .body = str_c0(text), .idempotency_key = str_c0(key)};
}

/* ---- tests ---- */

static void sends(void) {
    GatewayConfig cfg = kit_config();
    outside_reset(answer_ok);
    int64_t before = queue_row(sms_row_of("queued before the start", "before"));
    Gateway *g = kit_gateway(&cfg);
    CHECK(WITHIN(3000, load_row(before).state == OUTBOX_SENT), "worker: what was queued before the start is sent");
    int64_t begun = clock_mono_ms();
    int64_t id = queue_row(sms_row_of("hello", "after"));
    CHECK(WITHIN(3000, load_row(id).state == OUTBOX_SENT) && clock_mono_ms() - begun < 1000, "worker: a commit wakes it");
    Outbox row = load_row(id);
    CHECK(str_eq(row.provider_id, S("SM1")) && row.attempts == 1 && !row.claimed_ms && !row.last_error.n,
          "worker: the outcome is written");
    CHECK(calls_made() == 2, "worker: each is sent once");
    GatewayStats st;
    gateway_stats(g, &st);
    CHECK(st.sent == 2 && st.failed == 0 && st.queued == 0, "worker: counters");
    kit_gateway_end(g);
}

static void backs_off(void) {
    GatewayConfig cfg = kit_config();
    outside_reset(answer_failing);
    fail_left = 2;
    Gateway *g = kit_gateway(&cfg);
    int64_t id = queue_row(sms_row_of("retry me", "retry"));
    CHECK(WITHIN(3000, load_row(id).attempts == 1), "worker: a failure is counted");
    Outbox row = load_row(id);
    CHECK(row.state == OUTBOX_WAITING && !row.claimed_ms && str_eq(row.last_error, S("network")) &&
              row.due_ms > clock_now_ms() + OUTBOX_FIRST_RETRY_MS - 1000,
          "worker: and put off");
    nap_ms(100);
    CHECK(calls_made() == 1, "worker: not sent before it is due");
    clock_shift(OUTBOX_FIRST_RETRY_MS);
    gateway_wake(g);
    CHECK(WITHIN(3000, load_row(id).attempts == 2) && load_row(id).due_ms > clock_now_ms() + OUTBOX_FIRST_RETRY_MS,
          "worker: the second wait is longer");
    clock_shift(3 * OUTBOX_FIRST_RETRY_MS);
    gateway_wake(g);
    CHECK(WITHIN(3000, load_row(id).state == OUTBOX_SENT) && calls_made() == 3, "worker: sent once the network is back");

    outside_reset(answer_refused);
    id = queue_row(sms_row_of("never", "never"));
    CHECK(WITHIN(3000, load_row(id).state == OUTBOX_DEAD) && load_row(id).attempts == 1 && calls_made() == 1,
          "worker: a refusal for good is not tried again");

    outside_reset(answer_failing);
    fail_left = 1;
    Outbox otp = sms_row_of("123456 is your code", "otp");
    otp.code = S("123456");
    id = queue_row(otp);
    CHECK(WITHIN(3000, load_row(id).attempts == 1), "worker: a code is sent");
    clock_shift(kit_domain.otp_ttl_ms);
    gateway_wake(g);
    CHECK(WITHIN(3000, load_row(id).state == OUTBOX_DEAD) && calls_made() == 1, "worker: a void code is not sent any more");
    kit_gateway_end(g);
}

static void lanes(void) {
    GatewayConfig cfg = kit_config();
    outside_reset(answer_gated);
    gate_open = 0;
    Gateway *g = kit_gateway(&cfg);
    int64_t sms[200];
    for (int i = 0; i < 200; i++) {
        char key[16];
        snprintf(key, sizeof key, "lane-%d", i);
        sms[i] = queue_row(sms_row_of("stuck", key));
    }
    int64_t mail = queue_row(
        (Outbox){.kind = OUT_EMAIL, .to = S("a@b.test"), .subject = S("s"), .body = S("b"), .idempotency_key = S("lane-mail")});
    CHECK(WITHIN(3000, load_row(mail).state == OUTBOX_SENT), "lanes: 200 hanging SMS do not hold mail");
    CHECK(load_row(sms[0]).state == OUTBOX_WAITING && outside.running == 1, "lanes: one SMS is under way, the others wait");
    gate_open = 1;
    CHECK(WITHIN(10000, load_row(sms[199]).state == OUTBOX_SENT) && calls_made() == 201, "lanes: then all go, each once");
    kit_gateway_end(g);
}

static void many_senders(void) {
    GatewayConfig cfg = kit_config();
    cfg.senders = 9;
    outside_reset(answer_slowly);
    Gateway *g = kit_gateway(&cfg);
    int64_t last = 0;
    for (int i = 0; i < 60; i++) {
        char key[16];
        snprintf(key, sizeof key, "many-%d", i);
        last = queue_row(sms_row_of("x", key));
    }
    CHECK(WITHIN(10000, load_row(last).state == OUTBOX_SENT), "senders: 60 rows by three senders of one lane");
    CHECK(outside.running_max == 3, "senders: three at once, not more");
    nap_ms(100);
    bool once = calls_made() == 60;
    CHECK(once, "senders: no row twice");
    kit_gateway_end(g);

    cfg.senders = 1;
    outside_reset(answer_ok);
    g = kit_gateway(&cfg);
    int64_t a = queue_row(sms_row_of("x", "single-a"));
    int64_t b = queue_row(
        (Outbox){.kind = OUT_EMAIL, .to = S("a@b.test"), .subject = S("s"), .body = S("b"), .idempotency_key = S("single-b")});
    CHECK(WITHIN(3000, load_row(a).state == OUTBOX_SENT && load_row(b).state == OUTBOX_SENT),
          "senders: a single one serves all lanes");
    kit_gateway_end(g);
}

static void stops(void) {
    GatewayConfig cfg = kit_config();
    outside_reset(answer_slowly);
    Gateway *g = kit_gateway(&cfg);
    int64_t ids[20];
    for (int i = 0; i < 20; i++) {
        char key[16];
        snprintf(key, sizeof key, "stop-%d", i);
        ids[i] = queue_row(sms_row_of("x", key));
    }
    MUST(WITHIN(3000, calls_made() > 0));
    int64_t begun = clock_mono_ms();
    kit_gateway_end(g);
    size_t made = calls_made(), sent = 0;
    CHECK(clock_mono_ms() - begun < 1000, "stop: at once, but for calls under way");
    size_t claimed = 0;
    for (int i = 0; i < 20; i++) {
        Outbox row = load_row(ids[i]);
        sent += row.state == OUTBOX_SENT;
        claimed += row.state == OUTBOX_WAITING && row.claimed_ms;
    }
    CHECK(sent == made && made < 20 && claimed > 0, "stop: what was sent is written down");
    outside_reset(answer_ok);
    g = kit_gateway(&cfg);
    nap_ms(200);
    CHECK(calls_made() == 20 - sent - claimed, "stop: claims of the one before hold for their lease");
    clock_shift(OUTBOX_LEASE_MS);
    gateway_wake(g);
    bool all = false;
    for (int i = 0; i < 1000 && !all; i++, nap_ms(5)) {
        all = true;
        for (int k = 0; k < 20; k++)
            all &= load_row(ids[k]).state == OUTBOX_SENT;
    }
    CHECK(all && calls_made() == 20 - sent, "stop: and then the rest is sent, each once");
    kit_gateway_end(g);
}

int main(void) {
    arena_init(&arena, 1024 * 1024);
    kit_store();
    sends();
    backs_off();
    lanes();
    many_senders();
    stops();
    store_close(store);
    GatewayConfig cfg = kit_config();
    cfg.sms_provider = S("nobody");
    Gateway *g;
    GatewayEnv env = {.config = &cfg, .store = NULL, .fetch = kit_fetch, .domain = kit_domain_now};
    CHECK(gateway_start(&env, &g) == E_INVALID, "start: an unknown SMS provider");
    cfg.sms_provider = S("template");
    CHECK(gateway_start(&env, &g) == E_INVALID, "start: a template without an address");
    arena_free(&arena);
    arena_free(&outside.arena);
    return kit_failed;
}
