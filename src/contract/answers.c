#include "contract/answers.h"

#include <stdlib.h>

#include "base/rand.h"
#include "contract/keep.h"
#include "crypto/siphash.h"

static const Str kept_type = STR_INIT("application/json");

struct Answers {
    SipKey key;
    Keep *keep;
};

Answers *answers_new(void) {
    Answers *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    rand_bytes(&a->key, sizeof a->key);
    a->keep = keep_new((KeepLimits){.slots = ANSWERS_SLOTS, .text_bytes = ANSWER_BYTES_MAX, .bytes = ANSWERS_BYTES_MAX});
    return a; /* without a table it keeps nothing */
}

void answers_free(Answers *a) {
    if (a)
        keep_free(a->keep);
    free(a);
}

static KeepKey key_of_request(const Answers *a, const Request *req) {
    uint64_t path = siphash(&a->key, req->path.p, req->path.n), query = siphash(&a->key, req->query.p, req->query.n);
    return (KeepKey){.hash = path ^ query * 3, .a = req->path, .b = req->query};
}

bool answers_get(Answers *a, const Request *req, uint64_t version, int64_t now_ms, Reply *rep) {
    if (!a)
        return false;
    KeepKey key = key_of_request(a, req);
    if (!keep_get(a->keep, &key, version, now_ms, &rep->body))
        return false;
    rep->content_type = kept_type;
    rep->status = 200;
    return true;
}

void answers_put(Answers *a, const Request *req, uint64_t version, int64_t now_ms, const Reply *rep) {
    if (!a || rep->status != 200 || rep->stream || rep->fixed.p || rep->headers.n || !str_eq(rep->content_type, kept_type))
        return;
    KeepKey key = key_of_request(a, req);
    keep_put(a->keep, &key, version, now_ms + ANSWERS_MS, buf_str(&rep->body));
}
