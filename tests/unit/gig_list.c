/* Lists of gigs against brute force: random gigs, random questions, every filter, sort and page. */
#include <stdlib.h>

#include "codec/iso8601.h"
#include "money_kit.h"
#include "store/text.h"

enum { GIGS = 400, QUESTIONS = 1500 };

static Gig all[GIGS];
static const char *const skill_names[] = {"Photoshop", "photoshop", "C", "Écriture", "video editing", "excel"};
static const char *const category_names[] = {"design", "programming", "writing", "data"};

static Str skill(size_t i) { return str_c0(skill_names[i]); }

static void make(size_t i) {
    Str skills[3];
    size_t n = kit_below(4);
    for (size_t k = 0; k < n; k++)
        skills[k] = skill(kit_below(COUNT(skill_names)));
    int64_t min = 100 * (1 + (int64_t)kit_below(20)), max = min + 100 * (int64_t)kit_below(20);
    GigEdit in = {.has = 1u << GIG_SET_TITLE | 1u << GIG_SET_DESCRIPTION | 1u << GIG_SET_CATEGORY | 1u << GIG_SET_SKILLS | 1u << GIG_SET_BUDGET_MIN |
                         1u << GIG_SET_BUDGET_MAX | 1u << GIG_SET_DEADLINE,
                  .title = S("Something to do"),
                  .description = S("It should be done."),
                  .category = str_c0(category_names[kit_below(COUNT(category_names))]),
                  .skills = list_of_strs(&kit_arena, skills, n),
                  .budget_min = min,
                  .budget_max = max,
                  .deadline_ms = kit_below(3) ? now + 1 + (int64_t)kit_below(40) * MS_DAY / 2 : 0};
    MUST(RUN(gig_post, user(1 + (int64_t)kit_below(6)), &in, &all[i]) == OK);
    now += (int64_t)kit_below(3) * 1000; /* some at the same instant */
}


static Err op_boost(Call *c, const void *in, void *out) {
    (void)out;
    return gig_set_boost(c, *(const int64_t *)in, c->now_ms + MS_DAY);
}

static Err op_reload(Call *c, const void *in, void *out) { return row_load(c, &GIG, *(const int64_t *)in, out); }

static void shuffle_states(void) {
    int64_t none = 0;
    for (size_t i = 0; i < GIGS; i++) {
        Gig g;
        if (kit_below(10) == 0)
            MUST(RUN(gig_close, user(all[i].client), &(IdIn){all[i].id}, &g) == OK);
        else if (kit_below(8) == 0)
            MUST(RUN(op_boost, box, &all[i].id, &none) == OK);
        for (uint64_t k = kit_below(4); k > 0 && kit_below(2); k--)
            kit_apply(all[i].id, 7 + (int64_t)k, 0);
        int64_t id = all[i].id;
        MUST(RUN(op_reload, box, &id, &all[i]) == OK);
    }
}

/* ---- brute force ---- */

static const GigListIn *asked;

static int64_t category_id(Str slug) {
    static const char *const order[] = {"design", "marketing", "writing", "video", "music", "programming", "data", "business", "lifestyle"};
    for (size_t i = 0; i < COUNT(order); i++)
        if (str_eq(str_c0(order[i]), slug))
            return (int64_t)i + 1;
    return -1;
}

static bool wanted(const Gig *g) {
    Str want, has;
    static const Period periods[] = {[DEADLINE_TODAY] = PERIOD_DAY, [DEADLINE_THIS_WEEK] = PERIOD_WEEK, [DEADLINE_THIS_MONTH] = PERIOD_MONTH};
    if (g->status != (asked->status ? asked->status : GIG_OPEN) || (asked->category.n && g->category != category_id(asked->category)))
        return false;
    if ((asked->budget_min && g->budget_max < asked->budget_min) || (asked->budget_max && g->budget_min > asked->budget_max))
        return false;
    if (asked->deadline == DEADLINE_OVERDUE && (g->deadline_ms == 0 || g->deadline_ms >= now))
        return false;
    if (asked->deadline && asked->deadline != DEADLINE_OVERDUE &&
        (g->deadline_ms < now || g->deadline_ms >= period_start(periods[asked->deadline], now, 330, 1)))
        return false;
    for (ListIter w = list_iter(&asked->skills); list_str(&w, &want);) {
        bool found = false;
        for (ListIter h = list_iter(&g->skills); list_str(&h, &has);)
            found |= str_eq(text_fold(&kit_arena, want), text_fold(&kit_arena, has));
        if (!found)
            return false;
    }
    return true;
}

static int64_t value(const Gig *g) {
    switch (asked->sort) {
    case SORT_DEADLINE: return g->deadline_ms;
    case SORT_BUDGET_MIN: return g->budget_min;
    case SORT_BUDGET_MAX: return g->budget_max;
    case SORT_APPLICATIONS: return g->applications_count;
    default: return g->created_ms;
    }
}

static int better(const void *x, const void *y) {
    const Gig *a = *(const Gig *const *)x, *b = *(const Gig *const *)y;
    int64_t va = value(a), vb = value(b);
    if (va != vb)
        return (va < vb) == asked->ascending ? -1 : 1;
    if (!a->boosted_until_ms != !b->boosted_until_ms)
        return a->boosted_until_ms ? -1 : 1;
    return (a->id < b->id) == asked->ascending ? -1 : 1;
}

static bool answer_is_right(const GigListIn *in) {
    const Gig *right[GIGS];
    size_t n = 0;
    PageOut out;
    asked = in;
    for (size_t i = 0; i < GIGS; i++)
        if (wanted(&all[i]))
            right[n++] = &all[i];
    qsort(right, n, sizeof *right, better);
    if (READ(gig_list, (Actor){0}, in, &out) != OK || out.total != (int64_t)n)
        return false;
    size_t skip = (size_t)(in->page.page - 1) * (size_t)in->page.limit, expect = skip < n ? n - skip : 0;
    if (expect > (size_t)in->page.limit)
        expect = (size_t)in->page.limit;
    bool same = out.count == expect;
    for (size_t i = 0; same && i < expect; i++)
        same = ((const Gig *)out.items)[i].id == right[skip + i]->id;
    return same;
}

int main(void) {
    kit_world(12);
    for (size_t i = 0; i < GIGS; i++)
        make(i);
    shuffle_states();
    now += 3 * MS_DAY;
    int wrong = 0;
    for (int q = 0; q < QUESTIONS; q++) {
        Str skills[2];
        size_t n = kit_below(4) ? 0 : 1 + kit_below(2);
        for (size_t i = 0; i < n; i++)
            skills[i] = skill(kit_below(COUNT(skill_names)));
        GigListIn in = {.page = {1 + (int32_t)kit_below(4), 1 + (int32_t)kit_below(40)},
                        .skills = list_of_strs(&kit_arena, skills, n),
                        .deadline = kit_below(3) ? DEADLINE_ANY : (int32_t)kit_below(5),
                        .status = kit_below(3) ? 0 : (int32_t)(1 + kit_below(4)),
                        .sort = (int32_t)kit_below(SORT_RELEVANCE),
                        .ascending = kit_below(2)};
        if (kit_below(2))
            in.category = str_c0(category_names[kit_below(COUNT(category_names))]);
        if (kit_below(3) == 0)
            in.budget_min = 100 * (1 + (int64_t)kit_below(30));
        if (kit_below(3) == 0)
            in.budget_max = in.budget_min + 100 * (1 + (int64_t)kit_below(30));
        if (answer_is_right(&in))
            continue;
        if (wrong++ < 5)
            printf("# wrong: page %d limit %d category %.*s skills %zu deadline %d status %d sort %d up %d budget %lld-%lld\n", in.page.page,
                   in.page.limit, STR_ARG(in.category), n, in.deadline, in.status, in.sort, in.ascending, (long long)in.budget_min,
                   (long long)in.budget_max);
    }
    CHECK(wrong == 0, "every list is what brute force finds");
    PageOut out;
    GigListIn bad = {.page = {1, 20}, .category = S("nonsense")};
    CHECK(READ(gig_list, (Actor){0}, &bad, &out) == E_INVALID && kit_diag.count == 1, "an unknown category is named");
    kit_close();
    return kit_failed;
}
