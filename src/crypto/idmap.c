#include "crypto/idmap.h"

#include <assert.h>

/* The hex digits below are stored as words whose first byte is the first digit. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the supported machines are little-endian");

enum { FORM_UUID = 1, FORM_HEX = 2, BODY_LOW_BITS = 4 };

#define TAG_UUID_MASK ((UINT64_C(1) << 58) - 1)
#define HEX_MASK ((UINT64_C(1) << 48) - 1)

static uint64_t tag_of(const IdMap *m, unsigned form, uint8_t kind, uint64_t id) {
    return siphash_short(&m->tag, id, (uint64_t)form << 8 | kind, 2);
}

static uint64_t pad_of(const IdMap *m, unsigned form, uint64_t tag) { return siphash_short(&m->body, tag, form, 1); }

/* Eight digits of a 32-bit value: nibbles are spread to bytes, then all eight become digits at once. */
static inline void hex8(char *out, uint32_t v) {
    uint64_t x = __builtin_bswap32(v);
    x = (x & UINT64_C(0xffff0000)) << 16 | (x & UINT64_C(0xffff));
    x = (x & UINT64_C(0x0000ff000000ff00)) << 8 | (x & UINT64_C(0x000000ff000000ff));
    x = (x & UINT64_C(0x00f000f000f000f0)) >> 4 | (x & UINT64_C(0x000f000f000f000f)) << 8;
    uint64_t letter = (x + UINT64_C(0x0606060606060606)) >> 4 & UINT64_C(0x0101010101010101);
    x += UINT64_C(0x3030303030303030) + letter * ('a' - '0' - 10);
    memcpy(out, &x, 8);
}

/* Reads n <= 16 digits of either case; *bad gets a bit set above the digit's range when one is none. */
static inline __attribute__((always_inline)) uint64_t unhex(const char *p, int n, unsigned *bad) {
    static const uint8_t value[256] = {
        ['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14, ['5'] = 0x15, ['6'] = 0x16, ['7'] = 0x17,
        ['8'] = 0x18, ['9'] = 0x19, ['a'] = 0x1a, ['b'] = 0x1b, ['c'] = 0x1c, ['d'] = 0x1d, ['e'] = 0x1e, ['f'] = 0x1f,
        ['A'] = 0x1a, ['B'] = 0x1b, ['C'] = 0x1c, ['D'] = 0x1d, ['E'] = 0x1e, ['F'] = 0x1f,
    };
    uint64_t v = 0, marks = 0;
    unsigned all = 0x10;
#pragma GCC unroll 16
    for (int i = 0; i < n; i++) {
        unsigned d = value[(uint8_t)p[i]];
        all &= d;
        v = (v << 4) + d;
        marks = (marks << 4) + 0x10; /* folds to a constant */
    }
    *bad |= ~all & 0x10;
    return v - marks;
}

void idmap_init(IdMap *m, const uint8_t key[IDMAP_KEY_BYTES]) {
    m->tag = sip_key(key);
    m->body = sip_key(key + 16);
}

/* A UUID's 122 free bits are the 64 of the body and the 58 of the tag, from the left; version and variant lie between. */
void idmap_uuid(const IdMap *m, uint8_t kind, int64_t id, char out[IDMAP_UUID_CHARS]) {
    uint64_t tag = tag_of(m, FORM_UUID, kind, (uint64_t)id) & TAG_UUID_MASK;
    uint64_t body = (uint64_t)id ^ pad_of(m, FORM_UUID, tag);
    uint64_t high = (body >> 16) << 16 | 0x4000 | (body >> BODY_LOW_BITS & 0xfff);
    uint64_t low = UINT64_C(1) << 63 | (body & 15) << 58 | tag;
    char digits[32];
    hex8(digits, (uint32_t)(high >> 32));
    hex8(digits + 8, (uint32_t)high);
    hex8(digits + 16, (uint32_t)(low >> 32));
    hex8(digits + 24, (uint32_t)low);
    memcpy(out, digits, 8);
    memcpy(out + 9, digits + 8, 4);
    memcpy(out + 14, digits + 12, 4);
    memcpy(out + 19, digits + 16, 4);
    memcpy(out + 24, digits + 20, 12);
    out[8] = out[13] = out[18] = out[23] = '-';
}

bool idmap_uuid_id(const IdMap *m, uint8_t kind, Str uuid, int64_t *id) {
    const char *p = uuid.p;
    if (uuid.n != IDMAP_UUID_CHARS || p[8] != '-' || p[13] != '-' || p[18] != '-' || p[23] != '-')
        return false;
    unsigned bad = 0;
    uint64_t high = unhex(p, 8, &bad) << 32 | unhex(p + 9, 4, &bad) << 16 | unhex(p + 14, 4, &bad);
    uint64_t low = unhex(p + 19, 4, &bad) << 48 | unhex(p + 24, 12, &bad);
    if (bad || (high & 0xf000) != 0x4000 || low >> 62 != 2)
        return false;
    uint64_t tag = low & TAG_UUID_MASK;
    uint64_t body = (high >> 16) << 16 | (high & 0xfff) << BODY_LOW_BITS | (low >> 58 & 15);
    uint64_t found = body ^ pad_of(m, FORM_UUID, tag);
    if ((tag_of(m, FORM_UUID, kind, found) & TAG_UUID_MASK) != tag)
        return false;
    *id = (int64_t)found;
    return true;
}

void idmap_hex(const IdMap *m, uint8_t kind, int64_t id, char out[IDMAP_HEX_CHARS]) {
    assert(id >= 0 && id <= IDMAP_HEX_ID_MAX);
    uint64_t tag = tag_of(m, FORM_HEX, kind, (uint64_t)id) & HEX_MASK;
    uint64_t body = ((uint64_t)id ^ pad_of(m, FORM_HEX, tag)) & HEX_MASK;
    hex8(out, (uint32_t)(body >> 16));
    hex8(out + 8, (uint32_t)(body << 16 | tag >> 32));
    hex8(out + 16, (uint32_t)tag);
}

bool idmap_hex_id(const IdMap *m, uint8_t kind, Str hex, int64_t *id) {
    if (hex.n != IDMAP_HEX_CHARS)
        return false;
    unsigned bad = 0;
    uint64_t body = unhex(hex.p, 12, &bad), tag = unhex(hex.p + 12, 12, &bad);
    if (bad)
        return false;
    uint64_t found = (body ^ pad_of(m, FORM_HEX, tag)) & HEX_MASK;
    if ((tag_of(m, FORM_HEX, kind, found) & HEX_MASK) != tag)
        return false;
    *id = (int64_t)found;
    return true;
}
