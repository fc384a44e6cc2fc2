#include "contract/chayenity/chayenity.h"

#include "domain/file.h"

/* ---- errors ---- */

static const ProblemRow problems[ERR_COUNT] = {
    [E_INVALID] = {422, "VALIDATION_ERROR", "Validation failed"},
    [E_SYNTAX] = {400, "BAD_REQUEST", "The request is not well-formed"},
    [E_UNAUTHORIZED] = {401, "NOT_AUTHENTICATED", "Not authenticated"},
    [E_FORBIDDEN] = {403, "INSUFFICIENT_PERMISSIONS", "Not enough permissions"},
    [E_MISSING] = {404, "RESOURCE_NOT_FOUND", "Resource not found"},
    [E_STATE] = {400, "INVALID_STATUS_TRANSITION", "The present status does not allow this"},
    [E_CONFLICT] = {409, "RESOURCE_ALREADY_EXISTS", "It exists already"},
    [E_LIMIT] = {429, "RATE_LIMIT_EXCEEDED", "Too many requests, try again later"},
    [E_TOO_LARGE] = {413, "FILE_TOO_LARGE", "File size exceeds the limit"},
    [E_MEDIA] = {415, "INVALID_FILE_TYPE", "File type not supported"},
    [E_FUNDS] = {400, "INSUFFICIENT_FUNDS", "The balance does not suffice"},
    [E_PROVIDER] = {502, "PROVIDER_ERROR", "The payment provider refused"},
    [E_NETWORK] = {502, "PROVIDER_UNAVAILABLE", "The payment provider cannot be reached"},
    [E_NOMEM] = {503, "OVERLOADED", "Too busy just now"},
    [E_FULL] = {507, "STORAGE_FULL", "The disk is full, nothing was lost"},
    [E_IO] = {500, "INTERNAL_ERROR", "Internal server error"},
    [E_CORRUPT] = {500, "INTERNAL_ERROR", "Internal server error"},
    [E_BUSY] = {503, "OVERLOADED", "Too busy just now"},
    [E_INTERNAL] = {500, "INTERNAL_ERROR", "Internal server error"},
};

static const CodeRow codes[] = {
    {"METHOD_NOT_ALLOWED", 0, NULL, "Method Not Allowed"},
    {"EMAIL_TAKEN", 409, "EMAIL_ALREADY_EXISTS", "Email already registered"},
    {"INVALID_CREDENTIALS", 401, NULL, "Incorrect email or password"},
    {"INVALID_TOKEN", 401, NULL, "Could not validate credentials"},
    {"TOKEN_EXPIRED", 401, NULL, "Token has expired"},
    {"SUSPENDED", 403, "ACCOUNT_SUSPENDED", "This account is suspended"},
    {"NO_ACCESS_TOKEN", 400, "BAD_REQUEST", "Missing X-Access-Token header"},
    {"OWN_GIG", 403, "INSUFFICIENT_PERMISSIONS", "You cannot accept your own gig"},
    {"GIG_ALREADY_ACCEPTED", 400, NULL, "Gig already accepted or not pending"},
    {"INVALID_STATUS_TRANSITION", 400, NULL, "Invalid status transition"},
    {"ALREADY_REVIEWED", 409, "REVIEW_ALREADY_EXISTS", "You have already reviewed this gig"},
    {"NOT_REVIEWABLE", 400, "GIG_NOT_COMPLETED", "Only a completed gig can be reviewed"},
    {"ALREADY_BUDDY", 409, "BUDDY_ALREADY_EXISTS", "User is already in your buddy list"},
    {"ALREADY_FUNDED", 409, "TRANSACTION_ALREADY_EXISTS", "The gig is paid already"},
    {"NOT_ACCEPTED", 400, "GIG_NOT_ACCEPTED", "Nobody has accepted the gig yet"},
    {"TRANSACTION_NOT_PENDING", 400, NULL, "Transaction is not pending"},
    {"FILE_IN_USE", 409, NULL, "The file is part of an order or a conversation"},
    {"LIMIT_EXCEEDED", 400, NULL, NULL},
    {"PLAN_LIMIT", 403, "LIMIT_EXCEEDED", NULL},
    {"TOO_MANY_FILES", 400, "LIMIT_EXCEEDED", NULL},
};

static void problem(const Problem *p, Buf *b) {
    buf_lit(b, "{\"detail\":");
    json_put_str(b, p->message);
    buf_lit(b, ",\"error_code\":");
    json_put_str(b, p->code);
    for (size_t i = 0; i < p->field_count; i++) {
        buf_add(b, i ? S(",") : S(",\"field_errors\":{"));
        json_put_str(b, p->fields[i].name);
        buf_lit(b, ":[");
        json_put_str(b, p->fields[i].message);
        buf_char(b, ']');
    }
    buf_add(b, p->field_count ? S("}}") : S("}"));
}
static const char problem_schema[] = "{\"type\":\"object\",\"required\":[\"detail\",\"error_code\"],\"properties\":{\"detail\":{"
                                     "\"type\":\"string\",\"description\":"
                                     "\"For people.\"},\"error_code\":{\"type\":\"string\",\"description\":\"For "
                                     "programs.\"},\"field_errors\":{\"type\":\"object\","
                                     "\"additionalProperties\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
                                     "\"description\":\"What is wrong, by field.\"}}}";

/* ---- what several views show ---- */

bool chayenity_has_more(Render *r, const void *page, Value *out) {
    const PageOut *p = page;
    int64_t skip = 0;
    for (const char *const *name = (const char *const[]){"skip", "offset", NULL}; r->exchange && *name && !skip; name++)
        if (!str_i64(exchange_query(r->exchange, *name), &skip) || skip < 0)
            skip = 0;
    out->b = skip + (int64_t)p->count < p->total;
    return true;
}

#define FILE_PATH "/api/upload/"
bool chayenity_file_url(Render *r, int64_t file, Value *out) {
    if (!file || !rec_exists(r->call->tx, &FILE_RECORD, file))
        return false;
    Str origin = r->exchange ? exchange_origin(r->exchange) : (Str){NULL, 0},
        id = id_text(r->ids, r->arena, ID_UUID, FILE_RECORD.kind, file);
    out->s = arena_printf(r->arena, "%.*s" FILE_PATH "%.*s", STR_ARG(origin), STR_ARG(id));
    return out->s.p != NULL;
}

bool chayenity_file_of(Exchange *x, Str url, int64_t *file) {
    size_t at = url.n;
    while (at > 0 && url.p[at - 1] != '/')
        at--;
    return id_parse(engine_ids(x->engine), ID_UUID, FILE_RECORD.kind, str_from(url, at), file);
}

bool chayenity_name_of(Render *r, int64_t user, Value *out) {
    User u;
    out->s = S("");
    if (user && user_load(r->call, user, &u) == OK)
        out->s = user_shown_name(&u);
    return true;
}

int64_t chayenity_reputation_e1(const User *u) {
    enum { BEFORE_THE_FIRST = 50 };
    return u->rating_count ? (u->rating_sum * 10 + u->rating_count / 2) / u->rating_count : BEFORE_THE_FIRST;
}

/* ---- the contract ---- */

static const Section *const sections[] = {&chayenity_auth,    &chayenity_users, &chayenity_buddies,
                                          &chayenity_gigs,    &chayenity_chat,  &chayenity_files,
                                          &chayenity_reviews, &chayenity_money, &chayenity_socket};
static const char *const prefixes[] = {"/api/", NULL};

const Contract chayenity_contract = {
    .name = "chayenity",
    .title = "Chayenity API",
    .version = GIGBOX_VERSION,
    .doc = "Help near by: gigs with a place that the first helper gets, chat, buddies, escrow. Ids are UUIDs, amounts major "
           "units of the "
           "currency with a decimal, times UTC. A path that the campus contract documents too is served by the contract that the "
           "access token was made under.",
    .id_form = ID_UUID,
    .money_form = PAY_MAJOR_1,
    .time_form = TIME_ISO_MICROS,
    .ttl_offset = offsetof(DomainConfig, access_ttl_ms),
    .prefixes = prefixes,
    .sections = sections,
    .section_count = COUNT(sections),
    .problems = problems,
    .codes = codes,
    .code_count = COUNT(codes),
    .problem = problem,
    .problem_schema = problem_schema,
};
