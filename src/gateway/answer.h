/* answer.h - reading the few fields we want out of JSON.
 *
 * A path is member names joined by dots ("payload.payment.entity"). What is absent, null or of another type reads as empty. Pure.
 */
#ifndef GATEWAY_ANSWER_H
#define GATEWAY_ANSWER_H

#include "codec/json.h"

typedef const Json *Answer; /* NULL: absent */

/* Parses a whole JSON text into the arena; NULL when it is none (or memory ran out). */
Answer answer_of(Arena *a, Str text);
Answer answer_at(Answer from, const char *path);
Str answer_str(Answer from, const char *path);
/* A whole number that fits. */
bool answer_i64(Answer from, const char *path, int64_t *v);
/* Present and true. */
bool answer_bool(Answer from, const char *path);
/* for (JsonIter it = json_iter(list); (item = answer_next(&it));) over the elements of an array; NULL at its end. */
Answer answer_next(JsonIter *it);

#endif
