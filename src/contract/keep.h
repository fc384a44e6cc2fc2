/* keep.h - text that was made out of the data once, kept for the next who wants the same.
 *
 * What is kept is good for one version of the data (tx_version, store_version): whoever has been told of a write never sees a
 * text from before it. A direct-mapped table, whose memory is taken slot by slot; a newer text takes the place of an older one.
 * All functions are thread-safe and do nothing when the table is NULL. */
#ifndef CONTRACT_KEEP_H
#define CONTRACT_KEEP_H

#include "base/buf.h"

typedef struct Keep Keep;

typedef struct KeepLimits {
    size_t slots;      /* a power of two */
    size_t text_bytes; /* of one key and text; longer ones are not kept */
    size_t bytes;      /* of all together */
} KeepLimits;

/* What a text is the text of: both parts, byte for byte. */
typedef struct KeepKey {
    uint64_t hash; /* of them; where others choose the key, one that they cannot foresee */
    Str a, b;
} KeepKey;

/* NULL: no memory. */
Keep *keep_new(KeepLimits limits);
void keep_free(Keep *k);
/* Appends what was kept under this key, is of this version and is still good now; true when there was such a text. */
bool keep_get(Keep *k, const KeepKey *key, uint64_t version, int64_t now_ms, Buf *out);
/* Keeps a text that was made from this version (0, that of a write: it is not kept) and is good until then. */
void keep_put(Keep *k, const KeepKey *key, uint64_t version, int64_t until_ms, Str text);

#endif
