/* Slow, silent and greedy clients: deadlines are absolute, nobody else notices, limits hold. */
#include "net_kit.h"

#include <sys/resource.h>
#include <sys/wait.h>

static Answer a;

/* Sends `text` byte by byte, one every `ms`, until the server ends it; how long that took. */
static int64_t drip(int fd, const char *text, int ms, int give_up_ms) {
    int64_t began = clock_mono_ms();
    while (clock_mono_ms() - began < give_up_ms) {
        char sink[1024];
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, ms) == 1 && recv(fd, sink, sizeof sink, 0) <= 0)
            return clock_mono_ms() - began;
        if (!put(fd, text, 1))
            return clock_mono_ms() - began;
        if (text[1])
            text++;
    }
    return give_up_ms;
}

static void deadlines(void) {
    HttpConfig c = kit_config();
    c.header_timeout_ms = 600;
    c.body_timeout_ms = 800;
    c.keepalive_timeout_ms = 500;
    c.large_body_timeout_ms = 900;
    HttpServer *s = kit_start(&c);
    int port = http_port(s, 0), fd = dial(port);
    int64_t began = clock_mono_ms(), took;
    expect(closes_within(fd, 3000) && clock_mono_ms() - began >= 500, "a silent client is let go");
    close(fd);

    fd = dial(port);
    took = drip(fd, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Very-Long-Header: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 50, 5000);
    expect(took >= 500 && took < 2000, "a head that drips does not extend its deadline (%d ms)", (int)took);
    close(fd);

    fd = dial(port);
    put_text(fd, "GET /hel");
    get_answer(fd, &a, false);
    expect(a.status == 408, "an unfinished head is answered 408");
    answer_free(&a);
    close(fd);

    fd = dial(port);
    put_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    began = clock_mono_ms();
    put_text(fd, "abc");
    get_answer(fd, &a, false);
    expect(a.status == 408 && strstr(a.body, "/echo") && clock_mono_ms() - began >= 600,
           "so is an unfinished body, in the application's words");
    answer_free(&a);
    close(fd);
    fd = dial(port);
    put_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n");
    took = drip(fd, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 50, 5000);
    expect(took >= 600 && took < 2200, "a body that drips neither (%d ms)", (int)took);
    close(fd);
    fd = dial(port);
    put_text(fd, "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    took = drip(fd, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 50, 5000);
    expect(took >= 700 && took < 2400, "nor a large one (%d ms)", (int)took);
    close(fd);

    fd = dial(port);
    put_text(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(fd, &a, false);
    answer_free(&a);
    began = clock_mono_ms();
    expect(closes_within(fd, 3000) && clock_mono_ms() - began >= 400, "an idle connection is closed");
    close(fd);
    HttpStats st;
    http_stats(s, &st);
    expect(st.timeouts >= 5 && st.open_connections == 0, "time-outs are counted, nothing is left open");
    http_stop(s, 1000);
}

static void undisturbed(void) {
    enum { SLOW = 200 };
    HttpConfig c = kit_config();
    c.workers_max = 4;
    HttpServer *s = kit_start(&c);
    int port = http_port(s, 0), slow[SLOW];
    for (int i = 0; i < SLOW; i++) {
        slow[i] = dial(port);
        if (i % 4 == 1)
            put_text(slow[i], "GET /hello HTTP/1.1\r\nHo");
        if (i % 4 == 2)
            put_text(slow[i], "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\nabc");
        if (i % 4 == 3)
            put_text(slow[i], "GET /stream?n=100000000 HTTP/1.1\r\nHost: x\r\n\r\n"); /* never reads */
    }
    HttpStats st;
    uint64_t filled = 1;
    do { /* until the unread ones have filled what the system buffers for them */
        http_stats(s, &st);
        bool same = st.bytes_out == filled;
        filled = st.bytes_out;
        usleep(300000);
        if (same)
            break;
    } while (true);
    int64_t began = clock_mono_ms();
    int good = 0, fd = dial(port);
    for (int i = 0; i < 100; i++) {
        put_text(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        get_answer(fd, &a, false);
        good += a.status == 200;
        answer_free(&a);
        put(slow[i], "x", 1);
    }
    int64_t took = clock_mono_ms() - began;
    expect(good == 100 && took < 3000, "200 silent, dripping and unread connections disturb nobody (%d ms for 100)", (int)took);
    http_stats(s, &st);
    expect(st.workers <= 4 && st.open_connections == SLOW + 1, "and hold no worker (%u workers)", st.workers);
    close(fd);
    for (int i = 0; i < SLOW; i++)
        close(slow[i]);
    for (int i = 0; i < 500 && pours_open > 0; i++)
        usleep(10000);
    http_stop(s, 2000);
    expect(pours_open == 0, "every stream was ended");
}

static void unread_answers(void) {
    HttpConfig c = kit_config();
    c.write_timeout_ms = 500;
    HttpServer *s = kit_start(&c);
    int port = http_port(s, 0), fd = dial(port), small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    put_text(fd, "GET /stream?n=100000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    HttpStats st = {0};
    int64_t began = clock_mono_ms();
    do
        usleep(20000), http_stats(s, &st);
    while (st.open_connections > 0 && clock_mono_ms() - began < 5000);
    expect(st.open_connections == 0 && st.timeouts == 1 && pours_open == 0, "an answer that nobody reads is cut");
    close(fd);
    fd = dial(port);
    put_text(fd, "GET /stream?n=2000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    size_t have = 0;
    char b[100000];
    for (ssize_t n; have < 2000000 && (n = get_some(fd, b, sizeof b, PATIENCE_MS)) > 0; usleep(50000))
        have += (size_t)n;
    expect(have > 2000000, "one that is read slowly but steadily is not");
    close(fd);
    http_stop(s, 1000);
}

static void connection_limits(void) {
    HttpConfig c = kit_config();
    c.connections_per_address_max = 5;
    c.connections_max = 16;
    HttpServer *s = kit_start(&c);
    int port = http_port(s, 0), fd[5];
    for (int i = 0; i < 5; i++) {
        fd[i] = dial(port);
        put_text(fd[i], "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        get_answer(fd[i], &a, false);
        answer_free(&a);
    }
    int sixth = dial(port);
    expect(closes_within(sixth, 2000), "a sixth connection of one address is turned away");
    int other = dial_from("127.0.0.2", port);
    put_text(other, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(other, &a, false);
    expect(a.status == 200, "another address is not");
    answer_free(&a);
    close(fd[0]);
    usleep(100000);
    expect(status_of(port, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n") == 200, "one that left makes room");
    HttpStats st;
    http_stats(s, &st);
    expect(st.refused_address == 1, "it is counted");
    close(sixth), close(other);
    for (int i = 1; i < 5; i++)
        close(fd[i]);
    http_stop(s, 1000);

    c.connections_per_address_max = 0;
    s = kit_start(&c);
    port = http_port(s, 0);
    int many[40], good = 0;
    for (int i = 0; i < 40; i++) { /* each is idle after one request */
        many[i] = dial(port);
        put_text(many[i], "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        get_answer(many[i], &a, false);
        good += a.status == 200;
        answer_free(&a);
    }
    http_stats(s, &st);
    expect(good == 40 && st.open_connections <= 16, "at connections_max idle ones make room (%u open)", st.open_connections);
    expect(closes_within(many[0], 1000), "the longest idle first");
    for (int i = 0; i < 40; i++)
        close(many[i]);
    http_stop(s, 1000);

    s = kit_start(&c);
    port = http_port(s, 0);
    for (int i = 0; i < 17; i++)
        many[i] = dial(port), put_text(many[i], "GET /he"); /* not idle: none may go */
    usleep(200000);
    http_stats(s, &st);
    expect(st.open_connections == 16 && st.refused_total == 1, "busy ones do not: the newest is turned away");
    for (int i = 0; i < 17; i++)
        close(many[i]);
    http_stop(s, 1000);
}

static void body_limits(void) {
    HttpConfig c = kit_config();
    c.large_bodies_max = 2;
    HttpServer *s = kit_start(&c);
    int port = http_port(s, 0), fd[3];
    const char *head = "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n";
    static char body[200000];
    for (int i = 0; i < 2; i++)
        fd[i] = dial(port), put_text(fd[i], head);
    usleep(100000);
    fd[2] = dial(port);
    put_text(fd[2], head);
    get_answer(fd[2], &a, false);
    expect(a.status == 503 && answer_header(&a, "retry-after"), "a large body beyond large_bodies_max: 503, come again");
    answer_free(&a);
    expect(status_of(port, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok") == 200, "a small one still goes");
    put(fd[0], body, sizeof body);
    get_answer(fd[0], &a, false);
    expect(a.status == 200 && strcmp(a.body, "200000") == 0, "the others finish");
    answer_free(&a);
    close(fd[2]);
    fd[2] = dial(port);
    put_text(fd[2], head);
    put(fd[2], body, sizeof body);
    get_answer(fd[2], &a, false);
    expect(a.status == 200, "and their places are free again");
    answer_free(&a);
    for (int i = 0; i < 3; i++)
        close(fd[i]);
    http_stop(s, 1000);

    c.pending_in_bytes_max = 100000;
    s = kit_start(&c);
    port = http_port(s, 0);
    fd[0] = dial(port);
    put_text(fd[0], head);
    put(fd[0], body, 150000);
    get_answer(fd[0], &a, false);
    expect(a.status == 503, "all unfinished requests together have a limit, too");
    answer_free(&a);
    close(fd[0]);
    http_stop(s, 1000);
}

static void proxies(void) {
    HttpConfig c = kit_config();
    c.trusted_proxies = "127.0.0.0/30";
    c.connections_per_address_max = 1;
    HttpServer *s = kit_start(&c);
    int port = http_port(s, 0), fd = dial(port), two = dial(port);
    put_text(two, "GET /info HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.1.1.1, 203.0.113.7\r\nX-Forwarded-Proto: https\r\n\r\n");
    get_answer(two, &a, false);
    expect(a.body && strcmp(a.body, "GET|/info||x|203.0.113.7|1|0|") == 0,
           "a trusted proxy's word counts and its connections are not limited: %s", a.body ? a.body : "-");
    answer_free(&a);
    put_text(two, "GET /info HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.8\r\n\r\n");
    get_answer(two, &a, false);
    expect(a.body && strstr(a.body, "|203.0.113.8|"), "the line the proxy added counts, not the one its client sent");
    answer_free(&a);
    close(fd), close(two);
    fd = dial_from("127.0.0.9", port);
    put_text(fd, "GET /info HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.body && strcmp(a.body, "GET|/info||x|127.0.0.9|0|0|") == 0, "anybody else's does not");
    answer_free(&a);
    close(fd);
    http_stop(s, 1000);
}

/* Last, since the limit stays: fewer descriptors than connections_max wants. */
static void few_descriptors(void) {
    enum { CLIENTS = 90, LIMIT = 140 };
    int ports[2], port = 0, status = 1;
    if (pipe(ports) != 0)
        return;
    pid_t child = fork();
    if (child == 0) { /* the client, with descriptors of its own */
        int good = 0;
        if (read(ports[0], &port, sizeof port) != sizeof port)
            _exit(1);
        for (int i = 0; i < CLIENTS; i++) {
            int fd = dial(port); /* and stays open */
            put_text(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
            get_answer(fd, &a, false);
            good += a.status == 200;
            answer_free(&a);
        }
        _exit(good == CLIENTS ? 0 : 1);
    }
    struct rlimit r = {LIMIT, LIMIT};
    setrlimit(RLIMIT_NOFILE, &r);
    HttpConfig c = kit_config();
    HttpServer *s = kit_start(&c);
    port = http_port(s, 0);
    if (write(ports[1], &port, sizeof port) != sizeof port)
        return;
    waitpid(child, &status, 0);
    HttpStats st;
    http_stats(s, &st);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0 && st.refused_total == 0,
           "with %d descriptors %d clients in a row are all served", LIMIT, CLIENTS);
    http_stop(s, 1000);
}

int main(void) {
    deadlines();
    undisturbed();
    unread_answers();
    connection_limits();
    body_limits();
    proxies();
    few_descriptors();
    return failures != 0;
}
