/* Blobs, and what the check finds when something is deliberately wrong. */
#include "base/clock.h"
#include "base/failpoint.h"
#include "store/blob.h"
#include "store/internal.h"
#include "store_kit.h"

static Store *s;
static uint8_t big[3 * STORE_BLOB_CHUNK_BYTES + 7];

/* ---- blobs ---- */

typedef struct BlobJob {
    Str bytes;
    BlobId id;
    bool drop;
    int64_t thing; /* with an id: made or removed as the holder of the reference */
} BlobJob;

static Err blob_job(Tx *tx, void *arg) {
    BlobJob *job = arg;
    if (job->drop) {
        Err e = blob_drop(tx, &job->id);
        return e ? e : rec_delete(tx, &THING, job->thing);
    }
    Err e = blob_put(tx, job->bytes, &job->id);
    Thing t = {.name = S("holder"), .blob = str_of(job->id.sha256, sizeof job->id.sha256)};
    if (!e)
        e = rec_insert(tx, &THING, &t);
    job->thing = t.id;
    return e;
}

static bool blob_is(const BlobId *id, Str bytes) {
    Arena a;
    Tx *tx;
    uint64_t size = 0;
    arena_init(&a, 65536);
    MUST(store_read(s, &a, &tx) == OK);
    bool good = blob_size(tx, id, &size) == OK && size == bytes.n;
    static uint8_t got[sizeof big];
    for (int i = 0; good && i < 20; i++) {
        uint64_t from = i ? kit_below(bytes.n + 2) : 0;
        size_t cap = i ? kit_below(sizeof got) : sizeof got, n = 1;
        size_t there = from < bytes.n ? bytes.n - from : 0;
        good = blob_read(tx, id, from, got, cap, &n) == OK && n == (there < cap ? there : cap) &&
               (!n || memcmp(got, bytes.p + from, n) == 0);
    }
    store_read_end(tx);
    arena_free(&a);
    return good;
}

static uint64_t blob_keys(void) {
    Arena a;
    Tx *tx;
    Cursor c;
    uint64_t n = 0;
    arena_init(&a, 65536);
    MUST(store_read(s, &a, &tx) == OK && cursor_open(tx, DB_BLOB, &c) == OK);
    for (bool on = cursor_seek(&c, (Str){NULL, 0}); on; on = cursor_next(&c))
        n++;
    store_read_end(tx);
    arena_free(&a);
    return n;
}

static void test_blobs(void) {
    static const size_t sizes[] = {
        0, 1, 4000, STORE_BLOB_CHUNK_BYTES - 1, STORE_BLOB_CHUNK_BYTES, STORE_BLOB_CHUNK_BYTES + 1, sizeof big};
    BlobJob jobs[COUNT(sizes)], again = {.bytes = {(char *)big, sizeof big}};
    bool put = true, read = true;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        jobs[i] = (BlobJob){.bytes = {(char *)big, sizes[i]}};
        put &= store_write(s, blob_job, &jobs[i]) == OK;
        BlobId expected;
        blob_id(jobs[i].bytes, &expected);
        put &= memcmp(&expected, &jobs[i].id, sizeof expected) == 0;
        read &= blob_is(&jobs[i].id, jobs[i].bytes);
    }
    CHECK(put && read, "blobs of all sizes come back, whole and in pieces");
    uint64_t keys = blob_keys();
    CHECK(store_write(s, blob_job, &again) == OK && blob_keys() == keys, "the same bytes are stored once");
    uint64_t faults = 1;
    CHECK(store_check(s, kit_say, NULL, &faults) == OK && !faults, "the check finds nothing");
    again.drop = true;
    CHECK(store_write(s, blob_job, &again) == OK && blob_is(&again.id, again.bytes), "one reference less leaves them");
    bool gone = true;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        jobs[i].drop = true;
        gone &= store_write(s, blob_job, &jobs[i]) == OK;
    }
    CHECK(gone && blob_keys() == 0, "the last reference takes the bytes along");
    CHECK(store_write(s, blob_job, &jobs[0]) == E_MISSING, "dropping what is not there");
    BlobJob huge = {.bytes = {(char *)big, (size_t)STORE_BLOB_MAX_BYTES + 1}};
    CHECK(store_write(s, blob_job, &huge) == E_TOO_LARGE, "a blob over the limit");
}

/* ---- small values ---- */

static Err small_job(Tx *tx, void *arg) {
    (void)arg;
    Str v;
    char name[300];
    memset(name, 'n', sizeof name);
    bool good = meta_put(tx, S("key"), S("one")) == OK && meta_put(tx, S("key"), S("two")) == OK &&
                meta_get(tx, S("key"), &v) == OK && str_eq(v, S("two")) && meta_put(tx, S("gone"), S("x")) == OK &&
                meta_put(tx, S("gone"), S("")) == OK && meta_get(tx, S("gone"), &v) == E_MISSING &&
                meta_put(tx, (Str){name, sizeof name}, S("x")) == E_INVALID && meta_get(tx, S(""), &v) == E_INVALID &&
                meta_put(tx, S("big"), (Str){(char *)big, STORE_RECORD_BYTES_MAX + 1}) == E_TOO_LARGE;
    return good ? OK : E_INTERNAL;
}

static Err large_job(Tx *tx, void *arg) {
    (void)arg;
    char *bytes = arena_alloc(tx_arena(tx), STORE_RECORD_BYTES_MAX);
    Thing t = {.name = {bytes, STORE_RECORD_BYTES_MAX}};
    int64_t ids[INDEX_ENTRIES_MAX + 1];
    for (size_t i = 0; i < COUNT(ids); i++)
        ids[i] = (int64_t)i;
    Thing many = {.refs = list_of_i64s(tx_arena(tx), ids, COUNT(ids))};
    bool good = rec_insert(tx, &THING, &t) == E_TOO_LARGE && t.id == 0 && rec_insert(tx, &THING, &many) == E_TOO_LARGE;
    many.refs = list_of_i64s(tx_arena(tx), ids, INDEX_ENTRIES_MAX);
    good = good && rec_insert(tx, &THING, &many) == OK && many.id;
    return good ? rec_delete(tx, &THING, many.id) : E_INTERNAL;
}

static Err ids_job(Tx *tx, void *arg) {
    Thing t = {.id = *(int64_t *)arg + 100}, zero = {.id = 0};
    Err e = rec_put(tx, &THING, &t);
    Thing next = {.owner = 1};
    bool good = !e && rec_insert(tx, &THING, &next) == OK && next.id == t.id + 1 && rec_delete(tx, &THING, next.id) == OK &&
                rec_insert(tx, &THING, &next) == OK && next.id == t.id + 2 && rec_put(tx, &THING, &zero) == E_INVALID &&
                rec_delete(tx, &THING, 999999) == E_MISSING;
    *(int64_t *)arg = next.id;
    return good ? OK : E_INTERNAL;
}

static void test_small(void) {
    CHECK(store_write(s, small_job, NULL) == OK, "values by name");
    CHECK(store_write(s, large_job, NULL) == OK, "records have their limits, and reaching them writes nothing");
    int64_t last = 1000;
    CHECK(store_write(s, ids_job, &last) == OK, "ids ascend and are never given twice");
}

/* ---- damage ---- */

static Err fill(Tx *tx, void *arg) {
    (void)arg;
    Str tags[] = {S("red"), S("green")};
    Err e = OK;
    for (int64_t i = 0; i < 30 && !e; i++) {
        char mail[16];
        snprintf(mail, sizeof mail, "m%d@x", (int)i);
        Thing t = {.owner = i % 3, .at = i, .status = (int32_t)(i % 2), .name = S("name"), .email = str_c0(mail)};
        t.tags = list_of_strs(tx_arena(tx), tags, COUNT(tags));
        if (i == 7) {
            BlobId id;
            e = blob_put(tx, (Str){(char *)big, sizeof big}, &id);
            t.blob = arena_str(tx_arena(tx), str_of(id.sha256, sizeof id.sha256));
        }
        if (!e)
            e = rec_insert(tx, &THING, &t);
    }
    return e;
}

/* Each changes one thing behind the store's back. */
typedef struct Damage {
    const char *name;
    Err (*run)(Tx *tx);
    const char *told; /* begins a line of the check's report, anywhere in it */
} Damage;

static Err first_key(Tx *tx, Db db, Str at, Str *key, Str *value) {
    Cursor c;
    Err e = cursor_open(tx, db, &c);
    if (!e && !cursor_seek(&c, at))
        e = E_MISSING;
    if (!e) {
        *key = arena_str(tx_arena(tx), c.key);
        *value = arena_str(tx_arena(tx), c.value);
    }
    return e;
}

static Err lose_entry(Tx *tx) {
    Str key, value;
    Err e = first_key(tx, DB_IDX, S("\x04"), &key, &value);
    return e ? e : db_del(tx, DB_IDX, key);
}

static Err add_entry(Tx *tx) {
    Key k = key_of(&thing_indexes[IX_OWNER]);
    key_i64(&k, 2);
    key_i64(&k, 12345);
    key_i64(&k, 3);
    return db_put(tx, DB_IDX, str_of(k.bytes, k.n), S(""));
}

static Err swap_unique(Tx *tx) {
    Key k = key_of(&thing_indexes[IX_EMAIL]);
    uint8_t id[ORDERED_BYTES_MAX];
    key_str(&k, S("m4@x"));
    return db_put(tx, DB_IDX, str_of(k.bytes, k.n), str_of(id, ordered_put(id, 3)));
}

static Err odd_entry(Tx *tx) {
    return db_put(tx, DB_IDX,
                  S("\xEE"
                    "nobody's"),
                  S(""));
}

static Err change_record(Tx *tx) {
    uint8_t mem[1 + ORDERED_BYTES_MAX];
    return db_put(tx, DB_REC, rec_key(mem, &THING, 5), S("\x08\x02")); /* owner 1 and nothing else */
}

static Err break_record(Tx *tx) {
    uint8_t mem[1 + ORDERED_BYTES_MAX];
    return db_put(tx, DB_REC, rec_key(mem, &THING, 5), S("\x08"));
}

static Err lose_record(Tx *tx) {
    uint8_t mem[1 + ORDERED_BYTES_MAX];
    return db_del(tx, DB_REC, rec_key(mem, &THING, 5));
}

static Err odd_record(Tx *tx) { return db_put(tx, DB_REC, S("\xEE\x81"), S("")); }

static Err change_counter(Tx *tx) {
    Str key, value;
    Err e = first_key(tx, DB_SMALL, S("c\x01"), &key, &value);
    return e ? e : counter_add(tx, key, 1);
}

static Err odd_counter(Tx *tx) { return counter_add(tx, S("c\x01\xF0"), 4); }

static Err low_sequence(Tx *tx) { return counter_add(tx, S("s\x09"), -10); }

/* The key of piece `index` of the one blob there is. */
static Str piece_key(Tx *tx, uint8_t index) {
    BlobId id;
    blob_id((Str){(char *)big, sizeof big}, &id);
    char *key = arena_alloc(tx_arena(tx), BLOB_KEY_BYTES);
    memcpy(key, id.sha256, sizeof id.sha256);
    key[BLOB_KEY_BYTES - 1] = (char)index;
    return (Str){key, BLOB_KEY_BYTES};
}

static Err change_chunk(Tx *tx) {
    Str key, value;
    Err e = first_key(tx, DB_BLOB, piece_key(tx, 1), &key, &value);
    if (e)
        return e;
    ((char *)value.p)[100] ^= 1;
    return db_put(tx, DB_BLOB, key, value);
}

static Err lose_chunk(Tx *tx) { return db_del(tx, DB_BLOB, piece_key(tx, 2)); }

static Err lose_blob_head(Tx *tx) {
    Str key = piece_key(tx, 0);
    key.n = sizeof(BlobId);
    return db_del(tx, DB_BLOB, key);
}

static Err extra_reference(Tx *tx) {
    BlobId id;
    return blob_put(tx, (Str){(char *)big, sizeof big}, &id);
}

static const Damage damages[] = {
    {"an index entry lost", lose_entry, "index tags is missing"},
    {"an index entry too many", add_entry, "index owner: an entry names thing 3"},
    {"a unique key that names another", swap_unique, "thing 5: index email names another record"},
    {"an entry of no index", odd_entry, "not well-formed"},
    {"a record changed", change_record, "index tags: an entry names thing 5"},
    {"a record that cannot be decoded", break_record, "thing 5: cannot be decoded"},
    {"a record lost", lose_record, "names thing 5, which has no such entry"},
    {"a record of no kind", odd_record, "unknown kind"},
    {"a counter wrong", change_counter, "a counter says"},
    {"a counter of nothing", odd_counter, "counts nothing"},
    {"a sequence too low", low_sequence, "was never given out"},
    {"a byte of a blob changed", change_chunk, "do not have its checksum"},
    {"a piece of a blob lost", lose_chunk, "piece 2 is missing"},
    {"a blob's head lost", lose_blob_head, "pieces of blobs belong to no blob"},
    {"a reference too many", extra_reference, "2 references are counted, 1 exist"},
};

static Err do_damage(Tx *tx, void *arg) { return ((const Damage *)arg)->run(tx); }

typedef struct Told {
    const char *wanted;
    bool found;
    uint64_t lines;
} Told;

static void hear(void *ctx, Str line) {
    Told *t = ctx;
    char text[300];
    snprintf(text, sizeof text, "%.*s", STR_ARG(line));
    t->found |= strstr(text, t->wanted) != NULL;
    t->lines++;
}

static void test_damage(void) {
    for (size_t i = 0; i < COUNT(damages); i++) {
        s = kit_open(kit_dir(), (StoreConfig){.no_sync = true});
        MUST(s && store_write(s, fill, NULL) == OK);
        uint64_t before = 1, after = 0;
        MUST(store_check(s, kit_say, NULL, &before) == OK && !before);
        MUST(store_write(s, do_damage, (void *)&damages[i]) == OK);
        Told told = {.wanted = damages[i].told};
        Err e = store_check(s, hear, &told, &after);
        char name[100];
        snprintf(name, sizeof name, "the check sees: %s", damages[i].name);
        CHECK(e == OK && after > 0 && told.found && told.lines == after, name);
        store_close(s);
    }
}

/* Power goes between the two commits that make a new file: the databases, then the version. */
static void test_half_made(void) {
    Err e;
    const char *dir = kit_dir();
    failpoint_arm(FP_STORE_COMMIT, 1);
    s = kit_open(dir, (StoreConfig){.no_sync = true});
    CHECK(!s, "a file whose making failed is not served");
    StoreConfig beside = {.dir = dir, .read_only = true, .now_ms = clock_now_ms};
    CHECK(!store_open(&beside, NULL, NULL, &e) && e == E_MISSING, "for those beside it is not there yet");
    s = kit_open(dir, (StoreConfig){.no_sync = true});
    CHECK(s, "the next start finishes it");
    store_close(s);
}

int main(void) {
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)kit_next();
    s = kit_open(kit_dir(), (StoreConfig){.no_sync = true});
    MUST(s);
    test_blobs();
    test_small();
    store_close(s);
    test_damage();
    test_half_made();
    return kit_failed;
}
