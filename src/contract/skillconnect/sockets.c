/* The channels, as the document shows them (realtime/channels.h serves them). */
#include "contract/skillconnect/skillconnect.h"
#include "contract/socket.h"
#include "domain/conversation.h"

typedef struct ChannelIn {
    int64_t id;
    Str kind, order, token;
} ChannelIn;
INPUTS(notifications_in, ChannelIn, SOCKET_TOKEN(ChannelIn, token));
INPUTS(chat_in, ChannelIn, INPUT_ID("conversation_id", ChannelIn, id, &CONVERSATION, "Which conversation."),
       SOCKET_TOKEN(ChannelIn, token));
INPUTS(contracts_in, ChannelIn,
       INPUT("order_type", IN_PATH, W_STR, ChannelIn, kind, NO_HAS, "serviceorder, service, proposalorder or proposal.",
             .flags = IN_REQUIRED, .max = 20),
       INPUT("order_id", IN_PATH, W_STR, ChannelIn, order, NO_HAS, "Which order.", .flags = IN_REQUIRED, .max = 20),
       SOCKET_TOKEN(ChannelIn, token));

static const Route skillconnect_sockets_routes[] = {
    SOCKET_ROUTE("/ws/notifications", notifications_in, "One's notifications of orders.",
                 "From the box: {id, title, client, status, text, created_at}. Without a session: close 4401."),
    SOCKET_ROUTE(
        "/ws/messaging/chat/{conversation_id}", chat_in, "A conversation as it goes on.",
        "To the box: {type: \"typing\", typing}. From the box: {type: \"typing\", conversation_id, user_id, typing}, {type: "
        "\"presence\", conversation_id, user_id, status}, and each new message. Close 4401 without a session, 4403 for "
        "strangers."),
    SOCKET_ROUTE("/ws/messaging/contracts/{order_type}/{order_id}", contracts_in, "The contracts of an order as they change.",
                 "From the box: the contract, {id, amount, status, workflow_status, …}. Close 4401 and 4403 as above."),
};
SECTION(skillconnect_sockets, "Channels", "Events as they happen, over WebSocket.");
