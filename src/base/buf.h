/* buf.h - a bounded text and byte builder with a sticky error.
 *
 * Appends never fail one by one: after the first append that does not fit, b->err is set, nothing more is written, and
 * the caller checks once at the end. Memory comes from an arena (grows by doubling up to max_bytes) or is a fixed
 * buffer of the caller's. Not thread-safe. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"
#include "base/err.h"

typedef struct Buf {
    char *p;
    size_t n;         /* bytes written */
    size_t cap;       /* bytes there are */
    size_t max_bytes; /* bytes there may be */
    Arena *arena;     /* NULL: a fixed buffer */
    Err err;          /* OK, E_TOO_LARGE (max_bytes reached) or E_NOMEM */
} Buf;

/* An empty builder over the arena, at most max_bytes long. Allocates at the first append. */
Buf buf_arena(Arena *a, size_t max_bytes);
/* An empty builder over memory of the caller's. */
Buf buf_fixed(void *mem, size_t bytes);
static inline Str buf_str(const Buf *b) { return (Str){b->p, b->n}; }

/* Makes room for `n` more bytes and returns where they go, or NULL (b->err set). The caller writes them and adds to b->n. */
char *buf_reserve_slow(Buf *b, size_t n);
static inline char *buf_reserve(Buf *b, size_t n) { return b->cap - b->n >= n && b->p ? b->p + b->n : buf_reserve_slow(b, n); }
static inline void buf_put(Buf *b, const void *p, size_t n) {
    char *to = buf_reserve(b, n);
    if (to && n) {
        memcpy(to, p, n);
        b->n += n;
    }
}
static inline void buf_add(Buf *b, Str s) { buf_put(b, s.p, s.n); }
static inline void buf_char(Buf *b, char c) {
    char *to = buf_reserve(b, 1);
    if (to) {
        *to = c;
        b->n++;
    }
}
#define buf_lit(b, lit) buf_put((b), (lit), sizeof(lit) - 1)
/* Decimal digits. */
void buf_i64(Buf *b, int64_t v);
void buf_u64(Buf *b, uint64_t v);
/* Lower-case hex of n bytes. */
void buf_hex(Buf *b, const void *p, size_t n);
void buf_printf(Buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
