/* The contract itself: errors in the framework's shapes, pages, and what several views show. */
#include "contract/skillconnect/skillconnect.h"

#include "codec/money.h"
#include "codec/sniff.h"
#include "domain/category.h"
#include "domain/skill.h"

/* ---- errors ---- */

/* Here the "code" of an error is the shape of its answer. Shapes that end in '*' show the message as it comes; of the others only
 * form, plain, error and failed do. */
#define DETAIL "detail"
#define DETAIL_AS "detail*"
#define FORM "form"
#define PLAIN "plain"
#define ERROR_AS "error"
#define ERROR_WORDS "error=" /* the message word for word */
#define FAILED "failed"
#define JSON_ERROR "json"
#define THROTTLE "throttle"
#define MEDIA_TYPE "media"
#define METHOD "method"
#define FIELD_AS "field" /* the one field that is named, with the row's message */
#define TOKEN "token"

static const ProblemRow problems[ERR_COUNT] = {
    [E_INVALID] = {400, FORM, "Invalid input."},
    [E_SYNTAX] = {400, DETAIL_AS, "Malformed request."},
    [E_UNAUTHORIZED] = {401, DETAIL, "Authentication credentials were not provided."},
    [E_FORBIDDEN] = {403, DETAIL, "You do not have permission to perform this action."},
    [E_MISSING] = {404, DETAIL, "Not found."},
    [E_STATE] = {400, ERROR_AS, "This is not possible in the present state."},
    [E_CONFLICT] = {400, ERROR_AS, "This exists already."},
    [E_LIMIT] = {429, THROTTLE, "Request was throttled."},
    [E_TOO_LARGE] = {413, FORM, "The upload is too large."},
    [E_MEDIA] = {415, MEDIA_TYPE, "Unsupported media type in request."},
    [E_FUNDS] = {400, ERROR_AS, "The balance does not suffice."},
    [E_PROVIDER] = {502, ERROR_AS, "The provider refused."},
    [E_NETWORK] = {502, ERROR_AS, "The provider cannot be reached."},
    [E_NOMEM] = {503, DETAIL, "Service temporarily unavailable, try again later."},
    [E_FULL] = {507, DETAIL, "The disk is full. Nothing was lost."},
    [E_IO] = {500, DETAIL, "A server error occurred."},
    [E_CORRUPT] = {500, DETAIL, "A server error occurred."},
    [E_BUSY] = {503, DETAIL, "Service temporarily unavailable, try again later."},
    [E_INTERNAL] = {500, DETAIL, "A server error occurred."},
};

static const CodeRow codes[] = {
    {"BAD_JSON", 400, JSON_ERROR, NULL},
    {"NOT_OBJECT", 400, FORM, "Invalid data. Expected a dictionary, but got something else."},
    {"METHOD_NOT_ALLOWED", 0, METHOD, NULL},
    {"SUSPENDED", 403, DETAIL_AS, "This account is suspended."},
    {"LIMIT_EXCEEDED", 400, ERROR_AS, NULL},
    {"PLAN_LIMIT", 403, DETAIL_AS, NULL},
    {"TOO_MANY_FILES", 400, ERROR_AS, NULL},
    {"INVALID_PAGE", 404, DETAIL_AS, "Invalid page."},
    {"ALREADY_APPLIED", 400, ERROR_AS, "You have already applied to this proposal."},
    {"EMAIL_TAKEN", 400, FIELD_AS, "This email is already registered."},
    {"EMAIL_UNKNOWN", 400, FIELD_AS, "User with this email does not exist."},
    {SC_NOBODY, 400, FIELD_AS, "No user is registered with this email."},
    {"ALREADY_VERIFIED", 400, ERROR_AS, "Email already verified."},
    {"NOT_VERIFIED", 400, FORM, "Email is not verified. Enter the OTP that was sent to it first."},
    {"INVALID_CREDENTIALS", 400, FORM, "Invalid email or password"},
    {"INVALID_GOOGLE_TOKEN", 400, DETAIL_AS, "Invalid Google token"},
    {"INVALID_TOKEN", 401, TOKEN, "Token is invalid or expired"},
    {"PROFILE_MISSING", 404, DETAIL_AS, "Profile not found."},
    {"PROFILE_EXISTS", 400, FORM, "Profile already exists for this user"},
    {SC_PLAIN, 400, PLAIN, NULL},
    {SC_DETAIL, 0, DETAIL_AS, NULL},
    {SC_ERROR, 400, ERROR_WORDS, NULL},
    {"INVALID_SIGNATURE", 400, FAILED, "Invalid signature!"},
    {SC_FAILED, 400, FAILED, NULL},
};

/* A message of the domain, which begins small and has no full stop, as a sentence. */
static void put_sentence(Buf *b, Str s) {
    char first = s.n ? s.p[0] : 0;
    bool small = first >= 'a' && first <= 'z';
    if (!small) {
        json_put_str(b, s);
        return;
    }
    buf_char(b, '"');
    buf_char(b, (char)(first - 'a' + 'A'));
    json_put_chars(b, str_from(s, 1));
    if (s.p[s.n - 1] != '.')
        buf_char(b, '.');
    buf_char(b, '"');
}

static void put_one(Buf *b, const char *key, Str message) {
    buf_lit(b, "{\"");
    buf_add(b, str_c0(key));
    buf_lit(b, "\":");
    put_sentence(b, message);
    buf_char(b, '}');
}

/* One fault: what is left of its path, and what is wrong. */
typedef struct Fall {
    Str path, message;
} Fall;
enum { INDEX_SHOWN_MAX = 100 };

static bool segment_is(const Fall *f, Str segment, Fall *rest) {
    Str path = f->path, first;
    bool more = str_split(&path, '.', &first);
    if (!more || !str_eq(first, segment))
        return false;
    *rest = (Fall){path, f->message};
    return true;
}

/* Faults by path as the framework nests them: objects by name, lists with {} for what is good. */
static void put_tree(Buf *b, const Fall *all, size_t n, unsigned depth) {
    Fall inner[DIAG_MAX_FIELDS];
    if (!all[0].path.n || depth > 4) {
        buf_char(b, '[');
        put_sentence(b, all[0].message);
        buf_char(b, ']');
        return;
    }
    Str path = all[0].path, first;
    int64_t index, last = -1;
    str_split(&path, '.', &first);
    bool list = str_i64(first, &index);
    for (size_t i = 0; list && i < n; i++) {
        path = all[i].path;
        if (str_split(&path, '.', &first) && str_i64(first, &index) && index > last && index < INDEX_SHOWN_MAX)
            last = index;
    }
    buf_char(b, list ? '[' : '{');
    for (int64_t at = 0; list && at <= last; at++) {
        char digits[24];
        Buf d = buf_fixed(digits, sizeof digits);
        buf_i64(&d, at);
        size_t k = 0;
        for (size_t i = 0; i < n; i++)
            k += segment_is(&all[i], buf_str(&d), &inner[k]);
        if (at)
            buf_char(b, ',');
        if (k)
            put_tree(b, inner, k, depth + 1);
        else
            buf_lit(b, "{}");
    }
    for (size_t at = 0; !list && at < n; at++) {
        path = all[at].path;
        str_split(&path, '.', &first);
        size_t k = 0;
        bool seen = false;
        for (size_t i = 0; i < at && !seen; i++)
            seen = segment_is(&all[i], first, &inner[0]);
        for (size_t i = at; i < n && !seen; i++)
            k += segment_is(&all[i], first, &inner[k]);
        if (seen)
            continue;
        if (at)
            buf_char(b, ',');
        json_put_str(b, first);
        buf_char(b, ':');
        put_tree(b, inner, k, depth + 1);
    }
    buf_char(b, list ? ']' : '}');
}

static void put_form(const Problem *p, Buf *b) {
    Fall all[DIAG_MAX_FIELDS];
    if (!p->field_count) {
        buf_lit(b, "{\"non_field_errors\":[");
        put_sentence(b, p->message);
        buf_lit(b, "]}");
        return;
    }
    for (size_t i = 0; i < p->field_count; i++)
        all[i] = (Fall){p->fields[i].name, p->fields[i].message};
    put_tree(b, all, p->field_count, 0);
}

static void put_plain(const Problem *p, Buf *b) {
    for (size_t i = 0; i < p->field_count; i++) {
        buf_char(b, i ? ',' : '{');
        json_put_str(b, p->fields[i].name);
        buf_char(b, ':');
        json_put_str(b, p->fields[i].message);
    }
    buf_add(b, p->field_count ? S("}") : S("{}"));
}

static void problem(const Problem *p, Buf *b) {
    Str shape = p->code;
    Arena *a = p->req->arena;
    if (p->err == E_TOO_LARGE && !p->field_count) {
        put_one(b, "detail", str_c0(problems[p->err].message));
    } else if (str_eq(shape, S(FORM)) || (p->field_count && str_eq(shape, S(ERROR_AS)))) {
        put_form(p, b);
    } else if (str_eq(shape, S(PLAIN))) {
        put_plain(p, b);
    } else if (str_eq(shape, S(FIELD_AS)) && p->field_count) {
        Fall one = {p->fields[0].name, p->message};
        put_tree(b, &one, 1, 0);
    } else if (str_eq(shape, S(TOKEN))) {
        buf_lit(b, "{\"detail\":");
        json_put_str(b, p->message);
        buf_lit(b, ",\"code\":\"token_not_valid\"}");
    } else if (str_eq(shape, S(ERROR_AS))) {
        put_one(b, "error", p->message);
    } else if (str_eq(shape, S(ERROR_WORDS))) {
        buf_lit(b, "{\"error\":");
        json_put_str(b, p->message);
        buf_char(b, '}');
    } else if (str_eq(shape, S(FAILED))) {
        buf_lit(b, "{\"success\":false,\"error\":");
        put_sentence(b, p->message);
        buf_char(b, '}');
    } else if (str_eq(shape, S(JSON_ERROR))) {
        put_one(b, "detail", arena_printf(a, "JSON parse error - %.*s", STR_ARG(p->message)));
    } else if (str_eq(shape, S(THROTTLE))) {
        long long s = p->retry_s > 0 ? p->retry_s : 60;
        put_one(b, "detail",
                arena_printf(a, "Request was throttled. Expected available in %lld second%s.", s, s == 1 ? "" : "s"));
    } else if (str_eq(shape, S(MEDIA_TYPE)) && !p->field_count) {
        Str type = p->req->header(p->req, "Content-Type");
        put_one(b, "detail", arena_printf(a, "Unsupported media type \"%.*s\" in request.", STR_ARG(type)));
    } else if (str_eq(shape, S(MEDIA_TYPE))) {
        put_form(p, b);
    } else if (str_eq(shape, S(METHOD))) {
        put_one(b, "detail", arena_printf(a, "Method \"%.*s\" not allowed.", STR_ARG(p->req->method)));
    } else if (str_eq(shape, S(DETAIL_AS))) {
        put_one(b, "detail", p->message);
    } else {
        put_one(b, "detail", str_c0(problems[p->err].message));
    }
}

static const char problem_schema[] =
    "{\"type\":\"object\",\"description\":\"What is wrong by field, as lists (lists of objects where the field is a list of "
    "objects) or, where the field is documented so, as text; non_field_errors when it is none field's fault; or detail, or "
    "error.\",\"properties\":{\"detail\":{\"type\":[\"string\",\"array\"]},\"error\":{\"type\":\"string\"},"
    "\"success\":{\"const\":false},\"non_field_errors\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}";

/* ---- faults in the framework's words ---- */

static Str bound_text(Exchange *x, const Input *row, Fault f) {
    Buf b = buf_arena(x->arena, 128);
    int64_t bound = f == FAULT_SMALL ? row->min : row->max;
    buf_add(&b, f == FAULT_SMALL ? S("Ensure this value is greater than or equal to ")
                                 : S("Ensure this value is less than or equal to "));
    if (!row->min && !row->max)
        return S("A valid integer is required.");
    if (row->type == W_MONEY) {
        int64_t unit = 1;
        for (int32_t i = 0; i < x->cfg->currency_decimals; i++)
            unit *= 10;
        buf_i64(&b, f == FAULT_SMALL ? (bound + unit - 1) / unit : bound / unit);
    } else if (row->type == W_DECIMAL) {
        json_put_decimal(&b, bound, row->scale);
    } else {
        buf_i64(&b, bound);
    }
    buf_char(&b, '.');
    return b.err ? S("Out of range.") : buf_str(&b);
}

static Str type_text(const Input *row) {
    switch (row->type) {
    case W_BOOL: return S("Must be a valid boolean.");
    case W_INT:
    case W_ID: return S("A valid integer is required.");
    case W_MONEY: return row->where == IN_QUERY ? S("Enter a number.") : S("A valid integer is required.");
    case W_DECIMAL: return S("A valid number is required.");
    case W_TIME: return S("Date has wrong format. Use one of these formats instead: YYYY-MM-DD.");
    case W_STRS:
    case W_IDS:
    case W_WORDS:
    case W_ROWS: return S("Expected a list of items.");
    case W_ROW: return S("Invalid data. Expected a dictionary.");
    case W_FILE: return S("The submitted data was not a file. Check the encoding type on the form.");
    default: return S("Not a valid string.");
    }
}

static Str fault(Exchange *x, const Input *row, Fault f, Str value) {
    switch (f) {
    case FAULT_REQUIRED: return S("This field is required.");
    case FAULT_NULL: return S("This field may not be null.");
    case FAULT_SHORT:
        if (row->type == W_FILE)
            return S("The submitted file is empty.");
        if (!value.n)
            return S("This field may not be blank.");
        return arena_printf(x->arena, "Ensure this field has at least %lld characters.", (long long)row->min);
    case FAULT_LONG: return arena_printf(x->arena, "Ensure this field has no more than %lld characters.", (long long)row->max);
    case FAULT_FEW: return S("This list may not be empty.");
    case FAULT_MANY: return arena_printf(x->arena, "Ensure this field has no more than %lld elements.", (long long)row->max);
    case FAULT_SMALL:
    case FAULT_BIG: return bound_text(x, row, f);
    case FAULT_WORD: return arena_printf(x->arena, "\"%.*s\" is not a valid choice.", STR_ARG(value));
    case FAULT_CHARACTER: return S("Null characters are not allowed.");
    default: return type_text(row);
    }
}

Err sc_plain(Diag *d, Str field, Str message) {
    d->code = SC_PLAIN;
    return diag_field(d, E_INVALID, field, message);
}

Err sc_whole_money(Exchange *x, const void *value, const void *in, Str *why) {
    (void)in;
    int64_t v, unit = 1;
    memcpy(&v, value, sizeof v);
    for (int32_t i = 0; i < x->cfg->currency_decimals; i++)
        unit *= 10;
    if (v % unit == 0)
        return OK;
    *why = S("A valid integer is required.");
    return E_INVALID;
}

Err sc_upload(Exchange *x, const char *field, FilePurpose purpose, bool any_type, FileAddIn *out, bool *there) {
    const Part *part = exchange_file(x, field);
    *there = part != NULL;
    if (!part)
        return OK;
    Str name = str_c0(field);
    if (!part->body.n)
        return diag_field(&x->diag, E_INVALID, name, S("The submitted file is empty."));
    FileType type = file_sniff(part->body);
    if (any_type ? type == FILE_UNKNOWN : !file_is_image(type))
        return diag_field(&x->diag, E_INVALID, name,
                          any_type
                              ? S("Upload a valid file. This type of file is not taken.")
                              : S("Upload a valid image. The file you uploaded was either not an image or a corrupted image."));
    if (str_utf8_len(part->filename) > FILE_NAME_MAX)
        return diag_field(&x->diag, E_INVALID, name,
                          arena_printf(x->arena, "Ensure this filename has at most %d characters.", FILE_NAME_MAX));
    BlobId *id = ARENA_NEW(x->arena, BlobId);
    if (!id)
        return E_NOMEM;
    blob_id(part->body, id);
    *out = (FileAddIn){.name = part->filename, .type = file_mime(type), .purpose = purpose, .bytes = part->body, .blob = id};
    return OK;
}

/* The next name of [{"name":…}]; false when there is none or it is none. */
static bool skill_name(const Json *one, Str *name) {
    const Json *v = json_get(one, S("name"));
    *name = json_type(v) == JSON_STRING ? str_trim(json_str(v)) : (Str){NULL, 0};
    return name->n > 0 && !memchr(name->p, 0, name->n);
}

Err sc_skills_ok(Exchange *x, const void *value, const void *in, Str *why) {
    (void)in;
    const Json *array = NULL;
    Str key, name;
    Err e = json_parse(x->arena, *(const Str *)value, &array, NULL);
    if (e == E_NOMEM)
        return e;
    bool good = e == OK && json_type(array) == JSON_ARRAY;
    JsonIter it = json_iter(good ? array : NULL);
    for (const Json *v; good && json_next(&it, &key, &v);)
        good = skill_name(v, &name);
    *why = S("Invalid skills format.");
    return good ? OK : E_INVALID;
}

Err sc_skills_read(Exchange *x, Str json, List *out) {
    const Json *array = NULL;
    Str key, *names;
    size_t n = 0;
    Err e = json_parse(x->arena, json, &array, NULL);
    names = e ? NULL : ARENA_ARRAY(x->arena, json_count(array), Str);
    if (!names)
        return E_NOMEM;
    JsonIter it = json_iter(array);
    for (const Json *v; json_next(&it, &key, &v);)
        n += skill_name(v, &names[n]);
    *out = list_of_strs(x->arena, names, n);
    return n && !out->p ? E_NOMEM : OK;
}

Err sc_category_slug(Call *c, int64_t id, const char *field, Str *slug) {
    Category g;
    Err e = category_get(c->tx, id, &g);
    if (e == E_MISSING && !strcmp(field, "category")) /* a filter */
        return diag_field(c->diag, E_INVALID, str_c0(field),
                          S("Select a valid choice. That choice is not one of the available choices."));
    if (e == E_MISSING)
        return diag_field(c->diag, E_INVALID, str_c0(field),
                          arena_printf(c->arena, "Invalid pk \"%lld\" - object does not exist.", (long long)id));
    *slug = e ? (Str){NULL, 0} : arena_str(c->arena, g.slug);
    return e;
}

Err sc_role_wanted(Call *c, int32_t role) {
    User u;
    Err e = user_actor(c, &u);
    return e ? e : !u.roles || (u.roles & role) ? OK : E_FORBIDDEN;
}

Err sc_doers_only(Exchange *x, Call *c, void *arg) { return (void)x, (void)arg, sc_role_wanted(c, ROLE_BIT_DOER); }
Err sc_clients_only(Exchange *x, Call *c, void *arg) { return (void)x, (void)arg, sc_role_wanted(c, ROLE_BIT_CLIENT); }

Err sc_count_upload(Exchange *x) {
    if (!exchange_file(x, "*"))
        return OK;
    Str user = str_of(&x->token.user, sizeof x->token.user);
    return engine_rate(x->engine, RATE_UPLOAD, user, x->now_ms, &x->retry_after_s) ? OK : E_LIMIT;
}

/* ---- pages ---- */

Err sc_page_before(Exchange *x) {
    PageIn *p = x->in;
    bool given = exchange_query(x, "page").n > 0;
    if (given && !p->page)
        return diag_fail(&x->diag, E_MISSING, "INVALID_PAGE", S("Invalid page."));
    if (!given)
        p->page = 1;
    if (!p->limit)
        p->limit = SC_PAGE_SIZE;
    return OK;
}

Str sc_ordering(Str ordering, bool *down) {
    Str first = str_trim(str_slice(ordering, 0, str_index(ordering, ',')));
    *down = str_starts(first, S("-"));
    return *down ? str_from(first, 1) : first;
}

static int64_t pages_of(const PageOut *p) { return p->total ? (p->total + p->limit - 1) / p->limit : 1; }

Err sc_page_after(Exchange *x, Call *c, void *out) {
    (void)c;
    const PageOut *p = out;
    return p->page <= pages_of(p) ? OK : diag_fail(&x->diag, E_MISSING, "INVALID_PAGE", S("Invalid page."));
}

/* This list's address with another page. The first page needs no number. */
static Str page_url(Render *r, int64_t page) {
    Exchange *x = r->exchange;
    Buf b = buf_arena(r->arena, 8192);
    Str rest = x->req->query, piece;
    buf_add(&b, exchange_origin(x));
    buf_add(&b, x->req->path);
    char before = '?';
    for (bool more = str_split(&rest, '&', &piece); more; more = str_split(&rest, '&', &piece)) {
        if (!piece.n || str_starts(piece, S("page=")) || str_eq(piece, S("page")))
            continue;
        buf_char(&b, before);
        buf_add(&b, piece);
        before = '&';
    }
    if (page > 1) {
        buf_char(&b, before);
        buf_lit(&b, "page=");
        buf_i64(&b, page);
    }
    if (b.err)
        r->out->err = b.err;
    return buf_str(&b);
}

static bool next_page(Render *r, const void *row, Value *out) {
    const PageOut *p = row;
    if (!r->exchange || p->page >= pages_of(p))
        return false;
    out->s = page_url(r, (int64_t)p->page + 1);
    return true;
}
static bool previous_page(Render *r, const void *row, Value *out) {
    const PageOut *p = row;
    if (!r->exchange || p->page <= 1)
        return false;
    out->s = page_url(r, (int64_t)p->page - 1);
    return true;
}

VIEW(sc_page_view, PageOut, "Page", "One page.", SHOW("count", W_INT, PageOut, total, "Things in all."),
     SHOW_GET("next", W_STR, next_page, "Address of the next page.", .optional = true),
     SHOW_GET("previous", W_STR, previous_page, "Address of the page before.", .optional = true), SHOW_ITEMS_AS("results"));

/* ---- what several views show ---- */

VIEW(sc_message_view, Str, "Message", "What was done.",
     {KEY_OF("message"), .type = W_STR, .size = sizeof(Str), .doc = "In words."});
VIEW(sc_detail_view, Str, "Detail", "What was done.", {KEY_OF("detail"), .type = W_STR, .size = sizeof(Str), .doc = "In words."});

Str sc_name(const User *u) { return user_shown_name(u); }

static const struct {
    Str folder;
} folders[FILE_PURPOSE_COUNT] = {
    [FILE_ATTACHMENT] = {STR_INIT("attachments")}, [FILE_AVATAR] = {STR_INIT("profiles")},
    [FILE_GIG_IMAGE] = {STR_INIT("services")},     [FILE_ID_DOCUMENT] = {STR_INIT("documents")},
    [FILE_PORTFOLIO] = {STR_INIT("certificates")},
};

bool sc_media_url(Render *r, int64_t file, bool absolute, Value *out) {
    File f;
    if (!file || rec_get(r->call->tx, &FILE_RECORD, file, &f))
        return false;
    Buf b = buf_arena(r->arena, 4096);
    if (absolute && r->exchange)
        buf_add(&b, exchange_origin(r->exchange));
    buf_lit(&b, "/media/");
    buf_add(&b, f.purpose > 0 && f.purpose < FILE_PURPOSE_COUNT ? folders[f.purpose].folder : S("files"));
    buf_char(&b, '/');
    buf_add(&b, id_text(r->ids, r->arena, ID_UUID, FILE_RECORD.kind, file));
    buf_char(&b, '/');
    percent_add(&b, f.name.n ? f.name : S("file"));
    out->s = buf_str(&b);
    return !b.err;
}

bool sc_media_path(Render *r, int64_t file, Value *out) { return sc_media_url(r, file, false, out); }

bool sc_picture(Render *r, const User *u, Value *out) {
    out->s = u->avatar_url;
    return out->s.n || sc_media_path(r, u->avatar_file, out);
}

static const void *person_load(Render *r, const void *row) {
    User u;
    ScPerson *p = ARENA_NEW(r->arena, ScPerson);
    int64_t id;
    memcpy(&id, row, sizeof id);
    if (!p || !id || rec_get(r->call->tx, &USER, id, &u))
        return NULL;
    *p = (ScPerson){id, sc_name(&u), u.avatar_file, u.avatar_url};
    return p;
}
static bool person_picture(Render *r, const void *row, Value *out) {
    const ScPerson *p = row;
    out->s = p->picture_url;
    return out->s.n || sc_media_path(r, p->picture, out);
}
VIEW_WITH(sc_person_view, ScPerson, "Person", "Somebody, in short.", (.load = person_load),
          SHOW_ID("id", ScPerson, id, &USER, "The user's id."), SHOW("name", W_STR, ScPerson, name, "How he or she is called."),
          SHOW_GET("profile_picture", W_STR, person_picture, "Where the picture is.", .optional = true));

VIEW(sc_skill_view, ScSkill, "Skill", "A skill.", SHOW_ID("id", ScSkill, id, &SKILL, "Its id."),
     SHOW("name", W_STR, ScSkill, name, "Its name."));

bool sc_skills_of(Render *r, const List *skills, Value *out) {
    ScSkill *rows = ARENA_ARRAY(r->arena, skills->count, ScSkill);
    size_t n = 0;
    if (!rows) {
        r->out->err = E_NOMEM;
        return false;
    }
    ListIter it = list_iter(skills);
    for (Str name; n < skills->count && list_str(&it, &name);) {
        rows[n] = (ScSkill){skill_find(r->call->tx, r->arena, name), name};
        n += rows[n].id != 0;
    }
    out->rows = (Rows){rows, n};
    return true;
}

static const void *category_load(Render *r, const void *row) {
    Category *g = ARENA_NEW(r->arena, Category);
    int64_t id;
    memcpy(&id, row, sizeof id);
    return g && id && !category_get(r->call->tx, id, g) ? g : NULL;
}
VIEW_WITH(sc_category_view, Category, "Category", "A kind of work.", (.load = category_load),
          SHOW_ID("id", Category, id, &CATEGORY, "Its id."), SHOW("name", W_STR, Category, name, "Its name."));

/* ---- the contract ---- */

static const Section *const sections[] = {&skillconnect_users,  &skillconnect_services,  &skillconnect_proposals,
                                          &skillconnect_orders, &skillconnect_profiles,  &skillconnect_browse,
                                          &skillconnect_talk,   &skillconnect_contracts, &skillconnect_payments,
                                          &skillconnect_media,  &skillconnect_sockets};
static const char *const prefixes[] = {"/api/v1/", "/media/", NULL};

const Contract skillconnect_contract = {
    .name = "skillconnect",
    .title = "SkillConnect API",
    .version = GIGBOX_VERSION,
    .doc = "The marketplace for clients of SkillConnect. Ids are integers, amounts whole units of the currency, times ISO 8601. "
           "A final slash never matters.",
    .id_form = ID_INTEGER,
    .money_form = PAY_MAJOR,
    .time_form = TIME_ISO_Z,
    .ttl_offset = offsetof(DomainConfig, access_ttl_ms),
    .prefixes = prefixes,
    .sections = sections,
    .section_count = COUNT(sections),
    .list_envelope = &sc_page_view,
    .problems = problems,
    .codes = codes,
    .code_count = COUNT(codes),
    .problem = problem,
    .problem_schema = problem_schema,
    .fault = fault,
};
