#include "realtime/campus.h"

#include "codec/json.h"
#include "contract/campus/campus.h"
#include "contract/render.h"
#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/file.h"
#include "domain/notification.h"
#include "domain/order.h"
#include "domain/user.h"
#include "domain/video_call.h"
#include "realtime/session.h"

enum { CAMPUS_ATTACHMENTS_MAX = MESSAGE_FILES_MAX };

/* One message under way. */
typedef struct Incoming {
    Hub *hub;
    Client *cl;
    Arena *a;
    const Json *data;
    Diag diag;
} Incoming;

/* ---- wording ---- */

static void add_id(Buf *b, const IdMap *ids, const Record *kind, int64_t id) {
    char text[IDMAP_UUID_CHARS];
    if (!id) {
        buf_lit(b, "null");
        return;
    }
    idmap_uuid(ids, kind->kind, id, text);
    buf_char(b, '"');
    buf_put(b, text, sizeof text);
    buf_char(b, '"');
}

static void frame_open(Buf *b, const char *event) { buf_printf(b, "{\"event\":\"%s\",\"data\":{", event); }
static void frame_close(Buf *b) { buf_lit(b, "}}"); }

static void send_error(Incoming *in, const char *code, Str message) {
    Buf b = buf_arena(in->a, 4096);
    frame_open(&b, "ERROR");
    buf_printf(&b, "\"code\":\"%s\",\"message\":", code);
    json_put_str(&b, message);
    frame_close(&b);
    hub_send(in->hub, in->cl, buf_str(&b));
}

static void send_err(Incoming *in, Err e) {
    static const struct {
        Err err;
        const char *code;
        Str message;
    } rows[] = {
        {E_INVALID, "VALIDATION_ERROR", STR_INIT("the message has faults")},
        {E_SYNTAX, "BAD_REQUEST", STR_INIT("not a frame of this protocol")},
        {E_UNAUTHORIZED, "UNAUTHORIZED", STR_INIT("sign in first")},
        {E_FORBIDDEN, "FORBIDDEN", STR_INIT("you do not take part in this")},
        {E_MISSING, "NOT_FOUND", STR_INIT("there is no such thing")},
        {E_STATE, "INVALID_STATE", STR_INIT("not possible in this state")},
        {E_LIMIT, "RATE_LIMITED", STR_INIT("too many messages")},
        {E_FULL, "STORAGE_FULL", STR_INIT("the box's disk is full")},
    };
    Str message = in->diag.message.n ? in->diag.message : in->diag.count ? in->diag.fields[0].message : (Str){NULL, 0};
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].err == e) {
            send_error(in, rows[i].code, message.n ? message : rows[i].message);
            return;
        }
    send_error(in, "INTERNAL_ERROR", S("something went wrong"));
}

/* ---- transactions ---- */

typedef struct Step {
    Incoming *in;
    Err (*fn)(Call *c, Incoming *in, void *arg);
    void *arg;
} Step;

static Err step_in(Call *c, void *arg) {
    Step *s = arg;
    return s->fn(c, s->in, s->arg);
}

static Err reading(Incoming *in, Err (*fn)(Call *, Incoming *, void *), void *arg) {
    Step s = {in, fn, arg};
    return socket_read(in->hub, in->cl, in->a, &in->diag, step_in, &s);
}

static Err writing(Incoming *in, Err (*fn)(Call *, Incoming *, void *), void *arg) {
    Step s = {in, fn, arg};
    return socket_write(in->hub, in->cl, in->a, &in->diag, step_in, &s);
}

/* ---- signing in ---- */

static Err authenticate(Incoming *in, Str text) {
    Err e = socket_token(in->hub, in->cl, text, in->a);
    if (e)
        return e;
    Buf b = buf_arena(in->a, 256);
    frame_open(&b, "AUTHENTICATED");
    buf_lit(&b, "\"userId\":");
    add_id(&b, engine_ids(hub_engine(in->hub)), &USER, client_user(in->cl));
    frame_close(&b);
    hub_send(in->hub, in->cl, buf_str(&b));
    return OK;
}

static int campus_open(Hub *hub, Client *cl, const Request *req) {
    Incoming in = {.hub = hub, .cl = cl, .a = req->arena};
    Str token = socket_query(req, "token");
    if (!token.p) {
        /* A browser's socket cannot have headers of its own, but it brings the cookie, from pages of this box only. What it does
         * not bring may follow as AUTHENTICATE. */
        bool by_cookie;
        token = engine_token_of(req, &by_cookie);
        if (token.n && (!by_cookie || engine_same_origin(req) == OK))
            authenticate(&in, token);
        return 0;
    }
    if (authenticate(&in, token) == OK)
        return 0;
    send_error(&in, "UNAUTHORIZED", S("the token is not good"));
    return CLOSE_UNAUTHORIZED;
}

static Err on_authenticate(Incoming *in) {
    Str token = json_str(json_get(in->data, S("token")));
    return authenticate(in, token);
}

/* ---- the other events ---- */

static Err id_of(Incoming *in, const char *name, const Record *kind, int64_t *id) {
    Str text = json_str(json_get(in->data, str_c0(name)));
    return idmap_uuid_id(engine_ids(hub_engine(in->hub)), kind->kind, text, id) ? OK : E_MISSING;
}

/* What a chat event is about: "orderId", or "conversationId" for talk about anything. */
typedef struct Chat {
    int64_t order, conversation;
    int64_t users[MEMBERS_MAX];
    size_t n;
} Chat;

/* Fills in who takes part, and the one id that was not said. */
static Err chat_users(Call *c, Incoming *in, void *arg) {
    (void)in;
    Chat *chat = arg;
    Conversation v;
    Member all[MEMBERS_MAX];
    if (chat->order) {
        Order o;
        Err e = order_chat_users(c, chat->order, chat->users);
        chat->n = 2;
        if (e == OK)
            e = rec_get(c->tx, &ORDER, chat->order, &o);
        chat->conversation = e ? 0 : o.conversation;
        return e;
    }
    Err e = conversation_join(c, chat->conversation, &v, all, &chat->n);
    chat->order = e ? 0 : v.order;
    for (size_t i = 0; e == OK && i < chat->n; i++)
        chat->users[i] = all[i].user;
    return e;
}

static Err chat_id(Incoming *in, Chat *chat) {
    *chat = (Chat){0};
    if (json_type(json_get(in->data, S("orderId"))) == JSON_STRING)
        return id_of(in, "orderId", &ORDER, &chat->order);
    return id_of(in, "conversationId", &CONVERSATION, &chat->conversation);
}

static Err chat_of(Incoming *in, Chat *chat) {
    Err e = chat_id(in, chat);
    return e ? e : reading(in, chat_users, chat);
}

/* Participants hear of everything without it; that one may hear is what is answered. */
static Err on_subscribe(Incoming *in) {
    Chat chat;
    Err e = chat_of(in, &chat);
    return e ? e : hub_subscribe(in->hub, in->cl, chat.order ? chat.order : -chat.conversation);
}

static void add_chat(Buf *b, const IdMap *ids, int64_t order, int64_t conversation) {
    buf_lit(b, "\"orderId\":");
    add_id(b, ids, &ORDER, order);
    buf_lit(b, ",\"conversationId\":");
    add_id(b, ids, &CONVERSATION, conversation);
}

static Err relay_typing(Incoming *in, const char *event) {
    Chat chat;
    Err e = chat_of(in, &chat);
    if (e)
        return e;
    const IdMap *ids = engine_ids(hub_engine(in->hub));
    Buf b = buf_arena(in->a, 512);
    frame_open(&b, event);
    add_chat(&b, ids, chat.order, chat.conversation);
    buf_lit(&b, ",\"userId\":");
    add_id(&b, ids, &USER, client_user(in->cl));
    frame_close(&b);
    for (size_t i = 0; i < chat.n; i++)
        if (chat.users[i] != client_user(in->cl))
            hub_relay(in->hub, &CAMPUS_DIALECT, &chat.users[i], 1, -1, in->cl, buf_str(&b));
    return OK;
}

static Err on_typing_start(Incoming *in) { return relay_typing(in, "TYPING_START"); }
static Err on_typing_stop(Incoming *in) { return relay_typing(in, "TYPING_STOP"); }

typedef struct ChatSend {
    Chat chat;
    MessageIn message;
} ChatSend;

static Err send_message(Call *c, Incoming *in, void *arg) {
    (void)in;
    const ChatSend *s = arg;
    Message m;
    if (!s->chat.order)
        return message_send(c, &s->message, &m);
    OrderMessageIn order = {.order = s->chat.order, .text = s->message.text, .files = s->message.files};
    return order_message_send(c, &order, &m);
}

/* Attachments come as file ids or addresses, or as objects that carry one, as messages show them. */
static bool attachment_of(Incoming *in, const Json *item, int64_t *id) {
    Str text = json_str(item);
    if (json_type(item) == JSON_OBJECT) {
        text = json_str(json_get(item, S("id")));
        text = text.n ? text : json_str(json_get(item, S("url")));
    }
    size_t at = text.n;
    while (at > 0 && text.p[at - 1] != '/')
        at--;
    return idmap_uuid_id(engine_ids(hub_engine(in->hub)), FILE_RECORD.kind, str_from(text, at), id);
}

static Err attachments_of(Incoming *in, List *out) {
    const Json *all = json_get(in->data, S("attachments")), *item;
    int64_t ids[CAMPUS_ATTACHMENTS_MAX];
    size_t n = 0;
    Str key;
    JsonType type = json_type(all);
    *out = (List){0};
    if (type == JSON_ABSENT || type == JSON_NULL)
        return OK;
    if (type != JSON_ARRAY || json_count(all) > CAMPUS_ATTACHMENTS_MAX)
        return diag_field(&in->diag, E_INVALID, S("attachments"), S("must be an array of file ids"));
    for (JsonIter it = json_iter(all); json_next(&it, &key, &item); n++) {
        if (!attachment_of(in, item, &ids[n]))
            return diag_field(&in->diag, E_INVALID, S("attachments"), S("must be an array of file ids"));
    }
    *out = list_of_i64s(in->a, ids, n);
    return out->count == n ? OK : E_NOMEM;
}

static Err on_chat(Incoming *in) {
    ChatSend m = {.message = {.kind = MESSAGE_KIND_AUTO, .text = json_str(json_get(in->data, S("text")))}};
    Str text = m.message.text;
    Err e = chat_id(in, &m.chat);
    m.message.conversation = m.chat.conversation;
    if (e == OK)
        e = attachments_of(in, &m.message.files);
    JsonType type = json_type(json_get(in->data, S("text")));
    if (e == OK && type != JSON_STRING && type != JSON_ABSENT && type != JSON_NULL)
        e = diag_field(&in->diag, E_INVALID, S("text"), S("must be text"));
    if (e == OK && text.n && memchr(text.p, 0, text.n))
        e = diag_field(&in->diag, E_INVALID, S("text"), S("must be text without control bytes"));
    /* The answer is the event: every participant hears of it, this socket too. */
    return e ? e : writing(in, send_message, &m);
}

static Err read_message(Call *c, Incoming *in, void *arg) {
    (void)in;
    Message m;
    return message_read(c, arg, &m);
}

static Err on_read(Incoming *in) {
    IdIn m;
    Err e = id_of(in, "messageId", &MESSAGE, &m.id);
    return e ? e : writing(in, read_message, &m);
}

/* ---- calls: what browsers say to each other to find a way for pictures and sound ---- */

enum { CALL_FIELDS_MAX = 8 };

typedef struct Ring {
    OpFn *op; /* what the word does to the call: nothing, join, end */
    int64_t id;
    Str room;
    int64_t users[MEMBERS_MAX];
    size_t n;
} Ring;

static Err ring_in(Call *c, Incoming *in, void *arg) {
    (void)in;
    Ring *r = arg;
    VideoCall v;
    int64_t user;
    Err e = r->id ? video_call_get(c, &(IdIn){r->id}, &v) : video_call_by_room(c, r->room, &v);
    if (e == OK && v.ended_ms && r->op != video_call_end)
        e = diag_fail(c->diag, E_STATE, "INVALID_STATE", S("the call is over"));
    if (e == OK && r->op)
        e = r->op(c, &(IdIn){v.id}, &v);
    if (e)
        return e;
    r->id = v.id;
    r->room = arena_str(in->a, v.room);
    r->n = 0;
    for (ListIter it = list_iter(&v.participants); r->n < MEMBERS_MAX && list_i64(&it, &user);)
        r->users[r->n++] = user;
    return OK;
}

/* The word with whatever came beside it (an offer, an answer, a candidate), and from whom: to the other participants; when it
 * decides something, to one's own other devices too, which stop ringing. */
static Err relay_call(Incoming *in, const char *event, OpFn *op, bool own_too) {
    Ring r = {.op = op, .room = json_str(json_get(in->data, S("roomId")))};
    const IdMap *ids = engine_ids(hub_engine(in->hub));
    const Json *v;
    Str key;
    size_t fields = 0;
    Err e = json_type(json_get(in->data, S("callId"))) == JSON_STRING ? id_of(in, "callId", &VIDEO_CALL, &r.id) : OK;
    if (e == OK)
        e = op ? writing(in, ring_in, &r) : reading(in, ring_in, &r);
    if (e)
        return e;
    Buf b = buf_arena(in->a, HUB_FRAME_BYTES_MAX);
    frame_open(&b, event);
    buf_lit(&b, "\"callId\":");
    add_id(&b, ids, &VIDEO_CALL, r.id);
    buf_lit(&b, ",\"roomId\":");
    json_put_str(&b, r.room);
    buf_lit(&b, ",\"userId\":");
    add_id(&b, ids, &USER, client_user(in->cl));
    for (JsonIter it = json_iter(in->data); json_next(&it, &key, &v);) {
        if (str_eq(key, S("callId")) || str_eq(key, S("roomId")) || str_eq(key, S("userId")) || ++fields > CALL_FIELDS_MAX)
            continue;
        buf_char(&b, ',');
        json_put_str(&b, key);
        buf_char(&b, ':');
        json_put_value(&b, v);
    }
    frame_close(&b);
    if (b.err)
        return diag_fail(&in->diag, E_INVALID, NULL, S("too long"));
    for (size_t i = 0; i < r.n; i++)
        if (own_too || r.users[i] != client_user(in->cl))
            hub_relay(in->hub, &CAMPUS_DIALECT, &r.users[i], 1, -1, in->cl, buf_str(&b));
    return OK;
}

static Err on_ring(Incoming *in) { return relay_call(in, "CALL_RING", NULL, false); }
static Err on_accept(Incoming *in) { return relay_call(in, "CALL_ACCEPT", video_call_join, true); }
static Err on_reject(Incoming *in) { return relay_call(in, "CALL_REJECT", video_call_end, true); }
static Err on_offer(Incoming *in) { return relay_call(in, "CALL_OFFER", NULL, false); }
static Err on_answer(Incoming *in) { return relay_call(in, "CALL_ANSWER", NULL, false); }
static Err on_ice(Incoming *in) { return relay_call(in, "CALL_ICE", NULL, false); }
static Err on_end(Incoming *in) { return relay_call(in, "CALL_END", video_call_end, true); }

static const struct {
    Str event;
    bool open; /* before signing in too */
    Err (*on)(Incoming *in);
} rows[] = {
    {STR_INIT("AUTHENTICATE"), true, on_authenticate},
    {STR_INIT("SUBSCRIBE_CHAT"), false, on_subscribe},
    {STR_INIT("CHAT_MESSAGE"), false, on_chat},
    {STR_INIT("MESSAGE_READ"), false, on_read},
    {STR_INIT("TYPING_START"), false, on_typing_start},
    {STR_INIT("TYPING_STOP"), false, on_typing_stop},
    {STR_INIT("CALL_RING"), false, on_ring},
    {STR_INIT("CALL_ACCEPT"), false, on_accept},
    {STR_INIT("CALL_REJECT"), false, on_reject},
    {STR_INIT("CALL_OFFER"), false, on_offer},
    {STR_INIT("CALL_ANSWER"), false, on_answer},
    {STR_INIT("CALL_ICE"), false, on_ice},
    {STR_INIT("CALL_END"), false, on_end},
};

static int campus_message(Hub *hub, Client *cl, Str text, Arena *a) {
    Incoming in = {.hub = hub, .cl = cl, .a = a};
    const Json *root;
    Err e = json_parse(a, text, &root, NULL);
    if (e == OK && json_type(root) != JSON_OBJECT)
        e = E_SYNTAX;
    Str event = e ? (Str){NULL, 0} : json_str(json_get(root, S("event")));
    size_t i = 0;
    while (i < COUNT(rows) && !str_eq(rows[i].event, event))
        i++;
    if (e == OK && i == COUNT(rows))
        e = diag_fail(&in.diag, client_user(cl) ? E_SYNTAX : E_UNAUTHORIZED, NULL,
                      client_user(cl) ? S("unknown event") : (Str){NULL, 0});
    if (e == OK && !rows[i].open && !client_user(cl))
        e = E_UNAUTHORIZED;
    if (e == OK && !socket_rate(hub, cl, a))
        e = E_LIMIT;
    in.data = e ? NULL : json_get(root, S("data"));
    if (e == OK)
        e = rows[i].on(&in);
    if (e)
        send_err(&in, e);
    return e == E_UNAUTHORIZED && client_user(cl) ? CLOSE_UNAUTHORIZED : 0;
}

/* ---- events ---- */

typedef struct Wording {
    Call *c;
    const IdMap *ids;
    const Event *e;
    Buf *b;
} Wording;

static void word_time(Buf *b, int64_t ms) {
    if (ms)
        buf_i64(b, ms);
    else
        buf_lit(b, "null");
}

static void word_message(Hub *hub, Wording *w) {
    Message m;
    Render r;
    int64_t file;
    bool first = true;
    if (rec_get(w->c->tx, &MESSAGE, w->e->subject, &m) != OK)
        return;
    frame_open(w->b, w->e->type == EV_MESSAGE ? "CHAT_MESSAGE" : "MESSAGE_UPDATED");
    buf_lit(w->b, "\"messageId\":");
    add_id(w->b, w->ids, &MESSAGE, m.id);
    buf_char(w->b, ',');
    add_chat(w->b, w->ids, m.order, m.conversation);
    buf_lit(w->b, ",\"senderId\":");
    add_id(w->b, w->ids, &USER, m.sender);
    buf_lit(w->b, ",\"text\":");
    json_put_str(w->b, m.text);
    buf_lit(w->b, ",\"attachments\":[");
    engine_render_init(hub_engine(hub), &campus_contract, w->c, w->b, &r);
    for (ListIter it = list_iter(&m.files); list_i64(&it, &file); first = false) {
        File f;
        if (rec_get(w->c->tx, &FILE_RECORD, file, &f) != OK)
            continue;
        if (!first)
            buf_char(w->b, ',');
        render_view(&r, &campus_file_view, &f);
    }
    buf_lit(w->b, "],\"reactions\":[");
    Reaction one;
    first = true;
    for (ListIter it = list_iter(&m.reactions); list_rec(&it, &REACTION, &one); first = false) {
        buf_add(w->b, first ? S("{\"userId\":") : S(",{\"userId\":"));
        add_id(w->b, w->ids, &USER, one.user);
        buf_lit(w->b, ",\"emoji\":");
        json_put_str(w->b, one.emoji);
        buf_char(w->b, '}');
    }
    buf_lit(w->b, "],\"createdAt\":");
    word_time(w->b, m.created_ms);
    if (m.edited_ms) {
        buf_lit(w->b, ",\"editedAt\":");
        word_time(w->b, m.edited_ms);
    }
    frame_close(w->b);
}

static void word_read(Wording *w) {
    frame_open(w->b, "MESSAGE_READ");
    buf_lit(w->b, "\"messageId\":");
    add_id(w->b, w->ids, &MESSAGE, w->e->subject);
    buf_char(w->b, ',');
    add_chat(w->b, w->ids, w->e->order, w->e->conversation);
    buf_lit(w->b, ",\"userId\":");
    add_id(w->b, w->ids, &USER, w->e->actor);
    frame_close(w->b);
}

static void word_order(Wording *w) {
    /* The contract shows a revision as work in progress, and never rests in approved. */
    static const char *const status[ORDER_STATUS_COUNT] = {
        [ORDER_PENDING] = "pending_payment", [ORDER_PENDING_PAYMENT] = "pending_payment",
        [ORDER_IN_PROGRESS] = "in_progress", [ORDER_SUBMITTED] = "submitted",
        [ORDER_IN_REVISION] = "in_progress", [ORDER_APPROVED] = "approved",
        [ORDER_COMPLETED] = "completed",     [ORDER_CANCELLED] = "cancelled",
        [ORDER_DISPUTED] = "disputed"};
    static const char *const escrow[] = {[0] = "awaiting_payment",
                                         [ESCROW_AWAITING] = "awaiting_payment",
                                         [ESCROW_FUNDED] = "funded",
                                         [ESCROW_RELEASED] = "released",
                                         [ESCROW_REFUNDED] = "refunded"};
    Order o;
    if (rec_get(w->c->tx, &ORDER, w->e->order ? w->e->order : w->e->subject, &o) != OK)
        return;
    frame_open(w->b, "ORDER_UPDATE");
    buf_lit(w->b, "\"orderId\":");
    add_id(w->b, w->ids, &ORDER, o.id);
    /* The state the event was about, not what came of it since. */
    int32_t at = w->e->type == EV_ORDER && w->e->status > 0 && w->e->status < ORDER_STATUS_COUNT ? w->e->status : o.status;
    buf_printf(w->b, ",\"status\":\"%s\",\"escrowState\":\"%s\",\"gigId\":", status[at], escrow[o.escrow_state]);
    add_id(w->b, w->ids, &GIG, o.gig);
    buf_lit(w->b, ",\"updatedAt\":");
    word_time(w->b, w->e->at_ms);
    frame_close(w->b);
}

static void word_application(Wording *w) {
    frame_open(w->b, "NEW_APPLICATION");
    buf_lit(w->b, "\"gigId\":");
    add_id(w->b, w->ids, &GIG, w->e->gig);
    buf_lit(w->b, ",\"applicationId\":");
    add_id(w->b, w->ids, &APPLICATION, w->e->subject);
    frame_close(w->b);
}

static void word_notification(Wording *w) {
    static const struct {
        const char *name;
        uint16_t offset;
        const Record *kind;
    } links[] = {{"gigId", offsetof(Notification, gig), &GIG},
                 {"orderId", offsetof(Notification, order), &ORDER},
                 {"applicationId", offsetof(Notification, application), &APPLICATION}};
    Notification n;
    if (rec_get(w->c->tx, &NOTIFICATION, w->e->subject, &n) != OK)
        return;
    frame_open(w->b, "NOTIFICATION");
    buf_lit(w->b, "\"id\":");
    add_id(w->b, w->ids, &NOTIFICATION, n.id);
    buf_lit(w->b, ",\"type\":");
    json_put_str(w->b, notification_slug(n.type));
    buf_lit(w->b, ",\"title\":");
    json_put_str(w->b, n.title);
    buf_lit(w->b, ",\"body\":");
    json_put_str(w->b, n.body);
    for (size_t i = 0; i < COUNT(links); i++) {
        int64_t id = *(const int64_t *)(const void *)((const char *)&n + links[i].offset);
        if (!id)
            continue;
        buf_printf(w->b, ",\"%s\":", links[i].name);
        add_id(w->b, w->ids, links[i].kind, id);
    }
    /* What the text was made of, for those who say it in another language. */
    const struct {
        const char *name;
        Str text;
    } parts[] = {{"subject", n.subject}, {"detail", n.detail}};
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (!parts[i].text.n)
            continue;
        buf_printf(w->b, ",\"%s\":", parts[i].name);
        json_put_str(w->b, parts[i].text);
    }
    if (n.amount) {
        buf_lit(w->b, ",\"amount\":");
        buf_i64(w->b, n.amount);
    }
    buf_lit(w->b, ",\"createdAt\":");
    word_time(w->b, n.created_ms);
    frame_close(w->b);
}

static void word_call(Hub *hub, Wording *w) {
    VideoCall v;
    Render r;
    if (rec_get(w->c->tx, &VIDEO_CALL, w->e->subject, &v) != OK)
        return;
    buf_lit(w->b, "{\"event\":\"CALL_UPDATE\",\"data\":");
    engine_render_init(hub_engine(hub), &campus_contract, w->c, w->b, &r);
    render_view(&r, &campus_call_view, &v);
    buf_char(w->b, '}');
}

static void campus_event(Hub *hub, Call *c, const Event *e, int64_t for_user, bool *per_user, Buf *frame) {
    Wording w = {c, engine_ids(hub_engine(hub)), e, frame};
    switch (e->type) {
    case EV_MESSAGE:
    case EV_MESSAGE_EDIT: word_message(hub, &w); break;
    case EV_READ: word_read(&w); break;
    case EV_ORDER:
    case EV_PAYMENT: word_order(&w); break;
    case EV_NOTIFICATION: word_notification(&w); break;
    case EV_CALL: word_call(hub, &w); break;
    case EV_APPLICATION:
        /* Only the client hears of a new application; the doer knows. */
        if (e->verb == VERB_CREATED) {
            *per_user = true;
            if (for_user && for_user != e->actor)
                word_application(&w);
        }
        break;
    default: break;
    }
}

const Dialect CAMPUS_DIALECT = {
    .name = "campus", .path = "/ws", .open = campus_open, .message = campus_message, .event = campus_event};
