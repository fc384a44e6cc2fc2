/* Accounts by e-mail. */
#include "codec/contact.h"
#include "contract/sign_in.h"
#include "contract/skillconnect/skillconnect.h"

/* ---- who ---- */

WORDS(sc_role_words, "UserRole", WORD(ROLE_BIT_CLIENT, "CLIENT"), WORD(ROLE_BIT_DOER, "FREELANCER"));

static bool user_email(Render *r, const void *row, Value *out) {
    (void)r;
    const User *u = row;
    out->s = u->email.n ? u->email : u->email_pending;
    return true;
}
static bool user_role(Render *r, const void *row, Value *out) {
    (void)r;
    const User *u = row;
    out->i = sc_role(u);
    return true;
}
static bool user_first_login(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = !(((const User *)row)->flags & USER_WELCOMED);
    return true;
}
#define USER_ROWS                                                                                              \
    SHOW_ID("id", User, id, &USER, "The user's id."), SHOW_GET("email", W_STR, user_email, "E-mail address."), \
        SHOW_GET("role", W_WORD, user_role, "What the user is here for.", .words = &sc_role_words)
VIEW(sc_user_view, User, "User", "An account.", USER_ROWS,
     SHOW_GET("first_login", W_BOOL, user_first_login, "Until it is changed by the client."));
VIEW(sc_google_user_view, User, "GoogleUser", "An account that came by Google.", USER_ROWS);

int32_t sc_role(const User *u) {
    bool both = (u->roles & ROLE_BIT_DOER) && (u->roles & ROLE_BIT_CLIENT);
    return u->roles & ROLE_BIT_DOER || !u->roles || both ? ROLE_BIT_DOER : ROLE_BIT_CLIENT;
}

#define TOKEN_ROWS                                                       \
    SHOW_GET("refresh", W_STR, shown_refresh_token, "Good for 7 days."), \
        SHOW_GET("access", W_STR, shown_access_token, "Good for 30 minutes; send it as Authorization: Bearer.")
VIEW(sc_login_view, SignInOut, "Login", "Signed in.", TOKEN_ROWS,
     SHOW("user", W_ROW, SignInOut, user, "Who.", .view = &sc_user_view));
VIEW(sc_verified_view, SignInOut, "Verified", "The address is proven, and the user signed in.",
     SHOW_CONST("message", "\"Email verified successfully.\"", "In words."), TOKEN_ROWS,
     SHOW("user", W_ROW, SignInOut, user, "Who.", .view = &sc_user_view));

static bool google_user(Render *r, const void *row, Value *out) {
    (void)r;
    const SignInOut *s = row;
    out->row = s->need_role ? NULL : &s->user;
    return !s->need_role;
}
VIEW(sc_google_view, SignInOut, "GoogleLogin", "Signed in, or the role that a new account wants.",
     SHOW("need_role", W_BOOL, SignInOut, need_role, "Come again with a role.", .empty = EMPTY_OMIT),
     SHOW_GET("access", W_STR, shown_access_token, "Access token.", .optional = true, .empty = EMPTY_OMIT),
     SHOW_GET("refresh", W_STR, shown_refresh_token, "Refresh token.", .optional = true, .empty = EMPTY_OMIT),
     SHOW_GET("user", W_ROW, google_user, "Who.", .view = &sc_google_user_view, .optional = true, .empty = EMPTY_OMIT));
VIEW(sc_access_view, SignInOut, "Access", "A new access token.", SHOW_GET("access", W_STR, shown_access_token, "Access token."));

/* ---- inputs ---- */

static Err email_ok(Exchange *x, const void *value, const void *in, Str *why) {
    (void)x, (void)in;
    if (email_valid(*(const Str *)value))
        return OK;
    *why = S("Enter a valid email address.");
    return E_INVALID;
}
#define EMAIL(T, member)                                                                                                        \
    INPUT("email", IN_BODY, W_STR, T, member, NO_HAS, "E-mail address.", .flags = IN_REQUIRED | IN_TRIM | IN_ACCOUNT, .min = 1, \
          .max = EMAIL_BYTES_MAX, .check = email_ok, .format = "email", .example = "\"user@example.com\"")
#define OTP_ROW(T, member)                                                                                                \
    INPUT("otp", IN_BODY, W_STR, T, member, NO_HAS, "The code, six digits.", .flags = IN_REQUIRED | IN_TRIM | IN_LENIENT, \
          .min = 1, .max = 20, .example = "\"123456\"")
#define CONTRACT_ROW(T, member) INPUT_CONST(T, member, CONTRACT_SKILLCONNECT)

static Err password_ok(Exchange *x, const void *value, const void *in, Str *why) {
    (void)x, (void)in;
    size_t n = str_utf8_len(*(const Str *)value);
    if (n >= USER_PASSWORD_MIN && n <= USER_PASSWORD_MAX)
        return OK;
    *why = n < USER_PASSWORD_MIN ? S("Password must be at least 8 characters long.")
                                 : S("Password must be at most 128 characters long.");
    return E_INVALID;
}

/* Both faults are named at once, so the password's length is looked at together with the address. */
typedef struct RegisterBody {
    SignUpBody body; /* first: sign_up_before */
} RegisterBody;

INPUTS(register_in, RegisterBody, EMAIL(RegisterBody, body.account.email),
       INPUT("password", IN_BODY, W_STR, RegisterBody, body.password, NO_HAS, "8 to 128 characters.",
             .flags = IN_REQUIRED | IN_SECRET, .min = 1),
       INPUT("role", IN_BODY, W_WORD, RegisterBody, body.account.roles, NO_HAS, "What the user is here for.",
             .flags = IN_REQUIRED, .words = &sc_role_words));
INPUTS(login_in, SignInBody, EMAIL(SignInBody, login.email),
       INPUT("password", IN_BODY, W_STR, SignInBody, password, NO_HAS, "Password.", .flags = IN_REQUIRED | IN_SECRET, .min = 1),
       CONTRACT_ROW(SignInBody, login.contract));
INPUTS(email_otp_in, EmailOtpIn, EMAIL(EmailOtpIn, email), OTP_ROW(EmailOtpIn, otp), CONTRACT_ROW(EmailOtpIn, contract));
INPUTS(email_in, EmailIn, EMAIL(EmailIn, email));
INPUTS(reset_in, ResetBody, EMAIL(ResetBody, reset.email), OTP_ROW(ResetBody, reset.otp),
       INPUT("new_password", IN_BODY, W_STR, ResetBody, password, NO_HAS, "8 to 128 characters.",
             .flags = IN_REQUIRED | IN_SECRET, .min = 1, .check = password_ok));
INPUTS(google_in, GoogleBody,
       INPUT("token", IN_BODY, W_STR, GoogleBody, token, NO_HAS, "Google's ID token.", .flags = IN_REQUIRED | IN_TRIM, .min = 1,
             .max = 8192),
       INPUT("role", IN_BODY, W_WORD, GoogleBody, in.roles, NO_HAS, "Of a new account.", .words = &sc_role_words),
       CONTRACT_ROW(GoogleBody, in.contract));
INPUTS(refresh_in, RefreshBody,
       INPUT("refresh", IN_BODY, W_STR, RefreshBody, token, NO_HAS, "The refresh token.",
             .flags = IN_REQUIRED | IN_TRIM | IN_ACCOUNT, .min = 1, .max = 8192));

typedef struct UpdateIn {
    UserEdit edit; /* first: its has-bits */
    bool first_login;
} UpdateIn;
INPUTS(update_in, UpdateIn,
       INPUT("first_login", IN_BODY, W_BOOL, UpdateIn, first_login, USER_SET_WELCOMED, "Whether the user is still new here.",
             .flags = IN_LENIENT | IN_NOT_NULL));

/* ---- acts ---- */

static Err look_for_address(Exchange *x, Call *c, void *arg) {
    (void)arg;
    User u;
    const RegisterBody *in = x->in;
    Str email = email_normal(x->arena, in->body.account.email);
    Err e = email.p ? user_by_email(c, email, &u) : E_NOMEM;
    if (e == OK && (u.flags & USER_EMAIL_VERIFIED))
        diag_field(&x->diag, E_INVALID, S("email"), S("This email is already registered."));
    return e == E_MISSING ? OK : e;
}

static Err register_before(Exchange *x) {
    Str why;
    const RegisterBody *in = x->in;
    if (!password_ok(x, &in->body.password, in, &why))
        return sign_up_before(x);
    Err e = exchange_read(x, look_for_address, NULL);
    return e ? e : diag_field(&x->diag, E_INVALID, S("password"), why);
}

static Err update_before(Exchange *x) {
    UpdateIn *in = x->in;
    in->edit.welcomed = !in->first_login;
    return OK;
}

/* The same as everywhere, in the words of this route. */
static Err forgot(Call *c, const void *in, void *out) {
    Err e = account_forgot(c, in, out);
    if (e == E_MISSING)
        c->diag->code = SC_NOBODY;
    return e;
}

#define USERS "/api/v1/users/"
#define SIGNING(path_, op_, in_, before_, after_)                                                                             \
    .method = "POST", .path = USERS path_, .op = (op_), .in = &(in_), .before = (before_), .after = (after_), .writes = true, \
    .access = ACCESS_OPEN, .rate = RATE_AUTH
#define SAYS(words_) .shape = SHAPE_FIXED, .fixed = (words_)

static const Route skillconnect_users_routes[] = {
    {SIGNING("register", account_register_coded, register_in, register_before, NULL),
     SAYS("{\"message\":\"OTP sent to your email. Please verify to complete registration.\"}"), .status = 201,
     .errors = ERR(E_CONFLICT) | ERR(E_BUSY), .summary = "Register.",
     .doc = "A code is mailed; the account is good once it was given. Registering an unverified address again mails a new one."},
    {SIGNING("login", account_login, login_in, sign_in_before, sign_in_after), .view = &sc_login_view, .shape = SHAPE_ONE,
     .errors = ERR(E_STATE) | ERR(E_FORBIDDEN) | ERR(E_BUSY) | ERR(E_UNAUTHORIZED), .summary = "Sign in."},
    {.method = "GET",
     .path = USERS "profile",
     .op = user_me,
     .view = &sc_user_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .summary = "One's own account."},
    {.method = "PUT",
     .path = USERS "update",
     .op = user_edit,
     .in = &update_in,
     .before = update_before,
     .view = &sc_user_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Change one's account.",
     .doc = "Address and role stay as they are."},
    {.method = "PATCH",
     .path = USERS "update",
     .op = user_edit,
     .in = &update_in,
     .before = update_before,
     .view = &sc_user_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Change one's account in part.",
     .doc = "Address and role stay as they are."},
    {SIGNING("verify-otp", account_verify, email_otp_in, NULL, sign_in_after), .view = &sc_verified_view, .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN) | ERR(E_CONFLICT), .summary = "Prove the address.", .doc = "Signs in, too."},
    {SIGNING("resend-otp", account_resend, email_in, NULL, NULL), SAYS("{\"message\":\"New OTP sent to your email.\"}"),
     .errors = ERR(E_MISSING) | ERR(E_STATE), .summary = "Mail a new code."},
    {SIGNING("forgot-password/request", forgot, email_in, NULL, NULL), SAYS("{\"detail\":\"OTP sent to email\"}"),
     .errors = ERR(E_MISSING), .summary = "Ask for a code to set a new password."},
    {SIGNING("forgot-password/verify", account_reset_check, email_otp_in, NULL, otp_after), SAYS("{\"detail\":\"OTP is valid\"}"),
     .out_size = sizeof(OtpOut), .summary = "Is the code good?", .doc = "It stays good."},
    {SIGNING("forgot-password/reset", account_reset, reset_in, reset_before, otp_after),
     SAYS("{\"detail\":\"Password reset successfully\"}"), .out_size = sizeof(OtpOut), .errors = ERR(E_BUSY),
     .summary = "Set a new password.", .doc = "All sessions end."},
    {SIGNING("google", account_google, google_in, google_before, sign_in_after), .view = &sc_google_view, .shape = SHAPE_ONE,
     .errors = ERR(E_FORBIDDEN) | ERR(E_CONFLICT) | ERR(E_PROVIDER) | ERR(E_NETWORK), .summary = "Sign in by Google.",
     .doc = "A new account wants a role: without one the answer is need_role."},
    {SIGNING("token/refresh", session_refresh, refresh_in, refresh_before, refresh_after), .view = &sc_access_view,
     .shape = SHAPE_ONE, .errors = ERR(E_UNAUTHORIZED), .summary = "A new access token."},
};
SECTION(skillconnect_users, "Users", "Accounts: registering, signing in, passwords.");
