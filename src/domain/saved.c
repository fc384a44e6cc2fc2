#include "domain/saved.h"

#include "domain/application.h"
#include "domain/notify.h"
#include "domain/row.h"

/* What is done one after the other. Permanent numbers. */
typedef enum NewsPhase { NEWS_SAVERS, NEWS_APPLICANTS, NEWS_FORGET } NewsPhase;

static const Field saved_fields[] = {
    FIELD(1, Saved, user, F_I64, "who keeps an eye on it"),
    FIELD(2, Saved, gig, F_I64, "on which gig"),
    FIELD(3, Saved, created_ms, F_I64, "since when"),
};
// clang-format off
static const Index saved_indexes[] = {
    {.id = 107, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "saved_user", .doc = "of a person", .parts = {{.tag = 1}}},
    {.id = 108, .kind = IX_UNIQUE, .part_count = 2, .name = "saved_gig", .doc = "once each; who saved a gig", .parts = {{.tag = 2}, {.tag = 1}}},
};
// clang-format on
const Record SAVED = {.kind = 22,
                      .size = sizeof(Saved),
                      .name = "saved",
                      .doc = "a gig that somebody saved",
                      .fields = saved_fields,
                      .field_count = COUNT(saved_fields),
                      .indexes = saved_indexes,
                      .index_count = COUNT(saved_indexes)};
const Index *const SAVED_BY_USER = &saved_indexes[0];
const Index *const SAVED_BY_GIG = &saved_indexes[1];

static const Field news_fields[] = {
    FIELD(1, GigNews, phase, F_I32, "who is told just now"),
    FIELD(2, GigNews, after, F_I64, "users up to this id have been told"),
    FIELD(3, GigNews, at_ms, F_I64, "when it changed"),
};
static const Index news_indexes[] = {
    {.id = 109, .kind = IX_ORDERED, .part_count = 1, .name = "gig_news_age", .doc = "oldest first", .parts = {{.tag = 3}}},
};
const Record GIG_NEWS = {.kind = 24,
                         .size = sizeof(GigNews),
                         .name = "gig_news",
                         .doc = "a change of a gig that is being told",
                         .fields = news_fields,
                         .field_count = COUNT(news_fields),
                         .indexes = news_indexes,
                         .index_count = COUNT(news_indexes)};
const Index *const GIG_NEWS_BY_AGE = &news_indexes[0];

/* ---- saving ---- */

static bool can_see(const Call *c, const Gig *g) {
    return !(g->flags & (GIG_REMOVED | GIG_DELETED)) && (g->status != GIG_DRAFT || g->client == c->actor.user);
}

static Err find_saved(Call *c, int64_t gig, int64_t user, int64_t *id) {
    Key key = key2(SAVED_BY_GIG, gig, user);
    return index_find(c->tx, SAVED_BY_GIG, &key, id);
}

Err gig_save(Call *c, const void *input, void *result) {
    (void)result;
    int64_t id, n, gig = ((const IdIn *)input)->id;
    Gig g;
    Err e = call_signed_in(c);
    if (e == OK)
        e = rec_get(c->tx, &GIG, gig, &g);
    if (e)
        return e;
    if (!can_see(c, &g))
        return E_MISSING;
    e = find_saved(c, gig, c->actor.user, &id);
    if (e != E_MISSING)
        return e;
    Key key = key1(SAVED_BY_USER, c->actor.user);
    e = index_count(c->tx, SAVED_BY_USER, &key, &n);
    if (e == OK && n >= SAVED_MAX)
        return diag_fail(c->diag, E_LIMIT, "TOO_MANY_SAVED", arena_printf(c->arena, "at most %d gigs can be saved", SAVED_MAX));
    Saved s = {.user = c->actor.user, .gig = gig, .created_ms = c->now_ms};
    return e ? e : rec_insert(c->tx, &SAVED, &s);
}

Err gig_unsave(Call *c, const void *input, void *result) {
    (void)result;
    int64_t id, gig = ((const IdIn *)input)->id;
    Gig g;
    Err e = call_signed_in(c);
    if (e)
        return e;
    e = find_saved(c, gig, c->actor.user, &id);
    if (e == OK)
        return rec_delete(c->tx, &SAVED, id);
    if (e == E_MISSING && (e = rec_get(c->tx, &GIG, gig, &g)) == OK && !can_see(c, &g))
        e = E_MISSING;
    return e;
}

/* A person has few: all are looked at, since those that are gone must not count. */
Err gig_saved(Call *c, const void *input, void *result) {
    PageOut *out = result;
    Saved *all;
    size_t n;
    *out = page_out(*(const PageIn *)input);
    Err e = call_signed_in(c);
    Key key = key1(SAVED_BY_USER, c->actor.user);
    if (e == OK)
        e = row_all(c, &SAVED, SAVED_BY_USER, &key, SAVED_MAX, &all, &n);
    Gig *rows = e ? NULL : ARENA_ARRAY(c->arena, (size_t)out->limit, Gig);
    if (e == OK && !rows)
        e = E_NOMEM;
    out->items = rows;
    int64_t skip = (int64_t)(out->page - 1) * out->limit;
    for (size_t i = e ? 0 : n; i > 0; i--) {
        Gig g;
        e = row_load(c, &GIG, all[i - 1].gig, &g);
        if (e && e != E_MISSING)
            return e;
        if (e == OK && can_see(c, &g) && out->total++ >= skip && (int64_t)out->count < out->limit)
            rows[out->count++] = g;
        e = OK;
    }
    return e;
}

/* ---- news ---- */

/* The next at most `max` entries (gig, user) behind news->after. */
static Err next_of(Call *c, const GigNews *news, const Index *ix, size_t max, int64_t *ids, int64_t *users, size_t *n) {
    Key prefix = key1(ix, news->id), from = key2(ix, news->id, news->after + 1);
    Scan *scan;
    *n = 0;
    Err e = scan_open(c->tx, ix, (ScanRange){.prefix = &prefix, .from = &from}, &scan);
    if (e)
        return e;
    while (*n < max && scan_next(scan, &ids[*n])) {
        users[*n] = scan_part_i64(scan, 1);
        ++*n;
    }
    scan_close(scan);
    return tx_err(c->tx);
}

/* Somebody whose application waits, and who was not told as a saver. */
static Err waits(Call *c, int64_t application, int64_t gig, int64_t user, bool *out) {
    Application a;
    int64_t id;
    *out = false;
    Err e = rec_get(c->tx, &APPLICATION, application, &a);
    if (e || a.status != APPLICATION_PENDING)
        return e;
    e = find_saved(c, gig, user, &id);
    *out = e == E_MISSING;
    return e == E_MISSING ? OK : e;
}

static Err tell_one(Call *c, const Gig *g, int64_t user) {
    Err e = notify(c, &(Notice){.user = user,
                                .type = NOTE_GIG_UPDATED,
                                .gig = g->id,
                                .actor = g->client, /* also when a job tells it: blocked ones are spared, and himself */
                                .subject = g->title});
    return e == E_MISSING ? OK : e;
}

/* Goes on with one gig's news for at most `max` people; *more when there are others. */
static Err news_step(Call *c, GigNews *news, const Gig *g, size_t max, size_t *done, bool *more) {
    int64_t ids[NEWS_AT_ONCE], users[NEWS_AT_ONCE];
    size_t n;
    Err e = OK;
    *more = true;
    for (*done = 0; e == OK && *more && *done < max;) {
        const Index *ix = news->phase == NEWS_APPLICANTS ? APPLICATION_BY_PAIR : SAVED_BY_GIG;
        size_t want = max - *done < NEWS_AT_ONCE ? max - *done : NEWS_AT_ONCE;
        e = next_of(c, news, ix, want, ids, users, &n);
        for (size_t i = 0; e == OK && i < n; i++) {
            bool tell = news->phase == NEWS_SAVERS;
            if (news->phase == NEWS_FORGET)
                e = rec_delete(c->tx, &SAVED, ids[i]);
            else if (news->phase == NEWS_APPLICANTS)
                e = waits(c, ids[i], g->id, users[i], &tell);
            if (e == OK && tell)
                e = tell_one(c, g, users[i]);
            news->after = users[i];
        }
        *done += n;
        if (n == want)
            continue;
        *more = news->phase == NEWS_SAVERS;
        news->phase = NEWS_APPLICANTS;
        news->after = 0;
    }
    return e;
}

static Err news_start(Call *c, GigNews *news, const Gig *g) {
    size_t done;
    bool more;
    Err e = news_step(c, news, g, NEWS_AT_ONCE, &done, &more);
    if (e)
        return e;
    if (more)
        return rec_put(c->tx, &GIG_NEWS, news);
    return rec_exists(c->tx, &GIG_NEWS, news->id) ? rec_delete(c->tx, &GIG_NEWS, news->id) : OK;
}

Err gig_tell(Call *c, const Gig *g) {
    if (g->status == GIG_DRAFT)
        return OK;
    return news_start(c, &(GigNews){.id = g->id, .phase = NEWS_SAVERS, .at_ms = c->now_ms}, g);
}

Err saved_forget(Call *c, int64_t gig) {
    return news_start(c, &(GigNews){.id = gig, .phase = NEWS_FORGET, .at_ms = c->now_ms}, NULL);
}

Err gig_news_run(Call *c, size_t max, size_t *done) {
    Scan *scan;
    GigNews news;
    Gig g = {0};
    bool more;
    *done = 0;
    Err e = scan_open(c->tx, GIG_NEWS_BY_AGE, (ScanRange){0}, &scan);
    if (e)
        return e;
    bool some = scan_next_rec(scan, &GIG_NEWS, &news);
    scan_close(scan);
    if (!some)
        return tx_err(c->tx);
    if (news.phase != NEWS_FORGET)
        e = row_load(c, &GIG, news.id, &g);
    if (e && e != E_MISSING)
        return e;
    if (e == E_MISSING) {
        news.phase = NEWS_FORGET; /* it went away meanwhile */
        news.after = 0;
    }
    e = news_step(c, &news, &g, max < NEWS_AT_ONCE ? max : NEWS_AT_ONCE, done, &more);
    *done = max; /* there may be more, of this one or of another */
    if (e)
        return e;
    return more ? rec_put(c->tx, &GIG_NEWS, &news) : rec_delete(c->tx, &GIG_NEWS, news.id);
}
