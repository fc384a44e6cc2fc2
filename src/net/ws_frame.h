/* ws_frame.h - WebSocket frames on the wire (RFC 6455, 5.2). Pure functions, no state. */
#ifndef NET_WS_FRAME_H
#define NET_WS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WS_CONTINUATION = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };
enum { WS_CONTROL_BYTES_MAX = 125, WS_HEAD_BYTES_MAX = 14, WS_OUT_HEAD_BYTES_MAX = 10 };

typedef struct WsFrame {
    uint8_t opcode;
    bool fin;
    uint8_t mask[4];
    size_t head;     /* bytes of the frame's head */
    uint64_t length; /* bytes of payload behind it */
} WsFrame;

/* Reads the head of a client's frame from p[0..n). 0: it is not complete yet; 1: *out is filled in; otherwise the close code:
 * 1002 for an unmasked frame, reserved bits or opcodes, a fragmented or long control frame, a length that is not in its shortest
 * form; 1009 for a payload over max_bytes. Never looks behind p + n. */
int ws_frame_head(const uint8_t *p, size_t n, uint64_t max_bytes, WsFrame *out);

/* Takes the mask off p[0..n), in place; `at` is the offset of p within the payload. */
void ws_frame_unmask(const WsFrame *f, uint8_t *p, size_t n, size_t at);

/* Writes the head of a server's frame (unmasked, final) and returns its length. */
size_t ws_frame_write(uint8_t to[WS_OUT_HEAD_BYTES_MAX], int opcode, uint64_t length);

/* True for codes that a peer may put into a close frame (RFC 6455, 7.4). */
bool ws_close_code_valid(int code);

#endif
