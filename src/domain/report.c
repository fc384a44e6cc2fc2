#include "domain/report.h"

#include "domain/audit.h"
#include "domain/conversation.h"
#include "domain/gig.h"
#include "domain/notify.h"
#include "domain/review.h"
#include "domain/row.h"
#include "domain/service.h"
#include "domain/user.h"

static const Field report_fields[] = {
    FIELD(1, Report, by, F_I64, "who reports"),
    FIELD(2, Report, thing, F_I32, "what kind of thing"),
    FIELD(3, Report, state, F_I32, "open, upheld, dismissed"),
    FIELD(4, Report, subject, F_I64, "its id"),
    FIELD(5, Report, reason, F_STR, "why"),
    FIELD(6, Report, created_ms, F_I64, "when"),
    FIELD(7, Report, settled_ms, F_I64, "when it was settled"),
    FIELD(8, Report, settled_by, F_I64, "by which moderator"),
    FIELD(9, Report, note, F_STR, "what the moderator noted"),
};
static bool is_open(const void *row) { return ((const Report *)row)->state == REPORT_OPEN; }

static const Index report_indexes[] = {
    {.id = 85,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "report_state",
     .doc = "for moderators",
     .parts = {{.tag = 3}}},
    {.id = 88,
     .kind = IX_UNIQUE,
     .part_count = 3,
     .name = "report_thing",
     .doc = "one each",
     .parts = {{.tag = 1}, {.tag = 2}, {.tag = 4}},
     .when = is_open},
};
const Record REPORT = {.kind = 15,
                       .size = sizeof(Report),
                       .name = "report",
                       .doc = "something a moderator should look at",
                       .fields = report_fields,
                       .field_count = COUNT(report_fields),
                       .indexes = report_indexes,
                       .index_count = COUNT(report_indexes)};
const Index *const REPORT_BY_STATE = &report_indexes[0];
const Index *const REPORT_BY_THING = &report_indexes[1];

static const Field block_fields[] = {
    FIELD(1, Block, by, F_I64, "who blocks"),
    FIELD(2, Block, user, F_I64, "whom"),
    FIELD(3, Block, created_ms, F_I64, "since when"),
};
static const Index block_indexes[] = {
    {.id = 86, .kind = IX_UNIQUE, .part_count = 2, .name = "block_pair", .doc = "one each", .parts = {{.tag = 1}, {.tag = 2}}},
    {.id = 87, .kind = IX_ORDERED, .part_count = 1, .counted = 1, .name = "block_by", .doc = "of a user", .parts = {{.tag = 1}}},
};
const Record BLOCK = {.kind = 16,
                      .size = sizeof(Block),
                      .name = "block",
                      .doc = "somebody does not want to hear from somebody",
                      .fields = block_fields,
                      .field_count = COUNT(block_fields),
                      .indexes = block_indexes,
                      .index_count = COUNT(block_indexes)};
const Index *const BLOCK_BY_PAIR = &block_indexes[0];
const Index *const BLOCK_BY_USER = &block_indexes[1];

/* Who takes no part in a conversation has not seen what is said there. */
static Err may_report_message(Call *c, int64_t id) {
    Message m;
    bool takes_part;
    Err e = rec_get(c->tx, &MESSAGE, id, &m);
    if (e == OK)
        e = conversation_has(c, m.conversation, c->actor.user, &takes_part);
    return e == OK && !takes_part ? E_FORBIDDEN : e;
}

Err report_add(Call *c, const void *input, void *result) {
    static const Record *const things[] = {[REPORT_USER] = &USER,
                                           [REPORT_GIG] = &GIG,
                                           [REPORT_SERVICE] = &SERVICE,
                                           [REPORT_MESSAGE] = &MESSAGE,
                                           [REPORT_REVIEW] = &REVIEW};
    const ReportIn *in = input;
    Report *r = result;
    Err e = call_signed_in(c);
    if (e)
        return e;
    Str reason = str_trim(in->reason);
    if (reason.n == 0 || str_utf8_len(reason) > REPORT_REASON_MAX)
        return diag_field(c->diag, E_INVALID, S("reason"),
                          arena_printf(c->arena, "must have 1 to %d characters", REPORT_REASON_MAX));
    if (in->thing < REPORT_USER || in->thing > REPORT_REVIEW || !rec_exists(c->tx, things[in->thing], in->subject))
        return E_MISSING;
    if (in->thing == REPORT_MESSAGE && (e = may_report_message(c, in->subject)))
        return e;
    *r = (Report){.by = c->actor.user,
                  .thing = in->thing,
                  .state = REPORT_OPEN,
                  .subject = in->subject,
                  .reason = reason,
                  .created_ms = c->now_ms};
    e = rec_insert(c->tx, &REPORT, r);
    return e == E_CONFLICT ? diag_fail(c->diag, e, "ALREADY_REPORTED", S("you have reported this already")) : e;
}

Err report_list(Call *c, const void *input, void *result) {
    const ReportListIn *in = input;
    Key key = key1(REPORT_BY_STATE, in->state ? in->state : REPORT_OPEN);
    Err e = call_moderator(c);
    return e ? e : row_page(c, &REPORT, REPORT_BY_STATE, &key, in->page, result);
}

Err report_look(Call *c, const void *in, void *out) {
    Err e = call_moderator(c);
    return e ? e : row_load(c, &REPORT, ((const IdIn *)in)->id, out);
}

Err report_settle(Call *c, const void *input, void *result) {
    const ReportSettleIn *in = input;
    Report *r = result;
    bool upheld = in->state == REPORT_UPHELD;
    Str note = str_trim(in->note);
    Err e = call_moderator(c);
    if (e == OK)
        e = row_load(c, &REPORT, in->id, r);
    if (e)
        return e;
    if (r->by == c->actor.user || (r->thing == REPORT_USER && r->subject == c->actor.user))
        return diag_fail(c->diag, E_FORBIDDEN, "FORBIDDEN", S("Somebody else must look at this one."));
    if (r->state != REPORT_OPEN)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("the report is settled already"));
    if (str_utf8_len(note) > REPORT_REASON_MAX)
        return diag_field(c->diag, E_INVALID, S("note"),
                          arena_printf(c->arena, "must have at most %d characters", REPORT_REASON_MAX));
    r->state = in->state;
    r->settled_ms = c->now_ms;
    r->settled_by = c->actor.user;
    r->note = note;
    e = rec_put(c->tx, &REPORT, r);
    if (e == OK)
        e = audit_add(c, upheld ? S("report.uphold") : S("report.dismiss"), S("report"), r->id, note);
    Notice n = {.user = r->by, .type = NOTE_REPORT_SETTLED, .detail = upheld ? S("upheld") : S("dismissed")};
    if (e == OK)
        e = notify(c, &n);
    return e == E_MISSING ? OK : e;
}

Err block_add(Call *c, const void *input, void *result) {
    int64_t user = ((const IdIn *)input)->id;
    Block *b = result;
    Err e = call_signed_in(c);
    if (e)
        return e;
    if (user == c->actor.user)
        return diag_field(c->diag, E_INVALID, S("id"), S("nobody can block himself"));
    if (!rec_exists(c->tx, &USER, user))
        return E_MISSING;
    Key key = key2(BLOCK_BY_PAIR, c->actor.user, user);
    e = row_find(c, &BLOCK, BLOCK_BY_PAIR, &key, b);
    if (e != E_MISSING)
        return e;
    *b = (Block){.by = c->actor.user, .user = user, .created_ms = c->now_ms};
    return rec_insert(c->tx, &BLOCK, b);
}

Err block_remove(Call *c, const void *input, void *result) {
    (void)result;
    int64_t id;
    Err e = call_signed_in(c);
    Key key = key2(BLOCK_BY_PAIR, c->actor.user, ((const IdIn *)input)->id);
    if (e == OK)
        e = index_find(c->tx, BLOCK_BY_PAIR, &key, &id);
    if (e)
        return e == E_MISSING ? OK : e;
    return rec_delete(c->tx, &BLOCK, id);
}

Err block_list(Call *c, const void *input, void *result) {
    Err e = call_signed_in(c);
    Key key = key1(BLOCK_BY_USER, c->actor.user);
    return e ? e : row_page(c, &BLOCK, BLOCK_BY_USER, &key, *(const PageIn *)input, result);
}

Err blocked_between(Call *c, int64_t a, int64_t b, bool *out) {
    const int64_t pairs[2][2] = {{a, b}, {b, a}};
    *out = false;
    for (size_t i = 0; i < 2 && !*out; i++) {
        int64_t id;
        Key key = key2(BLOCK_BY_PAIR, pairs[i][0], pairs[i][1]);
        Err e = index_find(c->tx, BLOCK_BY_PAIR, &key, &id);
        if (e && e != E_MISSING)
            return e;
        *out = e == OK;
    }
    return OK;
}
