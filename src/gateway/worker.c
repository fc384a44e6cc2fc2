/* Outbox rows: claimed by the dispatcher, sent by the lanes' senders. */
#include "base/log.h"
#include "domain/row.h"
#include "gateway/internal.h"

#define BIT(kind) (1u << (kind))
/* A claim older than this is left to lapse: the call might outlive the lease, and another sender take the row meanwhile. */
#define CLAIM_FRESH_MS (OUTBOX_LEASE_MS / 2)

static const uint32_t lane_kinds[LANE_COUNT] = {
    BIT(OUT_SMS),
    BIT(OUT_EMAIL) | BIT(OUT_PUSH),
    BIT(OUT_PAYOUT) | BIT(OUT_REFUND) | BIT(OUT_PENNY),
};

static const struct {
    const char *name;
    SendFn *send;
} kind_rows[OUT_KIND_COUNT] = {
    [OUT_SMS] = {"sms", send_sms},          [OUT_EMAIL] = {"email", send_email},    [OUT_PUSH] = {"push", send_push},
    [OUT_PAYOUT] = {"payout", send_payout}, [OUT_REFUND] = {"refund", send_refund}, [OUT_PENNY] = {"penny", send_penny},
};

/* ---- the dispatcher ---- */

typedef struct Look {
    bool outbox_due, poll_due;
    int64_t wait_ms; /* until something else falls due */
} Look;

static int64_t until(int64_t at_ms, int64_t now_ms) {
    return at_ms == INT64_MAX ? GATEWAY_IDLE_MS : at_ms > now_ms ? at_ms - now_ms : 0;
}

static Err look(Gateway *g, Arena *a, Look *l) {
    Call c;
    Outbox *rows;
    Payment *polls;
    size_t n;
    int64_t outbox_ms, poll_ms;
    *l = (Look){.wait_ms = GATEWAY_IDLE_MS};
    Err e = gateway_read(g, a, &c);
    if (e)
        return e;
    e = outbox_due(&c, 1, &rows, &n, &outbox_ms);
    l->outbox_due = !e && n;
    if (!e)
        e = payment_polls(&c, 1, &polls, &n, &poll_ms);
    l->poll_due = !e && n;
    store_read_end(c.tx);
    if (e)
        return e;
    int64_t outbox_wait = until(outbox_ms, c.now_ms), poll_wait = until(poll_ms, c.now_ms);
    if (!l->outbox_due && outbox_wait < l->wait_ms)
        l->wait_ms = outbox_wait;
    if (!l->poll_due && poll_wait < l->wait_ms)
        l->wait_ms = poll_wait; /* a poll under way commits, which wakes us */
    return OK;
}

typedef struct Claims {
    struct {
        Claim claim;
        int32_t kind;
    } rows[GATEWAY_CLAIM_ROWS];
    size_t n;
} Claims;

static Err claim(Call *c, const void *in, void *out) {
    (void)in;
    Claims *claims = out;
    Outbox *rows;
    size_t n;
    int64_t next;
    Err e = outbox_due(c, GATEWAY_CLAIM_ROWS, &rows, &n, &next);
    if (e)
        return e;
    claims->n = n;
    for (size_t i = 0; i < n; i++) {
        claims->rows[i].claim = (Claim){.id = rows[i].id, .claimed_ms = rows[i].claimed_ms};
        claims->rows[i].kind = rows[i].kind;
    }
    return OK;
}

static void queue(Gateway *g, const Claims *claims) {
    for (size_t i = 0; i < claims->n; i++) {
        for (size_t lane = 0; lane < LANE_COUNT; lane++) {
            Lane *l = &g->lanes[lane];
            if (!(lane_kinds[lane] & BIT(claims->rows[i].kind)) || l->count == GATEWAY_QUEUE_ROWS)
                continue;
            l->ring[(l->first + l->count++) % GATEWAY_QUEUE_ROWS] = claims->rows[i].claim;
            g->stats.queued++;
        }
    }
    pthread_cond_broadcast(&g->changed);
}

void *gateway_dispatch(void *arg) {
    Gateway *g = arg;
    Arena a;
    arena_init(&a, GATEWAY_ARENA_BYTES);
    pthread_mutex_lock(&g->lock);
    while (!g->stopping) {
        g->woken = false;
        pthread_mutex_unlock(&g->lock);
        Look l;
        Claims claims = {.n = 0};
        Err e = look(g, &a, &l);
        if (!e && l.outbox_due)
            e = gateway_write(g, &a, NULL, SYSTEM_ACTOR, claim, NULL, &claims, sizeof claims);
        arena_reset(&a);
        if (e)
            log_line(LOG_WARN, "gateway", "looking for work failed", "error=%s", err_name(e));
        pthread_mutex_lock(&g->lock);
        if (!e && l.poll_due && !g->poll_due) {
            g->poll_due = true;
            pthread_cond_broadcast(&g->changed);
        }
        if (!e && claims.n) {
            queue(g, &claims);
            continue; /* there may be more */
        }
        int64_t wait = e ? MS_SECOND : l.wait_ms, begun = clock_mono_ms();
        while (!g->stopping && !g->woken && clock_mono_ms() - begun < wait)
            gateway_wait(g, wait - (clock_mono_ms() - begun));
    }
    pthread_mutex_unlock(&g->lock);
    arena_free(&a);
    return NULL;
}

/* ---- the senders ---- */

static Err settle(Call *c, const void *in, void *out) {
    (void)out;
    return outbox_settle(c, in);
}

/* Loads the claimed row; false when the claim is void: settled, cancelled, or too old. */
static bool load(Gateway *g, Arena *a, const Claim *claim, Outbox *row) {
    Call c;
    if (gateway_read(g, a, &c))
        return false;
    Err e = rec_get(c.tx, &OUTBOX, claim->id, row);
    if (!e)
        e = row_keep(a, &OUTBOX, row);
    store_read_end(c.tx);
    return !e && row->state == OUTBOX_WAITING && row->claimed_ms == claim->claimed_ms &&
           c.now_ms < claim->claimed_ms + CLAIM_FRESH_MS;
}

static void carry_out(Gateway *g, Arena *a, const Claim *claim) {
    Outbox row = {.id = claim->id};
    if (!load(g, a, claim, &row))
        return;
    Outcome o = {.err = E_STATE, .permanent = true, .error = S("the code is void already")};
    if (!row.code.n || clock_now_ms() < row.deadline_ms)
        kind_rows[row.kind].send(g, a, &row, &o);
    bool under_way = o.err && !o.permanent && o.provider_id.n; /* the provider has it and is not done */
    if (o.err)
        log_line(under_way ? LOG_INFO : LOG_WARN, "gateway", under_way ? "under way at the provider" : "not sent",
                 "kind=%s row=%lld attempt=%d permanent=%d error=%s", kind_rows[row.kind].name, (long long)row.id,
                 row.attempts + 1, o.permanent, err_name(o.err));
    OutboxOutcome report = {.id = row.id, .err = o.err, .permanent = o.permanent, .provider_id = o.provider_id, .error = o.error};
    Err e = o.recorded ? OK : gateway_write(g, a, NULL, SYSTEM_ACTOR, settle, &report, NULL, 0);
    if (e) /* the lease ends and it is sent again, under the same idempotency key */
        log_line(LOG_ERROR, "gateway", "outcome not written", "kind=%s row=%lld error=%s", kind_rows[row.kind].name,
                 (long long)row.id, err_name(e));
    pthread_mutex_lock(&g->lock);
    g->stats.sent += !o.err;
    g->stats.failed += o.err != OK && !under_way;
    pthread_mutex_unlock(&g->lock);
}

void *gateway_send(void *arg) {
    const Sender *me = arg;
    Gateway *g = me->gateway;
    Arena a;
    arena_init(&a, GATEWAY_ARENA_BYTES);
    pthread_mutex_lock(&g->lock);
    while (!g->stopping) {
        Lane *l = NULL;
        for (size_t lane = LANE_COUNT; lane-- > 0;) /* money first */
            if (!l && (me->lanes & BIT(lane)) && g->lanes[lane].count)
                l = &g->lanes[lane];
        if (!l) {
            gateway_wait(g, GATEWAY_IDLE_MS);
            continue;
        }
        Claim claim = l->ring[l->first];
        l->first = (l->first + 1) % GATEWAY_QUEUE_ROWS;
        l->count--;
        g->stats.queued--;
        pthread_mutex_unlock(&g->lock);
        carry_out(g, &a, &claim);
        arena_reset(&a);
        pthread_mutex_lock(&g->lock);
    }
    pthread_mutex_unlock(&g->lock);
    arena_free(&a);
    return NULL;
}
