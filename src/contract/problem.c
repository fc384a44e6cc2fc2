#include "codec/money.h"
#include "contract/internal.h"

/* ---- words for faults ---- */

static const char *type_text(const Input *row, uint8_t time_form) {
    static const char *const texts[] = {
        [W_STR] = "must be a string",
        [W_INT] = "must be a whole number",
        [W_BOOL] = "must be true or false",
        [W_MONEY] = "must be an amount",
        [W_DECIMAL] = "must be a number",
        [W_ID] = "must be an id",
        [W_WORD] = "must be a string",
        [W_WORDS] = "must be a list of strings",
        [W_STRS] = "must be a list of strings",
        [W_IDS] = "must be a list of ids",
        [W_ROW] = "must be an object",
        [W_ROWS] = "must be a list of objects",
        [W_FILE] = "must be a file",
        [W_JSON] = "must be JSON",
    };
    if (row->type == W_TIME)
        return time_form == TIME_MS ? "must be a time in milliseconds" : "must be a time as text";
    return row->type < COUNT(texts) && texts[row->type] ? texts[row->type] : "has the wrong type";
}

static void put_bound(Buf *b, Exchange *x, const Input *row, int64_t v) {
    uint8_t form = row->form ? row->form : x->contract->money_form;
    if (row->type == W_MONEY && form != PAY_MINOR)
        money_add(b, v, MONEY_MAJOR, x->cfg->currency_decimals);
    else if (row->type == W_DECIMAL)
        json_put_decimal(b, v, row->scale);
    else
        buf_i64(b, v);
}

/* Each word once, although it may stand for several values. */
static void put_words(Buf *b, const Words *w) {
    buf_lit(b, "must be one of ");
    for (size_t i = 0; i < w->count; i++) {
        bool said = false;
        for (size_t k = 0; k < i && !said; k++)
            said = str_eq(w->rows[k].word, w->rows[i].word);
        if (said)
            continue;
        if (i)
            buf_lit(b, ", ");
        buf_add(b, w->rows[i].word);
    }
}

Str fault_text(Exchange *x, const Input *row, Fault f, Str value) {
    (void)value;
    Buf b = buf_arena(x->arena, 1024);
    uint8_t time_form = row->form ? row->form : x->contract->time_form;
    switch (f) {
    case FAULT_REQUIRED:
    case FAULT_NULL: buf_lit(&b, "is required"); break;
    case FAULT_TYPE: buf_add(&b, str_c0(type_text(row, time_form))); break;
    case FAULT_SHORT:
        if (row->min == 1)
            buf_lit(&b, "must not be empty");
        else
            buf_printf(&b, "must have at least %lld %s", (long long)row->min, row->type == W_FILE ? "bytes" : "characters");
        break;
    case FAULT_LONG: buf_printf(&b, "must have at most %lld characters", (long long)row->max); break;
    case FAULT_FEW: buf_printf(&b, "must have at least %lld entries", (long long)row->min); break;
    case FAULT_MANY: buf_printf(&b, "must have at most %lld entries", (long long)row->max); break;
    case FAULT_SMALL:
    case FAULT_BIG: {
        int64_t bound = f == FAULT_SMALL ? row->min : row->max;
        if (!bound && !row->min && !row->max) {
            buf_lit(&b, "is out of range");
        } else {
            buf_add(&b, f == FAULT_SMALL ? S("must be at least ") : S("must be at most "));
            put_bound(&b, x, row, bound);
        }
        break;
    }
    case FAULT_WORD: put_words(&b, row->words); break;
    case FAULT_FORM: buf_add(&b, str_c0(type_text(row, time_form))); break;
    case FAULT_DECIMALS: buf_lit(&b, "has more decimals than the currency"); break;
    case FAULT_CHARACTER: buf_lit(&b, "must be text without NUL, in UTF-8"); break;
    }
    return b.err ? S("is not valid") : buf_str(&b);
}

/* ---- which errors there can be ---- */

uint32_t route_errors(const Route *r) {
    uint32_t m = r->errors | ERR(E_FORBIDDEN) * (r->access >= ACCESS_MODERATOR);
    if (r->access != ACCESS_OPEN)
        m |= ERR(E_UNAUTHORIZED);
    if (r->access != ACCESS_OPEN && strcmp(r->method, "GET"))
        m |= ERR(E_FORBIDDEN); /* by the cookie, from a foreign page */
    if (strcmp(r->method, "GET") && r->body != BODY_RAW)
        m |= ERR(E_SYNTAX); /* a body that says it is JSON and is none, wanted or not */
    if (r->rate != RATE_NONE)
        m |= ERR(E_LIMIT);
    for (size_t i = 0; r->in && i < r->in->count; i++) {
        uint8_t where = r->in->rows[i].where;
        if (where == IN_PATH && r->in->rows[i].type == W_ID)
            m |= ERR(E_MISSING);
        if (where == IN_QUERY || where == IN_HEADER || (where == IN_PATH && r->in->rows[i].type != W_ID))
            m |= ERR(E_INVALID) | ERR(E_SYNTAX);
        if (where == IN_BODY || where == IN_FILE)
            m |= ERR(E_INVALID) | ERR(E_SYNTAX) | ERR(E_TOO_LARGE) | ERR(E_MEDIA);
    }
    return m;
}

/* ---- the answer ---- */

const ProblemRow *problem_row(const Contract *c, Err err) { return &c->problems[err < ERR_COUNT ? err : E_INTERNAL]; }

static const CodeRow *code_row(const Contract *c, const char *code) {
    for (size_t i = 0; code && i < c->code_count; i++)
        if (!strcmp(c->codes[i].code, code))
            return &c->codes[i];
    return NULL;
}

static const Input *row_of(const Inputs *in, Str name) {
    for (size_t i = 0; in && i < in->count; i++) {
        const Input *row = &in->rows[i];
        if (!row->name || !row->canonical)
            continue;
        Str member = str_c0(row->canonical);
        bool last = member.n > name.n && str_ends(member, name) && member.p[member.n - name.n - 1] == '.';
        if (last || str_eq(member, name))
            return row;
        const Input *flat = row->type == W_ROW && row->flags & IN_FLAT ? row_of(row->sub, name) : NULL;
        if (flat)
            return flat;
    }
    return NULL;
}

/* The domain's name of a field as the route's rows call it; "parts.0.title" is one in a list of parts. */
static Str wire_name(Arena *a, const Inputs *in, Str name) {
    const Input *row = row_of(in, name);
    size_t dot = str_index(name, '.');
    if (row)
        return str_c0(row->name);
    row = row_of(in, str_slice(name, 0, dot));
    if (!row || dot == name.n)
        return name;
    Str rest = str_from(name, dot + 1), index = {NULL, 0};
    int64_t number;
    if (str_i64(str_slice(rest, 0, str_index(rest, '.')), &number)) {
        index = str_slice(rest, 0, str_index(rest, '.') + 1);
        rest = str_from(rest, index.n);
    }
    Str inner = wire_name(a, row->sub, rest), whole = arena_printf(a, "%s.%.*s%.*s", row->name, STR_ARG(index), STR_ARG(inner));
    return whole.p ? whole : name;
}

void problem_reply(Exchange *x, Err err, int status) {
    const Contract *c = x->contract;
    const ProblemRow *row = problem_row(c, err);
    const CodeRow *code = code_row(c, x->diag.code);
    Problem p = {.err = err, .status = row->status, .code = str_c0(row->code), .message = str_c0(row->message)};
    if (x->diag.message.n && err < E_PROVIDER) /* what went wrong inside is for the log */
        p.message = x->diag.message;
    if (code) {
        p.code = str_c0(code->as ? code->as : code->code);
        if (code->status)
            p.status = code->status;
        if (code->message)
            p.message = str_c0(code->message);
    }
    if (status)
        p.status = status;
    for (size_t i = 0; !x->binding && i < x->diag.count; i++)
        x->diag.fields[i].name = wire_name(x->arena, x->route ? x->route->in : NULL, x->diag.fields[i].name);
    p.binding = x->binding || err == E_SYNTAX;
    p.req = x->req;
    p.retry_s = x->retry_after_s;
    p.fields = x->diag.fields;
    p.field_count = x->diag.count;

    Reply *rep = x->reply;
    if (rep->done)
        rep->done(rep->stream_ctx);
    *rep = reply_new(x->req);
    rep->status = p.status;
    rep->content_type = S("application/json");
    reply_header(rep, "Cache-Control", S("no-store"));
    c->problem(&p, &rep->body);
    if (rep->body.err) { /* no memory for the words either */
        rep->body.n = 0;
        rep->fixed = S("{}");
    }
    if (p.status == 401)
        reply_header(rep, "WWW-Authenticate", S("Bearer"));
    if (p.status == 429 || p.status == 503) {
        int64_t seconds = x->retry_after_s > 0 ? x->retry_after_s : p.status == 503 ? 2 : 60;
        reply_header(rep, "Retry-After", arena_printf(x->arena, "%lld", (long long)seconds));
    }
}
