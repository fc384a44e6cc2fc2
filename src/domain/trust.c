#include "domain/trust.h"

#include "domain/notify.h"
#include "domain/order.h"

/* ---- the score ---- */

static int64_t clamp(int64_t v, int64_t low, int64_t high) { return v < low ? low : v > high ? high : v; }

static int64_t of_phone(const TrustFacts *f) { return f->phone ? 5 : 0; }
static int64_t of_email(const TrustFacts *f) { return f->email ? 5 : 0; }
static int64_t of_id(const TrustFacts *f) { return f->id ? 15 : 0; }
static int64_t of_completed(const TrustFacts *f) { return clamp(f->completed, 0, 15); }
/* Mean against 3 stars: 5 stars are +10, 1 star is -10; rounded half away from zero. */
static int64_t of_rating(const TrustFacts *f) {
    if (f->rating_count == 0)
        return 0;
    int64_t twice = 10 * (f->rating_sum - 3 * f->rating_count), n = 2 * f->rating_count;
    return clamp((twice + (twice < 0 ? -f->rating_count : f->rating_count)) / n, -10, 10);
}
static int64_t of_disputes(const TrustFacts *f) { return -10 * f->disputes_lost; }
static int64_t of_cancellations(const TrustFacts *f) { return -3 * f->funded_cancellations; }

enum { TRUST_START = 50 };
static int64_t (*const score_rows[])(const TrustFacts *) = {
    of_phone,         /* +5 verified */
    of_email,         /* +5 verified */
    of_id,            /* +15 verified */
    of_completed,     /* +1 each, up to 15 */
    of_rating,        /* -10..+10 against 3 stars */
    of_disputes,      /* -10 each lost */
    of_cancellations, /* -3 each of a funded order */
};

int32_t trust_score(const TrustFacts *f) {
    int64_t score = TRUST_START;
    for (size_t i = 0; i < COUNT(score_rows); i++)
        score += score_rows[i](f);
    return (int32_t)clamp(score, 0, 100);
}

/* ---- badges ---- */

static bool first_gig(const TrustFacts *f) { return f->completed_as_doer >= 1; }
static bool ten_gigs(const TrustFacts *f) { return f->completed_as_doer >= 10; }
static bool top_rated(const TrustFacts *f) { return f->rating_count >= 5 && 10 * f->rating_sum >= 48 * f->rating_count; }
static bool verified_student(const TrustFacts *f) { return f->id; }
static bool fast_responder(const TrustFacts *f) { return f->replies >= 5 && f->reply_ms <= 15 * MS_MINUTE; }

static const struct {
    Str slug;
    bool (*earned)(const TrustFacts *);
} badge_rows[] = {
    {STR_INIT("first_gig"), first_gig},               /* one order completed as doer */
    {STR_INIT("ten_gigs"), ten_gigs},                 /* ten of them */
    {STR_INIT("top_rated"), top_rated},               /* mean of 4.8 over at least five reviews */
    {STR_INIT("verified_student"), verified_student}, /* student ID verified */
    {STR_INIT("fast_responder"), fast_responder},     /* first answers within 15 minutes on average, over five chats */
};

Err trust_apply(Call *c, User *u) {
    OrderFacts orders;
    Err e = order_facts(c, u->id, &orders);
    if (e)
        return e;
    TrustFacts f = {.phone = u->flags & USER_PHONE_VERIFIED,
                    .email = u->flags & USER_EMAIL_VERIFIED,
                    .id = u->flags & USER_ID_VERIFIED,
                    .completed = orders.completed_as_doer + orders.completed_as_client,
                    .completed_as_doer = orders.completed_as_doer,
                    .rating_sum = u->rating_sum,
                    .rating_count = u->rating_count,
                    .disputes_lost = orders.disputes_lost,
                    .funded_cancellations = orders.funded_cancellations,
                    .reply_ms = u->replies ? u->reply_sum_ms / u->replies : 0,
                    .replies = u->replies};
    u->completed_gigs = orders.completed_as_doer;
    u->trust = trust_score(&f);
    for (size_t i = 0; e == OK && i < COUNT(badge_rows); i++) {
        if (!badge_rows[i].earned(&f) || list_has_str(&u->badges, badge_rows[i].slug))
            continue;
        u->badges = list_append_str(c->arena, u->badges, badge_rows[i].slug);
        Notice n = {.user = u->id, .type = NOTE_BADGE, .subject = badge_rows[i].slug};
        e = notify(c, &n);
    }
    return e;
}
