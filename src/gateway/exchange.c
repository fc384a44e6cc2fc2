#include "base/blocking.h"
#include "gateway/internal.h"

/* The same request will never be taken: 4xx, but not for keys that an admin may mend, time-outs, conflicts with a call still
 * under way, or limits. */
static bool permanent(int status) {
    static const int passing[] = {401, 402, 403, 407, 408, 409, 423, 425, 429};
    for (size_t i = 0; i < COUNT(passing); i++)
        if (status == passing[i])
            return false;
    return status >= 400 && status < 500;
}

Err gateway_exchange(Gateway *g, Arena *a, const FetchRequest *req, const char *why, Answer *answer, Outcome *o) {
    FetchResponse res;
    *answer = NULL;
    *o = (Outcome){.err = g->env.fetch.http(g->env.fetch.ctx, a, req, &res)};
    if (o->err) {
        o->permanent = o->err == E_INVALID;
        o->error = arena_str(a, str_c0(res.error));
        return o->err;
    }
    o->status = res.status;
    *answer = answer_of(a, res.body); /* not every provider answers JSON */
    if (res.status >= 200 && res.status < 300)
        return OK;
    Str said = answer_str(*answer, why);
    o->err = E_PROVIDER;
    o->permanent = permanent(res.status);
    o->error = arena_printf(a, "%d%s%.*s", res.status, said.n ? ": " : "", STR_ARG(said));
    return o->err;
}

Err gateway_read(Gateway *g, Arena *a, Call *c) {
    *c = (Call){.arena = a, .actor = SYSTEM_ACTOR, .cfg = g->env.domain(g->env.app)};
    Err e = store_read(g->env.store, a, &c->tx);
    if (!e)
        c->now_ms = tx_now_ms(c->tx);
    return e;
}

typedef struct Write {
    Gateway *gateway;
    Arena *arena;
    Diag *diag;
    Actor actor;
    OpFn *op;
    const void *in;
    void *out;
    size_t out_bytes;
} Write;

static Err write_op(Tx *tx, void *arg) {
    const Write *w = arg;
    Diag unused;
    Call c = {.tx = tx,
              .arena = w->arena,
              .diag = w->diag ? w->diag : &unused,
              .now_ms = tx_now_ms(tx),
              .actor = w->actor,
              .cfg = w->gateway->env.domain(w->gateway->env.app)};
    diag_clear(c.diag);
    if (w->out_bytes)
        memset(w->out, 0, w->out_bytes);
    return w->op(&c, w->in, w->out);
}

Err gateway_write(Gateway *g, Arena *a, Diag *d, Actor actor, OpFn *op, const void *in, void *out, size_t out_bytes) {
    enum { BUSY_TRIES = 50, BUSY_NAP_MS = 20 };
    Write w = {.gateway = g, .arena = a, .diag = d, .actor = actor, .op = op, .in = in, .out = out, .out_bytes = out_bytes};
    Err e = store_write(g->env.store, write_op, &w);
    /* What a provider has done already must be written down: a full queue is waited out. */
    for (int i = 0; e == E_BUSY && i < BUSY_TRIES; i++) {
        gateway_nap(BUSY_NAP_MS);
        e = store_write(g->env.store, write_op, &w);
    }
    return e;
}

void gateway_wait(Gateway *g, int64_t ms) {
    int64_t until_ms = clock_mono_ms() + (ms < GATEWAY_IDLE_MS ? ms : GATEWAY_IDLE_MS);
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};
    pthread_cond_timedwait(&g->changed, &g->lock, &until);
}

void gateway_nap(int64_t ms) {
    struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    blocking_begin();
    nanosleep(&t, NULL);
    blocking_end();
}
