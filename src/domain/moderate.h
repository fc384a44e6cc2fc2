/* moderate.h - what moderators and admins do to people and listings.
 *
 * Every act is audited in its own transaction and tells whom it concerns. Moderators and admins may moderate; rights are given
 * and taken by admins only. Nobody acts on himself; on people who have rights themselves only an admin may; an admin must lose
 * the right before anything else; and the last admin keeps it. A reason is 1 to MODERATE_REASON_MAX characters. */
#ifndef DOMAIN_MODERATE_H
#define DOMAIN_MODERATE_H

#include "domain/gig.h"
#include "domain/order.h"
#include "domain/service.h"
#include "domain/user.h"

enum { MODERATE_REASON_MAX = 1000 };

/* ---- people ---- */

typedef struct UserListIn {
    PageIn page;
    Str search;    /* words of name, username, phone, e-mail, university; or a whole phone number in any spelling */
    int32_t state; /* UserState; 0 = all that are not deleted */
} UserListIn;
/* UserListIn -> PageOut of User: newest first, or by relevance when searching. Moderators. */
OpFn user_list;
/* IdIn -> User: deleted ones too. Moderators. */
OpFn user_look;

/* ReasonIn -> User: all sessions end, their sockets close, and nobody sees the listings any more. E_STATE when suspended already.
 */
OpFn user_suspend;
/* IdIn -> User: the listings come back, but for those that were taken down for themselves. E_STATE when not suspended. */
OpFn user_unsuspend;
/* Takes down or brings back up to about `max` listings of people whose standing changed. By a job. */
Err listings_shift(Call *c, size_t max, size_t *done);

typedef struct RightIn {
    int64_t id;
    int32_t right; /* RIGHT_MODERATOR, RIGHT_ADMIN */
} RightIn;
/* RightIn -> User. Admins. Idempotent. E_STATE: suspended or deleted; the last admin. */
OpFn user_grant;
OpFn user_revoke;

/* IdIn -> User: the student ID is good. E_STATE: no document, or verified already. */
OpFn user_id_verify;
/* ReasonIn -> User: it is not; the document is taken off the profile, the person is told why. */
OpFn user_id_reject;
/* IdIn -> IdIn: the file of somebody's student ID, for looking at it. E_MISSING: none. Audited, since it is a look at a private
 * document. */
OpFn user_id_document;

/* How many people have this right. */
Err user_count_rights(Call *c, int32_t right, int64_t *n);
/* Up to `max` people of a state, oldest account first. By the system. */
Err users_in_state(Call *c, UserState state, size_t max, User **rows, size_t *n);

/* ---- listings ---- */

/* ReasonIn -> Gig: nobody but owner and moderators sees it any more; running orders go on. E_STATE when it is down already. */
OpFn gig_take_down;
/* IdIn -> Gig. E_STATE when it is not down. */
OpFn gig_restore;
/* PageIn -> PageOut of Gig: those taken down, newest first. */
OpFn gig_list_removed;
OpFn service_take_down;
OpFn service_restore;
OpFn service_list_removed; /* by category, then age */

#endif
