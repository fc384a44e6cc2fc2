/* http.h - the HTTP server.
 *
 * How it works. All connections live in one edge-triggered epoll set that all worker threads wait on. A connection is
 * plain data, never a thread: whichever worker gets its event owns it until it has to wait for the network again. Heads
 * and bodies are collected there, so a slow or silent sender costs a few hundred bytes and no worker. A complete
 * request goes through civetweb's parser and dispatch (vendor/civetweb explains our patches) to `handle`, and its answer
 * leaves in one write; what the client does not take at once waits in the connection, not in the worker. TLS (tls.h) and
 * WebSockets (ws.h) ride on the same connections.
 *
 * A worker blocks only inside the application's callbacks. The pool grows while its workers wait (see
 * http_blocking_begin) and shrinks when they are idle.
 *
 * Threading: http_open, http_run, http_stop and http_reload_tls from one controlling thread; the callbacks come from any worker,
 * several at a time; counters from anywhere. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "contract/request.h"
#include "net/ws.h"

enum { HTTP_LISTEN_MAX = 8, HTTP_PROXIES_MAX = 16, NET_WHY_BYTES = 256 };

typedef struct HttpServer HttpServer;

/* "ADDR:PORT": an IPv4 address, an IPv6 address in brackets, or nothing for all addresses; port 0 lets the system
 * choose ("127.0.0.1:0", "[::]:8443", ":8080"). No names are resolved. */
typedef struct HttpListen {
    const char *address;
    bool tls;
} HttpListen;

/* Every limit of the server. http_config_defaults fills in values that suit a board with 256 MB; 0 is never "unlimited"
 * unless the comment says so. The strings must live until http_stop. */
typedef struct HttpConfig {
    HttpListen listen[HTTP_LISTEN_MAX];
    size_t listen_count;
    const char *tls_cert_file, *tls_key_file; /* PEM; needed when a listener has tls */
    /* Addresses or CIDR blocks, comma-separated, of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
     * They are exempt from connections_per_address_max. NULL or "": nobody. */
    const char *trusted_proxies;

    int workers_min;           /* threads that are always there (2) */
    int workers_max;           /* (64) */
    int worker_idle_ms;        /* a thread beyond workers_min ends after this long without work (10 s) */
    size_t worker_stack_bytes; /* (256 KB; only touched pages cost) */
    size_t arena_bytes;        /* cap of one request's arena (16 MB) */

    uint32_t connections_max;             /* (10,000); beyond, the longest idle keep-alive one goes, else the new one */
    uint32_t connections_per_address_max; /* of one IPv4 address or IPv6 /64 (256); 0: no limit */

    size_t request_line_bytes_max; /* method, target and version (8 KB), else 414 */
    size_t header_bytes_max;       /* whole head (16 KB), else 431 */
    int header_count_max;          /* (64, which is also the most), else 431 */
    size_t body_bytes_max;         /* upper bound over whatever body_limit answers (32 MB), else 413 */
    size_t small_body_bytes;       /* bodies up to this need no permit (64 KB) */
    /* Bodies beyond it at the same time (12), else 503. A quarter of them is not for an address that has all others. */
    int large_bodies_max;
    size_t pending_in_bytes_max;  /* all unfinished requests together (64 MB); beyond, the newest is refused with 503 */
    size_t pending_out_bytes_max; /* all answers waiting for slow readers together (32 MB); beyond, that reader is cut */
    size_t tls_buffers_max;       /* 16 KB record buffers in use at a time (1,024); beyond, the connection is cut */

    /* Deadlines are absolute: sending a byte now and then does not extend them. */
    int handshake_timeout_ms;  /* TLS handshake (10 s) */
    int header_timeout_ms;     /* from connect, or from the first byte of a later request, to the end of the head (10 s) */
    int body_timeout_ms;       /* end of head to end of a small body (20 s) */
    int large_body_timeout_ms; /* the same of a large body (300 s) */
    int keepalive_timeout_ms;  /* idle between requests (60 s) */
    int write_timeout_ms;      /* for each 64 KB of an answer (30 s) */

    /* WebSockets, see ws.h */
    size_t ws_message_bytes_max; /* one message, all fragments together (64 KB), else close 1009 */
    size_t ws_queue_bytes_max;   /* waiting to be sent on one connection (256 KB), else it is cut */
    int ws_ping_ms;              /* silence after which a ping is sent (30 s) */
    int ws_pong_ms;              /* and silence after that until the peer counts as dead (20 s) */
    int ws_message_timeout_ms;   /* first to last byte of one message (30 s) */

    bool log_requests; /* one line a request at LOG_INFO: method, path without query, status, bytes, ms, address, id */
} HttpConfig;

void http_config_defaults(HttpConfig *config);

/* What the server serves. `ctx` is handed back to each callback. All of them may block (database, provider).
 *
 * The Request and everything in it lives until the callback returns; its arena is also where the Reply's memory comes
 * from, and is reset after the reply was handed to the connection. req->path has dot segments and repeated slashes
 * removed (RFC 3986 5.2.4; `OPTIONS *` comes as "/") and is otherwise as sent, still percent-encoded; the query never contains a
 * control character. req->host is without port checks: as sent. */
typedef struct HttpApp {
    void *ctx;
    /* Answers one complete request. `rep` comes as reply_new makes it (200, empty). A stream's pull and done run on
     * worker threads, perhaps others than this one, never two at a time for one reply. The server adds Date,
     * Content-Length or Transfer-Encoding, Connection and X-Request-Id; it drops the body for HEAD, 204 and 304. */
    void (*handle)(void *ctx, const Request *req, Reply *rep);
    /* How many body bytes a request may have; asked when the head is complete and a body follows, before any of it is
     * kept. Must be quick: no database. */
    size_t (*body_limit)(void *ctx, Str method, Str path);
    /* Shapes the refusal of a request that has a head but was not handled (408, 413, 417, 503): body and content
     * type in the contract's form; rep->status is set already. NULL: a short text/plain. */
    void (*refuse)(void *ctx, const Request *req, Reply *rep);

    /* WebSockets; all NULL when there are none. */
    WsAccept (*ws_open)(void *ctx, const Request *req, Reply *refusal, WsConn *conn);
    void (*ws_message)(void *ctx, WsConn *conn, bool text, Str message, Arena *arena);
    void (*ws_closed)(void *ctx, WsConn *conn, int code);
} HttpApp;

/* Raises the process's descriptor limit as far as connections_max needs it; lowers connections_max (and logs it) where the system
 * does not allow that. Opens the listeners and loads the certificate. Who connects waits until http_run, so that the application
 * can learn the ports and make the rest of itself first. On failure nothing is left open and `why` says what was wrong, for a
 * person. E_INVALID (configuration), E_IO (address in use, file unreadable), E_NOMEM. */
Err http_open(const HttpConfig *config, const HttpApp *app, HttpServer **out, char why[NET_WHY_BYTES]);

/* Starts the first workers: from now on the callbacks come. Once per server. E_NOMEM: no thread could be started; the server is
 * still to be given to http_stop. */
Err http_run(HttpServer *server);

/* The port that listener i is bound to, in host order; 0 when there is no such listener. */
int http_port(const HttpServer *server, size_t i);

/* Reads the certificate and key files again; new handshakes use them, open connections keep theirs. On failure the old
 * ones stay in force and `why` says what was wrong. */
Err http_reload_tls(HttpServer *server, char why[NET_WHY_BYTES]);

/* Stops listening, lets requests in progress finish and their answers leave, closes idle connections at once and
 * WebSockets with 1001, waits at most drain_ms, then cuts the rest. Callbacks still running are waited for in any case.
 * Frees the server. NULL is allowed. */
void http_stop(HttpServer *server, int drain_ms);

/* Call around anything inside a callback that waits (a commit, an outbound request), so that another worker takes over
 * meanwhile. Nestable; does nothing on a thread that is no worker of this server. The pool also notices by itself when
 * all workers are stuck, only later. */
void http_blocking_begin(void);
void http_blocking_end(void);

/* For /metrics. Counters since start, except those named open_ and workers_. */
typedef struct HttpStats {
    uint64_t connections, requests, by_class[6]; /* by_class[2]: 2xx answers; [0] unused */
    uint64_t bytes_in, bytes_out; /* payload above TLS */
    uint64_t refused_total, refused_address; /* connections turned away: connections_max, per address */
    uint64_t bad_requests, timeouts, tls_failures, ws_opened, ws_slow, ws_dead;
    uint32_t open_connections, open_ws, workers, workers_busy;
} HttpStats;
void http_stats(const HttpServer *server, HttpStats *out);

#endif
