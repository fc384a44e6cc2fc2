/* The commands that look after a data directory: config, check, backup, backups, restore. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/backup.h"
#include "app/box.h"
#include "app/restore.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "crypto/hmac.h"
#include "crypto/seal.h"
#include "domain/check.h"

/* The embedded CA bundle. */
extern const unsigned char data_ca_bundle_pem[];
extern const unsigned data_ca_bundle_pem_size;

enum { CARE_PRINT_BYTES_MAX = 256 * 1024, CARE_PATH_BYTES = 4096 };

static int print(const Buf *b) { return file_write(STDOUT_FILENO, str_of(b->p, b->n)) || b->err ? EXIT_FAULTS : EXIT_OK; }

static bool has_data(const char *dir) {
    char file[CARE_PATH_BYTES];
    int n = snprintf(file, sizeof file, "%s/gigbox.db", dir);
    return n > 0 && (size_t)n < sizeof file && access(file, R_OK) == 0;
}

int command_config(const Options *o) {
    SettingsLoad *l = ARENA_NEW(o->arena, SettingsLoad);
    int code = command_settings(o, l);
    if (code)
        return code;
    if (o->data && has_data(o->data)) {
        Store *s = box_open_beside(o->data, o->arena);
        if (s)
            live_overlay(s, l, o->arena);
        store_close(s);
    }
    Buf out = buf_arena(o->arena, CARE_PRINT_BYTES_MAX);
    settings_print(l, o->docs, &out);
    return print(&out);
}

Store *box_open_beside(const char *dir, Arena *a) {
    Str why = {0};
    Err e = OK;
    const Record **records = ARENA_ARRAY(a, BOX_RECORDS_MAX, const Record *);
    if (!records)
        return NULL;
    StoreConfig cfg = {
        .dir = dir, .records = records, .record_count = box_records(records), .read_only = true, .now_ms = clock_now_ms};
    Store *s = store_open(&cfg, a, &why, &e);
    if (!s)
        fprintf(stderr, "gigbox: %s: %.*s (%s)\n", dir, STR_ARG(why), err_name(e));
    return s;
}

static void say_fault(void *ctx, Str line) {
    (void)ctx;
    printf("%.*s\n", STR_ARG(line));
}

/* Store and domain checks of one directory; prints each fault. */
static int check_dir(const char *dir, Arena *a) {
    Store *s = box_open_beside(dir, a);
    uint64_t faults = 0, more = 0;
    if (!s)
        return EXIT_UNUSABLE;
    Tx *tx;
    Err e = store_check(s, say_fault, NULL, &faults);
    if (e == OK && (e = store_read(s, a, &tx)) == OK) {
        e = domain_check(tx, a, say_fault, NULL, &more);
        store_read_end(tx);
    }
    store_close(s);
    faults += more;
    if (e)
        fprintf(stderr, "gigbox: check stopped: %s\n", err_name(e));
    else
        printf("%llu faults\n", (unsigned long long)faults);
    return e || faults ? EXIT_FAULTS : EXIT_OK;
}

int command_check(const Options *o) { return check_dir(o->data, o->arena); }

/* Settings and outbound calls for the commands about backups; the pool is closed by the caller. */
static int backup_setup(const Options *o, BackupConfig *cfg, FetchPool **pool) {
    SettingsLoad *l = ARENA_NEW(o->arena, SettingsLoad);
    int code = l ? command_settings(o, l) : EXIT_UNUSABLE;
    if (code == EXIT_OK && fetch_open(str_of(data_ca_bundle_pem, data_ca_bundle_pem_size), pool) != OK)
        code = EXIT_FAULTS;
    if (code == EXIT_OK)
        backup_config(&l->now, o->data, fetch_seam(*pool), cfg);
    return code;
}

static void backup_teardown(FetchPool *pool) {
    if (pool)
        fetch_stop(pool);
    fetch_close(pool);
}

int command_backup(const Options *o) {
    BackupConfig cfg;
    FetchPool *pool = NULL;
    char name[BACKUP_NAME_BYTES], why[BACKUP_WHY_BYTES] = "";
    int code = backup_setup(o, &cfg, &pool);
    if (code)
        return code;
    Store *s = box_open_beside(o->data, o->arena);
    if (s) {
        const char *to = o->arg_count ? o->args[0] : NULL;
        Err e = !to                    ? backup_run(s, &cfg, o->arena, NULL, name, why)
                : strcmp(to, "-") == 0 ? backup_write(s, STDOUT_FILENO, &cfg.keys, NULL, why)
                                       : backup_file(s, to, &cfg.keys, NULL, why);
        store_close(s);
        if (e)
            fprintf(stderr, "gigbox: backup failed: %s\n", why);
        else if (!to)
            puts(name);
        code = e ? EXIT_FAULTS : EXIT_OK;
    } else {
        code = EXIT_UNUSABLE;
    }
    backup_teardown(pool);
    return code;
}

/* The private key goes to a new file or, for `-`, to standard output; what the box gets is printed behind it. */
int command_backup_key(const Options *o) {
    char public_key[SEAL_KEY_CHARS], line[SEAL_KEY_CHARS + 1];
    bool pipe = strcmp(o->args[0], "-") == 0;
    int fd = pipe ? STDOUT_FILENO : open(o->args[0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        fprintf(stderr, "gigbox: %s: %s\n", o->args[0], strerror(errno));
        return EXIT_FAULTS;
    }
    seal_pair(public_key, line);
    line[SEAL_KEY_CHARS] = '\n';
    bool good = write(fd, line, sizeof line) == sizeof line && (pipe || fsync(fd) == 0);
    secret_wipe(line, sizeof line);
    if (!pipe)
        close(fd);
    if (!good) {
        fprintf(stderr, "gigbox: %s: the key could not be written\n", o->args[0]);
        if (!pipe)
            unlink(o->args[0]);
        return EXIT_FAULTS;
    }
    printf("backup_public_key = %.*s\n", SEAL_KEY_CHARS, public_key);
    return EXIT_OK;
}

int command_backups(const Options *o) {
    BackupConfig cfg;
    FetchPool *pool = NULL;
    BackupItem *items;
    size_t n;
    char why[BACKUP_WHY_BYTES] = "";
    int code = backup_setup(o, &cfg, &pool);
    if (code)
        return code;
    Err e = backup_list(&cfg, o->arena, &items, &n, why);
    for (size_t i = 0; e == OK && i < n; i++)
        if (items[i].bucket)
            printf("s3:%.*s\n", STR_ARG(items[i].name));
        else
            printf("%s/%.*s\n", cfg.dir, STR_ARG(items[i].name));
    if (e)
        fprintf(stderr, "gigbox: %s\n", why);
    backup_teardown(pool);
    return e ? EXIT_FAULTS : EXIT_OK;
}

/* Brings what `from` names (a file, - for standard input, s3:NAME) to `to`, opened when it was sealed. What comes from a bucket
 * is put down as it is first. */
static Err fetch_copy(const Options *o, const char *from, const char *to, char *why) {
    BackupConfig cfg;
    FetchPool *pool = NULL;
    char raw[CARE_PATH_BYTES];
    Err e = OK;
    int in = -1, out = -1;
    bool bucket = strncmp(from, "s3:", 3) == 0;
    snprintf(raw, sizeof raw, "%.*s.raw", CARE_PATH_BYTES - 8, to);
    if (backup_setup(o, &cfg, &pool) != EXIT_OK) {
        snprintf(why, BACKUP_WHY_BYTES, "the settings cannot be used");
        return E_INVALID;
    }
    if (bucket) {
        in = open(raw, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        e = in < 0 ? E_IO : backup_fetch(&cfg, &(BackupItem){.name = str_c0(from + 3), .bucket = true}, in, NULL, why);
        if (e == OK && lseek(in, 0, SEEK_SET) != 0)
            e = E_IO;
    } else {
        in = strcmp(from, "-") == 0 ? dup(STDIN_FILENO) : open(from, O_RDONLY | O_CLOEXEC);
        if (in < 0)
            e = E_IO;
    }
    if (e == OK) {
        out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        e = out < 0 ? E_IO : backup_open(in, out, &cfg.keys, why);
    }
    if (e == OK && fsync(out) != 0)
        e = E_IO;
    if (e && !*why)
        snprintf(why, BACKUP_WHY_BYTES, "%s: %s", from, strerror(errno));
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    backup_teardown(pool);
    return e;
}

/* The lock that a serving box holds on its directory (store_open), kept until the program ends; false while a box has it: it
 * would go on writing to the file that was put aside. */
static bool lock_dir(const char *dir) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* The copy is checked where it will be used, under another name, before anything that exists is touched. */
int command_restore(const Options *o) {
    char trial[CARE_PATH_BYTES - 64], file[CARE_PATH_BYTES], why[BACKUP_WHY_BYTES] = "";
    RestoreFound found = {0};
    int n = snprintf(trial, sizeof trial, "%s/restore.tmp", o->data);
    if (n < 0 || (size_t)n >= sizeof trial)
        return EXIT_USAGE;
    snprintf(file, sizeof file, "%s/gigbox.db", trial);
    mkdir(o->data, 0700);
    if (!lock_dir(o->data)) {
        fprintf(stderr, "gigbox: %s cannot be locked: stop the box that is running on it first\n", o->data);
        return EXIT_UNUSABLE;
    }
    restore_clear(o->data);
    mkdir(trial, 0700);
    int code = EXIT_OK;
    if (fetch_copy(o, o->args[0], file, why) != OK) {
        fprintf(stderr, "gigbox: cannot restore from %s: %s\n", o->args[0], why);
        code = EXIT_FAULTS;
    }
    if (code == EXIT_OK) {
        Err e = restore_verify(trial, o->arena, say_fault, NULL, &found, why);
        if (e == OK)
            e = restore_place(o->data, file, why);
        if (e)
            fprintf(stderr, "gigbox: %s\n", why);
        code = e == OK ? EXIT_OK : found.faults ? EXIT_FAULTS : EXIT_UNUSABLE;
    }
    restore_clear(o->data);
    puts(code == EXIT_OK ? "restored" : "not restored; nothing was changed");
    return code;
}
