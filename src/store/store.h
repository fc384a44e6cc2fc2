/* store.h - the one data file.
 *
 * LMDB under records, secondary indexes, full text, counters and blobs. One process serves; others may read, back up and
 * check beside it.
 *
 * Reading: a thread begins a read transaction, decodes records in place, renders, ends it - and ends it BEFORE it writes to a
 * socket: a pinned reader makes the file grow. Writing: store_write queues a function to the single writer thread and returns
 * when its effects are on disk (or it failed and left none). While one batch syncs, the next gathers: group commit. Nobody waits
 * to fill a batch. A write function that fails before its first write costs nothing. One that fails later makes the writer abort
 * the batch and run the others again without it: so a write function may run more than once, must derive everything from its
 * argument and the transaction, must set (not add to) its results, and must not touch the outside world. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "schema/record.h"

typedef struct Store Store;
typedef struct Tx Tx;

enum {
    STORE_BATCH_MAX = 256,          /* write functions in one commit */
    STORE_QUEUE_MAX = 1024,         /* write functions waiting; the next one gets E_BUSY */
    STORE_READERS_MAX = 128,        /* read transactions at once */
    STORE_RECORD_BYTES_MAX = 1024 * 1024, /* one encoded record */
    INDEX_ENTRIES_MAX = 1024,       /* entries of one record in one index */
    STORE_BLOB_CHUNK_BYTES = 65520, /* big bytes are kept in pieces of this size: 16 pages less their header */
    STORE_BLOB_MAX_BYTES = 64 * 1024 * 1024,
    STORE_KEPT_SHARE = 20, /* one in 20 of the disk's bytes, but at most so many, is kept from blobs */
    STORE_KEPT_BYTES_MAX = 256 * 1024 * 1024,
    STORE_WRITE_ARENA_BYTES = 8 * 1024 * 1024 /* scratch of one write function */
};

typedef struct StoreConfig {
    const char *dir;              /* the data directory; the file is <dir>/gigbox.db */
    const Record *const *records; /* all record tables; static */
    size_t record_count;
    uint64_t
        map_bytes; /* most that the file may grow to; 0: 64 GiB, 1 GiB on 32-bit. Halved while the address space has no room */
    bool read_only; /* no writer thread: for check, backup, config, beside a serving process or not */
    bool no_sync; /* tests and sample data only: commits without fsync; closing syncs once */
    const char *file; /* another file of the directory, e.g. a backup to be verified; NULL: gigbox.db. read_only only; nobody else
                       * may have it open */
    int64_t (*now_ms)(void); /* the clock seam */
} StoreConfig;

/* Opens (making directory and file when absent) and verifies: file format, schema version, that the pages can be trusted (every
 * page of small files, the inner ones of big ones; store_check reads all). Runs migrations. E_CORRUPT, E_STATE (made by a newer
 * gigbox, or another process is serving it), E_MISSING (read_only and nothing there), E_IO, E_FULL, E_NOMEM, E_INTERNAL
 * (record_lint found faults: see stderr). `why` (arena of the caller's; may be NULL, as may the arena) gets a sentence for
 * people. At most one Store per file in a process. */
Store *store_open(const StoreConfig *cfg, Arena *a, Str *why, Err *err);
/* Waits for queued writes, then closes. No read transaction may be open, and nobody may call store_write any more. NULL is fine.
 */
void store_close(Store *s);

/* ---- transactions ---- */

/* Begins reading, on a slot that is renewed, not opened anew. The arena is the caller's: scans live in it. One at a time per
 * thread. E_BUSY (STORE_READERS_MAX are open), E_IO. */
Err store_read(Store *s, Arena *a, Tx **tx);
/* Ends it; views into it are dead. NULL is fine. */
void store_read_end(Tx *tx);

/* In a write function everything that the store gives (rows, their strings and lists, values) is copied to the scratch arena and
 * stays good until the function returns, over later writes too. */
typedef Err StoreWriteFn(Tx *tx, void *arg);
/* Runs fn in the writer thread; returns fn's own error (nothing was changed), or OK once durable, or the commit's E_FULL / E_IO
 * (nothing was changed), E_BUSY (STORE_QUEUE_MAX wait, or closing), E_STATE (read_only), E_NOMEM (fn used up its scratch).
 * Blocks; call it without an open read transaction, never from a write function. Thread-safe. */
Err store_write(Store *s, StoreWriteFn *fn, void *arg);

Arena *tx_arena(Tx *tx); /* reading: the caller's; writing: scratch that is gone when the function returns */
int64_t tx_now_ms(Tx *tx); /* the time: of the batch's begin; reading: of the first call */
bool tx_writable(const Tx *tx);
/* The store's own first failure in this transaction (a disk error, a corrupt record met by a scan), OK when there was none. A
 * write function that met one fails with it whatever it returns. */
Err tx_err(const Tx *tx);

Store *tx_store(const Tx *tx);
/* The version of the data that a reading transaction sees: moved by every commit. 0 in a write transaction. */
uint64_t tx_version(const Tx *tx);
/* The newest committed version. Once store_write has returned OK it is not below what that wrote. Thread-safe, quick. */
uint64_t store_version(Store *s);

/* fn is called by the writer thread after each commit that changed something, outside any transaction; it must return at once.
 * Several may listen (E_LIMIT beyond four); there is no way back before store_close. */
Err store_on_commit(Store *s, void (*fn)(void *ctx), void *ctx);

/* ---- records ---- */

/* Decodes record `id` into row (views into the transaction). E_MISSING. */
Err rec_get(Tx *tx, const Record *r, int64_t id, void *row);
bool rec_exists(Tx *tx, const Record *r, int64_t id);
/* Gives row the next id of its kind (ids start at 1, ascend, and are never reused), stores it and its index entries. `row` starts
 * with int64_t id. E_CONFLICT (a unique index: tx_conflict), E_TOO_LARGE (over STORE_RECORD_BYTES_MAX or INDEX_ENTRIES_MAX):
 * nothing was written, row's id is as before. Any other error is the store's and fails the whole write function. */
Err rec_insert(Tx *tx, const Record *r, void *row);
/* The last id that rec_insert gave out for this kind, 0 when none: deleted records count too. */
Err rec_last_id(Tx *tx, const Record *r, int64_t *id);
/* Stores row under its own id, new or not, and brings the index entries in line: entries that did not change are not touched. */
/* Errors as of rec_insert; E_INVALID for an id < 1. */
Err rec_put(Tx *tx, const Record *r, const void *row);
/* E_MISSING. */
Err rec_delete(Tx *tx, const Record *r, int64_t id);
/* The unique index that the write function's last E_CONFLICT was about, or NULL. */
const Index *tx_conflict(const Tx *tx);
/* Walks all records of a kind by ascending id from `from`. */
typedef struct RecScan RecScan;
Err rec_scan(Tx *tx, const Record *r, int64_t from, RecScan **scan);
bool rec_scan_next(RecScan *scan, void *row);
void rec_scan_close(RecScan *scan); /* as scan_close */

/* ---- indexes ---- */

/* A key, or the first parts of one. Build it with key_of and then one key_i64/key_str per part, in the index's order. */
typedef struct Key {
    uint8_t bytes[KEY_BYTES_MAX];
    uint16_t n;
    bool bad; /* over-long */
} Key;
Key key_of(const Index *ix);
void key_i64(Key *k, int64_t v);
/* Over-long strings keep a prefix and a hash: still equal only when equal, ordered by the prefix. */
void key_str(Key *k, Str s);

/* The record id under a unique key. E_MISSING. */
Err index_find(Tx *tx, const Index *ix, const Key *key, int64_t *id);
/* How many entries begin with these parts: 1 to ix->counted of them, otherwise E_INVALID. No walk. */
Err index_count(Tx *tx, const Index *ix, const Key *prefix, int64_t *n);

/* Walking entries that begin with `prefix`. The transaction may be written to between two steps: the walk goes on behind the key
 * it gave last. */
typedef struct Scan Scan;
typedef struct ScanRange {
    const Key *prefix; /* only entries that begin so; NULL: the whole index */
    const Key *from; /* and are not before this key (NULL: no bound); itself begins with prefix */
    const Key *to; /* and are before this key (NULL: no bound) */
    bool descending;
} ScanRange;
Err scan_open(Tx *tx, const Index *ix, ScanRange range, Scan **scan);
/* The next record id, false at the end. */
bool scan_next(Scan *scan, int64_t *id);
/* As scan_next, and the record too. An entry always has its record; should the file say otherwise, the walk ends, and tx_err is
 * E_CORRUPT. */
bool scan_next_rec(Scan *scan, const Record *r, void *row);
/* Passes over n entries without looking at them; returns how many there were (fewer at the end). */
int64_t scan_skip(Scan *scan, int64_t n);
/* Part `i` of the current entry's key, without fetching the record. For integer parts. */
int64_t scan_part_i64(const Scan *scan, unsigned i);
/* Parts from .. from + n - 1 at once. All must be integers. */
void scan_parts_i64(const Scan *scan, unsigned from, unsigned n, int64_t *out);
/* Ends a scan early. Needed only where one transaction opens many: a scan that reached its end, and any at the end of the
 * transaction, is closed by itself; 16 may be open at once. NULL is fine. */
void scan_close(Scan *scan);

/* ---- small things by name ---- */

/* Values under a short name: keys of the box, positions, settings changed at run time. */
Err meta_get(Tx *tx, Str name, Str *value);
Err meta_put(Tx *tx, Str name, Str value);

/* ---- blobs ---- */

typedef struct BlobId {
    uint8_t sha256[32];
} BlobId;
/* Stores the bytes (once: the same content again only counts a reference) and gives their id. E_TOO_LARGE beyond
 * STORE_BLOB_MAX_BYTES; E_FULL when the disk would have less left than is kept for what matters more than files (STORE_KEPT_…):
 * orders and payments go on when somebody fills it. Every reference is a field of some record (FIELD_BLOB): put and drop in the
 * transaction that writes that field; store_check compares both. */
Err blob_put(Tx *tx, Str bytes, BlobId *id);
/* The id that the bytes will have. Pure. */
void blob_id(Str bytes, BlobId *id);
/* blob_put with the id from blob_id, made before store_write: big bytes are not hashed while others wait for the writer. */
Err blob_put_as(Tx *tx, Str bytes, const BlobId *id);
/* One reference less; the bytes go with the last. */
Err blob_drop(Tx *tx, const BlobId *id);
Err blob_size(Tx *tx, const BlobId *id, uint64_t *bytes);
/* Copies up to cap bytes from `offset`; *n = 0 at the end. */
Err blob_read(Tx *tx, const BlobId *id, uint64_t offset, void *to, size_t cap, size_t *n);

/* ---- care ---- */

typedef struct StoreStats {
    uint64_t file_bytes, used_bytes, map_bytes, commits, writes, batches_retried, readers, records;
} StoreStats;
Err store_stats(Store *s, StoreStats *out);
/* A consistent, compacted copy of the running database to a file descriptor (a file, a pipe, a socket). Read-only; any process.
 */
Err store_backup(Store *s, int fd);
/* The same, piece by piece: what store_backup would write, at the speed at which it is taken. As long as it takes, pages that are
 * freed meanwhile are not used again. One at a time: E_BUSY. E_IO, E_NOMEM. */
typedef struct StoreCopy StoreCopy;
Err store_copy_open(Store *s, StoreCopy **out);
/* The next bytes (at most cap) into `to`; *n = 0 at the end. E_IO: the copy failed; what came so far is no copy. `copy` is a
 * StoreCopy. Blocks. */
Err store_copy_next(void *copy, void *to, size_t cap, size_t *n);
/* Ends it, complete or not. */
void store_copy_close(void *copy);
/* Everything against everything: page structure, records decode, index entries equal what the records say (both ways), counters,
 * text postings, blob checksums and reference counts. Each fault is one call of `say`. Returns the number of faults in *faults.
 * Works beside a running box. Domain facts (ledger, audit chain) are checked by domain_check. */
Err store_check(Store *s, void (*say)(void *ctx, Str line), void *ctx, uint64_t *faults);
/* Clears dead readers; called at open and by a timer. */
void store_reap(Store *s);

#endif
