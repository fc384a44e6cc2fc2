/* The engine end to end on a toy contract: routing, binding, rendering, who may, problems. */
#include "contract_kit.h"

static void posts(void) {
    toy_sign_in(50);
    Str r =
        toy_call("POST", "/api/notes",
                 BODY("{\"title\":\"  A \\\"title\\\"  "
                      "\",\"price\":1250,\"text\":null,\"at\":1763700000123,\"colour\":\"green\",\"flags\":[\"loud\",\"long\"],"
                      "\"degrees\":12.9715987,\"pinned\":true,\"tags\":[\"a\",\"b\\u0007\"],\"parts\":[{\"amount\":5,\"label\":"
                      "\"x\"}],\"unknown\":[{}]}"));
    CHECK(toy_reply.status == 201, "post: 201");
    CHECK(has(r, "\"title\":\"A "
                 "\\\"title\\\"\",\"text\":null,\"price\":1250,\"at\":1763700000123,\"colour\":\"green\",\"flags\":[\"loud\","
                 "\"long\"],"
                 "\"degrees\":12.971599,\"pinned\":true,\"tags\":[\"a\",\"b\\u0007\"],\"friends\":[],\"parts\":[{\"amount\":5,"
                 "\"label\":\"x\"}],"
                 "\"secret\":5,\"loud\":true,\"maybe\":\"A \\\"title\\\"\",\"kind\":\"note\"}"),
          "post: every wire type goes in and comes out");
    CHECK(str_starts(r, S("{\"id\":\"")), "post: the first key has no comma");
    CHECK(str_eq(toy_reply.content_type, S("application/json")), "post: is JSON");

    r = toy_call("POST", "/api/notes",
                 BODY("{\"title\":\"x\",\"price\":\"12\",\"colour\":\"pink\",\"pinned\":\"yes\",\"tags\":[1],\"small\":3,"
                      "\"parts\":[{\"amount\":5},{\"amount\":5000,\"label\":\"toolong\"}],\"inner\":7,\"at\":1.5,\"friend\":4}"));
    CHECK(toy_reply.status == 400, "post: bad fields are 400");
    CHECK(has(r, "\"title\":\"must have at least 3 characters\"") && has(r, "\"price\":\"must be an amount\"") &&
              has(r, "\"colour\":\"must be one of red, green, blue\"") && has(r, "\"pinned\":\"must be true or false\"") &&
              has(r, "\"tags\":\"must be a list of strings\"") && has(r, "\"small\":\"must be even\"") &&
              has(r, "\"parts.1.amount\":\"must be at most 1000\"") &&
              has(r, "\"parts.1.label\":\"must have at most 5 characters\"") && has(r, "\"inner\":\"must be an object\"") &&
              has(r, "\"at\":\"must be a time in milliseconds\"") && has(r, "\"friend\":\"must be an id\""),
          "post: all of them are named at once, wrong types too");
    r = toy_call("POST", "/api/notes", BODY("{}"));
    CHECK(toy_reply.status == 400 && has(r, "\"title\":\"is required\""), "post: a missing field");
    r = toy_call("POST", "/api/notes", BODY(""));
    CHECK(toy_reply.status == 400 && has(r, "\"title\":\"is required\""), "post: no body at all");
    r = toy_call("POST", "/api/notes", BODY("{\"title\":\"a\\u0000bc\"}"));
    CHECK(toy_reply.status == 400 && has(r, "\"title\":"), "post: NUL is refused");
    r = toy_call("POST", "/api/notes", BODY("{\"title\":\"forbidden title\"}"));
    CHECK(toy_reply.status == 400 && has(r, "\"title\":\"is not wanted\""), "post: the domain's field");
    r = toy_call("POST", "/api/notes", BODY("{\"title\":\"taken\"}"));
    CHECK(toy_reply.status == 422 && has(r, "\"code\":\"TITLE_TAKEN\",\"message\":\"that title is taken\""),
          "post: a code changes status and word");
    r = toy_call("POST", "/api/notes", BODY("{\"title\":\"abc\",\"price\":10.5}"));
    CHECK(toy_reply.status == 400 && has(r, "\"price\":\"has more decimals"), "post: decimals of minor units");
    r = toy_call("POST", "/api/notes", BODY("{\"title\":\"abc\",\"price\":1e2,\"degrees\":-0.0000005}"));
    CHECK(toy_reply.status == 201 && has(r, "\"price\":100,") && has(r, "\"degrees\":-0.000001,"),
          "post: numbers in any notation");
}

static void syntax(void) {
    toy_sign_in(50);
    static const char *const bad[] = {
        "{\"title\":\"abc\",\"title\":\"abd\"}",
        "{\"title\":\"abc\",\"x\":{\"a\":1,\"a\":2}}",
        "{\"title\":\"abc\"",
        "{\"title\":\"abc\"} x",
        "{\"title\":\"a\xffz\"}",
        "{\"title\":\"\\ud800abc\"}",
        "nope",
        "{\"title\":01}",
        "\xef\xbb\xbf{\"title\":\"abc\"}",
        "{title:1}",
        "[1,]",
    };
    bool all = true;
    for (size_t i = 0; i < COUNT(bad); i++) {
        toy_call("POST", "/api/notes", BODY(bad[i]));
        if (toy_reply.status != 400)
            printf("# %s: %d\n", bad[i], toy_reply.status);
        all &= toy_reply.status == 400;
    }
    CHECK(all, "syntax: malformed JSON, duplicate keys and bad UTF-8 are 400");
    Str r = toy_call("POST", "/api/notes", BODY("[1]"));
    CHECK(toy_reply.status == 400 && has(r, "must be a JSON object"), "syntax: an array where an object is due");
    char deep[200];
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    char text[300];
    snprintf(text, sizeof text, "{\"title\":\"abc\",\"x\":%.200s}", deep);
    toy_call("POST", "/api/notes", BODY(text));
    CHECK(toy_reply.status == 413, "syntax: JSON deeper than the limit is refused");
    snprintf(text, sizeof text, "{\"title\":\"abc\",\"x\":%.31s%.31s}", deep, deep + 100);
    toy_call("POST", "/api/notes", BODY(text));
    CHECK(toy_reply.status == 201, "syntax: JSON at the limit is taken");
    toy_headers[1] = (ToyHeader){"Content-Type", "application/xml"};
    toy_call("POST", "/api/notes", BODY("<a/>"));
    CHECK(toy_reply.status == 415, "syntax: another media type is 415");
}

static void forms(void) {
    toy_sign_in(50);
    toy_headers[1] = (ToyHeader){"Content-Type", "application/x-www-form-urlencoded"};
    Str r = toy_call("POST", "/api/notes",
                     BODY("title=A+form%21&price=7&pinned=on&tags=a&tags=b&flags=%5B%22late%22%5D&small=&parts=%5B%7B%22amount%"
                          "22%3A9%7D%5D&at="));
    CHECK(toy_reply.status == 201 && has(r, "\"title\":\"A form!\"") && has(r, "\"price\":7,") && has(r, "\"pinned\":true") &&
              has(r, "\"tags\":[\"a\",\"b\"]") && has(r, "\"flags\":[\"late\"]") &&
              has(r, "\"parts\":[{\"amount\":9,\"label\":\"\"}]"),
          "form: typed text, repeated fields, JSON in a field, empty is absent");
    toy_call("POST", "/api/notes", BODY("title=%zz"));
    CHECK(toy_reply.status == 400, "form: a bad escape is 400");
    r = toy_call("POST", "/api/notes", BODY("title=abc&price=x&parts=nope&pinned=maybe"));
    CHECK(toy_reply.status == 400 && has(r, "\"price\":") && has(r, "\"parts\":") && has(r, "\"pinned\":"),
          "form: bad fields are named");
    toy_headers[1] = (ToyHeader){"Content-Type", "multipart/form-data; boundary=xx"};
    r = toy_call(
        "POST", "/api/notes",
        BODY("--xx\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA part\r\n--xx\r\nContent-Disposition: form-data; "
             "name=\"tags[]\"\r\n\r\nq\r\n--xx--\r\n"));
    CHECK(toy_reply.status == 201 && has(r, "\"title\":\"A part\"") && has(r, "\"tags\":[\"q\"]"),
          "multipart: fields, name[] is a list");
    const char *file = "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: "
                       "image/png\r\n\r\n12345\r\n--xx--\r\n";
    r = toy_call("POST", "/api/upload", BODY(file));
    CHECK(toy_reply.status == 200 && str_eq(r, S("5")), "multipart: a file");
    toy_headers[1] = (ToyHeader){"Content-Type", "application/json"};
    r = toy_call("POST", "/api/upload", BODY(file));
    CHECK(toy_reply.status == 200 && str_eq(r, S("5")), "multipart: told by its boundary line when it is labelled JSON");
    r = toy_call("POST", "/api/upload", BODY("{}"));
    CHECK(toy_reply.status == 400 && has(r, "\"file\":\"is required\""), "multipart: no file");
}

static void reading(void) {
    toy_sign_in(0);
    Str r = toy_call("GET", "/api/notes?limit=2&page=0", BODY(""));
    CHECK(toy_reply.status == 200 && str_starts(r, S("{\"notes\":[{")) && str_ends(r, S("],\"page\":1,\"total\":2}")),
          "list: items under the plural, page clamped");
    CHECK(!has(r, "\"secret\""), "list: a row for the owner is not shown to others");
    char id[64] = "", path[160];
    memcpy(id, r.p + strlen("{\"notes\":[{\"id\":\""), 36);
    snprintf(path, sizeof path, "/api/notes/%s/", id);
    r = toy_call("GET", path, BODY(""));
    CHECK(toy_reply.status == 200 && has(r, id), "get: by its UUID, with a slash at the end");
    toy_call("HEAD", path, BODY(""));
    CHECK(toy_reply.status == 200, "get: HEAD too");
    snprintf(path, sizeof path, "/api/notes/%.35sz", id);
    toy_call("GET", path, BODY(""));
    CHECK(toy_reply.status == 404, "get: an id that does not decode is 404");
    toy_call("GET", "/api/notes/1", BODY(""));
    CHECK(toy_reply.status == 404, "get: the integer is no id here");
    toy_call("GET", "/api/notes?limit=x&colour=pink&page=99999999999999999999", BODY(""));
    CHECK(toy_reply.status == 400, "query: wrong values are 400");
    toy_call("GET", "/api/notes?page=99999999999999999999&limit=-5&colour=&tags=a,,b", BODY(""));
    CHECK(toy_reply.status == 200, "query: out of range is clamped, empty is absent");
    toy_call("GET", "/api/notes?a=%ff", BODY(""));
    CHECK(toy_reply.status == 400, "query: bad UTF-8 is 400");
    toy_call("GET", "/api/notes?budget=0", BODY(""));
    CHECK(toy_reply.status == 400, "query: below the minimum");
}

/* What a list shows of a thing is rendered once for each version of the data. */
static void pieces(void) {
    char first[4096], id[64] = "", path[160];
    toy_sign_in(0);
    note_looked = 0;
    Str r = toy_call("GET", "/api/briefs", BODY(""));
    CHECK(toy_reply.status == 200 && has(r, "\"title\":\"first one\",\"fleeting\":false}") && has(r, "second one") &&
              note_looked == 2,
          "pieces: rows that came as ids are read and shown");
    snprintf(first, sizeof first, "%.*s", STR_ARG(r));
    r = toy_call("GET", "/api/briefs?limit=3", BODY(""));
    CHECK(note_looked == 2 && str_eq(r, str_c0(first)), "pieces: the next list shows the same without looking");
    toy_sign_in(50);
    r = toy_call("GET", "/api/briefs", BODY(""));
    CHECK(note_looked == 2 && str_eq(r, str_c0(first)), "pieces: whoever asks");
    memcpy(id, r.p + strlen("{\"briefs\":[{\"id\":\""), 36);
    snprintf(path, sizeof path, "/api/briefs/%s", id);
    r = toy_call("GET", path, BODY(""));
    CHECK(note_looked == 3 && has(r, "first one"), "pieces: what an operation results in is shown as it gave it");
    toy_call("POST", "/api/notes", BODY("{\"title\":\"third one\",\"pinned\":true}"));
    note_looked = 0;
    r = toy_call("GET", "/api/briefs", BODY(""));
    CHECK(note_looked == 3 && has(r, "\"third one\",\"fleeting\":true"), "pieces: after a write all are looked at again");
    toy_call("GET", "/api/briefs", BODY(""));
    CHECK(note_looked == 4, "pieces: what is so only now is not kept");
}

static void paths(void) {
    toy_sign_in(50);
    toy_call("GET", "/api/notes/mine", BODY(""));
    CHECK(toy_reply.status == 200 && toy_reply.body.p[0] == '[', "path: a static segment beats a parameter");
    Str r = toy_call("DELETE", "/api/notes", BODY(""));
    CHECK(toy_reply.status == 405 && has(r, "METHOD_NOT_ALLOWED") &&
              has(buf_str(&toy_reply.headers), "Allow: GET, HEAD, POST\r\n"),
          "path: 405 with Allow");
    toy_call("POST", "/api/notes/mine", BODY(""));
    CHECK(toy_reply.status == 405, "path: 405 on a static segment though the parameter would match");
    r = toy_call("GET", "/api/nothing", BODY(""));
    CHECK(toy_reply.status == 404 && has(r, "NOT_FOUND"), "path: unknown is 404");
    toy_call("GET", "/api/notes/a/b/c/d/e/f/g/h/i/j/k/l/m/n", BODY(""));
    CHECK(toy_reply.status == 404, "path: too many segments is 404");
    toy_call("GET", "/api/notes/%zz", BODY(""));
    CHECK(toy_reply.status == 404, "path: a bad escape is 404");
    CHECK(engine_owns(toy_engine, S("/api/x")) && engine_owns(toy_engine, S("/docs")) &&
              !engine_owns(toy_engine, S("/index.html")),
          "path: what is the engine's");
    CHECK(engine_body_limit(toy_engine, S("POST"), S("/api/upload")) > 10 * 1024 * 1024 &&
              engine_body_limit(toy_engine, S("POST"), S("/api/notes")) == ENGINE_JSON_BYTES_MAX,
          "path: uploads may be larger");
    toy_call("GET", "/openapi/toy.json", BODY(""));
    CHECK(toy_reply.status == 200 && has(buf_str(&toy_reply.body), "\"openapi\":\"3.1.0\""), "path: the OpenAPI document");
    toy_call("GET", "/docs/other", BODY(""));
    CHECK(toy_reply.status == 200 && has(buf_str(&toy_reply.body), "/rest/call"), "path: the reference page");
}

static void owners(void) {
    toy_sign_in(50);
    Str r = toy_call("POST", "/rest/call", BODY("[\"positional\", 15.5, null, \"2025-10-01T10:00:00Z\"]"));
    CHECK(toy_reply.status == 200 && has(r, "\"price\":15.5,\"at\":\"2025-10-01T10:00:00.000000\"") &&
              str_starts(r, S("{\"id\":")) && r.p[6] != '"',
          "contracts: positional arguments; integer ids, major units, ISO times");
    memset(toy_headers, 0, sizeof toy_headers);
    toy_headers[0] = (ToyHeader){"Authorization", toy_bearer(50, &other)};
    r = toy_call("GET", "/api/notes/1", BODY(""));
    CHECK(toy_reply.status == 200 && str_starts(r, S("{\"id\":1,")), "contracts: the session's own contract owns a shared path");
    r = toy_call("GET", "/api/notes", BODY(""));
    CHECK(toy_reply.status == 200 && str_starts(r, S("{\"notes\":[{\"id\":\"")),
          "contracts: what it does not have, another answers");
    toy_sign_in(50);
    toy_call("DELETE", "/api/notes/1", BODY(""));
    CHECK(toy_reply.status == 204 && !toy_reply.body.n, "contracts: a method that only the second has");
}

static void access_rights(void) {
    toy_sign_in(0);
    Str r = toy_call("POST", "/api/notes", BODY("{\"title\":\"abc\"}"));
    CHECK(toy_reply.status == 401 && has(r, "UNAUTHORIZED") && has(buf_str(&toy_reply.headers), "WWW-Authenticate: Bearer"),
          "access: nobody is 401");
    toy_sign_in(66);
    toy_call("POST", "/api/notes", BODY("{\"title\":\"abc\"}"));
    CHECK(toy_reply.status == 401, "access: a revoked session is 401");
    toy_call("GET", "/api/notes", BODY(""));
    CHECK(toy_reply.status == 401, "access: a revoked token is 401 where signing in is optional");
    toy_headers[0] = (ToyHeader){"Authorization", "Bearer x.y.z"};
    toy_call("GET", "/api/notes", BODY(""));
    CHECK(toy_reply.status == 401, "access: a bad token is 401");
    clock_shift(-8 * MS_DAY);
    toy_sign_in(50);
    clock_shift(8 * MS_DAY);
    toy_call("GET", "/api/notes/mine", BODY(""));
    CHECK(toy_reply.status == 401, "access: an expired token is 401");
    toy_sign_in(50);
    toy_call("GET", "/api/staff", BODY(""));
    CHECK(toy_reply.status == 403, "access: moderators only");
    toy_sign_in(90);
    toy_call("GET", "/api/staff", BODY(""));
    CHECK(toy_reply.status == 200, "access: a moderator");

    /* the cookie */
    toy_sign_in(0);
    r = toy_call("POST", "/api/sign-in", BODY("{\"title\":\"abc\",\"account\":\"+91 98765 43210\"}"));
    Str headers = buf_str(&toy_reply.headers);
    CHECK(toy_reply.status == 200 && str_eq(r, S("{\"success\":true}")) && has(headers, "Set-Cookie: jwt=ey") &&
              has(headers, "; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax\r\n"),
          "cookie: set at sign-in");
    char cookie[700];
    const char *from = memmem(headers.p, headers.n, "jwt=", 4);
    snprintf(cookie, sizeof cookie, "a=b; %.*s", (int)strcspn(from, ";"), from);
    static const struct {
        const char *origin, *site, *name;
        int status;
    } cases[] = {
        {NULL, NULL, "cookie: without Origin it counts", 201},
        {"https://box.test", NULL, "cookie: from the same origin", 201},
        {"https://box.test", "same-origin", "cookie: and so the browser says", 201},
        {"https://evil.test", NULL, "cookie: a foreign origin is 403", 403},
        {"null", NULL, "cookie: Origin null is foreign", 403},
        {NULL, "cross-site", "cookie: a cross-site request is 403", 403},
        {"https://box.test", "same-site", "cookie: same-site is not same-origin", 403},
        {NULL, "none", "cookie: typed into the address bar", 201},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        memset(toy_headers, 0, sizeof toy_headers);
        toy_headers[0] = (ToyHeader){"Cookie", cookie};
        toy_headers[1] = (ToyHeader){cases[i].origin ? "Origin" : NULL, cases[i].origin};
        toy_headers[2] = (ToyHeader){cases[i].site ? "Sec-Fetch-Site" : NULL, cases[i].site};
        toy_call("POST", "/api/notes", BODY("{\"title\":\"abc\"}"));
        CHECK(toy_reply.status == cases[i].status, cases[i].name);
    }
    toy_headers[1] = (ToyHeader){"Origin", "https://evil.test"};
    toy_call("GET", "/api/notes/mine", BODY(""));
    CHECK(toy_reply.status == 200, "cookie: reading is not a change");
    toy_headers[0] = (ToyHeader){"Cookie", "jwt=stale"};
    toy_call("GET", "/api/notes", BODY(""));
    CHECK(toy_reply.status == 200, "cookie: a stale one is nobody where signing in is optional");
    toy_headers[0] = (ToyHeader){"Authorization", toy_bearer(50, &toy)};
    toy_call("POST", "/api/notes", BODY("{\"title\":\"abc\"}"));
    CHECK(toy_reply.status == 201, "cookie: a Bearer token may come from anywhere");
}

static int64_t count_notes(void) {
    Tx *tx;
    MUST(!store_read(toy_store, &toy_arena, &tx));
    int64_t n = 0;
    RecScan *scan;
    Note note;
    MUST(!rec_scan(tx, &NOTE, 1, &scan));
    while (rec_scan_next(scan, &note))
        n++;
    store_read_end(tx);
    return n;
}

static void refusals(void) {
    toy_sign_in(0);
    int64_t before = count_notes();
    Str r = toy_call("POST", "/api/guess", BODY("{\"title\":\"wrong\"}"));
    CHECK(toy_reply.status == 400 && has(r, "WRONG_GUESS"), "refused: answers the problem");
    CHECK(count_notes() == before + 1, "refused: and keeps what was done");
    toy_call("POST", "/api/guess", BODY("{\"title\":\"taken\"}"));
    CHECK(toy_reply.status == 422 || toy_reply.status == 409, "refused: an error keeps nothing");
    CHECK(count_notes() == before + 1, "refused: nothing is left of it");
    Arena a;
    arena_init(&a, 65536);
    Request req = {.method = S("POST"), .path = S("/rest/x"), .arena = &a, .header = toy_header};
    Reply rep = reply_new(&req);
    engine_refuse(toy_engine, &req, &rep, E_TOO_LARGE, 413);
    CHECK(rep.status == 413 && has(buf_str(&rep.body), "LARGE"), "refused: before the engine, in the contract's words");
    arena_free(&a);
}

static void memory(void) {
    /* With ever more memory: never a crash, a broken answer, or a 500. */
    toy_sign_in(50);
    bool good = true, done = false;
    for (size_t cap = 0; cap < 256 * 1024; cap += 1024) {
        Arena a;
        arena_init(&a, cap);
        Request req = {.method = S("POST"),
                       .path = S("/api/notes"),
                       .remote = toy_remote,
                       .arena = &a,
                       .header = toy_header,
                       .body = S("{\"title\":\"abc\",\"tags\":[\"a\",\"b\"],\"parts\":[{\"amount\":5}]}")};
        Reply rep = reply_new(&req);
        engine_handle(toy_engine, &req, &rep);
        done = rep.status == 201;
        good &= (done || rep.status == 503) && (rep.body.n > 0 || rep.fixed.n > 0);
        if (!good)
            printf("# cap %zu: %d\n", cap, rep.status);
        arena_free(&a);
    }
    CHECK(good && done, "memory: running out is 503");
}

/* ---- lint: one table for each fault ---- */

typedef struct BadIn {
    uint64_t has;
    int64_t id;
    int32_t small;
    Str text;
} BadIn;
INPUTS(no_doc_in, BadIn, INPUT("text", IN_BODY, W_STR, BadIn, text, NO_HAS, ""));
INPUTS(wrong_size_in, BadIn, INPUT("small", IN_BODY, W_MONEY, BadIn, small, NO_HAS, "Too small a member."));
INPUTS(twice_in, BadIn, INPUT("text", IN_BODY, W_STR, BadIn, text, NO_HAS, "A."),
       INPUT("text", IN_BODY, W_STR, BadIn, text, NO_HAS, "B."));
INPUTS(same_bit_in, BadIn, INPUT("a", IN_BODY, W_STR, BadIn, text, 3, "A."), INPUT("b", IN_BODY, W_INT, BadIn, small, 3, "B."));
INPUTS(no_kind_in, BadIn, INPUT("id", IN_PATH, W_ID, BadIn, id, NO_HAS, "Of nothing."));
INPUTS(bounds_in, BadIn, INPUT("a", IN_BODY, W_INT, BadIn, small, NO_HAS, "A.", .min = 5, .max = 4));
VIEW(wrong_view, Note, "Wrong", "Shows a bool as a string.", SHOW("pinned", W_STR, Note, pinned, "Pinned."));
VIEW_WITH(partial_view, Note, "Partial", "Kept, with a secret.", (.kept = true),
          SHOW("secret", W_INT, Note, owner, "Whose.", .audience = FOR_OWNER));
VIEW(namesake_view, Note, "Note", "Has the name of another.", SHOW("title", W_STR, Note, title, "Title."));

INPUTS(note_id_in, IdIn, INPUT_ID("note", IdIn, id, &NOTE, "Which."));

#define ROUTE(method_, path_, ...) {.method = method_, .path = path_, .summary = "Bad.", ##__VA_ARGS__}
#define POST(path_, ...) ROUTE("POST", path_, .op = note_get, .writes = true, .shape = SHAPE_ONE, ##__VA_ARGS__)
static const struct {
    const char *name;
    Route routes[2];
} faults[] = {
    {"lint: a path parameter without a row", {POST("/x/{id}", .view = &note_view)}},
    {"lint: a row that is not in the path", {POST("/x", .view = &note_view, .in = &id_in)}},
    {"lint: a route twice, whatever its parameter is called",
     {POST("/x/{id}", .view = &note_view, .in = &id_in), POST("/x/{note}", .view = &note_view, .in = &note_id_in)}},
    {"lint: no doc", {POST("/x", .view = &note_view, .in = &no_doc_in)}},
    {"lint: a member of the wrong size", {POST("/x", .view = &note_view, .in = &wrong_size_in)}},
    {"lint: a name twice", {POST("/x", .view = &note_view, .in = &twice_in)}},
    {"lint: a has-bit twice", {POST("/x", .view = &note_view, .in = &same_bit_in)}},
    {"lint: an id of no kind", {POST("/x/{id}", .view = &note_view, .in = &no_kind_in)}},
    {"lint: bounds upside down", {POST("/x", .view = &note_view, .in = &bounds_in)}},
    {"lint: a view row of the wrong type", {POST("/x", .view = &wrong_view)}},
    {"lint: a kept view that is not the same for all", {POST("/x", .view = &partial_view)}},
    {"lint: two schemas of one name", {POST("/x", .view = &note_view), POST("/y", .view = &namesake_view)}},
    {"lint: a path that ends with a slash", {POST("/x/", .view = &note_view)}},
    {"lint: GET that writes", {ROUTE("GET", "/x", .op = note_get, .writes = true, .shape = SHAPE_ONE, .view = &note_view)}},
    {"lint: POST that does not", {ROUTE("POST", "/x", .op = note_get, .shape = SHAPE_ONE, .view = &note_view)}},
    {"lint: a list without a plural", {ROUTE("GET", "/x", .op = note_list, .shape = SHAPE_LIST, .view = &note_view)}},
    {"lint: neither operation nor handler", {ROUTE("GET", "/x", .shape = SHAPE_ONE, .view = &note_view)}},
    {"lint: both", {ROUTE("GET", "/x", .op = note_get, .handler = raw_handler, .shape = SHAPE_ONE, .view = &note_view)}},
    {"lint: a method that is not served",
     {ROUTE("BREW", "/x", .op = note_get, .writes = true, .shape = SHAPE_ONE, .view = &note_view)}},
};

static void lints(void) {
    fflush(stderr);
    for (size_t i = 0; i < COUNT(faults); i++) {
        Section section = {faults[i].routes, faults[i].routes[1].path ? 2 : 1, "bad", "Bad."};
        const Section *sections[] = {&section};
        Contract bad = toy;
        bad.sections = sections;
        const Contract *all[] = {&bad};
        CHECK(contract_lint(all, 1) == 1, faults[i].name);
    }
    Contract unmapped = toy;
    ProblemRow problems[ERR_COUNT];
    memcpy(problems, toy_problems, sizeof problems);
    problems[E_FUNDS] = (ProblemRow){0};
    unmapped.problems = problems;
    const Contract *all[] = {&unmapped};
    CHECK(contract_lint(all, 1) == 1, "lint: an error without mapping");
}

int main(void) {
    toy_start((EngineLimits){0});
    CHECK(contract_lint(toy_contracts, 2) == 0, "lint: nothing to say");
    lints();
    posts();
    syntax();
    forms();
    toy_stop();
    toy_start((EngineLimits){0});
    toy_sign_in(50);
    toy_call("POST", "/api/notes", BODY("{\"title\":\"first one\"}"));
    toy_call("POST", "/api/notes", BODY("{\"title\":\"second one\"}"));
    reading();
    pieces();
    paths();
    owners();
    access_rights();
    refusals();
    memory();
    toy_stop();
    return kit_failed;
}
