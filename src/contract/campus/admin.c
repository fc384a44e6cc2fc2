/* Moderating: people, listings, reports; the audit log. */
#include "contract/campus/admin.h"
#include "contract/download.h"
#include "domain/audit.h"
#include "domain/bank.h"
#include "domain/category.h"
#include "domain/city.h"
#include "domain/conversation.h"
#include "domain/moderate.h"
#include "domain/outbox.h"
#include "domain/report.h"
#include "domain/review.h"
#include "domain/wallet.h"

/* ---- people ---- */

WORDS(admin_state_words, "UserState", WORD(USER_IS_SUSPENDED, "suspended"), WORD(USER_IS_ID_PENDING, "id_pending"),
      WORD(USER_IS_ID_VERIFIED, "id_verified"), WORD(USER_IS_MODERATOR, "moderator"), WORD(USER_IS_ADMIN, "admin"),
      WORD(USER_IS_DELETED, "deleted"));
WORDS(admin_right_words, "AdminRole", WORD(RIGHT_MODERATOR, "moderator"), WORD(RIGHT_ADMIN, "admin"));

INPUTS(admin_users_in, UserListIn,
       INPUT("search", IN_QUERY, W_STR, UserListIn, search, NO_HAS,
             "Words of name, username, phone, e-mail, university; or a whole phone number.", .flags = IN_TRIM, .max = 200),
       INPUT("status", IN_QUERY, W_WORD, UserListIn, state, NO_HAS, "Only those; all that are not deleted when it is not said.",
             .words = &admin_state_words),
       INPUT_PAGE(UserListIn, page));
INPUTS(admin_user_in, IdIn, INPUT_ID("id", IdIn, id, &USER, "Which person."));
#define REASON_IN(ident, kind_, doc_)                                                                                        \
    INPUTS(ident, ReasonIn, INPUT_ID("id", ReasonIn, id, kind_, doc_),                                                       \
           INPUT("reason", IN_BODY, W_STR, ReasonIn, reason, NO_HAS, "Why; the person is told, and it is in the audit log.", \
                 .flags = IN_REQUIRED | IN_TRIM, .min = 1, .max = MODERATE_REASON_MAX))
REASON_IN(admin_user_reason_in, &USER, "Which person.");
INPUTS(admin_right_in, RightIn, INPUT_ID("id", RightIn, id, &USER, "Which person."),
       INPUT("role", IN_BODY, W_WORD, RightIn, right, NO_HAS, "Which role.", .flags = IN_REQUIRED, .words = &admin_right_words));

static Err document_write(Exchange *x, Call *c, void *arg) { return user_id_document(c, x->in, arg); }

/* The look is noted in the audit log before the first byte is given. */
static Err id_document(Exchange *x) {
    IdIn file = {0};
    Err e = exchange_write(x, document_write, &file);
    if (e)
        return e;
    *(IdIn *)x->in = file;
    return download_handler(x);
}

static const Route campus_admin_people_routes[] = {
    {ADMIN_READ(MODERATOR, "/api/admin/users", user_list, &admin_users_in, &campus_user_view), .shape = SHAPE_LIST,
     .plural = "users", .summary = "Everybody, newest first; or who is searched for."},
    {ADMIN_READ(MODERATOR, "/api/admin/users/{id}", user_look, &admin_user_in, &campus_user_view), .shape = SHAPE_ONE,
     .summary = "A person, a deleted one too."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/users/{id}/suspend", user_suspend, &admin_user_reason_in, &campus_user_view),
     .errors = ERR(E_STATE), .summary = "Suspend somebody.", .doc = "All sessions end and their sockets close at once."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/users/{id}/unsuspend", user_unsuspend, &admin_user_in, &campus_user_view),
     .errors = ERR(E_STATE), .summary = "Let somebody in again."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/users/{id}/verify-id", user_id_verify, &admin_user_in, &campus_user_view),
     .errors = ERR(E_STATE), .summary = "The student ID is good."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/users/{id}/reject-id", user_id_reject, &admin_user_reason_in, &campus_user_view),
     .errors = ERR(E_STATE), .summary = "The student ID is not good.",
     .doc = "The document is taken off the profile; the person is told why and may upload another."},
    {.method = "GET",
     .path = "/api/admin/users/{id}/id-document",
     .handler = id_document,
     .in = &admin_user_in,
     .shape = SHAPE_RAW,
     .media = "*/*",
     .access = ACCESS_MODERATOR,
     .summary = "The student ID's file.",
     .doc = "Looking at it is in the audit log."},
    {ADMIN_ACT(ADMIN, "POST", "/api/admin/users/{id}/grant", user_grant, &admin_right_in, &campus_user_view),
     .errors = ERR(E_STATE), .summary = "Make somebody a moderator or an admin."},
    {ADMIN_ACT(ADMIN, "POST", "/api/admin/users/{id}/revoke", user_revoke, &admin_right_in, &campus_user_view),
     .errors = ERR(E_STATE), .summary = "Take that role away.", .doc = "The last admin keeps it."},
};
SECTION(campus_admin_people, "Admin: people", "Looking people up, suspending, verifying, roles.");

/* ---- listings ---- */

INPUTS(admin_page_in, PageIn, INPUT_PAGING(PageIn, page, limit));
INPUTS(admin_gig_in, IdIn, INPUT_ID("id", IdIn, id, &GIG, "Which gig."));
INPUTS(admin_service_in, IdIn, INPUT_ID("id", IdIn, id, &SERVICE, "Which service."));
REASON_IN(admin_gig_reason_in, &GIG, "Which gig.");
REASON_IN(admin_service_reason_in, &SERVICE, "Which service.");
INPUTS(admin_review_in, IdIn, INPUT_ID("id", IdIn, id, &REVIEW, "Which review."));
REASON_IN(admin_review_reason_in, &REVIEW, "Which review.");

#define PERSON_OF(name_, member_)                               \
    static bool name_(Render *r, const void *row, Value *out) { \
        (void)r;                                                \
        out->row = &((const RemovedReview *)row)->member_;      \
        return ((const RemovedReview *)row)->member_ != 0;      \
    }
PERSON_OF(removed_author, review.author)
PERSON_OF(removed_subject, review.subject)
PERSON_OF(removed_by, by)
VIEW(admin_review_view, RemovedReview, "RemovedReview", "A review that a moderator took down.",
     SHOW_ID("id", RemovedReview, review.id, &REVIEW, "Its id."),
     SHOW_ID("orderId", RemovedReview, review.order, &ORDER, "Of which order."),
     SHOW("rating", W_INT, RemovedReview, review.rating, "1 to 5 stars."),
     SHOW("comment", W_STR, RemovedReview, review.comment, "In words."),
     SHOW_GET("reviewer", W_ROW, removed_author, "Who says it.", .view = &campus_person_view, .optional = true),
     SHOW_GET("reviewee", W_ROW, removed_subject, "Of whom.", .view = &campus_person_view, .optional = true),
     SHOW("createdAt", W_TIME, RemovedReview, review.created_ms, "When it was written."),
     SHOW_GET("removedBy", W_ROW, removed_by, "Who took it down.", .view = &campus_person_view, .optional = true),
     SHOW("removedAt", W_TIME, RemovedReview, review.removed_ms, "When."),
     SHOW("removedReason", W_STR, RemovedReview, review.removed_reason, "Why."));

static const Route campus_admin_listings_routes[] = {
    {ADMIN_READ(MODERATOR, "/api/admin/gigs", gig_list_removed, &admin_page_in, &campus_gig_view), .shape = SHAPE_LIST,
     .plural = "gigs", .summary = "Gigs that were taken down, newest first."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/gigs/{id}/take-down", gig_take_down, &admin_gig_reason_in, &campus_gig_view),
     .errors = ERR(E_STATE), .summary = "Take a gig down.",
     .doc = "Nobody but its owner and moderators sees it any more. Orders that came of it go on."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/gigs/{id}/restore", gig_restore, &admin_gig_in, &campus_gig_view),
     .errors = ERR(E_STATE), .summary = "Show it again."},
    {ADMIN_READ(MODERATOR, "/api/admin/services", service_list_removed, &admin_page_in, &campus_service_view),
     .shape = SHAPE_LIST, .plural = "services", .summary = "Services that were taken down."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/services/{id}/take-down", service_take_down, &admin_service_reason_in,
               &campus_service_view),
     .errors = ERR(E_STATE), .summary = "Take a service down."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/services/{id}/restore", service_restore, &admin_service_in, &campus_service_view),
     .errors = ERR(E_STATE), .summary = "Show it again."},
    {ADMIN_READ(MODERATOR, "/api/admin/reviews", reviews_removed, &admin_page_in, &admin_review_view), .shape = SHAPE_LIST,
     .plural = "reviews", .summary = "Reviews that were taken down, newest first."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/reviews/{id}/take-down", review_take_down, &admin_review_reason_in,
               &campus_review_view),
     .errors = ERR(E_STATE), .summary = "Take a review down.",
     .doc = "It does not count any more; only its author still sees it."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/reviews/{id}/restore", review_restore, &admin_review_in, &campus_review_view),
     .errors = ERR(E_STATE), .summary = "Show it again."},
};
SECTION(campus_admin_listings, "Admin: listings", "Taking gigs, services and reviews down.");

/* ---- ids of any kind ---- */

static const struct {
    Str name;
    const Record *record;
} kinds[] = {
    {STR_INIT("user"), &USER},       {STR_INIT("gig"), &GIG},
    {STR_INIT("service"), &SERVICE}, {STR_INIT("order"), &ORDER},
    {STR_INIT("message"), &MESSAGE}, {STR_INIT("review"), &REVIEW},
    {STR_INIT("report"), &REPORT},   {STR_INIT("withdrawal"), &WITHDRAWAL},
    {STR_INIT("refund"), &REFUND},   {STR_INIT("receipt"), &RECEIPT},
    {STR_INIT("payment"), &PAYMENT}, {STR_INIT("bank_account"), &BANK_ACCOUNT},
    {STR_INIT("outbox"), &OUTBOX},   {STR_INIT("category"), &CATEGORY},
    {STR_INIT("city"), &CITY},
};

bool admin_subject(Render *r, Str thing, int64_t id, Value *out) {
    for (size_t i = 0; id && i < COUNT(kinds); i++)
        if (str_eq(kinds[i].name, thing)) {
            out->s = id_text(r->ids, r->arena, ID_UUID, kinds[i].record->kind, id);
            return true;
        }
    return false;
}

bool admin_subject_of(Exchange *x, Str thing, Str id, int64_t *out) {
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_eq(kinds[i].name, thing))
            return id_parse(engine_ids(x->engine), ID_UUID, kinds[i].record->kind, id, out);
    return false;
}

/* ---- reports ---- */

WORDS(admin_report_words, "ReportType", WORD(REPORT_USER, "user"), WORD(REPORT_GIG, "gig"), WORD(REPORT_SERVICE, "service"),
      WORD(REPORT_MESSAGE, "message"), WORD(REPORT_REVIEW, "review"));
WORDS(admin_report_state_words, "ReportStatus", WORD(REPORT_OPEN, "open"), WORD(REPORT_UPHELD, "upheld"),
      WORD(REPORT_DISMISSED, "dismissed"));

static bool report_subject(Render *r, const void *row, Value *out) {
    const Report *p = row;
    return admin_subject(r, words_of(&admin_report_words, p->thing), p->subject, out);
}

/* What was reported, in its own words; and whose it is. */
static bool reported(Render *r, const Report *p, Str *text, const int64_t **owner) {
    union {
        User user;
        Gig gig;
        Service service;
        Message message;
        Review review;
    } *row = arena_alloc(r->arena, sizeof *row);
    const struct {
        const Record *record;
        const Str *text;
        const int64_t *owner;
    } of[] = {
        [REPORT_USER] = {&USER, &row->user.name, &row->user.id},
        [REPORT_GIG] = {&GIG, &row->gig.title, &row->gig.client},
        [REPORT_SERVICE] = {&SERVICE, &row->service.title, &row->service.doer},
        [REPORT_MESSAGE] = {&MESSAGE, &row->message.text, &row->message.sender},
        [REPORT_REVIEW] = {&REVIEW, &row->review.comment, &row->review.author},
    };
    if (!row) {
        r->out->err = E_NOMEM;
        return false;
    }
    if (p->thing < REPORT_USER || p->thing > REPORT_REVIEW || rec_get(r->call->tx, of[p->thing].record, p->subject, row))
        return false;
    *text = *of[p->thing].text;
    *owner = of[p->thing].owner;
    return true;
}
static bool report_text(Render *r, const void *row, Value *out) {
    const int64_t *owner;
    return reported(r, row, &out->s, &owner);
}
static bool report_owner(Render *r, const void *row, Value *out) {
    Str text;
    const int64_t *owner;
    bool there = reported(r, row, &text, &owner);
    if (there)
        out->row = owner;
    return there;
}
static bool report_by(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Report *)row)->by;
    return true;
}

VIEW(admin_report_view, Report, "AdminReport", "Something that a person reported.", SHOW_ID("id", Report, id, &REPORT, "Its id."),
     SHOW("type", W_WORD, Report, thing, "What it is about.", .words = &admin_report_words),
     SHOW_GET("subjectId", W_STR, report_subject, "Its id.", .optional = true),
     SHOW_GET("subjectText", W_STR, report_text, "Its name, title or text; null when it is gone.", .optional = true),
     SHOW_GET("subjectUser", W_ROW, report_owner, "Whose it is.", .view = &campus_person_view, .optional = true),
     SHOW("reason", W_STR, Report, reason, "What was said."),
     SHOW_GET("reporter", W_ROW, report_by, "Who said it.", .view = &campus_person_view, .optional = true),
     SHOW("status", W_WORD, Report, state, "What became of it.", .words = &admin_report_state_words),
     SHOW("note", W_STR, Report, note, "What the moderator noted.", .empty = EMPTY_NULL),
     SHOW_ID("settledBy", Report, settled_by, &USER, "Which moderator.", .empty = EMPTY_NULL),
     SHOW("createdAt", W_TIME, Report, created_ms, "When it was reported."),
     SHOW("settledAt", W_TIME, Report, settled_ms, "When it was settled.", .empty = EMPTY_NULL));

INPUTS(admin_reports_in, ReportListIn,
       INPUT("status", IN_QUERY, W_WORD, ReportListIn, state, NO_HAS, "open when it is not said.",
             .words = &admin_report_state_words),
       INPUT_PAGE(ReportListIn, page));
INPUTS(admin_report_in, IdIn, INPUT_ID("id", IdIn, id, &REPORT, "Which report."));
#define SETTLE_IN(ident, state_)                                                                                      \
    INPUTS(ident, ReportSettleIn, INPUT_ID("id", ReportSettleIn, id, &REPORT, "Which report."),                       \
           INPUT_CONST(ReportSettleIn, state, state_),                                                                \
           INPUT("note", IN_BODY, W_STR, ReportSettleIn, note, NO_HAS, "For the other moderators.", .flags = IN_TRIM, \
                 .max = REPORT_REASON_MAX))
SETTLE_IN(admin_resolve_in, REPORT_UPHELD);
SETTLE_IN(admin_dismiss_in, REPORT_DISMISSED);

/* ---- the audit log ---- */

static bool audit_subject(Render *r, const void *row, Value *out) {
    const Audit *a = row;
    return admin_subject(r, a->thing, a->subject, out);
}
static bool audit_actor(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Audit *)row)->actor;
    return ((const Audit *)row)->actor != 0;
}
VIEW(admin_audit_view, Audit, "AuditEntry", "An act of an admin, a moderator, or of the box about money.",
     SHOW("number", W_INT, Audit, id, "Its number in the chain, from 1."), SHOW("at", W_TIME, Audit, at_ms, "When."),
     SHOW_GET("actor", W_ROW, audit_actor, "Who; null: the box itself.", .view = &campus_person_view, .optional = true),
     SHOW("act", W_STR, Audit, act, "What was done."), SHOW("type", W_STR, Audit, thing, "To what kind of thing."),
     SHOW_GET("subjectId", W_STR, audit_subject, "To which.", .optional = true),
     SHOW("detail", W_STR, Audit, detail, "More, in a line."));

typedef struct AuditIn {
    AuditListIn list; /* first */
    Str subject;
} AuditIn;
INPUTS(admin_audit_in, AuditIn,
       INPUT("type", IN_QUERY, W_STR, AuditIn, list.thing, NO_HAS, "Only about such things: user, gig, order, ….", .max = 40),
       INPUT("subjectId", IN_QUERY, W_STR, AuditIn, subject, NO_HAS, "With type: only about this one.", .max = 64),
       INPUT("act", IN_QUERY, W_STR, AuditIn, list.act, NO_HAS, "Only this act, for instance user.suspend.", .max = 60),
       INPUT("actorId", IN_QUERY, W_ID, AuditIn, list.actor, NO_HAS, "Only by this person.", .kind = &USER),
       INPUT_PAGING(AuditIn, list.page.page, list.page.limit));
static Err audit_before(Exchange *x) {
    AuditIn *in = x->in;
    if (!in->subject.n || admin_subject_of(x, in->list.thing, in->subject, &in->list.subject))
        return OK;
    x->binding = true;
    return diag_field(&x->diag, E_INVALID, S("subjectId"), S("must be the id of a thing of this type"));
}

static const Route campus_admin_reports_routes[] = {
    {ADMIN_READ(MODERATOR, "/api/admin/reports", report_list, &admin_reports_in, &admin_report_view), .shape = SHAPE_LIST,
     .plural = "reports", .summary = "What people reported, newest first."},
    {ADMIN_READ(MODERATOR, "/api/admin/reports/{id}", report_look, &admin_report_in, &admin_report_view), .shape = SHAPE_ONE,
     .summary = "A report."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/reports/{id}/resolve", report_settle, &admin_resolve_in, &admin_report_view),
     .errors = ERR(E_STATE), .summary = "The report was right.",
     .doc = "What follows from it, taking a listing down or suspending somebody, are acts of their own."},
    {ADMIN_ACT(MODERATOR, "POST", "/api/admin/reports/{id}/dismiss", report_settle, &admin_dismiss_in, &admin_report_view),
     .errors = ERR(E_STATE), .summary = "The report was not right."},
    {ADMIN_READ(MODERATOR, "/api/admin/audit", audit_list, &admin_audit_in, &admin_audit_view), .before = audit_before,
     .shape = SHAPE_LIST, .plural = "entries", .summary = "The audit log, newest first.",
     .doc = "One filter at a time: type (with subjectId), act, or actorId. The log is a hash chain; gigbox check follows it."},
};
SECTION(campus_admin_reports, "Admin: reports", "What people reported, and what was done.");
