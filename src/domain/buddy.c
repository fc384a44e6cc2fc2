#include "domain/buddy.h"

#include "domain/row.h"

static const Field buddy_fields[] = {
    FIELD(1, Buddy, owner, F_I64, "whose list"),
    FIELD(2, Buddy, user, F_I64, "who is on it"),
    FIELD(3, Buddy, notes, F_STR, "what the owner wrote"),
    FIELD(4, Buddy, created_ms, F_I64, "since when"),
};
static const Index buddy_indexes[] = {
    {.id = 12,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "buddy_owner",
     .doc = "of a person",
     .parts = {{.tag = 1}}},
    {.id = 13, .kind = IX_UNIQUE, .part_count = 2, .name = "buddy_pair", .doc = "once each", .parts = {{.tag = 1}, {.tag = 2}}},
    {.id = 14, .kind = IX_ORDERED, .part_count = 1, .name = "buddy_user", .doc = "on whose lists", .parts = {{.tag = 2}}},
};
const Record BUDDY = {.kind = 30,
                      .size = sizeof(Buddy),
                      .name = "buddy",
                      .doc = "somebody kept at hand",
                      .fields = buddy_fields,
                      .field_count = COUNT(buddy_fields),
                      .indexes = buddy_indexes,
                      .index_count = COUNT(buddy_indexes)};

Err buddy_add(Call *c, const void *input, void *result) {
    const BuddyIn *in = input;
    Buddy *b = result;
    User u;
    int64_t have;
    Str notes = str_trim(in->notes);
    Err e = call_signed_in(c);
    if (e == OK)
        e = user_load(c, in->user, &u);
    if (e)
        return e;
    if (in->user == c->actor.user)
        return diag_field(c->diag, E_INVALID, S("user"), S("must be somebody else"));
    if (str_utf8_len(notes) > BUDDY_NOTES_MAX)
        return diag_field(c->diag, E_INVALID, S("notes"),
                          arena_printf(c->arena, "must have at most %d characters", BUDDY_NOTES_MAX));
    Key key = key1(&buddy_indexes[0], c->actor.user);
    e = index_count(c->tx, &buddy_indexes[0], &key, &have);
    if (e == OK && have >= BUDDIES_MAX)
        return diag_fail(c->diag, E_LIMIT, "LIMIT_EXCEEDED", S("The list is full."));
    *b = (Buddy){.owner = c->actor.user, .user = in->user, .notes = notes, .created_ms = c->now_ms};
    if (e == OK)
        e = rec_insert(c->tx, &BUDDY, b);
    return e == E_CONFLICT ? diag_fail(c->diag, e, "ALREADY_BUDDY", S("This person is on the list already.")) : e;
}

Err buddy_list(Call *c, const void *input, void *result) {
    const BuddiesIn *in = input;
    PageOut *out = result;
    Key key = key1(&buddy_indexes[0], c->actor.user);
    Err e = call_signed_in(c);
    if (e || !in->only_available)
        return e ? e : row_page(c, &BUDDY, &buddy_indexes[0], &key, in->page, out);
    /* A list is short enough to look at everybody. */
    Buddy *all;
    size_t n;
    *out = page_out(in->page);
    e = row_all(c, &BUDDY, &buddy_indexes[0], &key, BUDDIES_MAX, &all, &n);
    size_t kept = 0;
    for (size_t i = n; e == OK && i-- > 0;) {
        User u;
        e = user_load(c, all[i].user, &u);
        if (e == OK && u.flags & USER_AVAILABLE)
            all[n - 1 - kept++] = all[i]; /* from the back, where everything was looked at already */
        if (e == E_MISSING)
            e = OK;
    }
    int64_t start = page_offset(in->page);
    out->total = (int64_t)kept;
    Buddy *rows = ARENA_ARRAY(c->arena, kept + 1, Buddy);
    if (!rows)
        return E_NOMEM;
    for (size_t i = (size_t)start; i < kept && out->count < (size_t)out->limit; i++)
        rows[out->count++] = all[n - 1 - i];
    out->items = rows;
    return e;
}

Err buddy_remove(Call *c, const void *in, void *out) {
    (void)out;
    Buddy b;
    Err e = call_signed_in(c);
    if (e == OK)
        e = rec_get(c->tx, &BUDDY, ((const IdIn *)in)->id, &b);
    if (e == OK && b.owner != c->actor.user)
        e = E_MISSING;
    return e ? e : rec_delete(c->tx, &BUDDY, b.id);
}
