/* internal.h - shared by the files of this module only. */
#ifndef GATEWAY_INTERNAL_H
#define GATEWAY_INTERNAL_H

#include <pthread.h>

#include "codec/template.h"
#include "domain/outbox.h"
#include "domain/wallet.h"
#include "gateway/answer.h"
#include "gateway/gateway.h"
#include "gateway/google.h"

/* What became of one outside call. */
typedef struct Outcome {
    Err err;
    bool permanent; /* no retry can mend it */
    Str provider_id;
    Str error;      /* for the admin: the provider's words, never ours about keys */
    bool recorded;  /* the domain has been told already; nothing to settle */
    int status;     /* HTTP status, 0 when there was no answer */
} Outcome;

/* The service account that FCM messages are sent by, and the token its key was traded for. */
typedef struct FcmAccount {
    Str email, project, token_uri;
    const struct RsaKey *key;
    char token[4096]; /* under the lock, with the rest */
    size_t token_n;
    int64_t until_ms; /* monotonic */
} FcmAccount;

enum { LANE_COUNT = 3 };

typedef struct Claim {
    int64_t id, claimed_ms;
} Claim;

typedef struct Lane {
    Claim ring[GATEWAY_QUEUE_ROWS];
    uint32_t first, count;
} Lane;

typedef struct Sender {
    Gateway *gateway;
    pthread_t thread;
    uint32_t lanes; /* bit per lane it serves */
} Sender;

struct Gateway {
    GatewayEnv env;
    const GatewayConfig *cfg;
    const struct SmsRow *sms;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* CLOCK_MONOTONIC */
    bool stopping, woken, poll_due;
    Lane lanes[LANE_COUNT];
    Sender senders[GATEWAY_SENDERS_MAX];
    pthread_t dispatcher, poller;
    int sender_count, calls;
    GatewayStats stats; /* under the lock */
    GoogleKeys google;  /* likewise */
    FcmAccount fcm;
    Arena account;      /* what fcm points to */
};

#define SYSTEM_ACTOR ((Actor){.rights = RIGHT_SYSTEM})

/* Runs a domain operation in a write transaction; what it returns lives in `a`. d may be NULL. */
Err gateway_write(Gateway *g, Arena *a, Diag *d, Actor actor, OpFn *op, const void *in, void *out, size_t out_bytes);
/* Begins a read transaction as the system; end it with store_read_end(c->tx). Copy what must outlive it. */
Err gateway_read(Gateway *g, Arena *a, Call *c);
/* Waits on g->changed, at most ms. Under the lock. */
void gateway_wait(Gateway *g, int64_t ms);

/* Makes one HTTP exchange and judges it: OK for a 2xx (then *answer is its JSON, empty when it is none), else o->err,
 * o->permanent and o->error, whose words are the answer's member `why`. Returns o->err. */
Err gateway_exchange(Gateway *g, Arena *a, const FetchRequest *req, const char *why, Answer *answer, Outcome *o);

/* Sleeps; another worker takes over meanwhile. */
void gateway_nap(int64_t ms);

/* Takes one of the calls_max places of requests that wait for a provider. E_BUSY. */
Err gateway_call_begin(Gateway *g);
void gateway_call_end(Gateway *g, const char *what, const Outcome *o);

/* push.c: reads cfg->push_account into g->fcm. E_INVALID, E_NOMEM. */
Err push_account_read(Gateway *g);

/* worker.c */
void *gateway_dispatch(void *gateway);
void *gateway_send(void *sender);
/* poller.c */
void *gateway_poll(void *gateway);

/* The senders of outbox rows, one per kind; each fills `o` and blocks. No transaction may be open. */
typedef void SendFn(Gateway *g, Arena *a, const Outbox *row, Outcome *o);
SendFn send_sms, send_email, send_push, send_payout, send_refund, send_penny;

#endif
