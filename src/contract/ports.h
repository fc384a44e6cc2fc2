/* ports.h - what contracts need of the layers to their right, as functions that the app fills in.
 *
 * The functions mirror gateway/gateway.h, which says what they do; all are called without an open transaction and may block on
 * the network. A NULL function means the box has none of it: the engine answers E_PROVIDER. */
#ifndef CONTRACT_PORTS_H
#define CONTRACT_PORTS_H

#include "domain/account.h"
#include "domain/bank.h"
#include "domain/payment.h"
#include "domain/subscription.h"

/* A setting as the admin sees it; secrets masked. */
typedef struct SettingFact {
    Str key, value, type, source; /* type: text, number, flag; source: default, file, admin, environment, argument */
    Str choices, doc;             /* choices: "a|b|c", or {NULL,0} */
    bool secret, editable;        /* editable: by an admin, now */
    bool bounded;                 /* numbers: */
    int64_t min, max;
} SettingFact;

/* What only the running program knows of itself. */
typedef struct BoxFacts {
    int64_t uptime_s, memory_bytes, file_bytes, used_bytes, map_bytes, disk_bytes, disk_free_bytes, records, commits;
    int64_t connections, websockets, requests, workers, workers_busy;
} BoxFacts;

/* What is known of backups, and those that there are, oldest first. */
typedef struct BackupFact {
    Str name;
    int64_t at_ms, bytes; /* bytes 0: not known */
    bool bucket, sealed;  /* in the bucket, else in the directory */
    bool foreign;         /* made by another marketplace */
} BackupFact;
typedef struct BackupsFact {
    const BackupFact *items;
    size_t count;
    Str dir, bucket;          /* where they go; "": not there */
    int64_t every_ms, keep;
    bool on, running, sealed; /* there is a place for them; one is under way; they are closed with a passphrase */
    int64_t bytes;            /* written of the one under way, else of the last */
    int64_t last_ms, failed_ms;
    Str why;                  /* of the failure; or why they cannot be listed */
} BackupsFact;
/* A backup's bytes as Reply wants them: `next` and `done` as Reply's stream and done. */
typedef struct BackupBytes {
    Err (*next)(void *ctx, void *to, size_t cap, size_t *n);
    void (*done)(void *ctx);
    void *ctx;
    int64_t bytes;
} BackupBytes;

/* A copy that is to take the data file's place. */
typedef struct RestoreFact {
    Str step;                     /* none, uploading, fetching, checking, ready, refused, staged */
    Str why;                      /* of refused */
    int64_t size, received, piece_bytes;
    int64_t records, people, last_ms; /* what is in it: ready, staged */
} RestoreFact;

typedef struct CertificateFact {
    bool on, editable;
    Str source; /* settings, acme, self-signed, uploaded */
    Str names, key, fingerprint, why; /* why: it cannot be read */
    int64_t from_ms, to_ms, chain;
} CertificateFact;

typedef struct Ports {
    void *ctx;
    Err (*open_payment)(void *ctx, Arena *a, Diag *d, const Actor *actor, const PaymentPrepareIn *in, Payment *out);
    Err (*call_payment)(void *ctx, Arena *a, Diag *d, const Actor *actor, const Payment *p, Payment *out);
    Err (*verify_payment)(void *ctx, Arena *a, Diag *d, const Actor *actor, Str order, Str payment, Str signature,
                          PaymentCapturedOut *out);
    Err (*verify_bank)(void *ctx, Arena *a, Diag *d, const Actor *actor, int64_t bank, BankAccount *out);
    Err (*webhook)(void *ctx, Arena *a, Str body, Str signature);
    Err (*google)(void *ctx, Arena *a, Str id_token, GoogleIdentity *out);
    Err (*stripe_checkout)(void *ctx, Arena *a, Diag *d, const Actor *actor, Str origin, Str *url);
    Err (*stripe_portal)(void *ctx, Arena *a, Diag *d, const Actor *actor, Str origin, Str *url);
    Err (*stripe_cancel)(void *ctx, Arena *a, Diag *d, const Actor *actor, Subscription *out);
    Err (*stripe_sync)(void *ctx, Arena *a, const Actor *actor);
    Err (*stripe_webhook)(void *ctx, Arena *a, Str body, Str signature);
    /* Settings. setting_check: may an admin set `key` to `value` (or take back what admins set)? E_MISSING: no such key;
     * E_FORBIDDEN: not while the box runs; E_STATE: pinned by environment or argument; E_INVALID with *why. *before is the value
     * in force. settings_apply puts what is kept (domain/setting.h) in force; after the commit, with no transaction open. */
    Err (*settings)(void *ctx, Arena *a, SettingFact **rows, size_t *n);
    Err (*setting_check)(void *ctx, Arena *a, Str key, Str value, bool clear, Str *before, Str *why);
    Err (*settings_apply)(void *ctx);
    Err (*facts)(void *ctx, BoxFacts *out);
    /* Backups. backup_now: E_STATE when there is no place for them. backup_read, of one in the directory: E_MISSING. */
    Err (*backups)(void *ctx, Arena *a, BackupsFact *out);
    Err (*backup_now)(void *ctx);
    Err (*backup_read)(void *ctx, Str name, BackupBytes *out);
    /* The one of the list with this name, in the bucket or in the directory. E_MISSING: there is none; E_STATE: that
     * place cannot be listed. */
    Err (*backup_named)(void *ctx, Arena *a, Diag *d, Str name, bool bucket, BackupFact *out);
    /* A restore, piece by piece (app/restore.h), with what is wrong in the Diag. restore_apply has the box start again with the
     * copy once this exchange is over. */
    Err (*restore)(void *ctx, Arena *a, RestoreFact *out);
    Err (*restore_begin)(void *ctx, Arena *a, Diag *d, int64_t bytes, Str passphrase);
    Err (*restore_from)(void *ctx, Arena *a, Diag *d, const BackupFact *from, Str passphrase); /* of backup_named; no upload */
    Err (*restore_piece)(void *ctx, Arena *a, Diag *d, int64_t at, Str bytes);
    Err (*restore_apply)(void *ctx, Arena *a, Diag *d);
    Err (*restore_drop)(void *ctx, Arena *a, Diag *d);
    /* The certificate of HTTPS. certificate_set: checked, kept for its owner only, spoken at once. E_STATE: there is no HTTPS, or
     * its files are named by settings; E_INVALID with the field. */
    Err (*certificate)(void *ctx, Arena *a, CertificateFact *out);
    Err (*certificate_set)(void *ctx, Arena *a, Diag *d, Str chain, Str key);
    /* Forgets an uploaded one and speaks the self-signed one. E_STATE: none was uploaded, or there is no other. */
    Err (*certificate_drop)(void *ctx, Diag *d);
    /* Says something in a realtime channel (realtime/phoenix.h): phoenix_broadcast. */
    Err (*broadcast)(void *ctx, Arena *a, const Actor *actor, Str topic, Str event, Str payload);
    Err (*cleanup)(void *ctx); /* all jobs once, now (app/jobs.h) */
    Str cron_secret; /* who may ask for that; "" = nobody */
    Str checkout_key_id; /* the payment provider's public key, "" when there is none */
    Str push_key; /* what browsers subscribe to push messages with, base64url; "" = none */
    Str public_url; /* how the world reaches this box, without a final slash; "" = from the request */
    bool sandbox; /* payments, SMS or mail are simulated */
    bool sandbox_payments, sandbox_messages; /* the payment provider; SMS */
} Ports;

#endif
