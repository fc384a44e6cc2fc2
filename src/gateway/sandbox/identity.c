/* Google as an identity provider: its published keys, and whatever ID token one asks for. */
#include "codec/base64.h"
#include "codec/contact.h"
#include "crypto/hmac.h"
#include "crypto/rsa.h"
#include "gateway/sandbox/internal.h"

enum { TOKEN_BYTES_MAX = 4096, TOKEN_LIFE_S = 3600, SUBJECT_DIGITS = 20 };

/* The key follows from the box's key, so tokens outlive a restart. Making it takes a while: only who asks for it waits. */
static Err key_of_sandbox(Sandbox *s, const RsaKey **out) {
    uint8_t seed[SHA256_BYTES];
    hmac_sha256(str_of(s->cfg.box_key, SHA256_BYTES), S("sandbox google key"), seed);
    pthread_mutex_lock(&s->lock);
    Err e = s->google ? OK : rsa_key_make(&s->strings, str_of(seed, sizeof seed), &s->google);
    *out = s->google;
    pthread_mutex_unlock(&s->lock);
    return e;
}

static Str kid_of(Visit *v) { return sandbox_secret(v->sandbox, v->req->arena, "", "sandbox google key id", 40); }

static Str base64_text(Arena *a, Str bytes) {
    Buf b = buf_arena(a, TOKEN_BYTES_MAX);
    base64_add(BASE64_URL, &b, bytes.p, bytes.n);
    return buf_str(&b);
}

void google_certs(Visit *v) {
    Arena *a = v->req->arena;
    const RsaKey *key;
    RsaPublic public;
    Err e = key_of_sandbox(v->sandbox, &key);
    if (!e)
        e = rsa_key_public(a, key, &public);
    if (e) {
        answer_err(v, e);
        return;
    }
    const Var vars[] = {
        {"kid", kid_of(v), false}, {"n", base64_text(a, public.n), false}, {"e", base64_text(a, public.e), false}};
    reply_header(v->rep, "Cache-Control", S("public, max-age=3600, must-revalidate, no-transform"));
    answer_template(v, 200, "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"use\":\"sig\",\"kid\":{kid},\"n\":{n},\"e\":{e}}]}",
                    vars, COUNT(vars));
}

/* A person's number at Google: decimal digits that follow from the address. */
static Str subject_of(Visit *v, Str email) {
    uint8_t mac[SHA256_BYTES];
    char digits[SUBJECT_DIGITS];
    Str low = email_normal(v->req->arena, email);
    hmac_sha256(str_of(v->sandbox->cfg.box_key, SHA256_BYTES), low, mac);
    for (size_t i = 0; i < sizeof digits; i++)
        digits[i] = (char)('0' + mac[i] % 10);
    return arena_printf(v->req->arena, "1%.*s", SUBJECT_DIGITS, digits);
}

void google_token(Visit *v) {
    Arena *a = v->req->arena;
    const RsaKey *key;
    Str email = answer_str(v->body, "email"), name = answer_str(v->body, "name");
    if (!email_valid(email)) {
        answer_error(v, 400, "The e-mail address is invalid.", "email");
        return;
    }
    bool verified = !answer_at(v->body, "email_verified") || answer_bool(v->body, "email_verified");
    int64_t now_s = clock_now_ms() / MS_SECOND;
    const Var vars[] = {{"client", v->sandbox->gateway->google_client_id, false},
                        {"sub", subject_of(v, email), false},
                        {"email", email, false},
                        {"verified", verified ? S("true") : S("false"), true},
                        {"name", name.n ? name : str_slice(email, 0, str_index(email, '@')), false},
                        var_i64(a, "iat", now_s),
                        var_i64(a, "exp", now_s + TOKEN_LIFE_S),
                        {"kid", kid_of(v), false}};
    Buf header = buf_arena(a, TOKEN_BYTES_MAX), payload = buf_arena(a, TOKEN_BYTES_MAX), token = buf_arena(a, TOKEN_BYTES_MAX);
    Err e = template_add(&header, S("{\"alg\":\"RS256\",\"kid\":{kid},\"typ\":\"JWT\"}"), vars, COUNT(vars), ESCAPE_JSON);
    if (!e)
        e = template_add(&payload,
                         S("{\"iss\":\"https://accounts.google.com\",\"azp\":{client},\"aud\":{client},\"sub\":{sub},"
                           "\"email\":{email},\"email_verified\":{verified},\"name\":{name},\"iat\":{iat},\"exp\":{exp}}"),
                         vars, COUNT(vars), ESCAPE_JSON);
    if (!e)
        e = key_of_sandbox(v->sandbox, &key);
    if (!e)
        e = jwt_rs256_make(key, buf_str(&header), buf_str(&payload), &token);
    if (e) {
        answer_err(v, e);
        return;
    }
    const Var out[] = {{"token", buf_str(&token), false}};
    answer_template(v, 200, "{\"token\":{token}}", out, COUNT(out));
}
