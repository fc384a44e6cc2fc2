/* Signing: "AWS Signature Version 4" as its public documentation describes it; the headers host, x-amz-content-sha256 and
 * x-amz-date are signed, and nothing else is sent that a store would act on. */
#include "gateway/s3.h"

#include <stdio.h>

#include "codec/iso8601.h"
#include "crypto/hmac.h"

enum {
    STAMP_CHARS = 16,
    DAY_CHARS = 8,
    CANONICAL_BYTES_MAX = 8192,
    LIST_BYTES_MAX = 4 * 1024 * 1024,
    SMALL_BYTES_MAX = 64 * 1024,
    LIST_PAGES_MAX = 64
};
#define SMALL_DEADLINE_MS INT64_C(60000)
#define SLOWEST_BYTES_PER_MS 32 /* an upload may be as slow as this */

static bool unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

static bool key_ok(Str key) {
    for (size_t i = 0; i < key.n; i++)
        if (!unreserved(key.p[i]) && key.p[i] != '/')
            return false;
    return key.n <= S3_KEY_BYTES_MAX;
}

static void encode(Buf *out, Str s) {
    for (size_t i = 0; i < s.n; i++) {
        if (unreserved(s.p[i]) || s.p[i] == '~')
            buf_char(out, s.p[i]);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)s.p[i]);
    }
}

/* 20130524T000000Z */
static void stamp_of(int64_t ms, char out[STAMP_CHARS + 1]) {
    char text[ISO_CHARS_MAX];
    size_t n = iso_put(text, ms, ISO_SECONDS_Z), k = 0;
    for (size_t i = 0; i < n && k < STAMP_CHARS; i++)
        if (text[i] != '-' && text[i] != ':')
            out[k++] = text[i];
    out[k] = 0;
}

void s3_authorization(const S3 *s3, Str method, Str host, Str path, Str query, const char *stamp, Str content_hash, Buf *out) {
    char canonical[CANONICAL_BYTES_MAX], digest[SHA256_HEX_CHARS], text[512], first[256];
    uint8_t key[SHA256_BYTES];
    Buf c = buf_fixed(canonical, sizeof canonical);
    buf_printf(&c, "%.*s\n%.*s\n%.*s\nhost:%.*s\nx-amz-content-sha256:%.*s\nx-amz-date:%s\n\n", STR_ARG(method), STR_ARG(path),
               STR_ARG(query), STR_ARG(host), STR_ARG(content_hash), stamp);
    buf_printf(&c, "host;x-amz-content-sha256;x-amz-date\n%.*s", STR_ARG(content_hash));
    sha256_hex(buf_str(&c), digest);
    Buf t = buf_fixed(text, sizeof text);
    buf_printf(&t, "AWS4-HMAC-SHA256\n%s\n%.8s/%.*s/s3/aws4_request\n", stamp, stamp, STR_ARG(s3->region));
    buf_put(&t, digest, sizeof digest);
    Buf f = buf_fixed(first, sizeof first);
    buf_printf(&f, "AWS4%.*s", STR_ARG(s3->secret));
    hmac_sha256(buf_str(&f), str_of(stamp, DAY_CHARS), key);
    hmac_sha256(str_of(key, sizeof key), s3->region, key);
    hmac_sha256(str_of(key, sizeof key), S("s3"), key);
    hmac_sha256(str_of(key, sizeof key), S("aws4_request"), key);
    hmac_sha256_hex(str_of(key, sizeof key), buf_str(&t), digest);
    secret_wipe(key, sizeof key);
    secret_wipe(first, sizeof first);
    if (c.err || t.err || f.err)
        out->err = E_TOO_LARGE;
    buf_printf(out,
               "AWS4-HMAC-SHA256 Credential=%.*s/%.8s/%.*s/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
               "Signature=%.*s",
               STR_ARG(s3->key_id), stamp, STR_ARG(s3->region), (int)sizeof digest, digest);
}

/* Host (without the port that the scheme has anyway) and path (without a slash behind) of the address. */
static bool url_parts(Str url, Str *host, Str *path) {
    bool tls = str_starts(url, S("https://"));
    if (!tls && !str_starts(url, S("http://")))
        return false;
    Str rest = str_from(url, tls ? 8 : 7), port = tls ? S(":443") : S(":80");
    size_t slash = str_index(rest, '/');
    *host = str_slice(rest, 0, slash);
    *path = str_from(rest, slash);
    while (str_ends(*path, S("/")))
        path->n--;
    if (str_ends(*host, port))
        host->n -= port.n;
    return host->n > 0 && key_ok(*path);
}

/* What a store says in <Code>…</Code>. */
static Str error_code(Str body) {
    static const Str open = STR_INIT("<Code>");
    for (size_t i = 0; i + open.n < body.n; i++) {
        Str at = str_from(body, i);
        if (!str_starts(at, open))
            continue;
        at = str_from(at, open.n);
        at.n = str_index(at, '<');
        for (size_t k = 0; k < at.n; k++)
            if (!unreserved(at.p[k]))
                return S("");
        return at.n < 64 ? at : S("");
    }
    return S("");
}

typedef struct Ask {
    Str method, key, query, body, range;
    size_t answer_bytes_max;
    int64_t deadline_ms;
} Ask;

static Err ask(const S3 *s3, Arena *a, const Ask *q, FetchResponse *res, char why[S3_WHY_BYTES]) {
    Str host, base;
    char stamp[STAMP_CHARS + 1], hash[SHA256_HEX_CHARS];
    *why = 0;
    if (!url_parts(s3->url, &host, &base) || !key_ok(q->key)) {
        snprintf(why, S3_WHY_BYTES, "not an address of a bucket, or not a name");
        return E_INVALID;
    }
    bool slash = q->key.n || !base.n;
    Str path = arena_printf(a, "%.*s%s%.*s", STR_ARG(base), slash ? "/" : "", STR_ARG(q->key));
    Str origin = str_slice(s3->url, 0, str_starts(s3->url, S("https://")) ? 8 : 7);
    Str url = arena_printf(a, "%.*s%.*s%.*s%s%.*s", STR_ARG(origin), STR_ARG(host), STR_ARG(path), q->query.n ? "?" : "",
                           STR_ARG(q->query));
    stamp_of(s3->now_ms(), stamp);
    sha256_hex(q->body, hash);
    Buf authorization = buf_arena(a, CANONICAL_BYTES_MAX);
    s3_authorization(s3, q->method, host, path, q->query, stamp, str_of(hash, sizeof hash), &authorization);
    const FetchHeader headers[] = {{S("Authorization"), buf_str(&authorization)},
                                   {S("x-amz-content-sha256"), str_of(hash, sizeof hash)},
                                   {S("x-amz-date"), str_c0(stamp)},
                                   {S("Range"), q->range}};
    FetchRequest req = {.method = q->method,
                        .url = url,
                        .headers = headers,
                        .header_count = COUNT(headers) - !q->range.n,
                        .body = q->body,
                        .deadline_ms = q->deadline_ms,
                        .response_bytes_max = q->answer_bytes_max};
    if (!url.p || authorization.err)
        return E_NOMEM;
    Err e = s3->fetch.http(s3->fetch.ctx, a, &req, res);
    if (e) {
        snprintf(why, S3_WHY_BYTES, "%.*s: %s", STR_ARG(host), res->error);
        return e;
    }
    if (res->status >= 200 && res->status < 300)
        return OK;
    snprintf(why, S3_WHY_BYTES, "%.*s answered %d %.*s", STR_ARG(host), res->status, STR_ARG(error_code(res->body)));
    return res->status == 401 || res->status == 403 ? E_UNAUTHORIZED : res->status == 404 ? E_MISSING : E_PROVIDER;
}

Err s3_put(const S3 *s3, Arena *a, Str key, Str body, char why[S3_WHY_BYTES]) {
    FetchResponse res;
    uint64_t length = body.n; /* size_t is smaller than the limit on some machines */
    if (length > S3_OBJECT_BYTES_MAX) {
        snprintf(why, S3_WHY_BYTES, "larger than such stores take in one piece");
        return E_TOO_LARGE;
    }
    Ask q = {.method = S("PUT"),
             .key = key,
             .body = body,
             .answer_bytes_max = SMALL_BYTES_MAX,
             .deadline_ms = SMALL_DEADLINE_MS + (int64_t)(body.n / SLOWEST_BYTES_PER_MS)};
    return ask(s3, a, &q, &res, why);
}

Err s3_delete(const S3 *s3, Arena *a, Str key, char why[S3_WHY_BYTES]) {
    FetchResponse res;
    Ask q = {.method = S("DELETE"), .key = key, .answer_bytes_max = SMALL_BYTES_MAX, .deadline_ms = SMALL_DEADLINE_MS};
    return ask(s3, a, &q, &res, why);
}

Err s3_read(const S3 *s3, Arena *a, Str key, uint64_t from, size_t max, Str *piece, uint64_t *total, char why[S3_WHY_BYTES]) {
    FetchResponse res;
    Ask q = {.method = S("GET"),
             .key = key,
             .range = arena_printf(a, "bytes=%llu-%llu", (unsigned long long)from, (unsigned long long)(from + max - 1)),
             .answer_bytes_max = max,
             .deadline_ms = SMALL_DEADLINE_MS + (int64_t)(max / SLOWEST_BYTES_PER_MS)};
    Err e = ask(s3, a, &q, &res, why);
    if (e)
        return e;
    Str range = fetch_header(&res, S("content-range")); /* bytes 0-99/1234 */
    size_t slash = str_index(range, '/');
    if (res.status != 206 || !str_u64(str_from(range, slash + 1), total)) {
        snprintf(why, S3_WHY_BYTES, "the store did not answer with the part that was asked for");
        return E_PROVIDER;
    }
    *piece = res.body;
    return OK;
}

/* The text of the next <name>…</name> at or after *at; *at moves behind it. */
static bool element(Str xml, const char *name, size_t *at, Str *text) {
    char open[40], close[40];
    snprintf(open, sizeof open, "<%s>", name);
    snprintf(close, sizeof close, "</%s>", name);
    Str head = str_c0(open), tail = str_c0(close);
    for (size_t i = *at; i + head.n <= xml.n; i++) {
        if (xml.p[i] != '<' || !str_starts(str_from(xml, i), head))
            continue;
        size_t start = i + head.n;
        for (size_t k = start; k + tail.n <= xml.n; k++)
            if (xml.p[k] == '<' && str_starts(str_from(xml, k), tail)) {
                *text = str_slice(xml, start, k);
                *at = k + tail.n;
                return true;
            }
        return false;
    }
    return false;
}

Err s3_list(const S3 *s3, Arena *a, Str prefix, S3Object **objects, size_t *n, char why[S3_WHY_BYTES]) {
    S3Object *found = ARENA_ARRAY(a, S3_KEYS_MAX, S3Object);
    Str token = {0};
    size_t pages = 0;
    bool more = true;
    *n = 0;
    if (!found)
        return E_NOMEM;
    while (more) {
        FetchResponse res;
        Buf query = buf_arena(a, CANONICAL_BYTES_MAX);
        if (token.n) {
            buf_lit(&query, "continuation-token=");
            encode(&query, token);
            buf_char(&query, '&');
        }
        buf_lit(&query, "list-type=2&prefix=");
        encode(&query, prefix);
        Ask q = {
            .method = S("GET"), .query = buf_str(&query), .answer_bytes_max = LIST_BYTES_MAX, .deadline_ms = SMALL_DEADLINE_MS};
        Err e = query.err ? query.err : ask(s3, a, &q, &res, why);
        if (e)
            return e;
        size_t at = 0, end = 0;
        Str one, size, flag = {0};
        while (element(res.body, "Contents", &at, &one)) {
            S3Object o = {0};
            size_t in_key = 0, in_size = 0;
            if (!element(one, "Key", &in_key, &o.key) || !key_ok(o.key))
                continue; /* none of ours: we write no others */
            if (element(one, "Size", &in_size, &size))
                (void)str_u64(size, &o.bytes);
            if (*n == S3_KEYS_MAX) {
                snprintf(why, S3_WHY_BYTES, "more than %d objects of that prefix", S3_KEYS_MAX);
                return E_TOO_LARGE;
            }
            found[(*n)++] = o;
        }
        more = element(res.body, "IsTruncated", &end, &flag) && str_eq(flag, S("true"));
        end = 0;
        if (more && (++pages == LIST_PAGES_MAX || !element(res.body, "NextContinuationToken", &end, &token) || !token.n)) {
            snprintf(why, S3_WHY_BYTES, "the store's list has no end");
            return E_PROVIDER;
        }
    }
    *objects = found;
    return OK;
}
