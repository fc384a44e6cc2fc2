#include "realtime/phoenix_rows.h"

#include "codec/json.h"
#include "contract/ugig/ugig.h"
#include "domain/conversation.h"
#include "domain/notification.h"

typedef struct Column {
    Str name, type;
} Column;

/* In the order of the contract's interfaces, with the types of the database behind the original. */
static const Column message_columns[] = {
    {STR_INIT("id"), STR_INIT("uuid")},
    {STR_INIT("conversation_id"), STR_INIT("uuid")},
    {STR_INIT("sender_id"), STR_INIT("uuid")},
    {STR_INIT("content"), STR_INIT("text")},
    {STR_INIT("attachments"), STR_INIT("jsonb")},
    {STR_INIT("read_by"), STR_INIT("_uuid")},
    {STR_INIT("created_at"), STR_INIT("timestamptz")},
};
static const Column notification_columns[] = {
    {STR_INIT("id"), STR_INIT("uuid")},
    {STR_INIT("user_id"), STR_INIT("uuid")},
    {STR_INIT("type"), STR_INIT("text")},
    {STR_INIT("title"), STR_INIT("text")},
    {STR_INIT("body"), STR_INIT("text")},
    {STR_INIT("data"), STR_INIT("jsonb")},
    {STR_INIT("read_at"), STR_INIT("timestamptz")},
    {STR_INIT("created_at"), STR_INIT("timestamptz")},
};

static const struct {
    int32_t event, verb, table, change;
} meanings[] = {
    {EV_MESSAGE, VERB_CREATED, TABLE_MESSAGES, CHANGE_INSERT},
    {EV_MESSAGE_EDIT, VERB_UPDATED, TABLE_MESSAGES, CHANGE_UPDATE},
    {EV_NOTIFICATION, VERB_CREATED, TABLE_NOTIFICATIONS, CHANGE_INSERT},
};

bool change_of(const Event *e, int32_t *table, int32_t *change) {
    for (size_t i = 0; i < COUNT(meanings); i++)
        if (meanings[i].event == e->type && meanings[i].verb == e->verb) {
            *table = meanings[i].table;
            *change = meanings[i].change;
            return true;
        }
    return false;
}

static void put_columns(Buf *b, const Column *all, size_t n) {
    for (size_t i = 0; i < n; i++) {
        buf_add(b, i ? S(",{\"name\":") : S("{\"name\":"));
        json_put_str(b, all[i].name);
        buf_lit(b, ",\"type\":");
        json_put_str(b, all[i].type);
        buf_char(b, '}');
    }
}

/* The row as the contract shows it, but only what is a column. */
static Err put_record(Hub *hub, Call *c, const View *view, const void *row, const Column *all, size_t n, Buf *b) {
    Buf text = buf_arena(c->arena, HUB_FRAME_BYTES_MAX);
    const Json *shown;
    Render r;
    engine_render_init(hub_engine(hub), &ugig_contract, c, &text, &r);
    render_view(&r, view, row);
    Err e = text.err ? text.err : json_parse(c->arena, buf_str(&text), &shown, NULL);
    for (size_t i = 0; e == OK && i < n; i++) {
        buf_char(b, i ? ',' : '{');
        json_put_str(b, all[i].name);
        buf_char(b, ':');
        json_put_value(b, json_get(shown, all[i].name));
    }
    buf_char(b, '}');
    return e;
}

void change_put(Hub *hub, Call *c, const Event *e, Buf *b) {
    int32_t table, change;
    union {
        Message message;
        Notification notification;
    } row;
    if (!change_of(e, &table, &change))
        return;
    bool message = table == TABLE_MESSAGES;
    const Column *columns = message ? message_columns : notification_columns;
    size_t n = message ? COUNT(message_columns) : COUNT(notification_columns);
    if (rec_get(c->tx, message ? &MESSAGE : &NOTIFICATION, e->subject, &row))
        return;
    buf_printf(b, "{\"schema\":\"public\",\"table\":\"%s\",\"commit_timestamp\":", message ? "messages" : "notifications");
    Render r = {.out = b};
    render_time(&r, TIME_ISO_MILLIS_Z, e->at_ms);
    buf_printf(b, ",\"type\":\"%s\",\"columns\":[", change == CHANGE_INSERT ? "INSERT" : "UPDATE");
    put_columns(b, columns, n);
    buf_lit(b, "],\"record\":");
    size_t from = b->n;
    Err err = put_record(hub, c, message ? &ugig_message_view : &ugig_notification_view, &row, columns, n, b);
    if (err) {
        b->err = err;
        return;
    }
    if (change == CHANGE_UPDATE) { /* as the database tells it without full replica identity: the key only */
        const Json *record;
        Str text = arena_str(c->arena, str_of(b->p + from, b->n - from));
        buf_lit(b, ",\"old_record\":{\"id\":");
        if (json_parse(c->arena, text, &record, NULL) == OK)
            json_put_value(b, json_get(record, S("id")));
        buf_char(b, '}');
    }
    buf_lit(b, ",\"errors\":null}");
}
