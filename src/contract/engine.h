/* engine.h - requests to operations to replies, for all contracts.
 *
 * engine_handle: find the route (static segments beat parameters; who owns a path that two contracts have, see route.h) → check
 * the token's signature → bind the input rows → count it against its rate → in one transaction check the session, run the
 * operation, render the view → reply. A failure anywhere becomes the contract's problem body. Bad input never gives a 5xx.
 *
 * Served besides the contracts' routes: GET /openapi/<contract>.json, GET /docs and GET /docs/<contract>.
 *
 * All functions are thread-safe; an Engine is read-only after engine_start except for its rate table and settings. */
#ifndef CONTRACT_ENGINE_H
#define CONTRACT_ENGINE_H

#include "contract/ports.h"
#include "contract/table.h"
#include "crypto/idmap.h"
#include "crypto/jwt.h"

typedef struct Engine Engine;

enum {
    ENGINE_CONTRACTS_MAX = 8,
    ROUTE_PARAMS_MAX = 4,
    ROUTE_SEGMENTS_MAX = 12,          /* segments of a path; a longer one is 404 */
    PATH_BYTES_MAX = 2048,
    RATE_SLOTS = 16384,               /* rate counters kept; the oldest give way */
    ENGINE_JSON_BYTES_MAX = 256 * 1024, /* default limit of a JSON or urlencoded body */
    ENGINE_FORM_OVERHEAD_BYTES = 64 * 1024 /* of a multipart body beyond its files' limit */
};

/* What may change while the box runs. */
typedef struct EngineLimits {
    int32_t rate_per_min[RATE_CLASS_COUNT]; /* by class; 0 or over 65535 = no limit. RATE_NONE is ignored */
    size_t body_bytes_max;                  /* 0: ENGINE_JSON_BYTES_MAX */
    size_t upload_bytes_max;                /* one file. 0: 10 MB */
} EngineLimits;

typedef struct EngineConfig {
    Store *store;
    const Contract *const *contracts; /* in the order in which they own a shared path: campus first */
    size_t contract_count;
    const DomainConfig *(*domain)(void *app); /* the configuration in force */
    void *app;
    Ports ports;
    EngineLimits limits;
    /* Who a session is, in the transaction, and that it was not revoked: session_actor of domain/session.h. */
    Err (*session)(Tx *tx, int64_t session, int64_t now_ms, Actor *out);
    uint8_t kind_user, kind_session; /* record kinds, for the ids in tokens */
} EngineConfig;

/* Checks and indexes the tables (aborts on a fault that contract_lint would name: routes that cannot be told apart), derives the
 * keys from DomainConfig.box_key. E_NOMEM, E_INVALID. */
Engine *engine_start(const EngineConfig *cfg, Err *err);
void engine_stop(Engine *e); /* NULL is fine */
void engine_set_limits(Engine *e, const EngineLimits *l);

/* Answers one request; `rep` comes from reply_new. Blocks for commits and providers. */
void engine_handle(Engine *e, const Request *req, Reply *rep);
/* Whether a path is the engine's to answer (a route of any method, or under a contract's prefix): everything else is the web
 * UI's. */
bool engine_owns(Engine *e, Str path);
/* How many body bytes a request may have. Quick. */
size_t engine_body_limit(Engine *e, Str method, Str path);
/* A reply with this Err in the shape of the contract that the path belongs to. For refusals made before engine_handle: status
 * (408, 413, …) overrides what err maps to, 0 = not. */
void engine_refuse(Engine *e, const Request *req, Reply *rep, Err err, int status);

/* ---- tokens; used by the realtime dialects and admin pages too ---- */

typedef struct Token {
    int64_t user, session;
    const Contract *contract;
    int64_t exp_s;
} Token;
/* Appends an access token (JWT, HS256; claims sub and sid are UUIDs). ttl_ms 0: the contract's. */
Err engine_token_make(Engine *e, const Contract *contract, int64_t user, int64_t session, int64_t now_ms, int64_t ttl_ms,
                      Buf *out);
/* Checks signature and time. E_UNAUTHORIZED; *expired (may be NULL) when it was good once: then *out is filled all the same, for
 * those who asked. Does not look into the store. */
Err engine_token_check(Engine *e, Str token, int64_t now_ms, Token *out, bool *expired);
/* The same of refresh tokens: signed with another key, so neither passes for the other; no two are alike; good until end_ms. That
 * one is the newest of its session is for the store to say (session.h). */
Err engine_refresh_make(Engine *e, const Contract *contract, int64_t user, int64_t session, int64_t now_ms, int64_t end_ms,
                        Buf *out);
Err engine_refresh_check(Engine *e, Str token, int64_t now_ms, Token *out);
/* The token of a request: Authorization: Bearer, else the cookie `jwt`. {NULL,0}: none. */
Str engine_token_of(const Request *req, bool *by_cookie);
/* In a transaction: the session is alive, this is who it is. E_UNAUTHORIZED. */
Err engine_actor(Engine *e, Call *c, const Token *t, Actor *out);
/* A cookie-authenticated request that changes something must come from this origin: E_FORBIDDEN otherwise. */
Err engine_same_origin(const Request *req);

/* "https://host" of this box as who sent the request sees it, by the setting public_url or the request; in its arena. */
Str engine_origin(const Engine *e, const Request *req);

const IdMap *engine_ids(const Engine *e);
/* The same mapping from the box's key alone, for what starts before the engine. */
void engine_ids_of(const uint8_t box_key[IDMAP_KEY_BYTES], IdMap *out);
Store *engine_store(const Engine *e);
/* The configuration in force: for work that goes on when its request is over. */
const DomainConfig *engine_domain(const Engine *e);
const Contract *engine_contract(const Engine *e, Str name);
/* Prepares rendering outside a request (events, sandbox, admin pages). */
typedef struct Render Render;
void engine_render_init(Engine *e, const Contract *contract, Call *c, Buf *out, Render *r);
/* Counts one act of `key` (an address, a user) in a class; false: over the limit, *retry_s until it is not. For what is not a
 * route: WebSocket messages. */
bool engine_rate(Engine *e, RateClass class, Str key, int64_t now_ms, int64_t *retry_s);

/* ---- documents ---- */

/* The OpenAPI 3.1 document of a contract; does not need an Engine. `out` is over an arena. `origin` "" leaves the server at "/".
 * E_TOO_LARGE, E_NOMEM in out->err. */
void openapi_document(const Contract *c, Str origin, Buf *out);
/* The reference page of a contract (self-contained HTML), with links to the others. */
void docs_page(const Contract *const *all, size_t count, const Contract *c, Buf *out);

/* Faults of the tables, one line each to stderr; their number. Duplicate routes, path parameters without rows and rows without
 * parameters, missing docs, errors without mapping, members outside their structs or of the wrong size, has-bits twice, ids of no
 * kind, bounds upside down, a list without a plural, unsafe methods that do not write. */
size_t contract_lint(const Contract *const *all, size_t count);

#endif
