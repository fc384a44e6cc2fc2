/* contract_kit.h - a toy contract with a row of every kind, and requests to it without a network. */
#ifndef TESTS_CONTRACT_KIT_H
#define TESTS_CONTRACT_KIT_H

#include "contract/bind.h"
/* multipart.h has a Part too */
#define Part NotePart
#include "store_kit.h"
#undef Part

/* ---- records and operations ---- */

enum { KIND_USER = 1, KIND_SESSION = 2 };

typedef struct Note {
    int64_t id;
    int64_t owner, price, at;
    Str title, body;
    int32_t colour, flags, degrees;
    bool pinned;
    List tags, friends, parts;
} Note;

static const Field note_fields[] = {
    FIELD(1, Note, owner, F_I64, "whose"),   FIELD(2, Note, price, F_I64, "minor units"),
    FIELD(3, Note, at, F_I64, "when"),       FIELD(4, Note, title, F_STR, "title"),
    FIELD(5, Note, body, F_STR, "text"),     FIELD(6, Note, colour, F_I32, "enum"),
    FIELD(7, Note, flags, F_I32, "bits"),    FIELD(8, Note, degrees, F_I32, "1e-6"),
    FIELD(9, Note, pinned, F_BOOL, "flag"),  FIELD(10, Note, tags, F_STRS, "words"),
    FIELD(11, Note, friends, F_I64S, "ids"), FIELD_RECS(12, Note, parts, &PART, "parts"),
};
static const Record NOTE = {
    .kind = 77, .size = sizeof(Note), .name = "note", .doc = "a note", .fields = note_fields, .field_count = COUNT(note_fields)};
static const Record *const note_records[] = {&NOTE};

enum { HAS_TITLE, HAS_PRICE, HAS_BODY };
typedef struct NoteIn {
    uint64_t has;
    int64_t id, price, at, friend_id;
    Str title, body, account;
    int32_t colour, flags, degrees, small;
    bool pinned;
    List tags, friends, parts;
    Rows extras;
    NotePart inner;
    Str json;
} NoteIn;

static int64_t note_runs;
static Err note_save(Call *c, const void *in, void *out) {
    const NoteIn *n = in;
    Note *note = out;
    note_runs++;
    *note = (Note){.owner = c->actor.user,
                   .price = n->price,
                   .at = n->at,
                   .title = n->title,
                   .body = n->body,
                   .colour = n->colour,
                   .flags = n->flags,
                   .degrees = n->degrees,
                   .pinned = n->pinned,
                   .tags = n->tags,
                   .friends = n->friends,
                   .parts = n->parts};
    if (str_eq(n->title, S("forbidden title")))
        return diag_field(c->diag, E_INVALID, S("title"), S("is not wanted"));
    if (str_eq(n->title, S("taken")))
        return diag_fail(c->diag, E_CONFLICT, "TAKEN", S("that title is taken"));
    return rec_insert(c->tx, &NOTE, note);
}

static Err note_get(Call *c, const void *in, void *out) { return rec_get(c->tx, &NOTE, ((const IdIn *)in)->id, out); }

typedef struct NoteListIn {
    PageIn page;
    List tags;
    int32_t colour;
    int64_t budget;
} NoteListIn;

static Err note_list(Call *c, const void *in, void *out) {
    const NoteListIn *l = in;
    PageOut *page = out;
    Note *all = ARENA_ARRAY(c->arena, 64, Note);
    RecScan *scan;
    Err e = all ? rec_scan(c->tx, &NOTE, 1, &scan) : E_NOMEM;
    if (e)
        return e;
    while (page->count < (size_t)l->page.limit && page->count < 64 && rec_scan_next(scan, &all[page->count]))
        page->count++;
    rec_scan_close(scan);
    page->items = all;
    page->total = (int64_t)page->count;
    page->page = l->page.page;
    page->limit = l->page.limit;
    return OK;
}

/* ---- tables ---- */

WORDS(colour_words, "Colour", WORD(1, "red"), WORD(2, "green"), WORD(3, "green"), WORD(4, "blue"));
WORDS(flag_words, "Flags", WORD(1, "loud"), WORD(2, "late"), WORD(4, "long"));

INPUTS_NAMED(part_in, NotePart, "PartInput",
             INPUT("amount", IN_BODY, W_MONEY, NotePart, amount, NO_HAS, "How much.", .flags = IN_REQUIRED, .min = 1,
                   .max = 1000),
             INPUT("label", IN_BODY, W_STR, NotePart, label, NO_HAS, "What.", .max = 5));

static Err check_even(Exchange *x, const void *value, const void *in, Str *why) {
    (void)x;
    (void)in;
    int32_t v;
    memcpy(&v, value, sizeof v);
    *why = S("must be even");
    return v % 2 ? E_INVALID : OK;
}

INPUTS(note_in, NoteIn,
       INPUT("title", IN_BODY, W_STR, NoteIn, title, HAS_TITLE, "The title.", .flags = IN_REQUIRED | IN_TRIM, .min = 3,
             .max = 20),
       INPUT("price", IN_BODY, W_MONEY, NoteIn, price, HAS_PRICE, "Paise.", .min = 1, .max = 100000),
       INPUT("text", IN_BODY, W_STR, NoteIn, body, HAS_BODY, "Text.", .flags = IN_NULLABLE),
       INPUT("at", IN_BODY, W_TIME, NoteIn, at, NO_HAS, "When."),
       INPUT("friend", IN_BODY, W_ID, NoteIn, friend_id, NO_HAS, "Who.", .kind = &NOTE),
       INPUT("colour", IN_BODY, W_WORD, NoteIn, colour, NO_HAS, "Colour.", .words = &colour_words),
       INPUT("flags", IN_BODY, W_WORDS, NoteIn, flags, NO_HAS, "Flags.", .words = &flag_words, .max = 3),
       INPUT("degrees", IN_BODY, W_DECIMAL, NoteIn, degrees, NO_HAS, "Degrees.", .scale = 6, .min = -90000000, .max = 90000000),
       INPUT("small", IN_BODY, W_INT, NoteIn, small, NO_HAS, "Even.", .check = check_even),
       INPUT("pinned", IN_BODY, W_BOOL, NoteIn, pinned, NO_HAS, "Pinned."),
       INPUT("tags", IN_BODY, W_STRS, NoteIn, tags, NO_HAS, "Tags.", .max = 3),
       INPUT("friends", IN_BODY, W_IDS, NoteIn, friends, NO_HAS, "Ids.", .kind = &NOTE),
       INPUT("parts", IN_BODY, W_ROWS, NoteIn, parts, NO_HAS, "Parts.", .sub = &part_in, .record = &PART, .max = 4),
       INPUT("extras", IN_BODY, W_ROWS, NoteIn, extras, NO_HAS, "Extras.", .sub = &part_in),
       INPUT("inner", IN_BODY, W_ROW, NoteIn, inner, NO_HAS, "Inner.", .sub = &part_in),
       INPUT("json", IN_BODY, W_JSON, NoteIn, json, NO_HAS, "Anything."),
       INPUT("account", IN_BODY, W_STR, NoteIn, account, NO_HAS, "Account.", .flags = IN_ACCOUNT));
INPUTS(id_in, IdIn, INPUT_ID("id", IdIn, id, &NOTE, "Which note."));
INPUTS(list_in, NoteListIn, INPUT_PAGE(NoteListIn, page),
       INPUT("tags", IN_QUERY, W_STRS, NoteListIn, tags, NO_HAS, "Tags.", .flags = IN_COMMA),
       INPUT("colour", IN_QUERY, W_WORD, NoteListIn, colour, NO_HAS, "Colour.", .words = &colour_words),
       INPUT("budget", IN_QUERY, W_MONEY, NoteListIn, budget, NO_HAS, "Budget.", .min = 1, .max = INT64_MAX));

static unsigned note_audience(Render *r, const void *row) {
    return r->call->actor.user == ((const Note *)row)->owner ? FOR_OWNER : 0;
}
static bool note_loud(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = ((const Note *)row)->flags & 1;
    return true;
}
static bool note_maybe(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = ((const Note *)row)->title;
    return out->s.n > 5;
}

VIEW(part_view, NotePart, "Part", "A part.", SHOW("amount", W_MONEY, NotePart, amount, "How much."),
     SHOW("label", W_STR, NotePart, label, "What."));
VIEW_WITH(note_view, Note, "Note", "A note.", (.audience = note_audience), SHOW_ID("id", Note, id, &NOTE, "Its id."),
          SHOW("title", W_STR, Note, title, "Title."), SHOW("text", W_STR, Note, body, "Text.", .empty = EMPTY_NULL),
          SHOW("price", W_MONEY, Note, price, "Price.", .empty = EMPTY_OMIT),
          SHOW("at", W_TIME, Note, at, "When.", .empty = EMPTY_NULL),
          SHOW("colour", W_WORD, Note, colour, "Colour.", .words = &colour_words, .empty = EMPTY_NULL),
          SHOW("flags", W_WORDS, Note, flags, "Flags.", .words = &flag_words),
          SHOW("degrees", W_DECIMAL, Note, degrees, "Degrees.", .scale = 6), SHOW("pinned", W_BOOL, Note, pinned, "Pinned."),
          SHOW("tags", W_STRS, Note, tags, "Tags."), SHOW("friends", W_IDS, Note, friends, "Friends.", .kind = &NOTE),
          SHOW("parts", W_ROWS, Note, parts, "Parts.", .view = &part_view, .record = &PART),
          SHOW("secret", W_INT, Note, owner, "Whose.", .audience = FOR_OWNER), SHOW_GET("loud", W_BOOL, note_loud, "Loud."),
          SHOW_GET("maybe", W_STR, note_maybe, "Maybe.", .optional = true), SHOW_CONST("kind", "\"note\"", "Always so."));
VIEW(list_view, PageOut, "List", "A page.", SHOW_ITEMS(), SHOW("page", W_INT, PageOut, page, "Page."),
     SHOW("total", W_INT, PageOut, total, "All."));

/* note_looked: how often one was rendered. A pinned one makes no piece. */
static int note_looked;
static bool note_fleeting(Render *r, const void *row, Value *out) {
    note_looked++;
    out->b = ((const Note *)row)->pinned;
    r->passing |= out->b;
    return true;
}
VIEW_WITH(brief_view, Note, "Brief", "A note in a list.", (.kept = true), SHOW_ID("id", Note, id, &NOTE, "Its id."),
          SHOW("title", W_STR, Note, title, "Title."), SHOW_GET("fleeting", W_BOOL, note_fleeting, "Only now."));
static Err note_ids(Call *c, const void *in, void *out) {
    PageOut *page = out;
    Err e = note_list(c, in, page);
    int64_t *ids = ARENA_ARRAY(c->arena, 64, int64_t);
    for (size_t i = 0; !e && ids && i < page->count; i++)
        ids[i] = ((const Note *)page->items)[i].id;
    page->items = ids;
    page->unread = &NOTE;
    return ids ? e : E_NOMEM;
}

static Err refuse_after(Exchange *x, Call *c, void *out) {
    (void)c;
    (void)out;
    x->refused = diag_fail(&x->diag, E_INVALID, "WRONG_GUESS", S("wrong"));
    return OK;
}
static Err open_session(Exchange *x, Call *c, void *out) {
    (void)c;
    (void)out;
    return exchange_session(x, 5, 50);
}
static Err raw_handler(Exchange *x) {
    x->reply->content_type = S("text/plain");
    buf_add(&x->reply->body, x->req->body);
    return OK;
}
static Err upload_handler(Exchange *x) {
    buf_printf(&x->reply->body, "%zu", exchange_file(x, "*")->body.n);
    return OK;
}
typedef struct UploadIn {
    Str bytes, name;
} UploadIn;
INPUTS(upload_in, UploadIn,
       INPUT("file", IN_FILE, W_FILE, UploadIn, bytes, NO_HAS, "The file.", .form = FILE_BYTES, .flags = IN_REQUIRED, .min = 1,
             .max = 1000),
       INPUT("file", IN_FILE, W_FILE, UploadIn, name, NO_HAS, "Its name.", .form = FILE_NAME));

static const Route toy_section_routes[] = {
    {.method = "GET",
     .path = "/api/notes",
     .op = note_list,
     .in = &list_in,
     .view = &note_view,
     .shape = SHAPE_LIST,
     .plural = "notes",
     .access = ACCESS_OPTIONAL,
     .summary = "List."},
    {.method = "POST",
     .path = "/api/notes",
     .op = note_save,
     .in = &note_in,
     .view = &note_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_CONFLICT),
     .summary = "Make."},
    {.method = "GET",
     .path = "/api/notes/{id}",
     .op = note_get,
     .in = &id_in,
     .view = &note_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_OPTIONAL,
     .summary = "Get."},
    {.method = "GET",
     .path = "/api/notes/mine",
     .op = note_list,
     .in = &list_in,
     .view = &note_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_SIGNED_IN,
     .summary = "Mine."},
    {.method = "GET",
     .path = "/api/briefs",
     .op = note_ids,
     .in = &list_in,
     .view = &brief_view,
     .shape = SHAPE_LIST,
     .plural = "briefs",
     .access = ACCESS_OPTIONAL,
     .summary = "In brief."},
    {.method = "GET",
     .path = "/api/briefs/{id}",
     .op = note_get,
     .in = &id_in,
     .view = &brief_view,
     .shape = SHAPE_ONE,
     .out_size = sizeof(Note),
     .summary = "One in brief."},
    {.method = "POST",
     .path = "/api/sign-in",
     .op = note_save,
     .in = &note_in,
     .shape = SHAPE_FIXED,
     .fixed = "{\"success\":true}",
     .out_size = sizeof(Note),
     .writes = true,
     .rate = RATE_AUTH,
     .after = open_session,
     .errors = ERR(E_CONFLICT),
     .summary = "In."},
    {.method = "POST",
     .path = "/api/guess",
     .op = note_save,
     .in = &note_in,
     .view = &note_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .after = refuse_after,
     .errors = ERR(E_CONFLICT),
     .summary = "Guess."},
    {.method = "POST",
     .path = "/api/hook",
     .handler = raw_handler,
     .shape = SHAPE_RAW,
     .media = "text/plain",
     .body = BODY_RAW,
     .rate = RATE_NONE,
     .summary = "Hook."},
    {.method = "POST",
     .path = "/api/upload",
     .handler = upload_handler,
     .in = &upload_in,
     .shape = SHAPE_RAW,
     .rate = RATE_UPLOAD,
     .summary = "Upload."},
    {.method = "GET",
     .path = "/api/staff",
     .op = note_list,
     .in = &list_in,
     .view = &note_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_MODERATOR,
     .summary = "Staff."},
};
SECTION(toy_section, "notes", "Notes.");

static const ProblemRow toy_problems[ERR_COUNT] = {
    [E_INVALID] = {400, "VALIDATION_ERROR", "bad input"},
    [E_SYNTAX] = {400, "SYNTAX", "bad form"},
    [E_UNAUTHORIZED] = {401, "UNAUTHORIZED", "sign in"},
    [E_FORBIDDEN] = {403, "FORBIDDEN", "no"},
    [E_MISSING] = {404, "NOT_FOUND", "not found"},
    [E_STATE] = {409, "STATE", "not now"},
    [E_CONFLICT] = {409, "CONFLICT", "exists"},
    [E_LIMIT] = {429, "RATE", "too often"},
    [E_TOO_LARGE] = {413, "LARGE", "too large"},
    [E_MEDIA] = {415, "MEDIA", "what is that"},
    [E_FUNDS] = {402, "FUNDS", "too poor"},
    [E_PROVIDER] = {502, "PROVIDER", "p"},
    [E_NETWORK] = {502, "NETWORK", "n"},
    [E_NOMEM] = {503, "MEMORY", "m"},
    [E_FULL] = {507, "FULL", "f"},
    [E_IO] = {500, "IO", "i"},
    [E_CORRUPT] = {500, "CORRUPT", "c"},
    [E_BUSY] = {503, "BUSY", "b"},
    [E_INTERNAL] = {500, "INTERNAL", "oops"},
};
static const CodeRow toy_codes[] = {
    {"TAKEN", 422, "TITLE_TAKEN", NULL}, {"WRONG_GUESS", 0, NULL, NULL}, {"METHOD_NOT_ALLOWED", 0, NULL, NULL}};

static void toy_problem(const Problem *p, Buf *b) {
    buf_lit(b, "{\"code\":");
    json_put_str(b, p->code);
    buf_lit(b, ",\"message\":");
    json_put_str(b, p->message);
    for (size_t i = 0; i < p->field_count; i++) {
        buf_char(b, ',');
        json_put_str(b, p->fields[i].name);
        buf_char(b, ':');
        json_put_str(b, p->fields[i].message);
    }
    buf_char(b, '}');
}
static const char *const toy_prefixes[] = {"/api/", NULL};
static const Section *const toy_sections[] = {&toy_section};
static const Contract toy = {
    .name = "toy",
    .title = "Toy",
    .version = "1",
    .doc = "A toy.",
    .id_form = ID_UUID,
    .money_form = PAY_MINOR,
    .time_form = TIME_MS,
    .ttl_offset = offsetof(DomainConfig, campus_ttl_ms),
    .prefixes = toy_prefixes,
    .sections = toy_sections,
    .section_count = 1,
    .list_envelope = &list_view,
    .problems = toy_problems,
    .codes = toy_codes,
    .code_count = COUNT(toy_codes),
    .problem = toy_problem,
    .problem_schema = "{\"type\":\"object\"}",
};

/* A second contract that shares a path and has other forms. */
static const Route other_section_routes[] = {
    {.method = "GET",
     .path = "/api/notes/{note}",
     .op = note_get,
     .in = &(const Inputs){(const Input[]){INPUT_ID("note", IdIn, id, &NOTE, "Which.")}, 1, sizeof(IdIn), NULL},
     .view = &note_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_OPTIONAL,
     .summary = "Get."},
    {.method = "DELETE",
     .path = "/api/notes/{note}",
     .op = note_get,
     .in = &(const Inputs){(const Input[]){INPUT_ID("note", IdIn, id, &NOTE, "Which.")}, 1, sizeof(IdIn), NULL},
     .shape = SHAPE_NONE,
     .status = 204,
     .out_size = sizeof(Note),
     .writes = true,
     .access = ACCESS_OPTIONAL,
     .summary = "Delete."},
    {.method = "POST",
     .path = "/rest/call",
     .op = note_save,
     .in = &note_in,
     .view = &note_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .positional = true,
     .errors = ERR(E_CONFLICT),
     .summary = "Call."},
};
SECTION(other_section, "other", "Other.");
static const Section *const other_sections[] = {&other_section};
static const char *const other_prefixes[] = {"/rest/", NULL};
static const Contract other = {
    .name = "other",
    .title = "Other",
    .version = "1",
    .doc = "Another.",
    .id_form = ID_INTEGER,
    .money_form = PAY_MAJOR_1,
    .time_form = TIME_ISO_MICROS,
    .ttl_offset = offsetof(DomainConfig, access_ttl_ms),
    .prefixes = other_prefixes,
    .sections = other_sections,
    .section_count = 1,
    .list_envelope = &list_view,
    .problems = toy_problems,
    .problem = toy_problem,
    .problem_schema = "{\"type\":\"object\"}",
};
static const Contract *const toy_contracts[] = {&toy, &other};

/* ---- the box ---- */

static DomainConfig toy_config = {
    .currency_decimals = 2, .campus_ttl_ms = 7 * MS_DAY, .access_ttl_ms = 30 * MS_MINUTE, .box_key = {1, 2, 3}};
static const DomainConfig *toy_domain(void *app) {
    (void)app;
    return &toy_config;
}
/* Session n is user n / 10's; session 66 was revoked, session 90 is a moderator's. */
static Err toy_session(Tx *tx, int64_t session, int64_t now_ms, Actor *out) {
    (void)tx;
    (void)now_ms;
    if (session == 66)
        return E_UNAUTHORIZED;
    *out = (Actor){.user = session / 10, .session = session, .rights = session == 90 ? RIGHT_MODERATOR : 0};
    return OK;
}

static Store *toy_store;
static Engine *toy_engine;
static Arena toy_arena;
static Reply toy_reply;
typedef struct ToyHeader {
    const char *name, *value;
} ToyHeader;
static ToyHeader toy_headers[8];
static Str toy_remote = STR_INIT("10.0.0.1");

static Str toy_header(const Request *req, const char *name) {
    (void)req;
    for (size_t i = 0; i < COUNT(toy_headers); i++)
        if (toy_headers[i].name && str_eq_nocase(str_c0(toy_headers[i].name), str_c0(name)))
            return str_c0(toy_headers[i].value);
    return (Str){NULL, 0};
}

static inline void toy_start(EngineLimits limits) {
    Err e;
    toy_store =
        kit_open(kit_dir(), (StoreConfig){.records = note_records, .record_count = 1, .no_sync = true, .now_ms = clock_now_ms});
    MUST(toy_store);
    EngineConfig cfg = {.store = toy_store,
                        .contracts = toy_contracts,
                        .contract_count = 2,
                        .domain = toy_domain,
                        .limits = limits,
                        .session = toy_session,
                        .kind_user = KIND_USER,
                        .kind_session = KIND_SESSION};
    toy_engine = engine_start(&cfg, &e);
    MUST(toy_engine);
    arena_init(&toy_arena, 16 * 1024 * 1024);
}

static inline void toy_stop(void) {
    engine_stop(toy_engine);
    store_close(toy_store);
    arena_free(&toy_arena);
}

/* One request; the target may have a query. The answer's body, valid until the next one; status in toy_reply. */
static inline Str toy_call(const char *method, const char *target, Str body) {
    arena_reset(&toy_arena);
    size_t path = strcspn(target, "?");
    Request req = {.method = str_c0(method),
                   .path = str_of(target, path),
                   .body = body,
                   .remote = toy_remote,
                   .host = S("box.test"),
                   .id = S("1"),
                   .arena = &toy_arena,
                   .header = toy_header};
    if (target[path])
        req.query = str_c0(target + path + 1);
    toy_reply = reply_new(&req);
    engine_handle(toy_engine, &req, &toy_reply);
    return toy_reply.fixed.p ? toy_reply.fixed : buf_str(&toy_reply.body);
}
#define BODY(text) str_c0(text)

static inline bool has(Str hay, const char *needle) { return hay.n && memmem(hay.p, hay.n, needle, strlen(needle)); }

static inline const char *toy_bearer(int64_t session, const Contract *c) {
    static char text[600];
    Buf b = buf_fixed(text, sizeof text - 1);
    buf_lit(&b, "Bearer ");
    MUST(!engine_token_make(toy_engine, c, session / 10, session, clock_now_ms(), 0, &b));
    text[b.n] = 0;
    return text;
}

static inline void toy_sign_in(int64_t session) {
    memset(toy_headers, 0, sizeof toy_headers);
    if (session)
        toy_headers[0] = (ToyHeader){"Authorization", toy_bearer(session, &toy)};
}

#endif
