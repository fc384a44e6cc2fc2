/* file.h - bytes that people uploaded, with an owner and a purpose. The content lies in the store once, whoever uploads it again.
 *
 * Public ones (avatar, picture of a gig or service, portfolio) are readable by all who know the id; the others by their owner,
 * moderators, and the parties of the thing they were attached to. */
#ifndef DOMAIN_FILE_H
#define DOMAIN_FILE_H

#include "domain/domain.h"

/* Permanent numbers. */
typedef enum FilePurpose {
    FILE_ATTACHMENT = 1,
    FILE_AVATAR,
    FILE_GIG_IMAGE,
    FILE_ID_DOCUMENT,
    FILE_PORTFOLIO,
    FILE_PURPOSE_COUNT
} FilePurpose;
enum { FILE_NAME_MAX = 200 /* code points */, FILE_TYPE_MAX = 100, FILES_PER_USER_MAX = 5000 };
#define FILES_BYTES_PER_USER (INT64_C(1) << 30)

typedef struct File {
    int64_t id;
    int64_t owner;
    int32_t purpose;
    Str name; /* as uploaded, without any path */
    Str type; /* media type, told by the content */
    int64_t size_bytes;
    Str blob; /* BlobId, 32 bytes */
    int64_t order, conversation; /* what it was attached to; 0 = nothing */
    int64_t created_ms;
} File;
extern const Record FILE_RECORD;
extern const Index *const FILE_BY_OWNER; /* owner; counted */
extern const Index *const FILE_BY_PURPOSE; /* owner, purpose; counted both */

typedef struct FileAddIn {
    Str name, type; /* type: as sniffed by the caller (codec/sniff.h) */
    int32_t purpose; /* 0 = FILE_ATTACHMENT */
    Str bytes;
    const BlobId *blob; /* blob_id of the bytes, made before the transaction */
} FileAddIn;
/* FileAddIn -> File. E_LIMIT over FILES_PER_USER_MAX or cfg.files_bytes. E_FULL: see blob_put. */
OpFn file_add;
/* IdIn -> File: when the caller may read it. E_FORBIDDEN, E_MISSING. */
OpFn file_get;
/* Everybody who knows the id may read it. Pure. */
bool file_is_public(const File *f);
/* IdIn -> nothing: its owner deletes it. E_STATE when it is attached to an order or a conversation. */
OpFn file_delete;
/* PageIn -> PageOut of File: the caller's, newest first. */
OpFn file_mine;
typedef struct FilesOfIn {
    PageIn page;
    uint32_t purposes; /* 1 << FilePurpose of those wanted */
} FilesOfIn;
/* FilesOfIn -> PageOut of File: the same of some purposes. */
OpFn file_mine_of;

/* ---- for other domain code ---- */

/* The caller may use this file of his own: 0 is fine. E_INVALID on `field`. A purpose of FILE_ATTACHMENT takes any; the others
 * make it theirs, but what was uploaded as a document is never shown, and what was shown never a document. */
Err file_use(Call *c, int64_t id, FilePurpose purpose, Str field);
/* The same, of a picture. */
Err file_use_picture(Call *c, int64_t id, FilePurpose purpose, Str field);
/* The same of a list (I64S) of at most `max`, marking them as attached to an order or conversation (0 = neither). */
Err files_use(Call *c, const List *ids, size_t max, int64_t order, int64_t conversation, Str field);
/* The same of files that stand beside a gig or a service: everybody may read them from now on. */
Err files_show(Call *c, const List *ids, size_t max, Str field);

#endif
