/* Gigs, services, files, categories, devices, reports: lives and limits, who may see what. */
#include "domain/conversation.h"
#include "domain/device.h"
#include "domain/file.h"
#include "domain/notification.h"
#include "domain/report.h"
#include "domain/review.h"
#include "domain/session.h"
#include "money_kit.h"

/* ---- gigs ---- */

static GigEdit good_gig(void) {
    return (GigEdit){.has = 1u << GIG_SET_TITLE | 1u << GIG_SET_DESCRIPTION | 1u << GIG_SET_CATEGORY | 1u << GIG_SET_BUDGET_MIN |
                            1u << GIG_SET_BUDGET_MAX,
                     .title = S("Logo"),
                     .description = S("A logo."),
                     .category = S("design"),
                     .budget_min = 1000,
                     .budget_max = 2000};
}

static bool named(const char *field) {
    for (size_t i = 0; i < kit_diag.count; i++)
        if (str_eq(kit_diag.fields[i].name, str_c0(field)))
            return true;
    return false;
}

static void test_gig_fields(void) {
    Gig g;
    GigEdit in = {.has = 1u << GIG_SET_DEADLINE | 1u << GIG_SET_BUDGET_MIN, .deadline_ms = now, .budget_min = -5};
    CHECK(RUN(gig_post, user(1), &in, &g) == E_INVALID && named("title") && named("description") && named("category") &&
              named("budget_min") && named("deadline_ms"),
          "all faults of a gig are named at once");
    in = good_gig();
    in.budget_min = 2001;
    CHECK(RUN(gig_post, user(1), &in, &g) == E_INVALID && named("budget_min"), "the least budget is not above the most");
    in = good_gig();
    in.has |= 1u << GIG_SET_DEADLINE;
    in.deadline_ms = now + 1;
    CHECK(RUN(gig_post, user(1), &in, &g) == OK, "a deadline may be soon");
    in = good_gig();
    in.has &= ~(1ull << GIG_SET_BUDGET_MIN);
    CHECK(RUN(gig_post, user(1), &in, &g) == OK && g.budget_min == 2000, "one bound stands for both");
    CHECK(RUN(gig_post, (Actor){0}, &in, &g) == E_UNAUTHORIZED, "nobody posts nothing");
    Str skills[] = {S("C++"), S("C"), S(" c++ "), S("C#")};
    in.has |= 1u << GIG_SET_SKILLS;
    in.skills = list_of_strs(&kit_arena, skills, COUNT(skills));
    CHECK(RUN(gig_post, user(1), &in, &g) == OK && g.skills.count == 3, "C, C++ and C# are three skills");
}

static void test_gig_life(void) {
    Gig g;
    int64_t none = 0, id = kit_gig(1, 5000);
    GigEdit in = {.has = 1u << GIG_SET_BUDGET_MIN, .id = id, .budget_min = 6000};
    CHECK(RUN(gig_update, user(2), &in, &g) == E_FORBIDDEN, "others do not change a gig");
    CHECK(RUN(gig_update, user(1), &in, &g) == E_INVALID && named("budget_min"), "a change is held against what is there");
    in.budget_min = 4000;
    CHECK(RUN(gig_update, user(1), &in, &g) == OK && g.budget_min == 4000 && g.budget_max == 5000, "only what is given changes");
    CHECK(RUN(gig_reopen, user(1), &(IdIn){id}, &g) == E_STATE && RUN(gig_close, user(2), &(IdIn){id}, &g) == E_FORBIDDEN,
          "each act has its state and its person");
    CHECK(RUN(gig_close, user(1), &(IdIn){id}, &g) == OK && g.status == GIG_CANCELLED, "closing cancels");
    CHECK(RUN(gig_update, user(1), &in, &g) == E_STATE && kit_apply(id, 2, 0) == 0,
          "a closed gig is neither changed nor applied to");
    CHECK(RUN(gig_reopen, user(1), &(IdIn){id}, &g) == OK && g.status == GIG_OPEN && kit_apply(id, 2, 0) != 0,
          "until it is open again");
    CHECK(RUN(gig_delete, user(1), &(IdIn){id}, &none) == OK && RUN(gig_get, user(1), &(IdIn){id}, &g) == E_MISSING,
          "what is deleted is gone");
    PageOut page;
    MUST(RUN(application_mine, user(2), (&(MyApplicationsIn){.page = {.page = 1, .limit = 20}}), &page) == OK && page.count > 0);
    CHECK(((Application *)page.items)[0].status == APPLICATION_REJECTED, "and who applied is not left waiting");
}

/* ---- views ---- */

static Err op_flush(Call *c, const void *in, void *out) {
    (void)out;
    Err e = gig_views_flush(c);
    return e == OK && in ? E_INTERNAL : e; /* fails after it has written, when told so */
}

static Err op_stored(Call *c, const void *in, void *out) {
    Gig g;
    Err e = rec_get(c->tx, &GIG, *(const int64_t *)in, &g);
    *(int64_t *)out = g.views_count;
    return e;
}

static int64_t stored_views(int64_t id) {
    int64_t n;
    MUST(READ(op_stored, box, &id, &n) == OK);
    return n;
}

static int64_t shown_views(int64_t id, Actor who) {
    Gig g;
    MUST(READ(gig_get, who, &(IdIn){id}, &g) == OK);
    return g.views_count;
}

static void test_views(void) {
    int64_t id = kit_gig(1, 100), none = 0, yes = 1;
    CHECK(shown_views(id, user(1)) == 0 && shown_views(id, user(2)) == 1 && shown_views(id, (Actor){0}) == 2,
          "others' views count at once");
    CHECK(stored_views(id) == 0, "without a write");
    MUST(RUN(op_flush, box, &yes, &none) == E_INTERNAL);
    CHECK(stored_views(id) == 0 && shown_views(id, user(1)) == 2, "a write that failed loses none");
    MUST(RUN(op_flush, box, NULL, &none) == OK);
    CHECK(stored_views(id) == 2 && shown_views(id, user(1)) == 2, "one that did not is not shown twice");
    CHECK(shown_views(id, user(3)) == 3, "more come on top");
    MUST(RUN(op_flush, box, NULL, &none) == OK && RUN(op_flush, box, NULL, &none) == OK && RUN(op_flush, box, NULL, &none) == OK);
    CHECK(stored_views(id) == 3 && shown_views(id, user(1)) == 3, "and are written once");
}

/* ---- many applicants ---- */

enum { CROWD = 300 };

static Err op_crowd(Call *c, const void *in, void *out) {
    int64_t gig = *(const int64_t *)in;
    for (int i = 0; i < CROWD; i++) {
        User u = {
            .phone = arena_printf(c->arena, "+918%04d%05d", (int)gig, i), .flags = USER_PHONE_VERIFIED, .created_ms = c->now_ms};
        Err e = rec_insert(c->tx, &USER, &u);
        Application a = {.gig = gig, .client = 1, .doer = u.id, .status = APPLICATION_PENDING, .created_ms = c->now_ms};
        a.message = arena_printf(c->arena, "%0*d", APPLICATION_MESSAGE_MAX, i);
        if (e == OK)
            e = rec_insert(c->tx, &APPLICATION, &a);
        if (e)
            return e;
        *(int64_t *)out = a.id;
    }
    return OK;
}

/* With no more memory than a job has. */
static Err op_start(Call *c, const void *in, void *out) {
    c->arena = tx_arena(c->tx);
    Order o;
    *(int64_t *)out = 0;
    return order_start(c, in, &o);
}

static Err op_answer(Call *c, const void *in, void *out) {
    (void)in;
    c->arena = tx_arena(c->tx);
    return applications_answer(c, 128, out);
}

static int64_t waiting(int64_t gig) {
    PageOut page;
    if (RUN(application_list, user(1),
            (&(GigApplicationsIn){.gig = gig, .page = {.page = 1, .limit = 1}, .status = APPLICATION_PENDING}), &page))
        return -1;
    return page.total;
}

static void test_crowd(void) {
    int64_t gig = kit_gig(1, 5000), last, none = 0;
    size_t done;
    AcceptOut out;
    Gig g;
    MUST(RUN(op_crowd, box, &gig, &last) == OK);
    MUST(RUN(application_accept, user(1), &(AcceptIn){.application = last}, &out) == OK);
    CHECK(RUN(op_start, user(out.order.doer), &(IdIn){out.order.id}, &none) == OK &&
              waiting(gig) == CROWD - 1 - APPLICATIONS_AT_ONCE,
          "work starts however many were waiting");
    size_t rounds = 0;
    while (RUN(op_answer, box, NULL, &done) == OK && done)
        rounds++;
    CHECK(waiting(gig) == 0 && rounds < CROWD, "and all of them are answered soon");

    gig = kit_gig(1, 5000);
    MUST(RUN(op_crowd, box, &gig, &last) == OK);
    CHECK(RUN(gig_delete, user(1), &(IdIn){gig}, &none) == OK && RUN(gig_get, user(1), &(IdIn){gig}, &g) == E_MISSING &&
              waiting(gig) == -1 && RUN(gig_reopen, user(1), &(IdIn){gig}, &g) == E_MISSING,
          "a gig that many wanted is deleted at once");
    PageOut page;
    MUST(READ(gig_mine, user(1), (&(MyGigsIn){.page = {.page = 1, .limit = 100}}), &page) == OK);
    bool listed = false;
    for (size_t i = 0; i < page.count; i++)
        listed |= ((Gig *)page.items)[i].id == gig;
    CHECK(!listed, "for its owner too");
    while (RUN(op_answer, box, NULL, &done) == OK && done)
        ;
    Application a;
    MUST(RUN(application_get, user(1), &(IdIn){last}, &a) == OK);
    CHECK(a.status == APPLICATION_REJECTED && RUN(op_stored, box, &gig, &none) == E_MISSING,
          "its applicants are answered and it is gone");
}

/* ---- files ---- */

static int64_t upload(int64_t who, const char *text, int32_t purpose) {
    BlobId blob;
    File f;
    FileAddIn in = {
        .name = S("C:\\pictures/../a.png"), .type = S("image/png"), .purpose = purpose, .bytes = str_c0(text), .blob = &blob};
    blob_id(in.bytes, &blob);
    MUST(RUN(file_add, user(who), &in, &f) == OK && str_eq(f.name, S("a.png")));
    return f.id;
}

static Err may_see(int64_t file, int64_t who) {
    File f;
    return READ(file_get, user(who), &(IdIn){file}, &f);
}

static void test_files(void) {
    File f;
    Gig g;
    User u;
    Message m;
    int64_t brief = upload(1, "brief", 0), secret = upload(1, "student card", FILE_ID_DOCUMENT),
            note = upload(1, "for the order", 0), none = 0;
    CHECK(may_see(brief, 1) == OK && may_see(brief, 2) == E_FORBIDDEN &&
              READ(file_get, (Actor){0}, &(IdIn){brief}, &f) == E_UNAUTHORIZED,
          "a file is its owner's");
    CHECK(READ(file_get, ((Actor){.user = 3, .rights = RIGHT_MODERATOR}), &(IdIn){secret}, &f) == OK, "moderators see documents");
    GigEdit in = good_gig();
    in.has |= 1u << GIG_SET_FILES;
    in.files = list_of_i64s(&kit_arena, &brief, 1);
    CHECK(RUN(gig_post, user(2), &in, &g) == E_INVALID && named("files"), "others' files are not used");
    CHECK(RUN(gig_post, user(1), &in, &g) == OK && may_see(brief, 2) == OK &&
              READ(file_get, (Actor){0}, &(IdIn){brief}, &f) == OK,
          "what stands beside a gig is for everybody");
    in.files = list_of_i64s(&kit_arena, &secret, 1);
    CHECK(RUN(gig_post, user(1), &in, &g) == E_INVALID && may_see(secret, 2) == E_FORBIDDEN, "a document never is");
    UserEdit edit = {.has = 1u << USER_SET_AVATAR, .avatar_file = secret};
    CHECK(RUN(user_edit, user(1), &edit, &u) == E_INVALID && named("avatar_url"), "not as a picture either");
    edit = (UserEdit){.has = 1u << USER_SET_ID_DOCUMENT, .id_document_file = brief};
    CHECK(RUN(user_edit, user(1), &edit, &u) == E_INVALID, "and what everybody saw is no document");
    edit.id_document_file = secret;
    CHECK(RUN(user_edit, user(1), &edit, &u) == OK && u.id_document_file == secret, "a document is one");
    int64_t many[GIG_FILES_MAX + 1];
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = brief;
    in.files = list_of_i64s(&kit_arena, many, COUNT(many));
    CHECK(RUN(gig_post, user(1), &in, &g) == E_INVALID && named("files"), "files are counted");

    int64_t order = kit_order(1, 3, 5000);
    OrderMessageIn say = {.order = order, .files = list_of_i64s(&kit_arena, &note, 1)};
    CHECK(RUN(order_message_send, user(1), &say, &m) == OK && may_see(note, 3) == OK && may_see(note, 2) == E_FORBIDDEN,
          "what is said in a chat is for its members");
    CHECK(RUN(file_delete, user(1), &(IdIn){note}, &none) == E_STATE &&
              RUN(file_delete, user(2), &(IdIn){secret}, &none) == E_FORBIDDEN,
          "and stays there");
    int64_t again = upload(2, "brief", 0);
    CHECK(RUN(file_delete, user(1), &(IdIn){brief}, &none) == OK && may_see(brief, 1) == E_MISSING && may_see(again, 2) == OK,
          "the same bytes are kept for whoever has them");
}

/* ---- services ---- */

static void test_services(void) {
    Service s;
    PageOut page;
    int64_t none = 0;
    ServiceEdit in = {
        .has = 1u << SERVICE_SET_DAYS | 1u << SERVICE_SET_PRICE, .price = 0, .delivery_days = 366, .category = S("nonsense")};
    CHECK(RUN(service_post, user(1), &in, &s) == E_INVALID && named("title") && named("description") && named("category") &&
              named("price") && named("delivery_days"),
          "all faults of a service are named at once");
    in = (ServiceEdit){
        .title = S("Essays proofread"), .description = S("Within a day."), .category = S("Translation"), .price = 30000};
    MUST(RUN(service_post, user(1), &in, &s) == OK);
    CHECK(s.category == 3 && s.active, "a category goes by its alias too");
    ServiceListIn all = {.page = {.page = 1, .limit = 20}};
    CHECK(READ(service_list, (Actor){0}, &all, &page) == OK && page.total == 1, "what is offered is listed");
    all.search = S("writing");
    CHECK(READ(service_list, (Actor){0}, &all, &page) == OK && page.total == 1, "and found, by its category too");
    all.search = S("");
    all.price_min = 30001;
    CHECK(READ(service_list, (Actor){0}, &all, &page) == OK && page.total == 0, "within its price");
    ServiceEdit off = {.has = 1u << SERVICE_SET_ACTIVE, .id = s.id};
    CHECK(RUN(service_update, user(2), &off, &s) == E_FORBIDDEN && RUN(service_update, user(1), &off, &s) == OK,
          "its owner takes it off");
    all.price_min = 0;
    CHECK(READ(service_list, (Actor){0}, &all, &page) == OK && page.total == 0 &&
              READ(service_mine, user(1), (&(PageIn){.page = 1, .limit = 20}), &page) == OK && page.total == 1,
          "then only its owner lists it");
    CHECK(RUN(service_delete, user(1), &(IdIn){s.id}, &none) == OK && RUN(service_get, user(1), &(IdIn){s.id}, &s) == E_MISSING,
          "and deletes it");
}

/* ---- categories ---- */

static Err op_category(Call *c, const void *in, void *out) { return category_find(c->tx, *(const Str *)in, out); }

static void test_categories(void) {
    static const struct {
        Str name;
        int64_t id;
    } rows[] = {{STR_INIT("design"), 1},   {STR_INIT("DESIGN"), 1},          {STR_INIT("Graphics & Design"), 1},
                {STR_INIT("graphics"), 1}, {STR_INIT("Web Development"), 6}, {STR_INIT("tutoring"), 8},
                {STR_INIT("other"), 9},    {STR_INIT("desig"), 0},           {STR_INIT(""), 0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        Category cat;
        Err e = READ(op_category, box, &rows[i].name, &cat);
        CHECK(rows[i].id ? e == OK && cat.id == rows[i].id : e == E_MISSING, "categories by slug, name and alias");
    }
    PageOut page;
    CHECK(READ(category_list, (Actor){0}, NULL, &page) == OK && page.count == 9, "the registry is listed");
}

/* ---- devices, reports, preferences ---- */

static Err op_pushes(Call *c, const void *in, void *out) {
    RecScan *scan;
    Outbox row;
    Err e = rec_scan(c->tx, &OUTBOX, 0, &scan);
    while (!e && rec_scan_next(scan, &row))
        *(int64_t *)out += row.kind == OUT_PUSH && row.user == *(const int64_t *)in;
    return e;
}

static int64_t pushes(int64_t who) {
    int64_t n;
    MUST(READ(op_pushes, box, &who, &n) == OK);
    return n;
}

static void test_devices(void) {
    Device d;
    PageOut page;
    User u;
    int64_t none = 0, gig = kit_gig(1, 100);
    MUST(RUN(device_add, user(1), (&(DeviceIn){.token = S("token"), .platform = PLATFORM_IOS}), &d) == OK);
    int64_t before = pushes(1);
    MUST(kit_apply(gig, 2, 0));
    CHECK(pushes(1) == before + 1, "news are pushed");
    UserEdit mute = {.has = 1u << USER_SET_MUTED, .muted = 1 << NOTE_NEW_APPLICATION};
    MUST(RUN(user_edit, user(1), &mute, &u) == OK && kit_apply(gig, 3, 0));
    NotificationsRead unread;
    MUST(RUN(notification_unread, user(1), NULL, &unread) == OK);
    CHECK(pushes(1) == before + 1 && unread.count >= 2, "muted ones are only listed");
    CHECK(RUN(device_delete, user(2), &(IdIn){d.id}, &none) == E_MISSING, "others' devices do not exist");
    CHECK(RUN(device_add, user(2), (&(DeviceIn){.token = S("token"), .platform = PLATFORM_ANDROID}), &d) == OK &&
              RUN(device_list, user(1), NULL, &page) == OK && page.count == 0,
          "a device that changed hands leaves its old owner");
    for (int i = 0; i < DEVICES_MAX + 3; i++)
        MUST(RUN(device_add, user(2), (&(DeviceIn){.token = arena_printf(&kit_arena, "t%d", i), .platform = PLATFORM_WEB}), &d) ==
             OK);
    CHECK(RUN(device_list, user(2), NULL, &page) == OK && page.count == DEVICES_MAX &&
              ((Device *)page.items)[DEVICES_MAX - 1].id == d.id,
          "the oldest give way");
}

static void test_reports(void) {
    Report r;
    Message m;
    Block b;
    int64_t order = kit_order(1, 3, 5000);
    MUST(RUN(order_message_send, user(1), (&(OrderMessageIn){.order = order, .text = S("rude")}), &m) == OK);
    ReportIn in = {.thing = REPORT_MESSAGE, .subject = m.id, .reason = S("rude")};
    CHECK(RUN(report_add, user(2), &in, &r) == E_FORBIDDEN, "who did not hear it does not report it");
    CHECK(RUN(report_add, user(3), &in, &r) == OK && RUN(report_add, user(3), &in, &r) == E_CONFLICT, "once");
    in = (ReportIn){.thing = REPORT_GIG, .subject = 999999, .reason = S("odd")};
    CHECK(RUN(report_add, user(3), &in, &r) == E_MISSING, "something");
    in = (ReportIn){.thing = REPORT_USER, .subject = 1, .reason = S(" ")};
    CHECK(RUN(report_add, user(3), &in, &r) == E_INVALID && named("reason"), "for a reason");
    CHECK(RUN(block_add, user(1), &(IdIn){1}, &b) == E_INVALID && RUN(block_add, user(1), &(IdIn){999999}, &b) == E_MISSING,
          "somebody else is blocked");
    MUST(RUN(block_add, user(1), &(IdIn){3}, &b) == OK);
    int64_t first = b.id;
    CHECK(RUN(block_add, user(1), &(IdIn){3}, &b) == OK && b.id == first, "once is enough");
    CHECK(RUN(order_message_send, user(3), (&(OrderMessageIn){.order = order, .text = S("why?")}), &m) == E_FORBIDDEN,
          "and cannot write any more");
}

/* ---- for you ---- */

static void test_recommended(void) {
    User u;
    PageOut page;
    Gig g;
    Str skill = S("Quilting");
    GigEdit in = good_gig();
    in.has |= 1u << GIG_SET_SKILLS;
    in.skills = list_of_strs(&kit_arena, &skill, 1);
    MUST(RUN(gig_post, user(1), &in, &g) == OK);
    int64_t fits = g.id;
    MUST(RUN(gig_post, user(4), &in, &g) == OK);
    int64_t own = g.id;
    for (int i = 0; i < 5; i++) {
        now += 1000;
        MUST(kit_gig(1, 100));
    }
    UserEdit me = {.has = 1u << USER_SET_SKILLS, .skills = list_of_strs(&kit_arena, &(Str){"quilting", 8}, 1)};
    MUST(RUN(user_edit, user(4), &me, &u) == OK);
    MUST(RUN(gig_recommended, user(4), (&(PageIn){.page = 1, .limit = 100}), &page) == OK && page.count > 5);
    const Gig *rows = page.items;
    bool mine = false;
    for (size_t i = 0; i < page.count; i++)
        mine |= rows[i].id == own || rows[i].status != GIG_OPEN;
    CHECK(rows[0].id == fits && !mine, "what fits comes first, one's own never");
    MUST(kit_apply(fits, 4, 0));
    MUST(RUN(gig_recommended, user(4), (&(PageIn){.page = 1, .limit = 100}), &page) == OK);
    bool applied = false;
    for (size_t i = 0; i < page.count; i++)
        applied |= ((Gig *)page.items)[i].id == fits;
    CHECK(!applied, "nor what one applied to");
}

int main(void) {
    kit_world(6);
    test_gig_fields();
    test_gig_life();
    test_views();
    test_files();
    test_services();
    test_categories();
    test_devices();
    test_recommended();
    test_reports();
    test_crowd();
    CHECK(faults(false) == 0, "everything adds up");
    kit_close();
    return kit_failed;
}
