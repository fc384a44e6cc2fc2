#include "domain/user.h"

#include "codec/contact.h"
#include "domain/event.h"
#include "domain/file.h"
#include "domain/geo.h"
#include "domain/ledger.h"
#include "domain/link.h"
#include "domain/profile.h"
#include "domain/row.h"
#include "domain/session.h"
#include "domain/skill.h"
#include "domain/trust.h"
#include "store/text.h"

static bool has_phone(const void *row) { return ((const User *)row)->phone.n > 0; }
static bool has_email(const void *row) { return ((const User *)row)->email.n > 0; }
static bool has_username(const void *row) { return ((const User *)row)->username.n > 0; }
static bool has_google(const void *row) { return ((const User *)row)->google_sub.n > 0; }

static Str lower_ascii(Arena *a, Str s) {
    char *p = arena_raw(a, s.n);
    for (size_t i = 0; p && i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
    return str_of(p, p ? s.n : 0);
}

static Err username_key(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)i64s;
    *n = 1;
    *strs = ARENA_NEW(a, Str);
    if (!*strs)
        return E_NOMEM;
    **strs = lower_ascii(a, ((const User *)row)->username);
    return (*strs)->p ? OK : E_NOMEM;
}

static Err states(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    const User *u = row;
    int64_t *out = *i64s = ARENA_ARRAY(a, USER_STATE_COUNT, int64_t);
    *n = 0;
    if (!out)
        return E_NOMEM;
    const struct {
        bool is;
        int64_t state;
    } rows[] = {
        {!(u->flags & USER_DELETED), USER_IS_THERE},
        {u->flags & USER_SUSPENDED, USER_IS_SUSPENDED},
        {u->id_document_file && !(u->flags & USER_ID_VERIFIED), USER_IS_ID_PENDING},
        {u->flags & USER_ID_VERIFIED, USER_IS_ID_VERIFIED},
        {u->rights & RIGHT_MODERATOR, USER_IS_MODERATOR},
        {u->rights & RIGHT_ADMIN, USER_IS_ADMIN},
        {u->flags & USER_DELETED, USER_IS_DELETED},
        {u->flags & USER_ERASING, USER_IS_ERASING},
        {u->flags & USER_SHIFTING, USER_IS_SHIFTING},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].is)
            out[(*n)++] = rows[i].state;
    return OK;
}

static const Field user_fields[] = {
    FIELD(1, User, phone, F_STR, "proven phone number"),
    FIELD(2, User, email, F_STR, "e-mail address, see flags"),
    FIELD(3, User, email_pending, F_STR, "address a code was mailed to"),
    FIELD(4, User, password, F_STR, "Argon2id hash"),
    FIELD(5, User, google_sub, F_STR, "subject of a Google account"),
    FIELD(6, User, name, F_STR, "full name"),
    FIELD(7, User, bio, F_STR, "about the person"),
    FIELD(8, User, university, F_STR, "university or college"),
    FIELD(9, User, course, F_STR, "degree or programme"),
    FIELD(10, User, year, F_I32, "year of study"),
    FIELD(11, User, graduation_year, F_I32, "expected graduation"),
    FIELD(12, User, avatar_file, F_I64, "picture"),
    FIELD(13, User, id_document_file, F_I64, "student ID for verification"),
    FIELD(14, User, flags, F_I32, "what is verified; suspended; available"),
    FIELD(15, User, rights, F_I32, "moderator, admin"),
    FIELD(16, User, roles, F_I32, "likes to be doer, client"),
    FIELD(17, User, skills, F_STRS, "what the person can do"),
    FIELD(18, User, place, F_STR, "town or campus"),
    FIELD(19, User, lat_e6, F_I32, "latitude"),
    FIELD(20, User, lon_e6, F_I32, "longitude"),
    FIELD(21, User, rating_sum, F_I64, "stars of published reviews"),
    FIELD(22, User, rating_count, F_I64, "number of published reviews"),
    FIELD(23, User, completed_gigs, F_I64, "orders completed as doer"),
    FIELD(24, User, trust, F_I32, "trust score"),
    FIELD(25, User, badges, F_STRS, "badges earned"),
    FIELD(26, User, bank_account, F_I64, "newest verified bank account"),
    FIELD(27, User, created_ms, F_I64, "registered"),
    FIELD(28, User, last_active_ms, F_I64, "last seen, to the hour"),
    FIELD(29, User, muted, F_I64, "notification types not pushed"),
    FIELD(30, User, reply_sum_ms, F_I64, "time to first answers, summed"),
    FIELD(31, User, replies, F_I64, "number of first answers"),
    FIELD(40, User, username, F_STR, "unique name"),
    FIELD(41, User, contact_info, F_STR, "how else to reach the person"),
    FIELD(42, User, lang, F_I32, "language of what is sent to the person"),
    FIELD(43, User, works, F_I64, "holder of the works shown, where there is no profile as a freelancer"),
    FIELD(45, User, ai_tools, F_STRS, "AI tools the person works with"),
    FIELD(46, User, hourly_rate, F_I64, "asked for an hour, minor units"),
    FIELD(47, User, links, F_STRS, "portfolio on the web"),
    FIELD(48, User, timezone, F_STR, "time zone by name"),
    FIELD(49, User, updated_ms, F_I64, "when the profile changed"),
    FIELD(50, User, given, F_STR, "first part of the name"),
    FIELD(51, User, freelancer, F_I64, "profile as a freelancer"),
    FIELD(52, User, client_profile, F_I64, "profile as a client"),
    FIELD(58, User, suspended_ms, F_I64, "suspended since"),
    FIELD(59, User, suspend_reason, F_STR, "why"),
    FIELD(60, User, id_reason, F_STR, "why the last student ID was rejected"),
    FIELD(61, User, mail_flips, F_I64, "notification types whose e-mail is not as by default"),
    FIELD(62, User, sms_flips, F_I64, "the same of SMS"),
    FIELD(63, User, avatar_url, F_STR, "picture that lies elsewhere"),
};

/* ---- freelancers ---- */

static bool is_freelancer(const void *row) {
    const User *u = row;
    return u->freelancer && !(u->flags & (USER_DELETED | USER_SUSPENDED));
}

static Err one_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)row, (void)strs;
    *i64s = ARENA_ARRAY(a, 1, int64_t);
    if (!*i64s)
        return E_NOMEM;
    **i64s = 1;
    *n = 1;
    return OK;
}

static Err cell_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    Err e = one_part(row, a, n, i64s, strs);
    if (e == OK)
        **i64s = geo_cell(((const User *)row)->lat_e6, ((const User *)row)->lon_e6);
    return e;
}
static Err available_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    Err e = one_part(row, a, n, i64s, strs);
    if (e == OK)
        **i64s = (((const User *)row)->flags & USER_AVAILABLE) != 0;
    return e;
}
static bool is_located(const void *row) {
    int32_t flags = ((const User *)row)->flags;
    return flags & USER_HAS_PLACE && !(flags & (USER_DELETED | USER_SUSPENDED));
}

static Err skill_parts(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)i64s;
    return skill_keys(a, &((const User *)row)->skills, n, strs);
}

static Err place_part(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)i64s;
    *strs = ARENA_ARRAY(a, 1, Str);
    if (!*strs)
        return E_NOMEM;
    **strs = text_fold(a, ((const User *)row)->place);
    *n = 1;
    return OK;
}

enum { TAG_FREELANCER = 51 };
#define FREELANCERS(id_, name_, doc_, type_, of_)                                                                        \
    {                                                                                                                    \
        .id = id_, .kind = IX_ORDERED, .part_count = 2, .counted = 1, .name = name_, .doc = doc_, .when = is_freelancer, \
        .parts = {                                                                                                       \
            {.type = type_, .of = of_},                                                                                  \
            {.tag = TAG_FREELANCER}                                                                                      \
        }                                                                                                                \
    }
static const Index user_indexes[] = {
    {.id = 10,
     .kind = IX_UNIQUE,
     .part_count = 1,
     .name = "user_phone",
     .doc = "by phone",
     .parts = {{.tag = 1}},
     .when = has_phone},
    {.id = 11,
     .kind = IX_UNIQUE,
     .part_count = 1,
     .name = "user_email",
     .doc = "by e-mail",
     .parts = {{.tag = 2}},
     .when = has_email},
    {.id = 102,
     .kind = IX_UNIQUE,
     .part_count = 1,
     .name = "user_username",
     .doc = "by username in lower case",
     .parts = {{.type = F_STR, .of = username_key}},
     .when = has_username},
    {.id = 103,
     .kind = IX_UNIQUE,
     .part_count = 1,
     .name = "user_google",
     .doc = "by Google account",
     .parts = {{.tag = 5}},
     .when = has_google},
    {.id = 92,
     .kind = IX_TEXT,
     .name = "user_text",
     .doc = "for moderators",
     .text = {{.tag = 6, .weight = 3},
              {.tag = 40, .weight = 2},
              {.tag = 1, .weight = 2},
              {.tag = 2, .weight = 2},
              {.tag = 8, .weight = 1}}},
    {.id = 93,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "user_state",
     .doc = "for moderators",
     .parts = {{.type = F_I64S, .of = states}}},
    FREELANCERS(202, "user_freelancer", "freelancers", F_I64, one_part),
    FREELANCERS(203, "user_skill", "freelancers by skill", F_STRS, skill_parts),
    FREELANCERS(204, "user_place", "freelancers by place", F_STR, place_part),
    {.id = 16,
     .kind = IX_ORDERED,
     .part_count = 4,
     .name = "user_location",
     .doc = "by where they are",
     .parts = {{.type = F_I64, .of = cell_part}, {.tag = 19}, {.tag = 20}, {.type = F_I64, .of = available_part}},
     .when = is_located},
    {.id = 205,
     .kind = IX_TEXT,
     .name = "user_freelancer_text",
     .doc = "words of freelancers",
     .when = is_freelancer,
     .text = {{.tag = 6, .weight = 4}, {.tag = 17, .weight = 3}, {.tag = 18, .weight = 1}, {.tag = 7, .weight = 1}}},
};
const Record USER = {.kind = 1,
                     .size = sizeof(User),
                     .name = "user",
                     .doc = "a person",
                     .fields = user_fields,
                     .field_count = COUNT(user_fields),
                     .indexes = user_indexes,
                     .index_count = COUNT(user_indexes)};
const Index *const USER_BY_PHONE = &user_indexes[0];
const Index *const USER_BY_EMAIL = &user_indexes[1];
const Index *const USER_BY_USERNAME = &user_indexes[2];
const Index *const USER_BY_GOOGLE = &user_indexes[3];
const Index *const USER_TEXT = &user_indexes[4];
const Index *const USER_BY_STATE = &user_indexes[5];
const Index *const USER_FREELANCERS = &user_indexes[6];
const Index *const USER_BY_SKILL = &user_indexes[7];
const Index *const USER_BY_PLACE = &user_indexes[8];
const Index *const USER_BY_LOCATION = &user_indexes[9];
const Index *const USER_FREELANCER_TEXT = &user_indexes[10];

Err call_signed_in(Call *c) { return c->actor.user ? OK : E_UNAUTHORIZED; }

Err user_load(Call *c, int64_t id, User *out) {
    Err e = row_load(c, &USER, id, out);
    return e == OK && (out->flags & USER_DELETED) ? E_MISSING : e;
}

Str user_shown_name(const User *u) {
    return u->name.n || !u->email.n ? u->name : str_slice(u->email, 0, str_index(u->email, '@'));
}

Err user_actor(Call *c, User *out) {
    Err e = call_signed_in(c);
    if (e == OK)
        e = user_load(c, c->actor.user, out);
    return e == E_MISSING ? E_UNAUTHORIZED : e;
}

Err user_me(Call *c, const void *in, void *out) {
    (void)in;
    return user_actor(c, out);
}

Err user_get(Call *c, const void *in, void *out) { return user_load(c, ((const IdIn *)in)->id, out); }

/* ---- changing oneself ---- */

/* The text fields of an edit: one row each. */
static const struct {
    uint8_t bit;
    uint16_t from, to;
    uint16_t min, max;
    Str name;
} texts[] = {
    {USER_SET_NAME, offsetof(UserEdit, name), offsetof(User, name), 1, USER_NAME_MAX, STR_INIT("name")},
    {USER_SET_BIO, offsetof(UserEdit, bio), offsetof(User, bio), 0, USER_BIO_MAX, STR_INIT("bio")},
    {USER_SET_UNIVERSITY, offsetof(UserEdit, university), offsetof(User, university), 0, USER_PLACE_MAX, STR_INIT("university")},
    {USER_SET_COURSE, offsetof(UserEdit, course), offsetof(User, course), 0, USER_COURSE_MAX, STR_INIT("course")},
    {USER_SET_PLACE, offsetof(UserEdit, place), offsetof(User, place), 0, USER_PLACE_MAX, STR_INIT("place")},
    {USER_SET_CONTACT_INFO, offsetof(UserEdit, contact_info), offsetof(User, contact_info), 0, USER_CONTACT_MAX,
     STR_INIT("contact_info")},
    {USER_SET_TIMEZONE, offsetof(UserEdit, timezone), offsetof(User, timezone), 0, USER_TIMEZONE_MAX, STR_INIT("timezone")},
};

static Err edit_texts(Call *c, const UserEdit *in, User *u) {
    Err e = OK;
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (!HAS(in, texts[i].bit))
            continue;
        Str v = str_trim(*(const Str *)(const void *)((const char *)in + texts[i].from));
        size_t n = str_utf8_len(v), min = texts[i].bit == USER_SET_NAME && in->nameless ? 0 : texts[i].min;
        if (n < min || n > texts[i].max)
            e = diag_field(c->diag, E_INVALID, texts[i].name,
                           arena_printf(c->arena, "must have %zu to %u characters", min, texts[i].max));
        *(Str *)(void *)((char *)u + texts[i].to) = v;
    }
    if (HAS(in, USER_SET_NAME))
        u->given = HAS(in, USER_SET_GIVEN) ? str_trim(in->given) : (Str){NULL, 0};
    return e;
}

static Err edit_numbers(Call *c, const UserEdit *in, User *u) {
    Err e = OK;
    if (HAS(in, USER_SET_YEAR)) {
        if (in->year < 1 || in->year > 5)
            e = diag_field(c->diag, E_INVALID, S("year"), S("must be from 1 to 5"));
        u->year = in->year;
    }
    if (HAS(in, USER_SET_GRADUATION)) {
        if (in->graduation_year < 1950 || in->graduation_year > 2100)
            e = diag_field(c->diag, E_INVALID, S("graduation_year"), S("must be a year"));
        u->graduation_year = in->graduation_year;
    }
    if (HAS(in, USER_SET_ROLES)) {
        if (in->roles == 0)
            e = diag_field(c->diag, E_INVALID, S("roles"), S("must name at least one role"));
        u->roles = in->roles;
    }
    if (HAS(in, USER_SET_LAT) != HAS(in, USER_SET_LON))
        return diag_field(c->diag, E_INVALID, HAS(in, USER_SET_LAT) ? S("lon_e6") : S("lat_e6"),
                          S("latitude and longitude go together"));
    if (HAS(in, USER_SET_LAT)) {
        if (in->lat_e6 < -90000000 || in->lat_e6 > 90000000)
            e = diag_field(c->diag, E_INVALID, S("lat_e6"), S("must be from -90 to 90"));
        if (in->lon_e6 < -180000000 || in->lon_e6 > 180000000)
            e = diag_field(c->diag, E_INVALID, S("lon_e6"), S("must be from -180 to 180"));
        u->lat_e6 = in->lat_e6;
        u->lon_e6 = in->lon_e6;
        u->flags |= USER_HAS_PLACE;
    }
    if (HAS(in, USER_SET_AVAILABLE))
        u->flags = in->available ? u->flags | USER_AVAILABLE : u->flags & ~USER_AVAILABLE;
    if (HAS(in, USER_SET_WELCOMED))
        u->flags = in->welcomed ? u->flags | USER_WELCOMED : u->flags & ~USER_WELCOMED;
    if (HAS(in, USER_SET_HOURLY_RATE)) {
        if (in->hourly_rate < 0 || in->hourly_rate > MONEY_MAX)
            e = diag_field(c->diag, E_INVALID, S("hourly_rate"), S("must be an amount"));
        u->hourly_rate = in->hourly_rate;
    }
    if (HAS(in, USER_SET_MUTED))
        u->muted = in->muted;
    if (HAS(in, USER_SET_LANG))
        u->lang = in->lang;
    if (HAS(in, USER_SET_PASSWORD))
        u->password = in->password_hash;
    return e;
}

/* A list of short texts, each once without regard to case. */
static Err edit_list(Call *c, const List *given, size_t max, size_t longest, Str field, List *to) {
    Str one, *kept = ARENA_ARRAY(c->arena, max, Str);
    size_t n = 0;
    if (!kept)
        return E_NOMEM;
    for (ListIter it = list_iter(given); list_str(&it, &one);) {
        one = str_trim(one);
        bool twice = false;
        for (size_t i = 0; i < n; i++)
            twice |= str_eq_nocase(kept[i], one);
        if (twice)
            continue;
        if (one.n == 0 || str_utf8_len(one) > longest || n == max)
            return diag_field(c->diag, E_INVALID, field,
                              arena_printf(c->arena, "at most %zu entries of 1 to %zu characters", max, longest));
        kept[n++] = one;
    }
    *to = list_of_strs(c->arena, kept, n);
    return n && !to->p ? E_NOMEM : OK;
}

static Err edit_links(Call *c, const UserEdit *in, User *u) {
    Str link;
    for (ListIter it = list_iter(&in->links); list_str(&it, &link);)
        if (!str_starts(str_trim(link), S("https://")) && !str_starts(str_trim(link), S("http://")))
            return diag_field(c->diag, E_INVALID, S("links"), S("must be http or https addresses"));
    return edit_list(c, &in->links, USER_LINKS_MAX, USER_LINK_MAX, S("links"), &u->links);
}

static Err edit_lists(Call *c, const UserEdit *in, User *u) {
    Err e = OK, fault;
    if (HAS(in, USER_SET_SKILLS) && (fault = skills_in(c, &in->skills, USER_SKILLS_MAX, &u->skills)))
        e = fault;
    if (HAS(in, USER_SET_AI_TOOLS) &&
        (fault = edit_list(c, &in->ai_tools, USER_SKILLS_MAX, USER_SKILL_MAX, S("ai_tools"), &u->ai_tools)))
        e = fault;
    if (HAS(in, USER_SET_LINKS) && (fault = edit_links(c, in, u)))
        e = fault;
    return e;
}

static Err edit_files(Call *c, const UserEdit *in, User *u) {
    Err e = OK;
    if (HAS(in, USER_SET_AVATAR)) {
        if (in->avatar_url.n && !link_ok(in->avatar_url))
            e = diag_field(c->diag, E_INVALID, S("avatar_url"), S("must be the address of a picture"));
        else if (!in->avatar_url.n)
            e = file_use_picture(c, in->avatar_file, FILE_AVATAR, S("avatar_url"));
        u->avatar_file = in->avatar_url.n ? 0 : in->avatar_file;
        u->avatar_url = in->avatar_url;
    }
    if (e == OK && HAS(in, USER_SET_ID_DOCUMENT)) {
        e = file_use(c, in->id_document_file, FILE_ID_DOCUMENT, S("id_document_file"));
        u->id_document_file = in->id_document_file;
        u->flags &= ~USER_ID_VERIFIED; /* a new document is looked at anew */
    }
    return e;
}

Err user_username_ok(Call *c, Str name, int64_t owner) {
    User other;
    bool ok = name.n >= USERNAME_MIN && name.n <= USERNAME_MAX;
    for (size_t i = 0; ok && i < name.n; i++) {
        char l = (char)(name.p[i] | 0x20);
        ok = (l >= 'a' && l <= 'z') || (name.p[i] >= '0' && name.p[i] <= '9') || memchr("_-.", name.p[i], 3);
    }
    if (!ok)
        return diag_field(
            c->diag, E_INVALID, S("username"),
            arena_printf(c->arena, "must have %d to %d letters, digits, '_', '-' or '.'", USERNAME_MIN, USERNAME_MAX));
    Err e = user_by_username(c, name, &other);
    if (e)
        return e == E_MISSING ? OK : e;
    if (other.id == owner)
        return OK;
    diag_field(c->diag, E_CONFLICT, S("username"), S("is taken already"));
    return diag_fail(c->diag, E_CONFLICT, "USERNAME_TAKEN", S("This username is taken already."));
}

static Err edit_username(Call *c, Str name, User *u) {
    u->username = str_trim(name);
    return user_username_ok(c, u->username, u->id);
}

static Err edit_email(Call *c, const UserEdit *in, User *u) {
    if (!email_valid(in->email))
        return diag_field(c->diag, E_INVALID, S("email"), S("must be an e-mail address"));
    Str email = email_normal(c->arena, in->email);
    if (!email.p)
        return E_NOMEM;
    if (str_eq(email, u->email) && (u->flags & USER_EMAIL_VERIFIED)) {
        u->email_pending = (Str){NULL, 0};
        return OK;
    }
    u->email_pending = email;
    return otp_send(c, OTP_EMAIL, email, u->id);
}

Err user_edit(Call *c, const void *input, void *result) {
    const UserEdit *in = input;
    User *u = result;
    Err e = user_actor(c, u), fault;
    if (e)
        return e;
    /* All checks before the first write, and all faults in one answer. */
    e = edit_texts(c, in, u);
    if ((fault = edit_numbers(c, in, u)))
        e = fault;
    if ((fault = edit_lists(c, in, u)))
        e = fault;
    if ((fault = edit_files(c, in, u)))
        e = fault;
    if (e == OK && HAS(in, USER_SET_USERNAME))
        e = edit_username(c, in->username, u);
    if (e == OK && HAS(in, USER_SET_EMAIL))
        e = edit_email(c, in, u);
    if (e)
        return e;
    u->last_active_ms = u->updated_ms = c->now_ms;
    e = skills_register(c, &u->skills);
    if (e == OK)
        e = rec_put(c->tx, &USER, u);
    if (e == OK)
        e = profile_follow(c, u);
    if (e == OK && HAS(in, USER_SET_PASSWORD))
        e = session_end_all(c, u->id, c->actor.session);
    Event ev = {.type = EV_USER, .verb = VERB_UPDATED, .subject = u->id, .users = list_of_i64s(c->arena, &u->id, 1)};
    return e ? e : event_emit(c, &ev);
}

/* ---- proving an e-mail address ---- */

Err user_verify_email(Call *c, const void *input, void *result) {
    const EmailCodeIn *in = input;
    EmailVerifyOut *out = result;
    User *u = &out->user;
    bool good;
    Err e = user_actor(c, u);
    if (e)
        return e;
    if (u->email_pending.n == 0)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("no e-mail address waits for a code"));
    Str email = u->email_pending;
    e = otp_try(c, OTP_EMAIL, email, in->otp, &good);
    if (e || !good) {
        out->refused = e == OK;
        return e;
    }
    e = user_take_email(c, email, u->id);
    if (e)
        return e;
    u->email = email;
    u->email_pending = (Str){NULL, 0};
    u->flags |= USER_EMAIL_VERIFIED;
    e = rec_put(c->tx, &USER, u);
    if (e == OK)
        e = user_refresh(c, u->id);
    return e ? e : row_load(c, &USER, u->id, u);
}

/* ---- what others change ---- */

Err user_rated(Call *c, int64_t user, int32_t stars, int32_t delta) {
    User u;
    Err e = row_load(c, &USER, user, &u);
    if (e)
        return e;
    u.rating_sum += (int64_t)stars * delta;
    u.rating_count += delta;
    e = rec_put(c->tx, &USER, &u);
    return e ? e : user_refresh(c, user);
}

Err user_refresh(Call *c, int64_t user) {
    User u;
    Err e = row_load(c, &USER, user, &u);
    if (e == OK)
        e = trust_apply(c, &u);
    return e ? e : rec_put(c->tx, &USER, &u);
}

Err user_bank(Call *c, int64_t user, int64_t bank_account) {
    User u;
    Err e = row_load(c, &USER, user, &u);
    if (e || u.bank_account == bank_account)
        return e;
    u.bank_account = bank_account;
    return rec_put(c->tx, &USER, &u);
}
