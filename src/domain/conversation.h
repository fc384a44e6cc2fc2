/* conversation.h - talk between participants: about an order, a gig, or nothing.
 *
 * There is one conversation of a service order, one of two people about a gig (the orders that come of it share it), and one of
 * two people about nothing. An order's is made with its first message or when somebody opens it. Participants only, everywhere:
 * E_FORBIDDEN for others (moderators read an order's); E_MISSING when there is no such thing. Who blocked or is blocked may read
 * what was said, but the two cannot write to each other, edit or react: E_FORBIDDEN "BLOCKED".
 *
 * Messages are numbered within their conversation and are never deleted, so that pages, cursors and unread counts cost the same
 * wherever they are: what a participant has not read is Conversation.messages - Member.read_seq. Sending reads what came before.
 */
#ifndef DOMAIN_CONVERSATION_H
#define DOMAIN_CONVERSATION_H

#include "domain/order.h"

enum {
    MESSAGE_TEXT_MAX = 5000, /* code points */
    MESSAGE_FILES_MAX = 10,
    MESSAGE_REACTIONS_MAX = 200,
    MESSAGE_EMOJI_MAX = 16,         /* code points: families and flags take several */
    MESSAGE_EMOJI_MAX_BYTES = 64,
    MEMBERS_MAX = 16,
    UNREAD_CONVERSATIONS_MAX = 1000 /* added up in conversations_unread */
};

typedef struct Member {
    int64_t user;
    int64_t read_message; /* the newest message read */
    int64_t read_ms;
    int64_t sent;         /* messages written */
    int64_t read_seq;     /* Message.seq of read_message */
    bool archived;        /* not in his list until somebody writes */
} Member;

typedef struct Conversation {
    int64_t id;
    int64_t order, gig;   /* what it is about, 0 = nothing; of a gig's several orders the newest */
    int64_t application;  /* by which they came together, 0 = none */
    List members;         /* sub-records Member; the client of a gig or an order comes first */
    int64_t messages;     /* how many were written */
    int64_t last_message, last_sender;
    int64_t last_ms;      /* last activity: when it was opened, then the newest message */
    int64_t created_ms;
} Conversation;

/* Permanent numbers. */
typedef enum MessageKind {
    MESSAGE_TEXT,
    MESSAGE_FILE,
    MESSAGE_IMAGE,
    MESSAGE_VOICE,
    MESSAGE_PAYMENT_REQUEST, /* ref: payment request */
    MESSAGE_AGREEMENT,       /* ref: agreement */
    MESSAGE_KIND_COUNT
} MessageKind;
enum { MESSAGE_KIND_AUTO = -1 /* inputs: by the files */ };

typedef struct Reaction {
    int64_t user;
    Str emoji;
    int64_t at_ms;
} Reaction;

typedef struct Message {
    int64_t id;
    int64_t conversation, order, sender;
    Str text;
    List files;     /* I64S */
    int64_t created_ms, edited_ms;
    int32_t kind;   /* MessageKind */
    int64_t seq;    /* from 1 within the conversation */
    int64_t ref;    /* by kind */
    List reactions; /* sub-records Reaction, in the order they came */
} Message;

extern const Record MEMBER, REACTION; /* sub-records */
extern const Record CONVERSATION, MESSAGE;
extern const Index *const CONVERSATION_BY_ORDER;  /* unique: order, where about one */
extern const Index *const CONVERSATION_BY_PAIR;   /* unique: lower and higher user id, gig; where not of a service order */
extern const Index *const CONVERSATION_BY_MEMBER; /* member_key(user, archived), last_ms; the first counted */
extern const Index *const CONVERSATION_UNREAD;    /* user; who has unread messages in it and has not archived it */
extern const Index *const MESSAGE_BY_CONVERSATION; /* conversation, seq */

/* ---- conversations ---- */

/* A conversation as one participant sees it. */
typedef struct ConversationRow {
    Conversation c;
    Message last;   /* id 0: nothing was said yet */
    Member self;    /* the caller's; user 0 for a moderator */
    int64_t unread; /* of the caller */
    bool created;   /* by this call */
} ConversationRow;

typedef struct ConversationOpenIn {
    int64_t user; /* the other one */
    int64_t gig;  /* 0 = about nothing */
} ConversationOpenIn;
/* ConversationOpenIn -> ConversationRow: the one of the two, made when there is none; an archived one comes back. E_INVALID with
 * oneself, E_MISSING: no such user or gig. */
OpFn conversation_open;
/* IdIn (order) -> ConversationRow: the order's. Its parties. */
OpFn conversation_of_order;
/* IdIn (application) -> ConversationRow: of the gig's client and the doer about the gig; accepted or not, it is the same. */
OpFn conversation_of_application;
/* IdIn -> ConversationRow. */
OpFn conversation_get;

typedef struct ConversationListIn {
    PageIn page;
    int64_t skip; /* instead of page - 1 pages, when not 0 */
    bool archived;
} ConversationListIn;
/* ConversationListIn -> PageOut of ConversationRow: the caller's, last activity first. */
OpFn conversation_list;

typedef struct ConversationArchiveIn {
    int64_t id;
    bool archived;
} ConversationArchiveIn;
/* ConversationArchiveIn -> ConversationRow: out of the caller's list until somebody writes, or back into it. */
OpFn conversation_archive;

typedef struct ConversationRead {
    int64_t conversation;
    int64_t count; /* messages that were unread */
} ConversationRead;
/* IdIn -> ConversationRead: the caller has read everything. Event EV_READ to the others when there was something. */
OpFn conversation_read;

typedef struct ConversationsUnread {
    int64_t messages, conversations; /* of at most UNREAD_CONVERSATIONS_MAX conversations */
} ConversationsUnread;
/* nothing -> ConversationsUnread: the caller's. */
OpFn conversations_unread;

/* ---- messages ---- */

typedef struct MessageIn {
    int64_t conversation;
    int32_t kind; /* MESSAGE_KIND_AUTO, or MESSAGE_TEXT to MESSAGE_VOICE */
    Str text;
    List files;   /* I64S, the sender's own */
} MessageIn;
/* MessageIn -> Message. Text or files; kinds but MESSAGE_TEXT need files, of their type. Event EV_MESSAGE to all participants,
 * notification to the others; whoever archived the conversation has it back. */
OpFn message_send;

typedef enum MessageOrder {
    MESSAGES_NEWEST_FIRST,
    MESSAGES_OLDEST_FIRST,    /* and the first page holds the oldest */
    MESSAGES_LATEST_ASCENDING /* the first page holds the newest, and within a page the older come first */
} MessageOrder;
typedef struct MessagesIn {
    int64_t conversation;
    PageIn page;
    int64_t skip;   /* instead of page - 1 pages, when not 0 */
    int64_t before; /* only those older than this message of the conversation, 0 = all; E_MISSING when it is not one of it */
    int32_t order;  /* MessageOrder */
} MessagesIn;
/* MessagesIn -> PageOut of Message; total counts all of the conversation (with `before`: the older ones). */
OpFn conversation_messages;

typedef struct MessageEditIn {
    int64_t conversation; /* 0 = whichever it is in; otherwise E_MISSING when it is not in this one */
    int64_t id;
    Str text;
} MessageEditIn;
/* MessageEditIn -> Message: the sender changes what was written. E_FORBIDDEN others; E_STATE: a request or agreement. Event
 * EV_MESSAGE_EDIT. */
OpFn message_edit;

typedef struct MessageReactIn {
    int64_t conversation, id; /* as in MessageEditIn */
    Str emoji;
} MessageReactIn;
/* MessageReactIn -> Message: adds the caller's reaction, or takes it back. E_LIMIT "LIMIT_EXCEEDED" over MESSAGE_REACTIONS_MAX.
 * Event EV_MESSAGE_EDIT. */
OpFn message_react;

/* IdIn (message) -> Message. The caller has read up to here; event EV_READ to the other participants. Moves forward only. */
OpFn message_read;

/* ---- an order's ---- */

typedef struct OrderMessageIn {
    int64_t order;
    Str text;
    List files; /* I64S, the sender's own */
} OrderMessageIn;
/* OrderMessageIn -> Message, as message_send. */
OpFn order_message_send;

typedef struct OrderMessagesIn {
    int64_t order;
    PageIn page;
} OrderMessagesIn;
/* OrderMessagesIn -> PageOut of Message, newest first. */
OpFn order_messages;

/* ---- for other domain code, views and the hub ---- */

/* Puts a message of `kind` about `ref` into the conversation, as message_send does. The caller is a participant. */
Err message_post(Call *c, int64_t conversation, MessageKind kind, int64_t ref, Str text, Message *out);
/* Those two people's conversation about an order (service != 0 or gig != 0 in it), a gig or nothing; made when there is none. The
 * first of the users is the client. `order` may be NULL. */
typedef struct ConversationAbout {
    int64_t users[2];
    int64_t gig, order, application;
} ConversationAbout;
Err conversation_about(Call *c, const ConversationAbout *about, Conversation *v, bool *created);
/* A new order of a gig: what its two said about the gig before is its chat from now on. Sets o->conversation. */
Err conversation_adopt(Call *c, Order *o);
/* The members of an order's chat: client and doer. E_FORBIDDEN unless the caller is one or a moderator. Fills users[2]. */
Err order_chat_users(Call *c, int64_t order, int64_t users[2]);
/* Whether the user takes part. */
Err conversation_has(Call *c, int64_t conversation, int64_t user, bool *out);
/* The members into all[MEMBERS_MAX]; returns their number. */
size_t conversation_members(const Conversation *v, Member *all);
/* The conversation and its members, when the caller is one: E_FORBIDDEN otherwise. */
Err conversation_join(Call *c, int64_t conversation, Conversation *v, Member *all, size_t *n);
/* Who has read a message, the sender included: into users[MEMBERS_MAX]. */
Err message_read_by(Tx *tx, const Message *m, int64_t *users, size_t *n);
/* Whether everybody but the sender has read it. */
Err message_is_read(Tx *tx, const Message *m, bool *out);
static inline int64_t member_key(int64_t user, bool archived) { return user * 2 + archived; }

#endif
