#include "base/file.h"

#include <errno.h>
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
