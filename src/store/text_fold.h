/* text_fold.h - from text to the words of the full-text index.
 *
 * A word is a run of letters, marks and digits of any script (Indic vowel signs and viramas belong to it). It is folded: simple
 * case folding and compatibility decomposition (Unicode Standard Annex 15), then accents, nuktas and joiners are dropped, and
 * digits of other scripts become 0-9. An apostrophe inside a word is dropped ("don't" is "dont"); '+' and '#' at its end stay
 * ("c++", "c#"). Words are cut at TEXT_WORD_BYTES_MAX bytes. Bytes that are not UTF-8 separate words. Pure, thread-safe. */
#ifndef STORE_TEXT_FOLD_H
#define STORE_TEXT_FOLD_H

#include "store/text.h"

enum { FOLD_MAX = 4, FOLD_POOL_BASE = 0xE000 };

/* The tables of text_fold_data.c. fold_to[i] is what fold_from[i] (ascending) becomes: a code point, or FOLD_POOL_BASE + a row of
 * fold_pool. fold_gaps are the code points beyond ASCII that are in no word, fold_dropped those that vanish from words; both
 * ranges, ascending. */
extern const size_t fold_pair_count, fold_gap_count, fold_dropped_count;
extern const uint16_t fold_from[], fold_to[], fold_pool[][FOLD_MAX], fold_dropped[][2];
extern const uint32_t fold_gaps[][2];

typedef struct WordIter {
    Str rest;
} WordIter;
static inline WordIter word_iter(Str s) { return (WordIter){s}; }
/* Writes the next word, folded, and its length in bytes (at least 1). False at the end. */
bool word_next(WordIter *it, char out[TEXT_WORD_BYTES_MAX], size_t *n);

#endif
