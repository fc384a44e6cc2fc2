/* What the contracts share at sign-in: which tokens refresh a session, and which do not. Over the real domain, without a network.
 */
#include "contract/sign_in.h"
#include "crypto/password.h"
#define Part StorePart
#include "store_kit.h"
#undef Part

static DomainConfig config = {
    .name = STR_INIT("Test Box"),
    .currency = STR_INIT("INR"),
    .currency_decimals = 2,
    .otp_ttl_ms = 5 * MS_MINUTE,
    .otp_tries = 5,
    .access_ttl_ms = 30 * MS_MINUTE,
    .refresh_ttl_ms = 7 * MS_DAY,
    .campus_ttl_ms = 7 * MS_DAY,
    .box_key = {9, 8, 7},
};
static const DomainConfig *domain(void *app) { return app; }

/* ---- a contract with the routes in question ---- */

INPUTS(register_in, SignUpBody, INPUT_CONST(SignUpBody, account.contract, CONTRACT_CHAYENITY),
       INPUT("email", IN_BODY, W_STR, SignUpBody, account.email, NO_HAS, "Address.", .flags = IN_REQUIRED),
       INPUT("password", IN_BODY, W_STR, SignUpBody, password, NO_HAS, "Password.", .flags = IN_REQUIRED | IN_SECRET));
INPUTS(pair_in, RefreshBody, INPUT_CONST(RefreshBody, pair, 1),
       INPUT("Authorization", IN_HEADER, W_STR, RefreshBody, token, NO_HAS, "The refresh token."),
       INPUT("X-Access-Token", IN_HEADER, W_STR, RefreshBody, access, NO_HAS, "The old access token."));
INPUTS(rotate_in, RefreshBody, INPUT_CONST(RefreshBody, rotate, 1),
       INPUT("refresh_token", IN_BODY, W_STR, RefreshBody, token, NO_HAS, "The refresh token.", .flags = IN_REQUIRED));
VIEW(tokens_view, SignInOut, "Tokens", "Tokens.", SHOW_GET("access", W_STR, shown_access_token, "Access.", .optional = true),
     SHOW_GET("refresh", W_STR, shown_refresh_token, "Refresh.", .optional = true),
     SHOW_GET("seconds", W_INT, shown_access_seconds, "Life."), SHOW_GET("minutes", W_INT, shown_access_minutes, "Life."));

static const Route routes_routes[] = {
    {.method = "POST",
     .path = "/x/register",
     .op = account_register,
     .in = &register_in,
     .before = sign_up_before,
     .after = sign_in_after,
     .view = &tokens_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .errors = ERR(E_CONFLICT) | ERR(E_BUSY),
     .summary = "Register."},
    {.method = "POST",
     .path = "/x/refresh",
     .op = session_refresh,
     .in = &pair_in,
     .before = refresh_before,
     .after = refresh_after,
     .view = &tokens_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .errors = ERR(E_UNAUTHORIZED),
     .summary = "Refresh by both."},
    {.method = "POST",
     .path = "/x/rotate",
     .op = session_refresh,
     .in = &rotate_in,
     .before = refresh_before,
     .after = refresh_after,
     .view = &tokens_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .errors = ERR(E_UNAUTHORIZED),
     .summary = "Refresh and replace."},
    {.method = "POST",
     .path = "/x/leave",
     .op = session_end,
     .after = sign_out_after,
     .shape = SHAPE_FIXED,
     .fixed = "{}",
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Sign out."},
};
SECTION(routes, "All", "Signing in.");

static const ProblemRow problems[ERR_COUNT] = {
    [E_INVALID] = {422, "INVALID", "invalid"},
    [E_SYNTAX] = {400, "SYNTAX", "syntax"},
    [E_UNAUTHORIZED] = {401, "UNAUTHORIZED", "nobody"},
    [E_FORBIDDEN] = {403, "FORBIDDEN", "forbidden"},
    [E_MISSING] = {404, "MISSING", "missing"},
    [E_STATE] = {409, "STATE", "state"},
    [E_CONFLICT] = {409, "CONFLICT", "conflict"},
    [E_LIMIT] = {429, "LIMIT", "limit"},
    [E_TOO_LARGE] = {413, "LARGE", "large"},
    [E_MEDIA] = {415, "MEDIA", "media"},
    [E_FUNDS] = {400, "FUNDS", "funds"},
    [E_PROVIDER] = {502, "PROVIDER", "provider"},
    [E_NETWORK] = {502, "NETWORK", "network"},
    [E_NOMEM] = {503, "NOMEM", "memory"},
    [E_FULL] = {507, "FULL", "full"},
    [E_IO] = {500, "IO", "io"},
    [E_CORRUPT] = {500, "CORRUPT", "corrupt"},
    [E_BUSY] = {503, "BUSY", "busy"},
    [E_INTERNAL] = {500, "INTERNAL", "internal"},
};
static const CodeRow codes[] = {{"ACCESS_TOKEN_MISSING", 400, NULL, NULL}, {"INVALID_TOKEN", 401, NULL, NULL}};
static void problem(const Problem *p, Buf *b) {
    buf_lit(b, "{\"code\":");
    json_put_str(b, p->code);
    buf_char(b, '}');
}
static const Section *const sections[] = {&routes};
static const char *const prefixes[] = {"/x/", NULL};
static const Contract contract = {.name = "chayenity",
                                  .title = "X",
                                  .version = "1",
                                  .doc = "A contract for this test.",
                                  .id_form = ID_UUID,
                                  .money_form = PAY_MINOR,
                                  .time_form = TIME_MS,
                                  .ttl_offset = offsetof(DomainConfig, access_ttl_ms),
                                  .prefixes = prefixes,
                                  .sections = sections,
                                  .section_count = COUNT(sections),
                                  .problems = problems,
                                  .codes = codes,
                                  .code_count = COUNT(codes),
                                  .problem = problem,
                                  .problem_schema = "{\"type\":\"object\"}"};
static const Contract *const contracts[] = {&contract};

/* ---- requests ---- */

static Store *store;
static Engine *engine;
static Arena arena, kept;
static Reply reply;
static Str authorization, access_header;

static Str header(const Request *req, const char *name) {
    (void)req;
    Str n = str_c0(name);
    return str_eq_nocase(n, S("Authorization"))    ? authorization
           : str_eq_nocase(n, S("X-Access-Token")) ? access_header
                                                   : (Str){NULL, 0};
}

static Str call(const char *path, Str body) {
    arena_reset(&arena);
    Request req = {.method = S("POST"),
                   .path = str_c0(path),
                   .body = body,
                   .remote = S("10.1.1.1"),
                   .host = S("box.test"),
                   .id = S("7"),
                   .arena = &arena,
                   .header = header};
    reply = reply_new(&req);
    engine_handle(engine, &req, &reply);
    return reply.fixed.p ? reply.fixed : buf_str(&reply.body);
}

static bool has(Str hay, const char *needle) { return hay.n && memmem(hay.p, hay.n, needle, strlen(needle)); }

static Str member(Str json, const char *name) {
    const Json *root;
    MUST(!json_parse(&arena, json, &root, NULL));
    return arena_str(&kept, json_str(json_get(root, str_c0(name))));
}

static Str bearer(Str token) { return arena_printf(&kept, "Bearer %.*s", STR_ARG(token)); }

typedef struct Who {
    Str access, refresh;
} Who;
static Who enrol(const char *email) {
    authorization = (Str){NULL, 0};
    Str r = call("/x/register", arena_printf(&kept, "{\"email\":\"%s\",\"password\":\"a good password\"}", email));
    MUST(reply.status == 200);
    Who w = {member(r, "access"), {NULL, 0}};
    w.refresh = member(r, "refresh");
    return w;
}

static int refresh(Str token, Str access) {
    authorization = token;
    access_header = access;
    call("/x/refresh", (Str){NULL, 0});
    authorization = (Str){NULL, 0};
    return reply.status;
}

static Str aged(Str access) {
    Token t;
    Buf b = buf_arena(&kept, JWT_TOKEN_BYTES_MAX);
    int64_t long_ago = clock_now_ms() - MS_DAY;
    MUST(!engine_token_check(engine, access, clock_now_ms(), &t, NULL));
    MUST(!engine_token_make(engine, &contract, t.user, t.session, long_ago, MS_MINUTE, &b));
    return buf_str(&b);
}

static void pairs(void) {
    Who a = enrol("a@mail.test"), b = enrol("b@mail.test");
    Str none = {NULL, 0};
    CHECK(a.access.n && a.refresh.n && !str_eq(a.access, a.refresh), "a registration gives both tokens");
    CHECK(refresh(bearer(a.refresh), a.access) == 200 && has(buf_str(&reply.body), "\"seconds\":1800,\"minutes\":30") &&
              has(buf_str(&reply.headers), "Set-Cookie: jwt="),
          "both together refresh, and set the cookie");
    CHECK(str_eq(member(buf_str(&reply.body), "refresh"), a.refresh), "the refresh token stays");
    CHECK(refresh(bearer(a.refresh), bearer(a.access)) == 200 && refresh(a.refresh, a.access) == 200, "in either spelling");
    CHECK(refresh(bearer(a.refresh), aged(a.access)) == 200, "the access token may be over");
    CHECK(refresh(bearer(a.refresh), none) == 400 && has(buf_str(&reply.body), "ACCESS_TOKEN_MISSING"), "but not missing");
    CHECK(refresh(none, a.access) == 401 && refresh(bearer(S("")), a.access) == 401, "nor the refresh token");
    CHECK(refresh(bearer(a.refresh), b.access) == 401 && has(buf_str(&reply.body), "INVALID_TOKEN") &&
              refresh(bearer(a.refresh), aged(b.access)) == 401,
          "nor somebody else's");
    CHECK(refresh(bearer(a.access), a.refresh) == 401 && refresh(bearer(a.access), a.access) == 401 &&
              refresh(bearer(a.refresh), a.refresh) == 401,
          "neither passes for the other");
    Str spoilt = arena_str(&kept, aged(a.access));
    ((char *)(uintptr_t)spoilt.p)[spoilt.n - 3] ^= 1;
    CHECK(refresh(bearer(a.refresh), spoilt) == 401 && refresh(bearer(a.refresh), S("nonsense")) == 401, "nor a forged one");

    authorization = bearer(a.access);
    call("/x/leave", none);
    CHECK(reply.status == 200 && has(buf_str(&reply.headers), "Set-Cookie: jwt=;"), "signing out takes the cookie away");
    CHECK(refresh(bearer(a.refresh), a.access) == 401, "and ends both");
    CHECK(refresh(bearer(b.refresh), b.access) == 200, "of this session only");
}

static Str rotate(Str token) { return call("/x/rotate", arena_printf(&kept, "{\"refresh_token\":\"%.*s\"}", STR_ARG(token))); }

static void rotation(void) {
    Who a = enrol("c@mail.test");
    Str second = member(rotate(a.refresh), "refresh");
    CHECK(reply.status == 200 && second.n && !str_eq(second, a.refresh), "a replaced token is another");
    Str third = member(rotate(second), "refresh");
    CHECK(reply.status == 200 && !str_eq(third, second), "and is replaced in turn");
    rotate(second);
    CHECK(reply.status == 200, "the one before is good for a moment more");
    rotate(a.refresh);
    CHECK(reply.status == 401, "an older one is not");
    rotate(S("nonsense"));
    CHECK(reply.status == 401, "nonsense is not");
}

int main(void) {
    Err e;
    arena_init(&arena, 16 * 1024 * 1024);
    arena_init(&kept, 1024 * 1024);
    MUST(!password_cost(64, 1));
    CHECK(contract_lint(contracts, 1) == 0, "lint: nothing to say");
    store = kit_open(
        kit_dir(),
        (StoreConfig){.records = domain_records, .record_count = domain_record_count, .no_sync = true, .now_ms = clock_now_ms});
    MUST(store);
    EngineConfig cfg = {.store = store,
                        .contracts = contracts,
                        .contract_count = 1,
                        .domain = domain,
                        .app = &config,
                        .session = session_actor,
                        .kind_user = USER.kind,
                        .kind_session = SESSION.kind};
    engine = engine_start(&cfg, &e);
    MUST(engine);
    pairs();
    rotation();
    engine_stop(engine);
    store_close(store);
    arena_free(&arena);
    arena_free(&kept);
    return kit_failed;
}
