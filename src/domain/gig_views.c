/* Views are counted in memory and written now and then: reading a gig must not cost a disk sync. What is counted is lost with the process,
 * which is the price of a number that nobody's money depends on. */
#include <pthread.h>

#include "domain/gig_internal.h"

enum { VIEW_SLOTS = 1024, VIEW_PROBES = 16 };

static struct {
    pthread_mutex_t lock;
    struct {
        int64_t gig, count;
    } slot[VIEW_SLOTS];
} views = {.lock = PTHREAD_MUTEX_INITIALIZER};

int64_t gig_views_count(int64_t gig, int64_t add) {
    int64_t count = 0;
    size_t at = (size_t)((uint64_t)gig * 0x9E3779B97F4A7C15u >> 40) % VIEW_SLOTS;
    pthread_mutex_lock(&views.lock);
    for (size_t i = 0; i < VIEW_PROBES; i++, at = (at + 1) % VIEW_SLOTS) {
        if (views.slot[at].gig != gig && views.slot[at].gig != 0)
            continue;
        /* A full neighbourhood loses the view; the flush makes room every few seconds. */
        if (views.slot[at].gig == gig || add) {
            views.slot[at].gig = gig;
            count = views.slot[at].count += add;
        }
        break;
    }
    pthread_mutex_unlock(&views.lock);
    return count;
}

typedef struct Taken {
    int64_t gig, count;
} Taken;

/* Everything must leave at once: a probe chain with a hole in it would lose what stands behind. */
static size_t take_all(Taken *to) {
    size_t n = 0;
    pthread_mutex_lock(&views.lock);
    for (size_t i = 0; i < VIEW_SLOTS; i++) {
        if (views.slot[i].gig)
            to[n++] = (Taken){views.slot[i].gig, views.slot[i].count};
        views.slot[i].gig = views.slot[i].count = 0;
    }
    pthread_mutex_unlock(&views.lock);
    return n;
}

Err gig_views_flush(Call *c) {
    Taken *taken = ARENA_ARRAY(c->arena, VIEW_SLOTS, Taken);
    if (!taken)
        return E_NOMEM;
    size_t n = take_all(taken);
    for (size_t i = 0; i < n; i++) {
        Gig g;
        Err e = rec_get(c->tx, &GIG, taken[i].gig, &g);
        if (e == E_MISSING)
            continue;
        g.views_count += taken[i].count;
        if (e == OK)
            e = rec_put(c->tx, &GIG, &g);
        if (e)
            return e;
    }
    return OK;
}
