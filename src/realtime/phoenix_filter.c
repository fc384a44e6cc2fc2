#include "realtime/phoenix_filter.h"

typedef enum Op { OP_EQ, OP_NEQ, OP_LT, OP_LTE, OP_GT, OP_GTE, OP_IN, OP_IS, OP_DISTINCT, OP_LIKE, OP_ILIKE, OP_COUNT } Op;

static const Str op_words[OP_COUNT] = {
    [OP_EQ] = STR_INIT("eq"),     [OP_NEQ] = STR_INIT("neq"),     [OP_LT] = STR_INIT("lt"),
    [OP_LTE] = STR_INIT("lte"),   [OP_GT] = STR_INIT("gt"),       [OP_GTE] = STR_INIT("gte"),
    [OP_IN] = STR_INIT("in"),     [OP_IS] = STR_INIT("is"),       [OP_DISTINCT] = STR_INIT("isdistinct"),
    [OP_LIKE] = STR_INIT("like"), [OP_ILIKE] = STR_INIT("ilike"),
};

typedef struct Condition {
    Str column;
    bool negated;
    Op op;
    Str values; /* as written: one, or of OP_IN what stands in the brackets */
} Condition;

/* ---- reading ---- */

/* Takes one value off *rest, up to a comma or the end. The quotes come off, and what they escape, into `to`. */
static bool take_value(Str *rest, char to[FILTER_BYTES_MAX], Str *out) {
    size_t at = 0, n = 0;
    if (!rest->n || rest->p[0] != '"') {
        at = str_index(*rest, ',');
        *out = str_slice(*rest, 0, at);
        *rest = at < rest->n ? str_from(*rest, at + 1) : (Str){NULL, 0};
        return true;
    }
    for (at = 1; at < rest->n && rest->p[at] != '"'; at++) {
        if (rest->p[at] == '\\' && ++at == rest->n)
            return false;
        if (n == FILTER_BYTES_MAX)
            return false;
        to[n++] = rest->p[at];
    }
    if (at == rest->n || (at + 1 < rest->n && rest->p[at + 1] != ','))
        return false;
    *out = str_of(to, n);
    *rest = at + 1 < rest->n ? str_from(*rest, at + 2) : (Str){NULL, 0};
    return true;
}

/* Where the bracket that begins the text is closed, past quotes; text.n when it is not. */
static size_t bracket_end(Str s) {
    bool quoted = false;
    for (size_t i = 1; i < s.n; i++) {
        if (quoted && s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            quoted = !quoted;
        else if (s.p[i] == ')' && !quoted)
            return i;
    }
    return s.n;
}

/* Takes one condition off *rest. */
static bool take_condition(Str *rest, Condition *out) {
    char buf[FILTER_BYTES_MAX];
    size_t at = str_index(*rest, '=');
    *out = (Condition){.column = str_trim(str_slice(*rest, 0, at)), .op = OP_COUNT};
    if (at == rest->n || !out->column.n)
        return false;
    *rest = str_from(*rest, at + 1);
    if ((out->negated = str_starts(*rest, S("not."))))
        *rest = str_from(*rest, 4);
    at = str_index(*rest, '.');
    for (Op op = 0; op < OP_COUNT && at < rest->n; op++)
        if (str_eq(op_words[op], str_slice(*rest, 0, at)))
            out->op = op;
    if (out->op == OP_COUNT)
        return false;
    *rest = str_from(*rest, at + 1);
    if (out->op == OP_IN) {
        at = rest->n && rest->p[0] == '(' ? bracket_end(*rest) : rest->n;
        if (at == rest->n || (at + 1 < rest->n && rest->p[at + 1] != ','))
            return false;
        out->values = str_slice(*rest, 1, at);
        *rest = at + 1 < rest->n ? str_from(*rest, at + 2) : (Str){NULL, 0};
        return true;
    }
    Str begin = *rest, value;
    if (!take_value(rest, buf, &value))
        return false;
    out->values = rest->p ? str_of(begin.p, (size_t)(rest->p - begin.p) - 1) : begin;
    return out->op != OP_IS || str_eq(value, S("null")) || str_eq(value, S("true")) || str_eq(value, S("false")) ||
           str_eq(value, S("unknown"));
}

bool filter_valid(Str filter) {
    Condition c;
    char buf[FILTER_BYTES_MAX];
    if (filter.n > FILTER_BYTES_MAX)
        return false;
    for (Str rest = filter; rest.n;) {
        if (!take_condition(&rest, &c) || (rest.p && !rest.n)) /* a comma at the end promises more */
            return false;
        for (Str values = c.values, value; c.op == OP_IN && values.n;)
            if (!take_value(&values, buf, &value))
                return false;
    }
    return true;
}

/* ---- comparing ---- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

/* % stands for any text, _ for one character. Goes back to the last % only: linear in most, quadratic at worst, both short. */
static bool like(Str s, Str pattern, bool any_case) {
    size_t i = 0, k = 0, star = SIZE_MAX, mark = 0;
    while (i < s.n) {
        bool same = k < pattern.n && (any_case ? lower(pattern.p[k]) == lower(s.p[i]) : pattern.p[k] == s.p[i]);
        if (k < pattern.n && pattern.p[k] == '%') {
            star = k++;
            mark = i;
        } else if (k < pattern.n && pattern.p[k] == '_') {
            for (i++, k++; i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80; i++) /* the rest of a character */
                ;
        } else if (same) {
            i++, k++;
        } else if (star != SIZE_MAX) {
            k = star + 1;
            i = ++mark;
        } else {
            return false;
        }
    }
    while (k < pattern.n && pattern.p[k] == '%')
        k++;
    return k == pattern.n;
}

/* The value as text: strings as they are, booleans and numbers as JSON writes them. */
static Str text_of(const Json *v) { return json_type(v) == JSON_BOOL ? json_bool(v) ? S("true") : S("false") : json_str(v); }

static int compare(Str a, Str b) {
    int64_t x, y;
    if (str_i64(a, &x) && str_i64(b, &y))
        return x < y ? -1 : x > y;
    return str_cmp(a, b);
}

static bool holds(const Condition *c, const Json *v) {
    char buf[FILTER_BYTES_MAX];
    Str rest = c->values, value;
    bool null = json_type(v) == JSON_NULL || json_type(v) == JSON_ABSENT;
    Str have = null ? (Str){NULL, 0} : text_of(v);
    if (c->op == OP_IN) {
        while (!null && rest.n && take_value(&rest, buf, &value))
            if (str_eq(value, have))
                return true;
        return false;
    }
    if (!take_value(&rest, buf, &value))
        return false;
    if (c->op == OP_IS)
        return str_eq(value, S("null")) || str_eq(value, S("unknown")) ? null : json_type(v) == JSON_BOOL && str_eq(value, have);
    if (c->op == OP_DISTINCT)
        return null ? !str_eq(value, S("null")) : !str_eq(value, have);
    if (null)
        return false;
    int order = compare(have, value);
    switch (c->op) {
    case OP_EQ: return str_eq(have, value);
    case OP_NEQ: return !str_eq(have, value);
    case OP_LT: return order < 0;
    case OP_LTE: return order <= 0;
    case OP_GT: return order > 0;
    case OP_GTE: return order >= 0;
    case OP_LIKE: return like(have, value, false);
    default: return like(have, value, true);
    }
}

bool filter_match(Str filter, const Json *record) {
    Condition c;
    for (Str rest = filter; rest.n;) {
        if (!take_condition(&rest, &c))
            return false;
        const Json *v = json_get(record, c.column);
        if (json_type(v) == JSON_ABSENT || holds(&c, v) == c.negated)
            return false;
    }
    return true;
}
