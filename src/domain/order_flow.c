#include "domain/order_flow.h"

#include <assert.h>

#include "domain/audit.h"
#include "domain/event.h"
#include "domain/payment.h"
#include "domain/row.h"

#define B(s) ORDER_BIT(ORDER_##s)
#define WORKING (B(IN_PROGRESS) | B(SUBMITTED) | B(IN_REVISION))

/* clang-format off */
const FlowRow order_flow[] = {
    /* from | act, by -> to, timer, effect, end | the client is told, the doer is told | doc */
    {B(PENDING),
     ACT_TAKE, BY_DOER, ORDER_IN_PROGRESS, TIMER_NONE, FX_NONE, END_NONE,
     NOTE_WORK_STARTED, 0, "the doer takes a service order, funded or not"},
    {B(PENDING),
     ACT_REJECT, BY_DOER, ORDER_CANCELLED, TIMER_NONE, FX_REFUND, END_REJECTED,
     NOTE_ORDER_CANCELLED, 0, "the doer does not take it"},
    {B(PENDING_PAYMENT),
     ACT_FUND, BY_SYSTEM, ORDER_IN_PROGRESS, TIMER_NONE, FX_NONE, END_NONE,
     NOTE_PAYMENT_RECEIVED, NOTE_PAYMENT_RECEIVED, "paid: work begins"},
    {B(PENDING) | WORKING | B(APPROVED) | B(DISPUTED),
     ACT_FUND, BY_SYSTEM, 0, TIMER_KEEP, FX_NONE, END_NONE,
     NOTE_PAYMENT_RECEIVED, NOTE_PAYMENT_RECEIVED, "paid before or after work began"},
    {B(PENDING_PAYMENT),
     ACT_START, BY_EITHER, ORDER_IN_PROGRESS, TIMER_NONE, FX_NONE, END_NONE,
     NOTE_WORK_STARTED, NOTE_WORK_STARTED, "work begins unfunded"},
    {B(IN_PROGRESS),
     ACT_START, BY_EITHER, 0, TIMER_KEEP, FX_NONE, END_NONE,
     NOTE_WORK_STARTED, NOTE_WORK_STARTED, "work on a funded order begins"},
    {B(IN_PROGRESS) | B(IN_REVISION),
     ACT_DELIVER, BY_DOER, 0, TIMER_KEEP, FX_NONE, END_NONE,
     NOTE_WORK_SUBMITTED, 0, "a part is handed in"},
    {B(IN_PROGRESS) | B(IN_REVISION),
     ACT_SUBMIT, BY_DOER, ORDER_SUBMITTED, TIMER_REMIND, FX_NONE, END_NONE,
     NOTE_WORK_SUBMITTED, 0, "the work is handed in"},
    {B(SUBMITTED),
     ACT_REVISE, BY_CLIENT, ORDER_IN_REVISION, TIMER_NONE, FX_NONE, END_NONE,
     0, NOTE_REVISION_REQUESTED, "the client wants changes"},
    {B(SUBMITTED) | B(APPROVED),
     ACT_APPROVE, BY_CLIENT, ORDER_COMPLETED, TIMER_NONE, FX_RELEASE, END_COMPLETED,
     0, NOTE_ORDER_APPROVED, "accepted and paid"},
    {WORKING,
     ACT_ACCEPT_WORK, BY_CLIENT, ORDER_APPROVED, TIMER_AUTO_RELEASE, FX_NONE, END_NONE,
     0, NOTE_ORDER_APPROVED, "accepted, the escrow still held"},
    {B(APPROVED),
     ACT_RELEASE, BY_CLIENT, ORDER_COMPLETED, TIMER_NONE, FX_RELEASE, END_COMPLETED,
     0, NOTE_ORDER_COMPLETED, "paid"},
    {B(PENDING) | B(PENDING_PAYMENT) | WORKING,
     ACT_CANCEL, BY_EITHER | BY_MODERATOR, ORDER_CANCELLED, TIMER_NONE, FX_REFUND, END_CANCELLED,
     NOTE_ORDER_CANCELLED, NOTE_ORDER_CANCELLED, "called off"},
    {B(APPROVED),
     ACT_CANCEL, BY_DOER | BY_MODERATOR, ORDER_CANCELLED, TIMER_NONE, FX_REFUND, END_CANCELLED,
     NOTE_ORDER_CANCELLED, NOTE_ORDER_CANCELLED, "the doer gives accepted work's money back"},
    {WORKING,
     ACT_DISPUTE, BY_EITHER, ORDER_DISPUTED, TIMER_NONE, FX_NONE, END_NONE,
     NOTE_ORDER_DISPUTED, NOTE_ORDER_DISPUTED, "the parties disagree"},
    {B(DISPUTED),
     ACT_SETTLE_RELEASE, BY_MODERATOR, ORDER_COMPLETED, TIMER_NONE, FX_RELEASE, END_SETTLED,
     NOTE_DISPUTE_SETTLED, NOTE_DISPUTE_SETTLED, "decided for the doer"},
    {B(DISPUTED),
     ACT_SETTLE_REFUND, BY_MODERATOR, ORDER_CANCELLED, TIMER_NONE, FX_REFUND, END_SETTLED,
     NOTE_DISPUTE_SETTLED, NOTE_DISPUTE_SETTLED, "decided for the client"},
    {B(DISPUTED),
     ACT_SETTLE_SPLIT, BY_MODERATOR, ORDER_COMPLETED, TIMER_NONE, FX_SPLIT, END_SETTLED,
     NOTE_DISPUTE_SETTLED, NOTE_DISPUTE_SETTLED, "shared out"},
    {B(PENDING_PAYMENT),
     ACT_LAPSE, BY_SYSTEM, ORDER_CANCELLED, TIMER_NONE, FX_REFUND, END_LAPSED,
     NOTE_ORDER_CANCELLED, NOTE_ORDER_CANCELLED, "nobody paid in time"},
    {B(SUBMITTED),
     ACT_REMIND, BY_SYSTEM, 0, TIMER_AUTO_APPROVE, FX_NONE, END_NONE,
     NOTE_AUTO_APPROVE_SOON, 0, "the client has little time left"},
    {B(SUBMITTED),
     ACT_AUTO_APPROVE, BY_SYSTEM, ORDER_APPROVED, TIMER_AUTO_RELEASE, FX_NONE, END_NONE,
     NOTE_ORDER_APPROVED, NOTE_ORDER_APPROVED, "nobody answered: accepted, still held"},
    {B(SUBMITTED),
     ACT_AUTO_COMPLETE, BY_SYSTEM, ORDER_COMPLETED, TIMER_NONE, FX_RELEASE, END_COMPLETED,
     NOTE_ORDER_COMPLETED, NOTE_ORDER_APPROVED, "nobody answered: accepted and paid"},
    {B(APPROVED),
     ACT_AUTO_RELEASE, BY_SYSTEM, ORDER_COMPLETED, TIMER_NONE, FX_RELEASE, END_COMPLETED,
     NOTE_ORDER_COMPLETED, NOTE_ORDER_COMPLETED, "held long enough: paid"},
    {WORKING,
     ACT_PARTS_DONE, BY_CLIENT | BY_SYSTEM, ORDER_COMPLETED, TIMER_NONE, FX_RELEASE, END_COMPLETED,
     NOTE_ORDER_COMPLETED, NOTE_ORDER_COMPLETED, "the last milestone was settled"},
};
/* clang-format on */
const size_t order_flow_count = COUNT(order_flow);

const FlowRow *order_flow_find(int32_t status, OrderAct act) {
    for (size_t i = 0; i < order_flow_count; i++)
        if (order_flow[i].act == act && (order_flow[i].from & ORDER_BIT(status)))
            return &order_flow[i];
    return NULL;
}

uint32_t order_flow_by(const Actor *a, const Order *o) {
    uint32_t by = 0;
    if (a->user && a->user == o->client)
        by |= BY_CLIENT;
    if (a->user && a->user == o->doer)
        by |= BY_DOER;
    if (!by && (a->rights & (RIGHT_MODERATOR | RIGHT_ADMIN)))
        by |= BY_MODERATOR; /* nobody judges his own case */
    if (a->rights & RIGHT_SYSTEM)
        by |= BY_SYSTEM;
    return by;
}

uint32_t order_acts(const Actor *a, const Order *o) {
    uint32_t acts = 0, by = order_flow_by(a, o);
    for (size_t i = 0; i < order_flow_count; i++)
        if ((order_flow[i].from & ORDER_BIT(o->status)) && (order_flow[i].by & by))
            acts |= 1u << order_flow[i].act;
    return acts;
}

int64_t order_timer_due(const DomainConfig *cfg, OrderTimer t, int64_t now_ms) {
    switch (t) {
    case TIMER_LAPSE: return now_ms + cfg->order_lapse_ms;
    case TIMER_REMIND: {
        int64_t wait = cfg->auto_approve_ms - cfg->auto_approve_warn_ms;
        return now_ms + (wait > 0 ? wait : 0);
    }
    case TIMER_AUTO_APPROVE:
        return now_ms + (cfg->auto_approve_warn_ms < cfg->auto_approve_ms ? cfg->auto_approve_warn_ms : cfg->auto_approve_ms);
    case TIMER_AUTO_RELEASE: return now_ms + cfg->auto_release_ms;
    default: return INT64_MAX;
    }
}

/* The time of each state's first or latest entering. */
static void stamp(Order *o, int64_t now) {
    switch (o->status) {
    case ORDER_IN_PROGRESS:
        if (!o->started_ms)
            o->started_ms = now;
        break;
    case ORDER_SUBMITTED: o->submitted_ms = now; break;
    case ORDER_APPROVED: o->approved_ms = now; break;
    case ORDER_COMPLETED:
        if (!o->approved_ms)
            o->approved_ms = now;
        o->completed_ms = now;
        break;
    case ORDER_CANCELLED: o->cancelled_ms = now; break;
    case ORDER_DISPUTED: o->disputed_ms = now; break;
    default: break;
    }
}

/* Who did it and why, where a row of the table has a place for it. */
static void record_act(Order *o, const Call *c, OrderAct act, const FlowArg *arg) {
    switch (act) {
    case ACT_TAKE: o->accepted_ms = c->now_ms; break;
    case ACT_START:
        if (!o->begun_ms)
            o->begun_ms = c->now_ms;
        break;
    case ACT_FUND:
        o->escrow_state = ESCROW_FUNDED;
        o->flags |= ORDER_WAS_FUNDED;
        if (!o->funded_ms)
            o->funded_ms = c->now_ms;
        break;
    case ACT_CANCEL:
    case ACT_REJECT:
        o->cancelled_by = c->actor.user;
        o->cancel_reason = arg->text;
        break;
    case ACT_DISPUTE:
        o->disputed_by = c->actor.user;
        o->dispute_reason = arg->text;
        break;
    case ACT_SETTLE_RELEASE:
    case ACT_SETTLE_REFUND:
    case ACT_SETTLE_SPLIT:
        o->settled_by = c->actor.user;
        o->settle_note = arg->text;
        o->dispute_loser = act == ACT_SETTLE_RELEASE ? o->client : act == ACT_SETTLE_REFUND ? o->doer : 0;
        break;
    case ACT_REMIND: o->flags |= ORDER_REMINDED; break;
    default: break;
    }
}

static Err effect(Call *c, Order *o, LedgerEffect fx, const FlowArg *arg) {
    int64_t held;
    Err e = order_escrow(c->tx, o, &held);
    if (e)
        return e;
    switch (fx) {
    case FX_RELEASE: o->settled_to_doer = o->status == ORDER_DISPUTED ? held : 0; return order_pay_out(c, o, INT64_MAX);
    case FX_REFUND: return order_pay_out(c, o, 0);
    case FX_SPLIT:
        if (arg->to_doer < 0 || arg->to_doer > held)
            return diag_field(c->diag, E_INVALID, S("to_doer"), S("must be between nothing and what the escrow holds"));
        o->settled_to_doer = arg->to_doer;
        return order_pay_out(c, o, arg->to_doer);
    default: return OK;
    }
}

static Err tell(Call *c, const Order *o, int64_t user, int32_t type, int64_t amount) {
    if (!type)
        return OK;
    Err e = notify(c, &(Notice){.user = user,
                                .type = type,
                                .gig = o->gig,
                                .order = o->id,
                                .application = o->application,
                                .actor = c->actor.user,
                                .subject = o->title,
                                .amount = amount});
    return e == E_MISSING ? OK : e; /* an account that is gone need not hear of it */
}

static Err publish(Call *c, const Order *o, EventType type, EventVerb verb, int32_t status) {
    List users = list_of_i64s(c->arena, (int64_t[]){o->client, o->doer}, 2);
    if (!users.p)
        return E_NOMEM;
    Event ev = {.type = type,
                .verb = verb,
                .actor = c->actor.user,
                .subject = o->id,
                .gig = o->gig,
                .order = o->id,
                .conversation = o->conversation,
                .application = o->application,
                .status = status,
                .users = users};
    return event_emit(c, &ev);
}

Err order_changed(Call *c, const Order *o) { return publish(c, o, EV_ORDER, VERB_UPDATED, o->status); }

/* Is there a state in which this may be done by them? */
static bool ever(OrderAct act, uint32_t by) {
    for (size_t i = 0; i < order_flow_count; i++)
        if (order_flow[i].act == act && (order_flow[i].by & by))
            return true;
    return false;
}

static Err may(Call *c, const Order *o, OrderAct act, const FlowRow **row) {
    uint32_t by = order_flow_by(&c->actor, o);
    *row = order_flow_find(o->status, act);
    if (!by)
        return c->actor.user ? E_FORBIDDEN : E_UNAUTHORIZED;
    if (*row)
        return (*row)->by & by ? OK : E_FORBIDDEN;
    if (!ever(act, by))
        return E_FORBIDDEN; /* the other party's act, whatever the state */
    return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The order's state does not allow this."));
}

Err order_may(Call *c, const Order *o, OrderAct act) {
    const FlowRow *row;
    return may(c, o, act, &row);
}

Err order_act(Call *c, Order *o, OrderAct act, const FlowArg *arg) {
    static const FlowArg none;
    const FlowRow *row;
    assert(tx_writable(c->tx));
    if (!arg)
        arg = &none;
    Err e = may(c, o, act, &row);
    if (e)
        return e;

    int32_t from = o->status;
    e = effect(c, o, row->effect, arg);
    if (e)
        return e;
    if (row->to)
        o->status = row->to;
    if (row->end)
        o->end = row->end;
    if (row->to)
        stamp(o, c->now_ms);
    record_act(o, c, act, arg);
    if (row->timer != TIMER_KEEP) {
        o->timer = row->timer;
        o->timer_ms = row->timer ? order_timer_due(c->cfg, row->timer, c->now_ms) : 0;
        /* Counted from the submission, however late the reminder came; but a reminder is never the last word at once. */
        if (row->timer == TIMER_AUTO_APPROVE && o->submitted_ms + c->cfg->auto_approve_ms > c->now_ms)
            o->timer_ms = o->submitted_ms + c->cfg->auto_approve_ms;
    }
    o->updated_ms = c->now_ms;
    e = rec_put(c->tx, &ORDER, o);
    if (!e && row->end)
        e = payment_void_order(c, o->id);
    if (!e)
        e = order_link(c, o, from);
    if (!e)
        e = publish(c, o, EV_ORDER, row->to ? VERB_STATUS : VERB_UPDATED, o->status);
    if (!e && (act == ACT_FUND || (row->effect && o->escrow_state != ESCROW_AWAITING)))
        e = publish(c, o, EV_PAYMENT, VERB_STATUS, o->escrow_state);
    int64_t amount = arg->amount ? arg->amount : o->amount;
    if (!e)
        e = tell(c, o, o->client, row->note_client, row->effect == FX_REFUND ? o->refunded : amount);
    if (!e)
        e = tell(c, o, o->doer, row->note_doer, row->effect == FX_RELEASE ? o->payout : amount);
    if (e || !(order_flow_by(&c->actor, o) & BY_MODERATOR))
        return e;
    Str detail = arena_printf(c->arena, "%s; to the doer %lld, refunded %lld; %.*s", row->doc, (long long)o->settled_to_doer,
                              (long long)o->refunded, STR_ARG(arg->text));
    return detail.p ? audit_add(c, S("order.decide"), S("order"), o->id, detail) : E_NOMEM;
}
