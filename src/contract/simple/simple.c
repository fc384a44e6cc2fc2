#include "contract/simple/simple.h"

#include "codec/sniff.h"
#include "domain/category.h"
#include "domain/order.h"
#include "domain/row.h"
#include "domain/user.h"

/* ---- errors ---- */

static const ProblemRow problems[ERR_COUNT] = {
    [E_INVALID] = {400, "", "Some of the input is not valid"},
    [E_SYNTAX] = {400, "", "The request is not well-formed"},
    [E_UNAUTHORIZED] = {401, "", "Authentication required"},
    [E_FORBIDDEN] = {403, "", "Access denied"},
    [E_MISSING] = {404, "", "Not found"},
    [E_STATE] = {400, "", "That is not possible in the present state"},
    [E_CONFLICT] = {400, "", "It exists already"},
    [E_LIMIT] = {429, "", "Too many requests, try again later"},
    [E_TOO_LARGE] = {413, "", "Too large"},
    [E_MEDIA] = {400, "", "This type of file is not taken"},
    [E_FUNDS] = {400, "", "The balance does not suffice"},
    [E_PROVIDER] = {502, "", "The payment provider refused"},
    [E_NETWORK] = {502, "", "The payment provider cannot be reached"},
    [E_NOMEM] = {503, "", "Too busy just now"},
    [E_FULL] = {507, "", "The disk is full, nothing was lost"},
    [E_IO] = {500, "", "Server error"},
    [E_CORRUPT] = {500, "", "Server error"},
    [E_BUSY] = {503, "", "Too busy just now"},
    [E_INTERNAL] = {500, "", "Server error"},
};
static const CodeRow codes[] = {
    {"METHOD_NOT_ALLOWED", 0, NULL, NULL},
    {"LIMIT_EXCEEDED", 400, "", NULL},
    {"TOO_MANY_FILES", 400, "", NULL},
};

/* One sentence: what is wrong with which field, or the error's own words. */
static void problem(const Problem *p, Buf *b) {
    Str text = p->message;
    if (p->field_count && p->fields[0].message.n) {
        Buf words = buf_arena(b->arena, 4096);
        for (size_t i = 0; i < p->field_count; i++) {
            buf_add(&words, i ? S("; ") : S(""));
            buf_add(&words, p->fields[i].name);
            buf_char(&words, ' ');
            buf_add(&words, p->fields[i].message);
        }
        if (!words.err)
            text = buf_str(&words);
    }
    buf_lit(b, "{\"message\":");
    json_put_str(b, text);
    buf_char(b, '}');
}
static const char problem_schema[] = "{\"type\":\"object\",\"required\":[\"message\"],\"properties\":{\"message\":{\"type\":"
                                     "\"string\",\"description\":\"What is wrong, for people.\"}}}";

/* ---- people ---- */

static const void *user_load_view(Render *r, const void *row) {
    User *u = ARENA_NEW(r->arena, User);
    return u && user_load(r->call, *(const int64_t *)row, u) == OK ? u : NULL;
}
static bool user_picture(Render *r, const void *row, Value *out) {
    int64_t file = ((const User *)row)->avatar_file;
    Value all;
    Str url;
    out->s = ((const User *)row)->avatar_url;
    if (!file)
        return out->s.n > 0;
    List one = list_of_i64s(r->arena, &file, 1), none = {0};
    ListIter it;
    if (!simple_file_urls(r, &one, &none, &all))
        return false;
    it = list_iter(&all.list);
    out->s = url = (Str){NULL, 0};
    if (list_str(&it, &url))
        out->s = url;
    return out->s.p != NULL;
}

static bool user_name(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = user_shown_name(row);
    return true;
}

#define PERSON_ID SHOW_ID("_id", User, id, &USER, "Who.")
#define PERSON_NAME SHOW_GET("name", W_STR, user_name, "Name.")
#define PERSON_PICTURE SHOW_GET("pfp", W_STR, user_picture, "Where the picture is.", .optional = true)
#define PERSON_EMAIL SHOW("email", W_STR, User, email, "Address for letters.", .empty = EMPTY_NULL)
VIEW_WITH(simple_name_view, User, "Person", "Somebody in a list.", (.load = user_load_view), PERSON_NAME, PERSON_PICTURE);
VIEW_WITH(simple_seller_view, User, "Seller", "Who offers a gig.", (.load = user_load_view), PERSON_ID, PERSON_NAME,
          PERSON_PICTURE);
VIEW_WITH(simple_party_view, User, "Party", "A side of an order.", (.load = user_load_view), PERSON_ID, PERSON_NAME, PERSON_EMAIL,
          PERSON_PICTURE);
VIEW_WITH(simple_seller_full_view, User, "SellerProfile", "Who offers a gig, with a record.", (.load = user_load_view), PERSON_ID,
          PERSON_NAME, PERSON_EMAIL, PERSON_PICTURE, SHOW("totalOrders", W_INT, User, completed_gigs, "Orders carried out."),
          SHOW("lastOnline", W_TIME, User, last_active_ms, "When last seen, to the hour."));

bool simple_category(Render *r, int64_t id, Value *out) {
    Category category;
    if (category_get(r->call->tx, id, &category))
        return false;
    out->s = arena_str(r->arena, category.name);
    return true;
}

/* ---- pages ---- */

static bool total_pages(Render *r, const void *row, Value *out) {
    (void)r;
    const PageOut *p = row;
    out->i = (p->total + p->limit - 1) / p->limit;
    return true;
}
static bool has_next(Render *r, const void *row, Value *out) {
    (void)r;
    const PageOut *p = row;
    out->b = (int64_t)p->page * p->limit < p->total;
    return true;
}
static bool has_prev(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = ((const PageOut *)row)->page > 1;
    return true;
}
static bool itself(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = row;
    return true;
}
#define PAGE_ROWS                                                     \
    SHOW("currentPage", W_INT, PageOut, page, "Which page, from 1."), \
        SHOW_GET("totalPages", W_INT, total_pages, "Pages in all."), SHOW("totalCount", W_INT, PageOut, total, "Things in all.")
VIEW(simple_pages_view, PageOut, "Pagination", "Where this page stands.", PAGE_ROWS);
VIEW(simple_pages_full_view, PageOut, "PaginationFull", "Where this page stands, and what is beside it.", PAGE_ROWS,
     SHOW_GET("hasNext", W_BOOL, has_next, "Whether there is a next page."),
     SHOW_GET("hasPrev", W_BOOL, has_prev, "Whether there is one before."));
VIEW(simple_page_view, PageOut, "Page", "One page.", SHOW_ITEMS(),
     SHOW_GET("pagination", W_ROW, itself, "Where it stands.", .view = &simple_pages_view));
VIEW(simple_page_full_view, PageOut, "PageFull", "One page.", SHOW_ITEMS(),
     SHOW_GET("pagination", W_ROW, itself, "Where it stands.", .view = &simple_pages_full_view));

/* ---- files ---- */

#define FILE_PATH "/api/files/"

static bool is_field(Str name, Str field) {
    return str_eq(name, field) || (name.n == field.n + 2 && str_starts(name, field) && str_eq(str_from(name, field.n), S("[]")));
}

Err simple_uploads(Exchange *x, const char *field, bool pictures, int32_t purpose, Uploads *out) {
    const Multipart *m = x->body.parts;
    Str name = str_c0(field);
    out->count = 0;
    for (size_t i = 0; m && i < m->count; i++) {
        const Part *part = &m->parts[i];
        if (!part->filename.p || !is_field(part->name, name) || (!part->filename.n && !part->body.n))
            continue; /* a file field that was left empty */
        if (out->count == SIMPLE_FILES_MAX)
            return diag_field(&x->diag, E_INVALID, name, arena_printf(x->arena, "are at most %d files", SIMPLE_FILES_MAX));
        if ((int64_t)part->body.n > exchange_upload_max(x))
            return diag_field(&x->diag, E_TOO_LARGE, name, S("has a file that is too large"));
        FileType type = file_sniff(part->body);
        if (pictures ? !file_is_image(type) : type == FILE_UNKNOWN)
            return diag_field(&x->diag, E_MEDIA, name,
                              pictures ? S("must be JPEG, PNG, GIF or WebP pictures")
                                       : S("has a type of file that is not taken"));
        BlobId *id = ARENA_NEW(x->arena, BlobId);
        if (!id)
            return E_NOMEM;
        blob_id(part->body, id);
        Str called = str_utf8_len(part->filename) <= FILE_NAME_MAX ? part->filename : file_extension(type);
        out->file[out->count++] =
            (FileAddIn){.name = called, .type = file_mime(type), .purpose = purpose, .bytes = part->body, .blob = id};
    }
    if (!out->count)
        return OK;
    Str user = str_of(&x->token.user, sizeof x->token.user);
    return engine_rate(x->engine, RATE_UPLOAD, user, x->now_ms, &x->retry_after_s) ? OK : E_LIMIT;
}

/* The file behind an address of this box. */
static bool own_file(Exchange *x, Str url, int64_t *file) {
    Str origin = exchange_origin(x);
    if (str_starts(url, origin))
        url = str_from(url, origin.n);
    return str_starts(url, S(FILE_PATH)) &&
           id_parse(engine_ids(x->engine), ID_UUID, FILE_RECORD.kind, str_from(url, sizeof FILE_PATH - 1), file);
}

Err simple_addresses(Exchange *x, const List *given, List *ids, List *urls) {
    size_t n = given->count, file_count = 0, url_count = 0;
    int64_t *files = ARENA_ARRAY(x->arena, n + 1, int64_t);
    Str *rest = ARENA_ARRAY(x->arena, n + 1, Str), url;
    if (!files || !rest)
        return E_NOMEM;
    for (ListIter it = list_iter(given); list_str(&it, &url);) {
        if (own_file(x, url, &files[file_count]))
            file_count++;
        else
            rest[url_count++] = url;
    }
    *ids = list_of_i64s(x->arena, files, file_count);
    *urls = list_of_strs(x->arena, rest, url_count);
    return ids->p && urls->p ? OK : E_NOMEM;
}

Err simple_store(Call *c, const Uploads *up, List *ids) {
    size_t n = ids->count + up->count, at = 0;
    int64_t *all = ARENA_ARRAY(c->arena, n + 1, int64_t), id;
    if (!all)
        return E_NOMEM;
    for (ListIter it = list_iter(ids); list_i64(&it, &id);)
        all[at++] = id;
    for (size_t i = 0; i < up->count; i++) {
        File file;
        Err e = file_add(c, &up->file[i], &file);
        if (e)
            return e;
        all[at++] = file.id;
    }
    *ids = list_of_i64s(c->arena, all, at);
    return ids->p ? OK : E_NOMEM;
}

bool simple_file_urls(Render *r, const List *ids, const List *urls, Value *out) {
    Str origin = r->exchange ? exchange_origin(r->exchange) : (Str){NULL, 0}, url;
    Str *all = ARENA_ARRAY(r->arena, ids->count + urls->count + 1, Str);
    size_t n = 0;
    int64_t id;
    out->list = (List){0};
    if (!all)
        return false;
    for (ListIter it = list_iter(ids); list_i64(&it, &id);) {
        Str text = id_text(r->ids, r->arena, ID_UUID, FILE_RECORD.kind, id);
        all[n++] = arena_printf(r->arena, "%.*s" FILE_PATH "%.*s", STR_ARG(origin), STR_ARG(text));
    }
    for (ListIter it = list_iter(urls); list_str(&it, &url);)
        all[n++] = url;
    out->list = list_of_strs(r->arena, all, n);
    return true;
}

/* ---- the contract ---- */

static const Section *const sections[] = {&simple_gigs, &simple_orders};
static const char *const prefixes[] = {"/api/simple-gigs", "/api/simple-orders", NULL};

const Contract simple_contract = {
    .name = "simple",
    .title = "Simple Gig & Order API",
    .version = GIGBOX_VERSION,
    .doc = "Services at one price, and orders of them. Ids are 24 hexadecimal digits, amounts major units of the currency, times "
           "ISO 8601. Sign-in is any other contract's: its cookie `jwt` or its token as Bearer.",
    .id_form = ID_HEX24,
    .money_form = PAY_MAJOR,
    .time_form = TIME_ISO_Z,
    .ttl_offset = offsetof(DomainConfig, campus_ttl_ms),
    .prefixes = prefixes,
    .sections = sections,
    .section_count = COUNT(sections),
    .list_envelope = &simple_page_view,
    .problems = problems,
    .codes = codes,
    .code_count = COUNT(codes),
    .problem = problem,
    .problem_schema = problem_schema,
};
