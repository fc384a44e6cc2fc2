/* json.h - JSON in and out (RFC 8259), strict.
 *
 * Reading makes a tree in the arena (yyjson below, not visible here). Refused with E_SYNTAX: anything RFC 8259 does not allow,
 * bytes that are not UTF-8, lone surrogates, an object with the same key twice (which value counts would be anybody's guess),
 * text after the value. Numbers stay text, so that money never passes through floating point. Pure, thread-safe; a tree is
 * read-only and lives as long as its arena.
 *
 * Writing is appending to a Buf: no tree. Commas are the caller's. */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include "base/buf.h"

enum {
    JSON_DEPTH_MAX = 32,              /* containers in containers; deeper is E_TOO_LARGE */
    JSON_TEXT_BYTES_MAX = 1024 * 1024, /* longer text is E_TOO_LARGE unread */
    JSON_VALUES_MAX = 65536           /* values, keys counted too; more is E_TOO_LARGE */
};

typedef struct Json Json; /* one value of a tree */
typedef enum JsonType { JSON_ABSENT, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } JsonType;

/* Parses the whole text. E_SYNTAX, E_TOO_LARGE, E_NOMEM. *where (may be NULL) gets the byte offset of a syntax error. */
Err json_parse(Arena *a, Str text, const Json **root, size_t *where);

/* NULL is taken by all of these and is JSON_ABSENT. */
JsonType json_type(const Json *v);
/* The unescaped characters of a string, the text of a number ("1e3"); else empty. NUL may be among them ("\u0000"). */
Str json_str(const Json *v);
bool json_bool(const Json *v);
/* A number without fraction and exponent (or with ones that make it whole: "5.0", "2e3") that fits int64_t. */
bool json_i64(const Json *v, int64_t *out);
/* Elements of an array, members of an object. */
size_t json_count(const Json *v);
/* The member of an object, or NULL. Linear. */
const Json *json_get(const Json *object, Str key);
/* Walking: JsonIter it = json_iter(v); while (json_next(&it, &key, &value)) …; key is empty in arrays. */
typedef struct JsonIter {
    const Json *at;
    size_t left;
    bool object;
} JsonIter;
JsonIter json_iter(const Json *v);
bool json_next(JsonIter *it, Str *key, const Json **value);
/* The text of a number means a whole number: digits, also with a fraction of zeros or an exponent. */
bool json_text_i64(Str number, int64_t *out);
/* A well-formed JSON number (RFC 8259 section 6). For values that come as text: forms, queries. */
bool json_is_number(Str text);

/* Appends s in quotes, escaped; s must be UTF-8 (bad bytes are written as U+FFFD, so that the result is always valid). */
void json_put_str(Buf *b, Str s);
/* For writers that keep their own cursor: copies the bytes that s begins with and that need no escape (ASCII) to `to`, which has
 * room for all of s; returns how many. Equal to s.n: that was all of it. */
size_t json_plain(char *to, Str s);
/* As json_put_str without the quotes: for building one string of several pieces. */
void json_put_chars(Buf *b, Str s);
/* `value` / 10^scale as a number without superfluous zeros: (467, 2) is 4.67, (500, 2) is 5. 0 <= scale <= 9. */
void json_put_decimal(Buf *b, int64_t value, int scale);
static inline void json_put_bool(Buf *b, bool v) {
    if (v)
        buf_lit(b, "true");
    else
        buf_lit(b, "false");
}
/* Appends a parsed value as compact JSON. */
void json_put_value(Buf *b, const Json *v);

#endif
