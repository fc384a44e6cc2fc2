/* hmac.h - SHA-256, HMAC-SHA256 and comparison in constant time.
 *
 * SHA-256 is FIPS 180-4, HMAC is RFC 2104, both by BearSSL. Pure, thread-safe. */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include "base/buf.h"

enum { SHA256_BYTES = 32, SHA256_HEX_CHARS = 64, SHA256_BASE64_CHARS = 44 };

void sha256(Str data, uint8_t out[SHA256_BYTES]);
/* 64 lower-case hex digits, no NUL. */
void sha256_hex(Str data, char out[SHA256_HEX_CHARS]);
/* The hash of bytes that come in pieces. */
typedef struct Sha256 {
    uint64_t opaque[16];
} Sha256;
void sha256_init(Sha256 *s);
void sha256_add(Sha256 *s, Str data);
/* The hash of everything added so far; more may be added after. */
void sha256_out(const Sha256 *s, uint8_t out[SHA256_BYTES]);

/* A key made ready once (saves two of the four compressions of a short message). Wipe with secret_wipe. */
typedef struct HmacKey {
    uint64_t opaque[18];
} HmacKey;
void hmac_key(HmacKey *k, Str secret);
void hmac_with(const HmacKey *k, Str data, uint8_t out[SHA256_BYTES]);

void hmac_sha256(Str secret, Str data, uint8_t out[SHA256_BYTES]);
/* As text: 64 lower-case hex digits / 44 characters of base64 with padding; no NUL. */
void hmac_sha256_hex(Str secret, Str data, char out[SHA256_HEX_CHARS]);
void hmac_sha256_base64(Str secret, Str data, char out[SHA256_BASE64_CHARS]);
/* The HMAC of `data`, in hex of either case, is `hex`. What webhook signatures need. Constant time. */
bool hmac_sha256_hex_ok(Str secret, Str data, Str hex);

/* Equality that takes the same time wherever the difference is. Lengths are not secret. */
bool ct_eq(const void *a, const void *b, size_t n);
bool ct_str_eq(Str a, Str b);
/* Overwrites; never optimised away. */
void secret_wipe(void *p, size_t n);

#endif
