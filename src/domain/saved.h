/* saved.h - gigs that people keep an eye on, and telling them when one changes. */
#ifndef DOMAIN_SAVED_H
#define DOMAIN_SAVED_H

#include "domain/gig.h"

enum { SAVED_MAX = 500 /* per person */, NEWS_AT_ONCE = 32 /* people told in one transaction */ };

typedef struct Saved {
    int64_t id;
    int64_t user, gig;
    int64_t created_ms;
} Saved;
extern const Record SAVED;
extern const Index *const SAVED_BY_USER; /* user; counted */
extern const Index *const SAVED_BY_GIG;  /* unique: gig, user */

/* A gig whose change has not been told to everybody yet, or that is gone and still saved by some. The id is the gig's. */
typedef struct GigNews {
    int64_t id;
    int32_t phase;  /* NewsPhase */
    int64_t after;  /* users up to this id have been told */
    int64_t at_ms;
} GigNews;
extern const Record GIG_NEWS;
extern const Index *const GIG_NEWS_BY_AGE;

/* IdIn (gig) -> nothing: the caller saves it; again is fine. E_MISSING, E_LIMIT "TOO_MANY_SAVED". */
OpFn gig_save;
/* IdIn (gig) -> nothing: not saved any more, or was not. E_MISSING when there is no such gig. */
OpFn gig_unsave;
/* PageIn -> PageOut of Gig: the caller's saved ones that still can be seen, the last saved first. */
OpFn gig_saved;

/* ---- for other domain code ---- */

/* The gig's terms or status changed: its savers and those whose application waits are told, the first NEWS_AT_ONCE now, the
 * others by gig_news_run. */
Err gig_tell(Call *c, const Gig *g);
/* The gig is deleted. */
Err saved_forget(Call *c, int64_t gig);
/* Tells (or forgets) up to NEWS_AT_ONCE more. *done: 0 when there was nothing to do, else `max`. By a job. */
Err gig_news_run(Call *c, size_t max, size_t *done);

#endif
