/* simple.h - the Simple contract: what its files share.
 *
 * Paths /api/simple-gigs…, /api/simple-orders…. Ids are 24 hex digits in `_id`, money is in major units, times are
 * 2025-11-14T10:30:00Z, errors {"message"}. A gig is the domain's service; an order is any order of the marketplace, its states
 * in fewer words. It documents no sign-in: the cookie that every sign-in sets, or a Bearer token, will do. */
#ifndef CONTRACT_SIMPLE_SIMPLE_H
#define CONTRACT_SIMPLE_SIMPLE_H

#include "contract/exchange.h"
#include "domain/file.h"

extern const Contract simple_contract;
extern const Section simple_gigs, simple_orders;

/* What people see of each other; over int64_t, a user id. Lists of orders show no more than name and picture. */
extern const View simple_seller_view, simple_seller_full_view, simple_party_view, simple_name_view;
/* For views: the name of a category. */
bool simple_category(Render *r, int64_t category, Value *out);

/* "currentPage", "totalPages", "totalCount", in the list of gigs also "hasNext", "hasPrev"; under "pagination". */
extern const View simple_page_view, simple_page_full_view;
#define SIMPLE_PAGING(T, member, limit_, max_) \
    {.name = "page",                           \
     .where = IN_QUERY,                        \
     .type = W_INT,                            \
     IN_AT(T, member.page),                    \
     .has = NO_HAS,                            \
     .flags = IN_CLAMP | IN_DEFAULT,           \
     .min = 1,                                 \
     .max = 1000000,                           \
     .fallback = 1,                            \
     .doc = "Which page, from 1."},            \
        {.name = "limit",                      \
         .where = IN_QUERY,                    \
         .type = W_INT,                        \
         IN_AT(T, member.limit),               \
         .has = NO_HAS,                        \
         .flags = IN_CLAMP | IN_DEFAULT,       \
         .min = 1,                             \
         .max = (max_),                        \
         .fallback = (limit_),                 \
         .doc = "Things per page."}

/* ---- files, which come as uploaded parts, as addresses, or both ---- */

enum { SIMPLE_FILES_MAX = 20, SIMPLE_FORM_BYTES_MAX = 32 * 1024 * 1024 };
typedef struct Uploads {
    FileAddIn file[SIMPLE_FILES_MAX];
    size_t count;
} Uploads;
/* The uploaded parts called `field` or `field`[], told by their content (`pictures`: nothing else). E_INVALID, E_MEDIA,
 * E_TOO_LARGE, E_NOMEM. */
Err simple_uploads(Exchange *x, const char *field, bool pictures, int32_t purpose, Uploads *out);
/* Parts addresses: those of files of this box become ids (I64S), the others stay (STRS). E_NOMEM. */
Err simple_addresses(Exchange *x, const List *given, List *ids, List *urls);
/* In a write transaction: stores the uploads and appends their ids. Errors of file_add. */
Err simple_store(Call *c, const Uploads *up, List *ids);
/* For views: the addresses of files and addresses together, as an array of strings. */
bool simple_file_urls(Render *r, const List *ids, const List *urls, Value *out);

#endif
