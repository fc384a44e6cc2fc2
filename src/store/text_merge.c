#include "store/text_internal.h"

#include <stdlib.h>

enum { NOWHERE = 0xffff, LIST_BYTES_MAX = 64 * 1024, CHUNK_ROOM = CHUNK_BYTES + LIST_BYTES_MAX, CHUNK_RESTARTS_MAX = 1024 };

/* What is merged: pending documents (each a source of its own) or segments. */
typedef struct Source {
    bool pending;
    TermCursor cursor;
    Str rest, word; /* the word it stands at */
    unsigned cls;
    uint16_t *ordinals; /* from old to new, NOWHERE for the dead */
} Source;

typedef struct DocRef {
    uint32_t id;
    uint16_t source, ordinal;
    uint8_t length;
} DocRef;

typedef struct Chunk Chunk;
struct Chunk {
    Chunk *next;
    Str word, bytes;
};

/* A segment being made, in memory: nothing may be written to the database while views into it are read. */
typedef struct SegWriter {
    Arena *a;
    Chunk *first, **last;
    uint32_t bytes;
    Buf chunk, list;
    char first_word[TEXT_WORD_BYTES_MAX], word[TEXT_WORD_BYTES_MAX];
    size_t first_n, n;
    uint32_t entries;
    uint16_t restarts[CHUNK_RESTARTS_MAX];
} SegWriter;

static SegWriter *writer_new(Arena *a) {
    SegWriter *w = ARENA_NEW(a, SegWriter);
    char *chunk = arena_raw(a, CHUNK_ROOM), *list = arena_raw(a, LIST_BYTES_MAX);
    if (!w || !chunk || !list)
        return NULL;
    w->a = a;
    w->last = &w->first;
    w->chunk = buf_fixed(chunk, CHUNK_ROOM);
    w->list = buf_fixed(list, LIST_BYTES_MAX);
    return w;
}

static uint32_t restart_count(const SegWriter *w) { return (w->entries + RESTART_EVERY - 1) / RESTART_EVERY; }

static Err chunk_finish(SegWriter *w) {
    if (!w->entries)
        return OK;
    uint16_t count = (uint16_t)restart_count(w);
    buf_put(&w->chunk, w->restarts, count * sizeof w->restarts[0]);
    buf_put(&w->chunk, &count, sizeof count);
    Chunk *c = ARENA_NEW(w->a, Chunk);
    if (!c || w->chunk.err)
        return E_NOMEM;
    c->word = arena_str(w->a, str_of(w->first_word, w->first_n));
    c->bytes = arena_str(w->a, buf_str(&w->chunk));
    if (!c->word.p || !c->bytes.p)
        return E_NOMEM;
    w->bytes += (uint32_t)c->bytes.n;
    *w->last = c;
    w->last = &c->next;
    w->chunk.n = 0;
    w->entries = 0;
    w->n = 0;
    return OK;
}

static void put_varint(Buf *b, size_t v) {
    for (; v >= 0x80; v >>= 7)
        buf_char(b, (char)(v | 0x80));
    buf_char(b, (char)v);
}

static Err writer_add(SegWriter *w, Str word, const uint32_t *postings, size_t n) {
    w->list.n = 0;
    post_put(&w->list, postings, n);
    size_t most = word.n + w->list.n + 16 + sizeof w->restarts[0] * (restart_count(w) + 2);
    if (w->chunk.n + most > CHUNK_BYTES || restart_count(w) == CHUNK_RESTARTS_MAX) {
        Err e = chunk_finish(w);
        if (e)
            return e;
    }
    size_t shared = 0;
    if (w->entries % RESTART_EVERY == 0)
        w->restarts[w->entries / RESTART_EVERY] = (uint16_t)w->chunk.n;
    else
        while (shared < w->n && shared < word.n && w->word[shared] == word.p[shared])
            shared++;
    if (!w->entries) {
        memcpy(w->first_word, word.p, word.n);
        w->first_n = word.n;
    }
    buf_char(&w->chunk, (char)shared);
    buf_char(&w->chunk, (char)(word.n - shared));
    buf_add(&w->chunk, str_from(word, shared));
    put_varint(&w->chunk, n);
    if (n > 1)
        put_varint(&w->chunk, w->list.n);
    buf_add(&w->chunk, buf_str(&w->list));
    memcpy(w->word, word.p, word.n);
    w->n = word.n;
    w->entries++;
    return w->chunk.err || w->list.err ? E_NOMEM : OK;
}

static bool source_next(Source *s) {
    if (s->pending)
        return pending_next(&s->rest, &s->word, &s->cls);
    bool more = term_next(&s->cursor);
    s->word = term_word(&s->cursor);
    return more;
}

static bool source_begin(Source *s) {
    if (s->pending)
        return source_next(s);
    bool any = term_seek(&s->cursor, S(""));
    s->word = term_word(&s->cursor);
    return any;
}

/* Adds the postings of the word it stands at, dead ones left out. */
static size_t source_postings(const Source *s, uint32_t *to) {
    if (s->pending) {
        to[0] = (uint32_t)s->ordinals[0] << 3 | s->cls;
        return 1;
    }
    size_t n = 0;
    uint32_t ordinal;
    unsigned cls;
    for (PostIter it = post_iter(&s->cursor.list); n < SEGMENT_DOCS_MAX && post_next(&it, &ordinal, &cls);)
        if (ordinal < SEGMENT_DOCS_MAX && s->ordinals[ordinal] != NOWHERE)
            to[n++] = (uint32_t)s->ordinals[ordinal] << 3 | cls;
    return n;
}

/* A binary heap of sources, the least word on top. */
static void heap_down(Source **heap, size_t n, size_t at) {
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= n)
            return;
        child += child + 1 < n && str_cmp(heap[child + 1]->word, heap[child]->word) < 0;
        if (str_cmp(heap[at]->word, heap[child]->word) <= 0)
            return;
        Source *swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
        at = child;
    }
}

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int by_id(const void *a, const void *b) { return by_value(&((const DocRef *)a)->id, &((const DocRef *)b)->id); }

static Err merge_words(Tx *tx, Arena *a, Source *sources, size_t n, SegWriter *w) {
    Source **heap = ARENA_ARRAY(a, n + 1, Source *);
    uint32_t *postings = arena_raw(a, (2 * SEGMENT_DOCS_MAX) * sizeof *postings);
    if (!heap || !postings)
        return E_NOMEM;
    size_t live = 0;
    for (size_t i = 0; i < n; i++)
        if (source_begin(&sources[i]))
            heap[live++] = &sources[i];
    for (size_t i = live; i-- > 0;)
        heap_down(heap, live, i);
    while (live) {
        char mem[TEXT_WORD_BYTES_MAX];
        Str word = str_of(mem, heap[0]->word.n);
        memcpy(mem, heap[0]->word.p, word.n);
        size_t count = 0;
        while (live && str_eq(heap[0]->word, word)) {
            count += source_postings(heap[0], postings + count);
            if (count > SEGMENT_DOCS_MAX)
                return tx_broken(tx, E_CORRUPT, "text index: more postings than documents");
            if (!source_next(heap[0]))
                heap[0] = heap[--live];
            heap_down(heap, live, 0);
        }
        for (size_t i = 1; i < count; i++)
            if (postings[i - 1] > postings[i]) {
                qsort(postings, count, sizeof *postings, by_value);
                break;
            }
        Err e = count ? writer_add(w, word, postings, count) : OK;
        if (e)
            return e;
    }
    return tx->err ? tx->err : chunk_finish(w);
}

static Err segment_drop(const Text *t, uint32_t seq) {
    uint8_t mem[TERM_KEY_BYTES_MAX], key[TERM_KEY_BYTES_MAX];
    for (int what = KEY_DOCS; what <= KEY_DEAD; what++) {
        Err e = db_del(t->tx, DB_TEXT, text_key_u32(t, (TextKey)what, seq, mem));
        if (e && (e != E_MISSING || what == KEY_DOCS))
            return e;
    }
    Cursor c;
    Err e = cursor_open(t->tx, DB_TEXT, &c);
    if (e)
        return e;
    Str head = text_key_u32(t, KEY_TERMS, seq, mem);
    while (!e && cursor_seek(&c, head) && str_starts(c.key, head) && c.key.n <= sizeof key) {
        memcpy(key, c.key.p, c.key.n);
        e = db_del(t->tx, DB_TEXT, str_of(key, c.key.n));
    }
    cursor_close(&c);
    return e ? e : t->tx->err;
}

static Err segment_put(const Text *t, const DocRef *docs, SegRow *row, const SegWriter *w) {
    uint8_t mem[TERM_KEY_BYTES_MAX];
    void *room;
    Err e = db_reserve(t->tx, DB_TEXT, text_key_u32(t, KEY_DOCS, row->seq, mem), 5 * (size_t)row->docs, &room);
    if (e)
        return e;
    uint8_t *ids = room, *lengths = ids + 4 * (size_t)row->docs;
    for (uint32_t i = 0; i < row->docs; i++) {
        memcpy(ids + 4 * (size_t)i, &docs[i].id, 4);
        lengths[i] = docs[i].length;
        row->length += length_value(docs[i].length);
    }
    for (const Chunk *c = w->first; c; c = c->next) {
        size_t n = text_key_u32(t, KEY_TERMS, row->seq, mem).n;
        memcpy(mem + n, c->word.p, c->word.n);
        if ((e = db_put(t->tx, DB_TEXT, str_of(mem, n + c->word.n), c->bytes)))
            return e;
    }
    return OK;
}

/* Merges sources into a new segment, whose row is appended to the meta row (unless it would hold no document). */
static Err build(const Text *t, Arena *a, Source *sources, size_t n, DocRef *docs, size_t count, TextMeta *m, SegWriter **out) {
    *out = writer_new(a);
    if (!*out)
        return E_NOMEM;
    qsort(docs, count, sizeof *docs, by_id);
    for (size_t i = 0; i < count; i++) {
        if (i && docs[i].id == docs[i - 1].id)
            return tx_broken(t->tx, E_CORRUPT, "text index: a document lives twice");
        sources[docs[i].source].ordinals[docs[i].ordinal] = (uint16_t)i;
    }
    Err e = merge_words(t->tx, a, sources, n, *out);
    if (e || !count)
        return e;
    if (m->count >= SEGMENTS_MAX)
        return tx_broken(t->tx, E_FULL, "text index: too many segments");
    m->rows[m->count++] = (SegRow){.seq = m->next_seq++,
                                   .docs = (uint32_t)count,
                                   .bytes = (*out)->bytes,
                                   .id_min = docs[0].id,
                                   .id_max = docs[count - 1].id};
    return segment_put(t, docs, &m->rows[m->count - 1], *out);
}

static uint16_t *ordinals_new(Arena *a, uint32_t n) {
    uint16_t *v = arena_raw(a, n * sizeof *v);
    for (uint32_t i = 0; v && i < n; i++)
        v[i] = NOWHERE;
    return v;
}

static Err merge_segments(const Text *t, Arena *a, TextMeta *m, const uint32_t *picked, size_t n) {
    Source *sources = ARENA_ARRAY(a, n, Source);
    DocRef *docs = ARENA_ARRAY(a, SEGMENT_DOCS_MAX, DocRef);
    Cursor db;
    if (!sources || !docs)
        return E_NOMEM;
    Err e = cursor_open(t->tx, DB_TEXT, &db);
    if (e)
        return e;
    size_t count = 0;
    for (size_t i = 0; i < n && !e; i++) {
        Seg seg;
        if ((e = seg_open(t, &m->rows[picked[i]], &seg)))
            break;
        sources[i].cursor = term_cursor(t, &db, seg.row.seq);
        if (!(sources[i].ordinals = ordinals_new(a, SEGMENT_DOCS_MAX)))
            e = E_NOMEM;
        for (uint32_t k = 0; k < seg.row.docs && !e; k++)
            if (!seg_dead(&seg, k)) {
                if (count == SEGMENT_DOCS_MAX)
                    e = tx_broken(t->tx, E_INTERNAL, "text index: merge too large");
                else
                    docs[count++] = (DocRef){seg_id(&seg, k), (uint16_t)i, (uint16_t)k, seg.lengths[k]};
            }
    }
    SegWriter *w;
    if (!e)
        e = build(t, a, sources, n, docs, count, m, &w);
    cursor_close(&db);
    /* From the last, so that positions stay right; the new row moves down with the rest. */
    for (size_t i = n; i-- > 0 && !e;) {
        e = segment_drop(t, m->rows[picked[i]].seq);
        memmove(&m->rows[picked[i]], &m->rows[picked[i] + 1], (m->count - picked[i] - 1) * sizeof *m->rows);
        m->count--;
    }
    return e;
}

/* Size classes: PENDING_MAX times powers of SEGMENT_FAN; segments near the maximum stay as they are. */
static unsigned size_class(uint32_t docs) {
    unsigned cls = 0;
    for (uint32_t limit = PENDING_MAX * SEGMENT_FAN; docs >= limit; limit *= SEGMENT_FAN)
        cls++;
    return cls;
}

/* Segments to merge, ascending: those of a size class that has SEGMENT_FAN or more, as many as fit into one. */
static size_t pick(const TextMeta *m, uint32_t picked[MERGE_INPUTS_MAX]) {
    unsigned most = size_class(SEGMENT_DOCS_MAX * 3 / 4);
    for (unsigned cls = 0; cls <= most; cls++) {
        uint64_t docs = 0, bytes = 0;
        size_t n = 0, of_class = 0;
        for (uint32_t i = 0; i < m->count; i++) {
            if (size_class(m->rows[i].docs) != cls || m->rows[i].docs >= SEGMENT_DOCS_MAX * 3 / 4)
                continue;
            of_class++;
            if (n == MERGE_INPUTS_MAX || docs + m->rows[i].docs > SEGMENT_DOCS_MAX ||
                bytes + m->rows[i].bytes > SEGMENT_BYTES_MAX)
                continue;
            docs += m->rows[i].docs;
            bytes += m->rows[i].bytes;
            picked[n++] = i;
        }
        if (of_class >= SEGMENT_FAN && n >= 2)
            return n;
    }
    return 0;
}

/* All pending documents as sources; *n of them. */
static Err pending_sources(const Text *t, Arena *a, Cursor *db, Source **sources, DocRef **docs, size_t *n) {
    uint8_t mem[TERM_KEY_BYTES_MAX];
    Str head = text_key(t, KEY_PENDING, mem);
    size_t cap = 0;
    *n = 0;
    for (bool more = cursor_seek(db, head); more && str_starts(db->key, head); more = cursor_next(db))
        cap++;
    *sources = ARENA_ARRAY(a, cap, Source);
    *docs = ARENA_ARRAY(a, cap, DocRef);
    uint16_t *ordinals = ARENA_ARRAY(a, cap, uint16_t);
    if (!*sources || !*docs || !ordinals)
        return E_NOMEM;
    for (bool more = cursor_seek(db, head); more && str_starts(db->key, head) && *n < cap; more = cursor_next(db), ++*n) {
        const uint8_t *k = (const uint8_t *)db->key.p + head.n;
        uint32_t id = (uint32_t)k[0] << 24 | (uint32_t)k[1] << 16 | (uint32_t)k[2] << 8 | k[3];
        Source *s = &(*sources)[*n];
        *s = (Source){.pending = true, .rest = db->value, .ordinals = &ordinals[*n]};
        (*docs)[*n] = (DocRef){id, (uint16_t)*n, 0, pending_start(&s->rest)};
    }
    return t->tx->err;
}

static Err pending_clear(const Text *t, const DocRef *docs, size_t n) {
    uint8_t mem[TERM_KEY_BYTES_MAX];
    Err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = db_del(t->tx, DB_TEXT, text_key_u32(t, KEY_PENDING, docs[i].id, mem));
    return e;
}

Err text_flush(const Text *t) {
    Arena a;
    TextMeta m = {0};
    Cursor db;
    Source *sources;
    DocRef *docs;
    size_t n;
    SegWriter *w;
    arena_init(&a, TEXT_SCRATCH_BYTES);
    Err e = text_meta_get(t, &a, &m);
    if (!e && !(e = cursor_open(t->tx, DB_TEXT, &db))) {
        e = pending_sources(t, &a, &db, &sources, &docs, &n);
        if (!e)
            e = build(t, &a, sources, n, docs, n, &m, &w);
        cursor_close(&db);
        if (!e)
            e = pending_clear(t, docs, n);
    }
    uint32_t picked[MERGE_INPUTS_MAX];
    for (size_t count; !e && (count = pick(&m, picked)) > 0;) {
        Arena round; /* of one merge, so that a cascade needs no more memory than its largest */
        arena_init(&round, TEXT_SCRATCH_BYTES);
        e = merge_segments(t, &round, &m, picked, count);
        arena_free(&round);
    }
    if (!e)
        e = text_meta_put(t, &m);
    arena_free(&a);
    return e;
}

Err text_compact(const Text *t, uint32_t seq) {
    Arena a;
    TextMeta m = {0};
    arena_init(&a, TEXT_SCRATCH_BYTES);
    Err e = text_meta_get(t, &a, &m);
    for (uint32_t i = 0; i < m.count && !e; i++)
        if (m.rows[i].seq == seq) {
            e = merge_segments(t, &a, &m, &i, 1);
            if (!e)
                e = text_meta_put(t, &m);
            break;
        }
    arena_free(&a);
    return e;
}
