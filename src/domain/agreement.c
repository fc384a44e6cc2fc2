#include "domain/agreement.h"

#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/event.h"
#include "domain/ledger.h"
#include "domain/notify.h"
#include "domain/order_flow.h"
#include "domain/row.h"

static const Field fields[] = {
    FIELD(1, Agreement, order, F_I64, "order it is about"),
    FIELD(2, Agreement, application, F_I64, "application it is about"),
    FIELD(3, Agreement, client, F_I64, "user who pays"),
    FIELD(4, Agreement, doer, F_I64, "user who works"),
    FIELD(5, Agreement, by, F_I64, "who made it"),
    FIELD(6, Agreement, conversation, F_I64, "where they talk"),
    FIELD(7, Agreement, amount, F_I64, "minor units"),
    FIELD(8, Agreement, deadline_ms, F_I64, "until when"),
    FIELD(9, Agreement, terms, F_STR, "in words"),
    FIELD(10, Agreement, status, F_I32, "AgreementStatus"),
    FIELD(11, Agreement, created_ms, F_I64, "when made"),
    FIELD(12, Agreement, updated_ms, F_I64, "last change"),
    FIELD(13, Agreement, answered_ms, F_I64, "when accepted or rejected"),
    FIELD(14, Agreement, cancelled_ms, F_I64, "when given up"),
};

static bool has_order(const void *row) { return ((const Agreement *)row)->order != 0; }
static bool has_application(const void *row) { return ((const Agreement *)row)->application != 0; }
static Err parties(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    const Agreement *g = row;
    *i64s = ARENA_ARRAY(a, 2, int64_t);
    if (!*i64s)
        return E_NOMEM;
    (*i64s)[0] = g->client;
    (*i64s)[1] = g->doer;
    *n = 2;
    return OK;
}

static const Index indexes[] = {
    {.id = 53,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "agreement_order",
     .doc = "of an order",
     .parts = {{.tag = 1}},
     .when = has_order},
    {.id = 54,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "agreement_application",
     .doc = "of an application",
     .parts = {{.tag = 2}},
     .when = has_application},
    {.id = 55,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "agreement_party",
     .doc = "of a person",
     .parts = {{.type = F_I64S, .of = parties}}},
};
const Record AGREEMENT = {.kind = 33,
                          .size = sizeof(Agreement),
                          .name = "agreement",
                          .doc = "terms that both sides sign",
                          .fields = fields,
                          .field_count = COUNT(fields),
                          .indexes = indexes,
                          .index_count = COUNT(indexes)};
const Index *const AGREEMENT_BY_ORDER = &indexes[0];
const Index *const AGREEMENT_BY_APPLICATION = &indexes[1];
const Index *const AGREEMENT_BY_PARTY = &indexes[2];

static Err bad_state(Call *c, Str why) { return diag_fail(c->diag, E_STATE, "INVALID_STATE", why); }

/* ---- what it is about ---- */

/* The order of it, found by the application when it came later. E_MISSING: none (yet). */
static Err order_of(Tx *tx, const Agreement *a, Order *o) {
    int64_t id = a->order;
    if (a->application) {
        Key key = key1(ORDER_BY_APPLICATION, a->application);
        Err e = index_find(tx, ORDER_BY_APPLICATION, &key, &id);
        if (e && (e != E_MISSING || !id))
            return e;
    }
    return id ? rec_get(tx, &ORDER, id, o) : E_MISSING;
}

/* Whether what it is about goes on: E_STATE otherwise. */
static Err going_on(Call *c, const Agreement *a) {
    Order o;
    Application app;
    Err e = order_of(c->tx, a, &o);
    if (e == OK)
        return ORDER_BIT(o.status) & ORDER_OPEN_MASK ? OK : bad_state(c, S("The order is over."));
    if (e != E_MISSING || !a->application)
        return e;
    e = rec_get(c->tx, &APPLICATION, a->application, &app);
    if (e)
        return e == E_MISSING ? bad_state(c, S("The application is gone.")) : e;
    return app.status == APPLICATION_REJECTED || app.status == APPLICATION_WITHDRAWN
               ? bad_state(c, S("The application was turned down."))
               : OK;
}

Err agreement_workflow(Tx *tx, const Agreement *a, AgreementWorkflow *out) {
    Order o;
    *out = a->status == AGREEMENT_PENDING ? WORKFLOW_DRAFT : WORKFLOW_ACTIVE;
    if (a->cancelled_ms || a->status == AGREEMENT_REJECTED)
        *out = WORKFLOW_CANCELLED;
    if (*out != WORKFLOW_ACTIVE)
        return OK;
    Err e = order_of(tx, a, &o);
    if (e)
        return e == E_MISSING ? OK : e;
    switch (o.status) {
    case ORDER_SUBMITTED: *out = WORKFLOW_SUBMITTED; break;
    case ORDER_DISPUTED: *out = o.submitted_ms ? WORKFLOW_SUBMITTED : WORKFLOW_ACTIVE; break;
    case ORDER_APPROVED:
    case ORDER_COMPLETED: *out = WORKFLOW_COMPLETED; break;
    case ORDER_CANCELLED: *out = WORKFLOW_CANCELLED; break;
    default: break;
    }
    return OK;
}

/* ---- making ---- */

static Err tell(Call *c, const Agreement *a, EventVerb verb) {
    Event ev = {.type = EV_AGREEMENT,
                .verb = verb,
                .subject = a->id,
                .order = a->order,
                .conversation = a->conversation,
                .application = a->application,
                .status = a->status,
                .users = list_of_i64s(c->arena, (int64_t[]){a->client, a->doer}, 2)};
    return event_emit(c, &ev);
}

static Err check_terms(Call *c, int64_t amount, Str terms) {
    if (amount <= 0 || amount > MONEY_MAX)
        return diag_field(c->diag, E_INVALID, S("amount"), S("must be positive"));
    if (str_utf8_len(terms) > AGREEMENT_TERMS_MAX)
        return diag_field(c->diag, E_INVALID, S("terms"), S("is too long"));
    return OK;
}

/* The parties, and the conversation they have about it. */
static Err about(Call *c, const AgreementMakeIn *in, Agreement *a, ConversationAbout *talk) {
    Application app;
    Order o = {0};
    Err e = call_signed_in(c);
    if (e == OK && in->application) {
        e = application_get(c, &(IdIn){in->application}, &app);
        *a = (Agreement){.application = app.id, .client = app.client, .doer = app.doer};
        *talk = (ConversationAbout){{app.client, app.doer}, app.gig, 0, app.id};
        if (e == OK && (e = order_of(c->tx, a, &o)) == E_MISSING)
            return OK;
    } else if (e == OK) {
        e = order_get(c, &(IdIn){in->order}, &o);
        if (e == OK && c->actor.user != o.client && c->actor.user != o.doer)
            e = E_FORBIDDEN; /* moderators do not sign */
    }
    if (e)
        return e;
    *a = (Agreement){.order = o.id, .application = o.application, .client = o.client, .doer = o.doer};
    *talk = (ConversationAbout){{o.client, o.doer}, o.gig, o.id, o.application};
    return OK;
}

Err agreement_make(Call *c, const void *input, void *result) {
    const AgreementMakeIn *in = input;
    Agreement *a = result;
    ConversationAbout talk;
    Conversation v;
    Message m;
    bool created;
    int64_t n;
    Err e = about(c, in, a, &talk);
    if (e == OK)
        e = going_on(c, a);
    if (e == OK)
        e = check_terms(c, in->amount, in->terms);
    if (e)
        return e;
    const Index *ix = a->order ? AGREEMENT_BY_ORDER : AGREEMENT_BY_APPLICATION;
    Key key = key1(ix, a->order ? a->order : a->application);
    e = index_count(c->tx, ix, &key, &n);
    if (e == OK && n >= AGREEMENTS_PER_ORDER_MAX)
        e = diag_fail(c->diag, E_LIMIT, "LIMIT_EXCEEDED", S("Too many contracts."));
    if (e == OK)
        e = conversation_about(c, &talk, &v, &created);
    if (e)
        return e;
    a->by = c->actor.user;
    a->conversation = v.id;
    a->amount = in->amount;
    a->deadline_ms = in->deadline_ms;
    a->terms = in->terms;
    a->status = AGREEMENT_PENDING;
    a->created_ms = a->updated_ms = c->now_ms;
    e = rec_insert(c->tx, &AGREEMENT, a);
    if (e == OK)
        e = tell(c, a, VERB_CREATED);
    return e ? e : message_post(c, v.id, MESSAGE_AGREEMENT, a->id, a->terms, &m);
}

/* ---- reading ---- */

Err agreement_get(Call *c, const void *input, void *result) {
    Agreement *a = result;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &AGREEMENT, ((const IdIn *)input)->id, a);
    if (e)
        return e;
    return c->actor.user == a->client || c->actor.user == a->doer ? OK : E_FORBIDDEN;
}

Err agreement_list(Call *c, const void *input, void *result) {
    const AgreementListIn *in = input;
    Order o;
    Application app;
    Err e = call_signed_in(c);
    if (e)
        return e;
    if (in->application) {
        e = application_get(c, &(IdIn){in->application}, &app);
        Key key = key1(AGREEMENT_BY_APPLICATION, in->application);
        return e ? e : row_page(c, &AGREEMENT, AGREEMENT_BY_APPLICATION, &key, in->page, result);
    }
    if (in->order) {
        e = order_get(c, &(IdIn){in->order}, &o);
        Key key = key1(AGREEMENT_BY_ORDER, in->order);
        return e ? e : row_page(c, &AGREEMENT, AGREEMENT_BY_ORDER, &key, in->page, result);
    }
    Key key = key1(AGREEMENT_BY_PARTY, c->actor.user);
    return row_page(c, &AGREEMENT, AGREEMENT_BY_PARTY, &key, in->page, result);
}

/* ---- answering ---- */

static Err save(Call *c, Agreement *a, EventVerb verb) {
    a->updated_ms = c->now_ms;
    Err e = rec_put(c->tx, &AGREEMENT, a);
    return e ? e : tell(c, a, verb);
}

/* The price that both agreed on becomes that of the order, or of the application. */
static Err take_terms(Call *c, const Agreement *a) {
    Order o;
    Application app;
    Err e = order_of(c->tx, a, &o);
    if (e == OK) {
        e = order_reprice(c, &(AmountIn){o.id, a->amount}, &o);
        if (e || !a->deadline_ms)
            return e;
        o.due_ms = a->deadline_ms;
        return rec_put(c->tx, &ORDER, &o);
    }
    if (e != E_MISSING)
        return e;
    e = row_load(c, &APPLICATION, a->application, &app);
    if (e)
        return e;
    app.amount = a->amount;
    app.updated_ms = c->now_ms;
    return rec_put(c->tx, &APPLICATION, &app);
}

static Err answer(Call *c, Agreement *a, AgreementStatus status) {
    Order o;
    if (c->actor.user == a->by)
        return E_FORBIDDEN;
    if (a->status == (int32_t)status)
        return OK;
    if (a->status != AGREEMENT_PENDING || a->cancelled_ms)
        return bad_state(c, S("The contract was answered already."));
    Err e = status == AGREEMENT_ACCEPTED ? going_on(c, a) : OK;
    if (e == OK && status == AGREEMENT_ACCEPTED)
        e = take_terms(c, a);
    if (e)
        return e;
    if (!a->order && order_of(c->tx, a, &o) == OK)
        a->order = o.id;
    a->status = status;
    a->answered_ms = c->now_ms;
    e = save(c, a, VERB_STATUS);
    if (e)
        return e;
    Notice note = {.user = a->by,
                   .type = status == AGREEMENT_ACCEPTED ? NOTE_AGREEMENT_ACCEPTED : NOTE_AGREEMENT_REJECTED,
                   .order = a->order,
                   .application = a->application,
                   .conversation = a->conversation,
                   .actor = c->actor.user,
                   .amount = a->amount};
    e = notify(c, &note);
    return e == E_MISSING ? OK : e;
}

Err agreement_accept(Call *c, const void *input, void *result) {
    Err e = agreement_get(c, input, result);
    return e ? e : answer(c, result, AGREEMENT_ACCEPTED);
}

Err agreement_reject(Call *c, const void *input, void *result) {
    Err e = agreement_get(c, input, result);
    return e ? e : answer(c, result, AGREEMENT_REJECTED);
}

/* ---- following ---- */

/* The acts that bring an order from where it is to work handed in, by the doer. */
static Err hand_in(Call *c, Order *o) {
    Err e = OK;
    if (o->status == ORDER_PENDING)
        e = order_act(c, o, ACT_TAKE, NULL);
    if (e == OK && o->status == ORDER_PENDING_PAYMENT)
        e = order_act(c, o, ACT_START, NULL);
    return e ? e : order_act(c, o, ACT_SUBMIT, NULL);
}

/* Accepted and paid, by the client. */
static Err complete(Call *c, Order *o) {
    if (o->status == ORDER_SUBMITTED || o->status == ORDER_APPROVED)
        return order_act(c, o, ACT_APPROVE, NULL);
    return bad_state(c, S("The order's state does not allow this."));
}

static Err move(Call *c, Agreement *a, AgreementWorkflow to) {
    AgreementWorkflow now;
    Order o;
    bool doer = c->actor.user == a->doer;
    Err e = agreement_workflow(c->tx, a, &now);
    if (e)
        return e;
    if ((to == WORKFLOW_SUBMITTED && !doer) || (to == WORKFLOW_COMPLETED && doer))
        return E_FORBIDDEN;
    if (now == to) {
        /* Accepted work may still be held: the client's word releases it. */
        if (to != WORKFLOW_COMPLETED || order_of(c->tx, a, &o) || o.status != ORDER_APPROVED)
            return OK;
    } else if (to != now + 1 && !(to == WORKFLOW_CANCELLED && now < WORKFLOW_COMPLETED)) {
        return bad_state(c, S("The contract's state does not allow this."));
    }
    if (to == WORKFLOW_CANCELLED) {
        a->cancelled_ms = c->now_ms;
        return save(c, a, VERB_STATUS);
    }
    if (to != WORKFLOW_SUBMITTED && to != WORKFLOW_COMPLETED)
        return bad_state(c, S("The other party accepts it."));
    e = order_of(c->tx, a, &o);
    if (e)
        return e == E_MISSING ? bad_state(c, S("There is no order yet.")) : e;
    e = row_keep(c->arena, &ORDER, &o);
    if (e == OK)
        e = to == WORKFLOW_SUBMITTED ? hand_in(c, &o) : complete(c, &o);
    if (e)
        return e;
    a->order = o.id;
    return save(c, a, VERB_STATUS);
}

static Err change(Call *c, Agreement *a, const AgreementEdit *in) {
    Agreement new = *a;
    if (HAS(in, AGREEMENT_SET_AMOUNT))
        new.amount = in->amount;
    if (HAS(in, AGREEMENT_SET_DEADLINE))
        new.deadline_ms = in->deadline_ms;
    if (HAS(in, AGREEMENT_SET_TERMS))
        new.terms = in->terms;
    if (new.amount == a->amount &&new.deadline_ms == a->deadline_ms && str_eq(new.terms, a->terms))
        return OK;
    if (c->actor.user != a->by)
        return E_FORBIDDEN;
    if (a->status != AGREEMENT_PENDING || a->cancelled_ms)
        return bad_state(c, S("The contract was answered already."));
    Err e = check_terms(c, new.amount, new.terms);
    if (e)
        return e;
    *a = new;
    return save(c, a, VERB_UPDATED);
}

Err agreement_edit(Call *c, const void *input, void *result) {
    const AgreementEdit *in = input;
    Agreement *a = result;
    Err e = agreement_get(c, &(IdIn){in->id}, a);
    if (e == OK)
        e = change(c, a, in);
    if (e == OK && HAS(in, AGREEMENT_SET_STATUS) && in->status != a->status) {
        if (in->status != AGREEMENT_ACCEPTED && in->status != AGREEMENT_REJECTED)
            return bad_state(c, S("The contract was answered already."));
        e = answer(c, a, in->status);
    }
    return e == OK && HAS(in, AGREEMENT_SET_WORKFLOW) ? move(c, a, in->workflow) : e;
}
