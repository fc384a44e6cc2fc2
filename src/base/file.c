#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

Err file_write(int fd, Str bytes) {
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return errno == ENOSPC || errno == EDQUOT ? E_FULL : E_IO;
        bytes = str_from(bytes, (size_t)n);
    }
    return OK;
}

Err file_make(const char *path, unsigned mode, const Str *parts, size_t n) {
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return errno == ENOSPC || errno == EDQUOT ? E_FULL : E_IO;
    Err e = OK;
    for (size_t i = 0; e == OK && i < n; i++)
        e = file_write(fd, parts[i]);
    if (e == OK && fsync(fd) != 0)
        e = E_IO;
    int why = errno;
    close(fd);
    if (e)
        unlink(path);
    errno = why;
    return e;
}
