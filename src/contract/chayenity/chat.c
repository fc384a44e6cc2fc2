/* Chat rooms: the domain's conversations. */
#include "contract/chayenity/chayenity.h"
#include "domain/conversation.h"
#include "domain/file.h"
#include "domain/gig.h"
#include "domain/row.h"

/* ---- a room ---- */

static bool person_picture(Render *r, const void *row, Value *out) {
    const User *u = row;
    out->s = u->avatar_url;
    return out->s.n || chayenity_file_url(r, u->avatar_file, out);
}
static bool person_name(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = user_shown_name(row);
    return true;
}
VIEW(chayenity_participant_view, User, "Participant", "Who talks.", SHOW_ID("id", User, id, &USER, "The person's id."),
     SHOW_GET("full_name", W_STR, person_name, "Name."),
     SHOW_GET("profile_image_url", W_STR, person_picture, "Where the picture is.", .optional = true));

/* Of its gig, else of the order: services are talked about too. */
static bool room_title(Render *r, const void *row, Value *out) {
    const Conversation *c = &((const ConversationRow *)row)->c;
    Gig g;
    Order o;
    if (c->gig && rec_get(r->call->tx, &GIG, c->gig, &g) == OK)
        out->s = g.title;
    else if (c->order && rec_get(r->call->tx, &ORDER, c->order, &o) == OK)
        out->s = o.title;
    else
        return false;
    return true;
}
static bool room_members(Render *r, const void *row, Value *out) {
    const Conversation *c = &((const ConversationRow *)row)->c;
    User *all = ARENA_ARRAY(r->arena, c->members.count + 1, User);
    Member member;
    size_t n = 0;
    if (!all)
        return false;
    for (ListIter it = list_iter(&c->members); list_rec(&it, &MEMBER, &member);)
        n += user_load(r->call, member.user, &all[n]) == OK;
    out->rows = (Rows){all, n};
    return true;
}
/* The first file that is a picture, or (`picture` false) the first that is none. */
static bool message_file(Call *c, const Message *m, bool picture, File *out) {
    int64_t id;
    for (ListIter it = list_iter(&m->files); list_i64(&it, &id);)
        if (rec_get(c->tx, &FILE_RECORD, id, out) == OK && str_starts(out->type, S("image/")) == picture)
            return true;
    return false;
}
int64_t chayenity_message_picture(Call *c, const Message *m) {
    File f;
    return message_file(c, m, true, &f) ? f.id : 0;
}
Str chayenity_message_text(Call *c, const Message *m) {
    File f;
    return !m->text.n && message_file(c, m, false, &f) ? f.name : m->text;
}
static bool room_last(Render *r, const void *row, Value *out) {
    const Message *m = &((const ConversationRow *)row)->last;
    File f;
    out->s = chayenity_message_text(r->call, m);
    if (!out->s.n && message_file(r->call, m, true, &f))
        out->s = f.name;
    return m->id != 0;
}
static bool room_last_at(Render *r, const void *row, Value *out) {
    (void)r;
    const Message *m = &((const ConversationRow *)row)->last;
    out->i = m->created_ms;
    return m->id != 0;
}
VIEW(chayenity_room_view, ConversationRow, "ChatRoom", "Talk about a gig.",
     SHOW_ID("id", ConversationRow, c.id, &CONVERSATION, "The room's id."),
     SHOW_ID("gig_id", ConversationRow, c.gig, &GIG, "About which gig.", .empty = EMPTY_NULL),
     SHOW_GET("gig_title", W_STR, room_title, "Its title.", .optional = true),
     SHOW_GET("participants", W_ROWS, room_members, "Who talks.", .view = &chayenity_participant_view),
     SHOW_GET("last_message", W_STR, room_last, "The newest message.", .optional = true),
     SHOW_GET("last_message_at", W_TIME, room_last_at, "When it was written.", .optional = true),
     SHOW("unread_count", W_INT, ConversationRow, unread, "What one has not read."),
     SHOW("created_at", W_TIME, ConversationRow, c.created_ms, "When it was opened."),
     SHOW_CONST("is_active", "true", "May be written in."));
VIEW(chayenity_rooms_view, PageOut, "ChatRooms", "Rooms.", SHOW_ITEMS(),
     SHOW("total_count", W_INT, PageOut, total, "Rooms in all."));

/* ---- a message ---- */

static bool message_sender(Render *r, const void *row, Value *out) {
    return chayenity_name_of(r, ((const Message *)row)->sender, out);
}
static bool message_text(Render *r, const void *row, Value *out) {
    out->s = chayenity_message_text(r->call, row);
    return true;
}
static bool message_image(Render *r, const void *row, Value *out) {
    return chayenity_file_url(r, chayenity_message_picture(r->call, row), out);
}
/* By everybody it was for. */
static bool message_was_read(Render *r, const void *row, Value *out) {
    const Message *m = row;
    Conversation c;
    Member member;
    out->b = rec_get(r->call->tx, &CONVERSATION, m->conversation, &c) == OK;
    for (ListIter it = list_iter(&c.members); out->b && list_rec(&it, &MEMBER, &member);)
        out->b = member.user == m->sender || member.read_seq >= m->seq;
    return true;
}
VIEW(chayenity_chat_message_view, Message, "ChatMessage", "What somebody wrote.", SHOW_ID("id", Message, id, &MESSAGE, "Its id."),
     SHOW_GET("content", W_STR, message_text, "What; a file's name where there is nothing else."),
     SHOW_ID("sender_id", Message, sender, &USER, "Who."), SHOW_GET("sender_name", W_STR, message_sender, "The same by name."),
     SHOW_GET("image_url", W_STR, message_image, "Where its picture is.", .optional = true),
     SHOW("created_at", W_TIME, Message, created_ms, "When."),
     SHOW_GET("is_read", W_BOOL, message_was_read, "Whether everybody it is for has read it."));

/* The room that a page of messages is of: the route's {room_id}. */
static const void *room_load(Render *r, const void *row) {
    (void)row;
    ConversationRow *room = ARENA_NEW(r->arena, ConversationRow);
    const MessagesIn *in = r->exchange->in;
    return room && rec_get(r->call->tx, &CONVERSATION, in->conversation, &room->c) == OK ? room : NULL;
}
static bool room_itself(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = row;
    return true;
}
VIEW_WITH(chayenity_room_info_view, ConversationRow, "RoomInfo", "The room.", (.load = room_load),
          SHOW_ID("id", ConversationRow, c.id, &CONVERSATION, "Its id."),
          SHOW_GET("gig_title", W_STR, room_title, "Title of its gig.", .optional = true));
VIEW(chayenity_messages_view, PageOut, "ChatMessages", "Messages, oldest first.", SHOW_ITEMS(),
     SHOW("total_count", W_INT, PageOut, total, "Messages in all."),
     SHOW_GET("room_info", W_ROW, room_itself, "The room.", .view = &chayenity_room_info_view, .optional = true));

static bool read_message(Render *r, const void *row, Value *out) {
    (void)r, (void)row;
    out->s = S("Messages marked as read");
    return true;
}
VIEW(chayenity_read_view, ConversationRead, "MarkedRead", "What was done.", SHOW_GET("message", W_STR, read_message, "In words."),
     SHOW("updated_count", W_INT, ConversationRead, count, "Messages that were unread."));

/* ---- routes ---- */

enum { MESSAGES_DEFAULT = 50 };
typedef struct RoomsIn {
    ConversationListIn list;
    PageIn page;
} RoomsIn;
INPUTS(rooms_in, RoomsIn, CHAYENITY_PAGING(RoomsIn, page, "skip", LIST_LIMIT_DEFAULT));
static Err rooms(Call *c, const void *in, void *out) {
    const RoomsIn *q = in;
    ConversationListIn list = {.page = {.page = 1, .limit = q->page.limit}, .skip = q->page.skip};
    return conversation_list(c, &list, out);
}
INPUTS(messages_in, MessagesIn, INPUT_ID("room_id", MessagesIn, conversation, &CONVERSATION, "Which room."),
       CHAYENITY_PAGING(MessagesIn, page, "skip", MESSAGES_DEFAULT), INPUT_CONST(MessagesIn, order, MESSAGES_OLDEST_FIRST));
static Err messages(Call *c, const void *in, void *out) {
    MessagesIn q = *(const MessagesIn *)in;
    q.skip = q.page.skip;
    q.page.skip = 0;
    q.page.page = 1;
    return conversation_messages(c, &q, out);
}

typedef struct SendIn {
    MessageIn message;
    Str image_url;
} SendIn;
INPUTS(send_in, SendIn, INPUT_ID("room_id", SendIn, message.conversation, &CONVERSATION, "Which room."),
       INPUT("content", IN_BODY, W_STR, SendIn, message.text, NO_HAS, "What.", .flags = IN_TRIM, .max = MESSAGE_TEXT_MAX),
       {.name = "image_url",
        .where = IN_BODY,
        .type = W_STR,
        .offset = offsetof(SendIn, image_url),
        .size = sizeof(Str),
        .canonical = "files",
        .has = NO_HAS,
        .flags = IN_TRIM,
        .max = 500,
        .doc = "A picture that you have uploaded here."},
       INPUT_CONST(SendIn, message.kind, MESSAGE_KIND_AUTO));
static Err send_before(Exchange *x) {
    SendIn *in = x->in;
    int64_t file;
    if (!in->image_url.n)
        return in->message.text.n ? OK : diag_field(&x->diag, E_INVALID, S("content"), S("is required"));
    if (!chayenity_file_of(x, in->image_url, &file))
        return diag_field(&x->diag, E_INVALID, S("image_url"), S("must be the address of a picture that was uploaded here"));
    in->message.files = list_of_i64s(x->arena, &file, 1);
    return in->message.files.p ? OK : E_NOMEM;
}
static Err send(Call *c, const void *in, void *out) { return message_send(c, &((const SendIn *)in)->message, out); }

INPUTS(room_id_in, IdIn, INPUT_ID("room_id", IdIn, id, &CONVERSATION, "Which room."));

static const Route chayenity_chat_routes[] = {
    {.method = "GET",
     .path = "/api/chat/rooms",
     .op = rooms,
     .in = &rooms_in,
     .view = &chayenity_room_view,
     .envelope = &chayenity_rooms_view,
     .shape = SHAPE_LIST,
     .plural = "rooms",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's rooms, last activity first."},
    {.method = "GET",
     .path = "/api/chat/rooms/{room_id}/messages",
     .op = messages,
     .in = &messages_in,
     .view = &chayenity_chat_message_view,
     .envelope = &chayenity_messages_view,
     .shape = SHAPE_LIST,
     .plural = "messages",
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "What was said, oldest first."},
    {.method = "POST",
     .path = "/api/chat/rooms/{room_id}/messages",
     .op = send,
     .in = &send_in,
     .before = send_before,
     .view = &chayenity_chat_message_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Say something."},
    {.method = "PUT",
     .path = "/api/chat/rooms/{room_id}/read",
     .op = conversation_read,
     .in = &room_id_in,
     .view = &chayenity_read_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Mark everything as read."},
};
SECTION(chayenity_chat, "Chat", "Rooms of seeker and helper.");
