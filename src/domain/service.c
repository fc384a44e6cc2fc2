#include "domain/service.h"

#include "domain/category.h"
#include "domain/event.h"
#include "domain/file.h"
#include "domain/ledger.h"
#include "domain/order.h"
#include "domain/row.h"
#include "store/text.h"

bool service_orderable(const Service *s) { return s->active && s->flags == 0; }

static bool is_listed(const void *row) { return service_orderable(row); }
static bool not_deleted(const void *row) { return !(((const Service *)row)->flags & SERVICE_DELETED); }

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
};
// clang-format off
static const Index service_indexes[] = {
    {.id = 45, .kind = IX_ORDERED, .part_count = 2, .counted = 2, .name = "service_doer", .doc = "of a doer", .parts = {{.tag = 1}, {.tag = 11}}, .when = not_deleted},
    {.id = 46, .kind = IX_ORDERED, .part_count = 2, .counted = 1, .name = "service_category", .doc = "of a category", .parts = {{.tag = 4}, {.tag = 16}}, .when = is_listed},
    {.id = 47, .kind = IX_ORDERED, .part_count = 2, .counted = 1, .name = "service_created", .doc = "by age", .parts = {{.tag = 11}, {.tag = 16}}, .when = is_listed},
    {.id = 48, .kind = IX_TEXT, .name = "service_text", .doc = "words of listed services", .when = is_listed,
     .text = {{.tag = 2, .weight = 4}, {.tag = 3, .weight = 1}, {.tag = 5, .weight = 2}, {.tag = 6, .weight = 1}, {.tag = 18, .weight = 1}}},
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
    Err faults[8] = {OK};
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
        faults[n++] = list_in(c, &in->skills, 20, S("skills"), &s->skills);
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
    for (size_t i = 0; i < n; i++)
        if (faults[i])
            return faults[i];
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
        e = rec_put(c->tx, &SERVICE, s);
    return e ? e : service_event(c, s, VERB_UPDATED);
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
    if (e == OK && s->flags && (s->doer != c->actor.user || (s->flags & SERVICE_DELETED)))
        e = E_MISSING;
    return e;
}

/* ---- lists ---- */

typedef struct Filter {
    const ServiceListIn *in;
    int64_t category;
} Filter;

static bool matches(const Filter *f, const Service *s) {
    const ServiceListIn *in = f->in;
    return service_orderable(s) && (!f->category || s->category == f->category) &&
           (!in->price_min || s->price >= in->price_min) && (!in->price_max || s->price <= in->price_max) &&
           (!in->doer || s->doer == in->doer);
}

static bool keep(void *ctx, Tx *tx, int64_t id) {
    Service s;
    return rec_get(tx, &SERVICE, id, &s) == OK && matches(ctx, &s);
}

static Err search(Call *c, Filter *f, PageOut *out) {
    TextQuery q = {
        .words = f->in->search, .keep = keep, .ctx = f, .skip = (int64_t)(out->page - 1) * out->limit, .limit = out->limit};
    TextHit *hits;
    size_t n;
    Err e = text_search(c->tx, SERVICE_TEXT, &q, &hits, &n, &out->total);
    Service *rows = ARENA_ARRAY(c->arena, (size_t)out->limit, Service);
    out->items = rows;
    if (e == OK && !rows)
        e = E_NOMEM;
    for (size_t i = 0; e == OK && i < n; i++, out->count += e == OK)
        e = row_load(c, &SERVICE, hits[i].id, &rows[out->count]);
    return e;
}

/* A price range has no index of its own: the walk passes over what does not fit, and counts it all. */
static Err filtered(Call *c, Filter *f, const Index *ix, const Key *prefix, PageOut *out) {
    Scan *scan;
    Service s, *rows = ARENA_ARRAY(c->arena, (size_t)out->limit, Service);
    int64_t skip = (int64_t)(out->page - 1) * out->limit;
    out->items = rows;
    Err e = rows ? scan_open(c->tx, ix, (ScanRange){.prefix = prefix, .descending = true}, &scan) : E_NOMEM;
    if (e)
        return e;
    while (e == OK && scan_next_rec(scan, &SERVICE, &s)) {
        if (!matches(f, &s))
            continue;
        if (out->total++ < skip || (int64_t)out->count == out->limit)
            continue;
        e = tx_writable(c->tx) ? row_keep(c->arena, &SERVICE, &s) : OK;
        rows[out->count++] = s;
    }
    scan_close(scan);
    return e ? e : tx_err(c->tx);
}

Err service_list(Call *c, const void *input, void *result) {
    const ServiceListIn *in = input;
    PageOut *out = result;
    Filter f = {.in = in};
    *out = page_out(in->page);
    if (in->category.n) {
        Category cat;
        Err e = category_find(c->tx, in->category, &cat);
        if (e == E_MISSING)
            return diag_field(c->diag, E_INVALID, S("category"), S("is not a category of this marketplace"));
        if (e)
            return e;
        f.category = cat.id;
    }
    if (str_trim(in->search).n)
        return search(c, &f, out);
    const Index *ix = in->doer ? SERVICE_BY_DOER : f.category ? SERVICE_BY_CATEGORY : SERVICE_BY_CREATED;
    Key prefix = key1(ix, in->doer ? in->doer : f.category ? f.category : 1);
    if (in->doer || in->price_min || in->price_max)
        return filtered(c, &f, ix, &prefix, out);
    return row_page(c, &SERVICE, ix, &prefix, in->page, out);
}

Err service_mine(Call *c, const void *in, void *out) {
    Err e = call_signed_in(c);
    PageSource src[2] = {{SERVICE_BY_DOER, key2(SERVICE_BY_DOER, c->actor.user, 0)},
                         {SERVICE_BY_DOER, key2(SERVICE_BY_DOER, c->actor.user, 1)}};
    return e ? e : row_page_merge(c, &SERVICE, src, 2, *(const PageIn *)in, out);
}
