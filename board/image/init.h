/* init.h - process 1 of the board: the pieces of init.c that have a file of their own. No library but libc. */
#ifndef BOARD_INIT_H
#define BOARD_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line to the console. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ---- config.c: gigbox.txt, which people edit on a laptop ---- */

typedef struct BoardConfig {
    char address[32], gateway[16], dns[16], ntp[128], admin[64], code[32]; /* box_* keys; "" when absent */
} BoardConfig;

/* Reads `path`: box_* keys into c, all other lines as they are into `rest` (a gigbox.conf). CRLF and a byte order mark, as Windows
 * writes them, are taken. A missing file is an empty one. */
void config_read(const char *path, const char *rest, BoardConfig *c);

/* ---- net.c ---- */

/* Brings up the loopback and each Ethernet interface, by the configuration or by DHCP (a process each, for as long as the board
 * runs), and a process that sets the clock from the network. */
void net_start(const BoardConfig *c);
/* GET / of 127.0.0.1:port; the status, or 0. Takes at most 5 seconds. */
int net_health(int port);

/* ---- disk.c ---- */

/* The disk that carries our mark in its first sector: its name in /dev ("mmcblk0", "vda"), waited for up to `seconds`. */
bool disk_find(char *name, size_t room, int seconds);
/* The name of its partition n ("mmcblk0p2", "vda2"). */
void disk_part(const char *disk, int n, char *out, size_t room);
/* Lets the last partition reach to the disk's end. Safe to repeat; one sector is written. */
void disk_grow(const char *disk);
/* Lets the mounted file system fill its partition. */
void disk_fill(const char *disk, const char *mounted);

#endif
