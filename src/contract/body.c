/* Query and body into one of three parsed forms. */
#include "contract/internal.h"

static bool wants(const Exchange *x, uint8_t where) {
    const Inputs *in = x->route->in;
    for (size_t i = 0; in && i < in->count; i++)
        if (in->rows[i].where == where)
            return true;
    return false;
}

/* The media type alone, without parameters. */
static Str media_type(Str content_type) { return str_trim(str_slice(content_type, 0, str_index(content_type, ';'))); }

static Err parse_multipart(Exchange *x, Str boundary) {
    x->body.parts = ARENA_NEW(x->arena, Multipart);
    return x->body.parts ? multipart_parse(x->arena, x->req->body, boundary, x->body.parts) : E_NOMEM;
}

static Err parse_json(Exchange *x) {
    size_t where;
    Err e = json_parse(x->arena, x->req->body, &x->body.json, &where);
    if (e == E_SYNTAX)
        return diag_fail(&x->diag, E_SYNTAX, "BAD_JSON",
                         arena_printf(x->arena, "the body is not valid JSON (at byte %zu)", where));
    if (e)
        return e;
    JsonType t = json_type(x->body.json);
    if (t == JSON_NULL)
        x->body.json = NULL;
    else if (t != JSON_OBJECT && !(t == JSON_ARRAY && x->route->positional))
        return diag_fail(&x->diag, E_INVALID, "NOT_OBJECT", S("the body must be a JSON object"));
    return OK;
}

static Err parse_body(Exchange *x) {
    Str body = x->req->body, boundary;
    if (!body.n)
        return OK;
    Str type = x->req->header(x->req, "Content-Type"), media = media_type(type);
    if (str_eq_nocase(media, S("multipart/form-data"))) {
        Err e = multipart_boundary(type, &boundary);
        return e ? e : parse_multipart(x, boundary);
    }
    if (str_eq_nocase(media, S("application/x-www-form-urlencoded"))) {
        x->body.form = ARENA_NEW(x->arena, Form);
        return x->body.form ? form_parse(x->arena, body, x->body.form) : E_NOMEM;
    }
    /* Some clients label their upload as JSON; JSON never begins with a hyphen and a hyphen. */
    if (multipart_guess(body, &boundary))
        return parse_multipart(x, boundary);
    bool json = !media.n || str_eq_nocase(media, S("application/json")) || str_eq_nocase(media, S("text/plain")) ||
                (media.n > 5 && str_eq_nocase(str_from(media, media.n - 5), S("+json")));
    return json ? parse_json(x) : E_MEDIA;
}

/* Nothing is taken from this body; but what says it is JSON and is none is a mistake to be told. */
static Err look_at_body(Exchange *x) {
    const Json *any;
    size_t where;
    if (!x->req->body.n || !strcmp(x->route->method, "GET") ||
        !str_eq_nocase(media_type(x->req->header(x->req, "Content-Type")), S("application/json")) ||
        json_parse(x->arena, x->req->body, &any, &where) != E_SYNTAX)
        return OK;
    return diag_fail(&x->diag, E_SYNTAX, "BAD_JSON", arena_printf(x->arena, "the body is not valid JSON (at byte %zu)", where));
}

Err body_parse(Exchange *x) {
    if (x->req->query.n && (x->route->handler || wants(x, IN_QUERY))) {
        Err e = form_parse(x->arena, x->req->query, &x->query);
        if (e)
            return e == E_SYNTAX ? diag_fail(&x->diag, e, NULL, S("the query is not well-formed")) : e;
    }
    if (x->route->body == BODY_RAW)
        return OK;
    return wants(x, IN_BODY) || wants(x, IN_FILE) || x->route->positional ? parse_body(x) : look_at_body(x);
}

Str exchange_query(const Exchange *x, const char *name) {
    Str value = {NULL, 0};
    form_get(&x->query, str_c0(name), &value);
    return value;
}

int64_t exchange_upload_max(const Exchange *x) { return (int64_t)engine_upload_max(x->engine); }

const Part *exchange_file(const Exchange *x, const char *name) {
    const Multipart *m = x->body.parts;
    bool any = !strcmp(name, "*");
    for (size_t i = 0; m && i < m->count; i++)
        if (m->parts[i].filename.p && (any || str_eq(m->parts[i].name, str_c0(name))))
            return &m->parts[i];
    return NULL;
}
