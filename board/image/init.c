/* Process 1 of the board: devices, modules, the data partition, the network, and then gigbox for good.
 *
 * The kernel's command line tells the slot (gigbox.slot=a|b) and whether this boot is a trial of it (gigbox.trial=1): a trial
 * that is well for CONFIRM_S is confirmed, one that is not within TRIAL_S ends in a reboot, after which the boot script takes the
 * other slot. The hardware watchdog is fed only while /healthz is well (or gigbox has not had START_S to become so). */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PORT = 80,
    TICK_S = 2,
    WATCHDOG_S = 15,
    START_S = 60,
    CONFIRM_S = 10,
    TRIAL_S = 150,
    TRIAL_CRASHES = 3,
    CLOCK_S = 300,
    USER = 65532,
    REPORT_BYTES = 4096,
    SAID_BYTES = 300
};
#define GIGBOX "/gigbox"
#define CONF "/run/gigbox.conf"
#define DB "/data/gigbox.db"
#define DB_KEPT "/data/gigbox.db.before-upgrade"
#define CLOCK "/data/clock"
#define CODE "/run/code"
#define SAID "/run/said" /* what a command of gigbox's had to say */

static char disk[64], disk_path[80], slot = 'a';
static bool trial, fallen_back;
static int dog = -1, wifi = -1;

void say(const char *fmt, ...) {
    char line[512];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof line - 1, fmt, args);
    va_end(args);
    if (n > (int)sizeof line - 2)
        n = (int)sizeof line - 2;
    line[n++] = '\n';
    (void)!write(STDERR_FILENO, "board: ", 7);
    (void)!write(STDERR_FILENO, line, (size_t)n);
}

static int64_t seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void restart(const char *why) {
    say("restarting: %s", why);
    sync();
    umount2("/data", MNT_DETACH);
    umount2("/boot", MNT_DETACH);
    sync();
    reboot(RB_AUTOBOOT);
    for (;;)
        pause();
}

/* ---- before anything else ---- */

static void devices(void) {
    mkdir("/proc", 0755), mkdir("/sys", 0755), mkdir("/dev", 0755), mkdir("/run", 0755), mkdir("/boot", 0755),
        mkdir("/data", 0755);
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    mount("sys", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    mount("dev", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
    int fd = open("/dev/console", O_RDWR | O_NOCTTY);
    for (int i = 0; fd >= 0 && i < 3; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
}

static void modules(void) {
    char path[512];
    FILE *f = fopen("/modules/list", "re");
    while (f && fgets(path, sizeof path, f)) {
        path[strcspn(path, "\n")] = 0;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || (syscall(SYS_finit_module, fd, "", 4) != 0 && errno != EEXIST && errno != ENODEV))
            say("module %s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    if (f)
        fclose(f);
}

static void command_line(void) {
    char text[2048] = "";
    int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = 0;
    const char *at = strstr(text, "gigbox.slot=");
    slot = at ? at[12] : 'a';
    trial = strstr(text, "gigbox.trial=1") != NULL;
    fallen_back = strstr(text, "gigbox.fell=1") != NULL;
}

static void watchdog(int timeout_s) {
    dog = open("/dev/watchdog0", O_WRONLY | O_CLOEXEC);
    if (dog < 0)
        say("no hardware watchdog");
    else
        ioctl(dog, WDIOC_SETTIMEOUT, &timeout_s);
}

/* A board has no clock of its own: it goes on from where it was. */
static void clock_from_disk(void) {
    struct stat built, kept = {0};
    time_t now = time(NULL), best = now;
    if (stat("/init", &built) == 0 && built.st_mtime > best)
        best = built.st_mtime;
    if (stat(CLOCK, &kept) == 0 && kept.st_mtime > best)
        best = kept.st_mtime;
    if (best > now)
        settimeofday(&(struct timeval){.tv_sec = best}, NULL);
}

static void clock_to_disk(void) {
    int fd = open(CLOCK, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0) {
        futimens(fd, NULL);
        close(fd);
    }
}

/* ---- gigbox ---- */

static pid_t spawn(const char *const *argv, const char *out) {
    pid_t pid = fork();
    if (pid)
        return pid;
    if (out) {
        int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        dup2(fd, STDOUT_FILENO);
        if (strcmp(out, SAID) == 0)
            dup2(fd, STDERR_FILENO);
    }
    setsid();
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){65536, 65536});
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

static void feed(void) {
    if (dog >= 0)
        (void)!write(dog, "1", 1);
}

/* Its exit code; 128 and more when it had to be ended, after `limit` seconds by us: a program on trial may hang. */
static int run(const char *const *argv, const char *out, int limit) {
    int status = 0;
    pid_t pid = spawn(argv, out);
    for (int i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
        if (i == limit * 10)
            kill(pid, SIGKILL);
        feed();
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* run, and what it had to say: the first reason that it gave, else its last line. */
static int run_said(const char *const *argv, int limit, char said[SAID_BYTES]) {
    static const char reason[] = "gigbox: ";
    char text[4096];
    int code = run(argv, SAID, limit), fd = open(SAID, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = 0;
    *said = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        bool found = strncmp(line, reason, sizeof reason - 1) == 0;
        snprintf(said, SAID_BYTES, "%s", found ? line + sizeof reason - 1 : line);
        if (found)
            break;
    }
    return code;
}

/* ---- the boot partition: read-only but for moments ---- */

static void boot_writable(bool yes) {
    mount(NULL, "/boot", NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC | (yes ? MS_NOATIME | MS_SYNCHRONOUS : MS_RDONLY),
          NULL);
}

/* A line to the console and into report.txt, for whoever looks at the card on a laptop. The file keeps its size and place, and
 * the oldest lines go. */
static void report(const char *fmt, ...) {
    static char text[REPORT_BYTES + 1], line[SAID_BYTES + 200];
    time_t now = time(NULL);
    struct tm t;
    va_list args;
    size_t stamp = strftime(line, 32, "%Y-%m-%d %H:%M UTC  ", gmtime_r(&now, &t));
    va_start(args, fmt);
    vsnprintf(line + stamp, sizeof line - stamp - 2, fmt, args);
    va_end(args);
    strcat(line, "\r\n");
    boot_writable(true);
    int fd = open("/boot/report.txt", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    ssize_t n = fd < 0 ? 0 : pread(fd, text, REPORT_BYTES, 0);
    size_t used = n > 0 ? (size_t)n : 0, add = strlen(line);
    while (used && text[used - 1] == ' ')
        used--;
    text[used] = 0;
    char *from = text;
    while (strlen(from) + add > REPORT_BYTES) {
        char *next = strchr(from, '\n');
        from = next ? next + 1 : text + used;
    }
    used = strlen(from);
    memmove(text, from, used);
    memcpy(text + used, line, add);
    memset(text + used + add, ' ', REPORT_BYTES - used - add);
    if (fd >= 0) {
        if (pwrite(fd, text, REPORT_BYTES, 0) != REPORT_BYTES || fsync(fd) != 0)
            say("report.txt: %s", strerror(errno));
        close(fd);
    }
    boot_writable(false);
    say("%.*s", (int)(add - 2 - stamp), line + stamp); /* who reads it there finds it on the card too */
}

/* ---- upgrades, and what else is left on the card for us ---- */

/* A whole copy under its name, or none. */
static bool copy_file(const char *from, const char *to) {
    static char block[256 * 1024];
    char part[200];
    ssize_t n = -1;
    snprintf(part, sizeof part, "%s.part", to);
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (in >= 0 && out >= 0 && (n = read(in, block, sizeof block)) > 0) {
        feed();
        if (write(out, block, (size_t)n) != n) {
            n = -1;
            break;
        }
    }
    bool good = n == 0 && fsync(out) == 0 && rename(part, to) == 0;
    if (!good)
        unlink(part);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    sync();
    return good;
}

/* `said`: room for what it says. */
static int upgrade(const char *what, bool older, char said[SAID_BYTES]) {
    char disk_set[120], key_set[160] = "upgrade_key=";
    int fd = open("/upgrade.pub", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, key_set + 12, 130);
    if (fd >= 0)
        close(fd);
    key_set[12 + (n > 0 ? n : 0)] = 0;
    snprintf(disk_set, sizeof disk_set, "upgrade_disk=%s", disk_path);
    return run_said((const char *[]){GIGBOX, "upgrade", what, "--set", disk_set, "--set", "upgrade_dir=/boot", "--set", key_set,
                                     older ? "--older" : NULL, NULL},
                    300, said);
}

/* Before a trial the data file is put aside; when the old program is back and cannot read what the new one left, it returns. All
 * of it is on the disk before the boot script is told that the trial is over: when the power goes in between, it is done again.
 * What was put aside for a trial that ended well is of no use any more, and would be too old for a later one. */
static void data_across_upgrades(void) {
    if (!trial && !fallen_back)
        unlink(DB_KEPT);
    if (trial && access(DB, F_OK) == 0) {
        unlink(DB_KEPT);
        if (!copy_file(DB, DB_KEPT))
            say("the data file was not put aside");
        (void)!chown(DB_KEPT, USER, USER);
    }
    if (fallen_back && access(DB_KEPT, F_OK) == 0 &&
        run((const char *[]){GIGBOX, "backup", "--data", "/data", "-", NULL}, "/dev/null", 600) == 3) {
        rename(DB, "/data/gigbox.db.from-failed-upgrade");
        unlink("/data/gigbox.db-lock");
        bool back = rename(DB_KEPT, DB) == 0;
        sync();
        if (back)
            report("the data file of before the upgrade is back; what came after it is in gigbox.db.from-failed-upgrade");
    }
}

static pid_t serve(void) {
    return spawn((const char *[]){GIGBOX, "serve", "--data", "/data", "--config", CONF, "--listen", "0.0.0.0:80", NULL}, NULL);
}

static void take_upgrade(void) {
    static const struct {
        const char *path;
        bool older;
    } places[] = {{"/boot/upgrade.gbu", false}, {"/data/upgrade.gbu", false}, {"/boot/downgrade.gbu", true}};
    char said[SAID_BYTES];
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (access(places[i].path, F_OK) != 0)
            continue;
        boot_writable(true);
        int code = upgrade(places[i].path, places[i].older, said);
        unlink(places[i].path); /* taken or refused: it would be so again */
        sync();
        report("upgrade: %s: %s", code == 0 ? "in place, to be tried now" : "refused", said);
        if (code == 0)
            restart("upgrade");
    }
}

/* A backup that somebody put on the card comes in place of the data, before it is served. When the power goes in between it is
 * done again, to the same end. */
static void take_restore(void) {
    char said[SAID_BYTES];
    if (access("/boot/restore.db", F_OK) != 0)
        return;
    say("restoring from restore.db");
    bool key = access("/boot/restore.key", F_OK) == 0;
    int code = run_said((const char *[]){GIGBOX, "restore", "--data", "/data", "--config", CONF, "/boot/restore.db",
                                         key ? "--key" : NULL, "/boot/restore.key", NULL},
                        3600, said);
    (void)!chown(DB, USER, USER);
    sync();
    boot_writable(true);
    rename("/boot/restore.db", code == 0 ? "/boot/restore.done" : "/boot/restore.failed");
    sync();
    report("restore.db: %s", said);
}

/* A line of gigbox.txt that keeps the marketplace from starting is told where the file is. */
static void check_settings(void) {
    char said[SAID_BYTES];
    if (run_said((const char *[]){GIGBOX, "config", "--config", CONF, NULL}, 30, said) != 0)
        report("gigbox.txt: %s", said);
}

/* The first administrator, and the code that he chose on his laptop, which no command line shows. */
static void first_admin(const BoardConfig *c) {
    char said[SAID_BYTES];
    bool code = *c->code != 0;
    if (code) {
        int fd = open(CODE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        (void)!write(fd, c->code, strlen(c->code));
        close(fd);
    }
    if (run_said(
            (const char *[]){GIGBOX, "admin", "--data", "/data", "create", c->admin, code ? "--code-file" : NULL, CODE, NULL}, 30,
            said) != 0)
        report("gigbox.txt: box_admin: %s", said);
    unlink(CODE);
}

/* What comes of the Wi-Fi stands where its name was written. */
static void wifi_news(void) {
    char text[1024];
    ssize_t n = wifi < 0 ? 0 : read(wifi, text, sizeof text - 1);
    text[n > 0 ? n : 0] = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        report("%s", line);
}

static void supervise(void) {
    int64_t born = seconds(), began = born, well_since = 0, clock_due = born + CLOCK_S;
    int crashes = 0;
    char said[SAID_BYTES];
    bool confirmed = !trial;
    pid_t box = serve();
    for (;;) {
        int status;
        pid_t gone;
        sleep(TICK_S);
        while ((gone = waitpid(-1, &status, WNOHANG)) > 0)
            if (gone == box) {
                say("gigbox ended: %s %d", WIFEXITED(status) ? "exit" : "signal",
                    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
                if (trial && !confirmed && ++crashes >= TRIAL_CRASHES)
                    restart("the trial failed");
                sleep(1);
                well_since = 0;
                began = seconds();
                box = serve();
            }
        bool well = net_health(PORT) == 200;
        int64_t now = seconds();
        if (well && !well_since) {
            well_since = now;
            say("well after %lld s (slot %c)", (long long)(now - born), slot);
        }
        if (!well)
            well_since = 0;
        if (!confirmed && well && now - well_since >= CONFIRM_S) {
            confirmed = upgrade("confirm", false, said) == 0;
            report(confirmed ? "the upgrade is well: slot %c is confirmed" : "slot %c could not be confirmed", slot);
        }
        if (!confirmed && now - born > TRIAL_S)
            restart("the trial was not well in time");
        if (dog >= 0 && (well || now - began < START_S))
            feed();
        if (now >= clock_due) {
            clock_to_disk();
            clock_due = now + CLOCK_S;
        }
        wifi_news();
        take_upgrade();
    }
}

int main(void) {
    BoardConfig config;
    char part[80], path[100], said[SAID_BYTES];
    devices();
    say("starting");
    modules();
    command_line();
    watchdog(WATCHDOG_S);
    if (!disk_find(disk, sizeof disk, 30))
        restart("no disk of ours");
    snprintf(disk_path, sizeof disk_path, "/dev/%s", disk);
    disk_part(disk, 1, part, sizeof part);
    snprintf(path, sizeof path, "/dev/%s", part);
    if (mount(path, "/boot", "vfat", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "fmask=0077,dmask=0077") != 0)
        say("boot partition: %s", strerror(errno));
    disk_grow(disk);
    disk_part(disk, 2, part, sizeof part);
    snprintf(path, sizeof path, "/dev/%s", part);
    if (mount(path, "/data", "ext4", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME, NULL) != 0) {
        say("data partition: %s", strerror(errno));
        sleep(10);
        restart("no data partition");
    }
    disk_fill(disk, "/data");
    (void)!chown("/data", USER, USER);
    chmod("/data", 0700);
    clock_from_disk();
    config_read("/boot/gigbox.txt", CONF, &config);
    const char *wrong = wifi_wrong(&config);
    if (wrong) {
        report("gigbox.txt: %s", wrong);
        *config.wifi_name = 0;
    }
    net_start(&config);
    wifi = wifi_start(&config);
    if (fallen_back)
        report("the upgrade failed: back in slot %c", slot);
    data_across_upgrades();
    if (fallen_back)
        upgrade("confirm", false, said);
    check_settings();
    if (!trial)
        take_restore();
    if (*config.admin)
        first_admin(&config);
    supervise();
}
