/* The list that nobody asked to be sorted: what is boosted stands in front.
 *
 * Boosted gigs are few and found by their boosts, so they need no place of their own in the indexes: they are put before the list
 * by age and left out of it. The page's part of that list begins where as many of the others were passed. */
#include "domain/boost.h"
#include "domain/gig_internal.h"
#include "domain/row.h"

enum { FRONT_MAX = 100 };

static bool newer(const Gig *a, const Gig *b) {
    return a->created_ms != b->created_ms ? a->created_ms > b->created_ms : a->id > b->id;
}

static bool is_in(const Gig *rows, size_t n, int64_t id) {
    for (size_t i = 0; i < n; i++)
        if (rows[i].id == id)
            return true;
    return false;
}

/* Those that belong into the list, newest first, each once. */
static Err boosted(GigFilter *f, Gig *rows, size_t *n) {
    Tx *tx = f->c->tx;
    Scan *scan;
    Boost b;
    Gig g;
    Err e = scan_open(tx, BOOST_BY_END, (ScanRange){.descending = true}, &scan);
    if (e)
        return e;
    *n = 0;
    for (int seen = 0; e == OK && seen < FRONT_MAX && scan_next_rec(scan, &BOOST, &b); seen++) {
        if (is_in(rows, *n, b.gig) || rec_get(tx, &GIG, b.gig, &g) || !g.boosted_until_ms ||
            g.flags & (GIG_REMOVED | GIG_DELETED) || !gig_filter_all(f, &g))
            continue;
        e = tx_writable(tx) ? row_keep(f->c->arena, &GIG, &g) : OK;
        size_t at = (*n)++;
        for (; at > 0 && newer(&g, &rows[at - 1]); at--)
            rows[at] = rows[at - 1];
        rows[at] = g;
    }
    scan_close(scan);
    return e ? e : tx_err(tx);
}

Err gig_front(GigFilter *f, PageOut *out) {
    Gig *front = ARENA_ARRAY(f->c->arena, FRONT_MAX, Gig), *page = ARENA_ARRAY(f->c->arena, (size_t)f->take, Gig);
    size_t n = 0, count = 0, want = (size_t)f->take, skip = (size_t)f->skip, passed = 0;
    Err e = front && page ? boosted(f, front, &n) : E_NOMEM;
    if (e || !n)
        return e ? e : gig_list_plain(f, SORT_CREATED, out);
    f->unread = false;
    for (size_t i = skip; i < n && count < want; i++)
        page[count++] = front[i];
    f->skip = skip > n ? (int64_t)(skip - n) : 0;
    f->take = (int64_t)(want - count + n); /* any of them may stand among these */
    e = gig_list_plain(f, SORT_CREATED, out);
    const Gig *rest = out->items;
    /* Of those in front that are newer than where it begins, as many others stand before the page. */
    for (size_t i = 0; e == OK && out->count && i < n; i++)
        passed += front[i].id != rest[0].id && newer(&front[i], &rest[0]);
    for (size_t i = 0; e == OK && i < out->count && count < want; i++) {
        if (is_in(front, n, rest[i].id))
            continue;
        if (passed)
            passed--;
        else
            page[count++] = rest[i];
    }
    out->items = page;
    out->count = count;
    return e;
}
