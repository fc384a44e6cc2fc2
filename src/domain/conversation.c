/* Who talks with whom about what. What is said is message.c. */
#include "domain/conversation.h"

#include "domain/application.h"
#include "domain/event.h"
#include "domain/message.h"
#include "domain/order.h"
#include "domain/report.h"
#include "domain/row.h"
#include "domain/user.h"

static const Field member_fields[] = {
    FIELD(1, Member, user, F_I64, "who"),
    FIELD(2, Member, read_message, F_I64, "newest message read"),
    FIELD(3, Member, read_ms, F_I64, "when"),
    FIELD(4, Member, sent, F_I64, "messages written"),
    FIELD(5, Member, read_seq, F_I64, "number of the newest message read"),
    FIELD(6, Member, archived, F_BOOL, "put away until somebody writes"),
};
const Record MEMBER = {
    .size = sizeof(Member), .name = "member", .doc = "participant", .fields = member_fields, .field_count = COUNT(member_fields)};

size_t conversation_members(const Conversation *v, Member *all) {
    size_t n = 0;
    for (ListIter it = list_iter(&v->members); n < MEMBERS_MAX && list_rec(&it, &MEMBER, &all[n]);)
        n++;
    return n;
}

static bool of_order(const void *row) { return ((const Conversation *)row)->order != 0; }
/* A gig's orders share their pair's conversation; every service order has its own. */
static bool of_pair(const void *row) {
    const Conversation *v = row;
    return v->gig != 0 || v->order == 0;
}

static Err one(Arena *a, size_t *n, int64_t **i64s, int64_t value) {
    *i64s = ARENA_ARRAY(a, 1, int64_t);
    if (!*i64s)
        return E_NOMEM;
    **i64s = value;
    *n = 1;
    return OK;
}

static int64_t bound_user(const void *row, bool highest) {
    Member all[MEMBERS_MAX];
    size_t n = conversation_members(row, all);
    int64_t user = n ? all[0].user : 0;
    for (size_t i = 1; i < n; i++)
        if ((all[i].user > user) == highest)
            user = all[i].user;
    return user;
}

static Err lower_user(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    return one(a, n, i64s, bound_user(row, false));
}
static Err higher_user(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    return one(a, n, i64s, bound_user(row, true));
}

static Err member_keys(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    Member all[MEMBERS_MAX];
    *n = conversation_members(row, all);
    *i64s = ARENA_ARRAY(a, *n, int64_t);
    for (size_t i = 0; *i64s && i < *n; i++)
        (*i64s)[i] = member_key(all[i].user, all[i].archived);
    return *i64s ? OK : E_NOMEM;
}

static Err unread_users(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    const Conversation *v = row;
    Member all[MEMBERS_MAX];
    size_t count = conversation_members(v, all);
    *n = 0;
    *i64s = ARENA_ARRAY(a, count, int64_t);
    for (size_t i = 0; *i64s && i < count; i++)
        if (!all[i].archived && all[i].read_seq < v->messages)
            (*i64s)[(*n)++] = all[i].user;
    return *i64s ? OK : E_NOMEM;
}

static const Field conversation_fields[] = {
    FIELD(1, Conversation, order, F_I64, "order it is about"),
    FIELD(2, Conversation, gig, F_I64, "gig it is about"),
    FIELD_RECS(3, Conversation, members, &MEMBER, "participants"),
    FIELD(4, Conversation, last_message, F_I64, "newest message"),
    FIELD(5, Conversation, last_ms, F_I64, "last activity"),
    FIELD(6, Conversation, last_sender, F_I64, "who wrote last"),
    FIELD(7, Conversation, created_ms, F_I64, "opened"),
    FIELD(8, Conversation, messages, F_I64, "messages written"),
    FIELD(9, Conversation, application, F_I64, "application by which they came together"),
};
static const Index conversation_indexes[] = {
    {.id = 60,
     .kind = IX_UNIQUE,
     .part_count = 1,
     .name = "conversation_order",
     .doc = "of an order",
     .parts = {{.tag = 1}},
     .when = of_order},
    {.id = 49,
     .kind = IX_UNIQUE,
     .part_count = 3,
     .name = "conversation_pair",
     .doc = "of two people about a gig or nothing",
     .parts = {{.type = F_I64, .of = lower_user}, {.type = F_I64, .of = higher_user}, {.tag = 2}},
     .when = of_pair},
    {.id = 50,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 1,
     .name = "conversation_member",
     .doc = "of a user by last activity, those put away apart",
     .parts = {{.type = F_I64S, .of = member_keys}, {.tag = 5}}},
    {.id = 51,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "conversation_unread",
     .doc = "in which a user has unread messages",
     .parts = {{.type = F_I64S, .of = unread_users}}},
};
const Record CONVERSATION = {.kind = 8,
                             .size = sizeof(Conversation),
                             .name = "conversation",
                             .doc = "talk between people",
                             .fields = conversation_fields,
                             .field_count = COUNT(conversation_fields),
                             .indexes = conversation_indexes,
                             .index_count = COUNT(conversation_indexes)};
const Index *const CONVERSATION_BY_ORDER = &conversation_indexes[0];
const Index *const CONVERSATION_BY_PAIR = &conversation_indexes[1];
const Index *const CONVERSATION_BY_MEMBER = &conversation_indexes[2];
const Index *const CONVERSATION_UNREAD = &conversation_indexes[3];

/* ---- who takes part ---- */

static Member *member_of(Member *all, size_t n, int64_t user) {
    for (size_t i = 0; i < n; i++)
        if (all[i].user == user)
            return &all[i];
    return NULL;
}

Err conversation_has(Call *c, int64_t conversation, int64_t user, bool *out) {
    Conversation v;
    Member all[MEMBERS_MAX];
    *out = false;
    Err e = rec_get(c->tx, &CONVERSATION, conversation, &v);
    if (e)
        return e == E_MISSING ? OK : e;
    *out = member_of(all, conversation_members(&v, all), user) != NULL;
    return OK;
}

Err conversation_join(Call *c, int64_t conversation, Conversation *v, Member *all, size_t *n) {
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &CONVERSATION, conversation, v);
    if (e)
        return e;
    *n = conversation_members(v, all);
    return member_of(all, *n, c->actor.user) ? OK : E_FORBIDDEN;
}

Err order_chat_users(Call *c, int64_t order, int64_t users[2]) {
    Order o;
    Err e = call_signed_in(c);
    if (e == OK)
        e = rec_get(c->tx, &ORDER, order, &o);
    if (e)
        return e;
    users[0] = o.client;
    users[1] = o.doer;
    bool party = c->actor.user == o.client || c->actor.user == o.doer;
    return party || (c->actor.rights & (RIGHT_ADMIN | RIGHT_MODERATOR)) ? OK : E_FORBIDDEN;
}

/* ---- opening ---- */

static Key about_key(const ConversationAbout *a) {
    if (!a->gig && a->order)
        return key1(CONVERSATION_BY_ORDER, a->order);
    bool swapped = a->users[0] > a->users[1];
    Key key = key2(CONVERSATION_BY_PAIR, a->users[swapped], a->users[!swapped]);
    key_i64(&key, a->gig);
    return key;
}

static Err find_about(Call *c, const ConversationAbout *a, Conversation *v) {
    Key key = about_key(a);
    return row_find(c, &CONVERSATION, !a->gig && a->order ? CONVERSATION_BY_ORDER : CONVERSATION_BY_PAIR, &key, v);
}

/* The conversation is about the newest order of the gig. */
static Err keep_up(Call *c, const ConversationAbout *a, Conversation *v) {
    bool order = a->order > v->order, application = a->application > v->application;
    if (!order && !application)
        return OK;
    if (order)
        v->order = a->order;
    if (application)
        v->application = a->application;
    return rec_put(c->tx, &CONVERSATION, v);
}

static Err link_order(Call *c, int64_t order, int64_t conversation) {
    Order o;
    Err e = order ? row_load(c, &ORDER, order, &o) : E_MISSING;
    if (e || o.conversation == conversation)
        return e == E_MISSING ? OK : e;
    o.conversation = conversation;
    return rec_put(c->tx, &ORDER, &o);
}

Err conversation_about(Call *c, const ConversationAbout *a, Conversation *v, bool *created) {
    Err e = find_about(c, a, v);
    *created = e == E_MISSING;
    if (*created) {
        Member both[2] = {{.user = a->users[0]}, {.user = a->users[1]}};
        *v = (Conversation){.order = a->order,
                            .gig = a->gig,
                            .application = a->application,
                            .members = list_of_recs(c->arena, &MEMBER, both, 2),
                            .last_ms = c->now_ms,
                            .created_ms = c->now_ms};
        e = rec_insert(c->tx, &CONVERSATION, v);
    } else if (e == OK) {
        e = keep_up(c, a, v);
    }
    return e ? e : link_order(c, a->order, v->id);
}

Err conversation_adopt(Call *c, Order *o) {
    ConversationAbout about = {{o->client, o->doer}, o->gig, o->id, o->application};
    Conversation v;
    Err e = o->gig ? find_about(c, &about, &v) : E_MISSING;
    if (e)
        return e == E_MISSING ? OK : e;
    o->conversation = v.id;
    e = rec_put(c->tx, &ORDER, o);
    return e ? e : keep_up(c, &about, &v);
}

static Err show(Call *c, const Conversation *v, ConversationRow *out) {
    Member all[MEMBERS_MAX];
    Member *self = member_of(all, conversation_members(v, all), c->actor.user);
    out->c = *v;
    out->self = self ? *self : (Member){0};
    out->unread = self && v->messages > self->read_seq ? v->messages - self->read_seq : 0;
    out->last = (Message){0};
    Err e = v->last_message ? row_load(c, &MESSAGE, v->last_message, &out->last) : OK;
    return e == E_MISSING ? OK : e;
}

static Err set_archived(Call *c, Conversation *v, bool archived) {
    Member all[MEMBERS_MAX];
    size_t n = conversation_members(v, all);
    Member *self = member_of(all, n, c->actor.user);
    if (!self || self->archived == archived)
        return self ? OK : E_FORBIDDEN;
    self->archived = archived;
    v->members = list_of_recs(c->arena, &MEMBER, all, n);
    return rec_put(c->tx, &CONVERSATION, v);
}

/* Found or made, and back in the caller's list. */
static Err open_about(Call *c, const ConversationAbout *a, ConversationRow *out) {
    Conversation v;
    bool created;
    Err e = conversation_about(c, a, &v, &created);
    if (e == OK)
        e = set_archived(c, &v, false);
    out->created = created;
    return e ? e : show(c, &v, out);
}

static Err blocked(Call *c) { return diag_fail(c->diag, E_FORBIDDEN, "BLOCKED", S("one of you has blocked the other")); }

Err conversation_open(Call *c, const void *input, void *result) {
    const ConversationOpenIn *in = input;
    ConversationAbout about = {.gig = in->gig};
    Conversation v;
    User other;
    Gig gig;
    bool apart;
    Err e = call_signed_in(c);
    if (e)
        return e;
    if (in->user == c->actor.user)
        return diag_field(c->diag, E_INVALID, S("user"), S("nobody can talk to himself"));
    e = user_load(c, in->user, &other);
    if (e == OK && in->gig) {
        e = row_load(c, &GIG, in->gig, &gig);
        bool hidden = e == OK && ((gig.flags & GIG_DELETED) ||
                                  (gig.client != c->actor.user && ((gig.flags & GIG_REMOVED) || gig.status == GIG_DRAFT)));
        e = hidden ? E_MISSING : e;
    }
    if (e)
        return e;
    bool theirs = in->gig && gig.client == other.id;
    about.users[theirs] = c->actor.user;
    about.users[!theirs] = other.id;
    e = find_about(c, &about, &v);
    if (e == E_MISSING) {
        e = blocked_between(c, c->actor.user, other.id, &apart);
        if (e || apart)
            return e ? e : blocked(c);
    }
    return e ? e : open_about(c, &about, result);
}

Err conversation_of_order(Call *c, const void *input, void *result) {
    Order o;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &ORDER, ((const IdIn *)input)->id, &o);
    if (e == OK)
        e = order_party(c, &o);
    if (e)
        return e;
    ConversationAbout about = {{o.client, o.doer}, o.gig, o.id, o.application};
    return open_about(c, &about, result);
}

Err conversation_of_application(Call *c, const void *input, void *result) {
    Application app;
    Err e = application_get(c, input, &app);
    if (e)
        return e;
    ConversationAbout about = {{app.client, app.doer}, app.gig, 0, app.id};
    Key key = key1(ORDER_BY_APPLICATION, app.id);
    e = index_find(c->tx, ORDER_BY_APPLICATION, &key, &about.order);
    return e && e != E_MISSING ? e : open_about(c, &about, result);
}

/* ---- reading ---- */

Err conversation_get(Call *c, const void *input, void *result) {
    Conversation v;
    Member all[MEMBERS_MAX];
    size_t n;
    Err e = conversation_join(c, ((const IdIn *)input)->id, &v, all, &n);
    return e ? e : show(c, &v, result);
}

Err conversation_list(Call *c, const void *input, void *result) {
    const ConversationListIn *in = input;
    PageOut *out = result;
    Scan *scan;
    int64_t id;
    Err e = call_signed_in(c);
    if (e)
        return e;
    *out = page_out(in->page);
    Key key = key1(CONVERSATION_BY_MEMBER, member_key(c->actor.user, in->archived));
    e = index_count(c->tx, CONVERSATION_BY_MEMBER, &key, &out->total);
    int64_t start = in->skip > 0 ? in->skip : (int64_t)(out->page - 1) * out->limit;
    if (e || start >= out->total)
        return e;
    ConversationRow *rows = ARENA_ARRAY(c->arena, (size_t)out->limit, ConversationRow);
    if (!rows)
        return E_NOMEM;
    out->items = rows;
    e = scan_open(c->tx, CONVERSATION_BY_MEMBER, (ScanRange){.prefix = &key, .descending = true}, &scan);
    if (e)
        return e;
    scan_skip(scan, start);
    while (e == OK && out->count < (size_t)out->limit && scan_next(scan, &id)) {
        Conversation v;
        e = row_load(c, &CONVERSATION, id, &v);
        if (e == OK)
            e = show(c, &v, &rows[out->count]);
        out->count += e == OK;
    }
    scan_close(scan);
    return e;
}

Err conversations_unread(Call *c, const void *input, void *result) {
    (void)input;
    ConversationsUnread *out = result;
    Scan *scan;
    Conversation v;
    *out = (ConversationsUnread){0};
    Err e = call_signed_in(c);
    Key key = key1(CONVERSATION_UNREAD, c->actor.user);
    if (e == OK)
        e = scan_open(c->tx, CONVERSATION_UNREAD, (ScanRange){.prefix = &key}, &scan);
    if (e)
        return e;
    while (out->conversations < UNREAD_CONVERSATIONS_MAX && scan_next_rec(scan, &CONVERSATION, &v)) {
        Member all[MEMBERS_MAX];
        const Member *self = member_of(all, conversation_members(&v, all), c->actor.user);
        out->messages += self ? v.messages - self->read_seq : 0;
        out->conversations++;
    }
    scan_close(scan);
    return tx_err(c->tx);
}

/* ---- the caller's own view of it ---- */

Err conversation_archive(Call *c, const void *input, void *result) {
    const ConversationArchiveIn *in = input;
    Conversation v;
    Member all[MEMBERS_MAX];
    size_t n;
    Err e = conversation_join(c, in->id, &v, all, &n);
    if (e == OK)
        e = set_archived(c, &v, in->archived);
    return e ? e : show(c, &v, result);
}

static Err tell_read(Call *c, const Conversation *v, const Member *all, size_t n, int64_t message) {
    int64_t others[MEMBERS_MAX];
    size_t left = 0;
    for (size_t i = 0; i < n; i++)
        if (all[i].user != c->actor.user)
            others[left++] = all[i].user;
    Event ev = {.type = EV_READ,
                .verb = VERB_UPDATED,
                .subject = message,
                .order = v->order,
                .conversation = v->id,
                .users = list_of_i64s(c->arena, others, left)};
    return event_emit(c, &ev);
}

/* Moves the caller's mark to a message; forward only. */
static Err mark(Call *c, Conversation *v, Member *all, size_t n, int64_t message, int64_t seq) {
    Member *self = member_of(all, n, c->actor.user);
    if (self->read_message >= message)
        return OK;
    self->read_message = message;
    self->read_seq = seq;
    self->read_ms = c->now_ms;
    v->members = list_of_recs(c->arena, &MEMBER, all, n);
    Err e = rec_put(c->tx, &CONVERSATION, v);
    return e ? e : tell_read(c, v, all, n, message);
}

Err conversation_read(Call *c, const void *input, void *result) {
    ConversationRead *out = result;
    Conversation v;
    Member all[MEMBERS_MAX];
    size_t n;
    Err e = conversation_join(c, ((const IdIn *)input)->id, &v, all, &n);
    if (e)
        return e;
    *out = (ConversationRead){v.id, v.messages - member_of(all, n, c->actor.user)->read_seq};
    return out->count > 0 ? mark(c, &v, all, n, v.last_message, v.messages) : OK;
}

Err message_read(Call *c, const void *input, void *result) {
    Message *m = result;
    Conversation v;
    Member all[MEMBERS_MAX];
    size_t n;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &MESSAGE, ((const IdIn *)input)->id, m);
    if (e == OK)
        e = conversation_join(c, m->conversation, &v, all, &n);
    return e ? e : mark(c, &v, all, n, m->id, m->seq);
}

/* ---- an order's ---- */

Err order_messages(Call *c, const void *input, void *result) {
    const OrderMessagesIn *in = input;
    int64_t users[2];
    Order o;
    Conversation v;
    Err e = order_chat_users(c, in->order, users);
    *(PageOut *)result = page_out(in->page);
    if (e == OK)
        e = rec_get(c->tx, &ORDER, in->order, &o);
    if (e)
        return e;
    ConversationAbout about = {{o.client, o.doer}, o.gig, o.id, o.application};
    e = find_about(c, &about, &v);
    if (e)
        return e == E_MISSING ? OK : e;
    return messages_page(c, &v, &(MessagesIn){.page = in->page}, result);
}

Err order_message_send(Call *c, const void *input, void *result) {
    const OrderMessageIn *in = input;
    Conversation v;
    Order o;
    bool created;
    int64_t users[2];
    MessageIn m = {.kind = MESSAGE_KIND_AUTO, .text = in->text, .files = in->files};
    Err e = order_chat_users(c, in->order, users);
    if (e == OK && users[0] != c->actor.user && users[1] != c->actor.user)
        e = E_FORBIDDEN; /* moderators read, they do not join */
    if (e == OK)
        e = message_check(c, &m, users, 2);
    if (e == OK)
        e = row_load(c, &ORDER, in->order, &o);
    if (e)
        return e;
    ConversationAbout about = {{o.client, o.doer}, o.gig, o.id, o.application};
    e = conversation_about(c, &about, &v, &created);
    m.conversation = v.id;
    return e ? e : message_send(c, &m, result);
}
