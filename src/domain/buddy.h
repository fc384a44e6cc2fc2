/* buddy.h - people that somebody keeps at hand, with a note about each. Nobody else sees the list. */
#ifndef DOMAIN_BUDDY_H
#define DOMAIN_BUDDY_H

#include "domain/user.h"

enum { BUDDY_NOTES_MAX = 500 /* code points */, BUDDIES_MAX = 1000 };

typedef struct Buddy {
    int64_t id;
    int64_t owner, user;
    Str notes;
    int64_t created_ms;
} Buddy;
extern const Record BUDDY;

typedef struct BuddyIn {
    int64_t user;
    Str notes;
} BuddyIn;
/* BuddyIn -> Buddy. E_INVALID oneself, E_MISSING nobody, E_CONFLICT "ALREADY_BUDDY", E_LIMIT "LIMIT_EXCEEDED". */
OpFn buddy_add;
typedef struct BuddiesIn {
    PageIn page;
    bool only_available;
} BuddiesIn;
/* BuddiesIn -> PageOut of Buddy: the caller's, newest first. */
OpFn buddy_list;
/* IdIn -> nothing: the caller's own; others' are E_MISSING. */
OpFn buddy_remove;

#endif
