/* saved_search.h - searches that tell their owner of new gigs.
 *
 * A saved search is what a list of gigs can be asked for. A job follows the events: each gig that is posted (a draft: when it is
 * published) is held against the searches of its category and those of any, some at a time, so that posting costs nothing more.
 * All words of the search must be in the gig, the last one may be a beginning; there is no guessing at typing errors. Somebody
 * who has several fitting searches is told once.
 *
 * A person gets SAVED_ALERTS_PER_DAY single alerts a day (of the box's time zone); what fits beyond is only counted, and told in
 * one notification when the day is over. */
#ifndef DOMAIN_SAVED_SEARCH_H
#define DOMAIN_SAVED_SEARCH_H

#include "domain/gig.h"

enum { SAVED_SEARCHES_MAX = 20 /* of one person */, SAVED_ALERTS_PER_DAY = 5, SAVED_NAME_MAX = 100 };

typedef struct SavedSearch {
    int64_t id;
    int64_t user;
    Str name;
    int64_t category; /* 0 = any */
    List skills;      /* STRS */
    int64_t budget_min, budget_max;
    int32_t deadline; /* DeadlinePeriod */
    Str search;
    int64_t created_ms;
    int64_t matches;  /* so far */
    int64_t last_gig; /* the newest that fitted */
    int64_t last_ms;
    int64_t day;      /* days since 1970 of the last alert; */
    int32_t alerted;  /* alerts on that day */
    int64_t held_day; /* since when fitting gigs wait for the digest, 0 = none do; */
    int64_t held;     /* how many */
} SavedSearch;
extern const Record SAVED_SEARCH;
extern const Index *const SAVED_SEARCH_BY_USER; /* user; counted */

typedef struct SavedSearchIn {
    Str name; /* "" = made of what is asked for */
    Str search, category;
    List skills;
    int64_t budget_min, budget_max;
    int32_t deadline;
} SavedSearchIn;
/* SavedSearchIn -> SavedSearch. E_INVALID: nothing is asked for, an unknown category. E_LIMIT "TOO_MANY_SEARCHES". */
OpFn saved_search_add;
/* PageIn -> PageOut of SavedSearch: the caller's, newest first. */
OpFn saved_search_list;
/* IdIn -> nothing. Other people's do not exist: E_MISSING. */
OpFn saved_search_delete;

/* Holds new gigs against the searches: about `max` comparisons. By a job. */
Err saved_searches_match(Call *c, size_t max, size_t *done);
/* Tells up to `max` people what was only counted on days that are over. By a job. */
Err saved_searches_digest(Call *c, size_t max, size_t *done);

#endif
