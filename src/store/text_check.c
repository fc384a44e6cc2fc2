#include "store/text_internal.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct Checker {
    Reader r;
    const Record *record;
    Arena row; /* of one document */
    void *mem; /* one row of the record */
    uint64_t *prints; /* by ordinal, of the segment at hand */
    void (*say)(void *ctx, Str line);
    void *ctx;
    uint64_t *faults;
} Checker;

static void fault(Checker *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void fault(Checker *c, const char *fmt, ...) {
    char text[160];
    va_list args;
    int at = snprintf(text, sizeof text, "text index %s: ", c->r.t.ix->name);
    va_start(args, fmt);
    int more = vsnprintf(text + at, sizeof text - (size_t)at, fmt, args);
    va_end(args);
    size_t n = (size_t)at + (size_t)more;
    ++*c->faults;
    c->say(c->ctx, str_of(text, n < sizeof text ? n : sizeof text - 1));
}

/* A word with its class as a number; a document's words are compared by the sum of theirs. */
static uint64_t print_of(Str word, unsigned cls) {
    uint64_t h = UINT64_C(14695981039346656037) + cls; /* FNV-1a, then the finisher of SplitMix64 */
    for (size_t i = 0; i < word.n; i++)
        h = (h ^ (uint8_t)word.p[i]) * UINT64_C(1099511628211);
    h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
    return h ^ h >> 31;
}

static uint64_t print_of_row(Str pending, uint8_t *length) {
    uint64_t sum = 0;
    Str word;
    unsigned cls;
    *length = pending_start(&pending);
    while (pending_next(&pending, &word, &cls))
        sum += print_of(word, cls);
    return sum;
}

/* Does what the index says of a live document fit its record? */
static Err check_document(Checker *c, uint32_t id, uint8_t length, uint64_t print) {
    Str pending;
    uint8_t expected;
    Err e = rec_get(c->r.t.tx, c->record, id, c->mem);
    if (e == E_MISSING || (!e && c->r.t.ix->when && !c->r.t.ix->when(c->mem))) {
        fault(c, "holds %u, which it should not", id);
        return OK;
    }
    if (!e) {
        memcpy(c->mem, &(int64_t){id}, sizeof(int64_t));
        arena_reset(&c->row);
        e = text_extract(c->record, c->r.t.ix, c->mem, &c->row, &pending);
    }
    if (!e && (print_of_row(pending, &expected) != print || expected != length))
        fault(c, "the words of %u differ from its record", id);
    return e;
}

/* In how many places a document lives. */
static unsigned places(const Checker *c, uint32_t id) {
    unsigned n = 0;
    uint32_t ordinal;
    for (uint32_t i = 0; i < c->r.seg_count; i++)
        n += seg_find(&c->r.segs[i], id, &ordinal) && !seg_dead(&c->r.segs[i], ordinal);
    for (uint32_t i = 0; i < c->r.pending_count; i++)
        n += c->r.pending[i].id == id;
    return n;
}

/* Reads the whole dictionary of a segment and sums up each document's words. */
static void check_dictionary(Checker *c, const Seg *s) {
    char before[TEXT_WORD_BYTES_MAX];
    size_t before_n = 0;
    TermCursor t = term_cursor(&c->r.t, &c->r.db, s->row.seq);
    memset(c->prints, 0, SEGMENT_DOCS_MAX * sizeof *c->prints);
    for (bool more = term_seek(&t, S("")); more; more = term_next(&t)) {
        if (str_cmp(str_of(before, before_n), term_word(&t)) >= 0)
            fault(c, "segment %u: words out of order", s->row.seq);
        memcpy(before, t.word, t.n);
        before_n = t.n;
        uint32_t ordinal, n = 0;
        unsigned cls;
        for (PostIter it = post_iter(&t.list); post_next(&it, &ordinal, &cls); n++) {
            if (ordinal >= s->row.docs) {
                fault(c, "segment %u: a posting of no document", s->row.seq);
                break;
            }
            c->prints[ordinal] += print_of(term_word(&t), cls);
        }
        if (n != t.list.df)
            fault(c, "segment %u: a word has %u postings, not %u", s->row.seq, n, t.list.df);
    }
}

static Err check_segment(Checker *c, const Seg *s) {
    uint64_t length = 0;
    Err e = OK;
    check_dictionary(c, s);
    for (uint32_t i = 0; i < s->row.docs && !e; i++) {
        length += length_value(s->lengths[i]);
        if (i && seg_id(s, i) <= seg_id(s, i - 1))
            fault(c, "segment %u: documents out of order", s->row.seq);
        if (!seg_dead(s, i))
            e = check_document(c, seg_id(s, i), s->lengths[i], c->prints[i]);
    }
    if (s->row.docs && (s->row.id_min != seg_id(s, 0) || s->row.id_max != seg_id(s, s->row.docs - 1)))
        fault(c, "segment %u: wrong bounds", s->row.seq);
    if (length != s->row.length)
        fault(c, "segment %u: wrong sum of lengths", s->row.seq);
    return e;
}

static Err check_pending(Checker *c) {
    Err e = OK;
    for (uint32_t i = 0; i < c->r.pending_count && !e; i++) {
        const PendingDoc *d = &c->r.pending[i];
        uint64_t sum = 0;
        Str rest = d->words, word;
        unsigned cls;
        while (pending_next(&rest, &word, &cls))
            sum += print_of(word, cls);
        e = check_document(c, d->id, d->length, sum);
    }
    return e;
}

/* Each record that belongs into the index lives in one place of it. */
static Err check_records(Checker *c) {
    RecScan *scan;
    Err e = rec_scan(c->r.t.tx, c->record, 0, &scan);
    if (e)
        return e;
    while (rec_scan_next(scan, c->mem)) {
        int64_t id;
        memcpy(&id, c->mem, sizeof id);
        unsigned n = id > 0 && id <= UINT32_MAX ? places(c, (uint32_t)id) : 0;
        if (n != 1 && (!c->r.t.ix->when || c->r.t.ix->when(c->mem)))
            fault(c, "%lld is in it %u times", (long long)id, n);
    }
    return c->r.t.tx->err;
}

/* Rows of segments that the meta row does not know. */
static void check_strays(Checker *c) {
    for (int what = KEY_DOCS; what <= KEY_TERMS; what++) {
        uint8_t mem[TERM_KEY_BYTES_MAX];
        uint32_t seq = 0;
        while (cursor_seek(&c->r.db, text_key_u32(&c->r.t, (TextKey)what, seq, mem)) &&
               str_starts(c->r.db.key, text_key(&c->r.t, (TextKey)what, mem)) && c->r.db.key.n >= 6) {
            const uint8_t *k = (const uint8_t *)c->r.db.key.p + 2;
            seq = (uint32_t)k[0] << 24 | (uint32_t)k[1] << 16 | (uint32_t)k[2] << 8 | k[3];
            bool known = false;
            for (uint32_t i = 0; i < c->r.seg_count; i++)
                known |= c->r.segs[i].row.seq == seq && (what != KEY_DEAD || c->r.segs[i].dead);
            if (!known)
                fault(c, "rows of a segment %u that there is not", seq);
            if (seq++ == UINT32_MAX)
                break;
        }
    }
}

Err text_check(Tx *tx, const Record *r, const Index *ix, void (*say)(void *ctx, Str line), void *ctx, uint64_t *faults) {
    Arena *a = tx_arena(tx);
    Checker *c = ARENA_NEW(a, Checker);
    if (!c)
        return E_NOMEM;
    *c = (Checker){.record = r, .say = say, .ctx = ctx, .faults = faults};
    c->prints = ARENA_ARRAY(a, SEGMENT_DOCS_MAX, uint64_t);
    c->mem = arena_alloc(a, r->size);
    if (!c->prints || !c->mem)
        return E_NOMEM;
    arena_init(&c->row, TEXT_SCRATCH_BYTES);
    Err e = reader_open(tx, ix, a, &c->r);
    if (!e) {
        for (uint32_t i = 0; i < c->r.seg_count && !e; i++)
            e = check_segment(c, &c->r.segs[i]);
        if (!e)
            e = check_pending(c);
        if (!e)
            e = check_records(c);
        check_strays(c);
        reader_close(&c->r);
    }
    arena_free(&c->row);
    if (!e)
        e = tx->err;
    if (e == E_CORRUPT) { /* a finding, not a failure of the check */
        c->r.t = (Text){tx, ix};
        fault(c, "malformed");
        tx->err = OK;
        e = OK;
    }
    return e;
}
