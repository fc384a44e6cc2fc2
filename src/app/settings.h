/* settings.h - what can be set, from where it came, and what is in force.
 *
 * One table of rows (settings_table.c) drives reading, checking, printing and documenting. Precedence, later wins: the row's
 * default, the file `gigbox.conf` (`key = value` lines, # comments) in the data directory or given by --config, what an admin set
 * at run time (kept in the data file; rows that are `live` only), the environment (GIGBOX_KEY), `--set key=value`. So an admin
 * overrules what the operator wrote down as a start, and the operator can still pin a value where the admin cannot reach it. A
 * key `x_file` of a secret row `x` reads the value from that file (without its final newline). Not thread-safe while loading;
 * afterwards read-only. */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include "base/buf.h"

typedef struct Settings {
    /* the marketplace */
    Str name, currency, public_url;
    int64_t fee_bps, timezone_minutes, boost_price_per_day, withdraw_min, free_posts_per_month, files_bytes;
    Str cron_secret;
    int64_t otp_ttl_ms, otp_tries, access_ttl_ms, refresh_ttl_ms, campus_ttl_ms;
    int64_t order_lapse_ms, auto_approve_ms, auto_approve_warn_ms, auto_release_ms, review_hidden_ms;
    /* serving */
    Str listen, tls_listen, tls_cert, tls_key, acme_names, acme_email, acme_url, trusted_proxy, mdns_name;
    bool tls_self_signed, tls_only, https_redirect, mdns;
    int64_t workers, connections, connections_per_address, header_bytes, body_bytes, upload_bytes;
    int64_t header_timeout_ms, body_timeout_ms, idle_timeout_ms, drain_ms;
    int64_t rate_auth, rate_upload, rate_other;
    /* the process */
    Str log_level, log_format, run_as;
    bool lockdown;
    int64_t map_mib, workers_outbox;
    /* backups */
    Str backup_dir, backup_passphrase, backup_public_key, backup_private_key, backup_s3_url, backup_s3_region, backup_s3_prefix,
        backup_s3_key_id, backup_s3_secret;
    int64_t backup_every_ms, backup_keep;
    /* the board's upgrades */
    Str upgrade_key, upgrade_dir, upgrade_disk;
    /* providers */
    Str razorpay_key_id, razorpay_key_secret, razorpay_webhook_secret, razorpay_account_number, razorpay_url;
    Str sms_provider, sms_url, sms_key, sms_sender, sms_template, sms_template_hi, sms_account, sms_countries;
    Str smtp_host, smtp_user, smtp_password, smtp_from, smtp_security;
    int64_t smtp_port, payment_poll_ms;
    Str google_client_id, google_certs_url;
    Str fcm_service_account, fcm_url, web_push_origins;
    Str stripe_url, stripe_secret_key, stripe_webhook_secret, stripe_price_id;
    Str ca_file;
    bool sandbox_remote;
} Settings;

typedef enum SettingType { SET_STR, SET_INT, SET_BOOL } SettingType;
typedef enum SettingSource { FROM_DEFAULT, FROM_FILE, FROM_DATABASE, FROM_ENV, FROM_ARGUMENT } SettingSource;

typedef struct SettingRow {
    const char *key;
    uint8_t type;
    bool secret;
    bool live; /* takes effect while the box runs; admins may set it */
    uint16_t offset;
    const char *fallback; /* the default, as text */
    int64_t min, max;     /* SET_INT: as written; SET_STR: length in bytes */
    int64_t scale;        /* SET_INT: the struct holds value * scale (0 = 1) */
    const char *choices;  /* SET_STR: "a|b|c", or NULL */
    const char *doc;
    bool (*valid)(Str value); /* SET_STR: what is not empty must pass; NULL: anything does */
    const char *expected;     /* with it: what is wanted */
} SettingRow;

extern const SettingRow setting_rows[];
extern const size_t setting_row_count;
enum { SETTINGS_MAX = 128, SETTINGS_FILE_BYTES_MAX = 256 * 1024 };

typedef struct SettingsLoad {
    Settings now;
    uint8_t source[SETTINGS_MAX]; /* SettingSource by row */
    Str text[SETTINGS_MAX];       /* as written, by row */
} SettingsLoad;

/* Fills `l` from the four sources; strings live in the arena. `config_path` may not exist unless `must_exist`. `sets` are the
 * `--set` arguments. E_INVALID: *why says which key, from where, and what is allowed. E_IO: a file could not be read. */
Err settings_load(SettingsLoad *l, const char *config_path, bool must_exist, char *const *environment, const Str *sets,
                  size_t set_count, Arena *a, Str *why);
/* The whole of a small file: at most SETTINGS_FILE_BYTES_MAX, into the arena. E_IO, E_TOO_LARGE, E_NOMEM. */
Err settings_read_file(const char *path, Arena *a, Str *out);
/* The row of a key, -1 when there is none; a key of a file is none. */
int settings_row(Str key);
/* Where a value came from, in a word. Static. */
const char *settings_source(uint8_t source);
/* Whether an admin may set this row to `value` now: E_INVALID with *why; E_FORBIDDEN: not live; E_STATE: pinned by environment or
 * argument. */
Err settings_check(const SettingsLoad *l, int row, Str value, Arena *a, Str *why);
/* Puts a value that an admin set into `l`, unless it is pinned. Call before anybody reads `l`. What is no longer allowed is left
 * out, with a line in the log. */
void settings_overlay(SettingsLoad *l, int row, Str value, Arena *a);
/* `key = value  # source` for every row, secrets as ****; with docs when `documented`. */
void settings_print(const SettingsLoad *l, bool documented, Buf *out);
/* Table faults (duplicate keys, missing docs, defaults that do not parse), one line each to stderr; their number. */
size_t settings_lint(void);

#endif
