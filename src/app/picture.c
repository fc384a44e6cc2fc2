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

static const uint8_t colours[][3] = {{0xD9, 0x48, 0x3B}, {0x2A, 0x6F, 0x97}, {0x3A, 0x7D, 0x44}, {0x8E, 0x5A, 0xA8},
                                     {0xC9, 0x7B, 0x1E}, {0x1D, 0x7A, 0x74}, {0xB0, 0x3A, 0x6B}, {0x4A, 0x55, 0x8F}};
static const uint8_t paper[3] = {0xF2, 0xEF, 0xE8};

enum { IMAGE_BYTES_MAX = 24 * 1024 /* one stored block of zlib */, PALETTE_MAX = 16, HEAD_BYTES = 13 };

/* Rows of `image`, each with its filter byte in front, `bits` a pixel. The data is one stored block: the picture is small, and a
 * compressor would be more code than it saves bytes. */
static void png(Buf *out, uint32_t width, uint32_t height, uint8_t bits, const uint8_t *image, size_t n, const uint8_t *palette,
                size_t colour_count) {
    uint8_t zlib[2 + 5 + IMAGE_BYTES_MAX + 4], head[HEAD_BYTES] = {0};
    const uint16_t length = (uint16_t)n;
    uint8_t front[7] = {0x78, 0x01, 1, (uint8_t)length, (uint8_t)(length >> 8), (uint8_t)~length, (uint8_t)(~length >> 8)};
    memcpy(zlib, front, sizeof front);
    memcpy(zlib + sizeof front, image, n);
    uint32_t sum = adler32_of(image, n);
    for (int i = 0; i < 4; i++) {
        zlib[sizeof front + n + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
        head[i] = (uint8_t)(width >> (24 - 8 * i));
        head[4 + i] = (uint8_t)(height >> (24 - 8 * i));
    }
    head[8] = bits;
    head[9] = 3; /* palette */
    buf_lit(out, "\x89PNG\r\n\x1a\n");
    chunk(out, "IHDR", head, sizeof head);
    chunk(out, "PLTE", palette, colour_count * 3);
    chunk(out, "IDAT", zlib, sizeof front + n + 4);
    chunk(out, "IEND", NULL, 0);
}

void picture_png(uint64_t seed, Buf *out) {
    uint8_t image[PICTURE_SIDE * (PICTURE_SIDE + 1)];
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
    uint8_t palette[COLOURS * 3];
    memcpy(palette, paper, 3);
    memcpy(palette + 3, colours[bits >> 50 & 7], 3);
    memcpy(palette + 6, colours[bits >> 54 & 7], 3);
    png(out, PICTURE_SIDE, PICTURE_SIDE, 8, image, at, palette, COLOURS);
}

/* How far a hill's edge is below the middle at x: two waves without a table of sines. */
static int hill(int x, int phase, int length, int height) {
    int at = (x + phase) % length, half = length / 2, rise = at < half ? at : length - at;
    return height * rise * (half - rise) * 4 / (half * half);
}

void picture_cover(uint64_t seed, Buf *out) {
    enum {
        W = PICTURE_COVER_WIDTH,
        H = PICTURE_COVER_HEIGHT,
        SKY = 8,
        SUN,
        HILLS,
        HILL_COUNT = 4,
        COUNT_ALL = HILLS + HILL_COUNT
    };
    uint8_t image[H * (1 + W / 2)], palette[COUNT_ALL * 3];
    uint64_t bits = (seed + 1) * 0x9E3779B97F4A7C15u;
    const uint8_t *main = colours[bits >> 50 & 7], *other = colours[(bits >> 50 & 7) ^ (1 + (bits >> 54 & 3))];
    for (int i = 0; i < COUNT_ALL; i++)
        for (int k = 0; k < 3; k++) /* the sky from paper to a third of the other colour, the hills from light to full */
            palette[i * 3 + k] = i < SKY     ? (uint8_t)(paper[k] + (other[k] - paper[k]) * (SKY - i) / 20)
                                 : i < HILLS ? (uint8_t)(paper[k] + (other[k] - paper[k]) * 4 / 5)
                                             : (uint8_t)(paper[k] + (main[k] - paper[k]) * (i - HILLS + 2) / (HILL_COUNT + 1));
    size_t at = 0;
    int sun_x = 30 + (int)(bits >> 8 & 127), sun_y = 26 + (int)(bits >> 16 & 15), sun_r = 14 + (int)(bits >> 20 & 7);
    for (int y = 0; y < H; y++) {
        image[at++] = 0; /* filter: none */
        for (int x = 0; x < W; x++) {
            int index = y * SKY / H;
            if ((x - sun_x) * (x - sun_x) + (y - sun_y) * (y - sun_y) < sun_r * sun_r)
                index = SUN;
            for (int i = 0; i < HILL_COUNT; i++)
                if (y > H * 2 / 5 + i * H / 7 + 8 - hill(x, (int)(bits >> (24 + 6 * i) & 63) * 3, 90 + 34 * i, 12))
                    index = HILLS + i;
            if (x % 2 == 0)
                image[at] = (uint8_t)(index << 4);
            else
                image[at++] |= (uint8_t)index;
        }
    }
    png(out, W, H, 4, image, at, palette, COUNT_ALL);
}
