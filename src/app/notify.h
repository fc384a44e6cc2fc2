/* notify.h - telling the one who started us how it goes: the protocol of sd_notify(3), which systemd and the board's init speak.
 *
 * Datagrams of KEY=VALUE lines to the socket that $NOTIFY_SOCKET names (a path, or @name for an abstract one). Without that
 * variable everything here does nothing. Main thread only. */
#ifndef APP_NOTIFY_H
#define APP_NOTIFY_H

#include <stdint.h>

typedef struct Notify {
    int fd;              /* -1: nobody wants to know */
    int64_t watchdog_ms; /* how often notify_alive is expected (half of $WATCHDOG_USEC); 0: never */
} Notify;

/* By the environment; connects at once, since a confined process may not be able to later. */
void notify_open(Notify *n, char *const *environment);
void notify_ready(const Notify *n);
void notify_reloading(const Notify *n); /* notify_ready follows */
void notify_stopping(const Notify *n);
void notify_alive(const Notify *n);
void notify_close(Notify *n);

#endif
