#include "crypto/seal.h"

#include "base/rand.h"
#include "codec/hex.h"
#include "crypto/hmac.h"
#include "crypto/password.h"

#include <bearssl.h>

static const char magic[8] = {'G', 'I', 'G', 'B', 'O', 'X', 'E', '1'}, magic_key[8] = {'G', 'I', 'G', 'B', 'O', 'X', 'E', '2'};
static const Str public_head = STR_INIT("gbpub"), private_head = STR_INIT("gbsec");
enum { KEY_CHECK_BYTES = 4, HEAD_CHARS = 5, AT_FRESH = 8 };
_Static_assert(SEAL_KEY_CHARS == HEAD_CHARS + 2 * (SEAL_KEY_BYTES + KEY_CHECK_BYTES), "a key as text");
_Static_assert(SEAL_HEADER_BYTES == AT_FRESH + SEAL_KEY_BYTES, "a header with a key");
enum { AT_MEMORY = 8, AT_PASSES = 12, AT_SALT = 16, SALT_BYTES = 16, AT_CHUNK = 32, AT_ZERO = 36, NONCE_BYTES = 12 };

static void put32(uint8_t *p, uint32_t v) {
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static uint32_t get32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static Err derive(Seal *s, Str passphrase) {
    s->chunk = 0;
    return password_key(passphrase, s->header + AT_SALT, SALT_BYTES, get32(s->header + AT_MEMORY), get32(s->header + AT_PASSES),
                        s->key);
}

Err seal_begin(Seal *s, Str passphrase) {
    memset(s, 0, sizeof *s);
    memcpy(s->header, magic, sizeof magic);
    put32(s->header + AT_MEMORY, SEAL_MEMORY_KIB);
    put32(s->header + AT_PASSES, SEAL_PASSES);
    rand_bytes(s->header + AT_SALT, SALT_BYTES);
    put32(s->header + AT_CHUNK, SEAL_CHUNK_BYTES);
    return derive(s, passphrase);
}

/* ---- to a key pair ---- */

/* BearSSL takes secret and point as RFC 7748 has them, and clamps the secret. */
static bool x25519(uint8_t point[SEAL_KEY_BYTES], const uint8_t secret[SEAL_KEY_BYTES]) {
    uint8_t zero = 0;
    bool ok = br_ec_get_default()->mul(point, SEAL_KEY_BYTES, secret, SEAL_KEY_BYTES, BR_EC_curve25519) == 1;
    for (int i = 0; i < SEAL_KEY_BYTES; i++)
        zero |= point[i];
    return ok && zero != 0; /* a point of low order would share a secret with everybody */
}

static bool public_of(const uint8_t secret[SEAL_KEY_BYTES], uint8_t out[SEAL_KEY_BYTES]) {
    memset(out, 0, SEAL_KEY_BYTES);
    out[0] = 9;
    return x25519(out, secret);
}

static bool key_get(Str text, Str head, uint8_t out[SEAL_KEY_BYTES]) {
    uint8_t all[SEAL_KEY_BYTES + KEY_CHECK_BYTES], hash[SHA256_BYTES];
    text = str_trim(text);
    bool ok = str_starts(text, head) && hex_get(str_from(text, head.n), all, sizeof all);
    if (ok) {
        sha256(str_of(all, SEAL_KEY_BYTES), hash);
        ok = memcmp(hash, all + SEAL_KEY_BYTES, KEY_CHECK_BYTES) == 0;
        memcpy(out, all, SEAL_KEY_BYTES);
    }
    secret_wipe(all, sizeof all);
    return ok;
}

static void key_put(Str head, const uint8_t key[SEAL_KEY_BYTES], char out[SEAL_KEY_CHARS]) {
    uint8_t hash[SHA256_BYTES];
    sha256(str_of(key, SEAL_KEY_BYTES), hash);
    memcpy(out, head.p, head.n);
    hex_put(out + head.n, key, SEAL_KEY_BYTES);
    hex_put(out + head.n + 2 * SEAL_KEY_BYTES, hash, KEY_CHECK_BYTES);
}

bool seal_public_ok(Str key) {
    uint8_t bytes[SEAL_KEY_BYTES];
    return key_get(key, public_head, bytes);
}

bool seal_private_ok(Str key) {
    uint8_t bytes[SEAL_KEY_BYTES];
    bool ok = key_get(key, private_head, bytes);
    secret_wipe(bytes, sizeof bytes);
    return ok;
}

static void fresh_pair(uint8_t secret[SEAL_KEY_BYTES], uint8_t point[SEAL_KEY_BYTES]) {
    do
        rand_bytes(secret, SEAL_KEY_BYTES);
    while (!public_of(secret, point));
}

void seal_pair(char public_key[SEAL_KEY_CHARS], char private_key[SEAL_KEY_CHARS]) {
    uint8_t secret[SEAL_KEY_BYTES], point[SEAL_KEY_BYTES];
    fresh_pair(secret, point);
    key_put(public_head, point, public_key);
    key_put(private_head, secret, private_key);
    secret_wipe(secret, sizeof secret);
}

/* The stream's key: of the header, the receiver's public key, and what the two share. */
static void derive_shared(Seal *s, const uint8_t receiver[SEAL_KEY_BYTES], const uint8_t shared[SEAL_KEY_BYTES]) {
    static const char info[] = "gigbox backup";
    uint8_t salt[SEAL_HEADER_BYTES + SEAL_KEY_BYTES];
    br_hkdf_context c;
    memcpy(salt, s->header, SEAL_HEADER_BYTES);
    memcpy(salt + SEAL_HEADER_BYTES, receiver, SEAL_KEY_BYTES);
    br_hkdf_init(&c, &br_sha256_vtable, salt, sizeof salt);
    br_hkdf_inject(&c, shared, SEAL_KEY_BYTES);
    br_hkdf_flip(&c);
    br_hkdf_produce(&c, info, sizeof info - 1, s->key, sizeof s->key);
    secret_wipe(&c, sizeof c);
    s->chunk = 0;
}

Err seal_begin_to(Seal *s, Str public_key) {
    uint8_t secret[SEAL_KEY_BYTES], receiver[SEAL_KEY_BYTES], shared[SEAL_KEY_BYTES];
    memset(s, 0, sizeof *s);
    if (!key_get(public_key, public_head, receiver))
        return E_INVALID;
    memcpy(s->header, magic_key, sizeof magic_key);
    fresh_pair(secret, s->header + AT_FRESH);
    memcpy(shared, receiver, sizeof shared);
    bool ok = x25519(shared, secret);
    if (ok)
        derive_shared(s, receiver, shared);
    secret_wipe(secret, sizeof secret);
    secret_wipe(shared, sizeof shared);
    return ok ? OK : E_INVALID;
}

bool seal_wants_key(const uint8_t header[SEAL_HEADER_BYTES]) { return memcmp(header, magic_key, sizeof magic_key) == 0; }

Err seal_open_with(Seal *s, const uint8_t header[SEAL_HEADER_BYTES], Str private_key) {
    uint8_t secret[SEAL_KEY_BYTES], receiver[SEAL_KEY_BYTES], shared[SEAL_KEY_BYTES];
    memcpy(s->header, header, SEAL_HEADER_BYTES);
    Err e = !seal_wants_key(header) ? E_SYNTAX : key_get(private_key, private_head, secret) ? OK : E_INVALID;
    if (e == OK) {
        memcpy(shared, header + AT_FRESH, sizeof shared);
        if (public_of(secret, receiver) && x25519(shared, secret))
            derive_shared(s, receiver, shared);
        else
            e = E_SYNTAX;
    }
    secret_wipe(secret, sizeof secret);
    secret_wipe(shared, sizeof shared);
    return e;
}

/* ---- opening ---- */

bool seal_is(Str head) {
    return head.n >= sizeof magic && (memcmp(head.p, magic, sizeof magic) == 0 || memcmp(head.p, magic_key, sizeof magic) == 0);
}

Err seal_open(Seal *s, const uint8_t header[SEAL_HEADER_BYTES], Str passphrase) {
    memcpy(s->header, header, SEAL_HEADER_BYTES);
    if (memcmp(header, magic, sizeof magic) != 0 || get32(header + AT_CHUNK) != SEAL_CHUNK_BYTES || get32(header + AT_ZERO))
        return E_SYNTAX;
    Err e = derive(s, passphrase);
    return e == E_LIMIT ? E_SYNTAX : e;
}

/* The tag is of the cipher text in both directions. */
static Err run(Seal *s, uint8_t *p, size_t n, bool last, uint8_t tag[SEAL_TAG_BYTES], int encrypt) {
    uint8_t nonce[NONCE_BYTES] = {0};
    if (s->chunk == UINT32_MAX)
        return E_TOO_LARGE;
    put32(nonce + 7, s->chunk++);
    nonce[11] = last;
    br_poly1305_ctmul_run(s->key, nonce, p, n, s->header, SEAL_HEADER_BYTES, tag, br_chacha20_ct_run, encrypt);
    return OK;
}

Err seal_chunk(Seal *s, uint8_t *p, size_t n, bool last, uint8_t tag[SEAL_TAG_BYTES]) { return run(s, p, n, last, tag, 1); }

Err seal_unchunk(Seal *s, uint8_t *p, size_t n, bool last, const uint8_t tag[SEAL_TAG_BYTES]) {
    uint8_t own[SEAL_TAG_BYTES];
    Err e = run(s, p, n, last, own, 0);
    if (e == OK && !ct_eq(own, tag, SEAL_TAG_BYTES))
        e = E_UNAUTHORIZED;
    if (e)
        memset(p, 0, n);
    return e;
}
