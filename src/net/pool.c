#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/conn.h"

static _Thread_local Worker *this_worker;

static void worker_free(Worker *w) {
    mg_front_free(w->mg);
    arena_free(&w->arena);
    free(w->scratch);
    free(w->head);
    free(w);
}

/* One event of the set. */
static void handle(Worker *w, const struct epoll_event *ev) {
    HttpServer *s = w->server;
    uint32_t index = (uint32_t)(ev->data.u64 >> 32), low = (uint32_t)ev->data.u64;
    if (index == EVENT_OTHER) {
        if (low == EVENT_READY) {
            uint64_t count;
            if (read(s->ready_fd, &count, sizeof count) != sizeof count)
                return; /* another worker has it */
            NetConn *c = ready_pop(s);
            if (c)
                conn_run(w, c);
        } else if (low != EVENT_QUIT) {
            server_accept(s, &s->listener[low]);
        }
        return;
    }
    NetConn *c = slot_at(s, index);
    /* Before taking it: the owner may be about to park. On a slot that has another connection by now this only costs a read. */
    if (ev->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        atomic_store_explicit(&c->hangup, true, memory_order_relaxed);
    if (slot_take(c, low))
        conn_run(w, c);
}

static bool should_end(HttpServer *s, bool timed_out) {
    bool end = false;
    pthread_mutex_lock(&s->pool_mu);
    int total = atomic_load(&s->total);
    if (s->quit || (timed_out && total - atomic_load(&s->blocked) > s->cfg.workers_min)) {
        atomic_store(&s->total, total - 1);
        end = true;
    }
    pthread_mutex_unlock(&s->pool_mu);
    return end;
}

static void *worker_main(void *arg) {
    Worker *w = arg;
    HttpServer *s = w->server;
    this_worker = w;
    for (;;) {
        struct epoll_event ev;
        atomic_fetch_add_explicit(&s->idle, 1, memory_order_relaxed);
        int n = epoll_wait(s->epoll, &ev, 1, s->cfg.worker_idle_ms);
        atomic_fetch_sub_explicit(&s->idle, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&s->turns, 1, memory_order_relaxed);
        bool quit = n == 1 && ev.data.u64 == EVENT_DATA(EVENT_OTHER, EVENT_QUIT);
        if (n == 1 && !quit)
            handle(w, &ev);
        if ((n == 0 || quit) && should_end(s, n == 0))
            break;
    }
    pthread_mutex_lock(&s->pool_mu);
    Worker **at = &s->workers;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    w->next = s->ended;
    s->ended = w;
    pthread_cond_broadcast(&s->tick);
    pthread_mutex_unlock(&s->pool_mu);
    return NULL;
}

static int upgrade_write(void *arg, const void *data, size_t n) {
    Worker *w = arg;
    if (!w->upgrade)
        return -1;
    buf_put(w->upgrade, data, n);
    return w->upgrade->err == OK ? (int)n : -1;
}

/* One more worker, unless there are enough. */
static bool spawn(HttpServer *s) {
    Worker *w = calloc(1, sizeof *w);
    if (!w)
        return false;
    w->server = s;
    arena_init(&w->arena, s->cfg.arena_bytes);
    w->scratch_cap = s->cfg.header_bytes_max + SCRATCH_EXTRA_BYTES;
    w->scratch = malloc(w->scratch_cap);
    w->head = malloc(s->cfg.header_bytes_max);
    w->mg = mg_front_new(s->mg, upgrade_write, w);
    w->date_s = -1;
    bool ok = w->scratch && w->head && w->mg;
    pthread_attr_t attr;
    sigset_t all, before; /* signals are for the program's main thread */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attr);
    if (s->cfg.worker_stack_bytes)
        pthread_attr_setstacksize(&attr, s->cfg.worker_stack_bytes);
    pthread_mutex_lock(&s->pool_mu);
    int total = atomic_load(&s->total);
    ok = ok && !s->quit && total < s->cfg.workers_max && pthread_create(&w->thread, &attr, worker_main, w) == 0;
    if (ok) {
        atomic_store(&s->total, total + 1);
        w->next = s->workers;
        s->workers = w;
    }
    pthread_mutex_unlock(&s->pool_mu);
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!ok)
        worker_free(w);
    return ok;
}

void http_blocking_begin(void) {
    Worker *w = this_worker;
    if (!w || w->blocking++ > 0)
        return;
    HttpServer *s = w->server;
    int blocked = atomic_fetch_add(&s->blocked, 1) + 1, total = atomic_load(&s->total);
    if (total - blocked < s->cfg.workers_min && total < s->cfg.workers_max)
        spawn(s);
}

void http_blocking_end(void) {
    Worker *w = this_worker;
    if (w && --w->blocking == 0)
        atomic_fetch_sub(&w->server->blocked, 1);
}

/* ---- the ticker ---- */

static void sweep(HttpServer *s) {
    int64_t now = clock_mono_ms();
    uint32_t slots = atomic_load_explicit(&s->slots, memory_order_acquire);
    for (uint32_t i = 0; i < slots; i++) {
        NetConn *c = slot_at(s, i);
        if (atomic_load_explicit(&c->deadline_ms, memory_order_relaxed) > now)
            continue;
        if (!slot_take_parked(c))
            continue; /* busy; its owner sets a new deadline when it parks */
        c->expired = true;
        ready_push(s, c);
    }
    for (size_t i = 0; i < s->listeners; i++)
        if (atomic_exchange(&s->listener[i].paused, false))
            server_accept(s, &s->listener[i]);
}

static Worker *take_ended(HttpServer *s) {
    Worker *w = s->ended;
    s->ended = NULL;
    return w;
}

static void join_all(Worker *w) {
    while (w) {
        Worker *next = w->next;
        pthread_join(w->thread, NULL);
        worker_free(w);
        w = next;
    }
}

static void *ticker_main(void *arg) {
    HttpServer *s = arg;
    uint64_t turns = 0;
    bool all_busy = false;
    int64_t last = clock_mono_ms();
    pthread_mutex_lock(&s->pool_mu);
    while (!s->quit) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (all_busy ? STUCK_TICK_MS : TICK_MS) * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&s->tick, &s->pool_mu, &until);
        if (s->quit)
            break;
        Worker *ended = take_ended(s);
        pthread_mutex_unlock(&s->pool_mu);
        join_all(ended);
        int64_t now = clock_mono_ms();
        if (now - last >= TICK_MS) {
            last = now;
            sweep(s);
        }
        /* No worker free, and none came back since the last look: all of them wait for something. */
        uint64_t seen = atomic_load_explicit(&s->turns, memory_order_relaxed);
        bool busy = atomic_load_explicit(&s->idle, memory_order_relaxed) == 0;
        for (int i = 0; busy && all_busy && seen == turns && i < s->cfg.workers_min; i++)
            if (!spawn(s))
                break;
        all_busy = busy;
        turns = seen;
        pthread_mutex_lock(&s->pool_mu);
    }
    pthread_mutex_unlock(&s->pool_mu);
    return NULL;
}

Err pool_start(HttpServer *s) {
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->tick, &attr);
    pthread_condattr_destroy(&attr);
    s->started = true;
    for (int i = 0; i < s->cfg.workers_min; i++)
        if (!spawn(s))
            return E_NOMEM;
    if (pthread_create(&s->ticker, NULL, ticker_main, s) != 0)
        return E_NOMEM;
    s->ticking = true;
    return OK;
}

void pool_stop(HttpServer *s) {
    if (!s->started)
        return;
    pthread_mutex_lock(&s->pool_mu);
    s->quit = true;
    pthread_cond_broadcast(&s->tick);
    pthread_mutex_unlock(&s->pool_mu);
    if (s->ticking)
        pthread_join(s->ticker, NULL);
    uint64_t one = 1;
    ssize_t put = write(s->quit_fd, &one, sizeof one); /* never read: each worker sees it */
    (void)put;
    pthread_mutex_lock(&s->pool_mu);
    while (s->workers)
        pthread_cond_wait(&s->tick, &s->pool_mu);
    Worker *ended = take_ended(s);
    pthread_mutex_unlock(&s->pool_mu);
    join_all(ended);
    pthread_cond_destroy(&s->tick);
}
