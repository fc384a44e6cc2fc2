/* picture.h - small generated pictures for the sample marketplace. */
#ifndef APP_PICTURE_H
#define APP_PICTURE_H

#include "base/buf.h"

enum { PICTURE_SIDE = 96, PICTURE_BYTES_MAX = 32 * 1024 };

/* Appends a PNG (ISO/IEC 15948; palette, zlib with stored blocks, RFC 1950) of PICTURE_SIDE squared: a symmetric pattern in two
 * colours that follows from `seed`. */
void picture_png(uint64_t seed, Buf *out);

enum { PICTURE_COVER_WIDTH = 208, PICTURE_COVER_HEIGHT = 117 };
/* The same of 16 : 9: hills under a sun. */
void picture_cover(uint64_t seed, Buf *out);

#endif
