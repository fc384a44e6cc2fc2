/* Who and what is near: gigs around a place, people that one keeps at hand. */
#include "domain/near.h"
#include "contract/campus/campus.h"
#include "domain/buddy.h"

/* ---- gigs around a place ---- */

enum { NEAR_RADIUS_M = 5000, NEAR_RADIUS_M_MAX = 100000, DEGREES_E6 = 1000000 };

static bool near_gig(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const GigRow *)row)->gig;
    return true;
}
VIEW(campus_near_view, GigRow, "NearGig", "A gig and how far it is.",
     SHOW_GET("gig", W_ROW, near_gig, "The gig.", .view = &campus_gig_view),
     SHOW("distance", W_INT, GigRow, distance_m, "Metres from the place."));

INPUTS(campus_near_in, NearIn,
       INPUT("latitude", IN_QUERY, W_DECIMAL, NearIn, lat_e6, NO_HAS, "Degrees.", .flags = IN_REQUIRED, .scale = 6,
             .min = -90 * DEGREES_E6, .max = 90 * DEGREES_E6),
       INPUT("longitude", IN_QUERY, W_DECIMAL, NearIn, lon_e6, NO_HAS, "Degrees.", .flags = IN_REQUIRED, .scale = 6,
             .min = -180 * DEGREES_E6, .max = 180 * DEGREES_E6),
       INPUT("radius", IN_QUERY, W_INT, NearIn, radius_m, NO_HAS, "Metres.", .flags = IN_CLAMP | IN_DEFAULT, .min = 1,
             .max = NEAR_RADIUS_M_MAX, .fallback = NEAR_RADIUS_M),
       INPUT_CONST(NearIn, stage, STAGE_PENDING), INPUT_PAGE(NearIn, page));

/* ---- buddies ---- */

static bool buddy_person(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Buddy *)row)->user;
    return true;
}
VIEW(campus_buddy_view, Buddy, "Buddy", "Somebody that one keeps at hand.", SHOW_ID("id", Buddy, id, &BUDDY, "The entry's id."),
     SHOW_GET("user", W_ROW, buddy_person, "Who; null when the account is gone.", .view = &campus_person_view, .optional = true),
     SHOW("notes", W_STR, Buddy, notes, "What one wrote down.", .empty = EMPTY_NULL),
     SHOW("createdAt", W_TIME, Buddy, created_ms, "Since when."));

INPUTS(campus_buddy_in, BuddyIn,
       INPUT("userId", IN_BODY, W_ID, BuddyIn, user, NO_HAS, "Who.", .flags = IN_REQUIRED, .kind = &USER),
       INPUT("notes", IN_BODY, W_STR, BuddyIn, notes, NO_HAS, "For oneself.", .flags = IN_TRIM, .max = BUDDY_NOTES_MAX));
INPUTS(campus_buddies_in, BuddiesIn,
       INPUT("available", IN_QUERY, W_BOOL, BuddiesIn, only_available, NO_HAS, "Only those who take work.", .flags = IN_LENIENT),
       INPUT_PAGE(BuddiesIn, page));
INPUTS(campus_buddy_id_in, IdIn, INPUT_ID("id", IdIn, id, &BUDDY, "Which entry."));

static const Route campus_near_routes[] = {
    {.method = "GET",
     .path = "/api/gigs/near",
     .op = gigs_near,
     .in = &campus_near_in,
     .view = &campus_near_view,
     .shape = SHAPE_LIST,
     .plural = "gigs",
     .access = ACCESS_OPTIONAL,
     .summary = "Open gigs around a place, nearest first.",
     .doc = "Those that have a place. The caller's place is not kept."},
    {.method = "GET",
     .path = "/api/buddies",
     .op = buddy_list,
     .in = &campus_buddies_in,
     .view = &campus_buddy_view,
     .shape = SHAPE_LIST,
     .plural = "buddies",
     .access = ACCESS_SIGNED_IN,
     .summary = "Whom one keeps at hand, newest first.",
     .doc = "Nobody else sees the list."},
    {.method = "POST",
     .path = "/api/buddies",
     .op = buddy_add,
     .in = &campus_buddy_in,
     .view = &campus_buddy_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_CONFLICT) | ERR(E_LIMIT) | ERR(E_MISSING),
     .summary = "Keep somebody at hand."},
    {.method = "DELETE",
     .path = "/api/buddies/{id}",
     .op = buddy_remove,
     .in = &campus_buddy_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Take somebody off the list."},
};
SECTION(campus_near, "Near", "What is near, and who is kept at hand.");
