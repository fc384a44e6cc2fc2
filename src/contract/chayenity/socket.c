/* The chat socket, as the document shows it (realtime/chayenity.h serves it). */
#include "contract/socket.h"
#include "contract/chayenity/chayenity.h"

typedef struct RoomSocketIn {
    Str room, token;
} RoomSocketIn;
INPUTS(room_socket_in, RoomSocketIn,
       INPUT("room_id", IN_PATH, W_STR, RoomSocketIn, room, NO_HAS, "Which room.", .flags = IN_REQUIRED, .max = 40),
       SOCKET_TOKEN(RoomSocketIn, token));
static const Route chayenity_socket_routes[] = {
    SOCKET_ROUTE(
        "/ws/chat/{room_id}", room_socket_in, "A room as it goes on.",
        "Frames are {type, data}. From the box: message, user_joined, user_left, typing. To the box: {type: \"send_message\", "
        "content, image_url} and {type: \"typing\", is_typing}. Close 4401 without a session, 4403 for strangers, 4404 where "
        "there is no room."),
};
SECTION(chayenity_socket, "Events", "Chat over WebSocket.");
