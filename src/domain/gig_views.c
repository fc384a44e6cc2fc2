/* Views are counted in memory and written now and then: reading a gig must not cost a disk sync. What is not written yet is lost
 * with the process, which is the price of a number that nobody's money depends on.
 *
 * A write function may run twice, or for nothing, so a count stays here until the record shows that it was committed. */
#include <pthread.h>

#include "domain/gig_internal.h"

enum { VIEW_SLOTS = 1024, VIEW_PROBES = 16 };

typedef struct Slot {
    int64_t gig;
    int64_t count;   /* views that are not known to be in the record */
    int64_t flushed; /* so many of them were written to it … */
    int64_t base;    /* … when it had this many */
} Slot;

static struct {
    pthread_mutex_t lock;
    Slot slot[VIEW_SLOTS];
} views = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The gig's slot, or an empty one, or NULL where its neighbourhood is full. Under the lock. */
static Slot *slot_of(int64_t gig) {
    size_t at = (size_t)((uint64_t)gig * 0x9E3779B97F4A7C15u >> 40) % VIEW_SLOTS;
    Slot *empty = NULL;
    for (size_t i = 0; i < VIEW_PROBES; i++, at = (at + 1) % VIEW_SLOTS) {
        if (views.slot[at].gig == gig)
            return &views.slot[at];
        if (!views.slot[at].gig && !empty)
            empty = &views.slot[at];
    }
    return empty;
}

static int64_t written(const Slot *s, int64_t stored) { return s->flushed && stored == s->base + s->flushed ? s->flushed : 0; }

int64_t gig_views_count(int64_t gig, int64_t add, int64_t stored) {
    int64_t count = 0;
    pthread_mutex_lock(&views.lock);
    Slot *s = slot_of(gig);
    /* A full neighbourhood loses the view; the flush makes room every few seconds. */
    if (s && (s->gig || add)) {
        s->gig = gig;
        s->count += add;
        count = s->count - written(s, stored);
    }
    pthread_mutex_unlock(&views.lock);
    return count;
}

/* What to add to a record that has `stored` views; frees the slot when there is nothing. */
static int64_t take(size_t at, int64_t gig, bool there, int64_t stored) {
    pthread_mutex_lock(&views.lock);
    Slot *s = &views.slot[at];
    int64_t count = 0;
    if (s->gig == gig) {
        s->count -= written(s, stored);
        s->flushed = 0;
        if (!there || s->count <= 0) {
            *s = (Slot){0};
        } else {
            s->base = stored;
            s->flushed = count = s->count;
        }
    }
    pthread_mutex_unlock(&views.lock);
    return count;
}

Err gig_views_flush(Call *c) {
    for (size_t at = 0; at < VIEW_SLOTS; at++) {
        pthread_mutex_lock(&views.lock);
        int64_t gig = views.slot[at].gig;
        pthread_mutex_unlock(&views.lock);
        Gig g = {0};
        if (!gig)
            continue;
        Err e = rec_get(c->tx, &GIG, gig, &g);
        if (e && e != E_MISSING)
            return e;
        int64_t count = take(at, gig, e == OK, g.views_count);
        g.views_count += count;
        if (count && (e = rec_put(c->tx, &GIG, &g)))
            return e;
    }
    return OK;
}
