/* hub.h - who is connected, and who hears what.
 *
 * Every open WebSocket is a client of the hub. A client speaks one dialect (campus, Channels, Phoenix, …): a row of functions
 * that authenticates it, understands its messages and words the events. One pump thread tails the stored events after each commit
 * and gives each to the clients of its audience; what is not worth storing (typing, presence) is relayed directly. Nothing here
 * blocks on a socket: the port's send queues, and drops a client that does not keep up. All functions are thread-safe unless said
 * otherwise. Lock order: hub, then the port's own locks; the port must not call the hub while holding one. */
#ifndef REALTIME_HUB_H
#define REALTIME_HUB_H

#include "contract/engine.h"
#include "domain/event.h"

typedef struct Hub Hub;
typedef struct Client Client;

enum {
    HUB_BATCH_EVENTS = 64,      /* events read in one transaction */
    HUB_FRAME_BYTES_MAX = 65536, /* one outgoing frame */
    HUB_TOPICS_MAX = 64,        /* subscriptions of one client */
    HUB_AUDIENCE_MAX = 512,     /* clients that one relay reaches, and one round of an event (the rest follows) */
    HUB_ARENA_BYTES = 1024 * 1024
};

/* The sockets below: filled by the app from the net layer. `conn` is the net layer's handle. */
typedef struct HubPort {
    void (*send)(void *conn, Str text); /* queues a text frame; never blocks */
    void (*send_binary)(void *conn, Str bytes);
    void (*close)(void *conn, int code, Str reason);
    void (*retain)(void *conn);
    void (*release)(void *conn);
} HubPort;

/* What a dialect makes of an event: appends one frame's text, or nothing when its clients do not hear of such events. Called once
 * per event and dialect while `c` reads; `for_user` is 0 then. When the wording differs by user, set *per_user and it is called
 * again for each. */
typedef struct Dialect {
    const char *name;
    const char *path; /* "/ws"; a {param} is matched like a route's */
    /* A socket wants in: may authenticate it from the request (hub_client_identify) and may send first frames. Returns 0 to go
     * on, or a close code (4401) sent after what was queued. */
    int (*open)(Hub *hub, Client *cl, const Request *req);
    /* A text frame came from the client; frames of one client come one after another. Returns 0 or a close code. */
    int (*message)(Hub *hub, Client *cl, Str text, Arena *a);
    /* NULL (such frames are refused with 1003), or the same of a binary frame. */
    int (*binary)(Hub *hub, Client *cl, Str bytes, Arena *a);
    void (*event)(Hub *hub, Call *c, const Event *e, int64_t for_user, bool *per_user, Buf *frame);
    /* NULL, or: does this identified client of the audience want it (its topics)? Called under the hub's lock. */
    bool (*wants)(const Client *cl, const Event *e);
    /* NULL: the frame goes to each such client as it is. Otherwise `frame` is only what all of them have in common, and this
     * sends the client what it makes of it, with hub_send or not at all. Called under the hub's lock: no other hub function. */
    void (*deliver)(Hub *hub, Client *cl, const Event *e, Str frame, Arena *a);
    /* NULL, or: the socket is gone. */
    void (*closed)(Hub *hub, Client *cl);
} Dialect;

typedef struct HubConfig {
    Store *store;
    HubPort port;
    const Dialect *const *dialects;
    size_t dialect_count;
    Engine *engine; /* tokens and ids, for the dialects */
    const DomainConfig *(*domain)(void *app); /* the configuration in force */
    void *app;
} HubConfig;

/* Starts the pump. Events older than now are not sent. E_NOMEM, E_IO. */
Hub *hub_start(const HubConfig *cfg, Err *err);
/* Stops the pump and forgets all clients; the sockets are the net layer's to close. hub_wake may still be called: the store's
 * writer tells of a commit after it has answered for it, so the hub is freed when the store is closed. NULL is fine. */
void hub_stop(Hub *hub);
void hub_free(Hub *hub);
/* A commit happened: give to store_on_commit. Returns at once. */
void hub_wake(void *hub);

/* ---- for the net layer, by way of the app ---- */

/* The dialect that serves this path, or NULL. */
const Dialect *hub_dialect(const Hub *hub, Str path);
/* Registers a socket (takes a reference on conn) and lets the dialect greet it. *close_code is 0, or what to close it with. NULL:
 * no memory. */
Client *hub_open(Hub *hub, const Dialect *d, void *conn, const Request *req, int *close_code);
/* A frame came. Returns 0 or a close code. */
int hub_message(Hub *hub, Client *cl, bool text, Str message);
/* The socket is gone: forgets the client. Call exactly once per hub_open. */
void hub_closed(Hub *hub, Client *cl);

/* ---- for dialects ---- */

Engine *hub_engine(const Hub *hub);
Store *hub_store(const Hub *hub);
const DomainConfig *hub_domain(const Hub *hub);
/* Binds the client to a user and session: from now on it is in that user's audience. */
void hub_client_identify(Hub *hub, Client *cl, int64_t user, int64_t session, int32_t rights);
int64_t client_user(const Client *cl);
int64_t client_session(const Client *cl);
int32_t client_rights(const Client *cl);
/* The dialect's own number for the client (a conversation, a version); 0 at first. */
int64_t client_tag(const Client *cl);
void client_set_tag(Client *cl, int64_t tag);
/* What else the dialect keeps about the client; given to drop() when the client is forgotten, and when replaced. To be set before
 * the client is identified: from then on `wants` and `deliver` may look at it from another thread. */
void client_set_state(Client *cl, void *state, void (*drop)(void *state));
void *client_state(const Client *cl);
/* Topics: what a client subscribed to, as the dialect numbers it. E_LIMIT over HUB_TOPICS_MAX; the same twice is one. */
Err hub_subscribe(Hub *hub, Client *cl, int64_t topic);
void hub_unsubscribe(Hub *hub, Client *cl, int64_t topic);
bool client_has_topic(const Client *cl, int64_t topic);
/* Sends one frame to this client. */
void hub_send(Hub *hub, Client *cl, Str text);
void hub_send_binary(Hub *hub, Client *cl, Str bytes);
/* Calls fn for every client that speaks d, of these users only (NULL: of all, those who are nobody too), under the hub's lock: fn
 * may call hub_send, and no other hub function. */
void hub_each(Hub *hub, const Dialect *d, const int64_t *users, size_t n, void (*fn)(Hub *hub, Client *cl, void *arg), void *arg);
/* How many clients of the user speak d and have this tag, not counting `except`. */
size_t hub_count(Hub *hub, const Dialect *d, int64_t user, int64_t tag, const Client *except);
/* Sends one frame to all clients of these users that speak dialect d (NULL: any), but not to `except`. With topic >= 0 only to
 * those who subscribed to it. */
void hub_relay(Hub *hub, const Dialect *d, const int64_t *users, size_t n, int64_t topic, const Client *except, Str text);
/* Whether the user has any identified socket open. */
bool hub_present(Hub *hub, int64_t user);

typedef struct HubStats {
    uint64_t clients, identified, events, frames;
} HubStats;
void hub_stats(Hub *hub, HubStats *out);

#endif
