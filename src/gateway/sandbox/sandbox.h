/* sandbox.h - the providers, played by the box itself.
 *
 * For each channel without a provider the outbound code is pointed at simulators of the real wire protocols inside this binary:
 * Razorpay's REST API (and RazorpayX), Twilio's Messages and FCM's HTTP v1 under /sandbox/…, and a small SMTP server on a
 * loopback port of its own, so that mail goes through the same SMTP code as later (an HTTP endpoint for mail would be a protocol
 * that no provider speaks). Nothing is short-circuited: requests travel over TCP, webhooks are signed and sent over HTTP.
 *
 * State lies in the store (kinds 80 to 83), so open payments survive a restart. Bounded: the oldest rows go beyond the limits
 * below. Its keys are derived from the box's key. It answers this machine only (request_is_local), unless
 * `remote`.
 *
 * Helper endpoints beside the simulated APIs:
 *   GET  /sandbox/outbox?to=<phone, e-mail or user id>   messages, newest first (at most 50); without `to` everybody's
 *   POST /sandbox/razorpay/pay {"order_id","method"?,"fail"?,"amount"?,"webhook"?}   plays the payer; each call is one more
 *        payment. "amount" pays another amount than ordered; "webhook": false keeps the event back until it is asked for by
 *        resend. With "fail" the answer is the checkout's {"error":{…}}.
 *   POST /sandbox/razorpay/resend {"order_id"}   the order's events again, same ids → {"events": n}
 *   POST /sandbox/stripe/complete {"session_id"}   plays the payer in a subscription's checkout, and sends the webhooks
 *   POST /sandbox/stripe/play {"subscription","event"}   and what comes later: "renew", "fail" (an invoice), "cancel" (at the
 *        period's end), "end"
 *   POST /sandbox/webpush/subscribe {"name"?}   → a browser's push subscription; what is pushed to it shows in the outbox. Push
 *        tokens and subscriptions with "unregistered" in their name are dead.
 *   POST /sandbox/google/token {"email","name"?,"email_verified"?}   → {"token"}, an ID token of the sandbox's Google
 * Bank accounts ending in 0000 fail the penny drop, those in 9999 verify and fail the payout. */
#ifndef GATEWAY_SANDBOX_SANDBOX_H
#define GATEWAY_SANDBOX_SANDBOX_H

#include "contract/request.h"
#include "crypto/idmap.h"
#include "gateway/gateway.h"

enum {
    SANDBOX_MESSAGES_MAX = 10000,
    SANDBOX_EVENTS_MAX = 20000,
    SANDBOX_THINGS_MAX = 200000,
    SANDBOX_LIST_MAX = 50,
    SANDBOX_MAIL_BYTES_MAX = 256 * 1024,
    SANDBOX_MAIL_CONNECTIONS = 8,
    SANDBOX_WEBHOOK_TRIES = 12
};
#define SANDBOX_PAYOUT_MS INT64_C(300)     /* a payout is under way this long */
#define SANDBOX_VALIDATION_MS INT64_C(200) /* and a penny drop */

extern const Record SANDBOX_THING, SANDBOX_MESSAGE, SANDBOX_EVENT, SANDBOX_STRIPE;

typedef struct Sandbox Sandbox;

typedef struct SandboxConfig {
    Store *store;
    Fetch fetch;
    const IdMap *ids;        /* how the world writes user ids */
    const uint8_t *box_key;  /* 32 bytes */
    bool remote;             /* answer other machines too */
    const char *webhook_path; /* where the box takes Razorpay's webhooks ("/api/webhooks/payment") */
    const char *stripe_path;  /* and Stripe's ("/api/webhooks/stripe") */
} SandboxConfig;

/* For the channels that `g` marks sandbox_*: makes their keys, opens the SMTP port, and fills in g but for the addresses. *out is
 * NULL when no channel is marked. All of it is kept until sandbox_stop; g must outlive that. Call before the HTTP server starts.
 * E_IO, E_NOMEM. */
Err sandbox_open(const SandboxConfig *cfg, GatewayConfig *g, Sandbox **out);
/* The box answers at own_url ("http://127.0.0.1:8080", no slash at the end): fills in the addresses in g and starts the threads.
 * Call before gateway_start. */
Err sandbox_start(Sandbox *s, Str own_url);
/* Stops and frees. After the HTTP server stopped. NULL is fine. */
void sandbox_stop(Sandbox *s);

/* Answers a request whose path begins with /sandbox/. False when it is none of the sandbox's (another path, a channel with a real
 * provider, a stranger's address): the caller answers 404. `s` may be NULL. */
bool sandbox_handle(Sandbox *s, const Request *req, Reply *rep);

#endif
