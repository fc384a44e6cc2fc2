#include "domain/audit.h"

#include "crypto/chain.h"
#include "domain/row.h"

static const Field fields[] = {
    FIELD(1, Audit, at_ms, F_I64, "when"),
    FIELD(2, Audit, actor, F_I64, "who, 0 = the system"),
    FIELD(3, Audit, act, F_STR, "thing.verb"),
    FIELD(4, Audit, thing, F_STR, "record name"),
    FIELD(5, Audit, subject, F_I64, "its id"),
    FIELD(6, Audit, detail, F_STR, "one line"),
    FIELD(7, Audit, hash, F_STR, "of this entry and all before it"),
};
static const Index indexes[] = {
    {.id = 132,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 2,
     .name = "audit_thing",
     .doc = "what was done to a thing",
     .parts = {{.tag = 4}, {.tag = 5}}},
    {.id = 133,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "audit_actor",
     .doc = "what somebody did",
     .parts = {{.tag = 2}}},
    {.id = 96,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "audit_act",
     .doc = "one kind of act",
     .parts = {{.tag = 3}}},
};
const Record AUDIT = {.kind = 50,
                      .size = sizeof(Audit),
                      .name = "audit",
                      .doc = "hash-chained log of what admins did",
                      .fields = fields,
                      .field_count = COUNT(fields),
                      .indexes = indexes,
                      .index_count = COUNT(indexes)};
const Index *const AUDIT_BY_THING = &indexes[0];
const Index *const AUDIT_BY_ACTOR = &indexes[1];
const Index *const AUDIT_BY_ACT = &indexes[2];

enum { ENTRY_MAX_BYTES = 16 * 1024, TIP_BYTES = CHAIN_BYTES + 8 };

/* Where the chain ends: the last hash and how many entries there are, so that cutting off the end shows too. */
typedef struct Tip {
    uint8_t hash[CHAIN_BYTES];
    int64_t count;
} Tip;

static Err tip_get(Tx *tx, Tip *t) {
    Str v;
    *t = (Tip){0};
    Err e = meta_get(tx, S("audit.tip"), &v);
    if (e == E_MISSING)
        return OK;
    if (e)
        return e;
    if (v.n != TIP_BYTES)
        return E_CORRUPT;
    memcpy(t->hash, v.p, CHAIN_BYTES);
    for (int i = 0; i < 8; i++)
        t->count |= (int64_t)(uint8_t)v.p[CHAIN_BYTES + i] << (8 * i);
    return OK;
}

static Err tip_put(Tx *tx, const Tip *t) {
    char v[TIP_BYTES];
    memcpy(v, t->hash, CHAIN_BYTES);
    for (int i = 0; i < 8; i++)
        v[CHAIN_BYTES + i] = (char)(t->count >> (8 * i));
    return meta_put(tx, S("audit.tip"), str_of(v, sizeof v));
}

static Err step(const Audit *row, const uint8_t prev[CHAIN_BYTES], uint8_t next[CHAIN_BYTES]) {
    Audit bare = *row;
    bare.hash = S("");
    char mem[ENTRY_MAX_BYTES];
    Buf b = buf_fixed(mem, sizeof mem);
    buf_i64(&b, row->id);
    buf_char(&b, '\n');
    record_encode(&AUDIT, &bare, &b);
    if (b.err)
        return b.err;
    chain_step(prev, buf_str(&b), next);
    return OK;
}

Err audit_add(Call *c, Str act, Str thing, int64_t subject, Str detail) {
    Tip tip;
    Err e = tip_get(c->tx, &tip);
    if (e)
        return e;
    Audit row = {.at_ms = c->now_ms, .actor = c->actor.user, .act = act, .thing = thing, .subject = subject, .detail = detail};
    e = rec_insert(c->tx, &AUDIT, &row);
    if (!e)
        e = step(&row, tip.hash, tip.hash);
    if (e)
        return e;
    row.hash = str_of(tip.hash, CHAIN_BYTES);
    tip.count++;
    e = rec_put(c->tx, &AUDIT, &row);
    return e ? e : tip_put(c->tx, &tip);
}

static Err filtered(Call *c, const AuditListIn *q, PageOut *page) {
    const Index *ix = q->thing.n ? AUDIT_BY_THING : q->act.n ? AUDIT_BY_ACT : AUDIT_BY_ACTOR;
    Key key = key_of(ix);
    if (ix == AUDIT_BY_ACTOR)
        key_i64(&key, q->actor);
    else
        key_str(&key, q->thing.n ? q->thing : q->act);
    if (q->thing.n && q->subject)
        key_i64(&key, q->subject);
    return row_page(c, &AUDIT, ix, &key, q->page, page);
}

Err audit_list(Call *c, const void *in, void *out) {
    const AuditListIn *q = in;
    PageOut *page = out;
    Err e = call_moderator(c);
    if (e)
        return e;
    if (q->thing.n || q->act.n || q->actor)
        return filtered(c, q, page);
    Tip tip;
    e = tip_get(c->tx, &tip);
    if (e)
        return e;
    *page = page_out(q->page);
    page->total = tip.count;
    Audit *rows = page->items = ARENA_ARRAY(c->arena, (size_t)page->limit, Audit);
    if (!rows)
        return E_NOMEM;
    /* Entries are numbered without gaps: domain_check holds us to it. */
    for (int64_t id = tip.count - (int64_t)(page->page - 1) * page->limit; id > 0 && page->count < (size_t)page->limit; id--) {
        e = row_load(c, &AUDIT, id, &rows[page->count]);
        if (e)
            return e == E_MISSING ? E_CORRUPT : e;
        page->count++;
    }
    return OK;
}

Err audit_who(Call *c, Str act, Str thing, int64_t subject, int64_t *actor) {
    Scan *scan;
    Audit row;
    Key key = key_of(AUDIT_BY_THING);
    key_str(&key, thing);
    key_i64(&key, subject);
    *actor = 0;
    Err e = scan_open(c->tx, AUDIT_BY_THING, (ScanRange){.prefix = &key, .descending = true}, &scan);
    while (e == OK && scan_next_rec(scan, &AUDIT, &row))
        if (str_eq(row.act, act)) {
            *actor = row.actor;
            break;
        }
    if (e == OK)
        scan_close(scan);
    return e ? e : tx_err(c->tx);
}

Err audit_verify(Tx *tx, int64_t *bad, int64_t *entries) {
    Tip tip;
    uint8_t hash[CHAIN_BYTES] = {0};
    *bad = *entries = 0;
    Err e = tip_get(tx, &tip);
    RecScan *scan;
    if (!e)
        e = rec_scan(tx, &AUDIT, 1, &scan);
    if (e)
        return e;
    Audit row;
    while (!*bad && rec_scan_next(scan, &row)) {
        e = step(&row, hash, hash);
        if (e)
            break;
        ++*entries;
        if (row.id != *entries || row.hash.n != CHAIN_BYTES || memcmp(row.hash.p, hash, CHAIN_BYTES) != 0)
            *bad = row.id;
    }
    rec_scan_close(scan);
    if (!e && !*bad && (*entries != tip.count || memcmp(hash, tip.hash, CHAIN_BYTES) != 0))
        *bad = *entries + 1;
    return e;
}
