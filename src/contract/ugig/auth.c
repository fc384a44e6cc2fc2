/* Signing up, in and out, passwords, and refreshing a session as Supabase's clients do. */
#include "contract/sign_in.h"
#include "contract/ugig/ugig.h"

/* ---- signing in ---- */

VIEW(auth_view, SignInOut, "Session", "Who is signed in, and the tokens.",
     SHOW_GET("access_token", W_STR, shown_access_token, "For the header Authorization: Bearer."),
     SHOW_GET("refresh_token", W_STR, shown_refresh_token, "For a new access token."),
     SHOW("user", W_ROW, SignInOut, user, "Who it is.", .view = &ugig_profile_view));

#define EMAIL(T, member, doc_, ...)                                                                                  \
    INPUT("email", IN_BODY, W_STR, T, member, NO_HAS, doc_, .flags = IN_REQUIRED | IN_TRIM | IN_ACCOUNT, .max = 254, \
          ##__VA_ARGS__)

INPUTS_NAMED(sign_up_data, SignUpBody, "SignUpInput",
             EMAIL(SignUpBody, account.email, "E-mail address.", .min = 1, .format = "email"),
             INPUT("password", IN_BODY, W_STR, SignUpBody, password, NO_HAS, "Password.", .flags = IN_REQUIRED | IN_SECRET,
                   .min = USER_PASSWORD_MIN, .max = USER_PASSWORD_MAX),
             INPUT("full_name", IN_BODY, W_STR, SignUpBody, account.name, NO_HAS, "Full name.", .flags = IN_TRIM,
                   .max = USER_NAME_MAX),
             INPUT("username", IN_BODY, W_STR, SignUpBody, account.username, NO_HAS,
                   "Unique name; made from the address when it "
                   "is not said.",
                   .flags = IN_TRIM, .max = USERNAME_MAX),
             INPUT_CONST(SignUpBody, account.contract, CONTRACT_UGIG));
INPUTS(sign_up_in, SignUpBody, UGIG_DATA("formData", SignUpBody, sign_up_data, "The form."));

INPUTS_NAMED(sign_in_data, SignInBody, "SignInInput", EMAIL(SignInBody, login.email, "E-mail address."),
             INPUT("password", IN_BODY, W_STR, SignInBody, password, NO_HAS, "Password.", .flags = IN_REQUIRED | IN_SECRET,
                   .max = USER_PASSWORD_MAX),
             INPUT_CONST(SignInBody, login.contract, CONTRACT_UGIG));
INPUTS(sign_in_in, SignInBody, UGIG_DATA("formData", SignInBody, sign_in_data, "The form."));

/* Signing out when nobody is signed in is fine. */
static Err sign_out(Call *c, const void *in, void *out) { return c->actor.user ? session_end(c, in, out) : OK; }

INPUTS(reset_in, EmailIn, EMAIL(EmailIn, email, "E-mail address.", .min = 1, .format = "email"), INPUT_CONST(EmailIn, quiet, 1));
INPUTS(password_in, PasswordBody,
       INPUT("newPassword", IN_BODY, W_STR, PasswordBody, password, NO_HAS, "The new password.", .flags = IN_REQUIRED | IN_SECRET,
             .min = USER_PASSWORD_MIN, .max = USER_PASSWORD_MAX));

/* ---- as Supabase's clients do ---- */

static bool expires_at(Render *r, const void *row, Value *out) {
    shown_access_seconds(r, row, out);
    out->i += r->exchange->now_ms / MS_SECOND;
    return true;
}

VIEW(metadata_view, User, "UserMetadata", "What the person said at sign-up.",
     SHOW("username", W_STR, User, username, "Unique name."), SHOW("full_name", W_STR, User, name, "Full name."));
VIEW(auth_user_view, User, "AuthUser", "Who is signed in.", SHOW_ID("id", User, id, &USER, "The person's id."),
     SHOW_CONST("aud", "\"authenticated\"", "For whom the token is."), SHOW_CONST("role", "\"authenticated\"", "As what."),
     SHOW("email", W_STR, User, email, "E-mail address."), SHOW("phone", W_STR, User, phone, "Phone number."),
     SHOW_CONST("app_metadata", "{}", "Nothing."),
     {KEY_OF("user_metadata"), .type = W_ROW, .size = sizeof(User), .view = &metadata_view, .doc = "What was said at sign-up."},
     SHOW("created_at", W_TIME, User, created_ms, "Registered."));
VIEW(session_view, SignInOut, "AuthSession", "Tokens and who they are for.",
     SHOW_GET("access_token", W_STR, shown_access_token, "For the header Authorization: Bearer."),
     SHOW_CONST("token_type", "\"bearer\"", "Of what kind it is."),
     SHOW_GET("expires_in", W_INT, shown_access_seconds, "Seconds it is good for."),
     SHOW_GET("expires_at", W_INT, expires_at, "Until when, in seconds since 1970."),
     SHOW_GET("refresh_token", W_STR, shown_refresh_token, "For the next one."),
     SHOW("user", W_ROW, SignInOut, user, "Who it is.", .view = &auth_user_view));

typedef struct GrantBody {
    RefreshBody refresh; /* first: what sign_in.h expects */
    int32_t grant;
} GrantBody;
WORDS(ugig_grant_words, "GrantType", WORD(1, "refresh_token"));
INPUTS(refresh_in, GrantBody,
       INPUT("grant_type", IN_QUERY, W_WORD, GrantBody, grant, NO_HAS, "What the token is asked for with.", .flags = IN_REQUIRED,
             .words = &ugig_grant_words),
       INPUT("refresh_token", IN_BODY, W_STR, GrantBody, refresh.token, NO_HAS, "The refresh token.",
             .flags = IN_REQUIRED | IN_SECRET | IN_ACCOUNT, .min = 1, .max = 4096),
       INPUT_CONST(GrantBody, refresh.rotate, 1));

typedef struct VerifyBody {
    EmailOtpIn in; /* first: the operation's input */
    int32_t type;
} VerifyBody;
WORDS(ugig_verify_words, "VerifyType", WORD(1, "recovery"));
INPUTS(verify_in, VerifyBody,
       INPUT("type", IN_BODY, W_WORD, VerifyBody, type, NO_HAS, "What the code was mailed for.", .flags = IN_REQUIRED,
             .words = &ugig_verify_words),
       EMAIL(VerifyBody, in.email, "E-mail address.", .min = 1, .format = "email"),
       INPUT("token", IN_BODY, W_STR, VerifyBody, in.otp, NO_HAS, "The code.", .flags = IN_REQUIRED | IN_TRIM | IN_LENIENT,
             .min = 1, .max = 20),
       INPUT_CONST(VerifyBody, in.contract, CONTRACT_UGIG));

static const Route ugig_auth_routes[] = {
    {UGIG_ACTION("signUp", "Make an account."), .op = account_register, .in = &sign_up_in, .before = sign_up_before,
     .after = sign_in_after, .out_size = sizeof(SignInOut), UGIG_RESULT(&auth_view), .rate = RATE_AUTH,
     .errors = ERR(E_CONFLICT) | ERR(E_BUSY) | ERR(E_FORBIDDEN)},
    {UGIG_ACTION("signIn", "Sign in."), .op = account_login, .in = &sign_in_in, .before = sign_in_before, .after = sign_in_after,
     UGIG_RESULT(&auth_view), .rate = RATE_AUTH, .errors = ERR(E_UNAUTHORIZED) | ERR(E_BUSY) | ERR(E_FORBIDDEN) | ERR(E_STATE),
     .doc = "Sets the cookie too."},
    {UGIG_ACTION("signOut", "Sign out."), .op = sign_out, .after = sign_out_after, .shape = SHAPE_FIXED, .fixed = "null",
     .writes = true, .access = ACCESS_OPTIONAL},
    {UGIG_ACTION("resetPassword", "Ask for a code to set a new password."), .op = account_forgot, .in = &reset_in, UGIG_DONE,
     .rate = RATE_AUTH, .errors = ERR(E_LIMIT),
     .doc = "The answer is the same for an address that nobody has. The code goes to /auth/v1/verify, and then updatePassword."},
    {UGIG_ACTION("updatePassword", "Set one's password."), .op = account_set_password, .in = &password_in,
     .before = password_before, .out_size = sizeof(User), UGIG_DONE, .access = ACCESS_SIGNED_IN, .rate = RATE_AUTH,
     .errors = ERR(E_BUSY), .doc = "Ends the other sessions."},
    {.method = "POST",
     .path = "/auth/v1/token",
     .op = session_refresh,
     .in = &refresh_in,
     .before = refresh_before,
     .after = refresh_after,
     .view = &session_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .rate = RATE_AUTH,
     .errors = ERR(E_UNAUTHORIZED),
     .summary = "A new access token for a refresh token."},
    {.method = "POST",
     .path = "/auth/v1/verify",
     .op = account_recover,
     .in = &verify_in,
     .after = sign_in_after,
     .view = &session_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .rate = RATE_AUTH,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Sign in with the code of resetPassword."},
};
SECTION(ugig_auth, "Auth", "Accounts and sessions.");
