/* record.h - how a thing lies on disk, as rows.
 *
 * A domain struct (Gig, Order, …) is described once by a Record: its fields with permanent tags and its indexes. One walker
 * encodes and decodes it, one builds its index keys, one lints the table, one lists it for `gigbox check`.
 *
 * Encoding: for each field that is not zero/empty, in ascending tag order: varint(tag << 3 | wire), then wire 0 = zigzag varint
 * (F_I64, F_I32, F_BOOL) or wire 2 = varint length and bytes (F_STR, F_STRS, F_I64S, F_RECS) — the encoding of Protocol
 * Buffers, protobuf.dev/programming-guides/encoding, with sint64. Unknown tags are skipped. Absent fields decode to
 * zero/empty, so a new field needs no migration.
 *
 * Decoding fills the C struct with VIEWS into the encoded bytes: strings and lists are not copied and live as long as those
 * bytes (for a stored record: until its transaction ends or, in a write transaction, until the write function returns).
 *
 * Every top-level struct starts with `int64_t id`, which is not encoded: it is the record's key. */
#ifndef SCHEMA_RECORD_H
#define SCHEMA_RECORD_H

#include "base/buf.h"

typedef enum FieldType {
    F_I64,  /* int64_t */
    F_I32,  /* int32_t: enums, small numbers */
    F_BOOL, /* bool */
    F_STR,  /* Str, any bytes */
    F_STRS, /* List of Str */
    F_I64S, /* List of int64_t (ids) */
    F_RECS  /* List of sub-records described by Field.sub */
} FieldType;

/* An encoded list: {varint length, bytes}* for strings and sub-records, zigzag varints for integers. A view. */
typedef struct List {
    const uint8_t *p;
    uint32_t bytes;
    uint32_t count;
} List;

typedef struct Record Record;

typedef struct Field {
    uint16_t key; /* what stands before its value in the encoding: FIELD_KEY, set by the row makers */
    uint8_t tag;  /* permanent: 1..63, ascending in the table, never reused (see Record.retired) */
    uint8_t type;
    uint16_t offset;
    const char *name;
    const char *doc;
    const Record *sub; /* F_RECS only */
    bool blob;         /* F_STR that is empty or the 32 bytes of a BlobId: one reference to that blob, counted by store_check */
} Field;

enum {
    KEY_PARTS_MAX = 8,
    KEY_BYTES_MAX = 500,
    KEY_STR_BYTES_MAX = 105, /* the most that one string takes in a key, and one integer */
    KEY_I64_BYTES_MAX = 9,
    RECORD_DEPTH_MAX = 4 /* sub-records in sub-records */
};

/* One component of an index key: a field by its tag; or a function where a field will not do (then `tag` is 0). A component of
 * type F_STRS or F_I64S makes one entry per element; at most one per index. */
typedef struct KeyPart {
    uint8_t tag;
    uint8_t type; /* F_I64 or F_STR for functions that give one value, F_STRS/F_I64S for several; ignored with a tag */
    /* Pure. Gives the component's value(s) of `row`: *n values in i64s[] or strs[] (arena), by type. */
    Err (*of)(const void *row, Arena *a, size_t *n, int64_t **i64s, Str **strs);
} KeyPart;

typedef enum IndexKind {
    IX_ORDERED, /* entries sorted by key, then record id; any number per key */
    IX_UNIQUE,  /* at most one record per key; a second one is E_CONFLICT */
    IX_TEXT     /* full text over weighted fields */
} IndexKind;

typedef struct TextField {
    uint8_t tag;    /* F_STR or F_STRS */
    uint8_t weight; /* how many occurrences one occurrence here counts as */
} TextField;

typedef struct Index {
    uint8_t id; /* permanent, unique over all records of the database: 1..255 */
    uint8_t kind;
    uint8_t part_count;
    /* Entries are counted for every distinct value of the first `counted` parts, so that a total needs no walk. 0 = not. */
    uint8_t counted;
    const char *name;
    const char *doc;
    KeyPart parts[KEY_PARTS_MAX];
    /* Which records are in the index; NULL = all. Pure. */
    bool (*when)(const void *row);
    TextField text[KEY_PARTS_MAX]; /* IX_TEXT */
} Index;

struct Record {
    uint8_t kind; /* permanent number of the type: 1..255; 0 for sub-records, which have no key and no index */
    uint16_t size;
    const char *name;
    const char *doc;
    const Field *fields;
    uint16_t field_count;
    const Index *indexes;
    uint16_t index_count;
    uint64_t retired; /* bit t: tag t was used once and must not come back */
};

/* The varint of a field's tag and wire type, one byte or two, the first in the low half. */
#define FIELD_KEY(tag_, type_)                  \
    ((tag_) < 16 ? FIELD_KEY_VALUE(tag_, type_) \
                 : 0x80 | (FIELD_KEY_VALUE(tag_, type_) & 0x7f) | FIELD_KEY_VALUE(tag_, type_) >> 7 << 8)
#define FIELD_KEY_VALUE(tag_, type_) ((tag_) << 3 | ((type_) <= F_BOOL ? 0 : 2))
/* Row makers for tables. */
#define FIELD(tag_, T, member, type_, doc_) \
    {.key = FIELD_KEY(tag_, type_), .tag = (tag_), .type = (type_), .offset = offsetof(T, member), .name = #member, .doc = (doc_)}
#define FIELD_RECS(tag_, T, member, sub_, doc_) \
    {.key = FIELD_KEY(tag_, F_RECS),            \
     .tag = (tag_),                             \
     .type = F_RECS,                            \
     .offset = offsetof(T, member),             \
     .name = #member,                           \
     .doc = (doc_),                             \
     .sub = (sub_)}

#define FIELD_BLOB(tag_, T, member, doc_) \
    {.key = FIELD_KEY(tag_, F_STR),       \
     .tag = (tag_),                       \
     .type = F_STR,                       \
     .offset = offsetof(T, member),       \
     .name = #member,                     \
     .doc = (doc_),                       \
     .blob = true}

/* Appends the encoding of `row`. A list that could not be built (see below) sets out->err to E_NOMEM. */
void record_encode(const Record *r, const void *row, Buf *out);
/* Fills `row` (r->size bytes; its id is left alone) from encoded bytes; views into them. E_CORRUPT when they are not well-formed.
 */
Err record_decode(const Record *r, Str bytes, void *row);
/* As record_decode, but looks into every list of sub-records too. Scratch from `a`. E_CORRUPT, E_NOMEM. */
Err record_verify(const Record *r, Str bytes, Arena *a);
/* The field with this tag, or NULL. */
const Field *record_field(const Record *r, unsigned tag);
/* Checks the tables: ascending tags, no tag twice or retired, offsets inside the struct, docs present, kinds and index ids unique
 * over all `n` records, index parts that exist and fit KEY_PARTS_MAX. Prints one line per fault to stderr; returns their number.
 */
size_t record_lint(const Record *const *all, size_t n);

/* Reading a list: for (ListIter it = list_iter(&l); list_str(&it, &s);) … Each returns false at the end (or on bad bytes). */
typedef struct ListIter {
    const uint8_t *p, *end;
} ListIter;
static inline ListIter list_iter(const List *l) { return (ListIter){l->p, l->p ? l->p + l->bytes : NULL}; }
bool list_str(ListIter *it, Str *s);
bool list_i64(ListIter *it, int64_t *v);
/* Decodes the next sub-record into `row`. */
bool list_rec(ListIter *it, const Record *sub, void *row);

/* Making lists; the result lives in the arena. A list with p == NULL and count > 0 means memory ran out. */
List list_of_strs(Arena *a, const Str *v, size_t n);
List list_of_i64s(Arena *a, const int64_t *v, size_t n);
/* `v` points to n structs of sub->size bytes. */
List list_of_recs(Arena *a, const Record *sub, const void *v, size_t n);
/* `l` with one more sub-record at the end. */
List list_append_rec(Arena *a, List l, const Record *sub, const void *row);
List list_append_i64(Arena *a, List l, int64_t v);
List list_append_str(Arena *a, List l, Str s);
bool list_has_i64(const List *l, int64_t v);
bool list_has_str(const List *l, Str s);

#endif
