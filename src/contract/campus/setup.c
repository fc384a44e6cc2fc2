/* The first admin: by the one-time link that the box prints while there is none. */
#include "domain/setup.h"
#include "contract/campus/campus.h"

INPUTS(setup_look_in, SetupIn,
       INPUT("token", IN_QUERY, W_STR, SetupIn, token, NO_HAS, "Of the link.", .flags = IN_TRIM | IN_SECRET, .max = 100));
VIEW(campus_setup_view, SetupState, "SetupState", "Whether this box waits for its first admin.",
     SHOW("needed", W_BOOL, SetupState, needed, "There is no admin yet."),
     SHOW("tokenValid", W_BOOL, SetupState, good, "The token is the link's, and it is still good."));

INPUTS(setup_in, SetupIn, INPUT_CONST(SetupIn, contract, CONTRACT_CAMPUS),
       INPUT("token", IN_BODY, W_STR, SetupIn, token, NO_HAS, "Of the link.", .flags = IN_REQUIRED | IN_TRIM | IN_SECRET,
             .max = 100),
       INPUT("phone", IN_BODY, W_STR, SetupIn, phone, NO_HAS, "Unless you are signed in: your phone number.",
             .flags = IN_TRIM | IN_ACCOUNT, .max = 32),
       INPUT("otp", IN_BODY, W_STR, SetupIn, otp, NO_HAS, "And the code of POST /api/auth/send-otp for it.",
             .flags = IN_TRIM | IN_LENIENT | IN_SECRET, .max = 16));
static bool setup_token(Render *r, const void *row, Value *out) {
    (void)row;
    out->s = r->exchange->access_token;
    return out->s.n > 0;
}
VIEW(campus_setup_done_view, SignInOut, "SetupDone", "The box has an admin.",
     SHOW_GET("token", W_STR, setup_token, "Access token, when you were not signed in; also set as the cookie jwt.",
              .optional = true),
     SHOW("user", W_ROW, SignInOut, user, "The admin.", .view = &campus_user_view),
     SHOW("isNewUser", W_BOOL, SignInOut, is_new, "The account was made just now."));

static Err claimed(Exchange *x, Call *c, void *out) {
    (void)c;
    const SignInOut *s = out;
    if (s->refused)
        x->refused = diag_fail(&x->diag, E_INVALID, "INVALID_OTP", S("The code is wrong or no longer good."));
    else if (s->session.id)
        return exchange_session(x, s->user.id, s->session.id);
    return OK;
}

static const Route campus_setup_routes[] = {
    {.method = "GET",
     .path = "/api/setup",
     .op = setup_look,
     .in = &setup_look_in,
     .view = &campus_setup_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_OPTIONAL,
     .rate = RATE_AUTH,
     .summary = "Whether the box waits for its first admin."},
    {.method = "POST",
     .path = "/api/setup",
     .op = setup_claim,
     .in = &setup_in,
     .view = &campus_setup_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_OPTIONAL,
     .rate = RATE_AUTH,
     .after = claimed,
     .errors = ERR(E_STATE) | ERR(E_FORBIDDEN) | ERR(E_UNAUTHORIZED),
     .summary = "Become the first admin.",
     .doc = "With the token of the link that the box printed when it started. Either signed in, with a proven phone number or "
            "e-mail address; or with a phone number and the code of POST /api/auth/send-otp. Works once, for a day, and only "
            "while there is no admin."},
};
SECTION(campus_setup, "Setup", "The first admin.");
