/* Orders and disputes for moderators; payouts, refunds and stray money for admins. */
#include "contract/campus/admin.h"
#include "domain/bank.h"
#include "domain/dossier.h"
#include "domain/outbox.h"
#include "domain/wallet.h"

/* ---- money that came, and money that goes back ---- */

WORDS(admin_provider_words, "Provider", WORD(PROVIDER_RAZORPAY, "razorpay"), WORD(PROVIDER_STRIPE, "stripe"),
      WORD(PROVIDER_WALLET, "wallet"), WORD(PROVIDER_MOCK, "mock"));
WORDS(admin_payment_words, "PaymentStatus", WORD(PAYMENT_OPENING, "opening"), WORD(PAYMENT_OPEN, "open"),
      WORD(PAYMENT_PAID, "paid"), WORD(PAYMENT_VOID, "void"));
WORDS(admin_purpose_words, "PaymentPurpose", WORD(PAY_ORDER, "order"), WORD(PAY_MILESTONE, "milestone"),
      WORD(PAY_REQUEST, "request"), WORD(PAY_BOOST, "boost"));
VIEW(admin_payment_view, Payment, "AdminPayment", "An order opened at a payment provider.",
     SHOW_ID("id", Payment, id, &PAYMENT, "Its id."),
     SHOW("provider", W_WORD, Payment, provider, "At which.", .words = &admin_provider_words),
     SHOW("purpose", W_WORD, Payment, purpose, "What for.", .words = &admin_purpose_words),
     SHOW("amount", W_MONEY, Payment, amount, "How much."),
     SHOW("status", W_WORD, Payment, state, "What became of it.", .words = &admin_payment_words),
     SHOW("providerOrderId", W_STR, Payment, provider_order, "The provider's id of it.", .empty = EMPTY_NULL),
     SHOW("providerPaymentId", W_STR, Payment, provider_payment, "And of the payment.", .empty = EMPTY_NULL),
     SHOW("createdAt", W_TIME, Payment, created_ms, "When it was opened."),
     SHOW("paidAt", W_TIME, Payment, paid_ms, "When it was paid.", .empty = EMPTY_NULL));

WORDS(admin_receipt_words, "ReceiptStatus", WORD(RECEIPT_APPLIED, "applied"), WORD(RECEIPT_STRAY, "stray"));
WORDS(admin_stray_words, "StrayReason", WORD(STRAY_LATE, "late"), WORD(STRAY_DOUBLE, "double"), WORD(STRAY_AMOUNT, "amount"),
      WORD(STRAY_CURRENCY, "currency"), WORD(STRAY_UNKNOWN, "unknown"));
WORDS(admin_source_words, "ReceiptSource", WORD(SOURCE_VERIFY, "verify"), WORD(SOURCE_WEBHOOK, "webhook"),
      WORD(SOURCE_POLL, "poll"), WORD(SOURCE_INTERNAL, "internal"));
VIEW(admin_receipt_view, Receipt, "AdminReceipt", "Money that arrived.", SHOW_ID("id", Receipt, id, &RECEIPT, "Its id."),
     SHOW("status", W_WORD, Receipt, state, "Whether it fitted something payable.", .words = &admin_receipt_words),
     SHOW("reason", W_WORD, Receipt, stray, "Why it did not.", .words = &admin_stray_words, .empty = EMPTY_NULL),
     SHOW("provider", W_WORD, Receipt, provider, "From which.", .words = &admin_provider_words),
     SHOW("source", W_WORD, Receipt, source, "Who reported it first.", .words = &admin_source_words),
     SHOW_ID("orderId", Receipt, order, &ORDER, "For which order.", .empty = EMPTY_NULL),
     SHOW_ID("payerId", Receipt, payer, &USER, "From whom.", .empty = EMPTY_NULL),
     SHOW("amount", W_MONEY, Receipt, amount, "How much."),
     SHOW("refunded", W_MONEY, Receipt, refunded, "How much of it goes or went back."),
     SHOW("reportedAmount", W_MONEY, Receipt, reported_amount, "What a later report said instead: look into it.",
          .empty = EMPTY_OMIT),
     SHOW("currency", W_STR, Receipt, currency, "ISO 4217."),
     SHOW("providerOrderId", W_STR, Receipt, provider_order, "The provider's order.", .empty = EMPTY_NULL),
     SHOW("providerPaymentId", W_STR, Receipt, provider_payment, "The provider's payment.", .empty = EMPTY_NULL),
     SHOW("at", W_TIME, Receipt, at_ms, "When."));

WORDS(admin_refund_words, "RefundStatus", WORD(REFUND_WAITING, "waiting"), WORD(REFUND_SENT, "sent"), WORD(REFUND_DEAD, "dead"),
      WORD(REFUND_CREDITED, "credited"));
WORDS(admin_refund_reason_words, "RefundReason", WORD(REFUND_CANCELLED, "cancelled"), WORD(REFUND_SETTLED, "settled"),
      WORD(REFUND_STRAY, "stray"));
VIEW(admin_refund_view, Refund, "AdminRefund", "Money promised back.", SHOW_ID("id", Refund, id, &REFUND, "Its id."),
     SHOW("status", W_WORD, Refund, state, "dead: failed for good, and waits for a decision.", .words = &admin_refund_words),
     SHOW("reason", W_WORD, Refund, reason, "Why.", .words = &admin_refund_reason_words),
     SHOW_ID("receiptId", Refund, receipt, &RECEIPT, "Of which money."),
     SHOW_ID("orderId", Refund, order, &ORDER, "Of which order.", .empty = EMPTY_NULL),
     SHOW_ID("payerId", Refund, payer, &USER, "To whom.", .empty = EMPTY_NULL),
     SHOW("amount", W_MONEY, Refund, amount, "How much."), SHOW("currency", W_STR, Refund, currency, "ISO 4217."),
     SHOW("providerRefundId", W_STR, Refund, provider_refund, "The provider's id of it.", .empty = EMPTY_NULL),
     SHOW("error", W_STR, Refund, error, "Why it failed.", .empty = EMPTY_NULL),
     SHOW("createdAt", W_TIME, Refund, created_ms, "When it was promised."),
     SHOW("settledAt", W_TIME, Refund, settled_ms, "When it was settled.", .empty = EMPTY_NULL));

/* ---- the ledger ---- */

WORDS(admin_cause_words, "Cause", WORD(CAUSE_CAPTURE, "capture"), WORD(CAUSE_WALLET_PAY, "wallet_payment"),
      WORD(CAUSE_RELEASE, "release"), WORD(CAUSE_REFUND_DUE, "refund_due"), WORD(CAUSE_REFUND_WALLET, "refund_to_wallet"),
      WORD(CAUSE_REFUND_SENT, "refund_sent"), WORD(CAUSE_REFUND_KEPT, "refund_credited"), WORD(CAUSE_STRAY, "stray"),
      WORD(CAUSE_WITHDRAW, "withdrawal"), WORD(CAUSE_PAYOUT, "payout"), WORD(CAUSE_PAYOUT_FAILED, "payout_failed"),
      WORD(CAUSE_PAYOUT_REVERSED, "payout_reversed"), WORD(CAUSE_BOOST_WALLET, "boost"), WORD(CAUSE_BOOST_PAID, "boost"));
static const struct {
    Str name;
    const Record *of;
} accounts[ACC_TYPE_COUNT] = {
    [ACC_GATEWAY] = {STR_INIT("gateway"), NULL},      [ACC_BANK] = {STR_INIT("bank"), NULL},
    [ACC_FEES] = {STR_INIT("platform.fees"), NULL},   [ACC_REFUNDS] = {STR_INIT("refunds"), NULL},
    [ACC_AVAILABLE] = {STR_INIT("available"), &USER}, [ACC_WITHDRAWING] = {STR_INIT("withdrawing"), &USER},
    [ACC_ESCROW] = {STR_INIT("escrow"), &ORDER},      [ACC_PART_ESCROW] = {STR_INIT("escrow"), &MILESTONE},
};
static bool posting_account(Render *r, const void *row, Value *out) {
    (void)r;
    int32_t type = account_type(((const Posting *)row)->account);
    bool known = type > 0 && type < ACC_TYPE_COUNT;
    out->s = known ? accounts[type].name : (Str){NULL, 0};
    return known;
}
static bool posting_owner(Render *r, const void *row, Value *out) {
    int64_t code = ((const Posting *)row)->account;
    int32_t type = account_type(code);
    if (type <= 0 || type >= ACC_TYPE_COUNT || !accounts[type].of)
        return false;
    out->s = id_text(r->ids, r->arena, ID_UUID, accounts[type].of->kind, account_owner(code));
    return true;
}
VIEW(admin_posting_view, Posting, "Posting", "One side of a transfer.",
     SHOW_GET("account", W_STR, posting_account, "Which account.", .optional = true),
     SHOW_GET("ownerId", W_STR, posting_owner, "Of which user, order or milestone.", .optional = true),
     SHOW("amount", W_MONEY, Posting, amount, "Signed."),
     SHOW("balanceAfter", W_MONEY, Posting, balance_after, "Of the account."));
VIEW(admin_transfer_view, Transfer, "Transfer", "An entry of the ledger.", SHOW_ID("id", Transfer, id, &TRANSFER, "Its id."),
     SHOW("cause", W_WORD, Transfer, cause, "Why money moved.", .words = &admin_cause_words),
     SHOW("at", W_TIME, Transfer, at_ms, "When."),
     SHOW("postings", W_ROWS, Transfer, postings, "They add up to nothing.", .view = &admin_posting_view, .record = &POSTING));

/* ---- an order, whole ---- */

_Static_assert(sizeof(DossierPart) == sizeof(Rows) && offsetof(DossierPart, count) == offsetof(Rows, count), "the same layout");

static bool dossier_order(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = row; /* it stands first */
    return true;
}
VIEW(admin_dossier_view, Dossier, "AdminOrder", "All that is known of an order.",
     SHOW_GET("order", W_ROW, dossier_order, "The order, with deliverables and revision requests.", .view = &campus_order_view),
     SHOW("escrowHeld", W_MONEY, Dossier, held, "What its escrow holds now."),
     SHOW("disputedBy", W_ID, Dossier, order.disputed_by, "Who disputes it.", .kind = &USER, .empty = EMPTY_NULL),
     SHOW("settledBy", W_ID, Dossier, order.settled_by, "Who settled the dispute.", .kind = &USER, .empty = EMPTY_NULL),
     SHOW("settleNote", W_STR, Dossier, order.settle_note, "And what was said to it.", .empty = EMPTY_NULL),
     SHOW("settledToDoer", W_MONEY, Dossier, order.settled_to_doer, "The doer's share of it, before fees."),
     SHOW("messages", W_ROWS, Dossier, messages, "The newest hundred, oldest first; the rest by GET /api/orders/{id}/messages.",
          .view = &campus_message_view),
     SHOW("messagesTotal", W_INT, Dossier, messages_total, "Messages in all."),
     SHOW("milestones", W_ROWS, Dossier, milestones, "Its parts.", .view = &campus_milestone_view),
     SHOW("payments", W_ROWS, Dossier, payments, "What was opened at providers.", .view = &admin_payment_view),
     SHOW("receipts", W_ROWS, Dossier, receipts, "What arrived.", .view = &admin_receipt_view),
     SHOW("refunds", W_ROWS, Dossier, refunds, "What goes or went back.", .view = &admin_refund_view),
     SHOW("transfers", W_ROWS, Dossier, transfers, "The ledger about it.", .view = &admin_transfer_view),
     SHOW("audit", W_ROWS, Dossier, audit, "What moderators and admins did.", .view = &admin_audit_view));

INPUTS(admin_order_in, IdIn, INPUT_ID("id", IdIn, id, &ORDER, "Which order."));
WORDS(admin_order_filter_words, "OrderStatus",
      WORD(ORDER_BIT(ORDER_PENDING_PAYMENT) | ORDER_BIT(ORDER_PENDING), "pending_payment"),
      WORD(ORDER_BIT(ORDER_IN_PROGRESS) | ORDER_BIT(ORDER_IN_REVISION), "in_progress"),
      WORD(ORDER_BIT(ORDER_SUBMITTED), "submitted"), WORD(ORDER_BIT(ORDER_APPROVED), "approved"),
      WORD(ORDER_BIT(ORDER_COMPLETED), "completed"), WORD(ORDER_BIT(ORDER_DISPUTED), "disputed"),
      WORD(ORDER_BIT(ORDER_CANCELLED), "cancelled"));
INPUTS(admin_orders_in, OrderListIn, {.where = IN_CONST, .type = W_BOOL, IN_AT(OrderListIn, all), .has = NO_HAS, .fallback = 1},
       INPUT("status", IN_QUERY, W_WORDS, OrderListIn, statuses, NO_HAS, "One or more, comma-separated.", .flags = IN_COMMA,
             .words = &admin_order_filter_words),
       INPUT_PAGE(OrderListIn, page));
INPUTS(admin_disputes_in, OrderListIn, {.where = IN_CONST, .type = W_BOOL, IN_AT(OrderListIn, all), .has = NO_HAS, .fallback = 1},
       {.where = IN_CONST, .type = W_INT, IN_AT(OrderListIn, statuses), .has = NO_HAS, .fallback = ORDER_BIT(ORDER_DISPUTED)},
       INPUT_PAGE(OrderListIn, page));
WORDS(admin_settle_words, "Settlement", WORD(SETTLE_RELEASE, "release"), WORD(SETTLE_REFUND, "refund"),
      WORD(SETTLE_SPLIT, "split"));
INPUTS(admin_settle_in, SettleIn, INPUT_ID("id", SettleIn, id, &ORDER, "Which order."),
       INPUT("outcome", IN_BODY, W_WORD, SettleIn, outcome, NO_HAS,
             "release: all to the doer; refund: all back to the client; split: toDoer to the doer, the rest back.",
             .flags = IN_REQUIRED, .words = &admin_settle_words),
       INPUT("toDoer", IN_BODY, W_MONEY, SettleIn, to_doer, NO_HAS, "With split: the doer's share, from which the fee is taken.",
             .flags = IN_DEFAULT, .fallback = -1, .min = 0, .max = INT64_MAX),
       INPUT("note", IN_BODY, W_STR, SettleIn, note, NO_HAS, "Why; for the audit log.", .flags = IN_TRIM, .max = 5000));

static const Route campus_admin_orders_routes[] = {
    {ADMIN_READ(MODERATOR, "/api/admin/orders", order_list, &admin_orders_in, &campus_order_view), .shape = SHAPE_LIST,
     .plural = "orders", .summary = "Everybody's orders, newest first."},
    {ADMIN_READ(MODERATOR, "/api/admin/disputes", order_list, &admin_disputes_in, &campus_order_view), .shape = SHAPE_LIST,
     .plural = "orders", .summary = "Orders whose dispute waits for a decision."},
    {ADMIN_READ(MODERATOR, "/api/admin/orders/{id}", order_dossier, &admin_order_in, &admin_dossier_view), .shape = SHAPE_ONE,
     .summary = "An order with its whole history.",
     .doc = "Deliverables, chat, payments, escrow and ledger, refunds, what moderators did."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/orders/{id}/settle", dispute_settle, &admin_settle_in, &campus_order_view),
     .errors = ERR(E_STATE), .summary = "Settle a dispute.", .doc = "Nobody settles a dispute of his own."},
};
SECTION(campus_admin_orders, "Admin: orders", "Orders and disputes.");

/* ---- payouts ---- */

WORDS(admin_withdrawal_words, "WithdrawalStatus", WORD(WITHDRAWAL_WAITING, "pending"), WORD(WITHDRAWAL_PAID, "paid"),
      WORD(WITHDRAWAL_FAILED, "failed"), WORD(WITHDRAWAL_CANCELLED, "cancelled"));
WORDS(admin_outbox_state_words, "OutboxStatus", WORD(OUTBOX_WAITING, "waiting"), WORD(OUTBOX_SENT, "sent"),
      WORD(OUTBOX_DEAD, "dead"), WORD(OUTBOX_CANCELLED, "cancelled"));

static bool withdrawal_user(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Withdrawal *)row)->user;
    return true;
}
static bool withdrawal_bank(Render *r, const void *row, Value *out) {
    BankAccount *b = ARENA_NEW(r->arena, BankAccount);
    if (!b || rec_get(r->call->tx, &BANK_ACCOUNT, ((const Withdrawal *)row)->bank, b))
        return false;
    out->row = b;
    return true;
}
static bool withdrawal_outbox(Render *r, const void *row, Value *out) {
    Outbox *o = ARENA_NEW(r->arena, Outbox);
    if (!o || rec_get(r->call->tx, &OUTBOX, ((const Withdrawal *)row)->outbox, o))
        return false;
    out->row = o;
    return true;
}
VIEW(admin_sending_view, Outbox, "Sending", "How far sending it is.",
     SHOW("status", W_WORD, Outbox, state, "dead: out of time, and waits for a decision.", .words = &admin_outbox_state_words),
     SHOW("attempts", W_INT, Outbox, attempts, "Tries so far."), SHOW("dueAt", W_TIME, Outbox, due_ms, "The next try."),
     SHOW("lastError", W_STR, Outbox, last_error, "Why the last one failed.", .empty = EMPTY_NULL));
VIEW(admin_withdrawal_view, Withdrawal, "AdminWithdrawal", "Money on its way to a bank.",
     SHOW_ID("id", Withdrawal, id, &WITHDRAWAL, "Its id."),
     SHOW_GET("user", W_ROW, withdrawal_user, "Whose.", .view = &campus_person_view, .optional = true),
     SHOW("amount", W_MONEY, Withdrawal, amount, "How much."),
     SHOW_GET("bankAccount", W_ROW, withdrawal_bank, "Where to.", .view = &campus_bank_view, .optional = true),
     SHOW("status", W_WORD, Withdrawal, state, "What became of it.", .words = &admin_withdrawal_words),
     SHOW("providerPayoutId", W_STR, Withdrawal, provider_id, "The provider's id of it.", .empty = EMPTY_NULL),
     SHOW("error", W_STR, Withdrawal, error, "Why it failed.", .empty = EMPTY_NULL),
     SHOW_GET("sending", W_ROW, withdrawal_outbox, "How far sending it is; null once that is forgotten.",
              .view = &admin_sending_view, .optional = true),
     SHOW("createdAt", W_TIME, Withdrawal, created_ms, "When."),
     SHOW("settledAt", W_TIME, Withdrawal, settled_ms, "When it was settled.", .empty = EMPTY_NULL));

#define STATE_IN(ident, words_)                                                                                                \
    INPUTS(ident, StateListIn, INPUT("status", IN_QUERY, W_WORD, StateListIn, state, NO_HAS, "Only those.", .words = &words_), \
           INPUT_PAGE(StateListIn, page))
STATE_IN(admin_withdrawals_in, admin_withdrawal_words);
STATE_IN(admin_refunds_in, admin_refund_words);
STATE_IN(admin_receipts_in, admin_receipt_words);
INPUTS(admin_withdrawal_in, IdIn, INPUT_ID("id", IdIn, id, &WITHDRAWAL, "Which withdrawal."));
INPUTS(admin_refund_in, IdIn, INPUT_ID("id", IdIn, id, &REFUND, "Which refund."));

static const Route campus_admin_money_routes[] = {
    {ADMIN_READ(ADMIN, "/api/admin/withdrawals", withdrawal_list_all, &admin_withdrawals_in, &admin_withdrawal_view),
     .shape = SHAPE_LIST, .plural = "withdrawals", .summary = "Payouts, newest first."},
    {ADMIN_ACT(ADMIN, "POST", "/api/admin/withdrawals/{id}/retry", withdrawal_retry, &admin_withdrawal_in,
               &admin_withdrawal_view),
     .errors = ERR(E_STATE), .summary = "Try a waiting payout now."},
    {ADMIN_ACT(ADMIN, "POST", "/api/admin/withdrawals/{id}/cancel", withdrawal_cancel, &admin_withdrawal_in,
               &admin_withdrawal_view),
     .errors = ERR(E_STATE), .summary = "Give a waiting payout up.",
     .doc = "The money returns to the wallet. Not while the provider has it."},
    {ADMIN_READ(ADMIN, "/api/admin/refunds", refund_list, &admin_refunds_in, &admin_refund_view), .shape = SHAPE_LIST,
     .plural = "refunds", .summary = "Refunds, newest first."},
    {ADMIN_ACT(ADMIN, "POST", "/api/admin/refunds/{id}/retry", refund_retry, &admin_refund_in, &admin_refund_view),
     .errors = ERR(E_STATE), .summary = "Send a dead refund once more."},
    {ADMIN_ACT(ADMIN, "POST", "/api/admin/refunds/{id}/credit", refund_credit, &admin_refund_in, &admin_refund_view),
     .errors = ERR(E_STATE), .summary = "Credit a dead refund to the payer's wallet instead."},
    {ADMIN_READ(ADMIN, "/api/admin/receipts", receipt_list, &admin_receipts_in, &admin_receipt_view), .shape = SHAPE_LIST,
     .plural = "receipts", .summary = "Money that arrived, newest first.",
     .doc = "status=stray: money that fitted nothing payable; it goes back by itself."},
};
SECTION(campus_admin_money, "Admin: money", "Payouts, refunds, stray money.");
