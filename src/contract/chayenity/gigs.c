/* Gigs: engagements that the first helper gets. */
#include "codec/iso8601.h"
#include "contract/chayenity/chayenity.h"
#include "domain/file.h"
#include "domain/ledger.h"
#include "domain/near.h"

WORDS(chayenity_stage_words, "GigStatus", WORD(STAGE_PENDING, "PENDING"), WORD(STAGE_ACCEPTED, "ACCEPTED"),
      WORD(STAGE_IN_PROGRESS, "IN_PROGRESS"), WORD(STAGE_COMPLETED, "COMPLETED"), WORD(STAGE_CANCELLED, "CANCELLED"));
WORDS(chayenity_role_words, "GigRole", WORD(ROLE_CLIENT, "seeker"), WORD(ROLE_DOER, "helper"));

/* A gig that was just made is answered without its place. */
enum { JUST_MADE = -2 };

static bool shown_place(const GigRow *g) { return g->distance_m != JUST_MADE && g->gig.flags & GIG_HAS_PLACE; }
static bool gig_latitude(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = ((const GigRow *)row)->gig.lat_e6;
    return shown_place(row);
}
static bool gig_longitude(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = ((const GigRow *)row)->gig.lon_e6;
    return shown_place(row);
}
static bool gig_distance(Render *r, const void *row, Value *out) {
    (void)r;
    int64_t m = ((const GigRow *)row)->distance_m;
    out->i = (m + 50) / 100;
    return m >= 0;
}
/* The addresses that were given, and what other contracts attached. */
static bool gig_images(Render *r, const void *row, Value *out) {
    const Gig *g = &((const GigRow *)row)->gig;
    Str *all, url;
    int64_t id;
    File f;
    Value v;
    size_t n = 0;
    out->list = g->image_urls;
    if (!g->files.count)
        return true;
    all = ARENA_ARRAY(r->arena, g->image_urls.count + g->files.count, Str);
    if (!all)
        return false;
    for (ListIter it = list_iter(&g->image_urls); n < g->image_urls.count && list_str(&it, &url);)
        all[n++] = url;
    for (ListIter it = list_iter(&g->files); list_i64(&it, &id);)
        if (rec_get(r->call->tx, &FILE_RECORD, id, &f) == OK && str_starts(f.type, S("image/")) && chayenity_file_url(r, id, &v))
            all[n++] = v.s;
    out->list = list_of_strs(r->arena, all, n);
    return true;
}
static bool gig_updated(Render *r, const void *row, Value *out) {
    (void)r;
    const GigRow *g = row;
    out->i = g->order.updated_ms > g->gig.updated_ms ? g->order.updated_ms : g->gig.updated_ms;
    return true;
}
static bool gig_completed(Render *r, const void *row, Value *out) {
    (void)r;
    const GigRow *g = row;
    out->i = g->order.approved_ms    ? g->order.approved_ms
             : g->order.completed_ms ? g->order.completed_ms
                                     : g->gig.updated_ms; /* closed as filled, without an order */
    return g->stage == STAGE_COMPLETED && out->i;
}
VIEW(chayenity_gig_view, GigRow, "Gig", "Help that somebody wants.", SHOW_ID("id", GigRow, gig.id, &GIG, "Its id."),
     SHOW("title", W_STR, GigRow, gig.title, "Title."), SHOW("description", W_STR, GigRow, gig.description, "What is wanted."),
     SHOW("duration_hours", W_INT, GigRow, gig.duration_hours, "How long it takes.", .empty = EMPTY_NULL),
     SHOW("budget", W_MONEY, GigRow, gig.budget_max, "What is paid."),
     SHOW("address_text", W_STR, GigRow, gig.place, "Where, in words.", .empty = EMPTY_NULL),
     SHOW("status", W_WORD, GigRow, stage, "How far it is.", .words = &chayenity_stage_words),
     SHOW_GET("image_urls", W_STRS, gig_images, "Where its pictures are."),
     SHOW("created_at", W_TIME, GigRow, gig.created_ms, "When it was posted."),
     SHOW_GET("updated_at", W_TIME, gig_updated, "When it changed last."),
     SHOW("starts_at", W_STR, GigRow, gig.starts_at, "When it begins, as it was written.", .empty = EMPTY_NULL),
     SHOW_GET("completed_at", W_TIME, gig_completed, "When the work was accepted.", .optional = true),
     SHOW_ID("seeker_id", GigRow, gig.client, &USER, "Who wants it."),
     SHOW_ID("helper_id", GigRow, order.doer, &USER, "Who does it.", .empty = EMPTY_NULL),
     SHOW_GET("latitude", W_DECIMAL, gig_latitude, "Degrees north.", .scale = 6, .optional = true),
     SHOW_GET("longitude", W_DECIMAL, gig_longitude, "Degrees east.", .scale = 6, .optional = true),
     SHOW_GET("distance_km", W_DECIMAL, gig_distance, "How far from the place that was asked about.", .scale = 1,
              .optional = true));

VIEW(chayenity_gigs_view, PageOut, "Gigs", "Gigs.", SHOW_ITEMS(), SHOW("total_count", W_INT, PageOut, total, "Gigs in all."),
     SHOW_GET("has_more", W_BOOL, chayenity_has_more, "Whether there are more behind these."));
static const ViewRow accepted_rows[] = {SHOW_CONST("message", "\"Gig accepted successfully\"", "What was done."),
                                        SHOW_ITEM_AS("gig")};
static const View accepted_view = {
    .name = "GigAccepted", .rows = accepted_rows, .count = COUNT(accepted_rows), .doc = "The gig is the caller's to do."};

/* ---- posting ---- */

static Err starts_ok(Exchange *x, const void *value, const void *in, Str *why) {
    (void)x, (void)in;
    int64_t ms;
    *why = S("must be a date and time");
    return iso_parse(*(const Str *)value, 0, &ms) ? OK : E_INVALID;
}
INPUTS(gig_in, GigEdit,
       INPUT("title", IN_BODY, W_STR, GigEdit, title, GIG_SET_TITLE, "Title.", .flags = IN_REQUIRED | IN_TRIM,
             .min = GIG_TITLE_MIN, .max = GIG_TITLE_MAX),
       INPUT("description", IN_BODY, W_STR, GigEdit, description, GIG_SET_DESCRIPTION, "What is wanted.",
             .flags = IN_REQUIRED | IN_TRIM, .min = 1, .max = GIG_DESCRIPTION_MAX),
       INPUT("duration_hours", IN_BODY, W_INT, GigEdit, duration_hours, GIG_SET_HOURS, "How long it takes.", .flags = IN_REQUIRED,
             .min = 1, .max = GIG_HOURS_MAX),
       INPUT("budget", IN_BODY, W_MONEY, GigEdit, budget_max, GIG_SET_BUDGET_MAX, "What is paid.", .flags = IN_REQUIRED, .min = 1,
             .max = MONEY_MAX),
       INPUT("latitude", IN_BODY, W_DECIMAL, GigEdit, lat_e6, GIG_SET_LAT, "Degrees north.", .flags = IN_REQUIRED, .scale = 6,
             .min = -90000000, .max = 90000000),
       INPUT("longitude", IN_BODY, W_DECIMAL, GigEdit, lon_e6, GIG_SET_LON, "Degrees east.", .flags = IN_REQUIRED, .scale = 6,
             .min = -180000000, .max = 180000000),
       INPUT("address_text", IN_BODY, W_STR, GigEdit, place, GIG_SET_PLACE, "Where, in words.", .flags = IN_TRIM, .max = 200),
       INPUT("starts_at", IN_BODY, W_STR, GigEdit, starts_at, GIG_SET_STARTS_AT, "When it begins.", .flags = IN_TRIM, .min = 1,
             .max = 40, .check = starts_ok, .example = "\"2025-10-01T14:00:00\""),
       INPUT("image_urls", IN_BODY, W_STRS, GigEdit, image_urls, GIG_SET_IMAGE_URLS, "Where its pictures are.", .flags = IN_TRIM,
             .max = GIG_FILES_MAX),
       {.where = IN_CONST, .type = W_STR, IN_AT(GigEdit, category), .has = GIG_SET_CATEGORY, .text = "lifestyle"});
static Err post(Call *c, const void *in, void *out) {
    GigRow *row = out;
    *row = (GigRow){.stage = STAGE_PENDING, .distance_m = JUST_MADE};
    return gig_post(c, in, &row->gig);
}

/* ---- finding ---- */

INPUTS(search_in, NearIn,
       INPUT("latitude", IN_QUERY, W_DECIMAL, NearIn, lat_e6, NO_HAS, "Degrees north.", .flags = IN_REQUIRED, .scale = 6,
             .min = -90000000, .max = 90000000),
       INPUT("longitude", IN_QUERY, W_DECIMAL, NearIn, lon_e6, NO_HAS, "Degrees east.", .flags = IN_REQUIRED, .scale = 6,
             .min = -180000000, .max = 180000000),
       INPUT("radius", IN_QUERY, W_DECIMAL, NearIn, radius_m, NO_HAS, "Kilometres, 10 when it is not said.", .flags = IN_DEFAULT,
             .scale = 3, .min = 0, .max = 20100000, .fallback = 10000),
       INPUT("status", IN_QUERY, W_WORD, NearIn, stage, NO_HAS, "Only such.", .words = &chayenity_stage_words),
       INPUT("min_budget", IN_QUERY, W_MONEY, NearIn, budget_min, NO_HAS, "From.", .min = 0, .max = INT64_MAX),
       INPUT("max_budget", IN_QUERY, W_MONEY, NearIn, budget_max, NO_HAS, "To.", .min = 0, .max = INT64_MAX),
       CHAYENITY_PAGING(NearIn, page, "skip", LIST_LIMIT_DEFAULT));
INPUTS(mine_in, EngagementsIn,
       INPUT("role", IN_QUERY, W_WORD, EngagementsIn, role, NO_HAS, "Both when it is not said.", .words = &chayenity_role_words),
       INPUT("status", IN_QUERY, W_WORD, EngagementsIn, stage, NO_HAS, "Only such.", .words = &chayenity_stage_words),
       CHAYENITY_PAGING(EngagementsIn, page, "skip", LIST_LIMIT_DEFAULT));
INPUTS(gig_id_in, IdIn, INPUT_ID("gig_id", IdIn, id, &GIG, "Which gig."));
INPUTS(stage_in, EngagementMoveIn, INPUT_ID("gig_id", EngagementMoveIn, id, &GIG, "Which gig."),
       INPUT("status", IN_BODY, W_WORD, EngagementMoveIn, stage, NO_HAS, "Where to.", .flags = IN_REQUIRED,
             .words = &chayenity_stage_words));

static const Route chayenity_gigs_routes[] = {
    {.method = "POST",
     .path = "/api/gigs",
     .op = post,
     .in = &gig_in,
     .view = &chayenity_gig_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_LIMIT),
     .summary = "Ask for help."},
    {.method = "GET",
     .path = "/api/gigs/search",
     .op = gigs_near,
     .in = &search_in,
     .view = &chayenity_gig_view,
     .envelope = &chayenity_gigs_view,
     .shape = SHAPE_LIST,
     .plural = "gigs",
     .access = ACCESS_SIGNED_IN,
     .summary = "Gigs near a place, nearest first."},
    {.method = "GET",
     .path = "/api/gigs/my-gigs",
     .op = engagements_mine,
     .in = &mine_in,
     .view = &chayenity_gig_view,
     .envelope = &chayenity_gigs_view,
     .shape = SHAPE_LIST,
     .plural = "gigs",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's gigs, as seeker and as helper, newest first."},
    {.method = "GET",
     .path = "/api/gigs/{gig_id}",
     .op = engagement_get,
     .in = &gig_id_in,
     .view = &chayenity_gig_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .summary = "A gig."},
    {.method = "POST",
     .path = "/api/gigs/{gig_id}/accept",
     .op = engagement_take,
     .in = &gig_id_in,
     .view = &chayenity_gig_view,
     .envelope = &accepted_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Take a gig.",
     .doc = "The first helper gets it."},
    {.method = "PUT",
     .path = "/api/gigs/{gig_id}/status",
     .op = engagement_move,
     .in = &stage_in,
     .view = &chayenity_gig_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Move a gig on.",
     .doc = "Either side starts or cancels it, the seeker completes it. COMPLETED accepts the work and holds the money."},
};
SECTION(chayenity_gigs, "Gigs", "Help wanted at a place.");
