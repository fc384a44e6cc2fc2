/* `gigbox upgrade`: the two slots of the board's card.
 *
 * A slot is a file of fixed size on the boot partition (upgrade_dir), overwritten in place, so that the file system's tables stay
 * as they are whatever happens. Which one is booted stands in one sector of the disk (upgrade_disk), kept twice, in the form of
 * U-Boot's environment (CRC-32, then NAME=VALUE texts): active, the slot that was well last; try, one to be booted once; nonce, a
 * number that tells the boot script whether it has tried already. Each write of a sector is all or nothing.
 *
 * An upgrade file: "GIGBOXU1", the payload's length (8 bytes, big-endian), the signature's length (2 bytes), the signature
 * (ASN.1, ECDSA with P-256 and SHA-256, over the first 16 bytes and the payload), zeros up to byte 128, the payload: a slot,
 * whose first sector is of the same form as the state and tells, among what the boot script needs, the version of its program. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "codec/hex.h"
#include "crypto/p256.h"

enum {
    HEADER_BYTES = 128,
    SIGNED_BYTES = 16,
    AT_SIGNATURE = 18,
    SECTOR = 512,
    FIRST_SECTOR = 64,
    COPIES = 2,
    BLOCK_BYTES = 256 * 1024
};
static const char magic[8] = {'G', 'I', 'G', 'B', 'O', 'X', 'U', '1'};

typedef struct State {
    char active, try; /* 'a' or 'b'; try 0: none */
    uint32_t nonce;
} State;

/* CRC-32 of IEEE 802.3, as U-Boot's. */
static uint32_t crc32_of(const uint8_t *p, size_t n) {
    uint32_t c = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
    }
    return ~c;
}

static void crc_put(uint8_t *sector) {
    uint32_t c = crc32_of(sector + 4, SECTOR - 4);
    for (int i = 0; i < 4; i++)
        sector[i] = (uint8_t)(c >> (8 * i));
}

static bool crc_ok(const uint8_t *sector) {
    uint8_t own[SECTOR];
    memcpy(own, sector, SECTOR);
    crc_put(own);
    return memcmp(own, sector, 4) == 0;
}

static Str variable(const uint8_t *sector, Str name) {
    for (size_t i = 4; i < SECTOR && sector[i];) {
        Str pair = str_of(sector + i, strnlen((const char *)sector + i, SECTOR - i));
        if (str_starts(pair, name) && pair.n > name.n && pair.p[name.n] == '=')
            return str_from(pair, name.n + 1);
        i += pair.n + 1;
    }
    return (Str){NULL, 0};
}

static Err state_read(int fd, State *s) {
    uint8_t sector[SECTOR];
    for (int i = 0; i < COPIES; i++) {
        uint64_t nonce;
        if (pread(fd, sector, SECTOR, (FIRST_SECTOR + i) * SECTOR) != SECTOR)
            return E_IO;
        Str active = variable(sector, S("active")), try = variable(sector, S("try"));
        if (!crc_ok(sector) || active.n != 1 || (*active.p != 'a' && *active.p != 'b') ||
            !str_u64(variable(sector, S("nonce")), &nonce))
            continue;
        *s = (State){.active = *active.p, .try = try.n == 1 ? *try.p : 0, .nonce = (uint32_t)nonce};
        return OK;
    }
    *s = (State){.active = 'a'};
    return OK;
}

static Err state_write(int fd, const State *s) {
    for (int i = 0; i < COPIES; i++) {
        uint8_t sector[SECTOR] = {0};
        char try[2] = {s->try, 0};
        int n = snprintf((char *)sector + 4, SECTOR - 4, "active=%c", s->active) + 1;
        n += snprintf((char *)sector + 4 + n, SECTOR - 4 - (size_t)n, "try=%s", try) + 1;
        snprintf((char *)sector + 4 + n, SECTOR - 4 - (size_t)n, "nonce=%u", s->nonce);
        crc_put(sector);
        if (pwrite(fd, sector, SECTOR, (FIRST_SECTOR + i) * SECTOR) != SECTOR || fsync(fd) != 0)
            return E_IO;
    }
    return OK;
}

/* The slot that the kernel was booted from; 0: none, this is no board. */
static char booted(void) {
    char text[2048] = "";
    int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = 0;
    const char *at = strstr(text, "gigbox.slot=");
    return at && (at[12] == 'a' || at[12] == 'b') ? at[12] : 0;
}

static int fail(const char *what, const char *why) {
    fprintf(stderr, "gigbox: %s: %s\n", what, why);
    return EXIT_FAULTS;
}

/* Hash of `length` bytes of `in` from `from` on, after what `h` holds; written to `out` on the way unless that is negative. */
static Err walk(int in, off_t from, uint64_t length, Sha256 *h, int out) {
    uint8_t *block = malloc(BLOCK_BYTES);
    Err e = block ? OK : E_NOMEM;
    for (uint64_t at = 0; e == OK && at < length;) {
        size_t want = length - at < BLOCK_BYTES ? (size_t)(length - at) : BLOCK_BYTES;
        ssize_t n = pread(in, block, want, from + (off_t)at);
        if (n <= 0 || (out >= 0 && pwrite(out, block, (size_t)n, (off_t)at) != n)) {
            e = n < 0 && errno == EINTR ? OK : E_IO;
            continue;
        }
        sha256_add(h, str_of(block, (size_t)n));
        at += (uint64_t)n;
    }
    free(block);
    return e;
}

/* The numbers of "1.22.3"; what else a version may say does not order it. A missing one is older than all. */
static bool older(Str version, Str than) {
    for (int i = 0; i < 3; i++) {
        int64_t a = -1, b = -1;
        Str x = {0}, y = {0};
        str_split(&version, '.', &x);
        str_split(&than, '.', &y);
        str_i64(str_slice(x, 0, str_index(x, '-')), &a);
        str_i64(str_slice(y, 0, str_index(y, '-')), &b);
        if (a != b)
            return a < b;
    }
    return false;
}

/* Whether the payload's program is too old to be put in place of this one; says so. */
static bool too_old(const char *file, int in, bool wanted) {
    uint8_t sector[SECTOR];
    Str own = str_c0(gigbox_version), version = {0};
    if (pread(in, sector, SECTOR, HEADER_BYTES) == SECTOR)
        version = variable(sector, S("version"));
    if (wanted || !older(version, own))
        return false;
    fprintf(
        stderr,
        "gigbox: %s: version %.*s is older than %s, which runs here, and may not read its data; nothing was written. If you mean "
        "it: gigbox upgrade --older FILE, or on the card the name downgrade.gbu\n",
        file, version.n ? (int)version.n : 7, version.n ? version.p : "unknown", gigbox_version);
    return true;
}

/* Verified whole before a byte is written, hashed again while it is, and read back. */
static int install(const char *file, const Settings *s, int disk, bool allow_older) {
    uint8_t head[HEADER_BYTES], point[P256_POINT_BYTES], hash[SHA256_BYTES], again[SHA256_BYTES];
    char path[512];
    struct stat st, room;
    State state;
    int in = open(file, O_RDONLY | O_CLOEXEC);
    if (in < 0 || fstat(in, &st) != 0)
        return fail(file, strerror(errno));
    if (!hex_get(s->upgrade_key, point, sizeof point) || point[0] != 4)
        return fail("upgrade_key", "not a public key");
    uint64_t length = 0;
    bool whole = pread(in, head, sizeof head, 0) == HEADER_BYTES && memcmp(head, magic, sizeof magic) == 0;
    for (int i = 8; whole && i < SIGNED_BYTES; i++)
        length = length << 8 | head[i];
    size_t signature = whole ? (size_t)head[16] << 8 | head[17] : 0;
    if (!whole || (uint64_t)st.st_size != HEADER_BYTES + length || signature > HEADER_BYTES - AT_SIGNATURE)
        return fail(file, "not an upgrade, or not whole");
    Sha256 h;
    sha256_init(&h);
    sha256_add(&h, str_of(head, SIGNED_BYTES));
    Err e = walk(in, HEADER_BYTES, length, &h, -1);
    sha256_out(&h, hash);
    if (e || p256_verify(point, hash, str_of(head + AT_SIGNATURE, signature)) != OK)
        return fail(file, e ? "cannot be read" : "not signed by the key that this board trusts; nothing was written");
    if (too_old(file, in, allow_older))
        return EXIT_FAULTS;
    if (state_read(disk, &state) != OK)
        return fail("upgrade_disk", strerror(errno));
    char now = booted() ? booted() : state.active, other = now == 'a' ? 'b' : 'a';
    snprintf(path, sizeof path, "%.*s/%c.slot", STR_ARG(s->upgrade_dir), other);
    int out = open(path, O_RDWR | O_CLOEXEC);
    if (out < 0 || fstat(out, &room) != 0)
        return fail(path, strerror(errno));
    if (length > (uint64_t)room.st_size)
        return fail(path, "the upgrade is larger than the slot");
    /* Not the slot that an earlier upgrade wants tried: from here on it is half of one and half of another. */
    state.try = 0;
    state.active = now;
    e = state_write(disk, &state);
    for (int turn = 0; e == OK && turn < 2; turn++) {
        sha256_init(&h);
        sha256_add(&h, str_of(head, SIGNED_BYTES));
        e = turn == 0 ? walk(in, HEADER_BYTES, length, &h, out) : walk(out, 0, length, &h, -1);
        sha256_out(&h, again);
        if (e == OK && turn == 0 && (fsync(out) != 0 || posix_fadvise(out, 0, 0, POSIX_FADV_DONTNEED) != 0))
            e = E_IO;
        if (e == OK && memcmp(hash, again, sizeof hash) != 0)
            e = E_CORRUPT;
    }
    if (e)
        return fail(path, e == E_CORRUPT ? "what was written does not read back" : strerror(errno));
    state.try = other;
    state.nonce++;
    if (state_write(disk, &state) != OK)
        return fail("upgrade_disk", strerror(errno));
    printf("slot %c is tried at the next boot\n", other);
    return EXIT_OK;
}

int command_upgrade(const Options *o) {
    SettingsLoad *l = ARENA_NEW(o->arena, SettingsLoad);
    State state;
    int code = l ? command_settings(o, l) : EXIT_UNUSABLE;
    if (code)
        return code;
    char *path = arena_cstr(o->arena, l->now.upgrade_disk);
    int disk = open(path, O_RDWR | O_CLOEXEC);
    if (disk < 0)
        return fail("upgrade_disk", l->now.upgrade_disk.n ? strerror(errno) : "only the board's card has slots");
    bool confirm = strcmp(o->args[0], "confirm") == 0;
    if (!confirm && strcmp(o->args[0], "state") != 0)
        return install(o->args[0], &l->now, disk, o->older);
    if (state_read(disk, &state) != OK)
        return fail("upgrade_disk", strerror(errno));
    char now = booted() ? booted() : state.active;
    if (confirm) {
        state.active = now;
        state.try = 0;
        if (state_write(disk, &state) != OK)
            return fail("upgrade_disk", strerror(errno));
    }
    printf("slot %c runs; active %c, try %c\n", now, state.active, state.try ? state.try : '-');
    return EXIT_OK;
}
