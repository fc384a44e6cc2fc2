/* answers.h - answers kept for the next who asks the same.
 *
 * What a route answers to somebody who is not signed in follows from path and query, the data, and the time. The front page of a
 * marketplace is asked for far more often than anything in it changes; so the answers of routes that say so (Route.kept) are kept
 * with the version of the data they were made from, and given again for ANSWERS_MS at most, while that version is the newest one:
 * whoever has been told of a write never sees an answer from before it. Only what is not in the data may be that late: counts of
 * views, the end of a boost.
 *
 * All functions are thread-safe and do nothing when the table is NULL. */
#ifndef CONTRACT_ANSWERS_H
#define CONTRACT_ANSWERS_H

#include "contract/request.h"

typedef struct Answers Answers;

enum {
    ANSWERS_SLOTS = 64,              /* a power of two */
    ANSWER_BYTES_MAX = 64 * 1024,    /* address and body; longer ones are not kept */
    ANSWERS_BYTES_MAX = 1024 * 1024, /* all together */
    ANSWERS_MS = 1000
};

/* NULL: no memory. */
Answers *answers_new(void);
void answers_free(Answers *a);
/* The 200 that was kept for this request, into rep's body and content type; true when there was one. now_ms: any clock that does
 * not jump. */
bool answers_get(Answers *a, const Request *req, uint64_t version, int64_t now_ms, Reply *rep);
/* Keeps a 200 that was made from this version (not 0) of the data. */
void answers_put(Answers *a, const Request *req, uint64_t version, int64_t now_ms, const Reply *rep);

#endif
