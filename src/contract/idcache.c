#include "contract/idcache.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { WORDS = 5 /* of 8 bytes: 36 characters and 4 more */ };

typedef struct IdSlot {
    _Atomic uint32_t sequence;
    _Atomic uint64_t key, text[WORDS];
} IdSlot;

struct IdCache {
    IdSlot slots[IDCACHE_SLOTS];
};

IdCache *idcache_new(void) { return calloc(1, sizeof(IdCache)); }
void idcache_free(IdCache *c) { free(c); }

static void put(IdSlot *s, uint64_t key, const char *p) {
    uint64_t text[WORDS] = {0};
    memcpy(text, p, IDMAP_UUID_CHARS);
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
    uint64_t key = (uint64_t)id << 8 | kind;
    /* Ids ascend from 1; one that would not fit beside its kind is not cached. Key 0 is an empty slot. */
    if (!c || id <= 0 || id >> 55) {
        idmap_uuid(m, kind, id, p);
        return;
    }
    IdSlot *s = &c->slots[(key * UINT64_C(0x9e3779b97f4a7c15)) >> 53];
    _Static_assert(IDCACHE_SLOTS == 1 << (64 - 53), "the top bits of the product are the slot");
    uint32_t before = atomic_load_explicit(&s->sequence, memory_order_acquire);
    if (!(before & 1) && atomic_load_explicit(&s->key, memory_order_acquire) == key) {
        uint64_t text[WORDS];
        for (size_t i = 0; i < WORDS; i++)
            text[i] = atomic_load_explicit(&s->text[i], memory_order_acquire);
        if (atomic_load_explicit(&s->sequence, memory_order_relaxed) == before) {
            memcpy(p, text, sizeof text);
            return;
        }
    }
    idmap_uuid(m, kind, id, p);
    put(s, key, p);
}
