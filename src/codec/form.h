/* form.h - percent-encoding, query strings and application/x-www-form-urlencoded bodies.
 *
 * RFC 3986 section 2.1 and the URL Standard's urlencoded parser (url.spec.whatwg.org), stricter: a '%' without two hex digits,
 * text that is not UTF-8 and a NUL are errors instead of being passed on. Values that need no decoding are views into the input;
 * others live in the arena. Pure. */
#ifndef CODEC_FORM_H
#define CODEC_FORM_H

#include "base/buf.h"

enum { FORM_PAIRS_MAX = 128 };

typedef struct FormPair {
    Str name, value;
} FormPair;

typedef struct Form {
    FormPair *pairs; /* in the order of the text; a name may come more than once */
    size_t count;
} Form;

/* Parses `a=1&b=2`. Empty pieces are skipped, a piece without '=' has an empty value. E_SYNTAX, E_TOO_LARGE (more than
 * FORM_PAIRS_MAX), E_NOMEM. */
Err form_parse(Arena *a, Str text, Form *out);
/* The first value under a name. */
bool form_get(const Form *f, Str name, Str *value);
/* The next value under a name: start with *at = 0. */
bool form_next(const Form *f, Str name, size_t *at, Str *value);

/* Decodes %XX, and '+' to a space when `plus`. E_SYNTAX, E_NOMEM. */
Err percent_decode(Arena *a, Str s, bool plus, Str *out);
/* Appends s with everything but RFC 3986 "unreserved" characters as %XX. */
void percent_add(Buf *b, Str s);

#endif
