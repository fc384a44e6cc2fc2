/* internal.h - what the files of src/store share. Nothing outside src/store includes it (nor lmdb.h).
 *
 * The data file holds five LMDB databases, all with the order of key_order (memcmp's order):
 *   DB_REC    u8 kind, ordered id                 -> the record's encoding
 *   DB_IDX    u8 index id, parts, ordered id      -> nothing             (IX_ORDERED)
 *             u8 index id, parts                  -> ordered id          (IX_UNIQUE)
 *   DB_SMALL  'c', u8 index id, first parts       -> u64 big-endian      (how many entries begin so)
 *             's', u8 kind                        -> u64 big-endian      (the last id given out)
 *             'm', name                           -> bytes               (meta_put)
 *   DB_BLOB   sha256                              -> u64 references, u64 bytes, big-endian
 *             sha256, u32 big-endian              -> that chunk
 *   DB_TEXT   owned by text.c
 *
 * Views: in a READ transaction what these functions give are views into the map, good until store_read_end. In a WRITE
 * transaction LMDB's pages move under later writes, so everything that public functions give is first copied into the
 * transaction's arena and stays good until the write function returns; db_get and cursors do NOT copy: what they give is good
 * until the next write only (db_copy copies). */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

#include "store/store.h"

typedef enum Db { DB_REC, DB_IDX, DB_SMALL, DB_BLOB, DB_TEXT, DB_COUNT } Db;

enum {
    TX_CURSORS_MAX = 16,        /* cursors of one database in one transaction */
    TX_NEAR = 4,
    STORE_LISTENERS_MAX = 4,    /* functions of store_on_commit */
    WRITER_STACK_BYTES = 1 << 20 /* of the writer thread; musl's default of 128 KiB is little for write functions */
};

/* One index, resolved when the store opens: where its parts are in the struct, so that no tag is looked up later. */
typedef struct IndexInfo {
    const Record *record;
    const Index *index;
    struct {
        uint8_t type; /* F_I64, F_I32, F_BOOL, F_STR, F_STRS, F_I64S */
        uint16_t offset;
        bool text; /* its key bytes are a string's, else an integer's */
    } parts[KEY_PARTS_MAX];
} IndexInfo;

struct Tx {
    Store *store;
    MDB_txn *txn;
    Arena *arena;
    int64_t now_ms;
    bool writable;
    bool dirty;    /* the running write function has written */
    Err err;       /* the first failure of the store itself: the write function fails with it whatever it returns */
    uint64_t gen;  /* moved by every write: a scan that sees it moved finds its place again */
    const Index *conflict;
    struct {
        MDB_cursor *all[TX_CURSORS_MAX];
        uint8_t open;  /* how many exist */
        uint32_t used; /* bit i: all[i] is in use */
    } cursors[DB_COUNT];
    /* Reading: where records were found last, by kind. A list's records lie close to each other: most are on that page again. */
    MDB_cursor *near[TX_NEAR];
    _Atomic bool taken; /* reading: the slot is somebody's */
};
_Static_assert(TX_CURSORS_MAX <= 32, "bits of used");

typedef struct Job Job; /* one waiting write function; see writer.c */

typedef struct Writer {
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    /* Under the lock: */
    Job *first, *last;
    size_t waiting;
    bool idle, stop;
    struct {
        void (*fn)(void *ctx);
        void *ctx;
    } listeners[STORE_LISTENERS_MAX];
    /* The writer thread's own: */
    bool full; /* the last commit, or a put, found no room */
    Tx tx;
    Arena arena;
} Writer;

struct Store {
    StoreConfig cfg;
    MDB_env *env;
    MDB_dbi dbi[DB_COUNT];
    char *path;
    int dir_fd; /* holds the lock of the one serving process; -1 when read_only */
    const Record *kinds[256];
    IndexInfo indexes[256];
    Tx readers[STORE_READERS_MAX];
    Writer writer;
    _Atomic uint64_t commits, writes, retried;
};

/* ---- errors ---- */

/* LMDB's (and errno's) code as ours. MDB_NOTFOUND is E_MISSING. */
Err db_err(int rc);
/* Notes that the transaction is broken (logs the first time) and returns e. */
Err tx_broken(Tx *tx, Err e, const char *what);

/* ---- life ---- */

/* Starts the writer thread; lets it finish what is queued and ends it. */
Err writer_start(Store *s);
void writer_stop(Store *s);
/* Runs fn alone in one transaction on this thread and commits: for opening and migrations, before the writer runs. */
Err write_now(Store *s, StoreWriteFn *fn, void *arg);
/* Gives every reader slot back to LMDB. */
void readers_close(Store *s);
/* Takes all cursors of the transaction back into the pool. */
void tx_cursors_idle(Tx *tx);

/* ---- raw keys and values ---- */

/* The value under a key: a view. E_MISSING; any other error also breaks the transaction. */
Err db_get(Tx *tx, Db db, Str key, Str *value);
/* The same of DB_REC in a read transaction, faster when the record lies near the one of its kind asked for last. */
Err db_get_near(Tx *tx, unsigned kind, Str key, Str *value);
/* Whether that much may be added and STORE_KEPT_… of the disk still be left for everything else. E_FULL, and breaks nothing. */
Err store_room_for(Tx *tx, uint64_t bytes);
/* Stores, replaces. Marks the transaction dirty. Any error breaks the transaction. `key` 1..511 bytes. */
Err db_put(Tx *tx, Db db, Str key, Str value);
/* Room of `bytes` bytes under the key, to be filled before the next call on the transaction. */
Err db_reserve(Tx *tx, Db db, Str key, size_t bytes, void **room);
/* Removes. E_MISSING is no breach. */
Err db_del(Tx *tx, Db db, Str key);
/* A view made safe: in a write transaction a copy in its arena, in a read transaction itself. E_NOMEM breaks the transaction. */
Err db_copy(Tx *tx, Str *view);

/* A walk over raw keys. Cursors come from a pool, need no closing and end with the transaction (with the write function). */
typedef struct Cursor {
    Tx *tx;
    MDB_cursor *mc;
    uint64_t gen;
    uint8_t db, slot;
    Str key, value; /* where it stands: views */
} Cursor;
/* E_NOMEM: more than TX_CURSORS_MAX at once. */
Err cursor_open(Tx *tx, Db db, Cursor *c);
/* Goes to the first key >= `key` / the last key / the last key < `key`. False: there is none (or the transaction broke: tx->err).
 */
bool cursor_seek(Cursor *c, Str key);
bool cursor_last(Cursor *c);
bool cursor_seek_before(Cursor *c, Str key);
/* One step. Not after a write to the same transaction: seek again (asserted). */
bool cursor_next(Cursor *c);
bool cursor_prev(Cursor *c);
/* Gives the cursor back to the pool early, so that loops that open many stay within TX_CURSORS_MAX. */
void cursor_close(Cursor *c);

/* memcmp's order by whole words; LMDB is told to use it for every database. */
int key_order(const MDB_val *a, const MDB_val *b);

/* ---- ordered integers ---- */

enum { ORDERED_BYTES_MAX = 9 };
/* An integer in 1..9 bytes whose memcmp order is the integers' order, and no encoding is a prefix of another. Returns its length.
 * Let u be v or, when negative, ~v. u < 120: the byte 0x80 + u. Otherwise 0xF7 + n and the n significant bytes of u, big-endian.
 * Negative: all bits flipped. */
unsigned ordered_put(uint8_t to[ORDERED_BYTES_MAX], int64_t v);
/* Its length by its first byte. */
static inline unsigned ordered_len(uint8_t first) { return first >= 0xF8 ? first - 0xF6u : first < 0x08 ? 0x09u - first : 1u; }
/* Reads one from the front of *s and cuts it off. False when s is too short. */
bool ordered_get(Str *s, int64_t *v);

/* ---- counters and sequences ---- */

/* Adds to a counter under a key of DB_SMALL; at zero the key goes. */
Err counter_add(Tx *tx, Str key, int64_t delta);
/* Its value, 0 when there is none. */
Err counter_get(Tx *tx, Str key, uint64_t *value);

/* ---- keys of records ---- */

typedef struct KeySet {
    size_t n;
    Str *keys; /* ascending, each once, in the arena */
} KeySet;
/* The entries that `row` (NULL: none) has in the index. E_TOO_LARGE, E_NOMEM, or what a part's function says. */
Err keys_of_row(const IndexInfo *info, const void *row, Arena *a, KeySet *set);
/* Cuts parts [from, to) off the front of *key. False when it is not such a key. */
bool key_skip(const IndexInfo *info, unsigned from, unsigned to, Str *key);
/* The key of a record in DB_REC, in to[]. */
Str rec_key(uint8_t to[1 + ORDERED_BYTES_MAX], const Record *r, int64_t id);

/* ---- full text (text.c) ---- */

/* Brings the text index in line with a record that is about to be stored (old_row NULL: new; new_row NULL: deleted). Called
 * inside rec_insert, rec_put and rec_delete for each IX_TEXT index, and only when a text field or the index's `when` changed. The
 * rows are complete (the id is their first member), safe over writes, and already filtered by `when`: a row that is not in the
 * index is given as NULL. */
Err text_index_put(Tx *tx, const Record *r, const Index *ix, const void *old_row, const void *new_row);
/* Compares the postings of one text index with what the records say, both ways: one call of `say` per fault, *faults counts them.
 * In a read transaction; may use the transaction's arena. */
Err text_check(Tx *tx, const Record *r, const Index *ix, void (*say)(void *ctx, Str line), void *ctx, uint64_t *faults);

#endif
