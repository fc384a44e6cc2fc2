#include "contract/render.h"

#include "codec/iso8601.h"
#include "codec/json.h"
#include "codec/money.h"

/* Room for any value that is not a string or a container: an id, a time, a number, with quotes. */
enum { VALUE_BYTES = 48 };

static const IsoForm iso_forms[] = {
    [TIME_ISO_Z] = ISO_SECONDS_Z,       [TIME_ISO_MICROS] = ISO_MICROS, [TIME_ISO_MICROS_OFFSET] = ISO_MICROS_OFFSET,
    [TIME_ISO_MILLIS_Z] = ISO_MILLIS_Z, [TIME_DATE] = ISO_DATE,
};
static const MoneyForm money_forms[] = {
    [PAY_MINOR] = MONEY_MINOR,         [PAY_MAJOR] = MONEY_MAJOR,          [PAY_MAJOR_1] = MONEY_MAJOR_1,
    [PAY_MAJOR_ALL] = MONEY_MAJOR_ALL, [PAY_MAJOR_TEXT] = MONEY_MAJOR_ALL,
};

/* These write at p, where VALUE_BYTES are free, and return the end. */

/* The eight digits of v < 10^8 as bytes 0..9, the first digit lowest: halves, quarters and eighths are split side by side by
 * multiplying with reciprocals. */
static inline uint64_t digits8(uint32_t v) {
    uint64_t x = v / 10000 | (uint64_t)(v % 10000) << 32;
    uint64_t q = (x * 10486 >> 20) & UINT64_C(0x0000007f0000007f); /* each half by 100 */
    x = q | (x - q * 100) << 16;
    q = (x * 103 >> 10) & UINT64_C(0x000f000f000f000f); /* each quarter by 10 */
    return q | (x - q * 10) << 8;
}

static char *put_number(char *p, int64_t value) {
    uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    *p = '-';
    p += value < 0;
    if (v < 10) {
        *p = (char)('0' + v);
        return p + 1;
    }
    const uint32_t block = 100000000;
    if (v >= block) { /* times, large amounts: the rest behind is eight digits */
        p = put_number(p, (int64_t)(v / block));
        uint64_t d = digits8((uint32_t)(v % block)) + UINT64_C(0x3030303030303030);
        memcpy(p, &d, 8);
        return p + 8;
    }
    uint64_t d = digits8((uint32_t)v);
    unsigned zeros = (unsigned)__builtin_ctzll(d) / 8; /* leading ones */
    d = (d + UINT64_C(0x3030303030303030)) >> zeros * 8;
    memcpy(p, &d, 8);
    return p + 8 - zeros;
}

static char *put_null(char *p) {
    memcpy(p, "null", 4);
    return p + 4;
}

static inline char *put_id(const Render *r, char *p, uint8_t form, uint8_t kind, int64_t id) {
    if (!form)
        form = r->id_form;
    if (!id)
        return put_null(p);
    if (form == ID_INTEGER)
        return put_number(p, id);
    size_t n = form == ID_HEX24 ? IDMAP_HEX_CHARS : IDMAP_UUID_CHARS;
    *p++ = '"';
    if (form == ID_HEX24)
        idmap_hex(r->ids, kind, id, p);
    else
        idcache_uuid(r->cache, r->ids, kind, id, p);
    p[n] = '"';
    return p + n + 1;
}

static inline char *put_time(const Render *r, char *p, uint8_t form, int64_t ms) {
    if (!form)
        form = r->time_form;
    if (!ms)
        return put_null(p);
    if (form == TIME_MS)
        return put_number(p, ms);
    if (form == TIME_SECONDS)
        return put_number(p, ms / 1000);
    *p++ = '"';
    p += iso_put(p, ms, iso_forms[form]);
    *p++ = '"';
    return p;
}

static inline char *put_money(const Render *r, char *p, uint8_t form, int64_t minor) {
    if (!form)
        form = r->money_form;
    if (form == PAY_MINOR)
        return put_number(p, minor);
    Buf b = buf_fixed(p, VALUE_BYTES);
    if (form == PAY_MAJOR_TEXT)
        buf_char(&b, '"');
    money_add(&b, minor, money_forms[form], r->decimals);
    if (form == PAY_MAJOR_TEXT)
        buf_char(&b, '"');
    return p + b.n;
}

static inline char *put_word(Render *r, char *p, const Words *w, int32_t value) {
    Str s = words_of(w, value);
    if (!s.p)
        return put_null(p);
    if (s.n > VALUE_BYTES - 2) { /* contract_lint names such a word */
        r->out->err = E_INTERNAL;
        return put_null(p);
    }
    *p = '"';
    memcpy(p + 1, s.p, s.n);
    p[s.n + 1] = '"';
    return p + s.n + 2;
}

static void put_words(Buf *b, const Words *w, uint32_t bits) {
    buf_char(b, '[');
    bool first = true;
    for (size_t i = 0; i < w->count; i++) {
        uint32_t mask = (uint32_t)w->rows[i].value;
        if (!mask || (bits & mask) != mask)
            continue;
        if (!first)
            buf_char(b, ',');
        json_put_str(b, w->rows[i].word);
        first = false;
    }
    buf_char(b, ']');
}

static void put_strs(Buf *b, const List *l) {
    buf_char(b, '[');
    ListIter it = list_iter(l);
    bool first = true;
    for (Str s; list_str(&it, &s); first = false) {
        if (!first)
            buf_char(b, ',');
        json_put_str(b, s);
    }
    buf_char(b, ']');
}

static void put_map(Buf *b, const List *l) {
    buf_char(b, '{');
    ListIter it = list_iter(l);
    bool first = true;
    for (Str key, s; list_str(&it, &key) && list_str(&it, &s); first = false) {
        if (!first)
            buf_char(b, ',');
        json_put_str(b, key);
        buf_char(b, ':');
        json_put_str(b, s);
    }
    buf_char(b, '}');
}

static void put_ids(Render *r, uint8_t form, uint8_t kind, const List *l) {
    buf_char(r->out, '[');
    ListIter it = list_iter(l);
    bool first = true;
    for (int64_t id; list_i64(&it, &id); first = false) {
        if (!first)
            buf_char(r->out, ',');
        render_id(r, form, kind, id);
    }
    buf_char(r->out, ']');
}

static void put_recs(Render *r, const ViewRow *row, const List *l) {
    void *rec = arena_alloc(r->arena, row->record->size);
    if (!rec) {
        r->out->err = E_NOMEM;
        return;
    }
    buf_char(r->out, '[');
    ListIter it = list_iter(l);
    for (bool first = true; list_rec(&it, row->record, rec); first = false) {
        if (!first)
            buf_char(r->out, ',');
        render_view(r, row->view, rec);
    }
    buf_char(r->out, ']');
}

static inline void value_of(const ViewRow *row, const char *base, Value *v) {
    const char *at = base + row->offset;
    switch (row->type) {
    case W_STR:
    case W_JSON: memcpy(&v->s, at, sizeof v->s); break;
    case W_BOOL: v->b = *(const bool *)at; break;
    case W_STRS:
    case W_IDS:
    case W_MAP: memcpy(&v->list, at, sizeof v->list); break;
    case W_ROW: v->row = at; break;
    case W_ROWS:
        if (row->record)
            memcpy(&v->list, at, sizeof v->list);
        else
            memcpy(&v->rows, at, sizeof v->rows);
        break;
    default:
        if (row->size == sizeof(int64_t)) {
            memcpy(&v->i, at, sizeof v->i);
        } else {
            int32_t small;
            memcpy(&small, at, sizeof small);
            v->i = small;
        }
    }
}

static inline bool value_empty(const ViewRow *row, const Value *v) {
    switch (row->type) {
    case W_STR:
    case W_JSON: return !v->s.n;
    case W_BOOL: return !v->b;
    case W_STRS:
    case W_IDS:
    case W_MAP: return !v->list.count;
    case W_ROW: return !v->row;
    case W_ROWS: return row->record ? !v->list.count : !v->rows.count;
    case W_WORD: return !words_of(row->words, (int32_t)v->i).p;
    case W_CONST:
    case W_ITEM:
    case W_ITEMS: return false;
    default: return !v->i;
    }
}

/* Writes a value behind its key at p; at least VALUE_BYTES are free there. */
static void put_value(Render *r, const ViewRow *row, char *p, const Value *v) {
    Buf *b = r->out;
    switch (row->type) {
    case W_INT: p = put_number(p, v->i); break;
    case W_ID: p = put_id(r, p, row->form, row->kind->kind, v->i); break;
    case W_MONEY: p = put_money(r, p, row->form, v->i); break;
    case W_TIME: p = put_time(r, p, row->form, v->i); break;
    case W_WORD: p = put_word(r, p, row->words, (int32_t)v->i); break;
    case W_BOOL: {
        size_t n = v->b ? 4 : 5;
        memcpy(p, v->b ? "true" : "false", n);
        p += n;
        break;
    }
    default:
        b->n = (size_t)(p - b->p);
        switch (row->type) {
        case W_STR: json_put_str(b, v->s); return;
        case W_JSON: buf_add(b, v->s); return;
        case W_DECIMAL: json_put_decimal(b, v->i, row->scale); return;
        case W_WORDS: put_words(b, row->words, (uint32_t)v->i); return;
        case W_STRS: put_strs(b, &v->list); return;
        case W_MAP: put_map(b, &v->list); return;
        case W_IDS: put_ids(r, row->form, row->kind->kind, &v->list); return;
        case W_ROW: render_view(r, row->view, v->row); return;
        case W_ROWS:
            if (row->record)
                put_recs(r, row, &v->list);
            else
                render_items(r, row->view, v->rows.items, v->rows.count, 0);
            return;
        case W_CONST: buf_add(b, str_c0(row->literal)); return;
        case W_ITEM: render_view(r, r->item_view, r->item); return;
        case W_ITEMS: render_items(r, r->item_view, r->page->items, r->page->count, 0); return;
        default: b->err = E_INTERNAL; return;
        }
    }
    b->n = (size_t)(p - b->p);
}

static inline int64_t int_at(const char *at, size_t size) {
    int64_t large;
    int32_t small;
    if (size == sizeof large) {
        memcpy(&large, at, sizeof large);
        return large;
    }
    memcpy(&small, at, sizeof small);
    return small;
}

/* The common case, a member that is always shown, without the detour of a Value: most of what lists are made of. Writes at p and
 * returns the end; NULL: another type, or a string that needs more room or an escape. */
static inline char *put_member(Render *r, const ViewRow *row, char *p, const char *end, const char *at) {
    switch (row->type) {
    case W_STR: {
        Str s;
        memcpy(&s, at, sizeof s);
        if ((size_t)(end - p) < s.n + 2 || json_plain(p + 1, s) != s.n)
            return NULL;
        *p = '"';
        p[s.n + 1] = '"';
        return p + s.n + 2;
    }
    case W_INT: return put_number(p, int_at(at, row->size));
    case W_ID: return put_id(r, p, row->form, row->kind->kind, int_at(at, sizeof(int64_t)));
    case W_MONEY: return put_money(r, p, row->form, int_at(at, sizeof(int64_t)));
    case W_TIME: return put_time(r, p, row->form, int_at(at, sizeof(int64_t)));
    case W_WORD: return put_word(r, p, row->words, (int32_t)int_at(at, sizeof(int32_t)));
    default: return NULL;
    }
}

/* What the caller is to a thing. */
static unsigned sees_of(Render *r, const View *v, const void *base) {
    unsigned sees = v->audience ? v->audience(r, base) : 0;
    if (r->call && r->call->actor.rights & (RIGHT_MODERATOR | RIGHT_ADMIN))
        sees |= FOR_MODERATOR;
    return sees;
}

/* The key of the items of a list: the route's plural. */
static char *put_plural(Render *r, char *p, char open) {
    size_t n = r->plural ? strlen(r->plural) : 0;
    if (n > VIEW_KEY_BYTES - 4) {
        r->out->err = E_INTERNAL;
        n = 0;
    }
    *p++ = open;
    *p++ = '"';
    if (n)
        memcpy(p, r->plural, n);
    p += n;
    *p++ = '"';
    *p++ = ':';
    return p;
}

static void put_rows(Render *r, const View *v, const void *base) {
    enum { UNASKED = 0x80, ROOM = VIEW_KEY_BYTES + VALUE_BYTES };
    Buf *b = r->out;
    char open = '{'; /* takes the place of the first key's comma */
    unsigned sees = UNASKED;
    char *p = buf_reserve(b, ROOM), *end = b->p + b->cap; /* p runs ahead of b->n until somebody else writes */
    for (const ViewRow *row = v->rows, *last = row + v->count; p && row < last; row++) {
        if (row->audience) {
            if (sees == UNASKED) {
                b->n = (size_t)(p - b->p);
                sees = sees_of(r, v, base);
            }
            if (!(row->audience & sees))
                continue;
        }
        if ((size_t)(end - p) < ROOM) {
            b->n = (size_t)(p - b->p);
            p = buf_reserve(b, ROOM);
            end = b->p + b->cap;
            if (!p)
                return;
        }
        /* The key is written first and counts only once there is a value. */
        memcpy(p, row->key, VIEW_KEY_BYTES);
        *p = open;
        char *at = row->key_n ? p + row->key_n : put_plural(r, p, open), *done;
        if (!row->get && !row->empty && (done = put_member(r, row, at, end, (const char *)base + row->offset))) {
            p = done;
            open = ',';
            continue;
        }
        Value value;
        bool there = true;
        b->n = (size_t)(p - b->p);
        if (row->get)
            there = row->get(r, base, &value); /* finds values, does not write */
        else if (row->type < W_CONST)
            value_of(row, base, &value);
        if (row->empty && (!there || value_empty(row, &value))) {
            if (row->empty == EMPTY_OMIT)
                continue;
            there = false;
        }
        open = ',';
        if (there)
            put_value(r, row, at, &value);
        else
            b->n = (size_t)(put_null(at) - b->p);
        p = buf_reserve(b, ROOM);
        end = b->p + b->cap;
    }
    if (!p)
        return;
    b->n = (size_t)(p - b->p);
    if (open == '{')
        buf_char(b, '{');
    buf_char(b, '}');
}

void render_view(Render *r, const View *v, const void *row) {
    if (row && v->load)
        row = v->load(r, row);
    if (!row) {
        buf_lit(r->out, "null");
        return;
    }
    if (r->depth >= RENDER_DEPTH_MAX) {
        r->out->err = E_INTERNAL;
        return;
    }
    r->depth++;
    if (v->scalar) {
        Value value;
        char *p = buf_reserve(r->out, VALUE_BYTES);
        value_of(v->rows, row, &value);
        if (p)
            put_value(r, v->rows, p, &value);
    } else {
        put_rows(r, v, row);
    }
    r->depth--;
}

void render_items(Render *r, const View *v, const void *items, size_t count, size_t size) {
    const char *at = items;
    if (!size)
        size = v->size;
    buf_char(r->out, '[');
    for (size_t i = 0; i < count && !r->out->err; i++) {
        if (i)
            buf_char(r->out, ',');
        render_view(r, v, at + i * size);
    }
    buf_char(r->out, ']');
}

void render_id(Render *r, uint8_t form, uint8_t kind, int64_t id) {
    char *p = buf_reserve(r->out, VALUE_BYTES);
    if (p)
        r->out->n = (size_t)(put_id(r, p, form, kind, id) - r->out->p);
}

void render_money(Render *r, uint8_t form, int64_t minor) {
    char *p = buf_reserve(r->out, VALUE_BYTES);
    if (p)
        r->out->n = (size_t)(put_money(r, p, form, minor) - r->out->p);
}

void render_time(Render *r, uint8_t form, int64_t ms) {
    char *p = buf_reserve(r->out, VALUE_BYTES);
    if (p)
        r->out->n = (size_t)(put_time(r, p, form, ms) - r->out->p);
}
