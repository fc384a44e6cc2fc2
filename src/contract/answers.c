#include "contract/answers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/rand.h"

typedef struct Slot {
    pthread_mutex_t lock;
    uint64_t version; /* 0: empty */
    int64_t until_ms;
    Str content_type; /* static text, as replies have it */
    char *bytes;      /* path, query, body */
    size_t path_n, query_n, body_n, cap;
} Slot;

struct Answers {
    SipKey key;
    _Atomic size_t bytes;
    Slot slots[ANSWERS_SLOTS];
};

Answers *answers_new(void) {
    Answers *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    rand_bytes(&a->key, sizeof a->key);
    for (size_t i = 0; i < ANSWERS_SLOTS; i++)
        pthread_mutex_init(&a->slots[i].lock, NULL);
    return a;
}

void answers_free(Answers *a) {
    for (size_t i = 0; a && i < ANSWERS_SLOTS; i++) {
        pthread_mutex_destroy(&a->slots[i].lock);
        free(a->slots[i].bytes);
    }
    free(a);
}

static Slot *slot_of(Answers *a, const Request *req) {
    return &a->slots[(siphash(&a->key, req->path.p, req->path.n) ^ siphash(&a->key, req->query.p, req->query.n) * 3) %
                     ANSWERS_SLOTS];
}

static bool same(const Slot *s, const Request *req) {
    return s->path_n == req->path.n && s->query_n == req->query.n && memcmp(s->bytes, req->path.p, s->path_n) == 0 &&
           (!s->query_n || memcmp(s->bytes + s->path_n, req->query.p, s->query_n) == 0);
}

bool answers_get(Answers *a, const Request *req, uint64_t version, int64_t now_ms, Reply *rep) {
    if (!a)
        return false;
    Slot *s = slot_of(a, req);
    pthread_mutex_lock(&s->lock);
    bool found = s->version && s->version == version && now_ms < s->until_ms && same(s, req);
    if (found) {
        char *to = buf_reserve(&rep->body, s->body_n);
        found = to != NULL;
        if (found) {
            memcpy(to, s->bytes + s->path_n + s->query_n, s->body_n);
            rep->body.n += s->body_n;
            rep->content_type = s->content_type;
            rep->status = 200;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return found;
}

/* Room for n bytes in a slot, within what all may have. The slot is locked. */
static bool room(Answers *a, Slot *s, size_t n) {
    enum { GRAIN = 4096 };
    if (n <= s->cap)
        return true;
    size_t cap = (n + GRAIN - 1) / GRAIN * GRAIN, more = cap - s->cap;
    if (atomic_fetch_add(&a->bytes, more) + more > ANSWERS_BYTES_MAX) {
        atomic_fetch_sub(&a->bytes, more);
        return false;
    }
    char *bytes = realloc(s->bytes, cap);
    if (!bytes) {
        atomic_fetch_sub(&a->bytes, more);
        return false;
    }
    s->bytes = bytes;
    s->cap = cap;
    return true;
}

void answers_put(Answers *a, const Request *req, uint64_t version, int64_t now_ms, const Reply *rep) {
    Str body = buf_str(&rep->body);
    size_t n = req->path.n + req->query.n + body.n;
    if (!a || !version || rep->status != 200 || rep->stream || rep->fixed.p || rep->headers.n || n > ANSWER_BYTES_MAX)
        return;
    Slot *s = slot_of(a, req);
    if (pthread_mutex_trylock(&s->lock))
        return; /* somebody has just what is wanted here, or is making it */
    s->version = 0;
    if (room(a, s, n)) {
        memcpy(s->bytes, req->path.p, req->path.n);
        if (req->query.n)
            memcpy(s->bytes + req->path.n, req->query.p, req->query.n);
        memcpy(s->bytes + req->path.n + req->query.n, body.p, body.n);
        s->path_n = req->path.n;
        s->query_n = req->query.n;
        s->body_n = body.n;
        s->content_type = rep->content_type;
        s->version = version;
        s->until_ms = now_ms + ANSWERS_MS;
    }
    pthread_mutex_unlock(&s->lock);
}
