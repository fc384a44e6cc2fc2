/* outbox.h - what must leave the box.
 *
 * A row is written in the same transaction as its cause; the gateway's worker sends due rows, with no transaction open during
 * the network I/O, and writes the outcome back. Retried with exponential backoff until the deadline, then dead (the admin sees
 * and may retry it). Records of kind 41. */
#ifndef DOMAIN_OUTBOX_H
#define DOMAIN_OUTBOX_H

#include "domain/domain.h"

typedef enum OutboxKind {
    OUT_SMS = 1,  /* to, body, code */
    OUT_EMAIL,    /* to, subject, body, code */
    OUT_PUSH,     /* user, subject, body, ref (device) */
    OUT_PAYOUT,   /* ref: withdrawal id; amount */
    OUT_REFUND,   /* ref: refund id (payment.h); amount */
    OUT_PENNY,    /* ref: bank account id: validate it */
    OUT_KIND_COUNT
} OutboxKind;

typedef enum OutboxState { OUTBOX_WAITING = 1, OUTBOX_SENT, OUTBOX_DEAD, OUTBOX_CANCELLED } OutboxState;

#define OUTBOX_FIRST_RETRY_MS (5 * MS_SECOND)
#define OUTBOX_RETRY_MAX_MS MS_HOUR
#define OUTBOX_DEADLINE_MS (3 * MS_DAY)
#define OUTBOX_KEEP_MS (30 * MS_DAY) /* a settled row is forgotten after this */

typedef struct Outbox {
    int64_t id;
    int32_t kind, state;
    int64_t user;  /* whom it concerns, 0 = none */
    Str to;        /* phone or e-mail */
    Str subject, body;
    Str code;      /* the OTP it carries; blanked once sent outside the sandbox */
    int64_t ref;   /* by kind */
    int64_t amount;
    Str idempotency_key; /* unique; what the provider honours */
    int32_t attempts;
    int64_t created_ms, due_ms;
    int64_t sent_ms;     /* when it was settled: sent, dead or cancelled */
    int64_t deadline_ms; /* dead after this; rows that carry a code: when the code is void */
    int64_t claimed_ms;  /* a worker has it since then; 0 = nobody. While claimed it cannot be cancelled. */
    Str provider_id; /* the provider's own id of the accepted call */
    Str last_error;
    int32_t lang; /* what subject and body are in (lang.h); 0 = English */
    int64_t note; /* OUT_PUSH: the notification that it carries, 0 = none */
} Outbox;

extern const Record OUTBOX;

/* Queues `row` (id, state, times, and a missing idempotency key are set here). */
Err outbox_add(Call *c, Outbox *row);
#define OUTBOX_LEASE_MS (2 * MS_MINUTE) /* a claimed row without an outcome is due again after this */
/* The due rows, oldest first, at most max; and when the next one falls due (INT64_MAX: none). In a write transaction it claims
 * them for OUTBOX_LEASE_MS, which is what the worker must do before it sends; in a read transaction it only looks (to see whether
 * there is work). */
Err outbox_due(Call *c, size_t max, Outbox **rows, size_t *n, int64_t *next_ms);
/* The worker's report: sent. */
typedef struct OutboxOutcome {
    int64_t id;
    Err err;             /* OK: sent. E_NETWORK, E_PROVIDER...: failed */
    bool permanent;      /* a failure that no retry can mend */
    Str provider_id, error;
} OutboxOutcome;
/* Writes the outcome, once (a row that is settled already is left alone); on a dead or sent payout, refund, penny drop calls the
 * domain rule that follows (money back, verified, …). */
Err outbox_settle(Call *c, const OutboxOutcome *o);

extern const Index *const OUTBOX_BY_DUE;   /* due_ms; waiting ones only */
extern const Index *const OUTBOX_BY_KEY;   /* unique: idempotency_key */
extern const Index *const OUTBOX_BY_STATE; /* state, kind; counted both */
extern const Index *const OUTBOX_BY_TO;    /* to, where given */
extern const Index *const OUTBOX_BY_USER;  /* user, where given */
extern const Index *const OUTBOX_BY_SETTLED; /* sent_ms; sent and cancelled ones */

/* Takes a row back: it will not be sent. E_STATE when it is sent, or a worker has it. */
Err outbox_cancel(Call *c, int64_t id);
/* A waiting or dead row is due again at due_ms, with a new deadline. E_STATE when it was sent or cancelled. */
Err outbox_again(Call *c, int64_t id, int64_t due_ms);
/* A waiting row was carried out by somebody else (a two-phase call): sent, without the domain rule of outbox_settle. */
Err outbox_done(Call *c, int64_t id, Str provider_id);
/* Forgets rows that were settled before before_ms, at most max (by the housekeeping job). */
Err outbox_trim(Call *c, int64_t before_ms, size_t max, size_t *gone);

typedef struct OutboxListIn {
    PageIn page;
    int32_t state; /* 0 = waiting and dead */
    int32_t kind;  /* 0 = all */
    Str to;        /* an address, or */
    int64_t user;  /* a user: then state and kind do not matter */
} OutboxListIn;
/* OutboxListIn -> PageOut of Outbox, newest first. Moderators and the system (the sandbox's outbox page). */
OpFn outbox_list;
/* IdIn -> Outbox. Admins: a waiting or dead message is tried now / not sent at all. Messages only (SMS, e-mail, push): E_STATE
 * for money and bank checks, which are decided on as withdrawals and refunds. E_STATE too when it is settled, being sent, or was
 * a code that is void. Audited. */
OpFn outbox_retry;
OpFn outbox_drop;

#endif
