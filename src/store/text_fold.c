#include "store/text_fold.h"

enum { UTF8_MAX = 4, TAIL_MAX = 2, APOSTROPHE = 0x2019, NOT_TEXT = 0x110000 };

/* The code point at the front of s (not empty) and its length; NOT_TEXT and 1 when it is malformed. */
static uint32_t decode(Str s, size_t *n) {
    const uint8_t *p = (const uint8_t *)s.p;
    *n = 1;
    if (p[0] < 0x80)
        return p[0];
    size_t want = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || s.n < want)
        return NOT_TEXT;
    uint32_t c = p[0] & (0x7f >> want);
    for (size_t i = 1; i < want; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return NOT_TEXT;
        c = c << 6 | (p[i] & 0x3f);
    }
    static const uint32_t least[UTF8_MAX + 1] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < least[want] || c >= NOT_TEXT || (c >= 0xd800 && c < 0xe000))
        return NOT_TEXT;
    *n = want;
    return c;
}

static size_t encode(uint32_t c, char out[UTF8_MAX]) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(0xff00 >> n | c);
    return n;
}

static bool is_ascii_word(uint32_t c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

static bool in_ranges16(const uint16_t (*ranges)[2], size_t count, uint32_t c) {
    for (size_t i = 0; i < count && c >= ranges[i][0]; i++)
        if (c <= ranges[i][1])
            return true;
    return false;
}

static bool is_word(uint32_t c) {
    if (c < 0x80)
        return is_ascii_word(c);
    if (c >= NOT_TEXT)
        return false;
    size_t low = 0, high = fold_gap_count; /* the first gap that ends at or after c */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (fold_gaps[mid][1] < c)
            low = mid + 1;
        else
            high = mid;
    }
    return low == fold_gap_count || c < fold_gaps[low][0];
}

/* What c becomes, at most FOLD_MAX code points; returns how many (0: it vanishes). c is a word's. */
static size_t fold(uint32_t c, uint32_t out[FOLD_MAX]) {
    out[0] = c;
    if (c < 0x80) {
        out[0] = c >= 'A' && c <= 'Z' ? c + 32 : c;
        return 1;
    }
    if (in_ranges16(fold_dropped, fold_dropped_count, c))
        return 0;
    size_t low = 0, high = fold_pair_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (fold_from[mid] < c)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == fold_pair_count || fold_from[low] != c)
        return 1;
    if (fold_to[low] < FOLD_POOL_BASE) {
        out[0] = fold_to[low];
        return 1;
    }
    const uint16_t *row = fold_pool[fold_to[low] - FOLD_POOL_BASE];
    size_t n = 0;
    for (; n < FOLD_MAX && row[n]; n++)
        out[n] = row[n];
    return n;
}

/* Does a word go on right at the front of s? */
static bool word_at(Str s) {
    size_t n;
    return s.n && is_word(decode(s, &n));
}

/* How many of "+#" at the front of s end a word: "c++, " yes, "a+b" no. */
static size_t tail_at(Str s) {
    size_t n = 0;
    while (n < s.n && (s.p[n] == '+' || s.p[n] == '#'))
        n++;
    return n <= TAIL_MAX && !word_at(str_from(s, n)) ? n : 0;
}

bool word_next(WordIter *it, char out[TEXT_WORD_BYTES_MAX], size_t *n) {
    Str s = it->rest;
    bool full = false;
    *n = 0;
    while (s.n) {
        size_t step;
        uint32_t c = decode(s, &step);
        Str after = str_from(s, step);
        if (is_word(c)) {
            uint32_t folded[FOLD_MAX];
            size_t count = fold(c, folded);
            for (size_t i = 0; i < count && !full; i++) {
                char utf8[UTF8_MAX];
                size_t bytes = encode(folded[i], utf8);
                full = *n + bytes > TEXT_WORD_BYTES_MAX;
                if (!full) {
                    memcpy(out + *n, utf8, bytes);
                    *n += bytes;
                }
            }
        } else if (*n) {
            size_t tail = tail_at(s);
            if ((c == '\'' || c == APOSTROPHE) && word_at(after)) {
                s = after;
                continue;
            }
            if (!full && *n + tail <= TEXT_WORD_BYTES_MAX) {
                memcpy(out + *n, s.p, tail);
                *n += tail;
            }
            break;
        }
        s = after;
    }
    it->rest = s;
    return *n > 0;
}

Str text_fold(Arena *a, Str s) {
    Buf b = buf_arena(a, FOLD_MAX * UTF8_MAX * s.n + 1); /* what the longest foldings could make of it */
    WordIter it = word_iter(s);
    char word[TEXT_WORD_BYTES_MAX];
    for (size_t n; word_next(&it, word, &n);) {
        if (b.n)
            buf_char(&b, ' ');
        buf_put(&b, word, n);
    }
    return b.err ? (Str){0} : b.n ? buf_str(&b) : S("");
}
