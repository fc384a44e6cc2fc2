#include "schema/record.h"

#include "schema/wire.h"

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

const uint8_t *varint_get_slow(const uint8_t *p, const uint8_t *end, uint64_t *v) {
    uint64_t out = 0;
    for (unsigned shift = 0; p < end; shift += 7) {
        uint8_t b = *p++;
        if (shift == 63 && b > 1)
            return NULL;
        out |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) {
            *v = out;
            return p;
        }
    }
    return NULL;
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
        uint64_t v;
        p = varint_get(p, end, &v);
        if (!p)
            return false;
        if (type != F_I64S) {
            if (v > (size_t)(end - p))
                return false;
            p += v;
        }
    }
    *count = n;
    return true;
}

/* Passes over the value of a field that this table does not have. */
static const uint8_t *value_skip(unsigned wire, uint64_t v, const uint8_t *p, const uint8_t *end) {
    if (wire == WIRE_VARINT)
        return p;
    return wire == WIRE_BYTES && v <= (size_t)(end - p) ? p + v : NULL;
}

/* Sets one field, whose first varint was `v` and stands before `p`; returns what follows, or NULL when it cannot be of its type.
 */
static inline const uint8_t *field_set(const Field *f, void *row, unsigned wire, uint64_t v, const uint8_t *p,
                                       const uint8_t *end) {
    void *at = (char *)row + f->offset;
    if (f->type <= F_BOOL) {
        int64_t i = unzigzag(v);
        if (wire != WIRE_VARINT)
            return NULL;
        if (f->type == F_I64) {
            *(int64_t *)at = i;
        } else if (f->type == F_I32) {
            *(int32_t *)at = (int32_t)i;
            return i == (int32_t)i ? p : NULL;
        } else {
            *(bool *)at = i != 0;
            return i == 0 || i == 1 ? p : NULL;
        }
        return p;
    }
    if (wire != WIRE_BYTES || v > (size_t)(end - p))
        return NULL;
    if (f->type == F_STR) {
        *(Str *)at = str_of(p, (size_t)v);
        return p + v;
    }
    List *l = at;
    l->p = p;
    l->bytes = (uint32_t)v;
    return v <= UINT32_MAX && list_count(f->type, p, p + v, &l->count) ? p + v : NULL;
}

Err record_decode(const Record *r, Str bytes, void *row) {
    size_t keep = r->kind ? sizeof(int64_t) : 0;
    memset((char *)row + keep, 0, r->size - keep);
    if (!bytes.n)
        return OK;
    const uint8_t *p = (const uint8_t *)bytes.p, *end = p + bytes.n;
    const Field *f = r->fields, *fields_end = f + r->field_count;
    uint64_t last = 0;
    while (p < end) {
        uint64_t key, v;
        p = varint_get(p, end, &key);
        if (!p)
            return E_CORRUPT;
        p = varint_get(p, end, &v);
        uint64_t tag = key >> 3;
        if (!p || tag <= last)
            return E_CORRUPT;
        last = tag;
        while (f < fields_end && f->tag < tag)
            f++;
        /* A field that a newer gigbox has, or that was retired, is passed over. */
        p = f < fields_end && f->tag == tag ? field_set(f, row, key & 7, v, p, end) : value_skip(key & 7, v, p, end);
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
