/* ledger.h - who owns what, in double entry.
 *
 * An account is (type, owner id). A transfer is one immutable row: a few postings whose amounts add up to zero, a cause, and a
 * key that is unique in the database, so that the same cause can never move money twice. Amounts are minor units of the box's
 * currency; positive is "more in this account". Money comes in from outside by taking `gateway` below zero (that is what the
 * provider holds for us) and leaves by `bank` going up; neither belongs to anybody. All other accounts never go below zero: a
 * transfer that would do it is E_FUNDS and changes nothing.
 *
 * Balances are kept beside the transfers, one row per account, written in the same transaction; domain_check (check.h) adds the
 * postings up again. */
#ifndef DOMAIN_LEDGER_H
#define DOMAIN_LEDGER_H

#include "domain/domain.h"

typedef enum AccountType {
    ACC_GATEWAY = 1,      /* owner 0: what payment providers took in, negative */
    ACC_BANK = 2,         /* owner 0: what was paid out to people's banks */
    ACC_FEES = 3,         /* owner 0: platform.fees */
    ACC_REFUNDS = 4,      /* owner 0: owed back to payers, until the provider took the refund */
    ACC_AVAILABLE = 5,    /* owner user: the wallet */
    ACC_WITHDRAWING = 6,  /* owner user: left the wallet, not yet at the bank */
    ACC_ESCROW = 7,       /* owner order */
    ACC_PART_ESCROW = 8,  /* owner milestone */
    ACC_TYPE_COUNT
} AccountType;

/* An account as one number: owner * 16 + type. Also the record id of its balance row. */
static inline int64_t account_code(int32_t type, int64_t owner) { return owner * 16 + type; }
static inline int32_t account_type(int64_t code) { return (int32_t)(code & 15); }
static inline int64_t account_owner(int64_t code) { return code >> 4; }

/* Why money moved. Permanent numbers. */
typedef enum Cause {
    CAUSE_CAPTURE = 1,  /* gateway -> escrow: an order or milestone was funded by a provider payment */
    CAUSE_WALLET_PAY,   /* available -> escrow: funded from the payer's wallet */
    CAUSE_RELEASE,      /* escrow -> doer's available + fees */
    CAUSE_REFUND_DUE,   /* escrow -> refunds: a provider payment is to go back */
    CAUSE_REFUND_WALLET,/* escrow -> payer's available: what came from the wallet goes back there */
    CAUSE_REFUND_SENT,  /* refunds -> gateway: the provider took the refund */
    CAUSE_REFUND_KEPT,  /* refunds -> payer's available: the provider would not; the admin credited the wallet instead */
    CAUSE_STRAY,        /* gateway -> refunds: money that fits nothing payable (late, double, another amount) */
    CAUSE_WITHDRAW,     /* available -> withdrawing */
    CAUSE_PAYOUT,       /* withdrawing -> bank */
    CAUSE_PAYOUT_FAILED,/* withdrawing -> available */
    CAUSE_PAYOUT_REVERSED, /* bank -> available: the bank sent it back after all */
    CAUSE_BOOST_WALLET, /* available -> fees */
    CAUSE_BOOST_PAID,   /* gateway -> fees */
    CAUSE_COUNT
} Cause;

typedef struct Posting {
    int64_t account;       /* account_code */
    int64_t amount;        /* what was added to it; may be negative */
    int64_t balance_after; /* of the account */
} Posting;

enum { TRANSFER_POSTINGS_MAX = 4 };

typedef struct Transfer {
    int64_t id;
    int32_t cause;
    int64_t at_ms;
    int64_t actor; /* user id, 0 = the system */
    int64_t order; /* what it was about, 0 = nothing */
    int64_t ref;   /* id of the receipt, refund, withdrawal, boost or milestone, by cause */
    Str key;       /* unique: "release:17" */
    List postings; /* sub-records Posting, at least two, adding up to zero */
} Transfer;

typedef struct Balance {
    int64_t id; /* account_code */
    int64_t amount;
    int64_t transfers; /* how many touched it */
    int64_t earned;    /* what releases added to a wallet so far */
} Balance;

extern const Record POSTING; /* sub-record */
extern const Record TRANSFER;
extern const Record BALANCE;
extern const Index *const TRANSFER_BY_KEY;     /* unique: key */
extern const Index *const TRANSFER_BY_ACCOUNT; /* account code, counted: the statement of every account that has an owner */
extern const Index *const TRANSFER_BY_ORDER;   /* order */

typedef struct Leg {
    int32_t type;  /* AccountType */
    int64_t owner;
    int64_t amount;
} Leg;

/* Books one transfer of `n` legs (zero legs are left out; all zero books nothing). Sets id, at_ms, actor and postings of `t`; its
 * cause, order, ref and key come from the caller. E_CONFLICT: the key was booked before. E_FUNDS: an account would go below zero.
 * E_INTERNAL: the legs do not add up to zero, overflow, or name an account twice. Nothing is written on failure. */
Err ledger_book(Call *c, Transfer *t, const Leg *legs, size_t n);
/* gateway and bank only: what is outside the box. */
bool account_may_be_negative(int64_t account);
/* The balance of an account; 0 when it was never touched. */
Err ledger_balance(Tx *tx, int32_t type, int64_t owner, int64_t *amount);

/* The platform fee on `amount` at `bps` basis points, rounded half up to the minor unit: (amount * bps + 5000) / 10000, without
 * overflow for any amount up to MONEY_MAX. amount >= 0, 0 <= bps <= 10000 (asserted). */
int64_t ledger_fee(int64_t amount, int32_t bps);

/* The largest amount that one order, milestone, payment or withdrawal may have, in minor units: larger input is E_INVALID. */
#define MONEY_MAX INT64_C(1000000000000)

#endif
