/* session.h - what the dialects share: who a socket belongs to, transactions in its name, what one frame may cost. */
#ifndef REALTIME_SESSION_H
#define REALTIME_SESSION_H

#include "realtime/hub.h"

enum { CLOSE_UNAUTHORIZED = 4401, CLOSE_FORBIDDEN = 4403, CLOSE_MISSING = 4404 };

/* The client is who this access token says. E_UNAUTHORIZED. */
Err socket_token(Hub *hub, Client *cl, Str token, Arena *a);
/* The same by the request that opened the socket: ?token=, Authorization: Bearer, or the cookie, which counts only when the
 * request comes from this origin (browsers send it from anywhere). E_UNAUTHORIZED. */
Err socket_identify(Hub *hub, Client *cl, const Request *req);
/* The value of a query parameter; {NULL,0} when absent. */
Str socket_query(const Request *req, const char *name);
/* The n-th segment of a path, from 0; {NULL,0} beyond the last. */
Str socket_segment(Str path, unsigned n);

typedef Err SocketFn(Call *c, void *arg);
/* Runs fn in a read transaction as the client, whose session is checked first: it may have ended since the socket was opened.
 * E_UNAUTHORIZED then. `d` may be NULL. */
Err socket_read(Hub *hub, Client *cl, Arena *a, Diag *d, SocketFn *fn, void *arg);
/* The same as a write function (store.h). */
Err socket_write(Hub *hub, Client *cl, Arena *a, Diag *d, SocketFn *fn, void *arg);
/* Counts one frame of the client: sockets count like any other requests of the account, but by a key of their own. False: too
 * many. */
bool socket_rate(Hub *hub, Client *cl, Arena *a);
/* The participants of a conversation that the client takes part in. E_MISSING, E_FORBIDDEN. */
typedef struct Room {
    int64_t conversation;
    int64_t users[16]; /* MEMBERS_MAX */
    size_t n;
} Room;
Err socket_room(Hub *hub, Client *cl, Arena *a, int64_t conversation, Room *room);
/* The close code for what went wrong while a socket was opened. */
int socket_close(Err e);

#endif
