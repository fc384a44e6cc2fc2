/* service.h - work offered at a price. Ordering one is the order's business (order.h: service_order). */
#ifndef DOMAIN_SERVICE_H
#define DOMAIN_SERVICE_H

#include "domain/domain.h"

enum {
    SERVICE_TITLE_MIN = 1,
    SERVICE_TITLE_MAX = 200,
    SERVICE_DESCRIPTION_MAX = 10000,
    SERVICE_SKILLS_MAX = 20,
    SERVICE_FEATURES_MAX = 20,
    SERVICE_IMAGES_MAX = 10,
    SERVICE_DAYS_MAX = 365,
    SERVICE_REVISIONS_MAX = 100
};
/* Service.flags */
enum {
    SERVICE_REMOVED = 1,  /* taken down by a moderator */
    SERVICE_DELETED = 2,  /* by its owner, while orders refer to it */
    SERVICE_SUSPENDED = 4 /* with SERVICE_REMOVED: only because its owner is suspended */
};

typedef struct Service {
    int64_t id;
    int64_t doer;
    Str title, description;
    int64_t category;
    List skills, features; /* STRS */
    int64_t price;         /* minor units */
    int32_t delivery_days; /* 0 = open */
    int32_t revisions;     /* REVISIONS_UNLIMITED or how many */
    List images;           /* I64S: files */
    bool active;
    int32_t flags;
    Str category_words;    /* the category's name, for the full text */
    int64_t rating_sum, rating_count, orders_completed;
    int64_t created_ms, updated_ms;
    Str removed_reason;    /* where SERVICE_REMOVED: why */
    bool featured;         /* its owner wants it to stand out */
    List image_urls;       /* STRS: pictures that lie elsewhere, shown behind the files */
} Service;
extern const Record SERVICE;
extern const Index *const SERVICE_BY_DOER; /* doer, 1 when it is listed, else 0; counted both */
extern const Index *const SERVICE_TEXT;    /* where listed */
extern const Index
    *const SERVICE_BY_REMOVED;  /* 1 when taken down by itself, else 0; category; counted both: all but deleted ones */

/* Active, not removed, not deleted. */
bool service_orderable(const Service *s);

enum {
    SERVICE_SET_TITLE,
    SERVICE_SET_DESCRIPTION,
    SERVICE_SET_CATEGORY,
    SERVICE_SET_SKILLS,
    SERVICE_SET_FEATURES,
    SERVICE_SET_PRICE,
    SERVICE_SET_DAYS,
    SERVICE_SET_REVISIONS,
    SERVICE_SET_IMAGES,
    SERVICE_SET_ACTIVE,
    SERVICE_SET_FEATURED,
    SERVICE_SET_IMAGE_URLS
};
typedef struct ServiceEdit {
    uint64_t has;
    int64_t id; /* 0 when posting */
    Str title, description, category;
    List skills, features;
    int64_t price;
    int32_t delivery_days, revisions;
    List images;
    List image_urls; /* STRS: http or https; with images at most SERVICE_IMAGES_MAX */
    bool active, featured;
} ServiceEdit;
/* ServiceEdit -> Service. Title, description, category and price are required when posting; afterwards the owner changes what is
 * given. */
OpFn service_post;
OpFn service_update;
/* IdIn -> nothing. Its owner; one that orders refer to is only hidden. */
OpFn service_delete;
/* IdIn -> Service. A removed one: its owner and moderators, others E_MISSING; a deleted one: nobody. */
OpFn service_get;

typedef enum ServiceSort {
    SERVICE_SORT_DEFAULT, /* relevance when searching, else created */
    SERVICE_SORT_CREATED,
    SERVICE_SORT_PRICE,
    SERVICE_SORT_DAYS,
    SERVICE_SORT_ORDERS, /* completed */
    SERVICE_SORT_RATING,
    SERVICE_SORT_RELEVANCE
} ServiceSort;
typedef struct ServiceListIn {
    PageIn page;
    Str category, search;
    int64_t price_min, price_max; /* 0 = no bound */
    int64_t doer; /* 0 = any */
    int32_t days_max;    /* 0 = no bound; those without a delivery time do not pass one */
    List skills;         /* STRS, all must match */
    int32_t sort;        /* ServiceSort */
    bool ascending;      /* default: newest, highest first */
} ServiceListIn;
/* ServiceListIn -> PageOut of Service: listed ones. E_INVALID category. */
OpFn service_list;
typedef struct ToggleOut {
    bool active;
} ToggleOut;
/* IdIn -> ToggleOut: its owner makes an active one inactive and the other way round. */
OpFn service_toggle;
typedef enum ServiceActivity { SERVICE_ANY, SERVICE_ACTIVE, SERVICE_INACTIVE } ServiceActivity;
typedef struct DoerServicesIn {
    int64_t doer;
    PageIn page;
    int32_t activity; /* ServiceActivity */
} DoerServicesIn;
/* DoerServicesIn -> PageOut of Service: what one person offers, newest first; the inactive only to himself. E_MISSING. */
OpFn service_of_doer;
/* PageIn -> PageOut of Service: the caller's, inactive ones too. */
OpFn service_mine;

#endif
