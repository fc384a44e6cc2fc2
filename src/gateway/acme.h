/* acme.h - a certificate from an authority that speaks ACME (RFC 8555), proven by http-01: the authority fetches a short text
 * from port 80 of each name.
 *
 * One call gets one certificate: account (made or found by its key), order, proofs, certificate signing request, certificate.
 * Requests are signed in ES256; a nonce that the authority does not take any more is replaced. The call blocks, at most some
 * minutes, keeps nothing, and may be made by any one thread with no transaction open. */
#ifndef GATEWAY_ACME_H
#define GATEWAY_ACME_H

#include "crypto/p256.h"
#include "gateway/fetch.h"

enum { ACME_NAMES_MAX = 16, ACME_WHY_BYTES = 320, ACME_TOKEN_BYTES_MAX = 128, ACME_ANSWER_BYTES = ACME_TOKEN_BYTES_MAX + 48 };

typedef struct Acme {
    Fetch fetch;
    Str directory; /* https:// address of the authority's directory */
    Str email;     /* where the authority may write to; empty: nowhere */
    const P256Key *account;
    void *ctx;
    /* From now on http://NAME/.well-known/acme-challenge/TOKEN answers `answer`; with an empty answer no more. */
    void (*publish)(void *ctx, Str token, Str answer);
    /* Waits; false when it should end. */
    bool (*wait)(void *ctx, int64_t ms);
} Acme;

/* A certificate for these host names with a fresh key: `pem` gets the private key, then the chain. E_NETWORK (authority not
 * reached), E_PROVIDER (it refused, or could not see the proof; `why` has its words), E_INVALID (names), E_BUSY (ended by wait),
 * E_NOMEM. */
Err acme_obtain(const Acme *acme, Arena *a, const Str *names, size_t n, Buf *pem, char why[ACME_WHY_BYTES]);

/* For tests: the request for these names in DER, signed by the key, and a key's thumbprint (RFC 7638) in base64url. */
Err acme_request(Arena *a, const P256Key *key, const Str *names, size_t n, Buf *out);
void acme_thumbprint(const P256Key *key, Buf *out);

#endif
