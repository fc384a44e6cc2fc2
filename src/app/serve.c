/* The serving process: starts the layers from left to right, waits for signals, stops them from right to left. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/box.h"
#include "app/lockdown.h"
#include "app/notify.h"
#include "app/site.h"
#include "base/blocking.h"
#include "base/log.h"
#include "contract/campus/campus.h"
#include "contract/chayenity/chayenity.h"
#include "contract/simple/simple.h"
#include "contract/skillconnect/skillconnect.h"
#include "contract/ugig/ugig.h"
#include "domain/audit.h"
#include "domain/session.h"
#include "net/tls.h"
#include "realtime/campus.h"
#include "realtime/channels.h"
#include "realtime/chayenity.h"
#include "realtime/phoenix.h"

/* The embedded CA bundle. */
extern const unsigned char data_ca_bundle_pem[];
extern const unsigned data_ca_bundle_pem_size;

const Contract *const box_contracts[] = {&campus_contract, &skillconnect_contract, &ugig_contract, &simple_contract,
                                         &chayenity_contract};
const size_t box_contract_count = COUNT(box_contracts);

static const Dialect *const dialects[] = {&CAMPUS_DIALECT,     &CHANNELS_NOTIFICATIONS, &CHANNELS_CHAT,
                                          &CHANNELS_CONTRACTS, &CHAYENITY_CHAT,         &PHOENIX_DIALECT};

static const DomainConfig *domain_in_force(void *app) { return ((Box *)app)->domain; }

/* ---- from settings ---- */

static void gateway_config(const Settings *s, GatewayConfig *g) {
    *g = (GatewayConfig){.name = s->name,
                         .razorpay_url = s->razorpay_url,
                         .razorpay_key_id = s->razorpay_key_id,
                         .razorpay_key_secret = s->razorpay_key_secret,
                         .razorpay_webhook_secret = s->razorpay_webhook_secret,
                         .razorpay_account_number = s->razorpay_account_number,
                         .sms_provider = s->sms_provider,
                         .sms_url = s->sms_url,
                         .sms_key = s->sms_key,
                         .sms_account = s->sms_account,
                         .sms_sender = s->sms_sender,
                         .sms_template = s->sms_template,
                         .sms_template_hi = s->sms_template_hi,
                         .smtp_host = s->smtp_host,
                         .smtp_port = (int)s->smtp_port,
                         .smtp_user = s->smtp_user,
                         .smtp_password = s->smtp_password,
                         .smtp_from = s->smtp_from,
                         .smtp_security = str_eq(s->smtp_security, S("tls"))    ? MAIL_TLS
                                          : str_eq(s->smtp_security, S("none")) ? MAIL_PLAIN
                                                                                : MAIL_STARTTLS,
                         .sandbox_payments = s->razorpay_key_id.n == 0,
                         .sandbox_sms = str_eq(s->sms_provider, S("sandbox")),
                         .sandbox_mail = s->smtp_host.n == 0,
                         .push_url = s->fcm_url,
                         .push_account = s->fcm_service_account,
                         .sandbox_push = s->fcm_service_account.n == 0,
                         .google_client_id = s->google_client_id,
                         .google_certs_url = s->google_certs_url,
                         .sandbox_google = s->google_client_id.n == 0,
                         .stripe_url = s->stripe_url,
                         .stripe_secret_key = s->stripe_secret_key,
                         .stripe_webhook_secret = s->stripe_webhook_secret,
                         .stripe_price_id = s->stripe_price_id,
                         .sandbox_stripe = s->stripe_secret_key.n == 0,
                         .senders = (int)s->workers_outbox,
                         .calls_max = (int)(s->workers > 16 ? 8 : s->workers / 2)};
}

EngineLimits box_engine_limits(const Settings *s) {
    return (EngineLimits){
        .rate_per_min =
            {[RATE_OTHER] = (int32_t)s->rate_other, [RATE_AUTH] = (int32_t)s->rate_auth, [RATE_UPLOAD] = (int32_t)s->rate_upload},
        .body_bytes_max = (size_t)s->body_bytes,
        .upload_bytes_max = (size_t)s->upload_bytes};
}

static char *zero_ended(Box *box, Str s) { return arena_cstr(&box->arena, s); }

static void http_config(Box *box, HttpConfig *h) {
    const Settings *s = &box->settings.now;
    http_config_defaults(h);
    if (!s->tls_only)
        h->listen[h->listen_count++] = (HttpListen){zero_ended(box, s->listen), false};
    if (s->tls_listen.n)
        h->listen[h->listen_count++] = (HttpListen){zero_ended(box, s->tls_listen), true};
    /* The sandbox's providers are reached over a port of their own: the public ones may be TLS, or an address that the sandbox
     * does not answer. It comes last. */
    if (box->sandbox)
        h->listen[h->listen_count++] = (HttpListen){"127.0.0.1:0", false};
    h->tls_cert_file = box->tls_cert;
    h->tls_key_file = box->tls_key;
    h->trusted_proxies = zero_ended(box, s->trusted_proxy);
    h->workers_max = (int)s->workers;
    h->connections_max = (uint32_t)s->connections;
    h->connections_per_address_max = (uint32_t)s->connections_per_address;
    h->header_bytes_max = (size_t)s->header_bytes;
    if (h->request_line_bytes_max > h->header_bytes_max)
        h->request_line_bytes_max = h->header_bytes_max;
    h->body_bytes_max = (size_t)s->upload_bytes + ENGINE_FORM_OVERHEAD_BYTES;
    h->header_timeout_ms = (int)s->header_timeout_ms;
    h->body_timeout_ms = (int)s->body_timeout_ms;
    h->large_body_timeout_ms = (int)s->body_timeout_ms * 5;
    h->keepalive_timeout_ms = (int)s->idle_timeout_ms;
    h->log_requests = log_enabled(LOG_DEBUG);
}

void box_setup_log(const Settings *s) {
    static const Str levels[] = {STR_INIT("debug"), STR_INIT("info"), STR_INIT("warn"), STR_INIT("error")};
    LogLevel least = LOG_INFO;
    for (size_t i = 0; i < COUNT(levels); i++)
        if (str_eq(levels[i], s->log_level))
            least = (LogLevel)i;
    log_setup(least, str_eq(s->log_format, S("json")) ? 1 : str_eq(s->log_format, S("text")) ? 0 : -1);
}

/* The certificate that ACME brought, when there is one: its file holds chain and key. Until then a self-signed one does. */
static bool acme_file(Box *box) {
    char file[CERTS_PATH_BYTES];
    certs_file(box->options->data, file);
    const Settings *s = &box->settings.now;
    if (!s->acme_names.n || (s->tls_cert.n && s->tls_key.n) || access(file, R_OK) != 0)
        return false;
    snprintf(box->tls_cert, sizeof box->tls_cert, "%s", file);
    snprintf(box->tls_key, sizeof box->tls_key, "%s", file);
    return true;
}

/* The certificate files by the settings; what ACME brought; else what an admin uploaded; else a self-signed pair in the data
 * directory, which is made when asked for and absent, and until ACME has brought one. */
static int tls_files(Box *box) {
    const Settings *s = &box->settings.now;
    char why[TLS_WHY_BYTES];
    const char *dir = box->options->data;
    if (s->https_redirect && !s->tls_listen.n)
        return (fprintf(stderr, "gigbox: https_redirect needs tls_listen\n"), EXIT_USAGE);
    if (!s->tls_listen.n)
        return s->tls_only ? (fprintf(stderr, "gigbox: tls_only needs tls_listen\n"), EXIT_USAGE) : EXIT_OK;
    if (s->acme_names.n && s->tls_only)
        return (fprintf(stderr, "gigbox: acme_names needs plain HTTP too: the authority asks there\n"), EXIT_USAGE);
    if (s->tls_cert.n && s->tls_key.n) {
        snprintf(box->tls_cert, sizeof box->tls_cert, "%.*s", STR_ARG(s->tls_cert));
        snprintf(box->tls_key, sizeof box->tls_key, "%.*s", STR_ARG(s->tls_key));
        return EXIT_OK;
    }
    if (acme_file(box))
        return EXIT_OK;
    box_uploaded_tls(box, box->tls_cert);
    if (access(box->tls_cert, R_OK) == 0) {
        memcpy(box->tls_key, box->tls_cert, sizeof box->tls_key);
        return EXIT_OK;
    }
    if (!s->tls_self_signed && !s->acme_names.n) {
        fprintf(stderr, "gigbox: tls_listen needs tls_cert and tls_key, or acme_names, or tls_self_signed = yes\n");
        return EXIT_USAGE;
    }
    mkdir(dir, 0700); /* a first start */
    if (box_self_signed(dir, box->tls_cert, box->tls_key, why) == OK)
        return EXIT_OK;
    fprintf(stderr, "gigbox: %s\n", why);
    return EXIT_UNUSABLE;
}

/* ---- least privilege ---- */

static bool is_low_port(Str address) {
    int64_t port;
    while (address.n && address.p[address.n - 1] != ':')
        address.n--;
    Str digits = str_c0(address.p ? address.p + address.n : NULL);
    return str_i64(digits, &port) && port > 0 && port < 1024;
}

static int confine(Box *box) {
    const Settings *s = &box->settings.now;
    const char *dir = box->options->data;
    mkdir(dir, 0700);
    bool low = is_low_port(str_c0(zero_ended(box, s->listen))) || is_low_port(str_c0(zero_ended(box, s->tls_listen)));
    const char *also = NULL; /* where backups go, when that is not in the data directory */
    if (s->backup_dir.n && s->backup_dir.p[0] == '/') {
        also = zero_ended(box, s->backup_dir);
        mkdir(also, 0700);
    }
    Err e = lockdown_user(dir, also, zero_ended(box, s->run_as), low);
    if (e) {
        fprintf(stderr, "gigbox: cannot change user: %s\n", err_name(e));
        return EXIT_UNUSABLE;
    }
    if (!s->lockdown) {
        log_line(LOG_WARN, "lockdown", "not confined, by the setting lockdown", "lockdown=%s", "no");
        return EXIT_OK;
    }
    const char *readable[] = {box->tls_cert[0] ? box->tls_cert : "/nonexistent", box->tls_key[0] ? box->tls_key : "/nonexistent",
                              box->options->config ? box->options->config : "/nonexistent"};
    lockdown_files(dir, also, readable, COUNT(readable));
    lockdown_syscalls();
    return EXIT_OK;
}

/* ---- starting ---- */

static void committed(void *ctx) {
    Box *box = ctx;
    Gateway *g = box->gateway;
    if (box->hub)
        hub_wake(box->hub);
    if (g)
        gateway_wake(g);
}

static Err start_contracts(Box *box) {
    Err e = OK;
    EngineConfig cfg = {.store = box->store,
                        .contracts = box_contracts,
                        .contract_count = box_contract_count,
                        .domain = domain_in_force,
                        .app = box,
                        .ports = box_ports(box),
                        .limits = box_engine_limits(&box->settings.now),
                        .session = session_actor,
                        .kind_user = USER.kind,
                        .kind_session = SESSION.kind};
    box->engine = site_check() ? engine_start(&cfg, &e) : NULL;
    if (!box->engine)
        return e;
    HubConfig hub = {.store = box->store,
                     .port = box_hub_port,
                     .dialects = dialects,
                     .dialect_count = COUNT(dialects),
                     .engine = box->engine,
                     .domain = domain_in_force,
                     .app = box};
    box->hub = hub_start(&hub, &e);
    return e;
}

/* Where the first admin comes from. */
static void say_setup(const Box *box, Str origin) {
    char token[TOKEN_CHARS];
    if (box->settings.now.public_url.n)
        origin = box->settings.now.public_url;
    if (admin_link_token(box->store, token))
        printf("gigbox: there is no admin yet; within a day, open %.*s/setup?token=%.*s\n", STR_ARG(origin), TOKEN_CHARS, token);
}

static void say_listening(Box *box) {
    const Settings *s = &box->settings.now;
    Str first = {NULL, 0};
    size_t i = 0;
    const struct {
        bool on;
        const char *scheme;
        Str address;
    } rows[] = {{!s->tls_only, "http", s->listen}, {s->tls_listen.n > 0, "https", s->tls_listen}};
    for (size_t k = 0; k < COUNT(rows); k++) {
        if (!rows[k].on)
            continue;
        Str host = rows[k].address;
        while (host.n && host.p[host.n - 1] != ':')
            host.n--;
        host = host.n > 1 ? str_slice(host, 0, host.n - 1) : S("0.0.0.0");
        Str origin = arena_printf(&box->arena, "%s://%.*s:%d", rows[k].scheme, STR_ARG(host), http_port(box->http, i++));
        printf("gigbox: listening on %.*s\n", STR_ARG(origin));
        if (!first.n)
            first = origin;
    }
    if (box->sandbox)
        printf("gigbox: sandbox: providers without keys are simulated; what they sent is at /sandbox/outbox\n");
    say_setup(box, first);
    fflush(stdout);
}

static int failed(const char *what, Err e, const char *why) {
    fprintf(stderr, "gigbox: %s: %s\n", what, why && *why ? why : err_name(e));
    return EXIT_UNUSABLE;
}

/* From the thread that got it: the main one reads it, as after any SIGHUP. */
static void certificate_renewed(void *ctx) { pthread_kill(((Box *)ctx)->main_thread, SIGHUP); }

/* The authorities that providers' certificates are held against: Mozilla's, and those of ca_file. */
static int trusted_roots(Box *box) {
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    const Settings *s = &box->settings.now;
    Str own = {NULL, 0};
    box->roots = str_of(data_ca_bundle_pem, data_ca_bundle_pem_size);
    if (!s->ca_file.n)
        return EXIT_OK;
    Err e = settings_read_file(zero_ended(box, s->ca_file), &box->arena, &own);
    if (e == OK && (!own.n || !memmem(own.p, own.n, begin, sizeof begin - 1)))
        return failed("ca_file", E_INVALID, "holds no PEM certificate");
    if (e == OK) {
        box->roots = arena_printf(&box->arena, "%.*s\n%.*s", STR_ARG(own), STR_ARG(box->roots));
        e = box->roots.p ? OK : E_NOMEM;
    }
    return e ? failed("ca_file", e, NULL) : EXIT_OK;
}

/* The restored marketplace's own audit log tells of it. */
static Err note_restore(Tx *tx, void *arg) {
    (void)arg;
    Diag diag = {0};
    Call c = {.tx = tx, .arena = tx_arena(tx), .diag = &diag, .now_ms = tx_now_ms(tx), .actor = {.rights = RIGHT_SYSTEM}};
    return audit_add(&c, S("restore.done"), S("box"), 0, S("the former data file is kept beside it"));
}

static int start(Box *box) {
    const Settings *s = &box->settings.now;
    uint8_t key[32];
    char why[NET_WHY_BYTES] = "", restore_why[BACKUP_WHY_BYTES] = "", url[BOX_URL_BYTES];
    HttpConfig http;
    HttpApp app;
    DomainConfig *domain = ARENA_NEW(&box->arena, DomainConfig);
    bool restored = false;
    if (restore_pending(box->options->data, &restored, restore_why) != OK)
        return failed("restore", E_IO, restore_why);
    box->store = box_store_open(box, box->options->data, false);
    if (!box->store)
        return EXIT_UNUSABLE;
    if (restored) {
        log_line(LOG_WARN, "restore", "a restored copy took the data file's place", "data=%s", box->options->data);
        (void)store_write(box->store, note_restore, NULL);
    }
    box->restores = restores_open(box->options->data);
    box->live = live_open(box);
    if (!box->restores)
        return failed("restore", E_NOMEM, NULL);
    Err e = live_overlay(box->store, &box->settings, &box->arena);
    if (e || !box->live)
        return failed("settings", e ? e : E_NOMEM, NULL);
    e = box_key(box->store, &box->arena, key);
    if (e || !domain)
        return failed("the box's key", e ? e : E_NOMEM, NULL);
    box_domain_config(s, key, domain);
    box->domain = domain;
    engine_ids_of(domain->box_key, &box->ids);
    e = fetch_open(box->roots, &box->fetch);
    if (e)
        return failed("outbound calls", e, NULL);
    gateway_config(s, &box->gateway_config);
    box_push(box, domain->box_key);
    SandboxConfig sandbox = {.store = box->store,
                             .fetch = fetch_seam(box->fetch),
                             .ids = &box->ids,
                             .box_key = domain->box_key,
                             .remote = s->sandbox_remote,
                             .webhook_path = "/api/webhooks/payment",
                             .stripe_path = "/api/webhooks/stripe"};
    e = sandbox_open(&sandbox, &box->gateway_config, &box->sandbox);
    if (e)
        return failed("sandbox", e, NULL);
    e = start_contracts(box);
    if (e)
        return failed("contracts", e, NULL);
    blocking_register(http_blocking_begin, http_blocking_end);
    http_config(box, &http);
    box_http_app(box, &app);
    box->health = (HealthSource){.store = box->store,
                                 .hub = box->hub,
                                 .started_ms = clock_mono_ms(),
                                 .sandbox = box->sandbox != NULL,
                                 .tls = s->tls_listen.n > 0};
    e = http_open(&http, &app, &box->http, why);
    if (e)
        return failed("server", e, why);
    box->health.http = box->http;
    snprintf(url, sizeof url, "http://127.0.0.1:%d", http_port(box->http, http.listen_count - 1));
    if (box->sandbox && (e = sandbox_start(box->sandbox, str_c0(url))) != OK)
        return failed("sandbox", e, NULL);
    GatewayEnv env = {.config = &box->gateway_config,
                      .store = box->store,
                      .fetch = fetch_seam(box->fetch),
                      .domain = domain_in_force,
                      .app = box,
                      .ids = &box->ids};
    Gateway *gateway = NULL;
    e = gateway_start(&env, &gateway);
    if (e)
        return failed("gateway", e,
                      e == E_INVALID ? "sms_provider is unknown, or fcm_service_account is no service account's key" : NULL);
    box->gateway = gateway;
    e = store_on_commit(box->store, committed, box);
    JobsConfig jobs = {.store = box->store, .domain = domain_in_force, .app = box};
    if (e == OK)
        box->jobs = jobs_start(&jobs, &e);
    if (e)
        return failed("jobs", e, NULL);
    backup_config(s, box->options->data, fetch_seam(box->fetch), &box->backup_config);
    box->backups = backups_start(box->store, &box->backup_config, &e);
    box->health.backups = box->backups;
    if (e)
        return failed("backups", e, NULL);
    if (s->acme_names.n && s->tls_listen.n && !(s->tls_cert.n && s->tls_key.n)) {
        CertsConfig certs = {.fetch = fetch_seam(box->fetch),
                             .directory = s->acme_url,
                             .email = s->acme_email,
                             .names = s->acme_names,
                             .data = box->options->data,
                             .ctx = box,
                             .renewed = certificate_renewed};
        memcpy(certs.box_key, key, sizeof certs.box_key);
        box->certs = certs_start(&certs, &e);
        if (e)
            return failed("certificates", e, NULL);
    }
    if (s->mdns) {
        MdnsConfig mdns = {
            .host = s->mdns_name, .instance = s->name, .port = (uint16_t)http_port(box->http, 0), .tls = s->tls_only};
        box->mdns = mdns_start(&mdns, &e);
        if (e == E_INVALID)
            return failed("mdns_name", e, "letters, digits and hyphens only");
        if (e)
            log_line(LOG_WARN, "mdns", "not to be had here", "error=%s", err_name(e));
    }
    e = http_run(box->http); /* last: who is answered finds everything there */
    return e ? failed("server", e, "no thread could be started") : EXIT_OK;
}

/* ---- stopping ---- */

static void stop(Box *box) {
    Gateway *gateway = box->gateway;
    mdns_stop(box->mdns);
    jobs_stop(box->jobs);
    if (box->fetch)
        fetch_stop(box->fetch);
    gateway_stop(gateway);
    http_stop(box->http, (int)box->settings.now.drain_ms);
    certs_stop(box->certs); /* nor this: it answers the authority */
    hub_stop(box->hub);
    engine_stop(box->engine);
    backups_stop(box->backups); /* not before the server: /healthz asks it */
    restores_close(box->restores); /* while the calls of a fetch still end */
    sandbox_stop(box->sandbox);
    store_close(box->store);
    hub_free(box->hub);
    gateway_free(gateway);
    fetch_close(box->fetch);
    live_close(box->live);
    box->gateway = NULL;
    box->mdns = NULL;
    box->jobs = NULL;
    box->fetch = NULL;
    box->http = NULL;
    box->hub = NULL;
    box->engine = NULL;
    box->backups = NULL;
    box->certs = NULL;
    box->sandbox = NULL;
    box->store = NULL;
    box->live = NULL;
    box->restores = NULL;
}

/* ---- signals ---- */

/* Certificates always; settings where a running box can change them (live.h). */
static void reload(Box *box) {
    char why[NET_WHY_BYTES];
    live_reload(box->live);
    if (!box->settings.now.tls_listen.n)
        return;
    pthread_mutex_lock(&box->tls_lock);
    acme_file(box);
    pthread_mutex_unlock(&box->tls_lock);
    box_renew_self_signed(box);
    (void)box_reload_tls(box, why);
}

static Err nothing(Tx *tx, void *arg) {
    (void)tx, (void)arg;
    return OK;
}

/* Waits for signals; in between tells the watchdog, after a turn through the writer's queue: a box whose writer hangs falls
 * silent, and is started again. What a full disk answers is an answer too. */
static void wait_for_end(Box *box, const Notify *notify, const sigset_t *set) {
    int64_t period = notify->watchdog_ms ? notify->watchdog_ms : MS_MINUTE, looked_ms = clock_mono_ms();
    struct timespec wait = {.tv_sec = (time_t)(period / 1000), .tv_nsec = (long)(period % 1000) * 1000000};
    for (;;) {
        int sig = sigtimedwait(set, NULL, &wait);
        if (clock_mono_ms() - looked_ms >= 10 * MS_MINUTE) {
            looked_ms = clock_mono_ms();
            box_renew_self_signed(box);
        }
        if (sig < 0) {
            if (notify->watchdog_ms && errno == EAGAIN) {
                (void)store_write(box->store, nothing, NULL);
                notify_alive(notify);
            }
            continue;
        }
        if (sig == SIGHUP) {
            notify_reloading(notify);
            reload(box);
            notify_ready(notify);
            continue;
        }
        if (sig == SIGUSR1) {
            if (backups_now(box->backups) != OK)
                log_line(LOG_WARN, "backup", "asked for a backup, but there is no place for one", "backup_dir=%s", "");
            continue;
        }
        if (sig == SIGUSR2 && !box->again)
            continue;
        box->again &= sig == SIGUSR2;
        log_line(LOG_INFO, "serve", box->again ? "starting again" : "stopping", "signal=%d", sig);
        if (box->again)
            notify_reloading(notify);
        else
            notify_stopping(notify);
        return;
    }
}

int box_serve(Box *box) {
    sigset_t set;
    Notify notify;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2); /* our own: start again, after a restore */
    signal(SIGPIPE, SIG_IGN);
    if (getpid() == 1)
        signal(SIGCHLD, SIG_IGN); /* whoever is left to us in a container is not left a zombie */
    notify_open(&notify, box->options->environment);
    pthread_sigmask(SIG_BLOCK, &set, NULL); /* before any thread: only the main thread takes them */
    int code = tls_files(box);
    if (code == EXIT_OK)
        code = trusted_roots(box); /* which an unprivileged, confined process may not be able to read */
    if (code == EXIT_OK)
        code = confine(box);
    box->main_thread = pthread_self();
    pthread_mutex_init(&box->tls_lock, NULL);
    const SettingsLoad settings = box->settings; /* start() lays over it what is in the data file */
    bool restarted = false;
    for (bool run = code == EXIT_OK; run; run = box->again && code == EXIT_OK) {
        box->again = false;
        box->settings = settings;
        code = start(box);
        if (code == EXIT_OK) {
            if (restarted)
                live_reload(box->live); /* the settings file may have changed since the program began */
            restarted = true;
            say_listening(box);
            notify_ready(&notify);
            wait_for_end(box, &notify, &set);
        }
        stop(box);
    }
    pthread_mutex_destroy(&box->tls_lock);
    notify_close(&notify);
    return code;
}

int command_serve(const Options *o) {
    Box *box = calloc(1, sizeof *box);
    if (!box)
        return EXIT_UNUSABLE;
    box->options = o;
    arena_init(&box->arena, COMMAND_ARENA_BYTES);
    int code = command_settings(o, &box->settings);
    if (code == EXIT_OK) {
        box_setup_log(&box->settings.now);
        code = box_serve(box);
    }
    arena_free(&box->arena);
    free(box);
    return code;
}
