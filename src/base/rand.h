/* rand.h - unpredictable bytes, as a seam.
 *
 * From the kernel (getrandom), unless a seed was set for a simulation. Thread-safe. */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

/* Fills p with n unpredictable bytes. Aborts the process when the kernel has none: nothing safe could follow. */
void rand_bytes(void *p, size_t n);
/* Uniform in [0, below), below > 0, without modulo bias. */
uint64_t rand_below(uint64_t below);
/* From now on all bytes come from a SplitMix64 stream of `seed` (Steele, Lea, Flood 2014). For replayable simulations only:
 * never reachable from the network, and refused (abort) once secrets were drawn. */
void rand_seed(uint64_t seed);

#endif
