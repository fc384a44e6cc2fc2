#include "contract/tokencache.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/rand.h"
#include "crypto/hmac.h"
#include "crypto/siphash.h"

enum { LOCKS = 16 };

typedef struct Slot {
    Token says;
    uint16_t n; /* 0: empty */
    char token[TOKENCACHE_BYTES_MAX];
} Slot;

struct TokenCache {
    SipKey key; /* which slot a token gets is nobody's to choose */
    pthread_mutex_t locks[LOCKS];
    Slot slots[TOKENCACHE_SLOTS];
};

TokenCache *tokencache_new(void) {
    TokenCache *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    rand_bytes(&c->key, sizeof c->key);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&c->locks[i], NULL);
    return c;
}

void tokencache_free(TokenCache *c) {
    if (!c)
        return;
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&c->locks[i]);
    for (int i = 0; i < TOKENCACHE_SLOTS; i++)
        if (c->slots[i].n) /* the others were never touched and take no memory */
            secret_wipe(&c->slots[i], sizeof c->slots[i]);
    free(c);
}

/* Locks and gives the slot. */
static Slot *enter(TokenCache *c, Str token, pthread_mutex_t **lock) {
    uint64_t at = siphash(&c->key, token.p, token.n) % TOKENCACHE_SLOTS;
    *lock = &c->locks[at % LOCKS];
    pthread_mutex_lock(*lock);
    return &c->slots[at];
}

bool tokencache_get(TokenCache *c, Str token, Token *out) {
    if (!c || !token.n || token.n > TOKENCACHE_BYTES_MAX)
        return false;
    pthread_mutex_t *lock;
    Slot *s = enter(c, token, &lock);
    bool found = ct_str_eq(str_of(s->token, s->n), token);
    if (found)
        *out = s->says;
    pthread_mutex_unlock(lock);
    return found;
}

void tokencache_put(TokenCache *c, Str token, const Token *t) {
    if (!c || !token.n || token.n > TOKENCACHE_BYTES_MAX)
        return;
    pthread_mutex_t *lock;
    Slot *s = enter(c, token, &lock);
    memcpy(s->token, token.p, token.n);
    s->n = (uint16_t)token.n;
    s->says = *t;
    pthread_mutex_unlock(lock);
}
