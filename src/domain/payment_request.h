/* payment_request.h - a party of an order asks in their conversation for money; the client pays, into the order's escrow.
 *
 * Any number of requests may be paid, each once: every one is a target of its own for payments (payment.h, PAY_REQUEST). */
#ifndef DOMAIN_PAYMENT_REQUEST_H
#define DOMAIN_PAYMENT_REQUEST_H

#include "domain/payment.h"

enum { REQUEST_TEXT_MAX = 2000 /* code points */, REQUESTS_MAX = 100 /* in one conversation */ };

/* Permanent numbers. */
typedef enum RequestStatus { REQUEST_PENDING = 1, REQUEST_PAID, REQUEST_CANCELLED } RequestStatus;

typedef struct PaymentRequest {
    int64_t id;
    int64_t conversation, agreement; /* agreement: 0 = none */
    int64_t client, doer;
    int64_t by;                      /* who asks */
    int64_t amount;
    Str text;                        /* what for */
    int32_t status;                  /* RequestStatus as stored; request_status tells what is true now */
    int64_t message;                 /* in the conversation */
    int64_t order;                   /* whose escrow was funded, once paid */
    int64_t created_ms, updated_ms, paid_ms;
} PaymentRequest;

extern const Record PAYMENT_REQUEST;
extern const Index *const REQUEST_BY_PARTY;        /* client and doer; counted */
extern const Index *const REQUEST_BY_CONVERSATION; /* conversation; counted */

typedef struct RequestMakeIn {
    int64_t conversation, agreement;
    int64_t amount;
    Str text;
} RequestMakeIn;
/* RequestMakeIn -> PaymentRequest. A participant of a conversation about an order or an application; also a message of kind
 * MESSAGE_PAYMENT_REQUEST. E_INVALID: an agreement of others; E_STATE: about nothing that is paid, or the order is over. */
OpFn request_make;
/* IdIn -> PaymentRequest. The two parties. */
OpFn request_get;

typedef struct RequestListIn {
    PageIn page;
    int64_t conversation; /* 0: all of the caller's */
} RequestListIn;
/* RequestListIn -> PageOut of PaymentRequest, newest first. */
OpFn request_list;

/* ---- for other domain code, views and the hub ---- */

/* Pending ones of an order that is over, or of an application that was turned down, are cancelled. */
Err request_status(Tx *tx, const PaymentRequest *r, RequestStatus *out);
/* As payment_target: fills order, payer and amount; E_STATE "ALREADY_FUNDED" or "INVALID_STATE" when it cannot be paid now. */
Err request_target(Call *c, PaymentTarget *t);
/* Its money has arrived in the escrow of `order`. */
Err request_paid(Call *c, int64_t request, int64_t order);

#endif
