#include "domain/ledger.h"

#include <assert.h>

#include "domain/row.h"

static const Field posting_fields[] = {
    FIELD(1, Posting, account, F_I64, "account code: owner * 16 + type"),
    FIELD(2, Posting, amount, F_I64, "added to it"),
    FIELD(3, Posting, balance_after, F_I64, "its balance then"),
};
const Record POSTING = {.size = sizeof(Posting),
                        .name = "posting",
                        .doc = "one leg of a transfer",
                        .fields = posting_fields,
                        .field_count = COUNT(posting_fields)};

static const Field transfer_fields[] = {
    FIELD(1, Transfer, cause, F_I32, "why money moved"),
    FIELD(2, Transfer, at_ms, F_I64, "when"),
    FIELD(3, Transfer, actor, F_I64, "user who caused it, 0 = the system"),
    FIELD(4, Transfer, order, F_I64, "order it was about"),
    FIELD(5, Transfer, ref, F_I64, "receipt, refund, withdrawal, boost or milestone"),
    FIELD(6, Transfer, key, F_STR, "idempotency key"),
    FIELD_RECS(7, Transfer, postings, &POSTING, "legs, adding up to zero"),
};

/* The accounts with an owner that a transfer touched. */
static Err owned_accounts(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    const Transfer *t = row;
    Posting p;
    *n = 0;
    *i64s = ARENA_ARRAY(a, t->postings.count, int64_t);
    if (!*i64s)
        return E_NOMEM;
    for (ListIter it = list_iter(&t->postings); list_rec(&it, &POSTING, &p);)
        if (account_owner(p.account))
            (*i64s)[(*n)++] = p.account;
    return OK;
}

static bool has_order(const void *row) { return ((const Transfer *)row)->order != 0; }

static const Index transfer_indexes[] = {
    {.id = 120, .kind = IX_UNIQUE, .part_count = 1, .name = "transfer_key", .doc = "a cause books once", .parts = {{.tag = 6}}},
    {.id = 121,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "transfer_account",
     .doc = "statement of an account",
     .parts = {{.type = F_I64S, .of = owned_accounts}}},
    {.id = 122,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "transfer_order",
     .doc = "of an order",
     .parts = {{.tag = 4}},
     .when = has_order},
};
const Record TRANSFER = {.kind = 43,
                         .size = sizeof(Transfer),
                         .name = "transfer",
                         .doc = "money that moved",
                         .fields = transfer_fields,
                         .field_count = COUNT(transfer_fields),
                         .indexes = transfer_indexes,
                         .index_count = COUNT(transfer_indexes)};
const Index *const TRANSFER_BY_KEY = &transfer_indexes[0];
const Index *const TRANSFER_BY_ACCOUNT = &transfer_indexes[1];
const Index *const TRANSFER_BY_ORDER = &transfer_indexes[2];

static const Field balance_fields[] = {
    FIELD(1, Balance, amount, F_I64, "sum of the postings"),
    FIELD(2, Balance, transfers, F_I64, "number of transfers"),
    FIELD(3, Balance, earned, F_I64, "of it, releases"),
};
const Record BALANCE = {.kind = 44,
                        .size = sizeof(Balance),
                        .name = "balance",
                        .doc = "of an account",
                        .fields = balance_fields,
                        .field_count = COUNT(balance_fields)};

bool account_may_be_negative(int64_t account) {
    return account_type(account) == ACC_GATEWAY || account_type(account) == ACC_BANK;
}

static Err balance_get(Tx *tx, int64_t account, Balance *b) {
    *b = (Balance){.id = account};
    Err e = rec_get(tx, &BALANCE, account, b);
    b->id = account;
    return e == E_MISSING ? OK : e;
}

Err ledger_balance(Tx *tx, int32_t type, int64_t owner, int64_t *amount) {
    Balance b;
    Err e = balance_get(tx, account_code(type, owner), &b);
    *amount = b.amount;
    return e;
}

int64_t ledger_fee(int64_t amount, int32_t bps) {
    assert(amount >= 0 && amount <= MONEY_MAX * 1000 && bps >= 0 && bps <= 10000);
    /* In two parts, so that nothing overflows: the whole ten thousands carry no rounding. */
    return amount / 10000 * bps + (amount % 10000 * bps + 5000) / 10000;
}

Err ledger_book(Call *c, Transfer *t, const Leg *legs, size_t n) {
    Posting post[TRANSFER_POSTINGS_MAX];
    Balance bal[TRANSFER_POSTINGS_MAX];
    size_t m = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!legs[i].amount)
            continue;
        if (m == TRANSFER_POSTINGS_MAX)
            return E_INTERNAL;
        int64_t account = account_code(legs[i].type, legs[i].owner);
        for (size_t j = 0; j < m; j++)
            if (post[j].account == account)
                return E_INTERNAL;
        Err e = balance_get(c->tx, account, &bal[m]);
        if (e)
            return e;
        if (__builtin_add_overflow(sum, legs[i].amount, &sum) ||
            __builtin_add_overflow(bal[m].amount, legs[i].amount, &bal[m].amount))
            return E_INTERNAL;
        if (bal[m].amount < 0 && legs[i].amount < 0 && !account_may_be_negative(account))
            return diag_fail(c->diag, E_FUNDS, "INSUFFICIENT_FUNDS", S("The balance does not suffice."));
        bal[m].transfers++;
        if (legs[i].type == ACC_AVAILABLE && t->cause == CAUSE_RELEASE)
            bal[m].earned += legs[i].amount;
        post[m] = (Posting){.account = account, .amount = legs[i].amount, .balance_after = bal[m].amount};
        m++;
    }
    if (sum)
        return E_INTERNAL;
    if (!m)
        return OK;
    t->id = 0;
    t->at_ms = c->now_ms;
    t->actor = c->actor.user;
    t->postings = list_of_recs(c->arena, &POSTING, post, m);
    if (!t->postings.p)
        return E_NOMEM;
    Err e = rec_insert(c->tx, &TRANSFER, t);
    for (size_t i = 0; i < m && !e; i++)
        e = rec_put(c->tx, &BALANCE, &bal[i]);
    return e;
}
