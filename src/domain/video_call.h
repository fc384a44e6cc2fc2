/* video_call.h - two people who talk face to face, now or at a time they fixed.
 *
 * The box keeps who, when and about what, and brings the two together (EV_CALL events, notifications, a reminder); pictures and
 * sound go between their browsers. Only the participants see or touch a call: to others it does not exist (E_MISSING), but for
 * ending it, which is E_FORBIDDEN. */
#ifndef DOMAIN_VIDEO_CALL_H
#define DOMAIN_VIDEO_CALL_H

#include "domain/domain.h"

#define CALL_REMIND_MS (10 * MS_MINUTE)  /* both are reminded this long before, or at the time itself when that is nearer */
#define CALL_GRACE_MS MS_HOUR            /* a call that nobody began counts as coming this long after its time */
#define CALL_AHEAD_MAX_MS (366 * MS_DAY) /* and can be fixed this far ahead */

typedef enum VideoCallState { CALL_COMING = 1, CALL_RUNNING, CALL_OVER } VideoCallState; /* Event.status of EV_CALL */

typedef struct VideoCall {
    int64_t id;
    Str room;          /* an unguessable name that both join under */
    int64_t initiator;
    List participants; /* I64S: the initiator first */
    int64_t gig, application; /* what it is about; 0 = nothing */
    int64_t scheduled_ms, started_ms, ended_ms; /* 0 = not */
    int64_t created_ms;
    int64_t remind_ms; /* when both are reminded, 0 = not (any more) */
} VideoCall;
extern const Record VIDEO_CALL;
extern const Index *const VIDEO_CALL_BY_USER;   /* participant; counted */
extern const Index *const VIDEO_CALL_BY_TIME;   /* participant, scheduled_ms, where neither begun nor over */
extern const Index *const VIDEO_CALL_BY_TIMER;  /* remind_ms, where set */
extern const Index *const VIDEO_CALL_BY_ROOM;   /* unique */

typedef struct VideoCallIn {
    int64_t with; /* whom; E_MISSING, E_INVALID for oneself, E_FORBIDDEN "BLOCKED" */
    int64_t gig;  /* 0 = about nothing; E_MISSING. An application between the two goes with it by itself */
    bool scheduled;
    int64_t scheduled_ms; /* E_INVALID unless in the future */
} VideoCallIn;
/* VideoCallIn -> VideoCall: begins now, or is fixed for later. */
OpFn video_call_create;
/* IdIn -> VideoCall. Participants. */
OpFn video_call_get;
/* IdIn -> VideoCall: a participant is there; a call that was fixed begins. E_STATE when it is over. */
OpFn video_call_join;
/* IdIn -> VideoCall: a participant ends it, or calls it off. Ending it again is fine. */
OpFn video_call_end;
/* nothing -> PageOut of VideoCall: the caller's that are still to come, the next one first. */
OpFn video_call_coming;
typedef struct CallHistoryIn {
    int32_t limit;
} CallHistoryIn;
/* CallHistoryIn -> PageOut of VideoCall: those that began or are over, newest first. */
OpFn video_call_history;

/* ---- for other code ---- */

/* The call of a room, when the actor takes part in it. E_MISSING. */
Err video_call_by_room(Call *c, Str room, VideoCall *out);
bool video_call_with(const VideoCall *v, int64_t user);
/* The reminder's timer. */
Err video_call_remind(Call *c, int64_t id);

#endif
