#include "base/failpoint.h"

#include <stdatomic.h>

_Atomic int64_t failpoint_left[FP_COUNT];

void failpoint_arm(Failpoint f, int64_t nth) { atomic_store(&failpoint_left[f], nth); }

bool failpoint_hit(Failpoint f) {
    int64_t left = atomic_load(&failpoint_left[f]);
    while (left > 0)
        if (atomic_compare_exchange_weak(&failpoint_left[f], &left, left - 1))
            return left == 1;
    return false;
}
