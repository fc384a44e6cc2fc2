#include "domain/application.h"

#include "domain/event.h"
#include "domain/ledger.h"
#include "domain/notify.h"
#include "domain/report.h"
#include "domain/row.h"
#include "domain/user.h"

static bool not_withdrawn(const void *row) { return ((const Application *)row)->status != APPLICATION_WITHDRAWN; }

static const Field application_fields[] = {
    FIELD(1, Application, gig, F_I64, "gig it answers"),
    FIELD(2, Application, client, F_I64, "whose gig it is"),
    FIELD(3, Application, doer, F_I64, "who applied"),
    FIELD(4, Application, message, F_STR, "what the doer wrote"),
    FIELD(5, Application, amount, F_I64, "counter-offer, 0 = none"),
    FIELD(6, Application, status, F_I32, "pending, accepted, rejected, withdrawn"),
    FIELD(7, Application, created_ms, F_I64, "when it was made"),
    FIELD(8, Application, updated_ms, F_I64, "when its status last changed"),
    FIELD(9, Application, timeline, F_STR, "how long the doer will take"),
    FIELD(10, Application, portfolio, F_STRS, "earlier work"),
    FIELD(11, Application, ai_tools, F_STRS, "AI tools to be used"),
    FIELD(12, Application, stage, F_I32, "how far the client has got with it"),
};
static Err parties(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    const Application *p = row;
    *i64s = ARENA_ARRAY(a, 2, int64_t);
    if (!*i64s)
        return E_NOMEM;
    (*i64s)[0] = p->client;
    (*i64s)[1] = p->doer;
    *n = 2;
    return OK;
}
// clang-format off
static const Index application_indexes[] = {
    {.id = 35, .kind = IX_ORDERED, .part_count = 2, .counted = 2, .name = "application_gig", .doc = "of a gig", .parts = {{.tag = 1}, {.tag = 6}}},
    {.id = 36, .kind = IX_ORDERED, .part_count = 2, .counted = 2, .name = "application_doer", .doc = "of a doer", .parts = {{.tag = 3}, {.tag = 6}}},
    {.id = 37, .kind = IX_UNIQUE, .part_count = 2, .name = "application_pair", .doc = "one each", .parts = {{.tag = 1}, {.tag = 3}}, .when = not_withdrawn},
    {.id = 200, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "application_party", .doc = "of a person", .parts = {{.type = F_I64S, .of = parties}}},
};
// clang-format on
const Record APPLICATION = {.kind = 5,
                            .size = sizeof(Application),
                            .name = "application",
                            .doc = "answer to a gig",
                            .fields = application_fields,
                            .field_count = COUNT(application_fields),
                            .indexes = application_indexes,
                            .index_count = COUNT(application_indexes)};
const Index *const APPLICATION_BY_GIG = &application_indexes[0];
const Index *const APPLICATION_BY_DOER = &application_indexes[1];
const Index *const APPLICATION_BY_PAIR = &application_indexes[2];
const Index *const APPLICATION_BY_PARTY = &application_indexes[3];

static Err bad_state(Call *c, const char *message) { return diag_fail(c->diag, E_STATE, "INVALID_STATE", str_c0(message)); }

static Err application_event(Call *c, const Application *a, EventVerb verb) {
    int64_t users[] = {a->client, a->doer};
    Event ev = {.type = EV_APPLICATION,
                .verb = verb,
                .subject = a->id,
                .gig = a->gig,
                .status = a->status,
                .users = list_of_i64s(c->arena, users, COUNT(users))};
    return event_emit(c, &ev);
}

static Err tell_about(Call *c, const Application *a, int64_t user, NotificationType type, Str title) {
    Notice n = {.user = user,
                .type = type,
                .gig = a->gig,
                .application = a->id,
                .actor = c->actor.user,
                .subject = title,
                .amount = a->amount};
    return notify(c, &n);
}

static Err tell(Call *c, const Application *a, int64_t user, NotificationType type) {
    Gig g;
    Err e = rec_get(c->tx, &GIG, a->gig, &g);
    if (e)
        return e == E_MISSING ? OK : e;
    return tell_about(c, a, user, type, g.title);
}

static Err check_items(Call *c, const List *given, Str field) {
    Str one;
    bool ok = given->count <= APPLICATION_ITEMS_MAX;
    for (ListIter it = list_iter(given); ok && list_str(&it, &one);)
        ok = str_trim(one).n && str_utf8_len(one) <= APPLICATION_ITEM_MAX;
    if (ok)
        return OK;
    return diag_field(
        c->diag, E_INVALID, field,
        arena_printf(c->arena, "at most %d entries of 1 to %d characters", APPLICATION_ITEMS_MAX, APPLICATION_ITEM_MAX));
}

static Err check_extras(Call *c, const ApplyIn *in) {
    Err e = check_items(c, &in->portfolio, S("portfolio")), fault = check_items(c, &in->ai_tools, S("ai_tools"));
    if (str_utf8_len(in->timeline) > APPLICATION_TIMELINE_MAX)
        e = diag_field(c->diag, E_INVALID, S("timeline"),
                       arena_printf(c->arena, "must have at most %d characters", APPLICATION_TIMELINE_MAX));
    return e ? e : fault;
}

Err application_apply(Call *c, const void *input, void *result) {
    const ApplyIn *in = input;
    Application *a = result;
    Gig g;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &GIG, in->gig, &g);
    if (e)
        return e;
    if ((g.flags & (GIG_REMOVED | GIG_DELETED)) || (g.status == GIG_DRAFT && g.client != c->actor.user))
        return E_MISSING;
    if (g.client == c->actor.user)
        return diag_fail(c->diag, E_FORBIDDEN, "OWN_GIG", S("nobody applies to a gig of his own"));
    e = user_deals(c, g.client);
    if (e)
        return e;
    Str message = str_trim(in->message);
    if ((message.n == 0 && !in->wordless) || str_utf8_len(message) > APPLICATION_MESSAGE_MAX)
        e = diag_field(c->diag, E_INVALID, S("message"),
                       arena_printf(c->arena, "must have 1 to %d characters", APPLICATION_MESSAGE_MAX));
    if (in->amount < 0 || in->amount > MONEY_MAX)
        e = diag_field(c->diag, E_INVALID, S("amount"), S("must be a positive amount"));
    Err fault = check_extras(c, in);
    if (e || fault)
        return e ? e : fault;
    if (g.status != GIG_OPEN)
        return bad_state(c, "the gig is not open");
    *a = (Application){.gig = g.id,
                       .client = g.client,
                       .doer = c->actor.user,
                       .message = message,
                       .amount = in->amount,
                       .timeline = str_trim(in->timeline),
                       .portfolio = in->portfolio,
                       .ai_tools = in->ai_tools,
                       .status = APPLICATION_PENDING,
                       .created_ms = c->now_ms,
                       .updated_ms = c->now_ms};
    e = rec_insert(c->tx, &APPLICATION, a);
    if (e == E_CONFLICT)
        return diag_fail(c->diag, e, "ALREADY_APPLIED", S("you have applied already"));
    if (e == OK)
        e = gig_count_application(c, g.id, 1);
    if (e == OK)
        e = application_event(c, a, VERB_CREATED);
    return e ? e : tell(c, a, a->client, NOTE_NEW_APPLICATION);
}

/* ---- reading ---- */

Err application_get(Call *c, const void *input, void *result) {
    Application *a = result;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &APPLICATION, ((const IdIn *)input)->id, a);
    if (e == OK && a->client != c->actor.user && a->doer != c->actor.user && !(c->actor.rights & (RIGHT_ADMIN | RIGHT_MODERATOR)))
        e = E_FORBIDDEN;
    return e;
}

static Err page_by(Call *c, const Index *ix, int64_t of, int32_t status, PageIn page, PageOut *out) {
    PageSource src[APPLICATION_WITHDRAWN];
    size_t n = 0;
    for (int32_t s = APPLICATION_PENDING; s <= APPLICATION_WITHDRAWN; s++)
        if (!status || status == s)
            src[n++] = (PageSource){ix, key2(ix, of, s)};
    return row_page_merge(c, &APPLICATION, src, n, page, out);
}

Err application_list(Call *c, const void *input, void *result) {
    const GigApplicationsIn *in = input;
    Gig g;
    Err e = call_signed_in(c);
    if (e == OK)
        e = rec_get(c->tx, &GIG, in->gig, &g);
    if (e == OK && (g.flags & GIG_DELETED))
        e = E_MISSING;
    if (e == OK && g.client != c->actor.user && !(c->actor.rights & (RIGHT_ADMIN | RIGHT_MODERATOR)))
        e = E_FORBIDDEN;
    return e ? e : page_by(c, APPLICATION_BY_GIG, in->gig, in->status, in->page, result);
}

Err application_mine(Call *c, const void *input, void *result) {
    const MyApplicationsIn *in = input;
    Err e = call_signed_in(c);
    return e ? e : page_by(c, APPLICATION_BY_DOER, c->actor.user, in->status, in->page, result);
}

Err application_all(Call *c, const void *input, void *result) {
    Err e = call_signed_in(c);
    Key key = key1(APPLICATION_BY_PARTY, c->actor.user);
    return e ? e : row_page(c, &APPLICATION, APPLICATION_BY_PARTY, &key, *(const PageIn *)input, result);
}

/* ---- answers ---- */

static Err set_status(Call *c, Application *a, ApplicationStatus status) {
    a->status = status;
    a->updated_ms = c->now_ms;
    Err e = rec_put(c->tx, &APPLICATION, a);
    return e ? e : application_event(c, a, VERB_STATUS);
}

Err application_reject(Call *c, const void *input, void *result) {
    Application *a = result;
    Err e = application_get(c, input, a);
    if (e)
        return e;
    if (a->client != c->actor.user)
        return E_FORBIDDEN;
    if (a->status != APPLICATION_PENDING)
        return bad_state(c, "only a pending application can be rejected");
    e = set_status(c, a, APPLICATION_REJECTED);
    return e ? e : tell(c, a, a->doer, NOTE_APPLICATION_REJECTED);
}

Err application_withdraw(Call *c, const void *input, void *result) {
    Application *a = result;
    Err e = application_get(c, input, a);
    if (e)
        return e;
    if (a->doer != c->actor.user)
        return E_FORBIDDEN;
    if (a->status != APPLICATION_PENDING)
        return bad_state(c, "only a pending application can be withdrawn");
    e = set_status(c, a, APPLICATION_WITHDRAWN);
    if (e == OK)
        e = gig_count_application(c, a->gig, -1);
    return e ? e : tell(c, a, a->client, NOTE_APPLICATION_WITHDRAWN);
}

Err application_set_stage(Call *c, const void *input, void *result) {
    const StageIn *in = input;
    Application *a = result;
    Gig g;
    Err e = application_get(c, &(IdIn){in->id}, a);
    if (e)
        return e;
    if (a->client != c->actor.user)
        return E_FORBIDDEN;
    if (a->status != APPLICATION_PENDING && a->status != APPLICATION_REJECTED)
        return bad_state(c, "the application is not open any more");
    if (a->status == APPLICATION_REJECTED && ((e = rec_get(c->tx, &GIG, a->gig, &g)) || g.status != GIG_OPEN))
        return e && e != E_MISSING ? e : bad_state(c, "the gig is not open any more");
    if (a->status == APPLICATION_PENDING && a->stage == in->stage)
        return OK;
    a->stage = in->stage;
    e = set_status(c, a, APPLICATION_PENDING);
    return e || !a->stage ? e : tell(c, a, a->doer, NOTE_APPLICATION_STAGE);
}

/* ---- for the order's code ---- */

Err application_accepted(Call *c, Application *a) {
    Err e = set_status(c, a, APPLICATION_ACCEPTED);
    return e ? e : tell(c, a, a->doer, NOTE_APPLICATION_ACCEPTED);
}

Err application_reopen(Call *c, int64_t id) {
    Application a;
    Err e = row_load(c, &APPLICATION, id, &a);
    if (e || a.status != APPLICATION_ACCEPTED)
        return e == E_MISSING ? OK : e;
    return set_status(c, &a, APPLICATION_PENDING);
}

/* Rejects up to `max` of those that wait. One after the other from the front: each one leaves the prefix that is walked. */
static Err reject_some(Call *c, const Gig *g, int64_t except, size_t max, size_t *done, bool *more) {
    Key key = key2(APPLICATION_BY_GIG, g->id, APPLICATION_PENDING);
    int64_t skip = 0;
    Err e = OK;
    for (*done = 0, *more = true; e == OK; ++*done) {
        Scan *scan;
        Application a;
        e = scan_open(c->tx, APPLICATION_BY_GIG, (ScanRange){.prefix = &key}, &scan);
        if (e)
            break;
        scan_skip(scan, skip);
        *more = scan_next_rec(scan, &APPLICATION, &a);
        if (*more && a.id == except) {
            skip = 1;
            *more = scan_next_rec(scan, &APPLICATION, &a);
        }
        scan_close(scan);
        if (!*more || *done == max)
            break;
        e = set_status(c, &a, APPLICATION_REJECTED);
        if (e == OK)
            e = tell_about(c, &a, a.doer, NOTE_APPLICATION_REJECTED, g->title);
    }
    return e;
}

Err application_reject_others(Call *c, int64_t gig, int64_t except) {
    Gig g;
    size_t done;
    bool more;
    Err e = rec_get(c->tx, &GIG, gig, &g);
    if (e)
        return e == E_MISSING ? OK : e;
    e = reject_some(c, &g, except, APPLICATIONS_AT_ONCE, &done, &more);
    if (e || !more)
        return e;
    g.flags |= GIG_ANSWERING;
    return rec_put(c->tx, &GIG, &g);
}

Err applications_answer(Call *c, size_t max, size_t *done) {
    Scan *scan;
    Gig g;
    bool more;
    *done = 0;
    Err e = scan_open(c->tx, GIG_TO_ANSWER, (ScanRange){0}, &scan);
    if (e)
        return e;
    bool some = scan_next_rec(scan, &GIG, &g);
    scan_close(scan);
    if (!some)
        return tx_err(c->tx);
    e = reject_some(c, &g, 0, max < APPLICATIONS_AT_ONCE ? max : APPLICATIONS_AT_ONCE, done, &more);
    if (e || more)
        return e;
    if (g.flags & GIG_DELETED)
        return rec_delete(c->tx, &GIG, g.id);
    g.flags &= ~GIG_ANSWERING;
    return rec_put(c->tx, &GIG, &g);
}
