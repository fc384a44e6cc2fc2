#include "domain/setup.h"

#include "codec/contact.h"
#include "crypto/hmac.h"
#include "crypto/token.h"
#include "domain/audit.h"
#include "domain/moderate.h"
#include "domain/row.h"

static const Str meta_name = STR_INIT("setup.token");

/* What is kept: the token's hash, and until when it is good. */
typedef struct Kept {
    uint8_t hash[SHA256_BYTES];
    int64_t until_ms;
} Kept;

static Err kept_get(Tx *tx, Kept *k) {
    Str v;
    Err e = meta_get(tx, meta_name, &v);
    if (e == OK && v.n != sizeof *k)
        e = E_MISSING; /* used up */
    if (e == OK)
        memcpy(k, v.p, sizeof *k);
    return e;
}

static Err no_admin(Call *c, bool *none) {
    int64_t n;
    Err e = user_count_rights(c, RIGHT_ADMIN, &n);
    *none = e == OK && n == 0;
    return e;
}

Err setup_open(Call *c, Str token, bool *needed) {
    Kept k = {.until_ms = c->now_ms + SETUP_TTL_MS};
    Err e = call_system(c);
    if (e == OK)
        e = no_admin(c, needed);
    if (e || !*needed)
        return e;
    token_hash(token, k.hash);
    return meta_put(c->tx, meta_name, str_of(&k, sizeof k));
}

static Err token_good(Call *c, Str token, bool *good) {
    Kept k;
    uint8_t hash[SHA256_BYTES];
    *good = false;
    Err e = kept_get(c->tx, &k);
    if (e)
        return e == E_MISSING ? OK : e;
    token_hash(token, hash);
    *good = ct_eq(hash, k.hash, sizeof hash) && c->now_ms < k.until_ms;
    return OK;
}

Err setup_look(Call *c, const void *input, void *result) {
    const SetupIn *in = input;
    SetupState *out = result;
    Err e = no_admin(c, &out->needed);
    if (e == OK && out->needed)
        e = token_good(c, in->token, &out->good);
    return e;
}

/* Signs the owner of the phone number in. */
static Err sign_in(Call *c, const SetupIn *in, SignInOut *out) {
    VerifyOtpIn code = {.phone = in->phone, .otp = in->otp, .contract = in->contract};
    Err e = OK;
    if (!in->phone.n)
        e = diag_field(c->diag, E_INVALID, S("phone"), S("is required unless you are signed in"));
    if (!in->otp.n)
        e = diag_field(c->diag, E_INVALID, S("otp"), S("is required unless you are signed in"));
    return e ? e : sign_in_verify_otp(c, &code, out);
}

static Err caller(Call *c, User *u) {
    Err e = user_actor(c, u);
    if (e == OK && !(u->flags & (USER_PHONE_VERIFIED | USER_EMAIL_VERIFIED)))
        e = diag_fail(c->diag, E_STATE, "INVALID_STATE", S("prove a phone number or an e-mail address first"));
    return e;
}

Err setup_claim(Call *c, const void *input, void *result) {
    const SetupIn *in = input;
    SignInOut *out = result;
    bool none, good = false;
    Err e = no_admin(c, &none);
    if (e)
        return e;
    if (!none)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("this box has an admin"));
    e = token_good(c, in->token, &good);
    if (e == OK && !good)
        return diag_fail(c->diag, E_INVALID, "INVALID_TOKEN", S("The link is wrong or too old; each start prints a new one."));
    if (e == OK)
        e = c->actor.user ? caller(c, &out->user) : sign_in(c, in, out);
    if (e || out->refused)
        return e;
    out->user.rights |= RIGHT_ADMIN | RIGHT_MODERATOR;
    e = rec_put(c->tx, &USER, &out->user);
    if (e == OK)
        e = meta_put(c->tx, meta_name, S("used"));
    return e ? e : audit_add(c, S("admin.setup"), S("user"), out->user.id, S("by the one-time link"));
}

/* ---- the command line ---- */

static Err by_phone(Call *c, Str phone, User *out) {
    Key key = key_of(USER_BY_PHONE);
    key_str(&key, phone);
    return row_find(c, &USER, USER_BY_PHONE, &key, out);
}

static Err make(Call *c, Str phone, Str email, User *u) {
    if (phone.n)
        return user_register(c, phone, u);
    Err e = user_take_email(c, email, 0);
    *u = (User){.email = email, .flags = USER_EMAIL_VERIFIED, .roles = ROLE_BIT_DOER | ROLE_BIT_CLIENT};
    return e ? e : user_create(c, email, u);
}

static Err has_signed_in(Call *c, const User *u, bool *yes) {
    Session *open;
    size_t n = 0;
    Key key = key1(SESSION_BY_USER, u->id);
    *yes = u->last_active_ms != u->created_ms;
    Err e = *yes ? OK : row_all(c, &SESSION, SESSION_BY_USER, &key, 1, &open, &n);
    *yes = *yes || n > 0;
    return e;
}

/* An address signs in by the code of a forgotten password (account_recover). */
static Err first_code(Call *c, Str phone, Str email, Str code, const User *u) {
    OtpPurpose purpose = phone.n ? OTP_SIGN_IN : OTP_RESET;
    Str contact = phone.n ? phone : email;
    bool known;
    if (!code.n)
        return otp_unchoose(c, purpose, contact);
    Err e = has_signed_in(c, u, &known);
    return e || known ? e : otp_choose(c, purpose, contact, code);
}

Err contact_admin(Call *c, const void *input, void *result) {
    const ContactIn *in = input;
    User *u = result;
    char phone[PHONE_CHARS_MAX];
    size_t n;
    Str number = {NULL, 0}, email = {NULL, 0};
    Err e = call_system(c);
    if (e)
        return e;
    if (phone_normal(in->contact, COUNTRY_INDIA, phone, &n))
        number = arena_str(c->arena, str_of(phone, n));
    else if (email_valid(in->contact))
        email = email_normal(c->arena, in->contact);
    else
        return diag_field(c->diag, E_INVALID, S("contact"), S("must be a phone number or an e-mail address"));
    if (!number.p && !email.p)
        return E_NOMEM;
    e = number.n ? by_phone(c, number, u) : user_by_email(c, email, u);
    /* An address that was only claimed is nobody's. */
    if (e == OK && email.n && !(u->flags & USER_EMAIL_VERIFIED))
        e = E_MISSING;
    if (e == E_MISSING && in->make)
        e = make(c, number, email, u);
    for (int32_t right = RIGHT_MODERATOR; e == OK && right <= RIGHT_ADMIN; right <<= 1) {
        RightIn r = {.id = u->id, .right = right};
        if (in->rights & right)
            e = (in->take ? user_revoke : user_grant)(c, &r, u);
    }
    return e || !in->make ? e : first_code(c, number, email, in->code, u);
}
