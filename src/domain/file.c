#include "domain/file.h"

#include <assert.h>

#include "domain/conversation.h"
#include "domain/order.h"
#include "domain/row.h"

static const Field file_fields[] = {
    FIELD(1, File, owner, F_I64, "who uploaded it"),
    FIELD(2, File, purpose, F_I32, "what it is for"),
    FIELD(3, File, name, F_STR, "name as uploaded"),
    FIELD(4, File, type, F_STR, "media type, told by the content"),
    FIELD(5, File, size_bytes, F_I64, "length of the content"),
    FIELD_BLOB(6, File, blob, "the content"),
    FIELD(7, File, order, F_I64, "order it belongs to"),
    FIELD(8, File, conversation, F_I64, "conversation it belongs to"),
    FIELD(9, File, created_ms, F_I64, "uploaded"),
};
static const Index file_indexes[] = {
    {.id = 80,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "file_owner",
     .doc = "of a user",
     .parts = {{.tag = 1}}},
    {.id = 19,
     .kind = IX_ORDERED,
     .part_count = 2,
     .counted = 2,
     .name = "file_purpose",
     .doc = "of a user by what they are for",
     .parts = {{.tag = 1}, {.tag = 2}}},
};
const Record FILE_RECORD = {.kind = 13,
                            .size = sizeof(File),
                            .name = "file",
                            .doc = "an upload",
                            .fields = file_fields,
                            .field_count = COUNT(file_fields),
                            .indexes = file_indexes,
                            .index_count = COUNT(file_indexes)};
const Index *const FILE_BY_OWNER = &file_indexes[0];
const Index *const FILE_BY_PURPOSE = &file_indexes[1];

bool file_is_public(const File *f) {
    return f->purpose == FILE_AVATAR || f->purpose == FILE_GIG_IMAGE || f->purpose == FILE_PORTFOLIO;
}

/* What follows the last slash or backslash: a name, never a place. */
static Str base_name(Str name) {
    for (size_t i = name.n; i > 0; i--)
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\')
            return str_from(name, i);
    return name;
}

/* What the files of the caller have together. */
static Err bytes_of_all(Call *c, const Key *owner, int64_t *sum) {
    File f;
    Scan *scan;
    *sum = 0;
    Err e = scan_open(c->tx, FILE_BY_OWNER, (ScanRange){.prefix = owner}, &scan);
    if (e)
        return e;
    while (scan_next_rec(scan, &FILE_RECORD, &f))
        *sum += f.size_bytes;
    scan_close(scan);
    return tx_err(c->tx);
}

Err file_add(Call *c, const void *input, void *result) {
    const FileAddIn *in = input;
    File *f = result;
    int64_t n, sum = 0, most = c->cfg->files_bytes ? c->cfg->files_bytes : FILES_BYTES_PER_USER;
    Err e = call_signed_in(c);
    Key key = key1(FILE_BY_OWNER, c->actor.user);
    if (e == OK)
        e = index_count(c->tx, FILE_BY_OWNER, &key, &n);
    if (e == OK && n >= most / STORE_BLOB_MAX_BYTES) /* fewer cannot be too much */
        e = bytes_of_all(c, &key, &sum);
    if (e)
        return e;
    if (n >= FILES_PER_USER_MAX || sum + (int64_t)in->bytes.n > most)
        return diag_fail(c->diag, E_LIMIT, "TOO_MANY_FILES", S("delete some files first"));
    Str name = base_name(in->name);
    if (str_utf8_len(name) > FILE_NAME_MAX)
        return diag_field(c->diag, E_INVALID, S("name"), S("is too long"));
    *f = (File){.owner = c->actor.user,
                .purpose = in->purpose ? in->purpose : FILE_ATTACHMENT,
                .name = name,
                .type = in->type,
                .size_bytes = (int64_t)in->bytes.n,
                .blob = str_of(in->blob->sha256, sizeof in->blob->sha256),
                .created_ms = c->now_ms};
    e = blob_put_as(c->tx, in->bytes, in->blob);
    return e ? e : rec_insert(c->tx, &FILE_RECORD, f);
}

static Err may_read(Call *c, const File *f, bool *out) {
    Order o;
    *out = file_is_public(f) || f->owner == c->actor.user || (c->actor.rights & (RIGHT_ADMIN | RIGHT_MODERATOR | RIGHT_SYSTEM));
    if (*out || c->actor.user == 0)
        return OK;
    if (f->order) {
        Err e = rec_get(c->tx, &ORDER, f->order, &o);
        if (e && e != E_MISSING)
            return e;
        *out = e == OK && (o.client == c->actor.user || o.doer == c->actor.user);
    }
    if (*out || !f->conversation)
        return OK;
    return conversation_has(c, f->conversation, c->actor.user, out);
}

Err file_get(Call *c, const void *input, void *result) {
    File *f = result;
    bool ok;
    Err e = row_load(c, &FILE_RECORD, ((const IdIn *)input)->id, f);
    if (e == OK)
        e = may_read(c, f, &ok);
    if (e)
        return e;
    return ok ? OK : c->actor.user ? E_FORBIDDEN : E_UNAUTHORIZED;
}

Err file_delete(Call *c, const void *input, void *result) {
    (void)result;
    File f;
    BlobId blob;
    Err e = call_signed_in(c);
    if (e == OK)
        e = row_load(c, &FILE_RECORD, ((const IdIn *)input)->id, &f);
    if (e)
        return e;
    if (f.owner != c->actor.user)
        return E_FORBIDDEN;
    if (f.order || f.conversation)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("the file belongs to an order or a conversation"));
    assert(f.blob.n == sizeof blob.sha256);
    memcpy(blob.sha256, f.blob.p, sizeof blob.sha256);
    e = rec_delete(c->tx, &FILE_RECORD, f.id);
    return e ? e : blob_drop(c->tx, &blob);
}

Err file_mine(Call *c, const void *input, void *result) {
    Err e = call_signed_in(c);
    Key key = key1(FILE_BY_OWNER, c->actor.user);
    return e ? e : row_page(c, &FILE_RECORD, FILE_BY_OWNER, &key, *(const PageIn *)input, result);
}

Err file_mine_of(Call *c, const void *input, void *out) {
    const FilesOfIn *in = input;
    PageSource src[FILE_PURPOSE_COUNT];
    size_t n = 0;
    Err e = call_signed_in(c);
    for (int32_t p = FILE_ATTACHMENT; p < FILE_PURPOSE_COUNT; p++)
        if (in->purposes >> p & 1)
            src[n++] = (PageSource){FILE_BY_PURPOSE, key2(FILE_BY_PURPOSE, c->actor.user, p)};
    return e ? e : row_page_merge(c, &FILE_RECORD, src, n, in->page, out);
}

/* ---- for other domain code ---- */

static Err own_file(Call *c, int64_t id, Str field, File *f) {
    Err e = row_load(c, &FILE_RECORD, id, f);
    if (e == E_MISSING || (e == OK && f->owner != c->actor.user))
        return diag_field(c->diag, E_INVALID, field, S("is not a file of yours"));
    return e;
}

static Err check_count(Call *c, const List *ids, size_t max, Str field) {
    if (ids->count <= max)
        return OK;
    return diag_field(c->diag, E_INVALID, field, arena_printf(c->arena, "at most %zu files", max));
}

Err file_use(Call *c, int64_t id, FilePurpose purpose, Str field) {
    File f;
    if (id == 0)
        return OK;
    Err e = own_file(c, id, field, &f);
    if (e || f.purpose == (int32_t)purpose || purpose == FILE_ATTACHMENT)
        return e;
    if (f.purpose == FILE_ID_DOCUMENT)
        return diag_field(c->diag, E_INVALID, field, S("is a document that nobody else may see"));
    if (purpose == FILE_ID_DOCUMENT && file_is_public(&f))
        return diag_field(c->diag, E_INVALID, field, S("is shown to everybody; upload the document for itself"));
    f.purpose = purpose;
    return rec_put(c->tx, &FILE_RECORD, &f);
}

Err file_use_picture(Call *c, int64_t id, FilePurpose purpose, Str field) {
    File f;
    Err e = file_use(c, id, purpose, field);
    if (e || !id || (e = row_load(c, &FILE_RECORD, id, &f)))
        return e;
    return str_starts(f.type, S("image/")) ? OK : diag_field(c->diag, E_INVALID, field, S("must be a picture"));
}

Err files_show(Call *c, const List *ids, size_t max, Str field) {
    int64_t id;
    Err e = check_count(c, ids, max, field);
    for (ListIter it = list_iter(ids); e == OK && list_i64(&it, &id);) {
        File f;
        e = own_file(c, id, field, &f);
        if (e == OK && !file_is_public(&f))
            e = file_use(c, id, FILE_GIG_IMAGE, field);
    }
    return e;
}

Err files_use(Call *c, const List *ids, size_t max, int64_t order, int64_t conversation, Str field) {
    int64_t id;
    Err e = check_count(c, ids, max, field);
    /* All are looked at before the first is marked. */
    for (int pass = 0; e == OK && pass < 2; pass++)
        for (ListIter it = list_iter(ids); e == OK && list_i64(&it, &id);) {
            File f;
            e = own_file(c, id, field, &f);
            if (e || !pass || (!order && !conversation))
                continue;
            if (order)
                f.order = order;
            if (conversation)
                f.conversation = conversation;
            e = rec_put(c->tx, &FILE_RECORD, &f);
        }
    return e;
}
