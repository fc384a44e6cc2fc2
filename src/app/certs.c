#include "app/certs.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/settings.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/thread.h"
#include "net/tls.h"

_Static_assert((int)ACME_WHY_BYTES >= (int)TLS_WHY_BYTES, "a reason of either");
enum { ARENA_BYTES = 4 * 1024 * 1024, PEM_BYTES_MAX = 64 * 1024, PUBLISHED_MAX = 4, LIFE_PARTS = 3 };
#define LOOK_MS (10 * MS_MINUTE) /* a moved clock is noticed then */
#define RETRY_MS (15 * MS_MINUTE) /* authorities count failures by the hour */
#define RETRY_MS_MAX (24 * MS_HOUR)

static const Str challenge_path = STR_INIT("/.well-known/acme-challenge/");

typedef struct Published {
    char token[ACME_TOKEN_BYTES_MAX], answer[ACME_ANSWER_BYTES];
    size_t token_n, answer_n; /* 0: free */
} Published;

struct Certs {
    CertsConfig cfg;
    P256Key account;
    Thread thread;
    pthread_mutex_t lock;
    Published published[PUBLISHED_MAX]; /* under the lock */
};

bool certs_names_ok(Str names) {
    size_t count = 0;
    for (Str name; str_split(&names, ',', &name);) {
        name = str_trim(name);
        bool dots = false, letters = false;
        for (size_t i = 0; i < name.n; i++) {
            char ch = name.p[i];
            bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
            if (!letter && !(ch >= '0' && ch <= '9') && ch != '-' && ch != '.')
                return false;
            dots |= ch == '.';
            letters |= letter;
        }
        if (!dots || !letters || name.n > 253 || ++count > ACME_NAMES_MAX)
            return false;
    }
    return count > 0;
}

void certs_file(const char *data, char out[CERTS_PATH_BYTES]) { snprintf(out, CERTS_PATH_BYTES, "%s/tls-acme.pem", data); }

/* ---- what the authority asks for ---- */

static void publish(void *ctx, Str token, Str answer) {
    Certs *c = ctx;
    Published *free_one = NULL;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < PUBLISHED_MAX; i++) {
        Published *p = &c->published[i];
        if (str_eq(str_of(p->token, p->token_n), token))
            p->token_n = 0;
        if (!p->token_n)
            free_one = p;
    }
    if (answer.n && free_one && token.n <= sizeof free_one->token && answer.n <= sizeof free_one->answer) {
        memcpy(free_one->token, token.p, token.n);
        memcpy(free_one->answer, answer.p, answer.n);
        free_one->token_n = token.n;
        free_one->answer_n = answer.n;
    }
    pthread_mutex_unlock(&c->lock);
}

void certs_answer(Certs *c, const Request *req, Reply *rep) {
    Str token = str_from(req->path, challenge_path.n);
    rep->status = 404;
    rep->content_type = S("text/plain; charset=utf-8");
    if (!c || !token.n)
        return;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < PUBLISHED_MAX; i++) {
        const Published *p = &c->published[i];
        if (p->token_n && str_eq(str_of(p->token, p->token_n), token)) {
            rep->status = 200;
            buf_put(&rep->body, p->answer, p->answer_n);
        }
    }
    pthread_mutex_unlock(&c->lock);
}

/* ---- the thread ---- */

/* Waits; false when the box stops. */
static bool pause_for(void *ctx, int64_t ms) { return thread_sleep(&((Certs *)ctx)->thread, ms); }

/* The names stand in the file's first line. */
static Str first_line(Arena *a, Str names) { return arena_printf(a, "Names: %.*s\n", STR_ARG(names)); }

/* When another is due in place of the one in a file, with its key: when the last third of its life begins. 0: none is there. */
static int64_t due_at(const char *file, char why[TLS_WHY_BYTES]) {
    TlsFacts facts;
    if (tls_file_facts(file, file, &facts, why) != OK)
        return 0;
    return facts.to_ms - (facts.to_ms - facts.from_ms) / LIFE_PARTS;
}

/* How long there is to wait until another is due; 0: it is. */
static int64_t time_left(const Certs *c, const char *file, Arena *a) {
    Str text;
    char why[TLS_WHY_BYTES];
    if (settings_read_file(file, a, &text) != OK || !str_starts(text, first_line(a, c->cfg.names)))
        return 0;
    int64_t left = due_at(file, why) - clock_now_ms();
    return left > 0 ? left : 0;
}

/* Under another name first: what the server could not speak never takes the place of what it speaks. */
static Err write_file(const char *file, Str text, char why[TLS_WHY_BYTES]) {
    char part[CERTS_PATH_BYTES + 8];
    snprintf(part, sizeof part, "%s.part", file);
    bool whole = file_make(part, 0600, &text, 1) == OK;
    snprintf(why, TLS_WHY_BYTES, "%.150s: %.80s", part, strerror(errno));
    if (whole && due_at(part, why) > 0 && rename(part, file) == 0)
        return OK;
    unlink(part);
    return E_IO;
}

static Err obtain(Certs *c, const char *file, Arena *a, char why[ACME_WHY_BYTES]) {
    Acme acme = {.fetch = c->cfg.fetch,
                 .directory = c->cfg.directory,
                 .email = c->cfg.email,
                 .account = &c->account,
                 .ctx = c,
                 .publish = publish,
                 .wait = pause_for};
    Str names[ACME_NAMES_MAX], rest = c->cfg.names;
    size_t n = 0;
    for (Str name; n < ACME_NAMES_MAX && str_split(&rest, ',', &name); n++)
        names[n] = str_trim(name);
    Buf pem = buf_arena(a, PEM_BYTES_MAX);
    buf_add(&pem, first_line(a, c->cfg.names));
    Err e = acme_obtain(&acme, a, names, n, &pem, why);
    if (e == OK)
        e = write_file(file, buf_str(&pem), why);
    if (pem.p)
        secret_wipe(pem.p, pem.n);
    return e;
}

static void *certs_main(void *arg) {
    Certs *c = arg;
    char file[CERTS_PATH_BYTES], why[ACME_WHY_BYTES] = "no memory";
    int64_t wait_ms, retry_ms = RETRY_MS;
    Arena a;
    certs_file(c->cfg.data, file);
    arena_init(&a, ARENA_BYTES);
    do {
        wait_ms = time_left(c, file, &a);
        if (!wait_ms) {
            Err e = obtain(c, file, &a, why);
            if (e == OK) {
                log_line(LOG_INFO, "tls", "certificate obtained", "names=%.*s", STR_ARG(c->cfg.names));
                c->cfg.renewed(c->cfg.ctx);
                wait_ms = time_left(c, file, &a);
                snprintf(why, sizeof why, "the certificate is at its end when it comes: is the clock right?");
            }
            if (wait_ms) {
                retry_ms = RETRY_MS;
            } else if (e == E_BUSY) { /* the box is about to stop */
                wait_ms = MS_SECOND;
            } else {
                log_line(LOG_ERROR, "tls", "no certificate could be had; it is tried again", "error=%s", why);
                wait_ms = retry_ms;
                retry_ms = retry_ms * 2 < RETRY_MS_MAX ? retry_ms * 2 : RETRY_MS_MAX;
            }
        }
        if (retry_ms == RETRY_MS && wait_ms > LOOK_MS)
            wait_ms = LOOK_MS;
        arena_reset(&a);
    } while (pause_for(c, wait_ms));
    arena_free(&a);
    return NULL;
}

Certs *certs_start(const CertsConfig *cfg, Err *err) {
    uint8_t seed[SHA256_BYTES];
    Certs *c = calloc(1, sizeof *c);
    *err = E_NOMEM;
    if (!c)
        return NULL;
    c->cfg = *cfg;
    hmac_sha256(str_of(cfg->box_key, sizeof cfg->box_key), S("acme account"), seed);
    p256_key_of(str_of(seed, sizeof seed), &c->account);
    secret_wipe(seed, sizeof seed);
    pthread_mutex_init(&c->lock, NULL);
    *err = thread_start(&c->thread, certs_main, c);
    if (*err == OK)
        return c;
    pthread_mutex_destroy(&c->lock);
    free(c);
    return NULL;
}

void certs_stop(Certs *c) {
    if (!c)
        return;
    thread_stop(&c->thread);
    pthread_mutex_destroy(&c->lock);
    secret_wipe(c, sizeof *c);
    free(c);
}
