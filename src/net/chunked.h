/* chunked.h - decoding of Transfer-Encoding: chunked (RFC 9112, 7.1), strictly.
 *
 * Only CRLF ends a line, sizes are hex digits alone (at most 15), a chunk extension is skipped but bounded, trailer fields are
 * skipped but bounded: whatever two readers could take differently is an error. */
#ifndef NET_CHUNKED_H
#define NET_CHUNKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHUNK_EXTENSION_BYTES_MAX = 256, CHUNK_TRAILER_BYTES_MAX = 2048 };

typedef struct Chunked {
    uint64_t left;   /* of the chunk being read */
    uint32_t line;   /* bytes of the current line, or of all trailers */
    uint8_t state;   /* 0: start */
    uint8_t digits;
    bool line_empty; /* of a trailer line: nothing but CR so far */
} Chunked;

typedef enum ChunkedResult { CHUNKED_MORE, CHUNKED_DONE, CHUNKED_BAD } ChunkedResult;

/* Takes raw bytes in[0..n) and writes the payload to `to`, which may be `in` or anything before it. *used is how much of `in` was
 * consumed (all of it on CHUNKED_MORE), *made how much payload was written. Zero the Chunked before the first call. */
ChunkedResult chunked_feed(Chunked *c, const char *in, size_t n, char *to, size_t *used, size_t *made);

#endif
