/* Random records, indexes and transactions against a model that is nothing but arrays. */
#include "base/failpoint.h"
#include "store_kit.h"

enum {
    MODEL_MAX = 160,
    NAME_MAX_BYTES = 20,
    LIST_MAX = 5,
    PARTS_MAX = 3,
    ENTRY_PARTS = 3,
    ENTRIES_MAX = MODEL_MAX * NAME_MAX_BYTES
};

/* A Thing that owns its bytes. */
typedef struct Own {
    bool there;
    Thing t;
    char name[NAME_MAX_BYTES], email[NAME_MAX_BYTES];
    int64_t tags[LIST_MAX], refs[LIST_MAX];
    size_t tag_count, ref_count, part_count;
    int64_t amounts[PARTS_MAX];
} Own;

typedef struct Model {
    Own at[MODEL_MAX + 1]; /* by id */
    int64_t last;
} Model;

static Model model, trial;

static const char *const words[] = {"", "a", "ab", "abc", "b", "tea\x01", "tea", "\x01", "\xff\xff", "zebra"};

static Own random_thing(void) {
    Own o = {.there = true};
    o.t.owner = (int64_t)kit_below(4) * 1000 - 1000;
    o.t.at = kit_below(3) ? (int64_t)kit_below(50) - 25 : (int64_t)kit_next();
    o.t.status = (int32_t)kit_below(4) - 1;
    o.t.hot = kit_below(2);
    o.t.name.n = kit_below(6);
    for (size_t i = 0; i < o.t.name.n; i++)
        o.name[i] = "ab\0c\x01"[kit_below(5)];
    if (kit_below(2))
        o.t.email.n = (size_t)snprintf(o.email, sizeof o.email, "e%d@x", (int)kit_below(60));
    for (o.tag_count = 0; o.tag_count < kit_below(LIST_MAX); o.tag_count++)
        o.tags[o.tag_count] = (int64_t)kit_below(COUNT(words));
    for (o.ref_count = 0; o.ref_count < kit_below(LIST_MAX); o.ref_count++)
        o.refs[o.ref_count] = (int64_t)kit_below(7) - 3;
    for (o.part_count = 0; o.part_count < kit_below(PARTS_MAX + 1); o.part_count++)
        o.amounts[o.part_count] = (int64_t)kit_next();
    return o;
}

/* The row as the store takes it. */
static Thing row_of(const Own *o, Arena *a) {
    Thing t = o->t;
    t.name.p = o->name;
    t.email.p = o->email;
    Str tags[LIST_MAX];
    for (size_t i = 0; i < o->tag_count; i++)
        tags[i] = str_c0(words[o->tags[i]]);
    t.tags = list_of_strs(a, tags, o->tag_count);
    t.refs = list_of_i64s(a, o->refs, o->ref_count);
    Part parts[PARTS_MAX];
    for (size_t i = 0; i < o->part_count; i++)
        parts[i] = (Part){.amount = o->amounts[i], .label = i ? S("later") : S("")};
    t.parts = list_of_recs(a, &PART, parts, o->part_count);
    return t;
}

static bool same(const Own *o, const Thing *t) {
    bool good = o->t.owner == t->owner && o->t.at == t->at && o->t.status == t->status && o->t.hot == t->hot &&
                str_eq((Str){o->name, o->t.name.n}, t->name) && str_eq((Str){o->email, o->t.email.n}, t->email) &&
                t->tags.count == o->tag_count && t->refs.count == o->ref_count && t->parts.count == o->part_count;
    ListIter tags = list_iter(&t->tags), refs = list_iter(&t->refs), parts = list_iter(&t->parts);
    Str s;
    int64_t v;
    Part p;
    for (size_t i = 0; i < o->tag_count; i++)
        good = good && list_str(&tags, &s) && str_eq(s, str_c0(words[o->tags[i]]));
    for (size_t i = 0; i < o->ref_count; i++)
        good = good && list_i64(&refs, &v) && v == o->refs[i];
    for (size_t i = 0; i < o->part_count; i++)
        good = good && list_rec(&parts, &PART, &p) && p.amount == o->amounts[i] && str_eq(p.label, i ? S("later") : S(""));
    return good && !list_str(&tags, &s) && !list_i64(&refs, &v) && !list_rec(&parts, &PART, &p);
}

/* ---- the model's indexes: lists of tuples, sorted ---- */

typedef struct Entry {
    struct {
        Str s; /* p NULL: an integer */
        int64_t i;
    } part[ENTRY_PARTS];
    int64_t id;
} Entry;

static int part_order(const Entry *a, const Entry *b, int i) {
    if (a->part[i].s.p)
        return str_cmp(a->part[i].s, b->part[i].s);
    return (a->part[i].i > b->part[i].i) - (a->part[i].i < b->part[i].i);
}

static int entry_order(const void *x, const void *y) {
    const Entry *a = x, *b = y;
    for (int i = 0; i < ENTRY_PARTS; i++) {
        int order = part_order(a, b, i);
        if (order)
            return order;
    }
    return (a->id > b->id) - (a->id < b->id);
}

static size_t add_unique(Entry *to, size_t n, Entry e) {
    for (size_t i = 0; i < n; i++)
        if (entry_order(&to[i], &e) == 0)
            return n;
    to[n] = e;
    return n + 1;
}

#define INT(v) {.i = (v)}
#define STRING(v) {.s = (v)}

static size_t model_entries(const Model *m, int which, Entry *to) {
    size_t n = 0;
    for (int64_t id = 1; id <= m->last; id++) {
        const Own *o = &m->at[id];
        if (!o->there)
            continue;
        Str name = {o->name, o->t.name.n}, email = {o->email, o->t.email.n};
        switch (which) {
        case IX_OWNER: to[n++] = (Entry){{INT(o->t.owner), INT(o->t.at)}, id}; break;
        case IX_EMAIL:
            if (email.n)
                to[n++] = (Entry){{STRING(email)}, id};
            break;
        case IX_STATUS:
            if (o->t.status >= 0)
                to[n++] = (Entry){{INT(o->t.status), INT(o->t.hot), INT(o->t.at)}, id};
            break;
        case IX_TAGS:
            for (size_t i = 0; i < o->tag_count; i++)
                n = add_unique(to, n, (Entry){{STRING(str_c0(words[o->tags[i]])), INT(o->t.at)}, id});
            break;
        case IX_REFS:
            for (size_t i = 0; i < o->ref_count; i++)
                n = add_unique(to, n, (Entry){{INT(o->refs[i])}, id});
            break;
        case IX_LETTERS:
            for (size_t i = 0; i < name.n; i++)
                n = add_unique(to, n, (Entry){{INT(o->t.owner), STRING(str_slice(name, i, i + 1))}, id});
            break;
        case IX_ALL: to[n++] = (Entry){{STRING(name)}, id}; break;
        }
    }
    qsort(to, n, sizeof *to, entry_order);
    return n;
}

static Key key_of_entry(const Index *ix, const Entry *e, unsigned parts) {
    Key k = key_of(ix);
    for (unsigned i = 0; i < parts; i++) {
        if (e->part[i].s.p)
            key_str(&k, e->part[i].s);
        else
            key_i64(&k, e->part[i].i);
    }
    return k;
}

static bool begins_like(const Entry *a, const Entry *b, unsigned parts) {
    for (unsigned i = 0; i < parts; i++)
        if (part_order(a, b, (int)i))
            return false;
    return true;
}

/* One scan over what begins like `like` in `parts` parts, within optional bounds, against the model. */
static bool scan_agrees(Tx *tx, int which, const Entry *all, size_t n, const Entry *like, unsigned parts, const Entry *from,
                        const Entry *to, bool descending) {
    const Index *ix = &thing_indexes[which];
    Key prefix = key_of_entry(ix, like, parts), lo, hi;
    unsigned whole = ix->part_count;
    ScanRange range = {.prefix = &prefix, .descending = descending};
    if (from) {
        lo = key_of_entry(ix, from, whole);
        range.from = &lo;
    }
    if (to) {
        hi = key_of_entry(ix, to, whole);
        range.to = &hi;
    }
    Scan *scan;
    if (scan_open(tx, ix, range, &scan))
        return false;
    int64_t id;
    for (size_t k = 0; k < n; k++) {
        const Entry *e = &all[descending ? n - 1 - k : k];
        bool in = begins_like(e, like, parts);
        /* Bounds are keys without ids: an entry of the same parts is not before them. */
        Entry bare = *e;
        bare.id = 0;
        Entry low = from ? *from : bare, high = to ? *to : bare;
        low.id = high.id = 0;
        in = in && entry_order(&bare, &low) >= 0 && (!to || entry_order(&bare, &high) < 0);
        if (!in)
            continue;
        if (!scan_next(scan, &id) || id != e->id)
            return false;
        for (unsigned i = 0; i < whole; i++)
            if (!e->part[i].s.p && scan_part_i64(scan, i) != e->part[i].i)
                return false;
    }
    bool ended = !scan_next(scan, &id) && !scan_next(scan, &id);
    return ended && tx_err(tx) == OK;
}

static bool count_agrees(Tx *tx, int which, const Entry *all, size_t n, const Entry *like, unsigned parts) {
    const Index *ix = &thing_indexes[which];
    int64_t expected = 0, counted = -1;
    for (size_t i = 0; i < n; i++)
        expected += begins_like(&all[i], like, parts);
    Key k = key_of_entry(ix, like, parts);
    return index_count(tx, ix, &k, &counted) == OK && counted == expected;
}

static bool index_agrees(Tx *tx, int which, const Model *m) {
    static Entry all[ENTRIES_MAX];
    const Index *ix = &thing_indexes[which];
    size_t n = model_entries(m, which, all);
    Entry none = {.id = 0};
    if (!scan_agrees(tx, which, all, n, &none, 0, NULL, NULL, false) ||
        !scan_agrees(tx, which, all, n, &none, 0, NULL, NULL, true))
        return false;
    for (int i = 0; n && i < 4; i++) {
        const Entry *like = &all[kit_below(n)], *from = &all[kit_below(n)], *to = &all[kit_below(n)];
        unsigned parts = (unsigned)kit_below(ix->part_count + 1u);
        bool descending = kit_below(2);
        if (!scan_agrees(tx, which, all, n, like, parts, NULL, NULL, descending))
            return false;
        if (!scan_agrees(tx, which, all, n, &none, 0, kit_below(2) ? from : NULL, kit_below(2) ? to : NULL, descending))
            return false;
        for (unsigned level = 1; level <= ix->counted; level++)
            if (!count_agrees(tx, which, all, n, like, level))
                return false;
        int64_t id = 0;
        Key k = key_of_entry(ix, like, ix->part_count);
        if (ix->kind == IX_UNIQUE && (index_find(tx, ix, &k, &id) || id != like->id))
            return false;
    }
    return true;
}

static bool store_agrees(Tx *tx, const Model *m) {
    RecScan *scan;
    Thing t;
    if (rec_scan(tx, &THING, 0, &scan))
        return false;
    for (int64_t id = 1; id <= m->last; id++) {
        Err e = rec_get(tx, &THING, id, &t);
        if (m->at[id].there ? e || t.id != id || !same(&m->at[id], &t) : e != E_MISSING)
            return false;
        if (rec_exists(tx, &THING, id) != m->at[id].there)
            return false;
        if (m->at[id].there && (!rec_scan_next(scan, &t) || t.id != id || !same(&m->at[id], &t)))
            return false;
    }
    if (rec_scan_next(scan, &t))
        return false;
    for (int i = 0; i < THING_INDEXES; i++)
        if (!index_agrees(tx, i, m)) {
            printf("# index %s disagrees\n", thing_indexes[i].name);
            return false;
        }
    return tx_err(tx) == OK;
}

/* ---- transactions ---- */

typedef struct Plan {
    uint64_t seed;
    int ops;
    bool fail, look;
    bool wrong;
} Plan;

static bool email_taken(const Model *m, const Own *o, int64_t but) {
    for (int64_t id = 1; id <= m->last; id++)
        if (id != but && m->at[id].there && o->t.email.n &&
            str_eq((Str){m->at[id].email, m->at[id].t.email.n}, (Str){o->email, o->t.email.n}))
            return true;
    return false;
}

/* One random operation on store and model alike; false when they answer differently. */
static Err do_op(Tx *tx, Model *m, bool *wrong) {
    Own o = random_thing();
    Thing t = row_of(&o, tx_arena(tx));
    int64_t id = m->last ? (int64_t)kit_below((uint64_t)m->last) + 1 : 1;
    unsigned what = (unsigned)kit_below(10);
    Err e, expected = OK;
    if (what < 4 && m->last < MODEL_MAX) {
        expected = email_taken(m, &o, 0) ? E_CONFLICT : OK;
        e = rec_insert(tx, &THING, &t);
        if (!e) {
            *wrong |= t.id != m->last + 1;
            m->at[++m->last] = o;
        }
    } else if (what < 8) {
        if (!m->at[id].there && !kit_below(4))
            return OK;
        if (kit_below(3) == 0 && m->at[id].there) { /* the same again: nothing may change */
            o = m->at[id];
            t = row_of(&o, tx_arena(tx));
        }
        t.id = id;
        expected = email_taken(m, &o, id) ? E_CONFLICT : OK;
        e = rec_put(tx, &THING, &t);
        if (!e) {
            m->at[id] = o;
            if (id > m->last)
                m->last = id;
        }
    } else {
        expected = m->at[id].there ? OK : E_MISSING;
        e = rec_delete(tx, &THING, id);
        if (!e)
            m->at[id].there = false;
    }
    if (tx_err(tx)) /* injected */
        return e == tx_err(tx) ? e : E_INTERNAL;
    *wrong |= e != expected || (e == E_CONFLICT && tx_conflict(tx) != &thing_indexes[IX_EMAIL]);
    return OK;
}

static Err run_plan(Tx *tx, void *arg) {
    Plan *p = arg;
    kit_state = p->seed; /* may run twice */
    p->wrong = false;
    trial = model;
    for (int i = 0; i < p->ops; i++) {
        Err e = do_op(tx, &trial, &p->wrong);
        if (e)
            return e;
    }
    if (p->look)
        p->wrong |= !store_agrees(tx, &trial);
    return p->fail ? E_STATE : OK;
}

/* Walks an index in a write transaction and deletes what it passes: every record is met exactly once. */
static Err sweep(Tx *tx, void *arg) {
    bool *good = arg;
    Scan *scan;
    Thing t;
    trial = model;
    Err e = scan_open(tx, &thing_indexes[IX_ALL], (ScanRange){.descending = kit_below(2)}, &scan);
    while (!e && scan_next_rec(scan, &THING, &t)) {
        *good &= trial.at[t.id].there;
        trial.at[t.id].there = false;
        e = rec_delete(tx, &THING, t.id);
    }
    for (int64_t id = 1; id <= trial.last; id++)
        *good &= !trial.at[id].there;
    return e;
}

int main(int argc, char **argv) {
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 42;
    const char *dir = kit_dir();
    StoreConfig cfg = {.no_sync = true};
    Store *s = kit_open(dir, cfg);
    MUST(s);
    Arena a;
    arena_init(&a, 1 << 20);
    bool good = true, reads = true, failures = true, sweeps = true, reopened = true;
    uint64_t faults = 0;
    for (int round = 0; round < 2000; round++) {
        kit_state = seed + (uint64_t)round * 1000003;
        Plan p = {.seed = kit_next(), .ops = (int)kit_below(6) + 1, .fail = kit_below(5) == 0, .look = kit_below(8) == 0};
        bool injected = kit_below(6) == 0, at_commit = kit_below(3) == 0;
        uint64_t nth = kit_below(12) + 1;
        if (injected)
            failpoint_arm(at_commit ? FP_STORE_COMMIT : FP_STORE_PUT, at_commit ? 1 : (int64_t)nth);
        Err e = store_write(s, run_plan, &p);
        failpoint_arm(FP_STORE_COMMIT, 0);
        failpoint_arm(FP_STORE_PUT, 0);
        good &= !p.wrong;
        failures &= e == OK ? !p.fail : e == E_STATE ? p.fail : injected && e == E_IO;
        if (!e)
            model = trial;
        kit_state = seed + (uint64_t)round;
        if (round % 97 == 96) {
            bool swept = true;
            if (store_write(s, sweep, &swept) == OK)
                model = trial;
            sweeps &= swept;
        }
        if (round % 50 == 49) {
            store_close(s);
            s = kit_open(dir, cfg);
            MUST(s);
            MUST(store_check(s, kit_say, NULL, &faults) == OK);
        }
        if (round % 5 == 0 || round % 50 == 49) {
            Tx *tx;
            MUST(store_read(s, &a, &tx) == OK);
            bool agree = store_agrees(tx, &model);
            store_read_end(tx);
            arena_reset(&a);
            if (round % 50 == 49)
                reopened &= agree;
            else
                reads &= agree;
            if (!agree)
                printf("# seed %llu round %d\n", (unsigned long long)seed, round);
        }
        if (!(good && reads && failures && sweeps && reopened) || faults)
            break;
    }
    CHECK(good, "inside a transaction the store says what the model says");
    CHECK(reads, "after it too: records, scans, counts, unique keys");
    CHECK(failures, "a failed write function, put or commit changes nothing");
    CHECK(sweeps, "a scan finds its place again after writes");
    CHECK(reopened, "and after closing and opening");
    CHECK(faults == 0, "the check finds nothing");
    store_close(s);
    arena_free(&a);
    return kit_failed;
}
