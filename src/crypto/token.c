#include "crypto/token.h"

#include "base/rand.h"
#include "codec/base64.h"
#include "crypto/hmac.h"

#include <assert.h>

enum { TOKEN_PUT_BYTES_MAX = 64 };

void token_make(char out[TOKEN_CHARS]) {
    uint8_t raw[TOKEN_BYTES];
    rand_bytes(raw, sizeof raw);
    base64_put(BASE64_URL, out, raw, sizeof raw);
    secret_wipe(raw, sizeof raw);
}

void token_put(Buf *b, size_t bytes) {
    assert(bytes > 0 && bytes <= TOKEN_PUT_BYTES_MAX);
    uint8_t raw[TOKEN_PUT_BYTES_MAX];
    rand_bytes(raw, bytes);
    base64_add(BASE64_URL, b, raw, bytes);
    secret_wipe(raw, sizeof raw);
}

void token_hash(Str token, uint8_t out[32]) { sha256(token, out); }

void otp_make(char *out, size_t digits) {
    assert(digits > 0 && digits <= OTP_DIGITS_MAX);
    for (size_t i = 0; i < digits; i++)
        out[i] = (char)('0' + rand_below(10));
}

void otp_hash(Str box_secret, Str purpose, Str contact, Str code, uint8_t out[32]) {
    /* Hashed first, so that the message has a fixed size whatever the parts are; the NULs keep their borders apart. */
    Sha256 s;
    uint8_t digest[SHA256_BYTES];
    sha256_init(&s);
    sha256_add(&s, purpose);
    sha256_add(&s, str_of("\0", 1));
    sha256_add(&s, contact);
    sha256_add(&s, str_of("\0", 1));
    sha256_add(&s, code);
    sha256_out(&s, digest);
    hmac_sha256(box_secret, str_of(digest, sizeof digest), out);
}
