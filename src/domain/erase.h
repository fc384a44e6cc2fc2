/* erase.h - leaving: deleting one's account.
 *
 * The account loses everything that says who it was, at once and in one transaction: name, contacts, profile, password, roles;
 * sessions and sockets end, listings can be seen by nobody. Phone number, e-mail address and username are free for a new account.
 * What is only the person's own (files, devices, notifications, bank accounts, saved things, messages to them that left the box)
 * is removed by a job within moments. What belongs to others too stays, under the name of a deleted user: orders, messages,
 * reviews and the files in them; and the ledger stays true. */
#ifndef DOMAIN_ERASE_H
#define DOMAIN_ERASE_H

#include "domain/session.h"

#define ERASED_NAME "Deleted user"

/* nothing -> SendOtpOut: a code goes to the caller's phone number, else e-mail address, to confirm something that cannot be taken
 * back. E_STATE when neither is proven. */
OpFn confirm_send;

typedef struct EraseIn {
    Str otp; /* of confirm_send, or a sign-in code for the phone number; or */
    Str password_hash; /* the stored hash that the password was found to fit */
} EraseIn;
typedef struct EraseOut {
    bool refused; /* wrong or void code: commit (the try counts) and answer INVALID_OTP */
} EraseOut;
/* EraseIn -> EraseOut: the caller's account. E_STATE: an order is open, money is in the wallet or on its way to the bank, a
 * subscription goes on, or it is the last admin. E_INVALID "INVALID_PASSWORD": the hash is not the account's; with field
 * otp: neither is given. Audited. */
OpFn account_erase;

/* Removes up to about `max` things of people who left. By a job. */
Err erase_rest(Call *c, size_t max, size_t *done);

#endif
