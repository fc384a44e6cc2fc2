/* Video calls. */
#include "contract/ugig/ugig.h"
#include "domain/application.h"
#include "domain/video_call.h"

static bool call_initiator(Render *r, const void *row, Value *out) {
    return (void)r, out->row = &((const VideoCall *)row)->initiator, true;
}
static bool call_people(Render *r, const void *row, Value *out) {
    const VideoCall *v = row;
    User *rows = ARENA_ARRAY(r->arena, v->participants.count, User); /* the view asks for their ids and looks for itself */
    size_t n = 0;
    for (ListIter it = list_iter(&v->participants); rows && list_i64(&it, &rows[n].id);)
        if (++n == v->participants.count)
            break;
    out->rows = (Rows){rows, rows ? n : 0};
    return true;
}

VIEW(call_view, VideoCall, "VideoCall", "People who talk face to face.", SHOW_ID("id", VideoCall, id, &VIDEO_CALL, "Its id."),
     SHOW("room_id", W_STR, VideoCall, room, "What both join under."),
     SHOW_ID("initiator_id", VideoCall, initiator, &USER, "Who called."),
     SHOW_GET("initiator", W_ROW, call_initiator, "The same.", .view = &ugig_profile_view),
     SHOW("participant_ids", W_IDS, VideoCall, participants, "Who takes part, the initiator first.", .kind = &USER),
     SHOW_GET("participants", W_ROWS, call_people, "The same.", .view = &ugig_profile_view),
     SHOW_ID("gig_id", VideoCall, gig, &GIG, "About which gig.", .empty = EMPTY_NULL),
     SHOW_ID("application_id", VideoCall, application, &APPLICATION, "And which application.", .empty = EMPTY_NULL),
     SHOW("scheduled_at", W_TIME, VideoCall, scheduled_ms, "When it is to begin.", .empty = EMPTY_NULL),
     SHOW("started_at", W_TIME, VideoCall, started_ms, "When it began.", .empty = EMPTY_NULL),
     SHOW("ended_at", W_TIME, VideoCall, ended_ms, "When it was over.", .empty = EMPTY_NULL),
     SHOW("created_at", W_TIME, VideoCall, created_ms, "When it was made."));

INPUTS(call_in, VideoCallIn, UGIG_ID("participantId", VideoCallIn, with, &USER, "Whom.", .flags = IN_REQUIRED),
       UGIG_ID("gigId", VideoCallIn, gig, &GIG, "About which gig."));
INPUTS(schedule_in, VideoCallIn, UGIG_ID("participantId", VideoCallIn, with, &USER, "Whom.", .flags = IN_REQUIRED),
       INPUT("scheduledAt", IN_BODY, W_TIME, VideoCallIn, scheduled_ms, NO_HAS, "When; in the future.", .flags = IN_REQUIRED),
       UGIG_ID("gigId", VideoCallIn, gig, &GIG, "About which gig."), INPUT_CONST(VideoCallIn, scheduled, 1));
INPUTS(call_id_in, IdIn, UGIG_ID("callId", IdIn, id, &VIDEO_CALL, "Which call.", .flags = IN_REQUIRED));
INPUTS(history_in, CallHistoryIn,
       INPUT("limit", IN_BODY, W_INT, CallHistoryIn, limit, NO_HAS, "At most so many.", .flags = IN_CLAMP | IN_DEFAULT, .min = 1,
             .max = LIST_LIMIT_MAX, .fallback = LIST_LIMIT_DEFAULT));

static const Route ugig_calls_routes[] = {
    {UGIG_ACTION("createCall", "Call somebody."), .op = video_call_create, .in = &call_in, UGIG_RESULT(&call_view),
     .access = ACCESS_SIGNED_IN, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN)},
    {UGIG_ACTION("scheduleCall", "Fix a time for a call."), .op = video_call_create, .in = &schedule_in, UGIG_RESULT(&call_view),
     .access = ACCESS_SIGNED_IN, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN), .doc = "Both are reminded before it."},
    {UGIG_ACTION("getUpcomingCalls", "Calls still to come."), .op = video_call_coming, .view = &call_view, .shape = SHAPE_ARRAY,
     .reads = true, .access = ACCESS_SIGNED_IN, .doc = "The next one first."},
    {UGIG_ACTION("getCallHistory", "Calls that began or are over."), .op = video_call_history, .in = &history_in,
     .view = &call_view, .shape = SHAPE_ARRAY, .reads = true, .access = ACCESS_SIGNED_IN, .doc = "Newest first."},
    {UGIG_ACTION("endCall", "End a call, or call it off."), .op = video_call_end, .in = &call_id_in,
     .out_size = sizeof(VideoCall), UGIG_DONE, .access = ACCESS_SIGNED_IN, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN),
     .doc = "A participant; again is fine."},
};
SECTION(ugig_calls, "Video calls", "Talking face to face.");
