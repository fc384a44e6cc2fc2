/* What the server refuses: ambiguous heads and bodies (request smuggling), everything over a limit. */
#include "net_kit.h"

#include "net/addr.h"
#include "net/chunked.h"

#define GET "GET /hello HTTP/1.1\r\n"
#define POST "POST /echo HTTP/1.1\r\nHost: x\r\n"

static const struct {
    const char *name, *request;
    int status;
} heads[] = {
    {"a plain request passes", GET "Host: x\r\n\r\n", 200},
    {"a tab in a value passes", GET "Host: x\r\nX-A: a\tb\r\n\r\n", 200},
    {"white space after a value is not part of it", POST "Content-Length: 2 \t\r\n\r\nok", 200},
    {"Transfer-Encoding with Content-Length", POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"the same the other way round", POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400},
    {"two Content-Length", POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", 400},
    {"Content-Length +2", POST "Content-Length: +2\r\n\r\nok", 400},
    {"Content-Length -2", POST "Content-Length: -2\r\n\r\nok", 400},
    {"Content-Length 2, 2", POST "Content-Length: 2, 2\r\n\r\nok", 400},
    {"Content-Length 0x2", POST "Content-Length: 0x2\r\n\r\nok", 400},
    {"Content-Length of 20 digits", POST "Content-Length: 18446744073709551618\r\n\r\nok", 400},
    {"an empty Content-Length", POST "Content-Length:\r\n\r\nok", 400},
    {"a huge Content-Length", POST "Content-Length: 999999999999999999\r\n\r\nok", 413},
    {"two Transfer-Encoding", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"Transfer-Encoding: identity", POST "Transfer-Encoding: identity\r\n\r\n", 501},
    {"Transfer-Encoding: gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
    {"Transfer-Encoding in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"white space before the colon", POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
    {"a folded line", GET "Host: x\r\nX-A: a\r\n b\r\n\r\n", 400},
    {"white space before the first header", GET " Host: x\r\n\r\n", 400},
    {"a header without a name", GET "Host: x\r\n: y\r\n\r\n", 400},
    {"a header without a colon", GET "Host: x\r\nnonsense\r\n\r\n", 400},
    {"a header name with a space", GET "Host: x\r\nX A: b\r\n\r\n", 400},
    {"a header name with a bracket", GET "Host: x\r\nX(A: b\r\n\r\n", 400},
    {"a bare LF in the head", GET "Host: x\nX-A: b\r\n\r\n", 400},
    {"a head ended by two LF", GET "Host: x\n\n", 400},
    {"a bare CR in a value", GET "Host: x\r\nX-A: a\rb\r\n\r\n", 400},
    {"a control character in a value",
     GET "Host: x\r\nX-A: a\x01"
         "b\r\n\r\n",
     400},
    {"no Host", "GET /hello HTTP/1.1\r\n\r\n", 400},
    {"two Hosts", GET "Host: x\r\nHost: x\r\n\r\n", 400},
    {"a Host with a slash", GET "Host: x/y\r\n\r\n", 400},
    {"a Host with a user", GET "Host: a@b\r\n\r\n", 400},
    {"two spaces in the request line", "GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
    {"a tab in the request line", "GET\t/hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
    {"something after the version", "GET /hello HTTP/1.1 x\r\nHost: x\r\n\r\n", 400},
    {"no version", "GET /hello\r\nHost: x\r\n\r\n", 400},
    {"HTTP/2.0", "GET /hello HTTP/2.0\r\nHost: x\r\n\r\n", 505},
    {"another protocol", "GET /hello RTSP/1.0\r\nHost: x\r\n\r\n", 400},
    {"an unknown method", "TRACE /hello HTTP/1.1\r\nHost: x\r\n\r\n", 501},
    {"a target without a slash", "GET hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
    {"a star with GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
    {"OPTIONS * is a request", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404},
    {"an unknown expectation", POST "Content-Length: 2\r\nExpect: magic\r\n\r\nok", 417},
    {"a TLS hello on the plain port", "\x16\x03\x01\x02", 400},
    {"a chunk size that is no number", POST "Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n", 400},
    {"a chunk size with a sign", POST "Transfer-Encoding: chunked\r\n\r\n+2\r\nok\r\n0\r\n\r\n", 400},
    {"a chunk size of 16 digits", POST "Transfer-Encoding: chunked\r\n\r\n0000000000000002\r\nok\r\n0\r\n\r\n", 400},
    {"a chunk longer than it says", POST "Transfer-Encoding: chunked\r\n\r\n2\r\noks\r\n0\r\n\r\n", 400},
    {"a chunk line ended by LF", POST "Transfer-Encoding: chunked\r\n\r\n2\nok\r\n0\r\n\r\n", 400},
    {"a control character in a trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nA: \x01\r\n\r\n", 400},
};

/* A refused request must not leave anything behind that is taken for a request. */
static void nothing_smuggled(int port) {
    static Answer a;
    int echo = dial(port);
    put_text(echo, "GET /info/%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(echo, &a, false);
    expect(a.status == 200 && strstr(a.body, "/info/%0d%0aSet-Cookie:%20a=b|") && !answer_header(&a, "set-cookie"),
           "an encoded line break stays encoded");
    answer_free(&a);
    close(echo);
    int fd = dial(port);
    put_text(fd, POST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    get_answer(fd, &a, false);
    char rest[64];
    expect(a.status == 400 && get_some(fd, rest, sizeof rest, PATIENCE_MS) == 0, "nothing behind a refused request is served");
    answer_free(&a);
    close(fd);
}

/* A request with a head of exactly `n` bytes. */
static char *head_of(size_t n) {
    static char text[40000];
    int at = sprintf(text, GET "Host: x\r\nX-Long: ");
    memset(text + at, 'x', n - (size_t)at - 4);
    strcpy(text + n - 4, "\r\n\r\n");
    return text;
}

static char *line_of(size_t n) {
    static char text[40000];
    memset(text, 'x', n);
    memcpy(text, "GET /hello?", 11);
    strcpy(text + n - 11, " HTTP/1.1\r\nHost: x\r\n\r\n");
    return text;
}

static char *headers_of(int n) {
    static char text[40000];
    int at = sprintf(text, GET "Host: x\r\n");
    for (int i = 1; i < n; i++)
        at += sprintf(text + at, "X-%d: y\r\n", i);
    strcpy(text + at, "\r\n");
    return text;
}

static void limits(int port) {
    expect(status_of(port, head_of(4096)) == 200, "a head of exactly header_bytes_max");
    expect(status_of(port, head_of(4097)) == 431, "one byte more");
    expect(status_of(port, head_of(30000)) == 431, "a head that never ends");
    expect(status_of(port, line_of(1024)) == 200, "a request line of exactly request_line_bytes_max");
    expect(status_of(port, line_of(1025)) == 414, "one byte more");
    expect(status_of(port, line_of(3900)) == 414, "a line of nearly the whole head");
    expect(status_of(port, headers_of(20)) == 200, "header_count_max headers");
    expect(status_of(port, headers_of(21)) == 431, "one more");
    expect(status_of(port, headers_of(100)) == 431, "and more than the parser has room for");

    static char many[8000] = POST "Transfer-Encoding: chunked\r\n\r\n2;";
    size_t at = strlen(many);
    memset(many + at, 'x', CHUNK_EXTENSION_BYTES_MAX + 1);
    strcpy(many + at + CHUNK_EXTENSION_BYTES_MAX + 1, "\r\nok\r\n0\r\n\r\n");
    expect(status_of(port, many) == 400, "a chunk extension over its limit");
    at = (size_t)sprintf(many, POST "Transfer-Encoding: chunked\r\n\r\n0\r\nT: ");
    memset(many + at, 'x', CHUNK_TRAILER_BYTES_MAX);
    strcpy(many + at + CHUNK_TRAILER_BYTES_MAX, "\r\n\r\n");
    expect(status_of(port, many) == 400, "trailers over their limit");
}

/* The decoder in every split of its input gives what it gives in one piece. */
static void chunked_splits(void) {
    static const char raw[] = "3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\nZ: \r\n\r\nNEXT";
    bool same = true;
    for (size_t i = 0; i < sizeof raw - 5; i++) {
        Chunked c = {0};
        char out[64];
        size_t used, made, total = 0, at = 0;
        ChunkedResult r = chunked_feed(&c, raw, i, out, &used, &made);
        total += made;
        at += used;
        if (r == CHUNKED_MORE) {
            r = chunked_feed(&c, raw + at, sizeof raw - 1 - at, out + total, &used, &made);
            total += made;
            at += used;
        }
        same = same && r == CHUNKED_DONE && total == 13 && memcmp(out, "abc0123456789", 13) == 0 && strcmp(raw + at, "NEXT") == 0;
    }
    expect(same, "chunked decoding is the same however the bytes are split");
}

static void addresses(void) {
    NetBlocks b;
    NetAddr peer, at;
    char text[NET_ADDR_TEXT];
    expect(blocks_parse(S("10.0.0.0/8, 2001:db8::/32,127.0.0.1"), &b) == OK && b.count == 3, "a list of blocks");
    addr_parse(S("10.200.3.4"), &peer);
    expect(blocks_have(&b, &peer), "an address of an IPv4 block");
    addr_parse(S("11.0.0.1"), &at);
    expect(!blocks_have(&b, &at), "one outside");
    addr_parse(S("2001:db8:ffff::1"), &at);
    expect(blocks_have(&b, &at), "an address of an IPv6 block");
    expect(blocks_parse(S("10.0.0.0/33"), &b) == E_INVALID && blocks_parse(S("host"), &b) == E_INVALID, "bad blocks");
    blocks_parse(S("10.0.0.0/8"), &b);
    at = addr_forwarded(&b, &peer, S("6.6.6.6, 203.0.113.9, 10.1.1.1"));
    expect(str_eq(addr_text(&at, text), S("203.0.113.9")), "the nearest address that is no proxy of ours");
    at = addr_forwarded(&b, &peer, S("203.0.113.9, nonsense"));
    expect(str_eq(addr_text(&at, text), S("10.200.3.4")), "nonsense in the list ends it");
    addr_parse(S("198.51.100.1"), &peer);
    at = addr_forwarded(&b, &peer, S("203.0.113.9"));
    expect(str_eq(addr_text(&at, text), S("198.51.100.1")), "an untrusted peer is not believed");

    AddrTable *t = addr_table_new(600);
    bool ok = true;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 500; i++) {
            memset(&at, 0, sizeof at);
            at.b[10] = at.b[11] = 0xff;
            at.b[14] = (uint8_t)(i >> 8), at.b[15] = (uint8_t)i;
            ok = ok && addr_table_add(t, &at, 2) && addr_table_add(t, &at, 2) && !addr_table_add(t, &at, 2);
        }
        for (int i = 0; i < 500; i++) {
            at.b[14] = (uint8_t)((i * 7 % 500) >> 8), at.b[15] = (uint8_t)(i * 7 % 500);
            addr_table_drop(t, &at);
            addr_table_drop(t, &at);
        }
    }
    expect(ok, "the table counts each address and forgets it again");
    addr_parse(S("2001:db8:1:2::1"), &at);
    ok = addr_table_add(t, &at, 1);
    addr_parse(S("2001:db8:1:2:ffff::1"), &at);
    expect(ok && !addr_table_add(t, &at, 1), "an IPv6 /64 counts as one");
    addr_table_free(t);
}

int main(void) {
    HttpConfig c = kit_config();
    c.header_bytes_max = 4096;
    c.request_line_bytes_max = 1024;
    c.header_count_max = 20;
    HttpServer *s = kit_start(&c);
    int port = http_port(s, 0);
    for (size_t i = 0; i < COUNT(heads); i++) {
        int got = status_of(port, heads[i].request);
        expect(got == heads[i].status, "%s: %d", heads[i].name, got);
    }
    nothing_smuggled(port);
    limits(port);
    http_stop(s, 1000);
    chunked_splits();
    addresses();
    return failures != 0;
}
