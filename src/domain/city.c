#include "domain/city.h"

#include "domain/audit.h"
#include "domain/row.h"
#include "store/text.h"

extern const unsigned char data_domain_cities_txt[];
extern const unsigned data_domain_cities_txt_size;

static Err one_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)row, (void)strs;
    *i64s = ARENA_ARRAY(a, 1, int64_t);
    if (!*i64s)
        return E_NOMEM;
    **i64s = 1;
    *n = 1;
    return OK;
}

static const Field city_fields[] = {
    FIELD(1, City, name, F_STR, "its name"),
    FIELD(2, City, key, F_STR, "folded name"),
    FIELD(3, City, created_ms, F_I64, "added"),
};
// clang-format off
static const Index city_indexes[] = {
    {.id = 211, .kind = IX_UNIQUE, .part_count = 1, .name = "city_key", .doc = "by name", .parts = {{.tag = 2}}},
    {.id = 212, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "city_all", .doc = "by age", .parts = {{.type = F_I64, .of = one_part}}},
};
// clang-format on
const Record CITY = {.kind = 28,
                     .size = sizeof(City),
                     .name = "city",
                     .doc = "a city that an admin added",
                     .fields = city_fields,
                     .field_count = COUNT(city_fields),
                     .indexes = city_indexes,
                     .index_count = COUNT(city_indexes)};
static const Index *const ALL = &city_indexes[1];

/* ---- finding ---- */

static char low(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c == '-' ? ' ' : c; }

static bool equal_at(Str s, size_t at, Str small) {
    for (size_t i = 0; i < small.n; i++)
        if (low(s.p[at + i]) != small.p[i])
            return false;
    return true;
}

/* 0: not in it, 1: somewhere, 2: in front. `small` is folded. */
static int match(Str name, Str small) {
    for (size_t at = 0; at + small.n <= name.n; at++)
        if (equal_at(name, at, small))
            return at ? 1 : 2;
    return 0;
}

typedef struct Matches {
    Str front[CITY_MATCHES_MAX], inside[CITY_MATCHES_MAX];
    size_t fronts, insides;
} Matches;

static void add(Matches *m, Str name, int how) {
    if (how == 2 && m->fronts < CITY_MATCHES_MAX)
        m->front[m->fronts++] = name;
    else if (how == 1 && m->insides < CITY_MATCHES_MAX)
        m->inside[m->insides++] = name;
}

static Str built_in(void) { return str_of(data_domain_cities_txt, data_domain_cities_txt_size); }

static Err find_added(Call *c, Str q, Matches *m) {
    City city;
    Scan *scan;
    Key all = key1(ALL, 1);
    Err e = scan_open(c->tx, ALL, (ScanRange){.prefix = &all}, &scan);
    while (e == OK && m->fronts < CITY_MATCHES_MAX && scan_next_rec(scan, &CITY, &city))
        add(m, city.name, match(city.key, q));
    if (e == OK)
        scan_close(scan);
    return e;
}

Err city_find(Call *c, const void *input, void *result) {
    PageOut *out = result;
    Matches *m = ARENA_NEW(c->arena, Matches);
    Str *names = ARENA_ARRAY(c->arena, CITY_MATCHES_MAX, Str), q = text_fold(c->arena, ((const CityFindIn *)input)->q), line;
    *out = (PageOut){.items = names, .page = 1, .limit = CITY_MATCHES_MAX};
    if (!m || !names)
        return E_NOMEM;
    if (!q.n)
        return OK;
    Err e = find_added(c, q, m);
    for (Str rest = built_in(); e == OK && m->fronts < CITY_MATCHES_MAX && str_split(&rest, '\n', &line);)
        if (line.n && line.p[0] != '#')
            add(m, line, match(line, q));
    for (size_t i = 0; i < m->fronts && out->count < CITY_MATCHES_MAX; i++)
        names[out->count++] = m->front[i];
    for (size_t i = 0; i < m->insides && out->count < CITY_MATCHES_MAX; i++)
        names[out->count++] = m->inside[i];
    out->total = (int64_t)out->count;
    return e;
}

/* ---- adding ---- */

static bool is_built_in(Str key) {
    Str line;
    for (Str rest = built_in(); str_split(&rest, '\n', &line);)
        if (line.n == key.n && match(line, key) == 2)
            return true;
    return false;
}

static Err known(Call *c) { return diag_fail(c->diag, E_CONFLICT, "CITY_KNOWN", S("this city is known already")); }

Err city_add(Call *c, const void *input, void *result) {
    City *city = result;
    int64_t n;
    Err e = call_admin(c);
    if (e)
        return e;
    Key all = key1(ALL, 1);
    *city = (City){.name = str_trim(((const CityAddIn *)input)->name), .created_ms = c->now_ms};
    city->key = text_fold(c->arena, city->name);
    if (!city->key.n || str_utf8_len(city->name) > CITY_NAME_MAX)
        return diag_field(c->diag, E_INVALID, S("name"), arena_printf(c->arena, "must have 1 to %d characters", CITY_NAME_MAX));
    if (is_built_in(city->key))
        return known(c);
    e = index_count(c->tx, ALL, &all, &n);
    if (e == OK && n >= CITIES_ADDED_MAX)
        return diag_fail(c->diag, E_LIMIT, "LIMIT_EXCEEDED", S("too many cities were added"));
    if (e == OK)
        e = rec_insert(c->tx, &CITY, city);
    if (e == E_CONFLICT)
        return known(c);
    return e ? e : audit_add(c, S("city.add"), S("city"), city->id, city->name);
}

Err city_list(Call *c, const void *in, void *out) {
    (void)in;
    Err e = call_admin(c);
    Key all = key1(ALL, 1);
    return e ? e : row_page(c, &CITY, ALL, &all, (PageIn){.page = 1, .limit = LIST_WHOLE}, out);
}

Err city_delete(Call *c, const void *input, void *out) {
    (void)out;
    City city;
    Err e = call_admin(c);
    if (e == OK)
        e = row_load(c, &CITY, ((const IdIn *)input)->id, &city);
    if (e == OK)
        e = rec_delete(c->tx, &CITY, city.id);
    return e ? e : audit_add(c, S("city.delete"), S("city"), city.id, city.name);
}
