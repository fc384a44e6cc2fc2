#include "codec/form.h"

#include "codec/hex.h"

static bool text_ok(Str s) { return str_utf8_valid(s) && (!s.n || !memchr(s.p, 0, s.n)); }

/* ASCII that stands for itself, as nearly all of it does. */
static bool is_plain(Str s) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t i = 0;
    for (uint64_t v; i + sizeof v <= s.n; i += sizeof v) {
        memcpy(&v, s.p + i, sizeof v);
        uint64_t percent = v ^ ones * '%', plus = v ^ ones * '+';
        if ((v | (v - ones) | (percent - ones) | (plus - ones)) & ones * 0x80) /* or behind such a byte */
            return false;
    }
    for (; i < s.n; i++)
        if ((signed char)s.p[i] <= 0 || s.p[i] == '%' || s.p[i] == '+')
            return false;
    return true;
}

Err percent_decode(Arena *a, Str s, bool plus, Str *out) {
    if (is_plain(s)) {
        *out = s;
        return OK;
    }
    char *mem = arena_raw(a, s.n);
    if (!mem)
        return E_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1, low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return E_SYNTAX;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        mem[n++] = c;
    }
    *out = str_of(mem, n);
    return text_ok(*out) ? OK : E_SYNTAX;
}

void percent_add(Buf *b, Str s) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~') {
            buf_char(b, (char)c);
        } else {
            char text[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_put(b, text, sizeof text);
        }
    }
}

Err form_parse(Arena *a, Str text, Form *out) {
    *out = (Form){0};
    size_t pieces = text.n ? 1 : 0;
    for (size_t i = 0; i < text.n; i++)
        pieces += text.p[i] == '&';
    /* Empty pieces are free, so the array is bounded here and the count below. */
    size_t room = pieces < FORM_PAIRS_MAX ? pieces : FORM_PAIRS_MAX;
    out->pairs = ARENA_ARRAY(a, room, FormPair);
    if (!out->pairs)
        return E_NOMEM;
    for (Str rest = text, piece; str_split(&rest, '&', &piece);) {
        if (!piece.n)
            continue;
        if (out->count == room)
            return E_TOO_LARGE;
        FormPair *pair = &out->pairs[out->count++];
        size_t eq = str_index(piece, '=');
        Err e = percent_decode(a, str_slice(piece, 0, eq), true, &pair->name);
        if (!e)
            e = percent_decode(a, str_from(piece, eq + 1), true, &pair->value);
        if (e)
            return e;
    }
    return OK;
}

bool form_next(const Form *f, Str name, size_t *at, Str *value) {
    while (*at < f->count) {
        const FormPair *pair = &f->pairs[(*at)++];
        if (str_eq(pair->name, name)) {
            *value = pair->value;
            return true;
        }
    }
    return false;
}

bool form_get(const Form *f, Str name, Str *value) {
    size_t at = 0;
    return form_next(f, name, &at, value);
}
