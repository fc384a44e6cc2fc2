#include "domain/engagement.h"

#include <stdlib.h>

#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/payment.h"
#include "domain/row.h"

/* Which of a gig's orders counts: the higher the number; of equals the newest. */
static int rank(int64_t status) {
    if (ORDER_OPEN_MASK & ORDER_BIT(status))
        return 3;
    return status == ORDER_COMPLETED ? 2 : 1;
}

/* By the index alone: its id, 0 where there is none, and its status. */
static Err order_of(Call *c, int64_t gig, int64_t *order, int32_t *status) {
    Key key = key1(ORDER_BY_GIG, gig);
    Scan *scan;
    int64_t id;
    *order = *status = 0;
    Err e = scan_open(c->tx, ORDER_BY_GIG, (ScanRange){.prefix = &key}, &scan);
    if (e)
        return e;
    while (scan_next(scan, &id)) {
        int32_t s = (int32_t)scan_part_i64(scan, 1);
        if (!*order || rank(s) > rank(*status) || (rank(s) == rank(*status) && id > *order)) {
            *order = id;
            *status = s;
        }
    }
    scan_close(scan);
    return tx_err(c->tx);
}

static GigStage stage_of(int32_t gig_status, int32_t order_status, bool begun) {
    if (gig_status == GIG_CANCELLED)
        return STAGE_CANCELLED;
    switch (order_status) {
    case ORDER_PENDING_PAYMENT: return STAGE_ACCEPTED;
    case ORDER_IN_PROGRESS: return begun ? STAGE_IN_PROGRESS : STAGE_ACCEPTED;
    case ORDER_SUBMITTED:
    case ORDER_IN_REVISION:
    case ORDER_DISPUTED: return STAGE_IN_PROGRESS;
    case ORDER_APPROVED:
    case ORDER_COMPLETED: return STAGE_COMPLETED;
    default: return gig_status == GIG_COMPLETED ? STAGE_COMPLETED : STAGE_PENDING;
    }
}

static Err has_order(Call *c, int64_t gig, OrderStatus status, bool *yes) {
    int64_t n;
    Key key = key2(ORDER_BY_GIG, gig, status);
    Err e = index_count(c->tx, ORDER_BY_GIG, &key, &n);
    *yes = e == OK && n > 0;
    return e;
}

Err engagement_stage(Call *c, int64_t gig, int32_t gig_status, int32_t *stage) {
    bool yes = false;
    int64_t id;
    int32_t status = 0;
    Order o = {0};
    Err e = OK;
    if (gig_status == GIG_OPEN) {
        e = has_order(c, gig, ORDER_PENDING_PAYMENT, &yes);
        status = yes ? ORDER_PENDING_PAYMENT : 0;
    } else if (gig_status == GIG_IN_PROGRESS) {
        e = has_order(c, gig, ORDER_IN_PROGRESS, &yes);
        if (e == OK && yes) { /* only the order itself knows whether work was begun */
            e = order_of(c, gig, &id, &status);
            if (e == OK)
                e = rec_get(c->tx, &ORDER, id, &o);
        } else if (e == OK) {
            e = has_order(c, gig, ORDER_APPROVED, &yes);
            status = yes ? ORDER_APPROVED : ORDER_SUBMITTED;
        }
    }
    *stage = stage_of(gig_status, status, o.begun_ms != 0);
    return e;
}

Err engagement_load(Call *c, GigRow *row) {
    int64_t order;
    int32_t status;
    row->order = (Order){0};
    Err e = order_of(c, row->gig.id, &order, &status);
    if (e == OK && order)
        e = row_load(c, &ORDER, order, &row->order);
    row->stage = stage_of(row->gig.status, status, row->order.begun_ms != 0);
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
    if (e != E_MISSING)
        return e ? e : engagement_load(c, row);
    /* Who does it may read it also when nobody else sees it any more. */
    e = load(c, ((const IdIn *)in)->id, row);
    return e ? e : row->gig.flags & GIG_DELETED || !c->actor.user || row->order.doer != c->actor.user ? E_MISSING : OK;
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
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

typedef struct Mine {
    Call *c;
    int64_t *gigs; /* ids */
    size_t n, looked_at;
    int32_t stage;
} Mine;

static Err mine_add(Mine *m, int64_t gig, int32_t gig_status) {
    int32_t stage = 0;
    Err e = m->stage ? engagement_stage(m->c, gig, gig_status, &stage) : OK;
    if (e == OK && stage == m->stage)
        m->gigs[m->n++] = gig;
    return e;
}

static Err mine_wanted(Mine *m) {
    Key key = key1(GIG_BY_CLIENT, m->c->actor.user);
    Scan *scan;
    int64_t id;
    Err e = scan_open(m->c->tx, GIG_BY_CLIENT, (ScanRange){.prefix = &key, .descending = true}, &scan);
    if (e)
        return e;
    for (; e == OK && m->looked_at < ENGAGEMENTS_MAX && scan_next(scan, &id); m->looked_at++)
        e = mine_add(m, id, (int32_t)scan_part_i64(scan, 1));
    scan_close(scan);
    return e ? e : tx_err(m->c->tx);
}

/* An order that fell through was the caller's only if the gig ended with it. */
static Err mine_counts(Call *c, const Order *o, const Gig *g, bool *yes) {
    int64_t order;
    int32_t status;
    *yes = !(g->flags & GIG_DELETED) && (o->status != ORDER_CANCELLED || g->status == GIG_CANCELLED);
    if (!*yes || o->status != ORDER_CANCELLED)
        return OK;
    Err e = order_of(c, g->id, &order, &status);
    *yes = order == o->id;
    return e;
}

static Err mine_done(Mine *m) {
    Key key = key1(ORDER_BY_DOER, m->c->actor.user);
    Scan *scan;
    Order o;
    Err e = scan_open(m->c->tx, ORDER_BY_DOER, (ScanRange){.prefix = &key, .descending = true}, &scan);
    if (e)
        return e;
    for (; e == OK && m->looked_at < ENGAGEMENTS_MAX && scan_next_rec(scan, &ORDER, &o); m->looked_at++) {
        Gig g;
        bool yes = false;
        if (!o.gig || (e = rec_get(m->c->tx, &GIG, o.gig, &g)) == E_MISSING) {
            e = OK;
            continue;
        }
        if (e == OK)
            e = mine_counts(m->c, &o, &g, &yes);
        if (e == OK && yes && (!m->stage || stage_of(g.status, o.status, o.begun_ms != 0) == (GigStage)m->stage))
            m->gigs[m->n++] = g.id;
    }
    scan_close(scan);
    return e ? e : tx_err(m->c->tx);
}

Err engagements_mine(Call *c, const void *input, void *result) {
    const EngagementsIn *in = input;
    PageOut *out = result;
    Mine m = {.c = c, .stage = in->stage};
    *out = page_out(in->page);
    Err e = call_signed_in(c);
    if (e == OK && !(m.gigs = ARENA_ARRAY(c->arena, ENGAGEMENTS_MAX, int64_t)))
        e = E_NOMEM;
    if (e == OK && in->role != ROLE_DOER)
        e = mine_wanted(&m);
    if (e == OK && in->role != ROLE_CLIENT)
        e = mine_done(&m);
    GigRow *rows = e ? NULL : ARENA_ARRAY(c->arena, (size_t)out->limit, GigRow);
    if (!rows)
        return e ? e : E_NOMEM;
    qsort(m.gigs, m.n, sizeof *m.gigs, newest_first); /* ids ascend with time */
    out->total = (int64_t)m.n;
    out->items = rows;
    for (size_t i = (size_t)page_offset(in->page); e == OK && i < m.n && out->count < (size_t)out->limit; i++)
        e = load(c, m.gigs[i], &rows[out->count++]);
    return e;
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
    int64_t start = page_offset(*page), in;
    int32_t provider;
    e = scan_open(c->tx, ORDER_BY_PARTY, (ScanRange){.prefix = &key, .descending = true}, &scan);
    for (int left = ENGAGEMENTS_MAX; e == OK && left > 0 && scan_next_rec(scan, &ORDER, &o); left--) {
        if (!(o.flags & ORDER_WAS_FUNDED))
            continue;
        if (o.client == c->actor.user) {
            e = order_paid_in(c, o.id, &in, &provider);
            out->paid += in - o.refunded;
        } else if (o.escrow_state == ESCROW_RELEASED) {
            out->received += o.payout;
        }
        if (out->page.total++ >= start && out->page.count < (size_t)out->page.limit)
            rows[out->page.count++] = o;
    }
    out->page.items = rows;
    return e;
}
