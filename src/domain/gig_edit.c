/* What a gig may say: the checks of posting and changing one. */
#include <assert.h>

#include "domain/category.h"
#include "domain/file.h"
#include "domain/gig_internal.h"
#include "domain/ledger.h"
#include "domain/row.h"
#include "domain/user.h"

static_assert(GIG_TOOLS_MAX == GIG_SKILLS_MAX, "both lists are read by edit_words");

static Err edit_text(Call *c, Str given, size_t min, size_t max, Str field, Str *to) {
    Str v = str_trim(given);
    size_t n = str_utf8_len(v);
    *to = v;
    if (n >= min && n <= max)
        return OK;
    return diag_field(c->diag, E_INVALID, field, arena_printf(c->arena, "must have %zu to %zu characters", min, max));
}

/* Tools: each once. */
static Err edit_words(Call *c, const List *given, Str field, List *to) {
    Str skill, kept[GIG_SKILLS_MAX], keys[GIG_SKILLS_MAX];
    size_t n = 0;
    for (ListIter it = list_iter(given); list_str(&it, &skill);) {
        skill = str_trim(skill);
        Str key = skill_key(c->arena, skill);
        bool twice = false;
        for (size_t i = 0; i < n; i++)
            twice |= str_eq(keys[i], key);
        if (twice)
            continue;
        if (n == GIG_SKILLS_MAX || skill.n == 0 || str_utf8_len(skill) > USER_SKILL_MAX)
            return diag_field(c->diag, E_INVALID, field,
                              arena_printf(c->arena, "at most %d entries of 1 to %d characters", GIG_SKILLS_MAX, USER_SKILL_MAX));
        keys[n] = key;
        kept[n++] = skill;
    }
    *to = list_of_strs(c->arena, kept, n);
    return n && !to->p ? E_NOMEM : OK;
}

static Err edit_category(Call *c, Str given, Gig *g) {
    Category cat;
    Err e = category_find(c->tx, given, &cat);
    if (e == E_MISSING || (e == OK && cat.hidden && cat.id != g->category))
        return diag_field(c->diag, E_INVALID, S("category"), S("is not a category of this marketplace"));
    if (e)
        return e;
    g->category = cat.id;
    g->category_words = cat.name;
    return OK;
}

/* Bounds that were not named stand where the other one does. */
static void fill_budget(Gig *g) {
    if (g->unsaid & BUDGET_NO_MIN)
        g->budget_min = g->unsaid & BUDGET_NO_MAX ? 0 : g->budget_max;
    if (g->unsaid & BUDGET_NO_MAX)
        g->budget_max = g->budget_min;
}

static Err edit_urls(Call *c, const List *given, List *to) {
    Str url;
    *to = *given;
    if (given->count > GIG_FILES_MAX)
        return diag_field(c->diag, E_INVALID, S("image_urls"), arena_printf(c->arena, "are at most %d", GIG_FILES_MAX));
    for (ListIter it = list_iter(given); list_str(&it, &url);)
        if (url.n > GIG_URL_BYTES_MAX ||
            (!str_starts(url, S("https://")) && !str_starts(url, S("http://")) && !str_starts(url, S("/"))))
            return diag_field(c->diag, E_INVALID, S("image_urls"), S("must be addresses of pictures"));
    return OK;
}

static Err edit_budget(Call *c, const GigEdit *in, Gig *g) {
    bool min = HAS(in, GIG_SET_BUDGET_MIN), max = HAS(in, GIG_SET_BUDGET_MAX);
    bool no_min = min && in->open_budget && !in->budget_min, no_max = max && in->open_budget && !in->budget_max;
    Err e = OK;
    if (in->id == 0)
        g->unsaid = BUDGET_NO_MIN | BUDGET_NO_MAX;
    if (!min && !max)
        return in->id || in->open_budget ? OK : diag_field(c->diag, E_INVALID, S("budget_max"), S("is required"));
    if (min) {
        g->budget_min = in->budget_min;
        g->unsaid = no_min ? g->unsaid | BUDGET_NO_MIN : g->unsaid & ~BUDGET_NO_MIN;
    }
    if (max) {
        g->budget_max = in->budget_max;
        g->unsaid = no_max ? g->unsaid | BUDGET_NO_MAX : g->unsaid & ~BUDGET_NO_MAX;
    }
    if (min && !no_min && (in->budget_min <= 0 || in->budget_min > MONEY_MAX))
        e = diag_field(c->diag, E_INVALID, S("budget_min"), S("must be a positive amount"));
    if (max && !no_max && (in->budget_max <= 0 || in->budget_max > MONEY_MAX))
        e = diag_field(c->diag, E_INVALID, S("budget_max"), S("must be a positive amount"));
    fill_budget(g);
    if (e == OK && g->budget_min > g->budget_max)
        e = diag_field(c->diag, E_INVALID, S("budget_min"), S("must not be more than the largest budget"));
    return e;
}

static Err edit_place(Call *c, const GigEdit *in, Gig *g) {
    if (HAS(in, GIG_SET_LAT) != HAS(in, GIG_SET_LON))
        return diag_field(c->diag, E_INVALID, HAS(in, GIG_SET_LAT) ? S("lon_e6") : S("lat_e6"),
                          S("latitude and longitude go together"));
    if (!HAS(in, GIG_SET_LAT))
        return OK;
    if (in->lat_e6 < -90000000 || in->lat_e6 > 90000000)
        return diag_field(c->diag, E_INVALID, S("lat_e6"), S("must be from -90 to 90"));
    if (in->lon_e6 < -180000000 || in->lon_e6 > 180000000)
        return diag_field(c->diag, E_INVALID, S("lon_e6"), S("must be from -180 to 180"));
    g->lat_e6 = in->lat_e6;
    g->lon_e6 = in->lon_e6;
    g->flags |= GIG_HAS_PLACE;
    return OK;
}

Err gig_edit(Call *c, const GigEdit *in, Gig *g) {
    bool post = in->id == 0;
    Err e = OK, fault;
    if ((post || HAS(in, GIG_SET_TITLE)) &&
        (fault = edit_text(c, in->title, GIG_TITLE_MIN, GIG_TITLE_MAX, S("title"), &g->title)))
        e = fault;
    if ((post || HAS(in, GIG_SET_DESCRIPTION)) &&
        (fault = edit_text(c, in->description, 1, GIG_DESCRIPTION_MAX, S("description"), &g->description)))
        e = fault;
    if ((post || HAS(in, GIG_SET_CATEGORY)) && (fault = edit_category(c, in->category, g)))
        e = fault;
    if (HAS(in, GIG_SET_SKILLS) && (fault = skills_in(c, &in->skills, GIG_SKILLS_MAX, &g->skills)))
        e = fault;
    if ((fault = edit_budget(c, in, g)))
        e = fault;
    if ((fault = edit_place(c, in, g)))
        e = fault;
    if (HAS(in, GIG_SET_PLACE) && (fault = edit_text(c, in->place, 0, 200, S("place"), &g->place)))
        e = fault;
    if (HAS(in, GIG_SET_AI_TOOLS) && (fault = edit_words(c, &in->ai_tools, S("ai_tools"), &g->ai_tools)))
        e = fault;
    if (HAS(in, GIG_SET_DURATION) && (fault = edit_text(c, in->duration, 0, GIG_DURATION_MAX, S("duration"), &g->duration)))
        e = fault;
    if (HAS(in, GIG_SET_SCOPE) && (fault = edit_text(c, in->scope, 0, GIG_SCOPE_MAX, S("scope"), &g->scope)))
        e = fault;
    if (HAS(in, GIG_SET_TIMELINE_DAYS)) {
        g->timeline_days = in->timeline_days;
        if (in->timeline_days < 0 || in->timeline_days > GIG_DAYS_MAX)
            e = diag_field(c->diag, E_INVALID, S("timeline_days"), arena_printf(c->arena, "must be from 1 to %d", GIG_DAYS_MAX));
    }
    if (HAS(in, GIG_SET_URGENT))
        g->urgent = in->urgent;
    if (HAS(in, GIG_SET_HOURS)) {
        g->duration_hours = in->duration_hours;
        if (in->duration_hours < 0 || in->duration_hours > GIG_HOURS_MAX)
            e = diag_field(c->diag, E_INVALID, S("duration_hours"),
                           arena_printf(c->arena, "must be from 1 to %d", GIG_HOURS_MAX));
    }
    if (HAS(in, GIG_SET_STARTS_AT))
        g->starts_at = in->starts_at;
    if (HAS(in, GIG_SET_IMAGE_URLS) && (fault = edit_urls(c, &in->image_urls, &g->image_urls)))
        e = fault;
    if (HAS(in, GIG_SET_LOCATION_TYPE))
        g->location_type = in->location_type;
    if (HAS(in, GIG_SET_BUDGET_TYPE))
        g->budget_type = in->budget_type;
    if (HAS(in, GIG_SET_DEADLINE)) {
        g->deadline_ms = in->deadline_ms;
        if (in->deadline_ms && in->deadline_ms <= c->now_ms)
            e = diag_field(c->diag, E_INVALID, S("deadline_ms"), S("must be in the future"));
    }
    if (e == OK && HAS(in, GIG_SET_FILES)) {
        e = files_show(c, &in->files, GIG_FILES_MAX, S("files"));
        g->files = in->files;
    }
    return e;
}
