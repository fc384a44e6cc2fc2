#include "crypto/p256.h"

#include <assert.h>
#include <bearssl.h>

#include "base/rand.h"
#include "codec/base64.h"

enum { KEY_BYTES = 16, NONCE_BYTES = 12, TAG_BYTES = 16, RECORD_SIZE = 4096, SEED_BYTES_MIN = 32 };

static const br_ec_impl *curve(void) { return br_ec_get_default(); }

static bool with_point(P256Key *key) {
    br_ec_private_key sk = {BR_EC_secp256r1, key->secret, sizeof key->secret};
    return br_ec_compute_pub(curve(), NULL, key->point, &sk) == sizeof key->point;
}

/* A secret of the right range out of whatever the generator gives. */
static void generate(const br_prng_class **rng, P256Key *out) {
    br_ec_private_key sk;
    unsigned char mem[BR_EC_KBUF_PRIV_MAX_SIZE];
    size_t n = br_ec_keygen(rng, curve(), &sk, mem, BR_EC_secp256r1);
    assert(n == sizeof out->secret);
    memcpy(out->secret, sk.x, sizeof out->secret);
    secret_wipe(mem, sizeof mem);
    bool ok = with_point(out);
    assert(ok);
    (void)ok;
}

void p256_key_of(Str seed, P256Key *out) {
    assert(seed.n >= SEED_BYTES_MIN);
    br_hmac_drbg_context rng;
    br_hmac_drbg_init(&rng, &br_sha256_vtable, seed.p, seed.n);
    generate(&rng.vtable, out);
    secret_wipe(&rng, sizeof rng);
}

void p256_key_new(P256Key *out) {
    uint8_t seed[SEED_BYTES_MIN];
    rand_bytes(seed, sizeof seed);
    p256_key_of(str_of(seed, sizeof seed), out);
    secret_wipe(seed, sizeof seed);
}

Err p256_key_from(const uint8_t secret[P256_SCALAR_BYTES], P256Key *out) {
    memcpy(out->secret, secret, sizeof out->secret);
    /* BearSSL multiplies by any number; one that is zero or not below the order is no key. */
    size_t n;
    const unsigned char *order = curve()->order(BR_EC_secp256r1, &n);
    bool zero = true;
    for (size_t i = 0; i < sizeof out->secret; i++)
        zero &= secret[i] == 0;
    if (zero || n != sizeof out->secret || memcmp(secret, order, n) >= 0)
        return E_INVALID;
    return with_point(out) ? OK : E_INVALID;
}

Err jwt_es256_make(const P256Key *key, Str header_json, Str payload_json, Buf *out) {
    size_t start = out->n;
    unsigned char hash[SHA256_BYTES], sig[2 * P256_SCALAR_BYTES];
    base64_add(BASE64_URL, out, header_json.p, header_json.n);
    buf_char(out, '.');
    base64_add(BASE64_URL, out, payload_json.p, payload_json.n);
    if (out->err)
        return out->err;
    sha256(str_from(buf_str(out), start), hash);
    br_ec_private_key sk = {BR_EC_secp256r1, (unsigned char *)(uintptr_t)key->secret, sizeof key->secret};
    if (br_ecdsa_sign_raw_get_default()(curve(), &br_sha256_vtable, hash, &sk, sig) != sizeof sig)
        return E_INTERNAL;
    buf_char(out, '.');
    base64_add(BASE64_URL, out, sig, sizeof sig);
    return out->err;
}

static void hkdf(Str salt, Str secret, Str info, void *out, size_t n) {
    br_hkdf_context c;
    br_hkdf_init(&c, &br_sha256_vtable, salt.p, salt.n);
    br_hkdf_inject(&c, secret.p, secret.n);
    br_hkdf_flip(&c);
    br_hkdf_produce(&c, info.p, info.n, out, n);
}

/* The names of the derivations end with a NUL, as the RFCs want it. */
static const char info_push[] = "WebPush: info", info_key[] = "Content-Encoding: aes128gcm",
                  info_nonce[] = "Content-Encoding: nonce";

Err push_seal(Str point, Str auth, const P256Key *own, const uint8_t salt[PUSH_SALT_BYTES], Str text, Buf *out) {
    unsigned char shared[P256_POINT_BYTES], ikm[SHA256_BYTES], key[KEY_BYTES], nonce[NONCE_BYTES];
    if (point.n != P256_POINT_BYTES || auth.n != PUSH_AUTH_BYTES || point.p[0] != 4)
        return E_INVALID;
    if (text.n > PUSH_PLAIN_BYTES_MAX)
        return E_TOO_LARGE;
    memcpy(shared, point.p, sizeof shared);
    if (!curve()->mul(shared, sizeof shared, own->secret, sizeof own->secret, BR_EC_secp256r1))
        return E_INVALID;
    size_t n;
    size_t x = curve()->xoff(BR_EC_secp256r1, &n);

    char mem[sizeof info_push + 2 * P256_POINT_BYTES];
    Buf info = buf_fixed(mem, sizeof mem);
    buf_add(&info, str_of(info_push, sizeof info_push));
    buf_add(&info, point);
    buf_add(&info, str_of(own->point, sizeof own->point));
    hkdf(auth, str_of(shared + x, n), buf_str(&info), ikm, sizeof ikm);
    Str salted = str_of(salt, PUSH_SALT_BYTES), material = str_of(ikm, sizeof ikm);
    hkdf(salted, material, str_of(info_key, sizeof info_key), key, sizeof key);
    hkdf(salted, material, str_of(info_nonce, sizeof info_nonce), nonce, sizeof nonce);

    /* The header is not authenticated beyond what it derives: no additional data (RFC 8188, 2.2). 2 says: the last record. */
    unsigned char record[PUSH_PLAIN_BYTES_MAX + 1], tag[TAG_BYTES];
    memcpy(record, text.p, text.n);
    record[text.n] = 2;
    br_aes_ct_ctr_keys aes;
    br_gcm_context gcm;
    br_aes_ct_ctr_init(&aes, key, sizeof key);
    br_gcm_init(&gcm, &aes.vtable, br_ghash_ctmul32);
    br_gcm_reset(&gcm, nonce, sizeof nonce);
    br_gcm_flip(&gcm);
    br_gcm_run(&gcm, 1, record, text.n + 1);
    br_gcm_get_tag(&gcm, tag);

    static const unsigned char size[4] = {0, 0, RECORD_SIZE >> 8, RECORD_SIZE & 0xff};
    buf_add(out, salted);
    buf_add(out, str_of(size, sizeof size));
    buf_char(out, (char)P256_POINT_BYTES);
    buf_add(out, str_of(own->point, sizeof own->point));
    buf_add(out, str_of(record, text.n + 1));
    buf_add(out, str_of(tag, sizeof tag));
    secret_wipe(shared, sizeof shared);
    secret_wipe(ikm, sizeof ikm);
    secret_wipe(key, sizeof key);
    secret_wipe(&aes, sizeof aes);
    return out->err;
}
