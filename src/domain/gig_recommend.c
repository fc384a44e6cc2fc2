/* Gigs for a doer: candidates from the indexes of what he can do and has done, and the newest of all; scored, sorted, paged.
 * Bounded whatever the table holds. */
#include <stdlib.h>

#include "domain/application.h"
#include "domain/gig_internal.h"
#include "domain/row.h"
#include "domain/user.h"

enum {
    PER_SKILL = 100,     /* newest open gigs looked at for each skill */
    PER_CATEGORY = 100,  /* and for each category */
    NEWEST = 200,        /* and of all */
    HISTORY = 50,        /* own applications that tell interests */
    CATEGORIES_MAX = 16,
    CANDIDATES_MAX = USER_SKILLS_MAX * PER_SKILL + CATEGORIES_MAX * PER_CATEGORY + NEWEST
};

/* What a point is worth. */
enum { SCORE_SKILL = 20, SCORE_CATEGORY = 15, SCORE_NEAR_MAX = 10, SCORE_FRESH_MAX = 10, SCORE_BOOSTED = 5 };

typedef struct Taste {
    Str skills[USER_SKILLS_MAX];
    size_t skill_count;
    int64_t categories[CATEGORIES_MAX];
    size_t category_count;
} Taste;

typedef struct Candidate {
    int64_t id, score;
} Candidate;

static void category_add(Taste *t, int64_t category) {
    for (size_t i = 0; i < t->category_count; i++)
        if (t->categories[i] == category)
            return;
    if (t->category_count < CATEGORIES_MAX)
        t->categories[t->category_count++] = category;
}

static Err taste_of(Call *c, const User *u, Taste *t) {
    Str skill;
    Scan *scan;
    int64_t id;
    Application a;
    Gig g;
    for (ListIter it = list_iter(&u->skills); t->skill_count < USER_SKILLS_MAX && list_str(&it, &skill);)
        t->skills[t->skill_count++] = skill_key(c->arena, skill);
    Key key = key1(APPLICATION_BY_DOER, u->id);
    Err e = scan_open(c->tx, APPLICATION_BY_DOER, (ScanRange){.prefix = &key, .descending = true}, &scan);
    if (e)
        return e;
    for (int left = HISTORY; left > 0 && scan_next(scan, &id); left--)
        if (rec_get(c->tx, &APPLICATION, id, &a) == OK && rec_get(c->tx, &GIG, a.gig, &g) == OK)
            category_add(t, g.category);
    scan_close(scan);
    return tx_err(c->tx);
}

static Err collect(Call *c, const Index *ix, Key prefix, size_t max, int64_t *ids, size_t *n) {
    Scan *scan;
    Err e = scan_open(c->tx, ix, (ScanRange){.prefix = &prefix, .descending = true}, &scan);
    if (e)
        return e;
    for (; max > 0 && scan_next(scan, &ids[*n]); max--)
        ++*n;
    scan_close(scan);
    return OK;
}

static int by_id(const void *x, const void *y) {
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

static int by_score(const void *x, const void *y) {
    const Candidate *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->id > b->id ? -1 : a->id < b->id;
}

/* Nearness on a flat map is good enough for points: a degree is 111 km, ten kilometres away is worth nothing. */
static int64_t nearness(const User *u, const Gig *g) {
    if (!(u->flags & USER_HAS_PLACE) || !(g->flags & GIG_HAS_PLACE))
        return 0;
    int64_t lat = llabs((int64_t)u->lat_e6 - g->lat_e6), lon = llabs((int64_t)u->lon_e6 - g->lon_e6);
    int64_t metres = (lat + lon) * 111 / 1000;
    return metres > 10000 ? 0 : SCORE_NEAR_MAX - metres / 1000;
}

static int64_t score_of(Call *c, const User *u, const Taste *t, const Gig *g) {
    Str skill;
    int64_t score = nearness(u, g), days = (c->now_ms - g->created_ms) / MS_DAY;
    for (ListIter it = list_iter(&g->skills); list_str(&it, &skill);) {
        Str key = skill_key(c->arena, skill);
        for (size_t i = 0; i < t->skill_count; i++)
            score += str_eq(t->skills[i], key) ? SCORE_SKILL : 0;
    }
    for (size_t i = 0; i < t->category_count; i++)
        score += t->categories[i] == g->category ? SCORE_CATEGORY : 0;
    if (days < SCORE_FRESH_MAX)
        score += SCORE_FRESH_MAX - days;
    return score + (g->boosted_until_ms ? SCORE_BOOSTED : 0);
}

static Err applied(Call *c, int64_t gig, int64_t user, bool *out) {
    int64_t id;
    Key key = key2(APPLICATION_BY_PAIR, gig, user);
    Err e = index_find(c->tx, APPLICATION_BY_PAIR, &key, &id);
    *out = e == OK;
    return e == E_MISSING ? OK : e;
}

Err gig_recommended(Call *c, const void *input, void *result) {
    PageOut *out = result;
    User u;
    Taste t = {.skill_count = 0};
    size_t n = 0, kept = 0;
    *out = page_out(*(const PageIn *)input);
    Err e = user_actor(c, &u);
    if (e == OK)
        e = taste_of(c, &u, &t);
    int64_t *ids = ARENA_ARRAY(c->arena, CANDIDATES_MAX, int64_t);
    Candidate *list = ARENA_ARRAY(c->arena, CANDIDATES_MAX, Candidate);
    Gig *rows = ARENA_ARRAY(c->arena, (size_t)out->limit, Gig);
    if (e == OK && (!ids || !list || !rows))
        e = E_NOMEM;
    for (size_t i = 0; e == OK && i < t.skill_count; i++) {
        Key key = key_of(GIG_BY_SKILL);
        key_str(&key, t.skills[i]);
        key_i64(&key, GIG_OPEN);
        e = collect(c, GIG_BY_SKILL, key, PER_SKILL, ids, &n);
    }
    for (size_t i = 0; e == OK && i < t.category_count; i++)
        e = collect(c, GIG_BY_CATEGORY, key2(GIG_BY_CATEGORY, GIG_OPEN, t.categories[i]), PER_CATEGORY, ids, &n);
    if (e == OK)
        e = collect(c, GIG_BY_CREATED, key1(GIG_BY_CREATED, GIG_OPEN), NEWEST, ids, &n);
    if (e)
        return e;
    qsort(ids, n, sizeof *ids, by_id);
    for (size_t i = 0; e == OK && i < n; i++) {
        Gig g;
        bool done;
        if (i && ids[i] == ids[i - 1])
            continue;
        e = rec_get(c->tx, &GIG, ids[i], &g);
        if (e || g.client == u.id || (g.deadline_ms && g.deadline_ms <= c->now_ms))
            continue;
        e = applied(c, g.id, u.id, &done);
        if (e == OK && !done)
            list[kept++] = (Candidate){g.id, score_of(c, &u, &t, &g)};
    }
    if (kept)
        qsort(list, kept, sizeof *list, by_score);
    out->items = rows;
    out->total = (int64_t)kept;
    for (size_t i = (size_t)(out->page - 1) * (size_t)out->limit; e == OK && i < kept && (int64_t)out->count < out->limit; i++) {
        e = row_load(c, &GIG, list[i].id, &rows[out->count]);
        out->count += e == OK;
    }
    return e;
}
