/* From bytes to a request and its answer. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/conn.h"

static void set_phase(NetConn *c, Phase phase) { atomic_store_explicit(&c->phase, (uint8_t)phase, memory_order_relaxed); }

/* ---- the Request ---- */

static Str request_header(const Request *req, const char *name) {
    const Worker *w = req->impl;
    return str_c0(mg_get_header(w->mg, name));
}

static void new_id(HttpServer *s, char id[17]) {
    static const char digits[] = "0123456789abcdef";
    uint64_t v = (uint64_t)s->id_base << 32 | atomic_fetch_add_explicit(&s->id_next, 1, memory_order_relaxed);
    for (int i = 15; i >= 0; i--, v >>= 4)
        id[i] = digits[v & 15];
    id[16] = 0;
}

/* All lines of a header as one list, in order (RFC 9110, 5.3): a proxy may add a line of its own below the client's. */
static Str joined_header(Worker *w, const char *name) {
    const struct mg_request_info *ri = mg_get_request_info(w->mg);
    Buf b = buf_arena(&w->arena, w->server->cfg.header_bytes_max * 2);
    for (int i = 0; i < ri->num_headers; i++) {
        if (!str_eq_nocase(str_c0(ri->http_headers[i].name), str_c0(name)))
            continue;
        if (b.n)
            buf_char(&b, ',');
        buf_add(&b, str_c0(ri->http_headers[i].value));
    }
    return b.err == OK ? buf_str(&b) : (Str){0};
}

/* Parses a copy of the head, since parsing tears it up and a body may still be on its way. 0 or a status. */
static int parse(Worker *w, NetConn *c) {
    HttpServer *s = w->server;
    memcpy(w->head, c->in, c->head_n);
    int status = mg_front_parse(w->mg, w->head, c->head_n, &w->facts);
    if (status != 0)
        return status;
    if (mg_get_request_info(w->mg)->num_headers > s->cfg.header_count_max)
        return 431;

    Request *req = &w->req;
    memset(req, 0, sizeof *req);
    req->method = str_c0(w->facts.method);
    req->path = w->facts.path[0] == '/' ? str_c0(w->facts.path) : S("/"); /* OPTIONS *: the server as a whole */
    req->query = str_c0(w->facts.query);
    req->host = str_c0(w->facts.host);
    req->arena = &w->arena;
    req->header = request_header;
    req->impl = w;
    req->tls = c->tls != NULL;
    new_id(s, w->id);
    req->id = str_of(w->id, 16);
    NetAddr client = c->peer;
    if (s->trusted.count && blocks_have(&s->trusted, &c->peer)) {
        client = addr_forwarded(&s->trusted, &c->peer, joined_header(w, "X-Forwarded-For"));
        req->tls = req->tls || str_eq_nocase(request_header(req, "X-Forwarded-Proto"), S("https"));
    }
    c->client = client;
    req->remote = addr_text(&client, w->remote);
    c->head_only = str_eq(req->method, S("HEAD"));
    w->parsed = c;
    return 0;
}

/* ---- answering ---- */

static void log_request(Worker *w, const Request *req, const Reply *rep, int64_t began_us) {
    if (!w->server->cfg.log_requests || !log_enabled(LOG_INFO))
        return;
    log_line(LOG_INFO, "http", "request", "id=%.16s status=%d ms=%lld remote=%.*s method=%.*s path=%.*s", w->id, rep->status,
             (long long)((clock_mono_us() - began_us) / 1000), STR_ARG(req->remote), STR_ARG(req->method),
             (int)(req->path.n < 256 ? req->path.n : 256), req->path.p);
}

Step http_finish(Worker *w, NetConn *c, const Request *req, Reply *rep, size_t used) {
    HttpServer *s = w->server;
    if (atomic_load_explicit(&s->stopping, memory_order_relaxed))
        c->keep = false;
    conn_small(s, c); /* before the answer: who has read it finds the place free */
    bool alive = reply_send(w, c, req, rep);
    arena_reset(&w->arena);
    if (!alive)
        return STEP_CLOSE;
    conn_consume(c, used);
    w->reads--; /* pipelined requests take turns, too */
    w->parsed = NULL;
    if (!c->keep)
        c->close_after = true;
    bool pending = conn_out_pending(c);
    set_phase(c, pending ? PHASE_HEAD : PHASE_IDLE);
    c->out_mark = 0;
    conn_deadline(c, pending ? s->cfg.write_timeout_ms : s->cfg.keepalive_timeout_ms);
    return STEP_AGAIN;
}

Step http_refuse(Worker *w, NetConn *c, int status, bool parsed) {
    HttpServer *s = w->server;
    if (!parsed && atomic_load_explicit(&c->phase, memory_order_relaxed) == PHASE_BODY)
        parsed = parse(w, c) == 0;
    Request bare = {.method = S("-"), .path = S("/"), .arena = &w->arena, .header = request_header, .impl = w};
    const Request *req = parsed ? &w->req : &bare;
    if (!parsed) {
        new_id(s, w->id);
        bare.id = str_of(w->id, 16);
        bare.remote = addr_text(&c->peer, w->remote);
        w->facts.http_1_0 = 0;
        c->head_only = false;
    }
    STAT_ADD(s, bad_requests, 1);
    Reply rep = reply_new(req);
    rep.status = status;
    if (status == 426)
        reply_header(&rep, "Sec-WebSocket-Version", S("13"));
    if (status == 503)
        reply_header(&rep, "Retry-After", S("5"));
    if (parsed && s->app.refuse) {
        s->app.refuse(s->app.ctx, req, &rep);
    } else {
        rep.content_type = S("text/plain; charset=utf-8");
        buf_printf(&rep.body, "%d\n", status);
    }
    c->keep = false;
    c->linger = true;
    c->linger_body = status == 413;
    log_request(w, req, &rep, clock_mono_us());
    return http_finish(w, c, req, &rep, c->in_n);
}

/* The request is complete: body and how many bytes of input it was in all. */
static Step dispatch(Worker *w, NetConn *c, Str body, size_t used) {
    HttpServer *s = w->server;
    if (w->parsed != c && parse(w, c) != 0)
        return STEP_CLOSE; /* it parsed before */
    c->keep = w->facts.keep_alive;
    if (w->facts.wants_websocket && s->app.ws_open) {
        c->body_n = used;
        return ws_upgrade(w, c);
    }
    Request *req = &w->req;
    req->body = body;
    int64_t began_us = s->cfg.log_requests ? clock_mono_us() : 0;
    Reply rep = reply_new(req);
    s->app.handle(s->app.ctx, req, &rep);
    log_request(w, req, &rep, began_us);
    return http_finish(w, c, req, &rep, used);
}

/* ---- heads ---- */

/* The first line feed, or NULL. Lines of a head are short: eight bytes at a time without the setting-up of a memchr each. */
static const char *line_feed(const char *p, const char *end) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    for (uint64_t w; (size_t)(end - p) >= sizeof w; p += sizeof w) {
        memcpy(&w, p, sizeof w);
        w ^= ones * '\n';
        w = (w - ones) & ~w & ones * 0x80; /* the lowest bit is that of the first zero byte */
        if (w && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
            return p + __builtin_ctzll(w) / 8;
        if (w)
            break;
    }
    for (; p < end; p++)
        if (*p == '\n')
            return p;
    return NULL;
}

/* Index behind the empty line that ends the head, or 0. Goes on where it stopped. */
static size_t head_end(NetConn *c) {
    const char *p = c->in + c->scan, *end = c->in + c->in_n;
    while ((p = line_feed(p, end)) != NULL) {
        size_t at = (size_t)(p - c->in);
        if (at >= 3 && c->in[at - 1] == '\r' && c->in[at - 2] == '\n' && c->in[at - 3] == '\r')
            return at + 1;
        if (at >= 1 && c->in[at - 1] == '\n')
            return at + 1; /* two bare ones: the parser refuses it */
        p++;
    }
    c->scan = c->in_n;
    return 0;
}

static bool line_too_long(const HttpServer *s, const NetConn *c) {
    if (c->in_n <= s->cfg.request_line_bytes_max)
        return false;
    const char *lf = line_feed(c->in, c->in + c->in_n);
    return (lf ? (size_t)(lf - c->in) + 1 : c->in_n) > s->cfg.request_line_bytes_max;
}

/* May the body at hand be this long? 0 or a status. Takes a permit when it is large. */
static int admit(Worker *w, NetConn *c, size_t bytes) {
    HttpServer *s = w->server;
    if (bytes > c->body_max)
        return 413;
    if (bytes <= s->cfg.small_body_bytes || c->large)
        return 0;
    if (atomic_fetch_add(&s->large_bodies, 1) >= s->cfg.large_bodies_max) {
        atomic_fetch_sub(&s->large_bodies, 1);
        return 503;
    }
    /* Some are left to others: one machine that begins bodies and does not end them would have all. */
    int share = s->cfg.large_bodies_max - s->cfg.large_bodies_max / LARGE_LEFT_SHARE;
    if (!addr_table_add(s->larges, &c->client, (uint32_t)share)) {
        atomic_fetch_sub(&s->large_bodies, 1);
        return 503;
    }
    c->large = true;
    conn_deadline(c, s->cfg.large_body_timeout_ms);
    return 0;
}

/* The head is complete. */
static Step begin_request(Worker *w, NetConn *c) {
    HttpServer *s = w->server;
    STAT_ADD(s, requests, 1);
    if (line_too_long(s, c))
        return http_refuse(w, c, 414, false);
    if (c->head_n > s->cfg.header_bytes_max)
        return http_refuse(w, c, 431, false);
    int status = parse(w, c);
    if (status != 0)
        return http_refuse(w, c, status, false);
    c->body_length = w->facts.body_length;
    if (w->facts.expects_continue < 0)
        return http_refuse(w, c, 417, true);
    if (c->body_length == 0)
        return dispatch(w, c, (Str){0}, c->head_n);

    size_t limit = s->app.body_limit(s->app.ctx, w->req.method, w->req.path);
    c->body_max = limit < s->cfg.body_bytes_max ? limit : s->cfg.body_bytes_max;
    c->body_n = 0;
    memset(&c->chunked, 0, sizeof c->chunked);
    set_phase(c, PHASE_BODY);
    conn_deadline(c, s->cfg.body_timeout_ms);
    if (c->body_length > 0) {
        if ((uint64_t)c->body_length > SIZE_MAX / 2)
            return http_refuse(w, c, 413, true);
        status = admit(w, c, (size_t)c->body_length);
        if (status != 0)
            return http_refuse(w, c, status, true);
    }
    if (w->facts.expects_continue && c->in_n == c->head_n &&
        !conn_send(s, c, S("HTTP/1.1 100 Continue\r\n\r\n"), (Str){0}, false))
        return STEP_CLOSE;
    return STEP_AGAIN;
}

Step http_head_step(Worker *w, NetConn *c) {
    HttpServer *s = w->server;
    for (;;) {
        if (w->reads < 0)
            return STEP_WAIT; /* conn_run makes that a turn for others */
        size_t blank = 0; /* an empty line before a request is ignored (RFC 9112, 2.2) */
        while (c->scan == 0 && blank < c->in_n && (c->in[blank] == '\r' || c->in[blank] == '\n'))
            blank++;
        if (blank)
            conn_consume(c, blank);
        if (c->in_n) {
            bool letter = (c->in[0] >= 'A' && c->in[0] <= 'Z') || (c->in[0] >= 'a' && c->in[0] <= 'z');
            if (!letter)
                return http_refuse(w, c, 400, false); /* TLS on a plain port, or noise */
            c->head_n = head_end(c);
            if (c->head_n)
                return begin_request(w, c);
            if (c->in_n > s->cfg.request_line_bytes_max && line_too_long(s, c))
                return http_refuse(w, c, 414, false);
            if (c->in_n >= s->cfg.header_bytes_max)
                return http_refuse(w, c, 431, false);
            if (atomic_load_explicit(&c->phase, memory_order_relaxed) == PHASE_IDLE) {
                set_phase(c, PHASE_HEAD);
                conn_deadline(c, s->cfg.header_timeout_ms);
            }
        } else if (atomic_load_explicit(&s->stopping, memory_order_relaxed)) {
            return STEP_CLOSE;
        }
        if (c->drained)
            return STEP_WAIT;
        if (c->in_n == c->in_cap && !conn_room(w, c, c->in_cap * 2))
            return STEP_CLOSE;
        ssize_t n = conn_recv(w, c);
        if (n == NET_WAIT)
            return STEP_WAIT;
        if (n <= 0)
            return STEP_CLOSE;
    }
}

/* ---- bodies ---- */

/* Decodes what has come of a chunked body, in place: [head][payload so far][not yet decoded]. */
static ChunkedResult decode(NetConn *c) {
    size_t used, made, at = c->head_n + c->body_n;
    ChunkedResult r = chunked_feed(&c->chunked, c->in + at, c->in_n - at, c->in + at, &used, &made);
    memmove(c->in + at + made, c->in + at + used, c->in_n - at - used);
    c->in_n -= used - made;
    c->body_n += made;
    return r;
}

Step http_body_step(Worker *w, NetConn *c) {
    size_t head = c->head_n;
    for (;;) {
        size_t want;
        if (c->body_length >= 0) {
            want = head + (size_t)c->body_length;
            if (c->in_n >= want)
                return dispatch(w, c, str_of(c->in + head, (size_t)c->body_length), want);
        } else {
            ChunkedResult r = decode(c);
            if (r == CHUNKED_BAD)
                return http_refuse(w, c, 400, false);
            int status = admit(w, c, c->body_n);
            if (status != 0)
                return http_refuse(w, c, status, false);
            if (r == CHUNKED_DONE)
                return dispatch(w, c, str_of(c->in + head, c->body_n), head + c->body_n);
            want = SIZE_MAX;
        }
        if (c->drained)
            return STEP_WAIT;
        if (c->in_n == c->in_cap) { /* grows as the bytes come, not as they are announced */
            size_t cap = c->in_cap * 2 < want ? c->in_cap * 2 : want;
            if (!conn_room(w, c, cap))
                return http_refuse(w, c, 503, false);
        }
        ssize_t n = conn_recv(w, c);
        if (n == NET_WAIT)
            return STEP_WAIT;
        if (n <= 0)
            return STEP_CLOSE;
    }
}
