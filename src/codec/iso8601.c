#include "codec/iso8601.h"

#include "base/clock.h"

enum { DAYS_PER_ERA = 146097, DAYS_TO_EPOCH = 719468 }; /* an era is 400 years; days are counted from 0000-03-01 */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int64_t clamp(int64_t ms) { return ms < ISO_MS_MIN ? ISO_MS_MIN : ms > ISO_MS_MAX ? ISO_MS_MAX : ms; }

int64_t civil_days(int32_t year, int32_t month, int32_t day) {
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = floor_div(y, 400), yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * DAYS_PER_ERA + yoe * 365 + yoe / 4 - yoe / 100 + doy - DAYS_TO_EPOCH;
}

static void date_of_days(int64_t days, Civil *c) {
    int64_t z = days + DAYS_TO_EPOCH;
    int64_t era = floor_div(z, DAYS_PER_ERA), doe = z - era * DAYS_PER_ERA;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    c->day = (int32_t)(doy - (153 * mp + 2) / 5 + 1);
    c->month = (int32_t)(mp < 10 ? mp + 3 : mp - 9);
    c->year = (int32_t)(yoe + era * 400 + (c->month <= 2));
}

Civil civil_of(int64_t ms, int32_t zone_min) {
    int64_t local = clamp(ms) + zone_min * (int64_t)MS_MINUTE;
    int64_t days = floor_div(local, MS_DAY);
    int32_t rest = (int32_t)(local - days * MS_DAY);
    Civil c = {.hour = rest / 3600000, .minute = rest / 60000 % 60, .second = rest / 1000 % 60, .ms = rest % 1000};
    date_of_days(days, &c);
    return c;
}

int64_t civil_ms(const Civil *c, int32_t zone_min) {
    int64_t minutes = civil_days(c->year, c->month, c->day) * 1440 + c->hour * 60 + c->minute - zone_min;
    return minutes * MS_MINUTE + c->second * (int64_t)MS_SECOND + c->ms;
}

static int days_in_month(int32_t year, int32_t month) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

bool civil_valid(const Civil *c) {
    return c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days_in_month(c->year, c->month) && c->hour >= 0 && c->hour <= 23 && c->minute >= 0 && c->minute <= 59 &&
           c->second >= 0 && c->second <= 59 && c->ms >= 0 && c->ms <= 999;
}

/* `digits` decimal digits and a separator behind them (NUL: none). */
static char *put(char *to, int32_t v, int digits, char behind) {
    for (int i = digits; i-- > 0; v /= 10)
        to[i] = (char)('0' + v % 10);
    to += digits;
    if (behind)
        *to++ = behind;
    return to;
}

size_t iso_put(char *out, int64_t ms, IsoForm form) {
    static const struct {
        Str tail;
        uint8_t fraction; /* digits */
        bool time;
    } forms[] = {
        [ISO_SECONDS_Z] = {STR_INIT("Z"), 0, true},
        [ISO_MICROS] = {STR_INIT(""), 6, true},
        [ISO_MICROS_OFFSET] = {STR_INIT("+00:00"), 6, true},
        [ISO_MILLIS_Z] = {STR_INIT("Z"), 3, true},
        [ISO_DATE] = {STR_INIT(""), 0, false},
    };
    Civil c = civil_of(ms, 0);
    char *to = put(put(put(out, c.year, 4, '-'), c.month, 2, '-'), c.day, 2, 0);
    if (forms[form].time) {
        *to++ = 'T';
        to = put(put(put(to, c.hour, 2, ':'), c.minute, 2, ':'), c.second, 2, 0);
    }
    if (forms[form].fraction) {
        *to++ = '.';
        to = put(to, c.ms, 3, 0);
        for (int i = 3; i < forms[form].fraction; i++)
            *to++ = '0';
    }
    memcpy(to, forms[form].tail.p, forms[form].tail.n);
    return (size_t)(to - out) + forms[form].tail.n;
}

void iso_add(Buf *b, int64_t ms, IsoForm form) {
    char *to = buf_reserve(b, ISO_CHARS_MAX);
    if (to)
        b->n += iso_put(to, ms, form);
}

/* Exactly `digits` digits at the front of *s. */
static bool digits(Str *s, size_t n, int32_t *v) {
    if (s->n < n)
        return false;
    *v = 0;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        *v = *v * 10 + (s->p[i] - '0');
    }
    *s = str_from(*s, n);
    return true;
}

static bool mark(Str *s, const char *any) {
    if (!s->n || !s->p[0] || !strchr(any, s->p[0]))
        return false;
    *s = str_from(*s, 1);
    return true;
}

static bool read_date(Str *s, Civil *c) {
    return digits(s, 4, &c->year) && mark(s, "-") && digits(s, 2, &c->month) && mark(s, "-") && digits(s, 2, &c->day);
}

static bool read_fraction(Str *s, int32_t *ms) {
    int count = 0;
    int32_t d;
    for (; count < 9 && digits(s, 1, &d); count++)
        if (count < 3)
            *ms = *ms * 10 + d;
    for (int i = count; i < 3; i++)
        *ms *= 10;
    return count > 0;
}

static bool read_offset(Str *s, int32_t *zone_min) {
    if (!s->n)
        return true; /* the default zone */
    *zone_min = 0;
    if (mark(s, "Zz"))
        return true;
    bool west = s->p[0] == '-';
    int32_t hours, minutes = 0;
    if (!mark(s, "+-") || !digits(s, 2, &hours))
        return false;
    if (s->n && (mark(s, ":"), !digits(s, 2, &minutes)))
        return false;
    *zone_min = (west ? -1 : 1) * (hours * 60 + minutes);
    return hours <= 23 && minutes <= 59;
}

bool iso_parse(Str s, int32_t zone_min, int64_t *ms) {
    Civil c = {0};
    if (!read_date(&s, &c))
        return false;
    if (s.n) {
        if (!mark(&s, "Tt ") || !digits(&s, 2, &c.hour) || !mark(&s, ":") || !digits(&s, 2, &c.minute))
            return false;
        if (mark(&s, ":") && (!digits(&s, 2, &c.second) || (mark(&s, ".,") && !read_fraction(&s, &c.ms))))
            return false;
        if (!read_offset(&s, &zone_min))
            return false;
    }
    if (c.second == 60)
        c.second = 59;
    if (s.n || !civil_valid(&c))
        return false;
    *ms = civil_ms(&c, zone_min);
    return *ms >= ISO_MS_MIN && *ms <= ISO_MS_MAX;
}

bool iso_parse_date(Str s, int64_t *days) {
    Civil c = {0};
    if (!read_date(&s, &c) || s.n || !civil_valid(&c))
        return false;
    *days = civil_days(c.year, c.month, c.day);
    return true;
}

int64_t local_day(int64_t ms, int32_t zone_min) { return floor_div(clamp(ms) + zone_min * (int64_t)MS_MINUTE, MS_DAY); }

/* 1970-01-01 was a Thursday. */
static int weekday(int64_t day) { return (int)(day + 3 - floor_div(day + 3, 7) * 7); }

int local_weekday(int64_t ms, int32_t zone_min) { return weekday(local_day(ms, zone_min)); }

int64_t period_start(Period p, int64_t ms, int32_t zone_min, int32_t add) {
    int64_t day = local_day(ms, zone_min);
    Civil c = civil_of(ms, zone_min);
    switch (p) {
    case PERIOD_DAY: day += add; break;
    case PERIOD_WEEK: day += (int64_t)add * 7 - weekday(day); break;
    case PERIOD_MONTH: {
        int64_t months = (int64_t)c.year * 12 + c.month - 1 + add;
        int64_t year = floor_div(months, 12);
        day = civil_days((int32_t)year, (int32_t)(months - year * 12) + 1, 1);
        break;
    }
    case PERIOD_YEAR: day = civil_days(c.year + add, 1, 1); break;
    }
    return day * MS_DAY - zone_min * (int64_t)MS_MINUTE;
}
