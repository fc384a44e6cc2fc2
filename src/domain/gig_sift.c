/* Lists that no index answers by itself. The narrowest index is walked and its keys are held against the filter, for they carry
 * all that filters ask for (gig_internal.h); the best are kept in a heap as deep as the page. Records are read for skills beyond
 * the one that is walked, for a number of applications that is not in the key, and for the page. */
#include <stdlib.h>

#include "domain/gig_internal.h"
#include "domain/row.h"

/* ---- the best so far ---- */

static bool before(const GigBest *b, const GigMatch *x, const GigMatch *y) {
    if (x->value != y->value)
        return (x->value < y->value) == b->ascending;
    if (x->boosted != y->boosted)
        return x->boosted;
    return (x->id < y->id) == b->ascending;
}

Err gig_best_init(GigBest *b, const GigFilter *f, int sort, int64_t most) {
    int64_t depth = f->skip + f->take;
    *b = (GigBest){
        .depth = (size_t)(depth < most ? depth : most), .offset = gig_sorts[sort].offset, .ascending = f->in->ascending};
    b->heap = arena_raw(f->c->arena, b->depth * sizeof *b->heap);
    return b->heap ? OK : E_NOMEM;
}

static void sift_down(const GigBest *b, size_t n, size_t at) {
    GigMatch moving = b->heap[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && before(b, &b->heap[child], &b->heap[child + 1]);
        if (!before(b, &moving, &b->heap[child]))
            break;
        b->heap[at] = b->heap[child];
    }
    b->heap[at] = moving;
}

static void sift_up(const GigBest *b, size_t at) {
    GigMatch moving = b->heap[at];
    for (; at && before(b, &b->heap[(at - 1) / 2], &moving); at = (at - 1) / 2)
        b->heap[at] = b->heap[(at - 1) / 2];
    b->heap[at] = moving;
}

static int64_t value_of(const GigBest *b, const Gig *g) { return *(const int64_t *)(const void *)((const char *)g + b->offset); }

void gig_best_add(GigBest *b, const Gig *g) {
    GigMatch m = {.id = g->id, .value = value_of(b, g), .boosted = g->boosted_until_ms != 0};
    b->total++;
    if (b->n < b->depth) {
        b->heap[b->n] = m;
        sift_up(b, b->n++);
    } else if (b->n && before(b, &m, &b->heap[0])) {
        b->heap[0] = m;
        sift_down(b, b->n, 0);
    }
}

/* Whatever comes behind this one, in the order of the values, is not among the best. */
static bool best_done(const GigBest *b, const Gig *g) {
    return b->n == b->depth && (!b->n || value_of(b, g) != b->heap[0].value);
}

Err gig_best_page(GigBest *b, const GigFilter *f, PageOut *out) {
    Gig *rows = ARENA_ARRAY(f->c->arena, (size_t)f->take, Gig);
    Err e = rows ? OK : E_NOMEM;
    out->items = rows;
    out->total = b->total;
    /* Taking the worst away again and again leaves the best in front. */
    for (size_t left = b->n; left > 1; left--) {
        GigMatch worst = b->heap[0];
        b->heap[0] = b->heap[left - 1];
        sift_down(b, left - 1, 0);
        b->heap[left - 1] = worst;
    }
    for (int64_t i = f->skip; e == OK && i < (int64_t)b->n; i++) {
        e = row_load(f->c, &GIG, b->heap[i].id, &rows[out->count]);
        out->count += e == OK;
    }
    return e;
}

/* ---- keys as gigs ---- */

/* Where the parts of a key go in a Gig. The first part is a status or a skill, which all entries of the walk share. */
typedef struct KeyMap {
    unsigned parts;
    bool created; /* is among them */
    uint16_t offset[KEY_PARTS_MAX];
} KeyMap;

static KeyMap key_map(const Index *ix) {
    KeyMap m = {.parts = ix->part_count};
    for (unsigned i = 1; i < ix->part_count; i++) {
        const Field *f = ix->parts[i].tag ? record_field(&GIG, ix->parts[i].tag) : NULL;
        if (f && f->type == F_I64)
            m.offset[i] = f->offset, m.created |= f->offset == offsetof(Gig, created_ms);
        else if (!f && ix->parts[i].of == gig_boosted_part)
            m.offset[i] = offsetof(Gig, boosted_until_ms); /* "not 0" is all that is asked of it */
        else
            m.offset[i] = offsetof(Gig, id); /* the id, or a status, which the id is then written over */
    }
    return m;
}

static void read_key(const KeyMap *m, const Scan *scan, int64_t id, Gig *g) {
    int64_t v[KEY_PARTS_MAX];
    scan_parts_i64(scan, 1, m->parts - 1, v);
    for (unsigned i = 1; i < m->parts; i++)
        *(int64_t *)(void *)((char *)g + m->offset[i]) = v[i - 1];
    g->id = id;
}

/* ---- which index ---- */

/* Nobody knows how many entries a range has before walking it: a deadline period is taken to hold this part of the gigs. */
enum { PERIOD_SHARE = 4 };

typedef struct Source {
    const Index *ix;
    Key prefix, from, to;
    bool ranged;
    int64_t count; /* entries, more or less */
    int64_t total; /* of the list, where a counter tells; -1 otherwise */
} Source;

static Err consider(GigFilter *f, const Index *ix, Key prefix, Source *best) {
    int64_t n;
    Err e = index_count(f->c->tx, ix, &prefix, &n);
    if (e == OK && n < best->count) {
        best->ix = ix;
        best->prefix = prefix;
        best->count = n;
    }
    return e;
}

/* What no key says. */
static bool needs_record(const GigFilter *f) { return f->tool_count || f->in->location_type || f->in->days_max; }

static bool only_category(const GigFilter *f) {
    return f->category && !f->skill_count && !f->to_ms && !f->posted_ms && !needs_record(f) && !f->in->budget_min &&
           !f->in->budget_max;
}

static Err choose(GigFilter *f, int sort, int64_t depth, Source *best) {
    const Index *sorted = *gig_sorts[sort].index;
    *best = (Source){.count = INT64_MAX, .total = -1};
    Err e = consider(f, sorted, key1(sorted, f->status), best);
    const Source all = *best;
    if (e == OK && f->category)
        e = consider(f, GIG_BY_CATEGORY, key2(GIG_BY_CATEGORY, f->status, f->category), best);
    if (e == OK && only_category(f)) {
        best->total = best->count;
        /* In the order of the list, the page is full after so many entries; in another, all of the category must be seen. */
        if (!best->count || depth < best->count * best->count / all.count || sort == SORT_APPLICATIONS) {
            best->ix = all.ix;
            best->prefix = all.prefix;
        }
        return e;
    }
    for (size_t i = 0; e == OK && i < f->skill_count; i++) {
        Key k = key_of(GIG_BY_SKILL);
        key_str(&k, f->skills[i]);
        key_i64(&k, f->status);
        e = consider(f, GIG_BY_SKILL, k, best);
    }
    if (e == OK && f->to_ms && all.count / PERIOD_SHARE < best->count)
        *best = (Source){.ix = GIG_BY_DEADLINE,
                         .prefix = key1(GIG_BY_DEADLINE, f->status),
                         .from = key2(GIG_BY_DEADLINE, f->status, f->from_ms),
                         .to = key2(GIG_BY_DEADLINE, f->status, f->to_ms),
                         .ranged = true,
                         .count = all.count,
                         .total = -1};
    if (e == OK && f->posted_ms && all.count / PERIOD_SHARE < best->count)
        *best = (Source){.ix = GIG_BY_CREATED,
                         .prefix = key1(GIG_BY_CREATED, f->status),
                         .from = key2(GIG_BY_CREATED, f->status, f->posted_ms),
                         .to = key2(GIG_BY_CREATED, f->status, INT64_MAX),
                         .ranged = true,
                         .count = all.count,
                         .total = -1};
    /* Only its own index has the number of applications in its keys. */
    if (e == OK && sort == SORT_APPLICATIONS && !f->skill_count)
        *best = all;
    return e;
}

Err gig_sift(GigFilter *f, int sort, PageOut *out) {
    Tx *tx = f->c->tx;
    Source src;
    Scan *scan;
    GigBest best;
    Gig g = {.status = f->status};
    int64_t id;
    Err e = choose(f, sort, f->skip + f->take, &src);
    if (e == OK)
        e = gig_best_init(&best, f, sort, src.count);
    ScanRange range = {.prefix = &src.prefix,
                       .from = src.ranged ? &src.from : NULL,
                       .to = src.ranged ? &src.to : NULL,
                       .descending = !f->in->ascending};
    if (e == OK)
        e = scan_open(tx, src.ix, range, &scan);
    if (e)
        return e;
    const KeyMap map = key_map(src.ix);
    bool in_order = src.ix == *gig_sorts[sort].index, sorted_by_key = in_order || sort != SORT_APPLICATIONS;
    bool whole = !sorted_by_key || f->skill_count > (src.ix == GIG_BY_SKILL) || needs_record(f) ||
                 (f->posted_ms && !map.created); /* the record must be looked at */
    while (scan_next(scan, &id)) {
        if (!map.created)
            g.created_ms = INT64_MAX;
        read_key(&map, scan, id, &g);
        if (in_order && src.total >= 0 && best_done(&best, &g))
            break;
        if (gig_filter_facts(f, &g) && (!whole || (rec_get(tx, &GIG, id, &g) == OK && gig_filter_all(f, &g))))
            gig_best_add(&best, &g);
    }
    scan_close(scan);
    e = tx_err(tx);
    if (e == OK)
        e = gig_best_page(&best, f, out);
    if (src.total >= 0)
        out->total = src.total;
    return e;
}
