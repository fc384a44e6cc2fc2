/* siphash.h - SipHash-2-4, a short keyed hash.
 *
 * Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012. A 64-bit pseudo-random function under a 128-bit key: not to be
 * predicted without the key, far cheaper than HMAC on short inputs. Pure, thread-safe. */
#ifndef CRYPTO_SIPHASH_H
#define CRYPTO_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct SipKey {
    uint64_t k0, k1;
} SipKey;

/* The key of 16 bytes, little-endian as in the paper. */
SipKey sip_key(const uint8_t bytes[16]);
/* The hash of n bytes. */
uint64_t siphash(const SipKey *k, const void *p, size_t n);
/* The hash of 8 + `n` bytes (n <= 7): the little-endian bytes of `a`, then the low n bytes of `b`. Same result as siphash of
 * those bytes. */
uint64_t siphash_short(const SipKey *k, uint64_t a, uint64_t b, unsigned n);

#endif
