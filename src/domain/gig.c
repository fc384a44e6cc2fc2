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
#include "store/text.h"

static bool is_visible(const void *row) { return !(((const Gig *)row)->flags & GIG_REMOVED); }
static bool is_open(const void *row) { return is_visible(row) && ((const Gig *)row)->status == GIG_OPEN; }
static bool is_past(const void *row) { return is_visible(row) && ((const Gig *)row)->status != GIG_OPEN; }

static Err boosted_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    *i64s = ARENA_ARRAY(a, 1, int64_t);
    if (!*i64s)
        return E_NOMEM;
    **i64s = ((const Gig *)row)->boosted_until_ms != 0;
    *n = 1;
    return OK;
}

static Err folded_skills(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)i64s;
    const Gig *g = row;
    Str skill;
    *n = 0;
    *strs = ARENA_ARRAY(a, g->skills.count, Str);
    if (!*strs)
        return E_NOMEM;
    for (ListIter it = list_iter(&g->skills); list_str(&it, &skill);)
        (*strs)[(*n)++] = text_fold(a, skill);
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
};

/* Sorted walks: status, value, boosted. The value's tag differs. */
// clang-format off
#define SORTED(id_, name_, tag_, doc_) \
    {.id = id_, .kind = IX_ORDERED, .part_count = 3, .counted = 1, .name = name_, .doc = doc_, .when = is_visible, \
     .parts = {{.tag = 7}, {.tag = tag_}, {.type = F_I64, .of = boosted_part}}}
static const Index gig_indexes[] = {
    {.id = 20, .kind = IX_ORDERED, .part_count = 4, .counted = 2, .name = "gig_category", .doc = "of a category, newest last", .when = is_visible,
     .parts = {{.tag = 7}, {.tag = 4}, {.tag = 19}, {.type = F_I64, .of = boosted_part}}},
    SORTED(21, "gig_created", 19, "by age"),
    SORTED(22, "gig_deadline", 11, "by deadline"),
    SORTED(23, "gig_budget_min", 9, "by least budget"),
    SORTED(24, "gig_budget_max", 10, "by most budget"),
    SORTED(25, "gig_applications", 13, "by number of applications"),
    {.id = 26, .kind = IX_ORDERED, .part_count = 3, .counted = 2, .name = "gig_skill", .doc = "by skill wanted", .when = is_visible,
     .parts = {{.type = F_STRS, .of = folded_skills}, {.tag = 7}, {.tag = 19}}},
    {.id = 27, .kind = IX_ORDERED, .part_count = 2, .counted = 2, .name = "gig_client", .doc = "of a client", .parts = {{.tag = 1}, {.tag = 7}}},
    {.id = 28, .kind = IX_TEXT, .name = "gig_text", .doc = "words of open gigs", .when = is_open,
     .text = {{.tag = 2, .weight = 4}, {.tag = 3, .weight = 1}, {.tag = 5, .weight = 2}}},
    {.id = 29, .kind = IX_TEXT, .name = "gig_past_text", .doc = "words of the others", .when = is_past,
     .text = {{.tag = 2, .weight = 4}, {.tag = 3, .weight = 1}, {.tag = 5, .weight = 2}}},
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

/* ---- one's own ---- */

static Err own_gig(Call *c, int64_t id, Gig *out) {
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &GIG, id, out);
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
    Str skill, kept[GIG_SKILLS_MAX];
    size_t n = 0;
    for (ListIter it = list_iter(given); list_str(&it, &skill);) {
        skill = str_trim(skill);
        bool twice = false;
        for (size_t i = 0; i < n; i++)
            twice |= str_eq(text_fold(c->arena, kept[i]), text_fold(c->arena, skill));
        if (twice)
            continue;
        if (n == GIG_SKILLS_MAX || skill.n == 0 || str_utf8_len(skill) > 50)
            return diag_field(c->diag, E_INVALID, S("skills"),
                              arena_printf(c->arena, "at most %d skills of 1 to 50 characters", GIG_SKILLS_MAX));
        kept[n++] = skill;
    }
    *to = list_of_strs(c->arena, kept, n);
    return to->count == n ? OK : E_NOMEM;
}

static Err edit_category(Call *c, Str given, int64_t *to) {
    Category cat;
    Err e = category_find(c->tx, given, &cat);
    if (e == E_MISSING)
        return diag_field(c->diag, E_INVALID, S("category"), S("is not a category of this marketplace"));
    *to = cat.id;
    return e;
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
        return diag_field(c->diag, E_INVALID, HAS(in, GIG_SET_LAT) ? S("lon_e6") : S("lat_e6"), S("latitude and longitude go together"));
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
    if ((post || HAS(in, GIG_SET_TITLE)) && (fault = edit_text(c, in->title, GIG_TITLE_MIN, GIG_TITLE_MAX, S("title"), &g->title)))
        e = fault;
    if ((post || HAS(in, GIG_SET_DESCRIPTION)) &&
        (fault = edit_text(c, in->description, 1, GIG_DESCRIPTION_MAX, S("description"), &g->description)))
        e = fault;
    if ((post || HAS(in, GIG_SET_CATEGORY)) && (fault = edit_category(c, in->category, &g->category)))
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
        e = files_use(c, &in->files, GIG_FILES_MAX, 0, 0, S("files"));
        g->files = in->files;
    }
    return e;
}

Err gig_post(Call *c, const void *input, void *result) {
    Gig *g = result;
    *g = (Gig){.client = c->actor.user, .status = GIG_OPEN, .budget_type = BUDGET_FIXED, .created_ms = c->now_ms, .updated_ms = c->now_ms};
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
        e = rec_delete(c->tx, &GIG, g.id);
    g.status = GIG_CANCELLED;
    return e ? e : gig_event(c, &g, VERB_DELETED);
}

static Err move(Call *c, int64_t id, GigStatus from, GigStatus to, const char *otherwise, Gig *g) {
    Err e = own_gig(c, id, g);
    if (e == OK && g->status != (int32_t)from)
        return bad_state(c, otherwise);
    g->status = to;
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
    if ((g->flags & GIG_REMOVED) && !own && !moderator)
        return E_MISSING;
    g->views_count += gig_views_count(g->id, own ? 0 : 1);
    return OK;
}

/* ---- for other domain code ---- */

Err gig_set_status(Call *c, int64_t id, GigStatus status) {
    Gig g;
    Err e = row_load(c, &GIG, id, &g);
    if (e || g.status == (int32_t)status)
        return e == E_MISSING ? OK : e;
    g.status = status;
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
