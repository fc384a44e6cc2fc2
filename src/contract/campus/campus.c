#include "contract/campus/campus.h"

#include "domain/category.h"
#include "domain/file.h"

/* ---- errors ---- */

static const ProblemRow problems[ERR_COUNT] = {
    [E_INVALID] = {400, "VALIDATION_ERROR", "Some of the input is not valid."},
    [E_SYNTAX] = {400, "BAD_REQUEST", "The request is not well-formed."},
    [E_UNAUTHORIZED] = {401, "UNAUTHORIZED", "Sign in first."},
    [E_FORBIDDEN] = {403, "FORBIDDEN", "You may not do that."},
    [E_MISSING] = {404, "NOT_FOUND", "There is no such thing."},
    [E_STATE] = {409, "INVALID_STATE", "That is not possible in the present state."},
    [E_CONFLICT] = {409, "CONFLICT", "It exists already."},
    [E_LIMIT] = {429, "RATE_LIMITED", "Too many requests. Try again later."},
    [E_TOO_LARGE] = {413, "PAYLOAD_TOO_LARGE", "Too large."},
    [E_MEDIA] = {415, "UNSUPPORTED_MEDIA_TYPE", "This type of content is not taken."},
    [E_FUNDS] = {400, "INSUFFICIENT_FUNDS", "The balance does not suffice."},
    [E_PROVIDER] = {502, "PROVIDER_ERROR", "The payment provider refused."},
    [E_NETWORK] = {502, "PROVIDER_UNAVAILABLE", "The payment provider cannot be reached."},
    [E_NOMEM] = {503, "OVERLOADED", "Too busy just now."},
    [E_FULL] = {507, "STORAGE_FULL", "The disk is full. Nothing was lost."},
    [E_IO] = {500, "INTERNAL_ERROR", "Something went wrong."},
    [E_CORRUPT] = {500, "INTERNAL_ERROR", "Something went wrong."},
    [E_BUSY] = {503, "OVERLOADED", "Too busy just now."},
    [E_INTERNAL] = {500, "INTERNAL_ERROR", "Something went wrong."},
};

static const CodeRow codes[] = {
    {"INVALID_TOKEN", 0, NULL, NULL},
    {"INVALID_PASSWORD", 400, NULL, NULL},
    {"INVALID_OTP", 400, NULL, NULL},
    {"INVALID_SIGNATURE", 400, NULL, NULL},
    {"METHOD_NOT_ALLOWED", 0, NULL, NULL},
    {"SUSPENDED", 403, NULL, "This account is suspended."},
    {"LIMIT_EXCEEDED", 409, NULL, NULL},
    {"TOO_MANY_FILES", 409, "LIMIT_EXCEEDED", NULL},
    {"TOO_MANY_SEARCHES", 409, "LIMIT_EXCEEDED", NULL},
    {"TOO_MANY_SAVED", 409, "LIMIT_EXCEEDED", NULL},
    {"TOO_MANY_WORKS", 409, "LIMIT_EXCEEDED", NULL},
    {"PLAN_LIMIT", 403, "LIMIT_EXCEEDED", NULL},
    {"PROVIDER_UNAVAILABLE", 502, NULL, NULL},
};

static void problem(const Problem *p, Buf *b) {
    buf_lit(b, "{\"success\":false,\"error\":{\"code\":");
    json_put_str(b, p->code);
    buf_lit(b, ",\"message\":");
    json_put_str(b, p->message);
    for (size_t i = 0; i < p->field_count; i++) {
        buf_add(b, i ? S(",") : S(",\"fields\":{"));
        json_put_str(b, p->fields[i].name);
        buf_char(b, ':');
        json_put_str(b, p->fields[i].message);
    }
    buf_add(b, p->field_count ? S("}}}") : S("}}"));
}

static const char problem_schema[] = "{\"type\":\"object\",\"required\":[\"success\",\"error\"],\"properties\":{\"success\":{"
                                     "\"const\":false},\"error\":{\"type\":\"object\","
                                     "\"required\":[\"code\",\"message\"],\"properties\":{\"code\":{\"type\":\"string\","
                                     "\"description\":\"For programs, e.g. VALIDATION_ERROR, "
                                     "UNAUTHORIZED, FORBIDDEN, NOT_FOUND, INVALID_STATE, INVALID_OTP, INVALID_SIGNATURE, "
                                     "CONFLICT, LIMIT_EXCEEDED, RATE_LIMITED, INSUFFICIENT_FUNDS.\"},"
                                     "\"message\":{\"type\":\"string\",\"description\":\"For "
                                     "people.\"},\"fields\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"},"
                                     "\"description\":\"What is wrong, by field.\"}}}}}";

/* ---- lists ---- */

static bool has_more(Render *r, const void *row, Value *out) {
    (void)r;
    const PageOut *p = row;
    out->b = (int64_t)p->page * p->limit < p->total;
    return true;
}

VIEW(campus_list_view, PageOut, "List", "One page.", SHOW_ITEMS(), SHOW("page", W_INT, PageOut, page, "Which page, from 1."),
     SHOW("limit", W_INT, PageOut, limit, "Things per page."), SHOW("total", W_INT, PageOut, total, "Things in all."),
     SHOW_GET("hasMore", W_BOOL, has_more, "Whether there is a next page."));

static const ViewRow done_rows[] = {SHOW_CONST("success", "true", "It is done.")};
const View campus_done_view = {.name = "Done", .rows = done_rows, .count = COUNT(done_rows), .doc = "It is done."};

/* ---- what several views show ---- */

enum { MEMO_CATEGORY = 1 };

bool campus_category(Render *r, int64_t id, Value *out) {
    RenderMemo *m = render_memo(r, id);
    if (m->tag != MEMO_CATEGORY || m->id != id) {
        Category category;
        if (category_get(r->call->tx, id, &category))
            return false;
        *m = (RenderMemo){id, MEMO_CATEGORY, category.slug};
    }
    out->s = m->text;
    return true;
}

bool campus_attachments(Render *r, const List *ids, Value *out) {
    out->rows = (Rows){NULL, 0};
    if (!ids->count)
        return true;
    File *files = ARENA_ARRAY(r->arena, ids->count, File);
    if (!files) {
        r->out->err = E_NOMEM;
        return true;
    }
    ListIter it = list_iter(ids);
    size_t n = 0;
    for (int64_t id; list_i64(&it, &id) && n < ids->count;)
        if (!rec_get(r->call->tx, &FILE_RECORD, id, &files[n])) /* one that was deleted since is not shown */
            n++;
    out->rows = (Rows){files, n};
    return true;
}

#define FILE_PATH "/api/files/"

bool campus_file_path(Render *r, int64_t file, Value *out) {
    if (!file)
        return false;
    Str base = r->exchange ? r->exchange->ports->public_url : (Str){NULL, 0},
        id = id_text(r->ids, r->arena, ID_UUID, FILE_RECORD.kind, file);
    out->s = arena_printf(r->arena, "%.*s" FILE_PATH "%.*s", STR_ARG(base), STR_ARG(id));
    return true;
}

bool campus_file_of(Exchange *x, Str url, int64_t *file) {
    size_t at = url.n;
    while (at > 0 && url.p[at - 1] != '/')
        at--;
    return id_parse(engine_ids(x->engine), ID_UUID, FILE_RECORD.kind, str_from(url, at), file);
}

/* ---- the contract ---- */

static const Section *const sections[] = {
    &campus_auth,        &campus_users,          &campus_gigs,           &campus_applications,  &campus_orders,
    &campus_talk,        &campus_milestones,     &campus_payments,       &campus_wallet,        &campus_services,
    &campus_reviews,     &campus_notifications,  &campus_files,          &campus_box,           &campus_realtime,
    &campus_setup,       &campus_admin_people,   &campus_admin_listings, &campus_admin_reports, &campus_admin_orders,
    &campus_admin_money, &campus_admin_messages, &campus_admin_box,      &campus_admin_cities,  &campus_admin_system,
    &campus_alerts,      &campus_mydata,         &campus_calls,          &campus_admin_backup,  &campus_near,
    &campus_portfolio,
};
static const char *const prefixes[] = {"/api/", NULL};

const Contract campus_contract = {
    .name = "campus",
    .title = "Campus API",
    .version = GIGBOX_VERSION,
    .doc = "The marketplace's own API. Ids are UUIDs, amounts whole minor units of the currency (paise), times milliseconds "
           "since 1970. "
           "A single thing is returned bare, a list under its plural with page, limit, total and hasMore.",
    .id_form = ID_UUID,
    .money_form = PAY_MINOR,
    .time_form = TIME_MS,
    .ttl_offset = offsetof(DomainConfig, campus_ttl_ms),
    .prefixes = prefixes,
    .sections = sections,
    .section_count = COUNT(sections),
    .list_envelope = &campus_list_view,
    .problems = problems,
    .codes = codes,
    .code_count = COUNT(codes),
    .problem = problem,
    .problem_schema = problem_schema,
};
