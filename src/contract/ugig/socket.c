/* The realtime channel, as the document shows it (realtime/phoenix.h serves it). */
#include "contract/socket.h"
#include "contract/ugig/ugig.h"

typedef struct PhoenixIn {
    Str key, vsn, token;
} PhoenixIn;
INPUTS(phoenix_in, PhoenixIn,
       INPUT("apikey", IN_QUERY, W_STR, PhoenixIn, key, NO_HAS, "What the client was made with; an access token here signs in.",
             .max = 4096, .flags = IN_SECRET),
       INPUT("vsn", IN_QUERY, W_STR, PhoenixIn, vsn, NO_HAS, "1.0.0 or 2.0.0.", .max = 10), SOCKET_TOKEN(PhoenixIn, token));
static const Route ugig_socket_routes[] = {
    SOCKET_ROUTE(
        "/realtime/v1/websocket", phoenix_in, "Channels as Supabase's clients speak them.",
        "The Phoenix channel protocol. phx_join with postgres_changes of messages and notifications gives the INSERTs that one "
        "may read; broadcasts on typing:<conversation> reach its participants."),
};
SECTION(ugig_socket, "Realtime", "Rows and broadcasts as they happen, over WebSocket.");
