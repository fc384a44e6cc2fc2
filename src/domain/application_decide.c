#include "domain/application_decide.h"

#include "domain/order.h"
#include "domain/row.h"

/* An accepted one is pending again when its order is called off before anything was paid. */
static Err take_back(Call *c, Application *a) {
    Order o;
    Key key = key1(ORDER_BY_APPLICATION, a->id);
    Err e = row_find(c, &ORDER, ORDER_BY_APPLICATION, &key, &o);
    if (e == OK && o.status != ORDER_PENDING_PAYMENT)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("work on it is under way or was done"));
    if (e == OK)
        e = order_cancel(c, &(ReasonIn){.id = o.id, .reason = S("The client has decided otherwise.")}, &o);
    return e ? e : row_load(c, &APPLICATION, a->id, a);
}

static Err decide(Call *c, const DecideIn *in, Application *a) {
    Err e = application_get(c, &(IdIn){in->id}, a);
    if (e)
        return e;
    if (a->client != c->actor.user)
        return E_FORBIDDEN;
    if (a->status == in->status && in->status != APPLICATION_PENDING)
        return OK;
    if (a->status == APPLICATION_WITHDRAWN)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("the application was withdrawn"));
    if (a->status == APPLICATION_ACCEPTED && (e = take_back(c, a)))
        return e;
    switch (in->status) {
    case APPLICATION_PENDING: return application_set_stage(c, &(StageIn){in->id, in->stage}, a);
    case APPLICATION_REJECTED: return application_reject(c, &(IdIn){in->id}, a);
    case APPLICATION_ACCEPTED: {
        AcceptOut out = {0};
        if (a->status == APPLICATION_REJECTED) /* chosen after all */
            e = application_set_stage(c, &(StageIn){in->id, a->stage}, a);
        if (e == OK)
            e = application_accept(c, &(AcceptIn){.application = in->id}, &out);
        return e ? e : row_load(c, &APPLICATION, in->id, a);
    }
    default: return diag_fail(c->diag, E_INVALID, "INVALID_STATE", S("that is not the client's to say"));
    }
}

Err application_decide(Call *c, const void *input, void *result) {
    Err e = call_signed_in(c);
    return e ? e : decide(c, input, result);
}

Err applications_decide(Call *c, const void *input, void *result) {
    (void)result;
    const DecideManyIn *in = input;
    int64_t ids[DECIDE_MAX], id;
    size_t n = 0;
    Err e = call_signed_in(c);
    if (e == OK && in->ids.count > DECIDE_MAX)
        return diag_field(c->diag, E_INVALID, S("ids"), arena_printf(c->arena, "at most %d at once", DECIDE_MAX));
    for (ListIter it = list_iter(&in->ids); e == OK && list_i64(&it, &id);) {
        bool twice = false;
        for (size_t i = 0; i < n; i++)
            twice |= ids[i] == id;
        if (twice)
            continue;
        Application a;
        ids[n++] = id;
        e = decide(c, &(DecideIn){id, in->status, in->stage}, &a);
    }
    return e;
}
