/* command.h - the command line.
 *
 * `gigbox COMMAND [options] [arguments]`. Options are one table and common to all commands; each command is a row that says which
 * of them it takes. Exit codes are below; they are documented by `gigbox help`. */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include "app/settings.h"

enum {
    EXIT_OK = 0,
    EXIT_FAULTS = 1 /* ran, and found faults or failed */,
    EXIT_USAGE = 2,
    EXIT_UNUSABLE = 3 /* data or settings cannot be used */
};

enum { COMMAND_SETS_MAX = 64, COMMAND_ARGS_MAX = 4, COMMAND_ARENA_BYTES = 16 * 1024 * 1024 };

typedef struct Options {
    const char *data;   /* --data DIR */
    const char *config; /* --config FILE, NULL: DATA/gigbox.conf when it exists */
    Str sets[COMMAND_SETS_MAX];
    size_t set_count;
    int64_t seed; /* --seed N */
    const char *code_file; /* --code-file FILE */
    bool docs;    /* --docs */
    bool older;   /* --older */
    const char *args[COMMAND_ARGS_MAX];
    size_t arg_count;
    char *const *environment;
    Arena *arena; /* lives as long as the program */
} Options;

typedef struct Command {
    const char *name;
    int (*run)(const Options *o);
    bool needs_data;
    uint8_t args_min, args_max;
    const char *usage, *doc;
} Command;

extern const char gigbox_version[]; /* "1.2.3" */
extern const Command commands[];
extern const size_t command_count;

/* Parses and runs; returns the exit code. */
int command_main(int argc, char *const *argv, char *const *environment);

/* Settings for this command line; prints the fault and returns EXIT_USAGE or EXIT_UNUSABLE when they cannot be used, else 0. */
int command_settings(const Options *o, SettingsLoad *l);

/* The commands, each in its own file. */
int command_serve(const Options *o);
int command_config(const Options *o);
int command_check(const Options *o);
int command_backup(const Options *o);
int command_backups(const Options *o);
int command_backup_key(const Options *o);
int command_restore(const Options *o);
int command_upgrade(const Options *o);
int command_openapi(const Options *o);
int command_demo(const Options *o);
int command_healthcheck(const Options *o);
int command_lint(const Options *o);
int command_admin(const Options *o);

#endif
