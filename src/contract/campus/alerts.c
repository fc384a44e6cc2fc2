/* Saved searches, and which notifications one wants by what. */
#include "contract/campus/campus.h"
#include "domain/notification.h"
#include "domain/preference.h"
#include "domain/saved_search.h"
#include "domain/user.h"

static bool search_category(Render *r, const void *row, Value *out) {
    return ((const SavedSearch *)row)->category && campus_category(r, ((const SavedSearch *)row)->category, out);
}
VIEW(campus_saved_search_view, SavedSearch, "SavedSearch", "A search that tells of new gigs.",
     SHOW_ID("id", SavedSearch, id, &SAVED_SEARCH, "Its id."), SHOW("name", W_STR, SavedSearch, name, "For people."),
     SHOW("search", W_STR, SavedSearch, search, "All of these words.", .empty = EMPTY_NULL),
     SHOW_GET("category", W_STR, search_category, "Slug of the category.", .optional = true),
     SHOW("skills", W_STRS, SavedSearch, skills, "All of these skills."),
     SHOW("budgetMin", W_MONEY, SavedSearch, budget_min, "The range reaches this.", .empty = EMPTY_NULL),
     SHOW("budgetMax", W_MONEY, SavedSearch, budget_max, "The range begins below this.", .empty = EMPTY_NULL),
     SHOW("deadline", W_WORD, SavedSearch, deadline, "Due within this period.", .words = &campus_deadline_words,
          .empty = EMPTY_NULL),
     SHOW("matches", W_INT, SavedSearch, matches, "New gigs that fitted so far."),
     SHOW_ID("lastGigId", SavedSearch, last_gig, &GIG, "The newest of them.", .empty = EMPTY_NULL),
     SHOW("lastMatchAt", W_TIME, SavedSearch, last_ms, "When.", .empty = EMPTY_NULL),
     SHOW("createdAt", W_TIME, SavedSearch, created_ms, "When it was saved."));
INPUTS(campus_saved_search_in, SavedSearchIn,
       INPUT("name", IN_BODY, W_STR, SavedSearchIn, name, NO_HAS, "For people; made of the rest when it is not said.",
             .flags = IN_TRIM, .max = SAVED_NAME_MAX),
       INPUT("search", IN_BODY, W_STR, SavedSearchIn, search, NO_HAS, "Words in title, description, skills and category.",
             .flags = IN_TRIM, .max = 200),
       INPUT("category", IN_BODY, W_STR, SavedSearchIn, category, NO_HAS, "A category's slug, name or alias.", .flags = IN_TRIM,
             .max = 100),
       INPUT("skills", IN_BODY, W_STRS, SavedSearchIn, skills, NO_HAS, "All of these; a list, or text with commas.",
             .flags = IN_COMMA | IN_TRIM, .max = GIG_SKILLS_MAX),
       INPUT("budgetMin", IN_BODY, W_MONEY, SavedSearchIn, budget_min, NO_HAS, "Gigs whose range reaches this.", .min = 0,
             .max = INT64_MAX),
       INPUT("budgetMax", IN_BODY, W_MONEY, SavedSearchIn, budget_max, NO_HAS, "Gigs whose range begins below this.", .min = 0,
             .max = INT64_MAX),
       INPUT("deadline", IN_BODY, W_WORD, SavedSearchIn, deadline, NO_HAS, "Due within this calendar period.",
             .words = &campus_deadline_words));
INPUTS(campus_saved_page_in, PageIn, INPUT_PAGING(PageIn, page, limit));
INPUTS(campus_saved_id_in, IdIn, INPUT_ID("id", IdIn, id, &SAVED_SEARCH, "Which search."));

static bool preference_type(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = notification_slug(((const Preference *)row)->type);
    return true;
}
VIEW(campus_preference_view, Preference, "Preference", "What leaves the box for notifications of one type.",
     SHOW_GET("type", W_STR, preference_type, "Of which notifications."),
     SHOW("push", W_BOOL, Preference, push, "To one's devices."),
     SHOW("email", W_BOOL, Preference, email, "To the e-mail address, once it is proven."),
     SHOW("sms", W_BOOL, Preference, sms, "To the phone number."));
VIEW(campus_preferences_view, PageOut, "Preferences", "By type.", SHOW_ITEMS_AS("preferences"));
INPUTS_NAMED(campus_preference_in, PreferenceEdit, "PreferenceEdit",
             INPUT("type", IN_BODY, W_STR, PreferenceEdit, type, NO_HAS, "Of which notifications.", .flags = IN_REQUIRED,
                   .max = 60),
             INPUT("push", IN_BODY, W_BOOL, PreferenceEdit, push, PREFERENCE_SET_PUSH, "To one's devices."),
             INPUT("email", IN_BODY, W_BOOL, PreferenceEdit, email, PREFERENCE_SET_EMAIL, "To the e-mail address."),
             INPUT("sms", IN_BODY, W_BOOL, PreferenceEdit, sms, PREFERENCE_SET_SMS, "To the phone number."));
typedef struct PreferencesRows {
    Rows rows;
} PreferencesRows;
_Static_assert(sizeof(PreferencesRows) == sizeof(PreferencesIn) && offsetof(PreferencesIn, count) == offsetof(Rows, count),
               "the same layout");
INPUTS(campus_preferences_in, PreferencesRows,
       INPUT("preferences", IN_BODY, W_ROWS, PreferencesRows, rows, NO_HAS, "Those to change.", .flags = IN_REQUIRED,
             .sub = &campus_preference_in, .min = 1, .max = NOTE_TYPE_COUNT));

static const Route campus_alerts_routes[] = {
    {.method = "GET",
     .path = "/api/saved-searches",
     .op = saved_search_list,
     .in = &campus_saved_page_in,
     .view = &campus_saved_search_view,
     .shape = SHAPE_LIST,
     .plural = "savedSearches",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's saved searches, newest first."},
    {.method = "POST",
     .path = "/api/saved-searches",
     .op = saved_search_add,
     .in = &campus_saved_search_in,
     .view = &campus_saved_search_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_LIMIT),
     .summary = "Save a search.",
     .doc =
         "New gigs that fit it are told of by a notification, a few a day; what fits beyond comes as one at the day's end. All "
         "words must be in the gig."},
    {.method = "DELETE",
     .path = "/api/saved-searches/{id}",
     .op = saved_search_delete,
     .in = &campus_saved_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Forget a saved search."},
    {.method = "GET",
     .path = "/api/notifications/preferences",
     .op = preference_list,
     .view = &campus_preference_view,
     .envelope = &campus_preferences_view,
     .shape = SHAPE_LIST,
     .access = ACCESS_SIGNED_IN,
     .summary = "What leaves the box for which notifications.",
     .doc = "All notifications are in the list and on the sockets whatever is said here."},
    {.method = "PATCH",
     .path = "/api/notifications/preferences",
     .op = preference_set,
     .in = &campus_preferences_in,
     .view = &campus_preference_view,
     .envelope = &campus_preferences_view,
     .shape = SHAPE_LIST,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Change that.",
     .doc = "Only what is given changes."},
};
SECTION(campus_alerts, "Alerts", "Saved searches, and how one wants to be told.");
