#include "contract/socket.h"

Err socket_plain(Exchange *x) {
    reply_header(x->reply, "Upgrade", S("websocket"));
    return diag_fail(&x->diag, E_SYNTAX, NULL, S("This path speaks WebSocket only."));
}
