/* Does a person find what was posted? A made-up marketplace (TEXT_DOCS gigs, 20000 by default) and 50 searches as people type
 * them: a few words of a title, unfinished, misspelt, in capitals. The gig meant must be among the first five. With TEXT_QUERY
 * set, only that search is made, TEXT_REPEAT times, so that a profiler can count it. */
#include "store/store.h"
#include "store/text.h"
#include "store_kit.h"

typedef struct Gig {
    int64_t id;
    Str title, description, category;
    List skills;
} Gig;
static const Field gig_fields[] = {
    FIELD(1, Gig, title, F_STR, "title"),
    FIELD(2, Gig, description, F_STR, "what is to be done"),
    FIELD(3, Gig, category, F_STR, "category"),
    FIELD(4, Gig, skills, F_STRS, "skills"),
};
static const Index gig_text = {.id = 1, .kind = IX_TEXT, .name = "gigs", .doc = "text", .text = {{1, 4}, {2, 1}, {3, 1}, {4, 2}}};
static const Record GIG = {.kind = 1,
                           .size = sizeof(Gig),
                           .name = "gig",
                           .doc = "work wanted",
                           .fields = gig_fields,
                           .field_count = COUNT(gig_fields),
                           .indexes = &gig_text,
                           .index_count = 1};
static const Record *const records[] = {&GIG};

static const char *const verbs[] = {"Design", "Write", "Edit", "Build", "Translate", "Teach", "Record", "Fix", "Plan", "Draw"};
static const char *const kinds[] = {"vintage", "minimal", "modern", "bilingual", "animated",
                                    "urgent",  "weekly",  "simple", "colourful", "short"};
static const char *const things[] = {"logo",    "poster",       "website", "essay",       "video",    "banner",  "résumé",
                                     "app",     "presentation", "song",    "spreadsheet", "brochure", "podcast", "newsletter",
                                     "chatbot", "survey",       "menu",    "mascot",      "trailer",  "thesis"};
static const char *const causes[] = {"café",         "hostel",        "robotics club", "wedding",      "startup", "library",
                                     "cricket team", "drama society", "bakery",        "college fest", "NGO",     "bookshop",
                                     "gym",          "canteen",       "orchestra",     "department"};
static const char *const skills[] = {"Photoshop", "Figma",        "Python",    "C++",         "Excel", "Hindi",
                                     "Tamil",     "Premiere Pro", "WordPress", "Illustrator", "React", "Copywriting",
                                     "Guitar",    "Statistics",   "LaTeX",     "Blender"};
static const char *const filler[] = {"we",     "need",  "help",    "with",   "the",  "work",    "please", "apply", "if",
                                     "you",    "can",   "deliver", "this",   "week", "files",   "must",   "be",    "sent",
                                     "before", "final", "review",  "and",    "good", "quality", "is",     "more",  "than",
                                     "budget", "for",   "our",     "campus", "team", "some",    "ideas",  "ready", "already"};

static const char *any(const char *const *v, size_t n) { return v[kit_below(n)]; }
#define ANY(v) any((v), COUNT(v))

/* A name of two to four syllables, about 30,000 different ones: clubs, people, places. */
static Str name_of(uint64_t number, char mem[32]) {
    static const char *const syllables[] = {"ka", "ri",  "mo",  "shan", "tel", "vi",  "du",  "para", "nor", "len", "gu",
                                            "mi", "zan", "bo",  "pra",  "sel", "tu",  "har", "win",  "osa", "bel", "ran",
                                            "ji", "kol", "mar", "fen",  "yas", "tro", "lim", "quo",  "dev", "ast"};
    uint64_t n = number * 2654435761u + 12345;
    size_t at = 0;
    for (int i = 0; i < 2 + (int)(number % 3); i++, n /= COUNT(syllables)) {
        const char *s = syllables[n % COUNT(syllables)];
        memcpy(mem + at, s, strlen(s));
        at += strlen(s);
    }
    return str_of(mem, at);
}

/* Few names are common, many are rare. */
static Str random_name(char mem[32]) {
    uint64_t limit = UINT64_C(1) << (4 + kit_below(12));
    return name_of(kit_below(limit), mem);
}

/* The title of a gig is a function of its number, so that a search for it can be made up later. */
static Str title_of(Arena *a, uint64_t number) {
    uint64_t keep = kit_state;
    kit_state = number * 7919 + 1;
    char name[32];
    Str s = random_name(name);
    s = arena_printf(a, "%s a %s %s for %.*s %s", ANY(verbs), ANY(kinds), ANY(things), STR_ARG(s), ANY(causes));
    kit_state = keep;
    return s;
}

typedef struct Fill {
    uint64_t from, to;
} Fill;

static Err fill(Tx *tx, void *arg) {
    const Fill *f = arg;
    Arena *a = tx_arena(tx);
    kit_state = f->from + 77;
    for (uint64_t number = f->from; number < f->to; number++) {
        Str has[4];
        size_t count = 2 + kit_below(3);
        for (size_t i = 0; i < count; i++)
            has[i] = str_c0(ANY(skills));
        Buf b = buf_arena(a, 4096);
        for (uint64_t words = 30 + kit_below(50); words; words--) {
            char name[32];
            switch (kit_below(8)) {
            case 0: buf_add(&b, random_name(name)); break;
            case 1: buf_add(&b, str_c0(ANY(things))); break;
            default: buf_add(&b, str_c0(ANY(filler)));
            }
            buf_char(&b, ' ');
        }
        Gig g = {.title = title_of(a, number),
                 .description = buf_str(&b),
                 .category = str_c0(ANY(causes)),
                 .skills = list_of_strs(a, has, count)};
        Err e = rec_insert(tx, &GIG, &g);
        if (e)
            return e;
    }
    return OK;
}

/* ---- searches as people type them ---- */

enum { AS_IS, UNFINISHED, LEFT_OUT, DOUBLED, OTHER, SWAPPED, CAPITALS, SLIPS };

/* One slip in an ASCII word of five letters or more. */
static Str slip(Arena *a, Str w, int kind) {
    size_t at = 1 + kit_below(w.n - 2);
    Str front = str_slice(w, 0, at), back = str_from(w, at), rest = str_from(w, at + 1);
    switch (kind) {
    case LEFT_OUT: return arena_printf(a, "%.*s%.*s", STR_ARG(front), STR_ARG(rest));
    case DOUBLED: return arena_printf(a, "%.*s%c%.*s", STR_ARG(front), front.p[at - 1], STR_ARG(back));
    case OTHER: return arena_printf(a, "%.*s%c%.*s", STR_ARG(front), back.p[0] == 'e' ? 'a' : 'e', STR_ARG(rest));
    case SWAPPED:
        return arena_printf(a, "%.*s%c%c%.*s", STR_ARG(front), w.p[at + 1 < w.n ? at + 1 : at], w.p[at],
                            STR_ARG(str_from(w, at + 2)));
    case CAPITALS: {
        char *up = arena_cstr(a, w);
        for (char *p = up; p && *p; p++)
            *p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
        return str_c0(up);
    }
    default: return w;
    }
}

/* Kind, thing, name and cause of a title, as typed: one slip, the last word perhaps unfinished. */
static Str typed(Arena *a, Str title, int kind) {
    Str word[12], rest = title, name;
    size_t n = 0;
    while (n < COUNT(word) && str_split(&rest, ' ', &word[n]))
        n++;
    name = word[5];
    if (name.n >= 5)
        name = slip(a, name, kind);
    Str last = word[6];
    if (kind == UNFINISHED && last.n > 4)
        last.n -= 2;
    return arena_printf(a, "%.*s %.*s %.*s %.*s", STR_ARG(word[2]), STR_ARG(word[3]), STR_ARG(name), STR_ARG(last));
}

static void search(Store *s, Str words, size_t limit, TextHit *hits, size_t *n, int64_t *total) {
    Arena a;
    Tx *tx;
    TextHit *found;
    TextQuery q = {.words = words, .limit = (int64_t)limit};
    arena_init(&a, 4 << 20);
    MUST(store_read(s, &a, &tx) == OK);
    MUST(text_search(tx, &gig_text, &q, &found, n, total) == OK);
    for (size_t i = 0; i < *n; i++)
        hits[i] = found[i];
    store_read_end(tx);
    arena_free(&a);
}

int main(void) {
    const char *wanted = getenv("TEXT_DOCS"), *query = getenv("TEXT_QUERY"), *repeat = getenv("TEXT_REPEAT"),
               *dir = getenv("TEXT_DIR");
    uint64_t docs = wanted ? strtoull(wanted, NULL, 10) : 20000;
    StoreConfig cfg = {.records = records, .record_count = 1, .no_sync = true};
    Store *s = kit_open(dir ? dir : kit_dir(), cfg);
    MUST(s);
    Fill f = {0, 0};
    for (uint64_t have = 0; !query && have < docs; have = f.to) {
        f = (Fill){have, have + 500 < docs ? have + 500 : docs};
        MUST(store_write(s, fill, &f) == OK);
    }
    TextHit hits[20];
    size_t n;
    int64_t total;
    if (query) {
        for (int i = repeat ? atoi(repeat) : 1; i > 0; i--)
            search(s, str_c0(query), 20, hits, &n, &total);
        printf("ok %s: %lld\n", query, (long long)total);
        store_close(s);
        return 0;
    }
    Arena a;
    int found = 0;
    arena_init(&a, 1 << 20);
    for (int i = 0; i < 50; i++) {
        uint64_t number = (uint64_t)i * docs / 50 + 7;
        kit_state = (uint64_t)i + 4242;
        Str title = title_of(&a, number), words = typed(&a, title, i % SLIPS);
        search(s, words, 5, hits, &n, &total);
        bool there = false;
        for (size_t k = 0; k < n; k++)
            there |= hits[k].id == (int64_t)number + 1;
        found += there;
        if (!there || dir)
            printf("# %s '%.*s' for '%.*s', %lld hits\n", there ? "found" : "MISSED", STR_ARG(words), STR_ARG(title),
                   (long long)total);
    }
    printf("# %d of 50 among the first five of %llu gigs\n", found, (unsigned long long)docs);
    CHECK(found == 50, "what is meant is among the first five hits");
    StoreStats stats;
    if (store_stats(s, &stats) == OK)
        printf("# %llu bytes used a gig\n", (unsigned long long)(stats.used_bytes / docs));
    store_close(s);
    arena_free(&a);
    return kit_failed;
}
