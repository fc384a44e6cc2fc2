/* work.h - pieces of work that a person shows: a title, and what they like of a picture, words and an address.
 *
 * They are the portfolio of the person's profile as a freelancer (profile.h), whatever contract they are changed through. Who has
 * no such profile gets a record that becomes it when there is one, and that nobody finds before. In the order in which they are
 * shown; at most PROFILE_ITEMS_MAX. */
#ifndef DOMAIN_WORK_H
#define DOMAIN_WORK_H

#include "domain/profile.h"

/* IdIn (whose; 0 = the caller's) -> PageOut of Portfolio, all on one page. Anybody. E_MISSING. */
OpFn work_list;

enum { WORK_SET_TITLE, WORK_SET_DESCRIPTION, WORK_SET_LINK, WORK_SET_IMAGE, WORK_SET_POSITION };
typedef struct WorkIn {
    uint64_t has;
    int64_t id;
    Str title, description, link; /* the last two: "" = none */
    int64_t image;                /* a file of the caller's that is a picture, shown to everybody from now on; 0 = none */
    int32_t position;             /* from 0; beyond the end is the end */
} WorkIn;
/* WorkIn -> Portfolio: at the end unless a position is given. E_INVALID with fields, E_LIMIT "TOO_MANY_WORKS". */
OpFn work_add;
/* WorkIn -> Portfolio: what is given changes. E_MISSING. */
OpFn work_edit;
/* IdIn -> nothing. E_MISSING. The picture stays among the person's files. */
OpFn work_delete;

#endif
