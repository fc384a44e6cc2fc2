/* lockdown.h - least privilege for the serving process.
 *
 * Called once, in this order, after the listening sockets and files that need rights are open and before any thread is started:
 * lockdown_user, lockdown_files, lockdown_syscalls. Each degrades where the kernel lacks the feature and says so in the log; none
 * of them can be undone. Sources: capabilities(7), landlock(7), seccomp(2). */
#ifndef APP_LOCKDOWN_H
#define APP_LOCKDOWN_H

#include "base/err.h"

/* Started as root: become `run_as`, or else the owner of data_dir, or else nobody (data_dir and the files in it are handed over
 * to that user, and so is `also`, another directory, unless it is NULL or cannot be). Not root: does nothing. With low_ports the
 * one right to listen below port 1024 is kept. When data_dir cannot be reached by that user the process stays root and warns.
 * E_INVALID: no such user; E_IO. */
Err lockdown_user(const char *data_dir, const char *also, const char *run_as, bool low_ports);

/* Landlock: from now on this process may write only under data_dir and `also` (NULL: none) and read only `readable` (files or
 * directories, n of them, absent ones are skipped) and what name resolution needs. */
void lockdown_files(const char *data_dir, const char *also, const char *const *readable, size_t n);

/* seccomp: from now on every system call that a serving gigbox has no use for fails with EPERM. */
void lockdown_syscalls(void);

#endif
