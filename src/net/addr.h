/* addr.h - network addresses, blocks of them, and how many connections each has.
 *
 * A NetAddr is 16 bytes; IPv4 is kept as the mapped ::ffff:a.b.c.d, so that one form serves both. */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include <pthread.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/str.h"

enum { NET_ADDR_TEXT = 48, NET_BLOCKS_MAX = 16 };

typedef struct NetAddr {
    uint8_t b[16];
} NetAddr;

/* From accept(2) or getsockname(2). `port` may be NULL. */
NetAddr addr_of_sockaddr(const struct sockaddr_storage *sa, int *port);
/* Text form ("10.0.0.1", "2001:db8::1"), without a scope or port. False when it is neither. */
bool addr_parse(Str text, NetAddr *out);
/* The text of an address into out; returns a view of it. */
Str addr_text(const NetAddr *a, char out[NET_ADDR_TEXT]);

/* "ADDR:PORT" as HttpListen has it. E_INVALID when it is not that. An empty ADDR is the IPv6 wildcard, *dual true: listen on IPv4
 * as well, and on IPv4 alone where the kernel has no IPv6. */
Err addr_parse_listen(const char *text, struct sockaddr_storage *out, socklen_t *len, bool *dual);

/* A list of addresses and CIDR blocks. */
typedef struct NetBlocks {
    struct {
        NetAddr addr;
        int bits; /* of 128 */
    } block[NET_BLOCKS_MAX];
    size_t count;
} NetBlocks;
/* Comma-separated; blanks are ignored. E_INVALID on a bad entry or too many of them. */
Err blocks_parse(Str text, NetBlocks *out);
bool blocks_have(const NetBlocks *blocks, const NetAddr *a);

/* The client behind trusted proxies: walks X-Forwarded-For from its right end (the nearest proxy wrote that) and gives the first
 * address that is no trusted proxy; `peer` when the peer itself is not trusted or the header ends first. */
NetAddr addr_forwarded(const NetBlocks *trusted, const NetAddr *peer, Str x_forwarded_for);

/* How many connections each address has; an IPv6 /64 counts as one, since one customer gets that many. Thread-safe. */
typedef struct AddrTable AddrTable;
/* Room for `max` different addresses at a time. NULL: no memory. */
AddrTable *addr_table_new(size_t max);
void addr_table_free(AddrTable *t);
/* Counts one more, unless the address has `limit` already (false). limit 0: no limit. Pair with addr_table_drop. */
bool addr_table_add(AddrTable *t, const NetAddr *a, uint32_t limit);
void addr_table_drop(AddrTable *t, const NetAddr *a);

#endif
