/* Days that pass: alerts of saved searches and their digest, the marketplace's figures, the setup link; and what takes many
 * rounds of a job. */
#include "codec/tar.h"
#include "domain/erase.h"
#include "domain/figures.h"
#include "domain/moderate.h"
#include "domain/notification.h"
#include "domain/saved_search.h"
#include "domain/setup.h"
#include "money_kit.h"

enum { PEOPLE = 70, SEEKERS = 40 };

static int64_t told(int64_t who, int32_t type, Str *body) {
    PageOut page;
    int64_t n = 0;
    MUST(READ(notification_list, user(who), (&(NotificationListIn){.page = {.page = 1, .limit = LIST_LIMIT_MAX}}), &page) == OK);
    const Notification *all = page.items;
    for (size_t i = 0; i < page.count; i++)
        if (all[i].type == type) {
            n++;
            if (body)
                *body = all[i].body;
        }
    return n;
}

/* ---- jobs, to their end: how many rounds that took ---- */

typedef struct Round {
    Err (*fn)(Call *c, size_t max, size_t *done);
    size_t max, done;
} Round;
static Err op_round(Call *c, const void *in, void *out) {
    const Round *r = in;
    return r->fn(c, r->max, out);
}
static int run_job(Err (*fn)(Call *c, size_t max, size_t *done), size_t max) {
    Round r = {fn, max, 0};
    for (int rounds = 1; rounds < 1000; rounds++) {
        size_t done = 0;
        MUST(RUN(op_round, box, &r, &done) == OK);
        if (done < max)
            return rounds;
    }
    return -1;
}

/* ---- saved searches ---- */

static void test_searches(void) {
    SavedSearch s;
    for (int64_t who = 1; who <= SEEKERS; who++)
        MUST(RUN(saved_search_add, user(who), (&(SavedSearchIn){.search = S("robotics")}), &s) == OK);
    MUST(RUN(saved_search_add, user(1), (&(SavedSearchIn){.category = S("design")}), &s) == OK);
    MUST(kit_gig(PEOPLE, 500));
    CHECK(run_job(saved_searches_match, 40) > 3, "many searches take several rounds");
    int64_t all = 0;
    for (int64_t who = 1; who <= SEEKERS; who++)
        all += told(who, NOTE_SAVED_SEARCH, NULL);
    CHECK(all == SEEKERS, "and everybody is told once, who has two that fit too");
    CHECK(run_job(saved_searches_match, 40) == 1 && told(1, NOTE_SAVED_SEARCH, NULL) == 1, "nothing new, nothing told");

    for (int i = 0; i < SAVED_ALERTS_PER_DAY + 3; i++)
        MUST(kit_gig(PEOPLE, 500));
    run_job(saved_searches_match, 512);
    CHECK(told(2, NOTE_SAVED_SEARCH, NULL) == SAVED_ALERTS_PER_DAY, "so many a day");
    run_job(saved_searches_digest, 128);
    CHECK(!told(2, NOTE_SAVED_SEARCH_DIGEST, NULL), "the rest waits for the day's end");
    now += MS_DAY;
    CHECK(run_job(saved_searches_digest, 7) > 1, "then");
    Str body = S("");
    CHECK(told(2, NOTE_SAVED_SEARCH_DIGEST, &body) == 1 && str_starts(body, S("4 ")), "it is told in one");
    CHECK(told(1, NOTE_SAVED_SEARCH_DIGEST, NULL) == 1, "over all searches of a person");
    run_job(saved_searches_digest, 128);
    CHECK(told(2, NOTE_SAVED_SEARCH_DIGEST, NULL) == 1, "once");
    MUST(kit_gig(PEOPLE, 500));
    run_job(saved_searches_match, 512);
    CHECK(told(2, NOTE_SAVED_SEARCH, NULL) == SAVED_ALERTS_PER_DAY + 1, "a new day has alerts of its own");
}

/* ---- figures ---- */

static FiguresOut seen(int32_t days) {
    FiguresOut f;
    while (run_job(figures_update, 3) > 1)
        ;
    MUST(RUN(figures, admin(1), (&(FiguresIn){.days = days}), &f) == OK);
    return f;
}

static void test_figures(void) {
    int64_t before = seen(1).items[0].orders;
    int64_t order = kit_funded(50, 51, 10000);
    MUST(order);
    FiguresOut f = seen(1);
    CHECK(f.items[0].orders == before + 1 && f.items[0].funded == 10000 && f.items[0].escrow == 10000 && f.escrow == 10000,
          "what went into escrow today");
    now += 3 * MS_DAY;
    f = seen(4);
    CHECK(f.count == 4 && f.items[0].escrow == 10000 && f.items[1].escrow == 10000 && f.items[3].escrow == 10000 &&
              !f.items[3].orders,
          "is held on quiet days too");
    Order o;
    MUST(RUN(order_submit, user(51), (&(SubmitIn){.id = order, .message = S("done")}), &o) == OK);
    MUST(RUN(order_approve, user(50), &(IdIn){order}, &o) == OK);
    f = seen(4);
    CHECK(f.items[3].released == 9500 && f.items[3].fees == 500 && f.items[3].completed == 1 && f.items[3].escrow == 0 &&
              f.items[2].escrow == 10000 && f.escrow == 0 && f.fees == 500,
          "and goes on the day it goes");
    FiguresOut again = seen(4);
    CHECK(again.items[3].released == 9500 && again.items[0].orders == f.items[0].orders, "nothing counts twice");
    CHECK(RUN(figures, user(1), (&(FiguresIn){.days = 1}), &f) == E_FORBIDDEN, "for admins");
}

/* ---- the first admin ---- */

static Err op_open(Call *c, const void *in, void *out) { return setup_open(c, *(const Str *)in, out); }

static void test_setup(void) {
    bool needed = false;
    SignInOut in;
    SetupState state;
    Str token = S("first-token"), other = S("second-token");
    MUST(RUN(op_open, box, &token, &needed) == OK);
    CHECK(needed, "a box without admin waits for one");
    MUST(READ(setup_look, user(0), (&(SetupIn){.token = token}), &state) == OK);
    CHECK(state.needed && state.good, "by this link");
    now += SETUP_TTL_MS;
    CHECK(RUN(setup_claim, user(3), (&(SetupIn){.token = token}), &in) == E_INVALID && !strcmp(kit_diag.code, "INVALID_TOKEN"),
          "for a day");
    MUST(RUN(op_open, box, &other, &needed) == OK);
    CHECK(RUN(setup_claim, user(3), (&(SetupIn){.token = token}), &in) == E_INVALID, "a new one takes its place");
    CHECK(RUN(setup_claim, user(3), (&(SetupIn){.token = other}), &in) == OK && in.user.rights == (RIGHT_ADMIN | RIGHT_MODERATOR),
          "and makes the admin");
    CHECK(RUN(setup_claim, user(4), (&(SetupIn){.token = other}), &in) == E_STATE, "once");
    MUST(RUN(op_open, box, &token, &needed) == OK);
    CHECK(!needed, "then there is no link any more");
    CHECK(RUN(op_open, user(3), &token, &needed) == E_UNAUTHORIZED ||
              kit_run(op_open, user(3), &token, &needed, 1) == E_FORBIDDEN,
          "only the box makes links");
}

/* The code that was chosen is good for 30 days from when it is first asked for; then one is sent. */
static void test_first_code(void) {
    static const char *const numbers[] = {"+918123400001", "+918123400002"};
    const int64_t later[] = {OTP_CHOSEN_MS - MS_MINUTE, OTP_CHOSEN_MS};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        User u;
        SendOtpOut sent;
        SignInOut in;
        PageOut page;
        ContactIn make = {.contact = str_c0(numbers[i]), .code = S("482913"), .rights = RIGHT_ADMIN, .make = true};
        VerifyOtpIn enter = {.phone = make.contact, .otp = make.code};
        MUST(RUN(contact_admin, box, &make, &u) == OK);
        now += 400 * MS_DAY; /* the clock is put right */
        MUST(RUN(sign_in_send_otp, (Actor){0}, &(SendOtpIn){make.contact}, &sent) == OK);
        now += later[i];
        MUST(RUN(sign_in_send_otp, (Actor){0}, &(SendOtpIn){make.contact}, &sent) == OK);
        MUST(READ(outbox_list, box, (&(OutboxListIn){.page = {.page = 1, .limit = 1}, .user = u.id}), &page) == OK);
        CHECK(page.count == i, "a code is sent only when the chosen one is too old");
        CHECK(RUN(sign_in_verify_otp, (Actor){0}, &enter, &in) == OK && in.refused == (i == 1), "which is good for 30 days");
    }
}

/* ---- leaving, when there is much to remove ---- */

static void test_leaving(void) {
    enum { GIGS = 30, CROWD = 20 };
    int64_t who = 60, gig = 0;
    SendOtpOut sent;
    EraseOut out;
    PageOut page;
    for (int i = 0; i < GIGS; i++)
        MUST((gig = kit_gig(who, 500)));
    for (int64_t doer = 1; doer <= CROWD; doer++)
        MUST(kit_apply(gig, doer, 0));
    MUST(RUN(confirm_send, user(who), NULL, &sent) == OK);
    CHECK(RUN(account_erase, user(who), (&(EraseIn){.otp = S("0")}), &out) == OK && out.refused, "a wrong code is refused");
    MUST(READ(outbox_list, box, (&(OutboxListIn){.page = {.page = 1, .limit = 1}, .user = who}), &page) == OK);
    Str code = ((const Outbox *)page.items)[0].code;
    char kept[8] = {0};
    memcpy(kept, code.p, code.n < 7 ? code.n : 7);
    CHECK(RUN(account_erase, user(who), (&(EraseIn){.otp = str_c0(kept)}), &out) == OK && !out.refused, "the right one is not");
    User u;
    MUST(READ(user_look, admin(1), &(IdIn){who}, &u) == OK);
    CHECK((u.flags & USER_DELETED) && !u.phone.n && str_eq(u.name, S(ERASED_NAME)), "nobody is left under the number");
    CHECK(run_job(erase_rest, 128) > 2, "the rest goes in rounds");
    MUST(READ(user_look, admin(1), &(IdIn){who}, &u) == OK);
    CHECK(!(u.flags & USER_ERASING), "to its end");
    MUST(READ(gig_mine, user(who), (&(MyGigsIn){.page = {.page = 1, .limit = 10}}), &page) == OK);
    CHECK(page.total == 0, "no gig is left");
    CHECK(told(1, NOTE_APPLICATION_REJECTED, NULL) == 1, "who had applied was told");
    CHECK(run_job(erase_rest, 128) == 1, "and there is nothing more to do");
}

/* ---- archives ---- */

static void test_tar(void) {
    char mem[4 * TAR_BLOCK_BYTES];
    Buf b = buf_fixed(mem, sizeof mem);
    tar_head(&b, S("a/b.txt"), 5, 1000000000);
    CHECK(b.n == TAR_BLOCK_BYTES && !memcmp(b.p, "a/b.txt", 8) && !memcmp(b.p + 124, "00000000005", 12) &&
              !memcmp(b.p + 136, "07346545000", 12) && !memcmp(b.p + 257, "ustar\00000", 8),
          "a head of ustar");
    CHECK(tar_pad(0) == 0 && tar_pad(1) == 511 && tar_pad(512) == 0 && tar_pad(513) == 511, "contents fill blocks");
    tar_end(&b);
    CHECK(b.n == 3 * TAR_BLOCK_BYTES && !b.err, "two empty blocks end it");
    char long_name[TAR_NAME_BYTES_MAX + 1];
    memset(long_name, 'x', sizeof long_name);
    tar_head(&b, str_of(long_name, sizeof long_name), 0, 0);
    CHECK(b.err == E_INVALID, "names must fit");
    b = buf_fixed(mem, sizeof mem);
    tar_head(&b, str_of(long_name, TAR_NAME_BYTES_MAX), TAR_SIZE_BYTES_MAX + 1, 0);
    CHECK(b.err == E_INVALID, "and sizes");
}

int main(void) {
    kit_world(PEOPLE);
    test_searches();
    test_figures();
    test_setup();
    test_first_code();
    test_leaving();
    test_tar();
    CHECK(faults(false) == 0, "the books are in order");
    kit_close();
    return kit_failed;
}
