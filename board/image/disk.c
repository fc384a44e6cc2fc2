#include "init.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { SECTOR = 512, MARK_AT = 440, ENTRY_AT = 446, ENTRY = 16, DATA_PART = 2 };
static const uint8_t mark[4] = {'g', 'i', 'g', 'b'}; /* the disk's signature, see build */
#define EXT4_IOC_RESIZE_FS _IOW('f', 16, uint64_t)

static uint32_t get32(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }

static void put32(uint8_t *p, uint32_t v) {
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static bool marked(const char *name) {
    char path[300];
    uint8_t sector[SECTOR];
    snprintf(path, sizeof path, "/dev/%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool yes = fd >= 0 && pread(fd, sector, SECTOR, 0) == SECTOR && memcmp(sector + MARK_AT, mark, 4) == 0;
    if (fd >= 0)
        close(fd);
    return yes;
}

bool disk_find(char *name, size_t room, int seconds) {
    for (int i = 0; i < seconds * 10; i++) {
        DIR *d = opendir("/sys/block");
        for (struct dirent *e; d && (e = readdir(d));)
            if (e->d_name[0] != '.' && strncmp(e->d_name, "loop", 4) != 0 && strncmp(e->d_name, "ram", 3) != 0 &&
                marked(e->d_name)) {
                snprintf(name, room, "%s", e->d_name);
                closedir(d);
                return true;
            }
        if (d)
            closedir(d);
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    return false;
}

void disk_part(const char *disk, int n, char *out, size_t room) {
    char last = disk[strlen(disk) - 1];
    snprintf(out, room, "%s%s%d", disk, last >= '0' && last <= '9' ? "p" : "", n);
}

static uint64_t size_of(const char *name) {
    char path[300];
    uint64_t bytes = 0;
    snprintf(path, sizeof path, "/dev/%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ioctl(fd, BLKGETSIZE64, &bytes);
        close(fd);
    }
    return bytes;
}

void disk_grow(const char *disk) {
    char path[300];
    uint8_t sector[SECTOR];
    snprintf(path, sizeof path, "/dev/%s", disk);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || pread(fd, sector, SECTOR, 0) != SECTOR) {
        if (fd >= 0)
            close(fd);
        return;
    }
    uint8_t *entry = sector + ENTRY_AT + ENTRY * (DATA_PART - 1);
    uint64_t start = get32(entry + 8), now = get32(entry + 12), whole = size_of(disk) / SECTOR;
    if (whole > UINT32_MAX)
        whole = UINT32_MAX;
    uint64_t wanted = (whole - start) / 2048 * 2048; /* whole MiB */
    if (wanted > now) {
        put32(entry + 12, (uint32_t)wanted);
        if (pwrite(fd, sector, SECTOR, 0) == SECTOR && fsync(fd) == 0)
            say("data partition: %llu to %llu MiB", (unsigned long long)now / 2048, (unsigned long long)wanted / 2048);
    } else {
        wanted = now;
    }
    struct blkpg_partition part = {.start = (long long)start * SECTOR, .length = (long long)wanted * SECTOR, .pno = DATA_PART};
    struct blkpg_ioctl_arg arg = {.op = BLKPG_RESIZE_PARTITION, .datalen = sizeof part, .data = &part};
    if (ioctl(fd, BLKPG, &arg) != 0)
        say("data partition: the kernel keeps the old size until the next boot");
    close(fd);
}

void disk_fill(const char *disk, const char *mounted) {
    char name[300];
    disk_part(disk, DATA_PART, name, sizeof name);
    uint64_t blocks = size_of(name) / 4096;
    int fd = open(mounted, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, EXT4_IOC_RESIZE_FS, &blocks) != 0)
        say("data: the file system could not be grown");
    if (fd >= 0)
        close(fd);
}
