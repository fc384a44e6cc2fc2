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

typedef struct Derived {
    br_aes_ct_ctr_keys aes;
    br_gcm_context gcm;
} Derived;

/* The cipher of one message, ready for its record: `mine` with the other's point gives the shared secret. The header is not
 * authenticated beyond what it derives: no additional data (RFC 8188, 2.2). */
static Err derive(const P256Key *mine, Str other, Str receiver, Str sender, Str auth, Str salt, Derived *out) {
    unsigned char shared[P256_POINT_BYTES], ikm[SHA256_BYTES], key[KEY_BYTES], nonce[NONCE_BYTES];
    if (other.n != P256_POINT_BYTES || auth.n != PUSH_AUTH_BYTES || other.p[0] != 4)
        return E_INVALID;
    memcpy(shared, other.p, sizeof shared);
    if (!curve()->mul(shared, sizeof shared, mine->secret, sizeof mine->secret, BR_EC_secp256r1))
        return E_INVALID;
    size_t n;
    size_t x = curve()->xoff(BR_EC_secp256r1, &n);

    char mem[sizeof info_push + 2 * P256_POINT_BYTES];
    Buf info = buf_fixed(mem, sizeof mem);
    buf_add(&info, str_of(info_push, sizeof info_push));
    buf_add(&info, receiver);
    buf_add(&info, sender);
    hkdf(auth, str_of(shared + x, n), buf_str(&info), ikm, sizeof ikm);
    Str material = str_of(ikm, sizeof ikm);
    hkdf(salt, material, str_of(info_key, sizeof info_key), key, sizeof key);
    hkdf(salt, material, str_of(info_nonce, sizeof info_nonce), nonce, sizeof nonce);
    br_aes_ct_ctr_init(&out->aes, key, sizeof key);
    br_gcm_init(&out->gcm, &out->aes.vtable, br_ghash_ctmul32);
    br_gcm_reset(&out->gcm, nonce, sizeof nonce);
    br_gcm_flip(&out->gcm);
    secret_wipe(shared, sizeof shared);
    secret_wipe(ikm, sizeof ikm);
    secret_wipe(key, sizeof key);
    return OK;
}

/* The last record of a message ends with this. */
enum { LAST_RECORD = 2, SALT_AT = 0, SIZE_AT = 16, POINT_N_AT = 20, POINT_AT = 21 };

Err push_seal(Str point, Str auth, const P256Key *own, const uint8_t salt[PUSH_SALT_BYTES], Str text, Buf *out) {
    Derived d;
    Str mine = str_of(own->point, sizeof own->point), salted = str_of(salt, PUSH_SALT_BYTES);
    if (text.n > PUSH_PLAIN_BYTES_MAX)
        return E_TOO_LARGE;
    Err e = derive(own, point, point, mine, auth, salted, &d);
    if (e)
        return e;
    unsigned char record[PUSH_PLAIN_BYTES_MAX + 1], tag[TAG_BYTES];
    memcpy(record, text.p, text.n);
    record[text.n] = LAST_RECORD;
    br_gcm_run(&d.gcm, 1, record, text.n + 1);
    br_gcm_get_tag(&d.gcm, tag);
    secret_wipe(&d, sizeof d);

    static const unsigned char size[4] = {0, 0, RECORD_SIZE >> 8, RECORD_SIZE & 0xff};
    buf_add(out, salted);
    buf_add(out, str_of(size, sizeof size));
    buf_char(out, (char)P256_POINT_BYTES);
    buf_add(out, mine);
    buf_add(out, str_of(record, text.n + 1));
    buf_add(out, str_of(tag, sizeof tag));
    return out->err;
}

Err push_open(Arena *a, const P256Key *own, Str auth, Str sealed, Str *text) {
    Derived d;
    Str mine = str_of(own->point, sizeof own->point);
    if (sealed.n < PUSH_HEADER_BYTES + 1 + TAG_BYTES || sealed.n > PUSH_HEADER_BYTES + RECORD_SIZE ||
        sealed.p[POINT_N_AT] != P256_POINT_BYTES)
        return E_INVALID;
    Str point = str_slice(sealed, POINT_AT, POINT_AT + P256_POINT_BYTES);
    Err e = derive(own, point, mine, point, auth, str_slice(sealed, SALT_AT, SIZE_AT), &d);
    if (e)
        return e;
    Str record = arena_str(a, str_slice(sealed, PUSH_HEADER_BYTES, sealed.n - TAG_BYTES));
    if (!record.p)
        return E_NOMEM;
    br_gcm_run(&d.gcm, 0, (char *)(uintptr_t)record.p, record.n);
    bool whole = br_gcm_check_tag(&d.gcm, sealed.p + sealed.n - TAG_BYTES);
    secret_wipe(&d, sizeof d);
    size_t n = record.n;
    while (n && record.p[n - 1] == 0) /* padding */
        n--;
    if (!whole || !n || record.p[n - 1] != LAST_RECORD)
        return E_INVALID;
    *text = str_slice(record, 0, n - 1);
    return OK;
}

Err p256_verify(const uint8_t point[P256_POINT_BYTES], const uint8_t hash[SHA256_BYTES], Str signature) {
    br_ec_public_key key = {.curve = BR_EC_secp256r1, .q = (unsigned char *)(uintptr_t)point, .qlen = P256_POINT_BYTES};
    return signature.n && br_ecdsa_i31_vrfy_asn1(br_ec_get_default(), hash, SHA256_BYTES, &key, signature.p, signature.n) == 1
               ? OK
               : E_UNAUTHORIZED;
}

Err p256_sign(const P256Key *key, const uint8_t hash[SHA256_BYTES], Buf *out) {
    br_ec_private_key sk = {BR_EC_secp256r1, (unsigned char *)(uintptr_t)key->secret, sizeof key->secret};
    char *to = buf_reserve(out, P256_SIGNATURE_BYTES_MAX);
    size_t n = to ? br_ecdsa_i31_sign_asn1(curve(), &br_sha256_vtable, hash, &sk, to) : 0;
    out->n += n;
    return out->err ? out->err : n ? OK : E_INTERNAL;
}

Err p256_private_pem(const P256Key *key, Buf *out) {
    unsigned char der[256], point[P256_POINT_BYTES], secret[P256_SCALAR_BYTES];
    static const char banner[] = "PRIVATE KEY";
    memcpy(point, key->point, sizeof point);
    memcpy(secret, key->secret, sizeof secret);
    br_ec_private_key sk = {BR_EC_secp256r1, secret, sizeof secret};
    br_ec_public_key pk = {BR_EC_secp256r1, point, sizeof point};
    size_t n = br_encode_ec_pkcs8_der(NULL, &sk, &pk);
    assert(n && n <= sizeof der);
    br_encode_ec_pkcs8_der(der, &sk, &pk);
    size_t chars = br_pem_encode(NULL, NULL, n, banner, 0);
    char *to = buf_reserve(out, chars + 1);
    if (to) {
        br_pem_encode(to, der, n, banner, 0);
        out->n += chars;
    }
    secret_wipe(der, sizeof der);
    secret_wipe(secret, sizeof secret);
    return out->err;
}
