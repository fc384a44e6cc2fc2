/* file.h - descriptors of files and pipes. Thread-safe. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"
#include "base/str.h"

/* Writes all of it, however many calls that takes. E_FULL (no room on the disk), E_IO; errno says which. */
Err file_write(int fd, Str bytes);

/* Makes a file of these parts, one behind the other, and waits until they are on the disk. What had its name before is unlinked,
 * not written into. Meant for a name beside the one that a rename then gives it, so that nobody ever sees half of it. After an
 * error there is none. E_FULL, E_IO; errno says why. */
Err file_make(const char *path, unsigned mode, const Str *parts, size_t n);

#endif
