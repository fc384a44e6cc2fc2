#include "app/settings.h"

#include "app/certs.h"
#include "crypto/seal.h"

/* The order here is the order of `gigbox config`. A unit is part of the key. */

#define AT(member) .offset = offsetof(Settings, member)
#define TEXT(key_, member, default_, max_, doc_) \
    {.key = key_, .type = SET_STR, AT(member), .fallback = default_, .max = max_, .doc = doc_}
#define CHOICE(key_, member, default_, choices_, doc_) \
    {.key = key_, .type = SET_STR, AT(member), .fallback = default_, .max = 40, .choices = choices_, .doc = doc_}
#define SECRET(key_, member, doc_) \
    {.key = key_, .type = SET_STR, .secret = true, AT(member), .fallback = "", .max = 4096, .doc = doc_}
#define NUMBER(key_, member, default_, min_, max_, scale_, doc_) \
    {.key = key_, .type = SET_INT, AT(member), .fallback = default_, .min = min_, .max = max_, .scale = scale_, .doc = doc_}
/* Numbers that take effect while the box runs. */
#define RULE(key_, member, default_, min_, max_, scale_, doc_) \
    {.key = key_,                                              \
     .type = SET_INT,                                          \
     .live = true,                                             \
     AT(member),                                               \
     .fallback = default_,                                     \
     .min = min_,                                              \
     .max = max_,                                              \
     .scale = scale_,                                          \
     .doc = doc_}
#define FLAG(key_, member, default_, doc_) {.key = key_, .type = SET_BOOL, AT(member), .fallback = default_, .doc = doc_}

// clang-format off
const SettingRow setting_rows[] = {
    {.key = "name", .type = SET_STR, .live = true, AT(name), .fallback = "gigbox", .max = 60, .doc = "what the marketplace is called (in messages: from the next start on)"},
    TEXT("currency", currency, "INR", 3, "ISO 4217 code; one per box, fixed once there is money in it"),
    TEXT("public_url", public_url, "", 200, "address that people reach the box at, for links in messages and provider callbacks; empty: the listening address"),
    RULE("fee_bps", fee_bps, "500", 0, 5000, 1, "platform fee on released escrow, in basis points (500 = 5 %)"),
    RULE("timezone_minutes", timezone_minutes, "330", -720, 840, 1, "offset of local time from UTC, for calendar filters (330 = India)"),
    RULE("boost_price_per_day", boost_price_per_day, "1000", 0, 100000000, 1, "price of one day of boost, in minor units"),
    RULE("free_posts_per_month", free_posts_per_month, "0", 0, 1000000, 1, "gigs that an account without a plan may post in a calendar month; 0: any number"),
    RULE("withdraw_min", withdraw_min, "100", 1, 100000000, 1, "smallest withdrawal, in minor units"),
    RULE("otp_ttl_s", otp_ttl_ms, "300", 1, 3600, 1000, "how long a one-time code is good"),
    RULE("otp_tries", otp_tries, "5", 1, 20, 1, "wrong tries before a one-time code is void"),
    RULE("access_ttl_s", access_ttl_ms, "1800", 10, 86400, 1000, "life of an access token that comes with a refresh token"),
    RULE("refresh_ttl_s", refresh_ttl_ms, "604800", 60, 31536000, 1000, "life of a refresh token"),
    RULE("campus_ttl_s", campus_ttl_ms, "604800", 60, 31536000, 1000, "life of the campus contract's single token"),
    RULE("order_lapse_s", order_lapse_ms, "259200", 1, 31536000, 1000, "an order unpaid for this long is cancelled"),
    RULE("auto_approve_s", auto_approve_ms, "1209600", 1, 31536000, 1000, "submitted work is approved by itself after this"),
    RULE("auto_approve_warn_s", auto_approve_warn_ms, "259200", 0, 31536000, 1000, "the client is reminded this long before"),
    RULE("auto_release_s", auto_release_ms, "259200", 1, 31536000, 1000, "an approved order is paid out by itself after this"),
    RULE("review_hidden_s", review_hidden_ms, "604800", 0, 31536000, 1000, "a review stays hidden until both exist or this has passed"),

    SECRET("cron_secret", cron_secret, "what GET /api/cron/cleanup must carry as its bearer token; empty: nobody may call it"),

    TEXT("listen", listen, "127.0.0.1:8080", 100, "ADDRESS:PORT for plain HTTP; port 0 picks a free one"),
    TEXT("tls_listen", tls_listen, "", 100, "ADDRESS:PORT for HTTPS; empty: no HTTPS"),
    TEXT("tls_cert", tls_cert, "", 500, "PEM file with the certificate chain"),
    TEXT("tls_key", tls_key, "", 500, "PEM file with the private key (EC P-256/P-384 or RSA)"),
    FLAG("tls_self_signed", tls_self_signed, "no", "make a self-signed certificate in the data directory when there is none"),
    {.key = "acme_names", .type = SET_STR, AT(acme_names), .fallback = "", .max = 1000, .valid = certs_names_ok, .expected = "host names with a dot, comma-separated", .doc = "host names, comma-separated, that the box gets a certificate for by itself (ACME, http-01): port 80 of each must lead to plain HTTP here; setting it agrees to the authority's terms"},
    TEXT("acme_email", acme_email, "", 200, "where the certificate authority may write to"),
    TEXT("acme_url", acme_url, "https://acme-v02.api.letsencrypt.org/directory", 300, "the directory of the certificate authority"),
    FLAG("tls_only", tls_only, "no", "no plain HTTP at all"),
    FLAG("https_redirect", https_redirect, "no", "plain HTTP only points to HTTPS, but for /healthz, /metrics, /sandbox/ and webhooks"),
    FLAG("mdns", mdns, "no", "answer to mdns_name.local on the local network (multicast DNS), and announce the page (DNS-SD)"),
    TEXT("mdns_name", mdns_name, "gigbox", 63, "the name before .local"),
    TEXT("trusted_proxy", trusted_proxy, "", 500, "addresses or CIDR blocks, comma-separated, of reverse proxies whose X-Forwarded-For is believed"),
    NUMBER("workers", workers, "64", 2, 256, 1, "most threads that answer requests"),
    NUMBER("connections", connections, "10000", 16, 65536, 1, "most open connections"),
    NUMBER("connections_per_address", connections_per_address, "1024", 1, 65536, 1, "most open connections from one address (a campus may be behind one)"),
    NUMBER("header_bytes", header_bytes, "16384", 1024, 65536, 1, "largest request head"),
    RULE("body_bytes", body_bytes, "262144", 1024, 4194304, 1, "largest request body that is not an upload"),
    NUMBER("upload_bytes", upload_bytes, "10485760", 1024, 67108864, 1, "largest uploaded file"),
    NUMBER("header_timeout_s", header_timeout_ms, "10", 1, 300, 1000, "a request's head must be complete after this"),
    NUMBER("body_timeout_s", body_timeout_ms, "60", 1, 3600, 1000, "a request's body must be complete after this"),
    NUMBER("idle_timeout_s", idle_timeout_ms, "60", 1, 3600, 1000, "a silent connection is closed after this"),
    NUMBER("drain_s", drain_ms, "10", 0, 300, 1000, "how long running requests may take to finish at shutdown"),
    RULE("files_mib", files_bytes, "1024", 1, 1048576, 1048576, "what one person's files may have together, in MiB"),
    RULE("rate_auth_per_min", rate_auth, "5", 1, 1000000, 1, "sign-in requests a minute, per address and account name; here and below, over 65535 is no limit"),
    RULE("rate_upload_per_min", rate_upload, "10", 1, 1000000, 1, "uploads a minute, per account"),
    RULE("rate_other_per_min", rate_other, "100", 1, 10000000, 1, "other requests a minute, per account"),

    CHOICE("log_level", log_level, "info", "debug|info|warn|error", "least severe line that is logged"),
    CHOICE("log_format", log_format, "auto", "auto|text|json", "auto: text on a terminal, JSON otherwise"),
    TEXT("run_as", run_as, "", 32, "user to become when started as root; empty: owner of the data directory, else nobody"),
    FLAG("lockdown", lockdown, "yes", "confine the process by seccomp and Landlock where the kernel has them"),
    NUMBER("map_mib", map_mib, "0", 0, 1048576, 1, "address space reserved for the data file, in MiB; 0: as fits"),
    NUMBER("outbox_workers", workers_outbox, "3", 1, 16, 1, "threads that send to providers"),

    TEXT("backup_dir", backup_dir, "", 900, "directory that backups go to by themselves; relative: below the data directory; empty: none"),
    NUMBER("backup_every_h", backup_every_ms, "24", 0, 8760, 3600000, "hours between backups, when there is a place for them; 0: none by themselves"),
    NUMBER("backup_keep", backup_keep, "14", 1, 3650, 1, "how many are kept in each place; older ones are deleted after a new one is complete"),
    SECRET("backup_passphrase", backup_passphrase, "backups are sealed with this (Argon2id, ChaCha20-Poly1305), and opened with it by restore; empty: they are not"),
    {.key = "backup_public_key", .type = SET_STR, AT(backup_public_key), .fallback = "", .max = 200, .valid = seal_public_ok, .expected = "the public key that `gigbox backup-key` printed; a character of it may be wrong", .doc = "backups are sealed to this key of `gigbox backup-key` (X25519, ChaCha20-Poly1305), so that this box cannot open them; counts before backup_passphrase"},
    {.key = "backup_private_key", .type = SET_STR, .secret = true, AT(backup_private_key), .fallback = "", .max = 200, .valid = seal_private_ok, .expected = "the private key that `gigbox backup-key` wrote; a character of it may be wrong", .doc = "opens such backups, for restore only; usually --key FILE there"},
    TEXT("backup_s3_url", backup_s3_url, "", 300, "address of a bucket in an S3-compatible store, https://HOST/BUCKET; empty: none"),
    TEXT("backup_s3_region", backup_s3_region, "us-east-1", 60, "the store's region"),
    TEXT("backup_s3_prefix", backup_s3_prefix, "", 200, "what names in the bucket begin with, e.g. gigbox/"),
    TEXT("backup_s3_key_id", backup_s3_key_id, "", 200, "access key id at the store"),
    SECRET("backup_s3_secret", backup_s3_secret, "secret access key at the store"),

    TEXT("upgrade_key", upgrade_key, "", 130, "public key (P-256, uncompressed point in hex) that upgrades of the board must be signed with"),
    TEXT("upgrade_dir", upgrade_dir, "/boot", 200, "where the board's slots a.slot and b.slot are"),
    TEXT("upgrade_disk", upgrade_disk, "", 200, "the board's disk, whose sectors 64 and 65 say which slot is booted"),

    TEXT("razorpay_key_id", razorpay_key_id, "", 100, "Razorpay API key id; empty: the sandbox plays Razorpay"),
    SECRET("razorpay_key_secret", razorpay_key_secret, "Razorpay API key secret"),
    SECRET("razorpay_webhook_secret", razorpay_webhook_secret, "secret that Razorpay signs webhooks with"),
    TEXT("razorpay_account_number", razorpay_account_number, "", 40, "RazorpayX account that payouts leave from"),
    TEXT("razorpay_url", razorpay_url, "https://api.razorpay.com", 200, "base address of the Razorpay API"),
    RULE("payment_poll_s", payment_poll_ms, "30", 1, 3600, 1000, "how often a fresh provider order is asked about; older ones more seldom"),
    CHOICE("sms_provider", sms_provider, "sandbox", "sandbox|msg91|twilio|template", "who sends SMS"),
    TEXT("sms_url", sms_url, "", 500, "address of the SMS provider; for template with {to} {text} {code} in it; empty: the provider's own"),
    SECRET("sms_key", sms_key, "the SMS provider's key or token"),
    TEXT("sms_account", sms_account, "", 100, "the SMS provider's account id (Twilio)"),
    TEXT("sms_countries", sms_countries, "", 200, "country codes (91, 977) whose numbers may sign up, comma-separated: somebody gets paid for SMS to some numbers, and asks for many; empty: all"),
    TEXT("sms_sender", sms_sender, "", 40, "sender id or number"),
    TEXT("sms_template", sms_template, "", 100, "the SMS provider's flow or template id (MSG91)"),
    TEXT("sms_template_hi", sms_template_hi, "", 100, "the same for Hindi: India's operators let through registered texts only; empty: SMS by msg91 and template are in English (any word, where the provider wants no id)"),
    TEXT("smtp_host", smtp_host, "", 200, "mail server; empty: the sandbox plays it"),
    NUMBER("smtp_port", smtp_port, "587", 1, 65535, 1, "the mail server's port"),
    CHOICE("smtp_security", smtp_security, "starttls", "starttls|tls|none", "how the connection to the mail server is protected"),
    TEXT("smtp_user", smtp_user, "", 200, "user name at the mail server"),
    SECRET("smtp_password", smtp_password, "password at the mail server"),
    TEXT("smtp_from", smtp_from, "gigbox@localhost", 200, "sender address of mail"),
    {.key = "fcm_service_account", .type = SET_STR, .secret = true, AT(fcm_service_account), .fallback = "", .max = 16384, .doc = "key file (JSON) of the service account that push messages are sent by; usually fcm_service_account_file; empty: the sandbox plays FCM"},
    TEXT("fcm_url", fcm_url, "https://fcm.googleapis.com", 200, "base address of the FCM API"),
    TEXT("web_push_origins", web_push_origins, "https://fcm.googleapis.com,https://*.push.services.mozilla.com,https://*.notify.windows.com,https://*.push.apple.com", 1000, "push services of browsers that this box sends to"),
    TEXT("google_client_id", google_client_id, "", 1000, "OAuth client ids, comma-separated, whose Google ID tokens sign in; empty: the sandbox plays Google"),
    TEXT("google_certs_url", google_certs_url, "https://www.googleapis.com/oauth2/v3/certs", 200, "where Google's public keys are"),
    SECRET("stripe_secret_key", stripe_secret_key, "Stripe API key, for subscriptions; empty: the sandbox plays Stripe"),
    SECRET("stripe_webhook_secret", stripe_webhook_secret, "secret that Stripe signs webhooks with"),
    TEXT("stripe_price_id", stripe_price_id, "", 100, "the price that a subscription is of"),
    TEXT("stripe_url", stripe_url, "https://api.stripe.com", 200, "base address of the Stripe API"),
    TEXT("ca_file", ca_file, "", 500, "PEM file with certificate authorities to trust beside the built-in ones, for a mail or SMS server of one's own"),
    FLAG("sandbox_remote", sandbox_remote, "no", "answer /sandbox/ to other machines than this one too"),
};
// clang-format on

const size_t setting_row_count = COUNT(setting_rows);
_Static_assert(COUNT(setting_rows) <= SETTINGS_MAX, "raise SETTINGS_MAX");
