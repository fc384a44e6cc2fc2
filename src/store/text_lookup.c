#include "store/text_internal.h"

#include <stdlib.h>

static int by_size(const void *a, const void *b) {
    const SegRow *x = a, *y = b;
    return (x->docs < y->docs) - (x->docs > y->docs);
}

static Err open_pending(Reader *r) {
    uint8_t mem[TERM_KEY_BYTES_MAX];
    Str head = text_key(&r->t, KEY_PENDING, mem);
    /* document_add keeps fewer than PENDING_MAX; a write transaction sees no more either. */
    r->pending = ARENA_ARRAY(r->a, PENDING_MAX, PendingDoc);
    if (!r->pending)
        return E_NOMEM;
    for (bool more = cursor_seek(&r->db, head); more && str_starts(r->db.key, head); more = cursor_next(&r->db)) {
        if (r->pending_count == PENDING_MAX || r->db.key.n != head.n + 4)
            return tx_broken(r->t.tx, E_CORRUPT, "text index: pending documents");
        const uint8_t *k = (const uint8_t *)r->db.key.p + head.n;
        PendingDoc *d = &r->pending[r->pending_count++];
        d->id = (uint32_t)k[0] << 24 | (uint32_t)k[1] << 16 | (uint32_t)k[2] << 8 | k[3];
        d->words = r->db.value;
        d->length = pending_start(&d->words);
        r->length += length_value(d->length);
    }
    r->docs += r->pending_count;
    return r->t.tx->err;
}

Err reader_open(Tx *tx, const Index *ix, Arena *a, Reader *r) {
    *r = (Reader){.t = {tx, ix}, .a = a};
    TextMeta m;
    Err e = text_meta_get(&r->t, a, &m);
    if (!e)
        e = cursor_open(tx, DB_TEXT, &r->db);
    if (e)
        return e;
    qsort(m.rows, m.count, sizeof *m.rows, by_size);
    r->segs = ARENA_ARRAY(a, m.count, Seg);
    if (!r->segs)
        e = E_NOMEM;
    for (; !e && r->seg_count < m.count; r->seg_count++) {
        e = seg_open(&r->t, &m.rows[r->seg_count], &r->segs[r->seg_count]);
        r->docs += m.rows[r->seg_count].docs;
        r->length += m.rows[r->seg_count].length;
    }
    if (!e)
        e = open_pending(r);
    if (e)
        reader_close(r);
    return e;
}

void reader_close(Reader *r) { cursor_close(&r->db); }

bool list_held(const Seg *s, const PostList *l) {
    if (!s->dead)
        return l->df > 0;
    uint32_t ordinal;
    unsigned cls;
    for (PostIter it = post_iter(l); post_next(&it, &ordinal, &cls);)
        if (ordinal < s->row.docs && !seg_dead(s, ordinal))
            return true;
    return false;
}

void query_parse(Query *q, Str text) {
    char mem[TEXT_WORD_BYTES_MAX];
    WordIter it = word_iter(str_slice(text, 0, TEXT_QUERY_BYTES_MAX));
    q->count = 0;
    for (size_t n; word_next(&it, mem, &n);) {
        /* A word said twice counts once, where it was said last: the last word is the one that may be unfinished. */
        for (size_t i = 0; i < q->count; i++)
            if (str_eq(query_word(&q->words[i]), str_of(mem, n))) {
                memmove(&q->words[i], &q->words[i + 1], (q->count - i - 1) * sizeof *q->words);
                q->count--;
                break;
            }
        if (q->count == TEXT_WORDS_MAX) {
            memmove(&q->words[0], &q->words[1], (TEXT_WORDS_MAX - 1) * sizeof *q->words);
            q->count--;
        }
        QueryWord *w = &q->words[q->count++];
        *w = (QueryWord){.n = n};
        memcpy(w->text, mem, n);
    }
    if (q->count) {
        QueryWord *last = &q->words[q->count - 1];
        last->prefix = letters(query_word(last)) >= PREFIX_LETTERS_MIN;
    }
}

static Err list_add(Query *q, size_t word, const PostList *l, MatchKind kind) {
    if (q->list_count == LISTS_MAX)
        return OK; /* what a very common prefix has beyond this is left out */
    if (q->list_count == q->list_cap) {
        uint32_t cap = q->list_cap ? 2 * q->list_cap : 64;
        WordList *v = arena_raw(q->r->a, cap * sizeof *v);
        if (!v)
            return E_NOMEM;
        if (q->list_count)
            memcpy(v, q->lists, q->list_count * sizeof *v);
        q->lists = v;
        q->list_cap = cap;
    }
    q->lists[q->list_count++] = (WordList){*l, kind};
    q->words[word].df[kind] += l->df;
    return OK;
}

/* In short words one edit is another word. */
static bool typo_long_enough(Str typed, Str has) {
    return letters(typed) >= TYPO_LETTERS_MIN || letters(has) >= TYPO_LETTERS_MIN;
}

typedef struct Found {
    Query *q;
    size_t word;
    Err err;
} Found;

static void add_typo(void *ctx, const TermCursor *c) {
    Found *f = ctx;
    if (!f->err && typo_long_enough(query_word(&f->q->words[f->word]), term_word(c)))
        f->err = list_add(f->q, f->word, &c->list, MATCH_TYPO);
}

/* The lists of one word in one segment. */
static Err look_in(Query *q, size_t word, uint32_t seg, bool typos) {
    QueryWord *w = &q->words[word];
    const Seg *s = &q->r->segs[seg];
    Str text = query_word(w);
    TermCursor c = term_cursor(&q->r->t, &q->r->db, s->row.seq);
    Span *span = &q->spans[word * q->r->seg_count + seg];
    span->from = q->list_count;
    Found f = {q, word, OK};
    if (typos) {
        typo_walk(&c, text, add_typo, &f);
    } else {
        for (bool more = term_seek(&c, text); more && !f.err; more = w->prefix && term_next(&c)) {
            bool exact = str_eq(term_word(&c), text);
            if (!exact && !(w->prefix && str_starts(term_word(&c), text)))
                break;
            f.err = list_add(q, word, &c.list, exact ? MATCH_EXACT : MATCH_PREFIX);
            w->held = w->held || list_held(s, &c.list);
        }
    }
    span->to = q->list_count;
    span->postings = 0;
    for (uint32_t i = span->from; i < span->to; i++)
        span->postings += q->lists[i].list.df;
    return f.err ? f.err : q->r->t.tx->err;
}

static void look_in_pending(Query *q, size_t word, bool typos) {
    QueryWord *w = &q->words[word];
    Str text = query_word(w);
    for (uint32_t i = 0; i < q->r->pending_count; i++) {
        PendingDoc *d = &q->r->pending[i];
        Str rest = d->words, has;
        unsigned cls;
        while (pending_next(&rest, &has, &cls)) {
            MatchKind kind;
            if (typos && typo_near(has, text) && typo_long_enough(text, has))
                kind = MATCH_TYPO;
            else if (!typos && str_eq(has, text))
                kind = MATCH_EXACT;
            else if (!typos && w->prefix && str_starts(has, text))
                kind = MATCH_PREFIX;
            else
                continue;
            uint8_t code = (uint8_t)(1 + kind * TF_CLASSES + cls);
            if (d->codes[word] < code)
                d->codes[word] = code;
            w->df[kind]++;
            w->held = true;
        }
    }
}

Err query_look_up(Query *q, Reader *r) {
    q->r = r;
    q->spans = ARENA_ARRAY(r->a, q->count * r->seg_count, Span);
    if (!q->spans)
        return E_NOMEM;
    for (size_t word = 0; word < q->count; word++) {
        QueryWord *w = &q->words[word];
        for (int typos = 0; typos < 2 && !w->held; typos++) {
            w->typo = typos;
            if (typos && letters(query_word(w)) < TYPO_LETTERS_MIN - 1)
                break;
            look_in_pending(q, word, typos);
            for (uint32_t seg = 0; seg < r->seg_count; seg++) {
                Err e = look_in(q, word, seg, typos);
                if (e)
                    return e;
            }
        }
    }
    return OK;
}
