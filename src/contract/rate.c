#include <arpa/inet.h>
#include <stdlib.h>

#include "base/rand.h"
#include "contract/internal.h"

/* Sets of RATE_WAYS slots; a key has one set, and pushes out the slot that was quiet longest. */
enum { RATE_SETS = RATE_SLOTS / RATE_WAYS };
_Static_assert(RATE_SETS *RATE_WAYS == RATE_SLOTS && RATE_SETS % RATE_LOCKS == 0, "whole sets, evenly under locks");

Err rates_init(Rates *r) {
    uint8_t secret[16];
    rand_bytes(secret, sizeof secret);
    r->secret = sip_key(secret);
    r->slots = calloc(RATE_SLOTS, sizeof *r->slots);
    if (!r->slots)
        return E_NOMEM;
    for (size_t i = 0; i < RATE_LOCKS; i++)
        pthread_mutex_init(&r->locks[i], NULL);
    return OK;
}

void rates_free(Rates *r) {
    if (!r->slots)
        return;
    for (size_t i = 0; i < RATE_LOCKS; i++)
        pthread_mutex_destroy(&r->locks[i]);
    free(r->slots);
    r->slots = NULL;
}

/* The key's slot, brought to this minute. */
static RateSlot *slot_of(RateSlot *set, uint64_t key, uint32_t minute) {
    RateSlot *slot = NULL, *oldest = set;
    for (size_t i = 0; i < RATE_WAYS && !slot; i++) {
        if (set[i].key == key)
            slot = &set[i];
        if (set[i].minute < oldest->minute || (set[i].minute == oldest->minute && set[i].now < oldest->now))
            oldest = &set[i];
    }
    if (!slot) {
        slot = oldest;
        *slot = (RateSlot){.key = key, .minute = minute};
    } else if (slot->minute != minute) {
        slot->before = slot->minute + 1 == minute ? slot->now : 0;
        slot->now = 0;
        slot->minute = minute;
    }
    return slot;
}

Str rate_address(Str remote, char network[RATE_NETWORK_BYTES]) {
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (str_index(remote, ':') == remote.n || remote.n >= sizeof text)
        return remote;
    memcpy(text, remote.p, remote.n);
    text[remote.n] = 0;
    if (inet_pton(AF_INET6, text, &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address))
        return remote;
    memcpy(network, &address, RATE_NETWORK_BYTES);
    return str_of(network, RATE_NETWORK_BYTES);
}

bool rates_hit(Rates *r, RateClass class, Str key, Str key2, int32_t per_min, int64_t now_ms, int64_t *retry_s) {
    if (class == RATE_NONE || per_min <= 0 || per_min > UINT16_MAX) /* more than a slot can count is no limit */
        return true;
    uint64_t hash = siphash(&r->secret, key.p ? key.p : "", key.n);
    hash = siphash_short(&r->secret, hash, class, 1);
    if (key2.n)
        hash ^= siphash(&r->secret, key2.p, key2.n) * UINT64_C(0x9e3779b97f4a7c15);
    hash |= 1; /* 0 is an empty slot */
    size_t set = (size_t)(hash >> 32) % RATE_SETS;
    pthread_mutex_t *lock = &r->locks[set % RATE_LOCKS];
    uint32_t minute = (uint32_t)(now_ms / MS_MINUTE);
    int64_t passed = now_ms % MS_MINUTE;
    pthread_mutex_lock(lock);
    RateSlot *s = slot_of(&r->slots[set * RATE_WAYS], hash, minute);
    int64_t quiet = (uint32_t)((uint32_t)now_ms - s->last_ms);
    if (quiet >= MS_MINUTE)
        s->now = s->before = 0;
    /* Scaled by a minute, so that nothing is lost to rounding. */
    int64_t used = (int64_t)s->before * (MS_MINUTE - passed) + (int64_t)s->now * MS_MINUTE;
    bool fits = used + MS_MINUTE <= (int64_t)per_min * MS_MINUTE;
    if (fits) {
        s->now++;
        s->last_ms = (uint32_t)now_ms;
    } else {
        /* Until enough of the last minute's share has faded; when this minute is full by itself, into the next one. */
        int64_t room = (int64_t)(per_min - 1 - s->now) * MS_MINUTE, wait;
        if (room >= 0 && s->before)
            wait = MS_MINUTE - room / s->before - passed;
        else
            wait = MS_MINUTE - passed + (s->now ? MS_MINUTE - (int64_t)(per_min - 1) * MS_MINUTE / s->now : 0);
        if (wait > MS_MINUTE - quiet)
            wait = MS_MINUTE - quiet;
        *retry_s = wait <= 0 ? 1 : (wait + 999) / 1000;
    }
    pthread_mutex_unlock(lock);
    return fits;
}
