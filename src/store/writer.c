#include <errno.h>
#include <semaphore.h>
#include <signal.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "store/internal.h"

/* Lives on the stack of the thread that waits for it. */
struct Job {
    StoreWriteFn *fn;
    void *arg;
    Err err;
    bool failed; /* of this batch, and not to be run again */
    Job *next;
    sem_t done;
};

/* ---- one batch ---- */

static Err tx_begin(Store *s, Tx *tx, Arena *a) {
    *tx = (Tx){.store = s, .arena = a, .writable = true};
    int rc = mdb_txn_begin(s->env, NULL, 0, &tx->txn);
    if (rc)
        log_line(LOG_ERROR, "store", "cannot write", "error=%s", mdb_strerror(rc));
    else
        tx->now_ms = s->cfg.now_ms ? s->cfg.now_ms() : clock_now_ms();
    return db_err(rc);
}

/* A full disk fails every write until somebody makes room: told when it begins and when it ends, not each time. */
static void note_room(Store *s, Err e) {
    if (e == E_FULL && !s->writer.full)
        log_line(LOG_ERROR, "store", "no room: writes are refused, nothing is lost", "file=%s", s->path);
    else if (!e && s->writer.full)
        log_line(LOG_INFO, "store", "room again", "file=%s", s->path);
    if (!e || e == E_FULL)
        s->writer.full = e == E_FULL;
}

static Err tx_commit(Store *s, Tx *tx) {
    int rc;
    if (failpoint(FP_STORE_COMMIT)) {
        mdb_txn_abort(tx->txn);
        rc = EIO;
    } else {
        rc = mdb_txn_commit(tx->txn);
    }
    tx->txn = NULL;
    Err e = db_err(rc);
    note_room(s, e);
    if (e && e != E_FULL)
        log_line(LOG_ERROR, "store", "commit failed, nothing was changed", "error=%s", mdb_strerror(rc));
    if (!e)
        atomic_fetch_add_explicit(&s->commits, 1, memory_order_relaxed);
    return e;
}

static Err run_one(Tx *tx, StoreWriteFn *fn, void *arg) {
    arena_reset(tx->arena);
    tx_cursors_idle(tx);
    tx->dirty = false;
    tx->err = OK;
    tx->conflict = NULL;
    Err e = fn(tx, arg);
    if (tx->err == E_FULL)
        note_room(tx->store, E_FULL);
    if (tx->err)
        return tx->err;
    return !e && tx->arena->failed ? E_NOMEM : e;
}

static void run_alone(Store *s, Job *job);

static void run_batch(Store *s, Job *jobs) {
    Tx *tx = &s->writer.tx;
    bool again;
    Err e;
    size_t good;
    do {
        again = false;
        good = 0;
        e = tx_begin(s, tx, &s->writer.arena);
        bool dirty = false;
        for (Job *j = jobs; j && !e && !again; j = j->next) {
            if (j->failed)
                continue;
            j->err = run_one(tx, j->fn, j->arg);
            j->failed = j->err != OK;
            again = j->failed && tx->dirty;
            dirty |= tx->dirty;
            good += !j->failed;
        }
        if (e)
            break;
        if (again || !dirty)
            mdb_txn_abort(tx->txn);
        else
            e = tx_commit(s, tx);
        if (again)
            atomic_fetch_add_explicit(&s->retried, 1, memory_order_relaxed);
    } while (again);
    if (e == E_FULL && good > 1) {
        /* One of them may have been too big for what is left: the others shall not suffer. */
        for (Job *j = jobs; j; j = j->next)
            if (!j->failed)
                run_alone(s, j);
        return;
    }
    for (Job *j = jobs; j; j = j->next)
        if (!j->failed)
            j->err = e;
    if (!e)
        atomic_fetch_add_explicit(&s->writes, good, memory_order_relaxed);
}

static void run_alone(Store *s, Job *job) {
    Job *next = job->next;
    job->next = NULL;
    run_batch(s, job);
    job->next = next;
}

/* ---- the thread ---- */

/* Takes the oldest waiting jobs; NULL: told to stop and nothing waits. */
static Job *take_batch(Writer *w) {
    pthread_mutex_lock(&w->lock);
    while (!w->first && !w->stop) {
        w->idle = true;
        pthread_cond_wait(&w->wake, &w->lock);
    }
    w->idle = false;
    Job *jobs = w->first, *last = jobs;
    if (jobs) {
        w->waiting--;
        for (size_t n = 1; n < STORE_BATCH_MAX && last->next; n++, w->waiting--)
            last = last->next;
        w->first = last->next;
        if (!w->first)
            w->last = NULL;
        last->next = NULL;
    }
    pthread_mutex_unlock(&w->lock);
    return jobs;
}

static void tell_listeners(Writer *w) {
    for (size_t i = 0; i < STORE_LISTENERS_MAX; i++) {
        pthread_mutex_lock(&w->lock);
        void (*fn)(void *ctx) = w->listeners[i].fn;
        void *ctx = w->listeners[i].ctx;
        pthread_mutex_unlock(&w->lock);
        if (fn)
            fn(ctx);
    }
}

static void *writer_main(void *arg) {
    Store *s = arg;
    for (Job *jobs; (jobs = take_batch(&s->writer));) {
        uint64_t before = atomic_load(&s->commits);
        run_batch(s, jobs);
        bool changed = atomic_load(&s->commits) != before;
        for (Job *j = jobs, *next; j; j = next) {
            next = j->next; /* read first: after the post the job's owner may be gone */
            sem_post(&j->done);
        }
        if (changed)
            tell_listeners(&s->writer);
    }
    return NULL;
}

Err writer_start(Store *s) {
    Writer *w = &s->writer;
    arena_init(&w->arena, STORE_WRITE_ARENA_BYTES);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, WRITER_STACK_BYTES);
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old); /* signals are the main thread's */
    w->running = pthread_create(&w->thread, &attr, writer_main, s) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    return w->running ? OK : E_NOMEM;
}

void writer_stop(Store *s) {
    Writer *w = &s->writer;
    if (!w->running)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
    arena_free(&w->arena);
    w->running = false;
}

/* ---- what callers use ---- */

Err store_write(Store *s, StoreWriteFn *fn, void *arg) {
    Writer *w = &s->writer;
    if (!w->running)
        return E_STATE;
    if (pthread_equal(pthread_self(), w->thread))
        return E_INTERNAL; /* would wait for itself */
    Job job = {.fn = fn, .arg = arg};
    sem_init(&job.done, 0, 0);
    pthread_mutex_lock(&w->lock);
    bool refused = w->stop || w->waiting >= STORE_QUEUE_MAX;
    if (!refused) {
        if (w->last)
            w->last->next = &job;
        else
            w->first = &job;
        w->last = &job;
        w->waiting++;
        if (w->idle)
            pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    if (refused)
        job.err = E_BUSY;
    else
        while (sem_wait(&job.done) != 0)
            ; /* EINTR */
    sem_destroy(&job.done);
    return job.err;
}

Err write_now(Store *s, StoreWriteFn *fn, void *arg) {
    Arena a;
    arena_init(&a, STORE_WRITE_ARENA_BYTES);
    Tx tx;
    Err e = tx_begin(s, &tx, &a);
    if (!e) {
        e = run_one(&tx, fn, arg);
        if (!e)
            e = tx_commit(s, &tx);
        else
            mdb_txn_abort(tx.txn);
    }
    arena_free(&a);
    return e;
}

Err store_on_commit(Store *s, void (*fn)(void *ctx), void *ctx) {
    Writer *w = &s->writer;
    if (!w->running)
        return E_STATE;
    Err e = E_LIMIT;
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < STORE_LISTENERS_MAX && e; i++)
        if (!w->listeners[i].fn || (w->listeners[i].fn == fn && w->listeners[i].ctx == ctx)) {
            w->listeners[i].fn = fn;
            w->listeners[i].ctx = ctx;
            e = OK;
        }
    pthread_mutex_unlock(&w->lock);
    return e;
}
