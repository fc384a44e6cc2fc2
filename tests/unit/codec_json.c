/* JSON in and out: what is taken, what is refused, that writing and reading are inverse. */
#include "codec/json.h"
#define Part StorePart
#include "store_kit.h"
#undef Part

static Arena arena;

static Err parse(const char *text) {
    const Json *root;
    return json_parse(&arena, str_c0(text), &root, NULL);
}

static void refusals(void) {
    static const struct {
        const char *text;
        Err err;
    } rows[] = {
        {"", E_SYNTAX},
        {" ", E_SYNTAX},
        {"{", E_SYNTAX},
        {"{}x", E_SYNTAX},
        {"{\"a\":1,}", E_SYNTAX},
        {"[1 2]", E_SYNTAX},
        {"'a'", E_SYNTAX},
        {"nul", E_SYNTAX},
        {"01", E_SYNTAX},
        {"1.", E_SYNTAX},
        {".5", E_SYNTAX},
        {"+1", E_SYNTAX},
        {"NaN", E_SYNTAX},
        {"1e", E_SYNTAX},
        {"\"\x01\"", E_SYNTAX},
        {"\"\\x\"", E_SYNTAX},
        {"\"\\ud800\"", E_SYNTAX},
        {"\"\\udc00\\ud800\"", E_SYNTAX},
        {"\"\xc0\x80\"", E_SYNTAX},
        {"\"\xed\xa0\x80\"", E_SYNTAX},
        {"// c\n1", E_SYNTAX},
        {"{\"a\":1,\"a\":1}", E_SYNTAX},
        {"{\"a\":1,\"\\u0061\":1}", E_SYNTAX},
        {"[[{\"b\":{\"c\":1,\"c\":2}}]]", E_SYNTAX},
        {"null", OK},
        {" [ ] ", OK},
        {"1e400", OK},
        {"{\"a\":{\"a\":1}}", OK},
        {"\"\\u0000\"", OK},
        {"\"\\ud83d\\ude00\"", OK},
    };
    bool good = true;
    for (size_t i = 0; i < COUNT(rows); i++) {
        Err e = parse(rows[i].text);
        if (e != rows[i].err)
            printf("# %s: %s\n", rows[i].text, err_name(e));
        good &= e == rows[i].err;
    }
    CHECK(good, "json: what is taken and what is refused");
    /* many keys go another way than few */
    char text[4096] = "{";
    for (int i = 0; i < 100; i++)
        sprintf(text + strlen(text), "\"k%d\":%d,", i, i);
    strcpy(text + strlen(text), "\"k\":0}");
    CHECK(parse(text) == OK, "json: a hundred different keys");
    strcpy(text + strlen(text) - strlen("\"k\":0}"), "\"k57\":0}");
    CHECK(parse(text) == E_SYNTAX, "json: one of them twice");
    char *big = malloc(300000);
    memset(big, ',', 300000);
    for (int i = 0; i < 300000; i++)
        big[i] = i % 2 ? ',' : '1';
    big[0] = '[';
    big[299998] = '1', big[299999] = ']';
    const Json *root;
    CHECK(json_parse(&arena, str_of(big, 300000), &root, NULL) == E_TOO_LARGE, "json: too many values");
    memset(big, 'a', 300000);
    big[0] = '"', big[299999] = '"';
    big[500] = ',', big[501] = '\\', big[502] = '"';
    CHECK(json_parse(&arena, str_of(big, 300000), &root, NULL) == OK && json_str(root).n == 299997, "json: one long string");
    free(big);
    size_t where;
    json_parse(&arena, S("{\"a\": nope}"), &root, &where);
    CHECK(where == 6, "json: where the fault is");
}

static void numbers(void) {
    static const struct {
        const char *text;
        bool whole;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"5.0", true, 5},
        {"5.5", false, 0},
        {"2e3", true, 2000},
        {"2.5e1", true, 25},
        {"25e-1", false, 0},
        {"250e-1", true, 25},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"0e999999999", true, 0},
        {"1e19", false, 0},
        {"1e99999999999999999999", false, 0},
        {"0.000000000000000000000000000001", false, 0},
        {"100000000000000000000e-18", true, 100},
        {"1.50e1", true, 15},
        {"x", false, 0},
        {"", false, 0},
        {"--1", false, 0},
    };
    bool good = true;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t v = 0;
        bool whole = json_text_i64(str_c0(rows[i].text), &v);
        if (whole != rows[i].whole || v != rows[i].value)
            printf("# %s: %d %lld\n", rows[i].text, whole, (long long)v);
        good &= whole == rows[i].whole && v == rows[i].value;
    }
    CHECK(good, "json: whole numbers in any notation, exact");
    Buf b = buf_arena(&arena, 256);
    json_put_decimal(&b, 467, 2), buf_char(&b, ' ');
    json_put_decimal(&b, 500, 2), buf_char(&b, ' ');
    json_put_decimal(&b, -5, 2), buf_char(&b, ' ');
    json_put_decimal(&b, 450, 2), buf_char(&b, ' ');
    json_put_decimal(&b, INT64_MIN, 9), buf_char(&b, ' ');
    json_put_decimal(&b, 7, 0);
    CHECK(str_eq(buf_str(&b), S("4.67 5 -0.05 4.5 -9223372036.854775808 7")), "json: decimals without superfluous zeros");
}

/* Writing any bytes gives JSON that reads back as the same text, where the bytes are UTF-8; and as U+FFFD where not. */
static void strings(void) {
    bool good = true, exact = true;
    for (int round = 0; round < 20000 && good; round++) {
        arena_reset(&arena);
        char text[80];
        size_t n = kit_below(sizeof text);
        bool ascii = round % 4 == 0, wild = round % 4 == 3;
        for (size_t i = 0; i < n; i++) {
            static const char *const some[] = {"\"", "\\", "\n", "\x01", "\xc3\xa9", "\xe0\xa4\xb9", "\xf0\x9f\x98\x80", "\x7f"};
            if (!ascii && kit_below(8) == 0) {
                const char *s = some[kit_below(COUNT(some))];
                for (; *s && i < n; s++)
                    text[i++] = *s;
                i--;
            } else {
                text[i] = wild ? (char)kit_next() : (char)(' ' + kit_below(95));
            }
        }
        Str s = str_of(text, n);
        Buf b = buf_arena(&arena, 4096);
        const Json *root;
        json_put_str(&b, s);
        good = !b.err && !json_parse(&arena, buf_str(&b), &root, NULL) && json_type(root) == JSON_STRING;
        if (str_utf8_valid(s))
            exact &= str_eq(json_str(root), s);
        else
            exact &= memmem(json_str(root).p, json_str(root).n, "\xef\xbf\xbd", 3) != NULL;
    }
    CHECK(good, "json: whatever is written is JSON");
    CHECK(exact, "json: and reads back the same");
    Buf b = buf_arena(&arena, 4096);
    const Json *root;
    Str text = S("{\"a\":[1,-2.50e3,true,false,null,\"x\\n\"],\"b\":{},\"c\":[]}");
    MUST(!json_parse(&arena, text, &root, NULL));
    json_put_value(&b, root);
    CHECK(str_eq(buf_str(&b), text), "json: a tree written again is the same text");
    Buf tight = buf_arena(&arena, 10);
    json_put_str(&tight, S("more than ten bytes"));
    CHECK(tight.err == E_TOO_LARGE && tight.n <= 10, "json: the bound holds");
}

int main(void) {
    arena_init(&arena, 16 * 1024 * 1024);
    refusals();
    numbers();
    strings();
    arena_free(&arena);
    return kit_failed;
}
