#include "contract/source.h"

#include <stdlib.h>

#include "codec/iso8601.h"
#include "codec/money.h"
#include "domain/file.h"

static Err bind_set(Bind *b, const Inputs *set, char *base);

/* ---- faults ---- */

static void path_add(Buf *out, const Bind *b) {
    if (!b || !b->name)
        return;
    path_add(out, b->outer);
    buf_add(out, str_c0(b->name));
    buf_char(out, '.');
    if (b->index >= 0) {
        buf_i64(out, b->index);
        buf_char(out, '.');
    }
}

static Err fault_as(Bind *b, const Input *row, Str text) {
    Buf name = buf_arena(b->x->arena, 256);
    path_add(&name, b);
    buf_add(&name, str_c0(row->name));
    return diag_field(&b->x->diag, E_INVALID, name.err ? str_c0(row->name) : buf_str(&name), text);
}

static Err fault(Bind *b, const Input *row, Fault f, Str value) {
    Exchange *x = b->x;
    return fault_as(b, row, x->contract->fault ? x->contract->fault(x, row, f, value) : fault_text(x, row, f, value));
}

/* ---- numbers ---- */

/* A number out of the row's range, or of the member's, is a fault or is brought into it. */
static Err put_int(Bind *b, const Input *row, char *at, int64_t v, Str text) {
    int64_t low = INT64_MIN, high = INT64_MAX;
    if (row->size == sizeof(int32_t))
        low = INT32_MIN, high = INT32_MAX;
    if (row->min || row->max) {
        if (row->min > low)
            low = row->min;
        if (row->max && row->max < high)
            high = row->max;
    }
    if (v < low || v > high) {
        if (!(row->flags & IN_CLAMP))
            return fault(b, row, v < low ? FAULT_SMALL : FAULT_BIG, text);
        v = v < low ? low : high;
    }
    if (row->size == sizeof(int32_t))
        memcpy(at, &(int32_t){(int32_t)v}, sizeof(int32_t));
    else
        memcpy(at, &v, sizeof v);
    return OK;
}

/* The text of what should be a number; p == NULL when it is something else. */
static Str number_text(const Input *row, const Wire *w) {
    Str s = {NULL, 0};
    if (w->kind == WIRE_TEXT)
        s = str_trim(w->texts[0]);
    else if (json_type(w->json) == JSON_NUMBER || (json_type(w->json) == JSON_STRING && row->flags & IN_LENIENT))
        s = str_trim(json_str(w->json));
    return json_is_number(s) ? s : (Str){NULL, 0};
}

static Err bind_int(Bind *b, const Input *row, char *at, const Wire *w) {
    Str s = number_text(row, w);
    int64_t v;
    if (!s.p)
        return fault(b, row, FAULT_TYPE, s);
    if (json_text_i64(s, &v))
        return put_int(b, row, at, v, s);
    /* Whole but beyond 64 bits, or not whole. */
    if (memchr(s.p, '.', s.n) || memchr(s.p, 'e', s.n) || memchr(s.p, 'E', s.n))
        return fault(b, row, FAULT_FORM, s);
    return put_int(b, row, at, s.p[0] == '-' ? INT64_MIN : INT64_MAX, s);
}

static Err bind_decimal(Bind *b, const Input *row, char *at, const Wire *w) {
    enum { DIGITS_MAX = 64 };
    Str s = number_text(row, w);
    char text[DIGITS_MAX];
    if (!s.p || s.n >= sizeof text)
        return fault(b, row, FAULT_TYPE, s);
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    double v = strtod(text, NULL); /* degrees and stars, never money */
    for (int i = 0; i < row->scale; i++)
        v *= 10;
    if (!(v > -9e15 && v < 9e15))
        return fault(b, row, v < 0 ? FAULT_SMALL : FAULT_BIG, s);
    return put_int(b, row, at, (int64_t)(v < 0 ? v - 0.5 : v + 0.5), s);
}

static Err bind_money(Bind *b, const Input *row, char *at, const Wire *w) {
    static const MoneyForm forms[] = {[PAY_MINOR] = MONEY_MINOR,
                                      [PAY_MAJOR] = MONEY_MAJOR,
                                      [PAY_MAJOR_1] = MONEY_MAJOR_1,
                                      [PAY_MAJOR_ALL] = MONEY_MAJOR_ALL,
                                      [PAY_MAJOR_TEXT] = MONEY_MAJOR_ALL};
    uint8_t form = row->form ? row->form : b->x->contract->money_form;
    Str s = number_text(row, w);
    if (!s.p && form == PAY_MAJOR_TEXT && json_type(w->json) == JSON_STRING)
        s = json_str(w->json);
    int64_t v = 0;
    Err e = s.p ? money_parse(s, forms[form], b->x->cfg->currency_decimals, &v) : E_SYNTAX;
    if (e)
        return fault(b, row, e == E_INVALID ? FAULT_DECIMALS : e == E_TOO_LARGE ? FAULT_BIG : FAULT_TYPE, s);
    return put_int(b, row, at, v, s);
}

static Err bind_time(Bind *b, const Input *row, char *at, const Wire *w) {
    uint8_t form = row->form ? row->form : b->x->contract->time_form;
    if (form == TIME_MS || form == TIME_SECONDS) {
        Err e = bind_int(b, row, at, w);
        int64_t v;
        memcpy(&v, at, sizeof v);
        if (!e && form == TIME_SECONDS && __builtin_mul_overflow(v, MS_SECOND, &v))
            return fault(b, row, FAULT_BIG, S(""));
        if (!e && (v < ISO_MS_MIN || v > ISO_MS_MAX))
            return fault(b, row, v < 0 ? FAULT_SMALL : FAULT_BIG, S(""));
        memcpy(at, &v, sizeof v);
        return e;
    }
    Str s = w->kind == WIRE_TEXT ? w->texts[0] : json_type(w->json) == JSON_STRING ? json_str(w->json) : (Str){NULL, 0};
    int64_t v;
    if (!s.p)
        return fault(b, row, FAULT_TYPE, s);
    if (!iso_parse(str_trim(s), 0, &v))
        return fault(b, row, FAULT_FORM, s);
    return put_int(b, row, at, v, s);
}

static Err bind_bool(Bind *b, const Input *row, char *at, const Wire *w) {
    static const struct {
        Str word;
        bool value;
    } words[] = {{STR_INIT("true"), true}, {STR_INIT("false"), false}, {STR_INIT("1"), true},   {STR_INIT("0"), false},
                 {STR_INIT("on"), true},   {STR_INIT("off"), false},   {STR_INIT("yes"), true}, {STR_INIT("no"), false}};
    Str s = {NULL, 0};
    if (json_type(w->json) == JSON_BOOL) {
        *(bool *)at = json_bool(w->json);
        return OK;
    }
    if (w->kind == WIRE_TEXT)
        s = str_trim(w->texts[0]);
    else if (row->flags & IN_LENIENT)
        s = json_str(w->json);
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq_nocase(s, words[i].word)) {
            *(bool *)at = words[i].value;
            return OK;
        }
    return fault(b, row, FAULT_TYPE, s);
}

/* ---- text ---- */

static Err text_ok(Bind *b, const Input *row, Str s) {
    if (s.n && memchr(s.p, 0, s.n))
        return fault(b, row, FAULT_CHARACTER, S(""));
    return str_utf8_valid(s) ? OK : fault(b, row, FAULT_CHARACTER, S(""));
}

/* One piece of text where a string is due. */
static bool wire_text(const Input *row, const Wire *w, Str *out) {
    if (w->kind == WIRE_TEXT) {
        *out = w->texts[0];
        return true;
    }
    JsonType t = json_type(w->json);
    if (t != JSON_STRING && !(t == JSON_NUMBER && row->flags & IN_LENIENT))
        return false;
    *out = json_str(w->json);
    return true;
}

static Err bind_str(Bind *b, const Input *row, char *at, const Wire *w) {
    Str s;
    if (!wire_text(row, w, &s))
        return fault(b, row, FAULT_TYPE, (Str){NULL, 0});
    Err e = text_ok(b, row, s);
    if (e)
        return e;
    if (row->flags & IN_TRIM)
        s = str_trim(s);
    if (row->min || row->max) {
        int64_t n = (int64_t)str_utf8_len(s);
        if (n < row->min)
            return fault(b, row, FAULT_SHORT, s);
        if (row->max && n > row->max)
            return fault(b, row, FAULT_LONG, s);
    }
    memcpy(at, &s, sizeof s);
    if (row->flags & IN_ACCOUNT)
        b->x->account = s;
    return OK;
}

static Err bind_id(Bind *b, const Input *row, char *at, const Wire *w) {
    uint8_t form = row->form ? row->form : b->x->contract->id_form;
    Str s = {NULL, 0};
    bool number = json_type(w->json) == JSON_NUMBER;
    if (w->kind == WIRE_TEXT)
        s = w->texts[0];
    else if (number ? form == ID_INTEGER || form == ID_ANY : json_type(w->json) == JSON_STRING)
        s = json_str(w->json);
    if (!s.p)
        return fault(b, row, FAULT_TYPE, s);
    if (row->kind == &FILE_RECORD && row->where != IN_PATH) /* its address stands for its id */
        for (size_t at = s.n; at > 0; at--)
            if (s.p[at - 1] == '/') {
                s = str_from(s, at);
                break;
            }
    int64_t id;
    const Engine *e = b->x->engine;
    bool known = form == ID_UUID ? idcache_id(e->cache, &e->ids, row->kind->kind, s, &id) && id > 0
                                 : id_parse(&e->ids, form, row->kind->kind, s, &id);
    if (!known) {
        if (row->where == IN_PATH)
            return E_MISSING;
        if (form == ID_INTEGER && !number && !str_i64(s, &id))
            return fault(b, row, FAULT_TYPE, s);
        id = ID_UNKNOWN;
    }
    memcpy(at, &id, sizeof id);
    return OK;
}

static Err bind_word(Bind *b, const Input *row, char *at, const Wire *w) {
    Str s;
    int32_t v;
    if (!wire_text(row, w, &s))
        return fault(b, row, FAULT_TYPE, (Str){NULL, 0});
    if (!words_value(row->words, s, &v))
        return fault(b, row, FAULT_WORD, s);
    if (row->size == sizeof(bool))
        *(bool *)at = v != 0;
    else
        memcpy(at, &v, sizeof v);
    return OK;
}

/* ---- lists ---- */

/* The elements of a list as single wires: of a JSON array, of repeated fields, of one text split at commas or holding a JSON
 * array. */
static Err elements(Bind *b, const Input *row, const Wire *w, Wire **out, size_t *n) {
    Exchange *x = b->x;
    const Json *array = w->json;
    *n = 0;
    if (w->kind == WIRE_TEXT && w->count == 1 && w->texts[0].n && w->texts[0].p[0] == '[' && !w->query) {
        Err e = json_parse(x->arena, w->texts[0], &array, NULL);
        if (e)
            return e == E_NOMEM ? e : fault(b, row, FAULT_FORM, w->texts[0]);
    }
    if (array) {
        if (json_type(array) != JSON_ARRAY)
            return fault(b, row, FAULT_TYPE, (Str){NULL, 0});
        Wire *all = ARENA_ARRAY(x->arena, json_count(array), Wire);
        if (!all)
            return E_NOMEM;
        JsonIter it = json_iter(array);
        Str key;
        for (const Json *v; json_next(&it, &key, &v);)
            all[(*n)++] = (Wire){.kind = WIRE_JSON, .json = v};
        *out = all;
        return OK;
    }
    bool split = row->flags & IN_COMMA;
    size_t room = w->count;
    for (size_t i = 0; split && i < w->count; i++)
        for (size_t k = 0; k < w->texts[i].n; k++)
            room += w->texts[i].p[k] == ',';
    Wire *all = ARENA_ARRAY(x->arena, room, Wire);
    Str *texts = ARENA_ARRAY(x->arena, room, Str);
    if (!all || !texts)
        return E_NOMEM;
    for (size_t i = 0; i < w->count; i++) {
        Str rest = w->texts[i], part = rest;
        for (bool more = !split || str_split(&rest, ',', &part); more; more = split && str_split(&rest, ',', &part)) {
            part = str_trim(part);
            if (!part.n)
                continue;
            texts[*n] = part;
            all[*n] = (Wire){.kind = WIRE_TEXT, .texts = &texts[*n], .count = 1};
            ++*n;
        }
    }
    *out = all;
    return OK;
}

static Err count_ok(Bind *b, const Input *row, size_t n) {
    if ((int64_t)n < row->min)
        return fault(b, row, FAULT_FEW, S(""));
    return row->max && (int64_t)n > row->max ? fault(b, row, FAULT_MANY, S("")) : OK;
}

static Err bind_strs(Bind *b, const Input *row, char *at, const Wire *all, size_t n) {
    Str *v = ARENA_ARRAY(b->x->arena, n, Str);
    if (!v)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        if (!wire_text(row, &all[i], &v[i]))
            return fault(b, row, FAULT_TYPE, (Str){NULL, 0});
        Err e = text_ok(b, row, v[i]);
        if (e)
            return e;
        if (row->flags & IN_TRIM)
            v[i] = str_trim(v[i]);
    }
    List l = list_of_strs(b->x->arena, v, n);
    if (l.count && !l.p)
        return E_NOMEM;
    memcpy(at, &l, sizeof l);
    return OK;
}

/* Addresses elsewhere on the web, for the list beside the ids; an empty list empties both. */
static Err put_links(Bind *b, const Input *row, char *base, const Str *links, size_t n) {
    List l = list_of_strs(b->x->arena, links, n);
    uint64_t has;
    if (l.count && !l.p)
        return E_NOMEM;
    memcpy(base + row->links, &l, sizeof l);
    if (row->links_has) {
        memcpy(&has, base, sizeof has);
        has |= UINT64_C(1) << (row->links_has - 1);
        memcpy(base, &has, sizeof has);
    }
    return OK;
}

static Err bind_ids(Bind *b, const Input *row, char *at, const Wire *all, size_t n) {
    int64_t *v = ARENA_ARRAY(b->x->arena, n, int64_t);
    Str *links = ARENA_ARRAY(b->x->arena, n, Str);
    size_t ids = 0, link_count = 0;
    Err e = v && links ? OK : E_NOMEM;
    for (size_t i = 0; !e && i < n; i++) {
        const Json *inner = json_get(all[i].json, S("id")); /* a thing as views show it stands for its id */
        if (!inner && row->kind == &FILE_RECORD)
            inner = json_get(all[i].json, S("url"));
        const Wire *one = inner ? &(Wire){.kind = WIRE_JSON, .json = inner} : &all[i];
        e = bind_id(b, row, (char *)&v[ids], one);
        if (!e && row->links && v[ids] == ID_UNKNOWN && wire_text(row, one, &links[link_count]) &&
            (str_starts(links[link_count], S("https://")) || str_starts(links[link_count], S("http://"))))
            link_count++;
        else
            ids++;
    }
    if (!e && row->links && (link_count || !n))
        e = put_links(b, row, at - row->offset, links, link_count);
    if (e)
        return e;
    List l = list_of_i64s(b->x->arena, v, ids);
    if (l.count && !l.p)
        return E_NOMEM;
    memcpy(at, &l, sizeof l);
    return OK;
}

static Err bind_words(Bind *b, const Input *row, char *at, const Wire *all, size_t n) {
    uint32_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t v;
        Err e = bind_word(b, row, (char *)&v, &all[i]);
        if (e)
            return e;
        bits |= (uint32_t)v;
    }
    memcpy(at, &bits, sizeof bits);
    return OK;
}

static Err bind_object(Bind *b, const Input *row, char *at, const Wire *w, int64_t index) {
    const Json *object = w->json;
    if (w->kind == WIRE_TEXT) { /* a form's field holding JSON */
        Err e = json_parse(b->x->arena, w->texts[0], &object, NULL);
        if (e)
            return e == E_NOMEM ? e : fault(b, row, FAULT_FORM, w->texts[0]);
    }
    if (json_type(object) != JSON_OBJECT)
        return fault(b, row, FAULT_TYPE, (Str){NULL, 0});
    Bind inner = {b->x, object, b, row->name, index};
    return bind_set(&inner, row->sub, at);
}

static Err bind_rows(Bind *b, const Input *row, char *at, const Wire *all, size_t n) {
    size_t size = row->sub->size;
    char *v = arena_array(b->x->arena, n, size);
    if (!v)
        return E_NOMEM;
    Err first = OK;
    for (size_t i = 0; i < n; i++) {
        Err e = bind_object(b, row, v + i * size, &all[i], (int64_t)i);
        if (e == E_NOMEM)
            return e;
        first = first ? first : e;
    }
    if (first)
        return first;
    if (row->record) {
        List l = list_of_recs(b->x->arena, row->record, v, n);
        if (l.count && !l.p)
            return E_NOMEM;
        memcpy(at, &l, sizeof l);
    } else {
        memcpy(at, &(Rows){v, n}, sizeof(Rows));
    }
    return OK;
}

static Err bind_list(Bind *b, const Input *row, char *at, const Wire *w) {
    Wire *all = NULL;
    size_t n = 0;
    Err e = elements(b, row, w, &all, &n);
    if (!e)
        e = count_ok(b, row, n);
    if (e)
        return e;
    switch (row->type) {
    case W_STRS: return bind_strs(b, row, at, all, n);
    case W_IDS: return bind_ids(b, row, at, all, n);
    case W_WORDS: return bind_words(b, row, at, all, n);
    default: return bind_rows(b, row, at, all, n);
    }
}

static Err bind_json(Bind *b, char *at, const Wire *w) {
    Str s = w->kind == WIRE_TEXT ? w->texts[0] : (Str){NULL, 0};
    if (!s.p) {
        Buf out = buf_arena(b->x->arena, JSON_TEXT_BYTES_MAX);
        json_put_value(&out, w->json);
        if (out.err)
            return out.err;
        s = buf_str(&out);
    }
    memcpy(at, &s, sizeof s);
    return OK;
}

static Err bind_value(Bind *b, const Input *row, char *at, const Wire *w) {
    switch (row->type) {
    case W_STR: return bind_str(b, row, at, w);
    case W_INT: return bind_int(b, row, at, w);
    case W_BOOL: return bind_bool(b, row, at, w);
    case W_MONEY: return bind_money(b, row, at, w);
    case W_TIME: return bind_time(b, row, at, w);
    case W_DECIMAL: return bind_decimal(b, row, at, w);
    case W_ID: return bind_id(b, row, at, w);
    case W_WORD: return bind_word(b, row, at, w);
    case W_ROW: return bind_object(b, row, at, w, -1);
    case W_JSON: return bind_json(b, at, w);
    case W_WORDS:
    case W_STRS:
    case W_IDS:
    case W_ROWS: return bind_list(b, row, at, w);
    default: return E_INTERNAL;
    }
}

/* ---- rows ---- */

static Err bind_file(Bind *b, const Input *row, char *at, bool *there) {
    const Part *part = exchange_file(b->x, row->name);
    *there = part != NULL;
    if (!part)
        return row->flags & IN_REQUIRED ? fault(b, row, FAULT_REQUIRED, S("")) : OK;
    Str s = row->form == FILE_NAME ? part->filename : row->form == FILE_CLAIMED_TYPE ? part->content_type : part->body;
    if (row->form == FILE_BYTES) {
        if ((int64_t)s.n < row->min)
            return fault(b, row, FAULT_SHORT, S(""));
        if ((int64_t)s.n > (row->max ? row->max : (int64_t)engine_upload_max(b->x->engine)))
            return diag_field(&b->x->diag, E_TOO_LARGE, str_c0(row->name), S("is too large"));
    } else if (!str_utf8_valid(s) || (s.n && memchr(s.p, 0, s.n))) {
        return fault(b, row, FAULT_CHARACTER, S(""));
    }
    memcpy(at, &s, sizeof s);
    return OK;
}

static void put_fallback(const Input *row, char *at) {
    if (row->type == W_STR || row->text) {
        Str s = str_c0(row->text);
        memcpy(at, &s, sizeof s);
    } else if (row->size == sizeof(int64_t)) {
        memcpy(at, &row->fallback, sizeof row->fallback);
    } else if (row->size == sizeof(int32_t)) {
        memcpy(at, &(int32_t){(int32_t)row->fallback}, sizeof(int32_t));
    } else {
        *(bool *)at = row->fallback != 0;
    }
}

static void set_has(const Input *row, char *base) {
    if (row->has < 0)
        return;
    uint64_t has;
    memcpy(&has, base, sizeof has);
    has |= UINT64_C(1) << row->has;
    memcpy(base, &has, sizeof has);
}

static Err bind_row(Bind *b, const Inputs *set, const Input *row, char *base) {
    Exchange *x = b->x;
    char *at = base + row->offset;
    if (row->where == IN_CONST) {
        put_fallback(row, at);
        return OK;
    }
    if (row->where == IN_SELF) {
        memcpy(at, &x->token.user, sizeof x->token.user);
        return OK;
    }
    Wire w = {0};
    bool there;
    Err e;
    if (row->where == IN_FILE) {
        e = bind_file(b, row, at, &there);
    } else {
        e = source_find(b, set, row, &w);
        if (e)
            return e;
        there = w.kind != WIRE_ABSENT;
        if (there && json_type(w.json) == JSON_NULL) {
            if (row->flags & IN_NULLABLE) {
                set_has(row, base);
                return OK;
            }
            if (row->flags & (IN_REQUIRED | IN_NOT_NULL))
                return fault(b, row, FAULT_NULL, S(""));
            there = false;
        }
        if (!there && row->flags & IN_FLAT && json_type(x->body.json) != JSON_ARRAY) {
            Bind inner = {x, b->object, b->outer, b->name, b->index};
            return bind_set(&inner, row->sub, at);
        }
        if (!there && row->flags & IN_DEFAULT)
            put_fallback(row, at);
        else if (!there && row->flags & IN_REQUIRED)
            return fault(b, row, FAULT_REQUIRED, S(""));
        if (!there)
            return OK;
        size_t faults = x->diag.count;
        e = bind_value(b, row, at, &w);
        if (e == E_INVALID && row->flags & IN_LAX) {
            x->diag.count = faults;
            if (row->flags & IN_DEFAULT)
                put_fallback(row, at);
            return OK;
        }
    }
    if (e || !there)
        return e;
    set_has(row, base);
    Str why = {NULL, 0};
    e = row->check ? row->check(x, at, base, &why) : OK;
    if (e == E_INVALID && why.p)
        return fault_as(b, row, why);
    return e;
}

/* All rows are tried, so that everything that is wrong is named at once. What is graver than a bad field ends it. */
static Err bind_set(Bind *b, const Inputs *set, char *base) {
    Err worst = OK;
    for (size_t i = 0; i < set->count; i++) {
        Err e = bind_row(b, set, &set->rows[i], base);
        if (e == E_INVALID)
            worst = worst ? worst : e;
        else if (e)
            return e;
    }
    return worst;
}

Err bind_input(Exchange *x) {
    const Inputs *set = x->route->in;
    x->in = arena_alloc(x->arena, set ? set->size : 0);
    if (!x->in)
        return E_NOMEM;
    if (!set)
        return OK;
    Bind top = {.x = x, .index = -1};
    Err e = bind_set(&top, set, x->in);
    x->binding = e == E_INVALID;
    return e;
}
