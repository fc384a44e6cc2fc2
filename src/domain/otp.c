/* One-time codes, and signing in by phone with them. */
#include <assert.h>

#include "codec/contact.h"
#include "crypto/hmac.h"
#include "crypto/token.h"
#include "domain/event.h"
#include "domain/lang.h"
#include "domain/outbox.h"
#include "domain/row.h"
#include "domain/session.h"

enum { OTP_DIGITS = 6 };

static const Field otp_fields[] = {
    FIELD(1, Otp, purpose, F_I32, "what the code is for"),
    FIELD(2, Otp, contact, F_STR, "phone or e-mail it went to"),
    FIELD(3, Otp, hash, F_STR, "keyed hash of the code; empty once used up"),
    FIELD(4, Otp, tries, F_I32, "wrong tries so far"),
    FIELD(5, Otp, expires_ms, F_I64, "good until"),
    FIELD(6, Otp, chosen, F_BOOL, "its owner chose it, nothing was sent"),
    FIELD(7, Otp, since_ms, F_I64, "when the counting below began"),
    FIELD(8, Otp, failed, F_I32, "wrong tries, of all codes"),
    FIELD(9, Otp, unused, F_I32, "codes sent, none of which came back"),
};
static const Index otp_indexes[] = {
    {.id = 8,
     .kind = IX_UNIQUE,
     .part_count = 2,
     .name = "otp_contact",
     .doc = "one code each",
     .parts = {{.tag = 1}, {.tag = 2}}},
    {.id = 9, .kind = IX_ORDERED, .part_count = 1, .name = "otp_end", .doc = "by their end", .parts = {{.tag = 5}}},
};
const Record OTP = {.kind = 3,
                    .size = sizeof(Otp),
                    .name = "otp",
                    .doc = "one-time code",
                    .fields = otp_fields,
                    .field_count = COUNT(otp_fields),
                    .indexes = otp_indexes,
                    .index_count = COUNT(otp_indexes)};
const Index *const OTP_BY_CONTACT = &otp_indexes[0];

static const Str purpose_word[] = {[OTP_SIGN_IN] = STR_INIT("sign-in"),
                                   [OTP_EMAIL] = STR_INIT("e-mail"),
                                   [OTP_RESET] = STR_INIT("reset"),
                                   [OTP_REGISTER] = STR_INIT("register"),
                                   [OTP_CONFIRM] = STR_INIT("confirm")};

static void hash_of(Call *c, OtpPurpose purpose, Str contact, Str code, uint8_t out[32]) {
    otp_hash(str_of(c->cfg->box_key, sizeof c->cfg->box_key), purpose_word[purpose], contact, code, out);
}

static Err otp_find(Call *c, OtpPurpose purpose, Str contact, Otp *out) {
    Key key = key_of(OTP_BY_CONTACT);
    key_i64(&key, purpose);
    key_str(&key, contact);
    return row_find(c, &OTP, OTP_BY_CONTACT, &key, out);
}

/* In the account's language, else in the one of who asks. */
static Err send(Call *c, Str contact, int64_t user, Str code) {
    User u = {0};
    Text text;
    bool mail = memchr(contact.p, '@', contact.n) != NULL;
    Err e = user ? row_load(c, &USER, user, &u) : OK;
    if (e)
        return e;
    int32_t lang = lang_choose(u.lang, c->lang);
    if (!mail)
        lang = lang_sms(c->cfg, lang);
    const Var vars[] = {{"name", c->cfg->name, false},
                        {"code", code, false},
                        var_i64(c->arena, "minutes", (c->cfg->otp_ttl_ms + MS_MINUTE - 1) / MS_MINUTE)};
    e = lang_say(c->arena, lang, TEXT_CODE, vars, COUNT(vars), &text);
    Outbox out = {.kind = mail ? OUT_EMAIL : OUT_SMS,
                  .user = user,
                  .to = contact,
                  .subject = mail ? text.title : (Str){NULL, 0},
                  .body = mail ? text.body : text.sms,
                  .code = code,
                  .lang = lang};
    return e ? e : outbox_add(c, &out);
}

/* Forgets what was counted when its time is over. */
static void count_anew(Call *c, Otp *row) {
    if (c->now_ms >= row->since_ms && c->now_ms - row->since_ms < OTP_WINDOW_MS)
        return;
    row->since_ms = c->now_ms;
    row->failed = row->unused = 0;
}

/* Neither used up nor guessed at too often. */
static bool may_be_tried(Call *c, const Otp *row) {
    return row->hash.n == SHA256_BYTES && row->tries < c->cfg->otp_tries && row->failed < OTP_FAILED_MAX;
}

/* The time of one that was chosen begins to run; false when it does already. */
static bool begins(Call *c, Otp *row) {
    if (row->expires_ms != OTP_UNASKED_MS)
        return false;
    row->expires_ms = c->now_ms + OTP_CHOSEN_MS;
    return true;
}

Err otp_send(Call *c, OtpPurpose purpose, Str contact, int64_t user) {
    Otp row = {0};
    uint8_t hash[32];
    char *code = arena_raw(c->arena, OTP_DIGITS);
    Err e = code ? otp_find(c, purpose, contact, &row) : E_NOMEM;
    if (e && e != E_MISSING)
        return e;
    if (row.chosen && may_be_tried(c, &row) && row.expires_ms > c->now_ms)
        return begins(c, &row) ? rec_put(c->tx, &OTP, &row) : OK;
    count_anew(c, &row);
    if (row.failed >= OTP_FAILED_MAX || row.unused >= OTP_UNUSED_MAX)
        return diag_fail(c->diag, E_LIMIT, NULL,
                         S("Too many codes were asked for or entered wrongly. Try again in a few hours."));
    row.unused++;
    otp_make(code, OTP_DIGITS);
    Str text = str_of(code, OTP_DIGITS);
    hash_of(c, purpose, contact, text, hash);
    row.purpose = purpose;
    row.contact = contact;
    row.hash = str_of(hash, sizeof hash);
    row.tries = 0;
    row.chosen = false;
    row.expires_ms = c->now_ms + c->cfg->otp_ttl_ms;
    e = row_save(c, &OTP, &row);
    if (e)
        return e;
    return send(c, contact, user, text);
}

/* What is tried first: one digit or a short group again and again, or a row with even steps (111111, 121212, 123123, 654321). */
static bool easily_guessed(Str code) {
    bool even = true, pairs = true, threes = true;
    for (size_t i = 1; i < code.n; i++) {
        even = even && (code.p[i] - code.p[i - 1] + 10) % 10 == (code.p[1] - code.p[0] + 10) % 10;
        pairs = pairs && (i < 2 || code.p[i] == code.p[i - 2]);
        threes = threes && (i < 3 || code.p[i] == code.p[i - 3]);
    }
    return even || pairs || threes;
}

Err otp_choose(Call *c, OtpPurpose purpose, Str contact, Str code) {
    Otp row = {0};
    uint8_t hash[SHA256_BYTES];
    bool digits = code.n == OTP_DIGITS;
    for (size_t i = 0; digits && i < code.n; i++)
        digits = code.p[i] >= '0' && code.p[i] <= '9';
    if (!digits)
        return diag_field(c->diag, E_INVALID, S("code"), S("the code must be six digits"));
    if (easily_guessed(code))
        return diag_field(c->diag, E_INVALID, S("code"), S("the code is too easily guessed: choose six other digits"));
    Err e = otp_find(c, purpose, contact, &row);
    if (e && e != E_MISSING)
        return e;
    hash_of(c, purpose, contact, code, hash);
    row = (Otp){.id = row.id,
                .purpose = purpose,
                .contact = contact,
                .hash = str_of(hash, sizeof hash),
                .expires_ms = OTP_UNASKED_MS,
                .chosen = true};
    return row_save(c, &OTP, &row);
}

Err otp_unchoose(Call *c, OtpPurpose purpose, Str contact) {
    Otp row;
    Err e = otp_find(c, purpose, contact, &row);
    return e ? (e == E_MISSING ? OK : e) : row.chosen ? rec_delete(c->tx, &OTP, row.id) : OK;
}

Err otp_check(Call *c, OtpPurpose purpose, Str contact, Str code, bool keep, OtpFate *fate) {
    Otp row;
    uint8_t hash[32];
    *fate = OTP_WRONG;
    Err e = otp_find(c, purpose, contact, &row);
    if (e)
        return e == E_MISSING ? OK : e;
    count_anew(c, &row);
    if (!may_be_tried(c, &row))
        return OK;
    hash_of(c, purpose, contact, code, hash);
    if (!ct_eq(row.hash.p, hash, sizeof hash)) {
        row.tries++;
        row.failed++;
        (void)begins(c, &row);
        return rec_put(c->tx, &OTP, &row);
    }
    *fate = row.expires_ms <= c->now_ms ? OTP_LATE : OTP_GOOD;
    if (keep || *fate == OTP_LATE)
        return OK;
    row.hash = (Str){NULL, 0};
    row.unused = 0;
    return rec_put(c->tx, &OTP, &row);
}

Err otp_try(Call *c, OtpPurpose purpose, Str contact, Str code, bool *good) {
    OtpFate fate;
    Err e = otp_check(c, purpose, contact, code, false, &fate);
    *good = e == OK && fate == OTP_GOOD;
    return e;
}

Err otps_trim(Call *c, int64_t before_ms, size_t max, size_t *gone) {
    return row_trim(c, &OTP, &otp_indexes[1], before_ms, max, gone);
}

static Err phone_of(Call *c, Str given, Str *out) {
    char text[PHONE_CHARS_MAX];
    size_t n;
    if (!phone_normal(given, COUNTRY_INDIA, text, &n))
        return diag_field(c->diag, E_INVALID, S("phone"), S("must be a phone number like +919876543210"));
    *out = arena_str(c->arena, str_of(text, n));
    return out->p ? OK : E_NOMEM;
}

/* Some networks share with whoever brings them traffic: a number abroad that nobody here has is not written to for the asking. */
static bool is_served(const DomainConfig *cfg, Str phone) {
    Str rest = cfg->sms_countries;
    if (!str_trim(rest).n)
        return true;
    for (Str code; str_split(&rest, ',', &code);) {
        code = str_trim(code);
        if (str_starts(code, S("+")))
            code = str_from(code, 1);
        if (code.n && str_starts(str_from(phone, 1), code))
            return true;
    }
    return false;
}

static Err user_by_phone(Call *c, Str phone, User *out) {
    Key key = key_of(USER_BY_PHONE);
    key_str(&key, phone);
    return row_find(c, &USER, USER_BY_PHONE, &key, out);
}

Err sign_in_send_otp(Call *c, const void *input, void *result) {
    const SendOtpIn *in = input;
    SendOtpOut *out = result;
    Str phone;
    User user;
    Err e = phone_of(c, in->phone, &phone);
    if (e)
        return e;
    e = user_by_phone(c, phone, &user);
    if (e && e != E_MISSING)
        return e;
    if (e && !is_served(c->cfg, phone))
        return diag_field(c->diag, E_INVALID, S("phone"), S("is in a country where this marketplace sends no SMS"));
    out->expires_in_s = c->cfg->otp_ttl_ms / 1000;
    return otp_send(c, OTP_SIGN_IN, phone, e == OK ? user.id : 0);
}

Err sign_in_verify_otp(Call *c, const void *input, void *result) {
    const VerifyOtpIn *in = input;
    SignInOut *out = result;
    Str phone;
    bool good;
    *out = (SignInOut){0};
    Err e = phone_of(c, in->phone, &phone);
    if (e == OK)
        e = otp_try(c, OTP_SIGN_IN, phone, in->otp, &good);
    if (e)
        return e;
    if (!good) {
        out->refused = true;
        return OK;
    }
    e = user_by_phone(c, phone, &out->user);
    out->is_new = e == E_MISSING;
    if (out->is_new)
        e = user_register(c, phone, &out->user);
    if (e)
        return e;
    if (out->user.flags & (USER_SUSPENDED | USER_DELETED))
        return diag_fail(c->diag, E_FORBIDDEN, "SUSPENDED", S("this account is suspended"));
    e = session_open(c, out->user.id, in->contract ? in->contract : CONTRACT_CAMPUS, &out->session);
    if (e == OK)
        e = row_load(c, &USER, out->user.id, &out->user);
    if (e || out->user.last_active_ms == c->now_ms)
        return e;
    out->user.last_active_ms = c->now_ms;
    return rec_put(c->tx, &USER, &out->user);
}
