/* arena.h - memory with one lifetime.
 *
 * An Arena hands out memory that is all given back at once by arena_reset. One per request or job; capped, so that one
 * request cannot eat the board. Not thread-safe: an arena belongs to one thread at a time.
 * Blocks are kept over a reset up to ARENA_KEEP_BYTES, so that a warm worker does not call malloc at all. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

enum { ARENA_BLOCK_BYTES = 16 * 1024, ARENA_KEEP_BYTES = 64 * 1024 };

typedef struct ArenaBlock ArenaBlock;
typedef struct Arena {
    ArenaBlock *head; /* the block being filled; older ones behind it */
    char *at, *end;
    size_t used_bytes; /* in blocks, this round */
    size_t cap_bytes;
    bool failed; /* an allocation was refused since the last reset */
    ArenaBlock *spare;
} Arena;

/* Prepares an empty arena that will never hold more than cap_bytes. Allocates nothing yet. */
void arena_init(Arena *a, size_t cap_bytes);
/* Forgets everything handed out; keeps a few blocks for the next round. */
void arena_reset(Arena *a);
/* Gives all memory back to the system. The arena must be initialised again before use. */
void arena_free(Arena *a);
/* `n` bytes, aligned for any type, zeroed. NULL when the cap is reached or memory is out (then a->failed). n == 0 gives
 * a valid pointer. */
void *arena_alloc(Arena *a, size_t n);
/* As arena_alloc, not zeroed. */
void *arena_raw(Arena *a, size_t n);
/* `count` objects of `size` bytes, zeroed; overflow is refused. */
void *arena_array(Arena *a, size_t count, size_t size);
#define ARENA_NEW(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define ARENA_ARRAY(a, n, T) ((T *)arena_array((a), (n), sizeof(T)))
/* A copy of s in the arena. {NULL,0} when memory is out. */
Str arena_str(Arena *a, Str s);
/* A NUL-terminated copy, or NULL when memory is out. */
char *arena_cstr(Arena *a, Str s);
/* printf into the arena; {NULL,0} when memory is out. */
Str arena_printf(Arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
