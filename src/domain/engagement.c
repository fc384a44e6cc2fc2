#include "domain/engagement.h"

#include <stdlib.h>

#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/row.h"

/* Which of a gig's orders counts: the higher the number. */
static int rank(const Order *o) {
    if (ORDER_OPEN_MASK & ORDER_BIT(o->status))
        return 3;
    return o->status == ORDER_COMPLETED ? 2 : 1;
}

static Err order_of(Call *c, int64_t gig, Order *out) {
    enum { LOOKED_AT = 64 }; /* an accepted gig rarely fell through more often */
    Key key = key1(ORDER_BY_GIG, gig);
    Order *all;
    size_t n = 0;
    *out = (Order){0};
    Err e = row_all(c, &ORDER, ORDER_BY_GIG, &key, LOOKED_AT, &all, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        if (!out->id || rank(&all[i]) > rank(out) || (rank(&all[i]) == rank(out) && all[i].id > out->id))
            *out = all[i];
    return e;
}

static GigStage stage_of(const Gig *g, const Order *o) {
    if (g->status == GIG_CANCELLED)
        return STAGE_CANCELLED;
    switch (o->id ? o->status : 0) {
    case ORDER_PENDING_PAYMENT: return STAGE_ACCEPTED;
    case ORDER_IN_PROGRESS: return o->begun_ms ? STAGE_IN_PROGRESS : STAGE_ACCEPTED;
    case ORDER_SUBMITTED:
    case ORDER_IN_REVISION:
    case ORDER_DISPUTED: return STAGE_IN_PROGRESS;
    case ORDER_APPROVED:
    case ORDER_COMPLETED: return STAGE_COMPLETED;
    default: return g->status == GIG_COMPLETED ? STAGE_COMPLETED : STAGE_PENDING;
    }
}

Err engagement_load(Call *c, GigRow *row) {
    Err e = order_of(c, row->gig.id, &row->order);
    row->stage = stage_of(&row->gig, &row->order);
    /* An order that fell through is not the gig's while somebody else may have it. */
    if (row->stage == STAGE_PENDING)
        row->order = (Order){0};
    return e;
}

static Err load(Call *c, int64_t gig, GigRow *row) {
    *row = (GigRow){.distance_m = -1};
    Err e = row_load(c, &GIG, gig, &row->gig);
    return e ? e : engagement_load(c, row);
}

Err engagement_get(Call *c, const void *in, void *out) {
    GigRow *row = out;
    *row = (GigRow){.distance_m = -1};
    Err e = gig_get(c, in, &row->gig);
    return e ? e : engagement_load(c, row);
}

/* ---- taking ---- */

static Err taken(Call *c) { return diag_fail(c->diag, E_STATE, "GIG_ALREADY_ACCEPTED", S("The gig is not open any more.")); }

/* An application that the caller made before counts; a new one needs no words. */
static Err application_of(Call *c, int64_t gig, int64_t *id) {
    Application a;
    Key key = key2(APPLICATION_BY_PAIR, gig, c->actor.user);
    Err e = row_find(c, &APPLICATION, APPLICATION_BY_PAIR, &key, &a);
    if (e == OK && a.status == APPLICATION_REJECTED)
        return taken(c);
    if (e == E_MISSING)
        e = application_apply(c, &(ApplyIn){.gig = gig, .wordless = true}, &a);
    *id = a.id;
    return e;
}

Err engagement_take(Call *c, const void *in, void *out) {
    int64_t gig = ((const IdIn *)in)->id, application = 0;
    GigRow *row = out;
    AcceptOut accepted;
    ConversationRow room;
    Err e = call_signed_in(c);
    if (e == OK)
        e = load(c, gig, row);
    if (e)
        return e;
    if (row->gig.flags & (GIG_DELETED | GIG_REMOVED) || row->gig.status == GIG_DRAFT)
        return E_MISSING;
    if (row->gig.client == c->actor.user)
        return diag_fail(c->diag, E_FORBIDDEN, "OWN_GIG", S("Nobody accepts a gig of his own."));
    if (row->stage != STAGE_PENDING || row->gig.status != GIG_OPEN)
        return taken(c);
    e = application_of(c, gig, &application);
    if (e == OK)
        e = application_accept(c, &(AcceptIn){.application = application, .flags = ORDER_HOLD, .by_doer = true}, &accepted);
    if (e == OK)
        e = conversation_of_order(c, &(IdIn){accepted.order.id}, &room);
    return e ? e : load(c, gig, row);
}

/* ---- moving ---- */

static Err no_move(Call *c) {
    return diag_fail(c->diag, E_STATE, "INVALID_STATUS_TRANSITION", S("The gig's status does not allow this."));
}

static Err call_off(Call *c, const GigRow *row) {
    Gig g;
    Order o;
    if (row->stage == STAGE_PENDING)
        return row->gig.client == c->actor.user ? gig_close(c, &(IdIn){row->gig.id}, &g) : E_FORBIDDEN;
    Err e = order_cancel(c, &(ReasonIn){.id = row->order.id}, &o);
    if (e == OK)
        e = gig_set_status(c, row->gig.id, GIG_CANCELLED);
    return e ? e : application_reject_others(c, row->gig.id, 0);
}

Err engagement_move(Call *c, const void *input, void *out) {
    const EngagementMoveIn *in = input;
    GigRow *row = out;
    Order o;
    Err e = call_signed_in(c);
    if (e == OK)
        e = load(c, in->id, row);
    if (e == OK && row->gig.flags & GIG_DELETED)
        e = E_MISSING;
    if (e)
        return e;
    if (in->stage == STAGE_ACCEPTED && row->stage == STAGE_PENDING)
        return engagement_take(c, &(IdIn){in->id}, out);
    bool client = row->gig.client == c->actor.user;
    if (!client && row->order.doer != c->actor.user)
        return E_FORBIDDEN;
    IdIn order = {row->order.id};
    switch (in->stage) {
    case STAGE_ACCEPTED: return row->stage == STAGE_ACCEPTED ? taken(c) : no_move(c);
    case STAGE_IN_PROGRESS: e = row->stage == STAGE_ACCEPTED ? order_start(c, &order, &o) : no_move(c); break;
    case STAGE_COMPLETED:
        e = row->stage != STAGE_IN_PROGRESS ? no_move(c) : client ? order_accept_work(c, &order, &o) : E_FORBIDDEN;
        break;
    case STAGE_CANCELLED: e = row->stage < STAGE_COMPLETED ? call_off(c, row) : no_move(c); break;
    default: return no_move(c);
    }
    return e ? e : load(c, in->id, row);
}

/* ---- one's own ---- */

static int newest_first(const void *a, const void *b) {
    const GigRow *x = a, *y = b;
    if (x->gig.created_ms != y->gig.created_ms)
        return x->gig.created_ms < y->gig.created_ms ? 1 : -1;
    return (x->gig.id < y->gig.id) - (x->gig.id > y->gig.id);
}

typedef struct Mine {
    Call *c;
    GigRow *rows;
    size_t n, cap;
    int32_t stage;
} Mine;

static Err mine_add(Mine *m, int64_t gig) {
    GigRow row;
    Err e = load(m->c, gig, &row);
    if (e || row.gig.flags & GIG_DELETED || (m->stage && row.stage != m->stage) || m->n == m->cap)
        return e == E_MISSING ? OK : e;
    m->rows[m->n++] = row;
    return OK;
}

/* Walks an index of the caller's from its newest entry: of gigs, or of orders that name one. */
static Err mine_walk(Mine *m, const Index *ix, const Record *kind) {
    Key key = key1(ix, m->c->actor.user);
    Scan *scan;
    int64_t id;
    Err e = scan_open(m->c->tx, ix, (ScanRange){.prefix = &key, .descending = true}, &scan);
    for (int left = ENGAGEMENTS_MAX; e == OK && left > 0 && scan_next(scan, &id); left--) {
        Order o;
        if (kind == &ORDER && (e = rec_get(m->c->tx, &ORDER, id, &o)) == OK)
            id = o.gig;
        if (e == OK && id)
            e = mine_add(m, id);
    }
    return e;
}

Err engagements_mine(Call *c, const void *input, void *result) {
    const EngagementsIn *in = input;
    PageOut *out = result;
    Mine m = {.c = c, .cap = (size_t)2 * ENGAGEMENTS_MAX, .stage = in->stage};
    *out = page_out(in->page);
    Err e = call_signed_in(c);
    if (e == OK && !(m.rows = ARENA_ARRAY(c->arena, m.cap, GigRow)))
        e = E_NOMEM;
    if (e == OK && in->role != ROLE_DOER)
        e = mine_walk(&m, GIG_BY_CLIENT, &GIG);
    size_t own = m.n;
    if (e == OK && in->role != ROLE_CLIENT)
        e = mine_walk(&m, ORDER_BY_DOER, &ORDER);
    if (e)
        return e;
    /* A gig that somebody took, lost and took again has two orders. */
    qsort(m.rows + own, m.n - own, sizeof *m.rows, newest_first);
    size_t kept = own;
    for (size_t i = own; i < m.n; i++)
        if (i == own || m.rows[i].gig.id != m.rows[kept - 1].gig.id)
            m.rows[kept++] = m.rows[i];
    qsort(m.rows, kept, sizeof *m.rows, newest_first);
    int64_t start = page_offset(in->page);
    out->total = (int64_t)kept;
    if (start < out->total) {
        out->items = m.rows + start;
        out->count = kept - (size_t)start < (size_t)out->limit ? kept - (size_t)start : (size_t)out->limit;
    }
    return OK;
}

/* ---- money ---- */

Err orders_funded(Call *c, const void *input, void *result) {
    const PageIn *page = input;
    FundedOut *out = result;
    *out = (FundedOut){.page = page_out(*page)};
    Err e = call_signed_in(c);
    Order *rows = ARENA_ARRAY(c->arena, (size_t)out->page.limit, Order), o;
    if (e || !rows)
        return e ? e : E_NOMEM;
    Key key = key1(ORDER_BY_PARTY, c->actor.user);
    Scan *scan;
    int64_t start = page_offset(*page);
    e = scan_open(c->tx, ORDER_BY_PARTY, (ScanRange){.prefix = &key, .descending = true}, &scan);
    for (int left = 2 * ENGAGEMENTS_MAX; e == OK && left > 0 && scan_next_rec(scan, &ORDER, &o); left--) {
        if (!(o.flags & ORDER_WAS_FUNDED))
            continue;
        if (o.client == c->actor.user)
            out->paid += o.amount - o.refunded;
        else if (o.escrow_state == ESCROW_RELEASED)
            out->received += o.payout;
        if (out->page.total++ >= start && out->page.count < (size_t)out->page.limit)
            rows[out->page.count++] = o;
    }
    out->page.items = rows;
    return e;
}
