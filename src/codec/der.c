#include "codec/der.h"

#include <time.h>

enum { LONG_FORM = 0x80, LENGTH_BYTES_MAX = 2 };

/* Tag and length of an element whose content follows. */
static void head(Buf *out, int tag, size_t n) {
    if (n > UINT16_MAX) {
        out->err = out->err ? out->err : E_TOO_LARGE;
        return;
    }
    buf_char(out, (char)tag);
    if (n >= LONG_FORM) {
        int bytes = n <= UINT8_MAX ? 1 : LENGTH_BYTES_MAX;
        buf_char(out, (char)(LONG_FORM | bytes));
        if (bytes == LENGTH_BYTES_MAX)
            buf_char(out, (char)(n >> 8));
    }
    buf_char(out, (char)n);
}

void der_put(Buf *out, int tag, Str content) {
    head(out, tag, content.n);
    buf_add(out, content);
}

void der_put_buf(Buf *out, int tag, const Buf *inner) {
    if (inner->err != OK)
        out->err = inner->err;
    else
        der_put(out, tag, buf_str(inner));
}

void der_put_bits(Buf *out, Str bytes) {
    head(out, DER_BITS, bytes.n + 1);
    buf_char(out, 0); /* all bits of the last byte are used */
    buf_add(out, bytes);
}

void der_put_time(Buf *out, int64_t ms) {
    time_t s = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&s, &tm);
    char text[32];
    bool utc = tm.tm_year < 150;
    int n = (int)strftime(text, sizeof text, utc ? "%y%m%d%H%M%SZ" : "%Y%m%d%H%M%SZ", &tm);
    der_put(out, utc ? DER_UTC : DER_TIME, str_of(text, (size_t)n));
}
