#include "codec/inflate.h"

enum { CODE_BITS_MAX = 15, LITERALS = 288, DISTANCES = 32, LENGTH_CODES = 19, END_OF_BLOCK = 256, GZIP_HEAD = 10, GZIP_TAIL = 8 };

typedef struct Bits {
    Str in;
    size_t at;
    uint32_t held;
    unsigned count;
    bool bad;
} Bits;

typedef struct Sink {
    uint8_t *to;
    size_t cap, n;
} Sink;

/* A canonical Huffman code: how many symbols each length has, and the symbols in order of their codes. */
typedef struct Code {
    uint16_t count[CODE_BITS_MAX + 1], symbol[LITERALS];
} Code;

static uint32_t take(Bits *b, unsigned n) {
    while (b->count < n) {
        if (b->at >= b->in.n) {
            b->bad = true;
            return 0;
        }
        b->held |= (uint32_t)(uint8_t)b->in.p[b->at++] << b->count;
        b->count += 8;
    }
    uint32_t v = b->held & ((1u << n) - 1);
    b->held >>= n;
    b->count -= n;
    return v;
}

/* False for more codes than the lengths leave room for. */
static bool code_of(Code *c, const uint8_t *lengths, unsigned n) {
    uint16_t start[CODE_BITS_MAX + 2] = {0};
    memset(c->count, 0, sizeof c->count);
    for (unsigned i = 0; i < n; i++)
        c->count[lengths[i]]++;
    c->count[0] = 0;
    int room = 1;
    for (unsigned l = 1; l <= CODE_BITS_MAX; l++) {
        room = room * 2 - c->count[l];
        if (room < 0)
            return false;
        start[l + 1] = (uint16_t)(start[l] + c->count[l]);
    }
    for (unsigned i = 0; i < n; i++)
        if (lengths[i])
            c->symbol[start[lengths[i]]++] = (uint16_t)i;
    return true;
}

static int decode(Bits *b, const Code *c) {
    int code = 0, first = 0, index = 0;
    for (unsigned l = 1; l <= CODE_BITS_MAX && !b->bad; l++) {
        code |= (int)take(b, 1);
        int count = c->count[l];
        if (code - count < first)
            return c->symbol[index + (code - first)];
        index += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    b->bad = true;
    return -1;
}

static bool stored(Bits *b, Sink *s) {
    b->held = 0;
    b->count = 0;
    uint32_t n = take(b, 16), check = take(b, 16);
    if (b->bad || (n ^ check) != 0xffff || b->in.n - b->at < n || s->cap - s->n < n)
        return false;
    memcpy(s->to + s->n, b->in.p + b->at, n);
    b->at += n;
    s->n += n;
    return true;
}

static bool packed_block(Bits *b, Sink *s, const Code *literals, const Code *distances) {
    static const uint16_t length_base[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                           31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint8_t length_extra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    static const uint16_t distance_base[] = {1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                                             33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                                             1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    for (;;) {
        int symbol = decode(b, literals);
        if (symbol < 0)
            return false;
        if (symbol == END_OF_BLOCK)
            return true;
        if (symbol < END_OF_BLOCK) {
            if (s->n == s->cap)
                return false;
            s->to[s->n++] = (uint8_t)symbol;
            continue;
        }
        size_t row = (size_t)symbol - END_OF_BLOCK - 1;
        if (row >= COUNT(length_base))
            return false;
        size_t length = length_base[row] + take(b, length_extra[row]);
        int d = decode(b, distances);
        if (d < 0 || (size_t)d >= COUNT(distance_base))
            return false;
        size_t distance = distance_base[d] + take(b, d < 4 ? 0 : (unsigned)d / 2 - 1);
        if (b->bad || distance > s->n || length > s->cap - s->n)
            return false;
        for (; length; length--, s->n++) /* may overlap: byte by byte */
            s->to[s->n] = s->to[s->n - distance];
    }
}

static bool dynamic(Bits *b, Sink *s) {
    static const uint8_t order[LENGTH_CODES] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[LITERALS + DISTANCES] = {0};
    Code literals, distances;
    unsigned nl = take(b, 5) + 257, nd = take(b, 5) + 1, nc = take(b, 4) + 4;
    if (b->bad || nl > 286 || nd > 30)
        return false;
    for (unsigned i = 0; i < nc; i++)
        lengths[order[i]] = (uint8_t)take(b, 3);
    if (!code_of(&literals, lengths, LENGTH_CODES))
        return false;
    memset(lengths, 0, LENGTH_CODES);
    for (unsigned i = 0; i < nl + nd;) {
        int symbol = decode(b, &literals);
        if (symbol < 0)
            return false;
        if (symbol < 16) {
            lengths[i++] = (uint8_t)symbol;
            continue;
        }
        if (symbol == 16 && i == 0)
            return false;
        uint8_t value = symbol == 16 ? lengths[i - 1] : 0;
        unsigned n = symbol == 16 ? 3 + take(b, 2) : symbol == 17 ? 3 + take(b, 3) : 11 + take(b, 7);
        if (b->bad || n > nl + nd - i)
            return false;
        memset(lengths + i, value, n);
        i += n;
    }
    return lengths[END_OF_BLOCK] && code_of(&literals, lengths, nl) && code_of(&distances, lengths + nl, nd) &&
           packed_block(b, s, &literals, &distances);
}

static bool plain(Bits *b, Sink *s) {
    uint8_t lengths[LITERALS];
    Code literals, distances;
    for (unsigned i = 0; i < LITERALS; i++)
        lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    bool good = code_of(&literals, lengths, LITERALS);
    memset(lengths, 5, 30);
    return good && code_of(&distances, lengths, 30) && packed_block(b, s, &literals, &distances);
}

static uint32_t crc32_of(const uint8_t *p, size_t n) {
    uint32_t crc = ~0u;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1)));
    }
    return ~crc;
}

static uint32_t le32(const char *p) {
    const uint8_t *u = (const uint8_t *)p;
    return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

bool gunzip(Str packed, void *to, size_t cap, size_t *n) {
    *n = 0;
    /* Only the plain head that our own build writes: no name, no comment, no extra field. */
    if (packed.n < GZIP_HEAD + GZIP_TAIL || memcmp(packed.p, "\x1f\x8b\x08\x00", 4) != 0)
        return false;
    Bits b = {.in = str_slice(packed, GZIP_HEAD, packed.n - GZIP_TAIL)};
    Sink s = {.to = to, .cap = cap};
    for (bool last = false; !last;) {
        last = take(&b, 1);
        uint32_t kind = take(&b, 2);
        bool good = !b.bad && (kind == 0 ? stored(&b, &s) : kind == 1 ? plain(&b, &s) : kind == 2 && dynamic(&b, &s));
        if (!good || b.bad)
            return false;
    }
    const char *tail = packed.p + packed.n - GZIP_TAIL;
    *n = s.n;
    return b.at == b.in.n && le32(tail) == crc32_of(s.to, s.n) && le32(tail + 4) == (uint32_t)s.n;
}
