#include "domain/device.h"

#include "domain/row.h"

static const Field device_fields[] = {
    FIELD(1, Device, user, F_I64, "whose it is"),
    FIELD(2, Device, token, F_STR, "the push service's token or subscription"),
    FIELD(3, Device, platform, F_I32, "android, ios, web"),
    FIELD(4, Device, created_ms, F_I64, "since when"),
    FIELD(5, Device, seen_ms, F_I64, "last registered"),
    FIELD(6, Device, p256dh, F_STR, "public key of a browser's subscription"),
    FIELD(7, Device, auth, F_STR, "and its secret"),
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

/* ---- push services ---- */

/* One row of the setting: an origin, perhaps with "*." before its host. */
static bool origin_fits(Str pattern, Str origin) {
    size_t at = str_index(pattern, '*');
    if (at == pattern.n)
        return str_eq_nocase(pattern, origin);
    Str scheme = str_slice(pattern, 0, at), suffix = str_from(pattern, at + 1);
    return suffix.n > 1 && suffix.p[0] == '.' && origin.n > scheme.n + suffix.n && str_starts(origin, scheme) &&
           str_eq_nocase(str_from(origin, origin.n - suffix.n), suffix);
}

bool push_origin_known(const DomainConfig *cfg, Str endpoint, Str *origin) {
    size_t from = str_starts(endpoint, S("https://")) ? 8 : str_starts(endpoint, S("http://")) ? 7 : 0, to = from;
    /* A host and perhaps a port: nothing that a URL parser could read as something else. */
    while (from && to < endpoint.n && endpoint.p[to] != '/') {
        char c = endpoint.p[to++];
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
        if (!plain)
            return false;
    }
    for (size_t i = to; i < endpoint.n; i++)
        if (endpoint.p[i] <= ' ' || endpoint.p[i] > '~')
            return false;
    if (to == from)
        return false;
    *origin = str_slice(endpoint, 0, to);
    if (cfg->push_sandbox && str_eq(*origin, S(PUSH_SANDBOX_ORIGIN)))
        return true;
    Str rest = cfg->push_origins;
    for (Str pattern; str_split(&rest, ',', &pattern);)
        if (str_trim(pattern).n && origin_fits(str_trim(pattern), *origin))
            return true;
    return false;
}

static Err subscription_ok(Call *c, const DeviceIn *in) {
    Str origin;
    if (!in->p256dh.n && !in->auth.n)
        return OK;
    if (in->p256dh.n != DEVICE_KEY_BYTES || in->p256dh.p[0] != 4)
        return diag_field(c->diag, E_INVALID, S("p256dh"), S("must be a public key of 65 bytes"));
    if (in->auth.n != DEVICE_AUTH_BYTES)
        return diag_field(c->diag, E_INVALID, S("auth"), S("must be a secret of 16 bytes"));
    if (in->token.n && !push_origin_known(c->cfg, in->token, &origin))
        return diag_field(c->diag, E_INVALID, S("token"), S("is not at a push service that this marketplace knows"));
    return OK;
}

/* ---- devices ---- */

Err device_add(Call *c, const void *input, void *result) {
    const DeviceIn *in = input;
    Device *d = result, *all;
    size_t n;
    Err e = call_signed_in(c);
    if (e)
        return e;
    if (in->token.n == 0 || in->token.n > DEVICE_TOKEN_MAX)
        return diag_field(c->diag, E_INVALID, S("token"), S("is not a push token"));
    e = subscription_ok(c, in);
    if (e)
        return e;
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
    d->p256dh = in->p256dh;
    d->auth = in->auth;
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

Err device_gone(Call *c, const void *input, void *out) {
    (void)out;
    const DeviceGoneIn *in = input;
    Device d;
    Err e = call_system(c);
    if (e == OK)
        e = row_load(c, &DEVICE, in->id, &d);
    if (e == OK && str_eq(d.token, in->token))
        return rec_delete(c->tx, &DEVICE, d.id);
    return e == E_MISSING ? OK : e;
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
