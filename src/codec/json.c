#include "codec/json.h"

#include <stdlib.h>
#include <yyjson.h>

/* ---- reading ---- */

static int key_order(const void *a, const void *b) { return str_cmp(*(const Str *)a, *(const Str *)b); }

/* No object may name a key twice: parsers disagree on which one counts. */
static bool keys_differ(Arena *a, yyjson_val *object, const char **why) {
    size_t n = unsafe_yyjson_get_len(object), i = 0;
    if (n < 2)
        return true;
    if (n > JSON_KEYS_MAX) {
        *why = "an object has too many members";
        return false;
    }
    Str *keys = ARENA_ARRAY(a, n, Str);
    yyjson_obj_iter it = yyjson_obj_iter_with(object);
    for (yyjson_val *k; keys && (k = yyjson_obj_iter_next(&it));)
        keys[i++] = str_of(unsafe_yyjson_get_str(k), unsafe_yyjson_get_len(k));
    if (!keys) {
        *why = "out of memory";
        return false;
    }
    qsort(keys, n, sizeof *keys, key_order);
    for (i = 1; i < n; i++)
        if (str_eq(keys[i - 1], keys[i])) {
            *why = "a key is given twice";
            return false;
        }
    return true;
}

static bool walk(Arena *a, yyjson_val *v, unsigned depth, const char **why) {
    if (!yyjson_is_ctn(v))
        return true;
    if (depth == JSON_DEPTH_MAX) {
        *why = "nested too deeply";
        return false;
    }
    yyjson_val *item;
    if (yyjson_is_arr(v)) {
        yyjson_arr_iter it = yyjson_arr_iter_with(v);
        while ((item = yyjson_arr_iter_next(&it)))
            if (!walk(a, item, depth + 1, why))
                return false;
        return true;
    }
    if (!keys_differ(a, v, why))
        return false;
    yyjson_obj_iter it = yyjson_obj_iter_with(v);
    while ((item = yyjson_obj_iter_next(&it)))
        if (!walk(a, yyjson_obj_iter_get_val(item), depth + 1, why))
            return false;
    return true;
}

Err json_parse(Arena *a, Str text, const Json **root, const char **why) {
    const yyjson_read_flag flags = YYJSON_READ_NUMBER_AS_RAW;
    *root = NULL;
    *why = "not valid JSON";
    if (text.n > JSON_BYTES_MAX)
        return E_TOO_LARGE;
    size_t bytes = yyjson_read_max_memory_usage(text.n, flags);
    void *mem = arena_raw(a, bytes);
    yyjson_alc alc;
    if (!mem || !yyjson_alc_pool_init(&alc, mem, bytes))
        return E_NOMEM;
    yyjson_read_err err;
    /* The flags leave the input alone (not in situ); the API just lacks the const. */
    yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)(text.p ? text.p : ""), text.n, flags, &alc, &err);
    if (!doc)
        return err.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION ? E_NOMEM : E_SYNTAX;
    if (!walk(a, yyjson_doc_get_root(doc), 0, why))
        return E_SYNTAX;
    *root = yyjson_doc_get_root(doc);
    return OK;
}

/* yyjson's accessors take non-const pointers and do not write. */
static yyjson_val *val(const Json *v) { return (yyjson_val *)(uintptr_t)v; }

JsonType json_type(const Json *v) {
    switch (yyjson_get_type(val(v))) {
    case YYJSON_TYPE_BOOL:
        return JSON_BOOL;
    case YYJSON_TYPE_RAW:
    case YYJSON_TYPE_NUM:
        return JSON_NUMBER;
    case YYJSON_TYPE_STR:
        return JSON_STRING;
    case YYJSON_TYPE_ARR:
        return JSON_ARRAY;
    case YYJSON_TYPE_OBJ:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

const char *json_type_name(JsonType t) {
    static const char *const names[] = {"null", "boolean", "number", "string", "array", "object"};
    return names[t];
}

const Json *json_get(const Json *v, const char *name) { return yyjson_obj_get(val(v), name); }

Str json_text(const Json *v) {
    JsonType t = json_type(v);
    if (t != JSON_STRING && t != JSON_NUMBER)
        return (Str){NULL, 0};
    return str_of(unsafe_yyjson_get_raw(val(v)), unsafe_yyjson_get_len(val(v)));
}

bool json_get_str(const Json *v, const char *name, Str *out) {
    const Json *member = json_get(v, name);
    if (!member || json_type(member) != JSON_STRING)
        return false;
    *out = json_text(member);
    return true;
}

bool json_get_i64(const Json *v, const char *name, int64_t *out) {
    const Json *member = json_get(v, name);
    return member && json_i64(member, out);
}

bool json_true(const Json *v) { return yyjson_is_true(val(v)); }

/* `digits[.digits][e[+-]digits]` to an integer, exactly. */
static bool integer_of(Str s, int64_t *out) {
    bool negative = s.n && s.p[0] == '-';
    size_t i = negative, dropped = 0;
    int64_t exponent = 0, value = 0;
    bool fraction = false;
    Str mantissa = str_from(s, i);
    size_t e = 0;
    while (e < mantissa.n && mantissa.p[e] != 'e' && mantissa.p[e] != 'E')
        e++;
    if (e < mantissa.n) {
        Str digits = str_from(mantissa, e + 1);
        if (digits.n && digits.p[0] == '+')
            digits = str_from(digits, 1);
        if (!str_i64(digits, &exponent) || exponent > 18 || exponent < -40)
            return false;
        mantissa = str_slice(mantissa, 0, e);
    }
    /* Decimals reduce the exponent; trailing zeros give it back. */
    for (i = 0; i < mantissa.n; i++) {
        if (mantissa.p[i] == '.') {
            fraction = true;
            continue;
        }
        int digit = mantissa.p[i] - '0';
        if (digit == 0 && fraction) {
            dropped++;
            continue;
        }
        for (size_t k = 0; fraction && k < dropped; k++)
            if (exponent--, __builtin_mul_overflow(value, 10, &value))
                return false;
        dropped = 0;
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value))
            return false;
        exponent -= fraction;
    }
    for (; exponent > 0 && value; exponent--)
        if (__builtin_mul_overflow(value, 10, &value))
            return false;
    for (; exponent < 0 && value; exponent++) {
        if (value % 10)
            return false;
        value /= 10;
    }
    *out = negative ? -value : value;
    return true;
}

bool json_i64(const Json *v, int64_t *out) { return json_type(v) == JSON_NUMBER && integer_of(json_text(v), out); }

size_t json_count(const Json *v) { return yyjson_is_ctn(val(v)) ? unsafe_yyjson_get_len(val(v)) : 0; }

JsonIter json_iter(const Json *v) {
    if (!yyjson_is_ctn(val(v)) || unsafe_yyjson_get_len(val(v)) == 0)
        return (JsonIter){0};
    return (JsonIter){.at = unsafe_yyjson_get_first(val(v)), .left = unsafe_yyjson_get_len(val(v)), .object = yyjson_is_obj(val(v))};
}

const Json *json_next(JsonIter *it, Str *key) {
    if (key)
        *key = (Str){NULL, 0};
    if (it->left == 0)
        return NULL;
    it->left--;
    yyjson_val *item = val(it->at);
    if (it->object) {
        if (key)
            *key = str_of(unsafe_yyjson_get_str(item), unsafe_yyjson_get_len(item));
        item++;
    }
    it->at = unsafe_yyjson_get_next(item);
    return item;
}

/* ---- writing ---- */

/* 0: as it is; 'u': \u00xx; else the letter behind the backslash. From 0x80 on: part of a sequence. */
static const char escape[128] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\', [0x7F] = 'u',
};

static void put_escaped(Buf *b, unsigned char c) {
    static const char hex[] = "0123456789abcdef";
    char to[6] = {'\\', escape[c], '0', '0', hex[c >> 4], hex[c & 15]};
    buf_put(b, to, escape[c] == 'u' ? 6 : 2);
}

void json_put_str(Buf *b, Str s) {
    const unsigned char *p = (const unsigned char *)s.p;
    bool valid = true;
    size_t from = 0;
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (p[i] >= 0x80) {
            /* What comes from the database was checked when it came in; what does not is still never sent broken. */
            if (valid && !str_utf8_valid(str_from(s, i)))
                valid = false;
            if (valid) {
                while (i + 1 < s.n && p[i + 1] >= 0x80)
                    i++;
                continue;
            }
            buf_put(b, p + from, i - from);
            buf_lit(b, "\xEF\xBF\xBD");
            from = i + 1;
        } else if (escape[p[i]]) {
            buf_put(b, p + from, i - from);
            put_escaped(b, p[i]);
            from = i + 1;
        }
    }
    buf_put(b, p + from, s.n - from);
    buf_char(b, '"');
}

void json_put_key(Buf *b, bool *first, const char *name) {
    size_t n = strlen(name);
    char *to = buf_reserve(b, n + 4);
    if (!to)
        return;
    char *at = to;
    if (!*first)
        *at++ = ',';
    *first = false;
    *at++ = '"';
    memcpy(at, name, n);
    at += n;
    *at++ = '"';
    *at++ = ':';
    b->n += (size_t)(at - to);
}
