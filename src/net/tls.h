/* tls.h - TLS 1.2 for the server, by BearSSL.
 *
 * Suites: ECDHE only, ECDSA or RSA by the key; ChaCha20-Poly1305 first where the processor has no AES instructions that
 * BearSSL uses, AES-GCM first where it has; X25519 preferred, P-256 and P-384 for others. No renegotiation. Sessions are
 * resumed from a cache shared by all connections. ALPN: http/1.1.
 *
 * This header is about certificates; the connection side is in tls_conn.h. */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "base/err.h"
#include "base/str.h"

enum { TLS_NAMES_BYTES = 512, TLS_FINGERPRINT_BYTES = 32 };
enum { TLS_CHAIN_MAX = 8, TLS_PEM_BYTES_MAX = 128 * 1024, TLS_WHY_BYTES = 256, TLS_SESSION_CACHE_BYTES = 64 * 1024 };

typedef struct TlsContext TlsContext;

/* Reads a PEM certificate chain (own certificate first) and its private key (EC P-256/P-384/P-521 or RSA of 2048 bits and more;
 * PKCS#8, SEC1 or PKCS#1; not encrypted), and checks that they belong together. E_IO (cannot be read), E_INVALID (anything wrong
 * inside), E_NOMEM; `why` names the file and the fault. Reference counted: tls_context_unref gives it back. */
Err tls_context_load(const char *cert_file, const char *key_file, TlsContext **out, char why[TLS_WHY_BYTES]);
TlsContext *tls_context_ref(TlsContext *context);
void tls_context_unref(TlsContext *context); /* NULL is allowed */

/* What the first certificate of the chain says of itself. */
typedef struct TlsFacts {
    int64_t from_ms, to_ms;        /* valid between */
    char names[TLS_NAMES_BYTES];   /* host names and addresses of its subjectAltName, with ", " between; may be cut off */
    uint8_t fingerprint[TLS_FINGERPRINT_BYTES]; /* SHA-256 */
    size_t chain;                  /* certificates in all */
    bool rsa;                      /* else EC */
} TlsFacts;
/* Of a chain and key in files, with the checks and errors of tls_context_load: whether they could be served, and what is in them.
 */
Err tls_file_facts(const char *cert_file, const char *key_file, TlsFacts *out, char why[TLS_WHY_BYTES]);

/* Writes a new P-256 key (mode 0600) and a certificate signed by itself, valid from a day before now_ms for `days` (up to 3650;
 * 397 is what browsers bear). `names` is a comma-separated list of host names and IP addresses, the first is also the subject; at
 * most 16 names of 253 bytes. Existing files are replaced, each atomically. E_INVALID (names), E_IO, E_NOMEM. The form is RFC
 * 5280's v3 certificate with basicConstraints CA:FALSE, subjectAltName, keyUsage and extendedKeyUsage serverAuth. */
Err tls_self_signed(const char *cert_file, const char *key_file, const char *names, int days, int64_t now_ms,
                    char why[TLS_WHY_BYTES]);

#endif
