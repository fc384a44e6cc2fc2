#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "store/internal.h"

const Migration *const migrations = NULL;
const size_t migration_count = 0;

static const Str name_version = STR_INIT("schema");

static Err version_put(Tx *tx, void *arg) {
    char digits[16];
    int n = snprintf(digits, sizeof digits, "%u", *(const uint32_t *)arg);
    return meta_put(tx, name_version, str_of(digits, (size_t)n));
}

Err schema_begin(Store *s) {
    uint32_t version = SCHEMA_VERSION;
    return write_now(s, version_put, &version);
}

static Err version_get(Store *s, uint32_t *version) {
    Tx *tx;
    Err e = store_read(s, NULL, &tx);
    if (e)
        return e;
    Str text;
    uint64_t v = 0;
    e = meta_get(tx, name_version, &text);
    if (e == E_MISSING || (!e && (!str_u64(text, &v) || v == 0 || v > UINT32_MAX)))
        e = E_CORRUPT;
    *version = (uint32_t)v;
    store_read_end(tx);
    return e;
}

/* A copy to go back to. It is on disk, complete, before this returns OK; a half one is removed. */
static Err copy_aside(Store *s, uint32_t version, Arena *a, Str *why) {
    char path[4096];
    int n = snprintf(path, sizeof path, "%s.schema-%u", s->path, version);
    if (n < 0 || (size_t)n >= sizeof path)
        return E_TOO_LARGE;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    Err e = fd < 0 ? E_IO : store_backup(s, fd);
    if (!e && fsync(fd) != 0)
        e = db_err(errno);
    if (fd >= 0 && close(fd) != 0 && !e)
        e = E_IO;
    if (!e && s->dir_fd >= 0 && fsync(s->dir_fd) != 0)
        e = E_IO;
    if (e) {
        unlink(path);
        if (a)
            *why = arena_printf(a, "the copy %s that a migration begins with cannot be written", path);
    } else {
        log_line(LOG_INFO, "store", "copied before migrating", "file=%s", path);
    }
    return e;
}

typedef struct Step {
    const Migration *migration;
    uint32_t version;
} Step;

static Err step_run(Tx *tx, void *arg) {
    Step *step = arg;
    Err e = step->migration->run(tx, NULL);
    return e ? e : version_put(tx, &step->version);
}

Err schema_bring(Store *s, const Migration *table, size_t n, uint32_t newest, Arena *a, Str *why) {
    uint32_t version;
    Err e = version_get(s, &version);
    if (e) {
        if (a)
            *why = arena_printf(a, "%s has no schema version", s->path);
        return e;
    }
    if (version > newest) {
        if (a)
            *why = arena_printf(a, "%s was written by a newer gigbox (schema %u, this one knows %u): install that one", s->path,
                                version, newest);
        return E_STATE;
    }
    if (version < newest && s->cfg.read_only) {
        if (a)
            *why = arena_printf(a, "%s has the older schema %u: start gigbox serve once to bring it to %u", s->path, version,
                                newest);
        return E_STATE;
    }
    bool copied = false;
    for (size_t i = 0; i < n && version < newest; i++) {
        if (table[i].to != version + 1)
            continue;
        e = copied ? OK : copy_aside(s, version, a, why);
        if (e)
            return e;
        copied = true;
        log_line(LOG_INFO, "store", "migrating", "to=%u doc=%s", table[i].to, table[i].doc);
        Step step = {.migration = &table[i], .version = table[i].to};
        e = write_now(s, step_run, &step);
        if (e) {
            if (a)
                *why = arena_printf(a, "the migration to schema %u failed: %s; nothing was changed", table[i].to, err_name(e));
            return e;
        }
        version = table[i].to;
    }
    if (version < newest) {
        if (a)
            *why = arena_printf(a, "%s has schema %u, from which no migration leads to %u", s->path, version, newest);
        return E_CORRUPT;
    }
    return OK;
}
