#include "store/text_internal.h"

#include <stdlib.h>

enum { GUESSES_MAX = 4096, GUESS_SLOTS = 2 * GUESSES_MAX };

typedef struct Guess {
    Str word;
    uint64_t docs;
} Guess;

/* Completions with their counts: an open-addressed table of positions in guesses[]. When it is full, words not yet in it are left
 * out; the largest segments come first, so those are rare ones. */
typedef struct Guesses {
    Arena *a;
    Guess *v;
    uint32_t n;
    uint16_t *slots; /* position + 1 */
} Guesses;

static Err count(Guesses *g, Str word, uint64_t docs) {
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < word.n; i++)
        h = (h ^ (uint8_t)word.p[i]) * 16777619u;
    uint32_t slot = (h ^ h >> 15) % GUESS_SLOTS;
    for (; g->slots[slot]; slot = (slot + 1) % GUESS_SLOTS) {
        Guess *known = &g->v[g->slots[slot] - 1];
        if (str_eq(known->word, word)) {
            known->docs += docs;
            return OK;
        }
    }
    if (g->n == GUESSES_MAX)
        return OK;
    Str copy = arena_str(g->a, word);
    if (!copy.p)
        return E_NOMEM;
    g->v[g->n++] = (Guess){copy, docs};
    g->slots[slot] = (uint16_t)g->n;
    return OK;
}

static Err gather(Reader *r, Str prefix, Guesses *g) {
    Err e = OK;
    for (uint32_t seg = 0; seg < r->seg_count && !e; seg++) {
        TermCursor c = term_cursor(&r->t, &r->db, r->segs[seg].row.seq);
        for (bool more = term_seek(&c, prefix); more && !e && str_starts(term_word(&c), prefix); more = term_next(&c))
            e = count(g, term_word(&c), c.list.df);
    }
    for (uint32_t i = 0; i < r->pending_count && !e; i++) {
        Str rest = r->pending[i].words, word;
        unsigned cls;
        while (!e && pending_next(&rest, &word, &cls))
            if (str_starts(word, prefix))
                e = count(g, word, 1);
    }
    return e ? e : r->t.tx->err;
}

static int by_docs(const void *a, const void *b) {
    const Guess *x = a, *y = b;
    return x->docs != y->docs ? (x->docs < y->docs) - (x->docs > y->docs) : str_cmp(x->word, y->word);
}

/* Counts hold dead documents until they are merged away: does a live one have the word? */
static bool held(Reader *r, Str word) {
    for (uint32_t i = 0; i < r->pending_count; i++) {
        Str rest = r->pending[i].words, has;
        unsigned cls;
        while (pending_next(&rest, &has, &cls))
            if (str_eq(has, word))
                return true;
    }
    for (uint32_t seg = 0; seg < r->seg_count; seg++) {
        PostList l;
        TermCursor c = term_cursor(&r->t, &r->db, r->segs[seg].row.seq);
        if (term_find(&c, word, &l) && list_held(&r->segs[seg], &l))
            return true;
    }
    return false;
}

/* The words before the last, and then this one. */
static Str whole(Arena *a, const Query *q, Str last) {
    Buf b = buf_arena(a, (TEXT_WORDS_MAX + 1) * (TEXT_WORD_BYTES_MAX + 1));
    for (size_t i = 0; i + 1 < q->count; i++) {
        buf_add(&b, query_word(&q->words[i]));
        buf_char(&b, ' ');
    }
    buf_add(&b, last);
    return b.err ? (Str){0} : buf_str(&b);
}

Err text_suggest(Tx *tx, const Index *ix, Str typed, Str *out, size_t max, size_t *n) {
    *n = 0;
    Arena *a = tx_arena(tx);
    Query *q = ARENA_NEW(a, Query);
    Reader *r = ARENA_NEW(a, Reader);
    Guesses g = {.a = a, .v = ARENA_ARRAY(a, GUESSES_MAX, Guess), .slots = ARENA_ARRAY(a, GUESS_SLOTS, uint16_t)};
    if (!q || !r || !g.v || !g.slots)
        return E_NOMEM;
    query_parse(q, typed);
    if (!q->count)
        return OK;
    Err e = reader_open(tx, ix, a, r);
    if (e)
        return e;
    e = gather(r, query_word(&q->words[q->count - 1]), &g);
    if (!e)
        qsort(g.v, g.n, sizeof *g.v, by_docs);
    if (max > TEXT_SUGGEST_MAX)
        max = TEXT_SUGGEST_MAX;
    for (uint32_t i = 0; i < g.n && *n < max && !e; i++)
        if (held(r, g.v[i].word)) {
            out[*n] = whole(a, q, g.v[i].word);
            e = out[(*n)++].p ? tx->err : E_NOMEM;
        }
    reader_close(r);
    return e;
}
