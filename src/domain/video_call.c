#include "domain/video_call.h"

#include "base/rand.h"
#include "codec/hex.h"
#include "domain/application.h"
#include "domain/event.h"
#include "domain/notify.h"
#include "domain/report.h"
#include "domain/row.h"
#include "domain/user.h"

enum { ROOM_BYTES = 16, COMING_MAX = 100 };

static bool is_coming(const void *row) {
    const VideoCall *v = row;
    return v->scheduled_ms && !v->started_ms && !v->ended_ms;
}
static bool has_timer(const void *row) { return ((const VideoCall *)row)->remind_ms != 0; }

static const Field call_fields[] = {
    FIELD(1, VideoCall, room, F_STR, "name that both join under"),
    FIELD(2, VideoCall, initiator, F_I64, "who called"),
    FIELD(3, VideoCall, participants, F_I64S, "who takes part"),
    FIELD(4, VideoCall, gig, F_I64, "about which gig"),
    FIELD(5, VideoCall, application, F_I64, "and application"),
    FIELD(6, VideoCall, scheduled_ms, F_I64, "when it is to begin"),
    FIELD(7, VideoCall, started_ms, F_I64, "when it began"),
    FIELD(8, VideoCall, ended_ms, F_I64, "when it was over"),
    FIELD(9, VideoCall, created_ms, F_I64, "when it was made"),
    FIELD(10, VideoCall, remind_ms, F_I64, "when both are reminded"),
};
// clang-format off
static const Index call_indexes[] = {
    {.id = 110, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "call_user", .doc = "of a participant", .parts = {{.tag = 3}}},
    {.id = 111, .kind = IX_ORDERED, .part_count = 2, .name = "call_time", .doc = "still to come", .parts = {{.tag = 3}, {.tag = 6}}, .when = is_coming},
    {.id = 112, .kind = IX_ORDERED, .part_count = 1, .name = "call_timer", .doc = "reminders", .parts = {{.tag = 10}}, .when = has_timer},
    {.id = 113, .kind = IX_UNIQUE, .part_count = 1, .name = "call_room", .doc = "by room", .parts = {{.tag = 1}}},
};
// clang-format on
const Record VIDEO_CALL = {.kind = 23,
                           .size = sizeof(VideoCall),
                           .name = "call",
                           .doc = "a video call",
                           .fields = call_fields,
                           .field_count = COUNT(call_fields),
                           .indexes = call_indexes,
                           .index_count = COUNT(call_indexes)};
const Index *const VIDEO_CALL_BY_USER = &call_indexes[0];
const Index *const VIDEO_CALL_BY_TIME = &call_indexes[1];
const Index *const VIDEO_CALL_BY_TIMER = &call_indexes[2];
const Index *const VIDEO_CALL_BY_ROOM = &call_indexes[3];

bool video_call_with(const VideoCall *v, int64_t user) { return user && list_has_i64(&v->participants, user); }

static Err call_event(Call *c, const VideoCall *v, EventVerb verb) {
    Event ev = {.type = EV_CALL,
                .verb = verb,
                .actor = c->actor.user,
                .subject = v->id,
                .gig = v->gig,
                .status = v->ended_ms     ? CALL_OVER
                          : v->started_ms ? CALL_RUNNING
                                          : CALL_COMING,
                .users = v->participants,
                .text = v->room};
    return event_emit(c, &ev);
}

/* Everybody but the actor, in the name of the one who called or, when that one is told, of the other. */
static Err tell(Call *c, const VideoCall *v, NotificationType type) {
    int64_t user;
    Err e = OK;
    for (ListIter it = list_iter(&v->participants); e == OK && list_i64(&it, &user);) {
        int64_t other = v->initiator;
        if (user == c->actor.user)
            continue;
        for (ListIter who = list_iter(&v->participants); other == user && list_i64(&who, &other);)
            ;
        User u;
        e = row_load(c, &USER, other, &u);
        if (e == OK)
            e = notify(c, &(Notice){.user = user,
                                    .type = type,
                                    .gig = v->gig,
                                    .application = v->application,
                                    .call = v->id,
                                    .actor = other,
                                    .subject = u.name.n ? u.name : S("Somebody")});
        e = e == E_MISSING ? OK : e;
    }
    return e;
}

/* ---- making ---- */

static Err may_call(Call *c, const VideoCallIn *in) {
    User other;
    bool blocked;
    if (in->with == c->actor.user)
        return diag_field(c->diag, E_INVALID, S("with"), S("must be somebody else"));
    Err e = user_load(c, in->with, &other);
    if (e == OK && (other.flags & USER_SUSPENDED))
        e = E_MISSING;
    if (e == OK)
        e = blocked_between(c, in->with, c->actor.user, &blocked);
    if (e == OK && blocked)
        return diag_fail(c->diag, E_FORBIDDEN, "BLOCKED", S("one of you has blocked the other"));
    return e;
}

/* What it is about: a gig that the caller can see, and the application of one of the two when the gig is the other's. */
static Err about(Call *c, const VideoCallIn *in, VideoCall *v) {
    Gig g;
    if (!in->gig)
        return OK;
    Err e = rec_get(c->tx, &GIG, in->gig, &g);
    if (e)
        return e;
    bool own = g.client == c->actor.user;
    if ((g.flags & (GIG_DELETED | GIG_REMOVED)) || (g.status == GIG_DRAFT && !own))
        return E_MISSING;
    v->gig = g.id;
    if (!own && g.client != in->with)
        return OK;
    Key key = key2(APPLICATION_BY_PAIR, g.id, own ? in->with : c->actor.user);
    e = index_find(c->tx, APPLICATION_BY_PAIR, &key, &v->application);
    return e == E_MISSING ? OK : e;
}

Err video_call_create(Call *c, const void *input, void *result) {
    const VideoCallIn *in = input;
    VideoCall *v = result;
    uint8_t secret[ROOM_BYTES];
    char room[2 * ROOM_BYTES];
    Err e = call_signed_in(c);
    if (e == OK)
        e = may_call(c, in);
    *v = (VideoCall){.initiator = c->actor.user, .created_ms = c->now_ms};
    if (e == OK)
        e = about(c, in, v);
    if (e)
        return e;
    if (in->scheduled && (in->scheduled_ms <= c->now_ms || in->scheduled_ms > c->now_ms + CALL_AHEAD_MAX_MS))
        return diag_field(c->diag, E_INVALID, S("scheduled_ms"), S("must be in the future, and within a year"));
    rand_bytes(secret, sizeof secret);
    hex_put(room, secret, sizeof secret);
    v->room = arena_str(c->arena, str_of(room, sizeof room));
    v->participants = list_of_i64s(c->arena, (int64_t[]){c->actor.user, in->with}, 2);
    if (!v->room.p || !v->participants.p)
        return E_NOMEM;
    if (in->scheduled) {
        v->scheduled_ms = in->scheduled_ms;
        int64_t before = in->scheduled_ms - CALL_REMIND_MS;
        v->remind_ms = before > c->now_ms ? before : in->scheduled_ms;
    } else {
        v->started_ms = c->now_ms;
    }
    e = rec_insert(c->tx, &VIDEO_CALL, v);
    if (e == OK)
        e = call_event(c, v, VERB_CREATED);
    return e ? e : tell(c, v, in->scheduled ? NOTE_CALL_SCHEDULED : NOTE_CALL_STARTED);
}

/* ---- reading ---- */

static Err load(Call *c, int64_t id, Err stranger, VideoCall *out) {
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &VIDEO_CALL, id, out);
    return e == OK && !video_call_with(out, c->actor.user) ? stranger : e;
}

Err video_call_get(Call *c, const void *in, void *out) { return load(c, ((const IdIn *)in)->id, E_MISSING, out); }

Err video_call_by_room(Call *c, Str room, VideoCall *out) {
    Key key = key_of(VIDEO_CALL_BY_ROOM);
    if (room.n != 2 * ROOM_BYTES)
        return E_MISSING;
    key_str(&key, room);
    Err e = row_find(c, &VIDEO_CALL, VIDEO_CALL_BY_ROOM, &key, out);
    return e == OK && !video_call_with(out, c->actor.user) ? E_MISSING : e;
}

Err video_call_coming(Call *c, const void *in, void *result) {
    (void)in;
    PageOut *out = result;
    Scan *scan;
    Err e = call_signed_in(c);
    VideoCall *rows = ARENA_ARRAY(c->arena, COMING_MAX, VideoCall);
    if (e == OK && !rows)
        e = E_NOMEM;
    Key prefix = key1(VIDEO_CALL_BY_TIME, c->actor.user);
    Key from = key2(VIDEO_CALL_BY_TIME, c->actor.user, c->now_ms - CALL_GRACE_MS);
    if (e == OK)
        e = scan_open(c->tx, VIDEO_CALL_BY_TIME, (ScanRange){.prefix = &prefix, .from = &from}, &scan);
    if (e)
        return e;
    while (out->count < COMING_MAX && scan_next_rec(scan, &VIDEO_CALL, &rows[out->count]))
        out->count++;
    scan_close(scan);
    out->items = rows;
    out->total = (int64_t)out->count;
    out->page = 1;
    out->limit = COMING_MAX;
    return tx_err(c->tx);
}

Err video_call_history(Call *c, const void *input, void *result) {
    PageOut *out = result;
    Scan *scan;
    Err e = call_signed_in(c);
    *out = page_out((PageIn){.page = 1, .limit = ((const CallHistoryIn *)input)->limit});
    VideoCall *rows = ARENA_ARRAY(c->arena, (size_t)out->limit, VideoCall);
    if (e == OK && !rows)
        e = E_NOMEM;
    Key prefix = key1(VIDEO_CALL_BY_USER, c->actor.user);
    if (e == OK)
        e = scan_open(c->tx, VIDEO_CALL_BY_USER, (ScanRange){.prefix = &prefix, .descending = true}, &scan);
    if (e)
        return e;
    while ((int64_t)out->count < out->limit && scan_next_rec(scan, &VIDEO_CALL, &rows[out->count])) {
        const VideoCall *v = &rows[out->count];
        out->count += !is_coming(v) || v->scheduled_ms < c->now_ms - CALL_GRACE_MS;
    }
    scan_close(scan);
    out->items = rows;
    out->total = (int64_t)out->count;
    return tx_err(c->tx);
}

/* ---- beginning, ending, reminding ---- */

Err video_call_join(Call *c, const void *in, void *result) {
    VideoCall *v = result;
    Err e = load(c, ((const IdIn *)in)->id, E_MISSING, v);
    if (e == OK && v->ended_ms)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("the call is over"));
    if (e || v->started_ms)
        return e;
    v->started_ms = c->now_ms;
    v->remind_ms = 0;
    e = rec_put(c->tx, &VIDEO_CALL, v);
    return e ? e : call_event(c, v, VERB_STATUS);
}

Err video_call_end(Call *c, const void *in, void *result) {
    VideoCall *v = result;
    Err e = load(c, ((const IdIn *)in)->id, E_FORBIDDEN, v);
    if (e || v->ended_ms)
        return e;
    bool called_off = !v->started_ms;
    v->ended_ms = c->now_ms;
    v->remind_ms = 0;
    e = rec_put(c->tx, &VIDEO_CALL, v);
    if (e == OK)
        e = call_event(c, v, VERB_STATUS);
    return e || !called_off ? e : tell(c, v, NOTE_CALL_CANCELLED);
}

Err video_call_remind(Call *c, int64_t id) {
    VideoCall v;
    Err e = row_load(c, &VIDEO_CALL, id, &v);
    if (e)
        return e;
    v.remind_ms = 0;
    e = rec_put(c->tx, &VIDEO_CALL, &v);
    return e ? e : tell(c, &v, NOTE_CALL_SOON);
}
