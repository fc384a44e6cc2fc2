/* tar.h - archives as tar reads them: POSIX.1-1988 ustar, files only. Pure, thread-safe. */
#ifndef CODEC_TAR_H
#define CODEC_TAR_H

#include "base/buf.h"

enum { TAR_BLOCK_BYTES = 512, TAR_NAME_BYTES_MAX = 100 };
#define TAR_SIZE_BYTES_MAX INT64_C(077777777777)

/* Appends the head of a file of `size` bytes; its content follows, then tar_pad. The name has 1 to TAR_NAME_BYTES_MAX bytes.
 * out->err E_INVALID when that or the size does not fit. */
void tar_head(Buf *out, Str name, int64_t size, int64_t mtime_s);
/* How many zero bytes follow a content of this size. */
size_t tar_pad(int64_t size);
/* Appends what ends an archive. */
void tar_end(Buf *out);

#endif
