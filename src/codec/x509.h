/* x509.h - what certificates (RFC 5280) and requests for them (RFC 2986) have in common, in DER, for P-256 keys and ECDSA with
 * SHA-256 (RFC 5480, RFC 5758). Each appends one element to `out`, whose err tells of trouble. Thread-safe. */
#ifndef CODEC_X509_H
#define CODEC_X509_H

#include "codec/der.h"

extern const Str x509_alt_name; /* the content of the subjectAltName extension's OID */

/* AlgorithmIdentifier of the signature. */
void x509_put_algorithm(Arena *a, Buf *out);
/* Name of one relative name, the common name; empty when there is none. At most 64 characters by RFC 5280, A.1: the caller's. */
void x509_put_name(Arena *a, Str common_name, Buf *out);
/* SubjectPublicKeyInfo of an uncompressed point. */
void x509_put_key(Arena *a, Str point, Buf *out);
/* Extension. value: its content in DER. */
void x509_put_extension(Arena *a, Str oid, bool critical, Str value, Buf *out);
/* What was signed, the algorithm, the signature (ASN.1). */
void x509_put_signed(Arena *a, Str body, Str signature, Buf *out);

#endif
