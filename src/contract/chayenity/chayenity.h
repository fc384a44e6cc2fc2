/* chayenity.h - the Chayenity contract: what its files share.
 *
 * Ids are UUIDs, amounts major units with one decimal at least (1500.0), times 2025-10-01T10:00:00.000000 in UTC; lists are
 * skipped and limited, errors {"detail","error_code","field_errors"?}, 422 for what does not validate. A gig is the domain's
 * engagement. */
#ifndef CONTRACT_CHAYENITY_CHAYENITY_H
#define CONTRACT_CHAYENITY_CHAYENITY_H

#include "contract/exchange.h"
#include "domain/conversation.h"
#include "domain/user.h"

extern const Contract chayenity_contract;
extern const Section chayenity_auth, chayenity_users, chayenity_buddies, chayenity_gigs, chayenity_chat, chayenity_files,
    chayenity_reviews, chayenity_money, chayenity_socket;

extern const View chayenity_user_view;    /* User: oneself at sign-up */

/* ?skip= and ?limit= as PageIn `member` takes them. */
#define CHAYENITY_PAGING(T, member, skip_, limit_) \
    {.name = (skip_),                              \
     .where = IN_QUERY,                            \
     .type = W_INT,                                \
     IN_AT(T, member.skip),                        \
     .has = NO_HAS,                                \
     .flags = IN_CLAMP,                            \
     .min = 0,                                     \
     .max = 1000000,                               \
     .doc = "Things to pass over."},               \
        {.name = "limit",                          \
         .where = IN_QUERY,                        \
         .type = W_INT,                            \
         IN_AT(T, member.limit),                   \
         .has = NO_HAS,                            \
         .flags = IN_CLAMP | IN_DEFAULT,           \
         .min = 1,                                 \
         .max = LIST_LIMIT_MAX,                    \
         .fallback = (limit_),                     \
         .doc = "Things at most."}

/* For views. Whether there is more behind this page, by what the request skipped. */
bool chayenity_has_more(Render *r, const void *page, Value *out);
/* The address of a file; false when there is none. */
bool chayenity_file_url(Render *r, int64_t file, Value *out);
/* Name of a person, "" when gone. */
bool chayenity_name_of(Render *r, int64_t user, Value *out);
/* Mean rating with one decimal; 5.0 before the first review. */
int64_t chayenity_reputation_e1(const User *u);
/* A message as this contract has them: its words, or the name of a file that is no picture when there are none; the picture that
 * goes with it, a file's id or 0. The socket says the same. */
Str chayenity_message_text(Call *c, const Message *m);
int64_t chayenity_message_picture(Call *c, const Message *m);
/* For checks and before functions: the file behind an address of this box, or a bare id. */
bool chayenity_file_of(Exchange *x, Str url, int64_t *file);

#endif
