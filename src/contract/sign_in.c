#include "contract/sign_in.h"

#include "crypto/password.h"
#include "crypto/token.h"

/* ---- passwords ---- */

static Err hash_password(Exchange *x, Str password, Str *out) {
    char *hash = arena_raw(x->arena, PASSWORD_HASH_MAX);
    Err e = hash ? password_hash(password, hash) : E_NOMEM;
    if (e == OK)
        *out = str_c0(hash);
    return e == E_INVALID ? diag_field(&x->diag, e, S("password"), password.n ? S("is too long") : S("must not be empty")) : e;
}

Err sign_up_before(Exchange *x) {
    SignUpBody *in = x->in;
    return hash_password(x, in->password, &in->account.password_hash);
}

Err reset_before(Exchange *x) {
    ResetBody *in = x->in;
    return hash_password(x, in->password, &in->reset.password_hash);
}

Err password_before(Exchange *x) {
    PasswordBody *in = x->in;
    return hash_password(x, in->password, &in->in.password_hash);
}

typedef struct Look {
    EmailIn in;
    Credentials out;
} Look;

static Err look(Exchange *x, Call *c, void *arg) {
    (void)x;
    Look *l = arg;
    return account_credentials(c, &l->in, &l->out);
}

Err sign_in_before(Exchange *x) {
    SignInBody *in = x->in;
    Look l = {.in = {.email = in->login.email}};
    bool stale = false;
    Err e = exchange_read(x, look, &l);
    if (e)
        return e;
    /* What no password may be is nobody's, but the time is spent all the same. */
    Str password = in->password.n && in->password.n <= PASSWORD_BYTES_MAX ? in->password : S("-");
    e = password_verify(password, password.p == in->password.p ? l.out.hash : S(""), &stale);
    if (e == E_UNAUTHORIZED)
        return diag_fail(&x->diag, e, "INVALID_CREDENTIALS", S("Invalid email or password"));
    if (e)
        return e;
    if (l.out.unproven)
        return diag_fail(&x->diag, E_STATE, "NOT_VERIFIED", S("Email is not verified."));
    in->login.seen_hash = l.out.hash;
    return stale ? hash_password(x, in->password, &in->login.fresh_hash) : OK;
}

/* ---- Google ---- */

Err google_before(Exchange *x) {
    GoogleBody *in = x->in;
    if (!x->ports->google)
        return diag_fail(&x->diag, E_PROVIDER, "PROVIDER_UNAVAILABLE", S("there is no sign-in by Google here"));
    Err e = x->ports->google(x->ports->ctx, x->arena, in->token, &in->in.google);
    if (e == E_INVALID || e == E_UNAUTHORIZED)
        return diag_fail(&x->diag, E_INVALID, "INVALID_GOOGLE_TOKEN", S("Invalid Google token"));
    return e;
}

/* ---- sessions ---- */

static Err new_refresh(Exchange *x, const Contract *contract, int64_t user, int64_t session, int64_t end_ms, Str *token,
                       Str *hash) {
    Buf b = buf_arena(x->arena, JWT_TOKEN_BYTES_MAX);
    char *sum = arena_raw(x->arena, SHA256_BYTES);
    Err e = engine_refresh_make(x->engine, contract, user, session, x->now_ms, end_ms, &b);
    if (!e)
        e = sum ? b.err : E_NOMEM;
    if (e)
        return e;
    *token = buf_str(&b);
    token_hash(*token, (uint8_t *)sum);
    *hash = str_of(sum, SHA256_BYTES);
    return OK;
}

static Err refuse_code(Exchange *x, bool late) {
    Str words = late ? S("OTP has expired.") : S("Invalid OTP.");
    diag_field(&x->diag, E_INVALID, S("otp"), words);
    x->refused = diag_fail(&x->diag, E_INVALID, late ? "OTP_EXPIRED" : "INVALID_OTP", words);
    return OK;
}

Err sign_in_after(Exchange *x, Call *c, void *out) {
    SignInOut *s = out;
    if (s->refused)
        return refuse_code(x, s->late);
    if (!s->session.id)
        return OK;
    Err e = exchange_session(x, s->user.id, s->session.id);
    if (e || s->session.contract == CONTRACT_CAMPUS) /* one token, which lives as long as the session */
        return e;
    Str hash;
    e = new_refresh(x, x->contract, s->user.id, s->session.id, s->session.expires_ms, &x->refresh_token, &hash);
    return e ? e : session_set_refresh(c, s->session.id, hash);
}

Err otp_after(Exchange *x, Call *c, void *out) {
    (void)c;
    const OtpOut *o = out;
    return o->refused ? refuse_code(x, o->late) : OK;
}

Err sign_out_after(Exchange *x, Call *c, void *out) {
    (void)c;
    (void)out;
    exchange_session_end(x);
    return OK;
}

static Str bare(Str token) {
    Str scheme = S("Bearer ");
    token = str_trim(token);
    bool there = token.n >= scheme.n && str_eq_nocase(str_slice(token, 0, scheme.n), scheme);
    return there ? str_trim(str_from(token, scheme.n)) : token;
}

static Err bad_token(Exchange *x) {
    return diag_fail(&x->diag, E_UNAUTHORIZED, "INVALID_TOKEN", S("Token is invalid or expired"));
}

Err refresh_before(Exchange *x) {
    RefreshBody *in = x->in;
    Token access;
    bool expired = false;
    Str shown = bare(in->access);
    in->token = bare(in->token);
    if (in->pair && !shown.n) {
        diag_field(&x->diag, E_INVALID, S("access"), S("is required"));
        return diag_fail(&x->diag, E_INVALID, "ACCESS_TOKEN_MISSING", S("The access token is required too."));
    }
    if (engine_refresh_check(x->engine, in->token, x->now_ms, &in->was))
        return bad_token(x);
    if (in->pair) {
        Err e = engine_token_check(x->engine, shown, x->now_ms, &access, &expired);
        if ((e && !expired) || access.user != in->was.user || access.session != in->was.session)
            return bad_token(x);
    }
    char *sum = arena_raw(x->arena, SHA256_BYTES);
    if (!sum)
        return E_NOMEM;
    token_hash(in->token, (uint8_t *)sum);
    in->in = (RefreshIn){.user = in->was.user, .session = in->was.session, .hash = str_of(sum, SHA256_BYTES)};
    if (!in->rotate)
        return OK;
    return new_refresh(x, in->was.contract, in->was.user, in->was.session, x->now_ms + x->cfg->refresh_ttl_ms, &in->fresh,
                       &in->in.new_hash);
}

Err refresh_after(Exchange *x, Call *c, void *out) {
    (void)c;
    const RefreshBody *in = x->in;
    const SignInOut *s = out;
    if (s->refused) {
        x->refused = bad_token(x);
        return OK;
    }
    x->refresh_token = in->rotate ? in->fresh : in->token;
    return exchange_session_of(x, in->was.contract, s->user.id, s->session.id);
}

/* ---- for views ---- */

bool shown_access_token(Render *r, const void *row, Value *out) {
    (void)row;
    out->s = r->exchange->access_token;
    return out->s.n > 0;
}

bool shown_refresh_token(Render *r, const void *row, Value *out) {
    (void)row;
    out->s = r->exchange->refresh_token;
    return out->s.n > 0;
}

static int64_t access_ms(Render *r) {
    int64_t ttl_ms;
    memcpy(&ttl_ms, (const char *)r->cfg + r->contract->ttl_offset, sizeof ttl_ms);
    return ttl_ms;
}

bool shown_access_seconds(Render *r, const void *row, Value *out) {
    (void)row;
    out->i = access_ms(r) / MS_SECOND;
    return true;
}

bool shown_access_minutes(Render *r, const void *row, Value *out) {
    (void)row;
    out->i = access_ms(r) / MS_MINUTE;
    return true;
}
