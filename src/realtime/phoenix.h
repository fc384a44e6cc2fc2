/* phoenix.h - the Phoenix channels that Supabase clients speak, at /realtime/v1/websocket.
 *
 * Frames are {"topic","event","payload","ref","join_ref"} (?vsn=1.0.0) or [join_ref, ref, topic, event, payload] (2.0.0); in the
 * latter broadcasts may also come and go as binary frames (kinds 3 and 4 of the client's serializer). Topics are
 * "realtime:<name>".
 *
 * phx_join with config.postgres_changes is answered with the same list in the same order, each with an id, and followed by a
 * `system` message; from then on INSERTs (and UPDATEs) of the tables messages and notifications arrive as `postgres_changes` with
 * the ids of those subscriptions that want the row. Row level security: a message is for the participants of its conversation, a
 * notification for its user; whoever came without a user's token sees no row. Broadcasts of "typing:<conversation>" and
 * "conversation:<conversation>" go between the participants, those of "notifications:<user>" to that user, others between all who
 * are signed in and joined. Presence is accepted and empty. */
#ifndef REALTIME_PHOENIX_H
#define REALTIME_PHOENIX_H

#include "realtime/hub.h"

enum {
    PHOENIX_CHANNELS_MAX = 64,    /* joined by one socket */
    PHOENIX_BINDINGS_MAX = 8,     /* subscriptions to changes of one channel */
    PHOENIX_TOPIC_BYTES_MAX = 255,
    PHOENIX_REF_BYTES_MAX = 64,
    PHOENIX_KEY_BYTES_MAX = 4096  /* of the apikey */
};

extern const Dialect PHOENIX_DIALECT;

/* A broadcast that came by HTTP: `topic` without "realtime:", payload JSON text. Nobody hears it who might not by the socket;
 * what the actor may not say is dropped (E_FORBIDDEN, E_MISSING). */
Err phoenix_broadcast(Hub *hub, const Actor *actor, Arena *a, Str topic, Str event, Str payload);

#endif
