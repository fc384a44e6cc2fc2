#include "codec/x509.h"

enum { SMALL_BYTES = 512, LARGE_BYTES = 8192 };

#define OID(name, ...)                                         \
    static const unsigned char name##_bytes[] = {__VA_ARGS__}; \
    static const Str name = {(const char *)name##_bytes, sizeof name##_bytes}
OID(ec_public_key, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01);
OID(p256, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07);
OID(ecdsa_sha256, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);
OID(common_name_oid, 0x55, 0x04, 0x03);
const Str x509_alt_name = STR_INIT("\x55\x1d\x11");

void x509_put_algorithm(Arena *a, Buf *out) {
    Buf alg = buf_arena(a, SMALL_BYTES);
    der_put(&alg, DER_OID, ecdsa_sha256);
    der_put_buf(out, DER_SEQ, &alg);
}

void x509_put_name(Arena *a, Str common_name, Buf *out) {
    Buf attribute = buf_arena(a, SMALL_BYTES), set = buf_arena(a, SMALL_BYTES), name = buf_arena(a, SMALL_BYTES);
    if (common_name.n) {
        der_put(&attribute, DER_OID, common_name_oid);
        der_put(&attribute, DER_UTF8, common_name);
        der_put_buf(&set, DER_SEQ, &attribute);
        der_put_buf(&name, DER_SET, &set);
    }
    der_put_buf(out, DER_SEQ, &name);
}

void x509_put_key(Arena *a, Str point, Buf *out) {
    Buf alg = buf_arena(a, SMALL_BYTES), info = buf_arena(a, SMALL_BYTES);
    der_put(&alg, DER_OID, ec_public_key);
    der_put(&alg, DER_OID, p256);
    der_put_buf(&info, DER_SEQ, &alg);
    der_put_bits(&info, point);
    der_put_buf(out, DER_SEQ, &info);
}

void x509_put_extension(Arena *a, Str oid, bool critical, Str value, Buf *out) {
    Buf one = buf_arena(a, LARGE_BYTES);
    der_put(&one, DER_OID, oid);
    if (critical)
        der_put(&one, DER_BOOL, S("\xff"));
    der_put(&one, DER_OCTETS, value);
    der_put_buf(out, DER_SEQ, &one);
}

void x509_put_signed(Arena *a, Str body, Str signature, Buf *out) {
    Buf whole = buf_arena(a, LARGE_BYTES);
    buf_add(&whole, body);
    x509_put_algorithm(a, &whole);
    der_put_bits(&whole, signature);
    der_put_buf(out, DER_SEQ, &whole);
}
