/* agreement.h - amount, deadline and terms that both sides sign, about an order or about an application that may become one.
 *
 * Either party makes one, only the other accepts or rejects it. Accepting gives the order (or the application, so the order that
 * comes of it) the agreement's amount, and the order its deadline. What has become of an accepted one is what has become of its
 * order: the doer's "submitted" hands the order's work in, the client's "completed" accepts it and releases the escrow; it
 * follows just the same when the order is moved by other ways. So the workflow is not stored; agreement_workflow tells it.
 *
 * Errors common to all: E_MISSING, E_FORBIDDEN (a stranger, or the wrong party), E_STATE "INVALID_STATE". */
#ifndef DOMAIN_AGREEMENT_H
#define DOMAIN_AGREEMENT_H

#include "domain/order.h"

enum { AGREEMENT_TERMS_MAX = 5000 /* code points */, AGREEMENTS_PER_ORDER_MAX = 50 };

/* Permanent numbers. */
typedef enum AgreementStatus { AGREEMENT_PENDING = 1, AGREEMENT_ACCEPTED, AGREEMENT_REJECTED } AgreementStatus;
typedef enum AgreementWorkflow {
    WORKFLOW_DRAFT = 1, /* not answered yet */
    WORKFLOW_ACTIVE,
    WORKFLOW_SUBMITTED,
    WORKFLOW_COMPLETED,
    WORKFLOW_CANCELLED
} AgreementWorkflow;

typedef struct Agreement {
    int64_t id;
    int64_t order;       /* 0: the application has none yet */
    int64_t application; /* 0: of a service order */
    int64_t client, doer;
    int64_t by;          /* which of the two made it */
    int64_t conversation;
    int64_t amount;
    int64_t deadline_ms; /* 0 = none */
    Str terms;
    int32_t status;      /* AgreementStatus */
    int64_t created_ms, updated_ms, answered_ms;
    int64_t cancelled_ms; /* given up by a party */
} Agreement;

extern const Record AGREEMENT;
extern const Index *const AGREEMENT_BY_ORDER;       /* order, where it has one; counted */
extern const Index *const AGREEMENT_BY_APPLICATION; /* application, where it has one; counted */
extern const Index *const AGREEMENT_BY_PARTY;       /* client and doer; counted */

typedef struct AgreementMakeIn {
    int64_t order, application; /* one of them */
    int64_t amount;
    int64_t deadline_ms;
    Str terms;
} AgreementMakeIn;
/* AgreementMakeIn -> Agreement. Also a message of kind MESSAGE_AGREEMENT in their conversation. E_STATE once the order is over or
 * the application was turned down. */
OpFn agreement_make;

/* IdIn -> Agreement. Its parties. */
OpFn agreement_get;

typedef struct AgreementListIn {
    PageIn page;
    int64_t order, application; /* of this one; both 0: all of the caller's */
} AgreementListIn;
/* AgreementListIn -> PageOut of Agreement, newest first. */
OpFn agreement_list;

/* IdIn -> Agreement. The other party, while pending. */
OpFn agreement_accept;
OpFn agreement_reject;

enum { AGREEMENT_SET_STATUS, AGREEMENT_SET_WORKFLOW, AGREEMENT_SET_AMOUNT, AGREEMENT_SET_DEADLINE, AGREEMENT_SET_TERMS };
typedef struct AgreementEdit {
    uint64_t has;
    int64_t id;
    int32_t status; /* AGREEMENT_ACCEPTED, AGREEMENT_REJECTED: as the operations of that name */
    int32_t workflow; /* WORKFLOW_SUBMITTED: the doer; WORKFLOW_COMPLETED: the client; WORKFLOW_CANCELLED: either */
    int64_t amount; /* these three: whoever made it, while pending */
    int64_t deadline_ms;
    Str terms;
} AgreementEdit;
/* AgreementEdit -> Agreement. What it is already changes nothing. */
OpFn agreement_edit;

/* ---- for views and the hub ---- */

/* What has become of it. */
Err agreement_workflow(Tx *tx, const Agreement *a, AgreementWorkflow *out);

#endif
