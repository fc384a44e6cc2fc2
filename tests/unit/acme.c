/* What certificates by ACME are made of: DER, a key's thumbprint as node makes it. The request for a certificate is read by a
 * real authority in tests/api/acme.test.mjs. */
#include "gateway/acme.h"
#include "codec/der.h"
#include "codec/hex.h"
#include "crypto/p256.h"
#include "tap_kit.h"

static const char secret[] = "d56339829636851886f974171e1ea587ed8aaeebc5353c0d316cae3b6fe79f63";

enum { ARENA_BYTES = 1024 * 1024 };

static void test_der(Arena *a) {
    static const struct {
        size_t n;
        const char *head;
    } rows[] = {{0, "3000"},     {1, "3001"},       {127, "307f"},      {128, "308180"},
                {255, "3081ff"}, {256, "30820100"}, {65535, "3082ffff"}};
    static char content[65536];
    bool good = true;
    for (size_t i = 0; i < COUNT(rows); i++) {
        Buf b = buf_arena(a, ARENA_BYTES);
        char hex[16] = "";
        size_t head = strlen(rows[i].head) / 2;
        der_put(&b, DER_SEQ, str_of(content, rows[i].n));
        good &= b.n == head + rows[i].n;
        hex_put(hex, b.p, head);
        good &= strcmp(hex, rows[i].head) == 0;
        arena_reset(a);
    }
    CHECK(good, "lengths are in their shortest form");
    Buf b = buf_arena(a, ARENA_BYTES), inner = buf_arena(a, ARENA_BYTES);
    der_put_bits(&b, S("ab"));
    CHECK(str_eq(buf_str(&b), str_of("\x03\x03\0ab", 5)), "a bit string tells that none of its bits is unused");
    b.n = 0;
    der_put(&b, DER_SEQ, str_of(content, 65536));
    CHECK(b.err == E_TOO_LARGE, "an element that is too large is refused");
    b = buf_arena(a, ARENA_BYTES);
    inner.err = E_NOMEM;
    der_put_buf(&b, DER_SEQ, &inner);
    CHECK(b.err == E_NOMEM, "and a fault inside is one of the whole");
    Buf t = buf_arena(a, 64);
    der_put_time(&t, INT64_C(2524607999000));
    der_put_time(&t, INT64_C(2524608000000));
    CHECK(str_eq(buf_str(&t), S("\x17\x0d"
                                "491231235959Z"
                                "\x18\x0f"
                                "20500101000000Z")),
          "years have four digits from 2050 on");
}

static void test_keys(Arena *a) {
    P256Key key;
    uint8_t bytes[P256_SCALAR_BYTES], hash[SHA256_BYTES] = {1, 2, 3};
    MUST(hex_get(S(secret), bytes, sizeof bytes) && p256_key_from(bytes, &key) == OK);
    Buf print = buf_arena(a, 256), signature = buf_arena(a, 256), text = buf_arena(a, 1024);
    acme_thumbprint(&key, &print);
    CHECK(str_eq(buf_str(&print), S("N5PpV43G_dTnzTCWSYDcQiRQdaIMnSsaAG1gbn-56zY")), "a key's thumbprint is as node makes it");
    MUST(p256_sign(&key, hash, &signature) == OK);
    CHECK(p256_verify(key.point, hash, buf_str(&signature)) == OK, "a signature verifies");
    hash[0] ^= 1;
    CHECK(p256_verify(key.point, hash, buf_str(&signature)) != OK, "and not of another text");
    MUST(p256_private_pem(&key, &text) == OK);
    CHECK(str_starts(buf_str(&text), S("-----BEGIN PRIVATE KEY-----\n")) &&
              str_ends(buf_str(&text), S("-----END PRIVATE KEY-----\n")),
          "a key as PEM");
    Str names[] = {S("gigs.test"), S("www.gigs.test")};
    Buf request = buf_arena(a, 4096);
    MUST(acme_request(a, &key, names, COUNT(names), &request) == OK);
    CHECK(request.n > 250 && memmem(request.p, request.n, "gigs.test", 9) && memmem(request.p, request.n, "www.gigs.test", 13) &&
              memmem(request.p, request.n, key.point, sizeof key.point),
          "a request names the names and the key");
}

int main(void) {
    Arena a;
    arena_init(&a, ARENA_BYTES);
    test_der(&a);
    test_keys(&a);
    arena_free(&a);
    return kit_failed;
}
