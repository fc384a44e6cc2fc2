/* Profiles. */
#include "contract/campus/campus.h"
#include "contract/ugig/ugig.h"
#include "domain/file.h"

/* ---- a profile ---- */

static const void *profile_load(Render *r, const void *row) {
    User *u = ARENA_NEW(r->arena, User);
    int64_t id;
    memcpy(&id, row, sizeof id);
    return u && !rec_get(r->call->tx, &USER, id, u) ? u : NULL;
}

static bool profile_avatar(Render *r, const void *row, Value *out) {
    const User *u = row;
    out->s = u->avatar_url;
    return out->s.n || ugig_file_url(r, u->avatar_file, out);
}
static bool profile_available(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = (((const User *)row)->flags & USER_AVAILABLE) != 0;
    return true;
}
static bool profile_completed(Render *r, const void *row, Value *out) { return (void)r, out->b = user_complete(row), true; }
static bool profile_updated(Render *r, const void *row, Value *out) {
    (void)r;
    const User *u = row;
    out->i = u->updated_ms ? u->updated_ms : u->created_ms;
    return true;
}

VIEW_WITH(ugig_profile_view, User, "Profile", "A person, as everybody sees them.", (.load = profile_load),
          SHOW_ID("id", User, id, &USER, "The person's id."), SHOW("username", W_STR, User, username, "Unique name."),
          SHOW("full_name", W_STR, User, name, "Full name.", .empty = EMPTY_NULL),
          SHOW_GET("avatar_url", W_STR, profile_avatar, "Picture.", .optional = true),
          SHOW("bio", W_STR, User, bio, "About the person.", .empty = EMPTY_NULL),
          SHOW("skills", W_STRS, User, skills, "Skills."), SHOW("ai_tools", W_STRS, User, ai_tools, "AI tools."),
          SHOW("hourly_rate", W_MONEY, User, hourly_rate, "Asked for an hour.", .empty = EMPTY_NULL),
          SHOW("portfolio_urls", W_STRS, User, links, "Portfolio on the web."),
          SHOW("location", W_STR, User, place, "City or place.", .empty = EMPTY_NULL),
          SHOW("timezone", W_STR, User, timezone, "Time zone by name.", .empty = EMPTY_NULL),
          SHOW_GET("is_available", W_BOOL, profile_available, "Takes work now."),
          SHOW_GET("profile_completed", W_BOOL, profile_completed, "Has a name, some words and a skill."),
          SHOW("created_at", W_TIME, User, created_ms, "Registered."),
          SHOW_GET("updated_at", W_TIME, profile_updated, "When the profile changed last."));

typedef struct UsernameIn {
    Str username;
} UsernameIn;
INPUTS(username_in, UsernameIn,
       INPUT("username", IN_BODY, W_STR, UsernameIn, username, NO_HAS, "Whose, in any case.", .flags = IN_REQUIRED | IN_TRIM,
             .max = 200));

static Err profile_by_username(Call *c, const void *in, void *out) {
    Str name = ((const UsernameIn *)in)->username;
    return name.n ? user_by_username(c, name, out) : E_MISSING;
}

/* ---- changing it ---- */

typedef struct ProfileBody {
    UserEdit edit; /* first: the operation's input */
} ProfileBody;

INPUTS_NAMED(profile_data, ProfileBody, "ProfileUpdateInput",
             INPUT("username", IN_BODY, W_STR, ProfileBody, edit.username, USER_SET_USERNAME, "Unique name.", .flags = IN_TRIM,
                   .max = USERNAME_MAX),
             INPUT("full_name", IN_BODY, W_STR, ProfileBody, edit.name, USER_SET_NAME, "Full name.",
                   .flags = IN_TRIM | IN_NULLABLE, .max = USER_NAME_MAX),
             INPUT("avatar_url", IN_BODY, W_STR, ProfileBody, edit.avatar_url, USER_SET_AVATAR,
                   "Address of a picture, uploaded here or elsewhere.", .flags = IN_TRIM | IN_NULLABLE, .max = USER_LINK_MAX),
             INPUT("bio", IN_BODY, W_STR, ProfileBody, edit.bio, USER_SET_BIO, "About oneself.", .flags = IN_TRIM | IN_NULLABLE,
                   .max = USER_BIO_MAX),
             INPUT("skills", IN_BODY, W_STRS, ProfileBody, edit.skills, USER_SET_SKILLS, "Skills.",
                   .flags = IN_TRIM | IN_NULLABLE, .max = USER_SKILLS_MAX),
             INPUT("ai_tools", IN_BODY, W_STRS, ProfileBody, edit.ai_tools, USER_SET_AI_TOOLS, "AI tools.",
                   .flags = IN_TRIM | IN_NULLABLE, .max = USER_SKILLS_MAX),
             INPUT("hourly_rate", IN_BODY, W_MONEY, ProfileBody, edit.hourly_rate, USER_SET_HOURLY_RATE, "Asked for an hour.",
                   .flags = IN_NULLABLE, .min = 0, .max = INT64_MAX),
             INPUT("portfolio_urls", IN_BODY, W_STRS, ProfileBody, edit.links, USER_SET_LINKS, "Addresses on the web.",
                   .flags = IN_TRIM | IN_NULLABLE, .max = USER_LINKS_MAX),
             INPUT("location", IN_BODY, W_STR, ProfileBody, edit.place, USER_SET_PLACE, "City or place.",
                   .flags = IN_TRIM | IN_NULLABLE, .max = USER_PLACE_MAX),
             INPUT("timezone", IN_BODY, W_STR, ProfileBody, edit.timezone, USER_SET_TIMEZONE, "Time zone by name.",
                   .flags = IN_TRIM | IN_NULLABLE, .max = USER_TIMEZONE_MAX),
             INPUT_CONST(ProfileBody, edit.nameless, 1),
             INPUT("is_available", IN_BODY, W_BOOL, ProfileBody, edit.available, USER_SET_AVAILABLE, "Takes work now."));
INPUTS(profile_in, ProfileBody, UGIG_DATA("data", ProfileBody, profile_data, "What changes."));

static Err profile_before(Exchange *x) {
    ProfileBody *in = x->in;
    if (in->edit.avatar_url.n && campus_file_of(x, in->edit.avatar_url, &in->edit.avatar_file))
        in->edit.avatar_url = (Str){NULL, 0};
    return OK;
}

INPUTS(avatar_in, FileAddIn,
       INPUT("*", IN_FILE, W_FILE, FileAddIn, bytes, NO_HAS, "JPEG, PNG, GIF or WebP, told by content.", .form = FILE_BYTES,
             .flags = IN_REQUIRED, .min = 1),
       INPUT("*", IN_FILE, W_FILE, FileAddIn, name, NO_HAS, "", .form = FILE_NAME), INPUT_CONST(FileAddIn, purpose, FILE_AVATAR));

/* The picture is kept, and is the person's from now on. */
static Err avatar_set(Call *c, const void *in, void *out) {
    User u;
    File *f = out;
    Err e = file_add(c, in, f);
    return e ? e : user_edit(c, &(UserEdit){.has = UINT64_C(1) << USER_SET_AVATAR, .avatar_file = f->id}, &u);
}

static bool avatar_url(Render *r, const void *row, Value *out) { return ugig_file_url(r, ((const File *)row)->id, out); }
static const ViewRow avatar_rows[] = {SHOW_CONST("success", "true", "It is done."),
                                      SHOW_GET("data", W_STR, avatar_url, "Where the picture is.")};
static const View avatar_view = {.name = "ActionResultWithUrl",
                                 .rows = avatar_rows,
                                 .count = COUNT(avatar_rows),
                                 .size = sizeof(File),
                                 .doc = "It is done, and the file is there."};

INPUTS(availability_in, UserEdit,
       INPUT("isAvailable", IN_BODY, W_BOOL, UserEdit, available, USER_SET_AVAILABLE, "Takes work now.", .flags = IN_REQUIRED));

static const Route ugig_profiles_routes[] = {
    {UGIG_ACTION("getProfile", "A person, by username."), .op = profile_by_username, .in = &username_in,
     .view = &ugig_profile_view, .shape = SHAPE_ONE, .reads = true, .or_nothing = true, .access = ACCESS_OPTIONAL},
    {UGIG_ACTION("updateProfile", "Change one's profile."), .op = user_edit, .in = &profile_in, .before = profile_before,
     UGIG_RESULT(&ugig_profile_view), .access = ACCESS_SIGNED_IN, .errors = ERR(E_CONFLICT) | ERR(E_LIMIT),
     .doc = "Only what is given changes; null empties what may be empty."},
    {UGIG_ACTION("uploadAvatar", "Upload one's picture."), .op = avatar_set, .in = &avatar_in, .before = ugig_upload_before,
     .view = &avatar_view, .shape = SHAPE_ONE, .writes = true, .access = ACCESS_SIGNED_IN, .rate = RATE_UPLOAD,
     .errors = ERR(E_LIMIT), .doc = "As multipart/form-data; the first file counts, whatever its name."},
    {UGIG_ACTION("updateAvailability", "Say whether one takes work."), .op = user_edit, .in = &availability_in,
     .out_size = sizeof(User), UGIG_DONE, .access = ACCESS_SIGNED_IN},
};
SECTION(ugig_profiles, "Profiles", "People.");
