/* Contracts (agreements about an order) and payment requests, and how those are paid. */
#include "contract/skillconnect/skillconnect.h"
#include "domain/agreement.h"
#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/payment_request.h"
#include "domain/row.h"

WORDS(sc_contract_type_words, "ContractOrderType", WORD(SC_SERVICE_ORDER, "service"), WORD(SC_PROPOSAL_ORDER, "proposal"));
WORDS(sc_contract_status_words, "ContractStatus", WORD(AGREEMENT_PENDING, "pending"), WORD(AGREEMENT_ACCEPTED, "accepted"),
      WORD(AGREEMENT_REJECTED, "rejected"));
WORDS(sc_workflow_words, "WorkflowStatus", WORD(WORKFLOW_DRAFT, "draft"), WORD(WORKFLOW_ACTIVE, "active"),
      WORD(WORKFLOW_SUBMITTED, "submitted"), WORD(WORKFLOW_COMPLETED, "completed"), WORD(WORKFLOW_CANCELLED, "cancelled"));
WORDS(sc_request_status_words, "PaymentRequestStatus", WORD(REQUEST_PENDING, "pending"), WORD(REQUEST_PAID, "paid"),
      WORD(REQUEST_CANCELLED, "cancelled"));

Err sc_service_order(Call *c, int64_t id) {
    Order o;
    Err e = call_signed_in(c);
    if (e == OK)
        e = rec_get(c->tx, &ORDER, id, &o);
    return e == OK && !o.service ? E_MISSING : e; /* a gig's order goes by its proposal order */
}

/* ---- contracts ---- */

static bool contract_workflow(Render *r, const void *row, Value *out) {
    AgreementWorkflow w;
    if (agreement_workflow(r->call->tx, row, &w))
        return false;
    out->i = w;
    return true;
}
static bool contract_service_order(Render *r, const void *row, Value *out) {
    (void)r;
    const Agreement *a = row;
    out->i = a->order;
    return a->order && !a->application;
}
VIEW(sc_contract_view, Agreement, "Contract", "Amount, deadline and terms that both sides sign.",
     SHOW_ID("id", Agreement, id, &AGREEMENT, "Its id."), SHOW("amount", W_MONEY, Agreement, amount, "Price."),
     SHOW("deadline", W_TIME, Agreement, deadline_ms, "Until when.", .form = TIME_DATE, .empty = EMPTY_NULL),
     SHOW("terms", W_STR, Agreement, terms, "In words."),
     SHOW("status", W_WORD, Agreement, status, "Whether the other side signed.", .words = &sc_contract_status_words),
     SHOW_GET("workflow_status", W_WORD, contract_workflow, "What has become of it.", .words = &sc_workflow_words,
              .optional = true),
     SHOW_GET("service_order", W_INT, contract_service_order, "The service order it is about.", .optional = true),
     SHOW_ID("proposal_order", Agreement, application, &APPLICATION, "The proposal order it is about.", .empty = EMPTY_NULL),
     SHOW_ID("conversation", Agreement, conversation, &CONVERSATION, "Where it is talked about."),
     SHOW_ID("created_by", Agreement, by, &USER, "Who made it."),
     SHOW("created_at", W_TIME, Agreement, created_ms, "When it was made."),
     SHOW("updated_at", W_TIME, Agreement, updated_ms, "When it changed last."));

typedef struct ContractIn {
    Str type;
    int64_t id;
    AgreementMakeIn make;
} ContractIn;
/* PageIn and the rest as a list of all wants it; type and id of one. */
typedef struct ContractsIn {
    PageIn page;
    Str type;
    int64_t id;
} ContractsIn;
INPUTS(contract_in, ContractIn,
       INPUT("order_type", IN_BODY, W_STR, ContractIn, type, NO_HAS, "\"service\" or \"proposal\".", .flags = IN_REQUIRED,
             .max = 100),
       INPUT("order_id", IN_BODY, W_INT, ContractIn, id, NO_HAS, "Which.", .flags = IN_REQUIRED | IN_LENIENT),
       INPUT("amount", IN_BODY, W_MONEY, ContractIn, make.amount, NO_HAS, "Price.", .flags = IN_REQUIRED | IN_LENIENT,
             .check = sc_whole_money),
       INPUT("deadline", IN_BODY, W_TIME, ContractIn, make.deadline_ms, NO_HAS, "Until when.", .form = TIME_DATE),
       INPUT("terms", IN_BODY, W_STR, ContractIn, make.terms, NO_HAS, "In words.", .flags = IN_TRIM | IN_LENIENT,
             .max = AGREEMENT_TERMS_MAX));
INPUTS(contracts_in, ContractsIn,
       INPUT("order_type", IN_QUERY, W_STR, ContractsIn, type, NO_HAS, "\"service\" or \"proposal\".", .max = 100),
       INPUT("order_id", IN_QUERY, W_INT, ContractsIn, id, NO_HAS, "Of this order only."), SC_PAGE_ROWS(ContractsIn, LIST_WHOLE));
INPUTS(contract_id_in, IdIn, INPUT_ID("id", IdIn, id, &AGREEMENT, "Which contract."));
INPUTS(contract_edit_in, AgreementEdit, INPUT_ID("id", AgreementEdit, id, &AGREEMENT, "Which contract."),
       INPUT("status", IN_BODY, W_WORD, AgreementEdit, status, AGREEMENT_SET_STATUS, "accepted or rejected: the other side.",
             .words = &sc_contract_status_words),
       INPUT("workflow_status", IN_BODY, W_WORD, AgreementEdit, workflow, AGREEMENT_SET_WORKFLOW,
             "submitted: the freelancer; completed: the client, which releases the escrow; cancelled: either.",
             .words = &sc_workflow_words),
       INPUT("amount", IN_BODY, W_MONEY, AgreementEdit, amount, AGREEMENT_SET_AMOUNT, "Price, until it is signed.",
             .flags = IN_LENIENT, .check = sc_whole_money),
       INPUT("deadline", IN_BODY, W_TIME, AgreementEdit, deadline_ms, AGREEMENT_SET_DEADLINE, "Until when, until it is signed.",
             .form = TIME_DATE, .flags = IN_NULLABLE),
       INPUT("terms", IN_BODY, W_STR, AgreementEdit, terms, AGREEMENT_SET_TERMS, "In words, until it is signed.",
             .flags = IN_TRIM | IN_LENIENT, .max = AGREEMENT_TERMS_MAX));

static Err contract_type(Diag *d, Str word, int32_t *type) {
    return words_value(&sc_contract_type_words, word, type) ? OK
                                                            : sc_plain(d, S("order_type"), S("Must be 'service' or 'proposal'."));
}
static Err positive(Diag *d, int64_t amount) {
    return amount > 0 ? OK : sc_plain(d, S("amount"), S("Amount must be greater than zero."));
}

static Err contract_before(Exchange *x) {
    ContractIn *in = x->in;
    int32_t type;
    Err e = contract_type(&x->diag, in->type, &type);
    if (e == OK)
        e = positive(&x->diag, in->make.amount);
    if (e == OK)
        *(type == SC_SERVICE_ORDER ? &in->make.order : &in->make.application) = in->id;
    return e;
}
static Err contract_make(Call *c, const void *input, void *result) {
    const ContractIn *in = input;
    Err e = in->make.order ? sc_service_order(c, in->make.order) : OK;
    if (e == OK && !in->make.order && !rec_exists(c->tx, &APPLICATION, in->make.application))
        e = E_MISSING;
    return e ? e : agreement_make(c, &in->make, result);
}
static Err contract_edit_before(Exchange *x) {
    const AgreementEdit *in = x->in;
    return HAS(in, AGREEMENT_SET_AMOUNT) ? positive(&x->diag, in->amount) : OK;
}

static Err contract_gate(Exchange *x, Call *c, void *arg) {
    const AgreementEdit *in = x->in;
    Agreement a;
    (void)arg;
    return in ? agreement_get(c, &(IdIn){in->id}, &a) : OK;
}

static Err contracts_before(Exchange *x) {
    const ContractsIn *in = x->in;
    int32_t type;
    if (!in->type.n && !in->id)
        return OK;
    return contract_type(&x->diag, in->type, &type);
}
/* Of an order, or of all orders of a type: those that concern oneself. */
static Err contracts(Call *c, const void *input, void *result) {
    const ContractsIn *in = input;
    PageOut *out = result;
    int32_t type = 0;
    bool one = words_value(&sc_contract_type_words, in->type, &type) && in->id;
    AgreementListIn list = {.page = in->page};
    if (one)
        *(type == SC_SERVICE_ORDER ? &list.order : &list.application) = in->id;
    Err e = one && type == SC_SERVICE_ORDER ? sc_service_order(c, in->id) : OK;
    if (e == OK)
        e = agreement_list(c, &list, out);
    if (one && (e == E_MISSING || e == E_FORBIDDEN)) {
        diag_clear(c->diag);
        *out = (PageOut){.page = 1, .limit = LIST_LIMIT_MAX};
        return OK;
    }
    if (e || one || !type)
        return e;
    Agreement *all = out->items;
    size_t left = 0;
    for (size_t i = 0; i < out->count; i++)
        if ((all[i].application == 0) == (type == SC_SERVICE_ORDER))
            all[left++] = all[i];
    out->count = left;
    return OK;
}

#define ROUTE(method_, path_, op_, in_, view_, writes_) \
    .method = method_, .path = path_, .op = op_, .in = in_, .view = view_, .writes = writes_, .access = ACCESS_SIGNED_IN
#define CONTRACTS "/api/v1/messaging/contracts"

static const Route skillconnect_contracts_routes[] = {
    {ROUTE("GET", CONTRACTS, contracts, &contracts_in, &sc_contract_view, false), .before = contracts_before,
     .shape = SHAPE_ARRAY, .errors = ERR(E_INVALID), .summary = "One's contracts, newest first."},
    {ROUTE("POST", CONTRACTS, contract_make, &contract_in, &sc_contract_view, true), .before = contract_before,
     .shape = SHAPE_ONE, .status = 201, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_LIMIT),
     .summary = "Make a contract.", .doc = "Either side of an order. It is shown in their conversation."},
    {ROUTE("GET", CONTRACTS "/{id}", agreement_get, &contract_id_in, &sc_contract_view, false), .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN), .summary = "A contract."},
    {ROUTE("PATCH", CONTRACTS "/{id}", agreement_edit, &contract_edit_in, &sc_contract_view, true),
     .before = contract_edit_before, .gate = contract_gate, .shape = SHAPE_ONE, .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Change a contract, or move it on."},
    {ROUTE("POST", CONTRACTS "/{id}/accept", agreement_accept, &contract_id_in, &sc_contract_view, true), .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE), .summary = "Accept a contract.",
     .doc = "The other side. The order's amount becomes the contract's."},
    {ROUTE("POST", CONTRACTS "/{id}/reject", agreement_reject, &contract_id_in, &sc_contract_view, true), .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE), .summary = "Reject a contract.", .doc = "The other side."},
};
SECTION(skillconnect_contracts, "Contracts", "What both sides of an order sign.");

/* ---- payment requests ---- */

static bool request_word(Render *r, const void *row, Value *out) {
    RequestStatus status;
    if (request_status(r->call->tx, row, &status))
        return false;
    out->i = status;
    return true;
}
VIEW(sc_request_view, PaymentRequest, "PaymentRequest", "Money that is asked for.",
     SHOW_ID("id", PaymentRequest, id, &PAYMENT_REQUEST, "Its id."),
     SHOW_ID("contract", PaymentRequest, agreement, &AGREEMENT, "The contract it follows from.", .empty = EMPTY_NULL),
     SHOW_ID("conversation_id", PaymentRequest, conversation, &CONVERSATION, "Where it was asked."),
     SHOW("amount", W_MONEY, PaymentRequest, amount, "How much."), SHOW("description", W_STR, PaymentRequest, text, "What for."),
     SHOW_GET("status", W_WORD, request_word, "Whether it was paid.", .words = &sc_request_status_words, .optional = true),
     SHOW_ID("requested_by", PaymentRequest, by, &USER, "Who asks."),
     SHOW_ID("client_id", PaymentRequest, client, &USER, "Who pays."),
     SHOW("paid_at", W_TIME, PaymentRequest, paid_ms, "When it was paid.", .empty = EMPTY_NULL),
     SHOW("created_at", W_TIME, PaymentRequest, created_ms, "When it was asked for."));

INPUTS(request_in, RequestMakeIn,
       INPUT("contract", IN_BODY, W_INT, RequestMakeIn, agreement, NO_HAS, "The contract it follows from.", .flags = IN_LENIENT),
       INPUT("conversation_id", IN_BODY, W_INT, RequestMakeIn, conversation, NO_HAS, "Where to ask.",
             .flags = IN_REQUIRED | IN_LENIENT),
       INPUT("amount", IN_BODY, W_MONEY, RequestMakeIn, amount, NO_HAS, "How much.", .flags = IN_REQUIRED | IN_LENIENT,
             .check = sc_whole_money),
       INPUT("description", IN_BODY, W_STR, RequestMakeIn, text, NO_HAS, "What for.", .flags = IN_TRIM | IN_LENIENT,
             .max = REQUEST_TEXT_MAX));
INPUTS(requests_in, RequestListIn,
       INPUT("conversation_id", IN_QUERY, W_INT, RequestListIn, conversation, NO_HAS, "Of this conversation only."),
       SC_PAGE_ROWS(RequestListIn, LIST_WHOLE));
static Err request_before(Exchange *x) { return positive(&x->diag, ((const RequestMakeIn *)x->in)->amount); }

/* ---- paying ---- */

typedef struct CheckoutOut {
    Str order, key, currency, text;
    int64_t amount;
} CheckoutOut;
VIEW(sc_checkout_view, CheckoutOut, "RazorpayOrder", "What the provider's checkout needs.",
     SHOW("order_id", W_STR, CheckoutOut, order, "The provider's order."),
     SHOW("razorpay_key", W_STR, CheckoutOut, key, "The provider's public key."),
     SHOW("amount", W_MONEY, CheckoutOut, amount, "To pay, in minor units.", .form = PAY_MINOR),
     SHOW("currency", W_STR, CheckoutOut, currency, "ISO 4217."), SHOW("description", W_STR, CheckoutOut, text, "What for."));
static const ViewRow paid_rows[] = {SHOW_CONST("success", "true", "It is good.")};
const View sc_paid_view = {
    .name = "PaymentVerified", .rows = paid_rows, .count = COUNT(paid_rows), .doc = "The payment is good."};

INPUTS(payment_id_in, IdIn, INPUT_ID("id", IdIn, id, &PAYMENT_REQUEST, "Which payment request."));

static Err request_read(Exchange *x, Call *c, void *arg) {
    PaymentRequest *q = arg;
    Err e = request_get(c, &(IdIn){*(const int64_t *)x->in}, q);
    if (e == OK)
        e = row_keep(x->arena, &PAYMENT_REQUEST, q);
    return e;
}

static Err create_order(Exchange *x) {
    PaymentRequest q;
    Payment p = {0};
    if (!x->ports->open_payment)
        return E_PROVIDER;
    Err e = exchange_read(x, request_read, &q);
    if (e)
        return e;
    if (q.client != x->actor.user)
        return E_FORBIDDEN;
    PaymentPrepareIn in = {.purpose = PAY_REQUEST, .provider = PROVIDER_RAZORPAY, .ref = q.id};
    e = x->ports->open_payment(x->ports->ctx, x->arena, &x->diag, &x->actor, &in, &p);
    if (e)
        return e;
    CheckoutOut out = {p.provider_order, x->ports->checkout_key_id, p.currency, q.text, p.amount};
    return exchange_render_as(x, NULL, 200, &sc_checkout_view, &out);
}

typedef struct VerifyIn {
    int64_t id;
    Str order, payment, signature;
} VerifyIn;
INPUTS(verify_in, VerifyIn, INPUT_ID("id", VerifyIn, id, &PAYMENT_REQUEST, "Which payment request."),
       INPUT("razorpay_order_id", IN_BODY, W_STR, VerifyIn, order, NO_HAS, "As the checkout answered.", .flags = IN_REQUIRED,
             .min = 1, .max = 100),
       INPUT("razorpay_payment_id", IN_BODY, W_STR, VerifyIn, payment, NO_HAS, "As the checkout answered.", .flags = IN_REQUIRED,
             .min = 1, .max = 100),
       INPUT("razorpay_signature", IN_BODY, W_STR, VerifyIn, signature, NO_HAS, "As the checkout answered.", .flags = IN_REQUIRED,
             .min = 1, .max = 200));

static Err bad_signature(Exchange *x) {
    diag_clear(&x->diag);
    return diag_fail(&x->diag, E_INVALID, SC_FAILED, S("Invalid signature!"));
}

/* The provider's order must be one of this request's: a good signature of another payment proves nothing about it. */
static Err its_order(Exchange *x, Call *c, void *arg) {
    const VerifyIn *in = x->in;
    PaymentRequest *q = arg;
    Payment p;
    int64_t id;
    Err e = request_read(x, c, q);
    if (e)
        return e;
    if (q->client != c->actor.user)
        return E_FORBIDDEN;
    Key key = key_of(PAYMENT_BY_PROVIDER_ORDER);
    key_i64(&key, PROVIDER_RAZORPAY);
    key_str(&key, in->order);
    e = index_find(c->tx, PAYMENT_BY_PROVIDER_ORDER, &key, &id);
    if (e == OK)
        e = rec_get(c->tx, &PAYMENT, id, &p);
    if (e && e != E_MISSING)
        return e;
    return e || p.purpose != PAY_REQUEST || p.ref != q->id ? bad_signature(x) : OK;
}

static Err verify(Exchange *x) {
    const VerifyIn *in = x->in;
    PaymentRequest q;
    PaymentCapturedOut *paid = ARENA_NEW(x->arena, PaymentCapturedOut);
    if (!x->ports->verify_payment)
        return E_PROVIDER;
    Err e = paid ? exchange_read(x, its_order, &q) : E_NOMEM;
    if (e)
        return e;
    e = x->ports->verify_payment(x->ports->ctx, x->arena, &x->diag, &x->actor, in->order, in->payment, in->signature, paid);
    if (e == E_INVALID)
        return bad_signature(x);
    if (!e && !paid->applied)
        return diag_fail(&x->diag, E_STATE, SC_FAILED, S("This payment could not be used any more and is being refunded."));
    return e ? e : exchange_render_as(x, NULL, 200, &sc_paid_view, "");
}

static Err payer_only(Exchange *x, Call *c, void *arg) {
    PaymentRequest q;
    (void)arg;
    Err e = x->in ? request_get(c, &(IdIn){*(const int64_t *)x->in}, &q) : OK;
    return e || !x->in ? e : q.client == c->actor.user ? OK : E_FORBIDDEN;
}

#define REQUESTS "/api/v1/messaging/payment-requests"
#define PAYMENTS "/api/v1/messaging/payments/{id}"

static const Route skillconnect_payments_routes[] = {
    {ROUTE("GET", REQUESTS, request_list, &requests_in, &sc_request_view, false), .shape = SHAPE_ARRAY,
     .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN), .summary = "Payment requests that concern oneself, newest first."},
    {ROUTE("POST", REQUESTS, request_make, &request_in, &sc_request_view, true), .before = request_before, .shape = SHAPE_ONE,
     .status = 201, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_LIMIT), .summary = "Ask for money.",
     .doc = "In a conversation about an order; it is shown there."},
    {.method = "POST",
     .path = PAYMENTS "/create-razorpay-order",
     .handler = create_order,
     .in = &payment_id_in,
     .view = &sc_checkout_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_PROVIDER) | ERR(E_NETWORK),
     .summary = "Open the payment of a request.",
     .doc = "The client. The same open request answers the same payment."},
    {.method = "POST",
     .path = PAYMENTS "/verify-razorpay-payment",
     .handler = verify,
     .in = &verify_in,
     .gate = payer_only,
     .view = &sc_paid_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Verify the payment of a request.",
     .doc = "By the checkout's signature. It funds the order's escrow, once."},
};
SECTION(skillconnect_payments, "Payments", "Money asked for in conversations, and paid into the order's escrow.");
