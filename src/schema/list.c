#include "schema/record.h"
#include "schema/wire.h"

enum { LIST_BYTES_MAX = 1024 * 1024 };

bool list_i64(ListIter *it, int64_t *v) {
    Varint head = varint_get(it->p, it->end);
    if (!head.next)
        return false;
    it->p = head.next;
    *v = unzigzag(head.v);
    return true;
}

bool list_str(ListIter *it, Str *s) {
    Varint head = varint_get(it->p, it->end);
    if (!head.next || head.v > (size_t)(it->end - head.next))
        return false;
    *s = str_of(head.next, (size_t)head.v);
    it->p = head.next + head.v;
    return true;
}

bool list_rec(ListIter *it, const Record *sub, void *row) {
    Str s;
    return list_str(it, &s) && record_decode(sub, s, row) == OK;
}

/* A list under construction: the old bytes first. */
static Buf list_begin(Arena *a, List old) {
    Buf b = buf_arena(a, LIST_BYTES_MAX);
    if (old.count && !old.p)
        b.err = E_NOMEM;
    else
        buf_put(&b, old.p, old.bytes);
    return b;
}

static List list_end(const Buf *b, uint32_t count) {
    if (b->err)
        return (List){.count = count ? count : 1};
    return (List){.p = (const uint8_t *)b->p, .bytes = (uint32_t)b->n, .count = count};
}

static void add_varint(Buf *b, uint64_t v) {
    char *at = buf_reserve(b, VARINT_BYTES_MAX);
    if (at)
        b->n += (size_t)(varint_put((uint8_t *)at, v) - (uint8_t *)at);
}

static void add_str(Buf *b, Str s) {
    add_varint(b, s.n);
    buf_add(b, s);
}

/* The length stands before the bytes but is known only after them: they are written first and then moved behind it. */
static void add_rec(Buf *b, const Record *sub, const void *row) {
    size_t from = b->n;
    record_encode(sub, row, b);
    uint8_t head[VARINT_BYTES_MAX];
    size_t bytes = b->n - from, head_bytes = (size_t)(varint_put(head, bytes) - head);
    if (!buf_reserve(b, head_bytes) || b->err)
        return;
    memmove(b->p + from + head_bytes, b->p + from, bytes);
    memcpy(b->p + from, head, head_bytes);
    b->n += head_bytes;
}

List list_of_strs(Arena *a, const Str *v, size_t n) {
    Buf b = list_begin(a, (List){0});
    for (size_t i = 0; i < n; i++)
        add_str(&b, v[i]);
    return list_end(&b, (uint32_t)n);
}

List list_of_i64s(Arena *a, const int64_t *v, size_t n) {
    Buf b = list_begin(a, (List){0});
    for (size_t i = 0; i < n; i++)
        add_varint(&b, zigzag(v[i]));
    return list_end(&b, (uint32_t)n);
}

List list_of_recs(Arena *a, const Record *sub, const void *v, size_t n) {
    Buf b = list_begin(a, (List){0});
    for (size_t i = 0; i < n; i++)
        add_rec(&b, sub, (const char *)v + i * sub->size);
    return list_end(&b, (uint32_t)n);
}

List list_append_rec(Arena *a, List l, const Record *sub, const void *row) {
    Buf b = list_begin(a, l);
    add_rec(&b, sub, row);
    return list_end(&b, l.count + 1);
}

List list_append_i64(Arena *a, List l, int64_t v) {
    Buf b = list_begin(a, l);
    add_varint(&b, zigzag(v));
    return list_end(&b, l.count + 1);
}

List list_append_str(Arena *a, List l, Str s) {
    Buf b = list_begin(a, l);
    add_str(&b, s);
    return list_end(&b, l.count + 1);
}

bool list_has_i64(const List *l, int64_t v) {
    ListIter it = list_iter(l);
    for (int64_t at; list_i64(&it, &at);)
        if (at == v)
            return true;
    return false;
}

bool list_has_str(const List *l, Str s) {
    ListIter it = list_iter(l);
    for (Str at; list_str(&it, &at);)
        if (str_eq(at, s))
            return true;
    return false;
}
