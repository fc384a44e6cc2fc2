#include "net/fetch.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/blocking.h"
#include "base/clock.h"
#include "base/failpoint.h"

enum { ORIGIN_BYTES = 128, UPLOAD_BUFFER_BYTES = 16 * 1024 };

typedef struct Handle {
    CURL *easy; /* NULL: not made yet */
    bool busy;
    int64_t used_ms;
    char origin[ORIGIN_BYTES]; /* scheme, host and port it talked to last */
} Handle;

struct FetchPool {
    Str ca_pem;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    bool stopping; /* under the lock; read without it by the progress callback */
    Handle handles[FETCH_HANDLES_MAX];
};

Err fetch_open(Str ca_pem, FetchPool **out) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return E_INTERNAL;
    FetchPool *p = calloc(1, sizeof *p);
    if (!p)
        return E_NOMEM;
    p->ca_pem = ca_pem;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->freed, &attr);
    pthread_condattr_destroy(&attr);
    *out = p;
    return OK;
}

void fetch_stop(FetchPool *p) {
    pthread_mutex_lock(&p->lock);
    __atomic_store_n(&p->stopping, true, __ATOMIC_RELAXED);
    pthread_cond_broadcast(&p->freed);
    pthread_mutex_unlock(&p->lock);
}

void fetch_close(FetchPool *p) {
    if (!p)
        return;
    for (size_t i = 0; i < FETCH_HANDLES_MAX; i++)
        if (p->handles[i].easy)
            curl_easy_cleanup(p->handles[i].easy);
    pthread_cond_destroy(&p->freed);
    pthread_mutex_destroy(&p->lock);
    free(p);
    curl_global_cleanup();
}

/* The idle handle that suits an origin best: same origin, then one never used, then the one used longest ago. Under the lock. */
static Handle *idle_handle(FetchPool *p, const char *origin) {
    Handle *fresh = NULL, *oldest = NULL, *same = NULL;
    for (size_t i = 0; i < FETCH_HANDLES_MAX; i++) {
        Handle *h = &p->handles[i];
        if (h->busy)
            continue;
        if (!h->easy)
            fresh = fresh ? fresh : h;
        else if (strcmp(h->origin, origin) == 0)
            same = !same || h->used_ms > same->used_ms ? h : same;
        else if (!oldest || h->used_ms < oldest->used_ms)
            oldest = h;
    }
    return same ? same : fresh ? fresh : oldest;
}

static Err borrow(FetchPool *p, const char *origin, int64_t until_ms, Handle **out) {
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};
    Err e = OK;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        if (p->stopping) {
            e = E_BUSY;
            break;
        }
        if ((*out = idle_handle(p, origin)))
            break;
        if (clock_mono_ms() >= until_ms) {
            e = E_NETWORK;
            break;
        }
        pthread_cond_timedwait(&p->freed, &p->lock, &until);
    }
    if (!e)
        (*out)->busy = true;
    pthread_mutex_unlock(&p->lock);
    if (!e && !(*out)->easy && !((*out)->easy = curl_easy_init()))
        e = E_NOMEM;
    if (e)
        return e;
    snprintf((*out)->origin, ORIGIN_BYTES, "%s", origin);
    return OK;
}

static void give_back(FetchPool *p, Handle *h) {
    CURL *stale[FETCH_HANDLES_MAX];
    size_t n = 0;
    int64_t now = clock_mono_ms();
    if (h->easy)
        curl_easy_reset(h->easy); /* options go, connections and sessions stay */
    pthread_mutex_lock(&p->lock);
    h->used_ms = now;
    h->busy = false;
    for (size_t i = 0; i < FETCH_HANDLES_MAX; i++) {
        Handle *o = &p->handles[i];
        if (!o->busy && o->easy && now - o->used_ms > FETCH_IDLE_S * MS_SECOND) {
            stale[n++] = o->easy;
            o->easy = NULL;
        }
    }
    pthread_cond_signal(&p->freed);
    pthread_mutex_unlock(&p->lock);
    while (n)
        curl_easy_cleanup(stale[--n]);
}

/* ---- one transfer ---- */

typedef struct Transfer {
    FetchPool *pool;
    Arena *arena;
    FetchResponse *res;
    Buf body;
    Str upload;
    size_t uploaded;
    bool arena_failed;
} Transfer;

static size_t on_body(char *p, size_t size, size_t n, void *ctx) {
    Transfer *t = ctx;
    buf_put(&t->body, p, size * n);
    return t->body.err ? 0 : size * n;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx) {
    Transfer *t = ctx;
    Str line = str_of(p, size * n);
    size_t colon = str_index(line, ':');
    if (str_starts(line, S("HTTP/"))) {
        t->res->header_count = 0; /* what came before belonged to an interim answer */
    } else if (colon < line.n && t->res->header_count < FETCH_HEADERS_MAX) {
        FetchHeader *h = &t->res->headers[t->res->header_count];
        h->name = arena_str(t->arena, str_slice(line, 0, colon));
        h->value = arena_str(t->arena, str_trim(str_from(line, colon + 1)));
        if (!h->name.p || !h->value.p) {
            t->arena_failed = true;
            return 0;
        }
        t->res->header_count++;
    }
    return size * n;
}

static size_t on_upload(char *to, size_t size, size_t n, void *ctx) {
    Transfer *t = ctx;
    size_t left = t->upload.n - t->uploaded, take = left < size * n ? left : size * n;
    if (take)
        memcpy(to, t->upload.p + t->uploaded, take);
    t->uploaded += take;
    return take;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    (void)a, (void)b, (void)c, (void)d;
    Transfer *t = ctx;
    return __atomic_load_n(&t->pool->stopping, __ATOMIC_RELAXED) ? 1 : 0;
}

/* "https://host:port" of a URL. */
static void origin_of(const char *url, char out[ORIGIN_BYTES]) {
    const char *host = strstr(url, "://");
    size_t n = host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0;
    if (n >= ORIGIN_BYTES)
        n = 0;
    memcpy(out, url, n);
    out[n] = 0;
}

static void common_options(CURL *c, Transfer *t, Str ca_pem, const char *protocols, int64_t left_ms) {
    struct curl_blob roots = {.data = (void *)(uintptr_t)ca_pem.p, .len = ca_pem.n, .flags = CURL_BLOB_NOCOPY};
    long connect_ms = (long)(left_ms < FETCH_CONNECT_MS ? left_ms : FETCH_CONNECT_MS);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)left_ms);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_MAXCONNECTS, (long)FETCH_CONNECTIONS_PER_HANDLE);
    curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, (long)FETCH_IDLE_S);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &roots);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER_BYTES);
}

static Err outcome(const Transfer *t, CURLcode code) {
    if (code == CURLE_OK)
        return OK;
    snprintf(t->res->error, FETCH_ERROR_BYTES, "%s", curl_easy_strerror(code));
    if (t->body.err)
        return t->body.err;
    if (t->arena_failed || code == CURLE_OUT_OF_MEMORY)
        return E_NOMEM;
    switch (code) {
    case CURLE_ABORTED_BY_CALLBACK: return E_BUSY;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return E_INVALID;
    default: return E_NETWORK;
    }
}

/* Both kinds of call: borrows a handle, lets `prepare` set the options, performs. */
typedef bool Prepare(CURL *c, Transfer *t, const void *req, struct curl_slist **list);

static Err perform(FetchPool *p, Transfer *t, const char *url, int64_t deadline_ms, Str ca_pem, const char *protocols,
                   Prepare *prepare, const void *req) {
    char origin[ORIGIN_BYTES];
    int64_t until = clock_mono_ms() + deadline_ms;
    Handle *h = NULL;
    origin_of(url, origin);
    Err e = borrow(p, origin, until, &h);
    int64_t left = until - clock_mono_ms();
    if (!e && left <= 0)
        e = E_NETWORK;
    if (e) {
        snprintf(t->res->error, FETCH_ERROR_BYTES, "no connection was free in time");
    } else {
        struct curl_slist *list = NULL;
        common_options(h->easy, t, ca_pem.n ? ca_pem : p->ca_pem, protocols, left);
        curl_easy_setopt(h->easy, CURLOPT_URL, url);
        CURLcode code = prepare(h->easy, t, req, &list) ? curl_easy_perform(h->easy) : CURLE_OUT_OF_MEMORY;
        long status = 0;
        curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
        t->res->status = (int)status;
        e = outcome(t, code);
        curl_slist_free_all(list);
    }
    if (h)
        give_back(p, h);
    return e;
}

static bool add_line(struct curl_slist **list, const char *line) {
    struct curl_slist *l = line ? curl_slist_append(*list, line) : NULL;
    if (l)
        *list = l;
    return l != NULL;
}

static bool prepare_http(CURL *c, Transfer *t, const void *arg, struct curl_slist **list) {
    const FetchRequest *r = arg;
    bool typed = false;
    for (size_t i = 0; i < r->header_count; i++) {
        const FetchHeader *h = &r->headers[i];
        typed |= str_eq_nocase(h->name, S("content-type"));
        /* curl's own spelling of a header without a value is a semicolon */
        Str line = h->value.n ? arena_printf(t->arena, "%.*s: %.*s", STR_ARG(h->name), STR_ARG(h->value))
                              : arena_printf(t->arena, "%.*s;", STR_ARG(h->name));
        if (!line.p || !add_line(list, arena_cstr(t->arena, line)))
            return false;
    }
    if (!add_line(list, "Expect:") || (!typed && !add_line(list, "Content-Type:")))
        return false;
    char *method = arena_cstr(t->arena, r->method);
    char *user = arena_cstr(t->arena, r->user), *password = arena_cstr(t->arena, r->password);
    if (!method || !user || !password)
        return false;
    if (str_eq(r->method, S("GET"))) {
        curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
    } else {
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "");
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
    }
    if (r->any_peer) {
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (r->user.n) {
        curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(c, CURLOPT_USERNAME, user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, password);
    }
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, *list);
    return true;
}

static Err fail(FetchResponse *res, Err e, const char *why) {
    snprintf(res->error, FETCH_ERROR_BYTES, "%s", why);
    return e;
}

static Err fetch_http(void *ctx, Arena *a, const FetchRequest *r, FetchResponse *res) {
    *res = (FetchResponse){0};
    bool bad = str_has_control(r->method) || !r->method.n || str_has_control(r->url) || str_has_control(r->user) ||
               str_has_control(r->password);
    for (size_t i = 0; !bad && i < r->header_count; i++)
        bad = !r->headers[i].name.n || str_has_control(r->headers[i].name) || str_has_control(r->headers[i].value);
    if (bad || r->header_count > FETCH_HEADERS_MAX)
        return fail(res, E_INVALID, "malformed request");
    if (failpoint(FP_FETCH))
        return fail(res, E_NETWORK, "failpoint");
    char *url = arena_cstr(a, r->url);
    if (!url)
        return E_NOMEM;
    Transfer t = {.pool = ctx, .arena = a, .res = res, .body = buf_arena(a, r->response_bytes_max)};
    blocking_begin();
    Err e = perform(ctx, &t, url, r->deadline_ms, r->ca_pem, "http,https", prepare_http, r);
    blocking_end();
    res->body = buf_str(&t.body);
    return e;
}

/* ---- mail ---- */

/* One bare address that cannot smuggle a second command or recipient into the dialogue. */
static bool bare_address(Str s) {
    size_t at = str_index(s, '@');
    if (!s.n || s.n > 254 || at == 0 || at + 1 >= s.n)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c <= ' ' || c >= 0x7f || strchr("<>()[],;:\\\"", c) || (c == '@' && i != at))
            return false;
    }
    return true;
}

static bool prepare_mail(CURL *c, Transfer *t, const void *arg, struct curl_slist **list) {
    const MailRequest *m = arg;
    char *from = arena_cstr(t->arena, m->from), *to = arena_cstr(t->arena, m->to);
    char *user = arena_cstr(t->arena, m->user), *password = arena_cstr(t->arena, m->password);
    if (!from || !to || !user || !password || !add_line(list, to))
        return false;
    if (m->security == MAIL_STARTTLS)
        curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    if (m->user.n) {
        curl_easy_setopt(c, CURLOPT_USERNAME, user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, password);
    }
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, *list);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)m->data.n);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, on_upload);
    curl_easy_setopt(c, CURLOPT_READDATA, t);
    return true;
}

static Err fetch_mail(void *ctx, Arena *a, const MailRequest *m, FetchResponse *res) {
    enum { REPLY_BYTES_MAX = 4096 };
    *res = (FetchResponse){0};
    if (!bare_address(m->from) || !bare_address(m->to) || str_has_control(m->host) || !m->host.n ||
        str_index(m->host, '/') < m->host.n || str_has_control(m->user) || str_has_control(m->password) || m->port < 1 ||
        m->port > 65535)
        return fail(res, E_INVALID, "malformed mail request");
    if (failpoint(FP_FETCH))
        return fail(res, E_NETWORK, "failpoint");
    /* The path is the name that curl says EHLO with; the sender's domain is one the server may look up. */
    Str domain = str_from(m->from, str_index(m->from, '@') + 1);
    Str url = arena_printf(a, "%s://%.*s:%d/%.*s", m->security == MAIL_TLS ? "smtps" : "smtp", STR_ARG(m->host), m->port,
                           STR_ARG(domain));
    char *z = url.p ? arena_cstr(a, url) : NULL;
    if (!z)
        return E_NOMEM;
    Transfer t = {.pool = ctx, .arena = a, .res = res, .body = buf_arena(a, REPLY_BYTES_MAX), .upload = m->data};
    blocking_begin();
    Err e = perform(ctx, &t, z, m->deadline_ms, m->ca_pem, "smtp,smtps", prepare_mail, m);
    blocking_end();
    res->header_count = 0; /* an SMTP dialogue has none */
    res->body = buf_str(&t.body);
    if (e == E_NETWORK && res->status >= 400)
        return fail(res, E_PROVIDER, "the mail server refused");
    return e;
}

Fetch fetch_seam(FetchPool *p) { return (Fetch){.ctx = p, .http = fetch_http, .mail = fetch_mail}; }
