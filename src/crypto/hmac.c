#include "crypto/hmac.h"

#include "codec/base64.h"
#include "codec/hex.h"

#include <bearssl.h>

_Static_assert(sizeof(br_sha256_context) <= sizeof(Sha256), "Sha256.opaque is too small");
_Static_assert(sizeof(br_hmac_key_context) <= sizeof(HmacKey), "HmacKey.opaque is too small");

/* BearSSL passes pointers to memcpy whatever the length. */
static const void *ptr(Str s) { return s.p ? s.p : ""; }

void sha256(Str data, uint8_t out[SHA256_BYTES]) {
    br_sha256_context c;
    br_sha256_init(&c);
    br_sha256_update(&c, ptr(data), data.n);
    br_sha256_out(&c, out);
}

void sha256_hex(Str data, char out[SHA256_HEX_CHARS]) {
    uint8_t h[SHA256_BYTES];
    sha256(data, h);
    hex_put(out, h, sizeof h);
}

void sha256_init(Sha256 *s) { br_sha256_init((br_sha256_context *)(void *)s->opaque); }

void sha256_add(Sha256 *s, Str data) { br_sha256_update((br_sha256_context *)(void *)s->opaque, ptr(data), data.n); }

void sha256_out(const Sha256 *s, uint8_t out[SHA256_BYTES]) {
    br_sha256_out((const br_sha256_context *)(const void *)s->opaque, out);
}

void hmac_key(HmacKey *k, Str secret) {
    br_hmac_key_init((br_hmac_key_context *)(void *)k->opaque, &br_sha256_vtable, ptr(secret), secret.n);
}

void hmac_with(const HmacKey *k, Str data, uint8_t out[SHA256_BYTES]) {
    br_hmac_context c;
    br_hmac_init(&c, (const br_hmac_key_context *)(const void *)k->opaque, 0);
    br_hmac_update(&c, ptr(data), data.n);
    br_hmac_out(&c, out);
}

void hmac_sha256(Str secret, Str data, uint8_t out[SHA256_BYTES]) {
    HmacKey k;
    hmac_key(&k, secret);
    hmac_with(&k, data, out);
    secret_wipe(&k, sizeof k);
}

void hmac_sha256_hex(Str secret, Str data, char out[SHA256_HEX_CHARS]) {
    uint8_t mac[SHA256_BYTES];
    hmac_sha256(secret, data, mac);
    hex_put(out, mac, sizeof mac);
}

void hmac_sha256_base64(Str secret, Str data, char out[SHA256_BASE64_CHARS]) {
    uint8_t mac[SHA256_BYTES];
    hmac_sha256(secret, data, mac);
    base64_put(BASE64_STD, out, mac, sizeof mac);
}

bool hmac_sha256_hex_ok(Str secret, Str data, Str hex) {
    uint8_t mac[SHA256_BYTES], sent[SHA256_BYTES];
    if (!hex_get(hex, sent, sizeof sent))
        return false;
    hmac_sha256(secret, data, mac);
    return ct_eq(mac, sent, sizeof mac);
}

bool ct_eq(const void *a, const void *b, size_t n) {
    const volatile uint8_t *x = a, *y = b;
    unsigned diff = 0;
    for (size_t i = 0; i < n; i++)
        diff |= (unsigned)(x[i] ^ y[i]);
    return diff == 0;
}

bool ct_str_eq(Str a, Str b) { return a.n == b.n && ct_eq(a.p, b.p, a.n); }

void secret_wipe(void *p, size_t n) {
    memset(p, 0, n);
    __asm__ volatile("" : : "r"(p) : "memory");
}
