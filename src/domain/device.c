#include "domain/device.h"

#include "domain/row.h"

static const Field device_fields[] = {
    FIELD(1, Device, user, F_I64, "whose it is"),
    FIELD(2, Device, token, F_STR, "the push service's token or subscription"),
    FIELD(3, Device, platform, F_I32, "android, ios, web"),
    FIELD(4, Device, created_ms, F_I64, "since when"),
    FIELD(5, Device, seen_ms, F_I64, "last registered"),
};
static const Index device_indexes[] = {
    {.id = 90,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "device_user",
     .doc = "of a user",
     .parts = {{.tag = 1}}},
    {.id = 91, .kind = IX_UNIQUE, .part_count = 1, .name = "device_token", .doc = "one owner each", .parts = {{.tag = 2}}},
};
const Record DEVICE = {.kind = 14,
                       .size = sizeof(Device),
                       .name = "device",
                       .doc = "where push messages go",
                       .fields = device_fields,
                       .field_count = COUNT(device_fields),
                       .indexes = device_indexes,
                       .index_count = COUNT(device_indexes)};
const Index *const DEVICE_BY_USER = &device_indexes[0];
const Index *const DEVICE_BY_TOKEN = &device_indexes[1];

Err device_add(Call *c, const void *input, void *result) {
    const DeviceIn *in = input;
    Device *d = result, *all;
    size_t n;
    Err e = call_signed_in(c);
    if (e)
        return e;
    if (in->token.n == 0 || in->token.n > DEVICE_TOKEN_MAX)
        return diag_field(c->diag, E_INVALID, S("token"), S("is not a push token"));
    Key token = key_of(DEVICE_BY_TOKEN), user = key1(DEVICE_BY_USER, c->actor.user);
    key_str(&token, in->token);
    e = row_find(c, &DEVICE, DEVICE_BY_TOKEN, &token, d);
    if (e && e != E_MISSING)
        return e;
    if (e == E_MISSING)
        *d = (Device){.created_ms = c->now_ms};
    d->user = c->actor.user;
    d->token = in->token;
    d->platform = in->platform;
    d->seen_ms = c->now_ms;
    if (d->id)
        return rec_put(c->tx, &DEVICE, d);
    e = row_all(c, &DEVICE, DEVICE_BY_USER, &user, DEVICES_MAX, &all, &n);
    if (e == OK && n == DEVICES_MAX)
        e = rec_delete(c->tx, &DEVICE, all[0].id);
    return e ? e : rec_insert(c->tx, &DEVICE, d);
}

Err device_delete(Call *c, const void *input, void *result) {
    (void)result;
    Device d;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &DEVICE, ((const IdIn *)input)->id, &d);
    if (e == OK && d.user != c->actor.user)
        e = E_MISSING;
    return e ? e : rec_delete(c->tx, &DEVICE, d.id);
}

Err devices_delete_all(Call *c, int64_t user) {
    Device *all;
    size_t n;
    Key key = key1(DEVICE_BY_USER, user);
    Err e = row_all(c, &DEVICE, DEVICE_BY_USER, &key, DEVICES_MAX, &all, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        e = rec_delete(c->tx, &DEVICE, all[i].id);
    return e;
}

Err device_list(Call *c, const void *input, void *result) {
    (void)input;
    PageOut *out = result;
    Err e = call_signed_in(c);
    Key key = key1(DEVICE_BY_USER, c->actor.user);
    if (e == OK)
        e = row_all(c, &DEVICE, DEVICE_BY_USER, &key, DEVICES_MAX, &out->items, &out->count);
    out->total = (int64_t)out->count;
    out->page = 1;
    out->limit = DEVICES_MAX;
    return e;
}
