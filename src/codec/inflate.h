/* inflate.h - unpacks what the build packed: gzip members (RFC 1952 over RFC 1951), for clients that do not take gzip.
 *
 * Written to be small, not fast: assets are packed once, nearly every client takes them as they are. The output's size is known
 * to the caller, so nothing here allocates, and damaged input can neither write beyond the output nor read beyond the input. */
#ifndef CODEC_INFLATE_H
#define CODEC_INFLATE_H

#include "base/str.h"

/* Unpacks one gzip member into to[cap]; *n is how many bytes came out. False when it is not well-formed, does not fit, or its
 * CRC-32 or length does not match. Thread-safe. */
bool gunzip(Str packed, void *to, size_t cap, size_t *n);

#endif
