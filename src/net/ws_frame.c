#include "net/ws_frame.h"

#include <string.h>

#include "net/ws.h"

int ws_frame_head(const uint8_t *p, size_t n, uint64_t max_bytes, WsFrame *out) {
    if (n < 1)
        return 0;
    out->fin = (p[0] & 0x80) != 0;
    out->opcode = p[0] & 0x0f;
    bool control = out->opcode >= WS_CLOSE;
    if (p[0] & 0x70)
        return WS_PROTOCOL;
    if (out->opcode > (control ? WS_PONG : WS_BINARY) || (control && !out->fin))
        return WS_PROTOCOL;
    if (n < 2)
        return 0;
    if (!(p[1] & 0x80))
        return WS_PROTOCOL;
    size_t extra = 0;
    out->length = p[1] & 0x7f;
    if (out->length >= 126) {
        if (control)
            return WS_PROTOCOL;
        extra = out->length == 126 ? 2 : 8;
        if (n < 2 + extra)
            return 0;
        out->length = 0;
        for (size_t i = 0; i < extra; i++)
            out->length = out->length << 8 | p[2 + i];
        if (out->length < (extra == 2 ? 126u : 65536u) || out->length >> 63)
            return WS_PROTOCOL;
    }
    if (!control && out->length > max_bytes)
        return WS_TOO_BIG;
    out->head = 2 + extra + 4;
    if (n < out->head)
        return 0;
    memcpy(out->mask, p + 2 + extra, 4);
    return 1;
}

void ws_frame_unmask(const WsFrame *f, uint8_t *p, size_t n, size_t at) {
    for (size_t i = 0; i < n; i++)
        p[i] ^= f->mask[(at + i) & 3];
}

size_t ws_frame_write(uint8_t to[WS_OUT_HEAD_BYTES_MAX], int opcode, uint64_t length) {
    to[0] = (uint8_t)(0x80 | opcode);
    if (length < 126) {
        to[1] = (uint8_t)length;
        return 2;
    }
    size_t extra = length < 65536 ? 2 : 8;
    to[1] = extra == 2 ? 126 : 127;
    for (size_t i = 0; i < extra; i++)
        to[2 + i] = (uint8_t)(length >> (8 * (extra - 1 - i)));
    return 2 + extra;
}

bool ws_close_code_valid(int code) {
    if (code >= 3000 && code <= 4999)
        return true;
    return code >= 1000 && code <= 1014 && code != 1004 && code != WS_NO_CODE && code != WS_ABNORMAL;
}
