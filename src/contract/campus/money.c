/* Payments, the wallet, bank accounts. */
#include "contract/campus/campus.h"
#include "domain/gig.h"
#include "domain/ledger.h"
#include "domain/wallet.h"

/* ---- paying an order ---- */

typedef struct CreateOrderIn {
    int64_t order;
} CreateOrderIn;
INPUTS(create_order_in, CreateOrderIn,
       INPUT("orderId", IN_BODY, W_ID, CreateOrderIn, order, NO_HAS, "Which order; any contract's form of its id.",
             .flags = IN_REQUIRED, .form = ID_ANY, .kind = &ORDER));

typedef struct CreateOrderOut {
    Str gateway_order, currency, key_id;
    int64_t amount, order;
} CreateOrderOut;
VIEW(campus_checkout_view, CreateOrderOut, "Checkout", "What the provider's checkout needs.",
     SHOW("razorpayOrderId", W_STR, CreateOrderOut, gateway_order, "The provider's order."),
     SHOW("amount", W_MONEY, CreateOrderOut, amount, "To pay."), SHOW("currency", W_STR, CreateOrderOut, currency, "ISO 4217."),
     SHOW("keyId", W_STR, CreateOrderOut, key_id, "The provider's public key."),
     SHOW_ID("orderId", CreateOrderOut, order, &ORDER, "Our order."));

static Err create_order(Exchange *x) {
    if (!x->ports->open_payment)
        return E_PROVIDER;
    PaymentPrepareIn in = {.purpose = PAY_ORDER, .provider = PROVIDER_RAZORPAY, .ref = ((const CreateOrderIn *)x->in)->order};
    Payment p = {0};
    Err e = x->ports->open_payment(x->ports->ctx, x->arena, &x->diag, &x->actor, &in, &p);
    if (e)
        return e;
    CreateOrderOut out = {.gateway_order = p.provider_order,
                          .currency = p.currency,
                          .key_id = x->ports->checkout_key_id,
                          .amount = p.amount,
                          .order = p.order};
    return exchange_render_as(x, NULL, 201, &campus_checkout_view, &out);
}

typedef struct VerifyIn {
    Str order, payment, signature;
} VerifyIn;
INPUTS(verify_in, VerifyIn,
       INPUT("razorpay_order_id", IN_BODY, W_STR, VerifyIn, order, NO_HAS, "As the checkout answered.", .flags = IN_REQUIRED,
             .min = 1, .max = 100),
       INPUT("razorpay_payment_id", IN_BODY, W_STR, VerifyIn, payment, NO_HAS, "As the checkout answered.", .flags = IN_REQUIRED,
             .min = 1, .max = 100),
       INPUT("razorpay_signature", IN_BODY, W_STR, VerifyIn, signature, NO_HAS, "As the checkout answered.", .flags = IN_REQUIRED,
             .min = 1, .max = 200));

typedef struct VerifyOut {
    int64_t order;
} VerifyOut;
static bool verified_order(Render *r, const void *row, Value *out) {
    Order *o = ARENA_NEW(r->arena, Order);
    const VerifyOut *v = row;
    out->row = o;
    return o && v->order && !rec_get(r->call->tx, &ORDER, v->order, o);
}
VIEW(campus_verified_view, VerifyOut, "PaymentVerified", "The payment is good.", SHOW_CONST("success", "true", "It is good."),
     SHOW_GET("order", W_ROW, verified_order, "The order as it is now; null when something else was paid.",
              .view = &campus_order_view, .optional = true));

static Err verify_read(Exchange *x, Call *c, void *arg) { return exchange_render_as(x, c, 200, &campus_verified_view, arg); }

static Err verify(Exchange *x) {
    if (!x->ports->verify_payment)
        return E_PROVIDER;
    const VerifyIn *in = x->in;
    PaymentCapturedOut *paid = ARENA_NEW(x->arena, PaymentCapturedOut);
    if (!paid)
        return E_NOMEM;
    Err e = x->ports->verify_payment(x->ports->ctx, x->arena, &x->diag, &x->actor, in->order, in->payment, in->signature, paid);
    if (!e && !paid->applied) /* kept and on its way back: too late, a second one, or of another amount */
        return diag_fail(&x->diag, E_STATE, "INVALID_STATE", S("This payment could not be used any more and is being refunded."));
    VerifyOut out = {.order = paid->order.id};
    return e ? e : exchange_read(x, verify_read, &out);
}

/* The signature is over the raw body; whoever sends it is no user. */
static Err webhook(Exchange *x) {
    if (!x->ports->webhook)
        return E_PROVIDER;
    Err e = x->ports->webhook(x->ports->ctx, x->arena, x->req->body, x->req->header(x->req, "X-Razorpay-Signature"));
    if (e == E_UNAUTHORIZED)
        return diag_fail(&x->diag, E_INVALID, "INVALID_SIGNATURE", S("The signature does not fit."));
    return e ? e : exchange_render_as(x, NULL, 200, &campus_done_view, "");
}

static const Route campus_payments_routes[] = {
    {.method = "POST",
     .path = "/api/payments/create-order",
     .handler = create_order,
     .in = &create_order_in,
     .view = &campus_checkout_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_STATE) | ERR(E_PROVIDER) | ERR(E_NETWORK),
     .summary = "Open the payment of an order.",
     .doc = "The same open order answers the same payment."},
    {.method = "POST",
     .path = "/api/payments/verify",
     .handler = verify,
     .in = &verify_in,
     .view = &campus_verified_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_STATE),
     .summary = "Verify a payment.",
     .doc = "By the checkout's signature. Webhook and verify may come in any order, twice, or only one of them: the escrow is "
            "funded exactly once."},
    {.method = "POST",
     .path = "/api/webhooks/payment",
     .handler = webhook,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .rate = RATE_NONE,
     .body = BODY_RAW,
     .errors = ERR(E_INVALID) | ERR(E_SYNTAX),
     .summary = "The provider's webhook.",
     .doc = "Signed by the header X-Razorpay-Signature."},
};
SECTION(campus_payments, "Payments", "Money into escrow.");

/* ---- the wallet ---- */

VIEW(campus_balance_view, WalletBalance, "Balance", "One's wallet.",
     SHOW("available", W_MONEY, WalletBalance, available, "May be withdrawn."),
     SHOW("pending", W_MONEY, WalletBalance, pending, "One's own payouts still in escrow."),
     SHOW("currency", W_STR, WalletBalance, currency, "ISO 4217."));

WORDS(campus_wallet_words, "WalletStatus", WORD(WALLET_DONE, "completed"), WORD(WALLET_PENDING, "pending"),
      WORD(WALLET_FAILED, "failed"));
static bool wallet_type(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = wallet_word(((const WalletRow *)row)->cause);
    return true;
}
VIEW(campus_transaction_view, WalletRow, "WalletTransaction", "Money in or out of the wallet.",
     SHOW_ID("id", WalletRow, id, &TRANSFER, "Its id."),
     SHOW_GET("type", W_STR, wallet_type, "earning, payment, refund, withdrawal, withdrawal_reversal, boost."),
     SHOW("amount", W_MONEY, WalletRow, amount, "Signed."),
     SHOW("balanceAfter", W_MONEY, WalletRow, balance_after, "What was available then."),
     SHOW_ID("orderId", WalletRow, order, &ORDER, "By which order.", .empty = EMPTY_OMIT),
     SHOW("status", W_WORD, WalletRow, state, "What became of it.", .words = &campus_wallet_words),
     SHOW("createdAt", W_TIME, WalletRow, at_ms, "When."));
INPUTS(wallet_page_in, PageIn, INPUT_PAGING(PageIn, page, limit));

INPUTS(withdraw_in, WithdrawIn,
       INPUT("amount", IN_BODY, W_MONEY, WithdrawIn, amount, NO_HAS, "How much.", .flags = IN_REQUIRED, .min = 1,
             .max = INT64_MAX),
       INPUT("bankAccountId", IN_BODY, W_ID, WithdrawIn, bank, NO_HAS, "Where to; a verified account of one's own.",
             .flags = IN_REQUIRED, .kind = &BANK_ACCOUNT));
WORDS(campus_withdrawal_words, "WithdrawalStatus", WORD(WITHDRAWAL_WAITING, "pending"), WORD(WITHDRAWAL_PAID, "paid"),
      WORD(WITHDRAWAL_FAILED, "failed"), WORD(WITHDRAWAL_CANCELLED, "cancelled"));
VIEW(campus_withdrawal_view, Withdrawal, "Withdrawal", "Money on its way to the bank.",
     SHOW_ID("id", Withdrawal, id, &WITHDRAWAL, "Its id."), SHOW("amount", W_MONEY, Withdrawal, amount, "How much."),
     SHOW_ID("bankAccountId", Withdrawal, bank, &BANK_ACCOUNT, "Where to."),
     SHOW("status", W_WORD, Withdrawal, state, "What became of it; money that did not arrive is back in the wallet.",
          .words = &campus_withdrawal_words),
     SHOW("createdAt", W_TIME, Withdrawal, created_ms, "When."),
     SHOW("settledAt", W_TIME, Withdrawal, settled_ms, "When it was settled.", .empty = EMPTY_OMIT));
INPUTS(withdrawals_in, StateListIn,
       INPUT("status", IN_QUERY, W_WORD, StateListIn, state, NO_HAS, "Only those.", .words = &campus_withdrawal_words),
       INPUT_PAGE(StateListIn, page));

/* ---- bank accounts ---- */

static bool bank_tail(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = bank_last4(row);
    return true;
}
static bool bank_is_verified(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = ((const BankAccount *)row)->state == BANK_VERIFIED;
    return true;
}
WORDS(campus_bank_words, "BankAccountStatus", WORD(BANK_NEW, "unverified"), WORD(BANK_CHECKING, "checking"),
      WORD(BANK_VERIFIED, "verified"), WORD(BANK_FAILED, "failed"));
VIEW(campus_bank_view, BankAccount, "BankAccount", "Where money may be withdrawn to. The full number never comes back.",
     SHOW_ID("id", BankAccount, id, &BANK_ACCOUNT, "Its id."),
     SHOW("accountHolderName", W_STR, BankAccount, holder, "Whose it is."),
     SHOW_GET("last4", W_STR, bank_tail, "The last four digits."), SHOW("ifsc", W_STR, BankAccount, ifsc, "The branch."),
     SHOW_GET("verified", W_BOOL, bank_is_verified, "A penny drop arrived."),
     SHOW("status", W_WORD, BankAccount, state, "How far that is.", .words = &campus_bank_words),
     SHOW("registeredName", W_STR, BankAccount, registered_name, "As the bank says.", .empty = EMPTY_OMIT),
     SHOW("createdAt", W_TIME, BankAccount, created_ms, "When it was added."),
     SHOW("verifiedAt", W_TIME, BankAccount, verified_ms, "When it was verified.", .empty = EMPTY_OMIT));
INPUTS(bank_in, BankAddIn,
       INPUT("accountHolderName", IN_BODY, W_STR, BankAddIn, holder, NO_HAS, "Whose it is.", .flags = IN_REQUIRED | IN_TRIM,
             .min = 2, .max = 120),
       INPUT("accountNumber", IN_BODY, W_STR, BankAddIn, number, NO_HAS, "9 to 18 digits.",
             .flags = IN_REQUIRED | IN_TRIM | IN_SECRET, .min = 1, .max = 40),
       INPUT("ifsc", IN_BODY, W_STR, BankAddIn, ifsc, NO_HAS, "The branch's code.", .flags = IN_REQUIRED | IN_TRIM, .min = 1,
             .max = 20, .example = "\"HDFC0001234\""));
INPUTS(bank_id_in, IdIn, INPUT_ID("id", IdIn, id, &BANK_ACCOUNT, "Which account."));

static Err verify_bank(Exchange *x) {
    if (!x->ports->verify_bank)
        return E_PROVIDER;
    BankAccount account = {0};
    Err e = x->ports->verify_bank(x->ports->ctx, x->arena, &x->diag, &x->actor, ((const IdIn *)x->in)->id, &account);
    return e ? e : exchange_render_as(x, NULL, 200, &campus_bank_view, &account);
}

static const Route campus_wallet_routes[] = {
    {.method = "GET",
     .path = "/api/wallet/balance",
     .op = wallet_balance,
     .view = &campus_balance_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .summary = "One's balance."},
    {.method = "GET",
     .path = "/api/wallet/transactions",
     .op = wallet_transactions,
     .in = &wallet_page_in,
     .view = &campus_transaction_view,
     .shape = SHAPE_LIST,
     .plural = "transactions",
     .access = ACCESS_SIGNED_IN,
     .summary = "What went in and out, newest first."},
    {.method = "POST",
     .path = "/api/wallet/withdraw",
     .op = withdraw,
     .in = &withdraw_in,
     .view = &campus_withdrawal_view,
     .shape = SHAPE_ONE,
     .status = 202,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FUNDS) | ERR(E_MISSING) | ERR(E_STATE),
     .summary = "Withdraw to a verified bank account.",
     .doc = "Paid out shortly; a failed payout returns the money."},
    {.method = "GET",
     .path = "/api/wallet/withdrawals",
     .op = withdrawal_list,
     .in = &withdrawals_in,
     .view = &campus_withdrawal_view,
     .shape = SHAPE_LIST,
     .plural = "withdrawals",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's withdrawals, newest first."},
    {.method = "POST",
     .path = "/api/bank-accounts",
     .op = bank_add,
     .in = &bank_in,
     .view = &campus_bank_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_CONFLICT),
     .summary = "Add a bank account."},
    {.method = "GET",
     .path = "/api/bank-accounts",
     .op = bank_list,
     .view = &campus_bank_view,
     .shape = SHAPE_LIST,
     .plural = "bankAccounts",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's bank accounts."},
    {.method = "DELETE",
     .path = "/api/bank-accounts/{id}",
     .op = bank_delete,
     .in = &bank_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Remove a bank account."},
    {.method = "POST",
     .path = "/api/bank-accounts/{id}/verify",
     .handler = verify_bank,
     .in = &bank_id_in,
     .view = &campus_bank_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE) | ERR(E_PROVIDER) | ERR(E_NETWORK),
     .summary = "Verify a bank account by a penny drop."},
};
SECTION(campus_wallet, "Wallet", "Money out of the box.");
