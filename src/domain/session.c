#include "domain/session.h"

#include <assert.h>

#include "domain/event.h"
#include "domain/row.h"

static bool not_ended(const void *row) { return ((const Session *)row)->ended_ms == 0; }

static const Field session_fields[] = {
    FIELD(1, Session, user, F_I64, "who is signed in"),
    FIELD(2, Session, contract, F_I32, "the contract it was opened with"),
    FIELD(3, Session, created_ms, F_I64, "when it was opened"),
    FIELD(4, Session, expires_ms, F_I64, "when it ends by itself"),
    FIELD(5, Session, ended_ms, F_I64, "when it was ended"),
    FIELD(6, Session, refresh_hash, F_STR, "SHA-256 of the newest refresh token"),
    FIELD(7, Session, refresh_before, F_STR, "SHA-256 of the one before"),
    FIELD(8, Session, rotated_ms, F_I64, "when the newest took its place"),
};
static const Index session_indexes[] = {
    {.id = 5,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "session_user",
     .doc = "live sessions of a user",
     .parts = {{.tag = 1}},
     .when = not_ended},
    {.id = 6, .kind = IX_ORDERED, .part_count = 1, .name = "session_end", .doc = "by their end", .parts = {{.tag = 4}}},
};
const Record SESSION = {.kind = 2,
                        .size = sizeof(Session),
                        .name = "session",
                        .doc = "a sign-in on a device",
                        .fields = session_fields,
                        .field_count = COUNT(session_fields),
                        .indexes = session_indexes,
                        .index_count = COUNT(session_indexes)};
const Index *const SESSION_BY_USER = &session_indexes[0];

enum { SESSIONS_MAX = 64 }; /* of one user; the oldest gives way */

Err session_actor(Tx *tx, int64_t session, int64_t now_ms, Actor *out) {
    Session s;
    User u;
    *out = (Actor){0};
    Err e = rec_get(tx, &SESSION, session, &s);
    if (e == OK && (s.ended_ms || s.expires_ms <= now_ms))
        e = E_MISSING;
    if (e == OK)
        e = rec_get(tx, &USER, s.user, &u);
    if (e == OK && (u.flags & (USER_SUSPENDED | USER_DELETED)))
        e = E_MISSING;
    if (e)
        return e == E_MISSING ? E_UNAUTHORIZED : e;
    *out = (Actor){.user = s.user, .session = session, .rights = u.rights};
    user_seen(&u, now_ms);
    return OK;
}

static Err end_one(Call *c, Session *s) {
    s->ended_ms = c->now_ms;
    Err e = rec_put(c->tx, &SESSION, s);
    if (e)
        return e;
    Event ev = {.type = EV_SESSION, .verb = VERB_DELETED, .subject = s->id, .users = list_of_i64s(c->arena, &s->user, 1)};
    return event_emit(c, &ev);
}

static Err end_all(Call *c, int64_t user, int64_t except, size_t spare) {
    Key key = key1(SESSION_BY_USER, user);
    int64_t *ids = ARENA_ARRAY(c->arena, SESSIONS_MAX + 1, int64_t);
    size_t n = 0;
    Scan *scan;
    Err e = ids ? scan_open(c->tx, SESSION_BY_USER, (ScanRange){.prefix = &key}, &scan) : E_NOMEM;
    if (e)
        return e;
    while (n <= SESSIONS_MAX && scan_next(scan, &ids[n]))
        n++;
    scan_close(scan);
    for (size_t i = 0; e == OK && i + spare < n; i++) {
        Session s;
        if (ids[i] == except)
            continue;
        e = rec_get(c->tx, &SESSION, ids[i], &s);
        if (e == OK)
            e = end_one(c, &s);
    }
    return e;
}

Err session_end_all(Call *c, int64_t user, int64_t except) { return end_all(c, user, except, 0); }

Err session_open(Call *c, int64_t user, int32_t contract, Session *out) {
    Err e = end_all(c, user, 0, SESSIONS_MAX - 1);
    if (e)
        return e;
    bool single = contract == CONTRACT_CAMPUS;
    *out = (Session){.user = user,
                     .contract = contract,
                     .created_ms = c->now_ms,
                     .expires_ms = c->now_ms + (single ? c->cfg->campus_ttl_ms : c->cfg->refresh_ttl_ms)};
    return rec_insert(c->tx, &SESSION, out);
}

Err session_set_refresh(Call *c, int64_t session, Str hash) {
    Session s;
    Err e = row_load(c, &SESSION, session, &s);
    s.refresh_hash = hash;
    return e ? e : rec_put(c->tx, &SESSION, &s);
}

Err sessions_trim(Call *c, int64_t before_ms, size_t max, size_t *gone) {
    return row_trim(c, &SESSION, &session_indexes[1], before_ms, max, gone);
}

Err session_end(Call *c, const void *in, void *out) {
    (void)in;
    (void)out;
    Session s;
    Err e = call_signed_in(c);
    if (e == OK)
        e = rec_get(c->tx, &SESSION, c->actor.session, &s);
    return e || s.ended_ms ? e : end_one(c, &s);
}
