/* site.h - the web UI: files that web/build.mjs packed into the binary, and how browsers may keep them.
 *
 * Files whose name holds a hash of their content are kept for ever; all others are asked for again each time (ETag, 304). Paths
 * that nobody owns and that a browser navigates to get the page itself, which shows what belongs there. Everything goes out
 * under a Content-Security-Policy that allows this box only, and the payment provider's checkout where that is configured. */
#ifndef APP_SITE_H
#define APP_SITE_H

#include "contract/request.h"

/* Whether the packed files can be read. Anything else is a fault of the build. */
bool site_check(void);

/* Whether the path is a page of the guide to running a box (board/docs), which lives in the engine's /docs. Thread-safe. */
bool site_guide(Str path);

/* Answers a GET or HEAD for a path that the API does not own. False: nothing of the site has this path (an asset that is not
 * there, or a program that asks for what a browser would not), which the caller answers 404. `checkout`: pages may load
 * Razorpay's checkout. Thread-safe. */
bool site_handle(const Request *req, Reply *rep, bool checkout);

#endif
