/* jwt.h - access tokens: JSON Web Tokens (RFC 7519) signed with HS256 (RFC 7515, 7518); and checking RS256 of others.
 *
 * Our own tokens have one fixed header and five claims. Verifying is strict: the header must be byte for byte ours (so `alg`
 * cannot be chosen by the sender), the signature is compared in constant time BEFORE the claims are read, and the claims must be
 * exactly as jwt_make writes them: same order, no blanks, no escapes, nothing else. Thread-safe; a JwtKey is read-only once made.
 */
#ifndef CRYPTO_JWT_H
#define CRYPTO_JWT_H

#include "crypto/hmac.h"

enum {
    JWT_TOKEN_BYTES_MAX = 1024,  /* a longer token is refused unread */
    JWT_CLAIM_BYTES_MAX = 64,    /* sub, sid, contract: printable ASCII without quote and backslash */
    JWT_PAYLOAD_BYTES_MAX = 512, /* the JSON text of our claims */
    JWT_FOREIGN_BYTES_MAX = 8192 /* a token of somebody else (an ID token) */
};

typedef struct JwtKey {
    HmacKey hmac;
} JwtKey;
/* The signing secret, at least 32 bytes (asserted). */
void jwt_key(JwtKey *k, Str secret);

typedef struct JwtClaims {
    Str sub;      /* the user */
    Str sid;      /* the session */
    Str contract; /* the contract the session was opened with */
    int64_t iat_s, exp_s; /* seconds since the epoch */
    char text[JWT_PAYLOAD_BYTES_MAX]; /* where the strings live after jwt_verify: do not move the struct by value */
} JwtClaims;

/* Appends a token. E_INVALID when a claim is empty, too long or has a character that is not taken; else out->err. */
Err jwt_make(const JwtKey *k, const JwtClaims *claims, Buf *out);
/* Checks signature, form and time (exp_s > now_s, both kinds of clock in seconds) and gives the claims. E_UNAUTHORIZED for
 * anything wrong; *expired (may be NULL) tells whether the token was good but is over. */
Err jwt_verify(const JwtKey *k, Str token, int64_t now_s, JwtClaims *claims, bool *expired);

/* An RSA public key as JWK gives it: base64url modulus and exponent, decoded. Views. */
typedef struct RsaPublic {
    Str n, e; /* big-endian bytes; 2048 to 4096 bits */
} RsaPublic;
/* The header and payload of a foreign compact token (decoded JSON, in the arena), before anything was checked: read `kid` and
 * `alg` from the header to choose the key. E_SYNTAX. */
Err jwt_foreign_parts(Arena *a, Str token, Str *header_json, Str *payload_json);
/* The token's signature is RSASSA-PKCS1-v1_5 with SHA-256 (RS256) by this key. The caller has seen "alg":"RS256" in the header
 * and still checks issuer, audience and times. E_UNAUTHORIZED. */
Err jwt_rs256_check(Str token, const RsaPublic *key);

#endif
