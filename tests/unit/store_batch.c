/* The writer: many threads, failing functions among good ones, listeners, and the limits of the queue, readers and scratch
 * memory. */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "base/failpoint.h"
#include "store/internal.h"
#include "store_kit.h"

static Store *s;

/* ---- many threads ---- */

enum { THREADS = 16, EACH = 60 };

typedef enum Fate { GOOD, FAIL_FIRST, FAIL_AFTER, SWALLOW } Fate;

typedef struct Insert {
    int64_t owner, at;
    Fate fate;
    const char *email;
    int64_t id; /* set by the function: may be set more than once */
} Insert;

static Err insert(Tx *tx, void *arg) {
    Insert *in = arg;
    if (in->fate == FAIL_FIRST)
        return E_FORBIDDEN;
    Thing t = {.owner = in->owner, .at = in->at, .email = str_c0(in->email)};
    Err e = rec_insert(tx, &THING, &t);
    if (e)
        return e;
    in->id = t.id;
    return in->fate == FAIL_AFTER ? E_STATE : OK;
}

static void *many_inserts(void *arg) {
    int64_t owner = *(int64_t *)arg;
    int64_t wrong = 0;
    for (int64_t i = 0; i < EACH; i++) {
        Fate fate = (Fate)((owner + i) % 3);
        static const Err expected[] = {[GOOD] = OK, [FAIL_FIRST] = E_FORBIDDEN, [FAIL_AFTER] = E_STATE};
        Insert in = {.owner = owner, .at = i, .fate = fate};
        wrong += store_write(s, insert, &in) != expected[fate];
        if (fate == GOOD) { /* what was acknowledged can be read at once */
            Arena a;
            Tx *tx;
            Thing t;
            arena_init(&a, 65536);
            wrong += store_read(s, &a, &tx) || rec_get(tx, &THING, in.id, &t) || t.owner != owner || t.at != i;
            store_read_end(tx);
            arena_free(&a);
        }
    }
    *(int64_t *)arg = wrong;
    return NULL;
}

static _Atomic int told;
static void listener(void *ctx) {
    (void)ctx;
    told++;
}

static void test_threads(void) {
    pthread_t threads[THREADS];
    int64_t args[THREADS], wrong = 0;
    StoreStats before, after;
    MUST(store_on_commit(s, listener, NULL) == OK);
    store_stats(s, &before);
    for (int64_t i = 0; i < THREADS; i++) {
        args[i] = i;
        MUST(!pthread_create(&threads[i], NULL, many_inserts, &args[i]));
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        wrong += args[i];
    }
    store_stats(s, &after);
    uint64_t writes = after.writes - before.writes, commits = after.commits - before.commits;
    CHECK(wrong == 0, "every caller gets its own answer, and what was acknowledged is there");
    CHECK(writes == THREADS * EACH / 3, "only the good ones count as written");
    CHECK(commits < writes, "several share one commit");
    CHECK(after.batches_retried > before.batches_retried, "a batch with a late failure is run again");
    CHECK(after.records == THREADS * EACH / 3, "the failed ones left nothing");
    /* The last commit is told after its callers are answered. */
    for (int i = 0; i < 2000 && (uint64_t)told < commits; i++)
        usleep(1000);
    CHECK((uint64_t)told == commits, "listeners hear of each commit once");
    Arena a;
    arena_init(&a, 1 << 20);
    Tx *tx;
    MUST(store_read(s, &a, &tx) == OK);
    bool good = true;
    for (int64_t i = 0; i < THREADS; i++) {
        int64_t n = 0;
        Key k = key_of(&thing_indexes[IX_OWNER]);
        key_i64(&k, i);
        good &= index_count(tx, &thing_indexes[IX_OWNER], &k, &n) == OK && n == EACH / 3;
    }
    store_read_end(tx);
    arena_free(&a);
    CHECK(good, "counts after it");
    uint64_t faults = 1;
    CHECK(store_check(s, kit_say, NULL, &faults) == OK && !faults, "the check finds nothing");
}

static void *same_email(void *arg) {
    Insert in = {.owner = 1000, .email = "one@x"};
    *(Err *)arg = store_write(s, insert, &in);
    return NULL;
}

static void test_conflict(void) {
    pthread_t threads[THREADS];
    Err got[THREADS];
    int won = 0, lost = 0;
    for (int i = 0; i < THREADS; i++)
        MUST(!pthread_create(&threads[i], NULL, same_email, &got[i]));
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        won += got[i] == OK;
        lost += got[i] == E_CONFLICT;
    }
    CHECK(won == 1 && lost == THREADS - 1, "of many with one unique key exactly one wins");
}

/* ---- a write function that does not mind the store's errors ---- */

static Err swallow(Tx *tx, void *arg) {
    (void)arg;
    Thing t = {.owner = 5000};
    (void)rec_insert(tx, &THING, &t);
    return OK;
}

static Err nothing(Tx *tx, void *arg) {
    (void)tx;
    (void)arg;
    return OK;
}

static Err too_much(Tx *tx, void *arg) {
    Insert *in = arg;
    Err e = insert(tx, in);
    for (int i = 0; i < 10; i++)
        (void)arena_alloc(tx_arena(tx), STORE_WRITE_ARENA_BYTES / 8);
    return e;
}

static Err write_inside(Tx *tx, void *arg) {
    (void)tx;
    *(Err *)arg = store_write(s, nothing, NULL);
    return OK;
}

static void test_answers(void) {
    failpoint_arm(FP_STORE_PUT, 2);
    CHECK(store_write(s, swallow, NULL) == E_IO, "a failed put cannot be swallowed");
    failpoint_arm(FP_STORE_PUT, 0);
    failpoint_arm(FP_STORE_COMMIT, 1);
    Insert in = {.owner = 5000};
    CHECK(store_write(s, insert, &in) == E_IO, "a failed commit is the caller's answer");
    failpoint_arm(FP_STORE_COMMIT, 0);
    StoreStats before, after;
    store_stats(s, &before);
    CHECK(store_write(s, nothing, NULL) == OK, "a function that writes nothing");
    store_stats(s, &after);
    CHECK(before.commits == after.commits, "costs no commit");
    in.owner = 5000;
    CHECK(store_write(s, too_much, &in) == E_NOMEM, "scratch memory has its limit, and reaching it undoes the rest");
    Err inner = OK;
    CHECK(store_write(s, write_inside, &inner) == OK && inner == E_INTERNAL, "writing from within a write is refused");
    Arena a;
    Tx *tx;
    int64_t n = -1;
    arena_init(&a, 65536);
    MUST(store_read(s, &a, &tx) == OK);
    Key k = key_of(&thing_indexes[IX_OWNER]);
    key_i64(&k, 5000);
    CHECK(index_count(tx, &thing_indexes[IX_OWNER], &k, &n) == OK && n == 0, "none of these left anything");
    Thing t = {.owner = 1};
    CHECK(rec_insert(tx, &THING, &t) == E_INTERNAL && tx_err(tx) == E_INTERNAL, "a read transaction cannot write");
    store_read_end(tx);
    arena_free(&a);
}

/* ---- limits ---- */

static sem_t gate_reached, gate_open;

static Err hold(Tx *tx, void *arg) {
    (void)tx;
    (void)arg;
    sem_post(&gate_reached);
    sem_wait(&gate_open);
    return OK;
}

static void *hold_main(void *arg) {
    *(Err *)arg = store_write(s, hold, NULL);
    return NULL;
}

static void *insert_main(void *arg) {
    Insert in = {.owner = 7000};
    *(Err *)arg = store_write(s, insert, &in);
    return NULL;
}

static size_t waiting(void) {
    pthread_mutex_lock(&s->writer.lock);
    size_t n = s->writer.waiting;
    pthread_mutex_unlock(&s->writer.lock);
    return n;
}

/* Stops the writer, queues n inserts behind it; the caller opens the gate and joins. */
static void queue_up(pthread_t *holder, Err *held, pthread_t *threads, Err *got, size_t n) {
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 128 * 1024);
    MUST(!pthread_create(holder, &attr, hold_main, held));
    sem_wait(&gate_reached);
    for (size_t i = 0; i < n; i++)
        MUST(!pthread_create(&threads[i], &attr, insert_main, &got[i]));
    while (waiting() < n)
        sched_yield();
    pthread_attr_destroy(&attr);
}

static void test_queue(void) {
    static pthread_t threads[STORE_QUEUE_MAX];
    static Err got[STORE_QUEUE_MAX];
    pthread_t holder;
    Err held;
    StoreStats before, after;
    store_stats(s, &before);
    queue_up(&holder, &held, threads, got, STORE_QUEUE_MAX);
    Insert in = {.owner = 7001};
    CHECK(store_write(s, insert, &in) == E_BUSY, "one more than the queue holds is refused at once");
    sem_post(&gate_open);
    pthread_join(holder, NULL);
    bool good = held == OK;
    for (size_t i = 0; i < STORE_QUEUE_MAX; i++) {
        pthread_join(threads[i], NULL);
        good &= got[i] == OK;
    }
    store_stats(s, &after);
    CHECK(good, "those that wait are all written");
    CHECK(after.commits - before.commits == STORE_QUEUE_MAX / STORE_BATCH_MAX, "in batches of the named size");
}

static void test_readers(void) {
    static Arena arenas[STORE_READERS_MAX];
    static Tx *all[STORE_READERS_MAX];
    Tx *more = NULL;
    bool good = true;
    for (size_t i = 0; i < STORE_READERS_MAX; i++) {
        arena_init(&arenas[i], 65536);
        good &= store_read(s, &arenas[i], &all[i]) == OK;
    }
    CHECK(good && store_read(s, &arenas[0], &more) == E_BUSY, "as many readers as named, and not one more");
    store_read_end(all[7]);
    CHECK(store_read(s, &arenas[7], &all[7]) == OK, "an ended one makes room");
    Scan *scans[TX_CURSORS_MAX], *extra;
    for (size_t i = 0; i < TX_CURSORS_MAX; i++)
        good &= scan_open(all[0], &thing_indexes[IX_ALL], (ScanRange){0}, &scans[i]) == OK;
    CHECK(good && scan_open(all[0], &thing_indexes[IX_ALL], (ScanRange){0}, &extra) == E_NOMEM, "as many scans as named");
    int64_t id, n = 0;
    while (scan_next(scans[3], &id))
        n++;
    CHECK(n > 0 && scan_open(all[0], &thing_indexes[IX_ALL], (ScanRange){0}, &extra) == OK, "a finished scan makes room");
    scan_close(scans[5]);
    CHECK(scan_open(all[0], &thing_indexes[IX_ALL], (ScanRange){0}, &extra) == OK, "a closed one too");
    CHECK(scan_skip(extra, 10) == 10 && scan_skip(extra, INT64_MAX) == n - 10, "skipping says how far it came");
    for (size_t i = 0; i < STORE_READERS_MAX; i++) {
        store_read_end(all[i]);
        arena_free(&arenas[i]);
    }
}

static void test_close(const char *dir) {
    enum { WAITING = 20 };
    pthread_t holder, threads[WAITING];
    Err held, got[WAITING];
    queue_up(&holder, &held, threads, got, WAITING);
    sem_post(&gate_open);
    store_close(s);
    pthread_join(holder, NULL);
    bool good = held == OK;
    for (int i = 0; i < WAITING; i++) {
        pthread_join(threads[i], NULL);
        good &= got[i] == OK;
    }
    s = kit_open(dir, (StoreConfig){0});
    MUST(s);
    StoreStats stats;
    store_stats(s, &stats);
    CHECK(good && stats.records == THREADS * EACH / 3 + 1 + STORE_QUEUE_MAX + WAITING, "closing waits for what is queued");
}

/* ---- beside us ---- */

static void test_processes(const char *dir) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        Err e;
        Arena a;
        Str why;
        arena_init(&a, 65536);
        StoreConfig cfg = {.dir = dir, .records = kit_records, .record_count = 1};
        Store *other = store_open(&cfg, &a, &why, &e);
        if (other || e != E_STATE || !why.n)
            _exit(1);
        cfg.read_only = true;
        other = store_open(&cfg, &a, &why, &e);
        if (!other)
            _exit(2);
        uint64_t faults = 1;
        if (store_check(other, kit_say, NULL, &faults) || faults)
            _exit(3);
        if (store_write(other, nothing, NULL) != E_STATE)
            _exit(4);
        store_close(other);
        arena_free(&a);
        _exit(0);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(status == 0, "another process may read and check, not serve");
    Insert in = {.owner = 9};
    CHECK(store_write(s, insert, &in) == OK, "and does not disturb us by closing");
}

int main(void) {
    const char *dir = kit_dir();
    sem_init(&gate_reached, 0, 0);
    sem_init(&gate_open, 0, 0);
    s = kit_open(dir, (StoreConfig){0});
    MUST(s);
    test_threads();
    test_conflict();
    test_answers();
    test_readers();
    test_queue();
    test_close(dir);
    test_processes(dir);
    store_close(s);
    return kit_failed;
}
