/* row.h - small helpers around records that many operations share. */
#ifndef DOMAIN_ROW_H
#define DOMAIN_ROW_H

#include "domain/domain.h"

/* Copies what `row`'s strings and lists look at into the arena, so that they outlive later writes of this transaction. E_NOMEM.
 */
Err row_keep(Arena *a, const Record *r, void *row);
/* rec_get, and row_keep when the transaction writes: decoded rows are views that die with the next write. */
Err row_load(Call *c, const Record *r, int64_t id, void *row);
/* rec_put of one that has an id, else rec_insert, which gives it one. Errors as those. */
Err row_save(Call *c, const Record *r, void *row);
/* The record under a unique key. E_MISSING. */
Err row_find(Call *c, const Record *r, const Index *ix, const Key *key, void *row);
/* The records of the entries that begin with `prefix` (NULL: all), at most `max`, kept as row_load does; *rows in the arena. For
 * short lists. */
Err row_all(Call *c, const Record *r, const Index *ix, const Key *prefix, size_t max, void *rows, size_t *n);

/* How many things come before the page. */
int64_t page_offset(PageIn page);
/* An empty page with page and limit brought into their bounds. */
PageOut page_out(PageIn page);

/* One page of the entries that begin with `prefix`, newest (highest key) first. The prefix must be a counted one. */
Err row_page(Call *c, const Record *r, const Index *ix, const Key *prefix, PageIn page, PageOut *out);
/* One page of several prefixes of one or more indexes merged by descending record id; each prefix must be a counted one whose
 * entries are ordered by record id, and the prefixes must not share records. Costs one step per passed entry, and reads only the
 * page's records. */
typedef struct PageSource {
    const Index *ix;
    Key prefix;
} PageSource;
Err row_page_merge(Call *c, const Record *r, const PageSource *src, size_t n, PageIn page, PageOut *out);

/* Deletes up to `max` records whose first key part in `ix`, an integer, is below `before`. */
Err row_trim(Call *c, const Record *r, const Index *ix, int64_t before, size_t max, size_t *gone);

/* E_UNAUTHORIZED or E_FORBIDDEN unless a moderator or admin acts (call_moderator), an admin (call_admin), the box itself
 * (call_system). */
Err call_moderator(Call *c);
Err call_admin(Call *c);
Err call_system(Call *c);

/* A key of one or two integers. */
Key key1(const Index *ix, int64_t a);
Key key2(const Index *ix, int64_t a, int64_t b);

#endif
