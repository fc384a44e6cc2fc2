/* fetch.h - how the gateways reach the outside: a seam of two functions.
 *
 * src/net/fetch.c implements it with libcurl, tests with a script of answers; the app hands one in. No transaction may be
 * open during a call: both block until the answer is there or the deadline has passed. Thread-safe. */
#ifndef GATEWAY_FETCH_H
#define GATEWAY_FETCH_H

#include "base/buf.h"

enum { FETCH_HEADERS_MAX = 32, FETCH_ERROR_BYTES = 160 };

typedef struct FetchHeader {
    Str name, value;
} FetchHeader;

typedef struct FetchRequest {
    Str method;               /* upper case */
    Str url;                  /* http:// or https:// */
    const FetchHeader *headers; /* a name or value with a control character is E_INVALID */
    size_t header_count;      /* at most FETCH_HEADERS_MAX */
    Str user, password;       /* HTTP Basic; none when user is empty */
    Str body;
    int64_t deadline_ms;      /* for the whole exchange, from the call on */
    size_t response_bytes_max; /* a longer body is E_TOO_LARGE */
    Str ca_pem;               /* trust only these roots; empty: the built-in ones */
    bool any_peer;            /* https: whoever answers is believed. Only to ask one's own machine how it is */
} FetchRequest;

typedef struct FetchResponse {
    int status; /* HTTP status; of SMTP the last reply code */
    Str body;   /* in the arena */
    FetchHeader headers[FETCH_HEADERS_MAX]; /* in the arena, further ones are dropped */
    size_t header_count;
    char error[FETCH_ERROR_BYTES]; /* for people, when the call failed; no secret, no request data */
} FetchResponse;

typedef enum MailSecurity { MAIL_PLAIN, MAIL_STARTTLS, MAIL_TLS } MailSecurity;

typedef struct MailRequest {
    Str host;
    int port;
    MailSecurity security;    /* MAIL_STARTTLS insists on it */
    Str user, password;       /* no authentication when user is empty */
    Str from, to;             /* bare addresses; anything but one dot-atom address is E_INVALID */
    Str data;                 /* the message, lines ending with CRLF; dots are stuffed by the sender */
    int64_t deadline_ms;
    Str ca_pem;
} MailRequest;

typedef struct Fetch {
    void *ctx;
    /* OK once an HTTP answer is complete, whatever its status. E_NETWORK (unreachable, broken off, deadline, not trusted),
     * E_TOO_LARGE, E_INVALID (the request is malformed), E_NOMEM, E_BUSY (shutting down). */
    Err (*http)(void *ctx, Arena *a, const FetchRequest *req, FetchResponse *res);
    /* OK once the server has taken the message. E_PROVIDER when it refused (res->status tells: 5xx for good, 4xx for now), else
     * as above. */
    Err (*mail)(void *ctx, Arena *a, const MailRequest *req, FetchResponse *res);
} Fetch;

/* The value of a response header, name compared without case; {NULL,0} when there is none. */
static inline Str fetch_header(const FetchResponse *res, Str name) {
    for (size_t i = 0; i < res->header_count; i++)
        if (str_eq_nocase(res->headers[i].name, name))
            return res->headers[i].value;
    return (Str){NULL, 0};
}

#endif
