/* audit.h - what admins did, and what happened to money that admins must know. Hash-chained: see crypto/chain.h; domain_check
 * walks it. */
#ifndef DOMAIN_AUDIT_H
#define DOMAIN_AUDIT_H

#include "domain/domain.h"

typedef struct Audit {
    int64_t id;
    int64_t at_ms;
    int64_t actor;   /* user id, 0 = the system */
    Str act;         /* "dispute.settle", "user.suspend": lower case, thing.verb */
    Str thing;       /* "order" */
    int64_t subject; /* its id */
    Str detail;      /* one line, never secret */
    Str hash;        /* 32 bytes: chain_step(previous hash, encoding of this row with the id in front and without the hash) */
} Audit;

extern const Record AUDIT;
extern const Index *const AUDIT_BY_THING; /* thing, subject; counted both */
extern const Index *const AUDIT_BY_ACTOR; /* actor; counted */
extern const Index *const AUDIT_BY_ACT;   /* act; counted */

/* Appends an entry by the call's actor. */
Err audit_add(Call *c, Str act, Str thing, int64_t subject, Str detail);
/* One filter at a time, the first of these that is given. */
typedef struct AuditListIn {
    PageIn page;
    Str thing;       /* "order" */
    int64_t subject; /* with thing: which; 0 = all */
    Str act;
    int64_t actor;   /* 0 = everybody */
} AuditListIn;
/* AuditListIn -> PageOut of Audit, newest first. Moderators. */
OpFn audit_list;
/* Who did this last to that thing; 0: the system, or nobody. */
Err audit_who(Call *c, Str act, Str thing, int64_t subject, int64_t *actor);
/* Walks the whole chain; *bad is the id of the first entry that does not fit, 0 when all do. */
Err audit_verify(Tx *tx, int64_t *bad, int64_t *entries);

#endif
