#include "store/text_internal.h"

/* BM25 saturates: beyond these a further occurrence changes next to nothing. */
static const uint8_t tf_values[TF_CLASSES] = {1, 2, 3, 4, 5, 7, 10, 16};

unsigned tf_class(uint32_t tf) {
    unsigned cls = TF_CLASSES - 1;
    while (cls && tf_values[cls] > tf)
        cls--;
    return cls;
}

uint32_t tf_value(unsigned cls) { return tf_values[cls & (TF_CLASSES - 1)]; }

/* Exact below 32, then four significant bits and an exponent. */
uint8_t length_class(uint32_t length) {
    if (length < 32)
        return (uint8_t)length;
    unsigned shift = 27u - (unsigned)__builtin_clz(length);
    unsigned cls = 16 + shift * 16 + (length >> shift & 15);
    return cls > 255 ? 255 : (uint8_t)cls;
}

uint32_t length_value(uint8_t cls) {
    if (cls < 32)
        return cls;
    unsigned shift = (cls - 16u) / 16;
    return (16u + cls % 16) << shift;
}

static void put_varint(Buf *b, uint32_t v) {
    for (; v >= 0x80; v >>= 7)
        buf_char(b, (char)(v | 0x80));
    buf_char(b, (char)v);
}

void post_put(Buf *b, const uint32_t *v, size_t n) {
    uint32_t next = 0; /* the least ordinal that may come */
    for (size_t from = 0; from < n; from += BLOCK_POSTINGS) {
        size_t to = n - from < BLOCK_POSTINGS ? n : from + BLOCK_POSTINGS;
        size_t head = b->n;
        if (n > BLOCK_POSTINGS && buf_reserve(b, BLOCK_HEAD_BYTES))
            b->n += BLOCK_HEAD_BYTES;
        for (size_t i = from; i < to; i++) {
            put_varint(b, ((v[i] >> 3) - next) << 3 | (v[i] & 7));
            next = (v[i] >> 3) + 1;
        }
        if (n > BLOCK_POSTINGS && !b->err) {
            size_t bytes = b->n - head - BLOCK_HEAD_BYTES;
            uint8_t text[BLOCK_HEAD_BYTES] = {(uint8_t)(next - 1), (uint8_t)((next - 1) >> 8), (uint8_t)bytes,
                                              (uint8_t)(bytes >> 8)};
            memcpy(b->p + head, text, sizeof text);
        }
    }
}

PostIter post_iter(const PostList *l) { return (PostIter){.list = l, .at = l->p}; }

bool post_next(PostIter *it, uint32_t *ordinal, unsigned *cls) {
    if (it->block.p >= it->block.end && !post_block(it->list, &it->at, &it->block))
        return false;
    uint32_t v;
    it->block.p = post_read(it->block.p, &v);
    *ordinal = it->next + (v >> 3);
    *cls = v & 7;
    it->next = *ordinal + 1;
    return true;
}
