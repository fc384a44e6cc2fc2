#include "net/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/rand.h"

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_v4(const NetAddr *a) { return memcmp(a->b, v4_prefix, sizeof v4_prefix) == 0; }

NetAddr addr_of_sockaddr(const struct sockaddr_storage *sa, int *port) {
    NetAddr a = {{0}};
    if (sa->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
        memcpy(a.b, v4_prefix, sizeof v4_prefix);
        memcpy(a.b + 12, &in->sin_addr, 4);
        if (port)
            *port = ntohs(in->sin_port);
    } else if (sa->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
        memcpy(a.b, &in6->sin6_addr, 16);
        if (port)
            *port = ntohs(in6->sin6_port);
    } else if (port) {
        *port = 0;
    }
    return a;
}

bool addr_parse(Str text, NetAddr *out) {
    char z[NET_ADDR_TEXT];
    if (text.n == 0 || text.n >= sizeof z)
        return false;
    memcpy(z, text.p, text.n);
    z[text.n] = 0;
    if (inet_pton(AF_INET, z, out->b + 12) == 1) {
        memcpy(out->b, v4_prefix, sizeof v4_prefix);
        return true;
    }
    return inet_pton(AF_INET6, z, out->b) == 1;
}

Str addr_text(const NetAddr *a, char out[NET_ADDR_TEXT]) {
    if (is_v4(a)) {
        /* by hand: inet_ntop goes through printf, and this runs once a request */
        size_t n = 0;
        for (int i = 12; i < 16; i++) {
            unsigned v = a->b[i];
            if (v >= 100)
                out[n++] = (char)('0' + v / 100);
            if (v >= 10)
                out[n++] = (char)('0' + v / 10 % 10);
            out[n++] = (char)('0' + v % 10);
            if (i < 15)
                out[n++] = '.';
        }
        out[n] = 0;
        return (Str){out, n};
    }
    if (!inet_ntop(AF_INET6, a->b, out, NET_ADDR_TEXT))
        out[0] = 0;
    return str_c0(out);
}

Err addr_parse_listen(const char *text, struct sockaddr_storage *out, socklen_t *len, bool *dual) {
    Str s = str_c0(text);
    size_t colon = s.n;
    while (colon > 0 && s.p[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return E_INVALID;
    Str host = str_slice(s, 0, colon - 1);
    uint64_t port;
    if (!str_u64(str_from(s, colon), &port) || port > 65535)
        return E_INVALID;

    memset(out, 0, sizeof *out);
    *dual = host.n == 0;
    bool bracketed = host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (bracketed)
        host = str_slice(host, 1, host.n - 1);
    NetAddr a = {{0}};
    if (!*dual && (!addr_parse(host, &a) || bracketed == is_v4(&a)))
        return E_INVALID;
    if (!*dual && is_v4(&a)) {
        struct sockaddr_in *in = (struct sockaddr_in *)out;
        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t)port);
        memcpy(&in->sin_addr, a.b + 12, 4);
        *len = sizeof *in;
    } else {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons((uint16_t)port);
        memcpy(&in6->sin6_addr, a.b, 16);
        *len = sizeof *in6;
    }
    return OK;
}

Err blocks_parse(Str text, NetBlocks *out) {
    out->count = 0;
    Str rest = text;
    for (Str part; str_split(&rest, ',', &part);) {
        part = str_trim(part);
        if (part.n == 0)
            continue;
        if (out->count == NET_BLOCKS_MAX)
            return E_INVALID;
        size_t slash = str_index(part, '/');
        NetAddr a;
        if (!addr_parse(str_slice(part, 0, slash), &a))
            return E_INVALID;
        uint64_t width = is_v4(&a) ? 32 : 128, bits = width;
        if (slash < part.n && (!str_u64(str_from(part, slash + 1), &bits) || bits > width))
            return E_INVALID;
        out->block[out->count].addr = a;
        out->block[out->count++].bits = (int)(bits + 128 - width);
    }
    return OK;
}

bool blocks_have(const NetBlocks *blocks, const NetAddr *a) {
    for (size_t i = 0; i < blocks->count; i++) {
        const uint8_t *b = blocks->block[i].addr.b;
        int bits = blocks->block[i].bits, whole = bits / 8, left = bits % 8;
        if (memcmp(a->b, b, (size_t)whole) != 0)
            continue;
        if (left == 0 || ((a->b[whole] ^ b[whole]) >> (8 - left)) == 0)
            return true;
    }
    return false;
}

NetAddr addr_forwarded(const NetBlocks *trusted, const NetAddr *peer, Str list) {
    NetAddr at = *peer;
    while (blocks_have(trusted, &at) && list.n > 0) {
        size_t comma = list.n;
        while (comma > 0 && list.p[comma - 1] != ',')
            comma--;
        NetAddr next;
        if (!addr_parse(str_trim(str_from(list, comma)), &next))
            break;
        at = next;
        list = str_slice(list, 0, comma ? comma - 1 : 0);
    }
    return at;
}

/* Open addressing, linear probing, at most half full; removal closes the gap, so there are no tombstones. */
typedef struct AddrEntry {
    uint64_t key[2];
    uint32_t count; /* 0: free */
} AddrEntry;

struct AddrTable {
    pthread_mutex_t mu;
    uint64_t seed; /* so that nobody can choose addresses that collide */
    size_t mask, used, max;
    AddrEntry entry[];
};

static void addr_key(const NetAddr *a, uint64_t key[2]) {
    memcpy(key, a->b, 16);
    if (!is_v4(a))
        key[1] = 0;
}

static size_t addr_slot(const AddrTable *t, const uint64_t key[2]) {
    uint64_t h = (key[0] ^ t->seed) * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ (h >> 29) ^ key[1]) * UINT64_C(0xBF58476D1CE4E5B9);
    return (size_t)(h ^ (h >> 32)) & t->mask;
}

AddrTable *addr_table_new(size_t max) {
    size_t size = 16;
    while (size < max * 2)
        size *= 2;
    AddrTable *t = calloc(1, sizeof *t + size * sizeof t->entry[0]);
    if (!t)
        return NULL;
    pthread_mutex_init(&t->mu, NULL);
    rand_bytes(&t->seed, sizeof t->seed);
    t->mask = size - 1;
    t->max = max;
    return t;
}

void addr_table_free(AddrTable *t) {
    if (!t)
        return;
    pthread_mutex_destroy(&t->mu);
    free(t);
}

/* The entry of the key, or the free one where it belongs. */
static AddrEntry *addr_find(AddrTable *t, const uint64_t key[2]) {
    size_t i = addr_slot(t, key);
    while (t->entry[i].count && (t->entry[i].key[0] != key[0] || t->entry[i].key[1] != key[1]))
        i = (i + 1) & t->mask;
    return &t->entry[i];
}

bool addr_table_add(AddrTable *t, const NetAddr *a, uint32_t limit) {
    uint64_t key[2];
    addr_key(a, key);
    pthread_mutex_lock(&t->mu);
    AddrEntry *e = addr_find(t, key);
    bool ok = e->count ? (limit == 0 || e->count < limit) : t->used < t->max;
    if (ok && e->count++ == 0) {
        e->key[0] = key[0];
        e->key[1] = key[1];
        t->used++;
    }
    pthread_mutex_unlock(&t->mu);
    return ok;
}

void addr_table_drop(AddrTable *t, const NetAddr *a) {
    uint64_t key[2];
    addr_key(a, key);
    pthread_mutex_lock(&t->mu);
    AddrEntry *e = addr_find(t, key);
    if (e->count && --e->count == 0) {
        t->used--;
        size_t gap = (size_t)(e - t->entry);
        for (size_t i = (gap + 1) & t->mask; t->entry[i].count; i = (i + 1) & t->mask) {
            size_t home = addr_slot(t, t->entry[i].key);
            if (((i - home) & t->mask) >= ((i - gap) & t->mask)) {
                t->entry[gap] = t->entry[i];
                t->entry[i].count = 0;
                gap = i;
            }
        }
    }
    pthread_mutex_unlock(&t->mu);
}
