/* check.h - do the facts add up? The domain's part of `gigbox check`. */
#ifndef DOMAIN_CHECK_H
#define DOMAIN_CHECK_H

#include "domain/domain.h"

/* Recomputes and compares, in any transaction (works beside a running box): every transfer balanced, its key unique; balances and
 * their counts against the postings; no account of a user or order below zero; escrow accounts against what their orders' states
 * say (over: empty; funded: not empty); receipts against transfers (each applied or stray exactly once), promised refunds against
 * ACC_REFUNDS, waiting withdrawals against ACC_WITHDRAWING; payment requests against receipts; how many messages conversations
 * say they have; the audit chain. Each fault is one call of `say`. *faults: how many. Memory: one small entry per account. Err
 * only when reading itself failed. */
Err domain_check(Tx *tx, Arena *arena, void (*say)(void *ctx, Str line), void *ctx, uint64_t *faults);

#endif
