/* Backups, a restore, the certificate: the box in its admin's hands. */
#include "codec/iso8601.h"
#include "contract/campus/admin.h"
#include "domain/audit.h"
#include "domain/row.h"

/* ---- the audit log of what has no record of its own ---- */

typedef struct Note {
    Str act, detail;
} Note;
static Err note_write(Exchange *x, Call *c, void *arg) {
    (void)x;
    const Note *n = arg;
    Err e = call_admin(c);
    return e ? e : audit_add(c, n->act, S("box"), 0, n->detail);
}
static Err note(Exchange *x, Str act, Str detail) { return exchange_write(x, note_write, &(Note){act, detail}); }

static void as_download(Exchange *x, Str name) {
    reply_header(x->reply, "Content-Disposition", arena_printf(x->arena, "attachment; filename=\"%.*s\"", STR_ARG(name)));
    reply_header(x->reply, "Cache-Control", S("no-store"));
    x->reply->content_type = S("application/octet-stream");
}

/* ---- backups ---- */

static bool backup_bytes(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = ((const BackupFact *)row)->bytes;
    return out->i > 0;
}
VIEW(admin_backup_view, BackupFact, "Backup", "One of the backups.", SHOW("name", W_STR, BackupFact, name, "Of its file."),
     SHOW("at", W_TIME, BackupFact, at_ms, "When it was made."),
     SHOW_GET("bytes", W_INT, backup_bytes, "How large it is; null when that is not known.", .optional = true),
     SHOW("inBucket", W_BOOL, BackupFact, bucket, "In the bucket; else in the directory, and can be downloaded here."),
     SHOW("sealed", W_BOOL, BackupFact, sealed, "Closed with a passphrase or to a key."),
     SHOW("foreign", W_BOOL, BackupFact, foreign, "Made by another marketplace, which this one never deletes."));

static bool backups_hours(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = ((const BackupsFact *)row)->every_ms / MS_HOUR;
    return true;
}
_Static_assert(offsetof(BackupsFact, items) == 0 && offsetof(BackupsFact, count) == offsetof(Rows, count), "as Rows");
VIEW(admin_backups_view, BackupsFact, "Backups", "How backups are doing.",
     {KEY_OF("backups"), .type = W_ROWS, .offset = 0, .size = sizeof(Rows), .view = &admin_backup_view,
      .doc = "Oldest first, those of the directory before those of the bucket."},
     SHOW("on", W_BOOL, BackupsFact, on, "There is a place for them: backup_dir or backup_s3_url is set."),
     SHOW("directory", W_STR, BackupsFact, dir, "Where they go.", .empty = EMPTY_NULL),
     SHOW("bucket", W_STR, BackupsFact, bucket, "Where they go too.", .empty = EMPTY_NULL),
     SHOW_GET("everyHours", W_INT, backups_hours, "How often; 0: only when asked for."),
     SHOW("keep", W_INT, BackupsFact, keep, "How many are kept in each place."),
     SHOW("sealed", W_BOOL, BackupsFact, sealed, "New ones are closed with the passphrase or the public key of the settings."),
     SHOW("running", W_BOOL, BackupsFact, running, "One is under way."),
     SHOW("bytes", W_INT, BackupsFact, bytes, "Written of it so far; else of the last one since start."),
     SHOW("lastAt", W_TIME, BackupsFact, last_ms, "When the newest one was made, as far as is known.", .empty = EMPTY_NULL),
     SHOW("failedAt", W_TIME, BackupsFact, failed_ms, "When one failed after it.", .empty = EMPTY_NULL),
     SHOW("error", W_STR, BackupsFact, why, "Why it failed, or why they cannot be listed.", .empty = EMPTY_NULL));

static Err backups_shown(Exchange *x) {
    BackupsFact out;
    if (!x->ports->backups)
        return E_PROVIDER;
    Err e = x->ports->backups(x->ports->ctx, x->arena, &out);
    return e ? e : exchange_render_as(x, NULL, x->route->status ? x->route->status : 200, &admin_backups_view, &out);
}

static Err backup_start(Exchange *x) {
    Err e = x->ports->backup_now ? note(x, S("backup.start"), S("")) : E_PROVIDER;
    if (!e)
        e = x->ports->backup_now(x->ports->ctx);
    if (e == E_STATE)
        return diag_fail(&x->diag, e, NULL, S("There is no place for backups: set backup_dir or backup_s3_url."));
    return e ? e : backups_shown(x);
}

typedef struct BackupIn {
    Str name;
} BackupIn;
INPUTS(admin_backup_in, BackupIn,
       INPUT("name", IN_PATH, W_STR, BackupIn, name, NO_HAS, "Of its file.", .flags = IN_REQUIRED, .max = 60));

static Err backup_kept(Exchange *x) {
    const BackupIn *in = x->in;
    BackupBytes b;
    Err e = x->ports->backup_read ? x->ports->backup_read(x->ports->ctx, in->name, &b) : E_PROVIDER;
    if (e)
        return e;
    e = note(x, S("backup.download"), in->name);
    if (e) {
        b.done(b.ctx);
        return e;
    }
    as_download(x, in->name);
    x->reply->stream = b.next;
    x->reply->done = b.done;
    x->reply->stream_ctx = b.ctx;
    x->reply->length = b.bytes;
    return OK;
}

static Err backup(Exchange *x) {
    StoreCopy *copy;
    Err e = note(x, S("backup.download"), S(""));
    if (!e)
        e = store_copy_open(engine_store(x->engine), &copy);
    if (e)
        return e;
    char date[ISO_CHARS_MAX];
    size_t n = iso_put(date, x->now_ms + x->cfg->tz_minutes * MS_MINUTE, ISO_DATE);
    as_download(x, arena_printf(x->arena, "gigbox-%.*s.db", (int)n, date));
    x->reply->stream = store_copy_next;
    x->reply->done = store_copy_close;
    x->reply->stream_ctx = copy;
    x->reply->length = -1;
    return OK;
}

/* ---- restore ---- */

VIEW(admin_restore_view, RestoreFact, "Restore", "A backup that is to take the data file's place.",
     SHOW("step", W_STR, RestoreFact, step,
          "none; uploading; fetching: from where backups are; checking; ready: whole and good; refused: not; staged: it takes "
          "its place when the box starts again."),
     SHOW("bytes", W_INT, RestoreFact, size, "How large it is."),
     SHOW("received", W_INT, RestoreFact, received, "How much of it has come: the next piece begins here."),
     SHOW("pieceBytes", W_INT, RestoreFact, piece_bytes, "How large a piece may be."),
     SHOW("error", W_STR, RestoreFact, why, "Why it was refused.", .empty = EMPTY_NULL),
     SHOW("records", W_INT, RestoreFact, records, "Records in it.", .empty = EMPTY_NULL),
     SHOW("people", W_INT, RestoreFact, people, "Accounts ever made in it.", .empty = EMPTY_NULL),
     SHOW("lastEventAt", W_TIME, RestoreFact, last_ms, "When the last thing happened in it.", .empty = EMPTY_NULL));

typedef struct RestoreIn {
    int64_t bytes;
    Str passphrase;
} RestoreIn;
INPUTS(admin_restore_in, RestoreIn,
       INPUT("bytes", IN_BODY, W_INT, RestoreIn, bytes, NO_HAS, "How large the file is.", .flags = IN_REQUIRED, .min = 1,
             .max = INT64_C(1) << 40),
       INPUT("passphrase", IN_BODY, W_STR, RestoreIn, passphrase, NO_HAS,
             "Of a sealed one, or its private key; that of the settings when it is not said.", .flags = IN_SECRET, .max = 1000));
typedef struct PieceIn {
    int64_t at;
    Str bytes;
} PieceIn;
INPUTS(admin_piece_in, PieceIn,
       INPUT("at", IN_QUERY, W_INT, PieceIn, at, NO_HAS, "Where in the file it belongs.", .flags = IN_REQUIRED, .min = 0,
             .max = INT64_C(1) << 40),
       INPUT("piece", IN_FILE, W_FILE, PieceIn, bytes, NO_HAS, "Its bytes.", .flags = IN_REQUIRED, .form = FILE_BYTES));

static Err restore_shown(Exchange *x) {
    RestoreFact out;
    if (!x->ports->restore)
        return E_PROVIDER;
    Err e = x->ports->restore(x->ports->ctx, x->arena, &out);
    return e ? e : exchange_render_as(x, NULL, x->route->status ? x->route->status : 200, &admin_restore_view, &out);
}

static Err restore_begin(Exchange *x) {
    const RestoreIn *in = x->in;
    Err e = x->ports->restore_begin ? note(x, S("restore.upload"), arena_printf(x->arena, "%lld bytes", (long long)in->bytes))
                                    : E_PROVIDER;
    if (!e)
        e = x->ports->restore_begin(x->ports->ctx, x->arena, &x->diag, in->bytes, in->passphrase);
    return e ? e : restore_shown(x);
}

typedef struct RestoreFromIn {
    Str name, passphrase;
    bool bucket;
} RestoreFromIn;
INPUTS(admin_restore_from_in, RestoreFromIn,
       INPUT("name", IN_PATH, W_STR, RestoreFromIn, name, NO_HAS, "Of its file, as the list has it.", .flags = IN_REQUIRED,
             .max = 60),
       INPUT("inBucket", IN_BODY, W_BOOL, RestoreFromIn, bucket, NO_HAS, "The bucket's; else the directory's."),
       INPUT("passphrase", IN_BODY, W_STR, RestoreFromIn, passphrase, NO_HAS,
             "Of a sealed one, or its private key; that of the settings when it is not said.", .flags = IN_SECRET, .max = 1000));

static Err restore_from(Exchange *x) {
    const RestoreFromIn *in = x->in;
    const Ports *p = x->ports;
    BackupFact from;
    Err e = p->backup_named && p->restore_from ? p->backup_named(p->ctx, x->arena, &x->diag, in->name, in->bucket, &from)
                                               : E_PROVIDER;
    if (!e)
        e = note(x, S("restore.fetch"), from.name);
    if (!e)
        e = p->restore_from(p->ctx, x->arena, &x->diag, &from, in->passphrase);
    return e ? e : restore_shown(x);
}

static Err restore_piece(Exchange *x) {
    const PieceIn *in = x->in;
    Err e = x->ports->restore_piece ? x->ports->restore_piece(x->ports->ctx, x->arena, &x->diag, in->at, in->bytes) : E_PROVIDER;
    return e ? e : restore_shown(x);
}

static Err restore_apply(Exchange *x) {
    Err e = x->ports->restore_apply ? note(x, S("restore.apply"), S("")) : E_PROVIDER;
    if (!e)
        e = x->ports->restore_apply(x->ports->ctx, x->arena, &x->diag);
    return e ? e : restore_shown(x);
}

static Err restore_drop(Exchange *x) {
    Err e = x->ports->restore_drop ? x->ports->restore_drop(x->ports->ctx, x->arena, &x->diag) : E_PROVIDER;
    return e ? e : exchange_render_as(x, NULL, 200, &campus_done_view, x);
}

/* ---- the certificate ---- */

VIEW(admin_certificate_view, CertificateFact, "Certificate", "What HTTPS is spoken with.",
     SHOW("on", W_BOOL, CertificateFact, on, "The box speaks HTTPS: tls_listen is set."),
     SHOW("editable", W_BOOL, CertificateFact, editable, "It can be changed here: its files are not named by settings."),
     SHOW("source", W_STR, CertificateFact, source, "settings, acme, uploaded or self-signed.", .empty = EMPTY_NULL),
     SHOW("names", W_STR, CertificateFact, names, "Host names and addresses that it is for.", .empty = EMPTY_NULL),
     SHOW("key", W_STR, CertificateFact, key, "EC or RSA.", .empty = EMPTY_NULL),
     SHOW("fingerprint", W_STR, CertificateFact, fingerprint, "SHA-256, in hex.", .empty = EMPTY_NULL),
     SHOW("chain", W_INT, CertificateFact, chain, "Certificates in the file.", .empty = EMPTY_NULL),
     SHOW("validFrom", W_TIME, CertificateFact, from_ms, "Not before.", .empty = EMPTY_NULL),
     SHOW("validTo", W_TIME, CertificateFact, to_ms, "Not after.", .empty = EMPTY_NULL),
     SHOW("error", W_STR, CertificateFact, why, "Why it cannot be read.", .empty = EMPTY_NULL));

typedef struct CertificateIn {
    Str chain, key;
} CertificateIn;
enum { PEM_CHARS_MAX = 60 * 1024 };
INPUTS(admin_certificate_in, CertificateIn,
       INPUT("chain", IN_BODY, W_STR, CertificateIn, chain, NO_HAS, "PEM: the own certificate first, then those that vouch.",
             .flags = IN_REQUIRED | IN_TRIM, .min = 1, .max = PEM_CHARS_MAX),
       INPUT("key", IN_BODY, W_STR, CertificateIn, key, NO_HAS, "PEM: its private key, EC or RSA, not encrypted.",
             .flags = IN_REQUIRED | IN_TRIM | IN_SECRET, .min = 1, .max = PEM_CHARS_MAX));

static Err certificate_shown(Exchange *x) {
    CertificateFact out;
    if (!x->ports->certificate)
        return E_PROVIDER;
    Err e = x->ports->certificate(x->ports->ctx, x->arena, &out);
    return e ? e : exchange_render_as(x, NULL, 200, &admin_certificate_view, &out);
}

/* After a change. */
static Err certificate_noted(Exchange *x) {
    CertificateFact now;
    Err e = x->ports->certificate(x->ports->ctx, x->arena, &now);
    if (!e)
        e = note(x, S("certificate.change"), now.fingerprint);
    return e ? e : certificate_shown(x);
}

static Err certificate_set(Exchange *x) {
    const CertificateIn *in = x->in;
    if (!x->ports->certificate_set || !x->ports->certificate)
        return E_PROVIDER;
    Err e = x->ports->certificate_set(x->ports->ctx, x->arena, &x->diag, in->chain, in->key);
    return e ? e : certificate_noted(x);
}

static Err certificate_drop(Exchange *x) {
    if (!x->ports->certificate_drop || !x->ports->certificate)
        return E_PROVIDER;
    Err e = x->ports->certificate_drop(x->ports->ctx, &x->diag);
    return e ? e : certificate_noted(x);
}

#define BOX_READ(path_, handler_, view_) \
    .method = "GET", .path = path_, .handler = handler_, .view = view_, .shape = SHAPE_ONE, .access = ACCESS_ADMIN
#define BOX_ACT(method_, path_, handler_, view_) \
    .method = method_, .path = path_, .handler = handler_, .view = view_, .shape = SHAPE_ONE, .access = ACCESS_ADMIN

static const Route campus_admin_backup_routes[] = {
    {.method = "GET",
     .path = "/api/admin/backup",
     .handler = backup,
     .shape = SHAPE_RAW,
     .media = "application/octet-stream",
     .access = ACCESS_ADMIN,
     .errors = ERR(E_BUSY),
     .summary = "A consistent, compacted copy of the data file.",
     .doc =
         "For a restore. One at a time. It holds everything, secrets too: keep it safe. A copy whose connection broke is none."},
    {BOX_READ("/api/admin/backups", backups_shown, &admin_backups_view),
     .summary = "How backups are doing, and which there are."},
    {BOX_ACT("POST", "/api/admin/backups", backup_start, &admin_backups_view), .status = 202, .errors = ERR(E_STATE),
     .summary = "Make one now.", .doc = "It goes where those of the schedule go; ask GET how far it is."},
    {.method = "GET",
     .path = "/api/admin/backups/{name}",
     .handler = backup_kept,
     .in = &admin_backup_in,
     .shape = SHAPE_RAW,
     .media = "application/octet-stream",
     .access = ACCESS_ADMIN,
     .errors = ERR(E_MISSING),
     .summary = "One of the directory's, as it is kept."},
    {BOX_ACT("POST", "/api/admin/backups/{name}/restore", restore_from, &admin_restore_view), .in = &admin_restore_from_in,
     .status = 202, .errors = ERR(E_MISSING) | ERR(E_STATE) | ERR(E_FULL), .summary = "Begin a restore from one of them.",
     .doc =
         "It is fetched from where it is and then checked as an uploaded one is; ask GET /api/admin/restore how far it is. What "
         "an earlier restore left is dropped."},
    {BOX_READ("/api/admin/restore", restore_shown, &admin_restore_view), .summary = "How a restore is doing."},
    {BOX_ACT("POST", "/api/admin/restore", restore_begin, &admin_restore_view), .in = &admin_restore_in, .status = 201,
     .errors = ERR(E_STATE) | ERR(E_FULL), .summary = "Begin a restore.",
     .doc = "Then send the file in pieces. When the last one has come it is checked whole, beside the running marketplace. What "
            "an earlier one left is dropped."},
    {BOX_ACT("POST", "/api/admin/restore/pieces", restore_piece, &admin_restore_view), .in = &admin_piece_in, .rate = RATE_NONE,
     .errors = ERR(E_STATE) | ERR(E_FULL), .summary = "The next piece of the file.",
     .doc = "As multipart/form-data. 409 when it is not the next: GET tells where to go on."},
    {BOX_ACT("POST", "/api/admin/restore/apply", restore_apply, &admin_restore_view), .errors = ERR(E_STATE),
     .summary = "Start again with the restored data.",
     .doc = "The box stops, puts the copy in the data file's place and starts again; the file that was there is kept beside it. "
            "All that happened since the copy was made is in that file only. Sessions are those of the copy."},
    {BOX_ACT("DELETE", "/api/admin/restore", restore_drop, &campus_done_view), .errors = ERR(E_STATE),
     .summary = "Forget what was uploaded or fetched."},
    {BOX_READ("/api/admin/certificate", certificate_shown, &admin_certificate_view), .summary = "The certificate of HTTPS."},
    {BOX_ACT("PUT", "/api/admin/certificate", certificate_set, &admin_certificate_view), .in = &admin_certificate_in,
     .errors = ERR(E_STATE), .summary = "Another certificate and its key.",
     .doc = "Checked, kept in the data directory for its owner only, and spoken by the next connection. Not when tls_cert and "
            "tls_key are set, or there is no HTTPS."},
    {BOX_ACT("DELETE", "/api/admin/certificate", certificate_drop, &admin_certificate_view), .errors = ERR(E_STATE),
     .summary = "Back to the self-signed certificate.",
     .doc = "An uploaded one is forgotten, with its key. Not when tls_self_signed is off: then there is no other."},
};
SECTION(campus_admin_backup, "Admin: backups", "Backups, restore, certificate.");
