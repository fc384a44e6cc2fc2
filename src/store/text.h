/* text.h - full-text search over one IX_TEXT index.
 *
 * Words are folded (Unicode simple case folding, diacritics removed) and looked up by BM25 (Robertson, Zaragoza 2009; k1 = 1.2,
 * b = 0.75) with weighted fields. The last word of a query also matches as a prefix from two letters on; a word that no document
 * holds matches words one edit away (insert, delete, change, swap of neighbours) when the longer of the two has five letters or
 * more. A prefix counts 0.6, a typo 0.5 of an exact match. All words must match; when that finds nothing, any may.
 *
 * Limits: a query's first TEXT_QUERY_BYTES_MAX bytes and last TEXT_WORDS_MAX words count; a document's first 20,000 words, 4096
 * different ones, are indexed; words are cut at TEXT_WORD_BYTES_MAX bytes; record ids beyond 2^32 - 1 cannot be indexed; skip +
 * limit reaches 10,000 hits deep (the total counts all). Frequencies are counted with documents that were deleted but not merged
 * away yet, so scores lag behind a little; hits and totals do not. */
#ifndef STORE_TEXT_H
#define STORE_TEXT_H

#include "store/store.h"

enum { TEXT_WORDS_MAX = 8, TEXT_QUERY_BYTES_MAX = 200, TEXT_WORD_BYTES_MAX = 48, TEXT_SUGGEST_MAX = 10 };

typedef struct TextHit {
    int64_t id;
    uint32_t score; /* BM25 in 1/1000; comparable within one search only */
} TextHit;

typedef struct TextQuery {
    Str words; /* as a person typed it */
    /* Keeps a document; NULL keeps all. Called for matching documents only. */
    bool (*keep)(void *ctx, Tx *tx, int64_t id);
    /* Sort group of a kept document: higher groups first whatever the score among EQUAL scores (boosted first among equals).
     * NULL: none. */
    int (*rank)(void *ctx, Tx *tx, int64_t id);
    void *ctx;
    int64_t skip, limit; /* the page */
} TextQuery;

/* The page of hits, best first (score, then rank, then newest id), in the arena of the transaction; *total is how many there are
 * in all. A query without words finds nothing. E_NOMEM; E_CORRUPT. The arena needs about 16 KiB a word, and 24 bytes a hit of
 * skip + limit. */
Err text_search(Tx *tx, const Index *ix, const TextQuery *q, TextHit **hits, size_t *n, int64_t *total);
/* Completions of the last word by how many documents hold them, as whole query strings. */
Err text_suggest(Tx *tx, const Index *ix, Str typed, Str *out, size_t max, size_t *n);
/* Folds `s` as the index does: lower case, no diacritics, words separated by single spaces. For comparing names and skills. */
Str text_fold(Arena *a, Str s);

#endif
