/* usage.h - how much of what is limited a person has used this month. */
#ifndef DOMAIN_USAGE_H
#define DOMAIN_USAGE_H

#include "domain/domain.h"

/* Posts of a calendar month (the box's time zone). The id is the user's. */
typedef struct Usage {
    int64_t id;
    int64_t month_ms; /* when that month began */
    int64_t posts;
} Usage;
extern const Record USAGE;

typedef struct UsageOut {
    int64_t posts_used, posts_limit; /* limit 0: none */
    bool can_post;
} UsageOut;
/* nothing -> UsageOut: the caller's. */
OpFn usage_get;

/* ---- for other domain code ---- */

/* The caller posts a gig now. E_LIMIT "PLAN_LIMIT" when cfg->free_posts_per_month are used up. */
Err usage_count_post(Call *c);

#endif
