/* Wi-Fi: wpa_supplicant joins the network of gigbox.txt and keeps to it; what comes of it is told in words. */
#include "init.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { USER = 65531, PATIENCE_S = 40, AGAIN_S = 5 };
#define SUPPLICANT "/wpa_supplicant"
#define CONF "/run/wifi.conf"
#define CA_GIVEN "/boot/wifi-ca.pem"
#define CA "/run/wifi-ca.pem"

/* What it prints, and what that means to whoever set the box up. */
enum { JOINED, KEY, LOGIN, REFUSED, UNSEEN, NO_DEVICE, NEWS };
static const struct {
    const char *sign, *news;
} events[NEWS] = {
    [JOINED] = {"CTRL-EVENT-CONNECTED", "joined"},
    [KEY] = {"reason=WRONG_KEY", "wifi_password is not the network's"},
    [LOGIN] = {"CTRL-EVENT-EAP-FAILURE",
               "the network does not take wifi_user with wifi_password, or its certificate is not one of wifi-ca.pem"},
    [REFUSED] = {"reason=CONN_FAILED", "the network refuses the box"},
    [UNSEEN] = {NULL, "no network of this name is near, or it asks for WPA3 only"},
    [NO_DEVICE] = {NULL, "no Wi-Fi that this card knows how to use"},
};

const char *wifi_wrong(const BoardConfig *c) {
    size_t n = strlen(c->wifi_password);
    if (!*c->wifi_name)
        return *c->wifi_password || *c->wifi_user ? "wifi_password and wifi_user want a wifi_name" : NULL;
    if (strlen(c->wifi_name) > 32)
        return "a wifi_name has at most 32 bytes";
    if (*c->wifi_country && (strlen(c->wifi_country) != 2 || strspn(c->wifi_country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2))
        return "wifi_country is two capital letters, as IN";
    if (*c->wifi_user)
        return n ? NULL : "wifi_user wants a wifi_password";
    for (const char *p = c->wifi_password; *p; p++)
        if (*p < ' ' || *p > '~')
            return "a wifi_password has letters, digits and signs of ASCII only";
    bool key = n == 64 && strspn(c->wifi_password, "0123456789abcdefABCDEF") == n;
    return !n || (n >= 8 && n <= 63) || key ? NULL
                                            : "a wifi_password has 8 to 63 characters, or is a key of 64 hexadecimal digits";
}

bool wifi_is(const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/sys/class/net/%.15s/phy80211", name);
    return access(path, F_OK) == 0;
}

/* The first by name, of which a board has one and an adapter may be the second. */
static bool find(char name[16]) {
    DIR *d = opendir("/sys/class/net");
    *name = 0;
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.' && strlen(e->d_name) < 16 && wifi_is(e->d_name) && (!*name || strcmp(e->d_name, name) < 0))
            snprintf(name, 16, "%.15s", e->d_name);
    if (d)
        closedir(d);
    return *name;
}

/* In hexadecimal whatever people may call a network or themselves needs no quoting. */
static void put_hex(FILE *f, const char *key, const char *text) {
    fprintf(f, "%s=", key);
    for (; *text; text++)
        fprintf(f, "%02x", (unsigned char)*text);
    fputc('\n', f);
}

static bool copy_ca(void) {
    static char text[65536];
    int in = open(CA_GIVEN, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return false;
    ssize_t n = read(in, text, sizeof text);
    close(in);
    int out = open(CA, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
    bool good = out >= 0 && n > 0 && write(out, text, (size_t)n) == n;
    if (out >= 0)
        close(out);
    return good;
}

static bool write_conf(const BoardConfig *c) {
    size_t n = strlen(c->wifi_password);
    unlink(CONF);
    int fd = open(CONF, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f)
        return false;
    if (*c->wifi_country)
        fprintf(f, "country=%s\n", c->wifi_country);
    fputs("network={\nscan_ssid=1\nieee80211w=1\n", f);
    put_hex(f, "ssid", c->wifi_name);
    if (*c->wifi_user) {
        fputs("key_mgmt=WPA-EAP WPA-EAP-SHA256\neap=PEAP TTLS\nphase2=\"auth=MSCHAPV2\"\n", f);
        put_hex(f, "identity", c->wifi_user);
        put_hex(f, "password", c->wifi_password);
        if (copy_ca())
            fputs("ca_cert=\"" CA "\"\n", f);
    } else if (n) {
        fputs("key_mgmt=WPA-PSK WPA-PSK-SHA256\n", f);
        fprintf(f, n == 64 ? "psk=%s\n" : "psk=\"%s\"\n", c->wifi_password);
    } else {
        fputs("key_mgmt=NONE\n", f);
    }
    fputs("}\n", f);
    bool good = fchown(fd, USER, USER) == 0 && fflush(f) == 0;
    fclose(f);
    return good;
}

/* It needs nothing but to set up a radio and to send frames, and gets no more than that. */
static void keep_two_rights(void) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    const uint32_t both = 1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW;
    struct __user_cap_data_struct data[2] = {{.effective = both, .permitted = both, .inheritable = both}};
    if (prctl(PR_SET_KEEPCAPS, 1) != 0 || setgroups(0, NULL) != 0 || setresgid(USER, USER, USER) != 0 ||
        setresuid(USER, USER, USER) != 0 || syscall(SYS_capset, &head, data) != 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) != 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(126);
}

static pid_t supplicant(const char *name, int *out) {
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]), close(ends[1]);
        keep_two_rights();
        execl(SUPPLICANT, SUPPLICANT, "-Dnl80211", "-i", name, "-c", CONF, NULL);
        _exit(127);
    }
    close(ends[1]);
    *out = ends[0];
    return pid;
}

/* Each is told once: it goes into a file on the card. */
static void tell(int to, int event, const char *network) {
    static bool told[NEWS];
    char line[256];
    int n = snprintf(line, sizeof line, "Wi-Fi %s: %s\n", network, events[event].news);
    if (!told[event] && n < (int)sizeof line)
        told[event] = write(to, line, (size_t)n) == n;
}

/* Reads what one life of it prints. `seen`: that the network is there. `last`: its last line. */
static void follow(int from, int to, const char *network, bool *seen, char last[256]) {
    char text[1024];
    size_t used = 0;
    struct pollfd p = {.fd = from, .events = POLLIN};
    for (;;) {
        if (poll(&p, 1, PATIENCE_S * 1000) == 0) {
            if (!*seen)
                tell(to, UNSEEN, network);
            continue;
        }
        ssize_t n = read(from, text + used, sizeof text - 1 - used);
        if (n <= 0)
            return;
        text[used += (size_t)n] = 0;
        char *line = text;
        for (char *end; (end = strchr(line, '\n')); line = end + 1) {
            *end = 0;
            snprintf(last, 256, "%.255s", line);
            *seen = *seen || strstr(line, "associate") || strstr(line, "authenticate");
            for (int i = 0; i < NEWS; i++)
                if (events[i].sign && strstr(line, events[i].sign)) {
                    *seen = true;
                    say("Wi-Fi: %s", line);
                    tell(to, i, network);
                }
        }
        used = strlen(line);
        if (line == text && used == sizeof text - 1)
            used = 0; /* no line of its is that long */
        memmove(text, line, used + 1);
    }
}

static void wifi_main(const BoardConfig *c, int to) {
    char name[16];
    bool seen = false;
    for (int waited = 0; !find(name); waited++) {
        sleep(1);
        if (waited == PATIENCE_S)
            tell(to, NO_DEVICE, c->wifi_name);
    }
    for (;; sleep(AGAIN_S)) {
        char last[256] = "";
        int out, status;
        pid_t pid = write_conf(c) ? supplicant(name, &out) : -1;
        if (pid < 0)
            continue;
        follow(out, to, c->wifi_name, &seen, last);
        close(out);
        waitpid(pid, &status, 0);
        say("Wi-Fi: the supplicant ended: %s", last);
    }
}

int wifi_start(const BoardConfig *c) {
    int ends[2];
    if (!*c->wifi_name || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    if (fork() == 0) {
        close(ends[0]);
        wifi_main(c, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    return ends[0];
}
