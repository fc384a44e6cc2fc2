/* One's own profiles, as a freelancer and as a client. */
#include "codec/iso8601.h"
#include "contract/skillconnect/skillconnect.h"
#include "domain/ledger.h"
#include "domain/profile.h"

/* ---- a freelancer ---- */

static bool education_certificate(Render *r, const void *row, Value *out) {
    return sc_media_path(r, ((const Education *)row)->certificate, out);
}
static bool experience_certificate(Render *r, const void *row, Value *out) {
    return sc_media_path(r, ((const Experience *)row)->certificate, out);
}
VIEW(sc_education_view, Education, "Education", "Where somebody learnt.", SHOW("id", W_INT, Education, id, "Within the profile."),
     SHOW("college", W_STR, Education, college, "Where."), SHOW("degree", W_STR, Education, degree, "What."),
     SHOW("start_year", W_INT, Education, start_year, "From.", .empty = EMPTY_NULL),
     SHOW("end_year", W_INT, Education, end_year, "To.", .empty = EMPTY_NULL),
     SHOW_GET("certificate", W_STR, education_certificate, "Where its certificate is.", .optional = true));
VIEW(sc_experience_view, Experience, "Experience", "Where somebody worked.",
     SHOW("id", W_INT, Experience, id, "Within the profile."), SHOW("role", W_STR, Experience, role, "As what."),
     SHOW("company", W_STR, Experience, company, "Where."),
     SHOW("start_date", W_STR, Experience, start_date, "From.", .empty = EMPTY_NULL),
     SHOW("end_date", W_STR, Experience, end_date, "To.", .empty = EMPTY_NULL),
     SHOW("description", W_STR, Experience, description, "Doing what."), SHOW("ongoing", W_BOOL, Experience, ongoing, "Still."),
     SHOW_GET("certificate", W_STR, experience_certificate, "Where its certificate is.", .optional = true));
VIEW(sc_language_view, Language, "Language", "A language that somebody speaks.",
     SHOW("id", W_INT, Language, id, "Within the profile."), SHOW("name", W_STR, Language, name, "Which."),
     SHOW("proficiency", W_STR, Language, proficiency, "How well."));
VIEW(sc_portfolio_view, Portfolio, "Portfolio", "A piece of work to show.",
     SHOW("id", W_INT, Portfolio, id, "Within the profile."), SHOW("title", W_STR, Portfolio, title, "What."),
     SHOW("description", W_STR, Portfolio, description, "What exactly."),
     SHOW("project_link", W_STR, Portfolio, link, "Where it is.", .empty = EMPTY_NULL));
VIEW(sc_social_view, SocialLinks, "SocialLinks", "Where somebody is found on the web.",
     SHOW("github_url", W_STR, SocialLinks, github, "GitHub.", .empty = EMPTY_NULL),
     SHOW("linkedin_url", W_STR, SocialLinks, linkedin, "LinkedIn.", .empty = EMPTY_NULL),
     SHOW("twitter_url", W_STR, SocialLinks, twitter, "Twitter.", .empty = EMPTY_NULL),
     SHOW("facebook_url", W_STR, SocialLinks, facebook, "Facebook.", .empty = EMPTY_NULL),
     SHOW("instagram_url", W_STR, SocialLinks, instagram, "Instagram.", .empty = EMPTY_NULL));

static bool has_flag(const void *row, int32_t flag, Value *out) {
    out->b = (((const User *)row)->flags & flag) != 0;
    return true;
}
static bool email_verified(Render *r, const void *row, Value *out) { return (void)r, has_flag(row, USER_EMAIL_VERIFIED, out); }
static bool phone_verified(Render *r, const void *row, Value *out) { return (void)r, has_flag(row, USER_PHONE_VERIFIED, out); }
static bool id_verified(Render *r, const void *row, Value *out) { return (void)r, has_flag(row, USER_ID_VERIFIED, out); }
VIEW(sc_verification_view, User, "Verification", "What is proven about somebody.",
     SHOW_GET("email_verified", W_BOOL, email_verified, "The e-mail address."),
     SHOW_GET("phone_verified", W_BOOL, phone_verified, "The phone number."),
     SHOW_GET("id_verified", W_BOOL, id_verified, "The student ID."),
     SHOW_CONST("video_verified", "false", "Nobody is verified by video here."));

/* Both kinds show their account by these; `user` is a member of the struct. */
static bool first_name(const User *u, Value *out) {
    Str last;
    user_names(u, &out->s, &last);
    return true;
}
static bool last_name(const User *u, Value *out) {
    Str first;
    user_names(u, &first, &out->s);
    return true;
}
#define USER_OF(T) (&((const T *)row)->user)
static bool freelancer_first(Render *r, const void *row, Value *out) { return (void)r, first_name(USER_OF(FreelancerOut), out); }
static bool freelancer_last(Render *r, const void *row, Value *out) { return (void)r, last_name(USER_OF(FreelancerOut), out); }
static bool freelancer_picture(Render *r, const void *row, Value *out) { return sc_picture(r, USER_OF(FreelancerOut), out); }
static bool freelancer_skills(Render *r, const void *row, Value *out) {
    return sc_skills_of(r, &USER_OF(FreelancerOut)->skills, out);
}
static bool freelancer_available(Render *r, const void *row, Value *out) {
    return (void)r, has_flag(USER_OF(FreelancerOut), USER_AVAILABLE, out);
}

VIEW(sc_freelancer_view, FreelancerOut, "FreelancerProfile", "Somebody as a freelancer.",
     SHOW_ID("id", FreelancerOut, profile.id, &FREELANCER, "The profile's id."),
     SHOW_ID("user", FreelancerOut, profile.user, &USER, "The user's id."),
     SHOW_GET("first_name", W_STR, freelancer_first, "First name."), SHOW_GET("last_name", W_STR, freelancer_last, "Last name."),
     SHOW_GET("profile_picture", W_STR, freelancer_picture, "Where the picture is.", .optional = true),
     SHOW("about", W_STR, FreelancerOut, user.bio, "About the person."),
     SHOW("age", W_INT, FreelancerOut, profile.age, "In years.", .empty = EMPTY_NULL),
     SHOW("country", W_STR, FreelancerOut, profile.country, "Country."),
     SHOW("location", W_STR, FreelancerOut, user.place, "City."),
     SHOW_GET("is_available", W_BOOL, freelancer_available, "Takes on work."),
     SHOW("created_at", W_TIME, FreelancerOut, profile.created_ms, "When it was made."),
     SHOW("updated_at", W_TIME, FreelancerOut, profile.updated_ms, "When it changed last."),
     SHOW_GET("skills_output", W_ROWS, freelancer_skills, "Skills.", .view = &sc_skill_view),
     SHOW("educations_output", W_ROWS, FreelancerOut, profile.educations, "Where he or she learnt.", .record = &EDUCATION,
          .view = &sc_education_view),
     SHOW("experiences_output", W_ROWS, FreelancerOut, profile.experiences, "Where he or she worked.", .record = &EXPERIENCE,
          .view = &sc_experience_view),
     SHOW("languages_output", W_ROWS, FreelancerOut, profile.languages, "Languages.", .record = &LANGUAGE,
          .view = &sc_language_view),
     SHOW("portfolios_output", W_ROWS, FreelancerOut, profile.portfolios, "Works to show.", .record = &PORTFOLIO,
          .view = &sc_portfolio_view),
     SHOW("social_links_output", W_ROW, FreelancerOut, profile.links, "On the web.", .view = &sc_social_view),
     SHOW("verification_output", W_ROW, FreelancerOut, user, "What is proven.", .view = &sc_verification_view));

/* ---- what is checked ---- */

static Err url_ok(Exchange *x, const void *value, const void *in, Str *why) {
    (void)x, (void)in;
    Str s = *(const Str *)value;
    if (!s.n)
        return OK;
    Str host = str_starts(s, S("https://")) ? str_from(s, 8) : str_starts(s, S("http://")) ? str_from(s, 7) : S("");
    bool good = host.n > 0 && memchr(host.p, '.', host.n) && host.p[0] != '.' && host.p[0] != '/';
    for (size_t i = 0; i < s.n && good; i++)
        good = (unsigned char)s.p[i] > ' ' && s.p[i] != '<' && s.p[i] != '>' && s.p[i] != '"';
    *why = S("Enter a valid URL.");
    return good ? OK : E_INVALID;
}

static Err date_ok(Exchange *x, const void *value, const void *in, Str *why) {
    (void)x, (void)in;
    Str s = *(const Str *)value;
    int64_t days;
    *why = S("Date has wrong format. Use one of these formats instead: YYYY-MM-DD.");
    return !s.n || iso_parse_date(s, &days) ? OK : E_INVALID;
}

/* ---- inputs ---- */

#define WORD_MAX PROFILE_WORD_MAX
#define TEXT_IN(name_, T, member, has_, max_, doc_, ...) \
    INPUT(name_, IN_BODY, W_STR, T, member, has_, doc_, .flags = IN_TRIM | IN_LENIENT | IN_NULLABLE, .max = (max_), ##__VA_ARGS__)
#define NEEDED_IN(name_, T, member, has_, max_, doc_, ...)                                                                    \
    INPUT(name_, IN_BODY, W_STR, T, member, has_, doc_, .flags = IN_TRIM | IN_LENIENT | IN_REQUIRED, .min = 1, .max = (max_), \
          ##__VA_ARGS__)
#define PART_ID(T) INPUT("id", IN_BODY, W_INT, T, part.id, NO_HAS, "Of the one it takes the place of.", .flags = IN_LAX)

INPUTS_NAMED(education_in, EducationIn, "EducationInput", PART_ID(EducationIn),
             NEEDED_IN("college", EducationIn, part.college, NO_HAS, WORD_MAX, "Where."),
             NEEDED_IN("degree", EducationIn, part.degree, NO_HAS, WORD_MAX, "What."),
             INPUT("start_year", IN_BODY, W_INT, EducationIn, part.start_year, NO_HAS, "From.", .flags = IN_LENIENT | IN_NULLABLE,
                   .min = PROFILE_YEAR_MIN, .max = PROFILE_YEAR_MAX),
             INPUT("end_year", IN_BODY, W_INT, EducationIn, part.end_year, NO_HAS, "To.", .flags = IN_LENIENT | IN_NULLABLE,
                   .min = PROFILE_YEAR_MIN, .max = PROFILE_YEAR_MAX));
INPUTS_NAMED(experience_in, ExperienceIn, "ExperienceInput", PART_ID(ExperienceIn),
             NEEDED_IN("role", ExperienceIn, part.role, NO_HAS, WORD_MAX, "As what."),
             NEEDED_IN("company", ExperienceIn, part.company, NO_HAS, WORD_MAX, "Where."),
             TEXT_IN("start_date", ExperienceIn, part.start_date, NO_HAS, 10, "From.", .check = date_ok, .format = "date"),
             TEXT_IN("end_date", ExperienceIn, part.end_date, NO_HAS, 10, "To.", .check = date_ok, .format = "date"),
             TEXT_IN("description", ExperienceIn, part.description, NO_HAS, PROFILE_TEXT_MAX, "Doing what."),
             INPUT("ongoing", IN_BODY, W_BOOL, ExperienceIn, part.ongoing, NO_HAS, "Still.", .flags = IN_LENIENT));
INPUTS_NAMED(language_in, Language, "LanguageInput",
             INPUT("id", IN_BODY, W_INT, Language, id, NO_HAS, "As above.", .flags = IN_LAX),
             NEEDED_IN("name", Language, name, NO_HAS, WORD_MAX, "Which."),
             TEXT_IN("proficiency", Language, proficiency, NO_HAS, WORD_MAX, "How well."));
INPUTS_NAMED(portfolio_in, Portfolio, "PortfolioInput",
             INPUT("id", IN_BODY, W_INT, Portfolio, id, NO_HAS, "As above.", .flags = IN_LAX),
             NEEDED_IN("title", Portfolio, title, NO_HAS, WORD_MAX, "What."),
             TEXT_IN("description", Portfolio, description, NO_HAS, PROFILE_TEXT_MAX, "What exactly."),
             TEXT_IN("project_link", Portfolio, link, NO_HAS, PROFILE_LINK_MAX, "Where it is.", .check = url_ok,
                     .format = "uri"));

typedef struct SocialIn {
    uint64_t has;
    SocialLinks to;
} SocialIn;
#define SOCIAL(name_, member_, bit_) \
    TEXT_IN(name_, SocialIn, to.member_, bit_, PROFILE_LINK_MAX, "Address, or null.", .check = url_ok, .format = "uri")
INPUTS_NAMED(social_in, SocialIn, "SocialLinksInput", SOCIAL("github_url", github, 0), SOCIAL("linkedin_url", linkedin, 1),
             SOCIAL("twitter_url", twitter, 2), SOCIAL("facebook_url", facebook, 3), SOCIAL("instagram_url", instagram, 4));

typedef struct FreelancerIn {
    FreelancerEdit edit; /* first: its has-bits */
    Str skills;          /* JSON */
    FileAddIn picture;
    Str certificate;
} FreelancerIn;
enum { NAME_PART_MAX = 59 /* two of them and a blank are a name */ };
#define LIST_IN(name_, member_, sub_, has_, doc_)                                                               \
    INPUT(name_, IN_BODY, W_ROWS, FreelancerIn, edit.member_, has_, doc_ "; in a multipart body as JSON text.", \
          .flags = IN_NOT_NULL, .max = PROFILE_ITEMS_MAX, .sub = &(sub_))
#define FREELANCER_INPUTS(required_)                                                                                             \
    INPUT("first_name", IN_BODY, W_STR, FreelancerIn, edit.first_name, FREELANCER_SET_FIRST_NAME, "First name.",                 \
          .flags = (required_) | IN_TRIM | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = NAME_PART_MAX),                            \
        INPUT("last_name", IN_BODY, W_STR, FreelancerIn, edit.last_name, FREELANCER_SET_LAST_NAME, "Last name.",                 \
              .flags = (required_) | IN_TRIM | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = NAME_PART_MAX),                        \
        TEXT_IN("about", FreelancerIn, edit.about, FREELANCER_SET_ABOUT, USER_BIO_MAX, "About the person."),                     \
        INPUT("age", IN_BODY, W_INT, FreelancerIn, edit.age, FREELANCER_SET_AGE, "In years.", .flags = IN_LENIENT | IN_NULLABLE, \
              .min = 0, .max = PROFILE_AGE_MAX),                                                                                 \
        TEXT_IN("country", FreelancerIn, edit.country, FREELANCER_SET_COUNTRY, WORD_MAX, "Country."),                            \
        TEXT_IN("location", FreelancerIn, edit.place, FREELANCER_SET_PLACE, USER_PLACE_MAX, "City."),                            \
        INPUT("is_available", IN_BODY, W_BOOL, FreelancerIn, edit.available, FREELANCER_SET_AVAILABLE, "Takes on work.",         \
              .flags = IN_LENIENT | IN_NOT_NULL),                                                                                \
        INPUT("profile_picture", IN_FILE, W_FILE, FreelancerIn, picture.bytes, NO_HAS,                                           \
              "A picture: JPEG, PNG, GIF or WebP, at most 10 MB.", .form = FILE_BYTES),                                          \
        INPUT("skills_input", IN_BODY, W_JSON, FreelancerIn, skills, FREELANCER_SET_SKILLS,                                      \
              "Skills: [{\"name\":…}]; in a multipart body as JSON text.", .flags = (required_) | IN_NOT_NULL,                   \
              .check = sc_skills_ok, .example = "[{\"name\":\"Python\"}]"),                                                      \
        LIST_IN("educations_input", educations, education_in, FREELANCER_SET_EDUCATIONS, "Where he or she learnt"),              \
        LIST_IN("experiences_input", experiences, experience_in, FREELANCER_SET_EXPERIENCES, "Where he or she worked"),          \
        LIST_IN("languages_input", languages, language_in, FREELANCER_SET_LANGUAGES, "Languages"),                               \
        LIST_IN("portfolios_input", portfolios, portfolio_in, FREELANCER_SET_PORTFOLIOS, "Works to show"),                       \
        INPUT("social_links_input", IN_BODY, W_ROW, FreelancerIn, edit.links, FREELANCER_SET_LINKS,                              \
              "On the web; those that are not given stay. In a multipart body as JSON text.", .sub = &social_in),                \
        INPUT("education_certificate_0", IN_FILE, W_FILE, FreelancerIn, certificate, NO_HAS,                                     \
              "Certificate of the first education, and so on; a picture, PDF, ZIP or text.", .form = FILE_BYTES),                \
        INPUT("experience_certificate_0", IN_FILE, W_FILE, FreelancerIn, certificate, NO_HAS,                                    \
              "Certificate of the first experience, and so on.", .form = FILE_BYTES)
INPUTS(freelancer_full_in, FreelancerIn, FREELANCER_INPUTS(IN_REQUIRED));
INPUTS(freelancer_part_in, FreelancerIn, FREELANCER_INPUTS(0));

static Err certificate_of(Exchange *x, const char *kind, size_t i, const FileAddIn **out) {
    FileAddIn *file = ARENA_NEW(x->arena, FileAddIn);
    Str name = arena_printf(x->arena, "%s_certificate_%zu", kind, i);
    bool there;
    if (!file || !name.p)
        return E_NOMEM;
    Err e = sc_upload(x, arena_cstr(x->arena, name), FILE_PORTFOLIO, true, file, &there);
    if (e == OK && there)
        *out = file;
    return e;
}

static Err freelancer_before(Exchange *x) {
    FreelancerIn *in = x->in;
    bool there = false;
    Err e = HAS(&in->edit, FREELANCER_SET_SKILLS) ? sc_skills_read(x, in->skills, &in->edit.skills) : OK;
    if (e == OK)
        e = sc_count_upload(x);
    if (e == OK)
        e = sc_upload(x, "profile_picture", FILE_AVATAR, false, &in->picture, &there);
    in->edit.picture = there ? &in->picture : NULL;
    bool learnt = HAS(&in->edit, FREELANCER_SET_EDUCATIONS), worked = HAS(&in->edit, FREELANCER_SET_EXPERIENCES);
    for (size_t i = 0; e == OK && i < in->edit.educations.count; i++)
        e = certificate_of(x, "education", i, &in->edit.educations.items[i].certificate);
    for (size_t i = 0; e == OK && i < in->edit.experiences.count; i++)
        e = certificate_of(x, "experience", i, &in->edit.experiences.items[i].certificate);
    for (size_t i = 0; e == OK && i < PROFILE_ITEMS_MAX && exchange_file(x, "*"); i++) {
        e = learnt ? OK : certificate_of(x, "education", i, &in->edit.education_certificates[i]);
        if (e == OK && !worked)
            e = certificate_of(x, "experience", i, &in->edit.experience_certificates[i]);
    }
    return e;
}

/* A whole profile: lists that are not given are empty. */
static Err freelancer_put_before(Exchange *x) {
    FreelancerIn *in = x->in;
    for (int bit = FREELANCER_SET_EDUCATIONS; bit <= FREELANCER_SET_PORTFOLIOS; bit++)
        in->edit.has |= UINT64_C(1) << bit;
    return freelancer_before(x);
}

/* ---- a client ---- */

WORDS(sc_account_words, "AccountType", WORD(CLIENT_INDIVIDUAL, "individual"), WORD(CLIENT_BUSINESS, "business"));

static bool client_first(Render *r, const void *row, Value *out) { return (void)r, first_name(USER_OF(ClientOut), out); }
static bool client_last(Render *r, const void *row, Value *out) { return (void)r, last_name(USER_OF(ClientOut), out); }
static bool client_picture(Render *r, const void *row, Value *out) { return sc_picture(r, USER_OF(ClientOut), out); }
#define TEXT(name_, doc_) SHOW(#name_, W_STR, ClientOut, profile.name_, doc_)
VIEW(sc_client_view, ClientOut, "ClientProfile", "Somebody as a client.",
     SHOW_ID("id", ClientOut, profile.id, &CLIENT, "The profile's id."),
     SHOW_ID("user", ClientOut, profile.user, &USER, "The user's id."),
     SHOW("account_type", W_WORD, ClientOut, profile.account_type, "One person, or a business.", .words = &sc_account_words),
     SHOW_GET("first_name", W_STR, client_first, "First name."), SHOW_GET("last_name", W_STR, client_last, "Last name."),
     TEXT(company_name, "Name of the company."),
     SHOW_GET("profile_picture", W_STR, client_picture, "Where the picture is.", .optional = true),
     TEXT(company_description, "What it does."), TEXT(country, "Country."),
     SHOW("location", W_STR, ClientOut, user.place, "City."), TEXT(industry, "Line of business."),
     TEXT(company_size, "How many people."), TEXT(website, "On the web."), TEXT(project_types, "Kinds of projects."),
     TEXT(budget_range, "Usual budgets."), TEXT(project_frequency, "How often."), TEXT(preferred_communications, "How to talk."),
     TEXT(working_hours, "When."), TEXT(business_goals, "What it wants to reach."),
     TEXT(current_challenges, "What is in the way."), TEXT(previous_experiences, "What was before."),
     TEXT(expected_timeline, "Usual time."), TEXT(quality_importance, "How much quality counts."),
     TEXT(payment_method, "How it pays."),
     SHOW("monthly_budget", W_MONEY, ClientOut, profile.monthly_budget, "A month.", .empty = EMPTY_NULL),
     SHOW("project_budget", W_MONEY, ClientOut, profile.project_budget, "A project.", .empty = EMPTY_NULL),
     TEXT(payment_timing, "When it pays."), SHOW("created_at", W_TIME, ClientOut, profile.created_ms, "When it was made."),
     SHOW("updated_at", W_TIME, ClientOut, profile.updated_ms, "When it changed last."));

typedef struct ClientIn {
    ClientEdit edit; /* first: its has-bits */
    FileAddIn picture;
} ClientIn;
/* The texts in the order of Client. */
#define CLIENT_TEXT(i_, name_, max_, doc_, ...) \
    TEXT_IN(name_, ClientIn, edit.text[i_], CLIENT_SET_TEXT + (i_), max_, doc_, ##__VA_ARGS__)
#define BUDGET(name_, member_, has_, doc_)                                                                          \
    INPUT(name_, IN_BODY, W_MONEY, ClientIn, edit.member_, has_, doc_, .flags = IN_LENIENT | IN_NULLABLE, .min = 0, \
          .max = MONEY_MAX, .check = sc_whole_money)
#define CLIENT_INPUTS(required_)                                                                                                 \
    INPUT("account_type", IN_BODY, W_WORD, ClientIn, edit.account_type, CLIENT_SET_ACCOUNT_TYPE, "One person, or a business.",   \
          .flags = (required_) | IN_NOT_NULL, .words = &sc_account_words),                                                       \
        INPUT("first_name", IN_BODY, W_STR, ClientIn, edit.first_name, CLIENT_SET_FIRST_NAME, "First name.",                     \
              .flags = (required_) | IN_TRIM | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = NAME_PART_MAX),                        \
        INPUT("last_name", IN_BODY, W_STR, ClientIn, edit.last_name, CLIENT_SET_LAST_NAME, "Last name.",                         \
              .flags = (required_) | IN_TRIM | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = NAME_PART_MAX),                        \
        INPUT("profile_picture", IN_FILE, W_FILE, ClientIn, picture.bytes, NO_HAS,                                               \
              "A picture: JPEG, PNG, GIF or WebP, at most 10 MB.", .form = FILE_BYTES),                                          \
        TEXT_IN("location", ClientIn, edit.place, CLIENT_SET_PLACE, USER_PLACE_MAX, "City."),                                    \
        CLIENT_TEXT(0, "company_name", WORD_MAX, "Name of the company; businesses need one."),                                   \
        CLIENT_TEXT(1, "company_description", PROFILE_TEXT_MAX, "What it does."),                                                \
        CLIENT_TEXT(2, "country", WORD_MAX, "Country."), CLIENT_TEXT(3, "industry", WORD_MAX, "Line of business."),              \
        CLIENT_TEXT(4, "company_size", WORD_MAX, "How many people."),                                                            \
        CLIENT_TEXT(5, "website", PROFILE_LINK_MAX, "On the web.", .check = url_ok, .format = "uri"),                            \
        CLIENT_TEXT(6, "project_types", PROFILE_TEXT_MAX, "Kinds of projects."),                                                 \
        CLIENT_TEXT(7, "budget_range", WORD_MAX, "Usual budgets."), CLIENT_TEXT(8, "project_frequency", WORD_MAX, "How often."), \
        CLIENT_TEXT(9, "preferred_communications", PROFILE_TEXT_MAX, "How to talk."),                                            \
        CLIENT_TEXT(10, "working_hours", WORD_MAX, "When."),                                                                     \
        CLIENT_TEXT(11, "business_goals", PROFILE_TEXT_MAX, "What it wants to reach."),                                          \
        CLIENT_TEXT(12, "current_challenges", PROFILE_TEXT_MAX, "What is in the way."),                                          \
        CLIENT_TEXT(13, "previous_experiences", PROFILE_TEXT_MAX, "What was before."),                                           \
        CLIENT_TEXT(14, "expected_timeline", WORD_MAX, "Usual time."),                                                           \
        CLIENT_TEXT(15, "quality_importance", WORD_MAX, "How much quality counts."),                                             \
        CLIENT_TEXT(16, "payment_method", WORD_MAX, "How it pays."),                                                             \
        CLIENT_TEXT(17, "payment_timing", WORD_MAX, "When it pays."),                                                            \
        BUDGET("monthly_budget", monthly_budget, CLIENT_SET_MONTHLY_BUDGET, "A month."),                                         \
        BUDGET("project_budget", project_budget, CLIENT_SET_PROJECT_BUDGET, "A project.")
INPUTS(client_full_in, ClientIn, CLIENT_INPUTS(IN_REQUIRED));
INPUTS(client_part_in, ClientIn, CLIENT_INPUTS(0));

static Err client_before(Exchange *x) {
    ClientIn *in = x->in;
    bool there = false;
    Err e = sc_count_upload(x);
    if (e == OK)
        e = sc_upload(x, "profile_picture", FILE_AVATAR, false, &in->picture, &there);
    in->edit.picture = there ? &in->picture : NULL;
    return e;
}

static Err freelancer_gate(Exchange *x, Call *c, void *arg) {
    FreelancerOut mine;
    return (void)x, (void)arg, freelancer_mine(c, NULL, &mine);
}
static Err client_gate(Exchange *x, Call *c, void *arg) {
    ClientOut mine;
    return (void)x, (void)arg, client_mine(c, NULL, &mine);
}

/* ---- routes ---- */

#define PROFILES "/api/v1/profiles/"
enum { PROFILE_BYTES_MAX = 24 * 1024 * 1024 };
#define SAVE(method_, path_, op_, in_, before_, gate_, view_, status_, summary_)                                       \
    .method = (method_), .path = PROFILES path_, .op = (op_), .in = &(in_), .before = (before_), .gate = (gate_),      \
    .view = &(view_), .shape = SHAPE_ONE, .status = (status_), .writes = true, .access = ACCESS_SIGNED_IN,             \
    .body_max_bytes = PROFILE_BYTES_MAX, .errors = ERR(E_FORBIDDEN) | ERR(E_LIMIT) | ERR(E_CONFLICT) | ERR(E_MISSING), \
    .summary = (summary_), .doc = "As JSON, or as multipart/form-data with files."
#define MINE(path_, op_, view_, summary_)                                                                                   \
    .method = "GET", .path = PROFILES path_, .op = (op_), .view = &(view_), .shape = SHAPE_ONE, .access = ACCESS_SIGNED_IN, \
    .errors = ERR(E_FORBIDDEN) | ERR(E_MISSING), .summary = (summary_)

static const Route skillconnect_profiles_routes[] = {
    {SAVE("POST", "freelancer/profile-setup", freelancer_create, freelancer_full_in, freelancer_before, sc_doers_only,
          sc_freelancer_view, 201, "Make one's profile as a freelancer.")},
    {MINE("freelancer/profile-setup/me", freelancer_mine, sc_freelancer_view, "One's own profile as a freelancer.")},
    {SAVE("PUT", "freelancer/profile-setup/me", freelancer_update, freelancer_full_in, freelancer_put_before, freelancer_gate,
          sc_freelancer_view, 200, "Replace one's profile as a freelancer.")},
    {SAVE("PATCH", "freelancer/profile-setup/me", freelancer_update, freelancer_part_in, freelancer_before, freelancer_gate,
          sc_freelancer_view, 200, "Change one's profile as a freelancer.")},
    {SAVE("POST", "client/profile-setup", client_create, client_full_in, client_before, sc_clients_only, sc_client_view, 201,
          "Make one's profile as a client.")},
    {MINE("client/profile-setup/me", client_mine, sc_client_view, "One's own profile as a client.")},
    {SAVE("PUT", "client/profile-setup/me", client_update, client_full_in, client_before, client_gate, sc_client_view, 200,
          "Replace one's profile as a client.")},
    {SAVE("PATCH", "client/profile-setup/me", client_update, client_part_in, client_before, client_gate, sc_client_view, 200,
          "Change one's profile as a client.")},
};
SECTION(skillconnect_profiles, "Profiles", "What somebody tells as a freelancer and as a client.");
