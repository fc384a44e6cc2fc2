/* Answers are given again only for the same address, the same data, and not for long. */
#include "contract/answers.h"
#include "tap_kit.h"

static Arena arena;

static Request request(const char *path, const char *query) {
    return (Request){.method = S("GET"), .path = str_c0(path), .query = str_c0(query), .arena = &arena};
}

static Reply answer(const Request *req, const char *body) {
    Reply rep = reply_new(req);
    rep.status = 200;
    rep.content_type = S("application/json");
    buf_add(&rep.body, str_c0(body));
    return rep;
}

/* What is given for it; {NULL,0} when nothing is. */
static Str given(Answers *a, const Request *req, uint64_t version, int64_t now_ms) {
    Reply rep = reply_new(req);
    return answers_get(a, req, version, now_ms, &rep) ? buf_str(&rep.body) : (Str){NULL, 0};
}

int main(void) {
    arena_init(&arena, 64 * 1024 * 1024);
    Answers *a = answers_new();
    Request list = request("/api/gigs", "limit=20"), other = request("/api/gigs", "limit=21"),
            bare = request("/api/gigslimit=20", "");
    Reply rep = answer(&list, "{\"gigs\":[]}");

    CHECK(!given(a, &list, 7, 1000).p, "nothing at first");
    answers_put(a, &list, 7, 1000, &rep);
    CHECK(str_eq(given(a, &list, 7, 1999), S("{\"gigs\":[]}")), "the same question, the same data: the same answer");
    CHECK(!given(a, &other, 7, 1000).p, "another query is another question");
    CHECK(!given(a, &bare, 7, 1000).p, "and so is a path that only looks like both together");
    CHECK(!given(a, &list, 8, 1000).p, "after a commit it is asked anew");
    CHECK(!given(a, &list, 7, 1000 + ANSWERS_MS).p, "and after a while");

    Reply newer = answer(&list, "{\"gigs\":[1]}");
    answers_put(a, &list, 8, 1100, &newer);
    CHECK(str_eq(given(a, &list, 8, 1100), S("{\"gigs\":[1]}")), "a newer answer takes its place");

    Reply refused = answer(&other, "{}");
    refused.status = 404;
    answers_put(a, &other, 8, 1100, &refused);
    CHECK(!given(a, &other, 8, 1100).p, "only good answers are kept");
    Reply named = answer(&other, "{}");
    reply_header(&named, "Set-Cookie", S("jwt=x"));
    answers_put(a, &other, 8, 1100, &named);
    CHECK(!given(a, &other, 8, 1100).p, "none with headers of its own");
    Reply writing = answer(&other, "{}");
    answers_put(a, &other, 0, 1100, &writing);
    CHECK(!given(a, &other, 0, 1100).p, "none from a write");

    static char large[ANSWER_BYTES_MAX + 1];
    memset(large, ' ', sizeof large - 1);
    Reply long_one = answer(&other, large);
    answers_put(a, &other, 8, 1100, &long_one);
    CHECK(!given(a, &other, 8, 1100).p, "none that is too long");

    large[ANSWER_BYTES_MAX - 100] = 0;
    size_t kept = 0;
    for (int turn = 0; turn < 2; turn++) /* keep all, then see how many are there */
        for (int i = 0; i < 4 * ANSWERS_SLOTS; i++) {
            char query[20];
            snprintf(query, sizeof query, "page=%d", i);
            Request req = request("/api/gigs", query);
            Reply many = answer(&req, large);
            if (turn == 0)
                answers_put(a, &req, 9, 1200, &many);
            else
                kept += given(a, &req, 9, 1200).n > 0;
            arena_reset(&arena);
        }
    CHECK(kept >= ANSWERS_BYTES_MAX / ANSWER_BYTES_MAX / 2 && kept <= ANSWERS_BYTES_MAX / (ANSWER_BYTES_MAX - 100),
          "all together are bounded");

    list = request("/api/gigs", "");
    Reply none = answer(&list, "");
    CHECK(!answers_get(NULL, &list, 9, 0, &none), "without a table nothing is kept");
    answers_put(NULL, &list, 9, 0, &none);
    answers_free(a);
    answers_free(NULL);
    arena_free(&arena);
    return kit_failed;
}
