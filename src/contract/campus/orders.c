/* Orders, reviews, milestones, notifications. */
#include "contract/campus/campus.h"
#include "domain/application.h"
#include "domain/file.h"
#include "domain/gig.h"
#include "domain/milestone.h"
#include "domain/notification.h"
#include "domain/order_flow.h"
#include "domain/review.h"
#include "domain/service.h"
#include "domain/user.h"

/* ---- an order ---- */

WORDS(campus_order_status_words, "OrderStatus", WORD(ORDER_PENDING_PAYMENT, "pending_payment"),
      WORD(ORDER_PENDING, "pending_payment"), WORD(ORDER_IN_PROGRESS, "in_progress"), WORD(ORDER_IN_REVISION, "in_progress"),
      WORD(ORDER_SUBMITTED, "submitted"), WORD(ORDER_APPROVED, "approved"), WORD(ORDER_COMPLETED, "completed"),
      WORD(ORDER_DISPUTED, "disputed"), WORD(ORDER_CANCELLED, "cancelled"));
WORDS(campus_order_filter_words, "OrderStatus",
      WORD(ORDER_BIT(ORDER_PENDING_PAYMENT) | ORDER_BIT(ORDER_PENDING), "pending_payment"),
      WORD(ORDER_BIT(ORDER_IN_PROGRESS) | ORDER_BIT(ORDER_IN_REVISION), "in_progress"),
      WORD(ORDER_BIT(ORDER_SUBMITTED), "submitted"), WORD(ORDER_BIT(ORDER_APPROVED), "approved"),
      WORD(ORDER_BIT(ORDER_COMPLETED), "completed"), WORD(ORDER_BIT(ORDER_DISPUTED), "disputed"),
      WORD(ORDER_BIT(ORDER_CANCELLED), "cancelled"));
WORDS(campus_escrow_words, "EscrowState", WORD(ESCROW_AWAITING, "awaiting_payment"), WORD(ESCROW_FUNDED, "funded"),
      WORD(ESCROW_RELEASED, "released"), WORD(ESCROW_REFUNDED, "refunded"));
WORDS(campus_order_role_words, "OrderRole", WORD(ROLE_DOER, "doer"), WORD(ROLE_CLIENT, "client"));
WORDS(campus_act_words, "OrderAct", WORD(1 << ACT_TAKE, "accept"), WORD(1 << ACT_REJECT, "decline"),
      WORD(1 << ACT_START, "start"), WORD(1 << ACT_SUBMIT, "submit"), WORD(1 << ACT_REVISE, "request-revision"),
      WORD(1 << ACT_APPROVE, "approve"), WORD(1 << ACT_CANCEL, "cancel"), WORD(1 << ACT_DISPUTE, "dispute"));

static bool deliverable_files(Render *r, const void *row, Value *out) {
    return campus_attachments(r, &((const Deliverable *)row)->files, out);
}
VIEW(campus_deliverable_view, Deliverable, "Deliverable", "Work that was handed in.",
     SHOW("message", W_STR, Deliverable, message, "What the doer wrote."),
     SHOW_GET("attachments", W_ROWS, deliverable_files, "Files.", .view = &campus_file_view),
     SHOW("urls", W_STRS, Deliverable, urls, "Links."), SHOW("submittedAt", W_TIME, Deliverable, at_ms, "When."));
VIEW(campus_revision_view, Revision, "RevisionRequest", "A change that the client asked for.",
     SHOW("message", W_STR, Revision, message, "What should change."), SHOW("requestedAt", W_TIME, Revision, at_ms, "When."));

static bool order_client(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Order *)row)->client;
    return true;
}
static bool order_doer(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Order *)row)->doer;
    return true;
}
static bool order_files(Render *r, const void *row, Value *out) {
    return campus_attachments(r, &((const Order *)row)->requirement_files, out);
}
static bool order_held(Render *r, const void *row, Value *out) { return order_escrow(r->call->tx, row, &out->i) == OK; }
static bool order_actions(Render *r, const void *row, Value *out) {
    out->i = order_acts(&r->call->actor, row);
    return true;
}

VIEW(campus_order_view, Order, "Order", "An engagement between a client and a doer.", SHOW_ID("id", Order, id, &ORDER, "Its id."),
     SHOW_ID("gigId", Order, gig, &GIG, "Of which gig.", .empty = EMPTY_NULL),
     SHOW_ID("serviceId", Order, service, &SERVICE, "Of which service.", .empty = EMPTY_OMIT),
     SHOW_ID("applicationId", Order, application, &APPLICATION, "From which application.", .empty = EMPTY_OMIT),
     SHOW("title", W_STR, Order, title, "Of the gig or service."), SHOW_ID("clientId", Order, client, &USER, "Who pays."),
     SHOW_ID("doerId", Order, doer, &USER, "Who does the work."),
     SHOW_GET("client", W_ROW, order_client, "The client in short.", .view = &campus_person_view, .optional = true),
     SHOW_GET("doer", W_ROW, order_doer, "The doer in short.", .view = &campus_person_view, .optional = true),
     SHOW("amount", W_MONEY, Order, amount, "Agreed price."),
     SHOW("platformFee", W_MONEY, Order, fee, "The marketplace's share."),
     SHOW("doerPayout", W_MONEY, Order, payout, "What the doer gets."),
     SHOW("refundedAmount", W_MONEY, Order, refunded, "Given back to the client.", .empty = EMPTY_OMIT),
     SHOW("escrowState", W_WORD, Order, escrow_state, "Where the money is.", .words = &campus_escrow_words),
     SHOW_GET("escrowAmount", W_MONEY, order_held,
              "What is held for it now; less or more than the price when it was paid in parts, or the price was changed since."),
     SHOW("paymentGatewayOrderId", W_STR, Order, gateway_order, "The provider's order.", .empty = EMPTY_OMIT),
     SHOW("paymentGatewayPaymentId", W_STR, Order, gateway_payment, "The provider's payment.", .empty = EMPTY_OMIT),
     SHOW("status", W_WORD, Order, status, "Its state.", .words = &campus_order_status_words),
     SHOW("requirements", W_STR, Order, requirements, "What the client wrote.", .empty = EMPTY_OMIT),
     SHOW_GET("attachments", W_ROWS, order_files, "Files of the client.", .view = &campus_file_view),
     SHOW("deliverables", W_ROWS, Order, deliverables, "Work handed in.", .view = &campus_deliverable_view,
          .record = &DELIVERABLE),
     SHOW("revisionRequests", W_ROWS, Order, revisions, "Changes asked for.", .view = &campus_revision_view, .record = &REVISION),
     SHOW_GET("actions", W_WORDS, order_actions, "What you could do now.", .words = &campus_act_words),
     SHOW("cancelReason", W_STR, Order, cancel_reason, "Why it was cancelled.", .empty = EMPTY_OMIT),
     SHOW("disputeReason", W_STR, Order, dispute_reason, "Why it is disputed.", .empty = EMPTY_OMIT),
     SHOW("dueAt", W_TIME, Order, due_ms, "Agreed delivery.", .empty = EMPTY_OMIT),
     SHOW("createdAt", W_TIME, Order, created_ms, "When it was made."),
     SHOW("updatedAt", W_TIME, Order, updated_ms, "When it changed last."),
     SHOW("startedAt", W_TIME, Order, started_ms, "When work started.", .empty = EMPTY_OMIT),
     SHOW("submittedAt", W_TIME, Order, submitted_ms, "When it was handed in last.", .empty = EMPTY_OMIT),
     SHOW("approvedAt", W_TIME, Order, approved_ms, "When the work was accepted.", .empty = EMPTY_OMIT),
     SHOW("completedAt", W_TIME, Order, completed_ms, "When it was settled.", .empty = EMPTY_OMIT),
     SHOW("cancelledAt", W_TIME, Order, cancelled_ms, "When it was cancelled.", .empty = EMPTY_OMIT),
     SHOW("disputedAt", W_TIME, Order, disputed_ms, "When it was disputed.", .empty = EMPTY_OMIT));

INPUTS(order_id_in, IdIn, INPUT_ID("id", IdIn, id, &ORDER, "Which order."));
INPUTS(order_list_in, OrderListIn,
       INPUT("role", IN_QUERY, W_WORD, OrderListIn, role, NO_HAS, "Both when it is not said.", .words = &campus_order_role_words),
       INPUT("status", IN_QUERY, W_WORDS, OrderListIn, statuses, NO_HAS, "One or more, comma-separated.", .flags = IN_COMMA,
             .words = &campus_order_filter_words),
       INPUT_PAGE(OrderListIn, page));
INPUTS(submit_in, SubmitIn, INPUT_ID("id", SubmitIn, id, &ORDER, "Which order."),
       INPUT("message", IN_BODY, W_STR, SubmitIn, message, NO_HAS, "What you hand in.", .flags = IN_REQUIRED | IN_TRIM, .min = 1,
             .max = 5000),
       INPUT("urls", IN_BODY, W_STRS, SubmitIn, urls, NO_HAS, "Links.", .flags = IN_TRIM, .max = ORDER_FILES_MAX),
       INPUT("attachments", IN_BODY, W_IDS, SubmitIn, files, NO_HAS, "Ids of own files, or links.", .kind = &FILE_RECORD,
             .max = ORDER_FILES_MAX, .links = offsetof(SubmitIn, urls)));
INPUTS(revision_in, ReasonIn, INPUT_ID("id", ReasonIn, id, &ORDER, "Which order."),
       INPUT("reason", IN_BODY, W_STR, ReasonIn, reason, NO_HAS, "The same as message.", .flags = IN_TRIM, .max = 5000),
       INPUT("message", IN_BODY, W_STR, ReasonIn, reason, NO_HAS, "What should change.", .flags = IN_TRIM, .max = 5000));
INPUTS(reason_in, ReasonIn, INPUT_ID("id", ReasonIn, id, &ORDER, "Which order."),
       INPUT("reason", IN_BODY, W_STR, ReasonIn, reason, NO_HAS, "Why.", .flags = IN_TRIM, .max = 5000));

#define ORDER_ACT(path_, op_, in_, summary_, doc_) \
    {.method = "POST",                             \
     .path = path_,                                \
     .op = op_,                                    \
     .in = in_,                                    \
     .view = &campus_order_view,                   \
     .shape = SHAPE_ONE,                           \
     .writes = true,                               \
     .access = ACCESS_SIGNED_IN,                   \
     .errors = ERR(E_STATE) | ERR(E_INVALID),      \
     .summary = summary_,                          \
     .doc = doc_}

static const Route campus_orders_routes[] = {
    {.method = "GET",
     .path = "/api/orders",
     .op = order_list,
     .in = &order_list_in,
     .view = &campus_order_view,
     .shape = SHAPE_LIST,
     .plural = "orders",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's orders."},
    {.method = "GET",
     .path = "/api/orders/{id}",
     .op = order_get,
     .in = &order_id_in,
     .view = &campus_order_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "An order.",
     .doc = "Its two parties."},
    ORDER_ACT("/api/orders/{id}/accept", order_take, &order_id_in, "Take a service order.", "The doer. Work starts at once."),
    ORDER_ACT("/api/orders/{id}/decline", order_reject, &reason_in, "Do not take a service order.", "The doer."),
    ORDER_ACT("/api/orders/{id}/submit", order_submit, &submit_in, "Hand in work.", "The doer."),
    ORDER_ACT("/api/orders/{id}/approve", order_approve, &order_id_in, "Accept the work.",
              "The client. The escrow is released: the fee to the marketplace, the rest to the doer."),
    ORDER_ACT("/api/orders/{id}/request-revision", order_request_revision, &revision_in, "Ask for a change.",
              "The client, about submitted work."),
    ORDER_ACT("/api/orders/{id}/cancel", order_cancel, &reason_in, "Cancel.", "Either party; money in escrow goes back."),
    ORDER_ACT("/api/orders/{id}/dispute", order_dispute, &reason_in, "Dispute.", "Either party; a moderator settles it."),
};
SECTION(campus_orders, "Orders", "From acceptance to settlement.");

/* ---- milestones ---- */

WORDS(campus_milestone_words, "MilestoneStatus", WORD(MILE_PLANNED, "planned"), WORD(MILE_FUNDED, "funded"),
      WORD(MILE_SUBMITTED, "submitted"), WORD(MILE_RELEASED, "released"), WORD(MILE_CANCELLED, "cancelled"));
VIEW(campus_milestone_view, Milestone, "Milestone", "A part of an order with its own escrow.",
     SHOW_ID("id", Milestone, id, &MILESTONE, "Its id."), SHOW_ID("orderId", Milestone, order, &ORDER, "Of which order."),
     SHOW("position", W_INT, Milestone, position, "From 1."), SHOW("title", W_STR, Milestone, title, "What."),
     SHOW("amount", W_MONEY, Milestone, amount, "Its price."),
     SHOW("platformFee", W_MONEY, Milestone, fee, "The marketplace's share."),
     SHOW("doerPayout", W_MONEY, Milestone, payout, "What the doer gets."),
     SHOW("status", W_WORD, Milestone, status, "Its state.", .words = &campus_milestone_words),
     SHOW("message", W_STR, Milestone, message, "Of the latest hand-in.", .empty = EMPTY_OMIT),
     SHOW("dueAt", W_TIME, Milestone, due_ms, "Agreed delivery.", .empty = EMPTY_OMIT),
     SHOW("createdAt", W_TIME, Milestone, created_ms, "When it was planned."),
     SHOW("fundedAt", W_TIME, Milestone, funded_ms, "When it was paid in.", .empty = EMPTY_OMIT),
     SHOW("submittedAt", W_TIME, Milestone, submitted_ms, "When it was handed in.", .empty = EMPTY_OMIT),
     SHOW("settledAt", W_TIME, Milestone, settled_ms, "When it was settled.", .empty = EMPTY_OMIT));

/* MilestonePlanIn's array is a pointer and a count, as Rows. */
typedef struct PlanIn {
    int64_t order;
    Rows parts;
} PlanIn;
_Static_assert(sizeof(PlanIn) == sizeof(MilestonePlanIn) && offsetof(PlanIn, parts) == offsetof(MilestonePlanIn, parts),
               "the same layout");
INPUTS_NAMED(plan_part_in, MilestonePlan, "MilestonePlan",
             INPUT("title", IN_BODY, W_STR, MilestonePlan, title, NO_HAS, "What.", .flags = IN_REQUIRED | IN_TRIM, .min = 1,
                   .max = 200),
             INPUT("amount", IN_BODY, W_MONEY, MilestonePlan, amount, NO_HAS, "Its price.", .flags = IN_REQUIRED, .min = 1,
                   .max = INT64_MAX),
             INPUT("dueAt", IN_BODY, W_TIME, MilestonePlan, due_ms, NO_HAS, "Agreed delivery."));
INPUTS(plan_in, PlanIn, INPUT_ID("id", PlanIn, order, &ORDER, "Which order."),
       INPUT("milestones", IN_BODY, W_ROWS, PlanIn, parts, NO_HAS, "The parts, in order; they replace an earlier plan.",
             .flags = IN_REQUIRED, .sub = &plan_part_in, .min = 1, .max = MILESTONES_MAX));
INPUTS(milestone_id_in, IdIn, INPUT_ID("id", IdIn, id, &MILESTONE, "Which milestone."));
INPUTS(milestone_reason_in, ReasonIn, INPUT_ID("id", ReasonIn, id, &MILESTONE, "Which milestone."),
       INPUT("message", IN_BODY, W_STR, ReasonIn, reason, NO_HAS, "What you hand in, or what should change.", .flags = IN_TRIM,
             .max = 5000));

#define MILE_ACT(path_, op_, in_, summary_)   \
    {.method = "POST",                        \
     .path = path_,                           \
     .op = op_,                               \
     .in = in_,                               \
     .view = &campus_milestone_view,          \
     .shape = SHAPE_ONE,                      \
     .writes = true,                          \
     .access = ACCESS_SIGNED_IN,              \
     .errors = ERR(E_STATE) | ERR(E_INVALID), \
     .summary = summary_}
static const Route campus_milestones_routes[] = {
    {.method = "GET",
     .path = "/api/orders/{id}/milestones",
     .op = milestone_list,
     .in = &order_id_in,
     .view = &campus_milestone_view,
     .shape = SHAPE_LIST,
     .plural = "milestones",
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "An order's milestones."},
    {.method = "POST",
     .path = "/api/orders/{id}/milestones",
     .op = milestone_plan,
     .in = &plan_in,
     .view = &campus_order_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Split an unfunded order into parts.",
     .doc = "The client. The order's amount becomes their sum."},
    MILE_ACT("/api/milestones/{id}/submit", milestone_submit, &milestone_reason_in, "Hand in a part."),
    MILE_ACT("/api/milestones/{id}/request-revision", milestone_request_revision, &milestone_reason_in,
             "Ask for a change of a part."),
    MILE_ACT("/api/milestones/{id}/approve", milestone_approve, &milestone_id_in, "Accept a part; it is paid."),
};
SECTION(campus_milestones, "Milestones", "Orders in parts, each with its own escrow.");

/* ---- reviews ---- */

static bool review_author(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Review *)row)->author;
    return true;
}
static bool review_visible(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = ((const Review *)row)->published_ms > 0;
    return true;
}
/* Its author and moderators only ever see one that was taken down. */
static bool review_removed(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = ((const Review *)row)->removed_ms != 0;
    return out->b;
}
VIEW(campus_review_view, Review, "Review", "What one party says of the other.", SHOW_ID("id", Review, id, &REVIEW, "Its id."),
     SHOW_ID("orderId", Review, order, &ORDER, "Of which order."),
     SHOW_ID("gigId", Review, gig, &GIG, "Of which gig.", .empty = EMPTY_OMIT),
     SHOW_ID("serviceId", Review, service, &SERVICE, "Of which service.", .empty = EMPTY_OMIT),
     SHOW_ID("reviewerId", Review, author, &USER, "Who says it."), SHOW_ID("revieweeId", Review, subject, &USER, "Of whom."),
     SHOW_GET("reviewer", W_ROW, review_author, "Who says it, in short.", .view = &campus_person_view, .optional = true),
     SHOW("rating", W_INT, Review, rating, "1 to 5 stars."), SHOW("comment", W_STR, Review, comment, "In words."),
     SHOW_GET("visible", W_BOOL, review_visible, "Others see it: both sides wrote one, or 7 days have passed."),
     SHOW_GET("isRemoved", W_BOOL, review_removed, "A moderator took it down.", .optional = true, .empty = EMPTY_OMIT),
     SHOW("removedReason", W_STR, Review, removed_reason, "Why.", .empty = EMPTY_OMIT),
     SHOW("createdAt", W_TIME, Review, created_ms, "When."));
INPUTS(review_in, ReviewIn, INPUT_ID("id", ReviewIn, order, &ORDER, "Which order."),
       INPUT("rating", IN_BODY, W_INT, ReviewIn, rating, NO_HAS, "Stars.", .flags = IN_REQUIRED, .min = 1, .max = 5),
       INPUT("comment", IN_BODY, W_STR, ReviewIn, comment, NO_HAS, "In words.", .flags = IN_TRIM, .max = REVIEW_COMMENT_MAX));
INPUTS(user_reviews_in, UserReviewsIn, INPUT_ID("id", UserReviewsIn, user, &USER, "Which person."),
       INPUT_PAGE(UserReviewsIn, page));

static const Route campus_reviews_routes[] = {
    {.method = "POST",
     .path = "/api/orders/{id}/review",
     .op = review_add,
     .in = &review_in,
     .view = &campus_review_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE) | ERR(E_CONFLICT),
     .summary = "Review the other party.",
     .doc = "Hidden until both sides wrote one, or 7 days have passed."},
    {.method = "GET",
     .path = "/api/orders/{id}/review",
     .op = order_reviews,
     .in = &order_id_in,
     .view = &campus_review_view,
     .shape = SHAPE_LIST,
     .plural = "reviews",
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "An order's reviews.",
     .doc = "One's own, and the other's once it is visible."},
    {.method = "GET",
     .path = "/api/users/{id}/reviews",
     .op = user_reviews,
     .in = &user_reviews_in,
     .view = &campus_review_view,
     .shape = SHAPE_LIST,
     .plural = "reviews",
     .access = ACCESS_OPTIONAL,
     .summary = "Reviews of a person, newest first."},
};
SECTION(campus_reviews, "Reviews", "What people say of each other after an order.");

/* ---- notifications ---- */

static bool notification_word(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = notification_slug(((const Notification *)row)->type);
    return true;
}
static bool notification_is_read(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = ((const Notification *)row)->read_ms > 0;
    return true;
}
VIEW(campus_notification_view, Notification, "Notification", "What one was told.",
     SHOW_ID("id", Notification, id, &NOTIFICATION, "Its id."),
     SHOW_GET("type", W_STR, notification_word, "What it is about, for programs."),
     SHOW("title", W_STR, Notification, title, "Title."), SHOW("body", W_STR, Notification, body, "Text."),
     SHOW_ID("gigId", Notification, gig, &GIG, "About which gig.", .empty = EMPTY_OMIT),
     SHOW_ID("orderId", Notification, order, &ORDER, "About which order.", .empty = EMPTY_OMIT),
     SHOW_ID("applicationId", Notification, application, &APPLICATION, "About which application.", .empty = EMPTY_OMIT),
     SHOW_ID("actorId", Notification, actor, &USER, "By whom.", .empty = EMPTY_OMIT),
     SHOW("subject", W_STR, Notification, subject, "What the text names: a title, a name.", .empty = EMPTY_OMIT),
     SHOW("detail", W_STR, Notification, detail, "What it tells of it: a reason.", .empty = EMPTY_OMIT),
     SHOW("amount", W_MONEY, Notification, amount, "And how much.", .empty = EMPTY_OMIT),
     SHOW_GET("read", W_BOOL, notification_is_read, "It was read."),
     SHOW("createdAt", W_TIME, Notification, created_ms, "When."));
INPUTS(notifications_in, NotificationListIn,
       INPUT("unread", IN_QUERY, W_BOOL, NotificationListIn, unread_only, NO_HAS, "Only those not read yet."),
       INPUT_PAGE(NotificationListIn, page));
INPUTS(notification_id_in, IdIn, INPUT_ID("id", IdIn, id, &NOTIFICATION, "Which notification."));
VIEW(campus_all_read_view, NotificationsRead, "NotificationsRead", "All are read.", SHOW_CONST("success", "true", "It is done."),
     SHOW("count", W_INT, NotificationsRead, count, "How many were unread."));
VIEW(campus_unread_view, NotificationsRead, "NotificationsUnread", "How many wait.",
     SHOW("count", W_INT, NotificationsRead, count, "Not read yet."));

static const Route campus_notifications_routes[] = {
    {.method = "GET",
     .path = "/api/notifications",
     .op = notification_list,
     .in = &notifications_in,
     .view = &campus_notification_view,
     .shape = SHAPE_LIST,
     .plural = "notifications",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's notifications, newest first."},
    {.method = "GET",
     .path = "/api/notifications/unread-count",
     .op = notification_unread,
     .view = &campus_unread_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .summary = "How many are unread."},
    {.method = "POST",
     .path = "/api/notifications/{id}/read",
     .op = notification_read,
     .in = &notification_id_in,
     .view = &campus_notification_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "It was read."},
    {.method = "POST",
     .path = "/api/notifications/read-all",
     .op = notification_read_all,
     .view = &campus_all_read_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .summary = "All were read."},
};
SECTION(campus_notifications, "Notifications", "What one was told.");
