/* What backups are made of, against other implementations: the sealed stream, the signature of a bucket's requests. */
#include "codec/hex.h"
#include "crypto/seal.h"
#include "gateway/s3.h"
#include "tap_kit.h"

/* Made with the argon2 program and node's chacha20-poly1305: passphrase "tide and time", 64 KiB, one pass, one last chunk. */
static void test_seal(void) {
    static const char header[] = "GIGBOXE1\0\0\0\100\0\0\0\001"
                                 "0123456789abcdef\0\001\0\0\0\0\0";
    static const char sealed[] = "504555f1419be1e66af500b1fbfb24a7d71e514744";
    uint8_t chunk[5 + SEAL_TAG_BYTES], head[SEAL_HEADER_BYTES], tag[SEAL_TAG_BYTES];
    Seal s;
    memcpy(head, header, sizeof head);
    MUST(hex_get(S(sealed), chunk, sizeof chunk));
    CHECK(seal_is(str_of(head, sizeof head)) && !seal_is(S("GIGBOX")), "a header is known by its first bytes");
    CHECK(seal_open(&s, head, S("tide and time")) == OK && seal_unchunk(&s, chunk, 5, true, chunk + 5) == OK &&
              memcmp(chunk, "hello", 5) == 0,
          "a stream made elsewhere opens");
    MUST(seal_open(&s, head, S("tide and time")) == OK && seal_chunk(&s, chunk, 5, true, tag) == OK);
    memcpy(chunk + 5, tag, sizeof tag);
    char hex[2 * sizeof chunk];
    hex_put(hex, chunk, sizeof chunk);
    CHECK(str_eq(str_of(hex, sizeof hex), S(sealed)), "and closing gives the same bytes");
    MUST(seal_open(&s, head, S("tide and time")) == OK);
    CHECK(seal_unchunk(&s, chunk, 5, false, chunk + 5) == E_UNAUTHORIZED && chunk[0] == 0, "a last chunk is no other chunk");
    MUST(hex_get(S(sealed), chunk, sizeof chunk) && seal_open(&s, head, S("tide and time")) == OK);
    s.chunk = 1;
    CHECK(seal_unchunk(&s, chunk, 5, true, chunk + 5) == E_UNAUTHORIZED, "nor one at another place");
    head[8] = 0x7f;
    CHECK(seal_open(&s, head, S("x")) == E_SYNTAX, "a header that asks for 2 TiB of memory is refused");
    memcpy(head, header, sizeof head);
    head[33] = 2;
    CHECK(seal_open(&s, head, S("x")) == E_SYNTAX, "and one with other chunks");
    memcpy(head, header, sizeof head);
    CHECK(seal_open(&s, head, S("")) == E_INVALID && seal_begin(&s, S("")) == E_INVALID, "an empty passphrase is none");
}

/* The private key is Bob's of RFC 7748, 6.1; the stream was made with node's x25519, hkdf and chacha20-poly1305. */
static void test_seal_to(void) {
    static const char private_key[] = "gbsec5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0ebff400ceb";
    static const char public_key[] = "gbpubde9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4ff35e5616";
    static const char header[] = "474947424f584532f8a9535a2d2ff605e8e144d54f4ef5c62313a2055dbb21fddd3fd9c299eb015d";
    static const char sealed[] = "2b2e89cd70d82110c4a8471ccc41ba0caecf326a80";
    uint8_t chunk[5 + SEAL_TAG_BYTES], head[SEAL_HEADER_BYTES];
    char spoilt[SEAL_KEY_CHARS], fresh[2][SEAL_KEY_CHARS];
    Seal s, other;
    MUST(hex_get(S(header), head, sizeof head) && hex_get(S(sealed), chunk, sizeof chunk));
    CHECK(seal_is(str_of(head, sizeof head)) && seal_wants_key(head), "a header for a key is known by its first bytes");
    CHECK(seal_open_with(&s, head, S(private_key)) == OK && seal_unchunk(&s, chunk, 5, true, chunk + 5) == OK &&
              memcmp(chunk, "hello", 5) == 0,
          "a stream made elsewhere opens");
    CHECK(seal_public_ok(S(public_key)) && seal_private_ok(S(private_key)) &&
              seal_private_ok(S("  gbsec5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0ebff400ceb\r\n")) &&
              !seal_public_ok(S(private_key)) && !seal_private_ok(S(public_key)) && !seal_public_ok(S("")),
          "the two kinds of keys are told apart");
    bool told = true;
    for (size_t i = 0; i < SEAL_KEY_CHARS; i++) {
        memcpy(spoilt, public_key, sizeof spoilt);
        spoilt[i] = spoilt[i] == '7' ? '8' : '7';
        told &= !seal_public_ok(str_of(spoilt, sizeof spoilt)) && !seal_public_ok(str_of(public_key, i));
    }
    CHECK(told, "one wrong character, or some missing, is told");
    CHECK(seal_begin_to(&s, S(public_key)) == OK && seal_begin_to(&other, S(public_key)) == OK &&
              memcmp(s.header, other.header, sizeof s.header) != 0 && memcmp(s.key, other.key, sizeof s.key) != 0,
          "each stream has a key of its own");
    memcpy(chunk, "hello", 5);
    MUST(seal_chunk(&s, chunk, 5, true, chunk + 5) == OK);
    CHECK(seal_open_with(&other, s.header, S(private_key)) == OK && seal_unchunk(&other, chunk, 5, true, chunk + 5) == OK &&
              memcmp(chunk, "hello", 5) == 0,
          "and the private key opens it");
    seal_pair(fresh[0], fresh[1]);
    CHECK(seal_public_ok(str_of(fresh[0], SEAL_KEY_CHARS)) && seal_private_ok(str_of(fresh[1], SEAL_KEY_CHARS)),
          "a fresh pair is a pair");
    MUST(seal_begin_to(&s, S(public_key)) == OK && seal_chunk(&s, chunk, 5, true, chunk + 5) == OK);
    CHECK(seal_open_with(&other, s.header, str_of(fresh[1], SEAL_KEY_CHARS)) == OK &&
              seal_unchunk(&other, chunk, 5, true, chunk + 5) == E_UNAUTHORIZED,
          "that does not open what is another's");
    CHECK(seal_open_with(&s, head, S(public_key)) == E_INVALID && seal_begin_to(&s, S(private_key)) == E_INVALID &&
              seal_open(&s, head, S("x")) == E_SYNTAX,
          "keys and passphrases do not stand for each other");
    memset(head + 8, 0, 32);
    CHECK(seal_open_with(&s, head, S(private_key)) == E_SYNTAX, "a point of low order is refused");
}

/* The example "GET Bucket (List Objects)" of the public documentation of Signature Version 4, with its example keys. */
static void test_signature(void) {
    S3 s3 = {
        .region = S("us-east-1"), .key_id = S("AKIAIOSFODNN7EXAMPLE"), .secret = S("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")};
    char text[512];
    Buf out = buf_fixed(text, sizeof text);
    s3_authorization(&s3, S("GET"), S("examplebucket.s3.amazonaws.com"), S("/"), S("max-keys=2&prefix=J"), "20130524T000000Z",
                     S("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), &out);
    CHECK(out.err == OK &&
              str_ends(buf_str(&out), S("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")),
          "a request is signed as the documentation's example");
}

int main(void) {
    test_seal();
    test_seal_to();
    test_signature();
    return kit_failed;
}
