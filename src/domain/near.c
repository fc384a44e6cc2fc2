#include "domain/near.h"

#include <stdlib.h>

#include "domain/geo.h"
#include "domain/gig_internal.h"
#include "domain/report.h"
#include "domain/row.h"

/* The nearest `depth` of what is given to it; the farthest of them on top of a heap. */
typedef struct Match {
    int64_t distance_m, id;
} Match;
typedef struct Nearest {
    Match *heap;
    size_t n, depth;
    int64_t total;
} Nearest;

static bool farther(Match a, Match b) { return a.distance_m != b.distance_m ? a.distance_m > b.distance_m : a.id > b.id; }

static void sift_down(Nearest *q, size_t at) {
    for (;;) {
        size_t top = at, left = 2 * at + 1;
        for (size_t i = left; i < left + 2 && i < q->n; i++)
            if (farther(q->heap[i], q->heap[top]))
                top = i;
        if (top == at)
            return;
        Match m = q->heap[at];
        q->heap[at] = q->heap[top];
        q->heap[top] = m;
        at = top;
    }
}

static void nearest_add(Nearest *q, Match m) {
    q->total++;
    if (q->n == q->depth) {
        if (!q->depth || !farther(q->heap[0], m))
            return;
        q->heap[0] = m;
        sift_down(q, 0);
        return;
    }
    size_t at = q->n++;
    q->heap[at] = m;
    while (at && farther(q->heap[at], q->heap[(at - 1) / 2])) {
        Match up = q->heap[(at - 1) / 2];
        q->heap[(at - 1) / 2] = q->heap[at];
        q->heap[at] = up;
        at = (at - 1) / 2;
    }
}

static int by_distance(const void *a, const void *b) { return farther(*(const Match *)a, *(const Match *)b) ? 1 : -1; }

/* Room for the page asked for; a page beyond what is kept gets none. */
static Err nearest_init(Nearest *q, Call *c, PageIn page, PageOut *out) {
    *out = page_out(page);
    int64_t depth = page_offset(page) + out->limit;
    *q = (Nearest){.depth = depth > NEAR_DEPTH_MAX ? 0 : (size_t)depth};
    q->heap = ARENA_ARRAY(c->arena, q->depth + 1, Match);
    return q->heap ? OK : E_NOMEM;
}

/* Sorts, and gives the part that the page shows. */
static Match *nearest_page(Nearest *q, PageIn page, PageOut *out) {
    size_t start = (size_t)page_offset(page);
    qsort(q->heap, q->n, sizeof *q->heap, by_distance);
    out->total = q->total;
    out->count = q->n <= start ? 0 : q->n - start;
    return q->heap + start;
}

/* Calls `found` for what an index by cell holds near a place. Its keys: `lead` (with NULL: nothing), cell, latitude, longitude,
 * and an integer that `found` may want to know. */
typedef struct Walk {
    Call *c;
    int32_t lat_e6, lon_e6;
    int64_t radius_m;
    Err (*found)(void *ctx, const Scan *scan, Match m, int64_t more);
    void *ctx;
} Walk;

/* One scan as far as it goes. What lies between two ranges is jumped over by a new one; where nothing does, there is no jump. */
static Err walk(const Walk *w, const Index *ix, const int64_t *lead) {
    enum { CELL, LATITUDE, LONGITUDE, MORE, PARTS };
    GeoRange ranges[GEO_RANGES_MAX];
    size_t i = 0, n = geo_cover(w->lat_e6, w->lon_e6, w->radius_m, ranges);
    GeoPlace centre = geo_place(w->lat_e6, w->lon_e6);
    Key prefix = lead ? key1(ix, *lead) : key_of(ix), to = prefix;
    key_i64(&to, ranges[n - 1].to);
    Err e = OK;
    for (bool between = true; between && e == OK;) {
        Key from = prefix;
        key_i64(&from, ranges[i].from);
        Scan *scan;
        Match m;
        e = scan_open(w->c->tx, ix, (ScanRange){.prefix = &prefix, .from = &from, .to = &to}, &scan);
        if (e)
            return e;
        between = false;
        while (e == OK && scan_next(scan, &m.id)) {
            int64_t at[PARTS];
            scan_parts_i64(scan, lead ? 1 : 0, PARTS, at);
            while (at[CELL] >= ranges[i].to)
                i++;
            between = at[CELL] < ranges[i].from;
            if (between)
                break;
            m.distance_m = geo_distance_from(&centre, (int32_t)at[LATITUDE], (int32_t)at[LONGITUDE]);
            if (m.distance_m <= w->radius_m)
                e = w->found(w->ctx, scan, m, at[MORE]);
        }
        scan_close(scan);
    }
    return e;
}

/* ---- gigs ---- */

typedef struct GigsNear {
    Call *c;
    const NearIn *in;
    Nearest q;
} GigsNear;

static Err gig_found(void *ctx, const Scan *scan, Match m, int64_t budget) {
    GigsNear *g = ctx;
    if ((g->in->budget_min && budget < g->in->budget_min) || (g->in->budget_max && budget > g->in->budget_max))
        return OK;
    if (g->in->stage) {
        int32_t stage;
        Err e = engagement_stage(g->c, m.id, (int32_t)scan_part_i64(scan, 0), &stage);
        if (e || stage != g->in->stage)
            return e;
    }
    nearest_add(&g->q, m);
    return OK;
}

/* The domain's states in which a stage can be. */
static const struct {
    int32_t stage;
    int64_t status;
} places[] = {
    {STAGE_PENDING, GIG_OPEN},          {STAGE_ACCEPTED, GIG_OPEN},
    {STAGE_ACCEPTED, GIG_IN_PROGRESS},  {STAGE_IN_PROGRESS, GIG_IN_PROGRESS},
    {STAGE_COMPLETED, GIG_IN_PROGRESS}, {STAGE_COMPLETED, GIG_COMPLETED},
    {STAGE_CANCELLED, GIG_CANCELLED},
};
static const int64_t all_statuses[] = {GIG_OPEN, GIG_IN_PROGRESS, GIG_COMPLETED, GIG_CANCELLED};

Err gigs_near(Call *c, const void *input, void *result) {
    const NearIn *in = input;
    PageOut *out = result;
    GigsNear g = {.c = c, .in = in};
    Walk w = {c, in->lat_e6, in->lon_e6, in->radius_m, gig_found, &g};
    Err e = nearest_init(&g.q, c, in->page, out);
    for (size_t i = 0; !in->stage && e == OK && i < COUNT(all_statuses); i++)
        e = walk(&w, GIG_BY_PLACE, &all_statuses[i]);
    for (size_t i = 0; in->stage && e == OK && i < COUNT(places); i++)
        if (places[i].stage == in->stage)
            e = walk(&w, GIG_BY_PLACE, &places[i].status);
    if (e)
        return e;
    Match *page = nearest_page(&g.q, in->page, out);
    GigRow *rows = ARENA_ARRAY(c->arena, out->count + 1, GigRow);
    if (!rows)
        return E_NOMEM;
    for (size_t i = 0; e == OK && i < out->count; i++) {
        rows[i].distance_m = page[i].distance_m;
        e = row_load(c, &GIG, page[i].id, &rows[i].gig);
        if (e == OK)
            e = engagement_load(c, &rows[i]);
    }
    out->items = rows;
    return e;
}

/* ---- people ---- */

typedef struct PeopleNear {
    Call *c;
    const PeopleNearIn *in;
    Nearest q;
} PeopleNear;

static Err person_found(void *ctx, const Scan *scan, Match m, int64_t available) {
    (void)scan;
    PeopleNear *p = ctx;
    bool blocked = false;
    if (m.id == p->c->actor.user || (p->in->only_available && !available))
        return OK;
    Err e = p->c->actor.user ? blocked_between(p->c, m.id, p->c->actor.user, &blocked) : OK;
    if (e == OK && !blocked)
        nearest_add(&p->q, m);
    return e;
}

Err people_near(Call *c, const void *input, void *result) {
    const PeopleNearIn *in = input;
    PageOut *out = result;
    PeopleNear p = {.c = c, .in = in};
    Walk w = {c, in->lat_e6, in->lon_e6, in->radius_m, person_found, &p};
    Err e = nearest_init(&p.q, c, in->page, out);
    if (e == OK)
        e = walk(&w, USER_BY_LOCATION, NULL);
    if (e)
        return e;
    Match *page = nearest_page(&p.q, in->page, out);
    PersonNear *rows = ARENA_ARRAY(c->arena, out->count + 1, PersonNear);
    if (!rows)
        return E_NOMEM;
    for (size_t i = 0; e == OK && i < out->count; i++) {
        rows[i].distance_m = page[i].distance_m;
        e = user_load(c, page[i].id, &rows[i].user);
    }
    out->items = rows;
    return e;
}
