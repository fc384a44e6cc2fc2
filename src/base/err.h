/* err.h - how a function says that it failed.
 *
 * Every function that can fail returns Err. The enum says what kind of failure it is and stays distinct to the edge, where
 * each contract maps it to a status and a body. What a person needs to know beyond the kind (which field, why) goes
 * into the request's Diag; the first detail about a field wins. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/str.h"

typedef enum Err {
    OK = 0,
    E_INVALID,      /* the input is wrong; Diag names the fields */
    E_SYNTAX,       /* the input could not even be parsed */
    E_UNAUTHORIZED, /* nobody is signed in, or the token is not good */
    E_FORBIDDEN,    /* signed in, but not allowed */
    E_MISSING,      /* the thing does not exist, or this caller may not know that it does */
    E_STATE,        /* the thing's state does not allow the act */
    E_CONFLICT,     /* it exists already */
    E_LIMIT,        /* too often, too many */
    E_TOO_LARGE,    /* a body, field or file over its limit */
    E_MEDIA,        /* a content type or file type that is not taken */
    E_FUNDS,        /* the balance does not suffice */
    E_PROVIDER,     /* an outside provider refused or answered nonsense */
    E_NETWORK,      /* an outside provider could not be reached in time */
    E_NOMEM,        /* an arena or pool reached its cap */
    E_FULL,         /* the disk or the database map is full; nothing was lost */
    E_IO,           /* reading or writing failed */
    E_CORRUPT,      /* stored data contradicts itself */
    E_BUSY,         /* shutting down, or a queue is full */
    E_INTERNAL,     /* a promise of our own code was broken */
    ERR_COUNT
} Err;

/* The enum's name in lower case ("invalid", "missing"), for logs. Static. */
const char *err_name(Err e);

enum { DIAG_MAX_FIELDS = 16 };

/* What was wrong, collected while one request is worked on. `code` is a domain reason a contract may show or map
 * ("INVALID_OTP", "GIG_ALREADY_ACCEPTED"); NULL when the Err says it all. Strings are static or live in the request's arena. */
typedef struct DiagField {
    Str name; /* the canonical field name; the contract renames it on the way out */
    Str message;
} DiagField;

typedef struct Diag {
    const char *code;
    Str message;
    size_t count;
    DiagField fields[DIAG_MAX_FIELDS];
} Diag;

/* Each of these records the detail (d may be NULL) and returns `e`, so that a caller can write
 * `return diag_field(d, E_INVALID, S("amount"), S("must be positive"));` */
Err diag_field(Diag *d, Err e, Str name, Str message);
Err diag_fail(Diag *d, Err e, const char *code, Str message);
/* Forgets everything. */
void diag_clear(Diag *d);

#endif
