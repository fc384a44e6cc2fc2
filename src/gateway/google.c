#include "gateway/google.h"

#include "codec/base64.h"
#include "codec/contact.h"
#include "gateway/internal.h"

/* ---- keys ---- */

static bool bytes_of(Answer key, const char *name, uint8_t *out, size_t cap, uint16_t *n) {
    Str text = answer_str(key, name);
    size_t got = 0;
    if (!text.n || base64_get(BASE64_URL, text, out, cap, &got) || !got)
        return false;
    *n = (uint16_t)got;
    return true;
}

/* A member that is absent says nothing against the key. */
static bool is_or_absent(Answer key, const char *name, const char *value) {
    Str v = answer_str(key, name);
    return !v.n || str_eq(v, str_c0(value));
}

bool google_keys_read(Arena *a, Str json, GoogleKeys *out) {
    Answer root = answer_of(a, json), key;
    out->count = 0;
    if (!root || json_type(answer_at(root, "keys")) != JSON_ARRAY)
        return false;
    for (JsonIter it = json_iter(answer_at(root, "keys")); out->count < GOOGLE_KEYS_MAX && (key = answer_next(&it));) {
        GoogleKey *k = &out->keys[out->count];
        Str kid = answer_str(key, "kid");
        if (!str_eq(answer_str(key, "kty"), S("RSA")) || !is_or_absent(key, "alg", "RS256") || !is_or_absent(key, "use", "sig") ||
            !kid.n || kid.n > sizeof k->kid || !bytes_of(key, "n", k->n, sizeof k->n, &k->n_n) ||
            !bytes_of(key, "e", k->e, sizeof k->e, &k->e_n))
            continue;
        memcpy(k->kid, kid.p, kid.n);
        k->kid_n = (uint16_t)kid.n;
        out->count++;
    }
    return out->count > 0;
}

int64_t google_age_ms(Str cache_control) {
    for (Str part; str_split(&cache_control, ',', &part);) {
        Str name = S("max-age=");
        uint64_t s;
        part = str_trim(part);
        if (part.n <= name.n || !str_eq_nocase(str_slice(part, 0, name.n), name) || !str_u64(str_from(part, name.n), &s))
            continue;
        int64_t ms = s > GOOGLE_AGE_MAX_MS / MS_SECOND ? GOOGLE_AGE_MAX_MS : (int64_t)s * MS_SECOND;
        return ms < GOOGLE_AGE_MIN_MS ? GOOGLE_AGE_MIN_MS : ms;
    }
    return GOOGLE_AGE_MS;
}

static bool find(const GoogleKeys *keys, Str kid, GoogleKey *out) {
    for (size_t i = 0; i < keys->count; i++)
        if (str_eq(str_of(keys->keys[i].kid, keys->keys[i].kid_n), kid)) {
            *out = keys->keys[i];
            return true;
        }
    return false;
}

static Err fetch_keys(Gateway *g, Arena *a, GoogleKeys *out) {
    Outcome o = {0};
    Err e = gateway_call_begin(g);
    if (e)
        return e;
    FetchRequest req = {.method = S("GET"),
                        .url = g->cfg->google_certs_url,
                        .deadline_ms = GATEWAY_CALL_DEADLINE_MS,
                        .response_bytes_max = GATEWAY_RESPONSE_BYTES_MAX};
    FetchResponse res;
    o.err = g->env.fetch.http(g->env.fetch.ctx, a, &req, &res);
    if (!o.err && (res.status != 200 || !google_keys_read(a, res.body, out)))
        o.err = E_PROVIDER;
    gateway_call_end(g, "google keys", &o);
    if (o.err)
        return o.err == E_NETWORK ? E_NETWORK : E_PROVIDER;
    out->fetched_ms = clock_mono_ms();
    out->until_ms = out->fetched_ms + google_age_ms(fetch_header(&res, S("Cache-Control")));
    return OK;
}

static Err key_for(Gateway *g, Arena *a, Str kid, GoogleKey *out) {
    int64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&g->lock);
    bool fresh = now_ms < g->google.until_ms, there = fresh && find(&g->google, kid, out);
    bool just_now = fresh && now_ms - g->google.fetched_ms < GOOGLE_AGE_MIN_MS;
    pthread_mutex_unlock(&g->lock);
    if (there)
        return OK;
    if (just_now)
        return E_UNAUTHORIZED;
    GoogleKeys *keys = ARENA_NEW(a, GoogleKeys);
    Err e = keys ? fetch_keys(g, a, keys) : E_NOMEM;
    if (e)
        return e;
    pthread_mutex_lock(&g->lock);
    g->google = *keys;
    pthread_mutex_unlock(&g->lock);
    return find(keys, kid, out) ? OK : E_UNAUTHORIZED;
}

/* ---- tokens ---- */

static bool one_of(Str list, Str value) {
    for (Str part; str_split(&list, ',', &part);)
        if (value.n && str_eq(str_trim(part), value))
            return true;
    return false;
}

Err google_claims(Arena *a, Str payload_json, Str client_ids, int64_t now_s, GoogleClaims *out) {
    Answer p = answer_of(a, payload_json);
    int64_t exp = 0, iat = 0;
    Str iss = answer_str(p, "iss");
    *out = (GoogleClaims){answer_str(p, "sub"), answer_str(p, "email"), answer_str(p, "name")};
    bool verified = answer_bool(p, "email_verified") || str_eq(answer_str(p, "email_verified"), S("true"));
    bool ours = str_eq(iss, S("https://accounts.google.com")) || str_eq(iss, S("accounts.google.com"));
    bool timely = answer_i64(p, "exp", &exp) && exp > now_s - GOOGLE_SKEW_S &&
                  (!answer_at(p, "iat") || (answer_i64(p, "iat", &iat) && iat <= now_s + GOOGLE_SKEW_S));
    bool good = ours && timely && verified && one_of(client_ids, answer_str(p, "aud")) && out->sub.n && email_valid(out->email);
    return good ? OK : E_UNAUTHORIZED;
}

Err gateway_google(void *gateway, Arena *a, Str token, GoogleIdentity *out) {
    Gateway *g = gateway;
    GoogleKey key = {.n_n = 0};
    GoogleClaims claims;
    Str header, payload;
    Err e = jwt_foreign_parts(a, token, &header, &payload);
    if (e)
        return e == E_NOMEM ? e : E_UNAUTHORIZED;
    Answer h = answer_of(a, header);
    Str kid = answer_str(h, "kid");
    if (!str_eq(answer_str(h, "alg"), S("RS256")) || !kid.n)
        return E_UNAUTHORIZED;
    /* What could not pass anyway is not worth asking for keys. */
    e = google_claims(a, payload, g->cfg->google_client_id, clock_now_ms() / MS_SECOND, &claims);
    if (e == OK)
        e = key_for(g, a, kid, &key);
    RsaPublic public = {str_of(key.n, key.n_n), str_of(key.e, key.e_n)};
    if (e == OK)
        e = jwt_rs256_check(token, &public);
    if (e == OK)
        *out = (GoogleIdentity){.sub = claims.sub, .email = claims.email, .name = claims.name};
    return e;
}
