/* tap_kit.h - what all unit tests share: TAP lines and a seeded generator. */
#ifndef TESTS_TAP_KIT_H
#define TESTS_TAP_KIT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- TAP ---- */

static int kit_failed;

static inline void kit_check(bool good, const char *name, const char *file, int line) {
    if (good) {
        printf("ok %s\n", name);
    } else {
        printf("not ok %s\n# at %s:%d\n", name, file, line);
        kit_failed = 1;
    }
    fflush(stdout);
}
#define CHECK(cond, name) kit_check((cond), (name), __FILE__, __LINE__)
/* For what a test cannot go on without. */
#define MUST(cond)                                                  \
    do {                                                            \
        if (!(cond)) {                                              \
            printf("not ok %s:%d %s\n", __FILE__, __LINE__, #cond); \
            exit(1);                                                \
        }                                                           \
    } while (0)

/* ---- chance (SplitMix64: Steele, Lea, Flood 2014) ---- */

static uint64_t kit_state = 1;
static inline uint64_t kit_next(void) {
    uint64_t z = kit_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}
static inline uint64_t kit_below(uint64_t n) { return kit_next() % n; }

#endif
