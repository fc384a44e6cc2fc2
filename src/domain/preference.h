/* preference.h - which notifications leave the box, and by what.
 *
 * Every notification is in the person's list and on his sockets. Beyond that: push to his devices, unless he muted the type;
 * e-mail to a proven address, by default for what is about money, an order's turns and the account; SMS to a proven number, by
 * default for nothing. */
#ifndef DOMAIN_PREFERENCE_H
#define DOMAIN_PREFERENCE_H

#include "domain/domain.h"

typedef struct User User;

typedef struct Preference {
    int32_t type; /* NotificationType */
    bool push, email, sms;
} Preference;
/* nothing -> PageOut of Preference: the caller's, every type. */
OpFn preference_list;

enum { PREFERENCE_SET_PUSH, PREFERENCE_SET_EMAIL, PREFERENCE_SET_SMS };
typedef struct PreferenceEdit {
    uint64_t has;
    Str type; /* slug */
    bool push, email, sms;
} PreferenceEdit;
typedef struct PreferencesIn {
    const PreferenceEdit *items;
    size_t count;
} PreferencesIn;
/* PreferencesIn -> PageOut of Preference: only what is given changes. E_INVALID an unknown type. */
OpFn preference_set;

/* ---- for notify.c ---- */

/* What this person gets of a type; proven addresses are the caller's to look at. Pure. */
Preference preference_of(const User *u, int32_t type);

#endif
