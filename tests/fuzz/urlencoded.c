/* Query strings and forms: never a crash; what was decoded is text, and encoding it again decodes to the same. */
#include "codec/form.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Arena a;
    Form f, again;
    arena_init(&a, 1 << 20);
    if (form_parse(&a, str_of(data, size), &f) == OK) {
        Buf b = buf_arena(&a, 1 << 19);
        for (size_t i = 0; i < f.count; i++) {
            if (!str_utf8_valid(f.pairs[i].name) || !str_utf8_valid(f.pairs[i].value))
                abort();
            if (i)
                buf_char(&b, '&');
            percent_add(&b, f.pairs[i].name);
            buf_char(&b, '=');
            percent_add(&b, f.pairs[i].value);
        }
        if (!b.err && f.count) {
            if (form_parse(&a, buf_str(&b), &again) != OK || again.count != f.count)
                abort();
            for (size_t i = 0; i < f.count; i++)
                if (!str_eq(f.pairs[i].name, again.pairs[i].name) || !str_eq(f.pairs[i].value, again.pairs[i].value))
                    abort();
        }
    }
    Str out;
    percent_decode(&a, str_of(data, size), size % 2, &out);
    arena_free(&a);
    return 0;
}
