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

static inline int64_t int_at(const char *at, size_t size) {
    int64_t large;
    int32_t small;
    if (size == sizeof small) {
        memcpy(&small, at, sizeof small);
        return small;
    }
    memcpy(&large, at, sizeof large);
    return large;
}

/* Below, `at` is where a row's value lies: the member, or the Value that `get` filled in, whose parts all begin where it begins.
 */

static bool empty_at(const ViewRow *row, const char *at) {
    switch (row->type) {
    case W_STR:
    case W_JSON: return !((const Str *)at)->n;
    case W_BOOL: return !*(const bool *)at;
    case W_STRS:
    case W_IDS:
    case W_MAP: return !((const List *)at)->count;
    case W_ROW: return row->get && !((const Value *)at)->row;
    case W_ROWS: return row->record ? !((const List *)at)->count : !((const Rows *)at)->count;
    case W_WORD: return !words_of(row->words, (int32_t)int_at(at, sizeof(int32_t))).p;
    case W_CONST:
    case W_ITEM:
    case W_ITEMS: return false;
    default: return !int_at(at, row->size);
    }
}

/* Most of what lists are made of: writes at p and returns the end. NULL: another type, or a string that needs more room or an
 * escape. */
static inline __attribute__((always_inline)) char *put_simple(Render *r, const ViewRow *row, char *p, const char *end,
                                                              const char *at) {
    switch (row->type) {
    case W_STR: {
        Str s = *(const Str *)at;
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
    case W_BOOL: {
        bool v = *(const bool *)at;
        memcpy(p, v ? "true " : "false", 5);
        return p + 5 - v;
    }
    default: return NULL;
    }
}

static void put_other(Render *r, const ViewRow *row, const char *at) {
    Buf *b = r->out;
    switch (row->type) {
    case W_STR: json_put_str(b, *(const Str *)at); return;
    case W_JSON: buf_add(b, *(const Str *)at); return;
    case W_DECIMAL: json_put_decimal(b, int_at(at, row->size), row->scale); return;
    case W_WORDS: put_words(b, row->words, (uint32_t)int_at(at, sizeof(int32_t))); return;
    case W_STRS: put_strs(b, (const List *)at); return;
    case W_MAP: put_map(b, (const List *)at); return;
    case W_IDS: put_ids(r, row->form, row->kind->kind, (const List *)at); return;
    case W_ROW: render_view(r, row->view, row->get ? ((const Value *)at)->row : at); return;
    case W_ROWS:
        if (row->record)
            put_recs(r, row, (const List *)at);
        else
            render_items(r, row->view, ((const Rows *)at)->items, ((const Rows *)at)->count);
        return;
    case W_CONST: buf_add(b, str_c0(row->literal)); return;
    case W_ITEM: render_view(r, r->item_view, r->item); return;
    case W_ITEMS: render_page(r, r->item_view, r->page, false); return;
    default: b->err = E_INTERNAL; return;
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
static char *put_plural(Render *r, char *p) {
    size_t n = r->plural ? strlen(r->plural) : 0;
    if (n > VIEW_KEY_BYTES - 4) {
        r->out->err = E_INTERNAL;
        n = 0;
    }
    p++; /* the comma or brace is there */
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
            if (sees == UNASKED)
                sees = sees_of(r, v, base);
            if (!(row->audience & sees))
                continue;
        }
        Value value;
        const char *at = (const char *)base + row->offset;
        bool null = false;
        if (row->get) {
            null = !row->get(r, base, &value); /* finds, and does not write */
            at = (const char *)&value;
        }
        if (row->empty && (null || empty_at(row, at))) {
            if (row->empty == EMPTY_OMIT)
                continue;
            null = true;
        }
        if ((size_t)(end - p) < ROOM) {
            b->n = (size_t)(p - b->p);
            p = buf_reserve(b, ROOM);
            end = b->p + b->cap;
            if (!p)
                return;
        }
        memcpy(p, row->key, VIEW_KEY_BYTES);
        *p = open;
        open = ',';
        p = row->key_n ? p + row->key_n : put_plural(r, p);
        char *done = null ? put_null(p) : put_simple(r, row, p, end, at);
        if (!done) {
            b->n = (size_t)(p - b->p);
            put_other(r, row, at);
            done = buf_reserve(b, ROOM);
            end = b->p + b->cap;
        }
        p = done;
    }
    if (!p)
        return;
    b->n = (size_t)(p - b->p);
    if (open == '{')
        buf_char(b, '{');
    buf_char(b, '}');
}

static const void *read_row(Render *r, const Record *record, const void *id_at) {
    void *row = arena_alloc(r->arena, record->size);
    int64_t id;
    memcpy(&id, id_at, sizeof id);
    Err e = row ? rec_get(r->call->tx, record, id, row) : E_NOMEM;
    if (e)
        r->out->err = e == E_MISSING ? E_CORRUPT : e;
    return e ? NULL : row;
}

/* In these, of a row that is `unread` there is only its id. */

static void render_anew(Render *r, const View *v, const Record *unread, const void *row) {
    if (unread)
        row = read_row(r, unread, row);
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
        char *p = buf_reserve(r->out, VALUE_BYTES), *done = p ? put_simple(r, v->rows, p, r->out->p + r->out->cap, row) : NULL;
        if (done)
            r->out->n = (size_t)(done - r->out->p);
        else if (p)
            put_other(r, v->rows, row);
    } else {
        put_rows(r, v, row);
    }
    r->depth--;
}

static void render_piece(Render *r, const View *v, const Record *unread, const void *row) {
    struct {
        const View *view;
        const Contract *contract;
        int64_t id;
    } what = {.view = v, .contract = r->contract};
    memcpy(&what.id, row, sizeof what.id);
    KeepKey key = {.hash = ((uint64_t)what.id ^ (uintptr_t)v) * UINT64_C(0x9e3779b97f4a7c15) >> 32,
                   .a = str_of(&what, sizeof what)};
    uint64_t version = tx_version(r->call->tx);
    if (keep_get(r->pieces, &key, version, 0, r->out))
        return;
    size_t before = r->out->n;
    bool passing = r->passing;
    r->passing = false;
    render_anew(r, v, unread, row);
    if (!r->passing && !r->out->err && !tx_err(r->call->tx))
        keep_put(r->pieces, &key, version, INT64_MAX, str_from(buf_str(r->out), before));
    r->passing |= passing;
}

static void render_thing(Render *r, const View *v, const Record *unread, const void *row) {
    /* Outside a request addresses of files look different. */
    if (v->kept && row && row != r->item && r->pieces && r->call && r->exchange)
        render_piece(r, v, unread, row);
    else
        render_anew(r, v, unread, row);
}

void render_view(Render *r, const View *v, const void *row) { render_thing(r, v, NULL, row); }

static void put_array(Render *r, const View *v, const Record *unread, const void *items, size_t count, bool fitting) {
    const char *at = items;
    size_t size = unread ? sizeof(int64_t) : v->size;
    Buf *b = r->out;
    buf_char(b, '[');
    for (size_t i = 0; i < count && !b->err; i++) {
        size_t before = b->n;
        if (i)
            buf_char(b, ',');
        render_thing(r, v, unread, at + i * size);
        if (fitting && b->err == E_TOO_LARGE && i) {
            b->err = OK;
            b->n = before;
            break;
        }
    }
    buf_char(b, ']');
}

void render_items(Render *r, const View *v, const void *items, size_t count) { put_array(r, v, NULL, items, count, false); }

void render_page(Render *r, const View *v, const PageOut *page, bool fitting) {
    put_array(r, v, page->unread, page->items, page->count, fitting);
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
