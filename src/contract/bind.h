/* bind.h - from a request to an operation's input struct, by input rows.
 *
 * All faulty fields are named at once in ex->diag, by the domain's field names. Unknown fields are ignored. */
#ifndef CONTRACT_BIND_H
#define CONTRACT_BIND_H

#include "codec/multipart.h"
#include "contract/engine.h"

/* Allocates ex->in (route->in_size bytes) and fills it. E_SYNTAX: the query or the body cannot be parsed; E_INVALID: fields; E_MISSING: an id in the
 * path that does not decode; E_TOO_LARGE, E_NOMEM. */
Err bind_input(Exchange *ex);

/* The multipart body of an upload. E_MEDIA when it is something else. A body that is multipart by its first line counts whatever its label. */
Err bind_multipart(const Request *req, Multipart *out);

/* The wire name of a domain field in this route's input rows (the domain's own name when no row has it). */
Str bind_wire_name(const Route *route, Str field);

/* An id in the contract's form; false when it is not one of this kind. */
bool bind_id(const Contract *contract, const IdMap *ids, uint8_t kind, Str text, int64_t *id);

#endif
