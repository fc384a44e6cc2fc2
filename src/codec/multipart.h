/* multipart.h - multipart/form-data bodies (RFC 7578, framing of RFC 2046 section 5.1), parsed over a complete body in memory.
 *
 * Part bodies are views into the body, binary-safe, never copied. Names are views too unless they have escapes to undo (\" \\ and
 * the %22 %0D %0A of browsers, HTML Standard 4.10.21.8). Pure. */
#ifndef CODEC_MULTIPART_H
#define CODEC_MULTIPART_H

#include "base/buf.h"

enum {
    MULTIPART_PARTS_MAX = 64,
    MULTIPART_HEADERS_MAX = 8,           /* header lines of one part */
    MULTIPART_HEADER_BYTES_MAX = 1024,   /* one header line */
    MULTIPART_BOUNDARY_BYTES_MAX = 70    /* RFC 2046 */
};

typedef struct Part {
    Str name;
    Str filename;     /* as sent; p == NULL when there is none: then the part is a field, not a file. Never a path to open. */
    Str content_type; /* as claimed, may be empty; files are told by sniff.h */
    Str body;
} Part;

typedef struct Multipart {
    Part *parts; /* in order; names may repeat */
    size_t count;
} Multipart;

/* The boundary parameter of a Content-Type value that is multipart/form-data. E_MEDIA for another type, E_SYNTAX without a good
 * boundary. */
Err multipart_boundary(Str content_type, Str *boundary);
/* The boundary that a body itself begins with ("--xyz\r\nContent-Disposition: form-data"), for clients that label their upload
 * wrongly. */
bool multipart_guess(Str body, Str *boundary);
/* Splits the body. E_SYNTAX: no or unfinished boundary, a part without a name, malformed headers; E_TOO_LARGE: a limit above;
 * E_NOMEM. */
Err multipart_parse(Arena *a, Str body, Str boundary, Multipart *out);
/* The first part of that name, or NULL. */
const Part *multipart_find(const Multipart *m, Str name);

#endif
