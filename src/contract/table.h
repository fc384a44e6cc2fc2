/* table.h - an API contract as rows.
 *
 * A Contract is data: its routes, their input rows (how a request becomes an operation's input struct) and view rows (how a
 * result struct becomes JSON), its forms of ids, money and time, its words for enums, its error shape. One walker each binds
 * (bind.h), renders (render.h), routes (route.h), documents (openapi.h) and lints (lint.h) them; so none of these can drift from
 * another. A row that needs logic names one function. All tables are static and const.
 *
 * Making a contract: Words, Inputs and Views by topic, then Route rows in sections, then one Contract. src/contract/campus is the
 * model. */
#ifndef CONTRACT_TABLE_H
#define CONTRACT_TABLE_H

#include "contract/request.h"
#include "domain/domain.h"

typedef struct Contract Contract;
typedef struct Route Route;
typedef struct View View;
typedef struct Inputs Inputs;
typedef struct Render Render;
typedef struct Exchange Exchange;

/* ---- how values look on the wire ---- */

typedef enum WireType {
    W_NONE,
    W_STR,     /* Str */
    W_INT,     /* int64_t, int32_t, uint32_t */
    W_BOOL,    /* bool */
    W_MONEY,   /* int64_t minor units, in the contract's money form (or row.form) */
    W_TIME,    /* int64_t ms, in the contract's time form (or row.form) */
    W_DECIMAL, /* int64_t or int32_t that counts 10^-scale: ratings, degrees */
    W_ID,      /* int64_t id of a record (`kind` says of which), in the contract's id form (or row.form) */
    W_WORD,    /* int32_t: one word of `words`; inputs also bool, from a word whose value is 0 or 1 */
    W_WORDS,   /* int32_t or uint32_t of bits: a list of words; a word's value is its bits */
    W_STRS,    /* List of Str */
    W_IDS,     /* List of int64_t: ids of such records; inputs also take objects that carry one as "id" */
    W_ROW,     /* a struct inside (offset), or one that `get` finds: nested `view` or `sub` */
    W_ROWS,    /* several: with `record` a List of its sub-records, else a Rows */
    W_MAP,     /* views only: List of Str, alternating key and value, as an object of strings */
    W_FILE,    /* inputs only: an uploaded part; row.form says which fact of it */
    W_JSON,    /* a Str holding JSON text as it is (inputs: any value) */
    W_CONST,   /* views only: `literal` as it stands */
    W_ITEM,    /* envelopes only: the result in the route's view */
    W_ITEMS    /* envelopes only: the PageOut's items in the route's view; a NULL name is the route's plural */
} WireType;

/* Arrays in input and result structs: W_ROWS without `record`. Any pair of pointer and size_t laid out so will do. */
typedef struct Rows {
    const void *items;
    size_t count;
} Rows;

/* Forms. 0 in a row is the contract's own. */
typedef enum IdForm { ID_UUID = 1, ID_INTEGER, ID_HEX24, ID_ANY /* inputs: whichever of the three it is */ } IdForm;
typedef enum MoneyWire {
    PAY_MINOR = 1,
    PAY_MAJOR,
    PAY_MAJOR_1,
    PAY_MAJOR_ALL,
    PAY_MAJOR_TEXT /* as PAY_MAJOR_ALL, in quotes */
} MoneyWire;
typedef enum TimeWire {
    TIME_MS = 1,
    TIME_ISO_Z,
    TIME_ISO_MICROS,
    TIME_ISO_MICROS_OFFSET,
    TIME_ISO_MILLIS_Z,
    TIME_DATE,
    TIME_SECONDS
} TimeWire;
typedef enum FileFact { FILE_BYTES = 1 /* Str */, FILE_NAME /* Str */, FILE_CLAIMED_TYPE /* Str */ } FileFact;

/* Words of an enum. Several values may share a word (the first row of a word is what it means in a W_WORD input; all of them in
 * W_WORDS), and several words one value (the first is what is written; the others are taken). */
typedef struct Word {
    int32_t value;
    Str word;
} Word;
typedef struct Words {
    const Word *rows;
    size_t count;
    const char *name; /* of its schema */
    bool any_case;    /* inputs: taken in any case */
} Words;
#define WORD(value_, word_) {(value_), STR_INIT(word_)}
#define WORDS(ident, schema_name, ...)                \
    static const Word ident##_rows[] = {__VA_ARGS__}; \
    const Words ident = {ident##_rows, COUNT(ident##_rows), schema_name, false}

/* ---- inputs ---- */

typedef enum Where {
    IN_PATH,  /* {name} of the route's path */
    IN_QUERY,
    IN_BODY,  /* member of the JSON object, or field of the form */
    IN_FILE,  /* part of a multipart body; name "*" is the first file whatever its name */
    IN_HEADER,
    IN_CONST, /* not on the wire: `fallback` is put in (also Str: `text`) */
    IN_SELF   /* not on the wire: the caller's user id (0 when nobody is signed in) */
} Where;

enum {
    IN_REQUIRED = 1,
    IN_NULLABLE = 2,  /* null is a value: `has` is set, the member stays zero. Elsewhere null is as if absent */
    IN_CLAMP = 4,     /* a number out of range is brought into it instead of refused */
    IN_DEFAULT = 8,   /* absent: `fallback` */
    IN_COMMA = 16,    /* a list in a query or form is also split at commas */
    IN_TRIM = 32,     /* white space around a string is cut; then it counts towards min */
    IN_ACCOUNT = 64,  /* names the account at sign-in: rate limits count by it */
    IN_FLAT = 128,    /* W_ROW: when its name is absent, its rows are looked up beside it; not in positional arrays */
    IN_LENIENT = 256, /* a number or bool may be a string holding one, and a string may be a number */
    IN_SECRET = 512,  /* never echoed; "password" in the document */
    IN_NOT_NULL = 1024, /* null is a fault also where the value is not required */
    IN_LAX = 2048     /* a value that is not good is as if absent */
};

/* Why a value was refused; a contract words it (Contract.fault). */
typedef enum Fault {
    FAULT_REQUIRED,
    FAULT_NULL,
    FAULT_TYPE,
    FAULT_SHORT,
    FAULT_LONG,
    FAULT_SMALL,
    FAULT_BIG,
    FAULT_FEW,
    FAULT_MANY,
    FAULT_WORD,
    FAULT_FORM,     /* not readable as what it should be: a time, a number in text */
    FAULT_DECIMALS, /* more decimals than the currency has */
    FAULT_CHARACTER /* NUL or another control character */
} Fault;

/* Beyond what the row says: is the bound value good? `in` is the whole input struct (not complete yet: rows are bound in order).
 * On E_INVALID the message goes to *why. */
typedef Err InputCheck(Exchange *x, const void *value, const void *in, Str *why);

typedef struct Input {
    const char *name; /* on the wire */
    uint8_t where, type, form;
    uint16_t flags;
    int8_t has;       /* bit of the struct's first member `uint64_t has`, -1 = none */
    uint8_t scale;    /* W_DECIMAL: digits after the point */
    uint16_t offset, size;
    /* Strings: code points. Numbers, money (minor units), times: value. Lists: count. Files: bytes; max 0 is the
     * box's limit of uploads. Elsewhere max 0 = no upper bound (and
     * then for numbers no lower one unless min > 0). */
    int64_t min, max;
    int64_t fallback;
    const char *text; /* IN_CONST and IN_DEFAULT of a Str */
    const Words *words;
    const Inputs *sub;
    const Record *kind; /* W_ID, W_IDS: what they are ids of */
    const Record *record; /* W_ROWS into a List */
    /* W_IDS of files: the offset of a List of Str in the same struct that takes addresses elsewhere on the web, and 1 + the
     * has-bit that says so. 0: they are faults. */
    uint16_t links;
    uint8_t links_has;
    InputCheck *check;
    const char *canonical; /* the member's name: what the domain calls the field in a Diag */
    const char *format; /* for the document: "email", "uri"; NULL */
    const char *example; /* JSON text for the document, or NULL */
    const char *doc;
} Input;

struct Inputs {
    const Input *rows;
    size_t count;
    size_t size; /* of the struct */
    const char *name; /* of its schema when nested; may be NULL at the top */
};

#define IN_AT(T, member) .offset = offsetof(T, member), .size = sizeof(((T *)0)->member), .canonical = #member
/* A row: INPUT("title", IN_BODY, W_STR, GigIn, title, HAS_TITLE, "What it is.", .flags = IN_REQUIRED, .min = 3, .max = 120) */
#define INPUT(name_, where_, type_, T, member, has_, doc_, ...) \
    {.name = (name_), .where = (where_), .type = (type_), IN_AT(T, member), .has = (has_), .doc = (doc_), ##__VA_ARGS__}
enum { NO_HAS = -1 };
/* The {id} in a path. */
#define INPUT_ID(name_, T, member, kind_, doc_) \
    {.name = (name_),                           \
     .where = IN_PATH,                          \
     .type = W_ID,                              \
     IN_AT(T, member),                          \
     .kind = (kind_),                           \
     .has = NO_HAS,                             \
     .flags = IN_REQUIRED,                      \
     .doc = (doc_)}
#define INPUT_CONST(T, member, value_) {.where = IN_CONST, .type = W_INT, IN_AT(T, member), .has = NO_HAS, .fallback = (value_)}
#define INPUT_SELF(T, member) {.where = IN_SELF, .type = W_INT, IN_AT(T, member), .has = NO_HAS}
/* ?page= and ?limit= as PageIn `member` takes them. */
#define INPUT_PAGE(T, member) INPUT_PAGING(T, member.page, member.limit)
#define INPUT_PAGING(T, page_, limit_)   \
    {.name = "page",                     \
     .where = IN_QUERY,                  \
     .type = W_INT,                      \
     IN_AT(T, page_),                    \
     .has = NO_HAS,                      \
     .flags = IN_CLAMP | IN_DEFAULT,     \
     .min = 1,                           \
     .max = 1000000,                     \
     .fallback = 1,                      \
     .doc = "Which page, from 1."},      \
        {.name = "limit",                \
         .where = IN_QUERY,              \
         .type = W_INT,                  \
         IN_AT(T, limit_),               \
         .has = NO_HAS,                  \
         .flags = IN_CLAMP | IN_DEFAULT, \
         .min = 1,                       \
         .max = LIST_LIMIT_MAX,          \
         .fallback = LIST_LIMIT_DEFAULT, \
         .doc = "Things per page."}
#define INPUTS(ident, T, ...)                          \
    static const Input ident##_rows[] = {__VA_ARGS__}; \
    static const Inputs ident = {ident##_rows, COUNT(ident##_rows), sizeof(T), NULL}
/* The same with a name, for rows in rows. */
#define INPUTS_NAMED(ident, T, schema_name, ...)       \
    static const Input ident##_rows[] = {__VA_ARGS__}; \
    static const Inputs ident = {ident##_rows, COUNT(ident##_rows), sizeof(T), schema_name}

/* ---- views ---- */

typedef union Value {
    Str s;
    int64_t i; /* W_INT, W_MONEY, W_TIME, W_DECIMAL, W_ID, W_WORD, W_WORDS */
    bool b;
    List list; /* W_STRS, W_IDS, W_MAP, W_ROWS with record */
    const void *row; /* W_ROW */
    Rows rows; /* W_ROWS */
} Value;

/* Who may see a row of a view, as bits; 0 is everybody. Others do not get the row at all. */
enum { FOR_PARTY = 1, FOR_OWNER = 2, FOR_MODERATOR = 4 };

typedef enum Empty {
    EMPTY_SHOW, /* "", 0, false, []; of ids, times and words, where zero is no value, null */
    EMPTY_NULL, /* null instead of the empty string, the zero, the empty list */
    EMPTY_OMIT
} Empty;

enum { VIEW_KEY_BYTES = 40 /* a wire name has at most 36 characters */ };

typedef struct ViewRow {
    const char *name; /* on the wire; "" in a scalar view */
    char key[VIEW_KEY_BYTES]; /* the same as it is written: ,"name": */
    uint8_t key_n;
    uint8_t type, form, empty, audience, scale;
    bool optional; /* `get` may say "not there": then by `empty` (EMPTY_SHOW gives null) */
    uint16_t offset, size;
    /* Instead of a member: finds the value (memory: r->arena or the transaction). False: there is none. */
    bool (*get)(Render *r, const void *row, Value *out);
    const Words *words;
    const View *view;
    const Record *kind; /* W_ID, W_IDS: what they are ids of */
    const Record *record; /* W_ROWS out of a List */
    const char *literal; /* W_CONST */
    const char *doc;
} ViewRow;

struct View {
    const char *name; /* of its schema: "Gig" */
    const ViewRow *rows;
    size_t count;
    size_t size; /* of the struct that members are offsets into; 0 when all rows use `get` or there are none */
    bool scalar; /* not an object: the value of its only row */
    /* What it shows follows from the id (int64_t) that its rows begin with and from the data, whoever looks: it is rendered once
     * for each version of the data (render.h, pieces), unless it is the one thing that an operation results in, which may be
     * other than what is stored (a gig that counts its reader). */
    bool kept;
    /* What the caller is to this thing: FOR_… bits. NULL: nobody special. Moderators get FOR_MODERATOR by themselves. */
    unsigned (*audience)(Render *r, const void *row);
    /* Called once per thing before its rows: what members are offsets into from here on, found by the row it is given (an id, a
     * smaller struct). NULL result: null. */
    const void *(*load)(Render *r, const void *row);
    const char *doc;
};

#define KEY_OF(name_) .name = (name_), .key = ",\"" name_ "\":", .key_n = sizeof(name_) + 3
#define OUT_AT(T, member) .offset = offsetof(T, member), .size = sizeof(((T *)0)->member)
/* A row: SHOW("title", W_STR, Gig, title, "What it is."), SHOW_ID("clientId", Gig, client, &USER, "Who wants it.") */
#define SHOW(name_, type_, T, member, doc_, ...) {KEY_OF(name_), .type = (type_), OUT_AT(T, member), .doc = (doc_), ##__VA_ARGS__}
#define SHOW_ID(name_, T, member, kind_, doc_, ...) SHOW(name_, W_ID, T, member, doc_, .kind = (kind_), ##__VA_ARGS__)
/* A row with a function: SHOW_GET("isBoosted", W_BOOL, gig_is_boosted, "…") */
#define SHOW_GET(name_, type_, get_, doc_, ...) {KEY_OF(name_), .type = (type_), .get = (get_), .doc = (doc_), ##__VA_ARGS__}
#define SHOW_CONST(name_, literal_, doc_) {KEY_OF(name_), .type = W_CONST, .literal = (literal_), .doc = (doc_)}
/* Envelopes: where the items go, under the route's plural or a name of its own. */
#define SHOW_ITEMS() {.type = W_ITEMS, .doc = "The things of this page."}
#define SHOW_ITEMS_AS(name_) {KEY_OF(name_), .type = W_ITEMS, .doc = "The things of this page."}
#define SHOW_ITEM_AS(name_) {KEY_OF(name_), .type = W_ITEM, .doc = "The result."}
#define VIEW(ident, T, schema_name, doc_, ...)           \
    static const ViewRow ident##_rows[] = {__VA_ARGS__}; \
    const View ident = {.name = schema_name, .rows = ident##_rows, .count = COUNT(ident##_rows), .size = sizeof(T), .doc = doc_}
/* A thing that is one value: a list of Str is shown as ["a","b"] by VIEW_SCALAR(strings_view, W_STR, Str, "…"). */
#define VIEW_SCALAR(ident, type_, T, doc_)                                                                 \
    static const ViewRow ident##_rows[] = {{.name = "", .type = (type_), .size = sizeof(T), .doc = doc_}}; \
    const View ident = {.name = "", .rows = ident##_rows, .count = 1, .size = sizeof(T), .scalar = true, .doc = doc_}
/* The same with .audience and .load in parentheses: VIEW_WITH(order_view, Order, "Order", "…", (.audience = order_audience),
 * rows…) */
#define VIEW_WITH(ident, T, schema_name, doc_, with_, ...) \
    static const ViewRow ident##_rows[] = {__VA_ARGS__};   \
    const View ident = {.name = schema_name,               \
                        .rows = ident##_rows,              \
                        .count = COUNT(ident##_rows),      \
                        .size = sizeof(T),                 \
                        .doc = doc_,                       \
                        VIEW_ARGS with_}
#define VIEW_ARGS(...) __VA_ARGS__

/* ---- routes ---- */

typedef enum Shape {
    SHAPE_NONE, /* no body */
    SHAPE_ONE, /* the result struct in `view`, in `envelope` when there is one */
    SHAPE_LIST, /* a PageOut whose items are shown in `view`, in the route's or the contract's list envelope */
    SHAPE_ARRAY, /* the same without envelope; of very long things only as many as an answer may hold */
    SHAPE_FIXED, /* `fixed`: JSON text */
    SHAPE_RAW /* the handler fills the reply itself; `media` is its type in the document */
} Shape;

typedef enum Access {
    ACCESS_OPEN, /* credentials are not looked at */
    ACCESS_OPTIONAL, /* somebody or nobody; a bad Bearer token is refused, a bad cookie ignored */
    ACCESS_SIGNED_IN,
    ACCESS_MODERATOR,
    ACCESS_ADMIN
} Access;

typedef enum RateClass { RATE_OTHER, RATE_AUTH, RATE_UPLOAD, RATE_NONE /* webhooks, probes */, RATE_CLASS_COUNT } RateClass;

typedef enum BodyKind {
    BODY_AUTO, /* JSON, urlencoded or multipart, by Content-Type (JSON when there is none); none when no row is IN_BODY or IN_FILE
                */
    BODY_RAW /* left alone: x->req->body */
} BodyKind;

/* What is not one domain operation: provider calls in between, streams, webhooks. Runs without a transaction, after access, rate
 * and binding; see exchange.h for what it may call. On an error the engine renders the problem. */
typedef Err Handler(Exchange *x);

#define ERR(e) (UINT32_C(1) << (e))

struct Route {
    const char *method, *path; /* "GET", "/api/gigs/{id}" */
    OpFn *op;
    Handler *handler; /* instead of op */
    const Inputs *in; /* NULL: the operation takes none */
    size_t out_size; /* 0: PageOut of lists, else the view's struct */
    const View *view;
    const View *envelope;
    const char *plural; /* key of the items: "gigs" */
    const char *fixed, *media;
    /* After binding, before any transaction: what is slow (password hashing) or needs the raw request. May change x->in. */
    Err (*before)(Exchange *x);
    /* When the input is at fault, in a read transaction: who may not do this whatever is sent, or to what is not there, is told
     * that (E_FORBIDDEN, E_MISSING) instead of the fault. x->in is NULL when the body could not be read at all, and otherwise has
     * the path's parameters. NULL: only the session is looked at. */
    Err (*gate)(Exchange *x, Call *c, void *arg);
    /* After op, in its transaction, before rendering: cookies, headers (exchange.h). May run more than once. */
    Err (*after)(Exchange *x, Call *c, void *out);
    int16_t status; /* 0: 200 */
    int16_t
        other_status; /* what `after` may answer instead, with the same body, by x->status (made, or there already); 0: none */
    uint8_t shape, access, rate, body;
    bool writes;
    bool kept; /* reads only, and what it answers to those who are not signed in is the same for all (answers.h) */
    bool reads; /* no GET, and yet it writes nothing */
    bool yields; /* without a session of this contract any other that has the path comes first */
    bool or_nothing; /* what does not exist is no error: null, or a list without anything */
    bool positional; /* a JSON array is taken as the IN_BODY rows in order */
    uint32_t errors; /* ERR(…) bits beyond those that follow from the rows above */
    size_t body_max_bytes; /* 0: by rate class */
    const char *tag, *summary, *doc;
};

/* Routes of one topic, in one file. */
typedef struct Section {
    const Route *routes;
    size_t count;
    const char *tag, *doc; /* the document's tag; routes may name another */
} Section;
#define SECTION(ident, tag_, doc_) const Section ident = {ident##_routes, COUNT(ident##_routes), tag_, doc_}

/* ---- errors ---- */

typedef struct ProblemRow {
    int16_t status;
    const char *code; /* the contract's code, when it has codes */
    const char *message; /* unless the Diag has one */
} ProblemRow;
/* A Diag code that changes what its Err says. Codes that have no row do not show: the Err's own row does. */
typedef struct CodeRow {
    const char *code; /* of the domain */
    int16_t status; /* 0: that of the Err */
    const char *as; /* the contract's code, NULL: the same */
    const char *message; /* NULL: as it comes */
} CodeRow;

typedef struct Problem {
    Err err;
    int status;
    Str code, message;
    size_t field_count;
    const DiagField *fields; /* wire names */
    bool binding; /* found while reading the request (not by the domain) */
    const Request *req;
    int64_t retry_s; /* with E_LIMIT: how long to wait */
} Problem;

struct Contract {
    const char *name, *title, *version, *doc;
    uint8_t id_form, money_form, time_form;
    uint16_t ttl_offset; /* of the access token's lifetime in DomainConfig (int64_t ms) */
    const char *const *prefixes; /* paths that are this contract's when no route matches, NULL-ended; "/api/" */
    const Section *const *sections;
    size_t section_count;
    const View *list_envelope; /* over PageOut; NULL: plain arrays */
    const ProblemRow *problems; /* ERR_COUNT rows by Err */
    const CodeRow *codes;
    size_t code_count;
    void (*problem)(const Problem *p, Buf *out); /* appends the body */
    const char *problem_schema; /* JSON Schema of it */
    Str (*fault)(Exchange *x, const Input *row, Fault f, Str value); /* words a fault; NULL: fault_text of bind.h */
    int16_t not_allowed_status; /* 0: 405 */
};

#endif
