#include "domain/skill.h"

#include "domain/row.h"
#include "store/text.h"

static const Field skill_fields[] = {
    FIELD(1, Skill, key, F_STR, "folded name"),
    FIELD(2, Skill, name, F_STR, "as it was written first"),
    FIELD(3, Skill, created_ms, F_I64, "first named"),
};
static const Index skill_indexes[] = {
    {.id = 114, .kind = IX_UNIQUE, .part_count = 1, .name = "skill_key", .doc = "by name", .parts = {{.tag = 1}}},
};
const Record SKILL = {.kind = 25,
                      .size = sizeof(Skill),
                      .name = "skill",
                      .doc = "what people can do",
                      .fields = skill_fields,
                      .field_count = COUNT(skill_fields),
                      .indexes = skill_indexes,
                      .index_count = COUNT(skill_indexes)};
const Index *const SKILL_BY_KEY = &skill_indexes[0];

/* Folding leaves letters and digits; these tell C, C++ and C# apart. */
static bool telling(char c) { return c == '+' || c == '#'; }

Str skill_key(Arena *a, Str name) {
    Str folded = text_fold(a, name);
    size_t signs = 0;
    if (!folded.n)
        return arena_str(a, str_trim(name));
    for (size_t i = 0; i < name.n; i++)
        signs += telling(name.p[i]);
    char *key = signs ? arena_raw(a, folded.n + signs) : NULL;
    if (!signs || !key)
        return signs ? (Str){NULL, 0} : folded;
    memcpy(key, folded.p, folded.n);
    size_t n = folded.n;
    for (size_t i = 0; i < name.n; i++)
        if (telling(name.p[i]))
            key[n++] = name.p[i];
    return str_of(key, n);
}

Err skill_keys(Arena *a, const List *skills, size_t *n, Str **strs) {
    Str name;
    *n = 0;
    *strs = ARENA_ARRAY(a, skills->count, Str);
    if (!*strs)
        return E_NOMEM;
    for (ListIter it = list_iter(skills); list_str(&it, &name) && *n < skills->count; ++*n)
        if (!((*strs)[*n] = skill_key(a, name)).n)
            return E_NOMEM;
    return OK;
}

bool skills_have(Arena *a, const List *skills, Str key) {
    Str name;
    for (ListIter it = list_iter(skills); list_str(&it, &name);)
        if (str_eq(skill_key(a, name), key))
            return true;
    return false;
}

Err skills_in(Call *c, const List *given, size_t max, List *out) {
    Str name, *kept = ARENA_ARRAY(c->arena, max, Str), *keys = ARENA_ARRAY(c->arena, max, Str);
    size_t n = 0;
    if (!kept || !keys)
        return E_NOMEM;
    for (ListIter it = list_iter(given); list_str(&it, &name);) {
        name = str_trim(name);
        Str key = skill_key(c->arena, name);
        bool twice = false;
        for (size_t i = 0; i < n && !twice; i++)
            twice = str_eq(keys[i], key);
        if (twice)
            continue;
        if (n == max || name.n == 0 || str_utf8_len(name) > SKILL_NAME_MAX)
            return diag_field(c->diag, E_INVALID, S("skills"),
                              arena_printf(c->arena, "at most %zu skills of 1 to %d characters", max, SKILL_NAME_MAX));
        keys[n] = key;
        kept[n++] = name;
    }
    *out = list_of_strs(c->arena, kept, n);
    return n && !out->p ? E_NOMEM : OK;
}

static Err find(Tx *tx, Str key, int64_t *id) {
    Key k = key_of(SKILL_BY_KEY);
    key_str(&k, key);
    return index_find(tx, SKILL_BY_KEY, &k, id);
}

Err skills_register(Call *c, const List *skills) {
    Str name;
    Err e = OK;
    for (ListIter it = list_iter(skills); e == OK && list_str(&it, &name);) {
        Skill s = {.key = skill_key(c->arena, name), .name = name, .created_ms = c->now_ms};
        int64_t id;
        e = s.key.n ? find(c->tx, s.key, &id) : E_NOMEM;
        if (e == E_MISSING)
            e = rec_insert(c->tx, &SKILL, &s);
    }
    return e;
}

int64_t skill_find(Tx *tx, Arena *a, Str name) {
    int64_t id;
    return find(tx, skill_key(a, name), &id) == OK ? id : 0;
}
