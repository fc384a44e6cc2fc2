#include "realtime/session.h"

#include "codec/form.h"
#include "domain/conversation.h"

_Static_assert(sizeof(((Room *)0)->users) / sizeof(int64_t) == MEMBERS_MAX, "all of them");

/* ---- transactions ---- */

typedef struct Step {
    Hub *hub;
    Client *cl;
    Arena *a;
    Diag *diag;
    SocketFn *fn;
    void *arg;
} Step;

static Err step_in(Tx *tx, void *arg) {
    Step *s = arg;
    Diag aside = {0};
    Token token = {.user = client_user(s->cl), .session = client_session(s->cl)};
    Call c = {.tx = tx, .arena = s->a, .diag = s->diag ? s->diag : &aside, .now_ms = tx_now_ms(tx), .cfg = hub_domain(s->hub)};
    diag_clear(c.diag);
    Err e = token.user ? engine_actor(hub_engine(s->hub), &c, &token, &c.actor) : OK;
    return e ? e : s->fn(&c, s->arg);
}

Err socket_read(Hub *hub, Client *cl, Arena *a, Diag *d, SocketFn *fn, void *arg) {
    Step s = {hub, cl, a, d, fn, arg};
    Tx *tx;
    Err e = store_read(hub_store(hub), a, &tx);
    if (e)
        return e;
    e = step_in(tx, &s);
    store_read_end(tx);
    return e;
}

Err socket_write(Hub *hub, Client *cl, Arena *a, Diag *d, SocketFn *fn, void *arg) {
    Step s = {hub, cl, a, d, fn, arg};
    return store_write(hub_store(hub), step_in, &s);
}

/* ---- who it is ---- */

typedef struct Sign {
    Hub *hub;
    const Token *token;
    Actor actor;
} Sign;

static Err sign(Call *c, void *arg) {
    Sign *s = arg;
    return engine_actor(hub_engine(s->hub), c, s->token, &s->actor);
}

/* Not by socket_read: that checks the session the client had before. */
static Err actor_of(Hub *hub, Sign *s, Arena *a) {
    Tx *tx;
    Diag diag = {0};
    Err e = store_read(hub_store(hub), a, &tx);
    if (e)
        return e;
    Call c = {.tx = tx, .arena = a, .diag = &diag, .now_ms = tx_now_ms(tx), .cfg = hub_domain(hub)};
    e = sign(&c, s);
    store_read_end(tx);
    return e;
}

Err socket_token(Hub *hub, Client *cl, Str text, Arena *a) {
    Token token;
    Err e = engine_token_check(hub_engine(hub), text, clock_now_ms(), &token, NULL);
    Sign s = {.hub = hub, .token = &token};
    if (e == OK)
        e = actor_of(hub, &s, a);
    if (e == OK && client_session(cl) != s.actor.session)
        hub_client_identify(hub, cl, s.actor.user, s.actor.session, s.actor.rights);
    return e;
}

Str socket_query(const Request *req, const char *name) {
    Form query;
    Str value;
    if (form_parse(req->arena, req->query, &query) != OK || !form_get(&query, str_c0(name), &value))
        return (Str){NULL, 0};
    return value;
}

Err socket_identify(Hub *hub, Client *cl, const Request *req) {
    bool by_cookie = false;
    Str token = socket_query(req, "token");
    if (!token.n)
        token = engine_token_of(req, &by_cookie);
    if (!token.n || (by_cookie && engine_same_origin(req)))
        return E_UNAUTHORIZED;
    return socket_token(hub, cl, token, req->arena);
}

Str socket_segment(Str path, unsigned n) {
    Str part = {NULL, 0};
    if (path.n && path.p[0] == '/')
        path = str_from(path, 1);
    for (unsigned i = 0; i <= n; i++)
        if (!str_split(&path, '/', &part))
            return (Str){NULL, 0};
    return part;
}

bool socket_rate(Hub *hub, Client *cl, Arena *a) {
    int64_t retry_s;
    Buf key = buf_arena(a, 64);
    buf_printf(&key, "ws:%lld", (long long)client_user(cl));
    return !client_user(cl) || engine_rate(hub_engine(hub), RATE_OTHER, buf_str(&key), clock_now_ms(), &retry_s);
}

/* ---- rooms ---- */

static Err room_in(Call *c, void *arg) {
    Room *room = arg;
    Conversation v;
    Member all[MEMBERS_MAX];
    Err e = conversation_join(c, room->conversation, &v, all, &room->n);
    for (size_t i = 0; e == OK && i < room->n; i++)
        room->users[i] = all[i].user;
    return e;
}

Err socket_room(Hub *hub, Client *cl, Arena *a, int64_t conversation, Room *room) {
    *room = (Room){.conversation = conversation};
    return socket_read(hub, cl, a, NULL, room_in, room);
}

int socket_close(Err e) {
    switch (e) {
    case OK: return 0;
    case E_UNAUTHORIZED: return CLOSE_UNAUTHORIZED;
    case E_FORBIDDEN: return CLOSE_FORBIDDEN;
    case E_MISSING: return CLOSE_MISSING;
    default: return 1011;
    }
}
