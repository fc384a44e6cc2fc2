/* Gigs, applications, categories, search. */
#include "contract/campus/campus.h"
#include "domain/application.h"
#include "domain/boost.h"
#include "domain/category.h"
#include "domain/file.h"
#include "domain/gig.h"
#include "domain/order.h"
#include "domain/saved.h"
#include "domain/user.h"

/* ---- a gig ---- */

WORDS(campus_gig_status_words, "GigStatus", WORD(GIG_OPEN, "open"), WORD(GIG_IN_PROGRESS, "in_progress"),
      WORD(GIG_COMPLETED, "completed"), WORD(GIG_CANCELLED, "cancelled"), WORD(GIG_PAUSED, "cancelled"),
      WORD(GIG_DRAFT, "cancelled"));
WORDS(campus_location_words, "LocationType", WORD(LOCATION_REMOTE, "remote"), WORD(LOCATION_ONSITE, "onsite"),
      WORD(LOCATION_HYBRID, "hybrid"));
WORDS(campus_budget_words, "BudgetType", WORD(BUDGET_FIXED, "fixed"), WORD(BUDGET_HOURLY, "hourly"),
      WORD(BUDGET_MILESTONE, "milestone"));

static bool gig_category(Render *r, const void *row, Value *out) { return campus_category(r, ((const Gig *)row)->category, out); }
static bool gig_attachments(Render *r, const void *row, Value *out) {
    return campus_attachments(r, &((const Gig *)row)->files, out);
}
static bool gig_boosted(Render *r, const void *row, Value *out) {
    out->b = ((const Gig *)row)->boosted_until_ms > r->call->now_ms;
    r->passing |= out->b;
    return true;
}
static bool gig_degrees(const void *row, int32_t e6, Value *out) {
    out->i = e6;
    return (((const Gig *)row)->flags & GIG_HAS_PLACE) != 0;
}
static bool gig_latitude(Render *r, const void *row, Value *out) {
    return (void)r, gig_degrees(row, ((const Gig *)row)->lat_e6, out);
}
static bool gig_longitude(Render *r, const void *row, Value *out) {
    return (void)r, gig_degrees(row, ((const Gig *)row)->lon_e6, out);
}

static bool gig_client(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Gig *)row)->client;
    return true;
}

/* Owner and moderators only ever see one that was taken down. */
static bool gig_removed(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = (((const Gig *)row)->flags & GIG_REMOVED) != 0;
    return out->b;
}

/* The gig stands first in every struct that is shown by these rows. */
#define GIG_ROWS                                                                                                        \
    SHOW_ID("id", Gig, id, &GIG, "Its id."), SHOW_ID("clientId", Gig, client, &USER, "Who wants it."),                  \
        SHOW_GET("client", W_ROW, gig_client, "The same in short.", .view = &campus_person_view, .optional = true),     \
        SHOW("title", W_STR, Gig, title, "Title."), SHOW("description", W_STR, Gig, description, "What is wanted."),    \
        SHOW_GET("category", W_STR, gig_category, "Slug of its category.", .optional = true),                           \
        SHOW("skills", W_STRS, Gig, skills, "Skills wanted."),                                                          \
        SHOW("budgetType", W_WORD, Gig, budget_type, "How it is paid.", .words = &campus_budget_words),                 \
        SHOW("budgetMin", W_MONEY, Gig, budget_min, "From."), SHOW("budgetMax", W_MONEY, Gig, budget_max, "To."),       \
        SHOW("deadline", W_TIME, Gig, deadline_ms, "Until when.", .empty = EMPTY_NULL),                                 \
        SHOW_GET("attachments", W_ROWS, gig_attachments, "Files.", .view = &campus_file_view),                          \
        SHOW("imageUrls", W_STRS, Gig, image_urls, "Pictures that lie elsewhere.", .empty = EMPTY_OMIT),                \
        SHOW("status", W_WORD, Gig, status, "Its state.", .words = &campus_gig_status_words),                           \
        SHOW("applicationsCount", W_INT, Gig, applications_count, "Applications."),                                     \
        SHOW("viewsCount", W_INT, Gig, views_count, "How often it was read."),                                          \
        SHOW_GET("isBoosted", W_BOOL, gig_boosted, "Ranks first among equals."),                                        \
        SHOW("boostedUntil", W_TIME, Gig, boosted_until_ms, "Until then.", .empty = EMPTY_OMIT),                        \
        SHOW("place", W_STR, Gig, place, "Where.", .empty = EMPTY_OMIT),                                                \
        SHOW("aiTools", W_STRS, Gig, ai_tools, "AI tools wanted.", .empty = EMPTY_OMIT),                                \
        SHOW("duration", W_STR, Gig, duration, "How long it takes.", .empty = EMPTY_OMIT),                              \
        SHOW("locationType", W_WORD, Gig, location_type, "Where the work is done, when it was said.",                   \
             .words = &campus_location_words, .empty = EMPTY_OMIT),                                                     \
        SHOW_GET("latitude", W_DECIMAL, gig_latitude, "Degrees.", .scale = 6, .optional = true, .empty = EMPTY_OMIT),   \
        SHOW_GET("longitude", W_DECIMAL, gig_longitude, "Degrees.", .scale = 6, .optional = true, .empty = EMPTY_OMIT), \
        SHOW_GET("isRemoved", W_BOOL, gig_removed, "A moderator took it down.", .optional = true, .empty = EMPTY_OMIT), \
        SHOW("removedReason", W_STR, Gig, removed_reason, "Why.", .empty = EMPTY_OMIT),                                 \
        SHOW("createdAt", W_TIME, Gig, created_ms, "When it was posted."),                                              \
        SHOW("updatedAt", W_TIME, Gig, updated_ms, "When it changed last.")

VIEW_WITH(campus_gig_view, Gig, "Gig", "Work that somebody wants done.", (.kept = true), GIG_ROWS);

INPUTS(gig_id_in, IdIn, INPUT_ID("id", IdIn, id, &GIG, "Which gig."));

#define GIG_INPUTS(required_)                                                                                                   \
    INPUT("title", IN_BODY, W_STR, GigEdit, title, GIG_SET_TITLE, "Title.", .flags = (required_) | IN_TRIM,                     \
          .min = GIG_TITLE_MIN, .max = GIG_TITLE_MAX),                                                                          \
        INPUT("description", IN_BODY, W_STR, GigEdit, description, GIG_SET_DESCRIPTION, "What is wanted.",                      \
              .flags = (required_) | IN_TRIM, .min = 1, .max = GIG_DESCRIPTION_MAX),                                            \
        INPUT("category", IN_BODY, W_STR, GigEdit, category, GIG_SET_CATEGORY, "A category's slug, name or alias.",             \
              .flags = (required_) | IN_TRIM, .min = 1, .max = 100),                                                            \
        INPUT("skills", IN_BODY, W_STRS, GigEdit, skills, GIG_SET_SKILLS, "Skills wanted.", .flags = IN_TRIM | IN_COMMA,        \
              .max = GIG_SKILLS_MAX),                                                                                           \
        INPUT("budgetType", IN_BODY, W_WORD, GigEdit, budget_type, GIG_SET_BUDGET_TYPE,                                         \
              "How it is paid; fixed when it is not said.", .words = &campus_budget_words),                                     \
        INPUT("budgetMin", IN_BODY, W_MONEY, GigEdit, budget_min, GIG_SET_BUDGET_MIN, "From. One bound alone stands for both.", \
              .min = 1, .max = INT64_MAX),                                                                                      \
        INPUT("budgetMax", IN_BODY, W_MONEY, GigEdit, budget_max, GIG_SET_BUDGET_MAX, "To.", .min = 1, .max = INT64_MAX),       \
        INPUT("deadline", IN_BODY, W_TIME, GigEdit, deadline_ms, GIG_SET_DEADLINE, "Until when; in the future.",                \
              .flags = IN_NULLABLE),                                                                                            \
        INPUT("attachments", IN_BODY, W_IDS, GigEdit, files, GIG_SET_FILES, "Ids of own files.", .kind = &FILE_RECORD,          \
              .max = GIG_FILES_MAX),                                                                                            \
        INPUT("aiTools", IN_BODY, W_STRS, GigEdit, ai_tools, GIG_SET_AI_TOOLS, "AI tools wanted.", .flags = IN_TRIM | IN_COMMA, \
              .max = GIG_TOOLS_MAX),                                                                                            \
        INPUT("duration", IN_BODY, W_STR, GigEdit, duration, GIG_SET_DURATION, "How long it takes.",                            \
              .flags = IN_TRIM | IN_NULLABLE, .max = GIG_DURATION_MAX),                                                         \
        INPUT("locationType", IN_BODY, W_WORD, GigEdit, location_type, GIG_SET_LOCATION_TYPE, "Where the work is done.",        \
              .words = &campus_location_words),                                                                                 \
        INPUT("place", IN_BODY, W_STR, GigEdit, place, GIG_SET_PLACE, "Where.", .flags = IN_TRIM | IN_NULLABLE,                 \
              .max = USER_PLACE_MAX),                                                                                           \
        INPUT("latitude", IN_BODY, W_DECIMAL, GigEdit, lat_e6, GIG_SET_LAT, "Degrees.", .scale = 6, .min = -90000000,           \
              .max = 90000000),                                                                                                 \
        INPUT("longitude", IN_BODY, W_DECIMAL, GigEdit, lon_e6, GIG_SET_LON, "Degrees.", .scale = 6, .min = -180000000,         \
              .max = 180000000)

INPUTS(gig_post_in, GigEdit, GIG_INPUTS(IN_REQUIRED));
INPUTS(gig_edit_in, GigEdit, INPUT_ID("id", GigEdit, id, &GIG, "Which gig."), GIG_INPUTS(0));

WORDS(campus_deadline_words, "DeadlinePeriod", WORD(DEADLINE_TODAY, "today"), WORD(DEADLINE_THIS_WEEK, "this_week"),
      WORD(DEADLINE_THIS_MONTH, "this_month"), WORD(DEADLINE_OVERDUE, "overdue"));
WORDS(campus_gig_sort_words, "GigSort", WORD(SORT_CREATED, "createdAt"), WORD(SORT_DEADLINE, "deadline"),
      WORD(SORT_BUDGET_MIN, "budgetMin"), WORD(SORT_BUDGET_MAX, "budgetMax"), WORD(SORT_APPLICATIONS, "applicationsCount"),
      WORD(SORT_RELEVANCE, "relevance"));
WORDS(campus_order_words, "SortOrder", WORD(1, "asc"), WORD(0, "desc"));

INPUTS(gig_list_in, GigListIn, INPUT_CONST(GigListIn, front, 1), INPUT_CONST(GigListIn, unread, 1),
       INPUT("category", IN_QUERY, W_STR, GigListIn, category, NO_HAS, "A category's slug, name or alias.", .max = 100),
       INPUT("skills", IN_QUERY, W_STRS, GigListIn, skills, NO_HAS, "All of these, comma-separated.", .flags = IN_COMMA,
             .max = GIG_SKILLS_MAX, .example = "\"photoshop,illustrator\""),
       INPUT("aiTools", IN_QUERY, W_STRS, GigListIn, ai_tools, NO_HAS, "All of these, comma-separated.", .flags = IN_COMMA,
             .max = GIG_TOOLS_MAX),
       INPUT("locationType", IN_QUERY, W_WORD, GigListIn, location_type, NO_HAS,
             "Where the work is done; what does not say is remote unless it has a place.", .words = &campus_location_words),
       INPUT("budgetMin", IN_QUERY, W_MONEY, GigListIn, budget_min, NO_HAS, "Keeps gigs whose range reaches this.", .min = 0,
             .max = INT64_MAX),
       INPUT("budgetMax", IN_QUERY, W_MONEY, GigListIn, budget_max, NO_HAS, "Keeps gigs whose range begins below this.", .min = 0,
             .max = INT64_MAX),
       INPUT("deadline", IN_QUERY, W_WORD, GigListIn, deadline, NO_HAS, "Due within this calendar period.",
             .words = &campus_deadline_words),
       INPUT("status", IN_QUERY, W_WORD, GigListIn, status, NO_HAS, "Open ones when it is not said.",
             .words = &campus_gig_status_words),
       INPUT("sortBy", IN_QUERY, W_WORD, GigListIn, sort, NO_HAS,
             "By relevance when searching; else by createdAt, the boosted ones in front when it is not said.",
             .words = &campus_gig_sort_words),
       INPUT("sortOrder", IN_QUERY, W_WORD, GigListIn, ascending, NO_HAS, "desc when it is not said.",
             .words = &campus_order_words),
       INPUT("search", IN_QUERY, W_STR, GigListIn, search, NO_HAS, "Words in title, description, skills and category.",
             .flags = IN_TRIM, .max = 200),
       INPUT_PAGE(GigListIn, page));
INPUTS(my_gigs_in, MyGigsIn,
       INPUT("status", IN_QUERY, W_WORD, MyGigsIn, status, NO_HAS, "Only those.", .words = &campus_gig_status_words),
       INPUT_PAGE(MyGigsIn, page));
INPUTS(gig_page_in, PageIn, INPUT_PAGING(PageIn, page, limit));

/* ---- boosting: paid from the wallet, or by a payment order that the provider is asked for ---- */

INPUTS(boost_in, BoostIn, INPUT_ID("id", BoostIn, gig, &GIG, "Which gig."),
       INPUT("days", IN_BODY, W_INT, BoostIn, days, NO_HAS, "For how long.", .flags = IN_REQUIRED, .min = 1,
             .max = BOOST_DAYS_MAX));

typedef struct BoostAnswer {
    Gig gig; /* first: GIG_ROWS */
    int64_t amount;
    int32_t days;
    Str currency, gateway_order, key_id;
} BoostAnswer;
VIEW(campus_boost_view, BoostAnswer, "GigBoost", "The gig, and what is to be paid unless the wallet sufficed.", GIG_ROWS,
     SHOW("days", W_INT, BoostAnswer, days, "For how long."), SHOW("amount", W_MONEY, BoostAnswer, amount, "The price."),
     SHOW("currency", W_STR, BoostAnswer, currency, "ISO 4217."),
     SHOW("razorpayOrderId", W_STR, BoostAnswer, gateway_order,
          "Pay this; the boost starts then. Not there when the wallet paid.", .empty = EMPTY_OMIT),
     SHOW("keyId", W_STR, BoostAnswer, key_id, "The provider's public key.", .empty = EMPTY_OMIT));

typedef struct BoostWork {
    BoostOut out;
    Payment payment;
} BoostWork;

static Err boost_write(Exchange *x, Call *c, void *arg) {
    BoostWork *w = arg;
    w->out = (BoostOut){0};
    Err e = gig_boost(c, x->in, &w->out);
    /* what lives on after the transaction must not be a view into it */
    w->payment = w->out.payment.payment;
    w->payment.currency = arena_str(x->arena, w->payment.currency);
    w->payment.provider_order = arena_str(x->arena, w->payment.provider_order);
    w->payment.url = arena_str(x->arena, w->payment.url);
    return e;
}

static Err boost_read(Exchange *x, Call *c, void *arg) {
    BoostWork *w = arg;
    BoostAnswer answer = {.amount = w->out.boost.price, .days = w->out.boost.days, .currency = c->cfg->currency};
    Err e = rec_get(c->tx, &GIG, w->out.boost.gig, &answer.gig);
    if (!w->out.started) {
        answer.gateway_order = w->payment.provider_order;
        answer.key_id = x->ports->checkout_key_id;
    }
    return e ? e : exchange_render_as(x, c, 200, &campus_boost_view, &answer);
}

static Err boost(Exchange *x) {
    BoostWork *w = ARENA_NEW(x->arena, BoostWork);
    if (!w)
        return E_NOMEM;
    Err e = exchange_write(x, boost_write, w);
    if (e)
        return e;
    if (!w->out.started && w->out.payment.action != PAY_READY) {
        /* PAY_WAIT: another request is asking; open_payment waits for its answer, or asks itself. */
        if (!x->ports->open_payment || !x->ports->call_payment)
            return E_PROVIDER;
        PaymentPrepareIn in = {.purpose = PAY_BOOST, .provider = PROVIDER_RAZORPAY, .ref = w->out.boost.id};
        e = w->out.payment.action == PAY_CALL
                ? x->ports->call_payment(x->ports->ctx, x->arena, &x->diag, &x->actor, &w->payment, &w->payment)
                : x->ports->open_payment(x->ports->ctx, x->arena, &x->diag, &x->actor, &in, &w->payment);
    }
    return e ? e : exchange_read(x, boost_read, w);
}

static const Route campus_gigs_routes[] = {
    {.method = "GET",
     .path = "/api/gigs",
     .op = gig_list,
     .in = &gig_list_in,
     .view = &campus_gig_view,
     .shape = SHAPE_LIST,
     .plural = "gigs",
     .access = ACCESS_OPTIONAL,
     .kept = true,
     .summary = "List and search gigs.",
     .doc = "Boosted ones first among equals; in front of all where nothing is sorted by."},
    {.method = "POST",
     .path = "/api/gigs",
     .op = gig_post,
     .in = &gig_post_in,
     .view = &campus_gig_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_LIMIT),
     .summary = "Post a gig."},
    {.method = "GET",
     .path = "/api/gigs/my-gigs",
     .op = gig_mine,
     .in = &my_gigs_in,
     .view = &campus_gig_view,
     .shape = SHAPE_LIST,
     .plural = "gigs",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's own gigs."},
    {.method = "GET",
     .path = "/api/gigs/recommended",
     .op = gig_recommended,
     .in = &gig_page_in,
     .view = &campus_gig_view,
     .shape = SHAPE_LIST,
     .plural = "gigs",
     .access = ACCESS_SIGNED_IN,
     .summary = "Gigs that fit.",
     .doc = "Ranked by skills, categories, nearness and freshness; never one's own or applied to."},
    {.method = "GET",
     .path = "/api/gigs/saved",
     .op = gig_saved,
     .in = &gig_page_in,
     .view = &campus_gig_view,
     .shape = SHAPE_LIST,
     .plural = "gigs",
     .access = ACCESS_SIGNED_IN,
     .summary = "Gigs that one saved.",
     .doc = "The last saved first; those that are gone are left out."},
    {.method = "POST",
     .path = "/api/gigs/{id}/save",
     .op = gig_save,
     .in = &gig_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Save a gig.",
     .doc = "One hears when it changes. Again is fine."},
    {.method = "DELETE",
     .path = "/api/gigs/{id}/save",
     .op = gig_unsave,
     .in = &gig_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Do not keep a gig saved."},
    {.method = "GET",
     .path = "/api/gigs/{id}",
     .op = gig_get,
     .in = &gig_id_in,
     .view = &campus_gig_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_OPTIONAL,
     .summary = "A gig."},
    {.method = "PATCH",
     .path = "/api/gigs/{id}",
     .op = gig_update,
     .in = &gig_edit_in,
     .view = &campus_gig_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Change a gig.",
     .doc = "Its owner, while it is open. Only what is given changes."},
    {.method = "DELETE",
     .path = "/api/gigs/{id}",
     .op = gig_delete,
     .in = &gig_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Delete a gig."},
    {.method = "POST",
     .path = "/api/gigs/{id}/close",
     .op = gig_close,
     .in = &gig_id_in,
     .view = &campus_gig_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Close a gig to applications."},
    {.method = "POST",
     .path = "/api/gigs/{id}/reopen",
     .op = gig_reopen,
     .in = &gig_id_in,
     .view = &campus_gig_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Reopen a closed gig."},
    {.method = "POST",
     .path = "/api/gigs/{id}/boost",
     .handler = boost,
     .in = &boost_in,
     .view = &campus_boost_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE) | ERR(E_PROVIDER) | ERR(E_NETWORK),
     .summary = "Boost a gig.",
     .doc = "Paid from the wallet when it suffices; otherwise the answer carries what to pay."},
};
SECTION(campus_gigs, "Gigs", "Work that somebody wants done.");

/* ---- applications ---- */

WORDS(campus_application_words, "ApplicationStatus", WORD(APPLICATION_PENDING, "pending"), WORD(APPLICATION_ACCEPTED, "accepted"),
      WORD(APPLICATION_REJECTED, "rejected"), WORD(APPLICATION_WITHDRAWN, "withdrawn"));

static bool application_title(Render *r, const void *row, Value *out) {
    Gig gig;
    if (rec_get(r->call->tx, &GIG, ((const Application *)row)->gig, &gig))
        return false;
    out->s = gig.title;
    return true;
}
static bool application_doer(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Application *)row)->doer;
    return true;
}

VIEW(campus_application_view, Application, "Application", "A doer's answer to a gig.",
     SHOW_ID("id", Application, id, &APPLICATION, "Its id."), SHOW_ID("gigId", Application, gig, &GIG, "To which gig."),
     SHOW_GET("gigTitle", W_STR, application_title, "The gig's title.", .optional = true),
     SHOW_ID("clientId", Application, client, &USER, "Whose gig."), SHOW_ID("doerId", Application, doer, &USER, "Who applies."),
     SHOW_GET("doer", W_ROW, application_doer, "The same in short.", .view = &campus_person_view, .optional = true),
     SHOW("message", W_STR, Application, message, "What the doer writes."),
     SHOW("amount", W_MONEY, Application, amount, "Counter-offer.", .empty = EMPTY_NULL),
     SHOW("timeline", W_STR, Application, timeline, "How long the doer will take.", .empty = EMPTY_OMIT),
     SHOW("portfolioItems", W_STRS, Application, portfolio, "Earlier work.", .empty = EMPTY_OMIT),
     SHOW("aiTools", W_STRS, Application, ai_tools, "AI tools to be used.", .empty = EMPTY_OMIT),
     SHOW("status", W_WORD, Application, status, "Its state.", .words = &campus_application_words),
     SHOW("createdAt", W_TIME, Application, created_ms, "When."),
     SHOW("updatedAt", W_TIME, Application, updated_ms, "When it changed last."));

INPUTS(apply_in, ApplyIn, INPUT_ID("id", ApplyIn, gig, &GIG, "Which gig."),
       INPUT("message", IN_BODY, W_STR, ApplyIn, message, NO_HAS, "What you want to say.", .flags = IN_TRIM,
             .max = APPLICATION_MESSAGE_MAX),
       INPUT("amount", IN_BODY, W_MONEY, ApplyIn, amount, NO_HAS, "Counter-offer; the gig's budget when it is not said.",
             .min = 1, .max = INT64_MAX),
       INPUT("timeline", IN_BODY, W_STR, ApplyIn, timeline, NO_HAS, "How long you will take.", .flags = IN_TRIM,
             .max = APPLICATION_TIMELINE_MAX),
       INPUT("portfolioItems", IN_BODY, W_STRS, ApplyIn, portfolio, NO_HAS, "Earlier work.", .flags = IN_TRIM,
             .max = APPLICATION_ITEMS_MAX),
       INPUT("aiTools", IN_BODY, W_STRS, ApplyIn, ai_tools, NO_HAS, "AI tools to be used.", .flags = IN_TRIM,
             .max = APPLICATION_ITEMS_MAX));
INPUTS(gig_applications_in, GigApplicationsIn, INPUT_ID("id", GigApplicationsIn, gig, &GIG, "Which gig."),
       INPUT("status", IN_QUERY, W_WORD, GigApplicationsIn, status, NO_HAS, "Only those.", .words = &campus_application_words),
       INPUT_PAGE(GigApplicationsIn, page));
INPUTS(my_applications_in, MyApplicationsIn,
       INPUT("status", IN_QUERY, W_WORD, MyApplicationsIn, status, NO_HAS, "Only those.", .words = &campus_application_words),
       INPUT_PAGE(MyApplicationsIn, page));
INPUTS(application_id_in, IdIn, INPUT_ID("id", IdIn, id, &APPLICATION, "Which application."));
INPUTS(accept_in, AcceptIn, INPUT_ID("id", AcceptIn, application, &APPLICATION, "Which application."),
       INPUT_CONST(AcceptIn, once, 1));

static const void *application_load(Render *r, const void *row) {
    Application *a = ARENA_NEW(r->arena, Application);
    int64_t id;
    memcpy(&id, row, sizeof id);
    return a && !rec_get(r->call->tx, &APPLICATION, id, a) ? a : NULL;
}
static bool accepted_application(Render *r, const void *row, Value *out) {
    out->row = application_load(r, &((const AcceptOut *)row)->application);
    return out->row != NULL;
}
VIEW(campus_accept_view, AcceptOut, "Accepted", "The application and the order that came of it.",
     SHOW_GET("application", W_ROW, accepted_application, "The application.", .view = &campus_application_view),
     SHOW("order", W_ROW, AcceptOut, order, "The order.", .view = &campus_order_view));

static const Route campus_applications_routes[] = {
    {.method = "POST",
     .path = "/api/gigs/{id}/applications",
     .op = application_apply,
     .in = &apply_in,
     .view = &campus_application_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE) | ERR(E_CONFLICT),
     .summary = "Apply for a gig."},
    {.method = "GET",
     .path = "/api/gigs/{id}/applications",
     .op = application_list,
     .in = &gig_applications_in,
     .view = &campus_application_view,
     .shape = SHAPE_LIST,
     .plural = "applications",
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Applications for one's gig."},
    {.method = "GET",
     .path = "/api/applications/my-applications",
     .op = application_mine,
     .in = &my_applications_in,
     .view = &campus_application_view,
     .shape = SHAPE_LIST,
     .plural = "applications",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's own applications."},
    {.method = "GET",
     .path = "/api/applications/{id}",
     .op = application_get,
     .in = &application_id_in,
     .view = &campus_application_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "An application.",
     .doc = "Its doer and the gig's client."},
    {.method = "POST",
     .path = "/api/applications/{id}/accept",
     .op = application_accept,
     .in = &accept_in,
     .view = &campus_accept_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Accept an application.",
     .doc = "Makes the order, which waits for payment. The others are rejected when work starts."},
    {.method = "POST",
     .path = "/api/applications/{id}/reject",
     .op = application_reject,
     .in = &application_id_in,
     .view = &campus_application_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Reject an application."},
    {.method = "POST",
     .path = "/api/applications/{id}/withdraw",
     .op = application_withdraw,
     .in = &application_id_in,
     .view = &campus_application_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Withdraw one's application."},
};
SECTION(campus_applications, "Applications", "Doers' answers to gigs.");
