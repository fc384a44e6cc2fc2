#include "domain/category.h"

#include <pthread.h>

#include "domain/audit.h"
#include "domain/gig_internal.h"
#include "domain/row.h"
#include "domain/service.h"
#include "store/text.h"

static const Field category_fields[] = {
    FIELD(1, Category, slug, F_STR, "short name in addresses"),
    FIELD(2, Category, name, F_STR, "name for people"),
    FIELD(3, Category, aliases, F_STRS, "other names it is found by"),
    FIELD(4, Category, hidden, F_BOOL, "not offered any more"),
};
static const Index category_indexes[] = {
    {.id = 1, .kind = IX_UNIQUE, .part_count = 1, .name = "category_slug", .doc = "by slug", .parts = {{.tag = 1}}},
};
const Record CATEGORY = {.kind = 6,
                         .size = sizeof(Category),
                         .name = "category",
                         .doc = "kind of work",
                         .fields = category_fields,
                         .field_count = COUNT(category_fields),
                         .indexes = category_indexes,
                         .index_count = COUNT(category_indexes)};
const Index *const CATEGORY_BY_SLUG = &category_indexes[0];

/* In the order of their permanent ids. */
static const struct {
    Str slug, name, aliases;
} defaults[] = {
    {STR_INIT("design"), STR_INIT("Graphics & Design"), STR_INIT("graphics")},
    {STR_INIT("marketing"), STR_INIT("Digital Marketing"), STR_INIT("")},
    {STR_INIT("writing"), STR_INIT("Writing & Translation"), STR_INIT("translation")},
    {STR_INIT("video"), STR_INIT("Video & Animation"), STR_INIT("animation")},
    {STR_INIT("music"), STR_INIT("Music & Audio"), STR_INIT("audio")},
    {STR_INIT("programming"), STR_INIT("Programming & Tech"), STR_INIT("development,web development,tech,coding")},
    {STR_INIT("data"), STR_INIT("Data"), STR_INIT("")},
    {STR_INIT("business"), STR_INIT("Business"), STR_INIT("errands,tutoring")},
    {STR_INIT("lifestyle"), STR_INIT("Lifestyle"), STR_INIT("moving,cleaning,other")},
};

Err category_seed(Call *c) {
    int64_t last;
    Err e = rec_last_id(c->tx, &CATEGORY, &last);
    for (size_t i = 0; e == OK && last == 0 && i < COUNT(defaults); i++) {
        Str aliases[8], rest = defaults[i].aliases;
        size_t n = 0;
        while (defaults[i].aliases.n && n < COUNT(aliases) && str_split(&rest, ',', &aliases[n]))
            n++;
        Category row = {.slug = defaults[i].slug, .name = defaults[i].name, .aliases = list_of_strs(c->arena, aliases, n)};
        e = rec_insert(c->tx, &CATEGORY, &row);
    }
    return e;
}

/* Every gig that is shown names its category, and the registry changes once a year: rows are remembered, encoded, for the version
 * of the data that they were read from. */
enum { REMEMBERED = 32, ROW_BYTES_MAX = 512 };
static struct {
    pthread_mutex_t lock;
    uint64_t version;
    const void *store; /* whose version it is */
    struct {
        int64_t id;
        size_t n;
        char bytes[ROW_BYTES_MAX];
    } row[REMEMBERED];
} memory = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The encoded row, in the arena. {NULL,0}: not remembered. */
static Str remembered(Arena *a, const void *store, uint64_t version, int64_t id) {
    Str found = {NULL, 0};
    size_t at = (uint64_t)id % REMEMBERED;
    pthread_mutex_lock(&memory.lock);
    if (memory.version == version && memory.store == store && memory.row[at].id == id)
        found = arena_str(a, str_of(memory.row[at].bytes, memory.row[at].n));
    pthread_mutex_unlock(&memory.lock);
    return found;
}

static void remember(const void *store, uint64_t version, const Category *row) {
    char bytes[ROW_BYTES_MAX];
    Buf b = buf_fixed(bytes, sizeof bytes);
    record_encode(&CATEGORY, row, &b);
    if (b.err)
        return;
    size_t at = (uint64_t)row->id % REMEMBERED;
    pthread_mutex_lock(&memory.lock);
    if (memory.version != version || memory.store != store) {
        for (size_t i = 0; i < REMEMBERED; i++)
            memory.row[i].id = 0;
        memory.version = version;
        memory.store = store;
    }
    memcpy(memory.row[at].bytes, bytes, b.n);
    memory.row[at].n = b.n;
    memory.row[at].id = row->id;
    pthread_mutex_unlock(&memory.lock);
}

Err category_get(Tx *tx, int64_t id, Category *out) {
    uint64_t version = tx_version(tx);
    if (!version || id <= 0)
        return rec_get(tx, &CATEGORY, id, out);
    Str bytes = remembered(tx_arena(tx), tx_store(tx), version, id);
    if (bytes.n) {
        out->id = id;
        return record_decode(&CATEGORY, bytes, out);
    }
    Err e = rec_get(tx, &CATEGORY, id, out);
    if (!e)
        remember(tx_store(tx), version, out);
    return e;
}

Err category_find(Tx *tx, Str name, Category *out) {
    Arena *a = tx_arena(tx);
    int64_t id;
    Key slug = key_of(CATEGORY_BY_SLUG);
    key_str(&slug, name);
    if (index_find(tx, CATEGORY_BY_SLUG, &slug, &id) == OK)
        return rec_get(tx, &CATEGORY, id, out);
    Str wanted = text_fold(a, name), alias;
    RecScan *scan;
    Err e = rec_scan(tx, &CATEGORY, 0, &scan);
    bool found = false;
    /* A registry is a few dozen rows; the walk costs less than an index over three names each would. */
    for (int left = CATEGORY_MAX; e == OK && wanted.n && !found && left > 0 && rec_scan_next(scan, out); left--) {
        found = str_eq_nocase(out->slug, name) || str_eq(text_fold(a, out->name), wanted);
        for (ListIter it = list_iter(&out->aliases); !found && list_str(&it, &alias);)
            found = str_eq(text_fold(a, alias), wanted);
    }
    if (e == OK)
        rec_scan_close(scan);
    return e ? e : found ? OK : E_MISSING;
}

Err category_list(Call *c, const void *in, void *result) {
    (void)in;
    PageOut *out = result;
    RecScan *scan;
    Category *rows = ARENA_ARRAY(c->arena, CATEGORY_MAX, Category);
    Err e = rows ? rec_scan(c->tx, &CATEGORY, 0, &scan) : E_NOMEM;
    if (e)
        return e;
    while (out->count < CATEGORY_MAX && rec_scan_next(scan, &rows[out->count]))
        out->count += !rows[out->count].hidden;
    rec_scan_close(scan);
    out->items = rows;
    out->total = (int64_t)out->count;
    out->page = 1;
    out->limit = CATEGORY_MAX;
    return tx_err(c->tx);
}

/* ---- for admins ---- */

static Err count(Call *c, const Index *ix, int64_t first, int64_t category, int64_t *n) {
    int64_t some;
    Key key = key2(ix, first, category);
    Err e = index_count(c->tx, ix, &key, &some);
    *n += some;
    return e;
}

/* Gigs that were taken down are in no index of categories; there are few. */
static Err count_removed(Call *c, int64_t category, int64_t *n) {
    Scan *scan;
    Gig g;
    Err e = scan_open(c->tx, GIG_TAKEN_DOWN, (ScanRange){0}, &scan);
    if (e)
        return e;
    while (scan_next_rec(scan, &GIG, &g))
        *n += g.category == category;
    scan_close(scan);
    return tx_err(c->tx);
}

static Err use_of(Call *c, CategoryUse *u) {
    int64_t id = u->category.id;
    u->gigs = u->services = 0;
    Err e = count_removed(c, id, &u->gigs);
    for (int32_t s = GIG_OPEN; e == OK && s < GIG_STATUS_COUNT; s++)
        e = count(c, GIG_BY_CATEGORY, s, id, &u->gigs);
    for (int removed = 0; e == OK && removed < 2; removed++)
        e = count(c, SERVICE_BY_REMOVED, removed, id, &u->services);
    return e;
}

Err category_list_all(Call *c, const void *in, void *result) {
    (void)in;
    PageOut *out = result;
    RecScan *scan;
    CategoryUse *rows = ARENA_ARRAY(c->arena, CATEGORY_MAX, CategoryUse);
    Err e = call_moderator(c);
    if (e == OK)
        e = rows ? rec_scan(c->tx, &CATEGORY, 0, &scan) : E_NOMEM;
    if (e)
        return e;
    while (out->count < CATEGORY_MAX && rec_scan_next(scan, &rows[out->count].category))
        out->count++;
    rec_scan_close(scan);
    for (size_t i = 0; e == OK && i < out->count; i++)
        e = use_of(c, &rows[i]);
    out->items = rows;
    out->total = (int64_t)out->count;
    out->page = 1;
    out->limit = CATEGORY_MAX;
    return e ? e : tx_err(c->tx);
}

static bool slug_good(Str s) {
    bool good = s.n > 0 && s.n <= CATEGORY_SLUG_MAX && s.p[0] != '-';
    for (size_t i = 0; good && i < s.n; i++)
        good = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-';
    return good;
}

/* A word that listings may name leads to one category only. */
static Err only_mine(Call *c, Str word, int64_t id, Str field) {
    Category other;
    Err e = category_find(c->tx, word, &other);
    if (e)
        return e == E_MISSING ? OK : e;
    if (other.id == id)
        return OK;
    diag_field(c->diag, E_CONFLICT, field, arena_printf(c->arena, "is taken by %.*s", STR_ARG(other.slug)));
    return diag_fail(c->diag, E_CONFLICT, "CONFLICT", S("Another category has this name."));
}

static Err edit_aliases(Call *c, const List *given, Category *row) {
    Str alias, kept[CATEGORY_ALIASES_MAX];
    size_t n = 0;
    Err e = OK;
    for (ListIter it = list_iter(given); e == OK && list_str(&it, &alias);) {
        alias = text_fold(c->arena, alias);
        if (!alias.n || n == CATEGORY_ALIASES_MAX || alias.n > CATEGORY_NAME_MAX)
            return diag_field(
                c->diag, E_INVALID, S("aliases"),
                arena_printf(c->arena, "at most %d words of 1 to %d characters", CATEGORY_ALIASES_MAX, CATEGORY_NAME_MAX));
        e = only_mine(c, alias, row->id, S("aliases"));
        kept[n++] = alias;
    }
    row->aliases = list_of_strs(c->arena, kept, n);
    return e ? e : n && !row->aliases.p ? E_NOMEM : OK;
}

static Err edit(Call *c, const CategoryEdit *in, Category *row) {
    bool add = row->id == 0;
    Err e = OK;
    if (add || HAS(in, CATEGORY_SET_SLUG)) {
        row->slug = in->slug;
        e = slug_good(in->slug) ? only_mine(c, in->slug, row->id, S("slug"))
                                : diag_field(c->diag, E_INVALID, S("slug"), S("must be of a-z, 0-9 and '-'"));
    }
    if (e == OK && (add || HAS(in, CATEGORY_SET_NAME))) {
        row->name = str_trim(in->name);
        size_t n = str_utf8_len(row->name);
        e = n && n <= CATEGORY_NAME_MAX ? only_mine(c, row->name, row->id, S("name"))
                                        : diag_field(c->diag, E_INVALID, S("name"), S("is empty or too long"));
    }
    if (e == OK && HAS(in, CATEGORY_SET_ALIASES))
        e = edit_aliases(c, &in->aliases, row);
    if (HAS(in, CATEGORY_SET_HIDDEN))
        row->hidden = in->hidden;
    return e;
}

/* By exactly this slug: an alias is not an address. */
static Err by_slug(Call *c, Str slug, Category *out) {
    Key key = key_of(CATEGORY_BY_SLUG);
    key_str(&key, slug);
    return row_find(c, &CATEGORY, CATEGORY_BY_SLUG, &key, out);
}

Err category_add(Call *c, const void *input, void *result) {
    CategoryUse *out = result;
    PageOut all = {0};
    Err e = call_admin(c);
    if (e == OK)
        e = category_list_all(c, NULL, &all);
    if (e == OK && all.count >= CATEGORY_MAX)
        e = diag_fail(c->diag, E_LIMIT, "LIMIT_EXCEEDED", S("There are too many categories."));
    if (e == OK)
        e = edit(c, input, &out->category);
    if (e == OK)
        e = rec_insert(c->tx, &CATEGORY, &out->category);
    return e ? e : audit_add(c, S("category.add"), S("category"), out->category.id, out->category.slug);
}

Err category_update(Call *c, const void *input, void *result) {
    const CategoryEdit *in = input;
    CategoryUse *out = result;
    Err e = call_admin(c);
    if (e == OK)
        e = by_slug(c, in->which, &out->category);
    if (e == OK)
        e = edit(c, in, &out->category);
    if (e == OK && out->category.hidden && out->category.id == CATEGORY_DEFAULT_ID)
        e = diag_fail(c->diag, E_STATE, "INVALID_STATE", S("what has no category goes here"));
    if (e == OK)
        e = rec_put(c->tx, &CATEGORY, &out->category);
    if (e == OK)
        e = use_of(c, out);
    return e ? e : audit_add(c, S("category.update"), S("category"), out->category.id, out->category.slug);
}

Err category_delete(Call *c, const void *input, void *result) {
    (void)result;
    CategoryUse u = {0};
    Err e = call_admin(c);
    if (e == OK)
        e = by_slug(c, ((const CategoryEdit *)input)->which, &u.category);
    if (e == OK)
        e = use_of(c, &u);
    if (e)
        return e;
    if (u.gigs || u.services || u.category.id == CATEGORY_DEFAULT_ID)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("the category is in use; hide it instead"));
    e = rec_delete(c->tx, &CATEGORY, u.category.id);
    return e ? e : audit_add(c, S("category.delete"), S("category"), u.category.id, u.category.slug);
}
