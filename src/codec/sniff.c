#include "codec/sniff.h"

typedef struct TypeRow {
    Str mime, extension, magic;
    bool image;
} TypeRow;

static const TypeRow types[FILE_TYPE_COUNT] = {
    [FILE_UNKNOWN] = {STR_INIT("application/octet-stream"), STR_INIT("bin"), STR_INIT(""), false},
    [FILE_JPEG] = {STR_INIT("image/jpeg"), STR_INIT("jpg"), STR_INIT("\xff\xd8\xff"), true},
    [FILE_PNG] = {STR_INIT("image/png"), STR_INIT("png"), STR_INIT("\x89PNG\r\n\x1a\n"), true},
    [FILE_GIF] = {STR_INIT("image/gif"), STR_INIT("gif"), STR_INIT("GIF8"), true},
    [FILE_WEBP] = {STR_INIT("image/webp"), STR_INIT("webp"), STR_INIT("RIFF"), true},
    [FILE_PDF] = {STR_INIT("application/pdf"), STR_INIT("pdf"), STR_INIT("%PDF-"), false},
    [FILE_ZIP] = {STR_INIT("application/zip"), STR_INIT("zip"), STR_INIT("PK\3\4"), false},
    [FILE_MP3] = {STR_INIT("audio/mpeg"), STR_INIT("mp3"), STR_INIT("ID3"), false},
    [FILE_OGG] = {STR_INIT("audio/ogg"), STR_INIT("ogg"), STR_INIT("OggS\0"), false},
    [FILE_WAV] = {STR_INIT("audio/wav"), STR_INIT("wav"), STR_INIT("RIFF"), false},
    [FILE_WEBM] = {STR_INIT("audio/webm"), STR_INIT("webm"), STR_INIT("\x1a\x45\xdf\xa3"), false},
    [FILE_MP4] = {STR_INIT("audio/mp4"), STR_INIT("m4a"), STR_INIT("\0\0\0"), false},
    [FILE_TEXT] = {STR_INIT("text/plain"), STR_INIT("txt"), STR_INIT(""), false},
};

static uint32_t u8(Str s, size_t at) { return (uint8_t)s.p[at]; }
static uint32_t be16(Str s, size_t at) { return u8(s, at) << 8 | u8(s, at + 1); }
static uint32_t le16(Str s, size_t at) { return u8(s, at + 1) << 8 | u8(s, at); }
static uint32_t be32(Str s, size_t at) { return be16(s, at) << 16 | be16(s, at + 2); }

/* UTF-8, no control characters but white space, and nothing that a browser would take for a page. */
static bool is_text(Str s) {
    if (!s.n || !str_utf8_valid(s))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f)
            return false;
    }
    if (str_starts(s, S("\xef\xbb\xbf")))
        s = str_from(s, 3);
    return !str_starts(str_trim(s), S("<"));
}

/* ISO 11172-3: a sync word, layer III, a bit rate and a sample rate that exist. */
static bool is_mp3_frame(Str s) {
    return s.n > 4 && be16(s, 0) >= 0xfff2 && be16(s, 0) <= 0xfffb && (u8(s, 1) & 0x06) == 0x02 && (u8(s, 2) & 0xf0) != 0xf0 &&
           (u8(s, 2) & 0xf0) != 0 && (u8(s, 2) & 0x0c) != 0x0c;
}

FileType file_sniff(Str s) {
    for (FileType t = FILE_JPEG; t < FILE_TEXT; t++) {
        if (!str_starts(s, types[t].magic) && !(t == FILE_MP3 && is_mp3_frame(s)))
            continue;
        if (t == FILE_WEBP && str_eq(str_slice(s, 8, 12), S("WAVE")))
            continue;
        if ((t == FILE_WAV && !str_eq(str_slice(s, 8, 12), S("WAVE"))) ||
            (t == FILE_MP4 && !str_eq(str_slice(s, 4, 8), S("ftyp"))))
            continue;
        uint32_t w, h;
        return types[t].image && !image_size(s, t, &w, &h) ? FILE_UNKNOWN : t;
    }
    return is_text(s) ? FILE_TEXT : FILE_UNKNOWN;
}

Str file_mime(FileType t) { return types[t].mime; }
Str file_extension(FileType t) { return types[t].extension; }
bool file_is_image(FileType t) { return types[t].image; }

/* ITU-T T.81: segments of marker and length up to the first frame header (SOF0..15 without DHT, JPG and DAC). */
static bool jpeg_size(Str s, uint32_t *w, uint32_t *h) {
    for (size_t at = 2; at + 9 <= s.n;) {
        if (u8(s, at) != 0xff)
            return false;
        uint32_t marker = u8(s, at + 1);
        if (marker == 0xff) { /* fill byte */
            at++;
            continue;
        }
        if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
            *h = be16(s, at + 5);
            *w = be16(s, at + 7);
            return true;
        }
        uint32_t length = be16(s, at + 2);
        if (length < 2 || marker == 0xda || marker == 0xd9)
            return false;
        at += 2 + length;
    }
    return false;
}

/* RFC 9649: a lossy, a lossless or an extended first chunk. */
static bool webp_size(Str s, uint32_t *w, uint32_t *h) {
    if (s.n < 30 || !str_eq(str_slice(s, 8, 12), S("WEBP")))
        return false;
    Str chunk = str_slice(s, 12, 16);
    if (str_eq(chunk, S("VP8 "))) {
        *w = le16(s, 26) & 0x3fff;
        *h = le16(s, 28) & 0x3fff;
        return str_eq(str_slice(s, 23, 26), S("\x9d\x01\x2a"));
    }
    if (str_eq(chunk, S("VP8L"))) {
        uint32_t bits = le16(s, 21) | le16(s, 23) << 16;
        *w = (bits & 0x3fff) + 1;
        *h = (bits >> 14 & 0x3fff) + 1;
        return u8(s, 20) == 0x2f;
    }
    *w = (le16(s, 24) | u8(s, 26) << 16) + 1;
    *h = (le16(s, 27) | u8(s, 29) << 16) + 1;
    return str_eq(chunk, S("VP8X"));
}

bool image_size(Str s, FileType t, uint32_t *width, uint32_t *height) {
    uint32_t w = 0, h = 0;
    bool ok = false;
    switch (t) {
    case FILE_JPEG: ok = jpeg_size(s, &w, &h); break;
    case FILE_PNG: /* the first chunk is IHDR */
        ok = s.n >= 24 && str_eq(str_slice(s, 12, 16), S("IHDR"));
        if (ok)
            w = be32(s, 16), h = be32(s, 20);
        break;
    case FILE_GIF:
        ok = s.n >= 10 && (u8(s, 4) == '7' || u8(s, 4) == '9') && u8(s, 5) == 'a';
        if (ok)
            w = le16(s, 6), h = le16(s, 8);
        break;
    case FILE_WEBP: ok = webp_size(s, &w, &h); break;
    default: break;
    }
    if (!ok || !w || !h)
        return false;
    *width = w;
    *height = h;
    return true;
}
