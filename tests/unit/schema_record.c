/* The record encoding: round trips, compatibility, hostile bytes, and the lint of tables. */
#include <fcntl.h>

#include "base/failpoint.h"
#include "store_kit.h"

static Arena a;

static Str encode(const Record *r, const void *row) {
    Buf b = buf_arena(&a, 1 << 20);
    record_encode(r, row, &b);
    MUST(!b.err);
    return b.n ? buf_str(&b) : (Str){"", 0};
}

static bool str_is(Str got, const char *bytes, size_t n) { return got.n == n && memcmp(got.p, bytes, n) == 0; }
#define IS(got, lit) str_is((got), (lit), sizeof(lit) - 1)

static void test_encoding(void) {
    Thing t = {.id = 77};
    CHECK(encode(&THING, &t).n == 0, "zero and empty fields take no bytes");
    t.owner = -1;
    t.status = 150;
    t.hot = true;
    t.name = S("hi");
    /* Worked out by hand from the Protocol Buffers encoding: zigzag(-1) = 1, zigzag(150) = 300 = AC 02. */
    CHECK(IS(encode(&THING, &t), "\x08\x01\x18\xAC\x02\x20\x02\x2A\x02hi"), "the bytes are those of Protocol Buffers");
    Part p = {.amount = 3};
    t = (Thing){.parts = list_of_recs(&a, &PART, &p, 1)};
    CHECK(IS(encode(&THING, &t), "\x52\x03\x02\x08\x06"), "a sub-record is length and bytes");
}

static void test_extremes(void) {
    static const int64_t values[] = {0, 1, -1, 63, 64, -64, -65, 8191, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    bool good = true;
    for (size_t i = 0; i < COUNT(values); i++) {
        Thing t = {.owner = values[i], .status = (int32_t)values[i]}, back;
        good &= record_decode(&THING, encode(&THING, &t), &back) == OK && back.owner == t.owner && back.status == t.status;
    }
    CHECK(good, "integers come back, the extremes too");
    List l = list_of_i64s(&a, values, COUNT(values));
    ListIter it = list_iter(&l);
    int64_t v;
    good = l.count == COUNT(values);
    for (size_t i = 0; i < COUNT(values); i++)
        good &= list_i64(&it, &v) && v == values[i] && list_has_i64(&l, v);
    CHECK(good && !list_i64(&it, &v) && !list_has_i64(&l, 5), "a list of integers");
}

static void test_lists(void) {
    char big[400];
    memset(big, 'x', sizeof big);
    Str words[] = {S(""), S("tea"), {big, sizeof big}, S("with\0zero")};
    List l = list_of_strs(&a, words, COUNT(words));
    l = list_append_str(&a, l, S("last"));
    ListIter it = list_iter(&l);
    Str s;
    bool good = l.count == 5;
    for (size_t i = 0; i < COUNT(words); i++)
        good &= list_str(&it, &s) && str_eq(s, words[i]) && list_has_str(&l, s);
    good &= list_str(&it, &s) && str_eq(s, S("last")) && !list_str(&it, &s);
    CHECK(good && !list_has_str(&l, S("te")), "a list of strings");

    List ids = {0};
    for (int64_t i = 0; i < 100; i++)
        ids = list_append_i64(&a, ids, i * i);
    CHECK(ids.count == 100 && list_has_i64(&ids, 99 * 99), "appending to an empty list");

    List parts = {0};
    Part p = {.amount = 1, .label = {big, sizeof big}};
    for (int i = 0; i < 3; i++, p.amount++)
        parts = list_append_rec(&a, parts, &PART, &p);
    it = list_iter(&parts);
    Part back;
    good = parts.count == 3;
    for (int i = 1; i <= 3; i++)
        good &= list_rec(&it, &PART, &back) && back.amount == i && str_eq(back.label, p.label);
    CHECK(good && !list_rec(&it, &PART, &back), "a list of sub-records longer than 127 bytes");

    failpoint_arm(FP_ARENA, 1);
    Arena small;
    arena_init(&small, 1000);
    List none = list_of_strs(&small, words, COUNT(words));
    failpoint_arm(FP_ARENA, 0);
    Thing t = {.tags = none};
    Buf b = buf_arena(&a, 1000);
    record_encode(&THING, &t, &b);
    CHECK(!none.p && none.count && b.err == E_NOMEM, "a list that ran out of memory is refused, not lost");
    arena_free(&small);
}

/* What a newer gigbox may write: fields with tags that this table does not have. */
static void test_unknown(void) {
    static const char bytes[] = "\x08\x01" /* owner -1 */ "\x32\x03xyz" /* tag 6, bytes */ "\x3A\x01m" /* email */
                                "\xF8\x03\x05" /* tag 63 */ "\xC0\x3E\x01" /* tag 1000 */;
    Thing t;
    Err e = record_decode(&THING, str_of(bytes, sizeof bytes - 1), &t);
    CHECK(e == OK && t.owner == -1 && str_eq(t.email, S("m")), "unknown tags are passed over");
}

static void test_malformed(void) {
    static const struct {
        const char *bytes;
        size_t n;
        const char *name;
    } bad[] = {
#define BAD(lit, name_) {lit, sizeof(lit) - 1, name_}
        BAD("\x08", "a tag without value"),
        BAD("\x08\x80", "a cut varint"),
        BAD("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "a varint of more than 64 bits"),
        BAD("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", "a varint of eleven bytes"),
        BAD("\x08\x01\x08\x01", "a tag twice"),
        BAD("\x10\x01\x08\x01", "tags not ascending"),
        BAD("\x00\x01", "tag zero"),
        BAD("\x0A\x00", "bytes where an integer belongs"),
        BAD("\x28\x01", "an integer where bytes belong"),
        BAD("\x2A\x05hi", "a string longer than the record"),
        BAD("\x2A\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "a string of 2^64 - 1 bytes"),
        BAD("\x18\x80\x80\x80\x80\x20", "a number too big for its field"),
        BAD("\x20\x04", "a flag that is neither"),
        BAD("\x42\x02\x05h", "a list element longer than the list"),
        BAD("\x4A\x01\x80", "a list with a cut integer"),
        BAD("\x0D\x01\x02\x03\x04", "a wire type that is not ours"),
        BAD("\x35\x01\x02\x03\x04", "the same in an unknown field"),
    };
    Thing t;
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK(record_decode(&THING, str_of(bad[i].bytes, bad[i].n), &t) == E_CORRUPT, bad[i].name);
    static const char inner[] = "\x52\x02\x01\x08"; /* the sub-record is cut: seen by verify, and by who reads the list */
    Str s = {inner, sizeof inner - 1};
    Part p;
    bool lazy = record_decode(&THING, s, &t) == OK;
    ListIter it = list_iter(&t.parts);
    CHECK(lazy && !list_rec(&it, &PART, &p) && record_verify(&THING, s, &a) == E_CORRUPT, "a malformed sub-record");
}

static void test_hostile(void) {
    /* Exact-size copies on the heap, so that the sanitizer sees a read past the end. */
    bool good = true;
    for (int i = 0; i < 200000; i++) {
        size_t n = kit_below(40);
        char *bytes = malloc(n ? n : 1);
        for (size_t k = 0; k < n; k++)
            bytes[k] = (char)(kit_below(3) ? kit_below(24) * 8 + kit_below(2) * 2 : kit_next());
        Thing t;
        if (record_decode(&THING, str_of(bytes, n), &t) == OK) {
            ListIter tags = list_iter(&t.tags), refs = list_iter(&t.refs), parts = list_iter(&t.parts);
            Str s;
            int64_t v;
            Part p;
            uint32_t seen = 0;
            while (list_str(&tags, &s))
                seen++;
            good &= seen == t.tags.count;
            for (seen = 0; list_i64(&refs, &v);)
                seen++;
            good &= seen == t.refs.count;
            for (seen = 0; list_rec(&parts, &PART, &p);)
                seen++;
            good &= seen <= t.parts.count;
            Arena scratch;
            arena_init(&scratch, 1 << 16);
            bool deep = record_verify(&THING, str_of(bytes, n), &scratch) == OK;
            good &= deep == (seen == t.parts.count);
            arena_free(&scratch);
        }
        free(bytes);
    }
    CHECK(good, "random bytes decode to something whole or not at all");
}

/* ---- lint ---- */

static size_t lint_quietly(const Record *r) {
    const Record *all[] = {r};
    fflush(stderr);
    int keep = dup(2), null = open("/dev/null", O_WRONLY);
    dup2(null, 2);
    size_t faults = record_lint(all, 1);
    dup2(keep, 2);
    close(keep);
    close(null);
    return faults;
}

static void test_lint(void) {
    CHECK(record_lint(kit_records, COUNT(kit_records)) == 0, "the test table is clean");
    Record r;
    Field f[COUNT(thing_fields)];
    Index ix[COUNT(thing_indexes)];
#define BREAK(change, name)                            \
    do {                                               \
        r = THING;                                     \
        memcpy(f, thing_fields, sizeof f);             \
        memcpy(ix, thing_indexes, sizeof ix);          \
        r.fields = f;                                  \
        r.indexes = ix;                                \
        change;                                        \
        for (size_t i = 0; i < COUNT(f); i++)          \
            f[i].key = FIELD_KEY(f[i].tag, f[i].type); \
        CHECK(lint_quietly(&r) > 0, "lint: " name);    \
    } while (0)
    BREAK(r.kind = 0, "no kind");
    BREAK(r.doc = NULL, "no doc");
    BREAK(f[1].tag = 1, "a tag twice");
    BREAK(f[5].tag = 6, "a retired tag");
    BREAK(f[9].tag = 64, "a tag too big");
    BREAK(f[0].doc = "", "an empty doc");
    BREAK(f[0].offset = 0, "a field over the id");
    BREAK(f[0].offset = sizeof(Thing), "a field outside the struct");
    BREAK(f[2].offset = f[3].offset, "two fields in one place");
    BREAK(f[8].sub = NULL, "sub-records without table");
    BREAK(f[0].blob = true, "a blob that is no string");
    BREAK(ix[1].id = 1, "an index id twice");
    BREAK(ix[0].id = 0, "an index without id");
    BREAK(ix[0].parts[0].tag = 33, "a part that is no field");
    BREAK(ix[0].parts[0].tag = 10, "a part that cannot be a key");
    BREAK(ix[0].counted = 3, "more counted than there is");
    BREAK(ix[IX_TAGS].parts[1].tag = 9, "two lists");
    BREAK(ix[IX_EMAIL].part_count = 0, "a unique index of nothing");
    BREAK((ix[IX_ALL].part_count = 5,
           ix[IX_ALL].parts[1] = ix[IX_ALL].parts[2] = ix[IX_ALL].parts[3] = ix[IX_ALL].parts[4] = ix[IX_ALL].parts[0]),
          "a key that may be too long");
    BREAK(ix[IX_ALL] = ((Index){.id = 7, .kind = IX_TEXT, .name = "t", .doc = "d", .text = {{.tag = 1, .weight = 1}}}),
          "text over a number");
    f[3].key++;
    r = THING;
    r.fields = f;
    CHECK(lint_quietly(&r) > 0, "lint: a field made by hand");
}

int main(void) {
    arena_init(&a, 1 << 22);
    test_encoding();
    test_extremes();
    test_lists();
    test_unknown();
    test_malformed();
    test_hostile();
    test_lint();
    arena_free(&a);
    return kit_failed;
}
