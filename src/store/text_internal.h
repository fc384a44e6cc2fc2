/* text_internal.h - how the full-text index lies in DB_TEXT; shared by the text_*.c files only.
 *
 * A log-structured inverted index (O'Neil et al. 1996, as Lucene does it): new documents wait in a small pending set, PENDING_MAX
 * of them become a segment that never changes, and SEGMENT_FAN segments of one size class are merged into one of the next. So a
 * document is written about once per size class in long sequential runs, instead of touching one page per word. A document lives
 * in exactly one place: removing it deletes its pending row or sets its bit in its segment's dead map. Merging drops the dead.
 *
 * Keys, all beginning with the index id (u8); integers in keys are big-endian, in values little-endian:
 *   KEY_META                        -> u32 next segment number, u32 segments, SegRow each, oldest first
 *   KEY_PENDING u32 document        -> u8 length class, then per word, ascending: u8 bytes, the word, u8 tf class
 *   KEY_DOCS    u32 segment         -> u32 document each, ascending, then u8 length class each. The position is the document's
 * ORDINAL KEY_DEAD    u32 segment         -> bitmap by ordinal; only when some document is dead KEY_TERMS   u32 segment, word ->
 * a chunk of the dictionary, beginning with that word Chunk: entries by ascending word, then u16 offsets of every
 * RESTART_EVERY-th entry, then u16 their number. Entry: u8 bytes shared with the word before (0 at a restart), u8 more bytes,
 * those bytes, varint df, with df > 1 varint bytes of the list, the list. List: postings by ascending ordinal, varint((ordinal -
 * previous - 1) << 3 | tf class). With df > BLOCK_POSTINGS it is cut into blocks of BLOCK_POSTINGS, each with u16 last ordinal
 * and u16 bytes before it.
 *
 * Term frequencies are kept in 8 classes and document lengths in 256, since BM25 needs no more. */
#ifndef STORE_TEXT_INTERNAL_H
#define STORE_TEXT_INTERNAL_H

#include "store/internal.h"
#include "store/text_fold.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "rows are stored as they lie in memory");

enum {
    PENDING_MAX = 64,
    SEGMENT_FAN = 4,
    SEGMENT_DOCS_MAX = 16384,
    SEGMENT_BYTES_MAX = 4 * 1024 * 1024, /* of dictionary; bounds the memory of a merge */
    SEGMENTS_MAX = 1024,
    MERGE_INPUTS_MAX = 8,
    CHUNK_BYTES = 16368, /* four pages without LMDB's header */
    RESTART_EVERY = 8,
    BLOCK_POSTINGS = 64,
    BLOCK_HEAD_BYTES = 4,
    TF_CLASSES = 8,
    DOC_WORDS_MAX = 20000, /* words of a document beyond these are not indexed */
    DOC_TERMS_MAX = 4096,  /* different ones */
    TERM_KEY_BYTES_MAX = 6 + TEXT_WORD_BYTES_MAX,
    TEXT_SCRATCH_BYTES = 32 * 1024 * 1024 /* of one merge, in the worst case */
};

typedef enum TextKey { KEY_META, KEY_PENDING, KEY_DOCS, KEY_DEAD, KEY_TERMS } TextKey;

typedef struct SegRow {
    uint32_t seq, docs, bytes;
    uint32_t has_dead;
    uint32_t id_min, id_max;
    uint64_t length; /* of all its documents, the dead ones too */
} SegRow;
_Static_assert(sizeof(SegRow) == 32, "SegRow is a stored row");

typedef struct TextMeta {
    uint32_t next_seq, count;
    SegRow *rows; /* room for one more */
} TextMeta;

/* One index in one transaction. */
typedef struct Text {
    Tx *tx;
    const Index *ix;
} Text;

/* ---- text_post.c: classes and lists ---- */

unsigned tf_class(uint32_t tf);
uint32_t tf_value(unsigned cls);
uint8_t length_class(uint32_t length);
uint32_t length_value(uint8_t cls);

typedef struct PostList {
    const uint8_t *p;
    uint32_t bytes, df;
} PostList;

/* Appends a list of n postings (ordinal << 3 | tf class), ascending. */
void post_put(Buf *b, const uint32_t *v, size_t n);

/* One posting. The list is followed by at least two readable bytes (the restarts of its chunk), so a torn varint cannot lead out
 * of the chunk. */
static inline const uint8_t *post_read(const uint8_t *p, uint32_t *v) {
    uint32_t x = *p++;
    if (x & 0x80) {
        x = (x & 0x7f) | (uint32_t)*p++ << 7;
        if (x & 0x4000)
            x = (x & 0x3fff) | (uint32_t)*p++ << 14;
    }
    *v = x;
    return p;
}

typedef struct PostBlock {
    const uint8_t *p, *end;
    uint32_t last; /* ordinal; UINT32_MAX when the list has one block and so no head */
} PostBlock;
/* Cuts the next block off the list's bytes; false at the end. */
static inline bool post_block(const PostList *l, const uint8_t **at, PostBlock *b) {
    const uint8_t *end = l->p + l->bytes;
    if (*at >= end)
        return false;
    if (l->df <= BLOCK_POSTINGS) {
        *b = (PostBlock){*at, end, UINT32_MAX};
        *at = end;
        return true;
    }
    uint32_t bytes = (uint32_t)(*at)[2] | (uint32_t)(*at)[3] << 8;
    const uint8_t *body = *at + BLOCK_HEAD_BYTES;
    if (end - body < (ptrdiff_t)bytes)
        return false;
    *b = (PostBlock){body, body + bytes, (uint32_t)(*at)[0] | (uint32_t)(*at)[1] << 8};
    *at = body + bytes;
    return true;
}

/* Everything in a list, for whoever does not count instructions. */
typedef struct PostIter {
    const PostList *list;
    const uint8_t *at;
    PostBlock block;
    uint32_t next; /* the least ordinal that may come */
} PostIter;
PostIter post_iter(const PostList *l);
bool post_next(PostIter *it, uint32_t *ordinal, unsigned *cls);

/* ---- text_seg.c: keys, segments, dictionary ---- */

Str text_key(const Text *t, TextKey what, uint8_t mem[TERM_KEY_BYTES_MAX]);
Str text_key_u32(const Text *t, TextKey what, uint32_t number, uint8_t mem[TERM_KEY_BYTES_MAX]);

/* Copies the meta row into the arena; no row is an empty index. */
Err text_meta_get(const Text *t, Arena *a, TextMeta *m);
Err text_meta_put(const Text *t, const TextMeta *m);

/* A segment's documents: views. */
typedef struct Seg {
    SegRow row;
    const uint8_t *ids, *lengths;
    const uint8_t *dead; /* NULL: all live */
} Seg;
Err seg_open(const Text *t, const SegRow *row, Seg *seg);
static inline uint32_t seg_id(const Seg *s, uint32_t ordinal) {
    uint32_t id;
    memcpy(&id, s->ids + 4 * (size_t)ordinal, 4);
    return id;
}
static inline bool seg_dead(const Seg *s, uint32_t ordinal) { return s->dead && (s->dead[ordinal / 8] >> ordinal % 8 & 1); }
/* The ordinal of a document, live or dead. */
bool seg_find(const Seg *s, uint32_t id, uint32_t *ordinal);
uint32_t seg_dead_count(const Seg *s);

/* A walk over one segment's dictionary. Views; not across writes. */
typedef struct TermCursor {
    const Text *t;
    Cursor *db; /* shared: only used while a chunk is being found */
    uint32_t seq;
    Str chunk;
    uint8_t chunk_key[TERM_KEY_BYTES_MAX];
    size_t chunk_key_n;
    const uint8_t *at, *end; /* the next entry; the end of entries */
    char word[TEXT_WORD_BYTES_MAX];
    size_t n;
    PostList list;
} TermCursor;
TermCursor term_cursor(const Text *t, Cursor *db, uint32_t seq);
/* Goes to the first word >= w (empty: the first of all) / to the next. False at the end, or when the chunk is malformed (then
 * tx->err is set). */
bool term_seek(TermCursor *c, Str w);
bool term_next(TermCursor *c);
static inline Str term_word(const TermCursor *c) { return str_of(c->word, c->n); }
/* Exactly this word. */
bool term_find(TermCursor *c, Str w, PostList *list);

/* ---- text_merge.c ---- */

/* Makes a segment of all pending documents, and merges while a size class is full. */
Err text_flush(const Text *t);
/* Writes one segment anew without its dead. */
Err text_compact(const Text *t, uint32_t seq);

/* ---- text_typo.c ---- */

/* Calls `found` for each word of the segment that is one edit away from w. */
void typo_walk(TermCursor *c, Str w, void (*found)(void *ctx, const TermCursor *c), void *ctx);
/* Are a and b one edit apart: a letter more, less, other, or two neighbours swapped (optimal string alignment distance 1)?
 * Whatever their length. */
bool typo_near(Str a, Str b);
/* Letters (code points) of valid UTF-8. */
size_t letters(Str s);

/* ---- text_lookup.c: the words of a query and where they are ---- */

/* How a document matches a word, worst first. With its tf class it makes a code: 1 + kind * TF_CLASSES + class; 0 is no match. */
typedef enum MatchKind { MATCH_TYPO, MATCH_PREFIX, MATCH_EXACT, MATCH_KINDS } MatchKind;
enum {
    CODES = 1 + MATCH_KINDS * TF_CLASSES,
    TYPO_LETTERS_MIN = 5 /* of the longer of the two words */,
    PREFIX_LETTERS_MIN = 2,
    LISTS_MAX = 8192
};

typedef struct QueryWord {
    char text[TEXT_WORD_BYTES_MAX];
    size_t n;
    bool prefix, typo; /* what it is looked up as, beside itself */
    bool held; /* some live document has it */
    uint64_t df[MATCH_KINDS]; /* postings found, dead documents' too */
} QueryWord;
static inline Str query_word(const QueryWord *w) { return str_of(w->text, w->n); }

typedef struct WordList {
    PostList list;
    MatchKind kind;
} WordList;

/* The lists of one word in one segment: lists[from..to). */
typedef struct Span {
    uint32_t from, to;
    uint64_t postings;
} Span;

typedef struct PendingDoc {
    uint32_t id;
    uint8_t length;
    Str words;
    uint8_t codes[TEXT_WORDS_MAX]; /* of each word of the query */
} PendingDoc;

/* An index opened for reading: views. */
typedef struct Reader {
    Text t;
    Arena *a;
    Cursor db;
    Seg *segs; /* the largest first */
    uint32_t seg_count;
    PendingDoc *pending;
    uint32_t pending_count;
    uint64_t docs, length;
} Reader;
Err reader_open(Tx *tx, const Index *ix, Arena *a, Reader *r);
void reader_close(Reader *r);
/* Is there a live document in a list? */
bool list_held(const Seg *s, const PostList *l);

typedef struct Query {
    Reader *r;
    QueryWord words[TEXT_WORDS_MAX];
    size_t count;
    WordList *lists;
    uint32_t list_count, list_cap;
    Span *spans; /* [word * seg_count + segment] */
} Query;
/* The distinct words of a text, the last TEXT_WORDS_MAX of them; the last one may match as a prefix. */
void query_parse(Query *q, Str text);
/* Finds every word's lists, with prefixes and, where a word is not held, typos. */
Err query_look_up(Query *q, Reader *r);

/* ---- text.c ---- */

/* The words of a row's text fields: distinct, ascending, with their tf class, as a pending row's value. */
Err text_extract(const Record *r, const Index *ix, const void *row, Arena *a, Str *pending);
/* Reads a pending row: its length class first, then word by word. */
static inline uint8_t pending_start(Str *rest) {
    uint8_t cls = rest->n ? (uint8_t)rest->p[0] : 0;
    *rest = str_from(*rest, 1);
    return cls;
}
static inline bool pending_next(Str *rest, Str *word, unsigned *cls) {
    if (!rest->n)
        return false;
    size_t n = (uint8_t)rest->p[0];
    if (rest->n < n + 2)
        return false;
    *word = str_of(rest->p + 1, n);
    *cls = (uint8_t)rest->p[1 + n] & (TF_CLASSES - 1);
    *rest = str_of(rest->p + n + 2, rest->n - n - 2);
    return true;
}

#endif
