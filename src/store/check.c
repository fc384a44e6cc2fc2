#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "crypto/hmac.h"
#include "store/blob.h"
#include "store/internal.h"
#include "store/verify.h"

enum {
    CHECK_ARENA_BYTES = 64 * 1024 * 1024, /* scans, and what text_check needs */
    WORK_ARENA_BYTES = 16 * 1024 * 1024,  /* of one record and its keys */
    SNAPSHOT_TRIES = 100,
    INDEXES = 256
};

typedef struct Check {
    Tx *tx;
    Store *s;
    Arena work;
    void (*say)(void *ctx, Str line);
    void *ctx;
    uint64_t faults;
    Err err; /* what kept the check from going on */
    uint64_t accounted[INDEXES], found[INDEXES]; /* entries that a record has; that there are */
    BlobId *refs; /* one for each reference that a record makes */
    size_t ref_count, ref_cap;
} Check;

__attribute__((format(printf, 2, 3))) static void fault(Check *c, const char *fmt, ...) {
    char line[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    c->faults++;
    if (c->say)
        c->say(c->ctx, str_of(line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1));
}

/* ---- records, and from them to their entries ---- */

/* True: there is such an entry, right or wrong. */
static bool check_entry(Check *c, const IndexInfo *info, int64_t id, Str key) {
    Str value;
    int64_t holder;
    Err e = db_get(c->tx, DB_IDX, key, &value);
    const char *record = info->record->name, *index = info->index->name;
    if (e)
        fault(c, "%s %lld: its entry in index %s is missing", record, (long long)id, index);
    else if (info->index->kind == IX_UNIQUE && !(ordered_get(&value, &holder) && !value.n && holder == id))
        fault(c, "%s %lld: index %s names another record", record, (long long)id, index);
    else if (info->index->kind == IX_ORDERED && value.n)
        fault(c, "%s %lld: its entry in index %s has a value", record, (long long)id, index);
    return !e;
}

static void check_indexed(Check *c, const Record *r, const void *row) {
    int64_t id = *(const int64_t *)row;
    for (uint16_t i = 0; i < r->index_count; i++) {
        const IndexInfo *info = &c->s->indexes[r->indexes[i].id];
        if (info->index->kind == IX_TEXT)
            continue;
        KeySet set;
        Err e = keys_of_row(info, row, &c->work, &set);
        if (e)
            fault(c, "%s %lld: no keys for index %s: %s", r->name, (long long)id, info->index->name, err_name(e));
        for (size_t k = 0; !e && k < set.n; k++)
            c->accounted[info->index->id] += check_entry(c, info, id, set.keys[k]);
    }
}

static void check_refs(Check *c, const Record *r, const void *row) {
    for (uint16_t i = 0; i < r->field_count; i++) {
        const Field *f = &r->fields[i];
        const Str *s = (const Str *)((const char *)row + f->offset);
        if (!f->blob || !s->n)
            continue;
        if (s->n != sizeof(BlobId)) {
            fault(c, "%s %lld: %s is not a blob's id", r->name, (long long)*(const int64_t *)row, f->name);
            continue;
        }
        if (c->ref_count == c->ref_cap) {
            size_t cap = c->ref_cap ? 2 * c->ref_cap : 1024;
            BlobId *refs = realloc(c->refs, cap * sizeof *refs);
            if (!refs) {
                c->err = E_NOMEM;
                return;
            }
            c->refs = refs;
            c->ref_cap = cap;
        }
        memcpy(c->refs[c->ref_count++].sha256, s->p, sizeof(BlobId));
    }
}

static void check_record(Check *c, Str key, Str bytes) {
    const Record *r = c->s->kinds[(uint8_t)key.p[0]];
    Str rest = str_from(key, 1);
    int64_t id = 0;
    if (!r || !ordered_get(&rest, &id) || rest.n || id <= 0) {
        fault(c, "a record of unknown kind %u or without id", (uint8_t)key.p[0]);
        return;
    }
    uint8_t seq[2] = {'s', r->kind};
    uint64_t last;
    if (!counter_get(c->tx, str_of(seq, sizeof seq), &last) && (uint64_t)id > last)
        fault(c, "%s %lld: its id was never given out", r->name, (long long)id);
    void *row = arena_alloc(&c->work, r->size);
    Err e = row ? record_verify(r, bytes, &c->work) : E_NOMEM;
    if (!e)
        e = record_decode(r, bytes, row);
    if (e) {
        fault(c, "%s %lld: cannot be decoded: %s", r->name, (long long)id, err_name(e));
        return;
    }
    *(int64_t *)row = id;
    check_indexed(c, r, row);
    check_refs(c, r, row);
}

static void check_records(Check *c) {
    Cursor cur;
    c->err = cursor_open(c->tx, DB_REC, &cur);
    for (bool on = !c->err && cursor_seek(&cur, (Str){NULL, 0}); on && !c->err; on = cursor_next(&cur)) {
        arena_reset(&c->work);
        check_record(c, cur.key, cur.value);
    }
    cursor_close(&cur);
}

/* ---- entries, and from them to their records ---- */

/* Counts the entries under each counted prefix as they pass in order, and compares when the prefix changes. */
typedef struct Level {
    uint8_t prefix[KEY_BYTES_MAX];
    size_t bytes;
    uint64_t count;
} Level;

static void level_end(Check *c, Level *l) {
    if (!l->count)
        return;
    uint8_t key[1 + KEY_BYTES_MAX];
    uint64_t kept;
    key[0] = 'c';
    memcpy(key + 1, l->prefix, l->bytes);
    if (counter_get(c->tx, str_of(key, 1 + l->bytes), &kept) || kept != l->count)
        fault(c, "index %s: a counter says %llu of %llu entries", c->s->indexes[l->prefix[0]].index->name,
              (unsigned long long)kept, (unsigned long long)l->count);
    l->count = 0;
}

static void level_pass(Check *c, Level *l, Str prefix) {
    if (l->count && !str_eq(str_of(l->prefix, l->bytes), prefix))
        level_end(c, l);
    if (!l->count) {
        memcpy(l->prefix, prefix.p, prefix.n);
        l->bytes = prefix.n;
    }
    l->count++;
}

/* The index of an entry, its parts in range; NULL when it is nobody's. */
static const IndexInfo *entry_index(const Check *c, Str key, Str value, int64_t *id) {
    const IndexInfo *info = &c->s->indexes[(uint8_t)key.p[0]];
    Str rest = str_from(key, 1);
    if (!info->index || info->index->kind == IX_TEXT || !key_skip(info, 0, info->index->part_count, &rest))
        return NULL;
    Str *holds_id = info->index->kind == IX_UNIQUE ? &value : &rest;
    return ordered_get(holds_id, id) && !value.n && !rest.n ? info : NULL;
}

static void check_entries(Check *c) {
    static const Level none;
    Level levels[KEY_PARTS_MAX];
    for (size_t i = 0; i < COUNT(levels); i++)
        levels[i] = none;
    Cursor cur;
    c->err = cursor_open(c->tx, DB_IDX, &cur);
    for (bool on = !c->err && cursor_seek(&cur, (Str){NULL, 0}); on; on = cursor_next(&cur)) {
        int64_t id;
        const IndexInfo *info = entry_index(c, cur.key, cur.value, &id);
        if (!info) {
            fault(c, "an entry of index %u is not well-formed", (uint8_t)cur.key.p[0]);
            continue;
        }
        c->found[info->index->id]++;
        Str rest = str_from(cur.key, 1);
        for (unsigned i = 0; i < info->index->counted && key_skip(info, i, i + 1, &rest); i++)
            level_pass(c, &levels[i], (Str){cur.key.p, cur.key.n - rest.n});
    }
    for (size_t i = 0; i < COUNT(levels); i++)
        level_end(c, &levels[i]);
    cursor_close(&cur);
}

/* An index has more entries than its records account for: names those that no record has. */
static void find_strays(Check *c, const IndexInfo *info) {
    Cursor cur;
    uint8_t first = info->index->id;
    c->err = cursor_open(c->tx, DB_IDX, &cur);
    void *row = c->err ? NULL : arena_alloc(c->tx->arena, info->record->size);
    for (bool on = row && cursor_seek(&cur, str_of(&first, 1)); on && (uint8_t)cur.key.p[0] == first; on = cursor_next(&cur)) {
        int64_t id;
        KeySet set = {0};
        arena_reset(&c->work);
        if (!entry_index(c, cur.key, cur.value, &id))
            continue; /* told already */
        bool own = false;
        if (rec_get(c->tx, info->record, id, row) == OK && keys_of_row(info, row, &c->work, &set) == OK)
            for (size_t i = 0; i < set.n && !own; i++)
                own = str_eq(set.keys[i], cur.key);
        if (!own)
            fault(c, "index %s: an entry names %s %lld, which has no such entry", info->index->name, info->record->name,
                  (long long)id);
    }
    cursor_close(&cur);
}

/* ---- counters, sequences, names ---- */

static void check_small(Check *c) {
    Cursor cur, entry;
    c->err = cursor_open(c->tx, DB_SMALL, &cur);
    if (!c->err)
        c->err = cursor_open(c->tx, DB_IDX, &entry);
    for (bool on = !c->err && cursor_seek(&cur, (Str){NULL, 0}); on; on = cursor_next(&cur)) {
        Str rest = str_from(cur.key, 1);
        switch (cur.key.p[0]) {
        case 'c': /* a wrong number was told by check_entries; here: a counter of nothing */
            if (!rest.n || !cursor_seek(&entry, rest) || !str_starts(entry.key, rest))
                fault(c, "a counter of index %u counts nothing", rest.n ? (uint8_t)rest.p[0] : 0u);
            break;
        case 's':
            if (rest.n != 1 || !c->s->kinds[(uint8_t)rest.p[0]] || cur.value.n != sizeof(uint64_t))
                fault(c, "a sequence is not well-formed");
            break;
        case 'm': break;
        default: fault(c, "an unknown key in the small values");
        }
    }
    if (!c->err)
        cursor_close(&entry);
    cursor_close(&cur);
}

/* ---- blobs ---- */

static int blob_order(const void *a, const void *b) { return memcmp(a, b, sizeof(BlobId)); }

static void name_blob(const BlobId *id, char out[17]) {
    for (int i = 0; i < 8; i++)
        snprintf(out + 2 * i, 3, "%02x", id->sha256[i]);
}

static void check_blob(Check *c, const BlobId *id, const BlobHead *head, uint64_t *chunks) {
    char name[17];
    Sha256 sha;
    uint8_t sum[SHA256_BYTES];
    name_blob(id, name);
    sha256_init(&sha);
    for (uint64_t i = 0; i * STORE_BLOB_CHUNK_BYTES < head->bytes; i++) {
        Str chunk;
        if (blob_chunk(c->tx, id, head, i, &chunk)) {
            fault(c, "blob %s…: piece %llu is missing or of a wrong length", name, (unsigned long long)i);
            return;
        }
        ++*chunks;
        sha256_add(&sha, chunk);
    }
    sha256_out(&sha, sum);
    if (memcmp(sum, id->sha256, sizeof sum) != 0)
        fault(c, "blob %s…: its bytes do not have its checksum", name);
}

static bool tables_have_blobs(const Store *s) {
    for (size_t i = 0; i < s->cfg.record_count; i++)
        for (uint16_t k = 0; k < s->cfg.records[i]->field_count; k++)
            if (s->cfg.records[i]->fields[k].blob)
                return true;
    return false;
}

static void check_blobs(Check *c) {
    if (c->ref_count)
        qsort(c->refs, c->ref_count, sizeof *c->refs, blob_order);
    bool referred = tables_have_blobs(c->s);
    uint64_t chunks = 0, chunk_keys = 0;
    size_t ref = 0;
    char name[17];
    Cursor cur;
    c->err = cursor_open(c->tx, DB_BLOB, &cur);
    for (bool on = !c->err && cursor_seek(&cur, (Str){NULL, 0}); on; on = cursor_next(&cur)) {
        BlobHead head;
        BlobId id;
        if (cur.key.n == BLOB_KEY_BYTES) {
            chunk_keys++;
            continue;
        }
        if (cur.key.n != sizeof id || !blob_head(cur.value, &head) || head.bytes > STORE_BLOB_MAX_BYTES) {
            fault(c, "a blob's head is not well-formed");
            continue;
        }
        memcpy(&id, cur.key.p, sizeof id);
        name_blob(&id, name);
        check_blob(c, &id, &head, &chunks);
        uint64_t refs = 0;
        for (; ref < c->ref_count && blob_order(&c->refs[ref], &id) <= 0; ref++) {
            if (blob_order(&c->refs[ref], &id) < 0)
                fault(c, "a record refers to a blob that does not exist");
            else
                refs++;
        }
        if (head.refs == 0 || (referred && refs != head.refs))
            fault(c, "blob %s…: %llu references are counted, %llu exist", name, (unsigned long long)head.refs,
                  (unsigned long long)refs);
    }
    for (; !c->err && ref < c->ref_count; ref++)
        fault(c, "a record refers to a blob that does not exist");
    if (chunk_keys > chunks)
        fault(c, "%llu pieces of blobs belong to no blob", (unsigned long long)(chunk_keys - chunks));
    cursor_close(&cur);
}

/* ---- all of it ---- */

static void check_all(Check *c) {
    check_records(c);
    if (!c->err)
        check_entries(c);
    for (int i = 0; i < INDEXES && !c->err; i++) {
        const IndexInfo *info = &c->s->indexes[i];
        if (info->index && c->found[i] > c->accounted[i])
            find_strays(c, info);
    }
    if (!c->err)
        check_small(c);
    for (int i = 0; i < INDEXES && !c->err; i++) {
        const IndexInfo *info = &c->s->indexes[i];
        if (info->index && info->index->kind == IX_TEXT)
            c->err = text_check(c->tx, info->record, info->index, c->say, c->ctx, &c->faults);
    }
    if (!c->err)
        check_blobs(c);
}

Err store_check(Store *s, void (*say)(void *ctx, Str line), void *ctx, uint64_t *faults) {
    Check *c = calloc(1, sizeof *c);
    *faults = 0;
    if (!c)
        return E_NOMEM;
    c->s = s;
    c->say = say;
    c->ctx = ctx;
    Arena a;
    arena_init(&a, CHECK_ARENA_BYTES);
    arena_init(&c->work, WORK_ARENA_BYTES);
    Err e = E_BUSY;
    for (int i = 0; i < SNAPSHOT_TRIES && e == E_BUSY; i++) {
        e = store_read(s, &a, &c->tx);
        if (e)
            break;
        e = verify_pages(c->tx, true, say, ctx, &c->faults);
        if (!e && !c->faults) { /* else nothing further can be trusted to be readable */
            check_all(c);
            e = c->err ? c->err : c->tx->err == E_CORRUPT ? OK : c->tx->err;
            if (!e && c->tx->err && !c->faults)
                fault(c, "the store is corrupt: see the log");
        }
        store_read_end(c->tx);
        arena_reset(&a);
    }
    *faults = c->faults;
    arena_free(&a);
    arena_free(&c->work);
    free(c->refs);
    free(c);
    return e;
}
