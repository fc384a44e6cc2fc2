/* Single values between memory and wire: ids, words. */
#include "contract/render.h"

Str words_of(const Words *w, int32_t value) {
    for (size_t i = 0; i < w->count; i++)
        if (w->rows[i].value == value)
            return w->rows[i].word;
    return (Str){NULL, 0};
}

bool words_value(const Words *w, Str word, int32_t *value) {
    for (size_t i = 0; i < w->count; i++)
        if (w->any_case ? str_eq_nocase(w->rows[i].word, word) : str_eq(w->rows[i].word, word)) {
            *value = w->rows[i].value;
            return true;
        }
    return false;
}

Str id_text(const IdMap *m, Arena *a, uint8_t form, uint8_t kind, int64_t id) {
    if (form == ID_INTEGER)
        return arena_printf(a, "%lld", (long long)id);
    size_t n = form == ID_HEX24 ? IDMAP_HEX_CHARS : IDMAP_UUID_CHARS;
    char *p = arena_raw(a, n);
    if (!p)
        return (Str){NULL, 0};
    if (form == ID_HEX24)
        idmap_hex(m, kind, id, p);
    else
        idmap_uuid(m, kind, id, p);
    return str_of(p, n);
}

bool id_parse(const IdMap *m, uint8_t form, uint8_t kind, Str text, int64_t *id) {
    switch (form) {
    case ID_INTEGER: return str_i64(text, id) && *id > 0;
    case ID_HEX24: return idmap_hex_id(m, kind, text, id) && *id > 0;
    case ID_ANY:
        return id_parse(m, ID_UUID, kind, text, id) || id_parse(m, ID_HEX24, kind, text, id) ||
               id_parse(m, ID_INTEGER, kind, text, id);
    default: return idmap_uuid_id(m, kind, text, id) && *id > 0;
    }
}
