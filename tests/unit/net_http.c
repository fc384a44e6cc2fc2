/* The HTTP server over real sockets: answers, keep-alive, bodies, streams, workers, stop. */
#include "net_kit.h"

#include <pthread.h>

static Answer a;

static bool is_letters(const char *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (p[i] != (char)('a' + i % 26))
            return false;
    return true;
}

static void answers(int port) {
    int fd = dial(port);
    put_text(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 200 && strcmp(a.body, "hello") == 0, "a small answer");
    expect(answer_header(&a, "date") && strlen(answer_header(&a, "date")) == 29, "it has a Date");
    expect(answer_header(&a, "x-request-id") && strlen(answer_header(&a, "x-request-id")) == 16, "and a request id");
    expect(!answer_header(&a, "server") && !answer_header(&a, "connection"), "and no Server, no needless Connection");
    answer_free(&a);

    put_text(fd, "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /fixed HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(fd, &a, true);
    expect(a.status == 200 && strcmp(answer_header(&a, "content-length"), "5") == 0, "HEAD has the length, no body");
    answer_free(&a);
    get_answer(fd, &a, false);
    expect(a.status == 200 && strcmp(a.body, "static bytes") == 0, "the pipelined request behind it is answered");
    answer_free(&a);

    put_text(fd, "GET /none HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 204 && !answer_header(&a, "content-length"), "204 has no body and no length");
    answer_free(&a);
    get_answer(fd, &a, false);
    expect(a.status == 404, "404 after it on the same connection");
    answer_free(&a);

    put_text(fd, "GET /split HTTP/1.1\r\nHost: x\r\n\r\nGET /overflow HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 200 && !answer_header(&a, "x-injected"), "a header value cannot begin another header");
    answer_free(&a);
    get_answer(fd, &a, false);
    expect(a.status == 500, "more headers than a reply may have: 500, not a torn answer");
    answer_free(&a);

    put_text(fd, "GET /info/a/../b//c?q=%20x HTTP/1.1\r\nHost: box.example:8080\r\nX-Test:  va lue \r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.body && strcmp(a.body, "GET|/info/b/c|q=%20x|box.example:8080|127.0.0.1|0|0|va lue") == 0,
           "method, path, query, host, address, header: %s", a.body ? a.body : "-");
    answer_free(&a);
    put_text(fd, "GET http://other.example/info?x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.body && strncmp(a.body, "GET|/info|x|", 12) == 0, "an absolute target");
    expect(answer_header(&a, "connection") && strcmp(answer_header(&a, "connection"), "close") == 0, "close is confirmed");
    expect(closes_within(fd, PATIENCE_MS), "and done");
    answer_free(&a);
    close(fd);

    fd = dial(port);
    put_text(fd, "GET /hello HTTP/1.0\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 200 && closes_within(fd, PATIENCE_MS), "HTTP/1.0 is answered and closed");
    answer_free(&a);
    close(fd);
    fd = dial(port);
    put_text(fd, "\r\n\r\nGET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 200 && strcmp(answer_header(&a, "connection"), "keep-alive") == 0,
           "HTTP/1.0 keep-alive; empty lines before a request are ignored");
    answer_free(&a);
    close(fd);
}

static void one_segment(int port) {
    /* the whole answer is there with the first read: one write on the server's side */
    char b[2048];
    int fd = dial(port);
    put_text(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    ssize_t n = get_some(fd, b, sizeof b, PATIENCE_MS);
    expect(n > 5 && memcmp(b + n - 5, "hello", 5) == 0, "head and body come in one piece");
    put_text(fd, "GET /chunked?n=100 HTTP/1.1\r\nHost: x\r\n\r\n");
    n = get_some(fd, b, sizeof b, PATIENCE_MS);
    expect(n > 5 && memcmp(b + n - 5, "0\r\n\r\n", 5) == 0, "a short stream too");
    close(fd);
}

/* More requests in one write than one turn takes. */
static void pipelined(int port) {
    enum { MANY = 500 };
    static char text[MANY * 64];
    size_t at = 0;
    for (int i = 0; i < MANY; i++)
        at += (size_t)sprintf(text + at, "GET /info?%d HTTP/1.1\r\nHost: x\r\n\r\n", i);
    int fd = dial(port), good = 0;
    put(fd, text, at);
    for (int i = 0; i < MANY; i++) {
        char want[32];
        snprintf(want, sizeof want, "GET|/info|%d|", i);
        get_answer(fd, &a, false);
        good += a.body && strncmp(a.body, want, strlen(want)) == 0;
        answer_free(&a);
    }
    expect(good == MANY, "500 pipelined requests are answered in order");
    close(fd);
}

static void bodies(int port) {
    static char text[3 * 1024 * 1024 + 300];
    int fd = dial(port);
    put_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello");
    usleep(20000);
    put_text(fd, " worldPOST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=\"1\"\r\nabcde\r\n1");
    get_answer(fd, &a, false);
    expect(a.status == 200 && strcmp(a.body, "hello world") == 0, "a body in two pieces");
    answer_free(&a);
    put_text(fd, "0\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 200 && strcmp(a.body, "abcde0123456789abcdef") == 0, "a chunked body in pieces");
    answer_free(&a);
    get_answer(fd, &a, false);
    expect(a.status == 200 && strcmp(a.body, "hello") == 0, "and what follows it");
    answer_free(&a);

    int n = sprintf(text, "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", 3 * 1024 * 1024);
    for (int i = 0; i < 3 * 1024 * 1024; i++)
        text[n + i] = (char)('a' + i % 26);
    put(fd, text, (size_t)n + 3 * 1024 * 1024);
    get_answer(fd, &a, false);
    expect(a.status == 200 && a.body_n == 3 * 1024 * 1024 && is_letters(a.body, a.body_n), "3 MB there and back");
    answer_free(&a);

    put_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 100, "100 Continue");
    answer_free(&a);
    put_text(fd, "ok");
    get_answer(fd, &a, false);
    expect(a.status == 200 && strcmp(a.body, "ok") == 0, "and the body after it");
    answer_free(&a);
    close(fd);

    fd = dial(port);
    put_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4001\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 413 && strcmp(a.body, "{\"refused\":413,\"path\":\"/echo\"}") == 0,
           "a body over the route's limit is refused before it comes, in the application's words");
    expect(closes_within(fd, PATIENCE_MS), "and the connection closed");
    answer_free(&a);
    close(fd);
    fd = dial(port);
    put_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfa1\r\n");
    put(fd, text + n, 4001);
    put_text(fd, "\r\n0\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 413, "a chunked body over the limit");
    answer_free(&a);
    close(fd);
}

static void streams(int port) {
    static const int sizes[] = {0, 1, 65535, 65536, 65537, 3000000};
    int fd = dial(port);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        for (int chunked = 0; chunked < 2; chunked++) {
            char text[128];
            snprintf(text, sizeof text, "GET /%s?n=%d HTTP/1.1\r\nHost: x\r\n\r\n", chunked ? "chunked" : "stream", sizes[i]);
            put_text(fd, text);
            get_answer(fd, &a, false);
            expect(a.status == 200 && a.body_n == (size_t)sizes[i] && is_letters(a.body, a.body_n),
                   "a stream of %d bytes, length %s", sizes[i], chunked ? "unknown" : "known");
            answer_free(&a);
        }
    }
    put_text(fd, "HEAD /stream?n=500 HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(fd, &a, true);
    expect(a.status == 200 && strcmp(answer_header(&a, "content-length"), "500") == 0, "HEAD of a stream");
    answer_free(&a);
    close(fd);
    fd = dial(port);
    put_text(fd, "GET /chunked?n=100000 HTTP/1.0\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 200 && a.body_n == 100000 && !answer_header(&a, "transfer-encoding"),
           "HTTP/1.0 gets it without chunks, ended by the close");
    answer_free(&a);
    close(fd);

    /* a reader that goes away in the middle */
    fd = dial(port);
    put_text(fd, "GET /stream?n=500000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    char some[1000];
    get_exactly(fd, some, sizeof some);
    close(fd);
    for (int i = 0; i < 500 && pours_open > 0; i++)
        usleep(10000);
    expect(pours_open == 0, "every stream was ended exactly once");
}

static void *one_request(void *arg) {
    char text[128];
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", ((char **)arg)[1]);
    int fd = dial(atoi(((char **)arg)[0]));
    put_text(fd, text);
    char b[512];
    intptr_t good = get_some(fd, b, sizeof b, PATIENCE_MS * 3) > 12 && memcmp(b + 9, "200", 3) == 0;
    close(fd);
    return (void *)good;
}

/* `n` requests at once; how long until all are answered, or -1. */
static int64_t at_once(int port, const char *path, int n) {
    char number[16];
    const char *arg[2] = {number, path};
    pthread_t t[64];
    bool good = true;
    snprintf(number, sizeof number, "%d", port);
    int64_t began = clock_mono_ms();
    for (int i = 0; i < n; i++)
        pthread_create(&t[i], NULL, one_request, arg);
    for (int i = 0; i < n; i++) {
        void *r;
        pthread_join(t[i], &r);
        good = good && r;
    }
    return good ? clock_mono_ms() - began : -1;
}

static void workers(void) {
    HttpConfig c = kit_config();
    c.worker_idle_ms = 300;
    HttpServer *s = kit_start(&c);
    HttpStats st;
    int64_t ms = at_once(http_port(s, 0), "/slow?ms=300", 40);
    http_stats(s, &st);
    expect(ms >= 300 && ms < 5000, "40 requests that wait 300 ms each take one wait, not twenty (%d ms)", (int)ms);
    expect(st.workers > 20, "the pool grew (%u workers)", st.workers);
    for (int i = 0; i < 100 && st.workers > 2; i++) {
        usleep(50000);
        http_stats(s, &st);
    }
    expect(st.workers == 2, "and shrank when idle (%u workers)", st.workers);
    ms = at_once(http_port(s, 0), "/stuck?ms=1000", 8);
    expect(ms >= 1000 && ms < 6000, "it grows without being told, too (%d ms)", (int)ms);
    http_stop(s, 1000);

    c.workers_min = 1;
    c.workers_max = 3;
    s = kit_start(&c);
    ms = at_once(http_port(s, 0), "/slow?ms=100", 12);
    http_stats(s, &st);
    expect(ms >= 400 && st.workers <= 3, "never more than workers_max (%d ms)", (int)ms);
    http_stop(s, 1000);
}

typedef struct Stop {
    HttpServer *s;
    int ms;
} Stop;

static void *stop_later(void *arg) {
    Stop *st = arg;
    usleep(200000);
    http_stop(st->s, st->ms);
    return NULL;
}

static void stopping(void) {
    HttpConfig c = kit_config();
    pthread_t t;
    Stop st = {kit_start(&c), 5000};
    int port = http_port(st.s, 0), idle = dial(port), busy = dial(port);
    put_text(busy, "GET /slow?ms=600 HTTP/1.1\r\nHost: x\r\n\r\n");
    pthread_create(&t, NULL, stop_later, &st);
    int64_t began = clock_mono_ms();
    expect(closes_within(idle, 2000) && clock_mono_ms() - began < 550, "stop closes idle connections at once");
    get_answer(busy, &a, false);
    expect(a.status == 200 && strcmp(a.body, "slow") == 0, "and lets a request finish");
    expect(a.head[0] && answer_header(&a, "connection") != NULL, "which says that the connection closes");
    answer_free(&a);
    pthread_join(t, NULL);
    expect(dial(port) < 0, "nothing listens any more");
    close(idle), close(busy);

    st = (Stop){kit_start(&c), 300};
    busy = dial(http_port(st.s, 0));
    put_text(busy, "GET /stream?n=900000000 HTTP/1.1\r\nHost: x\r\n\r\n"); /* nobody reads it */
    pthread_create(&t, NULL, stop_later, &st);
    began = clock_mono_ms();
    pthread_join(t, NULL);
    expect(clock_mono_ms() - began < 3000, "after the drain time the rest is cut");
    close(busy);
}

static void configuration(void) {
    static const char *const bad[] = {"", "8080", "127.0.0.1:99999", "127.0.0.1:x", "::1:80", "[127.0.0.1]:80", "name:80"};
    char why[NET_WHY_BYTES];
    HttpServer *s = NULL;
    for (size_t i = 0; i < COUNT(bad); i++) {
        HttpConfig c = kit_config();
        c.listen[0].address = bad[i];
        expect(http_open(&c, &kit_app, &s, why) == E_INVALID, "refuses to listen at '%s'", bad[i]);
    }
    HttpConfig c = kit_config();
    s = kit_start(&c);
    char taken[32];
    snprintf(taken, sizeof taken, "127.0.0.1:%d", http_port(s, 0));
    HttpServer *t = NULL;
    c.listen[0].address = taken;
    expect(http_open(&c, &kit_app, &t, why) == E_IO && strstr(why, taken), "says which address is in use: %s", why);
    http_stop(s, 100);
    c = kit_config();
    c.listen[0].address = ":0";
    c.listen[1].address = "127.0.0.1:0";
    c.listen_count = 2;
    s = kit_start(&c);
    expect(http_port(s, 0) > 0 && http_port(s, 1) > 0 && http_port(s, 2) == 0, "two listeners, ports chosen");
    expect(status_of(http_port(s, 0), "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n") == 200, "the wildcard answers on IPv4");
    http_stop(s, 100);
    c.header_count_max = 65;
    expect(http_open(&c, &kit_app, &s, why) == E_INVALID, "refuses limits that contradict: %s", why);
}

int main(void) {
    HttpConfig c = kit_config();
    HttpServer *s = kit_start(&c);
    int port = http_port(s, 0);
    answers(port);
    one_segment(port);
    pipelined(port);
    bodies(port);
    streams(port);
    HttpStats st;
    http_stats(s, &st);
    expect(st.requests > 20 && st.by_class[2] > 15 && st.by_class[4] >= 2 && st.bytes_in > 3000000 && st.bytes_out > 6000000,
           "the counters count");
    http_stop(s, 1000);
    workers();
    stopping();
    configuration();
    return failures != 0;
}
