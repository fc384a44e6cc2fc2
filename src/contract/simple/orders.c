/* Simple orders: any order of the marketplace, in the contract's six states. */
#include "contract/simple/simple.h"
#include "domain/gig.h"
#include "domain/order.h"
#include "domain/review.h"
#include "domain/row.h"
#include "domain/service.h"
#include "domain/user.h"

/* ---- states ---- */

typedef enum SimpleStatus {
    SIMPLE_NONE,
    SIMPLE_PENDING,
    SIMPLE_ACTIVE,
    SIMPLE_DELIVERED,
    SIMPLE_IN_REVISION,
    SIMPLE_COMPLETED,
    SIMPLE_CANCELLED
} SimpleStatus;

static const uint8_t simple_of[ORDER_STATUS_COUNT] = {
    [ORDER_PENDING] = SIMPLE_PENDING,     [ORDER_PENDING_PAYMENT] = SIMPLE_PENDING, [ORDER_IN_PROGRESS] = SIMPLE_ACTIVE,
    [ORDER_SUBMITTED] = SIMPLE_DELIVERED, [ORDER_IN_REVISION] = SIMPLE_IN_REVISION, [ORDER_APPROVED] = SIMPLE_COMPLETED,
    [ORDER_COMPLETED] = SIMPLE_COMPLETED, [ORDER_CANCELLED] = SIMPLE_CANCELLED,     [ORDER_DISPUTED] = SIMPLE_ACTIVE,
};
#define SIMPLE_WORDS                                                                                     \
    WORD(SIMPLE_PENDING, "pending"), WORD(SIMPLE_ACTIVE, "active"), WORD(SIMPLE_DELIVERED, "delivered"), \
        WORD(SIMPLE_IN_REVISION, "in_revision"), WORD(SIMPLE_COMPLETED, "completed"), WORD(SIMPLE_CANCELLED, "cancelled")
WORDS(simple_status_words, "SimpleOrderStatus", SIMPLE_WORDS);
WORDS(simple_status_filter_words, "SimpleOrderStatus",
      WORD(ORDER_BIT(ORDER_PENDING) | ORDER_BIT(ORDER_PENDING_PAYMENT), "pending"),
      WORD(ORDER_BIT(ORDER_IN_PROGRESS) | ORDER_BIT(ORDER_DISPUTED), "active"), WORD(ORDER_BIT(ORDER_SUBMITTED), "delivered"),
      WORD(ORDER_BIT(ORDER_IN_REVISION), "in_revision"),
      WORD(ORDER_BIT(ORDER_APPROVED) | ORDER_BIT(ORDER_COMPLETED), "completed"), WORD(ORDER_BIT(ORDER_CANCELLED), "cancelled"));

/* What a move is in the domain, which knows who may make it. */
static const struct {
    uint8_t from, to;
    OpFn *op;
} moves[] = {
    {SIMPLE_PENDING, SIMPLE_ACTIVE, order_take},          {SIMPLE_PENDING, SIMPLE_CANCELLED, order_cancel},
    {SIMPLE_ACTIVE, SIMPLE_DELIVERED, order_submit},      {SIMPLE_ACTIVE, SIMPLE_CANCELLED, order_cancel},
    {SIMPLE_DELIVERED, SIMPLE_COMPLETED, order_approve},  {SIMPLE_DELIVERED, SIMPLE_IN_REVISION, order_request_revision},
    {SIMPLE_IN_REVISION, SIMPLE_DELIVERED, order_submit},
};

static Err no_move(Call *c, int32_t from, int32_t to) {
    Str a = words_of(&simple_status_words, from), b = words_of(&simple_status_words, to);
    return diag_fail(c->diag, E_STATE, "INVALID_STATE",
                     arena_printf(c->arena, "Cannot change status from %.*s to %.*s", STR_ARG(a), STR_ARG(b)));
}

static Err move(Call *c, int64_t id, int32_t to, Str text, Order *out) {
    Order o;
    Err e = order_get(c, &(IdIn){id}, &o);
    if (e)
        return e;
    int32_t from = simple_of[o.status];
    for (size_t i = 0; i < COUNT(moves); i++) {
        if (moves[i].from != from || moves[i].to != to)
            continue;
        if (moves[i].op == order_take && o.status == ORDER_PENDING_PAYMENT)
            return o.doer == c->actor.user ? order_start(c, &(IdIn){id}, out) : E_FORBIDDEN;
        if (moves[i].op == order_submit)
            return order_submit(c, &(SubmitIn){.id = id, .message = text}, out);
        ReasonIn in = {id, text}; /* begins as an IdIn does */
        if (moves[i].op == order_cancel && o.status == ORDER_PENDING && o.doer == c->actor.user)
            return order_reject(c, &in, out); /* the seller does not take it */
        return moves[i].op(c, &in, out);
    }
    return no_move(c, from, to);
}

/* ---- what an order is about ---- */

typedef struct Thing {
    Str id, title;
    List images, image_urls;
    int64_t price, category;
} Thing;

/* Those of a gig's attachments that are pictures. */
static List pictures_of(Render *r, const List *files) {
    int64_t *ids = ARENA_ARRAY(r->arena, files->count + 1, int64_t), id;
    File f;
    size_t n = 0;
    for (ListIter it = list_iter(files); ids && list_i64(&it, &id);)
        if (rec_get(r->call->tx, &FILE_RECORD, id, &f) == OK && str_starts(f.type, S("image/")))
            ids[n++] = id;
    return list_of_i64s(r->arena, ids, n);
}

static const void *thing_load(Render *r, const void *row) {
    const Order *o = row;
    Thing *t = ARENA_NEW(r->arena, Thing);
    Service s;
    Gig g;
    if (!t)
        return NULL;
    *t = (Thing){.title = o->title, .price = o->amount};
    if (o->service && row_load(r->call, &SERVICE, o->service, &s) == OK) {
        t->id = id_text(r->ids, r->arena, ID_HEX24, SERVICE.kind, s.id);
        t->images = s.images;
        t->image_urls = s.image_urls;
        t->price = s.price;
        t->category = s.category;
    } else if (o->gig && row_load(r->call, &GIG, o->gig, &g) == OK) {
        t->id = id_text(r->ids, r->arena, ID_HEX24, GIG.kind, g.id);
        t->images = pictures_of(r, &g.files);
        t->image_urls = g.image_urls;
        t->category = g.category;
    }
    return t;
}
static bool thing_images(Render *r, const void *row, Value *out) {
    const Thing *t = row;
    return simple_file_urls(r, &t->images, &t->image_urls, out);
}
static bool thing_category(Render *r, const void *row, Value *out) {
    return simple_category(r, ((const Thing *)row)->category, out);
}
#define THING_ID SHOW("_id", W_STR, Thing, id, "Its id.", .empty = EMPTY_NULL)
#define THING_ROWS                                                           \
    SHOW("title", W_STR, Thing, title, "Its title when it was ordered."),    \
        SHOW_GET("images", W_STRS, thing_images, "Where its pictures are."), \
        SHOW("price", W_MONEY, Thing, price, "Its price now.")
#define THING_CATEGORY SHOW_GET("category", W_STR, thing_category, "Name of its category.", .optional = true)
VIEW_WITH(simple_thing_view, Thing, "OrderedGig", "What was ordered.", (.load = thing_load), THING_ID, THING_ROWS,
          THING_CATEGORY);
VIEW_WITH(simple_thing_brief_view, Thing, "OrderedGigBrief", "What was ordered.", (.load = thing_load), THING_ROWS,
          THING_CATEGORY);

/* ---- an order ---- */

static bool order_itself(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = row;
    return true;
}
static bool order_buyer(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Order *)row)->client;
    return true;
}
static bool order_seller(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Order *)row)->doer;
    return true;
}
static bool order_status(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = simple_of[((const Order *)row)->status];
    return true;
}

VIEW(simple_requirement_view, Requirement, "Requirement", "An answered question.",
     SHOW("question", W_STR, Requirement, question, "What the seller wants to know."),
     SHOW("answer", W_STR, Requirement, answer, "What the buyer says."));

/* Orders that other contracts made have a message instead of questions. */
static bool order_requirements(Render *r, const void *row, Value *out) {
    const Order *o = row;
    size_t n = 0;
    Requirement *all = ARENA_ARRAY(r->arena, o->questions.count + 1, Requirement);
    if (!all)
        return false;
    for (ListIter it = list_iter(&o->questions); n < o->questions.count && list_rec(&it, &REQUIREMENT, &all[n]);)
        n++;
    if (!n && o->requirements.n)
        all[n++] = (Requirement){.question = S("Message"), .answer = o->requirements};
    out->rows = (Rows){all, n};
    return true;
}

static bool deliverable_files(Render *r, const void *row, Value *out) {
    const Deliverable *d = row;
    return simple_file_urls(r, &d->files, &d->urls, out);
}
VIEW(simple_deliverable_view, Deliverable, "Deliverable", "Work that was handed in.",
     SHOW_GET("files", W_STRS, deliverable_files, "Where its files are."),
     SHOW("description", W_STR, Deliverable, message, "What the seller says of it."),
     SHOW("deliveredAt", W_TIME, Deliverable, at_ms, "When."));

/* A request waits until the work is handed in again. */
typedef struct RevisionRow {
    Revision revision;
    int32_t answered;
} RevisionRow;
WORDS(simple_revision_words, "RevisionStatus", WORD(0, "pending"), WORD(1, "completed"));
VIEW(simple_revision_view, RevisionRow, "RevisionRequest", "A change that the buyer asked for.",
     SHOW("description", W_STR, RevisionRow, revision.message, "What should change."),
     SHOW("requestedAt", W_TIME, RevisionRow, revision.at_ms, "When."),
     SHOW("status", W_WORD, RevisionRow, answered, "Whether it was done.", .words = &simple_revision_words));
static bool order_revisions(Render *r, const void *row, Value *out) {
    const Order *o = row;
    RevisionRow *rows = ARENA_ARRAY(r->arena, o->revisions.count + 1, RevisionRow);
    size_t n = 0;
    out->rows = (Rows){rows, 0};
    if (!rows)
        return false;
    for (ListIter it = list_iter(&o->revisions); list_rec(&it, &REVISION, &rows[n].revision); n++)
        rows[n].answered = 1;
    if (n && o->status == ORDER_IN_REVISION)
        rows[n - 1].answered = 0;
    out->rows.count = n;
    return true;
}

WORDS(simple_payment_words, "PaymentStatus", WORD(ESCROW_AWAITING, "pending"), WORD(ESCROW_FUNDED, "paid"),
      WORD(ESCROW_RELEASED, "released"), WORD(ESCROW_REFUNDED, "refunded"));
static bool payment_currency(Render *r, const void *row, Value *out) {
    (void)row;
    out->s = r->cfg->currency;
    return true;
}
VIEW(simple_payment_view, Order, "Payment", "Where the money is.", SHOW("amount", W_MONEY, Order, amount, "How much."),
     SHOW_GET("currency", W_STR, payment_currency, "ISO 4217 code."),
     SHOW("status", W_WORD, Order, escrow_state, "pending until the buyer pays.", .words = &simple_payment_words),
     SHOW("paidAt", W_TIME, Order, funded_ms, "When it was paid.", .empty = EMPTY_OMIT));

VIEW(simple_timeline_view, Order, "Timeline", "What happened when.", SHOW("ordered", W_TIME, Order, created_ms, "Ordered."),
     SHOW("started", W_TIME, Order, started_ms, "Work began.", .empty = EMPTY_OMIT),
     SHOW("delivered", W_TIME, Order, submitted_ms, "Handed in last.", .empty = EMPTY_OMIT),
     SHOW("completed", W_TIME, Order, completed_ms, "Accepted.", .empty = EMPTY_OMIT),
     SHOW("cancelled", W_TIME, Order, cancelled_ms, "Called off.", .empty = EMPTY_OMIT));

VIEW(simple_review_view, Review, "Review", "What the buyer thinks.", SHOW("rating", W_INT, Review, rating, "Stars, 1 to 5."),
     SHOW("comment", W_STR, Review, comment, "In words."), SHOW("reviewedAt", W_TIME, Review, created_ms, "When."));
static bool order_review(Render *r, const void *row, Value *out) {
    const Order *o = row;
    Review *review = ARENA_NEW(r->arena, Review);
    Key key = key2(REVIEW_BY_PAIR, o->id, o->client);
    bool mine = r->call->actor.user == o->client;
    if (!review || row_find(r->call, &REVIEW, REVIEW_BY_PAIR, &key, review) != OK || (!review->published_ms && !mine))
        return false;
    out->row = review;
    return true;
}

#define ORDER_ID SHOW_ID("_id", Order, id, &ORDER, "Its id.")
#define ORDER_PRICE SHOW("price", W_MONEY, Order, amount, "Agreed price.")
#define ORDER_STATE SHOW_GET("status", W_WORD, order_status, "Its state.", .words = &simple_status_words)
#define ORDER_DUE SHOW("expectedDelivery", W_TIME, Order, due_ms, "When it should be delivered.", .empty = EMPTY_NULL)
#define ORDER_CREATED SHOW("createdAt", W_TIME, Order, created_ms, "When it was ordered.")
VIEW(simple_order_view, Order, "Order", "An order.", ORDER_ID,
     SHOW_GET("gig", W_ROW, order_itself, "What was ordered.", .view = &simple_thing_view, .optional = true),
     SHOW_GET("buyer", W_ROW, order_buyer, "Who pays.", .view = &simple_party_view, .optional = true),
     SHOW_GET("seller", W_ROW, order_seller, "Who works.", .view = &simple_party_view, .optional = true), ORDER_PRICE,
     SHOW("deliveryTime", W_INT, Order, delivery_days, "In days.", .empty = EMPTY_NULL),
     SHOW("revisions", W_INT, Order, revisions_max, "Changes that are included; -1 is any number."), ORDER_STATE,
     SHOW_GET("requirements", W_ROWS, order_requirements, "Answered questions.", .view = &simple_requirement_view),
     SHOW("deliverables", W_ROWS, Order, deliverables, "Work handed in.", .view = &simple_deliverable_view,
          .record = &DELIVERABLE),
     SHOW_GET("revisionRequests", W_ROWS, order_revisions, "Changes asked for.", .view = &simple_revision_view),
     SHOW_GET("payment", W_ROW, order_itself, "Where the money is.", .view = &simple_payment_view),
     SHOW_GET("timeline", W_ROW, order_itself, "What happened when.", .view = &simple_timeline_view), ORDER_DUE,
     SHOW_GET("review", W_ROW, order_review, "What the buyer thinks.", .view = &simple_review_view, .optional = true),
     SHOW("cancelReason", W_STR, Order, cancel_reason, "Why it was cancelled.", .empty = EMPTY_OMIT), ORDER_CREATED,
     SHOW("updatedAt", W_TIME, Order, updated_ms, "When it changed last."));
#define BRIEF_ROWS(who_, get_)                                                                                                 \
    ORDER_ID, SHOW_GET("gig", W_ROW, order_itself, "What was ordered.", .view = &simple_thing_brief_view, .optional = true),   \
        SHOW_GET(who_, W_ROW, get_, "The other side.", .view = &simple_name_view, .optional = true), ORDER_PRICE, ORDER_STATE, \
        ORDER_DUE, ORDER_CREATED
VIEW(simple_bought_view, Order, "BoughtOrder", "An order as its buyer lists it.", BRIEF_ROWS("seller", order_seller));
VIEW(simple_sold_view, Order, "SoldOrder", "An order as its seller lists it.", BRIEF_ROWS("buyer", order_buyer));

#define SAID(ident_, name_, message_, key_)                                                                                   \
    static const ViewRow ident_##_rows[] = {SHOW_CONST("message", "\"" message_ "\"", "What was done."), SHOW_ITEM_AS(key_)}; \
    static const View ident_ = {.name = name_, .rows = ident_##_rows, .count = COUNT(ident_##_rows), .doc = "What was done."}
SAID(created_view, "OrderCreated", "Order created successfully", "order");
SAID(cancelled_view, "OrderCancelled", "Order cancelled successfully", "order");
SAID(reviewed_view, "Reviewed", "Review added successfully", "review");
SAID(delivered_view, "Delivered", "Deliverable added successfully", "deliverable");
SAID(revised_view, "RevisionRequested", "Revision requested successfully", "revisionRequest");
static const ViewRow one_rows[] = {SHOW_ITEM_AS("order")};
static const View one_view = {.name = "OneOrder", .rows = one_rows, .count = COUNT(one_rows), .doc = "An order."};

static bool moved_message(Render *r, const void *row, Value *out) {
    Str word = words_of(&simple_status_words, simple_of[((const Order *)row)->status]);
    out->s = arena_printf(r->arena, "Order status updated to %.*s", STR_ARG(word));
    return out->s.p != NULL;
}
VIEW(simple_moved_view, Order, "OrderMoved", "The order in its new state.",
     SHOW_GET("message", W_STR, moved_message, "What was done.", .optional = true),
     SHOW_GET("order", W_ROW, order_itself, "The order.", .view = &simple_order_view));

/* ---- acts ---- */

INPUTS_NAMED(requirement_in, Requirement, "RequirementIn",
             INPUT("question", IN_BODY, W_STR, Requirement, question, NO_HAS, "What the seller wants to know.",
                   .flags = IN_REQUIRED | IN_TRIM, .min = 1, .max = 500),
             INPUT("answer", IN_BODY, W_STR, Requirement, answer, NO_HAS, "What you say.", .flags = IN_TRIM, .max = 2000));
INPUTS(order_post_in, ServiceOrderIn,
       INPUT("gigId", IN_BODY, W_ID, ServiceOrderIn, service, NO_HAS, "Which gig.", .flags = IN_REQUIRED, .kind = &SERVICE),
       INPUT("requirements", IN_BODY, W_ROWS, ServiceOrderIn, questions, NO_HAS, "Answered questions.", .sub = &requirement_in,
             .record = &REQUIREMENT, .max = ORDER_QUESTIONS_MAX));

#define ORDER_IN(T, member) INPUT_ID("orderId", T, member, &ORDER, "Which order.")
INPUTS(order_id_in, IdIn, ORDER_IN(IdIn, id));
#define LIST_IN(ident_, role_)                                                                                \
    INPUTS(ident_, OrderListIn, INPUT_CONST(OrderListIn, role, role_),                                        \
           INPUT("status", IN_QUERY, W_WORDS, OrderListIn, statuses, NO_HAS, "Only such.", .flags = IN_COMMA, \
                 .words = &simple_status_filter_words),                                                       \
           SIMPLE_PAGING(OrderListIn, page, 10, 20))
LIST_IN(bought_in, ROLE_CLIENT);
LIST_IN(sold_in, ROLE_DOER);

typedef struct MoveIn {
    int64_t id;
    int32_t to;
    Str text;
} MoveIn;
INPUTS(move_in, MoveIn, ORDER_IN(MoveIn, id),
       INPUT("status", IN_BODY, W_WORD, MoveIn, to, NO_HAS, "Where to.", .flags = IN_REQUIRED, .words = &simple_status_words));
INPUTS(cancel_in, MoveIn, ORDER_IN(MoveIn, id), INPUT_CONST(MoveIn, to, SIMPLE_CANCELLED),
       INPUT("reason", IN_BODY, W_STR, MoveIn, text, NO_HAS, "Why.", .flags = IN_TRIM, .max = 2000));
static Err order_move(Call *c, const void *input, void *out) {
    const MoveIn *in = input;
    return move(c, in->id, in->to, in->text, out);
}

typedef struct DeliverIn {
    SubmitIn submit;
    List files; /* STRS */
    Uploads uploads;
} DeliverIn;
INPUTS(deliver_in, DeliverIn, ORDER_IN(DeliverIn, submit.id),
       INPUT("description", IN_BODY, W_STR, DeliverIn, submit.message, NO_HAS, "What you hand in.",
             .flags = IN_REQUIRED | IN_TRIM, .min = 1, .max = 5000),
       {.name = "files",
        .where = IN_BODY,
        .type = W_STRS,
        .offset = offsetof(DeliverIn, files),
        .size = sizeof(List),
        .canonical = "urls", /* those that are no files of this box */
        .has = NO_HAS,
        .flags = IN_TRIM,
        .max = ORDER_FILES_MAX,
        .doc = "Addresses of files; in a multipart body the files themselves, or both."});
static Err deliver_before(Exchange *x) {
    DeliverIn *in = x->in;
    Err e = simple_uploads(x, "files", false, FILE_ATTACHMENT, &in->uploads);
    return e ? e : simple_addresses(x, &in->files, &in->submit.files, &in->submit.urls);
}
static Err last_of(Call *c, const List *all, const Record *kind, void *out) {
    size_t n = 0;
    for (ListIter it = list_iter(all); list_rec(&it, kind, out);)
        n++;
    (void)c;
    return n ? OK : E_INTERNAL;
}
static Err deliver(Call *c, const void *input, void *out) {
    const DeliverIn *in = input;
    SubmitIn submit = in->submit;
    Order o;
    Err e = order_get(c, &(IdIn){submit.id}, &o);
    if (e == OK && o.doer != c->actor.user)
        e = E_FORBIDDEN;
    if (e == OK)
        e = simple_store(c, &in->uploads, &submit.files);
    if (e == OK)
        e = order_add_deliverable(c, &submit, &o);
    return e ? e : last_of(c, &o.deliverables, &DELIVERABLE, out);
}

INPUTS(revise_in, ReasonIn, ORDER_IN(ReasonIn, id),
       INPUT("description", IN_BODY, W_STR, ReasonIn, reason, NO_HAS, "What should change.", .flags = IN_REQUIRED | IN_TRIM,
             .min = 1, .max = 5000));
static Err revise(Call *c, const void *in, void *result) {
    RevisionRow *out = result;
    Order o;
    Err e = order_request_revision(c, in, &o);
    out->answered = 0;
    return e ? e : last_of(c, &o.revisions, &REVISION, &out->revision);
}

INPUTS(review_in, ReviewIn, ORDER_IN(ReviewIn, order),
       INPUT("rating", IN_BODY, W_INT, ReviewIn, rating, NO_HAS, "Stars.", .flags = IN_REQUIRED | IN_LENIENT, .min = 1, .max = 5),
       INPUT("comment", IN_BODY, W_STR, ReviewIn, comment, NO_HAS, "In words.", .flags = IN_TRIM, .max = REVIEW_COMMENT_MAX),
       INPUT_CONST(ReviewIn, at_once, 1));
/* Only the buyer reviews here. */
static Err review(Call *c, const void *in, void *out) {
    Order o;
    Err e = order_get(c, &(IdIn){((const ReviewIn *)in)->order}, &o);
    return e ? e : o.client != c->actor.user ? E_FORBIDDEN : review_add(c, in, out);
}

/* ---- routes ---- */

#define ORDERS "/api/simple-orders"
#define ACT(method_, path_, op_, in_, view_, envelope_, summary_)                                                               \
    .method = (method_), .path = ORDERS path_, .op = (op_), .in = &(in_), .view = &(view_), .envelope = (envelope_),            \
    .shape = SHAPE_ONE, .writes = true, .access = ACCESS_SIGNED_IN, .errors = ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_INVALID), \
    .summary = (summary_)
static const Route simple_orders_routes[] = {
    {.method = "POST",
     .path = ORDERS,
     .op = service_order,
     .in = &order_post_in,
     .view = &simple_order_view,
     .envelope = &created_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE) | ERR(E_MISSING) | ERR(E_FORBIDDEN),
     .summary = "Order a gig.",
     .doc = "It may be paid by POST /api/payments/create-order from now on, or in person."},
    {.method = "GET",
     .path = ORDERS "/buyer",
     .op = order_list,
     .in = &bought_in,
     .view = &simple_bought_view,
     .shape = SHAPE_LIST,
     .plural = "orders",
     .access = ACCESS_SIGNED_IN,
     .summary = "What one has ordered."},
    {.method = "GET",
     .path = ORDERS "/seller",
     .op = order_list,
     .in = &sold_in,
     .view = &simple_sold_view,
     .shape = SHAPE_LIST,
     .plural = "orders",
     .access = ACCESS_SIGNED_IN,
     .summary = "What others have ordered of one."},
    {.method = "GET",
     .path = ORDERS "/{orderId}",
     .op = order_get,
     .in = &order_id_in,
     .view = &simple_order_view,
     .envelope = &one_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "An order."},
    {ACT("PATCH", "/{orderId}/status", order_move, move_in, simple_moved_view, NULL, "Move an order on."),
     .doc =
         "pending to active, active and in_revision to delivered: the seller; delivered to completed or in_revision: the buyer; "
         "pending and active to cancelled: either."},
    {ACT("POST", "/{orderId}/deliverables", deliver, deliver_in, simple_deliverable_view, &delivered_view,
         "Hand in a part of the work."),
     .before = deliver_before, .body_max_bytes = SIMPLE_FORM_BYTES_MAX,
     .doc = "The seller of an active order or one in revision; its state stays."},
    {ACT("POST", "/{orderId}/revisions", revise, revise_in, simple_revision_view, &revised_view, "Ask for a change."),
     .doc = "The buyer of a delivered order, as long as revisions are left."},
    {ACT("POST", "/{orderId}/review", review, review_in, simple_review_view, &reviewed_view, "Say what the work is worth."),
     .doc = "The buyer of a completed order, once. It counts at once."},
    {ACT("DELETE", "/{orderId}/cancel", order_move, cancel_in, simple_order_view, &cancelled_view, "Cancel an order."),
     .doc = "Either side, pending or active. What was paid goes back."},
};
SECTION(simple_orders, "Simple orders", "Orders of gigs.");
