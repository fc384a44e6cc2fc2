#include "domain/lang.h"

#include <stdio.h>

enum { SMS_UCS2_UNITS = 70, SMS_ROOM = 16 /* units that an SMS leaves for what is put in */, TEXT_BYTES_MAX = 8192 };

static const struct {
    Str tag;
    const Text *texts;
    const LangWord *words;
    size_t sms_units; /* of UTF-16 in one SMS; 0: it need not be cut */
} langs[LANG_COUNT] = {
    [LANG_EN] = {STR_INIT("en"), lang_en, lang_en_words, 0},
    [LANG_HI] = {STR_INIT("hi"), lang_hi, lang_hi_words, SMS_UCS2_UNITS},
};

/* In the order in which they give way in an SMS. */
static const Str cuttable[] = {STR_INIT("detail"), STR_INIT("subject"), STR_INIT("name")};

int32_t lang_of(Str tag) {
    size_t dash = str_index(tag, '-');
    for (int32_t i = 1; i < LANG_COUNT; i++)
        if (str_eq_nocase(str_slice(tag, 0, dash < tag.n ? dash : tag.n), langs[i].tag))
            return i;
    return 0;
}

int32_t lang_choose(int32_t own, int32_t asked) {
    return own > 0 && own < LANG_COUNT ? own : asked > 0 && asked < LANG_COUNT ? asked : LANG_EN;
}

int32_t lang_sms(const DomainConfig *cfg, int32_t lang) { return cfg->sms_langs & LANG_BIT(lang) ? lang : LANG_EN; }

static Str word_of(const LangWord *words, Str word) {
    for (; words->word.n; words++)
        if (str_eq(words->word, word))
            return words->said;
    return word;
}

static size_t units_of(Str s) {
    size_t n = 0;
    for (size_t at = 0; at < s.n;)
        n += str_utf8_next(s, &at) > 0xffff ? 2 : 1;
    return n;
}

/* `s` without its last `units` and one more for the dots; all of it goes when that is as much. */
static Str shorter(Arena *a, Str s, size_t units) {
    size_t keep = units_of(s), at = 0, n = 0;
    keep = keep > units + 1 ? keep - units - 1 : 0;
    while (at < s.n) {
        size_t next = at;
        n += str_utf8_next(s, &next) > 0xffff ? 2 : 1;
        if (n > keep)
            break;
        at = next;
    }
    return at ? arena_printf(a, "%.*s…", (int)at, s.p) : (Str){NULL, 0};
}

static Err fill(Arena *a, Str text, const Var *vars, size_t n, Str *out) {
    Buf b = buf_arena(a, TEXT_BYTES_MAX);
    Err e = template_add(&b, text, vars, n, ESCAPE_NONE);
    *out = buf_str(&b);
    return e;
}

static Err fill_within(Arena *a, Str text, Var *vars, size_t n, size_t units, Str *out) {
    Err e = fill(a, text, vars, n, out);
    for (size_t i = 0; e == OK && units && i < COUNT(cuttable); i++) {
        size_t have = units_of(*out);
        for (size_t v = 0; e == OK && have > units && v < n; v++)
            if (str_eq(str_c0(vars[v].name), cuttable[i])) {
                vars[v].value = shorter(a, vars[v].value, have - units);
                e = fill(a, text, vars, n, out);
            }
    }
    return e;
}

Err lang_say(Arena *a, int32_t lang, int32_t text, const Var *vars, size_t n, Text *out) {
    Var mine[LANG_VARS_MAX];
    const Text *t = &langs[lang].texts[text];
    if (n > COUNT(mine))
        return E_INVALID;
    for (size_t i = 0; i < n; i++) {
        mine[i] = vars[i];
        if (t->coded)
            mine[i].value = word_of(langs[lang].words, vars[i].value);
    }
    *out = (Text){.coded = t->coded};
    Err e = fill(a, t->title, mine, n, &out->title);
    if (e == OK)
        e = fill(a, t->body, mine, n, &out->body);
    return e ? e : fill_within(a, t->sms.n ? t->sms : t->body, mine, n, langs[lang].sms_units, &out->sms);
}

/* ---- checking ---- */

static const Str note_holes[] = {STR_INIT("subject"), STR_INIT("detail"), STR_INIT("amount")};
static const Str code_holes[] = {STR_INIT("name"), STR_INIT("code"), STR_INIT("minutes")};

/* Which of a text's holes it has, as bits; bit 31: one that does not exist. *fixed: units beside them. */
static uint32_t holes(int32_t text, Str s, size_t *fixed) {
    const Str *names = text < NOTE_TYPE_COUNT ? note_holes : code_holes;
    uint32_t bits = 0;
    Str rest = s, part;
    *fixed = units_of(s);
    str_split(&rest, '{', &part);
    while (str_split(&rest, '{', &part)) {
        Str name = str_slice(part, 0, str_index(part, '}'));
        uint32_t bit = UINT32_C(1) << 31;
        for (uint32_t i = 0; i < COUNT(note_holes); i++)
            if (str_eq(names[i], name))
                bit = UINT32_C(1) << i;
        bits |= bit;
        *fixed -= name.n + 2;
    }
    return bits;
}

static size_t fault(int32_t lang, int32_t text, const char *what) {
    fprintf(stderr, "lint: text %d in %.*s: %s\n", (int)text, STR_ARG(langs[lang].tag), what);
    return 1;
}

static size_t lint_text(int32_t lang, int32_t i) {
    const Text *t = &langs[lang].texts[i], *en = &lang_en[i];
    size_t faults = 0, units, most = langs[lang].sms_units;
    uint32_t en_title = holes(i, en->title, &units), en_body = holes(i, en->body, &units);
    uint32_t title = holes(i, t->title, &units), body = holes(i, t->body, &units), sms = t->sms.n ? holes(i, t->sms, &units) : 0;
    if (!t->title.n || !t->body.n)
        faults += fault(lang, i, "is missing");
    if (title != en_title || body != en_body || ((title | body) >> 31))
        faults += fault(lang, i, "does not have the holes that there are");
    if (sms & ~body)
        faults += fault(lang, i, "its SMS has holes that the text does not have");
    if (t->coded != en->coded)
        faults += fault(lang, i, "is coded in one language only");
    if (most && units > most - SMS_ROOM)
        faults += fault(lang, i, "is too long for an SMS");
    return faults;
}

size_t lang_lint(void) {
    size_t faults = 0;
    for (int32_t lang = 1; lang < LANG_COUNT; lang++) {
        for (int32_t i = 1; i < TEXT_COUNT; i++)
            faults += lint_text(lang, i);
        for (const LangWord *w = lang_en_words; w->word.n; w++) {
            bool there = false;
            for (const LangWord *own = langs[lang].words; own->word.n; own++)
                there |= str_eq(own->word, w->word) && own->said.n;
            if (!there)
                faults += fault(lang, 0, w->word.p);
        }
    }
    return faults;
}
