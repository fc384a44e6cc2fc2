#include "app/live.h"

#include <pthread.h>
#include <stdlib.h>

#include "app/box.h"
#include "base/log.h"
#include "domain/setting.h"

enum { GENERATIONS_MAX = 32 };

/* One reading of all sources. */
typedef struct Generation {
    Arena arena;
    SettingsLoad load;
    DomainConfig domain;
    int64_t replaced_ms; /* monotonic */
} Generation;

struct Live {
    Box *box;
    pthread_mutex_t lock;
    const SettingsLoad *now; /* under lock */
    Generation *old[GENERATIONS_MAX], *newest; /* under lock; old ones in the order of their end */
    size_t old_count;
};

Err live_overlay(Store *s, SettingsLoad *l, Arena *a) {
    Tx *tx;
    Err e = store_read(s, a, &tx);
    if (e)
        return e;
    for (size_t i = 0; i < setting_row_count && e == OK; i++) {
        Str value;
        if (!setting_rows[i].live)
            continue;
        e = setting_kept(tx, str_c0(setting_rows[i].key), &value);
        if (e == OK) {
            value = arena_str(a, value);
            settings_overlay(l, (int)i, value, a);
        }
        e = e == E_MISSING ? OK : e;
    }
    store_read_end(tx);
    return e;
}

Live *live_open(Box *box) {
    Live *live = calloc(1, sizeof *live);
    if (!live)
        return NULL;
    live->box = box;
    live->now = &box->settings;
    pthread_mutex_init(&live->lock, NULL);
    return live;
}

static void generation_free(Generation *g) {
    if (!g)
        return;
    arena_free(&g->arena);
    free(g);
}

void live_close(Live *live) {
    if (!live)
        return;
    for (size_t i = 0; i < live->old_count; i++)
        generation_free(live->old[i]);
    generation_free(live->newest);
    pthread_mutex_destroy(&live->lock);
    free(live);
}

/* Those that nobody can be looking at any more go. */
static void forget(Live *live, int64_t now) {
    size_t gone = 0;
    while (gone < live->old_count && now - live->old[gone]->replaced_ms > LIVE_KEEP_MS)
        generation_free(live->old[gone++]);
    live->old_count -= gone;
    memmove(live->old, live->old + gone, live->old_count * sizeof *live->old);
}

static Err read_all(Box *box, Generation *g) {
    Options o = *box->options;
    o.arena = &g->arena;
    int code = command_settings(&o, &g->load);
    Err e = code == EXIT_OK ? live_overlay(box->store, &g->load, &g->arena) : code == EXIT_USAGE ? E_INVALID : E_IO;
    if (e == OK)
        box_domain_config(&g->load.now, ((const DomainConfig *)box->domain)->box_key, &g->domain);
    return e;
}

static Err reload(Live *live) {
    Box *box = live->box;
    int64_t now = clock_mono_ms();
    forget(live, now);
    if (live->old_count == GENERATIONS_MAX)
        return E_BUSY;
    Generation *g = calloc(1, sizeof *g);
    if (!g)
        return E_NOMEM;
    arena_init(&g->arena, COMMAND_ARENA_BYTES);
    Err e = read_all(box, g);
    if (e) {
        generation_free(g);
        return e;
    }
    box->domain = &g->domain;
    EngineLimits limits = box_engine_limits(&g->load.now);
    engine_set_limits(box->engine, &limits);
    box_setup_log(&g->load.now);
    if (live->newest) {
        live->newest->replaced_ms = now;
        live->old[live->old_count++] = live->newest;
    }
    live->newest = g;
    live->now = &g->load;
    return OK;
}

Err live_reload(Live *live) {
    pthread_mutex_lock(&live->lock);
    Err e = reload(live);
    pthread_mutex_unlock(&live->lock);
    if (e)
        log_line(LOG_ERROR, "settings", "not reloaded", "error=%s", err_name(e));
    else
        log_line(LOG_INFO, "settings", "reloaded", "by=%s", "signal or admin");
    return e;
}

Err live_settings(Live *live, Arena *a, SettingFact **rows, size_t *n) {
    static const char *const types[] = {[SET_STR] = "text", [SET_INT] = "number", [SET_BOOL] = "flag"};
    SettingFact *out = *rows = ARENA_ARRAY(a, setting_row_count, SettingFact);
    if (!out)
        return E_NOMEM;
    *n = setting_row_count;
    Err e = OK;
    pthread_mutex_lock(&live->lock);
    for (size_t i = 0; i < setting_row_count; i++) {
        const SettingRow *row = &setting_rows[i];
        Str text = live->now->text[i];
        out[i] = (SettingFact){.key = str_c0(row->key),
                               .value = row->secret ? (text.n ? S("****") : S("")) : arena_str(a, text),
                               .type = str_c0(types[row->type]),
                               .source = str_c0(settings_source(live->now->source[i])),
                               .choices = row->choices ? str_c0(row->choices) : (Str){NULL, 0},
                               .doc = str_c0(row->doc),
                               .secret = row->secret,
                               .editable = row->live && live->now->source[i] <= FROM_DATABASE,
                               .bounded = row->type == SET_INT,
                               .min = row->min,
                               .max = row->max};
        if (text.n && !out[i].value.p)
            e = E_NOMEM;
    }
    pthread_mutex_unlock(&live->lock);
    return e;
}

Err live_check(Live *live, Arena *a, Str key, Str value, bool clear, Str *before, Str *why) {
    int row = settings_row(key);
    if (row < 0)
        return E_MISSING;
    pthread_mutex_lock(&live->lock);
    /* Clearing is held to the same rules, with the value that is there. */
    Err e = settings_check(live->now, row, clear ? live->now->text[row] : value, a, why);
    *before = arena_str(a, live->now->text[row]);
    pthread_mutex_unlock(&live->lock);
    return e;
}
