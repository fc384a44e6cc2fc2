/* Uploaded files under /media/. */
#include "contract/download.h"
#include "contract/skillconnect/skillconnect.h"

typedef struct MediaIn {
    IdIn file; /* first: download_handler */
    Str folder, name;
} MediaIn;
INPUTS(media_in, MediaIn, INPUT("folder", IN_PATH, W_STR, MediaIn, folder, NO_HAS, "Which kind of file; any does.", .max = 100),
       {.name = "id",
        .where = IN_PATH,
        .type = W_ID,
        .form = ID_UUID,
        IN_AT(MediaIn, file.id),
        .kind = &FILE_RECORD,
        .has = NO_HAS,
        .flags = IN_REQUIRED,
        .doc = "Which file."},
       INPUT("name", IN_PATH, W_STR, MediaIn, name, NO_HAS, "What to call it; any does.", .max = 1000));

static const Route skillconnect_media_routes[] = {
    {.method = "GET",
     .path = "/media/{folder}/{id}/{name}",
     .handler = download_handler,
     .in = &media_in,
     .shape = SHAPE_RAW,
     .media = "*/*",
     .access = ACCESS_OPTIONAL,
     .errors = ERR(E_FORBIDDEN) | ERR(E_UNAUTHORIZED),
     .summary = "A file's bytes.",
     .doc = "Pictures of profiles and services and certificates are public; what was sent in a conversation is for its "
            "participants."},
};
SECTION(skillconnect_media, "Media", "Uploaded files.");
