#include "codec/multipart.h"

#include "codec/hex.h"

/* The position of `needle` at or after `from`; s.n when there is none. */
static size_t find(Str s, size_t from, Str needle) {
    if (from > s.n)
        return s.n;
    const char *p = memmem(s.p + from, s.n - from, needle.p, needle.n);
    return p ? (size_t)(p - s.p) : s.n;
}

/* RFC 2046: bcharsnospace and inner blanks; a blank never last. */
static bool boundary_ok(Str b) {
    if (b.n == 0 || b.n > MULTIPART_BOUNDARY_BYTES_MAX || b.p[b.n - 1] == ' ')
        return false;
    for (size_t i = 0; i < b.n; i++) {
        char c = b.p[i], low = (char)(c | 0x20);
        bool alnum = (c >= '0' && c <= '9') || (low >= 'a' && low <= 'z');
        if (!alnum && (c == 0 || !strchr("'()+_,-./:=? ", c)))
            return false;
    }
    return true;
}

/* Cuts the next `; name=value` or `; name="value"` off *rest. The value still has its escapes. False at the end; *bad when
 * malformed. */
static bool next_param(Str *rest, Str *name, Str *value, bool *bad) {
    Str s = str_trim(*rest);
    if (!s.n)
        return false;
    size_t eq = str_index(s, '=');
    if (s.p[0] != ';' || eq == s.n) {
        *bad = s.p[0] != ';' || str_trim(str_from(s, 1)).n != 0;
        return false;
    }
    *name = str_trim(str_slice(s, 1, eq));
    s = str_trim(str_from(s, eq + 1));
    size_t end;
    if (s.n && s.p[0] == '"') {
        for (end = 1; end < s.n && s.p[end] != '"'; end++)
            end += s.p[end] == '\\' && end + 1 < s.n && (s.p[end + 1] == '"' || s.p[end + 1] == '\\');
        if (end >= s.n) {
            *bad = true;
            return false;
        }
        *value = str_slice(s, 1, end);
        *rest = str_from(s, end + 1);
    } else {
        end = str_index(s, ';');
        *value = str_trim(str_slice(s, 0, end));
        *rest = str_from(s, end);
    }
    return true;
}

Err multipart_boundary(Str content_type, Str *boundary) {
    size_t semi = str_index(content_type, ';');
    if (!str_eq_nocase(str_trim(str_slice(content_type, 0, semi)), S("multipart/form-data")))
        return E_MEDIA;
    Str rest = str_from(content_type, semi), name, value;
    bool bad = false, found = false;
    while (next_param(&rest, &name, &value, &bad))
        if (!found && str_eq_nocase(name, S("boundary"))) {
            *boundary = value;
            found = true;
        }
    return !bad && found && boundary_ok(*boundary) ? OK : E_SYNTAX;
}

bool multipart_guess(Str body, Str *boundary) {
    size_t eol = find(body, 0, S("\r\n"));
    Str line = str_slice(body, 0, eol), next = str_from(body, eol + 2);
    if (!str_starts(line, S("--")) || !str_eq_nocase(str_slice(next, 0, 20), S("Content-Disposition:")))
        return false;
    *boundary = str_from(line, 2);
    return boundary_ok(*boundary);
}

/* Undoes \" \\ and %22 %0D %0A. */
static Err unescape(Arena *a, Str s, Str *out) {
    *out = s.p ? s : S("");
    if (str_index(s, '\\') == s.n && str_index(s, '%') == s.n)
        return OK;
    char *mem = arena_raw(a, s.n);
    if (!mem)
        return E_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        Str code = str_slice(s, i, i + 3);
        if (s.p[i] == '\\' && i + 1 < s.n && (s.p[i + 1] == '"' || s.p[i + 1] == '\\')) {
            mem[n++] = s.p[++i];
        } else if (str_eq(code, S("%22")) || str_eq_nocase(code, S("%0D")) || str_eq_nocase(code, S("%0A"))) {
            mem[n++] = (char)(hex_digit(code.p[1]) << 4 | hex_digit(code.p[2]));
            i += 2;
        } else {
            mem[n++] = s.p[i];
        }
    }
    *out = str_of(mem, n);
    return OK;
}

static bool name_ok(Str s) { return str_utf8_valid(s) && (!s.n || !memchr(s.p, 0, s.n)); }

/* The value of a Content-Disposition header. */
static Err read_disposition(Arena *a, Str value, Part *part) {
    size_t semi = str_index(value, ';');
    if (!str_eq_nocase(str_trim(str_slice(value, 0, semi)), S("form-data")))
        return E_SYNTAX;
    Str rest = str_from(value, semi), name, v;
    bool bad = false;
    Err e = OK;
    while (!e && next_param(&rest, &name, &v, &bad)) {
        if (str_eq_nocase(name, S("name")))
            e = part->name.p ? E_SYNTAX : unescape(a, v, &part->name);
        else if (str_eq_nocase(name, S("filename")))
            e = part->filename.p ? E_SYNTAX : unescape(a, v, &part->filename);
    }
    if (!e && (bad || !part->name.p || !name_ok(part->name) || !name_ok(part->filename)))
        e = E_SYNTAX;
    return e;
}

/* Header lines up to the empty one; *at moves behind it. */
static Err read_headers(Arena *a, Str body, size_t *at, Part *part) {
    bool disposition = false;
    for (int count = 0;; count++) {
        size_t eol = find(body, *at, S("\r\n"));
        if (eol == body.n)
            return E_SYNTAX;
        Str line = str_slice(body, *at, eol);
        *at = eol + 2;
        if (!line.n)
            return disposition ? OK : E_SYNTAX;
        if (line.n > MULTIPART_HEADER_BYTES_MAX || count == MULTIPART_HEADERS_MAX)
            return E_TOO_LARGE;
        size_t colon = str_index(line, ':');
        if (colon == 0 || colon == line.n)
            return E_SYNTAX;
        Str name = str_slice(line, 0, colon), value = str_trim(str_from(line, colon + 1));
        if (str_eq_nocase(name, S("Content-Disposition"))) {
            Err e = disposition ? E_SYNTAX : read_disposition(a, value, part);
            if (e)
                return e;
            disposition = true;
        } else if (str_eq_nocase(name, S("Content-Type"))) {
            part->content_type = value;
        }
    }
}

/* Behind a delimiter: "--" ends the body, a line break (after optional blanks) begins a part. */
static Err after_delimiter(Str body, size_t *at, bool *last) {
    *last = str_starts(str_from(body, *at), S("--"));
    if (*last)
        return OK;
    while (*at < body.n && (body.p[*at] == ' ' || body.p[*at] == '\t'))
        ++*at;
    if (!str_starts(str_from(body, *at), S("\r\n")))
        return E_SYNTAX;
    *at += 2;
    return OK;
}

Err multipart_parse(Arena *a, Str body, Str boundary, Multipart *out) {
    *out = (Multipart){0};
    if (!boundary_ok(boundary))
        return E_SYNTAX;
    char text[4 + MULTIPART_BOUNDARY_BYTES_MAX] = "\r\n--";
    memcpy(text + 4, boundary.p, boundary.n);
    Str delimiter = str_of(text, 4 + boundary.n);
    out->parts = ARENA_ARRAY(a, MULTIPART_PARTS_MAX, Part);
    if (!out->parts)
        return E_NOMEM;

    /* The first delimiter may stand at the very beginning, without the line break that belongs to each. */
    size_t at;
    if (str_starts(body, str_from(delimiter, 2)))
        at = delimiter.n - 2;
    else if ((at = find(body, 0, delimiter)) == body.n)
        return E_SYNTAX;
    else
        at += delimiter.n;
    for (;;) {
        bool last;
        Err e = after_delimiter(body, &at, &last);
        if (e || last)
            return e;
        if (out->count == MULTIPART_PARTS_MAX)
            return E_TOO_LARGE;
        Part *part = &out->parts[out->count++];
        e = read_headers(a, body, &at, part);
        if (e)
            return e;
        /* An empty part's delimiter begins with the line break that ended the headers. */
        size_t end = find(body, at - 2, delimiter);
        if (end == body.n)
            return E_SYNTAX;
        part->body = end < at ? str_of(body.p + at, 0) : str_slice(body, at, end);
        at = end + delimiter.n;
    }
}

const Part *multipart_find(const Multipart *m, Str name) {
    for (size_t i = 0; i < m->count; i++)
        if (str_eq(m->parts[i].name, name))
            return &m->parts[i];
    return NULL;
}
