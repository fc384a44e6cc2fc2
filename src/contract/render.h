/* render.h - result structs as JSON, by view rows.
 *
 * Straight into a Buf, no tree. Runs while the transaction stands, since rows hold views into it. */
#ifndef CONTRACT_RENDER_H
#define CONTRACT_RENDER_H

#include "contract/idcache.h"
#include "contract/keep.h"
#include "contract/table.h"

/* What a view function looked up for one thing and the next will want too: a list's categories. By `tag` of the function and id.
 */
typedef struct RenderMemo {
    int64_t id;
    int32_t tag;
    Str text;
} RenderMemo;
enum { RENDER_MEMOS = 16 };

/* Pieces: what a kept view (View.kept) showed of a thing lately, as text. The same gigs stand in one list after the other, the
 * same people beside them, and signed-in readers get no kept answers (answers.h). A list of 20 of 100,000 gigs that nobody asked
 * for yet took 241,000 instructions without pieces, 111,000 with them, and 57,000 since rows need not be read for them
 * (PageOut.unread); a gig, with its client, 27,000 and 23,700. */
enum { PIECES_SLOTS = 1024, PIECE_BYTES_MAX = 2048, PIECES_BYTES_MAX = PIECES_SLOTS * PIECE_BYTES_MAX };

/* What rendering needs of its surroundings. The realtime dialects fill one by engine_render_init to word events with the
 * contracts' views. */
struct Render {
    const Contract *contract;
    const IdMap *ids;
    IdCache *cache;      /* NULL: none */
    Keep *pieces;        /* NULL: none */
    const DomainConfig *cfg;
    Call
        *call; /* transaction, arena, actor, time. NULL: `get` and `load` functions that read the store must not be in the view */
    Arena *arena;
    Exchange *exchange; /* NULL outside a request */
    Buf *out;
    int decimals; /* of the currency */
    uint8_t id_form, money_form, time_form;
    unsigned depth;
    bool passing; /* set by functions of kept views: what they found will not be so at another time, and makes no piece */
    RenderMemo memo[RENDER_MEMOS];
    /* what W_ITEM and W_ITEMS rows of an envelope show */
    const View *item_view;
    const void *item;
    const PageOut *page;
    const char *plural;
};
enum { RENDER_DEPTH_MAX = 12 };

/* Appends the object; `row` NULL gives null. Failures stick in r->out->err. */
void render_view(Render *r, const View *v, const void *row);
/* Appends an array of `count` things. */
void render_items(Render *r, const View *v, const void *items, size_t count);
/* Appends a page's things as an array; `fitting`: only as many as there is room for, of lists that have no pages and whose things
 * are long. */
void render_page(Render *r, const View *v, const PageOut *page, bool fitting);
/* The memo for this id; its tag and id differ when it has to be filled. */
static inline RenderMemo *render_memo(Render *r, int64_t id) { return &r->memo[(uint64_t)id % RENDER_MEMOS]; }
/* Single values in the contract's forms, for functions that word things themselves. */
void render_id(Render *r, uint8_t form, uint8_t kind, int64_t id);
void render_money(Render *r, uint8_t form, int64_t minor);
void render_time(Render *r, uint8_t form, int64_t ms);
/* The word of a value; {NULL,0} when there is none. */
Str words_of(const Words *w, int32_t value);
/* The value of a word; false when there is none. */
bool words_value(const Words *w, Str word, int32_t *value);
/* The id as text in a form (arena), and back: false when it does not decode. ID_ANY tries all three. */
Str id_text(const IdMap *m, Arena *a, uint8_t form, uint8_t kind, int64_t id);
bool id_parse(const IdMap *m, uint8_t form, uint8_t kind, Str text, int64_t *id);

#endif
