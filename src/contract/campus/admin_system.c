/* The box itself: settings, figures, how it is, its log. */
#include "base/log.h"
#include "codec/iso8601.h"
#include "contract/campus/admin.h"
#include "domain/audit.h"
#include "domain/figures.h"
#include "domain/outbox.h"
#include "domain/row.h"
#include "domain/setting.h"

/* ---- settings ---- */

static bool setting_min(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = ((const SettingFact *)row)->min;
    return ((const SettingFact *)row)->bounded;
}
static bool setting_max(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = ((const SettingFact *)row)->max;
    return ((const SettingFact *)row)->bounded;
}
VIEW(admin_setting_view, SettingFact, "Setting", "Something that can be set.", SHOW("key", W_STR, SettingFact, key, "Its name."),
     SHOW("value", W_STR, SettingFact, value, "In force, as text; secrets as ****."),
     SHOW("type", W_STR, SettingFact, type, "text, number, flag (yes or no)."),
     SHOW("source", W_STR, SettingFact, source, "Where it came from: default, file, admin, environment, argument."),
     SHOW("editable", W_BOOL, SettingFact, editable,
          "May be set here: takes effect at once, and is not pinned by environment or argument."),
     SHOW("secret", W_BOOL, SettingFact, secret, "Its value is not shown."),
     SHOW_GET("min", W_INT, setting_min, "Of numbers.", .optional = true),
     SHOW_GET("max", W_INT, setting_max, "Of numbers.", .optional = true),
     SHOW("choices", W_STR, SettingFact, choices, "What is allowed, with | between.", .empty = EMPTY_OMIT),
     SHOW("doc", W_STR, SettingFact, doc, "What it means."));

typedef struct SettingsOut {
    Rows settings;
} SettingsOut;
VIEW(admin_settings_view, SettingsOut, "Settings", "All that can be set.",
     SHOW("settings", W_ROWS, SettingsOut, settings, "In the order of gigbox config.", .view = &admin_setting_view));

static Err settings_shown(Exchange *x) {
    SettingFact *rows;
    SettingsOut out = {{NULL, 0}};
    if (!x->ports->settings)
        return E_PROVIDER;
    Err e = x->ports->settings(x->ports->ctx, x->arena, &rows, &out.settings.count);
    out.settings.items = rows;
    return e ? e : exchange_render_as(x, NULL, 200, &admin_settings_view, &out);
}

typedef struct SettingsIn {
    Str settings; /* JSON */
} SettingsIn;
INPUTS(admin_settings_in, SettingsIn,
       INPUT("settings", IN_BODY, W_JSON, SettingsIn, settings, NO_HAS,
             "An object: values by key, as text, number or true and false; null takes back what an admin set.",
             .flags = IN_REQUIRED, .max = 64 * 1024, .example = "{\"fee_bps\":300,\"otp_tries\":null}"));

static Err setting_bad(Exchange *x, Str key, const char *why) {
    x->binding = true;
    return diag_field(&x->diag, E_INVALID, key, str_c0(why));
}

/* One member of the object: checked, and put among the changes. */
static Err setting_change(Exchange *x, Str key, const Json *v, SettingChange *ch) {
    int64_t number;
    Str why = {NULL, 0};
    *ch = (SettingChange){.key = key, .value = S("")};
    switch (json_type(v)) {
    case JSON_NULL: ch->clear = true; break;
    case JSON_STRING: ch->value = str_trim(json_str(v)); break;
    case JSON_BOOL: ch->value = json_bool(v) ? S("yes") : S("no"); break;
    case JSON_NUMBER:
        if (!json_i64(v, &number))
            return setting_bad(x, key, "must be a whole number");
        ch->value = arena_printf(x->arena, "%lld", (long long)number);
        break;
    default: return setting_bad(x, key, "must be a text, a number, true or false, or null");
    }
    if (!ch->value.p)
        return E_NOMEM;
    switch (x->ports->setting_check(x->ports->ctx, x->arena, key, ch->value, ch->clear, &ch->before, &why)) {
    case OK: return OK;
    case E_MISSING: return setting_bad(x, key, "there is no such setting");
    case E_FORBIDDEN: return setting_bad(x, key, "can only be set where the box is started");
    case E_STATE: return setting_bad(x, key, "is pinned by the environment or an argument of the program");
    default: x->binding = true; return diag_field(&x->diag, E_INVALID, key, why);
    }
}

typedef struct Changes {
    SettingChange rows[SETTINGS_AT_ONCE];
    size_t n;
} Changes;

static Err settings_write(Exchange *x, Call *c, void *arg) {
    (void)x;
    const Changes *all = arg;
    return settings_keep(c, all->rows, all->n);
}

static Err settings_changed(Exchange *x) {
    const SettingsIn *in = x->in;
    const Json *object, *value;
    Str key;
    Changes *all = ARENA_NEW(x->arena, Changes);
    if (!all)
        return E_NOMEM;
    if (!x->ports->setting_check)
        return E_PROVIDER;
    Err e = json_parse(x->arena, in->settings, &object, NULL), fault;
    if (e)
        return e;
    if (json_type(object) != JSON_OBJECT)
        return setting_bad(x, S("settings"), "must be an object");
    for (JsonIter it = json_iter(object); json_next(&it, &key, &value);) {
        if (all->n == SETTINGS_AT_ONCE)
            return setting_bad(x, S("settings"), "too many at once");
        if ((fault = setting_change(x, arena_str(x->arena, key), value, &all->rows[all->n++])))
            e = fault; /* all faults in one answer */
    }
    if (!e)
        e = exchange_write(x, settings_write, all);
    if (!e)
        e = x->ports->settings_apply(x->ports->ctx);
    return e ? e : settings_shown(x);
}

/* ---- figures ---- */

static bool day_date(Render *r, const void *row, Value *out) {
    char text[ISO_CHARS_MAX];
    size_t n = iso_put(text, ((const Day *)row)->id * MS_DAY, ISO_DATE);
    out->s = arena_str(r->arena, str_of(text, n));
    return out->s.p != NULL;
}
VIEW(admin_day_view, Day, "DayFigures", "What happened on a day of the box's time zone.",
     SHOW_GET("date", W_STR, day_date, "YYYY-MM-DD."), SHOW("signUps", W_INT, Day, sign_ups, "Accounts made."),
     SHOW("gigs", W_INT, Day, gigs, "Gigs posted."), SHOW("services", W_INT, Day, services, "Services offered."),
     SHOW("applications", W_INT, Day, applications, "Applications."), SHOW("orders", W_INT, Day, orders, "Orders made."),
     SHOW("completed", W_INT, Day, completed, "Orders completed."), SHOW("cancelled", W_INT, Day, cancelled, "Orders cancelled."),
     SHOW("disputes", W_INT, Day, disputed, "Orders disputed."), SHOW("messages", W_INT, Day, messages, "Messages written."),
     SHOW("reviews", W_INT, Day, reviews, "Reviews written."), SHOW("reports", W_INT, Day, reports, "Things reported."),
     SHOW("funded", W_MONEY, Day, funded, "Money that went into escrow."),
     SHOW("released", W_MONEY, Day, released, "Out of it to doers, after fees."),
     SHOW("fees", W_MONEY, Day, fees, "The marketplace's share."),
     SHOW("refunded", W_MONEY, Day, refunded, "Out of escrow back to payers."),
     SHOW("withdrawn", W_MONEY, Day, withdrawn, "Arrived at banks."),
     SHOW("escrow", W_MONEY, Day, escrow, "In escrow at the end of the day."));
_Static_assert(offsetof(FiguresOut, items) == 0 && offsetof(FiguresOut, count) == offsetof(Rows, count), "as Rows");
VIEW(admin_figures_view, FiguresOut, "Statistics", "How the marketplace is doing.",
     {KEY_OF("days"), .type = W_ROWS, .offset = 0, .size = sizeof(Rows), .view = &admin_day_view, .doc = "Oldest first."},
     SHOW("users", W_INT, FiguresOut, users, "Accounts, as of now."),
     SHOW("gigsOpen", W_INT, FiguresOut, gigs_open, "Open gigs."), SHOW("services", W_INT, FiguresOut, services, "Services."),
     SHOW("ordersOpen", W_INT, FiguresOut, orders_open, "Orders that are not over."),
     SHOW("disputesOpen", W_INT, FiguresOut, disputes_open, "Disputes that wait for a decision."),
     SHOW("reportsOpen", W_INT, FiguresOut, reports_open, "Reports that wait."),
     SHOW("escrow", W_MONEY, FiguresOut, escrow, "Money in escrow."),
     SHOW("fees", W_MONEY, FiguresOut, fees, "Fees taken so far, in all."));
INPUTS(admin_figures_in, FiguresIn,
       INPUT("days", IN_QUERY, W_INT, FiguresIn, days, NO_HAS, "How many days.", .flags = IN_CLAMP | IN_DEFAULT, .min = 1,
             .max = FIGURES_DAYS_MAX, .fallback = FIGURES_DAYS_DEFAULT),
       INPUT("to", IN_QUERY, W_TIME, FiguresIn, to_ms, NO_HAS, "In the last of them; today when it is not said.",
             .flags = IN_LENIENT));

/* ---- how it is ---- */

typedef struct StatusOut {
    BoxFacts box; /* first */
    int64_t waiting[OUT_KIND_COUNT], dead[OUT_KIND_COUNT];
    int64_t waiting_all, dead_all;
    bool sandbox;
} StatusOut;
VIEW(admin_status_view, StatusOut, "BoxStatus", "How the box is.",
     SHOW_CONST("version", "\"" GIGBOX_VERSION "\"", "Of the program."),
     SHOW("uptimeSeconds", W_INT, StatusOut, box.uptime_s, "Since it started."),
     SHOW("memoryBytes", W_INT, StatusOut, box.memory_bytes, "Resident memory of its own."),
     SHOW("databaseBytes", W_INT, StatusOut, box.file_bytes, "The data file."),
     SHOW("databaseUsedBytes", W_INT, StatusOut, box.used_bytes, "Of it in use."),
     SHOW("databaseMaxBytes", W_INT, StatusOut, box.map_bytes, "It cannot grow beyond this."),
     SHOW("diskBytes", W_INT, StatusOut, box.disk_bytes, "The disk under it."),
     SHOW("diskFreeBytes", W_INT, StatusOut, box.disk_free_bytes, "Free on it."),
     SHOW("records", W_INT, StatusOut, box.records, "Records in the data file."),
     SHOW("commits", W_INT, StatusOut, box.commits, "Since start."),
     SHOW("connections", W_INT, StatusOut, box.connections, "Open just now."),
     SHOW("websockets", W_INT, StatusOut, box.websockets, "Open just now."),
     SHOW("requests", W_INT, StatusOut, box.requests, "Answered since start."),
     SHOW("workers", W_INT, StatusOut, box.workers, "Threads that answer."),
     SHOW("workersBusy", W_INT, StatusOut, box.workers_busy, "At work just now."),
     SHOW("outboxWaiting", W_INT, StatusOut, waiting_all, "Waits to be sent."),
     SHOW("outboxDead", W_INT, StatusOut, dead_all, "Could not be sent."),
     SHOW("sandbox", W_BOOL, StatusOut, sandbox, "Some providers are simulated."));

static Err status_read(Exchange *x, Call *c, void *arg) {
    (void)x;
    StatusOut *out = arg;
    Err e = OK;
    out->waiting_all = out->dead_all = 0;
    for (int32_t kind = OUT_SMS; e == OK && kind < OUT_KIND_COUNT; kind++) {
        Key waiting = key2(OUTBOX_BY_STATE, OUTBOX_WAITING, kind), dead = key2(OUTBOX_BY_STATE, OUTBOX_DEAD, kind);
        e = index_count(c->tx, OUTBOX_BY_STATE, &waiting, &out->waiting[kind]);
        if (e == OK)
            e = index_count(c->tx, OUTBOX_BY_STATE, &dead, &out->dead[kind]);
        out->waiting_all += out->waiting[kind];
        out->dead_all += out->dead[kind];
    }
    return e;
}

static Err status(Exchange *x) {
    StatusOut *out = ARENA_NEW(x->arena, StatusOut);
    if (!out)
        return E_NOMEM;
    out->sandbox = x->ports->sandbox;
    Err e = x->ports->facts ? x->ports->facts(x->ports->ctx, &out->box) : OK;
    if (!e)
        e = exchange_read(x, status_read, out);
    return e ? e : exchange_render_as(x, NULL, 200, &admin_status_view, out);
}

/* ---- the log ---- */

typedef struct LogIn {
    int64_t after;
} LogIn;
INPUTS(admin_log_in, LogIn,
       INPUT("after", IN_QUERY, W_INT, LogIn, after, NO_HAS, "The next of an earlier answer: only what came since.", .min = 0,
             .max = INT64_MAX));
typedef struct LogOut {
    List lines; /* STRS */
    int64_t next;
} LogOut;
VIEW(admin_log_view, LogOut, "Log", "The newest lines of the box's log.",
     SHOW("lines", W_STRS, LogOut, lines, "Oldest first, as they were written."),
     SHOW("next", W_INT, LogOut, next, "To ask for what comes after these."));

static Err recent_log(Exchange *x) {
    enum { LOG_BYTES = LOG_LINE_BYTES * LOG_RING_LINES };
    const LogIn *in = x->in;
    uint64_t seq = 0;
    LogOut out = {.next = 0};
    char *text = arena_raw(x->arena, LOG_BYTES);
    Str line, *lines = ARENA_ARRAY(x->arena, LOG_RING_LINES, Str);
    if (!text || !lines)
        return E_NOMEM;
    size_t n = log_recent(&seq, text, LOG_BYTES), count = 0;
    /* A number from before the last start is ahead of us: then all is new. */
    if (in->after && (uint64_t)in->after <= seq) {
        seq = (uint64_t)in->after;
        n = log_recent(&seq, text, LOG_BYTES);
    }
    for (Str rest = str_of(text, n); count < LOG_RING_LINES && str_split(&rest, '\n', &line);)
        if (line.n)
            lines[count++] = line;
    out.lines = list_of_strs(x->arena, lines, count);
    out.next = (int64_t)seq;
    return count && !out.lines.p ? E_NOMEM : exchange_render_as(x, NULL, 200, &admin_log_view, &out);
}

static const Route campus_admin_system_routes[] = {
    {.method = "GET",
     .path = "/api/admin/settings",
     .handler = settings_shown,
     .view = &admin_settings_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_ADMIN,
     .summary = "Every setting, its value and where that came from.",
     .doc = "Later sources overrule earlier ones: default, file, admin, environment, argument."},
    {.method = "PATCH",
     .path = "/api/admin/settings",
     .handler = settings_changed,
     .in = &admin_settings_in,
     .view = &admin_settings_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_ADMIN,
     .errors = ERR(E_INVALID) | ERR(E_BUSY),
     .summary = "Set rules and limits.",
     .doc = "They take effect at once and are kept in the data file, above the settings file and below environment and "
            "arguments. All or none."},
    {ADMIN_READ(ADMIN, "/api/admin/statistics", figures, &admin_figures_in, &admin_figures_view), .shape = SHAPE_ONE,
     .summary = "The marketplace day by day.", .doc = "Some seconds old."},
    {.method = "GET",
     .path = "/api/admin/status",
     .handler = status,
     .view = &admin_status_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_ADMIN,
     .summary = "How the box is: disk, memory, data file, outbox."},
    {.method = "GET",
     .path = "/api/admin/log",
     .handler = recent_log,
     .in = &admin_log_in,
     .view = &admin_log_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_ADMIN,
     .summary = "The newest lines of the log.",
     .doc = "As many as the program keeps in memory. Secrets, codes and whole phone numbers are never in it."},
};
SECTION(campus_admin_system, "Admin: box", "Settings, figures, state, log.");
