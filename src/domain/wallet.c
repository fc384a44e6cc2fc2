#include "domain/wallet.h"

#include "domain/audit.h"
#include "domain/bank.h"
#include "domain/ledger.h"
#include "domain/notify.h"
#include "domain/order_flow.h"
#include "domain/outbox.h"
#include "domain/row.h"

static const Field fields[] = {
    FIELD(1, Withdrawal, user, F_I64, "whose money"),
    FIELD(2, Withdrawal, bank, F_I64, "bank account it goes to"),
    FIELD(3, Withdrawal, amount, F_I64, "minor units"),
    FIELD(4, Withdrawal, state, F_I32, "WithdrawalState"),
    FIELD(5, Withdrawal, outbox, F_I64, "outbox row"),
    FIELD(6, Withdrawal, provider_id, F_STR, "provider's id of the payout"),
    FIELD(7, Withdrawal, error, F_STR, "why it failed"),
    FIELD(8, Withdrawal, created_ms, F_I64, "when asked for"),
    FIELD(9, Withdrawal, settled_ms, F_I64, "when it was over"),
};
static bool has_provider(const void *row) { return ((const Withdrawal *)row)->provider_id.n != 0; }
static const Index indexes[] = {
    {.id = 180,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 2,
     .name = "withdrawal_user",
     .doc = "of a user",
     .parts = {{.tag = 1}, {.tag = 4}}},
    {.id = 181,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "withdrawal_state",
     .doc = "for the admin",
     .parts = {{.tag = 4}}},
    {.id = 182,
     .kind = IX_UNIQUE,
     .part_count = 1,
     .name = "withdrawal_provider",
     .doc = "by the provider's id",
     .parts = {{.tag = 6}},
     .when = has_provider},
    {.id = 183,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 2,
     .name = "withdrawal_bank",
     .doc = "to a bank account",
     .parts = {{.tag = 2}, {.tag = 4}}},
};
const Record WITHDRAWAL = {.kind = 48,
                           .size = sizeof(Withdrawal),
                           .name = "withdrawal",
                           .doc = "money on its way to a bank",
                           .fields = fields,
                           .field_count = COUNT(fields),
                           .indexes = indexes,
                           .index_count = COUNT(indexes)};
const Index *const WITHDRAWAL_BY_USER = &indexes[0];
const Index *const WITHDRAWAL_BY_STATE = &indexes[1];
const Index *const WITHDRAWAL_BY_PROVIDER = &indexes[2];
const Index *const WITHDRAWAL_BY_BANK = &indexes[3];

/* ---- balances ---- */

/* The doer's net share of what this order holds in escrow. */
static Err pending_of(Tx *tx, const Order *o, int64_t *net) {
    int64_t held;
    Err e = order_escrow(tx, o, &held);
    *net = held - ledger_fee(held, o->fee_bps);
    return e;
}

Err wallet_of(Tx *tx, int64_t user, WalletBalance *out) {
    *out = (WalletBalance){0};
    Balance b;
    Err e = rec_get(tx, &BALANCE, account_code(ACC_AVAILABLE, user), &b);
    if (e && e != E_MISSING)
        return e;
    if (!e) {
        out->available = b.amount;
        out->earned = b.earned;
    }
    e = ledger_balance(tx, ACC_WITHDRAWING, user, &out->withdrawing);
    for (int32_t s = ORDER_PENDING; s < ORDER_STATUS_COUNT && !e; s++) {
        if (!(ORDER_OPEN_MASK & ORDER_BIT(s)))
            continue;
        Key key = key2(ORDER_BY_DOER, user, s);
        Scan *scan;
        Order o;
        e = scan_open(tx, ORDER_BY_DOER, (ScanRange){.prefix = &key}, &scan);
        if (e)
            return e;
        while (!e && scan_next_rec(scan, &ORDER, &o)) {
            int64_t net;
            e = o.escrow_state == ESCROW_FUNDED ? pending_of(tx, &o, &net) : OK;
            if (!e && o.escrow_state == ESCROW_FUNDED)
                out->pending += net;
        }
        scan_close(scan);
    }
    return e;
}

Err wallet_balance(Call *c, const void *in, void *out) {
    (void)in;
    WalletBalance *w = out;
    Err e = call_signed_in(c);
    if (!e)
        e = wallet_of(c->tx, c->actor.user, w);
    w->currency = c->cfg->currency;
    return e;
}

Str wallet_word(int32_t cause) {
    static const Str words[CAUSE_COUNT] = {
        [CAUSE_WALLET_PAY] = STR_INIT("payment"),
        [CAUSE_RELEASE] = STR_INIT("earning"),
        [CAUSE_REFUND_WALLET] = STR_INIT("refund"),
        [CAUSE_REFUND_KEPT] = STR_INIT("refund"),
        [CAUSE_WITHDRAW] = STR_INIT("withdrawal"),
        [CAUSE_PAYOUT_FAILED] = STR_INIT("withdrawal_reversal"),
        [CAUSE_PAYOUT_REVERSED] = STR_INIT("withdrawal_reversal"),
        [CAUSE_BOOST_WALLET] = STR_INIT("boost"),
    };
    return cause > 0 && cause < CAUSE_COUNT && words[cause].n ? words[cause] : S("transfer");
}

static Err wallet_row(Call *c, const Transfer *t, WalletRow *row) {
    *row = (WalletRow){.id = t->id, .cause = t->cause, .state = WALLET_DONE, .order = t->order, .at_ms = t->at_ms};
    Posting p;
    for (ListIter it = list_iter(&t->postings); list_rec(&it, &POSTING, &p);)
        if (p.account == account_code(ACC_AVAILABLE, c->actor.user)) {
            row->amount = p.amount;
            row->balance_after = p.balance_after;
        }
    if (t->cause != CAUSE_WITHDRAW)
        return OK;
    Withdrawal w;
    Err e = rec_get(c->tx, &WITHDRAWAL, t->ref, &w);
    if (!e)
        row->state = w.state == WITHDRAWAL_WAITING ? WALLET_PENDING : w.state == WITHDRAWAL_PAID ? WALLET_DONE : WALLET_FAILED;
    return e;
}

Err wallet_transactions(Call *c, const void *in, void *out) {
    PageOut *page = out;
    Err e = call_signed_in(c);
    if (e)
        return e;
    Key key = key1(TRANSFER_BY_ACCOUNT, account_code(ACC_AVAILABLE, c->actor.user));
    e = row_page(c, &TRANSFER, TRANSFER_BY_ACCOUNT, &key, *(const PageIn *)in, page);
    if (e)
        return e;
    const Transfer *from = page->items;
    WalletRow *rows = ARENA_ARRAY(c->arena, page->count ? page->count : 1, WalletRow);
    if (!rows)
        return E_NOMEM;
    for (size_t i = 0; i < page->count && !e; i++)
        e = wallet_row(c, &from[i], &rows[i]);
    page->items = rows;
    return e;
}

/* ---- the way out ---- */

static Err move(Call *c, const Withdrawal *w, Cause cause, const char *word, Leg from, Leg to) {
    Str key = arena_printf(c->arena, "%s:%lld", word, (long long)w->id);
    if (!key.p)
        return E_NOMEM;
    Transfer t = {.cause = cause, .ref = w->id, .key = key};
    from.amount = -w->amount;
    to.amount = w->amount;
    return ledger_book(c, &t, (Leg[]){from, to}, 2);
}

Err withdraw(Call *c, const void *in, void *out) {
    const WithdrawIn *q = in;
    Withdrawal *w = out;
    Err e = call_signed_in(c);
    if (e)
        return e;
    if (q->amount <= 0 || q->amount > MONEY_MAX)
        return diag_field(c->diag, E_INVALID, S("amount"), S("must be positive"));
    if (q->amount < c->cfg->withdraw_min)
        return diag_field(c->diag, E_INVALID, S("amount"), S("is less than the smallest withdrawal"));
    BankAccount b;
    e = row_load(c, &BANK_ACCOUNT, q->bank, &b);
    if (e && e != E_MISSING)
        return e;
    if (e || b.user != c->actor.user || b.deleted)
        return diag_field(c->diag, E_INVALID, S("bank"), S("is not a bank account of yours"));
    if (b.state != BANK_VERIFIED)
        return diag_field(c->diag, E_INVALID, S("bank"), S("is not verified"));
    *w = (Withdrawal){
        .user = c->actor.user, .bank = b.id, .amount = q->amount, .state = WITHDRAWAL_WAITING, .created_ms = c->now_ms};
    e = rec_insert(c->tx, &WITHDRAWAL, w);
    if (!e)
        e = move(c, w, CAUSE_WITHDRAW, "withdraw", (Leg){.type = ACC_AVAILABLE, .owner = w->user},
                 (Leg){.type = ACC_WITHDRAWING, .owner = w->user});
    if (e)
        return e;
    Str key = arena_printf(c->arena, "payout-%lld", (long long)w->id);
    if (!key.p)
        return E_NOMEM;
    Outbox row = {.kind = OUT_PAYOUT, .user = w->user, .ref = w->id, .amount = w->amount, .idempotency_key = key};
    e = outbox_add(c, &row);
    w->outbox = row.id;
    return e ? e : rec_put(c->tx, &WITHDRAWAL, w);
}

static Err list(Call *c, const StateListIn *q, const Index *ix, int64_t user, PageOut *out) {
    PageSource src[WITHDRAWAL_CANCELLED];
    size_t n = 0;
    for (int32_t s = WITHDRAWAL_WAITING; s <= WITHDRAWAL_CANCELLED; s++)
        if (!q->state || q->state == s)
            src[n++] = (PageSource){ix, user ? key2(ix, user, s) : key1(ix, s)};
    return row_page_merge(c, &WITHDRAWAL, src, n, q->page, out);
}

Err withdrawal_list(Call *c, const void *in, void *out) {
    Err e = call_signed_in(c);
    return e ? e : list(c, in, WITHDRAWAL_BY_USER, c->actor.user, out);
}

Err withdrawal_list_all(Call *c, const void *in, void *out) {
    Err e = call_moderator(c);
    return e ? e : list(c, in, WITHDRAWAL_BY_STATE, 0, out);
}

static Err finish(Call *c, Withdrawal *w, WithdrawalState state) {
    w->state = state;
    w->settled_ms = c->now_ms;
    return rec_put(c->tx, &WITHDRAWAL, w);
}

static Err tell(Call *c, const Withdrawal *w, int32_t note) {
    Err e = notify(c, &(Notice){.user = w->user, .type = note, .amount = w->amount});
    return e == E_MISSING ? OK : e;
}

/* The money comes back to the wallet. */
static Err give_back(Call *c, Withdrawal *w, WithdrawalState state) {
    Err e = move(c, w, CAUSE_PAYOUT_FAILED, "payout", (Leg){.type = ACC_WITHDRAWING, .owner = w->user},
                 (Leg){.type = ACC_AVAILABLE, .owner = w->user});
    if (!e)
        e = finish(c, w, state);
    return e ? e : tell(c, w, NOTE_WITHDRAWAL_FAILED);
}

static Err waiting(Call *c, const IdIn *q, Withdrawal *w) {
    Err e = call_admin(c);
    if (!e)
        e = row_load(c, &WITHDRAWAL, q->id, w);
    if (e || w->state == WITHDRAWAL_WAITING)
        return e;
    return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("The withdrawal is over."));
}

Err withdrawal_retry(Call *c, const void *in, void *out) {
    Withdrawal *w = out;
    Err e = waiting(c, in, w);
    if (!e)
        e = outbox_again(c, w->outbox, c->now_ms);
    return e ? e : audit_add(c, S("withdrawal.retry"), S("withdrawal"), w->id, S(""));
}

Err withdrawal_cancel(Call *c, const void *in, void *out) {
    Withdrawal *w = out;
    Err e = waiting(c, in, w);
    if (!e)
        e = outbox_cancel(c, w->outbox);
    if (!e)
        e = give_back(c, w, WITHDRAWAL_CANCELLED);
    return e ? e : audit_add(c, S("withdrawal.cancel"), S("withdrawal"), w->id, S(""));
}

Err payout_request(Call *c, int64_t withdrawal, PayoutRequest *out) {
    BankAccount b;
    Err e = rec_get(c->tx, &WITHDRAWAL, withdrawal, &out->withdrawal);
    if (!e)
        e = row_keep(c->arena, &WITHDRAWAL, &out->withdrawal);
    if (!e)
        e = rec_get(c->tx, &BANK_ACCOUNT, out->withdrawal.bank, &b);
    if (!e)
        e = row_keep(c->arena, &BANK_ACCOUNT, &b);
    if (e)
        return e;
    out->holder = b.holder;
    out->number = b.number;
    out->ifsc = b.ifsc;
    out->currency = c->cfg->currency;
    return OK;
}

Err payout_settled(Call *c, int64_t withdrawal, bool paid, Str provider_id, Str error) {
    Withdrawal w;
    Err e = row_load(c, &WITHDRAWAL, withdrawal, &w);
    if (e || w.state != WITHDRAWAL_WAITING)
        return e;
    w.provider_id = provider_id;
    if (!paid) {
        w.error = error;
        e = give_back(c, &w, WITHDRAWAL_FAILED);
        return e ? e : audit_add(c, S("withdrawal.failed"), S("withdrawal"), w.id, error);
    }
    e = move(c, &w, CAUSE_PAYOUT, "payout", (Leg){.type = ACC_WITHDRAWING, .owner = w.user}, (Leg){.type = ACC_BANK});
    if (!e)
        e = finish(c, &w, WITHDRAWAL_PAID);
    return e ? e : tell(c, &w, NOTE_WITHDRAWAL_PAID);
}

Err payout_reversed(Call *c, const void *in, void *out) {
    const PayoutReversedIn *q = in;
    Withdrawal *w = out;
    Err e = call_system(c);
    if (e)
        return e;
    Key key = key_of(WITHDRAWAL_BY_PROVIDER);
    key_str(&key, q->provider_id);
    e = row_find(c, &WITHDRAWAL, WITHDRAWAL_BY_PROVIDER, &key, w);
    if (e || w->state != WITHDRAWAL_PAID)
        return e;
    w->error = q->reason;
    e = move(c, w, CAUSE_PAYOUT_REVERSED, "reversed", (Leg){.type = ACC_BANK}, (Leg){.type = ACC_AVAILABLE, .owner = w->user});
    if (!e)
        e = finish(c, w, WITHDRAWAL_FAILED);
    if (!e)
        e = tell(c, w, NOTE_WITHDRAWAL_FAILED);
    return e ? e : audit_add(c, S("withdrawal.reversed"), S("withdrawal"), w->id, q->reason);
}
