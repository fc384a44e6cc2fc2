#include "store/text_internal.h"

#include <math.h>

/* BM25's constants, and what a match that is not exact is worth. */
#define K1 1.2f
#define B 0.75f
static const float kind_worth[MATCH_KINDS] = {[MATCH_TYPO] = 0.5f, [MATCH_PREFIX] = 0.6f, [MATCH_EXACT] = 1.0f};

enum {
    TOUCHED_MAX = 2048,  /* matches of a segment that are kept as a list; more are found again by walking its codes */
    SKIP_FACTOR = 16,    /* a list this much longer than the matches so far is skipped through instead of walked */
    DEPTH_MAX = 10000,   /* hits that can be paged to; the total counts all */
    SCORE_UNITS = 1000
};

typedef struct Ranked {
    TextHit hit;
    int rank;
} Ranked;

typedef struct Search {
    Query *q;
    const TextQuery *ask;
    Tx *tx;
    uint16_t *parts[TEXT_WORDS_MAX]; /* what a word adds to the score: [code << 8 | length class] */
    uint8_t *codes[TEXT_WORDS_MAX];  /* by ordinal, of the segment at hand; all zero between segments */
    Ranked *heap;                    /* the best so far, the worst of them on top */
    size_t kept, depth;
    int64_t total;
    uint32_t floor; /* a hit below this is not among them */
} Search;

static float idf(uint64_t docs, uint64_t df) {
    float n = (float)docs, f = (float)(df < docs ? df : docs);
    return logf(1.0f + (n - f + 0.5f) / (f + 0.5f));
}

/* In a table, so that a hit costs one look for each word. Whole scores stay far below 2^16 a word: idf < 22 for 2^32 documents.
 */
static Err tables(Search *s) {
    const Reader *r = s->q->r;
    float average = r->docs && r->length ? (float)r->length / (float)r->docs : 1.0f, norm[256];
    for (unsigned i = 0; i < COUNT(norm); i++)
        norm[i] = K1 * (1.0f - B + B * (float)length_value((uint8_t)i) / average);
    for (size_t w = 0; w < s->q->count; w++) {
        uint16_t *part = s->parts[w] = ARENA_ARRAY(r->a, CODES * COUNT(norm), uint16_t);
        if (!part)
            return E_NOMEM;
        for (unsigned code = 1; code < CODES; code++) {
            unsigned kind = (code - 1) / TF_CLASSES;
            uint64_t df = s->q->words[w].df[kind];
            float tf = (float)tf_value(code - 1), most = SCORE_UNITS * kind_worth[kind] * idf(r->docs, df) * tf * (K1 + 1.0f);
            for (unsigned i = 0; df && i < COUNT(norm); i++)
                part[code << 8 | i] = (uint16_t)(most / (tf + norm[i]) + 0.5f);
        }
    }
    return OK;
}

/* ---- the best hits ---- */

static bool worse(const Ranked *a, const Ranked *b) {
    if (a->hit.score != b->hit.score)
        return a->hit.score < b->hit.score;
    return a->rank != b->rank ? a->rank < b->rank : a->hit.id < b->hit.id;
}

static void sift_down(Ranked *heap, size_t n, size_t at) {
    Ranked moving = heap[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && worse(&heap[child + 1], &heap[child]);
        if (!worse(&heap[child], &moving))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moving;
}

static void sift_up(Ranked *heap, size_t at) {
    Ranked moving = heap[at];
    for (; at && worse(&moving, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = moving;
}

static void keep_hit(Search *s, uint32_t id, uint32_t score) {
    Ranked r = {{id, score}, 0};
    if (s->ask->rank)
        r.rank = s->ask->rank(s->ask->ctx, s->tx, id);
    if (s->kept < s->depth) {
        s->heap[s->kept] = r;
        sift_up(s->heap, s->kept++);
    } else if (worse(&s->heap[0], &r)) {
        s->heap[0] = r;
        sift_down(s->heap, s->kept, 0);
    }
    if (s->kept == s->depth)
        s->floor = s->heap[0].hit.score;
}

/* A matching document. Those that cannot be among the best are counted only. */
static inline void hit(Search *s, uint32_t id, uint32_t score) {
    if (s->ask->keep && !s->ask->keep(s->ask->ctx, s->tx, id))
        return;
    s->total++;
    if (score >= s->floor)
        keep_hit(s, id, score);
}

/* ---- one segment ---- */

typedef struct Pass {
    const uint8_t *need; /* only documents with a code here; NULL: all */
    uint8_t *have;
    uint32_t docs, n; /* n documents have a code by now */
    bool listed;      /* touched[] holds them all, ascending */
    uint16_t touched[TOUCHED_MAX];
} Pass;

/* Calls DO for each posting of a list that is of a document: `ordinal`, `code`. */
#define EACH_POSTING(w, docs_, DO)                                                     \
    do {                                                                               \
        const uint8_t *at_ = (w)->list.p;                                              \
        const uint32_t limit_ = (docs_), base_ = 1 + (uint32_t)(w)->kind * TF_CLASSES; \
        uint32_t ordinal = UINT32_MAX, code;                                           \
        for (PostBlock b_; post_block(&(w)->list, &at_, &b_);)                         \
            for (const uint8_t *p_ = b_.p; p_ < b_.end;) {                             \
                p_ = post_read(p_, &code);                                             \
                ordinal += 1 + (code >> 3);                                            \
                code = base_ + (code & 7);                                             \
                if (ordinal >= limit_)                                                 \
                    break;                                                             \
                DO;                                                                    \
            }                                                                          \
    } while (0)

/* The only list of its word: no document comes twice. */
static void walk_only(Pass *p, const WordList *w) {
    const uint8_t *need = p->need;
    uint8_t *have = p->have;
    uint32_t n = 0;
    if (p->listed && need)
        EACH_POSTING(w, p->docs, {
            if (need[ordinal]) {
                have[ordinal] = (uint8_t)code;
                p->touched[n++] = (uint16_t)ordinal;
            }
        });
    else if (p->listed)
        EACH_POSTING(w, p->docs, {
            have[ordinal] = (uint8_t)code;
            p->touched[n++] = (uint16_t)ordinal;
        });
    else if (need)
        EACH_POSTING(w, p->docs, {
            if (need[ordinal]) {
                have[ordinal] = (uint8_t)code;
                n++;
            }
        });
    else
        EACH_POSTING(w, p->docs, {
            have[ordinal] = (uint8_t)code;
            n++;
        });
    p->n = n;
}

/* One of several lists: the best code counts. */
static void walk_more(Pass *p, const WordList *w) {
    const uint8_t *need = p->need;
    uint8_t *have = p->have;
    uint32_t n = 0;
    EACH_POSTING(w, p->docs, {
        if (!need || need[ordinal]) {
            n += have[ordinal] == 0;
            if (have[ordinal] < code)
                have[ordinal] = (uint8_t)code;
        }
    });
    p->n += n;
}

/* For the n documents wanted[], ascending, only: blocks that end before the next of them are not read. */
static void skip_through(Pass *p, const WordList *w, const uint16_t *wanted, uint32_t n) {
    uint8_t base = (uint8_t)(1 + w->kind * TF_CLASSES);
    const uint8_t *at = w->list.p;
    uint32_t next = 0, i = 0;
    for (PostBlock b; i < n && post_block(&w->list, &at, &b);) {
        if (b.last < wanted[i]) {
            next = b.last + 1;
            continue;
        }
        while (b.p < b.end && i < n) {
            uint32_t v;
            b.p = post_read(b.p, &v);
            next += v >> 3;
            while (i < n && wanted[i] < next)
                i++;
            if (i < n && wanted[i] == next) {
                uint8_t code = (uint8_t)(base + (v & 7));
                p->n += p->have[next] == 0;
                if (p->have[next] < code)
                    p->have[next] = code;
            }
            next++;
        }
    }
}

/* The documents that have a code, ascending; there are at most TOUCHED_MAX. `have` is padded to 8 bytes. */
static void collect(Pass *p) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->docs && n < p->n; i += 8) {
        uint64_t eight;
        memcpy(&eight, p->have + i, 8);
        for (uint32_t at = i; eight; at++, eight >>= 8)
            if (eight & 0xff)
                p->touched[n++] = (uint16_t)at;
    }
    p->listed = true;
}

/* Of those before, which are few. */
static void collect_from(Pass *p, const Pass *before) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < before->n; i++)
        if (p->have[before->touched[i]])
            p->touched[n++] = before->touched[i];
    p->listed = true;
}

static void forget(const Pass *p) {
    if (p->listed)
        for (uint32_t i = 0; i < p->n; i++)
            p->have[p->touched[i]] = 0;
    else
        memset(p->have, 0, p->docs);
}

static const Span *span_of(const Search *s, size_t word, uint32_t seg) { return &s->q->spans[word * s->q->r->seg_count + seg]; }

/* Words by how many postings they have here, the fewest first. */
static void order_words(const Search *s, uint32_t seg, uint8_t order[TEXT_WORDS_MAX]) {
    for (size_t i = 0; i < s->q->count; i++) {
        size_t at = i;
        for (; at && span_of(s, order[at - 1], seg)->postings > span_of(s, i, seg)->postings; at--)
            order[at] = order[at - 1];
        order[at] = (uint8_t)i;
    }
}

static inline void score_one(Search *s, const Seg *g, uint32_t ordinal) {
    if (seg_dead(g, ordinal))
        return;
    uint32_t score = 0;
    for (size_t w = 0; w < s->q->count; w++)
        score += s->parts[w][(uint32_t)s->codes[w][ordinal] << 8 | g->lengths[ordinal]];
    hit(s, seg_id(g, ordinal), score);
}

/* The last word, when it has one list: its matches are hits, so they are scored as they are read. */
static void walk_hits(Search *s, const Seg *g, const WordList *w, const uint8_t *need, uint8_t *have) {
    EACH_POSTING(w, g->row.docs, {
        if (!need || need[ordinal]) {
            have[ordinal] = (uint8_t)code;
            score_one(s, g, ordinal);
            have[ordinal] = 0;
        }
    });
}

/* Marks the documents that have a word, and those before have. */
static void pass_word(Search *s, const Span *span, Pass *p, const Pass *before) {
    const WordList *lists = s->q->lists;
    bool few = before && before->listed;
    p->n = 0;
    p->listed = false;
    if (span->to - span->from == 1 && !(few && lists[span->from].list.df / SKIP_FACTOR > before->n)) {
        p->listed = few || lists[span->from].list.df <= TOUCHED_MAX;
        walk_only(p, &lists[span->from]);
    } else {
        for (uint32_t i = span->from; i < span->to; i++)
            if (few && lists[i].list.df / SKIP_FACTOR > before->n)
                skip_through(p, &lists[i], before->touched, before->n);
            else
                walk_more(p, &lists[i]);
    }
    if (!p->listed && few)
        collect_from(p, before);
    else if (!p->listed && p->n <= TOUCHED_MAX)
        collect(p);
}

/* Documents that have every word. */
static void all_words(Search *s, uint32_t seg, Pass passes[TEXT_WORDS_MAX]) {
    const Seg *g = &s->q->r->segs[seg];
    uint8_t order[TEXT_WORDS_MAX] = {0};
    order_words(s, seg, order);
    size_t last = s->q->count - 1, done = 0;
    if (!span_of(s, order[0], seg)->postings)
        return;
    for (size_t k = 0; k <= last; k++) {
        const Span *span = span_of(s, order[k], seg);
        const Pass *before = k ? &passes[k - 1] : NULL;
        const uint8_t *need = before ? before->have : NULL;
        bool few = before && before->listed && s->q->lists[span->from].list.df / SKIP_FACTOR > before->n;
        if (k == last && span->to - span->from == 1 && !few) {
            walk_hits(s, g, &s->q->lists[span->from], need, s->codes[order[k]]);
            break;
        }
        Pass *p = &passes[done++];
        p->need = need;
        p->have = s->codes[order[k]];
        p->docs = g->row.docs;
        pass_word(s, span, p, before);
        if (!p->n)
            break;
        if (k < last)
            continue;
        if (p->listed)
            for (uint32_t i = 0; i < p->n; i++)
                score_one(s, g, p->touched[i]);
        else
            for (uint32_t i = 0; i < g->row.docs; i++)
                if (p->have[i])
                    score_one(s, g, i);
    }
    while (done)
        forget(&passes[--done]);
}

/* Documents that have some word. */
static void any_word(Search *s, uint32_t seg, Pass *p) {
    const Seg *g = &s->q->r->segs[seg];
    for (size_t w = 0; w < s->q->count; w++) {
        const Span *span = span_of(s, w, seg);
        *p = (Pass){.have = s->codes[w], .docs = g->row.docs};
        for (uint32_t i = span->from; i < span->to; i++)
            walk_more(p, &s->q->lists[i]);
    }
    for (uint32_t at = 0; at < g->row.docs; at += 8) {
        uint64_t any = 0;
        for (size_t w = 0; w < s->q->count; w++) {
            uint64_t eight;
            memcpy(&eight, s->codes[w] + at, 8);
            any |= eight;
        }
        for (uint32_t i = at; any; i++, any >>= 8)
            if (any & 0xff)
                score_one(s, g, i);
    }
    for (size_t w = 0; w < s->q->count; w++)
        memset(s->codes[w], 0, g->row.docs);
}

static void pending_docs(Search *s, bool all) {
    const Reader *r = s->q->r;
    for (uint32_t i = 0; i < r->pending_count; i++) {
        const PendingDoc *d = &r->pending[i];
        size_t matched = 0;
        uint32_t score = 0;
        for (size_t w = 0; w < s->q->count; w++) {
            matched += d->codes[w] != 0;
            score += s->parts[w][(uint32_t)d->codes[w] << 8 | d->length];
        }
        if (all ? matched == s->q->count : matched > 0)
            hit(s, d->id, score);
    }
}

static Err run(Search *s, bool all) {
    const Reader *r = s->q->r;
    Pass *passes = arena_raw(r->a, s->q->count * sizeof *passes);
    if (!passes)
        return E_NOMEM;
    pending_docs(s, all);
    for (uint32_t seg = 0; seg < r->seg_count; seg++)
        if (all)
            all_words(s, seg, passes);
        else
            any_word(s, seg, passes);
    return s->tx->err;
}

static Err search(Search *s, Reader *r, TextHit **hits, size_t *n) {
    uint32_t most = 0; /* documents of a segment, padded for reading eight at a time */
    for (uint32_t i = 0; i < r->seg_count; i++)
        if (r->segs[i].row.docs > most)
            most = r->segs[i].row.docs;
    for (size_t w = 0; w < s->q->count; w++)
        if (!(s->codes[w] = arena_alloc(r->a, most + 8)))
            return E_NOMEM;
    int64_t skip = s->ask->skip > 0 ? s->ask->skip : 0, limit = s->ask->limit > 0 ? s->ask->limit : 0;
    if (skip > DEPTH_MAX || limit > DEPTH_MAX - skip)
        limit = skip > DEPTH_MAX ? 0 : DEPTH_MAX - skip;
    s->depth = limit ? (size_t)(skip + limit) : 0;
    if (s->depth > r->docs)
        s->depth = (size_t)r->docs;
    s->heap = arena_raw(r->a, (s->depth + 1) * sizeof *s->heap);
    if (!s->heap)
        return E_NOMEM;
    s->floor = s->depth ? 0 : UINT32_MAX;
    Err e = tables(s);
    if (!e)
        e = run(s, true);
    if (!e && !s->total && s->q->count > 1)
        e = run(s, false);
    if (e)
        return e;
    /* Taking the worst away again and again leaves the best in front. */
    for (size_t left = s->kept; left > 1; left--) {
        Ranked worst = s->heap[0];
        s->heap[0] = s->heap[left - 1];
        sift_down(s->heap, left - 1, 0);
        s->heap[left - 1] = worst;
    }
    size_t from = (size_t)skip < s->kept ? (size_t)skip : s->kept;
    *hits = ARENA_ARRAY(r->a, s->kept - from, TextHit);
    if (!*hits)
        return E_NOMEM;
    for (*n = 0; from + *n < s->kept; ++*n)
        (*hits)[*n] = s->heap[from + *n].hit;
    return OK;
}

Err text_search(Tx *tx, const Index *ix, const TextQuery *ask, TextHit **hits, size_t *n, int64_t *total) {
    *hits = NULL;
    *n = 0;
    *total = 0;
    Arena *a = tx_arena(tx);
    Query *q = ARENA_NEW(a, Query);
    Reader *r = ARENA_NEW(a, Reader);
    Search *s = ARENA_NEW(a, Search);
    if (!q || !r || !s)
        return E_NOMEM;
    query_parse(q, ask->words);
    if (!q->count)
        return OK;
    Err e = reader_open(tx, ix, a, r);
    if (e)
        return e;
    *s = (Search){.q = q, .ask = ask, .tx = tx};
    e = query_look_up(q, r);
    reader_close(r); /* its cursor; the callbacks may want it */
    if (!e)
        e = search(s, r, hits, n);
    if (!e)
        *total = s->total;
    return e;
}
