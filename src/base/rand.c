#include "base/rand.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static _Atomic bool seeded, drawn;
static _Atomic uint64_t state;

static uint64_t splitmix(void) {
    uint64_t z = atomic_fetch_add(&state, 0x9E3779B97F4A7C15u) + 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void rand_seed(uint64_t seed) {
    if (drawn)
        abort();
    state = seed;
    seeded = true;
}

void rand_bytes(void *p, size_t n) {
    unsigned char *to = p;
    while (seeded && n) {
        uint64_t v = splitmix();
        size_t k = n < sizeof v ? n : sizeof v;
        memcpy(to, &v, k);
        to += k;
        n -= k;
    }
    if (n)
        drawn = true;
    while (n) {
        ssize_t got = getrandom(to, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort();
        to += got;
        n -= (size_t)got;
    }
}

uint64_t rand_below(uint64_t below) {
    uint64_t v, limit = UINT64_MAX - UINT64_MAX % below;
    do
        rand_bytes(&v, sizeof v);
    while (v >= limit);
    return v % below;
}
