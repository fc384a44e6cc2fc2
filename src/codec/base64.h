/* base64.h - base64 and base64url (RFC 4648 sections 4 and 5). Pure, thread-safe.
 *
 * Decoding is strict: no white space, no characters of the other alphabet, the padding as the variant wants it, and the unused
 * low bits of the last character zero, so that each value has one text only. */
#ifndef CODEC_BASE64_H
#define CODEC_BASE64_H

#include "base/buf.h"

typedef enum Base64Kind {
    BASE64_STD, /* + and /, padded with = */
    BASE64_URL, /* - and _, never padded */
    BASE64_STD_NOPAD /* + and /, never padded, as in PHC strings */
} Base64Kind;

/* Characters for n bytes. */
size_t base64_chars(Base64Kind kind, size_t n);
/* Writes base64_chars(kind, n) characters, no NUL; returns their number. */
size_t base64_put(Base64Kind kind, char *out, const void *p, size_t n);
/* Appends to a builder. */
void base64_add(Base64Kind kind, Buf *b, const void *p, size_t n);
/* Decodes into out[cap]; *n bytes. E_SYNTAX, or E_TOO_LARGE when cap is too small (3/4 of the text always suffices). */
Err base64_get(Base64Kind kind, Str s, void *out, size_t cap, size_t *n);

#endif
