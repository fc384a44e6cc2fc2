/* internal.h - shared by the sandbox's files only. */
#ifndef GATEWAY_SANDBOX_INTERNAL_H
#define GATEWAY_SANDBOX_INTERNAL_H

#include <pthread.h>

#include "codec/template.h"
#include "gateway/answer.h"
#include "gateway/sandbox/sandbox.h"

/* ---- records ---- */

/* Permanent numbers. */
typedef enum ThingType {
    THING_ORDER = 1,
    THING_PAYMENT,
    THING_REFUND,
    THING_CONTACT,
    THING_FUND,
    THING_VALIDATION,
    THING_PAYOUT,
    THING_TYPE_COUNT
} ThingType;

/* Any of Razorpay's entities: they share most members, and one walker renders them (things.c). */
typedef struct Thing {
    int64_t id;
    int32_t type;
    Str name;     /* "order_9A33XWu170gUtm" */
    Str parent;   /* the name of the entity it belongs to */
    Str key;      /* idempotency key; contacts and funds: their own content */
    int64_t amount;
    int64_t settled; /* order: paid; payment: refunded */
    Str currency, status;
    Str holder, account, ifsc, reference, method, note, error;
    int32_t attempts;
    int64_t created_ms;
    int64_t settle_ms; /* when its fate is decided, 0 = it is */
} Thing;

typedef enum Channel { CHANNEL_SMS = 1, CHANNEL_EMAIL, CHANNEL_PUSH, CHANNEL_COUNT } Channel;
typedef struct SandboxMessage {
    int64_t id;
    int32_t channel;
    int64_t user; /* push only */
    Str to, subject, body, code;
    int64_t at_ms;
} SandboxMessage;

typedef struct SandboxEvent {
    int64_t id;
    Str name;    /* "evt_…" */
    Str subject; /* the order, payment or payout it is about */
    Str body;    /* as it is signed and sent */
    int32_t attempts;
    int64_t due_ms; /* 0: delivered, given up, or held back */
    bool stripe;    /* Stripe's; otherwise Razorpay's */
} SandboxEvent;

/* A checkout of the simulated Stripe and, once it is complete, its subscription. */
typedef struct StripeRow {
    int64_t id;
    Str name; /* "cs_test_…" */
    Str customer, subscription; /* "" until it is complete */
    Str status; /* Stripe's word for the subscription */
    Str user;   /* client_reference_id */
    Str email, price, success, cancel, url;
    bool ends;  /* cancel_at_period_end */
    int64_t began_s, start_s, end_s;
    int64_t created_ms;
} StripeRow;

extern const Index *const THING_BY_NAME;    /* unique: name */
extern const Index *const THING_BY_KEY;     /* unique: type, key */
extern const Index *const THING_BY_PARENT;  /* parent */
extern const Index *const THING_BY_SETTLE;  /* settle_ms, where set */
extern const Index *const SANDBOX_MESSAGE_BY_TO;    /* to */
extern const Index *const SANDBOX_MESSAGE_BY_USER;  /* user, where set */
extern const Index *const SANDBOX_MESSAGE_BY_AT;    /* at_ms */
extern const Index *const SANDBOX_EVENT_BY_SUBJECT; /* subject */
extern const Index *const SANDBOX_EVENT_BY_DUE;     /* due_ms, where set */
extern const Index *const STRIPE_ROW_BY_NAME;         /* unique: name */
extern const Index *const STRIPE_ROW_BY_SUBSCRIPTION; /* unique: subscription, where set */
extern const Index *const STRIPE_ROW_BY_CUSTOMER;     /* customer, where set */

/* Inserts and lets the row go that lies `keep` ids behind. */
Err insert_bounded(Tx *tx, const Record *r, void *row, int64_t keep);

/* ---- the sandbox ---- */

struct Sandbox {
    SandboxConfig cfg;
    GatewayConfig *gateway;
    Arena strings; /* keys and addresses put into *gateway */
    Str own_url;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping, woken, postman_runs, smtp_runs;
    pthread_t postman, smtp;
    int smtp_listener, smtp_stop; /* sockets of the SMTP server; an eventfd */
    const struct RsaKey *google;  /* made when first needed, under the lock */
};

/* One exchange with the sandbox. */
typedef struct Visit {
    Sandbox *sandbox;
    const Request *req;
    Reply *rep;
    Answer body; /* JSON, NULL when there is none */
    Str id;      /* what stood for {id} in the path */
    Str bytes;   /* the raw body */
} Visit;

/* Something in the store is due: wakes the postman. */
void sandbox_wake(Sandbox *s);
/* A name of Razorpay's kind: the prefix and 14 letters or digits, in the arena. */
Str sandbox_name(Arena *a, const char *prefix);
/* JSON answers. `text` has holes (template.h). */
void answer_template(Visit *v, int status, const char *text, const Var *vars, size_t n);
/* {"error":{…}} as Razorpay words it; field may be NULL. */
void answer_error(Visit *v, int status, const char *description, const char *field);
void answer_err(Visit *v, Err e);

/* things.c */
/* POST of an entity of the type; `parent` (or empty) comes from the path. */
void thing_create(Visit *v, ThingType type, Str parent);
void thing_get(Visit *v, ThingType type, Str name);
/* All of a type that belong to a parent, as a Razorpay collection. */
void thing_list(Visit *v, ThingType type, ThingType parent_type, Str parent);
/* Loads an entity by name and type; kept in `a` when the transaction writes. E_MISSING. */
Err thing_find(Tx *tx, Arena *a, ThingType type, Str name, Thing *out);
/* Appends the entity's JSON. */
void thing_render(Arena *a, const Thing *t, Buf *out);
/* Decides what settles by itself at settle_ms. */
Err thing_settle(Tx *tx, Arena *a, Thing *t);

/* payments.c */
void pay(Visit *v);
void resend(Visit *v);
/* Queues a webhook event about `t` (entity word "payment", "refund", "payout"); due_ms 0 holds it back. */
Err event_add(Tx *tx, Arena *a, const char *event, const char *entity, const Thing *t, Str subject, int64_t due_ms);
/* Thread: settles what is due, delivers events. */
void *postman(void *sandbox);

/* messages.c */
void take_sms(Visit *v);
void take_push(Visit *v);
void webpush_subscribe(Visit *v);
void webpush_take(Visit *v);
void list_outbox(Visit *v);
/* A mail in MIME form as email.h builds it. */
Err take_mail(Sandbox *s, Arena *a, Str to, Str data);
/* Subject, text and X-Sandbox-Code of such a mail, decoded into the arena. */
Err mail_read(Arena *a, Str data, Str *subject, Str *text, Str *code);

/* stripe.c */
void stripe_checkout_create(Visit *v);
void stripe_checkout_get(Visit *v);
void stripe_portal_create(Visit *v);
void stripe_subscription_get(Visit *v);
void stripe_subscription_change(Visit *v);
void stripe_complete(Visit *v);
void stripe_play(Visit *v);
void stripe_checkout_page(Visit *v);
void stripe_portal_page(Visit *v);

/* identity.c */
void google_token(Visit *v);
void google_certs(Visit *v);

/* Text that only this box knows, the same after a restart: `prefix` and `chars` hex digits (at most 64) of HMAC(box key,
 * purpose).
 */
Str sandbox_secret(const Sandbox *s, Arena *a, const char *prefix, const char *purpose, int chars);

/* smtp.c */
Err smtp_open(Sandbox *s, int *port);
void *smtp_serve(void *sandbox);
void smtp_close(Sandbox *s);

#endif
