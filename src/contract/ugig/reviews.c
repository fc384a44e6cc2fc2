/* Reviews and notifications. */
#include "contract/ugig/ugig.h"
#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/gig.h"
#include "domain/notification.h"
#include "domain/order.h"
#include "domain/review.h"
#include "domain/video_call.h"

/* ---- reviews ---- */

static bool review_author(Render *r, const void *row, Value *out) {
    return (void)r, out->row = &((const Review *)row)->author, true;
}
static bool review_subject(Render *r, const void *row, Value *out) {
    return (void)r, out->row = &((const Review *)row)->subject, true;
}

VIEW(review_view, Review, "Review", "What somebody says of somebody.", SHOW_ID("id", Review, id, &REVIEW, "Its id."),
     SHOW_ID("gig_id", Review, gig, &GIG, "About which gig.", .empty = EMPTY_NULL),
     SHOW_ID("reviewer_id", Review, author, &USER, "Who says it."),
     SHOW_GET("reviewer", W_ROW, review_author, "The same.", .view = &ugig_profile_view),
     SHOW_ID("reviewee_id", Review, subject, &USER, "Of whom."),
     SHOW_GET("reviewee", W_ROW, review_subject, "The same.", .view = &ugig_profile_view),
     SHOW("rating", W_INT, Review, rating, "Stars, 1 to 5."),
     SHOW("comment", W_STR, Review, comment, "In words.", .empty = EMPTY_NULL),
     SHOW("created_at", W_TIME, Review, created_ms, "When."));

INPUTS_NAMED(review_data, GigReviewIn, "ReviewInput",
             INPUT("gig_id", IN_BODY, W_ID, GigReviewIn, gig, NO_HAS, "About which gig.", .flags = IN_REQUIRED, .kind = &GIG),
             INPUT("reviewee_id", IN_BODY, W_ID, GigReviewIn, subject, NO_HAS, "Of whom.", .flags = IN_REQUIRED, .kind = &USER),
             INPUT("rating", IN_BODY, W_INT, GigReviewIn, rating, NO_HAS, "Stars.", .flags = IN_REQUIRED, .min = 1, .max = 5),
             INPUT("comment", IN_BODY, W_STR, GigReviewIn, comment, NO_HAS, "In words.", .flags = IN_TRIM,
                   .max = REVIEW_COMMENT_MAX));
INPUTS(review_in, GigReviewIn, UGIG_DATA("data", GigReviewIn, review_data, "The review."));
INPUTS(user_reviews_in, UserReviewsIn, UGIG_ID("userId", UserReviewsIn, user, &USER, "Of whom.", .flags = IN_REQUIRED),
       INPUT_CONST(UserReviewsIn, page.limit, LIST_WHOLE));
INPUTS(user_id_in, IdIn, UGIG_ID("userId", IdIn, id, &USER, "Of whom.", .flags = IN_REQUIRED));

static bool rating_average(Render *r, const void *row, Value *out) { return (void)r, out->i = user_rating_e2(row), true; }
VIEW(rating_view, User, "Rating", "What is thought of somebody.",
     SHOW_GET("average", W_DECIMAL, rating_average, "Stars on average, 0 before the first.", .scale = 2),
     SHOW("count", W_INT, User, rating_count, "Ratings it is the average of."));

/* Of nobody nothing is thought. */
static Err user_rating(Call *c, const void *in, void *out) {
    Err e = user_get(c, in, out);
    if (e == E_MISSING)
        *(User *)out = (User){0};
    return e == E_MISSING ? OK : e;
}

static const Route ugig_reviews_routes[] = {
    {UGIG_ACTION("createReview", "Review somebody."), .op = review_add_to_gig, .in = &review_in, UGIG_RESULT(&review_view),
     .access = ACCESS_SIGNED_IN, .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_CONFLICT),
     .doc = "Hidden from others until both have written theirs, or after some days."},
    {UGIG_ACTION("getUserReviews", "What was said of somebody."), .op = user_reviews, .in = &user_reviews_in,
     .view = &review_view, .shape = SHAPE_ARRAY, .reads = true, .or_nothing = true, .access = ACCESS_OPTIONAL,
     .doc = "Newest first."},
    {UGIG_ACTION("getUserRating", "Somebody's stars."), .op = user_rating, .in = &user_id_in, .view = &rating_view,
     .shape = SHAPE_ONE, .reads = true, .access = ACCESS_OPTIONAL},
};
SECTION(ugig_reviews, "Reviews", "What people say of each other.");

/* ---- notifications ---- */

enum { KIND_APPLICATION = 1, KIND_STATUS, KIND_MESSAGE, KIND_CALL, KIND_REVIEW, KIND_GIG };
WORDS(ugig_notification_words, "NotificationType", WORD(KIND_APPLICATION, "new_application"),
      WORD(KIND_STATUS, "application_status"), WORD(KIND_MESSAGE, "new_message"), WORD(KIND_CALL, "call_scheduled"),
      WORD(KIND_REVIEW, "review_received"), WORD(KIND_GIG, "gig_update"));

/* Which of the contract's kinds a notification is; what has none of its own is news of a gig. `kind` in the data tells them
 * apart. */
static bool notification_kind(Render *r, const void *row, Value *out) {
    (void)r;
    static const uint8_t kinds[NOTE_TYPE_COUNT] = {
        [NOTE_NEW_APPLICATION] = KIND_APPLICATION, [NOTE_APPLICATION_ACCEPTED] = KIND_STATUS,
        [NOTE_APPLICATION_REJECTED] = KIND_STATUS, [NOTE_APPLICATION_WITHDRAWN] = KIND_STATUS,
        [NOTE_APPLICATION_STAGE] = KIND_STATUS,    [NOTE_NEW_MESSAGE] = KIND_MESSAGE,
        [NOTE_NEW_REVIEW] = KIND_REVIEW,           [NOTE_CALL_SCHEDULED] = KIND_CALL,
        [NOTE_CALL_STARTED] = KIND_CALL,           [NOTE_CALL_SOON] = KIND_CALL,
        [NOTE_CALL_CANCELLED] = KIND_CALL,
    };
    int32_t type = ((const Notification *)row)->type;
    out->i = type > 0 && type < NOTE_TYPE_COUNT && kinds[type] ? kinds[type] : KIND_GIG;
    return true;
}
static bool notification_word(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = notification_slug(((const Notification *)row)->type);
    return true;
}

VIEW(data_view, Notification, "NotificationData", "What it is about.",
     SHOW_GET("kind", W_STR, notification_word, "What kind of news, more closely."),
     SHOW_ID("gig_id", Notification, gig, &GIG, "A gig.", .empty = EMPTY_OMIT),
     SHOW_ID("application_id", Notification, application, &APPLICATION, "An application.", .empty = EMPTY_OMIT),
     SHOW_ID("order_id", Notification, order, &ORDER, "An order.", .empty = EMPTY_OMIT),
     SHOW_ID("conversation_id", Notification, conversation, &CONVERSATION, "A conversation.", .empty = EMPTY_OMIT),
     SHOW_ID("call_id", Notification, call, &VIDEO_CALL, "A call.", .empty = EMPTY_OMIT),
     SHOW_ID("actor_id", Notification, actor, &USER, "Who caused it.", .empty = EMPTY_OMIT));

VIEW(ugig_notification_view, Notification, "Notification", "What a person was told.",
     SHOW_ID("id", Notification, id, &NOTIFICATION, "Its id."), SHOW_ID("user_id", Notification, user, &USER, "Who was told."),
     SHOW_GET("type", W_WORD, notification_kind, "What kind of news.", .words = &ugig_notification_words),
     SHOW("title", W_STR, Notification, title, "In short."),
     SHOW("body", W_STR, Notification, body, "In a sentence.", .empty = EMPTY_NULL),
     {KEY_OF("data"), .type = W_ROW, .size = sizeof(Notification), .view = &data_view, .doc = "What it is about."},
     SHOW("read_at", W_TIME, Notification, read_ms, "When it was read.", .empty = EMPTY_NULL),
     SHOW("created_at", W_TIME, Notification, created_ms, "When."));

INPUTS(notifications_in, NotificationListIn,
       INPUT("unreadOnly", IN_BODY, W_BOOL, NotificationListIn, unread_only, NO_HAS, "Only those that were not read."),
       INPUT_CONST(NotificationListIn, page.limit, LIST_WHOLE));
INPUTS(notification_id_in, IdIn, UGIG_ID("id", IdIn, id, &NOTIFICATION, "Which one.", .flags = IN_REQUIRED));
VIEW_SCALAR(count_view, W_INT, int64_t, "How many.");

static const Route ugig_notifications_routes[] = {
    {UGIG_ACTION("getNotifications", "What one was told."), .op = notification_list, .in = &notifications_in,
     .view = &ugig_notification_view, .shape = SHAPE_ARRAY, .reads = true, .access = ACCESS_SIGNED_IN, .doc = "Newest first."},
    {UGIG_ACTION("markNotificationRead", "Note that one has read it."), .op = notification_read, .in = &notification_id_in,
     .out_size = sizeof(Notification), UGIG_DONE, .access = ACCESS_SIGNED_IN, .errors = ERR(E_MISSING)},
    {UGIG_ACTION("markAllNotificationsRead", "Note that one has read everything."), .op = notification_read_all,
     .out_size = sizeof(NotificationsRead), UGIG_DONE, .access = ACCESS_SIGNED_IN},
    {UGIG_ACTION("getUnreadCount", "How many one has not read."), .op = notification_unread,
     .out_size = sizeof(NotificationsRead), .view = &count_view, .shape = SHAPE_ONE, .reads = true, .access = ACCESS_SIGNED_IN},
};
SECTION(ugig_notifications, "Notifications", "What people were told.");
