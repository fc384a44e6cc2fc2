/* Push messages: over FCM's HTTP v1 (firebase.google.com/docs/reference/fcm/rest/v1/projects.messages) with a token that a
 * service account's key is traded for (RFC 7523), and to browsers by Web Push (RFC 8030, sealed by RFC 8291, signed by RFC 8292).
 */
#include "base/log.h"
#include "base/rand.h"
#include "codec/base64.h"
#include "crypto/rsa.h"
#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/device.h"
#include "domain/gig.h"
#include "domain/notification.h"
#include "domain/order.h"
#include "domain/row.h"
#include "gateway/internal.h"

enum {
    PUSH_BYTES_MAX = 16384,
    ASSERTION_LIFE_S = 3600,
    TOKEN_SPARE_S = 60,            /* a token is not used in the last minute of its life */
    VAPID_LIFE_S = 12 * 3600,      /* at most 24 hours by the RFC */
    WEB_TTL_S = 3 * 24 * 3600,     /* the service keeps it so long for a browser that is off */
    WEB_TEXT_BYTES = 600          /* of title and body each: a phone shows no more */
};

/* ---- the account ---- */

Err push_account_read(Gateway *g) {
    Arena *a = &g->account;
    Answer j = answer_of(a, g->cfg->push_account);
    Str key = answer_str(j, "private_key");
    g->fcm.email = answer_str(j, "client_email");
    g->fcm.project = answer_str(j, "project_id");
    g->fcm.token_uri = answer_str(j, "token_uri");
    if (!g->fcm.token_uri.n)
        g->fcm.token_uri = S("https://oauth2.googleapis.com/token");
    if (!g->fcm.email.n || !g->fcm.project.n || !key.n)
        return a->failed ? E_NOMEM : E_INVALID;
    return rsa_key_read(a, key, &g->fcm.key);
}

static Err fetch_token(Gateway *g, Arena *a, Outcome *o) {
    int64_t now_s = clock_now_ms() / MS_SECOND, life_s = 0;
    const Var claims[] = {{"email", g->fcm.email, false},
                          {"aud", g->fcm.token_uri, false},
                          var_i64(a, "iat", now_s),
                          var_i64(a, "exp", now_s + ASSERTION_LIFE_S)};
    Buf payload = buf_arena(a, PUSH_BYTES_MAX), body = buf_arena(a, PUSH_BYTES_MAX);
    buf_lit(&body, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=");
    Err e = template_add(&payload,
                         S("{\"iss\":{email},\"scope\":\"https://www.googleapis.com/auth/firebase.messaging\",\"aud\":{aud},"
                           "\"iat\":{iat},\"exp\":{exp}}"),
                         claims, COUNT(claims), ESCAPE_JSON);
    if (!e)
        e = jwt_rs256_make(g->fcm.key, S("{\"alg\":\"RS256\",\"typ\":\"JWT\"}"), buf_str(&payload), &body);
    if (e) {
        *o = (Outcome){.err = e, .error = S("no assertion can be made")};
        return e;
    }
    const FetchHeader headers[] = {{S("Content-Type"), S("application/x-www-form-urlencoded")}};
    FetchRequest req = {.method = S("POST"),
                        .url = g->fcm.token_uri,
                        .headers = headers,
                        .header_count = COUNT(headers),
                        .body = buf_str(&body),
                        .deadline_ms = GATEWAY_DEADLINE_MS,
                        .response_bytes_max = GATEWAY_RESPONSE_BYTES_MAX};
    Answer answer;
    e = gateway_exchange(g, a, &req, "error_description", &answer, o);
    o->permanent = false; /* says nothing about the message */
    if (e)
        return e;
    Str token = answer_str(answer, "access_token");
    if (!token.n || token.n > sizeof g->fcm.token) {
        *o = (Outcome){.err = E_PROVIDER, .error = S("the provider's answer has no token")};
        return o->err;
    }
    if (!answer_i64(answer, "expires_in", &life_s) || life_s < 2 * TOKEN_SPARE_S || life_s > MS_DAY / MS_SECOND)
        life_s = ASSERTION_LIFE_S;
    pthread_mutex_lock(&g->lock);
    memcpy(g->fcm.token, token.p, token.n);
    g->fcm.token_n = token.n;
    g->fcm.until_ms = clock_mono_ms() + (life_s - TOKEN_SPARE_S) * MS_SECOND;
    pthread_mutex_unlock(&g->lock);
    return OK;
}

static Err token_of(Gateway *g, Arena *a, Str *out, Outcome *o) {
    *out = g->cfg->push_token;
    if (out->n)
        return OK;
    for (int tries = 0;; tries++) {
        pthread_mutex_lock(&g->lock);
        bool good = g->fcm.token_n && clock_mono_ms() < g->fcm.until_ms;
        if (good)
            *out = arena_str(a, str_of(g->fcm.token, g->fcm.token_n));
        pthread_mutex_unlock(&g->lock);
        if (good)
            return out->p ? OK : E_NOMEM;
        Err e = tries ? E_BUSY : fetch_token(g, a, o);
        if (e)
            return e;
    }
}

/* False: there was none. */
static bool forget_token(Gateway *g) {
    pthread_mutex_lock(&g->lock);
    bool had = g->fcm.token_n > 0;
    g->fcm.token_n = 0;
    pthread_mutex_unlock(&g->lock);
    return had;
}

/* ---- FCM ---- */

static const char push_body[] =
    "{\"message\":{\"token\":{token},\"notification\":{\"title\":{title},\"body\":{body}},\"data\":{data}}}";

/* 404, or the error code among the details: the app was removed, or the token replaced. */
static bool unregistered(int status, Answer answer) {
    if (status == 404)
        return true;
    Answer details = answer_at(answer, "error.details"), d;
    if (json_type(details) == JSON_ARRAY)
        for (JsonIter it = json_iter(details); (d = answer_next(&it));)
            if (str_eq(answer_str(d, "errorCode"), S("UNREGISTERED")))
                return true;
    return false;
}

static Err post_fcm(Gateway *g, Arena *a, const Outbox *row, Str data, Answer *answer, Outcome *o) {
    const GatewayConfig *cfg = g->cfg;
    Str token;
    *answer = NULL;
    o->err = token_of(g, a, &token, o);
    if (o->err) {
        o->status = 0; /* whatever it was, it was not about the message */
        return o->err;
    }
    const Var vars[] = {{"token", row->to, false},
                        {"title", row->subject, false},
                        {"body", row->body, false},
                        {"project", g->fcm.project.n ? g->fcm.project : cfg->push_project, false},
                        {"data", data, true}};
    Buf url = buf_arena(a, PUSH_BYTES_MAX), body = buf_arena(a, PUSH_BYTES_MAX);
    Err e = template_add(&url, cfg->push_url, vars, COUNT(vars), ESCAPE_URL);
    if (!e)
        e = template_add(&url, S("/v1/projects/{project}/messages:send"), vars, COUNT(vars), ESCAPE_URL);
    if (!e)
        e = template_add(&body, str_c0(push_body), vars, COUNT(vars), ESCAPE_JSON);
    if (e) {
        *o = (Outcome){.err = e, .permanent = true};
        return e;
    }
    const FetchHeader headers[] = {{S("Content-Type"), S("application/json")},
                                   {S("Authorization"), arena_printf(a, "Bearer %.*s", STR_ARG(token))}};
    FetchRequest req = {.method = S("POST"),
                        .url = buf_str(&url),
                        .headers = headers,
                        .header_count = COUNT(headers),
                        .body = buf_str(&body),
                        .deadline_ms = GATEWAY_DEADLINE_MS,
                        .response_bytes_max = GATEWAY_RESPONSE_BYTES_MAX};
    return gateway_exchange(g, a, &req, "error.message", answer, o);
}

/* True: the device is no more. */
static bool send_fcm(Gateway *g, Arena *a, const Outbox *row, Str data, Outcome *o) {
    Answer answer;
    if (!g->cfg->push_url.n) {
        *o = (Outcome){.err = E_MISSING, .permanent = true, .error = S("no push provider is configured")};
        return false;
    }
    Err e = post_fcm(g, a, row, data, &answer, o);
    if (e && o->status == 401 && forget_token(g)) /* it was good when we got it: once more with a new one */
        e = post_fcm(g, a, row, data, &answer, o);
    if (!e)
        o->provider_id = answer_str(answer, "name");
    return e && o->status && unregistered(o->status, answer);
}

/* ---- browsers ---- */

static Str cut(Str s, size_t bytes) {
    if (s.n <= bytes)
        return s;
    while (bytes && ((unsigned char)s.p[bytes] & 0xc0) == 0x80)
        bytes--;
    return str_slice(s, 0, bytes);
}

static Err vapid(Gateway *g, Arena *a, Str origin, Str *header) {
    const Var claims[] = {{"aud", origin, false},
                          var_i64(a, "exp", clock_now_ms() / MS_SECOND + VAPID_LIFE_S),
                          {"sub", g->cfg->push_contact, false}};
    Buf payload = buf_arena(a, PUSH_BYTES_MAX), out = buf_arena(a, PUSH_BYTES_MAX);
    buf_lit(&out, "vapid t=");
    Err e = template_add(&payload, S("{\"aud\":{aud},\"exp\":{exp},\"sub\":{sub}}"), claims, COUNT(claims), ESCAPE_JSON);
    if (!e)
        e = jwt_es256_make(&g->cfg->vapid, S("{\"typ\":\"JWT\",\"alg\":\"ES256\"}"), buf_str(&payload), &out);
    buf_lit(&out, ", k=");
    base64_add(BASE64_URL, &out, g->cfg->vapid.point, sizeof g->cfg->vapid.point);
    *header = buf_str(&out);
    return e ? e : out.err;
}

/* What the service worker gets: title, body, and what FCM gives apps as data. */
static Err seal(Arena *a, const Device *d, const Outbox *row, Str data, Buf *out) {
    P256Key own;
    uint8_t salt[PUSH_SALT_BYTES];
    const Var vars[] = {{"title", cut(row->subject, WEB_TEXT_BYTES), false},
                        {"body", cut(row->body, WEB_TEXT_BYTES), false},
                        {"data", data, true}};
    Buf text = buf_arena(a, PUSH_BYTES_MAX);
    Err e = template_add(&text, S("{\"title\":{title},\"body\":{body},\"data\":{data}}"), vars, COUNT(vars), ESCAPE_JSON);
    p256_key_new(&own);
    rand_bytes(salt, sizeof salt);
    if (!e)
        e = push_seal(d->p256dh, d->auth, &own, salt, buf_str(&text), out);
    secret_wipe(&own, sizeof own);
    return e;
}

static bool send_web(Gateway *g, Arena *a, const Device *d, const Outbox *row, Str data, Outcome *o) {
    Str origin, header, url = d->token;
    Buf body = buf_arena(a, PUSH_BYTES_MAX);
    const DomainConfig *cfg = g->env.domain(g->env.app);
    if (!push_origin_known(cfg, d->token, &origin)) {
        *o = (Outcome){.err = E_FORBIDDEN, .permanent = true, .error = S("no push service that this box knows")};
        return true;
    }
    if (str_eq(origin, S(PUSH_SANDBOX_ORIGIN)))
        url = arena_printf(a, "%.*s%.*s", STR_ARG(g->cfg->web_push_sandbox), STR_ARG(str_from(d->token, origin.n)));
    Err e = seal(a, d, row, data, &body);
    if (!e)
        e = vapid(g, a, origin, &header);
    if (e) {
        *o = (Outcome){.err = e, .permanent = e != E_NOMEM, .error = S("the message cannot be sealed for this browser")};
        return e == E_INVALID;
    }
    const FetchHeader headers[] = {{S("Authorization"), header},
                                   {S("Content-Encoding"), S("aes128gcm")},
                                   {S("Content-Type"), S("application/octet-stream")},
                                   {S("TTL"), arena_printf(a, "%d", WEB_TTL_S)},
                                   {S("Urgency"), S("normal")}};
    FetchRequest req = {.method = S("POST"),
                        .url = url,
                        .headers = headers,
                        .header_count = COUNT(headers),
                        .body = buf_str(&body),
                        .deadline_ms = GATEWAY_DEADLINE_MS,
                        .response_bytes_max = GATEWAY_RESPONSE_BYTES_MAX};
    Answer answer;
    gateway_exchange(g, a, &req, "message", &answer, o);
    return o->status == 404 || o->status == 410;
}

/* ---- rows ---- */

/* For programs: whom it is for, and what the notification is about, by public ids. All strings, as FCM wants them. */
static Str data_of(Gateway *g, Arena *a, const Outbox *row, const Notification *n) {
    const struct {
        const char *name;
        const Record *kind;
        int64_t id;
    } ids[] = {{"notificationId", &NOTIFICATION, n->id},
               {"gigId", &GIG, n->gig},
               {"orderId", &ORDER, n->order},
               {"applicationId", &APPLICATION, n->application},
               {"conversationId", &CONVERSATION, n->conversation},
               {"actorId", &USER, n->actor}};
    Buf b = buf_arena(a, PUSH_BYTES_MAX);
    buf_printf(&b, "{\"user\":\"%lld\"", (long long)row->user);
    if (n->id)
        buf_printf(&b, ",\"type\":\"%.*s\"", STR_ARG(notification_slug(n->type)));
    for (size_t i = 0; g->env.ids && i < COUNT(ids); i++) {
        char text[IDMAP_UUID_CHARS];
        if (!ids[i].id)
            continue;
        idmap_uuid(g->env.ids, ids[i].kind->kind, ids[i].id, text);
        buf_printf(&b, ",\"%s\":\"%.*s\"", ids[i].name, IDMAP_UUID_CHARS, text);
    }
    buf_char(&b, '}');
    return buf_str(&b);
}

/* The device, and the notification if it is still there. E_MISSING: the device is gone, or changed hands meanwhile, and this is
 * not for its new owner. */
static Err load(Gateway *g, Arena *a, const Outbox *row, Device *d, Notification *n) {
    Call c;
    Err e = gateway_read(g, a, &c);
    if (e)
        return e;
    e = rec_get(c.tx, &DEVICE, row->ref, d);
    if (!e)
        e = row_keep(a, &DEVICE, d);
    if (!e && (d->user != row->user || !str_eq(d->token, row->to)))
        e = E_MISSING;
    Err noted = e || !row->note ? E_MISSING : rec_get(c.tx, &NOTIFICATION, row->note, n);
    store_read_end(c.tx);
    if (noted)
        *n = (Notification){0};
    return e ? e : noted == E_MISSING ? OK : noted;
}

void send_push(Gateway *g, Arena *a, const Outbox *row, Outcome *o) {
    Device d = {0};
    Notification n = {0};
    Err e = row->ref ? load(g, a, row, &d, &n) : OK;
    if (e) {
        *o = (Outcome){.err = e, .permanent = e == E_MISSING, .error = S("the device is gone")};
        return;
    }
    Str data = data_of(g, a, row, &n);
    bool gone = d.p256dh.n ? send_web(g, a, &d, row, data, o) : send_fcm(g, a, row, data, o);
    if (!gone)
        return;
    o->permanent = true;
    DeviceGoneIn in = {.id = d.id, .token = d.token};
    e = d.id ? gateway_write(g, a, NULL, SYSTEM_ACTOR, device_gone, &in, NULL, 0) : OK;
    if (e)
        log_line(LOG_ERROR, "gateway", "a dead device stays", "device=%lld error=%s", (long long)d.id, err_name(e));
    else
        log_line(LOG_INFO, "gateway", "a device that is no more was forgotten", "device=%lld status=%d", (long long)d.id,
                 o->status);
}
