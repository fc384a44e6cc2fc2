/* s3.h - a bucket of an S3-compatible store: put, list, read, delete; requests are signed with AWS Signature Version 4.
 *
 * Addresses are as given: `url` ends with the bucket (https://s3.example.org/bucket) or has it as its host. An object is put in
 * one request (at most S3_OBJECT_BYTES_MAX, the limit of such stores), with the SHA-256 of its content signed, so that the store
 * notices what was damaged on its way. Names may hold letters, digits and - . _ / only. Functions block, keep nothing, and may be
 * called by any thread with no transaction open. Errors: E_NETWORK (not reached), E_UNAUTHORIZED (the store refused the key or
 * the signature: 401, 403), E_MISSING (404), E_PROVIDER (any other answer), E_INVALID (url or name); `why` gets a sentence for
 * people without secrets. */
#ifndef GATEWAY_S3_H
#define GATEWAY_S3_H

#include "gateway/fetch.h"

enum { S3_WHY_BYTES = 256, S3_KEY_BYTES_MAX = 512, S3_KEYS_MAX = 4096 };
#define S3_OBJECT_BYTES_MAX (UINT64_C(5) << 30)

typedef struct S3 {
    Fetch fetch;
    Str url, region, key_id, secret;
    int64_t (*now_ms)(void);
} S3;

/* `body` must stay as it is during the call (a mapped file is fine). */
Err s3_put(const S3 *s3, Arena *a, Str key, Str body, char why[S3_WHY_BYTES]);
typedef struct S3Object {
    Str key;
    uint64_t bytes; /* 0: the store did not say */
} S3Object;
/* The objects whose keys begin with a prefix, in the arena, at most S3_KEYS_MAX (E_TOO_LARGE beyond), in the store's order:
 * ascending by key. Objects whose keys are no names (above) are passed over. */
Err s3_list(const S3 *s3, Arena *a, Str prefix, S3Object **objects, size_t *n, char why[S3_WHY_BYTES]);
/* Bytes [from, from + max) of an object, as far as it goes; *total is its length. The piece lives in the arena. */
Err s3_read(const S3 *s3, Arena *a, Str key, uint64_t from, size_t max, Str *piece, uint64_t *total, char why[S3_WHY_BYTES]);
Err s3_delete(const S3 *s3, Arena *a, Str key, char why[S3_WHY_BYTES]);

/* The signature's string of a request, for tests: see s3.c. `query` is sorted and encoded, `path` encoded, `stamp` like
 * 20130524T000000Z. Appends the value of the header Authorization. */
void s3_authorization(const S3 *s3, Str method, Str host, Str path, Str query, const char *stamp, Str content_hash, Buf *out);

#endif
