/* A month's posts, who hears of a changed gig, deciding about applications, and video calls, with a clock that the test moves. */
#include "codec/iso8601.h"
#include "domain/application_decide.h"
#include "domain/notification.h"
#include "domain/saved.h"
#include "domain/usage.h"
#include "domain/video_call.h"
#include "money_kit.h"

enum { CROWD = 100, PEOPLE = CROWD + 12 };
static int64_t none;

/* ---- the month's posts ---- */

static DomainConfig limited;
static OpFn *inner;
static Err op_limited(Call *c, const void *in, void *out) {
    c->cfg = &limited;
    return inner(c, in, out);
}

static Err post(int64_t who, int32_t status, Gig *g) {
    GigEdit in = {.has = 1u << GIG_SET_TITLE | 1u << GIG_SET_DESCRIPTION | 1u << GIG_SET_CATEGORY,
                  .title = S("A gig"),
                  .description = S("Work."),
                  .category = S("design"),
                  .open_budget = true,
                  .status = status};
    inner = gig_post;
    return RUN(op_limited, user(who), &in, g);
}

static Err state(int64_t who, int64_t gig, int32_t status) {
    Gig g;
    inner = gig_set_state;
    return RUN(op_limited, user(who), (&(GigStateIn){gig, status}), &g);
}

static UsageOut usage(int64_t who) {
    UsageOut u;
    inner = usage_get;
    MUST(READ(op_limited, user(who), NULL, &u) == OK);
    return u;
}

static void test_usage(void) {
    Gig g, draft;
    limited = kit_config;
    limited.free_posts_per_month = 2;
    int64_t month = period_start(PERIOD_MONTH, now, limited.tz_minutes, 1); /* when the next one begins */
    CHECK(post(1, GIG_DRAFT, &draft) == OK && usage(1).posts_used == 0, "a draft is no post");
    CHECK(post(1, 0, &g) == OK && state(1, draft.id, GIG_PAUSED) == OK && state(1, draft.id, GIG_OPEN) == OK &&
              usage(1).posts_used == 2 && !usage(1).can_post,
          "posted later, by whatever way, it is one");
    CHECK(state(1, draft.id, GIG_DRAFT) == OK && state(1, draft.id, GIG_OPEN) == OK && usage(1).posts_used == 2, "but only once");
    CHECK(post(1, 0, &g) == E_LIMIT && !strcmp(kit_diag.code, "PLAN_LIMIT"), "more are refused");
    CHECK(post(1, GIG_DRAFT, &draft) == OK && state(1, draft.id, GIG_OPEN) == E_LIMIT, "and so is posting a draft");
    CHECK(post(2, 0, &g) == OK && usage(2).posts_used == 1 && usage(2).can_post, "everybody has posts of their own");
    now = month - 1;
    CHECK(post(1, 0, &g) == E_LIMIT, "until the last moment of the box's month");
    now = month;
    CHECK(usage(1).posts_used == 0 && usage(1).can_post && post(1, 0, &g) == OK && usage(1).posts_used == 1, "then it is anew");
    limited.free_posts_per_month = 0;
    CHECK(usage(1).posts_limit == 0 && post(1, 0, &g) == OK && post(1, 0, &g) == OK && usage(1).posts_used == 3,
          "no limit still counts");
}

/* ---- who hears of it ---- */

static int64_t told(int64_t who, int32_t type) {
    PageOut page;
    int64_t n = 0;
    MUST(READ(notification_list, user(who), (&(NotificationListIn){.page = {.page = 1, .limit = LIST_WHOLE}}), &page) == OK);
    for (size_t i = 0; i < page.count; i++)
        n += ((const Notification *)page.items)[i].type == type;
    return n;
}

static Err op_news(Call *c, const void *in, void *out) { return gig_news_run(c, *(const size_t *)in, out); }
/* One round of the job; 0 when there was nothing to do. */
static size_t news(void) {
    size_t done = 0, max = 128;
    MUST(RUN(op_news, box, &max, &done) == OK);
    return done;
}

static int64_t all_told(void) {
    int64_t n = 0;
    for (int64_t who = 10; who < 10 + CROWD; who++)
        n += told(who, NOTE_GIG_UPDATED);
    return n;
}

static void test_news(void) {
    Gig g;
    int64_t gig = kit_gig(1, 1000);
    GigEdit change = {.has = 1u << GIG_SET_TITLE, .id = gig, .title = S("Another title")};
    for (int64_t who = 10; who < 10 + CROWD; who++)
        MUST(RUN(gig_save, user(who), &(IdIn){gig}, &none) == OK);
    MUST(kit_apply(gig, 10, 0) && kit_apply(gig, 2, 0) && kit_apply(gig, 3, 0));
    MUST(RUN(application_withdraw, user(3), &(IdIn){3}, &(Application){0}) == OK);
    CHECK(RUN(gig_update, user(1), &change, &g) == OK && all_told() == NEWS_AT_ONCE, "the first are told at once");
    CHECK(news() && all_told() == 2 * NEWS_AT_ONCE, "the job goes on");
    while (news())
        ;
    CHECK(all_told() == CROWD && told(10, NOTE_GIG_UPDATED) == 1, "everybody hears it once, who saved it and applied too");
    CHECK(told(2, NOTE_GIG_UPDATED) == 1 && told(3, NOTE_GIG_UPDATED) == 0 && told(1, NOTE_GIG_UPDATED) == 0,
          "who has applied and not withdrawn hears it, its owner does not");
    CHECK(RUN(gig_update, user(1), &change, &g) == OK && news() == 0 && all_told() == CROWD, "the same again is no news");
    change.title = S("A third title");
    MUST(RUN(gig_update, user(1), &change, &g) == OK);
    MUST(RUN(gig_delete, user(1), &(IdIn){gig}, &none) == OK);
    while (news())
        ;
    int64_t left = 0;
    for (int64_t who = 10; who < 10 + CROWD; who++) {
        PageOut page;
        MUST(READ(gig_saved, user(who), (&(PageIn){.page = 1, .limit = 20}), &page) == OK);
        left += page.total;
    }
    CHECK(left == 0, "a gig that is deleted while it is told is forgotten by all");
    CHECK(RUN(gig_save, user(2), &(IdIn){gig}, &none) == E_MISSING && RUN(gig_unsave, user(2), &(IdIn){gig}, &none) == E_MISSING,
          "and cannot be saved");
    for (int i = 0; i < SAVED_MAX; i++) {
        int64_t one = kit_gig(1, 1000);
        MUST(RUN(gig_save, user(4), &(IdIn){one}, &none) == OK);
    }
    CHECK(RUN(gig_save, user(4), &(IdIn){kit_gig(1, 1000)}, &none) == E_LIMIT, "a person can save so many");
}

/* ---- deciding ---- */

static Err decide(int64_t application, int32_t status, int32_t stage) {
    Application a;
    return RUN(application_decide, user(1), (&(DecideIn){application, status, stage}), &a);
}
static Application seen(int64_t application) {
    static Application a;
    MUST(READ(application_get, user(1), &(IdIn){application}, &a) == OK);
    return a;
}

static void test_decide(void) {
    int64_t gig = kit_gig(1, 1000), one = kit_apply(gig, 2, 0), two = kit_apply(gig, 3, 900), three = kit_apply(gig, 4, 0);
    Order o;
    CHECK(decide(one, APPLICATION_PENDING, STAGE_SHORTLISTED) == OK && seen(one).status == APPLICATION_PENDING &&
              seen(one).stage == STAGE_SHORTLISTED && told(2, NOTE_APPLICATION_STAGE) == 1,
          "the short list is a stage of pending");
    CHECK(decide(one, APPLICATION_REJECTED, 0) == OK && decide(one, APPLICATION_REJECTED, 0) == OK &&
              decide(one, APPLICATION_PENDING, STAGE_REVIEWING) == OK && seen(one).stage == STAGE_REVIEWING,
          "who was rejected can be looked at again");
    CHECK(decide(two, APPLICATION_ACCEPTED, 0) == OK && decide(one, APPLICATION_ACCEPTED, 0) == E_STATE, "one at a time");
    CHECK(decide(two, APPLICATION_PENDING, STAGE_SHORTLISTED) == OK && seen(two).status == APPLICATION_PENDING,
          "accepting can be taken back before anything is paid");
    CHECK(decide(one, APPLICATION_REJECTED, 0) == OK && decide(one, APPLICATION_ACCEPTED, 0) == OK,
          "a rejected one can be chosen");
    PageOut orders;
    MUST(READ(order_list, user(2), (&(OrderListIn){.page = {.page = 1, .limit = 20}, .role = ROLE_DOER}), &orders) == OK &&
         orders.count == 1);
    int64_t order = ((const Order *)orders.items)[0].id;
    MUST(RUN(order_start, user(2), &(IdIn){order}, &o) == OK);
    CHECK(decide(one, APPLICATION_REJECTED, 0) == E_STATE && seen(one).status == APPLICATION_ACCEPTED,
          "not once work is under way");
    CHECK(seen(three).status == APPLICATION_REJECTED && decide(three, APPLICATION_PENDING, 0) == E_STATE,
          "then the others are answered for good");
    int64_t many[] = {three, one};
    DecideManyIn in = {.ids = list_of_i64s(&kit_arena, many, 2), .status = APPLICATION_REJECTED};
    CHECK(RUN(applications_decide, user(1), &in, &none) == E_STATE, "several at once: one that cannot be stops all");
}

/* ---- calls ---- */

static Err call(int64_t who, int64_t with, int64_t at, VideoCall *v) {
    VideoCallIn in = {.with = with, .scheduled = at != 0, .scheduled_ms = at};
    return RUN(video_call_create, user(who), &in, v);
}
static int64_t coming(int64_t who) {
    PageOut page;
    MUST(READ(video_call_coming, user(who), NULL, &page) == OK);
    return page.total;
}
static int64_t history(int64_t who) {
    PageOut page;
    MUST(READ(video_call_history, user(who), (&(CallHistoryIn){20}), &page) == OK);
    return page.total;
}
static void test_calls(void) {
    VideoCall v, w;
    int64_t at = now + MS_DAY;
    CHECK(call(5, 6, at, &v) == OK && v.remind_ms == at - CALL_REMIND_MS && coming(5) == 1 && coming(6) == 1 && !history(6),
          "a call that is to come");
    CHECK(call(5, 6, now, &w) == E_INVALID && call(5, 6, now + CALL_AHEAD_MAX_MS + 1, &w) == E_INVALID &&
              call(5, 5, 0, &w) == E_INVALID,
          "not in the past, not too far ahead, not with oneself");
    now = at - CALL_REMIND_MS - 1;
    kit_timers();
    CHECK(!told(5, NOTE_CALL_SOON), "nobody is reminded too early");
    now++;
    kit_timers();
    kit_timers();
    CHECK(told(5, NOTE_CALL_SOON) == 1 && told(6, NOTE_CALL_SOON) == 1, "then both are, once");
    now = at + CALL_GRACE_MS;
    CHECK(coming(5) == 1 && !history(5), "for a while it may still begin");
    now++;
    CHECK(!coming(5) && history(5) == 1, "then it is past");
    CHECK(RUN(video_call_join, user(7), &(IdIn){v.id}, &w) == E_MISSING &&
              RUN(video_call_end, user(7), &(IdIn){v.id}, &w) == E_FORBIDDEN &&
              READ(video_call_get, user(7), &(IdIn){v.id}, &w) == E_MISSING,
          "strangers have no part in it");
    CHECK(RUN(video_call_join, user(6), &(IdIn){v.id}, &w) == OK && w.started_ms == now &&
              RUN(video_call_join, user(5), &(IdIn){v.id}, &w) == OK,
          "it can begin late");
    CHECK(RUN(video_call_end, user(5), &(IdIn){v.id}, &w) == OK && w.ended_ms == now && !told(6, NOTE_CALL_CANCELLED) &&
              RUN(video_call_join, user(6), &(IdIn){v.id}, &w) == E_STATE,
          "and is over when one ends it");
    MUST(call(5, 6, now + MS_MINUTE, &v) == OK);
    CHECK(v.remind_ms == v.scheduled_ms, "a near one is reminded of when it begins");
    MUST(RUN(video_call_end, user(6), &(IdIn){v.id}, &w) == OK);
    now += MS_DAY;
    kit_timers();
    CHECK(told(5, NOTE_CALL_CANCELLED) == 1 && told(5, NOTE_CALL_SOON) == 1, "what was called off reminds nobody");
    CHECK(call(5, 6, 0, &v) == OK && v.started_ms == now && history(5) == 3 && !coming(5), "one that begins at once");
}

int main(void) {
    kit_world(PEOPLE);
    test_usage();
    test_news();
    test_decide();
    test_calls();
    CHECK(faults(false) == 0, "the books are in order");
    kit_close();
    return kit_failed;
}
