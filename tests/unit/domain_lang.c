/* The texts that leave the box: what lang_say makes of any title, in every language. */
#include "domain/lang.h"
#include "tap_kit.h"

static size_t units(Str s) {
    size_t n = 0;
    for (size_t at = 0; at < s.n;)
        n += str_utf8_next(s, &at) > 0xffff ? 2 : 1;
    return n;
}

static Text say(Arena *a, int32_t lang, int32_t text, const char *subject) {
    const Var note[] = {{"subject", str_c0(subject), false}, {"detail", str_c0(subject), false}, {"amount", S("₹12,345"), false}};
    const Var code[] = {{"name", str_c0(subject), false}, {"code", S("123456"), false}, {"minutes", S("10"), false}};
    Text out;
    MUST(lang_say(a, lang, text, text == TEXT_CODE ? code : note, 3, &out) == OK);
    return out;
}

static bool has(Str s, Str part) {
    for (size_t i = 0; i + part.n <= s.n; i++)
        if (str_eq(str_slice(s, i, i + part.n), part))
            return true;
    return false;
}

int main(void) {
    static const char *const titles[] = {
        "",
        "x",
        "Poster",
        "A poster for the fair of the club in March, in two colours, on good paper, by Monday noon at the latest",
        "मेले के लिए दो रंगों में पोस्टर, अच्छे काग़ज़ पर, सोमवार दोपहर तक, क्लब के दफ़्तर में देना है",
        "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"};
    Arena a;
    arena_init(&a, 1 << 20);
    bool fits = true, whole = true, valid = true, kept = true, closed = true;
    for (int32_t lang = 1; lang < LANG_COUNT; lang++)
        for (int32_t text = 1; text < TEXT_COUNT; text++)
            for (size_t i = 0; i < COUNT(titles); i++) {
                Text t = say(&a, lang, text, titles[i]);
                valid &= str_utf8_valid(t.title) && str_utf8_valid(t.body) && str_utf8_valid(t.sms);
                closed &= !memchr(t.body.p, '{', t.body.n) && !memchr(t.sms.p, '{', t.sms.n) && t.title.n && t.body.n;
                whole &= lang != LANG_EN || str_eq(t.sms, t.body);
                fits &= lang == LANG_EN || units(t.sms) <= 70;
                kept &= text != TEXT_CODE || has(t.sms, S("123456"));
                kept &= text != NOTE_PAYMENT_RECEIVED || has(t.sms, S("₹12,345"));
            }
    CHECK(valid, "all are UTF-8, wherever they were cut");
    CHECK(closed, "no hole is left, no text is missing");
    CHECK(fits, "Hindi fits one SMS whatever the title");
    CHECK(whole, "English is not cut");
    CHECK(kept, "neither is money, nor a code");
    CHECK(str_eq(say(&a, LANG_HI, NOTE_ORDER_COMPLETED, "Poster").sms, S("“Poster” पूरा हुआ।")), "nor what is short enough");
    CHECK(str_eq(say(&a, LANG_HI, NOTE_ORDER_COMPLETED, "{subject}").body, S("“{subject}” पूरा हुआ।")),
          "a title's braces are only text");
    CHECK(str_eq(say(&a, LANG_HI, NOTE_BADGE, "first_gig").body, S("आपको “पहला काम” बैज मिला।")), "our own words are translated");
    CHECK(str_eq(say(&a, LANG_HI, NOTE_GIG_UPDATED, "upheld").body, S("“upheld” बदल गया है।")), "people's are not");
    const Var few[] = {{"name", S("Gigs"), false}};
    Text out;
    CHECK(lang_say(&a, LANG_EN, TEXT_CODE, few, 1, &out) == E_INVALID, "a hole without a variable is a fault");

    CHECK(lang_of(S("hi")) == LANG_HI && lang_of(S("HI-in")) == LANG_HI && lang_of(S("en-GB")) == LANG_EN, "tags");
    CHECK(!lang_of(S("")) && !lang_of(S("h")) && !lang_of(S("hin")) && !lang_of(S("*")) && !lang_of(S("-hi")),
          "others are none of ours");
    CHECK(lang_choose(0, 0) == LANG_EN && lang_choose(LANG_HI, LANG_EN) == LANG_HI && lang_choose(0, LANG_HI) == LANG_HI &&
              lang_choose(99, -1) == LANG_EN,
          "one's own, else what was asked for, else English");
    DomainConfig english = {0}, both = {.sms_langs = LANG_BIT(LANG_HI)};
    CHECK(lang_sms(&english, LANG_HI) == LANG_EN && lang_sms(&both, LANG_HI) == LANG_HI, "SMS where they may be");
    CHECK(lang_lint() == 0, "the tables have no faults");
    arena_free(&a);
    return kit_failed;
}
