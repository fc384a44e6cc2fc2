/* gateway.h - everything that talks to providers: payments, payouts, SMS, e-mail, push.
 *
 * The outbox rows and open payments that the domain leaves in the store are carried out by a few threads of this
 * module, over the Fetch seam, with no transaction open during a call:
 *   dispatcher  looks after each commit whether outbox rows are due, claims them (a short write), queues them to lanes;
 *   lanes       SMS; e-mail and push; money: so a slow SMS provider never holds a payout. A lane may have several senders;
 *   poller      asks the provider about open payments until they settle, so everything works without webhooks.
 * A claim is a lease (OUTBOX_LEASE_MS): a row that is lost with the process, or that found its lane full, is due again when it
 * ends.
 *
 * The functions below the lifecycle are for requests that wait for a provider: at most calls_max at once, the next one gets
 * E_BUSY. All of them are thread-safe and must be called without an open transaction. */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "contract/request.h"
#include "domain/payment.h"
#include "gateway/fetch.h"

enum {
    GATEWAY_SENDERS_MAX = 16,
    GATEWAY_CALLS_MAX = 32,      /* requests that wait for a provider at once */
    GATEWAY_QUEUE_ROWS = 1024,   /* claimed rows waiting in one lane */
    GATEWAY_CLAIM_ROWS = 64,     /* rows claimed in one write */
    GATEWAY_STACK_BYTES = 256 * 1024,
    GATEWAY_ARENA_BYTES = 1024 * 1024,
    GATEWAY_RESPONSE_BYTES_MAX = 256 * 1024
};
#define GATEWAY_DEADLINE_MS (15 * MS_SECOND)      /* one call of the worker */
#define GATEWAY_CALL_DEADLINE_MS (10 * MS_SECOND) /* one call somebody waits for */
#define GATEWAY_PENNY_POLL_MS INT64_C(500)        /* between two looks at a penny drop under way */
#define GATEWAY_IDLE_MS (30 * MS_SECOND)          /* the dispatcher looks this often even when nothing is committed */

/* Where each channel goes. Strings live as long as the gateway. sandbox_config (sandbox/sandbox.h) fills in the channels that
 * have no provider. */
typedef struct GatewayConfig {
    Str name; /* of the marketplace: mail's display name, a payout's narration */
    /* Razorpay; payouts need account_number */
    Str razorpay_url, razorpay_key_id, razorpay_key_secret, razorpay_webhook_secret, razorpay_account_number;
    /* SMS: a row of sms.c by name */
    Str sms_provider, sms_url, sms_key, sms_account, sms_sender, sms_template;
    /* mail */
    Str smtp_host, smtp_user, smtp_password, smtp_from;
    int smtp_port;
    MailSecurity smtp_security;
    /* push: FCM's HTTP v1; empty push_url: push rows are given up */
    Str push_url, push_project, push_token;
    bool sandbox_payments, sandbox_sms, sandbox_mail, sandbox_push; /* played by the box itself */
    int senders;   /* threads that send, 1..GATEWAY_SENDERS_MAX */
    int calls_max; /* 1..GATEWAY_CALLS_MAX; in the sandbox less than the box's own request workers, which answer them */
} GatewayConfig;

typedef struct Gateway Gateway;

typedef struct GatewayEnv {
    const GatewayConfig *config; /* outlives the gateway */
    Store *store;
    Fetch fetch;
    const DomainConfig *(*domain)(void *app); /* the configuration in force */
    void *app;
} GatewayEnv;

/* Starts the threads. E_NOMEM; E_INVALID: an unknown SMS provider. */
Err gateway_start(const GatewayEnv *env, Gateway **out);
/* Something was committed: look for work. Returns at once; for store_on_commit (ctx is the Gateway). */
void gateway_wake(void *gateway);
/* Lets calls under way finish, sends nothing more, joins the threads. Call before store_close. NULL is fine. To be quick, stop
 * the fetch seam first. */
void gateway_stop(Gateway *g);

typedef struct GatewayStats {
    uint64_t sent, failed, polls, calls, busy;
    uint32_t queued;
} GatewayStats;
void gateway_stats(const Gateway *g, GatewayStats *out);

/* ---- for the contracts' ports (contract/engine.h): `gateway` is the Gateway; call without an open transaction ---- */

/* Opens an order at Razorpay for a prepared payment, named to it as "gb<payment>"; gives its id, in `a`. E_NETWORK, E_PROVIDER,
 * E_BUSY (calls_max). */
Err gateway_open_order(void *gateway, Arena *a, int64_t payment, int64_t amount, Str currency, Str *provider_order);
/* A Razorpay checkout's signature: HMAC-SHA256(order "|" payment, key secret) in hex. Constant time. */
bool gateway_checkout_signature(void *gateway, Str provider_order, Str provider_payment, Str signature);
/* A Razorpay webhook: checks X-Razorpay-Signature (HMAC-SHA256 of the raw body with the webhook secret, hex, constant time;
 * E_INVALID when wrong or no secret is set), then applies the event. OK also for events that are none of ours or were applied
 * before: each effect is keyed by the thing it settles (payment id, withdrawal), so a repeated or reordered event changes
 * nothing. E_SYNTAX; E_BUSY, E_FULL, E_IO: send it again. */
Err gateway_payment_webhook(void *gateway, const Request *req);
/* The penny drop that bank_verify_begin asked for; writes the outcome (bank_verified). OK when the provider gave a verdict, good
 * or bad; E_NETWORK, E_PROVIDER or E_BUSY when not: the account stays in check and the outbox goes on. */
Err gateway_penny_drop(void *gateway, Arena *a, int64_t bank_account, Str idempotency_key);

#endif
