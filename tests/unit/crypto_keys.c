/* Keys of our own: RSA and P-256 signatures, sealed push messages. Vectors: RFC 8291 Appendix A (a message), the rest made with
 * another implementation or checked by the other direction. */
#include "codec/base64.h"
#include "codec/hex.h"
#include "crypto/p256.h"
#include "crypto/rsa.h"
#include "tap_kit.h"

#include <bearssl.h>

static Arena arena;

static Str b64(const char *text) {
    Str s = str_c0(text);
    char *mem = arena_raw(&arena, s.n + 1);
    size_t n;
    MUST(mem && base64_get(BASE64_URL, s, mem, s.n, &n) == OK);
    return str_of(mem, n);
}

static void test_seal(void) {
    P256Key own;
    Str secret = b64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), salt = b64("DGv6ra1nlYgDCS1FRnbzlw");
    Str point = b64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
    Str auth = b64("BTBZMqHH6r4Tts7J_aSIgg");
    MUST(secret.n == 32 && p256_key_from((const uint8_t *)secret.p, &own) == OK);
    CHECK(str_eq(str_of(own.point, 65),
                 b64("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")),
          "a secret has its point");
    Buf out = buf_arena(&arena, 4096);
    CHECK(push_seal(point, auth, &own, (const uint8_t *)salt.p, S("When I grow up, I want to be a watermelon"), &out) == OK,
          "a message is sealed");
    CHECK(str_eq(buf_str(&out), b64("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_"
                                    "c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
                                    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")),
          "exactly as RFC 8291 has it");
    P256Key receiver;
    Str text;
    MUST(p256_key_from((const uint8_t *)b64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94").p, &receiver) == OK);
    CHECK(push_open(&arena, &receiver, auth, buf_str(&out), &text) == OK &&
              str_eq(text, S("When I grow up, I want to be a watermelon")),
          "and opened again");
    out.p[out.n - 20] ^= 1;
    CHECK(push_open(&arena, &receiver, auth, buf_str(&out), &text) == E_INVALID &&
              push_open(&arena, &receiver, auth, S("short"), &text) == E_INVALID,
          "unless somebody touched it");
    char far[65];
    memcpy(far, point.p, 65);
    far[64] ^= 1;
    CHECK(push_seal(str_of(far, 65), auth, &own, (const uint8_t *)salt.p, S("x"), &out) == E_INVALID, "no point, no message");
    CHECK(push_seal(str_slice(point, 0, 64), auth, &own, (const uint8_t *)salt.p, S("x"), &out) == E_INVALID, "nor a short one");
    CHECK(push_seal(point, str_slice(auth, 0, 15), &own, (const uint8_t *)salt.p, S("x"), &out) == E_INVALID,
          "nor a short secret");
    char *big = arena_alloc(&arena, PUSH_PLAIN_BYTES_MAX + 1);
    Buf wide = buf_arena(&arena, 8192);
    CHECK(push_seal(point, auth, &own, (const uint8_t *)salt.p, str_of(big, PUSH_PLAIN_BYTES_MAX + 1), &wide) == E_TOO_LARGE &&
              wide.n == 0,
          "a record has an end");
    CHECK(push_seal(point, auth, &own, (const uint8_t *)salt.p, str_of(big, PUSH_PLAIN_BYTES_MAX), &wide) == OK &&
              wide.n == PUSH_HEADER_BYTES + PUSH_PLAIN_BYTES_MAX + 17 && wide.n <= 4096,
          "which is within what services take");
}

static void test_p256(void) {
    P256Key a, b;
    uint8_t zero[32] = {0}, ones[32];
    memset(ones, 0xff, sizeof ones);
    p256_key_of(S("0123456789abcdef0123456789abcdef"), &a);
    p256_key_of(S("0123456789abcdef0123456789abcdef"), &b);
    CHECK(!memcmp(&a, &b, sizeof a), "a seed has one key");
    p256_key_new(&b);
    CHECK(memcmp(&a, &b, sizeof a), "a new one is another");
    CHECK(p256_key_from(zero, &b) == E_INVALID && p256_key_from(ones, &b) == E_INVALID, "what is out of range is none");
    Buf out = buf_arena(&arena, 1024);
    MUST(jwt_es256_make(&a, S("{\"alg\":\"ES256\"}"), S("{\"sub\":\"x\"}"), &out) == OK);
    Str token = buf_str(&out), sig;
    size_t dot = token.n;
    while (token.p[dot - 1] != '.')
        dot--;
    sig = b64(arena_cstr(&arena, str_from(token, dot)));
    uint8_t hash[32];
    sha256(str_slice(token, 0, dot - 1), hash);
    br_ec_public_key pk = {BR_EC_secp256r1, a.point, sizeof a.point};
    CHECK(sig.n == 64 && br_ecdsa_i31_vrfy_raw(br_ec_get_default(), hash, sizeof hash, &pk, sig.p, sig.n), "ES256 is checked");
    hash[0] ^= 1;
    CHECK(!br_ecdsa_i31_vrfy_raw(br_ec_get_default(), hash, sizeof hash, &pk, sig.p, sig.n), "and for nothing else");
}

static void test_rsa(void) {
    const RsaKey *key, *same, *read;
    RsaPublic pub, pub2;
    MUST(rsa_key_make(&arena, S("a seed of this test"), &key) == OK &&
         rsa_key_make(&arena, S("a seed of this test"), &same) == OK);
    MUST(rsa_key_public(&arena, key, &pub) == OK && rsa_key_public(&arena, same, &pub2) == OK);
    CHECK(pub.n.n == RSA_MAKE_BITS / 8 && str_eq(pub.n, pub2.n) && str_eq(pub.e, S("\x01\x00\x01")), "a seed has one key");
    Buf out = buf_arena(&arena, 4096);
    MUST(jwt_rs256_make(key, S("{\"alg\":\"RS256\"}"), S("{\"sub\":\"x\"}"), &out) == OK);
    CHECK(jwt_rs256_check(buf_str(&out), &pub) == OK, "RS256 is checked");
    out.p[20] ^= 1;
    CHECK(jwt_rs256_check(buf_str(&out), &pub) == E_UNAUTHORIZED, "and for nothing else");

    /* Through PEM: the key as PKCS#1. */
    char pem[RSA_PEM_BYTES_MAX];
    FILE *f = popen("openssl genrsa -traditional 2048 2>/dev/null", "r");
    size_t n = f ? fread(pem, 1, sizeof pem, f) : 0;
    if (f)
        pclose(f);
    if (n) {
        MUST(rsa_key_read(&arena, str_of(pem, n), &read) == OK && rsa_key_public(&arena, read, &pub) == OK);
        out.n = 0;
        MUST(jwt_rs256_make(read, S("{\"alg\":\"RS256\"}"), S("{}"), &out) == OK);
        CHECK(jwt_rs256_check(buf_str(&out), &pub) == OK, "a key out of PEM text signs");
        CHECK(rsa_key_read(&arena, str_of(pem, n / 2), &read) == E_INVALID, "half of it is none");
    }
    CHECK(rsa_key_read(&arena, S("no key"), &read) == E_INVALID && rsa_key_read(&arena, S(""), &read) == E_INVALID &&
              rsa_key_read(&arena, S("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), &read) == E_INVALID,
          "nonsense is none");
}

int main(void) {
    arena_init(&arena, 4 * 1024 * 1024);
    test_seal();
    test_p256();
    test_rsa();
    arena_free(&arena);
    return kit_failed;
}
