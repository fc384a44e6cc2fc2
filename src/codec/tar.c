#include "codec/tar.h"

/* Offsets and lengths of the head's fields. Numbers are octal digits with a NUL behind. */
enum {
    AT_NAME = 0,
    AT_MODE = 100,
    AT_UID = 108,
    AT_GID = 116,
    AT_SIZE = 124,
    AT_MTIME = 136,
    AT_SUM = 148,
    AT_TYPE = 156,
    AT_MAGIC = 257,
    ID_DIGITS = 7,
    SIZE_DIGITS = 11,
    SUM_DIGITS = 6
};

static void octal(char *to, int digits, int64_t v) {
    for (int i = digits - 1; i >= 0; i--, v >>= 3)
        to[i] = (char)('0' + (v & 7));
}

void tar_head(Buf *out, Str name, int64_t size, int64_t mtime_s) {
    char head[TAR_BLOCK_BYTES] = {0};
    unsigned sum = 0;
    if (!name.n || name.n > TAR_NAME_BYTES_MAX || size < 0 || size > TAR_SIZE_BYTES_MAX) {
        out->err = E_INVALID;
        return;
    }
    memcpy(head + AT_NAME, name.p, name.n);
    octal(head + AT_MODE, ID_DIGITS, 0644);
    octal(head + AT_UID, ID_DIGITS, 0);
    octal(head + AT_GID, ID_DIGITS, 0);
    octal(head + AT_SIZE, SIZE_DIGITS, size);
    octal(head + AT_MTIME, SIZE_DIGITS, mtime_s > 0 && mtime_s <= TAR_SIZE_BYTES_MAX ? mtime_s : 0);
    head[AT_TYPE] = '0';
    memcpy(head + AT_MAGIC, "ustar\00000", 8);
    /* The sum is taken with blanks in its own place. */
    memset(head + AT_SUM, ' ', 8);
    for (size_t i = 0; i < sizeof head; i++)
        sum += (unsigned char)head[i];
    octal(head + AT_SUM, SUM_DIGITS, sum);
    head[AT_SUM + SUM_DIGITS] = 0;
    buf_add(out, str_of(head, sizeof head));
}

size_t tar_pad(int64_t size) { return (size_t)(-size & (TAR_BLOCK_BYTES - 1)); }

void tar_end(Buf *out) {
    static const char zeros[2 * TAR_BLOCK_BYTES];
    buf_add(out, str_of(zeros, sizeof zeros));
}
