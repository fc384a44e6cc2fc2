#include "domain/timer.h"

#include "domain/audit.h"
#include "domain/boost.h"
#include "domain/milestone.h"
#include "domain/order_flow.h"
#include "domain/row.h"
#include "domain/video_call.h"

static Err fire_order(Call *c, int64_t id) {
    Order o;
    Err e = row_load(c, &ORDER, id, &o);
    if (e)
        return e;
    static const OrderAct acts[TIMER_COUNT] = {
        [TIMER_LAPSE] = ACT_LAPSE, [TIMER_REMIND] = ACT_REMIND, [TIMER_AUTO_RELEASE] = ACT_AUTO_RELEASE};
    OrderAct act = acts[o.timer];
    if (o.timer == TIMER_AUTO_APPROVE)
        act = o.flags & ORDER_HOLD ? ACT_AUTO_APPROVE : ACT_AUTO_COMPLETE;
    return order_act(c, &o, act, NULL);
}

static Err fire_milestone(Call *c, int64_t id) {
    Milestone m;
    Order o;
    Err e = row_load(c, &MILESTONE, id, &m);
    if (!e)
        e = row_load(c, &ORDER, m.order, &o);
    if (e)
        return e;
    if (order_flow_find(o.status, ACT_PARTS_DONE))
        return milestone_approve(c, &(IdIn){id}, &m);
    m.timer_ms = c->now_ms + MS_DAY; /* frozen by a dispute, or the whole order awaits its release: look again tomorrow */
    return rec_put(c->tx, &MILESTONE, &m);
}

static Err fire_boost(Call *c, int64_t id) {
    Boost b;
    Err e = row_load(c, &BOOST, id, &b);
    return e ? e : boost_end(c, &b);
}

static Err defer_call(Call *c, int64_t id) {
    VideoCall v;
    Err e = row_load(c, &VIDEO_CALL, id, &v);
    v.remind_ms = c->now_ms + TIMER_DEFER_MS;
    return e ? e : rec_put(c->tx, &VIDEO_CALL, &v);
}

static Err defer_order(Call *c, int64_t id) {
    Order o;
    Err e = row_load(c, &ORDER, id, &o);
    o.timer_ms = c->now_ms + TIMER_DEFER_MS;
    return e ? e : rec_put(c->tx, &ORDER, &o);
}

static Err defer_milestone(Call *c, int64_t id) {
    Milestone m;
    Err e = row_load(c, &MILESTONE, id, &m);
    m.timer_ms = c->now_ms + TIMER_DEFER_MS;
    return e ? e : rec_put(c->tx, &MILESTONE, &m);
}

static Err defer_boost(Call *c, int64_t id) {
    Boost b;
    Err e = row_load(c, &BOOST, id, &b);
    b.end_ms = c->now_ms + TIMER_DEFER_MS;
    return e ? e : rec_put(c->tx, &BOOST, &b);
}

/* The things that have a due time. */
typedef struct TimerKind {
    const Index *const *due; /* integer part 0 is the time */
    const char *thing;
    Err (*fire)(Call *c, int64_t id);
    Err (*defer)(Call *c, int64_t id);
} TimerKind;
static const TimerKind kinds[] = {
    {&ORDER_BY_TIMER, "order", fire_order, defer_order},
    {&MILESTONE_BY_TIMER, "milestone", fire_milestone, defer_milestone},
    {&BOOST_BY_END, "boost", fire_boost, defer_boost},
    {&VIDEO_CALL_BY_TIMER, "call", video_call_remind, defer_call},
};

/* The thing that is due first over all kinds. kind == NULL: nothing has a timer. */
static Err first_due(Call *c, const TimerKind **kind, int64_t *id, int64_t *at_ms) {
    *kind = NULL;
    *at_ms = INT64_MAX;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        Scan *scan;
        int64_t one;
        Err e = scan_open(c->tx, *kinds[i].due, (ScanRange){0}, &scan);
        if (e)
            return e;
        if (scan_next(scan, &one) && scan_part_i64(scan, 0) < *at_ms) {
            *at_ms = scan_part_i64(scan, 0);
            *kind = &kinds[i];
            *id = one;
        }
        scan_close(scan);
    }
    return OK;
}

Err timers_run(Call *c, size_t max, size_t *done, int64_t *next_ms) {
    const TimerKind *kind;
    int64_t id;
    *done = 0;
    for (;;) {
        Err e = first_due(c, &kind, &id, next_ms);
        if (e || !kind || *next_ms > c->now_ms || *done == max)
            return e;
        e = kind->fire(c, id);
        if (e)
            return e;
        ++*done;
    }
}

Err timers_defer(Call *c) {
    const TimerKind *kind;
    int64_t id, at;
    Err e = first_due(c, &kind, &id, &at);
    if (e || !kind || at > c->now_ms)
        return e;
    e = kind->defer(c, id);
    return e ? e : audit_add(c, S("timer.deferred"), str_c0(kind->thing), id, S("its timer failed; tried again later"));
}
