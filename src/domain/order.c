/* Orders: how they lie on disk, reading them, and the acts of people. The moves themselves are order_flow.c. */
#include "domain/order.h"

#include <assert.h>

#include "domain/event.h"
#include "domain/file.h"
#include "domain/ledger.h"
#include "domain/link.h"
#include "domain/milestone.h"
#include "domain/order_flow.h"
#include "domain/payment.h"
#include "domain/row.h"

static const Field deliverable_fields[] = {
    FIELD(1, Deliverable, message, F_STR, "what the doer says"),
    FIELD(2, Deliverable, files, F_I64S, "file ids"),
    FIELD(3, Deliverable, urls, F_STRS, "links"),
    FIELD(4, Deliverable, by, F_I64, "user"),
    FIELD(5, Deliverable, at_ms, F_I64, "when"),
};
const Record DELIVERABLE = {.size = sizeof(Deliverable),
                            .name = "deliverable",
                            .doc = "one hand-in",
                            .fields = deliverable_fields,
                            .field_count = COUNT(deliverable_fields)};

static const Field revision_fields[] = {
    FIELD(1, Revision, message, F_STR, "what the client wants changed"),
    FIELD(2, Revision, by, F_I64, "user"),
    FIELD(3, Revision, at_ms, F_I64, "when"),
};
const Record REVISION = {.size = sizeof(Revision),
                         .name = "revision",
                         .doc = "one request for changes",
                         .fields = revision_fields,
                         .field_count = COUNT(revision_fields)};

static const Field requirement_fields[] = {
    FIELD(1, Requirement, question, F_STR, "what the doer wants to know"),
    FIELD(2, Requirement, answer, F_STR, "what the client answers"),
};
const Record REQUIREMENT = {.size = sizeof(Requirement),
                            .name = "requirement",
                            .doc = "one answered question",
                            .fields = requirement_fields,
                            .field_count = COUNT(requirement_fields)};

static const Field fields[] = {
    FIELD(1, Order, status, F_I32, "OrderStatus"),
    FIELD(2, Order, flags, F_I32, "ORDER_ bits"),
    FIELD(3, Order, client, F_I64, "user who pays"),
    FIELD(4, Order, doer, F_I64, "user who works"),
    FIELD(5, Order, gig, F_I64, "gig, 0 = none"),
    FIELD(6, Order, service, F_I64, "service, 0 = none"),
    FIELD(7, Order, application, F_I64, "accepted application"),
    FIELD(8, Order, title, F_STR, "of the gig or service then"),
    FIELD(9, Order, amount, F_I64, "agreed price"),
    FIELD(10, Order, fee_bps, F_I32, "platform fee, basis points"),
    FIELD(11, Order, fee, F_I64, "platform fee"),
    FIELD(12, Order, payout, F_I64, "what the doer gets"),
    FIELD(13, Order, refunded, F_I64, "given back"),
    FIELD(14, Order, escrow_state, F_I32, "EscrowState"),
    FIELD(15, Order, gateway_order, F_STR, "provider's order id"),
    FIELD(16, Order, gateway_payment, F_STR, "provider's payment id"),
    FIELD(17, Order, requirements, F_STR, "what the client wrote"),
    FIELD(18, Order, requirement_files, F_I64S, "file ids"),
    FIELD_RECS(19, Order, deliverables, &DELIVERABLE, "hand-ins"),
    FIELD_RECS(20, Order, revisions, &REVISION, "requests for changes"),
    FIELD(21, Order, revisions_max, F_I32, "how many are included, -1 = unlimited"),
    FIELD(22, Order, due_ms, F_I64, "agreed delivery"),
    FIELD(23, Order, created_ms, F_I64, "when made"),
    FIELD(24, Order, updated_ms, F_I64, "last change"),
    FIELD(25, Order, accepted_ms, F_I64, "when the doer took it"),
    FIELD(26, Order, started_ms, F_I64, "entered in_progress"),
    FIELD(27, Order, begun_ms, F_I64, "a party said that work began"),
    FIELD(28, Order, submitted_ms, F_I64, "last hand-in"),
    FIELD(29, Order, approved_ms, F_I64, "accepted"),
    FIELD(30, Order, completed_ms, F_I64, "settled"),
    FIELD(31, Order, cancelled_ms, F_I64, "called off"),
    FIELD(32, Order, disputed_ms, F_I64, "disputed"),
    FIELD(33, Order, end, F_I32, "OrderEnd"),
    FIELD(34, Order, cancelled_by, F_I64, "user"),
    FIELD(35, Order, cancel_reason, F_STR, "why"),
    FIELD(36, Order, disputed_by, F_I64, "user"),
    FIELD(37, Order, dispute_reason, F_STR, "why"),
    FIELD(38, Order, settled_by, F_I64, "admin"),
    FIELD(39, Order, settle_note, F_STR, "why so"),
    FIELD(40, Order, settled_to_doer, F_I64, "gross share of the doer"),
    FIELD(41, Order, dispute_loser, F_I64, "user, 0 = none"),
    FIELD(42, Order, timer, F_I32, "OrderTimer"),
    FIELD(43, Order, timer_ms, F_I64, "when it fires"),
    FIELD(44, Order, conversation, F_I64, "its chat"),
    FIELD_RECS(49, Order, questions, &REQUIREMENT, "answered questions"),
    FIELD(50, Order, delivery_days, F_I32, "days until delivery as ordered"),
    FIELD(51, Order, funded_ms, F_I64, "money first came"),
};

static Err parties(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    const Order *o = row;
    *i64s = ARENA_ARRAY(a, 2, int64_t);
    if (!*i64s)
        return E_NOMEM;
    (*i64s)[0] = o->client;
    (*i64s)[1] = o->doer;
    *n = 2;
    return OK;
}
static bool of_gig(const void *row) { return ((const Order *)row)->gig != 0; }
static bool of_service(const void *row) { return ((const Order *)row)->service != 0; }
static bool holds_application(const void *row) {
    const Order *o = row;
    return o->application && o->status != ORDER_CANCELLED;
}
static bool has_timer(const void *row) { return ((const Order *)row)->timer != 0; }
static bool has_loser(const void *row) { return ((const Order *)row)->dispute_loser != 0; }
static bool was_quit(const void *row) {
    const Order *o = row;
    return o->cancelled_by && o->end == END_CANCELLED && (o->flags & ORDER_WAS_FUNDED);
}

static const Index indexes[] = {
    {.id = 160,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 2,
     .name = "order_client",
     .doc = "of a client by status",
     .parts = {{.tag = 3}, {.tag = 1}}},
    {.id = 161,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 2,
     .name = "order_doer",
     .doc = "of a doer by status",
     .parts = {{.tag = 4}, {.tag = 1}}},
    {.id = 162,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "order_party",
     .doc = "of a person",
     .parts = {{.type = F_I64S, .of = parties}}},
    {.id = 163,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "order_status",
     .doc = "for the admin",
     .parts = {{.tag = 1}}},
    {.id = 164,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 2,
     .name = "order_gig",
     .doc = "of a gig",
     .parts = {{.tag = 5}, {.tag = 1}},
     .when = of_gig},
    {.id = 165,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 2,
     .name = "order_service",
     .doc = "of a service",
     .parts = {{.tag = 6}, {.tag = 1}},
     .when = of_service},
    {.id = 166,
     .kind = IX_UNIQUE,
     .part_count = 1,
     .name = "order_application",
     .doc = "an application is accepted once",
     .parts = {{.tag = 7}},
     .when = holds_application},
    {.id = 167,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "order_timer",
     .doc = "what happens by itself next",
     .parts = {{.tag = 43}},
     .when = has_timer},
    {.id = 168,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "order_loser",
     .doc = "lost disputes",
     .parts = {{.tag = 41}},
     .when = has_loser},
    {.id = 169,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "order_quitter",
     .doc = "funded orders that a party called off",
     .parts = {{.tag = 34}},
     .when = was_quit},
    {.id = 201,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "order_service_party",
     .doc = "of a person, from services",
     .parts = {{.type = F_I64S, .of = parties}},
     .when = of_service},
};
const Record ORDER = {.kind = 42,
                      .size = sizeof(Order),
                      .name = "order",
                      .doc = "an engagement between a client and a doer",
                      .fields = fields,
                      .field_count = COUNT(fields),
                      .indexes = indexes,
                      .index_count = COUNT(indexes)};
const Index *const ORDER_BY_CLIENT = &indexes[0];
const Index *const ORDER_BY_DOER = &indexes[1];
const Index *const ORDER_BY_PARTY = &indexes[2];
const Index *const ORDER_BY_STATUS = &indexes[3];
const Index *const ORDER_BY_GIG = &indexes[4];
const Index *const ORDER_BY_SERVICE = &indexes[5];
const Index *const ORDER_BY_APPLICATION = &indexes[6];
const Index *const ORDER_BY_TIMER = &indexes[7];
const Index *const ORDER_BY_LOSER = &indexes[8];
const Index *const ORDER_BY_QUITTER = &indexes[9];
const Index *const ORDER_SERVICE_PARTY = &indexes[10];

/* ---- reading ---- */

Err order_party(Call *c, const Order *o) {
    if (order_flow_by(&c->actor, o))
        return OK;
    return c->actor.user ? E_FORBIDDEN : E_UNAUTHORIZED;
}

/* Signed in, there, and one's own. */
static Err order_open(Call *c, int64_t id, Order *o) {
    if (!c->actor.user && !(c->actor.rights & RIGHT_SYSTEM))
        return E_UNAUTHORIZED;
    Err e = row_load(c, &ORDER, id, o);
    return e ? e : order_party(c, o);
}

Err order_get(Call *c, const void *in, void *out) { return order_open(c, ((const IdIn *)in)->id, out); }

Err order_list(Call *c, const void *in, void *out) {
    const OrderListIn *q = in;
    Err e = q->all ? call_moderator(c) : call_signed_in(c);
    if (e)
        return e;
    const uint32_t every = ORDER_OPEN_MASK | ORDER_BIT(ORDER_COMPLETED) | ORDER_BIT(ORDER_CANCELLED);
    uint32_t wanted = (q->statuses & every) == every ? 0 : q->statuses;
    if (!q->all && !q->role && !wanted) {
        Key key = key1(ORDER_BY_PARTY, c->actor.user);
        return row_page(c, &ORDER, ORDER_BY_PARTY, &key, q->page, out);
    }
    PageSource src[2 * ORDER_STATUS_COUNT];
    size_t n = 0;
    for (int32_t s = ORDER_PENDING; s < ORDER_STATUS_COUNT; s++) {
        if (wanted && !(wanted & ORDER_BIT(s)))
            continue;
        if (q->all) {
            src[n++] = (PageSource){ORDER_BY_STATUS, key1(ORDER_BY_STATUS, s)};
            continue;
        }
        if (q->role != ROLE_DOER)
            src[n++] = (PageSource){ORDER_BY_CLIENT, key2(ORDER_BY_CLIENT, c->actor.user, s)};
        if (q->role != ROLE_CLIENT)
            src[n++] = (PageSource){ORDER_BY_DOER, key2(ORDER_BY_DOER, c->actor.user, s)};
    }
    return row_page_merge(c, &ORDER, src, n, q->page, out);
}

Err order_facts(Call *c, int64_t user, OrderFacts *out) {
    Key doer = key2(ORDER_BY_DOER, user, ORDER_COMPLETED), client = key2(ORDER_BY_CLIENT, user, ORDER_COMPLETED);
    Key loser = key1(ORDER_BY_LOSER, user), quitter = key1(ORDER_BY_QUITTER, user);
    Err e = index_count(c->tx, ORDER_BY_DOER, &doer, &out->completed_as_doer);
    if (!e)
        e = index_count(c->tx, ORDER_BY_CLIENT, &client, &out->completed_as_client);
    if (!e)
        e = index_count(c->tx, ORDER_BY_LOSER, &loser, &out->disputes_lost);
    return e ? e : index_count(c->tx, ORDER_BY_QUITTER, &quitter, &out->funded_cancellations);
}

Err order_services(Call *c, const void *in, void *out) {
    Err e = call_signed_in(c);
    Key key = key1(ORDER_SERVICE_PARTY, c->actor.user);
    return e ? e : row_page(c, &ORDER, ORDER_SERVICE_PARTY, &key, *(const PageIn *)in, out);
}

/* ---- acts ---- */

static Err check_text(Call *c, Str name, Str text, bool required) {
    if (required && !str_trim(text).n)
        return diag_field(c->diag, E_INVALID, name, S("is required"));
    if (text.n > ORDER_TEXT_MAX_BYTES)
        return diag_field(c->diag, E_INVALID, name, S("is too long"));
    return OK;
}

/* Whether the act is allowed comes before what is wrong with its input (order_may). */
static Err hand_in(Call *c, const void *in, void *out, OrderAct act) {
    const SubmitIn *q = in;
    Order *o = out;
    Err e = order_open(c, q->id, o);
    /* Who hands in what was paid for has taken it: some contracts have no step for taking. */
    if (!e && act == ACT_SUBMIT && o->status == ORDER_PENDING && o->escrow_state == ESCROW_FUNDED)
        e = order_act(c, o, ACT_TAKE, NULL);
    if (!e)
        e = order_may(c, o, act);
    if (!e)
        e = check_text(c, S("message"), q->message, false);
    if (e)
        return e;
    if (!q->message.n && !q->files.count && !q->urls.count && act == ACT_DELIVER)
        return diag_field(c->diag, E_INVALID, S("message"), S("is required"));
    if (q->urls.count > ORDER_FILES_MAX)
        return diag_field(c->diag, E_INVALID, S("urls"), S("are too many"));
    e = links_ok(c, &q->urls, S("urls"));
    if (e)
        return e;
    e = files_use(c, &q->files, ORDER_FILES_MAX, o->id, 0, S("files"));
    if (e)
        return e;
    if (o->deliverables.count >= ORDER_DELIVERABLES_MAX)
        return diag_fail(c->diag, E_LIMIT, "LIMIT_EXCEEDED", S("Too many deliverables."));
    Deliverable d = {.message = q->message, .files = q->files, .urls = q->urls, .by = c->actor.user, .at_ms = c->now_ms};
    if (d.message.n || d.files.count || d.urls.count) { /* what was handed in part by part needs no last one */
        o->deliverables = list_append_rec(c->arena, o->deliverables, &DELIVERABLE, &d);
        if (!o->deliverables.p)
            return E_NOMEM;
    }
    return order_act(c, o, act, &(FlowArg){.text = q->message});
}

Err order_submit(Call *c, const void *in, void *out) { return hand_in(c, in, out, ACT_SUBMIT); }
Err order_add_deliverable(Call *c, const void *in, void *out) { return hand_in(c, in, out, ACT_DELIVER); }

Err order_request_revision(Call *c, const void *in, void *out) {
    const ReasonIn *q = in;
    Order *o = out;
    Err e = order_open(c, q->id, o);
    if (!e)
        e = order_may(c, o, ACT_REVISE);
    if (!e)
        e = check_text(c, S("message"), q->reason, false);
    if (e)
        return e;
    if ((o->revisions_max >= 0 && o->revisions.count >= (uint32_t)o->revisions_max) || o->revisions.count >= ORDER_REVISIONS_MAX)
        return diag_fail(c->diag, E_STATE, "REVISIONS_USED_UP", S("No revisions are left."));
    Revision r = {.message = q->reason, .by = c->actor.user, .at_ms = c->now_ms};
    o->revisions = list_append_rec(c->arena, o->revisions, &REVISION, &r);
    if (!o->revisions.p)
        return E_NOMEM;
    return order_act(c, o, ACT_REVISE, &(FlowArg){.text = q->reason});
}

static Err plain_act(Call *c, const void *in, void *out, OrderAct act) {
    Err e = order_open(c, ((const IdIn *)in)->id, out);
    return e ? e : order_act(c, out, act, NULL);
}

Err order_approve(Call *c, const void *in, void *out) { return plain_act(c, in, out, ACT_APPROVE); }
Err order_accept_work(Call *c, const void *in, void *out) { return plain_act(c, in, out, ACT_ACCEPT_WORK); }
Err order_release(Call *c, const void *in, void *out) { return plain_act(c, in, out, ACT_RELEASE); }
Err order_take(Call *c, const void *in, void *out) { return plain_act(c, in, out, ACT_TAKE); }
Err order_start(Call *c, const void *in, void *out) { return plain_act(c, in, out, ACT_START); }

static Err reasoned_act(Call *c, const void *in, void *out, OrderAct act, bool required) {
    const ReasonIn *q = in;
    Err e = order_open(c, q->id, out);
    if (!e)
        e = order_may(c, out, act);
    if (!e)
        e = check_text(c, S("reason"), q->reason, required);
    return e ? e : order_act(c, out, act, &(FlowArg){.text = q->reason});
}

Err order_reject(Call *c, const void *in, void *out) { return reasoned_act(c, in, out, ACT_REJECT, false); }
Err order_cancel(Call *c, const void *in, void *out) { return reasoned_act(c, in, out, ACT_CANCEL, false); }
Err order_dispute(Call *c, const void *in, void *out) { return reasoned_act(c, in, out, ACT_DISPUTE, true); }

Err dispute_settle(Call *c, const void *in, void *out) {
    static const OrderAct acts[] = {
        [SETTLE_RELEASE] = ACT_SETTLE_RELEASE, [SETTLE_REFUND] = ACT_SETTLE_REFUND, [SETTLE_SPLIT] = ACT_SETTLE_SPLIT};
    const SettleIn *q = in;
    Err e = call_moderator(c);
    if (!e)
        e = order_open(c, q->id, out);
    if (e)
        return e;
    if (q->outcome < SETTLE_RELEASE || q->outcome > SETTLE_SPLIT)
        return diag_field(c->diag, E_INVALID, S("outcome"), S("is not known"));
    e = order_may(c, out, acts[q->outcome]);
    if (!e)
        e = check_text(c, S("note"), q->note, false);
    return e ? e : order_act(c, out, acts[q->outcome], &(FlowArg){.text = q->note, .to_doer = q->to_doer});
}

Err order_reprice(Call *c, const void *in, void *out) {
    const AmountIn *q = in;
    Order *o = out;
    Err e = order_open(c, q->id, o);
    if (e)
        return e;
    if (q->amount <= 0 || q->amount > MONEY_MAX)
        return diag_field(c->diag, E_INVALID, S("amount"), S("must be positive"));
    uint32_t early = ORDER_BIT(ORDER_PENDING) | ORDER_BIT(ORDER_PENDING_PAYMENT) | ORDER_BIT(ORDER_IN_PROGRESS) |
                     ORDER_BIT(ORDER_SUBMITTED) | ORDER_BIT(ORDER_IN_REVISION);
    if (!(early & ORDER_BIT(o->status)) || (o->flags & ORDER_MILESTONES))
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The price is fixed now."));
    return order_set_amount(c, o, q->amount);
}

Err order_set_amount(Call *c, Order *o, int64_t amount) {
    o->amount = amount;
    o->fee = ledger_fee(amount, o->fee_bps);
    o->payout = amount - o->fee;
    o->updated_ms = c->now_ms;
    Err e = rec_put(c->tx, &ORDER, o);
    if (!e)
        e = payment_void_target(c, PAY_ORDER, o->id);
    return e ? e : order_changed(c, o);
}
