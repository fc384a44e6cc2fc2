/* Orders of services, and freelancers' answers to proposals. */
#include "contract/skillconnect/skillconnect.h"
#include "domain/application.h"
#include "domain/ledger.h"
#include "domain/order.h"
#include "domain/row.h"
#include "domain/service.h"

/* ---- words ---- */

typedef enum OrderWord { SAID_PENDING = 1, SAID_ACCEPTED, SAID_REJECTED, SAID_CANCELLED } OrderWord;
WORDS(sc_order_words, "OrderStatus", WORD(SAID_PENDING, "pending"), WORD(SAID_ACCEPTED, "accepted"),
      WORD(SAID_REJECTED, "rejected"), WORD(SAID_CANCELLED, "cancelled"));

static OrderWord order_word(const Order *o) {
    if (o->status == ORDER_CANCELLED)
        return o->end == END_REJECTED ? SAID_REJECTED : SAID_CANCELLED;
    return o->status == ORDER_PENDING ? SAID_PENDING : SAID_ACCEPTED;
}

/* An accepted answer has an order; when that was called off, so was the answer. */
static OrderWord application_word(Tx *tx, const Application *a) {
    Key key = key1(ORDER_BY_APPLICATION, a->id);
    int64_t order;
    switch (a->status) {
    case APPLICATION_ACCEPTED: return index_find(tx, ORDER_BY_APPLICATION, &key, &order) ? SAID_CANCELLED : SAID_ACCEPTED;
    case APPLICATION_REJECTED: return SAID_REJECTED;
    case APPLICATION_WITHDRAWN: return SAID_CANCELLED;
    default: return SAID_PENDING;
    }
}

/* ---- views ---- */

static bool order_status(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = order_word(row);
    return true;
}
static bool order_client(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Order *)row)->client;
    return true;
}
static bool order_freelancer(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Order *)row)->doer;
    return true;
}
static bool order_of_service(Render *r, const void *row, Value *out) {
    Service *s = ARENA_NEW(r->arena, Service);
    out->row = s;
    return s && !rec_get(r->call->tx, &SERVICE, ((const Order *)row)->service, s);
}
VIEW(sc_service_order_view, Order, "ServiceOrder", "An order of a service.", SHOW_ID("id", Order, id, &ORDER, "Its id."),
     SHOW_GET("client", W_ROW, order_client, "Who ordered.", .view = &sc_person_view, .optional = true),
     SHOW_GET("freelancer", W_ROW, order_freelancer, "Whose service it is.", .view = &sc_person_view, .optional = true),
     SHOW_GET("service", W_ROW, order_of_service, "What was ordered.", .view = &sc_service_view, .optional = true),
     SHOW("message", W_STR, Order, requirements, "What the client wrote."),
     SHOW_GET("status", W_WORD, order_status, "Its state.", .words = &sc_order_words),
     SHOW("created_at", W_TIME, Order, created_ms, "When."),
     SHOW("updated_at", W_TIME, Order, updated_ms, "When it changed last."));
VIEW(sc_service_order_status_view, Order, "ServiceOrderStatus", "How an order stands.",
     SHOW_ID("id", Order, id, &ORDER, "Its id."),
     SHOW_GET("status", W_WORD, order_status, "Its state.", .words = &sc_order_words));

static bool application_status(Render *r, const void *row, Value *out) {
    out->i = application_word(r->call->tx, row);
    return true;
}
static bool application_client(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Application *)row)->client;
    return true;
}
static bool application_freelancer(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Application *)row)->doer;
    return true;
}
static bool application_proposal(Render *r, const void *row, Value *out) {
    Gig *g = ARENA_NEW(r->arena, Gig);
    out->row = g;
    return g && !rec_get(r->call->tx, &GIG, ((const Application *)row)->gig, g);
}
VIEW(sc_proposal_order_view, Application, "ProposalOrder", "A freelancer's answer to a proposal.",
     SHOW_ID("id", Application, id, &APPLICATION, "Its id."),
     SHOW_GET("proposal", W_ROW, application_proposal, "To what.", .view = &sc_proposal_brief_view, .optional = true),
     SHOW_GET("freelancer", W_ROW, application_freelancer, "Who answers.", .view = &sc_person_view, .optional = true),
     SHOW_GET("client", W_ROW, application_client, "Whose proposal it is.", .view = &sc_person_view, .optional = true),
     SHOW("message", W_STR, Application, message, "What the freelancer writes."),
     SHOW("bid_amount", W_MONEY, Application, amount, "What the freelancer asks for.", .empty = EMPTY_NULL),
     SHOW_GET("status", W_WORD, application_status, "Its state.", .words = &sc_order_words),
     SHOW("created_at", W_TIME, Application, created_ms, "When."),
     SHOW("updated_at", W_TIME, Application, updated_ms, "When it changed last."));
VIEW(sc_proposal_order_status_view, Application, "ProposalOrderStatus", "How an answer stands.",
     SHOW_ID("id", Application, id, &APPLICATION, "Its id."),
     SHOW_GET("status", W_WORD, application_status, "Its state.", .words = &sc_order_words));

/* ---- making ---- */

static Err no_such(Call *c, Err e, const char *field, int64_t id) {
    if (e != E_MISSING)
        return e;
    return diag_field(c->diag, E_INVALID, str_c0(field),
                      arena_printf(c->arena, "Invalid pk \"%lld\" - object does not exist.", (long long)id));
}

INPUTS(service_order_in, ServiceOrderIn,
       INPUT("service_id", IN_BODY, W_INT, ServiceOrderIn, service, NO_HAS, "Which service.", .flags = IN_REQUIRED | IN_LENIENT),
       INPUT("message", IN_BODY, W_STR, ServiceOrderIn, message, NO_HAS, "What you need.", .flags = IN_TRIM | IN_LENIENT,
             .max = 5000));
static Err order_service(Call *c, const void *input, void *out) {
    const ServiceOrderIn *in = input;
    Service s;
    Err e = sc_role_wanted(c, ROLE_BIT_CLIENT);
    if (e == OK)
        e = service_get(c, &(IdIn){in->service}, &s);
    return e ? no_such(c, e, "service_id", in->service) : service_order(c, in, out);
}

INPUTS(proposal_order_in, ApplyIn,
       INPUT("proposal_id", IN_BODY, W_INT, ApplyIn, gig, NO_HAS, "Which proposal.", .flags = IN_REQUIRED | IN_LENIENT),
       INPUT("message", IN_BODY, W_STR, ApplyIn, message, NO_HAS, "What you want to say.", .flags = IN_TRIM | IN_LENIENT,
             .max = APPLICATION_MESSAGE_MAX),
       INPUT("bid_amount", IN_BODY, W_MONEY, ApplyIn, amount, NO_HAS, "What you ask for; the budget when it is not said.",
             .flags = IN_LENIENT, .min = 1, .max = MONEY_MAX, .check = sc_whole_money),
       INPUT_CONST(ApplyIn, wordless, 1));
static Err order_proposal(Call *c, const void *input, void *out) {
    const ApplyIn *in = input;
    Err e = sc_role_wanted(c, ROLE_BIT_DOER);
    return e ? e : no_such(c, application_apply(c, in, out), "proposal_id", in->gig);
}

/* ---- answering ---- */

typedef struct StatusIn {
    int64_t id;
    Str word;
    int32_t said; /* OrderWord */
} StatusIn;
#define STATUS_ROW                                                                                                         \
    INPUT("status", IN_BODY, W_STR, StatusIn, word, NO_HAS, "accepted, rejected or cancelled.", .flags = IN_LAX | IN_TRIM, \
          .max = 100, .example = "\"accepted\"")
INPUTS(service_order_status_in, StatusIn, INPUT_ID("id", StatusIn, id, &ORDER, "Which order."), STATUS_ROW);
INPUTS(proposal_order_status_in, StatusIn, INPUT_ID("id", StatusIn, id, &APPLICATION, "Which answer."), STATUS_ROW);

static Err status_before(Exchange *x) {
    StatusIn *in = x->in;
    if (words_value(&sc_order_words, in->word, &in->said) && in->said != SAID_PENDING)
        return OK;
    return diag_fail(&x->diag, E_INVALID, SC_ERROR, S("Status must be one of ['accepted', 'rejected', 'cancelled']."));
}

static Err service_order_gate(Exchange *x, Call *c, void *arg) {
    const StatusIn *in = x->in;
    Order o;
    (void)arg;
    Err e = in ? order_get(c, &(IdIn){in->id}, &o) : OK;
    return e || !in ? e : o.service ? OK : E_MISSING;
}
static Err proposal_order_gate(Exchange *x, Call *c, void *arg) {
    const StatusIn *in = x->in;
    Application a;
    (void)arg;
    return in ? application_get(c, &(IdIn){in->id}, &a) : OK;
}

static Err answer_service_order(Call *c, const void *input, void *out) {
    const StatusIn *in = input;
    IdIn id = {in->id};
    Order *o = out;
    Err e = order_get(c, &id, o);
    if (e == OK && !o->service)
        e = E_MISSING;
    if (e)
        return e;
    /* The freelancer's words are about the order, the client's only about calling it off. */
    if (o->doer != c->actor.user && in->said != SAID_CANCELLED)
        return E_FORBIDDEN;
    switch (in->said) {
    case SAID_ACCEPTED: return order_take(c, &id, o);
    case SAID_REJECTED: return order_reject(c, &(ReasonIn){.id = in->id}, o);
    default: return order_cancel(c, &(ReasonIn){.id = in->id}, o);
    }
}

/* An accepted answer is called off with its order; one whose order had not begun is pending again then, and withdrawn. */
static Err call_off(Call *c, Application *a) {
    Order o;
    IdIn id = {a->id};
    if (a->status == APPLICATION_ACCEPTED) {
        Key key = key1(ORDER_BY_APPLICATION, a->id);
        Err e = row_find(c, &ORDER, ORDER_BY_APPLICATION, &key, &o);
        if (e == E_MISSING)
            return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("It was called off already."));
        if (e == OK)
            e = order_cancel(c, &(ReasonIn){.id = o.id}, &o);
        if (e == OK)
            e = application_get(c, &id, a);
        if (e || a->status != APPLICATION_PENDING)
            return e;
    }
    return application_withdraw(c, &id, a);
}

static Err answer_proposal_order(Call *c, const void *input, void *out) {
    const StatusIn *in = input;
    IdIn id = {in->id};
    Application *a = out;
    AcceptOut accepted = {0};
    Err e = application_get(c, &id, a);
    if (e)
        return e;
    if (c->actor.user != (in->said == SAID_CANCELLED ? a->doer : a->client))
        return E_FORBIDDEN;
    switch (in->said) {
    case SAID_ACCEPTED:
        e = application_accept(c, &(AcceptIn){.application = in->id}, &accepted);
        return e ? e : application_get(c, &id, a);
    case SAID_REJECTED: return application_reject(c, &id, a);
    default: return call_off(c, a);
    }
}

INPUTS(own_in, PageIn, INPUT_CONST(PageIn, limit, LIST_WHOLE));

/* ---- routes ---- */

#define GIGS "/api/v1/gigs/"
static const Route skillconnect_orders_routes[] = {
    {.method = "POST",
     .path = GIGS "service-orders",
     .op = order_service,
     .in = &service_order_in,
     .gate = sc_clients_only,
     .view = &sc_service_order_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Order a service.",
     .doc = "Clients. It waits for the freelancer."},
    {.method = "GET",
     .path = GIGS "service-orders",
     .op = order_services,
     .in = &own_in,
     .view = &sc_service_order_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_SIGNED_IN,
     .summary = "One's own service orders, newest first.",
     .doc = "Those made and those received."},
    {.method = "PATCH",
     .path = GIGS "service-orders/{id}",
     .op = answer_service_order,
     .in = &service_order_status_in,
     .before = status_before,
     .gate = service_order_gate,
     .view = &sc_service_order_status_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Answer a service order.",
     .doc = "The freelancer; the client may cancel."},
    {.method = "POST",
     .path = GIGS "proposal-orders",
     .op = order_proposal,
     .in = &proposal_order_in,
     .gate = sc_doers_only,
     .view = &sc_proposal_order_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_CONFLICT),
     .summary = "Answer a proposal.",
     .doc = "Freelancers."},
    {.method = "GET",
     .path = GIGS "proposal-orders",
     .op = application_all,
     .in = &own_in,
     .view = &sc_proposal_order_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_SIGNED_IN,
     .summary = "One's own answers and those received, newest first."},
    {.method = "PATCH",
     .path = GIGS "proposal-orders/{id}",
     .op = answer_proposal_order,
     .in = &proposal_order_status_in,
     .before = status_before,
     .gate = proposal_order_gate,
     .view = &sc_proposal_order_status_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Decide about an answer.",
     .doc = "The client accepts or rejects, the freelancer cancels."},
};
SECTION(skillconnect_orders, "Orders", "Orders of services, and answers to proposals.");
