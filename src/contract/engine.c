#include "contract/engine.h"

#include <stdlib.h>

#include "base/blocking.h"
#include "base/log.h"
#include "contract/internal.h"

enum {
    ENGINE_ARENA_BYTES = 4 * 1024 * 1024,
    UPLOAD_BYTES_DEFAULT = 10 * 1024 * 1024,
    ONE_BYTES_FIRST = 2048,
    LIST_BYTES_FIRST = 8192
};

/* ---- lifecycle ---- */

void engine_ids_of(const uint8_t box_key[IDMAP_KEY_BYTES], IdMap *out) {
    uint8_t key[SHA256_BYTES];
    hmac_sha256(str_of(box_key, IDMAP_KEY_BYTES), S("gigbox ids 1"), key);
    idmap_init(out, key);
}

Engine *engine_start(const EngineConfig *cfg, Err *err) {
    Engine *e = calloc(1, sizeof *e);
    if (!e) {
        *err = E_NOMEM;
        return NULL;
    }
    e->cfg = *cfg;
    e->limits = cfg->limits;
    e->cache = idcache_new(); /* without these it goes too */
    e->pieces = keep_new((KeepLimits){.slots = PIECES_SLOTS, .text_bytes = PIECE_BYTES_MAX, .bytes = PIECES_BYTES_MAX});
    e->answers = answers_new();
    e->tokens = tokencache_new();
    arena_init(&e->arena, ENGINE_ARENA_BYTES);
    pthread_mutex_init(&e->limits_lock, NULL);
    *err = cfg->contract_count && cfg->contract_count <= ENGINE_CONTRACTS_MAX ? rates_init(&e->rates) : E_INVALID;
    for (size_t i = 0; !*err && i < cfg->contract_count; i++)
        *err = routes_add(&e->arena, &e->root, cfg->contracts[i]);
    if (*err) {
        engine_stop(e);
        return NULL;
    }
    Str box_key = str_of(cfg->domain(cfg->app)->box_key, sizeof cfg->domain(cfg->app)->box_key);
    uint8_t key[SHA256_BYTES];
    engine_ids_of(cfg->domain(cfg->app)->box_key, &e->ids);
    hmac_sha256(box_key, S("gigbox access tokens 1"), key);
    jwt_key(&e->jwt, str_of(key, sizeof key));
    hmac_sha256(box_key, S("gigbox refresh tokens 1"), key);
    jwt_key(&e->refresh, str_of(key, sizeof key));
    secret_wipe(key, sizeof key);
    return e;
}

void engine_stop(Engine *e) {
    if (!e)
        return;
    rates_free(&e->rates);
    idcache_free(e->cache);
    keep_free(e->pieces);
    answers_free(e->answers);
    tokencache_free(e->tokens);
    pthread_mutex_destroy(&e->limits_lock);
    arena_free(&e->arena);
    secret_wipe(&e->jwt, sizeof e->jwt);
    secret_wipe(&e->refresh, sizeof e->refresh);
    free(e);
}

void engine_set_limits(Engine *e, const EngineLimits *l) {
    pthread_mutex_lock(&e->limits_lock);
    e->limits = *l;
    pthread_mutex_unlock(&e->limits_lock);
}

EngineLimits engine_limits(Engine *e) {
    pthread_mutex_lock(&e->limits_lock);
    EngineLimits l = e->limits;
    pthread_mutex_unlock(&e->limits_lock);
    return l;
}

size_t engine_upload_max(Engine *e) {
    size_t own = engine_limits(e).upload_bytes_max;
    return own ? own : UPLOAD_BYTES_DEFAULT;
}

const IdMap *engine_ids(const Engine *e) { return &e->ids; }
const DomainConfig *engine_domain(const Engine *e) { return e->cfg.domain(e->cfg.app); }
Store *engine_store(const Engine *e) { return e->cfg.store; }

const Contract *engine_contract(const Engine *e, Str name) {
    for (size_t i = 0; i < e->cfg.contract_count; i++)
        if (str_eq(str_c0(e->cfg.contracts[i]->name), name))
            return e->cfg.contracts[i];
    return NULL;
}

bool engine_rate(Engine *e, RateClass class, Str key, int64_t now_ms, int64_t *retry_s) {
    return rates_hit(&e->rates, class, key, (Str){NULL, 0}, engine_limits(e).rate_per_min[class], now_ms, retry_s);
}

void engine_render_init(Engine *e, const Contract *contract, Call *c, Buf *out, Render *r) {
    const DomainConfig *cfg = c ? c->cfg : e->cfg.domain(e->cfg.app);
    *r = (Render){
        .contract = contract,
        .ids = &e->ids,
        .cache = e->cache,
        .pieces = e->pieces,
        .cfg = cfg,
        .call = c,
        .arena = c ? c->arena : out->arena,
        .out = out,
        .decimals = cfg->currency_decimals,
        .id_form = contract->id_form,
        .money_form = contract->money_form,
        .time_form = contract->time_form,
    };
}

/* ---- transactions ---- */

static Call call_of(Exchange *x, Tx *tx) {
    return (Call){.tx = tx, .arena = x->arena, .diag = &x->diag, .now_ms = x->now_ms, .cfg = x->cfg};
}

/* Who acts, by the session as it is in this transaction, and whether that suffices for the route. */
static Err admit(Exchange *x, Call *c) {
    uint8_t access = x->route->access;
    if (x->token.session) {
        Err e = engine_actor(x->engine, c, &x->token, &c->actor);
        bool stale_cookie = e == E_UNAUTHORIZED && access == ACCESS_OPTIONAL && x->by_cookie;
        if (e && !stale_cookie)
            return e;
    }
    if (access == ACCESS_MODERATOR && !(c->actor.rights & (RIGHT_MODERATOR | RIGHT_ADMIN)))
        return E_FORBIDDEN;
    if (access == ACCESS_ADMIN && !(c->actor.rights & RIGHT_ADMIN))
        return E_FORBIDDEN;
    x->actor = c->actor;
    return OK;
}

Err exchange_read(Exchange *x, ExchangeFn *fn, void *arg) {
    Tx *tx;
    Err e = store_read(x->engine->cfg.store, x->arena, &tx);
    if (e)
        return e;
    Call c = call_of(x, tx);
    e = admit(x, &c);
    if (!e)
        e = fn(x, &c, arg);
    store_read_end(tx);
    return e;
}

typedef struct Write {
    Exchange *x;
    ExchangeFn *fn;
    void *arg;
} Write;

static Err write_run(Tx *tx, void *arg) {
    Write *w = arg;
    Exchange *x = w->x;
    /* An earlier run that was taken back leaves no trace. */
    *x->reply = reply_new(x->req);
    diag_clear(&x->diag);
    x->refused = OK;
    x->status = 0;
    Call c = call_of(x, tx);
    c.lang = request_lang(x->req);
    Err e = admit(x, &c);
    return e ? e : w->fn(x, &c, w->arg);
}

Err exchange_write(Exchange *x, ExchangeFn *fn, void *arg) {
    Write w = {x, fn, arg};
    blocking_begin(); /* until the commit is on disk another worker may take over */
    Err e = store_write(x->engine->cfg.store, write_run, &w);
    blocking_end();
    return e;
}

/* ---- rendering ---- */

static void render_start(Exchange *x, Call *c, int status, Render *r) {
    x->reply->status = status ? status : 200;
    x->reply->body.n = 0;
    engine_render_init(x->engine, x->contract, c, &x->reply->body, r);
    r->arena = x->arena;
    r->exchange = x;
}

Err exchange_render_as(Exchange *x, Call *c, int status, const View *v, const void *row) {
    Render r;
    render_start(x, c, status, &r);
    x->reply->content_type = S("application/json");
    render_view(&r, v, row);
    return r.out->err;
}

Err exchange_render(Exchange *x, Call *c, const void *out) {
    const Route *route = x->route;
    const View *envelope = route->envelope;
    Render r;
    render_start(x, c, x->status ? x->status : route->status, &r);
    if (route->shape == SHAPE_NONE || route->shape == SHAPE_RAW)
        return OK;
    x->reply->content_type = S("application/json");
    r.item_view = route->view;
    r.plural = route->plural;
    switch (route->shape) {
    case SHAPE_FIXED: x->reply->fixed = str_c0(route->fixed); break;
    case SHAPE_ONE:
        r.item = out;
        buf_reserve(r.out, ONE_BYTES_FIRST);
        render_view(&r, envelope ? envelope : route->view, out);
        break;
    default:
        r.page = out;
        buf_reserve(r.out, LIST_BYTES_FIRST);
        if (!envelope && route->shape == SHAPE_LIST)
            envelope = x->contract->list_envelope;
        if (envelope)
            render_view(&r, envelope, out);
        else
            render_page(&r, route->view, r.page, true);
    }
    return r.out->err;
}

/* ---- one request ---- */

static size_t out_size(const Route *r) {
    if (r->out_size)
        return r->out_size;
    return r->shape == SHAPE_LIST || r->shape == SHAPE_ARRAY ? sizeof(PageOut) : r->view ? r->view->size : 0;
}

/* Whether the answer is one for everybody. */
static bool keeps(const Exchange *x) { return x->route->kept && !x->token.user; }

/* What is looked for does not exist, and the route says that this is an answer too. */
static Err render_nothing(Exchange *x, Call *c) {
    diag_clear(&x->diag);
    if (x->route->shape == SHAPE_ONE)
        return exchange_render(x, c, NULL);
    PageOut *none = arena_alloc(x->arena, out_size(x->route));
    if (!none)
        return E_NOMEM;
    none->page = 1;
    none->limit = LIST_LIMIT_DEFAULT;
    return exchange_render(x, c, none);
}

static Err operate(Exchange *x, Call *c, void *arg) {
    (void)arg;
    void *out = arena_alloc(x->arena, out_size(x->route));
    if (!out)
        return E_NOMEM;
    Err e = x->route->op(c, x->in, out);
    if (e == E_MISSING && x->route->or_nothing)
        return render_nothing(x, c);
    if (!e && x->route->after)
        e = x->route->after(x, c, out);
    if (e || x->refused)
        return e;
    e = exchange_render(x, c, out);
    if (!e && keeps(x))
        answers_put(x->engine->answers, x->req, tx_version(c->tx), clock_mono_ms(), x->reply);
    return e;
}

static Err only_admit(Exchange *x, Call *c, void *arg) {
    (void)x, (void)c, (void)arg;
    return OK;
}

static Err run_handler(Exchange *x) {
    if (x->route->access != ACCESS_OPEN) {
        Err e = exchange_read(x, only_admit, NULL);
        if (e)
            return e;
    }
    return x->route->handler(x);
}

/* The account name at sign-in without what people vary in writing it. */
static Str account_key(Exchange *x) {
    char *p = arena_raw(x->arena, x->account.n);
    size_t n = 0;
    for (size_t i = 0; p && i < x->account.n; i++) {
        char c = x->account.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '@' || (unsigned char)c >= 0x80)
            p[n++] = c;
    }
    enum { NATIONAL_DIGITS = 10 };
    bool digits = n > NATIONAL_DIGITS;
    for (size_t i = 0; digits && i < n; i++)
        digits = p[i] >= '0' && p[i] <= '9';
    return digits ? str_of(p + n - NATIONAL_DIGITS, NATIONAL_DIGITS) : str_of(p, n);
}

/* Per account once signed in; before, per address, and at sign-in per address and account name. */
static Err count_rate(Exchange *x) {
    RateClass class = x->route->rate;
    EngineLimits l = engine_limits(x->engine);
    Rates *rates = &x->engine->rates;
    Str user = str_of(&x->token.user, sizeof x->token.user), none = {NULL, 0};
    char network[RATE_NETWORK_BYTES];
    if (x->token.user)
        return rates_hit(rates, class, user, none, l.rate_per_min[class], x->now_ms, &x->retry_after_s) ? OK : E_LIMIT;
    Str from = rate_address(x->req->remote, network);
    /* Trying many account names from one address counts as everything else does. */
    if (class == RATE_AUTH && !rates_hit(rates, RATE_OTHER, from, none, l.rate_per_min[RATE_OTHER], x->now_ms, &x->retry_after_s))
        return E_LIMIT;
    Str account = class == RATE_AUTH ? account_key(x) : none;
    return rates_hit(rates, class, from, account, l.rate_per_min[class], x->now_ms, &x->retry_after_s) ? OK : E_LIMIT;
}

static bool unsafe(Str method) { return !str_eq(method, S("GET")) && !str_eq(method, S("HEAD")); }

/* Reads the token, if any. Its claims decide who owns a shared path; the store decides later whether it is still good. */
static Err identify(Exchange *x) {
    Str token = engine_token_of(x->req, &x->by_cookie);
    bool late = false;
    Err e = token.p ? engine_token_check(x->engine, token, x->now_ms, &x->token, &late) : OK;
    if (!e || !x->by_cookie) /* who shows a token that is over is told so in his own words; a cookie comes by itself */
        x->own = x->token.contract;
    if (e)
        x->token = (Token){0}; /* nobody, also when it was somebody once */
    return late ? diag_fail(&x->diag, e, "TOKEN_EXPIRED", S("The token is over.")) : e;
}

static Err authorize(Exchange *x, Err identified) {
    uint8_t access = x->route->access;
    if (access == ACCESS_OPEN || (access == ACCESS_OPTIONAL && identified && x->by_cookie)) {
        x->token = (Token){0};
        diag_clear(&x->diag);
        return OK;
    }
    if (identified)
        return E_UNAUTHORIZED;
    if (access >= ACCESS_SIGNED_IN && !x->token.user)
        return E_UNAUTHORIZED;
    if (x->token.user && x->by_cookie && unsafe(x->req->method) && engine_same_origin(x->req))
        return diag_fail(&x->diag, E_FORBIDDEN, "FOREIGN_ORIGIN", S("the request comes from another site"));
    return OK;
}

static Err decode_params(Exchange *x, const Match *m) {
    for (size_t i = 0; i < m->param_count; i++) {
        Err e = percent_decode(x->arena, m->params[i], false, &x->params[i]);
        if (e)
            return e == E_SYNTAX ? E_MISSING : e;
    }
    x->param_count = m->param_count;
    return OK;
}

/* Some frameworks look at who asks before they look at what is asked. It costs something only when there is a fault. */
static Err at_fault(Exchange *x, Err bound) {
    if (x->route->access < ACCESS_SIGNED_IN || (bound != E_INVALID && bound != E_SYNTAX))
        return bound;
    Diag fault = x->diag;
    diag_clear(&x->diag);
    Err e = exchange_read(x, x->route->gate ? x->route->gate : only_admit, NULL);
    if (e == E_UNAUTHORIZED || e == E_FORBIDDEN || e == E_MISSING) {
        x->binding = false;
        return e;
    }
    x->diag = fault;
    return bound;
}

static Err work(Exchange *x, const Match *m, Err identified) {
    Err e = authorize(x, identified);
    if (e)
        return e;
    /* Who may not come in is told nothing about what he sent. */
    if (x->route->access >= ACCESS_MODERATOR && (e = exchange_read(x, only_admit, NULL)))
        return e;
    Err bound = decode_params(x, m);
    if (!bound)
        bound = body_parse(x);
    if (!bound)
        bound = bind_input(x);
    if (bound == E_NOMEM)
        return bound;
    e = count_rate(x); /* also what is refused for its form counts */
    if (e)
        return e;
    if (!bound && x->route->before)
        bound = x->route->before(x);
    if (bound)
        return at_fault(x, bound);
    if (keeps(x) && answers_get(x->engine->answers, x->req, store_version(x->engine->cfg.store), clock_mono_ms(), x->reply))
        return OK;
    if (x->route->handler)
        return run_handler(x);
    return x->route->writes ? exchange_write(x, operate, NULL) : exchange_read(x, operate, NULL);
}

/* Without measuring the prefix first: every request asks for several, and most differ early. */
static bool below(Str path, const char *prefix, size_t *prefix_n) {
    size_t n = 0;
    while (prefix[n] && n < path.n && path.p[n] == prefix[n])
        n++;
    *prefix_n = n;
    return !prefix[n];
}

/* Whose words an answer has when no route says it: the contract with the longest prefix; among equals the session's own, then the
 * first. */
static const Contract *owner_of(const Engine *e, Str path, const Contract *prefer, size_t *prefix_n) {
    const Contract *best = e->cfg.contracts[0];
    *prefix_n = 0;
    for (size_t i = 0; i < e->cfg.contract_count; i++) {
        const Contract *c = e->cfg.contracts[i];
        for (const char *const *p = c->prefixes; p && *p; p++) {
            size_t n;
            if (below(path, *p, &n) && (n > *prefix_n || (n == *prefix_n && c == prefer))) {
                best = c;
                *prefix_n = n;
            }
        }
    }
    return best;
}

static Exchange *exchange_new(Engine *e, const Request *req, Reply *rep) {
    Exchange *x = ARENA_NEW(req->arena, Exchange);
    if (!x)
        return NULL;
    x->engine = e;
    x->req = req;
    x->reply = rep;
    x->arena = req->arena;
    x->cfg = e->cfg.domain(e->cfg.app);
    x->ports = &e->cfg.ports;
    x->now_ms = clock_now_ms();
    x->contract = e->cfg.contracts[0];
    return x;
}

static void no_memory(Reply *rep) {
    rep->status = 503;
    rep->fixed = S("{}");
    rep->content_type = S("application/json");
}

static void no_route(Exchange *x, const Match *m) {
    if (!m->node) {
        problem_reply(x, E_MISSING, 0);
        return;
    }
    x->contract = m->node->leaves->contract;
    for (const Leaf *l = m->node->leaves; l; l = l->next)
        if (l->contract == x->own)
            x->contract = x->own;
    diag_fail(&x->diag, E_MISSING, "METHOD_NOT_ALLOWED", S("this path does not take that method"));
    problem_reply(x, E_MISSING, x->contract->not_allowed_status ? x->contract->not_allowed_status : 405);
    Buf allow = buf_arena(x->arena, 128);
    routes_allow(m->node, &allow);
    reply_header(x->reply, "Allow", buf_str(&allow));
}

static void log_failure(const Exchange *x, Err err) {
    if (x->reply->status >= 500)
        log_line(LOG_ERROR, "contract", "request failed", "error=%s route=%s id=%.*s", err_name(err), x->route->path,
                 STR_ARG(x->req->id));
    else if (!(route_errors(x->route) & ERR(err)) && err < E_NETWORK)
        log_line(LOG_WARN, "contract", "a route gave an error that its row does not name", "error=%s route=%s", err_name(err),
                 x->route->path);
}

/* GET /openapi/<contract>.json, /docs, /docs/<contract> */
static bool documents(Engine *e, const Request *req, Reply *rep) {
    Str path = req->path, name;
    bool openapi = str_starts(path, S("/openapi/")) && str_ends(path, S(".json"));
    if (openapi)
        name = str_slice(path, strlen("/openapi/"), path.n - strlen(".json"));
    else if (str_eq(path, S("/docs")) || str_eq(path, S("/docs/")))
        name = str_c0(e->cfg.contracts[0]->name);
    else if (str_starts(path, S("/docs/")))
        name = str_from(path, strlen("/docs/"));
    else
        return false;
    const Contract *c = engine_contract(e, name);
    if (!c || unsafe(req->method))
        return false;
    if (openapi)
        openapi_document(c, e->cfg.ports.public_url, &rep->body);
    else
        docs_page(e->cfg.contracts, e->cfg.contract_count, c, &rep->body);
    rep->content_type = openapi ? S("application/json") : S("text/html; charset=utf-8");
    if (!openapi) /* self-contained: nothing from elsewhere, one style of its own */
        reply_header(rep, "Content-Security-Policy",
                     S("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"));
    return !rep->body.err;
}

/* A file's answer may say itself how long it is good. */
static bool says_cache(const Reply *rep) {
    static const char name[] = "Cache-Control:";
    return rep->headers.n && memmem(rep->headers.p, rep->headers.n, name, sizeof name - 1);
}

void engine_handle(Engine *e, const Request *req, Reply *rep) {
    if (documents(e, req, rep))
        return;
    *rep = reply_new(req);
    Exchange *x = exchange_new(e, req, rep);
    if (!x) {
        no_memory(rep);
        return;
    }
    Match m;
    routes_match(&e->root, req->path, &m);
    Err identified = identify(x);
    const Leaf *leaf = m.node ? routes_pick(m.node, req->method, x->own) : NULL;
    if (!leaf) {
        size_t n;
        x->contract = owner_of(e, req->path, x->own, &n);
        no_route(x, &m);
        return;
    }
    x->contract = leaf->contract;
    x->route = leaf->route;
    Err err = work(x, &m, identified);
    if (err || x->refused) {
        err = err ? err : x->refused;
        problem_reply(x, err, 0);
        log_failure(x, err);
    } else if (leaf->route->shape != SHAPE_RAW || !says_cache(rep)) {
        reply_header(rep, "Cache-Control", S("no-store"));
    }
}

void engine_refuse(Engine *e, const Request *req, Reply *rep, Err err, int status) {
    Exchange *x = exchange_new(e, req, rep);
    size_t n;
    if (!x) {
        no_memory(rep);
        return;
    }
    /* In the words of whoever would have answered. */
    Match m;
    routes_match(&e->root, req->path, &m);
    identify(x);
    const Leaf *leaf = m.node ? routes_pick(m.node, req->method, x->own) : NULL;
    x->contract = leaf ? leaf->contract : owner_of(e, req->path, x->own, &n);
    problem_reply(x, err, status);
}

static bool has_prefix(const Engine *e, Str path) {
    size_t n;
    for (size_t i = 0; i < e->cfg.contract_count; i++)
        for (const char *const *p = e->cfg.contracts[i]->prefixes; p && *p; p++)
            if (below(path, *p, &n) && n)
                return true;
    return false;
}

bool engine_owns(Engine *e, Str path) {
    Match m;
    if (has_prefix(e, path) || str_starts(path, S("/openapi/")) || str_eq(path, S("/docs")) || str_starts(path, S("/docs/")))
        return true;
    routes_match(&e->root, path, &m);
    return m.node;
}

static bool takes_file(const Route *r) {
    for (size_t i = 0; r->in && i < r->in->count; i++)
        if (r->in->rows[i].where == IN_FILE)
            return true;
    return false;
}

size_t engine_body_limit(Engine *e, Str method, Str path) {
    EngineLimits l = engine_limits(e);
    size_t most = l.body_bytes_max ? l.body_bytes_max : ENGINE_JSON_BYTES_MAX;
    Match m;
    routes_match(&e->root, path, &m);
    /* A shared path takes what its most generous owner does: the session is not known yet. */
    for (const Leaf *leaf = m.node ? m.node->leaves : NULL; leaf; leaf = leaf->next) {
        if (!str_eq(leaf->method, method))
            continue;
        size_t own = leaf->route->body_max_bytes, form = engine_upload_max(e) + ENGINE_FORM_OVERHEAD_BYTES;
        if (own < form && (takes_file(leaf->route) || (!own && leaf->route->rate == RATE_UPLOAD)))
            own = form;
        if (own > most)
            most = own;
    }
    return most;
}
