/* Money from outside: exactly once, whoever reports it and how often; what does not fit goes back. */
#include <pthread.h>

#include "money_kit.h"

static Err act(OpFn *op, Actor a, int64_t id) {
    Order o;
    return RUN(op, a, (&(ReasonIn){.id = id, .reason = S("because")}), &o);
}

static int64_t receipts(int32_t state) {
    PageOut page;
    MUST(RUN(receipt_list, admin(1), (&(StateListIn){.page = {.page = 1, .limit = 100}, .state = state}), &page) == OK);
    return page.total;
}

static void test_once(void) {
    int64_t order = kit_order(2, 3, 10000), payment = kit_open_payment(2, PAY_ORDER, order);
    CHECK(payment && kit_open_payment(2, PAY_ORDER, order) == payment, "open: the same order gives the same provider order");
    CHECK(kit_open_payment(3, PAY_ORDER, order) == 0 && kit_open_payment(4, PAY_ORDER, order) == 0, "open: only for the client");
    static const int32_t sources[] = {SOURCE_POLL, SOURCE_WEBHOOK, SOURCE_VERIFY, SOURCE_WEBHOOK, SOURCE_POLL, SOURCE_VERIFY};
    bool applied = true, first = true;
    for (size_t i = 0; i < COUNT(sources); i++) {
        PaymentCapturedOut out;
        Actor who = sources[i] == SOURCE_VERIFY ? user(2) : box;
        applied = applied && kit_captured(payment, "pay_once", 10000, sources[i], who, &out) == OK && out.applied &&
                  out.order.id == order;
        first = first && out.first == (i == 0);
    }
    CHECK(applied && first, "captured: six reports, one effect");
    CHECK(balance(ACC_ESCROW, order) == 10000 && receipts(RECEIPT_APPLIED) == 1, "captured: the escrow is funded once");
    CHECK(kit_open_payment(2, PAY_ORDER, order) == 0 && str_eq(str_c0(kit_diag.code), S("ALREADY_FUNDED")),
          "open: not again once it is funded");
    PaymentCapturedOut out;
    CHECK(kit_captured(payment, "pay_once", 10000, SOURCE_VERIFY, user(4), &out) == E_FORBIDDEN, "verify: not by a stranger");
    CHECK(kit_captured(999, "pay_nothing", 10000, SOURCE_VERIFY, user(2), &out) == E_MISSING,
          "verify: an unknown provider order");
    CHECK(kit_captured(payment, "pay_forged", 10000, SOURCE_WEBHOOK, user(2), &out) == E_FORBIDDEN,
          "webhook: only the box itself reports one");
    Order o = kit_load(order);
    CHECK(str_eq(o.gateway_payment, S("pay_once")) && o.gateway_order.n, "captured: the order names the provider's ids");

    order = kit_order(2, 3, 100);
    payment = kit_open_payment(2, PAY_ORDER, order);
    CHECK(kit_captured(payment, "pay_verified", 0, SOURCE_VERIFY, user(2), &out) == OK && out.applied &&
              out.receipt.amount == 100,
          "verify: without an amount it is the ordered one");
    CHECK(kit_captured(payment, "pay_verified", 90, SOURCE_WEBHOOK, box, &out) == OK && out.applied &&
              out.receipt.reported_amount == 90,
          "webhook: another amount for the same payment is marked for the admin");
    CHECK(faults(false) == 0, "once: everything adds up");
}

static void test_stray(void) {
    static const char *const names[] = {"late", "double", "amount", "currency", "unknown"};
    int64_t gateway = balance(ACC_GATEWAY, 0);
    for (int why = STRAY_LATE; why <= STRAY_UNKNOWN; why++) {
        int64_t order = kit_order(2, 3, 5000), payment = kit_open_payment(2, PAY_ORDER, order), before = receipts(RECEIPT_STRAY);
        PaymentCapturedOut out;
        char pay[40], name[80];
        MUST(payment);
        if (why == STRAY_LATE)
            MUST(act(order_cancel, user(2), order) == OK);
        if (why == STRAY_DOUBLE)
            MUST(kit_captured(payment, "pay_the_first", 5000, SOURCE_WEBHOOK, box, &out) == OK && out.applied);
        snprintf(pay, sizeof pay, "pay_stray_%d", why);
        int64_t owed = balance(ACC_REFUNDS, 0);
        Err e;
        if (why == STRAY_CURRENCY) {
            char po[40];
            snprintf(po, sizeof po, "order_%lld", (long long)payment);
            PaymentCapturedIn in = {.provider = PROVIDER_RAZORPAY,
                                    .source = SOURCE_WEBHOOK,
                                    .provider_order = str_c0(po),
                                    .provider_payment = str_c0(pay),
                                    .amount = 5000,
                                    .currency = S("USD")};
            e = RUN(payment_captured, box, &in, &out);
        } else {
            e = kit_captured(why == STRAY_UNKNOWN ? 777777 : payment, pay, why == STRAY_AMOUNT ? 4999 : 5000, SOURCE_WEBHOOK, box,
                             &out);
        }
        snprintf(name, sizeof name, "stray: %s is recorded and not applied", names[why - STRAY_LATE]);
        CHECK(e == OK && !out.applied && out.receipt.stray == why && receipts(RECEIPT_STRAY) == before + 1, name);
        snprintf(name, sizeof name, "stray: %s is owed back", names[why - STRAY_LATE]);
        CHECK(balance(ACC_REFUNDS, 0) == owed + (why == STRAY_CURRENCY ? 0 : out.receipt.amount), name);
        Err again =
            kit_captured(why == STRAY_UNKNOWN ? 777777 : payment, pay, why == STRAY_AMOUNT ? 4999 : 5000, SOURCE_POLL, box, &out);
        CHECK(again == OK && !out.first && !out.applied && receipts(RECEIPT_STRAY) == before + 1,
              "stray: the same report again changes nothing");
        CHECK(kit_load(order).escrow_state == (why == STRAY_DOUBLE ? ESCROW_FUNDED : ESCROW_AWAITING),
              "stray: the order is as it was");
        snprintf(name, sizeof name, "stray: %s leaves through the outbox, once", names[why - STRAY_LATE]);
        CHECK(kit_outbox(OK, false) == 1 && balance(ACC_REFUNDS, 0) == owed, name);
        CHECK(faults(false) == 0, "stray: everything adds up");
    }
    CHECK(balance(ACC_GATEWAY, 0) == gateway - 5000, "stray: only the first of the double payment stays");
    PageOut page;
    MUST(RUN(audit_list, admin(1), (&(AuditListIn){.page = {.page = 1, .limit = 100}}), &page) == OK);
    int strays = 0;
    for (size_t i = 0; i < page.count; i++)
        strays += str_eq(((Audit *)page.items)[i].act, S("payment.stray"));
    CHECK(strays == 5, "stray: the admin sees each in the audit log");
}

static void test_refund_fails(void) {
    int64_t order = kit_funded(2, 3, 5000);
    MUST(act(order_cancel, user(2), order) == OK);
    CHECK(kit_outbox(E_NETWORK, false) == 1 && balance(ACC_REFUNDS, 0) == 5000, "refund: the network is down, it stays owed");
    now += MS_MINUTE;
    CHECK(kit_outbox(E_PROVIDER, true) == 1 && balance(ACC_REFUNDS, 0) == 5000, "refund: refused for good, it stays owed");
    PageOut page;
    MUST(RUN(refund_list, admin(1), (&(StateListIn){.page = {.page = 1, .limit = 10}, .state = REFUND_DEAD}), &page) == OK &&
         page.total == 1);
    int64_t id = ((Refund *)page.items)[0].id;
    Refund r;
    CHECK(RUN(refund_credit, user(2), &(IdIn){id}, &r) == E_FORBIDDEN, "refund: only an admin decides");
    CHECK(RUN(refund_retry, admin(1), &(IdIn){id}, &r) == OK && kit_outbox(E_PROVIDER, true) == 1,
          "refund: tried again, refused again");
    int64_t wallet = balance(ACC_AVAILABLE, 2);
    CHECK(RUN(refund_credit, admin(1), &(IdIn){id}, &r) == OK && r.state == REFUND_CREDITED &&
              balance(ACC_AVAILABLE, 2) == wallet + 5000 && balance(ACC_REFUNDS, 0) == 0,
          "refund: credited to the wallet");
    CHECK(RUN(refund_credit, admin(1), &(IdIn){id}, &r) == E_STATE, "refund: once");
    CHECK(faults(false) == 0, "refund: everything adds up");
}

static void test_two_phase(void) {
    int64_t order = kit_order(2, 3, 5000);
    PaymentPrepareIn in = {.purpose = PAY_ORDER, .provider = PROVIDER_RAZORPAY, .ref = order};
    PaymentPrepareOut a, b;
    Payment p;
    MUST(RUN(payment_prepare, user(2), &in, &a) == OK && RUN(payment_prepare, user(2), &in, &b) == OK);
    CHECK(a.action == PAY_CALL && b.action == PAY_WAIT && b.wait_ms > 0 && a.payment.id == b.payment.id,
          "two phases: one caller asks the provider, the other waits");
    CHECK(RUN(payment_opened, user(2), (&(PaymentOpenedIn){.payment = a.payment.id}), &p) == OK,
          "two phases: the provider failed");
    MUST(RUN(payment_prepare, user(2), &in, &b) == OK);
    CHECK(b.action == PAY_CALL && b.payment.id == a.payment.id, "two phases: the next caller may ask at once");
    now += PAYMENT_LEASE_MS;
    MUST(RUN(payment_prepare, user(2), &in, &a) == OK);
    CHECK(a.action == PAY_CALL, "two phases: a caller that never came back loses its turn");
    MUST(RUN(payment_opened, user(2), (&(PaymentOpenedIn){.payment = a.payment.id, .provider_order = S("order_A")}), &p) == OK);
    MUST(RUN(payment_opened, user(2), (&(PaymentOpenedIn){.payment = a.payment.id, .provider_order = S("order_B")}), &p) == OK);
    CHECK(str_eq(p.provider_order, S("order_A")), "two phases: the first answer stays");
    MUST(RUN(payment_prepare, user(2), &in, &a) == OK);
    CHECK(a.action == PAY_READY && str_eq(a.payment.provider_order, S("order_A")), "two phases: everybody gets it");
    Order o;
    MUST(RUN(order_reprice, user(2), (&(AmountIn){order, 6000}), &o) == OK);
    MUST(RUN(payment_prepare, user(2), &in, &b) == OK);
    CHECK(b.action == PAY_CALL && b.payment.id != a.payment.id && b.payment.amount == 6000,
          "two phases: another price needs another provider order");
    PaymentCapturedIn old = {.provider = PROVIDER_RAZORPAY,
                             .source = SOURCE_POLL,
                             .provider_order = S("order_A"),
                             .provider_payment = S("pay_old"),
                             .amount = 5000,
                             .currency = S("INR")};
    PaymentCapturedOut out;
    CHECK(RUN(payment_captured, box, &old, &out) == OK && !out.applied && out.receipt.stray == STRAY_LATE,
          "two phases: money for the old price goes back");
    kit_outbox(OK, false);
    CHECK(faults(false) == 0, "two phases: everything adds up");
}

static Err op_polls(Call *c, const void *in, void *out) {
    (void)in;
    Payment *rows;
    size_t n;
    int64_t next;
    Err e = payment_polls(c, 100, &rows, &n, &next);
    *(int64_t *)out = (int64_t)n;
    for (size_t i = 0; i < n && !e; i++)
        e = payment_polled(c, &(IdIn){rows[i].id}, NULL);
    return e;
}

static void test_polls(void) {
    int64_t n, due = 0, order = kit_order(2, 3, 5000), payment = kit_open_payment(2, PAY_ORDER, order);
    MUST(payment);
    now += PAYMENT_POLL_FIRST_MS;
    MUST(RUN(op_polls, box, NULL, &n) == OK && n >= 1);
    MUST(RUN(op_polls, box, NULL, &n) == OK);
    CHECK(n == 0, "polls: not again at once");
    for (int hour = 0; hour < 48; hour++) {
        now += MS_HOUR;
        MUST(RUN(op_polls, box, NULL, &n) == OK);
        due += n;
    }
    CHECK(due >= 48, "polls: an open provider order is asked about until it settles");
    now += 30 * MS_DAY;
    kit_timers(); /* the order lapses */
    for (int day = 0; day < 20; day++) {
        MUST(RUN(op_polls, box, NULL, &n) == OK);
        now += MS_DAY;
    }
    MUST(RUN(op_polls, box, NULL, &n) == OK);
    CHECK(n == 0, "polls: what was void for a week is forgotten");
}

/* Four threads at once: the same capture three times, and one write that fails after it wrote, so that the batch is run again
 * without it. */
static int64_t storm_payment;
static Err op_spoil(Call *c, const void *in, void *out) {
    (void)in, (void)out;
    Transfer t = {.cause = CAUSE_CAPTURE, .key = S("spoiled")};
    Err e = ledger_book(c, &t, (Leg[]){{ACC_GATEWAY, 0, -1}, {ACC_FEES, 0, 1}}, 2);
    return e ? e : E_CONFLICT;
}
static void *storm(void *arg) {
    Arena a;
    Diag d;
    PaymentCapturedOut out;
    int64_t none;
    char name[40];
    snprintf(name, sizeof name, "order_%lld", (long long)storm_payment);
    arena_init(&a, 1024 * 1024);
    PaymentCapturedIn in = {.provider = PROVIDER_RAZORPAY,
                            .source = SOURCE_WEBHOOK,
                            .provider_order = str_c0(name),
                            .provider_payment = S("pay_storm"),
                            .amount = 5000,
                            .currency = S("INR")};
    KitJob j = {payment_captured, box, &in, &out, sizeof out, &a, &d};
    if (arg)
        j = (KitJob){op_spoil, box, NULL, &none, sizeof none, &a, &d};
    Err e = store_write(store, kit_job, &j);
    bool good = arg ? e == E_CONFLICT : e == OK && out.applied;
    arena_free(&a);
    return good ? NULL : (void *)1;
}
static void test_storm(void) {
    int64_t order = kit_order(2, 3, 5000);
    bool good = true;
    storm_payment = kit_open_payment(2, PAY_ORDER, order);
    for (int round = 0; round < 50; round++) {
        pthread_t t[4];
        for (int i = 0; i < 4; i++)
            MUST(pthread_create(&t[i], NULL, storm, i == 3 ? &t : NULL) == 0);
        for (int i = 0; i < 4; i++) {
            void *bad;
            pthread_join(t[i], &bad);
            good = good && !bad;
        }
    }
    CHECK(good && balance(ACC_ESCROW, order) == 5000, "storm: concurrent reports beside failing writes, one effect");
    CHECK(faults(false) == 0, "storm: everything adds up");
}

static void test_direct(void) {
    int64_t order = kit_order(2, 3, 5000);
    Order o;
    int64_t wallet = balance(ACC_AVAILABLE, 2);
    CHECK(RUN(payment_direct, user(3), (&(PaymentDirectIn){PAY_ORDER, PROVIDER_WALLET, order}), &o) == E_FORBIDDEN,
          "direct: only the client");
    CHECK(RUN(payment_direct, user(2), (&(PaymentDirectIn){PAY_ORDER, PROVIDER_WALLET, order}), &o) == OK &&
              o.status == ORDER_IN_PROGRESS && balance(ACC_AVAILABLE, 2) == wallet - 5000,
          "direct: from the wallet");
    CHECK(act(order_cancel, user(3), order) == OK && balance(ACC_AVAILABLE, 2) == wallet,
          "direct: what came from the wallet returns there");
    order = kit_order(2, 3, 500000);
    CHECK(RUN(payment_direct, user(2), (&(PaymentDirectIn){PAY_ORDER, PROVIDER_WALLET, order}), &o) == E_FUNDS &&
              kit_load(order).status == ORDER_PENDING_PAYMENT,
          "direct: not more than there is");
    CHECK(RUN(payment_direct, user(2), (&(PaymentDirectIn){PAY_ORDER, PROVIDER_MOCK, order}), &o) == OK &&
              act(order_cancel, user(2), order) == OK,
          "direct: sandbox money comes and goes");
    CHECK(faults(false) == 0, "direct: everything adds up");
}

static void test_withdraw(void) {
    BankAccount b, c;
    CHECK(RUN(bank_add, user(3), (&(BankAddIn){S("A"), S("12x"), S("HDFC123")}), &b) == E_INVALID && kit_diag.count == 3,
          "bank: three wrong fields are named");
    MUST(RUN(bank_add, user(3), (&(BankAddIn){S("Asha Rao"), S("123456789012"), S("hdfc0001234")}), &b) == OK);
    CHECK(str_eq(b.ifsc, S("HDFC0001234")) && str_eq(bank_last4(&b), S("9012")),
          "bank: the code in upper case, four digits to show");
    CHECK(RUN(bank_add, user(3), (&(BankAddIn){S("Asha Rao"), S("123456789012"), S("HDFC0001234")}), &c) == E_CONFLICT,
          "bank: not twice");
    CHECK(RUN(bank_get, user(2), &(IdIn){b.id}, &c) == E_MISSING, "bank: others' do not exist");
    int64_t start = balance(ACC_AVAILABLE, 3);
    if (start < 20000) {
        int64_t order = kit_funded(2, 3, 40000);
        Order o;
        MUST(RUN(order_submit, user(3), (&(SubmitIn){.id = order, .message = S("done")}), &o) == OK &&
             RUN(order_approve, user(2), &(IdIn){order}, &o) == OK);
        start = balance(ACC_AVAILABLE, 3);
    }
    Withdrawal w;
    CHECK(RUN(withdraw, user(3), (&(WithdrawIn){1000, b.id}), &w) == E_INVALID, "withdraw: not to an unverified account");
    BankVerifyOut begun, twice;
    MUST(RUN(bank_verify_begin, user(3), &(IdIn){b.id}, &begun) == OK &&
         RUN(bank_verify_begin, user(3), &(IdIn){b.id}, &twice) == OK);
    CHECK(begun.call && begun.idempotency_key.n && !twice.call, "verify: one penny drop at a time");
    CHECK(RUN(bank_verified, user(3), (&(BankVerifiedIn){.id = b.id, .reached = false}), &c) == OK && c.state == BANK_CHECKING,
          "verify: nobody answered, the outbox will ask again");
    now += BANK_RETRY_MS;
    CHECK(kit_outbox(E_PROVIDER, true) == 1 && RUN(bank_get, user(3), &(IdIn){b.id}, &c) == OK && c.state == BANK_FAILED,
          "verify: the outbox asked, and it failed");
    MUST(RUN(bank_verify_begin, user(3), &(IdIn){b.id}, &begun) == OK);
    CHECK(begun.call &&
              RUN(bank_verified, user(3),
                  (&(BankVerifiedIn){.id = b.id, .reached = true, .valid = true, .registered_name = S("ASHA RAO")}), &c) == OK &&
              c.state == BANK_VERIFIED,
          "verify: the second try succeeds");
    now += BANK_RETRY_MS;
    CHECK(kit_outbox(OK, false) == 0, "verify: the outbox has nothing left to ask");
    CHECK(RUN(withdraw, user(3), (&(WithdrawIn){start + 1, b.id}), &w) == E_FUNDS, "withdraw: not more than there is");
    CHECK(RUN(withdraw, user(3), (&(WithdrawIn){0, b.id}), &w) == E_INVALID &&
              RUN(withdraw, user(3), (&(WithdrawIn){-5, b.id}), &w) == E_INVALID &&
              RUN(withdraw, user(3), (&(WithdrawIn){99, b.id}), &w) == E_INVALID,
          "withdraw: a positive amount, not under the least");
    CHECK(RUN(withdraw, user(2), (&(WithdrawIn){1000, b.id}), &w) == E_INVALID, "withdraw: not to another's account");
    MUST(RUN(withdraw, user(3), (&(WithdrawIn){5000, b.id}), &w) == OK);
    CHECK(balance(ACC_AVAILABLE, 3) == start - 5000 && balance(ACC_WITHDRAWING, 3) == 5000, "withdraw: on its way");
    CHECK(RUN(bank_delete, user(3), &(IdIn){b.id}, &c) == E_STATE, "bank: not deleted while money is on its way there");
    CHECK(kit_outbox(OK, false) == 1 && balance(ACC_WITHDRAWING, 3) == 0 && balance(ACC_BANK, 0) == 5000, "withdraw: paid");
    PayoutReversedIn rev = {.reason = S("account closed")};
    PageOut page;
    MUST(RUN(withdrawal_list, user(3), (&(StateListIn){.page = {.page = 1, .limit = 10}}), &page) == OK && page.total == 1);
    rev.provider_id = ((Withdrawal *)page.items)[0].provider_id;
    CHECK(RUN(payout_reversed, box, &rev, &w) == OK && RUN(payout_reversed, box, &rev, &w) == OK &&
              balance(ACC_AVAILABLE, 3) == start && balance(ACC_BANK, 0) == 0,
          "withdraw: reversed, the money returns once");
    MUST(RUN(withdraw, user(3), (&(WithdrawIn){5000, b.id}), &w) == OK);
    CHECK(kit_outbox(E_PROVIDER, true) == 1 && balance(ACC_AVAILABLE, 3) == start && balance(ACC_WITHDRAWING, 3) == 0,
          "withdraw: failed, the money returns");
    MUST(RUN(withdraw, user(3), (&(WithdrawIn){5000, b.id}), &w) == OK);
    int64_t tries = 0, stuck = w.id;
    for (int hour = 0; hour < 100; hour++, now += MS_HOUR)
        tries += kit_outbox(E_NETWORK, false);
    CHECK(tries > 50 && balance(ACC_WITHDRAWING, 3) == 5000, "withdraw: no answer for days, the money is not given back blindly");
    CHECK(RUN(withdrawal_retry, admin(1), &(IdIn){stuck}, &w) == OK && kit_outbox(OK, false) == 1 && balance(ACC_BANK, 0) == 5000,
          "withdraw: an admin tries once more");
    start -= 5000;
    MUST(RUN(withdraw, user(3), (&(WithdrawIn){5000, b.id}), &w) == OK);
    int64_t cancelled = w.id;
    CHECK(RUN(withdrawal_cancel, user(3), &(IdIn){cancelled}, &w) == E_FORBIDDEN &&
              RUN(withdrawal_cancel, admin(1), &(IdIn){cancelled}, &w) == OK && balance(ACC_AVAILABLE, 3) == start,
          "withdraw: an admin takes it back");
    CHECK(kit_outbox(OK, false) == 0, "withdraw: and nothing leaves");
    MUST(RUN(wallet_transactions, user(3), (&(PageIn){.page = 1, .limit = 2}), &page) == OK);
    const WalletRow *rows = page.items;
    CHECK(page.count == 2 && rows[0].amount == 5000 && rows[1].amount == -5000 && rows[1].state == WALLET_FAILED &&
              rows[0].balance_after == start,
          "wallet: signed, newest first");
    CHECK(RUN(bank_delete, user(3), &(IdIn){b.id}, &c) == OK && RUN(bank_get, user(3), &(IdIn){b.id}, &c) == E_MISSING,
          "bank: deleted");
    CHECK(faults(false) == 0, "withdraw: everything adds up");
}

static void test_boost(void) {
    int64_t gig = kit_gig(5, 1000), price = 3 * kit_config.boost_price_per_day;
    BoostOut out, again;
    Gig g;
    CHECK(RUN(gig_boost, user(4), (&(BoostIn){gig, 3}), &out) == E_FORBIDDEN &&
              RUN(gig_boost, user(5), (&(BoostIn){gig, 31}), &out) == E_INVALID,
          "boost: the owner, 1 to 30 days");
    MUST(RUN(gig_boost, user(5), (&(BoostIn){gig, 3}), &out) == OK);
    CHECK(!out.started && out.payment.action == PAY_CALL && out.payment.payment.amount == price,
          "boost: an empty wallet has to pay");
    Payment p;
    MUST(RUN(payment_opened, user(5), (&(PaymentOpenedIn){.payment = out.payment.payment.id, .provider_order = S("order_boost")}),
             &p) == OK);
    MUST(RUN(gig_boost, user(5), (&(BoostIn){gig, 3}), &again) == OK);
    CHECK(again.payment.action == PAY_READY && again.boost.id == out.boost.id, "boost: asked again, the same provider order");
    PaymentCapturedIn in = {.provider = PROVIDER_RAZORPAY,
                            .source = SOURCE_WEBHOOK,
                            .provider_order = S("order_boost"),
                            .provider_payment = S("pay_boost"),
                            .amount = price,
                            .currency = S("INR")};
    PaymentCapturedOut done;
    MUST(RUN(payment_captured, box, &in, &done) == OK && done.applied && RUN(payment_captured, box, &in, &done) == OK);
    MUST(RUN(gig_get, user(5), &(IdIn){gig}, &g) == OK);
    CHECK(g.boosted_until_ms == now + 3 * MS_DAY, "boost: it starts when it is paid, once");
    now += 3 * MS_DAY;
    kit_timers();
    MUST(RUN(gig_get, user(5), &(IdIn){gig}, &g) == OK);
    CHECK(g.boosted_until_ms == 0, "boost: and ends");
    CHECK(faults(false) == 0, "boost: everything adds up");
}

/* domain_check must see what is wrong: each of these spoils one row behind the ledger's back. */
static int spoil_at;
static Err op_tamper(Call *c, const void *in, void *out) {
    (void)in, (void)out;
    Balance b;
    Order o;
    Receipt r;
    Audit a;
    Transfer t;
    Err e = E_INTERNAL;
    switch (spoil_at) {
    case 0:
        if (!(e = rec_get(c->tx, &BALANCE, account_code(ACC_GATEWAY, 0), &b))) {
            b.amount++;
            e = rec_put(c->tx, &BALANCE, &b);
        }
        break;
    case 1:
        if (!(e = row_load(c, &ORDER, 1, &o))) {
            o.escrow_state = ESCROW_AWAITING;
            e = rec_put(c->tx, &ORDER, &o);
        }
        break;
    case 2:
        if (!(e = row_load(c, &RECEIPT, 1, &r))) {
            r.amount += 5;
            e = rec_put(c->tx, &RECEIPT, &r);
        }
        break;
    case 3:
        if (!(e = row_load(c, &AUDIT, 2, &a))) {
            a.subject++;
            e = rec_put(c->tx, &AUDIT, &a);
        }
        break;
    case 4: e = rec_delete(c->tx, &AUDIT, 3); break;
    case 5:
        if (!(e = row_load(c, &TRANSFER, 1, &t))) {
            t.postings = list_of_recs(c->arena, &POSTING,
                                      (Posting[]){{account_code(ACC_GATEWAY, 0), -7, -7}, {account_code(ACC_FEES, 0), 8, 8}}, 2);
            e = rec_put(c->tx, &TRANSFER, &t);
        }
        break;
    case 6: e = rec_delete(c->tx, &TRANSFER, 2); break;
    case 7: e = rec_delete(c->tx, &BALANCE, account_code(ACC_GATEWAY, 0)); break;
    }
    return e;
}
static void test_check_sees(void) {
    static const char *const names[] = {"a balance",          "an order's escrow state", "a receipt's amount",
                                        "an audit entry",     "a missing audit entry",   "an unbalanced transfer",
                                        "a missing transfer", "a missing balance"};
    for (spoil_at = 0; spoil_at < (int)COUNT(names); spoil_at++) {
        kit_world(6);
        MUST(kit_funded(2, 3, 5000));
        PaymentCapturedOut out;
        for (int i = 0; i < 4; i++) {
            char pay[40];
            snprintf(pay, sizeof pay, "pay_tamper_%d", i);
            MUST(kit_captured(555, pay, 100, SOURCE_WEBHOOK, box, &out) == OK);
        }
        MUST(faults(false) == 0);
        int64_t none = 0;
        MUST(RUN(op_tamper, box, NULL, &none) == OK);
        char name[80];
        snprintf(name, sizeof name, "check: sees %s", names[spoil_at]);
        CHECK(faults(true) > 0, name);
        kit_close();
    }
}

int main(void) {
    kit_world(6);
    test_once();
    test_stray();
    test_refund_fails();
    test_two_phase();
    test_polls();
    test_storm();
    test_direct();
    test_withdraw();
    test_boost();
    kit_close();
    test_check_sees();
    return kit_failed;
}
