/* live.h - settings of a running box: what admins set, what is read again, and the configuration in force. */
#ifndef APP_LIVE_H
#define APP_LIVE_H

#include "app/settings.h"
#include "contract/ports.h"

typedef struct Box Box;
typedef struct Live Live;

/* Puts what admins set into `l`. Strings live in `a`. */
Err live_overlay(Store *s, SettingsLoad *l, Arena *a);
/* Begins with what the box started with (box->settings, box->domain). NULL: no memory. */
Live *live_open(Box *box);
void live_close(Live *live); /* NULL is fine */
/* Reads all sources again and puts them in force where a running box can: rules, rates, sizes, the log. Configurations that were
 * in force before stay readable for LIVE_KEEP_MS, for requests that are looking at them. E_BUSY: too many changes in that time;
 * E_INVALID, E_IO: the sources cannot be used (said on stderr), nothing changed. Thread-safe. */
#define LIVE_KEEP_MS (10 * MS_MINUTE)
Err live_reload(Live *live);

/* For Ports (ports.h says what they do). */
Err live_settings(Live *live, Arena *a, SettingFact **rows, size_t *n);
Err live_check(Live *live, Arena *a, Str key, Str value, bool clear, Str *before, Str *why);

#endif
