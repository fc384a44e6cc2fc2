#include "contract/download.h"

#include <stdlib.h>

#include "codec/hex.h"
#include "codec/sniff.h"
#include "domain/file.h"

enum { DOWNLOAD_AT_ONCE_BYTES = 64 * 1024, DOWNLOAD_ARENA_BYTES = 64 * 1024 };

typedef struct Download {
    Store *store;
    BlobId blob;
    uint64_t at, end;
    Arena arena;
} Download;

static Err download_next(void *ctx, void *to, size_t cap, size_t *n) {
    Download *d = ctx;
    Tx *tx;
    *n = 0;
    if (d->at == d->end)
        return OK;
    Err e = store_read(d->store, &d->arena, &tx);
    if (e)
        return e;
    e = blob_read(tx, &d->blob, d->at, to, d->end - d->at < cap ? (size_t)(d->end - d->at) : cap, n);
    store_read_end(tx);
    arena_reset(&d->arena);
    d->at += *n;
    return e;
}

static void download_done(void *ctx) {
    Download *d = ctx;
    arena_free(&d->arena);
    free(d);
}

/* A file's name in a header: ASCII for all, UTF-8 for those who know RFC 6266. */
static void name_header(Exchange *x, const File *f) {
    Buf b = buf_arena(x->arena, 4096);
    bool inline_ok = str_starts(f->type, S("image/")) || str_eq(f->type, S("application/pdf"));
    buf_add(&b, inline_ok ? S("inline; filename=\"") : S("attachment; filename=\""));
    for (size_t i = 0; i < f->name.n; i++) {
        char c = f->name.p[i];
        buf_char(&b, c >= 0x20 && c < 0x7f && c != '"' && c != '\\' ? c : '_');
    }
    buf_lit(&b, "\"; filename*=UTF-8''");
    percent_add(&b, f->name);
    if (!b.err)
        reply_header(x->reply, "Content-Disposition", buf_str(&b));
}

/* ---- parts of it, and nothing of it ---- */

enum { ETAG_BYTES = 16 };

/* The content's hash, shortened. */
static Str etag_of(Exchange *x, const BlobId *id) {
    char hex[2 * ETAG_BYTES];
    hex_put(hex, id->sha256, ETAG_BYTES);
    return arena_printf(x->arena, "\"%.*s\"", 2 * ETAG_BYTES, hex);
}

/* A list of tags names this one, or all. */
static bool names_tag(Str list, Str tag) {
    for (Str one; str_split(&list, ',', &one);) {
        one = str_trim(one);
        if (str_starts(one, S("W/")))
            one = str_from(one, 2);
        if (str_eq(one, tag) || str_eq(one, S("*")))
            return true;
    }
    return false;
}

typedef struct Range {
    int64_t from, to; /* [from, to) */
    bool partial, empty;
} Range;

/* "bytes=5-9", "bytes=5-", "bytes=-5"; anything else, several ranges too, is the whole (RFC 9110, 14.2). */
static Range range_of(Exchange *x, Str tag, int64_t size) {
    Range whole = {0, size, false, false}, r = {0, size, true, false};
    Str given = str_trim(x->req->header(x->req, "Range")), unit = S("bytes=");
    Str only_if = str_trim(x->req->header(x->req, "If-Range"));
    if (!str_starts(given, unit) || (only_if.n && !str_eq(only_if, tag)))
        return whole;
    given = str_from(given, unit.n);
    size_t dash = str_index(given, '-');
    Str first = str_slice(given, 0, dash), last = dash < given.n ? str_from(given, dash + 1) : S("x");
    int64_t a = 0, z = 0;
    if ((first.n && !str_i64(first, &a)) || (last.n && !str_i64(last, &z)) || (!first.n && !last.n) || a < 0 || z < 0)
        return whole;
    if (first.n) {
        r.from = a;
        r.to = last.n && z < size - 1 ? z + 1 : size;
        if (last.n && z < a)
            return whole;
    } else {
        r.from = z < size ? size - z : 0;
        r.empty = z == 0;
    }
    r.empty |= r.from >= size;
    return r;
}

static void facts(Exchange *x, const File *f, Str tag) {
    bool text = str_eq(f->type, file_mime(FILE_TEXT)); /* taken only as UTF-8 */
    x->reply->content_type = text ? S("text/plain; charset=utf-8") : arena_str(x->arena, f->type);
    name_header(x, f);
    reply_header(x->reply, "Content-Security-Policy", S("default-src 'none'; sandbox"));
    reply_header(x->reply, "ETag", tag);
    reply_header(x->reply, "Accept-Ranges", S("bytes"));
    /* A file never changes; but whether somebody may read one that is not public may. */
    reply_header(x->reply, "Cache-Control", file_is_public(f) ? S("public, max-age=604800, immutable") : S("private, no-cache"));
}

static Err download_read(Exchange *x, Call *c, void *arg) {
    Download **out = arg;
    File f;
    BlobId id;
    Err e = file_get(c, x->in, &f);
    if (e)
        return e;
    if (f.blob.n != sizeof id)
        return E_CORRUPT;
    memcpy(&id, f.blob.p, sizeof id);
    Str tag = etag_of(x, &id);
    facts(x, &f, tag);
    if (names_tag(x->req->header(x->req, "If-None-Match"), tag)) {
        x->reply->status = 304;
        return OK;
    }
    Range r = range_of(x, tag, f.size_bytes);
    if (r.empty) {
        x->reply->status = 416;
        reply_header(x->reply, "Content-Range", arena_printf(x->arena, "bytes */%lld", (long long)f.size_bytes));
        return OK;
    }
    if (r.partial) {
        x->reply->status = 206;
        reply_header(
            x->reply, "Content-Range",
            arena_printf(x->arena, "bytes %lld-%lld/%lld", (long long)r.from, (long long)(r.to - 1), (long long)f.size_bytes));
    }
    x->reply->length = r.to - r.from;
    if (x->reply->length <= DOWNLOAD_AT_ONCE_BYTES) {
        size_t n = 0, size = (size_t)x->reply->length;
        char *to = buf_reserve(&x->reply->body, size);
        e = to ? blob_read(c->tx, &id, (uint64_t)r.from, to, size, &n) : E_NOMEM;
        if (!e && n != size)
            e = E_CORRUPT;
        x->reply->body.n = n;
        return e;
    }
    Download *d = calloc(1, sizeof *d);
    if (!d)
        return E_NOMEM;
    d->store = engine_store(x->engine);
    d->blob = id;
    d->at = (uint64_t)r.from;
    d->end = (uint64_t)r.to;
    arena_init(&d->arena, DOWNLOAD_ARENA_BYTES);
    *out = d;
    return OK;
}

Err download_handler(Exchange *x) {
    Download *d = NULL;
    Err e = exchange_read(x, download_read, &d);
    if (d) {
        x->reply->stream = download_next;
        x->reply->done = download_done;
        x->reply->stream_ctx = d;
    }
    return e;
}
