/* money.h - amounts as text, in and out, without floating point.
 *
 * An amount is int64 minor units (paise). A currency has 0 to 3 decimals. Pure, thread-safe. */
#ifndef CODEC_MONEY_H
#define CODEC_MONEY_H

#include "base/buf.h"

/* The largest magnitude that is read: 10^15 minor units, exact in a double too, so that JavaScript clients see what we mean. */
#define MONEY_MAX_MINOR INT64_C(1000000000000000)

typedef struct Currency {
    Str code;     /* ISO 4217 */
    Str sign;     /* as put before an amount */
    int decimals; /* of the minor unit */
} Currency;
/* The currency of a code in any case, or NULL. Static. */
const Currency *currency_find(Str code);

typedef enum MoneyForm {
    MONEY_MINOR,   /* 150050 */
    MONEY_MAJOR,   /* 1500, 1500.5, 1500.05: decimals only when there are some */
    MONEY_MAJOR_1, /* 1500.0, 1500.5, 1500.05: one decimal at least */
    MONEY_MAJOR_ALL /* 1500.00, 1500.50: all of the currency's (for people, mails, providers) */
} MoneyForm;
/* Appends the digits of an amount (any int64), a '-' before negative ones. */
void money_add(Buf *b, int64_t minor, MoneyForm form, int decimals);

/* Reads a JSON number's text (also with fraction and exponent) that means minor or major units by `form`. Trailing zeros after
 * the point do not count as decimals. E_SYNTAX: not a number; E_INVALID: more decimals than the form has; E_TOO_LARGE: beyond
 * MONEY_MAX_MINOR. */
Err money_parse(Str s, MoneyForm form, int decimals, int64_t *minor);

/* A share in basis points (1/100 %), rounded half up; minor >= 0, 0 <= bp <= 10000, asserted. */
int64_t money_share(int64_t minor, int32_t basis_points);

#endif
