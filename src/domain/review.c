#include "domain/review.h"

#include "domain/application.h"
#include "domain/audit.h"
#include "domain/event.h"
#include "domain/notify.h"
#include "domain/order.h"
#include "domain/row.h"
#include "domain/service.h"
#include "domain/user.h"

#define REMOVED_DUE INT64_MAX /* stands behind all that is to be published */

static bool is_published(const void *row) { return ((const Review *)row)->published_ms != 0; }
static bool is_hidden(const void *row) { return !is_published(row); }

static const Field review_fields[] = {
    FIELD(1, Review, order, F_I64, "order it is about"),
    FIELD(2, Review, gig, F_I64, "gig of that order"),
    FIELD(3, Review, service, F_I64, "service of that order"),
    FIELD(4, Review, author, F_I64, "who says it"),
    FIELD(5, Review, subject, F_I64, "about whom"),
    FIELD(6, Review, rating, F_I32, "stars, 1 to 5"),
    FIELD(7, Review, comment, F_STR, "in words"),
    FIELD(8, Review, created_ms, F_I64, "written"),
    FIELD(9, Review, published_ms, F_I64, "since when others see it"),
    FIELD(10, Review, due_ms, F_I64, "published by itself then"),
    FIELD(11, Review, updated_ms, F_I64, "changed since"),
    FIELD(19, Review, removed_ms, F_I64, "taken down by a moderator since"),
    FIELD(20, Review, removed_reason, F_STR, "why"),
};
// clang-format off
static const Index review_indexes[] = {
    {.id = 70, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "review_subject", .doc = "about a user", .parts = {{.tag = 5}}, .when = is_published},
    {.id = 71, .kind = IX_UNIQUE, .part_count = 2, .name = "review_pair", .doc = "one per order and direction", .parts = {{.tag = 1}, {.tag = 4}}},
    {.id = 17, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "review_author", .doc = "written by a user", .parts = {{.tag = 4}}},
    {.id = 18, .kind = IX_ORDERED, .part_count = 2, .counted = 2, .name = "review_stars", .doc = "about a user, by stars", .parts = {{.tag = 5}, {.tag = 6}}, .when = is_published},
    {.id = 72, .kind = IX_ORDERED, .part_count = 1, .name = "review_due", .doc = "what to publish next", .parts = {{.tag = 10}}, .when = is_hidden},
};
// clang-format on
const Record REVIEW = {.kind = 10,
                       .size = sizeof(Review),
                       .name = "review",
                       .doc = "what somebody says of somebody after an order",
                       .fields = review_fields,
                       .field_count = COUNT(review_fields),
                       .indexes = review_indexes,
                       .index_count = COUNT(review_indexes)};
const Index *const REVIEW_BY_SUBJECT = &review_indexes[0];
const Index *const REVIEW_BY_PAIR = &review_indexes[1];
const Index *const REVIEW_BY_AUTHOR = &review_indexes[2];
const Index *const REVIEW_BY_STARS = &review_indexes[3];
const Index *const REVIEW_BY_DUE = &review_indexes[4];

/* A published rating begins (delta 1) or ends (-1) to count. */
static Err count(Call *c, const Review *r, int32_t rating, int32_t delta) {
    Service s;
    Err e = user_rated(c, r->subject, rating, delta);
    /* A service is rated by those who bought it. */
    if (e == OK && r->service && (e = row_load(c, &SERVICE, r->service, &s)) == OK && s.doer == r->subject) {
        s.rating_sum += (int64_t)rating * delta;
        s.rating_count += delta;
        e = rec_put(c->tx, &SERVICE, &s);
    }
    return e;
}

static Err publish(Call *c, Review *r) {
    r->published_ms = c->now_ms;
    Err e = rec_put(c->tx, &REVIEW, r);
    if (e == OK)
        e = count(c, r, r->rating, 1);
    Event ev = {.type = EV_REVIEW, .verb = VERB_CREATED, .subject = r->id, .order = r->order, .gig = r->gig};
    return e ? e : event_emit(c, &ev);
}

static Err other_review(Call *c, int64_t order, int64_t author, Review *out) {
    Key key = key2(REVIEW_BY_PAIR, order, author);
    return row_find(c, &REVIEW, REVIEW_BY_PAIR, &key, out);
}

Err review_add(Call *c, const void *input, void *result) {
    const ReviewIn *in = input;
    Review *r = result, other;
    Order o;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &ORDER, in->order, &o);
    if (e)
        return e;
    bool client = o.client == c->actor.user;
    if (!client && o.doer != c->actor.user)
        return E_FORBIDDEN;
    Str comment = str_trim(in->comment);
    if (in->rating < 1 || in->rating > 5)
        e = diag_field(c->diag, E_INVALID, S("rating"), S("must be from 1 to 5"));
    if (str_utf8_len(comment) > REVIEW_COMMENT_MAX)
        e = diag_field(c->diag, E_INVALID, S("comment"),
                       arena_printf(c->arena, "must have at most %d characters", REVIEW_COMMENT_MAX));
    if (e)
        return e;
    bool done = o.status == ORDER_COMPLETED || o.status == ORDER_APPROVED;
    if (!done && !(in->early && (ORDER_OPEN_MASK & ORDER_BIT(o.status))))
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("only a completed order can be reviewed"));
    *r = (Review){.order = o.id,
                  .gig = o.gig,
                  .service = o.service,
                  .author = c->actor.user,
                  .subject = client ? o.doer : o.client,
                  .rating = in->rating,
                  .comment = comment,
                  .created_ms = c->now_ms,
                  .due_ms = c->now_ms + c->cfg->review_hidden_ms};
    e = rec_insert(c->tx, &REVIEW, r);
    if (e == E_CONFLICT)
        return diag_fail(c->diag, e, "ALREADY_REVIEWED", S("you have reviewed this order already"));
    if (e)
        return e;
    e = other_review(c, o.id, r->subject, &other);
    bool both = e == OK;
    if (e && e != E_MISSING)
        return e;
    e = both && !other.published_ms && !other.removed_ms ? publish(c, &other) : OK;
    if (e == OK && (both || in->at_once))
        e = publish(c, r);
    User author;
    if (e == OK)
        e = row_load(c, &USER, r->author, &author);
    if (e)
        return e;
    Notice n = {.user = r->subject,
                .type = NOTE_NEW_REVIEW,
                .order = o.id,
                .gig = o.gig,
                .actor = r->author,
                .subject = author.name.n ? author.name : S("Somebody")};
    return notify(c, &n);
}

Err review_add_to_gig(Call *c, const void *input, void *result) {
    const GigReviewIn *in = input;
    Gig g;
    User u;
    Application a;
    Order o;
    Err e = call_signed_in(c);
    if (e == OK)
        e = rec_get(c->tx, &GIG, in->gig, &g);
    if (e == OK && (g.flags & GIG_DELETED))
        e = E_MISSING;
    if (e == OK)
        e = user_load(c, in->subject, &u);
    if (e)
        return e;
    if (in->subject == c->actor.user)
        return diag_field(c->diag, E_INVALID, S("subject"), S("must be somebody else"));
    /* One of the two is the client, the other the doer. */
    bool client = g.client == c->actor.user;
    Key pair = key2(APPLICATION_BY_PAIR, g.id, client ? in->subject : c->actor.user);
    e = client || g.client == in->subject ? row_find(c, &APPLICATION, APPLICATION_BY_PAIR, &pair, &a) : E_MISSING;
    if (e == OK && a.status != APPLICATION_ACCEPTED)
        e = E_MISSING;
    Key of = key1(ORDER_BY_APPLICATION, e ? 0 : a.id);
    if (e == OK)
        e = row_find(c, &ORDER, ORDER_BY_APPLICATION, &of, &o);
    if (e == E_MISSING)
        return diag_fail(c->diag, E_FORBIDDEN, "NOT_ACCEPTED", S("no application to this gig was accepted between you"));
    ReviewIn r = {.order = e ? 0 : o.id, .rating = in->rating, .comment = in->comment, .early = true};
    return e ? e : review_add(c, &r, result);
}

Err order_reviews(Call *c, const void *input, void *result) {
    PageOut *out = result;
    Order o;
    Err e = call_signed_in(c);
    if (e == OK)
        e = rec_get(c->tx, &ORDER, ((const IdIn *)input)->id, &o);
    if (e == OK)
        e = order_party(c, &o);
    Review *rows = ARENA_ARRAY(c->arena, 2, Review);
    if (e == OK && !rows)
        e = E_NOMEM;
    const int64_t authors[] = {o.client, o.doer};
    for (size_t i = 0; e == OK && i < COUNT(authors); i++) {
        Review r;
        e = other_review(c, o.id, authors[i], &r);
        if (e == OK && (r.published_ms || r.author == c->actor.user))
            rows[out->count++] = r;
        if (e == E_MISSING)
            e = OK;
    }
    out->items = rows;
    out->total = (int64_t)out->count;
    out->page = 1;
    out->limit = COUNT(authors);
    return e;
}

Err user_reviews(Call *c, const void *input, void *result) {
    const UserReviewsIn *in = input;
    User u;
    Err e = user_load(c, in->user, &u);
    Key key = key1(REVIEW_BY_SUBJECT, in->user);
    return e ? e : row_page(c, &REVIEW, REVIEW_BY_SUBJECT, &key, in->page, result);
}

static Err own_review(Call *c, int64_t id, Review *out) {
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &REVIEW, id, out);
    return e == OK && out->author != c->actor.user ? E_FORBIDDEN : e;
}

Err review_update(Call *c, const void *input, void *result) {
    const ReviewEdit *in = input;
    Review *r = result;
    Err e = own_review(c, in->id, r);
    if (e)
        return e;
    int32_t was = r->rating;
    if (HAS(in, REVIEW_SET_RATING))
        r->rating = in->rating;
    if (HAS(in, REVIEW_SET_COMMENT))
        r->comment = str_trim(in->comment);
    if (r->rating < 1 || r->rating > 5)
        return diag_field(c->diag, E_INVALID, S("rating"), S("must be from 1 to 5"));
    if (str_utf8_len(r->comment) > REVIEW_COMMENT_MAX)
        return diag_field(c->diag, E_INVALID, S("comment"),
                          arena_printf(c->arena, "must have at most %d characters", REVIEW_COMMENT_MAX));
    r->updated_ms = c->now_ms;
    e = rec_put(c->tx, &REVIEW, r);
    if (e == OK && r->published_ms && was != r->rating) {
        e = count(c, r, was, -1);
        if (e == OK)
            e = count(c, r, r->rating, 1);
    }
    return e;
}

Err review_delete(Call *c, const void *input, void *result) {
    (void)result;
    Review r;
    Err e = own_review(c, ((const IdIn *)input)->id, &r);
    if (e == OK && r.published_ms)
        e = count(c, &r, r.rating, -1);
    return e ? e : rec_delete(c->tx, &REVIEW, r.id);
}

Err reviews_written(Call *c, const void *input, void *result) {
    Key key = key1(REVIEW_BY_AUTHOR, c->actor.user);
    Err e = call_signed_in(c);
    return e ? e : row_page(c, &REVIEW, REVIEW_BY_AUTHOR, &key, *(const PageIn *)input, result);
}

Err review_stars(Call *c, int64_t user, int64_t stars[6]) {
    Err e = OK;
    for (int i = 1; e == OK && i <= 5; i++) {
        Key key = key2(REVIEW_BY_STARS, user, i);
        e = index_count(c->tx, REVIEW_BY_STARS, &key, &stars[i]);
    }
    return e;
}

/* ---- for moderators ---- */

static const Str act_take_down = STR_INIT("review.take_down");

static Err review_for(Call *c, int64_t id, bool removed, Review *r) {
    Err e = call_moderator(c);
    if (e == OK)
        e = row_load(c, &REVIEW, id, r);
    if (e)
        return e;
    if (r->author == c->actor.user || r->subject == c->actor.user)
        return diag_fail(c->diag, E_FORBIDDEN, "FORBIDDEN", S("Somebody else must look at this one."));
    if ((r->removed_ms != 0) != removed)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE",
                         removed ? S("the review is not taken down") : S("the review is taken down already"));
    return OK;
}

static Err tell_author(Call *c, const Review *r, int32_t type, Str reason) {
    Err e = notify(
        c, &(Notice){
               .user = r->author, .type = type, .order = r->order, .gig = r->gig, .subject = S("Your review"), .detail = reason});
    return e == E_MISSING ? OK : e;
}

Err review_take_down(Call *c, const void *input, void *result) {
    const ReasonIn *in = input;
    Review *r = result;
    Str reason = str_trim(in->reason);
    Err e = review_for(c, in->id, false, r);
    if (e)
        return e;
    if (!reason.n || str_utf8_len(reason) > REVIEW_COMMENT_MAX)
        return diag_field(c->diag, E_INVALID, S("reason"),
                          arena_printf(c->arena, "must have 1 to %d characters", REVIEW_COMMENT_MAX));
    bool counted = r->published_ms != 0;
    r->removed_ms = c->now_ms;
    r->removed_reason = reason;
    r->published_ms = 0;
    r->due_ms = REMOVED_DUE;
    e = rec_put(c->tx, &REVIEW, r);
    if (e == OK && counted)
        e = count(c, r, r->rating, -1);
    if (e == OK)
        e = audit_add(c, act_take_down, S("review"), r->id, reason);
    return e ? e : tell_author(c, r, NOTE_LISTING_REMOVED, reason);
}

Err review_restore(Call *c, const void *input, void *result) {
    Review *r = result, other;
    Err e = review_for(c, ((const IdIn *)input)->id, true, r);
    if (e)
        return e;
    r->removed_ms = 0;
    r->removed_reason = (Str){NULL, 0};
    r->due_ms = r->created_ms + c->cfg->review_hidden_ms;
    e = other_review(c, r->order, r->subject, &other);
    if (e && e != E_MISSING)
        return e;
    e = e == OK || r->due_ms <= c->now_ms ? publish(c, r) : rec_put(c->tx, &REVIEW, r);
    if (e == OK)
        e = audit_add(c, S("review.restore"), S("review"), r->id, S(""));
    return e ? e : tell_author(c, r, NOTE_LISTING_RESTORED, S(""));
}

Err reviews_removed(Call *c, const void *input, void *result) {
    const PageIn *page = input;
    PageOut *out = result;
    Scan *scan;
    Key key = key1(REVIEW_BY_DUE, REMOVED_DUE);
    int64_t start = page_offset(*page);
    *out = page_out(*page);
    RemovedReview *rows = ARENA_ARRAY(c->arena, (size_t)out->limit, RemovedReview);
    Err e = !rows ? E_NOMEM : call_moderator(c);
    if (e == OK)
        e = scan_open(c->tx, REVIEW_BY_DUE, (ScanRange){.prefix = &key, .descending = true}, &scan);
    if (e)
        return e;
    out->items = rows;
    out->total = scan_skip(scan, start);
    for (; out->count < (size_t)out->limit && scan_next_rec(scan, &REVIEW, &rows[out->count].review); out->count++)
        out->total++;
    if (out->count == (size_t)out->limit)
        out->total += scan_skip(scan, INT64_MAX);
    scan_close(scan);
    for (size_t i = 0; e == OK && i < out->count; i++)
        e = audit_who(c, act_take_down, S("review"), rows[i].review.id, &rows[i].by);
    return e ? e : tx_err(c->tx);
}

Err reviews_publish_due(Call *c, size_t max, size_t *done) {
    Err e = OK;
    for (*done = 0; e == OK && *done < max; ++*done) {
        Scan *scan;
        Review r;
        e = scan_open(c->tx, REVIEW_BY_DUE, (ScanRange){0}, &scan);
        if (e)
            break;
        bool some = scan_next_rec(scan, &REVIEW, &r) && r.due_ms <= c->now_ms;
        scan_close(scan);
        if (!some)
            break;
        e = row_keep(c->arena, &REVIEW, &r);
        if (e == OK)
            e = publish(c, &r);
    }
    return e;
}
