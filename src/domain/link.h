/* link.h - addresses on the web that people write down. Pure. */
#ifndef DOMAIN_LINK_H
#define DOMAIN_LINK_H

#include "domain/domain.h"

enum { LINK_BYTES_MAX = 2000 };

/* http or https and a host, without what could end it in a header or a page. */
bool link_ok(Str s);
/* E_INVALID naming `field` unless all of them (STRS) are. */
Err links_ok(Call *c, const List *links, Str field);

#endif
