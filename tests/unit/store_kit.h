/* store_kit.h - what the tests of src/schema and src/store share: a scratch directory, a record type. */
#ifndef TESTS_STORE_KIT_H
#define TESTS_STORE_KIT_H

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"
#include "tap_kit.h"

/* ---- a scratch directory ---- */

static char kit_dir_path[64];
static inline int kit_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}
static inline void kit_remove(void) { nftw(kit_dir_path, kit_remove_one, 8, FTW_DEPTH | FTW_PHYS); }
/* A new, empty directory; the one before is removed. */
static inline const char *kit_dir(void) {
    if (kit_dir_path[0])
        kit_remove();
    else
        atexit(kit_remove);
    strcpy(kit_dir_path, "/tmp/gigbox-unit-XXXXXX");
    MUST(mkdtemp(kit_dir_path));
    return kit_dir_path;
}
static inline const char *kit_path(const char *name) {
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", kit_dir_path, name);
    return path;
}

/* ---- a record with everything ---- */

typedef struct Part {
    int64_t amount;
    Str label;
} Part;

static const Field part_fields[] = {
    FIELD(1, Part, amount, F_I64, "an amount"),
    FIELD(2, Part, label, F_STR, "a label"),
};
static const Record PART = {
    .size = sizeof(Part), .name = "part", .doc = "a sub-record", .fields = part_fields, .field_count = COUNT(part_fields)};

typedef struct Thing {
    int64_t id;
    int64_t owner, at;
    int32_t status;
    bool hot;
    Str name, email;
    List tags, refs, parts;
    Str blob;
} Thing;

static const Field thing_fields[] = {
    FIELD(1, Thing, owner, F_I64, "whose"), FIELD(2, Thing, at, F_I64, "when"),   FIELD(3, Thing, status, F_I32, "state"),
    FIELD(4, Thing, hot, F_BOOL, "flag"),   FIELD(5, Thing, name, F_STR, "name"), FIELD(7, Thing, email, F_STR, "address"),
    FIELD(8, Thing, tags, F_STRS, "words"), FIELD(9, Thing, refs, F_I64S, "ids"), FIELD_RECS(10, Thing, parts, &PART, "parts"),
    FIELD_BLOB(20, Thing, blob, "bytes"),
};

static inline bool thing_has_email(const void *row) { return ((const Thing *)row)->email.n > 0; }
static inline bool thing_is_live(const void *row) { return ((const Thing *)row)->status >= 0; }

/* Each letter of the name. */
static inline Err thing_letters(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    const Thing *t = row;
    (void)i64s;
    *strs = ARENA_ARRAY(a, t->name.n, Str);
    if (!*strs)
        return E_NOMEM;
    for (*n = 0; *n < t->name.n; ++*n)
        (*strs)[*n] = str_slice(t->name, *n, *n + 1);
    return OK;
}

enum { IX_OWNER, IX_EMAIL, IX_STATUS, IX_TAGS, IX_REFS, IX_LETTERS, IX_ALL, THING_INDEXES };
static const Index thing_indexes[] = {
    [IX_OWNER] = {.id = 1,
                  .kind = IX_ORDERED,
                  .name = "owner",
                  .doc = "by owner, time",
                  .part_count = 2,
                  .counted = 1,
                  .parts = {{.tag = 1}, {.tag = 2}}},
    [IX_EMAIL] = {.id = 2,
                  .kind = IX_UNIQUE,
                  .name = "email",
                  .doc = "by address",
                  .part_count = 1,
                  .parts = {{.tag = 7}},
                  .when = thing_has_email},
    [IX_STATUS] = {.id = 3,
                   .kind = IX_ORDERED,
                   .name = "status",
                   .doc = "live ones by state",
                   .part_count = 3,
                   .counted = 2,
                   .parts = {{.tag = 3}, {.tag = 4}, {.tag = 2}},
                   .when = thing_is_live},
    [IX_TAGS] = {.id = 4,
                 .kind = IX_ORDERED,
                 .name = "tags",
                 .doc = "by word",
                 .part_count = 2,
                 .counted = 1,
                 .parts = {{.tag = 8}, {.tag = 2}}},
    [IX_REFS] =
        {.id = 5, .kind = IX_ORDERED, .name = "refs", .doc = "by id", .part_count = 1, .counted = 1, .parts = {{.tag = 9}}},
    [IX_LETTERS] = {.id = 6,
                    .kind = IX_ORDERED,
                    .name = "letters",
                    .doc = "by letter",
                    .part_count = 2,
                    .counted = 2,
                    .parts = {{.tag = 1}, {.type = F_STRS, .of = thing_letters}}},
    [IX_ALL] = {.id = 255, .kind = IX_ORDERED, .name = "all", .doc = "by name", .part_count = 1, .parts = {{.tag = 5}}},
};

static const Record THING = {.kind = 9,
                             .size = sizeof(Thing),
                             .name = "thing",
                             .doc = "a record with everything",
                             .fields = thing_fields,
                             .field_count = COUNT(thing_fields),
                             .indexes = thing_indexes,
                             .index_count = COUNT(thing_indexes),
                             .retired = 1u << 6};
static const Record *const kit_records[] = {&THING};

static inline Store *kit_open(const char *dir, StoreConfig cfg) {
    Err e;
    Arena a;
    Str why;
    arena_init(&a, 65536);
    cfg.dir = dir;
    if (!cfg.records) {
        cfg.records = kit_records;
        cfg.record_count = COUNT(kit_records);
    }
    Store *s = store_open(&cfg, &a, &why, &e);
    if (!s)
        printf("# open: %s: %.*s\n", err_name(e), STR_ARG(why));
    arena_free(&a);
    return s;
}

static inline void kit_say(void *ctx, Str line) {
    (void)ctx;
    printf("# %.*s\n", STR_ARG(line));
}

#endif
