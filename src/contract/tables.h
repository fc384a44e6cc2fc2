/* tables.h - what a contract is made of: rows.
 *
 * A Contract is five tables: routes, and the inputs, views, enumerations and problem shape they name. One walker each parses (bind.h),
 * renders (render.h), routes (router.h), documents (openapi.h) and lints (lint.h) them, so none of these can drift from the
 * others. A row that needs logic names one function. All tables are static and read-only; all contracts call the same domain
 * operations. */
#ifndef CONTRACT_TABLES_H
#define CONTRACT_TABLES_H

#include "codec/money.h"
#include "contract/request.h"
#include "crypto/idmap.h"
#include "domain/session.h"

typedef struct Exchange Exchange; /* engine.h: one request under way */
typedef struct Render Render;     /* render.h */
typedef struct View View;
typedef struct Input Input;

/* A word of the wire and the domain's number for it. Ends with {NULL, 0}. */
typedef struct Word {
    const char *wire;
    int32_t value;
} Word;

/* How a value looks on the wire; the C type at the row's offset stands behind it. "Contract's form" is MoneyForm, TimeForm, IdForm. */
typedef enum Wire {
    W_STR,    /* Str: a string */
    W_I32,    /* int32_t: an integer */
    W_I64,    /* int64_t: an integer */
    W_BOOL,   /* bool */
    W_FLAG,   /* int32_t: true when the bits `arg` are set (views only) */
    W_MONEY,  /* int64_t minor units, in the contract's form */
    W_TIME,   /* int64_t ms since the epoch, in the contract's form; 0 is null */
    W_ID,     /* int64_t: an id of record kind `arg`, in the contract's form; 0 is null */
    W_WORD,   /* int32_t: one of `words` */
    W_WORDS,  /* int32_t bits: an array of `words` */
    W_E6,     /* int32_t degrees * 1e6: a number with up to six decimals */
    W_E2,     /* int64_t hundredths: a number with up to two decimals */
    W_STRS,   /* List of Str: an array of strings (inputs: or one comma-separated string) */
    W_IDS,    /* List of ids of kind `arg` */
    W_OBJECT, /* views: a struct at the offset, rendered by `view` */
    W_POINTER,/* views: a pointer to a struct, by `view`; NULL is null */
    W_RECORDS,/* views: a List of sub-records `record`, each by `view` */
    W_PAGE,   /* views: a PageOut of structs of `arg` bytes, an array of `view` */
    W_CALL    /* views: `render` writes the value (`view`, `words` and `schema` document it) */
} Wire;

typedef enum TimeForm { TIME_MS, TIME_ISO_Z, TIME_ISO_US, TIME_ISO_US_OFFSET } TimeForm;
typedef enum IdForm { ID_UUID, ID_INTEGER, ID_HEX } IdForm;

/* ---- inputs ---- */

typedef enum Where { IN_PATH, IN_QUERY, IN_BODY } Where;

struct Input {
    const char *name; /* on the wire; NULL ends the table */
    uint8_t in;       /* Where. A body is JSON, urlencoded or multipart, by its Content-Type. */
    uint8_t wire;     /* Wire */
    uint16_t offset;  /* in the operation's input struct */
    const char *field; /* the domain's name in Diag, when it differs from `name` */
    int8_t bit;       /* 1 + bit of `has` (a uint64_t at offset 0) that says it was given; 0: none */
    bool required;
    /* W_STR: code points; W_I32, W_I64, W_MONEY: value (minor units); W_STRS, W_IDS: how many. max 0: no bound of its own
     * (but INPUT_STR_MAX). */
    int64_t min, max;
    bool clamp;       /* out of min..max is moved into it instead of refused */
    bool loose;       /* an id that does not decode is a field error, not 404 (bodies); ignored elsewhere */
    int32_t arg;      /* W_ID, W_IDS: record kind */
    const Word *words;
    int64_t fallback; /* numbers and words: the value when absent */
    const char *doc;
    /* NULL, or: the last say on a value that passed the rest; points at the bound value. Returns NULL or a static message. */
    const char *(*check)(const void *value);
};
#define INPUT_STR_MAX 20000 /* code points of any string without a bound of its own */
#define HAS_BIT(b) ((int8_t)((b) + 1))

/* ---- views ---- */

/* Who sees a row, as bits; 0 = everybody. View.audience says what the caller is. */
enum { SEE_PARTY = 1, SEE_OWNER = 2, SEE_ADMIN = 4 };
typedef enum Empty { EMPTY_SHOWN, EMPTY_NULL, EMPTY_ABSENT } Empty;

typedef struct ViewRow {
    const char *name; /* NULL ends the table */
    uint8_t wire;
    uint8_t empty;    /* Empty: what becomes of 0, "" and [] */
    uint8_t see;      /* audience bits, any of them suffices */
    uint16_t offset;
    int32_t arg;
    const Word *words;
    const View *view;
    const Record *record; /* W_RECORDS */
    void (*render)(Render *r, const void *src); /* W_CALL: writes exactly one JSON value */
    const char *schema;   /* W_CALL without view: JSON Schema text of the value */
    const char *doc;
} ViewRow;

struct View {
    const char *name; /* of the schema in the OpenAPI document */
    const ViewRow *rows;
    /* NULL: everybody is public. The bits of what the caller is to this thing. */
    uint32_t (*audience)(const Call *c, const void *src);
    const char *doc;
    /* NULL, or: what `src` is turned into before the rows look at it (loads what rows of other records need), in the arena. NULL: it failed, r->err set. */
    const void *(*prepare)(Render *r, const void *src);
};

/* ---- routes ---- */

typedef enum Access { ACCESS_OPEN, ACCESS_SIGNED_IN, ACCESS_MODERATOR, ACCESS_ADMIN } Access;
typedef enum RateClass { RATE_OTHER, RATE_AUTH, RATE_UPLOAD, RATE_NONE } RateClass;
typedef enum Shape {
    SHAPE_ONE,   /* the view of the operation's result */
    SHAPE_LIST,  /* the result is a PageOut of `item_size` structs: the contract's list envelope around views, under `list_key` */
    SHAPE_NONE   /* no body (204), or `fixed` */
} Shape;

typedef struct Route {
    const char *method, *path; /* "/api/gigs/{id}"; NULL ends the table */
    OpFn *op;
    uint32_t in_size, out_size, item_size;
    const Input *input;
    const View *view;
    const char *list_key;
    const char *fixed;   /* SHAPE_NONE: the JSON text of the answer */
    uint8_t shape, access, rate;
    bool writes;
    uint16_t status;
    uint32_t errors;     /* bits 1u << Err that it can answer beside those that any route can */
    uint32_t body_bytes; /* 0: the setting body_bytes */
    /* Instead of op: for the few routes that are not one domain operation (a provider call in between, uploads, raw webhooks). The input is bound
     * when there is one (ex->in). Returns an Err to be worded, or OK with the reply made. */
    Err (*handler)(Exchange *ex);
    /* NULL, or: after a successful op, inside the transaction: adds headers (cookies), changes the status, or refuses. */
    Err (*after)(Exchange *ex, Call *c);
    /* NULL, or: before the transaction, after binding: slow work on the input (password hashing). */
    Err (*before)(Exchange *ex);
    const char *tag, *summary, *doc;
    const char *answer_schema; /* handlers without a view: JSON Schema text of the body; NULL: none */
} Route;

/* ---- contracts ---- */

typedef struct Contract {
    const char *name;  /* "campus" */
    const char *title, *doc;
    int32_t id;        /* ContractId */
    uint8_t id_form, money_form, time_form;
    const Route *const *routes; /* groups of rows, each ended; the list ends with NULL */
    /* Words an error: sets rep->status, content type and body, from the Err and its Diag. */
    void (*problem)(Exchange *ex, Err e, const Diag *d, Reply *rep);
    /* The status that `problem` answers for e, for documents; 0: never. */
    int (*problem_status)(Err e);
    const char *problem_schema;  /* JSON Schema text of an error body */
    /* Writes the list envelope around `items` already rendered. */
    void (*list)(Render *r, const Route *route, const PageOut *page, const View *item, uint32_t item_size);
    const char *list_schema;     /* JSON text of the envelope's other properties: "\"page\":{…},…" */
} Contract;

#endif
