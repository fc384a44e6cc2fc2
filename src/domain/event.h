/* event.h - what happened, in order.
 *
 * Each state change appends one Event in its own transaction. The realtime hub tails the events by id after every commit and
 * sends each to its audience; they are the marketplace's history of a thing too. Records of kind 40. */
#ifndef DOMAIN_EVENT_H
#define DOMAIN_EVENT_H

#include "domain/domain.h"

typedef enum EventType {
    EV_NONE,
    EV_GIG,          /* posted, changed, closed, deleted: subject gig */
    EV_SERVICE,      /* the same of a service */
    EV_APPLICATION,  /* new or changed: gig, application, status */
    EV_ORDER,        /* new or changed state: order, gig, status */
    EV_PAYMENT,      /* escrow funded, refunded, released: order */
    EV_MESSAGE,      /* new message: conversation, message, order */
    EV_MESSAGE_EDIT, /* edited, reacted to */
    EV_READ,         /* read mark moved: conversation, message */
    EV_NOTIFICATION, /* notification */
    EV_REVIEW,
    EV_USER,         /* profile, presence-relevant change, suspension */
    EV_SESSION,      /* session ended: sockets of it must close */
    EV_AGREEMENT,
    EV_CALL,
    EV_SUBSCRIPTION,
    EV_COUNT
} EventType;

typedef struct Event {
    int64_t id; /* the sequence */
    int32_t type;
    int32_t verb;       /* EventVerb */
    int64_t at_ms;
    int64_t actor;      /* user id or 0 */
    int64_t subject;    /* id of the thing named by type */
    int64_t gig, order, conversation, application;
    int32_t status;     /* the subject's status after it, by its own enum */
    List users;         /* I64S: who may hear of it (empty: everybody) */
    Str text;           /* short detail, never secret */
} Event;

typedef enum EventVerb { VERB_CREATED = 1, VERB_UPDATED, VERB_DELETED, VERB_STATUS } EventVerb;

extern const Record EVENT;

/* Appends `e` (id and at_ms are set here). Must be in a write transaction. */
Err event_emit(Call *c, Event *e);
/* The events after `after`, oldest first, at most max, into the arena. */
Err event_tail(Tx *tx, int64_t after, size_t max, Event **events, size_t *n);
/* The id of the newest event, 0 when there is none. */
Err event_last(Tx *tx, int64_t *id);
/* Forgets events older than before_ms, at most `max` (by the housekeeping job). */
Err event_trim(Call *c, int64_t before_ms, size_t max, size_t *gone);

#endif
