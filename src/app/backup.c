#include "app/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/box.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "codec/hex.h"
#include "codec/iso8601.h"
#include "crypto/hmac.h"
#include "crypto/seal.h"

enum { ITEMS_MAX = 4096, PIECE_BYTES = 4 * 1024 * 1024 };

static const Str name_head = STR_INIT("gigbox-"), name_tail = STR_INIT(".db"), name_sealed = STR_INIT(".db.sealed");
static const char unfinished[] = "backup.part";

static Err say(char *why, Err e, const char *what, const char *detail) {
    snprintf(why, BACKUP_WHY_BYTES, "%.160s: %.140s", what, detail);
    return e;
}

static Err say_errno(char *why, const char *what) {
    return say(why, errno == ENOSPC || errno == EDQUOT ? E_FULL : E_IO, what, strerror(errno));
}

void backup_config(const Settings *s, const char *data, Fetch fetch, BackupConfig *out) {
    *out = (BackupConfig){.data = data,
                          .keys = {s->backup_passphrase, s->backup_public_key, s->backup_private_key},
                          .prefix = s->backup_s3_prefix,
                          .every_ms = s->backup_every_ms,
                          .keep = s->backup_keep,
                          .s3 = {.fetch = fetch,
                                 .url = s->backup_s3_url,
                                 .region = s->backup_s3_region,
                                 .key_id = s->backup_s3_key_id,
                                 .secret = s->backup_s3_secret,
                                 .now_ms = clock_now_ms}};
    if (s->backup_dir.n)
        snprintf(out->dir, sizeof out->dir, "%s%s%.*s", s->backup_dir.p[0] == '/' ? "" : data,
                 s->backup_dir.p[0] == '/' ? "" : "/", STR_ARG(s->backup_dir));
}

/* ---- names ---- */

static void name_of(int64_t ms, bool sealed, const char *mark, char out[BACKUP_NAME_BYTES]) {
    Civil c = civil_of(ms, 0);
    Str tail = sealed ? name_sealed : name_tail;
    snprintf(out, BACKUP_NAME_BYTES, "gigbox-%04d%02d%02dT%02d%02d%02dZ-%s%.*s", c.year % 10000, c.month % 100, c.day % 100,
             c.hour % 100, c.minute % 100, c.second % 100, mark, STR_ARG(tail));
}

bool backup_name_parts(Str name, int64_t *ms, Str *mark) {
    enum { DIGITS = 16, MARK = BACKUP_MARK_BYTES - 1 }; /* 20260131T235959Z */
    char text[24];
    Str tail = str_from(name, name_head.n + DIGITS), t = str_slice(name, name_head.n, name_head.n + DIGITS);
    *mark = (Str){NULL, 0};
    if (tail.n > MARK && tail.p[0] == '-') {
        *mark = str_slice(tail, 1, 1 + MARK);
        tail = str_from(tail, 1 + MARK);
        for (size_t i = 0; i < MARK; i++)
            if (!memchr("0123456789abcdef", mark->p[i], 16))
                return false;
    }
    if (!str_starts(name, name_head) || t.n != DIGITS || !(str_eq(tail, name_tail) || str_eq(tail, name_sealed)) || t.p[8] != 'T')
        return false;
    snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.3s", t.p, t.p + 4, t.p + 6, t.p + 9, t.p + 11, t.p + 13);
    return iso_parse(str_c0(text), 0, ms);
}

Err backup_mark(Store *s, Arena *a, char mark[BACKUP_MARK_BYTES]) {
    uint8_t key[32], sum[SHA256_BYTES];
    Err e = box_key(s, a, key);
    if (e)
        return e;
    hmac_sha256(str_of(key, sizeof key), S("backup"), sum);
    secret_wipe(key, sizeof key);
    hex_put(mark, sum, BACKUP_MARK_BYTES / 2);
    mark[BACKUP_MARK_BYTES - 1] = 0;
    return OK;
}

static int by_name(const void *a, const void *b) {
    const BackupItem *x = a, *y = b;
    return x->bucket != y->bucket ? (int)x->bucket - (int)y->bucket : x->at_ms != y->at_ms ? (x->at_ms < y->at_ms ? -1 : 1) : 0;
}

static bool item_of(Str name, BackupItem *out) {
    *out = (BackupItem){.name = name, .sealed = str_ends(name, name_sealed)};
    return backup_name_parts(name, &out->at_ms, &out->mark);
}

static Err list_dir(const char *dir, Arena *a, BackupItem *items, size_t *n, char *why) {
    DIR *d = opendir(dir);
    if (!d)
        return errno == ENOENT ? OK : say_errno(why, dir);
    for (struct dirent *entry; *n < ITEMS_MAX && (entry = readdir(d));) {
        BackupItem *item = &items[*n];
        struct stat st;
        if (!item_of(arena_str(a, str_c0(entry->d_name)), item) ||
            fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
            continue;
        item->bytes = (int64_t)st.st_size;
        (*n)++;
    }
    closedir(d);
    return OK;
}

Err backup_list(const BackupConfig *cfg, Arena *a, BackupItem **items, size_t *n, char *why) {
    Err e = OK;
    *items = ARENA_ARRAY(a, ITEMS_MAX, BackupItem);
    *n = 0;
    if (!*items)
        return say(why, E_NOMEM, "memory", "none left");
    if (*cfg->dir)
        e = list_dir(cfg->dir, a, *items, n, why);
    if (e == OK && cfg->s3.url.n) {
        S3Object *objects;
        Str prefix = arena_printf(a, "%.*s%.*s", STR_ARG(cfg->prefix), STR_ARG(name_head));
        size_t count = 0;
        e = s3_list(&cfg->s3, a, prefix, &objects, &count, why);
        for (size_t i = 0; e == OK && i < count && *n < ITEMS_MAX; i++) {
            BackupItem *item = &(*items)[*n];
            if (!item_of(str_from(objects[i].key, cfg->prefix.n), item) || objects[i].bytes > INT64_MAX)
                continue;
            item->bucket = true;
            item->bytes = (int64_t)objects[i].bytes;
            (*n)++;
        }
    }
    qsort(*items, *n, sizeof **items, by_name);
    return e;
}

Err backup_find(const BackupConfig *cfg, Arena *a, Str name, bool bucket, BackupItem *out, char *why) {
    BackupConfig place = *cfg; /* the other place may be out of reach */
    BackupItem *items;
    size_t n;
    if (bucket)
        *place.dir = 0;
    else
        place.s3.url = (Str){NULL, 0};
    Err e = backup_list(&place, a, &items, &n, why);
    for (size_t i = 0; e == OK && i < n; i++) {
        *out = items[i];
        if (str_eq(items[i].name, name))
            return OK;
    }
    return e ? e : say(why, E_MISSING, bucket ? "the bucket" : "the directory", "has no backup of that name");
}

/* ---- one backup ---- */

static Err write_all(int fd, const uint8_t *p, size_t n, char *why) {
    return file_write(fd, str_of(p, n)) ? say_errno(why, "writing") : OK;
}

/* As many bytes as there are up to `n`; less only at the end. */
static Err read_full(int fd, uint8_t *p, size_t n, size_t *got, char *why) {
    *got = 0;
    while (*got < n) {
        ssize_t done = read(fd, p + *got, n - *got);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return say_errno(why, "reading");
        if (done == 0)
            break;
        *got += (size_t)done;
    }
    return OK;
}

typedef struct Source {
    Store *store;
    int fd;
    Err err;
} Source;

static void *source_main(void *arg) {
    Source *src = arg;
    src->err = store_backup(src->store, src->fd);
    close(src->fd);
    return NULL;
}

/* Chunk by chunk from a pipe to the target; one chunk is read ahead, since the last one is marked. */
static Err pump(int from, int to, Seal *seal, BackupProgress *p, uint8_t *chunks, char *why) {
    uint8_t *now = chunks, *next = chunks + SEAL_CHUNK_BYTES + SEAL_TAG_BYTES;
    size_t n, more = 0;
    Err e = seal ? write_all(to, seal->header, SEAL_HEADER_BYTES, why) : OK;
    if (e == OK)
        e = read_full(from, now, SEAL_CHUNK_BYTES, &n, why);
    for (bool last = false; e == OK && !last;) {
        if (p && p->cancel)
            return say(why, E_BUSY, "backup", "broken off");
        e = n == SEAL_CHUNK_BYTES ? read_full(from, next, SEAL_CHUNK_BYTES, &more, why) : OK;
        last = n < SEAL_CHUNK_BYTES || more == 0;
        if (e == OK && seal)
            e = seal_chunk(seal, now, n, last, now + n);
        if (e == OK)
            e = write_all(to, now, n + (seal ? SEAL_TAG_BYTES : 0), why);
        if (p)
            p->bytes += n;
        uint8_t *t = now;
        now = next;
        next = t;
        n = more;
        more = 0;
    }
    return e;
}

static bool sealed(const BackupKeys *k) { return k->public_key.n || k->passphrase.n; }

Err backup_write(Store *s, int fd, const BackupKeys *keys, BackupProgress *p, char *why) {
    Seal seal;
    int ends[2];
    pthread_t thread;
    Source src = {.store = s};
    Err e = keys->public_key.n   ? seal_begin_to(&seal, keys->public_key)
            : keys->passphrase.n ? seal_begin(&seal, keys->passphrase)
                                 : OK;
    if (e)
        return say(why, e, keys->public_key.n ? "the public key cannot be used" : "the passphrase cannot be used", err_name(e));
    uint8_t *chunks = malloc(2 * (size_t)(SEAL_CHUNK_BYTES + SEAL_TAG_BYTES));
    if (!chunks)
        return say(why, E_NOMEM, "memory", "none left");
    if (pipe2(ends, O_CLOEXEC) != 0) {
        free(chunks);
        return say_errno(why, "pipe");
    }
    src.fd = ends[1];
    if (pthread_create(&thread, NULL, source_main, &src) != 0) {
        close(ends[1]);
        e = say(why, E_NOMEM, "memory", "no thread to be had");
    } else {
        e = pump(ends[0], fd, sealed(keys) ? &seal : NULL, p, chunks, why);
        close(ends[0]); /* one that was broken off ends here */
        ends[0] = -1;
        pthread_join(thread, NULL);
        if (e == OK && src.err)
            e = say(why, src.err, "reading the data file", err_name(src.err));
    }
    if (ends[0] >= 0)
        close(ends[0]);
    free(chunks);
    secret_wipe(&seal, sizeof seal);
    return e;
}

static void sync_parent(const char *path) {
    char dir[BACKUP_PATH_BYTES + 64];
    const char *slash = strrchr(path, '/');
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

Err backup_file(Store *s, const char *path, const BackupKeys *keys, BackupProgress *p, char *why) {
    char part[BACKUP_PATH_BYTES + 128];
    int n = snprintf(part, sizeof part, "%s.part", path);
    if (n < 0 || (size_t)n >= sizeof part)
        return say(why, E_TOO_LARGE, path, "too long a name");
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return say_errno(why, part);
    Err e = backup_write(s, fd, keys, p, why);
    if (e == OK && fsync(fd) != 0)
        e = say_errno(why, part);
    close(fd);
    if (e == OK && rename(part, path) != 0)
        e = say_errno(why, path);
    if (e)
        unlink(part);
    else
        sync_parent(path);
    return e;
}

static Err upload(const BackupConfig *cfg, Arena *a, const char *path, const char *name, char *why) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0)
            close(fd);
        return say_errno(why, path);
    }
    Err e = OK;
    void *map = MAP_FAILED;
    if ((uint64_t)st.st_size > SIZE_MAX / 2)
        e = say(why, E_TOO_LARGE, path, "too large for this machine to upload");
    else if ((map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0)) == MAP_FAILED)
        e = say_errno(why, path);
    else
        e = s3_put(&cfg->s3, a, arena_printf(a, "%.*s%s", STR_ARG(cfg->prefix), name), str_of(map, (size_t)st.st_size), why);
    if (map != MAP_FAILED)
        munmap(map, (size_t)st.st_size);
    close(fd);
    return e;
}

/* Beyond the newest `keep` of each place. */
/* What another box made is not ours to count or delete: this one may be the new card that is to get it back. */
static Err retain(const BackupConfig *cfg, Arena *a, const char *mark, char *why) {
    BackupItem *items;
    size_t n, count[2] = {0};
    Err e = backup_list(cfg, a, &items, &n, why);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        count[items[i].bucket] += backup_own(&items[i], mark);
    for (size_t i = 0; e == OK && i < n; i++) {
        const BackupItem *it = &items[i];
        char path[2 * BACKUP_PATH_BYTES];
        if (!backup_own(it, mark) || (int64_t)count[it->bucket] <= cfg->keep)
            continue;
        count[it->bucket]--;
        if (it->bucket) {
            e = s3_delete(&cfg->s3, a, arena_printf(a, "%.*s%.*s", STR_ARG(cfg->prefix), STR_ARG(it->name)), why);
        } else {
            snprintf(path, sizeof path, "%s/%.*s", cfg->dir, STR_ARG(it->name));
            e = unlink(path) == 0 ? OK : say_errno(why, path);
        }
        if (e == OK)
            log_line(LOG_INFO, "backup", "an old backup was deleted", "name=%.*s", STR_ARG(it->name));
    }
    return e;
}

Err backup_run(Store *s, const BackupConfig *cfg, Arena *a, BackupProgress *p, char name[BACKUP_NAME_BYTES], char *why) {
    char path[2 * BACKUP_PATH_BYTES], mark[BACKUP_MARK_BYTES];
    bool bucket = cfg->s3.url.n > 0;
    if (!*cfg->dir && !bucket)
        return say(why, E_STATE, "no place for backups", "set backup_dir or backup_s3_url");
    Err e = backup_mark(s, a, mark);
    if (e)
        return say(why, e, "the data file", err_name(e));
    name_of(clock_now_ms(), sealed(&cfg->keys), mark, name);
    if (*cfg->dir) {
        mkdir(cfg->dir, 0700);
        snprintf(path, sizeof path, "%s/%s", cfg->dir, name);
    } else {
        snprintf(path, sizeof path, "%s/%s", cfg->data, unfinished);
    }
    e = backup_file(s, path, &cfg->keys, p, why);
    if (e == OK && bucket)
        e = upload(cfg, a, path, name, why);
    if (!*cfg->dir)
        unlink(path);
    return e ? e : retain(cfg, a, mark, why);
}

/* ---- one of the list ---- */

typedef struct Fetching {
    const BackupConfig *cfg;
    const BackupItem *item;
    Str key; /* in the bucket */
    int fd;  /* in the directory */
} Fetching;

/* The bytes from `at` on, as many as come at once, in the arena; *total is how long it is now. */
static Err next_piece(const Fetching *f, Arena *a, uint64_t at, Str *piece, uint64_t *total, char *why) {
    if (f->item->bucket)
        return s3_read(&f->cfg->s3, a, f->key, at, PIECE_BYTES, piece, total, why);
    struct stat st;
    size_t n;
    uint8_t *to = arena_raw(a, PIECE_BYTES);
    if (!to)
        return say(why, E_NOMEM, "memory", "none left");
    if (fstat(f->fd, &st) != 0)
        return say_errno(why, "reading");
    Err e = read_full(f->fd, to, PIECE_BYTES, &n, why);
    *piece = str_of(to, n);
    *total = (uint64_t)st.st_size;
    return e;
}

static Err fetch_pieces(const Fetching *f, int to, BackupProgress *p, char *why) {
    Arena a;
    uint64_t at = 0, length = (uint64_t)f->item->bytes, total = 0;
    Err e = OK;
    arena_init(&a, BACKUP_ARENA_BYTES);
    do {
        Str piece = {0};
        e = p && p->cancel ? say(why, E_BUSY, "the backup", "broken off") : next_piece(f, &a, at, &piece, &total, why);
        if (e == OK && !length)
            length = total;
        if (e == OK && (total != length || !piece.n || piece.n > length - at))
            e = say(why, E_CORRUPT, "the backup", "is not as long as it was listed, or changes while it is read");
        if (e == OK)
            e = write_all(to, (const uint8_t *)piece.p, piece.n, why);
        at += e ? 0 : piece.n;
        if (p)
            p->bytes = at;
        arena_reset(&a);
    } while (e == OK && at < length);
    arena_free(&a);
    return e;
}

Err backup_fetch(const BackupConfig *cfg, const BackupItem *item, int to, BackupProgress *p, char *why) {
    char path[2 * BACKUP_PATH_BYTES], key[S3_KEY_BYTES_MAX + BACKUP_NAME_BYTES];
    Fetching f = {.cfg = cfg, .item = item, .fd = -1};
    int n = snprintf(key, sizeof key, "%.*s%.*s", STR_ARG(cfg->prefix), STR_ARG(item->name));
    if (n < 0 || (size_t)n >= sizeof key)
        return say(why, E_TOO_LARGE, "the backup's name", "too long");
    f.key = str_of(key, (size_t)n);
    snprintf(path, sizeof path, "%s/%.*s", cfg->dir, STR_ARG(item->name));
    if (!item->bucket && (f.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
        return errno == ENOENT ? say(why, E_MISSING, "the backup", "is gone") : say_errno(why, "the backup");
    Err e = fetch_pieces(&f, to, p, why);
    if (f.fd >= 0)
        close(f.fd);
    return e;
}

/* ---- opening one ---- */

static Err unseal(int in, int out, Seal *seal, uint8_t *chunks, char *why) {
    enum { WHOLE = SEAL_CHUNK_BYTES + SEAL_TAG_BYTES };
    uint8_t *now = chunks, *next = chunks + WHOLE;
    size_t n, more = 0;
    Err e = read_full(in, now, WHOLE, &n, why);
    for (bool last = false; e == OK && !last;) {
        e = n == WHOLE ? read_full(in, next, WHOLE, &more, why) : OK;
        last = n < WHOLE || more == 0;
        if (e == OK && (n < SEAL_TAG_BYTES || seal_unchunk(seal, now, n - SEAL_TAG_BYTES, last, now + n - SEAL_TAG_BYTES) != OK))
            e = say(why, E_UNAUTHORIZED, "the backup cannot be opened", "wrong passphrase or key, or it was changed or cut off");
        if (e == OK)
            e = write_all(out, now, n - SEAL_TAG_BYTES, why);
        uint8_t *t = now;
        now = next;
        next = t;
        n = more;
        more = 0;
    }
    return e;
}

/* What opens a stream with this header. */
static Err seal_key_for(Seal *seal, const uint8_t *head, const BackupKeys *keys, char *why) {
    bool key = seal_wants_key(head);
    if (key && !keys->private_key.n)
        return say(why, E_INVALID, "the backup is sealed to a key",
                   "give the private key's file by --key, or set backup_private_key_file");
    if (!key && !keys->passphrase.n)
        return say(why, E_INVALID, "the backup is sealed", "set backup_passphrase or backup_passphrase_file");
    Err e = key ? seal_open_with(seal, head, keys->private_key) : seal_open(seal, head, keys->passphrase);
    return e ? say(why, e, "the backup cannot be opened", err_name(e)) : OK;
}

Err backup_open(int in, int out, const BackupKeys *keys, char *why) {
    Seal seal;
    uint8_t head[SEAL_HEADER_BYTES];
    size_t n;
    uint8_t *chunks = malloc(2 * (size_t)(SEAL_CHUNK_BYTES + SEAL_TAG_BYTES));
    if (!chunks)
        return say(why, E_NOMEM, "memory", "none left");
    Err e = read_full(in, head, sizeof head, &n, why);
    if (e == OK && !seal_is(str_of(head, n))) {
        e = write_all(out, head, n, why);
        while (e == OK && n) {
            e = read_full(in, chunks, SEAL_CHUNK_BYTES, &n, why);
            if (e == OK)
                e = write_all(out, chunks, n, why);
        }
    } else if (e == OK) {
        e = n == sizeof head ? seal_key_for(&seal, head, keys, why) : say(why, E_SYNTAX, "the backup", "is cut off");
        if (e == OK)
            e = unseal(in, out, &seal, chunks, why);
        secret_wipe(&seal, sizeof seal);
    }
    free(chunks);
    return e;
}
