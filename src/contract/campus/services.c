/* Work offered at a price. */
#include "contract/campus/campus.h"
#include "domain/file.h"
#include "domain/order.h"
#include "domain/service.h"
#include "domain/user.h"

static bool service_category(Render *r, const void *row, Value *out) {
    return campus_category(r, ((const Service *)row)->category, out);
}
static bool service_images(Render *r, const void *row, Value *out) {
    return campus_attachments(r, &((const Service *)row)->images, out);
}
static bool service_rating(Render *r, const void *row, Value *out) {
    (void)r;
    const Service *s = row;
    out->i = s->rating_count ? (s->rating_sum * 100 + s->rating_count / 2) / s->rating_count : 0;
    return true;
}
static bool service_doer(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Service *)row)->doer;
    return true;
}

/* Owner and moderators only ever see one that was taken down. */
static bool service_removed(Render *r, const void *row, Value *out) {
    (void)r;
    out->b = (((const Service *)row)->flags & SERVICE_REMOVED) != 0;
    return out->b;
}

VIEW(campus_service_view, Service, "Service", "Work that somebody offers.", SHOW_ID("id", Service, id, &SERVICE, "Its id."),
     SHOW_ID("doerId", Service, doer, &USER, "Who offers it."),
     SHOW_GET("doer", W_ROW, service_doer, "The same in short.", .view = &campus_person_view, .optional = true),
     SHOW("title", W_STR, Service, title, "Title."), SHOW("description", W_STR, Service, description, "What is offered."),
     SHOW_GET("category", W_STR, service_category, "Slug of its category.", .optional = true),
     SHOW("skills", W_STRS, Service, skills, "Skills."), SHOW("price", W_MONEY, Service, price, "Its price."),
     SHOW("deliveryTime", W_INT, Service, delivery_days, "In days.", .empty = EMPTY_NULL),
     SHOW("revisions", W_INT, Service, revisions, "How many changes are included; -1 is any number."),
     SHOW("features", W_STRS, Service, features, "What is included."),
     SHOW_GET("images", W_ROWS, service_images, "Pictures.", .view = &campus_file_view),
     SHOW("imageUrls", W_STRS, Service, image_urls, "Pictures that lie elsewhere.", .empty = EMPTY_OMIT),
     SHOW("isActive", W_BOOL, Service, active, "May be ordered."),
     SHOW_GET("rating", W_DECIMAL, service_rating, "Average rating, 0 before the first.", .scale = 2),
     SHOW("reviewsCount", W_INT, Service, rating_count, "Ratings it is the average of."),
     SHOW("ordersCount", W_INT, Service, orders_completed, "Orders completed."),
     SHOW_GET("isRemoved", W_BOOL, service_removed, "A moderator took it down.", .optional = true, .empty = EMPTY_OMIT),
     SHOW("removedReason", W_STR, Service, removed_reason, "Why.", .empty = EMPTY_OMIT),
     SHOW("createdAt", W_TIME, Service, created_ms, "When it was posted."),
     SHOW("updatedAt", W_TIME, Service, updated_ms, "When it changed last."));

#define SERVICE_INPUTS(required_)                                                                                                \
    INPUT("title", IN_BODY, W_STR, ServiceEdit, title, SERVICE_SET_TITLE, "Title.", .flags = (required_) | IN_TRIM,              \
          .min = SERVICE_TITLE_MIN, .max = SERVICE_TITLE_MAX),                                                                   \
        INPUT("description", IN_BODY, W_STR, ServiceEdit, description, SERVICE_SET_DESCRIPTION, "What is offered.",              \
              .flags = (required_) | IN_TRIM, .min = 1, .max = SERVICE_DESCRIPTION_MAX),                                         \
        INPUT("category", IN_BODY, W_STR, ServiceEdit, category, SERVICE_SET_CATEGORY, "A category's slug, name or alias.",      \
              .flags = (required_) | IN_TRIM, .min = 1, .max = 100),                                                             \
        INPUT("price", IN_BODY, W_MONEY, ServiceEdit, price, SERVICE_SET_PRICE, "Its price.", .flags = (required_), .min = 1,    \
              .max = INT64_MAX),                                                                                                 \
        INPUT("skills", IN_BODY, W_STRS, ServiceEdit, skills, SERVICE_SET_SKILLS, "Skills.", .flags = IN_TRIM | IN_COMMA,        \
              .max = 20),                                                                                                        \
        INPUT("features", IN_BODY, W_STRS, ServiceEdit, features, SERVICE_SET_FEATURES, "What is included.", .flags = IN_TRIM,   \
              .max = SERVICE_FEATURES_MAX),                                                                                      \
        INPUT("deliveryTime", IN_BODY, W_INT, ServiceEdit, delivery_days, SERVICE_SET_DAYS, "In days.", .min = 1,                \
              .max = SERVICE_DAYS_MAX),                                                                                          \
        INPUT("revisions", IN_BODY, W_INT, ServiceEdit, revisions, SERVICE_SET_REVISIONS, "Changes included; -1 is any number.", \
              .min = REVISIONS_UNLIMITED, .max = SERVICE_REVISIONS_MAX),                                                         \
        INPUT("images", IN_BODY, W_IDS, ServiceEdit, images, SERVICE_SET_IMAGES, "Ids of own pictures, or addresses of others.", \
              .kind = &FILE_RECORD, .max = SERVICE_IMAGES_MAX, .links = offsetof(ServiceEdit, image_urls),                       \
              .links_has = SERVICE_SET_IMAGE_URLS + 1),                                                                          \
        INPUT("isActive", IN_BODY, W_BOOL, ServiceEdit, active, SERVICE_SET_ACTIVE, "May be ordered.")
INPUTS(service_post_in, ServiceEdit, SERVICE_INPUTS(IN_REQUIRED));
INPUTS(service_edit_in, ServiceEdit, INPUT_ID("id", ServiceEdit, id, &SERVICE, "Which service."), SERVICE_INPUTS(0));
INPUTS(service_id_in, IdIn, INPUT_ID("id", IdIn, id, &SERVICE, "Which service."));
INPUTS(service_list_in, ServiceListIn,
       INPUT("category", IN_QUERY, W_STR, ServiceListIn, category, NO_HAS, "A category's slug, name or alias.", .max = 100),
       INPUT("search", IN_QUERY, W_STR, ServiceListIn, search, NO_HAS, "Words.", .flags = IN_TRIM, .max = 200),
       INPUT("priceMin", IN_QUERY, W_MONEY, ServiceListIn, price_min, NO_HAS, "From.", .min = 0, .max = INT64_MAX),
       INPUT("priceMax", IN_QUERY, W_MONEY, ServiceListIn, price_max, NO_HAS, "To.", .min = 0, .max = INT64_MAX),
       INPUT("doerId", IN_QUERY, W_ID, ServiceListIn, doer, NO_HAS, "Only this person's.", .kind = &USER),
       INPUT_PAGE(ServiceListIn, page));
INPUTS(my_services_in, PageIn, INPUT_PAGING(PageIn, page, limit));
INPUTS(service_order_in, ServiceOrderIn, INPUT_ID("id", ServiceOrderIn, service, &SERVICE, "Which service."),
       INPUT("message", IN_BODY, W_STR, ServiceOrderIn, message, NO_HAS, "What you need.", .flags = IN_TRIM, .max = 5000),
       INPUT("attachments", IN_BODY, W_IDS, ServiceOrderIn, files, NO_HAS, "Ids of own files.", .kind = &FILE_RECORD,
             .max = ORDER_FILES_MAX));

static const Route campus_services_routes[] = {
    {.method = "GET",
     .path = "/api/services",
     .op = service_list,
     .in = &service_list_in,
     .view = &campus_service_view,
     .shape = SHAPE_LIST,
     .plural = "services",
     .access = ACCESS_OPTIONAL,
     .kept = true,
     .summary = "List and search services."},
    {.method = "POST",
     .path = "/api/services",
     .op = service_post,
     .in = &service_post_in,
     .view = &campus_service_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_LIMIT),
     .summary = "Offer a service."},
    {.method = "GET",
     .path = "/api/services/my-services",
     .op = service_mine,
     .in = &my_services_in,
     .view = &campus_service_view,
     .shape = SHAPE_LIST,
     .plural = "services",
     .access = ACCESS_SIGNED_IN,
     .summary = "One's own services."},
    {.method = "GET",
     .path = "/api/services/{id}",
     .op = service_get,
     .in = &service_id_in,
     .view = &campus_service_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_OPTIONAL,
     .summary = "A service."},
    {.method = "PATCH",
     .path = "/api/services/{id}",
     .op = service_update,
     .in = &service_edit_in,
     .view = &campus_service_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Change a service.",
     .doc = "Its owner. Only what is given changes."},
    {.method = "DELETE",
     .path = "/api/services/{id}",
     .op = service_delete,
     .in = &service_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Delete a service."},
    {.method = "POST",
     .path = "/api/services/{id}/order",
     .op = service_order,
     .in = &service_order_in,
     .view = &campus_order_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_STATE),
     .summary = "Order a service.",
     .doc = "The order waits for the doer to accept it."},
};
SECTION(campus_services, "Services", "Work that somebody offers at a price.");
