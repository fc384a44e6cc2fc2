/* Lists of gigs: which index answers which question.
 *
 *   status [, category] sorted by anything     a walk of one index; the total is a counter           (walk)
 *   with skills, a deadline period or a budget the matches of the narrowest index, sorted in memory   (gather)
 *   with words                                 the text index; relevance comes sorted, else gathered  (search)
 *
 * The default question costs what its page costs, whatever the table holds. */
#include <stdlib.h>

#include "codec/iso8601.h"
#include "domain/application.h"
#include "domain/category.h"
#include "domain/gig_internal.h"
#include "domain/row.h"
#include "store/text.h"

enum { GATHER_MAX = 200000 }; /* matches sorted in memory; beyond, the newest by index order are left out */

typedef struct Filter {
    Call *c;
    const GigListIn *in;
    int64_t category; /* 0 = any */
    int32_t status;
    Str *skills;      /* folded */
    size_t skill_count;
    int64_t from_ms, to_ms; /* deadline in [from, to); to 0 = no bound */
} Filter;

/* ---- the question ---- */

static Err read_skills(Call *c, Filter *f) {
    Str skill;
    f->skills = ARENA_ARRAY(c->arena, f->in->skills.count, Str);
    if (!f->skills)
        return E_NOMEM;
    for (ListIter it = list_iter(&f->in->skills); list_str(&it, &skill);) {
        Str folded = text_fold(c->arena, skill);
        if (folded.n)
            f->skills[f->skill_count++] = folded;
    }
    return OK;
}

/* Calendar periods of the box's time zone, as far as they are not past; overdue is what is past. */
static void read_deadline(Call *c, Filter *f) {
    static const Period periods[] = {[DEADLINE_TODAY] = PERIOD_DAY, [DEADLINE_THIS_WEEK] = PERIOD_WEEK, [DEADLINE_THIS_MONTH] = PERIOD_MONTH};
    if (f->in->deadline == DEADLINE_ANY)
        return;
    if (f->in->deadline == DEADLINE_OVERDUE) {
        f->from_ms = 1;
        f->to_ms = c->now_ms;
        return;
    }
    f->from_ms = c->now_ms;
    f->to_ms = period_start(periods[f->in->deadline], c->now_ms, c->cfg->tz_minutes, 1);
}

static Err read_filter(Call *c, const GigListIn *in, Filter *f) {
    *f = (Filter){.c = c, .in = in, .status = in->status ? in->status : GIG_OPEN};
    Err e = OK;
    if (in->category.n) {
        Category cat;
        e = category_find(c->tx, in->category, &cat);
        if (e == E_MISSING)
            return diag_field(c->diag, E_INVALID, S("category"), S("is not a category of this marketplace"));
        f->category = cat.id;
    }
    read_deadline(c, f);
    return e ? e : read_skills(c, f);
}

static bool has_skills(const Filter *f, const Gig *g) {
    for (size_t i = 0; i < f->skill_count; i++) {
        Str own;
        bool found = false;
        for (ListIter it = list_iter(&g->skills); !found && list_str(&it, &own);)
            found = str_eq(text_fold(f->c->arena, own), f->skills[i]);
        if (!found)
            return false;
    }
    return true;
}

static bool matches(const Filter *f, const Gig *g) {
    const GigListIn *in = f->in;
    return g->status == f->status && !(g->flags & GIG_REMOVED) && (!f->category || g->category == f->category) &&
           (!f->to_ms || (g->deadline_ms >= f->from_ms && g->deadline_ms < f->to_ms)) &&
           (!in->budget_min || g->budget_max >= in->budget_min) && (!in->budget_max || g->budget_min <= in->budget_max) && has_skills(f, g);
}

/* ---- sorting ---- */

typedef struct SortRow {
    const Index *const *index;
    uint16_t offset; /* of the value in Gig */
} SortRow;
static const SortRow sorts[] = {
    [SORT_CREATED] = {&GIG_BY_CREATED, offsetof(Gig, created_ms)},
    [SORT_DEADLINE] = {&GIG_BY_DEADLINE, offsetof(Gig, deadline_ms)},
    [SORT_BUDGET_MIN] = {&GIG_BY_BUDGET_MIN, offsetof(Gig, budget_min)},
    [SORT_BUDGET_MAX] = {&GIG_BY_BUDGET_MAX, offsetof(Gig, budget_max)},
    [SORT_APPLICATIONS] = {&GIG_BY_APPLICATIONS, offsetof(Gig, applications_count)},
};

static int sort_of(const GigListIn *in) {
    if (in->sort == SORT_DEFAULT)
        return in->search.n ? SORT_RELEVANCE : SORT_CREATED;
    return in->sort == SORT_RELEVANCE && in->search.n == 0 ? SORT_CREATED : in->sort;
}

typedef struct Match {
    int64_t id, value;
    bool boosted;
} Match;

static int order_up(const void *x, const void *y) {
    const Match *a = x, *b = y;
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    if (a->boosted != b->boosted)
        return a->boosted ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static int order_down(const void *x, const void *y) {
    const Match *a = x, *b = y;
    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    if (a->boosted != b->boosted)
        return a->boosted ? -1 : 1;
    return a->id > b->id ? -1 : a->id < b->id;
}

typedef struct Matches {
    Match *rows;
    size_t n, cap;
    int64_t total;
} Matches;

static Err match_add(Call *c, Matches *m, const Gig *g, int sort) {
    m->total++;
    if (m->n == GATHER_MAX)
        return OK;
    if (m->n == m->cap) {
        size_t cap = m->cap ? 2 * m->cap : 256;
        Match *rows = arena_raw(c->arena, cap * sizeof *rows);
        if (!rows)
            return E_NOMEM;
        if (m->n)
            memcpy(rows, m->rows, m->n * sizeof *rows);
        m->rows = rows;
        m->cap = cap;
    }
    const int64_t *value = (const int64_t *)(const void *)((const char *)g + sorts[sort].offset);
    m->rows[m->n++] = (Match){.id = g->id, .value = *value, .boosted = g->boosted_until_ms != 0};
    return OK;
}

/* ---- pages ---- */

static Gig *page_rows(Call *c, PageOut *out) { return out->items = ARENA_ARRAY(c->arena, (size_t)out->limit, Gig); }

static int64_t page_skip(const PageOut *out) { return (int64_t)(out->page - 1) * out->limit; }

static Err page_of_matches(Filter *f, Matches *m, PageOut *out) {
    Gig *rows = page_rows(f->c, out);
    int64_t skip = page_skip(out);
    out->total = m->total;
    if (!rows)
        return E_NOMEM;
    if (m->n)
        qsort(m->rows, m->n, sizeof *m->rows, f->in->ascending ? order_up : order_down);
    Err e = OK;
    for (int64_t i = skip; e == OK && i < (int64_t)m->n && (int64_t)out->count < out->limit; i++) {
        e = row_load(f->c, &GIG, m->rows[i].id, &rows[out->count]);
        out->count += e == OK;
    }
    return e;
}

/* ---- walk: an index that is the answer ---- */

/* Descending, the index's order is the list's: value, then boosted, then newest. */
static Err walk_down(Filter *f, const Index *ix, const Key *prefix, PageOut *out) {
    Scan *scan;
    Gig *rows = page_rows(f->c, out);
    Err e = rows ? scan_open(f->c->tx, ix, (ScanRange){.prefix = prefix, .descending = true}, &scan) : E_NOMEM;
    if (e)
        return e;
    scan_skip(scan, page_skip(out));
    while ((int64_t)out->count < out->limit && scan_next_rec(scan, &GIG, &rows[out->count])) {
        e = tx_writable(f->c->tx) ? row_keep(f->c->arena, &GIG, &rows[out->count]) : OK;
        if (e)
            break;
        out->count++;
    }
    scan_close(scan);
    return e ? e : tx_err(f->c->tx);
}

/* Ascending, boosted ones still come first among equals, so each value is two walks: boosted, then the others. `part` is the place of the
 * value in the key. */
static Err walk_up(Filter *f, const Index *ix, const Key *prefix, unsigned part, PageOut *out) {
    Call *c = f->c;
    Gig *rows = page_rows(c, out);
    int64_t skip = page_skip(out), value = INT64_MIN, id;
    Err e = rows ? OK : E_NOMEM;
    while (e == OK && (int64_t)out->count < out->limit) {
        Scan *scan;
        Key from = *prefix;
        key_i64(&from, value);
        e = scan_open(c->tx, ix, (ScanRange){.prefix = prefix, .from = &from}, &scan);
        if (e || !scan_next(scan, &id)) {
            if (e == OK)
                scan_close(scan);
            break;
        }
        value = scan_part_i64(scan, part);
        scan_close(scan);
        for (int boosted = 1; e == OK && boosted >= 0; boosted--) {
            Key group = *prefix;
            key_i64(&group, value);
            key_i64(&group, boosted);
            e = scan_open(c->tx, ix, (ScanRange){.prefix = &group}, &scan);
            if (e)
                break;
            skip -= scan_skip(scan, skip);
            while (e == OK && (int64_t)out->count < out->limit && scan_next_rec(scan, &GIG, &rows[out->count])) {
                e = tx_writable(c->tx) ? row_keep(c->arena, &GIG, &rows[out->count]) : OK;
                out->count += e == OK;
            }
            scan_close(scan);
        }
        if (value == INT64_MAX)
            break;
        value++;
    }
    return e ? e : tx_err(c->tx);
}

static Err walk(Filter *f, int sort, PageOut *out) {
    bool by_category = f->category != 0;
    const Index *ix = by_category ? GIG_BY_CATEGORY : *sorts[sort].index;
    Key prefix = key1(ix, f->status);
    if (by_category)
        key_i64(&prefix, f->category);
    Err e = index_count(f->c->tx, ix, &prefix, &out->total);
    if (e || out->total <= page_skip(out))
        return e;
    return f->in->ascending ? walk_up(f, ix, &prefix, by_category ? 2 : 1, out) : walk_down(f, ix, &prefix, out);
}

/* ---- gather: the narrowest index, its matches sorted in memory ---- */

typedef struct Source {
    const Index *ix;
    Key prefix, from, to;
    bool ranged;
    int64_t count; /* entries, or an upper bound */
} Source;

static Err consider(Filter *f, const Index *ix, Key prefix, Source *best) {
    int64_t n;
    Err e = index_count(f->c->tx, ix, &prefix, &n);
    if (e == OK && n < best->count)
        *best = (Source){.ix = ix, .prefix = prefix, .count = n};
    return e;
}

/* The rarest skill, else the deadline's range, else the category, else all of the status. */
static Err choose(Filter *f, Source *best) {
    *best = (Source){.count = INT64_MAX};
    Err e = consider(f, GIG_BY_CREATED, key1(GIG_BY_CREATED, f->status), best);
    if (e == OK && f->category)
        e = consider(f, GIG_BY_CATEGORY, key2(GIG_BY_CATEGORY, f->status, f->category), best);
    for (size_t i = 0; e == OK && i < f->skill_count; i++) {
        Key k = key_of(GIG_BY_SKILL);
        key_str(&k, f->skills[i]);
        key_i64(&k, f->status);
        e = consider(f, GIG_BY_SKILL, k, best);
    }
    if (e == OK && f->to_ms && f->skill_count == 0) {
        best->ix = GIG_BY_DEADLINE;
        best->prefix = key1(GIG_BY_DEADLINE, f->status);
        best->from = key2(GIG_BY_DEADLINE, f->status, f->from_ms);
        best->to = key2(GIG_BY_DEADLINE, f->status, f->to_ms);
        best->ranged = true;
    }
    return e;
}

static Err gather(Filter *f, int sort, PageOut *out) {
    Source src;
    Scan *scan;
    Matches m = {0};
    Gig g;
    Err e = choose(f, &src);
    ScanRange range = {.prefix = &src.prefix, .from = src.ranged ? &src.from : NULL, .to = src.ranged ? &src.to : NULL, .descending = true};
    if (e == OK)
        e = scan_open(f->c->tx, src.ix, range, &scan);
    if (e)
        return e;
    while (e == OK && scan_next_rec(scan, &GIG, &g))
        if (matches(f, &g))
            e = match_add(f->c, &m, &g, sort);
    scan_close(scan);
    if (e == OK)
        e = tx_err(f->c->tx);
    return e ? e : page_of_matches(f, &m, out);
}

/* ---- search ---- */

static bool keep_match(void *ctx, Tx *tx, int64_t id) {
    Gig g;
    return rec_get(tx, &GIG, id, &g) == OK && matches(ctx, &g);
}

static int rank_boosted(void *ctx, Tx *tx, int64_t id) {
    (void)ctx;
    Gig g;
    return rec_get(tx, &GIG, id, &g) == OK && g.boosted_until_ms != 0;
}

static Err search(Filter *f, int sort, PageOut *out) {
    const GigListIn *in = f->in;
    bool open = f->status == GIG_OPEN, relevance = sort == SORT_RELEVANCE;
    bool filtered = !open || f->category || f->skill_count || f->to_ms || in->budget_min || in->budget_max;
    TextQuery q = {.words = in->search,
                   .keep = filtered ? keep_match : NULL,
                   .rank = relevance ? rank_boosted : NULL,
                   .ctx = f,
                   .skip = relevance ? page_skip(out) : 0,
                   .limit = relevance ? out->limit : GATHER_MAX};
    TextHit *hits;
    size_t n;
    Err e = text_search(f->c->tx, open ? GIG_TEXT : GIG_PAST_TEXT, &q, &hits, &n, &out->total);
    if (e)
        return e;
    if (relevance) {
        Gig *rows = page_rows(f->c, out);
        e = rows ? OK : E_NOMEM;
        for (size_t i = 0; e == OK && i < n; i++, out->count += e == OK)
            e = row_load(f->c, &GIG, hits[i].id, &rows[out->count]);
        return e;
    }
    Matches m = {0};
    for (size_t i = 0; e == OK && i < n; i++) {
        Gig g;
        e = rec_get(f->c->tx, &GIG, hits[i].id, &g);
        if (e == OK)
            e = match_add(f->c, &m, &g, sort);
    }
    m.total = out->total;
    return e ? e : page_of_matches(f, &m, out);
}

Err gig_list(Call *c, const void *input, void *result) {
    const GigListIn *in = input;
    PageOut *out = result;
    Filter f;
    *out = page_out(in->page);
    Err e = read_filter(c, in, &f);
    if (e)
        return e;
    int sort = sort_of(in);
    if (str_trim(in->search).n)
        return search(&f, sort, out);
    bool narrow = f.skill_count || f.to_ms || in->budget_min || in->budget_max || (f.category && sort != SORT_CREATED);
    return narrow ? gather(&f, sort, out) : walk(&f, sort, out);
}

/* ---- one's own ---- */

Err gig_mine(Call *c, const void *input, void *result) {
    const MyGigsIn *in = input;
    PageSource src[GIG_STATUS_COUNT];
    size_t n = 0;
    Err e = call_signed_in(c);
    for (int32_t status = GIG_OPEN; status < GIG_STATUS_COUNT; status++)
        if (!in->status || in->status == status)
            src[n++] = (PageSource){GIG_BY_CLIENT, key2(GIG_BY_CLIENT, c->actor.user, status)};
    return e ? e : row_page_merge(c, &GIG, src, n, in->page, result);
}

/* ---- as you type ---- */

Err gig_suggest(Call *c, const void *input, void *result) {
    const SuggestIn *in = input;
    PageOut *out = result;
    Str *words = ARENA_ARRAY(c->arena, TEXT_SUGGEST_MAX, Str);
    size_t max = in->limit > 0 && in->limit < TEXT_SUGGEST_MAX ? (size_t)in->limit : TEXT_SUGGEST_MAX;
    out->items = words;
    if (!words)
        return E_NOMEM;
    Err e = text_suggest(c->tx, GIG_TEXT, in->q, words, max, &out->count);
    out->total = (int64_t)out->count;
    out->page = 1;
    out->limit = (int32_t)max;
    return e;
}
