/* Applications. */
#include "contract/ugig/ugig.h"
#include "domain/application_decide.h"

/* A pending application's stage is a status here. */
enum { STAGED = 100 /* + ApplicationStage */ };
WORDS(ugig_application_words, "ApplicationStatus", WORD(APPLICATION_PENDING, "pending"),
      WORD(STAGED + STAGE_REVIEWING, "reviewing"), WORD(STAGED + STAGE_SHORTLISTED, "shortlisted"),
      WORD(APPLICATION_REJECTED, "rejected"), WORD(APPLICATION_ACCEPTED, "accepted"), WORD(APPLICATION_WITHDRAWN, "withdrawn"));

static void split_status(int32_t shown, int32_t *status, int32_t *stage) {
    *status = shown >= STAGED ? APPLICATION_PENDING : shown;
    *stage = shown >= STAGED ? shown - STAGED : STAGE_NEW;
}

static bool application_gig(Render *r, const void *row, Value *out) {
    return ugig_gig_of(r, ((const Application *)row)->gig, out);
}
static bool application_applicant(Render *r, const void *row, Value *out) {
    return (void)r, out->row = &((const Application *)row)->doer, true;
}
static bool application_status(Render *r, const void *row, Value *out) {
    (void)r;
    const Application *a = row;
    out->i = a->status == APPLICATION_PENDING && a->stage ? STAGED + a->stage : a->status;
    return true;
}

VIEW(ugig_application_view, Application, "Application", "An answer to a gig.",
     SHOW_ID("id", Application, id, &APPLICATION, "Its id."), SHOW_ID("gig_id", Application, gig, &GIG, "To which gig."),
     SHOW_GET("gig", W_ROW, application_gig, "The gig.", .view = &ugig_gig_view, .optional = true, .empty = EMPTY_OMIT),
     SHOW_ID("applicant_id", Application, doer, &USER, "Who applies."),
     SHOW_GET("applicant", W_ROW, application_applicant, "The same.", .view = &ugig_profile_view),
     SHOW("cover_letter", W_STR, Application, message, "What the applicant writes."),
     SHOW("proposed_rate", W_MONEY, Application, amount, "What the applicant asks for.", .empty = EMPTY_NULL),
     SHOW("proposed_timeline", W_STR, Application, timeline, "How long the applicant will take.", .empty = EMPTY_NULL),
     SHOW("portfolio_items", W_STRS, Application, portfolio, "Earlier work."),
     SHOW("ai_tools_to_use", W_STRS, Application, ai_tools, "AI tools to be used."),
     SHOW_GET("status", W_WORD, application_status, "Its state.", .words = &ugig_application_words),
     SHOW("created_at", W_TIME, Application, created_ms, "When."),
     SHOW("updated_at", W_TIME, Application, updated_ms, "When it changed last."));

/* ---- inputs ---- */

INPUTS_NAMED(apply_data, ApplyIn, "ApplicationInput",
             INPUT("gig_id", IN_BODY, W_ID, ApplyIn, gig, NO_HAS, "Which gig.", .flags = IN_REQUIRED, .kind = &GIG),
             INPUT("cover_letter", IN_BODY, W_STR, ApplyIn, message, NO_HAS, "What you want to say.",
                   .flags = IN_REQUIRED | IN_TRIM, .min = 1, .max = APPLICATION_MESSAGE_MAX),
             INPUT("proposed_rate", IN_BODY, W_MONEY, ApplyIn, amount, NO_HAS, "What you ask for; the gig's budget otherwise.",
                   .min = 0, .max = INT64_MAX),
             INPUT("proposed_timeline", IN_BODY, W_STR, ApplyIn, timeline, NO_HAS, "How long you will take.", .flags = IN_TRIM,
                   .max = APPLICATION_TIMELINE_MAX),
             INPUT("portfolio_items", IN_BODY, W_STRS, ApplyIn, portfolio, NO_HAS, "Earlier work.", .flags = IN_TRIM,
                   .max = APPLICATION_ITEMS_MAX),
             INPUT("ai_tools_to_use", IN_BODY, W_STRS, ApplyIn, ai_tools, NO_HAS, "AI tools to be used.", .flags = IN_TRIM,
                   .max = APPLICATION_ITEMS_MAX));
INPUTS(apply_in, ApplyIn, UGIG_DATA("data", ApplyIn, apply_data, "The application."));
INPUTS(application_id_in, IdIn, UGIG_ID("id", IdIn, id, &APPLICATION, "Which application.", .flags = IN_REQUIRED));

INPUTS(my_applications_in, MyApplicationsIn,
       INPUT("status", IN_BODY, W_WORD, MyApplicationsIn, status, NO_HAS, "Only those.", .words = &ugig_application_words),
       INPUT_CONST(MyApplicationsIn, page.limit, LIST_WHOLE));
INPUTS(gig_applications_in, GigApplicationsIn, UGIG_ID("gigId", GigApplicationsIn, gig, &GIG, "Which gig.", .flags = IN_REQUIRED),
       INPUT("status", IN_BODY, W_WORD, GigApplicationsIn, status, NO_HAS, "Only those.", .words = &ugig_application_words),
       INPUT_CONST(GigApplicationsIn, page.limit, LIST_WHOLE));

/* Of pending ones, those that have come as far as the status that was asked for. */
static void keep_stage(PageOut *out, int32_t shown, int32_t stage) {
    Application *rows = out->items;
    size_t n = 0;
    for (size_t i = 0; i < out->count; i++)
        if (!shown || rows[i].status != APPLICATION_PENDING || rows[i].stage == stage)
            rows[n++] = rows[i];
    out->count = n;
    out->total = (int64_t)n;
}

static Err applications_mine(Call *c, const void *input, void *out) {
    MyApplicationsIn in = *(const MyApplicationsIn *)input;
    int32_t shown = in.status, stage;
    split_status(shown, &in.status, &stage);
    Err e = application_mine(c, &in, out);
    if (!e)
        keep_stage(out, shown, stage);
    return e;
}

static Err applications_of_gig(Call *c, const void *input, void *out) {
    GigApplicationsIn in = *(const GigApplicationsIn *)input;
    int32_t shown = in.status, stage;
    split_status(shown, &in.status, &stage);
    Err e = application_list(c, &in, out);
    if (!e)
        keep_stage(out, shown, stage);
    return e;
}

INPUTS(decide_in, DecideIn, UGIG_ID("id", DecideIn, id, &APPLICATION, "Which application.", .flags = IN_REQUIRED),
       INPUT("status", IN_BODY, W_WORD, DecideIn, status, NO_HAS, "What it is from now on.", .flags = IN_REQUIRED,
             .words = &ugig_application_words));
INPUTS(decide_many_in, DecideManyIn,
       INPUT("ids", IN_BODY, W_IDS, DecideManyIn, ids, NO_HAS, "Which applications.", .flags = IN_REQUIRED, .kind = &APPLICATION,
             .max = DECIDE_MAX),
       INPUT("status", IN_BODY, W_WORD, DecideManyIn, status, NO_HAS, "What they are from now on.", .flags = IN_REQUIRED,
             .words = &ugig_application_words));

static Err decide_before(Exchange *x) {
    DecideIn *in = x->in;
    split_status(in->status, &in->status, &in->stage);
    return OK;
}
static Err decide_many_before(Exchange *x) {
    DecideManyIn *in = x->in;
    split_status(in->status, &in->status, &in->stage);
    return OK;
}

static const Route ugig_applications_routes[] = {
    {UGIG_ACTION("submitApplication", "Apply for a gig."), .op = application_apply, .in = &apply_in,
     UGIG_RESULT(&ugig_application_view), .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_CONFLICT)},
    {UGIG_ACTION("withdrawApplication", "Withdraw one's application."), .op = application_withdraw, .in = &application_id_in,
     .out_size = sizeof(Application), UGIG_DONE, .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE)},
    {UGIG_ACTION("getMyApplications", "One's own applications."), .op = applications_mine, .in = &my_applications_in,
     .view = &ugig_application_view, .shape = SHAPE_ARRAY, .reads = true, .access = ACCESS_SIGNED_IN, .doc = "Newest first."},
    {UGIG_ACTION("getGigApplications", "Applications for one's gig."), .op = applications_of_gig, .in = &gig_applications_in,
     .view = &ugig_application_view, .shape = SHAPE_ARRAY, .reads = true, .or_nothing = true, .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN), .doc = "Newest first; its poster only."},
    {UGIG_ACTION("updateApplicationStatus", "Decide about an application."), .op = application_decide, .in = &decide_in,
     .before = decide_before, .out_size = sizeof(Application), UGIG_DONE, .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE), .doc = "The gig's poster. Accepting makes the order."},
    {UGIG_ACTION("bulkUpdateApplicationStatus", "Decide about several applications."), .op = applications_decide,
     .in = &decide_many_in, .before = decide_many_before, UGIG_DONE, .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE), .doc = "All of them or, when one cannot be, none."},
};
SECTION(ugig_applications, "Applications", "Answers to gigs.");
