/* tls_conn.h - one TLS connection, driven without blocking.
 *
 * BearSSL's engine is a state machine over two buffers; br_sslio would block, so the engine is driven here: each call does as
 * much memory work and non-blocking socket I/O as it can and says when it has to wait. A TlsConn is owned by one thread at a time
 * (the owner of its connection), so it needs no lock.
 *
 * The two 16 KB buffers are borrowed from a pool only while a record is under way; tls_conn_rest gives them back, so that
 * an idle connection costs its keys and state (about 4 KB). */
#ifndef NET_TLS_CONN_H
#define NET_TLS_CONN_H

#include <sys/types.h>

#include "net/tls.h"

typedef struct TlsConn TlsConn;
typedef struct TlsPool TlsPool;

/* What the calls below return besides a count. */
enum { NET_WAIT = -1, NET_FAIL = -2 };

/* Buffers for all connections: at most `max` of 16 KB at a time, of which up to TLS_POOL_KEEP stay allocated when unused.
 * Thread-safe. NULL: no memory. */
enum { TLS_POOL_KEEP = 8, TLS_BUFFER_BYTES = 16384 + 325 };
TlsPool *tls_pool_new(size_t max);
void tls_pool_free(TlsPool *pool); /* no connection may be left */

/* A server side that waits for a ClientHello. Refers to the context and the pool. NULL: no memory. */
TlsConn *tls_conn_new(TlsContext *context, TlsPool *pool);
void tls_conn_free(TlsConn *t);

/* Reads from the socket; continues the handshake first. Bytes of payload, 0 at the end, NET_WAIT (nothing now; see
 * tls_conn_wants_write), NET_FAIL (handshake or record error, no buffers, reset by the peer). */
ssize_t tls_conn_recv(TlsConn *t, int fd, void *to, size_t cap);
/* Takes payload into records and writes them to the socket; `more` leaves the last record open for the next call. How many
 * bytes were taken, or NET_WAIT when none, or NET_FAIL. After NET_WAIT or a short count: wait for writability. */
ssize_t tls_conn_send(TlsConn *t, int fd, const void *p, size_t n, bool more);
/* Writes records out that are still buffered. 0 when none is left, NET_WAIT, NET_FAIL. */
int tls_conn_flush(TlsConn *t, int fd);
bool tls_conn_wants_write(const TlsConn *t);
/* The handshake is through. */
bool tls_conn_established(const TlsConn *t);
/* Part of a record has come in. */
bool tls_conn_mid_record(const TlsConn *t);
/* Sends close_notify as far as the socket takes it. */
void tls_conn_close(TlsConn *t, int fd);
/* Gives the buffers back when no record is under way in them. Call whenever the connection goes to wait. */
void tls_conn_rest(TlsConn *t);

#endif
