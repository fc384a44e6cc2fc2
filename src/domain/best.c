#include "domain/best.h"

static int compare(const BestRow *x, const BestRow *y) {
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    if (x->tie != y->tie)
        return x->tie < y->tie ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static bool before(const Best *b, const BestRow *x, const BestRow *y) {
    int order = compare(x, y);
    return b->ascending ? order < 0 : order > 0;
}

Err best_init(Best *b, Arena *a, const PageOut *page, int64_t most, bool ascending) {
    int64_t depth = (int64_t)page->page * page->limit;
    *b = (Best){.depth = (size_t)(depth < most ? depth : most), .ascending = ascending};
    b->heap = ARENA_ARRAY(a, b->depth, BestRow);
    return b->heap ? OK : E_NOMEM;
}

static void sift_down(const Best *b, size_t n, size_t at) {
    BestRow moving = b->heap[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && before(b, &b->heap[child], &b->heap[child + 1]);
        if (!before(b, &moving, &b->heap[child]))
            break;
        b->heap[at] = b->heap[child];
    }
    b->heap[at] = moving;
}

static void sift_up(const Best *b, size_t at) {
    BestRow moving = b->heap[at];
    for (; at && before(b, &b->heap[(at - 1) / 2], &moving); at = (at - 1) / 2)
        b->heap[at] = b->heap[(at - 1) / 2];
    b->heap[at] = moving;
}

void best_add(Best *b, int64_t value, int64_t tie, int64_t id) {
    BestRow row = {value, tie, id};
    if (b->n < b->depth) {
        b->heap[b->n] = row;
        sift_up(b, b->n++);
    } else if (b->n && before(b, &row, &b->heap[0])) {
        b->heap[0] = row;
        sift_down(b, b->n, 0);
    }
}

/* Taking the worst away again and again leaves the best in front. */
void best_sort(Best *b) {
    for (size_t left = b->n; left > 1; left--) {
        BestRow worst = b->heap[0];
        b->heap[0] = b->heap[left - 1];
        sift_down(b, left - 1, 0);
        b->heap[left - 1] = worst;
    }
}
