/* hex.h - bytes as hexadecimal digits. Writing is buf_hex of base/buf.h or hex_put here; reading is strict. Pure, thread-safe. */
#ifndef CODEC_HEX_H
#define CODEC_HEX_H

#include "base/str.h"

/* Writes 2 * n lower-case digits, no NUL. */
void hex_put(char *out, const void *p, size_t n);
/* Reads exactly 2 * n digits of either case into n bytes; false for another length or any other character. */
bool hex_get(Str s, void *out, size_t n);
/* The value of one digit, or -1. */
int hex_digit(char c);

#endif
