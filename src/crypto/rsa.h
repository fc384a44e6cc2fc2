/* rsa.h - signing with RSA: compact JSON Web Tokens in RS256 (RFC 7515, 7518), for providers that want an assertion by our
 * service account, and for the sandbox's Google. By BearSSL, in constant time.
 *
 * A key is read-only once made and may be used by any thread. Memory comes from the arena it was made in. */
#ifndef CRYPTO_RSA_H
#define CRYPTO_RSA_H

#include "crypto/jwt.h"

enum { RSA_MAKE_BITS = 2048, RSA_PEM_BYTES_MAX = 16384 };

typedef struct RsaKey RsaKey;

/* A private key from PEM text, "PRIVATE KEY" (PKCS#8) or "RSA PRIVATE KEY" (PKCS#1), 2048 to 4096 bits. E_INVALID when it is
 * none; E_NOMEM. */
Err rsa_key_read(Arena *a, Str pem, const RsaKey **out);
/* Makes a key of RSA_MAKE_BITS; the same for the same seed. Takes a second and more on a small board. E_NOMEM, E_INTERNAL. */
Err rsa_key_make(Arena *a, Str seed, const RsaKey **out);
/* Its public half, in the arena, with the exponent 65537: that of every key made here and of practically all others. E_NOMEM. */
Err rsa_key_public(Arena *a, const RsaKey *key, RsaPublic *out);

/* Appends header.payload.signature; both are JSON texts. E_TOO_LARGE, E_NOMEM as out->err; E_INTERNAL. */
Err jwt_rs256_make(const RsaKey *key, Str header_json, Str payload_json, Buf *out);

#endif
