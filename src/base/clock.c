#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t shift_ms;

static int64_t read_us(clockid_t id) {
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_now_ms(void) { return read_us(CLOCK_REALTIME) / 1000 + atomic_load_explicit(&shift_ms, memory_order_relaxed); }

int64_t clock_mono_us(void) { return read_us(CLOCK_MONOTONIC); }

int64_t clock_mono_ms(void) { return clock_mono_us() / 1000; }

void clock_shift(int64_t delta_ms) { atomic_fetch_add(&shift_ms, delta_ms); }
