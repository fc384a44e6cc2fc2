#include <stdlib.h>

#include "crypto/hmac.h"
#include "store/internal.h"

/* ---- order ---- */

static inline uint64_t be64(const void *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(v) : v;
}

static inline uint32_t be32(const void *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(v) : v;
}

/* musl's memcmp goes byte by byte; a tree walk compares a good twenty keys that share most of their bytes. A tail shorter than a
 * word is compared by a word that overlaps what was equal already. */
int key_order(const MDB_val *a, const MDB_val *b) {
    const uint8_t *p = a->mv_data, *q = b->mv_data;
    size_t n = a->mv_size < b->mv_size ? a->mv_size : b->mv_size;
    if (n >= 8) {
        size_t i = 0;
        for (; i + 8 <= n; i += 8) {
            uint64_t x = be64(p + i), y = be64(q + i);
            if (x != y)
                return x < y ? -1 : 1;
        }
        if (i < n) {
            uint64_t x = be64(p + n - 8), y = be64(q + n - 8);
            if (x != y)
                return x < y ? -1 : 1;
        }
    } else if (n >= 4) {
        uint64_t x = (uint64_t)be32(p) << 32 | be32(p + n - 4), y = (uint64_t)be32(q) << 32 | be32(q + n - 4);
        if (x != y)
            return x < y ? -1 : 1;
    } else {
        for (size_t i = 0; i < n; i++)
            if (p[i] != q[i])
                return p[i] < q[i] ? -1 : 1;
    }
    return a->mv_size < b->mv_size ? -1 : a->mv_size > b->mv_size;
}

/* ---- integers ---- */

unsigned ordered_put(uint8_t to[ORDERED_BYTES_MAX], int64_t v) {
    uint64_t u = v < 0 ? ~(uint64_t)v : (uint64_t)v;
    uint8_t flip = v < 0 ? 0xff : 0;
    if (u < 120) {
        to[0] = (uint8_t)(0x80 + u) ^ flip;
        return 1;
    }
    unsigned n = (71 - (unsigned)__builtin_clzll(u)) / 8;
    to[0] = (uint8_t)(0xf7 + n) ^ flip;
    for (unsigned i = n; i > 0; i--, u >>= 8)
        to[i] = (uint8_t)u ^ flip;
    return n + 1;
}

bool ordered_get(Str *s, int64_t *v) {
    const uint8_t *p = (const uint8_t *)s->p;
    if (!s->n)
        return false;
    unsigned len = ordered_len(p[0]);
    if (len > s->n)
        return false;
    uint8_t flip = p[0] < 0x80 ? 0xff : 0;
    uint64_t u = 0;
    if (len == 1) {
        u = (p[0] ^ flip) - 0x80u;
    } else if (s->n > 8) { /* the bytes behind the first at the top of a word, as many as there are */
        u = (be64(p + 1) ^ (flip ? UINT64_MAX : 0)) >> (72 - 8 * len);
    } else if (s->n > 3 && len < 5) { /* the same, of what ends a key */
        u = (be32(p) ^ (flip ? UINT32_MAX : 0)) << 8 >> (40 - 8 * len);
    } else {
        for (unsigned i = 1; i < len; i++)
            u = u << 8 | (p[i] ^ flip);
    }
    *v = flip ? (int64_t)~u : (int64_t)u;
    *s = (Str){s->p + len, s->n - len};
    return true;
}

/* ---- keys ---- */

/* Strings: 0 and 1 stand as 1,1 and 1,2; a 0 ends them. So their order is memcmp's and none is a prefix of another. One of more
 * than STR_PLAIN_BYTES of this keeps its first STR_PREFIX_BYTES or one less, and 32 hex digits of its SHA-256: longer than any
 * plain one, so equal only to itself. */
enum { STR_PLAIN_BYTES = 96, STR_PREFIX_BYTES = 72, STR_HASH_BYTES = 16 };
_Static_assert(STR_PREFIX_BYTES - 1 + 2 * STR_HASH_BYTES > STR_PLAIN_BYTES, "a hashed string must not equal a plain one");
_Static_assert(STR_PREFIX_BYTES + 2 * STR_HASH_BYTES + 1 <= KEY_STR_BYTES_MAX, "named limit");

static void key_bytes(Key *k, const void *p, size_t n) {
    if (n > KEY_BYTES_MAX - (size_t)k->n) {
        k->bad = true;
        return;
    }
    memcpy(k->bytes + k->n, p, n);
    k->n += (uint16_t)n;
}

Key key_of(const Index *ix) {
    Key k;
    k.bytes[0] = ix->id;
    k.n = 1;
    k.bad = false;
    return k;
}

void key_i64(Key *k, int64_t v) {
    uint8_t b[ORDERED_BYTES_MAX];
    key_bytes(k, b, ordered_put(b, v));
}

void key_str(Key *k, Str s) {
    uint8_t b[KEY_STR_BYTES_MAX];
    size_t n = 0, prefix = 0;
    for (size_t i = 0; i < s.n && n <= STR_PLAIN_BYTES; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c <= 1)
            b[n++] = 1;
        b[n++] = c <= 1 ? c + 1 : c;
        if (n <= STR_PREFIX_BYTES)
            prefix = n;
    }
    if (n > STR_PLAIN_BYTES) {
        static const char hex[] = "0123456789abcdef";
        uint8_t hash[SHA256_BYTES];
        sha256(s, hash);
        n = prefix;
        for (unsigned i = 0; i < STR_HASH_BYTES; i++) {
            b[n++] = (uint8_t)hex[hash[i] >> 4];
            b[n++] = (uint8_t)hex[hash[i] & 15];
        }
    }
    b[n++] = 0;
    key_bytes(k, b, n);
}

bool key_skip(const IndexInfo *info, unsigned from, unsigned to, Str *key) {
    const char *p = key->p, *end = p + key->n;
    for (unsigned i = from; i < to && p; i++) {
        if (p >= end)
            return false;
        if (info->parts[i].text) {
            p = memchr(p, 0, (size_t)(end - p));
            p = p ? p + 1 : NULL;
        } else {
            p += ordered_len((uint8_t)p[0]);
        }
    }
    if (!p || p > end)
        return false;
    *key = (Str){p, (size_t)(end - p)};
    return true;
}

/* ---- the keys of a record ---- */

typedef struct Values {
    size_t n;
    const int64_t *i64s;
    const Str *strs;
    int64_t one_i64;
    Str one_str;
} Values;

static Err list_values(const List *l, bool text, Arena *a, Values *v) {
    if (l->count > INDEX_ENTRIES_MAX)
        return E_TOO_LARGE;
    Str *strs = text ? ARENA_ARRAY(a, l->count, Str) : NULL;
    int64_t *i64s = text ? NULL : ARENA_ARRAY(a, l->count, int64_t);
    if (!strs && !i64s)
        return E_NOMEM;
    ListIter it = list_iter(l);
    while (v->n < l->count && (text ? list_str(&it, &strs[v->n]) : list_i64(&it, &i64s[v->n])))
        v->n++;
    v->strs = strs;
    v->i64s = i64s;
    return v->n == l->count ? OK : E_CORRUPT;
}

/* What part `i` of the index has to say about the row. */
static Err part_values(const IndexInfo *info, unsigned i, const void *row, Arena *a, Values *v) {
    const KeyPart *part = &info->index->parts[i];
    *v = (Values){.n = 1};
    if (part->of) {
        int64_t *i64s = NULL;
        Str *strs = NULL;
        v->n = 0;
        Err e = part->of(row, a, &v->n, &i64s, &strs);
        v->i64s = i64s;
        v->strs = strs;
        if (!e && v->n && !(info->parts[i].text ? (void *)strs : (void *)i64s))
            e = E_INTERNAL;
        return e ? e : v->n > INDEX_ENTRIES_MAX ? E_TOO_LARGE : OK;
    }
    const void *at = (const char *)row + info->parts[i].offset;
    switch ((FieldType)info->parts[i].type) {
    case F_I64: v->one_i64 = *(const int64_t *)at; break;
    case F_I32: v->one_i64 = *(const int32_t *)at; break;
    case F_BOOL: v->one_i64 = *(const bool *)at; break;
    case F_STR: v->one_str = *(const Str *)at; break;
    case F_STRS:
    case F_I64S:
    case F_RECS: v->n = 0; return list_values(at, info->parts[i].text, a, v);
    }
    v->i64s = &v->one_i64;
    v->strs = &v->one_str;
    return OK;
}

static int str_order(const void *a, const void *b) { return str_cmp(*(const Str *)a, *(const Str *)b); }

Err keys_of_row(const IndexInfo *info, const void *row, Arena *a, KeySet *set) {
    const Index *ix = info->index;
    *set = (KeySet){0};
    if (!row || (ix->when && !ix->when(row)))
        return OK;
    /* All parts have one value, but at most one has several: that one gives the entries. */
    Values parts[KEY_PARTS_MAX];
    size_t n = 1;
    for (unsigned i = 0; i < ix->part_count; i++) {
        Err e = part_values(info, i, row, a, &parts[i]);
        if (e)
            return e;
        if (parts[i].n != 1) {
            if (n != 1)
                return E_INTERNAL;
            n = parts[i].n;
            if (n == 0)
                return OK;
        }
    }
    set->keys = ARENA_ARRAY(a, n, Str);
    if (!set->keys)
        return E_NOMEM;
    for (size_t k = 0; k < n; k++) {
        Key key = key_of(ix);
        for (unsigned i = 0; i < ix->part_count; i++) {
            size_t which = parts[i].n == 1 ? 0 : k;
            if (info->parts[i].text)
                key_str(&key, parts[i].strs[which]);
            else
                key_i64(&key, parts[i].i64s[which]);
        }
        if (ix->kind == IX_ORDERED)
            key_i64(&key, *(const int64_t *)row);
        if (key.bad)
            return E_TOO_LARGE;
        set->keys[k] = arena_str(a, str_of(key.bytes, key.n));
        if (!set->keys[k].p)
            return E_NOMEM;
    }
    if (n > 1) { /* a list may name the same thing twice */
        qsort(set->keys, n, sizeof(Str), str_order);
        size_t kept = 1;
        for (size_t k = 1; k < n; k++)
            if (!str_eq(set->keys[k], set->keys[kept - 1]))
                set->keys[kept++] = set->keys[k];
        n = kept;
    }
    set->n = n;
    return OK;
}
