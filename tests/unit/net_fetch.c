/* The outbound seam over real sockets: a small server in this process answers by path. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
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

/* ---- TLS: openssl plays the server ---- */

static char dir[] = "/tmp/gigbox-fetch-XXXXXX";
static const char *in_dir(const char *name) {
    static char path[4][128];
    static int turn;
    char *p = path[turn++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}
static pid_t spawn(const char *const *argv) {
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}
static bool make_cert(const char *name) {
    int status = 1;
    char key[128], cert[128];
    snprintf(key, sizeof key, "%s/%s.key", dir, name);
    snprintf(cert, sizeof cert, "%s/%s.pem", dir, name);
    const char *const argv[] = {"openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-days",
                                "30",
                                "-subj",
                                "/CN=localhost",
                                "-addext",
                                "subjectAltName=DNS:localhost",
                                "-keyout",
                                key,
                                "-out",
                                cert,
                                NULL};
    pid_t pid = spawn(argv);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}
static Str read_pem(const char *path) {
    static char pem[2][8192];
    static int turn;
    char *to = pem[turn++ % 2];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(to, 1, sizeof pem[0], f) : 0;
    if (f)
        fclose(f);
    return str_of(to, n);
}
static int free_port(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    bool good = bind(fd, (struct sockaddr *)&at, n) == 0 && getsockname(fd, (struct sockaddr *)&at, &n) == 0;
    close(fd);
    return good ? ntohs(at.sin_port) : 0;
}

static void tls(void) {
    char number[16], key[128], cert[128];
    if (!mkdtemp(dir) || !make_cert("one") || !make_cert("two")) {
        CHECK(false, "tls: openssl makes certificates");
        return;
    }
    int at = free_port();
    snprintf(number, sizeof number, "%d", at);
    snprintf(key, sizeof key, "%s", in_dir("one.key"));
    snprintf(cert, sizeof cert, "%s", in_dir("one.pem"));
    const char *const argv[] = {"openssl", "s_server", "-accept", number, "-key", key, "-cert", cert, "-tls1_2", "-www", NULL};
    pid_t server = spawn(argv);
    FetchRequest r = {
        .method = S("GET"), .deadline_ms = 3000, .response_bytes_max = 65536, .ca_pem = read_pem(in_dir("one.pem"))};
    r.url = arena_printf(&arena, "https://localhost:%d/", at);
    Err e = E_NETWORK;
    for (int i = 0; i < 100 && e; i++) { /* until it listens */
        struct timespec t = {.tv_nsec = 20 * 1000000};
        nanosleep(&t, NULL);
        e = fetch(r);
    }
    CHECK(e == OK && res.status == 200 && res.body.n, "tls: a server that the given root vouches for");
    r.url = arena_printf(&arena, "https://127.0.0.1:%d/", at);
    CHECK(fetch(r) == E_NETWORK, "tls: not under another name");
    FetchPool *other;
    if (fetch_open(read_pem(in_dir("two.pem")), &other))
        return;
    Fetch f = fetch_seam(other);
    r.url = arena_printf(&arena, "https://localhost:%d/", at);
    r.ca_pem = S("");
    CHECK(f.http(f.ctx, &arena, &r, &res) == E_NETWORK, "tls: not when the built-in roots do not vouch for it");
    fetch_stop(other);
    fetch_close(other);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    static const char *const names[] = {"one.key", "one.pem", "two.key", "two.pem"};
    for (size_t i = 0; i < COUNT(names); i++)
        unlink(in_dir(names[i]));
    rmdir(dir);
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

    tls();

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
