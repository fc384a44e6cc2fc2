#include "crypto/siphash.h"

typedef struct SipState {
    uint64_t v0, v1, v2, v3;
} SipState;

static inline uint64_t rotl(uint64_t x, int by) { return x << by | x >> (64 - by); }

static inline uint64_t load_le(const uint8_t *p, size_t n) {
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static inline void round1(SipState *s) {
    s->v0 += s->v1;
    s->v1 = rotl(s->v1, 13) ^ s->v0;
    s->v0 = rotl(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotl(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotl(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotl(s->v1, 17) ^ s->v2;
    s->v2 = rotl(s->v2, 32);
}

static inline SipState start(const SipKey *k) {
    return (SipState){k->k0 ^ UINT64_C(0x736f6d6570736575), k->k1 ^ UINT64_C(0x646f72616e646f6d),
                      k->k0 ^ UINT64_C(0x6c7967656e657261), k->k1 ^ UINT64_C(0x7465646279746573)};
}

static inline void compress(SipState *s, uint64_t word) {
    s->v3 ^= word;
    round1(s);
    round1(s);
    s->v0 ^= word;
}

static inline uint64_t finish(SipState *s) {
    s->v2 ^= 0xff;
    for (int i = 0; i < 4; i++)
        round1(s);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

SipKey sip_key(const uint8_t bytes[16]) { return (SipKey){load_le(bytes, 8), load_le(bytes + 8, 8)}; }

uint64_t siphash(const SipKey *k, const void *p, size_t n) {
    const uint8_t *at = p;
    SipState s = start(k);
    size_t left = n;
    for (; left >= 8; left -= 8, at += 8)
        compress(&s, load_le(at, 8));
    compress(&s, (uint64_t)(n & 0xff) << 56 | load_le(at, left));
    return finish(&s);
}

uint64_t siphash_short(const SipKey *k, uint64_t a, uint64_t b, unsigned n) {
    SipState s = start(k);
    compress(&s, a);
    compress(&s, (uint64_t)(8 + n) << 56 | (b & ((UINT64_C(1) << (8 * n)) - 1)));
    return finish(&s);
}
