/* token.h - random secrets as text: refresh tokens, file links, OTP codes. From base/rand.h. Thread-safe. */
#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

#include "base/buf.h"

enum { TOKEN_BYTES = 32, TOKEN_CHARS = 43, OTP_DIGITS_MAX = 10 };

/* 256 random bits as 43 characters of base64url, no NUL. Store token_hash of it, never the token. */
void token_make(char out[TOKEN_CHARS]);
/* `bytes` random bytes (1..64) in base64url without padding, appended. */
void token_put(Buf *b, size_t bytes);
/* SHA-256 of a token: the key under which a stored token is found. A plain hash suffices, since tokens cannot be guessed. */
void token_hash(Str token, uint8_t out[32]);

/* `digits` uniform decimal digits, leading zeros kept; 1..OTP_DIGITS_MAX, asserted. No NUL. */
void otp_make(char *out, size_t digits);
/* What is stored of an OTP: HMAC-SHA256(box secret, SHA-256(purpose ‖ 0 ‖ contact ‖ 0 ‖ code)), since six digits are guessed in
 * no time from a plain hash. */
void otp_hash(Str box_secret, Str purpose, Str contact, Str code, uint8_t out[32]);

#endif
