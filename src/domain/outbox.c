#include "domain/outbox.h"

#include <assert.h>

#include "crypto/token.h"
#include "domain/audit.h"
#include "domain/bank.h"
#include "domain/row.h"
#include "domain/wallet.h"

static const Field fields[] = {
    FIELD(1, Outbox, kind, F_I32, "OutboxKind"),
    FIELD(2, Outbox, state, F_I32, "OutboxState"),
    FIELD(3, Outbox, user, F_I64, "whom it concerns"),
    FIELD(4, Outbox, to, F_STR, "phone or e-mail"),
    FIELD(5, Outbox, subject, F_STR, "subject or title"),
    FIELD(6, Outbox, body, F_STR, "text"),
    FIELD(7, Outbox, code, F_STR, "one-time code it carries"),
    FIELD(8, Outbox, ref, F_I64, "what it is about, by kind"),
    FIELD(9, Outbox, amount, F_I64, "minor units"),
    FIELD(10, Outbox, idempotency_key, F_STR, "what the provider honours"),
    FIELD(11, Outbox, attempts, F_I32, "sends so far"),
    FIELD(12, Outbox, created_ms, F_I64, "when queued"),
    FIELD(13, Outbox, due_ms, F_I64, "next send"),
    FIELD(14, Outbox, sent_ms, F_I64, "when settled"),
    FIELD(15, Outbox, deadline_ms, F_I64, "dead after this"),
    FIELD(16, Outbox, claimed_ms, F_I64, "a worker has it since"),
    FIELD(17, Outbox, provider_id, F_STR, "provider's id of the accepted call"),
    FIELD(18, Outbox, last_error, F_STR, "why the last send failed"),
    FIELD(19, Outbox, note, F_I64, "notification that a push carries"),
    FIELD(20, Outbox, lang, F_I32, "language of the text"),
};

static bool is_waiting(const void *row) { return ((const Outbox *)row)->state == OUTBOX_WAITING; }
static bool has_to(const void *row) { return ((const Outbox *)row)->to.n != 0; }
static bool has_user(const void *row) { return ((const Outbox *)row)->user != 0; }
static bool is_over(const void *row) {
    int32_t s = ((const Outbox *)row)->state;
    return s == OUTBOX_SENT || s == OUTBOX_CANCELLED;
}

static const Index indexes[] = {
    {.id = 125,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "outbox_due",
     .doc = "what to send next",
     .parts = {{.tag = 13}},
     .when = is_waiting},
    {.id = 126, .kind = IX_UNIQUE, .part_count = 1, .name = "outbox_key", .doc = "a cause leaves once", .parts = {{.tag = 10}}},
    {.id = 127,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 2,
     .name = "outbox_state",
     .doc = "for the admin",
     .parts = {{.tag = 2}, {.tag = 1}}},
    {.id = 128,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "outbox_to",
     .doc = "by address",
     .parts = {{.tag = 4}},
     .when = has_to},
    {.id = 129,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "outbox_user",
     .doc = "by user",
     .parts = {{.tag = 3}},
     .when = has_user},
    {.id = 130,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "outbox_settled",
     .doc = "what to forget",
     .parts = {{.tag = 14}},
     .when = is_over},
};
const Record OUTBOX = {.kind = 41,
                       .size = sizeof(Outbox),
                       .name = "outbox",
                       .doc = "what must leave the box",
                       .fields = fields,
                       .field_count = COUNT(fields),
                       .indexes = indexes,
                       .index_count = COUNT(indexes)};
const Index *const OUTBOX_BY_DUE = &indexes[0];
const Index *const OUTBOX_BY_KEY = &indexes[1];
const Index *const OUTBOX_BY_STATE = &indexes[2];
const Index *const OUTBOX_BY_TO = &indexes[3];
const Index *const OUTBOX_BY_USER = &indexes[4];
const Index *const OUTBOX_BY_SETTLED = &indexes[5];

enum { OUTBOX_KEY_BYTES = 16, OUTBOX_KEY_CHARS_MAX = 24 };

Err outbox_add(Call *c, Outbox *row) {
    assert(tx_writable(c->tx));
    row->id = 0;
    row->state = OUTBOX_WAITING;
    row->created_ms = c->now_ms;
    if (row->due_ms < c->now_ms)
        row->due_ms = c->now_ms;
    /* A code that is void is not worth sending any more. */
    row->deadline_ms = c->now_ms + (row->code.n ? c->cfg->otp_ttl_ms : OUTBOX_DEADLINE_MS);
    if (!row->idempotency_key.n) {
        Buf key = buf_arena(c->arena, OUTBOX_KEY_CHARS_MAX);
        token_put(&key, OUTBOX_KEY_BYTES);
        if (key.err)
            return key.err;
        row->idempotency_key = buf_str(&key);
    }
    return rec_insert(c->tx, &OUTBOX, row);
}

Err outbox_due(Call *c, size_t max, Outbox **rows, size_t *n, int64_t *next_ms) {
    *n = 0;
    *next_ms = INT64_MAX;
    *rows = ARENA_ARRAY(c->arena, max ? max : 1, Outbox);
    if (!*rows)
        return E_NOMEM;
    Scan *scan;
    Err e = scan_open(c->tx, OUTBOX_BY_DUE, (ScanRange){0}, &scan);
    if (e)
        return e;
    int64_t id;
    while (*next_ms == INT64_MAX && scan_next(scan, &id)) {
        int64_t due = scan_part_i64(scan, 0);
        if (due > c->now_ms || *n == max)
            *next_ms = due;
        else if ((e = row_load(c, &OUTBOX, id, &(*rows)[*n])))
            break;
        else
            ++*n;
    }
    scan_close(scan);
    if (e)
        return e;
    for (size_t i = 0; i < *n && tx_writable(c->tx); i++) {
        Outbox *row = &(*rows)[i];
        row->claimed_ms = c->now_ms;
        row->due_ms = c->now_ms + OUTBOX_LEASE_MS;
        e = rec_put(c->tx, &OUTBOX, row);
        if (e)
            return e;
        if (row->due_ms < *next_ms)
            *next_ms = row->due_ms;
    }
    return OK;
}

/* 5 s, 10 s, 20 s, … up to an hour. */
static int64_t backoff_ms(int32_t attempts) {
    int64_t ms = OUTBOX_FIRST_RETRY_MS;
    while (--attempts > 0 && ms < OUTBOX_RETRY_MAX_MS)
        ms *= 2;
    return ms < OUTBOX_RETRY_MAX_MS ? ms : OUTBOX_RETRY_MAX_MS;
}

/* What follows in the domain when a row of a kind is sent or dead. */
typedef Err FollowFn(Call *c, int64_t ref, bool sent, Str provider_id, Str error);
static Err penny_follow(Call *c, int64_t ref, bool sent, Str provider_id, Str error) {
    (void)provider_id; /* the registered name comes only with the two-phase call */
    return penny_settled(c, ref, sent, S(""), error);
}
static FollowFn *const follow[OUT_KIND_COUNT] = {
    [OUT_PAYOUT] = payout_settled,
    [OUT_REFUND] = refund_settled,
    [OUT_PENNY] = penny_follow,
};

static Err settled(Call *c, Outbox *row, OutboxState state) {
    row->state = state;
    row->sent_ms = c->now_ms;
    row->claimed_ms = 0;
    if (row->code.n && !c->cfg->sandbox)
        row->code = row->body = S(""); /* the body holds the code too */
    return rec_put(c->tx, &OUTBOX, row);
}

Err outbox_settle(Call *c, const OutboxOutcome *o) {
    Outbox row;
    Err e = row_load(c, &OUTBOX, o->id, &row);
    if (e)
        return e;
    if (row.state != OUTBOX_WAITING)
        return OK;
    row.attempts++;
    if (o->provider_id.n)
        row.provider_id = o->provider_id;
    row.last_error = o->err ? (o->error.n ? o->error : str_c0(err_name(o->err))) : S("");
    bool over = !o->err || o->permanent;
    if (o->err && !over) {
        row.due_ms = c->now_ms + backoff_ms(row.attempts);
        row.claimed_ms = 0;
        /* What the provider has taken is asked about until it is settled there: giving the money back meanwhile would pay twice.
         */
        over = row.due_ms > row.deadline_ms && !row.provider_id.n;
    }
    e = over ? settled(c, &row, o->err ? OUTBOX_DEAD : OUTBOX_SENT) : rec_put(c->tx, &OUTBOX, &row);
    if (e || !over || !follow[row.kind])
        return e;
    /* Nobody knows whether a payout that merely ran out of time was made: giving the money back could pay twice. An admin
     * decides. */
    if (o->err && !o->permanent && row.kind == OUT_PAYOUT)
        return audit_add(c, S("withdrawal.stuck"), S("withdrawal"), row.ref, row.last_error);
    return follow[row.kind](c, row.ref, !o->err, row.provider_id, row.last_error);
}

static Err not_now(Call *c) { return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("It cannot be changed any more.")); }

Err outbox_cancel(Call *c, int64_t id) {
    Outbox row;
    Err e = row_load(c, &OUTBOX, id, &row);
    if (e)
        return e;
    if (row.state == OUTBOX_CANCELLED)
        return OK;
    if (row.state == OUTBOX_SENT || row.claimed_ms || row.provider_id.n)
        return not_now(c);
    return settled(c, &row, OUTBOX_CANCELLED);
}

Err outbox_again(Call *c, int64_t id, int64_t due_ms) {
    Outbox row;
    Err e = row_load(c, &OUTBOX, id, &row);
    if (e)
        return e;
    if (row.state != OUTBOX_WAITING && row.state != OUTBOX_DEAD)
        return not_now(c);
    if (row.claimed_ms)
        return OK; /* it is being sent this moment */
    row.state = OUTBOX_WAITING;
    row.due_ms = due_ms > c->now_ms ? due_ms : c->now_ms;
    row.deadline_ms = row.due_ms + OUTBOX_DEADLINE_MS;
    row.attempts = 0;
    row.sent_ms = 0;
    return rec_put(c->tx, &OUTBOX, &row);
}

Err outbox_done(Call *c, int64_t id, Str provider_id) {
    Outbox row;
    Err e = row_load(c, &OUTBOX, id, &row);
    if (e || row.state != OUTBOX_WAITING)
        return e;
    row.provider_id = provider_id;
    return settled(c, &row, OUTBOX_SENT);
}

Err outbox_trim(Call *c, int64_t before_ms, size_t max, size_t *gone) {
    *gone = 0;
    int64_t *ids = ARENA_ARRAY(c->arena, max ? max : 1, int64_t);
    if (!ids)
        return E_NOMEM;
    Scan *scan;
    Err e = scan_open(c->tx, OUTBOX_BY_SETTLED, (ScanRange){0}, &scan);
    if (e)
        return e;
    size_t n = 0;
    while (n < max && scan_next(scan, &ids[n]) && scan_part_i64(scan, 0) < before_ms)
        n++;
    scan_close(scan);
    for (size_t i = 0; i < n; i++) {
        e = rec_delete(c->tx, &OUTBOX, ids[i]);
        if (e)
            return e;
    }
    *gone = n;
    return OK;
}

Err outbox_list(Call *c, const void *in, void *out) {
    const OutboxListIn *q = in;
    Err e = call_system(c);
    if (e && (e = call_moderator(c)))
        return e;
    if (q->to.n || q->user) {
        const Index *ix = q->to.n ? OUTBOX_BY_TO : OUTBOX_BY_USER;
        Key key = key_of(ix);
        if (q->to.n)
            key_str(&key, q->to);
        else
            key_i64(&key, q->user);
        return row_page(c, &OUTBOX, ix, &key, q->page, out);
    }
    PageSource src[OUTBOX_CANCELLED * OUT_KIND_COUNT];
    size_t n = 0;
    for (int32_t state = OUTBOX_WAITING; state <= OUTBOX_CANCELLED; state++)
        for (int32_t kind = OUT_SMS; kind < OUT_KIND_COUNT; kind++)
            if ((q->state ? q->state == state : state == OUTBOX_WAITING || state == OUTBOX_DEAD) && (!q->kind || q->kind == kind))
                src[n++] = (PageSource){OUTBOX_BY_STATE, key2(OUTBOX_BY_STATE, state, kind)};
    return row_page_merge(c, &OUTBOX, src, n, q->page, out);
}

static Err message(Call *c, int64_t id, Outbox *row) {
    Err e = call_admin(c);
    if (e == OK)
        e = row_load(c, &OUTBOX, id, row);
    if (e)
        return e;
    if (row->kind > OUT_PUSH)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("Only messages are decided on here."));
    return row->state == OUTBOX_WAITING || row->state == OUTBOX_DEAD ? OK : not_now(c);
}

static Err decided(Call *c, const Outbox *row, Str act, Outbox *out) {
    Err e = audit_add(c, act, S("outbox"), row->id, S(""));
    return e ? e : row_load(c, &OUTBOX, row->id, out);
}

Err outbox_retry(Call *c, const void *in, void *out) {
    Outbox row;
    Err e = message(c, ((const IdIn *)in)->id, &row);
    if (e == OK && row.state == OUTBOX_DEAD && (row.code.n || !row.body.n))
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The code that it carried is void."));
    if (e == OK)
        e = outbox_again(c, row.id, c->now_ms);
    return e ? e : decided(c, &row, S("outbox.retry"), out);
}

Err outbox_drop(Call *c, const void *in, void *out) {
    Outbox row;
    Err e = message(c, ((const IdIn *)in)->id, &row);
    if (e == OK)
        e = outbox_cancel(c, row.id);
    return e ? e : decided(c, &row, S("outbox.drop"), out);
}
