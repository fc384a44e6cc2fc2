/* Rate limits: a sliding minute per account or address, bounded memory; and the table of ids under many threads. */
#include "contract_kit.h"

#include "contract/internal.h"

static int64_t now = 1763700000000;

static int hits(Rates *r, RateClass class, Str key, Str key2, int32_t per_min, int n) {
    int64_t retry;
    int fits = 0;
    for (int i = 0; i < n; i++)
        fits += rates_hit(r, class, key, key2, per_min, now, &retry);
    return fits;
}

static void table(void) {
    Rates r = {0};
    Str none = {NULL, 0};
    MUST(!rates_init(&r));
    now += 30 * MS_SECOND - now % MS_MINUTE;
    CHECK(hits(&r, RATE_AUTH, S("a"), none, 5, 8) == 5, "rate: five a minute");
    CHECK(hits(&r, RATE_OTHER, S("a"), none, 5, 8) == 5, "rate: classes are counted apart");
    CHECK(hits(&r, RATE_AUTH, S("b"), none, 5, 8) == 5 && hits(&r, RATE_AUTH, S("a"), S("x"), 5, 8) == 5, "rate: keys too");
    CHECK(hits(&r, RATE_NONE, S("a"), none, 5, 8) == 8 && hits(&r, RATE_AUTH, S("z"), none, 0, 8) == 8, "rate: none means none");
    now += 29 * MS_SECOND;
    CHECK(hits(&r, RATE_AUTH, S("a"), none, 5, 8) == 0, "rate: the minute is not over");
    now += 2 * MS_SECOND;
    CHECK(hits(&r, RATE_AUTH, S("a"), none, 5, 8) == 0, "rate: nor is it by the clock's next minute");
    int64_t retry = 0;
    CHECK(!rates_hit(&r, RATE_AUTH, S("a"), none, 5, now, &retry) && retry > 0 && retry <= 29, "rate: says when to come again");
    now += retry * MS_SECOND;
    CHECK(hits(&r, RATE_AUTH, S("a"), none, 5, 1) == 1, "rate: and that is true");
    for (int at = 0; at < 60; at++) { /* wherever in the clock's minute */
        now += 2 * MS_MINUTE + at * MS_SECOND - now % MS_MINUTE;
        bool full = hits(&r, RATE_AUTH, S("a"), none, 5, 8) == 5 && !rates_hit(&r, RATE_AUTH, S("a"), none, 5, now, &retry);
        now += MS_MINUTE;
        if (!full || retry < 1 || retry > 60 || hits(&r, RATE_AUTH, S("a"), none, 5, 8) != 5)
            CHECK(false, "rate: a quiet minute gives all of them again");
    }
    now += 2 * MS_MINUTE;
    CHECK(hits(&r, RATE_AUTH, S("a"), none, 5, 8) == 5, "rate: after two quiet minutes all is forgotten");

    /* in any minute of a long run, at most the limit and what rounding allows */
    int64_t stamps[4096];
    int n = 0;
    bool told = true;
    for (int i = 0; i < 20000; i++) {
        now += (int64_t)kit_below(900);
        if (rates_hit(&r, RATE_OTHER, S("steady"), none, 100, now, &retry)) {
            if (n < 4096)
                stamps[n++] = now;
        } else {
            told &= retry >= 1 && retry <= 60;
        }
    }
    int worst = 0;
    for (int i = 0, from = 0; i < n; i++) {
        while (stamps[i] - stamps[from] >= MS_MINUTE)
            from++;
        if (i - from + 1 > worst)
            worst = i - from + 1;
    }
    CHECK(worst <= 130 && worst >= 90 && told, "rate: about a hundred in any minute of a busy hour");

    /* more keys than slots: no crash, and the newest still counts */
    for (int i = 0; i < 3 * RATE_SLOTS; i++)
        rates_hit(&r, RATE_OTHER, str_of(&i, sizeof i), none, 5, now, &retry);
    CHECK(hits(&r, RATE_OTHER, S("fresh"), none, 5, 8) == 5, "rate: a full table forgets the quiet ones");
    rates_free(&r);
}

static void engine_limits_hold(void) {
    toy_start((EngineLimits){.rate_per_min = {[RATE_OTHER] = 20, [RATE_AUTH] = 3, [RATE_UPLOAD] = 2}});
    toy_sign_in(0);
    int statuses[3] = {0};
    for (int i = 0; i < 4; i++) {
        toy_call("POST", "/api/sign-in", BODY("{\"title\":\"abc\",\"account\":\"+91 98765-43210\"}"));
        statuses[i < 3 ? 0 : 1] += toy_reply.status;
    }
    CHECK(statuses[0] == 600 && statuses[1] == 429, "engine: sign-in three times, the fourth is 429");
    CHECK(has(buf_str(&toy_reply.headers), "Retry-After: "), "engine: with Retry-After");
    toy_call("POST", "/api/sign-in", BODY("{\"title\":\"abc\",\"account\":\"9876543210\"}"));
    CHECK(toy_reply.status == 429, "engine: another spelling is the same account");
    toy_call("POST", "/api/sign-in", BODY("{\"title\":\"abc\",\"account\":\"someone@else.test\"}"));
    CHECK(toy_reply.status == 200, "engine: another account behind the same address is not");
    toy_call("POST", "/api/sign-in", BODY("{\"title\":1,\"account\":\"third@else.test\"}"));
    toy_call("POST", "/api/sign-in", BODY("{\"title\":1,\"account\":\"third@else.test\"}"));
    toy_call("POST", "/api/sign-in", BODY("{\"title\":1,\"account\":\"third@else.test\"}"));
    CHECK(toy_reply.status == 400, "engine: bad input is bad input");
    toy_call("POST", "/api/sign-in", BODY("{\"title\":1,\"account\":\"third@else.test\"}"));
    CHECK(toy_reply.status == 429, "engine: but counts");
    toy_remote = S("10.0.0.2");
    toy_call("POST", "/api/sign-in", BODY("{\"title\":\"abc\",\"account\":\"9876543210\"}"));
    CHECK(toy_reply.status == 200, "engine: another address");
    int ok = 0;
    for (int i = 0; i < 30; i++) {
        char body[100];
        snprintf(body, sizeof body, "{\"title\":\"abc\",\"account\":\"try%d@x.test\"}", i);
        toy_call("POST", "/api/sign-in", BODY(body));
        ok += toy_reply.status == 200;
    }
    CHECK(ok == 19, "engine: trying many accounts from one address is limited as everything else");
    toy_remote = S("10.0.0.3");
    toy_sign_in(50);
    for (int i = 0; i < 20; i++)
        toy_call("GET", "/api/notes/mine", BODY(""));
    CHECK(toy_reply.status == 200, "engine: twenty of one account");
    toy_call("GET", "/api/notes/mine", BODY(""));
    CHECK(toy_reply.status == 429, "engine: and no more");
    toy_sign_in(70);
    toy_call("GET", "/api/notes/mine", BODY(""));
    CHECK(toy_reply.status == 200, "engine: another account behind the same address goes on");
    for (int i = 0; i < 50; i++)
        toy_call("POST", "/api/hook", BODY("x"));
    CHECK(toy_reply.status == 200, "engine: webhooks are not counted");
    toy_call("GET", "/api/nothing", BODY(""));
    CHECK(toy_reply.status == 404, "engine: nor is what does not exist");
    toy_stop();
}

enum { THREADS = 4, ROUNDS = 20000 };
static IdCache *cache;
static IdMap ids;

static void *ask(void *arg) {
    uint64_t seed = (uint64_t)(uintptr_t)arg;
    bool good = true;
    for (int i = 0; i < ROUNDS; i++) {
        char want[IDMAP_UUID_CHARS], got[40];
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int64_t id = (int64_t)(seed >> 50) % 6000 + 1;
        uint8_t kind = (uint8_t)(seed >> 40) % 3;
        idmap_uuid(&ids, kind, id, want);
        idcache_uuid(cache, &ids, kind, id, got);
        int64_t back = 0;
        good &= !memcmp(want, got, sizeof want) && idcache_id(cache, &ids, kind, str_of(want, sizeof want), &back) && back == id;
        good &= !idcache_id(cache, &ids, (uint8_t)(kind + 1), str_of(want, sizeof want), &back);
        want[i % 8] ^= 1; /* '0' and '1', 'a' and '`': another id's text, or none */
        good &= !idcache_id(cache, &ids, kind, str_of(want, sizeof want), &back);
    }
    return good ? cache : NULL;
}

static void id_table(void) {
    uint8_t key[IDMAP_KEY_BYTES] = {5};
    idmap_init(&ids, key);
    cache = idcache_new();
    MUST(cache);
    pthread_t threads[THREADS];
    bool good = true;
    for (uintptr_t i = 0; i < THREADS; i++)
        MUST(!pthread_create(&threads[i], NULL, ask, (void *)(i + 1)));
    for (size_t i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        good &= result != NULL;
    }
    CHECK(good, "ids: the tables never answer another id's text, nor another text's id");
    char a[40], b[40];
    idcache_uuid(cache, &ids, 1, INT64_MAX, a);
    idmap_uuid(&ids, 1, INT64_MAX, b);
    int64_t back = 0;
    bool again = true;
    for (int i = 0; i < 2; i++)
        again &= idcache_id(cache, &ids, 1, str_of(a, IDMAP_UUID_CHARS), &back) && back == INT64_MAX;
    CHECK(!memcmp(a, b, IDMAP_UUID_CHARS) && again, "ids: one too large for the tables");
    CHECK(!idcache_id(cache, &ids, 1, str_of(a, IDMAP_UUID_CHARS - 1), &back) && !idcache_id(cache, &ids, 1, S(""), &back),
          "ids: no UUID");
    idcache_free(cache);
}

int main(void) {
    table();
    engine_limits_hold();
    id_table();
    return kit_failed;
}
