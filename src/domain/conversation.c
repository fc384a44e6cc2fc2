#include "domain/conversation.h"

#include "domain/event.h"
#include "domain/file.h"
#include "domain/notify.h"
#include "domain/order.h"
#include "domain/report.h"
#include "domain/row.h"
#include "domain/user.h"

static const Field member_fields[] = {
    FIELD(1, Member, user, F_I64, "who"),
    FIELD(2, Member, read_message, F_I64, "newest message read"),
    FIELD(3, Member, read_ms, F_I64, "when"),
    FIELD(4, Member, sent, F_I64, "messages written"),
};
const Record MEMBER = {
    .size = sizeof(Member), .name = "member", .doc = "participant", .fields = member_fields, .field_count = COUNT(member_fields)};

static bool of_order(const void *row) { return ((const Conversation *)row)->order != 0; }

static Err member_users(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs) {
    (void)strs;
    const Conversation *v = row;
    Member m;
    *n = 0;
    *i64s = ARENA_ARRAY(a, v->members.count, int64_t);
    if (!*i64s)
        return E_NOMEM;
    for (ListIter it = list_iter(&v->members); list_rec(&it, &MEMBER, &m);)
        (*i64s)[(*n)++] = m.user;
    return OK;
}

static const Field conversation_fields[] = {
    FIELD(1, Conversation, order, F_I64, "order it is about"),     FIELD(2, Conversation, gig, F_I64, "gig it is about"),
    FIELD_RECS(3, Conversation, members, &MEMBER, "participants"), FIELD(4, Conversation, last_message, F_I64, "newest message"),
    FIELD(5, Conversation, last_ms, F_I64, "when it came"),        FIELD(6, Conversation, last_sender, F_I64, "who wrote it"),
    FIELD(7, Conversation, created_ms, F_I64, "opened"),
};
static const Index conversation_indexes[] = {
    {.id = 60,
     .kind = IX_UNIQUE,
     .part_count = 1,
     .name = "conversation_order",
     .doc = "of an order",
     .parts = {{.tag = 1}},
     .when = of_order},
    {.id = 61,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "conversation_member",
     .doc = "of a user",
     .parts = {{.type = F_I64S, .of = member_users}}},
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
const Index *const CONVERSATION_BY_MEMBER = &conversation_indexes[1];

static const Field message_fields[] = {
    FIELD(1, Message, conversation, F_I64, "where it was said"),
    FIELD(2, Message, order, F_I64, "order that is about"),
    FIELD(3, Message, sender, F_I64, "who said it"),
    FIELD(4, Message, text, F_STR, "what"),
    FIELD(5, Message, files, F_I64S, "attachments"),
    FIELD(6, Message, created_ms, F_I64, "when"),
    FIELD(7, Message, edited_ms, F_I64, "when it was changed"),
};
static const Index message_indexes[] = {
    {.id = 63,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "message_conversation",
     .doc = "of a conversation",
     .parts = {{.tag = 1}}},
};
const Record MESSAGE = {.kind = 9,
                        .size = sizeof(Message),
                        .name = "message",
                        .doc = "something said",
                        .fields = message_fields,
                        .field_count = COUNT(message_fields),
                        .indexes = message_indexes,
                        .index_count = COUNT(message_indexes)};
const Index *const MESSAGE_BY_CONVERSATION = &message_indexes[0];

/* ---- who takes part ---- */

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

static Err members_load(const Conversation *v, Member *all, size_t *n) {
    *n = 0;
    for (ListIter it = list_iter(&v->members); *n < MEMBERS_MAX && list_rec(&it, &MEMBER, &all[*n]);)
        ++*n;
    return OK;
}

static Member *member_of(Member *all, size_t n, int64_t user) {
    for (size_t i = 0; i < n; i++)
        if (all[i].user == user)
            return &all[i];
    return NULL;
}

Err conversation_has(Call *c, int64_t conversation, int64_t user, bool *out) {
    Conversation v;
    Member all[MEMBERS_MAX];
    size_t n;
    *out = false;
    Err e = rec_get(c->tx, &CONVERSATION, conversation, &v);
    if (e)
        return e == E_MISSING ? OK : e;
    members_load(&v, all, &n);
    *out = member_of(all, n, user) != NULL;
    return OK;
}

static Err of_order_open(Call *c, int64_t order, const int64_t users[2], Conversation *v) {
    Key key = key1(CONVERSATION_BY_ORDER, order);
    Err e = row_find(c, &CONVERSATION, CONVERSATION_BY_ORDER, &key, v);
    if (e != E_MISSING)
        return e;
    Member both[2] = {{.user = users[0]}, {.user = users[1]}};
    *v = (Conversation){.order = order, .members = list_of_recs(c->arena, &MEMBER, both, 2), .created_ms = c->now_ms};
    e = rec_insert(c->tx, &CONVERSATION, v);
    Order o;
    if (e == OK)
        e = row_load(c, &ORDER, order, &o);
    if (e)
        return e;
    o.conversation = v->id;
    return rec_put(c->tx, &ORDER, &o);
}

/* ---- writing ---- */

/* The first answer of somebody who was written to first counts for the badge fast_responder. */
static Err count_reply(Call *c, const Conversation *v, const Member *sender) {
    User u;
    if (sender->sent || !v->last_message || v->last_sender == sender->user)
        return OK;
    Err e = row_load(c, &USER, sender->user, &u);
    if (e)
        return e;
    u.replies++;
    u.reply_sum_ms += c->now_ms - v->last_ms;
    return rec_put(c->tx, &USER, &u);
}

static Err tell_others(Call *c, const Conversation *v, const Member *all, size_t n) {
    User sender;
    Err e = row_load(c, &USER, c->actor.user, &sender);
    for (size_t i = 0; e == OK && i < n; i++) {
        if (all[i].user == c->actor.user)
            continue;
        Notice note = {.user = all[i].user,
                       .type = NOTE_NEW_MESSAGE,
                       .order = v->order,
                       .conversation = v->id,
                       .actor = c->actor.user,
                       .subject = sender.name.n ? sender.name : S("Somebody")};
        e = notify(c, &note);
    }
    return e;
}

static List member_ids(Call *c, const Member *all, size_t n) {
    int64_t users[MEMBERS_MAX];
    for (size_t i = 0; i < n; i++)
        users[i] = all[i].user;
    return list_of_i64s(c->arena, users, n);
}

static Err send(Call *c, Conversation *v, Str text, const List *files, Message *m) {
    Member all[MEMBERS_MAX];
    size_t n;
    members_load(v, all, &n);
    Member *self = member_of(all, n, c->actor.user);
    if (!self)
        return E_FORBIDDEN;
    Err e = files_use(c, files, MESSAGE_FILES_MAX, v->order, v->id, S("files"));
    if (e)
        return e;
    *m = (Message){.conversation = v->id,
                   .order = v->order,
                   .sender = c->actor.user,
                   .text = text,
                   .files = *files,
                   .created_ms = c->now_ms};
    e = rec_insert(c->tx, &MESSAGE, m);
    if (e == OK)
        e = count_reply(c, v, self);
    if (e)
        return e;
    self->sent++;
    self->read_message = m->id;
    self->read_ms = c->now_ms;
    v->members = list_of_recs(c->arena, &MEMBER, all, n);
    v->last_message = m->id;
    v->last_ms = c->now_ms;
    v->last_sender = c->actor.user;
    e = rec_put(c->tx, &CONVERSATION, v);
    Event ev = {.type = EV_MESSAGE,
                .verb = VERB_CREATED,
                .subject = m->id,
                .order = v->order,
                .conversation = v->id,
                .users = member_ids(c, all, n)};
    if (e == OK)
        e = event_emit(c, &ev);
    return e ? e : tell_others(c, v, all, n);
}

Err order_message_send(Call *c, const void *input, void *result) {
    const OrderMessageIn *in = input;
    int64_t users[2];
    Conversation v;
    bool blocked;
    Err e = order_chat_users(c, in->order, users);
    if (e == OK && users[0] != c->actor.user && users[1] != c->actor.user)
        e = E_FORBIDDEN; /* moderators read, they do not join */
    if (e == OK)
        e = blocked_between(c, users[0], users[1], &blocked);
    if (e)
        return e;
    if (blocked)
        return diag_fail(c->diag, E_FORBIDDEN, "BLOCKED", S("one of you has blocked the other"));
    Str text = str_trim(in->text);
    if (text.n == 0 && in->files.count == 0)
        return diag_field(c->diag, E_INVALID, S("text"), S("must not be empty"));
    if (str_utf8_len(text) > MESSAGE_TEXT_MAX)
        return diag_field(c->diag, E_INVALID, S("text"),
                          arena_printf(c->arena, "must have at most %d characters", MESSAGE_TEXT_MAX));
    e = of_order_open(c, in->order, users, &v);
    return e ? e : send(c, &v, text, &in->files, result);
}

/* ---- reading ---- */

Err order_messages(Call *c, const void *input, void *result) {
    const OrderMessagesIn *in = input;
    PageOut *out = result;
    int64_t users[2], id;
    Err e = order_chat_users(c, in->order, users);
    Key key = key1(CONVERSATION_BY_ORDER, in->order);
    *out = page_out(in->page);
    if (e == OK)
        e = index_find(c->tx, CONVERSATION_BY_ORDER, &key, &id);
    if (e)
        return e == E_MISSING && rec_exists(c->tx, &ORDER, in->order) ? OK : e;
    key = key1(MESSAGE_BY_CONVERSATION, id);
    return row_page(c, &MESSAGE, MESSAGE_BY_CONVERSATION, &key, in->page, out);
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
        e = row_load(c, &CONVERSATION, m->conversation, &v);
    if (e)
        return e;
    members_load(&v, all, &n);
    Member *self = member_of(all, n, c->actor.user);
    if (!self)
        return E_FORBIDDEN;
    if (self->read_message >= m->id)
        return OK;
    self->read_message = m->id;
    self->read_ms = c->now_ms;
    v.members = list_of_recs(c->arena, &MEMBER, all, n);
    e = rec_put(c->tx, &CONVERSATION, &v);
    int64_t others[MEMBERS_MAX];
    size_t left = 0;
    for (size_t i = 0; i < n; i++)
        if (&all[i] != self)
            others[left++] = all[i].user;
    Event ev = {.type = EV_READ,
                .verb = VERB_UPDATED,
                .subject = m->id,
                .order = v.order,
                .conversation = v.id,
                .users = list_of_i64s(c->arena, others, left)};
    return e ? e : event_emit(c, &ev);
}
