/* password.h - stored passwords: Argon2id (RFC 9106) as PHC strings.
 *
 * The default cost is 7 MiB and 5 passes with one lane: of the settings that the OWASP password storage cheat sheet calls equal
 * in strength it is the one with the least memory, and memory is what a small board has least of. Hashing is serialised: at most
 * PASSWORD_PARALLEL_MAX run at once (so at most that many times the memory), others wait in line, and a full line is E_BUSY.
 * Memory comes from the system for the time of one hash and goes back. Thread-safe. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include "base/err.h"

enum {
    PASSWORD_BYTES_MIN = 1,   /* the least that is hashed at all; the rule for people is the domain's */
    PASSWORD_BYTES_MAX = 256, /* longer ones are refused, not cut */
    PASSWORD_HASH_MAX = 128,  /* bytes of a PHC string with its NUL */
    PASSWORD_PARALLEL_MAX = 1,
    PASSWORD_WAITING_MAX = 32,
    PASSWORD_MEMORY_KIB = 7 * 1024,
    PASSWORD_PASSES = 5,
    PASSWORD_MEMORY_KIB_MAX = 64 * 1024, /* bounds of the settings and of what a stored hash may ask for */
    PASSWORD_PASSES_MAX = 64
};

/* The cost of hashes made from now on (settings). Out of bounds: E_INVALID, nothing changes. Call before threads start. */
Err password_cost(uint32_t memory_kib, uint32_t passes);

/* Hashes with a fresh 16-byte salt: "$argon2id$v=19$m=7168,t=5,p=1$…$…", NUL-terminated. E_INVALID (length), E_NOMEM, E_BUSY. */
Err password_hash(Str password, char out[PASSWORD_HASH_MAX]);

/* Does the password fit the stored hash? OK with *stale telling that the cost has changed since (hash again and store);
 * E_UNAUTHORIZED when it does not fit; E_NOMEM; E_BUSY; E_CORRUPT for a stored text that is no hash. An empty `stored` (an
 * unknown account, one without a password) takes as long as a wrong password and is E_UNAUTHORIZED. `stale` may be NULL. */
Err password_verify(Str password, Str stored, bool *stale);

/* 32 bytes that follow from a passphrase, a salt (8 to 48 bytes) and a cost, for encrypting: Argon2id with one lane. E_INVALID
 * (length of the passphrase), E_LIMIT (a cost out of bounds), E_NOMEM, E_BUSY. */
Err password_key(Str password, const uint8_t *salt, size_t salt_n, uint32_t memory_kib, uint32_t passes, uint8_t out[32]);

#endif
