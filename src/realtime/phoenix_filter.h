/* phoenix_filter.h - which rows a subscription to changes wants: "column=operator.value", several joined by commas (all must
 * hold).
 *
 * Operators: eq, neq, lt, lte, gt, gte, in.(a,b), is.null|true|false, isdistinct, like, ilike (% and _), each also behind "not.".
 * Values with commas, brackets, quotes or blanks at the ends stand in double quotes, \ before " and \. Pure, thread-safe. */
#ifndef REALTIME_PHOENIX_FILTER_H
#define REALTIME_PHOENIX_FILTER_H

#include "codec/json.h"

enum { FILTER_BYTES_MAX = 512 };

/* Whether it can be read at all. An empty one wants everything. */
bool filter_valid(Str filter);
/* Whether the record, an object, satisfies it. A null satisfies nothing but is.null, isdistinct and their like. */
bool filter_match(Str filter, const Json *record);

#endif
