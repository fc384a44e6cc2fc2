/* best.h - a page out of many things that come in another order than the list's: the best so far in a heap as deep as the page.
 */
#ifndef DOMAIN_BEST_H
#define DOMAIN_BEST_H

#include "domain/domain.h"

typedef struct BestRow {
    int64_t value, tie, id; /* sorted by value, then tie, then id */
} BestRow;
typedef struct Best {
    BestRow *heap; /* the worst on top; after best_sort the best in front */
    size_t n, depth;
    bool ascending;
} Best;

/* Room in the arena for the page asked for and those before it, when there are at most `most` things in all. E_NOMEM. */
Err best_init(Best *b, Arena *a, const PageOut *page, int64_t most, bool ascending);
void best_add(Best *b, int64_t value, int64_t tie, int64_t id);
/* Puts them in the list's order; afterwards nothing may be added. */
void best_sort(Best *b);

#endif
