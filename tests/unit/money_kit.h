/* money_kit.h - a small marketplace for the tests of orders and money: a store in a scratch directory, a clock that the test
 * moves, people, and one way to run an operation. TAP, chance and the directory come from store_kit.h. */
#ifndef TESTS_MONEY_KIT_H
#define TESTS_MONEY_KIT_H

#include "domain/application.h"
#include "domain/audit.h"
#include "domain/bank.h"
#include "domain/boost.h"
#include "domain/category.h"
#include "domain/check.h"
#include "domain/ledger.h"
#include "domain/milestone.h"
#include "domain/order_flow.h"
#include "domain/outbox.h"
#include "domain/payment.h"
#include "domain/row.h"
#include "domain/service.h"
#include "domain/timer.h"
#include "domain/user.h"
#include "domain/wallet.h"
#include "store_kit.h"

static Store *store;
static int64_t now = INT64_C(1760000000000);
static int64_t clock_of_test(void) { return now; }

static const DomainConfig kit_config = {
    .name = STR_INIT("Test"),
    .currency = STR_INIT("INR"),
    .currency_decimals = 2,
    .fee_bps = 500,
    .tz_minutes = 330,
    .boost_price_per_day = 1000,
    .otp_ttl_ms = 300 * MS_SECOND,
    .otp_tries = 5,
    .access_ttl_ms = 30 * MS_MINUTE,
    .refresh_ttl_ms = 7 * MS_DAY,
    .campus_ttl_ms = 7 * MS_DAY,
    .order_lapse_ms = 72 * MS_HOUR,
    .auto_approve_ms = 14 * MS_DAY,
    .auto_approve_warn_ms = 72 * MS_HOUR,
    .auto_release_ms = 72 * MS_HOUR,
    .review_hidden_ms = 7 * MS_DAY,
    .withdraw_min = 100,
    .sandbox = true,
};

static const Actor box = {.rights = RIGHT_SYSTEM};
static inline Actor user(int64_t id) { return (Actor){.user = id}; }
static inline Actor admin(int64_t id) { return (Actor){.user = id, .rights = RIGHT_ADMIN}; }

/* ---- running ---- */

static Arena kit_arena; /* results live until kit_forget */
static Diag kit_diag;   /* of the last operation */
static inline void kit_forget(void) { arena_reset(&kit_arena); }

typedef struct KitJob {
    OpFn *op;
    Actor actor;
    const void *in;
    void *out;
    size_t out_bytes;
    Arena *arena;
    Diag *diag;
} KitJob;

static inline Err kit_job(Tx *tx, void *arg) {
    KitJob *j = arg;
    if (j->out)
        memset(j->out, 0, j->out_bytes);
    diag_clear(j->diag);
    Call c = {.tx = tx, .arena = j->arena, .diag = j->diag, .now_ms = now, .actor = j->actor, .cfg = &kit_config};
    return j->op(&c, j->in, j->out);
}

static inline Err kit_run(OpFn *op, Actor actor, const void *in, void *out, size_t out_bytes) {
    KitJob j = {op, actor, in, out, out_bytes, &kit_arena, &kit_diag};
    return store_write(store, kit_job, &j);
}
/* RUN(order_approve, user(3), &(IdIn){17}, &order) */
#define RUN(op, actor, in, out) kit_run((op), (actor), (in), (out), sizeof *(out))

/* The same in a read transaction. */
static inline Err kit_read(OpFn *op, Actor actor, const void *in, void *out, size_t out_bytes) {
    Tx *tx;
    static Arena scratch;
    arena_free(&scratch);
    arena_init(&scratch, 64 * 1024 * 1024);
    MUST(store_read(store, &scratch, &tx) == OK);
    KitJob j = {op, actor, in, out, out_bytes, &scratch, &kit_diag};
    Err e = kit_job(tx, &j);
    store_read_end(tx);
    return e;
}
#define READ(op, actor, in, out) kit_read((op), (actor), (in), (out), sizeof *(out))

/* Operations that are not of the OpFn shape, as such. */
static Err op_balance(Call *c, const void *in, void *out) {
    const int64_t *code = in;
    return ledger_balance(c->tx, account_type(*code), account_owner(*code), out);
}
static inline int64_t balance(int32_t type, int64_t owner) {
    int64_t amount = 0, code = account_code(type, owner);
    MUST(READ(op_balance, box, &code, &amount) == OK);
    return amount;
}

static void money_say(void *ctx, Str line) {
    (void)ctx;
    printf("# fault: %.*s\n", STR_ARG(line));
}
static Err op_check(Call *c, const void *in, void *out) {
    return domain_check(c->tx, c->arena, in ? NULL : money_say, NULL, out);
}
/* How many faults domain_check finds; printed unless quiet. */
static inline uint64_t faults(bool quiet) {
    uint64_t n = 0;
    MUST(READ(op_check, box, quiet ? &n : NULL, &n) == OK);
    return n;
}

/* ---- opening ---- */

static inline void money_open(void) {
    StoreConfig cfg = {.dir = kit_dir_path,
                       .records = domain_records,
                       .record_count = domain_record_count,
                       .no_sync = true,
                       .now_ms = clock_of_test};
    Err e;
    Str why = {0};
    store = store_open(&cfg, &kit_arena, &why, &e);
    if (!store)
        printf("# store_open: %s %.*s\n", err_name(e), STR_ARG(why));
    MUST(store);
}

/* ---- people and things ---- */

static Err op_person(Call *c, const void *in, void *out) {
    const int64_t *n = in;
    User u = {.name = arena_printf(c->arena, "Person %d", (int)*n),
              .phone = arena_printf(c->arena, "+9190000%05d", (int)*n),
              .flags = USER_PHONE_VERIFIED,
              .roles = ROLE_BIT_DOER | ROLE_BIT_CLIENT,
              .created_ms = c->now_ms};
    Err e = rec_insert(c->tx, &USER, &u);
    *(int64_t *)out = u.id;
    return e;
}
static Err op_categories(Call *c, const void *in, void *out) {
    (void)in, (void)out;
    return category_seed(c);
}

/* A new marketplace with users 1..people. */
static inline void kit_world(int64_t people) {
    kit_dir();
    arena_free(&kit_arena);
    arena_init(&kit_arena, 256 * 1024 * 1024);
    money_open();
    int64_t none = 0;
    MUST(RUN(op_categories, box, NULL, &none) == OK);
    for (int64_t i = 1; i <= people; i++) {
        int64_t id;
        MUST(RUN(op_person, box, &i, &id) == OK && id == i);
    }
}
static inline void kit_close(void) {
    store_close(store);
    store = NULL;
}

static inline int64_t kit_gig(int64_t client, int64_t budget) {
    Gig g;
    GigEdit in = {.has = 1u << GIG_SET_TITLE | 1u << GIG_SET_DESCRIPTION | 1u << GIG_SET_CATEGORY | 1u << GIG_SET_BUDGET_MIN |
                         1u << GIG_SET_BUDGET_MAX,
                  .title = S("Logo for the robotics club"),
                  .description = S("A logo that also works small and in one colour."),
                  .category = S("design"),
                  .budget_min = budget,
                  .budget_max = budget};
    Err e = RUN(gig_post, user(client), &in, &g);
    if (e)
        printf("# gig_post: %s %.*s\n", err_name(e), STR_ARG(kit_diag.message));
    return e ? 0 : g.id;
}
static inline int64_t kit_apply(int64_t gig, int64_t doer, int64_t amount) {
    Application a;
    return RUN(application_apply, user(doer),
               (&(ApplyIn){.gig = gig, .message = S("I can do that this week."), .amount = amount}), &a) == OK
               ? a.id
               : 0;
}
/* An order over `amount` in pending_payment; 0 when it could not be made. */
static inline int64_t kit_order(int64_t client, int64_t doer, int64_t amount) {
    AcceptOut out;
    int64_t gig = kit_gig(client, amount), app = gig ? kit_apply(gig, doer, 0) : 0;
    return app && RUN(application_accept, user(client), &(AcceptIn){.application = app}, &out) == OK ? out.order.id : 0;
}
static inline Order kit_load(int64_t id) {
    Order o;
    MUST(RUN(order_get, admin(1), &(IdIn){id}, &o) == OK);
    return o;
}

/* ---- paying as a client's phone does ---- */

/* Opens the provider order of a target; its name is "order_<payment id>". Returns the payment's id, 0 on failure. */
static inline int64_t kit_open_payment(int64_t client, int32_t purpose, int64_t ref) {
    PaymentPrepareOut prep;
    Payment p;
    PaymentPrepareIn in = {.purpose = purpose, .provider = PROVIDER_RAZORPAY, .ref = ref};
    if (RUN(payment_prepare, user(client), &in, &prep))
        return 0;
    if (prep.action == PAY_CALL) {
        char name[40];
        snprintf(name, sizeof name, "order_%lld", (long long)prep.payment.id);
        if (RUN(payment_opened, user(client), (&(PaymentOpenedIn){.payment = prep.payment.id, .provider_order = str_c0(name)}),
                &p))
            return 0;
    }
    return prep.action == PAY_WAIT ? 0 : prep.payment.id;
}
/* Reports that `amount` arrived as payment `pay` (a name) on provider order "order_<payment>". */
static inline Err kit_captured(int64_t payment, const char *pay, int64_t amount, int32_t source, Actor actor,
                               PaymentCapturedOut *out) {
    char name[40];
    snprintf(name, sizeof name, "order_%lld", (long long)payment);
    PaymentCapturedIn in = {.provider = PROVIDER_RAZORPAY,
                            .source = source,
                            .provider_order = str_c0(name),
                            .provider_payment = str_c0(pay),
                            .amount = amount,
                            .currency = S("INR")};
    return RUN(payment_captured, actor, &in, out);
}
/* An order in progress, funded. */
static inline int64_t kit_funded(int64_t client, int64_t doer, int64_t amount) {
    static int serial;
    char name[40];
    PaymentCapturedOut out;
    int64_t order = kit_order(client, doer, amount), payment = order ? kit_open_payment(client, PAY_ORDER, order) : 0;
    snprintf(name, sizeof name, "pay_kit_%d", ++serial);
    return payment && kit_captured(payment, name, amount, SOURCE_WEBHOOK, box, &out) == OK && out.applied ? order : 0;
}
/* Sends every due outbox row with this outcome. Returns how many of the money kinds there were. */
static Err op_outbox(Call *c, const void *in, void *out) {
    const OutboxOutcome *outcome = in;
    Outbox *rows;
    size_t n;
    int64_t next, *money = out;
    Err e = outbox_due(c, 100, &rows, &n, &next);
    for (size_t i = 0; i < n && !e; i++) {
        OutboxOutcome o = *outcome;
        o.id = rows[i].id;
        o.provider_id = o.err ? S("") : arena_printf(c->arena, "prov_%lld", (long long)o.id);
        *money += rows[i].kind == OUT_PAYOUT || rows[i].kind == OUT_REFUND || rows[i].kind == OUT_PENNY;
        e = outbox_settle(c, &o);
    }
    return e;
}
static inline int64_t kit_outbox(Err outcome, bool permanent) {
    int64_t total = 0, money;
    OutboxOutcome o = {.err = outcome, .permanent = permanent, .error = S("refused")};
    for (int i = 0; i < 50; i++) {
        MUST(RUN(op_outbox, box, &o, &money) == OK);
        total += money;
        if (!money)
            break;
    }
    return total;
}
static Err op_timers(Call *c, const void *in, void *out) {
    (void)in;
    size_t done;
    int64_t next;
    Err e = timers_run(c, 100, &done, &next);
    *(int64_t *)out = (int64_t)done;
    return e;
}
static inline int64_t kit_timers(void) {
    int64_t done = 0;
    MUST(RUN(op_timers, box, NULL, &done) == OK);
    return done;
}

#endif
