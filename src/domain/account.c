#include "domain/account.h"

#include "codec/contact.h"
#include "crypto/hmac.h"
#include "domain/bank.h"
#include "domain/device.h"
#include "domain/row.h"

static const Field registration_fields[] = {
    FIELD(1, Registration, email, F_STR, "the address that the code went to"),
    FIELD(2, Registration, password, F_STR, "Argon2id hash"),
    FIELD(3, Registration, name, F_STR, "full name"),
    FIELD(4, Registration, roles, F_I32, "likes to be doer, client"),
    FIELD(5, Registration, created_ms, F_I64, "when"),
};
static const Index registration_indexes[] = {
    {.id = 100, .kind = IX_UNIQUE, .part_count = 1, .name = "registration_email", .doc = "one each", .parts = {{.tag = 1}}},
    {.id = 101, .kind = IX_ORDERED, .part_count = 1, .name = "registration_at", .doc = "by age", .parts = {{.tag = 5}}},
};
const Record REGISTRATION = {.kind = 17,
                             .size = sizeof(Registration),
                             .name = "registration",
                             .doc = "an account that waits for the code that was mailed",
                             .fields = registration_fields,
                             .field_count = COUNT(registration_fields),
                             .indexes = registration_indexes,
                             .index_count = COUNT(registration_indexes)};

static Err registration_find(Call *c, Str email, Registration *out) {
    Key key = key_of(&registration_indexes[0]);
    key_str(&key, email);
    return row_find(c, &REGISTRATION, &registration_indexes[0], &key, out);
}

Err registration_forget(Call *c, Str email) {
    Registration r;
    Err e = registration_find(c, email, &r);
    return e ? (e == E_MISSING ? OK : e) : rec_delete(c->tx, &REGISTRATION, r.id);
}

Err registrations_trim(Call *c, int64_t before_ms, size_t max, size_t *gone) {
    return row_trim(c, &REGISTRATION, &registration_indexes[1], before_ms, max, gone);
}

/* ---- shared ---- */

static Err email_of(Call *c, Str given, Str *out) {
    given = str_trim(given);
    if (!email_valid(given))
        return diag_field(c->diag, E_INVALID, S("email"), S("must be an e-mail address"));
    *out = email_normal(c->arena, given);
    return out->p ? OK : E_NOMEM;
}

Err account_taken(Call *c) {
    diag_field(c->diag, E_CONFLICT, S("email"), S("is registered already"));
    return diag_fail(c->diag, E_CONFLICT, "EMAIL_TAKEN", S("This address belongs to another account."));
}

static Err missing(Call *c) {
    diag_field(c->diag, E_MISSING, S("email"), S("is not registered"));
    return diag_fail(c->diag, E_MISSING, "EMAIL_UNKNOWN", S("Nobody is registered with this address."));
}

/* Opens the session and fills `out`, where out->user holds at least the id. */
static Err sign_in(Call *c, int32_t contract, SignInOut *out) {
    if (out->user.flags & (USER_SUSPENDED | USER_DELETED))
        return diag_fail(c->diag, E_FORBIDDEN, "SUSPENDED", S("this account is suspended"));
    Err e = contract ? session_open(c, out->user.id, contract, &out->session) : OK;
    if (e == OK)
        e = row_load(c, &USER, out->user.id, &out->user);
    if (e || out->user.last_active_ms == c->now_ms)
        return e;
    out->user.last_active_ms = c->now_ms;
    return rec_put(c->tx, &USER, &out->user);
}

/* A wrong or late code: OK with refused. */
static Err code_check(Call *c, OtpPurpose purpose, Str email, Str code, bool keep, bool *refused, bool *late) {
    OtpFate fate;
    Err e = otp_check(c, purpose, email, str_trim(code), keep, &fate);
    *refused = fate != OTP_GOOD;
    *late = fate == OTP_LATE;
    return e;
}

/* ---- registering ---- */

static Err register_check(Call *c, const RegisterIn *in, Str *email, Str *name) {
    Err e = email_of(c, in->email, email);
    if (e && e != E_INVALID)
        return e;
    *name = str_trim(in->name);
    if (str_utf8_len(*name) > USER_NAME_MAX)
        e = diag_field(c->diag, E_INVALID, S("name"), arena_printf(c->arena, "must have at most %d characters", USER_NAME_MAX));
    if (str_utf8_len(in->contact_info) > USER_CONTACT_MAX)
        e = diag_field(c->diag, E_INVALID, S("contact_info"),
                       arena_printf(c->arena, "must have at most %d characters", USER_CONTACT_MAX));
    if (!in->password_hash.n)
        e = diag_field(c->diag, E_INVALID, S("password"), S("is required"));
    return e;
}

Err account_register(Call *c, const void *input, void *result) {
    const RegisterIn *in = input;
    SignInOut *out = result;
    Str email, name;
    *out = (SignInOut){0};
    Err e = register_check(c, in, &email, &name);
    if (e)
        return e;
    e = user_by_email(c, email, &out->user);
    if (e != E_MISSING)
        return e ? e : account_taken(c);
    out->user = (User){.email = email,
                       .password = in->password_hash,
                       .name = name,
                       .username = str_trim(in->username),
                       .contact_info = str_trim(in->contact_info),
                       .roles = in->roles};
    out->is_new = true;
    e = user_create(c, email, &out->user);
    return e ? e : sign_in(c, in->contract, out);
}

Err account_register_coded(Call *c, const void *input, void *result) {
    (void)result;
    const RegisterIn *in = input;
    Registration r = {0};
    User holder;
    Str email, name;
    Err e = register_check(c, in, &email, &name);
    if (e)
        return e;
    e = user_by_email(c, email, &holder);
    if (e && e != E_MISSING)
        return e;
    if (e == OK && (holder.flags & USER_EMAIL_VERIFIED))
        return account_taken(c);
    e = registration_find(c, email, &r);
    if (e && e != E_MISSING)
        return e;
    r.email = email;
    r.password = in->password_hash;
    r.name = name;
    r.roles = in->roles;
    r.created_ms = c->now_ms;
    e = row_save(c, &REGISTRATION, &r);
    return e ? e : otp_send(c, OTP_REGISTER, email, 0);
}

Err account_verify(Call *c, const void *input, void *result) {
    const EmailOtpIn *in = input;
    SignInOut *out = result;
    Registration r;
    Str email;
    *out = (SignInOut){0};
    Err e = email_of(c, in->email, &email);
    if (e == OK)
        e = registration_find(c, email, &r);
    if (e == E_MISSING) {
        out->refused = true;
        return OK;
    }
    if (e == OK)
        e = code_check(c, OTP_REGISTER, email, in->otp, false, &out->refused, &out->late);
    if (e || out->refused)
        return e;
    e = user_take_email(c, email, 0); /* the registration too */
    if (e)
        return e;
    out->user = (User){.email = email, .password = r.password, .name = r.name, .roles = r.roles, .flags = USER_EMAIL_VERIFIED};
    out->is_new = true;
    e = user_create(c, email, &out->user);
    return e ? e : sign_in(c, in->contract, out);
}

Err account_resend(Call *c, const void *input, void *result) {
    (void)result;
    Registration r;
    User holder;
    Str email;
    Err e = email_of(c, ((const EmailIn *)input)->email, &email);
    if (e)
        return e;
    e = registration_find(c, email, &r);
    if (e == OK)
        return otp_send(c, OTP_REGISTER, email, 0);
    if (e == E_MISSING)
        e = user_by_email(c, email, &holder);
    if (e == OK && (holder.flags & USER_EMAIL_VERIFIED))
        return diag_fail(c->diag, E_STATE, "ALREADY_VERIFIED", S("This address is verified already."));
    return e && e != E_MISSING ? e : missing(c);
}

/* ---- signing in ---- */

Err account_credentials(Call *c, const void *input, void *result) {
    Credentials *out = result;
    Registration r;
    User u;
    Str email;
    *out = (Credentials){0};
    /* What is no address is nobody's: no other answer than that of a wrong password. */
    Str given = str_trim(((const EmailIn *)input)->email);
    if (!email_valid(given))
        return OK;
    email = email_normal(c->arena, given);
    if (!email.p)
        return E_NOMEM;
    Err e = user_by_email(c, email, &u);
    if (e == OK) {
        out->hash = arena_str(c->arena, u.password);
    } else if (e == E_MISSING) {
        e = registration_find(c, email, &r);
        out->unproven = e == OK;
        if (e == OK)
            out->hash = arena_str(c->arena, r.password);
    }
    return e == E_MISSING ? OK : e;
}

Err account_login(Call *c, const void *input, void *result) {
    const LoginIn *in = input;
    SignInOut *out = result;
    Str email;
    *out = (SignInOut){0};
    Err e = email_of(c, in->email, &email);
    if (e == OK)
        e = user_by_email(c, email, &out->user);
    if (e && e != E_MISSING && e != E_INVALID)
        return e;
    /* Between the look and now the password may have changed. */
    if (e || !in->seen_hash.n || !str_eq(out->user.password, in->seen_hash))
        return diag_fail(c->diag, E_UNAUTHORIZED, "INVALID_CREDENTIALS", S("Invalid email or password"));
    if (in->fresh_hash.n) {
        out->user.password = in->fresh_hash;
        e = rec_put(c->tx, &USER, &out->user);
    }
    return e ? e : sign_in(c, in->contract, out);
}

/* ---- forgotten ---- */

Err account_forgot(Call *c, const void *input, void *result) {
    (void)result;
    const EmailIn *in = input;
    User u;
    Str email;
    Err e = email_of(c, in->email, &email);
    if (e)
        return e;
    e = user_by_email(c, email, &u);
    if (e == OK && in->proven && !(u.flags & USER_EMAIL_VERIFIED))
        e = E_MISSING;
    if (e != OK)
        return e != E_MISSING ? e : in->quiet ? OK : missing(c);
    e = otp_send(c, OTP_RESET, email, u.id);
    if (e != E_LIMIT || !in->quiet)
        return e;
    diag_clear(c->diag); /* an unknown address knows no limit */
    return OK;
}

Err account_reset_check(Call *c, const void *input, void *result) {
    const EmailOtpIn *in = input;
    OtpOut *out = result;
    Str email;
    Err e = email_of(c, in->email, &email);
    return e ? e : code_check(c, OTP_RESET, email, in->otp, true, &out->refused, &out->late);
}

/* Payouts would go to whoever left the account there. */
static Err banks_forget(Call *c, int64_t user) {
    Call as = *c;
    PageOut page = {0};
    as.actor = (Actor){.user = user};
    Err e = bank_list(&as, NULL, &page);
    const BankAccount *b = page.items;
    for (size_t i = 0; e == OK && i < page.count; i++) {
        e = bank_delete(&as, &(IdIn){b[i].id}, NULL);
        if (e != E_STATE)
            continue;
        diag_clear(c->diag); /* a payout to it is under way, so it stays in sight */
        e = OK;
    }
    return e;
}

/* The code of a reset, used up, and the account it is for. One that had only claimed the address is from now on the prover's
 * alone: what its maker left in it to come back by is gone. */
static Err proven(Call *c, Str given, Str otp, bool *refused, bool *late, bool *first, User *u) {
    Str email;
    Err e = email_of(c, given, &email);
    if (e == OK)
        e = code_check(c, OTP_RESET, email, otp, false, refused, late);
    if (e || *refused)
        return e;
    e = user_by_email(c, email, u);
    if (e == E_MISSING) { /* the address went elsewhere meanwhile */
        *refused = true;
        return OK;
    }
    *first = e == OK && !(u->flags & USER_EMAIL_VERIFIED);
    if (e || !*first)
        return e;
    u->flags |= USER_EMAIL_VERIFIED;
    u->password = (Str){NULL, 0};
    u->bank_account = 0;
    e = registration_forget(c, email);
    if (e == OK)
        e = banks_forget(c, u->id);
    return e ? e : devices_delete_all(c, u->id);
}

Err account_reset(Call *c, const void *input, void *result) {
    const ResetIn *in = input;
    OtpOut *out = result;
    User u;
    bool first = false;
    *out = (OtpOut){0};
    Err e = proven(c, in->email, in->otp, &out->refused, &out->late, &first, &u);
    if (e || out->refused)
        return e;
    if (!in->password_hash.n)
        return diag_field(c->diag, E_INVALID, S("password"), S("is required"));
    u.password = in->password_hash;
    e = rec_put(c->tx, &USER, &u);
    if (e == OK)
        e = session_end_all(c, u.id, 0);
    return e || !first ? e : user_refresh(c, u.id);
}

Err account_recover(Call *c, const void *input, void *result) {
    const EmailOtpIn *in = input;
    SignInOut *out = result;
    bool first = false;
    *out = (SignInOut){0};
    Err e = proven(c, in->email, in->otp, &out->refused, &out->late, &first, &out->user);
    if (e || out->refused)
        return e;
    if (first) {
        e = rec_put(c->tx, &USER, &out->user);
        if (e == OK)
            e = session_end_all(c, out->user.id, 0);
        if (e == OK)
            e = user_refresh(c, out->user.id);
    }
    return e ? e : sign_in(c, in->contract, out);
}

Err account_set_password(Call *c, const void *input, void *result) {
    const PasswordIn *in = input;
    UserEdit edit = {.has = UINT64_C(1) << USER_SET_PASSWORD, .password_hash = in->password_hash};
    return user_edit(c, &edit, result);
}

/* ---- Google ---- */

static Err google_find(Call *c, const GoogleIdentity *g, Str email, User *out) {
    Key key = key_of(USER_BY_GOOGLE);
    key_str(&key, g->sub);
    Err e = row_find(c, &USER, USER_BY_GOOGLE, &key, out);
    if (e != E_MISSING)
        return e;
    e = user_by_email(c, email, out);
    if (e)
        return e;
    if (!(out->flags & USER_EMAIL_VERIFIED))
        return E_MISSING; /* a mere claim */
    out->google_sub = g->sub;
    return rec_put(c->tx, &USER, out);
}

Err account_google(Call *c, const void *input, void *result) {
    const GoogleIn *in = input;
    const GoogleIdentity *g = &in->google;
    SignInOut *out = result;
    Str email;
    *out = (SignInOut){0};
    Err e = email_of(c, g->email, &email);
    if (e)
        return e;
    e = google_find(c, g, email, &out->user);
    if (e == OK)
        return sign_in(c, in->contract, out);
    if (e != E_MISSING)
        return e;
    if (!in->roles) {
        out->user = (User){0};
        out->need_role = true;
        return OK;
    }
    e = user_take_email(c, email, 0);
    if (e)
        return e;
    Str name = str_trim(g->name);
    out->user = (User){.email = email,
                       .google_sub = g->sub,
                       .name = str_utf8_len(name) <= USER_NAME_MAX ? name : (Str){NULL, 0},
                       .roles = in->roles,
                       .flags = USER_EMAIL_VERIFIED};
    out->is_new = true;
    e = user_create(c, email, &out->user);
    return e ? e : sign_in(c, in->contract, out);
}

/* ---- refreshing ---- */

static Err bad_token(Call *c) { return diag_fail(c->diag, E_UNAUTHORIZED, "INVALID_TOKEN", S("Token is invalid or expired")); }

Err session_refresh(Call *c, const void *input, void *result) {
    const RefreshIn *in = input;
    SignInOut *out = result;
    Actor actor;
    *out = (SignInOut){0};
    Err e = session_actor(c->tx, in->session, c->now_ms, &actor);
    if (e == OK && actor.user != in->user)
        e = E_UNAUTHORIZED;
    if (e == OK)
        e = row_load(c, &SESSION, in->session, &out->session);
    if (e)
        return e == E_UNAUTHORIZED ? bad_token(c) : e;
    Session *s = &out->session;
    if (!ct_str_eq(s->refresh_hash, in->hash) || !in->hash.n) {
        if (!in->hash.n || !ct_str_eq(s->refresh_before, in->hash))
            return bad_token(c);
        if (s->rotated_ms + REFRESH_GRACE_MS <= c->now_ms) {
            out->refused = true;
            Call as = *c;
            as.actor = actor;
            return session_end(&as, NULL, NULL);
        }
    }
    if (in->new_hash.n) {
        s->refresh_before = in->hash;
        s->refresh_hash = in->new_hash;
        s->rotated_ms = c->now_ms;
        s->expires_ms = c->now_ms + c->cfg->refresh_ttl_ms;
        e = rec_put(c->tx, &SESSION, s);
    }
    return e ? e : row_load(c, &USER, in->user, &out->user);
}
