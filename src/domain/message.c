/* What is said in conversations. */
#include "domain/message.h"

#include "domain/event.h"
#include "domain/file.h"
#include "domain/notify.h"
#include "domain/order.h"
#include "domain/report.h"
#include "domain/row.h"
#include "domain/user.h"

static const Field reaction_fields[] = {
    FIELD(1, Reaction, user, F_I64, "who"),
    FIELD(2, Reaction, emoji, F_STR, "which"),
    FIELD(3, Reaction, at_ms, F_I64, "when"),
};
const Record REACTION = {.size = sizeof(Reaction),
                         .name = "reaction",
                         .doc = "an emoji under a message",
                         .fields = reaction_fields,
                         .field_count = COUNT(reaction_fields)};

static const Field message_fields[] = {
    FIELD(1, Message, conversation, F_I64, "where it was said"),
    FIELD(2, Message, order, F_I64, "order that is about"),
    FIELD(3, Message, sender, F_I64, "who said it"),
    FIELD(4, Message, text, F_STR, "what"),
    FIELD(5, Message, files, F_I64S, "attachments"),
    FIELD(6, Message, created_ms, F_I64, "when"),
    FIELD(7, Message, edited_ms, F_I64, "when it was changed"),
    FIELD(8, Message, kind, F_I32, "MessageKind"),
    FIELD(9, Message, seq, F_I64, "number within the conversation"),
    FIELD(10, Message, ref, F_I64, "request or agreement, by kind"),
    FIELD_RECS(11, Message, reactions, &REACTION, "emojis under it"),
};
static const Index message_indexes[] = {
    {.id = 52,
     .kind = IX_ORDERED,
     .part_count = 2,
     .name = "message_conversation",
     .doc = "of a conversation",
     .parts = {{.tag = 1}, {.tag = 9}}},
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

/* ---- writing ---- */

static Member *member_of(Member *all, size_t n, int64_t user) {
    for (size_t i = 0; i < n; i++)
        if (all[i].user == user)
            return &all[i];
    return NULL;
}

static Err check_text(Call *c, Str text) {
    if (str_utf8_len(text) <= MESSAGE_TEXT_MAX)
        return OK;
    return diag_field(c->diag, E_INVALID, S("text"), arena_printf(c->arena, "must have at most %d characters", MESSAGE_TEXT_MAX));
}

static Err check_apart(Call *c, const int64_t *users, size_t n) {
    for (size_t i = 0; i < n; i++) {
        bool apart = false;
        Err e = users[i] == c->actor.user ? OK : blocked_between(c, c->actor.user, users[i], &apart);
        if (e)
            return e;
        if (apart)
            return diag_fail(c->diag, E_FORBIDDEN, "BLOCKED", S("one of you has blocked the other"));
    }
    return OK;
}

static Err check_apart_of(Call *c, const Member *all, size_t n) {
    int64_t users[MEMBERS_MAX];
    for (size_t i = 0; i < n; i++)
        users[i] = all[i].user;
    return check_apart(c, users, n);
}

Err message_check(Call *c, const MessageIn *in, const int64_t *users, size_t n) {
    Err e = check_apart(c, users, n);
    if (e)
        return e;
    if (in->kind > MESSAGE_TEXT && in->files.count == 0)
        return diag_field(c->diag, E_INVALID, S("files"), S("is required"));
    if (in->files.count == 0 && str_trim(in->text).n == 0)
        return diag_field(c->diag, E_INVALID, S("text"), S("must not be empty"));
    return check_text(c, str_trim(in->text));
}

/* The kind that the files are of: all pictures, all sound, or anything. */
static Err kind_of_files(Call *c, const List *files, int32_t *kind) {
    File f;
    int64_t id;
    *kind = files->count ? MESSAGE_KIND_AUTO : MESSAGE_TEXT;
    for (ListIter it = list_iter(files); list_i64(&it, &id);) {
        Err e = row_load(c, &FILE_RECORD, id, &f);
        if (e)
            return e;
        int32_t one = str_starts(f.type, S("image/"))                                           ? MESSAGE_IMAGE
                      : str_starts(f.type, S("audio/")) || str_eq(f.type, S("application/ogg")) ? MESSAGE_VOICE
                                                                                                : MESSAGE_FILE;
        *kind = *kind == MESSAGE_KIND_AUTO || *kind == one ? one : MESSAGE_FILE;
    }
    return OK;
}

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
                       .gig = v->gig,
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

static Err tell_message(Call *c, const Message *m, const Conversation *v, const Member *all, size_t n, EventType type) {
    Event ev = {.type = type,
                .verb = type == EV_MESSAGE ? VERB_CREATED : VERB_UPDATED,
                .subject = m->id,
                .gig = v->gig,
                .order = m->order,
                .conversation = v->id,
                .users = member_ids(c, all, n)};
    return event_emit(c, &ev);
}

/* Stores a message that was checked. */
static Err post(Call *c, Conversation *v, Member *all, size_t n, Message *m) {
    Member *self = member_of(all, n, c->actor.user);
    m->conversation = v->id;
    m->order = v->order;
    m->sender = c->actor.user;
    m->created_ms = c->now_ms;
    m->seq = v->messages + 1;
    Err e = rec_insert(c->tx, &MESSAGE, m);
    if (e == OK)
        e = count_reply(c, v, self);
    if (e)
        return e;
    self->sent++;
    self->read_message = m->id;
    self->read_seq = m->seq;
    self->read_ms = c->now_ms;
    for (size_t i = 0; i < n; i++)
        all[i].archived = false;
    v->members = list_of_recs(c->arena, &MEMBER, all, n);
    v->messages = m->seq;
    v->last_message = m->id;
    v->last_ms = c->now_ms;
    v->last_sender = c->actor.user;
    e = rec_put(c->tx, &CONVERSATION, v);
    if (e == OK)
        e = tell_message(c, m, v, all, n, EV_MESSAGE);
    return e ? e : tell_others(c, v, all, n);
}

static Err join_to_write(Call *c, int64_t conversation, Conversation *v, Member *all, size_t *n, int64_t *users) {
    Err e = conversation_join(c, conversation, v, all, n);
    for (size_t i = 0; e == OK && i < *n; i++)
        users[i] = all[i].user;
    return e;
}

Err message_send(Call *c, const void *input, void *result) {
    const MessageIn *in = input;
    Message *m = result;
    Conversation v;
    Member all[MEMBERS_MAX];
    int64_t users[MEMBERS_MAX];
    int32_t kind;
    size_t n;
    Err e = join_to_write(c, in->conversation, &v, all, &n, users);
    if (e == OK)
        e = message_check(c, in, users, n);
    if (e == OK)
        e = files_use(c, &in->files, MESSAGE_FILES_MAX, v.order, v.id, S("files"));
    if (e == OK)
        e = kind_of_files(c, &in->files, &kind);
    if (e)
        return e;
    if ((in->kind == MESSAGE_IMAGE || in->kind == MESSAGE_VOICE) && kind != in->kind)
        return diag_field(c->diag, E_INVALID, S("files"), in->kind == MESSAGE_IMAGE ? S("must be pictures") : S("must be sound"));
    *m = (Message){.kind = in->kind > MESSAGE_TEXT ? in->kind : kind, .text = str_trim(in->text), .files = in->files};
    return post(c, &v, all, n, m);
}

Err message_post(Call *c, int64_t conversation, MessageKind kind, int64_t ref, Str text, Message *m) {
    Conversation v;
    Member all[MEMBERS_MAX];
    int64_t users[MEMBERS_MAX];
    size_t n;
    Err e = join_to_write(c, conversation, &v, all, &n, users);
    if (e == OK)
        e = check_apart(c, users, n);
    if (e)
        return e;
    *m = (Message){.kind = kind, .ref = ref, .text = text};
    return post(c, &v, all, n, m);
}

/* ---- changing ---- */

/* A message of a conversation that the caller takes part in. */
static Err open_message(Call *c, int64_t conversation, int64_t id, Message *m, Conversation *v, Member *all, size_t *n) {
    Err e = call_signed_in(c);
    if (e == OK && conversation)
        e = conversation_join(c, conversation, v, all, n);
    if (e == OK)
        e = row_load(c, &MESSAGE, id, m);
    if (e == OK && !conversation)
        e = conversation_join(c, m->conversation, v, all, n);
    return e == OK && m->conversation != v->id ? E_MISSING : e;
}

Err message_edit(Call *c, const void *input, void *result) {
    const MessageEditIn *in = input;
    Message *m = result;
    Conversation v;
    Member all[MEMBERS_MAX];
    size_t n;
    Str text = str_trim(in->text);
    Err e = open_message(c, in->conversation, in->id, m, &v, all, &n);
    if (e)
        return e;
    if (m->sender != c->actor.user)
        return E_FORBIDDEN;
    if (m->kind == MESSAGE_PAYMENT_REQUEST || m->kind == MESSAGE_AGREEMENT)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("This message cannot be edited."));
    if (text.n == 0 && m->files.count == 0)
        return diag_field(c->diag, E_INVALID, S("text"), S("must not be empty"));
    e = check_apart_of(c, all, n);
    if (e == OK)
        e = check_text(c, text);
    if (e || str_eq(text, m->text))
        return e;
    m->text = text;
    m->edited_ms = c->now_ms;
    e = rec_put(c->tx, &MESSAGE, m);
    return e ? e : tell_message(c, m, &v, all, n, EV_MESSAGE_EDIT);
}

Err message_react(Call *c, const void *input, void *result) {
    const MessageReactIn *in = input;
    Message *m = result;
    Conversation v;
    Member all[MEMBERS_MAX];
    Reaction kept[MESSAGE_REACTIONS_MAX], one;
    size_t n, left = 0;
    bool again = false;
    Str emoji = str_trim(in->emoji);
    Err e = open_message(c, in->conversation, in->id, m, &v, all, &n);
    if (e)
        return e;
    if (emoji.n == 0)
        return diag_field(c->diag, E_INVALID, S("emoji"), S("is required"));
    if (emoji.n > MESSAGE_EMOJI_MAX_BYTES || str_utf8_len(emoji) > MESSAGE_EMOJI_MAX)
        return diag_field(c->diag, E_INVALID, S("emoji"), S("must be one emoji"));
    e = check_apart_of(c, all, n);
    if (e)
        return e;
    for (ListIter it = list_iter(&m->reactions); left < MESSAGE_REACTIONS_MAX && list_rec(&it, &REACTION, &one);) {
        bool same = one.user == c->actor.user && str_eq(one.emoji, emoji);
        again |= same;
        if (!same)
            kept[left++] = one;
    }
    if (!again) {
        if (left == MESSAGE_REACTIONS_MAX)
            return diag_fail(c->diag, E_LIMIT, "LIMIT_EXCEEDED", S("Too many reactions."));
        kept[left++] = (Reaction){c->actor.user, emoji, c->now_ms};
    }
    m->reactions = list_of_recs(c->arena, &REACTION, kept, left);
    e = rec_put(c->tx, &MESSAGE, m);
    return e ? e : tell_message(c, m, &v, all, n, EV_MESSAGE_EDIT);
}

/* ---- reading ---- */

Err messages_page(Call *c, const Conversation *v, const MessagesIn *in, PageOut *out) {
    int64_t last = v->messages;
    *out = page_out(in->page);
    if (in->before) {
        Message m;
        Err e = rec_get(c->tx, &MESSAGE, in->before, &m);
        if (e || m.conversation != v->id)
            return e ? e : E_MISSING;
        last = m.seq - 1;
    }
    out->total = last;
    int64_t start = in->skip > 0 ? in->skip : (int64_t)(out->page - 1) * out->limit;
    if (start >= last)
        return OK;
    /* Numbers without gaps: where a page is need not be looked for. */
    int64_t n = last - start < out->limit ? last - start : out->limit;
    int64_t low = in->order == MESSAGES_OLDEST_FIRST ? start + 1 : last - start - n + 1;
    Key prefix = key1(MESSAGE_BY_CONVERSATION, v->id), from = key2(MESSAGE_BY_CONVERSATION, v->id, low),
        to = key2(MESSAGE_BY_CONVERSATION, v->id, low + n);
    ScanRange range = {.prefix = &prefix, .from = &from, .to = &to, .descending = in->order == MESSAGES_NEWEST_FIRST};
    Scan *scan;
    Message *rows = ARENA_ARRAY(c->arena, (size_t)n, Message);
    out->items = rows;
    Err e = rows ? scan_open(c->tx, MESSAGE_BY_CONVERSATION, range, &scan) : E_NOMEM;
    if (e)
        return e;
    while (e == OK && (int64_t)out->count < n && scan_next_rec(scan, &MESSAGE, &rows[out->count])) {
        e = tx_writable(c->tx) ? row_keep(c->arena, &MESSAGE, &rows[out->count]) : OK;
        out->count += e == OK;
    }
    scan_close(scan);
    return e;
}

Err conversation_messages(Call *c, const void *input, void *result) {
    const MessagesIn *in = input;
    Conversation v;
    Member all[MEMBERS_MAX];
    size_t n;
    Err e = conversation_join(c, in->conversation, &v, all, &n);
    return e ? e : messages_page(c, &v, in, result);
}

Err message_read_by(Tx *tx, const Message *m, int64_t *users, size_t *n) {
    Conversation v;
    Member all[MEMBERS_MAX];
    *n = 0;
    Err e = rec_get(tx, &CONVERSATION, m->conversation, &v);
    if (e)
        return e;
    size_t count = conversation_members(&v, all);
    for (size_t i = 0; i < count; i++)
        if (all[i].user == m->sender || all[i].read_message >= m->id)
            users[(*n)++] = all[i].user;
    return OK;
}

Err message_is_read(Tx *tx, const Message *m, bool *out) {
    Conversation v;
    Member all[MEMBERS_MAX];
    *out = true;
    Err e = rec_get(tx, &CONVERSATION, m->conversation, &v);
    size_t count = e ? 0 : conversation_members(&v, all);
    for (size_t i = 0; i < count; i++)
        *out &= all[i].user == m->sender || all[i].read_message >= m->id;
    return e;
}
