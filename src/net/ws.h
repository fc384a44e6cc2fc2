/* ws.h - WebSocket connections (RFC 6455, version 13, no extensions).
 *
 * A WsConn is made when a client asks for an upgrade. The application decides in ws_open whether to accept; from then on
 * it may send from any thread at any time, and gets ws_message for each complete text or binary message and exactly one
 * ws_closed. Callbacks of one connection never overlap and keep their order: ws_open, ws_message..., ws_closed.
 *
 * The server answers pings, sends its own after HttpConfig.ws_ping_ms of silence and drops a peer that stays silent;
 * joins fragments; closes with 1002 on a protocol error (unmasked frame, bad opcode, reserved bits), 1007 on text that is
 * not UTF-8, 1009 on a message over ws_message_bytes_max.
 *
 * Lifetime: reference counted. The server holds one reference until after ws_closed; keep the pointer longer (in a hub) only
 * with ws_ref, and give it back with ws_unref. Every function here is safe on a closed connection. */
#ifndef NET_WS_H
#define NET_WS_H

#include "base/err.h"
#include "base/str.h"

typedef struct WsConn WsConn;

enum { WS_SUBPROTOCOL_BYTES = 64 };

/* Close codes that are used here (RFC 6455 7.4.1); 4000 to 4999 are the application's. */
enum {
    WS_NORMAL = 1000,
    WS_GOING_AWAY = 1001,
    WS_PROTOCOL = 1002,
    WS_NO_CODE = 1005,  /* ws_closed only: the peer's close frame had no code */
    WS_ABNORMAL = 1006, /* ws_closed only: the connection went without a close frame */
    WS_BAD_TEXT = 1007,
    WS_POLICY = 1008,
    WS_TOO_BIG = 1009,
    WS_INTERNAL = 1011
};

/* The answer of ws_open. Refused: the Reply is sent as an ordinary answer (it comes as 404) and ws_closed is not called.
 * Accepted: `subprotocol` (static or from the request's arena) is confirmed when it is not empty; it must be one of those that
 * the client offered in Sec-WebSocket-Protocol. Frames sent with ws_send or ws_close inside ws_open follow the handshake. */
typedef struct WsAccept {
    bool ok;
    Str subprotocol;
} WsAccept;

WsConn *ws_ref(WsConn *conn);
void ws_unref(WsConn *conn); /* NULL is allowed */

/* Queues one message; copies it. Never blocks: the bytes leave through a worker. OK, E_LIMIT (the peer reads too slowly: the
 * queue is full and the connection is being cut), E_STATE (closing or closed), E_NOMEM. */
Err ws_send(WsConn *conn, bool text, Str message);

/* Sends what is queued, then a close frame with code and reason (cut to 123 bytes), and closes once the peer answers or
 * after a few seconds. Later calls do nothing. */
void ws_close(WsConn *conn, int code, Str reason);

/* One pointer of the application's, set in ws_open before anyone else can see the connection. */
void ws_set_user(WsConn *conn, void *user);
void *ws_user(const WsConn *conn);
/* A number that no other connection of this process ever had. */
uint64_t ws_id(const WsConn *conn);

#endif
