/* render.h - from a struct to JSON, by view rows. Straight into the reply; nothing is built in between. */
#ifndef CONTRACT_RENDER_H
#define CONTRACT_RENDER_H

#include "contract/tables.h"

struct Render {
    Buf *out;
    Call *c;             /* the transaction the result lives in */
    const Contract *contract;
    const IdMap *ids;
    Err err;             /* first failure; out->err counts too */
    unsigned depth;      /* of nested views, bounded by RENDER_DEPTH_MAX */
};
enum { RENDER_DEPTH_MAX = 8 };

/* One object of the view. */
void render_view(Render *r, const View *v, const void *src);
/* An array of `n` structs of `size` bytes. */
void render_array(Render *r, const View *v, const void *items, size_t n, size_t size);
/* The value of a record loaded by id: null when id is 0 or the record is gone. `record` gives the size. */
void render_loaded(Render *r, const View *v, const Record *record, int64_t id);
/* Single values in the contract's forms. */
void render_str(Render *r, Str s);
void render_money(Render *r, int64_t minor);
void render_time(Render *r, int64_t ms);
void render_id(Render *r, uint8_t kind, int64_t id);
void render_word(Render *r, const Word *words, int32_t value);
/* A number of `value` / 10^decimals without trailing zeros. */
void render_decimal(Render *r, int64_t value, unsigned decimals);
/* `"name":` preceded by a comma unless first in its object; for W_CALL functions and envelopes. */
void render_key(Render *r, bool *first, const char *name);

#endif
