#include "domain/saved_search.h"

#include <stdlib.h>

#include "domain/category.h"
#include "domain/gig_internal.h"
#include "domain/notify.h"
#include "domain/row.h"
#include "store/text.h"

static Err id_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    *i64s = ARENA_NEW(a, int64_t);
    if (!*i64s)
        return E_NOMEM;
    **i64s = ((const SavedSearch *)row)->id;
    *n = 1;
    return OK;
}
static bool is_held(const void *row) { return ((const SavedSearch *)row)->held_day != 0; }

static const Field fields[] = {
    FIELD(1, SavedSearch, user, F_I64, "whose"),
    FIELD(2, SavedSearch, name, F_STR, "for people"),
    FIELD(3, SavedSearch, category, F_I64, "only this one, 0 = any"),
    FIELD(4, SavedSearch, skills, F_STRS, "all of these"),
    FIELD(5, SavedSearch, budget_min, F_I64, "range reaches this"),
    FIELD(6, SavedSearch, budget_max, F_I64, "range begins below this"),
    FIELD(7, SavedSearch, deadline, F_I32, "due in this period"),
    FIELD(8, SavedSearch, search, F_STR, "all of these words"),
    FIELD(9, SavedSearch, created_ms, F_I64, "saved"),
    FIELD(10, SavedSearch, matches, F_I64, "gigs that fitted so far"),
    FIELD(11, SavedSearch, last_gig, F_I64, "the newest of them"),
    FIELD(12, SavedSearch, last_ms, F_I64, "when"),
    FIELD(13, SavedSearch, day, F_I64, "day of the last alert"),
    FIELD(14, SavedSearch, alerted, F_I32, "alerts on it"),
    FIELD(15, SavedSearch, held_day, F_I64, "since when some wait for the digest"),
    FIELD(16, SavedSearch, held, F_I64, "how many"),
};
// clang-format off
static const Index indexes[] = {
    {.id = 97, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "saved_search_user", .doc = "of a user", .parts = {{.tag = 1}}},
    {.id = 98, .kind = IX_ORDERED, .part_count = 2, .name = "saved_search_category", .doc = "to hold a gig against", .parts = {{.tag = 3}, {.type = F_I64, .of = id_part}}},
    {.id = 99, .kind = IX_ORDERED, .part_count = 1, .name = "saved_search_held", .doc = "digests to send", .parts = {{.tag = 15}}, .when = is_held},
};
// clang-format on
const Record SAVED_SEARCH = {.kind = 37,
                             .size = sizeof(SavedSearch),
                             .name = "saved_search",
                             .doc = "a search whose owner is told of new gigs",
                             .fields = fields,
                             .field_count = COUNT(fields),
                             .indexes = indexes,
                             .index_count = COUNT(indexes)};
const Index *const SAVED_SEARCH_BY_USER = &indexes[0];
static const Index *const BY_CATEGORY = &indexes[1], *const BY_HELD = &indexes[2];

/* ---- one's own ---- */

static bool asks_nothing(const SavedSearch *s) {
    return !s->search.n && !s->category && !s->skills.count && !s->budget_min && !s->budget_max && !s->deadline;
}

/* What it asks for, in words. */
static Str name_of(Call *c, const SavedSearch *s, Str category) {
    Buf b = buf_arena(c->arena, SAVED_NAME_MAX * 4);
    Str skill;
    buf_add(&b, s->search);
    for (ListIter it = list_iter(&s->skills); list_str(&it, &skill);) {
        buf_add(&b, b.n ? S(", ") : S(""));
        buf_add(&b, skill);
    }
    if (category.n) {
        buf_add(&b, b.n ? S(", ") : S(""));
        buf_add(&b, category);
    }
    return b.n ? buf_str(&b) : S("Gigs");
}

/* The category and the filter's own rules: what the list refuses is refused here. */
static Err check(Call *c, const SavedSearchIn *in, SavedSearch *s, Str *category) {
    GigListIn as_list = {.category = in->category,
                         .skills = in->skills,
                         .budget_min = in->budget_min,
                         .budget_max = in->budget_max,
                         .deadline = in->deadline};
    Category cat = {0};
    Err e = gig_list_check(c, &as_list);
    if (e == OK && in->category.n)
        e = category_find(c->tx, in->category, &cat);
    s->category = cat.id;
    *category = cat.name;
    return e;
}

Err saved_search_add(Call *c, const void *input, void *result) {
    const SavedSearchIn *in = input;
    SavedSearch *s = result;
    Str category;
    int64_t n;
    *s = (SavedSearch){.user = c->actor.user,
                       .name = str_trim(in->name),
                       .skills = in->skills,
                       .budget_min = in->budget_min,
                       .budget_max = in->budget_max,
                       .deadline = in->deadline,
                       .search = str_trim(in->search),
                       .created_ms = c->now_ms};
    Err e = call_signed_in(c);
    if (e == OK)
        e = check(c, in, s, &category);
    if (e)
        return e;
    if (asks_nothing(s))
        return diag_field(c->diag, E_INVALID, S("search"),
                          S("ask for something: words, a category, skills, a budget, a deadline"));
    if (!s->name.n)
        s->name = name_of(c, s, category);
    Key key = key1(SAVED_SEARCH_BY_USER, c->actor.user);
    e = index_count(c->tx, SAVED_SEARCH_BY_USER, &key, &n);
    if (e == OK && n >= SAVED_SEARCHES_MAX)
        return diag_fail(c->diag, E_LIMIT, "TOO_MANY_SEARCHES", S("delete a saved search first"));
    return e ? e : rec_insert(c->tx, &SAVED_SEARCH, s);
}

Err saved_search_list(Call *c, const void *in, void *out) {
    Err e = call_signed_in(c);
    Key key = key1(SAVED_SEARCH_BY_USER, c->actor.user);
    return e ? e : row_page(c, &SAVED_SEARCH, SAVED_SEARCH_BY_USER, &key, *(const PageIn *)in, out);
}

Err saved_search_delete(Call *c, const void *in, void *out) {
    (void)out;
    SavedSearch s;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &SAVED_SEARCH, ((const IdIn *)in)->id, &s);
    if (e == OK && s.user != c->actor.user)
        e = E_MISSING;
    return e ? e : rec_delete(c->tx, &SAVED_SEARCH, s.id);
}

/* ---- holding a gig against them ---- */

/* What a gig and an alert cost, counted in comparisons: one round must fit into a transaction's scratch memory. */
enum { GIG_WORDS_MAX = 2048, SCRATCH_BYTES = 256 * 1024, EVENTS_AT_ONCE = 1000, COST_OF_GIG = 32, COST_OF_ALERT = 8 };

/* A gig that was posted, its words sorted. */
typedef struct Posted {
    Gig gig;
    int64_t at_ms;
    Str *words;
    size_t count;
} Posted;

static int by_bytes(const void *a, const void *b) { return str_cmp(*(const Str *)a, *(const Str *)b); }

static Err posted_words(Call *c, Posted *p) {
    Buf all = buf_arena(c->arena, 256 * 1024);
    const Str texts[] = {p->gig.title, p->gig.description, p->gig.category_words};
    Str skill, word;
    for (size_t i = 0; i < COUNT(texts); i++) {
        buf_add(&all, texts[i]);
        buf_char(&all, ' ');
    }
    for (ListIter it = list_iter(&p->gig.skills); list_str(&it, &skill);) {
        buf_add(&all, skill);
        buf_char(&all, ' ');
    }
    p->words = ARENA_ARRAY(c->arena, GIG_WORDS_MAX, Str);
    if (all.err || !p->words)
        return E_NOMEM;
    Str rest = text_fold(c->arena, buf_str(&all));
    while (p->count < GIG_WORDS_MAX && str_split(&rest, ' ', &word))
        if (word.n)
            p->words[p->count++] = word;
    qsort(p->words, p->count, sizeof *p->words, by_bytes);
    return OK;
}

/* Is this word, or with `begins` one that begins with it, among them? */
static bool has_word(const Posted *p, Str word, bool begins) {
    size_t lo = 0, hi = p->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(p->words[mid], word) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < p->count && (begins ? str_starts(p->words[lo], word) : str_eq(p->words[lo], word));
}

static bool has_words(Arena *scratch, const Posted *p, Str search) {
    enum { PREFIX_BYTES_MIN = 2 };
    Str rest = text_fold(scratch, search), word;
    while (str_split(&rest, ' ', &word))
        if (word.n && !has_word(p, word, !rest.n && word.n >= PREFIX_BYTES_MIN))
            return false;
    return true;
}

static Err fits(Call *c, Arena *scratch, const SavedSearch *s, const Posted *p, bool *yes) {
    *yes = false;
    if (s->user == p->gig.client || p->at_ms < s->created_ms || s->last_gig == p->gig.id)
        return OK;
    arena_reset(scratch);
    GigListIn in = {.skills = s->skills, .budget_min = s->budget_min, .budget_max = s->budget_max, .deadline = s->deadline};
    Err e = gig_fits(c, &in, &p->gig, yes);
    *yes = *yes && has_words(scratch, p, s->search);
    return e;
}

static int64_t today_of(const Call *c) { return (c->now_ms + c->cfg->tz_minutes * MS_MINUTE) / MS_DAY; }

/* The person's searches know how often he was told today. */
static Err alert(Call *c, const SavedSearch *s, const Posted *p) {
    Key key = key1(SAVED_SEARCH_BY_USER, s->user);
    SavedSearch *all, row;
    size_t n;
    int64_t today = today_of(c), told = 0;
    Err e = row_all(c, &SAVED_SEARCH, SAVED_SEARCH_BY_USER, &key, SAVED_SEARCHES_MAX, &all, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        if (all[i].last_gig == p->gig.id)
            return OK; /* by another search of his */
        told += all[i].day == today ? all[i].alerted : 0;
    }
    if (e == OK)
        e = row_load(c, &SAVED_SEARCH, s->id, &row);
    if (e)
        return e;
    row.matches++;
    row.last_gig = p->gig.id;
    row.last_ms = c->now_ms;
    if (told >= SAVED_ALERTS_PER_DAY) {
        row.held++;
        row.held_day = row.held_day ? row.held_day : today;
        return rec_put(c->tx, &SAVED_SEARCH, &row);
    }
    row.alerted = row.day == today ? row.alerted + 1 : 1;
    row.day = today;
    e = rec_put(c->tx, &SAVED_SEARCH, &row);
    Notice note = {.user = s->user, .type = NOTE_SAVED_SEARCH, .gig = p->gig.id, .actor = p->gig.client, .subject = p->gig.title};
    if (e == OK)
        e = notify(c, &note);
    return e == E_MISSING ? OK : e;
}

/* Where the job is: all events up to `event` are done; of the next gig, so far, a bucket up to a search. */
typedef struct Position {
    int64_t event, bucket, last;
} Position;
static const Str meta_name = STR_INIT("saved_search.at");

static Err position(Tx *tx, Position *p) {
    Str v;
    *p = (Position){0};
    Err e = meta_get(tx, meta_name, &v);
    if (e == OK && v.n == sizeof *p)
        memcpy(p, v.p, sizeof *p);
    return e == E_MISSING ? OK : e;
}

/* The next posting behind pos->event; pos moves up to it. False in *some: there is none yet. */
static Err next_posting(Call *c, Position *pos, Posted *p, int64_t *event, bool *some) {
    RecScan *scan;
    Event ev;
    *some = false;
    Err e = rec_scan(c->tx, &EVENT, pos->event + 1, &scan);
    if (e)
        return e;
    for (size_t left = EVENTS_AT_ONCE; left && !*some && rec_scan_next(scan, &ev); left--) {
        bool maybe = ev.type == EV_GIG && ev.status == GIG_OPEN && (ev.verb == VERB_CREATED || ev.verb == VERB_STATUS);
        if (maybe && rec_get(c->tx, &GIG, ev.subject, &p->gig) == OK && p->gig.status == GIG_OPEN &&
            !(p->gig.flags & GIG_REMOVED))
            *some = ev.verb == VERB_CREATED || (p->gig.published_ms > 0 && ev.at_ms == p->gig.published_ms);
        *event = ev.id;
        p->at_ms = ev.at_ms;
        if (!*some)
            *pos = (Position){.event = ev.id};
    }
    rec_scan_close(scan);
    return *some ? row_keep(c->arena, &GIG, &p->gig) : tx_err(c->tx);
}

/* One bucket from where we are. */
static Err hold_against(Call *c, Arena *scratch, const Posted *p, int64_t category, Position *pos, size_t max, size_t *done) {
    Scan *scan;
    SavedSearch s;
    Key prefix = key1(BY_CATEGORY, category), from = key2(BY_CATEGORY, category, pos->last + 1);
    Err e = scan_open(c->tx, BY_CATEGORY, (ScanRange){.prefix = &prefix, .from = &from}, &scan);
    if (e)
        return e;
    while (e == OK && *done < max && scan_next_rec(scan, &SAVED_SEARCH, &s)) {
        bool yes;
        ++*done;
        pos->last = s.id;
        e = fits(c, scratch, &s, p, &yes);
        if (e == OK && yes) {
            e = alert(c, &s, p);
            *done += COST_OF_ALERT;
        }
    }
    scan_close(scan);
    return e ? e : tx_err(c->tx);
}

Err saved_searches_match(Call *c, size_t max, size_t *done) {
    Position pos, was;
    Posted p = {0};
    Arena scratch;
    bool some = true;
    int64_t event;
    *done = 0;
    Err e = position(c->tx, &pos);
    was = pos;
    arena_init(&scratch, SCRATCH_BYTES);
    while (e == OK && some && *done < max) {
        p = (Posted){0};
        e = next_posting(c, &pos, &p, &event, &some);
        if (e || !some)
            break;
        e = posted_words(c, &p);
        const int64_t buckets[] = {0, p.gig.category};
        *done += COST_OF_GIG;
        while (e == OK && *done < max && pos.bucket < (int64_t)COUNT(buckets)) {
            e = hold_against(c, &scratch, &p, buckets[pos.bucket], &pos, max, done);
            if (*done < max)
                pos = (Position){pos.event, pos.bucket + 1, 0};
        }
        if (e == OK && pos.bucket == (int64_t)COUNT(buckets))
            pos = (Position){.event = event};
    }
    arena_free(&scratch);
    if (e || memcmp(&pos, &was, sizeof pos) == 0)
        return e;
    return meta_put(c->tx, meta_name, str_of(&pos, sizeof pos));
}

/* ---- the digest ---- */

static Err digest_of(Call *c, int64_t user, int64_t today) {
    Key key = key1(SAVED_SEARCH_BY_USER, user);
    SavedSearch *all;
    size_t n;
    int64_t held = 0;
    Err e = row_all(c, &SAVED_SEARCH, SAVED_SEARCH_BY_USER, &key, SAVED_SEARCHES_MAX, &all, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        if (!all[i].held_day || all[i].held_day >= today)
            continue;
        held += all[i].held;
        all[i].held = all[i].held_day = 0;
        e = rec_put(c->tx, &SAVED_SEARCH, &all[i]);
    }
    if (e || !held)
        return e;
    Notice note = {.user = user, .type = NOTE_SAVED_SEARCH_DIGEST, .subject = arena_printf(c->arena, "%lld", (long long)held)};
    e = notify(c, &note);
    return e == E_MISSING ? OK : e;
}

Err saved_searches_digest(Call *c, size_t max, size_t *done) {
    int64_t today = today_of(c);
    Err e = OK;
    for (*done = 0; e == OK && *done < max; ++*done) {
        Key to = key1(BY_HELD, today);
        SavedSearch s;
        Scan *scan;
        e = scan_open(c->tx, BY_HELD, (ScanRange){.to = &to}, &scan);
        if (e)
            return e;
        bool some = scan_next_rec(scan, &SAVED_SEARCH, &s);
        scan_close(scan);
        if (!some)
            break;
        e = digest_of(c, s.user, today);
    }
    return e;
}
