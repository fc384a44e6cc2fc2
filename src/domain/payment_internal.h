/* payment_internal.h - between payment.c, receipt.c and refund.c only. */
#ifndef DOMAIN_PAYMENT_INTERNAL_H
#define DOMAIN_PAYMENT_INTERNAL_H

#include "domain/ledger.h"
#include "domain/payment.h"

enum { RECEIPTS_PER_ORDER_MAX = 256 };

/* Fills order, payer and amount of a target from purpose and ref, and says whether it can be paid now: E_STATE "ALREADY_FUNDED"
 * or "INVALID_STATE" (order, payer and amount are filled then too), E_MISSING, E_INVALID. PAY_ORDER of an order with milestones
 * turns into its first unfunded milestone. */
Err payment_target(Call *c, PaymentTarget *t);
Err payment_void(Call *c, Payment *p);
/* payment_void_target, but for the payment `except`. */
Err payment_void_others(Call *c, int32_t purpose, int64_t ref, int64_t except);
/* Queues the refund of `amount` of a receipt whose money is in ACC_REFUNDS (or was never booked, when of another currency). */
Err refund_add(Call *c, Receipt *r, int64_t amount, RefundReason why);

#endif
