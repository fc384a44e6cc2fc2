/* clock.h - the time, as a seam.
 *
 * Domain code never asks the operating system: it gets now_ms handed in, taken from here once per request. Tests and the
 * simulation move the clock. Thread-safe. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define MS_SECOND INT64_C(1000)
#define MS_MINUTE (60 * MS_SECOND)
#define MS_HOUR (60 * MS_MINUTE)
#define MS_DAY (24 * MS_HOUR)

/* Milliseconds since the Unix epoch, plus the offset of clock_shift. */
int64_t clock_now_ms(void);
/* Monotonic milliseconds, for deadlines; never shifted. */
int64_t clock_mono_ms(void);
/* Monotonic microseconds, for measuring. */
int64_t clock_mono_us(void);
/* Moves clock_now_ms by delta_ms from now on (tests, simulation; may be negative). */
void clock_shift(int64_t delta_ms);

#endif
