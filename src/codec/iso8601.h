/* iso8601.h - points in time as text (ISO 8601 / RFC 3339) and calendar arithmetic in a fixed offset from UTC.
 *
 * Time is int64 milliseconds since 1970-01-01T00:00:00Z, proleptic Gregorian, no leap seconds, years 0001 to 9999. The box has
 * one time zone, given as minutes east of UTC (India: 330); zones with daylight saving are not modelled. Day numbers by the
 * algorithm of Howard Hinnant, "chrono-compatible low-level date algorithms" (2013). Pure, thread-safe. */
#ifndef CODEC_ISO8601_H
#define CODEC_ISO8601_H

#include "base/buf.h"

enum { ISO_CHARS_MAX = 32, ZONE_INDIA_MIN = 330, ZONE_MIN_MIN = -12 * 60, ZONE_MIN_MAX = 14 * 60 };
/* The first and the last millisecond that have a text. */
#define ISO_MS_MIN INT64_C(-62135596800000)
#define ISO_MS_MAX INT64_C(253402300799999)

typedef struct Civil {
    int32_t year, month, day; /* month and day from 1 */
    int32_t hour, minute, second, ms;
} Civil;

/* Days since 1970-01-01 and back. */
int64_t civil_days(int32_t year, int32_t month, int32_t day);
Civil civil_of(int64_t ms, int32_t zone_min);
/* The point in time of a civil time in a zone. The fields must be in range (civil_valid). */
int64_t civil_ms(const Civil *c, int32_t zone_min);
bool civil_valid(const Civil *c);

typedef enum IsoForm {
    ISO_SECONDS_Z,     /* 2025-10-10T10:30:00Z (fractions cut) */
    ISO_MICROS,        /* 2025-10-01T10:00:00.000000 */
    ISO_MICROS_OFFSET, /* 2025-10-01T10:00:00.000000+00:00 */
    ISO_MILLIS_Z,      /* 2025-10-01T10:00:00.000Z, as JavaScript writes it */
    ISO_DATE           /* 2025-10-01, the UTC day */
} IsoForm;
/* Appends; out of the range of years it is clamped to it. */
void iso_add(Buf *b, int64_t ms, IsoForm form);
/* Writes at most ISO_CHARS_MAX characters, no NUL; returns their number. */
size_t iso_put(char *out, int64_t ms, IsoForm form);

/* Reads a date, or a date and time: YYYY-MM-DD[(T|t|space)hh:mm[:ss[(.|,)1 to 9 digits]][Z|z|+hh:mm|-hh:mm|+hhmm|+hh]]. Without
 * an offset the time is in `zone_min`; a date alone is its midnight there. Second 60 is read as 59. Digits beyond the millisecond
 * are cut. False for anything else, surrounding blanks included. */
bool iso_parse(Str s, int32_t zone_min, int64_t *ms);
/* YYYY-MM-DD alone, as days since 1970-01-01. */
bool iso_parse_date(Str s, int64_t *days);

typedef enum Period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_YEAR } Period;
/* The first millisecond of the day, week (from Monday), month or year that holds ms in the zone, moved by `add` periods (1: the
 * end of this one, exclusive). */
int64_t period_start(Period p, int64_t ms, int32_t zone_min, int32_t add);
/* The local day number (days since 1970-01-01) and day of the week, 0 = Monday. */
int64_t local_day(int64_t ms, int32_t zone_min);
int local_weekday(int64_t ms, int32_t zone_min);

#endif
