/* WebSocket connections: the queue that any thread may fill, and the frames that the owner reads and writes. */
#include "net/ws.h"

#include <stdlib.h>

#include "base/clock.h"
#include "net/conn.h"
#include "net/ws_frame.h"

struct WsConn {
    _Atomic uint32_t refs;
    uint64_t id;
    void *user;
    HttpServer *server; /* valid until gone */
    uint32_t index, generation;

    pthread_mutex_t mu;
    char *queue; /* frames, ready to be sent; under mu, as are the next ones */
    size_t queue_n, queue_cap, inflight;
    bool closing; /* a close frame is queued or sent: no frame may follow it */
    bool gone, slow;
    int close_code;
    int64_t close_ms;

    /* the owner's */
    bool fatal;     /* nothing more is read */
    bool got_close; /* the peer's close frame has come */
    bool pinged;
    int code;
    int64_t heard_ms, pinged_ms;
    int64_t message_ms; /* since when a message is incomplete; 0: none is */
    int64_t blocked_ms; /* since when the peer takes nothing; 0: it does */
    char *message;      /* fragments so far */
    size_t message_n, message_cap;
    uint8_t message_opcode; /* 0: none begun */
};

static _Atomic uint64_t last_id;

WsConn *ws_ref(WsConn *s) {
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void ws_unref(WsConn *s) {
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    pthread_mutex_destroy(&s->mu);
    free(s->queue);
    free(s->message);
    free(s);
}

void ws_set_user(WsConn *s, void *user) { s->user = user; }
void *ws_user(const WsConn *s) { return s->user; }
uint64_t ws_id(const WsConn *s) { return s->id; }

/* ---- from any thread ---- */

/* Appends a frame; mu is held. Kicks the connection when it might not be looking. */
static Err queue_frame(WsConn *s, int opcode, Str payload) {
    uint8_t head[WS_OUT_HEAD_BYTES_MAX];
    size_t head_n = ws_frame_write(head, opcode, payload.n), need = s->queue_n + head_n + payload.n;
    Err e = OK;
    if (s->gone || s->closing)
        return E_STATE;
    if (need + s->inflight > s->server->cfg.ws_queue_bytes_max) {
        s->slow = s->closing = true;
        e = E_LIMIT;
    } else if (need > s->queue_cap) {
        size_t cap = need < 128 ? 128 : need + need / 2;
        char *p = realloc(s->queue, cap);
        if (!p)
            return E_NOMEM;
        s->queue = p;
        s->queue_cap = cap;
    }
    bool idle = s->queue_n == 0;
    if (e == OK) {
        memcpy(s->queue + s->queue_n, head, head_n);
        if (payload.n)
            memcpy(s->queue + s->queue_n + head_n, payload.p, payload.n);
        s->queue_n = need;
    }
    if (idle || e != OK)
        server_kick(s->server, s->index, s->generation);
    return e;
}

Err ws_send(WsConn *s, bool text, Str message) {
    pthread_mutex_lock(&s->mu);
    Err e = queue_frame(s, text ? WS_TEXT : WS_BINARY, message);
    pthread_mutex_unlock(&s->mu);
    return e;
}

/* code 1005: a close frame without one. */
static void close_with(WsConn *s, int code, Str reason) {
    char payload[WS_CONTROL_BYTES_MAX];
    reason = str_slice(reason, 0, sizeof payload - 2);
    while (reason.n && !str_utf8_valid(reason))
        reason.n--; /* not in the middle of a character */
    size_t n = code == WS_NO_CODE ? 0 : 2 + reason.n;
    if (n) {
        payload[0] = (char)(code >> 8);
        payload[1] = (char)code;
        if (reason.n)
            memcpy(payload + 2, reason.p, reason.n);
    }
    pthread_mutex_lock(&s->mu);
    if (!s->gone && !s->closing && queue_frame(s, WS_CLOSE, str_of(payload, n)) == OK) {
        s->closing = true;
        s->close_code = code;
        s->close_ms = clock_mono_ms();
    }
    pthread_mutex_unlock(&s->mu);
}

void ws_close(WsConn *s, int code, Str reason) { close_with(s, code, reason); }

/* ---- the owner ---- */

static void fail(WsConn *s, int code, Str reason) {
    close_with(s, code, reason);
    s->code = code;
    s->fatal = true;
}

void ws_gone(Worker *w, NetConn *c) {
    WsConn *s = c->ws;
    HttpServer *server = w->server;
    c->ws = NULL;
    pthread_mutex_lock(&s->mu);
    s->gone = true;
    bool slow = s->slow;
    free(s->queue);
    s->queue = NULL;
    s->queue_n = s->queue_cap = 0;
    pthread_mutex_unlock(&s->mu);
    if (slow)
        STAT_ADD(server, ws_slow, 1);
    atomic_fetch_sub(&server->stat.ws, 1);
    free(s->message);
    s->message = NULL;
    if (server->app.ws_closed)
        server->app.ws_closed(server->app.ctx, s, s->code);
    ws_unref(s);
}

/* The queue becomes the connection's output, once that is free. False: the peer is too slow. */
static bool take_queue(HttpServer *server, NetConn *c) {
    WsConn *s = c->ws;
    char *p = NULL;
    size_t n = 0, cap = 0;
    pthread_mutex_lock(&s->mu);
    bool ok = !s->slow;
    if (ok && !c->out) {
        p = s->queue;
        n = s->inflight = s->queue_n;
        cap = s->queue_cap;
        s->queue = NULL;
        s->queue_n = s->queue_cap = 0;
    }
    pthread_mutex_unlock(&s->mu);
    return ok && (!p || conn_adopt(server, c, p, n, cap));
}

/* 0: nothing left, NET_WAIT, NET_FAIL, 1: more, later. */
static int send_queue(HttpServer *server, NetConn *c) {
    for (;;) {
        if (!take_queue(server, c))
            return NET_FAIL;
        if (!conn_out_pending(c)) {
            c->ws->blocked_ms = 0;
            return 0;
        }
        int r = conn_flush(server, c);
        if (r == NET_WAIT && !c->ws->blocked_ms)
            c->ws->blocked_ms = clock_mono_ms();
        if (r != 0)
            return r;
        c->ws->blocked_ms = 0;
    }
}

static void deliver(Worker *w, WsConn *s, int opcode, Str message) {
    HttpServer *server = w->server;
    if (opcode == WS_TEXT && !str_utf8_valid(message)) {
        fail(s, WS_BAD_TEXT, S("not UTF-8"));
        return;
    }
    pthread_mutex_lock(&s->mu);
    bool closing = s->closing;
    pthread_mutex_unlock(&s->mu);
    if (closing || !server->app.ws_message)
        return;
    server->app.ws_message(server->app.ctx, s, opcode == WS_TEXT, message, &w->arena);
    arena_reset(&w->arena);
}

static void on_close(WsConn *s, Str payload) {
    int code = WS_NO_CODE;
    if (payload.n >= 2)
        code = (uint8_t)payload.p[0] << 8 | (uint8_t)payload.p[1];
    if (payload.n == 1 || (payload.n >= 2 && !ws_close_code_valid(code))) {
        fail(s, WS_PROTOCOL, S("bad close frame"));
        return;
    }
    if (!str_utf8_valid(str_from(payload, 2))) {
        fail(s, WS_BAD_TEXT, S("not UTF-8"));
        return;
    }
    s->got_close = true;
    pthread_mutex_lock(&s->mu);
    s->code = s->closing && s->close_code ? s->close_code : code;
    pthread_mutex_unlock(&s->mu);
    close_with(s, code, (Str){0}); /* the echo, unless ours was first */
}

static void on_data(Worker *w, WsConn *s, const WsFrame *f, Str payload) {
    if ((f->opcode == WS_CONTINUATION) != (s->message_opcode != 0)) {
        fail(s, WS_PROTOCOL, S("fragments out of order"));
        return;
    }
    if (f->opcode != WS_CONTINUATION && f->fin) {
        deliver(w, s, f->opcode, payload);
        return;
    }
    size_t need = s->message_n + payload.n;
    if (need > w->server->cfg.ws_message_bytes_max) {
        fail(s, WS_TOO_BIG, S("message too long"));
        return;
    }
    if (f->opcode != WS_CONTINUATION)
        s->message_opcode = f->opcode;
    if (need > s->message_cap) {
        size_t cap = need + need / 2;
        char *p = realloc(s->message, cap);
        if (!p) {
            fail(s, WS_INTERNAL, S("out of memory"));
            return;
        }
        s->message = p;
        s->message_cap = cap;
    }
    if (payload.n)
        memcpy(s->message + s->message_n, payload.p, payload.n);
    s->message_n = need;
    if (!f->fin)
        return;
    deliver(w, s, s->message_opcode, str_of(s->message, s->message_n));
    free(s->message);
    s->message = NULL;
    s->message_n = s->message_cap = 0;
    s->message_opcode = 0;
}

/* Handles every complete frame that is there. False: the connection cannot go on. */
static bool read_frames(Worker *w, NetConn *c) {
    WsConn *s = c->ws;
    size_t at = 0, max = w->server->cfg.ws_message_bytes_max;
    bool ok = true;
    while (!s->fatal && !s->got_close) {
        WsFrame f;
        int r = ws_frame_head((const uint8_t *)c->in + at, c->in_n - at, max, &f);
        if (r > 1)
            fail(s, r, r == WS_TOO_BIG ? S("message too long") : S("bad frame"));
        if (r != 1)
            break;
        if (c->in_n - at < f.head + f.length) {
            conn_consume(c, at);
            at = 0;
            ok = conn_room(w, c, f.head + (size_t)f.length);
            break;
        }
        char *p = c->in + at + f.head;
        ws_frame_unmask(&f, (uint8_t *)p, (size_t)f.length, 0);
        at += f.head + (size_t)f.length;
        Str payload = str_of(p, (size_t)f.length);
        if (f.opcode == WS_CLOSE) {
            on_close(s, payload);
        } else if (f.opcode == WS_PING) {
            pthread_mutex_lock(&s->mu);
            queue_frame(s, WS_PONG, payload);
            pthread_mutex_unlock(&s->mu);
        } else if (f.opcode != WS_PONG) {
            on_data(w, s, &f, payload);
        }
        if (!s->message_opcode)
            s->message_ms = 0;
    }
    conn_consume(c, s->fatal || s->got_close ? c->in_n : at);
    bool partial = c->in_n > 0 || s->message_opcode;
    if (partial && !s->message_ms)
        s->message_ms = clock_mono_ms();
    return ok;
}

static void sooner(int64_t *at, int64_t since, int64_t after) {
    if (since && since + after < *at)
        *at = since + after;
}

/* When the ticker should look, if nothing happens before. */
static Step park(Worker *w, NetConn *c) {
    const HttpConfig *cfg = &w->server->cfg;
    WsConn *s = c->ws;
    int64_t at = s->heard_ms + cfg->ws_ping_ms;
    if (s->pinged)
        at = s->pinged_ms + cfg->ws_pong_ms;
    sooner(&at, s->message_ms, cfg->ws_message_timeout_ms);
    sooner(&at, s->blocked_ms, cfg->write_timeout_ms);
    pthread_mutex_lock(&s->mu);
    sooner(&at, s->close_ms, WS_CLOSE_WAIT_MS);
    pthread_mutex_unlock(&s->mu);
    atomic_store_explicit(&c->deadline_ms, at, memory_order_relaxed);
    return STEP_WAIT;
}

Step ws_deadline(Worker *w, NetConn *c) {
    HttpServer *server = w->server;
    const HttpConfig *cfg = &server->cfg;
    WsConn *s = c->ws;
    int64_t now = clock_mono_ms();
    pthread_mutex_lock(&s->mu);
    bool close_over = s->close_ms && now >= s->close_ms + WS_CLOSE_WAIT_MS;
    if (close_over)
        s->code = s->close_code;
    bool stuck = s->blocked_ms && now >= s->blocked_ms + cfg->write_timeout_ms;
    if (stuck)
        s->slow = s->closing = true; /* counted when it is gone */
    pthread_mutex_unlock(&s->mu);
    if (close_over || stuck)
        return STEP_CLOSE;
    if (s->message_ms && now >= s->message_ms + cfg->ws_message_timeout_ms) {
        STAT_ADD(server, timeouts, 1);
        fail(s, WS_POLICY, S("message too slow"));
    } else if (s->pinged && now >= s->pinged_ms + cfg->ws_pong_ms) {
        STAT_ADD(server, ws_dead, 1);
        return STEP_CLOSE;
    } else if (!s->pinged && now >= s->heard_ms + cfg->ws_ping_ms) {
        pthread_mutex_lock(&s->mu);
        queue_frame(s, WS_PING, (Str){0});
        pthread_mutex_unlock(&s->mu);
        s->pinged = true;
        s->pinged_ms = now;
    }
    return STEP_AGAIN;
}

Step ws_step(Worker *w, NetConn *c) {
    HttpServer *server = w->server;
    WsConn *s = c->ws;
    if (atomic_load_explicit(&server->stopping, memory_order_relaxed))
        close_with(s, WS_GOING_AWAY, S("shutting down"));
    bool first = true;
    for (;;) {
        int r = send_queue(server, c);
        if (r == NET_FAIL)
            return STEP_CLOSE;
        if (r == 1)
            return STEP_YIELD;
        if (r == 0 && (s->fatal || s->got_close)) { /* our close frame has left */
            ws_gone(w, c);
            return conn_linger(c);
        }
        if (!first && c->drained)
            return park(w, c);
        ssize_t n = 0;
        if (!first || c->in_n == 0) {
            if (c->in_n == c->in_cap)
                return STEP_CLOSE; /* read_frames made room for any frame that may come */
            n = conn_recv(w, c);
            if (n == NET_WAIT)
                return park(w, c);
            if (n <= 0)
                return STEP_CLOSE;
            s->heard_ms = clock_mono_ms();
            s->pinged = false;
        }
        first = false;
        if (!read_frames(w, c))
            return STEP_CLOSE;
    }
}

Step ws_upgrade(Worker *w, NetConn *c) {
    HttpServer *server = w->server;
    int status = mg_front_check_upgrade(w->mg);
    if (status != 0)
        return http_refuse(w, c, status, true);
    WsConn *s = calloc(1, sizeof *s);
    if (!s)
        return http_refuse(w, c, 503, true);
    atomic_init(&s->refs, 1);
    pthread_mutex_init(&s->mu, NULL);
    s->id = atomic_fetch_add(&last_id, 1) + 1;
    s->server = server;
    s->index = c->index;
    s->generation = slot_generation(c);
    s->code = WS_ABNORMAL;
    s->heard_ms = clock_mono_ms();

    Reply refusal = reply_new(&w->req);
    refusal.status = 404;
    WsAccept accept = server->app.ws_open(server->app.ctx, &w->req, &refusal, s);
    if (!accept.ok) {
        pthread_mutex_lock(&s->mu);
        s->gone = true;
        pthread_mutex_unlock(&s->mu);
        ws_unref(s);
        return http_finish(w, c, &w->req, &refusal, c->body_n);
    }
    c->ws = s; /* from here on ws_closed follows in any case */
    atomic_fetch_add(&server->stat.ws, 1);
    STAT_ADD(server, ws_opened, 1);
    STAT_ADD(server, by_class[1], 1);
    Buf answer = buf_arena(&w->arena, 1024);
    const char *subprotocol = accept.subprotocol.n ? arena_cstr(&w->arena, accept.subprotocol) : NULL;
    w->upgrade = &answer;
    status = mg_front_upgrade(w->mg, subprotocol);
    w->upgrade = NULL;
    bool ok = status == 0 && answer.err == OK && conn_send(server, c, buf_str(&answer), (Str){0}, false);
    arena_reset(&w->arena);
    if (!ok)
        return STEP_CLOSE;
    conn_consume(c, c->body_n);
    atomic_store_explicit(&c->phase, PHASE_WS, memory_order_relaxed);
    return STEP_AGAIN;
}
