/* A server with a small application and a raw client for the net_* tests. */
#ifndef TESTS_NET_KIT_H
#define TESTS_NET_KIT_H

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/http.h"

#define MAYBE_UNUSED __attribute__((unused))
enum { PATIENCE_MS = 10000, ANSWER_MAX = 8 * 1024 * 1024 };

static int failures;

MAYBE_UNUSED static void expect(bool good, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    printf("%s ", good ? "ok" : "not ok");
    vprintf(fmt, ap);
    printf("\n");
    fflush(stdout);
    va_end(ap);
    failures += !good;
}

/* ---- the application ---- */

typedef struct Pour {
    int64_t left, at;
} Pour;
static _Atomic int pours_open, ws_closed_calls, ws_last_code;
static WsConn *_Atomic ws_kept;

static Err pour(void *ctx, void *to, size_t cap, size_t *n) {
    Pour *p = ctx;
    *n = (int64_t)cap < p->left ? cap : (size_t)p->left;
    for (size_t i = 0; i < *n; i++)
        ((char *)to)[i] = (char)('a' + (p->at + (int64_t)i) % 26);
    p->at += (int64_t)*n;
    p->left -= (int64_t)*n;
    return OK;
}

static void pour_done(void *ctx) {
    pours_open--;
    free(ctx);
}

static int64_t number_in(Str query) {
    int64_t v = 0;
    str_i64(str_from(query, str_index(query, '=') + 1), &v);
    return v;
}

static void kit_handle(void *ctx, const Request *req, Reply *rep) {
    (void)ctx;
    rep->content_type = S("text/plain");
    if (str_eq(req->path, S("/hello"))) {
        buf_lit(&rep->body, "hello");
    } else if (str_eq(req->path, S("/echo")) || str_eq(req->path, S("/big"))) {
        rep->fixed = (Str){0};
        buf_add(&rep->body, req->body);
    } else if (str_eq(req->path, S("/length"))) {
        buf_u64(&rep->body, req->body.n);
    } else if (str_starts(req->path, S("/stream")) || str_starts(req->path, S("/chunked"))) {
        Pour *p = calloc(1, sizeof *p);
        p->left = number_in(req->query);
        rep->stream = pour;
        rep->done = pour_done;
        rep->stream_ctx = p;
        if (str_starts(req->path, S("/stream")))
            rep->length = p->left;
        pours_open++;
    } else if (str_eq(req->path, S("/fixed"))) {
        rep->fixed = S("static bytes");
    } else if (str_eq(req->path, S("/slow"))) {
        http_blocking_begin();
        usleep((useconds_t)number_in(req->query) * 1000);
        http_blocking_end();
        buf_lit(&rep->body, "slow");
    } else if (str_eq(req->path, S("/stuck"))) {
        usleep((useconds_t)number_in(req->query) * 1000);
        buf_lit(&rep->body, "stuck");
    } else if (str_eq(req->path, S("/none"))) {
        rep->status = 204;
        buf_lit(&rep->body, "not to be seen");
    } else if (str_eq(req->path, S("/split"))) {
        reply_header(rep, "X-Value", S("a\r\nX-Injected: 1"));
    } else if (str_eq(req->path, S("/overflow"))) {
        for (int i = 0; i < 2000; i++)
            reply_header(rep, "X-Many", S("0123456789"));
    } else if (str_starts(req->path, S("/info"))) {
        Str test = req->header(req, "x-test");
        buf_printf(&rep->body, "%.*s|%.*s|%.*s|%.*s|%.*s|%d|%zu|%.*s", STR_ARG(req->method), STR_ARG(req->path),
                   STR_ARG(req->query), STR_ARG(req->host), STR_ARG(req->remote), req->tls, req->body.n, STR_ARG(test));
    } else {
        rep->status = 404;
        buf_lit(&rep->body, "nothing here");
    }
}

static size_t kit_limit(void *ctx, Str method, Str path) {
    (void)ctx, (void)method;
    return str_eq(path, S("/big")) || str_eq(path, S("/length")) ? 4 * 1024 * 1024 : 4000;
}

static void kit_refuse(void *ctx, const Request *req, Reply *rep) {
    (void)ctx;
    rep->content_type = S("application/json");
    buf_printf(&rep->body, "{\"refused\":%d,\"path\":\"%.*s\"}", rep->status, STR_ARG(req->path));
}

static WsAccept kit_ws_open(void *ctx, const Request *req, Reply *refusal, WsConn *conn) {
    (void)ctx;
    if (str_eq(req->path, S("/ws/refuse"))) {
        refusal->status = 403;
        buf_lit(&refusal->body, "no");
        return (WsAccept){false, {0}};
    }
    if (str_eq(req->path, S("/ws/late")))
        ws_close(conn, 4401, S("who are you"));
    if (str_eq(req->path, S("/ws/greet")))
        ws_send(conn, true, S("welcome"));
    if (str_eq(req->path, S("/ws/keep")))
        ws_kept = ws_ref(conn);
    return (WsAccept){true, str_eq(req->path, S("/ws/sub")) ? S("phoenix") : (Str){0}};
}

static void kit_ws_message(void *ctx, WsConn *conn, bool text, Str message, Arena *arena) {
    (void)ctx, (void)arena;
    if (text && str_eq(message, S("flood"))) {
        static char block[16 * 1024];
        while (ws_send(conn, false, str_of(block, sizeof block)) == OK)
            continue;
        return;
    }
    if (text && str_eq(message, S("bye"))) {
        ws_close(conn, 4000, S("as you wish"));
        return;
    }
    ws_send(conn, text, message);
}

static void kit_ws_closed(void *ctx, WsConn *conn, int code) {
    (void)ctx, (void)conn;
    ws_last_code = code;
    ws_closed_calls++;
}

static const HttpApp kit_app = {.handle = kit_handle,
                                .body_limit = kit_limit,
                                .refuse = kit_refuse,
                                .ws_open = kit_ws_open,
                                .ws_message = kit_ws_message,
                                .ws_closed = kit_ws_closed};

MAYBE_UNUSED static HttpConfig kit_config(void) {
    HttpConfig c;
    http_config_defaults(&c);
    c.listen[0] = (HttpListen){"127.0.0.1:0", false};
    c.listen_count = 1;
    c.worker_stack_bytes = 1024 * 1024; /* the sanitizers' frames are large */
    return c;
}

MAYBE_UNUSED static HttpServer *kit_start(const HttpConfig *c) {
    HttpServer *s = NULL;
    char why[NET_WHY_BYTES] = "";
    if (http_open(c, &kit_app, &s, why) != OK || http_run(s) != OK) {
        printf("not ok the server starts: %s\n", why);
        exit(1);
    }
    return s;
}

/* ---- the client ---- */

MAYBE_UNUSED static int dial_from(const char *from, int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in local = {.sin_family = AF_INET};
    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    inet_pton(AF_INET, from, &local.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&local, sizeof local) != 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

MAYBE_UNUSED static int dial(int port) { return dial_from("127.0.0.1", port); }

MAYBE_UNUSED static bool put(int fd, const void *p, size_t n) {
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        p = (const char *)p + sent;
        n -= (size_t)sent;
    }
    return true;
}

MAYBE_UNUSED static bool put_text(int fd, const char *text) { return put(fd, text, strlen(text)); }

/* One read within `ms`; 0 at the end, -1 on time-out or reset. */
MAYBE_UNUSED static ssize_t get_some(int fd, void *to, size_t cap, int ms) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (poll(&p, 1, ms) != 1)
        return -1;
    return recv(fd, to, cap, 0);
}

MAYBE_UNUSED static bool get_exactly(int fd, void *to, size_t n) {
    size_t have = 0;
    while (have < n) {
        ssize_t got = get_some(fd, (char *)to + have, n - have, PATIENCE_MS);
        if (got <= 0)
            return false;
        have += (size_t)got;
    }
    return true;
}

/* True when the server closes (or resets) within ms; what comes before is thrown away. */
MAYBE_UNUSED static bool closes_within(int fd, int ms) {
    char sink[4096];
    int64_t until = clock_mono_ms() + ms;
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int64_t left = until - clock_mono_ms();
        if (left < 0 || poll(&p, 1, (int)left) != 1)
            return false;
        if (recv(fd, sink, sizeof sink, 0) <= 0)
            return true;
    }
}

typedef struct Answer {
    int status; /* 0: none came */
    char head[20000];
    char *body; /* malloc'ed, NUL-terminated */
    size_t body_n;
    size_t reads; /* how many pieces it came in */
} Answer;

MAYBE_UNUSED static const char *answer_header(const Answer *a, const char *name) {
    static char value[1024];
    for (const char *line = strstr(a->head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        size_t n = strlen(name);
        if (strncasecmp(line + 2, name, n) != 0 || line[2 + n] != ':')
            continue;
        const char *from = line + 3 + n, *to = strstr(from, "\r\n");
        while (*from == ' ')
            from++;
        snprintf(value, sizeof value, "%.*s", (int)(to - from), from);
        return value;
    }
    return NULL;
}

/* Reads one answer; `to_head`: it was for a HEAD request. Byte-exact, so that pipelined answers stay apart. */
MAYBE_UNUSED static void get_answer(int fd, Answer *a, bool to_head) {
    size_t n = 0;
    memset(a, 0, sizeof *a);
    while (n < sizeof a->head - 1) {
        /* up to the empty line, byte by byte only near it */
        ssize_t got = get_some(fd, a->head + n, 1, PATIENCE_MS);
        if (got <= 0)
            return;
        n++;
        if (n >= 4 && memcmp(a->head + n - 4, "\r\n\r\n", 4) == 0)
            break;
    }
    int status = atoi(a->head + 9);
    const char *length = answer_header(a, "content-length"), *coding;
    a->body = calloc(1, ANSWER_MAX + 1);
    if (to_head || status == 204 || status == 304 || status == 101 || status == 100) {
        a->status = status;
    } else if (length) {
        a->body_n = (size_t)atoll(length);
        if (a->body_n <= ANSWER_MAX && get_exactly(fd, a->body, a->body_n))
            a->status = status;
    } else if ((coding = answer_header(a, "transfer-encoding")) && strcmp(coding, "chunked") == 0) {
        for (;;) {
            char line[32] = "";
            size_t at = 0;
            while (at < sizeof line - 1 && get_exactly(fd, line + at, 1) && line[at++] != '\n')
                continue;
            size_t size = strtoul(line, NULL, 16);
            if (at == 0 || a->body_n + size + 2 > ANSWER_MAX)
                return;
            if (!get_exactly(fd, a->body + a->body_n, size + 2))
                return;
            if (memcmp(a->body + a->body_n + size, "\r\n", 2) != 0)
                return;
            a->body_n += size;
            a->body[a->body_n] = 0;
            if (size == 0)
                break;
        }
        a->status = status;
    } else {
        ssize_t got;
        while ((got = get_some(fd, a->body + a->body_n, ANSWER_MAX - a->body_n, PATIENCE_MS)) > 0)
            a->body_n += (size_t)got;
        if (got == 0)
            a->status = status;
    }
}

MAYBE_UNUSED static void answer_free(Answer *a) {
    free(a->body);
    a->body = NULL;
}

/* Sends `text` on a new connection and gives the status of the answer (0: none). */
MAYBE_UNUSED static int status_of(int port, const char *text) {
    static Answer a;
    int fd = dial(port);
    put_text(fd, text);
    get_answer(fd, &a, false);
    answer_free(&a);
    close(fd);
    return a.status;
}

/* ---- a WebSocket client ---- */

MAYBE_UNUSED static int ws_dial(int port, const char *path, const char *more, Answer *a) {
    char text[1024];
    int fd = dial(port);
    snprintf(text, sizeof text,
             "GET %s HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
             path, more);
    put_text(fd, text);
    get_answer(fd, a, false);
    return fd;
}

/* Sends a frame with first byte `b0`, masked. */
MAYBE_UNUSED static void ws_put(int fd, int b0, const void *p, size_t n) {
    uint8_t *f = malloc(n + 14);
    size_t at = 2;
    const uint8_t mask[4] = {1, 2, 3, 4};
    f[0] = (uint8_t)b0;
    if (n < 126) {
        f[1] = (uint8_t)(0x80 | n);
    } else if (n < 65536) {
        f[1] = 0x80 | 126;
        f[2] = (uint8_t)(n >> 8);
        f[3] = (uint8_t)n;
        at = 4;
    } else {
        f[1] = 0x80 | 127;
        for (int i = 0; i < 8; i++)
            f[2 + i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
        at = 10;
    }
    memcpy(f + at, mask, 4);
    at += 4;
    for (size_t i = 0; i < n; i++)
        f[at + i] = ((const uint8_t *)p)[i] ^ mask[i & 3];
    put(fd, f, at + n);
    free(f);
}

/* Reads a frame: its opcode, or -1. The payload into to[cap], NUL-terminated. */
MAYBE_UNUSED static int ws_get(int fd, char *to, size_t cap, size_t *n) {
    uint8_t h[10];
    if (!get_exactly(fd, h, 2))
        return -1;
    uint64_t len = h[1] & 0x7f;
    if (len == 126) {
        if (!get_exactly(fd, h + 2, 2))
            return -1;
        len = (uint64_t)h[2] << 8 | h[3];
    } else if (len == 127) {
        if (!get_exactly(fd, h + 2, 8))
            return -1;
        len = 0;
        for (int i = 0; i < 8; i++)
            len = len << 8 | h[2 + i];
    }
    if (len >= cap || !get_exactly(fd, to, (size_t)len))
        return -1;
    to[len] = 0;
    *n = (size_t)len;
    return h[0] & 0x0f;
}

/* The code of the close frame that comes next, after others; 0: none came. */
MAYBE_UNUSED static int ws_close_code(int fd) {
    static char b[70000];
    size_t n;
    for (;;) {
        int op = ws_get(fd, b, sizeof b, &n);
        if (op < 0)
            return 0;
        if (op == 8)
            return n >= 2 ? (uint8_t)b[0] << 8 | (uint8_t)b[1] : 1005;
    }
}

#endif
