#include "net/mdns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    NAME_BYTES = 256,
    PACKET_BYTES = 1472, /* what fits an Ethernet frame */
    FACES_MAX = 16,
    QUESTIONS_MAX = 32,
    TYPE_A = 1,
    TYPE_PTR = 12,
    TYPE_TXT = 16,
    TYPE_SRV = 33,
    TYPE_ANY = 255,
    CLASS_IN = 1,
    FLUSH = 0x8000, /* in an answer: forget other records of the name; in a question: answer to me alone */
    TTL_HOST_S = 120,
    TTL_OTHER_S = 4500,
    TTL_LEGACY_S = 10,
    JUMPS_MAX = 16
};
#define LOOK_MS (15 * MS_SECOND)  /* interfaces come and go */
#define GROUP UINT32_C(0xe00000fb) /* 224.0.0.251 */

/* A name as it stands in a packet: labels with their lengths, ended by an empty one. */
typedef struct Name {
    uint8_t p[NAME_BYTES];
    size_t n;
} Name;

typedef struct Face {
    int index;
    uint32_t address, mask; /* network order */
    bool multicast;
} Face;

enum { REC_A, REC_SERVICE, REC_META, REC_SRV, REC_TXT, REC_COUNT };

struct Mdns {
    MdnsConfig cfg;
    Name host, service, instance, meta;
    int fd, wake;
    pthread_t thread;
    Face faces[FACES_MAX];
    size_t face_count;
    bool told_conflict;
};

/* ---- names ---- */

static void label(Name *n, Str text) {
    if (n->n + text.n + 2 > NAME_BYTES || text.n > MDNS_LABEL_MAX)
        return;
    n->p[n->n++] = (uint8_t)text.n;
    memcpy(n->p + n->n, text.p, text.n);
    n->n += text.n;
}

static void dotted(Name *n, Str text) {
    Str part;
    while (str_split(&text, '.', &part))
        label(n, part);
    n->p[n->n++] = 0;
}

static bool same(const Name *a, const Name *b) { return str_eq_nocase(str_of(a->p, a->n), str_of(b->p, b->n)); }

/* The name at *at of a packet, its jumps followed; *at moves behind it. */
static bool name_read(const uint8_t *p, size_t n, size_t *at, Name *out) {
    size_t i = *at;
    int jumps = 0;
    out->n = 0;
    for (;;) {
        if (i >= n)
            return false;
        uint8_t c = p[i];
        if ((c & 0xc0) == 0xc0) {
            if (i + 1 >= n || ++jumps > JUMPS_MAX)
                return false;
            if (jumps == 1)
                *at = i + 2;
            i = (size_t)(c & 0x3f) << 8 | p[i + 1];
            continue;
        }
        if (c & 0xc0 || i + 1 + c > n || out->n + 1 + c > NAME_BYTES)
            return false;
        memcpy(out->p + out->n, p + i, (size_t)c + 1);
        out->n += (size_t)c + 1;
        i += (size_t)c + 1;
        if (!c)
            break;
    }
    if (!jumps)
        *at = i;
    return true;
}

/* ---- packets ---- */

typedef struct Packet {
    uint8_t p[PACKET_BYTES];
    size_t n;
    bool full;
} Packet;

static void put(Packet *k, const void *p, size_t n) {
    if (k->n + n > sizeof k->p) {
        k->full = true;
        return;
    }
    memcpy(k->p + k->n, p, n);
    k->n += n;
}

static void put16(Packet *k, unsigned v) { put(k, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2); }
static unsigned get16(const uint8_t *p) { return (unsigned)p[0] << 8 | p[1]; }

static void set16(Packet *k, size_t at, unsigned v) {
    k->p[at] = (uint8_t)(v >> 8);
    k->p[at + 1] = (uint8_t)v;
}

static const struct {
    uint8_t type;
    bool ours; /* nobody else has records of this name */
    unsigned ttl_s;
} kinds[REC_COUNT] = {[REC_A] = {TYPE_A, true, TTL_HOST_S},
                      [REC_SERVICE] = {TYPE_PTR, false, TTL_OTHER_S},
                      [REC_META] = {TYPE_PTR, false, TTL_OTHER_S},
                      [REC_SRV] = {TYPE_SRV, true, TTL_HOST_S},
                      [REC_TXT] = {TYPE_TXT, true, TTL_OTHER_S}};

static const Name *owner(const Mdns *m, int kind) {
    return kind == REC_A ? &m->host : kind == REC_SERVICE ? &m->service : kind == REC_META ? &m->meta : &m->instance;
}

static void record(const Mdns *m, Packet *k, int kind, uint32_t address, bool legacy, bool bye) {
    const Name *name = owner(m, kind);
    unsigned ttl = bye ? 0 : legacy ? TTL_LEGACY_S : kinds[kind].ttl_s;
    put(k, name->p, name->n);
    put16(k, kinds[kind].type);
    put16(k, CLASS_IN | (kinds[kind].ours && !legacy ? FLUSH : 0));
    put16(k, ttl >> 16);
    put16(k, ttl & 0xffff);
    size_t at = k->n;
    put16(k, 0);
    switch (kind) {
    case REC_A: put(k, &address, 4); break;
    case REC_SERVICE: put(k, m->instance.p, m->instance.n); break;
    case REC_META: put(k, m->service.p, m->service.n); break;
    case REC_SRV:
        put16(k, 0);
        put16(k, 0);
        put16(k, m->cfg.port);
        put(k, m->host.p, m->host.n);
        break;
    default: put(k, "\x06path=/", 7);
    }
    if (!k->full)
        set16(k, at, (unsigned)(k->n - at - 2));
}

/* Records of the set `answers` and those that whoever asked will want next. */
static void records(const Mdns *m, Packet *k, unsigned answers, uint32_t address, bool legacy, bool bye) {
    unsigned more = 0, count[2] = {0};
    if (answers & 1u << REC_SERVICE)
        more |= 1u << REC_SRV | 1u << REC_TXT | 1u << REC_A;
    if (answers & 1u << REC_SRV)
        more |= 1u << REC_A;
    more &= ~answers;
    for (int extra = 0; extra < 2; extra++)
        for (int i = 0; i < REC_COUNT; i++)
            if ((extra ? more : answers) & 1u << i) {
                record(m, k, i, address, legacy, bye);
                count[extra]++;
            }
    set16(k, 6, count[0]);
    set16(k, 10, count[1]);
}

static void header(Packet *k, unsigned id) {
    put16(k, id);
    put16(k, 0x8400); /* an answer, by who knows */
    for (int i = 0; i < 4; i++)
        put16(k, 0);
}

static void send_to(const Mdns *m, const Packet *k, const Face *face, const struct sockaddr_in *to) {
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control = {0};
    struct iovec part = {.iov_base = (void *)(uintptr_t)k->p, .iov_len = k->n};
    struct msghdr msg = {.msg_name = (void *)(uintptr_t)to,
                         .msg_namelen = sizeof *to,
                         .msg_iov = &part,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    struct in_pktinfo info = {.ipi_ifindex = face->index, .ipi_spec_dst = {face->address}};
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(c), &info, sizeof info);
    if (!k->full)
        (void)sendmsg(m->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void announce(const Mdns *m, const Face *face, bool bye) {
    struct sockaddr_in group = {.sin_family = AF_INET, .sin_port = htons(MDNS_PORT), .sin_addr = {htonl(GROUP)}};
    Packet k = {.n = 0};
    if (!face->multicast)
        return;
    header(&k, 0);
    records(m, &k, (1u << REC_COUNT) - 1, face->address, false, bye);
    send_to(m, &k, face, &group);
}

/* ---- questions ---- */

static unsigned wanted(const Mdns *m, const Name *name, unsigned type) {
    unsigned set = 0;
    for (int i = 0; i < REC_COUNT; i++)
        if ((type == kinds[i].type || type == TYPE_ANY) && same(name, owner(m, i)))
            set |= 1u << i;
    return set;
}

/* Another box says that our name is its own. */
static void hear(Mdns *m, const uint8_t *p, size_t n, const Face *face) {
    size_t at = 12, count = get16(p + 4);
    Name name;
    for (size_t i = 0; i < count && i < QUESTIONS_MAX; i++) {
        if (!name_read(p, n, &at, &name))
            return;
        at += 4;
    }
    count = get16(p + 6);
    for (size_t i = 0; i < count && i < QUESTIONS_MAX && !m->told_conflict; i++) {
        if (!name_read(p, n, &at, &name) || at + 10 > n)
            return;
        size_t length = get16(p + at + 8);
        if (at + 10 + length > n)
            return;
        if (get16(p + at) == TYPE_A && length == 4 && same(&name, &m->host)) {
            bool own = false;
            for (size_t f = 0; f < m->face_count; f++)
                own = own || memcmp(p + at + 10, &m->faces[f].address, 4) == 0;
            if (!own) {
                m->told_conflict = true;
                log_line(LOG_WARN, "mdns", "another machine has this name too: set mdns_name", "name=%.*s.local",
                         STR_ARG(m->cfg.host));
            }
        }
        at += 10 + length;
    }
    (void)face;
}

static void answer(Mdns *m, const uint8_t *p, size_t n, const Face *face, const struct sockaddr_in *from) {
    struct sockaddr_in to = *from;
    bool legacy = ntohs(from->sin_port) != MDNS_PORT, alone = legacy;
    size_t at = 12, count = get16(p + 4);
    unsigned set = 0;
    Packet k = {.n = 0};
    Name name;
    header(&k, legacy ? get16(p) : 0);
    for (size_t i = 0; i < count && i < QUESTIONS_MAX; i++) {
        if (!name_read(p, n, &at, &name) || at + 4 > n)
            return;
        unsigned type = get16(p + at), class = get16(p + at + 2), found = 0;
        at += 4;
        if ((class & ~(unsigned)FLUSH) == CLASS_IN || (class & ~(unsigned)FLUSH) == TYPE_ANY)
            found = wanted(m, &name, type);
        alone = alone || (found && class & FLUSH);
        if (found && legacy) { /* such a one wants its question back */
            put(&k, name.p, name.n);
            put16(&k, type);
            put16(&k, CLASS_IN);
            set16(&k, 4, get16(k.p + 4) + 1);
        }
        set |= found;
    }
    if (!set)
        return;
    if (!alone) {
        to.sin_port = htons(MDNS_PORT);
        to.sin_addr.s_addr = htonl(GROUP);
    }
    records(m, &k, set, face->address, legacy, false);
    send_to(m, &k, face, &to);
}

static void receive(Mdns *m) {
    uint8_t p[9000];
    struct sockaddr_in from;
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control;
    struct iovec part = {.iov_base = p, .iov_len = sizeof p};
    struct msghdr msg = {.msg_name = &from,
                         .msg_namelen = sizeof from,
                         .msg_iov = &part,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    ssize_t n = recvmsg(m->fd, &msg, MSG_DONTWAIT);
    if (n < 12 || msg.msg_namelen < sizeof from || msg.msg_flags & MSG_TRUNC)
        return;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
        struct in_pktinfo info;
        if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
            continue;
        memcpy(&info, CMSG_DATA(c), sizeof info);
        for (size_t i = 0; i < m->face_count; i++) {
            const Face *face = &m->faces[i];
            if (face->index != info.ipi_ifindex || (from.sin_addr.s_addr & face->mask) != (face->address & face->mask))
                continue;
            if (p[2] & 0x80)
                hear(m, p, (size_t)n, face);
            else if (!(p[2] & 0x78)) /* a standard query */
                answer(m, p, (size_t)n, face, &from);
            return;
        }
    }
}

/* ---- interfaces ---- */

/* What SIOCGIFCONF lists; a new one is joined and announced on. */
static void look(Mdns *m) {
    struct ifreq rows[FACES_MAX];
    struct ifconf conf = {.ifc_len = sizeof rows, .ifc_req = rows};
    Face faces[FACES_MAX];
    size_t n = 0;
    if (ioctl(m->fd, SIOCGIFCONF, &conf) != 0)
        return;
    for (size_t i = 0; i < (size_t)conf.ifc_len / sizeof rows[0]; i++) {
        Face f = {.address = ((struct sockaddr_in *)(void *)&rows[i].ifr_addr)->sin_addr.s_addr};
        struct ifreq r = rows[i];
        if (ioctl(m->fd, SIOCGIFINDEX, &r) != 0)
            continue;
        f.index = r.ifr_ifindex;
        r = rows[i];
        if (ioctl(m->fd, SIOCGIFNETMASK, &r) != 0)
            continue;
        f.mask = ((struct sockaddr_in *)(void *)&r.ifr_netmask)->sin_addr.s_addr;
        r = rows[i];
        if (ioctl(m->fd, SIOCGIFFLAGS, &r) != 0 || !(r.ifr_flags & IFF_UP))
            continue;
        f.multicast = r.ifr_flags & IFF_MULTICAST && !(r.ifr_flags & IFF_LOOPBACK);
        faces[n++] = f;
    }
    for (size_t i = 0; i < n; i++) {
        bool known = false;
        for (size_t k = 0; k < m->face_count; k++)
            known = known || (m->faces[k].index == faces[i].index && m->faces[k].address == faces[i].address);
        if (known || !faces[i].multicast)
            continue;
        struct ip_mreqn join = {.imr_multiaddr = {htonl(GROUP)}, .imr_ifindex = faces[i].index};
        if (setsockopt(m->fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof join) != 0 && errno != EADDRINUSE)
            continue;
        announce(m, &faces[i], false);
    }
    memcpy(m->faces, faces, n * sizeof *faces);
    m->face_count = n;
}

static void *mdns_main(void *arg) {
    Mdns *m = arg;
    int64_t due = 0;
    bool again = true; /* announcements are said twice */
    for (;;) {
        if (clock_mono_ms() >= due) {
            for (size_t i = 0; again && due && i < m->face_count; i++)
                announce(m, &m->faces[i], false);
            again = again && !due;
            look(m);
            due = clock_mono_ms() + (again ? MS_SECOND : LOOK_MS);
        }
        struct pollfd fds[] = {{.fd = m->fd, .events = POLLIN}, {.fd = m->wake, .events = POLLIN}};
        int64_t wait = due - clock_mono_ms();
        if (poll(fds, 2, (int)(wait > 0 ? wait : 0)) > 0 && fds[0].revents)
            receive(m);
        if (fds[1].revents)
            break;
    }
    for (size_t i = 0; i < m->face_count; i++)
        announce(m, &m->faces[i], true);
    return NULL;
}

/* ---- starting ---- */

static bool host_ok(Str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c == '-' && i && i + 1 < s.n)))
            return false;
    }
    return s.n > 0 && s.n <= MDNS_LABEL_MAX;
}

static int open_socket(void) {
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(MDNS_PORT)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1, off = 0, hops = 255;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops);
    setsockopt(fd, IPPROTO_IP, IP_TTL, &hops, sizeof hops);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof off);
    if (bind(fd, (struct sockaddr *)&any, sizeof any) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

Mdns *mdns_start(const MdnsConfig *cfg, Err *err) {
    *err = E_INVALID;
    if (!host_ok(cfg->host))
        return NULL;
    Mdns *m = calloc(1, sizeof *m);
    *err = E_NOMEM;
    if (!m)
        return NULL;
    m->cfg = *cfg;
    label(&m->host, cfg->host);
    dotted(&m->host, S("local"));
    dotted(&m->service, cfg->tls ? S("_https._tcp.local") : S("_http._tcp.local"));
    label(&m->instance, cfg->instance.n && cfg->instance.n <= MDNS_LABEL_MAX ? cfg->instance : cfg->host);
    memcpy(m->instance.p + m->instance.n, m->service.p, m->service.n);
    m->instance.n += m->service.n;
    dotted(&m->meta, S("_services._dns-sd._udp.local"));
    m->cfg.host = str_of(m->host.p + 1, cfg->host.n); /* the caller's may go */
    m->fd = open_socket();
    m->wake = eventfd(0, EFD_CLOEXEC);
    *err = E_BUSY;
    if (m->fd < 0 || m->wake < 0 || pthread_create(&m->thread, NULL, mdns_main, m) != 0) {
        if (m->fd >= 0)
            close(m->fd);
        if (m->wake >= 0)
            close(m->wake);
        free(m);
        return NULL;
    }
    *err = OK;
    return m;
}

void mdns_stop(Mdns *m) {
    uint64_t one = 1;
    if (!m)
        return;
    (void)!write(m->wake, &one, sizeof one);
    pthread_join(m->thread, NULL);
    close(m->fd);
    close(m->wake);
    free(m);
}
