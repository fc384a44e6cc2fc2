#include "domain/figures.h"

#include "domain/application.h"
#include "domain/conversation.h"
#include "domain/event.h"
#include "domain/gig_internal.h"
#include "domain/ledger.h"
#include "domain/order.h"
#include "domain/report.h"
#include "domain/review.h"
#include "domain/row.h"
#include "domain/service.h"
#include "domain/user.h"

static const Field fields[] = {
    FIELD(1, Day, sign_ups, F_I64, "accounts made"),
    FIELD(2, Day, gigs, F_I64, "gigs posted"),
    FIELD(3, Day, services, F_I64, "services offered"),
    FIELD(4, Day, applications, F_I64, "applications sent"),
    FIELD(5, Day, orders, F_I64, "orders made"),
    FIELD(6, Day, messages, F_I64, "messages written"),
    FIELD(7, Day, reviews, F_I64, "reviews written"),
    FIELD(8, Day, reports, F_I64, "things reported"),
    FIELD(9, Day, completed, F_I64, "orders completed"),
    FIELD(10, Day, cancelled, F_I64, "orders cancelled"),
    FIELD(11, Day, disputed, F_I64, "orders disputed"),
    FIELD(12, Day, transfers, F_I64, "transfers booked"),
    FIELD(13, Day, funded, F_I64, "into escrow, minor units"),
    FIELD(14, Day, released, F_I64, "out of it to doers"),
    FIELD(15, Day, fees, F_I64, "fees taken"),
    FIELD(16, Day, refunded, F_I64, "out of escrow back to payers"),
    FIELD(17, Day, withdrawn, F_I64, "arrived at banks"),
    FIELD(18, Day, escrow, F_I64, "held after the last transfer"),
};
const Record DAY = {.kind = 38,
                    .size = sizeof(Day),
                    .name = "day",
                    .doc = "what happened on a day",
                    .fields = fields,
                    .field_count = COUNT(fields)};

/* ---- what is counted ---- */

typedef struct Sum {
    Call *c;
    Day day;
    int64_t escrow; /* running */
} Sum;

static void add_event(Sum *s, const void *row) {
    const Event *e = row;
    if (e->type != EV_ORDER || e->verb != VERB_STATUS)
        return;
    s->day.completed += e->status == ORDER_COMPLETED;
    s->day.cancelled += e->status == ORDER_CANCELLED;
    s->day.disputed += e->status == ORDER_DISPUTED;
}

static void add_transfer(Sum *s, const void *row) {
    const Transfer *t = row;
    int64_t held = 0, fees = 0, wallet = 0;
    Posting p;
    for (ListIter it = list_iter(&t->postings); list_rec(&it, &POSTING, &p);) {
        int32_t type = account_type(p.account);
        held += type == ACC_ESCROW || type == ACC_PART_ESCROW ? p.amount : 0;
        fees += type == ACC_FEES ? p.amount : 0;
        wallet += type == ACC_AVAILABLE ? p.amount : 0;
        s->day.withdrawn += type == ACC_BANK ? p.amount : 0;
    }
    s->day.transfers++;
    s->day.fees += fees;
    s->day.funded += held > 0 ? held : 0;
    if (t->cause == CAUSE_RELEASE)
        s->day.released += wallet;
    else if (held < 0)
        s->day.refunded -= held;
    s->escrow += held;
    s->day.escrow = s->escrow;
}

/* Each row: records of one kind in the order of their ids; where their time is; and what they count as: one in `counter`, or what
 * `add` makes of them. */
static const struct {
    const Record *record;
    uint16_t at, counter;
    void (*add)(Sum *s, const void *row);
} sources[] = {
    {&TRANSFER, offsetof(Transfer, at_ms), 0, add_transfer},
    {&EVENT, offsetof(Event, at_ms), 0, add_event},
    {&USER, offsetof(User, created_ms), offsetof(Day, sign_ups), NULL},
    {&GIG, offsetof(Gig, created_ms), offsetof(Day, gigs), NULL},
    {&SERVICE, offsetof(Service, created_ms), offsetof(Day, services), NULL},
    {&APPLICATION, offsetof(Application, created_ms), offsetof(Day, applications), NULL},
    {&ORDER, offsetof(Order, created_ms), offsetof(Day, orders), NULL},
    {&MESSAGE, offsetof(Message, created_ms), offsetof(Day, messages), NULL},
    {&REVIEW, offsetof(Review, created_ms), offsetof(Day, reviews), NULL},
    {&REPORT, offsetof(Report, created_ms), offsetof(Day, reports), NULL},
};
typedef union AnyRow {
    Transfer transfer;
    Event event;
    User user;
    Gig gig;
    Service service;
    Application application;
    Order order;
    Message message;
    Review review;
    Report report;
} AnyRow;

/* How far each source was read, and the escrow then. Sources are only ever added at the end. */
enum { SOURCES_MAX = 32 };
typedef struct Position {
    int64_t escrow;
    int64_t last[SOURCES_MAX];
} Position;
_Static_assert(COUNT(sources) <= SOURCES_MAX, "raise SOURCES_MAX");

static const Str meta_name = STR_INIT("figures.at");

static Err position(Tx *tx, Position *p) {
    Str v;
    *p = (Position){0};
    Err e = meta_get(tx, meta_name, &v);
    if (e == OK && v.n == sizeof *p)
        memcpy(p, v.p, sizeof *p);
    return e == E_MISSING ? OK : e;
}

static int64_t day_of(const Call *c, int64_t at_ms) {
    int64_t day = (at_ms + c->cfg->tz_minutes * MS_MINUTE) / MS_DAY;
    return day > 0 ? day : 1;
}

/* The row of this day is the one at hand from now on. */
static Err turn_to(Sum *s, int64_t day) {
    if (s->day.id == day)
        return OK;
    Err e = s->day.id ? rec_put(s->c->tx, &DAY, &s->day) : OK;
    if (e == OK)
        e = rec_get(s->c->tx, &DAY, day, &s->day);
    if (e == E_MISSING) {
        s->day = (Day){.id = day};
        e = OK;
    }
    return e;
}

static Err read_source(Sum *s, size_t i, int64_t *last, size_t max, size_t *done) {
    AnyRow row;
    RecScan *scan;
    Err e = rec_scan(s->c->tx, sources[i].record, *last + 1, &scan);
    if (e)
        return e;
    while (e == OK && *done < max && rec_scan_next(scan, &row)) {
        e = turn_to(s, day_of(s->c, *(const int64_t *)(const void *)((const char *)&row + sources[i].at)));
        if (e)
            break;
        if (sources[i].add)
            sources[i].add(s, &row);
        else
            ++*(int64_t *)(void *)((char *)&s->day + sources[i].counter);
        *last = *(const int64_t *)(const void *)&row;
        ++*done;
    }
    rec_scan_close(scan);
    return e ? e : tx_err(s->c->tx);
}

Err figures_update(Call *c, size_t max, size_t *done) {
    Position p;
    Sum s = {.c = c};
    *done = 0;
    Err e = position(c->tx, &p);
    s.escrow = p.escrow;
    for (size_t i = 0; e == OK && i < COUNT(sources) && *done < max; i++)
        e = read_source(&s, i, &p.last[i], max, done);
    if (e || !*done)
        return e;
    e = rec_put(c->tx, &DAY, &s.day);
    p.escrow = s.escrow;
    return e ? e : meta_put(c->tx, meta_name, str_of(&p, sizeof p));
}

/* ---- showing ---- */

/* What was held before this day: at the last transfer, within reason. */
static Err escrow_before(Call *c, int64_t day, int64_t *held) {
    enum { BACK_MAX = 3660 };
    Day d;
    *held = 0;
    for (int64_t i = day - 1; i > 0 && i >= day - BACK_MAX; i--) {
        Err e = rec_get(c->tx, &DAY, i, &d);
        if (e && e != E_MISSING)
            return e;
        if (e || !d.transfers)
            continue;
        *held = d.escrow;
        return OK;
    }
    return OK;
}

static Err totals(Call *c, FiguresOut *out) {
    const struct {
        const Index *ix;
        int64_t key;
        int64_t *to;
    } rows[] = {
        {USER_BY_STATE, USER_IS_THERE, &out->users},
        {GIG_BY_CREATED, GIG_OPEN, &out->gigs_open},
        {SERVICE_BY_REMOVED, 0, &out->services},
        {ORDER_BY_STATUS, ORDER_DISPUTED, &out->disputes_open},
        {REPORT_BY_STATE, REPORT_OPEN, &out->reports_open},
    };
    Err e = OK;
    for (size_t i = 0; e == OK && i < COUNT(rows); i++) {
        Key key = key1(rows[i].ix, rows[i].key);
        e = index_count(c->tx, rows[i].ix, &key, rows[i].to);
    }
    for (int32_t s = ORDER_PENDING; e == OK && s < ORDER_STATUS_COUNT; s++) {
        int64_t n;
        Key key = key1(ORDER_BY_STATUS, s);
        e = ORDER_OPEN_MASK & ORDER_BIT(s) ? index_count(c->tx, ORDER_BY_STATUS, &key, &n) : OK;
        out->orders_open += ORDER_OPEN_MASK & ORDER_BIT(s) && e == OK ? n : 0;
    }
    Position p;
    if (e == OK)
        e = position(c->tx, &p);
    if (e == OK)
        out->escrow = p.escrow;
    return e ? e : ledger_balance(c->tx, ACC_FEES, 0, &out->fees);
}

Err figures(Call *c, const void *input, void *result) {
    const FiguresIn *in = input;
    FiguresOut *out = result;
    int64_t held;
    int32_t days = in->days < 1 ? FIGURES_DAYS_DEFAULT : in->days > FIGURES_DAYS_MAX ? FIGURES_DAYS_MAX : in->days;
    int64_t first = day_of(c, in->to_ms ? in->to_ms : c->now_ms) - days + 1;
    Err e = call_admin(c);
    if (e == OK && !(out->items = ARENA_ARRAY(c->arena, (size_t)days, Day)))
        e = E_NOMEM;
    if (e == OK)
        e = escrow_before(c, first, &held);
    for (; e == OK && out->count < (size_t)days; out->count++) {
        Day *d = &out->items[out->count];
        e = rec_get(c->tx, &DAY, first + (int64_t)out->count, d);
        if (e == E_MISSING) {
            *d = (Day){.id = first + (int64_t)out->count};
            e = OK;
        }
        if (d->transfers)
            held = d->escrow;
        d->escrow = held;
    }
    return e ? e : totals(c, out);
}
