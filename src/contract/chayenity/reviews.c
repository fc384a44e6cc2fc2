/* Reviews. */
#include "contract/chayenity/chayenity.h"
#include "domain/engagement.h"
#include "domain/review.h"
#include "domain/row.h"

static bool review_reviewer(Render *r, const void *row, Value *out) {
    return chayenity_name_of(r, ((const Review *)row)->author, out);
}
static bool review_reviewee(Render *r, const void *row, Value *out) {
    return chayenity_name_of(r, ((const Review *)row)->subject, out);
}
static bool review_title(Render *r, const void *row, Value *out) {
    Order o;
    out->s = S("");
    if (rec_get(r->call->tx, &ORDER, ((const Review *)row)->order, &o) == OK)
        out->s = o.title;
    return true;
}
static bool review_updated(Render *r, const void *row, Value *out) {
    (void)r;
    const Review *v = row;
    out->i = v->updated_ms ? v->updated_ms : v->created_ms;
    return true;
}
VIEW(chayenity_review_view, Review, "Review", "What somebody thinks of somebody's work or manners.",
     SHOW_ID("id", Review, id, &REVIEW, "Its id."), SHOW_ID("gig_id", Review, gig, &GIG, "Of which gig.", .empty = EMPTY_NULL),
     SHOW_ID("reviewer_id", Review, author, &USER, "Who says it."), SHOW_ID("reviewee_id", Review, subject, &USER, "Of whom."),
     SHOW("rating", W_INT, Review, rating, "Stars, 1 to 5."), SHOW("comment", W_STR, Review, comment, "In words."),
     SHOW("created_at", W_TIME, Review, created_ms, "When."),
     SHOW_GET("updated_at", W_TIME, review_updated, "When it changed last."),
     SHOW_GET("reviewer_name", W_STR, review_reviewer, "Who says it, by name."),
     SHOW_GET("reviewee_name", W_STR, review_reviewee, "Of whom, by name."),
     SHOW_GET("gig_title", W_STR, review_title, "Of what."));

/* ---- lists, with what they come to ---- */

typedef struct ReviewsOut {
    PageOut page; /* of Review */
    int64_t stars[6];
} ReviewsOut;

static bool list_reviews(Render *r, const void *row, Value *out) {
    (void)r;
    const PageOut *p = &((const ReviewsOut *)row)->page;
    out->rows = (Rows){p->items, p->count};
    return true;
}
static bool list_average(Render *r, const void *row, Value *out) {
    (void)r;
    const int64_t *stars = ((const ReviewsOut *)row)->stars;
    int64_t sum = 0, n = 0;
    for (int i = 1; i <= 5; i++) {
        sum += i * stars[i];
        n += stars[i];
    }
    out->i = n ? (sum * 10 + n / 2) / n : 0;
    return true;
}
static bool list_itself(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = row;
    return true;
}
VIEW(chayenity_stars_view, ReviewsOut, "RatingDistribution", "How many have how many stars.",
     SHOW("5", W_INT, ReviewsOut, stars[5], "Five."), SHOW("4", W_INT, ReviewsOut, stars[4], "Four."),
     SHOW("3", W_INT, ReviewsOut, stars[3], "Three."), SHOW("2", W_INT, ReviewsOut, stars[2], "Two."),
     SHOW("1", W_INT, ReviewsOut, stars[1], "One."));
VIEW(chayenity_reviews_view, ReviewsOut, "Reviews", "Reviews, newest first.",
     SHOW_GET("reviews", W_ROWS, list_reviews, "These.", .view = &chayenity_review_view),
     SHOW("total_count", W_INT, ReviewsOut, page.total, "Reviews in all."),
     SHOW_GET("average_rating", W_DECIMAL, list_average, "Mean of the stars, 0 without any.", .scale = 1),
     SHOW_GET("rating_distribution", W_ROW, list_itself, "How many have how many stars.", .view = &chayenity_stars_view));

INPUTS(user_reviews_in, UserReviewsIn, INPUT_ID("user_id", UserReviewsIn, user, &USER, "About whom."),
       CHAYENITY_PAGING(UserReviewsIn, page, "skip", LIST_LIMIT_DEFAULT));
static Err about(Call *c, const void *in, void *result) {
    ReviewsOut *out = result;
    UserReviewsIn q = *(const UserReviewsIn *)in;
    q.page.page = 1;
    Err e = user_reviews(c, &q, &out->page);
    return e ? e : review_stars(c, q.user, out->stars);
}
INPUTS(my_reviews_in, PageIn,
       {.name = "skip",
        .where = IN_QUERY,
        .type = W_INT,
        IN_AT(PageIn, skip),
        .has = NO_HAS,
        .flags = IN_CLAMP,
        .min = 0,
        .max = 1000000,
        .doc = "Things to pass over."},
       {.name = "limit",
        .where = IN_QUERY,
        .type = W_INT,
        IN_AT(PageIn, limit),
        .has = NO_HAS,
        .flags = IN_CLAMP | IN_DEFAULT,
        .min = 1,
        .max = LIST_LIMIT_MAX,
        .fallback = LIST_LIMIT_DEFAULT,
        .doc = "Things at most."});
static Err written(Call *c, const void *in, void *result) {
    ReviewsOut *out = result;
    PageIn page = *(const PageIn *)in, whole = {.page = 1, .limit = LIST_WHOLE};
    PageOut all;
    page.page = 1;
    Err e = reviews_written(c, &page, &out->page);
    if (e == OK)
        e = reviews_written(c, &whole, &all);
    for (size_t i = 0; e == OK && i < all.count; i++)
        out->stars[((const Review *)all.items)[i].rating]++;
    return e;
}

/* ---- writing ---- */

enum { COMMENT_MAX = 1000 };
typedef struct WriteIn {
    int64_t gig, subject;
    ReviewIn review;
} WriteIn;
#define RATING(T, member, has_, flags_) \
    INPUT("rating", IN_BODY, W_INT, T, member, has_, "Stars.", .flags = (flags_), .min = 1, .max = 5)
#define COMMENT(T, member, has_, flags_) \
    INPUT("comment", IN_BODY, W_STR, T, member, has_, "In words.", .flags = (flags_) | IN_TRIM, .min = 1, .max = COMMENT_MAX)
INPUTS(write_in, WriteIn,
       INPUT("gig_id", IN_BODY, W_ID, WriteIn, gig, NO_HAS, "Of which gig.", .flags = IN_REQUIRED, .kind = &GIG),
       INPUT("reviewee_id", IN_BODY, W_ID, WriteIn, subject, NO_HAS, "Of whom.", .flags = IN_REQUIRED, .kind = &USER),
       RATING(WriteIn, review.rating, NO_HAS, IN_REQUIRED), COMMENT(WriteIn, review.comment, NO_HAS, IN_REQUIRED));
static Err write_review(Call *c, const void *input, void *out) {
    const WriteIn *in = input;
    GigRow row = {.distance_m = -1};
    Err e = row_load(c, &GIG, in->gig, &row.gig);
    if (e == OK)
        e = engagement_load(c, &row);
    if (e)
        return e;
    int64_t me = c->actor.user, client = row.gig.client, doer = row.order.doer;
    if (me != client && me != doer)
        return E_FORBIDDEN;
    if (row.stage != STAGE_COMPLETED || !row.order.id)
        return diag_fail(c->diag, E_STATE, "NOT_REVIEWABLE", S("Only a completed gig can be reviewed."));
    if (in->subject != (me == client ? doer : client))
        return diag_field(c->diag, E_INVALID, S("subject"), S("must be the other one of the gig"));
    ReviewIn review = in->review;
    review.order = row.order.id;
    return review_add(c, &review, out);
}
INPUTS(edit_in, ReviewEdit, INPUT_ID("review_id", ReviewEdit, id, &REVIEW, "Which review."),
       RATING(ReviewEdit, rating, REVIEW_SET_RATING, 0), COMMENT(ReviewEdit, comment, REVIEW_SET_COMMENT, 0));
INPUTS(review_id_in, IdIn, INPUT_ID("review_id", IdIn, id, &REVIEW, "Which review."));

static const Route chayenity_reviews_routes[] = {
    {.method = "POST",
     .path = "/api/reviews",
     .op = write_review,
     .in = &write_in,
     .view = &chayenity_review_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING) | ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_CONFLICT),
     .summary = "Say what you think of the other one.",
     .doc = "Others see it when both have said it, or after some days."},
    {.method = "GET",
     .path = "/api/reviews/user/{user_id}",
     .op = about,
     .in = &user_reviews_in,
     .view = &chayenity_reviews_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING),
     .summary = "Reviews about somebody."},
    {.method = "GET",
     .path = "/api/reviews/my-reviews",
     .op = written,
     .in = &my_reviews_in,
     .view = &chayenity_reviews_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_SIGNED_IN,
     .summary = "What one has written."},
    {.method = "PUT",
     .path = "/api/reviews/{review_id}",
     .op = review_update,
     .in = &edit_in,
     .view = &chayenity_review_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Change a review."},
    {.method = "DELETE",
     .path = "/api/reviews/{review_id}",
     .op = review_delete,
     .in = &review_id_in,
     .shape = SHAPE_NONE,
     .status = 204,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Take a review back."},
};
SECTION(chayenity_reviews, "Reviews", "What people say of each other.");
