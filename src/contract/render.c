#include "contract/render.h"

#include "codec/iso8601.h"
#include "codec/json.h"

void render_str(Render *r, Str s) { json_put_str(r->out, s); }

void render_money(Render *r, int64_t minor) {
    if (r->contract->money_form == MONEY_MINOR)
        buf_i64(r->out, minor);
    else
        money_add(r->out, minor, r->contract->money_form, r->c->cfg->currency_decimals);
}

void render_time(Render *r, int64_t ms) {
    static const IsoForm iso[] = {[TIME_ISO_Z] = ISO_SECONDS_Z, [TIME_ISO_US] = ISO_MICROS, [TIME_ISO_US_OFFSET] = ISO_MICROS_OFFSET};
    if (ms == 0) {
        buf_lit(r->out, "null");
    } else if (r->contract->time_form == TIME_MS) {
        buf_i64(r->out, ms);
    } else {
        buf_char(r->out, '"');
        iso_add(r->out, ms, iso[r->contract->time_form]);
        buf_char(r->out, '"');
    }
}

void render_id(Render *r, uint8_t kind, int64_t id) {
    if (id == 0) {
        buf_lit(r->out, "null");
        return;
    }
    char text[IDMAP_UUID_CHARS + 2];
    size_t n = IDMAP_UUID_CHARS;
    switch (r->contract->id_form) {
    case ID_INTEGER:
        buf_i64(r->out, id);
        return;
    case ID_HEX:
        n = IDMAP_HEX_CHARS;
        idmap_hex(r->ids, kind, id, text + 1);
        break;
    default:
        idmap_uuid(r->ids, kind, id, text + 1);
    }
    text[0] = text[n + 1] = '"';
    buf_put(r->out, text, n + 2);
}

static const char *word_of(const Word *words, int32_t value) {
    for (const Word *w = words; w->wire; w++)
        if (w->value == value)
            return w->wire;
    return NULL;
}

void render_word(Render *r, const Word *words, int32_t value) {
    const char *w = word_of(words, value);
    if (w)
        render_str(r, str_c0(w));
    else
        buf_lit(r->out, "null");
}

static void render_words(Render *r, const Word *words, int32_t bits) {
    bool first = true;
    buf_char(r->out, '[');
    for (const Word *w = words; w->wire; w++)
        if (bits & w->value) {
            if (!first)
                buf_char(r->out, ',');
            first = false;
            render_str(r, str_c0(w->wire));
        }
    buf_char(r->out, ']');
}

void render_decimal(Render *r, int64_t value, unsigned decimals) {
    uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, unit = 1;
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    if (value < 0)
        buf_char(r->out, '-');
    buf_u64(r->out, v / unit);
    uint64_t rest = v % unit;
    if (rest)
        buf_char(r->out, '.');
    while (rest) {
        unit /= 10;
        buf_char(r->out, (char)('0' + rest / unit));
        rest %= unit;
    }
}

void render_key(Render *r, bool *first, const char *name) { json_put_key(r->out, first, name); }

static void render_strs(Render *r, const List *l) {
    Str s;
    bool first = true;
    buf_char(r->out, '[');
    for (ListIter it = list_iter(l); list_str(&it, &s);) {
        if (!first)
            buf_char(r->out, ',');
        first = false;
        render_str(r, s);
    }
    buf_char(r->out, ']');
}

static void render_ids(Render *r, uint8_t kind, const List *l) {
    int64_t id;
    bool first = true;
    buf_char(r->out, '[');
    for (ListIter it = list_iter(l); list_i64(&it, &id);) {
        if (!first)
            buf_char(r->out, ',');
        first = false;
        render_id(r, kind, id);
    }
    buf_char(r->out, ']');
}

static void render_records(Render *r, const ViewRow *row, const List *l) {
    bool first = true;
    void *one = arena_alloc(r->c->arena, row->record->size);
    if (!one) {
        r->err = E_NOMEM;
        return;
    }
    buf_char(r->out, '[');
    for (ListIter it = list_iter(l); list_rec(&it, row->record, one);) {
        if (!first)
            buf_char(r->out, ',');
        first = false;
        render_view(r, row->view, one);
    }
    buf_char(r->out, ']');
}

void render_array(Render *r, const View *v, const void *items, size_t n, size_t size) {
    buf_char(r->out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(r->out, ',');
        render_view(r, v, (const char *)items + i * size);
    }
    buf_char(r->out, ']');
}

void render_loaded(Render *r, const View *v, const Record *record, int64_t id) {
    void *row = id ? arena_alloc(r->c->arena, record->size) : NULL;
    Err e = row ? rec_get(r->c->tx, record, id, row) : E_MISSING;
    if (e == OK)
        render_view(r, v, row);
    else if (e == E_MISSING)
        buf_lit(r->out, "null");
    else
        r->err = e;
}

static bool is_empty(const ViewRow *row, const char *at) {
    switch (row->wire) {
    case W_STR:
        return ((const Str *)(const void *)at)->n == 0;
    case W_I64:
    case W_MONEY:
    case W_TIME:
    case W_ID:
    case W_E2:
        return *(const int64_t *)(const void *)at == 0;
    case W_I32:
    case W_WORD:
    case W_WORDS:
    case W_E6:
        return *(const int32_t *)(const void *)at == 0;
    case W_STRS:
    case W_IDS:
    case W_RECORDS:
        return ((const List *)(const void *)at)->count == 0;
    case W_POINTER:
        return *(void *const *)(const void *)at == NULL;
    default:
        return false;
    }
}

static void render_value(Render *r, const ViewRow *row, const void *src) {
    const char *at = (const char *)src + row->offset;
    const void *v = at;
    switch (row->wire) {
    case W_STR:
        render_str(r, *(const Str *)v);
        break;
    case W_I32:
        buf_i64(r->out, *(const int32_t *)v);
        break;
    case W_I64:
        buf_i64(r->out, *(const int64_t *)v);
        break;
    case W_BOOL:
        buf_add(r->out, *(const bool *)v ? S("true") : S("false"));
        break;
    case W_FLAG:
        buf_add(r->out, *(const int32_t *)v & row->arg ? S("true") : S("false"));
        break;
    case W_MONEY:
        render_money(r, *(const int64_t *)v);
        break;
    case W_TIME:
        render_time(r, *(const int64_t *)v);
        break;
    case W_ID:
        render_id(r, (uint8_t)row->arg, *(const int64_t *)v);
        break;
    case W_WORD:
        render_word(r, row->words, *(const int32_t *)v);
        break;
    case W_WORDS:
        render_words(r, row->words, *(const int32_t *)v);
        break;
    case W_E6:
        render_decimal(r, *(const int32_t *)v, 6);
        break;
    case W_E2:
        render_decimal(r, *(const int64_t *)v, 2);
        break;
    case W_STRS:
        render_strs(r, v);
        break;
    case W_IDS:
        render_ids(r, (uint8_t)row->arg, v);
        break;
    case W_OBJECT:
        render_view(r, row->view, v);
        break;
    case W_POINTER:
        if (*(const void *const *)v)
            render_view(r, row->view, *(const void *const *)v);
        else
            buf_lit(r->out, "null");
        break;
    case W_RECORDS:
        render_records(r, row, v);
        break;
    case W_PAGE:
        render_array(r, row->view, ((const PageOut *)v)->items, ((const PageOut *)v)->count, (size_t)row->arg);
        break;
    default:
        row->render(r, src);
    }
}

void render_view(Render *r, const View *v, const void *src) {
    if (r->depth == RENDER_DEPTH_MAX || (v->prepare && !(src = v->prepare(r, src)))) {
        if (r->err == OK)
            r->err = E_INTERNAL;
        return;
    }
    uint32_t seen = v->audience ? v->audience(r->c, src) : 0;
    bool first = true;
    r->depth++;
    buf_char(r->out, '{');
    for (const ViewRow *row = v->rows; row->name; row++) {
        if (row->see && !(row->see & seen))
            continue;
        bool empty = row->empty && is_empty(row, (const char *)src + row->offset);
        if (empty && row->empty == EMPTY_ABSENT)
            continue;
        json_put_key(r->out, &first, row->name);
        if (empty)
            buf_lit(r->out, "null");
        else
            render_value(r, row, src);
    }
    buf_char(r->out, '}');
    r->depth--;
}
