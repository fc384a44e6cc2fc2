/* idcache.h - ids whose text was asked for lately, and texts whose id was. Enciphering or deciphering one costs some 500
 * instructions, a hit 40; a list shows dozens, and nearly every request names one.
 *
 * A table each way for all threads, without locks: each slot has a sequence number that is odd while somebody writes it, and a
 * reader that saw it change takes it for a miss (a seqlock; Boehm, "Can seqlocks get along with programming language memory
 * models?", 2012). Holds nothing that is not in the answers anyway. */
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
/* idmap_uuid_id by the cache (NULL is fine). Only what was deciphered and found to be genuine is remembered. */
bool idcache_id(IdCache *c, const IdMap *m, uint8_t kind, Str uuid, int64_t *id);

#endif
