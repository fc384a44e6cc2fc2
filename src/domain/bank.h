/* bank.h - bank accounts that money may be withdrawn to.
 *
 * Verifying is a penny drop by the payout provider, two-phase like a payment: bank_verify_begin (write), the call, bank_verified
 * (write). An outbox row with the same idempotency key stands behind it: when the caller dies in between, the worker does it. The
 * full number never leaves the domain except to the provider; views show bank_last4. Other people's accounts do not exist
 * (E_MISSING). */
#ifndef DOMAIN_BANK_H
#define DOMAIN_BANK_H

#include "domain/domain.h"

/* Permanent numbers. */
typedef enum BankState { BANK_NEW = 1, BANK_CHECKING, BANK_VERIFIED, BANK_FAILED } BankState;
enum { BANK_ACCOUNTS_MAX = 10, BANK_TRIES_MAX = 10 }; /* per user; penny drops per account */
#define BANK_RETRY_MS (30 * MS_SECOND)                /* the outbox takes over after this */

typedef struct BankAccount {
    int64_t id;
    int64_t user;
    Str holder, number, ifsc;
    int32_t state;
    bool deleted;
    int32_t tries;
    int64_t outbox;       /* the penny drop under way */
    Str registered_name;  /* as the bank says */
    Str error;
    int64_t created_ms, verified_ms;
} BankAccount;

extern const Record BANK_ACCOUNT;
extern const Index *const BANK_BY_USER;   /* user, where not deleted; counted */
extern const Index *const BANK_BY_NUMBER; /* unique: user, number, ifsc, where not deleted */

static inline Str bank_last4(const BankAccount *b) { return str_from(b->number, b->number.n > 4 ? b->number.n - 4 : 0); }

typedef struct BankAddIn {
    Str holder; /* 2..120 code points */
    Str number; /* 9..18 digits */
    Str ifsc;   /* four letters, 0, six letters or digits; stored in upper case */
} BankAddIn;
/* BankAddIn -> BankAccount. E_INVALID with fields accountHolderName, accountNumber, ifsc (canonical names holder, number, ifsc);
 * E_CONFLICT; E_LIMIT. */
OpFn bank_add;
/* nothing -> PageOut of BankAccount: the caller's own. */
OpFn bank_list;
/* IdIn -> BankAccount. */
OpFn bank_get;
/* IdIn -> nothing. E_STATE while a payout to it is under way. */
OpFn bank_delete;

typedef struct BankVerifyOut {
    bool call;           /* the caller should call the provider; false: it is verified already, or being checked by another */
    BankAccount account;
    Str idempotency_key; /* of the call */
} BankVerifyOut;
/* IdIn -> BankVerifyOut. E_LIMIT after BANK_TRIES_MAX. */
OpFn bank_verify_begin;

typedef struct BankVerifiedIn {
    int64_t id;
    bool reached;        /* false: no answer; the outbox will try again (account stays BANK_CHECKING) */
    bool valid;
    Str registered_name;
    Str error;
} BankVerifiedIn;
/* BankVerifiedIn -> BankAccount. The outcome; only the first one counts. Owner or system. */
OpFn bank_verified;
/* What the worker needs for an OUT_PENNY row (its ref names the account), and by outbox_settle. */
Err penny_request(Call *c, int64_t account, BankAccount *out);
Err penny_settled(Call *c, int64_t account, bool valid, Str registered_name, Str error);

#endif
