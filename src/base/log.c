#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

static _Atomic(LogLevel) least = LOG_INFO;
static _Atomic(bool) as_json;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    uint64_t seq; /* lines ever */
    uint16_t len[LOG_RING_LINES];
    char line[LOG_RING_LINES][LOG_LINE_BYTES];
} ring;

static const char *const level_name[] = {"debug", "info", "warn", "error"};

void log_setup(LogLevel from, int json) {
    least = from;
    as_json = json < 0 ? !isatty(STDERR_FILENO) : json != 0;
}

bool log_enabled(LogLevel level) { return level >= least; }

static void add_escaped(Buf *b, Str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            buf_char(b, '\\'), buf_char(b, (char)c);
        else if (c < 0x20 || c == 0x7F)
            buf_printf(b, "\\u%04x", c);
        else
            buf_char(b, (char)c);
    }
}

static bool key_ahead(Str s) {
    size_t i = 0;
    while (i < s.n && ((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_'))
        i++;
    return i > 0 && i < s.n && s.p[i] == '=';
}

/* `key=value key=value` to `,"key":"value"…`; a value runs to the next ` key=`. */
static void add_json_fields(Buf *b, Str s) {
    while (key_ahead(s)) {
        size_t eq = str_index(s, '='), end = eq + 1;
        while (end < s.n && !(s.p[end] == ' ' && key_ahead(str_from(s, end + 1))))
            end++;
        buf_lit(b, ",\"");
        buf_add(b, str_slice(s, 0, eq));
        buf_lit(b, "\":\"");
        add_escaped(b, str_slice(s, eq + 1, end));
        buf_char(b, '"');
        s = str_from(s, end + 1);
    }
}

void log_line(LogLevel level, const char *component, const char *msg, const char *fmt, ...) {
    if (level < least)
        return;
    char fields[LOG_LINE_BYTES - 200], line[LOG_LINE_BYTES], when[32];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(fields, sizeof fields, fmt, ap);
    va_end(ap);
    Str extra = str_of(fields, n < 0 ? 0 : (size_t)n < sizeof fields ? (size_t)n : sizeof fields - 1);
    int64_t now = clock_now_ms();
    time_t sec = (time_t)(now / 1000);
    struct tm tm;
    gmtime_r(&sec, &tm);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
    /* Room for the closing brace and newline is kept aside, so that a cut line is still one well-formed line. */
    Buf b = buf_fixed(line, sizeof line - 4);
    if (as_json) {
        buf_printf(&b, "{\"time\":\"%s.%03dZ\",\"level\":\"%s\",\"component\":\"%s\",\"msg\":\"", when, (int)(now % 1000),
                   level_name[level], component);
        add_escaped(&b, str_c0(msg));
        buf_char(&b, '"');
        size_t good = b.n;
        add_json_fields(&b, extra);
        if (b.err)
            b.n = good;
        line[b.n++] = '}';
    } else {
        buf_printf(&b, "%s %-5s %-8s ", when + 11, level_name[level], component);
        add_escaped(&b, str_c0(msg));
        if (extra.n) {
            buf_char(&b, ' ');
            add_escaped(&b, extra);
        }
    }
    line[b.n++] = '\n';
    pthread_mutex_lock(&lock);
    size_t at = ring.seq++ % LOG_RING_LINES;
    memcpy(ring.line[at], line, b.n);
    ring.len[at] = (uint16_t)b.n;
    pthread_mutex_unlock(&lock);
    ssize_t done = write(STDERR_FILENO, line, b.n);
    (void)done; /* nobody is left to be told */
}

const char *log_mask(Str contact, char out[32]) {
    size_t at = str_index(contact, '@');
    if (at < contact.n) {
        snprintf(out, 32, "%.1s***%.*s", contact.n ? contact.p : "", contact.n - at > 24 ? 24 : (int)(contact.n - at),
                 contact.p + at);
        return out;
    }
    size_t n = contact.n < 24 ? contact.n : 24;
    for (size_t i = 0; i < n; i++)
        out[i] = i < 3 || i + 4 >= n ? contact.p[i] : '*';
    out[n] = 0;
    return out;
}

size_t log_recent(uint64_t *seq, char *to, size_t cap) {
    size_t n = 0;
    pthread_mutex_lock(&lock);
    if (*seq + LOG_RING_LINES < ring.seq)
        *seq = ring.seq - LOG_RING_LINES;
    for (; *seq < ring.seq; (*seq)++) {
        size_t at = *seq % LOG_RING_LINES;
        if (n + ring.len[at] > cap)
            break;
        memcpy(to + n, ring.line[at], ring.len[at]);
        n += ring.len[at];
    }
    pthread_mutex_unlock(&lock);
    return n;
}
