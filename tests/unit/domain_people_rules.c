/* Signing in, people, applications, chats, reviews: what they allow and what they refuse. */
#include "domain/conversation.h"
#include "domain/notification.h"
#include "domain/report.h"
#include "domain/review.h"
#include "domain/session.h"
#include "domain/trust.h"
#include "money_kit.h"

/* ---- signing in ---- */

/* The code of the newest message to a contact. */
static Err op_newest_code(Call *c, const void *in, void *out) {
    const Str *to = in;
    RecScan *scan;
    Outbox row;
    Err e = rec_scan(c->tx, &OUTBOX, 0, &scan);
    while (!e && rec_scan_next(scan, &row))
        if (str_eq(row.to, *to) && row.code.n == 6)
            memcpy(out, row.code.p, 6);
    return e;
}

typedef struct CodeText {
    char text[8];
} CodeText;

static CodeText code_of(Str to) {
    CodeText t = {{0}};
    MUST(READ(op_newest_code, box, &to, &t) == OK);
    return t;
}

static CodeText send_code(Str phone) {
    SendOtpOut out;
    MUST(RUN(sign_in_send_otp, box, &(SendOtpIn){phone}, &out) == OK && out.expires_in_s == 300);
    return code_of(phone);
}

static SignInOut verify(Str phone, const char *code) {
    SignInOut out;
    VerifyOtpIn in = {.phone = phone, .otp = str_c0(code)};
    MUST(RUN(sign_in_verify_otp, (Actor){0}, &in, &out) == OK);
    return out;
}

static Err op_actor(Call *c, const void *in, void *out) { return session_actor(c->tx, *(const int64_t *)in, c->now_ms, out); }

static void test_sign_in(void) {
    Str phone = S("+919111111111");
    CodeText code = send_code(phone), older;
    Actor a;
    SignInOut in = verify(phone, code.text);
    CHECK(!in.refused && in.is_new && in.user.id && in.session.user == in.user.id, "a new phone makes an account");
    CHECK(verify(phone, code.text).refused, "a code is good once");
    CHECK(READ(op_actor, box, &in.session.id, &a) == OK && a.user == in.user.id, "the session says who it is");
    int64_t none = 0;
    MUST(RUN(session_end, ((Actor){.user = in.user.id, .session = in.session.id}), NULL, &none) == OK);
    CHECK(READ(op_actor, box, &in.session.id, &a) == E_UNAUTHORIZED, "an ended session is nobody");

    older = send_code(phone);
    code = send_code(phone);
    CHECK(!memcmp(older.text, code.text, 6) || verify(phone, older.text).refused, "a new code replaces the old one");
    in = verify(phone, code.text);
    CHECK(!in.refused && !in.is_new, "the same phone is the same account");

    code = send_code(phone);
    for (int i = 0; i < 5; i++)
        CHECK(verify(phone, memcmp(code.text, "000000", 6) ? "000000" : "000001").refused, "a wrong code is refused");
    CHECK(verify(phone, code.text).refused, "after five wrong tries the right one is void too");

    code = send_code(phone);
    now += 300 * MS_SECOND;
    CHECK(verify(phone, code.text).refused, "a code ends with its time");
    SendOtpOut out;
    CHECK(RUN(sign_in_send_otp, box, &(SendOtpIn){S("12")}, &out) == E_INVALID && kit_diag.count == 1,
          "a bad phone number is named");
}

/* ---- e-mail ---- */

static Err set_email(int64_t who, Str email, User *out) {
    UserEdit in = {.has = 1u << USER_SET_EMAIL, .email = email};
    return RUN(user_edit, user(who), &in, out);
}

static Err op_claim(Call *c, const void *in, void *out) {
    (void)out;
    User u;
    Err e = row_load(c, &USER, *(const int64_t *)in, &u);
    u.email = S("claimed@college.test");
    u.password = S("$argon2id$not-a-real-one");
    return e ? e : rec_put(c->tx, &USER, &u);
}

static void test_email(void) {
    User u;
    EmailVerifyOut v;
    int64_t claimer = 2, owner = 3, none = 0;
    MUST(RUN(op_claim, box, &claimer, &none) == OK);
    CHECK(set_email(owner, S("nonsense"), &u) == E_INVALID, "what is no address is refused");
    CHECK(set_email(owner, S("Claimed@college.test"), &u) == OK && u.email.n == 0, "an address counts once it is proven");
    CodeText code = code_of(S("claimed@college.test"));
    CHECK(RUN(user_verify_email, user(owner), &(EmailCodeIn){S("abcdef")}, &v) == OK && v.refused, "a wrong code is refused");
    CHECK(RUN(user_verify_email, user(owner), &(EmailCodeIn){str_c0(code.text)}, &v) == OK && !v.refused &&
              str_eq(v.user.email, S("claimed@college.test")) && (v.user.flags & USER_EMAIL_VERIFIED),
          "the proof counts");
    MUST(RUN(user_get, box, &(IdIn){claimer}, &u) == OK);
    CHECK(u.email.n == 0 && u.password.n == 0, "who had only claimed it loses claim and password");
    CHECK(RUN(user_verify_email, user(owner), &(EmailCodeIn){str_c0(code.text)}, &v) == E_STATE, "nothing left to prove");
}

static void test_email_kept(void) {
    User u;
    EmailVerifyOut v;
    int64_t holder = 3, other = 4;
    CHECK(set_email(other, S("claimed@college.test"), &u) == OK, "anybody may ask for a code");
    CodeText code = code_of(S("claimed@college.test"));
    CHECK(RUN(user_verify_email, user(other), &(EmailCodeIn){str_c0(code.text)}, &v) == E_CONFLICT,
          "but a proven address stays where it is");
    MUST(RUN(user_get, box, &(IdIn){holder}, &u) == OK);
    CHECK(str_eq(u.email, S("claimed@college.test")) && (u.flags & USER_EMAIL_VERIFIED), "with its owner");
}

static void test_edit(void) {
    User u;
    UserEdit in = {.has = 1u << USER_SET_YEAR | 1u << USER_SET_ROLES | 1u << USER_SET_NAME, .year = 9, .name = S("  Ravi ")};
    CHECK(RUN(user_edit, user(4), &in, &u) == E_INVALID && kit_diag.count == 2, "all faults are named at once");
    in.year = 2;
    in.roles = ROLE_BIT_DOER;
    CHECK(RUN(user_edit, user(4), &in, &u) == OK && str_eq(u.name, S("Ravi")) && u.year == 2, "a profile is changed");
    CHECK(RUN(user_edit, (Actor){0}, &in, &u) == E_UNAUTHORIZED, "nobody changes nothing");
    char bio[USER_BIO_MAX + 1];
    memset(bio, 'x', sizeof bio);
    in = (UserEdit){.has = 1u << USER_SET_BIO, .bio = str_of(bio, USER_BIO_MAX + 1)};
    CHECK(RUN(user_edit, user(4), &in, &u) == E_INVALID && str_eq(kit_diag.fields[0].name, S("bio")), "a biography ends");
    in.bio.n = USER_BIO_MAX;
    CHECK(RUN(user_edit, user(4), &in, &u) == OK && u.bio.n == USER_BIO_MAX, "at its limit");
    in = (UserEdit){.has = 1u << USER_SET_NAME, .name = S("  ")};
    CHECK(RUN(user_edit, user(4), &in, &u) == E_INVALID, "nobody goes nameless");
    in.nameless = true;
    CHECK(RUN(user_edit, user(4), &in, &u) == OK && u.name.n == 0, "but where the contract allows it");
    in = (UserEdit){.has = 1u << USER_SET_LAT, .lat_e6 = 12000000};
    CHECK(RUN(user_edit, user(4), &in, &u) == E_INVALID && str_eq(kit_diag.fields[0].name, S("lon_e6")), "half a place is none");
    Str skills[] = {S(" C "), S("c"), S("C++")};
    in = (UserEdit){.has = 1u << USER_SET_SKILLS, .skills = list_of_strs(&kit_arena, skills, COUNT(skills))};
    CHECK(RUN(user_edit, user(4), &in, &u) == OK && u.skills.count == 2, "the same skill twice is one");
}

/* ---- sessions ---- */

static Err op_open(Call *c, const void *in, void *out) { return session_open(c, *(const int64_t *)in, CONTRACT_CAMPUS, out); }

static Err op_flags(Call *c, const void *in, void *out) {
    const int64_t *who_flags = in;
    User *u = out;
    Err e = row_load(c, &USER, who_flags[0], u);
    u->flags |= (int32_t)who_flags[1];
    return e ? e : rec_put(c->tx, &USER, u);
}

static Err op_seen_flush(Call *c, const void *in, void *out) {
    (void)in, (void)out;
    return user_seen_flush(c);
}

static Err op_trim(Call *c, const void *in, void *out) {
    size_t *gone = out;
    Err e = sessions_trim(c, *(const int64_t *)in, 100, &gone[0]);
    return e ? e : otps_trim(c, *(const int64_t *)in, 100, &gone[1]);
}

typedef struct Gone {
    size_t sessions, codes;
} Gone;

static Err op_sessions(Call *c, const void *in, void *out) {
    Key key = key1(SESSION_BY_USER, *(const int64_t *)in);
    return index_count(c->tx, SESSION_BY_USER, &key, out);
}

static void test_sessions(void) {
    Session first = {0}, s;
    Actor a;
    User u;
    int64_t who = 7, live = 0, none = 0;
    for (int i = 0; i < 70; i++) {
        MUST(RUN(op_open, box, &who, &s) == OK);
        if (i == 0)
            first = s;
    }
    MUST(READ(op_sessions, box, &who, &live) == OK);
    CHECK(live == 64 && READ(op_actor, box, &first.id, &a) == E_UNAUTHORIZED && READ(op_actor, box, &s.id, &a) == OK,
          "too many sessions end the oldest");
    now += 2 * MS_HOUR;
    MUST(READ(op_actor, box, &s.id, &a) == OK);
    MUST(RUN(op_seen_flush, box, NULL, &none) == OK && RUN(user_get, box, &(IdIn){who}, &u) == OK);
    CHECK(u.last_active_ms == now, "who comes back is seen");
    now += MS_MINUTE;
    MUST(READ(op_actor, box, &s.id, &a) == OK && RUN(op_seen_flush, box, NULL, &none) == OK &&
         RUN(user_get, box, &(IdIn){who}, &u) == OK);
    CHECK(u.last_active_ms == now - MS_MINUTE, "once an hour");
    int64_t suspend[] = {who, USER_SUSPENDED};
    MUST(RUN(op_flags, box, suspend, &u) == OK);
    CHECK(READ(op_actor, box, &s.id, &a) == E_UNAUTHORIZED, "a suspended user is nobody");
    Str phone = u.phone;
    VerifyOtpIn in = {.phone = phone, .otp = str_c0(send_code(phone).text)};
    SignInOut out;
    CHECK(RUN(sign_in_verify_otp, (Actor){0}, &in, &out) == E_FORBIDDEN, "and cannot sign in");
    now = s.expires_ms - 1;
    who = 8;
    MUST(RUN(op_open, box, &who, &s) == OK);
    Gone gone;
    now += 2;
    MUST(RUN(op_trim, box, &now, &gone) == OK);
    CHECK(gone.sessions >= 69 && gone.codes > 0 && READ(op_actor, box, &s.id, &a) == OK,
          "what ended is forgotten, what did not is not");
    MUST(RUN(op_trim, box, &s.expires_ms, &gone) == OK);
    CHECK(gone.sessions == 0, "until it does");
}

/* ---- applications ---- */

static void test_applications(void) {
    Application a;
    PageOut page;
    int64_t gig = kit_gig(2, 5000), none = 0;
    CHECK(RUN(application_apply, user(2), (&(ApplyIn){.gig = gig, .message = S("me")}), &a) == E_FORBIDDEN,
          "nobody applies to his own gig");
    CHECK(RUN(application_apply, user(3), (&(ApplyIn){.gig = gig, .message = S(" ")}), &a) == E_INVALID,
          "an application says something");
    int64_t id = kit_apply(gig, 3, 0);
    CHECK(id && RUN(application_apply, user(3), (&(ApplyIn){.gig = gig, .message = S("again")}), &a) == E_CONFLICT,
          "one application each");
    CHECK(RUN(application_get, user(4), &(IdIn){id}, &a) == E_FORBIDDEN, "a third party does not see it");
    CHECK(RUN(application_list, user(3), (&(GigApplicationsIn){.gig = gig}), &page) == E_FORBIDDEN, "only the client lists them");
    CHECK(RUN(application_reject, user(3), &(IdIn){id}, &a) == E_FORBIDDEN &&
              RUN(application_withdraw, user(2), &(IdIn){id}, &a) == E_FORBIDDEN,
          "each side has its own way out");
    CHECK(RUN(application_withdraw, user(3), &(IdIn){id}, &a) == OK &&
              RUN(application_reject, user(2), &(IdIn){id}, &a) == E_STATE,
          "a withdrawn one is over");
    Gig g;
    MUST(RUN(gig_get, user(2), &(IdIn){gig}, &g) == OK);
    CHECK(g.applications_count == 0 && kit_apply(gig, 3, 4000) != 0, "who withdrew may apply again");

    int64_t more[3];
    for (int i = 0; i < 3; i++)
        more[i] = kit_apply(gig, 4 + i, 0);
    AcceptOut out;
    MUST(RUN(application_accept, user(2), &(AcceptIn){.application = more[0]}, &out) == OK);
    MUST(RUN(application_get, user(2), &(IdIn){more[1]}, &a) == OK);
    CHECK(a.status == APPLICATION_PENDING, "accepting one leaves the others until work starts");
    MUST(RUN(order_start, user(4), &(IdIn){out.order.id}, &out.order) == OK);
    MUST(RUN(application_get, user(2), &(IdIn){more[1]}, &a) == OK);
    CHECK(a.status == APPLICATION_REJECTED, "then they are rejected");
    Block b;
    MUST(RUN(block_add, user(2), &(IdIn){6}, &b) == OK);
    int64_t other = kit_gig(2, 5000);
    CHECK(RUN(application_apply, user(6), (&(ApplyIn){.gig = other, .message = S("me")}), &a) == E_FORBIDDEN,
          "a blocked person cannot apply");
    MUST(RUN(block_remove, user(2), &(IdIn){6}, &none) == OK);
    CHECK(kit_apply(other, 6, 0) != 0, "until unblocked");
    Notification told;
    MUST(RUN(notification_list, user(5), (&(NotificationListIn){.page = {.page = 1, .limit = 100}}), &page) == OK &&
         page.count > 0);
    told = ((Notification *)page.items)[0];
    CHECK(told.type == NOTE_APPLICATION_REJECTED && told.gig == gig, "who was not chosen is told");
    CHECK(RUN(gig_delete, user(2), &(IdIn){gig}, &none) == E_STATE, "a gig that led to an order stays");
    CHECK(RUN(gig_delete, user(3), &(IdIn){other}, &none) == E_FORBIDDEN && RUN(gig_delete, user(2), &(IdIn){other}, &none) == OK,
          "others are deleted by their owner");
}

/* ---- chats ---- */

static void test_chat(void) {
    int64_t order = kit_order(2, 3, 7000);
    Message m;
    PageOut page;
    OrderMessageIn in = {.order = order, .text = S("Hello")};
    CHECK(RUN(order_message_send, user(4), &in, &m) == E_FORBIDDEN, "a stranger does not write");
    CHECK(RUN(order_messages, user(4), (&(OrderMessagesIn){.order = order}), &page) == E_FORBIDDEN, "nor read");
    CHECK(READ(order_messages, user(2), (&(OrderMessagesIn){.order = order}), &page) == OK && page.total == 0,
          "an empty chat is empty");
    MUST(RUN(order_message_send, user(2), &in, &m) == OK);
    int64_t first = m.id;
    in.text = S("Hello yourself");
    now += MS_MINUTE;
    MUST(RUN(order_message_send, user(3), &in, &m) == OK);
    int64_t second = m.id;
    in.text = S("  ");
    CHECK(RUN(order_message_send, user(3), &in, &m) == E_INVALID, "nothing is no message");
    CHECK(RUN(order_messages, user(2), (&(OrderMessagesIn){.order = order}), &page) == OK && page.total == 2 &&
              ((Message *)page.items)[1].id == first,
          "newest first");
    CHECK(RUN(message_read, user(2), &(IdIn){second}, &m) == OK && RUN(message_read, user(4), &(IdIn){first}, &m) == E_FORBIDDEN,
          "read marks are the participants'");
    NotificationsRead unread;
    MUST(RUN(notification_unread, user(2), NULL, &unread) == OK);
    int64_t before = unread.count;
    CHECK(before > 0 && RUN(notification_read_all, user(2), NULL, &unread) == OK && unread.count == before,
          "all are read at once");
    Notification n;
    MUST(RUN(notification_list, user(3), (&(NotificationListIn){.unread_only = true}), &page) == OK && page.count > 0);
    CHECK(RUN(notification_read, user(2), &(IdIn){((Notification *)page.items)[0].id}, &n) == E_MISSING,
          "others' notifications do not exist");
}

/* ---- reviews ---- */

static int64_t completed(int64_t client, int64_t doer) {
    int64_t id = kit_order(client, doer, 10000);
    Order o;
    MUST(RUN(order_start, user(doer), &(IdIn){id}, &o) == OK);
    MUST(RUN(order_submit, user(doer), (&(SubmitIn){.id = id, .message = S("done")}), &o) == OK);
    MUST(RUN(order_approve, user(client), &(IdIn){id}, &o) == OK && o.status == ORDER_COMPLETED);
    return id;
}

static Err op_publish(Call *c, const void *in, void *out) {
    (void)in;
    return reviews_publish_due(c, 100, out);
}

static int64_t shown(int64_t who) {
    PageOut page;
    MUST(READ(user_reviews, (Actor){0}, (&(UserReviewsIn){.user = who}), &page) == OK);
    return page.total;
}

static void test_reviews(void) {
    Review r;
    User u;
    PageOut page;
    size_t done;
    int64_t id = completed(5, 6), open = kit_order(5, 6, 100);
    CHECK(RUN(review_add, user(5), (&(ReviewIn){.order = open, .rating = 5}), &r) == E_STATE,
          "only what is completed is reviewed");
    CHECK(RUN(review_add, user(4), (&(ReviewIn){.order = id, .rating = 5}), &r) == E_FORBIDDEN, "and by its parties");
    CHECK(RUN(review_add, user(5), (&(ReviewIn){.order = id, .rating = 6}), &r) == E_INVALID, "with one to five stars");
    MUST(RUN(review_add, user(5), (&(ReviewIn){.order = id, .rating = 5, .comment = S("good")}), &r) == OK);
    CHECK(RUN(review_add, user(5), (&(ReviewIn){.order = id, .rating = 4}), &r) == E_CONFLICT, "once");
    MUST(RUN(user_get, box, &(IdIn){6}, &u) == OK);
    CHECK(shown(6) == 0 && u.rating_count == 0, "one alone stays hidden and does not count");
    CHECK(READ(order_reviews, user(6), &(IdIn){id}, &page) == OK && page.count == 0, "from the other side too");
    CHECK(READ(order_reviews, user(5), &(IdIn){id}, &page) == OK && page.count == 1, "its author sees it");
    MUST(RUN(review_add, user(6), (&(ReviewIn){.order = id, .rating = 3}), &r) == OK);
    MUST(RUN(user_get, box, &(IdIn){6}, &u) == OK);
    CHECK(shown(6) == 1 && shown(5) == 1 && user_rating_e2(&u) == 500, "both together show and count");
    id = completed(5, 6);
    MUST(RUN(review_add, user(6), (&(ReviewIn){.order = id, .rating = 1}), &r) == OK);
    now += 7 * MS_DAY - 1;
    MUST(RUN(op_publish, box, NULL, &done) == OK);
    CHECK(done == 0 && shown(5) == 1, "hidden for seven days");
    now += 1;
    MUST(RUN(op_publish, box, NULL, &done) == OK);
    CHECK(done == 1 && shown(5) == 2, "and then not");
}

static void test_trust(void) {
    CHECK(trust_score(&(TrustFacts){0}) == 50, "trust starts at 50");
    CHECK(trust_score(&(TrustFacts){
              .phone = true, .email = true, .id = true, .completed = 40, .rating_sum = 50, .rating_count = 10}) == 100,
          "and ends at 100");
    CHECK(trust_score(&(TrustFacts){
              .phone = true, .rating_sum = 1, .rating_count = 1, .disputes_lost = 2, .funded_cancellations = 1}) == 22,
          "facts add up");
    CHECK(trust_score(&(TrustFacts){.disputes_lost = 9}) == 0, "and never below 0");
}

int main(void) {
    kit_world(8);
    test_sign_in();
    test_email();
    test_email_kept();
    test_edit();
    test_applications();
    test_chat();
    test_reviews();
    test_trust();
    test_sessions();
    CHECK(faults(false) == 0, "everything adds up");
    kit_close();
    return kit_failed;
}
