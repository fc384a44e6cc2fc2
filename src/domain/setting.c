#include "domain/setting.h"

#include "domain/audit.h"
#include "domain/row.h"

enum { NAME_BYTES_MAX = 100, DETAIL_BYTES_MAX = 1000 };

static Str name_of(char *to, size_t cap, Str key) {
    Buf b = buf_fixed(to, cap);
    buf_lit(&b, "setting.");
    buf_add(&b, key);
    return b.err ? (Str){NULL, 0} : buf_str(&b);
}

Err settings_keep(Call *c, const SettingChange *rows, size_t n) {
    Err e = call_admin(c);
    for (size_t i = 0; e == OK && i < n; i++) {
        char mem[NAME_BYTES_MAX];
        Str name = name_of(mem, sizeof mem, rows[i].key);
        /* A sign in front tells an empty value from none. */
        Str kept = rows[i].clear ? S("") : arena_printf(c->arena, "=%.*s", STR_ARG(rows[i].value));
        Buf detail = buf_arena(c->arena, DETAIL_BYTES_MAX);
        buf_printf(&detail, "%.*s: %.*s -> ", STR_ARG(rows[i].key), STR_ARG(rows[i].before));
        if (rows[i].clear)
            buf_lit(&detail, "(as configured)");
        else
            buf_add(&detail, rows[i].value);
        e = !name.p ? E_INVALID : detail.err;
        if (e == OK)
            e = meta_put(c->tx, name, kept);
        if (e == OK)
            e = audit_add(c, S("setting.change"), S("setting"), 0, buf_str(&detail));
    }
    return e;
}

Err setting_kept(Tx *tx, Str key, Str *value) {
    char mem[NAME_BYTES_MAX];
    Str name = name_of(mem, sizeof mem, key);
    Err e = name.p ? meta_get(tx, name, value) : E_MISSING;
    if (e == OK && (!value->n || value->p[0] != '='))
        e = E_MISSING;
    if (e == OK)
        *value = str_from(*value, 1);
    return e;
}
