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

#endif
