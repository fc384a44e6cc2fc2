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

/* Rows that a text search found, in another order than its own: keep them with found_add, then sort. */
typedef struct Found {
    int64_t value, id;
} Found;
typedef struct FoundList {
    Found *all; /* of malloc */
    size_t n, room;
} FoundList;
Err found_room(FoundList *l, int64_t most);
void found_add(FoundList *l, int64_t value, int64_t id);
void found_sort(FoundList *l, bool ascending);
/* Sorted ascending by an equal value and id. */
bool found_has(const FoundList *l, int64_t id);
void found_free(FoundList *l);

#endif
