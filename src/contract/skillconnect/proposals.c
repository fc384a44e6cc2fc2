/* Projects that clients want done: the marketplace's gigs. */
#include "contract/skillconnect/skillconnect.h"
#include "domain/application.h"
#include "domain/ledger.h"
#include "domain/row.h"

/* ---- a proposal ---- */

WORDS(sc_proposal_status_words, "ProposalStatus", WORD(GIG_OPEN, "open"), WORD(GIG_PAUSED, "open"),
      WORD(GIG_IN_PROGRESS, "in_progress"), WORD(GIG_COMPLETED, "completed"), WORD(GIG_CANCELLED, "cancelled"),
      WORD(GIG_DRAFT, "draft"));

static bool gig_category(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Gig *)row)->category;
    return true;
}
static bool gig_skills(Render *r, const void *row, Value *out) { return sc_skills_of(r, &((const Gig *)row)->skills, out); }
static bool gig_client(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Gig *)row)->client;
    return true;
}
static bool gig_timeline(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = gig_days(row);
    return out->i > 0;
}
static bool gig_active(Render *r, const void *row, Value *out) {
    (void)r;
    const Gig *g = row;
    out->b = g->status == GIG_OPEN || g->status == GIG_IN_PROGRESS || g->status == GIG_COMPLETED;
    return true;
}

enum { APPLIED_SHOWN_MAX = LIST_LIMIT_MAX };

/* The doers of a gig's applications of some statuses, oldest first. */
static size_t doers_of(Render *r, int64_t gig, int32_t from, int32_t to, int64_t *doers, size_t max) {
    size_t n = 0;
    for (int32_t status = from; status <= to; status++) {
        Key key = key2(APPLICATION_BY_GIG, gig, status);
        Application a;
        Scan *scan;
        if (scan_open(r->call->tx, APPLICATION_BY_GIG, (ScanRange){.prefix = &key}, &scan))
            break;
        while (n < max && scan_next_rec(scan, &APPLICATION, &a))
            doers[n++] = a.doer;
        scan_close(scan);
    }
    return n;
}
static bool gig_applied(Render *r, const void *row, Value *out) {
    int64_t *doers = ARENA_ARRAY(r->arena, APPLIED_SHOWN_MAX, int64_t);
    if (!doers) {
        r->out->err = E_NOMEM;
        return false;
    }
    size_t n = doers_of(r, ((const Gig *)row)->id, APPLICATION_PENDING, APPLICATION_REJECTED, doers, APPLIED_SHOWN_MAX);
    ScPerson *people = ARENA_ARRAY(r->arena, n, ScPerson);
    for (size_t i = 0; people && i < n; i++)
        people[i].id = doers[i];
    out->rows = (Rows){people, people ? n : 0};
    return true;
}
static bool gig_selected(Render *r, const void *row, Value *out) {
    int64_t *doer = ARENA_NEW(r->arena, int64_t);
    out->row = doer;
    return doer && doers_of(r, ((const Gig *)row)->id, APPLICATION_ACCEPTED, APPLICATION_ACCEPTED, doer, 1);
}

#define GIG_FACTS                                                                                               \
    SHOW("budget_min", W_MONEY, Gig, budget_min, "From."), SHOW("budget_max", W_MONEY, Gig, budget_max, "To."), \
        SHOW_GET("timeline_days", W_INT, gig_timeline, "Within so many days.", .optional = true),               \
        SHOW("project_scope", W_STR, Gig, scope, "How large the work is."),                                     \
        SHOW("is_urgent", W_BOOL, Gig, urgent, "Wanted at once."),                                              \
        SHOW_GET("client", W_ROW, gig_client, "Who wants it.", .view = &sc_person_view, .optional = true)
#define GIG_CATEGORY SHOW_GET("category", W_ROW, gig_category, "Its category.", .view = &sc_category_view, .optional = true)
#define GIG_STATUS SHOW("status", W_WORD, Gig, status, "Its state.", .words = &sc_proposal_status_words)

VIEW(sc_proposal_view, Gig, "Proposal", "A project that a client wants done, as the client sees it.",
     SHOW_ID("id", Gig, id, &GIG, "Its id."), SHOW("title", W_STR, Gig, title, "Title."),
     SHOW("description", W_STR, Gig, description, "What is wanted."), GIG_CATEGORY,
     SHOW_GET("required_skills", W_ROWS, gig_skills, "Skills wanted.", .view = &sc_skill_view),
     SHOW_GET("skills_output", W_ROWS, gig_skills, "The same.", .view = &sc_skill_view), GIG_FACTS,
     SHOW_GET("applied_freelancers", W_ROWS, gig_applied, "Who applied, at most 100.", .view = &sc_person_view),
     SHOW_GET("selected_freelancer", W_ROW, gig_selected, "Who was accepted.", .view = &sc_person_view, .optional = true),
     GIG_STATUS, SHOW_GET("is_active", W_BOOL, gig_active, "Neither paused nor called off."),
     SHOW("created_at", W_TIME, Gig, created_ms, "When it was posted."),
     SHOW("updated_at", W_TIME, Gig, updated_ms, "When it changed last."));
VIEW(sc_proposal_brief_view, Gig, "ProposalBrief", "A project in a list.", SHOW_ID("id", Gig, id, &GIG, "Its id."),
     SHOW("title", W_STR, Gig, title, "Title."), GIG_CATEGORY,
     SHOW_GET("skills_output", W_ROWS, gig_skills, "Skills wanted.", .view = &sc_skill_view), GIG_FACTS, GIG_STATUS);

/* ---- posting and changing ---- */

typedef struct ProposalIn {
    GigEdit edit; /* first: its has-bits */
    int64_t category;
    Str skills; /* JSON */
    bool active, active_given;
} ProposalIn;
enum { PROPOSAL_SET_ACTIVE = 63 };

#define PROPOSAL_INPUTS(required_)                                                                                               \
    INPUT("title", IN_BODY, W_STR, ProposalIn, edit.title, GIG_SET_TITLE, "Title.",                                              \
          .flags = (required_) | IN_TRIM | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = GIG_TITLE_MAX),                            \
        INPUT("description", IN_BODY, W_STR, ProposalIn, edit.description, GIG_SET_DESCRIPTION, "What is wanted.",               \
              .flags = (required_) | IN_TRIM | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = GIG_DESCRIPTION_MAX),                  \
        INPUT("category_id", IN_BODY, W_INT, ProposalIn, category, GIG_SET_CATEGORY, "Which category.",                          \
              .flags = (required_) | IN_LENIENT | IN_NOT_NULL),                                                                  \
        INPUT("skills_input", IN_BODY, W_JSON, ProposalIn, skills, GIG_SET_SKILLS,                                               \
              "Skills: [{\"name\":…}]; in a multipart body as JSON text.", .flags = IN_NOT_NULL, .check = sc_skills_ok,          \
              .example = "[{\"name\":\"React\"}]"),                                                                              \
        INPUT("budget_min", IN_BODY, W_MONEY, ProposalIn, edit.budget_min, GIG_SET_BUDGET_MIN, "From.",                          \
              .flags = (required_) | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = MONEY_MAX, .check = sc_whole_money),             \
        INPUT("budget_max", IN_BODY, W_MONEY, ProposalIn, edit.budget_max, GIG_SET_BUDGET_MAX, "To.",                            \
              .flags = (required_) | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = MONEY_MAX, .check = sc_whole_money),             \
        INPUT("timeline_days", IN_BODY, W_INT, ProposalIn, edit.timeline_days, GIG_SET_TIMELINE_DAYS, "Within so many days.",    \
              .flags = IN_LENIENT | IN_NULLABLE, .min = 1, .max = GIG_DAYS_MAX),                                                 \
        INPUT("project_scope", IN_BODY, W_STR, ProposalIn, edit.scope, GIG_SET_SCOPE, "How large the work is.",                  \
              .flags = IN_TRIM | IN_LENIENT | IN_NULLABLE, .max = GIG_SCOPE_MAX),                                                \
        INPUT("is_urgent", IN_BODY, W_BOOL, ProposalIn, edit.urgent, GIG_SET_URGENT, "Wanted at once.",                          \
              .flags = IN_LENIENT | IN_NOT_NULL),                                                                                \
        INPUT("is_active", IN_BODY, W_BOOL, ProposalIn, active, PROPOSAL_SET_ACTIVE, "false: in no list, and nobody can apply.", \
              .flags = IN_LENIENT | IN_NOT_NULL)
INPUTS(proposal_post_in, ProposalIn, PROPOSAL_INPUTS(IN_REQUIRED));
INPUTS(proposal_edit_in, ProposalIn, INPUT_ID("id", ProposalIn, edit.id, &GIG, "Which proposal."), PROPOSAL_INPUTS(0));
INPUTS(proposal_id_in, IdIn, INPUT_ID("id", IdIn, id, &GIG, "Which proposal."));

static Err proposal_before(Exchange *x) {
    ProposalIn *in = x->in;
    in->active_given = HAS(&in->edit, PROPOSAL_SET_ACTIVE);
    in->edit.has &= ~(UINT64_C(1) << PROPOSAL_SET_ACTIVE);
    if (in->active_given && !in->active)
        in->edit.status = GIG_PAUSED;
    return HAS(&in->edit, GIG_SET_SKILLS) ? sc_skills_read(x, in->skills, &in->edit.skills) : OK;
}

/* Paused or open, whichever was asked for; other states stay. */
static Err set_active(Call *c, bool active, Gig *g) {
    bool idle = g->status == GIG_PAUSED || g->status == GIG_CANCELLED || g->status == GIG_DRAFT;
    if (active && idle)
        return gig_reopen(c, &(IdIn){g->id}, g);
    if (!active && g->status == GIG_OPEN)
        return gig_set_state(c, &(GigStateIn){.id = g->id, .status = GIG_PAUSED}, g);
    return OK;
}

static Err proposal_gate(Exchange *x, Call *c, void *arg) {
    const ProposalIn *in = x->in;
    Gig g;
    Err e = sc_clients_only(x, c, arg);
    if (e || !in || !in->edit.id)
        return e;
    e = rec_get(c->tx, &GIG, in->edit.id, &g);
    return e ? e : g.flags & GIG_DELETED ? E_MISSING : g.client != c->actor.user ? E_FORBIDDEN : OK;
}

static Err proposal_save(Call *c, const void *input, void *out) {
    const ProposalIn *in = input;
    GigEdit edit = in->edit;
    Gig *g = out;
    Err e = sc_role_wanted(c, ROLE_BIT_CLIENT);
    if (e == OK && HAS(&edit, GIG_SET_CATEGORY))
        e = sc_category_slug(c, in->category, "category_id", &edit.category);
    if (e || !edit.id)
        return e ? e : gig_post(c, &edit, g);
    if (edit.has || !in->active_given) {
        e = gig_update(c, &edit, g);
    } else {
        e = gig_get(c, &(IdIn){edit.id}, g);
        if (e == OK && g->client != c->actor.user)
            e = E_FORBIDDEN;
    }
    return e || !in->active_given ? e : set_active(c, in->active, g);
}

/* ---- lists ---- */

INPUTS(own_proposals_in, MyGigsIn, INPUT_CONST(MyGigsIn, page.limit, LIST_WHOLE), INPUT_CONST(MyGigsIn, unlisted, 1));

typedef struct ExploreIn {
    PageIn page; /* first: sc_page_before */
    int64_t category;
    Str ordering;
    GigListIn list;
} ExploreIn;
INPUTS(explore_in, ExploreIn,
       INPUT("search", IN_QUERY, W_STR, ExploreIn, list.search, NO_HAS, "Words in title, description, skills and category.",
             .flags = IN_TRIM, .max = 200),
       INPUT("category", IN_QUERY, W_INT, ExploreIn, category, NO_HAS, "A category's id.", .min = 1, .max = INT64_MAX),
       INPUT("min_budget", IN_QUERY, W_MONEY, ExploreIn, list.budget_min, NO_HAS, "Keeps what reaches this.", .min = 0,
             .max = INT64_MAX),
       INPUT("max_budget", IN_QUERY, W_MONEY, ExploreIn, list.budget_max, NO_HAS, "Keeps what begins below this.", .min = 0,
             .max = INT64_MAX),
       INPUT("delivery_time", IN_QUERY, W_INT, ExploreIn, list.days_max, NO_HAS, "Wanted within at most so many days.", .min = 0,
             .max = INT32_MAX),
       INPUT("skills", IN_QUERY, W_STRS, ExploreIn, list.skills, NO_HAS, "All of these, comma-separated.",
             .flags = IN_COMMA | IN_TRIM, .max = GIG_SKILLS_MAX),
       INPUT("ordering", IN_QUERY, W_STR, ExploreIn, ordering, NO_HAS, "budget, created_at; with a hyphen in front, downwards.",
             .flags = IN_TRIM, .max = 100),
       SC_PAGE_INPUTS(ExploreIn));

static Err explore_before(Exchange *x) {
    ExploreIn *in = x->in;
    Err e = sc_page_before(x);
    bool down;
    Str by = sc_ordering(in->ordering, &down);
    bool budget = str_eq(by, S("budget")), age = str_eq(by, S("created_at"));
    in->list.sort = budget ? (down ? SORT_BUDGET_MAX : SORT_BUDGET_MIN) : age ? SORT_CREATED : SORT_DEFAULT;
    in->list.ascending = (budget || age) && !down;
    in->list.page = in->page;
    return e;
}

static Err explore(Call *c, const void *input, void *out) {
    const ExploreIn *in = input;
    GigListIn list = in->list;
    Err e = in->category ? sc_category_slug(c, in->category, "category", &list.category) : OK;
    return e ? e : gig_list(c, &list, out);
}

/* ---- routes ---- */

#define GIGS "/api/v1/gigs/"
#define CHANGE(method_, summary_)                                                                                                \
    .method = (method_), .path = GIGS "proposals/{id}", .op = proposal_save, .in = &proposal_edit_in, .before = proposal_before, \
    .gate = proposal_gate, .view = &sc_proposal_view, .shape = SHAPE_ONE, .writes = true, .access = ACCESS_SIGNED_IN,            \
    .errors = ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_LIMIT), .summary = (summary_),                                             \
    .doc = "Its client, while nobody works on it. Only what is given changes."

static const Route skillconnect_proposals_routes[] = {
    {.method = "POST",
     .path = GIGS "proposals",
     .op = proposal_save,
     .in = &proposal_post_in,
     .before = proposal_before,
     .gate = proposal_gate,
     .view = &sc_proposal_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_LIMIT),
     .summary = "Post a project.",
     .doc = "Clients."},
    {.method = "GET",
     .path = GIGS "proposals",
     .op = gig_mine,
     .in = &own_proposals_in,
     .view = &sc_proposal_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_SIGNED_IN,
     .summary = "One's own projects, newest first."},
    {CHANGE("PUT", "Change a project.")},
    {CHANGE("PATCH", "Change a project in part.")},
    {.method = "DELETE",
     .path = GIGS "proposals/{id}",
     .op = gig_delete,
     .in = &proposal_id_in,
     .shape = SHAPE_NONE,
     .status = 204,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Delete a project.",
     .doc = "Its client, unless an order came of it."},
    {.method = "GET",
     .path = GIGS "explore-proposals",
     .op = explore,
     .in = &explore_in,
     .before = explore_before,
     .after = sc_page_after,
     .view = &sc_proposal_brief_view,
     .shape = SHAPE_LIST,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING),
     .summary = "Look for projects.",
     .doc = "Open ones, newest first, or best match first when searching."},
};
SECTION(skillconnect_proposals, "Proposals", "Projects that clients want done; gigs elsewhere.");
