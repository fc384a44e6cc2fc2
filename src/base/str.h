/* str.h - strings as pointer and length.
 *
 * A Str is a view: it owns nothing, is not NUL-terminated, and lives as long as what it looks at (a literal, an
 * arena, a store transaction). Pass it by value. NUL-terminated strings exist only at foreign APIs: str_c() makes one.
 * All functions are pure and thread-safe. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Str {
    const char *p;
    size_t n; /* bytes */
} Str;

/* A Str of a string literal, usable in static tables as STR_INIT and in expressions as S. */
#define STR_INIT(lit) {(lit), sizeof(lit) - 1}
#define S(lit) ((Str){(lit), sizeof(lit) - 1})
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static inline Str str_of(const void *p, size_t n) { return (Str){(const char *)p, n}; }
/* View of a NUL-terminated string; NULL gives the empty Str. */
static inline Str str_c0(const char *z) { return (Str){z, z ? strlen(z) : 0}; }
/* Whether n bytes are the same: musl's memcmp goes byte by byte, this by whole words. */
bool bytes_eq(const void *p, const void *q, size_t n);
/* Of a literal, the compiler makes a comparison or two out of memcmp. */
static inline bool str_eq(Str a, Str b) {
    bool literal = __builtin_constant_p(a.n) || __builtin_constant_p(b.n);
    return a.n == b.n && (a.n == 0 || (literal ? memcmp(a.p, b.p, a.n) == 0 : bytes_eq(a.p, b.p, a.n)));
}

/* ASCII-case-insensitive equality (header names, keywords; never for people's text). */
bool str_eq_nocase(Str a, Str b);
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
/* memcmp order, the shorter first when one is a prefix of the other. */
int str_cmp(Str a, Str b);
/* Whether there is a control character of ASCII in it, which could split a line in two. */
bool str_has_control(Str s);
/* Index of the first byte `c`, or s.n when there is none. */
size_t str_index(Str s, char c);
/* Without leading and trailing ASCII white space. */
Str str_trim(Str s);
/* From byte `from` (clamped) to the end. */
Str str_from(Str s, size_t from);
/* Bytes [from, to), both clamped. */
Str str_slice(Str s, size_t from, size_t to);
/* Cuts the text before the first `sep` off *rest and returns it; *rest is what follows the separator, and has p == NULL
 * after the last piece. Loop: for (Str part; str_split(&rest, ',', &part);). False when nothing is left. */
bool str_split(Str *rest, char sep, Str *part);
/* Decimal integer, optional '-', no blanks, whole string; false on anything else and on overflow. */
bool str_i64(Str s, int64_t *out);
bool str_u64(Str s, uint64_t *out);
/* True when `s` is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms). */
bool str_utf8_valid(Str s);
/* Number of code points of valid UTF-8. */
size_t str_utf8_len(Str s);
/* Decodes the code point at *at (valid UTF-8) and moves *at behind it. */
uint32_t str_utf8_next(Str s, size_t *at);

#endif
