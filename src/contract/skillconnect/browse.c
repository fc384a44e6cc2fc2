/* Profiles of others, and cities. */
#include "contract/skillconnect/skillconnect.h"
#include "domain/city.h"
#include "domain/profile.h"

/* ---- freelancers ---- */

#define USER_OF(T) (&((const T *)row)->user)
static bool freelancer_name(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = sc_name(USER_OF(FreelancerOut));
    return true;
}
static bool freelancer_role(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = freelancer_title(&((const FreelancerOut *)row)->profile);
    return true;
}
static bool freelancer_rating(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = user_rating_e2(USER_OF(FreelancerOut));
    return true;
}
static bool freelancer_available(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = (USER_OF(FreelancerOut)->flags & USER_AVAILABLE) != 0;
    return true;
}
static bool freelancer_skills(Render *r, const void *row, Value *out) {
    return sc_skills_of(r, &USER_OF(FreelancerOut)->skills, out);
}
static bool freelancer_picture(Render *r, const void *row, Value *out) { return sc_picture(r, USER_OF(FreelancerOut), out); }
VIEW(sc_freelancer_brief_view, FreelancerOut, "FreelancerBrief", "A freelancer in a list.",
     SHOW_ID("id", FreelancerOut, profile.id, &FREELANCER, "The profile's id."),
     SHOW_GET("name", W_STR, freelancer_name, "How he or she is called."),
     SHOW_GET("title", W_STR, freelancer_role, "Current or latest role."),
     SHOW("location", W_STR, FreelancerOut, user.place, "City."),
     SHOW_GET("rating", W_DECIMAL, freelancer_rating, "Average, 0 before the first.", .scale = 2),
     SHOW("review_count", W_INT, FreelancerOut, user.rating_count, "Ratings it is the average of."),
     SHOW_GET("is_available", W_BOOL, freelancer_available, "Takes on work."),
     SHOW_GET("skills", W_ROWS, freelancer_skills, "Skills.", .view = &sc_skill_view),
     SHOW_GET("profile_picture", W_STR, freelancer_picture, "Where the picture is.", .optional = true),
     SHOW("about", W_STR, FreelancerOut, user.bio, "About the person."));

enum { ANY, YES, NO };
WORDS(sc_bool_words, "Bool", WORD(YES, "true"), WORD(NO, "false"), WORD(YES, "True"), WORD(NO, "False"), WORD(YES, "1"),
      WORD(NO, "0"));

#define ORDERING(T, doc_) INPUT("ordering", IN_QUERY, W_STR, T, ordering, NO_HAS, doc_, .flags = IN_TRIM | IN_LAX, .max = 100)
#define QUERY(name_, T, member, doc_) INPUT(name_, IN_QUERY, W_STR, T, member, NO_HAS, doc_, .flags = IN_TRIM, .max = 200)

typedef struct FreelancersIn {
    PageIn page; /* first: sc_page_before */
    int32_t available;
    Str ordering;
    FreelancerListIn list;
} FreelancersIn;
INPUTS(freelancers_in, FreelancersIn, QUERY("search", FreelancersIn, list.search, "Words in name, about, skills and location."),
       QUERY("location", FreelancersIn, list.place, "City."),
       QUERY("skills__name", FreelancersIn, list.skill, "Name of a skill."),
       INPUT("is_available", IN_QUERY, W_WORD, FreelancersIn, available, NO_HAS, "Only those who do, or do not, take on work.",
             .flags = IN_LAX, .words = &sc_bool_words),
       ORDERING(FreelancersIn, "created_at or -created_at; newest first unless it is said."), SC_PAGE_INPUTS(FreelancersIn));

static Err freelancers_before(Exchange *x) {
    FreelancersIn *in = x->in;
    Err e = sc_page_before(x);
    in->list.page = in->page;
    in->list.available_given = in->available != ANY;
    in->list.available = in->available == YES;
    bool down;
    in->list.by_age = str_eq(sc_ordering(in->ordering, &down), S("created_at"));
    in->list.ascending = in->list.by_age && !down;
    return e;
}
static Err freelancers(Call *c, const void *in, void *out) { return freelancer_list(c, &((const FreelancersIn *)in)->list, out); }
INPUTS(freelancer_id_in, IdIn, INPUT_ID("id", IdIn, id, &FREELANCER, "Which profile."));

/* ---- clients ---- */

static bool client_name(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = sc_name(USER_OF(ClientOut));
    return true;
}
static bool client_picture(Render *r, const void *row, Value *out) { return sc_picture(r, USER_OF(ClientOut), out); }
static bool client_kind(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = ((const ClientOut *)row)->profile.account_type == CLIENT_BUSINESS ? S("business") : S("individual");
    return true;
}
VIEW(sc_client_brief_view, ClientOut, "ClientBrief", "A client in a list.",
     SHOW_ID("id", ClientOut, profile.id, &CLIENT, "The profile's id."),
     SHOW_GET("name", W_STR, client_name, "How he or she is called."),
     SHOW_GET("account_type", W_STR, client_kind, "individual or business."),
     SHOW("company_name", W_STR, ClientOut, profile.company_name, "Name of the company."),
     SHOW_GET("profile_picture", W_STR, client_picture, "Where the picture is.", .optional = true),
     SHOW("company_description", W_STR, ClientOut, profile.company_description, "What it does."),
     SHOW("country", W_STR, ClientOut, profile.country, "Country."), SHOW("location", W_STR, ClientOut, user.place, "City."),
     SHOW("industry", W_STR, ClientOut, profile.industry, "Line of business."));

typedef struct ClientsIn {
    PageIn page; /* first: sc_page_before */
    Str ordering;
    ClientListIn list;
} ClientsIn;
INPUTS(clients_in, ClientsIn, QUERY("search", ClientsIn, list.search, "Words in names, description, industry and location."),
       QUERY("country", ClientsIn, list.country, "Country."), QUERY("location", ClientsIn, list.place, "City."),
       QUERY("industry", ClientsIn, list.industry, "Line of business."),
       ORDERING(ClientsIn, "created_at, -created_at, company_name or -company_name; newest first unless it is said."),
       SC_PAGE_INPUTS(ClientsIn));

static Err clients_before(Exchange *x) {
    ClientsIn *in = x->in;
    Err e = sc_page_before(x);
    bool down;
    Str by = sc_ordering(in->ordering, &down);
    bool company = str_eq(by, S("company_name")), age = str_eq(by, S("created_at"));
    in->list.page = in->page;
    in->list.sort = company ? CLIENT_SORT_COMPANY : CLIENT_SORT_CREATED;
    in->list.sorted = company || age;
    in->list.ascending = in->list.sorted && !down;
    return e;
}
static Err clients(Call *c, const void *in, void *out) { return client_list(c, &((const ClientsIn *)in)->list, out); }
INPUTS(client_id_in, IdIn, INPUT_ID("id", IdIn, id, &CLIENT, "Which profile."));

/* ---- cities ---- */

typedef struct CityRow {
    int64_t at;
    Str name;
} CityRow;
VIEW(sc_city_view, CityRow, "City", "A city.", SHOW("id", W_INT, CityRow, at, "Its place among the matches, from 0."),
     SHOW("name", W_STR, CityRow, name, "Its name."));
INPUTS(city_in, CityFindIn,
       INPUT("q", IN_QUERY, W_STR, CityFindIn, q, NO_HAS, "Letters of its name.", .flags = IN_TRIM | IN_LAX, .max = 200));

static Err cities(Call *c, const void *in, void *result) {
    PageOut *out = result;
    Err e = city_find(c, in, out);
    const Str *names = out->items;
    CityRow *rows = ARENA_ARRAY(c->arena, out->count, CityRow);
    for (size_t i = 0; rows && i < out->count; i++)
        rows[i] = (CityRow){(int64_t)i, names[i]};
    out->items = rows;
    return e ? e : rows ? OK : E_NOMEM;
}

/* ---- routes ---- */

#define PROFILES "/api/v1/profiles/"
#define BROWSE(path_, op_, in_, before_, view_, summary_)                                                            \
    .method = "GET", .path = PROFILES path_, .op = (op_), .in = &(in_), .before = (before_), .after = sc_page_after, \
    .view = &(view_), .shape = SHAPE_LIST, .access = ACCESS_SIGNED_IN, .errors = ERR(E_MISSING), .summary = (summary_)
#define DETAIL(path_, op_, in_, view_, summary_)                                                              \
    .method = "GET", .path = PROFILES path_, .op = (op_), .in = &(in_), .view = &(view_), .shape = SHAPE_ONE, \
    .access = ACCESS_SIGNED_IN, .summary = (summary_)

static const Route skillconnect_browse_routes[] = {
    {BROWSE("freelancers/browse", freelancers, freelancers_in, freelancers_before, sc_freelancer_brief_view,
            "Look for freelancers.")},
    {DETAIL("freelancers/browse/{id}", freelancer_get, freelancer_id_in, sc_freelancer_view, "A freelancer's profile.")},
    {BROWSE("clients/browse", clients, clients_in, clients_before, sc_client_brief_view, "Look for clients.")},
    {DETAIL("clients/browse/{id}", client_get, client_id_in, sc_client_view, "A client's profile.")},
    {.method = "GET",
     .path = PROFILES "city-autocomplete",
     .op = cities,
     .in = &city_in,
     .view = &sc_city_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_OPEN,
     .summary = "Cities as you type.",
     .doc = "Those that begin so first, the larger first; at most 10."},
};
SECTION(skillconnect_browse, "Browse", "Profiles of others, and cities.");
