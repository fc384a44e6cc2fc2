/* WebSockets: frames as pure functions, then conversations over real sockets. */
#include "net_kit.h"

#include <pthread.h>

#include "net/ws_frame.h"

static Answer a;
static char text[200 * 1024];
static size_t n;

/* ---- frames ---- */

static const struct {
    const char *name;
    uint8_t bytes[14];
    size_t n;
    int result;
    uint64_t length;
} frames[] = {
    {"nothing", {0}, 0, 0, 0},
    {"half a head", {0x81, 0x85, 1, 2}, 4, 0, 0},
    {"a text frame", {0x81, 0x85, 1, 2, 3, 4}, 6, 1, 5},
    {"an unmasked frame", {0x81, 0x05}, 2, 1002, 0},
    {"RSV1", {0xc1, 0x85}, 2, 1002, 0},
    {"RSV3", {0x91, 0x85}, 2, 1002, 0},
    {"opcode 3", {0x83, 0x85}, 2, 1002, 0},
    {"opcode 11", {0x8b, 0x85}, 2, 1002, 0},
    {"a fragmented ping", {0x09, 0x85}, 2, 1002, 0},
    {"a ping of 126 bytes", {0x89, 0xfe}, 2, 1002, 0},
    {"126 in 16 bits", {0x82, 0xfe, 0, 126, 1, 2, 3, 4}, 8, 1, 126},
    {"125 in 16 bits", {0x82, 0xfe, 0, 125, 1, 2, 3, 4}, 8, 1002, 0},
    {"65536 in 64 bits", {0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4}, 14, 1, 65536},
    {"65535 in 64 bits", {0x82, 0xff, 0, 0, 0, 0, 0, 0, 255, 255}, 10, 1002, 0},
    {"a length with the top bit", {0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0}, 10, 1002, 0},
    {"more than the limit", {0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 1}, 10, 1009, 0},
    {"more than the limit, head incomplete", {0x82, 0xff, 0, 0, 0, 0, 0, 1, 0}, 9, 0, 0},
};

static void frame_heads(void) {
    for (size_t i = 0; i < COUNT(frames); i++) {
        WsFrame f = {0};
        uint8_t *exact = malloc(frames[i].n + 1); /* ASan sees a look behind the end */
        memcpy(exact + 1, frames[i].bytes, frames[i].n);
        int r = ws_frame_head(exact + 1, frames[i].n, 65536, &f);
        expect(r == frames[i].result && (r != 1 || f.length == frames[i].length), "frame: %s: %d", frames[i].name, r);
        free(exact);
    }
    static const uint64_t lengths[] = {0, 125, 126, 65535, 65536, 1u << 31};
    bool same = true;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        uint8_t out[WS_HEAD_BYTES_MAX + 4] = {0};
        WsFrame f;
        size_t head = ws_frame_write(out, WS_BINARY, lengths[i]);
        out[1] |= 0x80;
        same = same && ws_frame_head(out, sizeof out, UINT64_MAX / 2, &f) == 1 && f.length == lengths[i] && f.head == head + 4;
    }
    expect(same, "what is written is read back");
    static const int good[] = {1000, 1001, 1007, 1011, 3000, 4401, 4999}, bad[] = {0, 999, 1004, 1005, 1006, 1015, 2999, 5000};
    bool ok = true;
    for (size_t i = 0; i < COUNT(good); i++)
        ok = ok && ws_close_code_valid(good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        ok = ok && !ws_close_code_valid(bad[i]);
    expect(ok, "close codes that a peer may send");
}

/* ---- conversations ---- */

static void handshakes(int port) {
    int fd = ws_dial(port, "/ws", "", &a);
    expect(a.status == 101 && strcmp(answer_header(&a, "sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 0,
           "the handshake of RFC 6455");
    expect(!answer_header(&a, "sec-websocket-protocol"), "no subprotocol that nobody asked for");
    answer_free(&a);
    close(fd);
    fd = ws_dial(port, "/ws/sub", "Sec-WebSocket-Protocol: graphql, phoenix\r\n", &a);
    expect(a.status == 101 && strcmp(answer_header(&a, "sec-websocket-protocol"), "phoenix") == 0, "a subprotocol");
    answer_free(&a);
    close(fd);
    fd = ws_dial(port, "/ws/refuse", "", &a);
    expect(a.status == 403 && strcmp(a.body, "no") == 0, "a refusal is an ordinary answer");
    answer_free(&a);
    put_text(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(fd, &a, false);
    expect(a.status == 200, "after which the connection goes on");
    answer_free(&a);
    close(fd);
    fd = ws_dial(port, "/ws/greet", "", &a);
    expect(ws_get(fd, text, sizeof text, &n) == 1 && strcmp(text, "welcome") == 0, "a message sent while opening follows it");
    answer_free(&a);
    close(fd);
    fd = ws_dial(port, "/ws/late", "", &a);
    expect(a.status == 101 && ws_close_code(fd) == 4401, "accepted and closed with 4401 at once");
    answer_free(&a);
    close(fd);
#define UPGRADE "Connection: Upgrade\r\nUpgrade: websocket\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define V13 "Sec-WebSocket-Version: 13\r\n"
    static const struct {
        const char *name, *request;
        int status;
    } bad[] = {
        {"version 12", "GET /ws HTTP/1.1\r\nHost: x\r\n" UPGRADE KEY "Sec-WebSocket-Version: 12\r\n\r\n", 426},
        {"no key", "GET /ws HTTP/1.1\r\nHost: x\r\n" UPGRADE V13 "\r\n", 400},
        {"a short key", "GET /ws HTTP/1.1\r\nHost: x\r\n" UPGRADE V13 "Sec-WebSocket-Key: abc==\r\n\r\n", 400},
        {"two keys", "GET /ws HTTP/1.1\r\nHost: x\r\n" UPGRADE V13 KEY KEY "\r\n", 400},
        {"POST", "POST /ws HTTP/1.1\r\nHost: x\r\n" UPGRADE V13 KEY "\r\n", 400},
        {"the old draft",
         "GET /ws HTTP/1.1\r\nHost: x\r\n" UPGRADE "Sec-WebSocket-Key1: a\r\nSec-WebSocket-Key2: b\r\n\r\n12345678", 426},
        {"HTTP/1.0", "GET /ws HTTP/1.0\r\nHost: x\r\n" UPGRADE V13 KEY "\r\n", 400},
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        expect(status_of(port, bad[i].request) == bad[i].status, "handshake refused: %s", bad[i].name);
}

static int open_ws(int port) {
    int fd = ws_dial(port, "/ws", "", &a);
    answer_free(&a);
    return fd;
}

static void messages(int port) {
    int fd = open_ws(port);
    ws_put(fd, 0x81, "hello", 5);
    expect(ws_get(fd, text, sizeof text, &n) == 1 && strcmp(text, "hello") == 0, "text comes back");
    ws_put(fd, 0x82, "\0\1\2", 3);
    expect(ws_get(fd, text, sizeof text, &n) == 2 && n == 3 && memcmp(text, "\0\1\2", 3) == 0, "binary");
    ws_put(fd, 0x81, "", 0);
    expect(ws_get(fd, text, sizeof text, &n) == 1 && n == 0, "an empty message");
    static char big[65536];
    memset(big, 'x', sizeof big);
    ws_put(fd, 0x81, big, sizeof big);
    expect(ws_get(fd, text, sizeof text, &n) == 1 && n == sizeof big && memcmp(text, big, n) == 0, "one of the full size");
    ws_put(fd, 0x01, "a", 1);
    ws_put(fd, 0x89, "in between", 10);
    ws_put(fd, 0x00, "\xe2\x82", 2);
    ws_put(fd, 0x80, "\xac", 1);
    expect(ws_get(fd, text, sizeof text, &n) == 10 && strcmp(text, "in between") == 0, "a ping between fragments is answered");
    expect(ws_get(fd, text, sizeof text, &n) == 1 && strcmp(text, "a\xe2\x82\xac") == 0,
           "fragments are joined, even within a character");
    /* many frames in one write, and one frame in many */
    char burst[100 * 7];
    for (int i = 0; i < 100; i++)
        memcpy(burst + i * 7, "\x81\x81\0\0\0\0z", 7);
    put(fd, burst, sizeof burst);
    int good = 0;
    for (int i = 0; i < 100; i++)
        good += ws_get(fd, text, sizeof text, &n) == 1 && strcmp(text, "z") == 0;
    expect(good == 100, "a burst of frames keeps its order and number");
    for (int i = 0; i < 7; i++)
        put(fd, burst + i, 1), usleep(3000);
    expect(ws_get(fd, text, sizeof text, &n) == 1 && strcmp(text, "z") == 0, "a frame in seven pieces");
    int before = ws_closed_calls;
    ws_put(fd, 0x88,
           "\x03\xe8"
           "done",
           6);
    expect(ws_close_code(fd) == 1000 && closes_within(fd, PATIENCE_MS), "a close is echoed and ends it");
    for (int i = 0; i < 200 && ws_closed_calls == before; i++)
        usleep(5000);
    expect(ws_closed_calls == before + 1 && ws_last_code == 1000, "the application hears of it once");
    close(fd);
    fd = open_ws(port);
    ws_put(fd, 0x81, "bye", 3);
    expect(ws_close_code(fd) == 4000, "a close by the application");
    ws_put(fd, 0x88, "\x0f\xa0", 2);
    expect(closes_within(fd, PATIENCE_MS), "ends when it is echoed");
    close(fd);
    fd = open_ws(port);
    ws_put(fd, 0x88, "", 0);
    expect(ws_close_code(fd) == 1005, "a close without a code");
    close(fd);
    before = ws_closed_calls;
    fd = open_ws(port);
    close(fd);
    for (int i = 0; i < 200 && ws_closed_calls == before; i++)
        usleep(5000);
    expect(ws_closed_calls == before + 1 && ws_last_code == 1006, "a connection that just goes is 1006");
}

static void violations(int port) {
    static char big[65537];
    static const struct {
        const char *name, *bytes;
        size_t n;
        int code;
    } bad[] = {
        {"an unmasked frame", "\x81\x05hello", 7, 1002},
        {"a reserved bit", "\xc1\x85\0\0\0\0hello", 11, 1002},
        {"a continuation of nothing", "\x80\x81\0\0\0\0x", 7, 1002},
        {"a message inside a message", "\x01\x81\0\0\0\0x\x81\x81\0\0\0\0y", 14, 1002},
        {"a fragmented close", "\x08\x80\0\0\0\0", 6, 1002},
        {"a close code of one byte", "\x88\x81\0\0\0\0x", 7, 1002},
        {"close code 1006", "\x88\x82\0\0\0\0\x03\xee", 8, 1002},
        {"text that is not UTF-8", "\x81\x82\0\0\0\0\xc3\x28", 8, 1007},
        {"a surrogate in text", "\x81\x83\0\0\0\0\xed\xa0\x80", 9, 1007},
        {"text cut inside a character", "\x81\x81\0\0\0\0\xe2", 7, 1007},
        {"a close reason that is not UTF-8", "\x88\x83\0\0\0\0\x03\xe8\xff", 9, 1007},
        {"a frame of 65537 bytes", "\x82\xff\0\0\0\0\0\1\0\1\0\0\0\0", 14, 1009},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        int fd = open_ws(port);
        put(fd, bad[i].bytes, bad[i].n);
        int code = ws_close_code(fd);
        expect(code == bad[i].code && closes_within(fd, PATIENCE_MS), "%s: close %d", bad[i].name, code);
        close(fd);
    }
    int fd = open_ws(port);
    ws_put(fd, 0x02, big, 40000);
    ws_put(fd, 0x80, big, 40000);
    expect(ws_close_code(fd) == 1009, "fragments that are too much together: 1009");
    close(fd);
}

/* ---- silence, slowness, many threads ---- */

static void keepalive(void) {
    HttpConfig c = kit_config();
    c.ws_ping_ms = 300;
    c.ws_pong_ms = 500;
    c.ws_message_timeout_ms = 700;
    HttpServer *s = kit_start(&c);
    int fd = open_ws(http_port(s, 0)), fd2;
    bool ok = true;
    for (int i = 0; i < 3; i++) {
        ok = ok && ws_get(fd, text, sizeof text, &n) == 9;
        ws_put(fd, 0x8a, text, n);
    }
    expect(ok, "a silent peer is pinged, and lives as long as it answers");
    int64_t began = clock_mono_ms();
    expect(closes_within(fd, 4000) && clock_mono_ms() - began >= 500, "one that does not answer is dropped");
    close(fd);
    fd = open_ws(http_port(s, 0));
    put(fd, "\x81\x85\0\0", 4);
    began = clock_mono_ms();
    for (int i = 0; i < 20; i++) { /* still alive: answers pings, but the message stays unfinished */
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 100) == 1)
            break;
    }
    for (int op = 9; op == 9;)
        op = ws_get(fd, text, sizeof text, &n);
    expect(n >= 2 && (uint8_t)text[1] == (1008 & 0xff) && clock_mono_ms() - began >= 500, "an unfinished message has a deadline");
    close(fd);
    fd = open_ws(http_port(s, 0));
    ws_put(fd, 0x01, "a", 1);
    began = clock_mono_ms();
    bool closed = false;
    for (int i = 0; i < 40 && !closed; i++) { /* fragments keep coming, the message never ends */
        ws_put(fd, 0x00, "a", 1);
        struct pollfd p = {.fd = fd, .events = POLLIN};
        closed = poll(&p, 1, 100) == 1 && ws_get(fd, text, sizeof text, &n) == 8;
    }
    expect(closed && clock_mono_ms() - began < 3000, "so has one whose fragments never end");
    close(fd);
    HttpStats st;
    http_stats(s, &st);
    expect(st.ws_dead == 1 && st.ws_opened == 3, "dead peers are counted");
    fd = open_ws(http_port(s, 0));
    fd2 = open_ws(http_port(s, 0));
    int before = ws_closed_calls;
    http_stop(s, 300);
    expect(ws_close_code(fd) == 1001 || ws_close_code(fd2) == 1001, "stop says 1001");
    expect(ws_closed_calls == before + 2, "and tells the application of each");
    close(fd), close(fd2);
}

static void slow_consumer(void) {
    HttpConfig c = kit_config();
    HttpServer *s = kit_start(&c);
    int fd = open_ws(http_port(s, 0)), before = ws_closed_calls;
    ws_put(fd, 0x81, "flood", 5);
    HttpStats st = {0};
    for (int i = 0; i < 400 && st.ws_slow == 0; i++)
        usleep(10000), http_stats(s, &st);
    expect(st.ws_slow == 1, "a full queue cuts the connection");
    for (int i = 0; i < 200 && ws_closed_calls == before; i++)
        usleep(5000);
    expect(ws_closed_calls == before + 1 && ws_last_code == 1006, "the application hears of it");
    close(fd);
    http_stop(s, 1000);
}

enum { SENDERS = 4, EACH = 2000 };

static void *send_many(void *arg) {
    char m[32];
    for (int i = 0; i < EACH; i++) {
        int len = snprintf(m, sizeof m, "%d %d", (int)(intptr_t)arg, i);
        while (ws_send(ws_kept, true, str_of(m, (size_t)len)) != OK)
            usleep(100);
        if (i % 64 == 0)
            usleep(500); /* the reader is no faster */
    }
    return NULL;
}

static void many_threads(void) {
    HttpConfig c = kit_config();
    c.ws_queue_bytes_max = 4 * 1024 * 1024;
    HttpServer *s = kit_start(&c);
    int fd = ws_dial(http_port(s, 0), "/ws/keep", "", &a);
    answer_free(&a);
    pthread_t t[SENDERS];
    for (intptr_t i = 0; i < SENDERS; i++)
        pthread_create(&t[i], NULL, send_many, (void *)i);
    int next[SENDERS] = {0}, got = 0;
    bool order = true;
    while (got < SENDERS * EACH && ws_get(fd, text, sizeof text, &n) == 1) {
        int who = 0, number = -1;
        order = order && sscanf(text, "%d %d", &who, &number) == 2 && number == next[who]++;
        got++;
    }
    for (int i = 0; i < SENDERS; i++)
        pthread_join(t[i], NULL);
    expect(got == SENDERS * EACH && order, "%d messages of %d threads arrive, each thread's in order", got, SENDERS);
    close(fd);
    HttpStats st;
    for (int i = 0; i < 200; i++) {
        http_stats(s, &st);
        if (st.open_ws == 0)
            break;
        usleep(5000);
    }
    expect(ws_send(ws_kept, true, S("late")) == E_STATE, "sending on a closed connection is harmless");
    http_stop(s, 1000);
    expect(ws_send(ws_kept, true, S("later")) == E_STATE, "even after the server is gone");
    ws_close(ws_kept, 1000, S(""));
    ws_unref(ws_kept);
}

int main(void) {
    frame_heads();
    HttpConfig c = kit_config();
    HttpServer *s = kit_start(&c);
    int port = http_port(s, 0);
    handshakes(port);
    messages(port);
    violations(port);
    http_stop(s, 1000);
    keepalive();
    slow_consumer();
    many_threads();
    return failures != 0;
}
