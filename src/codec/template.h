/* template.h - text with holes: what people are told, and what providers want.
 *
 * A `{name}` in the text is replaced by the variable's value, escaped for where the text is going. JSON's own braces are never
 * followed by a lower-case letter, so a JSON text needs no quoting of them. Pure, thread-safe. */
#ifndef CODEC_TEMPLATE_H
#define CODEC_TEMPLATE_H

#include "base/buf.h"

typedef enum Escape {
    ESCAPE_NONE,
    ESCAPE_URL, /* percent-encoding of all but RFC 3986 "unreserved"; for query strings and urlencoded bodies */
    ESCAPE_JSON /* a JSON string, its quotes included */
} Escape;

typedef struct Var {
    const char *name;
    Str value;
    bool raw; /* value is put in as it is: numbers, nested JSON */
} Var;

/* Appends `text` with its holes filled from vars[n]. An unknown name is E_INVALID; else out->err. */
Err template_add(Buf *out, Str text, const Var *vars, size_t n, Escape escape);
/* A decimal number as a raw variable; the digits live in the arena. */
Var var_i64(Arena *a, const char *name, int64_t v);

#endif
