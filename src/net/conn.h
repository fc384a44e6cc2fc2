/* conn.h - inside of the server: connections, who owns them, and the steps they take. Private to src/net.
 *
 * Ownership. All connections are registered once, edge-triggered, in one epoll set. A connection's state word says who may
 * touch it: PARKED, nobody; OWNED, exactly one thread; NOTIFIED, one thread, and something happened meanwhile. An event
 * turns PARKED into OWNED (the thread that did it runs the connection) or OWNED into NOTIFIED (the owner looks again
 * before it parks). So an event is never lost and never handled twice, without a lock and without re-arming.
 * The word also carries a generation: an event for a connection that was closed since finds another generation and is dropped.
 * Slots are never given back to the system before the server stops, so looking at a stale one is safe.
 *
 * A thread that wants a connection to run, but not on itself (a sender, the ticker), takes it the same way and puts it on the
 * ready list (server_kick), which workers empty. */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <civetweb.h>
#include <pthread.h>
#include <stdatomic.h>

#include "net/addr.h"
#include "net/chunked.h"
#include "net/http.h"
#include "net/tls_conn.h"

enum {
    SLOTS_PER_CHUNK = 256,
    SLOT_NONE = 0xffffffff,
    TICK_MS = 200,            /* deadlines are this coarse */
    STUCK_TICK_MS = 10,       /* how often the ticker looks while no worker is free */
    LINGER_MS = 2000,         /* after a refusal: reading what the client still sends, so that it gets to read the answer */
    LINGER_BYTES = 512 * 1024,
    /* The same of a body that is too large: many clients send all of it before they look at the answer. */
    LINGER_BODY_MS = 20 * 1000,
    LINGER_BODY_BYTES = 64 * 1024 * 1024,
    LARGE_LEFT_SHARE = 4,     /* one in so many permits for large bodies is not for an address that has all others */
    EVICT_HEADROOM = 16,      /* slots below connections_max at which idle connections begin to go */
    RUN_READS = 64,           /* reads of one connection before others get their turn */
    RUN_WRITE_BYTES = 512 * 1024,
    WRITE_STEP_BYTES = 64 * 1024, /* progress that earns a new write deadline; also the size of stream pieces */
    SCRATCH_EXTRA_BYTES = 4096,
    WS_CLOSE_WAIT_MS = 5000
};

typedef enum Phase {
    PHASE_TLS,   /* handshake */
    PHASE_IDLE,  /* between requests */
    PHASE_HEAD,  /* collecting a head */
    PHASE_BODY,
    PHASE_LINGER,
    PHASE_WS
} Phase;

/* What an event of the set belongs to: a slot and its generation, or EVENT_OTHER and one of these (or a listener's index). */
#define EVENT_DATA(high, low) ((uint64_t)(high) << 32 | (low))
enum { EVENT_READY = 0x100, EVENT_QUIT = 0x101 };
static const uint32_t EVENT_OTHER = 0xffffffff;

/* STEP_YIELD: goes on later, others first. */
typedef enum Step { STEP_WAIT, STEP_AGAIN, STEP_YIELD, STEP_CLOSE } Step;

/* A pull stream that is being sent. */
typedef struct OutStream {
    Err (*pull)(void *ctx, void *to, size_t cap, size_t *n);
    void (*done)(void *ctx);
    void *ctx;
    int64_t left; /* bytes that must still come; -1: unknown */
    bool chunked;
} OutStream;

typedef struct NetConn {
    /* Read by others than the owner. */
    _Atomic int64_t deadline_ms; /* clock_mono_ms */
    _Atomic uint32_t word;
    _Atomic uint8_t phase;
    _Atomic bool hangup; /* the peer has closed its side: a short read no longer means that nothing follows */
    /* The owner's; all zero in a new slot but the index. */
    uint32_t index, next; /* next: in the free list or the ready list */
    int fd;
    bool drained;        /* the socket has nothing now; an event will come */
    bool out_armed;      /* EPOLLOUT is in the set */
    bool expired;        /* the ticker took it */
    bool keep;           /* after this answer */
    bool close_after;    /* once the answer has left */
    bool linger;         /* and then read on for a while, */
    bool linger_body;    /* as long as a body that is too large takes */
    bool head_only;      /* the request is HEAD */
    bool large;          /* has a permit of large_bodies_max, and is counted in `larges` */
    bool counted;        /* in the address table */
    uint16_t port;
    NetAddr peer;
    NetAddr client;      /* of the request at hand: behind a trusted proxy another than the peer */
    TlsConn *tls;

    char *in; /* the worker's scratch while it runs, heap while it waits, NULL when empty */
    size_t in_n, in_cap, scan;

    size_t head_n; /* of the request whose body is collected */
    int64_t body_length; /* -1: chunked */
    size_t body_n, body_max;
    Chunked chunked;

    char *out; /* heap */
    size_t out_n, out_at, out_cap, out_mark;
    Str fixed; /* follows out */
    OutStream *stream; /* follows both */

    WsConn *ws;
} NetConn;

typedef struct Worker {
    HttpServer *server;
    pthread_t thread;
    struct Worker *next; /* of all, or of those that have ended */
    Arena arena;
    struct mg_connection *mg;
    char *scratch, *head;
    size_t scratch_cap;
    Buf *upgrade; /* where civetweb's handshake goes */
    /* the request that was parsed last */
    const NetConn *parsed;
    struct mg_front_head facts;
    Request req;
    char remote[NET_ADDR_TEXT], id[17];
    char date[32];
    int64_t date_s;
    int blocking; /* depth of http_blocking_begin */
    int reads;    /* left in this run */
} Worker;

typedef struct Listener {
    int fd, port;
    bool tls;
    _Atomic bool paused; /* accept failed; the ticker tries again */
} Listener;

struct HttpServer {
    HttpConfig cfg;
    HttpApp app;
    NetBlocks trusted;
    struct mg_context *mg;
    int epoll, ready_fd, quit_fd;
    Listener listener[HTTP_LISTEN_MAX];
    size_t listeners;

    pthread_mutex_t slots_mu;
    NetConn **chunk; /* of SLOTS_PER_CHUNK; the table is complete from the start, the chunks come as needed */
    _Atomic uint32_t slots;
    uint32_t free_slot;

    pthread_mutex_t ready_mu;
    uint32_t ready_head, ready_tail;

    pthread_mutex_t pool_mu;
    Worker *workers, *ended;
    _Atomic int total, idle, blocked;
    _Atomic uint64_t turns; /* how often a worker went to wait */
    pthread_t ticker;
    bool started, ticking;
    pthread_cond_t tick; /* wakes the ticker early, and whoever waits for workers to end */
    bool quit; /* under pool_mu */
    _Atomic bool stopping, cutting;

    pthread_mutex_t tls_mu;
    TlsContext *tls;
    TlsPool *tls_pool;
    AddrTable *addrs;
    AddrTable *larges; /* who has permits for large bodies */
    _Atomic size_t pending_in, pending_out;
    _Atomic int large_bodies;
    uint32_t id_base;
    _Atomic uint32_t id_next;

    struct {
        _Atomic uint64_t connections, requests, by_class[6], bytes_in, bytes_out, refused_total, refused_address, bad_requests,
            timeouts, tls_failures, ws_opened, ws_slow, ws_dead;
        _Atomic uint32_t open, ws;
    } stat;
};

#define STAT_ADD(server, field, n) atomic_fetch_add_explicit(&(server)->stat.field, (n), memory_order_relaxed)

/* ---- slots.c: connections and who owns them ---- */

/* A new slot, owned by the caller; NULL when there are connections_max already or memory is out. */
NetConn *slot_new(HttpServer *s);
/* Gives an owned slot back. */
void slot_free(HttpServer *s, NetConn *c);
NetConn *slot_at(HttpServer *s, uint32_t index);
uint32_t slot_generation(const NetConn *c);
/* PARKED to OWNED (true), or OWNED to NOTIFIED, or nothing when the generation is another. */
bool slot_take(NetConn *c, uint32_t generation);
/* PARKED to OWNED whatever the generation, or false. */
bool slot_take_parked(NetConn *c);
/* OWNED to PARKED (true). False: something happened meanwhile, the caller still owns it and must run it again. */
bool slot_park(NetConn *c);
/* Makes a worker run the connection. Any thread. */
void server_kick(HttpServer *s, uint32_t index, uint32_t generation);
/* Puts an owned connection on the ready list. */
void ready_push(HttpServer *s, NetConn *c);
/* Takes one off, or NULL. */
NetConn *ready_pop(HttpServer *s);

/* ---- pool.c: workers and the ticker ---- */

/* Starts the first workers and the ticker. */
Err pool_start(HttpServer *s);
/* Ends and joins all of them; nothing may be left to do. */
void pool_stop(HttpServer *s);

/* ---- server.c ---- */

/* Accepts what waits at the listener. */
void server_accept(HttpServer *s, Listener *l);

/* ---- conn.c: bytes ---- */

/* Runs an owned connection until it has to wait or is closed. */
void conn_run(Worker *w, NetConn *c);
/* Adds a fresh connection to the set. Takes over fd. */
void conn_open(HttpServer *s, const Listener *l, int fd, const struct sockaddr_storage *from);
void conn_deadline(NetConn *c, int64_t in_ms);
/* Gives back the permit for a large body, if it has one. */
void conn_small(HttpServer *s, NetConn *c);
/* Reads into the free part of c->in. As tls_conn_recv. */
ssize_t conn_recv(Worker *w, NetConn *c);
/* Room for `cap` bytes in all. False: limit or memory. */
bool conn_room(Worker *w, NetConn *c, size_t cap);
/* Drops the first n bytes of the input. */
void conn_consume(NetConn *c, size_t n);
/* Sends head and body now, keeps what the socket does not take. False: the connection is dead. */
bool conn_send(HttpServer *s, NetConn *c, Str head, Str body, bool body_is_static);
/* Adopts heap bytes as output. */
bool conn_adopt(HttpServer *s, NetConn *c, char *p, size_t n, size_t cap);
bool conn_out_pending(const NetConn *c);
/* Sends what is kept. 0: all gone, NET_WAIT, NET_FAIL; 1: there is more, but others should have their turn. */
int conn_flush(HttpServer *s, NetConn *c);
/* Sends the TCP close and reads on for a while. */
Step conn_linger(NetConn *c);

/* ---- request.c, reply_out.c: HTTP ---- */

Step http_head_step(Worker *w, NetConn *c);
Step http_body_step(Worker *w, NetConn *c);
/* Refuses the request at hand and closes. `parsed`: w->req is filled in. */
Step http_refuse(Worker *w, NetConn *c, int status, bool parsed);
/* Sends the reply, drops the request's `used` bytes of input, and sets up what comes next. */
Step http_finish(Worker *w, NetConn *c, const Request *req, Reply *rep, size_t used);
/* Sends a reply. False: the connection is dead. */
bool reply_send(Worker *w, NetConn *c, const Request *req, Reply *rep);
void stream_end(NetConn *c);
/* The next piece of the stream becomes the output. False: it failed. */
bool stream_refill(HttpServer *s, NetConn *c);

/* ---- ws.c ---- */

/* Handles an upgrade whose head was parsed. */
Step ws_upgrade(Worker *w, NetConn *c);
Step ws_step(Worker *w, NetConn *c);
/* The ticker found the deadline passed. */
Step ws_deadline(Worker *w, NetConn *c);
/* Tells the application and lets go of the WsConn. */
void ws_gone(Worker *w, NetConn *c);

#endif
