/* A small SMTP server (RFC 5321: EHLO, MAIL, RCPT, DATA, RSET, NOOP, QUIT) for the sandbox's mail. It listens on a loopback port
 * that the system chooses, and has one thread for all its few connections. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "gateway/sandbox/internal.h"

enum { LINE_BYTES_MAX = 1024, TO_BYTES_MAX = 320, READ_BYTES = 4096, SMTP_ARENA_BYTES = 4 * SANDBOX_MAIL_BYTES_MAX };
#define SMTP_IDLE_MS (60 * MS_SECOND) /* a silent connection is closed after this */

typedef struct Conn {
    int fd; /* -1: free */
    int64_t seen_ms;
    char line[LINE_BYTES_MAX];
    size_t line_bytes;
    char to[TO_BYTES_MAX];
    char *data; /* while a message comes in */
    size_t data_bytes;
    bool too_large, quit;
} Conn;

Err smtp_open(Sandbox *s, int *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    s->smtp_stop = eventfd(0, EFD_CLOEXEC);
    s->smtp_listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->smtp_stop < 0 || s->smtp_listener < 0 || bind(s->smtp_listener, (struct sockaddr *)&at, n) ||
        listen(s->smtp_listener, SANDBOX_MAIL_CONNECTIONS) || getsockname(s->smtp_listener, (struct sockaddr *)&at, &n))
        return E_IO;
    *port = ntohs(at.sin_port);
    return OK;
}

void smtp_close(Sandbox *s) {
    if (s->smtp_listener >= 0)
        close(s->smtp_listener);
    if (s->smtp_stop >= 0)
        close(s->smtp_stop);
    s->smtp_listener = s->smtp_stop = -1;
}

static void reset(Conn *c) {
    free(c->data);
    c->data = NULL;
    c->data_bytes = 0;
    c->too_large = false;
    c->to[0] = 0;
}

static void hang_up(Conn *c) {
    reset(c);
    close(c->fd);
    *c = (Conn){.fd = -1};
}

/* Replies are short and the socket's buffer is empty: what does not fit at once means that the peer is gone. */
static void say(Conn *c, const char *text) {
    size_t n = strlen(text);
    if (send(c->fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
        c->quit = true;
}

/* The address between '<' and '>' of "RCPT TO:<a@b>". */
static bool address(Str line, char out[TO_BYTES_MAX]) {
    size_t from = str_index(line, '<') + 1, to = str_index(line, '>');
    if (to >= line.n || from >= to || to - from >= TO_BYTES_MAX)
        return false;
    memcpy(out, line.p + from, to - from);
    out[to - from] = 0;
    return true;
}

static void command(Conn *c, Str line) {
    Str verb = str_slice(line, 0, 4);
    if (str_eq_nocase(verb, S("EHLO"))) {
        reset(c);
        say(c, "250-sandbox\r\n250-8BITMIME\r\n250 SIZE 262144\r\n");
    } else if (str_eq_nocase(verb, S("HELO")) || str_eq_nocase(verb, S("RSET")) || str_eq_nocase(verb, S("MAIL"))) {
        reset(c);
        say(c, "250 ok\r\n");
    } else if (str_eq_nocase(verb, S("RCPT"))) {
        say(c, address(line, c->to) ? "250 ok\r\n" : "501 no address\r\n");
    } else if (str_eq_nocase(verb, S("DATA"))) {
        c->data = c->to[0] ? malloc(SANDBOX_MAIL_BYTES_MAX) : NULL;
        say(c, c->data ? "354 go on\r\n" : c->to[0] ? "452 out of memory\r\n" : "503 RCPT first\r\n");
    } else if (str_eq_nocase(verb, S("NOOP"))) {
        say(c, "250 ok\r\n");
    } else if (str_eq_nocase(verb, S("QUIT"))) {
        say(c, "221 bye\r\n");
        c->quit = true;
    } else {
        say(c, "502 unknown command\r\n");
    }
}

/* The dot that ends a message came. */
static void message_done(Sandbox *s, Conn *c) {
    Arena a;
    arena_init(&a, SMTP_ARENA_BYTES);
    Err e = c->too_large ? E_TOO_LARGE : take_mail(s, &a, str_c0(c->to), str_of(c->data, c->data_bytes));
    arena_free(&a);
    say(c, e == E_TOO_LARGE ? "552 message too large\r\n" : e ? "451 not stored\r\n" : "250 taken\r\n");
    reset(c);
}

/* One line without its CRLF: a command, or a piece of a message with its doubled dot. */
static void line_done(Sandbox *s, Conn *c, Str line) {
    if (!c->data) {
        command(c, line);
        return;
    }
    if (str_eq(line, S("."))) {
        message_done(s, c);
        return;
    }
    if (line.n && line.p[0] == '.')
        line = str_from(line, 1);
    if (c->data_bytes + line.n + 2 > SANDBOX_MAIL_BYTES_MAX) {
        c->too_large = true;
        return;
    }
    memcpy(c->data + c->data_bytes, line.p, line.n);
    memcpy(c->data + c->data_bytes + line.n, "\r\n", 2);
    c->data_bytes += line.n + 2;
}

static void readable(Sandbox *s, Conn *c) {
    char in[READ_BYTES];
    ssize_t got = recv(c->fd, in, sizeof in, MSG_DONTWAIT);
    if (got <= 0) {
        c->quit = got == 0 || (errno != EAGAIN && errno != EINTR);
        return;
    }
    c->seen_ms = clock_mono_ms();
    for (ssize_t i = 0; i < got && !c->quit; i++) {
        if (in[i] != '\n') {
            if (c->line_bytes == LINE_BYTES_MAX) {
                say(c, "500 line too long\r\n");
                c->quit = true;
            } else {
                c->line[c->line_bytes++] = in[i];
            }
            continue;
        }
        size_t n = c->line_bytes && c->line[c->line_bytes - 1] == '\r' ? c->line_bytes - 1 : c->line_bytes;
        c->line_bytes = 0;
        line_done(s, c, str_of(c->line, n));
    }
}

static void welcome(Sandbox *s, Conn *conns) {
    int fd = accept4(s->smtp_listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    for (size_t i = 0; i < SANDBOX_MAIL_CONNECTIONS; i++)
        if (conns[i].fd < 0) {
            conns[i] = (Conn){.fd = fd, .seen_ms = clock_mono_ms()};
            say(&conns[i], "220 sandbox\r\n");
            return;
        }
    close(fd);
}

void *smtp_serve(void *arg) {
    Sandbox *s = arg;
    Conn *conns = calloc(SANDBOX_MAIL_CONNECTIONS, sizeof *conns);
    if (!conns) {
        log_line(LOG_ERROR, "sandbox", "mail server not started", "error=%s", err_name(E_NOMEM));
        return NULL;
    }
    for (size_t i = 0; i < SANDBOX_MAIL_CONNECTIONS; i++)
        conns[i].fd = -1;
    for (;;) {
        struct pollfd fds[SANDBOX_MAIL_CONNECTIONS + 2] = {{.fd = s->smtp_stop, .events = POLLIN},
                                                           {.fd = s->smtp_listener, .events = POLLIN}};
        bool open = false;
        for (size_t i = 0; i < SANDBOX_MAIL_CONNECTIONS; i++) {
            fds[i + 2] = (struct pollfd){.fd = conns[i].fd, .events = POLLIN}; /* poll passes over -1 */
            open |= conns[i].fd >= 0;
        }
        if (poll(fds, COUNT(fds), open ? (int)SMTP_IDLE_MS : -1) < 0 && errno != EINTR)
            break;
        if (fds[0].revents)
            break;
        if (fds[1].revents)
            welcome(s, conns);
        for (size_t i = 0; i < SANDBOX_MAIL_CONNECTIONS; i++) {
            Conn *c = &conns[i];
            if (c->fd < 0)
                continue;
            if (c->fd == fds[i + 2].fd && fds[i + 2].revents)
                readable(s, c);
            if (c->quit || clock_mono_ms() - c->seen_ms > SMTP_IDLE_MS)
                hang_up(c);
        }
    }
    for (size_t i = 0; i < SANDBOX_MAIL_CONNECTIONS; i++)
        if (conns[i].fd >= 0)
            hang_up(&conns[i]);
    free(conns);
    return NULL;
}
