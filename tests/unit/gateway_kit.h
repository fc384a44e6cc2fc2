/* gateway_kit.h - what the gateway's tests share: TAP, a scratch store, and a Fetch whose answers the test gives. */
#ifndef TESTS_GATEWAY_KIT_H
#define TESTS_GATEWAY_KIT_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "domain/audit.h"
#include "domain/bank.h"
#include "domain/event.h"
#include "domain/ledger.h"
#include "domain/outbox.h"
#include "domain/row.h"
#include "domain/user.h"
#include "domain/wallet.h"
#include "gateway/gateway.h"
#include "gateway/sandbox/sandbox.h"

static int kit_failed;
static inline void kit_check(bool good, const char *name, const char *file, int line) {
    printf(good ? "ok %s\n" : "not ok %s\n# at %s:%d\n", name, file, line);
    fflush(stdout);
    if (!good)
        kit_failed = 1;
}
#define CHECK(cond, name) kit_check((cond), (name), __FILE__, __LINE__)
#define MUST(cond)                                                  \
    do {                                                            \
        if (!(cond)) {                                              \
            printf("not ok %s:%d %s\n", __FILE__, __LINE__, #cond); \
            exit(1);                                                \
        }                                                           \
    } while (0)

static inline bool has(Str text, const char *part) { return text.p && memmem(text.p, text.n, part, strlen(part)) != NULL; }
static inline void nap_ms(long ms) {
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}
/* Waits until cond holds, at most ms. */
#define WITHIN(ms, cond)                            \
    ({                                              \
        int64_t until_ = clock_mono_ms() + (ms);    \
        while (!(cond) && clock_mono_ms() < until_) \
            nap_ms(5);                              \
        (cond);                                     \
    })

/* ---- the outside ---- */

enum { KIT_CALLS_MAX = 256 };
typedef struct KitCall {
    bool mail;
    Str method, url, body, user, password, to, data;
    FetchHeader headers[4];
    size_t header_count;
    int64_t at_ms;
} KitCall;

typedef struct KitFetch {
    pthread_mutex_t lock;
    Arena arena; /* copies of what was asked */
    KitCall calls[KIT_CALLS_MAX];
    size_t count;
    _Atomic int running, running_max;
    /* What to answer; may block. Called without the lock. */
    Err (*_Atomic answer)(const KitCall *call, FetchResponse *res);
} KitFetch;

static KitFetch outside = {.lock = PTHREAD_MUTEX_INITIALIZER};

static inline Str keep(Str s) { return arena_str(&outside.arena, s); }

static inline Err kit_answer(KitCall call, FetchResponse *res) {
    pthread_mutex_lock(&outside.lock);
    MUST(outside.count < KIT_CALLS_MAX);
    outside.calls[outside.count++] = call;
    if (++outside.running > outside.running_max)
        outside.running_max = outside.running;
    pthread_mutex_unlock(&outside.lock);
    *res = (FetchResponse){.status = 200};
    Err e = outside.answer(&call, res);
    pthread_mutex_lock(&outside.lock);
    outside.running--;
    pthread_mutex_unlock(&outside.lock);
    return e;
}

static inline Err kit_http(void *ctx, Arena *a, const FetchRequest *req, FetchResponse *res) {
    (void)ctx, (void)a;
    pthread_mutex_lock(&outside.lock);
    KitCall call = {.method = keep(req->method),
                    .url = keep(req->url),
                    .body = keep(req->body),
                    .user = keep(req->user),
                    .password = keep(req->password),
                    .at_ms = clock_mono_ms()};
    for (size_t i = 0; i < req->header_count && i < COUNT(call.headers); i++)
        call.headers[call.header_count++] = (FetchHeader){keep(req->headers[i].name), keep(req->headers[i].value)};
    pthread_mutex_unlock(&outside.lock);
    return kit_answer(call, res);
}

static inline Err kit_mail(void *ctx, Arena *a, const MailRequest *req, FetchResponse *res) {
    (void)ctx, (void)a;
    pthread_mutex_lock(&outside.lock);
    KitCall call = {
        .mail = true, .to = keep(req->to), .data = keep(req->data), .user = keep(req->user), .at_ms = clock_mono_ms()};
    pthread_mutex_unlock(&outside.lock);
    return kit_answer(call, res);
}
static const Fetch kit_fetch = {.http = kit_http, .mail = kit_mail};

static inline Str call_header(const KitCall *c, Str name) {
    for (size_t i = 0; i < c->header_count; i++)
        if (str_eq_nocase(c->headers[i].name, name))
            return c->headers[i].value;
    return (Str){NULL, 0};
}
static inline size_t calls_made(void) {
    pthread_mutex_lock(&outside.lock);
    size_t n = outside.count;
    pthread_mutex_unlock(&outside.lock);
    return n;
}
static inline void outside_reset(Err (*answer)(const KitCall *, FetchResponse *)) {
    pthread_mutex_lock(&outside.lock);
    arena_free(&outside.arena);
    arena_init(&outside.arena, 64 * 1024 * 1024);
    outside.count = 0;
    outside.running_max = 0;
    outside.answer = answer;
    pthread_mutex_unlock(&outside.lock);
}
static inline Err answer_ok(const KitCall *call, FetchResponse *res) {
    (void)call;
    res->body = S("{\"id\":\"x_1\",\"type\":\"success\",\"message\":\"m_1\",\"sid\":\"SM1\",\"name\":\"n_1\"}");
    return OK;
}

/* ---- the box ---- */

static const DomainConfig kit_domain = {.name = STR_INIT("Test"),
                                        .currency = STR_INIT("INR"),
                                        .currency_decimals = 2,
                                        .otp_ttl_ms = 300000,
                                        .otp_tries = 5,
                                        .withdraw_min = 100,
                                        .sandbox = true};
static inline const DomainConfig *kit_domain_now(void *app) {
    (void)app;
    return &kit_domain;
}
static const Record *kit_records[128]; /* the domain's and the sandbox's */
static inline size_t kit_record_count(void) {
    static const Record *const sandbox[] = {&SANDBOX_THING, &SANDBOX_MESSAGE, &SANDBOX_EVENT};
    MUST(domain_record_count + COUNT(sandbox) <= COUNT(kit_records));
    memcpy(kit_records, domain_records, domain_record_count * sizeof *kit_records);
    memcpy(kit_records + domain_record_count, sandbox, sizeof sandbox);
    return domain_record_count + COUNT(sandbox);
}
static Store *store;
static char kit_path[64];

/* A store keeps its listeners, tests start several gateways. */
static pthread_mutex_t kit_lock = PTHREAD_MUTEX_INITIALIZER;
static Gateway *kit_current;
static inline void kit_wake(void *ctx) {
    (void)ctx;
    pthread_mutex_lock(&kit_lock);
    if (kit_current)
        gateway_wake(kit_current);
    pthread_mutex_unlock(&kit_lock);
}

static inline void kit_remove(void) {
    static const char *const names[] = {"gigbox.db", "gigbox.db-lock"};
    char path[128];
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s", kit_path, names[i]);
        unlink(path);
    }
    rmdir(kit_path);
}
static inline void kit_store(void) {
    if (!kit_path[0]) {
        strcpy(kit_path, "/tmp/gigbox-gateway-XXXXXX");
        MUST(mkdtemp(kit_path));
        atexit(kit_remove);
    }
    Arena a;
    Err e;
    Str why = {0};
    arena_init(&a, 65536);
    StoreConfig cfg = {
        .dir = kit_path, .records = kit_records, .record_count = kit_record_count(), .no_sync = true, .now_ms = clock_now_ms};
    store = store_open(&cfg, &a, &why, &e);
    if (!store)
        printf("# store_open: %s %.*s\n", err_name(e), STR_ARG(why));
    MUST(store && store_on_commit(store, kit_wake, NULL) == OK);
    arena_free(&a);
}

typedef struct KitJob {
    OpFn *op;
    const void *in;
    void *out;
    Actor actor;
    Arena *arena;
} KitJob;
static inline Err kit_job(Tx *tx, void *arg) {
    KitJob *j = arg;
    Diag d;
    diag_clear(&d);
    Call c = {.tx = tx,
              .arena = j->arena ? j->arena : tx_arena(tx),
              .diag = &d,
              .now_ms = tx_now_ms(tx),
              .actor = j->actor,
              .cfg = &kit_domain};
    return j->op(&c, j->in, j->out);
}
static inline Err kit_write(OpFn *op, const void *in, void *out) {
    KitJob j = {.op = op, .in = in, .out = out, .actor = {.rights = RIGHT_SYSTEM | RIGHT_ADMIN}};
    return store_write(store, kit_job, &j);
}
static inline Err op_outbox_add(Call *c, const void *in, void *out) {
    Outbox row = *(const Outbox *)in;
    Err e = outbox_add(c, &row);
    *(int64_t *)out = row.id;
    return e;
}
static inline int64_t queue_row(Outbox row) {
    int64_t id = 0;
    MUST(kit_write(op_outbox_add, &row, &id) == OK);
    return id;
}
static inline Outbox load_row(int64_t id) {
    static Arena a;
    Tx *tx;
    Outbox row = {.id = id};
    arena_free(&a);
    arena_init(&a, 1024 * 1024);
    MUST(store_read(store, &a, &tx) == OK);
    MUST(rec_get(tx, &OUTBOX, id, &row) == OK && row_keep(&a, &OUTBOX, &row) == OK);
    store_read_end(tx);
    return row;
}

static inline GatewayConfig kit_config(void) {
    return (GatewayConfig){.name = S("Campus Gigs"),
                           .razorpay_url = S("http://rzp"),
                           .razorpay_key_id = S("rzp_test_key"),
                           .razorpay_key_secret = S("secret"),
                           .razorpay_webhook_secret = S("hook"),
                           .razorpay_account_number = S("2323"),
                           .sms_provider = S("twilio"),
                           .sms_account = S("AC1"),
                           .sms_key = S("smskey"),
                           .sms_sender = S("+15005550006"),
                           .sms_template = S("tmpl"),
                           .smtp_host = S("mail.test"),
                           .smtp_port = 25,
                           .smtp_from = S("gigs@campus.test"),
                           .push_url = S("http://fcm"),
                           .push_project = S("proj"),
                           .push_token = S("tok"),
                           .senders = 3,
                           .calls_max = 4};
}
/* Commits wake it from now on. */
static inline void kit_attach(Gateway *g) {
    pthread_mutex_lock(&kit_lock);
    kit_current = g;
    pthread_mutex_unlock(&kit_lock);
}
static inline Gateway *kit_gateway(const GatewayConfig *cfg) {
    Gateway *g = NULL;
    GatewayEnv env = {.config = cfg, .store = store, .fetch = kit_fetch, .domain = kit_domain_now};
    MUST(gateway_start(&env, &g) == OK);
    kit_attach(g);
    return g;
}
/* As the box does at its end, but the store goes on. */
static inline void kit_gateway_end(Gateway *g) {
    pthread_mutex_lock(&kit_lock);
    kit_current = NULL;
    pthread_mutex_unlock(&kit_lock);
    gateway_stop(g);
    gateway_free(g);
}

#endif
