/* tokencache.h - access tokens whose signature was found good.
 *
 * A phone sends the same token with every request; checking its signature costs as much as all the rest of a small request. What
 * was verified once is remembered, whole, and compared in constant time. Only the signature is: whether the token's time is over
 * and whether its session still stands is looked at every time. The table is direct-mapped and takes memory only where it is
 * used. Thread-safe; a NULL cache remembers nothing. */
#ifndef CONTRACT_TOKENCACHE_H
#define CONTRACT_TOKENCACHE_H

#include "contract/engine.h"

typedef struct TokenCache TokenCache;

enum {
    TOKENCACHE_SLOTS = 1024,     /* a power of two */
    TOKENCACHE_BYTES_MAX = 384   /* longer tokens are verified every time; ours have some 320 */
};

/* NULL: no memory. */
TokenCache *tokencache_new(void);
void tokencache_free(TokenCache *c); /* wipes it */
/* What this very token was found to say. */
bool tokencache_get(TokenCache *c, Str token, Token *out);
/* The signature of `token` is good and it says `t`. */
void tokencache_put(TokenCache *c, Str token, const Token *t);

#endif
