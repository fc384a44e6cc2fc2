#include "domain/boost.h"

#include "domain/gig.h"
#include "domain/ledger.h"
#include "domain/notify.h"
#include "domain/row.h"

static const Field fields[] = {
    FIELD(1, Boost, gig, F_I64, "what is boosted"),    FIELD(2, Boost, user, F_I64, "who pays"),
    FIELD(3, Boost, days, F_I32, "how long"),          FIELD(4, Boost, state, F_I32, "BoostState"),
    FIELD(5, Boost, price, F_I64, "minor units"),      FIELD(6, Boost, created_ms, F_I64, "when asked for"),
    FIELD(7, Boost, start_ms, F_I64, "when it began"), FIELD(8, Boost, end_ms, F_I64, "when it ends"),
};
static bool is_running(const void *row) { return ((const Boost *)row)->state == BOOST_RUNNING; }
static const Index indexes[] = {
    {.id = 176, .kind = IX_ORDERED, .part_count = 2, .name = "boost_gig", .doc = "of a gig", .parts = {{.tag = 1}, {.tag = 4}}},
    {.id = 177,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "boost_end",
     .doc = "what ends next",
     .parts = {{.tag = 8}},
     .when = is_running},
};
const Record BOOST = {.kind = 51,
                      .size = sizeof(Boost),
                      .name = "boost",
                      .doc = "a gig ranks first among equals",
                      .fields = fields,
                      .field_count = COUNT(fields),
                      .indexes = indexes,
                      .index_count = COUNT(indexes)};
const Index *const BOOST_BY_GIG = &indexes[0];
const Index *const BOOST_BY_END = &indexes[1];

enum { BOOSTS_PER_GIG_MAX = 200 };

Err boost_start(Call *c, Boost *b) {
    /* The boost of a gig that is gone meanwhile still runs its time: it was paid, and the gig may be reopened. */
    Gig gig;
    Err e = row_load(c, &GIG, b->gig, &gig);
    bool there = !e;
    if (e && e != E_MISSING)
        return e;
    b->state = BOOST_RUNNING;
    b->start_ms = there && gig.boosted_until_ms > c->now_ms ? gig.boosted_until_ms : c->now_ms;
    b->end_ms = b->start_ms + b->days * MS_DAY;
    e = rec_put(c->tx, &BOOST, b);
    if (!e && there)
        e = gig_set_boost(c, b->gig, b->end_ms);
    if (e || !there)
        return e;
    e = notify(c, &(Notice){.user = b->user, .type = NOTE_GIG_BOOSTED, .gig = b->gig, .subject = gig.title, .amount = b->price});
    return e == E_MISSING ? OK : e;
}

Err boost_end(Call *c, Boost *b) {
    Gig gig;
    b->state = BOOST_OVER;
    Err e = rec_put(c->tx, &BOOST, b);
    if (!e)
        e = row_load(c, &GIG, b->gig, &gig);
    if (e)
        return e == E_MISSING ? OK : e;
    return gig.boosted_until_ms && gig.boosted_until_ms <= c->now_ms ? gig_set_boost(c, b->gig, 0) : OK;
}

/* The unpaid boost of these days at today's price, if one was asked for before. */
static Err find_unpaid(Call *c, const BoostIn *q, int64_t price, Boost *b) {
    Boost *rows;
    size_t n;
    Key key = key2(BOOST_BY_GIG, q->gig, BOOST_UNPAID);
    Err e = row_all(c, &BOOST, BOOST_BY_GIG, &key, BOOSTS_PER_GIG_MAX, &rows, &n);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        if (rows[i].days == q->days && rows[i].price == price && rows[i].user == c->actor.user) {
            *b = rows[i];
            return OK;
        }
    if (n == BOOSTS_PER_GIG_MAX)
        return diag_fail(c->diag, E_LIMIT, "LIMIT_EXCEEDED", S("Too many unpaid boosts."));
    *b = (Boost){
        .gig = q->gig, .user = c->actor.user, .days = q->days, .state = BOOST_UNPAID, .price = price, .created_ms = c->now_ms};
    return rec_insert(c->tx, &BOOST, b);
}

Err gig_boost(Call *c, const void *in, void *out_) {
    const BoostIn *q = in;
    BoostOut *out = out_;
    Gig gig;
    Err e = call_signed_in(c);
    if (!e)
        e = row_load(c, &GIG, q->gig, &gig);
    if (e)
        return e;
    if (gig.client != c->actor.user)
        return E_FORBIDDEN;
    if (q->days < 1 || q->days > BOOST_DAYS_MAX)
        return diag_field(c->diag, E_INVALID, S("days"), S("must be between 1 and 30"));
    if (gig.status != GIG_OPEN || (gig.flags & GIG_REMOVED))
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The gig is not open."));
    *out = (BoostOut){0};
    int64_t price = c->cfg->boost_price_per_day * q->days, funds;
    e = find_unpaid(c, q, price, &out->boost);
    if (!e)
        e = ledger_balance(c->tx, ACC_AVAILABLE, c->actor.user, &funds);
    if (e)
        return e;
    if (funds < price) {
        PaymentTarget t = {
            .purpose = PAY_BOOST, .provider = PROVIDER_RAZORPAY, .ref = out->boost.id, .payer = c->actor.user, .amount = price};
        return payment_prepare_target(c, &t, &out->payment);
    }
    Str key = arena_printf(c->arena, "boost:%lld", (long long)out->boost.id);
    if (!key.p)
        return E_NOMEM;
    Transfer t = {.cause = CAUSE_BOOST_WALLET, .ref = out->boost.id, .key = key};
    e = ledger_book(c, &t, (Leg[]){{ACC_AVAILABLE, c->actor.user, -price}, {ACC_FEES, 0, price}}, 2);
    if (!e)
        e = payment_void_target(c, PAY_BOOST, out->boost.id);
    if (!e)
        e = boost_start(c, &out->boost);
    out->started = !e;
    return e;
}
