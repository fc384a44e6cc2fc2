#include "domain/notify.h"

#include "codec/money.h"
#include "domain/device.h"
#include "domain/event.h"
#include "domain/lang.h"
#include "domain/notification.h"
#include "domain/outbox.h"
#include "domain/preference.h"
#include "domain/report.h"
#include "domain/row.h"
#include "domain/user.h"

enum { READ_ALL_MAX = 1000, AMOUNT_BYTES_MAX = 64 };

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

static const Str slugs[NOTE_TYPE_COUNT] = {
    [NOTE_NEW_APPLICATION] = STR_INIT("new_application"),
    [NOTE_APPLICATION_ACCEPTED] = STR_INIT("application_accepted"),
    [NOTE_APPLICATION_REJECTED] = STR_INIT("application_rejected"),
    [NOTE_APPLICATION_WITHDRAWN] = STR_INIT("application_withdrawn"),
    [NOTE_ORDER_CREATED] = STR_INIT("order_created"),
    [NOTE_PAYMENT_RECEIVED] = STR_INIT("payment_received"),
    [NOTE_WORK_STARTED] = STR_INIT("work_started"),
    [NOTE_WORK_SUBMITTED] = STR_INIT("work_submitted"),
    [NOTE_REVISION_REQUESTED] = STR_INIT("revision_requested"),
    [NOTE_ORDER_APPROVED] = STR_INIT("order_approved"),
    [NOTE_ORDER_COMPLETED] = STR_INIT("order_completed"),
    [NOTE_ORDER_CANCELLED] = STR_INIT("order_cancelled"),
    [NOTE_ORDER_DISPUTED] = STR_INIT("order_disputed"),
    [NOTE_DISPUTE_SETTLED] = STR_INIT("dispute_settled"),
    [NOTE_AUTO_APPROVE_SOON] = STR_INIT("auto_approve_soon"),
    [NOTE_REFUND] = STR_INIT("refund"),
    [NOTE_WITHDRAWAL_PAID] = STR_INIT("withdrawal_paid"),
    [NOTE_WITHDRAWAL_FAILED] = STR_INIT("withdrawal_failed"),
    [NOTE_BANK_VERIFIED] = STR_INIT("bank_verified"),
    [NOTE_BANK_FAILED] = STR_INIT("bank_failed"),
    [NOTE_NEW_MESSAGE] = STR_INIT("new_message"),
    [NOTE_NEW_REVIEW] = STR_INIT("new_review"),
    [NOTE_BADGE] = STR_INIT("badge"),
    [NOTE_GIG_BOOSTED] = STR_INIT("gig_boosted"),
    [NOTE_SAVED_SEARCH] = STR_INIT("saved_search"),
    [NOTE_ID_VERIFIED] = STR_INIT("id_verified"),
    [NOTE_LISTING_REMOVED] = STR_INIT("listing_removed"),
    [NOTE_AGREEMENT_ACCEPTED] = STR_INIT("contract_accepted"),
    [NOTE_AGREEMENT_REJECTED] = STR_INIT("contract_rejected"),
    [NOTE_APPLICATION_STAGE] = STR_INIT("application_status"),
    [NOTE_GIG_UPDATED] = STR_INIT("gig_update"),
    [NOTE_CALL_SCHEDULED] = STR_INIT("call_scheduled"),
    [NOTE_CALL_STARTED] = STR_INIT("call_started"),
    [NOTE_CALL_SOON] = STR_INIT("call_reminder"),
    [NOTE_CALL_CANCELLED] = STR_INIT("call_cancelled"),
    [NOTE_LISTING_RESTORED] = STR_INIT("listing_restored"),
    [NOTE_ID_REJECTED] = STR_INIT("id_rejected"),
    [NOTE_REPORT_SETTLED] = STR_INIT("report_settled"),
    [NOTE_SAVED_SEARCH_DIGEST] = STR_INIT("saved_search_digest"),
};

Str notification_slug(int32_t type) { return type > 0 && type < NOTE_TYPE_COUNT ? slugs[type] : (Str){NULL, 0}; }

int32_t notification_type(Str slug) {
    for (int32_t i = 1; i < NOTE_TYPE_COUNT; i++)
        if (str_eq(slugs[i], slug))
            return i;
    return 0;
}

/* What the notice says in a language. */
static Err say(Call *c, int32_t lang, const Notice *n, Text *out) {
    Buf money = buf_arena(c->arena, AMOUNT_BYTES_MAX);
    const Currency *currency = currency_find(c->cfg->currency);
    buf_add(&money, currency ? currency->sign : c->cfg->currency);
    money_add(&money, n->amount, MONEY_MAJOR, c->cfg->currency_decimals);
    const Var vars[] = {{"subject", n->subject, false}, {"detail", n->detail, false}, {"amount", buf_str(&money), false}};
    return money.err ? money.err : lang_say(c->arena, lang, n->type, vars, COUNT(vars), out);
}

static Err push(Call *c, const Notification *note, int32_t lang, const Text *text) {
    Key key = key1(DEVICE_BY_USER, note->user);
    Device *all;
    size_t n;
    Err e = row_all(c, &DEVICE, DEVICE_BY_USER, &key, DEVICES_MAX, &all, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        Outbox row = {.kind = OUT_PUSH,
                      .user = note->user,
                      .to = all[i].token,
                      .subject = text->title,
                      .body = text->body,
                      .lang = lang,
                      .ref = all[i].id,
                      .note = note->id,
                      .idempotency_key = arena_printf(c->arena, "push:%lld:%lld", (long long)note->id, (long long)all[i].id)};
        e = outbox_add(c, &row);
    }
    return e;
}

static Err send_text(Call *c, const Notification *note, OutboxKind kind, Str to, int32_t lang, const Text *text) {
    bool mail = kind == OUT_EMAIL;
    Outbox row = {.kind = kind,
                  .user = note->user,
                  .to = to,
                  .subject =
                      mail ? arena_printf(c->arena, "%.*s: %.*s", STR_ARG(c->cfg->name), STR_ARG(text->title)) : (Str){NULL, 0},
                  .body = mail ? text->body : text->sms,
                  .lang = lang,
                  .idempotency_key = arena_printf(c->arena, "note:%d:%lld", (int)kind, (long long)note->id)};
    return row.idempotency_key.p ? outbox_add(c, &row) : E_NOMEM;
}

/* What leaves the box, in the person's own language. */
static Err send_all(Call *c, const User *u, const Notice *n, const Notification *note) {
    Preference wanted = preference_of(u, n->type);
    int32_t lang = lang_choose(u->lang, 0), sms_lang = lang_sms(c->cfg, lang);
    Text text;
    Err e = say(c, lang, n, &text);
    if (e == OK && wanted.push)
        e = push(c, note, lang, &text);
    if (e == OK && wanted.email && u->email.n && (u->flags & USER_EMAIL_VERIFIED))
        e = send_text(c, note, OUT_EMAIL, u->email, lang, &text);
    if (e || !wanted.sms || !u->phone.n || !(u->flags & USER_PHONE_VERIFIED))
        return e;
    e = sms_lang == lang ? OK : say(c, sms_lang, n, &text);
    return e ? e : send_text(c, note, OUT_SMS, u->phone, sms_lang, &text);
}

Err notify(Call *c, const Notice *n) {
    User u;
    Text text;
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
    e = say(c, LANG_EN, n, &text);
    Notification note = {.user = n->user,
                         .type = n->type,
                         .title = text.title,
                         .body = text.body,
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
    if (e == OK)
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
    return e ? e : send_all(c, &u, n, &note);
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
