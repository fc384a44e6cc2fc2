#include "app/settings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"

static const char *const source_name[] = {"default", "file", "admin", "environment", "argument"};

Err settings_read_file(const char *path, Arena *a, Str *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? E_MISSING : E_IO;
    Buf b = buf_arena(a, SETTINGS_FILE_BYTES_MAX);
    Err e = OK;
    for (;;) {
        char *to = buf_reserve(&b, 4096);
        if (!to) {
            e = b.err;
            break;
        }
        ssize_t n = read(fd, to, 4096);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            e = E_IO;
        if (n <= 0)
            break;
        b.n += (size_t)n;
    }
    close(fd);
    *out = buf_str(&b);
    return e;
}

static bool one_of(Str v, const char *choices) {
    Str rest = str_c0(choices), part;
    while (str_split(&rest, '|', &part))
        if (str_eq(part, v))
            return true;
    return false;
}

static bool parse_bool(Str v, bool *out) {
    static const char yes[] = "yes|true|on|1", no[] = "no|false|off|0";
    *out = one_of(v, yes);
    return *out || one_of(v, no);
}

/* Checks `v` and writes it into the struct. The reason of a refusal goes to *why. */
static Err apply(Settings *s, const SettingRow *row, Str v, Arena *a, Str *why) {
    char *at = (char *)s + row->offset;
    int64_t number;
    switch (row->type) {
    case SET_INT:
        if (!str_i64(v, &number) || number < row->min || number > row->max) {
            *why = arena_printf(a, "%s must be a whole number from %lld to %lld", row->key, (long long)row->min,
                                (long long)row->max);
            return E_INVALID;
        }
        *(int64_t *)(void *)at = number * (row->scale ? row->scale : 1);
        return OK;
    case SET_BOOL:
        if (!parse_bool(v, (bool *)at)) {
            *why = arena_printf(a, "%s must be yes or no", row->key);
            return E_INVALID;
        }
        return OK;
    default:
        if (v.n > (size_t)row->max || (row->choices && !one_of(v, row->choices))) {
            *why = row->choices ? arena_printf(a, "%s must be one of %s", row->key, row->choices)
                                : arena_printf(a, "%s is longer than %lld bytes", row->key, (long long)row->max);
            return E_INVALID;
        }
        if (v.n && row->valid && !row->valid(v)) {
            *why = arena_printf(a, "%s must be %s", row->key, row->expected);
            return E_INVALID;
        }
        *(Str *)(void *)at = v;
        return OK;
    }
}

/* Row of `key`; *from_file when the key is a secret row's key with _file behind it. */
static int row_of(Str key, bool *from_file) {
    for (size_t i = 0; i < setting_row_count; i++) {
        Str own = str_c0(setting_rows[i].key);
        *from_file = setting_rows[i].secret && key.n == own.n + 5 && str_starts(key, own) && str_ends(key, S("_file"));
        if (*from_file || str_eq(own, key))
            return (int)i;
    }
    return -1;
}

static Err set_one(SettingsLoad *l, SettingSource from, Str key, Str value, Arena *a, Str *why) {
    bool from_file;
    int i = row_of(key, &from_file);
    if (i < 0) {
        *why = arena_printf(a, "unknown setting %.*s", STR_ARG(key));
        return E_INVALID;
    }
    if (from_file) {
        char *path = arena_cstr(a, value);
        Err e = path ? settings_read_file(path, a, &value) : E_NOMEM;
        if (e) {
            *why = arena_printf(a, "%.*s: cannot read %.*s", STR_ARG(key), path ? (int)strlen(path) : 0, path);
            return e == E_MISSING ? E_IO : e;
        }
        if (str_ends(value, S("\n")))
            value.n--;
    }
    Err e = apply(&l->now, &setting_rows[i], value, a, why);
    if (e == OK) {
        l->source[i] = (uint8_t)from;
        l->text[i] = value;
    }
    return e;
}

static Err load_file(SettingsLoad *l, const char *path, Str text, Arena *a, Str *why) {
    Str rest = text, line;
    for (int number = 1; str_split(&rest, '\n', &line); number++) {
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        size_t eq = str_index(line, '=');
        Err e = E_INVALID;
        if (eq == line.n)
            *why = S("expected key = value");
        else
            e = set_one(l, FROM_FILE, str_trim(str_slice(line, 0, eq)), str_trim(str_from(line, eq + 1)), a, why);
        if (e) {
            *why = arena_printf(a, "%s:%d: %.*s", path, number, STR_ARG(*why));
            return e;
        }
    }
    return OK;
}

static Err load_environment(SettingsLoad *l, char *const *environment, Arena *a, Str *why) {
    static const Str prefix = STR_INIT("GIGBOX_");
    for (; environment && *environment; environment++) {
        Str pair = str_c0(*environment);
        size_t eq = str_index(pair, '=');
        if (!str_starts(pair, prefix) || eq == pair.n)
            continue;
        Str key = arena_str(a, str_slice(pair, prefix.n, eq));
        for (size_t i = 0; i < key.n; i++)
            ((char *)(uintptr_t)key.p)[i] = (char)tolower((unsigned char)key.p[i]);
        bool from_file;
        if (row_of(key, &from_file) < 0) /* somebody else's variable; a typo is worth a line */ {
            log_line(LOG_WARN, "settings", "unknown environment variable", "name=%.*s", (int)eq, pair.p);
            continue;
        }
        Err e = set_one(l, FROM_ENV, key, arena_str(a, str_from(pair, eq + 1)), a, why);
        if (e) {
            *why = arena_printf(a, "environment: %.*s", STR_ARG(*why));
            return e;
        }
    }
    return OK;
}

Err settings_load(SettingsLoad *l, const char *config_path, bool must_exist, char *const *environment, const Str *sets,
                  size_t set_count, Arena *a, Str *why) {
    *l = (SettingsLoad){0};
    for (size_t i = 0; i < setting_row_count; i++) {
        l->text[i] = str_c0(setting_rows[i].fallback);
        Err e = apply(&l->now, &setting_rows[i], l->text[i], a, why);
        if (e)
            return e;
    }
    Err e = OK;
    Str text = {0};
    if (config_path) {
        e = settings_read_file(config_path, a, &text);
        if (e == E_MISSING && !must_exist)
            e = OK;
        else if (e)
            *why = arena_printf(a, "cannot read %s", config_path);
    }
    if (e == OK)
        e = load_file(l, config_path, text, a, why);
    if (e == OK)
        e = load_environment(l, environment, a, why);
    for (size_t i = 0; e == OK && i < set_count; i++) {
        size_t eq = str_index(sets[i], '=');
        if (eq == sets[i].n) {
            *why = arena_printf(a, "--set %.*s: expected key=value", STR_ARG(sets[i]));
            return E_INVALID;
        }
        e = set_one(l, FROM_ARGUMENT, str_trim(str_slice(sets[i], 0, eq)), str_trim(str_from(sets[i], eq + 1)), a, why);
        if (e)
            *why = arena_printf(a, "--set: %.*s", STR_ARG(*why));
    }
    return e;
}

int settings_row(Str key) {
    bool from_file;
    int row = row_of(key, &from_file);
    return from_file ? -1 : row;
}

const char *settings_source(uint8_t source) { return source_name[source]; }

Err settings_check(const SettingsLoad *l, int row, Str value, Arena *a, Str *why) {
    Settings scratch;
    if (!setting_rows[row].live)
        return E_FORBIDDEN;
    if (l->source[row] > FROM_DATABASE)
        return E_STATE;
    return apply(&scratch, &setting_rows[row], value, a, why);
}

void settings_overlay(SettingsLoad *l, int row, Str value, Arena *a) {
    Str why = {0};
    Err e = settings_check(l, row, value, a, &why);
    if (e == OK)
        e = apply(&l->now, &setting_rows[row], value, a, &why);
    if (e == OK) {
        l->source[row] = FROM_DATABASE;
        l->text[row] = value;
    } else if (e != E_STATE) {
        log_line(LOG_WARN, "settings", "what an admin set does not fit any more", "key=%s", setting_rows[row].key);
    }
}

void settings_print(const SettingsLoad *l, bool documented, Buf *out) {
    for (size_t i = 0; i < setting_row_count; i++) {
        const SettingRow *row = &setting_rows[i];
        if (documented)
            buf_printf(out, "# %s\n", row->doc);
        Str shown = row->secret && l->text[i].n ? S("****") : l->text[i];
        buf_printf(out, "%s = %.*s  # %s\n", row->key, STR_ARG(shown), source_name[l->source[i]]);
    }
}

size_t settings_lint(void) {
    size_t faults = 0;
    for (size_t i = 0; i < setting_row_count; i++) {
        const SettingRow *row = &setting_rows[i];
        Settings scratch;
        Str why = {0};
        Arena a;
        arena_init(&a, ARENA_BLOCK_BYTES);
        const char *fault = NULL;
        if (!row->doc || !*row->doc)
            fault = "no doc";
        if (apply(&scratch, row, str_c0(row->fallback), &a, &why))
            fault = "default not allowed";
        for (size_t k = 0; k < i; k++)
            if (strcmp(setting_rows[k].key, row->key) == 0)
                fault = "key twice";
        arena_free(&a);
        if (fault) {
            fprintf(stderr, "setting %s: %s\n", row->key, fault);
            faults++;
        }
    }
    return faults;
}
