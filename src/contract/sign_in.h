/* sign_in.h - what the contracts' sign-in routes have in common: `before` and `after` functions around the operations of
 * domain/account.h, the input structs that these expect, and functions for views.
 *
 * A route names the operation as `op`, binds its rows into the struct below, and takes `before` and `after` as written there. All
 * write. Errors are those of the operation; a code that is refused is committed and then answered as E_INVALID with field `otp`
 * and code "INVALID_OTP" or "OTP_EXPIRED", an unknown user or wrong password as E_UNAUTHORIZED "INVALID_CREDENTIALS". A contract
 * gives codes their words by CodeRows. Fields are called as in the domain and get their wire names from the rows: the member's
 * name is what counts (`password`, `otp`, `email`).
 *
 *   struct          op                          before              after
 *   SignUpBody      account_register            sign_up_before      sign_in_after (NULL without a session)
 *   SignUpBody      account_register_coded      sign_up_before      –
 *   EmailOtpIn      account_verify              –                   sign_in_after
 *   EmailIn         account_resend              –                   –
 *   SignInBody      account_login               sign_in_before      sign_in_after
 *   EmailIn         account_forgot              –                   –
 *   EmailOtpIn      account_reset_check         –                   otp_after
 *   ResetBody       account_reset               reset_before        otp_after
 *   EmailOtpIn      account_recover             –                   sign_in_after
 *   PasswordBody    account_set_password        password_before     –
 *   GoogleBody      account_google              google_before       sign_in_after
 *   RefreshBody     session_refresh             refresh_before      refresh_after
 *   –               session_end                 –                   sign_out_after
 *
 * Routes of the first kinds are ACCESS_OPEN with RATE_AUTH, the row of the address, of a refresh that of
 * the token, has IN_ACCOUNT: a whole campus may be behind one address; those that set a password or
 * end a session are ACCESS_SIGNED_IN. */
#ifndef CONTRACT_SIGN_IN_H
#define CONTRACT_SIGN_IN_H

#include "contract/exchange.h"
#include "domain/account.h"

typedef struct SignUpBody {
    RegisterIn account; /* bind its members; contract by INPUT_CONST (0 = no session) */
    Str password;       /* IN_SECRET, USER_PASSWORD_MIN to _MAX characters */
} SignUpBody;
/* Hashes the password. E_BUSY when too many are waiting. */
Err sign_up_before(Exchange *x);

typedef struct SignInBody {
    LoginIn login; /* bind email; contract by INPUT_CONST */
    Str password;  /* no bounds but max USER_PASSWORD_MAX: what cannot be a password is a wrong one */
} SignInBody;
/* Checks the password; takes as long for nobody's. E_UNAUTHORIZED "INVALID_CREDENTIALS"; E_STATE "NOT_VERIFIED" for the right
 * password of a registration whose code was never given. */
Err sign_in_before(Exchange *x);

typedef struct ResetBody {
    ResetIn reset; /* bind email, otp */
    Str password;
} ResetBody;
Err reset_before(Exchange *x);

typedef struct PasswordBody {
    PasswordIn in;
    Str password;
} PasswordBody;
Err password_before(Exchange *x);

typedef struct GoogleBody {
    GoogleIn in; /* bind roles; contract by INPUT_CONST */
    Str token;   /* the ID token */
} GoogleBody;
/* Checks the ID token by Google's keys. E_INVALID "INVALID_GOOGLE_TOKEN"; E_NETWORK and E_PROVIDER when the keys cannot be had.
 */
Err google_before(Exchange *x);

typedef struct RefreshBody {
    RefreshIn in;
    Str token;      /* the refresh token; "Bearer " before it is dropped, so it may come from the header Authorization */
    Str access;     /* with `pair`: the access token, expired or not; "Bearer " is dropped too */
    bool pair;      /* INPUT_CONST(…, 1): the access token must be of the same user and session */
    bool rotate;    /* INPUT_CONST(…, 1): a new refresh token takes the place of the old one */
    /* filled by before */
    Token was;
    Str fresh;
} RefreshBody;
/* E_UNAUTHORIZED "INVALID_TOKEN" for a token that is not good; E_INVALID "ACCESS_TOKEN_MISSING" with field `access`
 * when it is missing though `pair`. */
Err refresh_before(Exchange *x);
/* Makes x->access_token under the session's own contract and the cookie; x->refresh_token is the one that is good from now on. */
Err refresh_after(Exchange *x, Call *c, void *out);

/* For operations that give SignInOut: x->access_token, the cookie `jwt`, and, where the session's contract has them,
 * x->refresh_token. Without a session (need_role, contract 0) nothing. */
Err sign_in_after(Exchange *x, Call *c, void *out);
/* For those that give OtpOut. */
Err otp_after(Exchange *x, Call *c, void *out);
/* Takes the cookie away. */
Err sign_out_after(Exchange *x, Call *c, void *out);

/* For SHOW_GET rows: the tokens just made (false: none), and the access token's life. */
bool shown_access_token(Render *r, const void *row, Value *out);
bool shown_refresh_token(Render *r, const void *row, Value *out);
bool shown_access_seconds(Render *r, const void *row, Value *out);
bool shown_access_minutes(Render *r, const void *row, Value *out);

#endif
