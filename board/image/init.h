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
    char address[32], gateway[16], dns[16], ntp[128], admin[64], code[32];   /* box_* keys; "" when absent */
    char wifi_name[64], wifi_password[128], wifi_user[128], wifi_country[8]; /* in UTF-8 */
} BoardConfig;

/* Reads `path`: box_* and wifi_* keys into c, all other lines as they are into `rest` (a gigbox.conf). CRLF and a byte order
 * mark, as Windows writes them, are taken. A missing file is an empty one. */
void config_read(const char *path, const char *rest, BoardConfig *c);

/* ---- net.c ---- */

/* Brings up the loopback, each Ethernet interface and, when a network is named, each Wi-Fi one: by DHCP, asked anew whenever a
 * cable or network comes back, or with the given address, which is for the Wi-Fi where there is one to be joined. A process each,
 * for as long as the board runs, and one that sets the clock from the network. */
void net_start(const BoardConfig *c);
/* GET / of 127.0.0.1:port; the status, or 0. Takes at most 5 seconds. */
int net_health(int port);

/* ---- wifi.c ---- */

/* What is wrong with the wifi_* keys, for people; NULL when nothing is. */
const char *wifi_wrong(const BoardConfig *c);
/* Whether an interface is a Wi-Fi one. */
bool wifi_is(const char *name);
/* Joins the network of c, in a process that stays: /wpa_supplicant as a user of its own, started again when it ends. With a
 * wifi_user (WPA-Enterprise) the network's certificate must be by /boot/wifi-ca.pem when that is there, and may be any when not.
 * Returns where to read lines for people about it without waiting, each once; -1 when c names no network. */
int wifi_start(const BoardConfig *c);

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
