/* Signing in, people, their devices, whom they report and block. */
#include "codec/base64.h"
#include "contract/campus/campus.h"
#include "crypto/password.h"
#include "domain/conversation.h"
#include "domain/device.h"
#include "domain/file.h"
#include "domain/gig.h"
#include "domain/lang.h"
#include "domain/notification.h"
#include "domain/report.h"
#include "domain/review.h"
#include "domain/service.h"
#include "domain/session.h"
#include "domain/wallet.h"

/* ---- a person ---- */

WORDS(campus_role_words, "Role", WORD(ROLE_BIT_DOER, "doer"), WORD(ROLE_BIT_CLIENT, "client"));
WORDS(campus_language_words, "MessageLanguage", WORD(LANG_EN, "en"), WORD(LANG_HI, "hi"));

WORDS(campus_right_words, "AdminRole", WORD(RIGHT_MODERATOR, "moderator"), WORD(RIGHT_ADMIN, "admin"));

static unsigned user_audience(Render *r, const void *row) {
    const User *u = row;
    bool self = r->call->actor.user == u->id || (r->exchange && r->exchange->opened_user == u->id);
    return self ? FOR_OWNER : 0;
}

static bool user_flag(const void *row, int32_t flag, Value *out) {
    out->b = (((const User *)row)->flags & flag) != 0;
    return true;
}
static bool phone_verified(Render *r, const void *row, Value *out) { return (void)r, user_flag(row, USER_PHONE_VERIFIED, out); }
static bool email_verified(Render *r, const void *row, Value *out) { return (void)r, user_flag(row, USER_EMAIL_VERIFIED, out); }
static bool id_verified(Render *r, const void *row, Value *out) { return (void)r, user_flag(row, USER_ID_VERIFIED, out); }
static bool user_available(Render *r, const void *row, Value *out) { return (void)r, user_flag(row, USER_AVAILABLE, out); }

static bool user_email(Render *r, const void *row, Value *out) {
    (void)r;
    const User *u = row;
    out->s = u->email.n ? u->email : u->email_pending;
    return out->s.n > 0;
}
static bool user_avatar(Render *r, const void *row, Value *out) {
    const User *u = row;
    out->s = u->avatar_url;
    return out->s.n || campus_file_path(r, u->avatar_file, out);
}
static bool user_id_document(Render *r, const void *row, Value *out) {
    return campus_file_path(r, ((const User *)row)->id_document_file, out);
}
static bool user_rating(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = user_rating_e2(row);
    return true;
}
static bool user_degrees(const void *row, int32_t e6, Value *out) {
    out->i = e6;
    return (((const User *)row)->flags & USER_HAS_PLACE) != 0;
}
static bool user_latitude(Render *r, const void *row, Value *out) {
    return (void)r, user_degrees(row, ((const User *)row)->lat_e6, out);
}
static bool user_longitude(Render *r, const void *row, Value *out) {
    return (void)r, user_degrees(row, ((const User *)row)->lon_e6, out);
}

static WalletBalance user_wallet(Render *r, const void *row) {
    WalletBalance w = {0};
    Err e = wallet_of(r->call->tx, ((const User *)row)->id, &w);
    if (e)
        r->out->err = e;
    return w;
}
static bool user_earned(Render *r, const void *row, Value *out) { return out->i = user_wallet(r, row).earned, true; }
static bool user_balance(Render *r, const void *row, Value *out) { return out->i = user_wallet(r, row).available, true; }
static bool user_pending(Render *r, const void *row, Value *out) { return out->i = user_wallet(r, row).pending, true; }

/* What only moderators see of a person's standing. */
static bool user_suspended(Render *r, const void *row, Value *out) { return (void)r, user_flag(row, USER_SUSPENDED, out); }
static bool user_deleted(Render *r, const void *row, Value *out) { return (void)r, user_flag(row, USER_DELETED, out); }

static bool user_unread(Render *r, const void *row, Value *out) {
    Key key = key_of(NOTIFICATION_UNREAD);
    key_i64(&key, ((const User *)row)->id);
    Err e = index_count(r->call->tx, NOTIFICATION_UNREAD, &key, &out->i);
    if (e)
        r->out->err = e;
    return true;
}

VIEW_WITH(campus_user_view, User, "User", "A person. What only the person may see is not there for others.",
          (.audience = user_audience), SHOW_ID("id", User, id, &USER, "The person's id."),
          SHOW("phone", W_STR, User, phone, "Phone number, +91XXXXXXXXXX.", .empty = EMPTY_NULL,
               .audience = FOR_OWNER | FOR_MODERATOR),
          SHOW_GET("email", W_STR, user_email, "E-mail address.", .optional = true, .audience = FOR_OWNER | FOR_MODERATOR),
          SHOW("name", W_STR, User, name, "Full name.", .empty = EMPTY_NULL),
          SHOW_GET("avatarUrl", W_STR, user_avatar, "Profile picture.", .optional = true),
          SHOW("bio", W_STR, User, bio, "About the person.", .empty = EMPTY_NULL),
          SHOW("university", W_STR, User, university, "University or college.", .empty = EMPTY_NULL),
          SHOW("course", W_STR, User, course, "Degree or program.", .empty = EMPTY_NULL),
          SHOW("year", W_INT, User, year, "Year of study, 1 to 5.", .empty = EMPTY_NULL),
          SHOW("graduationYear", W_INT, User, graduation_year, "Expected graduation.", .empty = EMPTY_NULL),
          SHOW_GET("phoneVerified", W_BOOL, phone_verified, "The phone number is proven."),
          SHOW_GET("emailVerified", W_BOOL, email_verified, "The e-mail address is proven."),
          SHOW_GET("idVerified", W_BOOL, id_verified, "A moderator has seen the student ID."),
          SHOW_GET("idDocumentUrl", W_STR, user_id_document, "Uploaded student ID.", .optional = true,
                   .audience = FOR_OWNER | FOR_MODERATOR),
          SHOW("roles", W_WORDS, User, roles, "What the person likes to be.", .words = &campus_role_words),
          SHOW("skills", W_STRS, User, skills, "Skills."),
          SHOW("username", W_STR, User, username, "Unique name.", .empty = EMPTY_OMIT),
          SHOW("aiTools", W_STRS, User, ai_tools, "AI tools that the person works with.", .empty = EMPTY_OMIT),
          SHOW("hourlyRate", W_MONEY, User, hourly_rate, "Asked for an hour.", .empty = EMPTY_OMIT),
          SHOW("portfolioUrls", W_STRS, User, links, "Portfolio on the web.", .empty = EMPTY_OMIT),
          SHOW("timezone", W_STR, User, timezone, "Time zone by name.", .empty = EMPTY_OMIT),
          SHOW("language", W_WORD, User, lang, "Of push messages, mail and SMS; not there: English.",
               .words = &campus_language_words, .empty = EMPTY_OMIT, .audience = FOR_OWNER),
          SHOW_GET("rating", W_DECIMAL, user_rating, "Average rating, 0 before the first.", .scale = 2),
          SHOW("reviewsCount", W_INT, User, rating_count, "Ratings it is the average of."),
          SHOW_GET("totalEarnings", W_MONEY, user_earned, "Earned in all, after fees.", .audience = FOR_OWNER),
          SHOW("completedGigs", W_INT, User, completed_gigs, "Orders completed as doer."),
          SHOW("trustScore", W_INT, User, trust, "0 to 100."), SHOW("badges", W_STRS, User, badges, "Badges earned."),
          SHOW_ID("bankAccountId", User, bank_account, &BANK_ACCOUNT, "The bank account that was verified last.",
                  .empty = EMPTY_NULL, .audience = FOR_OWNER),
          SHOW_GET("walletBalance", W_MONEY, user_balance, "Available balance.", .audience = FOR_OWNER),
          SHOW_GET("pendingBalance", W_MONEY, user_pending, "Own payouts still in escrow.", .audience = FOR_OWNER),
          SHOW("place", W_STR, User, place, "City or place.", .empty = EMPTY_NULL),
          SHOW_GET("latitude", W_DECIMAL, user_latitude, "Degrees.", .scale = 6, .optional = true, .audience = FOR_OWNER),
          SHOW_GET("longitude", W_DECIMAL, user_longitude, "Degrees.", .scale = 6, .optional = true, .audience = FOR_OWNER),
          SHOW_GET("available", W_BOOL, user_available, "Takes work just now."),
          SHOW_GET("unreadNotifications", W_INT, user_unread, "Notifications not read yet.", .audience = FOR_OWNER),
          SHOW("adminRoles", W_WORDS, User, rights, "What one may do for the marketplace.", .words = &campus_right_words,
               .audience = FOR_OWNER | FOR_MODERATOR),
          SHOW("idRejectReason", W_STR, User, id_reason, "Why the last student ID was not accepted.", .empty = EMPTY_OMIT,
               .audience = FOR_OWNER | FOR_MODERATOR),
          SHOW_GET("isSuspended", W_BOOL, user_suspended, "May not sign in.", .audience = FOR_MODERATOR),
          SHOW("suspendedAt", W_TIME, User, suspended_ms, "Since when.", .empty = EMPTY_OMIT, .audience = FOR_MODERATOR),
          SHOW("suspendReason", W_STR, User, suspend_reason, "Why.", .empty = EMPTY_OMIT, .audience = FOR_MODERATOR),
          SHOW_GET("isDeleted", W_BOOL, user_deleted, "The account is gone.", .audience = FOR_MODERATOR),
          SHOW("createdAt", W_TIME, User, created_ms, "When the account was made."),
          SHOW("lastActiveAt", W_TIME, User, last_active_ms, "Last activity, to the hour.", .empty = EMPTY_NULL));

static const void *person_load(Render *r, const void *row) {
    User *u = ARENA_NEW(r->arena, User);
    int64_t id;
    memcpy(&id, row, sizeof id);
    if (!u) {
        r->out->err = E_NOMEM;
        return NULL;
    }
    return rec_get(r->call->tx, &USER, id, u) ? NULL : u;
}

VIEW_WITH(campus_person_view, User, "Person", "Whom something is about, in short.", (.load = person_load, .kept = true),
          SHOW_ID("id", User, id, &USER, "The person's id."), SHOW("name", W_STR, User, name, "Name.", .empty = EMPTY_NULL),
          SHOW_GET("avatarUrl", W_STR, user_avatar, "Profile picture.", .optional = true),
          SHOW("university", W_STR, User, university, "University or college.", .empty = EMPTY_NULL),
          SHOW_GET("rating", W_DECIMAL, user_rating, "Average rating.", .scale = 2),
          SHOW("completedGigs", W_INT, User, completed_gigs, "Orders completed as doer."),
          SHOW("trustScore", W_INT, User, trust, "0 to 100."),
          SHOW_GET("idVerified", W_BOOL, id_verified, "A moderator has seen the student ID."));

/* ---- signing in ---- */

INPUTS(send_otp_in, SendOtpIn,
       INPUT("phone", IN_BODY, W_STR, SendOtpIn, phone, NO_HAS, "Phone number.", .flags = IN_REQUIRED | IN_TRIM | IN_ACCOUNT,
             .min = 1, .max = 32, .example = "\"+919876543210\""));
VIEW(campus_otp_view, SendOtpOut, "OtpSent", "A code is on its way.", SHOW_CONST("success", "true", "It was sent."),
     SHOW_CONST("message", "\"OTP sent\"", "For people."),
     SHOW("expiresIn", W_INT, SendOtpOut, expires_in_s, "Seconds that the code is good for."));

INPUTS(verify_otp_in, VerifyOtpIn, INPUT_CONST(VerifyOtpIn, contract, CONTRACT_CAMPUS),
       INPUT("phone", IN_BODY, W_STR, VerifyOtpIn, phone, NO_HAS, "Phone number.", .flags = IN_REQUIRED | IN_TRIM | IN_ACCOUNT,
             .min = 1, .max = 32),
       INPUT("otp", IN_BODY, W_STR, VerifyOtpIn, otp, NO_HAS, "The code.",
             .flags = IN_REQUIRED | IN_TRIM | IN_LENIENT | IN_SECRET, .min = 1, .max = 16));
static bool token_shown(Render *r, const void *row, Value *out) {
    (void)row;
    out->s = r->exchange->access_token;
    return true;
}
VIEW(campus_sign_in_view, SignInOut, "SignedIn", "Somebody is signed in.",
     SHOW_GET("token", W_STR, token_shown, "Access token, good for 7 days; also set as the cookie jwt."),
     SHOW("user", W_ROW, SignInOut, user, "Who.", .view = &campus_user_view),
     SHOW("isNewUser", W_BOOL, SignInOut, is_new, "The account was made just now."));

static Err wrong_otp(Exchange *x) {
    x->refused = diag_fail(&x->diag, E_INVALID, "INVALID_OTP", S("The code is wrong or no longer good."));
    return OK;
}
static Err signed_in(Exchange *x, Call *c, void *out) {
    (void)c;
    const SignInOut *s = out;
    return s->refused ? wrong_otp(x) : exchange_session(x, s->user.id, s->session.id);
}
static Err signed_out(Exchange *x, Call *c, void *out) {
    (void)c;
    (void)out;
    exchange_session_end(x);
    return OK;
}

/* ---- signing in by e-mail: accounts that have proven an address; the code is that of a forgotten password ---- */

#define EMAIL_IN(T)                                                                                                           \
    INPUT("email", IN_BODY, W_STR, T, email, NO_HAS, "A proven e-mail address.", .flags = IN_REQUIRED | IN_TRIM | IN_ACCOUNT, \
          .min = 1, .max = 254, .format = "email")
INPUTS(send_email_otp_in, EmailIn, EMAIL_IN(EmailIn), INPUT_CONST(EmailIn, quiet, 1), INPUT_CONST(EmailIn, proven, 1));
INPUTS(verify_email_otp_in, EmailOtpIn, EMAIL_IN(EmailOtpIn), INPUT_CONST(EmailOtpIn, contract, CONTRACT_CAMPUS),
       INPUT("otp", IN_BODY, W_STR, EmailOtpIn, otp, NO_HAS, "The code.", .flags = IN_REQUIRED | IN_TRIM | IN_LENIENT | IN_SECRET,
             .min = 1, .max = 16));
static Err email_sent(Exchange *x, Call *c, void *out) {
    (void)x;
    ((SendOtpOut *)out)->expires_in_s = c->cfg->otp_ttl_ms / MS_SECOND;
    return OK;
}

INPUTS(email_code_in, EmailCodeIn,
       INPUT("otp", IN_BODY, W_STR, EmailCodeIn, otp, NO_HAS, "The code that was mailed.",
             .flags = IN_REQUIRED | IN_TRIM | IN_LENIENT | IN_SECRET, .min = 1, .max = 16));
static Err email_checked(Exchange *x, Call *c, void *out) {
    (void)c;
    return ((const EmailVerifyOut *)out)->refused ? wrong_otp(x) : OK;
}
VIEW(campus_email_view, EmailVerifyOut, "EmailVerified", "The address is proven.", SHOW_CONST("success", "true", "It is proven."),
     SHOW("user", W_ROW, EmailVerifyOut, user, "The account.", .view = &campus_user_view));

static const Route campus_auth_routes[] = {
    {.method = "POST",
     .path = "/api/auth/send-otp",
     .op = sign_in_send_otp,
     .in = &send_otp_in,
     .view = &campus_otp_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .rate = RATE_AUTH,
     .summary = "Send a code.",
     .doc = "To sign in or to make an account. A new code replaces the old one."},
    {.method = "POST",
     .path = "/api/auth/verify-otp",
     .op = sign_in_verify_otp,
     .in = &verify_otp_in,
     .view = &campus_sign_in_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .rate = RATE_AUTH,
     .after = signed_in,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Sign in.",
     .doc = "An unknown number makes the account. Five wrong codes and the code is void."},
    {.method = "POST",
     .path = "/api/auth/send-email-otp",
     .op = account_forgot,
     .in = &send_email_otp_in,
     .view = &campus_otp_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .rate = RATE_AUTH,
     .after = email_sent,
     .summary = "Mail a code to sign in with.",
     .doc = "To an account that has proven the address. The answer is the same for an address that nobody has."},
    {.method = "POST",
     .path = "/api/auth/verify-email-otp",
     .op = account_recover,
     .in = &verify_email_otp_in,
     .view = &campus_sign_in_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .rate = RATE_AUTH,
     .after = signed_in,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Sign in by e-mail.",
     .doc = "Makes no account. Five wrong codes and the code is void."},
    {.method = "POST",
     .path = "/api/auth/logout",
     .op = session_end,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .yields = true, /* the published owner of the path is Chayenity */
     .access = ACCESS_SIGNED_IN,
     .after = signed_out,
     .summary = "Sign out.",
     .doc = "Ends the session on the server; the token is worth nothing from then on."},
    {.method = "POST",
     .path = "/api/auth/verify-email",
     .op = user_verify_email,
     .in = &email_code_in,
     .view = &campus_email_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .rate = RATE_AUTH,
     .after = email_checked,
     .errors = ERR(E_STATE) | ERR(E_CONFLICT),
     .summary = "Prove the e-mail address.",
     .doc = "With the code that was mailed after the address was given."},
};
SECTION(campus_auth, "Authentication", "Signing in with a phone number and a one-time code.");

/* ---- people ---- */

typedef struct MeIn {
    UserEdit edit; /* first: it has the has-bits */
    Str password, id_document_file; /* by its url */
} MeIn;

INPUTS(me_in, MeIn,
       INPUT("name", IN_BODY, W_STR, MeIn, edit.name, USER_SET_NAME, "Full name.", .flags = IN_TRIM, .min = 1,
             .max = USER_NAME_MAX),
       INPUT("bio", IN_BODY, W_STR, MeIn, edit.bio, USER_SET_BIO, "About you.", .flags = IN_TRIM | IN_NULLABLE,
             .max = USER_BIO_MAX),
       INPUT("university", IN_BODY, W_STR, MeIn, edit.university, USER_SET_UNIVERSITY, "University or college.",
             .flags = IN_TRIM | IN_NULLABLE, .max = USER_PLACE_MAX),
       INPUT("course", IN_BODY, W_STR, MeIn, edit.course, USER_SET_COURSE, "Degree or program.", .flags = IN_TRIM | IN_NULLABLE,
             .max = USER_COURSE_MAX),
       INPUT("year", IN_BODY, W_INT, MeIn, edit.year, USER_SET_YEAR, "Year of study.", .min = 1, .max = 5),
       INPUT("graduationYear", IN_BODY, W_INT, MeIn, edit.graduation_year, USER_SET_GRADUATION, "Expected graduation.",
             .min = 1950, .max = 2100),
       INPUT("avatarUrl", IN_BODY, W_STR, MeIn, edit.avatar_url, USER_SET_AVATAR,
             "A picture: the url or id of an upload, or an address elsewhere.", .flags = IN_TRIM | IN_NULLABLE,
             .max = USER_LINK_MAX),
       INPUT("idDocumentUrl", IN_BODY, W_STR, MeIn, id_document_file, USER_SET_ID_DOCUMENT,
             "The uploaded student ID: its url or its id.", .flags = IN_TRIM | IN_NULLABLE, .max = 300),
       INPUT("roles", IN_BODY, W_WORDS, MeIn, edit.roles, USER_SET_ROLES, "What you like to be; gates nothing.",
             .words = &campus_role_words, .min = 1),
       INPUT("skills", IN_BODY, W_STRS, MeIn, edit.skills, USER_SET_SKILLS, "Skills.", .flags = IN_TRIM, .max = USER_SKILLS_MAX),
       INPUT("username", IN_BODY, W_STR, MeIn, edit.username, USER_SET_USERNAME, "Unique name.", .flags = IN_TRIM,
             .max = USERNAME_MAX),
       INPUT("aiTools", IN_BODY, W_STRS, MeIn, edit.ai_tools, USER_SET_AI_TOOLS, "AI tools that you work with.", .flags = IN_TRIM,
             .max = USER_SKILLS_MAX),
       INPUT("hourlyRate", IN_BODY, W_MONEY, MeIn, edit.hourly_rate, USER_SET_HOURLY_RATE, "What you ask for an hour.",
             .flags = IN_NULLABLE, .min = 0, .max = INT64_MAX),
       INPUT("portfolioUrls", IN_BODY, W_STRS, MeIn, edit.links, USER_SET_LINKS, "Your portfolio on the web.", .flags = IN_TRIM,
             .max = USER_LINKS_MAX),
       INPUT("timezone", IN_BODY, W_STR, MeIn, edit.timezone, USER_SET_TIMEZONE, "Your time zone by name.",
             .flags = IN_TRIM | IN_NULLABLE, .max = USER_TIMEZONE_MAX),
       INPUT("language", IN_BODY, W_WORD, MeIn, edit.lang, USER_SET_LANG, "Of push messages, mail and SMS to you.",
             .words = &campus_language_words),
       INPUT("place", IN_BODY, W_STR, MeIn, edit.place, USER_SET_PLACE, "City or place.", .flags = IN_TRIM | IN_NULLABLE,
             .max = USER_PLACE_MAX),
       INPUT("latitude", IN_BODY, W_DECIMAL, MeIn, edit.lat_e6, USER_SET_LAT, "Degrees.", .scale = 6, .min = -90000000,
             .max = 90000000),
       INPUT("longitude", IN_BODY, W_DECIMAL, MeIn, edit.lon_e6, USER_SET_LON, "Degrees.", .scale = 6, .min = -180000000,
             .max = 180000000),
       INPUT("available", IN_BODY, W_BOOL, MeIn, edit.available, USER_SET_AVAILABLE, "Takes work just now."),
       INPUT("email", IN_BODY, W_STR, MeIn, edit.email, USER_SET_EMAIL, "A code is mailed to it; it counts once proven.",
             .flags = IN_TRIM, .min = 3, .max = 254, .format = "email"),
       INPUT("password", IN_BODY, W_STR, MeIn, password, USER_SET_PASSWORD, "To sign in with the e-mail address too.",
             .flags = IN_SECRET, .min = USER_PASSWORD_MIN, .max = USER_PASSWORD_MAX));

/* Files by their url; null or "" takes one away. A picture may also lie elsewhere. */
static Err me_before(Exchange *x) {
    MeIn *in = x->in;
    if (in->edit.avatar_url.n && campus_file_of(x, in->edit.avatar_url, &in->edit.avatar_file))
        in->edit.avatar_url = (Str){NULL, 0};
    if (in->id_document_file.n && !campus_file_of(x, in->id_document_file, &in->edit.id_document_file)) {
        x->binding = true;
        return diag_field(&x->diag, E_INVALID, S("idDocumentUrl"), S("must be the url of an uploaded file"));
    }
    Err e = OK;
    if (!HAS(&in->edit, USER_SET_PASSWORD))
        return e;
    char *hash = arena_raw(x->arena, PASSWORD_HASH_MAX);
    e = hash ? password_hash(in->password, hash) : E_NOMEM;
    if (!e)
        in->edit.password_hash = str_c0(hash);
    x->binding = e == E_INVALID;
    return x->binding ? diag_field(&x->diag, e, S("password"), S("is too long")) : e;
}

INPUTS(user_id_in, IdIn, INPUT_ID("id", IdIn, id, &USER, "Which person."));

/* Reports: the id's kind follows from the type. */
typedef struct ReportBody {
    ReportIn report;
    Str id;
} ReportBody;
WORDS(campus_report_words, "ReportType", WORD(REPORT_USER, "user"), WORD(REPORT_GIG, "gig"), WORD(REPORT_SERVICE, "service"),
      WORD(REPORT_MESSAGE, "message"), WORD(REPORT_REVIEW, "review"));
WORDS(campus_report_state_words, "ReportStatus", WORD(REPORT_OPEN, "open"), WORD(REPORT_UPHELD, "upheld"),
      WORD(REPORT_DISMISSED, "dismissed"));
INPUTS(report_in, ReportBody,
       INPUT("type", IN_BODY, W_WORD, ReportBody, report.thing, NO_HAS, "What it is about.", .flags = IN_REQUIRED,
             .words = &campus_report_words),
       INPUT("id", IN_BODY, W_STR, ReportBody, id, NO_HAS, "Its id.", .flags = IN_REQUIRED, .max = 64),
       INPUT("reason", IN_BODY, W_STR, ReportBody, report.reason, NO_HAS, "What is wrong with it.",
             .flags = IN_REQUIRED | IN_TRIM, .min = 3, .max = REPORT_REASON_MAX));
static Err report_before(Exchange *x) {
    static const Record *const kinds[] = {[REPORT_USER] = &USER,
                                          [REPORT_GIG] = &GIG,
                                          [REPORT_SERVICE] = &SERVICE,
                                          [REPORT_MESSAGE] = &MESSAGE,
                                          [REPORT_REVIEW] = &REVIEW};
    ReportBody *in = x->in;
    return id_parse(engine_ids(x->engine), ID_UUID, kinds[in->report.thing]->kind, in->id, &in->report.subject) ? OK : E_MISSING;
}
VIEW(campus_report_view, Report, "Report", "Something reported to the moderators.", SHOW_ID("id", Report, id, &REPORT, "Its id."),
     SHOW("type", W_WORD, Report, thing, "What it is about.", .words = &campus_report_words),
     SHOW("reason", W_STR, Report, reason, "What was said."),
     SHOW("status", W_WORD, Report, state, "What became of it.", .words = &campus_report_state_words),
     SHOW("createdAt", W_TIME, Report, created_ms, "When."));

WORDS(campus_platform_words, "Platform", WORD(PLATFORM_ANDROID, "android"), WORD(PLATFORM_IOS, "ios"), WORD(PLATFORM_WEB, "web"));
/* A token of FCM, or what a browser's PushSubscription gives as JSON. */
typedef struct PushKeys {
    Str p256dh, auth;
} PushKeys;
typedef struct PushBody {
    Str endpoint;
    PushKeys keys;
} PushBody;
typedef struct DeviceBody {
    DeviceIn device;
    PushBody push;
} DeviceBody;
enum { PUSH_KEY_CHARS_MAX = 100 };
INPUTS_NAMED(push_keys_in, PushKeys, "PushKeys",
             INPUT("p256dh", IN_BODY, W_STR, PushKeys, p256dh, NO_HAS, "The browser's public key, base64url.", .flags = IN_TRIM,
                   .max = PUSH_KEY_CHARS_MAX),
             INPUT("auth", IN_BODY, W_STR, PushKeys, auth, NO_HAS, "Its secret, base64url.", .flags = IN_TRIM | IN_SECRET,
                   .max = PUSH_KEY_CHARS_MAX));
INPUTS_NAMED(push_in, PushBody, "PushSubscription",
             INPUT("endpoint", IN_BODY, W_STR, PushBody, endpoint, NO_HAS, "Where the browser's push service takes messages.",
                   .flags = IN_TRIM, .max = DEVICE_TOKEN_MAX, .format = "uri"),
             INPUT("keys", IN_BODY, W_ROW, PushBody, keys, NO_HAS, "What messages are sealed with.", .sub = &push_keys_in));
INPUTS(
    device_in, DeviceBody,
    INPUT("token", IN_BODY, W_STR, DeviceBody, device.token, NO_HAS, "The push token (FCM); or `subscription`.", .flags = IN_TRIM,
          .min = 1, .max = DEVICE_TOKEN_MAX),
    INPUT("platform", IN_BODY, W_WORD, DeviceBody, device.platform, NO_HAS,
          "Android when it is not said; a subscription is the web's.", .flags = IN_DEFAULT, .fallback = PLATFORM_ANDROID,
          .words = &campus_platform_words),
    INPUT(
        "subscription", IN_BODY, W_ROW, DeviceBody, push, NO_HAS,
        "A browser's PushSubscription, made with the vapidPublicKey of /api/config. Its members may stand beside `platform` too.",
        .flags = IN_FLAT, .sub = &push_in));

/* base64url, padded or not. */
static Str key_bytes(Exchange *x, Str text) {
    char *mem = arena_raw(x->arena, PUSH_KEY_CHARS_MAX);
    size_t n = 0;
    while (text.n && text.p[text.n - 1] == '=')
        text.n--;
    return mem && !base64_get(BASE64_URL, text, mem, PUSH_KEY_CHARS_MAX, &n) ? str_of(mem, n) : S("-");
}

static Err device_before(Exchange *x) {
    DeviceBody *in = x->in;
    const PushBody *p = &in->push;
    x->binding = true;
    if (!p->endpoint.n && !in->device.token.n)
        return diag_field(&x->diag, E_INVALID, S("token"), S("is required"));
    if (!p->endpoint.n) {
        x->binding = false;
        return OK;
    }
    if (!p->keys.p256dh.n || !p->keys.auth.n)
        return diag_field(&x->diag, E_INVALID, S("keys"), S("must have p256dh and auth"));
    x->binding = false;
    in->device = (DeviceIn){.token = p->endpoint,
                            .platform = PLATFORM_WEB,
                            .p256dh = key_bytes(x, p->keys.p256dh),
                            .auth = key_bytes(x, p->keys.auth)};
    return OK;
}
INPUTS(device_id_in, IdIn, INPUT_ID("id", IdIn, id, &DEVICE, "Which device."));
VIEW(campus_device_view, Device, "Device", "Where push messages go.", SHOW_ID("id", Device, id, &DEVICE, "Its id."),
     SHOW("platform", W_WORD, Device, platform, "Of which kind.", .words = &campus_platform_words),
     SHOW("createdAt", W_TIME, Device, created_ms, "When it was registered."));

INPUTS(block_page_in, PageIn, INPUT_PAGING(PageIn, page, limit));
VIEW(campus_block_view, Block, "Block", "Somebody one does not want to hear from.",
     SHOW("user", W_ROW, Block, user, "Whom.", .view = &campus_person_view),
     SHOW("createdAt", W_TIME, Block, created_ms, "Since when."));

static const Route campus_users_routes[] = {
    {.method = "GET",
     .path = "/api/users/me",
     .op = user_me,
     .view = &campus_user_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .summary = "Oneself."},
    {.method = "PATCH",
     .path = "/api/users/me",
     .op = user_edit,
     .in = &me_in,
     .before = me_before,
     .view = &campus_user_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_CONFLICT) | ERR(E_LIMIT),
     .summary = "Change one's profile.",
     .doc = "Only what is given changes."},
    {.method = "GET",
     .path = "/api/users/{id}",
     .op = user_get,
     .in = &user_id_in,
     .view = &campus_user_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_OPTIONAL,
     .summary = "A person.",
     .doc = "Phone, e-mail, balances, bank account and documents are shown to the person only."},
    {.method = "POST",
     .path = "/api/users/{id}/block",
     .op = block_add,
     .in = &user_id_in,
     .view = &campus_block_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_INVALID),
     .summary = "Block somebody."},
    {.method = "DELETE",
     .path = "/api/users/{id}/block",
     .op = block_remove,
     .in = &user_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Unblock somebody."},
    {.method = "GET",
     .path = "/api/blocks",
     .op = block_list,
     .in = &block_page_in,
     .view = &campus_block_view,
     .shape = SHAPE_LIST,
     .plural = "blocks",
     .access = ACCESS_SIGNED_IN,
     .summary = "Whom one blocked."},
    {.method = "POST",
     .path = "/api/reports",
     .op = report_add,
     .in = &report_in,
     .before = report_before,
     .view = &campus_report_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_CONFLICT) | ERR(E_FORBIDDEN),
     .summary = "Report something to the moderators."},
    {.method = "POST",
     .path = "/api/devices",
     .op = device_add,
     .in = &device_in,
     .before = device_before,
     .view = &campus_device_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Register a device for push messages.",
     .doc = "An app gives its FCM token, a browser its subscription. One that the push service calls dead is forgotten."},
    {.method = "GET",
     .path = "/api/devices",
     .op = device_list,
     .view = &campus_device_view,
     .shape = SHAPE_LIST,
     .plural = "devices",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's devices."},
    {.method = "DELETE",
     .path = "/api/devices/{id}",
     .op = device_delete,
     .in = &device_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Forget a device."},
};
SECTION(campus_users, "Users", "People, their devices, reports and blocks.");
