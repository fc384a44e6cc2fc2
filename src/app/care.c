/* The commands that look after a data directory: config, check, backup, restore, healthcheck. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/box.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/check.h"

enum { CARE_PRINT_BYTES_MAX = 256 * 1024, CARE_COPY_BYTES = 64 * 1024, CARE_PATH_BYTES = 4096 };

static int print(const Buf *b) {
    size_t done = 0;
    while (done < b->n) {
        ssize_t n = write(STDOUT_FILENO, b->p + done, b->n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return EXIT_FAULTS;
        done += (size_t)n;
    }
    return b->err ? EXIT_FAULTS : EXIT_OK;
}

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
static int check_dir(const char *dir, Arena *a, bool quiet) {
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
    else if (faults || !quiet)
        printf("%llu faults\n", (unsigned long long)faults);
    return e || faults ? EXIT_FAULTS : EXIT_OK;
}

int command_check(const Options *o) { return check_dir(o->data, o->arena, false); }

int command_backup(const Options *o) {
    bool to_stdout = strcmp(o->args[0], "-") == 0;
    /* A half-written backup must never look like one: it gets its name when it is complete and on disk. */
    char part[CARE_PATH_BYTES];
    int n = snprintf(part, sizeof part, "%s.part", o->args[0]);
    if (n < 0 || (size_t)n >= sizeof part)
        return EXIT_USAGE;
    Store *s = box_open_beside(o->data, o->arena);
    if (!s)
        return EXIT_UNUSABLE;
    int fd = to_stdout ? STDOUT_FILENO : open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    Err e = fd < 0 ? E_IO : store_backup(s, fd);
    store_close(s);
    if (!to_stdout && fd >= 0) {
        if (e == OK && fsync(fd) != 0)
            e = E_IO;
        close(fd);
        if (e == OK && rename(part, o->args[0]) != 0)
            e = E_IO;
        if (e)
            unlink(part);
    }
    if (e)
        fprintf(stderr, "gigbox: backup failed: %s%s%s\n", err_name(e), errno ? ": " : "", errno ? strerror(errno) : "");
    return e ? EXIT_FAULTS : EXIT_OK;
}

static Err copy_file(const char *from, const char *to) {
    char block[CARE_COPY_BYTES];
    Err e = OK;
    int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
    if (in >= 0)
        out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (in < 0 || out < 0)
        e = E_IO;
    while (e == OK) {
        ssize_t n = read(in, block, sizeof block);
        if (n == 0)
            break;
        if (n < 0 || write(out, block, (size_t)n) != n)
            e = n < 0 && errno == EINTR ? OK : E_IO;
    }
    if (e == OK && fsync(out) != 0)
        e = E_IO;
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
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
    char trial[CARE_PATH_BYTES - 64], file[CARE_PATH_BYTES], old[CARE_PATH_BYTES], now[CARE_PATH_BYTES];
    int n = snprintf(trial, sizeof trial, "%s/restore.tmp", o->data);
    if (n < 0 || (size_t)n >= sizeof trial)
        return EXIT_USAGE;
    snprintf(file, sizeof file, "%s/gigbox.db", trial);
    snprintf(now, sizeof now, "%.*s/gigbox.db", CARE_PATH_BYTES - 32, o->data);
    snprintf(old, sizeof old, "%.*s/gigbox.db.before-restore-%lld", CARE_PATH_BYTES - 64, o->data,
             (long long)(clock_now_ms() / 1000));
    mkdir(o->data, 0700);
    if (!lock_dir(o->data)) {
        fprintf(stderr, "gigbox: %s cannot be locked: stop the box that is running on it first\n", o->data);
        return EXIT_UNUSABLE;
    }
    mkdir(trial, 0700);
    int code = EXIT_OK;
    if (copy_file(o->args[0], file) != OK) {
        fprintf(stderr, "gigbox: cannot copy %s: %s\n", o->args[0], strerror(errno));
        code = EXIT_FAULTS;
    }
    if (code == EXIT_OK)
        code = check_dir(trial, o->arena, true);
    if (code == EXIT_OK && access(now, F_OK) == 0 && rename(now, old) != 0)
        code = EXIT_FAULTS;
    if (code == EXIT_OK && rename(file, now) != 0)
        code = EXIT_FAULTS;
    unlink(file);
    snprintf(file, sizeof file, "%s/gigbox.db-lock", trial);
    unlink(file);
    rmdir(trial);
    puts(code == EXIT_OK ? "restored" : "not restored; nothing was changed");
    return code;
}
