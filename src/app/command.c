#include "app/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

#ifndef GIGBOX_VERSION
#define GIGBOX_VERSION "0.1.0"
#endif

const char gigbox_version[] = GIGBOX_VERSION;

static int command_version(const Options *o) {
    (void)o;
    printf("gigbox %s\n", gigbox_version);
    return EXIT_OK;
}

static int command_help(const Options *o);

// clang-format off
const Command commands[] = {
    {"serve", command_serve, true, 0, 0, "--data DIR [--listen ADDR:PORT] [--set key=value]...", "serve the marketplace in DIR"},
    {"demo", command_demo, true, 0, 0, "--data DIR [--seed N]", "fill an empty DIR with a sample marketplace"},
    {"config", command_config, false, 0, 0, "[--data DIR] [--set key=value]... [--docs]", "print the settings in force and where each came from"},
    {"check", command_check, true, 0, 0, "--data DIR", "compare everything in the data file with everything else; exit 0 only when clean"},
    {"backup", command_backup, true, 0, 1, "--data DIR [FILE|-]", "write a consistent copy of the data file, also beside a running box; without FILE: to the places in the settings"},
    {"backups", command_backups, true, 0, 0, "--data DIR", "list the backups in the places in the settings"},
    {"backup-key", command_backup_key, false, 1, 1, "FILE|-", "make a key pair for backups: the private key into a new FILE, the public one printed as a setting"},
    {"restore", command_restore, true, 1, 1, "--data DIR [--key FILE] FILE|-|s3:NAME", "verify a backup and put it in place; the old file is kept beside"},
    {"admin", command_admin, true, 1, 3, "--data DIR create [--code-file FILE]|grant|revoke PHONE|EMAIL [admin|moderator] | list", "give and take the roles of admin and moderator; create makes the account too, and the six digits in FILE sign it in the first time"},
    {"upgrade", command_upgrade, false, 1, 1, "[--older] FILE|confirm|state", "on the board's card: verify a signed upgrade and put it into the other slot; keep the running slot; show which is which"},
    {"openapi", command_openapi, false, 1, 1, "CONTRACT", "print a contract's OpenAPI document"},
    {"healthcheck", command_healthcheck, false, 0, 1, "[[https://]ADDR:PORT]", "ask a running box whether it is well; exit 0 when it is"},
    {"lint", command_lint, false, 0, 0, "", "check the program's own tables"},
    {"version", command_version, false, 0, 0, "", "print the version"},
    {"help", command_help, false, 0, 0, "", "print this"},
};
// clang-format on
const size_t command_count = COUNT(commands);

static int command_help(const Options *o) {
    (void)o;
    puts("gigbox - a gig marketplace in one file\n");
    for (size_t i = 0; i < command_count; i++)
        printf("  gigbox %s %s\n      %s\n", commands[i].name, commands[i].usage, commands[i].doc);
    puts("\nOptions: --config FILE reads settings from FILE instead of DIR/gigbox.conf; --listen is short for --set listen=, "
         "--key for\n"
         "--set backup_private_key_file=.\n"
         "Exit codes: 0 done, 1 failed or found faults, 2 wrong usage, 3 the data or the settings cannot be used.");
    return EXIT_OK;
}

static int usage(const char *what, const char *detail) {
    fprintf(stderr, "gigbox: %s%s\nTry: gigbox help\n", what, detail);
    return EXIT_USAGE;
}

int command_settings(const Options *o, SettingsLoad *l) {
    Str why = {0};
    const char *path = o->config;
    if (!path && o->data) {
        Str made = arena_printf(o->arena, "%s/gigbox.conf", o->data);
        path = made.p;
    }
    Err e = settings_load(l, path, o->config != NULL, o->environment, o->sets, o->set_count, o->arena, &why);
    if (e == OK)
        return EXIT_OK;
    fprintf(stderr, "gigbox: %.*s\n", STR_ARG(why));
    return e == E_INVALID ? EXIT_USAGE : EXIT_UNUSABLE;
}

static const Command *command_find(const char *name) {
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* Takes the option at argv[*i] (and its value); returns 0 or an exit code. */
static int option(Options *o, int argc, char *const *argv, int *i) {
    const char *name = argv[*i], *value = *i + 1 < argc ? argv[*i + 1] : NULL;
    if (strcmp(name, "--docs") == 0 || strcmp(name, "--older") == 0) {
        *(name[2] == 'd' ? &o->docs : &o->older) = true;
        return 0;
    }
    if (!value)
        return usage("missing value or unknown option: ", name);
    if (strcmp(name, "--data") == 0) {
        o->data = value;
    } else if (strcmp(name, "--config") == 0) {
        o->config = value;
    } else if (strcmp(name, "--code-file") == 0) {
        o->code_file = value;
    } else if (strcmp(name, "--seed") == 0) {
        if (!str_i64(str_c0(value), &o->seed))
            return usage("--seed takes a whole number, not ", value);
    } else if (strcmp(name, "--set") == 0 || strcmp(name, "--listen") == 0 || strcmp(name, "--key") == 0) {
        if (o->set_count == COMMAND_SETS_MAX)
            return usage("too many --set", "");
        o->sets[o->set_count++] = name[2] == 's'   ? str_c0(value)
                                  : name[2] == 'l' ? arena_printf(o->arena, "listen=%s", value)
                                                   : arena_printf(o->arena, "backup_private_key_file=%s", value);
    } else {
        return usage("unknown option: ", name);
    }
    (*i)++;
    return 0;
}

int command_main(int argc, char *const *argv, char *const *environment) {
    Arena arena;
    arena_init(&arena, COMMAND_ARENA_BYTES);
    Options o = {.environment = environment, .arena = &arena, .seed = 1};
    const Command *command = NULL;
    int code = 0;
    log_setup(LOG_INFO, -1);
    for (int i = 1; code == 0 && i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1] == '-' && argv[i][2]) {
            if (strcmp(argv[i], "--help") == 0)
                command = command_find("help");
            else if (strcmp(argv[i], "--version") == 0)
                command = command_find("version");
            else
                code = option(&o, argc, argv, &i);
        } else if (!command) {
            command = command_find(argv[i]);
            if (!command)
                code = usage("unknown command: ", argv[i]);
        } else if (o.arg_count == COMMAND_ARGS_MAX) {
            code = usage("too many arguments", "");
        } else {
            o.args[o.arg_count++] = argv[i];
        }
    }
    if (code == 0 && !command)
        code = usage("which command?", "");
    if (code == 0 && command->needs_data && !o.data)
        code = usage(command->name, " needs --data DIR");
    if (code == 0 && (o.arg_count < command->args_min || o.arg_count > command->args_max))
        code = usage("wrong number of arguments: gigbox ", command->usage);
    if (code == 0)
        code = command->run(&o);
    arena_free(&arena);
    return code;
}
