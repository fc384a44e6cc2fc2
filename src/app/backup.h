/* backup.h - copies of the running marketplace: to a file or pipe, and by a schedule to a directory and a bucket, with retention.
 *
 * A backup is a compacted LMDB file as of one moment (store_backup), or that file closed with a passphrase or to a key
 * (crypto/seal.h). Its name tells its time and whose it is: gigbox-20260131T235959Z-3fa9c21d.db, with ".sealed" behind it when it
 * is closed. A backup that is not whole never has such a name. Only files of such names that this marketplace made are ever
 * counted or deleted.
 *
 * Errors come with a sentence for people in why[BACKUP_WHY_BYTES]. */
#ifndef APP_BACKUP_H
#define APP_BACKUP_H

#include "app/settings.h"
#include "gateway/s3.h"
#include "store/store.h"

enum {
    BACKUP_WHY_BYTES = 320,
    BACKUP_NAME_BYTES = 48,
    BACKUP_PATH_BYTES = 1024,
    BACKUP_ARENA_BYTES = 32 * 1024 * 1024,
    BACKUP_MARK_BYTES = 9
};

/* How backups are closed and opened; empty: not. The public key counts before the passphrase. */
typedef struct BackupKeys {
    Str passphrase, public_key, private_key;
} BackupKeys;

typedef struct BackupConfig {
    char dir[BACKUP_PATH_BYTES]; /* where scheduled ones go, "": none */
    const char *data; /* the data directory: what goes only to the bucket is made there first */
    BackupKeys keys;
    Str prefix;
    S3 s3; /* url empty: no bucket */
    int64_t every_ms, keep;
} BackupConfig;

/* By the settings; `data` and the settings outlive it. A relative backup_dir is below the data directory. */
void backup_config(const Settings *s, const char *data, Fetch fetch, BackupConfig *out);

/* What a backup under way may be asked and told; zeroed by its owner. */
typedef struct BackupProgress {
    _Atomic(uint64_t) bytes; /* written so far */
    _Atomic(bool) cancel; /* set: it ends with E_BUSY soon */
} BackupProgress;

/* Writes a backup to a descriptor, sealed when there is a key or a passphrase. `p` may be NULL. */
Err backup_write(Store *s, int fd, const BackupKeys *keys, BackupProgress *p, char *why);
/* The same to a file, which gets its name when it is complete and on disk. */
Err backup_file(Store *s, const char *path, const BackupKeys *keys, BackupProgress *p, char *why);
/* One backup as the settings have it: to the directory and the bucket, then the oldest beyond `keep` go. name: of the new one. */
Err backup_run(Store *s, const BackupConfig *cfg, Arena *a, BackupProgress *p, char name[BACKUP_NAME_BYTES], char *why);

typedef struct BackupItem {
    Str name, mark; /* mark: "" when the name has none */
    int64_t at_ms, bytes; /* bytes 0: not known */
    bool bucket; /* else in the directory */
    bool sealed;
} BackupItem;

/* What there is, oldest first within each place, directory before bucket; in the arena. */
Err backup_list(const BackupConfig *cfg, Arena *a, BackupItem **items, size_t *n, char *why);
/* The mark of a marketplace in the names of its backups, eight characters and a NUL: it follows from its secret key, so a data
 * file that was restored somewhere goes on with it. */
Err backup_mark(Store *s, Arena *a, char mark[BACKUP_MARK_BYTES]);
/* Whether the marketplace of this mark made it, as it is taken to have when the name has none. */
static inline bool backup_own(const BackupItem *it, const char *mark) { return !it->mark.n || str_eq(it->mark, str_c0(mark)); }
/* The one of this name in the bucket or in the directory. E_MISSING when backup_list does not have it, or its error. */
Err backup_find(const BackupConfig *cfg, Arena *a, Str name, bool bucket, BackupItem *out, char *why);
/* Writes one of the list to a descriptor, in pieces, as it is kept. `p` may be NULL. E_MISSING: it is gone; E_CORRUPT: it is not
 * as long as the list said, or changes while it is read; E_BUSY: broken off. */
Err backup_fetch(const BackupConfig *cfg, const BackupItem *item, int fd, BackupProgress *p, char *why);
/* Copies a backup from `in` to `out`, opening it when it is sealed. E_UNAUTHORIZED: the passphrase or key is wrong or the file
 * was changed or cut off; E_INVALID: it is sealed and what opens it is not given. */
Err backup_open(int in, int out, const BackupKeys *keys, char *why);
/* The time and the mark in a backup's name; false when it is none. */
bool backup_name_parts(Str name, int64_t *ms, Str *mark);

/* ---- the schedule of a serving box: a thread that waits until one is due. The age of the newest backup found decides, so that a
 * restart neither skips nor repeats one. A failure is logged and tried again, later each time, at most every hour. ---- */

typedef struct Backups Backups;

typedef struct BackupState {
    bool on, running;
    uint64_t bytes; /* of the one that runs, else of the last */
    int64_t last_ms, failed_ms; /* the newest one / the last failure after it; 0: none */
    uint64_t made, failed; /* since start */
    char why[BACKUP_WHY_BYTES];
} BackupState;

/* The configuration is copied; what it points to outlives the thread. E_NOMEM. With neither directory nor bucket, or every_ms 0,
 * there is no schedule, and backups_now says E_STATE. */
Backups *backups_start(Store *s, const BackupConfig *cfg, Err *err);
/* One as soon as possible. E_STATE: there is no place for it. */
Err backups_now(Backups *b);
void backups_state(Backups *b, BackupState *out);
/* Breaks off what is under way. NULL is fine. */
void backups_stop(Backups *b);

#endif
