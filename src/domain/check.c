/* Adding everything up again. Sums are gathered in one open-addressed table keyed like accounts; sums that are not accounts use
 * the codes behind the last account type. */
#include "domain/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "domain/audit.h"
#include "domain/conversation.h"
#include "domain/ledger.h"
#include "domain/milestone.h"
#include "domain/payment.h"
#include "domain/payment_request.h"
#include "domain/wallet.h"

/* Keys of sums beside the accounts; account_code has room for types up to 15. */
enum {
    SUM_RECEIVED = ACC_TYPE_COUNT, /* owner order: applied receipts less what was refunded of them */
    SUM_REFUNDED,                  /* owner order: refunded of applied receipts */
    SUM_PROMISED,                  /* owner receipt: its refunds */
    SUM_WAITING,                   /* owner user: withdrawals under way */
    SUM_PARTS,                     /* owner order: held by its milestones */
    SUM_MESSAGES                   /* owner conversation: its messages */
};

typedef struct Cell {
    int64_t key; /* 0 = free */
    int64_t amount, transfers, earned;
    bool seen;
} Cell;

typedef struct Check {
    Tx *tx;
    Arena *arena;
    Cell *cells;
    size_t cap, used;
    void (*say)(void *ctx, Str line);
    void *ctx;
    uint64_t *faults;
    int64_t owed, taken, given_back, paid_out; /* refunds open; provider money in; refunds sent; withdrawals paid */
    Err err;
} Check;

__attribute__((format(printf, 2, 3))) static void fault(Check *k, const char *fmt, ...) {
    char line[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    ++*k->faults;
    if (k->say)
        k->say(k->ctx, str_of(line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1));
}

static Cell *slot(Cell *cells, size_t cap, int64_t key) {
    size_t i = ((uint64_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 20 & (cap - 1);
    while (cells[i].key && cells[i].key != key)
        i = (i + 1) & (cap - 1);
    return &cells[i];
}

/* The cell of a key; made when new. A scratch cell when memory is out (k->err is set). */
static Cell *cell(Check *k, int32_t type, int64_t owner) {
    static _Thread_local Cell scratch;
    if (k->used * 2 >= k->cap) {
        size_t cap = k->cap ? k->cap * 2 : 1024;
        Cell *bigger = ARENA_ARRAY(k->arena, cap, Cell);
        if (!bigger) {
            k->err = E_NOMEM;
            return &scratch;
        }
        for (size_t i = 0; i < k->cap; i++)
            if (k->cells[i].key)
                *slot(bigger, cap, k->cells[i].key) = k->cells[i];
        k->cells = bigger;
        k->cap = cap;
    }
    Cell *c = slot(k->cells, k->cap, account_code(type, owner));
    if (!c->key) {
        c->key = account_code(type, owner);
        k->used++;
    }
    return c;
}

static int64_t sum(Check *k, int32_t type, int64_t owner) { return cell(k, type, owner)->amount; }

/* ---- the ledger itself ---- */

static void check_transfer(Check *k, void *row) {
    const Transfer *t = row;
    int64_t total = 0, id;
    uint32_t legs = 0;
    Posting p;
    for (ListIter it = list_iter(&t->postings); list_rec(&it, &POSTING, &p); legs++) {
        Cell *c = cell(k, account_type(p.account), account_owner(p.account));
        total += p.amount;
        c->amount += p.amount;
        c->transfers++;
        if (t->cause == CAUSE_RELEASE && account_type(p.account) == ACC_AVAILABLE)
            c->earned += p.amount;
        if (c->amount != p.balance_after)
            fault(k, "transfer %lld: balance after it %lld, postings say %lld", (long long)t->id, (long long)p.balance_after,
                  (long long)c->amount);
        if (c->amount < 0 && !account_may_be_negative(p.account))
            fault(k, "transfer %lld: account %d/%lld below zero", (long long)t->id, account_type(p.account),
                  (long long)account_owner(p.account));
    }
    if (total || legs < 2 || legs != t->postings.count)
        fault(k, "transfer %lld: not balanced", (long long)t->id);
    Key key = key_of(TRANSFER_BY_KEY);
    key_str(&key, t->key);
    if (index_find(k->tx, TRANSFER_BY_KEY, &key, &id) || id != t->id)
        fault(k, "transfer %lld: its key is not unique", (long long)t->id);
}

static void check_balance(Check *k, void *row) {
    const Balance *b = row;
    Cell *c = cell(k, account_type(b->id), account_owner(b->id));
    c->seen = true;
    if (c->amount != b->amount || c->transfers != b->transfers || c->earned != b->earned)
        fault(k, "account %d/%lld: balance %lld after %lld transfers, postings say %lld after %lld", account_type(b->id),
              (long long)account_owner(b->id), (long long)b->amount, (long long)b->transfers, (long long)c->amount,
              (long long)c->transfers);
}

static void check_rows_exist(Check *k) {
    for (size_t i = 0; i < k->cap; i++)
        if (k->cells[i].key && !k->cells[i].seen)
            fault(k, "account %d/%lld: no balance row", account_type(k->cells[i].key), (long long)account_owner(k->cells[i].key));
}

/* ---- what the things say ---- */

static void check_receipt(Check *k, void *row) {
    const Receipt *r = row;
    char text[40];
    int64_t id;
    Transfer t;
    Posting p = {0};
    int n = snprintf(text, sizeof text, "receipt:%lld", (long long)r->id);
    Key key = key_of(TRANSFER_BY_KEY);
    key_str(&key, str_of(text, (size_t)n));
    bool booked = index_find(k->tx, TRANSFER_BY_KEY, &key, &id) == OK && rec_get(k->tx, &TRANSFER, id, &t) == OK;
    if (booked) {
        ListIter it = list_iter(&t.postings);
        list_rec(&it, &POSTING, &p);
    }
    int64_t want = r->stray == STRAY_CURRENCY ? 0 : r->amount;
    if (-p.amount != want)
        fault(k, "receipt %lld: %lld arrived, %lld booked", (long long)r->id, (long long)want, (long long)-p.amount);
    if (r->refunded > r->amount || r->refunded < 0)
        fault(k, "receipt %lld: refunded more than arrived", (long long)r->id);
    if (r->state == RECEIPT_STRAY && r->refunded != r->amount)
        fault(k, "receipt %lld: stray and not given back", (long long)r->id);
    if (booked && r->provider != PROVIDER_WALLET)
        k->taken += r->amount;
    if (r->provider != PROVIDER_WALLET && sum(k, SUM_PROMISED, r->id) != r->refunded)
        fault(k, "receipt %lld: refunds %lld, says %lld", (long long)r->id, (long long)sum(k, SUM_PROMISED, r->id),
              (long long)r->refunded);
    if (r->state != RECEIPT_APPLIED || !r->order)
        return;
    cell(k, SUM_RECEIVED, r->order)->amount += r->amount - r->refunded;
    cell(k, SUM_REFUNDED, r->order)->amount += r->refunded;
}

static void check_refund(Check *k, void *row) {
    const Refund *r = row;
    Receipt of;
    if (rec_get(k->tx, &RECEIPT, r->receipt, &of)) {
        fault(k, "refund %lld: no receipt", (long long)r->id);
        return;
    }
    cell(k, SUM_PROMISED, r->receipt)->amount += r->amount;
    if (of.stray == STRAY_CURRENCY)
        return;
    if (r->state == REFUND_WAITING || r->state == REFUND_DEAD)
        k->owed += r->amount;
    if (r->state == REFUND_SENT)
        k->given_back += r->amount;
}

static void check_withdrawal(Check *k, void *row) {
    const Withdrawal *w = row;
    if (w->state == WITHDRAWAL_WAITING)
        cell(k, SUM_WAITING, w->user)->amount += w->amount;
    if (w->state == WITHDRAWAL_PAID)
        k->paid_out += w->amount;
}

static void check_milestone(Check *k, void *row) {
    const Milestone *m = row;
    Cell *c = cell(k, ACC_PART_ESCROW, m->id);
    c->seen = false; /* accounted for */
    int64_t want = m->status == MILE_FUNDED || m->status == MILE_SUBMITTED ? m->amount : 0;
    if (c->amount != want)
        fault(k, "milestone %lld: holds %lld, its state says %lld", (long long)m->id, (long long)c->amount, (long long)want);
    cell(k, SUM_PARTS, m->order)->amount += cell(k, ACC_PART_ESCROW, m->id)->amount;
}

static void check_order(Check *k, void *row) {
    const Order *o = row;
    Cell *c = cell(k, ACC_ESCROW, o->id);
    c->seen = false;
    int64_t held = c->amount + sum(k, SUM_PARTS, o->id);
    bool open = (ORDER_BIT(o->status) & ORDER_OPEN_MASK) != 0;
    if (!open && held)
        fault(k, "order %lld: over, and still holds %lld", (long long)o->id, (long long)held);
    if (o->escrow_state != ESCROW_FUNDED && held)
        fault(k, "order %lld: not funded, and holds %lld", (long long)o->id, (long long)held);
    if (o->escrow_state == ESCROW_FUNDED && !open)
        fault(k, "order %lld: over, and says funded", (long long)o->id);
    int64_t paid = o->flags & ORDER_PAID ? o->fee + o->payout : 0;
    if (o->escrow_state == ESCROW_FUNDED && !held && !paid)
        fault(k, "order %lld: says funded, and holds nothing", (long long)o->id);
    if (sum(k, SUM_RECEIVED, o->id) != held + paid)
        fault(k, "order %lld: %lld came in, %lld held, %lld paid", (long long)o->id, (long long)sum(k, SUM_RECEIVED, o->id),
              (long long)held, (long long)paid);
    if (sum(k, SUM_REFUNDED, o->id) != o->refunded)
        fault(k, "order %lld: refunded %lld, says %lld", (long long)o->id, (long long)sum(k, SUM_REFUNDED, o->id),
              (long long)o->refunded);
}

static void check_totals(Check *k) {
    for (size_t i = 0; i < k->cap; i++) {
        const Cell *c = &k->cells[i];
        int32_t type = account_type(c->key);
        int64_t owner = account_owner(c->key);
        if (!c->key)
            continue;
        if ((type == ACC_ESCROW || type == ACC_PART_ESCROW) && c->seen && c->amount)
            fault(k, "escrow %d/%lld: holds %lld for nobody", type, (long long)owner, (long long)c->amount);
        int64_t other = type == ACC_WITHDRAWING ? SUM_WAITING : type == SUM_WAITING ? ACC_WITHDRAWING : 0;
        if (other && slot(k->cells, k->cap, account_code((int32_t)other, owner))->amount != c->amount)
            fault(k, "user %lld: withdrawals under way do not add up", (long long)owner);
    }
    if (sum(k, ACC_REFUNDS, 0) != k->owed)
        fault(k, "refunds owed: %lld, promised %lld", (long long)sum(k, ACC_REFUNDS, 0), (long long)k->owed);
    if (-sum(k, ACC_GATEWAY, 0) != k->taken - k->given_back)
        fault(k, "gateway: %lld, arrived %lld, given back %lld", (long long)-sum(k, ACC_GATEWAY, 0), (long long)k->taken,
              (long long)k->given_back);
    if (sum(k, ACC_BANK, 0) != k->paid_out)
        fault(k, "bank: %lld, paid out %lld", (long long)sum(k, ACC_BANK, 0), (long long)k->paid_out);
}

/* Paid when money was applied to it, and only then. */
static void check_request(Check *k, void *row) {
    const PaymentRequest *r = row;
    Receipt of;
    int64_t id;
    Key key = key_of(RECEIPT_APPLIED_TO);
    key_i64(&key, PAY_REQUEST);
    key_i64(&key, r->id);
    bool paid = index_find(k->tx, RECEIPT_APPLIED_TO, &key, &id) == OK && rec_get(k->tx, &RECEIPT, id, &of) == OK;
    if (paid != (r->status == REQUEST_PAID))
        fault(k, "payment request %lld: %s", (long long)r->id, paid ? "paid, and does not say so" : "says paid, and is not");
    else if (paid && (of.amount != r->amount || of.order != r->order))
        fault(k, "payment request %lld: another amount or order was paid", (long long)r->id);
}

/* ---- talk ---- */

static void check_message(Check *k, void *row) {
    const Message *m = row;
    Cell *c = cell(k, SUM_MESSAGES, m->conversation);
    c->amount++;
    if (m->seq > c->earned) /* here: the highest number */
        c->earned = m->seq;
}

static void check_conversation(Check *k, void *row) {
    const Conversation *v = row;
    Cell *c = cell(k, SUM_MESSAGES, v->id);
    Member all[MEMBERS_MAX];
    size_t n = conversation_members(v, all);
    if (c->amount != v->messages || c->earned != v->messages)
        fault(k, "conversation %lld: %lld messages up to number %lld, says %lld", (long long)v->id, (long long)c->amount,
              (long long)c->earned, (long long)v->messages);
    for (size_t i = 0; i < n; i++)
        if (all[i].read_seq > v->messages || all[i].read_seq < 0)
            fault(k, "conversation %lld: user %lld has read what was not said", (long long)v->id, (long long)all[i].user);
}

static void check_audit(Check *k) {
    int64_t bad, entries;
    Err e = audit_verify(k->tx, &bad, &entries);
    if (e)
        k->err = e;
    else if (bad)
        fault(k, "audit log: broken at entry %lld of %lld", (long long)bad, (long long)entries);
}

/* ---- in this order: each step uses the sums of those before it ---- */

typedef union AnyRow {
    Transfer transfer;
    Balance balance;
    Receipt receipt;
    Refund refund;
    Withdrawal withdrawal;
    Milestone milestone;
    Order order;
    PaymentRequest request;
    Message message;
    Conversation conversation;
} AnyRow;

typedef struct Step {
    const Record *record;
    void (*each)(Check *k, void *row);
    void (*after)(Check *k);
} Step;

static const Step steps[] = {
    {&TRANSFER, check_transfer, NULL},
    {&BALANCE, check_balance, check_rows_exist},
    {&REFUND, check_refund, NULL},
    {&RECEIPT, check_receipt, NULL},
    {&WITHDRAWAL, check_withdrawal, NULL},
    {&MILESTONE, check_milestone, NULL},
    {&ORDER, check_order, check_totals},
    {&PAYMENT_REQUEST, check_request, NULL},
    {&MESSAGE, check_message, NULL},
    {&CONVERSATION, check_conversation, NULL},
    {NULL, NULL, check_audit},
};

Err domain_check(Tx *tx, Arena *arena, void (*say)(void *ctx, Str line), void *ctx, uint64_t *faults) {
    Check k = {.tx = tx, .arena = arena, .say = say, .ctx = ctx, .faults = faults};
    *faults = 0;
    for (size_t i = 0; i < COUNT(steps) && !k.err; i++) {
        AnyRow row;
        RecScan *scan = NULL;
        if (steps[i].record) {
            Err e = rec_scan(tx, steps[i].record, INT64_MIN, &scan);
            if (e)
                return e;
            while (!k.err && rec_scan_next(scan, &row))
                steps[i].each(&k, &row);
            rec_scan_close(scan);
        }
        if (!k.err && tx_err(tx))
            k.err = tx_err(tx);
        if (!k.err && steps[i].after)
            steps[i].after(&k);
    }
    return k.err;
}
