#include <errno.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "store/internal.h"

/* ---- errors ---- */

Err db_err(int rc) {
    static const struct {
        int rc;
        Err err;
    } map[] = {
        {MDB_SUCCESS, OK},
        {MDB_NOTFOUND, E_MISSING},
        {MDB_MAP_FULL, E_FULL},
        {ENOSPC, E_FULL},
        {EDQUOT, E_FULL},
        {EFBIG, E_FULL},
        {MDB_TXN_FULL, E_TOO_LARGE},
        {ENOMEM, E_NOMEM},
        {MDB_READERS_FULL, E_BUSY},
        {MDB_CORRUPTED, E_CORRUPT},
        {MDB_PAGE_NOTFOUND, E_CORRUPT},
        {MDB_INVALID, E_CORRUPT},
        {MDB_VERSION_MISMATCH, E_CORRUPT},
        {MDB_PAGE_FULL, E_CORRUPT},
        {MDB_CURSOR_FULL, E_CORRUPT},
        {MDB_INCOMPATIBLE, E_CORRUPT},
        {MDB_BAD_VALSIZE, E_INTERNAL},
        {MDB_BAD_DBI, E_INTERNAL},
        {EINVAL, E_INTERNAL},
    };
    for (size_t i = 0; i < COUNT(map); i++)
        if (map[i].rc == rc)
            return map[i].err;
    return E_IO;
}

Err tx_broken(Tx *tx, Err e, const char *what) {
    if (!tx->err) {
        tx->err = e;
        if (e != E_FULL) /* the writer tells of that, once */
            log_line(e == E_NOMEM || e == E_TOO_LARGE ? LOG_WARN : LOG_ERROR, "store", "transaction broken", "error=%s at=%s",
                     err_name(e), what);
    }
    return e;
}

/* ---- reading ---- */

/* Where this thread found a free slot last: most often it is free again. */
static _Thread_local unsigned slot_hint;

static bool slot_take(Tx *tx) {
    bool free_now = false;
    return !atomic_load_explicit(&tx->taken, memory_order_relaxed) &&
           atomic_compare_exchange_strong_explicit(&tx->taken, &free_now, true, memory_order_acquire, memory_order_relaxed);
}

Err store_read(Store *s, Arena *a, Tx **out) {
    Tx *tx = NULL;
    for (unsigned i = 0; !tx; i++) {
        if (i == STORE_READERS_MAX)
            return E_BUSY;
        unsigned at = (slot_hint + i) % STORE_READERS_MAX;
        if (slot_take(&s->readers[at])) {
            tx = &s->readers[at];
            slot_hint = at;
        }
    }
    int rc = tx->txn ? mdb_txn_renew(tx->txn) : mdb_txn_begin(s->env, NULL, MDB_RDONLY, &tx->txn);
    if (rc) {
        log_line(LOG_ERROR, "store", "cannot read", "error=%s", mdb_strerror(rc));
        atomic_store_explicit(&tx->taken, false, memory_order_release);
        return db_err(rc);
    }
    tx->store = s;
    tx->arena = a;
    tx->now_ms = INT64_MIN;
    tx->err = OK;
    tx->conflict = NULL;
    *out = tx;
    return OK;
}

void store_read_end(Tx *tx) {
    if (!tx)
        return;
    tx_cursors_idle(tx);
    mdb_txn_reset(tx->txn);
    tx->arena = NULL;
    atomic_store_explicit(&tx->taken, false, memory_order_release);
}

void readers_close(Store *s) {
    for (size_t i = 0; i < STORE_READERS_MAX; i++) {
        Tx *tx = &s->readers[i];
        for (int db = 0; db < DB_COUNT; db++)
            for (unsigned k = 0; k < tx->cursors[db].open; k++)
                mdb_cursor_close(tx->cursors[db].all[k]);
        if (tx->txn)
            mdb_txn_abort(tx->txn);
        *tx = (Tx){0};
    }
}

Arena *tx_arena(Tx *tx) { return tx->arena; }
bool tx_writable(const Tx *tx) { return tx->writable; }
Store *tx_store(const Tx *tx) { return tx->store; }
uint64_t tx_version(const Tx *tx) { return tx->writable ? 0 : mdb_txn_id(tx->txn); }
const Index *tx_conflict(const Tx *tx) { return tx->conflict; }
Err tx_err(const Tx *tx) { return tx->err; }

uint64_t store_version(Store *s) {
    MDB_envinfo info;
    return mdb_env_info(s->env, &info) == 0 ? info.me_last_txnid : 0;
}

int64_t tx_now_ms(Tx *tx) {
    if (tx->now_ms == INT64_MIN) {
        int64_t (*now)(void) = tx->store->cfg.now_ms;
        tx->now_ms = now ? now() : clock_now_ms();
    }
    return tx->now_ms;
}

/* ---- raw keys and values ---- */

static MDB_val val_of(Str s) { return (MDB_val){.mv_size = s.n, .mv_data = (void *)s.p}; }
static Str str_of_val(MDB_val v) { return str_of(v.mv_data, v.mv_size); }

Err db_get(Tx *tx, Db db, Str key, Str *value) {
    MDB_val k = val_of(key), v;
    int rc = mdb_get(tx->txn, tx->store->dbi[db], &k, &v);
    if (rc == MDB_SUCCESS) {
        *value = str_of_val(v);
        return OK;
    }
    return rc == MDB_NOTFOUND ? E_MISSING : tx_broken(tx, db_err(rc), "get");
}

Err db_get_near(Tx *tx, unsigned kind, Str key, Str *value) {
    MDB_cursor **near = &tx->near[kind % TX_NEAR];
    if (!*near) {
        Cursor c;
        Err e = cursor_open(tx, DB_REC, &c);
        if (e)
            return e;
        *near = c.mc;
    }
    MDB_val k = val_of(key), v;
    int rc = mdb_cursor_get(*near, &k, &v, MDB_SET);
    if (rc == MDB_SUCCESS) {
        *value = str_of_val(v);
        return OK;
    }
    return rc == MDB_NOTFOUND ? E_MISSING : tx_broken(tx, db_err(rc), "get");
}

/* Every write begins here. */
static Err write_begin(Tx *tx) {
    if (!tx->writable)
        return tx_broken(tx, E_INTERNAL, "write in a read transaction");
    if (tx->err)
        return tx->err;
    tx->dirty = true;
    tx->gen++;
    return failpoint(FP_STORE_PUT) ? tx_broken(tx, E_IO, "failpoint") : OK;
}

Err db_put(Tx *tx, Db db, Str key, Str value) {
    Err e = write_begin(tx);
    if (e)
        return e;
    MDB_val k = val_of(key), v = val_of(value);
    int rc = mdb_put(tx->txn, tx->store->dbi[db], &k, &v, 0);
    return rc ? tx_broken(tx, db_err(rc), "put") : OK;
}

Err db_reserve(Tx *tx, Db db, Str key, size_t bytes, void **room) {
    Err e = write_begin(tx);
    if (e)
        return e;
    MDB_val k = val_of(key), v = {.mv_size = bytes};
    int rc = mdb_put(tx->txn, tx->store->dbi[db], &k, &v, MDB_RESERVE);
    *room = v.mv_data;
    return rc ? tx_broken(tx, db_err(rc), "put") : OK;
}

Err db_del(Tx *tx, Db db, Str key) {
    Err e = write_begin(tx);
    if (e)
        return e;
    MDB_val k = val_of(key);
    int rc = mdb_del(tx->txn, tx->store->dbi[db], &k, NULL);
    return rc == MDB_SUCCESS ? OK : rc == MDB_NOTFOUND ? E_MISSING : tx_broken(tx, db_err(rc), "delete");
}

Err db_copy(Tx *tx, Str *view) {
    if (!tx->writable)
        return OK;
    Str copy = arena_str(tx->arena, *view);
    if (!copy.p)
        return tx_broken(tx, E_NOMEM, "copy");
    *view = copy;
    return OK;
}

/* ---- cursors ---- */

void tx_cursors_idle(Tx *tx) {
    for (int db = 0; db < DB_COUNT; db++)
        tx->cursors[db].used = 0;
    for (int i = 0; i < TX_NEAR; i++)
        tx->near[i] = NULL;
}

Err cursor_open(Tx *tx, Db db, Cursor *c) {
    unsigned at = (unsigned)__builtin_ctz(~tx->cursors[db].used);
    if (at >= TX_CURSORS_MAX)
        return tx_broken(tx, E_NOMEM, "too many cursors");
    int rc = MDB_SUCCESS;
    if (at == tx->cursors[db].open) {
        rc = mdb_cursor_open(tx->txn, tx->store->dbi[db], &tx->cursors[db].all[at]);
        tx->cursors[db].open += rc == MDB_SUCCESS;
    } else if (!tx->writable) {
        rc = mdb_cursor_renew(tx->txn, tx->cursors[db].all[at]);
    }
    if (rc)
        return tx_broken(tx, db_err(rc), "cursor");
    tx->cursors[db].used |= 1u << at;
    *c = (Cursor){.tx = tx, .mc = tx->cursors[db].all[at], .slot = (uint8_t)at, .db = (uint8_t)db};
    return OK;
}

void cursor_close(Cursor *c) {
    if (c->mc)
        c->tx->cursors[c->db].used &= ~(1u << c->slot);
    c->mc = NULL;
}

static inline bool cursor_do(Cursor *c, Str key, MDB_cursor_op op) {
    MDB_val k = val_of(key), v;
    int rc = mdb_cursor_get(c->mc, &k, &v, op);
    if (rc == MDB_SUCCESS) {
        c->key = str_of_val(k);
        c->value = str_of_val(v);
        c->gen = c->tx->gen;
        return true;
    }
    if (rc != MDB_NOTFOUND)
        tx_broken(c->tx, db_err(rc), "cursor");
    return false;
}

bool cursor_seek(Cursor *c, Str key) { return key.n ? cursor_do(c, key, MDB_SET_RANGE) : cursor_do(c, key, MDB_FIRST); }
bool cursor_last(Cursor *c) { return cursor_do(c, (Str){NULL, 0}, MDB_LAST); }

bool cursor_seek_before(Cursor *c, Str key) {
    if (cursor_seek(c, key))
        return cursor_do(c, (Str){NULL, 0}, MDB_PREV);
    return !c->tx->err && cursor_last(c);
}

static inline bool cursor_step(Cursor *c, MDB_cursor_op op) {
    if (c->gen != c->tx->gen) {
        tx_broken(c->tx, E_INTERNAL, "cursor step after a write");
        return false;
    }
    return cursor_do(c, (Str){NULL, 0}, op);
}

bool cursor_next(Cursor *c) { return cursor_step(c, MDB_NEXT); }
bool cursor_prev(Cursor *c) { return cursor_step(c, MDB_PREV); }
