#include "domain/gig.h"

#include <assert.h>

#include "domain/application.h"
#include "domain/category.h"
#include "domain/event.h"
#include "domain/file.h"
#include "domain/gig_internal.h"
#include "domain/ledger.h"
#include "domain/notify.h"
#include "domain/order.h"
#include "domain/row.h"
#include "domain/user.h"
#include "store/text.h"

static bool is_there(const void *row) { return !(((const Gig *)row)->flags & GIG_DELETED); }
static bool is_visible(const void *row) { return !(((const Gig *)row)->flags & (GIG_REMOVED | GIG_DELETED)); }
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

Str gig_skill_key(Arena *a, Str skill) {
    Str folded = text_fold(a, skill);
    return folded.n ? folded : arena_str(a, str_trim(skill));
}

static Err skill_keys(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)i64s;
    const Gig *g = row;
    Str skill;
    *n = 0;
    *strs = ARENA_ARRAY(a, g->skills.count, Str);
    if (!*strs)
        return E_NOMEM;
    for (ListIter it = list_iter(&g->skills); list_str(&it, &skill); ++*n)
        if (!((*strs)[*n] = gig_skill_key(a, skill)).n)
            return E_NOMEM;
    return OK;
}

static const Field gig_fields[] = {
    FIELD(1, Gig, client, F_I64, "who wants the work"),
    FIELD(2, Gig, title, F_STR, "what it is"),
    FIELD(3, Gig, description, F_STR, "what exactly"),
    FIELD(4, Gig, category, F_I64, "registry category"),
    FIELD(5, Gig, skills, F_STRS, "skills wanted"),
    FIELD(6, Gig, budget_type, F_I32, "fixed, hourly, milestone"),
    FIELD(7, Gig, status, F_I32, "open, in progress, completed, cancelled"),
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
};

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
     .parts = {{.type = F_STRS, .of = skill_keys}, {.tag = TAG_STATUS}, {.tag = TAG_CREATED}, BOOSTED, {.tag = TAG_CATEGORY}, {.tag = TAG_BUDGET_MIN}, {.tag = TAG_BUDGET_MAX},
               {.tag = TAG_DEADLINE}}},
    {.id = 27, .kind = IX_ORDERED, .part_count = 2, .counted = 2, .name = "gig_client", .doc = "of a client", .when = is_there, .parts = {{.tag = 1}, {.tag = TAG_STATUS}}},
    {.id = 28, .kind = IX_TEXT, .name = "gig_text", .doc = "words of open gigs", .when = is_open, .text = WORDS},
    {.id = 29, .kind = IX_TEXT, .name = "gig_past_text", .doc = "words of the others", .when = is_past, .text = WORDS},
    {.id = 30, .kind = IX_ORDERED, .part_count = 1, .name = "gig_to_answer", .doc = "whose applications wait to be rejected", .parts = {{.tag = TAG_STATUS}}, .when = is_answering},
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

/* ---- one's own ---- */

static Err own_gig(Call *c, int64_t id, Gig *out) {
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &GIG, id, out);
    if (e == OK && (out->flags & GIG_DELETED))
        e = E_MISSING;
    if (e == OK && out->client != c->actor.user)
        e = E_FORBIDDEN;
    return e;
}

static Err bad_state(Call *c, const char *message) { return diag_fail(c->diag, E_STATE, "INVALID_STATE", str_c0(message)); }

static Err gig_event(Call *c, const Gig *g, EventVerb verb) {
    Event ev = {.type = EV_GIG, .verb = verb, .subject = g->id, .gig = g->id, .status = g->status};
    return event_emit(c, &ev);
}

static Err store_gig(Call *c, const Gig *g, EventVerb verb) {
    Err e = rec_put(c->tx, &GIG, g);
    return e ? e : gig_event(c, g, verb);
}

/* ---- posting and changing ---- */

static Err edit_text(Call *c, Str given, size_t min, size_t max, Str field, Str *to) {
    Str v = str_trim(given);
    size_t n = str_utf8_len(v);
    *to = v;
    if (n >= min && n <= max)
        return OK;
    return diag_field(c->diag, E_INVALID, field, arena_printf(c->arena, "must have %zu to %zu characters", min, max));
}

static Err edit_skills(Call *c, const List *given, List *to) {
    Str skill, kept[GIG_SKILLS_MAX], keys[GIG_SKILLS_MAX];
    size_t n = 0;
    for (ListIter it = list_iter(given); list_str(&it, &skill);) {
        skill = str_trim(skill);
        Str key = gig_skill_key(c->arena, skill);
        bool twice = false;
        for (size_t i = 0; i < n; i++)
            twice |= str_eq(keys[i], key);
        if (twice)
            continue;
        if (n == GIG_SKILLS_MAX || skill.n == 0 || str_utf8_len(skill) > USER_SKILL_MAX)
            return diag_field(c->diag, E_INVALID, S("skills"),
                              arena_printf(c->arena, "at most %d skills of 1 to %d characters", GIG_SKILLS_MAX, USER_SKILL_MAX));
        keys[n] = key;
        kept[n++] = skill;
    }
    *to = list_of_strs(c->arena, kept, n);
    return n && !to->p ? E_NOMEM : OK;
}

static Err edit_category(Call *c, Str given, Gig *g) {
    Category cat;
    Err e = category_find(c->tx, given, &cat);
    if (e == E_MISSING || (e == OK && cat.hidden && cat.id != g->category))
        return diag_field(c->diag, E_INVALID, S("category"), S("is not a category of this marketplace"));
    if (e)
        return e;
    g->category = cat.id;
    g->category_words = cat.name;
    return OK;
}

static Err edit_budget(Call *c, const GigEdit *in, Gig *g) {
    bool min = HAS(in, GIG_SET_BUDGET_MIN), max = HAS(in, GIG_SET_BUDGET_MAX);
    if (min)
        g->budget_min = in->budget_min;
    if (max)
        g->budget_max = in->budget_max;
    if (min && !max && in->id == 0)
        g->budget_max = g->budget_min;
    if (max && !min && in->id == 0)
        g->budget_min = g->budget_max;
    if (!min && !max)
        return in->id ? OK : diag_field(c->diag, E_INVALID, S("budget_max"), S("is required"));
    Err e = OK;
    if (g->budget_min <= 0 || g->budget_min > MONEY_MAX)
        e = diag_field(c->diag, E_INVALID, S("budget_min"), S("must be a positive amount"));
    if (g->budget_max <= 0 || g->budget_max > MONEY_MAX)
        e = diag_field(c->diag, E_INVALID, S("budget_max"), S("must be a positive amount"));
    if (e == OK && g->budget_min > g->budget_max)
        e = diag_field(c->diag, E_INVALID, S("budget_min"), S("must not be more than the largest budget"));
    return e;
}

static Err edit_place(Call *c, const GigEdit *in, Gig *g) {
    if (HAS(in, GIG_SET_LAT) != HAS(in, GIG_SET_LON))
        return diag_field(c->diag, E_INVALID, HAS(in, GIG_SET_LAT) ? S("lon_e6") : S("lat_e6"),
                          S("latitude and longitude go together"));
    if (!HAS(in, GIG_SET_LAT))
        return OK;
    if (in->lat_e6 < -90000000 || in->lat_e6 > 90000000)
        return diag_field(c->diag, E_INVALID, S("lat_e6"), S("must be from -90 to 90"));
    if (in->lon_e6 < -180000000 || in->lon_e6 > 180000000)
        return diag_field(c->diag, E_INVALID, S("lon_e6"), S("must be from -180 to 180"));
    g->lat_e6 = in->lat_e6;
    g->lon_e6 = in->lon_e6;
    g->flags |= GIG_HAS_PLACE;
    return OK;
}

/* Applies what was given to g; all faults in one answer. Checks only: files are marked by the caller. */
static Err edit_gig(Call *c, const GigEdit *in, Gig *g) {
    bool post = in->id == 0;
    Err e = OK, fault;
    if ((post || HAS(in, GIG_SET_TITLE)) &&
        (fault = edit_text(c, in->title, GIG_TITLE_MIN, GIG_TITLE_MAX, S("title"), &g->title)))
        e = fault;
    if ((post || HAS(in, GIG_SET_DESCRIPTION)) &&
        (fault = edit_text(c, in->description, 1, GIG_DESCRIPTION_MAX, S("description"), &g->description)))
        e = fault;
    if ((post || HAS(in, GIG_SET_CATEGORY)) && (fault = edit_category(c, in->category, g)))
        e = fault;
    if (HAS(in, GIG_SET_SKILLS) && (fault = edit_skills(c, &in->skills, &g->skills)))
        e = fault;
    if ((fault = edit_budget(c, in, g)))
        e = fault;
    if ((fault = edit_place(c, in, g)))
        e = fault;
    if (HAS(in, GIG_SET_PLACE) && (fault = edit_text(c, in->place, 0, 200, S("place"), &g->place)))
        e = fault;
    if (HAS(in, GIG_SET_BUDGET_TYPE))
        g->budget_type = in->budget_type;
    if (HAS(in, GIG_SET_DEADLINE)) {
        g->deadline_ms = in->deadline_ms;
        if (in->deadline_ms && in->deadline_ms <= c->now_ms)
            e = diag_field(c->diag, E_INVALID, S("deadline_ms"), S("must be in the future"));
    }
    if (e == OK && HAS(in, GIG_SET_FILES)) {
        e = files_show(c, &in->files, GIG_FILES_MAX, S("files"));
        g->files = in->files;
    }
    return e;
}

Err gig_post(Call *c, const void *input, void *result) {
    Gig *g = result;
    *g = (Gig){.client = c->actor.user,
               .status = GIG_OPEN,
               .budget_type = BUDGET_FIXED,
               .created_ms = c->now_ms,
               .updated_ms = c->now_ms};
    Err e = call_signed_in(c);
    if (e == OK)
        e = edit_gig(c, input, g);
    if (e == OK)
        e = rec_insert(c->tx, &GIG, g);
    return e ? e : gig_event(c, g, VERB_CREATED);
}

Err gig_update(Call *c, const void *input, void *result) {
    const GigEdit *in = input;
    Gig *g = result;
    Err e = own_gig(c, in->id, g);
    if (e)
        return e;
    if (g->status != GIG_OPEN)
        return bad_state(c, "only an open gig can be changed");
    e = edit_gig(c, in, g);
    g->updated_ms = c->now_ms;
    return e ? e : store_gig(c, g, VERB_UPDATED);
}

Err gig_delete(Call *c, const void *input, void *result) {
    (void)result;
    Gig g;
    int64_t orders;
    Err e = own_gig(c, ((const IdIn *)input)->id, &g);
    if (e)
        return e;
    /* What orders refer to stays: a gig that led to one is closed, not deleted. */
    Key key = key1(ORDER_BY_GIG, g.id);
    e = index_count(c->tx, ORDER_BY_GIG, &key, &orders);
    if (e == OK && orders)
        return bad_state(c, "a gig that led to an order cannot be deleted");
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
    return e ? e : gig_event(c, &g, VERB_DELETED);
}

static Err move(Call *c, int64_t id, GigStatus from, GigStatus to, const char *otherwise, Gig *g) {
    Err e = own_gig(c, id, g);
    if (e == OK && g->status != (int32_t)from)
        return bad_state(c, otherwise);
    g->status = to;
    if (to == GIG_OPEN)
        g->flags &= ~GIG_ANSWERING; /* who still waits may be chosen again */
    g->updated_ms = c->now_ms;
    return e ? e : store_gig(c, g, VERB_STATUS);
}

Err gig_close(Call *c, const void *in, void *out) {
    return move(c, ((const IdIn *)in)->id, GIG_OPEN, GIG_CANCELLED, "only an open gig can be closed", out);
}

Err gig_reopen(Call *c, const void *in, void *out) {
    return move(c, ((const IdIn *)in)->id, GIG_CANCELLED, GIG_OPEN, "only a closed gig can be opened again", out);
}

/* ---- reading ---- */

Err gig_get(Call *c, const void *in, void *result) {
    Gig *g = result;
    Err e = row_load(c, &GIG, ((const IdIn *)in)->id, g);
    if (e)
        return e;
    bool own = c->actor.user == g->client, moderator = c->actor.rights & (RIGHT_ADMIN | RIGHT_MODERATOR);
    if ((g->flags & GIG_DELETED) || ((g->flags & GIG_REMOVED) && !own && !moderator))
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
    return store_gig(c, &g, VERB_STATUS);
}

Err gig_set_boost(Call *c, int64_t id, int64_t until_ms) {
    Gig g;
    Err e = row_load(c, &GIG, id, &g);
    if (e)
        return e == E_MISSING ? OK : e;
    g.boosted_until_ms = until_ms;
    return store_gig(c, &g, VERB_UPDATED);
}

Err gig_count_application(Call *c, int64_t id, int delta) {
    Gig g;
    Err e = row_load(c, &GIG, id, &g);
    if (e)
        return e;
    g.applications_count += delta;
    return rec_put(c->tx, &GIG, &g);
}
