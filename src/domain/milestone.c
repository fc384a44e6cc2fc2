#include "domain/milestone.h"

#include "domain/ledger.h"
#include "domain/notify.h"
#include "domain/order_flow.h"
#include "domain/payment.h"
#include "domain/row.h"

static const Field fields[] = {
    FIELD(1, Milestone, order, F_I64, "its order"),
    FIELD(2, Milestone, position, F_I32, "from 1"),
    FIELD(3, Milestone, status, F_I32, "MilestoneStatus"),
    FIELD(4, Milestone, title, F_STR, "what it is"),
    FIELD(5, Milestone, amount, F_I64, "its price"),
    FIELD(6, Milestone, fee, F_I64, "platform fee taken"),
    FIELD(7, Milestone, payout, F_I64, "what the doer got"),
    FIELD(8, Milestone, due_ms, F_I64, "agreed delivery"),
    FIELD(9, Milestone, message, F_STR, "of the latest hand-in or request"),
    FIELD(10, Milestone, created_ms, F_I64, "when planned"),
    FIELD(11, Milestone, funded_ms, F_I64, "when paid into escrow"),
    FIELD(12, Milestone, submitted_ms, F_I64, "last hand-in"),
    FIELD(13, Milestone, settled_ms, F_I64, "when paid out or called off"),
    FIELD(14, Milestone, timer_ms, F_I64, "auto-approval"),
};
static bool has_timer(const void *row) { return ((const Milestone *)row)->timer_ms != 0; }
static const Index indexes[] = {
    {.id = 172,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 1,
     .name = "milestone_order",
     .doc = "of an order",
     .parts = {{.tag = 1}, {.tag = 2}}},
    {.id = 173,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "milestone_timer",
     .doc = "what happens by itself next",
     .parts = {{.tag = 14}},
     .when = has_timer},
};
const Record MILESTONE = {.kind = 45,
                          .size = sizeof(Milestone),
                          .name = "milestone",
                          .doc = "a part of an order with its own escrow",
                          .fields = fields,
                          .field_count = COUNT(fields),
                          .indexes = indexes,
                          .index_count = COUNT(indexes)};
const Index *const MILESTONE_BY_ORDER = &indexes[0];
const Index *const MILESTONE_BY_TIMER = &indexes[1];

enum { MILESTONE_TITLE_MAX_BYTES = 800 };

static Err bad_state(Call *c) {
    return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The milestone's state does not allow this."));
}

static Err parts_of(Call *c, int64_t order, Milestone **rows, size_t *n) {
    Key key = key1(MILESTONE_BY_ORDER, order);
    return row_all(c, &MILESTONE, MILESTONE_BY_ORDER, &key, MILESTONES_MAX, rows, n);
}

static Err drop_plan(Call *c, int64_t order) {
    Milestone *old;
    size_t n;
    Err e = parts_of(c, order, &old, &n);
    for (size_t i = 0; i < n && !e; i++) {
        if (old[i].status != MILE_PLANNED)
            return bad_state(c);
        e = payment_void_target(c, PAY_MILESTONE, old[i].id);
        if (!e)
            e = rec_delete(c->tx, &MILESTONE, old[i].id);
    }
    return e;
}

Err milestone_plan(Call *c, const void *in, void *out) {
    const MilestonePlanIn *q = in;
    Order *o = out;
    Err e = order_get(c, &(IdIn){q->order}, o);
    if (e)
        return e;
    if (order_flow_by(&c->actor, o) != BY_CLIENT)
        return E_FORBIDDEN;
    if ((o->status != ORDER_PENDING && o->status != ORDER_PENDING_PAYMENT) || o->escrow_state != ESCROW_AWAITING)
        return bad_state(c);
    if (q->count < 1 || q->count > MILESTONES_MAX)
        return diag_field(c->diag, E_INVALID, S("milestones"), S("must be between 1 and 20"));
    int64_t sum = 0;
    for (size_t i = 0; i < q->count; i++) {
        const MilestonePlan *p = &q->parts[i];
        if (!str_trim(p->title).n || p->title.n > MILESTONE_TITLE_MAX_BYTES)
            return diag_field(c->diag, E_INVALID, S("title"), S("is required, and short"));
        if (p->amount <= 0 || p->amount > MONEY_MAX)
            return diag_field(c->diag, E_INVALID, S("amount"), S("must be positive"));
        sum += p->amount; /* at most 20 * MONEY_MAX */
    }
    if (sum > MONEY_MAX)
        return diag_field(c->diag, E_INVALID, S("amount"), S("is too much"));
    e = drop_plan(c, o->id);
    for (size_t i = 0; i < q->count && !e; i++) {
        Milestone m = {.order = o->id,
                       .position = (int32_t)i + 1,
                       .status = MILE_PLANNED,
                       .title = q->parts[i].title,
                       .amount = q->parts[i].amount,
                       .due_ms = q->parts[i].due_ms,
                       .created_ms = c->now_ms};
        e = rec_insert(c->tx, &MILESTONE, &m);
    }
    if (e)
        return e;
    o->flags |= ORDER_MILESTONES;
    return order_set_amount(c, o, sum);
}

Err milestone_list(Call *c, const void *in, void *out) {
    PageOut *page = out;
    Order o;
    Milestone *rows;
    Err e = order_get(c, in, &o);
    if (!e)
        e = parts_of(c, o.id, &rows, &page->count);
    if (e)
        return e;
    page->items = rows;
    page->total = (int64_t)page->count;
    page->page = 1;
    page->limit = MILESTONES_MAX;
    return OK;
}

/* Loads a milestone with its order for an act of one party while the order is being worked on. */
static Err open_part(Call *c, int64_t id, uint32_t by, Milestone *m, Order *o) {
    if (!c->actor.user && !(c->actor.rights & RIGHT_SYSTEM))
        return E_UNAUTHORIZED;
    Err e = row_load(c, &MILESTONE, id, m);
    if (!e)
        e = row_load(c, &ORDER, m->order, o);
    if (e)
        return e;
    if (!(order_flow_by(&c->actor, o) & by))
        return E_FORBIDDEN;
    uint32_t working = ORDER_BIT(ORDER_IN_PROGRESS) | ORDER_BIT(ORDER_SUBMITTED) | ORDER_BIT(ORDER_IN_REVISION);
    return ORDER_BIT(o->status) & working ? OK : bad_state(c);
}

static Err stored(Call *c, const Milestone *m, const Order *o, int64_t told, int32_t note, int64_t amount) {
    Err e = rec_put(c->tx, &MILESTONE, m);
    if (!e)
        e = order_changed(c, o);
    if (e)
        return e;
    e = notify(c, &(Notice){.user = told,
                            .type = note,
                            .gig = o->gig,
                            .order = o->id,
                            .actor = c->actor.user,
                            .subject = m->title,
                            .amount = amount});
    return e == E_MISSING ? OK : e;
}

Err milestone_submit(Call *c, const void *in, void *out) {
    const ReasonIn *q = in;
    Milestone *m = out;
    Order o;
    Err e = open_part(c, q->id, BY_DOER, m, &o);
    if (e)
        return e;
    if (m->status != MILE_FUNDED)
        return bad_state(c);
    if (q->reason.n > ORDER_TEXT_MAX_BYTES)
        return diag_field(c->diag, E_INVALID, S("message"), S("is too long"));
    m->status = MILE_SUBMITTED;
    m->message = q->reason;
    m->submitted_ms = c->now_ms;
    m->timer_ms = c->now_ms + c->cfg->auto_approve_ms;
    return stored(c, m, &o, o.client, NOTE_WORK_SUBMITTED, m->amount);
}

Err milestone_request_revision(Call *c, const void *in, void *out) {
    const ReasonIn *q = in;
    Milestone *m = out;
    Order o;
    Err e = open_part(c, q->id, BY_CLIENT, m, &o);
    if (e)
        return e;
    if (m->status != MILE_SUBMITTED)
        return bad_state(c);
    if (!str_trim(q->reason).n || q->reason.n > ORDER_TEXT_MAX_BYTES)
        return diag_field(c->diag, E_INVALID, S("message"), S("is required, and not too long"));
    m->status = MILE_FUNDED;
    m->message = q->reason;
    m->timer_ms = 0;
    return stored(c, m, &o, o.doer, NOTE_REVISION_REQUESTED, m->amount);
}

Err milestone_approve(Call *c, const void *in, void *out) {
    Milestone *m = out;
    Order o;
    Err e = open_part(c, ((const IdIn *)in)->id, BY_CLIENT | BY_SYSTEM, m, &o);
    if (e)
        return e;
    if (m->status != MILE_FUNDED && m->status != MILE_SUBMITTED)
        return bad_state(c);
    e = order_release_account(c, &o, ACC_PART_ESCROW, m->id, m->amount, &m->fee);
    if (e)
        return e;
    m->status = MILE_RELEASED;
    m->payout = m->amount - m->fee;
    m->settled_ms = c->now_ms;
    m->timer_ms = 0;
    order_paid(&o, m->amount, m->fee);
    o.updated_ms = c->now_ms;
    e = rec_put(c->tx, &ORDER, &o);
    if (!e)
        e = stored(c, m, &o, o.doer, NOTE_ORDER_APPROVED, m->payout);
    Milestone *parts;
    size_t n;
    if (!e)
        e = parts_of(c, o.id, &parts, &n);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        if (parts[i].status < MILE_RELEASED)
            return OK;
    return order_act(c, &o, ACT_PARTS_DONE, NULL);
}
