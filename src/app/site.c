#include "app/site.h"

#include "codec/inflate.h"

/* The pack: "GBW1", the number of files, one row a file, then what the rows point to. Offsets count from the pack's begin,
 * numbers are 32 bits, little end first, as all processors that we build for have it. */
extern const unsigned char data_web_pack[];
extern const unsigned data_web_pack_size;

typedef struct Span {
    uint32_t at, bytes;
} Span;

typedef struct SiteFile {
    Span path, type, etag; /* ETag in its quotes */
    uint32_t keep;         /* 1: the name holds a hash of the content */
    uint32_t bytes;        /* unpacked */
    Span body;             /* gzip, or as it is when that would not be shorter */
    uint32_t packed;
} SiteFile;

enum { SITE_FILES_MAX = 1024, SITE_HEAD = 8 };

static Str text_of(Span s) { return str_of(data_web_pack + s.at, s.bytes); }
static bool inside(Span s) { return s.at <= data_web_pack_size && s.bytes <= data_web_pack_size - s.at; }

static size_t file_count(void) {
    uint32_t n;
    memcpy(&n, data_web_pack + 4, sizeof n);
    return n;
}

static SiteFile file_at(size_t i) {
    SiteFile f;
    memcpy(&f, data_web_pack + SITE_HEAD + i * sizeof f, sizeof f);
    return f;
}

bool site_check(void) {
    if (data_web_pack_size < SITE_HEAD || memcmp(data_web_pack, "GBW1", 4) != 0 || file_count() > SITE_FILES_MAX ||
        data_web_pack_size - SITE_HEAD < file_count() * sizeof(SiteFile))
        return false;
    for (size_t i = 0; i < file_count(); i++) {
        SiteFile f = file_at(i);
        if (!inside(f.path) || !inside(f.type) || !inside(f.etag) || !inside(f.body) || f.bytes > REPLY_BODY_BYTES_MAX)
            return false;
    }
    return true;
}

/* The rows are sorted by path. */
static bool find(Str path, SiteFile *out) {
    size_t low = 0, high = file_count();
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        *out = file_at(mid);
        int c = str_cmp(path, text_of(out->path));
        if (c == 0)
            return true;
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return false;
}

bool site_guide(Str path) {
    SiteFile f;
    return str_starts(path, S("/docs/")) && find(path, &f);
}

/* Whether a header's comma-separated list has this member, or "*". A member may carry ";q=": q=0 takes it out. */
static bool lists(Str header, Str member) {
    for (Str piece; str_split(&header, ',', &piece);) {
        Str name;
        str_split(&piece, ';', &name);
        name = str_trim(name);
        Str q = str_trim(piece);
        bool none = str_starts(q, S("q=0")) && str_cmp(q, S("q=0.000")) <= 0;
        if (!none && (str_eq_nocase(name, member) || str_eq(name, S("*"))))
            return true;
    }
    return false;
}

static bool has_dot(Str path) {
    size_t at = path.n;
    while (at > 0 && path.p[at - 1] != '/')
        at--;
    return memchr(path.p + at, '.', path.n - at) != NULL;
}

#define POLICY_(scripts, frames, calls)                                                                      \
    "default-src 'none'; script-src 'self'" scripts "; style-src 'self'; img-src 'self' data: blob:" scripts \
    "; media-src 'self' blob:; font-src 'self'; connect-src 'self'" calls "; frame-src " frames              \
    "; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
static const char policy[] = POLICY_("", "'none'", "");
static const char policy_checkout[] =
    POLICY_(" https://checkout.razorpay.com", "https://api.razorpay.com https://checkout.razorpay.com",
            " https://api.razorpay.com https://lumberjack.razorpay.com");

bool site_handle(const Request *req, Reply *rep, bool checkout) {
    SiteFile f;
    Str path = str_eq(req->path, S("/")) ? S("/index.html") : req->path;
    bool found = find(path, &f);
    if (!found && !has_dot(path) && lists(req->header(req, "Accept"), S("text/html")))
        found = find(S("/index.html"), &f);
    if (!found)
        return false;
    reply_header(rep, "Cache-Control", f.keep ? S("public, max-age=31536000, immutable") : S("no-cache"));
    reply_header(rep, "ETag", text_of(f.etag));
    reply_header(rep, "Vary", S("Accept-Encoding"));
    reply_header(rep, "Content-Security-Policy", str_c0(checkout ? policy_checkout : policy));
    reply_header(rep, "Referrer-Policy", S("same-origin"));
    reply_header(rep, "Cross-Origin-Opener-Policy", S("same-origin"));
    reply_header(rep, "Permissions-Policy", S("camera=(self), microphone=(self), geolocation=(self), payment=(self)"));
    rep->content_type = text_of(f.type);
    Str known = req->header(req, "If-None-Match");
    /* A proxy may have made a strong tag weak. */
    for (Str piece; str_split(&known, ',', &piece);) {
        piece = str_trim(piece);
        if (str_starts(piece, S("W/")))
            piece = str_from(piece, 2);
        if (str_eq(piece, text_of(f.etag)) || str_eq(piece, S("*"))) {
            rep->status = 304;
            return true;
        }
    }
    if (!f.packed) {
        rep->fixed = text_of(f.body);
    } else if (lists(req->header(req, "Accept-Encoding"), S("gzip"))) {
        reply_header(rep, "Content-Encoding", S("gzip"));
        rep->fixed = text_of(f.body);
    } else {
        size_t n = 0;
        char *to = buf_reserve(&rep->body, f.bytes);
        if (!to || !gunzip(text_of(f.body), to, f.bytes, &n))
            rep->status = 500;
        rep->body.n = rep->status == 500 ? 0 : n;
    }
    return true;
}
