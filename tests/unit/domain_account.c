/* Accounts by e-mail: who may have an address, what a code does, what ends a session. */
#include "crypto/token.h"
#include "domain/account.h"
#include "domain/device.h"
#include "money_kit.h"

/* ---- short words ---- */

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
static Str code_of(const char *to) {
    CodeText t = {{0}};
    Str s = str_c0(to);
    MUST(READ(op_newest_code, box, &s, &t) == OK);
    return arena_str(&kit_arena, str_c0(t.text));
}
static Str wrong_code(Str right) { return str_eq(right, S("000000")) ? S("000001") : S("000000"); }

static RegisterIn person(const char *email, const char *hash) {
    return (RegisterIn){.email = str_c0(email), .password_hash = str_c0(hash), .contract = CONTRACT_CHAYENITY};
}
static Err make(const char *email, const char *hash, SignInOut *out) {
    RegisterIn in = person(email, hash);
    return RUN(account_register, (Actor){0}, &in, out);
}
static int64_t none;
static Err make_coded(const char *email, const char *hash) {
    RegisterIn in = person(email, hash);
    in.roles = ROLE_BIT_CLIENT;
    return RUN(account_register_coded, (Actor){0}, &in, &none);
}
static Err verify(const char *email, Str otp, SignInOut *out) {
    EmailOtpIn in = {.email = str_c0(email), .otp = otp, .contract = CONTRACT_SKILLCONNECT};
    return RUN(account_verify, (Actor){0}, &in, out);
}
static Err login(const char *email, const char *hash, SignInOut *out) {
    LoginIn in = {.email = str_c0(email), .seen_hash = str_c0(hash), .contract = CONTRACT_UGIG};
    return RUN(account_login, (Actor){0}, &in, out);
}
static Err op_actor(Call *c, const void *in, void *out) { return session_actor(c->tx, *(const int64_t *)in, c->now_ms, out); }
static bool alive(const Session *s) {
    Actor a;
    return READ(op_actor, box, &s->id, &a) == OK;
}
static Actor as(const SignInOut *s) { return (Actor){.user = s->user.id, .session = s->session.id}; }
static bool said(const char *code) { return kit_diag.code && !strcmp(kit_diag.code, code); }

/* ---- at once ---- */

static void test_at_once(void) {
    SignInOut a, b;
    CHECK(make(" Ann.Lee@Mail.test ", "$a", &a) == OK && a.session.id && str_eq(a.user.email, S("ann.lee@mail.test")) &&
              !(a.user.flags & USER_EMAIL_VERIFIED) && a.user.roles == (ROLE_BIT_DOER | ROLE_BIT_CLIENT),
          "an account works at once, unproven, under the address's normal form");
    CHECK(str_eq(a.user.username, S("ann_lee")), "its username comes from the address");
    CHECK(make("ANN.LEE@mail.test", "$b", &b) == E_CONFLICT && said("EMAIL_TAKEN") && kit_diag.count == 1 &&
              str_eq(kit_diag.fields[0].name, S("email")),
          "a second one is a conflict that names the field");
    CHECK(make("ann-lee@other.test", "$b", &b) == OK && str_starts(b.user.username, S("ann_lee")) &&
              !str_eq(b.user.username, a.user.username),
          "a taken username gets a number");
    CHECK(make("nonsense", "$b", &b) == E_INVALID, "no address, no account");
    CHECK(make("noname@mail.test", "", &b) == E_INVALID, "no password, no account");
    CHECK(login("ann.lee@mail.test", "$b", &b) == E_UNAUTHORIZED && said("INVALID_CREDENTIALS"), "another hash does not sign in");
    CHECK(login("nobody@mail.test", "$b", &b) == E_UNAUTHORIZED && login("nobody", "$b", &b) == E_UNAUTHORIZED &&
              login("nobody@mail.test", "", &b) == E_UNAUTHORIZED,
          "nor does nobody");
    CHECK(login("ANN.lee@mail.test", "$a", &b) == OK && b.user.id == a.user.id && b.session.contract == CONTRACT_UGIG,
          "the right one does, under any contract");
    LoginIn fresh = {.email = S("ann.lee@mail.test"), .seen_hash = S("$a"), .fresh_hash = S("$a2"), .contract = CONTRACT_UGIG};
    CHECK(RUN(account_login, (Actor){0}, &fresh, &b) == OK && login("ann.lee@mail.test", "$a", &b) == E_UNAUTHORIZED &&
              login("ann.lee@mail.test", "$a2", &b) == OK,
          "a hash of an older cost is replaced");
    RegisterIn quiet = person("silent@mail.test", "$s");
    quiet.contract = 0;
    CHECK(RUN(account_register, (Actor){0}, &quiet, &b) == OK && b.user.id && !b.session.id, "a contract may open no session");
    CHECK(RUN(account_set_password, as(&a), &(PasswordIn){S("$a3")}, &b.user) == OK && alive(&a.session) &&
              login("ann.lee@mail.test", "$a3", &b) == OK && login("ann.lee@mail.test", "$a2", &b) == E_UNAUTHORIZED,
          "a new password counts, and the session that set it stays");
}

/* ---- usernames ---- */

static void test_usernames(void) {
    SignInOut a;
    User u;
    RegisterIn in = person("bob@mail.test", "$b");
    in.username = S("Bob_1");
    CHECK(RUN(account_register, (Actor){0}, &in, &a) == OK && str_eq(a.user.username, S("Bob_1")),
          "a username is kept as written");
    in.email = S("bob2@mail.test");
    in.username = S("bOB_1");
    CHECK(RUN(account_register, (Actor){0}, &in, &a) == E_CONFLICT && said("USERNAME_TAKEN"), "and is unique whatever its case");
    const char *bad[] = {"ab", "with space", "caf\xc3\xa9", "a/b/c", "", "0123456789012345678901234567890"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        in.username = str_c0(bad[i]);
        if (*bad[i])
            CHECK(RUN(account_register, (Actor){0}, &in, &a) == E_INVALID, "a username that is none is refused");
    }
    in.username = S("second");
    MUST(RUN(account_register, (Actor){0}, &in, &a) == OK);
    UserEdit edit = {.has = UINT64_C(1) << USER_SET_USERNAME, .username = S("BOB_1")};
    CHECK(RUN(user_edit, as(&a), &edit, &u) == E_CONFLICT, "nor can it be taken later");
    edit.username = S("SECOND");
    CHECK(RUN(user_edit, as(&a), &edit, &u) == OK && str_eq(u.username, S("SECOND")), "its own in another spelling is fine");
    RegisterIn odd = person("..@x", "$x");
    odd.email = S("a@mail.test");
    CHECK(RUN(account_register, (Actor){0}, &odd, &a) == OK && str_starts(a.user.username, S("user")) && a.user.username.n > 4,
          "an address that makes no username makes a number");
    for (int i = 0; i < 40; i++) {
        odd.email = arena_printf(&kit_arena, "same@host%d.test", i);
        MUST(RUN(account_register, (Actor){0}, &odd, &a) == OK);
    }
    CHECK(str_starts(a.user.username, S("same")), "forty of one name find forty usernames");
}

/* ---- by code ---- */

static void test_coded(void) {
    SignInOut a, b;
    Credentials k;
    CHECK(make_coded("cat@mail.test", "$c1") == OK && verify("cat@mail.test", S("nonsense"), &a) == OK && a.refused && !a.late,
          "a code is mailed; a wrong one is refused");
    CHECK(login("cat@mail.test", "$c1", &a) == E_UNAUTHORIZED, "before that nobody signs in");
    CHECK(READ(account_credentials, box, &(EmailIn){.email = S("Cat@mail.test")}, &k) == OK && k.unproven &&
              str_eq(k.hash, S("$c1")),
          "but the right password can be told so");
    Str first = code_of("cat@mail.test");
    CHECK(make_coded("cat@mail.test", "$c2") == OK, "again mails a new code");
    Str second = code_of("cat@mail.test");
    CHECK(str_eq(first, second) || (verify("cat@mail.test", first, &a) == OK && a.refused), "the old code is void");
    CHECK(RUN(account_resend, (Actor){0}, &(EmailIn){.email = S("CAT@mail.test")}, &none) == OK, "it can be sent again");
    Str third = code_of("cat@mail.test");
    CHECK(verify("Cat@mail.test", third, &a) == OK && !a.refused && a.is_new && a.session.contract == CONTRACT_SKILLCONNECT &&
              (a.user.flags & USER_EMAIL_VERIFIED) && a.user.roles == ROLE_BIT_CLIENT && !(a.user.flags & USER_WELCOMED),
          "the right one makes the account");
    CHECK(verify("cat@mail.test", third, &b) == OK && b.refused, "once");
    CHECK(login("cat@mail.test", "$c1", &b) == E_UNAUTHORIZED && login("cat@mail.test", "$c2", &b) == OK,
          "the newest password counts");
    CHECK(make_coded("cat@mail.test", "$c3") == E_CONFLICT && said("EMAIL_TAKEN"), "a proven address is taken");
    CHECK(RUN(account_resend, (Actor){0}, &(EmailIn){.email = S("cat@mail.test")}, &none) == E_STATE && said("ALREADY_VERIFIED"),
          "and needs no code");
    CHECK(RUN(account_resend, (Actor){0}, &(EmailIn){.email = S("nobody@mail.test")}, &none) == E_MISSING && kit_diag.count == 1,
          "nobody's gets none");
    CHECK(verify("nobody@mail.test", S("123456"), &b) == OK && b.refused, "nor proves one");

    MUST(make_coded("dan@mail.test", "$d") == OK);
    Str code = code_of("dan@mail.test");
    now += 300 * MS_SECOND;
    CHECK(verify("dan@mail.test", code, &b) == OK && b.refused && b.late, "a right code that comes too late is told apart");
    CHECK(verify("dan@mail.test", wrong_code(code), &b) == OK && b.refused && !b.late, "from a wrong one");
    MUST(make_coded("dan@mail.test", "$d") == OK);
    code = code_of("dan@mail.test");
    for (int i = 0; i < 5; i++)
        CHECK(verify("dan@mail.test", wrong_code(code), &b) == OK && b.refused, "a wrong try is refused");
    CHECK(verify("dan@mail.test", code, &b) == OK && b.refused && !b.late, "after five the right one is void");
}

/* ---- who gets the address ---- */

static Err op_count(Call *c, const void *in, void *out) {
    Key key = key1(DEVICE_BY_USER, *(const int64_t *)in);
    return index_count(c->tx, DEVICE_BY_USER, &key, out);
}

static void test_takeover(void) {
    SignInOut thief, owner, other;
    User u;
    MUST(make("eve@mail.test", "$thief", &thief) == OK);
    CHECK(make_coded("eve@mail.test", "$owner") == OK && alive(&thief.session), "a claim does not keep its owner out");
    MUST(verify("eve@mail.test", code_of("eve@mail.test"), &owner) == OK && !owner.refused);
    CHECK(owner.user.id != thief.user.id && !alive(&thief.session),
          "the proof shares nothing with the claimer, whose session ends");
    MUST(RUN(user_get, box, &(IdIn){thief.user.id}, &u) == OK);
    CHECK(!u.email.n && !u.password.n && login("eve@mail.test", "$thief", &other) == E_UNAUTHORIZED &&
              login("eve@mail.test", "$owner", &other) == OK && other.user.id == owner.user.id,
          "and who has lost claim and password");

    MUST(make("fay@mail.test", "$thief", &thief) == OK && make_coded("fay@mail.test", "$someone") == OK);
    Str code = code_of("fay@mail.test");
    GoogleIn g = {.google = {S("g-fay"), S("Fay@mail.test"), S("Fay")}, .contract = CONTRACT_SKILLCONNECT};
    CHECK(RUN(account_google, (Actor){0}, &g, &owner) == OK && owner.need_role && !owner.session.id && alive(&thief.session),
          "Google asks a new person for a role and does nothing yet");
    g.roles = ROLE_BIT_DOER;
    CHECK(RUN(account_google, (Actor){0}, &g, &owner) == OK && owner.is_new && owner.user.id != thief.user.id &&
              !alive(&thief.session) && str_eq(owner.user.name, S("Fay")) && owner.user.roles == ROLE_BIT_DOER,
          "Google's word is a proof");
    CHECK(verify("fay@mail.test", code, &other) == OK && other.refused, "a registration that waited is void");
    CHECK(RUN(account_google, (Actor){0}, &g, &other) == OK && !other.is_new && other.user.id == owner.user.id,
          "later it signs in");
    g.google.email = S("fay@elsewhere.test");
    CHECK(RUN(account_google, (Actor){0}, &g, &other) == OK && other.user.id == owner.user.id, "by its subject, not its address");

    MUST(make_coded("gil@mail.test", "$g") == OK && verify("gil@mail.test", code_of("gil@mail.test"), &owner) == OK);
    g = (GoogleIn){.google = {S("g-gil"), S("gil@mail.test"), S("")}, .contract = CONTRACT_SKILLCONNECT};
    CHECK(RUN(account_google, (Actor){0}, &g, &other) == OK && other.user.id == owner.user.id && !other.is_new &&
              login("gil@mail.test", "$g", &other) == OK,
          "a proven address is linked and keeps its password");

    /* A reset by code of a claimed account: the account is the prover's alone from then on. */
    MUST(make("hal@mail.test", "$thief", &thief) == OK);
    Device d;
    MUST(RUN(device_add, as(&thief), (&(DeviceIn){.token = S("thiefs-phone"), .platform = PLATFORM_ANDROID}), &d) == OK);
    BankAccount bank;
    BankAddIn add = {.holder = S("Thief"), .number = S("123456789012"), .ifsc = S("HDFC0001234")};
    MUST(RUN(bank_add, as(&thief), &add, &bank) == OK);
    MUST(RUN(account_forgot, (Actor){0}, &(EmailIn){.email = S("hal@mail.test")}, &none) == OK);
    OtpOut o;
    ResetIn reset = {S("hal@mail.test"), code_of("hal@mail.test"), S("$owner")};
    int64_t devices = 1;
    CHECK(RUN(account_reset, (Actor){0}, &reset, &o) == OK && !o.refused && !alive(&thief.session) &&
              login("hal@mail.test", "$thief", &other) == E_UNAUTHORIZED && login("hal@mail.test", "$owner", &other) == OK &&
              (other.user.flags & USER_EMAIL_VERIFIED),
          "a reset proves the address");
    CHECK(READ(op_count, box, &thief.user.id, &devices) == OK && devices == 0, "and no device of the claimer hears of it");
    PageOut banks;
    CHECK(READ(bank_list, as(&other), NULL, &banks) == OK && banks.count == 0, "nor does money go to the claimer");
}

/* ---- forgotten ---- */

static void test_reset(void) {
    SignInOut a, b;
    OtpOut o;
    MUST(make_coded("ida@mail.test", "$i") == OK && verify("ida@mail.test", code_of("ida@mail.test"), &a) == OK);
    EmailIn unknown = {.email = S("nobody@mail.test")};
    CHECK(RUN(account_forgot, (Actor){0}, &unknown, &none) == E_MISSING && kit_diag.count == 1, "nobody's password is not reset");
    unknown.quiet = true;
    CHECK(RUN(account_forgot, (Actor){0}, &unknown, &none) == OK, "which a contract may keep to itself");
    MUST(RUN(account_forgot, (Actor){0}, &(EmailIn){.email = S("Ida@mail.test")}, &none) == OK);
    Str code = code_of("ida@mail.test");
    EmailOtpIn check = {.email = S("ida@mail.test"), .otp = code};
    CHECK(RUN(account_reset_check, (Actor){0}, &check, &o) == OK && !o.refused &&
              RUN(account_reset_check, (Actor){0}, &check, &o) == OK && !o.refused,
          "asking whether a code is good leaves it good");
    check.otp = wrong_code(code);
    CHECK(RUN(account_reset_check, (Actor){0}, &check, &o) == OK && o.refused, "a wrong one is not");
    ResetIn reset = {S("ida@mail.test"), code, S("$i2")};
    CHECK(RUN(account_reset, (Actor){0}, &reset, &o) == OK && !o.refused && !alive(&a.session) &&
              login("ida@mail.test", "$i2", &b) == OK && login("ida@mail.test", "$i", &b) == E_UNAUTHORIZED,
          "a reset ends all sessions");
    CHECK(RUN(account_reset, (Actor){0}, &reset, &o) == OK && o.refused, "and is good once");

    MUST(RUN(account_forgot, (Actor){0}, &(EmailIn){.email = S("ida@mail.test")}, &none) == OK);
    code = code_of("ida@mail.test");
    check.otp = wrong_code(code);
    for (int i = 0; i < 5; i++)
        MUST(RUN(account_reset_check, (Actor){0}, &check, &o) == OK);
    check.otp = code;
    CHECK(RUN(account_reset_check, (Actor){0}, &check, &o) == OK && o.refused, "trying by asking voids it too");

    MUST(RUN(account_forgot, (Actor){0}, &(EmailIn){.email = S("ida@mail.test")}, &none) == OK);
    reset.otp = code_of("ida@mail.test");
    now += 300 * MS_SECOND;
    CHECK(RUN(account_reset, (Actor){0}, &reset, &o) == OK && o.refused && o.late, "too late is told apart");

    MUST(login("ida@mail.test", "$i2", &a) == OK);
    MUST(RUN(account_forgot, (Actor){0}, &(EmailIn){.email = S("ida@mail.test")}, &none) == OK);
    EmailOtpIn recover = {S("ida@mail.test"), code_of("ida@mail.test"), CONTRACT_UGIG};
    CHECK(RUN(account_recover, (Actor){0}, &recover, &b) == OK && !b.refused && b.user.id == a.user.id && alive(&a.session) &&
              login("ida@mail.test", "$i2", &b) == OK,
          "a recovery signs in and leaves the rest");
}

/* ---- refreshing ---- */

static Err op_set_refresh(Call *c, const void *in, void *out) {
    const RefreshIn *r = in;
    (void)out;
    return session_set_refresh(c, r->session, r->hash);
}

static void test_refresh(void) {
    SignInOut a, b;
    MUST(make("jon@mail.test", "$j", &a) == OK);
    RefreshIn r = {.user = a.user.id, .session = a.session.id, .hash = S("hash-one")};
    CHECK(RUN(session_refresh, (Actor){0}, &r, &b) == E_UNAUTHORIZED, "a session without a refresh token takes none");
    MUST(RUN(op_set_refresh, box, &r, &none) == OK);
    CHECK(RUN(session_refresh, (Actor){0}, &r, &b) == OK && b.user.id == a.user.id && b.session.id == a.session.id &&
              b.session.expires_ms == a.session.expires_ms,
          "the right token refreshes, and changes nothing when it is not replaced");
    r.user++;
    CHECK(RUN(session_refresh, (Actor){0}, &r, &b) == E_UNAUTHORIZED, "another user's does not");
    r.user--;
    now += MS_MINUTE;
    r.new_hash = S("hash-two");
    CHECK(RUN(session_refresh, (Actor){0}, &r, &b) == OK && b.session.expires_ms == now + kit_config.refresh_ttl_ms,
          "one that is replaced prolongs the session");
    now += 9 * MS_SECOND;
    r.new_hash = (Str){NULL, 0};
    CHECK(RUN(session_refresh, (Actor){0}, &r, &b) == OK && !b.refused, "the old one is good for a moment more");
    now += MS_SECOND;
    CHECK(RUN(session_refresh, (Actor){0}, &r, &b) == OK && b.refused && !alive(&a.session), "then it ends the session");
    r.hash = S("hash-two");
    CHECK(RUN(session_refresh, (Actor){0}, &r, &b) == E_UNAUTHORIZED, "for the newest too");

    MUST(login("jon@mail.test", "$j", &a) == OK);
    r = (RefreshIn){.user = a.user.id, .session = a.session.id, .hash = S("hash-three")};
    MUST(RUN(op_set_refresh, box, &r, &none) == OK);
    now = a.session.expires_ms;
    CHECK(RUN(session_refresh, (Actor){0}, &r, &b) == E_UNAUTHORIZED, "after its time a session is over");
}

static Err op_trim(Call *c, const void *in, void *out) { return registrations_trim(c, *(const int64_t *)in, 100, out); }

static void test_trim(void) {
    size_t gone = 0;
    MUST(make_coded("kay@mail.test", "$k") == OK);
    MUST(RUN(op_trim, box, &now, &gone) == OK);
    CHECK(gone == 1, "one registration is left over");
    int64_t after = now + 1;
    MUST(RUN(op_trim, box, &after, &gone) == OK);
    SignInOut a;
    CHECK(gone == 1 && verify("kay@mail.test", code_of("kay@mail.test"), &a) == OK && a.refused, "forgotten is forgotten");
}

int main(void) {
    kit_world(2);
    test_at_once();
    test_usernames();
    test_coded();
    test_takeover();
    test_reset();
    test_refresh();
    test_trim();
    CHECK(faults(false) == 0, "everything adds up");
    kit_close();
    return kit_failed;
}
