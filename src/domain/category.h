/* category.h - the registry of categories. Defaults are inserted on first start; admins may edit them. */
#ifndef DOMAIN_CATEGORY_H
#define DOMAIN_CATEGORY_H

#include "domain/domain.h"

typedef struct Category {
    int64_t id; /* 1..; small, permanent, what listings refer to */
    Str slug, name;
    List aliases; /* STRS, lower case */
    bool hidden;
} Category;
extern const Record CATEGORY;
extern const Index *const CATEGORY_BY_SLUG; /* unique */

enum { CATEGORY_DEFAULT_ID = 9 /* lifestyle: for contracts without categories */, CATEGORY_MAX = 200 };

/* Inserts the defaults when there are none. Write transaction. */
Err category_seed(Call *c);
/* The category by slug, name or alias, whatever the case. E_MISSING. */
Err category_find(Tx *tx, Str name, Category *out);
Err category_get(Tx *tx, int64_t id, Category *out);
/* nothing -> PageOut of Category, by id. */
OpFn category_list;

/* ---- for admins ---- */

enum { CATEGORY_SLUG_MAX = 40, CATEGORY_NAME_MAX = 80, CATEGORY_ALIASES_MAX = 20 };
typedef struct CategoryUse {
    Category category; /* first */
    int64_t gigs, services; /* that are in it */
} CategoryUse;
/* nothing -> PageOut of CategoryUse, hidden ones too. Moderators. */
OpFn category_list_all;

enum { CATEGORY_SET_SLUG, CATEGORY_SET_NAME, CATEGORY_SET_ALIASES, CATEGORY_SET_HIDDEN };
typedef struct CategoryEdit {
    uint64_t has;
    Str which; /* the slug of the one to change */
    Str slug;  /* a-z, 0-9 and '-' */
    Str name;
    List aliases; /* STRS; kept in lower case */
    bool hidden;  /* nobody may choose it for something new */
} CategoryEdit;
/* CategoryEdit -> CategoryUse. Slug and name are required when adding. No two categories share a slug, a name or an alias:
 * E_CONFLICT. What is in a category that is renamed is found under its old name until it is edited. E_LIMIT: CATEGORY_MAX.
 * Admins; audited. */
OpFn category_add;
OpFn category_update;
/* CategoryEdit (which) -> nothing. E_STATE while something is in it, or when it is CATEGORY_DEFAULT_ID. */
OpFn category_delete;

#endif
