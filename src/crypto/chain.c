#include "crypto/chain.h"

#include "crypto/hmac.h"

void chain_step(const uint8_t prev[CHAIN_BYTES], Str entry, uint8_t next[CHAIN_BYTES]) {
    uint8_t length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)((uint64_t)entry.n >> (8 * i));
    Sha256 s;
    sha256_init(&s);
    sha256_add(&s, S("gigbox audit 1\n"));
    sha256_add(&s, str_of(prev, CHAIN_BYTES));
    sha256_add(&s, str_of(length, sizeof length));
    sha256_add(&s, entry);
    sha256_out(&s, next);
}
