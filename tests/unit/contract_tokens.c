/* A token is remembered whole: one that differs in any character was not verified. */
#include "contract/tokencache.h"
#include "tap_kit.h"

int main(void) {
    TokenCache *c = tokencache_new();
    char text[TOKENCACHE_BYTES_MAX + 2];
    memset(text, 'a', sizeof text);
    Str token = str_of(text, 320);
    Token says = {.user = 7, .session = 8, .exp_s = 9}, out = {0};

    CHECK(!tokencache_get(c, token, &out), "nothing at first");
    CHECK(!tokencache_get(c, S(""), &out), "an empty slot is no empty token's");
    tokencache_put(c, token, &says);
    CHECK(tokencache_get(c, token, &out) && out.user == 7 && out.session == 8 && out.exp_s == 9, "what it says comes back");
    bool fooled = false;
    for (size_t i = 0; i < token.n; i++) {
        text[i] ^= 1;
        fooled |= tokencache_get(c, token, &out);
        text[i] ^= 1;
    }
    CHECK(!fooled && !tokencache_get(c, str_of(text, 319), &out) && !tokencache_get(c, str_of(text, 321), &out),
          "any other character, or one more or less: not verified");
    tokencache_put(c, str_of(text, TOKENCACHE_BYTES_MAX + 1), &says);
    CHECK(!tokencache_get(c, str_of(text, TOKENCACHE_BYTES_MAX + 1), &out), "one that is too long is not kept");
    tokencache_put(c, str_of(text, TOKENCACHE_BYTES_MAX), &says);
    CHECK(tokencache_get(c, str_of(text, TOKENCACHE_BYTES_MAX), &out), "one that just fits is");

    size_t right = 0, kept = 0;
    for (int turn = 0; turn < 2; turn++)
        for (int64_t i = 0; i < 5000; i++) {
            char name[40];
            int n = snprintf(name, sizeof name, "token %lld", (long long)i);
            if (turn == 0) {
                tokencache_put(c, str_of(name, (size_t)n), &(Token){.user = i});
            } else if (tokencache_get(c, str_of(name, (size_t)n), &out)) {
                kept++;
                right += out.user == i;
            }
        }
    CHECK(kept == right && kept > TOKENCACHE_SLOTS / 2 && kept <= TOKENCACHE_SLOTS,
          "many: the newest of each place, never another's");
    CHECK(!tokencache_get(NULL, token, &out), "without a cache nothing is remembered");
    tokencache_put(NULL, token, &says);
    tokencache_free(c);
    tokencache_free(NULL);
    return kit_failed;
}
