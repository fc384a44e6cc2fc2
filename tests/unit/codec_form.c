/* src/codec: query strings, urlencoded and multipart bodies. */
#include "codec/form.h"
#include "codec/multipart.h"
#include "tap_kit.h"

static Arena arena;

static void percent(void) {
    Str out;
    CHECK(percent_decode(&arena, S("a%20b+c%C3%A9"), true, &out) == OK && str_eq(out, S("a b cé")),
          "percent: decoded, plus is a space");
    CHECK(percent_decode(&arena, S("a+b%2F"), false, &out) == OK && str_eq(out, S("a+b/")), "percent: plus is a plus in paths");
    Str plain = S("plain");
    CHECK(percent_decode(&arena, plain, true, &out) == OK && out.p == plain.p, "percent: nothing to do is a view");
    static const char *const bad[] = {"%", "%1", "a%zz", "%00", "%ff", "%c3", "%c3%28", "\xff"};
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK(percent_decode(&arena, str_c0(bad[i]), true, &out) == E_SYNTAX, bad[i]);
    char mem[64];
    Buf b = buf_fixed(mem, sizeof mem);
    percent_add(&b, S("a-Z_0.~ /é"));
    CHECK(str_eq(buf_str(&b), S("a-Z_0.~%20%2F%C3%A9")), "percent: encoded");
}

static void forms(void) {
    Form f;
    Str v;
    CHECK(form_parse(&arena, S("a=1&b=two+words&&a=%32&c&=x&d=1=2"), &f) == OK && f.count == 6, "form: parsed");
    CHECK(form_get(&f, S("a"), &v) && str_eq(v, S("1")) && form_get(&f, S("b"), &v) && str_eq(v, S("two words")) &&
              form_get(&f, S("c"), &v) && !v.n && form_get(&f, S(""), &v) && str_eq(v, S("x")) && form_get(&f, S("d"), &v) &&
              str_eq(v, S("1=2")) && !form_get(&f, S("e"), &v),
          "form: values");
    size_t at = 0;
    CHECK(form_next(&f, S("a"), &at, &v) && str_eq(v, S("1")) && form_next(&f, S("a"), &at, &v) && str_eq(v, S("2")) &&
              !form_next(&f, S("a"), &at, &v),
          "form: a repeated name");
    CHECK(form_parse(&arena, S(""), &f) == OK && f.count == 0, "form: empty");
    CHECK(form_parse(&arena, S("a=%"), &f) == E_SYNTAX, "form: bad escape");
    Buf b = buf_arena(&arena, 4096);
    for (int i = 0; i < FORM_PAIRS_MAX; i++)
        buf_printf(&b, "&&k%d=v", i);
    CHECK(form_parse(&arena, buf_str(&b), &f) == OK && f.count == FORM_PAIRS_MAX, "form: as many pairs as may be");
    buf_lit(&b, "&x");
    CHECK(form_parse(&arena, buf_str(&b), &f) == E_TOO_LARGE, "form: one more");
}

#define HEAD "Content-Disposition: form-data; name=\"f\"\r\n\r\n"

static void boundaries(void) {
    Str b;
    CHECK(multipart_boundary(S("multipart/form-data; boundary=----WebKitFormBoundaryX"), &b) == OK &&
              str_eq(b, S("----WebKitFormBoundaryX")),
          "boundary: browser");
    CHECK(multipart_boundary(S("Multipart/Form-Data ; charset=utf-8; Boundary=\"a b:c\""), &b) == OK && str_eq(b, S("a b:c")),
          "boundary: quoted");
    CHECK(multipart_boundary(S("application/json"), &b) == E_MEDIA && multipart_boundary(S(""), &b) == E_MEDIA,
          "boundary: another type");
    static const char *const bad[] = {"",
                                      "; boundary=",
                                      "; boundary=\"\"",
                                      "; boundary=a\x01",
                                      "; boundary=\"a",
                                      "; boundary=\"a \"",
                                      "; bound=a",
                                      "; boundary",
                                      "; boundary=01234567890123456789012345678901234567890123456789012345678901234567890"};
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK(multipart_boundary(arena_printf(&arena, "multipart/form-data%s", bad[i]), &b) == E_SYNTAX, bad[i]);
    CHECK(multipart_guess(S("--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--xyz--"), &b) &&
              str_eq(b, S("xyz")),
          "boundary: guessed");
    CHECK(!multipart_guess(S("{\"a\":1}"), &b) && !multipart_guess(S("--xyz\r\nX: y"), &b) && !multipart_guess(S("--xyz"), &b) &&
              !multipart_guess(S(""), &b),
          "boundary: not guessed");
}

static void parts(void) {
    Multipart m;
    Str body = S("preamble\r\n--B \r\n"
                 "Content-Disposition: form-data; name=\"title\"\r\n\r\n"
                 "two\r\nlines\r\n"
                 "--B\r\n"
                 "content-type: image/png\r\n"
                 "CONTENT-DISPOSITION: Form-Data; filename=\"a \\\"b\\\"%22;c.png\"; name=file\r\nX-Other: 1\r\n\r\n"
                 "\0\r\n--Bx\r\n-\r\n"
                 "--B\r\n"
                 "Content-Disposition: form-data; name=\"\"\r\n\r\n"
                 "\r\n--B\r\n"
                 "Content-Disposition: form-data; name=\"e\"; filename=\"\"\r\n\r\n\r\n"
                 "--B--\r\nepilogue");
    /* "--Bx" inside a file is a delimiter by RFC 2046 (a boundary must not occur in the data), so this one is malformed. */
    CHECK(multipart_parse(&arena, body, S("B"), &m) == E_SYNTAX, "multipart: the delimiter within data");
    Str good = S("preamble\r\n--B \r\n"
                 "Content-Disposition: form-data; name=\"title\"\r\n\r\n"
                 "two\r\nlines\r\n"
                 "--B\r\n"
                 "content-type: image/png\r\n"
                 "CONTENT-DISPOSITION: Form-Data; filename=\"a \\\"b\\\"%22;c.png\"; name=file\r\nX-Other: 1\r\n\r\n"
                 "\0\r\n--\r\n--C\r\n-\r\n"
                 "--B\r\n"
                 "Content-Disposition: form-data; name=\"\"\r\n\r\n"
                 "\r\n--B\r\n"
                 "Content-Disposition: form-data; name=\"e\"; filename=\"\"\r\n\r\n\r\n"
                 "--B--\r\nepilogue");
    MUST(multipart_parse(&arena, good, S("B"), &m) == OK && m.count == 4);
    CHECK(str_eq(m.parts[0].name, S("title")) && str_eq(m.parts[0].body, S("two\r\nlines")) && !m.parts[0].filename.p,
          "multipart: a field");
    CHECK(str_eq(m.parts[1].name, S("file")) && str_eq(m.parts[1].filename, S("a \"b\"\";c.png")) &&
              str_eq(m.parts[1].content_type, S("image/png")) && str_eq(m.parts[1].body, str_of("\0\r\n--\r\n--C\r\n-", 13)) &&
              m.parts[1].body.p > good.p && m.parts[1].body.p < good.p + good.n,
          "multipart: a file, not copied");
    CHECK(m.parts[2].body.n == 0 && m.parts[2].name.n == 0 && m.parts[3].body.n == 0 && m.parts[3].filename.p &&
              !m.parts[3].filename.n,
          "multipart: empty ones");
    CHECK(multipart_find(&m, S("file")) == &m.parts[1] && !multipart_find(&m, S("x")), "multipart: by name");
    CHECK(multipart_parse(&arena, S("--B--"), S("B"), &m) == OK && m.count == 0, "multipart: no part");
    static const char *const bad[] = {
        "",
        "--B",
        "--B\r\n",
        "--C\r\n" HEAD "x\r\n--C--",
        "--B\r\n" HEAD "x",
        "--B\r\n" HEAD "x\r\n--B",
        "--B\r\n" HEAD "x\r\n--Bz",
        "--B\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Type: a\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--B--",
        "--B\r\nno colon\r\n" HEAD "x\r\n--B--",
        "--B\r\n: x\r\n" HEAD "x\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n" HEAD "x\r\n--B--",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK(multipart_parse(&arena, str_c0(bad[i]), S("B"), &m) == E_SYNTAX,
              arena_cstr(&arena, str_of("multipart: malformed", 20)));
    Buf b = buf_arena(&arena, 1 << 16);
    for (int i = 0; i < MULTIPART_PARTS_MAX; i++)
        buf_lit(&b, "--B\r\n" HEAD "x\r\n");
    size_t keep = b.n;
    buf_lit(&b, "--B--");
    CHECK(multipart_parse(&arena, buf_str(&b), S("B"), &m) == OK && m.count == MULTIPART_PARTS_MAX,
          "multipart: as many parts as may be");
    b.n = keep;
    buf_lit(&b, "--B\r\n" HEAD "x\r\n--B--");
    CHECK(multipart_parse(&arena, buf_str(&b), S("B"), &m) == E_TOO_LARGE, "multipart: one more");
    b.n = 0;
    buf_lit(&b, "--B\r\nX: ");
    for (int i = 0; i < MULTIPART_HEADER_BYTES_MAX; i++)
        buf_char(&b, 'y');
    buf_lit(&b, "\r\n" HEAD "x\r\n--B--");
    CHECK(multipart_parse(&arena, buf_str(&b), S("B"), &m) == E_TOO_LARGE, "multipart: a long header");
    b.n = 0;
    buf_lit(&b, "--B\r\n");
    for (int i = 0; i < MULTIPART_HEADERS_MAX; i++)
        buf_lit(&b, "X: y\r\n");
    buf_lit(&b, HEAD "x\r\n--B--");
    CHECK(multipart_parse(&arena, buf_str(&b), S("B"), &m) == E_TOO_LARGE, "multipart: many headers");
}

int main(void) {
    arena_init(&arena, 1 << 20);
    percent();
    forms();
    boundaries();
    parts();
    arena_free(&arena);
    return kit_failed;
}
