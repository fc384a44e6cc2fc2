/* exchange.h - one request under way, as handlers, `after` functions, checks and view functions see it.
 *
 * A handler runs without a transaction: it opens short ones by exchange_read and exchange_write, calls ports in between, and has
 * the result rendered inside one of them. Everything lives in the request's arena. One thread at a time. */
#ifndef CONTRACT_EXCHANGE_H
#define CONTRACT_EXCHANGE_H

#include "codec/form.h"
#include "codec/json.h"
#include "codec/multipart.h"
#include "contract/engine.h"
#include "contract/render.h"

/* The body in whichever form it came; at most one of these is set. */
typedef struct Body {
    const Json *json;
    Form *form;
    Multipart *parts;
} Body;

struct Exchange {
    Engine *engine;
    const Contract *contract;
    const Route *route;
    const Request *req;
    Reply *reply;
    Arena *arena;
    const DomainConfig *cfg;
    const Ports *ports;
    int64_t now_ms;
    Diag diag;
    bool binding;              /* the Diag's names are wire names already */
    Token token;               /* user 0: nobody */
    const Contract *own;       /* which the session was opened with, also one that is over; NULL: nobody's */
    bool by_cookie;
    Actor actor;               /* handlers: checked against the store before they run; operations: see the Call */
    void *in;                  /* the bound input struct (zeroed, when the route has none) */
    Body body;
    Form query;
    Str account;               /* the IN_ACCOUNT row's value */
    Str params[ROUTE_PARAMS_MAX]; /* decoded path parameters in order */
    size_t param_count;
    Str access_token;          /* made by exchange_session, for views to show */
    Str refresh_token;         /* made by sign_in.h, likewise */
    int64_t opened_user;       /* whom exchange_session signed in */
    int64_t retry_after_s;     /* with E_LIMIT */
    int status;  /* set by `after`: the route's other_status instead of its own; 0 = its own */
    Err refused; /* set by `after`: keep what the operation did, but answer this problem (a wrong code was counted) */
};

typedef Err ExchangeFn(Exchange *x, Call *c, void *arg);
/* Runs fn in a read transaction, ended before this returns. The session is checked first: E_UNAUTHORIZED when it was revoked. */
Err exchange_read(Exchange *x, ExchangeFn *fn, void *arg);
/* Runs fn as a write function (store.h: perhaps more than once, on the writer thread). The reply is emptied before each run. */
Err exchange_write(Exchange *x, ExchangeFn *fn, void *arg);
/* Renders `out` by the route's shape, view and envelope into the reply and sets its status. In a transaction. */
Err exchange_render(Exchange *x, Call *c, const void *out);
/* The same by another view (NULL envelope: bare) and status. */
Err exchange_render_as(Exchange *x, Call *c, int status, const View *v, const void *row);

/* ---- sessions ---- */

/* A session was opened for this caller: makes the access token (x->access_token) for the route's contract and sets the cookie
 * `jwt`. For `after` functions of sign-ins. */
Err exchange_session(Exchange *x, int64_t user, int64_t session);
/* The same for a session that another contract opened: its access token goes on naming that one. */
Err exchange_session_of(Exchange *x, const Contract *contract, int64_t user, int64_t session);
/* Ends the cookie. */
void exchange_session_end(Exchange *x);
/* engine_origin of the request. */
Str exchange_origin(Exchange *x);

/* ---- for handlers that read bodies themselves ---- */

/* The value of a query parameter; {NULL,0} when absent. */
Str exchange_query(const Exchange *x, const char *name);
/* One part of a multipart body; "*" is the first file. NULL: none. */
const Part *exchange_file(const Exchange *x, const char *name);
/* Bytes that one uploaded file may have. */
int64_t exchange_upload_max(const Exchange *x);

#endif
