/* chain.h - the hash chain under the audit log: an entry cannot be changed, dropped or reordered without every later hash
 * changing.
 *
 * step(prev, entry) = SHA-256("gigbox audit 1\n" ‖ prev ‖ entry length, 8 bytes little-endian ‖ entry). The chain starts from 32
 * zero bytes. Pure. */
#ifndef CRYPTO_CHAIN_H
#define CRYPTO_CHAIN_H

#include "base/str.h"

enum { CHAIN_BYTES = 32 };

/* `next` may be `prev`. */
void chain_step(const uint8_t prev[CHAIN_BYTES], Str entry, uint8_t next[CHAIN_BYTES]);

#endif
