/* ugig.h - the contract that clients of a Next.js site with server actions expect: what its files share.
 *
 * POST /api/actions/<function>: a JSON array is the function's positional arguments, a JSON object the named ones, a form its
 * FormData. The answer is what the function's promise resolves to: {"success":true,"data":…} where it is an ActionResult, the
 * bare value elsewhere. Ids are UUIDs, money is in major units, times are ISO 8601 with microseconds and offset. Errors are
 * {"success":false,"error","code"}. */
#ifndef CONTRACT_UGIG_UGIG_H
#define CONTRACT_UGIG_UGIG_H

#include "contract/exchange.h"
#include "domain/user.h"

extern const Contract ugig_contract;

/* One section a topic, each in the file of its name. */
extern const Section ugig_auth, ugig_profiles, ugig_subscriptions, ugig_gigs, ugig_applications, ugig_messages, ugig_calls,
    ugig_reviews, ugig_notifications, ugig_box, ugig_realtime, ugig_socket;

/* Views that several topics, and the realtime dialect, show. */
extern const View ugig_profile_view;      /* User, or int64_t: a user id, which it begins with */
extern const View ugig_gig_view;          /* Gig */
extern const View ugig_message_view;      /* Message */
extern const View ugig_notification_view; /* Notification */
extern const View ugig_done_view;         /* {"success":true}, over nothing */
extern const View ugig_result_view;       /* the envelope of ActionResult<T> */

/* Where a file is, with the box's address: false when there is none. */
bool ugig_file_url(Render *r, int64_t file, Value *out);
/* The gig of an id, for rows that may show one; false when it is gone. */
bool ugig_gig_of(Render *r, int64_t gig, Value *out);
/* Fills the type and id of an uploaded file, x->in being a FileAddIn. E_MEDIA. For Route.before. */
Err ugig_upload_before(Exchange *x);

/* The argument that is an object: its members may also stand beside the other arguments. The struct is the route's own. */
#define UGIG_DATA(name_, T, sub_, doc_) \
    {.name = (name_),                   \
     .where = IN_BODY,                  \
     .type = W_ROW,                     \
     .size = sizeof(T),                 \
     .has = NO_HAS,                     \
     .flags = IN_FLAT | IN_REQUIRED,    \
     .sub = &(sub_),                    \
     .canonical = "data",               \
     .doc = (doc_)}
/* An id as an argument. */
#define UGIG_ID(name_, T, member, kind_, doc_, ...) \
    INPUT(name_, IN_BODY, W_ID, T, member, NO_HAS, doc_, .kind = (kind_), ##__VA_ARGS__)

/* What all actions have in common. */
#define UGIG_ACTION(name_, summary_) .method = "POST", .path = "/api/actions/" name_, .positional = true, .summary = (summary_)
/* An ActionResult<T>, an ActionResult without data. */
#define UGIG_RESULT(view_) .view = (view_), .shape = SHAPE_ONE, .envelope = &ugig_result_view, .writes = true
#define UGIG_DONE .view = &ugig_done_view, .shape = SHAPE_ONE, .writes = true

#endif
