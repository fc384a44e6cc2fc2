/* Uploads and downloads. */
#include "codec/sniff.h"
#include "contract/campus/campus.h"
#include "contract/download.h"
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
             "JPEG, PNG, GIF, WebP, PDF, ZIP, plain text or sound (MP3, Ogg, WAV, WebM, MP4), told by content. At most 10 MB "
             "unless the box is set otherwise.",
             .form = FILE_BYTES, .flags = IN_REQUIRED, .min = 1),
       INPUT("file", IN_FILE, W_FILE, FileAddIn, name, NO_HAS, "", .form = FILE_NAME),
       INPUT("purpose", IN_BODY, W_WORD, FileAddIn, purpose, NO_HAS, "attachment when it is not said.",
             .words = &campus_purpose_words));
INPUTS(file_id_in, IdIn, INPUT_ID("id", IdIn, id, &FILE_RECORD, "Which file."));
INPUTS(file_page_in, PageIn, INPUT_PAGING(PageIn, page, limit));

/* Said to be a picture, by name or by type. One that is none is broken or a disguise. */
static bool claims_picture(const FileAddIn *in, const Part *part) {
    static const Str endings[] = {STR_INIT(".jpg"), STR_INIT(".jpeg"), STR_INIT(".png"), STR_INIT(".gif"), STR_INIT(".webp")};
    for (size_t i = 0; i < COUNT(endings); i++)
        if (in->name.n >= endings[i].n && str_eq_nocase(str_from(in->name, in->name.n - endings[i].n), endings[i]))
            return true;
    return part && str_starts(part->content_type, S("image/"));
}

static Err upload_before(Exchange *x) {
    FileAddIn *in = x->in;
    FileType type = file_sniff(in->bytes);
    if (!file_is_image(type) && claims_picture(in, exchange_file(x, "file")))
        type = FILE_UNKNOWN;
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
     .handler = download_handler,
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
