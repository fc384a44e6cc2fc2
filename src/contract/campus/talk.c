/* Conversations and what is said in them; an order's chat is one of them. */
#include "contract/campus/campus.h"
#include "domain/conversation.h"
#include "domain/file.h"
#include "domain/gig.h"
#include "domain/order.h"
#include "domain/user.h"

WORDS(campus_message_kind_words, "MessageKind", WORD(MESSAGE_TEXT, "text"), WORD(MESSAGE_FILE, "file"),
      WORD(MESSAGE_IMAGE, "image"), WORD(MESSAGE_VOICE, "voice"), WORD(MESSAGE_PAYMENT_REQUEST, "payment_request"),
      WORD(MESSAGE_AGREEMENT, "contract"));
WORDS(campus_sent_kind_words, "SentMessageKind", WORD(MESSAGE_TEXT, "text"), WORD(MESSAGE_FILE, "file"),
      WORD(MESSAGE_IMAGE, "image"), WORD(MESSAGE_VOICE, "voice"));

/* ---- a message ---- */

static bool message_files(Render *r, const void *row, Value *out) {
    return campus_attachments(r, &((const Message *)row)->files, out);
}

static bool message_kind(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = words_of(&campus_message_kind_words, ((const Message *)row)->kind);
    return true;
}

static bool message_readers(Render *r, const void *row, Value *out) {
    int64_t users[MEMBERS_MAX];
    size_t n;
    if (message_read_by(r->call->tx, row, users, &n))
        n = 0;
    out->list = list_of_i64s(r->arena, users, n);
    return true;
}

VIEW(campus_reaction_view, Reaction, "Reaction", "An emoji under a message.",
     SHOW_ID("userId", Reaction, user, &USER, "Who reacted."), SHOW("emoji", W_STR, Reaction, emoji, "With what."),
     SHOW("createdAt", W_TIME, Reaction, at_ms, "When."));

VIEW(campus_message_view, Message, "Message", "Something said.", SHOW_ID("id", Message, id, &MESSAGE, "Its id."),
     SHOW_ID("conversationId", Message, conversation, &CONVERSATION, "Where it was said."),
     SHOW_ID("orderId", Message, order, &ORDER, "About which order.", .empty = EMPTY_NULL),
     SHOW_ID("senderId", Message, sender, &USER, "Who said it."),
     SHOW_GET("kind", W_STR, message_kind, "What it is: text, file, image, voice, payment_request or contract."),
     SHOW("text", W_STR, Message, text, "What."),
     SHOW_GET("attachments", W_ROWS, message_files, "Files.", .view = &campus_file_view),
     SHOW("reactions", W_ROWS, Message, reactions, "Emojis under it, oldest first.", .view = &campus_reaction_view,
          .record = &REACTION),
     SHOW_GET("readBy", W_IDS, message_readers, "Who has read it, the sender among them.", .kind = &USER),
     SHOW("createdAt", W_TIME, Message, created_ms, "When."),
     SHOW("editedAt", W_TIME, Message, edited_ms, "When it was edited.", .empty = EMPTY_OMIT));

/* ---- a conversation ---- */

static bool talk_title(Render *r, const void *row, Value *out) {
    const ConversationRow *v = row;
    Order o;
    Gig g;
    if (v->c.order && !rec_get(r->call->tx, &ORDER, v->c.order, &o))
        out->s = o.title;
    else if (v->c.gig && !rec_get(r->call->tx, &GIG, v->c.gig, &g))
        out->s = g.title;
    else
        return false;
    return true;
}

/* The others first: who one talks with. */
static bool talk_people(Render *r, const void *row, Value *out) {
    const ConversationRow *v = row;
    Member all[MEMBERS_MAX];
    size_t n = conversation_members(&v->c, all), at = 0;
    User *people = ARENA_ARRAY(r->arena, n, User); /* their ids: the view loads the rest */
    for (size_t own = 0; people && own < 2; own++)
        for (size_t i = 0; i < n; i++)
            if ((all[i].user == v->self.user) == own)
                people[at++].id = all[i].user;
    out->rows = (Rows){people, at};
    return true;
}

static bool talk_last(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const ConversationRow *)row)->last;
    return ((const ConversationRow *)row)->last.id != 0;
}

VIEW(campus_conversation_view, ConversationRow, "Conversation", "Talk between people, as the caller sees it.",
     SHOW_ID("id", ConversationRow, c.id, &CONVERSATION, "Its id."),
     SHOW_ID("orderId", ConversationRow, c.order, &ORDER, "The order it is about.", .empty = EMPTY_NULL),
     SHOW_ID("gigId", ConversationRow, c.gig, &GIG, "The gig it is about.", .empty = EMPTY_NULL),
     SHOW_GET("title", W_STR, talk_title, "Of what it is about.", .optional = true),
     SHOW_GET("participants", W_ROWS, talk_people, "Who takes part, oneself last.", .view = &campus_person_view),
     SHOW_GET("lastMessage", W_ROW, talk_last, "What was said last.", .view = &campus_message_view, .optional = true),
     SHOW("lastMessageAt", W_TIME, ConversationRow, c.last_ms, "When; or when it was opened."),
     SHOW("unreadCount", W_INT, ConversationRow, unread, "Messages one has not read."),
     SHOW("messagesCount", W_INT, ConversationRow, c.messages, "Messages in all."),
     SHOW("archived", W_BOOL, ConversationRow, self.archived, "One has put it away until somebody writes."),
     SHOW("createdAt", W_TIME, ConversationRow, c.created_ms, "When it was opened."));

VIEW(campus_talk_read_view, ConversationRead, "ConversationRead", "All is read.", SHOW_CONST("success", "true", "It is done."),
     SHOW("count", W_INT, ConversationRead, count, "How many were unread."));
VIEW(campus_talk_unread_view, ConversationsUnread, "ConversationsUnread", "What waits.",
     SHOW("count", W_INT, ConversationsUnread, messages, "Messages not read yet."),
     SHOW("conversations", W_INT, ConversationsUnread, conversations, "In how many conversations."));

/* ---- inputs ---- */

INPUTS(talk_list_in, ConversationListIn,
       INPUT("archived", IN_QUERY, W_BOOL, ConversationListIn, archived, NO_HAS, "Those put away instead."),
       INPUT_PAGE(ConversationListIn, page));
INPUTS(talk_open_in, ConversationOpenIn,
       INPUT("userId", IN_BODY, W_ID, ConversationOpenIn, user, NO_HAS, "With whom.", .kind = &USER, .flags = IN_REQUIRED),
       INPUT("gigId", IN_BODY, W_ID, ConversationOpenIn, gig, NO_HAS, "About which gig; about nothing when it is not said.",
             .kind = &GIG));
INPUTS(talk_id_in, IdIn, INPUT_ID("id", IdIn, id, &CONVERSATION, "Which conversation."));
INPUTS(talk_order_in, IdIn, INPUT_ID("id", IdIn, id, &ORDER, "Which order."));
INPUTS(talk_archive_in, ConversationArchiveIn, INPUT_ID("id", ConversationArchiveIn, id, &CONVERSATION, "Which conversation."),
       INPUT("archived", IN_BODY, W_BOOL, ConversationArchiveIn, archived, NO_HAS, "Out of one's list, or back into it.",
             .flags = IN_REQUIRED));
INPUTS(talk_messages_in, MessagesIn, INPUT_ID("id", MessagesIn, conversation, &CONVERSATION, "Which conversation."),
       INPUT("before", IN_QUERY, W_ID, MessagesIn, before, NO_HAS, "Only those older than this message.", .kind = &MESSAGE),
       INPUT_PAGE(MessagesIn, page));
INPUTS(talk_message_in, MessageIn, INPUT_ID("id", MessageIn, conversation, &CONVERSATION, "Which conversation."),
       INPUT("text", IN_BODY, W_STR, MessageIn, text, NO_HAS, "What to say; or attachments.", .flags = IN_TRIM,
             .max = MESSAGE_TEXT_MAX),
       INPUT("kind", IN_BODY, W_WORD, MessageIn, kind, NO_HAS, "By the attachments when it is not said.",
             .words = &campus_sent_kind_words, .flags = IN_DEFAULT, .fallback = MESSAGE_KIND_AUTO),
       INPUT("attachments", IN_BODY, W_IDS, MessageIn, files, NO_HAS, "Ids of own files.", .kind = &FILE_RECORD,
             .max = MESSAGE_FILES_MAX));
INPUTS(talk_edit_in, MessageEditIn, INPUT_ID("id", MessageEditIn, id, &MESSAGE, "Which message."),
       INPUT("text", IN_BODY, W_STR, MessageEditIn, text, NO_HAS, "What it should say.", .flags = IN_REQUIRED | IN_TRIM,
             .max = MESSAGE_TEXT_MAX));
INPUTS(talk_react_in, MessageReactIn, INPUT_ID("id", MessageReactIn, id, &MESSAGE, "Which message."),
       INPUT("emoji", IN_BODY, W_STR, MessageReactIn, emoji, NO_HAS, "The emoji.", .flags = IN_REQUIRED | IN_TRIM, .min = 1,
             .max = MESSAGE_EMOJI_MAX));
INPUTS(order_message_in, OrderMessageIn, INPUT_ID("id", OrderMessageIn, order, &ORDER, "Which order."),
       INPUT("text", IN_BODY, W_STR, OrderMessageIn, text, NO_HAS, "What to say; or attachments.", .flags = IN_TRIM,
             .max = MESSAGE_TEXT_MAX),
       INPUT("attachments", IN_BODY, W_IDS, OrderMessageIn, files, NO_HAS, "Ids of own files.", .kind = &FILE_RECORD,
             .max = MESSAGE_FILES_MAX));
INPUTS(order_messages_in, OrderMessagesIn, INPUT_ID("id", OrderMessagesIn, order, &ORDER, "Which order."),
       INPUT_PAGE(OrderMessagesIn, page));
INPUTS(message_id_in, IdIn, INPUT_ID("id", IdIn, id, &MESSAGE, "Which message."));

/* Opened now: 201. */
static Err opened(Exchange *x, Call *c, void *out) {
    (void)c;
    x->status = ((const ConversationRow *)out)->created ? 201 : 200;
    return OK;
}

/* ---- routes ---- */

#define TALK(method_, path_, op_, in_, view_, writes_) \
    .method = method_, .path = path_, .op = op_, .in = in_, .view = view_, .writes = writes_, .access = ACCESS_SIGNED_IN

static const Route campus_talk_routes[] = {
    {TALK("GET", "/api/conversations", conversation_list, &talk_list_in, &campus_conversation_view, false), .shape = SHAPE_LIST,
     .plural = "conversations", .summary = "One's conversations, last activity first."},
    {TALK("POST", "/api/conversations", conversation_open, &talk_open_in, &campus_conversation_view, true), .shape = SHAPE_ONE,
     .after = opened, .status = 201, .other_status = 200, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN),
     .summary = "Talk with somebody.",
     .doc =
         "There is one conversation of two people about a gig, and one about nothing: opened before, it is answered with 200."},
    {TALK("GET", "/api/conversations/unread-count", conversations_unread, NULL, &campus_talk_unread_view, false),
     .shape = SHAPE_ONE, .summary = "How much waits in all of them."},
    {TALK("GET", "/api/conversations/{id}", conversation_get, &talk_id_in, &campus_conversation_view, false), .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN), .summary = "A conversation."},
    {TALK("PATCH", "/api/conversations/{id}", conversation_archive, &talk_archive_in, &campus_conversation_view, true),
     .shape = SHAPE_ONE, .errors = ERR(E_FORBIDDEN), .summary = "Put it away, or back.",
     .doc = "For oneself only. It comes back when somebody writes."},
    {TALK("GET", "/api/conversations/{id}/messages", conversation_messages, &talk_messages_in, &campus_message_view, false),
     .shape = SHAPE_LIST, .plural = "messages", .errors = ERR(E_FORBIDDEN), .summary = "What was said, newest first."},
    {TALK("POST", "/api/conversations/{id}/messages", message_send, &talk_message_in, &campus_message_view, true),
     .shape = SHAPE_ONE, .status = 201, .errors = ERR(E_FORBIDDEN), .summary = "Say something."},
    {TALK("POST", "/api/conversations/{id}/read", conversation_read, &talk_id_in, &campus_talk_read_view, true),
     .shape = SHAPE_ONE, .errors = ERR(E_FORBIDDEN), .summary = "All of it was read."},
    {TALK("PATCH", "/api/messages/{id}", message_edit, &talk_edit_in, &campus_message_view, true), .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE), .summary = "Change what one said."},
    {TALK("POST", "/api/messages/{id}/react", message_react, &talk_react_in, &campus_message_view, true), .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN) | ERR(E_LIMIT), .summary = "React with an emoji.", .doc = "The same again takes it back."},
    {TALK("POST", "/api/messages/{id}/read", message_read, &message_id_in, &campus_message_view, true), .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN), .summary = "Read up to here."},
    {TALK("POST", "/api/orders/{id}/conversation", conversation_of_order, &talk_order_in, &campus_conversation_view, true),
     .shape = SHAPE_ONE, .after = opened, .status = 201, .other_status = 200, .errors = ERR(E_FORBIDDEN),
     .summary = "Open an order's conversation."},
    {TALK("GET", "/api/orders/{id}/messages", order_messages, &order_messages_in, &campus_message_view, false),
     .shape = SHAPE_LIST, .plural = "messages", .errors = ERR(E_FORBIDDEN), .summary = "An order's chat, newest first."},
    {TALK("POST", "/api/orders/{id}/messages", order_message_send, &order_message_in, &campus_message_view, true),
     .shape = SHAPE_ONE, .status = 201, .errors = ERR(E_FORBIDDEN), .summary = "Say something about an order."},
};
SECTION(campus_talk, "Conversations", "People talking: about an order, a gig, or nothing.");
