#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

enum { BUF_FIRST_BYTES = 512 };

Buf buf_arena(Arena *a, size_t max_bytes) { return (Buf){.arena = a, .max_bytes = max_bytes}; }

Buf buf_fixed(void *mem, size_t bytes) { return (Buf){.p = mem, .cap = bytes, .max_bytes = bytes}; }

char *buf_reserve_slow(Buf *b, size_t n) {
    if (b->err)
        return NULL;
    if (n > b->max_bytes - b->n) {
        b->err = E_TOO_LARGE;
        b->cap = b->n; /* no later, smaller append slips in behind the gap */
        return NULL;
    }
    if (b->p && b->cap - b->n >= n)
        return b->p + b->n;
    if (!b->arena) {
        b->err = E_TOO_LARGE;
        return NULL;
    }
    size_t cap = b->cap ? b->cap : BUF_FIRST_BYTES;
    while (cap < b->n + n)
        cap *= 2;
    if (cap > b->max_bytes)
        cap = b->max_bytes;
    char *p = arena_raw(b->arena, cap);
    if (!p) {
        b->err = E_NOMEM;
        b->cap = b->n;
        return NULL;
    }
    if (b->n)
        memcpy(p, b->p, b->n);
    b->p = p;
    b->cap = cap;
    return p + b->n;
}

static char *digits(char *end, uint64_t v) {
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
        "49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697"
        "9899";
    while (v >= 100) {
        unsigned r = (unsigned)(v % 100) * 2;
        v /= 100;
        *--end = pairs[r + 1];
        *--end = pairs[r];
    }
    if (v >= 10) {
        *--end = pairs[v * 2 + 1];
        *--end = pairs[v * 2];
    } else {
        *--end = (char)('0' + v);
    }
    return end;
}

void buf_u64(Buf *b, uint64_t v) {
    char mem[24], *end = mem + sizeof mem, *from = digits(end, v);
    buf_put(b, from, (size_t)(end - from));
}

void buf_i64(Buf *b, int64_t v) {
    char mem[24], *end = mem + sizeof mem, *from = digits(end, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
    if (v < 0)
        *--from = '-';
    buf_put(b, from, (size_t)(end - from));
}

void buf_hex(Buf *b, const void *p, size_t n) {
    static const char hex[] = "0123456789abcdef";
    const unsigned char *from = p;
    char *to = buf_reserve(b, 2 * n);
    if (!to)
        return;
    for (size_t i = 0; i < n; i++) {
        *to++ = hex[from[i] >> 4];
        *to++ = hex[from[i] & 15];
    }
    b->n += 2 * n;
}

void buf_printf(Buf *b, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    /* vsnprintf wants room for its NUL, which is then not counted. */
    char *to = n < 0 ? NULL : buf_reserve(b, (size_t)n + 1);
    if (to) {
        vsnprintf(to, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}
