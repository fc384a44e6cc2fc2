/* Lists of services.
 *
 *   sorted by anything, or of a category or a skill, newest first   a walk of one index; without other filters the total is a
 * counter of a category or a skill, sorted otherwise                      a walk of the sorted index, the rest by what its keys
 * say with words                                                      the text index; what it finds is sorted if need be
 *
 * A walk with filters passes all entries of its index, but reads the records of its page only (and of what has the other skills
 * that are asked for). */
#include "domain/best.h"
#include "domain/category.h"
#include "domain/row.h"
#include "domain/service_internal.h"
#include "domain/skill.h"
#include "domain/user.h"
#include "store/text.h"

enum { SCRATCH_BYTES = 256 * 1024 };
/* Parts of a key, from the second on. */
enum { PART_VALUE, PART_CREATED, PART_CATEGORY, PART_PRICE, PART_DAYS, PARTS };

typedef struct Filter {
    Call *c;
    const ServiceListIn *in;
    int64_t category;
    Str skills[SERVICE_SKILLS_MAX]; /* keys */
    size_t skill_count;
    Arena scratch; /* for one record at a time */
} Filter;

static bool facts_pass(const Filter *f, int64_t category, int64_t price, int64_t days) {
    const ServiceListIn *in = f->in;
    return (!f->category || category == f->category) && (!in->price_min || price >= in->price_min) &&
           (!in->price_max || price <= in->price_max) && (!in->days_max || (days && days <= in->days_max));
}

static bool skills_pass(Filter *f, const Service *s, size_t from) {
    arena_reset(&f->scratch);
    for (size_t i = from; i < f->skill_count; i++)
        if (!skills_have(&f->scratch, &s->skills, f->skills[i]))
            return false;
    return true;
}

static bool passes(Filter *f, const Service *s) {
    return service_orderable(s) && (!f->in->doer || s->doer == f->in->doer) &&
           facts_pass(f, s->category, s->price, s->delivery_days) && skills_pass(f, s, 0);
}

static Err read_filter(Call *c, const ServiceListIn *in, Filter *f) {
    *f = (Filter){.c = c, .in = in};
    Str skill;
    if (in->category.n) {
        Category cat;
        Err e = category_find(c->tx, in->category, &cat);
        if (e == E_MISSING)
            return diag_field(c->diag, E_INVALID, S("category"), S("is not a category of this marketplace"));
        if (e)
            return e;
        f->category = cat.id;
    }
    for (ListIter it = list_iter(&in->skills); list_str(&it, &skill);) {
        if (!str_trim(skill).n)
            continue;
        if (f->skill_count == SERVICE_SKILLS_MAX)
            return diag_field(c->diag, E_INVALID, S("skills"), arena_printf(c->arena, "at most %d skills", SERVICE_SKILLS_MAX));
        Str key = skill_key(c->arena, skill);
        if (!key.n)
            return E_NOMEM;
        f->skills[f->skill_count++] = key;
    }
    return OK;
}

static int64_t page_skip(const PageOut *out) { return (int64_t)(out->page - 1) * out->limit; }

static Err page_room(Filter *f, PageOut *out) {
    out->items = ARENA_ARRAY(f->c->arena, (size_t)out->limit, Service);
    return out->items ? OK : E_NOMEM;
}

static Err page_add(Filter *f, PageOut *out, int64_t id) {
    Err e = row_load(f->c, &SERVICE, id, (Service *)out->items + out->count);
    out->count += e == OK;
    return e;
}

/* ---- walks ---- */

static const Index *sorted_by(int32_t sort) {
    switch (sort) {
    case SERVICE_SORT_PRICE: return SERVICE_BY_PRICE;
    case SERVICE_SORT_DAYS: return SERVICE_BY_DAYS;
    case SERVICE_SORT_ORDERS: return SERVICE_BY_ORDERS;
    case SERVICE_SORT_RATING: return SERVICE_BY_RATING;
    default: return SERVICE_BY_CREATED;
    }
}

/* The whole of an index's prefix is the list. */
static Err walk_all(Filter *f, const Index *ix, const Key *prefix, PageOut *out) {
    Scan *scan;
    int64_t id;
    Err e = index_count(f->c->tx, ix, prefix, &out->total);
    if (e || page_skip(out) >= out->total)
        return e;
    e = page_room(f, out);
    if (e == OK)
        e = scan_open(f->c->tx, ix, (ScanRange){.prefix = prefix, .descending = !f->in->ascending}, &scan);
    if (e)
        return e;
    scan_skip(scan, page_skip(out));
    while (e == OK && (int64_t)out->count < out->limit && scan_next(scan, &id))
        e = page_add(f, out, id);
    scan_close(scan);
    return e;
}

/* `skills` is how many of the filter's skills the index answers. */
static Err walk_some(Filter *f, const Index *ix, const Key *prefix, size_t skills, PageOut *out) {
    Scan *scan;
    Service s;
    int64_t id, v[PARTS], skip = page_skip(out);
    Err e = page_room(f, out);
    if (e == OK)
        e = scan_open(f->c->tx, ix, (ScanRange){.prefix = prefix, .descending = !f->in->ascending}, &scan);
    if (e)
        return e;
    while (e == OK && scan_next(scan, &id)) {
        scan_parts_i64(scan, 1, PARTS, v);
        if (!facts_pass(f, v[PART_CATEGORY], v[PART_PRICE], v[PART_DAYS]))
            continue;
        if (f->skill_count > skills && (rec_get(f->c->tx, &SERVICE, id, &s) || !skills_pass(f, &s, skills)))
            continue;
        if (out->total++ >= skip && (int64_t)out->count < out->limit)
            e = page_add(f, out, id);
    }
    scan_close(scan);
    return e;
}

static Err walk(Filter *f, PageOut *out) {
    const ServiceListIn *in = f->in;
    const Index *ix = sorted_by(in->sort);
    bool by_age = ix == SERVICE_BY_CREATED, facts = in->price_min || in->price_max || in->days_max;
    size_t skills = 0;
    Key prefix;
    if (by_age && f->skill_count) {
        ix = SERVICE_BY_SKILL;
        prefix = key_of(ix);
        key_str(&prefix, f->skills[0]);
        skills = 1;
        facts |= f->category != 0;
    } else if (by_age && f->category) {
        ix = SERVICE_BY_CATEGORY;
        prefix = key1(ix, f->category);
    } else {
        prefix = key1(ix, 1);
        facts |= f->category != 0;
    }
    Err e = facts || f->skill_count > skills ? walk_some(f, ix, &prefix, skills, out) : walk_all(f, ix, &prefix, out);
    return e ? e : tx_err(f->c->tx);
}

/* One person's are few: the records themselves are asked. */
static Err walk_doer(Filter *f, PageOut *out) {
    Scan *scan;
    Service s;
    int64_t skip = page_skip(out);
    Key prefix = key2(SERVICE_BY_DOER, f->in->doer, 1);
    Err e = page_room(f, out);
    if (e == OK)
        e = scan_open(f->c->tx, SERVICE_BY_DOER, (ScanRange){.prefix = &prefix, .descending = !f->in->ascending}, &scan);
    if (e)
        return e;
    while (e == OK && scan_next_rec(scan, &SERVICE, &s))
        if (passes(f, &s) && out->total++ >= skip && (int64_t)out->count < out->limit)
            e = page_add(f, out, s.id);
    scan_close(scan);
    return e ? e : tx_err(f->c->tx);
}

/* ---- search ---- */

typedef struct Sorted {
    Filter *f;
    Best best;
} Sorted;

static int64_t value_of(const Service *s, int32_t sort) {
    switch (sort) {
    case SERVICE_SORT_PRICE: return s->price;
    case SERVICE_SORT_DAYS: return s->delivery_days;
    case SERVICE_SORT_ORDERS: return s->orders_completed;
    case SERVICE_SORT_RATING: return s->rating_count ? s->rating_sum * 100 / s->rating_count : 0;
    default: return s->created_ms;
    }
}

static bool keep(void *ctx, Tx *tx, int64_t id) {
    Service s;
    return rec_get(tx, &SERVICE, id, &s) == OK && passes(ctx, &s);
}

/* The text index finds in an order of its own; all that it finds comes by here. */
static bool keep_sorted(void *ctx, Tx *tx, int64_t id) {
    Sorted *k = ctx;
    Service s;
    if (rec_get(tx, &SERVICE, id, &s) || !passes(k->f, &s))
        return false;
    best_add(&k->best, value_of(&s, k->f->in->sort), s.created_ms, id);
    return true;
}

static Err search(Filter *f, TextQuery *q, PageOut *out) {
    TextHit *hits;
    size_t n;
    q->keep = keep;
    q->ctx = f;
    q->skip = page_skip(out);
    q->limit = out->limit;
    Err e = text_search(f->c->tx, SERVICE_TEXT, q, &hits, &n, &out->total);
    if (e == OK)
        e = page_room(f, out);
    for (size_t i = 0; e == OK && i < n; i++)
        e = page_add(f, out, hits[i].id);
    return e;
}

static Err search_sorted(Filter *f, TextQuery q, PageOut *out) {
    Sorted k = {.f = f};
    TextHit *hits;
    size_t n;
    int64_t most;
    Key all = key1(SERVICE_BY_CREATED, 1);
    Err e = index_count(f->c->tx, SERVICE_BY_CREATED, &all, &most);
    if (e == OK)
        e = best_init(&k.best, f->c->arena, out, most, f->in->ascending);
    q.keep = keep_sorted;
    q.ctx = &k;
    if (e == OK)
        e = text_search(f->c->tx, SERVICE_TEXT, &q, &hits, &n, &out->total);
    if (e == OK)
        e = page_room(f, out);
    best_sort(&k.best);
    for (size_t i = (size_t)page_skip(out); e == OK && i < k.best.n; i++)
        e = page_add(f, out, k.best.heap[i].id);
    return e;
}

Err service_list(Call *c, const void *input, void *result) {
    const ServiceListIn *in = input;
    PageOut *out = result;
    Filter f;
    *out = page_out(in->page);
    Err e = read_filter(c, in, &f);
    if (e)
        return e;
    arena_init(&f.scratch, SCRATCH_BYTES);
    TextQuery q = {.words = str_trim(in->search)};
    if (q.words.n)
        e = in->sort == SERVICE_SORT_DEFAULT || in->sort == SERVICE_SORT_RELEVANCE ? search(&f, &q, out)
                                                                                   : search_sorted(&f, q, out);
    else
        e = in->doer ? walk_doer(&f, out) : walk(&f, out);
    arena_free(&f.scratch);
    return e;
}

Err service_of_doer(Call *c, const void *in, void *out) {
    const DoerServicesIn *q = in;
    User doer;
    bool own = c->actor.user && q->doer == c->actor.user;
    PageSource src[2];
    size_t n = 0;
    Err e = user_load(c, q->doer, &doer);
    if (q->activity != SERVICE_INACTIVE)
        src[n++] = (PageSource){SERVICE_BY_DOER, key2(SERVICE_BY_DOER, q->doer, 1)};
    if (q->activity != SERVICE_ACTIVE && own)
        src[n++] = (PageSource){SERVICE_BY_DOER, key2(SERVICE_BY_DOER, q->doer, 0)};
    if (e == OK && n == 0)
        *(PageOut *)out = page_out(q->page);
    return e || n == 0 ? e : row_page_merge(c, &SERVICE, src, n, q->page, out);
}

Err service_mine(Call *c, const void *in, void *out) {
    Err e = call_signed_in(c);
    PageSource src[2] = {{SERVICE_BY_DOER, key2(SERVICE_BY_DOER, c->actor.user, 0)},
                         {SERVICE_BY_DOER, key2(SERVICE_BY_DOER, c->actor.user, 1)}};
    return e ? e : row_page_merge(c, &SERVICE, src, 2, *(const PageIn *)in, out);
}
