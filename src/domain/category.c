#include "domain/category.h"

#include <pthread.h>

#include "domain/row.h"
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
