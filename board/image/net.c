/* DHCP (RFC 2131), time by SNTP (RFC 4330), and the question whether the box is well. */
#include "init.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, NAK = 6, SERVER_PORT = 67, CLIENT_PORT = 68, COOKIE = 0x63825363 };

typedef struct __attribute__((packed)) Dhcp {
    uint8_t op, htype, hlen, hops;
    uint32_t xid;
    uint16_t secs, flags;
    uint32_t ciaddr, yiaddr, siaddr, giaddr;
    uint8_t chaddr[16], names[192];
    uint32_t cookie;
    uint8_t options[312];
} Dhcp;

typedef struct Lease {
    uint32_t address, mask, router, dns, ntp, server; /* network order, 0: none */
    uint32_t seconds;
} Lease;

/* ---- interfaces ---- */

/* Its flags after `add` are set too, 0 when they cannot be. */
static int flags(const char *name, int add) {
    struct ifreq r = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    bool good = ioctl(fd, SIOCGIFFLAGS, &r) == 0;
    r.ifr_flags = (short)(r.ifr_flags | add);
    good = good && (!add || ioctl(fd, SIOCSIFFLAGS, &r) == 0);
    close(fd);
    return good ? r.ifr_flags : 0;
}

/* A cable is in, or a network is joined. */
static bool linked(const char *name) { return flags(name, 0) & IFF_RUNNING; }

static void set_in(struct sockaddr *to, uint32_t address) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {address}};
    memcpy(to, &in, sizeof in);
}

static void configure(const char *name, const Lease *l) {
    struct ifreq r = {0};
    struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY, .rt_dev = (char *)(uintptr_t)name};
    char text[3][INET_ADDRSTRLEN] = {"", "", ""};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    set_in(&r.ifr_addr, l->address);
    ioctl(fd, SIOCSIFADDR, &r);
    set_in(&r.ifr_netmask, l->mask);
    ioctl(fd, SIOCSIFNETMASK, &r);
    if (l->router) {
        struct rtentry old = {.rt_flags = RTF_UP, .rt_dev = route.rt_dev};
        set_in(&old.rt_dst, 0);
        set_in(&old.rt_genmask, 0);
        for (int i = 0; i < 4 && ioctl(fd, SIOCDELRT, &old) == 0; i++)
            ; /* the way out of a network left behind */
        set_in(&route.rt_dst, 0);
        set_in(&route.rt_genmask, 0);
        set_in(&route.rt_gateway, l->router);
        ioctl(fd, SIOCADDRT, &route);
    }
    close(fd);
    inet_ntop(AF_INET, &l->address, text[0], sizeof text[0]);
    inet_ntop(AF_INET, &l->router, text[1], sizeof text[1]);
    inet_ntop(AF_INET, &l->dns, text[2], sizeof text[2]);
    say("%s: address %s router %s dns %s", name, text[0], text[1], text[2]);
    FILE *f = l->dns ? fopen("/etc/resolv.conf", "we") : NULL;
    if (f) {
        fprintf(f, "nameserver %s\n", text[2]);
        fclose(f);
    }
}

/* ---- DHCP ---- */

static const uint8_t *option(const Dhcp *d, size_t n, uint8_t code, size_t length) {
    size_t end = n - offsetof(Dhcp, options);
    for (size_t i = 0; i + 1 < end && d->options[i] != 255; i += d->options[i] ? 2u + d->options[i + 1] : 1u)
        if (d->options[i] == code)
            return d->options[i + 1] >= length && i + 2 + d->options[i + 1] <= end ? &d->options[i + 2] : NULL;
    return NULL;
}

static uint32_t option32(const Dhcp *d, size_t n, uint8_t code) {
    uint32_t v = 0;
    const uint8_t *p = option(d, n, code, 4);
    if (p)
        memcpy(&v, p, 4);
    return v;
}

static int dhcp_socket(const char *name) {
    int on = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(CLIENT_PORT)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1);
    if (bind(fd, (struct sockaddr *)&any, sizeof any) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void send_dhcp(int fd, uint8_t type, uint32_t xid, const uint8_t mac[6], const Lease *l) {
    Dhcp d = {.op = 1, .htype = 1, .hlen = 6, .xid = xid, .flags = htons(0x8000), .cookie = htonl(COOKIE)};
    struct sockaddr_in all = {.sin_family = AF_INET, .sin_port = htons(SERVER_PORT), .sin_addr = {INADDR_BROADCAST}};
    uint8_t *o = d.options;
    memcpy(d.chaddr, mac, 6);
    *o++ = 53, *o++ = 1, *o++ = type;
    if (type == REQUEST) {
        *o++ = 50, *o++ = 4;
        memcpy(o, &l->address, 4), o += 4;
        *o++ = 54, *o++ = 4;
        memcpy(o, &l->server, 4), o += 4;
    }
    memcpy(o, "\x0c\x06gigbox\x37\x05\x01\x03\x06\x2a\x33\xff", 16);
    sendto(fd, &d, sizeof d, 0, (struct sockaddr *)&all, sizeof all);
}

/* The next message of our exchange within the time; its type, or 0. */
static int wait_dhcp(int fd, uint32_t xid, int ms, Lease *l) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    Dhcp d;
    while (poll(&p, 1, ms) > 0) {
        ssize_t n = recv(fd, &d, sizeof d, 0);
        if (n < (ssize_t)offsetof(Dhcp, options) + 4 || d.op != 2 || d.xid != xid || d.cookie != htonl(COOKIE))
            continue;
        const uint8_t *type = option(&d, (size_t)n, 53, 1);
        if (!type)
            continue;
        *l = (Lease){.address = d.yiaddr,
                     .mask = option32(&d, (size_t)n, 1),
                     .router = option32(&d, (size_t)n, 3),
                     .dns = option32(&d, (size_t)n, 6),
                     .ntp = option32(&d, (size_t)n, 42),
                     .seconds = ntohl(option32(&d, (size_t)n, 51)),
                     .server = option32(&d, (size_t)n, 54)};
        return *type;
    }
    return 0;
}

static void dhcp_main(const char *name) {
    struct ifreq r = {0};
    uint8_t mac[6];
    Lease l = {0};
    int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    ioctl(probe, SIOCGIFHWADDR, &r);
    memcpy(mac, r.ifr_hwaddr.sa_data, 6);
    close(probe);
    for (unsigned pause = 1;; pause = pause < 32 ? pause * 2 : 32) {
        uint32_t xid = 0;
        Lease offered = {0};
        int kind = 0;
        while (!linked(name))
            sleep(1);
        int fd = dhcp_socket(name);
        (void)!getrandom(&xid, sizeof xid, 0);
        if (fd >= 0) {
            send_dhcp(fd, DISCOVER, xid, mac, &l);
            if (wait_dhcp(fd, xid, 2000, &offered) == OFFER) {
                send_dhcp(fd, REQUEST, xid, mac, &offered);
                kind = wait_dhcp(fd, xid, 3000, &l);
            }
            close(fd);
        }
        if (kind == ACK) {
            configure(name, &l);
            FILE *f = l.ntp ? fopen("/run/ntp", "we") : NULL;
            if (f) {
                char text[INET_ADDRSTRLEN];
                fprintf(f, "%s", inet_ntop(AF_INET, &l.ntp, text, sizeof text));
                fclose(f);
            }
            unsigned keep = l.seconds > 120 && l.seconds < 86400 ? l.seconds / 2 : l.seconds ? 60 : 3600;
            while (keep-- && linked(name)) /* then asked for again: it may be another network */
                sleep(1);
            pause = 1;
        } else {
            sleep(pause);
        }
    }
}

/* ---- time ---- */

/* Seconds since 1970 by a server, 0 when it does not say. */
static int64_t ask_time(const char *server) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM}, *found = NULL;
    uint8_t q[48] = {0x23}, a[48];
    int64_t t = 0;
    if (getaddrinfo(server, "123", &hints, &found) != 0)
        return 0;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    (void)!getrandom(q + 40, 8, 0); /* what comes back as the origin must be this */
    if (connect(fd, found->ai_addr, found->ai_addrlen) == 0 && send(fd, q, sizeof q, 0) == sizeof q && poll(&p, 1, 3000) > 0 &&
        recv(fd, a, sizeof a, 0) == sizeof a && (a[0] & 7) == 4 && a[1] && a[1] < 16 && memcmp(a + 24, q + 40, 8) == 0) {
        uint32_t ntp = (uint32_t)a[40] << 24 | (uint32_t)a[41] << 16 | (uint32_t)a[42] << 8 | a[43];
        t = (int64_t)ntp - 2208988800 + (ntp < 2208988800u ? INT64_C(4294967296) : 0); /* the era after 2036 */
    }
    close(fd);
    freeaddrinfo(found);
    return t;
}

/* Forwards at once; never backwards by more than a breath, since money has been written down in order of time. */
static void time_main(const BoardConfig *c) {
    for (;;) {
        char server[128] = "pool.ntp.org";
        FILE *f = fopen("/run/ntp", "re");
        if (f && !fgets(server, sizeof server, f))
            snprintf(server, sizeof server, "pool.ntp.org");
        if (f)
            fclose(f);
        if (*c->ntp)
            snprintf(server, sizeof server, "%s", c->ntp);
        int64_t t = ask_time(server), now = time(NULL);
        if (t > now && t != now + 1) {
            settimeofday(&(struct timeval){.tv_sec = t}, NULL);
            say("clock: forward by %lld s, from %s", (long long)(t - now), server);
        } else if (t && t < now - 1) {
            say("clock: %lld s ahead of %s; it waits", (long long)(now - t), server);
        }
        sleep(t ? 1024 : 20);
    }
}

/* ---- all together ---- */

static bool is_ethernet(const char *name) {
    struct ifreq r = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(r.ifr_name, sizeof r.ifr_name, "%.15s", name);
    bool yes = ioctl(fd, SIOCGIFHWADDR, &r) == 0 && r.ifr_hwaddr.sa_family == ARPHRD_ETHER;
    close(fd);
    return yes;
}

static bool by_hand(const char *name, const BoardConfig *c) {
    char text[32];
    Lease l = {0};
    snprintf(text, sizeof text, "%s", c->address);
    char *slash = strchr(text, '/');
    int bits = slash ? atoi(slash + 1) : 24;
    if (slash)
        *slash = 0;
    if (!*text || bits < 1 || bits > 32 || inet_pton(AF_INET, text, &l.address) != 1)
        return false;
    l.mask = htonl(UINT32_MAX << (32 - bits));
    if (*c->gateway)
        inet_pton(AF_INET, c->gateway, &l.router);
    if (*c->dns)
        inet_pton(AF_INET, c->dns, &l.dns);
    configure(name, &l);
    return true;
}

/* Interfaces may come late (USB); each is begun with once. */
static void watch_main(const BoardConfig *c) {
    char known[8][IFNAMSIZ] = {{0}};
    size_t n = 0;
    for (;;) {
        DIR *d = opendir("/sys/class/net");
        for (struct dirent *e; d && (e = readdir(d));) {
            bool old = e->d_name[0] == '.' || strlen(e->d_name) >= IFNAMSIZ;
            for (size_t i = 0; i < n; i++)
                old = old || strcmp(known[i], e->d_name) == 0;
            if (old || n == 8 || !is_ethernet(e->d_name))
                continue;
            bool wifi = wifi_is(e->d_name), given = wifi == (*c->wifi_name != 0);
            if ((wifi && !*c->wifi_name) || !flags(e->d_name, IFF_UP))
                continue;
            snprintf(known[n++], IFNAMSIZ, "%.15s", e->d_name);
            if (!(given && by_hand(e->d_name, c)) && fork() == 0) {
                dhcp_main(known[n - 1]);
                _exit(0);
            }
        }
        if (d)
            closedir(d);
        sleep(2);
    }
}

void net_start(const BoardConfig *c) {
    flags("lo", IFF_UP);
    if (fork() == 0) {
        watch_main(c);
        _exit(0);
    }
    if (fork() == 0) {
        time_main(c);
        _exit(0);
    }
}

int net_health(int port) {
    static const char ask[] = "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n";
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval limit = {.tv_sec = 5};
    char head[16] = "";
    int status = 0, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 && send(fd, ask, sizeof ask - 1, MSG_NOSIGNAL) > 0 &&
        recv(fd, head, sizeof head - 1, MSG_WAITALL) == sizeof head - 1)
        status = atoi(head + 9);
    close(fd);
    return status;
}
