/* request.h - one HTTP exchange as contracts and simulators see it.
 *
 * Plain data: the net layer fills a Request from its connection and sends the Reply, tests fill one by hand. All memory
 * lives in req->arena until the reply was sent. */
#ifndef CONTRACT_REQUEST_H
#define CONTRACT_REQUEST_H

#include "base/buf.h"

typedef struct Request Request;
struct Request {
    Str method;  /* upper case */
    Str path;    /* begins with '/', still percent-encoded, without the query */
    Str query;   /* after '?', raw */
    Str body;    /* complete, within the route's limit */
    Str remote;  /* the client's address, a trusted proxy's header already applied */
    Str host;    /* the Host header */
    bool tls;
    Str id;      /* request id, for the log */
    Arena *arena;
    Str (*header)(const Request *, const char *name); /* case-insensitive; {NULL,0} when absent */
    const void *impl;
};

enum { REPLY_HEADER_BYTES_MAX = 8192, REPLY_BODY_BYTES_MAX = 4 * 1024 * 1024 };

typedef struct Reply {
    int status;
    Str content_type;
    Buf headers; /* complete lines "Name: value\r\n"; reply_header checks and appends */
    Buf body;
    Str fixed;   /* instead of body: bytes that outlive the exchange (embedded assets) */
    /* Instead of both, for long bodies: gives the next bytes (at most cap) into to; *n = 0 ends. Called without any transaction
     * open, from the connection's worker; `done` is called once in any case. length < 0: unknown. */
    Err (*stream)(void *ctx, void *to, size_t cap, size_t *n);
    void (*done)(void *ctx);
    void *stream_ctx;
    int64_t length;
} Reply;

/* The language (domain/lang.h) that Accept-Language likes best among those the box has texts in; 0: none of them, or not said. */
int32_t request_lang(const Request *req);

/* Whether a program on this machine asks, and nobody through it. A loopback address alone does not say so: a reverse proxy on
 * this machine (told by its headers; one that sends none must not be in front of a sandbox) speaks for the whole world, and a
 * page in a browser on this machine may have had its own name resolved to a loopback address, so only an address, or localhost,
 * is a Host of this machine. */
bool request_is_local(const Request *req);

/* An empty 200 over the request's arena. */
Reply reply_new(const Request *req);
/* Appends a header; a value with control characters is dropped whole (no header can be split). */
void reply_header_str(Reply *rep, Str name, Str value);
static inline void reply_header(Reply *rep, const char *name, Str value) { reply_header_str(rep, str_c0(name), value); }

#endif
