/* Tokens, the cookie, and where a request came from. */
#include "contract/internal.h"
#include "crypto/token.h"

#define COOKIE_NAME "jwt"

Err engine_token_make(Engine *e, const Contract *contract, int64_t user, int64_t session, int64_t now_ms, int64_t ttl_ms,
                      Buf *out) {
    char sub[IDMAP_UUID_CHARS], sid[IDMAP_UUID_CHARS];
    idmap_uuid(&e->ids, e->cfg.kind_user, user, sub);
    idmap_uuid(&e->ids, e->cfg.kind_session, session, sid);
    if (!ttl_ms)
        memcpy(&ttl_ms, (const char *)e->cfg.domain(e->cfg.app) + contract->ttl_offset, sizeof ttl_ms);
    JwtClaims c = {.sub = str_of(sub, sizeof sub), .sid = str_of(sid, sizeof sid), .contract = str_c0(contract->name)};
    c.iat_s = now_ms / MS_SECOND;
    c.exp_s = (now_ms + ttl_ms) / MS_SECOND;
    return jwt_make(&e->jwt, &c, out);
}

/* What the claims say, in our own ids. */
static Err token_of(Engine *e, const JwtClaims *c, Str sid, Token *out) {
    const Contract *contract = engine_contract(e, c->contract);
    Token t = {.contract = contract, .exp_s = c->exp_s};
    if (!contract || !idmap_uuid_id(&e->ids, e->cfg.kind_user, c->sub, &t.user) ||
        !idmap_uuid_id(&e->ids, e->cfg.kind_session, sid, &t.session))
        return E_UNAUTHORIZED;
    *out = t;
    return OK;
}

Err engine_token_check(Engine *e, Str token, int64_t now_ms, Token *out, bool *expired) {
    JwtClaims c;
    bool late = false;
    if (tokencache_get(e->tokens, token, out) && out->exp_s > now_ms / MS_SECOND) {
        if (expired)
            *expired = false;
        return OK;
    }
    *out = (Token){0};
    Err err = jwt_verify(&e->jwt, token, now_ms / MS_SECOND, &c, &late);
    if (expired)
        *expired = late;
    if (err && !(late && expired))
        return err;
    Err unknown = token_of(e, &c, c.sid, out);
    if (!err && !unknown)
        tokencache_put(e->tokens, token, out);
    return err ? err : unknown;
}

/* Behind the session's id stand random characters, so that no two refresh tokens are alike. */
enum { REFRESH_NONCE_BYTES = 16 };

Err engine_refresh_make(Engine *e, const Contract *contract, int64_t user, int64_t session, int64_t now_ms, int64_t end_ms,
                        Buf *out) {
    char sub[IDMAP_UUID_CHARS], mem[JWT_CLAIM_BYTES_MAX], id[IDMAP_UUID_CHARS];
    Buf sid = buf_fixed(mem, sizeof mem);
    idmap_uuid(&e->ids, e->cfg.kind_user, user, sub);
    idmap_uuid(&e->ids, e->cfg.kind_session, session, id);
    buf_add(&sid, str_of(id, sizeof id));
    buf_char(&sid, '.');
    token_put(&sid, REFRESH_NONCE_BYTES);
    JwtClaims c = {.sub = str_of(sub, sizeof sub), .sid = buf_str(&sid), .contract = str_c0(contract->name)};
    c.iat_s = now_ms / MS_SECOND;
    c.exp_s = end_ms / MS_SECOND;
    return jwt_make(&e->refresh, &c, out);
}

Err engine_refresh_check(Engine *e, Str token, int64_t now_ms, Token *out) {
    JwtClaims c;
    *out = (Token){0};
    Err err = jwt_verify(&e->refresh, token, now_ms / MS_SECOND, &c, NULL);
    return err ? err : token_of(e, &c, str_slice(c.sid, 0, str_index(c.sid, '.')), out);
}

static Str cookie_of(Str cookies, Str name) {
    for (Str piece; str_split(&cookies, ';', &piece);) {
        piece = str_trim(piece);
        if (piece.n > name.n && str_starts(piece, name) && piece.p[name.n] == '=')
            return str_from(piece, name.n + 1);
    }
    return (Str){NULL, 0};
}

Str engine_token_of(const Request *req, bool *by_cookie) {
    Str header = str_trim(req->header(req, "Authorization")), bearer = S("Bearer ");
    *by_cookie = false;
    if (header.n > bearer.n && str_eq_nocase(str_slice(header, 0, bearer.n), bearer))
        return str_trim(str_from(header, bearer.n));
    Str cookie = cookie_of(req->header(req, "Cookie"), S(COOKIE_NAME));
    *by_cookie = cookie.n > 0;
    return cookie.n ? cookie : (Str){NULL, 0};
}

Err engine_actor(Engine *e, Call *c, const Token *t, Actor *out) {
    *out = (Actor){0};
    Err err = e->cfg.session(c->tx, t->session, c->now_ms, out);
    if (!err && out->user != t->user)
        err = E_UNAUTHORIZED;
    if (err)
        *out = (Actor){0};
    return err == E_MISSING ? E_UNAUTHORIZED : err;
}

Err engine_same_origin(const Request *req) {
    Str site = req->header(req, "Sec-Fetch-Site"), origin = req->header(req, "Origin");
    if (site.n && !str_eq(site, S("same-origin")) && !str_eq(site, S("none")))
        return E_FORBIDDEN;
    if (!origin.p)
        return OK;
    /* Behind a proxy that ends TLS the scheme cannot be known, so a plain request may name either; never a TLS one "http". */
    Str https = S("https://"), http = S("http://");
    Str host = str_starts(origin, https)               ? str_from(origin, https.n)
               : !req->tls && str_starts(origin, http) ? str_from(origin, http.n)
                                                       : (Str){NULL, 0};
    return host.n && str_eq_nocase(host, req->host) ? OK : E_FORBIDDEN;
}

/* Over https by the socket, or by what the box is said to be reached as. */
static bool secure(const Exchange *x) { return x->req->tls || str_starts(x->ports->public_url, S("https://")); }

/* No foreign page signs a visitor in or out: he would go on here as somebody of its choice, and leave his bank account with him.
 */
static void set_cookie(Exchange *x, Str token, int64_t ttl_ms) {
    if (engine_same_origin(x->req))
        return;
    Str value = arena_printf(x->arena, COOKIE_NAME "=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s", STR_ARG(token),
                             (long long)(ttl_ms / MS_SECOND), secure(x) ? "; Secure" : "");
    reply_header(x->reply, "Set-Cookie", value);
}

Err exchange_session_of(Exchange *x, const Contract *contract, int64_t user, int64_t session) {
    Buf token = buf_arena(x->arena, JWT_TOKEN_BYTES_MAX);
    int64_t ttl_ms;
    memcpy(&ttl_ms, (const char *)x->cfg + contract->ttl_offset, sizeof ttl_ms);
    Err e = engine_token_make(x->engine, contract, user, session, x->now_ms, ttl_ms, &token);
    if (!e)
        e = token.err;
    if (e)
        return e;
    x->access_token = buf_str(&token);
    x->opened_user = user;
    set_cookie(x, x->access_token, ttl_ms);
    return OK;
}

Err exchange_session(Exchange *x, int64_t user, int64_t session) { return exchange_session_of(x, x->contract, user, session); }

void exchange_session_end(Exchange *x) { set_cookie(x, S(""), 0); }

Str engine_origin(const Engine *e, const Request *req) {
    if (e->cfg.ports.public_url.n)
        return e->cfg.ports.public_url;
    return arena_printf(req->arena, "%s://%.*s", req->tls ? "https" : "http", STR_ARG(req->host));
}

Str exchange_origin(Exchange *x) { return engine_origin(x->engine, x->req); }
