#include "codec/base64.h"

static const char *const alphabets[] = {
    [BASE64_STD] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    [BASE64_URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    [BASE64_STD_NOPAD] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
};

size_t base64_chars(Base64Kind kind, size_t n) {
    return kind == BASE64_STD ? (n + 2) / 3 * 4 : n / 3 * 4 + (n % 3 ? n % 3 + 1 : 0);
}

size_t base64_put(Base64Kind kind, char *out, const void *p, size_t n) {
    const char *digits = alphabets[kind];
    const uint8_t *at = p;
    char *to = out;
    for (; n >= 3; n -= 3, at += 3) {
        uint32_t v = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
        *to++ = digits[v >> 18];
        *to++ = digits[v >> 12 & 63];
        *to++ = digits[v >> 6 & 63];
        *to++ = digits[v & 63];
    }
    if (n) {
        uint32_t v = (uint32_t)at[0] << 16 | (n == 2 ? (uint32_t)at[1] << 8 : 0);
        *to++ = digits[v >> 18];
        *to++ = digits[v >> 12 & 63];
        if (n == 2)
            *to++ = digits[v >> 6 & 63];
        for (size_t i = n; kind == BASE64_STD && i < 3; i++)
            *to++ = '=';
    }
    return (size_t)(to - out);
}

void base64_add(Base64Kind kind, Buf *b, const void *p, size_t n) {
    char *to = buf_reserve(b, base64_chars(kind, n));
    if (to)
        b->n += base64_put(kind, to, p, n);
}

static int value(Base64Kind kind, char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == alphabets[kind][62] ? 62 : c == alphabets[kind][63] ? 63 : -1;
}

Err base64_get(Base64Kind kind, Str s, void *out, size_t cap, size_t *n) {
    *n = 0;
    size_t chars = s.n;
    if (kind == BASE64_STD) {
        if (chars % 4)
            return E_SYNTAX;
        for (int i = 0; i < 2 && chars && s.p[chars - 1] == '='; i++)
            chars--;
    }
    if (chars % 4 == 1)
        return E_SYNTAX;
    size_t bytes = chars / 4 * 3 + (chars % 4 ? chars % 4 - 1 : 0);
    if (bytes > cap)
        return E_TOO_LARGE;
    uint8_t *to = out;
    uint32_t acc = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < chars; i++) {
        int v = value(kind, s.p[i]);
        if (v < 0)
            return E_SYNTAX;
        acc = acc << 6 | (uint32_t)v;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            *to++ = (uint8_t)(acc >> bits);
            acc &= (1u << bits) - 1;
        }
    }
    if (acc) /* bits that belong to no byte */
        return E_SYNTAX;
    *n = bytes;
    return OK;
}
