/* session.h - who is signed in, and signing in.
 *
 * A session is one sign-in on one device, opened under one contract. Access tokens name it (claim sid) and are good only while it
 * is; sign-out, password reset and suspension end it at once. The domain makes sessions; tokens are made from them by the
 * contract layer. One-time codes: 6 digits, cfg.otp_ttl_ms, cfg.otp_tries wrong tries and it is void, a new one replaces the old;
 * stored as a keyed hash. */
#ifndef DOMAIN_SESSION_H
#define DOMAIN_SESSION_H

#include "domain/user.h"

typedef enum ContractId {
    CONTRACT_CAMPUS = 1,
    CONTRACT_SKILLCONNECT,
    CONTRACT_UGIG,
    CONTRACT_SIMPLE,
    CONTRACT_CHAYENITY,
    CONTRACT_COUNT
} ContractId;

typedef struct Session {
    int64_t id;
    int64_t user;
    int32_t contract;
    int64_t created_ms, expires_ms;
    int64_t ended_ms; /* 0: good until expires_ms */
    Str refresh_hash; /* 32 bytes of the newest refresh token, "" when the contract has none */
    Str refresh_before; /* the one it replaced */
    int64_t rotated_ms; /* when */
} Session;
extern const Record SESSION;
extern const Index *const SESSION_BY_USER; /* user, where not ended */

/* The session and its user are good now: E_UNAUTHORIZED otherwise (ended, expired, user suspended or deleted). Fills the actor.
 * Any transaction; about two record reads. */
Err session_actor(Tx *tx, int64_t session, int64_t now_ms, Actor *out);
/* Opens one for `user` under a contract. */
Err session_open(Call *c, int64_t user, int32_t contract, Session *out);
/* nothing -> nothing: ends the caller's session (idempotent). */
OpFn session_end;
/* The session's refresh token has this hash from now on. */
Err session_set_refresh(Call *c, int64_t session, Str hash);
/* Ends all sessions of a user but `except` (0: none spared); sockets close through EV_SESSION events. */
Err session_end_all(Call *c, int64_t user, int64_t except);

/* Deletes up to `max` sessions that ended by themselves before before_ms. By a job. */
Err sessions_trim(Call *c, int64_t before_ms, size_t max, size_t *gone);

/* What a one-time code is for. Permanent numbers. */
typedef enum OtpPurpose { OTP_SIGN_IN = 1, OTP_EMAIL, OTP_RESET, OTP_REGISTER, OTP_CONFIRM } OtpPurpose;
typedef struct Otp {
    int64_t id;
    int32_t purpose;
    Str contact; /* phone or e-mail, normal form */
    Str hash;    /* 32 bytes */
    int32_t tries;
    int64_t expires_ms;
    bool chosen; /* by otp_choose */
    int64_t since_ms; /* the two below count from here on, for OTP_WINDOW_MS */
    int32_t failed;   /* wrong tries, of all codes */
    int32_t unused;   /* codes sent, none of which came back */
} Otp;
extern const Record OTP;
extern const Index *const OTP_BY_CONTACT; /* unique: purpose, contact */

#define OTP_CHOSEN_MS (30 * MS_DAY)
#define OTP_UNASKED_MS INT64_MAX /* the end of one that was chosen and never asked for */

/* A new code brings new tries, and whoever has many addresses or accounts is not held up by the rate of requests. So a contact
 * has a limit of its own, by purpose, whoever asks: nobody guesses at it for ever, and nobody's phone or mailbox is flooded. */
#define OTP_WINDOW_MS (6 * MS_HOUR)
enum { OTP_FAILED_MAX = 30, OTP_UNUSED_MAX = 30 };

/* Makes a code for the contact, replaces an older one, and queues the SMS or e-mail. While one that was chosen is good it does
 * nothing, as OK. E_LIMIT: too many wrong tries or unused codes within OTP_WINDOW_MS. */
Err otp_send(Call *c, OtpPurpose purpose, Str contact, int64_t user);
/* Puts a code that its owner knows already, where none could be sent to him: good once, for the usual number of tries, and for
 * OTP_CHOSEN_MS from when it is first asked for or tried (not from now: a board that has just started may not know the time yet).
 * E_INVALID field "code": not six digits, or among the first that anybody would guess. */
Err otp_choose(Call *c, OtpPurpose purpose, Str contact, Str code);
/* Takes back one that was chosen; nothing when there is none. */
Err otp_unchoose(Call *c, OtpPurpose purpose, Str contact);
/* True in *good when `code` is right; the code is then used up. After OTP_FAILED_MAX wrong ones none is right for a while. A
 * wrong try is counted, WHICH MUST BE COMMITTED: so a wrong code is no Err here. */
Err otp_try(Call *c, OtpPurpose purpose, Str contact, Str code, bool *good);

/* The same telling apart a right code that came too late, and, with `keep`, without using a right one up. */
typedef enum OtpFate { OTP_WRONG, OTP_LATE, OTP_GOOD } OtpFate;
Err otp_check(Call *c, OtpPurpose purpose, Str contact, Str code, bool keep, OtpFate *fate);

/* Deletes up to `max` codes that ended before before_ms. By a job. */
Err otps_trim(Call *c, int64_t before_ms, size_t max, size_t *gone);

typedef struct SendOtpIn {
    Str phone; /* any usual spelling; normal form is made here */
} SendOtpIn;
typedef struct SendOtpOut {
    int64_t expires_in_s;
} SendOtpOut;
/* SendOtpIn -> SendOtpOut. E_INVALID field phone. Nobody need be signed in. */
OpFn sign_in_send_otp;

typedef struct VerifyOtpIn {
    Str phone, otp;
    int32_t contract; /* ContractId; 0 = campus */
} VerifyOtpIn;
typedef struct SignInOut {
    bool refused; /* wrong or void code: commit (the try counts) and answer INVALID_OTP */
    bool late; /* with refused: the code was right once */
    bool need_role; /* a new person must say what they want to be: nothing was done */
    User user;
    Session session;
    bool is_new;
} SignInOut;
/* VerifyOtpIn -> SignInOut. An unknown phone makes the account. A wrong code is OK with `refused` set, so that the try is
 * committed. E_FORBIDDEN "SUSPENDED". */
OpFn sign_in_verify_otp;

#endif
