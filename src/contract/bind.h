/* bind.h - requests into input structs, by input rows.
 *
 * All that is wrong is named at once (up to DIAG_MAX_FIELDS), each under its wire name, nested ones as "parts.0.title". Unknown
 * members are ignored. An id in the path that does not decode is E_MISSING; one in a query or body becomes ID_UNKNOWN, which no
 * record has, so that the operation answers as it does for any id that does not exist. */
#ifndef CONTRACT_BIND_H
#define CONTRACT_BIND_H

#include "contract/exchange.h"

#define ID_UNKNOWN INT64_C(-1)

/* Parses the query and, when the route's rows want it, the body, into x->query and x->body. E_SYNTAX, E_TOO_LARGE, E_MEDIA,
 * E_INVALID (JSON that is no object), E_NOMEM. */
Err body_parse(Exchange *x);
/* Fills x->in (allocated here, zeroed) by the rows of x->route->in from x->params, x->query, x->body. E_INVALID with x->diag,
 * E_MISSING, E_NOMEM. */
Err bind_input(Exchange *x);
/* The English words for a fault: "is required", "must be a whole number". */
Str fault_text(Exchange *x, const Input *row, Fault f, Str value);

#endif
