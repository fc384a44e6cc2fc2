/* engine.h - from a request to a reply.
 *
 * engine_handle finds the route, the session, the rate class, binds the input, runs the operation in a read transaction or as a write function of
 * the store, renders the result while the transaction stands, and words every error in the contract's shape. It ends its transaction before it
 * returns, so none is ever open while a socket is written to. Thread-safe: an Engine is read-only after engine_new but for its rate table. */
#ifndef CONTRACT_ENGINE_H
#define CONTRACT_ENGINE_H

#include "contract/render.h"
#include "crypto/jwt.h"

typedef struct Engine Engine;

/* What lies to the right of the contract layer, filled by the app. Each may wait; called without a transaction. */
typedef struct Ports {
    void *ctx;
    /* Opens an order at the payment provider for a prepared payment ("gb<payment>"), amount in minor units. Gives its id. E_NETWORK, E_PROVIDER. */
    Err (*open_order)(void *ctx, Arena *a, int64_t payment, int64_t amount, Str currency, Str *provider_order);
    /* The checkout signature over order and payment id is the provider's. */
    bool (*checkout_signature)(void *ctx, Str provider_order, Str provider_payment, Str signature);
    /* A webhook of the provider: checks its signature over the raw body, then acts. E_INVALID: bad signature. E_SYNTAX. */
    Err (*payment_webhook)(void *ctx, const Request *req);
    /* The penny drop for a bank account (outcome written to the database). E_NETWORK, E_PROVIDER. */
    Err (*penny_drop)(void *ctx, Arena *a, int64_t bank_account, Str idempotency_key);
    Str key_id; /* the public key id of the payment provider */
} Ports;

typedef struct RateLimits {
    int64_t auth_per_min, upload_per_min, other_per_min;
} RateLimits;

typedef struct EngineConfig {
    Store *store;
    const Contract *const *contracts; /* the first one wins a path without a session; ends with NULL */
    const DomainConfig *(*domain)(void *app); /* in force now */
    void *app;
    IdMap ids;
    JwtKey jwt;
    RateLimits rates;
    size_t body_bytes, upload_bytes;
    Ports ports;
    bool sandbox; /* shown by GET /api/config */
} EngineConfig;

enum { ENGINE_ROUTES_MAX = 512, ENGINE_PARAMS_MAX = 4, RATE_SLOTS = 4096 };

/* One request under way. */
struct Exchange {
    Engine *engine;
    const Request *req;
    Reply *rep;
    const Contract *contract;
    const Route *route;
    Str params[ENGINE_PARAMS_MAX]; /* in the order of the path, percent-decoded */
    const DomainConfig *cfg;
    Actor actor;                   /* as the token says; checked against the session in each transaction */
    int64_t session;               /* 0: no token */
    int32_t session_contract;      /* ContractId of the token, 0: none */
    bool by_cookie;
    void *in, *out;
    Diag diag;
};

/* Builds the route table. E_INVALID when the tables have faults (they are printed). */
Engine *engine_new(const EngineConfig *cfg, Err *err);
void engine_free(Engine *e);
/* Replaces rates and sizes on reload. */
void engine_limits(Engine *e, RateLimits rates, size_t body_bytes, size_t upload_bytes);

/* Answers the request. False when no contract has the path and `rep` is untouched: the caller serves it or asks engine_missing. */
bool engine_handle(Engine *e, const Request *req, Reply *rep);
/* 404 in the shape of the contract that the path looks like. */
void engine_missing(Engine *e, const Request *req, Reply *rep);
/* An error that arose outside (413, 408, …): words rep->status in the shape of the path's contract. */
void engine_refuse(Engine *e, const Request *req, Reply *rep);
/* How many body bytes the route may have. Quick. */
size_t engine_body_limit(Engine *e, Str method, Str path);

/* ---- for handlers ---- */

const EngineConfig *engine_config(const Engine *e);
/* Runs op in a transaction with the exchange's actor checked; renders nothing. */
Err exchange_read(Exchange *ex, OpFn *op, const void *in, void *out);
/* As exchange_read, in a write function; `out` holds views that die with it, unless the operation kept them in ex->req->arena. */
Err exchange_write(Exchange *ex, OpFn *op, const void *in, void *out);
/* Runs op and renders its result by `view` into the reply with `status`. */
Err exchange_answer(Exchange *ex, bool writes, OpFn *op, const void *in, size_t out_size, const View *view, int status);
/* As the box itself (RIGHT_SYSTEM), for webhooks and workers. */
Err exchange_system(Exchange *ex, OpFn *op, const void *in, void *out);
/* A JSON body from text. */
void exchange_json(Exchange *ex, int status, Str json);

/* ---- sessions as tokens ---- */

/* Who a bearer token is: checks signature, time and the session in `tx`. E_UNAUTHORIZED. *contract may be NULL. */
Err engine_token(const EngineConfig *cfg, Tx *tx, Str token, Actor *out, int32_t *contract);
/* The access token of a session, valid until expires_ms at most. */
Err engine_token_make(const EngineConfig *cfg, const Session *s, int64_t now_ms, Buf *out);
/* Adds Set-Cookie `jwt` to the reply (HttpOnly, SameSite=Lax, Path=/, Secure under TLS); an empty token clears it. */
void engine_cookie(Exchange *ex, Str token, int64_t max_age_s);

#endif
