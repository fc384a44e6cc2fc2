/* review.h - what people say of each other after an order; one per order and direction.
 *
 * Double-blind: a review stays hidden from others until both exist or cfg.review_hidden_ms have passed; then it is published, and
 * only then counts. Contracts without two-way reviews publish at once. */
#ifndef DOMAIN_REVIEW_H
#define DOMAIN_REVIEW_H

#include "domain/domain.h"

enum { REVIEW_COMMENT_MAX = 2000 };

typedef struct Review {
    int64_t id;
    int64_t order, gig, service;
    int64_t author, subject; /* users */
    int32_t rating;          /* 1..5 */
    Str comment;
    int64_t created_ms;
    int64_t published_ms; /* 0: hidden still */
    int64_t due_ms;       /* published by itself then */
    int64_t updated_ms;   /* when its author changed it, 0 = never */
    int64_t removed_ms;   /* taken down by a moderator: then hidden whatever is due */
    Str removed_reason;
} Review;
extern const Record REVIEW;
extern const Index *const REVIEW_BY_SUBJECT; /* subject, where published; counted */
extern const Index *const REVIEW_BY_PAIR;    /* unique: order, author */
extern const Index *const REVIEW_BY_AUTHOR;  /* author; counted */
extern const Index *const REVIEW_BY_STARS;   /* subject, rating, where published; counted both */
extern const Index *const REVIEW_BY_DUE;     /* due_ms, where hidden */

typedef struct ReviewIn {
    int64_t order;
    int32_t rating;
    Str comment;
    bool at_once; /* no double-blind period */
    bool early;   /* an order that is under way will do, in contracts where accepting is all that is known of it */
} ReviewIn;
/* ReviewIn -> Review. The parties of a completed order. E_STATE otherwise, E_CONFLICT a second time, E_INVALID rating. */
OpFn review_add;
typedef struct GigReviewIn {
    int64_t gig, subject;
    int32_t rating;
    Str comment;
} GigReviewIn;
/* GigReviewIn -> Review. One of the two between whom an application to the gig was accepted says it of the other: a review of
 * their order, which may be under way. E_MISSING: no such gig or person; E_INVALID for oneself; E_FORBIDDEN: nothing was accepted
 * between them. */
OpFn review_add_to_gig;
/* IdIn (order) -> PageOut of Review: the caller's own and the published one of the other side. Parties only. */
OpFn order_reviews;

typedef struct UserReviewsIn {
    int64_t user;
    PageIn page;
} UserReviewsIn;
/* UserReviewsIn -> PageOut of Review: published ones about the user, newest first. */
OpFn user_reviews;

enum { REVIEW_SET_RATING, REVIEW_SET_COMMENT };
typedef struct ReviewEdit {
    uint64_t has;
    int64_t id;
    int32_t rating;
    Str comment;
} ReviewEdit;
/* ReviewEdit -> Review: its author; what counted already counts anew. E_FORBIDDEN others. */
OpFn review_update;
/* IdIn -> nothing: its author takes it back. */
OpFn review_delete;
/* PageIn -> PageOut of Review: what the caller wrote, hidden ones too, newest first. */
OpFn reviews_written;
/* How many published reviews about a user have 1 to 5 stars (stars[1] to stars[5]). */
Err review_stars(Call *c, int64_t user, int64_t stars[6]);

/* ReasonIn -> Review. Moderators: it does not count any more, and only its author sees it. E_STATE when it is down already.
 * Neither one's own nor one about oneself: E_FORBIDDEN. Audited; the author is told. */
OpFn review_take_down;
/* IdIn -> Review. And back; one that nobody may have seen yet waits for its time. E_STATE when it is not down. */
OpFn review_restore;
typedef struct RemovedReview {
    Review review;
    int64_t by; /* who took it down */
} RemovedReview;
/* PageIn -> PageOut of RemovedReview: those that are down, newest review first. Moderators. */
OpFn reviews_removed;

/* Publishes up to `max` reviews whose time has come. By a job. */
Err reviews_publish_due(Call *c, size_t max, size_t *done);

#endif
