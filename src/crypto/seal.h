/* seal.h - a stream of bytes closed with a passphrase, or to a key pair: what backups are encrypted with.
 *
 * Format "GIGBOXE1", by a passphrase. A header of SEAL_HEADER_BYTES, numbers big-endian:
 *
 *     0   8  "GIGBOXE1"
 *     8   4  memory of the key derivation in KiB        12  4  its passes
 *    16  16  salt
 *    32   4  bytes of plain text in a chunk (SEAL_CHUNK_BYTES)
 *    36   4  zero
 *
 * then chunks: so many bytes of cipher text (the last one 0 to so many) and a tag of 16 bytes each. The key is Argon2id
 * (RFC 9106, version 0x13, one lane, 32 bytes) of passphrase and salt. A chunk is ChaCha20-Poly1305 (RFC 8439) with the header as
 * additional data and the nonce: 7 zero bytes, the chunk's number from 0 in 4 bytes, and a byte that is 1 for the last chunk and
 * 0 before it. So nothing can be changed, swapped, cut off or added without the tags telling (the construction STREAM of Hoang,
 * Reyhanitabar, Rogaway, Vizar 2015). A salt is used for one stream only.
 *
 * Format "GIGBOXE2", to the holder of a private key: the same chunks behind another header,
 *
 *     0   8  "GIGBOXE2"
 *     8  32  a fresh public key of X25519 (RFC 7748)
 *
 * and the key is HKDF-SHA256 (RFC 5869) of the secret that this key and the receiver's share, with the header and the receiver's
 * public key as salt, and "gigbox backup" as info. Who closes a stream forgets the fresh key's private half, and then cannot open
 * it. A key is written as "gbpub" or "gbsec" and 72 hex digits: its 32 bytes and the first 4 of their SHA-256, so that a
 * mistyped one is told before it costs a backup.
 *
 * Pure but for the randomness of salts and fresh keys; a Seal belongs to one thread. Wipe it with secret_wipe. */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/err.h"

enum {
    SEAL_HEADER_BYTES = 40,
    SEAL_TAG_BYTES = 16,
    SEAL_CHUNK_BYTES = 64 * 1024,
    SEAL_MEMORY_KIB = 32 * 1024, /* a second on a small board, and it has that much to spare */
    SEAL_PASSES = 4,
    SEAL_KEY_BYTES = 32,
    SEAL_KEY_CHARS = 77 /* as text, without a NUL */
};

typedef struct Seal {
    uint8_t header[SEAL_HEADER_BYTES], key[32];
    uint32_t chunk; /* the number of the next one */
} Seal;

/* A fresh salt and its key; s->header goes out first. E_INVALID (an empty or too long passphrase), E_NOMEM. */
Err seal_begin(Seal *s, Str passphrase);
/* Closes `n` bytes (at most SEAL_CHUNK_BYTES; all but the last chunk exactly so many) in place; the tag goes behind them.
 * E_TOO_LARGE after 2^32 chunks. */
Err seal_chunk(Seal *s, uint8_t *p, size_t n, bool last, uint8_t tag[SEAL_TAG_BYTES]);

/* These bytes begin a sealed stream. */
bool seal_is(Str head);
/* A fresh pair of keys, as text without a NUL. */
void seal_pair(char public_key[SEAL_KEY_CHARS], char private_key[SEAL_KEY_CHARS]);
/* Whether a text is a key of this kind, with or without white space around it. */
bool seal_public_ok(Str key);
bool seal_private_ok(Str key);
/* As seal_begin, to the holder of the private key. E_INVALID: no public key. */
Err seal_begin_to(Seal *s, Str public_key);
/* This header is of a stream that wants a private key. */
bool seal_wants_key(const uint8_t header[SEAL_HEADER_BYTES]);
/* As seal_open, for such a header. E_SYNTAX; E_INVALID: no private key. */
Err seal_open_with(Seal *s, const uint8_t header[SEAL_HEADER_BYTES], Str private_key);

/* The key for a header that was read. E_SYNTAX (no header, or one that asks for more than is sane), E_INVALID, E_NOMEM. */
Err seal_open(Seal *s, const uint8_t header[SEAL_HEADER_BYTES], Str passphrase);
/* Opens a chunk in place. E_UNAUTHORIZED: another passphrase, or the stream was changed; p then holds nothing of use. */
Err seal_unchunk(Seal *s, uint8_t *p, size_t n, bool last, const uint8_t tag[SEAL_TAG_BYTES]);

#endif
