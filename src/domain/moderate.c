#include "domain/moderate.h"

#include "codec/contact.h"
#include "domain/audit.h"
#include "domain/event.h"
#include "domain/gig_internal.h"
#include "domain/notify.h"
#include "domain/row.h"
#include "domain/session.h"
#include "store/text.h"

static Err bad_state(Call *c, const char *message) { return diag_fail(c->diag, E_STATE, "INVALID_STATE", str_c0(message)); }

static Err own(Call *c) { return diag_fail(c->diag, E_FORBIDDEN, "FORBIDDEN", S("Nobody moderates himself.")); }

static Err reason_of(Call *c, Str given, Str *out) {
    *out = str_trim(given);
    if (out->n && str_utf8_len(*out) <= MODERATE_REASON_MAX)
        return OK;
    return diag_field(c->diag, E_INVALID, S("reason"),
                      arena_printf(c->arena, "must have 1 to %d characters", MODERATE_REASON_MAX));
}

/* ---- looking ---- */

typedef struct Sieve {
    int32_t state;
} Sieve;

static bool in_state(const User *u, int32_t state) {
    switch (state) {
    case USER_IS_SUSPENDED: return u->flags & USER_SUSPENDED;
    case USER_IS_ID_PENDING: return u->id_document_file && !(u->flags & USER_ID_VERIFIED);
    case USER_IS_ID_VERIFIED: return u->flags & USER_ID_VERIFIED;
    case USER_IS_MODERATOR: return u->rights & RIGHT_MODERATOR;
    case USER_IS_ADMIN: return u->rights & RIGHT_ADMIN;
    case USER_IS_DELETED: return u->flags & USER_DELETED;
    default: return !(u->flags & USER_DELETED);
    }
}

static bool keep(void *ctx, Tx *tx, int64_t id) {
    User u;
    return rec_get(tx, &USER, id, &u) == OK && in_state(&u, ((const Sieve *)ctx)->state);
}

/* A whole phone number, however it is spelt, is one person or nobody. */
static Err by_phone(Call *c, const UserListIn *in, Str search, PageOut *out, bool *is_phone) {
    char phone[PHONE_CHARS_MAX];
    size_t n;
    *is_phone = phone_normal(search, COUNTRY_INDIA, phone, &n);
    if (!*is_phone)
        return OK;
    User *u = ARENA_NEW(c->arena, User);
    Key key = key_of(USER_BY_PHONE);
    key_str(&key, str_of(phone, n));
    Err e = u ? row_find(c, &USER, USER_BY_PHONE, &key, u) : E_NOMEM;
    if (e || !in_state(u, in->state))
        return e == E_MISSING ? OK : e;
    out->total = 1;
    out->count = out->page == 1;
    out->items = u;
    return OK;
}

Err user_list(Call *c, const void *input, void *result) {
    const UserListIn *in = input;
    PageOut *out = result;
    Str search = str_trim(in->search);
    bool is_phone = false;
    Err e = call_moderator(c);
    if (e)
        return e;
    if (!search.n) {
        Key key = key1(USER_BY_STATE, in->state ? in->state : USER_IS_THERE);
        return row_page(c, &USER, USER_BY_STATE, &key, in->page, out);
    }
    *out = page_out(in->page);
    e = by_phone(c, in, search, out, &is_phone);
    if (e || is_phone)
        return e;
    Sieve sieve = {in->state};
    TextQuery q = {
        .words = search, .keep = keep, .ctx = &sieve, .skip = (int64_t)(out->page - 1) * out->limit, .limit = out->limit};
    TextHit *hits;
    size_t n;
    User *rows = ARENA_ARRAY(c->arena, (size_t)out->limit, User);
    e = rows ? text_search(c->tx, USER_TEXT, &q, &hits, &n, &out->total) : E_NOMEM;
    out->items = rows;
    for (size_t i = 0; e == OK && i < n; i++, out->count += e == OK)
        e = row_load(c, &USER, hits[i].id, &rows[out->count]);
    return e;
}

Err user_look(Call *c, const void *in, void *out) {
    Err e = call_moderator(c);
    return e ? e : row_load(c, &USER, ((const IdIn *)in)->id, out);
}

Err user_count_rights(Call *c, int32_t right, int64_t *n) {
    Key key = key1(USER_BY_STATE, right == RIGHT_ADMIN ? USER_IS_ADMIN : USER_IS_MODERATOR);
    return index_count(c->tx, USER_BY_STATE, &key, n);
}

Err users_in_state(Call *c, UserState state, size_t max, User **rows, size_t *n) {
    Key key = key1(USER_BY_STATE, state);
    Err e = call_system(c);
    return e ? e : row_all(c, &USER, USER_BY_STATE, &key, max, rows, n);
}

/* ---- acts on people ---- */

/* The person, when the caller may act on him. */
static Err subject(Call *c, int64_t id, User *u) {
    Err e = call_moderator(c);
    if (e == OK)
        e = user_load(c, id, u);
    if (e)
        return e;
    if (u->id == c->actor.user)
        return own(c);
    if (u->rights && !(c->actor.rights & RIGHT_ADMIN))
        return diag_fail(c->diag, E_FORBIDDEN, "FORBIDDEN", S("Only an admin may do that to somebody of the team."));
    return OK;
}

static Err store_user(Call *c, const User *u, Str act, Str detail) {
    Err e = rec_put(c->tx, &USER, u);
    Event ev = {.type = EV_USER, .verb = VERB_STATUS, .subject = u->id, .users = list_of_i64s(c->arena, &u->id, 1)};
    if (e == OK)
        e = event_emit(c, &ev);
    return e ? e : audit_add(c, act, S("user"), u->id, detail);
}

/* ---- listings follow their owner's standing ---- */

enum { SHIFT_ROWS_MAX = 16 /* what one transaction has memory for, twice */ };

/* Ids of the owner's rows in `ix` whose flags `want` chooses. */
static Err rows_to_shift(Call *c, const Record *r, const Index *ix, int64_t owner, bool hide,
                         bool (*want)(const void *row, bool hide), int64_t ids[SHIFT_ROWS_MAX], size_t *n) {
    union {
        Gig gig;
        Service service;
    } row;
    Key key = key1(ix, owner);
    Scan *scan;
    *n = 0;
    Err e = scan_open(c->tx, ix, (ScanRange){.prefix = &key}, &scan);
    if (e)
        return e;
    while (*n < SHIFT_ROWS_MAX && scan_next_rec(scan, r, &row))
        if (want(&row, hide))
            ids[(*n)++] = *(const int64_t *)(const void *)&row;
    scan_close(scan);
    return tx_err(c->tx);
}

static bool gig_wanted(const void *row, bool hide) {
    return hide ? !(((const Gig *)row)->flags & GIG_REMOVED) : ((const Gig *)row)->flags & GIG_SUSPENDED;
}
static bool service_wanted(const void *row, bool hide) {
    return hide ? !(((const Service *)row)->flags & SERVICE_REMOVED) : ((const Service *)row)->flags & SERVICE_SUSPENDED;
}

static const Str suspended_reason = STR_INIT("the account is suspended");

static Err shift(Call *c, const User *u, size_t *done) {
    bool hide = u->flags & USER_SUSPENDED;
    Str why = hide ? suspended_reason : (Str){NULL, 0};
    int64_t ids[SHIFT_ROWS_MAX];
    size_t n;
    *done = 0;
    Err e = rows_to_shift(c, &GIG, GIG_BY_CLIENT, u->id, hide, gig_wanted, ids, &n);
    for (size_t i = 0; e == OK && i < n; i++, ++*done) {
        Gig g;
        e = row_load(c, &GIG, ids[i], &g);
        g.flags = hide ? g.flags | GIG_REMOVED | GIG_SUSPENDED : g.flags & ~(GIG_REMOVED | GIG_SUSPENDED);
        g.removed_reason = why;
        if (e == OK)
            e = gig_store(c, &g, VERB_STATUS);
    }
    if (e == OK)
        e = rows_to_shift(c, &SERVICE, SERVICE_BY_DOER, u->id, hide, service_wanted, ids, &n);
    for (size_t i = 0; e == OK && i < n; i++, ++*done) {
        Service s;
        Event ev = {.type = EV_SERVICE, .verb = VERB_STATUS, .subject = ids[i]};
        e = row_load(c, &SERVICE, ids[i], &s);
        s.flags = hide ? s.flags | SERVICE_REMOVED | SERVICE_SUSPENDED : s.flags & ~(SERVICE_REMOVED | SERVICE_SUSPENDED);
        s.removed_reason = why;
        if (e == OK)
            e = rec_put(c->tx, &SERVICE, &s);
        if (e == OK)
            e = event_emit(c, &ev);
    }
    return e;
}

Err listings_shift(Call *c, size_t max, size_t *done) {
    User *who;
    size_t n, shifted;
    *done = 0;
    Err e = users_in_state(c, USER_IS_SHIFTING, 1, &who, &n);
    if (e == OK && n)
        e = shift(c, who, &shifted);
    if (e || !n)
        return e;
    *done = max; /* there may be more, of this person or another */
    if (shifted)
        return OK;
    who->flags &= ~USER_SHIFTING;
    return rec_put(c->tx, &USER, who);
}

Err user_suspend(Call *c, const void *input, void *result) {
    const ReasonIn *in = input;
    User *u = result;
    Str reason;
    size_t shifted;
    Err e = subject(c, in->id, u);
    if (e == OK)
        e = reason_of(c, in->reason, &reason);
    if (e)
        return e;
    if (u->rights & RIGHT_ADMIN)
        return bad_state(c, "take the admin's right away first");
    if (u->flags & USER_SUSPENDED)
        return bad_state(c, "the account is suspended already");
    u->flags |= USER_SUSPENDED | USER_SHIFTING;
    u->suspended_ms = c->now_ms;
    u->suspend_reason = reason;
    e = session_end_all(c, u->id, 0);
    if (e == OK)
        e = shift(c, u, &shifted);
    return e ? e : store_user(c, u, S("user.suspend"), reason);
}

Err user_unsuspend(Call *c, const void *input, void *result) {
    User *u = result;
    size_t shifted;
    Err e = subject(c, ((const IdIn *)input)->id, u);
    if (e)
        return e;
    if (!(u->flags & USER_SUSPENDED))
        return bad_state(c, "the account is not suspended");
    u->flags = (u->flags & ~USER_SUSPENDED) | USER_SHIFTING;
    u->suspended_ms = 0;
    u->suspend_reason = (Str){NULL, 0};
    e = shift(c, u, &shifted);
    return e ? e : store_user(c, u, S("user.unsuspend"), S(""));
}

static Str right_name(int32_t right) { return right == RIGHT_ADMIN ? S("admin") : S("moderator"); }

Err user_grant(Call *c, const void *input, void *result) {
    const RightIn *in = input;
    User *u = result;
    Err e = call_system(c);
    if (e)
        e = call_admin(c);
    if (e == OK)
        e = user_load(c, in->id, u);
    if (e || (u->rights & in->right))
        return e;
    if (u->flags & USER_SUSPENDED)
        return bad_state(c, "the account is suspended");
    u->rights |= in->right;
    return store_user(c, u, S("user.grant"), right_name(in->right));
}

Err user_revoke(Call *c, const void *input, void *result) {
    const RightIn *in = input;
    User *u = result;
    int64_t admins;
    Err e = call_system(c);
    if (e)
        e = call_admin(c);
    if (e == OK)
        e = user_load(c, in->id, u);
    if (e || !(u->rights & in->right))
        return e;
    if (in->right == RIGHT_ADMIN) {
        e = user_count_rights(c, RIGHT_ADMIN, &admins);
        if (e)
            return e;
        if (admins < 2)
            return bad_state(c, "this is the last admin");
    }
    u->rights &= ~in->right;
    return store_user(c, u, S("user.revoke"), right_name(in->right));
}

static Err tell_person(Call *c, int64_t user, int32_t type, Str detail) {
    return notify(c, &(Notice){.user = user, .type = type, .detail = detail});
}

Err user_id_verify(Call *c, const void *input, void *result) {
    User *u = result;
    Err e = subject(c, ((const IdIn *)input)->id, u);
    if (e)
        return e;
    if (!u->id_document_file)
        return bad_state(c, "there is no student ID to look at");
    if (u->flags & USER_ID_VERIFIED)
        return bad_state(c, "the student ID is verified already");
    u->flags |= USER_ID_VERIFIED;
    u->id_reason = (Str){NULL, 0};
    e = store_user(c, u, S("user.id_verify"), S(""));
    if (e == OK)
        e = user_refresh(c, u->id);
    if (e == OK)
        e = tell_person(c, u->id, NOTE_ID_VERIFIED, S(""));
    return e ? e : row_load(c, &USER, u->id, u);
}

Err user_id_reject(Call *c, const void *input, void *result) {
    const ReasonIn *in = input;
    User *u = result;
    Str reason;
    Err e = subject(c, in->id, u);
    if (e == OK)
        e = reason_of(c, in->reason, &reason);
    if (e)
        return e;
    if (!u->id_document_file)
        return bad_state(c, "there is no student ID to look at");
    u->flags &= ~USER_ID_VERIFIED;
    u->id_document_file = 0;
    u->id_reason = reason;
    e = store_user(c, u, S("user.id_reject"), reason);
    if (e == OK)
        e = user_refresh(c, u->id);
    if (e == OK)
        e = tell_person(c, u->id, NOTE_ID_REJECTED, reason);
    return e ? e : row_load(c, &USER, u->id, u);
}

Err user_id_document(Call *c, const void *input, void *result) {
    User u;
    Err e = call_moderator(c);
    if (e == OK)
        e = user_load(c, ((const IdIn *)input)->id, &u);
    if (e)
        return e;
    if (!u.id_document_file)
        return E_MISSING;
    ((IdIn *)result)->id = u.id_document_file;
    return audit_add(c, S("user.id_document"), S("user"), u.id, S(""));
}

/* ---- listings ---- */

static Err tell_owner(Call *c, int64_t owner, int32_t type, int64_t gig, Str title, Str reason) {
    Err e = notify(c, &(Notice){.user = owner, .type = type, .gig = gig, .subject = title, .detail = reason});
    return e == E_MISSING ? OK : e;
}

static Err gig_for(Call *c, int64_t id, bool removed, Gig *g) {
    Err e = call_moderator(c);
    if (e == OK)
        e = row_load(c, &GIG, id, g);
    if (e == OK && (g->flags & GIG_DELETED))
        e = E_MISSING;
    bool down = (g->flags & (GIG_REMOVED | GIG_SUSPENDED)) == GIG_REMOVED;
    if (e == OK && down != removed)
        e = bad_state(c, removed ? "the gig is not taken down" : "the gig is taken down already");
    if (e == OK && g->client == c->actor.user)
        e = own(c);
    return e;
}

static Err gig_stored(Call *c, const Gig *g, Str act, Str detail) {
    Event ev = {.type = EV_GIG, .verb = VERB_STATUS, .subject = g->id, .gig = g->id, .status = g->status};
    Err e = rec_put(c->tx, &GIG, g);
    if (e == OK)
        e = event_emit(c, &ev);
    return e ? e : audit_add(c, act, S("gig"), g->id, detail);
}

Err gig_take_down(Call *c, const void *input, void *result) {
    const ReasonIn *in = input;
    Gig *g = result;
    Str reason;
    Err e = gig_for(c, in->id, false, g);
    if (e == OK)
        e = reason_of(c, in->reason, &reason);
    if (e)
        return e;
    g->flags = (g->flags & ~GIG_SUSPENDED) | GIG_REMOVED;
    g->removed_reason = reason;
    e = gig_stored(c, g, S("gig.take_down"), reason);
    return e ? e : tell_owner(c, g->client, NOTE_LISTING_REMOVED, g->id, g->title, reason);
}

Err gig_restore(Call *c, const void *input, void *result) {
    Gig *g = result;
    Err e = gig_for(c, ((const IdIn *)input)->id, true, g);
    if (e)
        return e;
    g->flags &= ~GIG_REMOVED;
    g->removed_reason = (Str){NULL, 0};
    e = gig_stored(c, g, S("gig.restore"), S(""));
    return e ? e : tell_owner(c, g->client, NOTE_LISTING_RESTORED, g->id, g->title, S(""));
}

Err gig_list_removed(Call *c, const void *in, void *out) {
    Key key = key1(GIG_TAKEN_DOWN, DOWN_BY_ITSELF);
    Err e = call_moderator(c);
    return e ? e : row_page(c, &GIG, GIG_TAKEN_DOWN, &key, *(const PageIn *)in, out);
}

static Err service_for(Call *c, int64_t id, bool removed, Service *s) {
    Err e = call_moderator(c);
    if (e == OK)
        e = row_load(c, &SERVICE, id, s);
    if (e == OK && (s->flags & SERVICE_DELETED))
        e = E_MISSING;
    bool down = (s->flags & (SERVICE_REMOVED | SERVICE_SUSPENDED)) == SERVICE_REMOVED;
    if (e == OK && down != removed)
        e = bad_state(c, removed ? "the service is not taken down" : "the service is taken down already");
    if (e == OK && s->doer == c->actor.user)
        e = own(c);
    return e;
}

static Err service_stored(Call *c, const Service *s, Str act, Str detail) {
    Event ev = {.type = EV_SERVICE, .verb = VERB_STATUS, .subject = s->id};
    Err e = rec_put(c->tx, &SERVICE, s);
    if (e == OK)
        e = event_emit(c, &ev);
    return e ? e : audit_add(c, act, S("service"), s->id, detail);
}

Err service_take_down(Call *c, const void *input, void *result) {
    const ReasonIn *in = input;
    Service *s = result;
    Str reason;
    Err e = service_for(c, in->id, false, s);
    if (e == OK)
        e = reason_of(c, in->reason, &reason);
    if (e)
        return e;
    s->flags = (s->flags & ~SERVICE_SUSPENDED) | SERVICE_REMOVED;
    s->removed_reason = reason;
    e = service_stored(c, s, S("service.take_down"), reason);
    return e ? e : tell_owner(c, s->doer, NOTE_LISTING_REMOVED, 0, s->title, reason);
}

Err service_restore(Call *c, const void *input, void *result) {
    Service *s = result;
    Err e = service_for(c, ((const IdIn *)input)->id, true, s);
    if (e)
        return e;
    s->flags &= ~SERVICE_REMOVED;
    s->removed_reason = (Str){NULL, 0};
    e = service_stored(c, s, S("service.restore"), S(""));
    return e ? e : tell_owner(c, s->doer, NOTE_LISTING_RESTORED, 0, s->title, S(""));
}

Err service_list_removed(Call *c, const void *in, void *out) {
    /* All categories of the removed half, one after the other. */
    Key key = key1(SERVICE_BY_REMOVED, 1);
    Err e = call_moderator(c);
    return e ? e : row_page(c, &SERVICE, SERVICE_BY_REMOVED, &key, *(const PageIn *)in, out);
}
