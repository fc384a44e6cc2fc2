#include "net/chunked.h"

#include <string.h>

enum { SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, TRAILER_LF, END };

static int hex_value(char ch) {
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    if (ch >= 'A' && ch <= 'F')
        return ch - 'A' + 10;
    return -1;
}

/* Text inside an extension or a trailer: no control characters but tab. */
static bool is_line_char(char ch) { return (unsigned char)ch >= 32 ? ch != 127 : ch == '\t'; }

ChunkedResult chunked_feed(Chunked *c, const char *in, size_t n, char *to, size_t *used, size_t *made) {
    size_t i = 0, out = 0;
    ChunkedResult result = CHUNKED_MORE;
    while (i < n && result == CHUNKED_MORE) {
        char ch = in[i];
        bool bad = false;
        switch (c->state) {
        case SIZE: {
            int v = hex_value(ch);
            if (v >= 0) {
                bad = ++c->digits > 15;
                c->left = c->left * 16 + (unsigned)v;
            } else {
                bad = c->digits == 0 || (ch != '\r' && ch != ';');
                c->state = ch == ';' ? EXTENSION : SIZE_LF;
                c->line = 0;
            }
            i++;
            break;
        }
        case EXTENSION:
            if (ch == '\r')
                c->state = SIZE_LF;
            else
                bad = !is_line_char(ch) || ++c->line > CHUNK_EXTENSION_BYTES_MAX;
            i++;
            break;
        case SIZE_LF:
            bad = ch != '\n';
            c->state = c->left ? DATA : TRAILER;
            c->line = 0;
            c->line_empty = true;
            i++;
            break;
        case DATA: {
            size_t take = n - i < c->left ? n - i : (size_t)c->left;
            memmove(to + out, in + i, take);
            out += take;
            i += take;
            c->left -= take;
            if (c->left == 0)
                c->state = DATA_CR;
            break;
        }
        case DATA_CR:
            bad = ch != '\r';
            c->state = DATA_LF;
            i++;
            break;
        case DATA_LF:
            bad = ch != '\n';
            c->state = SIZE;
            c->digits = 0;
            i++;
            break;
        case TRAILER:
            if (ch == '\r') {
                c->state = TRAILER_LF;
            } else {
                bad = !is_line_char(ch) || ++c->line > CHUNK_TRAILER_BYTES_MAX;
                c->line_empty = false;
            }
            i++;
            break;
        case TRAILER_LF:
            bad = ch != '\n';
            c->state = c->line_empty ? END : TRAILER;
            if (c->line_empty && !bad)
                result = CHUNKED_DONE;
            c->line_empty = true;
            i++;
            break;
        default: bad = true;
        }
        if (bad)
            result = CHUNKED_BAD;
    }
    *used = i;
    *made = out;
    return result;
}
