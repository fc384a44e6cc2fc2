/* Uploads. */
#include "codec/sniff.h"
#include "contract/chayenity/chayenity.h"
#include "contract/download.h"
#include "domain/file.h"

WORDS(chayenity_category_words, "FileCategory", WORD(FILE_AVATAR, "profile"), WORD(FILE_GIG_IMAGE, "gig"),
      WORD(FILE_ATTACHMENT, "general"), WORD(FILE_ID_DOCUMENT, "general"), WORD(FILE_PORTFOLIO, "general"));

/* A name that is nobody's: the beginning of the content's hash, what it is for, and what it is. */
static bool file_name(Render *r, const void *row, Value *out) {
    enum { HASH_SHOWN = 6 };
    const File *f = row;
    Buf b = buf_arena(r->arena, 100);
    size_t slash = str_index(f->type, '/');
    Str kind = str_from(f->type, slash < f->type.n ? slash + 1 : 0), word = words_of(&chayenity_category_words, f->purpose);
    for (size_t i = 0; i < HASH_SHOWN && i < f->blob.n; i++)
        buf_printf(&b, "%02x", (unsigned char)f->blob.p[i]);
    buf_printf(&b, "-%.*s.%.*s", STR_ARG(word), STR_ARG(str_eq(kind, S("jpeg")) ? S("jpg") : kind));
    out->s = buf_str(&b);
    return !b.err;
}
static bool file_url(Render *r, const void *row, Value *out) { return chayenity_file_url(r, ((const File *)row)->id, out); }

#define FILE_ROWS                                                                    \
    SHOW_ID("file_id", File, id, &FILE_RECORD, "Its id."),                           \
        SHOW_GET("filename", W_STR, file_name, "A name of ours.", .optional = true), \
        SHOW("original_filename", W_STR, File, name, "As it was called."),           \
        SHOW("file_size", W_INT, File, size_bytes, "In bytes."),                     \
        SHOW("content_type", W_STR, File, type, "Media type, told by its content."), \
        SHOW_GET("url", W_STR, file_url, "Where it is.", .optional = true),          \
        SHOW("uploaded_at", W_TIME, File, created_ms, "When.")
VIEW(chayenity_upload_view, File, "UploadedFile", "An uploaded picture.", FILE_ROWS);
VIEW(chayenity_my_file_view, File, "MyFile", "One's own uploaded file.", FILE_ROWS,
     SHOW("category", W_WORD, File, purpose, "What it is for.", .words = &chayenity_category_words));

#define FILE_INPUT(purpose_)                                                                                            \
    INPUT("file", IN_FILE, W_FILE, FileAddIn, bytes, NO_HAS, "JPEG, PNG, GIF or WebP, told by content, at most 10 MB.", \
          .form = FILE_BYTES, .flags = IN_REQUIRED, .min = 1),                                                          \
        INPUT("file", IN_FILE, W_FILE, FileAddIn, name, NO_HAS, "", .form = FILE_NAME),                                 \
        INPUT_CONST(FileAddIn, purpose, purpose_)
INPUTS(profile_image_in, FileAddIn, FILE_INPUT(FILE_AVATAR));
INPUTS(gig_image_in, FileAddIn, FILE_INPUT(FILE_GIG_IMAGE));
INPUTS(file_id_in, IdIn, INPUT_ID("file_id", IdIn, id, &FILE_RECORD, "Which file."));

static Err upload_before(Exchange *x) {
    FileAddIn *in = x->in;
    FileType type = file_sniff(in->bytes);
    if (!file_is_image(type))
        return diag_field(&x->diag, E_MEDIA, S("file"), S("must be JPEG, PNG, GIF or WebP"));
    BlobId *id = ARENA_NEW(x->arena, BlobId);
    if (!id)
        return E_NOMEM;
    blob_id(in->bytes, id);
    in->type = file_mime(type);
    in->blob = id;
    return OK;
}

static Err profile_image(Call *c, const void *in, void *out) {
    User me;
    Err e = file_add(c, in, out);
    UserEdit edit = {.has = UINT64_C(1) << USER_SET_AVATAR, .avatar_file = ((const File *)out)->id};
    return e ? e : user_edit(c, &edit, &me);
}

WORDS(chayenity_category_filter_words, "FileCategory", WORD(1 << FILE_AVATAR, "profile"), WORD(1 << FILE_GIG_IMAGE, "gig"),
      WORD(1 << FILE_ATTACHMENT | 1 << FILE_ID_DOCUMENT | 1 << FILE_PORTFOLIO, "general"));
INPUTS(my_files_in, FilesOfIn,
       INPUT("category", IN_QUERY, W_WORD, FilesOfIn, purposes, NO_HAS, "Only such.", .words = &chayenity_category_filter_words),
       CHAYENITY_PAGING(FilesOfIn, page, "offset", LIST_LIMIT_DEFAULT));
static Err my_files(Call *c, const void *input, void *out) {
    FilesOfIn in = *(const FilesOfIn *)input;
    in.page.page = 1;
    return in.purposes ? file_mine_of(c, &in, out) : file_mine(c, &in.page, out);
}

static Err remove_file(Call *c, const void *in, void *out) {
    File f;
    Err e = call_signed_in(c);
    if (e == OK)
        e = rec_get(c->tx, &FILE_RECORD, ((const IdIn *)in)->id, &f);
    if (e == OK && f.owner != c->actor.user)
        e = E_FORBIDDEN;
    if (e == OK)
        e = file_delete(c, in, out);
    return e == E_STATE ? diag_fail(c->diag, e, "FILE_IN_USE", S("The file is in use.")) : e;
}

#define UPLOAD(path_, op_, in_, summary_)                      \
    {.method = "POST",                                         \
     .path = (path_),                                          \
     .op = (op_),                                              \
     .in = &(in_),                                             \
     .before = upload_before,                                  \
     .view = &chayenity_upload_view,                           \
     .shape = SHAPE_ONE,                                       \
     .status = 201,                                            \
     .writes = true,                                           \
     .access = ACCESS_SIGNED_IN,                               \
     .rate = RATE_UPLOAD,                                      \
     .errors = ERR(E_MEDIA) | ERR(E_TOO_LARGE) | ERR(E_LIMIT), \
     .summary = (summary_)}
static const Route chayenity_files_routes[] = {
    UPLOAD("/api/upload/profile", profile_image, profile_image_in, "Upload one's picture."),
    UPLOAD("/api/upload/gig", file_add, gig_image_in, "Upload a gig's picture."),
    {.method = "GET",
     .path = "/api/upload/my-files",
     .op = my_files,
     .in = &my_files_in,
     .view = &chayenity_my_file_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_SIGNED_IN,
     .summary = "One's files, newest first."},
    {.method = "GET",
     .path = "/api/upload/{file_id}",
     .handler = download_handler,
     .in = &file_id_in,
     .shape = SHAPE_RAW,
     .media = "application/octet-stream",
     .access = ACCESS_OPTIONAL,
     .errors = ERR(E_FORBIDDEN) | ERR(E_UNAUTHORIZED),
     .summary = "A file."},
    {.method = "DELETE",
     .path = "/api/upload/{file_id}",
     .op = remove_file,
     .in = &file_id_in,
     .shape = SHAPE_NONE,
     .status = 204,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_STATE),
     .summary = "Delete one's file."},
};
SECTION(chayenity_files, "Files", "Pictures.");
