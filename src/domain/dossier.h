/* dossier.h - all that is known of one order, for whoever has to decide about it. */
#ifndef DOMAIN_DOSSIER_H
#define DOMAIN_DOSSIER_H

#include "domain/audit.h"
#include "domain/conversation.h"
#include "domain/ledger.h"
#include "domain/milestone.h"
#include "domain/payment.h"

/* A part: `items` points to `count` structs in the arena. */
typedef struct DossierPart {
    const void *items;
    size_t count;
} DossierPart;

enum { DOSSIER_ROWS_MAX = 100 }; /* of each part; of messages the newest, of everything else the oldest */

typedef struct Dossier {
    Order order; /* first */
    int64_t held; /* in escrow now: its own and its milestones' */
    DossierPart messages;   /* Message, oldest first */
    int64_t messages_total;
    DossierPart milestones; /* Milestone */
    DossierPart payments;   /* Payment */
    DossierPart receipts;   /* Receipt */
    DossierPart refunds;    /* Refund */
    DossierPart transfers;  /* Transfer */
    DossierPart audit;      /* Audit: what moderators did */
} Dossier;
/* IdIn (order) -> Dossier. Moderators. */
OpFn order_dossier;

#endif
