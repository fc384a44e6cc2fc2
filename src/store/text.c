#include "store/text_internal.h"

#include <stdlib.h>

typedef struct DocWord {
    Str word;
    uint32_t tf;
} DocWord;

/* A document's words as they come; doubled when full. */
typedef struct DocWords {
    Arena *a;
    DocWord *v;
    size_t n, cap;
    uint32_t length;
} DocWords;

static Err words_add(DocWords *d, Str s, uint32_t weight) {
    char mem[TEXT_WORD_BYTES_MAX];
    WordIter it = word_iter(s);
    for (size_t n; d->n < DOC_WORDS_MAX && word_next(&it, mem, &n);) {
        if (d->n == d->cap) {
            size_t cap = d->cap ? 2 * d->cap : 256;
            DocWord *v = arena_raw(d->a, cap * sizeof *v);
            if (!v)
                return E_NOMEM;
            if (d->n)
                memcpy(v, d->v, d->n * sizeof *v);
            d->v = v;
            d->cap = cap;
        }
        d->v[d->n] = (DocWord){arena_str(d->a, str_of(mem, n)), weight};
        if (!d->v[d->n].word.p)
            return E_NOMEM;
        d->n++;
        d->length += weight;
    }
    return OK;
}

static int by_word(const void *a, const void *b) { return str_cmp(((const DocWord *)a)->word, ((const DocWord *)b)->word); }

Err text_extract(const Record *r, const Index *ix, const void *row, Arena *a, Str *pending) {
    DocWords d = {.a = a};
    Err e = OK;
    for (size_t i = 0; i < COUNT(ix->text) && ix->text[i].tag && !e; i++) {
        const Field *f = record_field(r, ix->text[i].tag);
        const char *at = (const char *)row + f->offset;
        if (f->type == F_STR) {
            Str s;
            memcpy(&s, at, sizeof s);
            e = words_add(&d, s, ix->text[i].weight);
        } else {
            List l;
            memcpy(&l, at, sizeof l);
            ListIter it = list_iter(&l);
            for (Str s; !e && list_str(&it, &s);)
                e = words_add(&d, s, ix->text[i].weight);
        }
    }
    if (e)
        return e;
    if (d.n)
        qsort(d.v, d.n, sizeof *d.v, by_word);
    Buf b = buf_arena(a, 1 + DOC_TERMS_MAX * (TEXT_WORD_BYTES_MAX + 2));
    buf_char(&b, (char)length_class(d.length));
    size_t terms = 0;
    for (size_t i = 0; i < d.n && terms < DOC_TERMS_MAX; terms++) {
        DocWord w = d.v[i];
        for (i++; i < d.n && str_eq(d.v[i].word, w.word); i++)
            w.tf += d.v[i].tf;
        buf_char(&b, (char)w.word.n);
        buf_add(&b, w.word);
        buf_char(&b, (char)tf_class(w.tf));
    }
    *pending = buf_str(&b);
    return b.err;
}

/* Sets the document's bit in its segment's dead map, and rewrites the segment once half of it is dead. */
static Err mark_dead(const Text *t, TextMeta *m, const Seg *seg, uint32_t ordinal) {
    uint8_t map[SEGMENT_DOCS_MAX / 8], mem[TERM_KEY_BYTES_MAX];
    size_t bytes = (seg->row.docs + 7) / 8;
    uint32_t dead = seg_dead_count(seg) + 1;
    if (seg->dead)
        memcpy(map, seg->dead, bytes);
    else
        memset(map, 0, bytes);
    map[ordinal / 8] |= (uint8_t)(1 << ordinal % 8);
    Err e = db_put(t->tx, DB_TEXT, text_key_u32(t, KEY_DEAD, seg->row.seq, mem), str_of(map, bytes));
    if (!e && !seg->row.has_dead) {
        for (uint32_t i = 0; i < m->count; i++)
            if (m->rows[i].seq == seg->row.seq)
                m->rows[i].has_dead = 1;
        e = text_meta_put(t, m);
    }
    return !e && dead * 2 > seg->row.docs ? text_compact(t, seg->row.seq) : e;
}

static Err document_remove(const Text *t, Arena *a, uint32_t id) {
    uint8_t mem[TERM_KEY_BYTES_MAX];
    Err e = db_del(t->tx, DB_TEXT, text_key_u32(t, KEY_PENDING, id, mem));
    if (e != E_MISSING)
        return e;
    TextMeta m = {0};
    e = text_meta_get(t, a, &m);
    for (uint32_t i = m.count; i-- > 0 && !e;) {
        Seg seg;
        uint32_t ordinal;
        if (id < m.rows[i].id_min || id > m.rows[i].id_max)
            continue;
        e = seg_open(t, &m.rows[i], &seg);
        if (!e && seg_find(&seg, id, &ordinal) && !seg_dead(&seg, ordinal))
            return mark_dead(t, &m, &seg, ordinal);
    }
    return e ? e : tx_broken(t->tx, E_CORRUPT, "text index: a document is missing");
}

static Err document_add(const Text *t, uint32_t id, Str pending) {
    uint8_t mem[TERM_KEY_BYTES_MAX];
    Err e = db_put(t->tx, DB_TEXT, text_key_u32(t, KEY_PENDING, id, mem), pending);
    if (e)
        return e;
    Cursor c;
    e = cursor_open(t->tx, DB_TEXT, &c);
    if (e)
        return e;
    Str head = text_key(t, KEY_PENDING, mem);
    int waiting = 0;
    for (bool more = cursor_seek(&c, head); more && str_starts(c.key, head); more = cursor_next(&c))
        waiting++;
    cursor_close(&c);
    return waiting >= PENDING_MAX ? text_flush(t) : t->tx->err;
}

static Err row_id(const void *row, uint32_t *id) {
    int64_t wide;
    memcpy(&wide, row, sizeof wide);
    if (wide < 1 || wide > UINT32_MAX)
        return E_TOO_LARGE;
    *id = (uint32_t)wide;
    return OK;
}

Err text_index_put(Tx *tx, const Record *r, const Index *ix, const void *old_row, const void *new_row) {
    Text t = {tx, ix};
    Arena a; /* its own: many documents may be written in one transaction */
    uint32_t id;
    Str pending;
    arena_init(&a, TEXT_SCRATCH_BYTES);
    Err e = OK;
    if (old_row && !(e = row_id(old_row, &id)))
        e = document_remove(&t, &a, id);
    if (!e && new_row && !(e = row_id(new_row, &id)) && !(e = text_extract(r, ix, new_row, &a, &pending)))
        e = document_add(&t, id, pending);
    arena_free(&a);
    return e && !tx->err ? tx_broken(tx, e, "text index") : e;
}
