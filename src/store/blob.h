/* blob.h - how blobs lie in DB_BLOB, for the check. */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "store/store.h"

enum { BLOB_KEY_BYTES = 32 + 4 /* of a chunk; the head's key is the hash alone */ };

typedef struct BlobHead {
    uint64_t refs, bytes;
} BlobHead;

/* False when the value cannot be a head. */
bool blob_head(Str value, BlobHead *head);
/* Chunk `index` of a blob: a view. E_CORRUPT when it is missing or not as long as it must be. */
Err blob_chunk(Tx *tx, const BlobId *id, const BlobHead *head, uint64_t index, Str *chunk);

#endif
