/* The HTTP application: which part of the box answers which path. */
#include "app/box.h"
#include "app/site.h"

/* ---- HTTP ---- */

static void answer_text(Reply *rep, int status, Str text) {
    rep->status = status;
    rep->content_type = S("text/plain; charset=utf-8");
    buf_add(&rep->body, text);
}

/* Plain HTTP that should be HTTPS: people's pages and programs, not supervisors and providers, which follow no redirect. Behind a
 * proxy that speaks TLS itself nothing is redirected. */
static bool to_https(Box *box, const Request *req) {
    static const Str plain[] = {STR_INIT("/healthz"), STR_INIT("/metrics"), STR_INIT("/sandbox/"), STR_INIT("/api/webhooks/"),
                                STR_INIT("/.well-known/acme-challenge/")};
    if (!box->settings.now.https_redirect || req->tls || str_eq(req->header(req, "x-forwarded-proto"), S("https")))
        return false;
    for (size_t i = 0; i < COUNT(plain); i++)
        if (str_starts(req->path, plain[i]))
            return false;
    return true;
}

static void send_to_https(Box *box, const Request *req, Reply *rep) {
    Str host = req->host, base = box->settings.now.public_url;
    int port = http_port(box->http, box->settings.now.tls_only ? 0 : 1);
    size_t end = host.n && host.p[0] == '[' ? str_index(host, ']') + 1 : str_index(host, ':');
    Str to;
    if (str_starts(base, S("https://")))
        to = str_ends(base, S("/")) ? str_slice(base, 0, base.n - 1) : base;
    else if (port == 443)
        to = arena_printf(req->arena, "https://%.*s", STR_ARG(str_slice(host, 0, end)));
    else
        to = arena_printf(req->arena, "https://%.*s:%d", STR_ARG(str_slice(host, 0, end)), port);
    answer_text(rep, 308, S("this marketplace is at its https:// address\n"));
    reply_header(rep, "Location",
                 arena_printf(req->arena, "%.*s%.*s%s%.*s", STR_ARG(to), STR_ARG(req->path), req->query.n ? "?" : "",
                              STR_ARG(req->query)));
}

static void handle(void *ctx, const Request *req, Reply *rep) {
    Box *box = ctx;
    bool get = str_eq(req->method, S("GET")) || str_eq(req->method, S("HEAD"));
    if (to_https(box, req)) {
        send_to_https(box, req, rep);
    } else if (str_eq(req->path, S("/healthz")) && get) {
        health_reply(&box->health, req, rep);
    } else if (str_eq(req->path, S("/metrics")) && get) {
        if (request_is_local(req))
            metrics_reply(&box->health, req, rep);
        else
            answer_text(rep, 403, S("metrics are for this machine only\n"));
    } else if (box->certs && str_starts(req->path, S("/.well-known/acme-challenge/")) && get) {
        certs_answer(box->certs, req, rep);
    } else if (str_starts(req->path, S("/sandbox/"))) {
        if (!sandbox_handle(box->sandbox, req, rep))
            engine_refuse(box->engine, req, rep, E_MISSING, 0);
    } else if (get && (!engine_owns(box->engine, req->path) || site_guide(req->path)) &&
               site_handle(req, rep, !box->gateway_config.sandbox_payments)) {
        /* the web UI, and the guide beside the engine's reference in /docs */
    } else {
        engine_handle(box->engine, req, rep);
    }
    reply_header(rep, "X-Content-Type-Options", S("nosniff"));
}

static size_t body_limit(void *ctx, Str method, Str path) {
    Box *box = ctx;
    return str_starts(path, S("/sandbox/")) ? (size_t)box->settings.now.body_bytes : engine_body_limit(box->engine, method, path);
}

static void refuse(void *ctx, const Request *req, Reply *rep) {
    static const struct {
        int status;
        Err err;
    } rows[] = {{413, E_TOO_LARGE}, {415, E_MEDIA}, {503, E_BUSY}};
    Err e = E_SYNTAX;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].status == rep->status)
            e = rows[i].err;
    engine_refuse(((Box *)ctx)->engine, req, rep, e, rep->status);
}

/* ---- WebSockets ---- */

static void hub_send_text(void *conn, Str text) { ws_send(conn, true, text); }
static void hub_send_bytes(void *conn, Str bytes) { ws_send(conn, false, bytes); }
static void hub_close_conn(void *conn, int code, Str reason) { ws_close(conn, code, reason); }
static void hub_retain(void *conn) { ws_ref(conn); }
static void hub_release(void *conn) { ws_unref(conn); }

const HubPort box_hub_port = {hub_send_text, hub_send_bytes, hub_close_conn, hub_retain, hub_release};

static Str close_reason(int code) {
    return code == 4401 ? S("not signed in") : code == 4403 ? S("not yours") : code == 4404 ? S("no such thing") : (Str){NULL, 0};
}

static WsAccept ws_open(void *ctx, const Request *req, Reply *refusal, WsConn *conn) {
    Box *box = ctx;
    const Dialect *d = hub_dialect(box->hub, req->path);
    int code;
    if (!d) {
        engine_refuse(box->engine, req, refusal, E_MISSING, 0);
        return (WsAccept){.ok = false};
    }
    Client *cl = hub_open(box->hub, d, conn, req, &code);
    if (!cl) {
        engine_refuse(box->engine, req, refusal, E_BUSY, 0);
        return (WsAccept){.ok = false};
    }
    ws_set_user(conn, cl);
    if (code)
        ws_close(conn, code, close_reason(code));
    return (WsAccept){.ok = true};
}

static void ws_message(void *ctx, WsConn *conn, bool text, Str message, Arena *arena) {
    Box *box = ctx;
    (void)arena;
    int code = hub_message(box->hub, ws_user(conn), text, message);
    if (code)
        ws_close(conn, code, close_reason(code));
}

static void ws_closed(void *ctx, WsConn *conn, int code) {
    (void)code;
    hub_closed(((Box *)ctx)->hub, ws_user(conn));
}

void box_http_app(Box *box, HttpApp *out) {
    *out = (HttpApp){.ctx = box,
                     .handle = handle,
                     .body_limit = body_limit,
                     .refuse = refuse,
                     .ws_open = ws_open,
                     .ws_message = ws_message,
                     .ws_closed = ws_closed};
}
