#include <stdlib.h>
#include <unistd.h>

#include "net/conn.h"

enum { FREE, PARKED, OWNED, NOTIFIED, STATE_BITS = 2 };

static uint32_t word_of(uint32_t generation, uint32_t state) { return generation << STATE_BITS | state; }

NetConn *slot_at(HttpServer *s, uint32_t index) { return &s->chunk[index / SLOTS_PER_CHUNK][index % SLOTS_PER_CHUNK]; }

uint32_t slot_generation(const NetConn *c) { return atomic_load_explicit(&c->word, memory_order_relaxed) >> STATE_BITS; }

NetConn *slot_new(HttpServer *s) {
    NetConn *c = NULL;
    pthread_mutex_lock(&s->slots_mu);
    uint32_t made = atomic_load_explicit(&s->slots, memory_order_relaxed);
    if (s->free_slot != SLOT_NONE) {
        c = slot_at(s, s->free_slot);
        s->free_slot = c->next;
    } else if (made < s->cfg.connections_max) {
        NetConn **chunk = &s->chunk[made / SLOTS_PER_CHUNK];
        if (!*chunk)
            *chunk = calloc(SLOTS_PER_CHUNK, sizeof(NetConn));
        if (*chunk) {
            c = slot_at(s, made);
            c->index = made;
            atomic_store_explicit(&s->slots, made + 1, memory_order_release);
        }
    }
    pthread_mutex_unlock(&s->slots_mu);
    if (!c)
        return NULL;
    uint32_t index = c->index, generation = slot_generation(c);
    memset((char *)c + offsetof(NetConn, index), 0, sizeof *c - offsetof(NetConn, index));
    c->index = index;
    c->fd = -1;
    atomic_store_explicit(&c->phase, PHASE_HEAD, memory_order_relaxed);
    atomic_store_explicit(&c->hangup, false, memory_order_relaxed);
    atomic_store_explicit(&c->deadline_ms, INT64_MAX, memory_order_relaxed);
    atomic_store_explicit(&c->word, word_of(generation, OWNED), memory_order_release);
    return c;
}

void slot_free(HttpServer *s, NetConn *c) {
    uint32_t generation = slot_generation(c) + 1;
    atomic_store_explicit(&c->deadline_ms, INT64_MAX, memory_order_relaxed);
    atomic_store_explicit(&c->word, word_of(generation, FREE), memory_order_release);
    pthread_mutex_lock(&s->slots_mu);
    c->next = s->free_slot;
    s->free_slot = c->index;
    pthread_mutex_unlock(&s->slots_mu);
}

bool slot_take(NetConn *c, uint32_t generation) {
    uint32_t word = atomic_load_explicit(&c->word, memory_order_relaxed);
    for (;;) {
        uint32_t next;
        if (word == word_of(generation, PARKED))
            next = word_of(generation, OWNED);
        else if (word == word_of(generation, OWNED))
            next = word_of(generation, NOTIFIED);
        else
            return false;
        if (atomic_compare_exchange_weak_explicit(&c->word, &word, next, memory_order_acq_rel, memory_order_relaxed))
            return next == word_of(generation, OWNED);
    }
}

bool slot_take_parked(NetConn *c) {
    uint32_t generation = slot_generation(c), word = word_of(generation, PARKED);
    return atomic_compare_exchange_strong_explicit(&c->word, &word, word_of(generation, OWNED), memory_order_acq_rel,
                                                   memory_order_relaxed);
}

bool slot_park(NetConn *c) {
    uint32_t generation = slot_generation(c), word = word_of(generation, OWNED);
    if (atomic_compare_exchange_strong_explicit(&c->word, &word, word_of(generation, PARKED), memory_order_acq_rel,
                                                memory_order_acquire))
        return true;
    atomic_store_explicit(&c->word, word_of(generation, OWNED), memory_order_release);
    return false;
}

/* ---- the ready list ---- */

static void ready_wake(HttpServer *s) {
    uint64_t one = 1;
    ssize_t put = write(s->ready_fd, &one, sizeof one);
    (void)put; /* can only say that the counter is full, and then it is awake */
}

void ready_push(HttpServer *s, NetConn *c) {
    c->next = SLOT_NONE;
    pthread_mutex_lock(&s->ready_mu);
    bool first = s->ready_head == SLOT_NONE;
    if (first)
        s->ready_head = c->index;
    else
        slot_at(s, s->ready_tail)->next = c->index;
    s->ready_tail = c->index;
    pthread_mutex_unlock(&s->ready_mu);
    if (first)
        ready_wake(s);
}

NetConn *ready_pop(HttpServer *s) {
    NetConn *c = NULL;
    pthread_mutex_lock(&s->ready_mu);
    if (s->ready_head != SLOT_NONE) {
        c = slot_at(s, s->ready_head);
        s->ready_head = c->next;
    }
    bool more = c && s->ready_head != SLOT_NONE;
    pthread_mutex_unlock(&s->ready_mu);
    if (more)
        ready_wake(s); /* the next worker comes along for the rest */
    return c;
}

void server_kick(HttpServer *s, uint32_t index, uint32_t generation) {
    NetConn *c = slot_at(s, index);
    if (slot_take(c, generation))
        ready_push(s, c);
}
