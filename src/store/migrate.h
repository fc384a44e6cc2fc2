/* migrate.h - the version of what is in the data file, and how an older one is brought up.
 *
 * A new field needs no version: absent fields decode to zero. A version is for what old records cannot say by themselves: a new
 * index over old records, a field whose meaning changed, a record that was split. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/store.h"

enum { SCHEMA_VERSION = 1 };

typedef struct Migration {
    uint32_t to;     /* brings version to - 1 to this */
    const char *doc; /* what it does, for the log */
    StoreWriteFn *run; /* argument: NULL. One transaction with the version's change: all or nothing. */
} Migration;

/* The released ones, ascending without gaps, ending at SCHEMA_VERSION. Empty while the first version is the newest. */
extern const Migration *const migrations;
extern const size_t migration_count;

/* Writes SCHEMA_VERSION into a new file. */
Err schema_begin(Store *s);
/* Reads the file's version and runs what is missing up to `newest`. Before the first one the whole file is copied beside itself,
 * as gigbox.db.schema-<its version>. E_STATE: the file is of a newer gigbox, or older and this process may not write; E_CORRUPT:
 * it has no version, or no way leads from it to the newest. */
Err schema_bring(Store *s, const Migration *table, size_t n, uint32_t newest, Arena *a, Str *why);

#endif
