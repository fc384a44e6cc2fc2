/* internal.h - shared by the engine's own files. */
#ifndef CONTRACT_INTERNAL_H
#define CONTRACT_INTERNAL_H

#include <pthread.h>

#include "contract/answers.h"
#include "contract/bind.h"
#include "contract/tokencache.h"

/* ---- routes: a tree of path segments ---- */

/* One contract's route at a path. */
typedef struct Leaf {
    const Route *route;
    const Contract *contract;
    Str method;
    struct Leaf *next; /* in the order in which contracts own a path */
} Leaf;

typedef struct Node {
    Str segment;
    struct Node *next, *child; /* siblings; static children */
    struct Node *param;        /* the child that takes any segment */
    Leaf *leaves;
} Node;

/* What a path leads to. Parameters are as sent. */
typedef struct Match {
    const Node *node; /* NULL: nothing */
    Str params[ROUTE_PARAMS_MAX];
    size_t param_count;
} Match;

/* Adds all routes of a contract. E_NOMEM, E_INVALID (too deep, too many parameters). */
Err routes_add(Arena *a, Node *root, const Contract *c);
/* A static segment beats a parameter, also when only the parameter's route has the method. Empty segments do not count. */
void routes_match(const Node *root, Str path, Match *out);
/* Who answers: the preferred contract (may be NULL) if it has the method here, else the first that has it and does not yield,
 * else the first. HEAD is GET. NULL: 405. */
const Leaf *routes_pick(const Node *n, Str method, const Contract *prefer);
/* "GET, HEAD, POST" */
void routes_allow(const Node *n, Buf *out);

/* ---- rates ---- */

enum { RATE_WAYS = 8, RATE_LOCKS = 16 };
typedef struct RateSlot {
    uint64_t key;
    uint32_t minute; /* of `now` */
    uint16_t now, before;
    uint32_t last_ms; /* when the last one fitted, without the upper bits */
} RateSlot;
typedef struct Rates {
    RateSlot *slots;
    SipKey secret;
    pthread_mutex_t locks[RATE_LOCKS];
} Rates;
Err rates_init(Rates *r);
void rates_free(Rates *r);
/* What an address is counted as: a household has a whole IPv6 network of 64 bits and could come from a new address each time. The
 * result points to `remote`, or into `network`. */
enum { RATE_NETWORK_BYTES = 8 };
Str rate_address(Str remote, char network[RATE_NETWORK_BYTES]);
/* A sliding minute: the last one's share that still counts, plus this one's; nothing counts after a minute without any. *retry_s
 * is 1 to 60. */
bool rates_hit(Rates *r, RateClass class, Str key, Str key2, int32_t per_min, int64_t now_ms, int64_t *retry_s);

/* ---- the engine ---- */

struct Engine {
    EngineConfig cfg;
    Arena arena; /* of the tree; filled at start */
    Node root;
    IdMap ids;
    IdCache *cache;
    Keep *pieces;
    Answers *answers;
    TokenCache *tokens;
    JwtKey jwt, refresh;
    Rates rates;
    pthread_mutex_t limits_lock;
    EngineLimits limits;
};
EngineLimits engine_limits(Engine *e);
/* Bytes of one uploaded file. */
size_t engine_upload_max(Engine *e);

/* ---- problems ---- */

/* The errors that a route can give: its own and those that follow from its rows. */
uint32_t route_errors(const Route *r);
/* Empties the reply and fills it with the contract's words for x->diag and err. status 0: as err maps. */
void problem_reply(Exchange *x, Err err, int status);
/* What an Err is without a Diag. */
const ProblemRow *problem_row(const Contract *c, Err err);

#endif
