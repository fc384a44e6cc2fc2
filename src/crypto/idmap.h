/* idmap.h - ids that the world sees: a reversible, keyed mapping of (kind, id) to a UUID or to 24 hex digits.
 *
 * There is no lookup table: the text IS the id, enciphered. The construction is SIV (Rogaway, Shrimpton 2006) over SipHash:
 *     tag  = SipHash(k1, id ‖ kind ‖ form), cut to 58 (UUID) or 48 (hex) bits
 *     body = id XOR SipHash(k2, tag ‖ form), 64 or 48 bits
 * so neighbours share nothing, the two forms of one id share nothing, and decoding checks the tag: a text that was not made with
 * this key, for this kind, does not decode (a guess succeeds once in 2^58 or 2^48). A UUID carries version 4 and variant 10 (RFC
 * 9562). Making a text costs about 500 instructions, reading one 600. Pure, thread-safe after idmap_init. */
#ifndef CRYPTO_IDMAP_H
#define CRYPTO_IDMAP_H

#include "base/str.h"
#include "crypto/siphash.h"

enum { IDMAP_KEY_BYTES = 32, IDMAP_UUID_CHARS = 36, IDMAP_HEX_CHARS = 24 };
/* The largest id that 24 hex digits can carry. */
#define IDMAP_HEX_ID_MAX ((INT64_C(1) << 48) - 1)

typedef struct IdMap {
    SipKey tag, body;
} IdMap;

/* From the box's key (32 secret bytes made on first start; losing it changes every id the world has seen). */
void idmap_init(IdMap *m, const uint8_t key[IDMAP_KEY_BYTES]);

/* Writes 36 characters, no NUL. `kind` is the record's permanent number. Any id. */
void idmap_uuid(const IdMap *m, uint8_t kind, int64_t id, char out[IDMAP_UUID_CHARS]);
/* The id behind a UUID of this kind (hex digits in either case); false for anything idmap_uuid did not make. */
bool idmap_uuid_id(const IdMap *m, uint8_t kind, Str uuid, int64_t *id);

/* Writes 24 characters, no NUL. 0 <= id <= IDMAP_HEX_ID_MAX, asserted: ids ascend from 1. */
void idmap_hex(const IdMap *m, uint8_t kind, int64_t id, char out[IDMAP_HEX_CHARS]);
bool idmap_hex_id(const IdMap *m, uint8_t kind, Str hex, int64_t *id);

#endif
