#include "store/internal.h"

/* What index scans and record scans share: a walk over the keys in [lo, hi). */
typedef struct Walk {
    Tx *tx;
    Cursor cursor;
    Str lo, hi;   /* hi.p == NULL: no upper bound */
    Str last;     /* in a write transaction: the key given last, to find the place again after a write */
    char *last_mem;
    enum { WALK_NEW, WALK_ON, WALK_DONE } state;
    bool descending;
} Walk;

struct Scan {
    Walk walk;
    const IndexInfo *info;
    unsigned prefix_parts; /* parts that all entries share … */
    size_t prefix_bytes;   /* … and how long they are in a key */
};

struct RecScan {
    Walk walk;
    const Record *record;
};

static inline int order(Str a, Str b) {
    MDB_val x = {.mv_size = a.n, .mv_data = (void *)a.p}, y = {.mv_size = b.n, .mv_data = (void *)b.p};
    return key_order(&x, &y);
}

/* The first key behind all that begin with `prefix`, in the arena; {NULL} when there is none. */
static Err successor(Arena *a, Str prefix, Str *out) {
    *out = (Str){NULL, 0};
    while (prefix.n && (uint8_t)prefix.p[prefix.n - 1] == 0xff)
        prefix.n--;
    if (!prefix.n)
        return OK;
    Str s = arena_str(a, prefix);
    if (!s.p)
        return E_NOMEM;
    ((uint8_t *)s.p)[s.n - 1]++;
    *out = s;
    return OK;
}

static Err walk_open(Tx *tx, Db db, Walk *w) {
    w->tx = tx;
    if (tx->writable) {
        w->last_mem = arena_raw(tx->arena, KEY_BYTES_MAX + ORDERED_BYTES_MAX);
        if (!w->last_mem)
            return tx_broken(tx, E_NOMEM, "scan");
    }
    return cursor_open(tx, db, &w->cursor);
}

static bool walk_first(Walk *w) {
    if (!w->descending)
        return cursor_seek(&w->cursor, w->lo);
    return w->hi.p ? cursor_seek_before(&w->cursor, w->hi) : cursor_last(&w->cursor);
}

static bool walk_further(Walk *w) {
    if (w->cursor.gen == w->tx->gen)
        return w->descending ? cursor_prev(&w->cursor) : cursor_next(&w->cursor);
    /* Written since: on from the last key, whether it is still there or not. */
    if (w->descending)
        return cursor_seek_before(&w->cursor, w->last);
    return cursor_seek(&w->cursor, w->last) && (order(w->cursor.key, w->last) != 0 || cursor_next(&w->cursor));
}

static bool walk_next(Walk *w) {
    if (w->state == WALK_DONE)
        return false;
    bool there = w->state == WALK_NEW ? walk_first(w) : walk_further(w);
    w->state = WALK_ON;
    if (there && (w->descending ? order(w->cursor.key, w->lo) >= 0 : !w->hi.p || order(w->cursor.key, w->hi) < 0)) {
        if (w->last_mem && w->cursor.key.n <= KEY_BYTES_MAX + ORDERED_BYTES_MAX) {
            memcpy(w->last_mem, w->cursor.key.p, w->cursor.key.n);
            w->last = (Str){w->last_mem, w->cursor.key.n};
        }
        return true;
    }
    w->state = WALK_DONE;
    cursor_close(&w->cursor);
    return false;
}

/* ---- index scans ---- */

Err scan_open(Tx *tx, const Index *ix, ScanRange range, Scan **out) {
    Key whole = key_of(ix);
    const Key *prefix = range.prefix ? range.prefix : &whole;
    if (ix->kind == IX_TEXT || prefix->bad || (range.from && range.from->bad) || (range.to && range.to->bad))
        return E_INVALID;
    Scan *s = ARENA_NEW(tx->arena, Scan);
    if (!s)
        return tx_broken(tx, E_NOMEM, "scan");
    s->info = &tx->store->indexes[ix->id];
    Walk *w = &s->walk;
    w->descending = range.descending;
    Str p = str_of(prefix->bytes, prefix->n), lo = p;
    Err e = successor(tx->arena, p, &w->hi);
    if (range.from && order(str_of(range.from->bytes, range.from->n), lo) > 0)
        lo = str_of(range.from->bytes, range.from->n);
    if (!e) {
        w->lo = arena_str(tx->arena, lo);
        if (range.to && (!w->hi.p || order(str_of(range.to->bytes, range.to->n), w->hi) < 0))
            w->hi = arena_str(tx->arena, str_of(range.to->bytes, range.to->n));
        if (!w->lo.p || (range.to && !w->hi.p))
            e = E_NOMEM;
    }
    if (e)
        return tx_broken(tx, e, "scan");
    Str rest = str_from(p, 1);
    while (rest.n && key_skip(s->info, s->prefix_parts, s->prefix_parts + 1, &rest))
        s->prefix_parts++;
    s->prefix_bytes = p.n - rest.n;
    e = walk_open(tx, DB_IDX, w);
    if (!e)
        *out = s;
    return e;
}

static bool scan_id(Scan *scan, int64_t *id) {
    const Index *ix = scan->info->index;
    Str rest = scan->walk.cursor.value;
    bool good = true;
    if (ix->kind == IX_ORDERED) {
        rest = str_from(scan->walk.cursor.key, scan->prefix_bytes);
        good = key_skip(scan->info, scan->prefix_parts, ix->part_count, &rest);
    }
    good = good && ordered_get(&rest, id) && rest.n == 0;
    if (!good)
        tx_broken(scan->walk.tx, E_CORRUPT, ix->name);
    return good;
}

bool scan_next(Scan *scan, int64_t *id) { return walk_next(&scan->walk) && scan_id(scan, id); }

bool scan_next_rec(Scan *scan, const Record *r, void *row) {
    int64_t id;
    if (!scan_next(scan, &id))
        return false;
    Err e = rec_get(scan->walk.tx, r, id, row);
    if (e == E_MISSING)
        tx_broken(scan->walk.tx, E_CORRUPT, scan->info->index->name);
    return e == OK;
}

int64_t scan_skip(Scan *scan, int64_t n) {
    int64_t passed = 0;
    while (passed < n && walk_next(&scan->walk))
        passed++;
    return passed;
}

int64_t scan_part_i64(const Scan *scan, unsigned i) {
    Str rest = str_from(scan->walk.cursor.key, 1);
    int64_t v = 0;
    if (i < scan->info->index->part_count && !scan->info->parts[i].text && key_skip(scan->info, 0, i, &rest))
        ordered_get(&rest, &v);
    return v;
}

void scan_parts_i64(const Scan *scan, unsigned from, unsigned n, int64_t *out) {
    Str rest = str_from(scan->walk.cursor.key, 1);
    bool good = from + n <= scan->info->index->part_count && key_skip(scan->info, 0, from, &rest);
    for (unsigned i = 0; i < n; i++) {
        out[i] = 0;
        good = good && !scan->info->parts[from + i].text && ordered_get(&rest, &out[i]);
    }
}

void scan_close(Scan *scan) {
    if (!scan)
        return;
    scan->walk.state = WALK_DONE;
    cursor_close(&scan->walk.cursor);
}

/* ---- record scans ---- */

Err rec_scan(Tx *tx, const Record *r, int64_t from, RecScan **out) {
    uint8_t mem[1 + ORDERED_BYTES_MAX], kind = r->kind;
    RecScan *s = ARENA_NEW(tx->arena, RecScan);
    if (!s)
        return tx_broken(tx, E_NOMEM, "scan");
    s->record = r;
    s->walk.lo = arena_str(tx->arena, rec_key(mem, r, from));
    Err e = s->walk.lo.p ? successor(tx->arena, str_of(&kind, 1), &s->walk.hi) : E_NOMEM;
    e = e ? tx_broken(tx, e, "scan") : walk_open(tx, DB_REC, &s->walk);
    if (!e)
        *out = s;
    return e;
}

bool rec_scan_next(RecScan *scan, void *row) {
    Tx *tx = scan->walk.tx;
    if (!walk_next(&scan->walk))
        return false;
    Str rest = str_from(scan->walk.cursor.key, 1), bytes = scan->walk.cursor.value;
    Err e = ordered_get(&rest, row) && !rest.n ? OK : E_CORRUPT;
    if (!e && tx->writable)
        e = db_copy(tx, &bytes);
    if (!e)
        e = record_decode(scan->record, bytes, row);
    if (e)
        tx_broken(tx, e, scan->record->name);
    return e == OK;
}

void rec_scan_close(RecScan *scan) {
    if (!scan)
        return;
    scan->walk.state = WALK_DONE;
    cursor_close(&scan->walk.cursor);
}

/* ---- single keys ---- */

Err index_find(Tx *tx, const Index *ix, const Key *key, int64_t *id) {
    if (ix->kind != IX_UNIQUE || key->bad)
        return E_INVALID;
    Str value;
    Err e = db_get(tx, DB_IDX, str_of(key->bytes, key->n), &value);
    if (!e && !(ordered_get(&value, id) && value.n == 0))
        e = tx_broken(tx, E_CORRUPT, ix->name);
    return e;
}

Err index_count(Tx *tx, const Index *ix, const Key *prefix, int64_t *n) {
    if (prefix->bad)
        return E_INVALID;
    const IndexInfo *info = &tx->store->indexes[ix->id];
    Str rest = str_from(str_of(prefix->bytes, prefix->n), 1);
    unsigned parts = 0;
    while (rest.n && parts < ix->counted && key_skip(info, parts, parts + 1, &rest))
        parts++;
    if (rest.n || !parts)
        return E_INVALID; /* not a level that is counted */
    uint8_t key[1 + KEY_BYTES_MAX];
    key[0] = 'c';
    memcpy(key + 1, prefix->bytes, prefix->n);
    uint64_t count;
    Err e = counter_get(tx, str_of(key, 1 + prefix->n), &count);
    if (!e)
        *n = (int64_t)count;
    return e;
}
