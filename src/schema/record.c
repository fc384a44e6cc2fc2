#include "schema/record.h"

#include "schema/wire.h"

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

Varint varint_get_slow(const uint8_t *p, const uint8_t *end) {
    uint64_t v = 0;
    if (end - p >= 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
        /* Up to eight bytes at once: cut behind the first byte without the top bit, then close the gaps between the groups of
         * seven. */
        memcpy(&v, p, 8);
        uint64_t stop = ~v & UINT64_C(0x8080808080808080);
        if (stop) {
            v &= (stop ^ (stop - 1)) & UINT64_C(0x7f7f7f7f7f7f7f7f);
            v = (v & UINT64_C(0x007f007f007f007f)) | (v & UINT64_C(0x7f007f007f007f00)) >> 1;
            v = (v & UINT64_C(0x00003fff00003fff)) | (v & UINT64_C(0x3fff00003fff0000)) >> 2;
            v = (v & UINT64_C(0x000000000fffffff)) | (v & UINT64_C(0x0fffffff00000000)) >> 4;
            return (Varint){p + (__builtin_ctzll(stop) + 1) / 8, v};
        }
    }
    v = 0;
    for (unsigned shift = 0; p < end; shift += 7) {
        uint8_t b = *p++;
        if (shift == 63 && b > 1)
            break;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80)
            return (Varint){p, v};
    }
    return (Varint){NULL, 0};
}

static void put_varint(Buf *out, unsigned tag, uint64_t v) {
    char *at = buf_reserve(out, 2 * VARINT_BYTES_MAX);
    if (!at)
        return;
    uint8_t *end = varint_put(varint_put((uint8_t *)at, tag << 3 | WIRE_VARINT), v);
    out->n += (size_t)((char *)end - at);
}

static void put_bytes(Buf *out, unsigned tag, const void *p, size_t n) {
    char *at = buf_reserve(out, 2 * VARINT_BYTES_MAX + n);
    if (!at)
        return;
    uint8_t *end = varint_put(varint_put((uint8_t *)at, tag << 3 | WIRE_BYTES), n);
    memcpy(end, p, n);
    out->n += (size_t)((char *)end - at) + n;
}

void record_encode(const Record *r, const void *row, Buf *out) {
    for (const Field *f = r->fields, *end = f + r->field_count; f < end; f++) {
        const void *at = (const char *)row + f->offset;
        switch ((FieldType)f->type) {
        case F_I64:
            if (*(const int64_t *)at)
                put_varint(out, f->tag, zigzag(*(const int64_t *)at));
            break;
        case F_I32:
            if (*(const int32_t *)at)
                put_varint(out, f->tag, zigzag(*(const int32_t *)at));
            break;
        case F_BOOL:
            if (*(const bool *)at)
                put_varint(out, f->tag, zigzag(1));
            break;
        case F_STR: {
            const Str *s = at;
            if (s->n)
                put_bytes(out, f->tag, s->p, s->n);
            break;
        }
        case F_STRS:
        case F_I64S:
        case F_RECS: {
            const List *l = at;
            if (l->count && !l->p && !out->err)
                out->err = E_NOMEM; /* see list_of_strs: the list could not be built */
            else if (l->bytes)
                put_bytes(out, f->tag, l->p, l->bytes);
            break;
        }
        }
    }
}

/* Counts the elements of an encoded list; false when it is not well-formed. */
static bool list_count(uint8_t type, const uint8_t *p, const uint8_t *end, uint32_t *count) {
    uint32_t n = 0;
    for (; p < end; n++) {
        Varint head = varint_get(p, end);
        p = head.next;
        if (!p)
            return false;
        if (type != F_I64S) {
            if (head.v > (size_t)(end - p))
                return false;
            p += head.v;
        }
    }
    *count = n;
    return true;
}

/* Passes over a value of a field that this table does not have: one that a newer gigbox has, or that was retired. */
static const uint8_t *value_skip(unsigned wire, const uint8_t *p, const uint8_t *end) {
    Varint head = varint_get(p, end);
    if (wire == WIRE_VARINT || !head.next)
        return head.next;
    return wire == WIRE_BYTES && head.v <= (size_t)(end - head.next) ? head.next + head.v : NULL;
}

static const uint8_t *list_set(const Field *f, List *l, Varint head, const uint8_t *end) {
    if (head.v > (size_t)(end - head.next) || head.v > UINT32_MAX)
        return NULL;
    l->p = head.next;
    l->bytes = (uint32_t)head.v;
    return list_count(f->type, head.next, head.next + head.v, &l->count) ? head.next + head.v : NULL;
}

/* Reads the value at `p` into one field; returns what follows it, or NULL when it cannot be of the field's type. */
static inline const uint8_t *field_set(const Field *f, void *row, const uint8_t *p, const uint8_t *end) {
    void *at = (char *)row + f->offset;
    Varint head = varint_get(p, end);
    if (!head.next)
        return NULL;
    switch ((FieldType)f->type) {
    case F_I64: *(int64_t *)at = unzigzag(head.v); return head.next;
    case F_I32: {
        int64_t i = unzigzag(head.v);
        *(int32_t *)at = (int32_t)i;
        return i == (int32_t)i ? head.next : NULL;
    }
    case F_BOOL: *(bool *)at = head.v != 0; return head.v == 0 || head.v == zigzag(1) ? head.next : NULL;
    case F_STR:
        *(Str *)at = str_of(head.next, (size_t)head.v);
        return head.v <= (size_t)(end - head.next) ? head.next + head.v : NULL;
    case F_STRS:
    case F_I64S:
    case F_RECS: return list_set(f, at, head, end);
    }
    return NULL;
}

/* Most records hold most fields of their table: then the bytes at `p` are the key of the very next field, and nothing needs to be
 * parsed or searched. Returns what follows the key, or NULL. */
static inline const uint8_t *key_expected(const Field *f, const uint8_t *p, const uint8_t *end) {
    unsigned key = f->key;
    if (p[0] != (uint8_t)key)
        return NULL;
    if (key < 0x80)
        return p + 1;
    return end - p > 1 && p[1] == key >> 8 ? p + 2 : NULL;
}

Err record_decode(const Record *r, Str bytes, void *row) {
    size_t keep = r->kind ? sizeof(int64_t) : 0;
    memset((char *)row + keep, 0, r->size - keep);
    if (!bytes.n)
        return OK;
    const uint8_t *p = (const uint8_t *)bytes.p, *end = p + bytes.n;
    const Field *f = r->fields, *fields_end = f + r->field_count;
    uint64_t least = 1; /* tags ascend */
    while (p < end) {
        const uint8_t *value = f < fields_end ? key_expected(f, p, end) : NULL;
        if (value) {
            p = field_set(f, row, value, end);
            least = f++->tag + 1u;
        } else {
            Varint key = varint_get(p, end);
            uint64_t tag = key.v >> 3;
            if (!key.next || tag < least)
                return E_CORRUPT;
            while (f < fields_end && f->tag < tag)
                f++;
            if (f < fields_end && f->tag == tag) {
                if ((key.v & 7) != (f->type <= F_BOOL ? WIRE_VARINT : WIRE_BYTES))
                    return E_CORRUPT;
                p = field_set(f++, row, key.next, end);
            } else {
                p = value_skip(key.v & 7, key.next, end);
            }
            least = tag + 1;
        }
        if (!p)
            return E_CORRUPT;
    }
    return OK;
}

Err record_verify(const Record *r, Str bytes, Arena *a) {
    void *row = arena_alloc(a, r->size);
    if (!row)
        return E_NOMEM;
    Err e = record_decode(r, bytes, row);
    for (uint16_t i = 0; !e && i < r->field_count; i++) {
        const Field *f = &r->fields[i];
        if (f->type != F_RECS)
            continue;
        ListIter it = list_iter((const List *)((const char *)row + f->offset));
        for (Str s; !e && list_str(&it, &s);)
            e = record_verify(f->sub, s, a);
    }
    return e;
}

const Field *record_field(const Record *r, unsigned tag) {
    for (uint16_t i = 0; i < r->field_count; i++)
        if (r->fields[i].tag == tag)
            return &r->fields[i];
    return NULL;
}
