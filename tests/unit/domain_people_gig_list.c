/* Lists of gigs against brute force: random gigs, random questions, every filter, sort, words and page. */
#include <stdlib.h>

#include "codec/iso8601.h"
#include "money_kit.h"
#include "store/text.h"

enum { GIGS = 600, QUESTIONS = 4000 };

static Gig all[GIGS];
static const char *const skill_names[] = {"Photoshop",     "photoshop",       "C", "C++", "Écriture", "ecriture",
                                          "video editing", "\xf0\x9f\x8e\xa8"};
/* None is the beginning of another, or a slip of the pen away from it. */
static const char *const title_words[] = {"lantern", "bicycle", "harvest", "quantum", "pyramid", "voyage"};
static const char *const tool_names[] = {"Claude", "claude", "Cursor", "Suno"};
static const char *const category_names[] = {"design", "programming", "writing", "data"};

static Str skill(size_t i) { return str_c0(skill_names[i]); }

static void make(size_t i) {
    Str skills[3], tools[2];
    size_t n = kit_below(4), tool_count = kit_below(3);
    for (size_t k = 0; k < n; k++)
        skills[k] = skill(kit_below(COUNT(skill_names)));
    for (size_t k = 0; k < tool_count; k++)
        tools[k] = str_c0(tool_names[kit_below(COUNT(tool_names))]);
    Str title = arena_printf(&kit_arena, "%s %s please", title_words[kit_below(COUNT(title_words))],
                             title_words[kit_below(COUNT(title_words))]);
    int64_t min = 100 * (1 + (int64_t)kit_below(20)), max = min + 100 * (int64_t)kit_below(20);
    GigEdit in = {.has = 1u << GIG_SET_TITLE | 1u << GIG_SET_DESCRIPTION | 1u << GIG_SET_CATEGORY | 1u << GIG_SET_SKILLS |
                         1u << GIG_SET_BUDGET_MIN | 1u << GIG_SET_BUDGET_MAX | 1u << GIG_SET_DEADLINE | 1u << GIG_SET_AI_TOOLS |
                         1u << GIG_SET_LOCATION_TYPE | 1u << GIG_SET_PLACE,
                  .title = title,
                  .description = S("It should be done."),
                  .category = str_c0(category_names[kit_below(COUNT(category_names))]),
                  .skills = list_of_strs(&kit_arena, skills, n),
                  .ai_tools = list_of_strs(&kit_arena, tools, tool_count),
                  .location_type = (int32_t)kit_below(4),
                  .place = kit_below(2) ? S("Pune") : S(""),
                  .status = kit_below(12) ? 0 : GIG_DRAFT,
                  .budget_min = min,
                  .budget_max = max,
                  .deadline_ms = kit_below(3) ? now + 1 + (int64_t)kit_below(40) * MS_DAY / 2 : 0};
    MUST(RUN(gig_post, user(1 + (int64_t)kit_below(6)), &in, &all[i]) == OK);
    now += (int64_t)kit_below(3) * 1000 + (kit_below(10) ? 0 : MS_HOUR); /* some at the same instant */
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
        if (kit_below(10) == 0) {
            GigStateIn in = {.id = all[i].id, .status = kit_below(2) ? GIG_CANCELLED : GIG_PAUSED};
            MUST(RUN(gig_set_state, user(all[i].client), &in, &g) == OK);
        } else if (kit_below(8) == 0 && all[i].status == GIG_OPEN)
            MUST(RUN(op_boost, box, &all[i].id, &none) == OK);
        for (uint64_t k = all[i].status == GIG_OPEN ? kit_below(4) : 0; k > 0 && kit_below(2); k--)
            kit_apply(all[i].id, 7 + (int64_t)k, 0);
        int64_t id = all[i].id;
        MUST(RUN(op_reload, box, &id, &all[i]) == OK);
    }
}

/* ---- brute force ---- */

static const GigListIn *asked;

static int64_t category_id(Str slug) {
    static const char *const order[] = {"design",      "marketing", "writing",  "video",    "music",
                                        "programming", "data",      "business", "lifestyle"};
    for (size_t i = 0; i < COUNT(order); i++)
        if (str_eq(str_c0(order[i]), slug))
            return (int64_t)i + 1;
    return -1;
}

/* Words of a title, as a set. */
static unsigned words_in(Str text) {
    unsigned set = 0;
    for (Str part; str_split(&text, ' ', &part);)
        for (unsigned i = 0; i < COUNT(title_words); i++)
            set |= (unsigned)str_eq_nocase(part, str_c0(title_words[i])) << i;
    return set;
}

static bool fits(const Gig *g) {
    Str want, has;
    static const Period periods[] = {
        [DEADLINE_TODAY] = PERIOD_DAY, [DEADLINE_THIS_WEEK] = PERIOD_WEEK, [DEADLINE_THIS_MONTH] = PERIOD_MONTH};
    if (g->status != (asked->status ? asked->status : GIG_OPEN) ||
        (asked->category.n && g->category != category_id(asked->category)))
        return false;
    if ((asked->budget_min && g->budget_max < asked->budget_min) || (asked->budget_max && g->budget_min > asked->budget_max))
        return false;
    if (asked->deadline == DEADLINE_OVERDUE && (g->deadline_ms == 0 || g->deadline_ms >= now))
        return false;
    if (asked->deadline && asked->deadline != DEADLINE_OVERDUE &&
        (g->deadline_ms < now || g->deadline_ms >= period_start(periods[asked->deadline], now, 330, 1)))
        return false;
    if (asked->posted_within_ms && g->created_ms < now - asked->posted_within_ms)
        return false;
    int32_t where = g->location_type ? g->location_type : g->place.n ? LOCATION_ONSITE : LOCATION_REMOTE;
    if (asked->location_type && where != asked->location_type)
        return false;
    const List *wanted[] = {&asked->skills, &asked->ai_tools}, *given[] = {&g->skills, &g->ai_tools};
    for (size_t i = 0; i < COUNT(wanted); i++)
        for (ListIter w = list_iter(wanted[i]); list_str(&w, &want);) {
            bool found = false;
            for (ListIter h = list_iter(given[i]); list_str(&h, &has);)
                found |= str_eq(text_fold(&kit_arena, want), text_fold(&kit_arena, has));
            if (!found)
                return false;
        }
    return true;
}

/* All words must be there; when that finds nothing, any. */
static size_t find(const Gig **right) {
    unsigned words = words_in(asked->search);
    size_t n = 0;
    for (int any = 0; any < 2 && !n; any++)
        for (size_t i = 0; i < GIGS; i++) {
            unsigned common = words_in(all[i].title) & words;
            if (fits(&all[i]) && (any ? common != 0 : common == words))
                right[n++] = &all[i];
        }
    return n;
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

/* Relevance has an order of its own (the text index's tests look at that), but knows the same gigs, and none twice. */
static bool are_among(const PageOut *out, const Gig *const *right, size_t n) {
    const Gig *rows = out->items;
    for (size_t i = 0; i < out->count; i++) {
        size_t at = 0;
        while (at < n && right[at]->id != rows[i].id)
            at++;
        for (size_t k = 0; k < i; k++)
            if (rows[k].id == rows[i].id)
                return false;
        if (at == n)
            return false;
    }
    return true;
}

static bool answer_is_right(const GigListIn *in) {
    const Gig *right[GIGS];
    PageOut out;
    asked = in;
    size_t n = find(right);
    qsort(right, n, sizeof *right, better);
    if (READ(gig_list, (Actor){0}, in, &out) != OK || out.total != (int64_t)n)
        return false;
    size_t skip = (size_t)(in->page.page - 1) * (size_t)in->page.limit, expect = skip < n ? n - skip : 0;
    if (expect > (size_t)in->page.limit)
        expect = (size_t)in->page.limit;
    bool same = out.count == expect;
    if (in->search.n && (in->sort == SORT_DEFAULT || in->sort == SORT_RELEVANCE))
        return same && are_among(&out, right, n);
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
        GigListIn in = {.page = {.page = 1 + (int32_t)kit_below(kit_below(3) ? 4 : 20), .limit = 1 + (int32_t)kit_below(40)},
                        .skills = list_of_strs(&kit_arena, skills, n),
                        .deadline = kit_below(3) ? DEADLINE_ANY : (int32_t)kit_below(5),
                        .status = kit_below(3) ? 0 : (int32_t)(1 + kit_below(6)),
                        .sort = (int32_t)kit_below(SORT_RELEVANCE + 1),
                        .ascending = kit_below(2)};
        Str tools[2];
        size_t tool_count = kit_below(5) ? 0 : 1 + kit_below(2);
        for (size_t i = 0; i < tool_count; i++)
            tools[i] = str_c0(tool_names[kit_below(COUNT(tool_names))]);
        in.ai_tools = list_of_strs(&kit_arena, tools, tool_count);
        if (kit_below(5) == 0)
            in.location_type = (int32_t)(1 + kit_below(3));
        if (kit_below(4) == 0)
            in.posted_within_ms = (int64_t)(1 + kit_below(8)) * MS_DAY;
        if (kit_below(2))
            in.category = str_c0(category_names[kit_below(COUNT(category_names))]);
        if (kit_below(3) == 0)
            in.budget_min = 100 * (1 + (int64_t)kit_below(30));
        if (kit_below(3) == 0)
            in.budget_max = in.budget_min + 100 * (1 + (int64_t)kit_below(30));
        if (kit_below(4) == 0) {
            const char *one = title_words[kit_below(COUNT(title_words))], *two = title_words[kit_below(COUNT(title_words))];
            in.search = kit_below(2) ? str_c0(one) : arena_printf(&kit_arena, " %s %s", one, two);
        }
        if (answer_is_right(&in))
            continue;
        if (wrong++ < 5)
            printf("# wrong: page %d limit %d category %.*s skills %zu deadline %d status %d sort %d up %d budget %lld-%lld "
                   "words %.*s tools %zu location %d within %lld\n",
                   in.page.page, in.page.limit, STR_ARG(in.category), n, in.deadline, in.status, in.sort, in.ascending,
                   (long long)in.budget_min, (long long)in.budget_max, STR_ARG(in.search), tool_count, in.location_type,
                   (long long)in.posted_within_ms);
    }
    CHECK(wrong == 0, "every list is what brute force finds");
    PageOut out;
    GigListIn bad = {.page = {.page = 1, .limit = 20}, .category = S("nonsense")};
    CHECK(READ(gig_list, (Actor){0}, &bad, &out) == E_INVALID && kit_diag.count == 1, "an unknown category is named");
    Str many[GIG_SKILLS_MAX + 1];
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = skill(0);
    GigListIn crowd = {.page = {.page = 1, .limit = 20}, .skills = list_of_strs(&kit_arena, many, COUNT(many))};
    CHECK(READ(gig_list, (Actor){0}, &crowd, &out) == E_INVALID && kit_diag.count == 1, "so are too many skills");
    GigListIn far = {.page = {.page = INT32_MAX, .limit = 100}, .sort = SORT_BUDGET_MIN, .category = S("design")};
    CHECK(READ(gig_list, (Actor){0}, &far, &out) == OK && out.count == 0 && out.total > 0, "a page beyond the last is empty");
    GigListIn words = {.page = {.page = 1, .limit = 100}, .search = S("programming")};
    CHECK(READ(gig_list, (Actor){0}, &words, &out) == OK && out.total > 0 &&
              ((Gig *)out.items)[0].category == category_id(S("programming")),
          "the category's name is searched too");
    kit_close();
    return kit_failed;
}
