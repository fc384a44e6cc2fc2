/* Video calls: who, when and about what. Signals between the browsers go by the WebSocket. */
#include "contract/campus/campus.h"
#include "domain/application.h"
#include "domain/gig.h"
#include "domain/user.h"
#include "domain/video_call.h"

WORDS(campus_call_words, "CallState", WORD(CALL_COMING, "coming"), WORD(CALL_RUNNING, "running"), WORD(CALL_OVER, "over"));

static bool call_state(Render *r, const void *row, Value *out) {
    (void)r;
    const VideoCall *v = row;
    out->i = v->ended_ms ? CALL_OVER : v->started_ms ? CALL_RUNNING : CALL_COMING;
    return true;
}
static bool call_people(Render *r, const void *row, Value *out) {
    const VideoCall *v = row;
    User *people = ARENA_ARRAY(r->arena, v->participants.count, User); /* their ids: the view loads the rest */
    size_t n = 0;
    ListIter it = list_iter(&v->participants);
    while (people && n < v->participants.count && list_i64(&it, &people[n].id))
        n++;
    out->rows = (Rows){people, n};
    return true;
}

VIEW(campus_call_view, VideoCall, "Call", "People who talk face to face.", SHOW_ID("id", VideoCall, id, &VIDEO_CALL, "Its id."),
     SHOW("roomId", W_STR, VideoCall, room, "An unguessable name that both join under."),
     SHOW_ID("initiatorId", VideoCall, initiator, &USER, "Who calls."),
     SHOW("participantIds", W_IDS, VideoCall, participants, "Who takes part, the caller first.", .kind = &USER),
     SHOW_GET("participants", W_ROWS, call_people, "The same in short.", .view = &campus_person_view),
     SHOW_ID("gigId", VideoCall, gig, &GIG, "About which gig.", .empty = EMPTY_NULL),
     SHOW_ID("applicationId", VideoCall, application, &APPLICATION, "And which application.", .empty = EMPTY_NULL),
     SHOW_GET("state", W_WORD, call_state, "Whether it is still to come, running or over.", .words = &campus_call_words),
     SHOW("scheduledAt", W_TIME, VideoCall, scheduled_ms, "When it is to begin.", .empty = EMPTY_NULL),
     SHOW("startedAt", W_TIME, VideoCall, started_ms, "When it began.", .empty = EMPTY_NULL),
     SHOW("endedAt", W_TIME, VideoCall, ended_ms, "When it was over.", .empty = EMPTY_NULL),
     SHOW("createdAt", W_TIME, VideoCall, created_ms, "When it was made."));

INPUTS(call_in, VideoCallIn,
       INPUT("userId", IN_BODY, W_ID, VideoCallIn, with, NO_HAS, "Whom.", .kind = &USER, .flags = IN_REQUIRED),
       INPUT("gigId", IN_BODY, W_ID, VideoCallIn, gig, NO_HAS, "About which gig.", .kind = &GIG),
       INPUT("scheduledAt", IN_BODY, W_TIME, VideoCallIn, scheduled_ms, NO_HAS, "When; now when it is not said."));
INPUTS(call_id_in, IdIn, INPUT_ID("id", IdIn, id, &VIDEO_CALL, "Which call."));
INPUTS(call_history_in, CallHistoryIn,
       INPUT("limit", IN_QUERY, W_INT, CallHistoryIn, limit, NO_HAS, "At most so many.", .flags = IN_CLAMP | IN_DEFAULT, .min = 1,
             .max = LIST_LIMIT_MAX, .fallback = LIST_LIMIT_DEFAULT));

static Err call_before(Exchange *x) {
    VideoCallIn *in = x->in;
    in->scheduled = in->scheduled_ms != 0;
    return OK;
}

#define CALL(method_, path_, op_, in_, summary_)                                                                   \
    .method = method_, .path = path_, .op = op_, .in = in_, .view = &campus_call_view, .access = ACCESS_SIGNED_IN, \
    .summary = summary_

static const Route campus_calls_routes[] = {
    {CALL("POST", "/api/calls", video_call_create, &call_in, "Call somebody, now or at a fixed time."), .before = call_before,
     .shape = SHAPE_ONE, .status = 201, .writes = true, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN),
     .doc = "Then ring: CALL_RING by the WebSocket."},
    {CALL("GET", "/api/calls", video_call_coming, NULL, "One's calls still to come, the next one first."), .shape = SHAPE_LIST,
     .plural = "calls"},
    {CALL("GET", "/api/calls/history", video_call_history, &call_history_in, "Calls that began or are over, newest first."),
     .shape = SHAPE_LIST, .plural = "calls"},
    {CALL("GET", "/api/calls/{id}", video_call_get, &call_id_in, "A call."), .shape = SHAPE_ONE},
    {CALL("POST", "/api/calls/{id}/join", video_call_join, &call_id_in, "One is there; a fixed call begins."), .shape = SHAPE_ONE,
     .writes = true, .errors = ERR(E_STATE)},
    {CALL("POST", "/api/calls/{id}/end", video_call_end, &call_id_in, "End it, or call it off."), .shape = SHAPE_ONE,
     .writes = true, .errors = ERR(E_FORBIDDEN)},
};
SECTION(campus_calls, "Calls", "Face to face; signals go by the WebSocket.");
