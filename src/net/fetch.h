/* fetch.h - the outbound seam of gateway/fetch.h over libcurl: http, https, smtp, smtps, nothing else.
 *
 * Redirects are never followed, no proxy is asked, no cookie kept, no signal raised. TLS is 1.2 by BearSSL against the roots
 * given at open. Reading all of Mozilla's roots costs about 20 ms a connection, so connections are kept: they live in a
 * small pool of handles that any thread borrows from (a thread gets the handle that talked to the same host last), which bounds
 * memory and sockets however many threads call. The failpoint FP_FETCH makes a call fail with E_NETWORK. */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "gateway/fetch.h"

enum {
    FETCH_HANDLES_MAX = 16,          /* calls under way at once; a further one waits within its deadline */
    FETCH_CONNECTIONS_PER_HANDLE = 2,
    FETCH_IDLE_S = 90,               /* a kept connection is not used again after this */
    FETCH_CONNECT_MS = 8000          /* of the deadline, at most this goes into connecting */
};

typedef struct FetchPool FetchPool;

/* `ca_pem`: concatenated PEM certificates that outlive the pool. Call once per process, before threads start. */
Err fetch_open(Str ca_pem, FetchPool **out);
/* The seam over the pool; valid until fetch_close. */
Fetch fetch_seam(FetchPool *pool);
/* From now on calls fail with E_BUSY, and those under way break off within a second. */
void fetch_stop(FetchPool *pool);
/* After fetch_stop, with no call under way any more. NULL is fine. */
void fetch_close(FetchPool *pool);

#endif
