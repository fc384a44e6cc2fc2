/* notify.h - telling a person.
 *
 * One call writes the notification, its event, and the push, e-mail and SMS outbox rows that the person's preferences ask for
 * (preference.h), all in the caller's transaction. The texts are lang.h's: the notification's in English, what leaves the box in
 * the person's language. */
#ifndef DOMAIN_NOTIFY_H
#define DOMAIN_NOTIFY_H

#include "domain/domain.h"

typedef enum NotificationType {
    NOTE_NEW_APPLICATION = 1,
    NOTE_APPLICATION_ACCEPTED,
    NOTE_APPLICATION_REJECTED,
    NOTE_APPLICATION_WITHDRAWN,
    NOTE_ORDER_CREATED,
    NOTE_PAYMENT_RECEIVED, /* escrow funded: both */
    NOTE_WORK_STARTED,
    NOTE_WORK_SUBMITTED,
    NOTE_REVISION_REQUESTED,
    NOTE_ORDER_APPROVED,   /* and paid out to the wallet */
    NOTE_ORDER_COMPLETED,
    NOTE_ORDER_CANCELLED,
    NOTE_ORDER_DISPUTED,
    NOTE_DISPUTE_SETTLED,
    NOTE_AUTO_APPROVE_SOON,
    NOTE_REFUND,
    NOTE_WITHDRAWAL_PAID,
    NOTE_WITHDRAWAL_FAILED,
    NOTE_BANK_VERIFIED,
    NOTE_BANK_FAILED,
    NOTE_NEW_MESSAGE,
    NOTE_NEW_REVIEW,
    NOTE_BADGE,
    NOTE_GIG_BOOSTED,
    NOTE_SAVED_SEARCH,
    NOTE_ID_VERIFIED,
    NOTE_LISTING_REMOVED,
    NOTE_AGREEMENT_ACCEPTED,
    NOTE_AGREEMENT_REJECTED,
    NOTE_APPLICATION_STAGE, /* looked at, or on the short list */
    NOTE_GIG_UPDATED,       /* terms or status changed: savers and who applied */
    NOTE_CALL_SCHEDULED,
    NOTE_CALL_STARTED,
    NOTE_CALL_SOON,
    NOTE_CALL_CANCELLED,
    NOTE_LISTING_RESTORED,
    NOTE_ID_REJECTED,
    NOTE_REPORT_SETTLED,
    NOTE_SAVED_SEARCH_DIGEST,
    NOTE_TYPE_COUNT
} NotificationType;

typedef struct Notice {
    int64_t user; /* whom */
    int32_t type;
    int64_t gig, order, application, conversation, call, actor; /* what it is about; 0 = not */
    Str subject;    /* inserted for {subject}: a title, a name */
    Str detail;     /* inserted for {detail}: a reason */
    int64_t amount; /* inserted for {amount} */
} Notice;

/* E_MISSING when there is no such user. Does nothing for a user who is the actor himself, who blocked the actor, or whose account
 * is deleted. */
Err notify(Call *c, const Notice *n);

#endif
