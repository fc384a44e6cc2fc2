/* The file itself: backups of a running store, migrations, full disks, damaged and foreign files. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/internal.h"
#include "store/migrate.h"
#include "store_kit.h"

static Store *s;

static Err insert(Tx *tx, void *arg) {
    int64_t n = *(int64_t *)arg;
    Str tags[] = {S("red"), S("green")};
    char mail[32];
    snprintf(mail, sizeof mail, "m%lld@x", (long long)n);
    Thing t = {.owner = n % 7, .at = n, .status = (int32_t)(n % 3), .name = S("abc"), .email = str_c0(mail)};
    t.tags = list_of_strs(tx_arena(tx), tags, COUNT(tags));
    return rec_insert(tx, &THING, &t);
}

/* A record that takes five pages of its own. */
static Err insert_bulk(Tx *tx, void *arg) {
    char *bytes = arena_alloc(tx_arena(tx), 20000);
    Part part = {.label = {bytes, bytes ? 20000 : 0}};
    Thing t = {.owner = *(int64_t *)arg, .parts = list_of_recs(tx_arena(tx), &PART, &part, 1)};
    return rec_insert(tx, &THING, &t);
}

static Err delete_one(Tx *tx, void *arg) { return rec_delete(tx, &THING, *(int64_t *)arg); }

static void insert_many(int64_t from, int64_t n) {
    for (int64_t i = from; i < from + n; i++)
        MUST(store_write(s, insert, &i) == OK);
}

static uint64_t records_clean(Store *store) {
    uint64_t faults = 1;
    StoreStats st;
    if (store_check(store, kit_say, NULL, &faults) != OK || faults || store_stats(store, &st) != OK)
        return UINT64_MAX;
    return st.records;
}

static Store *open_at(const char *dir, bool read_only) {
    return kit_open(dir, (StoreConfig){.read_only = read_only, .no_sync = true});
}

/* ---- backups ---- */

static _Atomic bool stop_writing;
static _Atomic int64_t written;

static void *write_on(void *arg) {
    (void)arg;
    for (int64_t i = 1000; !stop_writing; i++) {
        MUST(store_write(s, insert, &i) == OK);
        written++;
    }
    return NULL;
}

static int backup_main(const char *dir, const char *to) {
    Store *other = open_at(dir, true);
    int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!other || fd < 0 || store_backup(other, fd) != OK)
        return 1;
    close(fd);
    store_close(other);
    return 0;
}

static void *backup_to_pipe(void *arg) {
    int fd = *(int *)arg;
    Err e = store_backup(s, fd);
    close(fd);
    return (void *)(intptr_t)e;
}

static bool copy_is_good(const char *dir, int64_t least, int64_t most) {
    Store *copy = open_at(dir, true);
    uint64_t n = copy ? records_clean(copy) : 0;
    store_close(copy);
    return copy && n >= (uint64_t)least && n <= (uint64_t)most;
}

static void test_backup(const char *self) {
    const char *dir = kit_dir();
    char sub[3][96], file[3][400];
    for (int i = 0; i < 3; i++) {
        snprintf(sub[i], sizeof sub[i], "%s/copy%d", dir, i);
        snprintf(file[i], sizeof file[i], "%s/gigbox.db", sub[i]);
        MUST(mkdir(sub[i], 0700) == 0);
    }
    s = open_at(dir, false);
    MUST(s);
    insert_many(0, 400);
    pthread_t writer;
    MUST(!pthread_create(&writer, NULL, write_on, NULL));
    while (written < 50)
        usleep(1000);

    int64_t before = 400 + written;
    int fd = open(file[0], O_WRONLY | O_CREAT, 0600);
    Err e = store_backup(s, fd);
    close(fd);
    int64_t after = 400 + written + 1;
    CHECK(e == OK && copy_is_good(sub[0], before, after), "a backup while writing is whole and of one moment");

    before = 400 + written;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        execl(self, self, "backup", dir, file[1], (char *)NULL);
        _exit(9);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    after = 400 + written + 1;
    CHECK(status == 0 && copy_is_good(sub[1], before, after), "so is one by another process");

    int ends[2];
    MUST(pipe(ends) == 0);
    pthread_t piper;
    MUST(!pthread_create(&piper, NULL, backup_to_pipe, &ends[1]));
    fd = open(file[2], O_WRONLY | O_CREAT, 0600);
    char chunk[5000];
    for (ssize_t n; (n = read(ends[0], chunk, sizeof chunk)) > 0;)
        MUST(write(fd, chunk, (size_t)n) == n);
    close(fd);
    close(ends[0]);
    void *got;
    pthread_join(piper, &got);
    CHECK(got == (void *)OK && copy_is_good(sub[2], before, 400 + written + 1), "and one through a pipe");

    snprintf(file[2], sizeof file[2], "%s/other.db", sub[0]);
    MUST(rename(file[0], file[2]) == 0);
    Store *other = kit_open(sub[0], (StoreConfig){.read_only = true, .file = "other.db"});
    CHECK(other && records_clean(other) >= 450, "a backup can be verified under its own name");
    store_close(other);
    CHECK(!kit_open(sub[0], (StoreConfig){.file = "other.db"}), "but not served");

    before = 400 + written;
    uint64_t n = records_clean(s);
    CHECK(n >= (uint64_t)before && n <= (uint64_t)(401 + written), "the check works beside writing");

    stop_writing = true;
    pthread_join(writer, NULL);
    CHECK(records_clean(s) == (uint64_t)(400 + written), "and the store goes on undisturbed");
    store_close(s);
}

/* ---- migrations ---- */

static Err double_owner(Tx *tx, void *arg) {
    (void)arg;
    RecScan *scan;
    Thing t;
    Err e = rec_scan(tx, &THING, 0, &scan);
    while (!e && rec_scan_next(scan, &t)) {
        t.owner *= 2;
        e = rec_put(tx, &THING, &t);
    }
    return e;
}

static Err fail_late(Tx *tx, void *arg) {
    Err e = double_owner(tx, arg);
    return e ? e : E_STATE;
}

static int64_t owner_of_first(Store *store) {
    Arena a;
    Tx *tx;
    Thing t = {0};
    arena_init(&a, 65536);
    MUST(store_read(store, &a, &tx) == OK);
    MUST(rec_get(tx, &THING, 1, &t) == OK);
    store_read_end(tx);
    arena_free(&a);
    return t.owner;
}

static void test_migrations(void) {
    static const Migration two[] = {{2, "doubles", double_owner}, {3, "doubles again", double_owner}};
    static const Migration failing[] = {{4, "doubles, then fails", fail_late}};
    const char *dir = kit_dir();
    Arena a;
    Str why = {NULL, 0};
    arena_init(&a, 65536);
    s = open_at(dir, false);
    MUST(s);
    insert_many(3, 20);
    CHECK(schema_bring(s, two, 0, SCHEMA_VERSION, &a, &why) == OK, "the newest version needs nothing");
    CHECK(access(kit_path("gigbox.db.schema-1"), F_OK) != 0, "and no copy");
    CHECK(schema_bring(s, two, 1, 3, &a, &why) == E_CORRUPT && why.n, "a version that no migration leads to");
    MUST(owner_of_first(s) == 6); /* the first step of it was taken */
    CHECK(schema_bring(s, two, COUNT(two), 3, &a, &why) == OK && owner_of_first(s) == 12, "what is missing is run, once");
    CHECK(schema_bring(s, failing, COUNT(failing), 4, &a, &why) == E_STATE && owner_of_first(s) == 12,
          "one that fails changes nothing");
    CHECK(records_clean(s) == 20, "the indexes followed");
    store_close(s);
    /* The copies are of the versions that the runs began with. */
    char sub[96], file[400];
    snprintf(sub, sizeof sub, "%s/old", dir);
    snprintf(file, sizeof file, "%s/gigbox.db", sub);
    MUST(mkdir(sub, 0700) == 0 && rename(kit_path("gigbox.db.schema-1"), file) == 0);
    Store *old = open_at(sub, true);
    CHECK(old && owner_of_first(old) == 3 && records_clean(old) == 20, "the copy is what was before");
    Err e = old ? schema_bring(old, two, COUNT(two), 3, &a, &why) : E_IO;
    CHECK(e == E_STATE && why.n, "who may only read does not migrate");
    store_close(old);
    Err err;
    StoreConfig cfg = {.dir = dir, .records = kit_records, .record_count = 1};
    s = store_open(&cfg, &a, &why, &err);
    CHECK(!s && err == E_STATE && memmem(why.p, why.n, "newer gigbox", 12), "a newer file is refused and says why");
    store_close(s);
    arena_free(&a);
}

/* ---- full ---- */

static void test_full_map(void) {
    const char *dir = kit_dir();
    s = kit_open(dir, (StoreConfig){.no_sync = true, .map_bytes = 1 << 20});
    MUST(s);
    int64_t n = 0;
    Err e = OK;
    while (!e && n < 1000) {
        e = store_write(s, insert_bulk, &n);
        n += !e;
    }
    CHECK(e == E_FULL && n > 10, "a full map is E_FULL");
    CHECK(records_clean(s) == (uint64_t)n, "nothing is lost, and nothing is half there");
    int64_t id = 3;
    for (int i = 0; i < 3; i++)
        MUST(store_write(s, delete_one, &id) != E_IO && ++id);
    e = store_write(s, insert_bulk, &n);
    CHECK(e == OK || e == E_FULL, "it goes on answering");
    store_close(s);
    s = open_at(dir, false);
    CHECK(s && store_write(s, insert_bulk, &n) == OK && records_clean(s) != UINT64_MAX, "a larger map takes more");
    store_close(s);
}

static void *insert_bulk_thread(void *arg) {
    int64_t *n = arg;
    *n = store_write(s, insert_bulk, n);
    return NULL;
}

static void test_full_disk(void) {
    enum { THREADS = 12 };
    const char *dir = kit_dir();
    s = open_at(dir, false);
    MUST(s);
    insert_many(0, 50);
    struct rlimit old, small;
    StoreStats st;
    MUST(getrlimit(RLIMIT_FSIZE, &old) == 0 && store_stats(s, &st) == OK);
    small = (struct rlimit){.rlim_cur = st.file_bytes + 200000, .rlim_max = old.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    MUST(setrlimit(RLIMIT_FSIZE, &small) == 0);
    int64_t good = 0, bad = 0;
    for (int round = 0; round < 4; round++) {
        pthread_t t[THREADS];
        int64_t arg[THREADS];
        for (int i = 0; i < THREADS; i++) {
            arg[i] = i;
            MUST(!pthread_create(&t[i], NULL, insert_bulk_thread, &arg[i]));
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(t[i], NULL);
            good += arg[i] == OK;
            bad += arg[i] == E_FULL;
        }
    }
    MUST(setrlimit(RLIMIT_FSIZE, &old) == 0);
    CHECK(good > 0 && bad > 0 && good + bad == 4 * THREADS, "a disk that fills up is E_FULL for those that do not fit");
    CHECK(records_clean(s) == (uint64_t)(50 + good), "the others are all there");
    int64_t n = 1;
    CHECK(store_write(s, insert_bulk, &n) == OK, "with room again it goes on");
    store_close(s);
    s = open_at(dir, false);
    CHECK(s && records_clean(s) == (uint64_t)(51 + good), "and so after a restart");
    store_close(s);
}

/* ---- damaged and foreign files ---- */

static size_t read_file(const char *path, char **bytes) {
    struct stat st;
    int fd = open(path, O_RDONLY);
    MUST(fd >= 0 && fstat(fd, &st) == 0);
    *bytes = malloc((size_t)st.st_size);
    MUST(*bytes && read(fd, *bytes, (size_t)st.st_size) == st.st_size);
    close(fd);
    return (size_t)st.st_size;
}

static void write_file(const char *path, const char *bytes, size_t n) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    MUST(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    close(fd);
}

/* Opens what lies there; when it opens, reads all of it by the check. */
static Err try_open(const char *dir, bool *explained, uint64_t *faults) {
    Arena a;
    Str why = {NULL, 0};
    Err e = OK;
    arena_init(&a, 65536);
    StoreConfig cfg = {.dir = dir, .records = kit_records, .record_count = 1, .read_only = true};
    Store *store = store_open(&cfg, &a, &why, &e);
    *explained = store || why.n > 0;
    *faults = 0;
    if (store)
        e = store_check(store, NULL, NULL, faults);
    store_close(store);
    arena_free(&a);
    return e;
}

static void hush(void) {
    int null = open("/dev/null", O_WRONLY);
    dup2(null, 2);
    close(null);
}

static void test_damage(void) {
    const char *dir = kit_dir();
    s = open_at(dir, false);
    MUST(s);
    insert_many(0, 400);
    int64_t n = 3, id = 9;
    for (int i = 0; i < 5; i++)
        MUST(store_write(s, insert_bulk, &n) == OK && store_write(s, delete_one, &id) == OK && ++id);
    store_close(s);
    char *good, path[128];
    snprintf(path, sizeof path, "%s/gigbox.db", dir);
    size_t bytes = read_file(path, &good);
    char *bad = malloc(bytes);
    MUST(bad);
    bool explained = true, why, sound = true;
    uint64_t faults;
    MUST(try_open(dir, &why, &faults) == OK && !faults);

    for (size_t cut = 1; cut < bytes; cut += 1 + kit_below(bytes / 60)) {
        write_file(path, good, cut);
        sound &= try_open(dir, &why, &faults) == E_CORRUPT;
        explained &= why;
    }
    CHECK(sound, "a file that is cut off anywhere is corrupt");

    uint64_t seen = 0, tries = 1500;
    for (uint64_t i = 0; i < tries; i++) {
        memcpy(bad, good, bytes);
        for (uint64_t k = kit_below(3) + 1; k > 0; k--) {
            /* Half of them where page and node headers are. */
            size_t at = kit_below(2) ? kit_below(bytes) : kit_below(bytes / 4096) * 4096 + kit_below(200);
            bad[at] = (char)(kit_below(2) ? kit_next() : (uint64_t)(bad[at] ^ 1 << kit_below(8)));
        }
        write_file(path, bad, bytes);
        Err e = try_open(dir, &why, &faults);
        sound &= e == OK || e == E_CORRUPT || e == E_STATE /* the version's digit */;
        explained &= why;
        seen += e != OK || faults;
    }
    CHECK(sound, "flipped bytes are refused or found, and crash nothing");
    CHECK(seen > tries / 4, "many of them are noticed");
    printf("# %llu of %llu noticed\n", (unsigned long long)seen, (unsigned long long)tries);

    for (size_t i = 0; i < bytes; i++)
        bad[i] = (char)kit_next();
    write_file(path, bad, bytes);
    CHECK(try_open(dir, &why, &faults) == E_CORRUPT && why, "noise is not a database");
    memset(bad, 0, bytes);
    write_file(path, bad, bytes);
    CHECK(try_open(dir, &why, &faults) == E_CORRUPT && why, "zeros are not a database");
    /* The same magic at the place where it stands with words of the other size. */
    memcpy(bad + (sizeof(size_t) == 8 ? 12 : 16), good + (sizeof(size_t) == 8 ? 16 : 12), 4);
    write_file(path, bad, bytes);
    Arena a;
    Str text;
    Err e;
    arena_init(&a, 65536);
    StoreConfig cfg = {.dir = dir, .records = kit_records, .record_count = 1};
    CHECK(!store_open(&cfg, &a, &text, &e) && e == E_CORRUPT && memmem(text.p, text.n, "word size", 9),
          "a file of another word size is told from noise");
    CHECK(explained, "every refusal says why");

    /* Somebody else's LMDB file. */
    unlink(path);
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    MUST(!mdb_env_create(&env) && !mdb_env_set_maxdbs(env, 2) && !mdb_env_open(env, path, MDB_NOSUBDIR, 0600));
    MUST(!mdb_txn_begin(env, NULL, 0, &txn) && !mdb_dbi_open(txn, "other", MDB_CREATE, &dbi) && !mdb_txn_commit(txn));
    mdb_env_close(env);
    CHECK(!store_open(&cfg, &a, &text, &e) && e == E_CORRUPT && text.n, "another program's database is refused");
    cfg.dir = "/nonexistent/gigbox";
    CHECK(!store_open(&cfg, &a, &text, &e) && e == E_IO && text.n, "a directory that cannot be made");
    cfg.read_only = true;
    CHECK(!store_open(&cfg, &a, &text, &e) && e == E_MISSING && text.n, "nothing to read");
    arena_free(&a);
    free(good);
    free(bad);
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "backup") == 0)
        return backup_main(argv[2], argv[3]);
    test_backup(argv[0]);
    test_migrations();
    test_full_map();
    test_full_disk();
    hush();
    test_damage();
    return kit_failed;
}
