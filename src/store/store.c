#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"
#include "store/internal.h"
#include "store/migrate.h"
#include "store/verify.h"

static const char *const db_names[DB_COUNT] = {
    [DB_REC] = "rec", [DB_IDX] = "idx", [DB_SMALL] = "small", [DB_BLOB] = "blob", [DB_TEXT] = "text"};

enum {
    FILE_MODE = 0600, /* the file holds password hashes and keys */
    DIR_MODE = 0700,
    READER_SLOTS = STORE_READERS_MAX + 32 /* ours, and those of backups and checks beside us */
};
#define MAP_BYTES_64 (UINT64_C(64) << 30)
#define MAP_BYTES_32 (UINT64_C(1) << 30)
#define MAP_BYTES_LEAST (UINT64_C(64) << 20)

/* ---- tables ---- */

static void index_resolve(IndexInfo *info, const Record *r, const Index *ix) {
    info->record = r;
    info->index = ix;
    for (unsigned i = 0; i < ix->part_count; i++) {
        const Field *f = ix->parts[i].tag ? record_field(r, ix->parts[i].tag) : NULL;
        uint8_t type = f ? f->type : ix->parts[i].type;
        info->parts[i].type = type;
        info->parts[i].offset = f ? f->offset : 0;
        info->parts[i].text = type == F_STR || type == F_STRS;
    }
}

static Err tables_resolve(Store *s) {
    if (record_lint(s->cfg.records, s->cfg.record_count))
        return E_INTERNAL;
    for (size_t i = 0; i < s->cfg.record_count; i++) {
        const Record *r = s->cfg.records[i];
        s->kinds[r->kind] = r;
        for (uint16_t k = 0; k < r->index_count; k++)
            index_resolve(&s->indexes[r->indexes[k].id], r, &r->indexes[k]);
    }
    return OK;
}

/* ---- opening ---- */

typedef struct Opening {
    Store *s;
    Arena *a;
    Str why;
} Opening;

#define because(o, e, ...) ((o)->why = (o)->a ? arena_printf((o)->a, __VA_ARGS__) : (Str){NULL, 0}, (e))

/* The directory, and the lock of the one process that may write in it. */
static Err open_dir(Opening *o) {
    Store *s = o->s;
    if (s->cfg.read_only)
        return OK;
    if (mkdir(s->cfg.dir, DIR_MODE) != 0 && errno != EEXIST)
        return because(o, E_IO, "%s cannot be made: %s", s->cfg.dir, strerror(errno));
    s->dir_fd = open(s->cfg.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->dir_fd < 0)
        return because(o, E_IO, "%s cannot be opened: %s", s->cfg.dir, strerror(errno));
    if (flock(s->dir_fd, LOCK_EX | LOCK_NB) != 0)
        return because(o, E_STATE, "another gigbox is running on %s", s->cfg.dir);
    return OK;
}

static uint64_t map_bytes_wanted(const Store *s) {
    return s->cfg.map_bytes ? s->cfg.map_bytes : sizeof(void *) == 8 ? MAP_BYTES_64 : MAP_BYTES_32;
}

/* Reserves the largest map that the address space has room for. */
static Err open_env(Opening *o) {
    Store *s = o->s;
    unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | (s->cfg.read_only ? MDB_RDONLY : 0) | (s->cfg.no_sync ? MDB_NOSYNC : 0) |
                     (s->cfg.file ? MDB_NOLOCK : 0);
    int rc = ENOMEM;
    /* valgrind answers EINVAL to what exceeds its address space. */
    for (uint64_t map = map_bytes_wanted(s); rc == ENOMEM || rc == EINVAL; map /= 2) {
        rc = mdb_env_create(&s->env);
        if (rc)
            return because(o, E_NOMEM, "out of memory");
        mdb_env_set_maxdbs(s->env, DB_COUNT);
        mdb_env_set_maxreaders(s->env, READER_SLOTS);
        mdb_env_set_mapsize(s->env, (size_t)map);
        rc = mdb_env_open(s->env, s->path, flags, FILE_MODE);
        if (!rc)
            break;
        mdb_env_close(s->env);
        s->env = NULL;
        if (map / 2 < MAP_BYTES_LEAST)
            break;
    }
    if (rc)
        return because(o, rc == ENOENT ? E_MISSING : db_err(rc), "%s cannot be opened: %s", s->path, mdb_strerror(rc));
    int dead;
    mdb_reader_check(s->env, &dead);
    return OK;
}

/* Opens our databases in `txn`. MDB_NOTFOUND: one is not there. */
static int open_dbs(Store *s, MDB_txn *txn, unsigned flags) {
    for (int i = 0; i < DB_COUNT; i++) {
        int rc = mdb_dbi_open(txn, db_names[i], flags, &s->dbi[i]);
        if (!rc)
            rc = mdb_set_compare(txn, s->dbi[i], key_order);
        if (rc)
            return rc;
    }
    return MDB_SUCCESS;
}

/* 1: an empty file; 2: our databases are there and open, with nothing in any of them: power went before the first commit of
 * open_new's second step; 0: they are there and open; otherwise LMDB's code. */
static int open_old(Store *s) {
    enum { MAIN = 1 }; /* LMDB's unnamed database, which holds the names */
    MDB_txn *txn;
    MDB_stat st;
    int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);
    if (rc)
        return rc;
    rc = mdb_stat(txn, MAIN, &st);
    if (!rc && st.ms_entries == 0) {
        mdb_txn_abort(txn);
        return 1;
    }
    if (!rc)
        rc = open_dbs(s, txn, 0);
    if (!rc) {
        size_t entries = 0;
        for (int i = 0; i < DB_COUNT && !rc; i++) {
            rc = mdb_stat(txn, s->dbi[i], &st);
            entries += st.ms_entries;
        }
        int kept = mdb_txn_commit(txn); /* keeps the handles */
        return rc ? rc : kept ? kept : entries ? 0 : 2;
    }
    mdb_txn_abort(txn);
    return rc;
}

static Err open_new(Store *s) {
    MDB_txn *txn;
    int rc = mdb_txn_begin(s->env, NULL, 0, &txn);
    if (!rc) {
        rc = open_dbs(s, txn, MDB_CREATE);
        if (!rc)
            rc = mdb_txn_commit(txn);
        else
            mdb_txn_abort(txn);
    }
    return rc ? db_err(rc) : schema_begin(s);
}

static Err open_data(Opening *o) {
    Store *s = o->s;
    int rc = open_old(s);
    Err e = db_err(rc);
    if (rc == 1)
        e = s->cfg.read_only ? E_MISSING : open_new(s);
    if (rc == 2)
        e = s->cfg.read_only ? E_MISSING : schema_begin(s);
    if (rc == MDB_NOTFOUND || rc == MDB_INCOMPATIBLE)
        return because(o, E_CORRUPT, "%s is not a gigbox database", s->path);
    if (e)
        return because(o, e, "%s cannot be opened: %s", s->path, err_name(e));
    return schema_bring(s, migrations, migration_count, SCHEMA_VERSION, o->a, &o->why);
}

static Err open_all(Opening *o) {
    Store *s = o->s;
    Err e = tables_resolve(s);
    if (e)
        return because(o, e, "the record tables contradict themselves");
    e = open_dir(o);
    if (!e)
        e = verify_file(s->path, o->a, &o->why);
    if (!e)
        e = open_env(o);
    if (!e)
        e = verify_quick(s, o->a, &o->why);
    if (!e)
        e = open_data(o);
    if (!e && !s->cfg.read_only) {
        e = writer_start(s);
        if (e)
            return because(o, e, "the writer thread cannot be started");
    }
    return e;
}

static char *join_path(const char *dir, const char *file) {
    size_t n = strlen(dir), m = strlen(file);
    char *path = malloc(n + 1 + m + 1);
    if (path) {
        memcpy(path, dir, n);
        path[n] = '/';
        memcpy(path + n + 1, file, m + 1);
    }
    return path;
}

Store *store_open(const StoreConfig *cfg, Arena *a, Str *why, Err *err) {
    Opening o = {.a = a};
    Store *s = o.s = calloc(1, sizeof *s);
    *err = E_NOMEM;
    if (s) {
        s->cfg = *cfg;
        s->dir_fd = -1;
        s->path = join_path(cfg->dir, cfg->file ? cfg->file : "gigbox.db");
        if (cfg->file && !cfg->read_only)
            *err = because(&o, E_INTERNAL, "only gigbox.db is written to");
        else if (s->path)
            *err = open_all(&o);
    }
    if (why)
        *why = o.why;
    if (!*err)
        return s;
    store_close(s);
    return NULL;
}

void store_close(Store *s) {
    if (!s)
        return;
    writer_stop(s);
    if (s->env) {
        readers_close(s);
        if (s->cfg.no_sync && !s->cfg.read_only && mdb_env_sync(s->env, 1) != 0)
            log_line(LOG_ERROR, "store", "closing could not sync", "file=%s", s->path);
        mdb_env_close(s->env);
    }
    if (s->dir_fd >= 0)
        close(s->dir_fd);
    free(s->path);
    free(s);
}

/* ---- care ---- */

/* Pages that hold something, as the transaction sees it. */
static Err used_by(Tx *tx, uint64_t *bytes, uint64_t *records) {
    *bytes = *records = 0;
    for (int i = 0; i < DB_COUNT; i++) {
        MDB_stat st;
        Err e = db_err(mdb_stat(tx->txn, tx->store->dbi[i], &st));
        if (e)
            return e;
        *bytes += (uint64_t)(st.ms_branch_pages + st.ms_leaf_pages + st.ms_overflow_pages) * st.ms_psize;
        if (i == DB_REC)
            *records = st.ms_entries;
    }
    return OK;
}

Err store_stats(Store *s, StoreStats *out) {
    *out = (StoreStats){
        .commits = atomic_load(&s->commits), .writes = atomic_load(&s->writes), .batches_retried = atomic_load(&s->retried)};
    MDB_envinfo info;
    struct stat file;
    mdb_filehandle_t fd;
    if (mdb_env_info(s->env, &info) != 0 || mdb_env_get_fd(s->env, &fd) != 0 || fstat(fd, &file) != 0)
        return E_IO;
    out->map_bytes = info.me_mapsize;
    out->readers = info.me_numreaders;
    out->file_bytes = (uint64_t)file.st_size;
    Tx *tx;
    Err e = store_read(s, NULL, &tx);
    if (e)
        return e;
    e = used_by(tx, &out->used_bytes, &out->records);
    store_read_end(tx);
    return e;
}

Err store_room_for(Tx *tx, uint64_t bytes) {
    const Store *s = tx->store;
    struct statvfs disk;
    struct stat file;
    uint64_t used, records;
    if (statvfs(s->path, &disk) != 0 || stat(s->path, &file) != 0)
        return OK; /* whoever writes will be told */
    Err e = used_by(tx, &used, &records);
    if (e)
        return e;
    uint64_t free = (uint64_t)disk.f_bavail * disk.f_frsize, kept = (uint64_t)disk.f_blocks * disk.f_frsize / STORE_KEPT_SHARE;
    if (kept > STORE_KEPT_BYTES_MAX)
        kept = STORE_KEPT_BYTES_MAX;
    /* The file has free pages inside, or will grow: by what this batch wrote so far too. */
    if (free + (uint64_t)file.st_size >= used + bytes + kept)
        return OK;
    log_line(LOG_ERROR, "store", "too little room for uploads", "file=%s free_bytes=%llu kept_bytes=%llu", s->path,
             (unsigned long long)free, (unsigned long long)kept);
    return E_FULL;
}

Err store_backup(Store *s, int fd) {
    int rc = mdb_env_copyfd2(s->env, fd, MDB_CP_COMPACT);
    if (rc)
        log_line(LOG_ERROR, "store", "backup failed", "error=%s", mdb_strerror(rc));
    return db_err(rc);
}

void store_reap(Store *s) {
    int dead = 0;
    if (mdb_reader_check(s->env, &dead) == 0 && dead)
        log_line(LOG_INFO, "store", "cleared dead readers", "count=%d", dead);
}
