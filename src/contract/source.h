/* source.h - where a row's value comes from: path, query, header, JSON, form, multipart. Internal to binding. */
#ifndef CONTRACT_SOURCE_H
#define CONTRACT_SOURCE_H

#include "contract/internal.h"

/* One value as it came: JSON, or text (path, query, form, header), of which lists have several. */
typedef struct Wire {
    enum { WIRE_ABSENT, WIRE_JSON, WIRE_TEXT } kind;
    const Json *json;
    Str *texts;
    size_t count;
    bool query; /* text of a query: empty is as if absent */
} Wire;

/* Where the rows of a set are looked up: the request, or one object inside the body. */
typedef struct Bind {
    Exchange *x;
    const Json *object;       /* nested sets; NULL at the top */
    const struct Bind *outer; /* for names of faults */
    const char *name;         /* of this set in the outer one */
    int64_t index;            /* in a list, -1 = not in one */
} Bind;

/* The value of a row as it came; WIRE_ABSENT when there is none. E_NOMEM. */
Err source_find(Bind *b, const Inputs *set, const Input *row, Wire *w);

#endif
