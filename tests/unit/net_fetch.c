/* The outbound seam over real sockets: a small server in this process answers by path. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "net/fetch.h"

static int failed;
static void check(bool good, const char *name, int line) {
    printf(good ? "ok %s\n" : "not ok %s\n# at line %d\n", name, line);
    fflush(stdout);
    failed |= !good;
}
#define CHECK(cond, name) check((cond), (name), __LINE__)

/* ---- the server: a thread per connection ---- */

static int port, accepted;
static char last_head[8192];
static pthread_mutex_t last_lock = PTHREAD_MUTEX_INITIALIZER;

static void put(int fd, const char *text) {
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        return;
}

static void put_big(int fd, const char *head, size_t bytes) {
    static const char fill[1000] = {'x'};
    put(fd, head);
    while (bytes) {
        size_t n = bytes < sizeof fill ? bytes : sizeof fill;
        if (send(fd, fill, n, MSG_NOSIGNAL) < 0)
            return;
        bytes -= n;
    }
}

static void *serve(void *arg) {
    int fd = (int)(intptr_t)arg;
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-One: 1\r\n\r\nhello";
    char in[8192];
    size_t n = 0;
    for (;;) {
        ssize_t got = recv(fd, in + n, sizeof in - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        in[n] = 0;
        char *end = strstr(in, "\r\n\r\n"), *length = strcasestr(in, "content-length:");
        if (!end || n < (size_t)(end - in) + 4 + (length ? strtoul(length + 15, NULL, 10) : 0))
            continue;
        pthread_mutex_lock(&last_lock);
        memcpy(last_head, in, n + 1);
        pthread_mutex_unlock(&last_lock);
        if (strstr(in, " /redirect"))
            put(fd, "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
        else if (strstr(in, " /big"))
            put_big(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", 2000);
        else if (strstr(in, " /endless")) /* says nothing of its length, and goes on until the other side hangs up */
            put_big(fd, "HTTP/1.1 200 OK\r\n\r\n", 1 << 30);
        else if (strstr(in, " /silent"))
            sleep(3);
        else if (strstr(in, " /cut"))
            put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), shutdown(fd, SHUT_RDWR);
        else
            put(fd, ok);
        n = 0;
    }
    close(fd);
    return NULL;
}

static void *accept_all(void *arg) {
    int listener = (int)(intptr_t)arg, fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        pthread_t t;
        __atomic_add_fetch(&accepted, 1, __ATOMIC_SEQ_CST);
        if (pthread_create(&t, NULL, serve, (void *)(intptr_t)fd) == 0)
            pthread_detach(t);
    }
    return NULL;
}

/* ---- calls ---- */

static FetchPool *pool;
static Arena arena;
static FetchResponse res;

static FetchRequest request(const char *method, const char *path) {
    return (FetchRequest){.method = str_c0(method),
                          .url = arena_printf(&arena, "http://127.0.0.1:%d%s", port, path),
                          .deadline_ms = 2000,
                          .response_bytes_max = 1000};
}
static Err fetch(FetchRequest r) {
    Fetch f = fetch_seam(pool);
    return f.http(f.ctx, &arena, &r, &res);
}

static void *hang(void *arg) {
    Arena own;
    FetchResponse r;
    arena_init(&own, 65536);
    FetchRequest req = {.method = S("GET"), .deadline_ms = 30000, .response_bytes_max = 100};
    req.url = arena_printf(&own, "http://127.0.0.1:%d/silent", port);
    Fetch f = fetch_seam(pool);
    *(Err *)arg = f.http(f.ctx, &own, &req, &r);
    arena_free(&own);
    return NULL;
}

int main(void) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    pthread_t acceptor;
    if (bind(listener, (struct sockaddr *)&at, n) || listen(listener, 64) || getsockname(listener, (struct sockaddr *)&at, &n))
        return 1;
    port = ntohs(at.sin_port);
    pthread_create(&acceptor, NULL, accept_all, (void *)(intptr_t)listener);
    pthread_detach(acceptor);
    arena_init(&arena, 16 * 1024 * 1024);
    if (fetch_open(S(""), &pool))
        return 1;

    FetchRequest r = request("GET", "/a?b=c");
    CHECK(fetch(r) == OK && res.status == 200 && str_eq(res.body, S("hello")) && str_eq(fetch_header(&res, S("x-one")), S("1")),
          "GET: status, body, headers");
    CHECK(strncmp(last_head, "GET /a?b=c HTTP/1.1\r\n", 21) == 0 && !strstr(last_head, "Expect"), "GET: the request line");

    FetchHeader headers[] = {{S("Content-Type"), S("application/json")}, {S("X-Empty"), S("")}};
    r = request("POST", "/p");
    r.headers = headers;
    r.header_count = 2;
    r.body = S("{\"a\":1}");
    r.user = S("key");
    r.password = S("se:cret");
    CHECK(fetch(r) == OK && strstr(last_head, "POST /p ") && strstr(last_head, "Content-Type: application/json\r\n") &&
              strstr(last_head, "X-Empty:") && strstr(last_head, "Authorization: Basic a2V5OnNlOmNyZXQ=\r\n") &&
              strstr(last_head, "Content-Length: 7\r\n") && strstr(last_head, "\r\n\r\n{\"a\":1}"),
          "POST: body, headers, Basic");
    fetch(request("GET", "/after"));
    CHECK(!strstr(last_head, "Authorization") && !strstr(last_head, "X-Empty"), "a handle forgets the request before");
    r = request("POST", "/empty");
    CHECK(fetch(r) == OK && strstr(last_head, "Content-Length: 0") && !strstr(last_head, "Content-Type"), "POST: an empty body");
    CHECK(accepted == 1, "one connection serves calls one after another");

    r = request("GET", "/redirect");
    CHECK(fetch(r) == OK && res.status == 302 && str_eq(fetch_header(&res, S("Location")), S("/other")),
          "redirects are shown, not followed");
    CHECK(fetch(request("GET", "/big")) == E_TOO_LARGE, "a body over its bound");
    CHECK(fetch(request("GET", "/endless")) == E_TOO_LARGE, "a body without end");
    CHECK(fetch(request("GET", "/cut")) == E_NETWORK, "a body that breaks off");
    int64_t begun = clock_mono_ms();
    r = request("GET", "/silent");
    r.deadline_ms = 300;
    CHECK(fetch(r) == E_NETWORK && clock_mono_ms() - begun < 1500, "the deadline holds");
    r = request("GET", "/");
    r.url = S("http://127.0.0.1:1/");
    CHECK(fetch(r) == E_NETWORK && res.error[0], "nobody listens");

    static const char *const bad[] = {"ftp://127.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1/", "not a url"};
    bool refused = true;
    for (size_t i = 0; i < COUNT(bad); i++) {
        r.url = str_c0(bad[i]);
        Err e = fetch(r);
        refused &= e != OK && !res.body.n;
    }
    CHECK(refused, "other protocols are refused");
    FetchHeader split[] = {{S("X-A"), S("1\r\nX-B: 2")}};
    r = request("GET", "/");
    r.headers = split;
    r.header_count = 1;
    CHECK(fetch(r) == E_INVALID, "a header cannot be split");
    r = request("GET", "/\r\nX: y");
    CHECK(fetch(r) == E_INVALID, "nor the request line");

    failpoint_arm(FP_FETCH, 1);
    CHECK(fetch(request("GET", "/")) == E_NETWORK && fetch(request("GET", "/")) == OK, "failpoint: one call fails");

    Fetch f = fetch_seam(pool);
    MailRequest m = {.host = S("127.0.0.1"),
                     .port = 1,
                     .from = S("a@b.test"),
                     .to = S("c@d.test>\r\nRCPT TO:<e@f"),
                     .data = S("x\r\n"),
                     .deadline_ms = 500};
    CHECK(f.mail(f.ctx, &arena, &m, &res) == E_INVALID, "mail: a recipient cannot smuggle a command");
    m.to = S("c@d.test");
    CHECK(f.mail(f.ctx, &arena, &m, &res) == E_NETWORK, "mail: no server");

    /* all handles busy: the next call waits for its deadline; then everything is broken off */
    pthread_t hung[FETCH_HANDLES_MAX];
    Err ends[FETCH_HANDLES_MAX];
    for (int i = 0; i < FETCH_HANDLES_MAX; i++)
        pthread_create(&hung[i], NULL, hang, &ends[i]);
    struct timespec settle = {.tv_nsec = 300 * 1000000};
    nanosleep(&settle, NULL);
    begun = clock_mono_ms();
    r = request("GET", "/");
    r.deadline_ms = 200;
    CHECK(fetch(r) == E_NETWORK && clock_mono_ms() - begun >= 200 && clock_mono_ms() - begun < 1500,
          "pool: bounded, a call waits its deadline for a handle");
    begun = clock_mono_ms();
    fetch_stop(pool);
    bool busy = true;
    for (int i = 0; i < FETCH_HANDLES_MAX; i++) {
        pthread_join(hung[i], NULL);
        busy &= ends[i] == E_BUSY;
    }
    CHECK(busy && clock_mono_ms() - begun < 2500, "stop: calls under way break off");
    CHECK(fetch(request("GET", "/")) == E_BUSY, "stop: no new calls");
    fetch_close(pool);
    arena_free(&arena);
    return failed;
}
