/* campus.h - the dialect of /ws: frames {"event":"…","data":{…}} both ways, as the campus contract documents them. */
#ifndef REALTIME_CAMPUS_H
#define REALTIME_CAMPUS_H

#include "realtime/hub.h"

/* The token comes as ?token= (a good one is answered AUTHENTICATED at once, a bad one ERROR and close 4401) or in AUTHENTICATE.
 * Other events before that get ERROR UNAUTHORIZED. */
extern const Dialect CAMPUS_DIALECT;

#endif
