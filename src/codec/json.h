/* json.h - JSON in and out (RFC 8259).
 *
 * Reading is by yyjson into the arena: strict (no comments, no trailing commas, no NaN), UTF-8 checked, depth and size bounded, duplicate
 * keys refused. Numbers keep their text, so that money is never a floating-point number. Values are views into the arena.
 * Writing is by appenders over a Buf; the caller writes the punctuation. */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include "base/buf.h"

enum { JSON_DEPTH_MAX = 32, JSON_KEYS_MAX = 256 /* of one object */, JSON_BYTES_MAX = 1024 * 1024 };

typedef struct yyjson_val Json;

typedef enum JsonType { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } JsonType;

/* Parses one whole JSON text. E_SYNTAX (*why is a static sentence), E_TOO_LARGE, E_NOMEM. */
Err json_parse(Arena *a, Str text, const Json **root, const char **why);

JsonType json_type(const Json *v);
/* "object", "number", …: for messages. */
const char *json_type_name(JsonType t);
/* Member of an object; NULL when there is none or v is no object. */
const Json *json_get(const Json *v, const char *name);
/* json_get of a member that is a string / an exact integer; false when it is not. */
bool json_get_str(const Json *v, const char *name, Str *out);
bool json_get_i64(const Json *v, const char *name, int64_t *out);
/* The text of a string (decoded), or of a number as it was written. Empty for the others. */
Str json_text(const Json *v);
bool json_true(const Json *v);
/* A number that is an integer in int64 ("3", "3.0", "3e2" are; "3.5" is not). */
bool json_i64(const Json *v, int64_t *out);
/* How many elements or members. */
size_t json_count(const Json *v);

/* for (JsonIter it = json_iter(v); (item = json_next(&it, &key));) over an array (key stays empty) or an object. */
typedef struct JsonIter {
    const Json *at;
    size_t left;
    bool object;
} JsonIter;
JsonIter json_iter(const Json *v);
const Json *json_next(JsonIter *it, Str *key);

/* Appends a quoted, escaped string. Bytes that are not UTF-8 become U+FFFD. */
void json_put_str(Buf *b, Str s);
/* Appends `"name":` for a name that needs no escaping; a comma before it unless *first, which it clears. */
void json_put_key(Buf *b, bool *first, const char *name);

#endif
