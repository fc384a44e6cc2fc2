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
    int64_t created_ms, due_ms, sent_ms;
    Str provider_id; /* the provider's own id of the accepted call */
    Str last_error;
} Outbox;

extern const Record OUTBOX;

/* Queues `row` (id, state, times, and a missing idempotency key are set here). */
Err outbox_add(Call *c, Outbox *row);
/* The due rows, oldest first, at most max; and when the next one falls due (INT64_MAX: none). */
Err outbox_due(Call *c, size_t max, Outbox **rows, size_t *n, int64_t *next_ms);
/* The worker's report: sent. */
typedef struct OutboxOutcome {
    int64_t id;
    Err err;             /* OK: sent. E_NETWORK, E_PROVIDER...: failed */
    bool permanent;      /* a failure that no retry can mend */
    Str provider_id, error;
} OutboxOutcome;
/* Writes the outcome; on a dead or sent payout, refund, penny drop calls the domain rule that follows (money back, verified, …). */
Err outbox_settle(Call *c, const OutboxOutcome *o);

extern const Index *const OUTBOX_BY_DUE;   /* due_ms; waiting ones only */
extern const Index *const OUTBOX_BY_KEY;   /* unique: idempotency_key */
extern const Index *const OUTBOX_BY_STATE; /* state, kind; counted both */
extern const Index *const OUTBOX_BY_TO;    /* to, where given */
extern const Index *const OUTBOX_BY_USER;  /* user, where given */

/* Takes a row back: it will not be sent. E_STATE when it is not waiting (or dead). */
Err outbox_cancel(Call *c, int64_t id);
/* A waiting or dead row is due again at due_ms, with a new deadline. E_STATE when it was sent or cancelled. */
Err outbox_again(Call *c, int64_t id, int64_t due_ms);
/* A waiting row was carried out by somebody else (a two-phase call): sent, without the domain rule of outbox_settle. */
Err outbox_done(Call *c, int64_t id, Str provider_id);
/* Forgets rows that were settled before before_ms, at most max (by the housekeeping job). */
Err outbox_trim(Call *c, int64_t before_ms, size_t max, size_t *gone);

typedef struct OutboxListIn {
    PageIn page;
    int32_t state; /* 0 = all */
    int32_t kind;  /* 0 = all; only with a state */
    Str to;        /* an address, or */
    int64_t user;  /* a user; at most one of state, to, user decides */
} OutboxListIn;
/* OutboxListIn -> PageOut of Outbox, newest first. Moderators and the system (the sandbox's outbox page). */
OpFn outbox_list;

#endif
