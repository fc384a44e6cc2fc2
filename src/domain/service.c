#include "domain/service.h"

#include "domain/category.h"
#include "domain/event.h"
#include "domain/file.h"
#include "domain/ledger.h"
#include "domain/link.h"
#include "domain/order.h"
#include "domain/row.h"
#include "domain/service_internal.h"
#include "domain/skill.h"

bool service_orderable(const Service *s) { return s->active && s->flags == 0; }

static bool is_listed(const void *row) { return service_orderable(row); }
static bool not_deleted(const void *row) { return !(((const Service *)row)->flags & SERVICE_DELETED); }

static Err removed_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    *i64s = ARENA_NEW(a, int64_t);
    if (!*i64s)
        return E_NOMEM;
    **i64s = (((const Service *)row)->flags & (SERVICE_REMOVED | SERVICE_SUSPENDED)) == SERVICE_REMOVED;
    *n = 1;
    return OK;
}

static Err listed_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    *i64s = ARENA_NEW(a, int64_t);
    if (!*i64s)
        return E_NOMEM;
    **i64s = service_orderable(row);
    *n = 1;
    return OK;
}

static const Field service_fields[] = {
    FIELD(1, Service, doer, F_I64, "who offers it"),
    FIELD(2, Service, title, F_STR, "what it is"),
    FIELD(3, Service, description, F_STR, "what exactly"),
    FIELD(4, Service, category, F_I64, "registry category"),
    FIELD(5, Service, skills, F_STRS, "skills used"),
    FIELD(6, Service, features, F_STRS, "what is included"),
    FIELD(7, Service, price, F_I64, "minor units"),
    FIELD(8, Service, delivery_days, F_I32, "days until delivery"),
    FIELD(9, Service, revisions, F_I32, "revisions included"),
    FIELD(10, Service, images, F_I64S, "pictures"),
    FIELD(11, Service, active, F_BOOL, "may be ordered"),
    FIELD(12, Service, flags, F_I32, "removed, deleted"),
    FIELD(13, Service, rating_sum, F_I64, "stars of its reviews"),
    FIELD(14, Service, rating_count, F_I64, "number of its reviews"),
    FIELD(15, Service, orders_completed, F_I64, "orders completed"),
    FIELD(16, Service, created_ms, F_I64, "offered"),
    FIELD(17, Service, updated_ms, F_I64, "last changed"),
    FIELD(18, Service, category_words, F_STR, "name of the category, for searching"),
    FIELD(19, Service, featured, F_BOOL, "wanted to stand out"),
    FIELD(25, Service, image_urls, F_STRS, "pictures elsewhere"),
    FIELD(31, Service, removed_reason, F_STR, "why a moderator took it down"),
};
static Err rating_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    const Service *s = row;
    *i64s = ARENA_ARRAY(a, 1, int64_t);
    if (!*i64s)
        return E_NOMEM;
    **i64s = s->rating_count ? s->rating_sum * 100 / s->rating_count : 0;
    *n = 1;
    return OK;
}

static Err skill_parts(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)i64s;
    return skill_keys(a, &((const Service *)row)->skills, n, strs);
}

// clang-format off
enum { TAG_CATEGORY = 4, TAG_PRICE = 7, TAG_DAYS = 8, TAG_ACTIVE = 11, TAG_ORDERS = 15, TAG_CREATED = 16 };
/* What lists walk: of one `lead_` (which is the same for all, or what is asked for), by a value, then by age; then all that filters
 * ask for, so that a walk reads the records of its page only. */
#define LISTED(id_, name_, doc_, lead_, ...) \
    {.id = id_, .kind = IX_ORDERED, .part_count = 6, .counted = 1, .name = name_, .doc = doc_, .when = is_listed, \
     .parts = {lead_, __VA_ARGS__, {.tag = TAG_CREATED}, {.tag = TAG_CATEGORY}, {.tag = TAG_PRICE}, {.tag = TAG_DAYS}}}
#define ALL {.tag = TAG_ACTIVE}
#define BY_SKILL {.type = F_STRS, .of = skill_parts}
static const Index service_indexes[] = {
    {.id = 45, .kind = IX_ORDERED, .part_count = 2, .counted = 2, .name = "service_doer", .doc = "of a doer", .parts = {{.tag = 1}, {.type = F_I64, .of = listed_part}}, .when = not_deleted},
    LISTED(46, "service_category", "of a category", {.tag = TAG_CATEGORY}, {.tag = TAG_CREATED}),
    LISTED(47, "service_created", "by age", ALL, {.tag = TAG_CREATED}),
    {.id = 48, .kind = IX_TEXT, .name = "service_text", .doc = "words of listed services", .when = is_listed,
     .text = {{.tag = 2, .weight = 4}, {.tag = 3, .weight = 1}, {.tag = 5, .weight = 2}, {.tag = 6, .weight = 1}, {.tag = 18, .weight = 1}}},
    LISTED(115, "service_price", "by price", ALL, {.tag = TAG_PRICE}),
    LISTED(116, "service_days", "by delivery time", ALL, {.tag = TAG_DAYS}),
    LISTED(117, "service_orders", "by orders completed", ALL, {.tag = TAG_ORDERS}),
    LISTED(118, "service_rating", "by rating", ALL, {.type = F_I64, .of = rating_part}),
    LISTED(119, "service_skill", "by skill", BY_SKILL, {.tag = TAG_CREATED}),
    {.id = 95, .kind = IX_ORDERED, .part_count = 2, .counted = 2, .name = "service_removed", .doc = "taken down; used by a category", .when = not_deleted,
     .parts = {{.type = F_I64, .of = removed_part}, {.tag = 4}}},
};
// clang-format on
const Record SERVICE = {.kind = 7,
                        .size = sizeof(Service),
                        .name = "service",
                        .doc = "work offered",
                        .fields = service_fields,
                        .field_count = COUNT(service_fields),
                        .indexes = service_indexes,
                        .index_count = COUNT(service_indexes)};
const Index *const SERVICE_BY_DOER = &service_indexes[0];
const Index *const SERVICE_BY_CATEGORY = &service_indexes[1];
const Index *const SERVICE_BY_CREATED = &service_indexes[2];
const Index *const SERVICE_TEXT = &service_indexes[3];
const Index *const SERVICE_BY_PRICE = &service_indexes[4];
const Index *const SERVICE_BY_DAYS = &service_indexes[5];
const Index *const SERVICE_BY_ORDERS = &service_indexes[6];
const Index *const SERVICE_BY_RATING = &service_indexes[7];
const Index *const SERVICE_BY_SKILL = &service_indexes[8];
const Index *const SERVICE_BY_REMOVED = &service_indexes[9];

static Err own_service(Call *c, int64_t id, Service *out) {
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &SERVICE, id, out);
    if (e == OK && (out->flags & SERVICE_DELETED))
        e = E_MISSING;
    return e == OK && out->doer != c->actor.user ? E_FORBIDDEN : e;
}

static Err service_event(Call *c, const Service *s, EventVerb verb) {
    Event ev = {.type = EV_SERVICE, .verb = verb, .subject = s->id};
    return event_emit(c, &ev);
}

static Err text_in(Call *c, Str given, size_t min, size_t max, Str field, Str *to) {
    *to = str_trim(given);
    size_t n = str_utf8_len(*to);
    if (n >= min && n <= max)
        return OK;
    return diag_field(c->diag, E_INVALID, field, arena_printf(c->arena, "must have %zu to %zu characters", min, max));
}

static Err number_in(Call *c, int64_t v, int64_t min, int64_t max, Str field) {
    if (v >= min && v <= max)
        return OK;
    return diag_field(c->diag, E_INVALID, field,
                      arena_printf(c->arena, "must be from %lld to %lld", (long long)min, (long long)max));
}

static Err list_in(Call *c, const List *given, size_t max, Str field, List *to) {
    Str s;
    size_t n = 0;
    *to = *given;
    for (ListIter it = list_iter(given); list_str(&it, &s); n++)
        if (str_utf8_len(s) > 200 || n >= max)
            return diag_field(c->diag, E_INVALID, field, arena_printf(c->arena, "at most %zu entries of 200 characters", max));
    return OK;
}

static Err edit(Call *c, const ServiceEdit *in, Service *s) {
    bool post = in->id == 0;
    Err faults[9] = {OK};
    size_t n = 0;
    if (post || HAS(in, SERVICE_SET_TITLE))
        faults[n++] = text_in(c, in->title, SERVICE_TITLE_MIN, SERVICE_TITLE_MAX, S("title"), &s->title);
    if (post || HAS(in, SERVICE_SET_DESCRIPTION))
        faults[n++] = text_in(c, in->description, 1, SERVICE_DESCRIPTION_MAX, S("description"), &s->description);
    if (post || HAS(in, SERVICE_SET_CATEGORY)) {
        Category cat;
        Err e = category_find(c->tx, in->category, &cat);
        if (e == E_MISSING || (e == OK && cat.hidden && cat.id != s->category))
            e = diag_field(c->diag, E_INVALID, S("category"), S("is not a category of this marketplace"));
        faults[n++] = e;
        s->category = e ? 0 : cat.id;
        s->category_words = e ? (Str){NULL, 0} : cat.name;
    }
    if (HAS(in, SERVICE_SET_SKILLS))
        faults[n++] = skills_in(c, &in->skills, SERVICE_SKILLS_MAX, &s->skills);
    if (HAS(in, SERVICE_SET_FEATURES))
        faults[n++] = list_in(c, &in->features, SERVICE_FEATURES_MAX, S("features"), &s->features);
    if (post || HAS(in, SERVICE_SET_PRICE)) {
        faults[n++] = number_in(c, in->price, 1, MONEY_MAX, S("price"));
        s->price = in->price;
    }
    if (HAS(in, SERVICE_SET_DAYS)) {
        faults[n++] = number_in(c, in->delivery_days, 1, SERVICE_DAYS_MAX, S("delivery_days"));
        s->delivery_days = in->delivery_days;
    }
    if (HAS(in, SERVICE_SET_REVISIONS)) {
        faults[n++] = number_in(c, in->revisions, REVISIONS_UNLIMITED, SERVICE_REVISIONS_MAX, S("revisions"));
        s->revisions = in->revisions;
    }
    if (HAS(in, SERVICE_SET_ACTIVE))
        s->active = in->active;
    if (HAS(in, SERVICE_SET_FEATURED))
        s->featured = in->featured;
    if (HAS(in, SERVICE_SET_IMAGE_URLS)) {
        faults[n++] = links_ok(c, &in->image_urls, S("images"));
        s->image_urls = in->image_urls;
    }
    for (size_t i = 0; i < n; i++)
        if (faults[i])
            return faults[i];
    if ((HAS(in, SERVICE_SET_IMAGES) ? in->images.count : s->images.count) + s->image_urls.count > SERVICE_IMAGES_MAX)
        return diag_field(c->diag, E_INVALID, S("images"), arena_printf(c->arena, "are at most %d", SERVICE_IMAGES_MAX));
    if (!HAS(in, SERVICE_SET_IMAGES))
        return OK;
    s->images = in->images;
    return files_show(c, &in->images, SERVICE_IMAGES_MAX, S("images"));
}

Err service_post(Call *c, const void *in, void *out) {
    Service *s = out;
    *s = (Service){.doer = c->actor.user,
                   .active = true,
                   .revisions = REVISIONS_UNLIMITED,
                   .created_ms = c->now_ms,
                   .updated_ms = c->now_ms};
    Err e = call_signed_in(c);
    if (e == OK)
        e = edit(c, in, s);
    if (e == OK)
        e = skills_register(c, &s->skills);
    if (e == OK)
        e = rec_insert(c->tx, &SERVICE, s);
    return e ? e : service_event(c, s, VERB_CREATED);
}

Err service_update(Call *c, const void *in, void *out) {
    Service *s = out;
    Err e = own_service(c, ((const ServiceEdit *)in)->id, s);
    if (e == OK)
        e = edit(c, in, s);
    s->updated_ms = c->now_ms;
    if (e == OK)
        e = skills_register(c, &s->skills);
    if (e == OK)
        e = rec_put(c->tx, &SERVICE, s);
    return e ? e : service_event(c, s, VERB_UPDATED);
}

Err service_toggle(Call *c, const void *in, void *out) {
    Service s;
    Err e = own_service(c, ((const IdIn *)in)->id, &s);
    if (e)
        return e;
    ServiceEdit edit = {.has = UINT64_C(1) << SERVICE_SET_ACTIVE, .id = s.id, .active = !s.active};
    e = service_update(c, &edit, &s);
    ((ToggleOut *)out)->active = s.active;
    return e;
}

Err service_delete(Call *c, const void *in, void *out) {
    (void)out;
    Service s;
    Err e = own_service(c, ((const IdIn *)in)->id, &s);
    if (e)
        return e;
    s.flags |= SERVICE_DELETED;
    s.active = false;
    e = rec_put(c->tx, &SERVICE, &s);
    return e ? e : service_event(c, &s, VERB_DELETED);
}

Err service_get(Call *c, const void *in, void *out) {
    Service *s = out;
    Err e = row_load(c, &SERVICE, ((const IdIn *)in)->id, s);
    if (e)
        return e;
    bool shown = s->doer == c->actor.user || (c->actor.rights & (RIGHT_ADMIN | RIGHT_MODERATOR));
    return s->flags && (!shown || (s->flags & SERVICE_DELETED)) ? E_MISSING : OK;
}
