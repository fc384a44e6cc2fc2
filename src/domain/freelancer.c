#include "domain/best.h"
#include "domain/profile_internal.h"
#include "domain/row.h"
#include "domain/skill.h"
#include "store/text.h"

/* ---- on disk ---- */

static const Field education_fields[] = {
    FIELD(1, Education, id, F_I64, "within the profile"), FIELD(2, Education, college, F_STR, "where"),
    FIELD(3, Education, degree, F_STR, "what"),           FIELD(4, Education, start_year, F_I32, "from"),
    FIELD(5, Education, end_year, F_I32, "to"),           FIELD(6, Education, certificate, F_I64, "file"),
};
static const Field experience_fields[] = {
    FIELD(1, Experience, id, F_I64, "within the profile"), FIELD(2, Experience, role, F_STR, "as what"),
    FIELD(3, Experience, company, F_STR, "where"),         FIELD(4, Experience, description, F_STR, "doing what"),
    FIELD(5, Experience, start_date, F_STR, "from"),       FIELD(6, Experience, end_date, F_STR, "to"),
    FIELD(7, Experience, ongoing, F_BOOL, "still"),        FIELD(8, Experience, certificate, F_I64, "file"),
};
static const Field language_fields[] = {
    FIELD(1, Language, id, F_I64, "within the profile"),
    FIELD(2, Language, name, F_STR, "which"),
    FIELD(3, Language, proficiency, F_STR, "how well"),
};
static const Field portfolio_fields[] = {
    FIELD(1, Portfolio, id, F_I64, "within the profile"),
    FIELD(2, Portfolio, title, F_STR, "what"),
    FIELD(3, Portfolio, description, F_STR, "what exactly"),
    FIELD(4, Portfolio, link, F_STR, "where it is"),
    FIELD(5, Portfolio, image, F_I64, "picture"),
};
#define PART(ident, T, name_, doc_, fields_) \
    const Record ident = {.size = sizeof(T), .name = name_, .doc = doc_, .fields = fields_, .field_count = COUNT(fields_)}
PART(EDUCATION, Education, "education", "where somebody learnt", education_fields);
PART(EXPERIENCE, Experience, "experience", "where somebody worked", experience_fields);
PART(LANGUAGE, Language, "language", "a language somebody speaks", language_fields);
PART(PORTFOLIO, Portfolio, "portfolio", "a piece of work to show", portfolio_fields);

static const Field freelancer_fields[] = {
    FIELD(1, Freelancer, user, F_I64, "whose it is"),
    FIELD(2, Freelancer, age, F_I32, "age in years"),
    FIELD(3, Freelancer, country, F_STR, "country"),
    FIELD_RECS(4, Freelancer, educations, &EDUCATION, "where he or she learnt"),
    FIELD_RECS(5, Freelancer, experiences, &EXPERIENCE, "where he or she worked"),
    FIELD_RECS(6, Freelancer, languages, &LANGUAGE, "languages"),
    FIELD_RECS(7, Freelancer, portfolios, &PORTFOLIO, "works to show"),
    FIELD(8, Freelancer, links.github, F_STR, "GitHub"),
    FIELD(9, Freelancer, links.linkedin, F_STR, "LinkedIn"),
    FIELD(10, Freelancer, links.twitter, F_STR, "Twitter"),
    FIELD(11, Freelancer, links.facebook, F_STR, "Facebook"),
    FIELD(12, Freelancer, links.instagram, F_STR, "Instagram"),
    FIELD(13, Freelancer, last_part, F_I64, "last id of a part"),
    FIELD(14, Freelancer, created_ms, F_I64, "made"),
    FIELD(15, Freelancer, updated_ms, F_I64, "last changed"),
};
const Record FREELANCER = {.kind = 26,
                           .size = sizeof(Freelancer),
                           .name = "freelancer",
                           .doc = "a person's profile as a freelancer",
                           .fields = freelancer_fields,
                           .field_count = COUNT(freelancer_fields)};

/* ---- parts ---- */

static Err too_many(Call *c, const char *field) {
    return diag_field(c->diag, E_INVALID, str_c0(field), arena_printf(c->arena, "at most %d entries", PROFILE_ITEMS_MAX));
}

/* What an edit gives of a list. */
typedef struct Given {
    const char *items;
    size_t count;
} Given;

/* One of the four lists of a profile. Rows begin with their ids, items with rows; offsets of 0 are of what a list does not have.
 */
typedef struct Part {
    const Record *sub;
    const char *name, *one; /* in messages */
    int bit;                /* FREELANCER_SET_… */
    size_t list, file;      /* in Freelancer; in a row: the file that goes with it */
    size_t given, stride;   /* in FreelancerEdit; of an item */
    size_t upload, uploads; /* in an item: a new file; in FreelancerEdit: new files that come alone */
} Part;
#define CERTIFIED(NAME, ONE, BIT, SUB, ROW, ITEM) \
    {SUB,                                         \
     #NAME,                                       \
     #ONE,                                        \
     BIT,                                         \
     offsetof(Freelancer, NAME),                  \
     offsetof(ROW, certificate),                  \
     offsetof(FreelancerEdit, NAME),              \
     sizeof(ITEM),                                \
     offsetof(ITEM, certificate),                 \
     offsetof(FreelancerEdit, ONE##_certificates)}
#define PLAIN(NAME, ONE, BIT, SUB, ROW, FILE_AT) \
    {SUB, #NAME, #ONE, BIT, offsetof(Freelancer, NAME), FILE_AT, offsetof(FreelancerEdit, NAME), sizeof(ROW), 0, 0}
static const Part parts[] = {
    CERTIFIED(educations, education, FREELANCER_SET_EDUCATIONS, &EDUCATION, Education, EducationIn),
    CERTIFIED(experiences, experience, FREELANCER_SET_EXPERIENCES, &EXPERIENCE, Experience, ExperienceIn),
    PLAIN(languages, language, FREELANCER_SET_LANGUAGES, &LANGUAGE, Language, 0),
    PLAIN(portfolios, portfolio, FREELANCER_SET_PORTFOLIOS, &PORTFOLIO, Portfolio, offsetof(Portfolio, image)),
};
#define GIVEN_FITS(NAME) \
    _Static_assert(sizeof((FreelancerEdit){0}.NAME) == sizeof(Given) && offsetof(Given, items) == 0, "read as a Given")
GIVEN_FITS(educations);
GIVEN_FITS(experiences);
GIVEN_FITS(languages);
GIVEN_FITS(portfolios);

static Given given_of(const Part *p, const FreelancerEdit *in) {
    Given g;
    memcpy(&g, (const char *)in + p->given, sizeof g);
    return g;
}

static bool find_part(const List *l, const Record *sub, int64_t id, void *row) {
    for (ListIter it = list_iter(l); id > 0 && list_rec(&it, sub, row);)
        if (*(const int64_t *)row == id)
            return true;
    return false;
}

static Err pack(Call *c, const Record *sub, const void *rows, size_t n, List *out) {
    *out = list_of_recs(c->arena, sub, rows, n);
    return n && !out->p ? E_NOMEM : OK;
}

static Err store_file(Call *c, const FileAddIn *upload, int64_t *to) {
    File file;
    Err e = file_add(c, upload, &file);
    *to = e ? 0 : file.id;
    return e;
}

/* All of a list anew. A row keeps its id and its file when it takes the place of one; a file that comes along is stored. */
static Err set_part(Call *c, const Part *p, const FreelancerEdit *in, Freelancer *f) {
    size_t size = p->sub->size;
    Given given = given_of(p, in);
    List *list = (List *)((char *)f + p->list);
    char *rows = arena_array(c->arena, given.count + 1, size), *was = rows + given.count * size;
    Err e = rows ? OK : E_NOMEM;
    for (size_t i = 0; e == OK && i < given.count; i++) {
        const char *item = given.items + i * p->stride;
        char *row = rows + i * size;
        memcpy(row, item, size);
        bool old = find_part(list, p->sub, *(int64_t *)row, was);
        if (!old)
            *(int64_t *)row = ++f->last_part;
        if (!p->file)
            continue;
        int64_t *file = (int64_t *)(row + p->file);
        *file = old ? *(int64_t *)(was + p->file) : 0;
        const FileAddIn *upload = p->upload ? *(const FileAddIn *const *)(item + p->upload) : NULL;
        if (upload)
            e = store_file(c, upload, file);
    }
    return e ? e : pack(c, p->sub, rows, given.count, list);
}

/* Files that come alone are for the rows that stand in their places. */
static Err certify(Call *c, const Part *p, const FileAddIn *const *uploads, Freelancer *f) {
    size_t size = p->sub->size, n = 0, last = 0;
    List *list = (List *)((char *)f + p->list);
    for (size_t i = 0; i < PROFILE_ITEMS_MAX; i++)
        last = uploads[i] ? i + 1 : last;
    if (!last)
        return OK;
    char *rows = arena_array(c->arena, PROFILE_ITEMS_MAX, size);
    if (!rows)
        return E_NOMEM;
    for (ListIter it = list_iter(list); n < PROFILE_ITEMS_MAX && list_rec(&it, p->sub, rows + n * size);)
        n++;
    if (last > n)
        return diag_field(c->diag, E_INVALID, arena_printf(c->arena, "%s_certificate_%zu", p->one, last - 1),
                          S("is for nothing"));
    Err e = OK;
    for (size_t i = 0; e == OK && i < last; i++)
        if (uploads[i])
            e = store_file(c, uploads[i], (int64_t *)(rows + i * size + p->file));
    return e ? e : pack(c, p->sub, rows, n, list);
}

static Err set_parts(Call *c, const FreelancerEdit *in, Freelancer *f) {
    Err e = OK;
    for (size_t i = 0; e == OK && i < COUNT(parts); i++) {
        const Part *p = &parts[i];
        if (HAS(in, p->bit))
            e = set_part(c, p, in, f);
        else if (p->uploads)
            e = certify(c, p, (const FileAddIn *const *)((const char *)in + p->uploads), f);
    }
    return e;
}

static Err check_parts(Call *c, const FreelancerEdit *in) {
    Err e = OK;
    for (size_t i = 0; i < COUNT(parts); i++)
        if (HAS(in, parts[i].bit) && given_of(&parts[i], in).count > PROFILE_ITEMS_MAX)
            e = too_many(c, parts[i].name);
    if (HAS(in, FREELANCER_SET_AGE) && (in->age < 0 || in->age > PROFILE_AGE_MAX))
        e = diag_field(c->diag, E_INVALID, S("age"), S("must be an age in years"));
    for (size_t i = 0; e == OK && HAS(in, FREELANCER_SET_EDUCATIONS) && i < in->educations.count; i++) {
        const Education *p = &in->educations.items[i].part;
        if (p->start_year && p->end_year && p->end_year < p->start_year)
            e = diag_field(c->diag, E_INVALID, arena_printf(c->arena, "educations.%zu.end_year", i),
                           S("must not be before the first year"));
    }
    for (size_t i = 0; e == OK && HAS(in, FREELANCER_SET_EXPERIENCES) && i < in->experiences.count; i++) {
        const Experience *p = &in->experiences.items[i].part;
        if (p->start_date.n && p->end_date.n && str_cmp(p->end_date, p->start_date) < 0)
            e = diag_field(c->diag, E_INVALID, arena_printf(c->arena, "experiences.%zu.end_date", i),
                           S("must not be before the first day"));
    }
    return e;
}

/* ---- making and changing ---- */

enum { SOCIAL_LINKS = sizeof(SocialLinks) / sizeof(Str) };

static Err apply(Call *c, const FreelancerEdit *in, Freelancer *f, User *u) {
    AccountFacts facts = {.first_given = HAS(in, FREELANCER_SET_FIRST_NAME),
                          .last_given = HAS(in, FREELANCER_SET_LAST_NAME),
                          .about_given = HAS(in, FREELANCER_SET_ABOUT),
                          .place_given = HAS(in, FREELANCER_SET_PLACE),
                          .available_given = HAS(in, FREELANCER_SET_AVAILABLE),
                          .first = in->first_name,
                          .last = in->last_name,
                          .about = in->about,
                          .place = in->place,
                          .available = in->available,
                          .skills = HAS(in, FREELANCER_SET_SKILLS) ? &in->skills : NULL,
                          .picture = in->picture};
    Err e = check_parts(c, in);
    if (e == OK)
        e = profile_account(c, &facts, u);
    if (e == OK)
        e = set_parts(c, in, f);
    if (HAS(in, FREELANCER_SET_AGE))
        f->age = in->age;
    if (HAS(in, FREELANCER_SET_COUNTRY))
        f->country = str_trim(in->country);
    const Str *links = &in->links.to.github;
    for (size_t i = 0; HAS(in, FREELANCER_SET_LINKS) && i < SOCIAL_LINKS; i++)
        if (HAS(&in->links, i))
            (&f->links.github)[i] = str_trim(links[i]);
    f->updated_ms = c->now_ms;
    return e;
}

Err freelancer_create(Call *c, const void *input, void *result) {
    FreelancerOut *out = result;
    Freelancer *f = &out->profile;
    Err e = profile_caller(c, ROLE_BIT_DOER, &out->user);
    if (e)
        return e;
    if (out->user.freelancer)
        return profile_exists(c);
    *f = (Freelancer){.user = out->user.id};
    if (out->user.works)
        e = row_load(c, &FREELANCER, out->user.works, f);
    f->created_ms = c->now_ms;
    if (e == OK)
        e = apply(c, input, f, &out->user);
    if (e == OK)
        e = row_save(c, &FREELANCER, f);
    out->user.freelancer = f->id;
    out->user.works = 0;
    return e ? e : rec_put(c->tx, &USER, &out->user);
}

Err freelancer_mine(Call *c, const void *in, void *result) {
    (void)in;
    FreelancerOut *out = result;
    Err e = profile_caller(c, ROLE_BIT_DOER, &out->user);
    if (e)
        return e;
    return out->user.freelancer ? row_load(c, &FREELANCER, out->user.freelancer, &out->profile) : profile_missing(c);
}

Err freelancer_update(Call *c, const void *input, void *result) {
    FreelancerOut *out = result;
    Err e = freelancer_mine(c, NULL, out);
    if (e == OK)
        e = apply(c, input, &out->profile, &out->user);
    return e ? e : rec_put(c->tx, &FREELANCER, &out->profile);
}

Err freelancer_get(Call *c, const void *input, void *result) {
    FreelancerOut *out = result;
    Err e = row_load(c, &FREELANCER, ((const IdIn *)input)->id, &out->profile);
    if (e == OK)
        e = user_load(c, out->profile.user, &out->user);
    bool shown = e == OK && out->user.freelancer == out->profile.id && !(out->user.flags & USER_SUSPENDED);
    return e ? e : shown ? OK : E_MISSING;
}

Str freelancer_title(const Freelancer *f) {
    Experience one, best = {0};
    ListIter it = list_iter(&f->experiences);
    for (bool first = true; list_rec(&it, &EXPERIENCE, &one); first = false) {
        bool later = one.ongoing != best.ongoing ? one.ongoing
                                                 : str_cmp(one.ongoing ? one.start_date : one.end_date,
                                                           best.ongoing ? best.start_date : best.end_date) > 0;
        if (first || later)
            best = one;
    }
    return best.role;
}

/* ---- lists ---- */

enum { SCRATCH_BYTES = 64 * 1024 };

typedef struct Filter {
    Call *c;
    const FreelancerListIn *in;
    Str place, skill; /* folded; "" = any */
    Arena scratch;
    Best *best; /* collecting for another order */
} Filter;

static bool passes(Filter *f, const User *u) {
    const FreelancerListIn *in = f->in;
    if (!u->freelancer || (u->flags & (USER_DELETED | USER_SUSPENDED)))
        return false;
    if (in->available_given && in->available != ((u->flags & USER_AVAILABLE) != 0))
        return false;
    arena_reset(&f->scratch);
    return (!f->place.n || str_eq(text_fold(&f->scratch, u->place), f->place)) &&
           (!f->skill.n || skills_have(&f->scratch, &u->skills, f->skill));
}

static Err add(Filter *f, PageOut *out, int64_t user) {
    FreelancerOut *to = (FreelancerOut *)out->items + out->count;
    Err e = row_load(f->c, &USER, user, &to->user);
    if (e == OK)
        e = row_load(f->c, &FREELANCER, to->user.freelancer, &to->profile);
    out->count += e == OK;
    return e;
}

static bool keep(void *ctx, Tx *tx, int64_t id) {
    Filter *f = ctx;
    User u;
    if (rec_get(tx, &USER, id, &u) || !passes(f, &u))
        return false;
    if (f->best)
        best_add(f->best, u.freelancer, 0, id);
    return true;
}

static Err search(Filter *f, TextQuery *q, PageOut *out) {
    TextHit *hits;
    size_t n;
    q->skip = (int64_t)(out->page - 1) * out->limit;
    q->limit = out->limit;
    q->keep = keep;
    q->ctx = f;
    Err e = text_search(f->c->tx, USER_FREELANCER_TEXT, q, &hits, &n, &out->total);
    for (size_t i = 0; e == OK && i < n; i++)
        e = add(f, out, hits[i].id);
    return e;
}

static Err search_by_age(Filter *f, TextQuery *q, PageOut *out) {
    Best best;
    TextHit *hits;
    size_t n;
    int64_t most;
    Key all = key1(USER_FREELANCERS, 1);
    Err e = index_count(f->c->tx, USER_FREELANCERS, &all, &most);
    if (e == OK)
        e = best_init(&best, f->c->arena, out, most, f->in->ascending);
    if (e)
        return e;
    f->best = &best;
    q->keep = keep;
    q->ctx = f;
    e = text_search(f->c->tx, USER_FREELANCER_TEXT, q, &hits, &n, &out->total);
    best_sort(&best);
    for (size_t i = (size_t)(out->page - 1) * (size_t)out->limit; e == OK && i < best.n; i++)
        e = add(f, out, best.heap[i].id);
    return e;
}

static Err walk(Filter *f, PageOut *out) {
    Tx *tx = f->c->tx;
    const Index *ix = f->skill.n ? USER_BY_SKILL : f->place.n ? USER_BY_PLACE : USER_FREELANCERS;
    bool whole = f->in->available_given || (f->skill.n && f->place.n); /* the record must be looked at */
    int64_t id, skip = (int64_t)(out->page - 1) * out->limit;
    Scan *scan;
    User u;
    Key prefix = key_of(ix);
    if (ix == USER_FREELANCERS)
        key_i64(&prefix, 1);
    else
        key_str(&prefix, f->skill.n ? f->skill : f->place);
    Err e = whole ? OK : index_count(tx, ix, &prefix, &out->total);
    if (e == OK)
        e = scan_open(tx, ix, (ScanRange){.prefix = &prefix, .descending = !f->in->ascending}, &scan);
    if (e)
        return e;
    if (!whole)
        scan_skip(scan, skip);
    while (e == OK && (whole || (int64_t)out->count < out->limit) && scan_next(scan, &id)) {
        if (whole && (rec_get(tx, &USER, id, &u) || !passes(f, &u)))
            continue;
        if (!whole || (out->total++ >= skip && (int64_t)out->count < out->limit))
            e = add(f, out, id);
    }
    scan_close(scan);
    return e ? e : tx_err(tx);
}

Err freelancer_list(Call *c, const void *input, void *result) {
    const FreelancerListIn *in = input;
    PageOut *out = result;
    Filter f = {.c = c, .in = in, .place = text_fold(c->arena, in->place)};
    if (str_trim(in->skill).n)
        f.skill = skill_key(c->arena, in->skill);
    *out = page_out(in->page);
    out->items = ARENA_ARRAY(c->arena, (size_t)out->limit, FreelancerOut);
    if (!out->items)
        return E_NOMEM;
    arena_init(&f.scratch, SCRATCH_BYTES);
    TextQuery q = {.words = str_trim(in->search)};
    Err e = !q.words.n ? walk(&f, out) : in->by_age ? search_by_age(&f, &q, out) : search(&f, &q, out);
    arena_free(&f.scratch);
    return e;
}
