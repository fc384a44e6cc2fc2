/* Where orders come from, and what their moves do to what they came from. */
#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/event.h"
#include "domain/file.h"
#include "domain/ledger.h"
#include "domain/order_flow.h"
#include "domain/row.h"
#include "domain/service.h"
#include "domain/user.h"

/* ---- making ---- */

static Err make(Call *c, Order *o, int32_t note_client, int32_t note_doer) {
    o->fee_bps = c->cfg->fee_bps;
    o->fee = ledger_fee(o->amount, o->fee_bps);
    o->payout = o->amount - o->fee;
    o->escrow_state = ESCROW_AWAITING;
    o->created_ms = o->updated_ms = c->now_ms;
    Err e = rec_insert(c->tx, &ORDER, o);
    if (!e)
        e = conversation_adopt(c, o);
    if (e)
        return e;
    List users = list_of_i64s(c->arena, (int64_t[]){o->client, o->doer}, 2);
    if (!users.p)
        return E_NOMEM;
    Event ev = {.type = EV_ORDER,
                .verb = VERB_CREATED,
                .actor = c->actor.user,
                .subject = o->id,
                .gig = o->gig,
                .order = o->id,
                .status = o->status,
                .users = users};
    e = event_emit(c, &ev);
    const struct {
        int64_t user;
        int32_t type;
    } notes[] = {{o->client, note_client}, {o->doer, note_doer}};
    for (size_t i = 0; i < COUNT(notes) && !e; i++)
        if (notes[i].type)
            e = notify(c, &(Notice){.user = notes[i].user,
                                    .type = notes[i].type,
                                    .gig = o->gig,
                                    .order = o->id,
                                    .application = o->application,
                                    .actor = c->actor.user,
                                    .subject = o->title,
                                    .amount = o->amount});
    return e == E_MISSING ? OK : e;
}

static Err taken(Call *c) {
    return diag_fail(c->diag, E_STATE, "GIG_ALREADY_ACCEPTED", S("Somebody has been accepted for this gig already."));
}

static Err gig_free(Call *c, int64_t gig) {
    for (int32_t s = ORDER_PENDING; s < ORDER_STATUS_COUNT; s++) {
        int64_t n;
        Key key = key2(ORDER_BY_GIG, gig, s);
        Err e = index_count(c->tx, ORDER_BY_GIG, &key, &n);
        if (e)
            return e;
        if (n && (ORDER_OPEN_MASK & ORDER_BIT(s)))
            return taken(c);
    }
    return OK;
}

/* The flags that whoever makes an order may choose. */
static int32_t chosen_flags(int32_t flags) { return flags & ORDER_HOLD; }

Err application_accept(Call *c, const void *in, void *out_) {
    const AcceptIn *q = in;
    AcceptOut *out = out_;
    Application app;
    Gig gig;
    Err e = call_signed_in(c);
    if (!e)
        e = row_load(c, &APPLICATION, q->application, &app);
    if (e)
        return e;
    if ((q->by_doer ? app.doer : app.client) != c->actor.user)
        return E_FORBIDDEN;
    out->application = app.id;
    out->created = false;
    if (app.status == APPLICATION_ACCEPTED && !q->once) {
        Key key = key1(ORDER_BY_APPLICATION, app.id);
        e = row_find(c, &ORDER, ORDER_BY_APPLICATION, &key, &out->order);
        if (e != E_MISSING)
            return e;
    }
    if (app.status != APPLICATION_PENDING)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The application is not open any more."));
    e = row_load(c, &GIG, app.gig, &gig);
    if (!e)
        e = gig_free(c, gig.id);
    if (e)
        return e;
    if (gig.status != GIG_OPEN || (gig.flags & GIG_REMOVED))
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The gig is not open."));
    int64_t amount = app.amount ? app.amount : gig.budget_max;
    if (q->by_doer && gig.budget_max && amount > gig.budget_max)
        amount = gig.budget_max; /* nobody was asked whether he pays more */
    bool open = gig.unsaid == (BUDGET_NO_MIN | BUDGET_NO_MAX); /* the price is still to be agreed on (order_reprice) */
    if (amount < 0 || (!amount && !open) || amount > MONEY_MAX)
        return diag_field(c->diag, E_INVALID, S("amount"), S("cannot be paid"));

    e = application_accepted(c, &app);
    if (e)
        return e;
    out->order = (Order){.status = ORDER_PENDING_PAYMENT,
                         .flags = chosen_flags(q->flags),
                         .client = app.client,
                         .doer = app.doer,
                         .gig = gig.id,
                         .application = app.id,
                         .title = gig.title,
                         .amount = amount,
                         .revisions_max = REVISIONS_UNLIMITED,
                         .delivery_days = gig_days(&gig),
                         .due_ms = gig.deadline_ms     ? gig.deadline_ms
                                   : gig.timeline_days ? c->now_ms + gig.timeline_days * MS_DAY
                                                       : 0,
                         .timer = TIMER_LAPSE,
                         .timer_ms = order_timer_due(c->cfg, TIMER_LAPSE, c->now_ms)};
    out->created = true;
    return make(c, &out->order, NOTE_ORDER_CREATED, NOTE_ORDER_CREATED);
}

/* Questions and answers in words, for those who know of a message only. */
static Err questions_text(Call *c, const List *questions, Str *text) {
    Buf b = buf_arena(c->arena, 2 * ORDER_TEXT_MAX_BYTES);
    Requirement r;
    for (ListIter it = list_iter(questions); list_rec(&it, &REQUIREMENT, &r);) {
        if (b.n)
            buf_lit(&b, "\n\n");
        buf_add(&b, r.question);
        if (r.answer.n)
            buf_char(&b, '\n');
        buf_add(&b, r.answer);
    }
    *text = buf_str(&b);
    return b.err;
}

Err service_order(Call *c, const void *in, void *out) {
    const ServiceOrderIn *q = in;
    Order *o = out;
    Service s;
    Err e = call_signed_in(c);
    if (!e)
        e = row_load(c, &SERVICE, q->service, &s);
    if (e)
        return e;
    if (s.doer == c->actor.user)
        return diag_field(c->diag, E_INVALID, S("service"), S("is one's own"));
    if (s.flags & (SERVICE_REMOVED | SERVICE_DELETED))
        return E_MISSING;
    e = user_deals(c, s.doer);
    if (e)
        return e;
    if (!service_orderable(&s))
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The service cannot be ordered now."));
    int64_t amount = q->amount ? q->amount : s.price;
    if (amount <= 0 || amount > MONEY_MAX)
        return diag_field(c->diag, E_INVALID, S("amount"), S("must be positive"));
    if (q->message.n > ORDER_TEXT_MAX_BYTES)
        return diag_field(c->diag, E_INVALID, S("message"), S("is too long"));
    if (q->questions.count > ORDER_QUESTIONS_MAX || q->questions.bytes > ORDER_TEXT_MAX_BYTES)
        return diag_field(c->diag, E_INVALID, S("questions"), S("are too many"));
    Str message = q->message;
    if (!message.n && q->questions.count && (e = questions_text(c, &q->questions, &message)))
        return e;
    *o = (Order){.status = ORDER_PENDING,
                 .flags = chosen_flags(q->flags),
                 .client = c->actor.user,
                 .doer = s.doer,
                 .service = s.id,
                 .title = s.title,
                 .amount = amount,
                 .requirements = message,
                 .requirement_files = q->files,
                 .questions = q->questions,
                 .revisions_max = s.revisions,
                 .delivery_days = s.delivery_days,
                 .due_ms = q->due_ms         ? q->due_ms
                           : s.delivery_days ? c->now_ms + s.delivery_days * MS_DAY
                                             : 0};
    e = make(c, o, 0, NOTE_ORDER_CREATED);
    return e ? e : files_use(c, &q->files, ORDER_FILES_MAX, o->id, 0, S("files"));
}

/* ---- following ---- */

static Err ignore_missing(Err e) { return e == E_MISSING ? OK : e; }

/* How often the service was carried out. */
static Err count_service(Call *c, int64_t service) {
    Service s;
    Key key = key2(ORDER_BY_SERVICE, service, ORDER_COMPLETED);
    Err e = row_load(c, &SERVICE, service, &s);
    if (!e)
        e = index_count(c->tx, ORDER_BY_SERVICE, &key, &s.orders_completed);
    return e ? ignore_missing(e) : rec_put(c->tx, &SERVICE, &s);
}

Err order_link(Call *c, const Order *o, int32_t from) {
    Err e = OK;
    bool early = from == ORDER_PENDING || from == ORDER_PENDING_PAYMENT;
    if (o->gig && o->status != from) {
        if (o->status == ORDER_IN_PROGRESS && early) {
            e = ignore_missing(gig_set_status(c, o->gig, GIG_IN_PROGRESS));
            if (!e)
                e = application_reject_others(c, o->gig, o->application);
        } else if (o->status == ORDER_COMPLETED) {
            e = ignore_missing(gig_set_status(c, o->gig, GIG_COMPLETED));
        } else if (o->status == ORDER_CANCELLED && early) {
            e = ignore_missing(application_reopen(c, o->application));
        } else if (o->status == ORDER_CANCELLED) {
            e = ignore_missing(gig_set_status(c, o->gig, GIG_CANCELLED));
        }
    }
    if (e || (o->status != ORDER_COMPLETED && o->status != ORDER_CANCELLED))
        return e;
    if (o->service && o->status == ORDER_COMPLETED && (e = count_service(c, o->service)))
        return e;
    e = ignore_missing(user_refresh(c, o->doer));
    return e ? e : ignore_missing(user_refresh(c, o->client));
}
