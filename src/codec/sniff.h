/* sniff.h - what a file is, by its content. The name and the claimed type of an upload are never believed. Pure, thread-safe. */
#ifndef CODEC_SNIFF_H
#define CODEC_SNIFF_H

#include "base/str.h"

typedef enum FileType {
    FILE_UNKNOWN,
    FILE_JPEG,
    FILE_PNG,
    FILE_GIF,
    FILE_WEBP,
    FILE_PDF,
    FILE_ZIP,
    FILE_MP3,
    FILE_OGG,
    FILE_WAV,
    FILE_WEBM,
    FILE_MP4,
    FILE_TEXT,
    FILE_TYPE_COUNT
} FileType;

/* `bytes` is the whole file. Of images the header with their size must be there. FILE_TEXT is UTF-8 without control characters
 * but TAB, LF, CR, FF, and not HTML, XML or SVG, which a browser would run. Of the sound containers (MP3 to MP4)
 * only the first bytes are looked at. Everything else is FILE_UNKNOWN. */
FileType file_sniff(Str bytes);
/* "image/png"; "application/octet-stream" for FILE_UNKNOWN. Static. */
Str file_mime(FileType t);
/* "png"; "bin" for FILE_UNKNOWN. */
Str file_extension(FileType t);
bool file_is_image(FileType t);
/* Width and height in pixels of an image that file_sniff knows; false when its header does not say. */
bool image_size(Str bytes, FileType t, uint32_t *width, uint32_t *height);

#endif
