/* gigbox demo: fills an empty data directory with a sample marketplace, through the same domain operations that requests use,
 * with the clock moved so that it looks two months old. The same seed gives the same people, gigs and orders. */
#include <stdio.h>
#include <stdlib.h>

#include "app/box.h"
#include "app/demo_data.h"
#include "app/picture.h"
#include "domain/application.h"
#include "domain/category.h"
#include "domain/conversation.h"
#include "domain/file.h"
#include "domain/order.h"
#include "domain/payment.h"
#include "domain/review.h"
#include "domain/service.h"
#include "domain/user.h"

enum { DEMO_DAYS = 60, DEMO_GIGS = 170, DEMO_SERVICES = 64, DEMO_PEOPLE_MAX = 64, DEMO_ACCEPTED = 84, DEMO_SERVICE_ORDERS = 24 };

typedef struct Demo {
    Box *box;
    Arena arena; /* one operation */
    DomainConfig cfg;
    uint64_t random;
    int64_t people[DEMO_PEOPLE_MAX], gigs[DEMO_GIGS], gig_owner[DEMO_GIGS], services[DEMO_SERVICES], service_owner[DEMO_SERVICES];
    size_t people_count;
    size_t reviews, messages, orders;
} Demo;

static uint64_t draw(Demo *d, uint64_t below) {
    uint64_t z = d->random += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (z ^ z >> 31) % below;
}

/* ---- one operation as somebody ---- */

typedef struct Act {
    Demo *d;
    OpFn *op;
    const void *in;
    void *out;
    int64_t user;
    Diag diag;
} Act;

static Err act_in(Tx *tx, void *arg) {
    Act *a = arg;
    diag_clear(&a->diag);
    Call c = {.tx = tx,
              .arena = &a->d->arena,
              .diag = &a->diag,
              .now_ms = tx_now_ms(tx),
              .actor = {.user = a->user, .rights = a->user ? 0 : RIGHT_SYSTEM},
              .cfg = &a->d->cfg};
    return a->op(&c, a->in, a->out);
}

/* Runs the operation; a failure is a fault of this file and ends the program. Results keep their numbers; their strings die with
 * the next act. */
static void act(Demo *d, int64_t user, OpFn *op, const void *in, void *out) {
    Act a = {.d = d, .op = op, .in = in, .out = out, .user = user};
    Err e = store_write(d->box->store, act_in, &a);
    if (e) {
        fprintf(stderr, "gigbox: demo: %s %s %.*s %.*s\n", err_name(e), a.diag.code ? a.diag.code : "", STR_ARG(a.diag.message),
                a.diag.count ? (int)a.diag.fields[0].name.n : 0, a.diag.count ? a.diag.fields[0].name.p : "");
        exit(EXIT_FAULTS);
    }
}

static void pass_time(int64_t ms) { clock_shift(ms); }

/* ---- what is made ---- */

static Str fill(Demo *d, const char *template) {
    Buf b = buf_arena(&d->arena, 2048);
    const struct {
        Str mark;
        const char *word;
    } marks[] = {{S("{club}"), demo_clubs[draw(d, demo_clubs_count)]},
                 {S("{subject}"), demo_subjects[draw(d, demo_subjects_count)]}};
    Str rest = str_c0(template);
    while (rest.n) {
        size_t i = 0;
        while (i < COUNT(marks) && !str_starts(rest, marks[i].mark))
            i++;
        if (i < COUNT(marks))
            buf_add(&b, str_c0(marks[i].word));
        else
            buf_char(&b, rest.p[0]);
        rest = str_from(rest, i < COUNT(marks) ? marks[i].mark.n : 1);
    }
    return buf_str(&b);
}

static List words(Demo *d, const char *text) {
    Str all[16], rest = str_c0(text);
    size_t n = 0;
    while (n < COUNT(all) && str_split(&rest, ',', &all[n]))
        n++;
    return list_of_strs(&d->arena, all, n);
}

static int64_t picture(Demo *d, int64_t owner, FilePurpose purpose, uint64_t seed) {
    Buf png = buf_arena(&d->arena, PICTURE_BYTES_MAX);
    File f;
    BlobId id;
    if (purpose == FILE_GIG_IMAGE)
        picture_cover(seed, &png);
    else
        picture_png(seed, &png);
    blob_id(buf_str(&png), &id);
    FileAddIn in = {.name = S("picture.png"), .type = S("image/png"), .purpose = purpose, .bytes = buf_str(&png), .blob = &id};
    act(d, owner, file_add, &in, &f);
    return f.id;
}

static Err register_user(Call *c, const void *in, void *out) { return user_register(c, *(const Str *)in, out); }

static void make_people(Demo *d) {
    for (size_t i = 0; i < demo_people_count && i < DEMO_PEOPLE_MAX; i++) {
        const DemoPerson *p = &demo_people[i];
        User u;
        Str phone = arena_printf(&d->arena, "+91980000%04zu", i + 1);
        act(d, 0, register_user, &phone, &u);
        int64_t id = u.id;
        UserEdit edit = {.has = 1u << USER_SET_NAME | 1u << USER_SET_BIO | 1u << USER_SET_UNIVERSITY | 1u << USER_SET_COURSE |
                                1u << USER_SET_YEAR | 1u << USER_SET_GRADUATION | 1u << USER_SET_SKILLS | 1u << USER_SET_AVATAR,
                         .name = str_c0(p->name),
                         .bio = str_c0(p->bio),
                         .university = str_c0(demo_universities[i % demo_universities_count]),
                         .course = str_c0(p->course),
                         .year = p->year,
                         .graduation_year = 2026 + (5 - p->year),
                         .avatar_file = picture(d, id, FILE_AVATAR, i * 7919 + 1)};
        edit.skills = words(d, p->skills);
        act(d, id, user_edit, &edit, &u);
        d->people[d->people_count++] = id;
        arena_reset(&d->arena);
    }
}

static int64_t someone(Demo *d) { return d->people[draw(d, d->people_count)]; }

static int64_t someone_else(Demo *d, int64_t than) {
    for (;;) {
        int64_t id = someone(d);
        if (id != than)
            return id;
    }
}

static void make_gig(Demo *d, size_t i) {
    const DemoListing *l = &demo_gigs[i % demo_gigs_count];
    Gig g;
    int64_t spread = (int64_t)draw(d, 5) * 100;
    d->gig_owner[i] = someone(d);
    GigEdit in = {.has = 1u << GIG_SET_TITLE | 1u << GIG_SET_DESCRIPTION | 1u << GIG_SET_CATEGORY | 1u << GIG_SET_SKILLS |
                         1u << GIG_SET_BUDGET_TYPE | 1u << GIG_SET_BUDGET_MIN | 1u << GIG_SET_BUDGET_MAX | 1u << GIG_SET_DEADLINE,
                  .title = fill(d, l->title),
                  .description = fill(d, l->description),
                  .category = str_c0(l->category),
                  .skills = words(d, l->skills),
                  .budget_type = i % 9 == 8 ? BUDGET_HOURLY : BUDGET_FIXED,
                  .budget_min = (l->rupees_min + spread) * 100,
                  .budget_max = (l->rupees_max + 2 * spread) * 100,
                  .deadline_ms = clock_now_ms() + (l->days + (int64_t)draw(d, 60)) * MS_DAY};
    act(d, d->gig_owner[i], gig_post, &in, &g);
    d->gigs[i] = g.id;
}

static void make_service(Demo *d, size_t i) {
    const DemoListing *l = &demo_services[i % demo_services_count];
    Service s;
    d->service_owner[i] = someone(d);
    int64_t image = picture(d, d->service_owner[i], FILE_GIG_IMAGE, i * 104729 + 5);
    ServiceEdit in = {.has = 1u << SERVICE_SET_TITLE | 1u << SERVICE_SET_DESCRIPTION | 1u << SERVICE_SET_CATEGORY |
                             1u << SERVICE_SET_SKILLS | 1u << SERVICE_SET_PRICE | 1u << SERVICE_SET_DAYS |
                             1u << SERVICE_SET_REVISIONS | 1u << SERVICE_SET_IMAGES,
                      .title = fill(d, l->title),
                      .description = fill(d, l->description),
                      .category = str_c0(l->category),
                      .skills = words(d, l->skills),
                      .price = (l->rupees_min + (int64_t)draw(d, 4) * 50) * 100,
                      .delivery_days = l->days,
                      .revisions = (int32_t)draw(d, 4),
                      .images = list_of_i64s(&d->arena, &image, 1)};
    act(d, d->service_owner[i], service_post, &in, &s);
    d->services[i] = s.id;
}

/* ---- orders ---- */

/* How far an order goes; the table is repeated until all orders are made. */
typedef enum Fate {
    STAYS_UNPAID,
    STAYS_AT_WORK,
    STAYS_SUBMITTED,
    STAYS_IN_REVISION,
    IS_COMPLETED,
    IS_CANCELLED,
    IS_DISPUTED,
    IS_COMPLETED_UNREVIEWED
} Fate;
static const Fate fates[] = {
    IS_COMPLETED, STAYS_AT_WORK, IS_COMPLETED,      STAYS_UNPAID, IS_COMPLETED, STAYS_SUBMITTED, IS_COMPLETED_UNREVIEWED,
    IS_CANCELLED, IS_COMPLETED,  STAYS_IN_REVISION, IS_COMPLETED, IS_DISPUTED,  IS_COMPLETED,    STAYS_AT_WORK};

static void chat(Demo *d, const Order *o) {
    size_t lines = 2 + draw(d, demo_chat_count - 1);
    for (size_t i = 0; i < lines && i < demo_chat_count; i++) {
        Message m;
        OrderMessageIn in = {.order = o->id, .text = str_c0(demo_chat[i])};
        act(d, i % 2 ? o->doer : o->client, order_message_send, &in, &m);
        d->messages++;
        pass_time((int64_t)draw(d, 20) * MS_MINUTE);
    }
}

static void review(Demo *d, const Order *o) {
    const int64_t authors[] = {o->client, o->doer};
    for (size_t i = 0; i < COUNT(authors); i++) {
        Review r;
        ReviewIn in = {.order = o->id,
                       .rating = 5 - (int32_t)(draw(d, 6) / 4) - (int32_t)(draw(d, 9) / 8),
                       .comment = str_c0(demo_reviews[draw(d, demo_reviews_count)])};
        act(d, authors[i], review_add, &in, &r);
        d->reviews++;
    }
}

static void live(Demo *d, const Order *made, Fate fate) {
    Order o = *made, after;
    IdIn id = {.id = o.id};
    ReasonIn reason = {.id = o.id, .reason = S("Plans have changed, sorry.")};
    d->orders++;
    if (fate == STAYS_UNPAID)
        return;
    if (fate == IS_CANCELLED) {
        act(d, o.client, order_cancel, &reason, &after);
        return;
    }
    PaymentDirectIn pay = {.purpose = PAY_ORDER, .provider = PROVIDER_MOCK, .ref = o.id};
    act(d, o.client, payment_direct, &pay, &after);
    chat(d, &o);
    if (fate == STAYS_AT_WORK)
        return;
    SubmitIn submit = {.id = o.id, .message = str_c0(demo_handins[draw(d, demo_handins_count)])};
    act(d, o.doer, order_submit, &submit, &after);
    pass_time((int64_t)draw(d, 120) * MS_MINUTE);
    if (fate == STAYS_SUBMITTED)
        return;
    if (fate == STAYS_IN_REVISION) {
        reason.reason = S("Could the title be a little larger?");
        act(d, o.client, order_request_revision, &reason, &after);
    } else if (fate == IS_DISPUTED) {
        reason.reason = S("The files do not open, and there is no answer since three days.");
        act(d, o.client, order_dispute, &reason, &after);
    } else {
        act(d, o.client, order_approve, &id, &after);
        if (fate == IS_COMPLETED)
            review(d, &o);
    }
}

static void apply_and_accept(Demo *d, size_t i) {
    size_t applicants = 1 + draw(d, 4);
    Application a = {0};
    int64_t chosen = 0, seen[5] = {d->gig_owner[i]};
    for (size_t k = 0; k < applicants; k++) {
        int64_t doer = someone_else(d, d->gig_owner[i]);
        bool again = false;
        for (size_t j = 0; j <= k; j++)
            again |= seen[j] == doer;
        if (again)
            continue;
        seen[k + 1] = doer;
        ApplyIn in = {.gig = d->gigs[i],
                      .message = str_c0(demo_applications[draw(d, demo_applications_count)]),
                      .amount = draw(d, 3) ? 0 : 90000 + (int64_t)draw(d, 40) * 1000};
        act(d, doer, application_apply, &in, &a);
        chosen = a.id;
    }
    if (i >= DEMO_ACCEPTED || !chosen)
        return;
    AcceptOut out;
    AcceptIn in = {.application = chosen};
    act(d, d->gig_owner[i], application_accept, &in, &out);
    live(d, &out.order, fates[i % COUNT(fates)]);
}

static void order_a_service(Demo *d, size_t i) {
    Order o;
    ServiceOrderIn in = {.service = d->services[i], .message = S("As described, please. I am free to meet after six.")};
    act(d, someone_else(d, d->service_owner[i]), service_order, &in, &o);
    if (i % 4 == 0) { /* the doer has not answered yet */
        d->orders++;
        return;
    }
    Order taken;
    IdIn id = {.id = o.id};
    act(d, d->service_owner[i], order_take, &id, &taken);
    live(d, &o, i % 4 == 1 ? STAYS_AT_WORK : IS_COMPLETED);
}

static void fill_marketplace(Demo *d) {
    const int64_t span = DEMO_DAYS * MS_DAY;
    int64_t began = clock_now_ms();
    pass_time(-span);
    make_people(d);
    size_t steps = DEMO_GIGS, services = 0, orders = 0;
    for (size_t i = 0; i < steps; i++) {
        make_gig(d, i);
        if (services < DEMO_SERVICES && i * DEMO_SERVICES / steps >= services)
            make_service(d, services++);
        if (i * 3 / 2 < steps || i % 3 == 0)
            apply_and_accept(d, i);
        if (orders < DEMO_SERVICE_ORDERS && orders + 8 < services && i % 5 == 4)
            order_a_service(d, orders++);
        arena_reset(&d->arena);
        /* Towards now, whatever the acts above took of the time. */
        int64_t should = began - span + (int64_t)(i + 1) * span / (int64_t)steps;
        if (should > clock_now_ms())
            pass_time(should - clock_now_ms());
    }
    while (services < DEMO_SERVICES)
        make_service(d, services++);
    printf("%zu people, %d gigs, %zu services, %zu orders, %zu messages, %zu reviews\n", d->people_count, DEMO_GIGS, services,
           d->orders, d->messages, d->reviews);
}

int command_demo(const Options *o) {
    Demo *d = calloc(1, sizeof *d);
    Box *box = calloc(1, sizeof *box);
    uint8_t key[32];
    int64_t users = 0;
    Tx *tx;
    if (!d || !box)
        return EXIT_UNUSABLE;
    d->box = box;
    box->options = o;
    d->random = (uint64_t)o->seed;
    arena_init(&box->arena, COMMAND_ARENA_BYTES);
    arena_init(&d->arena, 4 * 1024 * 1024);
    int code = command_settings(o, &box->settings);
    if (code == EXIT_OK) {
        box->store = box_store_open(box, o->data, true);
        code = box->store ? EXIT_OK : EXIT_UNUSABLE;
    }
    if (code == EXIT_OK && box_key(box->store, &box->arena, key) != OK)
        code = EXIT_UNUSABLE;
    if (code == EXIT_OK && store_read(box->store, &d->arena, &tx) == OK) {
        if (rec_last_id(tx, &USER, &users) != OK)
            code = EXIT_UNUSABLE;
        store_read_end(tx);
    }
    if (code == EXIT_OK && users) {
        fprintf(stderr, "gigbox: %s is not empty: sample data is only for a fresh directory\n", o->data);
        code = EXIT_UNUSABLE;
    }
    if (code == EXIT_OK) {
        box_domain_config(&box->settings.now, key, &d->cfg);
        fill_marketplace(d);
    }
    store_close(box->store);
    arena_free(&d->arena);
    arena_free(&box->arena);
    free(box);
    free(d);
    return code;
}
