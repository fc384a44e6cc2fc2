/* profile_internal.h - what the profile files share. */
#ifndef DOMAIN_PROFILE_INTERNAL_H
#define DOMAIN_PROFILE_INTERNAL_H

#include "domain/profile.h"

/* The caller, who must be (also) here for `role`. E_UNAUTHORIZED, E_FORBIDDEN. */
Err profile_caller(Call *c, int32_t role, User *out);
Err profile_missing(Call *c);
Err profile_exists(Call *c);

/* The facts of the account that come with a profile. `skills` NULL and bits not set: left alone. */
typedef struct AccountFacts {
    bool first_given, last_given, about_given, place_given, available_given;
    Str first, last, about, place;
    const List *skills;
    bool available;
    const FileAddIn *picture;
} AccountFacts;
/* Changes them by user_edit and gives the account as it is then. */
Err profile_account(Call *c, const AccountFacts *facts, User *u);

#endif
