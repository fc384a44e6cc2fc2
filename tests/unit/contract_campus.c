/* The campus contract over the real domain, without a network: its tables, its forms, who sees what. */
#include "contract/campus/campus.h"
#include "domain/category.h"
#include "domain/outbox.h"
#include "domain/session.h"
#include "domain/timer.h"
#define Part StorePart
#include "store_kit.h"
#undef Part

static const Contract *const contracts[] = {&campus_contract};
static DomainConfig config = {
    .name = STR_INIT("Test Box"),
    .currency = STR_INIT("INR"),
    .currency_decimals = 2,
    .fee_bps = 500,
    .tz_minutes = 330,
    .boost_price_per_day = 1000,
    .otp_ttl_ms = 5 * MS_MINUTE,
    .otp_tries = 5,
    .access_ttl_ms = 30 * MS_MINUTE,
    .refresh_ttl_ms = 7 * MS_DAY,
    .campus_ttl_ms = 7 * MS_DAY,
    .order_lapse_ms = 3 * MS_DAY,
    .auto_approve_ms = 14 * MS_DAY,
    .auto_approve_warn_ms = 3 * MS_DAY,
    .auto_release_ms = 3 * MS_DAY,
    .review_hidden_ms = 7 * MS_DAY,
    .withdraw_min = 100,
    .sandbox = true,
    .box_key = {9, 8, 7},
};
static const DomainConfig *domain(void *app) { return app; }

static Store *store;
static Engine *engine;
static Arena arena, kept;
static Reply reply;
static const char *token_of_caller, *content_type;

static Str header(const Request *req, const char *name) {
    (void)req;
    if (token_of_caller && str_eq_nocase(str_c0(name), S("Authorization")))
        return str_c0(token_of_caller);
    if (content_type && str_eq_nocase(str_c0(name), S("Content-Type")))
        return str_c0(content_type);
    return (Str){NULL, 0};
}

static Str call(const char *method, const char *target, const char *body) {
    arena_reset(&arena);
    size_t path = strcspn(target, "?");
    Request req = {.method = str_c0(method),
                   .path = str_of(target, path),
                   .body = str_c0(body),
                   .remote = S("10.1.1.1"),
                   .host = S("box.test"),
                   .id = S("7"),
                   .arena = &arena,
                   .header = header};
    if (target[path])
        req.query = str_c0(target + path + 1);
    reply = reply_new(&req);
    engine_handle(engine, &req, &reply);
    Str s = reply.fixed.p ? reply.fixed : buf_str(&reply.body);
    if (reply.done) /* a stream that nobody reads */
        reply.done(reply.stream_ctx);
    if (reply.status >= 500)
        printf("# %s %s: %d %.*s\n", method, target, reply.status, STR_ARG(s));
    return s;
}

static bool has(Str hay, const char *needle) { return hay.n && memmem(hay.p, hay.n, needle, strlen(needle)); }

/* The string member of that name, first occurrence, kept. */
static const char *text_of(Str json, const char *name) {
    char key[64];
    int n = snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = memmem(json.p, json.n, key, (size_t)n);
    if (!at)
        return "";
    at += n;
    return arena_cstr(&kept, str_of(at, strcspn(at, "\"")));
}

static const char *path_to(const char *before, const char *id, const char *after) {
    return arena_cstr(&kept, arena_printf(&kept, "%s%s%s", before, id, after));
}

/* The code in the newest message to a number. */
static const char *code_to(const char *phone) {
    Tx *tx;
    PageOut page = {0};
    MUST(!store_read(store, &arena, &tx));
    Call c = {.tx = tx, .arena = &arena, .now_ms = clock_now_ms(), .cfg = &config, .actor = {.rights = RIGHT_SYSTEM}};
    OutboxListIn in = {.page = {.page = 1, .limit = 1}, .to = str_c0(phone)};
    MUST(!outbox_list(&c, &in, &page) && page.count);
    const char *code = arena_cstr(&kept, ((Outbox *)page.items)->code);
    store_read_end(tx);
    return code;
}

static const char *sign_in(const char *phone, const char **id) {
    char body[100];
    token_of_caller = NULL;
    snprintf(body, sizeof body, "{\"phone\":\"%s\"}", phone);
    Str r = call("POST", "/api/auth/send-otp", body);
    MUST(reply.status == 200);
    CHECK(str_eq(r, S("{\"success\":true,\"message\":\"OTP sent\",\"expiresIn\":300}")), "send-otp: as documented");
    snprintf(body, sizeof body, "{\"phone\":\"%s\",\"otp\":\"%s\"}", phone, code_to(phone));
    r = call("POST", "/api/auth/verify-otp", body);
    MUST(reply.status == 200);
    *id = text_of(r, "id");
    return arena_cstr(&kept, arena_printf(&kept, "Bearer %s", text_of(r, "token")));
}

static Err seed(Tx *tx, void *arg) {
    (void)arg;
    Diag d = {0};
    Call c = {
        .tx = tx, .arena = tx_arena(tx), .diag = &d, .now_ms = tx_now_ms(tx), .cfg = &config, .actor = {.rights = RIGHT_SYSTEM}};
    return category_seed(&c);
}

static const char gig_body[] = "{\"title\":\"Logo for the robotics club\",\"description\":\"Two colours, vector "
                               "file.\",\"category\":\"Graphics\",\"skills\":[\"photoshop\"],"
                               "\"budgetType\":\"fixed\",\"budgetMin\":50000,\"budgetMax\":150000}";

static const char *asha, *ravi, *asha_id, *ravi_id;

static void people(void) {
    asha = sign_in("+919876543210", &asha_id);
    ravi = sign_in("+919876543211", &ravi_id);
    token_of_caller = asha;
    Str r = call("GET", "/api/users/me", "");
    static const char *const keys[] = {
        "id",          "phone",         "email",         "name",           "avatarUrl",      "bio",
        "university",  "course",        "year",          "graduationYear", "phoneVerified",  "emailVerified",
        "idVerified",  "idDocumentUrl", "roles",         "rating",         "totalEarnings",  "completedGigs",
        "trustScore",  "badges",        "bankAccountId", "walletBalance",  "pendingBalance", "createdAt",
        "lastActiveAt"};
    bool all = true;
    for (size_t i = 0; i < COUNT(keys); i++) {
        char key[64];
        snprintf(key, sizeof key, "\"%s\":", keys[i]);
        all &= has(r, key);
        if (!has(r, key))
            printf("# no %s\n", keys[i]);
    }
    CHECK(reply.status == 200 && all, "me: every documented key");
    CHECK(has(r, "\"bio\":null") && has(r, "\"phone\":\"+919876543210\"") && has(r, "\"walletBalance\":0") &&
              has(r, "\"rating\":0"),
          "me: null or default where unknown");
    token_of_caller = ravi;
    r = call("GET", path_to("/api/users/", asha_id, ""), "");
    CHECK(reply.status == 200 && !has(r, "phone\":") && !has(r, "email\":") && !has(r, "walletBalance") &&
              !has(r, "bankAccountId") && !has(r, "idDocumentUrl") && has(r, "trustScore"),
          "user: others do not see what is private");
    token_of_caller = asha;
    r = call("PATCH", "/api/users/me",
             "{\"name\":\"  Asha "
             "\",\"year\":3,\"skills\":[\"c\",\"go\"],\"roles\":[\"doer\"],\"latitude\":12.9716,\"longitude\":77.5946}");
    CHECK(reply.status == 200 && has(r, "\"name\":\"Asha\"") && has(r, "\"year\":3") && has(r, "\"skills\":[\"c\",\"go\"]") &&
              has(r, "\"roles\":[\"doer\"]") && has(r, "\"latitude\":12.9716,"),
          "me: changed");
    r = call("PATCH", "/api/users/me", "{\"year\":9,\"avatarUrl\":\"http://evil/x\",\"name\":7}");
    CHECK(reply.status == 400 && has(r, "\"success\":false,\"error\":{\"code\":\"VALIDATION_ERROR\"") && has(r, "\"fields\":{") &&
              has(r, "\"year\":\"must be at most 5\"") && has(r, "\"name\":\"must be a string\""),
          "me: the documented error shape, wrong types named");
    r = call("PATCH", "/api/users/me", "{\"avatarUrl\":\"javascript:x\"}");
    CHECK(reply.status == 400 && has(r, "\"avatarUrl\":"), "me: what is no address is no avatar");
    token_of_caller = NULL;
    for (int i = 0; i < 5; i++) {
        r = call("POST", "/api/auth/verify-otp", "{\"phone\":\"+919876543210\",\"otp\":\"000000\"}");
        MUST(reply.status == 400);
    }
    CHECK(has(r, "\"code\":\"INVALID_OTP\""), "verify-otp: a wrong code is INVALID_OTP");
}

static void gigs(void) {
    token_of_caller = asha;
    Str r = call("POST", "/api/gigs", gig_body);
    const char *gig = text_of(r, "id");
    CHECK(reply.status == 201 && has(r, "\"category\":\"design\"") && has(r, "\"status\":\"open\"") &&
              has(r, "\"deadline\":null") && has(r, "\"attachments\":[]") && has(r, "\"isBoosted\":false") &&
              !strcmp(text_of(r, "clientId"), asha_id),
          "gig: posted");
    r = call("POST", "/api/gigs",
             "{\"title\":\"Logo\",\"description\":\"x\",\"category\":\"nonsense\",\"budgetMin\":5,\"budgetMax\":4}");
    CHECK(reply.status == 400 && (has(r, "\"category\":") || has(r, "\"budgetM")),
          "gig: the domain's fields under their wire names");
    token_of_caller = NULL;
    r = call("GET", "/api/gigs?category=design&sortBy=createdAt&sortOrder=asc&limit=5&skills=photoshop&deadline=&budgetMin=1",
             "");
    CHECK(reply.status == 200 && has(r, gig) && str_ends(r, S("\"page\":1,\"limit\":5,\"total\":1,\"hasMore\":false}")),
          "gigs: listed, with the envelope");
    r = call("GET", "/api/gigs?category=nonsense", "");
    CHECK(reply.status == 400 && has(r, "\"category\":"), "gigs: an unknown category is 400 naming the field");
    r = call("GET", "/api/gigs?sortBy=nonsense&status=x&deadline=never&sortOrder=up", "");
    CHECK(reply.status == 400 && has(r, "\"sortBy\":") && has(r, "\"status\":") && has(r, "\"deadline\":") &&
              has(r, "\"sortOrder\":"),
          "gigs: unknown words are 400");
    r = call("GET", "/api/search/suggest?q=lo", "");
    CHECK(reply.status == 200 && str_starts(r, S("{\"suggestions\":[")), "suggest: plain strings");
    r = call("GET", "/api/categories", "");
    CHECK(reply.status == 200 && has(r, "\"slug\":\"programming\"") && has(r, "\"aliases\":["), "categories");
    r = call("GET", "/api/config", "");
    CHECK(reply.status == 200 && has(r, "\"name\":\"Test Box\"") && has(r, "\"feeBasisPoints\":500,\"feePercent\":5,"), "config");

    token_of_caller = ravi;
    r = call("PATCH", path_to("/api/gigs/", gig, ""), "{\"title\":\"Mine now\"}");
    CHECK(reply.status == 403 && has(r, "FORBIDDEN"), "gig: only its owner changes it");
    r = call("POST", path_to("/api/gigs/", gig, "/applications"), "{\"message\":\"I can.\",\"amount\":120000}");
    const char *application = text_of(r, "id");
    CHECK(reply.status == 201 && has(r, "\"status\":\"pending\"") && has(r, "\"amount\":120000") && has(r, "\"doer\":{\"id\""),
          "application: made");
    call("POST", path_to("/api/gigs/", gig, "/applications"), "{\"message\":\"Again.\"}");
    CHECK(reply.status == 409, "application: a second one is 409");
    call("POST", path_to("/api/applications/", application, "/accept"), "");
    CHECK(reply.status == 403, "application: the doer cannot accept it");
    token_of_caller = asha;
    r = call("POST", path_to("/api/applications/", application, "/accept"), "");
    const char *order = text_of(str_of(memmem(r.p, r.n, "\"order\":", 8), 200), "id");
    CHECK(reply.status == 200 && str_starts(r, S("{\"application\":{\"id\":\"")) && has(r, "\"status\":\"accepted\"") &&
              has(r, "\"escrowState\":\"awaiting_payment\"") && has(r, "\"status\":\"pending_payment\"") &&
              has(r, "\"platformFee\":6000,\"doerPayout\":114000"),
          "accept: the application and the order");
    r = call("GET", "/api/orders?role=client&status=pending_payment,completed", "");
    CHECK(reply.status == 200 && has(r, order) && has(r, "\"total\":1"), "orders: by role and status");
    token_of_caller = ravi;
    r = call("POST", path_to("/api/orders/", order, "/submit"), "{\"message\":\"Done.\"}");
    CHECK(reply.status == 409 && has(r, "INVALID_STATE"), "order: what the state does not allow is 409 INVALID_STATE");
    r = call("POST", path_to("/api/orders/", order, "/messages"), "{\"text\":\"Hello\"}");
    CHECK(reply.status == 201 && has(r, "\"text\":\"Hello\"") && !strcmp(text_of(r, "senderId"), ravi_id), "chat: said");
    call("POST", path_to("/api/orders/", order, "/messages"), "{}");
    CHECK(reply.status == 400, "chat: nothing to say is 400");
    const char *third, *third_id;
    third = sign_in("+919876543212", &third_id);
    token_of_caller = third;
    call("GET", path_to("/api/orders/", order, ""), "");
    CHECK(reply.status == 403, "order: a third party gets 403");
    call("GET", path_to("/api/orders/", order, "/messages"), "");
    CHECK(reply.status == 403, "chat: a third party gets 403");
    call("GET", path_to("/api/orders/", gig, ""), "");
    CHECK(reply.status == 404, "order: a gig's id is no order's id");
    token_of_caller = ravi;
    r = call("GET", "/api/wallet/balance", "");
    CHECK(str_eq(r, S("{\"available\":0,\"pending\":0,\"currency\":\"INR\"}")), "wallet: exactly three keys");
    token_of_caller = asha;
    r = call("GET", "/api/notifications", "");
    CHECK(reply.status == 200 && has(r, "\"type\":\"new_application\"") && has(r, "\"read\":false"), "notifications");
    const char *note = text_of(r, "id");
    token_of_caller = ravi;
    call("POST", path_to("/api/notifications/", note, "/read"), "");
    CHECK(reply.status == 404, "notification: another's is 404");
    token_of_caller = asha;
    r = call("POST", path_to("/api/notifications/", note, "/read"), "");
    CHECK(reply.status == 200 && has(r, "\"read\":true"), "notification: read");
    r = call("GET", "/api/users/me", "");
    CHECK(reply.status == 200 && has(r, "\"unreadNotifications\":"), "me: unread ones are counted");
    call("POST", "/api/payments/create-order", path_to("{\"orderId\":\"", order, "\"}"));
    CHECK(reply.status == 502, "payment: without a provider");
}

static void wallets(void) {
    token_of_caller = ravi;
    Str r = call("POST", "/api/bank-accounts",
                 "{\"accountHolderName\":\"Ravi\",\"accountNumber\":\"123456789012\",\"ifsc\":\"hdfc0001234\"}");
    const char *bank = text_of(r, "id");
    CHECK(reply.status == 201 && has(r, "\"last4\":\"9012\"") && !has(r, "123456789012") && has(r, "\"verified\":false") &&
              has(r, "HDFC0001234"),
          "bank: only the last four digits come back");
    r = call("POST", "/api/bank-accounts", "{\"accountHolderName\":\"R\",\"accountNumber\":\"12\",\"ifsc\":\"x\"}");
    CHECK(reply.status == 400 && has(r, "\"accountHolderName\":"), "bank: fields under their wire names");
    r = call("POST", "/api/bank-accounts", "{\"accountHolderName\":\"Ravi\",\"accountNumber\":\"12\",\"ifsc\":\"x\"}");
    CHECK(reply.status == 400 && (has(r, "\"accountNumber\":") || has(r, "\"ifsc\":")), "bank: the domain's too");
    r = call("POST", "/api/wallet/withdraw", path_to("{\"amount\":1000,\"bankAccountId\":\"", bank, "\"}"));
    CHECK(reply.status == 400, "withdraw: to an unverified account is 400");
    call("POST", "/api/wallet/withdraw", "{\"amount\":1000,\"bankAccountId\":\"nonsense\"}");
    CHECK(reply.status == 400 || reply.status == 404, "withdraw: to no account");
    token_of_caller = asha;
    call("DELETE", path_to("/api/bank-accounts/", bank, ""), "");
    CHECK(reply.status == 404, "bank: another's is 404");
    token_of_caller = ravi;
    r = call("DELETE", path_to("/api/bank-accounts/", bank, ""), "");
    CHECK(reply.status == 200 && str_eq(r, S("{\"success\":true}")), "bank: removed");
    r = call("GET", "/api/bank-accounts", "");
    CHECK(reply.status == 200 && str_starts(r, S("{\"bankAccounts\":[]")), "bank: none left");
}

static void services_and_files(void) {
    token_of_caller = ravi;
    content_type = "multipart/form-data; boundary=xx";
    Str r = call("POST", "/api/files",
                 "--xx\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nattachment\r\n--xx\r\nContent-Disposition: "
                 "form-data; name=\"file\"; "
                 "filename=\"no\xc3\xaftes.txt\"\r\nContent-Type: text/plain\r\n\r\nplain text\r\n--xx--\r\n");
    const char *file = text_of(r, "id"), *url = text_of(r, "url");
    CHECK(reply.status == 201 && has(r, "\"type\":\"text/plain") && has(r, "\"size\":10"), "file: uploaded");
    call("POST", "/api/files",
         "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\x01\x02\x03\r\n--xx--\r\n");
    CHECK(reply.status == 415, "file: told by its content, not its name");
    content_type = NULL;
    r = call("GET", url, "");
    CHECK(reply.status == 200 && str_eq(r, S("plain text")) && has(buf_str(&reply.headers), "sandbox") &&
              has(buf_str(&reply.headers), "filename*=UTF-8''no%C3%AFtes.txt"),
          "file: downloaded");
    token_of_caller = asha;
    call("GET", url, "");
    CHECK(reply.status == 403, "file: private to its owner");
    token_of_caller = ravi;
    char body[400];
    snprintf(body, sizeof body,
             "{\"title\":\"I draw "
             "logos\",\"description\":\"Vector.\",\"category\":\"design\",\"price\":90000,\"deliveryTime\":3,\"revisions\":-1,"
             "\"features\":[\"svg\"]}");
    r = call("POST", "/api/services", body);
    const char *service = text_of(r, "id");
    CHECK(reply.status == 201 && has(r, "\"price\":90000") && has(r, "\"deliveryTime\":3") && has(r, "\"isActive\":true"),
          "service: offered");
    r = call("POST", path_to("/api/services/", service, "/order"), "{}");
    CHECK(reply.status == 400 || reply.status == 403, "service: not one's own");
    token_of_caller = asha;
    r = call("POST", path_to("/api/services/", service, "/order"), "{\"message\":\"One for the chess club.\"}");
    const char *order = text_of(r, "id");
    CHECK(reply.status == 201 && has(r, "\"status\":\"pending_payment\"") && has(r, "\"serviceId\":"), "service: ordered");
    token_of_caller = ravi;
    r = call("GET", path_to("/api/orders/", order, ""), "");
    CHECK(reply.status == 200 && has(r, "\"actions\":[\"accept\",\"decline\""), "order: what one could do now");
    r = call("POST", path_to("/api/orders/", order, "/accept"), "");
    CHECK(reply.status == 200 && has(r, "\"status\":\"in_progress\""), "order: taken");
    r = call("POST", path_to("/api/orders/", order, "/submit"),
             path_to("{\"message\":\"Here.\",\"attachments\":[{\"id\":\"", file, "\"}]}"));
    CHECK(reply.status == 200 && has(r, "\"status\":\"submitted\"") &&
              has(r, "\"deliverables\":[{\"message\":\"Here.\",\"attachments\":[{\"id\":\""),
          "order: handed in with a file");
    token_of_caller = asha;
    r = call("POST", path_to("/api/orders/", order, "/approve"), "");
    CHECK(reply.status == 200 && has(r, "\"status\":\"completed\""), "order: approved");
    r = call("POST", path_to("/api/orders/", order, "/review"), "{\"rating\":5,\"comment\":\"Good.\"}");
    CHECK(reply.status == 201 && has(r, "\"visible\":false"), "review: hidden at first");
    r = call("GET", path_to("/api/users/", ravi_id, "/reviews"), "");
    CHECK(reply.status == 200 && has(r, "\"reviews\":[]"), "review: others do not see it yet");
    r = call("POST", "/api/reports", path_to("{\"type\":\"service\",\"id\":\"", service, "\",\"reason\":\"spam spam\"}"));
    CHECK(reply.status == 201 && has(r, "\"status\":\"open\""), "report: made");
    call("POST", "/api/reports", path_to("{\"type\":\"gig\",\"id\":\"", service, "\",\"reason\":\"spam spam\"}"));
    CHECK(reply.status == 404, "report: a service's id is no gig's id");
    r = call("POST", "/api/devices", "{\"token\":\"abc\",\"platform\":\"web\"}");
    CHECK(reply.status == 201 && has(r, "\"platform\":\"web\""), "device: registered");
    r = call("POST", "/api/auth/logout", "");
    CHECK(reply.status == 200, "logout");
    call("GET", "/api/users/me", "");
    CHECK(reply.status == 401, "logout: the token is worth nothing");
}

/* Every route without a body or with "{}": never a 5xx, whatever is missing. */
static void every_route(void) {
    token_of_caller = ravi;
    bool good = true;
    for (size_t s = 0; s < campus_contract.section_count; s++)
        for (size_t i = 0; i < campus_contract.sections[s]->count; i++) {
            const Route *r = &campus_contract.sections[s]->routes[i];
            char path[200];
            size_t n = 0;
            for (const char *p = r->path; *p && n < sizeof path - 40; p++) {
                if (*p == '{') {
                    n += (size_t)snprintf(path + n, 40, "00000000-0000-4000-8000-000000000000");
                    p += strcspn(p, "}");
                } else {
                    path[n++] = *p;
                }
            }
            path[n] = 0;
            if (!strcmp(r->path, "/api/auth/logout"))
                continue;
            static const char *const bodies[] = {"", "{}", "[]", "{\"x\":", "null"};
            for (size_t k = 0; k < COUNT(bodies); k++) {
                call(r->method, path, bodies[k]);
                bool provider = r->handler && reply.status == 502;
                if (reply.status >= 500 && !provider) {
                    printf("# %s %s %s: %d\n", r->method, path, bodies[k], reply.status);
                    good = false;
                }
            }
        }
    CHECK(good, "every route: bad input is never a 5xx");
}

int main(void) {
    Err e;
    arena_init(&arena, 16 * 1024 * 1024);
    arena_init(&kept, 1024 * 1024);
    CHECK(contract_lint(contracts, 1) == 0, "lint: nothing to say");
    store = kit_open(
        kit_dir(),
        (StoreConfig){.records = domain_records, .record_count = domain_record_count, .no_sync = true, .now_ms = clock_now_ms});
    MUST(store && !store_write(store, seed, NULL));
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
    people();
    gigs();
    wallets();
    every_route();
    services_and_files();
    Buf doc = buf_arena(&arena, REPLY_BODY_BYTES_MAX);
    openapi_document(&campus_contract, S(""), &doc);
    const Json *root;
    CHECK(!doc.err && !json_parse(&arena, buf_str(&doc), &root, NULL) && json_count(json_get(root, S("paths"))) > 40,
          "openapi: strict JSON without double keys");
    engine_stop(engine);
    store_close(store);
    arena_free(&arena);
    arena_free(&kept);
    return kit_failed;
}
