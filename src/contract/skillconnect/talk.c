/* Conversations about orders, and what is said in them. */
#include "codec/money.h"
#include "codec/sniff.h"
#include "contract/skillconnect/skillconnect.h"
#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/gig.h"
#include "domain/order.h"
#include "domain/payment_request.h"
#include "domain/service.h"

enum { SC_MESSAGES_PAGE = 50 };

/* ---- what a conversation is about ---- */

WORDS(sc_order_type_words, "ConversationOrderType", WORD(SC_SERVICE_ORDER, "serviceorder"),
      WORD(SC_PROPOSAL_ORDER, "proposalorder"));

/* The proposal order of two people about a gig, also when they began to talk before there was one. */
static int64_t application_of(Tx *tx, const Conversation *v) {
    Member all[MEMBERS_MAX];
    size_t n = conversation_members(v, all);
    int64_t id = v->application;
    for (size_t i = 0; !id && v->gig && i < n; i++) {
        Key key = key_of(APPLICATION_BY_PAIR);
        key_i64(&key, v->gig);
        key_i64(&key, all[i].user);
        if (index_find(tx, APPLICATION_BY_PAIR, &key, &id))
            id = 0;
    }
    return id;
}

static bool talk_about(Render *r, const Conversation *v, int32_t *type, int64_t *id) {
    Order o;
    if (v->order && !rec_get(r->call->tx, &ORDER, v->order, &o) && o.service) {
        *type = SC_SERVICE_ORDER;
        *id = o.id;
        return true;
    }
    *type = SC_PROPOSAL_ORDER;
    *id = application_of(r->call->tx, v);
    return *id != 0;
}

static bool talk_order_type(Render *r, const void *row, Value *out) {
    int32_t type;
    int64_t id;
    if (!talk_about(r, &((const ConversationRow *)row)->c, &type, &id))
        return false;
    out->i = type;
    return true;
}
static bool talk_order_id(Render *r, const void *row, Value *out) {
    int32_t type;
    return talk_about(r, &((const ConversationRow *)row)->c, &type, &out->i);
}

/* Title, price and time of the service, or of the gig. */
typedef struct Subject {
    Str title;
    int64_t price, days;
} Subject;

static bool talk_subject(Render *r, const void *row, Subject *out) {
    const Conversation *v = &((const ConversationRow *)row)->c;
    Tx *tx = r->call->tx;
    Order o = {0};
    Service s;
    Gig g;
    Application a;
    *out = (Subject){0};
    bool order = v->order && !rec_get(tx, &ORDER, v->order, &o);
    if (order && o.service) {
        bool there = !rec_get(tx, &SERVICE, o.service, &s);
        *out = (Subject){there ? s.title : o.title, there ? s.price : o.amount, there ? s.delivery_days : 0};
        return true;
    }
    if (!v->gig || rec_get(tx, &GIG, v->gig, &g))
        return false;
    int64_t application = application_of(tx, v);
    *out = (Subject){g.title, g.budget_max, gig_days(&g)};
    if (order)
        out->price = o.amount;
    else if (application && !rec_get(tx, &APPLICATION, application, &a) && a.amount)
        out->price = a.amount;
    return true;
}

static bool talk_title(Render *r, const void *row, Value *out) {
    Subject s;
    bool there = talk_subject(r, row, &s);
    out->s = s.title;
    return there;
}
static bool talk_price(Render *r, const void *row, Value *out) {
    Subject s;
    if (!talk_subject(r, row, &s))
        return false;
    const Currency *currency = currency_find(r->cfg->currency);
    Buf b = buf_arena(r->arena, 64);
    buf_add(&b, currency ? currency->sign : r->cfg->currency);
    money_add(&b, s.price, MONEY_MAJOR, r->decimals);
    out->s = buf_str(&b);
    return true;
}
static bool talk_deadline(Render *r, const void *row, Value *out) {
    Subject s;
    if (!talk_subject(r, row, &s) || !s.days)
        return false;
    out->s = arena_printf(r->arena, "%lld day%s", (long long)s.days, s.days == 1 ? "" : "s");
    return true;
}

/* The client comes first among the members. */
static int64_t member_at(const void *row, size_t at) {
    Member all[MEMBERS_MAX];
    size_t n = conversation_members(&((const ConversationRow *)row)->c, all);
    return at < n ? all[at].user : 0;
}
static bool member_name(Render *r, int64_t user, Value *out) {
    User u;
    if (!user || rec_get(r->call->tx, &USER, user, &u))
        return false;
    out->s = sc_name(&u);
    return true;
}
static bool talk_client(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = member_at(row, 0);
    return out->i != 0;
}
static bool talk_freelancer(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = member_at(row, 1);
    return out->i != 0;
}
static bool talk_client_name(Render *r, const void *row, Value *out) { return member_name(r, member_at(row, 0), out); }
static bool talk_freelancer_name(Render *r, const void *row, Value *out) { return member_name(r, member_at(row, 1), out); }
static bool talk_active(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = !((const ConversationRow *)row)->self.archived;
    return true;
}
static bool talk_last(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const ConversationRow *)row)->last;
    return ((const ConversationRow *)row)->last.id != 0;
}

/* ---- a message ---- */

WORDS(sc_message_kind_words, "MessageType", WORD(MESSAGE_TEXT, "text"), WORD(MESSAGE_FILE, "file"), WORD(MESSAGE_IMAGE, "image"),
      WORD(MESSAGE_VOICE, "voice"), WORD(MESSAGE_PAYMENT_REQUEST, "payment_request"), WORD(MESSAGE_AGREEMENT, "contract"));
WORDS(sc_request_words, "PaymentStatus", WORD(REQUEST_PENDING, "pending"), WORD(REQUEST_PAID, "paid"),
      WORD(REQUEST_CANCELLED, "cancelled"));

static bool file_url(Render *r, const void *row, Value *out) { return sc_media_url(r, ((const File *)row)->id, true, out); }
static bool file_kind(Render *r, const void *row, Value *out) {
    (void)r;
    const File *f = row;
    for (FileType t = FILE_UNKNOWN; t < FILE_TYPE_COUNT; t++)
        if (str_eq(file_mime(t), f->type))
            out->s = file_extension(t);
    return true;
}
static bool file_thumbnail(Render *r, const void *row, Value *out) {
    return str_starts(((const File *)row)->type, S("image/")) && file_url(r, row, out);
}
VIEW(sc_attachment_view, File, "Attachment", "A file that was sent.", SHOW_ID("id", File, id, &FILE_RECORD, "Its id."),
     SHOW_GET("file", W_STR, file_url, "Where it is; for those who take part."),
     SHOW("file_name", W_STR, File, name, "As it was called."),
     SHOW_GET("file_type", W_STR, file_kind, "Told by its content: \"pdf\"."),
     SHOW("file_size", W_INT, File, size_bytes, "In bytes."),
     SHOW_GET("thumbnail_url", W_STR, file_thumbnail, "Of a picture.", .optional = true),
     SHOW("uploaded_at", W_TIME, File, created_ms, "When."));

static bool message_file(Render *r, const void *row, Value *out) {
    const Message *m = row;
    File *f = ARENA_NEW(r->arena, File);
    ListIter it = list_iter(&m->files);
    int64_t id;
    out->row = f;
    return f && list_i64(&it, &id) && !rec_get(r->call->tx, &FILE_RECORD, id, f);
}
static bool message_request(Render *r, const Message *m, PaymentRequest *out) {
    return m->kind == MESSAGE_PAYMENT_REQUEST && !rec_get(r->call->tx, &PAYMENT_REQUEST, m->ref, out);
}
static bool message_amount(Render *r, const void *row, Value *out) {
    PaymentRequest q;
    if (!message_request(r, row, &q))
        return false;
    out->i = q.amount;
    return true;
}
static bool message_status(Render *r, const void *row, Value *out) {
    PaymentRequest q;
    RequestStatus status;
    if (!message_request(r, row, &q) || request_status(r->call->tx, &q, &status))
        return false;
    out->s = words_of(&sc_request_words, status);
    return true;
}
/* {"👍":2}: how many reacted with what, in the order they came. */
static bool message_reactions(Render *r, const void *row, Value *out) {
    const Message *m = row;
    Reaction one, other;
    Buf b = buf_arena(r->arena, 32 * 1024);
    buf_char(&b, '{');
    uint32_t at = 0;
    for (ListIter it = list_iter(&m->reactions); list_rec(&it, &REACTION, &one); at++) {
        int64_t count = 0;
        uint32_t k = 0, first = at;
        for (ListIter all = list_iter(&m->reactions); list_rec(&all, &REACTION, &other); k++)
            if (str_eq(one.emoji, other.emoji)) {
                count++;
                if (k < first)
                    first = k;
            }
        if (first != at)
            continue;
        if (b.n > 1)
            buf_char(&b, ',');
        json_put_str(&b, one.emoji);
        buf_char(&b, ':');
        buf_i64(&b, count);
    }
    buf_char(&b, '}');
    if (b.err)
        r->out->err = b.err;
    out->s = buf_str(&b);
    return true;
}
VIEW(sc_talk_message_view, Message, "ChatMessage", "Something said.", SHOW_ID("id", Message, id, &MESSAGE, "Its id."),
     SHOW_ID("conversation", Message, conversation, &CONVERSATION, "Where it was said."),
     SHOW_ID("sender_id", Message, sender, &USER, "Who said it."),
     SHOW("message_type", W_WORD, Message, kind, "What it is.", .words = &sc_message_kind_words),
     SHOW("content", W_STR, Message, text, "What."),
     SHOW_GET("attachment", W_ROW, message_file, "The file.", .view = &sc_attachment_view, .optional = true),
     SHOW_GET("payment_amount", W_MONEY, message_amount, "Of a payment request.", .optional = true),
     SHOW_GET("payment_status", W_STR, message_status, "Of a payment request.", .optional = true),
     SHOW("created_at", W_TIME, Message, created_ms, "When."),
     SHOW("edited_at", W_TIME, Message, edited_ms, "When it was edited.", .empty = EMPTY_NULL),
     SHOW_GET("reactions", W_JSON, message_reactions, "How many reacted with what: {\"👍\":2}."));
VIEW(sc_reactions_view, Message, "Reactions", "A message's reactions.", SHOW_ID("id", Message, id, &MESSAGE, "The message's id."),
     SHOW_GET("reactions", W_JSON, message_reactions, "How many reacted with what: {\"👍\":2}."));

VIEW(sc_conversation_view, ConversationRow, "Conversation", "Talk about an order, as the caller sees it.",
     SHOW_ID("id", ConversationRow, c.id, &CONVERSATION, "Its id."),
     SHOW_GET("client_id", W_ID, talk_client, "Who pays.", .kind = &USER, .optional = true),
     SHOW_GET("client_name", W_STR, talk_client_name, "How he or she is called.", .optional = true),
     SHOW_GET("freelancer_id", W_ID, talk_freelancer, "Who works.", .kind = &USER, .optional = true),
     SHOW_GET("freelancer_name", W_STR, talk_freelancer_name, "How he or she is called.", .optional = true),
     SHOW_GET("order_type", W_WORD, talk_order_type, "What it is about; null when it is about no order.",
              .words = &sc_order_type_words, .optional = true),
     SHOW_GET("order_id", W_INT, talk_order_id, "Which.", .optional = true),
     SHOW_GET("is_active", W_BOOL, talk_active, "One has not put it away."),
     SHOW("created_at", W_TIME, ConversationRow, c.created_ms, "When it was opened."),
     SHOW("updated_at", W_TIME, ConversationRow, c.last_ms, "Last activity."),
     SHOW_GET("service_title", W_STR, talk_title, "Of the service or proposal.", .optional = true),
     SHOW_GET("service_price", W_STR, talk_price, "Of it, with the currency's sign.", .optional = true),
     SHOW_GET("service_deadline", W_STR, talk_deadline, "In days.", .optional = true),
     SHOW_GET("last_message", W_ROW, talk_last, "What was said last.", .view = &sc_talk_message_view, .optional = true),
     SHOW("unread_count", W_INT, ConversationRow, unread, "Messages one has not read."));

/* ---- conversations ---- */

typedef struct TalkOpenIn {
    Str type;
    int64_t id;
} TalkOpenIn;
INPUTS(talk_open_in, TalkOpenIn,
       INPUT("order_type", IN_BODY, W_STR, TalkOpenIn, type, NO_HAS, "\"serviceorder\" or \"proposalorder\".",
             .flags = IN_REQUIRED, .max = 100),
       INPUT("order_id", IN_BODY, W_INT, TalkOpenIn, id, NO_HAS, "Which.", .flags = IN_REQUIRED | IN_LENIENT));
INPUTS(talk_list_in, ConversationListIn, SC_PAGE_ROWS(ConversationListIn, LIST_WHOLE));
INPUTS(talk_id_in, IdIn, INPUT_ID("id", IdIn, id, &CONVERSATION, "Which conversation."));

static Err talk_open(Call *c, const void *input, void *result) {
    const TalkOpenIn *in = input;
    int32_t type;
    if (!words_value(&sc_order_type_words, in->type, &type))
        return sc_plain(c->diag, S("order_type"), S("Must be 'serviceorder' or 'proposalorder'."));
    if (type == SC_PROPOSAL_ORDER)
        return conversation_of_application(c, &(IdIn){in->id}, result);
    Err e = sc_service_order(c, in->id);
    return e ? e : conversation_of_order(c, &(IdIn){in->id}, result);
}

static Err opened(Exchange *x, Call *c, void *out) {
    (void)c;
    x->status = ((const ConversationRow *)out)->created ? 201 : 200;
    return OK;
}

static Err talk_delete(Call *c, const void *input, void *result) {
    ConversationArchiveIn in = {((const IdIn *)input)->id, true};
    return conversation_archive(c, &in, result);
}

typedef struct TalkPatchIn {
    uint64_t has;
    int64_t id;
    bool active;
} TalkPatchIn;
enum { HAS_ACTIVE };
INPUTS(talk_patch_in, TalkPatchIn, INPUT_ID("id", TalkPatchIn, id, &CONVERSATION, "Which conversation."),
       INPUT("is_active", IN_BODY, W_BOOL, TalkPatchIn, active, HAS_ACTIVE, "False puts it away, true gets it back.",
             .flags = IN_LENIENT));
static Err talk_patch(Call *c, const void *input, void *result) {
    const TalkPatchIn *in = input;
    if (!HAS(in, HAS_ACTIVE))
        return conversation_get(c, &(IdIn){in->id}, result);
    return conversation_archive(c, &(ConversationArchiveIn){in->id, !in->active}, result);
}

/* ---- messages ---- */

INPUTS(messages_in, MessagesIn, INPUT_ID("conversation_id", MessagesIn, conversation, &CONVERSATION, "Which conversation."),
       INPUT_CONST(MessagesIn, order, MESSAGES_OLDEST_FIRST), SC_PAGE_ROWS(MessagesIn, SC_MESSAGES_PAGE));

static Err messages_unread(Exchange *x, Call *c, void *arg) {
    const MessagesIn *in = x->in;
    return conversation_get(c, &(IdIn){in->conversation}, arg);
}
static Err messages_mark(Exchange *x, Call *c, void *arg) {
    const MessagesIn *in = x->in;
    return conversation_read(c, &(IdIn){in->conversation}, arg);
}
static Err messages_show(Exchange *x, Call *c, void *arg) {
    Err e = conversation_messages(c, x->in, arg);
    return e ? e : exchange_render(x, c, arg);
}
/* Who lists has read: but nothing is written when there was nothing new. */
static Err messages_list(Exchange *x) {
    ConversationRow *seen = ARENA_NEW(x->arena, ConversationRow);
    ConversationRead mark;
    PageOut page;
    Err e = seen ? exchange_read(x, messages_unread, seen) : E_NOMEM;
    if (e == OK && seen->unread)
        e = exchange_write(x, messages_mark, &mark);
    return e ? e : exchange_read(x, messages_show, &page);
}

typedef struct SendIn {
    int64_t conversation;
    Str kind, text;
    int64_t amount;
    bool uploaded;
    FileAddIn upload;
    int32_t kind_value;
} SendIn;
INPUTS(send_in, SendIn, INPUT_ID("conversation_id", SendIn, conversation, &CONVERSATION, "Which conversation."),
       INPUT("message_type", IN_BODY, W_STR, SendIn, kind, NO_HAS,
             "text, file, image, voice or payment_request. By the file when it is not said.", .max = 40),
       INPUT("content", IN_BODY, W_STR, SendIn, text, NO_HAS, "What to say.", .flags = IN_TRIM | IN_LENIENT,
             .max = MESSAGE_TEXT_MAX),
       INPUT("payment_amount", IN_BODY, W_MONEY, SendIn, amount, NO_HAS, "Of a payment request.", .flags = IN_LENIENT,
             .check = sc_whole_money),
       INPUT("attachment_file", IN_FILE, W_FILE, SendIn, upload.bytes, NO_HAS,
             "The file: JPEG, PNG, GIF, WebP, PDF, ZIP, plain text, or sound as MP3, Ogg, WAV, WebM or MP4.",
             .form = FILE_BYTES));

static Err send_before(Exchange *x) {
    SendIn *in = x->in;
    Err e = sc_upload(x, "attachment_file", FILE_ATTACHMENT, true, &in->upload, &in->uploaded);
    if (e)
        return e;
    in->kind_value = in->kind.n ? MESSAGE_KIND_COUNT : MESSAGE_KIND_AUTO;
    if (in->kind.n && !words_value(&sc_message_kind_words, in->kind, &in->kind_value))
        return diag_field(&x->diag, E_INVALID, S("message_type"),
                          arena_printf(x->arena, "\"%.*s\" is not a valid choice.", STR_ARG(in->kind)));
    if (in->kind_value == MESSAGE_AGREEMENT)
        return sc_plain(&x->diag, S("message_type"), S("Contracts are made at /contracts/."));
    if (in->kind_value == MESSAGE_PAYMENT_REQUEST && in->amount <= 0)
        return sc_plain(&x->diag, S("payment_amount"), S("Amount must be greater than zero."));
    bool file = in->kind_value > MESSAGE_TEXT && in->kind_value < MESSAGE_PAYMENT_REQUEST;
    if (file && !in->uploaded)
        return sc_plain(&x->diag, S("attachment_file"),
                        arena_printf(x->arena, "required when message_type is '%.*s'.", STR_ARG(in->kind)));
    if (!in->text.n && !in->uploaded && in->kind_value != MESSAGE_PAYMENT_REQUEST)
        return diag_field(&x->diag, E_INVALID, S("content"), S("This field may not be blank."));
    return OK;
}

static Err talk_send(Call *c, const void *input, void *result) {
    const SendIn *in = input;
    if (in->kind_value == MESSAGE_PAYMENT_REQUEST) {
        PaymentRequest q;
        Err e = request_make(c, &(RequestMakeIn){.conversation = in->conversation, .amount = in->amount, .text = in->text}, &q);
        return e ? e : rec_get(c->tx, &MESSAGE, q.message, result);
    }
    MessageIn m = {.conversation = in->conversation, .kind = in->kind_value, .text = in->text};
    File f;
    bool part;
    /* No file is kept of somebody who takes no part. */
    Err e = conversation_has(c, in->conversation, c->actor.user, &part);
    if (e == OK && !part)
        e = rec_exists(c->tx, &CONVERSATION, in->conversation) ? E_FORBIDDEN : E_MISSING;
    if (e == OK && in->uploaded)
        e = file_add(c, &in->upload, &f);
    if (e)
        return e;
    if (in->uploaded)
        m.files = list_of_i64s(c->arena, &f.id, 1);
    return message_send(c, &m, result);
}

INPUTS(edit_in, MessageEditIn, INPUT_ID("conversation_id", MessageEditIn, conversation, &CONVERSATION, "Which conversation."),
       INPUT_ID("pk", MessageEditIn, id, &MESSAGE, "Which message."),
       INPUT("content", IN_BODY, W_STR, MessageEditIn, text, NO_HAS, "What it should say.",
             .flags = IN_REQUIRED | IN_TRIM | IN_LENIENT, .min = 1, .max = MESSAGE_TEXT_MAX));
INPUTS(react_in, MessageReactIn, INPUT_ID("conversation_id", MessageReactIn, conversation, &CONVERSATION, "Which conversation."),
       INPUT_ID("pk", MessageReactIn, id, &MESSAGE, "Which message."),
       INPUT("emoji", IN_BODY, W_STR, MessageReactIn, emoji, NO_HAS, "The emoji.", .flags = IN_TRIM, .max = MESSAGE_EMOJI_MAX));
static Err react_before(Exchange *x) {
    const MessageReactIn *in = x->in;
    return in->emoji.n ? OK : diag_fail(&x->diag, E_INVALID, SC_ERROR, S("emoji field is required"));
}

/* All these inputs begin with the conversation. */
static Err takes_part(Exchange *x, Call *c, void *arg) {
    ConversationRow row;
    (void)arg;
    return x->in ? conversation_get(c, &(IdIn){*(const int64_t *)x->in}, &row) : OK;
}

#define TALK "/api/v1/messaging/conversations"
#define ROUTE(method_, path_, op_, in_, view_, writes_) \
    .method = method_, .path = path_, .op = op_, .in = in_, .view = view_, .writes = writes_, .access = ACCESS_SIGNED_IN

static const Route skillconnect_talk_routes[] = {
    {ROUTE("GET", TALK, conversation_list, &talk_list_in, &sc_conversation_view, false), .shape = SHAPE_ARRAY,
     .summary = "One's conversations, last activity first."},
    {ROUTE("POST", TALK, talk_open, &talk_open_in, &sc_conversation_view, true), .shape = SHAPE_ONE, .after = opened,
     .status = 201, .other_status = 200, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN),
     .summary = "Open the conversation of an order.",
     .doc = "There is one of each order: opened before, it is answered with 200."},
    {ROUTE("GET", TALK "/{id}", conversation_get, &talk_id_in, &sc_conversation_view, false), .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN), .summary = "A conversation."},
    {ROUTE("PATCH", TALK "/{id}", talk_patch, &talk_patch_in, &sc_conversation_view, true), .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN), .summary = "Change one's view of a conversation."},
    {ROUTE("DELETE", TALK "/{id}", talk_delete, &talk_id_in, NULL, true), .out_size = sizeof(ConversationRow),
     .shape = SHAPE_NONE, .status = 204, .errors = ERR(E_FORBIDDEN), .summary = "Put a conversation away.",
     .doc = "For oneself, until somebody writes."},
    {.method = "GET",
     .path = TALK "/{conversation_id}/messages",
     .handler = messages_list,
     .in = &messages_in,
     .view = &sc_talk_message_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "What was said, oldest first.",
     .doc = "Pages of 50 unless page_size says otherwise. Who lists has read all of it."},
    {ROUTE("POST", TALK "/{conversation_id}/messages", talk_send, &send_in, &sc_talk_message_view, true), .before = send_before,
     .gate = takes_part, .shape = SHAPE_ONE, .status = 201, .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Say something, or send a file."},
    {ROUTE("PATCH", TALK "/{conversation_id}/messages/{pk}", message_edit, &edit_in, &sc_talk_message_view, true),
     .gate = takes_part, .shape = SHAPE_ONE, .errors = ERR(E_FORBIDDEN) | ERR(E_STATE), .summary = "Change what one said."},
    {ROUTE("POST", TALK "/{conversation_id}/messages/{pk}/react", message_react, &react_in, &sc_reactions_view, true),
     .before = react_before, .gate = takes_part, .shape = SHAPE_ONE, .errors = ERR(E_FORBIDDEN) | ERR(E_LIMIT),
     .summary = "React with an emoji.", .doc = "The same again takes it back."},
};
SECTION(skillconnect_talk, "Conversations", "Talk about orders.");
