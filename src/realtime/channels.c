#include "realtime/channels.h"

#include <stdlib.h>

#include "codec/json.h"
#include "contract/skillconnect/skillconnect.h"
#include "domain/agreement.h"
#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/gig.h"
#include "domain/order.h"
#include "realtime/session.h"

enum { CHANNELS_FRAME_BYTES = 1024 };

/* Ids are the integers themselves. */
static void put_id(Buf *b, const char *key, int64_t id) { buf_printf(b, "\"%s\":%lld", key, (long long)id); }

static void put_view(Hub *hub, Call *c, const View *view, const void *row, Buf *frame) {
    Render r;
    engine_render_init(hub_engine(hub), &skillconnect_contract, c, frame, &r);
    render_view(&r, view, row);
}

static bool segment_id(const Request *req, unsigned n, int64_t *id) {
    return str_i64(socket_segment(req->path, n), id) && *id > 0;
}

/* Who may not know that there is something is refused like who takes no part. */
static int refuse(Err e) {
    int code = socket_close(e);
    return code == CLOSE_MISSING ? CLOSE_FORBIDDEN : code;
}

static int ignore(Hub *hub, Client *cl, Str text, Arena *a) {
    (void)hub, (void)cl, (void)text, (void)a;
    return 0;
}

/* ---- chat ---- */

static void put_presence(Buf *b, int64_t conversation, int64_t user, bool online) {
    buf_lit(b, "{\"type\":\"presence\",");
    put_id(b, "conversation_id", conversation);
    buf_char(b, ',');
    put_id(b, "user_id", user);
    buf_printf(b, ",\"status\":\"%s\"}", online ? "online" : "offline");
}

typedef struct Frame {
    int64_t conversation;
    const Client *except;
    Str text;
} Frame;

static void send_in(Hub *hub, Client *cl, void *arg) {
    const Frame *f = arg;
    if (cl != f->except && client_tag(cl) == f->conversation)
        hub_send(hub, cl, f->text);
}

/* To every socket that is in this conversation, but one. */
static void to_room(Hub *hub, const Room *room, const Client *except, Str text) {
    Frame f = {room->conversation, except, text};
    hub_each(hub, &CHANNELS_CHAT, room->users, room->n, send_in, &f);
}

static void tell_presence(Hub *hub, Client *cl, const Room *room, bool online, Arena *a) {
    if (hub_count(hub, &CHANNELS_CHAT, client_user(cl), room->conversation, cl))
        return; /* here by another socket too */
    Buf b = buf_arena(a, CHANNELS_FRAME_BYTES);
    put_presence(&b, room->conversation, client_user(cl), online);
    to_room(hub, room, cl, buf_str(&b));
}

static int chat_open(Hub *hub, Client *cl, const Request *req) {
    Room room;
    int64_t id;
    Err e = socket_identify(hub, cl, req);
    if (e == OK)
        e = segment_id(req, 3, &id) ? socket_room(hub, cl, req->arena, id, &room) : E_MISSING;
    if (e)
        return refuse(e);
    Room *kept = malloc(sizeof *kept);
    if (!kept)
        return 1011;
    *kept = room;
    client_set_state(cl, kept, free);
    client_set_tag(cl, id);
    tell_presence(hub, cl, &room, true, req->arena);
    for (size_t i = 0; i < room.n; i++) {
        if (room.users[i] == client_user(cl) || !hub_count(hub, &CHANNELS_CHAT, room.users[i], id, cl))
            continue;
        Buf b = buf_arena(req->arena, CHANNELS_FRAME_BYTES);
        put_presence(&b, id, room.users[i], true);
        hub_send(hub, cl, buf_str(&b));
    }
    return 0;
}

static void chat_closed(Hub *hub, Client *cl) {
    const Room *room = client_state(cl);
    Arena a;
    if (!room)
        return;
    arena_init(&a, HUB_ARENA_BYTES);
    tell_presence(hub, cl, room, false, &a);
    arena_free(&a);
}

static int chat_message(Hub *hub, Client *cl, Str text, Arena *a) {
    const Json *root;
    Room room;
    if (json_parse(a, text, &root, NULL) || json_type(root) != JSON_OBJECT ||
        !str_eq(json_str(json_get(root, S("type"))), S("typing")))
        return 0;
    if (!socket_rate(hub, cl, a))
        return 0;
    Err e = socket_room(hub, cl, a, client_tag(cl), &room); /* the session may have ended */
    if (e)
        return refuse(e);
    const Json *typing = json_get(root, S("typing"));
    if (json_type(typing) == JSON_ABSENT)
        typing = json_get(root, S("is_typing"));
    Buf b = buf_arena(a, CHANNELS_FRAME_BYTES);
    buf_lit(&b, "{\"type\":\"typing\",");
    put_id(&b, "conversation_id", room.conversation);
    buf_char(&b, ',');
    put_id(&b, "user_id", client_user(cl));
    buf_printf(&b, ",\"typing\":%s}", json_type(typing) == JSON_ABSENT || json_bool(typing) ? "true" : "false");
    to_room(hub, &room, cl, buf_str(&b));
    return 0;
}

static bool chat_wants(const Client *cl, const Event *e) { return client_tag(cl) == e->conversation; }

static void chat_event(Hub *hub, Call *c, const Event *e, int64_t for_user, bool *per_user, Buf *frame) {
    (void)for_user, (void)per_user;
    Message m;
    if (e->type == EV_READ) {
        buf_lit(frame, "{\"type\":\"read\",");
        put_id(frame, "conversation_id", e->conversation);
        buf_char(frame, ',');
        put_id(frame, "user_id", e->actor);
        buf_char(frame, ',');
        put_id(frame, "message_id", e->subject);
        buf_char(frame, '}');
        return;
    }
    if ((e->type != EV_MESSAGE && e->type != EV_MESSAGE_EDIT) || rec_get(c->tx, &MESSAGE, e->subject, &m))
        return;
    if (e->type == EV_MESSAGE_EDIT)
        buf_lit(frame, "{\"type\":\"message_updated\",\"message\":");
    put_view(hub, c, &sc_talk_message_view, &m, frame);
    if (e->type == EV_MESSAGE_EDIT)
        buf_char(frame, '}');
}

const Dialect CHANNELS_CHAT = {.name = "channels chat",
                               .path = "/ws/messaging/chat/{id}",
                               .open = chat_open,
                               .message = chat_message,
                               .event = chat_event,
                               .wants = chat_wants,
                               .closed = chat_closed};

/* ---- notifications ---- */

static int plain_open(Hub *hub, Client *cl, const Request *req) { return refuse(socket_identify(hub, cl, req)); }

static Str name_of(Call *c, int64_t user) {
    User u;
    Str name = user && rec_get(c->tx, &USER, user, &u) == OK ? sc_name(&u) : (Str){NULL, 0};
    return name.n ? name : S("Somebody");
}

/* One notification: which order, about what, whose, its state, in words. */
static void put_note(Call *c, Buf *b, int64_t id, Str title, int64_t client, const char *status, Str text, int64_t at_ms) {
    Render r = {0};
    buf_char(b, '{');
    put_id(b, "id", id);
    buf_lit(b, ",\"title\":");
    json_put_str(b, title);
    buf_lit(b, ",\"client\":");
    json_put_str(b, name_of(c, client));
    buf_printf(b, ",\"status\":\"%s\",\"text\":", status);
    json_put_str(b, text);
    buf_lit(b, ",\"created_at\":");
    r.out = b;
    render_time(&r, TIME_ISO_Z, at_ms);
    buf_char(b, '}');
}

/* What a service order's state is called here; NULL: nothing that is told. */
static const char *order_word(const Event *e, const Order *o) {
    if (e->verb == VERB_CREATED)
        return "pending";
    if (e->verb != VERB_STATUS)
        return NULL;
    if (e->status == ORDER_IN_PROGRESS)
        return "accepted";
    if (e->status == ORDER_CANCELLED)
        return o->end == END_REJECTED ? "rejected" : "cancelled";
    return NULL;
}

static void note_order(Call *c, const Event *e, int64_t for_user, Buf *b) {
    Order o;
    if (rec_get(c->tx, &ORDER, e->subject, &o) || !o.service)
        return;
    const char *word = order_word(e, &o);
    if (!word)
        return;
    bool new = e->verb == VERB_CREATED;
    Str text = new ? arena_printf(c->arena, "New order received from %.*s for service '%.*s'.", STR_ARG(name_of(c, o.client)),
                                  STR_ARG(o.title))
                   : arena_printf(c->arena, "The order for service '%.*s' was %s by %.*s.", STR_ARG(o.title), word,
                                  STR_ARG(name_of(c, e->actor)));
    if ((new && for_user == o.doer) || (!new && for_user != e->actor))
        put_note(c, b, o.id, o.title, o.client, word, text, new ? o.created_ms : e->at_ms);
}

static void note_application(Call *c, const Event *e, int64_t for_user, Buf *b) {
    Application app;
    Gig g;
    if (for_user == e->actor || rec_get(c->tx, &APPLICATION, e->subject, &app) || rec_get(c->tx, &GIG, app.gig, &g))
        return;
    bool new = e->verb == VERB_CREATED;
    const char *word = new                                  ? "pending"
                       : e->status == APPLICATION_ACCEPTED  ? "accepted"
                       : e->status == APPLICATION_REJECTED  ? "rejected"
                       : e->status == APPLICATION_WITHDRAWN ? "cancelled"
                                                            : NULL;
    if (!word)
        return;
    Str text = new ? arena_printf(c->arena, "New application received from %.*s for proposal '%.*s'.",
                                  STR_ARG(name_of(c, app.doer)), STR_ARG(g.title))
                   : arena_printf(c->arena, "The application for proposal '%.*s' was %s.", STR_ARG(g.title), word);
    put_note(c, b, app.id, g.title, app.client, word, text, new ? app.created_ms : e->at_ms);
}

static void notes_event(Hub *hub, Call *c, const Event *e, int64_t for_user, bool *per_user, Buf *frame) {
    (void)hub;
    *per_user = e->type == EV_ORDER || e->type == EV_APPLICATION;
    if (!for_user)
        return;
    if (e->type == EV_ORDER)
        note_order(c, e, for_user, frame);
    else if (e->type == EV_APPLICATION)
        note_application(c, e, for_user, frame);
}

const Dialect CHANNELS_NOTIFICATIONS = {
    .name = "channels notifications", .path = "/ws/notifications", .open = plain_open, .message = ignore, .event = notes_event};

/* ---- contracts ---- */

/* A service order is the topic itself, a proposal order the negative. */
typedef struct Track {
    int64_t id;
    bool service;
} Track;

static Err track_in(Call *c, void *arg) {
    const Track *t = arg;
    AgreementListIn in = {.page = {.page = 1, .limit = 1}};
    PageOut out;
    *(t->service ? &in.order : &in.application) = t->id;
    Err e = t->service ? sc_service_order(c, t->id) : OK;
    return e ? e : agreement_list(c, &in, &out);
}

static int contracts_open(Hub *hub, Client *cl, const Request *req) {
    Str type = socket_segment(req->path, 3);
    Track t = {.service = str_eq(type, S("serviceorder")) || str_eq(type, S("service"))};
    Err e = socket_identify(hub, cl, req);
    if (e == OK && !t.service && !str_eq(type, S("proposalorder")) && !str_eq(type, S("proposal")))
        e = E_MISSING;
    if (e == OK)
        e = segment_id(req, 4, &t.id) ? socket_read(hub, cl, req->arena, NULL, track_in, &t) : E_MISSING;
    client_set_tag(cl, t.service ? t.id : -t.id);
    return refuse(e);
}

static bool contracts_wants(const Client *cl, const Event *e) {
    int64_t tag = client_tag(cl);
    return tag && (e->application ? tag == -e->application : tag == e->order);
}

/* The agreement that an order goes by: the newest that both signed. */
static bool signed_one(Call *c, const Event *e, Agreement *a) {
    const Index *ix = e->application ? AGREEMENT_BY_APPLICATION : AGREEMENT_BY_ORDER;
    Key key = key_of(ix);
    Scan *scan;
    bool found = false;
    key_i64(&key, e->application ? e->application : e->order);
    if (scan_open(c->tx, ix, (ScanRange){.prefix = &key, .descending = true}, &scan))
        return false;
    while (!found && scan_next_rec(scan, &AGREEMENT, a))
        found = a->status == AGREEMENT_ACCEPTED && !a->cancelled_ms;
    scan_close(scan);
    return found;
}

static void contracts_event(Hub *hub, Call *c, const Event *e, int64_t for_user, bool *per_user, Buf *frame) {
    (void)for_user, (void)per_user;
    Agreement a;
    bool there = e->type == EV_AGREEMENT                         ? rec_get(c->tx, &AGREEMENT, e->subject, &a) == OK
                 : e->type == EV_ORDER && e->verb == VERB_STATUS ? signed_one(c, e, &a)
                                                                 : false;
    if (there)
        put_view(hub, c, &sc_contract_view, &a, frame);
}

const Dialect CHANNELS_CONTRACTS = {.name = "channels contracts",
                                    .path = "/ws/messaging/contracts/{order_type}/{order_id}",
                                    .open = contracts_open,
                                    .message = ignore,
                                    .event = contracts_event,
                                    .wants = contracts_wants};
