/* razorpay.h - Razorpay's REST API as far as we use it: orders, payments, refunds; RazorpayX contacts, fund accounts,
 * validations, payouts.
 *
 * One row per call (razorpay.c), one walker. Amounts are minor units both here and there. Formats: razorpay.com/docs/api. */
#ifndef GATEWAY_RAZORPAY_H
#define GATEWAY_RAZORPAY_H

#include "domain/bank.h"
#include "gateway/internal.h"

typedef enum RazorpayCall {
    RZP_ORDER_CREATE,
    RZP_ORDER_PAYMENTS,
    RZP_REFUND_CREATE,
    RZP_CONTACT_CREATE,
    RZP_FUND_CREATE,
    RZP_VALIDATION_CREATE,
    RZP_VALIDATION_GET,
    RZP_PAYOUT_CREATE,
    RZP_PAYOUT_GET,
    RZP_CALL_COUNT
} RazorpayCall;

/* What Razorpay takes as an idempotency key: 10 to 36 letters, digits, '-', '_'. A key that is none is replaced by a hash of it.
 */
enum { RZP_KEY_MIN = 10, RZP_KEY_MAX = 36 };
/* The largest amount that IMPS moves (5 lakh rupees, in paise); beyond it goes by NEFT. */
#define RZP_IMPS_MAX INT64_C(50000000)

/* Makes the call with the variables of its row. As gateway_exchange. key: empty for calls without one. */
Err razorpay(Gateway *g, Arena *a, RazorpayCall call, const Var *vars, size_t n, Str key, int64_t deadline_ms, Answer *answer,
             Outcome *o);

/* Opens the provider's order of a prepared payment; gives its id. */
Err razorpay_open(Gateway *g, Arena *a, const Payment *p, Str *provider_order, Outcome *o);

/* What a payout's status means for us. */
typedef enum PayoutFate { PAYOUT_UNDER_WAY, PAYOUT_DONE, PAYOUT_FAILED } PayoutFate;
PayoutFate payout_fate(Str status);

/* Our references in Razorpay's free fields: "gb<payment>", "gbw<withdrawal>". The id of a withdrawal reference, 0 for any other
 * text. */
int64_t withdrawal_of(Str reference);

/* A payment entity of Razorpay that is captured, as the domain's operation wants it; false when it is not, or not of an order. */
bool captured_payment(Answer entity, int32_t source, PaymentCapturedIn *in);

/* The verdict on a bank account. */
typedef struct Penny {
    bool reached, valid;
    Str registered_name, error;
    Str validation; /* the provider's id of the validation under way, to ask again about it */
} Penny;
/* Contact, fund account, validation, then looks at it until deadline_ms. `validation`: one begun earlier, or empty. o tells why
 * it was not reached. */
void penny_drop(Gateway *g, Arena *a, const BankAccount *account, Str validation, int64_t deadline_ms, Penny *penny, Outcome *o);
/* Tells the domain; *out is the account after it. */
Err penny_record(Gateway *g, Arena *a, int64_t account, const Penny *penny, BankAccount *out);

#endif
