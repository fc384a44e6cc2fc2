/* restore.h - a backup in the place of the data file, by `gigbox restore` or by an admin of the running box.
 *
 * The copy is opened, brought to this program's schema and checked whole in a directory of its own (DATA/restore.tmp) before
 * anything that exists is touched. What was checked while a box runs is put beside the data file (DATA/gigbox.db.restored) and
 * takes its place at the next start, when nobody has either open. The file that was there is kept as
 * gigbox.db.before-restore-<ms>. At any moment a start finds a complete data file or puts one there.
 *
 * Errors come with a sentence for people in why[BACKUP_WHY_BYTES]. */
#ifndef APP_RESTORE_H
#define APP_RESTORE_H

#include "app/backup.h"

enum { RESTORE_PATH_BYTES = 4096, RESTORE_PIECE_BYTES = 4 * 1024 * 1024 };

/* What a copy turned out to be. */
typedef struct RestoreFound {
    uint64_t records, faults;
    int64_t people; /* accounts ever made */
    int64_t last_ms; /* the last thing that happened in it; 0: nothing did */
} RestoreFound;

/* Opens the store in `dir` (which migrates it), then checks records and the domain's facts. Each fault is one call of `say`
 * (may be NULL). E_CORRUPT: there were faults; E_STATE: made by a newer gigbox; or the store's error. */
Err restore_verify(const char *dir, Arena *a, void (*say)(void *ctx, Str line), void *ctx, RestoreFound *found, char *why);
/* Puts the file `from` in the place of DATA/gigbox.db, which is kept under another name. The caller holds the directory's lock.
 */
Err restore_place(const char *data, const char *from, char *why);
/* At start, before the store is opened: puts in place what was checked for it. *placed tells whether there was one. Does nothing
 * while another process has the directory. Clears away what an earlier run left half done. */
Err restore_pending(const char *data, bool *placed, char *why);
/* Deletes the files in DATA/restore.tmp and the directory. */
void restore_clear(const char *data);

/* ---- by an admin, from an upload piece by piece or from where backups are; all functions are thread-safe ---- */

typedef struct Restores Restores;

typedef enum RestoreStep {
    RESTORE_NONE,
    RESTORE_UPLOADING,
    RESTORE_FETCHING, /* by a thread of its own, as */
    RESTORE_CHECKING,
    RESTORE_READY,
    RESTORE_REFUSED,  /* why tells */
    RESTORE_STAGED    /* takes its place at the next start */
} RestoreStep;

typedef struct RestoreState {
    RestoreStep step;
    int64_t size, received;
    RestoreFound found; /* READY, STAGED */
    char why[BACKUP_WHY_BYTES];
} RestoreState;

/* The path outlives it. NULL: no memory. */
Restores *restores_open(const char *data);
/* Begins anew with a file of `size` bytes; what was there before is gone. The passphrase opens a sealed one. E_STATE (one is
 * being checked or staged), E_FULL (no room for it twice), E_INVALID (no such size), E_IO. */
Err restores_begin(Restores *r, int64_t size, Str passphrase, char *why);
/* The bytes from `at` on, which must be how many have been received; the last piece starts the check. E_STATE (nothing is being
 * uploaded, or they are not the next: ask restores_state where to go on), E_INVALID (more than were announced), E_FULL, E_IO. */
Err restores_piece(Restores *r, int64_t at, Str bytes, char *why);
/* The same with one of backup_list instead of an upload: it is fetched, then checked. The configuration outlives it. Errors as
 * restores_begin; E_STATE while one is being fetched too. */
Err restores_fetch(Restores *r, const BackupConfig *cfg, const BackupItem *item, Str passphrase, char *why);
/* What is READY will take the data file's place at the next start. E_STATE: nothing is. */
Err restores_stage(Restores *r, char *why);
/* Forgets what was uploaded or staged; breaks off a fetch, whose step is FETCHING until it has ended. E_STATE: it is being
 * checked. */
Err restores_drop(Restores *r, char *why);
void restores_state(Restores *r, RestoreState *out);
/* At the program's end, before outbound calls end: a fetch under way is broken off and waited for, a check is left to itself.
 * NULL is fine. */
void restores_close(Restores *r);

#endif
