#include "store/internal.h"

enum { COUNTED_MAX = 64 /* counter changes gathered before they are applied */ };

Str rec_key(uint8_t to[1 + ORDERED_BYTES_MAX], const Record *r, int64_t id) {
    to[0] = r->kind;
    return str_of(to, 1 + ordered_put(to + 1, id));
}

/* ---- reading ---- */

static Err rec_bytes(Tx *tx, const Record *r, int64_t id, Str *bytes) {
    uint8_t mem[1 + ORDERED_BYTES_MAX];
    Str key = rec_key(mem, r, id);
    return tx->writable ? db_get(tx, DB_REC, key, bytes) : db_get_near(tx, r->kind, key, bytes);
}

Err rec_get(Tx *tx, const Record *r, int64_t id, void *row) {
    Str bytes;
    Err e = rec_bytes(tx, r, id, &bytes);
    if (!e && tx->writable)
        e = db_copy(tx, &bytes);
    if (e)
        return e;
    *(int64_t *)row = id;
    e = record_decode(r, bytes, row);
    return e ? tx_broken(tx, e, r->name) : OK;
}

bool rec_exists(Tx *tx, const Record *r, int64_t id) {
    Str bytes;
    return rec_bytes(tx, r, id, &bytes) == OK;
}

/* ---- what a change means for one index ---- */

typedef struct Change {
    const IndexInfo *info;
    const void *old_row, *new_row; /* IX_TEXT: NULL where the row is not in the index */
    KeySet out, in;                /* entries to go and to come */
} Change;

/* Takes what both sets hold out of both. */
static void keyset_diff(KeySet *a, KeySet *b) {
    size_t i = 0, k = 0, keep_a = 0, keep_b = 0;
    while (i < a->n && k < b->n) {
        int order = str_cmp(a->keys[i], b->keys[k]);
        if (order == 0)
            i++, k++;
        else if (order < 0)
            a->keys[keep_a++] = a->keys[i++];
        else
            b->keys[keep_b++] = b->keys[k++];
    }
    while (i < a->n)
        a->keys[keep_a++] = a->keys[i++];
    while (k < b->n)
        b->keys[keep_b++] = b->keys[k++];
    a->n = keep_a;
    b->n = keep_b;
}

static bool text_same(const Record *r, const Index *ix, const void *a, const void *b) {
    for (unsigned i = 0; i < KEY_PARTS_MAX && ix->text[i].tag; i++) {
        const Field *f = record_field(r, ix->text[i].tag);
        const void *x = (const char *)a + f->offset, *y = (const char *)b + f->offset;
        Str s = *(const Str *)x, t = *(const Str *)y;
        if (f->type == F_STRS) {
            const List *l = x, *m = y;
            s = str_of(l->p, l->bytes);
            t = str_of(m->p, m->bytes);
        }
        if (!str_eq(s, t))
            return false;
    }
    return true;
}

static Err change_text(Change *c, const void *old_row, const void *new_row) {
    const Index *ix = c->info->index;
    c->old_row = old_row && (!ix->when || ix->when(old_row)) ? old_row : NULL;
    c->new_row = new_row && (!ix->when || ix->when(new_row)) ? new_row : NULL;
    if (c->old_row && c->new_row && text_same(c->info->record, ix, c->old_row, c->new_row))
        c->old_row = c->new_row = NULL;
    return OK;
}

/* Nothing is written yet: a conflict or a row that cannot be indexed leaves all as it was. */
static Err change_plan(Tx *tx, Change *c, const void *old_row, const void *new_row, int64_t id) {
    const Index *ix = c->info->index;
    if (ix->kind == IX_TEXT)
        return change_text(c, old_row, new_row);
    Err e = keys_of_row(c->info, old_row, tx->arena, &c->out);
    if (!e)
        e = keys_of_row(c->info, new_row, tx->arena, &c->in);
    if (e)
        return e;
    keyset_diff(&c->out, &c->in);
    for (size_t i = 0; ix->kind == IX_UNIQUE && i < c->in.n; i++) {
        Str holder;
        int64_t other;
        e = db_get(tx, DB_IDX, c->in.keys[i], &holder);
        if (e == E_MISSING)
            continue;
        if (e)
            return e;
        if (!ordered_get(&holder, &other))
            return tx_broken(tx, E_CORRUPT, ix->name);
        if (other != id) {
            tx->conflict = ix;
            return E_CONFLICT;
        }
    }
    return OK;
}

/* ---- counters ---- */

typedef struct Counts {
    size_t n;
    struct {
        Str prefix;
        int64_t delta;
    } at[COUNTED_MAX];
} Counts;

static Err counts_flush(Tx *tx, Counts *counts) {
    Err e = OK;
    for (size_t i = 0; !e && i < counts->n; i++) {
        if (!counts->at[i].delta)
            continue;
        uint8_t key[1 + KEY_BYTES_MAX];
        key[0] = 'c';
        memcpy(key + 1, counts->at[i].prefix.p, counts->at[i].prefix.n);
        e = counter_add(tx, str_of(key, 1 + counts->at[i].prefix.n), counts->at[i].delta);
    }
    counts->n = 0;
    return e;
}

/* Counts an entry in or out on every level. Gathered, since an entry that only moved within its prefixes changes none of them. */
static Err count_entry(Tx *tx, Counts *counts, const IndexInfo *info, Str key, int64_t delta) {
    Str rest = str_from(key, 1);
    for (unsigned level = 0; level < info->index->counted; level++) {
        if (!key_skip(info, level, level + 1, &rest))
            return tx_broken(tx, E_INTERNAL, info->index->name);
        Str prefix = {key.p, key.n - rest.n};
        size_t i = 0;
        while (i < counts->n && !str_eq(counts->at[i].prefix, prefix))
            i++;
        if (i == COUNTED_MAX) {
            Err e = counts_flush(tx, counts);
            if (e)
                return e;
            i = 0;
        }
        if (i == counts->n) {
            counts->at[i].prefix = prefix;
            counts->at[i].delta = 0;
            counts->n++;
        }
        counts->at[i].delta += delta;
    }
    return OK;
}

/* ---- writing ---- */

static Err change_apply(Tx *tx, const Change *c, int64_t id) {
    const Index *ix = c->info->index;
    if (ix->kind == IX_TEXT) {
        if (!c->old_row && !c->new_row)
            return OK;
        Err e = text_index_put(tx, c->info->record, ix, c->old_row, c->new_row);
        return e ? tx_broken(tx, e, ix->name) : OK;
    }
    uint8_t mem[ORDERED_BYTES_MAX];
    Str value = {"", 0};
    if (ix->kind == IX_UNIQUE)
        value = str_of(mem, ordered_put(mem, id));
    Counts counts = {.n = 0};
    Err e = OK;
    for (size_t i = 0; !e && i < c->out.n; i++) {
        e = db_del(tx, DB_IDX, c->out.keys[i]);
        if (e == E_MISSING)
            e = tx_broken(tx, E_CORRUPT, ix->name); /* an entry that should have been there */
        if (!e)
            e = count_entry(tx, &counts, c->info, c->out.keys[i], -1);
    }
    for (size_t i = 0; !e && i < c->in.n; i++) {
        e = db_put(tx, DB_IDX, c->in.keys[i], value);
        if (!e)
            e = count_entry(tx, &counts, c->info, c->in.keys[i], 1);
    }
    return e ? e : counts_flush(tx, &counts);
}

/* Takes a record from what is stored to `row` (NULL: away). */
static Err rec_change(Tx *tx, const Record *r, int64_t id, const void *row) {
    if (!tx->writable)
        return tx_broken(tx, E_INTERNAL, "write in a read transaction");
    if (tx->err)
        return tx->err;
    if (id <= 0)
        return E_INVALID;
    Buf encoded = buf_arena(tx->arena, STORE_RECORD_BYTES_MAX);
    if (row)
        record_encode(r, row, &encoded);
    if (encoded.err)
        return encoded.err;

    Str old_bytes;
    void *old_row = NULL;
    Err e = rec_bytes(tx, r, id, &old_bytes);
    if (!e) {
        if (row && str_eq(old_bytes, buf_str(&encoded)))
            return OK;
        old_row = arena_alloc(tx->arena, r->size);
        e = old_row ? db_copy(tx, &old_bytes) : tx_broken(tx, E_NOMEM, r->name);
        if (e)
            return e;
        *(int64_t *)old_row = id;
        e = record_decode(r, old_bytes, old_row);
        if (e)
            return tx_broken(tx, e, r->name);
    } else if (e != E_MISSING || !row) {
        return e;
    }

    Change *changes = ARENA_ARRAY(tx->arena, r->index_count, Change);
    if (!changes)
        return tx_broken(tx, E_NOMEM, r->name);
    for (uint16_t i = 0; i < r->index_count; i++) {
        changes[i].info = &tx->store->indexes[r->indexes[i].id];
        e = change_plan(tx, &changes[i], old_row, row, id);
        if (e)
            return e;
    }
    uint8_t mem[1 + ORDERED_BYTES_MAX];
    Str key = rec_key(mem, r, id);
    e = row ? db_put(tx, DB_REC, key, encoded.n ? buf_str(&encoded) : (Str){"", 0}) : db_del(tx, DB_REC, key);
    for (uint16_t i = 0; !e && i < r->index_count; i++)
        e = change_apply(tx, &changes[i], id);
    return e;
}

static Str sequence_key(uint8_t to[2], const Record *r) {
    to[0] = 's';
    to[1] = r->kind;
    return str_of(to, 2);
}

Err rec_last_id(Tx *tx, const Record *r, int64_t *id) {
    uint8_t key[2];
    uint64_t last;
    Err e = counter_get(tx, sequence_key(key, r), &last);
    *id = e ? 0 : (int64_t)last;
    return e;
}

Err rec_put(Tx *tx, const Record *r, const void *row) {
    int64_t id = *(const int64_t *)row, last;
    uint8_t key[2];
    Err e = rec_last_id(tx, r, &last);
    if (!e)
        e = rec_change(tx, r, id, row);
    /* An id of the caller's choosing must not be given out again. */
    if (!e && id > last)
        e = counter_add(tx, sequence_key(key, r), id - last);
    return e;
}

Err rec_insert(Tx *tx, const Record *r, void *row) {
    int64_t was = *(int64_t *)row, last;
    uint8_t key[2];
    Err e = rec_last_id(tx, r, &last);
    if (e)
        return e;
    *(int64_t *)row = last + 1;
    e = rec_change(tx, r, last + 1, row);
    if (!e)
        e = counter_add(tx, sequence_key(key, r), 1);
    if (e)
        *(int64_t *)row = was;
    return e;
}

Err rec_delete(Tx *tx, const Record *r, int64_t id) { return rec_change(tx, r, id, NULL); }
