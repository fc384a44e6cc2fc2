#include "crypto/rsa.h"

#include <bearssl.h>

#include "codec/base64.h"

enum { BITS_MIN = 2048, BITS_MAX = 4096, PART_BYTES = BITS_MAX / 16, EXPONENT = 65537 };

struct RsaKey {
    br_rsa_private_key sk;
    unsigned char parts[5][PART_BYTES];
};

/* A copy that stands on its own: the decoder's and the maker's point into their buffers. */
static Err keep(Arena *a, const br_rsa_private_key *from, const RsaKey **out) {
    RsaKey *key = ARENA_NEW(a, RsaKey);
    if (!key)
        return E_NOMEM;
    const struct {
        const unsigned char *p;
        size_t n;
    } parts[5] = {
        {from->p, from->plen}, {from->q, from->qlen}, {from->dp, from->dplen}, {from->dq, from->dqlen}, {from->iq, from->iqlen}};
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (parts[i].n == 0 || parts[i].n > PART_BYTES)
            return E_INVALID;
        memcpy(key->parts[i], parts[i].p, parts[i].n);
    }
    key->sk = (br_rsa_private_key){from->n_bitlen, key->parts[0], parts[0].n, key->parts[1], parts[1].n, key->parts[2],
                                   parts[2].n,     key->parts[3], parts[3].n, key->parts[4], parts[4].n};
    *out = key;
    return OK;
}

typedef struct Pem {
    br_skey_decoder_context *decoder;
    bool wanted;
} Pem;

static void pem_bytes(void *ctx, const void *data, size_t n) {
    Pem *p = ctx;
    if (p->wanted)
        br_skey_decoder_push(p->decoder, data, n);
}

Err rsa_key_read(Arena *a, Str pem, const RsaKey **out) {
    br_pem_decoder_context *text = ARENA_NEW(a, br_pem_decoder_context);
    br_skey_decoder_context *der = ARENA_NEW(a, br_skey_decoder_context);
    if (!text || !der)
        return E_NOMEM;
    if (pem.n > RSA_PEM_BYTES_MAX)
        return E_INVALID;
    Pem p = {.decoder = der};
    br_pem_decoder_init(text);
    br_skey_decoder_init(der);
    bool whole = false;
    while (pem.n && !whole) {
        pem = str_from(pem, br_pem_decoder_push(text, pem.p, pem.n));
        switch (br_pem_decoder_event(text)) {
        case BR_PEM_BEGIN_OBJ: {
            Str name = str_c0(br_pem_decoder_name(text));
            p.wanted = str_eq(name, S("PRIVATE KEY")) || str_eq(name, S("RSA PRIVATE KEY"));
            br_pem_decoder_setdest(text, pem_bytes, &p);
            break;
        }
        case BR_PEM_END_OBJ: whole = p.wanted; break;
        case BR_PEM_ERROR: return E_INVALID;
        default: break;
        }
    }
    Err e = E_INVALID;
    if (whole && !br_skey_decoder_last_error(der) && br_skey_decoder_key_type(der) == BR_KEYTYPE_RSA) {
        const br_rsa_private_key *sk = br_skey_decoder_get_rsa(der);
        e = sk->n_bitlen >= BITS_MIN && sk->n_bitlen <= BITS_MAX ? keep(a, sk, out) : E_INVALID;
    }
    secret_wipe(der, sizeof *der);
    secret_wipe(text, sizeof *text);
    return e;
}

Err rsa_key_make(Arena *a, Str seed, const RsaKey **out) {
    unsigned char mem[BR_RSA_KBUF_PRIV_SIZE(RSA_MAKE_BITS)];
    br_rsa_private_key sk;
    br_hmac_drbg_context rng;
    br_hmac_drbg_init(&rng, &br_sha256_vtable, seed.p, seed.n);
    bool made = br_rsa_keygen_get_default()(&rng.vtable, &sk, mem, NULL, NULL, RSA_MAKE_BITS, EXPONENT);
    Err e = made ? keep(a, &sk, out) : E_INTERNAL;
    secret_wipe(mem, sizeof mem);
    secret_wipe(&rng, sizeof rng);
    return e;
}

Err rsa_key_public(Arena *a, const RsaKey *key, RsaPublic *out) {
    static const unsigned char exponent[] = {EXPONENT >> 16, EXPONENT >> 8 & 0xff, EXPONENT & 0xff};
    size_t n = br_rsa_compute_modulus_get_default()(NULL, &key->sk);
    unsigned char *mem = arena_raw(a, n);
    if (!mem)
        return E_NOMEM;
    if (!n || br_rsa_compute_modulus_get_default()(mem, &key->sk) != n)
        return E_INTERNAL;
    *out = (RsaPublic){str_of(mem, n), str_of(exponent, sizeof exponent)};
    return OK;
}

Err jwt_rs256_make(const RsaKey *key, Str header_json, Str payload_json, Buf *out) {
    size_t start = out->n;
    unsigned char hash[SHA256_BYTES], sig[BITS_MAX / 8];
    base64_add(BASE64_URL, out, header_json.p, header_json.n);
    buf_char(out, '.');
    base64_add(BASE64_URL, out, payload_json.p, payload_json.n);
    if (out->err)
        return out->err;
    sha256(str_from(buf_str(out), start), hash);
    if (!br_rsa_pkcs1_sign_get_default()(BR_HASH_OID_SHA256, hash, sizeof hash, &key->sk, sig))
        return E_INTERNAL;
    buf_char(out, '.');
    base64_add(BASE64_URL, out, sig, (key->sk.n_bitlen + 7) / 8);
    return out->err;
}
