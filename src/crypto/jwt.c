#include "crypto/jwt.h"

#include "codec/base64.h"

#include <assert.h>
#include <bearssl.h>

/* {"alg":"HS256","typ":"JWT"} and the dot behind it. */
#define HEADER "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
enum { SIGNATURE_CHARS = 43, SECRET_BYTES_MIN = 32, RSA_BYTES_MIN = 256, RSA_BYTES_MAX = 512 };

void jwt_key(JwtKey *k, Str secret) {
    assert(secret.n >= SECRET_BYTES_MIN);
    hmac_key(&k->hmac, secret);
}

static bool claim_ok(Str s) {
    if (s.n == 0 || s.n > JWT_CLAIM_BYTES_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~' || s.p[i] == '"' || s.p[i] == '\\')
            return false;
    return true;
}

Err jwt_make(const JwtKey *k, const JwtClaims *claims, Buf *out) {
    if (!claim_ok(claims->sub) || !claim_ok(claims->sid) || !claim_ok(claims->contract))
        return E_INVALID;
    char json[JWT_PAYLOAD_BYTES_MAX];
    Buf b = buf_fixed(json, sizeof json);
    buf_lit(&b, "{\"sub\":\"");
    buf_add(&b, claims->sub);
    buf_lit(&b, "\",\"sid\":\"");
    buf_add(&b, claims->sid);
    buf_lit(&b, "\",\"contract\":\"");
    buf_add(&b, claims->contract);
    buf_lit(&b, "\",\"iat\":");
    buf_i64(&b, claims->iat_s);
    buf_lit(&b, ",\"exp\":");
    buf_i64(&b, claims->exp_s);
    buf_char(&b, '}');
    assert(!b.err);

    /* Built aside, so that a builder that is full never holds half a token. */
    char token[JWT_TOKEN_BYTES_MAX];
    Buf t = buf_fixed(token, sizeof token);
    buf_lit(&t, HEADER);
    base64_add(BASE64_URL, &t, json, b.n);
    uint8_t mac[SHA256_BYTES];
    hmac_with(&k->hmac, buf_str(&t), mac);
    buf_char(&t, '.');
    base64_add(BASE64_URL, &t, mac, sizeof mac);
    assert(!t.err);
    buf_add(out, buf_str(&t));
    return out->err;
}

static bool eat(Str *s, Str literal) {
    if (!str_starts(*s, literal))
        return false;
    *s = str_from(*s, literal.n);
    return true;
}

/* The text up to `end`, which is passed over too. */
static bool eat_until(Str *s, char end, Str *out) {
    size_t at = str_index(*s, end);
    if (at == s->n)
        return false;
    *out = str_slice(*s, 0, at);
    *s = str_from(*s, at + 1);
    return true;
}

/* As buf_i64 writes it: no leading zero. */
static bool number(Str text, int64_t *v) {
    size_t sign = str_starts(text, S("-"));
    return str_i64(text, v) && (text.p[sign] != '0' || text.n == 1);
}

/* Exactly what jwt_make writes; anything else was not written by us. */
static bool claims_read(Str json, JwtClaims *c) {
    Str iat, exp;
    return eat(&json, S("{\"sub\":\"")) && eat_until(&json, '"', &c->sub) && claim_ok(c->sub) && eat(&json, S(",\"sid\":\"")) &&
           eat_until(&json, '"', &c->sid) && claim_ok(c->sid) && eat(&json, S(",\"contract\":\"")) &&
           eat_until(&json, '"', &c->contract) && claim_ok(c->contract) && eat(&json, S(",\"iat\":")) &&
           eat_until(&json, ',', &iat) && number(iat, &c->iat_s) && eat(&json, S("\"exp\":")) && eat_until(&json, '}', &exp) &&
           number(exp, &c->exp_s) && json.n == 0;
}

Err jwt_verify(const JwtKey *k, Str token, int64_t now_s, JwtClaims *claims, bool *expired) {
    if (expired)
        *expired = false;
    if (token.n > JWT_TOKEN_BYTES_MAX || token.n < sizeof HEADER + SIGNATURE_CHARS || !str_starts(token, S(HEADER)))
        return E_UNAUTHORIZED;
    size_t dot = token.n - SIGNATURE_CHARS - 1;
    Str payload = str_slice(token, sizeof HEADER - 1, dot);
    uint8_t sent[SHA256_BYTES], mac[SHA256_BYTES];
    size_t n;
    if (token.p[dot] != '.' || base64_get(BASE64_URL, str_from(token, dot + 1), sent, sizeof sent, &n) || n != sizeof sent)
        return E_UNAUTHORIZED;
    hmac_with(&k->hmac, str_slice(token, 0, dot), mac);
    if (!ct_eq(mac, sent, sizeof mac))
        return E_UNAUTHORIZED;
    if (base64_get(BASE64_URL, payload, claims->text, sizeof claims->text, &n) || !claims_read(str_of(claims->text, n), claims))
        return E_UNAUTHORIZED;
    if (claims->exp_s <= now_s) {
        if (expired)
            *expired = true;
        return E_UNAUTHORIZED;
    }
    return OK;
}

/* Cuts a compact token at its two dots. */
static bool foreign_split(Str token, Str *header, Str *payload, Str *signature) {
    Str rest = token;
    return token.n <= JWT_FOREIGN_BYTES_MAX && eat_until(&rest, '.', header) && eat_until(&rest, '.', payload) &&
           str_index(rest, '.') == rest.n && (*signature = rest, true);
}

static Err decode(Arena *a, Str text, Str *out) {
    size_t n;
    char *mem = arena_raw(a, text.n + 1);
    if (!mem)
        return E_NOMEM;
    if (base64_get(BASE64_URL, text, mem, text.n, &n) || !str_utf8_valid(str_of(mem, n)))
        return E_SYNTAX;
    *out = str_of(mem, n);
    return OK;
}

Err jwt_foreign_parts(Arena *a, Str token, Str *header_json, Str *payload_json) {
    Str header, payload, signature;
    if (!foreign_split(token, &header, &payload, &signature))
        return E_SYNTAX;
    Err e = decode(a, header, header_json);
    return e ? e : decode(a, payload, payload_json);
}

Err jwt_rs256_check(Str token, const RsaPublic *key) {
    Str header, payload, signature;
    if (!foreign_split(token, &header, &payload, &signature) || !key->e.n)
        return E_UNAUTHORIZED;
    Str n = key->n;
    while (n.n && n.p[0] == 0)
        n = str_from(n, 1);
    uint8_t sig[RSA_BYTES_MAX], mine[SHA256_BYTES], theirs[SHA256_BYTES];
    size_t sig_n;
    if (n.n < RSA_BYTES_MIN || n.n > RSA_BYTES_MAX || base64_get(BASE64_URL, signature, sig, sizeof sig, &sig_n) || sig_n != n.n)
        return E_UNAUTHORIZED;
    br_rsa_public_key pk = {(unsigned char *)(uintptr_t)n.p, n.n, (unsigned char *)(uintptr_t)key->e.p, key->e.n};
    if (!br_rsa_i31_pkcs1_vrfy(sig, sig_n, BR_HASH_OID_SHA256, sizeof theirs, &pk, theirs))
        return E_UNAUTHORIZED;
    sha256(str_slice(token, 0, header.n + 1 + payload.n), mine);
    return ct_eq(mine, theirs, sizeof mine) ? OK : E_UNAUTHORIZED;
}
