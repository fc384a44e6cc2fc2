/* tls_internal.h - what tls.c and tls_conn.c share. */
#ifndef NET_TLS_INTERNAL_H
#define NET_TLS_INTERNAL_H

#include <bearssl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "net/tls.h"

/* BearSSL's LRU session cache behind a lock: one cache serves all connections of a context. `vtable` must be first, since the
 * engine holds a pointer to it as to any cache. */
typedef struct TlsCache {
    const br_ssl_session_cache_class *vtable;
    pthread_mutex_t mu;
    br_ssl_session_cache_lru lru;
    unsigned char store[TLS_SESSION_CACHE_BYTES];
} TlsCache;

struct TlsContext {
    atomic_uint refs;
    int key_type; /* BR_KEYTYPE_RSA or BR_KEYTYPE_EC */
    int issuer_key_type;
    br_skey_decoder_context key; /* holds the private key's numbers */
    br_x509_certificate chain[TLS_CHAIN_MAX];
    size_t chain_len;
    TlsCache cache;
};

/* The file's bytes in malloc'ed memory, at most max. Cleared by the caller when they are secret. */
Err tls_read_file(const char *path, size_t max, char **out, size_t *n, char why[TLS_WHY_BYTES]);

/* Sets suites, versions, algorithms, certificate and cache of a fresh server context. */
void tls_server_setup(TlsContext *context, br_ssl_server_context *sc);

#endif
