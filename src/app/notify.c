#include "app/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

static Str variable(char *const *environment, Str name) {
    for (size_t i = 0; environment && environment[i]; i++) {
        Str pair = str_c0(environment[i]);
        if (str_starts(pair, name) && pair.n > name.n && pair.p[name.n] == '=')
            return str_from(pair, name.n + 1);
    }
    return (Str){NULL, 0};
}

void notify_open(Notify *n, char *const *environment) {
    Str path = variable(environment, S("NOTIFY_SOCKET"));
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    uint64_t usec;
    int64_t pid;
    *n = (Notify){.fd = -1};
    if (path.n < 2 || path.n >= sizeof to.sun_path || (path.p[0] != '/' && path.p[0] != '@'))
        return;
    memcpy(to.sun_path, path.p, path.n);
    if (path.p[0] == '@')
        to.sun_path[0] = 0;
    n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (n->fd >= 0 && connect(n->fd, (struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.n)) != 0)
        notify_close(n);
    if (str_i64(variable(environment, S("WATCHDOG_PID")), &pid) && pid != getpid())
        return;
    if (str_u64(variable(environment, S("WATCHDOG_USEC")), &usec) && usec >= 2000)
        n->watchdog_ms = (int64_t)(usec / 2000);
}

static void tell(const Notify *n, const char *text) {
    if (n->fd >= 0 && send(n->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return; /* the other side is gone or full: not our trouble */
}

void notify_ready(const Notify *n) { tell(n, "READY=1\nSTATUS=serving\n"); }
void notify_stopping(const Notify *n) { tell(n, "STOPPING=1\nSTATUS=stopping\n"); }
void notify_alive(const Notify *n) { tell(n, "WATCHDOG=1\n"); }

void notify_reloading(const Notify *n) {
    char text[80];
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld\n", (long long)clock_mono_us());
    tell(n, text);
}

void notify_close(Notify *n) {
    if (n->fd >= 0)
        close(n->fd);
    n->fd = -1;
}
