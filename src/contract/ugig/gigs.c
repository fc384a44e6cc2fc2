/* Gigs. */
#include "contract/campus/campus.h"
#include "contract/ugig/ugig.h"
#include "domain/gig.h"
#include "domain/saved.h"

/* The first row of a word is what it means in an input. */
WORDS(ugig_gig_status_words, "GigStatus", WORD(GIG_DRAFT, "draft"), WORD(GIG_OPEN, "active"), WORD(GIG_PAUSED, "paused"),
      WORD(GIG_CANCELLED, "closed"), WORD(GIG_COMPLETED, "filled"), WORD(GIG_IN_PROGRESS, "filled"));
WORDS(ugig_new_status_words, "NewGigStatus", WORD(GIG_DRAFT, "draft"), WORD(GIG_OPEN, "active"));
WORDS(ugig_budget_words, "BudgetType", WORD(BUDGET_FIXED, "fixed"), WORD(BUDGET_HOURLY, "hourly"),
      WORD(BUDGET_MILESTONE, "fixed"));
WORDS(ugig_location_words, "LocationType", WORD(LOCATION_REMOTE, "remote"), WORD(LOCATION_ONSITE, "onsite"),
      WORD(LOCATION_HYBRID, "hybrid"));

/* ---- a gig ---- */

static bool gig_poster(Render *r, const void *row, Value *out) { return (void)r, out->row = &((const Gig *)row)->client, true; }
static bool gig_category(Render *r, const void *row, Value *out) {
    if (!campus_category(r, ((const Gig *)row)->category, out))
        out->s = S("");
    return true;
}
static bool gig_budget(const Gig *g, int32_t unsaid, int64_t bound, Value *out) {
    out->i = bound;
    return !(g->unsaid & unsaid);
}
static bool gig_budget_min(Render *r, const void *row, Value *out) {
    return (void)r, gig_budget(row, BUDGET_NO_MIN, ((const Gig *)row)->budget_min, out);
}
static bool gig_budget_max(Render *r, const void *row, Value *out) {
    return (void)r, gig_budget(row, BUDGET_NO_MAX, ((const Gig *)row)->budget_max, out);
}
static bool gig_location_type(Render *r, const void *row, Value *out) { return (void)r, out->i = gig_location(row), true; }

VIEW(ugig_gig_view, Gig, "Gig", "Work that somebody wants done.", SHOW_ID("id", Gig, id, &GIG, "Its id."),
     SHOW_ID("poster_id", Gig, client, &USER, "Who wants it."),
     SHOW_GET("poster", W_ROW, gig_poster, "The same.", .view = &ugig_profile_view), SHOW("title", W_STR, Gig, title, "Title."),
     SHOW("description", W_STR, Gig, description, "What is wanted."),
     SHOW_GET("category", W_STR, gig_category, "Slug of its category."),
     SHOW("skills_required", W_STRS, Gig, skills, "Skills wanted."),
     SHOW("ai_tools_preferred", W_STRS, Gig, ai_tools, "AI tools wanted."),
     SHOW("budget_type", W_WORD, Gig, budget_type, "How it is paid.", .words = &ugig_budget_words),
     SHOW_GET("budget_min", W_MONEY, gig_budget_min, "From.", .optional = true),
     SHOW_GET("budget_max", W_MONEY, gig_budget_max, "To.", .optional = true),
     SHOW("duration", W_STR, Gig, duration, "How long it takes.", .empty = EMPTY_NULL),
     SHOW_GET("location_type", W_WORD, gig_location_type, "Where the work is done.", .words = &ugig_location_words),
     SHOW("location", W_STR, Gig, place, "The place.", .empty = EMPTY_NULL),
     SHOW("status", W_WORD, Gig, status, "Its state.", .words = &ugig_gig_status_words),
     SHOW("applications_count", W_INT, Gig, applications_count, "Applications."),
     SHOW("views_count", W_INT, Gig, views_count, "How often it was read."),
     SHOW("created_at", W_TIME, Gig, created_ms, "When it was posted."),
     SHOW("updated_at", W_TIME, Gig, updated_ms, "When it changed last."));

#define GIG_ROWS(required_)                                                                                                     \
    INPUT("title", IN_BODY, W_STR, GigEdit, title, GIG_SET_TITLE, "Title.", .flags = (required_) | IN_TRIM,                     \
          .min = GIG_TITLE_MIN, .max = GIG_TITLE_MAX),                                                                          \
        INPUT("description", IN_BODY, W_STR, GigEdit, description, GIG_SET_DESCRIPTION, "What is wanted.",                      \
              .flags = (required_) | IN_TRIM, .min = 1, .max = GIG_DESCRIPTION_MAX),                                            \
        INPUT("category", IN_BODY, W_STR, GigEdit, category, GIG_SET_CATEGORY, "A category's slug, name or alias.",             \
              .flags = (required_) | IN_TRIM, .min = 1, .max = 100),                                                            \
        INPUT("skills_required", IN_BODY, W_STRS, GigEdit, skills, GIG_SET_SKILLS, "Skills wanted.", .flags = IN_TRIM,          \
              .max = GIG_SKILLS_MAX),                                                                                           \
        INPUT("ai_tools_preferred", IN_BODY, W_STRS, GigEdit, ai_tools, GIG_SET_AI_TOOLS, "AI tools wanted.", .flags = IN_TRIM, \
              .max = GIG_TOOLS_MAX),                                                                                            \
        INPUT("budget_type", IN_BODY, W_WORD, GigEdit, budget_type, GIG_SET_BUDGET_TYPE,                                        \
              "How it is paid; fixed when it is not said.", .words = &ugig_budget_words),                                       \
        INPUT("budget_min", IN_BODY, W_MONEY, GigEdit, budget_min, GIG_SET_BUDGET_MIN, "From; null: not said.",                 \
              .flags = IN_NULLABLE, .min = 0, .max = INT64_MAX),                                                                \
        INPUT("budget_max", IN_BODY, W_MONEY, GigEdit, budget_max, GIG_SET_BUDGET_MAX, "To; null: not said.",                   \
              .flags = IN_NULLABLE, .min = 0, .max = INT64_MAX),                                                                \
        INPUT("duration", IN_BODY, W_STR, GigEdit, duration, GIG_SET_DURATION, "How long it takes.",                            \
              .flags = IN_TRIM | IN_NULLABLE, .max = GIG_DURATION_MAX),                                                         \
        INPUT("location_type", IN_BODY, W_WORD, GigEdit, location_type, GIG_SET_LOCATION_TYPE,                                  \
              "Where the work is done; remote when nothing is said of a place.", .words = &ugig_location_words),                \
        INPUT("location", IN_BODY, W_STR, GigEdit, place, GIG_SET_PLACE, "The place.", .flags = IN_TRIM | IN_NULLABLE,          \
              .max = USER_PLACE_MAX),                                                                                           \
        INPUT_CONST(GigEdit, open_budget, 1)

INPUTS_NAMED(gig_data, GigEdit, "GigInput", GIG_ROWS(IN_REQUIRED),
             INPUT("status", IN_BODY, W_WORD, GigEdit, status, NO_HAS, "active when it is not said.",
                   .words = &ugig_new_status_words));
INPUTS_NAMED(gig_change, GigEdit, "PartialGigInput", GIG_ROWS(0));
INPUTS(gig_create_in, GigEdit, UGIG_DATA("data", GigEdit, gig_data, "The gig."));
INPUTS(gig_update_in, GigEdit, UGIG_ID("id", GigEdit, id, &GIG, "Which gig.", .flags = IN_REQUIRED),
       UGIG_DATA("data", GigEdit, gig_change, "What changes."));
INPUTS(gig_id_in, IdIn, UGIG_ID("id", IdIn, id, &GIG, "Which gig.", .flags = IN_REQUIRED));
INPUTS(saved_id_in, IdIn, UGIG_ID("gigId", IdIn, id, &GIG, "Which gig.", .flags = IN_REQUIRED));
INPUTS(gig_status_in, GigStateIn, UGIG_ID("id", GigStateIn, id, &GIG, "Which gig.", .flags = IN_REQUIRED),
       INPUT("status", IN_BODY, W_WORD, GigStateIn, status, NO_HAS, "How it stands from now on.", .flags = IN_REQUIRED,
             .words = &ugig_gig_status_words));
INPUTS(my_gigs_in, MyGigsIn, INPUT_CONST(MyGigsIn, page.limit, LIST_WHOLE), INPUT_CONST(MyGigsIn, unlisted, 1));
INPUTS(whole_page_in, PageIn, INPUT_CONST(PageIn, limit, LIST_WHOLE));

/* ---- the list ---- */

typedef struct GigsBody {
    GigListIn list; /* first: the operation's input */
    int32_t within;
} GigsBody;
enum { WITHIN_DAY = 1, WITHIN_WEEK, WITHIN_MONTH };
WORDS(ugig_within_words, "PostedWithin", WORD(WITHIN_DAY, "day"), WORD(WITHIN_WEEK, "week"), WORD(WITHIN_MONTH, "month"));

INPUTS_NAMED(gig_filters, GigsBody, "GigFilters",
             INPUT("search", IN_BODY, W_STR, GigsBody, list.search, NO_HAS, "Words in title, description, skills and category.",
                   .flags = IN_TRIM, .max = 200),
             INPUT("category", IN_BODY, W_STR, GigsBody, list.category, NO_HAS, "A category's slug, name or alias.",
                   .flags = IN_TRIM, .max = 100),
             INPUT("skills", IN_BODY, W_STRS, GigsBody, list.skills, NO_HAS, "All of these.", .max = GIG_SKILLS_MAX),
             INPUT("ai_tools", IN_BODY, W_STRS, GigsBody, list.ai_tools, NO_HAS, "All of these.", .max = GIG_TOOLS_MAX),
             INPUT("budget_min", IN_BODY, W_MONEY, GigsBody, list.budget_min, NO_HAS, "Keeps gigs whose range reaches this.",
                   .min = 0, .max = INT64_MAX),
             INPUT("budget_max", IN_BODY, W_MONEY, GigsBody, list.budget_max, NO_HAS, "Keeps gigs whose range begins below this.",
                   .min = 0, .max = INT64_MAX),
             INPUT("location_type", IN_BODY, W_WORD, GigsBody, list.location_type, NO_HAS, "Where the work is done.",
                   .words = &ugig_location_words),
             INPUT("posted_within", IN_BODY, W_WORD, GigsBody, within, NO_HAS, "Not older than this.",
                   .words = &ugig_within_words));
INPUTS(gigs_in, GigsBody,
       {.name = "filters",
        .where = IN_BODY,
        .type = W_ROW,
        .size = sizeof(GigsBody),
        .has = NO_HAS,
        .flags = IN_FLAT,
        .sub = &gig_filters,
        .canonical = "data",
        .doc = "Which ones."},
       INPUT("page", IN_BODY, W_INT, GigsBody, list.page.page, NO_HAS, "Which page, from 1.", .flags = IN_CLAMP | IN_DEFAULT,
             .min = 1, .max = 1000000, .fallback = 1),
       INPUT("limit", IN_BODY, W_INT, GigsBody, list.page.limit, NO_HAS, "Things per page.", .flags = IN_CLAMP | IN_DEFAULT,
             .min = 1, .max = LIST_LIMIT_MAX, .fallback = LIST_LIMIT_DEFAULT));

static Err gigs_before(Exchange *x) {
    static const int64_t periods[] = {[WITHIN_DAY] = MS_DAY, [WITHIN_WEEK] = 7 * MS_DAY, [WITHIN_MONTH] = 30 * MS_DAY};
    GigsBody *in = x->in;
    in->list.posted_within_ms = periods[in->within];
    return OK;
}

static const Route ugig_gigs_routes[] = {
    {UGIG_ACTION("createGig", "Post a gig."), .op = gig_post, .in = &gig_create_in, UGIG_RESULT(&ugig_gig_view),
     .access = ACCESS_SIGNED_IN, .errors = ERR(E_LIMIT) | ERR(E_FORBIDDEN)},
    {UGIG_ACTION("updateGig", "Change a gig."), .op = gig_update, .in = &gig_update_in, UGIG_RESULT(&ugig_gig_view),
     .access = ACCESS_SIGNED_IN, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE)},
    {UGIG_ACTION("deleteGig", "Delete a gig."), .op = gig_delete, .in = &gig_id_in, UGIG_DONE, .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE)},
    {UGIG_ACTION("updateGigStatus", "Say how a gig stands."), .op = gig_set_state, .in = &gig_status_in, .out_size = sizeof(Gig),
     UGIG_DONE, .access = ACCESS_SIGNED_IN, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_LIMIT)},
    {UGIG_ACTION("getGigs", "List and search gigs."), .op = gig_list, .in = &gigs_in, .before = gigs_before,
     .view = &ugig_gig_view, .shape = SHAPE_LIST, .reads = true, .access = ACCESS_OPTIONAL,
     .doc = "Active ones; boosted ones first among equals."},
    {UGIG_ACTION("getGig", "A gig."), .op = gig_get, .in = &gig_id_in, .view = &ugig_gig_view, .shape = SHAPE_ONE, .reads = true,
     .or_nothing = true, .access = ACCESS_OPTIONAL},
    {UGIG_ACTION("getMyGigs", "One's own gigs."), .op = gig_mine, .in = &my_gigs_in, .view = &ugig_gig_view, .shape = SHAPE_ARRAY,
     .reads = true, .access = ACCESS_SIGNED_IN, .doc = "Drafts and paused ones too, newest first."},
    {UGIG_ACTION("saveGig", "Save a gig."), .op = gig_save, .in = &saved_id_in, UGIG_DONE, .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_LIMIT)},
    {UGIG_ACTION("unsaveGig", "Do not keep a gig saved."), .op = gig_unsave, .in = &saved_id_in, UGIG_DONE,
     .access = ACCESS_SIGNED_IN, .errors = ERR(E_MISSING)},
    {UGIG_ACTION("getSavedGigs", "Gigs that one saved."), .op = gig_saved, .in = &whole_page_in, .view = &ugig_gig_view,
     .shape = SHAPE_ARRAY, .reads = true, .access = ACCESS_SIGNED_IN, .doc = "The last saved first."},
};
SECTION(ugig_gigs, "Gigs", "Work that somebody wants done.");
