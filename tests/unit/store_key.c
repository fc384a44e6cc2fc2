/* Keys: their order is the values' order, and equal only when equal. */
#include "store/internal.h"
#include "store_kit.h"

static int sign(int v) { return (v > 0) - (v < 0); }

static int64_t random_int(void) {
    static const int64_t edges[] = {0, 119, 120, 255, 256, 65535, 65536, INT32_MAX, INT64_MAX - 1};
    int64_t v = kit_below(2) ? (int64_t)(kit_next() >> kit_below(64)) : edges[kit_below(COUNT(edges))] + (int64_t)kit_below(2);
    return kit_below(2) ? v : ~v;
}

static void test_integers(void) {
    bool order = true, back = true, length = true;
    for (int i = 0; i < 300000; i++) {
        int64_t a = random_int(), b = kit_below(4) ? random_int() : a, c;
        uint8_t x[ORDERED_BYTES_MAX], y[ORDERED_BYTES_MAX];
        Str s = str_of(x, ordered_put(x, a)), t = str_of(y, ordered_put(y, b));
        order &= sign(str_cmp(s, t)) == (a > b) - (a < b);
        length &= s.n == ordered_len(x[0]);
        Str cut = {s.p, s.n - 1};
        back &= !ordered_get(&cut, &c) && ordered_get(&s, &c) && c == a && s.n == 0;
    }
    CHECK(order, "integers: byte order is number order");
    CHECK(back, "integers come back, and not from cut bytes");
    CHECK(length, "the first byte says the length");
    uint8_t one[ORDERED_BYTES_MAX];
    CHECK(ordered_put(one, 119) == 1 && ordered_put(one, -120) == 1 && ordered_put(one, 120) == 2 &&
              ordered_put(one, INT64_MIN) == 9,
          "small ones take one byte, the largest nine");
}

static void test_order(void) {
    bool good = true;
    for (int i = 0; i < 300000; i++) {
        uint8_t x[40], y[40];
        size_t n = kit_below(sizeof x) + 1, m = kit_below(3) ? n : kit_below(sizeof y) + 1;
        for (size_t k = 0; k < sizeof x; k++)
            x[k] = y[k] = (uint8_t)kit_next();
        if (kit_below(2))
            y[kit_below(m)] ^= (uint8_t)kit_next();
        MDB_val a = {n, x}, b = {m, y};
        good &= sign(key_order(&a, &b)) == sign(str_cmp(str_of(x, n), str_of(y, m)));
    }
    CHECK(good, "the order given to LMDB is memcmp's");
}

static Str random_text(char *mem, size_t max) {
    size_t n = kit_below(max + 1);
    for (size_t i = 0; i < n; i++)
        mem[i] = (char)"\0\1\2ab\xff"[kit_below(6)];
    return (Str){mem, n};
}

static Str key_text(Key *k, Str s) {
    *k = key_of(&thing_indexes[IX_ALL]);
    key_str(k, s);
    return str_of(k->bytes, k->n);
}

static void test_strings(void) {
    bool order = true, prefix = true;
    char x[48], y[48];
    Key j, k;
    for (int i = 0; i < 200000; i++) {
        Str a = random_text(x, sizeof x), b = random_text(y, kit_below(3) ? 3 : sizeof y);
        if (!kit_below(4)) {
            memcpy(y, x, a.n);
            b.n = a.n ? a.n - kit_below(2) : 0;
        }
        Str s = key_text(&j, a), t = key_text(&k, b);
        order &= sign(str_cmp(s, t)) == sign(str_cmp(a, b));
        prefix &= str_eq(a, b) || (!str_starts(s, t) && !str_starts(t, s));
    }
    CHECK(order, "strings: byte order is theirs, zeros included");
    CHECK(prefix, "no string's key begins another's");
}

static void test_long_strings(void) {
    char x[300], y[300];
    Key j, k;
    bool distinct = true, order = true, bounded = true;
    for (int i = 0; i < 20000; i++) {
        size_t n = 40 + kit_below(260), m = kit_below(2) ? n : 40 + kit_below(260);
        char fill = kit_below(3) ? 'x' : '\1';
        memset(x, fill, sizeof x);
        memset(y, fill, sizeof y);
        if (kit_below(2))
            y[kit_below(m)] = 'y';
        Str a = {x, n}, b = {y, m}, s = key_text(&j, a), t = key_text(&k, b);
        distinct &= str_eq(s, t) == str_eq(a, b);
        bounded &= !j.bad && j.n <= 1 + KEY_STR_BYTES_MAX;
        if (memcmp(x, y, 35) != 0)
            order &= sign(str_cmp(s, t)) == sign(str_cmp(a, b));
    }
    CHECK(distinct, "long strings are equal only when equal");
    CHECK(bounded, "and take no more than their share of a key");
    CHECK(order, "and are ordered by how they begin");
    k = key_of(&thing_indexes[IX_ALL]);
    for (int i = 0; i < 5; i++)
        key_str(&k, (Str){x, sizeof x});
    CHECK(k.bad && k.n <= KEY_BYTES_MAX, "a key of too many parts is marked bad");
    Store *s = kit_open(kit_dir(), (StoreConfig){.no_sync = true});
    MUST(s);
    Arena a;
    Tx *tx;
    Scan *scan;
    int64_t id;
    arena_init(&a, 65536);
    MUST(store_read(s, &a, &tx) == OK);
    CHECK(scan_open(tx, &thing_indexes[IX_ALL], (ScanRange){.prefix = &k}, &scan) == E_INVALID &&
              index_find(tx, &thing_indexes[IX_EMAIL], &k, &id) == E_INVALID &&
              index_count(tx, &thing_indexes[IX_OWNER], &k, &id) == E_INVALID,
          "and refused");
    k = key_of(&thing_indexes[IX_OWNER]);
    CHECK(index_count(tx, &thing_indexes[IX_OWNER], &k, &id) == E_INVALID, "a level that is not counted is refused");
    store_read_end(tx);
    store_close(s);
    arena_free(&a);
}

int main(void) {
    test_integers();
    test_order();
    test_strings();
    test_long_strings();
    return kit_failed;
}
