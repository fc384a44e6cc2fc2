/* setup.h - how a box gets its first admin.
 *
 * While there is no admin, each start makes a new one-time link and prints it: whoever can read the box's log and proves a phone
 * number (or is signed in) becomes the admin. Only the hash of the link's token is kept; it is good for SETUP_TTL_MS, once, and
 * not at all as soon as there is an admin. The command line makes admins too (contact_admin). */
#ifndef DOMAIN_SETUP_H
#define DOMAIN_SETUP_H

#include "domain/session.h"

#define SETUP_TTL_MS MS_DAY

/* While there is no admin: `token` opens the box from now on, and no other does. False in *needed: there is one, nothing was
 * done. By the system. */
Err setup_open(Call *c, Str token, bool *needed);

typedef struct SetupState {
    bool needed;  /* there is no admin */
    bool good;    /* the token that was shown is the one */
} SetupState;
typedef struct SetupIn {
    Str token;
    Str phone, otp; /* when nobody is signed in: a sign-in code for this number (sign_in_send_otp) */
    int32_t contract;
} SetupIn;
/* SetupIn (token, may be "") -> SetupState. */
OpFn setup_look;
/* SetupIn -> SignInOut: the caller, or the owner of the phone number, is admin and moderator. Session id 0: the caller's own goes
 * on. A wrong code: refused, as of sign_in_verify_otp. E_STATE: there is an admin. E_INVALID "INVALID_TOKEN": wrong, used or
 * late; E_INVALID with fields phone, otp: nobody is signed in and these are missing. E_STATE too: the caller has proven neither
 * phone nor e-mail. Audited. */
OpFn setup_claim;

typedef struct ContactIn {
    Str contact; /* phone number or e-mail address */
    int32_t rights; /* RIGHT_… bits to give, or to take */
    bool take;
    Str code; /* with make: what signs him in the first time, once (otp_choose); "" = one is sent as always */
    bool make; /* an unknown contact makes an account that has proven it: the operator says so */
} ContactIn;
/* ContactIn -> User: for the command line. System. The code is put, and its tries begin anew, as long as its owner has never
 * signed in; then it is nothing. Making without one takes back what was chosen before. E_INVALID: neither; or the field code;
 * E_MISSING: nobody has it. E_STATE: the last admin, a suspended account. Audited. */
OpFn contact_admin;

#endif
