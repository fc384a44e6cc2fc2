/* gig_internal.h - what the gig files share. */
#ifndef DOMAIN_GIG_INTERNAL_H
#define DOMAIN_GIG_INTERNAL_H

#include "domain/gig.h"

extern const Index *const GIG_BY_CATEGORY;     /* status, category, created, boosted; the first two counted */
extern const Index *const GIG_BY_CREATED;      /* status, created, boosted; status counted; the next four alike */
extern const Index *const GIG_BY_DEADLINE;
extern const Index *const GIG_BY_BUDGET_MIN;
extern const Index *const GIG_BY_BUDGET_MAX;
extern const Index *const GIG_BY_APPLICATIONS;
extern const Index *const GIG_PAST_TEXT;       /* full text of gigs that are not open */
extern const Index *const GIG_BY_SKILL;        /* folded skill, status, created; the first two counted */

/* Counts `add` views of a gig in memory and tells how many of it are not written yet. Thread-safe. */
int64_t gig_views_count(int64_t gig, int64_t add);

#endif
