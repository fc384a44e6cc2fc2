#include "codec/contact.h"

enum { E164_DIGITS_MIN = 8, E164_DIGITS_MAX = 15, INDIA_DIGITS = 10, LOCAL_PART_MAX = 64, LABEL_MAX = 63 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 32) : c; }
static bool is_alnum(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

/* The digits of a number as typed; false on any other character or too many. *plus: the country code is in it. */
static bool collect(Str s, char *digits, size_t *n, bool *plus) {
    s = str_trim(s);
    *plus = str_starts(s, S("+"));
    if (*plus)
        s = str_from(s, 1);
    *n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (is_digit(s.p[i])) {
            if (*n == E164_DIGITS_MAX + 2) /* room for a leading 00 */
                return false;
            digits[(*n)++] = s.p[i];
        } else if (!s.p[i] || !strchr(" -.()", s.p[i])) {
            return false;
        }
    }
    return true;
}

bool phone_normal(Str s, int country, char out[PHONE_CHARS_MAX], size_t *n) {
    char mem[E164_DIGITS_MAX + 2], prefix[8];
    size_t count;
    bool plus;
    if (!collect(s, mem, &count, &plus))
        return false;
    Str digits = str_of(mem, count);
    Buf code = buf_fixed(prefix, sizeof prefix);
    buf_i64(&code, country);
    if (!plus && str_starts(digits, S("00"))) {
        plus = true;
        digits = str_from(digits, 2);
    } else if (!plus && str_starts(digits, S("0"))) {
        digits = str_from(digits, 1);
    } else if (!plus && country == COUNTRY_INDIA && digits.n == INDIA_DIGITS + 2 && str_starts(digits, S("91"))) {
        plus = true;
    }
    Buf b = buf_fixed(out, PHONE_CHARS_MAX);
    buf_char(&b, '+');
    if (!plus)
        buf_add(&b, buf_str(&code));
    buf_add(&b, digits);
    if (b.err || b.n - 1 < E164_DIGITS_MIN || out[1] == '0')
        return false;
    Str national = str_from(buf_str(&b), 3);
    if (str_starts(buf_str(&b), S("+91")) && national.n != INDIA_DIGITS) /* which ranges are given out changes; the SMS tells */
        return false;
    *n = b.n;
    return true;
}

/* RFC 5322 atext in dots: no dot first, last or twice. */
static bool local_ok(Str s) {
    if (!s.n || s.n > LOCAL_PART_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.' ? i == 0 || i + 1 == s.n || s.p[i - 1] == '.' : !is_alnum(c) && (!c || !strchr("!#$%&'*+-/=?^_`{|}~", c)))
            return false;
    }
    return true;
}

static bool domain_ok(Str s) {
    int labels = 0;
    Str last = S("");
    for (Str rest = s; str_split(&rest, '.', &last); labels++) {
        if (!last.n || last.n > LABEL_MAX || last.p[0] == '-' || last.p[last.n - 1] == '-')
            return false;
        for (size_t i = 0; i < last.n; i++)
            if (!is_alnum(last.p[i]) && last.p[i] != '-')
                return false;
    }
    /* No top-level domain is a number; an address of digits is no mailbox of a person. */
    return labels >= 2 && last.n >= 2 && !is_digit(last.p[0]);
}

bool email_valid(Str s) {
    size_t at = str_index(s, '@');
    return s.n <= EMAIL_BYTES_MAX && at < s.n && local_ok(str_slice(s, 0, at)) && domain_ok(str_from(s, at + 1));
}

Str email_normal(Arena *a, Str s) {
    char *mem = arena_raw(a, s.n);
    if (!mem)
        return (Str){0};
    for (size_t i = 0; i < s.n; i++)
        mem[i] = lower(s.p[i]);
    return str_of(mem, s.n);
}

bool ifsc_normal(Str s, char out[IFSC_CHARS]) {
    if (s.n != IFSC_CHARS)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = upper(s.p[i]);
        bool letter = c >= 'A' && c <= 'Z';
        if (i < 4 ? !letter : i == 4 ? c != '0' : !letter && !is_digit(c))
            return false;
        out[i] = c;
    }
    return true;
}

bool bank_account_valid(Str s) {
    if (s.n < BANK_DIGITS_MIN || s.n > BANK_DIGITS_MAX)
        return false;
    bool same = true;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i]))
            return false;
        same &= s.p[i] == s.p[0];
    }
    return !same;
}
