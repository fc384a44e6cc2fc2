/* Razorpay on the wire: what each call sends, how answers are read, signatures against published and independently made vectors.
 */
#include "gateway_kit.h"

#include "gateway/razorpay.h"

static Arena arena;
static GatewayConfig cfg;
static Gateway g;

/* Answers by the path's end, one after another. */
typedef struct Script {
    const char *path;
    int status;
    const char *body;
} Script;
static const Script *script;
static size_t script_at;
static Err answer_script(const KitCall *call, FetchResponse *res) {
    const Script *s = &script[script_at++];
    if (!s->path || !str_ends(call->url, str_c0(s->path))) {
        printf("# unexpected call %.*s\n", STR_ARG(call->url));
        return E_NETWORK;
    }
    res->status = s->status;
    res->body = str_c0(s->body);
    return s->status ? OK : E_NETWORK;
}
static void play(const Script *s) {
    script = s;
    script_at = 0;
    outside_reset(answer_script);
}

static void signatures(void) {
    PaymentCapturedOut out;
    Diag d;
    Actor nobody = {0};
    cfg.razorpay_key_secret = S("EnLs21M47BllR3X8PSFtjtbd");
    /* The pair and signature of the provider's own SDK documentation. A good signature goes on to the domain, which then wants
     * somebody signed in. */
    Str good = S("0d4e745a1838664ad6c9c9902212a32d627d68e917290b0ad5f08ff4561bc50f");
    diag_clear(&d);
    CHECK(gateway_verify_payment(&g, &arena, &d, &nobody, S("order_IEIaMR65cu6nz3"), S("pay_IH4NVgf4Dreq1l"), good, &out) ==
              E_UNAUTHORIZED,
          "signature: the provider's example is good");
    static const char *const bad[] = {"0d4e745a1838664ad6c9c9902212a32d627d68e917290b0ad5f08ff4561bc50e",
                                      "0d4e745a1838664ad6c9c9902212a32d627d68e917290b0ad5f08ff4561bc50", "",
                                      "zd4e745a1838664ad6c9c9902212a32d627d68e917290b0ad5f08ff4561bc50f"};
    bool refused = true;
    for (size_t i = 0; i < COUNT(bad); i++) {
        diag_clear(&d);
        refused &= gateway_verify_payment(&g, &arena, &d, &nobody, S("order_IEIaMR65cu6nz3"), S("pay_IH4NVgf4Dreq1l"),
                                          str_c0(bad[i]), &out) == E_INVALID &&
                   d.code && strcmp(d.code, "INVALID_SIGNATURE") == 0;
    }
    CHECK(refused, "signature: others are not");
    CHECK(gateway_verify_payment(&g, &arena, &d, &nobody, S("order_IEIaMR65cu6nz3|pay_IH4NVgf4Dreq1l"), S(""), good, &out) ==
              E_INVALID,
          "signature: the bar cannot be moved");
    cfg.razorpay_key_secret = S("");
    CHECK(gateway_verify_payment(&g, &arena, &d, &nobody, S("order_IEIaMR65cu6nz3"), S("pay_IH4NVgf4Dreq1l"), good, &out) ==
              E_INVALID,
          "signature: none is good without a secret");
    cfg.razorpay_key_secret = S("secret");

    cfg.razorpay_webhook_secret = S("123456");
    CHECK(gateway_webhook(&g, &arena, S("{\"a\":1,\"b\":2,\"c\":{\"d\":3}}"),
                          S("2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc")) == OK,
          "webhook: a signature over the raw body");
    CHECK(gateway_webhook(&g, &arena, S("{\"a\":1,\"b\":2,\"c\":{\"d\": 3}}"),
                          S("2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc")) == E_UNAUTHORIZED,
          "webhook: one more blank and it is another body");
    cfg.razorpay_webhook_secret = S("");
    CHECK(gateway_webhook(&g, &arena, S("{}"), S("")) == E_UNAUTHORIZED, "webhook: none is taken without a secret");
    cfg.razorpay_webhook_secret = S("hook");
}

static void orders(void) {
    Outcome o;
    Str id;
    Payment p = {.id = 42, .amount = 50000, .currency = S("INR")};
    play((const Script[]){{"/v1/orders", 200, "{\"id\":\"order_1\",\"entity\":\"order\",\"amount\":50000}"}, {0}});
    Err e = razorpay_open(&g, &arena, &p, &id, &o);
    const KitCall *c = &outside.calls[0];
    CHECK(!e && str_eq(id, S("order_1")) && str_eq(c->method, S("POST")) && str_eq(c->url, S("http://rzp/v1/orders")) &&
              str_eq(c->user, S("rzp_test_key")) && str_eq(c->password, S("secret")) &&
              str_eq(call_header(c, S("Content-Type")), S("application/json")) &&
              str_eq(c->body, S("{\"amount\":50000,\"currency\":\"INR\",\"receipt\":\"gb42\",\"payment_capture\":1,\"notes\":{"
                                "\"reference\":\"gb42\"}}")),
          "order: what is sent");
    play((const Script[]){
        {"/v1/orders", 400,
         "{\"error\":{\"code\":\"BAD_REQUEST_ERROR\",\"description\":\"The amount must be at least INR 1.00\"}}"},
        {0}});
    e = razorpay_open(&g, &arena, &p, &id, &o);
    CHECK(e == E_PROVIDER && o.permanent && str_eq(o.error, S("400: The amount must be at least INR 1.00")),
          "order: a refusal, in the provider's words");
    play((const Script[]){{"/v1/orders", 200, "{\"entity\":\"order\"}"}, {0}});
    CHECK(razorpay_open(&g, &arena, &p, &id, &o) == E_PROVIDER, "order: an answer without an id");
    play((const Script[]){{"/v1/orders", 200, "oops"}, {0}});
    CHECK(razorpay_open(&g, &arena, &p, &id, &o) == E_PROVIDER, "order: an answer that is no JSON");

    PaymentCapturedIn in;
    static const struct {
        const char *json;
        bool captured;
    } entities[] = {
        {"{\"id\":\"pay_1\",\"order_id\":\"order_1\",\"amount\":50000,\"currency\":\"INR\",\"status\":\"captured\"}", true},
        {"{\"id\":\"pay_1\",\"order_id\":\"order_1\",\"amount\":50000,\"currency\":\"INR\",\"status\":\"authorized\"}", false},
        {"{\"id\":\"pay_1\",\"order_id\":null,\"amount\":50000,\"currency\":\"INR\",\"status\":\"captured\"}", false},
        {"{\"id\":\"pay_1\",\"order_id\":\"order_1\",\"amount\":\"50000\",\"currency\":\"INR\",\"status\":\"captured\"}", false},
        {"{\"id\":\"pay_1\",\"order_id\":\"order_1\",\"amount\":-5,\"currency\":\"INR\",\"status\":\"captured\"}", false},
        {"{\"id\":\"pay_1\",\"order_id\":\"order_1\",\"amount\":500.5,\"currency\":\"INR\",\"status\":\"captured\"}", false},
        {"{\"order_id\":\"order_1\",\"amount\":50000,\"currency\":\"INR\",\"status\":\"captured\"}", false},
        {"[]", false},
    };
    bool right = true;
    for (size_t i = 0; i < COUNT(entities); i++)
        right &= captured_payment(answer_of(&arena, str_c0(entities[i].json)), SOURCE_POLL, &in) == entities[i].captured;
    CHECK(right, "payment: only a captured one of an order, whole and positive");
}

static void keys(void) {
    Outcome o;
    Answer answer;
    const Var vars[] = {{"payment", S("pay_1"), false}, var_i64(&arena, "amount", 700), {"reference", S("gbr9"), false}};
    static const Script one[] = {{"/v1/payments/pay_1/refund", 200, "{\"id\":\"rfnd_1\",\"status\":\"processed\"}"}, {0}};
    play(one);
    Err e = razorpay(&g, &arena, RZP_REFUND_CREATE, vars, COUNT(vars), S("refund-0000000009"), 1000, &answer, &o);
    CHECK(!e && str_eq(call_header(&outside.calls[0], S("X-Refund-Idempotency")), S("refund-0000000009")) &&
              str_eq(outside.calls[0].body,
                     S("{\"amount\":700,\"speed\":\"normal\",\"receipt\":\"gbr9\",\"notes\":{\"reference\":\"gbr9\"}}")),
          "refund: what is sent, under its key");
    play(one);
    razorpay(&g, &arena, RZP_REFUND_CREATE, vars, COUNT(vars), S("refund:9"), 1000, &answer, &o);
    Str hashed = arena_str(&arena, call_header(&outside.calls[0], S("X-Refund-Idempotency")));
    play(one);
    razorpay(&g, &arena, RZP_REFUND_CREATE, vars, COUNT(vars), S("refund:9"), 1000, &answer, &o);
    CHECK(hashed.n == RZP_KEY_MAX && str_eq(hashed, call_header(&outside.calls[0], S("X-Refund-Idempotency"))),
          "refund: a key that Razorpay would not take is hashed, always alike");

    static const struct {
        const char *word;
        PayoutFate fate;
    } fates[] = {{"processed", PAYOUT_DONE},    {"processing", PAYOUT_UNDER_WAY}, {"queued", PAYOUT_UNDER_WAY},
                 {"pending", PAYOUT_UNDER_WAY}, {"reversed", PAYOUT_FAILED},      {"failed", PAYOUT_FAILED},
                 {"rejected", PAYOUT_FAILED},   {"cancelled", PAYOUT_FAILED},     {"brand_new", PAYOUT_UNDER_WAY},
                 {"", PAYOUT_UNDER_WAY}};
    bool right = true;
    for (size_t i = 0; i < COUNT(fates); i++)
        right &= payout_fate(str_c0(fates[i].word)) == fates[i].fate;
    CHECK(right, "payout: statuses, an unknown one settles nothing");
    CHECK(withdrawal_of(S("gbw17")) == 17 && !withdrawal_of(S("gbw")) && !withdrawal_of(S("gbw-3")) &&
              !withdrawal_of(S("gb17")) && !withdrawal_of(S("other")),
          "payout: references");
}

static void pennies(void) {
    static const BankAccount account = {.id = 5,
                                        .user = 3,
                                        .holder = STR_INIT("Asha \"A\" Doer"),
                                        .number = STR_INIT("123456789012"),
                                        .ifsc = STR_INIT("HDFC0000053")};
    Penny p;
    Outcome o;
    play((const Script[]){
        {"/v1/contacts", 201, "{\"id\":\"cont_1\"}"},
        {"/v1/fund_accounts", 201, "{\"id\":\"fa_1\"}"},
        {"/v1/fund_accounts/validations", 200, "{\"id\":\"fav_1\",\"status\":\"created\",\"results\":{\"account_status\":null}}"},
        {"/v1/fund_accounts/validations/fav_1", 200,
         "{\"id\":\"fav_1\",\"status\":\"completed\",\"results\":{\"account_status\":\"active\",\"registered_name\":\"ASHA "
         "DOER\"}}"},
        {0}});
    penny_drop(&g, &arena, &account, S(""), 3000, &p, &o);
    CHECK(p.reached && p.valid && str_eq(p.registered_name, S("ASHA DOER")) && script_at == 4,
          "penny: contact, fund account, validation, verdict");
    CHECK(
        str_eq(outside.calls[0].body, S("{\"name\":\"Asha \\\"A\\\" Doer\",\"type\":\"customer\",\"reference_id\":\"gbu3\"}")) &&
            str_eq(outside.calls[1].body,
                   S("{\"contact_id\":\"cont_1\",\"account_type\":\"bank_account\",\"bank_account\":{\"name\":\"Asha \\\"A\\\" "
                     "Doer\",\"ifsc\":\"HDFC0000053\",\"account_number\":\"123456789012\"}}")) &&
            str_eq(outside.calls[2].body, S("{\"account_number\":\"2323\",\"fund_account\":{\"id\":\"fa_1\"},\"amount\":100,"
                                            "\"currency\":\"INR\",\"notes\":{\"reference\":\"gbb5\"}}")) &&
            str_eq(outside.calls[3].method, S("GET")),
        "penny: what is sent");

    play((const Script[]){{"/v1/contacts", 200, "{\"id\":\"cont_1\"}"},
                          {"/v1/fund_accounts", 400, "{\"error\":{\"description\":\"Invalid IFSC code\"}}"},
                          {0}});
    penny_drop(&g, &arena, &account, S(""), 3000, &p, &o);
    CHECK(p.reached && !p.valid && has(p.error, "Invalid IFSC"),
          "penny: details that the provider will never take are a verdict");

    play((const Script[]){{"/v1/contacts", 503, "{}"}, {0}});
    penny_drop(&g, &arena, &account, S(""), 3000, &p, &o);
    CHECK(!p.reached && o.err == E_PROVIDER && !o.permanent, "penny: the provider's own trouble is none");

    play((const Script[]){{"/validations/fav_9", 200,
                           "{\"id\":\"fav_9\",\"status\":\"completed\",\"validation_results\":{\"account_status\":\"invalid\","
                           "\"registered_name\":null}}"},
                          {0}});
    penny_drop(&g, &arena, &account, S("fav_9"), 3000, &p, &o);
    CHECK(p.reached && !p.valid && p.error.n && script_at == 1,
          "penny: one begun earlier is asked about, the composite answer too");

    play((const Script[]){{"/validations/fav_9", 200, "{\"id\":\"fav_9\",\"status\":\"failed\"}"},
                          {"/v1/contacts", 200, "{\"id\":\"cont_1\"}"},
                          {"/v1/fund_accounts", 200, "{\"id\":\"fa_1\"}"},
                          {"/v1/fund_accounts/validations", 200,
                           "{\"id\":\"fav_10\",\"status\":\"completed\",\"results\":{\"account_status\":\"active\"}}"},
                          {0}});
    penny_drop(&g, &arena, &account, S("fav_9"), 3000, &p, &o);
    CHECK(p.reached && p.valid && script_at == 4, "penny: one that failed technically begins anew");

    play((const Script[]){{"/validations/fav_9", 200, "{\"id\":\"fav_9\",\"status\":\"created\"}"},
                          {"/validations/fav_9", 200, "{\"id\":\"fav_9\",\"status\":\"created\"}"},
                          {0}});
    int64_t begun = clock_mono_ms();
    penny_drop(&g, &arena, &account, S("fav_9"), 600, &p, &o);
    CHECK(!p.reached && o.err && str_eq(p.validation, S("fav_9")) && clock_mono_ms() - begun < 1500,
          "penny: no verdict in time, to be asked about again");
}

int main(void) {
    arena_init(&arena, 64 * 1024 * 1024);
    kit_store();
    cfg = kit_config();
    g = (Gateway){.cfg = &cfg, .env = {.config = &cfg, .store = store, .fetch = kit_fetch, .domain = kit_domain_now}};
    signatures();
    orders();
    keys();
    pennies();
    store_close(store);
    arena_free(&arena);
    arena_free(&outside.arena);
    return kit_failed;
}
