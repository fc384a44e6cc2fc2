/* src/crypto against published test vectors and hostile input. */
#include "base/rand.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "crypto/chain.h"
#include "crypto/idmap.h"
#include "crypto/jwt.h"
#include "crypto/password.h"
#include "crypto/token.h"
#include "tap_kit.h"

/* A key made for this test. */
static const char rs256_token[] =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2FjY291bnRzLmdvb2dsZS5jb20i"
    "LCJlbWFpbCI6ImFAYi5pbiJ9.aeTDl3mr-TDnoL2DWZ6SNx5GpteZMs3mZUQkDfD-KpTKRrF1tdz10gUaFZlyT0ya8oilVMVcgdA"
    "PxPi1qBneunOA65iTatyB0I2xz-6XZPfEHSPhX6sJyQj27JvY5yVr6EH_xuT-ownCtIhqaLfwVUHFiRUIUneq6fRsz_FmM1-XSwd"
    "BBGvALk_U6e5_NWhZz3AxQ7Bh0aF8ZCpTQzSRsw_QR_rUFsCvBeXigRV9UGOfw9L4R6_ysnC44dW1SX11_V5EzZ8V4_j9K3x-zz7"
    "uDrwjirwUkuzGLZ1-e5GRusvdpylTRL92nWy1gtsaG4m_cNvh-dD-jaoAxaFGlg_qMg";
static const char rs256_modulus[] =
    "c3ca5c7be020ac5e654e58b4e903c892f9bd3ce4615dc2f2123dca63c455c6f71d8bb1fcf7219dc4b1601f26e4018fcd4b4e"
    "28a64b26b80ed2a2d304e5a2a9ca4dc62f3ed88a685338881261758a5298f7220aee80d6fd4d830c59229abfa7cc15b19010"
    "667b921257b6f7b18f34ecdf87f18f81b0729ff18bc9c030f2f36c0e7a73ec7f5405dec46abf39633170cc965ceea17e071c"
    "01ac799c0dbb35e4cf9611ac605e150b68970d33a138722ebcb5bca1bff7ca5acb61cf7083fd7a811b9039a3b60134aab940"
    "2d62140810db576978f2c04423754bea235ecd4217837fa05244f787eb152a88f0f390b7704df22d46d7d80557869d50e406"
    "e44eb080604f";

/* The reference vectors of SipHash-2-4: key 00..0f, input 00 01 02 … */
static void siphash_vectors(void) {
    static const struct {
        size_t n;
        uint64_t hash;
    } rows[] = {{0, 0x726fdb47dd0e0e31},
                {1, 0x74f839c593dc67fd},
                {2, 0x0d6c8009d9a94f5a},
                {3, 0x85676696d7fb7e2d},
                {15, 0xa129ca6149be45e5}};
    uint8_t bytes[32];
    bool good = true, same = true;
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)i;
    SipKey k = sip_key(bytes);
    for (size_t i = 0; i < COUNT(rows); i++)
        good = good && siphash(&k, bytes, rows[i].n) == rows[i].hash;
    CHECK(good, "siphash: the reference vectors");
    for (unsigned n = 0; n <= 7; n++) {
        uint64_t a, b = 0;
        memcpy(&a, bytes, 8);
        memcpy(&b, bytes + 8, n);
        same = same && siphash_short(&k, a, b | UINT64_C(0xff) << 56, n) == siphash(&k, bytes, 8 + n);
    }
    CHECK(same, "siphash: the short form is the same function");
}

static void hashes(void) {
    char hex[SHA256_HEX_CHARS], b64[SHA256_BASE64_CHARS];
    sha256_hex(S("abc"), hex);
    CHECK(str_eq(str_of(hex, sizeof hex), S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
          "sha256: FIPS 180-4");
    Sha256 s;
    uint8_t a[32], b[32];
    sha256_init(&s);
    sha256_add(&s, S("a"));
    sha256_out(&s, a);
    sha256_add(&s, S("bc"));
    sha256_out(&s, a);
    sha256(S("abc"), b);
    CHECK(ct_eq(a, b, 32), "sha256: in pieces");
    /* RFC 4231 */
    hmac_sha256_hex(S("Jefe"), S("what do ya want for nothing?"), hex);
    CHECK(str_eq(str_of(hex, sizeof hex), S("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")),
          "hmac: RFC 4231 case 2");
    uint8_t key[131];
    memset(key, 0xaa, sizeof key);
    hmac_sha256_hex(str_of(key, sizeof key), S("Test Using Larger Than Block-Size Key - Hash Key First"), hex);
    CHECK(str_eq(str_of(hex, sizeof hex), S("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")),
          "hmac: RFC 4231 case 6");
    hmac_sha256_base64(S("Jefe"), S("what do ya want for nothing?"), b64);
    CHECK(str_eq(str_of(b64, sizeof b64), S("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=")), "hmac: in base64");
    Str good = S("5BDCC146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hmac_sha256_hex_ok(S("Jefe"), S("what do ya want for nothing?"), good) &&
              !hmac_sha256_hex_ok(S("Jefe"), S("what do ya want for nothing!"), good) &&
              !hmac_sha256_hex_ok(S("Jefe"), S("what do ya want for nothing?"), str_slice(good, 0, 62)) &&
              !hmac_sha256_hex_ok(S("x"), S(""), S("")),
          "hmac: checking a signature in hex");
    CHECK(ct_str_eq(S("secret"), S("secret")) && !ct_str_eq(S("secret"), S("secreT")) && !ct_str_eq(S("secret"), S("secre")) &&
              ct_str_eq(S(""), S("")),
          "comparison in constant time");
    uint8_t zero[CHAIN_BYTES] = {0}, one[CHAIN_BYTES], two[CHAIN_BYTES], other[CHAIN_BYTES];
    chain_step(zero, S("ab"), one);
    chain_step(one, S("c"), two);
    chain_step(zero, S("a"), other);
    chain_step(other, S("bc"), other);
    CHECK(!ct_eq(two, other, CHAIN_BYTES), "chain: the border between entries counts");
    uint8_t mem[55] = "gigbox audit 1\n", want[32];
    mem[47] = 2;
    Buf b2 = buf_fixed((char[128]){0}, 128);
    buf_put(&b2, mem, 55);
    buf_lit(&b2, "ab");
    sha256(buf_str(&b2), want);
    CHECK(ct_eq(want, one, 32), "chain: the step is what the header says");
}

static void ids(void) {
    uint8_t key[IDMAP_KEY_BYTES];
    IdMap m;
    for (int i = 0; i < IDMAP_KEY_BYTES; i++)
        key[i] = (uint8_t)(i * 7 + 1);
    idmap_init(&m, key);
    bool back = true, form = true, kinds = true, apart = true;
    for (int i = 0; i < 20000; i++) {
        int64_t id = i < 1000 ? i : (int64_t)kit_next(), got = -1;
        uint8_t kind = (uint8_t)kit_next();
        char u[IDMAP_UUID_CHARS], h[IDMAP_HEX_CHARS], v[IDMAP_UUID_CHARS];
        idmap_uuid(&m, kind, id, u);
        form = form && u[14] == '4' && strchr("89ab", u[19]) && u[8] == '-' && u[23] == '-';
        back = back && idmap_uuid_id(&m, kind, str_of(u, sizeof u), &got) && got == id;
        kinds = kinds && !idmap_uuid_id(&m, (uint8_t)(kind + 1), str_of(u, sizeof u), &got);
        idmap_uuid(&m, kind, id + 1, v);
        apart = apart && memcmp(u, v, 8) != 0 && memcmp(u + 24, v + 24, 12) != 0;
        int64_t small = id & IDMAP_HEX_ID_MAX;
        idmap_hex(&m, kind, small, h);
        back = back && idmap_hex_id(&m, kind, str_of(h, sizeof h), &got) && got == small;
        kinds = kinds && !idmap_hex_id(&m, (uint8_t)(kind + 1), str_of(h, sizeof h), &got);
        apart = apart && memcmp(h, u, 8) != 0;
    }
    CHECK(back, "ids: what is mapped comes back");
    CHECK(form, "ids: version 4, variant 10");
    CHECK(kinds, "ids: another kind does not decode");
    CHECK(apart, "ids: neighbours and the two forms share nothing");
    char u[IDMAP_UUID_CHARS], h[IDMAP_HEX_CHARS];
    bool refused = true;
    int64_t got;
    idmap_uuid(&m, 3, 77, u);
    idmap_hex(&m, 3, 77, h);
    for (int i = 0; i < IDMAP_UUID_CHARS; i++)
        for (int c = 0; c < 256; c++) {
            char t[IDMAP_UUID_CHARS];
            memcpy(t, u, sizeof t);
            t[i] = (char)c;
            refused = refused &&
                      (c == (uint8_t)u[i] || (c | 0x20) == (uint8_t)u[i] || !idmap_uuid_id(&m, 3, str_of(t, sizeof t), &got));
            if (i >= IDMAP_HEX_CHARS)
                continue;
            memcpy(t, h, sizeof h);
            t[i] = (char)c;
            refused =
                refused && (c == (uint8_t)h[i] || (c | 0x20) == (uint8_t)h[i] || !idmap_hex_id(&m, 3, str_of(t, sizeof h), &got));
        }
    CHECK(refused, "ids: one changed character does not decode");
    for (char *p = u; p < u + sizeof u; p++)
        *p = *p >= 'a' && *p <= 'f' ? (char)(*p - 32) : *p;
    CHECK(idmap_uuid_id(&m, 3, str_of(u, sizeof u), &got) && got == 77, "ids: upper case decodes");
    CHECK(!idmap_uuid_id(&m, 3, S(""), &got) && !idmap_hex_id(&m, 3, str_of(h, 23), &got) &&
              !idmap_uuid_id(&m, 3, str_of(u, 35), &got),
          "ids: other lengths do not decode");
}

static void tokens(void) {
    static JwtClaims in, out;
    static char mem[2048];
    JwtKey k, k2;
    bool expired;
    jwt_key(&k, S("0123456789abcdef0123456789abcdef"));
    jwt_key(&k2, S("0123456789abcdef0123456789abcdeF"));
    in = (JwtClaims){.sub = S("42"), .sid = S("s-1"), .contract = S("campus"), .iat_s = 1000, .exp_s = 2000};
    Buf b = buf_fixed(mem, sizeof mem);
    CHECK(jwt_make(&k, &in, &b) == OK, "jwt: made");
    Str t = buf_str(&b);
    CHECK(jwt_verify(&k, t, 1999, &out, &expired) == OK && str_eq(out.sub, S("42")) && str_eq(out.sid, S("s-1")) &&
              str_eq(out.contract, S("campus")) && out.iat_s == 1000 && out.exp_s == 2000,
          "jwt: verified, with its claims");
    CHECK(jwt_verify(&k, t, 2000, &out, &expired) == E_UNAUTHORIZED && expired, "jwt: over at its last second");
    CHECK(jwt_verify(&k2, t, 1500, &out, &expired) == E_UNAUTHORIZED && !expired, "jwt: another key");
    bool refused = true;
    for (size_t i = 0; i < t.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            char copy[512];
            memcpy(copy, t.p, t.n);
            copy[i] ^= (char)(1 << bit);
            refused = refused && jwt_verify(&k, str_of(copy, t.n), 1500, &out, NULL) == E_UNAUTHORIZED;
        }
    for (size_t n = 0; n < t.n; n++)
        refused = refused && jwt_verify(&k, str_slice(t, 0, n), 1500, &out, NULL) == E_UNAUTHORIZED;
    CHECK(refused, "jwt: no bit may change, no end may be missing");
    CHECK(jwt_verify(&k, S("eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9."), 1500, &out, NULL) == E_UNAUTHORIZED, "jwt: alg none");
    /* Well signed, but not of our form. */
    static const char *const payloads[] = {
        "{\"sub\":\"42\"}",
        "{\"sub\":\"42\",\"sid\":\"s\",\"contract\":\"c\",\"iat\":1,\"exp\":9999,\"admin\":true}",
        "{\"sub\":\"42\",\"sid\":\"s\",\"contract\":\"c\",\"iat\":1,\"exp\":1e9}",
        "{\"sub\":\"42\", \"sid\":\"s\",\"contract\":\"c\",\"iat\":1,\"exp\":9999}",
        "{\"sub\":\"4\\u0032\",\"sid\":\"s\",\"contract\":\"c\",\"iat\":1,\"exp\":9999}",
        "{\"sub\":\"\",\"sid\":\"s\",\"contract\":\"c\",\"iat\":1,\"exp\":9999}",
        "{\"sub\":\"42\",\"sid\":\"s\",\"contract\":\"c\",\"iat\":1,\"exp\":9999}}",
    };
    for (size_t i = 0; i < COUNT(payloads); i++) {
        Buf f = buf_fixed(mem, sizeof mem);
        buf_lit(&f, "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.");
        base64_add(BASE64_URL, &f, payloads[i], strlen(payloads[i]));
        uint8_t mac[32];
        hmac_with(&k.hmac, buf_str(&f), mac);
        buf_char(&f, '.');
        base64_add(BASE64_URL, &f, mac, sizeof mac);
        CHECK(jwt_verify(&k, buf_str(&f), 5, &out, NULL) == E_UNAUTHORIZED, payloads[i]);
    }
    in.sub = S("a\"b");
    CHECK(jwt_make(&k, &in, &b) == E_INVALID, "jwt: a claim with a quote is not made");

    uint8_t n[256];
    MUST(hex_get(S(rs256_modulus), n, sizeof n));
    RsaPublic pk = {str_of(n, sizeof n), S("\1\0\1")};
    Arena a;
    Str header, payload;
    arena_init(&a, 1 << 16);
    CHECK(jwt_foreign_parts(&a, S(rs256_token), &header, &payload) == OK &&
              str_eq(header, S("{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}")) &&
              str_eq(payload, S("{\"iss\":\"https://accounts.google.com\",\"email\":\"a@b.in\"}")),
          "rs256: the parts of a foreign token");
    CHECK(jwt_rs256_check(S(rs256_token), &pk) == OK, "rs256: a good signature");
    char forged[sizeof rs256_token];
    memcpy(forged, rs256_token, sizeof forged);
    forged[60] ^= 1;
    CHECK(jwt_rs256_check(str_of(forged, sizeof forged - 1), &pk) == E_UNAUTHORIZED, "rs256: a changed payload");
    n[200] ^= 1;
    CHECK(jwt_rs256_check(S(rs256_token), &pk) == E_UNAUTHORIZED, "rs256: another key");
    CHECK(jwt_foreign_parts(&a, S("a.b"), &header, &payload) == E_SYNTAX &&
              jwt_rs256_check(S("a.b.c.d"), &pk) == E_UNAUTHORIZED && jwt_rs256_check(S("e30.e30."), &pk) == E_UNAUTHORIZED,
          "rs256: malformed tokens");
    arena_free(&a);

    char x[TOKEN_CHARS], y[TOKEN_CHARS], code[6];
    token_make(x);
    token_make(y);
    uint8_t raw[TOKEN_BYTES];
    size_t got;
    CHECK(memcmp(x, y, TOKEN_CHARS) != 0 && base64_get(BASE64_URL, str_of(x, TOKEN_CHARS), raw, sizeof raw, &got) == OK &&
              got == TOKEN_BYTES,
          "random tokens");
    int seen[10] = {0};
    for (int i = 0; i < 2000; i++) {
        otp_make(code, 6);
        for (int d = 0; d < 6; d++)
            seen[code[d] - '0']++;
    }
    bool even = true;
    for (int d = 0; d < 10; d++)
        even = even && seen[d] > 1000 && seen[d] < 1400;
    CHECK(even, "one-time codes: each digit about as often");
    uint8_t h1[32], h2[32];
    otp_hash(S("k"), S("login"), S("+911"), S("123456"), h1);
    otp_hash(S("k"), S("login"), S("+9111"), S("23456"), h2);
    CHECK(!ct_eq(h1, h2, 32), "one-time codes: the hash keeps contact and code apart");
}

static void passwords(void) {
    char h[PASSWORD_HASH_MAX];
    bool stale;
    /* Vectors of the Argon2 reference implementation. */
    CHECK(password_verify(S("password"),
                          S("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
                          &stale) == OK &&
              stale,
          "password: a reference hash, of another cost");
    CHECK(password_verify(S("differentpassword"),
                          S("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
                          NULL) == E_UNAUTHORIZED,
          "password: a wrong one");
    MUST(password_cost(64, 2) == OK);
    CHECK(password_hash(S("pässword"), h) == OK && password_verify(S("pässword"), str_c0(h), &stale) == OK && !stale &&
              password_verify(S("passwort"), str_c0(h), NULL) == E_UNAUTHORIZED,
          "password: hashed and verified");
    CHECK(password_verify(S("anything"), S(""), NULL) == E_UNAUTHORIZED, "password: an unknown account");
    CHECK(password_hash(S(""), h) == E_INVALID && password_cost(4, 1) == E_INVALID && password_cost(1 << 20, 1) == E_INVALID &&
              password_cost(64, 0) == E_INVALID,
          "password: bounds");
    static const char *const broken[] = {
        "plain",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4$x",
    };
    for (size_t i = 0; i < COUNT(broken); i++)
        CHECK(password_verify(S("password"), str_c0(broken[i]), NULL) == E_CORRUPT, broken[i]);
}

int main(void) {
    siphash_vectors();
    hashes();
    ids();
    tokens();
    passwords();
    return kit_failed;
}
