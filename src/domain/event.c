#include "domain/event.h"

#include <assert.h>

#include "domain/row.h"

static const Field event_fields[] = {
    FIELD(1, Event, type, F_I32, "what kind of thing it is about"),
    FIELD(2, Event, verb, F_I32, "what happened to it"),
    FIELD(3, Event, at_ms, F_I64, "when"),
    FIELD(4, Event, actor, F_I64, "user who did it, 0 = the system"),
    FIELD(5, Event, subject, F_I64, "id of the thing"),
    FIELD(6, Event, gig, F_I64, "gig it belongs to"),
    FIELD(7, Event, order, F_I64, "order it belongs to"),
    FIELD(8, Event, conversation, F_I64, "conversation it belongs to"),
    FIELD(9, Event, status, F_I32, "the thing's status after it"),
    FIELD(10, Event, users, F_I64S, "who may hear of it; empty: everybody"),
    FIELD(11, Event, text, F_STR, "short detail"),
    FIELD(12, Event, application, F_I64, "application it belongs to"),
};
const Record EVENT = {.kind = 40,
                      .size = sizeof(Event),
                      .name = "event",
                      .doc = "what happened, in order",
                      .fields = event_fields,
                      .field_count = COUNT(event_fields)};

Err event_emit(Call *c, Event *e) {
    assert(tx_writable(c->tx));
    e->id = 0;
    e->at_ms = c->now_ms;
    if (!e->actor)
        e->actor = c->actor.user;
    return rec_insert(c->tx, &EVENT, e);
}

Err event_tail(Tx *tx, int64_t after, size_t max, Event **events, size_t *n) {
    RecScan *scan;
    *n = 0;
    *events = ARENA_ARRAY(tx_arena(tx), max, Event);
    if (!*events)
        return E_NOMEM;
    Err e = rec_scan(tx, &EVENT, after + 1, &scan);
    if (e)
        return e;
    while (*n < max && rec_scan_next(scan, &(*events)[*n]))
        ++*n;
    rec_scan_close(scan);
    return tx_err(tx);
}

Err event_last(Tx *tx, int64_t *id) { return rec_last_id(tx, &EVENT, id); }

Err event_trim(Call *c, int64_t before_ms, size_t max, size_t *gone) {
    Event e;
    *gone = 0;
    while (*gone < max) {
        RecScan *scan;
        Err err = rec_scan(c->tx, &EVENT, 0, &scan);
        if (err)
            return err;
        bool some = rec_scan_next(scan, &e) && e.at_ms < before_ms;
        rec_scan_close(scan);
        if (!some)
            break;
        err = rec_delete(c->tx, &EVENT, e.id);
        if (err)
            return err;
        ++*gone;
    }
    return OK;
}
