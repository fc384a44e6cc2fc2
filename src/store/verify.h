/* verify.h - may this file be handed to LMDB?
 *
 * LMDB trusts its file: a page number out of range or a bad offset makes it read outside the map and crash. These functions read
 * the pages with pread and believe nothing. The layout is that of LMDB 0.9 (its mdb.c: MDB_meta, MDB_page, MDB_node). */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "store/store.h"

/* The two meta pages: magic, version, word size, page size, and that the file is as long as they need. A file that is absent or
 * empty is fine. E_CORRUPT with a sentence in *why (arena `a`, may be NULL), E_IO. */
Err verify_file(const char *path, Arena *a, Str *why);
/* What opening checks: every branch page of every tree, and every leaf too when the file is small enough for it to be unnoticed
 * (VERIFY_LEAVES_BYTES). */
Err verify_quick(Store *s, Arena *a, Str *why);
/* Every page of every tree of the snapshot that `tx` reads, each at most once, free ones too. One `say` per fault. */
Err verify_pages(Tx *tx, bool leaves, void (*say)(void *ctx, Str line), void *ctx, uint64_t *faults);

#endif
