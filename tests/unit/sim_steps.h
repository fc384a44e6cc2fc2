/* sim_steps.h - what can happen in the simulation of sim_ledger.c: the model of the payment provider, how one operation is run
 * (perhaps with a failure injected), and the steps with their weights. */
#ifndef TESTS_SIM_STEPS_H
#define TESTS_SIM_STEPS_H

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/failpoint.h"
#include "base/rand.h"
#include "money_kit.h"

enum { PEOPLE = 9, ADMIN_ID = 1, SEEDS = 8, STEPS = 600, PAYMENTS_MAX = 4000, STORM_THREADS = 4 };

/* ---- the model of the payment provider ---- */

typedef struct Paid {
    int64_t payment; /* ours; 0 = an order the box does not know */
    int64_t payer;
    int64_t amount;
    bool foreign;    /* in dollars */
    int reports;
    bool applied;    /* what the box said first */
} Paid;
static Paid paid[PAYMENTS_MAX];
static int paid_count;

static struct {
    int64_t ops, refused, injected, injected_failed, storms, kills, reports, timers, outbox;
} tally;
/* What came about, over all seeds: a simulation in which nothing happens proves nothing. */
static int64_t ends[END_SETTLED + 1], strays[STRAY_UNKNOWN + 1], causes[CAUSE_COUNT], parts[MILE_STATUS_COUNT];
static uint64_t seed;
static int step_number;
static size_t step_kind; /* row of the table of steps */

__attribute__((noreturn, format(printf, 1, 2))) static void broken(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    printf("not ok simulation\n# seed %llu step %d (kind %zu): ", (unsigned long long)seed, step_number, step_kind);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\n# replay: sim_ledger %llu %d\n", (unsigned long long)seed, step_number + 1);
    exit(1);
}

/* ---- running one operation, perhaps with a failure injected ---- */

static Err op_digest(Call *c, const void *in, void *out) {
    (void)in;
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < domain_record_count; i++) {
        const Record *r = domain_records[i];
        RecScan *scan;
        void *row = arena_alloc(c->arena, r->size);
        Err e = row ? rec_scan(c->tx, r, INT64_MIN, &scan) : E_NOMEM;
        if (e)
            return e;
        while (rec_scan_next(scan, row)) {
            Arena scratch;
            arena_init(&scratch, 2 * 1024 * 1024);
            Buf b = buf_arena(&scratch, 1024 * 1024);
            buf_i64(&b, *(int64_t *)row);
            record_encode(r, row, &b);
            for (size_t k = 0; k < b.n; k++)
                h = (h ^ (uint8_t)b.p[k]) * 1099511628211u;
            arena_free(&scratch);
            memset(row, 0, r->size);
        }
    }
    *(uint64_t *)out = h;
    return OK;
}
static uint64_t digest(void) {
    uint64_t h;
    MUST(READ(op_digest, box, NULL, &h) == OK);
    return h;
}

static bool inject; /* this step's operations run with a failpoint armed */

static Err sim_run(OpFn *op, Actor actor, const void *in, void *out, size_t out_bytes) {
    static const Failpoint points[] = {FP_STORE_PUT, FP_STORE_COMMIT, FP_ARENA};
    uint64_t before = 0;
    Failpoint point = points[kit_below(COUNT(points))];
    int64_t nth = 1 + (int64_t)kit_below(point == FP_STORE_PUT ? 25 : point == FP_ARENA ? 4 : 1);
    if (inject) {
        before = digest();
        failpoint_arm(point, nth);
        tally.injected++;
    }
    Err e = kit_run(op, actor, in, out, out_bytes);
    failpoint_arm(point, 0);
    tally.ops++;
    tally.refused += e != OK;
    if (e == E_CORRUPT || e == E_INTERNAL || (!inject && (e == E_IO || e == E_NOMEM || e == E_FULL || e == E_BUSY)))
        broken("an operation ended with %s: %.*s", err_name(e), STR_ARG(kit_diag.message));
    if (inject && e) {
        tally.injected_failed += e == E_IO || e == E_NOMEM || e == E_FULL;
        if (digest() != before)
            broken("an operation failed with %s and changed something", err_name(e));
    }
    return e;
}
#define SIM(op, actor, in, out) sim_run((op), (actor), (in), (out), sizeof *(out))

/* ---- choosing ---- */

static int64_t pick(int64_t n) { return n ? 1 + (int64_t)kit_below((uint64_t)n) : 0; }
static int64_t person(void) { return 2 + (int64_t)kit_below(PEOPLE - 1); }
static bool chance(unsigned percent) { return kit_below(100) < percent; }

static Err op_last(Call *c, const void *in, void *out) {
    const Record *r = in;
    RecScan *scan;
    Arena scratch;
    arena_init(&scratch, 65536);
    void *row = arena_alloc(&scratch, r->size);
    Err e = rec_scan(c->tx, r, 1, &scan);
    int64_t *n = out;
    while (!e && rec_scan_next(scan, row))
        *n = *(int64_t *)row;
    arena_free(&scratch);
    return e;
}
static int64_t last(const Record *r) {
    int64_t n = 0;
    MUST(READ(op_last, box, r, &n) == OK);
    return n;
}
static bool load_order(int64_t id, Order *o) { return id && RUN(order_get, admin(ADMIN_ID), &(IdIn){id}, o) == OK; }
/* An order, more likely a late one, since most old ones are over. */
static bool some_order(Order *o) {
    int64_t n = last(&ORDER), id = pick(n);
    for (int i = 0; i < 3 && chance(60); i++) {
        int64_t other = pick(n);
        id = other > id ? other : id;
    }
    return load_order(id, o);
}
static Actor party(const Order *o) {
    uint64_t die = kit_below(20);
    return die < 9 ? user(o->client) : die < 18 ? user(o->doer) : die == 18 ? user(person()) : admin(ADMIN_ID);
}

/* ---- steps ---- */

static void step_order(void) {
    int64_t client = person(), doer = person();
    if (client == doer)
        return;
    AcceptOut out;
    int64_t gig = kit_gig(client, 100 + (int64_t)kit_below(200000)),
            app = gig ? kit_apply(gig, doer, chance(50) ? 1 + (int64_t)kit_below(99999) : 0) : 0;
    if (app)
        SIM(application_accept, user(client), (&(AcceptIn){.application = app, .flags = chance(30) ? ORDER_HOLD : 0}), &out);
}

static void step_service(void) {
    Service s;
    Order o;
    int64_t n = last(&SERVICE);
    if (n < 4) {
        ServiceEdit edit = {.has = ~UINT64_C(0),
                            .title = S("Proofreading"),
                            .description = S("Two passes, tracked changes."),
                            .category = S("writing"),
                            .price = 1 + (int64_t)kit_below(50000),
                            .delivery_days = 3,
                            .revisions = 2,
                            .active = true};
        SIM(service_post, user(person()), &edit, &s);
    } else {
        SIM(service_order, user(person()), (&(ServiceOrderIn){.service = pick(n), .message = S("please")}), &o);
    }
}

static void step_prepare(void) {
    Order o;
    if (!some_order(&o))
        return;
    PaymentPrepareOut prep;
    Payment p;
    PaymentPrepareIn in = {.purpose = PAY_ORDER, .provider = PROVIDER_RAZORPAY, .ref = o.id};
    if (SIM(payment_prepare, party(&o), &in, &prep) || prep.action != PAY_CALL)
        return;
    char name[40];
    snprintf(name, sizeof name, "order_%lld", (long long)prep.payment.id);
    if (chance(90)) /* else the caller died on the way back from the provider */
        SIM(payment_opened, user(o.client),
            (&(PaymentOpenedIn){.payment = prep.payment.id, .provider_order = chance(90) ? str_c0(name) : S("")}), &p);
}

static Err op_payment(Call *c, const void *in, void *out) { return row_load(c, &PAYMENT, *(const int64_t *)in, out); }

/* Somebody pays at the provider; nobody has told the box yet. */
static void step_pay(void) {
    Payment p;
    int64_t n = last(&PAYMENT), id = pick(n);
    for (int i = 0; i < 3 && chance(75); i++) { /* mostly a new one: the old ones give strays */
        int64_t other = pick(n);
        id = other > id ? other : id;
    }
    if (paid_count == PAYMENTS_MAX || !id || RUN(op_payment, box, &id, &p) || !p.provider_order.n ||
        (p.state == PAYMENT_PAID && chance(85)))
        return;
    Paid new = {.payment = p.id, .payer = p.payer, .amount = p.amount};
    if (chance(6))
        new.amount += chance(50) ? 1 : -(p.amount > 1);
    if (chance(3))
        new.foreign = true;
    if (chance(3))
        new.payment = 0;
    paid[paid_count++] = new;
}

static Err report(int i, int32_t source, OpFn *run_with) {
    Paid *m = &paid[i];
    char order[40], pay[40];
    PaymentCapturedOut out;
    snprintf(order, sizeof order, "order_%lld", m->payment ? (long long)m->payment : 100000LL + i);
    snprintf(pay, sizeof pay, "pay_%d", i);
    PaymentCapturedIn in = {.provider = PROVIDER_RAZORPAY,
                            .source = source,
                            .provider_order = str_c0(order),
                            .provider_payment = str_c0(pay),
                            .amount = m->amount,
                            .currency = m->foreign ? S("USD") : S("INR")};
    Err e = SIM(run_with, source == SOURCE_VERIFY ? user(m->payer) : box, &in, &out);
    if (e)
        return e;
    if (m->reports++ && m->applied != out.applied)
        broken("payment %d was %s before and is %s now", i, m->applied ? "applied" : "stray", out.applied ? "applied" : "stray");
    m->applied = out.applied;
    tally.reports++;
    return OK;
}
static void step_report(void) {
    if (!paid_count)
        return;
    int i = chance(60) ? paid_count - 1 - (int)kit_below(paid_count < 4 ? (unsigned)paid_count : 4)
                       : (int)kit_below((unsigned)paid_count);
    for (int times = 1 + (int)kit_below(3); times; times--)
        report(i, SOURCE_VERIFY + (int32_t)kit_below(3), payment_captured);
}

static void step_act(void) {
    static OpFn *const reasoned[] = {order_request_revision, order_cancel, order_dispute, order_reject};
    static OpFn *const plain[] = {order_approve, order_accept_work, order_release, order_take, order_take, order_start};
    Order o, after;
    if (!some_order(&o))
        return;
    uint64_t die = kit_below(20);
    SubmitIn hand_in = {.id = o.id, .message = S("here it is")};
    if (die < 7)
        SIM(order_submit, party(&o), &hand_in, &after);
    else if (die < 8)
        SIM(order_add_deliverable, party(&o), &hand_in, &after);
    else if (die < 11)
        SIM(reasoned[kit_below(COUNT(reasoned))], party(&o), (&(ReasonIn){o.id, S("because")}), &after);
    else
        SIM(plain[kit_below(COUNT(plain))], party(&o), &(IdIn){o.id}, &after);
}

/* The next sensible thing, so that many orders come to an end. */
static void step_forward(void) {
    Order o, after;
    if (!some_order(&o))
        return;
    switch (o.status) {
    case ORDER_PENDING_PAYMENT: {
        int64_t payment = kit_open_payment(o.client, PAY_ORDER, o.id);
        Payment p;
        if (payment && paid_count < PAYMENTS_MAX && RUN(op_payment, box, &payment, &p) == OK) {
            paid[paid_count++] = (Paid){.payment = p.id, .payer = p.payer, .amount = p.amount};
            report(paid_count - 1, SOURCE_VERIFY + (int32_t)kit_below(3), payment_captured);
        }
        break;
    }
    case ORDER_PENDING: SIM(order_take, user(o.doer), &(IdIn){o.id}, &after); break;
    case ORDER_IN_PROGRESS:
    case ORDER_IN_REVISION: SIM(order_submit, user(o.doer), (&(SubmitIn){.id = o.id, .message = S("done")}), &after); break;
    case ORDER_SUBMITTED:
        SIM(o.flags & ORDER_HOLD ? order_accept_work : order_approve, user(o.client), &(IdIn){o.id}, &after);
        break;
    case ORDER_APPROVED: SIM(order_release, user(o.client), &(IdIn){o.id}, &after); break;
    default: break;
    }
}

static void step_settle(void) {
    Order o, after;
    if (!some_order(&o))
        return;
    for (int i = 0; i < 8 && o.status != ORDER_DISPUTED; i++)
        if (!some_order(&o))
            return;
    SettleIn in = {.id = o.id,
                   .outcome = SETTLE_RELEASE + (int32_t)kit_below(3),
                   .to_doer = (int64_t)kit_below((uint64_t)o.amount + 2),
                   .note = S("decided")};
    SIM(dispute_settle, chance(90) ? admin(ADMIN_ID) : user(o.client), &in, &after);
}

static void step_direct(void) {
    Order o, after;
    if (some_order(&o))
        SIM(payment_direct, user(o.client), (&(PaymentDirectIn){PAY_ORDER, chance(50) ? PROVIDER_WALLET : PROVIDER_MOCK, o.id}),
            &after);
}

static void step_reprice(void) {
    Order o, after;
    if (some_order(&o))
        SIM(order_reprice, party(&o), (&(AmountIn){o.id, 1 + (int64_t)kit_below(150000)}), &after);
}

static void step_milestones(void) {
    Order o;
    Milestone m;
    PageOut page;
    if (!some_order(&o))
        return;
    if (!(o.flags & ORDER_MILESTONES)) {
        MilestonePlan plan[4];
        size_t n = 1 + kit_below(4);
        for (size_t i = 0; i < n; i++)
            plan[i] = (MilestonePlan){S("A part"), 1 + (int64_t)kit_below(30000), 0};
        SIM(milestone_plan, user(o.client), (&(MilestonePlanIn){o.id, plan, n}), &o);
        return;
    }
    if (RUN(milestone_list, admin(ADMIN_ID), &(IdIn){o.id}, &page) || !page.count)
        return;
    int64_t part = ((Milestone *)page.items)[kit_below(page.count)].id;
    switch (kit_below(4)) {
    case 0: SIM(milestone_submit, party(&o), (&(ReasonIn){part, S("a part")}), &m); break;
    case 1: SIM(milestone_request_revision, party(&o), (&(ReasonIn){part, S("again")}), &m); break;
    default: SIM(milestone_approve, party(&o), &(IdIn){part}, &m); break;
    }
}

static void step_bank(void) {
    int64_t who = person(), n = last(&BANK_ACCOUNT), id = pick(n);
    BankAccount b;
    BankVerifyOut begun;
    char number[20];
    if (n < PEOPLE * 2) {
        snprintf(number, sizeof number, "%012lld", (long long)(1000 + n));
        SIM(bank_add, user(who), (&(BankAddIn){S("Some Body"), str_c0(number), S("HDFC0001234")}), &b);
        return;
    }
    for (who = 2; who <= PEOPLE && RUN(bank_get, user(who), &(IdIn){id}, &b); who++)
        ;
    if (chance(3)) {
        SIM(bank_delete, user(who), &(IdIn){id}, &b);
    } else if (SIM(bank_verify_begin, user(who), &(IdIn){id}, &begun) == OK && begun.call && chance(70)) {
        SIM(bank_verified, user(who),
            (&(BankVerifiedIn){.id = id, .reached = chance(80), .valid = chance(85), .registered_name = S("SOME BODY")}), &b);
    }
}

static void step_withdraw(void) {
    Withdrawal w;
    BankAccount b;
    int64_t bank = pick(last(&BANK_ACCOUNT)), who = person();
    if (!bank)
        return;
    if (chance(95)) /* mostly one's own */
        for (who = 2; who <= PEOPLE && RUN(bank_get, user(who), &(IdIn){bank}, &b); who++)
            ;
    int64_t funds = balance(ACC_AVAILABLE, who);
    SIM(withdraw, user(who), (&(WithdrawIn){(int64_t)kit_below((uint64_t)funds + 200), bank}), &w);
}

/* The gateway's worker takes what is due; each row ends in its own way, or the worker dies with it. */
static Err op_claim(Call *c, const void *in, void *out) {
    (void)in;
    PageOut *page = out;
    Outbox *rows;
    int64_t next;
    Err e = outbox_due(c, 20, &rows, &page->count, &next);
    page->items = rows;
    return e;
}
static Err op_settle(Call *c, const void *in, void *out) {
    (void)out;
    return outbox_settle(c, in);
}
static void step_outbox(void) {
    PageOut page;
    int64_t none;
    if (SIM(op_claim, box, NULL, &page))
        return;
    for (size_t i = 0; i < page.count; i++) {
        char id[40];
        OutboxOutcome o = {.id = ((Outbox *)page.items)[i].id};
        snprintf(id, sizeof id, "prov_%lld", (long long)o.id);
        uint64_t die = kit_below(10);
        if (die == 0)
            continue;
        if (die <= 6)
            o.provider_id = str_c0(id);
        else
            o = (OutboxOutcome){
                .id = o.id, .err = die == 7 ? E_NETWORK : E_PROVIDER, .permanent = die == 9, .error = S("refused")};
        for (int times = 1 + chance(10); times; times--)
            SIM(op_settle, box, &o, &none);
        tally.outbox++;
    }
}

static void step_admin(void) {
    Withdrawal w;
    Refund r;
    char id[40];
    PageOut dead;
    int64_t withdrawal = pick(last(&WITHDRAWAL)), refund = pick(last(&REFUND));
    if (chance(80) &&
        RUN(refund_list, admin(ADMIN_ID), (&(StateListIn){.page = {.page = 1, .limit = 20}, .state = REFUND_DEAD}), &dead) ==
            OK &&
        dead.count)
        refund = ((Refund *)dead.items)[kit_below(dead.count)].id;
    switch (kit_below(5)) {
    case 0: SIM(withdrawal_cancel, admin(ADMIN_ID), &(IdIn){withdrawal}, &w); break;
    case 1: SIM(withdrawal_retry, admin(ADMIN_ID), &(IdIn){withdrawal}, &w); break;
    case 2: SIM(refund_retry, admin(ADMIN_ID), &(IdIn){refund}, &r); break;
    case 3: SIM(refund_credit, admin(ADMIN_ID), &(IdIn){refund}, &r); break;
    default:
        for (int tries = 0; tries < 8; tries++) { /* few outbox rows are payouts */
            snprintf(id, sizeof id, "prov_%lld", (long long)pick(last(&OUTBOX)));
            SIM(payout_reversed, box, (&(PayoutReversedIn){str_c0(id), S("came back")}), &w);
        }
        break;
    }
}

static void step_boost(void) {
    int64_t n = last(&GIG), gig = pick(n);
    Gig g;
    BoostOut out;
    Payment p;
    if (!gig || RUN(gig_get, admin(ADMIN_ID), &(IdIn){gig}, &g))
        return;
    if (SIM(gig_boost, user(g.client), (&(BoostIn){gig, 1 + (int32_t)kit_below(30)}), &out) || out.started ||
        out.payment.action != PAY_CALL)
        return;
    char name[40];
    snprintf(name, sizeof name, "order_%lld", (long long)out.payment.payment.id);
    SIM(payment_opened, user(g.client), (&(PaymentOpenedIn){.payment = out.payment.payment.id, .provider_order = str_c0(name)}),
        &p);
}

static Err op_some_timers(Call *c, const void *in, void *out) {
    (void)in;
    size_t done;
    int64_t next;
    Err e = timers_run(c, 10, &done, &next);
    *(int64_t *)out = (int64_t)done;
    return e;
}
static void step_time(void) {
    static const int64_t jumps[] = {MS_SECOND, MS_MINUTE,   MS_MINUTE, MS_MINUTE, MS_HOUR,
                                    MS_HOUR,   6 * MS_HOUR, MS_DAY,    4 * MS_DAY};
    now += 1 + (int64_t)kit_below((uint64_t)jumps[kit_below(COUNT(jumps))]);
    int64_t done = 0;
    while (SIM(op_some_timers, box, NULL, &done) == OK && done)
        tally.timers += done;
}

/* Several at once: the same report from all sides, and one write that fails after it wrote. */
static int storm_of;
static Err op_spoil(Call *c, const void *in, void *out) {
    (void)in, (void)out;
    Transfer t = {.cause = CAUSE_CAPTURE, .key = S("spoiled")};
    Err e = ledger_book(c, &t, (Leg[]){{ACC_GATEWAY, 0, -77}, {ACC_FEES, 0, 77}}, 2);
    return e ? e : E_CONFLICT;
}
static void *storm(void *arg) {
    Arena a;
    Diag d;
    PaymentCapturedOut out;
    int64_t none;
    char order[40], pay[40];
    const Paid *m = &paid[storm_of];
    arena_init(&a, 4 * 1024 * 1024);
    snprintf(order, sizeof order, "order_%lld", m->payment ? (long long)m->payment : 100000LL + storm_of);
    snprintf(pay, sizeof pay, "pay_%d", storm_of);
    PaymentCapturedIn in = {.provider = PROVIDER_RAZORPAY,
                            .source = SOURCE_WEBHOOK,
                            .provider_order = str_c0(order),
                            .provider_payment = str_c0(pay),
                            .amount = m->amount,
                            .currency = m->foreign ? S("USD") : S("INR")};
    KitJob j = {payment_captured, box, &in, &out, sizeof out, &a, &d};
    if (arg)
        j = (KitJob){op_spoil, box, NULL, &none, sizeof none, &a, &d};
    Err e = store_write(store, kit_job, &j);
    bool good = arg ? e == E_CONFLICT : e == OK;
    arena_free(&a);
    return good ? NULL : (void *)1;
}
static void step_storm(void) {
    if (!paid_count)
        return;
    storm_of = (int)kit_below((unsigned)paid_count);
    pthread_t t[STORM_THREADS];
    for (int i = 0; i < STORM_THREADS; i++)
        MUST(pthread_create(&t[i], NULL, storm, i == 1 ? &t : NULL) == 0);
    for (int i = 0; i < STORM_THREADS; i++) {
        void *bad;
        pthread_join(t[i], &bad);
        if (bad)
            broken("a concurrent report failed");
    }
    report(storm_of, SOURCE_POLL, payment_captured); /* and the model hears of it */
    tally.storms++;
}

/* An empty place would be filled with a new, empty marketplace. */
static void open_again(void) {
    if (access(kit_path("gigbox.db"), R_OK))
        broken("the database file is gone");
    money_open();
}

/* The process is killed while it takes reports in; then they are sent again, as a provider does. */
static void *executioner(void *arg) {
    usleep(*(unsigned *)arg);
    raise(SIGKILL);
    return NULL;
}
static void step_kill(void) {
    unsigned patience_us = (unsigned)kit_below(4000);
    int first = paid_count > 6 ? paid_count - 6 : 0, status;
    store_close(store);
    pid_t child = fork();
    MUST(child >= 0);
    if (child == 0) {
        pthread_t t;
        money_open();
        pthread_create(&t, NULL, executioner, &patience_us);
        for (int i = first; i < paid_count; i++)
            report(i, SOURCE_WEBHOOK, payment_captured);
        raise(SIGKILL);
    }
    MUST(waitpid(child, &status, 0) == child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        broken("the child ended by itself, status %d", status);
    open_again();
    for (int i = first; i < paid_count; i++)
        report(i, SOURCE_WEBHOOK, payment_captured);
    tally.kills++;
}

static void step_reopen(void) {
    store_close(store);
    open_again();
}

static const struct {
    unsigned weight;
    void (*step)(void);
    bool may_inject;
} steps[] = {
    {12, step_order, true},    {10, step_service, true}, {14, step_prepare, true},   {14, step_pay, false},
    {16, step_report, true},   {16, step_act, true},     {34, step_forward, true},   {6, step_settle, true},
    {5, step_direct, true},    {2, step_reprice, true},  {9, step_milestones, true}, {12, step_bank, true},
    {12, step_withdraw, true}, {14, step_outbox, true},  {7, step_admin, true},      {2, step_boost, true},
    {10, step_time, true},     {2, step_storm, false},   {1, step_kill, false},      {1, step_reopen, false},
};

#endif
