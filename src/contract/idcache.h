/* idcache.h - ids whose text was asked for lately. Enciphering one costs some 500 instructions, a hit 40; a list shows dozens.
 *
 * One table for all threads, without locks: each slot has a sequence number that is odd while somebody writes it, and a reader
 * that saw it change takes it for a miss (a seqlock; Boehm, "Can seqlocks get along with programming language memory models?",
 * 2012). Holds nothing that is not in the answers anyway. */
#ifndef CONTRACT_IDCACHE_H
#define CONTRACT_IDCACHE_H

#include "crypto/idmap.h"

enum { IDCACHE_SLOTS = 2048 };
typedef struct IdCache IdCache;

/* NULL: no memory. */
IdCache *idcache_new(void);
void idcache_free(IdCache *c);
/* Writes the UUID, 36 characters, by the cache (NULL is fine) or by idmap_uuid. `p` has room for 40. */
void idcache_uuid(IdCache *c, const IdMap *m, uint8_t kind, int64_t id, char *p);

#endif
