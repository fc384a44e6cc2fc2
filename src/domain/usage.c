#include "domain/usage.h"

#include "codec/iso8601.h"
#include "domain/row.h"
#include "domain/subscription.h"

static const Field usage_fields[] = {
    FIELD(1, Usage, month_ms, F_I64, "when the counted month began"),
    FIELD(2, Usage, posts, F_I64, "gigs posted in it"),
};
const Record USAGE = {.kind = 21,
                      .size = sizeof(Usage),
                      .name = "usage",
                      .doc = "what a person used of a monthly allowance",
                      .fields = usage_fields,
                      .field_count = COUNT(usage_fields)};

/* What was used in the month that now is. */
static Err usage_now(Call *c, Usage *u) {
    int64_t month = period_start(PERIOD_MONTH, c->now_ms, c->cfg->tz_minutes, 0);
    Err e = rec_get(c->tx, &USAGE, c->actor.user, u);
    if (e == E_MISSING || (e == OK && u->month_ms != month)) {
        *u = (Usage){.id = c->actor.user, .month_ms = month};
        e = OK;
    }
    return e;
}

/* How many posts the caller has a month; 0 = any number. */
static Err posts_limit(Call *c, int64_t *out) {
    int32_t plan = PLAN_FREE;
    Err e = c->cfg->free_posts_per_month ? subscription_plan(c, c->actor.user, &plan) : OK;
    *out = plan == PLAN_FREE ? c->cfg->free_posts_per_month : 0;
    return e;
}

Err usage_get(Call *c, const void *in, void *result) {
    (void)in;
    UsageOut *out = result;
    Usage u;
    Err e = call_signed_in(c);
    if (e == OK)
        e = usage_now(c, &u);
    if (e == OK)
        e = posts_limit(c, &out->posts_limit);
    if (e)
        return e;
    out->posts_used = u.posts;
    out->can_post = !out->posts_limit || u.posts < out->posts_limit;
    return OK;
}

Err usage_count_post(Call *c) {
    Usage u;
    int64_t limit;
    Err e = usage_now(c, &u);
    if (e == OK)
        e = posts_limit(c, &limit);
    if (e)
        return e;
    if (limit && u.posts >= limit)
        return diag_fail(c->diag, E_LIMIT, "PLAN_LIMIT",
                         arena_printf(c->arena, "the free plan's %lld posts of this month are used up", (long long)limit));
    u.posts++;
    return rec_put(c->tx, &USAGE, &u);
}
