#include "net/tls_conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/rand.h"
#include "net/tls_internal.h"

/* What may be kept of a partial record without its buffer. A silent or dripping peer costs this much at most; a record that is
 * further along holds its buffer. */
enum { STASH_BYTES = 512, OUT_BYTES = 16384 + 85 };

struct TlsPool {
    pthread_mutex_t mu;
    size_t in_use, max, kept;
    void *keep[TLS_POOL_KEEP];
};

TlsPool *tls_pool_new(size_t max) {
    TlsPool *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    pthread_mutex_init(&p->mu, NULL);
    p->max = max;
    return p;
}

void tls_pool_free(TlsPool *p) {
    if (!p)
        return;
    while (p->kept)
        free(p->keep[--p->kept]);
    pthread_mutex_destroy(&p->mu);
    free(p);
}

static unsigned char *pool_get(TlsPool *p) {
    void *b = NULL;
    pthread_mutex_lock(&p->mu);
    bool ok = p->in_use < p->max;
    if (ok)
        p->in_use++;
    if (ok && p->kept)
        b = p->keep[--p->kept];
    pthread_mutex_unlock(&p->mu);
    if (ok && !b) {
        b = malloc(TLS_BUFFER_BYTES);
        if (!b) {
            pthread_mutex_lock(&p->mu);
            p->in_use--;
            pthread_mutex_unlock(&p->mu);
        }
    }
    return b;
}

static void pool_put(TlsPool *p, void *b) {
    if (!b)
        return;
    pthread_mutex_lock(&p->mu);
    p->in_use--;
    if (p->kept < TLS_POOL_KEEP) {
        p->keep[p->kept++] = b;
        b = NULL;
    }
    pthread_mutex_unlock(&p->mu);
    free(b);
}

struct TlsConn {
    br_ssl_server_context sc;
    TlsContext *context;
    TlsPool *pool;
    unsigned char *in, *out; /* borrowed, or NULL between records */
    unsigned char *stash;    /* the beginning of a record whose buffer was given back */
    size_t stash_n;
};

/* The engine keeps offsets into its buffers, so a buffer without anything in it can be swapped. */
static bool wake(TlsConn *t) {
    if (!t->in) {
        t->in = pool_get(t->pool);
        if (!t->in)
            return false;
        t->sc.eng.ibuf = t->in;
        if (t->stash) {
            memcpy(t->in, t->stash, t->stash_n);
            free(t->stash);
            t->stash = NULL;
        }
    }
    if (!t->out) {
        t->out = pool_get(t->pool);
        if (!t->out)
            return false;
        t->sc.eng.obuf = t->out;
    }
    return true;
}

void tls_conn_rest(TlsConn *t) {
    br_ssl_engine_context *e = &t->sc.eng;
    /* nothing to send and nothing collected to be sent */
    if (t->out && e->oxa == e->oxc && e->oxa != e->oxb) {
        pool_put(t->pool, t->out);
        t->out = NULL;
    }
    /* nothing to deliver, and little or nothing of the next record */
    if (t->in && e->ixa == e->ixb && e->ixa <= STASH_BYTES) {
        if (e->ixa > 0) {
            t->stash = malloc(e->ixa);
            if (!t->stash)
                return;
            memcpy(t->stash, t->in, e->ixa);
            t->stash_n = e->ixa;
        }
        pool_put(t->pool, t->in);
        t->in = NULL;
    }
}

TlsConn *tls_conn_new(TlsContext *context, TlsPool *pool) {
    TlsConn *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->context = tls_context_ref(context);
    t->pool = pool;
    tls_server_setup(context, &t->sc);
    unsigned char seed[32];
    rand_bytes(seed, sizeof seed);
    br_ssl_engine_inject_entropy(&t->sc.eng, seed, sizeof seed);
    memset(seed, 0, sizeof seed);
    t->sc.eng.rng_os_rand_done = 1; /* the seed above is the system's; the process may not open /dev/urandom */
    t->in = pool_get(pool);
    t->out = pool_get(pool);
    if (!t->in || !t->out) {
        tls_conn_free(t);
        return NULL;
    }
    br_ssl_engine_set_buffers_bidi(&t->sc.eng, t->in, TLS_BUFFER_BYTES, t->out, OUT_BYTES);
    if (!br_ssl_server_reset(&t->sc)) {
        tls_conn_free(t);
        return NULL;
    }
    tls_conn_rest(t);
    return t;
}

void tls_conn_free(TlsConn *t) {
    if (!t)
        return;
    pool_put(t->pool, t->in);
    pool_put(t->pool, t->out);
    free(t->stash);
    tls_context_unref(t->context);
    memset(&t->sc, 0, sizeof t->sc);
    __asm__ __volatile__("" : : "r"(t) : "memory");
    free(t);
}

/* True when nothing is in the way of new payload. */
static bool nothing_to_send(const TlsConn *t) {
    size_t n;
    return !t->out || br_ssl_engine_sendrec_buf(&t->sc.eng, &n) == NULL;
}

int tls_conn_flush(TlsConn *t, int fd) {
    size_t n;
    unsigned char *p;
    if (!t->out)
        return 0;
    while ((p = br_ssl_engine_sendrec_buf(&t->sc.eng, &n)) != NULL) {
        ssize_t sent = send(fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? NET_WAIT : NET_FAIL;
        if (!t->in && !wake(t))
            return NET_FAIL; /* the handshake code looks at both buffers */
        br_ssl_engine_sendrec_ack(&t->sc.eng, (size_t)sent);
    }
    return 0;
}

ssize_t tls_conn_recv(TlsConn *t, int fd, void *to, size_t cap) {
    br_ssl_engine_context *e = &t->sc.eng;
    if (!wake(t))
        return NET_FAIL;
    for (;;) {
        size_t n;
        unsigned char *p;
        int flushed = tls_conn_flush(t, fd);
        if (flushed == NET_FAIL)
            return NET_FAIL;
        unsigned state = br_ssl_engine_current_state(e);
        if (state == BR_SSL_CLOSED)
            return br_ssl_engine_last_error(e) == BR_ERR_OK ? 0 : NET_FAIL;
        if (state & BR_SSL_RECVAPP) {
            p = br_ssl_engine_recvapp_buf(e, &n);
            if (n > cap)
                n = cap;
            memcpy(to, p, n);
            br_ssl_engine_recvapp_ack(e, n);
            return (ssize_t)n;
        }
        if (!(state & BR_SSL_RECVREC))
            return NET_WAIT;
        p = br_ssl_engine_recvrec_buf(e, &n);
        ssize_t got = recv(fd, p, n, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? NET_WAIT : NET_FAIL;
        if (got == 0)
            return tls_conn_established(t) ? 0 : NET_FAIL;
        br_ssl_engine_recvrec_ack(e, (size_t)got);
    }
}

ssize_t tls_conn_send(TlsConn *t, int fd, const void *from, size_t len, bool more) {
    br_ssl_engine_context *e = &t->sc.eng;
    size_t done = 0;
    if (!wake(t))
        return NET_FAIL;
    while (done < len) {
        size_t n;
        unsigned char *p = br_ssl_engine_sendapp_buf(e, &n);
        if (!p) {
            if (br_ssl_engine_current_state(e) == BR_SSL_CLOSED)
                return NET_FAIL;
            int r = tls_conn_flush(t, fd);
            if (r == NET_FAIL)
                return NET_FAIL;
            if (r == NET_WAIT)
                return done ? (ssize_t)done : NET_WAIT;
            if (!br_ssl_engine_sendapp_buf(e, &n))
                return NET_FAIL; /* before the handshake's end, or after close */
            continue;
        }
        if (n > len - done)
            n = len - done;
        memcpy(p, (const char *)from + done, n);
        br_ssl_engine_sendapp_ack(e, n);
        done += n;
    }
    if (!more) {
        br_ssl_engine_flush(e, 0);
        if (tls_conn_flush(t, fd) == NET_FAIL)
            return NET_FAIL;
    }
    return (ssize_t)done;
}

bool tls_conn_wants_write(const TlsConn *t) { return !nothing_to_send(t); }

bool tls_conn_established(const TlsConn *t) { return (t->sc.eng.application_data & 1) != 0; }

bool tls_conn_mid_record(const TlsConn *t) { return t->sc.eng.ixa != 0; }

void tls_conn_close(TlsConn *t, int fd) {
    if (br_ssl_engine_current_state(&t->sc.eng) == BR_SSL_CLOSED || !wake(t))
        return;
    br_ssl_engine_close(&t->sc.eng);
    tls_conn_flush(t, fd);
}
