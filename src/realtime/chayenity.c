#include "realtime/chayenity.h"

#include <stdlib.h>

#include "codec/json.h"
#include "contract/chayenity/chayenity.h"
#include "contract/render.h"
#include "domain/file.h"
#include "domain/user.h"
#include "realtime/session.h"

enum { CHAT_FRAME_BYTES = 4096, CHAT_ORIGIN_BYTES = 300 };

/* What is known of a socket: its room, how its user is called, and by which address he came to this box. */
typedef struct Seat {
    Room room;
    char name[4 * USER_NAME_MAX + 1];
    size_t name_n;
    char origin[CHAT_ORIGIN_BYTES];
    size_t origin_n;
} Seat;

/* ---- wording ---- */

static void put_id(Buf *b, const IdMap *ids, const Record *kind, int64_t id) {
    char text[IDMAP_UUID_CHARS];
    idmap_uuid(ids, kind->kind, id, text);
    buf_char(b, '"');
    buf_put(b, text, sizeof text);
    buf_char(b, '"');
}

static void put_time(Buf *b, int64_t ms) {
    Render r = {.out = b};
    render_time(&r, TIME_ISO_MICROS, ms);
}

/* {"type":"…","data":{"user_id":…,"user_name":… */
static void put_user(Hub *hub, Buf *b, const char *type, int64_t user, Str name) {
    buf_printf(b, "{\"type\":\"%s\",\"data\":{\"user_id\":", type);
    put_id(b, engine_ids(hub_engine(hub)), &USER, user);
    buf_lit(b, ",\"user_name\":");
    json_put_str(b, name);
}

static void send_error(Hub *hub, Client *cl, Arena *a, const char *code, Str detail) {
    Buf b = buf_arena(a, CHAT_FRAME_BYTES);
    buf_lit(&b, "{\"type\":\"error\",\"data\":{\"detail\":");
    json_put_str(&b, detail);
    buf_printf(&b, ",\"error_code\":\"%s\"}}", code);
    hub_send(hub, cl, buf_str(&b));
}

/* ---- rooms ---- */

typedef struct Frame {
    int64_t room;
    const Client *except;
    Str text;
} Frame;

static void send_in(Hub *hub, Client *cl, void *arg) {
    const Frame *f = arg;
    if (cl != f->except && client_tag(cl) == f->room)
        hub_send(hub, cl, f->text);
}

static void to_room(Hub *hub, const Room *room, const Client *except, Str text) {
    Frame f = {room->conversation, except, text};
    hub_each(hub, &CHAYENITY_CHAT, room->users, room->n, send_in, &f);
}

/* The first of a person's sockets comes, the last one goes. */
static void tell_seat(Hub *hub, Client *cl, const Seat *seat, const char *type, Arena *a) {
    if (hub_count(hub, &CHAYENITY_CHAT, client_user(cl), seat->room.conversation, cl))
        return;
    Buf b = buf_arena(a, CHAT_FRAME_BYTES);
    put_user(hub, &b, type, client_user(cl), str_of(seat->name, seat->name_n));
    buf_lit(&b, ",\"timestamp\":");
    put_time(&b, clock_now_ms());
    buf_lit(&b, "}}");
    to_room(hub, &seat->room, cl, buf_str(&b));
}

static Err own_name(Call *c, void *arg) {
    Seat *seat = arg;
    User u;
    Err e = user_actor(c, &u);
    if (e)
        return e;
    Str name = user_shown_name(&u);
    seat->name_n = name.n < sizeof seat->name ? name.n : sizeof seat->name - 1;
    if (name.n)
        memcpy(seat->name, name.p, seat->name_n);
    return OK;
}

static int chat_open(Hub *hub, Client *cl, const Request *req) {
    int64_t id;
    Err e = socket_identify(hub, cl, req);
    if (e)
        return socket_close(e);
    Seat *seat = calloc(1, sizeof *seat);
    if (!seat)
        return 1011;
    client_set_state(cl, seat, free);
    Str origin = engine_origin(hub_engine(hub), req);
    if (origin.n <= sizeof seat->origin) {
        memcpy(seat->origin, origin.p, origin.n);
        seat->origin_n = origin.n;
    }
    if (!idmap_uuid_id(engine_ids(hub_engine(hub)), CONVERSATION.kind, socket_segment(req->path, 2), &id))
        return CLOSE_MISSING;
    e = socket_room(hub, cl, req->arena, id, &seat->room);
    if (e == OK)
        e = socket_read(hub, cl, req->arena, NULL, own_name, seat);
    if (e)
        return socket_close(e);
    client_set_tag(cl, id);
    tell_seat(hub, cl, seat, "user_joined", req->arena);
    return 0;
}

static void chat_closed(Hub *hub, Client *cl) {
    const Seat *seat = client_state(cl);
    Arena a;
    if (!seat || !client_tag(cl))
        return; /* never sat down */
    arena_init(&a, HUB_ARENA_BYTES);
    tell_seat(hub, cl, seat, "user_left", &a);
    arena_free(&a);
}

/* ---- what comes ---- */

static Err on_typing(Hub *hub, Client *cl, const Json *root, Arena *a) {
    const Seat *seat = client_state(cl);
    Room room;
    Err e = socket_room(hub, cl, a, client_tag(cl), &room);
    if (e)
        return e;
    Buf b = buf_arena(a, CHAT_FRAME_BYTES);
    put_user(hub, &b, "typing", client_user(cl), str_of(seat->name, seat->name_n));
    const Json *typing = json_get(root, S("is_typing"));
    buf_printf(&b, ",\"is_typing\":%s}}", json_type(typing) == JSON_ABSENT || json_bool(typing) ? "true" : "false");
    to_room(hub, &room, cl, buf_str(&b));
    return OK;
}

static Err send_in_room(Call *c, void *arg) {
    Message m;
    return message_send(c, arg, &m);
}

/* An image is one that was uploaded here, by the address that the upload answered. */
static bool file_of(Hub *hub, Str url, int64_t *file) {
    size_t at = url.n;
    while (at > 0 && url.p[at - 1] != '/')
        at--;
    Str id = str_from(url, at);
    return idmap_uuid_id(engine_ids(hub_engine(hub)), FILE_RECORD.kind, str_slice(id, 0, IDMAP_UUID_CHARS), file);
}

static Err on_send(Hub *hub, Client *cl, const Json *root, Arena *a, Diag *d) {
    MessageIn m = {.conversation = client_tag(cl), .kind = MESSAGE_KIND_AUTO, .text = json_str(json_get(root, S("content")))};
    Str image = json_str(json_get(root, S("image_url")));
    JsonType content = json_type(json_get(root, S("content")));
    int64_t file;
    if (content != JSON_STRING && content != JSON_NULL && content != JSON_ABSENT)
        return diag_field(d, E_INVALID, S("content"), S("must be a string"));
    if (m.text.n && memchr(m.text.p, 0, m.text.n))
        return diag_field(d, E_INVALID, S("content"), S("must be text without control bytes"));
    if (image.n) {
        if (!file_of(hub, image, &file))
            return diag_field(d, E_INVALID, S("image_url"), S("is not an upload of yours"));
        m.files = list_of_i64s(a, &file, 1);
    }
    return socket_write(hub, cl, a, d, send_in_room, &m);
}

static int chat_message(Hub *hub, Client *cl, Str text, Arena *a) {
    const Json *root;
    Diag diag = {0};
    Err e = json_parse(a, text, &root, NULL);
    if (e == OK && json_type(root) != JSON_OBJECT)
        e = E_SYNTAX;
    Str type = e ? (Str){NULL, 0} : json_str(json_get(root, S("type")));
    if (e == OK && !socket_rate(hub, cl, a))
        e = E_LIMIT;
    if (e == OK && str_eq(type, S("send_message")))
        e = on_send(hub, cl, root, a, &diag);
    else if (e == OK && str_eq(type, S("typing")))
        e = on_typing(hub, cl, root, a);
    else if (e == OK && !str_eq(type, S("ping")))
        e = E_SYNTAX;
    Str detail = diag.message.n ? diag.message : diag.count ? diag.fields[0].message : (Str){NULL, 0};
    switch (e) {
    case OK: return 0;
    case E_UNAUTHORIZED: return CLOSE_UNAUTHORIZED;
    case E_INVALID: send_error(hub, cl, a, "VALIDATION_ERROR", detail.n ? detail : S("The message has faults")); return 0;
    case E_SYNTAX: send_error(hub, cl, a, "VALIDATION_ERROR", S("Not a frame of this protocol")); return 0;
    case E_FORBIDDEN: send_error(hub, cl, a, "FORBIDDEN", detail.n ? detail : S("Not allowed")); return 0;
    case E_LIMIT: send_error(hub, cl, a, "RATE_LIMIT_EXCEEDED", S("Too many messages")); return 0;
    default: send_error(hub, cl, a, "INTERNAL_ERROR", S("Something went wrong")); return 0;
    }
}

/* ---- events ---- */

static bool chat_wants(const Client *cl, const Event *e) { return client_tag(cl) == e->conversation; }

/* Without the box's origin: everybody has it by the address that he came by (chat_deliver). */
#define IMAGE_KEY ",\"image_url\":"
#define IMAGE_PATH "/api/upload/"
static void put_image(Hub *hub, int64_t picture, Buf *b) {
    char text[IDMAP_UUID_CHARS];
    if (!picture) {
        buf_lit(b, "null");
        return;
    }
    idmap_uuid(engine_ids(hub_engine(hub)), FILE_RECORD.kind, picture, text);
    buf_lit(b, "\"" IMAGE_PATH);
    buf_put(b, text, sizeof text);
    buf_char(b, '"');
}

static void chat_event(Hub *hub, Call *c, const Event *e, int64_t for_user, bool *per_user, Buf *b) {
    (void)for_user, (void)per_user;
    const IdMap *ids = engine_ids(hub_engine(hub));
    Message m;
    User u;
    if (e->type != EV_MESSAGE || rec_get(c->tx, &MESSAGE, e->subject, &m) || rec_get(c->tx, &USER, m.sender, &u))
        return;
    buf_lit(b, "{\"type\":\"message\",\"data\":{\"id\":");
    put_id(b, ids, &MESSAGE, m.id);
    buf_lit(b, ",\"content\":");
    json_put_str(b, chayenity_message_text(c, &m));
    buf_lit(b, ",\"sender_id\":");
    put_id(b, ids, &USER, m.sender);
    buf_lit(b, ",\"sender_name\":");
    json_put_str(b, user_shown_name(&u));
    buf_lit(b, IMAGE_KEY);
    put_image(hub, chayenity_message_picture(c, &m), b);
    buf_lit(b, ",\"created_at\":");
    put_time(b, m.created_ms);
    buf_lit(b, "}}");
}

/* In text the quotation marks of the key would be escaped: it is there once. */
static void chat_deliver(Hub *hub, Client *cl, const Event *e, Str frame, Arena *a) {
    static const char mark[] = IMAGE_KEY "\"" IMAGE_PATH;
    (void)e;
    const Seat *seat = client_state(cl);
    const char *at = memmem(frame.p, frame.n, mark, sizeof mark - 1);
    if (at && seat->origin_n) {
        size_t before = (size_t)(at - frame.p) + sizeof IMAGE_KEY; /* with the opening quotation mark */
        Buf b = buf_arena(a, frame.n + seat->origin_n);
        buf_put(&b, frame.p, before);
        buf_put(&b, seat->origin, seat->origin_n);
        buf_put(&b, frame.p + before, frame.n - before);
        if (!b.err)
            frame = buf_str(&b);
    }
    hub_send(hub, cl, frame);
}

const Dialect CHAYENITY_CHAT = {.name = "chayenity chat",
                                .path = "/ws/chat/{room_id}",
                                .open = chat_open,
                                .message = chat_message,
                                .event = chat_event,
                                .wants = chat_wants,
                                .deliver = chat_deliver,
                                .closed = chat_closed};
