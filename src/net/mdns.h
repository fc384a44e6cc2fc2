/* mdns.h - NAME.local on the local network: multicast DNS (RFC 6762) and DNS service discovery (RFC 6763).
 *
 * One thread on UDP port 5353 of every IPv4 interface answers for the name's address, and announces the page as a service
 * (_http._tcp, or _https._tcp) that file managers and browsers with discovery list. Names are announced at start and taken back
 * at the end. The name is not probed for before: two boxes on one network need two names, and the log says when it hears another
 * box claim the same one. Only questions of the local network are answered: those whose sender is in the subnet of an interface.
 */
#ifndef NET_MDNS_H
#define NET_MDNS_H

#include "base/err.h"

enum { MDNS_PORT = 5353, MDNS_LABEL_MAX = 63 };

typedef struct MdnsConfig {
    Str host;     /* letters, digits, hyphens; without .local */
    Str instance; /* what lists of services show, UTF-8, at most MDNS_LABEL_MAX bytes */
    uint16_t port;
    bool tls;
} MdnsConfig;

typedef struct Mdns Mdns;

/* Strings are copied. E_INVALID (the host's letters), E_BUSY (the port is taken by a program that shares it with nobody),
 * E_NOMEM. */
Mdns *mdns_start(const MdnsConfig *cfg, Err *err);
/* NULL is fine. */
void mdns_stop(Mdns *m);

#endif
