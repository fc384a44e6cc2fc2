/* user.h - people.
 *
 * One account serves every contract. A phone number or e-mail address belongs to the account that PROVED it (by code); an
 * unproven claim on an address never blocks, and never shares the account of, the person who later proves it: the proof takes the
 * address over and revokes the unverified account's password and sessions. Counters here are kept by the operations that change
 * them; money is not here (wallet.h). */
#ifndef DOMAIN_USER_H
#define DOMAIN_USER_H

#include "domain/domain.h"

enum {
    USER_NAME_MAX = 120,
    USER_BIO_MAX = 2000,
    USER_PLACE_MAX = 200,
    USER_COURSE_MAX = 120, /* code points */
    USER_SKILLS_MAX = 30,
    USER_SKILL_MAX = 50,
    USER_PASSWORD_MIN = 8,
    USER_PASSWORD_MAX = 128,
    USERNAME_MIN = 3, /* letters, digits, '_', '-' and '.' */
    USERNAME_MAX = 30,
    USER_CONTACT_MAX = 300,
    USER_TIMEZONE_MAX = 64,
    USER_LINKS_MAX = 20,
    USER_LINK_MAX = 500 /* code points */
};

/* What a person likes to be: a preference, bits of User.roles. */
enum { ROLE_BIT_DOER = 1, ROLE_BIT_CLIENT = 2 };
/* User.flags */
enum {
    USER_PHONE_VERIFIED = 1,
    USER_EMAIL_VERIFIED = 2,
    USER_ID_VERIFIED = 4,
    USER_SUSPENDED = 8,
    USER_DELETED = 16,
    USER_AVAILABLE = 32,
    USER_HAS_PLACE = 64,
    USER_WELCOMED = 128, /* the first sign-in's greeting is over */
    USER_ERASING = 256,  /* deleted; a job removes what is left */
    USER_SHIFTING = 512  /* suspended, or not any more; a job takes the listings down or brings them back */
};

typedef struct User {
    int64_t id;
    Str phone;          /* +91XXXXXXXXXX, proven; "" when none */
    Str email;          /* lower case; see USER_EMAIL_VERIFIED */
    Str email_pending;  /* asked for, code mailed, not proven */
    Str password;       /* Argon2id PHC string, "" when none */
    Str google_sub;
    Str name, bio, university, course;
    int32_t year, graduation_year;
    int64_t avatar_file, id_document_file; /* file ids, 0 = none */
    int32_t flags;
    int32_t rights;     /* RIGHT_MODERATOR, RIGHT_ADMIN */
    int32_t roles;
    List skills;        /* STRS as written */
    Str place;          /* city or free text */
    int32_t lat_e6, lon_e6; /* degrees * 1e6, where USER_HAS_PLACE */
    int64_t rating_sum, rating_count; /* of visible and hidden reviews alike once published; stars and number */
    int64_t completed_gigs;           /* as doer */
    int32_t trust;                    /* 0..100 */
    List badges;        /* STRS: badge slugs, in the order earned */
    int64_t bank_account; /* the newest verified one, 0 = none */
    int64_t created_ms, last_active_ms; /* active: to the hour, so that reading does not write */
    int64_t muted;      /* bits 1 << NotificationType that the user does not want pushed */
    int64_t reply_sum_ms, replies; /* time to the first answer in a chat, summed; and over how many */
    Str username;       /* unique without regard to case; "" only in accounts older than usernames */
    Str contact_info;   /* how else to reach the person, shown to everybody */
    List ai_tools;      /* STRS: what the person works with */
    int64_t hourly_rate; /* minor units, 0 = not said */
    List links;         /* STRS: http(s) addresses of a portfolio */
    Str timezone;       /* "Asia/Kolkata", as written */
    int64_t updated_ms; /* the profile; 0 = never */
    int64_t suspended_ms; /* since when, where USER_SUSPENDED */
    Str suspend_reason;
    Str id_reason;      /* why the last student ID was rejected */
    int64_t mail_flips, sms_flips; /* bits 1 << NotificationType whose e-mail or SMS is not as by default (preference.h) */
    Str given;          /* the part of the name that comes first, where it was given in parts */
    int64_t freelancer, client_profile; /* profiles of these kinds (profile.h), 0 = none */
    int64_t works;      /* what holds the works shown of somebody without a profile as a freelancer (work.h), 0 = none */
    int32_t lang;       /* of what is sent to the person (lang.h); 0 = not said */
    Str avatar_url;     /* a picture that lies elsewhere; then avatar_file is 0 */
} User;

extern const Record USER;
/* Of freelancers whom everybody may see: by the profile's id, under 1, a skill_key, the folded place; counted by that. And words.
 */
extern const Index *const USER_BY_LOCATION; /* geo_cell, latitude, longitude, 1 when available; of those who have a place */
extern const Index *const USER_FREELANCERS, *const USER_BY_SKILL, *const USER_BY_PLACE, *const USER_FREELANCER_TEXT;
extern const Index *const USER_BY_PHONE; /* unique, where set */
extern const Index *const USER_BY_EMAIL; /* unique, where set: proven, or claimed by an account with a password */
extern const Index *const USER_BY_USERNAME; /* unique, in lower case, where set */
extern const Index *const USER_BY_GOOGLE; /* unique: google_sub, where set */

/* What moderators look people up by; one person may be in several. Permanent numbers. */
typedef enum UserState {
    USER_IS_THERE = 1, /* not deleted */
    USER_IS_SUSPENDED,
    USER_IS_ID_PENDING, /* a student ID waits for a moderator */
    USER_IS_ID_VERIFIED,
    USER_IS_MODERATOR,
    USER_IS_ADMIN,
    USER_IS_DELETED,
    USER_IS_ERASING, /* deleted, and not everything of theirs is gone yet */
    USER_IS_SHIFTING,
    USER_STATE_COUNT
} UserState;
extern const Index *const USER_BY_STATE; /* UserState; counted */
extern const Index *const USER_TEXT; /* name, username, phone, e-mail, university */

/* A person in a list or beside a thing: loads only what everybody may see. E_MISSING. */
Err user_load(Call *c, int64_t id, User *out);
/* What others call a user who has no name: the part of the address before the '@'; "" without one. */
Str user_shown_name(const User *u);
/* The user that acts. E_UNAUTHORIZED. */
Err user_actor(Call *c, User *out);

/* nothing -> User: the caller. */
OpFn user_me;
/* IdIn -> User: anybody; views decide what is shown. E_MISSING for deleted ones. */
OpFn user_get;

enum {
    USER_SET_NAME,
    USER_SET_BIO,
    USER_SET_UNIVERSITY,
    USER_SET_COURSE,
    USER_SET_YEAR,
    USER_SET_GRADUATION,
    USER_SET_AVATAR,
    USER_SET_ID_DOCUMENT,
    USER_SET_ROLES,
    USER_SET_SKILLS,
    USER_SET_PLACE,
    USER_SET_LAT,
    USER_SET_LON,
    USER_SET_AVAILABLE,
    USER_SET_EMAIL,
    USER_SET_PASSWORD,
    USER_SET_MUTED,
    USER_SET_USERNAME,
    USER_SET_CONTACT_INFO,
    USER_SET_WELCOMED,
    USER_SET_AI_TOOLS,
    USER_SET_HOURLY_RATE,
    USER_SET_LINKS,
    USER_SET_TIMEZONE,
    USER_SET_GIVEN,
    USER_SET_LANG
};
typedef struct UserEdit {
    uint64_t has;
    Str name, bio, university, course;
    int32_t year, graduation_year;
    int64_t avatar_file, id_document_file;
    Str avatar_url; /* USER_SET_AVATAR: the http(s) address of a picture that lies elsewhere, instead of a file */
    int32_t roles; /* at least one bit */
    List skills; /* STRS */
    Str place;
    int32_t lat_e6, lon_e6;
    bool available;
    Str email; /* a code is mailed to it; it counts once proven */
    Str password_hash; /* PHC string: hashing is slow and belongs outside the write transaction, so the caller does it
                          (crypto/password.h) */
    int64_t muted;
    Str username;
    Str contact_info;
    bool welcomed;
    bool nameless; /* the name may be empty */
    List ai_tools, links; /* STRS */
    int64_t hourly_rate; /* 0 = none */
    Str timezone;
    int32_t lang; /* lang.h */
    Str given; /* with name only: the part of it that comes first */
} UserEdit;
/* UserEdit -> User: changes the caller. E_INVALID with fields; E_CONFLICT "USERNAME_TAKEN". */
OpFn user_edit;

typedef struct EmailCodeIn {
    Str otp;
} EmailCodeIn;
typedef struct EmailVerifyOut {
    bool refused; /* wrong or void code: commit (the try counts) and answer INVALID_OTP */
    User user;
} EmailVerifyOut;
/* EmailCodeIn -> EmailVerifyOut: proves the caller's pending e-mail. A wrong code is OK with `refused` set. Takes the
 * address over from an account that had only claimed it; E_CONFLICT "EMAIL_TAKEN" when another one proved it. E_STATE: none is
 * pending. */
OpFn user_verify_email;

/* ---- for other domain code ---- */

/* A new account with a proven phone number in normal form. E_CONFLICT. */
Err user_register(Call *c, Str phone, User *out);
/* Inserts a new account: the given fields, and what every new account has. Without a username one is made out of `hint` (an
 * e-mail address or any word). E_INVALID, E_CONFLICT "USERNAME_TAKEN". */
Err user_create(Call *c, Str hint, User *u);
/* Whose address this is; E_MISSING. `email` in normal form (email_normal). */
Err user_by_email(Call *c, Str email, User *out);
/* A username that `owner` (0: a new account) may have. E_INVALID with the field, E_CONFLICT "USERNAME_TAKEN". */
Err user_username_ok(Call *c, Str name, int64_t owner);
/* By username, in any case. E_MISSING also for deleted accounts. */
Err user_by_username(Call *c, Str username, User *out);
/* `owner` (0: an account about to be made) has proven this address: an account that had only claimed it loses the claim, its
 * password and its sessions, and a registration that waits for a code is forgotten. E_CONFLICT "EMAIL_TAKEN" when another account
 * has proven it. */
Err user_take_email(Call *c, Str email, int64_t owner);

/* The caller may begin something with `other`: E_FORBIDDEN "BLOCKED" when one of them has blocked the other, E_STATE when that
 * account is suspended or gone. */
Err user_deals(Call *c, int64_t other);

/* A rating of `stars` was published / taken back (delta +1 / -1). Recomputes trust and badges. */
Err user_rated(Call *c, int64_t user, int32_t stars, int32_t delta);
/* An order ended in which the user took part: recomputes completed_gigs, trust and badges from facts (order_facts). */
Err user_refresh(Call *c, int64_t user);
/* A bank account of the user was verified or removed (0). */
Err user_bank(Call *c, int64_t user, int64_t bank_account);
/* Notes in memory that the user is active now, unless last_active_ms says so to the hour; user_seen_flush writes it. Thread-safe.
 */
void user_seen(const User *u, int64_t now_ms);
/* Writes what was noted; for a job that runs now and then. */
Err user_seen_flush(Call *c);
/* A profile that says who the person is: a name, some words about them, and a skill. */
static inline bool user_complete(const User *u) { return u->name.n && u->bio.n && u->skills.count; }
/* Mean rating in hundredths (0 when unrated). */
static inline int64_t user_rating_e2(const User *u) {
    return u->rating_count ? (u->rating_sum * 100 + u->rating_count / 2) / u->rating_count : 0;
}

#endif
