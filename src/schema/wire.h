/* wire.h - varints of the record encoding, shared by record.c and list.c only.
 *
 * Base-128 varints and zigzag as in Protocol Buffers (protobuf.dev/programming-guides/encoding). */
#ifndef SCHEMA_WIRE_H
#define SCHEMA_WIRE_H

#include "base/buf.h"

enum { VARINT_BYTES_MAX = 10 };

static inline uint64_t zigzag(int64_t v) { return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63); }
static inline int64_t unzigzag(uint64_t u) { return (int64_t)(u >> 1) ^ -(int64_t)(u & 1); }

/* Writes v at `to` (VARINT_BYTES_MAX bytes of room) and returns the end. */
static inline uint8_t *varint_put(uint8_t *to, uint64_t v) {
    while (v >= 0x80) {
        *to++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *to++ = (uint8_t)v;
    return to;
}

/* What was read, and what follows it: NULL when it is cut off or exceeds 64 bits. By value, so that it stays in registers. */
typedef struct Varint {
    const uint8_t *next;
    uint64_t v;
} Varint;

/* Reads one of any length from [p, end). */
Varint varint_get_slow(const uint8_t *p, const uint8_t *end);

/* The same; most have one byte or two. */
static inline Varint varint_get(const uint8_t *p, const uint8_t *end) {
    if (end - p >= 2) {
        if (p[0] < 0x80)
            return (Varint){p + 1, p[0]};
        if (p[1] < 0x80)
            return (Varint){p + 2, (p[0] & 0x7fu) | (unsigned)p[1] << 7};
    }
    return varint_get_slow(p, end);
}

#endif
