#include "contract/request.h"

Reply reply_new(const Request *req) {
    return (Reply){.status = 200,
                   .headers = buf_arena(req->arena, REPLY_HEADER_BYTES_MAX),
                   .body = buf_arena(req->arena, REPLY_BODY_BYTES_MAX),
                   .length = -1};
}

void reply_header(Reply *rep, const char *name, Str value) {
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7F)
            return;
    buf_add(&rep->headers, str_c0(name));
    buf_lit(&rep->headers, ": ");
    buf_add(&rep->headers, value);
    buf_lit(&rep->headers, "\r\n");
}
