/* How accounts come to be, and to whom an address or a username belongs. */
#include "base/rand.h"
#include "domain/account.h"
#include "domain/device.h"
#include "domain/report.h"
#include "domain/row.h"

/* ---- finding ---- */

static Err find(Call *c, const Index *ix, Str value, User *out) {
    Key key = key_of(ix);
    key_str(&key, value);
    return row_find(c, &USER, ix, &key, out);
}

Err user_by_email(Call *c, Str email, User *out) { return email.n ? find(c, USER_BY_EMAIL, email, out) : E_MISSING; }

Err user_by_username(Call *c, Str username, User *out) {
    char low[USERNAME_MAX];
    if (username.n == 0 || username.n > sizeof low)
        return E_MISSING;
    for (size_t i = 0; i < username.n; i++)
        low[i] = username.p[i] >= 'A' && username.p[i] <= 'Z' ? (char)(username.p[i] | 0x20) : username.p[i];
    Err e = find(c, USER_BY_USERNAME, str_of(low, username.n), out);
    return e == OK && (out->flags & USER_DELETED) ? E_MISSING : e;
}

/* ---- making ---- */

enum { HINT_CHARS = 20, SUFFIX_TRIES = 64 };

/* The part of an address before the '@', with '_' for what a username may not have. */
static Str base_of(Arena *a, Str hint) {
    Buf b = buf_arena(a, HINT_CHARS);
    for (size_t i = 0; i < hint.n && hint.p[i] != '@' && b.n < HINT_CHARS; i++) {
        char ch = hint.p[i], low = ch >= 'A' && ch <= 'Z' ? (char)(ch | 0x20) : ch;
        bool good = (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9');
        if (good || (b.n && b.p[b.n - 1] != '_'))
            buf_char(&b, good ? low : '_');
    }
    while (b.n && b.p[b.n - 1] == '_')
        b.n--;
    return b.n >= USERNAME_MIN ? buf_str(&b) : S("user");
}

static Err username_make(Call *c, Str hint, Str *out) {
    Str base = base_of(c->arena, hint);
    User other;
    /* First the name as it is, then with ever longer numbers behind it. The plain "user" is nobody's. */
    for (int i = str_eq(base, S("user")) ? SUFFIX_TRIES / 2 : 0; i < SUFFIX_TRIES; i++) {
        uint64_t span = i < SUFFIX_TRIES / 2 ? UINT64_C(10) << (i / 4) : 100000000;
        *out = i ? arena_printf(c->arena, "%.*s%llu", STR_ARG(base), (unsigned long long)rand_below(span) + 1) : base;
        if (!out->p)
            return E_NOMEM;
        Err e = user_by_username(c, *out, &other);
        if (e == E_MISSING)
            return OK;
        if (e)
            return e;
    }
    return E_BUSY; /* cannot be: half of the tries draw from a hundred million */
}

Err user_create(Call *c, Str hint, User *u) {
    Err e = u->username.n ? user_username_ok(c, u->username, 0) : username_make(c, hint, &u->username);
    if (e)
        return e;
    u->flags |= USER_AVAILABLE;
    if (!u->roles)
        u->roles = ROLE_BIT_DOER | ROLE_BIT_CLIENT;
    u->lang = c->lang;
    u->created_ms = u->last_active_ms = c->now_ms;
    e = rec_insert(c->tx, &USER, u);
    if (e == OK)
        e = user_refresh(c, u->id);
    return e ? e : row_load(c, &USER, u->id, u);
}

Err user_register(Call *c, Str phone, User *out) {
    *out = (User){.phone = phone, .flags = USER_PHONE_VERIFIED};
    return user_create(c, S("user"), out);
}

/* ---- whose address ---- */

/* Whoever proves an address gets it from an account that had only claimed it, which loses the claim, its password and its
 * sessions: they may be somebody else's. One that had proven it keeps it: it may have no other way in. */
Err user_take_email(Call *c, Str email, int64_t owner) {
    User other;
    Err e = user_by_email(c, email, &other);
    if (e && e != E_MISSING)
        return e;
    if (e == OK && other.id != owner) {
        if (other.flags & USER_EMAIL_VERIFIED)
            return account_taken(c);
        other.email = (Str){NULL, 0};
        other.password = (Str){NULL, 0};
        e = rec_put(c->tx, &USER, &other);
        if (e == OK)
            e = session_end_all(c, other.id, 0);
        if (e)
            return e;
    }
    return registration_forget(c, email);
}

/* ---- dealing with somebody ---- */

Err user_deals(Call *c, int64_t other) {
    User u;
    bool blocked;
    Err e = blocked_between(c, other, c->actor.user, &blocked);
    if (e == OK && blocked)
        return diag_fail(c->diag, E_FORBIDDEN, "BLOCKED", S("one of you has blocked the other"));
    if (e == OK)
        e = rec_get(c->tx, &USER, other, &u);
    if (e == E_MISSING || (e == OK && (u.flags & (USER_SUSPENDED | USER_DELETED))))
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("this person does not deal here at present"));
    return e;
}
