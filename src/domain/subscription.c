#include "domain/subscription.h"

#include "domain/event.h"
#include "domain/row.h"
#include "domain/user.h"

static const Field subscription_fields[] = {
    FIELD(1, Subscription, user, F_I64, "who pays"),
    FIELD(2, Subscription, customer, F_STR, "the provider's customer"),
    FIELD(3, Subscription, subscription, F_STR, "the provider's subscription"),
    FIELD(4, Subscription, checkout, F_STR, "open checkout session"),
    FIELD(5, Subscription, status, F_I32, "SubscriptionStatus"),
    FIELD(6, Subscription, plan, F_I32, "Plan"),
    FIELD(7, Subscription, period_start_ms, F_I64, "begin of the period paid for"),
    FIELD(8, Subscription, period_end_ms, F_I64, "its end"),
    FIELD(9, Subscription, cancel_at_end, F_BOOL, "ends with the period"),
    FIELD(10, Subscription, created_ms, F_I64, "when made"),
    FIELD(11, Subscription, updated_ms, F_I64, "last change"),
    FIELD(12, Subscription, told_s, F_I64, "time of the newest event"),
    FIELD(13, Subscription, began_s, F_I64, "begin of the provider's subscription"),
    FIELD(14, Subscription, checked_ms, F_I64, "last question to the provider"),
    FIELD(15, Subscription, unpaid_s, F_I64, "newest invoice that failed"),
};
static const Index subscription_indexes[] = {
    {.id = 104,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "subscription_user",
     .doc = "of a user; 0: of nobody yet",
     .parts = {{.tag = 1}}},
};
const Record SUBSCRIPTION = {.kind = 18,
                             .size = sizeof(Subscription),
                             .name = "subscription",
                             .doc = "who pays for the marketplace itself",
                             .fields = subscription_fields,
                             .field_count = COUNT(subscription_fields),
                             .indexes = subscription_indexes,
                             .index_count = COUNT(subscription_indexes)};
#define BY_USER (&subscription_indexes[0])

typedef struct Ref {
    int64_t id;
    Str name;
    int64_t row; /* of SUBSCRIPTION; 0: an event that was seen */
    int64_t at_ms;
} Ref;
static bool is_event(const void *row) { return ((const Ref *)row)->row == 0; }
static const Field ref_fields[] = {
    FIELD(1, Ref, name, F_STR, "the provider's id"),
    FIELD(2, Ref, row, F_I64, "subscription it is about; 0: an event"),
    FIELD(3, Ref, at_ms, F_I64, "since when"),
};
static const Index ref_indexes[] = {
    {.id = 105, .kind = IX_UNIQUE, .part_count = 1, .name = "subscription_ref", .doc = "by the id", .parts = {{.tag = 1}}},
    {.id = 106,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "subscription_event",
     .doc = "events by age",
     .parts = {{.tag = 3}},
     .when = is_event},
};
const Record SUBSCRIPTION_REF = {.kind = 19,
                                 .size = sizeof(Ref),
                                 .name = "subscription_ref",
                                 .doc = "an id of the provider's",
                                 .fields = ref_fields,
                                 .field_count = COUNT(ref_fields),
                                 .indexes = ref_indexes,
                                 .index_count = COUNT(ref_indexes)};

/* ---- rows and references ---- */

static Err of_user(Call *c, int64_t user, Subscription *out) {
    Scan *scan;
    int64_t id = 0;
    Key key = key1(BY_USER, user);
    *out = (Subscription){0};
    if (!user)
        return E_MISSING;
    Err e = scan_open(c->tx, BY_USER, (ScanRange){.prefix = &key}, &scan);
    if (e)
        return e;
    bool there = scan_next(scan, &id);
    scan_close(scan);
    return there ? row_load(c, &SUBSCRIPTION, id, out) : E_MISSING;
}

static Err ref_find(Call *c, Str name, Ref *out) {
    Key key = key_of(&ref_indexes[0]);
    key_str(&key, name);
    return name.n ? row_find(c, &SUBSCRIPTION_REF, &ref_indexes[0], &key, out) : E_MISSING;
}

static Err of_ref(Call *c, Str name, Subscription *out) {
    Ref r;
    *out = (Subscription){0};
    Err e = ref_find(c, name, &r);
    return e ? e : r.row ? row_load(c, &SUBSCRIPTION, r.row, out) : E_MISSING;
}

/* From now on the id is about this row. */
static Err ref_put(Call *c, Str name, int64_t row) {
    Ref r;
    if (!name.n)
        return OK;
    Err e = ref_find(c, name, &r);
    if (e && e != E_MISSING)
        return e;
    if (e == OK && r.row == row)
        return OK;
    if (e == E_MISSING)
        r = (Ref){.name = name, .at_ms = c->now_ms};
    r.row = row;
    return row_save(c, &SUBSCRIPTION_REF, &r);
}

static int32_t plan_of(const Subscription *s) { return subscription_alive(s) ? PLAN_PRO : PLAN_FREE; }

static Err changed(Call *c, Subscription *s) {
    s->plan = plan_of(s);
    s->updated_ms = c->now_ms;
    Err e = rec_put(c->tx, &SUBSCRIPTION, s);
    if (e || !s->user)
        return e;
    Event ev = {.type = EV_SUBSCRIPTION,
                .verb = VERB_STATUS,
                .subject = s->id,
                .status = s->status,
                .users = list_of_i64s(c->arena, &s->user, 1)};
    return event_emit(c, &ev);
}

/* ---- the member's own ---- */

Err subscription_get(Call *c, const void *in, void *out) {
    (void)in;
    Subscription *s = out;
    Err e = call_signed_in(c);
    if (e == OK)
        e = of_user(c, c->actor.user, s);
    if (e == E_MISSING || (e == OK && s->status == SUBSCRIPTION_NONE)) {
        *s = (Subscription){0};
        return OK;
    }
    return e;
}

Err subscription_plan(Call *c, int64_t user, int32_t *plan) {
    Subscription s;
    Err e = of_user(c, user, &s);
    *plan = e == OK ? plan_of(&s) : PLAN_FREE;
    return e == E_MISSING ? OK : e;
}

Err subscription_begin(Call *c, const void *in, void *out) {
    (void)in;
    Subscription *s = out;
    Err e = call_signed_in(c);
    if (e == OK)
        e = of_user(c, c->actor.user, s);
    if (e == OK && subscription_alive(s) && !s->cancel_at_end)
        return diag_fail(c->diag, E_STATE, "ALREADY_SUBSCRIBED", S("You are subscribed already."));
    if (e != E_MISSING)
        return e;
    *s = (Subscription){.user = c->actor.user, .plan = PLAN_FREE, .created_ms = c->now_ms, .updated_ms = c->now_ms};
    return rec_insert(c->tx, &SUBSCRIPTION, s);
}

static Err none(Call *c) { return diag_fail(c->diag, E_STATE, "NO_SUBSCRIPTION", S("There is no subscription.")); }

Err subscription_living(Call *c, const void *in, void *out) {
    (void)in;
    Subscription *s = out;
    Err e = call_signed_in(c);
    if (e == OK)
        e = of_user(c, c->actor.user, s);
    bool is = e == OK && subscription_alive(s) && s->subscription.n;
    return is ? OK : e == OK || e == E_MISSING ? none(c) : e;
}

Err subscription_customer(Call *c, const void *in, void *out) {
    (void)in;
    Subscription *s = out;
    Err e = call_signed_in(c);
    if (e == OK)
        e = of_user(c, c->actor.user, s);
    return e == OK && s->customer.n ? OK : e == OK || e == E_MISSING ? none(c) : e;
}

Err subscription_opened(Call *c, const void *input, void *out) {
    (void)out;
    const SubscriptionOpenedIn *in = input;
    Subscription s;
    Err e = call_system(c);
    if (e == OK)
        e = row_load(c, &SUBSCRIPTION, in->id, &s);
    if (e)
        return e;
    s.checkout = in->checkout;
    s.checked_ms = c->now_ms;
    e = rec_put(c->tx, &SUBSCRIPTION, &s);
    return e ? e : ref_put(c, in->checkout, s.id);
}

Err subscription_check(Call *c, const void *in, void *out) {
    SubscriptionCheckOut *o = out;
    Err e = call_system(c);
    *o = (SubscriptionCheckOut){0};
    if (e == OK)
        e = of_user(c, ((const IdIn *)in)->id, &o->row);
    if (e)
        return e == E_MISSING ? OK : e;
    Subscription *s = &o->row;
    bool over = subscription_alive(s) && s->subscription.n && s->period_end_ms && s->period_end_ms <= c->now_ms;
    o->ask = (s->checkout.n || over) && s->checked_ms + SUBSCRIPTION_CHECK_MS <= c->now_ms;
    if (!o->ask)
        return OK;
    s->checked_ms = c->now_ms;
    return rec_put(c->tx, &SUBSCRIPTION, s);
}

/* ---- news ---- */

/* Does what the news say of a subscription count, given what is known? */
static bool counts(const Subscription *s, const SubscriptionNews *n) {
    Subscription then = {.status = n->status};
    if (s->subscription.n && n->subscription.n && !str_eq(s->subscription, n->subscription)) {
        /* Another one: a living one beats a dead one, of two alike the one that began later. */
        int64_t began_s = n->began_s ? n->began_s : n->at_s;
        return subscription_alive(s) != subscription_alive(&then) ? subscription_alive(&then) : began_s > s->began_s;
    }
    if (s->status == SUBSCRIPTION_CANCELED)
        return !s->subscription.n; /* it is final, and so known of this very one */
    return n->kind == NEWS_ANSWER || (n->kind == NEWS_CHECKOUT ? s->told_s == 0 : n->at_s >= s->told_s);
}

/* An invoice failed: says nothing of another subscription, and less than a state that is newer. A subscription that was never
 * paid does not become one that is late with paying. */
static bool take_unpaid(Subscription *s, const SubscriptionNews *n) {
    if ((s->subscription.n && !str_eq(s->subscription, n->subscription)) || n->at_s <= s->unpaid_s)
        return false;
    s->subscription = n->subscription;
    s->unpaid_s = n->at_s;
    bool paying = s->status == SUBSCRIPTION_ACTIVE || s->status == SUBSCRIPTION_TRIALING;
    if (paying && n->at_s >= s->told_s)
        s->status = SUBSCRIPTION_PAST_DUE;
    return true;
}

/* True when the row changed. */
static bool take(Subscription *s, const SubscriptionNews *n) {
    if (n->kind == NEWS_UNPAID)
        return take_unpaid(s, n);
    if (!counts(s, n))
        return false;
    if (n->subscription.n && !str_eq(s->subscription, n->subscription)) {
        s->subscription = n->subscription;
        s->began_s = n->began_s ? n->began_s : n->at_s;
        s->told_s = s->unpaid_s = s->period_start_ms = s->period_end_ms = 0;
    }
    s->status = n->status;
    if (n->status == SUBSCRIPTION_ACTIVE && n->kind != NEWS_ANSWER && n->at_s < s->unpaid_s)
        s->status = SUBSCRIPTION_PAST_DUE;
    s->cancel_at_end = n->cancel_at_end;
    if (n->began_s)
        s->began_s = n->began_s;
    if (n->period_end_ms) {
        s->period_start_ms = n->period_start_ms;
        s->period_end_ms = n->period_end_ms;
    }
    if (n->kind != NEWS_ANSWER && n->kind != NEWS_CHECKOUT)
        s->told_s = n->at_s;
    return true;
}

/* What was kept of nobody, as news. */
static bool take_kept(Subscription *s, const Subscription *o) {
    bool any = false;
    if (o->status != SUBSCRIPTION_NONE) {
        SubscriptionNews kept = {.kind = o->told_s ? NEWS_STATE : NEWS_CHECKOUT,
                                 .at_s = o->told_s ? o->told_s : o->began_s,
                                 .subscription = o->subscription,
                                 .status = o->status,
                                 .period_start_ms = o->period_start_ms,
                                 .period_end_ms = o->period_end_ms,
                                 .began_s = o->began_s,
                                 .cancel_at_end = o->cancel_at_end};
        any = take(s, &kept);
    }
    if (o->unpaid_s)
        any |= take(s, &(SubscriptionNews){.kind = NEWS_UNPAID, .at_s = o->unpaid_s, .subscription = o->subscription});
    if (!s->customer.n)
        s->customer = o->customer;
    return any;
}

/* The row that the news are about: by the checkout, by the user, by the provider's ids. What was kept of nobody under the same
 * ids is taken in. E_MISSING: none. */
static Err about(Call *c, const SubscriptionNews *n, Subscription *s, bool *grown) {
    Subscription found[4];
    const Str names[] = {n->checkout, n->subscription, n->customer};
    size_t count = 0;
    Err e = of_user(c, n->user, &found[0]);
    count += e == OK;
    for (size_t i = 0; i < COUNT(names) && (e == OK || e == E_MISSING); i++) {
        e = of_ref(c, names[i], &found[count]);
        count += e == OK;
    }
    if (e && e != E_MISSING)
        return e;
    if (!count)
        return E_MISSING;
    size_t best = 0;
    while (best + 1 < count && !found[best].user)
        best++;
    if (!found[best].user)
        best = 0;
    *s = found[best];
    for (size_t i = 0; i < count; i++) {
        const Subscription *o = &found[i];
        bool twice = false;
        for (size_t k = 0; k < i; k++)
            twice |= found[k].id == o->id;
        if (o->user || o->id == s->id || twice)
            continue;
        *grown |= take_kept(s, o);
        e = rec_delete(c->tx, &SUBSCRIPTION, o->id);
        if (e == OK)
            e = ref_put(c, o->subscription, s->id);
        if (e == OK)
            e = ref_put(c, o->customer, s->id);
        if (e)
            return e;
    }
    return OK;
}

static Err seen_before(Call *c, Str event, bool *seen) {
    Ref r;
    *seen = false;
    Err e = ref_find(c, event, &r);
    *seen = e == OK;
    if (e != E_MISSING || !event.n)
        return e == E_MISSING ? OK : e;
    r = (Ref){.name = event, .at_ms = c->now_ms};
    return rec_insert(c->tx, &SUBSCRIPTION_REF, &r);
}

Err subscription_news(Call *c, const void *input, void *result) {
    SubscriptionNews n = *(const SubscriptionNews *)input;
    SubscriptionNewsOut *out = result;
    Subscription *s = &out->row;
    bool grown = false;
    *out = (SubscriptionNewsOut){0};
    Err e = call_system(c);
    if (e == OK)
        e = seen_before(c, n.event, &out->seen);
    if (e || out->seen)
        return e;
    if (n.kind == NEWS_DELETED)
        n.status = SUBSCRIPTION_CANCELED;
    if (!n.at_s)
        n.at_s = c->now_ms / MS_SECOND;
    if (n.user && !rec_exists(c->tx, &USER, n.user))
        n.user = 0; /* of another box under the same account */
    e = about(c, &n, s, &grown);
    if (e == E_MISSING && n.kind == NEWS_EXPIRED)
        return OK;
    if (e == E_MISSING) { /* kept until somebody's checkout names it */
        if (!n.subscription.n && !n.user)
            return OK;
        *s = (Subscription){.user = n.user, .plan = PLAN_FREE, .created_ms = c->now_ms};
        e = rec_insert(c->tx, &SUBSCRIPTION, s);
    }
    if (e)
        return e;
    if (!s->user && n.user) {
        s->user = n.user;
        grown = true;
    }
    if (n.kind == NEWS_EXPIRED || n.kind == NEWS_CHECKOUT) {
        grown |= str_eq(s->checkout, n.checkout) && n.checkout.n;
        if (str_eq(s->checkout, n.checkout))
            s->checkout = (Str){NULL, 0};
    }
    if (n.kind != NEWS_EXPIRED) {
        grown |= take(s, &n);
        if (n.customer.n && !str_eq(s->customer, n.customer) && (!s->customer.n || str_eq(s->subscription, n.subscription))) {
            s->customer = n.customer;
            grown = true;
        }
        e = ref_put(c, n.subscription, s->id);
        if (e == OK)
            e = ref_put(c, n.customer, s->id);
    }
    return e || !grown ? e : changed(c, s);
}

Err subscriptions_trim(Call *c, int64_t before_ms, size_t max, size_t *gone) {
    Err e = row_trim(c, &SUBSCRIPTION_REF, &ref_indexes[1], before_ms, max, gone);
    if (e || *gone == max)
        return e;
    Subscription *all;
    size_t n;
    Key nobody = key1(BY_USER, 0);
    e = row_all(c, &SUBSCRIPTION, BY_USER, &nobody, max - *gone, &all, &n);
    for (size_t i = 0; e == OK && i < n && all[i].created_ms < before_ms; i++) {
        const Str names[] = {all[i].subscription, all[i].customer};
        for (size_t k = 0; e == OK && k < COUNT(names); k++) {
            Ref r;
            e = ref_find(c, names[k], &r);
            if (e == OK)
                e = rec_delete(c->tx, &SUBSCRIPTION_REF, r.id);
            if (e == E_MISSING)
                e = OK;
        }
        if (e == OK)
            e = rec_delete(c->tx, &SUBSCRIPTION, all[i].id);
        *gone += e == OK;
    }
    return e;
}
