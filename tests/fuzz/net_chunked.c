/* Chunked bodies: decoding in place, in two pieces and in one must agree; nothing is written ahead of what was read. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/chunked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return 0;
    size_t n = size - 1, cut = n ? data[0] % (n + 1) : 0, used, made;
    char *whole = malloc(n + 1), *split = malloc(n + 1);
    memcpy(whole, data + 1, n);
    memcpy(split, data + 1, n);

    Chunked a = {0};
    ChunkedResult r = chunked_feed(&a, whole, n, whole, &used, &made);
    assert(used <= n && made <= used && (r != CHUNKED_MORE || used == n));

    Chunked b = {0};
    size_t used2 = 0, made2 = 0, u, m;
    ChunkedResult r2 = chunked_feed(&b, split, cut, split, &u, &m);
    used2 += u, made2 += m;
    if (r2 == CHUNKED_MORE) {
        r2 = chunked_feed(&b, split + cut, n - cut, split + made2, &u, &m);
        used2 += u, made2 += m;
    }
    assert(r == r2 && used == used2 && made == made2 && memcmp(whole, split, made) == 0);
    free(whole);
    free(split);
    return 0;
}
