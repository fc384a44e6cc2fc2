#include "store/text_internal.h"

enum { META_HEAD_BYTES = 8, KEY_HEAD_BYTES = 2, KEY_NUMBER_BYTES = 6, RESTART_BYTES = 2 };

Str text_key(const Text *t, TextKey what, uint8_t mem[TERM_KEY_BYTES_MAX]) {
    mem[0] = t->ix->id;
    mem[1] = (uint8_t)what;
    return str_of(mem, KEY_HEAD_BYTES);
}

Str text_key_u32(const Text *t, TextKey what, uint32_t number, uint8_t mem[TERM_KEY_BYTES_MAX]) {
    text_key(t, what, mem);
    for (int i = 0; i < 4; i++)
        mem[KEY_HEAD_BYTES + i] = (uint8_t)(number >> (24 - 8 * i));
    return str_of(mem, KEY_NUMBER_BYTES);
}

Err text_meta_get(const Text *t, Arena *a, TextMeta *m) {
    uint8_t mem[TERM_KEY_BYTES_MAX];
    Str v = {0};
    uint32_t head[2] = {1, 0};
    Err e = db_get(t->tx, DB_TEXT, text_key(t, KEY_META, mem), &v);
    if (e && e != E_MISSING)
        return e;
    if (!e) {
        if (v.n < META_HEAD_BYTES)
            return tx_broken(t->tx, E_CORRUPT, "text index: short meta row");
        memcpy(head, v.p, sizeof head);
        v = str_from(v, META_HEAD_BYTES);
        if (head[1] > SEGMENTS_MAX || v.n != head[1] * sizeof(SegRow))
            return tx_broken(t->tx, E_CORRUPT, "text index: meta row of the wrong size");
    }
    m->next_seq = head[0];
    m->count = head[1];
    m->rows = ARENA_ARRAY(a, m->count + 1, SegRow);
    if (!m->rows)
        return tx_broken(t->tx, E_NOMEM, "text index: meta row");
    if (v.n)
        memcpy(m->rows, v.p, v.n);
    return OK;
}

Err text_meta_put(const Text *t, const TextMeta *m) {
    uint8_t mem[TERM_KEY_BYTES_MAX];
    uint32_t head[2] = {m->next_seq, m->count};
    size_t rows = m->count * sizeof(SegRow);
    void *room;
    Err e = db_reserve(t->tx, DB_TEXT, text_key(t, KEY_META, mem), sizeof head + rows, &room);
    if (e)
        return e;
    memcpy(room, head, sizeof head);
    memcpy((char *)room + sizeof head, m->rows, rows);
    return OK;
}

Err seg_open(const Text *t, const SegRow *row, Seg *seg) {
    uint8_t mem[TERM_KEY_BYTES_MAX];
    Str v;
    *seg = (Seg){.row = *row};
    Err e = db_get(t->tx, DB_TEXT, text_key_u32(t, KEY_DOCS, row->seq, mem), &v);
    if (!e && row->docs <= SEGMENT_DOCS_MAX && v.n == 5 * (size_t)row->docs) {
        seg->ids = (const uint8_t *)v.p;
        seg->lengths = seg->ids + 4 * (size_t)row->docs;
        if (!row->has_dead)
            return OK;
        e = db_get(t->tx, DB_TEXT, text_key_u32(t, KEY_DEAD, row->seq, mem), &v);
        if (!e && v.n == (row->docs + 7) / 8) {
            seg->dead = (const uint8_t *)v.p;
            return OK;
        }
    }
    return tx_broken(t->tx, E_CORRUPT, "text index: a segment's documents are missing");
}

bool seg_find(const Seg *s, uint32_t id, uint32_t *ordinal) {
    if (id < s->row.id_min || id > s->row.id_max)
        return false;
    uint32_t low = 0, high = s->row.docs;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (seg_id(s, mid) < id)
            low = mid + 1;
        else
            high = mid;
    }
    *ordinal = low;
    return low < s->row.docs && seg_id(s, low) == id;
}

uint32_t seg_dead_count(const Seg *s) {
    uint32_t n = 0;
    for (uint32_t i = 0; s->dead && i < (s->row.docs + 7) / 8; i++)
        n += (uint32_t)__builtin_popcount(s->dead[i]);
    return n;
}

TermCursor term_cursor(const Text *t, Cursor *db, uint32_t seq) { return (TermCursor){.t = t, .db = db, .seq = seq}; }

static bool bad_chunk(TermCursor *c) {
    tx_broken(c->t->tx, E_CORRUPT, "text index: a malformed chunk");
    c->chunk = (Str){0};
    return false;
}

static uint32_t chunk_u16(const TermCursor *c, size_t at) {
    return (uint8_t)c->chunk.p[at] | (uint32_t)(uint8_t)c->chunk.p[at + 1] << 8;
}

static uint32_t restarts(const TermCursor *c) { return chunk_u16(c, c->chunk.n - RESTART_BYTES); }

/* Takes the chunk the database cursor stands at, when it is one of this segment. */
static bool chunk_take(TermCursor *c, bool found) {
    uint8_t mem[TERM_KEY_BYTES_MAX];
    Str head = text_key_u32(c->t, KEY_TERMS, c->seq, mem);
    c->chunk = (Str){0};
    if (!found || !str_starts(c->db->key, head) || c->db->key.n > TERM_KEY_BYTES_MAX)
        return false;
    c->chunk = c->db->value;
    c->chunk_key_n = c->db->key.n;
    memcpy(c->chunk_key, c->db->key.p, c->db->key.n);
    if (c->chunk.n < RESTART_BYTES || restarts(c) == 0 || c->chunk.n < RESTART_BYTES * (restarts(c) + 1) ||
        chunk_u16(c, c->chunk.n - RESTART_BYTES * (restarts(c) + 1)) != 0)
        return bad_chunk(c);
    c->at = (const uint8_t *)c->chunk.p;
    c->end = c->at + c->chunk.n - RESTART_BYTES * (restarts(c) + 1);
    c->n = 0;
    return true;
}

static bool varint(const uint8_t **at, const uint8_t *end, uint32_t *v) {
    *v = 0;
    for (unsigned shift = 0; *at < end && shift < 32; shift += 7) {
        uint8_t byte = *(*at)++;
        *v |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* The next entry of the chunk at hand; false at its end. */
static bool entry_next(TermCursor *c) {
    if (c->at >= c->end)
        return false;
    if (c->end - c->at < 4)
        return bad_chunk(c);
    size_t shared = c->at[0], more = c->at[1];
    const uint8_t *p = c->at + 2;
    if (shared > c->n || shared + more > TEXT_WORD_BYTES_MAX || (size_t)(c->end - p) < more)
        return bad_chunk(c);
    memcpy(c->word + shared, p, more);
    c->n = shared + more;
    p += more;
    if (!varint(&p, c->end, &c->list.df))
        return bad_chunk(c);
    if (c->list.df == 1) { /* its single posting says itself where it ends */
        uint32_t v;
        c->list.p = p;
        c->list.bytes = (uint32_t)(post_read(p, &v) - p);
    } else {
        if (!varint(&p, c->end, &c->list.bytes))
            return bad_chunk(c);
        c->list.p = p;
    }
    if ((size_t)(c->end - p) < c->list.bytes)
        return bad_chunk(c);
    c->at = p + c->list.bytes;
    return true;
}

/* The word of a restart; it is stored whole. Empty when it is malformed. */
static Str restart_word(const TermCursor *c, uint32_t i, const uint8_t **at) {
    const uint8_t *from = (const uint8_t *)c->chunk.p;
    *at = from + chunk_u16(c, c->chunk.n - RESTART_BYTES * (restarts(c) + 1 - i));
    if (*at + 2 > c->end || (*at)[0] != 0 || (*at)[1] > c->end - *at - 2)
        return (Str){0};
    return str_of(*at + 2, (*at)[1]);
}

/* The first entry >= w in the chunk at hand, whose first word is <= w or whose segment has none before it. */
static bool entry_seek(TermCursor *c, Str w) {
    uint32_t low = 0, high = restarts(c); /* the last restart <= w, or the first of all */
    const uint8_t *at;
    while (high - low > 1) {
        uint32_t mid = (low + high) / 2;
        if (str_cmp(restart_word(c, mid, &at), w) <= 0)
            low = mid;
        else
            high = mid;
    }
    restart_word(c, low, &at);
    c->at = at;
    c->n = 0;
    while (entry_next(c))
        if (str_cmp(term_word(c), w) >= 0)
            return true;
    return false;
}

/* The chunk behind the one at hand. */
static bool chunk_next(TermCursor *c) {
    uint8_t mem[TERM_KEY_BYTES_MAX + 1];
    if (!c->chunk.p)
        return false;
    memcpy(mem, c->chunk_key, c->chunk_key_n);
    mem[c->chunk_key_n] = 0; /* the least key above */
    return chunk_take(c, cursor_seek(c->db, str_of(mem, c->chunk_key_n + 1)));
}

bool term_next(TermCursor *c) { return c->chunk.p && (entry_next(c) || (chunk_next(c) && entry_next(c))); }

bool term_seek(TermCursor *c, Str w) {
    Str first = c->chunk.p ? str_of(c->chunk_key + KEY_NUMBER_BYTES, c->chunk_key_n - KEY_NUMBER_BYTES) : (Str){0};
    if (first.p && str_cmp(first, w) <= 0 && entry_seek(c, w))
        return true;
    uint8_t mem[TERM_KEY_BYTES_MAX + 1];
    if (w.n > TEXT_WORD_BYTES_MAX)
        w.n = TEXT_WORD_BYTES_MAX;
    size_t n = text_key_u32(c->t, KEY_TERMS, c->seq, mem).n;
    if (w.n)
        memcpy(mem + n, w.p, w.n);
    mem[n + w.n] = 0; /* the last key below this is the last one <= the word's own */
    bool inside = chunk_take(c, cursor_seek_before(c->db, str_of(mem, n + w.n + 1)));
    if (c->t->tx->err)
        return false;
    if (!inside)
        return chunk_take(c, cursor_seek(c->db, str_of(mem, n))) && entry_next(c);
    return entry_seek(c, w) || (chunk_next(c) && entry_next(c));
}

bool term_find(TermCursor *c, Str w, PostList *list) {
    if (!term_seek(c, w) || !str_eq(term_word(c), w))
        return false;
    *list = c->list;
    return true;
}
