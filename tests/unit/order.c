/* The life of orders: the table of transitions against an explicit expectation, the fee, and the money that moves with each end.
 */
#include "money_kit.h"

/* ---- the table ---- */

/* What each act leads to from each state, written down independently of the table: rows are acts, columns the states from pending
 * to disputed. '.' not allowed; '=' allowed, the state stays; otherwise the first letter of the state that follows. */
static const struct {
    OrderAct act;
    uint32_t by;
    const char
        *from; /* Pending, pending_paymenT, In_progress, Submitted, in_Revision, Approved, Completed, cancelled(X), Disputed */
} expected[] = {
    {ACT_TAKE, BY_DOER, "I........"},
    {ACT_REJECT, BY_DOER, "X........"},
    {ACT_FUND, BY_SYSTEM, "=I====..="},
    {ACT_START, BY_EITHER, ".I=......"},
    {ACT_DELIVER, BY_DOER, "..=.=...."},
    {ACT_SUBMIT, BY_DOER, "..S.S...."},
    {ACT_REVISE, BY_CLIENT, "...R....."},
    {ACT_APPROVE, BY_CLIENT, "...C.C..."},
    {ACT_ACCEPT_WORK, BY_CLIENT, "..AAA...."},
    {ACT_RELEASE, BY_CLIENT, ".....C..."},
    {ACT_CANCEL, 0, "XXXXXX..."}, /* by whom: looked at below */
    {ACT_DISPUTE, BY_EITHER, "..DDD...."},
    {ACT_SETTLE_RELEASE, BY_MODERATOR, "........C"},
    {ACT_SETTLE_REFUND, BY_MODERATOR, "........X"},
    {ACT_SETTLE_SPLIT, BY_MODERATOR, "........C"},
    {ACT_LAPSE, BY_SYSTEM, ".X......."},
    {ACT_REMIND, BY_SYSTEM, "...=....."},
    {ACT_AUTO_APPROVE, BY_SYSTEM, "...A....."},
    {ACT_AUTO_COMPLETE, BY_SYSTEM, "...C....."},
    {ACT_AUTO_RELEASE, BY_SYSTEM, ".....C..."},
    {ACT_PARTS_DONE, BY_CLIENT | BY_SYSTEM, "..CCC...."},
};
static const char letters[] = "?PTISRACXD"; /* by OrderStatus */

static void test_table(void) {
    bool same = true, once = true, who = true;
    for (int act = ACT_TAKE; act < ACT_COUNT; act++) {
        size_t at = 0;
        while (at < COUNT(expected) && (int)expected[at].act != act)
            at++;
        MUST(at < COUNT(expected));
        for (int32_t s = ORDER_PENDING; s < ORDER_STATUS_COUNT; s++) {
            const FlowRow *row = order_flow_find(s, act);
            char got = !row ? '.' : !row->to ? '=' : letters[row->to];
            if (got != expected[at].from[s - 1]) {
                printf("# act %d from %c: expected %c, the table says %c\n", act, letters[s], expected[at].from[s - 1], got);
                same = false;
            }
            uint32_t by = expected[at].by       ? expected[at].by
                          : s == ORDER_APPROVED ? BY_DOER | BY_MODERATOR
                                                : BY_EITHER | BY_MODERATOR;
            if (row && row->by != by)
                who = false;
            int rows = 0;
            for (size_t i = 0; i < order_flow_count; i++)
                rows += order_flow[i].act == act && (order_flow[i].from & ORDER_BIT(s));
            once = once && rows <= 1;
        }
    }
    CHECK(same, "table: every state and act leads where it should");
    CHECK(once, "table: no pair of state and act has two rows");
    CHECK(who, "table: every act is for the right people");
    bool ends = true, timers = true;
    for (size_t i = 0; i < order_flow_count; i++) {
        const FlowRow *r = &order_flow[i];
        bool over = r->to == ORDER_COMPLETED || r->to == ORDER_CANCELLED;
        ends = ends && over == (r->end != END_NONE) && (!over || r->effect != FX_NONE) && r->doc;
        timers = timers && (r->to != 0 || r->timer == TIMER_KEEP || r->act == ACT_REMIND);
    }
    CHECK(ends, "table: what ends an order settles its money");
    CHECK(timers, "table: only a change of state changes the timer");
}

static void test_actors(void) {
    Order o = {.id = 1, .client = 5, .doer = 6, .status = ORDER_SUBMITTED};
    CHECK(order_flow_by(&(Actor){.user = 5}, &o) == BY_CLIENT && order_flow_by(&(Actor){.user = 6}, &o) == BY_DOER,
          "actors: the parties");
    CHECK(order_flow_by(&(Actor){.user = 7}, &o) == 0 && order_flow_by(&(Actor){0}, &o) == 0, "actors: strangers are nobody");
    CHECK(order_flow_by(&(Actor){.user = 5, .rights = RIGHT_ADMIN}, &o) == BY_CLIENT,
          "actors: an admin is no judge in his own case");
    CHECK(order_flow_by(&(Actor){.user = 7, .rights = RIGHT_MODERATOR}, &o) == BY_MODERATOR,
          "actors: a moderator judges others'");
    CHECK(order_acts(&(Actor){.user = 6}, &o) == (1u << ACT_CANCEL | 1u << ACT_DISPUTE),
          "actors: what a doer may do with submitted work");
}

/* Performs one act on an order made for it, and leaves nothing behind. */
typedef struct Try {
    int32_t status;
    OrderAct act;
} Try;
typedef struct Tried {
    Err err;
    int32_t status;
} Tried;
static Tried tried; /* beside the result, which an aborted write has none of */
static Err op_try(Call *c, const void *in, void *out) {
    (void)out;
    const Try *t = in;
    Order o = {.status = t->status, .client = 2, .doer = 3, .title = S("A try"), .amount = 100, .escrow_state = ESCROW_AWAITING};
    Err e = rec_insert(c->tx, &ORDER, &o);
    if (e)
        return e;
    tried.err = order_act(c, &o, t->act, NULL);
    tried.status = o.status;
    return E_CONFLICT;
}
static void test_table_in_effect(void) {
    static const struct {
        Actor actor;
        uint32_t by;
        Err otherwise; /* what he hears who is nobody to the order */
    } who[] = {{{.user = 2}, BY_CLIENT, OK},
               {{.user = 3}, BY_DOER, OK},
               {{.user = 1, .rights = RIGHT_MODERATOR}, BY_MODERATOR, OK},
               {{.rights = RIGHT_SYSTEM}, BY_SYSTEM, OK},
               {{.user = 4}, 0, E_FORBIDDEN},
               {{0}, 0, E_UNAUTHORIZED}};
    int wrong = 0, done = 0;
    for (size_t at = 0; at < COUNT(expected); at++)
        for (int32_t s = ORDER_PENDING; s < ORDER_STATUS_COUNT; s++)
            for (size_t w = 0; w < COUNT(who); w++) {
                char to = expected[at].from[s - 1];
                uint32_t by = expected[at].by       ? expected[at].by
                              : s == ORDER_APPROVED ? BY_DOER | BY_MODERATOR
                                                    : BY_EITHER | BY_MODERATOR;
                Err want = who[w].otherwise ? who[w].otherwise : !(who[w].by & by) ? E_FORBIDDEN : to == '.' ? E_STATE : OK;
                int64_t none = 0;
                MUST(RUN(op_try, who[w].actor, (&(Try){s, expected[at].act}), &none) == E_CONFLICT);
                char got = letters[tried.status];
                wrong += tried.err != want || (want == OK && got != (to == '=' ? letters[s] : to)) || (want && got != letters[s]);
                done++;
            }
    CHECK(done == (ACT_COUNT - 1) * (ORDER_STATUS_COUNT - 1) * 6 && !wrong,
          "table: in effect for every state, act and kind of actor");
}

static void test_fee(void) {
    static const struct {
        int64_t amount, fee;
        int32_t bps;
    } rows[] = {{0, 0, 500},  {1, 0, 500},       {9, 0, 500},       {10, 1, 500},      {29, 1, 500},
                {30, 2, 500}, {10000, 500, 500}, {10009, 500, 500}, {10010, 501, 500}, {99, 99, 10000},
                {99, 0, 0},   {33, 1, 250},      {19, 0, 250},      {20, 1, 250},      {1000000000000, 50000000000, 500}};
    bool right = true;
    for (size_t i = 0; i < COUNT(rows); i++)
        right = right && ledger_fee(rows[i].amount, rows[i].bps) == rows[i].fee;
    CHECK(right, "fee: rounded half up at the edges");
    for (int i = 0; i < 20000; i++) {
        int64_t amount = (int64_t)kit_below(2000000);
        int32_t bps = (int32_t)kit_below(10001);
        right = right && ledger_fee(amount, bps) == (amount * bps + 5000) / 10000;
    }
    CHECK(right, "fee: as the formula says for 20000 random amounts");
}

/* ---- lives ---- */

static Err act_reason(OpFn *op, Actor a, int64_t id) {
    Order o;
    return RUN(op, a, (&(ReasonIn){.id = id, .reason = S("because")}), &o);
}
static Err act(OpFn *op, Actor a, int64_t id) {
    Order o;
    return RUN(op, a, &(IdIn){id}, &o);
}
static Err submit(Actor a, int64_t id) {
    Order o;
    return RUN(order_submit, a, (&(SubmitIn){.id = id, .message = S("done")}), &o);
}

static void test_happy(void) {
    int64_t id = kit_order(2, 3, 10010);
    MUST(id);
    Order o = kit_load(id);
    CHECK(o.status == ORDER_PENDING_PAYMENT && o.escrow_state == ESCROW_AWAITING && o.amount == 10010,
          "accept: an order waits for its payment");
    CHECK(o.fee == 501 && o.payout == 9509, "accept: fee and payout are announced");
    CHECK(submit(user(3), id) == E_STATE && str_eq(str_c0(kit_diag.code), S("INVALID_STATE")), "unpaid work cannot be handed in");
    id = kit_funded(2, 3, 10010);
    MUST(id);
    o = kit_load(id);
    CHECK(o.status == ORDER_IN_PROGRESS && o.escrow_state == ESCROW_FUNDED && o.started_ms == now, "paid: in progress");
    CHECK(balance(ACC_ESCROW, id) == 10010, "paid: the escrow holds it");
    Gig g;
    MUST(RUN(gig_get, user(2), &(IdIn){o.gig}, &g) == OK);
    CHECK(g.status == GIG_IN_PROGRESS, "paid: the gig is in progress");
    CHECK(submit(user(2), id) == E_FORBIDDEN && submit(user(4), id) == E_FORBIDDEN, "only the doer hands in");
    CHECK(submit(user(3), id) == OK, "the doer hands in");
    CHECK(act_reason(order_request_revision, user(2), id) == OK && kit_load(id).status == ORDER_IN_REVISION,
          "the client wants changes");
    CHECK(submit(user(3), id) == OK && kit_load(id).deliverables.count == 2 && kit_load(id).revisions.count == 1,
          "handed in again");
    CHECK(act(order_approve, user(3), id) == E_FORBIDDEN, "the doer cannot approve");
    CHECK(act(order_approve, user(2), id) == OK, "the client approves");
    o = kit_load(id);
    CHECK(o.status == ORDER_COMPLETED && o.escrow_state == ESCROW_RELEASED && o.end == END_COMPLETED,
          "approved: completed and released");
    CHECK(balance(ACC_AVAILABLE, 3) == 9509 && balance(ACC_FEES, 0) == 501 && balance(ACC_ESCROW, id) == 0,
          "approved: fee and wallet add up");
    CHECK(act(order_approve, user(2), id) == E_STATE && balance(ACC_AVAILABLE, 3) == 9509, "approving twice pays once");
    CHECK(act_reason(order_cancel, user(2), id) == E_STATE, "a completed order cannot be cancelled");
    WalletBalance w;
    MUST(RUN(wallet_balance, user(3), NULL, &w) == OK);
    CHECK(w.available == 9509 && w.earned == 9509 && w.pending == 0 && str_eq(w.currency, S("INR")), "wallet: what was earned");
    PageOut page;
    MUST(RUN(wallet_transactions, user(3), (&(PageIn){.page = 1, .limit = 20}), &page) == OK);
    const WalletRow *rows = page.items;
    CHECK(page.total == 1 && rows[0].amount == 9509 && rows[0].balance_after == 9509 && rows[0].order == id &&
              rows[0].state == WALLET_DONE,
          "wallet: one transaction");
    MUST(RUN(gig_get, user(2), &(IdIn){o.gig}, &g) == OK);
    CHECK(g.status == GIG_COMPLETED, "approved: the gig is completed");
    CHECK(faults(false) == 0, "happy life: everything adds up");
}

static void test_ends(void) {
    int64_t fees = balance(ACC_FEES, 0), wallet = balance(ACC_AVAILABLE, 3);
    int64_t id = kit_funded(2, 3, 5000);
    CHECK(act_reason(order_cancel, user(4), id) == E_FORBIDDEN, "cancel: not by a stranger");
    CHECK(act_reason(order_cancel, user(3), id) == OK && balance(ACC_REFUNDS, 0) == 5000, "cancel: the money is owed back");
    Order o = kit_load(id);
    CHECK(o.status == ORDER_CANCELLED && o.escrow_state == ESCROW_REFUNDED && o.refunded == 5000 && o.cancelled_by == 3,
          "cancel: says so");
    CHECK(kit_outbox(OK, false) == 1 && balance(ACC_REFUNDS, 0) == 0, "cancel: the refund leaves through the outbox, once");

    id = kit_funded(2, 3, 5000);
    CHECK(act_reason(order_dispute, user(2), id) == OK && act(order_approve, user(2), id) == E_STATE,
          "dispute: nothing moves by the parties");
    now += 60 * MS_DAY;
    kit_timers();
    CHECK(kit_load(id).status == ORDER_DISPUTED, "dispute: nothing moves by time");
    SettleIn split = {.id = id, .outcome = SETTLE_SPLIT, .to_doer = 5001, .note = S("half")};
    CHECK(RUN(dispute_settle, user(2), &split, &o) == E_FORBIDDEN, "settle: not by a party");
    CHECK(RUN(dispute_settle, admin(1), &split, &o) == E_INVALID, "settle: not more than there is");
    split.to_doer = 3333;
    CHECK(RUN(dispute_settle, admin(1), &split, &o) == OK && o.status == ORDER_COMPLETED && o.end == END_SETTLED,
          "settle: a split");
    CHECK(balance(ACC_AVAILABLE, 3) == wallet + 3333 - 167 && balance(ACC_FEES, 0) == fees + 167 &&
              balance(ACC_REFUNDS, 0) == 1667,
          "settle: shares and fee");
    kit_outbox(OK, false);

    id = kit_funded(2, 3, 4000);
    MUST(act_reason(order_dispute, user(3), id) == OK);
    CHECK(RUN(dispute_settle, admin(1), (&(SettleIn){.id = id, .outcome = SETTLE_REFUND}), &o) == OK &&
              o.status == ORDER_CANCELLED && o.dispute_loser == 3,
          "settle: for the client");
    id = kit_funded(2, 3, 4000);
    MUST(act_reason(order_dispute, user(3), id) == OK);
    CHECK(RUN(dispute_settle, admin(2), (&(SettleIn){.id = id, .outcome = SETTLE_RELEASE}), &o) == E_FORBIDDEN,
          "settle: not by an admin who is a party");
    CHECK(RUN(dispute_settle, admin(1), (&(SettleIn){.id = id, .outcome = SETTLE_RELEASE}), &o) == OK && o.payout == 3800 &&
              o.dispute_loser == 2,
          "settle: for the doer");
    PageOut page;
    MUST(RUN(audit_list, admin(1), (&(AuditListIn){.page = {.page = 1, .limit = 20}}), &page) == OK);
    const Audit *log = page.items;
    CHECK(page.total >= 3 && log[0].subject == id && log[0].actor == 1 && str_eq(log[0].act, S("order.decide")),
          "settle: is in the audit log");
    CHECK(faults(false) == 0, "ends: everything adds up");
}

static void test_timers(void) {
    int64_t id = kit_order(2, 3, 700);
    now += 72 * MS_HOUR - 1;
    kit_timers();
    CHECK(kit_load(id).status == ORDER_PENDING_PAYMENT, "lapse: not a millisecond early");
    kit_close();
    money_open(); /* timers are in the data, so a restart does not matter */
    now += 1;
    CHECK(kit_timers() == 1 && kit_load(id).status == ORDER_CANCELLED && kit_load(id).end == END_LAPSED,
          "lapse: after 72 hours, over a restart");
    CHECK(kit_timers() == 0, "lapse: once");

    id = kit_funded(2, 3, 700);
    int64_t before = balance(ACC_AVAILABLE, 3);
    MUST(submit(user(3), id) == OK);
    now += 11 * MS_DAY;
    CHECK(kit_timers() == 1 && (kit_load(id).flags & ORDER_REMINDED) && kit_load(id).status == ORDER_SUBMITTED,
          "reminder: 72 hours before");
    now += 3 * MS_DAY - 1;
    CHECK(kit_timers() == 0, "auto-approval: not early");
    now += 1;
    CHECK(kit_timers() == 1 && kit_load(id).status == ORDER_COMPLETED && balance(ACC_AVAILABLE, 3) == before + 665,
          "auto-approval: after 14 days, paid");

    id = kit_funded(2, 3, 700);
    MUST(submit(user(3), id) == OK);
    now += 13 * MS_DAY;
    CHECK(kit_timers() == 1 && (kit_load(id).flags & ORDER_REMINDED), "reminder: late, the box was off");
    now += MS_DAY;
    CHECK(kit_timers() == 1 && kit_load(id).status == ORDER_COMPLETED, "auto-approval: after 14 days all the same");
    id = kit_funded(2, 3, 700);
    MUST(submit(user(3), id) == OK);
    now += 20 * MS_DAY;
    CHECK(kit_timers() == 1 && kit_load(id).status == ORDER_SUBMITTED, "reminder: after the time, the box was off");
    now += 3 * MS_DAY;
    CHECK(kit_timers() == 1 && kit_load(id).status == ORDER_COMPLETED, "auto-approval: 72 hours after a reminder that late");

    id = kit_funded(2, 3, 700);
    MUST(act(order_accept_work, user(2), id) == OK);
    CHECK(kit_load(id).status == ORDER_APPROVED && balance(ACC_ESCROW, id) == 700, "accepted work is held");
    CHECK(act_reason(order_cancel, user(2), id) == E_FORBIDDEN, "accepted work cannot be taken back by the client");
    now += 72 * MS_HOUR;
    CHECK(kit_timers() == 1 && kit_load(id).status == ORDER_COMPLETED && balance(ACC_ESCROW, id) == 0,
          "auto-release: after 72 hours");

    id = kit_funded(2, 3, 700);
    MUST(submit(user(3), id) == OK && act_reason(order_request_revision, user(2), id) == OK);
    now += 100 * MS_DAY;
    CHECK(kit_timers() == 0 && kit_load(id).status == ORDER_IN_REVISION, "work that is wanted again is not approved by time");
    CHECK(faults(false) == 0, "timers: everything adds up");
}

static void test_unfunded(void) {
    int64_t before = balance(ACC_AVAILABLE, 3), id = kit_order(2, 3, 900);
    CHECK(act(order_start, user(3), id) == OK && kit_load(id).status == ORDER_IN_PROGRESS,
          "unfunded: work may start where nothing is paid through the box");
    MUST(submit(user(3), id) == OK && act(order_approve, user(2), id) == OK);
    Order o = kit_load(id);
    CHECK(o.status == ORDER_COMPLETED && o.escrow_state == ESCROW_AWAITING && balance(ACC_AVAILABLE, 3) == before,
          "unfunded: completes without money");
    CHECK(faults(false) == 0, "unfunded: everything adds up");
}

static void test_lists(void) {
    PageOut page;
    MUST(READ(order_list, user(2), (&(OrderListIn){.page = {.page = 1, .limit = 5}}), &page) == OK);
    int64_t all = page.total, sum = 0;
    bool falling = true;
    for (size_t i = 1; i < page.count; i++)
        falling = falling && ((Order *)page.items)[i - 1].id > ((Order *)page.items)[i].id;
    CHECK(page.count == 5 && all > 5 && falling, "list: newest first");
    for (int32_t s = ORDER_PENDING; s < ORDER_STATUS_COUNT; s++) {
        MUST(READ(order_list, user(2),
                  (&(OrderListIn){.page = {.page = 1, .limit = 100}, .role = ROLE_CLIENT, .statuses = ORDER_BIT(s)}),
                  &page) == OK);
        sum += page.total;
        for (size_t i = 0; i < page.count; i++)
            falling = falling && ((Order *)page.items)[i].status == s;
    }
    CHECK(sum == all && falling, "list: by status adds up to all");
    MUST(READ(order_list, user(2), (&(OrderListIn){.page = {.page = 1, .limit = 100}, .role = ROLE_DOER}), &page) == OK);
    CHECK(page.total == 0 && page.count == 0, "list: no orders as a doer");
    uint32_t two = ORDER_BIT(ORDER_COMPLETED) | ORDER_BIT(ORDER_CANCELLED);
    MUST(READ(order_list, user(2), (&(OrderListIn){.page = {.page = 1, .limit = 100}, .statuses = two}), &page) == OK);
    int64_t total = page.total, first = ((Order *)page.items)[2].id;
    MUST(READ(order_list, user(2), (&(OrderListIn){.page = {.page = 2, .limit = 2}, .statuses = two}), &page) == OK);
    CHECK(page.total == total && ((Order *)page.items)[0].id == first, "list: pages of merged statuses follow each other");
    CHECK(READ(order_list, user(2), (&(OrderListIn){.all = true}), &page) == E_FORBIDDEN,
          "list: everybody's only for moderators");
    CHECK(READ(order_list, (Actor){0}, (&(OrderListIn){0}), &page) == E_UNAUTHORIZED, "list: nobody's");
}

static void test_service(void) {
    Service s;
    ServiceEdit edit = {.has = ~UINT64_C(0),
                        .title = S("Proofreading a thesis"),
                        .description = S("Two passes, tracked changes."),
                        .category = S("writing"),
                        .price = 3000,
                        .delivery_days = 5,
                        .revisions = 1,
                        .active = true};
    MUST(RUN(service_post, user(3), &edit, &s) == OK);
    Order o;
    CHECK(RUN(service_order, user(3), (&(ServiceOrderIn){.service = s.id}), &o) == E_INVALID, "service: not one's own");
    MUST(RUN(service_order, user(2), (&(ServiceOrderIn){.service = s.id, .message = S("120 pages")}), &o) == OK);
    CHECK(o.status == ORDER_PENDING && o.amount == 3000 && o.doer == 3 && o.client == 2 && o.revisions_max == 1,
          "service: the order waits for the doer");
    CHECK(act(order_take, user(2), o.id) == E_FORBIDDEN && act(order_take, user(3), o.id) == OK,
          "service: only the doer takes it");
    CHECK(kit_load(o.id).status == ORDER_IN_PROGRESS, "service: taken, in progress unfunded");
    int64_t payment = kit_open_payment(2, PAY_ORDER, o.id);
    PaymentCapturedOut out;
    CHECK(kit_captured(payment, "pay_service", 3000, SOURCE_WEBHOOK, box, &out) == OK && out.applied &&
              kit_load(o.id).status == ORDER_IN_PROGRESS,
          "service: paid while in progress");
    MUST(submit(user(3), o.id) == OK && act_reason(order_request_revision, user(2), o.id) == OK && submit(user(3), o.id) == OK);
    CHECK(act_reason(order_request_revision, user(2), o.id) == E_STATE && str_eq(str_c0(kit_diag.code), S("REVISIONS_USED_UP")),
          "service: revisions are used up");
    MUST(act(order_approve, user(2), o.id) == OK);
    MUST(READ(service_get, user(2), &(IdIn){s.id}, &s) == OK);
    CHECK(s.orders_completed == 1, "service: a completed order counts");
    MUST(RUN(service_order, user(2), (&(ServiceOrderIn){.service = s.id}), &o) == OK);
    payment = kit_open_payment(2, PAY_ORDER, o.id);
    CHECK(kit_captured(payment, "pay_service_2", 3000, SOURCE_WEBHOOK, box, &out) == OK && kit_load(o.id).status == ORDER_PENDING,
          "service: paid before it is taken");
    CHECK(act_reason(order_reject, user(3), o.id) == OK && kit_load(o.id).end == END_REJECTED && kit_load(o.id).refunded == 3000,
          "service: rejected, refunded");
    CHECK(faults(false) == 0, "service: everything adds up");
}

static void test_milestones(void) {
    int64_t id = kit_order(2, 3, 100);
    MilestonePlan plan[] = {{S("Sketch"), 1001, 0}, {S("Drawing"), 2000, 0}, {S("Files"), 3000, 0}};
    Order o;
    CHECK(RUN(milestone_plan, user(3), (&(MilestonePlanIn){id, plan, 3}), &o) == E_FORBIDDEN,
          "milestones: planned by the client");
    MUST(RUN(milestone_plan, user(2), (&(MilestonePlanIn){id, plan, 3}), &o) == OK);
    CHECK(o.amount == 6001 && (o.flags & ORDER_MILESTONES), "milestones: the order's amount is their sum");
    PageOut page;
    Milestone part[3], m;
    MUST(RUN(milestone_list, user(3), &(IdIn){id}, &page) == OK && page.count == 3);
    memcpy(part, page.items, sizeof part);
    PaymentCapturedOut out;
    int64_t payment = kit_open_payment(2, PAY_ORDER, id);
    CHECK(kit_captured(payment, "pay_part_1", 1001, SOURCE_WEBHOOK, box, &out) == OK && out.applied &&
              out.receipt.purpose == PAY_MILESTONE,
          "milestones: paying the order pays the first one");
    CHECK(balance(ACC_PART_ESCROW, part[0].id) == 1001 && kit_load(id).status == ORDER_IN_PROGRESS,
          "milestones: it has its own escrow");
    payment = kit_open_payment(2, PAY_MILESTONE, part[1].id);
    MUST(kit_captured(payment, "pay_part_2", 2000, SOURCE_WEBHOOK, box, &out) == OK && out.applied);
    CHECK(RUN(milestone_submit, user(3), (&(ReasonIn){part[2].id, S("x")}), &m) == E_STATE,
          "milestones: an unpaid one cannot be handed in");
    int64_t before = balance(ACC_AVAILABLE, 3);
    MUST(RUN(milestone_submit, user(3), (&(ReasonIn){part[0].id, S("see files")}), &m) == OK);
    CHECK(RUN(milestone_approve, user(2), &(IdIn){part[0].id}, &m) == OK && m.fee == 50 &&
              balance(ACC_AVAILABLE, 3) == before + 951,
          "milestones: approved, paid with its own fee");
    CHECK(kit_load(id).status == ORDER_IN_PROGRESS && kit_load(id).escrow_state == ESCROW_FUNDED,
          "milestones: the order goes on");
    CHECK(faults(false) == 0, "milestones: everything adds up on the way");
    MUST(RUN(milestone_submit, user(3), (&(ReasonIn){part[1].id, S("see files")}), &m) == OK);
    now += 14 * MS_DAY;
    CHECK(kit_timers() == 1 && balance(ACC_AVAILABLE, 3) == before + 951 + 1900, "milestones: approved by time");
    payment = kit_open_payment(2, PAY_MILESTONE, part[2].id);
    MUST(kit_captured(payment, "pay_part_3", 3000, SOURCE_WEBHOOK, box, &out) == OK && out.applied);
    MUST(RUN(milestone_approve, user(2), &(IdIn){part[2].id}, &m) == OK);
    o = kit_load(id);
    CHECK(o.status == ORDER_COMPLETED && o.fee == 300 && o.payout == 5701 && o.escrow_state == ESCROW_RELEASED,
          "milestones: the last one completes the order");

    id = kit_order(2, 3, 100);
    MUST(RUN(milestone_plan, user(2), (&(MilestonePlanIn){id, plan, 2}), &o) == OK);
    payment = kit_open_payment(2, PAY_ORDER, id);
    MUST(kit_captured(payment, "pay_part_4", 1001, SOURCE_WEBHOOK, box, &out) == OK && out.applied);
    CHECK(act_reason(order_cancel, user(2), id) == OK && kit_load(id).refunded == 1001,
          "milestones: cancelling refunds what is held");
    CHECK(faults(false) == 0, "milestones: everything adds up");
}

int main(void) {
    kit_world(6);
    test_table();
    test_actors();
    test_table_in_effect();
    test_fee();
    test_happy();
    test_ends();
    test_timers();
    test_unfunded();
    test_lists();
    test_service();
    test_milestones();
    kit_close();
    return kit_failed;
}
