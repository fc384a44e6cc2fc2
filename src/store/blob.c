#include "store/blob.h"
#include "crypto/hmac.h"
#include "store/internal.h"

enum { BLOB_HEAD_BYTES = 16 };

static void be_put(uint8_t *to, unsigned n, uint64_t v) {
    while (n--) {
        to[n] = (uint8_t)v;
        v >>= 8;
    }
}

static uint64_t be_get(const char *from, unsigned n) {
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v = v << 8 | (uint8_t)from[i];
    return v;
}

static Str head_key(const BlobId *id) { return str_of(id->sha256, sizeof id->sha256); }

static Str chunk_key(uint8_t to[BLOB_KEY_BYTES], const BlobId *id, uint64_t index) {
    memcpy(to, id->sha256, sizeof id->sha256);
    be_put(to + sizeof id->sha256, BLOB_KEY_BYTES - sizeof id->sha256, index);
    return str_of(to, BLOB_KEY_BYTES);
}

static Err head_get(Tx *tx, const BlobId *id, BlobHead *head) {
    Str v;
    Err e = db_get(tx, DB_BLOB, head_key(id), &v);
    return e ? e : blob_head(v, head) ? OK : tx_broken(tx, E_CORRUPT, "blob");
}

static Err head_put(Tx *tx, const BlobId *id, BlobHead head) {
    uint8_t v[BLOB_HEAD_BYTES];
    be_put(v, 8, head.refs);
    be_put(v + 8, 8, head.bytes);
    return db_put(tx, DB_BLOB, head_key(id), str_of(v, sizeof v));
}

bool blob_head(Str value, BlobHead *head) {
    if (value.n != BLOB_HEAD_BYTES)
        return false;
    *head = (BlobHead){.refs = be_get(value.p, 8), .bytes = be_get(value.p + 8, 8)};
    return true;
}

void blob_id(Str bytes, BlobId *id) { sha256(bytes, id->sha256); }

Err blob_put_as(Tx *tx, Str bytes, const BlobId *id) {
    if (bytes.n > STORE_BLOB_MAX_BYTES)
        return E_TOO_LARGE;
    BlobHead head;
    Err e = head_get(tx, id, &head);
    if (!e) {
        head.refs++;
        return head_put(tx, id, head);
    }
    if (e != E_MISSING)
        return e;
    uint8_t key[BLOB_KEY_BYTES];
    e = store_room_for(tx, bytes.n);
    if (!e)
        e = head_put(tx, id, (BlobHead){.refs = 1, .bytes = bytes.n});
    for (size_t at = 0; !e && at < bytes.n; at += STORE_BLOB_CHUNK_BYTES)
        e = db_put(tx, DB_BLOB, chunk_key(key, id, at / STORE_BLOB_CHUNK_BYTES),
                   str_slice(bytes, at, at + STORE_BLOB_CHUNK_BYTES));
    return e;
}

Err blob_put(Tx *tx, Str bytes, BlobId *id) {
    if (bytes.n > STORE_BLOB_MAX_BYTES)
        return E_TOO_LARGE;
    blob_id(bytes, id);
    return blob_put_as(tx, bytes, id);
}

Err blob_drop(Tx *tx, const BlobId *id) {
    BlobHead head;
    Err e = head_get(tx, id, &head);
    if (e)
        return e;
    if (head.refs > 1) {
        head.refs--;
        return head_put(tx, id, head);
    }
    uint8_t key[BLOB_KEY_BYTES];
    e = db_del(tx, DB_BLOB, head_key(id));
    for (uint64_t at = 0; !e && at < head.bytes; at += STORE_BLOB_CHUNK_BYTES) {
        e = db_del(tx, DB_BLOB, chunk_key(key, id, at / STORE_BLOB_CHUNK_BYTES));
        if (e == E_MISSING)
            e = tx_broken(tx, E_CORRUPT, "blob");
    }
    return e;
}

Err blob_size(Tx *tx, const BlobId *id, uint64_t *bytes) {
    BlobHead head;
    Err e = head_get(tx, id, &head);
    if (!e)
        *bytes = head.bytes;
    return e;
}

Err blob_chunk(Tx *tx, const BlobId *id, const BlobHead *head, uint64_t index, Str *chunk) {
    uint8_t key[BLOB_KEY_BYTES];
    uint64_t at = index * STORE_BLOB_CHUNK_BYTES;
    uint64_t expected = head->bytes - at < STORE_BLOB_CHUNK_BYTES ? head->bytes - at : STORE_BLOB_CHUNK_BYTES;
    Err e = db_get(tx, DB_BLOB, chunk_key(key, id, index), chunk);
    return e == E_MISSING || (!e && chunk->n != expected) ? E_CORRUPT : e;
}

Err blob_read(Tx *tx, const BlobId *id, uint64_t offset, void *to, size_t cap, size_t *n) {
    BlobHead head;
    *n = 0;
    Err e = head_get(tx, id, &head);
    while (!e && offset < head.bytes && *n < cap) {
        Str chunk;
        e = blob_chunk(tx, id, &head, offset / STORE_BLOB_CHUNK_BYTES, &chunk);
        if (e)
            return tx_broken(tx, e, "blob");
        Str piece = str_from(chunk, offset % STORE_BLOB_CHUNK_BYTES);
        if (piece.n > cap - *n)
            piece.n = cap - *n;
        memcpy((char *)to + *n, piece.p, piece.n);
        *n += piece.n;
        offset += piece.n;
    }
    return e;
}
