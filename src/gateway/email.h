/* email.h - one plain-text message in MIME form.
 *
 * RFC 5322 (format), 2045 (quoted-printable), 2047 (encoded words in headers). Whatever the subject, name and text contain, no
 * line but an address's own is longer than 76 characters, everything is ASCII, and no header can be added from outside. Pure,
 * thread-safe. */
#ifndef GATEWAY_EMAIL_H
#define GATEWAY_EMAIL_H

#include "base/buf.h"

enum { EMAIL_MESSAGE_BYTES_MAX = 128 * 1024 };

typedef struct EmailMessage {
    Str from_name, from; /* the marketplace's name, its bare address */
    Str to;              /* bare address */
    Str subject, text;   /* UTF-8; the text's lines end with LF or CRLF */
    Str key;             /* unique; becomes the Message-ID, so that a message sent twice shows once */
    int64_t at_ms;       /* Date */
    Str code;            /* X-Sandbox-Code; empty outside the sandbox */
} EmailMessage;

/* Appends the message, lines ending with CRLF. E_INVALID when an address has blanks, control characters, or none or two '@'; else
 * out->err. */
Err email_build(const EmailMessage *m, Buf *out);

#endif
