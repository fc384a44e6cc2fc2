#include "store/internal.h"

/* ---- counters and sequences ---- */

static uint64_t be_u64(const void *p) {
    const uint8_t *b = p;
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | b[i];
    return v;
}

static void be_u64_put(uint8_t to[8], uint64_t v) {
    for (int i = 7; i >= 0; i--, v >>= 8)
        to[i] = (uint8_t)v;
}

Err counter_get(Tx *tx, Str key, uint64_t *value) {
    Str v;
    Err e = db_get(tx, DB_SMALL, key, &v);
    *value = 0;
    if (e == E_MISSING)
        return OK;
    if (!e && v.n != 8)
        e = tx_broken(tx, E_CORRUPT, "counter");
    if (!e)
        *value = be_u64(v.p);
    return e;
}

Err counter_add(Tx *tx, Str key, int64_t delta) {
    uint64_t was;
    Err e = counter_get(tx, key, &was);
    if (e)
        return e;
    if (delta < 0 && was < (uint64_t)-delta)
        return tx_broken(tx, E_CORRUPT, "counter below zero");
    uint64_t now = was + (uint64_t)delta;
    uint8_t bytes[8];
    be_u64_put(bytes, now);
    return now ? db_put(tx, DB_SMALL, key, str_of(bytes, sizeof bytes)) : db_del(tx, DB_SMALL, key);
}

/* ---- values by name ---- */

enum { META_NAME_BYTES_MAX = 200 };

static bool meta_key(uint8_t to[1 + META_NAME_BYTES_MAX], Str name, Str *key) {
    if (!name.n || name.n > META_NAME_BYTES_MAX)
        return false;
    to[0] = 'm';
    memcpy(to + 1, name.p, name.n);
    *key = str_of(to, 1 + name.n);
    return true;
}

Err meta_get(Tx *tx, Str name, Str *value) {
    uint8_t mem[1 + META_NAME_BYTES_MAX];
    Str key;
    if (!meta_key(mem, name, &key))
        return E_INVALID;
    Err e = db_get(tx, DB_SMALL, key, value);
    return e ? e : db_copy(tx, value);
}

Err meta_put(Tx *tx, Str name, Str value) {
    uint8_t mem[1 + META_NAME_BYTES_MAX];
    Str key;
    if (!meta_key(mem, name, &key))
        return E_INVALID;
    if (value.n > STORE_RECORD_BYTES_MAX)
        return E_TOO_LARGE;
    if (value.n)
        return db_put(tx, DB_SMALL, key, value);
    Err e = db_del(tx, DB_SMALL, key);
    return e == E_MISSING ? OK : e;
}
