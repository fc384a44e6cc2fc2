/* profile.h - what a person tells of himself as a freelancer and as a client, beyond the account: one of each kind a person.
 *
 * Name, picture, place, skills, what somebody says of himself and whether he is available are facts of the account (user.h) and
 * are changed there, through user_edit; a profile adds what only this kind has. Freelancers are listed from indexes of the
 * account, clients from those of the profile, so both follow whatever contract changes them.
 *
 * Errors of all: E_UNAUTHORIZED; E_FORBIDDEN when the caller is not (also) here for that role; E_MISSING "PROFILE_MISSING";
 * E_CONFLICT "PROFILE_EXISTS"; E_INVALID with fields. */
#ifndef DOMAIN_PROFILE_H
#define DOMAIN_PROFILE_H

#include "domain/file.h"
#include "domain/user.h"

enum {
    PROFILE_ITEMS_MAX = 20, /* of each kind */
    PROFILE_WORD_MAX = 200, /* code points of a short text */
    PROFILE_TEXT_MAX = 5000,
    PROFILE_LINK_MAX = 500,
    PROFILE_AGE_MAX = 120,
    PROFILE_YEAR_MIN = 1900,
    PROFILE_YEAR_MAX = 2100
};

/* ---- freelancers ---- */

/* Ids of the parts are unique within a profile and never reused. */
typedef struct Education {
    int64_t id;
    Str college, degree;
    int32_t start_year, end_year; /* 0 = not said */
    int64_t certificate;          /* file */
} Education;
typedef struct Experience {
    int64_t id;
    Str role, company, description;
    Str start_date, end_date; /* YYYY-MM-DD, "" = not said */
    bool ongoing;
    int64_t certificate;
} Experience;
typedef struct Language {
    int64_t id;
    Str name, proficiency;
} Language;
typedef struct Portfolio {
    int64_t id;
    Str title, description, link;
    int64_t image; /* file, 0 = none */
} Portfolio;
typedef struct SocialLinks {
    Str github, linkedin, twitter, facebook, instagram;
} SocialLinks;
extern const Record EDUCATION, EXPERIENCE, LANGUAGE, PORTFOLIO;

typedef struct Freelancer {
    int64_t id;
    int64_t user;
    int32_t age; /* 0 = not said */
    Str country;
    List educations, experiences, languages, portfolios; /* sub-records of those kinds */
    SocialLinks links;
    int64_t last_part; /* the last id given to a part */
    int64_t created_ms, updated_ms;
} Freelancer;
extern const Record FREELANCER;

typedef struct FreelancerOut {
    Freelancer profile;
    User user;
} FreelancerOut;

/* A part as it is given: `id` of the one it takes the place of (keeping its id and certificate), or 0; `certificate` instead of a
 * file id when one comes along. */
typedef struct EducationIn {
    Education part;
    const FileAddIn *certificate;
} EducationIn;
typedef struct ExperienceIn {
    Experience part;
    const FileAddIn *certificate;
} ExperienceIn;
enum {
    FREELANCER_SET_FIRST_NAME,
    FREELANCER_SET_LAST_NAME,
    FREELANCER_SET_AGE,
    FREELANCER_SET_COUNTRY,
    FREELANCER_SET_EDUCATIONS,
    FREELANCER_SET_EXPERIENCES,
    FREELANCER_SET_LANGUAGES,
    FREELANCER_SET_PORTFOLIOS,
    FREELANCER_SET_LINKS,
    FREELANCER_SET_ABOUT,
    FREELANCER_SET_PLACE,
    FREELANCER_SET_SKILLS,
    FREELANCER_SET_AVAILABLE
};
typedef struct FreelancerEdit {
    uint64_t has;
    Str first_name, last_name;
    Str about, place; /* of the account, as are skills, available and picture */
    List skills;
    bool available;
    const FileAddIn *picture; /* NULL: as it is */
    int32_t age;
    Str country;
    struct {
        EducationIn *items;
        size_t count;
    } educations;
    struct {
        ExperienceIn *items;
        size_t count;
    } experiences;
    struct {
        Language *items;
        size_t count;
    } languages;
    struct {
        Portfolio *items;
        size_t count;
    } portfolios;
    /* For the parts in these places of a list that stays as it is; NULL: none. */
    const FileAddIn *education_certificates[PROFILE_ITEMS_MAX], *experience_certificates[PROFILE_ITEMS_MAX];
    struct {
        uint64_t has; /* which of them were given: bits in the order of SocialLinks */
        SocialLinks to;
    } links;
} FreelancerEdit;
/* FreelancerEdit -> FreelancerOut. Lists that are given take the place of the old ones. */
OpFn freelancer_create;
OpFn freelancer_update;
/* nothing -> FreelancerOut: the caller's. */
OpFn freelancer_mine;
/* IdIn -> FreelancerOut: anybody's, by the profile's id. */
OpFn freelancer_get;

typedef struct FreelancerListIn {
    PageIn page;
    Str search; /* words in name, about, skills, place */
    Str place; /* the whole of it, without regard to case */
    Str skill;
    bool available_given, available;
    bool by_age; /* also when searching */
    bool ascending; /* oldest first */
} FreelancerListIn;
/* FreelancerListIn -> PageOut of FreelancerOut: newest first, or by relevance when searching. */
OpFn freelancer_list;

/* What somebody does now, or did last: the role of an experience, "" when there is none. */
Str freelancer_title(const Freelancer *f);

/* ---- clients ---- */

typedef enum ClientKind { CLIENT_INDIVIDUAL = 1, CLIENT_BUSINESS } ClientKind;
typedef struct Client {
    int64_t id;
    int64_t user;
    int32_t account_type;
    Str company_name, company_description, country, industry, company_size, website;
    Str project_types, budget_range, project_frequency, preferred_communications, working_hours, business_goals;
    Str current_challenges, previous_experiences, expected_timeline, quality_importance, payment_method, payment_timing;
    int64_t monthly_budget, project_budget; /* minor units, 0 = not said */
    Str person; /* the account's name and place, for searching */
    int64_t created_ms, updated_ms;
} Client;
extern const Record CLIENT;
typedef struct ClientOut {
    Client profile;
    User user;
} ClientOut;

enum {
    CLIENT_SET_ACCOUNT_TYPE,
    CLIENT_SET_MONTHLY_BUDGET,
    CLIENT_SET_PROJECT_BUDGET,
    CLIENT_SET_FIRST_NAME,
    CLIENT_SET_LAST_NAME,
    CLIENT_SET_PLACE,
    CLIENT_SET_TEXT /* and one more for each text, in the order of Client */
};
enum { CLIENT_TEXTS = 18 };
typedef struct ClientEdit {
    uint64_t has;
    Str first_name, last_name, place;
    const FileAddIn *picture;
    int32_t account_type;
    int64_t monthly_budget, project_budget;
    Str text[CLIENT_TEXTS]; /* company_name … payment_timing */
} ClientEdit;
/* ClientEdit -> ClientOut. */
OpFn client_create;
OpFn client_update;
OpFn client_mine;
/* IdIn -> ClientOut. */
OpFn client_get;

typedef enum ClientSort { CLIENT_SORT_CREATED, CLIENT_SORT_COMPANY } ClientSort;
typedef struct ClientListIn {
    PageIn page;
    Str search; /* words in names, description, industry, place */
    Str country, place, industry; /* the whole of it, without regard to case */
    int32_t sort; /* ClientSort */
    bool sorted; /* also when searching */
    bool ascending;
} ClientListIn;
/* ClientListIn -> PageOut of ClientOut: newest first, or by relevance when searching. */
OpFn client_list;

/* ---- for other domain code ---- */

/* The account changed: what profiles copied of it follows. */
Err profile_follow(Call *c, const User *u);
/* The account goes: so do its profiles. */
Err profile_forget(Call *c, const User *u);
/* First and last name of an account: as they were given together, else split at the first space. Views into u->name. */
void user_names(const User *u, Str *first, Str *last);

#endif
