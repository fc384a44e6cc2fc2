#include "domain/erase.h"

#include "crypto/hmac.h"
#include "domain/application.h"
#include "domain/audit.h"
#include "domain/bank.h"
#include "domain/device.h"
#include "domain/event.h"
#include "domain/file.h"
#include "domain/gig_internal.h"
#include "domain/moderate.h"
#include "domain/notification.h"
#include "domain/order.h"
#include "domain/outbox.h"
#include "domain/profile.h"
#include "domain/report.h"
#include "domain/row.h"
#include "domain/saved.h"
#include "domain/saved_search.h"
#include "domain/service.h"
#include "domain/subscription.h"
#include "domain/video_call.h"
#include "domain/wallet.h"

static Err bad_state(Call *c, const char *message) { return diag_fail(c->diag, E_STATE, "INVALID_STATE", str_c0(message)); }

/* ---- confirming ---- */

Err confirm_send(Call *c, const void *in, void *out) {
    (void)in;
    User u;
    Err e = user_actor(c, &u);
    if (e)
        return e;
    Str to = u.flags & USER_PHONE_VERIFIED ? u.phone : u.flags & USER_EMAIL_VERIFIED ? u.email : S("");
    if (!to.n)
        return bad_state(c, "prove a phone number or an e-mail address first");
    ((SendOtpOut *)out)->expires_in_s = c->cfg->otp_ttl_ms / MS_SECOND;
    return otp_send(c, OTP_CONFIRM, to, u.id);
}

/* The code of confirm_send where there is one, else one that would sign the person in. */
static Err code_good(Call *c, const User *u, Str code, bool *good) {
    bool phone = u->flags & USER_PHONE_VERIFIED;
    Str contact = phone ? u->phone : u->email;
    int64_t id;
    Key key = key_of(OTP_BY_CONTACT);
    key_i64(&key, OTP_CONFIRM);
    key_str(&key, contact);
    *good = false;
    if (!contact.n)
        return OK;
    Err e = index_find(c->tx, OTP_BY_CONTACT, &key, &id);
    if (e && e != E_MISSING)
        return e;
    return otp_try(c, e == OK || !phone ? OTP_CONFIRM : OTP_SIGN_IN, contact, code, good);
}

static Err confirmed(Call *c, const User *u, const EraseIn *in, bool *good) {
    *good = false;
    if (in->otp.n)
        return code_good(c, u, in->otp, good);
    if (!in->password_hash.n)
        return diag_field(c->diag, E_INVALID, S("otp"), S("confirm with a code or the password"));
    *good = ct_str_eq(in->password_hash, u->password);
    return *good ? OK : diag_fail(c->diag, E_INVALID, "INVALID_PASSWORD", S("The password is wrong."));
}

/* ---- may he leave? ---- */

static Err open_orders(Call *c, int64_t user, int64_t *n) {
    const Index *const sides[] = {ORDER_BY_CLIENT, ORDER_BY_DOER};
    Err e = OK;
    *n = 0;
    for (size_t i = 0; i < COUNT(sides); i++)
        for (int32_t s = ORDER_PENDING; e == OK && s < ORDER_STATUS_COUNT; s++) {
            int64_t some = 0;
            Key key = key2(sides[i], user, s);
            e = ORDER_OPEN_MASK & ORDER_BIT(s) ? index_count(c->tx, sides[i], &key, &some) : OK;
            *n += some;
        }
    return e;
}

static Err may_leave(Call *c, const User *u) {
    WalletBalance w;
    Subscription s;
    int64_t n, admins = 0;
    Err e = open_orders(c, u->id, &n);
    if (e == OK && n)
        return bad_state(c, "there are orders that are not over: complete or cancel them first");
    if (e == OK)
        e = wallet_of(c->tx, u->id, &w);
    if (e == OK && w.available)
        return bad_state(c, "there is money in the wallet: withdraw it first");
    if (e == OK && (w.pending || w.withdrawing))
        return bad_state(c, "money is on its way: wait until it has arrived");
    if (e == OK && subscription_living(c, NULL, &s) == OK && !s.cancel_at_end)
        return bad_state(c, "the subscription goes on: cancel it first");
    if (e == OK && (u->rights & RIGHT_ADMIN))
        e = user_count_rights(c, RIGHT_ADMIN, &admins);
    return e || admins != 1 ? e : bad_state(c, "this is the last admin: make another one first");
}

/* ---- what is removed: each step does up to `max` things of the caller and says how many there were ---- */

typedef Err StepFn(Call *c, size_t max, size_t *done);

enum { STEP_ROWS_MAX = 64, STEP_GIGS_MAX = 2 /* each may have many applications to reject */ };

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Deletes the records under the caller's key in an index. */
static Err step_delete(Call *c, const Record *r, const Index *ix, size_t max, size_t *done) {
    Key key = key1(ix, c->actor.user);
    Scan *scan;
    int64_t ids[STEP_ROWS_MAX];
    size_t n = 0;
    Err e = scan_open(c->tx, ix, (ScanRange){.prefix = &key}, &scan);
    if (e)
        return e;
    while (n < least(max, STEP_ROWS_MAX) && scan_next(scan, &ids[n]))
        n++;
    scan_close(scan);
    for (*done = 0; e == OK && *done < n; ++*done)
        e = rec_delete(c->tx, r, ids[*done]);
    return e;
}

/* Nobody sees the gigs any more; what becomes of them comes later. */
static Err hide_gigs(Call *c, size_t max, size_t *done) {
    Key key = key1(GIG_BY_CLIENT, c->actor.user);
    Scan *scan;
    Gig g;
    int64_t ids[STEP_ROWS_MAX];
    size_t n = 0;
    Err e = scan_open(c->tx, GIG_BY_CLIENT, (ScanRange){.prefix = &key}, &scan);
    if (e)
        return e;
    while (n < least(max, STEP_ROWS_MAX) && scan_next_rec(scan, &GIG, &g))
        if (!(g.flags & GIG_REMOVED))
            ids[n++] = g.id;
    scan_close(scan);
    for (*done = 0; e == OK && *done < n; ++*done) {
        e = row_load(c, &GIG, ids[*done], &g);
        g.flags |= GIG_REMOVED | GIG_SUSPENDED;
        if (e == OK)
            e = gig_store(c, &g, VERB_STATUS);
    }
    return e;
}

/* Those that led to no order go; the others are closed, and stay for the orders' sake. */
static Err end_gig(Call *c, int64_t id, int64_t orders) {
    Gig g;
    if (!orders)
        return gig_delete(c, &(IdIn){id}, NULL);
    Err e = application_reject_others(c, id, 0);
    if (e == OK)
        e = row_load(c, &GIG, id, &g);
    g.status = GIG_CANCELLED;
    return e ? e : gig_store(c, &g, VERB_STATUS);
}

static Err end_gigs(Call *c, size_t max, size_t *done) {
    Key key = key1(GIG_BY_CLIENT, c->actor.user);
    Scan *scan;
    Gig g;
    int64_t ids[STEP_GIGS_MAX], orders[STEP_GIGS_MAX];
    size_t n = 0;
    *done = 0;
    Err e = scan_open(c->tx, GIG_BY_CLIENT, (ScanRange){.prefix = &key}, &scan);
    if (e)
        return e;
    while (e == OK && n < least(max, STEP_GIGS_MAX) && scan_next_rec(scan, &GIG, &g)) {
        Key of = key1(ORDER_BY_GIG, g.id);
        ids[n] = g.id;
        e = index_count(c->tx, ORDER_BY_GIG, &of, &orders[n]);
        n += !orders[n] || g.status == GIG_OPEN || g.status == GIG_PAUSED || g.status == GIG_DRAFT;
    }
    scan_close(scan);
    for (; e == OK && *done < n; ++*done)
        e = end_gig(c, ids[*done], orders[*done]);
    return e;
}

/* One op of the caller for each thing under a key of his. */
static Err step_each(Call *c, const Index *ix, const Key *key, OpFn *op, void *out, size_t max, size_t *done) {
    Scan *scan;
    int64_t ids[STEP_ROWS_MAX];
    size_t n = 0;
    *done = 0;
    Err e = scan_open(c->tx, ix, (ScanRange){.prefix = key}, &scan);
    if (e)
        return e;
    while (n < least(max, STEP_ROWS_MAX) && scan_next(scan, &ids[n]))
        n++;
    scan_close(scan);
    for (; e == OK && *done < n; ++*done)
        e = op(c, &(IdIn){ids[*done]}, out);
    return e;
}

static Err delete_services(Call *c, size_t max, size_t *done) {
    Key key = key1(SERVICE_BY_DOER, c->actor.user);
    return step_each(c, SERVICE_BY_DOER, &key, service_delete, NULL, max, done);
}
static Err withdraw_applications(Call *c, size_t max, size_t *done) {
    Application a;
    Key key = key2(APPLICATION_BY_DOER, c->actor.user, APPLICATION_PENDING);
    return step_each(c, APPLICATION_BY_DOER, &key, application_withdraw, &a, max, done);
}
static Err call_off(Call *c, size_t max, size_t *done) {
    VideoCall v;
    Key key = key1(VIDEO_CALL_BY_TIME, c->actor.user);
    return step_each(c, VIDEO_CALL_BY_TIME, &key, video_call_end, &v, max, done);
}
static Err delete_saved(Call *c, size_t max, size_t *done) { return step_delete(c, &SAVED, SAVED_BY_USER, max, done); }
static Err delete_searches(Call *c, size_t max, size_t *done) {
    return step_delete(c, &SAVED_SEARCH, SAVED_SEARCH_BY_USER, max, done);
}
static Err delete_notes(Call *c, size_t max, size_t *done) {
    return step_delete(c, &NOTIFICATION, NOTIFICATION_BY_USER, max, done);
}
static Err delete_blocks(Call *c, size_t max, size_t *done) { return step_delete(c, &BLOCK, BLOCK_BY_USER, max, done); }
static Err delete_devices(Call *c, size_t max, size_t *done) { return step_delete(c, &DEVICE, DEVICE_BY_USER, max, done); }

/* Withdrawals refer to them: the last four digits stay. */
static Err blank_banks(Call *c, size_t max, size_t *done) {
    Key key = key1(BANK_BY_USER, c->actor.user);
    BankAccount *rows;
    size_t n;
    *done = 0;
    Err e = row_all(c, &BANK_ACCOUNT, BANK_BY_USER, &key, least(max, BANK_ACCOUNTS_MAX), &rows, &n);
    for (; e == OK && *done < n; ++*done) {
        BankAccount *b = &rows[*done];
        b->number = bank_last4(b);
        b->holder = b->registered_name = b->error = S("");
        b->deleted = true;
        e = rec_put(c->tx, &BANK_ACCOUNT, b);
    }
    return e;
}

/* What is attached to an order or a conversation is the others' too. */
static Err delete_files(Call *c, size_t max, size_t *done) {
    Key key = key1(FILE_BY_OWNER, c->actor.user);
    Scan *scan;
    File f;
    int64_t ids[STEP_ROWS_MAX];
    size_t n = 0;
    *done = 0;
    Err e = scan_open(c->tx, FILE_BY_OWNER, (ScanRange){.prefix = &key}, &scan);
    if (e)
        return e;
    while (n < least(max, STEP_ROWS_MAX) && scan_next_rec(scan, &FILE_RECORD, &f))
        if (!f.order && !f.conversation)
            ids[n++] = f.id;
    scan_close(scan);
    for (; e == OK && *done < n; ++*done)
        e = file_delete(c, &(IdIn){ids[*done]}, NULL);
    return e;
}

/* Messages to him that left the box hold his addresses. One that waits still goes out: it may say that he left. */
static Err delete_sent(Call *c, size_t max, size_t *done) {
    Key key = key1(OUTBOX_BY_USER, c->actor.user);
    Scan *scan;
    Outbox row;
    int64_t ids[STEP_ROWS_MAX];
    size_t n = 0;
    *done = 0;
    Err e = scan_open(c->tx, OUTBOX_BY_USER, (ScanRange){.prefix = &key}, &scan);
    if (e)
        return e;
    while (n < least(max, STEP_ROWS_MAX) && scan_next_rec(scan, &OUTBOX, &row))
        if (row.kind <= OUT_PUSH && row.state != OUTBOX_WAITING)
            ids[n++] = row.id;
    scan_close(scan);
    for (; e == OK && *done < n; ++*done)
        e = rec_delete(c->tx, &OUTBOX, ids[*done]);
    return e;
}

/* In this order. The first ones are done when the account is deleted, as far as one transaction goes. */
static StepFn *const steps[] = {
    hide_gigs,       delete_services, call_off,      delete_devices, withdraw_applications, end_gigs,    delete_saved,
    delete_searches, delete_notes,    delete_blocks, blank_banks,    delete_files,          delete_sent,
};
enum { STEPS_AT_ONCE = 4, AT_ONCE = 32 };

static Err walk(Call *c, size_t from, size_t to, size_t max, size_t *done) {
    Err e = OK;
    *done = 0;
    for (size_t i = from; e == OK && i < to && *done < max; i++) {
        size_t some;
        e = steps[i](c, max - *done, &some);
        *done += some;
    }
    return e;
}

/* ---- leaving ---- */

Err account_erase(Call *c, const void *input, void *result) {
    EraseOut *out = result;
    User u;
    bool good = false;
    size_t done;
    Err e = user_actor(c, &u);
    if (e == OK)
        e = may_leave(c, &u);
    if (e == OK)
        e = confirmed(c, &u, input, &good);
    if (e || !good) {
        out->refused = e == OK;
        return e;
    }
    e = profile_forget(c, &u);
    if (e == OK)
        e = audit_add(c, S("user.leave"), S("user"), u.id, S("")); /* while there still is somebody who acts */
    if (e == OK)
        e = walk(c, 0, STEPS_AT_ONCE, AT_ONCE, &done);
    if (e == OK)
        e = session_end_all(c, u.id, 0);
    if (e)
        return e;
    /* Nothing of the person is carried over. */
    User gone = {.id = u.id, .name = S(ERASED_NAME), .flags = USER_DELETED | USER_ERASING, .created_ms = u.created_ms};
    e = rec_put(c->tx, &USER, &gone);
    Event ev = {.type = EV_USER, .verb = VERB_DELETED, .subject = u.id, .users = list_of_i64s(c->arena, &u.id, 1)};
    return e ? e : event_emit(c, &ev);
}

Err erase_rest(Call *c, size_t max, size_t *done) {
    Call as = *c;
    User *who;
    size_t n;
    *done = 0;
    Err e = users_in_state(c, USER_IS_ERASING, 1, &who, &n);
    if (e || !n)
        return e;
    as.actor = (Actor){.user = who->id};
    e = walk(&as, 0, COUNT(steps), least(max, STEP_ROWS_MAX), done);
    if (e || *done) {
        *done = *done ? max : 0; /* there may be more */
        return e;
    }
    who->flags &= ~USER_ERASING;
    *done = max;
    return rec_put(c->tx, &USER, who);
}
