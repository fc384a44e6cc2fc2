#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/failpoint.h"

struct ArenaBlock {
    ArenaBlock *next;
    size_t size; /* bytes of data */
    _Alignas(16) char data[];
};

void arena_init(Arena *a, size_t cap_bytes) { *a = (Arena){.cap_bytes = cap_bytes}; }

static ArenaBlock *block_new(Arena *a, size_t need) {
    size_t size = need > ARENA_BLOCK_BYTES ? need : ARENA_BLOCK_BYTES;
    if (a->spare && a->spare->size >= need) {
        ArenaBlock *b = a->spare;
        a->spare = b->next;
        return b;
    }
    if (size > a->cap_bytes - a->used_bytes || failpoint(FP_ARENA))
        return NULL;
    ArenaBlock *b = malloc(sizeof *b + size);
    if (b)
        b->size = size;
    return b;
}

void *arena_raw(Arena *a, size_t n) {
    size_t size = (n + 15) & ~(size_t)15;
    if (size < n || size > a->cap_bytes) {
        a->failed = true;
        return NULL;
    }
    if ((size_t)(a->end - a->at) < size || !a->at) {
        ArenaBlock *b = block_new(a, size);
        if (!b || b->size > a->cap_bytes - a->used_bytes) {
            if (b) {
                b->next = a->spare;
                a->spare = b;
            }
            a->failed = true;
            return NULL;
        }
        b->next = a->head;
        a->head = b;
        a->used_bytes += b->size;
        a->at = b->data;
        a->end = b->data + b->size;
    }
    void *p = a->at;
    a->at += size;
    return p;
}

void *arena_alloc(Arena *a, size_t n) {
    void *p = arena_raw(a, n);
    if (p && n)
        memset(p, 0, n);
    return p;
}

void *arena_array(Arena *a, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, bytes);
}

static void blocks_free(ArenaBlock *b) {
    while (b) {
        ArenaBlock *next = b->next;
        free(b);
        b = next;
    }
}

void arena_reset(Arena *a) {
    size_t kept = 0;
    ArenaBlock *all[2] = {a->head, a->spare}, *keep = NULL;
    for (size_t i = 0; i < COUNT(all); i++)
        for (ArenaBlock *b = all[i], *next; b; b = next) {
            next = b->next;
            if (b->size != ARENA_BLOCK_BYTES || kept + b->size > ARENA_KEEP_BYTES) {
                free(b);
                continue;
            }
            kept += b->size;
            b->next = keep;
            keep = b;
        }
    *a = (Arena){.cap_bytes = a->cap_bytes, .spare = keep};
}

void arena_free(Arena *a) {
    blocks_free(a->head);
    blocks_free(a->spare);
    *a = (Arena){0};
}

Str arena_str(Arena *a, Str s) {
    char *p = arena_raw(a, s.n);
    if (!p)
        return (Str){NULL, 0};
    if (s.n)
        memcpy(p, s.p, s.n);
    return (Str){p, s.n};
}

char *arena_cstr(Arena *a, Str s) {
    char *p = arena_raw(a, s.n + 1);
    if (!p)
        return NULL;
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return p;
}

Str arena_printf(Arena *a, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : arena_raw(a, (size_t)n + 1);
    if (p)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p ? (Str){p, (size_t)n} : (Str){NULL, 0};
}
