/* gig.h - work wanted.
 *
 * Errors common to operations on one gig: E_MISSING, E_FORBIDDEN (not the owner), E_STATE "INVALID_STATE". */
#ifndef DOMAIN_GIG_H
#define DOMAIN_GIG_H

#include "domain/domain.h"

enum {
    GIG_TITLE_MIN = 1,
    GIG_TITLE_MAX = 200,
    GIG_DESCRIPTION_MAX = 10000, /* code points */
    GIG_SKILLS_MAX = 20,
    GIG_FILES_MAX = 10,
    GIG_HOURS_MAX = 10000,
    GIG_URL_BYTES_MAX = 2000,
    GIG_TOOLS_MAX = 20,
    GIG_DURATION_MAX = 100,
    GIG_SCOPE_MAX = 2000,
    GIG_DAYS_MAX = 3650
};

/* Permanent numbers. */
typedef enum GigStatus {
    GIG_OPEN = 1,
    GIG_IN_PROGRESS,
    GIG_COMPLETED,
    GIG_CANCELLED,
    GIG_DRAFT,  /* not posted yet: only its owner sees it */
    GIG_PAUSED, /* in no list; readable by who knows it, but nobody applies */
    GIG_STATUS_COUNT
} GigStatus;
typedef enum LocationType { LOCATION_REMOTE = 1, LOCATION_ONSITE, LOCATION_HYBRID } LocationType;
/* Gig.unsaid: bounds of the budget that nobody named. One alone stands for both; with neither the budget is 0, to be agreed on.
 */
enum { BUDGET_NO_MIN = 1, BUDGET_NO_MAX = 2 };
typedef enum BudgetType { BUDGET_FIXED = 1, BUDGET_HOURLY, BUDGET_MILESTONE } BudgetType;
/* Gig.flags */
enum {
    GIG_HAS_PLACE = 1,
    GIG_REMOVED = 2,   /* taken down by a moderator: nobody but owner and moderators sees it */
    GIG_ANSWERING = 4, /* a job rejects what applications are pending */
    GIG_DELETED = 8,   /* and then deletes it; nobody sees it */
    GIG_SUSPENDED = 16 /* with GIG_REMOVED: only because its owner is suspended or has left */
};
enum { DOWN_BY_ITSELF = 1, DOWN_WITH_OWNER };

typedef struct Gig {
    int64_t id;
    int64_t client;
    Str title, description;
    int64_t category; /* Category id */
    List skills;      /* STRS as written; folded for search and filters */
    int32_t budget_type, status, flags;
    int64_t budget_min, budget_max; /* minor units */
    int64_t deadline_ms;            /* 0 = none */
    List files;                     /* I64S: attachments */
    int64_t applications_count, views_count;
    int64_t boosted_until_ms;       /* 0 = not boosted; the timer clears it */
    int32_t lat_e6, lon_e6;         /* degrees * 1e6, where GIG_HAS_PLACE */
    Str place;
    Str category_words;             /* the category's name, for the full text */
    int64_t created_ms, updated_ms;
    List ai_tools;                  /* STRS: tools that the work is to be done with */
    Str duration;                   /* how long it takes, in words */
    int32_t location_type;          /* LocationType, 0 = not said: see gig_location */
    int32_t unsaid;                 /* BUDGET_NO_… */
    int64_t published_ms;           /* when a draft was posted: -1 = not yet; 0 = it was none */
    int32_t timeline_days;          /* wanted within so many days; 0 = not said: see gig_days */
    Str scope;                      /* how large the work is, in words */
    bool urgent;
    Str removed_reason;             /* where GIG_REMOVED: why */
    int32_t duration_hours;         /* 0 = not said */
    Str starts_at;                  /* as it was written: an ISO 8601 time, "" = not said */
    List image_urls;                /* STRS: pictures, wherever they are */
} Gig;

extern const Record GIG;
extern const Index *const GIG_BY_CLIENT; /* client, status; counted both */
extern const Index *const GIG_TEXT;      /* full text of open gigs */
extern const Index *const GIG_TO_ANSWER; /* those that are GIG_ANSWERING */
extern const Index *const GIG_TAKEN_DOWN; /* why (below), where GIG_REMOVED; counted */

enum {
    GIG_SET_TITLE,
    GIG_SET_DESCRIPTION,
    GIG_SET_CATEGORY,
    GIG_SET_SKILLS,
    GIG_SET_BUDGET_TYPE,
    GIG_SET_BUDGET_MIN,
    GIG_SET_BUDGET_MAX,
    GIG_SET_DEADLINE,
    GIG_SET_FILES,
    GIG_SET_LAT,
    GIG_SET_LON,
    GIG_SET_PLACE,
    GIG_SET_AI_TOOLS,
    GIG_SET_DURATION,
    GIG_SET_LOCATION_TYPE,
    GIG_SET_TIMELINE_DAYS,
    GIG_SET_SCOPE,
    GIG_SET_URGENT,
    GIG_SET_HOURS,
    GIG_SET_STARTS_AT,
    GIG_SET_IMAGE_URLS
};
typedef struct GigEdit {
    uint64_t has;
    int64_t id; /* 0 when posting */
    Str title, description;
    Str category; /* slug, name or alias */
    List skills;
    int32_t budget_type;
    int64_t budget_min, budget_max; /* one alone stands for both when posting */
    int64_t deadline_ms;
    List files; /* I64S, the caller's own */
    int32_t lat_e6, lon_e6;
    Str place;
    List ai_tools;
    Str duration;
    int32_t location_type;
    bool open_budget; /* a bound may be left unsaid (given as 0: made so), even both */
    int32_t status;   /* when posting: GIG_DRAFT, GIG_PAUSED, or 0 */
    int32_t timeline_days; /* 0 = not said */
    Str scope;
    bool urgent;
    int32_t duration_hours;
    Str starts_at;
    List image_urls;
} GigEdit;
/* GigEdit -> Gig. Title, description, category and a budget are required. E_LIMIT "PLAN_LIMIT" when this month's posts are
 * used up (usage.h); a draft does not count before it is posted. */
OpFn gig_post;
/* GigEdit -> Gig: the owner changes what is given; while open, paused or a draft. Who saved it or has applied is told. */
OpFn gig_update;
/* IdIn -> nothing: the owner deletes; E_STATE while an order on it is open or was paid. Pending applications are rejected. */
OpFn gig_delete;
/* IdIn -> Gig: open -> cancelled; cancelled, paused, draft -> open. */
OpFn gig_close;
OpFn gig_reopen;
typedef struct GigStateIn {
    int64_t id;
    int32_t status;
} GigStateIn;
/* GigStateIn -> Gig: the owner says how it stands: draft, open, paused, cancelled, or completed when somebody was found
 * elsewhere; from any of these to any other, unless work on it is under way or was done. E_LIMIT as for gig_post. */
OpFn gig_set_state;
/* IdIn -> Gig. Counts a view (in memory; flushed by gig_views_flush). */
OpFn gig_get;

typedef enum GigSort {
    SORT_DEFAULT,
    SORT_CREATED,
    SORT_DEADLINE,
    SORT_BUDGET_MIN,
    SORT_BUDGET_MAX,
    SORT_APPLICATIONS,
    SORT_RELEVANCE
} GigSort;
typedef enum DeadlinePeriod {
    DEADLINE_ANY,
    DEADLINE_TODAY,
    DEADLINE_THIS_WEEK,
    DEADLINE_THIS_MONTH,
    DEADLINE_OVERDUE
} DeadlinePeriod;
typedef struct GigListIn {
    PageIn page;
    Str category;       /* slug, name or alias; E_INVALID when unknown */
    List skills;        /* STRS, all must match */
    int64_t budget_min, budget_max; /* 0 = no bound; keeps gigs whose range overlaps */
    int32_t deadline;   /* DeadlinePeriod */
    int32_t status;     /* GigStatus; 0 = open */
    int32_t sort;       /* GigSort; SORT_DEFAULT: relevance when searching, else created */
    bool ascending;     /* default: newest, highest first */
    bool front;         /* boosted ones in front of all others, where neither words nor a sort are asked for */
    bool unread;        /* the rows may come unread (PageOut.unread), where nobody had to look into them */
    Str search;
    List ai_tools;         /* STRS, all must match */
    int32_t location_type; /* LocationType; 0 = any */
    int64_t posted_within_ms; /* not older than this; 0 = any age */
    int32_t days_max;         /* wanted within at most so many days (gig_days); 0 = no bound */
} GigListIn;
/* GigListIn -> PageOut of Gig. Boosted first among equals. E_INVALID category, skills, ai_tools (too many). */
OpFn gig_list;

typedef struct MyGigsIn {
    PageIn page;
    int32_t status; /* 0 = all */
    bool unlisted;  /* with those: drafts and paused ones too */
} MyGigsIn;
/* MyGigsIn -> PageOut of Gig: the caller's, newest first. */
OpFn gig_mine;
/* PageIn -> PageOut of Gig: ranked for the caller by skills and categories (own, applied, completed), nearness, freshness; never
 * own, applied to, or closed ones. */
OpFn gig_recommended;

typedef struct SuggestIn {
    Str q;
    int32_t limit;
} SuggestIn;
/* SuggestIn -> PageOut of Str: completions as you type. */
OpFn gig_suggest;

/* ---- for other domain code ---- */

/* Where the work is done: as was said, else by whether there is a place. */
LocationType gig_location(const Gig *g);
/* Within how many days it is wanted: as was said, else from its posting to its deadline; 0 when neither is known. */
int32_t gig_days(const Gig *g);
/* The gig's status follows its order: in progress, completed, open again. Event and indexes included. */
Err gig_set_status(Call *c, int64_t gig, GigStatus status);
Err gig_set_boost(Call *c, int64_t gig, int64_t until_ms);
Err gig_count_application(Call *c, int64_t gig, int delta);
/* Writes the views counted in memory since the last flush; for a job that runs now and then. */
Err gig_views_flush(Call *c);

#endif
