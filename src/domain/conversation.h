/* conversation.h - talk between participants: about an order, a gig, or nothing.
 *
 * An order's conversation is made with its first message. Participants only, everywhere: E_FORBIDDEN for others. */
#ifndef DOMAIN_CONVERSATION_H
#define DOMAIN_CONVERSATION_H

#include "domain/domain.h"

enum { MESSAGE_TEXT_MAX = 5000, MESSAGE_FILES_MAX = 10, MEMBERS_MAX = 16 };

typedef struct Member {
    int64_t user;
    int64_t read_message; /* the newest message read */
    int64_t read_ms;
    int64_t sent;         /* messages written */
} Member;

typedef struct Conversation {
    int64_t id;
    int64_t order, gig; /* what it is about, 0 = nothing */
    List members;       /* sub-records Member */
    int64_t last_message, last_ms, last_sender;
    int64_t created_ms;
} Conversation;

typedef struct Message {
    int64_t id;
    int64_t conversation, order, sender;
    Str text;
    List files; /* I64S */
    int64_t created_ms, edited_ms;
} Message;

extern const Record MEMBER; /* sub-record */
extern const Record CONVERSATION, MESSAGE;
extern const Index *const CONVERSATION_BY_ORDER;    /* unique, where about an order */
extern const Index *const CONVERSATION_BY_MEMBER;   /* user; counted */
extern const Index *const MESSAGE_BY_CONVERSATION;  /* conversation; counted */

typedef struct OrderMessageIn {
    int64_t order;
    Str text;
    List files; /* I64S, the sender's own */
} OrderMessageIn;
/* OrderMessageIn -> Message. Text or files. Event EV_MESSAGE to all participants, notification to the others. */
OpFn order_message_send;

typedef struct OrderMessagesIn {
    int64_t order;
    PageIn page;
} OrderMessagesIn;
/* OrderMessagesIn -> PageOut of Message, newest first. */
OpFn order_messages;

/* IdIn (message) -> Message. The caller has read up to here; event EV_READ to the other participants. Moves forward only. */
OpFn message_read;

/* ---- for other domain code and the hub ---- */

/* The members of an order's chat: client and doer. E_FORBIDDEN unless the caller is one. Fills users[2]. */
Err order_chat_users(Call *c, int64_t order, int64_t users[2]);
/* Whether the user takes part. */
Err conversation_has(Call *c, int64_t conversation, int64_t user, bool *out);

#endif
