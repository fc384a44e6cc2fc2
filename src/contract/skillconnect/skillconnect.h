/* skillconnect.h - the contract that clients of a Django REST Framework site expect: what its files share.
 *
 * Paths /api/v1/… and /media/…, ids as integers, money in whole major units, times as ISO 8601 with Z. A single thing is bare,
 * lists of one's own are plain arrays, public ones are {"count","next","previous","results"}. Errors have the framework's shapes
 * and words: {"field":["…"]}, {"non_field_errors":["…"]}, {"detail":"…"}, {"error":"…"}.
 *
 * A Diag code of the domain picks the shape and the words of its answer by the rows in skillconnect.c. Operations here that only
 * this contract has use these codes with diag_field and diag_fail:
 *   SC_PLAIN   the fields as plain strings instead of lists: {"order_type":"Must be …"}
 *   SC_DETAIL  {"detail":message} with the status of the Err
 *   SC_ERROR   {"error":message}, 400
 *   SC_FAILED  {"success":false,"error":message}, 400
 *   SC_NOBODY  the field with "No user is registered with this email." */
#ifndef CONTRACT_SKILLCONNECT_SKILLCONNECT_H
#define CONTRACT_SKILLCONNECT_SKILLCONNECT_H

#include "contract/exchange.h"
#include "domain/file.h"
#include "domain/user.h"

extern const Contract skillconnect_contract;

/* One section a topic, each in the file of its name. */
extern const Section skillconnect_users, skillconnect_services, skillconnect_proposals, skillconnect_orders, skillconnect_media,
    skillconnect_sockets;
extern const Section skillconnect_profiles, skillconnect_browse;
extern const Section skillconnect_talk, skillconnect_contracts, skillconnect_payments;

#define SC_PLAIN "SC_PLAIN"
#define SC_DETAIL "SC_DETAIL"
#define SC_ERROR "SC_ERROR"
#define SC_FAILED "SC_FAILED"
#define SC_NOBODY "SC_NOBODY"

/* ---- views that several topics show ---- */

extern const View sc_person_view;   /* int64_t, a user id: {"id","name","profile_picture"}; null when there is none */
extern const View sc_category_view; /* int64_t, a category id: {"id","name"} */
extern const View sc_skill_view;    /* ScSkill */
extern const View sc_service_view;  /* Service */
extern const View sc_proposal_view; /* Gig, as its client sees it */
extern const View sc_proposal_brief_view; /* Gig, as all see it */
extern const View sc_page_view;     /* the envelope of paged lists */
extern const View sc_message_view;  /* Str: {"message":…} */
extern const View sc_detail_view;   /* Str: {"detail":…} */

/* The role that a user is shown with: one ROLE_BIT. */
int32_t sc_role(const User *u);
/* What sc_person_view shows. It needs the id only, and looks the rest up. */
typedef struct ScPerson {
    int64_t id;
    Str name;
    int64_t picture;
    Str picture_url; /* of one that lies elsewhere, else "" */
} ScPerson;
/* How a person is called: the name, else what stands before the @ of the address, else "". */
Str sc_name(const User *u);
/* The path under which a file is served, /media/<folder>/<id>/<name>; false when there is none. `absolute` with the box's
 * address. Over r->arena. */
bool sc_media_url(Render *r, int64_t file, bool absolute, Value *out);
bool sc_media_path(Render *r, int64_t file, Value *out);
/* Where a person's picture is; false when there is none. */
bool sc_picture(Render *r, const User *u, Value *out);

/* A skill as it is written beside a thing, with its id in the registry. */
typedef struct ScSkill {
    int64_t id;
    Str name;
} ScSkill;
/* The skills of a list (STRS), as Rows of ScSkill. */
bool sc_skills_of(Render *r, const List *skills, Value *out);

extern const View sc_talk_message_view; /* Message; the realtime dialect too */
extern const View sc_contract_view;     /* Agreement */

/* ---- what conversations and contracts are about ---- */

enum { SC_SERVICE_ORDER = 1, SC_PROPOSAL_ORDER };
/* E_MISSING unless there is such a service order: a gig's order goes by its proposal order. */
Err sc_service_order(Call *c, int64_t id);
/* One field with a plain message (SC_PLAIN). E_INVALID. */
Err sc_plain(Diag *d, Str field, Str message);

/* ---- profiles ---- */

extern const View sc_freelancer_view; /* FreelancerOut */
extern const View sc_client_view;     /* ClientOut */

/* ---- pages ---- */

enum { SC_PAGE_SIZE = 6 };
/* ?page= and ?page_size= of an input struct that begins with a PageIn called `page`. */
#define SC_PAGE_INPUTS(T)            \
    {.name = "page",                 \
     .where = IN_QUERY,              \
     .type = W_INT,                  \
     IN_AT(T, page.page),            \
     .has = NO_HAS,                  \
     .flags = IN_LAX,                \
     .min = 1,                       \
     .max = 1000000,                 \
     .doc = "Which page, from 1."},  \
        {.name = "page_size",        \
         .where = IN_QUERY,          \
         .type = W_INT,              \
         IN_AT(T, page.limit),       \
         .has = NO_HAS,              \
         .flags = IN_LAX | IN_CLAMP, \
         .min = 0,                   \
         .max = LIST_LIMIT_MAX,      \
         .doc = "Things per page; 6 unless it is said, at most 100."}
/* The same for plain arrays of an input struct with a PageIn `page`: out of range is brought into it. */
#define SC_PAGE_ROWS(T, size_)                    \
    {.name = "page",                              \
     .where = IN_QUERY,                           \
     .type = W_INT,                               \
     IN_AT(T, page.page),                         \
     .has = NO_HAS,                               \
     .flags = IN_CLAMP | IN_DEFAULT | IN_LAX,     \
     .min = 1,                                    \
     .max = 1000000,                              \
     .fallback = 1,                               \
     .doc = "Which page, from 1."},               \
        {.name = "page_size",                     \
         .where = IN_QUERY,                       \
         .type = W_INT,                           \
         IN_AT(T, page.limit),                    \
         .has = NO_HAS,                           \
         .flags = IN_CLAMP | IN_DEFAULT | IN_LAX, \
         .min = 1,                                \
         .max = LIST_LIMIT_MAX,                   \
         .fallback = size_,                       \
         .doc = "Things per page."}
/* Route.before of such a list: defaults; "Invalid page." for what is no page. */
Err sc_page_before(Exchange *x);
/* Route.after: a page beyond the last is "Invalid page.". */
Err sc_page_after(Exchange *x, Call *c, void *out);

/* The field that ?ordering= names first, and whether a hyphen stands before it. */
Str sc_ordering(Str ordering, bool *down);

/* ---- inputs ---- */

/* Row check of W_MONEY: whole units only. */
Err sc_whole_money(Exchange *x, const void *value, const void *in, Str *why);
/* Row check of a W_JSON row holding [{"name":…}]: "Invalid skills format." */
Err sc_skills_ok(Exchange *x, const void *value, const void *in, Str *why);
/* The names of such a value as STRS; it passed sc_skills_ok. E_NOMEM. */
Err sc_skills_read(Exchange *x, Str json, List *out);
/* The slug of a category by its id. E_INVALID on `field`, which is "category" for filters and "category_id" in bodies. */
Err sc_category_slug(Call *c, int64_t id, const char *field, Str *slug);
/* E_FORBIDDEN unless the caller is (also) here for this: ROLE_BIT_DOER, ROLE_BIT_CLIENT. */
Err sc_role_wanted(Call *c, int32_t role);
/* Route.gate: the same, as those who are here to work, or to have work done. */
Err sc_doers_only(Exchange *x, Call *c, void *arg);
Err sc_clients_only(Exchange *x, Call *c, void *arg);
/* Multipart bodies with files count as uploads, whatever the route's class. E_LIMIT. For Route.before. */
Err sc_count_upload(Exchange *x);
/* Takes a picture out of the row `field` of a multipart body, if it is there: fills `out` (type, blob id, purpose) and says so in
 * *there. E_INVALID on the field for what is no picture. `any_type`: documents too. For Route.before. */
Err sc_upload(Exchange *x, const char *field, FilePurpose purpose, bool any_type, FileAddIn *out, bool *there);

#endif
