/* Conversations and messages. */
#include "contract/campus/campus.h"
#include "contract/ugig/ugig.h"
#include "domain/conversation.h"
#include "domain/file.h"
#include "domain/gig.h"

/* ---- a message ---- */

static bool attachment_url(Render *r, const void *row, Value *out) { return ugig_file_url(r, ((const File *)row)->id, out); }
VIEW(attachment_view, File, "Attachment", "A file that goes with a message.",
     SHOW("name", W_STR, File, name, "As it was called."), SHOW_GET("url", W_STR, attachment_url, "Where it is."),
     SHOW("type", W_STR, File, type, "Media type, told by its content."), SHOW("size", W_INT, File, size_bytes, "In bytes."));

static bool message_sender(Render *r, const void *row, Value *out) {
    return (void)r, out->row = &((const Message *)row)->sender, true;
}
static bool message_files(Render *r, const void *row, Value *out) {
    return campus_attachments(r, &((const Message *)row)->files, out);
}
static bool message_readers(Render *r, const void *row, Value *out) {
    int64_t users[MEMBERS_MAX];
    size_t n = 0;
    Err e = message_read_by(r->call->tx, row, users, &n);
    out->list = list_of_i64s(r->arena, users, n);
    if (e && e != E_MISSING)
        r->out->err = e;
    return true;
}

VIEW(ugig_message_view, Message, "Message", "What somebody wrote.", SHOW_ID("id", Message, id, &MESSAGE, "Its id."),
     SHOW_ID("conversation_id", Message, conversation, &CONVERSATION, "In which conversation."),
     SHOW_ID("sender_id", Message, sender, &USER, "Who wrote."),
     SHOW_GET("sender", W_ROW, message_sender, "The same.", .view = &ugig_profile_view),
     SHOW("content", W_STR, Message, text, "What was written."),
     SHOW_GET("attachments", W_ROWS, message_files, "Files.", .view = &attachment_view),
     SHOW_GET("read_by", W_IDS, message_readers, "Who has read it, the sender included.", .kind = &USER),
     SHOW("created_at", W_TIME, Message, created_ms, "When."));

/* ---- a conversation ---- */

static bool conversation_users(Render *r, const void *row, Value *out, bool ids) {
    Member all[MEMBERS_MAX];
    int64_t users[MEMBERS_MAX];
    size_t n = conversation_members(&((const ConversationRow *)row)->c, all);
    for (size_t i = 0; i < n; i++)
        users[i] = all[i].user;
    if (ids) {
        out->list = list_of_i64s(r->arena, users, n);
        return true;
    }
    User *rows = ARENA_ARRAY(r->arena, n, User); /* the view asks for their ids and looks for itself */
    for (size_t i = 0; rows && i < n; i++)
        rows[i].id = users[i];
    out->rows = (Rows){rows, rows ? n : 0};
    return true;
}
static bool participant_ids(Render *r, const void *row, Value *out) { return conversation_users(r, row, out, true); }
static bool participants(Render *r, const void *row, Value *out) { return conversation_users(r, row, out, false); }
static bool conversation_gig(Render *r, const void *row, Value *out) {
    return ugig_gig_of(r, ((const ConversationRow *)row)->c.gig, out);
}
static bool last_message(Render *r, const void *row, Value *out) {
    (void)r;
    const ConversationRow *v = row;
    out->row = &v->last;
    return v->last.id != 0;
}

#define CONVERSATION_ROWS                                                                                                    \
    SHOW_ID("id", ConversationRow, c.id, &CONVERSATION, "Its id."),                                                          \
        SHOW_GET("participant_ids", W_IDS, participant_ids, "Who talks.", .kind = &USER),                                    \
        SHOW_GET("participants", W_ROWS, participants, "The same.", .view = &ugig_profile_view),                             \
        SHOW_ID("gig_id", ConversationRow, c.gig, &GIG, "About which gig.", .empty = EMPTY_NULL),                            \
        SHOW_GET("gig", W_ROW, conversation_gig, "The gig.", .view = &ugig_gig_view, .optional = true, .empty = EMPTY_OMIT), \
        SHOW("last_message_at", W_TIME, ConversationRow, c.last_ms, "The newest message; else when it was opened."),         \
        SHOW("created_at", W_TIME, ConversationRow, c.created_ms, "When it was opened."),                                    \
        SHOW("updated_at", W_TIME, ConversationRow, c.last_ms, "When it changed last.")

VIEW(conversation_view, ConversationRow, "Conversation", "Talk between people.", CONVERSATION_ROWS);
VIEW(preview_view, ConversationRow, "ConversationPreview", "A conversation in the list.", CONVERSATION_ROWS,
     SHOW_GET("last_message", W_ROW, last_message, "The newest message.", .view = &ugig_message_view, .optional = true),
     SHOW("unread_count", W_INT, ConversationRow, unread, "What one has not read."));

INPUTS(open_in, ConversationOpenIn, UGIG_ID("participantId", ConversationOpenIn, user, &USER, "With whom.", .flags = IN_REQUIRED),
       UGIG_ID("gigId", ConversationOpenIn, gig, &GIG, "About which gig."));
INPUTS(conversations_in, ConversationListIn, INPUT_CONST(ConversationListIn, page.limit, LIST_WHOLE));
INPUTS(conversation_id_in, IdIn, UGIG_ID("conversationId", IdIn, id, &CONVERSATION, "Which conversation.", .flags = IN_REQUIRED));

/* ---- messages of one ---- */

typedef struct MessagesPage {
    PageOut page; /* first: the items */
    bool more;
} MessagesPage;

static bool messages_more(Render *r, const void *row, Value *out) {
    return (void)r, out->b = ((const MessagesPage *)row)->more, true;
}
VIEW(messages_view, MessagesPage, "PaginatedMessages", "One page, the newest first.", SHOW_ITEMS_AS("data"),
     SHOW("total", W_INT, MessagesPage, page.total, "Messages in all."),
     SHOW("page", W_INT, MessagesPage, page.page, "Which page this is, from 1."),
     SHOW("limit", W_INT, MessagesPage, page.limit, "Messages per page."),
     SHOW_GET("hasMore", W_BOOL, messages_more, "Whether there are older ones."));

INPUTS(messages_in, MessagesIn,
       UGIG_ID("conversationId", MessagesIn, conversation, &CONVERSATION, "Which conversation.", .flags = IN_REQUIRED),
       UGIG_ID("cursor", MessagesIn, before, &MESSAGE, "The last message of the page before."),
       INPUT("limit", IN_BODY, W_INT, MessagesIn, page.limit, NO_HAS, "Messages per page.", .flags = IN_CLAMP | IN_DEFAULT,
             .min = 1, .max = LIST_LIMIT_MAX, .fallback = LIST_LIMIT_DEFAULT),
       INPUT_CONST(MessagesIn, page.page, 1), INPUT_CONST(MessagesIn, order, MESSAGES_NEWEST_FIRST));

static Err messages_page(Call *c, const void *input, void *result) {
    const MessagesIn *in = input;
    MessagesPage *out = result;
    Conversation v;
    Err e = conversation_messages(c, in, &out->page);
    if (!e)
        e = rec_get(c->tx, &CONVERSATION, in->conversation, &v);
    if (e)
        return e;
    /* With a cursor the operation counts what is older. */
    int64_t passed = v.messages - out->page.total;
    out->more = out->page.total > out->page.limit;
    out->page.page = (int32_t)(passed / out->page.limit) + 1;
    out->page.total = v.messages;
    return OK;
}

/* ---- writing ---- */

typedef struct AttachmentIn {
    Str url;
} AttachmentIn;
typedef struct SendBody {
    MessageIn message; /* first: the operation's input */
    Rows attachments;
} SendBody;
INPUTS_NAMED(attachment_in, AttachmentIn, "AttachmentInput",
             INPUT("url", IN_BODY, W_STR, AttachmentIn, url, NO_HAS, "Where uploadAttachment has put it; the rest is known.",
                   .flags = IN_REQUIRED, .max = 500));
INPUTS(send_in, SendBody,
       UGIG_ID("conversationId", SendBody, message.conversation, &CONVERSATION, "Which conversation.", .flags = IN_REQUIRED),
       INPUT("content", IN_BODY, W_STR, SendBody, message.text, NO_HAS, "What to write; may be empty when files go with it.",
             .flags = IN_REQUIRED, .max = MESSAGE_TEXT_MAX),
       INPUT("attachments", IN_BODY, W_ROWS, SendBody, attachments, NO_HAS, "Files.", .sub = &attachment_in,
             .max = MESSAGE_FILES_MAX),
       INPUT_CONST(SendBody, message.kind, MESSAGE_KIND_AUTO));

static Err send_before(Exchange *x) {
    SendBody *in = x->in;
    const AttachmentIn *all = in->attachments.items;
    int64_t ids[MESSAGE_FILES_MAX];
    for (size_t i = 0; i < in->attachments.count; i++)
        if (!campus_file_of(x, all[i].url, &ids[i]))
            return diag_field(&x->diag, E_INVALID, S("attachments"), S("must have been uploaded here"));
    in->message.files = list_of_i64s(x->arena, ids, in->attachments.count);
    return in->attachments.count && !in->message.files.p ? E_NOMEM : OK;
}

INPUTS(upload_in, FileAddIn,
       INPUT("*", IN_FILE, W_FILE, FileAddIn, bytes, NO_HAS, "JPEG, PNG, GIF, WebP, PDF, ZIP or plain text, told by content.",
             .form = FILE_BYTES, .flags = IN_REQUIRED, .min = 1),
       INPUT("*", IN_FILE, W_FILE, FileAddIn, name, NO_HAS, "", .form = FILE_NAME),
       INPUT_CONST(FileAddIn, purpose, FILE_ATTACHMENT));

static const Route ugig_messages_routes[] = {
    {UGIG_ACTION("getOrCreateConversation", "Open a conversation."), .op = conversation_open, .in = &open_in,
     .view = &conversation_view, .shape = SHAPE_ONE, .writes = true, .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN),
     .doc = "The one of the two people about that gig, or about nothing; made when there is none."},
    {UGIG_ACTION("getConversations", "One's conversations."), .op = conversation_list, .in = &conversations_in,
     .view = &preview_view, .shape = SHAPE_ARRAY, .reads = true, .access = ACCESS_SIGNED_IN, .doc = "Last activity first."},
    {UGIG_ACTION("getMessages", "Messages of a conversation."), .op = messages_page, .in = &messages_in,
     .out_size = sizeof(MessagesPage), .view = &ugig_message_view, .envelope = &messages_view, .shape = SHAPE_LIST, .reads = true,
     .or_nothing = true, .access = ACCESS_SIGNED_IN, .errors = ERR(E_FORBIDDEN), .doc = "Newest first."},
    {UGIG_ACTION("sendMessage", "Write a message."), .op = message_send, .in = &send_in, .before = send_before,
     UGIG_RESULT(&ugig_message_view), .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_LIMIT)},
    {UGIG_ACTION("markAsRead", "Note that one has read a conversation."), .op = conversation_read, .in = &conversation_id_in,
     .out_size = sizeof(ConversationRead), UGIG_DONE, .access = ACCESS_SIGNED_IN, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN)},
    {UGIG_ACTION("uploadAttachment", "Upload a file for a message."), .op = file_add, .in = &upload_in,
     .before = ugig_upload_before, UGIG_RESULT(&attachment_view), .access = ACCESS_SIGNED_IN, .rate = RATE_UPLOAD,
     .errors = ERR(E_LIMIT), .doc = "As multipart/form-data; the first file counts, whatever its name."},
};
SECTION(ugig_messages, "Messages", "Conversations.");
