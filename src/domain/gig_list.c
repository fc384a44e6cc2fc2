/* Lists of gigs: which index answers which question.
 *
 *   status, sorted by anything; status and category, newest first   a walk of one index; the total is a counter        (walk)
 *   other filters and sorts                                         the keys of the narrowest index, the best are kept
 * (gig_sift.c) with words                                                      the text index; what it finds is sorted if need be
 * (search)
 *
 * A walk costs what its page costs, whatever the table holds; a sift a few hundred instructions for each entry of its index. */
#include "codec/iso8601.h"
#include "domain/application.h"
#include "domain/category.h"
#include "domain/gig_internal.h"
#include "domain/row.h"
#include "store/text.h"

enum { SCRATCH_BYTES = 256 * 1024 };

/* ---- the question ---- */

/* Keys of the words that all must be there, at most `max`. */
static Err read_words(GigFilter *f, const List *given, size_t max, Str field, Str *keys, size_t *n) {
    Str word;
    for (ListIter it = list_iter(given); list_str(&it, &word);) {
        if (!str_trim(word).n)
            continue;
        if (*n == max)
            return diag_field(f->c->diag, E_INVALID, field, arena_printf(f->c->arena, "at most %zu entries", max));
        keys[*n] = skill_key(f->c->arena, word);
        if (!keys[(*n)++].n)
            return E_NOMEM;
    }
    return OK;
}

/* Calendar periods of the box's time zone, as far as they are not past; overdue is what is past. */
static void read_deadline(GigFilter *f) {
    static const Period periods[] = {
        [DEADLINE_TODAY] = PERIOD_DAY, [DEADLINE_THIS_WEEK] = PERIOD_WEEK, [DEADLINE_THIS_MONTH] = PERIOD_MONTH};
    const Call *c = f->c;
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

static Err read_filter(Call *c, const GigListIn *in, GigFilter *f) {
    *f = (GigFilter){.c = c, .in = in, .status = in->status ? in->status : GIG_OPEN};
    if (in->category.n) {
        Category cat;
        Err e = category_find(c->tx, in->category, &cat);
        if (e == E_MISSING)
            return diag_field(c->diag, E_INVALID, S("category"), S("is not a category of this marketplace"));
        if (e)
            return e;
        f->category = cat.id;
    }
    read_deadline(f);
    if (in->posted_within_ms)
        f->posted_ms = c->now_ms - in->posted_within_ms;
    Err e = read_words(f, &in->skills, GIG_SKILLS_MAX, S("skills"), f->skills, &f->skill_count);
    return e ? e : read_words(f, &in->ai_tools, GIG_TOOLS_MAX, S("ai_tools"), f->tools, &f->tool_count);
}

bool gig_filter_facts(const GigFilter *f, const Gig *g) {
    const GigListIn *in = f->in;
    return (!f->category || g->category == f->category) && g->created_ms >= f->posted_ms &&
           (!f->to_ms || (g->deadline_ms >= f->from_ms && g->deadline_ms < f->to_ms)) &&
           (!in->budget_min || g->budget_max >= in->budget_min) && (!in->budget_max || g->budget_min <= in->budget_max);
}

/* Is each of the keys that of one of the words? */
static bool has_all(GigFilter *f, const Str *keys, size_t n, const List *words) {
    uint32_t found = 0, all = (UINT32_C(1) << n) - 1;
    Str own;
    if (!all)
        return true;
    arena_reset(&f->scratch);
    for (ListIter it = list_iter(words); found != all && list_str(&it, &own);) {
        Str key = skill_key(&f->scratch, own);
        for (size_t i = 0; i < n; i++)
            found |= (uint32_t)str_eq(key, keys[i]) << i;
    }
    return found == all;
}

bool gig_filter_all(GigFilter *f, const Gig *g) {
    if (g->status != f->status || (g->flags & GIG_REMOVED) || !gig_filter_facts(f, g))
        return false;
    if (f->in->location_type && (int32_t)gig_location(g) != f->in->location_type)
        return false;
    int32_t days = f->in->days_max ? gig_days(g) : 0;
    if (f->in->days_max && (!days || days > f->in->days_max))
        return false;
    return has_all(f, f->skills, f->skill_count, &g->skills) && has_all(f, f->tools, f->tool_count, &g->ai_tools);
}

Err gig_list_check(Call *c, const GigListIn *in) {
    GigFilter f;
    return read_filter(c, in, &f);
}

Err gig_fits(Call *c, const GigListIn *in, const Gig *g, bool *yes) {
    GigFilter f;
    *yes = false;
    Err e = read_filter(c, in, &f);
    if (e)
        return e;
    arena_init(&f.scratch, SCRATCH_BYTES);
    *yes = gig_filter_all(&f, g);
    arena_free(&f.scratch);
    return OK;
}

const GigSortRow gig_sorts[] = {
    [SORT_CREATED] = {&GIG_BY_CREATED, offsetof(Gig, created_ms)},
    [SORT_DEADLINE] = {&GIG_BY_DEADLINE, offsetof(Gig, deadline_ms)},
    [SORT_BUDGET_MIN] = {&GIG_BY_BUDGET_MIN, offsetof(Gig, budget_min)},
    [SORT_BUDGET_MAX] = {&GIG_BY_BUDGET_MAX, offsetof(Gig, budget_max)},
    [SORT_APPLICATIONS] = {&GIG_BY_APPLICATIONS, offsetof(Gig, applications_count)},
};

static int sort_of(const GigListIn *in, bool searching) {
    if (in->sort == SORT_DEFAULT || in->sort == SORT_RELEVANCE)
        return searching ? SORT_RELEVANCE : SORT_CREATED;
    return in->sort;
}

/* ---- walk: an index that is the answer ---- */

/* The rows of a scan until there are enough. */
static Err fill(GigFilter *f, Scan *scan, PageOut *out) {
    int64_t *ids = out->items;
    Gig *rows = out->items;
    Err e = OK;
    while (out->unread && (int64_t)out->count < f->take && scan_next(scan, &ids[out->count]))
        out->count++;
    while (e == OK && !out->unread && (int64_t)out->count < f->take && scan_next_rec(scan, &GIG, &rows[out->count])) {
        e = tx_writable(f->c->tx) ? row_keep(f->c->arena, &GIG, &rows[out->count]) : OK;
        out->count += e == OK;
    }
    scan_close(scan);
    return e;
}

/* Descending, the index's order is the list's: value, then boosted, then newest. */
static Err walk_down(GigFilter *f, const Index *ix, const Key *prefix, PageOut *out) {
    Scan *scan;
    Err e = scan_open(f->c->tx, ix, (ScanRange){.prefix = prefix, .descending = true}, &scan);
    if (e)
        return e;
    scan_skip(scan, f->skip);
    return fill(f, scan, out);
}

/* Ascending, boosted ones still come first among equals, so each value is two walks: boosted, then the others. `part` is the
 * place of the value in the key. What is skipped of other values is the same in both orders, so only the value that the page
 * begins in is looked at. */
static Err walk_up(GigFilter *f, const Index *ix, const Key *prefix, unsigned part, PageOut *out) {
    Tx *tx = f->c->tx;
    int64_t value, first, id, skip = 0;
    Scan *scan;
    Err e = scan_open(tx, ix, (ScanRange){.prefix = prefix}, &scan);
    if (e)
        return e;
    scan_skip(scan, f->skip);
    if (!scan_next(scan, &first))
        return tx_err(tx);
    value = scan_part_i64(scan, part);
    scan_close(scan);
    Key from = *prefix;
    key_i64(&from, value);
    e = scan_open(tx, ix, (ScanRange){.prefix = &from}, &scan);
    for (; e == OK && scan_next(scan, &id) && id != first; skip++)
        ;
    scan_close(e ? NULL : scan);
    while (e == OK && (int64_t)out->count < f->take) {
        for (int boosted = 1; e == OK && boosted >= 0; boosted--) {
            Key group = *prefix;
            key_i64(&group, value);
            key_i64(&group, boosted);
            e = scan_open(tx, ix, (ScanRange){.prefix = &group}, &scan);
            if (e)
                break;
            skip -= scan_skip(scan, skip);
            e = fill(f, scan, out);
        }
        if (e || value == INT64_MAX)
            break;
        from = *prefix;
        key_i64(&from, value + 1);
        e = scan_open(tx, ix, (ScanRange){.prefix = prefix, .from = &from}, &scan);
        if (e || !scan_next(scan, &id))
            break;
        value = scan_part_i64(scan, part);
        scan_close(scan);
    }
    return e;
}

static Err walk(GigFilter *f, int sort, PageOut *out) {
    bool by_category = f->category != 0;
    const Index *ix = by_category ? GIG_BY_CATEGORY : *gig_sorts[sort].index;
    Key prefix = key1(ix, f->status);
    if (by_category)
        key_i64(&prefix, f->category);
    Err e = index_count(f->c->tx, ix, &prefix, &out->total);
    if (e || out->total <= f->skip)
        return e;
    out->unread = f->unread ? &GIG : NULL;
    out->items = arena_array(f->c->arena, (size_t)f->take, f->unread ? sizeof(int64_t) : sizeof(Gig));
    if (!out->items)
        return E_NOMEM;
    e = f->in->ascending ? walk_up(f, ix, &prefix, by_category ? 2 : 1, out) : walk_down(f, ix, &prefix, out);
    return e ? e : tx_err(f->c->tx);
}

/* ---- search ---- */

static bool keep_match(void *ctx, Tx *tx, int64_t id) {
    Gig g;
    return rec_get(tx, &GIG, id, &g) == OK && gig_filter_all(ctx, &g);
}

static int rank_boosted(void *ctx, Tx *tx, int64_t id) {
    (void)ctx;
    Gig g;
    return rec_get(tx, &GIG, id, &g) == OK && g.boosted_until_ms != 0;
}

/* Anything but status and category asked for. */
static bool filters(const GigFilter *f) {
    const GigListIn *in = f->in;
    return f->skill_count || f->tool_count || f->to_ms || f->posted_ms || in->budget_min || in->budget_max || in->location_type ||
           in->days_max;
}

static Err search_relevant(GigFilter *f, TextQuery *q, PageOut *out) {
    bool filtered = f->status != GIG_OPEN || f->category || filters(f);
    TextHit *hits;
    size_t n;
    q->keep = filtered ? keep_match : NULL;
    q->rank = rank_boosted;
    q->ctx = f;
    q->skip = f->skip;
    q->limit = f->take;
    Err e = text_search(f->c->tx, f->status == GIG_OPEN ? GIG_TEXT : GIG_PAST_TEXT, q, &hits, &n, &out->total);
    Gig *rows = e ? NULL : ARENA_ARRAY(f->c->arena, (size_t)f->take, Gig);
    out->items = rows;
    if (e == OK && !rows)
        e = E_NOMEM;
    for (size_t i = 0; e == OK && i < n; i++, out->count += e == OK)
        e = row_load(f->c, &GIG, hits[i].id, &rows[out->count]);
    return e;
}

typedef struct Sorted {
    GigFilter *f;
    GigBest best;
} Sorted;

/* The text index finds in the order of its own; all that it finds comes by here. */
static bool keep_sorted(void *ctx, Tx *tx, int64_t id) {
    Sorted *s = ctx;
    Gig g;
    if (rec_get(tx, &GIG, id, &g) || !gig_filter_all(s->f, &g))
        return false;
    gig_best_add(&s->best, &g);
    return true;
}

static Err search_sorted(GigFilter *f, TextQuery q, int sort, PageOut *out) {
    Sorted s = {.f = f};
    TextHit *hits;
    int64_t most;
    size_t n;
    Key all = key1(GIG_BY_CREATED, f->status);
    Err e = index_count(f->c->tx, GIG_BY_CREATED, &all, &most);
    if (e == OK)
        e = gig_best_init(&s.best, f, sort, most);
    q.keep = keep_sorted;
    q.ctx = &s;
    if (e == OK)
        e = text_search(f->c->tx, f->status == GIG_OPEN ? GIG_TEXT : GIG_PAST_TEXT, &q, &hits, &n, &out->total);
    return e ? e : gig_best_page(&s.best, f, out);
}

Err gig_list_plain(GigFilter *f, int sort, PageOut *out) {
    return filters(f) || (f->category && sort != SORT_CREATED) ? gig_sift(f, sort, out) : walk(f, sort, out);
}

Err gig_list(Call *c, const void *input, void *result) {
    const GigListIn *in = input;
    PageOut *out = result;
    GigFilter f;
    *out = page_out(in->page);
    Err e = read_filter(c, in, &f);
    if (e)
        return e;
    f.skip = (int64_t)(out->page - 1) * out->limit;
    f.take = out->limit;
    f.unread = in->unread;
    arena_init(&f.scratch, SCRATCH_BYTES);
    TextQuery q = {.words = str_trim(in->search)};
    int sort = sort_of(in, q.words.n > 0);
    if (sort == SORT_RELEVANCE)
        e = search_relevant(&f, &q, out);
    else if (q.words.n)
        e = search_sorted(&f, q, sort, out);
    else if (in->front && in->sort == SORT_DEFAULT && !in->ascending)
        e = gig_front(&f, out);
    else
        e = gig_list_plain(&f, sort, out);
    arena_free(&f.scratch);
    return e;
}

/* ---- one's own ---- */

Err gig_mine(Call *c, const void *input, void *result) {
    const MyGigsIn *in = input;
    PageSource src[GIG_STATUS_COUNT];
    size_t n = 0;
    Err e = call_signed_in(c);
    for (int32_t status = GIG_OPEN; status < GIG_STATUS_COUNT; status++)
        if (in->status ? in->status == status : in->unlisted || (status != GIG_DRAFT && status != GIG_PAUSED))
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
