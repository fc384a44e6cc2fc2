/* der.h - the Distinguished Encoding Rules of ASN.1 (X.690), as certificates are written in. Pure, thread-safe. */
#ifndef CODEC_DER_H
#define CODEC_DER_H

#include "base/buf.h"

enum {
    DER_BOOL = 0x01,
    DER_INT = 0x02,
    DER_BITS = 0x03,
    DER_OCTETS = 0x04,
    DER_OID = 0x06,
    DER_UTF8 = 0x0c,
    DER_UTC = 0x17,
    DER_TIME = 0x18, /* GeneralizedTime */
    DER_SEQ = 0x30,
    DER_SET = 0x31,
    DER_CTX0 = 0xa0,
    DER_CTX3 = 0xa3,
    DER_DNS = 0x82, /* in a GeneralName */
    DER_IP = 0x87
};

/* Appends one element: tag, length in its shortest form, content (below 64 KiB, else E_TOO_LARGE). */
void der_put(Buf *out, int tag, Str content);
/* The same around what was built before. */
void der_put_buf(Buf *out, int tag, const Buf *inner);
/* A bit string of whole bytes. */
void der_put_bits(Buf *out, Str bytes);
/* A time: two-digit years until 2049, four-digit ones from 2050 (RFC 5280, 4.1.2.5). */
void der_put_time(Buf *out, int64_t ms);

#endif
