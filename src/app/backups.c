/* The schedule of backup.h. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/backup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

#define LOOK_MS (15 * MS_SECOND)        /* a moved clock is noticed then */
#define RETRY_MS MS_MINUTE              /* after a failure; doubled each time */
#define RETRY_MS_MAX MS_HOUR
#define AHEAD_MS MS_HOUR /* a name from further in the future is not believed: the box that wrote it had no clock */

struct Backups {
    Store *store;
    BackupConfig cfg;
    BackupProgress progress;
    Thread thread;
    pthread_mutex_t lock;
    bool wanted; /* under the lock, as the state */
    BackupState state;
};

/* The newest time of the place that is furthest behind; 0 when one of them has none. */
static Err newest(Backups *b, Arena *a, int64_t *at_ms, char *why) {
    BackupItem *items;
    size_t n;
    int64_t last[2] = {0}, now = clock_now_ms();
    char mark[BACKUP_MARK_BYTES];
    Err e = backup_mark(b->store, a, mark);
    if (e == OK)
        e = backup_list(&b->cfg, a, &items, &n, why);
    for (size_t i = 0; e == OK && i < n; i++)
        if (backup_own(&items[i], mark) && items[i].at_ms < now + AHEAD_MS && items[i].at_ms > last[items[i].bucket])
            last[items[i].bucket] = items[i].at_ms;
    if (!*b->cfg.dir)
        *at_ms = last[1];
    else if (!b->cfg.s3.url.n)
        *at_ms = last[0];
    else
        *at_ms = last[0] < last[1] ? last[0] : last[1];
    return e;
}

static void failed(Backups *b, const char *why) {
    log_line(LOG_ERROR, "backup", "no backup could be made; it is tried again", "error=%s", why);
    pthread_mutex_lock(&b->lock);
    b->state.failed++;
    b->state.failed_ms = clock_now_ms();
    snprintf(b->state.why, sizeof b->state.why, "%s", why);
    pthread_mutex_unlock(&b->lock);
}

static Err run(Backups *b, Arena *a) {
    char name[BACKUP_NAME_BYTES], why[BACKUP_WHY_BYTES] = "";
    int64_t start = clock_mono_ms();
    b->progress.bytes = 0;
    pthread_mutex_lock(&b->lock);
    b->state.running = true;
    b->wanted = false;
    pthread_mutex_unlock(&b->lock);
    Err e = backup_run(b->store, &b->cfg, a, &b->progress, name, why);
    pthread_mutex_lock(&b->lock);
    b->state.running = false;
    if (e == OK) {
        b->state.made++;
        b->state.last_ms = clock_now_ms();
        b->state.failed_ms = 0;
        b->state.why[0] = 0;
    }
    pthread_mutex_unlock(&b->lock);
    if (e == OK)
        log_line(LOG_INFO, "backup", "backup made", "name=%s bytes=%llu ms=%lld", name, (unsigned long long)b->progress.bytes,
                 (long long)(clock_mono_ms() - start));
    else if (!b->progress.cancel) /* else the box stops */
        failed(b, why);
    return e;
}

static void *backups_main(void *arg) {
    Backups *b = arg;
    Arena a;
    bool known = false;
    int64_t retry_ms = RETRY_MS, not_before = 0; /* the latter monotonic */
    arena_init(&a, BACKUP_ARENA_BYTES);
    do {
        pthread_mutex_lock(&b->lock);
        bool wanted = b->wanted;
        int64_t last = b->state.last_ms;
        pthread_mutex_unlock(&b->lock);
        char why[BACKUP_WHY_BYTES] = "";
        Err e = OK;
        bool may = clock_mono_ms() >= not_before;
        if (b->cfg.every_ms && !known && may) {
            e = newest(b, &a, &last, why);
            known = e == OK;
            if (e)
                failed(b, why);
            pthread_mutex_lock(&b->lock);
            b->state.last_ms = last;
            pthread_mutex_unlock(&b->lock);
        }
        bool due = b->cfg.every_ms && known && may && clock_now_ms() - last >= b->cfg.every_ms;
        if (e == OK && (due || wanted))
            e = run(b, &a);
        if (e) {
            not_before = clock_mono_ms() + retry_ms;
            retry_ms = retry_ms * 2 < RETRY_MS_MAX ? retry_ms * 2 : RETRY_MS_MAX;
        } else if (due || wanted) {
            retry_ms = RETRY_MS;
        }
        arena_reset(&a);
    } while (thread_sleep(&b->thread, LOOK_MS));
    arena_free(&a);
    return NULL;
}

Backups *backups_start(Store *s, const BackupConfig *cfg, Err *err) {
    Backups *b = calloc(1, sizeof *b);
    *err = E_NOMEM;
    if (!b)
        return NULL;
    b->store = s;
    b->cfg = *cfg;
    pthread_mutex_init(&b->lock, NULL);
    b->state.on = *cfg->dir || cfg->s3.url.n;
    *err = b->state.on ? thread_start(&b->thread, backups_main, b) : OK;
    if (*err == OK)
        return b;
    pthread_mutex_destroy(&b->lock);
    free(b);
    return NULL;
}

Err backups_now(Backups *b) {
    if (!b || !b->state.on)
        return E_STATE;
    pthread_mutex_lock(&b->lock);
    b->wanted = true;
    pthread_mutex_unlock(&b->lock);
    thread_wake(&b->thread);
    return OK;
}

void backups_state(Backups *b, BackupState *out) {
    *out = (BackupState){0};
    if (!b)
        return;
    pthread_mutex_lock(&b->lock);
    *out = b->state;
    pthread_mutex_unlock(&b->lock);
    out->bytes = b->progress.bytes;
}

void backups_stop(Backups *b) {
    if (!b)
        return;
    b->progress.cancel = true;
    if (b->state.on)
        thread_stop(&b->thread);
    pthread_mutex_destroy(&b->lock);
    free(b);
}
