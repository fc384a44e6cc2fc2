/* Bytes of one connection: in, out, and when it waits. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/conn.h"

void conn_deadline(NetConn *c, int64_t in_ms) {
    atomic_store_explicit(&c->deadline_ms, clock_mono_ms() + in_ms, memory_order_relaxed);
}

static Phase phase_of(const NetConn *c) { return (Phase)atomic_load_explicit(&c->phase, memory_order_relaxed); }

/* ---- in ---- */

static void in_free(HttpServer *s, NetConn *c) {
    if (!c->in)
        return;
    atomic_fetch_sub_explicit(&s->pending_in, c->in_cap, memory_order_relaxed);
    free(c->in);
    c->in = NULL;
    c->in_cap = 0;
}

/* Moves the input to heap memory of `cap` bytes, within the limit of all connections together. */
static bool in_move(Worker *w, NetConn *c, size_t cap) {
    HttpServer *s = w->server;
    bool scratch = c->in == w->scratch;
    size_t had = scratch || !c->in ? 0 : c->in_cap;
    size_t before = atomic_fetch_add_explicit(&s->pending_in, cap - had, memory_order_relaxed);
    char *p = NULL;
    if (before + cap - had <= s->cfg.pending_in_bytes_max)
        p = scratch ? malloc(cap) : realloc(c->in, cap);
    if (!p) {
        atomic_fetch_sub_explicit(&s->pending_in, cap - had, memory_order_relaxed);
        return false;
    }
    if (scratch)
        memcpy(p, c->in, c->in_n);
    c->in = p;
    c->in_cap = cap;
    return true;
}

bool conn_room(Worker *w, NetConn *c, size_t cap) { return c->in_cap >= cap || in_move(w, c, cap); }

void conn_consume(NetConn *c, size_t n) {
    c->in_n -= n;
    memmove(c->in, c->in + n, c->in_n);
    c->scan = 0;
}

/* The run begins with the worker's scratch memory in hand, so that a request that comes in one piece needs no other. */
static void in_begin(Worker *w, NetConn *c) {
    if (c->in)
        return;
    c->in = w->scratch;
    c->in_cap = w->scratch_cap;
}

/* And ends with what is left of the input in memory of its own, or with none. */
static bool in_end(Worker *w, NetConn *c) {
    if (c->in_n == 0) {
        if (c->in == w->scratch)
            c->in = NULL, c->in_cap = 0;
        else
            in_free(w->server, c);
        return true;
    }
    return c->in != w->scratch || in_move(w, c, (c->in_n + 255) & ~(size_t)255);
}

ssize_t conn_recv(Worker *w, NetConn *c) {
    size_t room = c->in_cap - c->in_n;
    ssize_t n;
    if (--w->reads < 0)
        return NET_WAIT; /* conn_run sees that and yields */
    if (c->tls) {
        n = tls_conn_recv(c->tls, c->fd, c->in + c->in_n, room);
        if (n == NET_WAIT)
            c->drained = true;
    } else {
        do
            n = recv(c->fd, c->in + c->in_n, room, MSG_DONTWAIT);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            n = errno == EAGAIN || errno == EWOULDBLOCK ? NET_WAIT : NET_FAIL;
        /* All there was: what comes later raises an event. Only the end of the stream might have come with the same event as
         * these bytes. */
        if (n == NET_WAIT || ((size_t)n < room && !atomic_load_explicit(&c->hangup, memory_order_relaxed)))
            c->drained = true;
    }
    if (n > 0) {
        c->in_n += (size_t)n;
        STAT_ADD(w->server, bytes_in, (uint64_t)n);
    }
    return n;
}

/* ---- out ---- */

static void arm_out(HttpServer *s, NetConn *c) {
    if (c->out_armed)
        return;
    c->out_armed = true;
    struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                             .data.u64 = EVENT_DATA(c->index, slot_generation(c))};
    epoll_ctl(s->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

/* Sends one piece. How much was taken, NET_WAIT, NET_FAIL. */
static ssize_t out_piece(HttpServer *s, NetConn *c, const char *p, size_t n, bool more) {
    ssize_t sent;
    if (c->tls) {
        sent = tls_conn_send(c->tls, c->fd, p, n, more);
    } else {
        do
            sent = send(c->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0));
        while (sent < 0 && errno == EINTR);
        if (sent < 0)
            sent = errno == EAGAIN || errno == EWOULDBLOCK ? NET_WAIT : NET_FAIL;
    }
    if (sent > 0)
        STAT_ADD(s, bytes_out, (uint64_t)sent);
    if (sent == NET_WAIT || (sent >= 0 && (size_t)sent < n))
        arm_out(s, c);
    return sent;
}

static void out_free(HttpServer *s, NetConn *c) {
    if (!c->out)
        return;
    atomic_fetch_sub_explicit(&s->pending_out, c->out_cap, memory_order_relaxed);
    free(c->out);
    c->out = NULL;
    c->out_n = c->out_at = c->out_cap = 0;
}

bool conn_adopt(HttpServer *s, NetConn *c, char *p, size_t n, size_t cap) {
    size_t before = atomic_fetch_add_explicit(&s->pending_out, cap, memory_order_relaxed);
    c->out = p;
    c->out_n = n;
    c->out_at = 0;
    c->out_cap = cap;
    return before + cap <= s->cfg.pending_out_bytes_max;
}

bool conn_out_pending(const NetConn *c) { return c->out || c->fixed.n || c->stream || (c->tls && tls_conn_wants_write(c->tls)); }

bool conn_send(HttpServer *s, NetConn *c, Str head, Str body, bool body_is_static) {
    size_t sent = 0;
    if (c->tls) {
        ssize_t n = out_piece(s, c, head.p, head.n, body.n > 0);
        if (n == NET_FAIL)
            return false;
        if (n > 0)
            sent = (size_t)n;
        if (sent == head.n && body.n) {
            n = out_piece(s, c, body.p, body.n, false);
            if (n == NET_FAIL)
                return false;
            if (n > 0)
                sent += (size_t)n;
        }
        if (tls_conn_wants_write(c->tls))
            arm_out(s, c);
    } else {
        struct iovec iov[2] = {{(void *)(uintptr_t)head.p, head.n}, {(void *)(uintptr_t)body.p, body.n}};
        struct msghdr msg = {.msg_iov = iov, .msg_iovlen = body.n ? 2 : 1};
        ssize_t n;
        do
            n = sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
        while (n < 0 && errno == EINTR);
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
            return false;
        if (n > 0)
            sent = (size_t)n, STAT_ADD(s, bytes_out, (uint64_t)n);
    }
    if (sent == head.n + body.n)
        return true;

    arm_out(s, c);
    Str rest_head = str_from(head, sent), rest_body = str_from(body, sent > head.n ? sent - head.n : 0);
    size_t keep = rest_head.n + (body_is_static ? 0 : rest_body.n);
    if (body_is_static)
        c->fixed = rest_body;
    if (keep == 0)
        return true;
    char *p = malloc(keep);
    if (!p)
        return false;
    if (rest_head.n)
        memcpy(p, rest_head.p, rest_head.n);
    if (keep > rest_head.n)
        memcpy(p + rest_head.n, rest_body.p, rest_body.n);
    return conn_adopt(s, c, p, keep, keep);
}

int conn_flush(HttpServer *s, NetConn *c) {
    size_t budget = RUN_WRITE_BYTES;
    for (;;) {
        if (c->tls) {
            int r = tls_conn_flush(c->tls, c->fd);
            if (r == NET_WAIT)
                arm_out(s, c);
            if (r != 0)
                return r;
        }
        const char *p;
        size_t n;
        if (c->out) {
            p = c->out + c->out_at;
            n = c->out_n - c->out_at;
        } else if (c->fixed.n) {
            p = c->fixed.p;
            n = c->fixed.n;
        } else if (c->stream) {
            if (!stream_refill(s, c))
                return NET_FAIL;
            continue;
        } else {
            return 0;
        }
        if (budget == 0)
            return 1;
        ssize_t sent = out_piece(s, c, p, n, c->out && c->fixed.n);
        if (sent < 0)
            return (int)sent;
        budget -= (size_t)sent < budget ? (size_t)sent : budget;
        c->out_mark += (size_t)sent;
        if (c->out_mark >= WRITE_STEP_BYTES) {
            c->out_mark = 0;
            conn_deadline(c, s->cfg.write_timeout_ms);
        }
        if (!c->out)
            c->fixed = str_from(c->fixed, (size_t)sent);
        else if ((c->out_at += (size_t)sent) == c->out_n)
            out_free(s, c);
    }
}

/* ---- life ---- */

Step conn_linger(NetConn *c) {
    if (c->tls)
        tls_conn_close(c->tls, c->fd);
    shutdown(c->fd, SHUT_WR);
    atomic_store_explicit(&c->phase, PHASE_LINGER, memory_order_relaxed);
    conn_deadline(c, c->linger_body ? LINGER_BODY_MS : LINGER_MS);
    c->body_max = c->linger_body ? LINGER_BODY_BYTES : LINGER_BYTES;
    return STEP_AGAIN;
}

static Step linger_step(NetConn *c) {
    char sink[16 * 1024];
    for (int reads = 0;; reads++) {
        if (reads == RUN_READS)
            return STEP_YIELD;
        ssize_t n = recv(c->fd, sink, sizeof sink, MSG_DONTWAIT); /* under TLS too: nobody reads it any more */
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? STEP_WAIT : STEP_CLOSE;
        if (n == 0 || (size_t)n > c->body_max)
            return STEP_CLOSE;
        c->body_max -= (size_t)n;
    }
}

static Step tls_step(Worker *w, NetConn *c) {
    ssize_t n = conn_recv(w, c);
    if (n == NET_FAIL || n == 0) {
        STAT_ADD(w->server, tls_failures, 1);
        return STEP_CLOSE;
    }
    if (!tls_conn_established(c->tls)) {
        if (tls_conn_wants_write(c->tls))
            arm_out(w->server, c);
        return STEP_WAIT;
    }
    atomic_store_explicit(&c->phase, PHASE_HEAD, memory_order_relaxed);
    conn_deadline(c, w->server->cfg.header_timeout_ms);
    return STEP_AGAIN;
}

static Step on_deadline(Worker *w, NetConn *c) {
    HttpServer *s = w->server;
    if (atomic_load_explicit(&c->deadline_ms, memory_order_relaxed) > clock_mono_ms())
        return STEP_AGAIN;
    Phase phase = phase_of(c);
    if (phase == PHASE_WS)
        return ws_deadline(w, c);
    if (phase == PHASE_LINGER)
        return STEP_CLOSE;
    if (phase == PHASE_IDLE && !conn_out_pending(c))
        return STEP_CLOSE;
    STAT_ADD(s, timeouts, 1);
    if (phase == PHASE_TLS || conn_out_pending(c) || c->in_n == 0)
        return STEP_CLOSE;
    return http_refuse(w, c, 408, false);
}

static Step conn_step(Worker *w, NetConn *c) {
    HttpServer *s = w->server;
    if (atomic_load_explicit(&s->cutting, memory_order_relaxed))
        return STEP_CLOSE;
    if (c->expired) {
        c->expired = false;
        return on_deadline(w, c);
    }
    Phase phase = phase_of(c);
    if (phase != PHASE_WS && conn_out_pending(c)) {
        int r = conn_flush(s, c);
        if (r < 0)
            return r == NET_WAIT ? STEP_WAIT : STEP_CLOSE;
        if (r > 0)
            return STEP_YIELD;
        if (phase == PHASE_HEAD && !c->close_after) {
            atomic_store_explicit(&c->phase, PHASE_IDLE, memory_order_relaxed);
            conn_deadline(c, s->cfg.keepalive_timeout_ms);
        }
    }
    if (c->close_after) {
        c->close_after = false;
        if (c->linger)
            return conn_linger(c);
        if (c->tls)
            tls_conn_close(c->tls, c->fd);
        return STEP_CLOSE;
    }
    switch (phase) {
    case PHASE_TLS: return tls_step(w, c);
    case PHASE_IDLE:
    case PHASE_HEAD: return http_head_step(w, c);
    case PHASE_BODY: return http_body_step(w, c);
    case PHASE_LINGER: return linger_step(c);
    case PHASE_WS: return ws_step(w, c);
    }
    return STEP_CLOSE;
}

void conn_small(HttpServer *s, NetConn *c) {
    if (!c->large)
        return;
    c->large = false;
    addr_table_drop(s->larges, &c->client);
    atomic_fetch_sub(&s->large_bodies, 1);
}

static void conn_close(Worker *w, NetConn *c) {
    HttpServer *s = w->server;
    if (c->ws)
        ws_gone(w, c);
    stream_end(c);
    conn_small(s, c);
    if (c->counted)
        addr_table_drop(s->addrs, &c->peer);
    tls_conn_free(c->tls);
    if (c->in == w->scratch)
        c->in = NULL;
    in_free(s, c);
    out_free(s, c);
    close(c->fd); /* leaves the set by that */
    atomic_fetch_sub(&s->stat.open, 1);
    slot_free(s, c);
}

void conn_run(Worker *w, NetConn *c) {
    HttpServer *s = w->server;
    w->reads = RUN_READS;
    w->parsed = NULL;
    for (;;) {
        c->drained = false;
        in_begin(w, c);
        Step step;
        do
            step = conn_step(w, c);
        while (step == STEP_AGAIN);
        if (step == STEP_WAIT && w->reads < 0)
            step = STEP_YIELD;
        w->parsed = NULL;
        if (step == STEP_CLOSE || !in_end(w, c)) {
            conn_close(w, c);
            return;
        }
        if (c->tls)
            tls_conn_rest(c->tls);
        if (step == STEP_YIELD) {
            ready_push(s, c);
            return;
        }
        if (slot_park(c))
            return;
    }
}

/* Nearly full: the connection that has been idle longest makes room. */
static void evict(HttpServer *s) {
    uint32_t headroom = s->cfg.connections_max / 8 < EVICT_HEADROOM ? s->cfg.connections_max / 8 : EVICT_HEADROOM;
    if (atomic_load_explicit(&s->stat.open, memory_order_relaxed) + headroom < s->cfg.connections_max)
        return;
    NetConn *oldest = NULL;
    int64_t least = INT64_MAX;
    uint32_t slots = atomic_load_explicit(&s->slots, memory_order_acquire);
    for (uint32_t i = 0; i < slots; i++) {
        NetConn *c = slot_at(s, i);
        int64_t deadline = atomic_load_explicit(&c->deadline_ms, memory_order_relaxed);
        if (atomic_load_explicit(&c->phase, memory_order_relaxed) != PHASE_IDLE || deadline >= least)
            continue;
        oldest = c;
        least = deadline;
    }
    /* By now it may be busy, or another one: then it stays. */
    if (!oldest || !slot_take_parked(oldest))
        return;
    if (phase_of(oldest) == PHASE_IDLE) {
        oldest->expired = true;
        atomic_store_explicit(&oldest->deadline_ms, 0, memory_order_relaxed);
    }
    ready_push(s, oldest);
}

void conn_open(HttpServer *s, const Listener *l, int fd, const struct sockaddr_storage *from) {
    int port = 0, one = 1;
    NetAddr peer = addr_of_sockaddr(from, &port);
    bool exempt = blocks_have(&s->trusted, &peer);
    STAT_ADD(s, connections, 1);
    if (!exempt && !addr_table_add(s->addrs, &peer, s->cfg.connections_per_address_max)) {
        STAT_ADD(s, refused_address, 1);
        close(fd);
        return;
    }
    evict(s);
    NetConn *c = slot_new(s);
    if (c && l->tls) {
        pthread_mutex_lock(&s->tls_mu);
        TlsContext *context = tls_context_ref(s->tls);
        pthread_mutex_unlock(&s->tls_mu);
        c->tls = tls_conn_new(context, s->tls_pool);
        tls_context_unref(context);
        if (!c->tls) {
            slot_free(s, c);
            c = NULL;
        }
    }
    if (!c) {
        if (!exempt)
            addr_table_drop(s->addrs, &peer);
        STAT_ADD(s, refused_total, 1);
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->fd = fd;
    c->peer = peer;
    c->port = (uint16_t)port;
    c->counted = !exempt;
    atomic_store_explicit(&c->phase, l->tls ? PHASE_TLS : PHASE_HEAD, memory_order_relaxed);
    conn_deadline(c, l->tls ? s->cfg.handshake_timeout_ms : s->cfg.header_timeout_ms);
    atomic_fetch_add(&s->stat.open, 1);
    struct epoll_event ev = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.u64 = EVENT_DATA(c->index, slot_generation(c))};
    epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev);
    if (!slot_park(c))
        ready_push(s, c); /* its first bytes were there already */
}
