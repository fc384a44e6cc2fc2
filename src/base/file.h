/* file.h - descriptors of files and pipes. Thread-safe. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"
#include "base/str.h"

/* Writes all of it, however many calls that takes. E_FULL (no room on the disk), E_IO; errno says which. */
Err file_write(int fd, Str bytes);

#endif
