/* Uploads and downloads. */
#include <stdlib.h>

#include "codec/sniff.h"
#include "contract/campus/campus.h"
#include "domain/file.h"

WORDS(campus_purpose_words, "FilePurpose", WORD(FILE_ATTACHMENT, "attachment"), WORD(FILE_AVATAR, "avatar"),
      WORD(FILE_GIG_IMAGE, "gig_image"), WORD(FILE_ID_DOCUMENT, "id_document"), WORD(FILE_PORTFOLIO, "portfolio"));

static bool file_url(Render *r, const void *row, Value *out) { return campus_file_path(r, ((const File *)row)->id, out); }
VIEW(campus_file_view, File, "Attachment", "An uploaded file.", SHOW_ID("id", File, id, &FILE_RECORD, "Its id."),
     SHOW("name", W_STR, File, name, "As it was called."), SHOW("type", W_STR, File, type, "Media type, told by its content."),
     SHOW("size", W_INT, File, size_bytes, "In bytes."), SHOW_GET("url", W_STR, file_url, "Where it is."));
VIEW(campus_upload_view, File, "File", "One's own uploaded file.", SHOW_ID("id", File, id, &FILE_RECORD, "Its id."),
     SHOW("name", W_STR, File, name, "As it was called."), SHOW("type", W_STR, File, type, "Media type, told by its content."),
     SHOW("size", W_INT, File, size_bytes, "In bytes."), SHOW_GET("url", W_STR, file_url, "Where it is."),
     SHOW("purpose", W_WORD, File, purpose, "What it is for.", .words = &campus_purpose_words),
     SHOW("createdAt", W_TIME, File, created_ms, "When."));

INPUTS(upload_in, FileAddIn,
       INPUT("file", IN_FILE, W_FILE, FileAddIn, bytes, NO_HAS,
             "JPEG, PNG, GIF, WebP, PDF, ZIP or plain text, told by content. At most 10 MB unless the box is set otherwise.",
             .form = FILE_BYTES, .flags = IN_REQUIRED, .min = 1),
       INPUT("file", IN_FILE, W_FILE, FileAddIn, name, NO_HAS, "", .form = FILE_NAME),
       INPUT("purpose", IN_BODY, W_WORD, FileAddIn, purpose, NO_HAS, "attachment when it is not said.",
             .words = &campus_purpose_words));
INPUTS(file_id_in, IdIn, INPUT_ID("id", IdIn, id, &FILE_RECORD, "Which file."));
INPUTS(file_page_in, PageIn, INPUT_PAGING(PageIn, page, limit));

static Err upload_before(Exchange *x) {
    FileAddIn *in = x->in;
    FileType type = file_sniff(in->bytes);
    if (type == FILE_UNKNOWN)
        return diag_field(&x->diag, E_MEDIA, S("file"), S("is of a type that is not taken"));
    bool picture = in->purpose == FILE_AVATAR || in->purpose == FILE_GIG_IMAGE;
    if (picture && !file_is_image(type))
        return diag_field(&x->diag, E_MEDIA, S("file"), S("must be a picture"));
    BlobId *id = ARENA_NEW(x->arena, BlobId);
    if (!id)
        return E_NOMEM;
    blob_id(in->bytes, id);
    in->type = file_mime(type);
    in->blob = id;
    return OK;
}

/* ---- downloads: small ones at once, larger ones piece by piece, with no transaction open in between ---- */

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

static Err download(Exchange *x) {
    Download *d = NULL;
    Err e = exchange_read(x, download_read, &d);
    if (d) {
        x->reply->stream = download_next;
        x->reply->done = download_done;
        x->reply->stream_ctx = d;
    }
    return e;
}

static const Route campus_files_routes[] = {
    {.method = "POST",
     .path = "/api/files",
     .op = file_add,
     .in = &upload_in,
     .before = upload_before,
     .view = &campus_upload_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .rate = RATE_UPLOAD,
     .summary = "Upload a file.",
     .doc = "As multipart/form-data."},
    {.method = "GET",
     .path = "/api/files",
     .op = file_mine,
     .in = &file_page_in,
     .view = &campus_upload_view,
     .shape = SHAPE_LIST,
     .plural = "files",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's files, newest first."},
    {.method = "GET",
     .path = "/api/files/{id}",
     .handler = download,
     .in = &file_id_in,
     .shape = SHAPE_RAW,
     .media = "*/*",
     .access = ACCESS_OPTIONAL,
     .errors = ERR(E_FORBIDDEN),
     .summary = "A file's bytes.",
     .doc = "Pictures of people, gigs and services are public, the rest is for those it concerns."},
    {.method = "DELETE",
     .path = "/api/files/{id}",
     .op = file_delete,
     .in = &file_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Delete a file."},
};
SECTION(campus_files, "Files", "Uploads.");
