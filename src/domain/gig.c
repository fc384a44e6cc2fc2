#include "domain/gig.h"

#include <assert.h>

#include "domain/application.h"
#include "domain/geo.h"
#include "domain/gig_internal.h"
#include "domain/order.h"
#include "domain/row.h"
#include "domain/saved.h"
#include "domain/skill.h"
#include "domain/usage.h"
#include "store/text.h"

static bool is_there(const void *row) { return !(((const Gig *)row)->flags & GIG_DELETED); }
static bool is_visible(const void *row) { return !(((const Gig *)row)->flags & (GIG_REMOVED | GIG_DELETED)); }
static bool is_removed(const void *row) { return (((const Gig *)row)->flags & (GIG_REMOVED | GIG_DELETED)) == GIG_REMOVED; }
static bool is_answering(const void *row) { return ((const Gig *)row)->flags & GIG_ANSWERING; }
static bool is_open(const void *row) { return is_visible(row) && ((const Gig *)row)->status == GIG_OPEN; }
static bool is_past(const void *row) { return is_visible(row) && ((const Gig *)row)->status != GIG_OPEN; }

static Err one_part(Arena *a, int64_t v, size_t *n, int64_t **i64s) {
    *i64s = ARENA_ARRAY(a, 1, int64_t);
    if (!*i64s)
        return E_NOMEM;
    **i64s = v;
    *n = 1;
    return OK;
}

Err gig_boosted_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    return one_part(a, ((const Gig *)row)->boosted_until_ms != 0, n, i64s);
}

/* The id stands before what filters want, so that equals are sorted by age. */
static Err id_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    return one_part(a, ((const Gig *)row)->id, n, i64s);
}

static Err removed_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    return one_part(a, ((const Gig *)row)->flags & GIG_SUSPENDED ? DOWN_WITH_OWNER : DOWN_BY_ITSELF, n, i64s);
}

static Err skill_parts(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)i64s;
    return skill_keys(a, &((const Gig *)row)->skills, n, strs);
}

static const Field gig_fields[] = {
    FIELD(1, Gig, client, F_I64, "who wants the work"),
    FIELD(2, Gig, title, F_STR, "what it is"),
    FIELD(3, Gig, description, F_STR, "what exactly"),
    FIELD(4, Gig, category, F_I64, "registry category"),
    FIELD(5, Gig, skills, F_STRS, "skills wanted"),
    FIELD(6, Gig, budget_type, F_I32, "fixed, hourly, milestone"),
    FIELD(7, Gig, status, F_I32, "open, in progress, completed, cancelled, draft, paused"),
    FIELD(8, Gig, flags, F_I32, "has a place; taken down"),
    FIELD(9, Gig, budget_min, F_I64, "least budget, minor units"),
    FIELD(10, Gig, budget_max, F_I64, "most budget, minor units"),
    FIELD(11, Gig, deadline_ms, F_I64, "when it must be done"),
    FIELD(12, Gig, files, F_I64S, "attachments"),
    FIELD(13, Gig, applications_count, F_I64, "applications not withdrawn"),
    FIELD(14, Gig, views_count, F_I64, "times it was read"),
    FIELD(15, Gig, boosted_until_ms, F_I64, "ranks first among equals until"),
    FIELD(16, Gig, lat_e6, F_I32, "latitude"),
    FIELD(17, Gig, lon_e6, F_I32, "longitude"),
    FIELD(18, Gig, place, F_STR, "where, in words"),
    FIELD(19, Gig, created_ms, F_I64, "posted"),
    FIELD(20, Gig, updated_ms, F_I64, "last changed by its owner"),
    FIELD(21, Gig, category_words, F_STR, "name of the category, for searching"),
    FIELD(22, Gig, ai_tools, F_STRS, "AI tools wanted"),
    FIELD(23, Gig, duration, F_STR, "how long it takes"),
    FIELD(24, Gig, location_type, F_I32, "remote, onsite, hybrid"),
    FIELD(25, Gig, unsaid, F_I32, "bounds of the budget that were not named"),
    FIELD(26, Gig, published_ms, F_I64, "when a draft was posted"),
    FIELD(30, Gig, timeline_days, F_I32, "days it is wanted within"),
    FIELD(31, Gig, scope, F_STR, "how large the work is"),
    FIELD(32, Gig, urgent, F_BOOL, "wanted at once"),
    FIELD(37, Gig, duration_hours, F_I32, "hours it takes"),
    FIELD(38, Gig, starts_at, F_STR, "when it begins, as written"),
    FIELD(39, Gig, image_urls, F_STRS, "where its pictures are"),
    FIELD(45, Gig, removed_reason, F_STR, "why a moderator took it down"),
};

static Err cell_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    const Gig *g = row;
    return one_part(a, geo_cell(g->lat_e6, g->lon_e6), n, i64s);
}
static bool is_placed(const void *row) { return is_visible(row) && ((const Gig *)row)->flags & GIG_HAS_PLACE; }

// clang-format off
#define BOOSTED {.type = F_I64, .of = gig_boosted_part}
#define ID {.type = F_I64, .of = id_part}
enum { TAG_CATEGORY = 4, TAG_STATUS = 7, TAG_BUDGET_MIN = 9, TAG_BUDGET_MAX = 10, TAG_DEADLINE = 11, TAG_APPLICATIONS = 13, TAG_CREATED = 19 };
/* By `value_`, and the other things that filters ask for. */
#define SORTED(id_, parts_, name_, doc_, value_, ...) \
    {.id = id_, .kind = IX_ORDERED, .part_count = parts_, .counted = 1, .name = name_, .doc = doc_, .when = is_visible, \
     .parts = {{.tag = TAG_STATUS}, {.tag = value_}, BOOSTED, ID, {.tag = TAG_CATEGORY}, __VA_ARGS__}}
#define WORDS {{.tag = 2, .weight = 4}, {.tag = 3, .weight = 1}, {.tag = 5, .weight = 2}, {.tag = 21, .weight = 1}}
static const Index gig_indexes[] = {
    {.id = 20, .kind = IX_ORDERED, .part_count = 8, .counted = 2, .name = "gig_category", .doc = "of a category, newest last", .when = is_visible,
     .parts = {{.tag = TAG_STATUS}, {.tag = TAG_CATEGORY}, {.tag = TAG_CREATED}, BOOSTED, ID, {.tag = TAG_BUDGET_MIN}, {.tag = TAG_BUDGET_MAX}, {.tag = TAG_DEADLINE}}},
    SORTED(21, 8, "gig_created", "by age", TAG_CREATED, {.tag = TAG_BUDGET_MIN}, {.tag = TAG_BUDGET_MAX}, {.tag = TAG_DEADLINE}),
    SORTED(22, 8, "gig_deadline", "by deadline", TAG_DEADLINE, {.tag = TAG_BUDGET_MIN}, {.tag = TAG_BUDGET_MAX}, {.tag = TAG_CREATED}),
    SORTED(23, 7, "gig_budget_min", "by least budget", TAG_BUDGET_MIN, {.tag = TAG_BUDGET_MAX}, {.tag = TAG_DEADLINE}),
    SORTED(24, 7, "gig_budget_max", "by most budget", TAG_BUDGET_MAX, {.tag = TAG_BUDGET_MIN}, {.tag = TAG_DEADLINE}),
    SORTED(25, 8, "gig_applications", "by number of applications", TAG_APPLICATIONS, {.tag = TAG_BUDGET_MIN}, {.tag = TAG_BUDGET_MAX}, {.tag = TAG_DEADLINE}),
    {.id = 26, .kind = IX_ORDERED, .part_count = 8, .counted = 2, .name = "gig_skill", .doc = "by skill wanted", .when = is_visible,
     .parts = {{.type = F_STRS, .of = skill_parts}, {.tag = TAG_STATUS}, {.tag = TAG_CREATED}, BOOSTED, {.tag = TAG_CATEGORY}, {.tag = TAG_BUDGET_MIN}, {.tag = TAG_BUDGET_MAX},
               {.tag = TAG_DEADLINE}}},
    {.id = 27, .kind = IX_ORDERED, .part_count = 2, .counted = 2, .name = "gig_client", .doc = "of a client", .when = is_there, .parts = {{.tag = 1}, {.tag = TAG_STATUS}}},
    {.id = 28, .kind = IX_TEXT, .name = "gig_text", .doc = "words of open gigs", .when = is_open, .text = WORDS},
    {.id = 29, .kind = IX_TEXT, .name = "gig_past_text", .doc = "words of the others", .when = is_past, .text = WORDS},
    {.id = 30, .kind = IX_ORDERED, .part_count = 1, .name = "gig_to_answer", .doc = "whose applications wait to be rejected", .parts = {{.tag = TAG_STATUS}}, .when = is_answering},
    {.id = 15, .kind = IX_ORDERED, .part_count = 5, .name = "gig_place", .doc = "by where they are", .when = is_placed,
     .parts = {{.tag = TAG_STATUS}, {.type = F_I64, .of = cell_part}, {.tag = 16}, {.tag = 17}, {.tag = TAG_BUDGET_MAX}}},
    {.id = 94, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "gig_removed", .doc = "taken down", .parts = {{.type = F_I64, .of = removed_part}}, .when = is_removed},
};
// clang-format on
const Record GIG = {.kind = 4,
                    .size = sizeof(Gig),
                    .name = "gig",
                    .doc = "work wanted",
                    .fields = gig_fields,
                    .field_count = COUNT(gig_fields),
                    .indexes = gig_indexes,
                    .index_count = COUNT(gig_indexes)};
const Index *const GIG_BY_CATEGORY = &gig_indexes[0];
const Index *const GIG_BY_CREATED = &gig_indexes[1];
const Index *const GIG_BY_DEADLINE = &gig_indexes[2];
const Index *const GIG_BY_BUDGET_MIN = &gig_indexes[3];
const Index *const GIG_BY_BUDGET_MAX = &gig_indexes[4];
const Index *const GIG_BY_APPLICATIONS = &gig_indexes[5];
const Index *const GIG_BY_SKILL = &gig_indexes[6];
const Index *const GIG_BY_CLIENT = &gig_indexes[7];
const Index *const GIG_TEXT = &gig_indexes[8];
const Index *const GIG_PAST_TEXT = &gig_indexes[9];
const Index *const GIG_TO_ANSWER = &gig_indexes[10];
const Index *const GIG_BY_PLACE = &gig_indexes[11];
const Index *const GIG_TAKEN_DOWN = &gig_indexes[12];

/* ---- one's own ---- */

Err gig_own(Call *c, int64_t id, Gig *out) {
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &GIG, id, out);
    if (e == OK && (out->flags & GIG_DELETED))
        e = E_MISSING;
    if (e == OK && out->client != c->actor.user)
        e = E_FORBIDDEN;
    return e;
}

Err gig_bad_state(Call *c, const char *message) { return diag_fail(c->diag, E_STATE, "INVALID_STATE", str_c0(message)); }

Err gig_event(Call *c, const Gig *g, EventVerb verb) {
    Event ev = {.type = EV_GIG, .verb = verb, .subject = g->id, .gig = g->id, .status = g->status};
    return event_emit(c, &ev);
}

Err gig_store(Call *c, const Gig *g, EventVerb verb) {
    Err e = rec_put(c->tx, &GIG, g);
    return e ? e : gig_event(c, g, verb);
}

/* ---- posting and changing ---- */

Err gig_post(Call *c, const void *input, void *result) {
    const GigEdit *in = input;
    Gig *g = result;
    *g = (Gig){.client = c->actor.user,
               .status = in->status == GIG_DRAFT || in->status == GIG_PAUSED ? in->status : GIG_OPEN,
               .published_ms = in->status == GIG_DRAFT ? -1 : 0,
               .budget_type = BUDGET_FIXED,
               .created_ms = c->now_ms,
               .updated_ms = c->now_ms};
    Err e = call_signed_in(c);
    if (e == OK)
        e = gig_edit(c, in, g);
    if (e == OK && g->status != GIG_DRAFT)
        e = usage_count_post(c);
    if (e == OK)
        e = skills_register(c, &g->skills);
    if (e == OK)
        e = rec_insert(c->tx, &GIG, g);
    return e ? e : gig_event(c, g, VERB_CREATED);
}

static bool list_same(const List *a, const List *b) {
    return a->bytes == b->bytes && (!a->bytes || !memcmp(a->p, b->p, a->bytes));
}

/* What somebody who thinks of taking it would want to know anew. */
static bool terms_changed(const Gig *a, const Gig *b) {
    const Str was[] = {a->title, a->description, a->duration, a->scope, a->place},
              is[] = {b->title, b->description, b->duration, b->scope, b->place};
    for (size_t i = 0; i < COUNT(was); i++)
        if (!str_eq(was[i], is[i]))
            return true;
    return a->category != b->category || a->budget_type != b->budget_type || a->budget_min != b->budget_min ||
           a->budget_max != b->budget_max || a->deadline_ms != b->deadline_ms || a->location_type != b->location_type ||
           a->timeline_days != b->timeline_days || a->urgent != b->urgent || !list_same(&a->skills, &b->skills) ||
           !list_same(&a->ai_tools, &b->ai_tools);
}

Err gig_update(Call *c, const void *input, void *result) {
    const GigEdit *in = input;
    Gig *g = result;
    Err e = gig_own(c, in->id, g);
    if (e)
        return e;
    if (g->status != GIG_OPEN && g->status != GIG_PAUSED && g->status != GIG_DRAFT)
        return gig_bad_state(c, "only an open gig can be changed");
    const Gig before = *g;
    e = gig_edit(c, in, g);
    g->updated_ms = c->now_ms;
    if (e == OK)
        e = skills_register(c, &g->skills);
    if (e == OK)
        e = gig_store(c, g, VERB_UPDATED);
    return e || !terms_changed(&before, g) ? e : gig_tell(c, g);
}

Err gig_delete(Call *c, const void *input, void *result) {
    (void)result;
    Gig g;
    int64_t orders;
    Err e = gig_own(c, ((const IdIn *)input)->id, &g);
    if (e)
        return e;
    /* What orders refer to stays: a gig that led to one is closed, not deleted. */
    Key key = key1(ORDER_BY_GIG, g.id);
    e = index_count(c->tx, ORDER_BY_GIG, &key, &orders);
    if (e == OK && orders)
        return gig_bad_state(c, "a gig that led to an order cannot be deleted");
    if (e == OK)
        e = application_reject_others(c, g.id, 0);
    if (e == OK)
        e = row_load(c, &GIG, g.id, &g);
    g.status = GIG_CANCELLED;
    if (e == OK && (g.flags & GIG_ANSWERING)) {
        g.flags |= GIG_DELETED;
        e = rec_put(c->tx, &GIG, &g);
    } else if (e == OK) {
        e = rec_delete(c->tx, &GIG, g.id);
    }
    if (e == OK)
        e = saved_forget(c, g.id);
    return e ? e : gig_event(c, &g, VERB_DELETED);
}

/* ---- how it stands ---- */

/* A draft that is posted for the first time counts as a post. */
static Err set_state(Call *c, Gig *g, GigStatus to) {
    Err e = OK;
    if (to == GIG_OPEN) {
        g->flags &= ~GIG_ANSWERING; /* who still waits may be chosen again */
        if (g->published_ms < 0) {
            e = usage_count_post(c);
            g->published_ms = c->now_ms;
        }
    }
    g->status = to;
    g->updated_ms = c->now_ms;
    if (e == OK)
        e = gig_store(c, g, VERB_STATUS);
    return e ? e : gig_tell(c, g);
}

Err gig_close(Call *c, const void *in, void *out) {
    Gig *g = out;
    Err e = gig_own(c, ((const IdIn *)in)->id, g);
    if (e == OK && g->status != GIG_OPEN)
        return gig_bad_state(c, "only an open gig can be closed");
    return e ? e : set_state(c, g, GIG_CANCELLED);
}

Err gig_reopen(Call *c, const void *in, void *out) {
    Gig *g = out;
    Err e = gig_own(c, ((const IdIn *)in)->id, g);
    if (e == OK && g->status != GIG_CANCELLED && g->status != GIG_PAUSED && g->status != GIG_DRAFT)
        return gig_bad_state(c, "only a closed gig can be opened again");
    return e ? e : set_state(c, g, GIG_OPEN);
}

Err gig_set_state(Call *c, const void *input, void *out) {
    const GigStateIn *in = input;
    Gig *g = out;
    int64_t done;
    Err e = gig_own(c, in->id, g);
    bool filled = g->status == GIG_IN_PROGRESS && in->status == GIG_COMPLETED; /* somebody was found, and is at it */
    if (e || g->status == in->status || filled)
        return e;
    Key key = key2(ORDER_BY_GIG, g->id, ORDER_COMPLETED);
    e = index_count(c->tx, ORDER_BY_GIG, &key, &done);
    if (e)
        return e;
    if (g->status == GIG_IN_PROGRESS || done)
        return gig_bad_state(c, "work on this gig is under way or was done");
    return set_state(c, g, (GigStatus)in->status);
}

int32_t gig_days(const Gig *g) {
    if (g->timeline_days || g->deadline_ms <= g->created_ms)
        return g->timeline_days;
    return (int32_t)((g->deadline_ms - g->created_ms + MS_DAY - 1) / MS_DAY);
}

LocationType gig_location(const Gig *g) {
    if (g->location_type)
        return (LocationType)g->location_type;
    return g->place.n || (g->flags & GIG_HAS_PLACE) ? LOCATION_ONSITE : LOCATION_REMOTE;
}

/* ---- reading ---- */

Err gig_get(Call *c, const void *in, void *result) {
    Gig *g = result;
    Err e = row_load(c, &GIG, ((const IdIn *)in)->id, g);
    if (e)
        return e;
    bool own = c->actor.user == g->client, moderator = c->actor.rights & (RIGHT_ADMIN | RIGHT_MODERATOR);
    bool hidden = (g->flags & GIG_REMOVED) || g->status == GIG_DRAFT;
    if ((g->flags & GIG_DELETED) || (hidden && !own && !moderator))
        return E_MISSING;
    g->views_count += gig_views_count(g->id, own ? 0 : 1, g->views_count);
    return OK;
}

/* ---- for other domain code ---- */

Err gig_set_status(Call *c, int64_t id, GigStatus status) {
    Gig g;
    Err e = row_load(c, &GIG, id, &g);
    if (e || g.status == (int32_t)status)
        return e == E_MISSING ? OK : e;
    g.status = status;
    if (status == GIG_OPEN)
        g.flags &= ~GIG_ANSWERING;
    e = gig_store(c, &g, VERB_STATUS);
    return e ? e : gig_tell(c, &g);
}

Err gig_set_boost(Call *c, int64_t id, int64_t until_ms) {
    Gig g;
    Err e = row_load(c, &GIG, id, &g);
    if (e)
        return e == E_MISSING ? OK : e;
    g.boosted_until_ms = until_ms;
    return gig_store(c, &g, VERB_UPDATED);
}

Err gig_count_application(Call *c, int64_t id, int delta) {
    Gig g;
    Err e = row_load(c, &GIG, id, &g);
    if (e)
        return e;
    g.applications_count += delta;
    return rec_put(c->tx, &GIG, &g);
}
