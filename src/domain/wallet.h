/* wallet.h - a person's money inside the box, and the way out. The balances are ledger accounts (ledger.h). */
#ifndef DOMAIN_WALLET_H
#define DOMAIN_WALLET_H

#include "domain/payment.h"

typedef struct WalletBalance {
    int64_t available;   /* may be withdrawn */
    int64_t pending;     /* own payouts still in escrow, net of fees */
    int64_t withdrawing; /* on its way to the bank */
    int64_t earned;      /* all releases so far, net of fees */
    Str currency;
} WalletBalance;
/* nothing -> WalletBalance. The caller's own. */
OpFn wallet_balance;
/* The same of any user, for domain code and views of one's own profile. */
Err wallet_of(Tx *tx, int64_t user, WalletBalance *out);

typedef enum WalletRowState { WALLET_DONE = 1, WALLET_PENDING, WALLET_FAILED } WalletRowState;
typedef struct WalletRow {
    int64_t id;      /* of the transfer */
    int32_t cause;   /* Cause */
    int32_t state;   /* WalletRowState */
    int64_t amount;  /* signed */
    int64_t balance_after;
    int64_t order;   /* 0 = none */
    int64_t at_ms;
} WalletRow;
/* The English word of a cause in a wallet ("earning", "withdrawal", "refund", …). Static. */
Str wallet_word(int32_t cause);
/* PageIn -> PageOut of WalletRow: the caller's own wallet, newest first. */
OpFn wallet_transactions;

/* Permanent numbers. */
typedef enum WithdrawalState { WITHDRAWAL_WAITING = 1, WITHDRAWAL_PAID, WITHDRAWAL_FAILED, WITHDRAWAL_CANCELLED } WithdrawalState;
typedef struct Withdrawal {
    int64_t id;
    int64_t user, bank;
    int64_t amount;
    int32_t state;
    int64_t outbox;
    Str provider_id; /* of the payout */
    Str error;
    int64_t created_ms, settled_ms;
} Withdrawal;
extern const Record WITHDRAWAL;
extern const Index *const WITHDRAWAL_BY_USER;     /* user; counted */
extern const Index *const WITHDRAWAL_BY_STATE;    /* state; counted */
extern const Index *const WITHDRAWAL_BY_PROVIDER; /* unique: provider_id, where set */
extern const Index *const WITHDRAWAL_BY_BANK;     /* bank, state */

typedef struct WithdrawIn {
    int64_t amount;
    int64_t bank;
} WithdrawIn;
/* WithdrawIn -> Withdrawal. E_INVALID: amount not positive or under the setting withdraw_min, an account that is not the caller's
 * or not verified. E_FUNDS. Paid out by the outbox. */
OpFn withdraw;
/* StateListIn -> PageOut of Withdrawal. withdrawal_list: the caller's own. withdrawal_list_all: moderators. */
OpFn withdrawal_list;
OpFn withdrawal_list_all;
/* IdIn -> Withdrawal. Admins. A waiting payout is tried now / given up, the money returns. E_STATE when it is settled. Audited.
 */
OpFn withdrawal_retry;
OpFn withdrawal_cancel;

/* What the gateway's worker needs for an OUT_PAYOUT row (its ref names the withdrawal). */
typedef struct PayoutRequest {
    Withdrawal withdrawal;
    Str holder, number, ifsc; /* of the bank account */
    Str currency;
} PayoutRequest;
Err payout_request(Call *c, int64_t withdrawal, PayoutRequest *out);
/* By outbox_settle: paid, or failed for good (the money returns to the wallet). */
Err payout_settled(Call *c, int64_t withdrawal, bool paid, Str provider_id, Str error);

typedef struct PayoutReversedIn {
    Str provider_id;
    Str reason;
} PayoutReversedIn;
/* PayoutReversedIn -> Withdrawal. A payout that the provider had taken came back: the money returns, once. System. E_MISSING. */
OpFn payout_reversed;

#endif
