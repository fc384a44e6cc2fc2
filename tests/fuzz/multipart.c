/* Multipart bodies, with the boundary they begin with, a short fixed one and a Content-Type from the input. Never a crash; bodies
 * are views into the input, in order, and hold no delimiter. */
#include "codec/multipart.h"

#include <stdlib.h>

static void parse(Arena *a, Str body, Str boundary) {
    Multipart m;
    if (multipart_parse(a, body, boundary, &m) != OK)
        return;
    const char *least = body.p;
    Str delimiter = arena_printf(a, "\r\n--%.*s", STR_ARG(boundary));
    for (size_t i = 0; i < m.count; i++) {
        Str b = m.parts[i].body;
        if (!m.parts[i].name.p || !str_utf8_valid(m.parts[i].name) || !str_utf8_valid(m.parts[i].filename))
            abort();
        if (b.p < least || b.p + b.n > body.p + body.n || (b.n && memmem(b.p, b.n, delimiter.p, delimiter.n)))
            abort();
        least = b.p + b.n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Arena a;
    Str body = str_of(data, size), boundary;
    arena_init(&a, 1 << 20);
    parse(&a, body, S("B"));
    if (multipart_guess(body, &boundary))
        parse(&a, body, boundary);
    size_t line = str_index(body, '\n');
    if (multipart_boundary(arena_printf(&a, "multipart/form-data%.*s", STR_ARG(str_slice(body, 0, line))), &boundary) == OK)
        parse(&a, str_from(body, line + 1), boundary);
    arena_free(&a);
    return 0;
}
