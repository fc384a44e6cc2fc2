/* kill -9 in the midst of writing: what was acknowledged is there, and the file is sound. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "store_kit.h"

enum { ROUNDS = 25, THREADS = 4 };

typedef struct Ack {
    int64_t id, at;
} Ack;

static Store *s;

static Err insert_two(Tx *tx, void *arg) {
    Ack *ack = arg;
    Thing t = {.owner = 1, .at = ack->at, .name = S("first")}, second = {.owner = 2, .at = ack->at, .name = S("second")};
    Err e = rec_insert(tx, &THING, &t);
    ack->id = t.id;
    return e ? e : rec_insert(tx, &THING, &second);
}

static void *write_on(void *arg) {
    for (int64_t i = *(int64_t *)arg;; i += THREADS) {
        Ack ack = {.at = i};
        if (store_write(s, insert_two, &ack) != OK || write(1, &ack, sizeof ack) != sizeof ack)
            _exit(1);
    }
    return NULL;
}

static int child(const char *dir) {
    pthread_t threads[THREADS];
    int64_t from[THREADS];
    s = kit_open(dir, (StoreConfig){0});
    if (!s)
        return 1;
    for (int64_t i = 0; i < THREADS; i++) {
        from[i] = i;
        if (pthread_create(&threads[i], NULL, write_on, &from[i]))
            return 1;
    }
    pause();
    return 0;
}

static bool round_survived(const char *self, const char *dir, uint64_t *acked) {
    int ends[2], status;
    MUST(pipe(ends) == 0);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        execl(self, self, "child", dir, (char *)NULL);
        _exit(9);
    }
    close(ends[1]);
    static Ack acks[100000];
    size_t n = 0;
    uint64_t stop_after = 1 + kit_below(150);
    bool killed = false;
    while (n < COUNT(acks) && read(ends[0], &acks[n], sizeof *acks) == sizeof *acks)
        if (++n >= stop_after && !killed) {
            usleep((useconds_t)kit_below(3000));
            kill(pid, SIGKILL);
            killed = true;
        }
    close(ends[0]);
    waitpid(pid, &status, 0);
    if (!killed || !WIFSIGNALED(status))
        return false;
    *acked += n;

    s = kit_open(dir, (StoreConfig){0});
    MUST(s);
    uint64_t faults = 1;
    bool good = store_check(s, kit_say, NULL, &faults) == OK && !faults;
    Arena a;
    Tx *tx;
    Thing t, u;
    arena_init(&a, 65536);
    MUST(store_read(s, &a, &tx) == OK);
    for (size_t i = 0; i < n; i++) /* both of each pair */
        good &= rec_get(tx, &THING, acks[i].id, &t) == OK && t.owner == 1 && t.at == acks[i].at &&
                rec_get(tx, &THING, acks[i].id + 1, &u) == OK && u.owner == 2 && u.at == t.at;
    Key first = key_of(&thing_indexes[IX_OWNER]), second = first;
    key_i64(&first, 1);
    key_i64(&second, 2);
    int64_t x = -1, y = -2;
    good &= index_count(tx, &thing_indexes[IX_OWNER], &first, &x) == OK &&
            index_count(tx, &thing_indexes[IX_OWNER], &second, &y) == OK && x == y;
    store_read_end(tx);
    arena_free(&a);
    store_close(s);
    return good;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "child") == 0)
        return child(argv[2]);
    const char *dir = kit_dir();
    bool good = true;
    uint64_t acked = 0;
    for (int i = 0; i < ROUNDS && good; i++)
        good = round_survived(argv[0], dir, &acked);
    CHECK(good, "all that was acknowledged survives, whole pairs only");
    CHECK(acked > ROUNDS, "there was something to lose");
    printf("# %llu acknowledged\n", (unsigned long long)acked);
    return kit_failed;
}
