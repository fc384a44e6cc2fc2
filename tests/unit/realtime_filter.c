/* Filters of subscriptions to changes: the grammar, and what each operator says of a record. */
#include "realtime/phoenix_filter.h"
#include "tap_kit.h"

static Arena a;
static const char record[] =
    "{\"id\":\"b\",\"n\":10,\"text\":\"Hello, World\",\"yes\":true,\"none\":null,\"odd\":\"a\\\"b\\\\c)\"}";

static const struct {
    const char *filter;
    bool match;
} good[] = {
    {"", true},
    {"id=eq.b", true},
    {"id=eq.a", false},
    {"id=neq.a", true},
    {"id=eq.", false},
    {"n=eq.10", true},
    {"n=gt.9", true},
    {"n=gte.10", true},
    {"n=lt.9", false},
    {"n=lte.10", true},
    {"n=lt.100", true},
    {"id=gt.a", true},
    {"id=in.(a,b)", true},
    {"id=in.(a,c)", false},
    {"id=in.()", false},
    {"text=in.(x,\"Hello, World\")", true},
    {"text=eq.\"Hello, World\"", true},
    {"odd=eq.\"a\\\"b\\\\c)\"", true},
    {"odd=in.(\"a\\\"b\\\\c)\",x)", true},
    {"yes=is.true", true},
    {"yes=is.false", false},
    {"yes=eq.true", true},
    {"none=is.null", true},
    {"id=is.null", false},
    {"none=eq.null", false},
    {"none=neq.x", false},
    {"none=isdistinct.x", true},
    {"none=isdistinct.null", false},
    {"id=isdistinct.b", false},
    {"id=not.eq.a", true},
    {"id=not.eq.b", false},
    {"none=not.is.null", false},
    {"id=not.in.(a,c)", true},
    {"text=like.Hello%", true},
    {"text=like.hello%", false},
    {"text=ilike.\"%, wo_ld\"", true},
    {"text=like.%l%l%d", true},
    {"text=like.%", true},
    {"text=like.Hello", false},
    {"id=eq.b,n=gt.9", true},
    {"id=eq.b,n=gt.10", false},
    {"id=in.(a,b),text=eq.\"Hello, World\",n=eq.10", true},
    {"gone=eq.x", false},
    {"gone=not.eq.x", false},
};
static const char *const bad[] = {"x",        "=eq.x",     "id=x",       "id=huh.x",        "id=eq",
                                  "id=in.a",  "id=in.(a",  "id=eq.\"a",  "id=eq.\"a\"b",    "id=is.maybe",
                                  "id=eq.a,", "id=eq.a,n", "id=match.x", "id=not.not.eq.a", "id=in.(a)b"};

int main(void) {
    const Json *root;
    char name[128];
    arena_init(&a, 1 << 20);
    MUST(json_parse(&a, S(record), &root, NULL) == OK);
    for (size_t i = 0; i < COUNT(good); i++) {
        Str f = str_c0(good[i].filter);
        snprintf(name, sizeof name, "\"%s\" %s", good[i].filter, good[i].match ? "holds" : "does not hold");
        CHECK(filter_valid(f) && filter_match(f, root) == good[i].match, name);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        snprintf(name, sizeof name, "\"%s\" is no filter", bad[i]);
        CHECK(!filter_valid(str_c0(bad[i])), name);
    }
    char *big = malloc(FILTER_BYTES_MAX + 8);
    MUST(big);
    memset(big, 'x', FILTER_BYTES_MAX + 8);
    memcpy(big, "id=eq.", 6);
    CHECK(filter_valid(str_of(big, FILTER_BYTES_MAX)) && !filter_valid(str_of(big, FILTER_BYTES_MAX + 1)),
          "the length is bounded");
    /* Whatever comes, reading ends and stays inside: each prefix with one byte changed, in memory of its own. */
    static const char seed[] = "id=not.in.(a,\"b\\\"c\"),text=ilike.\"%x_\",n=gte.-5";
    for (int turn = 0; turn < 20000; turn++) {
        size_t n = kit_below(sizeof seed);
        char *copy = malloc(n ? n : 1);
        MUST(copy);
        memcpy(copy, seed, n);
        if (n)
            copy[kit_below(n)] = "\",.()=\\ a"[kit_below(9)];
        filter_valid(str_of(copy, n));
        filter_match(str_of(copy, n), root);
        free(copy);
    }
    CHECK(true, "spoilt filters are read without harm");
    free(big);
    arena_free(&a);
    return kit_failed;
}
