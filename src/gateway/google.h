/* google.h - signing in with Google: ID tokens (OpenID Connect Core 1.0, section 2) checked by Google's published keys (RFC
 * 7517).
 *
 * The keys are fetched when first needed, and again when their max-age is over or a token names an unknown one; never with a
 * transaction open. */
#ifndef GATEWAY_GOOGLE_H
#define GATEWAY_GOOGLE_H

#include "base/arena.h"
#include "crypto/jwt.h"

enum { GOOGLE_KEYS_MAX = 8, GOOGLE_KID_BYTES_MAX = 64, GOOGLE_MODULUS_BYTES_MAX = 512, GOOGLE_EXPONENT_BYTES_MAX = 8 };
#define GOOGLE_AGE_MIN_MS (2 * MS_SECOND) /* keys are not fetched more often, whatever a token names */
#define GOOGLE_AGE_MAX_MS MS_DAY
#define GOOGLE_AGE_MS MS_HOUR             /* when the answer does not say */
#define GOOGLE_SKEW_S 60                  /* clocks may differ by this */

typedef struct GoogleKey {
    char kid[GOOGLE_KID_BYTES_MAX];
    uint8_t n[GOOGLE_MODULUS_BYTES_MAX], e[GOOGLE_EXPONENT_BYTES_MAX];
    uint16_t kid_n, n_n, e_n;
} GoogleKey;

typedef struct GoogleKeys {
    GoogleKey keys[GOOGLE_KEYS_MAX];
    size_t count;
    int64_t fetched_ms, until_ms; /* monotonic; 0: never */
} GoogleKeys;

/* Reads a JWK set; keys that are not RSA signing keys, and those beyond the limit, are passed over. False when it has none. */
bool google_keys_read(Arena *a, Str json, GoogleKeys *out);
/* How long an answer may be kept by its Cache-Control, in ms, within the bounds above. */
int64_t google_age_ms(Str cache_control);

/* The claims of a token whose signature was checked: issuer, audience (one of the comma-separated client ids), times, a verified
 * address. E_UNAUTHORIZED. */
typedef struct GoogleClaims {
    Str sub, email, name;
} GoogleClaims;
Err google_claims(Arena *a, Str payload_json, Str client_ids, int64_t now_s, GoogleClaims *out);

#endif
