/* near.h - what is near a place: gigs and people, by distance. Answered from cells (geo.h): the cost grows with what is near. */
#ifndef DOMAIN_NEAR_H
#define DOMAIN_NEAR_H

#include "domain/engagement.h"
#include "domain/user.h"

enum { NEAR_DEPTH_MAX = 10000 /* skip and limit together: deeper pages are empty */ };

typedef struct NearIn {
    int32_t lat_e6, lon_e6;
    int64_t radius_m;
    PageIn page;
    int32_t stage;                  /* GigStage, 0 = any */
    int64_t budget_min, budget_max; /* 0 = no bound; of the gig's highest budget */
} NearIn;
/* NearIn -> PageOut of GigRow: gigs that have a place, nearest first. */
OpFn gigs_near;

typedef struct PersonNear {
    User user;
    int64_t distance_m;
} PersonNear;
typedef struct PeopleNearIn {
    int32_t lat_e6, lon_e6;
    int64_t radius_m;
    bool only_available;
    PageIn page;
} PeopleNearIn;
/* PeopleNearIn -> PageOut of PersonNear: people that have a place, nearest first, without the caller and those with whom there is
 * a block. */
OpFn people_near;

#endif
