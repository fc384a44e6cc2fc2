#include "domain/preference.h"

#include "domain/notification.h"
#include "domain/user.h"

#define BIT(type) (INT64_C(1) << (type))
_Static_assert(NOTE_TYPE_COUNT <= 63, "one bit each");

/* Mailed unless the person says otherwise: what may not be missed by somebody who does not look in for days. */
static const int64_t mailed =
    BIT(NOTE_APPLICATION_ACCEPTED) | BIT(NOTE_ORDER_CREATED) | BIT(NOTE_PAYMENT_RECEIVED) | BIT(NOTE_WORK_SUBMITTED) |
    BIT(NOTE_REVISION_REQUESTED) | BIT(NOTE_ORDER_APPROVED) | BIT(NOTE_ORDER_COMPLETED) | BIT(NOTE_ORDER_CANCELLED) |
    BIT(NOTE_ORDER_DISPUTED) | BIT(NOTE_DISPUTE_SETTLED) | BIT(NOTE_AUTO_APPROVE_SOON) | BIT(NOTE_REFUND) |
    BIT(NOTE_WITHDRAWAL_PAID) | BIT(NOTE_WITHDRAWAL_FAILED) | BIT(NOTE_BANK_FAILED) | BIT(NOTE_ID_VERIFIED) |
    BIT(NOTE_ID_REJECTED) | BIT(NOTE_LISTING_REMOVED) | BIT(NOTE_LISTING_RESTORED);

Preference preference_of(const User *u, int32_t type) {
    return (Preference){.type = type,
                        .push = !(u->muted & BIT(type)),
                        .email = ((mailed ^ u->mail_flips) & BIT(type)) != 0,
                        .sms = (u->sms_flips & BIT(type)) != 0};
}

static Err show(Call *c, const User *u, PageOut *out) {
    Preference *rows = ARENA_ARRAY(c->arena, NOTE_TYPE_COUNT, Preference);
    if (!rows)
        return E_NOMEM;
    *out = (PageOut){.items = rows, .page = 1, .limit = NOTE_TYPE_COUNT};
    for (int32_t type = 1; type < NOTE_TYPE_COUNT; type++)
        if (notification_slug(type).n)
            rows[out->count++] = preference_of(u, type);
    out->total = (int64_t)out->count;
    return OK;
}

Err preference_list(Call *c, const void *in, void *out) {
    (void)in;
    User u;
    Err e = user_actor(c, &u);
    return e ? e : show(c, &u, out);
}

static int64_t with(int64_t bits, int64_t bit, bool on) { return on ? bits | bit : bits & ~bit; }

Err preference_set(Call *c, const void *input, void *out) {
    const PreferencesIn *in = input;
    User u;
    Err e = user_actor(c, &u);
    for (size_t i = 0; e == OK && i < in->count; i++) {
        const PreferenceEdit *p = &in->items[i];
        int32_t type = notification_type(p->type);
        if (!type)
            return diag_field(c->diag, E_INVALID, S("type"),
                              arena_printf(c->arena, "there are no notifications %.*s", STR_ARG(p->type)));
        if (HAS(p, PREFERENCE_SET_PUSH))
            u.muted = with(u.muted, BIT(type), !p->push);
        if (HAS(p, PREFERENCE_SET_EMAIL))
            u.mail_flips = with(u.mail_flips, BIT(type), p->email != ((mailed & BIT(type)) != 0));
        if (HAS(p, PREFERENCE_SET_SMS))
            u.sms_flips = with(u.sms_flips, BIT(type), p->sms);
    }
    if (e == OK)
        e = rec_put(c->tx, &USER, &u);
    return e ? e : show(c, &u, out);
}
