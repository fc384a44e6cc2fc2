/* From a Reply to bytes: one buffer, one write. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "net/conn.h"

static const struct {
    int status;
    Str line;
} status_lines[] = {
#define LINE(code, text) {code, STR_INIT("HTTP/1.1 " #code " " text "\r\n")}
    LINE(200, "OK"),
    LINE(201, "Created"),
    LINE(202, "Accepted"),
    LINE(204, "No Content"),
    LINE(206, "Partial Content"),
    LINE(301, "Moved Permanently"),
    LINE(302, "Found"),
    LINE(303, "See Other"),
    LINE(304, "Not Modified"),
    LINE(307, "Temporary Redirect"),
    LINE(308, "Permanent Redirect"),
    LINE(400, "Bad Request"),
    LINE(401, "Unauthorized"),
    LINE(402, "Payment Required"),
    LINE(403, "Forbidden"),
    LINE(404, "Not Found"),
    LINE(405, "Method Not Allowed"),
    LINE(406, "Not Acceptable"),
    LINE(408, "Request Timeout"),
    LINE(409, "Conflict"),
    LINE(410, "Gone"),
    LINE(411, "Length Required"),
    LINE(412, "Precondition Failed"),
    LINE(413, "Content Too Large"),
    LINE(414, "URI Too Long"),
    LINE(415, "Unsupported Media Type"),
    LINE(416, "Range Not Satisfiable"),
    LINE(417, "Expectation Failed"),
    LINE(422, "Unprocessable Content"),
    LINE(426, "Upgrade Required"),
    LINE(428, "Precondition Required"),
    LINE(429, "Too Many Requests"),
    LINE(431, "Request Header Fields Too Large"),
    LINE(500, "Internal Server Error"),
    LINE(501, "Not Implemented"),
    LINE(502, "Bad Gateway"),
    LINE(503, "Service Unavailable"),
    LINE(504, "Gateway Timeout"),
    LINE(505, "HTTP Version Not Supported"),
    LINE(507, "Insufficient Storage"),
#undef LINE
};

static void put_status(Buf *b, int status) {
    for (size_t i = 0; i < COUNT(status_lines); i++) {
        if (status_lines[i].status == status) {
            buf_add(b, status_lines[i].line);
            return;
        }
    }
    buf_printf(b, "HTTP/1.1 %d \r\n", status);
}

/* RFC 9110, 5.6.7; made once a second. */
static void put_date(Worker *w, Buf *b) {
    int64_t now_s = clock_now_ms() / 1000;
    if (now_s != w->date_s) {
        time_t t = (time_t)now_s;
        struct tm tm;
        gmtime_r(&t, &tm);
        strftime(w->date, sizeof w->date, "%a, %d %b %Y %H:%M:%S GMT", &tm); /* the program never sets a locale */
        w->date_s = now_s;
    }
    buf_lit(b, "Date: ");
    buf_put(b, w->date, 29);
    buf_lit(b, "\r\n");
}

/* What was promised cannot be sent. */
static void broken(Reply *rep) {
    if (rep->done)
        rep->done(rep->stream_ctx);
    rep->stream = NULL;
    rep->done = NULL;
    rep->status = 500;
    rep->content_type = S("text/plain; charset=utf-8");
    rep->fixed = S("500\n");
    rep->headers.n = 0;
}

/* ---- streams ---- */

enum {
    CHUNK_HEAD = 18,      /* up to 16 hex digits and CRLF */
    PIECE_ROOM_MIN = 1024 /* no pull into less than this */
};

void stream_end(NetConn *c) {
    OutStream *st = c->stream;
    if (!st)
        return;
    c->stream = NULL;
    if (st->done)
        st->done(st->ctx);
    free(st);
}

/* Appends the next piece to to[*n..cap), framed if need be; at least CHUNK_HEAD + 9 bytes of room beside the payload.
 * Ends the stream when it has given all. */
static bool stream_piece(NetConn *c, char *to, size_t *n, size_t cap) {
    OutStream *st = c->stream;
    size_t front = st->chunked ? CHUNK_HEAD : 0, room = cap - *n - front - (st->chunked ? 9 : 0), got = 0;
    if (st->left >= 0 && (int64_t)room > st->left)
        room = (size_t)st->left;
    if (room > 0 && st->pull(st->ctx, to + *n + front, room, &got) != OK)
        return false;
    if (got > room || (got == 0 && st->left > 0))
        return false; /* broke its promise */
    if (st->chunked && got > 0) {
        char size[CHUNK_HEAD + 1];
        size_t len = (size_t)snprintf(size, sizeof size, "%zx\r\n", got);
        /* the payload moves up to its head: few bytes of address space, no second buffer */
        memmove(to + *n + len, to + *n + front, got);
        memcpy(to + *n, size, len);
        *n += len + got;
        memcpy(to + *n, "\r\n", 2);
        *n += 2;
    } else {
        *n += got;
    }
    if (st->left >= 0)
        st->left -= (int64_t)got;
    if (got == 0 || st->left == 0) {
        if (st->chunked) {
            memcpy(to + *n, "0\r\n\r\n", 5);
            *n += 5;
        }
        stream_end(c);
    }
    return true;
}

/* Fills up the buffer, so that what ends within it ends with it. */
static bool stream_fill(NetConn *c, char *to, size_t *n, size_t cap) {
    while (c->stream && cap - *n >= PIECE_ROOM_MIN)
        if (!stream_piece(c, to, n, cap))
            return false;
    return true;
}

bool stream_refill(HttpServer *s, NetConn *c) {
    size_t cap = WRITE_STEP_BYTES, n = 0;
    char *p = malloc(cap);
    if (!p)
        return false;
    if (!stream_fill(c, p, &n, cap) || !conn_adopt(s, c, p, n, cap)) {
        if (c->out != p)
            free(p);
        return false;
    }
    return true;
}

/* The head and the first piece leave together, so that a short stream is one write too. */
static bool stream_start(HttpServer *s, NetConn *c, const Reply *rep, Str head, bool chunked) {
    size_t cap = head.n + WRITE_STEP_BYTES, n = head.n;
    OutStream *st = malloc(sizeof *st);
    char *p = malloc(cap);
    if (!st || !p) {
        free(st);
        free(p);
        if (rep->done)
            rep->done(rep->stream_ctx);
        return false;
    }
    *st = (OutStream){rep->stream, rep->done, rep->stream_ctx, rep->length, chunked};
    c->stream = st;
    memcpy(p, head.p, head.n);
    if (!stream_fill(c, p, &n, cap)) {
        free(p);
        return false;
    }
    return conn_adopt(s, c, p, n, cap) && conn_flush(s, c) != NET_FAIL;
}

/* ---- the answer ---- */

bool reply_send(Worker *w, NetConn *c, const Request *req, Reply *rep) {
    HttpServer *s = w->server;
    if (rep->status < 200 || rep->status > 599 || rep->body.err != OK || rep->headers.err != OK ||
        str_has_control(rep->content_type))
        broken(rep);
    STAT_ADD(s, by_class[rep->status / 100], 1);

    bool no_body = rep->status == 204 || rep->status == 304, stream = rep->stream != NULL;
    Str body = rep->fixed.p ? rep->fixed : buf_str(&rep->body);
    bool http_1_0 = w->facts.http_1_0;
    bool chunked = stream && rep->length < 0 && !http_1_0;
    if (stream && rep->length < 0 && http_1_0)
        c->keep = false; /* only the end of the connection can end it */

    Buf b = buf_arena(req->arena, REPLY_HEADER_BYTES_MAX + 1024);
    buf_reserve(&b, 256 + rep->headers.n + rep->content_type.n);
    put_status(&b, rep->status);
    put_date(w, &b);
    if (rep->content_type.n && !no_body) {
        buf_lit(&b, "Content-Type: ");
        buf_add(&b, rep->content_type);
        buf_lit(&b, "\r\n");
    }
    if (chunked) {
        buf_lit(&b, "Transfer-Encoding: chunked\r\n");
    } else if (!no_body && (!stream || rep->length >= 0)) {
        buf_lit(&b, "Content-Length: ");
        buf_u64(&b, stream ? (uint64_t)rep->length : body.n);
        buf_lit(&b, "\r\n");
    }
    if (!c->keep)
        buf_lit(&b, "Connection: close\r\n");
    else if (http_1_0)
        buf_lit(&b, "Connection: keep-alive\r\n");
    buf_lit(&b, "X-Request-Id: ");
    buf_add(&b, req->id);
    buf_lit(&b, "\r\n");
    buf_add(&b, buf_str(&rep->headers));
    buf_lit(&b, "\r\n");
    if (b.err != OK) {
        if (rep->done)
            rep->done(rep->stream_ctx);
        return false;
    }
    if (no_body || c->head_only) {
        if (rep->done)
            rep->done(rep->stream_ctx);
        stream = false;
        body = (Str){0};
    }
    if (stream)
        return stream_start(s, c, rep, buf_str(&b), chunked);
    return conn_send(s, c, buf_str(&b), body, rep->fixed.p != NULL);
}
