/* account.h - accounts by e-mail: making them, proving the address, passwords, Google, refreshing a session.
 *
 * Two ways to register. account_register makes an account that works at once, its address claimed but not proven.
 * account_register_coded keeps a Registration until the mailed code proves the address: only then there is a user, so nobody else
 * ever meets an account that cannot be used. Neither kind of claim blocks, nor shares the account of, the person who proves the
 * address later by code or by Google (user_take_email).
 *
 * Passwords come here only as PHC strings (crypto/password.h): hashing is slow and is done by the caller outside any transaction.
 * Operations that check a code give OK with `refused` for a wrong one, since the try must be committed; `late` says that it was
 * right but its time is over. */
#ifndef DOMAIN_ACCOUNT_H
#define DOMAIN_ACCOUNT_H

#include "domain/session.h"

#define REGISTRATION_KEEP_MS (7 * MS_DAY) /* one that nobody proves is forgotten after this */

typedef struct Registration {
    int64_t id;
    Str email;    /* normal form */
    Str password; /* PHC string */
    Str name;
    int32_t roles;
    int64_t created_ms;
} Registration;
extern const Record REGISTRATION;

/* ---- making an account ---- */

typedef struct RegisterIn {
    Str email, password_hash;
    Str name;         /* "" = none */
    Str username;     /* "" = made from the address */
    Str contact_info; /* "" = none */
    int32_t roles;    /* ROLE_BIT_…; 0 = both */
    int32_t contract; /* ContractId of the session to open; 0 = none is opened */
} RegisterIn;
/* RegisterIn -> SignInOut: an account that works at once. E_INVALID with fields; E_CONFLICT with field email and code
 * "EMAIL_TAKEN" when the address is proven or claimed by another account; E_CONFLICT "USERNAME_TAKEN". */
OpFn account_register;
/* RegisterIn -> nothing: a code is mailed; the account comes with it (account_verify). Again for the same address: the newest
 * registration counts, with a new code. E_CONFLICT "EMAIL_TAKEN" only when the address is proven. */
OpFn account_register_coded;

typedef struct EmailIn {
    Str email;
    /* account_forgot: */
    bool quiet;  /* an unknown address is OK and sends nothing */
    bool proven; /* one that was only claimed is unknown */
} EmailIn;
typedef struct EmailOtpIn {
    Str email, otp;
    int32_t contract; /* of the session to open */
} EmailOtpIn;
/* EmailOtpIn -> SignInOut: the code of account_register_coded. The account is made, the address is its own, a session is open. A
 * wrong code, or no registration at all: refused. */
OpFn account_verify;
/* EmailIn -> nothing: a new code for a registration. E_MISSING with field email; E_STATE "ALREADY_VERIFIED". */
OpFn account_resend;

/* ---- signing in by password ---- */

typedef struct Credentials {
    Str hash;   /* what to check the password against; "" = nobody, which must take as long */
    bool unproven; /* it is that of a registration: even the right password does not sign in yet */
} Credentials;
/* EmailIn -> Credentials. Reads. */
OpFn account_credentials;
typedef struct LoginIn {
    Str email;
    Str seen_hash;  /* the hash that the password was found to fit */
    Str fresh_hash; /* "" or the same password hashed anew, at today's cost */
    int32_t contract;
} LoginIn;
/* LoginIn -> SignInOut. E_UNAUTHORIZED "INVALID_CREDENTIALS" when the hash is not the account's any more; E_FORBIDDEN
 * "SUSPENDED". */
OpFn account_login;

/* ---- a forgotten password ---- */

/* EmailIn -> nothing: a code is mailed. E_MISSING with field email unless quiet. */
OpFn account_forgot;
typedef struct OtpOut {
    bool refused, late;
} OtpOut;
/* EmailOtpIn -> OtpOut: is the code good? It stays good. */
OpFn account_reset_check;
typedef struct ResetIn {
    Str email, otp, password_hash;
} ResetIn;
/* ResetIn -> OtpOut: uses the code up, sets the password, proves the address, ends all sessions. */
OpFn account_reset;
/* EmailOtpIn -> SignInOut: uses the code up and signs in instead; the password stays as it is, unless the address was not proven
 * before: then it may be somebody else's and goes, with all sessions. */
OpFn account_recover;
typedef struct PasswordIn {
    Str password_hash;
} PasswordIn;
/* PasswordIn -> User: changes the caller's password and ends the other sessions. */
OpFn account_set_password;

/* ---- Google ---- */

/* What a checked ID token says; the address is one that Google calls verified. */
typedef struct GoogleIdentity {
    Str sub, email, name;
} GoogleIdentity;
typedef struct GoogleIn {
    GoogleIdentity google;
    int32_t roles; /* of a new account; 0 = not said */
    int32_t contract;
} GoogleIn;
/* GoogleIn -> SignInOut. An account that was linked, else the one that has proven the address (and is linked now), else a new
 * one, which takes the address from whoever only claimed it. Without roles a new one gives OK with `need_role` and nothing else.
 * E_FORBIDDEN "SUSPENDED". */
OpFn account_google;

/* ---- refreshing ---- */

#define REFRESH_GRACE_MS (10 * MS_SECOND) /* two windows of one browser may refresh at once */
typedef struct RefreshIn {
    int64_t user, session;
    Str hash;     /* of the refresh token that was shown */
    Str new_hash; /* "" or of the one that takes its place */
} RefreshIn;
/* RefreshIn -> SignInOut. E_UNAUTHORIZED when the session is over or the token is none of its. A token that was replaced longer
 * than the grace ago is in wrong hands: refused, and the session ends. */
OpFn session_refresh;

/* ---- for other domain code ---- */

/* E_CONFLICT "EMAIL_TAKEN" in words. */
Err account_taken(Call *c);
/* Nobody need prove this address any more. */
Err registration_forget(Call *c, Str email);
/* Deletes up to `max` registrations made before before_ms. By a job. */
Err registrations_trim(Call *c, int64_t before_ms, size_t max, size_t *gone);

#endif
