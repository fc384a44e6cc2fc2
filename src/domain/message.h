/* message.h - between conversation.c and message.c only. */
#ifndef DOMAIN_MESSAGE_H
#define DOMAIN_MESSAGE_H

#include "domain/conversation.h"

/* One page of a conversation's messages. The caller may read them. */
Err messages_page(Call *c, const Conversation *v, const MessagesIn *in, PageOut *out);
/* Whether the caller, one of `users`, may say this to the others: nothing blocks them, and there is something to say. Before a
 * conversation is made for it. */
Err message_check(Call *c, const MessageIn *in, const int64_t *users, size_t n);

#endif
