#include "app/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/box.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/seal.h"
#include "domain/check.h"
#include "domain/event.h"
#include "domain/user.h"

#define ROOM_BYTES (INT64_C(32) << 20) /* left on the disk beside the copy */
enum { PASSPHRASE_BYTES = 1024 };

typedef char Path[RESTORE_PATH_BYTES];

static const char trial_name[] = "restore.tmp", upload_name[] = "restore.tmp/upload", copy_name[] = "restore.tmp/gigbox.db",
                  checked_name[] = "gigbox.db.checked", staged_name[] = "gigbox.db.restored", data_name[] = "gigbox.db";

static Err say(char *why, Err e, const char *what, const char *detail) {
    snprintf(why, BACKUP_WHY_BYTES, "%.160s: %.140s", what, detail);
    return e;
}
static Err say_errno(char *why, const char *what) {
    return say(why, errno == ENOSPC || errno == EDQUOT ? E_FULL : E_IO, what, strerror(errno));
}
static void path_of(Path out, const char *data, const char *name) { snprintf(out, sizeof(Path), "%.3800s/%s", data, name); }

/* ---- the copy ---- */

static Err look(Store *s, Arena *a, RestoreFound *found) {
    StoreStats st;
    Tx *tx;
    int64_t last = 0;
    Event event;
    Err e = store_stats(s, &st);
    if (e == OK)
        e = store_read(s, a, &tx);
    if (e)
        return e;
    *found = (RestoreFound){.records = st.records};
    e = rec_last_id(tx, &USER, &found->people);
    if (e == OK)
        e = event_last(tx, &last);
    if (e == OK && last && rec_get(tx, &EVENT, last, &event) == OK)
        found->last_ms = event.at_ms;
    store_read_end(tx);
    return e;
}

static Err checked(Store *s, Arena *a, void (*tell)(void *ctx, Str line), void *ctx, uint64_t *faults) {
    Tx *tx;
    uint64_t more = 0;
    Err e = store_check(s, tell, ctx, faults);
    if (e == OK)
        e = store_read(s, a, &tx);
    if (e)
        return e;
    e = domain_check(tx, a, tell, ctx, &more);
    store_read_end(tx);
    *faults += more;
    return e;
}

static void nobody(void *ctx, Str line) { (void)ctx, (void)line; }

Err restore_verify(const char *dir, Arena *a, void (*tell)(void *ctx, Str line), void *ctx, RestoreFound *found, char *why) {
    const Record **records = ARENA_ARRAY(a, BOX_RECORDS_MAX, const Record *);
    Str sentence = {0};
    Err e = OK;
    uint64_t faults = 0;
    if (!records)
        return say(why, E_NOMEM, "memory", "none left");
    StoreConfig cfg = {.dir = dir, .records = records, .record_count = box_records(records), .now_ms = clock_now_ms};
    /* A copy of an older schema is brought to this one's, which checking wants; one of a newer schema is refused. */
    Store *s = store_open(&cfg, a, &sentence, &e);
    store_close(s);
    cfg.read_only = true;
    s = s ? store_open(&cfg, a, &sentence, &e) : NULL;
    if (!s) {
        snprintf(why, BACKUP_WHY_BYTES, "%.*s (%s)", sentence.n > 280 ? 280 : (int)sentence.n, sentence.p, err_name(e));
        return e;
    }
    e = checked(s, a, tell ? tell : nobody, ctx, &faults);
    if (e == OK)
        e = look(s, a, found);
    store_close(s);
    if (e)
        return say(why, e, "the check stopped", err_name(e));
    if (faults) {
        found->faults = faults;
        snprintf(why, BACKUP_WHY_BYTES, "the copy has %llu faults", (unsigned long long)faults);
        return E_CORRUPT;
    }
    return OK;
}

/* ---- its place ---- */

static void sync_dir(const char *dir) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

Err restore_place(const char *data, const char *from, char *why) {
    Path now, old;
    path_of(now, data, data_name);
    snprintf(old, sizeof old, "%.3800s/%s.before-restore-%lld", data, data_name, (long long)clock_now_ms());
    if (rename(now, old) != 0 && errno != ENOENT)
        return say_errno(why, now);
    if (rename(from, now) != 0)
        return say_errno(why, from);
    sync_dir(data);
    return OK;
}

void restore_clear(const char *data) {
    Path dir;
    path_of(dir, data, trial_name);
    DIR *d = opendir(dir);
    if (!d)
        return;
    for (struct dirent *entry; (entry = readdir(d));)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(d), entry->d_name, 0);
    closedir(d);
    rmdir(dir);
}

static void forget_checked(const char *data) {
    Path file;
    path_of(file, data, checked_name);
    unlink(file);
}

Err restore_pending(const char *data, bool *placed, char *why) {
    Path staged;
    Err e = OK;
    *placed = false;
    path_of(staged, data, staged_name);
    int fd = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (fd >= 0)
            close(fd);
        return OK; /* nothing there yet; or another box has it, as opening the store will say */
    }
    restore_clear(data);
    forget_checked(data);
    if (access(staged, F_OK) == 0) {
        e = restore_place(data, staged, why);
        *placed = e == OK;
    }
    close(fd);
    return e;
}

/* ---- by an admin ---- */

struct Restores {
    const char *data;
    pthread_mutex_t lock;
    RestoreState state; /* under the lock, as what follows */
    int fd;             /* of the upload */
    bool closed;
    pthread_cond_t fetched; /* FETCHING is over */
    const BackupConfig *from;
    BackupItem item;
    char name[BACKUP_NAME_BYTES]; /* the item's */
    BackupProgress progress;      /* not under the lock; cancel is set under it, while FETCHING */
    char passphrase[PASSPHRASE_BYTES];
    size_t passphrase_n;
};

Restores *restores_open(const char *data) {
    Restores *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->data = data;
    r->fd = -1;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->fetched, NULL);
    return r;
}

static void shut(Restores *r) {
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
}

static void forget_words(Restores *r) {
    secret_wipe(r->passphrase, sizeof r->passphrase);
    r->passphrase_n = 0;
}

static Err begin(Restores *r, int64_t size, Str passphrase, char *why) {
    Path dir, file;
    struct statvfs disk;
    static const char *const busy[] = {[RESTORE_FETCHING] = "one is being fetched",
                                       [RESTORE_CHECKING] = "one is being checked",
                                       [RESTORE_STAGED] = "one waits to be put in place"};
    if (busy[r->state.step])
        return say(why, E_STATE, "not now", busy[r->state.step]);
    if (size < SEAL_HEADER_BYTES || passphrase.n >= PASSPHRASE_BYTES)
        return say(why, E_INVALID, "the backup", "is too short, or its passphrase too long");
    if (statvfs(r->data, &disk) == 0 && (int64_t)disk.f_bavail * (int64_t)disk.f_frsize < 2 * size + ROOM_BYTES)
        return say(why, E_FULL, "the disk", "has not enough room for this copy beside the data file");
    shut(r);
    restore_clear(r->data);
    forget_checked(r->data);
    path_of(dir, r->data, trial_name);
    path_of(file, r->data, upload_name);
    if (mkdir(dir, 0700) != 0 || (r->fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
        return say_errno(why, "the upload");
    forget_words(r);
    r->from = NULL;
    memcpy(r->passphrase, passphrase.p ? passphrase.p : "", passphrase.n);
    r->passphrase_n = passphrase.n;
    r->state = (RestoreState){.step = RESTORE_UPLOADING, .size = size};
    return OK;
}

Err restores_begin(Restores *r, int64_t size, Str passphrase, char *why) {
    pthread_mutex_lock(&r->lock);
    Err e = begin(r, size, passphrase, why);
    pthread_mutex_unlock(&r->lock);
    return e;
}

/* Out of its directory, where Landlock lets nothing be renamed from: then the bytes are copied. Whole and on disk, or not there.
 */
static Err move_out(const char *from, const char *to, char *why) {
    if (rename(from, to) == 0)
        return OK;
    if (errno != EXDEV)
        return say_errno(why, "the copy");
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    Err e = in < 0 || out < 0 ? say_errno(why, "the copy") : backup_open(in, out, &(BackupKeys){0}, why);
    if (e == OK && fsync(out) != 0)
        e = say_errno(why, "the copy");
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    unlink(e ? to : from);
    return e;
}

/* The upload as a data file: as it is, or opened. */
static Err unpacked(Restores *r, char *why) {
    Path from, to;
    char head[SEAL_HEADER_BYTES];
    path_of(from, r->data, upload_name);
    path_of(to, r->data, copy_name);
    if (pread(r->fd, head, sizeof head, 0) != (ssize_t)sizeof head || lseek(r->fd, 0, SEEK_SET) != 0)
        return say_errno(why, "the upload");
    if (!seal_is(str_of(head, sizeof head)))
        return rename(from, to) == 0 ? OK : say_errno(why, "the upload");
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0)
        return say_errno(why, "the copy");
    Str words = str_of(r->passphrase, r->passphrase_n);
    BackupKeys keys = {.passphrase = words, .private_key = seal_private_ok(words) ? words : (Str){NULL, 0}};
    Err e = backup_open(r->fd, out, &keys, why);
    close(out);
    unlink(from);
    return e;
}

/* Where an upload's last piece would leave it. */
static Err fetched(Restores *r, char *why) {
    Err e = backup_fetch(r->from, &r->item, r->fd, &r->progress, why);
    pthread_mutex_lock(&r->lock);
    if (r->progress.cancel)
        e = E_BUSY;
    r->state.received = (int64_t)r->progress.bytes;
    r->state.step = RESTORE_CHECKING;
    pthread_cond_broadcast(&r->fetched);
    pthread_mutex_unlock(&r->lock);
    return e;
}

static void *check_main(void *arg) {
    Restores *r = arg;
    Path dir, copy, to;
    Arena a;
    RestoreFound found = {0};
    char why[BACKUP_WHY_BYTES] = "";
    path_of(dir, r->data, trial_name);
    path_of(copy, r->data, copy_name);
    path_of(to, r->data, checked_name);
    arena_init(&a, BACKUP_ARENA_BYTES);
    Err e = r->from ? fetched(r, why) : OK;
    bool dropped = e == E_BUSY; /* nothing else is: its owner broke it off */
    if (e == OK)
        e = unpacked(r, why);
    if (e == OK)
        e = restore_verify(dir, &a, NULL, NULL, &found, why);
    if (e == OK)
        e = move_out(copy, to, why);
    arena_free(&a);
    pthread_mutex_lock(&r->lock);
    shut(r);
    forget_words(r);
    r->state.step = e ? RESTORE_REFUSED : RESTORE_READY;
    r->state.found = found;
    memcpy(r->state.why, why, sizeof why);
    if (dropped)
        r->state = (RestoreState){.step = RESTORE_NONE};
    restore_clear(r->data);
    bool closed = r->closed;
    pthread_mutex_unlock(&r->lock);
    log_line(e ? LOG_WARN : LOG_INFO, "restore",
             dropped ? "a copy was given up"
             : e     ? "a copy is not good"
                     : "a copy is good",
             "error=%s", why);
    if (closed)
        free(r);
    return NULL;
}

static Err start_thread(Restores *r, RestoreStep step, char *why) {
    pthread_t thread;
    r->state.step = step;
    if (pthread_create(&thread, NULL, check_main, r) == 0) {
        pthread_detach(thread);
        return OK;
    }
    r->state.step = RESTORE_NONE;
    shut(r);
    forget_words(r);
    restore_clear(r->data);
    return say(why, E_NOMEM, "memory", "no thread to be had");
}

static Err piece(Restores *r, int64_t at, Str bytes, char *why) {
    if (r->state.step != RESTORE_UPLOADING)
        return say(why, E_STATE, "the upload", "has not been begun");
    if (at != r->state.received)
        return say(why, E_STATE, "the upload", "this is not the next piece");
    if ((int64_t)bytes.n > r->state.size - at || !bytes.n)
        return say(why, E_INVALID, "the upload", bytes.n ? "more bytes than were announced" : "an empty piece");
    for (size_t done = 0; done < bytes.n;) {
        ssize_t n = pwrite(r->fd, bytes.p + done, bytes.n - done, (off_t)(at + (int64_t)done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return say_errno(why, "the upload");
        done += (size_t)n;
    }
    r->state.received += (int64_t)bytes.n;
    return r->state.received == r->state.size ? start_thread(r, RESTORE_CHECKING, why) : OK;
}

Err restores_piece(Restores *r, int64_t at, Str bytes, char *why) {
    pthread_mutex_lock(&r->lock);
    Err e = piece(r, at, bytes, why);
    pthread_mutex_unlock(&r->lock);
    return e;
}

Err restores_fetch(Restores *r, const BackupConfig *cfg, const BackupItem *item, Str passphrase, char *why) {
    if (item->name.n >= sizeof r->name)
        return say(why, E_INVALID, "the backup", "has no such name");
    pthread_mutex_lock(&r->lock);
    Err e = begin(r, item->bytes, passphrase, why);
    if (e == OK) {
        memcpy(r->name, item->name.p, item->name.n);
        r->item = *item;
        r->item.name = str_of(r->name, item->name.n);
        r->from = cfg;
        r->progress.bytes = 0;
        r->progress.cancel = false;
        e = start_thread(r, RESTORE_FETCHING, why);
    }
    pthread_mutex_unlock(&r->lock);
    return e;
}

static Err stage(Restores *r, char *why) {
    Path from, to;
    if (r->state.step != RESTORE_READY)
        return say(why, E_STATE, "restore", "no copy was checked");
    path_of(from, r->data, checked_name);
    path_of(to, r->data, staged_name);
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return say_errno(why, "the copy");
    Err e = fsync(fd) == 0 && rename(from, to) == 0 ? OK : say_errno(why, "the copy");
    close(fd);
    if (e)
        return e;
    sync_dir(r->data);
    r->state.step = RESTORE_STAGED;
    return OK;
}

Err restores_stage(Restores *r, char *why) {
    pthread_mutex_lock(&r->lock);
    Err e = stage(r, why);
    pthread_mutex_unlock(&r->lock);
    return e;
}

Err restores_drop(Restores *r, char *why) {
    Path staged;
    Err e = OK;
    path_of(staged, r->data, staged_name);
    pthread_mutex_lock(&r->lock);
    if (r->state.step == RESTORE_CHECKING) {
        e = say(why, E_STATE, "not now", "it is being checked");
    } else if (r->state.step == RESTORE_FETCHING) {
        r->progress.cancel = true;
    } else {
        shut(r);
        forget_words(r);
        restore_clear(r->data);
        forget_checked(r->data);
        unlink(staged);
        r->state = (RestoreState){.step = RESTORE_NONE};
    }
    pthread_mutex_unlock(&r->lock);
    return e;
}

void restores_state(Restores *r, RestoreState *out) {
    pthread_mutex_lock(&r->lock);
    *out = r->state;
    if (r->state.step == RESTORE_FETCHING)
        out->received = (int64_t)r->progress.bytes;
    pthread_mutex_unlock(&r->lock);
}

void restores_close(Restores *r) {
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    while (r->state.step == RESTORE_FETCHING) {
        r->progress.cancel = true;
        pthread_cond_wait(&r->fetched, &r->lock);
    }
    bool checking = r->state.step == RESTORE_CHECKING;
    r->closed = true; /* the check frees it then */
    if (!checking) {
        shut(r);
        forget_words(r);
    }
    pthread_mutex_unlock(&r->lock);
    if (checking)
        return;
    pthread_cond_destroy(&r->fetched);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
