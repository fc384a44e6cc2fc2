#include "domain/dossier.h"

#include "domain/order_flow.h"
#include "domain/row.h"

static Err part(Call *c, const Record *r, const Index *ix, Key key, DossierPart *out) {
    void *rows = NULL;
    Err e = row_all(c, r, ix, &key, DOSSIER_ROWS_MAX, &rows, &out->count);
    out->items = rows;
    return e;
}

/* The newest page, turned round. */
static Err messages(Call *c, Dossier *d) {
    OrderMessagesIn in = {.order = d->order.id, .page = {.page = 1, .limit = DOSSIER_ROWS_MAX}};
    PageOut page = {0};
    Err e = order_messages(c, &in, &page);
    if (e)
        return e == E_MISSING ? OK : e;
    Message *rows = page.items;
    for (size_t i = 0; i + 1 < page.count - i; i++) {
        Message m = rows[i];
        rows[i] = rows[page.count - 1 - i];
        rows[page.count - 1 - i] = m;
    }
    d->messages = (DossierPart){rows, page.count};
    d->messages_total = page.total;
    return OK;
}

/* Refunds are found by the receipts that they are of. */
static Err refunds(Call *c, Dossier *d) {
    const Receipt *receipts = d->receipts.items;
    Refund *all = ARENA_ARRAY(c->arena, DOSSIER_ROWS_MAX, Refund);
    Err e = all ? OK : E_NOMEM;
    size_t n = 0;
    for (size_t i = 0; e == OK && i < d->receipts.count && n < DOSSIER_ROWS_MAX; i++) {
        Key key = key1(REFUND_BY_RECEIPT, receipts[i].id);
        Refund *some;
        size_t found;
        e = row_all(c, &REFUND, REFUND_BY_RECEIPT, &key, DOSSIER_ROWS_MAX - n, &some, &found);
        if (e == OK && found)
            memcpy(all + n, some, found * sizeof *all);
        n += e ? 0 : found;
    }
    d->refunds = (DossierPart){all, n};
    return e;
}

Err order_dossier(Call *c, const void *in, void *out) {
    Dossier *d = out;
    Err e = call_moderator(c);
    if (e == OK)
        e = row_load(c, &ORDER, ((const IdIn *)in)->id, &d->order);
    if (e)
        return e;
    int64_t id = d->order.id;
    Key audit = key_of(AUDIT_BY_THING);
    key_str(&audit, S("order"));
    key_i64(&audit, id);
    const struct {
        const Record *record;
        const Index *ix;
        Key key;
        DossierPart *to;
    } parts[] = {
        {&MILESTONE, MILESTONE_BY_ORDER, key1(MILESTONE_BY_ORDER, id), &d->milestones},
        {&PAYMENT, PAYMENT_BY_ORDER, key1(PAYMENT_BY_ORDER, id), &d->payments},
        {&RECEIPT, RECEIPT_BY_ORDER, key1(RECEIPT_BY_ORDER, id), &d->receipts},
        {&TRANSFER, TRANSFER_BY_ORDER, key1(TRANSFER_BY_ORDER, id), &d->transfers},
        {&AUDIT, AUDIT_BY_THING, audit, &d->audit},
    };
    e = order_escrow(c->tx, &d->order, &d->held);
    for (size_t i = 0; e == OK && i < COUNT(parts); i++)
        e = part(c, parts[i].record, parts[i].ix, parts[i].key, parts[i].to);
    if (e == OK)
        e = refunds(c, d);
    return e ? e : messages(c, d);
}
