#include "realtime/hub.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"

enum { HUB_BUCKETS = 1024 };

struct Client {
    Client *next_user;           /* in the bucket of its user */
    Client *prev_all, *next_all; /* in the list of all */
    void *conn;
    const Dialect *dialect;
    int64_t user, session, tag;
    int32_t rights;
    uint32_t topic_count;
    int64_t *topics; /* malloc'ed at the first subscription */
    void *state;
    void (*drop)(void *state);
};

struct Hub {
    HubConfig cfg;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t pump;
    bool pumping, stopping, dirty; /* under lock */
    Client *all;
    Client *users[HUB_BUCKETS];
    uint64_t clients, identified, events, frames; /* under lock */
    int64_t last_event;                           /* the pump's own */
};

static size_t bucket_of(int64_t user) { return (size_t)((uint64_t)user * 0x9E3779B97F4A7C15u >> 54) % HUB_BUCKETS; }

/* ---- clients ---- */

const Dialect *hub_dialect(const Hub *hub, Str path) {
    if (path.n > 1 && str_ends(path, S("/")))
        path.n--;
    for (size_t i = 0; i < hub->cfg.dialect_count; i++) {
        Str want = str_c0(hub->cfg.dialects[i]->path), have = path, w, h;
        bool same = true;
        if (want.n > 1 && str_ends(want, S("/")))
            want.n--;
        while (same && str_split(&want, '/', &w))
            same = str_split(&have, '/', &h) && ((w.n && w.p[0] == '{' && h.n) || str_eq(w, h));
        if (same && !have.p)
            return hub->cfg.dialects[i];
    }
    return NULL;
}

Client *hub_open(Hub *hub, const Dialect *d, void *conn, const Request *req, int *close_code) {
    Client *cl = calloc(1, sizeof *cl);
    *close_code = 0;
    if (!cl)
        return NULL;
    cl->conn = conn;
    cl->dialect = d;
    hub->cfg.port.retain(conn);
    pthread_mutex_lock(&hub->lock);
    cl->next_all = hub->all;
    if (hub->all)
        hub->all->prev_all = cl;
    hub->all = cl;
    hub->clients++;
    pthread_mutex_unlock(&hub->lock);
    *close_code = d->open(hub, cl, req);
    return cl;
}

int hub_message(Hub *hub, Client *cl, bool text, Str message) {
    Arena a;
    if (!text && !cl->dialect->binary)
        return 1003; /* RFC 6455 7.4.1: data of a type that is not taken */
    arena_init(&a, HUB_ARENA_BYTES);
    int code = text ? cl->dialect->message(hub, cl, message, &a) : cl->dialect->binary(hub, cl, message, &a);
    arena_free(&a);
    return code;
}

static void client_free(Hub *hub, Client *cl) {
    client_set_state(cl, NULL, NULL);
    hub->cfg.port.release(cl->conn);
    free(cl->topics);
    free(cl);
}

static void user_unlink(Hub *hub, Client *cl) {
    if (!cl->user)
        return;
    Client **at = &hub->users[bucket_of(cl->user)];
    while (*at != cl) {
        assert(*at);
        at = &(*at)->next_user;
    }
    *at = cl->next_user;
    hub->identified--;
}

void hub_closed(Hub *hub, Client *cl) {
    if (cl->dialect->closed)
        cl->dialect->closed(hub, cl);
    pthread_mutex_lock(&hub->lock);
    user_unlink(hub, cl);
    if (cl->prev_all)
        cl->prev_all->next_all = cl->next_all;
    else
        hub->all = cl->next_all;
    if (cl->next_all)
        cl->next_all->prev_all = cl->prev_all;
    hub->clients--;
    pthread_mutex_unlock(&hub->lock);
    client_free(hub, cl);
}

void hub_client_identify(Hub *hub, Client *cl, int64_t user, int64_t session, int32_t rights) {
    assert(user > 0);
    pthread_mutex_lock(&hub->lock);
    user_unlink(hub, cl);
    cl->user = user;
    cl->session = session;
    cl->rights = rights;
    size_t b = bucket_of(user);
    cl->next_user = hub->users[b];
    hub->users[b] = cl;
    hub->identified++;
    pthread_mutex_unlock(&hub->lock);
}

int64_t client_user(const Client *cl) { return cl->user; }
int64_t client_session(const Client *cl) { return cl->session; }
int32_t client_rights(const Client *cl) { return cl->rights; }
int64_t client_tag(const Client *cl) { return __atomic_load_n(&cl->tag, __ATOMIC_RELAXED); }
void client_set_tag(Client *cl, int64_t tag) { __atomic_store_n(&cl->tag, tag, __ATOMIC_RELAXED); }
void *client_state(const Client *cl) { return cl->state; }
void client_set_state(Client *cl, void *state, void (*drop)(void *state)) {
    if (cl->state)
        cl->drop(cl->state);
    cl->state = state;
    cl->drop = drop;
}
Engine *hub_engine(const Hub *hub) { return hub->cfg.engine; }
Store *hub_store(const Hub *hub) { return hub->cfg.store; }
const DomainConfig *hub_domain(const Hub *hub) { return hub->cfg.domain(hub->cfg.app); }

bool client_has_topic(const Client *cl, int64_t topic) {
    for (uint32_t i = 0; i < cl->topic_count; i++)
        if (cl->topics[i] == topic)
            return true;
    return false;
}

Err hub_subscribe(Hub *hub, Client *cl, int64_t topic) {
    Err e = OK;
    pthread_mutex_lock(&hub->lock);
    if (!cl->topics)
        cl->topics = malloc(HUB_TOPICS_MAX * sizeof *cl->topics);
    if (!cl->topics)
        e = E_NOMEM;
    else if (!client_has_topic(cl, topic)) {
        if (cl->topic_count == HUB_TOPICS_MAX)
            e = E_LIMIT;
        else
            cl->topics[cl->topic_count++] = topic;
    }
    pthread_mutex_unlock(&hub->lock);
    return e;
}

void hub_unsubscribe(Hub *hub, Client *cl, int64_t topic) {
    pthread_mutex_lock(&hub->lock);
    for (uint32_t i = 0; i < cl->topic_count; i++)
        if (cl->topics[i] == topic) {
            cl->topics[i] = cl->topics[--cl->topic_count];
            break;
        }
    pthread_mutex_unlock(&hub->lock);
}

/* ---- sending ---- */

void hub_send(Hub *hub, Client *cl, Str text) {
    hub->cfg.port.send(cl->conn, text);
    __atomic_fetch_add(&hub->frames, 1, __ATOMIC_RELAXED);
}

void hub_send_binary(Hub *hub, Client *cl, Str bytes) {
    hub->cfg.port.send_binary(cl->conn, bytes);
    __atomic_fetch_add(&hub->frames, 1, __ATOMIC_RELAXED);
}

/* The sockets one frame goes to, with a reference on each, so that sending needs no lock. A round of deliver() holds
 * HUB_AUDIENCE_MAX and the next one passes over as many as were served, which may serve one twice or skip one when sockets come
 * and go between rounds - a client that just came reads the state anyway. */
typedef struct Audience {
    void *conns[HUB_AUDIENCE_MAX];
    size_t n;
} Audience;

static void audience_send(Hub *hub, Audience *to, Str text) {
    for (size_t i = 0; i < to->n; i++) {
        hub->cfg.port.send(to->conns[i], text);
        hub->cfg.port.release(to->conns[i]);
    }
    __atomic_fetch_add(&hub->frames, to->n, __ATOMIC_RELAXED);
    to->n = 0;
}

static void audience_add(Hub *hub, Audience *to, Client *cl) {
    hub->cfg.port.retain(cl->conn);
    to->conns[to->n++] = cl->conn;
}

void hub_relay(Hub *hub, const Dialect *d, const int64_t *users, size_t n, int64_t topic, const Client *except, Str text) {
    Audience to = {.n = 0};
    pthread_mutex_lock(&hub->lock);
    for (size_t i = 0; i < n; i++)
        for (Client *cl = hub->users[bucket_of(users[i])]; cl && to.n < HUB_AUDIENCE_MAX; cl = cl->next_user)
            if (cl->user == users[i] && cl != except && (!d || cl->dialect == d) && (topic < 0 || client_has_topic(cl, topic)))
                audience_add(hub, &to, cl);
    pthread_mutex_unlock(&hub->lock);
    audience_send(hub, &to, text);
}

void hub_each(Hub *hub, const Dialect *d, const int64_t *users, size_t n, void (*fn)(Hub *, Client *, void *), void *arg) {
    pthread_mutex_lock(&hub->lock);
    for (size_t i = 0; users && i < n; i++)
        for (Client *cl = hub->users[bucket_of(users[i])]; cl; cl = cl->next_user)
            if (cl->user == users[i] && cl->dialect == d)
                fn(hub, cl, arg);
    for (Client *cl = users ? NULL : hub->all; cl; cl = cl->next_all)
        if (cl->dialect == d)
            fn(hub, cl, arg);
    pthread_mutex_unlock(&hub->lock);
}

size_t hub_count(Hub *hub, const Dialect *d, int64_t user, int64_t tag, const Client *except) {
    size_t n = 0;
    pthread_mutex_lock(&hub->lock);
    for (Client *cl = hub->users[bucket_of(user)]; cl; cl = cl->next_user)
        n += cl->user == user && cl->dialect == d && client_tag(cl) == tag && cl != except;
    pthread_mutex_unlock(&hub->lock);
    return n;
}

bool hub_present(Hub *hub, int64_t user) {
    bool found = false;
    pthread_mutex_lock(&hub->lock);
    for (Client *cl = hub->users[bucket_of(user)]; cl && !found; cl = cl->next_user)
        found = cl->user == user;
    pthread_mutex_unlock(&hub->lock);
    return found;
}

void hub_stats(Hub *hub, HubStats *out) {
    pthread_mutex_lock(&hub->lock);
    *out = (HubStats){.clients = hub->clients, .identified = hub->identified, .events = hub->events};
    pthread_mutex_unlock(&hub->lock);
    out->frames = __atomic_load_n(&hub->frames, __ATOMIC_RELAXED);
}

/* ---- the pump ---- */

static bool hears(const Client *cl, const Dialect *d, const Event *e) {
    return cl->dialect == d && cl->user && (!d->wants || d->wants(cl, e));
}

/* One frame to the clients of one user (or, user == 0, to everybody identified who speaks d). */
static void deliver(Hub *hub, const Dialect *d, const Event *e, int64_t user, Str text) {
    for (size_t served = 0, more = 1; more;) {
        Audience to = {.n = 0};
        size_t seen = 0;
        more = 0;
        pthread_mutex_lock(&hub->lock);
        Client *cl = user ? hub->users[bucket_of(user)] : hub->all;
        for (; cl; cl = user ? cl->next_user : cl->next_all) {
            if ((user && cl->user != user) || !hears(cl, d, e) || seen++ < served)
                continue;
            if (to.n == HUB_AUDIENCE_MAX) {
                more = 1;
                break;
            }
            audience_add(hub, &to, cl);
        }
        pthread_mutex_unlock(&hub->lock);
        served += to.n;
        audience_send(hub, &to, text);
    }
}

/* The same where each client gets what the dialect makes of it. */
static void deliver_each(Hub *hub, const Dialect *d, const Event *e, int64_t user, Str frame, Arena *a) {
    pthread_mutex_lock(&hub->lock);
    for (Client *cl = user ? hub->users[bucket_of(user)] : hub->all; cl; cl = user ? cl->next_user : cl->next_all)
        if ((!user || cl->user == user) && hears(cl, d, e))
            d->deliver(hub, cl, e, frame, a);
    pthread_mutex_unlock(&hub->lock);
}

static void give(Hub *hub, const Dialect *d, const Event *e, int64_t user, Str frame, Arena *a) {
    if (d->deliver)
        deliver_each(hub, d, e, user, frame, a);
    else
        deliver(hub, d, e, user, frame);
}

/* A session that ended takes its sockets with it. */
static void close_session(Hub *hub, int64_t user, int64_t session) {
    Audience to = {.n = 0};
    pthread_mutex_lock(&hub->lock);
    for (Client *cl = hub->users[bucket_of(user)]; cl && to.n < HUB_AUDIENCE_MAX; cl = cl->next_user)
        if (cl->user == user && (session == 0 || cl->session == session))
            audience_add(hub, &to, cl);
    pthread_mutex_unlock(&hub->lock);
    for (size_t i = 0; i < to.n; i++) {
        hub->cfg.port.close(to.conns[i], 4401, S("session ended"));
        hub->cfg.port.release(to.conns[i]);
    }
}

static void hand_out(Hub *hub, Call *c, const Event *e) {
    if (e->type == EV_SESSION && (e->verb == VERB_DELETED || e->verb == VERB_STATUS)) {
        int64_t user = e->actor;
        ListIter it = list_iter(&e->users);
        if (e->users.count)
            list_i64(&it, &user);
        close_session(hub, user, e->subject);
        return;
    }
    for (size_t i = 0; i < hub->cfg.dialect_count; i++) {
        const Dialect *d = hub->cfg.dialects[i];
        bool per_user = false;
        Buf frame = buf_arena(c->arena, HUB_FRAME_BYTES_MAX);
        d->event(hub, c, e, 0, &per_user, &frame);
        if (frame.err || (!per_user && frame.n == 0))
            continue;
        if (e->users.count == 0) {
            give(hub, d, e, 0, buf_str(&frame), c->arena);
            continue;
        }
        int64_t user;
        for (ListIter it = list_iter(&e->users); list_i64(&it, &user);) {
            if (per_user) {
                frame = buf_arena(c->arena, HUB_FRAME_BYTES_MAX);
                d->event(hub, c, e, user, &per_user, &frame);
            }
            if (frame.n && !frame.err)
                give(hub, d, e, user, buf_str(&frame), c->arena);
        }
    }
}

/* Gives out what happened since the last round; true when there may be more. The frames are worded inside the read transaction,
 * and queued there too: queueing is memory work and does not wait for any socket. */
static bool pump_round(Hub *hub, Arena *a) {
    Tx *tx;
    Event *events;
    size_t n = 0;
    arena_reset(a);
    Err e = store_read(hub->cfg.store, a, &tx);
    HubStats now;
    hub_stats(hub, &now);
    if (e == OK && now.identified == 0) {
        /* Nobody listens: pass over it all. Who comes later reads the state, not the past. */
        e = event_last(tx, &hub->last_event);
        store_read_end(tx);
    } else if (e == OK) {
        Diag diag = {0};
        Call c = {.tx = tx,
                  .arena = a,
                  .diag = &diag,
                  .now_ms = tx_now_ms(tx),
                  .actor = {.rights = RIGHT_SYSTEM},
                  .cfg = hub_domain(hub)};
        e = event_tail(tx, hub->last_event, HUB_BATCH_EVENTS, &events, &n);
        for (size_t i = 0; e == OK && i < n; i++) {
            hand_out(hub, &c, &events[i]);
            hub->last_event = events[i].id;
        }
        store_read_end(tx);
    }
    if (e)
        log_line(LOG_ERROR, "realtime", "cannot read events", "error=%s", err_name(e));
    pthread_mutex_lock(&hub->lock);
    hub->events += n;
    pthread_mutex_unlock(&hub->lock);
    return e == OK && n == HUB_BATCH_EVENTS;
}

static void *pump_main(void *arg) {
    Hub *hub = arg;
    Arena a;
    arena_init(&a, 4 * HUB_ARENA_BYTES);
    pthread_mutex_lock(&hub->lock);
    while (!hub->stopping) {
        if (!hub->dirty) {
            pthread_cond_wait(&hub->wake, &hub->lock);
            continue;
        }
        hub->dirty = false;
        pthread_mutex_unlock(&hub->lock);
        while (pump_round(hub, &a))
            ;
        pthread_mutex_lock(&hub->lock);
    }
    pthread_mutex_unlock(&hub->lock);
    arena_free(&a);
    return NULL;
}

void hub_wake(void *arg) {
    Hub *hub = arg;
    pthread_mutex_lock(&hub->lock);
    hub->dirty = true;
    pthread_cond_signal(&hub->wake);
    pthread_mutex_unlock(&hub->lock);
}

Hub *hub_start(const HubConfig *cfg, Err *err) {
    Hub *hub = calloc(1, sizeof *hub);
    Arena a;
    Tx *tx;
    if (!hub) {
        *err = E_NOMEM;
        return NULL;
    }
    hub->cfg = *cfg;
    pthread_mutex_init(&hub->lock, NULL);
    pthread_cond_init(&hub->wake, NULL);
    arena_init(&a, HUB_ARENA_BYTES);
    *err = store_read(cfg->store, &a, &tx);
    if (*err == OK) {
        *err = event_last(tx, &hub->last_event);
        store_read_end(tx);
    }
    arena_free(&a);
    if (*err == OK && pthread_create(&hub->pump, NULL, pump_main, hub) != 0)
        *err = E_NOMEM;
    if (*err == OK) {
        hub->pumping = true;
        return hub;
    }
    hub_free(hub);
    return NULL;
}

void hub_stop(Hub *hub) {
    if (!hub)
        return;
    if (hub->pumping) {
        pthread_mutex_lock(&hub->lock);
        hub->stopping = true;
        pthread_cond_signal(&hub->wake);
        pthread_mutex_unlock(&hub->lock);
        pthread_join(hub->pump, NULL);
    }
    for (Client *cl = hub->all, *next; cl; cl = next) {
        next = cl->next_all;
        client_free(hub, cl);
    }
    hub->all = NULL;
}

void hub_free(Hub *hub) {
    if (!hub)
        return;
    pthread_cond_destroy(&hub->wake);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}
