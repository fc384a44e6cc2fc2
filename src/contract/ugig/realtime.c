/* Realtime broadcasts that come by HTTP, as Supabase clients send them from channels they did not join. */
#include "contract/ugig/ugig.h"

enum { BROADCASTS_MAX = 50, TOPIC_MAX = 246 /* with "realtime:" 255 */, EVENT_MAX = 255 };

typedef struct Said {
    Str topic, event, payload;
    bool private;
} Said;
typedef struct BroadcastIn {
    Rows messages;
} BroadcastIn;
INPUTS_NAMED(said_in, Said, "BroadcastMessage",
             INPUT("topic", IN_BODY, W_STR, Said, topic, NO_HAS, "The channel's name.", .flags = IN_REQUIRED, .min = 1,
                   .max = TOPIC_MAX),
             INPUT("event", IN_BODY, W_STR, Said, event, NO_HAS, "What happened.", .flags = IN_REQUIRED, .min = 1,
                   .max = EVENT_MAX),
             INPUT("payload", IN_BODY, W_JSON, Said, payload, NO_HAS, "Anything."),
             INPUT("private", IN_BODY, W_BOOL, Said, private, NO_HAS, "Makes no difference: every channel has its rules."));
INPUTS(broadcast_in, BroadcastIn,
       INPUT("messages", IN_BODY, W_ROWS, BroadcastIn, messages, NO_HAS, "What to say where.", .flags = IN_REQUIRED,
             .sub = &said_in, .min = 1, .max = BROADCASTS_MAX));

/* Accepted is not delivered: who may not say something there learns nothing about who is there. */
static Err say(Exchange *x, const Said *s) {
    Err e =
        x->ports->broadcast ? x->ports->broadcast(x->ports->ctx, x->arena, &x->actor, s->topic, s->event, s->payload) : E_BUSY;
    return e == E_FORBIDDEN || e == E_MISSING ? OK : e;
}

static Err broadcast(Exchange *x) {
    const BroadcastIn *in = x->in;
    const Said *all = in->messages.items;
    Err e = OK;
    for (size_t i = 0; i < in->messages.count && e == OK; i++)
        e = say(x, &all[i]);
    x->reply->status = 202;
    return e;
}

INPUTS(event_in, Said,
       INPUT("topic", IN_PATH, W_STR, Said, topic, NO_HAS, "The channel's name.", .flags = IN_REQUIRED, .min = 1,
             .max = TOPIC_MAX),
       INPUT("event", IN_PATH, W_STR, Said, event, NO_HAS, "What happened.", .flags = IN_REQUIRED, .min = 1, .max = EVENT_MAX),
       INPUT("private", IN_QUERY, W_BOOL, Said, private, NO_HAS, "Makes no difference: every channel has its rules."));

/* The body is the payload. */
static Err broadcast_one(Exchange *x) {
    Said s = *(const Said *)x->in;
    const Json *checked;
    s.payload = x->req->body;
    if (s.payload.n && (!str_utf8_valid(s.payload) || json_parse(x->arena, s.payload, &checked, NULL)))
        return diag_fail(&x->diag, E_SYNTAX, NULL, S("The body is not JSON."));
    Err e = say(x, &s);
    x->reply->status = 202;
    return e;
}

static const Route ugig_realtime_routes[] = {
    {.method = "POST",
     .path = "/realtime/v1/api/broadcast",
     .handler = broadcast,
     .in = &broadcast_in,
     .shape = SHAPE_NONE,
     .status = 202,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_BUSY) | ERR(E_TOO_LARGE),
     .summary = "Broadcast to channels.",
     .doc = "Who is joined there hears it; channels of a conversation are for its participants."},
    {.method = "POST",
     .path = "/realtime/v1/api/broadcast/{topic}/events/{event}",
     .handler = broadcast_one,
     .in = &event_in,
     .shape = SHAPE_NONE,
     .status = 202,
     .body = BODY_RAW,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_BUSY) | ERR(E_TOO_LARGE) | ERR(E_SYNTAX),
     .summary = "Broadcast one event to a channel."},
};
SECTION(ugig_realtime, "Realtime", "Broadcasts; changes and the rest come at the WebSocket /realtime/v1/websocket.");
