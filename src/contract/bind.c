#include "contract/bind.h"

#include <assert.h>

#include "codec/form.h"
#include "codec/iso8601.h"
#include "codec/json.h"

/* One value as it came: text (path, query, forms) or JSON. */
typedef struct Given {
    bool present;
    const Json *json; /* NULL: text */
    Str text;
    const Str *more; /* text: further values under the same name */
    size_t more_count;
} Given;

typedef struct Source {
    Exchange *ex;
    Arena *a;
    const Json *json; /* the body, when it is a JSON object */
    Form query, form;
    Multipart multipart;
    size_t param; /* path parameters are taken in order */
} Source;

bool bind_id(const Contract *contract, const IdMap *ids, uint8_t kind, Str text, int64_t *id) {
    switch (contract->id_form) {
    case ID_INTEGER:
        return str_i64(text, id) && *id > 0;
    case ID_HEX:
        return idmap_hex_id(ids, kind, text, id);
    default:
        return idmap_uuid_id(ids, kind, text, id);
    }
}

static const Input *input_of(const Route *route, Str field) {
    for (const Input *row = route->input; row && row->name; row++)
        if (str_eq(str_c0(row->field ? row->field : row->name), field))
            return row;
    return NULL;
}

Str bind_wire_name(const Route *route, Str field) {
    const Input *row = route ? input_of(route, field) : NULL;
    return row ? str_c0(row->name) : field;
}

static Str field_name(const Input *row) { return str_c0(row->field ? row->field : row->name); }

static Err refuse(Source *s, const Input *row, Str message) {
    return diag_field(&s->ex->diag, E_INVALID, field_name(row), message);
}

static Err refuse_type(Source *s, const Input *row, const char *wanted, const Given *g) {
    if (!g->json)
        return refuse(s, row, arena_printf(s->a, "must be %s", wanted));
    return refuse(s, row, arena_printf(s->a, "must be %s, not %s", wanted, json_type_name(json_type(g->json))));
}

static bool is_string(const Given *g) { return !g->json || json_type(g->json) == JSON_STRING; }
static Str given_text(const Given *g) { return g->json ? json_text(g->json) : g->text; }

/* ---- one value of each wire type ---- */

static Err bind_str(Source *s, const Input *row, const Given *g, Str *out) {
    if (!is_string(g))
        return refuse_type(s, row, "a string", g);
    Str v = given_text(g);
    if (!str_utf8_valid(v) || (v.n && memchr(v.p, 0, v.n)))
        return refuse(s, row, S("must be text without control bytes"));
    int64_t length = (int64_t)str_utf8_len(v), max = row->max ? row->max : INPUT_STR_MAX;
    if (row->required && length == 0)
        return refuse(s, row, S("must not be empty"));
    if (length < row->min)
        return refuse(s, row, arena_printf(s->a, "must have at least %lld characters", (long long)row->min));
    if (length > max)
        return refuse(s, row, arena_printf(s->a, "must have at most %lld characters", (long long)max));
    *out = v;
    return OK;
}

/* Range of a number; `scale` turns limits into what people read. */
static Err in_range(Source *s, const Input *row, int64_t *v) {
    if (row->max == 0 && row->min == 0)
        return OK;
    bool low = *v < row->min, high = row->max && *v > row->max;
    if ((low || high) && row->clamp) {
        *v = low ? row->min : row->max;
        return OK;
    }
    if (low)
        return refuse(s, row, arena_printf(s->a, "must be at least %lld", (long long)row->min));
    if (high)
        return refuse(s, row, arena_printf(s->a, "must be at most %lld", (long long)row->max));
    return OK;
}

static Err bind_integer(Source *s, const Input *row, const Given *g, int64_t *out) {
    bool ok = g->json ? json_i64(g->json, out) : str_i64(str_trim(g->text), out);
    if (!ok && row->clamp && !g->json) { /* ?page=abc */
        *out = row->fallback;
        return OK;
    }
    return ok ? in_range(s, row, out) : refuse_type(s, row, "a whole number", g);
}

static Err bind_money(Source *s, const Input *row, const Given *g, int64_t *out) {
    const Contract *contract = s->ex->contract;
    if (g->json && json_type(g->json) == JSON_STRING && contract->money_form == MONEY_MINOR)
        return refuse_type(s, row, "a whole number", g);
    Str text = given_text(g);
    Err e = text.p ? money_parse(text, contract->money_form, s->ex->cfg->currency_decimals, out) : E_SYNTAX;
    if (e == E_SYNTAX)
        return refuse_type(s, row, contract->money_form == MONEY_MINOR ? "a whole number" : "a number", g);
    if (e == E_TOO_LARGE)
        return refuse(s, row, S("is too large"));
    if (e)
        return refuse(s, row, contract->money_form == MONEY_MINOR ? S("must be a whole number") : S("has more decimals than the currency"));
    return in_range(s, row, out);
}

static Err bind_time(Source *s, const Input *row, const Given *g, int64_t *out) {
    if (s->ex->contract->time_form == TIME_MS) {
        if (!(g->json ? json_i64(g->json, out) : str_i64(g->text, out)))
            return refuse_type(s, row, "milliseconds since 1970", g);
        if (*out < 0 || *out > INT64_C(253402300799999))
            return refuse(s, row, S("is out of range"));
        return OK;
    }
    if (!is_string(g) || !iso_parse(given_text(g), s->ex->cfg->tz_minutes, out))
        return refuse(s, row, S("must be a date and time like 2025-10-01T10:00:00Z"));
    return OK;
}

static Err bind_id_value(Source *s, const Input *row, Str text, int64_t *out) {
    if (bind_id(s->ex->contract, &engine_config(s->ex->engine)->ids, (uint8_t)row->arg, text, out))
        return OK;
    return row->in == IN_PATH ? E_MISSING : refuse(s, row, S("is not the id of such a thing"));
}

static bool word_value(const Input *row, Str text, int32_t *out) {
    for (const Word *w = row->words; w->wire; w++)
        if (str_eq(str_c0(w->wire), text)) {
            *out = w->value;
            return true;
        }
    return false;
}

static Err refuse_word(Source *s, const Input *row) {
    Buf b = buf_arena(s->a, 1024);
    buf_lit(&b, "must be one of ");
    for (const Word *w = row->words; w->wire; w++) {
        if (w != row->words)
            buf_lit(&b, ", ");
        buf_add(&b, str_c0(w->wire));
    }
    return refuse(s, row, buf_str(&b));
}

static Err bind_e6(Source *s, const Input *row, const Given *g, int32_t *out) {
    /* Six decimals are a tenth of a metre; more are cut by the sender's own precision, so they are rounded away here. */
    Str text = given_text(g), digits = text;
    size_t dot = str_index(text, '.');
    if (dot < text.n && text.n - dot > 7)
        digits = str_slice(text, 0, dot + 7);
    int64_t v;
    if (!text.p || (g->json && json_type(g->json) != JSON_NUMBER) || money_parse(digits, MONEY_MAJOR, 6, &v))
        return refuse_type(s, row, "a number", g);
    if (v < row->min || v > row->max)
        return refuse(s, row, S("is out of range"));
    *out = (int32_t)v;
    return OK;
}

/* ---- lists ---- */

typedef struct Pieces {
    Given *all;
    size_t n;
} Pieces;

/* A JSON array; in text: repeated names, or one value with commas. */
static Err pieces_of(Source *s, const Input *row, const Given *g, Pieces *out) {
    size_t max = row->max ? (size_t)row->max : 100;
    if (g->json && json_type(g->json) != JSON_ARRAY)
        return refuse_type(s, row, "an array", g);
    size_t n = g->json ? json_count(g->json) : g->more_count + 1;
    Str one = g->text;
    if (!g->json && n == 1)
        for (n = 0; one.n;) {
            Str part;
            str_split(&one, ',', &part);
            n++;
            if (!one.p)
                break;
        }
    if (n > max)
        return refuse(s, row, arena_printf(s->a, "must have at most %zu elements", max));
    if ((int64_t)n < row->min)
        return refuse(s, row, arena_printf(s->a, "must have at least %lld elements", (long long)row->min));
    out->all = ARENA_ARRAY(s->a, n, Given);
    out->n = n;
    if (!out->all)
        return E_NOMEM;
    JsonIter it = json_iter(g->json ? g->json : NULL);
    Str rest = g->text;
    for (size_t i = 0; i < n; i++) {
        out->all[i].present = true;
        if (g->json)
            out->all[i].json = json_next(&it, NULL);
        else if (g->more_count)
            out->all[i].text = i ? g->more[i - 1] : g->text;
        else if (str_split(&rest, ',', &out->all[i].text))
            out->all[i].text = str_trim(out->all[i].text);
    }
    return OK;
}

enum { PIECE_STR_MAX = 200 };

static Err bind_list(Source *s, const Input *row, const Given *g, List *out) {
    Pieces p;
    Err e = pieces_of(s, row, g, &p);
    if (e)
        return e;
    Str *texts = ARENA_ARRAY(s->a, p.n, Str);
    int64_t *ids = ARENA_ARRAY(s->a, p.n, int64_t);
    if (!texts || !ids)
        return E_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < p.n; i++) {
        if (!is_string(&p.all[i]))
            return refuse(s, row, S("must be an array of strings"));
        Str t = given_text(&p.all[i]);
        if (!p.all[i].json && t.n == 0)
            continue;
        if (!str_utf8_valid(t) || str_utf8_len(t) > PIECE_STR_MAX || (t.n && memchr(t.p, 0, t.n)))
            return refuse(s, row, S("has an element that is too long or no text"));
        if (row->wire == W_IDS && !bind_id(s->ex->contract, &engine_config(s->ex->engine)->ids, (uint8_t)row->arg, t, &ids[n]))
            return refuse(s, row, S("has an element that is not the id of such a thing"));
        texts[n++] = t;
    }
    *out = row->wire == W_IDS ? list_of_i64s(s->a, ids, n) : list_of_strs(s->a, texts, n);
    return out->count != n ? E_NOMEM : OK;
}

static Err bind_words(Source *s, const Input *row, const Given *g, int32_t *out) {
    Pieces p;
    Err e = pieces_of(s, row, g, &p);
    *out = 0;
    for (size_t i = 0; e == OK && i < p.n; i++) {
        int32_t bit;
        if (!is_string(&p.all[i]) || !word_value(row, given_text(&p.all[i]), &bit))
            return refuse_word(s, row);
        *out |= bit;
    }
    return e;
}

/* ---- one row ---- */

static Err bind_value(Source *s, const Input *row, const Given *g, char *at) {
    int64_t v = 0;
    Err e;
    switch (row->wire) {
    case W_STR:
        return bind_str(s, row, g, (Str *)(void *)at);
    case W_I32:
        e = bind_integer(s, row, g, &v);
        if (e == OK && (v < INT32_MIN || v > INT32_MAX))
            e = refuse(s, row, S("is out of range"));
        if (e == OK)
            *(int32_t *)(void *)at = (int32_t)v;
        return e;
    case W_I64:
        return bind_integer(s, row, g, (int64_t *)(void *)at);
    case W_MONEY:
        return bind_money(s, row, g, (int64_t *)(void *)at);
    case W_TIME:
        return bind_time(s, row, g, (int64_t *)(void *)at);
    case W_BOOL:
        if (g->json ? json_type(g->json) == JSON_BOOL : str_eq(g->text, S("true")) || str_eq(g->text, S("false"))) {
            *(bool *)at = g->json ? json_true(g->json) : str_eq(g->text, S("true"));
            return OK;
        }
        return refuse_type(s, row, "true or false", g);
    case W_ID:
        /* Integer ids come as numbers, the others as strings. */
        if (g->json && json_type(g->json) != JSON_STRING && (json_type(g->json) != JSON_NUMBER || s->ex->contract->id_form != ID_INTEGER))
            return refuse_type(s, row, "an id", g);
        return bind_id_value(s, row, given_text(g), (int64_t *)(void *)at);
    case W_WORD:
        if (!is_string(g) || !word_value(row, given_text(g), (int32_t *)(void *)at))
            return refuse_word(s, row);
        return OK;
    case W_WORDS:
        return bind_words(s, row, g, (int32_t *)(void *)at);
    case W_E6:
        return bind_e6(s, row, g, (int32_t *)(void *)at);
    case W_STRS:
    case W_IDS:
        return bind_list(s, row, g, (List *)(void *)at);
    default:
        assert(!"input row of a wire type that inputs do not have");
        return E_INTERNAL;
    }
}

/* All values that a form or query has under the name (or name[]). */
static Given from_form(Source *s, const Form *f, const char *name) {
    Given g = {0};
    Str plain = str_c0(name), value;
    Str array = arena_printf(s->a, "%s[]", name);
    Str *more = NULL;
    for (int pass = 0; pass < 2; pass++)
        for (size_t at = 0; form_next(f, pass ? array : plain, &at, &value);) {
            if (!g.present) {
                g.present = true;
                g.text = value;
                continue;
            }
            if (!more)
                more = ARENA_ARRAY(s->a, f->count, Str);
            if (more)
                more[g.more_count++] = value;
        }
    g.more = more;
    return g;
}

static Given find(Source *s, const Input *row) {
    if (row->in == IN_PATH) {
        assert(s->param < ENGINE_PARAMS_MAX);
        return (Given){.present = true, .text = s->ex->params[s->param++]};
    }
    if (row->in == IN_QUERY)
        return from_form(s, &s->query, row->name);
    if (s->json) {
        const Json *v = json_get(s->json, row->name);
        return (Given){.present = v != NULL, .json = v};
    }
    return from_form(s, &s->form, row->name);
}

static Err bind_row(Source *s, const Input *row) {
    char *base = s->ex->in, *at = base + row->offset;
    Given g = find(s, row);
    bool null = g.present && g.json && json_type(g.json) == JSON_NULL;
    /* A parameter that is there but empty was not filled in. */
    bool blank = g.present && !g.json && row->in == IN_QUERY && g.text.n == 0 && g.more_count == 0;
    if (!g.present || null || blank) {
        if (row->required)
            return refuse(s, row, S("is required"));
        if (row->wire == W_I64 || row->wire == W_MONEY)
            *(int64_t *)(void *)at = row->fallback;
        else if (row->wire == W_I32 || row->wire == W_WORD)
            *(int32_t *)(void *)at = (int32_t)row->fallback;
        /* null clears a field that can be empty. */
        if (null && row->bit && (row->wire == W_STR || row->wire == W_STRS || row->wire == W_IDS || row->wire == W_ID))
            *(uint64_t *)(void *)base |= UINT64_C(1) << (row->bit - 1);
        return OK;
    }
    Err e = bind_value(s, row, &g, at);
    if (e == OK && row->check) {
        const char *fault = row->check(at);
        if (fault)
            e = refuse(s, row, str_c0(fault));
    }
    if (e == OK && row->bit)
        *(uint64_t *)(void *)base |= UINT64_C(1) << (row->bit - 1);
    return e;
}

/* ---- the whole ---- */

Err bind_multipart(const Request *req, Multipart *out) {
    Str type = req->header(req, "Content-Type"), boundary;
    if (multipart_boundary(type, &boundary) != OK && !multipart_guess(req->body, &boundary))
        return E_MEDIA;
    return multipart_parse(req->arena, req->body, boundary, out);
}

static bool media_is(Str type, Str wanted) { return str_eq_nocase(str_trim(str_slice(type, 0, str_index(type, ';'))), wanted); }

static Err multipart_as_form(Source *s) {
    Err e = bind_multipart(s->ex->req, &s->multipart);
    if (e)
        return e;
    s->form.pairs = ARENA_ARRAY(s->a, s->multipart.count, FormPair);
    if (!s->form.pairs)
        return E_NOMEM;
    for (size_t i = 0; i < s->multipart.count; i++)
        if (!s->multipart.parts[i].filename.p)
            s->form.pairs[s->form.count++] = (FormPair){s->multipart.parts[i].name, s->multipart.parts[i].body};
    return OK;
}

static Err read_body(Source *s) {
    const Request *req = s->ex->req;
    Str type = req->header(req, "Content-Type"), boundary;
    if (str_trim(req->body).n == 0)
        return OK;
    if (media_is(type, S("application/x-www-form-urlencoded")))
        return form_parse(s->a, req->body, &s->form);
    if (media_is(type, S("multipart/form-data")) || multipart_guess(req->body, &boundary))
        return multipart_as_form(s);
    const char *why;
    Err e = json_parse(s->a, req->body, &s->json, &why);
    if (e == E_SYNTAX)
        return diag_fail(&s->ex->diag, e, NULL, str_c0(why));
    if (e == OK && json_type(s->json) != JSON_OBJECT)
        return diag_fail(&s->ex->diag, E_SYNTAX, NULL, S("the body must be a JSON object"));
    return e;
}

Err bind_input(Exchange *ex) {
    const Route *route = ex->route;
    Source s = {.ex = ex, .a = ex->req->arena};
    bool query = false, body = false;
    ex->in = arena_alloc(s.a, route->in_size ? route->in_size : 1);
    if (!ex->in)
        return E_NOMEM;
    for (const Input *row = route->input; row && row->name; row++) {
        query |= row->in == IN_QUERY;
        body |= row->in == IN_BODY;
    }
    Err e = query ? form_parse(s.a, ex->req->query, &s.query) : OK;
    if (e == OK && body)
        e = read_body(&s);
    if (e)
        return e;
    /* Every row is looked at, so that one answer names every fault. */
    for (const Input *row = route->input; row && row->name; row++) {
        Err fault = bind_row(&s, row);
        if (fault && (e == OK || fault == E_NOMEM || fault == E_MISSING))
            e = fault;
    }
    return e;
}
