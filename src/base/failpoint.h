/* failpoint.h - making the n-th allocation, write or sync fail, in tests.
 *
 * A failpoint costs one relaxed load when nothing is armed. Armed only by tests in the same process.
 * Thread-safe. */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum Failpoint { FP_ARENA, FP_STORE_PUT, FP_STORE_COMMIT, FP_FETCH, FP_COUNT } Failpoint;

extern _Atomic int64_t failpoint_left[FP_COUNT];

/* The countdown hit: this call must fail. */
bool failpoint_hit(Failpoint f);
/* The n-th call from now (1 is the next) fails, once. 0 disarms. */
void failpoint_arm(Failpoint f, int64_t nth);

static inline bool failpoint(Failpoint f) {
    return __builtin_expect(__atomic_load_n((int64_t *)&failpoint_left[f], __ATOMIC_RELAXED) != 0, 0) && failpoint_hit(f);
}

#endif
