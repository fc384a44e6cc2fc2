/* p256.h - the curve P-256 as Web Push uses it: tokens signed in ES256 (RFC 7518), and messages sealed for a browser (RFC 8291
 * over RFC 8188, "aes128gcm"). By BearSSL, in constant time. Pure and thread-safe. */
#ifndef CRYPTO_P256_H
#define CRYPTO_P256_H

#include "crypto/hmac.h"

enum {
    P256_SCALAR_BYTES = 32,
    P256_POINT_BYTES = 65,      /* 0x04, x, y */
    P256_SIGNATURE_BYTES_MAX = 80, /* in ASN.1 */
    PUSH_AUTH_BYTES = 16,
    PUSH_SALT_BYTES = 16,
    PUSH_HEADER_BYTES = 86,     /* salt, record size, length of the key, key */
    PUSH_PLAIN_BYTES_MAX = 3072 /* one record; with its header, delimiter and tag below the 4096 bytes that every service takes */
};

typedef struct P256Key {
    uint8_t secret[P256_SCALAR_BYTES];
    uint8_t point[P256_POINT_BYTES];
} P256Key;

/* The key that belongs to a seed of at least 32 bytes: the same for the same seed. */
void p256_key_of(Str seed, P256Key *out);
/* A fresh one. */
void p256_key_new(P256Key *out);
/* The key with this secret. E_INVALID when it is out of range. */
Err p256_key_from(const uint8_t secret[P256_SCALAR_BYTES], P256Key *out);

/* Is `signature` (ASN.1, as openssl writes it) that of the key with this point over a SHA-256? E_UNAUTHORIZED when not. */
Err p256_verify(const uint8_t point[P256_POINT_BYTES], const uint8_t hash[SHA256_BYTES], Str signature);

/* Appends the signature of a SHA-256, in ASN.1. out->err; E_INTERNAL. */
Err p256_sign(const P256Key *key, const uint8_t hash[SHA256_BYTES], Buf *out);
/* Appends the key as PEM (PKCS#8). out->err. */
Err p256_private_pem(const P256Key *key, Buf *out);

/* Appends header.payload.signature; both are JSON texts. out->err; E_INTERNAL. */
Err jwt_es256_make(const P256Key *key, Str header_json, Str payload_json, Buf *out);

/* Appends `text`, sealed for a subscription: its public key (65 bytes) and authentication secret (16 bytes). `own` is a key for
 * this one message, `salt` is random. E_INVALID (no point of the curve, wrong lengths), E_TOO_LARGE (PUSH_PLAIN_BYTES_MAX). */
Err push_seal(Str point, Str auth, const P256Key *own, const uint8_t salt[PUSH_SALT_BYTES], Str text, Buf *out);
/* Opens what push_seal made, with the receiver's key: one record only. The text is in the arena. E_INVALID, E_NOMEM. */
Err push_open(Arena *a, const P256Key *own, Str auth, Str sealed, Str *text);

#endif
