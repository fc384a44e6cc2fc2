#include "domain/work.h"

#include "domain/link.h"
#include "domain/row.h"

/* A person's works as they are changed: at most one more than may be kept. */
typedef struct Works {
    User user;
    Freelancer holder; /* id 0: there is none yet */
    Portfolio rows[PROFILE_ITEMS_MAX];
    size_t n;
} Works;

static Err works_load(Call *c, Works *w) {
    int64_t id = w->user.freelancer ? w->user.freelancer : w->user.works;
    w->holder = (Freelancer){.user = w->user.id, .created_ms = c->now_ms};
    w->n = 0;
    Err e = id ? row_load(c, &FREELANCER, id, &w->holder) : OK;
    if (e)
        return e;
    for (ListIter it = list_iter(&w->holder.portfolios); w->n < PROFILE_ITEMS_MAX && list_rec(&it, &PORTFOLIO, &w->rows[w->n]);)
        w->n++;
    return OK;
}

static Err works_store(Call *c, Works *w) {
    Freelancer *f = &w->holder;
    f->portfolios = list_of_recs(c->arena, &PORTFOLIO, w->rows, w->n);
    f->updated_ms = c->now_ms;
    if (w->n && !f->portfolios.p)
        return E_NOMEM;
    if (f->id)
        return rec_put(c->tx, &FREELANCER, f);
    Err e = rec_insert(c->tx, &FREELANCER, f);
    w->user.works = f->id;
    return e ? e : rec_put(c->tx, &USER, &w->user);
}

static Err mine(Call *c, Works *w) {
    Err e = user_actor(c, &w->user);
    return e ? e : works_load(c, w);
}

static size_t place_of(const Works *w, int64_t id) {
    size_t i = 0;
    while (i < w->n && w->rows[i].id != id)
        i++;
    return i;
}

static void move(Works *w, size_t from, size_t to) {
    Portfolio one = w->rows[from];
    to = to < w->n ? to : w->n - 1;
    memmove(&w->rows[from], &w->rows[from + 1], (w->n - 1 - from) * sizeof one);
    memmove(&w->rows[to + 1], &w->rows[to], (w->n - 1 - to) * sizeof one);
    w->rows[to] = one;
}

static Err text_in(Call *c, Str given, size_t min, size_t max, Str field, Str *to) {
    *to = str_trim(given);
    size_t n = str_utf8_len(*to);
    if (n >= min && n <= max)
        return OK;
    return diag_field(c->diag, E_INVALID, field, arena_printf(c->arena, "must have %zu to %zu characters", min, max));
}

/* All faults in one answer. */
static Err apply(Call *c, const WorkIn *in, Portfolio *p) {
    Err e = OK, fault;
    if (HAS(in, WORK_SET_TITLE) && (fault = text_in(c, in->title, 1, PROFILE_WORD_MAX, S("title"), &p->title)))
        e = fault;
    if (HAS(in, WORK_SET_DESCRIPTION) &&
        (fault = text_in(c, in->description, 0, PROFILE_TEXT_MAX, S("description"), &p->description)))
        e = fault;
    if (HAS(in, WORK_SET_LINK)) {
        fault = text_in(c, in->link, 0, PROFILE_LINK_MAX, S("link"), &p->link);
        if (!fault && p->link.n && !link_ok(p->link))
            fault = diag_field(c->diag, E_INVALID, S("link"), S("must be an http or https address"));
        e = fault ? fault : e;
    }
    if (HAS(in, WORK_SET_IMAGE)) {
        fault = file_use_picture(c, in->image, FILE_PORTFOLIO, S("image"));
        e = fault ? fault : e;
        p->image = in->image;
    }
    return e;
}

Err work_list(Call *c, const void *input, void *result) {
    int64_t id = ((const IdIn *)input)->id;
    PageOut *out = result;
    Works *w = ARENA_NEW(c->arena, Works);
    if (!w)
        return E_NOMEM;
    Err e = id ? user_load(c, id, &w->user) : user_actor(c, &w->user);
    if (e == OK)
        e = works_load(c, w);
    *out = (PageOut){.items = w->rows, .count = w->n, .total = (int64_t)w->n, .page = 1, .limit = PROFILE_ITEMS_MAX};
    return e;
}

Err work_add(Call *c, const void *input, void *result) {
    const WorkIn *in = input;
    Portfolio *p = result;
    Works w;
    Err e = mine(c, &w);
    if (e)
        return e;
    if (w.n == PROFILE_ITEMS_MAX)
        return diag_fail(c->diag, E_LIMIT, "TOO_MANY_WORKS",
                         arena_printf(c->arena, "at most %d can be shown", PROFILE_ITEMS_MAX));
    *p = (Portfolio){.id = ++w.holder.last_part};
    e = apply(c, in, p);
    if (e)
        return e;
    w.rows[w.n++] = *p;
    if (HAS(in, WORK_SET_POSITION))
        move(&w, w.n - 1, (size_t)in->position);
    return works_store(c, &w);
}

Err work_edit(Call *c, const void *input, void *result) {
    const WorkIn *in = input;
    Portfolio *p = result;
    Works w;
    Err e = mine(c, &w);
    size_t at = e ? 0 : place_of(&w, in->id);
    if (e || at == w.n)
        return e ? e : E_MISSING;
    e = apply(c, in, &w.rows[at]);
    if (e)
        return e;
    *p = w.rows[at];
    if (HAS(in, WORK_SET_POSITION))
        move(&w, at, (size_t)in->position);
    return works_store(c, &w);
}

Err work_delete(Call *c, const void *input, void *result) {
    (void)result;
    Works w;
    Err e = mine(c, &w);
    size_t at = e ? 0 : place_of(&w, ((const IdIn *)input)->id);
    if (e || at == w.n)
        return e ? e : E_MISSING;
    move(&w, at, w.n - 1);
    w.n--;
    return works_store(c, &w);
}
