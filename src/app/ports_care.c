/* What an admin does with the box itself: backups, a restore, the certificate. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/box.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "codec/hex.h"
#include "net/tls.h"

enum { SELF_SIGNED_DAYS = 397 };
#define SELF_SIGNED_LEFT_MS (30 * MS_DAY) /* before its end it is made anew */

/* ---- backups ---- */

/* The name is one that backup_name_parts knows, so it leads nowhere else. */
static void place_of(const Box *box, Str name, char out[2 * BACKUP_PATH_BYTES]) {
    snprintf(out, 2 * BACKUP_PATH_BYTES, "%s/%.*s", box->backup_config.dir, STR_ARG(name));
}

static BackupFact fact_of(const BackupItem *it, const char *mark) {
    return (BackupFact){it->name, it->at_ms, it->bytes, it->bucket, it->sealed, !backup_own(it, mark)};
}

static Err backups(void *ctx, Arena *a, BackupsFact *out) {
    Box *box = ctx;
    char mark[BACKUP_MARK_BYTES];
    const BackupConfig *cfg = &box->backup_config;
    BackupState now;
    BackupItem *items;
    size_t n;
    char why[BACKUP_WHY_BYTES] = "";
    backups_state(box->backups, &now);
    *out = (BackupsFact){.dir = str_c0(cfg->dir),
                         .bucket = cfg->s3.url,
                         .every_ms = cfg->every_ms,
                         .keep = cfg->keep,
                         .on = now.on,
                         .running = now.running,
                         .sealed = cfg->keys.passphrase.n || cfg->keys.public_key.n,
                         .bytes = (int64_t)now.bytes,
                         .last_ms = now.last_ms,
                         .failed_ms = now.failed_ms,
                         .why = arena_str(a, str_c0(now.why))};
    if (!now.on)
        return OK;
    Err e = backup_mark(box->store, a, mark);
    if (e)
        return e;
    e = backup_list(cfg, a, &items, &n, why);
    if (e) { /* the rest is worth knowing all the same */
        out->why = arena_str(a, str_c0(why));
        return e == E_NOMEM ? e : OK;
    }
    BackupFact *rows = ARENA_ARRAY(a, n + 1, BackupFact);
    if (!rows)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++)
        rows[i] = fact_of(&items[i], mark);
    out->items = rows;
    out->count = n;
    return OK;
}

static Err backup_now(void *ctx) { return backups_now(((Box *)ctx)->backups); }

static Err file_next(void *ctx, void *to, size_t cap, size_t *n) {
    ssize_t got;
    do
        got = read((int)(intptr_t)ctx, to, cap);
    while (got < 0 && errno == EINTR);
    *n = got > 0 ? (size_t)got : 0;
    return got < 0 ? E_IO : OK;
}
static void file_done(void *ctx) { close((int)(intptr_t)ctx); }

static Err backup_read(void *ctx, Str name, BackupBytes *out) {
    const Box *box = ctx;
    char path[2 * BACKUP_PATH_BYTES];
    int64_t at;
    Str mark;
    struct stat st;
    if (!*box->backup_config.dir || !backup_name_parts(name, &at, &mark))
        return E_MISSING;
    place_of(box, name, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? E_MISSING : E_IO;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return E_MISSING;
    }
    *out = (BackupBytes){file_next, file_done, (void *)(intptr_t)fd, (int64_t)st.st_size};
    return OK;
}

/* ---- restore ---- */

static Err told(Arena *a, Diag *d, Err e, const char *why) {
    if (e >= E_PROVIDER) /* what a client is not told */
        log_line(LOG_ERROR, "restore", "a backup could not be used", "error=%s", why);
    return e ? diag_fail(d, e, NULL, arena_str(a, str_c0(why))) : OK;
}

static Err restore(void *ctx, Arena *a, RestoreFact *out) {
    static const Str steps[] = {[RESTORE_NONE] = STR_INIT("none"),         [RESTORE_UPLOADING] = STR_INIT("uploading"),
                                [RESTORE_FETCHING] = STR_INIT("fetching"), [RESTORE_CHECKING] = STR_INIT("checking"),
                                [RESTORE_READY] = STR_INIT("ready"),       [RESTORE_REFUSED] = STR_INIT("refused"),
                                [RESTORE_STAGED] = STR_INIT("staged")};
    const Box *box = ctx;
    RestoreState s;
    restores_state(box->restores, &s);
    int64_t most = box->settings.now.upload_bytes;
    *out = (RestoreFact){.step = steps[s.step],
                         .why = arena_str(a, str_c0(s.why)),
                         .size = s.size,
                         .received = s.received,
                         .piece_bytes = most < RESTORE_PIECE_BYTES ? most : RESTORE_PIECE_BYTES,
                         .records = (int64_t)s.found.records,
                         .people = s.found.people,
                         .last_ms = s.found.last_ms};
    return OK;
}

/* What opens a sealed one: what the admin says, else what the settings have. */
static Str words_of(const Box *box, Str said) { return said.n ? said : box->backup_config.keys.passphrase; }

static Err restore_begin(void *ctx, Arena *a, Diag *d, int64_t bytes, Str passphrase) {
    const Box *box = ctx;
    char why[BACKUP_WHY_BYTES] = "";
    return told(a, d, restores_begin(box->restores, bytes, words_of(box, passphrase), why), why);
}

static Err backup_named(void *ctx, Arena *a, Diag *d, Str name, bool bucket, BackupFact *out) {
    const Box *box = ctx;
    char why[BACKUP_WHY_BYTES] = "";
    BackupItem it = {0};
    Err e = backup_find(&box->backup_config, a, name, bucket, &it, why);
    *out = fact_of(&it, "");
    if (e && e != E_MISSING && e != E_NOMEM) /* whatever the bucket has against the box */
        e = E_STATE;
    return told(a, d, e, why);
}

static Err restore_from(void *ctx, Arena *a, Diag *d, const BackupFact *from, Str passphrase) {
    const Box *box = ctx;
    char why[BACKUP_WHY_BYTES] = "";
    const BackupItem it = {
        .name = from->name, .at_ms = from->at_ms, .bytes = from->bytes, .bucket = from->bucket, .sealed = from->sealed};
    return told(a, d, restores_fetch(box->restores, &box->backup_config, &it, words_of(box, passphrase), why), why);
}

static Err restore_piece(void *ctx, Arena *a, Diag *d, int64_t at, Str bytes) {
    char why[BACKUP_WHY_BYTES] = "";
    return told(a, d, restores_piece(((Box *)ctx)->restores, at, bytes, why), why);
}

static Err restore_apply(void *ctx, Arena *a, Diag *d) {
    Box *box = ctx;
    char why[BACKUP_WHY_BYTES] = "";
    Err e = restores_stage(box->restores, why);
    if (e == OK) {
        box->again = true;
        pthread_kill(box->main_thread, SIGUSR2); /* it lets requests under way finish */
    }
    return told(a, d, e, why);
}

static Err restore_drop(void *ctx, Arena *a, Diag *d) {
    char why[BACKUP_WHY_BYTES] = "";
    return told(a, d, restores_drop(((Box *)ctx)->restores, why), why);
}

/* ---- the certificate ---- */

void box_uploaded_tls(const Box *box, char out[BOX_PATH_BYTES]) {
    snprintf(out, BOX_PATH_BYTES, "%.1000s/tls-uploaded.pem", box->options->data);
}

/* Whether a pair is there, is good, and stays so for a while. */
static bool lasts(const char *cert, const char *key) {
    TlsFacts facts;
    char why[TLS_WHY_BYTES];
    return tls_file_facts(cert, key, &facts, why) == OK && facts.to_ms > clock_now_ms() + SELF_SIGNED_LEFT_MS;
}

static void self_signed_files(const char *data, char cert[BOX_PATH_BYTES], char key[BOX_PATH_BYTES]) {
    snprintf(cert, BOX_PATH_BYTES, "%.1000s/tls-cert.pem", data);
    snprintf(key, BOX_PATH_BYTES, "%.1000s/tls-key.pem", data);
}

Err box_self_signed(const char *data, char cert[BOX_PATH_BYTES], char key[BOX_PATH_BYTES], char why[NET_WHY_BYTES]) {
    self_signed_files(data, cert, key);
    if (lasts(cert, key))
        return OK;
    Err e = tls_self_signed(cert, key, "localhost,gigbox.local,127.0.0.1", SELF_SIGNED_DAYS, clock_now_ms(), why);
    if (e == OK)
        log_line(LOG_INFO, "tls", "made a self-signed certificate", "file=%s", cert);
    return e;
}

Err box_reload_tls(Box *box, char why[NET_WHY_BYTES]) {
    pthread_mutex_lock(&box->tls_lock);
    Err e = http_reload_tls(box->http, why);
    pthread_mutex_unlock(&box->tls_lock);
    if (e)
        log_line(LOG_ERROR, "tls", "certificate not reloaded", "error=%s", why);
    else
        log_line(LOG_INFO, "tls", "certificate reloaded", "file=%s", box->tls_cert);
    return e;
}

void box_renew_self_signed(Box *box) {
    char cert[BOX_PATH_BYTES], key[BOX_PATH_BYTES], why[NET_WHY_BYTES] = "";
    self_signed_files(box->options->data, cert, key);
    pthread_mutex_lock(&box->tls_lock);
    bool old = strcmp(box->tls_cert, cert) == 0 && !lasts(cert, key);
    Err e = old ? box_self_signed(box->options->data, cert, key, why) : OK;
    pthread_mutex_unlock(&box->tls_lock);
    if (e)
        log_line(LOG_ERROR, "tls", "no new self-signed certificate", "error=%s", why);
    else if (old)
        (void)box_reload_tls(box, why);
}

static bool by_settings(const Settings *s) { return s->tls_cert.n && s->tls_key.n; }
/* Somebody else sees to it. */
static bool fixed(const Settings *s) { return by_settings(s) || s->acme_names.n; }

static Err certificate(void *ctx, Arena *a, CertificateFact *out) {
    Box *box = ctx;
    const Settings *s = &box->settings.now;
    TlsFacts facts;
    char why[TLS_WHY_BYTES] = "", uploaded[BOX_PATH_BYTES], acme[CERTS_PATH_BYTES];
    *out = (CertificateFact){.on = s->tls_listen.n > 0, .editable = s->tls_listen.n && !fixed(s)};
    if (!out->on)
        return OK;
    box_uploaded_tls(box, uploaded);
    certs_file(box->options->data, acme);
    pthread_mutex_lock(&box->tls_lock);
    Err e = tls_file_facts(box->tls_cert, box->tls_key, &facts, why);
    out->source = by_settings(s)                         ? S("settings")
                  : strcmp(box->tls_cert, acme) == 0     ? S("acme")
                  : strcmp(box->tls_cert, uploaded) == 0 ? S("uploaded")
                                                         : S("self-signed");
    pthread_mutex_unlock(&box->tls_lock);
    if (e) {
        out->why = arena_str(a, str_c0(why));
        return e == E_NOMEM ? e : OK;
    }
    char hex[2 * TLS_FINGERPRINT_BYTES];
    hex_put(hex, facts.fingerprint, sizeof facts.fingerprint);
    out->names = arena_str(a, str_c0(facts.names));
    out->key = facts.rsa ? S("RSA") : S("EC");
    out->fingerprint = arena_str(a, str_of(hex, sizeof hex));
    out->from_ms = facts.from_ms;
    out->to_ms = facts.to_ms;
    out->chain = (int64_t)facts.chain;
    return OK;
}

/* Chain and key go into one file, so that one rename changes both. Under the lock. */
static Err install(Box *box, Str chain, Str key, char why[TLS_WHY_BYTES]) {
    char fresh[BOX_PATH_BYTES + 8], file[BOX_PATH_BYTES];
    TlsFacts facts;
    box_uploaded_tls(box, file);
    snprintf(fresh, sizeof fresh, "%s.new", file);
    Err e = file_make(fresh, 0600, (Str[]){chain, S("\n"), key}, 3);
    if (e == OK)
        e = tls_file_facts(fresh, fresh, &facts, why);
    if (e == OK && rename(fresh, file) != 0)
        e = E_IO;
    if (e) {
        unlink(fresh);
        return e;
    }
    memcpy(box->tls_cert, file, sizeof file);
    memcpy(box->tls_key, file, sizeof file);
    return OK;
}

/* E_STATE with the reason when it is not an admin's to change. */
static Err changeable(const Settings *s, Diag *d) {
    if (!s->tls_listen.n)
        return diag_fail(d, E_STATE, NULL, S("HTTPS is off: set tls_listen where the box is started."));
    if (by_settings(s))
        return diag_fail(d, E_STATE, NULL, S("The certificate's files are named by the settings tls_cert and tls_key."));
    if (fixed(s))
        return diag_fail(d, E_STATE, NULL, S("The box gets its certificate by itself: the setting acme_names."));
    return OK;
}

static Err certificate_set(void *ctx, Arena *a, Diag *d, Str chain, Str key) {
    Box *box = ctx;
    char why[TLS_WHY_BYTES] = "", again[NET_WHY_BYTES];
    Err e = changeable(&box->settings.now, d);
    if (e)
        return e;
    pthread_mutex_lock(&box->tls_lock);
    e = install(box, chain, key, why);
    pthread_mutex_unlock(&box->tls_lock);
    if (e == E_INVALID) {
        const char *fault = strstr(why, ": "); /* behind the file's name */
        return diag_field(d, e, strstr(why, "key") ? S("key") : S("chain"), arena_str(a, str_c0(fault ? fault + 2 : why)));
    }
    return e ? e : box_reload_tls(box, again);
}

/* Back to the self-signed pair, which is known to be good before the uploaded file goes. Under the lock. */
static Err go_back(Box *box, Diag *d, char why[NET_WHY_BYTES]) {
    char uploaded[BOX_PATH_BYTES], cert[BOX_PATH_BYTES], key[BOX_PATH_BYTES];
    TlsFacts facts;
    box_uploaded_tls(box, uploaded);
    if (strcmp(box->tls_cert, uploaded) != 0)
        return diag_fail(d, E_STATE, NULL, S("The certificate is not an uploaded one."));
    Err e = box_self_signed(box->options->data, cert, key, why);
    if (e == OK)
        e = tls_file_facts(cert, key, &facts, why);
    if (e == OK && unlink(uploaded) != 0)
        e = E_IO;
    if (e)
        return e;
    memcpy(box->tls_cert, cert, sizeof cert);
    memcpy(box->tls_key, key, sizeof key);
    return OK;
}

static Err certificate_drop(void *ctx, Diag *d) {
    Box *box = ctx;
    char why[NET_WHY_BYTES] = "";
    Err e = changeable(&box->settings.now, d);
    if (e)
        return e;
    /* Without this setting the box would not start again with nothing uploaded. */
    if (!box->settings.now.tls_self_signed)
        return diag_fail(d, E_STATE, NULL,
                         S("There is no other certificate: set tls_self_signed = yes where the box is started."));
    pthread_mutex_lock(&box->tls_lock);
    e = go_back(box, d, why);
    pthread_mutex_unlock(&box->tls_lock);
    if (e && e != E_STATE)
        log_line(LOG_ERROR, "tls", "no way back to a self-signed certificate", "error=%s", why);
    return e ? e == E_INVALID ? E_IO : e : box_reload_tls(box, why);
}

void box_care_ports(Ports *p) {
    p->backups = backups;
    p->backup_now = backup_now;
    p->backup_read = backup_read;
    p->restore = restore;
    p->restore_begin = restore_begin;
    p->backup_named = backup_named;
    p->restore_from = restore_from;
    p->restore_piece = restore_piece;
    p->restore_apply = restore_apply;
    p->restore_drop = restore_drop;
    p->certificate = certificate;
    p->certificate_set = certificate_set;
    p->certificate_drop = certificate_drop;
}
