#include "domain/notify.h"

#include "codec/money.h"
#include "domain/device.h"
#include "domain/event.h"
#include "domain/notification.h"
#include "domain/outbox.h"
#include "domain/preference.h"
#include "domain/report.h"
#include "domain/row.h"
#include "domain/user.h"

enum { READ_ALL_MAX = 1000, NOTE_TEXT_BYTES_MAX = 8192 };

static bool is_unread(const void *row) { return ((const Notification *)row)->read_ms == 0; }

static const Field notification_fields[] = {
    FIELD(1, Notification, user, F_I64, "who was told"),
    FIELD(2, Notification, type, F_I32, "what kind of news"),
    FIELD(3, Notification, title, F_STR, "in short"),
    FIELD(4, Notification, body, F_STR, "in a sentence"),
    FIELD(5, Notification, gig, F_I64, "gig it is about"),
    FIELD(6, Notification, order, F_I64, "order it is about"),
    FIELD(7, Notification, application, F_I64, "application it is about"),
    FIELD(8, Notification, conversation, F_I64, "conversation it is about"),
    FIELD(9, Notification, actor, F_I64, "who caused it"),
    FIELD(10, Notification, created_ms, F_I64, "when"),
    FIELD(11, Notification, read_ms, F_I64, "when it was read"),
    FIELD(12, Notification, call, F_I64, "call it is about"),
    FIELD(13, Notification, subject, F_STR, "what the body names"),
    FIELD(14, Notification, detail, F_STR, "and tells of it"),
    FIELD(15, Notification, amount, F_I64, "and how much"),
};
// clang-format off
static const Index notification_indexes[] = {
    {.id = 75, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "notification_user", .doc = "of a user", .parts = {{.tag = 1}}},
    {.id = 76, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "notification_unread", .doc = "unread ones", .parts = {{.tag = 1}}, .when = is_unread},
};
// clang-format on
const Record NOTIFICATION = {.kind = 12,
                             .size = sizeof(Notification),
                             .name = "notification",
                             .doc = "what a person was told",
                             .fields = notification_fields,
                             .field_count = COUNT(notification_fields),
                             .indexes = notification_indexes,
                             .index_count = COUNT(notification_indexes)};
const Index *const NOTIFICATION_BY_USER = &notification_indexes[0];
const Index *const NOTIFICATION_UNREAD = &notification_indexes[1];

/* {subject}, {detail} and {amount} are put in. */
static const struct {
    Str slug, title, body;
} templates[NOTE_TYPE_COUNT] = {
    [NOTE_NEW_APPLICATION] = {STR_INIT("new_application"), STR_INIT("New application"),
                              STR_INIT("Somebody applied to \"{subject}\".")},
    [NOTE_APPLICATION_ACCEPTED] = {STR_INIT("application_accepted"), STR_INIT("Application accepted"),
                                   STR_INIT("You were chosen for \"{subject}\".")},
    [NOTE_APPLICATION_REJECTED] = {STR_INIT("application_rejected"), STR_INIT("Application not chosen"),
                                   STR_INIT("You were not chosen for \"{subject}\".")},
    [NOTE_APPLICATION_WITHDRAWN] = {STR_INIT("application_withdrawn"), STR_INIT("Application withdrawn"),
                                    STR_INIT("An application to \"{subject}\" was withdrawn.")},
    [NOTE_ORDER_CREATED] = {STR_INIT("order_created"), STR_INIT("New order"),
                            STR_INIT("There is an order for \"{subject}\" over {amount}.")},
    [NOTE_PAYMENT_RECEIVED] = {STR_INIT("payment_received"), STR_INIT("Payment received"),
                               STR_INIT("{amount} for \"{subject}\" is held safely until the work is approved.")},
    [NOTE_WORK_STARTED] = {STR_INIT("work_started"), STR_INIT("Work has started"),
                           STR_INIT("Work on \"{subject}\" has started.")},
    [NOTE_WORK_SUBMITTED] = {STR_INIT("work_submitted"), STR_INIT("Work handed in"),
                             STR_INIT("The work for \"{subject}\" waits for your approval.")},
    [NOTE_REVISION_REQUESTED] = {STR_INIT("revision_requested"), STR_INIT("Revision requested"),
                                 STR_INIT("Changes are asked for in \"{subject}\".")},
    [NOTE_ORDER_APPROVED] = {STR_INIT("order_approved"), STR_INIT("Work approved"),
                             STR_INIT("Your work for \"{subject}\" was approved.")},
    [NOTE_ORDER_COMPLETED] = {STR_INIT("order_completed"), STR_INIT("Order completed"), STR_INIT("\"{subject}\" is complete.")},
    [NOTE_ORDER_CANCELLED] = {STR_INIT("order_cancelled"), STR_INIT("Order cancelled"), STR_INIT("\"{subject}\" was cancelled.")},
    [NOTE_ORDER_DISPUTED] = {STR_INIT("order_disputed"), STR_INIT("Order disputed"),
                             STR_INIT("A moderator will look at \"{subject}\".")},
    [NOTE_DISPUTE_SETTLED] = {STR_INIT("dispute_settled"), STR_INIT("Dispute settled"),
                              STR_INIT("A moderator has decided about \"{subject}\".")},
    [NOTE_AUTO_APPROVE_SOON] = {STR_INIT("auto_approve_soon"), STR_INIT("Please look at the work"),
                                STR_INIT("The work for \"{subject}\" is soon approved by itself.")},
    [NOTE_REFUND] = {STR_INIT("refund"), STR_INIT("Refund"), STR_INIT("{amount} is on its way back to you.")},
    [NOTE_WITHDRAWAL_PAID] = {STR_INIT("withdrawal_paid"), STR_INIT("Withdrawal paid"),
                              STR_INIT("{amount} was sent to your bank account.")},
    [NOTE_WITHDRAWAL_FAILED] = {STR_INIT("withdrawal_failed"), STR_INIT("Withdrawal failed"),
                                STR_INIT("{amount} could not be sent and is back in your wallet.")},
    [NOTE_BANK_VERIFIED] = {STR_INIT("bank_verified"), STR_INIT("Bank account verified"),
                            STR_INIT("You can withdraw to the account ending in {subject}.")},
    [NOTE_BANK_FAILED] = {STR_INIT("bank_failed"), STR_INIT("Bank account not verified"),
                          STR_INIT("The account ending in {subject} could not be verified.")},
    [NOTE_NEW_MESSAGE] = {STR_INIT("new_message"), STR_INIT("New message"), STR_INIT("{subject} wrote to you.")},
    [NOTE_NEW_REVIEW] = {STR_INIT("new_review"), STR_INIT("New review"),
                         STR_INIT("{subject} reviewed you. It shows once you have written yours, or after some days.")},
    [NOTE_BADGE] = {STR_INIT("badge"), STR_INIT("New badge"), STR_INIT("You earned the badge {subject}.")},
    [NOTE_GIG_BOOSTED] = {STR_INIT("gig_boosted"), STR_INIT("Gig boosted"),
                          STR_INIT("\"{subject}\" is shown first among equals.")},
    [NOTE_SAVED_SEARCH] = {STR_INIT("saved_search"), STR_INIT("A gig for you"),
                           STR_INIT("\"{subject}\" fits a search of yours.")},
    [NOTE_ID_VERIFIED] = {STR_INIT("id_verified"), STR_INIT("Student ID verified"), STR_INIT("Your student ID was verified.")},
    [NOTE_LISTING_REMOVED] = {STR_INIT("listing_removed"), STR_INIT("Listing taken down"),
                              STR_INIT("A moderator took \"{subject}\" down: {detail}")},
    [NOTE_AGREEMENT_ACCEPTED] = {STR_INIT("contract_accepted"), STR_INIT("Contract accepted"),
                                 STR_INIT("Your contract over {amount} was accepted.")},
    [NOTE_AGREEMENT_REJECTED] = {STR_INIT("contract_rejected"), STR_INIT("Contract rejected"),
                                 STR_INIT("Your contract over {amount} was rejected.")},
    [NOTE_APPLICATION_STAGE] = {STR_INIT("application_status"), STR_INIT("Your application"),
                                STR_INIT("Your application to \"{subject}\" is being looked at.")},
    [NOTE_GIG_UPDATED] = {STR_INIT("gig_update"), STR_INIT("Gig changed"), STR_INIT("\"{subject}\" has changed.")},
    [NOTE_CALL_SCHEDULED] = {STR_INIT("call_scheduled"), STR_INIT("Call scheduled"),
                             STR_INIT("{subject} has fixed a time for a call with you.")},
    [NOTE_CALL_STARTED] = {STR_INIT("call_started"), STR_INIT("Call"), STR_INIT("{subject} is calling you.")},
    [NOTE_CALL_SOON] = {STR_INIT("call_reminder"), STR_INIT("Call soon"), STR_INIT("Your call with {subject} begins soon.")},
    [NOTE_CALL_CANCELLED] = {STR_INIT("call_cancelled"), STR_INIT("Call cancelled"),
                             STR_INIT("The call with {subject} was called off.")},
    [NOTE_LISTING_RESTORED] = {STR_INIT("listing_restored"), STR_INIT("Listing is back"),
                               STR_INIT("\"{subject}\" can be seen again.")},
    [NOTE_ID_REJECTED] = {STR_INIT("id_rejected"), STR_INIT("Student ID not accepted"),
                          STR_INIT("Your student ID was not accepted: {detail}")},
    [NOTE_REPORT_SETTLED] = {STR_INIT("report_settled"), STR_INIT("Your report was looked at"),
                             STR_INIT("A moderator has {detail} your report. Thank you.")},
    [NOTE_SAVED_SEARCH_DIGEST] = {STR_INIT("saved_search_digest"), STR_INIT("More gigs for you"),
                                  STR_INIT("{subject} more gigs fit your saved searches.")},
};

Str notification_slug(int32_t type) { return type > 0 && type < NOTE_TYPE_COUNT ? templates[type].slug : (Str){NULL, 0}; }

int32_t notification_type(Str slug) {
    for (int32_t i = 1; i < NOTE_TYPE_COUNT; i++)
        if (str_eq(templates[i].slug, slug))
            return i;
    return 0;
}

static Str fill(Call *c, Str template, const Notice *n) {
    Buf b = buf_arena(c->arena, NOTE_TEXT_BYTES_MAX);
    const Currency *currency = currency_find(c->cfg->currency);
    for (size_t i = 0; i < template.n;) {
        Str rest = str_from(template, i);
        if (str_starts(rest, S("{subject}"))) {
            buf_add(&b, n->subject);
            i += sizeof("{subject}") - 1;
        } else if (str_starts(rest, S("{detail}"))) {
            buf_add(&b, n->detail);
            i += sizeof("{detail}") - 1;
        } else if (str_starts(rest, S("{amount}"))) {
            buf_add(&b, currency ? currency->sign : c->cfg->currency);
            money_add(&b, n->amount, MONEY_MAJOR, c->cfg->currency_decimals);
            i += sizeof("{amount}") - 1;
        } else {
            buf_char(&b, template.p[i++]);
        }
    }
    return buf_str(&b);
}

static Err push(Call *c, const Notification *note) {
    Key key = key1(DEVICE_BY_USER, note->user);
    Device *all;
    size_t n;
    Err e = row_all(c, &DEVICE, DEVICE_BY_USER, &key, DEVICES_MAX, &all, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        Outbox row = {.kind = OUT_PUSH,
                      .user = note->user,
                      .to = all[i].token,
                      .subject = note->title,
                      .body = note->body,
                      .ref = all[i].id,
                      .note = note->id,
                      .idempotency_key = arena_printf(c->arena, "push:%lld:%lld", (long long)note->id, (long long)all[i].id)};
        e = outbox_add(c, &row);
    }
    return e;
}

static Err send_text(Call *c, const Notification *note, OutboxKind kind, Str to) {
    Outbox row = {.kind = kind,
                  .user = note->user,
                  .to = to,
                  .subject = kind == OUT_EMAIL ? arena_printf(c->arena, "%.*s: %.*s", STR_ARG(c->cfg->name), STR_ARG(note->title))
                                               : (Str){NULL, 0},
                  .body = note->body,
                  .idempotency_key = arena_printf(c->arena, "note:%d:%lld", (int)kind, (long long)note->id)};
    return row.idempotency_key.p ? outbox_add(c, &row) : E_NOMEM;
}

Err notify(Call *c, const Notice *n) {
    User u;
    bool blocked = false;
    if (n->user == 0)
        return E_MISSING;
    if (n->user == n->actor)
        return OK;
    Err e = row_load(c, &USER, n->user, &u);
    if (e == OK && (u.flags & USER_DELETED))
        return OK;
    if (e == OK && n->actor)
        e = blocked_between(c, n->user, n->actor, &blocked);
    if (e || blocked)
        return e;
    Notification note = {.user = n->user,
                         .type = n->type,
                         .title = templates[n->type].title,
                         .body = fill(c, templates[n->type].body, n),
                         .gig = n->gig,
                         .order = n->order,
                         .application = n->application,
                         .conversation = n->conversation,
                         .call = n->call,
                         .actor = n->actor,
                         .created_ms = c->now_ms,
                         .subject = n->subject,
                         .detail = n->detail,
                         .amount = n->amount};
    e = rec_insert(c->tx, &NOTIFICATION, &note);
    Event ev = {.type = EV_NOTIFICATION,
                .verb = VERB_CREATED,
                .subject = note.id,
                .gig = n->gig,
                .order = n->order,
                .conversation = n->conversation,
                .users = list_of_i64s(c->arena, &n->user, 1)};
    if (e == OK)
        e = event_emit(c, &ev);
    Preference wanted = preference_of(&u, n->type);
    if (e == OK && wanted.push)
        e = push(c, &note);
    if (e == OK && wanted.email && u.email.n && (u.flags & USER_EMAIL_VERIFIED))
        e = send_text(c, &note, OUT_EMAIL, u.email);
    if (e == OK && wanted.sms && u.phone.n && (u.flags & USER_PHONE_VERIFIED))
        e = send_text(c, &note, OUT_SMS, u.phone);
    return e;
}

/* ---- the person's own list ---- */

Err notification_list(Call *c, const void *input, void *result) {
    const NotificationListIn *in = input;
    const Index *ix = in->unread_only ? NOTIFICATION_UNREAD : NOTIFICATION_BY_USER;
    Err e = call_signed_in(c);
    Key key = key1(ix, c->actor.user);
    return e ? e : row_page(c, &NOTIFICATION, ix, &key, in->page, result);
}

Err notification_read(Call *c, const void *input, void *result) {
    Notification *n = result;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &NOTIFICATION, ((const IdIn *)input)->id, n);
    if (e == OK && n->user != c->actor.user)
        e = E_MISSING;
    if (e || n->read_ms)
        return e;
    n->read_ms = c->now_ms;
    return rec_put(c->tx, &NOTIFICATION, n);
}

Err notification_read_all(Call *c, const void *in, void *result) {
    (void)in;
    NotificationsRead *out = result;
    Notification *all;
    size_t n;
    Err e = call_signed_in(c);
    Key key = key1(NOTIFICATION_UNREAD, c->actor.user);
    *out = (NotificationsRead){0};
    do {
        if (e == OK)
            e = row_all(c, &NOTIFICATION, NOTIFICATION_UNREAD, &key, READ_ALL_MAX, &all, &n);
        for (size_t i = 0; e == OK && i < n; i++) {
            all[i].read_ms = c->now_ms;
            e = rec_put(c->tx, &NOTIFICATION, &all[i]);
            out->count += e == OK;
        }
    } while (e == OK && n == READ_ALL_MAX);
    return e;
}

Err notification_unread(Call *c, const void *in, void *result) {
    (void)in;
    Err e = call_signed_in(c);
    Key key = key1(NOTIFICATION_UNREAD, c->actor.user);
    return e ? e : index_count(c->tx, NOTIFICATION_UNREAD, &key, &((NotificationsRead *)result)->count);
}
