#include "domain/payment_request.h"

#include "domain/agreement.h"
#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/event.h"
#include "domain/ledger.h"
#include "domain/row.h"

static const Field fields[] = {
    FIELD(1, PaymentRequest, conversation, F_I64, "where it was asked"),
    FIELD(2, PaymentRequest, agreement, F_I64, "agreement it follows from"),
    FIELD(3, PaymentRequest, client, F_I64, "user who pays"),
    FIELD(4, PaymentRequest, doer, F_I64, "user who works"),
    FIELD(5, PaymentRequest, by, F_I64, "who asks"),
    FIELD(6, PaymentRequest, amount, F_I64, "minor units"),
    FIELD(7, PaymentRequest, text, F_STR, "what for"),
    FIELD(8, PaymentRequest, status, F_I32, "RequestStatus"),
    FIELD(9, PaymentRequest, message, F_I64, "in the conversation"),
    FIELD(10, PaymentRequest, order, F_I64, "whose escrow it funded"),
    FIELD(11, PaymentRequest, created_ms, F_I64, "when asked"),
    FIELD(12, PaymentRequest, updated_ms, F_I64, "last change"),
    FIELD(13, PaymentRequest, paid_ms, F_I64, "when paid"),
};

static Err parties(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    const PaymentRequest *r = row;
    *i64s = ARENA_ARRAY(a, 2, int64_t);
    if (!*i64s)
        return E_NOMEM;
    (*i64s)[0] = r->client;
    (*i64s)[1] = r->doer;
    *n = 2;
    return OK;
}

static const Index indexes[] = {
    {.id = 56,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "request_party",
     .doc = "of a person",
     .parts = {{.type = F_I64S, .of = parties}}},
    {.id = 57,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "request_conversation",
     .doc = "of a conversation",
     .parts = {{.tag = 1}}},
};
const Record PAYMENT_REQUEST = {.kind = 34,
                                .size = sizeof(PaymentRequest),
                                .name = "payment_request",
                                .doc = "money asked for in a conversation",
                                .fields = fields,
                                .field_count = COUNT(fields),
                                .indexes = indexes,
                                .index_count = COUNT(indexes)};
const Index *const REQUEST_BY_PARTY = &indexes[0];
const Index *const REQUEST_BY_CONVERSATION = &indexes[1];

static Err bad_state(Call *c, Str why) { return diag_fail(c->diag, E_STATE, "INVALID_STATE", why); }

/* The order that the conversation is about now; E_MISSING: none. The application may have brought one since. */
static Err order_of(Tx *tx, const Conversation *v, Order *o) {
    int64_t id = v->order;
    if (v->application) {
        Key key = key1(ORDER_BY_APPLICATION, v->application);
        Err e = index_find(tx, ORDER_BY_APPLICATION, &key, &id);
        if (e && e != E_MISSING)
            return e;
    }
    return id ? rec_get(tx, &ORDER, id, o) : E_MISSING;
}

/* Who pays whom in this conversation, and that there is something to be paid. */
static Err payable(Call *c, const Conversation *v, PaymentRequest *r) {
    Order o;
    Application app;
    Err e = order_of(c->tx, v, &o);
    if (e == OK) {
        r->client = o.client;
        r->doer = o.doer;
        return ORDER_BIT(o.status) & ORDER_OPEN_MASK ? OK : bad_state(c, S("The order is over."));
    }
    if (e == E_MISSING && v->application)
        e = rec_get(c->tx, &APPLICATION, v->application, &app);
    if (e)
        return e == E_MISSING ? bad_state(c, S("This conversation is not about an order.")) : e;
    r->client = app.client;
    r->doer = app.doer;
    return app.status == APPLICATION_PENDING ? OK : bad_state(c, S("The application was turned down."));
}

Err request_make(Call *c, const void *input, void *result) {
    const RequestMakeIn *in = input;
    PaymentRequest *r = result;
    Conversation v;
    Member all[MEMBERS_MAX];
    Agreement a;
    Message m;
    size_t n;
    Err e = conversation_join(c, in->conversation, &v, all, &n);
    if (e)
        return e;
    if (in->amount <= 0 || in->amount > MONEY_MAX)
        return diag_field(c->diag, E_INVALID, S("amount"), S("must be positive"));
    if (str_utf8_len(in->text) > REQUEST_TEXT_MAX)
        return diag_field(c->diag, E_INVALID, S("text"), S("is too long"));
    if (in->agreement) {
        e = row_load(c, &AGREEMENT, in->agreement, &a);
        if (e == E_MISSING || (e == OK && a.conversation != v.id))
            return diag_field(c->diag, E_INVALID, S("agreement"), S("is not of this conversation"));
    }
    *r = (PaymentRequest){.conversation = v.id,
                          .agreement = in->agreement,
                          .by = c->actor.user,
                          .amount = in->amount,
                          .text = in->text,
                          .status = REQUEST_PENDING,
                          .created_ms = c->now_ms,
                          .updated_ms = c->now_ms};
    Key key = key1(REQUEST_BY_CONVERSATION, v.id);
    int64_t asked;
    if (e == OK)
        e = index_count(c->tx, REQUEST_BY_CONVERSATION, &key, &asked);
    if (e == OK && asked >= REQUESTS_MAX)
        e = diag_fail(c->diag, E_LIMIT, "LIMIT_EXCEEDED", S("Too many payment requests."));
    if (e == OK)
        e = payable(c, &v, r);
    if (e == OK)
        e = rec_insert(c->tx, &PAYMENT_REQUEST, r);
    if (e == OK)
        e = message_post(c, v.id, MESSAGE_PAYMENT_REQUEST, r->id, r->text, &m);
    if (e)
        return e;
    r->message = m.id;
    return rec_put(c->tx, &PAYMENT_REQUEST, r);
}

Err request_get(Call *c, const void *input, void *result) {
    PaymentRequest *r = result;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &PAYMENT_REQUEST, ((const IdIn *)input)->id, r);
    if (e)
        return e;
    return c->actor.user == r->client || c->actor.user == r->doer ? OK : E_FORBIDDEN;
}

Err request_list(Call *c, const void *input, void *result) {
    const RequestListIn *in = input;
    Conversation v;
    Member all[MEMBERS_MAX];
    size_t n;
    Err e = in->conversation ? conversation_join(c, in->conversation, &v, all, &n) : call_signed_in(c);
    const Index *ix = in->conversation ? REQUEST_BY_CONVERSATION : REQUEST_BY_PARTY;
    Key key = key1(ix, in->conversation ? in->conversation : c->actor.user);
    return e ? e : row_page(c, &PAYMENT_REQUEST, ix, &key, in->page, result);
}

/* ---- paying ---- */

Err request_status(Tx *tx, const PaymentRequest *r, RequestStatus *out) {
    Conversation v;
    Order o;
    Application app;
    *out = (RequestStatus)r->status;
    if (r->status != REQUEST_PENDING)
        return OK;
    Err e = rec_get(tx, &CONVERSATION, r->conversation, &v);
    if (e)
        return e;
    e = order_of(tx, &v, &o);
    if (e == OK && !(ORDER_BIT(o.status) & ORDER_OPEN_MASK))
        *out = REQUEST_CANCELLED;
    if (e != E_MISSING || !v.application)
        return e == E_MISSING ? OK : e;
    e = rec_get(tx, &APPLICATION, v.application, &app);
    if (e == E_MISSING || (e == OK && app.status != APPLICATION_PENDING))
        *out = REQUEST_CANCELLED;
    return e == E_MISSING ? OK : e;
}

Err request_target(Call *c, PaymentTarget *t) {
    PaymentRequest r;
    Conversation v;
    Order o;
    Err e = row_load(c, &PAYMENT_REQUEST, t->ref, &r);
    if (e == OK)
        e = row_load(c, &CONVERSATION, r.conversation, &v);
    if (e)
        return e;
    t->payer = r.client;
    t->amount = r.amount;
    if (r.status != REQUEST_PENDING) {
        t->order = r.order;
        return diag_fail(c->diag, E_STATE, "ALREADY_FUNDED", S("This is paid already."));
    }
    e = order_of(c->tx, &v, &o);
    if (e)
        return e == E_MISSING ? bad_state(c, S("There is no order yet.")) : e;
    t->order = o.id;
    return ORDER_BIT(o.status) & ORDER_OPEN_MASK ? OK : bad_state(c, S("The order is over."));
}

Err request_paid(Call *c, int64_t request, int64_t order) {
    PaymentRequest r;
    Conversation v;
    Err e = row_load(c, &PAYMENT_REQUEST, request, &r);
    if (e)
        return e;
    r.status = REQUEST_PAID;
    r.order = order;
    r.paid_ms = r.updated_ms = c->now_ms;
    e = rec_put(c->tx, &PAYMENT_REQUEST, &r);
    if (e == OK)
        e = row_load(c, &CONVERSATION, r.conversation, &v);
    if (e)
        return e;
    /* Its message shows the status. */
    Event ev = {.type = EV_MESSAGE_EDIT,
                .verb = VERB_UPDATED,
                .subject = r.message,
                .gig = v.gig,
                .order = order,
                .conversation = v.id,
                .users = list_of_i64s(c->arena, (int64_t[]){r.client, r.doer}, 2)};
    return event_emit(c, &ev);
}
