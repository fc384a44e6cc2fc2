#include "contract/ugig/ugig.h"

#include "codec/sniff.h"
#include "domain/file.h"
#include "domain/gig.h"

/* ---- errors ---- */

static const ProblemRow problems[ERR_COUNT] = {
    [E_INVALID] = {400, "VALIDATION_ERROR", "Some of the input is not valid"},
    [E_SYNTAX] = {400, "VALIDATION_ERROR", "The request is not well-formed"},
    [E_UNAUTHORIZED] = {401, "UNAUTHORIZED", "Not logged in"},
    [E_FORBIDDEN] = {403, "FORBIDDEN", "No permission"},
    [E_MISSING] = {404, "NOT_FOUND", "Resource not found"},
    [E_STATE] = {400, "VALIDATION_ERROR", "That is not possible in the present state"},
    [E_CONFLICT] = {400, "VALIDATION_ERROR", "It exists already"},
    [E_LIMIT] = {429, "RATE_LIMITED", "Too many requests, try again later"},
    [E_TOO_LARGE] = {413, "VALIDATION_ERROR", "Too large"},
    [E_MEDIA] = {400, "VALIDATION_ERROR", "This type of content is not taken"},
    [E_FUNDS] = {400, "VALIDATION_ERROR", "The balance does not suffice"},
    [E_PROVIDER] = {502, "INTERNAL_ERROR", "The payment provider refused"},
    [E_NETWORK] = {502, "INTERNAL_ERROR", "The payment provider cannot be reached"},
    [E_NOMEM] = {503, "INTERNAL_ERROR", "Too busy just now"},
    [E_FULL] = {507, "INTERNAL_ERROR", "The disk is full, nothing was lost"},
    [E_IO] = {500, "INTERNAL_ERROR", "Server error"},
    [E_CORRUPT] = {500, "INTERNAL_ERROR", "Server error"},
    [E_BUSY] = {503, "INTERNAL_ERROR", "Too busy just now"},
    [E_INTERNAL] = {500, "INTERNAL_ERROR", "Server error"},
};

static const CodeRow codes[] = {
    {"METHOD_NOT_ALLOWED", 0, NULL, NULL},
    {"OWN_GIG", 400, "VALIDATION_ERROR", "You cannot apply to your own gig"},
    {"ALREADY_APPLIED", 400, "VALIDATION_ERROR", "You have applied to this gig already"},
    {"INVALID_CREDENTIALS", 401, "UNAUTHORIZED", "Invalid login credentials"},
    {"PLAN_LIMIT", 403, "LIMIT_EXCEEDED", NULL},
    {"LIMIT_EXCEEDED", 400, "VALIDATION_ERROR", NULL},
    {"TOO_MANY_FILES", 400, "VALIDATION_ERROR", NULL},
    {"TOO_MANY_SAVED", 400, "VALIDATION_ERROR", NULL},
};

/* The first word of a field's name is that of the argument that holds it; people know the rest. */
static Str field_name(Str name) {
    static const Str holders[] = {STR_INIT("data."), STR_INIT("filters."), STR_INIT("formData.")};
    for (size_t i = 0; i < COUNT(holders); i++)
        if (str_starts(name, holders[i]))
            return str_from(name, holders[i].n);
    return str_eq(name, S("*")) ? S("file") : name; /* a file part of any name */
}

static void problem(const Problem *p, Buf *b) {
    Str text = p->message;
    if (p->field_count && p->fields[0].message.n) {
        Buf words = buf_arena(b->arena, 4096);
        for (size_t i = 0; i < p->field_count; i++) {
            Str message = p->fields[i].message;
            bool sentence = message.n && message.p[0] >= 'A' && message.p[0] <= 'Z'; /* says itself what it is about */
            buf_add(&words, i ? S("; ") : S(""));
            if (!sentence) {
                buf_add(&words, field_name(p->fields[i].name));
                buf_char(&words, ' ');
            }
            buf_add(&words, message);
        }
        if (!words.err)
            text = buf_str(&words);
    }
    buf_lit(b, "{\"success\":false,\"error\":");
    json_put_str(b, text);
    buf_lit(b, ",\"code\":");
    json_put_str(b, p->code);
    buf_char(b, '}');
}

static const char problem_schema[] =
    "{\"type\":\"object\",\"required\":[\"success\",\"error\",\"code\"],\"properties\":{\"success\":{\"const\":false},"
    "\"error\":{\"type\":\"string\",\"description\":\"For people.\"},\"code\":{\"type\":\"string\",\"enum\":[\"UNAUTHORIZED\","
    "\"FORBIDDEN\",\"NOT_FOUND\",\"VALIDATION_ERROR\",\"LIMIT_EXCEEDED\",\"RATE_LIMITED\",\"INTERNAL_ERROR\","
    "\"METHOD_NOT_ALLOWED\"],\"description\":\"For programs.\"}}}";

/* ---- results and lists ---- */

static const ViewRow done_rows[] = {SHOW_CONST("success", "true", "It is done.")};
const View ugig_done_view = {.name = "ActionResult", .rows = done_rows, .count = COUNT(done_rows), .doc = "It is done."};
static const ViewRow result_rows[] = {SHOW_CONST("success", "true", "It is done."), SHOW_ITEM_AS("data")};
const View ugig_result_view = {
    .name = "ActionResultWithData", .rows = result_rows, .count = COUNT(result_rows), .doc = "It is done, and this came of it."};

static bool has_more(Render *r, const void *row, Value *out) {
    (void)r;
    const PageOut *p = row;
    out->b = (int64_t)p->page * p->limit < p->total;
    return true;
}
VIEW(ugig_list_view, PageOut, "PaginatedResult", "One page.", SHOW_ITEMS_AS("data"),
     SHOW("total", W_INT, PageOut, total, "Things in all."), SHOW("page", W_INT, PageOut, page, "Which page, from 1."),
     SHOW("limit", W_INT, PageOut, limit, "Things per page."),
     SHOW_GET("hasMore", W_BOOL, has_more, "Whether there is a next page."));

/* ---- files ---- */

bool ugig_file_url(Render *r, int64_t file, Value *out) {
    if (!file)
        return false;
    Str base = r->exchange ? exchange_origin(r->exchange) : (Str){NULL, 0},
        id = id_text(r->ids, r->arena, ID_UUID, FILE_RECORD.kind, file);
    out->s = arena_printf(r->arena, "%.*s/api/files/%.*s", STR_ARG(base), STR_ARG(id));
    return true;
}

Err ugig_upload_before(Exchange *x) {
    FileAddIn *in = x->in;
    FileType type = file_sniff(in->bytes);
    if (type == FILE_UNKNOWN)
        return diag_field(&x->diag, E_MEDIA, S("file"), S("is of a type that is not taken"));
    if (in->purpose == FILE_AVATAR && !file_is_image(type))
        return diag_field(&x->diag, E_MEDIA, S("file"), S("must be a picture"));
    BlobId *id = ARENA_NEW(x->arena, BlobId);
    if (!id)
        return E_NOMEM;
    blob_id(in->bytes, id);
    in->type = file_mime(type);
    in->blob = id;
    return OK;
}

bool ugig_gig_of(Render *r, int64_t gig, Value *out) {
    Gig *g = gig ? ARENA_NEW(r->arena, Gig) : NULL;
    if (!g || rec_get(r->call->tx, &GIG, gig, g) || (g->flags & GIG_DELETED))
        return false;
    out->row = g;
    return true;
}

/* ---- the contract ---- */

static const Section *const sections[] = {&ugig_auth,          &ugig_profiles,      &ugig_gigs,  &ugig_applications,
                                          &ugig_messages,      &ugig_subscriptions, &ugig_calls, &ugig_reviews,
                                          &ugig_notifications, &ugig_realtime,      &ugig_box,   &ugig_socket};
static const char *const prefixes[] = {"/api/actions/", "/auth/v1/", "/api/webhooks/stripe", "/api/cron/", "/realtime/v1/", NULL};

const Contract ugig_contract = {
    .name = "ugig",
    .title = "ugig API",
    .version = GIGBOX_VERSION,
    .doc = "Server actions of a gig marketplace. A JSON array is the positional arguments of a function, a JSON object the named "
           "ones, a form its FormData; null is an argument left out. The answer is what the function's promise resolves to. "
           "Ids are UUIDs, amounts in major units of the currency, times ISO 8601 in UTC.",
    .id_form = ID_UUID,
    .money_form = PAY_MAJOR,
    .time_form = TIME_ISO_MICROS_OFFSET,
    .ttl_offset = offsetof(DomainConfig, access_ttl_ms),
    .prefixes = prefixes,
    .sections = sections,
    .section_count = COUNT(sections),
    .list_envelope = &ugig_list_view,
    .problems = problems,
    .codes = codes,
    .code_count = COUNT(codes),
    .problem = problem,
    .problem_schema = problem_schema,
};
