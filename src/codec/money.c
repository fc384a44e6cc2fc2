#include "codec/money.h"

#include <assert.h>

enum { DECIMALS_MAX = 3, BASIS_POINTS = 10000 };

static const Currency currencies[] = {
    {STR_INIT("INR"), STR_INIT("₹"), 2},   {STR_INIT("USD"), STR_INIT("$"), 2},    {STR_INIT("EUR"), STR_INIT("€"), 2},
    {STR_INIT("GBP"), STR_INIT("£"), 2},   {STR_INIT("LKR"), STR_INIT("Rs"), 2},   {STR_INIT("NPR"), STR_INIT("Rs"), 2},
    {STR_INIT("BDT"), STR_INIT("৳"), 2},   {STR_INIT("PKR"), STR_INIT("Rs"), 2},   {STR_INIT("IDR"), STR_INIT("Rp"), 2},
    {STR_INIT("PHP"), STR_INIT("₱"), 2},   {STR_INIT("SGD"), STR_INIT("S$"), 2},   {STR_INIT("AUD"), STR_INIT("A$"), 2},
    {STR_INIT("CAD"), STR_INIT("C$"), 2},  {STR_INIT("AED"), STR_INIT("AED "), 2}, {STR_INIT("NGN"), STR_INIT("₦"), 2},
    {STR_INIT("KES"), STR_INIT("KSh"), 2}, {STR_INIT("ZAR"), STR_INIT("R"), 2},    {STR_INIT("BRL"), STR_INIT("R$"), 2},
    {STR_INIT("JPY"), STR_INIT("¥"), 0},   {STR_INIT("KRW"), STR_INIT("₩"), 0},    {STR_INIT("KWD"), STR_INIT("KD "), 3},
};

const Currency *currency_find(Str code) {
    for (size_t i = 0; i < COUNT(currencies); i++)
        if (str_eq_nocase(currencies[i].code, code))
            return &currencies[i];
    return NULL;
}

static const uint64_t powers[DECIMALS_MAX + 1] = {1, 10, 100, 1000};

void money_add(Buf *b, int64_t minor, MoneyForm form, int decimals) {
    assert(decimals >= 0 && decimals <= DECIMALS_MAX);
    if (form == MONEY_MINOR) {
        buf_i64(b, minor);
        return;
    }
    uint64_t size = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    uint64_t fraction = size % powers[decimals];
    if (minor < 0)
        buf_char(b, '-');
    buf_u64(b, size / powers[decimals]);
    int shown = decimals;
    for (; shown && form != MONEY_MAJOR_ALL && fraction % 10 == 0; shown--)
        fraction /= 10;
    if (shown == 0 && form == MONEY_MAJOR_1)
        buf_lit(b, ".0");
    if (shown == 0)
        return;
    char text[DECIMALS_MAX + 1] = ".";
    for (int i = shown; i > 0; i--, fraction /= 10)
        text[i] = (char)('0' + fraction % 10);
    buf_put(b, text, (size_t)shown + 1);
}

static bool is_digit(Str s, size_t at) { return at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; }

/* A JSON number (RFC 8259 section 6) as digits × 10^exponent: where the digits lie, and the power of ten of the last one. */
static bool number_shape(Str s, bool *negative, size_t *from, size_t *to, int64_t *exponent) {
    size_t at = 0;
    *negative = s.n && s.p[0] == '-';
    at += *negative;
    *from = at;
    if (!is_digit(s, at) || (s.p[at] == '0' && is_digit(s, at + 1)))
        return false;
    while (is_digit(s, at))
        at++;
    *exponent = 0;
    if (at < s.n && s.p[at] == '.') {
        size_t point = at++;
        while (is_digit(s, at))
            at++;
        *exponent = -(int64_t)(at - point - 1);
        if (*exponent == 0)
            return false;
    }
    *to = at;
    if (at < s.n && (s.p[at] | 0x20) == 'e') {
        at++;
        bool down = at < s.n && s.p[at] == '-';
        at += at < s.n && (s.p[at] == '-' || s.p[at] == '+');
        int64_t e = 0;
        if (!is_digit(s, at))
            return false;
        for (; is_digit(s, at); at++)
            e = e < 100000 ? e * 10 + (s.p[at] - '0') : e;
        *exponent += down ? -e : e;
    }
    return at == s.n;
}

Err money_parse(Str s, MoneyForm form, int decimals, int64_t *minor) {
    assert(decimals >= 0 && decimals <= DECIMALS_MAX);
    bool negative;
    size_t from, to;
    int64_t exponent;
    if (s.n > 64 || !number_shape(s, &negative, &from, &to, &exponent))
        return E_SYNTAX;
    if (form != MONEY_MINOR)
        exponent += decimals;
    /* Zeros at the end move into the exponent; what is then below the minor unit is a decimal too many. */
    while (to > from && (s.p[to - 1] == '0' || s.p[to - 1] == '.')) {
        exponent += s.p[to - 1] == '0';
        to--;
    }
    while (from < to && (s.p[from] == '0' || s.p[from] == '.'))
        from++;
    *minor = 0;
    if (from == to)
        return OK;
    if (exponent < 0)
        return E_INVALID;
    uint64_t v = 0;
    for (size_t i = from; i < to; i++) {
        if (s.p[i] == '.')
            continue;
        v = v * 10 + (uint64_t)(s.p[i] - '0');
        if (v > (uint64_t)MONEY_MAX_MINOR)
            return E_TOO_LARGE;
    }
    for (; exponent > 0; exponent--) {
        v *= 10;
        if (v > (uint64_t)MONEY_MAX_MINOR)
            return E_TOO_LARGE;
    }
    *minor = negative ? -(int64_t)v : (int64_t)v;
    return OK;
}

int64_t money_share(int64_t minor, int32_t basis_points) {
    assert(minor >= 0 && basis_points >= 0 && basis_points <= BASIS_POINTS);
    /* In two parts, so that the product cannot overflow. */
    int64_t whole = minor / BASIS_POINTS, rest = minor % BASIS_POINTS;
    return whole * basis_points + (rest * basis_points + BASIS_POINTS / 2) / BASIS_POINTS;
}
