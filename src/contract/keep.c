#include "contract/keep.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LOCKS = 64, GRAIN = 256 };

typedef struct Slot {
    uint64_t version; /* 0: empty */
    int64_t until_ms;
    char *bytes; /* key, text */
    size_t a_n, b_n, text_n, cap;
} Slot;

struct Keep {
    KeepLimits limits;
    _Atomic size_t bytes;
    pthread_mutex_t locks[LOCKS];
    Slot slots[]; /* those that were never used take no memory */
};

Keep *keep_new(KeepLimits limits) {
    Keep *k = calloc(1, sizeof *k + limits.slots * sizeof(Slot));
    if (!k)
        return NULL;
    k->limits = limits;
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_init(&k->locks[i], NULL);
    return k;
}

void keep_free(Keep *k) {
    if (!k)
        return;
    for (size_t i = 0; i < k->limits.slots; i++)
        free(k->slots[i].bytes);
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&k->locks[i]);
    free(k);
}

static Slot *slot_of(Keep *k, const KeepKey *key) { return &k->slots[key->hash & (k->limits.slots - 1)]; }
static pthread_mutex_t *lock_of(Keep *k, const Slot *s) { return &k->locks[(size_t)(s - k->slots) % LOCKS]; }

static bool same(const Slot *s, const KeepKey *key) {
    return s->a_n == key->a.n && s->b_n == key->b.n && str_eq(str_of(s->bytes, s->a_n), key->a) &&
           str_eq(str_of(s->bytes + s->a_n, s->b_n), key->b);
}

bool keep_get(Keep *k, const KeepKey *key, uint64_t version, int64_t now_ms, Buf *out) {
    if (!k || !version)
        return false;
    const Slot *s = slot_of(k, key);
    pthread_mutex_t *lock = lock_of(k, s);
    pthread_mutex_lock(lock);
    bool found = s->version == version && now_ms < s->until_ms && same(s, key);
    if (found) {
        buf_put(out, s->bytes + s->a_n + s->b_n, s->text_n);
        found = !out->err;
    }
    pthread_mutex_unlock(lock);
    return found;
}

/* Room for n bytes in a slot, within what all may have. */
static bool room(Keep *k, Slot *s, size_t n) {
    if (n <= s->cap)
        return true;
    size_t cap = (n + GRAIN - 1) / GRAIN * GRAIN, more = cap - s->cap;
    if (atomic_fetch_add(&k->bytes, more) + more > k->limits.bytes) {
        atomic_fetch_sub(&k->bytes, more);
        return false;
    }
    char *bytes = realloc(s->bytes, cap);
    if (!bytes) {
        atomic_fetch_sub(&k->bytes, more);
        return false;
    }
    s->bytes = bytes;
    s->cap = cap;
    return true;
}

void keep_put(Keep *k, const KeepKey *key, uint64_t version, int64_t until_ms, Str text) {
    size_t n = key->a.n + key->b.n + text.n;
    if (!k || !version || n > k->limits.text_bytes)
        return;
    Slot *s = slot_of(k, key);
    pthread_mutex_t *lock = lock_of(k, s);
    if (pthread_mutex_trylock(lock))
        return; /* somebody has just what is wanted here, or is making it */
    s->version = 0;
    if (room(k, s, n)) {
        Buf b = buf_fixed(s->bytes, s->cap);
        buf_add(&b, key->a);
        buf_add(&b, key->b);
        buf_add(&b, text);
        s->a_n = key->a.n;
        s->b_n = key->b.n;
        s->text_n = text.n;
        s->until_ms = until_ms;
        s->version = version;
    }
    pthread_mutex_unlock(lock);
}
