/* trust.h - trust score and badges: facts in, number out.
 *
 * The rules are two tables in trust.c. Score: 50 to start, then the rows, clamped to 0..100. Badges are earned once and kept. */
#ifndef DOMAIN_TRUST_H
#define DOMAIN_TRUST_H

#include "domain/user.h"

/* Recomputes u->trust, u->completed_gigs and u->badges from facts (order_facts, u's own counters). A new badge is notified. The
 * caller stores u. */
Err trust_apply(Call *c, User *u);

/* The pure part: what is computed from what. */
typedef struct TrustFacts {
    bool phone, email, id;
    int64_t completed;            /* orders, as doer or client */
    int64_t rating_sum, rating_count;
    int64_t disputes_lost, funded_cancellations;
    int64_t completed_as_doer;
    int64_t reply_ms, replies;    /* mean time to the first answer in a chat, over how many; 0 = unknown */
} TrustFacts;
int32_t trust_score(const TrustFacts *f);

#endif
