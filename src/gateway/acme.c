#include "gateway/acme.h"

#include <stdio.h>

#include "base/clock.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "codec/x509.h"

enum {
    DOCUMENT_BYTES_MAX = 64 * 1024,
    DER_BYTES_MAX = 4096,
    POLLS_MAX = 60,
    NONCE_TRIES = 4,
    URL_BYTES_MAX = 1024,
    COORDINATE_BYTES = 32
};
#define DEADLINE_MS (30 * MS_SECOND)
#define POLL_MS (2 * MS_SECOND)

/* The OID extensionRequest of PKCS #9 (RFC 2985). */
static const Str oid_extension_request = STR_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e");

/* ---- keys and the request for a certificate (RFC 2986) ---- */

static void put_coordinate(const P256Key *key, int which, Buf *out) {
    base64_add(BASE64_URL, out, key->point + 1 + which * COORDINATE_BYTES, COORDINATE_BYTES);
}

/* In the order that a thumbprint wants. */
static void put_jwk(const P256Key *key, Buf *out) {
    buf_lit(out, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"");
    put_coordinate(key, 0, out);
    buf_lit(out, "\",\"y\":\"");
    put_coordinate(key, 1, out);
    buf_lit(out, "\"}");
}

void acme_thumbprint(const P256Key *key, Buf *out) {
    char text[256];
    uint8_t hash[SHA256_BYTES];
    Buf jwk = buf_fixed(text, sizeof text);
    put_jwk(key, &jwk);
    sha256(buf_str(&jwk), hash);
    base64_add(BASE64_URL, out, hash, sizeof hash);
}

Err acme_request(Arena *a, const P256Key *key, const Str *names, size_t n, Buf *out) {
    Buf list = buf_arena(a, DER_BYTES_MAX), info = buf_arena(a, DER_BYTES_MAX), wrapped = buf_arena(a, DER_BYTES_MAX);
    for (size_t i = 0; i < n; i++)
        der_put(&list, DER_DNS, names[i]);
    der_put_buf(&wrapped, DER_SEQ, &list);
    if (wrapped.err)
        return wrapped.err;
    der_put(&info, DER_INT, str_of("", 1)); /* version 0 */
    /* The subject: the first name, where it is short enough to be one. */
    x509_put_name(a, names[0].n <= 64 ? names[0] : S(""), &info);
    x509_put_key(a, str_of(key->point, sizeof key->point), &info);
    Buf extensions = buf_arena(a, DER_BYTES_MAX), values = buf_arena(a, DER_BYTES_MAX), request = buf_arena(a, DER_BYTES_MAX),
        attributes = buf_arena(a, DER_BYTES_MAX), all = buf_arena(a, DER_BYTES_MAX);
    x509_put_extension(a, x509_alt_name, false, buf_str(&wrapped), &extensions);
    der_put_buf(&values, DER_SEQ, &extensions);
    der_put(&request, DER_OID, oid_extension_request);
    der_put_buf(&request, DER_SET, &values);
    der_put_buf(&attributes, DER_SEQ, &request);
    der_put_buf(&info, DER_CTX0, &attributes);
    der_put_buf(&all, DER_SEQ, &info);
    if (all.err)
        return all.err;
    Buf signature = buf_arena(a, 128);
    uint8_t hash[SHA256_BYTES];
    sha256(buf_str(&all), hash);
    Err e = p256_sign(key, hash, &signature);
    x509_put_signed(a, buf_str(&all), buf_str(&signature), out);
    return e ? e : out->err;
}

/* ---- the protocol ---- */

typedef struct Talk {
    const Acme *acme;
    Arena *arena;
    char *why;
    Str new_nonce, new_account, new_order;
    Str nonce, kid;
} Talk;

typedef struct Answer {
    int status;
    Str body, location;
    const Json *json; /* NULL when the body is none */
} Answer;

static Err say(Talk *t, Err e, const char *what, Str detail) {
    snprintf(t->why, ACME_WHY_BYTES, "%s%s%.*s", what, detail.n ? ": " : "", (int)(detail.n < 240 ? detail.n : 240), detail.p);
    return e;
}

static Err call(Talk *t, FetchRequest *req, Answer *out) {
    FetchResponse *res = ARENA_NEW(t->arena, FetchResponse);
    if (!res)
        return say(t, E_NOMEM, "no memory", S(""));
    req->deadline_ms = DEADLINE_MS;
    req->response_bytes_max = DOCUMENT_BYTES_MAX;
    Err e = t->acme->fetch.http(t->acme->fetch.ctx, t->arena, req, res);
    if (e)
        return say(t, e, "the authority is not reached", str_c0(res->error));
    Str nonce = fetch_header(res, S("Replay-Nonce"));
    if (nonce.n)
        t->nonce = nonce;
    *out = (Answer){.status = res->status, .body = res->body, .location = fetch_header(res, S("Location"))};
    if (json_parse(t->arena, res->body, &out->json, NULL) != OK)
        out->json = NULL;
    return OK;
}

static Err refused(Talk *t, const char *what, const Json *problem) {
    Str detail = json_str(json_get(problem, S("detail")));
    return say(t, E_PROVIDER, what, detail.n ? detail : json_str(json_get(problem, S("type"))));
}

static Err fresh_nonce(Talk *t) {
    FetchRequest req = {.method = S("GET"), .url = t->new_nonce};
    Answer answer;
    t->nonce = (Str){NULL, 0};
    Err e = call(t, &req, &answer);
    return e ? e : t->nonce.n ? OK : say(t, E_PROVIDER, "the authority gives no nonce", S(""));
}

/* A signed POST (RFC 8555, 6.2); an empty payload is a GET that is signed. `what` for the words of a refusal. */
static Err post(Talk *t, const char *what, Str url, Str payload, Answer *out) {
    static const FetchHeader type[] = {{STR_INIT("Content-Type"), STR_INIT("application/jose+json")}};
    Err e = OK;
    if (!url.n || url.n > URL_BYTES_MAX)
        return say(t, E_PROVIDER, what, S("the authority names no address for it"));
    for (int i = 0; e == OK && i < NONCE_TRIES; i++) {
        Buf head = buf_arena(t->arena, DOCUMENT_BYTES_MAX), token = buf_arena(t->arena, DOCUMENT_BYTES_MAX),
            body = buf_arena(t->arena, DOCUMENT_BYTES_MAX);
        if (!t->nonce.n && (e = fresh_nonce(t)) != OK)
            break;
        buf_lit(&head, "{\"alg\":\"ES256\",");
        if (t->kid.n) {
            buf_lit(&head, "\"kid\":");
            json_put_str(&head, t->kid);
        } else {
            buf_lit(&head, "\"jwk\":");
            put_jwk(t->acme->account, &head);
        }
        buf_lit(&head, ",\"nonce\":");
        json_put_str(&head, t->nonce);
        buf_lit(&head, ",\"url\":");
        json_put_str(&head, url);
        buf_lit(&head, "}");
        if ((e = jwt_es256_make(t->acme->account, buf_str(&head), payload, &token)) != OK)
            break;
        Str rest = buf_str(&token), part;
        static const char *const names[] = {"{\"protected\":\"", "\",\"payload\":\"", "\",\"signature\":\""};
        for (size_t k = 0; k < COUNT(names); k++) {
            str_split(&rest, '.', &part);
            buf_add(&body, str_c0(names[k]));
            buf_add(&body, part);
        }
        buf_lit(&body, "\"}");
        t->nonce = (Str){NULL, 0}; /* good for one request */
        FetchRequest req = {
            .method = S("POST"), .url = url, .headers = type, .header_count = COUNT(type), .body = buf_str(&body)};
        e = body.err ? say(t, body.err, "no memory", S("")) : call(t, &req, out);
        if (e == OK && out->status < 400)
            return OK;
        if (e == OK && !str_ends(json_str(json_get(out->json, S("type"))), S(":badNonce")))
            return refused(t, what, out->json);
    }
    return e ? e : say(t, E_PROVIDER, what, S("no nonce is taken"));
}

/* Asks until `status` is another than the two that mean waiting. */
static Err await(Talk *t, const char *what, Str url, Answer *out) {
    for (int i = 0; i < POLLS_MAX; i++) {
        Err e = post(t, what, url, S(""), out);
        Str status = json_str(json_get(out->json, S("status")));
        if (e || !(str_eq(status, S("pending")) || str_eq(status, S("processing"))))
            return e;
        if (!t->acme->wait(t->acme->ctx, i ? POLL_MS : POLL_MS / 8))
            return say(t, E_BUSY, what, S("broken off"));
    }
    return say(t, E_PROVIDER, what, S("the authority takes too long"));
}

/* One name's proof. */
static Err prove(Talk *t, Str url) {
    Answer answer;
    Err e = post(t, "authorization", url, S(""), &answer);
    if (e)
        return e;
    if (str_eq(json_str(json_get(answer.json, S("status"))), S("valid")))
        return OK;
    Str token = {NULL, 0}, to = {NULL, 0};
    const Json *one;
    Str key;
    JsonIter it = json_iter(json_get(answer.json, S("challenges")));
    while (json_next(&it, &key, &one))
        if (str_eq(json_str(json_get(one, S("type"))), S("http-01"))) {
            token = json_str(json_get(one, S("token")));
            to = json_str(json_get(one, S("url")));
        }
    if (!token.n || token.n > ACME_TOKEN_BYTES_MAX)
        return say(t, E_PROVIDER, "the authority offers no http-01", S(""));
    char text[ACME_ANSWER_BYTES];
    Buf proof = buf_fixed(text, sizeof text);
    buf_add(&proof, token);
    buf_char(&proof, '.');
    acme_thumbprint(t->acme->account, &proof);
    t->acme->publish(t->acme->ctx, token, buf_str(&proof));
    e = post(t, "challenge", to, S("{}"), &answer);
    if (e == OK)
        e = await(t, "authorization", url, &answer);
    t->acme->publish(t->acme->ctx, token, S(""));
    if (e || str_eq(json_str(json_get(answer.json, S("status"))), S("valid")))
        return e;
    it = json_iter(json_get(answer.json, S("challenges")));
    while (json_next(&it, &key, &one))
        if (json_get(one, S("error")))
            return refused(t, "the authority does not see the proof", json_get(one, S("error")));
    return say(t, E_PROVIDER, "the authority does not see the proof", S(""));
}

static Err account(Talk *t) {
    Answer answer;
    FetchRequest req = {.method = S("GET"), .url = t->acme->directory};
    Err e = call(t, &req, &answer);
    if (e)
        return e;
    t->new_nonce = json_str(json_get(answer.json, S("newNonce")));
    t->new_account = json_str(json_get(answer.json, S("newAccount")));
    t->new_order = json_str(json_get(answer.json, S("newOrder")));
    if (answer.status != 200 || !t->new_nonce.n)
        return say(t, E_PROVIDER, "no directory of an authority", t->acme->directory);
    Buf body = buf_arena(t->arena, DOCUMENT_BYTES_MAX);
    buf_lit(&body, "{\"termsOfServiceAgreed\":true");
    if (t->acme->email.n) {
        buf_lit(&body, ",\"contact\":[");
        json_put_str(&body, arena_printf(t->arena, "mailto:%.*s", STR_ARG(t->acme->email)));
        buf_lit(&body, "]");
    }
    buf_lit(&body, "}");
    e = body.err ? body.err : post(t, "account", t->new_account, buf_str(&body), &answer);
    t->kid = answer.location;
    return e ? e : t->kid.n ? OK : say(t, E_PROVIDER, "account", S("the authority gives it no address"));
}

Err acme_obtain(const Acme *acme, Arena *a, const Str *names, size_t n, Buf *pem, char why[ACME_WHY_BYTES]) {
    Talk t = {.acme = acme, .arena = a, .why = why};
    Answer order, answer;
    P256Key key;
    Str unused;
    if (n == 0 || n > ACME_NAMES_MAX)
        return say(&t, E_INVALID, "1 to 16 names", S(""));
    Err e = account(&t);
    if (e)
        return e;
    Buf body = buf_arena(a, DOCUMENT_BYTES_MAX), csr = buf_arena(a, DER_BYTES_MAX);
    buf_lit(&body, "{\"identifiers\":[");
    for (size_t i = 0; i < n; i++) {
        buf_add(&body, i ? S(",{\"type\":\"dns\",\"value\":") : S("{\"type\":\"dns\",\"value\":"));
        json_put_str(&body, names[i]);
        buf_lit(&body, "}");
    }
    buf_lit(&body, "]}");
    e = body.err ? body.err : post(&t, "order", t.new_order, buf_str(&body), &order);
    if (e)
        return e;
    Str url = order.location;
    const Json *one;
    JsonIter it = json_iter(json_get(order.json, S("authorizations")));
    while (e == OK && json_next(&it, &unused, &one))
        e = prove(&t, json_str(one));
    if (e)
        return e;
    p256_key_new(&key);
    e = acme_request(a, &key, names, n, &csr);
    body.n = 0;
    buf_lit(&body, "{\"csr\":\"");
    base64_add(BASE64_URL, &body, csr.p, csr.n);
    buf_lit(&body, "\"}");
    if (e == OK)
        e = body.err ? body.err
                     : post(&t, "certificate request", json_str(json_get(order.json, S("finalize"))), buf_str(&body), &answer);
    if (e == OK)
        e = await(&t, "order", url, &answer);
    if (e == OK && !str_eq(json_str(json_get(answer.json, S("status"))), S("valid")))
        e = refused(&t, "the order failed", json_get(answer.json, S("error")));
    if (e == OK)
        e = post(&t, "certificate", json_str(json_get(answer.json, S("certificate"))), S(""), &answer);
    if (e == OK && !str_starts(str_trim(answer.body), S("-----BEGIN CERTIFICATE-----")))
        e = say(&t, E_PROVIDER, "what the authority sent is no certificate", S(""));
    if (e == OK) {
        e = p256_private_pem(&key, pem);
        buf_add(pem, answer.body);
        e = e ? e : pem->err;
    }
    secret_wipe(&key, sizeof key);
    return e;
}
