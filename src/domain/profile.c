/* What profiles of both kinds have in common. */
#include "domain/profile_internal.h"
#include "domain/row.h"

Err profile_caller(Call *c, int32_t role, User *out) {
    Err e = user_actor(c, out);
    return e ? e : !out->roles || (out->roles & role) ? OK : E_FORBIDDEN;
}

Err profile_missing(Call *c) { return diag_fail(c->diag, E_MISSING, "PROFILE_MISSING", S("there is no such profile yet")); }
Err profile_exists(Call *c) { return diag_fail(c->diag, E_CONFLICT, "PROFILE_EXISTS", S("there is a profile already")); }

void user_names(const User *u, Str *first, Str *last) {
    size_t cut = u->given.n;
    bool given = cut && cut <= u->name.n && !memcmp(u->name.p, u->given.p, cut) && (cut == u->name.n || u->name.p[cut] == ' ');
    if (!given)
        cut = str_index(u->name, ' ');
    *first = str_slice(u->name, 0, cut);
    *last = str_trim(str_from(u->name, cut));
}

Err profile_account(Call *c, const AccountFacts *facts, User *u) {
    UserEdit edit = {0};
    if (facts->first_given || facts->last_given) {
        Str first, last;
        user_names(u, &first, &last);
        first = facts->first_given ? str_trim(facts->first) : first;
        last = facts->last_given ? str_trim(facts->last) : last;
        edit.name = arena_printf(c->arena, "%.*s%s%.*s", STR_ARG(first), last.n ? " " : "", STR_ARG(last));
        edit.given = first;
        if (!edit.name.p)
            return E_NOMEM;
        edit.has |= UINT64_C(1) << USER_SET_NAME | UINT64_C(1) << USER_SET_GIVEN;
    }
    const struct {
        bool given;
        int bit;
        Str from, *to;
    } texts[] = {{facts->about_given, USER_SET_BIO, facts->about, &edit.bio},
                 {facts->place_given, USER_SET_PLACE, facts->place, &edit.place}};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i].given) {
            *texts[i].to = texts[i].from;
            edit.has |= UINT64_C(1) << texts[i].bit;
        }
    if (facts->available_given) {
        edit.available = facts->available;
        edit.has |= UINT64_C(1) << USER_SET_AVAILABLE;
    }
    if (facts->skills) {
        edit.skills = *facts->skills;
        edit.has |= UINT64_C(1) << USER_SET_SKILLS;
    }
    if (facts->picture) {
        File file;
        Err e = file_add(c, facts->picture, &file);
        if (e)
            return e;
        edit.avatar_file = file.id;
        edit.has |= UINT64_C(1) << USER_SET_AVATAR;
    }
    return edit.has ? user_edit(c, &edit, u) : OK;
}

Err profile_forget(Call *c, const User *u) {
    int64_t held = u->freelancer ? u->freelancer : u->works;
    Err e = held ? rec_delete(c->tx, &FREELANCER, held) : OK;
    if ((e == OK || e == E_MISSING) && u->client_profile)
        e = rec_delete(c->tx, &CLIENT, u->client_profile);
    return e == E_MISSING ? OK : e;
}
