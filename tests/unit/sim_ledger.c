/* sim_ledger.c - a seeded simulation of everything that moves money.
 *
 * Random people do random things through the real operations on a real store: gigs, applications, orders, milestones, provider
 * payments (right, late, double, of another amount or currency, for unknown orders; reported by verify, webhook and polling in
 * any order and number), hand-ins, approvals, cancels, disputes and splits, withdrawals, payouts that fail or come back, boosts,
 * admins who retry and credit, and a clock that jumps. Some operations are made to fail at their n-th allocation, write or
 * commit; some run beside others in one batch with one that fails after it wrote; some are cut off by killing the process. After
 * every step the whole ledger is added up again (domain_check); a failed operation must have changed nothing. What was paid is
 * kept in a model of the provider beside the store, and every payment must be in the books exactly once.
 *
 * Usage: sim_ledger [SEED [STEPS]]. Without arguments: SEEDS seeds. A failing seed is printed and replays. */
#include "sim_steps.h"

/* ---- after every step ---- */

static Err op_receipts(Call *c, const void *in, void *out) {
    (void)in;
    RecScan *scan;
    Receipt r;
    int64_t *n = out;
    Err e = rec_scan(c->tx, &RECEIPT, 1, &scan);
    while (!e && rec_scan_next(scan, &r)) {
        int64_t i;
        if (r.provider != PROVIDER_RAZORPAY)
            continue;
        if (!str_i64(str_from(r.provider_payment, 4), &i) || i < 0 || i >= paid_count)
            broken("receipt %lld is of no payment that was made", (long long)r.id);
        if (r.amount != paid[i].amount || (r.state == RECEIPT_APPLIED) != paid[i].applied)
            broken("receipt %lld of payment %lld: %lld, %s; the provider says %lld, the box told it %s", (long long)r.id,
                   (long long)i, (long long)r.amount, r.state == RECEIPT_APPLIED ? "applied" : "stray", (long long)paid[i].amount,
                   paid[i].applied ? "applied" : "stray");
        ++*n;
    }
    return e;
}
static Err op_money(Call *c, const void *in, void *out) {
    (void)in;
    RecScan *scan;
    Balance b;
    Err e = rec_scan(c->tx, &BALANCE, 1, &scan);
    while (!e && rec_scan_next(scan, &b)) {
        *(int64_t *)out += b.amount;
        if (b.amount < 0 && !account_may_be_negative(b.id))
            return E_CORRUPT;
    }
    return e;
}
static void after_step(void) {
    int64_t total = 0, receipts = 0, reported = 0;
    if (faults(false))
        broken("the books do not add up");
    if (READ(op_money, box, NULL, &total) || total)
        broken("balances add up to %lld", (long long)total);
    for (int i = 0; i < paid_count; i++)
        reported += paid[i].reports > 0;
    Err e = READ(op_receipts, box, NULL, &receipts);
    if (e)
        broken("reading the receipts: %s", err_name(e));
    if (receipts != reported)
        broken("%lld payments were reported, %lld are in the books", (long long)reported, (long long)receipts);
}

/* Everything that is still under way comes to its end; then the box owes nobody anything but wallets. */
static void drain(void) {
    inject = false;
    for (int i = 0; i < paid_count; i++)
        report(i, SOURCE_POLL, payment_captured);
    for (int round = 0; round < 40; round++) {
        Order o, after;
        for (int64_t id = last(&ORDER); id; id--)
            if (load_order(id, &o) && o.status == ORDER_DISPUTED)
                SIM(dispute_settle, admin(ADMIN_ID), (&(SettleIn){.id = id, .outcome = SETTLE_SPLIT, .to_doer = 0}), &after);
            else if (o.status == ORDER_IN_PROGRESS || o.status == ORDER_IN_REVISION || o.status == ORDER_PENDING)
                SIM(order_cancel, user(o.doer), (&(ReasonIn){id, S("the term is over")}), &after);
        Withdrawal w;
        for (int64_t id = last(&WITHDRAWAL); id; id--) /* those that nobody answered wait for the admin */
            SIM(withdrawal_retry, admin(ADMIN_ID), &(IdIn){id}, &w);
        now += 4 * MS_DAY;
        step_time();
        kit_outbox(OK, false);
    }
    after_step();
    int64_t open = 0;
    for (int64_t id = last(&ORDER); id; id--) {
        Order o;
        open += load_order(id, &o) && (ORDER_BIT(o.status) & ORDER_OPEN_MASK);
    }
    if (open)
        broken("%lld orders never ended", (long long)open);
    for (int64_t u = 2; u <= PEOPLE; u++)
        if (balance(ACC_WITHDRAWING, u))
            broken("a withdrawal never ended");
}

static Err op_count(Call *c, const void *in, void *out) {
    (void)in, (void)out;
    RecScan *scan;
    union {
        Order order;
        Receipt receipt;
        Transfer transfer;
        Milestone milestone;
    } row;
    Err e = rec_scan(c->tx, &ORDER, 1, &scan);
    while (!e && rec_scan_next(scan, &row.order))
        ends[row.order.end]++;
    e = e ? e : rec_scan(c->tx, &RECEIPT, 1, &scan);
    while (!e && rec_scan_next(scan, &row.receipt))
        strays[row.receipt.stray]++;
    e = e ? e : rec_scan(c->tx, &TRANSFER, 1, &scan);
    while (!e && rec_scan_next(scan, &row.transfer))
        causes[row.transfer.cause]++;
    e = e ? e : rec_scan(c->tx, &MILESTONE, 1, &scan);
    while (!e && rec_scan_next(scan, &row.milestone))
        parts[row.milestone.status]++;
    return e;
}
static bool show(const char *what, const int64_t *v, size_t n, size_t from) {
    bool all = true;
    printf("# %s:", what);
    for (size_t i = from; i < n; i++) {
        printf(" %lld", (long long)v[i]);
        all = all && v[i] > 0;
    }
    printf("\n");
    return all;
}

static void simulate(uint64_t with_seed, int count) {
    unsigned total = 0;
    seed = with_seed;
    kit_state = seed;
    now = INT64_C(1760000000000);
    paid_count = 0;
    memset(paid, 0, sizeof paid);
    for (size_t i = 0; i < COUNT(steps); i++)
        total += steps[i].weight;
    kit_world(PEOPLE);
    for (step_number = 0; step_number < count; step_number++) {
        unsigned die = (unsigned)kit_below(total);
        size_t which = 0;
        while (die >= steps[which].weight)
            die -= steps[which++].weight;
        step_kind = which;
        inject = steps[which].may_inject && chance(12);
        steps[which].step();
        inject = false;
        after_step();
        kit_forget();
    }
    drain();
    int64_t none = 0;
    MUST(READ(op_count, box, NULL, &none) == OK);
    kit_close();
}

int main(int argc, char **argv) {
    uint64_t from = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    int count = argc > 2 ? atoi(argv[2]) : STEPS, seeds = argc > 1 ? 1 : SEEDS;
    rand_seed(from);
    for (uint64_t s = from; s < from + (uint64_t)seeds; s++) {
        printf("# seed %llu, %d steps\n", (unsigned long long)s, count);
        fflush(stdout);
        simulate(s, count);
        printf("ok seed %llu: books add up after each of %d steps and at the end\n", (unsigned long long)s, count);
    }
    printf("# %lld operations, %lld refused, %lld with a failure injected (%lld failed by it), %lld reports of payments, %lld "
           "storms, %lld kills, %lld timers, %lld outbox rows\n",
           (long long)tally.ops, (long long)tally.refused, (long long)tally.injected, (long long)tally.injected_failed,
           (long long)tally.reports, (long long)tally.storms, (long long)tally.kills, (long long)tally.timers,
           (long long)tally.outbox);
    bool all = show("orders by how they ended", ends, COUNT(ends), END_COMPLETED);
    all = show("receipts: applied, then by what was wrong", strays, COUNT(strays), 0) && all;
    all = show("transfers by cause", causes, COUNT(causes), CAUSE_CAPTURE) && all;
    all = show("milestones by state, released and cancelled", parts, COUNT(parts), MILE_RELEASED) && all;
    CHECK(argc > 1 || all, "every end, stray payment, cause and milestone came about");
    CHECK(argc > 1 || (tally.injected_failed > 50 && tally.kills > 5 && tally.storms > 10 && tally.timers > 50),
          "failures, kills, storms and timers did happen");
    return kit_failed;
}
