/* WebSocket frames: reads a stream of frames the way the server does, and checks what a head says against the bytes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/ws_frame.h"

enum { LIMIT = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *p = malloc(size + 1);
    memcpy(p, data, size);
    size_t at = 0;
    for (;;) {
        WsFrame f, again;
        int r = ws_frame_head(p + at, size - at, LIMIT, &f);
        assert(r == 0 || r == 1 || r == 1002 || r == 1009);
        if (r != 1)
            break;
        assert(f.head <= WS_HEAD_BYTES_MAX && f.head <= size - at && f.length <= LIMIT);
        assert(f.opcode < WS_CLOSE || (f.fin && f.length <= WS_CONTROL_BYTES_MAX));
        /* any prefix of a good head is an unfinished one */
        for (size_t n = 0; n < f.head; n++)
            assert(ws_frame_head(p + at, n, LIMIT, &again) == 0);
        uint8_t out[WS_OUT_HEAD_BYTES_MAX];
        assert(ws_frame_write(out, f.opcode, f.length) + 4 == f.head); /* shortest form only */
        if (f.length > size - at - f.head)
            break;
        uint8_t *payload = p + at + f.head;
        size_t half = (size_t)f.length / 2;
        ws_frame_unmask(&f, payload, half, 0);
        ws_frame_unmask(&f, payload + half, (size_t)f.length - half, half);
        ws_frame_unmask(&f, payload, (size_t)f.length, 0);
        assert(memcmp(payload, data + at + f.head, (size_t)f.length) == 0);
        at += f.head + (size_t)f.length;
    }
    free(p);
    return 0;
}
