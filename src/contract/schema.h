/* schema.h - rows as JSON Schema (2020-12, as OpenAPI 3.1 wants it), and the small JSON writer of the documents. Internal to
 * contract. */
#ifndef CONTRACT_SCHEMA_H
#define CONTRACT_SCHEMA_H

#include "contract/internal.h"

/* Writing objects member by member: the comma is put where one is due. */
void doc_key(Buf *b, const char *name);
void doc_str(Buf *b, const char *name, const char *value); /* nothing when value is NULL */
void doc_i64(Buf *b, const char *name, int64_t v);
void doc_raw(Buf *b, const char *name, const char *json);
void doc_open(Buf *b, const char *name, char bracket);
void doc_item(Buf *b); /* before an element of an array */

/* One schema object each. */
void schema_input(Buf *b, const Contract *c, const Input *row);
/* An object of the rows that `take` chooses (NULL: all). */
void schema_inputs(Buf *b, const Contract *c, const Inputs *in, bool (*take)(const Input *row));
void schema_view(Buf *b, const Contract *c, const View *v);
/* A reference to the view's schema (scalars: in place). */
void schema_ref(Buf *b, const Contract *c, const View *v, bool nullable);
/* What a route answers: its view, in its envelope. */
void schema_reply(Buf *b, const Contract *c, const Route *r);

/* All views and named inputs that a contract's routes reach, each once. */
enum { SCHEMAS_MAX = 512 };
typedef struct Schemas {
    const View *views[SCHEMAS_MAX];
    const Inputs *inputs[SCHEMAS_MAX];
    size_t view_count, input_count;
} Schemas;
void schemas_collect(const Contract *c, Schemas *out);

static inline bool row_in_json(const Input *row) { return row->where == IN_BODY; }
static inline bool row_in_body(const Input *row) { return row->where == IN_BODY || row->where == IN_FILE; }
/* The name of a part that may have any. */
static inline const char *row_name(const Input *row) { return strcmp(row->name, "*") ? row->name : "file"; }
/* Several rows may take several facts of one file: the later ones of the same name. */
bool row_repeats(const Inputs *in, size_t i);

#endif
