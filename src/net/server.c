/* The server as a whole: settings, listeners, start and stop. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "net/conn.h"

enum { ACCEPT_BATCH = 64, DRAIN_POLL_MS = 5, DRAIN_ROUNDS = 20, DESCRIPTORS_SPARE = 64 };

void http_config_defaults(HttpConfig *c) {
    *c = (HttpConfig){
        .workers_min = 2,
        .workers_max = 64,
        .worker_idle_ms = 10000,
        .worker_stack_bytes = 256 * 1024,
        .arena_bytes = 16 * 1024 * 1024,
        .connections_max = 10000,
        .connections_per_address_max = 256,
        .request_line_bytes_max = 8 * 1024,
        .header_bytes_max = 16 * 1024,
        .header_count_max = 64,
        .body_bytes_max = 32 * 1024 * 1024,
        .small_body_bytes = 64 * 1024,
        .large_bodies_max = 12,
        .pending_in_bytes_max = 64 * 1024 * 1024,
        .pending_out_bytes_max = 32 * 1024 * 1024,
        .tls_buffers_max = 1024,
        .handshake_timeout_ms = 10000,
        .header_timeout_ms = 10000,
        .body_timeout_ms = 20000,
        .large_body_timeout_ms = 300000,
        .keepalive_timeout_ms = 60000,
        .write_timeout_ms = 30000,
        .ws_message_bytes_max = 64 * 1024,
        .ws_queue_bytes_max = 256 * 1024,
        .ws_ping_ms = 30000,
        .ws_pong_ms = 20000,
        .ws_message_timeout_ms = 30000,
    };
}

static Err fail(char why[NET_WHY_BYTES], Err e, const char *what, const char *detail) {
    snprintf(why, NET_WHY_BYTES, "%s%s%s", what, detail ? ": " : "", detail ? detail : "");
    return e;
}

/* Values that would make the server misbehave rather than refuse. */
static Err check_config(const HttpConfig *c, char why[NET_WHY_BYTES]) {
    static const char *const message = "the server's limits contradict each other";
    const struct {
        bool ok;
        const char *detail;
    } rule[] = {
        {c->listen_count >= 1 && c->listen_count <= HTTP_LISTEN_MAX, "one to eight listeners"},
        {c->workers_min >= 1 && c->workers_max >= c->workers_min, "1 <= workers_min <= workers_max"},
        {c->connections_max >= 1 && c->connections_max <= 1000000, "connections_max"},
        {c->header_bytes_max >= 1024 && c->header_bytes_max <= 1024 * 1024, "header_bytes_max of 1 KB to 1 MB"},
        {c->request_line_bytes_max <= c->header_bytes_max, "request_line_bytes_max <= header_bytes_max"},
        {c->header_count_max >= 1 && c->header_count_max <= 64, "header_count_max of 1 to 64"},
        {c->ws_message_bytes_max <= 64 * 1024 * 1024, "ws_message_bytes_max of at most 64 MB"},
        {c->arena_bytes >= 64 * 1024, "arena_bytes of at least 64 KB"},
        {c->worker_idle_ms > 0 && c->header_timeout_ms > 0 && c->body_timeout_ms > 0 && c->keepalive_timeout_ms > 0 &&
             c->write_timeout_ms > 0 && c->handshake_timeout_ms > 0 && c->ws_ping_ms > 0 && c->ws_pong_ms > 0,
         "timeouts above zero"},
    };
    for (size_t i = 0; i < COUNT(rule); i++)
        if (!rule[i].ok)
            return fail(why, E_INVALID, message, rule[i].detail);
    return OK;
}

/* ---- listening ---- */

static int listen_socket(const struct sockaddr_storage *sa, socklen_t len, bool dual) {
    int on = 1, only6 = !dual;
    int fd = socket(sa->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (sa->ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only6, sizeof only6);
    if (bind(fd, (const struct sockaddr *)sa, len) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    int err = errno;
    close(fd);
    errno = err;
    return -1;
}

static Err open_listener(HttpServer *s, const HttpListen *want, char why[NET_WHY_BYTES]) {
    struct sockaddr_storage sa;
    socklen_t len;
    bool dual;
    if (addr_parse_listen(want->address, &sa, &len, &dual) != OK)
        return fail(why, E_INVALID, want->address, "not ADDRESS:PORT (write IPv6 as [::1]:8080)");
    int fd = listen_socket(&sa, len, dual);
    if (fd < 0 && dual) { /* a kernel without IPv6 */
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = ((struct sockaddr_in6 *)&sa)->sin6_port};
        memset(&sa, 0, sizeof sa);
        memcpy(&sa, &in, sizeof in);
        fd = listen_socket(&sa, sizeof in, false);
    }
    if (fd < 0)
        return fail(why, E_IO, want->address, strerror(errno));
    Listener *l = &s->listener[s->listeners];
    l->fd = fd;
    l->tls = want->tls;
    struct epoll_event ev = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = EVENT_DATA(EVENT_OTHER, s->listeners)};
    s->listeners++;
    len = sizeof sa;
    if (getsockname(fd, (struct sockaddr *)&sa, &len) != 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
        return fail(why, E_IO, want->address, strerror(errno));
    addr_of_sockaddr(&sa, &l->port);
    return OK;
}

void server_accept(HttpServer *s, Listener *l) {
    bool ok = true;
    for (int i = 0; i < ACCEPT_BATCH && ok; i++) {
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        int fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            conn_open(s, l, fd, &from);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            ok = false; /* nothing to be had now: the ticker comes back to it */
        } else if (errno == EBADF || errno == EINVAL) {
            return; /* stopped */
        }
    }
    if (!ok) {
        atomic_store(&l->paused, true);
        return;
    }
    struct epoll_event ev = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = EVENT_DATA(EVENT_OTHER, (uint32_t)(l - s->listener))};
    epoll_ctl(s->epoll, EPOLL_CTL_MOD, l->fd, &ev);
}

int http_port(const HttpServer *s, size_t i) { return i < s->listeners ? s->listener[i].port : 0; }

/* ---- start ---- */

static void server_free(HttpServer *s) {
    for (size_t i = 0; i < s->listeners; i++)
        close(s->listener[i].fd);
    if (s->epoll >= 0)
        close(s->epoll);
    if (s->ready_fd >= 0)
        close(s->ready_fd);
    if (s->quit_fd >= 0)
        close(s->quit_fd);
    for (uint32_t i = 0; s->chunk && i < atomic_load(&s->slots); i += SLOTS_PER_CHUNK)
        free(s->chunk[i / SLOTS_PER_CHUNK]);
    free(s->chunk);
    tls_context_unref(s->tls);
    tls_pool_free(s->tls_pool);
    addr_table_free(s->addrs);
    addr_table_free(s->larges);
    mg_front_stop(s->mg);
    pthread_mutex_destroy(&s->slots_mu);
    pthread_mutex_destroy(&s->ready_mu);
    pthread_mutex_destroy(&s->pool_mu);
    pthread_mutex_destroy(&s->tls_mu);
    free(s);
}

/* Each connection takes a descriptor. What the system does not grant must not be counted on: with the true number, idle
 * connections make room in time, instead of accept failing. */
static void fit_descriptors(HttpServer *s) {
    struct rlimit r;
    rlim_t want = s->cfg.connections_max + DESCRIPTORS_SPARE;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= want)
        return;
    r.rlim_cur = r.rlim_max < want ? r.rlim_max : want;
    if (setrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur == want)
        return;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return;
    s->cfg.connections_max = (uint32_t)(r.rlim_cur > 2 * DESCRIPTORS_SPARE ? r.rlim_cur - DESCRIPTORS_SPARE : r.rlim_cur / 2);
    log_line(LOG_WARN, "net", "fewer connections than configured: the descriptor limit is low", "connections=%u descriptors=%llu",
             s->cfg.connections_max, (unsigned long long)r.rlim_cur);
}

static Err add_event(HttpServer *s, int fd, uint32_t what, uint32_t events) {
    struct epoll_event ev = {.events = events, .data.u64 = EVENT_DATA(EVENT_OTHER, what)};
    return fd >= 0 && epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) == 0 ? OK : E_IO;
}

static Err set_up(HttpServer *s, char why[NET_WHY_BYTES]) {
    bool tls = false;
    for (size_t i = 0; i < s->cfg.listen_count; i++)
        tls = tls || s->cfg.listen[i].tls;
    Err e = check_config(&s->cfg, why);
    if (e != OK)
        return e;
    if (blocks_parse(str_c0(s->cfg.trusted_proxies), &s->trusted) != OK)
        return fail(why, E_INVALID, "trusted proxies", "not a list of addresses or blocks");
    if (!s->app.handle || !s->app.body_limit)
        return fail(why, E_INVALID, "no handler", NULL);

    fit_descriptors(s);
    s->mg = mg_front_start();
    s->addrs = addr_table_new(s->cfg.connections_max);
    s->larges = addr_table_new((size_t)s->cfg.large_bodies_max);
    s->tls_pool = tls_pool_new(s->cfg.tls_buffers_max);
    s->chunk = calloc((s->cfg.connections_max + SLOTS_PER_CHUNK - 1) / SLOTS_PER_CHUNK, sizeof *s->chunk);
    if (!s->mg || !s->addrs || !s->larges || !s->tls_pool || !s->chunk)
        return fail(why, E_NOMEM, "out of memory", NULL);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->ready_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    s->quit_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (s->epoll < 0 || add_event(s, s->ready_fd, EVENT_READY, EPOLLIN) != OK ||
        add_event(s, s->quit_fd, EVENT_QUIT, EPOLLIN) != OK)
        return fail(why, E_IO, "epoll", strerror(errno));
    if (tls) {
        if (!s->cfg.tls_cert_file || !s->cfg.tls_key_file)
            return fail(why, E_INVALID, "TLS needs a certificate and a key file", NULL);
        e = tls_context_load(s->cfg.tls_cert_file, s->cfg.tls_key_file, &s->tls, why);
        if (e != OK)
            return e;
    }
    for (size_t i = 0; i < s->cfg.listen_count && e == OK; i++)
        e = open_listener(s, &s->cfg.listen[i], why);
    return e;
}

Err http_open(const HttpConfig *config, const HttpApp *app, HttpServer **out, char why[NET_WHY_BYTES]) {
    HttpServer *s = calloc(1, sizeof *s);
    if (!s)
        return fail(why, E_NOMEM, "out of memory", NULL);
    s->cfg = *config;
    s->app = *app;
    s->epoll = s->ready_fd = s->quit_fd = -1;
    s->free_slot = s->ready_head = s->ready_tail = SLOT_NONE;
    rand_bytes(&s->id_base, sizeof s->id_base);
    pthread_mutex_init(&s->slots_mu, NULL);
    pthread_mutex_init(&s->ready_mu, NULL);
    pthread_mutex_init(&s->pool_mu, NULL);
    pthread_mutex_init(&s->tls_mu, NULL);
    Err e = set_up(s, why);
    if (e != OK) {
        server_free(s);
        return e;
    }
    *out = s;
    return OK;
}

Err http_run(HttpServer *s) { return pool_start(s); }

Err http_reload_tls(HttpServer *s, char why[NET_WHY_BYTES]) {
    TlsContext *fresh;
    if (!s->tls)
        return OK; /* no TLS listener */
    Err e = tls_context_load(s->cfg.tls_cert_file, s->cfg.tls_key_file, &fresh, why);
    if (e != OK)
        return e;
    pthread_mutex_lock(&s->tls_mu);
    TlsContext *old = s->tls;
    s->tls = fresh;
    pthread_mutex_unlock(&s->tls_mu);
    tls_context_unref(old);
    return OK;
}

/* ---- stop ---- */

/* Has each connection look at `stopping` and `cutting`. */
static void run_all(HttpServer *s) {
    uint32_t slots = atomic_load_explicit(&s->slots, memory_order_acquire);
    for (uint32_t i = 0; i < slots; i++)
        server_kick(s, i, slot_generation(slot_at(s, i)));
}

/* wait_ms < 0: as long as it takes. */
static bool drained(HttpServer *s, int64_t wait_ms) {
    int64_t until = clock_mono_ms() + wait_ms;
    for (unsigned round = 0; atomic_load(&s->stat.open) > 0; round++) {
        if (wait_ms >= 0 && clock_mono_ms() >= until)
            return false;
        if (round % DRAIN_ROUNDS == 0)
            run_all(s); /* again: one may have been accepted meanwhile */
        usleep(DRAIN_POLL_MS * 1000);
    }
    return true;
}

void http_stop(HttpServer *s, int drain_ms) {
    if (!s)
        return;
    for (size_t i = 0; i < s->listeners; i++)
        epoll_ctl(s->epoll, EPOLL_CTL_DEL, s->listener[i].fd, NULL);
    for (size_t i = 0; i < s->listeners; i++)
        shutdown(s->listener[i].fd, SHUT_RDWR);
    atomic_store(&s->stopping, true);
    if (!drained(s, drain_ms)) {
        atomic_store(&s->cutting, true);
        drained(s, -1);
    }
    pool_stop(s);
    server_free(s);
}

void http_stats(const HttpServer *s, HttpStats *out) {
    memset(out, 0, sizeof *out);
    out->connections = s->stat.connections;
    out->requests = s->stat.requests;
    for (size_t i = 0; i < COUNT(out->by_class); i++)
        out->by_class[i] = s->stat.by_class[i];
    out->bytes_in = s->stat.bytes_in;
    out->bytes_out = s->stat.bytes_out;
    out->refused_total = s->stat.refused_total;
    out->refused_address = s->stat.refused_address;
    out->bad_requests = s->stat.bad_requests;
    out->timeouts = s->stat.timeouts;
    out->tls_failures = s->stat.tls_failures;
    out->ws_opened = s->stat.ws_opened;
    out->ws_slow = s->stat.ws_slow;
    out->ws_dead = s->stat.ws_dead;
    out->open_connections = s->stat.open;
    out->open_ws = s->stat.ws;
    out->workers = (uint32_t)s->total;
    int idle = s->idle, total = s->total;
    out->workers_busy = (uint32_t)(total > idle ? total - idle : 0);
}
