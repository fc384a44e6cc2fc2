#include "codec/json.h"

#include <stdlib.h>
#include <yyjson.h>

/* ---- reading ---- */

/* yyjson asks for one block for the text and one for the values, which it may grow: growing copies, giving back does nothing. */
static void *pool_malloc(void *arena, size_t n) { return arena_raw(arena, n); }

static void *pool_realloc(void *arena, void *old, size_t old_n, size_t n) {
    if (n <= old_n)
        return old;
    void *p = arena_raw(arena, n);
    if (p)
        memcpy(p, old, old_n);
    return p;
}

static void pool_free(void *arena, void *p) { (void)arena, (void)p; }

static const yyjson_val *val(const Json *v) { return (const yyjson_val *)v; }
static yyjson_val *mut(const Json *v) {
    return (yyjson_val *)(uintptr_t)v;
} /* yyjson's getters take non-const but do not write */

/* At least as many values as the text can have: every one but the first follows one of these. */
static bool few_values(Str text) {
    size_t n = 1;
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"')
            quoted = !quoted;
        else if (quoted)
            i += c == '\\';
        else
            n += c == ',' || c == ':' || c == '[' || c == '{';
    }
    return n <= JSON_VALUES_MAX;
}

static int key_cmp(const void *a, const void *b) { return str_cmp(*(const Str *)a, *(const Str *)b); }

enum { KEYS_PAIRWISE_MAX = 12 };

static Err keys_differ(Arena *a, const Json *object) {
    size_t n = json_count(object), at = 0;
    Str small[KEYS_PAIRWISE_MAX];
    Str *keys = n <= KEYS_PAIRWISE_MAX ? small : ARENA_ARRAY(a, n, Str);
    if (!keys)
        return E_NOMEM;
    JsonIter it = json_iter(object);
    for (const Json *v; json_next(&it, &keys[at], &v); at++)
        if (keys == small)
            for (size_t i = 0; i < at; i++)
                if (str_eq(keys[i], keys[at]))
                    return E_SYNTAX;
    if (keys == small)
        return OK;
    qsort(keys, n, sizeof *keys, key_cmp);
    for (size_t i = 1; i < n; i++)
        if (str_eq(keys[i - 1], keys[i]))
            return E_SYNTAX;
    return OK;
}

static Err tree_ok(Arena *a, const Json *v, int depth) {
    JsonType t = json_type(v);
    if (t != JSON_ARRAY && t != JSON_OBJECT)
        return OK;
    if (depth == JSON_DEPTH_MAX)
        return E_TOO_LARGE;
    Err e = t == JSON_OBJECT ? keys_differ(a, v) : OK;
    JsonIter it = json_iter(v);
    Str key;
    for (const Json *part; !e && json_next(&it, &key, &part);)
        e = tree_ok(a, part, depth + 1);
    return e;
}

Err json_parse(Arena *a, Str text, const Json **root, size_t *where) {
    enum { LARGE_BYTES = 64 * 1024 };
    *root = NULL;
    if (where)
        *where = 0;
    if (text.n > JSON_TEXT_BYTES_MAX || (text.n > LARGE_BYTES && !few_values(text)))
        return E_TOO_LARGE;
    if (!text.n)
        return E_SYNTAX;
    yyjson_alc pool = {pool_malloc, pool_realloc, pool_free, a};
    yyjson_read_err err;
    /* Without YYJSON_READ_INSITU the text is not written to. */
    yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)text.p, text.n, YYJSON_READ_NUMBER_AS_RAW, &pool, &err);
    if (!doc) {
        if (where)
            *where = err.pos;
        return err.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION ? E_NOMEM : E_SYNTAX;
    }
    const Json *top = (const Json *)yyjson_doc_get_root(doc);
    Err e = tree_ok(a, top, 0);
    if (!e)
        *root = top;
    return e;
}

JsonType json_type(const Json *v) {
    switch (v ? yyjson_get_type(mut(v)) : YYJSON_TYPE_NONE) {
    case YYJSON_TYPE_NULL: return JSON_NULL;
    case YYJSON_TYPE_BOOL: return JSON_BOOL;
    case YYJSON_TYPE_RAW: return JSON_NUMBER;
    case YYJSON_TYPE_STR: return JSON_STRING;
    case YYJSON_TYPE_ARR: return JSON_ARRAY;
    case YYJSON_TYPE_OBJ: return JSON_OBJECT;
    default: return JSON_ABSENT;
    }
}

Str json_str(const Json *v) {
    JsonType t = json_type(v);
    return t == JSON_STRING || t == JSON_NUMBER ? str_of(val(v)->uni.str, yyjson_get_len(mut(v))) : (Str){"", 0};
}

bool json_bool(const Json *v) { return yyjson_is_true(mut(v)); }

bool json_i64(const Json *v, int64_t *out) { return json_type(v) == JSON_NUMBER && json_text_i64(json_str(v), out); }

size_t json_count(const Json *v) {
    JsonType t = json_type(v);
    return t == JSON_ARRAY || t == JSON_OBJECT ? yyjson_get_len(mut(v)) : 0;
}

const Json *json_get(const Json *object, Str key) {
    return json_type(object) == JSON_OBJECT ? (const Json *)yyjson_obj_getn(mut(object), key.p, key.n) : NULL;
}

JsonIter json_iter(const Json *v) {
    size_t n = json_count(v);
    return (JsonIter){n ? (const Json *)unsafe_yyjson_get_first(mut(v)) : NULL, n, json_type(v) == JSON_OBJECT};
}

bool json_next(JsonIter *it, Str *key, const Json **value) {
    if (!it->left)
        return false;
    it->left--;
    *key = (Str){"", 0};
    *value = it->at;
    if (it->object) {
        *key = json_str(it->at);
        *value = (const Json *)(val(it->at) + 1); /* a value lies behind its key */
    }
    it->at = it->left ? (const Json *)unsafe_yyjson_get_next(mut(*value)) : NULL;
    return true;
}

/* ---- numbers as text ---- */

typedef struct Number {
    bool minus;
    Str whole, fraction, exponent; /* digits; the exponent with its sign */
} Number;

static Str digits(Str *s) {
    size_t n = 0;
    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    Str d = str_slice(*s, 0, n);
    *s = str_from(*s, n);
    return d;
}

static bool number_split(Str s, Number *out) {
    *out = (Number){0};
    out->minus = s.n && s.p[0] == '-';
    s = str_from(s, out->minus);
    out->whole = digits(&s);
    if (!out->whole.n || (out->whole.n > 1 && out->whole.p[0] == '0'))
        return false;
    if (s.n && s.p[0] == '.') {
        s = str_from(s, 1);
        out->fraction = digits(&s);
        if (!out->fraction.n)
            return false;
    }
    if (s.n && (s.p[0] | 0x20) == 'e') {
        s = str_from(s, 1);
        out->exponent = s;
        if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
            s = str_from(s, 1);
        if (!digits(&s).n)
            return false;
    }
    return !s.n;
}

bool json_is_number(Str text) {
    Number n;
    return number_split(text, &n);
}

bool json_text_i64(Str number, int64_t *out) {
    Number n;
    if (!number_split(number, &n))
        return false;
    /* value = digits * 10^shift, where digits are whole and fraction run together */
    bool zero = true;
    for (size_t i = 0; i < number.n && (number.p[i] | 0x20) != 'e'; i++)
        zero &= number.p[i] == '0' || number.p[i] == '.' || number.p[i] == '-';
    if (zero) {
        *out = 0;
        return true;
    }
    int64_t shift = 0;
    Str e = n.exponent.n && n.exponent.p[0] == '+' ? str_from(n.exponent, 1) : n.exponent;
    if (e.n && !str_i64(e, &shift))
        return false;
    if (shift > 1000000 || shift < -1000000)
        return false;
    shift -= (int64_t)n.fraction.n;
    uint64_t v = 0;
    size_t total = n.whole.n + n.fraction.n;
    int64_t drop = shift < 0 ? -shift : 0; /* trailing digits that must be zeros */
    for (size_t i = 0; i < total; i++) {
        unsigned d = (unsigned)((i < n.whole.n ? n.whole.p[i] : n.fraction.p[i - n.whole.n]) - '0');
        if ((int64_t)(total - i) <= drop) {
            if (d)
                return false;
        } else if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, d, &v)) {
            return false;
        }
    }
    for (; shift > 0 && v; shift--)
        if (__builtin_mul_overflow(v, 10, &v))
            return false;
    if (v > (uint64_t)INT64_MAX + n.minus)
        return false;
    *out = n.minus ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

/* ---- writing ---- */

/* Whether text may stand in a JSON string as it is: ASCII from the blank on without quote and backslash. Several bytes at a time;
 * the subtractions are the well-known tests for "some byte is zero" and "some byte is below n". */
static inline bool plain8(uint64_t v) {
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t quote = v ^ ones * '"', slash = v ^ ones * '\\';
    return !((v | (v - ones * ' ') | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & high);
}

#if defined(__SSE2__) || defined(__ARM_NEON)
typedef int8_t Bytes16 __attribute__((vector_size(16)));
static inline Bytes16 load16(const char *p) {
    Bytes16 v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline bool plain16(Bytes16 v) {
    /* as signed bytes, everything below a blank is the control characters and the bytes from 0x80 on */
    Bytes16 bad = (v < ' ') | (v == '"') | (v == '\\');
    uint64_t half[2];
    memcpy(half, &bad, sizeof half);
    return !(half[0] | half[1]);
}
#else
typedef struct Bytes16 {
    uint64_t half[2];
} Bytes16;
static inline Bytes16 load16(const char *p) {
    Bytes16 v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline bool plain16(Bytes16 v) { return plain8(v.half[0]) && plain8(v.half[1]); }
#endif

static inline bool plain_byte(uint8_t c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

/* Ends of pieces overlap, so that a short string costs two loads and no loop. */
size_t json_plain(char *to, Str s) {
    const char *p = s.p;
    size_t n = s.n, i = 0;
    if (n >= 16) {
        for (; n - i >= 16; i += 16) {
            Bytes16 v = load16(p + i);
            if (!plain16(v))
                goto one_by_one;
            memcpy(to + i, &v, 16);
        }
        Bytes16 last = load16(p + n - 16);
        if (!plain16(last))
            goto one_by_one;
        memcpy(to + n - 16, &last, 16);
        return n;
    }
    if (n >= 8) {
        uint64_t a, b;
        memcpy(&a, p, 8);
        memcpy(&b, p + n - 8, 8);
        if (plain8(a) && plain8(b)) {
            memcpy(to, &a, 8);
            memcpy(to + n - 8, &b, 8);
            return n;
        }
    } else if (n >= 4) {
        uint32_t a, b;
        memcpy(&a, p, 4);
        memcpy(&b, p + n - 4, 4);
        if (plain8((uint64_t)a << 32 | b)) {
            memcpy(to, &a, 4);
            memcpy(to + n - 4, &b, 4);
            return n;
        }
    }
one_by_one:
    for (; i < n && plain_byte((uint8_t)p[i]); i++)
        to[i] = p[i];
    return i;
}

/* The length of the well-formed sequence at p (Unicode table 3-7), 0 when there is none. */
static size_t utf8_step(const uint8_t *p, size_t n) {
    size_t len = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (!len || n < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool bad = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
               (p[0] == 0xf4 && p[1] > 0x8f);
    return bad ? 0 : len;
}

static void put_escape(Buf *b, uint8_t c) {
    static const char short_of[0x20] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    char named = c == '"' || c == '\\' ? (char)c : short_of[c];
    if (named) {
        char text[2] = {'\\', named};
        buf_put(b, text, sizeof text);
    } else {
        static const char hex[] = "0123456789abcdef";
        char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        buf_put(b, text, sizeof text);
    }
}

void json_put_chars(Buf *b, Str s) {
    for (size_t at = 0; at < s.n;) {
        char *to = buf_reserve(b, s.n - at);
        if (!to)
            return;
        size_t run = json_plain(to, str_from(s, at)), wide;
        /* well-formed text outside ASCII is copied too */
        while (at + run < s.n && (uint8_t)s.p[at + run] >= 0x80 &&
               (wide = utf8_step((const uint8_t *)s.p + at + run, s.n - at - run))) {
            memcpy(to + run, s.p + at + run, wide);
            run += wide;
        }
        b->n += run;
        at += run;
        if (run || at == s.n)
            continue;
        uint8_t c = (uint8_t)s.p[at++];
        if (c < 0x80)
            put_escape(b, c);
        else
            buf_lit(b, "\xef\xbf\xbd");
    }
}

void json_put_str(Buf *b, Str s) {
    /* The usual string needs no escape: one reservation, one pass. */
    char *to = buf_reserve(b, s.n + 2);
    if (!to)
        return;
    *to = '"';
    if (json_plain(to + 1, s) == s.n) {
        to[s.n + 1] = '"';
        b->n += s.n + 2;
        return;
    }
    b->n++;
    json_put_chars(b, s);
    buf_char(b, '"');
}

void json_put_decimal(Buf *b, int64_t value, int scale) {
    char text[32];
    size_t at = sizeof text;
    uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    bool kept = false;
    for (; scale > 0; scale--, v /= 10) {
        kept |= v % 10 != 0;
        if (kept)
            text[--at] = (char)('0' + v % 10);
    }
    if (kept)
        text[--at] = '.';
    do
        text[--at] = (char)('0' + v % 10);
    while (v /= 10);
    if (value < 0)
        text[--at] = '-';
    buf_put(b, text + at, sizeof text - at);
}

void json_put_value(Buf *b, const Json *v) {
    switch (json_type(v)) {
    case JSON_BOOL: json_put_bool(b, json_bool(v)); return;
    case JSON_NUMBER: buf_add(b, json_str(v)); return;
    case JSON_STRING: json_put_str(b, json_str(v)); return;
    case JSON_ARRAY:
    case JSON_OBJECT: {
        JsonIter it = json_iter(v);
        Str key;
        buf_char(b, it.object ? '{' : '[');
        bool object = it.object, first = true;
        for (const Json *part; json_next(&it, &key, &part); first = false) {
            if (!first)
                buf_char(b, ',');
            if (object) {
                json_put_str(b, key);
                buf_char(b, ':');
            }
            json_put_value(b, part);
        }
        buf_char(b, object ? '}' : ']');
        return;
    }
    default: buf_lit(b, "null");
    }
}
