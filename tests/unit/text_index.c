/* The full-text index against a model that looks at every document, over random insertions, changes and deletions. */
#include "store/text_internal.h"
#include "store_kit.h"

#include <math.h>

enum { DOCS_MAX = 6000, BATCH = 60, WORDS_OF_DOC = 64 };

typedef struct Note {
    int64_t id;
    Str title, body;
    List tags;
    bool hidden;
} Note;
static bool note_shown(const void *row) { return !((const Note *)row)->hidden; }
static const Field note_fields[] = {
    FIELD(1, Note, title, F_STR, "title"),
    FIELD(2, Note, body, F_STR, "body"),
    FIELD(3, Note, tags, F_STRS, "tags"),
    FIELD(4, Note, hidden, F_BOOL, "not in the index"),
};
enum { TITLE_WEIGHT = 4, TAG_WEIGHT = 2 };
static const Index note_text = {.id = 7,
                                .kind = IX_TEXT,
                                .name = "words",
                                .doc = "text",
                                .text = {{1, TITLE_WEIGHT}, {2, 1}, {3, TAG_WEIGHT}},
                                .when = note_shown};
static const Record NOTE = {.kind = 3,
                            .size = sizeof(Note),
                            .name = "note",
                            .doc = "a note",
                            .fields = note_fields,
                            .field_count = COUNT(note_fields),
                            .indexes = &note_text,
                            .index_count = 1};
static const Record *const records[] = {&NOTE};

/* ---- the model ---- */

typedef struct Has {
    char word[TEXT_WORD_BYTES_MAX];
    size_t n;
    uint32_t tf;
} Has;
typedef struct Doc {
    bool live;
    uint32_t count, length;
    Has has[WORDS_OF_DOC];
} Doc;
static Doc docs[DOCS_MAX + 1]; /* by id */
static int64_t last_id;

static void doc_add(Doc *d, Str s, uint32_t weight) {
    char mem[TEXT_WORD_BYTES_MAX];
    WordIter it = word_iter(s);
    for (size_t n; word_next(&it, mem, &n);) {
        uint32_t i = 0;
        while (i < d->count && !str_eq(str_of(d->has[i].word, d->has[i].n), str_of(mem, n)))
            i++;
        if (i == d->count) {
            MUST(d->count < WORDS_OF_DOC);
            d->has[d->count++] = (Has){.n = n};
            memcpy(d->has[i].word, mem, n);
        }
        d->has[i].tf += weight;
        d->length += weight;
    }
}

/* Optimal string alignment distance over code points, by the textbook table. */
static size_t distance(Str a, Str b) {
    uint32_t x[TEXT_WORD_BYTES_MAX + 1], y[TEXT_WORD_BYTES_MAX + 1];
    size_t nx = 0, ny = 0, d[TEXT_WORD_BYTES_MAX + 2][TEXT_WORD_BYTES_MAX + 2];
    for (size_t at = 0; at < a.n;)
        x[nx++] = str_utf8_next(a, &at);
    for (size_t at = 0; at < b.n;)
        y[ny++] = str_utf8_next(b, &at);
    for (size_t i = 0; i <= nx; i++)
        for (size_t j = 0; j <= ny; j++) {
            if (!i || !j) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (x[i - 1] != y[j - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[nx][ny];
}

enum { NO = -1 };
/* How a document's word matches a query's: a MatchKind or NO. */
static int match(Str has, Str want, bool prefix, bool typo) {
    if (typo)
        return distance(has, want) == 1 && (str_utf8_len(has) >= 5 || str_utf8_len(want) >= 5) ? MATCH_TYPO : NO;
    if (str_eq(has, want))
        return MATCH_EXACT;
    return prefix && str_starts(has, want) ? MATCH_PREFIX : NO;
}

typedef struct Model {
    size_t words;
    Str word[TEXT_WORDS_MAX];
    bool prefix[TEXT_WORDS_MAX], typo[TEXT_WORDS_MAX];
    uint64_t df[TEXT_WORDS_MAX][MATCH_KINDS];
    uint64_t n, length;
    bool any;
    int64_t total;
} Model;

/* The best match of a word in a document: its code, 0 for none. */
static unsigned best_code(const Model *m, const Doc *d, size_t w) {
    unsigned best = 0;
    for (uint32_t i = 0; i < d->count; i++) {
        int kind = match(str_of(d->has[i].word, d->has[i].n), m->word[w], m->prefix[w], m->typo[w]);
        unsigned code = kind == NO ? 0 : 1 + (unsigned)kind * TF_CLASSES + tf_class(d->has[i].tf);
        best = code > best ? code : best;
    }
    return best;
}

static bool doc_matches(const Model *m, const Doc *d) {
    size_t found = 0;
    for (size_t w = 0; w < m->words; w++)
        found += best_code(m, d, w) > 0;
    return d->live && (m->any ? found > 0 : found == m->words);
}

static void model_make(Model *m, Str text, Arena *a) {
    *m = (Model){0};
    Query q;
    query_parse(&q, text);
    m->words = q.count;
    for (size_t w = 0; w < q.count; w++) {
        m->word[w] = arena_str(a, query_word(&q.words[w]));
        m->prefix[w] = w + 1 == q.count && str_utf8_len(m->word[w]) >= PREFIX_LETTERS_MIN;
        for (int typo = 0; typo < 2; typo++) {
            bool held = false;
            if (typo && str_utf8_len(m->word[w]) < 4)
                break;
            m->typo[w] = typo;
            for (int64_t id = 1; id <= last_id && !held; id++)
                held = docs[id].live && best_code(m, &docs[id], w);
            if (held)
                break;
        }
    }
    for (int64_t id = 1; id <= last_id; id++) {
        if (!docs[id].live)
            continue;
        m->n++;
        m->length += length_value(length_class(docs[id].length));
        for (size_t w = 0; w < m->words; w++)
            for (uint32_t i = 0; i < docs[id].count; i++) {
                int kind = match(str_of(docs[id].has[i].word, docs[id].has[i].n), m->word[w], m->prefix[w], m->typo[w]);
                if (kind != NO)
                    m->df[w][kind]++;
            }
    }
    for (int any = 0; any < 2 && m->words && !m->total && (!any || m->words > 1); any++) {
        m->any = any;
        for (int64_t id = 1; id <= last_id; id++)
            m->total += doc_matches(m, &docs[id]);
    }
}

static double model_score(const Model *m, const Doc *d) {
    static const double worth[MATCH_KINDS] = {0.5, 0.6, 1.0};
    double score = 0, norm = 1.2 * (0.25 + 0.75 * length_value(length_class(d->length)) / ((double)m->length / (double)m->n));
    for (size_t w = 0; w < m->words; w++) {
        unsigned code = best_code(m, d, w);
        if (!code)
            continue;
        unsigned kind = (code - 1) / TF_CLASSES;
        double df = (double)(m->df[w][kind] < m->n ? m->df[w][kind] : m->n), tf = tf_value((code - 1) % TF_CLASSES);
        score += worth[kind] * log(1 + ((double)m->n - df + 0.5) / (df + 0.5)) * tf * 2.2 / (tf + norm);
    }
    return score;
}

/* ---- random documents and queries ---- */

/* Words near each other, in several scripts, with accents and cases; the earlier the more frequent. */
static const char *const stems[] = {"design", "desing", "Logo",    "poster", "Café",   "cafes",    "tutor",   "tutors",  "maths",
                                    "mathis", "हिन्दी",  "हिंदी",    "कॉलेज",   "Привет", "привёт",   "Ελλάδα",  "ελλαδα",  "c++",
                                    "c#",     "résumé", "resumes", "zeta",   "zebra",  "delivery", "deliver", "devilery"};

static Str random_word(char mem[64]) {
    uint64_t range = kit_below(4) ? 8 : COUNT(stems);
    int n = kit_below(5) ? snprintf(mem, 64, "%s", stems[kit_below(range)])
                         : snprintf(mem, 64, "w%llu", (unsigned long long)kit_below(400));
    return str_of(mem, (size_t)n);
}

static Str random_text(Arena *a, uint64_t words) {
    Buf b = buf_arena(a, 4096);
    for (uint64_t i = 0; i < words; i++) {
        char mem[64];
        buf_add(&b, random_word(mem));
        buf_char(&b, " ,.-\n"[kit_below(5)]);
    }
    return buf_str(&b);
}

typedef struct Batch {
    Store *store;
    bool only_insert;
    uint64_t seed;
} Batch;

static Err put_note(Tx *tx, int64_t id) {
    Arena *a = tx_arena(tx);
    Str tags[3];
    Note n = {.id = id, .title = random_text(a, kit_below(4)), .body = random_text(a, kit_below(25))};
    size_t count = kit_below(3);
    for (size_t i = 0; i < count; i++)
        tags[i] = random_text(a, 1 + kit_below(2));
    n.tags = list_of_strs(a, tags, count);
    n.hidden = kit_below(10) == 0;
    Err e = id ? rec_put(tx, &NOTE, &n) : rec_insert(tx, &NOTE, &n);
    MUST(n.id <= DOCS_MAX);
    Doc *d = &docs[n.id];
    *d = (Doc){.live = !n.hidden};
    doc_add(d, n.title, TITLE_WEIGHT);
    doc_add(d, n.body, 1);
    for (size_t i = 0; i < count; i++)
        doc_add(d, tags[i], TAG_WEIGHT);
    last_id = n.id > last_id ? n.id : last_id;
    return e;
}

static Err write_batch(Tx *tx, void *arg) {
    const Batch *b = arg;
    kit_state = b->seed;
    for (int i = 0; i < BATCH; i++) {
        int64_t id = last_id ? 1 + (int64_t)kit_below((uint64_t)last_id) : 0;
        uint64_t act = b->only_insert || !id ? 0 : kit_below(10);
        Err e;
        if (act < 6) {
            e = put_note(tx, 0);
        } else if (!rec_exists(tx, &NOTE, id)) {
            continue;
        } else if (act < 8) {
            e = put_note(tx, id);
        } else {
            docs[id].live = false;
            e = rec_delete(tx, &NOTE, id);
        }
        if (e)
            return e;
    }
    return OK;
}

/* ---- comparing ---- */

static bool odd_only(void *ctx, Tx *tx, int64_t id) {
    (void)ctx, (void)tx;
    return id % 2;
}

static int by_third(void *ctx, Tx *tx, int64_t id) {
    (void)ctx, (void)tx;
    return id % 3 == 0;
}

/* A query's hits are the model's documents, in order; with `scores` their scores are the model's too. */
static bool compare(Tx *tx, Str text, bool scores) {
    static Model m;
    TextHit *hits, *page;
    size_t n, page_n;
    int64_t total, odd = 0;
    model_make(&m, text, tx_arena(tx));
    TextQuery q = {.words = text, .rank = by_third, .limit = DOCS_MAX};
    if (text_search(tx, &note_text, &q, &hits, &n, &total) || total != m.total || n != (size_t)total) {
        printf("# %.*s: %lld found, %lld expected\n", STR_ARG(text), (long long)total, (long long)m.total);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const TextHit *h = &hits[i], *before = i ? &hits[i - 1] : NULL;
        odd += h->id % 2;
        if (h->id < 1 || h->id > last_id || !doc_matches(&m, &docs[h->id]))
            return false;
        if (before && (before->score < h->score || (before->score == h->score && (before->id % 3 == 0) < (h->id % 3 == 0)) ||
                       (before->score == h->score && (before->id % 3 == 0) == (h->id % 3 == 0) && before->id <= h->id)))
            return false;
        if (scores && fabs(model_score(&m, &docs[h->id]) * 1000 - h->score) > 4) {
            printf("# %.*s: %lld has %u, not %f\n", STR_ARG(text), (long long)h->id, h->score,
                   model_score(&m, &docs[h->id]) * 1000);
            return false;
        }
    }
    q.skip = (int64_t)kit_below(n + 2);
    q.limit = (int64_t)kit_below(30);
    if (text_search(tx, &note_text, &q, &page, &page_n, &total) || total != m.total)
        return false;
    size_t from = (size_t)q.skip < n ? (size_t)q.skip : n;
    if (page_n != (n - from < (size_t)q.limit ? n - from : (size_t)q.limit))
        return false;
    for (size_t i = 0; i < page_n; i++)
        if (page[i].id != hits[from + i].id)
            return false;
    q.keep = odd_only;
    /* Nothing kept of what has all words: then any word may do, which the model does not follow. */
    return text_search(tx, &note_text, &q, &page, &page_n, &total) == OK && (!odd || total == odd);
}

static bool compare_many(Store *s, int count, bool scores) {
    Arena a;
    arena_init(&a, 64 << 20);
    bool good = true;
    for (int i = 0; i < count && good; i++) {
        Tx *tx;
        arena_reset(&a);
        MUST(store_read(s, &a, &tx) == OK);
        Buf b = buf_arena(&a, 512);
        for (uint64_t words = 1 + kit_below(3); words; words--) {
            char mem[64];
            Str w = random_word(mem);
            if (kit_below(4) == 0) /* a prefix, or a typo */
                w.n -= kit_below(w.n);
            if (kit_below(6) == 0 && w.n)
                mem[kit_below(w.n)] = (char)('a' + kit_below(26));
            buf_add(&b, w);
            buf_char(&b, ' ');
        }
        good = compare(tx, buf_str(&b), scores);
        if (!good)
            printf("# query: %.*s\n", STR_ARG(buf_str(&b)));
        store_read_end(tx);
    }
    arena_free(&a);
    return good;
}

/* The most frequent completions, by the model. */
static bool suggestions(Store *s, const char *typed, Str prefix) {
    Arena a;
    Tx *tx;
    Str out[TEXT_SUGGEST_MAX];
    size_t n;
    arena_init(&a, 8 << 20);
    MUST(store_read(s, &a, &tx) == OK);
    bool good = text_suggest(tx, &note_text, str_c0(typed), out, TEXT_SUGGEST_MAX, &n) == OK && n > 0;
    for (size_t i = 0; i < n && good; i++) {
        Str before = str_slice(str_c0(typed), 0, strlen(typed) - prefix.n), word = str_from(out[i], before.n);
        good = str_starts(out[i], before) && str_starts(word, prefix);
        bool held = false;
        for (int64_t id = 1; id <= last_id; id++)
            for (uint32_t k = 0; docs[id].live && k < docs[id].count; k++)
                held |= str_eq(str_of(docs[id].has[k].word, docs[id].has[k].n), word);
        good = good && held;
    }
    store_read_end(tx);
    arena_free(&a);
    return good;
}

static bool clean(Store *s) {
    uint64_t faults = 0;
    return store_check(s, kit_say, NULL, &faults) == OK && faults == 0;
}

static void write_many(Store *s, int batches, bool only_insert) {
    for (int i = 0; i < batches; i++) {
        Batch b = {s, only_insert, kit_next()};
        MUST(store_write(s, write_batch, &b) == OK);
        kit_state = b.seed + 1;
    }
}

/* ---- what check finds ---- */

static Err break_words(Tx *tx, void *arg) {
    (void)arg;
    Text t = {tx, &note_text};
    uint8_t mem[TERM_KEY_BYTES_MAX];
    Cursor c;
    Err e = cursor_open(tx, DB_TEXT, &c);
    if (e || !cursor_seek(&c, text_key(&t, KEY_PENDING, mem)))
        return E_INTERNAL;
    Str key = arena_str(tx_arena(tx), c.key);
    return db_put(tx, DB_TEXT, key, S("\1\1x"));
}

static Err break_meta(Tx *tx, void *arg) {
    (void)arg;
    Text t = {tx, &note_text};
    TextMeta m;
    Err e = text_meta_get(&t, tx_arena(tx), &m);
    if (e || !m.count)
        return E_INTERNAL;
    m.count--;
    return text_meta_put(&t, &m);
}

static void quiet(void *ctx, Str line) { (void)ctx, (void)line; }

static uint64_t faults_after(Store *s, StoreWriteFn *fn) {
    uint64_t faults = 0;
    MUST(store_write(s, fn, NULL) == OK);
    return store_check(s, quiet, NULL, &faults) == OK ? faults : 0;
}

int main(void) {
    StoreConfig cfg = {.records = records, .record_count = 1, .no_sync = true};
    kit_state = 42;
    Store *s = kit_open(kit_dir(), cfg);
    MUST(s);
    CHECK(compare_many(s, 5, true), "an empty index");
    write_many(s, 1, true);
    CHECK(compare_many(s, 100, true), "pending documents only: the same hits and scores as the model");
    write_many(s, 24, true);
    CHECK(compare_many(s, 80, true), "segments and pending: the same hits and scores as the model");
    CHECK(clean(s), "check finds nothing after insertions");
    bool good = true;
    for (int round = 0; round < 12 && good; round++) {
        write_many(s, 5, false);
        good = compare_many(s, 12, false);
    }
    CHECK(good, "changes and deletions: the same hits as the model");
    CHECK(clean(s), "check finds nothing after changes and deletions");
    CHECK(suggestions(s, "logo de", S("de")), "suggestions begin as typed and are held by a live document");
    store_close(s);
    s = kit_open(kit_dir_path, cfg);
    MUST(s);
    CHECK(compare_many(s, 20, false), "the same after opening again");
    CHECK(faults_after(s, break_words) > 0, "check finds a document whose words differ");
    CHECK(faults_after(s, break_meta) > 0, "check finds a lost segment");
    store_close(s);
    return kit_failed;
}
