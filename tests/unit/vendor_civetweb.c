/* Our patches of civetweb, called directly: heads at exact sizes (ASan sees a byte too many), counts, header splitting. */
#include <civetweb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;
static char sent[4096];
static size_t sent_n;

static void expect(int good, const char *name) {
    printf("%s %s\n", good ? "ok" : "not ok", name);
    failures += !good;
}

static int keep(void *arg, const void *data, size_t n) {
    (void)arg;
    if (n > sizeof sent - 1 - sent_n)
        return -1;
    memcpy(sent + sent_n, data, n);
    sent_n += n;
    sent[sent_n] = 0;
    return (int)n;
}

static char *last; /* what the connection and the mg_front_head point into */

/* Parses a copy that ends where its allocation ends. */
static int parse(struct mg_connection *conn, const char *text, size_t n, struct mg_front_head *out) {
    free(last);
    last = malloc(n);
    memcpy(last, text, n);
    return mg_front_parse(conn, last, n, out);
}

static void heads(struct mg_connection *conn) {
    static const char text[] =
        "POST /a/./b/../c%2e?q=1&r HTTP/1.1\r\nHost: h:80\r\nContent-Length: 12\r\nExpect: 100-Continue\r\n"
        "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    struct mg_front_head f;
    int refused = 1;
    for (size_t n = 1; n < sizeof text - 1; n++)
        refused = refused && parse(conn, text, n, &f) >= 400;
    expect(refused, "no unfinished head is taken for a whole one");
    int status = parse(conn, text, sizeof text - 1, &f);
    expect(status == 0 && strcmp(f.path, "/a/c%2e") == 0 && strcmp(f.query, "q=1&r") == 0 && f.body_length == 12,
           "the whole one is taken apart, its path not decoded");
    expect(f.keep_alive && !f.wants_websocket && f.expects_continue == 1, "an upgrade to something else is ignored");
    expect(parse(conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 54, &f) == 400,
           "two heads are not one");

    static char many[4096];
    for (int count = 64; count <= 65; count++) {
        size_t at = (size_t)sprintf(many, "GET / HTTP/1.1\r\nHost: h\r\n");
        for (int i = 1; i < count; i++)
            at += (size_t)sprintf(many + at, "X-%d: y\r\n", i);
        at += (size_t)sprintf(many + at, "\r\n");
        int want = count == 64 ? 0 : 431;
        expect(parse(conn, many, at, &f) == want, count == 64 ? "as many headers as there is room for" : "one more is 431");
    }
}

static void splitting(struct mg_connection *conn) {
    struct mg_front_head f;
    static const char text[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    parse(conn, text, sizeof text - 1, &f);
    expect(mg_response_header_start(conn, 200) == 0, "a response is begun");
    expect(mg_response_header_add(conn, "X-Good", "a\tb", -1) == 0, "an ordinary header is taken");
    expect(mg_response_header_add(conn, "X-Bad", "a\r\nSet-Cookie: b", -1) == -1, "one with a line break is not");
    expect(mg_response_header_add(conn, "X-Bad", "a\nb", 3) == -1, "nor with its length given");
    expect(mg_response_header_add(conn, "X-Bad", "a\0b", 3) == -1, "nor with a NUL");
    expect(mg_response_header_add(conn, "X-Bad\r\nX", "a", -1) == -1, "nor in the name");
    sent_n = 0;
    mg_response_header_send(conn);
    expect(strstr(sent, "X-Good: a\tb\r\n") && !strstr(sent, "Bad") && !strstr(sent, "Set-Cookie"), "only the good one is sent");
    parse(conn, text, sizeof text - 1, &f);
    sent_n = 0;
    mg_send_http_redirect(conn, "/x\r\nSet-Cookie: b", 302);
    expect(strstr(sent, " 302 ") && !strstr(sent, "Set-Cookie"), "a redirect cannot be split either");
}

int main(void) {
    struct mg_context *ctx = mg_front_start();
    struct mg_connection *conn = mg_front_new(ctx, keep, NULL);
    heads(conn);
    splitting(conn);
    mg_front_free(conn);
    mg_front_stop(ctx);
    free(last);
    return failures != 0;
}
