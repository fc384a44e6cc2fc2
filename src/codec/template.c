#include "codec/template.h"

#include "codec/form.h"
#include "codec/json.h"

Var var_i64(Arena *a, const char *name, int64_t v) {
    return (Var){.name = name, .value = arena_printf(a, "%lld", (long long)v), .raw = true};
}

static bool name_char(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

/* The name of the hole that begins at text[at] ('{'), empty when that is no hole. */
static Str hole(Str text, size_t at) {
    size_t end = at + 1;
    while (end < text.n && name_char(text.p[end]))
        end++;
    return end < text.n && text.p[end] == '}' ? str_slice(text, at + 1, end) : (Str){NULL, 0};
}

Err template_add(Buf *out, Str text, const Var *vars, size_t n, Escape escape) {
    for (size_t at = 0; at < text.n;) {
        Str name = text.p[at] == '{' ? hole(text, at) : (Str){NULL, 0};
        if (!name.n) {
            buf_char(out, text.p[at++]);
            continue;
        }
        const Var *v = NULL;
        for (size_t i = 0; i < n && !v; i++)
            if (str_eq(str_c0(vars[i].name), name))
                v = &vars[i];
        if (!v)
            return E_INVALID;
        if (v->raw || escape == ESCAPE_NONE)
            buf_add(out, v->value);
        else if (escape == ESCAPE_URL)
            percent_add(out, v->value);
        else
            json_put_str(out, v->value);
        at += name.n + 2;
    }
    return out->err;
}
