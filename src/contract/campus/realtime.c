/* The WebSocket, as the document shows it (realtime/campus.h serves it). */
#include "contract/campus/campus.h"
#include "contract/socket.h"

typedef struct SocketIn {
    Str token;
} SocketIn;

INPUTS(socket_in, SocketIn,
       INPUT("token", IN_QUERY, W_STR, SocketIn, token, NO_HAS,
             "The access token; or the cookie jwt from a page of this box; or send AUTHENTICATE first.", .max = 2000,
             .flags = IN_SECRET));

static const Route campus_realtime_routes[] = {
    {.method = "GET",
     .path = "/ws",
     .handler = socket_plain,
     .in = &socket_in,
     .shape = SHAPE_NONE,
     .status = 101,
     .access = ACCESS_OPEN,
     .errors = ERR(E_SYNTAX),
     .summary = "Open the event channel.",
     .doc =
         "Frames are {\"event\":\"…\",\"data\":{…}} both ways. To the box: AUTHENTICATE {token}, SUBSCRIBE_CHAT, CHAT_MESSAGE "
         "{text, attachments}, TYPING_START and TYPING_STOP, each with orderId or conversationId; MESSAGE_READ {messageId}; "
         "CALL_RING, CALL_ACCEPT, CALL_REJECT, CALL_OFFER, "
         "CALL_ANSWER, CALL_ICE and CALL_END {callId or roomId, and whatever else}, which go on to the other participants with "
         "callId, roomId and userId. "
         "From the box: AUTHENTICATED {userId}, CHAT_MESSAGE and MESSAGE_UPDATED {messageId, orderId, conversationId, senderId, "
         "text, attachments, reactions, createdAt}, MESSAGE_READ {messageId, orderId, conversationId, userId}, TYPING_START and "
         "TYPING_STOP {orderId, conversationId, userId}, ORDER_UPDATE {orderId, status, escrowState, gigId}, NEW_APPLICATION "
         "{gigId, applicationId}, NOTIFICATION {type, title, body}, CALL_UPDATE {a call}, ERROR {code, message}. Anything before "
         "AUTHENTICATE is "
         "answered ERROR UNAUTHORIZED; a bad token in the address closes with 4401."},
};
SECTION(campus_realtime, "Realtime", "Events as they happen.");
