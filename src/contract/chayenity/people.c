/* Signing in, people, buddies. */
#include "contract/chayenity/chayenity.h"
#include "contract/sign_in.h"
#include "domain/buddy.h"
#include "domain/near.h"

/* ---- a person ---- */

static bool user_verified(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = (((const User *)row)->flags & (USER_PHONE_VERIFIED | USER_EMAIL_VERIFIED)) != 0;
    return true;
}
static bool user_reputation(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = chayenity_reputation_e1(row);
    return true;
}
static bool user_name(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = user_shown_name(row);
    return true;
}
static bool user_picture(Render *r, const void *row, Value *out) {
    const User *u = row;
    out->s = u->avatar_url;
    return out->s.n || chayenity_file_url(r, u->avatar_file, out);
}
static bool user_available(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = (((const User *)row)->flags & USER_AVAILABLE) != 0;
    return true;
}
static bool user_has_location(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = (((const User *)row)->flags & USER_HAS_PLACE) != 0;
    return true;
}

#define USER_ID SHOW_ID("id", User, id, &USER, "The person's id.")
#define USER_EMAIL SHOW("email", W_STR, User, email, "E-mail address.", .empty = EMPTY_NULL)
#define USER_NAME SHOW("full_name", W_STR, User, name, "Name.")
#define USER_SHOWN_NAME SHOW_GET("full_name", W_STR, user_name, "Name.")
#define USER_PICTURE SHOW_GET("profile_image_url", W_STR, user_picture, "Where the picture is.", .optional = true)
#define USER_CONTACT SHOW("contact_info", W_STR, User, contact_info, "How to reach the person.", .empty = EMPTY_NULL)
#define USER_ADDRESS SHOW("address_text", W_STR, User, place, "Where the person is, in words.", .empty = EMPTY_NULL)
#define USER_VERIFIED SHOW_GET("is_verified", W_BOOL, user_verified, "Has proven a phone number or an address.")
#define USER_REPUTATION SHOW_GET("reputation_score", W_DECIMAL, user_reputation, "Mean rating; 5 before the first.", .scale = 1)
#define USER_REVIEWS SHOW("total_reviews", W_INT, User, rating_count, "Reviews.")
#define USER_IS_AVAILABLE SHOW_GET("is_available", W_BOOL, user_available, "Takes work now.")
#define USER_CREATED SHOW("created_at", W_TIME, User, created_ms, "Registered.")
VIEW(chayenity_user_view, User, "User", "Oneself.", USER_ID, USER_EMAIL, USER_NAME, USER_CONTACT, USER_ADDRESS, USER_VERIFIED,
     USER_REPUTATION, USER_CREATED);
VIEW(chayenity_profile_view, User, "UserProfile", "Oneself, whole.", USER_ID, USER_EMAIL, USER_NAME, USER_PICTURE, USER_CONTACT,
     USER_ADDRESS, USER_VERIFIED, USER_REPUTATION, USER_REVIEWS, USER_IS_AVAILABLE, USER_CREATED,
     SHOW_GET("has_location", W_BOOL, user_has_location, "Can be found near a place."));

/* ---- signing in ---- */

static bool registered_user(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const SignInOut *)row)->user;
    return true;
}
static const void *registered_load(Render *r, const void *row) {
    Value v;
    registered_user(r, row, &v);
    return v.row;
}
VIEW_WITH(chayenity_registered_view, User, "RegisteredUser", "The new account.", (.load = registered_load), USER_ID, USER_EMAIL,
          USER_NAME, USER_CONTACT, USER_ADDRESS, USER_VERIFIED, USER_REPUTATION, USER_CREATED);

#define TOKEN_ROWS                                                 \
    SHOW_CONST("token_type", "\"bearer\"", "Of what kind it is."), \
        SHOW_GET("expires_in_minutes", W_INT, shown_access_minutes, "How long the access token is good.")
VIEW(chayenity_tokens_view, SignInOut, "Tokens", "Who signed in shows these.",
     SHOW_GET("access_token", W_STR, shown_access_token, "For the header Authorization: Bearer."),
     SHOW_GET("refresh_token", W_STR, shown_refresh_token, "For a new access token."), TOKEN_ROWS);
VIEW(chayenity_token_view, SignInOut, "AccessToken", "A new access token.",
     SHOW_GET("access_token", W_STR, shown_access_token, "For the header Authorization: Bearer."), TOKEN_ROWS);

INPUTS(register_in, SignUpBody,
       INPUT("email", IN_BODY, W_STR, SignUpBody, account.email, NO_HAS, "E-mail address.",
             .flags = IN_REQUIRED | IN_TRIM | IN_ACCOUNT, .min = 1, .max = 254, .format = "email"),
       INPUT("password", IN_BODY, W_STR, SignUpBody, password, NO_HAS, "Password.", .flags = IN_REQUIRED | IN_SECRET,
             .min = USER_PASSWORD_MIN, .max = USER_PASSWORD_MAX),
       INPUT("full_name", IN_BODY, W_STR, SignUpBody, account.name, NO_HAS, "Name.", .flags = IN_REQUIRED | IN_TRIM, .min = 1,
             .max = USER_NAME_MAX),
       INPUT("contact_info", IN_BODY, W_STR, SignUpBody, account.contact_info, NO_HAS, "How to reach you, for everybody to see.",
             .flags = IN_TRIM, .max = USER_CONTACT_MAX));
INPUTS(login_in, SignInBody,
       INPUT("username", IN_BODY, W_STR, SignInBody, login.email, NO_HAS, "E-mail address.", .flags = IN_TRIM | IN_ACCOUNT,
             .min = 1, .max = 254),
       INPUT("email", IN_BODY, W_STR, SignInBody, login.email, NO_HAS, "The same by another name.", .flags = IN_TRIM | IN_ACCOUNT,
             .min = 1, .max = 254, .format = "email"),
       INPUT("password", IN_BODY, W_STR, SignInBody, password, NO_HAS, "Password.", .flags = IN_REQUIRED | IN_SECRET, .min = 1,
             .max = USER_PASSWORD_MAX),
       INPUT_CONST(SignInBody, login.contract, CONTRACT_CHAYENITY));
INPUTS(refresh_in, RefreshBody,
       INPUT("Authorization", IN_HEADER, W_STR, RefreshBody, token, NO_HAS, "Bearer and the refresh token.", .flags = IN_SECRET,
             .max = 4096),
       INPUT("X-Access-Token", IN_HEADER, W_STR, RefreshBody, access, NO_HAS, "The access token, expired or not.",
             .flags = IN_SECRET, .max = 4096),
       INPUT_CONST(RefreshBody, pair, 1));
static Err login_before(Exchange *x) {
    if (!((const SignInBody *)x->in)->login.email.n)
        return diag_field(&x->diag, E_INVALID, S("email"), S("is required"));
    return sign_in_before(x);
}
static Err chayenity_refresh_before(Exchange *x) {
    const RefreshBody *in = x->in;
    if (!in->token.n)
        return E_UNAUTHORIZED;
    if (!in->access.n)
        return diag_fail(&x->diag, E_INVALID, "NO_ACCESS_TOKEN", S("Missing X-Access-Token header"));
    return refresh_before(x);
}

static const Route chayenity_auth_routes[] = {
    {.method = "POST",
     .path = "/api/auth/register",
     .op = account_register,
     .in = &register_in,
     .out_size = sizeof(SignInOut),
     .before = sign_up_before,
     .view = &chayenity_registered_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_OPEN,
     .rate = RATE_AUTH,
     .errors = ERR(E_CONFLICT) | ERR(E_BUSY),
     .summary = "Register."},
    {.method = "POST",
     .path = "/api/auth/login",
     .op = account_login,
     .in = &login_in,
     .before = login_before,
     .after = sign_in_after,
     .view = &chayenity_tokens_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_OPEN,
     .rate = RATE_AUTH,
     .errors = ERR(E_UNAUTHORIZED) | ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_BUSY),
     .summary = "Sign in.",
     .doc = "As a form or as JSON."},
    {.method = "POST",
     .path = "/api/auth/refresh",
     .op = session_refresh,
     .in = &refresh_in,
     .before = chayenity_refresh_before,
     .after = refresh_after,
     .view = &chayenity_token_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_OPEN,
     .rate = RATE_AUTH,
     .errors = ERR(E_UNAUTHORIZED) | ERR(E_INVALID) | ERR(E_SYNTAX),
     .summary = "A new access token.",
     .doc = "Both tokens must be of the same session; the access token may be over."},
    {.method = "POST",
     .path = "/api/auth/logout",
     .op = session_end,
     .after = sign_out_after,
     .shape = SHAPE_FIXED,
     .fixed = "{\"message\":\"Successfully logged out\"}",
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Sign out: both tokens end."},
    {.method = "GET",
     .path = "/api/auth/me",
     .op = user_me,
     .view = &chayenity_user_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .summary = "Oneself."},
};
SECTION(chayenity_auth, "Authentication", "Signing in and out.");

/* ---- people ---- */

INPUTS(profile_in, UserEdit,
       INPUT("full_name", IN_BODY, W_STR, UserEdit, name, USER_SET_NAME, "Name.", .flags = IN_TRIM, .min = 1,
             .max = USER_NAME_MAX),
       INPUT("contact_info", IN_BODY, W_STR, UserEdit, contact_info, USER_SET_CONTACT_INFO, "How to reach you.",
             .flags = IN_TRIM | IN_NULLABLE, .max = USER_CONTACT_MAX),
       INPUT("address_text", IN_BODY, W_STR, UserEdit, place, USER_SET_PLACE, "Where you are, in words.",
             .flags = IN_TRIM | IN_NULLABLE, .max = USER_PLACE_MAX));
#define LATITUDE(T, member, has_, where_, flags_)                                                                            \
    INPUT("latitude", where_, W_DECIMAL, T, member, has_, "Degrees north.", .flags = (flags_), .scale = 6, .min = -90000000, \
          .max = 90000000)
#define LONGITUDE(T, member, has_, where_, flags_)                                                                            \
    INPUT("longitude", where_, W_DECIMAL, T, member, has_, "Degrees east.", .flags = (flags_), .scale = 6, .min = -180000000, \
          .max = 180000000)
INPUTS(location_in, UserEdit, LATITUDE(UserEdit, lat_e6, USER_SET_LAT, IN_BODY, IN_REQUIRED),
       LONGITUDE(UserEdit, lon_e6, USER_SET_LON, IN_BODY, IN_REQUIRED),
       INPUT("address_text", IN_BODY, W_STR, UserEdit, place, USER_SET_PLACE, "The same in words.", .flags = IN_TRIM,
             .max = USER_PLACE_MAX));
INPUTS(available_in, UserEdit,
       INPUT("is_available", IN_BODY, W_BOOL, UserEdit, available, USER_SET_AVAILABLE, "Whether you take work now.",
             .flags = IN_REQUIRED));

/* Of the circle: kilometres, to the metre. */
INPUTS(nearby_in, PeopleNearIn, LATITUDE(PeopleNearIn, lat_e6, NO_HAS, IN_QUERY, IN_REQUIRED),
       LONGITUDE(PeopleNearIn, lon_e6, NO_HAS, IN_QUERY, IN_REQUIRED),
       INPUT("radius", IN_QUERY, W_DECIMAL, PeopleNearIn, radius_m, NO_HAS, "Kilometres, 5 when it is not said.",
             .flags = IN_DEFAULT, .scale = 3, .min = 0, .max = 20100000, .fallback = 5000),
       INPUT("only_available", IN_QUERY, W_BOOL, PeopleNearIn, only_available, NO_HAS, "Only those who take work now.",
             .flags = IN_DEFAULT | IN_LENIENT, .fallback = 1),
       CHAYENITY_PAGING(PeopleNearIn, page, "skip", 100));

static bool near_distance(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = (((const PersonNear *)row)->distance_m + 50) / 100;
    return true;
}
static bool near_name(Render *r, const void *row, Value *out) { return user_name(r, &((const PersonNear *)row)->user, out); }
static bool near_picture(Render *r, const void *row, Value *out) {
    return user_picture(r, &((const PersonNear *)row)->user, out);
}
static bool near_available(Render *r, const void *row, Value *out) {
    return user_available(r, &((const PersonNear *)row)->user, out);
}
static bool near_reputation(Render *r, const void *row, Value *out) {
    return user_reputation(r, &((const PersonNear *)row)->user, out);
}
VIEW(chayenity_helper_view, PersonNear, "NearbyHelper", "Somebody near by.",
     SHOW_ID("id", PersonNear, user.id, &USER, "The person's id."), SHOW_GET("full_name", W_STR, near_name, "Name."),
     SHOW_GET("profile_image_url", W_STR, near_picture, "Where the picture is.", .optional = true),
     SHOW("contact_info", W_STR, PersonNear, user.contact_info, "How to reach the person.", .empty = EMPTY_NULL),
     SHOW("address_text", W_STR, PersonNear, user.place, "Where, in words.", .empty = EMPTY_NULL),
     SHOW_GET("is_available", W_BOOL, near_available, "Takes work now."),
     SHOW_GET("reputation_score", W_DECIMAL, near_reputation, "Mean rating; 5 before the first.", .scale = 1),
     SHOW("total_reviews", W_INT, PersonNear, user.rating_count, "Reviews."),
     SHOW_GET("distance_km", W_DECIMAL, near_distance, "How far, along the great circle.", .scale = 1));

#define EDIT(path_, in_, view_, summary_) \
    {.method = "PUT",                     \
     .path = (path_),                     \
     .op = user_edit,                     \
     .in = &(in_),                        \
     .view = &(view_),                    \
     .shape = SHAPE_ONE,                  \
     .writes = true,                      \
     .access = ACCESS_SIGNED_IN,          \
     .summary = (summary_)}
static const Route chayenity_users_routes[] = {
    {.method = "GET",
     .path = "/api/users/profile",
     .op = user_me,
     .view = &chayenity_profile_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .summary = "Oneself, whole."},
    EDIT("/api/users/me", profile_in, chayenity_user_view, "Change the profile."),
    EDIT("/api/users/location", location_in, chayenity_profile_view, "Say where one is."),
    EDIT("/api/users/availability", available_in, chayenity_profile_view, "Say whether one takes work."),
    {.method = "GET",
     .path = "/api/users/nearby",
     .op = people_near,
     .in = &nearby_in,
     .view = &chayenity_helper_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_SIGNED_IN,
     .summary = "Helpers near a place, nearest first."},
};
SECTION(chayenity_users, "Users", "Profiles, and who is near.");

/* ---- buddies ---- */

static const void *buddy_user(Render *r, const void *row) {
    User *u = ARENA_NEW(r->arena, User);
    return u && user_load(r->call, *(const int64_t *)row, u) == OK ? u : NULL;
}
VIEW_WITH(chayenity_buddy_user_view, User, "BuddyInfo", "Who it is.", (.load = buddy_user), USER_ID, USER_SHOWN_NAME,
          USER_PICTURE, USER_REPUTATION, USER_REVIEWS, USER_IS_AVAILABLE);
static bool buddy_info(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Buddy *)row)->user;
    return true;
}
VIEW(chayenity_buddy_view, Buddy, "Buddy", "Somebody on one's list.", SHOW_ID("id", Buddy, id, &BUDDY, "The entry's id."),
     SHOW_ID("buddy_user_id", Buddy, user, &USER, "Who."),
     SHOW("notes", W_STR, Buddy, notes, "What one wrote.", .empty = EMPTY_NULL),
     SHOW("created_at", W_TIME, Buddy, created_ms, "Since when."),
     SHOW_GET("buddy_info", W_ROW, buddy_info, "Who it is.", .view = &chayenity_buddy_user_view, .optional = true));
VIEW(chayenity_buddies_view, PageOut, "Buddies", "One's list.", SHOW_ITEMS(),
     SHOW("total_count", W_INT, PageOut, total, "Entries in all."));

INPUTS(buddy_in, BuddyIn,
       INPUT("buddy_user_id", IN_BODY, W_ID, BuddyIn, user, NO_HAS, "Who.", .flags = IN_REQUIRED, .kind = &USER),
       INPUT("notes", IN_BODY, W_STR, BuddyIn, notes, NO_HAS, "For oneself.", .flags = IN_TRIM, .max = BUDDY_NOTES_MAX));
INPUTS(buddies_in, BuddiesIn, CHAYENITY_PAGING(BuddiesIn, page, "skip", LIST_LIMIT_DEFAULT));
INPUTS(available_buddies_in, BuddiesIn, CHAYENITY_PAGING(BuddiesIn, page, "skip", LIST_LIMIT_DEFAULT),
       INPUT_CONST(BuddiesIn, only_available, 1));
INPUTS(buddy_id_in, IdIn, INPUT_ID("buddy_id", IdIn, id, &BUDDY, "Which entry."));

#define BUDDIES(path_, in_, summary_)     \
    {.method = "GET",                     \
     .path = (path_),                     \
     .op = buddy_list,                    \
     .in = &(in_),                        \
     .view = &chayenity_buddy_view,       \
     .shape = SHAPE_LIST,                 \
     .envelope = &chayenity_buddies_view, \
     .plural = "buddies",                 \
     .access = ACCESS_SIGNED_IN,          \
     .summary = (summary_)}
static const Route chayenity_buddies_routes[] = {
    {.method = "POST",
     .path = "/api/buddies",
     .op = buddy_add,
     .in = &buddy_in,
     .view = &chayenity_buddy_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_CONFLICT) | ERR(E_LIMIT),
     .summary = "Put somebody on one's list."},
    BUDDIES("/api/buddies", buddies_in, "One's list."),
    BUDDIES("/api/buddies/available", available_buddies_in, "Those of the list who take work now."),
    {.method = "DELETE",
     .path = "/api/buddies/{buddy_id}",
     .op = buddy_remove,
     .in = &buddy_id_in,
     .shape = SHAPE_NONE,
     .status = 204,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "Take somebody off the list."},
};
SECTION(chayenity_buddies, "Buddies", "People at hand.");
