/* Subscriptions by what the payment provider says: in any order, twice, and about nobody yet. */
#include "domain/subscription.h"
#include "money_kit.h"

static int64_t none;

static Subscription news(SubscriptionNews n) {
    SubscriptionNewsOut out;
    MUST(RUN(subscription_news, box, &n, &out) == OK);
    return out.row;
}

static Subscription of(int64_t who) {
    static Subscription s;
    MUST(READ(subscription_get, user(who), NULL, &s) == OK);
    return s;
}

static Err op_plan(Call *c, const void *in, void *out) { return subscription_plan(c, *(const int64_t *)in, out); }
static int32_t plan(int64_t who) {
    int32_t p = 0;
    MUST(READ(op_plan, box, &who, &p) == OK);
    return p;
}

static Str name(const char *kind, int n) { return arena_printf(&kit_arena, "%s_%d", kind, n); }

/* Opens a checkout for somebody, as the gateway does. */
static void open_checkout(int64_t who, Str checkout) {
    Subscription s;
    MUST(RUN(subscription_begin, user(who), NULL, &s) == OK);
    MUST(RUN(subscription_opened, box, (&(SubscriptionOpenedIn){s.id, checkout}), &none) == OK);
}

/* ---- one life ---- */

static void test_life(void) {
    Subscription s;
    CHECK(of(1).id == 0 && plan(1) == PLAN_FREE, "at first there is none");
    CHECK(RUN(subscription_living, user(1), NULL, &s) == E_STATE && RUN(subscription_customer, user(1), NULL, &s) == E_STATE,
          "nothing to cancel or to manage");
    CHECK(RUN(subscription_begin, (Actor){0}, NULL, &s) == E_UNAUTHORIZED, "somebody must be signed in");
    open_checkout(1, S("cs_1"));
    CHECK(of(1).id == 0 && plan(1) == PLAN_FREE, "an open checkout is no subscription");
    SubscriptionNews done = {.kind = NEWS_CHECKOUT,
                             .event = S("evt_1"),
                             .at_s = 100,
                             .checkout = S("cs_1"),
                             .customer = S("cus_1"),
                             .subscription = S("sub_1"),
                             .status = SUBSCRIPTION_ACTIVE};
    s = news(done);
    CHECK(s.user == 1 && s.status == SUBSCRIPTION_ACTIVE && plan(1) == PLAN_PRO && !s.checkout.n, "a paid one is");
    SubscriptionNewsOut again;
    MUST(RUN(subscription_news, box, &done, &again) == OK);
    CHECK(again.seen && !again.row.id, "an event counts once");
    CHECK(RUN(subscription_begin, user(1), NULL, &s) == E_STATE && !strcmp(kit_diag.code, "ALREADY_SUBSCRIBED"), "one is enough");
    SubscriptionNews state = {.kind = NEWS_STATE,
                              .event = S("evt_2"),
                              .at_s = 101,
                              .customer = S("cus_1"),
                              .subscription = S("sub_1"),
                              .status = SUBSCRIPTION_ACTIVE,
                              .period_start_ms = 100000,
                              .period_end_ms = 200000,
                              .began_s = 100};
    s = news(state);
    CHECK(s.period_start_ms == 100000 && s.period_end_ms == 200000, "the state says how long");
    state.kind = NEWS_ANSWER;
    state.event = S("");
    state.at_s = 0;
    state.cancel_at_end = true;
    s = news(state);
    CHECK(s.cancel_at_end && s.status == SUBSCRIPTION_ACTIVE && plan(1) == PLAN_PRO, "cancelled at the period's end, it runs on");
    CHECK(RUN(subscription_begin, user(1), NULL, &s) == OK, "and another may follow");
    state.kind = NEWS_STATE;
    state.at_s = 90;
    state.event = S("evt_old");
    state.cancel_at_end = false;
    CHECK(news(state).cancel_at_end, "older news change nothing");
    s = news((SubscriptionNews){.kind = NEWS_UNPAID, .event = S("evt_3"), .at_s = 150, .subscription = S("sub_1")});
    CHECK(s.status == SUBSCRIPTION_PAST_DUE && plan(1) == PLAN_PRO, "an invoice that fails is late payment");
    s = news((SubscriptionNews){.kind = NEWS_DELETED, .event = S("evt_4"), .at_s = 160, .subscription = S("sub_1")});
    CHECK(s.status == SUBSCRIPTION_CANCELED && plan(1) == PLAN_FREE && of(1).status == SUBSCRIPTION_CANCELED,
          "the end is the end");
    state.at_s = 170;
    state.event = S("evt_5");
    CHECK(news(state).status == SUBSCRIPTION_CANCELED, "of this one for good");
    CHECK(news((SubscriptionNews){
                   .kind = NEWS_UNPAID, .event = S("evt_6"), .at_s = 180, .customer = S("cus_1"), .subscription = S("sub_0")})
                  .status == SUBSCRIPTION_CANCELED,
          "an older one's invoice does not bring it back");
    state.subscription = S("sub_2");
    state.at_s = state.began_s = 300;
    state.event = S("evt_7");
    s = news(state);
    CHECK(s.user == 1 && s.status == SUBSCRIPTION_ACTIVE && str_eq(s.subscription, S("sub_2")) && plan(1) == PLAN_PRO,
          "the same customer's next one counts");
    s = news((SubscriptionNews){.kind = NEWS_DELETED, .event = S("evt_8"), .at_s = 400, .subscription = S("sub_1")});
    CHECK(s.status == SUBSCRIPTION_ACTIVE, "the old one's end is old news");
    CHECK(RUN(subscription_news, user(1), &state, &again) != OK, "members tell no news");
}

/* ---- any order ---- */

enum { NEWS_MAX = 5 };

/* All orders of the same news, with and without a member known from the start, give the same end. */
static void permute(const SubscriptionNews *all, size_t n, int64_t *who, int32_t status, int64_t end_ms, const char *what) {
    size_t order[NEWS_MAX] = {0, 1, 2, 3, 4};
    bool good = true;
    for (;;) {
        ++*who;
        Str checkout = name("cs", (int)*who), customer = name("cus", (int)*who), sub = name("sub", (int)*who);
        open_checkout(*who, checkout);
        for (size_t turn = 0; turn < 2 * n; turn++) { /* each twice: as it comes, and once more at the end */
            SubscriptionNews one = all[order[turn % n]];
            one.event = name("evt", (int)(*who * 100 + (int64_t)order[turn % n]));
            one.checkout = one.kind == NEWS_CHECKOUT ? checkout : S("");
            one.customer = customer;
            one.subscription = sub;
            news(one);
        }
        Subscription s = of(*who);
        bool same = s.status == status && s.period_end_ms == end_ms && str_eq(s.subscription, sub) &&
                    str_eq(s.customer, customer) && plan(*who) == (status == SUBSCRIPTION_CANCELED ? PLAN_FREE : PLAN_PRO);
        if (!same)
            printf("# order %zu%zu%zu%zu%zu: status %d, end %lld\n", order[0], order[1], order[2], order[3], order[4], s.status,
                   (long long)s.period_end_ms);
        good &= same;
        /* the next permutation */
        size_t i = n - 1, k = n - 1;
        while (i > 0 && order[i - 1] > order[i])
            i--;
        if (i == 0)
            break;
        while (order[k] < order[i - 1])
            k--;
        size_t t = order[i - 1];
        order[i - 1] = order[k];
        order[k] = t;
        for (size_t a = i, b = n - 1; a < b; a++, b--) {
            t = order[a];
            order[a] = order[b];
            order[b] = t;
        }
        kit_forget();
    }
    CHECK(good, what);
}

static void test_orders(void) {
    int64_t who = 2;
    const SubscriptionNews start = {.kind = NEWS_CHECKOUT, .at_s = 1000, .status = SUBSCRIPTION_ACTIVE};
    const SubscriptionNews active = {.kind = NEWS_STATE,
                                     .at_s = 1001,
                                     .status = SUBSCRIPTION_ACTIVE,
                                     .period_start_ms = 1,
                                     .period_end_ms = 5000,
                                     .began_s = 1000};
    const SubscriptionNews renewed = {.kind = NEWS_STATE,
                                      .at_s = 2000,
                                      .status = SUBSCRIPTION_ACTIVE,
                                      .period_start_ms = 1,
                                      .period_end_ms = 9000,
                                      .began_s = 1000};
    const SubscriptionNews unpaid = {.kind = NEWS_UNPAID, .at_s = 3000};
    const SubscriptionNews late = {.kind = NEWS_STATE,
                                   .at_s = 3001,
                                   .status = SUBSCRIPTION_PAST_DUE,
                                   .period_start_ms = 1,
                                   .period_end_ms = 9500,
                                   .began_s = 1000};
    const SubscriptionNews over = {.kind = NEWS_DELETED,
                                   .at_s = 4000,
                                   .status = SUBSCRIPTION_CANCELED,
                                   .period_start_ms = 1,
                                   .period_end_ms = 9900,
                                   .began_s = 1000};
    permute((SubscriptionNews[]){start, active, renewed}, 3, &who, SUBSCRIPTION_ACTIVE, 9000, "renewed, in any order");
    permute((SubscriptionNews[]){start, active, renewed, unpaid}, 4, &who, SUBSCRIPTION_PAST_DUE, 9000, "unpaid, in any order");
    permute((SubscriptionNews[]){start, active, unpaid, late}, 4, &who, SUBSCRIPTION_PAST_DUE, 9500, "late, in any order");
    permute((SubscriptionNews[]){start, active, unpaid, over, renewed}, 5, &who, SUBSCRIPTION_CANCELED, 9900,
            "over, in any order");
}

/* ---- nobody's ---- */

static void test_nobody(void) {
    Subscription s = news((SubscriptionNews){.kind = NEWS_STATE,
                                             .event = S("evt_n1"),
                                             .at_s = 10,
                                             .customer = S("cus_n"),
                                             .subscription = S("sub_n"),
                                             .status = SUBSCRIPTION_ACTIVE,
                                             .period_end_ms = 777});
    CHECK(s.id && !s.user, "news of nobody are kept");
    s = news((SubscriptionNews){.kind = NEWS_STATE,
                                .event = S("evt_n2"),
                                .at_s = 11,
                                .user = 2,
                                .customer = S("cus_n"),
                                .subscription = S("sub_n"),
                                .status = SUBSCRIPTION_ACTIVE});
    CHECK(s.user == 2 && plan(2) == PLAN_PRO && of(2).period_end_ms == 777, "until somebody is named");
    s = news((SubscriptionNews){.kind = NEWS_STATE,
                                .event = S("evt_n3"),
                                .at_s = 11,
                                .user = 999999,
                                .customer = S("cus_m"),
                                .subscription = S("sub_m"),
                                .status = SUBSCRIPTION_ACTIVE});
    CHECK(!s.user, "who does not exist is nobody");
    CHECK(!news((SubscriptionNews){.kind = NEWS_EXPIRED, .event = S("evt_n4"), .checkout = S("cs_unknown")}).id,
          "a checkout of nobody that came to nothing is nothing");
}

static Err op_trim(Call *c, const void *in, void *out) { return subscriptions_trim(c, *(const int64_t *)in, 1000, out); }

static void test_check_and_trim(void) {
    SubscriptionCheckOut check;
    int64_t who = 200;
    CHECK(RUN(subscription_check, box, &(IdIn){who}, &check) == OK && !check.ask, "nothing to ask about");
    open_checkout(who, S("cs_check"));
    CHECK(RUN(subscription_check, box, &(IdIn){who}, &check) == OK && !check.ask, "nor the moment it is opened");
    now += SUBSCRIPTION_CHECK_MS;
    CHECK(RUN(subscription_check, box, &(IdIn){who}, &check) == OK && check.ask, "an open checkout is asked about");
    CHECK(RUN(subscription_check, box, &(IdIn){who}, &check) == OK && !check.ask, "now and then");
    news((SubscriptionNews){.kind = NEWS_EXPIRED, .event = S("evt_c1"), .checkout = S("cs_check")});
    now += SUBSCRIPTION_CHECK_MS;
    CHECK(RUN(subscription_check, box, &(IdIn){who}, &check) == OK && !check.ask, "one that expired no more");
    news((SubscriptionNews){.kind = NEWS_STATE,
                            .event = S("evt_c2"),
                            .at_s = 5,
                            .user = who,
                            .subscription = S("sub_c"),
                            .status = SUBSCRIPTION_ACTIVE,
                            .period_end_ms = now + 1000});
    CHECK(RUN(subscription_check, box, &(IdIn){who}, &check) == OK && !check.ask, "nor one that is paid for");
    now += 1000;
    CHECK(RUN(subscription_check, box, &(IdIn){who}, &check) == OK && check.ask, "but one whose period is over");

    size_t gone = 0;
    int64_t before = now + 1;
    MUST(RUN(op_trim, box, &before, &gone) == OK);
    CHECK(gone > 100, "old events and nobody's news go");
    MUST(RUN(op_trim, box, &before, &gone) == OK);
    CHECK(gone == 0 && plan(who) == PLAN_PRO && plan(2) == PLAN_PRO, "and nothing else");
}

int main(void) {
    kit_world(260);
    test_life();
    test_orders();
    test_nobody();
    test_check_and_trim();
    CHECK(faults(false) == 0, "everything adds up");
    kit_close();
    return kit_failed;
}
