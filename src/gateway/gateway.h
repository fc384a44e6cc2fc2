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

#include "crypto/idmap.h"
#include "crypto/p256.h"
#include "domain/account.h"
#include "domain/bank.h"
#include "domain/payment.h"
#include "domain/subscription.h"
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
#define GATEWAY_PENNY_POLL_MS INT64_C(250)        /* between two looks at a penny drop under way */
#define GATEWAY_IDLE_MS (30 * MS_SECOND)          /* the dispatcher looks this often even when nothing is committed */

/* Where each channel goes. Strings live as long as the gateway. sandbox_config (sandbox/sandbox.h) fills in the channels that
 * have no provider. */
typedef struct GatewayConfig {
    Str name; /* of the marketplace: mail's display name, a payout's narration */
    /* Razorpay; payouts need account_number */
    Str razorpay_url, razorpay_key_id, razorpay_key_secret, razorpay_webhook_secret, razorpay_account_number;
    /* SMS: a row of sms.c by name */
    Str sms_provider, sms_url, sms_key, sms_account, sms_sender, sms_template, sms_template_hi;
    /* mail */
    Str smtp_host, smtp_user, smtp_password, smtp_from;
    int smtp_port;
    MailSecurity smtp_security;
    /* push: FCM's HTTP v1; empty push_url: push rows are given up. push_account is a service account's key file (JSON);
     * push_token, when set, is used instead of one that the account's key is traded for. Web Push: the key that signs for this
     * box, how to reach its owner ("mailto:…" or an address), where the sandbox's push service is. */
    Str push_url, push_project, push_token, push_account;
    P256Key vapid;
    Str push_contact, web_push_sandbox;
    /* sign-in by Google: who its ID tokens are for (comma-separated), where its keys are */
    Str google_client_id, google_certs_url;
    /* subscriptions */
    Str stripe_url, stripe_secret_key, stripe_webhook_secret, stripe_price_id;
    bool sandbox_payments, sandbox_sms, sandbox_mail, sandbox_push, sandbox_google, sandbox_stripe; /* played by the box itself */
    int senders; /* threads that send, 1..GATEWAY_SENDERS_MAX */
    int calls_max; /* 1..GATEWAY_CALLS_MAX; in the sandbox less than the box's own request workers, which answer them */
} GatewayConfig;

typedef struct Gateway Gateway;

typedef struct GatewayEnv {
    const GatewayConfig *config; /* outlives the gateway */
    Store *store;
    Fetch fetch;
    const DomainConfig *(*domain)(void *app); /* the configuration in force */
    void *app;
    const IdMap *ids; /* how the world writes ids */
} GatewayEnv;

/* Starts the threads. E_NOMEM; E_INVALID: an unknown SMS provider, or push_account is none. */
Err gateway_start(const GatewayEnv *env, Gateway **out);
/* Something was committed: look for work. Returns at once; for store_on_commit (ctx is the Gateway). */
void gateway_wake(void *gateway);
/* Lets calls under way finish, sends nothing more, joins the threads. Call before store_close. NULL is fine. To be quick, stop
 * the fetch seam first. */
void gateway_stop(Gateway *g);
/* Frees a stopped one. Commits may still wake it until the store is closed, so call this after store_close. NULL is fine. */
void gateway_free(Gateway *g);

typedef struct GatewayStats {
    uint64_t sent, failed, polls, calls, busy;
    uint32_t queued;
} GatewayStats;
void gateway_stats(const Gateway *g, GatewayStats *out);

/* ---- for the contracts' ports (contract/ports.h): `gateway` is the Gateway. They wait for the provider; call them without an
 * open transaction. What they return lives in `a`; d may be NULL. ---- */

/* Opens the Razorpay order of a payable thing: payment_prepare, the provider, payment_opened. The same open target gives the same
 * provider order, to concurrent callers too. Errors of payment_prepare; E_NETWORK and E_PROVIDER with code
 * "PROVIDER_UNAVAILABLE"; E_BUSY (calls_max). */
Err gateway_open_payment(void *gateway, Arena *a, Diag *d, const Actor *actor, const PaymentPrepareIn *in, Payment *out);
/* The second half alone, for a payment that payment_prepare_target answered PAY_CALL for: asks the provider (which knows it as
 * "gb<id>") and writes payment_opened, whatever came of it. */
Err gateway_call_payment(void *gateway, Arena *a, Diag *d, const Actor *actor, const Payment *p, Payment *out);

/* A Razorpay checkout's answer: checks the signature, HMAC-SHA256(order "|" payment, key secret) in hex, in constant time
 * (E_INVALID with code "INVALID_SIGNATURE", nothing changed), then payment_verified. */
Err gateway_verify_payment(void *gateway, Arena *a, Diag *d, const Actor *actor, Str provider_order, Str provider_payment,
                           Str signature, PaymentCapturedOut *out);

/* Verifies a bank account by a penny drop: bank_verify_begin, the provider, bank_verified. OK with out->state BANK_VERIFIED,
 * BANK_FAILED, or BANK_CHECKING when no verdict came in time (the outbox goes on). Errors of bank_verify_begin. */
Err gateway_verify_bank(void *gateway, Arena *a, Diag *d, const Actor *actor, int64_t bank, BankAccount *out);

/* Who a Google ID token says somebody is, if it is one for this box. E_UNAUTHORIZED; E_NETWORK and E_PROVIDER when Google's keys
 * cannot be had; E_BUSY. */
Err gateway_google(void *gateway, Arena *a, Str id_token, GoogleIdentity *out);

/* Subscriptions. A checkout for the caller (E_STATE "ALREADY_SUBSCRIBED"), the provider's page where one changes card and
 * address, cancelling at the end of the period (both E_STATE "NO_SUBSCRIPTION"). `origin` is where people come back to
 * ("https://host"). E_NETWORK and E_PROVIDER with code "PROVIDER_UNAVAILABLE", E_BUSY. */
Err gateway_stripe_checkout(void *gateway, Arena *a, Diag *d, const Actor *actor, Str origin, Str *url);
Err gateway_stripe_portal(void *gateway, Arena *a, Diag *d, const Actor *actor, Str origin, Str *url);
Err gateway_stripe_cancel(void *gateway, Arena *a, Diag *d, const Actor *actor, Subscription *out);
/* Asks the provider when the caller's row may be out of date (subscription_check), so that it all works without webhooks. */
Err gateway_stripe_sync(void *gateway, Arena *a, const Actor *actor);
/* A Stripe webhook with its header Stripe-Signature. E_UNAUTHORIZED; otherwise as gateway_webhook. */
Err gateway_stripe_webhook(void *gateway, Arena *a, Str body, Str signature);

/* A Razorpay webhook: `signature` is the X-Razorpay-Signature header, HMAC-SHA256 of the raw body in hex, compared in constant
 * time (E_UNAUTHORIZED when wrong or when no secret is set). OK also for events that are none of ours or were applied before:
 * each effect is keyed by the thing it settles (payment id, withdrawal), so a repeated or reordered event changes nothing.
 * E_SYNTAX; E_BUSY, E_FULL, E_IO: the provider should send it again. */
Err gateway_webhook(void *gateway, Arena *a, Str body, Str signature);

#endif
