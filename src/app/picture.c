#include "app/picture.h"

enum { CELLS = 6, CELL = PICTURE_SIDE / CELLS, COLOURS = 3 };

static uint32_t crc32_of(uint32_t crc, const uint8_t *p, size_t n) {
    crc = ~crc;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static uint32_t adler32_of(const uint8_t *p, size_t n) {
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < n; i++) {
        a = (a + p[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static void be32(Buf *b, uint32_t v) {
    uint8_t bytes[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    buf_put(b, bytes, sizeof bytes);
}

static void chunk(Buf *out, const char *type, const uint8_t *data, size_t n) {
    be32(out, (uint32_t)n);
    uint32_t crc = crc32_of(0, (const uint8_t *)type, 4);
    buf_put(out, type, 4);
    buf_put(out, data, n);
    be32(out, crc32_of(crc, data, n));
}

void picture_png(uint64_t seed, Buf *out) {
    static const uint8_t colours[][3] = {{0xD9, 0x48, 0x3B}, {0x2A, 0x6F, 0x97}, {0x3A, 0x7D, 0x44}, {0x8E, 0x5A, 0xA8},
                                         {0xC9, 0x7B, 0x1E}, {0x1D, 0x7A, 0x74}, {0xB0, 0x3A, 0x6B}, {0x4A, 0x55, 0x8F}};
    uint8_t image[PICTURE_SIDE * (PICTURE_SIDE + 1)], zlib[2 + 5 + sizeof image + 4], head[13];
    size_t at = 0;
    uint64_t bits = (seed + 1) * 0x9E3779B97F4A7C15u;
    for (int y = 0; y < PICTURE_SIDE; y++) {
        image[at++] = 0; /* filter: none */
        for (int x = 0; x < PICTURE_SIDE; x++) {
            int cx = x / CELL, cy = y / CELL;
            if (cx >= CELLS / 2)
                cx = CELLS - 1 - cx;
            image[at++] = (uint8_t)(bits >> (cy * CELLS / 2 + cx) & 1 ? 1 + (bits >> (40 + cy) & 1) : 0);
        }
    }
    /* One stored block: the picture is small, and a compressor would be more code than it saves bytes. */
    const uint16_t length = (uint16_t)sizeof image;
    uint8_t front[7] = {0x78, 0x01, 1, (uint8_t)length, (uint8_t)(length >> 8), (uint8_t)~length, (uint8_t)(~length >> 8)};
    memcpy(zlib, front, sizeof front);
    memcpy(zlib + sizeof front, image, sizeof image);
    uint32_t sum = adler32_of(image, sizeof image);
    for (int i = 0; i < 4; i++)
        zlib[sizeof front + sizeof image + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
    const uint8_t *front_colour = colours[bits >> 50 & 7], *other = colours[bits >> 54 & 7];
    uint8_t palette[COLOURS * 3] = {0xF2,     0xEF,     0xE8,    front_colour[0], front_colour[1], front_colour[2],
                                    other[0], other[1], other[2]};
    memset(head, 0, sizeof head);
    head[3] = head[7] = PICTURE_SIDE;
    head[8] = 8; /* bits */
    head[9] = 3; /* palette */
    buf_lit(out, "\x89PNG\r\n\x1a\n");
    chunk(out, "IHDR", head, sizeof head);
    chunk(out, "PLTE", palette, sizeof palette);
    chunk(out, "IDAT", zlib, sizeof zlib);
    chunk(out, "IEND", NULL, 0);
}
