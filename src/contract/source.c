#include "contract/source.h"

static Err texts_of_form(Bind *b, const Form *f, Str name, Wire *w) {
    Str value;
    size_t n = 0;
    for (size_t at = 0; form_next(f, name, &at, &value);)
        n++;
    if (!n)
        return OK;
    w->texts = ARENA_ARRAY(b->x->arena, n, Str);
    if (!w->texts)
        return E_NOMEM;
    for (size_t at = 0; form_next(f, name, &at, &value);)
        w->texts[w->count++] = value;
    w->kind = WIRE_TEXT;
    return OK;
}

static Err texts_of_parts(Bind *b, const Multipart *m, Str name, Wire *w) {
    size_t n = 0;
    for (size_t i = 0; i < m->count; i++)
        n += !m->parts[i].filename.p && str_eq(m->parts[i].name, name);
    if (!n)
        return OK;
    w->texts = ARENA_ARRAY(b->x->arena, n, Str);
    if (!w->texts)
        return E_NOMEM;
    for (size_t i = 0; i < m->count; i++)
        if (!m->parts[i].filename.p && str_eq(m->parts[i].name, name))
            w->texts[w->count++] = m->parts[i].body;
    w->kind = WIRE_TEXT;
    return OK;
}

static bool is_list(uint8_t type) { return type == W_STRS || type == W_IDS || type == W_WORDS || type == W_ROWS; }

/* name[], as PHP and many form libraries write lists; on every request, so without a format. */
static Str bracketed(Arena *a, const char *name) {
    size_t n = strlen(name);
    char *p = arena_alloc(a, n + 2);
    if (!p)
        return (Str){0};
    memcpy(p, name, n);
    memcpy(p + n, "[]", 2);
    return str_of(p, n + 2);
}

static Err wire_of_fields(Bind *b, const Input *row, Wire *w) {
    const Body *body = &b->x->body;
    Str names[2] = {str_c0(row->name), {NULL, 0}};
    if (is_list(row->type))
        names[1] = bracketed(b->x->arena, row->name);
    for (size_t i = 0; i < COUNT(names) && names[i].p && w->kind == WIRE_ABSENT; i++) {
        Err e = body->form ? texts_of_form(b, body->form, names[i], w) : texts_of_parts(b, body->parts, names[i], w);
        if (e)
            return e;
    }
    /* An empty field is a choice not made, except where a string is due. */
    if (w->kind == WIRE_TEXT && w->count == 1 && !w->texts[0].n && row->type != W_STR && row->type != W_JSON)
        w->kind = WIRE_ABSENT;
    return OK;
}

static void wire_of_json(const Json *v, Wire *w) {
    if (v)
        *w = (Wire){.kind = WIRE_JSON, .json = v};
}

/* The row's place among the IN_BODY rows. */
static size_t position_of(const Inputs *set, const Input *row) {
    size_t n = 0;
    for (const Input *r = set->rows; r < row; r++)
        n += r->where == IN_BODY;
    return n;
}

static const Json *element(const Json *array, size_t index) {
    JsonIter it = json_iter(array);
    Str key;
    for (const Json *v; json_next(&it, &key, &v); index--)
        if (!index)
            return v;
    return NULL;
}

static Err one_text(Bind *b, Str s, Wire *w) {
    w->texts = ARENA_NEW(b->x->arena, Str);
    if (!w->texts)
        return E_NOMEM;
    w->texts[0] = s;
    w->count = 1;
    w->kind = WIRE_TEXT;
    return OK;
}

/* The value of a {name} in the route's path. */
static Str path_value(const Exchange *x, const char *name) {
    size_t at = 0, n = strlen(name);
    for (const char *p = x->route->path; (p = strchr(p, '{')); p++, at++)
        if (!strncmp(p + 1, name, n) && p[1 + n] == '}' && at < x->param_count)
            return x->params[at];
    return (Str){NULL, 0};
}

Err source_find(Bind *b, const Inputs *set, const Input *row, Wire *w) {
    Exchange *x = b->x;
    *w = (Wire){0};
    if (b->object) {
        wire_of_json(json_get(b->object, str_c0(row->name)), w);
        return OK;
    }
    switch (row->where) {
    case IN_PATH: return one_text(b, path_value(x, row->name), w);
    case IN_HEADER: {
        Str s = x->req->header(x->req, row->name);
        return s.p ? one_text(b, s, w) : OK;
    }
    case IN_QUERY: {
        Err e = texts_of_form(b, &x->query, str_c0(row->name), w);
        if (!e && w->kind == WIRE_ABSENT && is_list(row->type) && x->query.count)
            e = texts_of_form(b, &x->query, bracketed(x->arena, row->name), w);
        w->query = true;
        if (w->kind == WIRE_TEXT && w->count == 1 && !w->texts[0].n)
            w->kind = WIRE_ABSENT;
        return e;
    }
    default:
        if (x->body.form || x->body.parts)
            return wire_of_fields(b, row, w);
        wire_of_json(json_type(x->body.json) == JSON_ARRAY ? element(x->body.json, position_of(set, row))
                                                           : json_get(x->body.json, str_c0(row->name)),
                     w);
        return OK;
    }
}
