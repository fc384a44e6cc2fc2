/* TLS: certificates, handshakes with OpenSSL's client as the independent peer, reload, slow and broken clients. */
#include "net_kit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "net/tls.h"

static char dir[] = "/tmp/gigbox-tls-XXXXXX";
static char out[256 * 1024];
static char why[TLS_WHY_BYTES];

static const char *path(const char *name) {
    static char p[4][128];
    static int at;
    at = (at + 1) % 4;
    snprintf(p[at], sizeof p[at], "%s/%s", dir, name);
    return p[at];
}

/* Runs a shell command in the folder; its output into `out`. */
static int run(const char *fmt, ...) {
    char line[2048], whole[4096];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    snprintf(whole, sizeof whole, "cd %s && { %s; } 2>&1", dir, line);
    FILE *f = popen(whole, "r");
    size_t n = fread(out, 1, sizeof out - 1, f);
    out[n] = 0;
    return WEXITSTATUS(pclose(f));
}

static bool has(const char *what) { return strstr(out, what) != NULL; }

/* One request by openssl s_client with more options. */
static void client(int port, const char *options) {
    run("printf 'GET /info HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' | timeout 20 openssl s_client -connect "
        "127.0.0.1:%d -ign_eof %s",
        port, options);
}

/* ---- certificates ---- */

static void write_file(const char *name, const char *content) {
    FILE *f = fopen(path(name), "w");
    fputs(content, f);
    fclose(f);
}

static void self_signed(void) {
    int64_t now = clock_now_ms();
    expect(tls_self_signed(path("self.pem"), path("self.key"), "box.example, *.box.example,127.0.0.1,::1", 397, now, why) == OK,
           "a self-signed certificate is made");
    struct stat st;
    expect(stat(path("self.key"), &st) == 0 && (st.st_mode & 0777) == 0600, "its key is for the owner only");
    run("openssl x509 -in self.pem -noout -text -purpose");
    expect(has("Version: 3") && has("CN = box.example") && has("prime256v1") && has("ecdsa-with-SHA256"), "OpenSSL reads it");
    expect(has("DNS:box.example, DNS:*.box.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1"), "with all names");
    expect(has("TLS Web Server Authentication") && has("SSL server : Yes") && has("SSL server CA : No"), "and purposes");
    expect(run("openssl verify -CAfile self.pem -verify_hostname box.example self.pem") == 0, "and verifies it: %s", out);
    expect(run("openssl ec -in self.key -check -noout") == 0, "and the key");
    expect(run("openssl x509 -in self.pem -noout -checkend 34128000") == 0 &&
               run("openssl x509 -in self.pem -noout -checkend 34387200") != 0,
           "it is valid for 397 days");
    expect(tls_self_signed(path("y.pem"), path("y.key"), "x", 3650, INT64_C(1798761600000), why) == OK, "one over 2050");
    expect(tls_self_signed(path("z.pem"), path("z.key"), "x", 30, INT64_C(2524521600000), why) == OK, "one beyond it");
    run("openssl x509 -in z.pem -noout -dates");
    expect(has("Dec 30 00:00:00 2049") && has("Jan 30 00:00:00 2050"), "the years are right: %s", out);
    static const char *const bad[] = {"", "a b", "x,y/z", "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a"};
    for (size_t i = 0; i < COUNT(bad); i++)
        expect(tls_self_signed(path("b.pem"), path("b.key"), bad[i], 30, now, why) == E_INVALID, "names '%s' are refused",
               bad[i]);
    expect(tls_self_signed("/nowhere/b.pem", "/nowhere/b.key", "x", 30, now, why) == E_IO && strstr(why, "/nowhere/"),
           "a folder that does not exist: %s", why);
    TlsContext *c = NULL;
    expect(tls_context_load(path("self.pem"), path("self.key"), &c, why) == OK, "it can be loaded");
    tls_context_unref(c);
}

static void loading(void) {
    run("openssl ecparam -name prime256v1 -genkey -noout -out ec.key && openssl req -new -x509 -key ec.key -subj /CN=ec -days 30 "
        "-out ec.pem");
    run("openssl ecparam -name secp384r1 -genkey -out ec384.key && openssl req -new -x509 -key ec384.key -subj /CN=ec384 -days "
        "30 -out ec384.pem");
    run("openssl genrsa -traditional -out rsa.key 2048 && openssl req -new -x509 -key rsa.key -subj /CN=rsa -days 30 -out "
        "rsa.pem");
    run("openssl pkcs8 -topk8 -nocrypt -in rsa.key -out rsa8.key && openssl pkcs8 -topk8 -nocrypt -in ec.key -out ec8.key");
    run("openssl pkcs8 -topk8 -passout pass:x -in ec.key -out locked.key");
    run("openssl genrsa -out small.key 1024 && openssl req -new -x509 -key small.key -subj /CN=s -days 30 -out small.pem");
    run("openssl genpkey -algorithm ed25519 -out ed.key && openssl req -new -x509 -key ed.key -subj /CN=ed -days 30 -out ed.pem");
    run("cat ec.pem rsa.pem > chain.pem; cat ec.pem ec.key > both.pem; head -c 300 ec.pem > cut.pem; head -c 100 ec.key > "
        "cut.key; "
        "for i in 1 2 3 4 5 6 7 8 9; do cat ec.pem; done > long.pem; head -c 200000 /dev/zero > huge.pem; tr -d '\\n' < ec.pem > "
        "flat.pem; printf %%s \"$(cat ec.pem)\" > noeol.pem");
    write_file("empty.pem", "");
    static const struct {
        const char *cert, *key;
        Err err;
        const char *says;
    } table[] = {
        {"ec.pem", "ec.key", OK, ""},
        {"ec.pem", "ec8.key", OK, ""},
        {"ec384.pem", "ec384.key", OK, ""},
        {"rsa.pem", "rsa.key", OK, ""},
        {"rsa.pem", "rsa8.key", OK, ""},
        {"chain.pem", "ec.key", OK, ""},
        {"both.pem", "both.pem", OK, ""},
        {"noeol.pem", "ec.key", OK, ""},
        {"ec.pem", "rsa.key", E_INVALID, "does not belong"},
        {"rsa.pem", "ec.key", E_INVALID, "does not belong"},
        {"self.pem", "ec.key", E_INVALID, "does not belong"},
        {"small.pem", "small.key", E_INVALID, "2048"},
        {"ed.pem", "ed.key", E_INVALID, "ed.key"},
        {"ec.pem", "locked.key", E_INVALID, "passphrase"},
        {"missing.pem", "ec.key", E_IO, "missing.pem"},
        {"ec.pem", "missing.key", E_IO, "missing.key"},
        {"empty.pem", "ec.key", E_INVALID, "no certificate"},
        {"ec.pem", "empty.pem", E_INVALID, "no private key"},
        {"cut.pem", "ec.key", E_INVALID, "cut.pem"},
        {"ec.pem", "cut.key", E_INVALID, "cut.key"},
        {"long.pem", "ec.key", E_INVALID, "more than 8"},
        {"huge.pem", "ec.key", E_INVALID, "too large"},
        {"flat.pem", "ec.key", E_INVALID, "flat.pem"},
        {"ec.key", "ec.key", E_INVALID, "no certificate"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        TlsContext *c = NULL;
        why[0] = 0;
        Err e = tls_context_load(path(table[i].cert), path(table[i].key), &c, why);
        expect(e == table[i].err && strstr(why, table[i].says), "load %s with %s: %s %s", table[i].cert, table[i].key,
               e == OK ? "ok" : err_name(e), why);
        tls_context_unref(e == OK ? c : NULL);
    }
}

/* ---- handshakes ---- */

static HttpConfig tls_config(const char *cert, const char *key) {
    HttpConfig c = kit_config();
    c.listen[1] = (HttpListen){"127.0.0.1:0", true};
    c.listen_count = 2;
    c.tls_cert_file = cert;
    c.tls_key_file = key;
    return c;
}

static void handshakes(const char *kind) {
    char cert[128], key[128], text[64];
    snprintf(text, sizeof text, "%s.pem", kind);
    snprintf(cert, sizeof cert, "%s", path(text));
    snprintf(text, sizeof text, "%s.key", kind);
    snprintf(key, sizeof key, "%s", path(text));
    HttpConfig c = tls_config(cert, key);
    HttpServer *s = kit_start(&c);
    int port = http_port(s, 1);
    client(port, "-alpn h2,http/1.1");
    expect(has("GET|/info||x|127.0.0.1|1|0|"), "%s: a request over TLS", kind);
    expect(has("Protocol  : TLSv1.2") && has("Server Temp Key: X25519") && has("ALPN protocol: http/1.1"),
           "%s: TLS 1.2, X25519 and http/1.1 are chosen", kind);
    client(port, "-curves P-256:P-384"); /* OpenSSL wants the key's own curve in the list */
    expect(has("|/info|") && has("Server Temp Key: ECDH, prime256v1"), "%s: P-256 for who knows nothing else", kind);
    static const char *const suites[] = {"CHACHA20-POLY1305", "AES128-GCM-SHA256", "AES256-GCM-SHA384"};
    const char *auth = strcmp(kind, "rsa") == 0 ? "RSA" : "ECDSA";
    for (size_t i = 0; i < COUNT(suites); i++) {
        char option[64];
        snprintf(option, sizeof option, "-tls1_2 -cipher ECDHE-%s-%s", auth, suites[i]);
        client(port, option);
        expect(has("|/info|") && has(suites[i]), "%s: %s", kind, suites[i]);
    }
    static const char *const refused[] = {"-tls1_1 -cipher ALL:@SECLEVEL=0",
                                          "-tls1 -cipher ALL:@SECLEVEL=0",
                                          "-tls1_2 -cipher AES128-SHA",
                                          "-tls1_2 -cipher AES128-GCM-SHA256",
                                          "-tls1_2 -cipher ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA",
                                          "-tls1_3"};
    for (size_t i = 0; i < COUNT(refused); i++) {
        client(port, refused[i]);
        expect(!has("|/info|"), "%s: refused: %s", kind, refused[i]);
    }
    run("rm -f session; printf 'GET /info HTTP/1.0\\r\\n\\r\\n' | timeout 20 openssl s_client -connect 127.0.0.1:%d -ign_eof "
        "-sess_out "
        "session; printf 'GET /info HTTP/1.0\\r\\n\\r\\n' | timeout 20 openssl s_client -connect 127.0.0.1:%d -ign_eof -sess_in "
        "session",
        port, port);
    expect(has("Reused, TLSv1.2"), "%s: a session is resumed", kind);
    run("{ printf 'GET /stream?n=3000000 HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n'; sleep 0.1; } | timeout 30 "
        "openssl "
        "s_client -connect 127.0.0.1:%d -ign_eof -quiet 2>/dev/null | tr -d '\\r' | sed '1,/^$/d' | wc -c",
        port);
    expect(atoi(out) == 3000000, "%s: 3 MB come whole (%d)", kind, atoi(out));
    run("{ printf 'POST /length HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1000000\\r\\nConnection: close\\r\\n\\r\\n'; head -c "
        "1000000 "
        "/dev/zero; } | timeout 30 openssl s_client -connect 127.0.0.1:%d -ign_eof -quiet 2>/dev/null",
        port);
    expect(has("200 OK") && strcmp(out + strlen(out) - 7, "1000000") == 0, "%s: 1 MB is taken whole", kind);
    http_stop(s, 1000);
}

static void reload(void) {
    run("cp ec.pem live.pem; cp ec.key live.key");
    char cert[128], key[128]; /* path() is used again meanwhile */
    snprintf(cert, sizeof cert, "%s", path("live.pem"));
    snprintf(key, sizeof key, "%s", path("live.key"));
    HttpConfig c = tls_config(cert, key);
    HttpServer *s = kit_start(&c);
    client(http_port(s, 1), "");
    expect(has("CN = ec\n"), "the first certificate");
    write_file("live.pem", "nonsense");
    expect(http_reload_tls(s, why) == E_INVALID && strstr(why, "live.pem"), "a broken one is not taken: %s", why);
    client(http_port(s, 1), "");
    expect(has("CN = ec\n") && has("|/info|"), "and the old one stays in force");
    run("cp rsa.pem live.pem; cp rsa.key live.key");
    expect(http_reload_tls(s, why) == OK, "a good one is");
    client(http_port(s, 1), "");
    expect(has("CN = rsa\n") && has("|/info|"), "and the next handshake shows it, with another kind of key");
    http_stop(s, 1000);
    HttpServer *t = NULL;
    c.tls_key_file = path("ec.key");
    expect(http_open(&c, &kit_app, &t, why) == E_INVALID, "start says what is wrong: %s", why);
}

/* ---- clients that misbehave ---- */

static void broken_clients(void) {
    HttpConfig c = tls_config(path("ec.pem"), path("ec.key"));
    c.handshake_timeout_ms = 600;
    c.tls_buffers_max = 40; /* fewer than there are clients below */
    HttpServer *s = kit_start(&c);
    enum { MANY = 150 };
    int port = http_port(s, 1), fd[MANY];
    for (int i = 0; i < MANY; i++) {
        fd[i] = dial(port);
        if (i % 3 == 1)
            put(fd[i], "\x16\x03\x01", 3);              /* a record's head, cut */
        if (i % 3 == 2)
            put(fd[i], "\x16\x03\x01\x02\x00\x01", 6); /* a record, cut */
    }
    usleep(200000);
    client(port, "");
    expect(has("|/info|"), "150 silent or unfinished handshakes do not hold the buffers");
    bool all = true;
    for (int i = 0; i < MANY; i++)
        all = all && closes_within(fd[i], 3000), close(fd[i]);
    expect(all, "and are let go after the handshake's time");
    int plain = dial(port);
    put_text(plain, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(closes_within(plain, 2000), "plain HTTP on the TLS port is closed");
    close(plain);
    HttpStats st;
    for (int i = 0; i < 100; i++) {
        http_stats(s, &st);
        if (st.open_connections == 0)
            break;
        usleep(10000);
    }
    expect(st.tls_failures >= 1 && st.open_connections == 0, "failures are counted, nothing is left open");
    http_stop(s, 1000);
}

static void websocket(void) {
    HttpConfig c = tls_config(path("ec.pem"), path("ec.key"));
    HttpServer *s = kit_start(&c);
    write_file("frames",
               "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    run("{ cat frames; sleep 0.2; printf '\\201\\205\\001\\002\\003\\004igohn'; sleep 0.2; printf '\\210\\200aaaa'; } | timeout "
        "20 openssl "
        "s_client -connect 127.0.0.1:%d -ign_eof -quiet 2>/dev/null",
        http_port(s, 1));
    expect(has("101 Switching") && has("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") && has("hello"), "a WebSocket over TLS");
    http_stop(s, 1000);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    if (!mkdtemp(dir))
        return 1;
    self_signed();
    loading();
    handshakes("ec");
    handshakes("ec384");
    handshakes("rsa");
    handshakes("self");
    reload();
    broken_clients();
    websocket();
    run("rm -rf %s", dir);
    return failures != 0;
}
