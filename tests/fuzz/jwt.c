/* Tokens from anywhere: never a crash, never a token that was not signed here. */
#include "crypto/jwt.h"
#include "codec/base64.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static JwtKey key;
    static char made[JWT_TOKEN_BYTES_MAX];
    static size_t made_n;
    static JwtClaims claims;
    if (!made_n) {
        jwt_key(&key, S("a fuzzing key of thirty-two bytes"));
        JwtClaims in = {.sub = S("1"), .sid = S("2"), .contract = S("campus"), .iat_s = 1, .exp_s = INT64_MAX};
        Buf b = buf_fixed(made, sizeof made);
        if (jwt_make(&key, &in, &b))
            abort();
        made_n = b.n;
    }
    Str token = str_of(data, size);
    if (jwt_verify(&key, token, 100, &claims, NULL) == OK && !str_eq(token, str_of(made, made_n)))
        abort();
    /* The good token, changed where the input says. */
    if (size >= 3) {
        char copy[JWT_TOKEN_BYTES_MAX];
        memcpy(copy, made, made_n);
        size_t at = (data[0] | (size_t)data[1] << 8) % made_n;
        copy[at] = (char)data[2];
        if (jwt_verify(&key, str_of(copy, made_n), 100, &claims, NULL) == OK && copy[at] != made[at])
            abort();
    }
    /* A well-signed payload of any bytes: the claims must be as they are made. */
    if (size <= 200) {
        Arena a;
        char mem[JWT_TOKEN_BYTES_MAX], again[JWT_TOKEN_BYTES_MAX];
        uint8_t mac[SHA256_BYTES];
        Str header, payload;
        Buf b = buf_fixed(mem, sizeof mem), c = buf_fixed(again, sizeof again);
        arena_init(&a, 1 << 16);
        buf_put(&b, made, str_index(str_of(made, made_n), '.') + 1);
        base64_add(BASE64_URL, &b, data, size);
        hmac_with(&key.hmac, buf_str(&b), mac);
        buf_char(&b, '.');
        base64_add(BASE64_URL, &b, mac, sizeof mac);
        if (!b.err && jwt_verify(&key, buf_str(&b), 100, &claims, NULL) == OK &&
            (jwt_make(&key, &claims, &c) || !str_eq(buf_str(&b), buf_str(&c))))
            abort();
        jwt_foreign_parts(&a, token, &header, &payload);
        RsaPublic rsa = {str_of(made, 256), S("\1\0\1")};
        if (jwt_rs256_check(token, &rsa) == OK)
            abort();
        arena_free(&a);
    }
    return 0;
}
