/* Process 1 of a test: makes two radios that hear each other (mac80211_hwsim), leaves one to the board, which goes on as process
 * 1, and puts the other into a network of its own, where /router/run plays an access point. */
#include <dirent.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/nl80211.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct Ask {
    struct nlmsghdr head;
    struct genlmsghdr generic;
    char attributes[64];
} Ask;

static void put(Ask *a, int type, const void *p, size_t n) {
    struct nlattr at = {.nla_len = (uint16_t)(NLA_HDRLEN + n), .nla_type = (uint16_t)type};
    char *to = (char *)a + a->head.nlmsg_len;
    memcpy(to, &at, sizeof at);
    memcpy(to + NLA_HDRLEN, p, n);
    a->head.nlmsg_len += NLA_ALIGN(at.nla_len);
}

/* Asks, and reads the one answer. */
static ssize_t ask(int fd, Ask *a, void *answer, size_t room) {
    a->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    return send(fd, a, a->head.nlmsg_len, 0) < 0 ? -1 : recv(fd, answer, room, 0);
}

static Ask begin(int family, int command) {
    return (Ask){.head = {.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN), .nlmsg_type = (uint16_t)family},
                 .generic = {.cmd = (uint8_t)command, .version = 1}};
}

static int family(int fd) {
    char text[4096];
    Ask a = begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
    put(&a, CTRL_ATTR_FAMILY_NAME, "nl80211", sizeof "nl80211");
    ssize_t n = ask(fd, &a, text, sizeof text);
    for (ssize_t at = NLMSG_LENGTH(GENL_HDRLEN); at + NLA_HDRLEN <= n;) {
        struct nlattr *one = (struct nlattr *)(text + at);
        if (one->nla_type == CTRL_ATTR_FAMILY_ID)
            return *(uint16_t *)(one + 1);
        at += NLA_ALIGN(one->nla_len);
    }
    return 0;
}

static int number(const char *path) {
    char text[16] = "";
    int fd = open(path, O_RDONLY);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
        return -1;
    close(fd);
    return atoi(text);
}

int main(int argc, char **argv) {
    char path[256], answer[4096];
    (void)argc;
    if (fork() != 0) {
        execv("/init", argv);
        return 1;
    }
    while (access("/sys/module/cfg80211", F_OK) != 0)
        usleep(100000);
    sleep(1); /* process 1 is through with its modules */
    FILE *f = fopen("/router/modules", "r");
    while (f && fgets(path, sizeof path, f)) {
        path[strcspn(path, "\n")] = 0;
        int fd = open(path, O_RDONLY);
        syscall(SYS_finit_module, fd, "", 4);
        close(fd);
    }
    uint32_t radio = (uint32_t)number("/sys/class/net/wlan1/phy80211/index"), me = (uint32_t)getpid();
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    Ask a = begin(family(fd), NL80211_CMD_SET_WIPHY_NETNS);
    put(&a, NL80211_ATTR_WIPHY, &radio, 4);
    put(&a, NL80211_ATTR_PID, &me, 4);
    if (unshare(CLONE_NEWNET) != 0 || ask(fd, &a, answer, sizeof answer) < 0 ||
        ((struct nlmsgerr *)NLMSG_DATA((struct nlmsghdr *)answer))->error)
        puts("router: no radio of its own");
    execl("/router/busybox", "sh", "/router/run", NULL);
    return 1;
}
