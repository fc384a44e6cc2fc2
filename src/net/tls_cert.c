/* A self-signed certificate: the DER is written here (X.690 lengths, RFC 5280 fields), BearSSL makes the key and signs. */
#include <bearssl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/rand.h"
#include "codec/x509.h"
#include "net/addr.h"
#include "net/tls.h"

enum { NAMES_MAX = 16, NAME_BYTES_MAX = 253, DER_BYTES_MAX = 8192, ARENA_BYTES = 256 * 1024 };

#define OID(name, ...)                                         \
    static const unsigned char name##_bytes[] = {__VA_ARGS__}; \
    static const Str name = {(const char *)name##_bytes, sizeof name##_bytes}
OID(oid_basic_constraints, 0x55, 0x1d, 0x13);
OID(oid_key_usage, 0x55, 0x1d, 0x0f);
OID(oid_ext_key_usage, 0x55, 0x1d, 0x25);
OID(oid_server_auth, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01);
OID(bits_digital_signature, 0x03, 0x02, 0x07, 0x80); /* BIT STRING, 7 unused bits */

static Err fail(char why[TLS_WHY_BYTES], Err e, const char *file, const char *what) {
    snprintf(why, TLS_WHY_BYTES, "%s: %s", file, what);
    return e;
}

static bool host_valid(Str name) {
    if (name.n == 0 || name.n > NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  (c == '*' && i == 0);
        if (!ok)
            return false;
    }
    return true;
}

/* GeneralNames of the list; the first name into *first. */
static Err alt_names(Arena *a, const char *names, Buf *out, Str *first) {
    Buf list = buf_arena(a, DER_BYTES_MAX);
    Str rest = str_c0(names);
    size_t count = 0;
    for (Str name; str_split(&rest, ',', &name);) {
        name = str_trim(name);
        if (name.n == 0)
            continue;
        if (count++ == NAMES_MAX)
            return E_INVALID;
        NetAddr addr;
        if (addr_parse(name, &addr)) {
            bool v4 = str_index(name, ':') == name.n;
            der_put(&list, DER_IP, str_of(addr.b + (v4 ? 12 : 0), v4 ? 4 : 16));
        } else if (host_valid(name)) {
            der_put(&list, DER_DNS, name);
        } else {
            return E_INVALID;
        }
        if (count == 1)
            *first = name;
    }
    if (count == 0)
        return E_INVALID;
    der_put_buf(out, DER_SEQ, &list);
    return OK;
}

/* TBSCertificate (RFC 5280 4.1). */
static Err to_be_signed(Arena *a, const char *names, int days, int64_t now_ms, Str point, Buf *out) {
    Buf tbs = buf_arena(a, DER_BYTES_MAX), san = buf_arena(a, DER_BYTES_MAX);
    Str first = {0};
    Err e = alt_names(a, names, &san, &first);
    if (e != OK)
        return e;

    Buf version = buf_arena(a, 16);
    der_put(&version, DER_INT, S("\x02")); /* v3 */
    der_put_buf(&tbs, DER_CTX0, &version);
    unsigned char serial[16];
    rand_bytes(serial, sizeof serial);
    serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40); /* positive, no leading zero */
    der_put(&tbs, DER_INT, str_of(serial, sizeof serial));
    x509_put_algorithm(a, &tbs);

    /* issuer and subject are the same: one relative name, CN (at most 64 characters by RFC 5280 A.1) */
    Str name = str_slice(first, 0, 64);
    x509_put_name(a, name, &tbs);
    Buf validity = buf_arena(a, 64);
    der_put_time(&validity, now_ms - MS_DAY);
    der_put_time(&validity, now_ms + days * MS_DAY);
    der_put_buf(&tbs, DER_SEQ, &validity);
    x509_put_name(a, name, &tbs);
    x509_put_key(a, point, &tbs);

    Buf list = buf_arena(a, DER_BYTES_MAX), exts = buf_arena(a, DER_BYTES_MAX);
    Buf usage_oid = buf_arena(a, 64), usage = buf_arena(a, 64);
    der_put(&usage_oid, DER_OID, oid_server_auth);
    der_put_buf(&usage, DER_SEQ, &usage_oid);
    x509_put_extension(a, oid_basic_constraints, true, S("\x30\x00"), &list); /* CA:FALSE is the default, so an empty SEQUENCE */
    x509_put_extension(a, oid_key_usage, true, bits_digital_signature, &list);
    x509_put_extension(a, oid_ext_key_usage, false, buf_str(&usage), &list);
    x509_put_extension(a, x509_alt_name, false, buf_str(&san), &list);
    der_put_buf(&exts, DER_SEQ, &list);
    der_put_buf(&tbs, DER_CTX3, &exts);
    der_put_buf(out, DER_SEQ, &tbs);
    return out->err;
}

static Err sign(Arena *a, Str tbs, const br_ec_private_key *sk, Buf *out) {
    unsigned char hash[br_sha256_SIZE], sig[80];
    br_sha256_context sha;
    br_sha256_init(&sha);
    br_sha256_update(&sha, tbs.p, tbs.n);
    br_sha256_out(&sha, hash);
    size_t n = br_ecdsa_i31_sign_asn1(&br_ec_all_m31, &br_sha256_vtable, hash, sk, sig);
    if (n == 0)
        return E_INTERNAL;
    x509_put_signed(a, tbs, str_of(sig, n), out);
    return out->err;
}

/* Writes beside the file and renames, so that a reader never sees half of it. */
static Err write_pem(Arena *a, const char *file, unsigned mode, const char *banner, Str content, char why[TLS_WHY_BYTES]) {
    size_t n = br_pem_encode(NULL, content.p, content.n, banner, 0);
    char *text = arena_raw(a, n + 1);
    Str temp = arena_printf(a, "%s.new%c", file, 0);
    if (!text || !temp.p)
        return fail(why, E_NOMEM, file, "out of memory");
    br_pem_encode(text, content.p, content.n, banner, 0);
    Str pem = str_of(text, n);
    if (file_make(temp.p, mode, &pem, 1) == OK && rename(temp.p, file) == 0)
        return OK;
    int err = errno;
    unlink(temp.p);
    return fail(why, E_IO, file, strerror(err));
}

Err tls_self_signed(const char *cert_file, const char *key_file, const char *names, int days, int64_t now_ms,
                    char why[TLS_WHY_BYTES]) {
    if (days < 1 || days > 3650)
        return fail(why, E_INVALID, cert_file, "validity must be 1 to 3650 days");
    Arena arena;
    arena_init(&arena, ARENA_BYTES);
    unsigned char seed[32], key_buf[BR_EC_KBUF_PRIV_MAX_SIZE], pub_buf[BR_EC_KBUF_PUB_MAX_SIZE];
    unsigned char pkcs8[512]; /* a P-256 key takes 138 bytes */
    br_hmac_drbg_context rng;
    br_ec_private_key sk;
    br_ec_public_key pk;
    rand_bytes(seed, sizeof seed);
    br_hmac_drbg_init(&rng, &br_sha256_vtable, seed, sizeof seed);
    Err e = E_INTERNAL;
    if (br_ec_keygen(&rng.vtable, &br_ec_all_m31, &sk, key_buf, BR_EC_secp256r1) == 0 ||
        br_ec_compute_pub(&br_ec_all_m31, &pk, pub_buf, &sk) == 0) {
        fail(why, e, key_file, "no key could be made");
        goto out;
    }
    Buf tbs = buf_arena(&arena, DER_BYTES_MAX), cert = buf_arena(&arena, DER_BYTES_MAX);
    e = to_be_signed(&arena, names, days, now_ms, str_of(pk.q, pk.qlen), &tbs);
    if (e == OK)
        e = sign(&arena, buf_str(&tbs), &sk, &cert);
    if (e != OK) {
        fail(why, e, cert_file, e == E_INVALID ? "names must be host names or IP addresses, at most 16" : err_name(e));
        goto out;
    }
    size_t n = br_encode_ec_pkcs8_der(NULL, &sk, &pk);
    if (n == 0 || n > sizeof pkcs8) {
        e = fail(why, E_INTERNAL, key_file, "the key cannot be encoded");
        goto out;
    }
    br_encode_ec_pkcs8_der(pkcs8, &sk, &pk);
    e = write_pem(&arena, key_file, 0600, "PRIVATE KEY", str_of(pkcs8, n), why);
    if (e == OK)
        e = write_pem(&arena, cert_file, 0644, "CERTIFICATE", buf_str(&cert), why);
out:
    memset(pkcs8, 0, sizeof pkcs8);
    memset(key_buf, 0, sizeof key_buf);
    memset(seed, 0, sizeof seed);
    memset(&rng, 0, sizeof rng);
    __asm__ __volatile__("" : : "r"(pkcs8), "r"(key_buf), "r"(seed), "r"(&rng) : "memory");
    arena_free(&arena);
    return e;
}
