#include "contract/idcache.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { WORDS = 5 /* of 8 bytes: 36 characters and 4 more */ };

typedef struct IdSlot {
    _Atomic uint32_t sequence;
    _Atomic uint64_t key, text[WORDS];
} IdSlot;

struct IdCache {
    IdSlot by_id[IDCACHE_SLOTS], by_text[IDCACHE_SLOTS];
};

IdCache *idcache_new(void) { return calloc(1, sizeof(IdCache)); }
void idcache_free(IdCache *c) { free(c); }

_Static_assert(IDCACHE_SLOTS == 1 << (64 - 53), "the top bits of a product are the slot");
static size_t slot_of(uint64_t v) { return v * UINT64_C(0x9e3779b97f4a7c15) >> 53; }

/* Ids ascend from 1; one that would not fit beside its kind is not cached. Key 0 is an empty slot. */
static uint64_t key_of(uint8_t kind, int64_t id) { return id <= 0 || id >> 55 ? 0 : (uint64_t)id << 8 | kind; }

static size_t slot_of_text(const uint64_t text[WORDS]) {
    uint64_t v = text[0];
    for (size_t i = 1; i < WORDS; i++)
        v = v * 31 + text[i];
    return slot_of(v);
}

/* False while somebody writes it. */
static bool get(const IdSlot *s, uint64_t *key, uint64_t text[WORDS]) {
    uint32_t before = atomic_load_explicit(&s->sequence, memory_order_acquire);
    *key = atomic_load_explicit(&s->key, memory_order_acquire);
    for (size_t i = 0; i < WORDS; i++)
        text[i] = atomic_load_explicit(&s->text[i], memory_order_acquire);
    return !(before & 1) && atomic_load_explicit(&s->sequence, memory_order_relaxed) == before;
}

static void put(IdSlot *s, uint64_t key, const uint64_t text[WORDS]) {
    uint32_t sequence = atomic_load_explicit(&s->sequence, memory_order_relaxed);
    if (sequence & 1 || !atomic_compare_exchange_strong_explicit(&s->sequence, &sequence, sequence + 1, memory_order_acq_rel,
                                                                 memory_order_relaxed))
        return; /* somebody else is at it */
    atomic_store_explicit(&s->key, key, memory_order_release);
    for (size_t i = 0; i < WORDS; i++)
        atomic_store_explicit(&s->text[i], text[i], memory_order_release);
    atomic_store_explicit(&s->sequence, sequence + 2, memory_order_release);
}

void idcache_uuid(IdCache *c, const IdMap *m, uint8_t kind, int64_t id, char *p) {
    uint64_t key = c ? key_of(kind, id) : 0, found, text[WORDS] = {0};
    if (!key) {
        idmap_uuid(m, kind, id, p);
        return;
    }
    IdSlot *s = &c->by_id[slot_of(key)];
    if (get(s, &found, text) && found == key) {
        memcpy(p, text, sizeof text);
        return;
    }
    idmap_uuid(m, kind, id, p);
    text[WORDS - 1] = 0;
    memcpy(text, p, IDMAP_UUID_CHARS);
    put(s, key, text);
}

bool idcache_id(IdCache *c, const IdMap *m, uint8_t kind, Str uuid, int64_t *id) {
    if (!c || uuid.n != IDMAP_UUID_CHARS)
        return idmap_uuid_id(m, kind, uuid, id);
    uint64_t text[WORDS] = {0}, there[WORDS], key;
    memcpy(text, uuid.p, IDMAP_UUID_CHARS);
    IdSlot *s = &c->by_text[slot_of_text(text)];
    if (get(s, &key, there) && key && (uint8_t)key == kind && bytes_eq(text, there, sizeof text)) {
        *id = (int64_t)(key >> 8);
        return true;
    }
    if (!idmap_uuid_id(m, kind, uuid, id))
        return false;
    key = key_of(kind, *id);
    if (key)
        put(s, key, text);
    return true;
}
