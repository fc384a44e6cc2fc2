/* gig_internal.h - what the gig files share. */
#ifndef DOMAIN_GIG_INTERNAL_H
#define DOMAIN_GIG_INTERNAL_H

#include "domain/event.h"
#include "domain/gig.h"
#include "domain/skill.h"

/* Every index that lists walk carries all that filters ask for in its keys, behind what it is sorted by, and those that may be
 * walked for another sort the values of that (but the number of applications): a list reads the records of its page only. The
 * sorted ones begin with status, value, boosted, id; status counted. */
extern const Index *const GIG_BY_CATEGORY; /* status, category, created, boosted, id; the first two counted */
extern const Index *const GIG_BY_CREATED;
extern const Index *const GIG_BY_DEADLINE;
extern const Index *const GIG_BY_BUDGET_MIN;
extern const Index *const GIG_BY_BUDGET_MAX;
extern const Index *const GIG_BY_APPLICATIONS;
extern const Index *const GIG_BY_SKILL;  /* skill_key, status, created, boosted; the first two counted */
extern const Index *const GIG_BY_PLACE; /* status, geo_cell, latitude, longitude, highest budget */
extern const Index *const GIG_PAST_TEXT; /* full text of gigs that are not open */

/* E_STATE in words. */
Err gig_bad_state(Call *c, const char *message);
/* The caller's own gig. E_UNAUTHORIZED, E_MISSING, E_FORBIDDEN. */
Err gig_own(Call *c, int64_t id, Gig *out);
Err gig_event(Call *c, const Gig *g, EventVerb verb);
/* Writes it and its event. */
Err gig_store(Call *c, const Gig *g, EventVerb verb);
/* Applies what was given to g; all faults in one answer. */
Err gig_edit(Call *c, const GigEdit *in, Gig *g);

/* The part of a key that is 1 for boosted gigs, 0 for the others (a KeyPart.of). */
Err gig_boosted_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs);

/* Counts `add` views of a gig in memory and tells how many are not in its record, which has `stored` of them. Thread-safe. */
int64_t gig_views_count(int64_t gig, int64_t add, int64_t stored);

/* ---- lists: gig_list.c asks, gig_sift.c answers what no index answers by itself ---- */

typedef struct GigFilter {
    Call *c;
    const GigListIn *in;
    int32_t status;
    int64_t category; /* 0 = any */
    Str skills[GIG_SKILLS_MAX]; /* keys */
    size_t skill_count;
    Str tools[GIG_TOOLS_MAX]; /* keys */
    size_t tool_count;
    int64_t posted_ms; /* not posted before */
    int64_t from_ms, to_ms; /* deadline in [from, to); to 0 = no bound */
    int64_t skip, take;     /* what of the list is asked for */
    bool unread;            /* its rows may be (PageOut.unread) */
    Arena scratch;          /* for one record at a time; the owner of the filter frees it */
} GigFilter;

/* All but what no key has: skills, tools, kind of location. */
bool gig_filter_facts(const GigFilter *f, const Gig *g);
/* All of it. */
bool gig_filter_all(GigFilter *f, const Gig *g);

/* Whether a list with these filters is one at all: E_INVALID as gig_list. */
Err gig_list_check(Call *c, const GigListIn *in);
/* Whether a list with these filters, but for words, would show this gig. */
Err gig_fits(Call *c, const GigListIn *in, const Gig *g, bool *yes);

/* The index of a sort, and where in a Gig its value is (an int64_t). */
typedef struct GigSortRow {
    const Index *const *index;
    uint16_t offset;
} GigSortRow;
extern const GigSortRow gig_sorts[]; /* by GigSort; not SORT_DEFAULT and SORT_RELEVANCE */

/* The best `depth` of the gigs given to it, by value, boosted, age. */
typedef struct GigMatch {
    int64_t id, value;
    bool boosted;
} GigMatch;
typedef struct GigBest {
    GigMatch *heap; /* the worst of them on top */
    size_t n, depth;
    int64_t total;
    uint16_t offset; /* of the value */
    bool ascending;
} GigBest;
/* Room for what the filter asks for, when there are at most `most` gigs in all. E_NOMEM. */
Err gig_best_init(GigBest *b, const GigFilter *f, int sort, int64_t most);
void gig_best_add(GigBest *b, const Gig *g);
/* Reads it. The heap is used up. */
Err gig_best_page(GigBest *b, const GigFilter *f, PageOut *out);

/* What is asked for, and the total, of what passes the filter, by the narrowest index. */
Err gig_sift(GigFilter *f, int sort, PageOut *out);
/* The same by whichever way costs least, without words. (gig_list.c) */
Err gig_list_plain(GigFilter *f, int sort, PageOut *out);
/* The same with the boosted ones in front of all others, newest first each. Of very many boosted ones only those whose boost ends
 * last; the others stand where their age puts them. */
Err gig_front(GigFilter *f, PageOut *out);

#endif
