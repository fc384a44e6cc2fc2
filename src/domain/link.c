#include "domain/link.h"

bool link_ok(Str s) {
    Str rest = str_starts(s, S("https://")) ? str_from(s, 8) : str_starts(s, S("http://")) ? str_from(s, 7) : (Str){NULL, 0};
    if (!rest.n || rest.p[0] == '/' || s.n > LINK_BYTES_MAX)
        return false;
    for (size_t i = 0; i < rest.n; i++)
        if ((unsigned char)rest.p[i] <= ' ' || memchr("\"<>\\^`{|}\x7f", rest.p[i], 10))
            return false;
    return true;
}

Err links_ok(Call *c, const List *links, Str field) {
    Str one;
    for (ListIter it = list_iter(links); list_str(&it, &one);)
        if (!link_ok(one))
            return diag_field(c->diag, E_INVALID, field, S("must be addresses that begin with http:// or https://"));
    return OK;
}
