/* domain.h - what every operation of the marketplace is given, and the shape that all of them have.
 *
 * The domain holds the rules and nothing else: no JSON, no HTTP, no wire names, no clock, no sockets. It reaches outward only by
 * rows it writes in its own transaction: events (event.h) and outbox rows (outbox.h). All five contracts call the same
 * operations. */
#ifndef DOMAIN_DOMAIN_H
#define DOMAIN_DOMAIN_H

#include "base/clock.h"
#include "store/store.h"

/* Rights, as bits of Actor.rights and User.rights. */
enum { RIGHT_MODERATOR = 1, RIGHT_ADMIN = 2, RIGHT_SYSTEM = 4 /* timers, webhooks, workers */ };

/* Who acts. user == 0: nobody is signed in (or the system, when RIGHT_SYSTEM is set). */
typedef struct Actor {
    int64_t user;
    int64_t session;
    int32_t rights;
} Actor;

/* The settings that rules depend on; filled from the settings file and the box's own admin settings. Durations in ms, money in
 * minor units, shares in basis points. Immutable while calls run: the app swaps in a new one on reload. */
typedef struct DomainConfig {
    Str name;                 /* of the marketplace */
    Str currency;             /* ISO 4217 */
    int32_t currency_decimals;
    int32_t fee_bps;          /* platform fee on a released escrow */
    int32_t tz_minutes;       /* the box's offset from UTC, for calendar filters */
    int64_t boost_price_per_day;
    int64_t files_bytes;            /* of one person together; 0: FILES_BYTES_PER_USER */
    int64_t free_posts_per_month;  /* gigs that an account without a plan may post in a calendar month; 0 = any number */
    int64_t otp_ttl_ms;
    int32_t otp_tries;
    int64_t access_ttl_ms, refresh_ttl_ms, campus_ttl_ms;
    int64_t order_lapse_ms;        /* pending_payment -> cancelled */
    int64_t auto_approve_ms;       /* submitted -> approved */
    int64_t auto_approve_warn_ms;  /* reminder this long before */
    int64_t auto_release_ms;       /* approved -> completed */
    int64_t review_hidden_ms;      /* double-blind period */
    int64_t withdraw_min;          /* smallest withdrawal */
    int64_t payment_poll_ms;       /* a fresh provider order is asked about this often */
    Str push_origins; /* push services of browsers: comma-separated origins; "*." before a host stands for all below */
    Str sms_countries; /* country codes, comma-separated, whose numbers may sign up; empty: all */
    bool push_sandbox; /* the sandbox's push service is one too */
    int32_t sms_langs; /* LANG_BIT of the languages (lang.h) that SMS may be in besides English */
    bool sandbox; /* no real payment provider: mock payments are allowed */
    uint8_t box_key[32]; /* root of derived keys: id permutation, token signing, OTP hashing */
} DomainConfig;

/* One operation under way: a transaction, scratch memory, where to put the reason of a failure, the time, who acts. */
typedef struct Call {
    Tx *tx;
    Arena *arena;
    Diag *diag;
    int64_t now_ms;
    Actor actor;
    const DomainConfig *cfg;
    int32_t lang; /* what who asks reads (lang.h); 0 = not said. For accounts that have not chosen */
} Call;

/* Every operation that a route can name. `in` points to the operation's input struct (its header says which; NULL when it has
 * none), `out` to its result struct, zeroed. Reading operations work in any transaction, writing ones assert tx_writable. On any
 * error nothing of the transaction's changes may be kept (the store sees to that). Runs more than once when a batch is retried.
 */
typedef Err OpFn(Call *c, const void *in, void *out);

/* Input structs of operations that change some fields begin with `uint64_t has`: bit HAS_x says that field x was given. */
#define HAS(in, bit) (((in)->has >> (bit)) & 1)

/* The common input of operations on one thing. */
typedef struct IdIn {
    int64_t id;
} IdIn;

/* The common paging input: page from 1, limit 1..100 (already clamped by the contract), or LIST_WHOLE: everything there is, but
 * no more than LIST_WHOLE_MAX, on the one page. */
typedef struct PageIn {
    int32_t page, limit;
    int32_t skip; /* things passed over before the pages are counted, for contracts that skip instead of paging */
} PageIn;

/* The common result of lists: `items` points to `count` structs of the operation's row type, in the arena. Rows may hold views
 * into the transaction. */
typedef struct PageOut {
    void *items;
    size_t count;
    int64_t total;
    int32_t page, limit;
    const Record *unread; /* not NULL: `items` are only the ids (int64_t) of such records, to be read by who wants to know more */
} PageOut;

enum { LIST_LIMIT_MAX = 100, LIST_LIMIT_DEFAULT = 20, LIST_WHOLE = -1, LIST_WHOLE_MAX = 500 };

/* Fails with E_UNAUTHORIZED unless somebody is signed in. */
Err call_signed_in(Call *c);

/* All record tables of the marketplace, for store_open and record_lint. */
extern const Record *const domain_records[];
extern const size_t domain_record_count;

#endif
