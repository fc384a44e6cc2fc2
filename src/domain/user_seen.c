/* Who was here: noted in memory when a request comes, written now and then, so that reading does not write. What is noted is lost
 * with the process; the next request notes it again. */
#include <pthread.h>

#include "domain/row.h"
#include "domain/user.h"

enum { SEEN_SLOTS = 1024, SEEN_PROBES = 8 };

static struct {
    pthread_mutex_t lock;
    struct {
        int64_t user, at_ms;
    } slot[SEEN_SLOTS];
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER};

void user_seen(const User *u, int64_t now_ms) {
    if (now_ms - u->last_active_ms < MS_HOUR)
        return;
    size_t at = (size_t)((uint64_t)u->id * 0x9E3779B97F4A7C15u >> 40) % SEEN_SLOTS;
    pthread_mutex_lock(&seen.lock);
    /* Where there is no room, a later request of the same person finds some. */
    for (size_t i = 0; i < SEEN_PROBES; i++, at = (at + 1) % SEEN_SLOTS) {
        if (seen.slot[at].user && seen.slot[at].user != u->id)
            continue;
        seen.slot[at].user = u->id;
        seen.slot[at].at_ms = now_ms;
        break;
    }
    pthread_mutex_unlock(&seen.lock);
}

Err user_seen_flush(Call *c) {
    struct {
        int64_t user, at_ms;
    } taken[SEEN_SLOTS];
    size_t n = 0;
    pthread_mutex_lock(&seen.lock);
    for (size_t i = 0; i < SEEN_SLOTS; i++) {
        if (seen.slot[i].user) {
            taken[n].user = seen.slot[i].user;
            taken[n++].at_ms = seen.slot[i].at_ms;
        }
        seen.slot[i].user = 0;
    }
    pthread_mutex_unlock(&seen.lock);
    for (size_t i = 0; i < n; i++) {
        User u;
        Err e = rec_get(c->tx, &USER, taken[i].user, &u);
        if (e == E_MISSING || (e == OK && u.last_active_ms >= taken[i].at_ms))
            continue;
        u.last_active_ms = taken[i].at_ms;
        if (e == OK)
            e = rec_put(c->tx, &USER, &u);
        if (e)
            return e;
    }
    return OK;
}
