#include <assert.h>
#include <stdlib.h>

#include "domain/best.h"
#include "domain/ledger.h"
#include "domain/profile_internal.h"
#include "domain/row.h"
#include "store/text.h"

/* ---- on disk ---- */

static Err folded(Arena *a, Str text, size_t *n, Str **strs) {
    *strs = ARENA_ARRAY(a, 1, Str);
    if (!*strs)
        return E_NOMEM;
    **strs = text_fold(a, text);
    *n = 1;
    return OK;
}
static Err country_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)i64s;
    return folded(a, ((const Client *)row)->country, n, strs);
}
static Err industry_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)i64s;
    return folded(a, ((const Client *)row)->industry, n, strs);
}
static Err company_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)i64s;
    return folded(a, ((const Client *)row)->company_name, n, strs);
}
static Err one_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)row, (void)strs;
    *i64s = ARENA_ARRAY(a, 1, int64_t);
    if (!*i64s)
        return E_NOMEM;
    **i64s = 1;
    *n = 1;
    return OK;
}

static const Field client_fields[] = {
    FIELD(1, Client, user, F_I64, "whose it is"),
    FIELD(2, Client, account_type, F_I32, "individual, business"),
    FIELD(3, Client, company_name, F_STR, "name of the company"),
    FIELD(4, Client, company_description, F_STR, "what it does"),
    FIELD(5, Client, country, F_STR, "country"),
    FIELD(6, Client, industry, F_STR, "line of business"),
    FIELD(7, Client, company_size, F_STR, "how many people"),
    FIELD(8, Client, website, F_STR, "on the web"),
    FIELD(9, Client, project_types, F_STR, "kinds of projects"),
    FIELD(10, Client, budget_range, F_STR, "usual budgets"),
    FIELD(11, Client, project_frequency, F_STR, "how often"),
    FIELD(12, Client, preferred_communications, F_STR, "how to talk"),
    FIELD(13, Client, working_hours, F_STR, "when"),
    FIELD(14, Client, business_goals, F_STR, "what it wants to reach"),
    FIELD(15, Client, current_challenges, F_STR, "what is in the way"),
    FIELD(16, Client, previous_experiences, F_STR, "what was before"),
    FIELD(17, Client, expected_timeline, F_STR, "usual time"),
    FIELD(18, Client, quality_importance, F_STR, "how much quality counts"),
    FIELD(19, Client, payment_method, F_STR, "how it pays"),
    FIELD(20, Client, payment_timing, F_STR, "when it pays"),
    FIELD(21, Client, monthly_budget, F_I64, "a month, minor units"),
    FIELD(22, Client, project_budget, F_I64, "a project, minor units"),
    FIELD(23, Client, person, F_STR, "name and place, for searching"),
    FIELD(24, Client, created_ms, F_I64, "made"),
    FIELD(25, Client, updated_ms, F_I64, "last changed"),
};
// clang-format off
static const Index client_indexes[] = {
    {.id = 206, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "client_all", .doc = "by age", .parts = {{.type = F_I64, .of = one_part}}},
    {.id = 207, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "client_country", .doc = "of a country", .parts = {{.type = F_STR, .of = country_part}}},
    {.id = 208, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "client_industry", .doc = "of an industry", .parts = {{.type = F_STR, .of = industry_part}}},
    {.id = 209, .kind = IX_ORDERED, .part_count = 2, .counted = 1, .name = "client_company", .doc = "by name", .parts = {{.type = F_I64, .of = one_part}, {.type = F_STR, .of = company_part}}},
    {.id = 210, .kind = IX_TEXT, .name = "client_text", .doc = "words of clients",
     .text = {{.tag = 3, .weight = 4}, {.tag = 23, .weight = 4}, {.tag = 6, .weight = 2}, {.tag = 4, .weight = 1}}},
};
// clang-format on
const Record CLIENT = {.kind = 27,
                       .size = sizeof(Client),
                       .name = "client",
                       .doc = "a person's profile as a client",
                       .fields = client_fields,
                       .field_count = COUNT(client_fields),
                       .indexes = client_indexes,
                       .index_count = COUNT(client_indexes)};
static const Index *const BY_AGE = &client_indexes[0], *const BY_COUNTRY = &client_indexes[1],
                          *const BY_INDUSTRY = &client_indexes[2], *const BY_COMPANY = &client_indexes[3],
                          *const TEXT = &client_indexes[4];

/* ---- making and changing ---- */

static_assert(offsetof(Client, payment_timing) == offsetof(Client, company_name) + (CLIENT_TEXTS - 1) * sizeof(Str),
              "the texts of a Client lie in a row");

static Str person_words(Arena *a, const User *u) { return arena_printf(a, "%.*s %.*s", STR_ARG(u->name), STR_ARG(u->place)); }

static Err apply(Call *c, const ClientEdit *in, Client *p, User *u) {
    AccountFacts facts = {.first_given = HAS(in, CLIENT_SET_FIRST_NAME),
                          .last_given = HAS(in, CLIENT_SET_LAST_NAME),
                          .place_given = HAS(in, CLIENT_SET_PLACE),
                          .first = in->first_name,
                          .last = in->last_name,
                          .place = in->place,
                          .picture = in->picture};
    Str *texts = &p->company_name;
    for (size_t i = 0; i < CLIENT_TEXTS; i++)
        if (HAS(in, CLIENT_SET_TEXT + i))
            texts[i] = str_trim(in->text[i]);
    if (HAS(in, CLIENT_SET_ACCOUNT_TYPE))
        p->account_type = in->account_type;
    if (HAS(in, CLIENT_SET_MONTHLY_BUDGET))
        p->monthly_budget = in->monthly_budget;
    if (HAS(in, CLIENT_SET_PROJECT_BUDGET))
        p->project_budget = in->project_budget;
    if (p->account_type == CLIENT_BUSINESS && !p->company_name.n)
        return diag_field(c->diag, E_INVALID, S("company_name"), S("Company name is required for business accounts."));
    if (p->monthly_budget < 0 || p->monthly_budget > MONEY_MAX)
        return diag_field(c->diag, E_INVALID, S("monthly_budget"), S("must be an amount"));
    if (p->project_budget < 0 || p->project_budget > MONEY_MAX)
        return diag_field(c->diag, E_INVALID, S("project_budget"), S("must be an amount"));
    Err e = profile_account(c, &facts, u);
    p->person = person_words(c->arena, u);
    p->updated_ms = c->now_ms;
    return e ? e : p->person.p ? OK : E_NOMEM;
}

Err client_create(Call *c, const void *input, void *result) {
    ClientOut *out = result;
    Client *p = &out->profile;
    Err e = profile_caller(c, ROLE_BIT_CLIENT, &out->user);
    if (e)
        return e;
    if (out->user.client_profile)
        return profile_exists(c);
    *p = (Client){.user = out->user.id, .account_type = CLIENT_INDIVIDUAL, .created_ms = c->now_ms};
    e = apply(c, input, p, &out->user);
    if (e == OK)
        e = rec_insert(c->tx, &CLIENT, p);
    out->user.client_profile = p->id;
    return e ? e : rec_put(c->tx, &USER, &out->user);
}

Err client_mine(Call *c, const void *in, void *result) {
    (void)in;
    ClientOut *out = result;
    Err e = profile_caller(c, ROLE_BIT_CLIENT, &out->user);
    if (e)
        return e;
    return out->user.client_profile ? row_load(c, &CLIENT, out->user.client_profile, &out->profile) : profile_missing(c);
}

Err client_update(Call *c, const void *input, void *result) {
    ClientOut *out = result;
    Err e = client_mine(c, NULL, out);
    if (e == OK)
        e = apply(c, input, &out->profile, &out->user);
    return e ? e : rec_put(c->tx, &CLIENT, &out->profile);
}

Err client_get(Call *c, const void *input, void *result) {
    ClientOut *out = result;
    Err e = row_load(c, &CLIENT, ((const IdIn *)input)->id, &out->profile);
    if (e == OK)
        e = user_load(c, out->profile.user, &out->user);
    return e == OK && (out->user.flags & USER_SUSPENDED) ? E_MISSING : e;
}

Err profile_follow(Call *c, const User *u) {
    Client p;
    if (!u->client_profile)
        return OK;
    Err e = row_load(c, &CLIENT, u->client_profile, &p);
    if (e)
        return e == E_MISSING ? OK : e;
    Str words = person_words(c->arena, u);
    if (!words.p || str_eq(words, p.person))
        return words.p ? OK : E_NOMEM;
    p.person = words;
    return rec_put(c->tx, &CLIENT, &p);
}

/* ---- lists ---- */

enum { SCRATCH_BYTES = 64 * 1024 };

typedef struct Filter {
    Call *c;
    const ClientListIn *in;
    Str country, place, industry; /* folded; "" = any */
    Arena scratch;
    /* collecting for another order */
    Best *best;
    int64_t *found; /* all ids, for the order of names */
    size_t found_n, found_max;
} Filter;

static bool load(Tx *tx, int64_t id, ClientOut *row) {
    return !rec_get(tx, &CLIENT, id, &row->profile) && !rec_get(tx, &USER, row->profile.user, &row->user);
}

static bool passes(Filter *f, const ClientOut *row) {
    if (row->user.flags & (USER_DELETED | USER_SUSPENDED))
        return false;
    arena_reset(&f->scratch);
    return (!f->country.n || str_eq(text_fold(&f->scratch, row->profile.country), f->country)) &&
           (!f->place.n || str_eq(text_fold(&f->scratch, row->user.place), f->place)) &&
           (!f->industry.n || str_eq(text_fold(&f->scratch, row->profile.industry), f->industry));
}

static Err add(Filter *f, PageOut *out, int64_t id) {
    ClientOut *to = (ClientOut *)out->items + out->count;
    Err e = row_load(f->c, &CLIENT, id, &to->profile);
    if (e == OK)
        e = row_load(f->c, &USER, to->profile.user, &to->user);
    out->count += e == OK;
    return e;
}

static bool keep(void *ctx, Tx *tx, int64_t id) {
    Filter *f = ctx;
    ClientOut row;
    if (!load(tx, id, &row) || !passes(f, &row))
        return false;
    if (f->best)
        best_add(f->best, id, 0, id);
    if (f->found && f->found_n < f->found_max)
        f->found[f->found_n++] = id;
    return true;
}

static Err search(Filter *f, TextQuery *q, PageOut *out) {
    TextHit *hits;
    size_t n;
    q->skip = (int64_t)(out->page - 1) * out->limit;
    q->limit = out->limit;
    q->keep = keep;
    q->ctx = f;
    Err e = text_search(f->c->tx, TEXT, q, &hits, &n, &out->total);
    for (size_t i = 0; e == OK && i < n; i++)
        e = add(f, out, hits[i].id);
    return e;
}

static int compare(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Names are text, which no heap here sorts: their index is walked, and what the words were found in is taken. */
static Err by_name(Filter *f, PageOut *out) {
    int64_t id, skip = (int64_t)(out->page - 1) * out->limit;
    Scan *scan;
    Key prefix = key1(BY_COMPANY, 1);
    qsort(f->found, f->found_n, sizeof *f->found, compare);
    Err e = scan_open(f->c->tx, BY_COMPANY, (ScanRange){.prefix = &prefix, .descending = !f->in->ascending}, &scan);
    if (e)
        return e;
    while (e == OK && (int64_t)out->count < out->limit && scan_next(scan, &id))
        if (bsearch(&id, f->found, f->found_n, sizeof id, compare) && skip-- <= 0)
            e = add(f, out, id);
    scan_close(scan);
    return e;
}

static Err search_sorted(Filter *f, TextQuery *q, PageOut *out) {
    Best best = {0};
    TextHit *hits;
    size_t n;
    int64_t most;
    bool name = f->in->sort == CLIENT_SORT_COMPANY;
    Key all = key1(BY_AGE, 1);
    Err e = index_count(f->c->tx, BY_AGE, &all, &most);
    if (e == OK && !name)
        e = best_init(f->best = &best, f->c->arena, out, most, f->in->ascending);
    if (e == OK && name) {
        f->found_max = (size_t)most;
        f->found = ARENA_ARRAY(f->c->arena, f->found_max, int64_t);
        e = f->found ? OK : E_NOMEM;
    }
    if (e)
        return e;
    q->keep = keep;
    q->ctx = f;
    e = text_search(f->c->tx, TEXT, q, &hits, &n, &out->total);
    if (e || name)
        return e ? e : by_name(f, out);
    best_sort(&best);
    for (size_t i = (size_t)(out->page - 1) * (size_t)out->limit; e == OK && i < best.n; i++)
        e = add(f, out, best.heap[i].id);
    return e;
}

static Err walk(Filter *f, PageOut *out) {
    Tx *tx = f->c->tx;
    const Index *ix = f->in->sort == CLIENT_SORT_COMPANY ? BY_COMPANY
                      : f->country.n                     ? BY_COUNTRY
                      : f->industry.n                    ? BY_INDUSTRY
                                                         : BY_AGE;
    int64_t id, skip = (int64_t)(out->page - 1) * out->limit;
    Scan *scan;
    ClientOut row;
    Key prefix = key_of(ix);
    if (ix == BY_COMPANY || ix == BY_AGE)
        key_i64(&prefix, 1);
    else
        key_str(&prefix, ix == BY_COUNTRY ? f->country : f->industry);
    Err e = scan_open(tx, ix, (ScanRange){.prefix = &prefix, .descending = !f->in->ascending}, &scan);
    while (e == OK && scan_next(scan, &id))
        if (load(tx, id, &row) && passes(f, &row) && out->total++ >= skip && (int64_t)out->count < out->limit)
            e = add(f, out, id);
    if (e == OK)
        scan_close(scan);
    return e ? e : tx_err(tx);
}

Err client_list(Call *c, const void *input, void *result) {
    const ClientListIn *in = input;
    PageOut *out = result;
    Filter f = {.c = c,
                .in = in,
                .country = text_fold(c->arena, in->country),
                .place = text_fold(c->arena, in->place),
                .industry = text_fold(c->arena, in->industry)};
    *out = page_out(in->page);
    out->items = ARENA_ARRAY(c->arena, (size_t)out->limit, ClientOut);
    if (!out->items)
        return E_NOMEM;
    arena_init(&f.scratch, SCRATCH_BYTES);
    TextQuery q = {.words = str_trim(in->search)};
    Err e = !q.words.n ? walk(&f, out) : in->sorted ? search_sorted(&f, &q, out) : search(&f, &q, out);
    arena_free(&f.scratch);
    return e;
}
