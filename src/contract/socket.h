/* socket.h - WebSocket paths as rows, so that a contract's document shows them. Upgrades never come here: the server hands them
 * to the realtime layer, whose dialects serve them; what does come is a plain request. */
#ifndef CONTRACT_SOCKET_H
#define CONTRACT_SOCKET_H

#include "contract/exchange.h"

/* E_SYNTAX: this path speaks WebSocket only. */
Err socket_plain(Exchange *x);

#define SOCKET_ROUTE(path_, in_, summary_, doc_) \
    {.method = "GET",                            \
     .path = (path_),                            \
     .handler = socket_plain,                    \
     .in = &(in_),                               \
     .shape = SHAPE_NONE,                        \
     .status = 101,                              \
     .access = ACCESS_OPEN,                      \
     .errors = ERR(E_SYNTAX),                    \
     .summary = (summary_),                      \
     .doc = (doc_)}
/* ?token= as Str `member` takes it. */
#define SOCKET_TOKEN(T, member)                                                                                        \
    INPUT("token", IN_QUERY, W_STR, T, member, NO_HAS, "The access token; or the cookie jwt from a page of this box.", \
          .max = 4096, .flags = IN_SECRET)

#endif
