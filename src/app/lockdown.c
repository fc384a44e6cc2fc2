#include "app/lockdown.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

/* ---- user ---- */

static bool reachable_as(const char *dir, uid_t uid, gid_t gid) {
    bool ok = false;
    if (setegid(gid) == 0 && seteuid(uid) == 0)
        ok = faccessat(AT_FDCWD, dir, R_OK | W_OK | X_OK, AT_EACCESS) == 0;
    if (seteuid(0) != 0 || setegid(0) != 0)
        return false;
    return ok;
}

/* Gives the directory and the files in it (not below) to the user. */
static Err hand_over(const char *dir, uid_t uid, gid_t gid) {
    DIR *d = opendir(dir);
    if (!d)
        return E_IO;
    Err e = fchown(dirfd(d), uid, gid) == 0 ? OK : E_IO;
    for (struct dirent *entry; e == OK && (entry = readdir(d));) {
        struct stat st;
        if (fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
            fchownat(dirfd(d), entry->d_name, uid, gid, AT_SYMLINK_NOFOLLOW) != 0)
            e = E_IO;
    }
    closedir(d);
    return e;
}

/* Of all of root's rights, the one that a port below 1024 wants. By the system call, since libcap would be another library for
 * one call. */
static bool keep_only_bind(void) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{.effective = 1u << CAP_NET_BIND_SERVICE, .permitted = 1u << CAP_NET_BIND_SERVICE}};
    return syscall(SYS_capset, &head, data) == 0;
}

Err lockdown_user(const char *data_dir, const char *also, const char *run_as, bool low_ports) {
    struct stat st;
    uid_t uid = 65534;
    gid_t gid = 65534;
    if (geteuid() != 0)
        return OK;
    if (stat(data_dir, &st) != 0)
        return E_IO;
    if (*run_as) {
        struct passwd *pw = getpwnam(run_as);
        if (!pw) {
            log_line(LOG_ERROR, "lockdown", "no such user", "run_as=%s", run_as);
            return E_INVALID;
        }
        uid = pw->pw_uid;
        gid = pw->pw_gid;
    } else if (st.st_uid != 0) {
        uid = st.st_uid;
        gid = st.st_gid;
    }
    if (uid == 0)
        return OK;
    Err e = hand_over(data_dir, uid, gid);
    if (e)
        return e;
    if (also && hand_over(also, uid, gid) != OK)
        log_line(LOG_WARN, "lockdown", "a directory could not be handed over", "dir=%s", also);
    if (!reachable_as(data_dir, uid, gid)) {
        log_line(LOG_WARN, "lockdown", "staying root: the data directory is out of another user's reach", "uid=%u dir=%s",
                 (unsigned)uid, data_dir);
        return hand_over(data_dir, 0, 0);
    }
    if ((low_ports && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) || setgroups(0, NULL) != 0 || setgid(gid) != 0 ||
        setuid(uid) != 0 || (low_ports && !keep_only_bind()))
        return E_IO;
    log_line(LOG_INFO, "lockdown", "gave up root", "uid=%u gid=%u", (unsigned)uid, (unsigned)gid);
    return OK;
}

/* ---- files: Landlock, by its system calls since musl has no wrappers ---- */

struct landlock_ruleset {
    uint64_t handled_access_fs;
};
struct landlock_path {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

enum {
    LL_CREATE_RULESET = 444, /* the same number on every architecture */
    LL_ADD_RULE = 445,
    LL_RESTRICT_SELF = 446,
    LL_VERSION = 1,
    LL_PATH_BENEATH = 1,
    LL_EXECUTE = 1 << 0,
    LL_WRITE_FILE = 1 << 1,
    LL_READ_FILE = 1 << 2,
    LL_READ_DIR = 1 << 3,
    LL_ALL_V1 = (1 << 13) - 1,
    LL_FILE_RIGHTS = LL_EXECUTE | LL_WRITE_FILE | LL_READ_FILE
};

static bool allow_path(int ruleset, const char *path, uint64_t rights) {
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        rights &= LL_FILE_RIGHTS;
    struct landlock_path rule = {.allowed_access = rights, .parent_fd = fd};
    bool ok = syscall(LL_ADD_RULE, ruleset, LL_PATH_BENEATH, &rule, 0) == 0;
    close(fd);
    return ok;
}

void lockdown_files(const char *data_dir, const char *also, const char *const *readable, size_t n) {
    /* What getaddrinfo, the time zone and /metrics read. */
    static const char *const system[] = {"/etc/resolv.conf", "/etc/hosts", "/etc/services", "/run/systemd/resolve", "/proc/self"};
    long version = syscall(LL_CREATE_RULESET, NULL, 0, LL_VERSION);
    if (version < 1) {
        log_line(LOG_WARN, "lockdown", "Landlock is not to be had here", "error=%s", strerror(errno));
        return;
    }
    struct landlock_ruleset attr = {.handled_access_fs = LL_ALL_V1};
    int ruleset = (int)syscall(LL_CREATE_RULESET, &attr, sizeof attr, 0);
    bool ok = ruleset >= 0 && allow_path(ruleset, data_dir, LL_ALL_V1 & ~(uint64_t)LL_EXECUTE);
    if (also)
        ok = ok && allow_path(ruleset, also, LL_ALL_V1 & ~(uint64_t)LL_EXECUTE);
    for (size_t i = 0; ok && i < COUNT(system); i++)
        ok = allow_path(ruleset, system[i], LL_READ_FILE | LL_READ_DIR);
    for (size_t i = 0; ok && i < n; i++)
        ok = allow_path(ruleset, readable[i], LL_READ_FILE | LL_READ_DIR);
    ok = ok && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(LL_RESTRICT_SELF, ruleset, 0) == 0;
    if (ruleset >= 0)
        close(ruleset);
    if (ok)
        log_line(LOG_INFO, "lockdown", "files confined by Landlock", "abi=%ld", version);
    else
        log_line(LOG_WARN, "lockdown", "Landlock refused", "error=%s", strerror(errno));
}

/* ---- system calls: seccomp ---- */

#if defined __x86_64__
#define AUDIT_ARCH_HERE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define AUDIT_ARCH_HERE AUDIT_ARCH_AARCH64
#elif defined __arm__
#define AUDIT_ARCH_HERE AUDIT_ARCH_ARM
#endif

/* What a serving gigbox and its libraries call, by name; by number where the name has moved to another call (32-bit ARM's times).
 */
/* clang-format off */
static const uint32_t allowed[] = {
#define CALL(name) (uint32_t)(__NR_##name),
#ifdef __x86_64__
    CALL(open) CALL(stat) CALL(lstat) CALL(access) CALL(pipe) CALL(select) CALL(poll) CALL(epoll_create) CALL(epoll_wait)
    CALL(dup2) CALL(getdents) CALL(rename) CALL(unlink) CALL(mkdir) CALL(rmdir) CALL(readlink) CALL(chmod) CALL(time)
    CALL(arch_prctl) CALL(newfstatat) CALL(gettimeofday) CALL(timerfd_settime) CALL(sync_file_range) CALL(mmap) CALL(fstat) CALL(lseek) CALL(ftruncate) CALL(fcntl) CALL(getrlimit)
    CALL(clock_gettime) CALL(clock_nanosleep) CALL(clock_getres) CALL(futex) CALL(ppoll) CALL(fadvise64) CALL(sendfile)
    CALL(getuid) CALL(geteuid) CALL(getgid) CALL(getegid) CALL(rt_sigtimedwait) CALL(accept) CALL(fstatfs) CALL(statfs)
#elif defined __aarch64__
    CALL(newfstatat) CALL(gettimeofday) CALL(timerfd_settime) CALL(sync_file_range) CALL(mmap) CALL(fstat) CALL(lseek) CALL(ftruncate) CALL(fcntl) CALL(getrlimit) CALL(clock_gettime)
    CALL(clock_nanosleep) CALL(clock_getres) CALL(futex) CALL(ppoll) CALL(fadvise64) CALL(sendfile) CALL(getuid)
    CALL(geteuid) CALL(getgid) CALL(getegid) CALL(rt_sigtimedwait) CALL(accept) CALL(fstatfs) CALL(statfs)
#elif defined __arm__
    CALL(open) CALL(stat64) CALL(lstat64) CALL(fstat64) CALL(fstatat64) CALL(access) CALL(pipe) CALL(_newselect) CALL(poll)
    CALL(epoll_create) CALL(epoll_wait) CALL(dup2) CALL(getdents) CALL(rename) CALL(unlink) CALL(mkdir) CALL(rmdir)
    CALL(readlink) CALL(chmod) CALL(mmap2) CALL(_llseek) CALL(lseek) CALL(ftruncate64) CALL(fcntl64) CALL(ugetrlimit)
    263 /* clock_gettime */, 265 /* clock_nanosleep */, 353 /* timerfd_settime */, 78 /* gettimeofday */, 411 /* timerfd_settime64 */,
    CALL(futex) CALL(ppoll) CALL(arm_fadvise64_64) CALL(getuid32)
    CALL(geteuid32) CALL(getgid32) CALL(getegid32) CALL(rt_sigtimedwait) CALL(fstatfs64) CALL(statfs64) CALL(sendfile64)
    403 /* clock_gettime64 */, 407 /* clock_nanosleep_time64 */, 414 /* ppoll_time64 */, 421 /* rt_sigtimedwait_time64 */,
    422 /* futex_time64 */, 413 /* pselect6_time64 */, 417 /* recvmmsg_time64 */,
    0x0f0005 /* set_tls, a private call of ARM */,
#endif
    CALL(read) CALL(write) CALL(readv) CALL(writev) CALL(pread64) CALL(pwrite64) CALL(preadv) CALL(pwritev) CALL(openat)
    CALL(close) CALL(munmap) CALL(mprotect) CALL(mremap) CALL(madvise) CALL(msync) CALL(mincore) CALL(brk)
    CALL(rt_sigaction) CALL(rt_sigprocmask) CALL(rt_sigreturn) CALL(rt_sigpending) CALL(rt_sigsuspend) CALL(sigaltstack)
    CALL(ioctl) CALL(faccessat) CALL(pipe2) CALL(pselect6) CALL(epoll_create1) CALL(epoll_ctl) CALL(epoll_pwait)
    CALL(eventfd2) CALL(timerfd_create) CALL(signalfd4) CALL(dup) CALL(dup3) CALL(nanosleep)
    CALL(getpid) CALL(gettid) CALL(getppid) CALL(exit) CALL(exit_group) CALL(tgkill) CALL(tkill)
    CALL(socket) CALL(socketpair) CALL(connect) CALL(accept4) CALL(bind) CALL(listen) CALL(getsockname) CALL(getpeername)
    CALL(setsockopt) CALL(getsockopt) CALL(sendto) CALL(recvfrom) CALL(sendmsg) CALL(recvmsg) CALL(recvmmsg) CALL(sendmmsg)
    CALL(shutdown) CALL(fsync) CALL(fdatasync) CALL(fallocate) CALL(getcwd) CALL(renameat)
    CALL(renameat2) CALL(unlinkat) CALL(mkdirat) CALL(readlinkat) CALL(getdents64) CALL(fchmod) CALL(fchmodat) CALL(umask)
    CALL(flock) CALL(uname) CALL(sysinfo) CALL(getrandom) CALL(clone) CALL(set_tid_address) CALL(set_robust_list)
    CALL(get_robust_list) CALL(membarrier) CALL(sched_yield) CALL(sched_getaffinity) CALL(sched_setscheduler)
    CALL(sched_getscheduler) CALL(sched_getparam) CALL(prlimit64) CALL(prctl) CALL(restart_syscall) CALL(setitimer)
    CALL(getrusage) CALL(times) CALL(utimensat)
#undef CALL
};
/* clang-format on */

void lockdown_syscalls(void) {
#ifdef AUDIT_ARCH_HERE
    enum { MAX_STEPS = 8 + 2 * COUNT(allowed) };
    struct sock_filter code[MAX_STEPS];
    unsigned short n = 0;
#define STEP(...) code[n++] = (struct sock_filter)__VA_ARGS__
    STEP(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
    STEP(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_HERE, 1, 0));
    STEP(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    STEP(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    for (size_t i = 0; i < COUNT(allowed); i++) {
        STEP(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1));
        STEP(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    STEP(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
#undef STEP
    struct sock_fprog program = {.len = n, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
        log_line(LOG_INFO, "lockdown", "system calls confined by seccomp", "allowed=%zu", COUNT(allowed));
    else
        log_line(LOG_WARN, "lockdown", "seccomp is not to be had here", "error=%s", strerror(errno));
#else
    log_line(LOG_WARN, "lockdown", "no seccomp filter for this architecture", "errno=%d", ENOSYS);
#endif
}
