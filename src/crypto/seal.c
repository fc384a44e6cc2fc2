#include "crypto/seal.h"

#include "base/rand.h"
#include "crypto/hmac.h"
#include "crypto/password.h"

#include <bearssl.h>

static const char magic[8] = {'G', 'I', 'G', 'B', 'O', 'X', 'E', '1'};
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

bool seal_is(Str head) { return head.n >= sizeof magic && memcmp(head.p, magic, sizeof magic) == 0; }

Err seal_open(Seal *s, const uint8_t header[SEAL_HEADER_BYTES], Str passphrase) {
    memcpy(s->header, header, SEAL_HEADER_BYTES);
    if (!seal_is(str_of(header, SEAL_HEADER_BYTES)) || get32(header + AT_CHUNK) != SEAL_CHUNK_BYTES || get32(header + AT_ZERO))
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
