#include "contract/download.h"

#include <stdlib.h>

#include "domain/file.h"

enum { DOWNLOAD_AT_ONCE_BYTES = 64 * 1024, DOWNLOAD_ARENA_BYTES = 64 * 1024 };

typedef struct Download {
    Store *store;
    BlobId blob;
    uint64_t at;
    Arena arena;
} Download;

static Err download_next(void *ctx, void *to, size_t cap, size_t *n) {
    Download *d = ctx;
    Tx *tx;
    *n = 0;
    Err e = store_read(d->store, &d->arena, &tx);
    if (e)
        return e;
    e = blob_read(tx, &d->blob, d->at, to, cap, n);
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
    x->reply->content_type = arena_str(x->arena, f.type);
    x->reply->length = f.size_bytes;
    name_header(x, &f);
    reply_header(x->reply, "X-Content-Type-Options", S("nosniff"));
    reply_header(x->reply, "Content-Security-Policy", S("default-src 'none'; sandbox"));
    if (f.size_bytes <= DOWNLOAD_AT_ONCE_BYTES) {
        size_t n = 0, size = (size_t)f.size_bytes;
        char *to = buf_reserve(&x->reply->body, size);
        e = to ? blob_read(c->tx, &id, 0, to, size, &n) : E_NOMEM;
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
