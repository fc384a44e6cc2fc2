#include "gateway/email.h"

#include "codec/base64.h"
#include "codec/iso8601.h"

enum {
    WORD_BYTES =
        39, /* of text in one encoded word: "Subject: =?UTF-8?B?" + 52 base64 characters + "?=" = 73, a line may have 76 */
    PLAIN_HEADER_MAX = 60,
    QP_LINE_MAX = 76
};

static bool address_ok(Str s) {
    size_t ats = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr("<>,;:\"", s.p[i]))
            return false;
        ats += s.p[i] == '@';
    }
    return ats == 1 && s.p[0] != '@' && s.p[s.n - 1] != '@';
}

static bool plain_header(Str s) {
    if (s.n > PLAIN_HEADER_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] >= 0x7f || (s.p[i] == '=' && i + 1 < s.n && s.p[i + 1] == '?'))
            return false;
    return true;
}

/* `s` as one or more encoded words, folded; control characters become blanks. */
static void encoded_words(Buf *out, Str s) {
    for (size_t at = 0; at < s.n;) {
        size_t end = at + WORD_BYTES < s.n ? at + WORD_BYTES : s.n;
        while (end < s.n && end > at + 1 && ((unsigned char)s.p[end] & 0xc0) == 0x80)
            end--; /* words must not split a character */
        char piece[WORD_BYTES];
        for (size_t i = at; i < end; i++)
            piece[i - at] = (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f ? ' ' : s.p[i];
        if (at)
            buf_lit(out, "\r\n ");
        buf_lit(out, "=?UTF-8?B?");
        base64_add(BASE64_STD, out, piece, end - at);
        buf_lit(out, "?=");
        at = end;
    }
}

static void unstructured(Buf *out, Str s) {
    if (plain_header(s))
        buf_add(out, s);
    else
        encoded_words(out, s);
}

/* A display name: a quoted string, or encoded words. */
static void phrase(Buf *out, Str s) {
    if (!plain_header(s)) {
        encoded_words(out, s);
        return;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_char(out, '\\');
        buf_char(out, s.p[i]);
    }
    buf_char(out, '"');
}

static void date(Buf *out, int64_t ms) {
    static const char days[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    Civil c = civil_of(ms, 0);
    buf_printf(out, "%.3s, %d %.3s %04d %02d:%02d:%02d +0000", days + 3 * local_weekday(ms, 0), (int)c.day,
               months + 3 * (c.month - 1), (int)c.year, (int)c.hour, (int)c.minute, (int)c.second);
}

/* Only what a Message-ID's left side may hold without quotes. */
static void id_left(Buf *out, Str key) {
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (ok)
            buf_char(out, c);
        else
            buf_printf(out, "=%02X", (unsigned char)c);
    }
}

static void quoted_printable(Buf *out, Str s) {
    size_t column = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '\n' || (c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')) {
            i += c == '\r';
            buf_lit(out, "\r\n");
            column = 0;
            continue;
        }
        bool last = i + 1 == s.n || s.p[i + 1] == '\n' || s.p[i + 1] == '\r';
        bool plain = (c > ' ' && c < 0x7f && c != '=') || ((c == ' ' || c == '\t') && !last);
        if (column + (plain ? 1 : 3) > QP_LINE_MAX - 1) {
            buf_lit(out, "=\r\n");
            column = 0;
        }
        if (plain)
            buf_char(out, (char)c);
        else
            buf_printf(out, "=%02X", c);
        column += plain ? 1 : 3;
    }
    if (column)
        buf_lit(out, "\r\n");
}

Err email_build(const EmailMessage *m, Buf *out) {
    if (!m->from.n || !m->to.n || !address_ok(m->from) || !address_ok(m->to))
        return E_INVALID;
    buf_lit(out, "Date: ");
    date(out, m->at_ms);
    buf_lit(out, "\r\nFrom: ");
    phrase(out, m->from_name);
    buf_lit(out, "\r\n <");
    buf_add(out, m->from);
    buf_lit(out, ">\r\nTo: <");
    buf_add(out, m->to);
    buf_lit(out, ">\r\nSubject: ");
    unstructured(out, m->subject);
    buf_lit(out, "\r\nMessage-ID:\r\n <");
    id_left(out, m->key);
    buf_add(out, str_from(m->from, str_index(m->from, '@')));
    buf_lit(out, ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                 "Content-Transfer-Encoding: quoted-printable\r\n");
    if (m->code.n) {
        buf_lit(out, "X-Sandbox-Code: ");
        unstructured(out, m->code);
        buf_lit(out, "\r\n");
    }
    buf_lit(out, "\r\n");
    quoted_printable(out, m->text);
    return out->err;
}
