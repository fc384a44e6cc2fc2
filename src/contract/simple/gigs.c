/* Simple gigs: the domain's services. */
#include "contract/simple/simple.h"
#include "domain/category.h"
#include "domain/ledger.h"
#include "domain/order.h"
#include "domain/service.h"
#include "domain/user.h"

/* ---- a gig ---- */

static bool gig_category(Render *r, const void *row, Value *out) {
    return simple_category(r, ((const Service *)row)->category, out);
}
static bool gig_images(Render *r, const void *row, Value *out) {
    const Service *s = row;
    return simple_file_urls(r, &s->images, &s->image_urls, out);
}
static bool gig_seller(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Service *)row)->doer;
    return true;
}
static bool gig_rating(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = row;
    return true;
}
static bool rating_average(Render *r, const void *row, Value *out) {
    (void)r;
    const Service *s = row;
    out->i = s->rating_count ? (s->rating_sum * 10 + s->rating_count / 2) / s->rating_count : 0;
    return true;
}
VIEW(simple_rating_view, Service, "Rating", "What buyers think.",
     SHOW_GET("average", W_DECIMAL, rating_average, "Mean of the stars, 0 before the first review.", .scale = 1),
     SHOW("count", W_INT, Service, rating_count, "Reviews."));

#define GIG_ROWS(seller_)                                                                                                    \
    SHOW_ID("_id", Service, id, &SERVICE, "Its id."), SHOW("title", W_STR, Service, title, "Title."),                        \
        SHOW("description", W_STR, Service, description, "What is offered."),                                                \
        SHOW_GET("category", W_STR, gig_category, "Name of its category.", .optional = true),                                \
        SHOW("tags", W_STRS, Service, skills, "What it is found by."), SHOW("price", W_MONEY, Service, price, "Its price."), \
        SHOW("deliveryTime", W_INT, Service, delivery_days, "In days.", .empty = EMPTY_NULL),                                \
        SHOW("revisions", W_INT, Service, revisions, "Changes that are included; -1 is any number."),                        \
        SHOW("features", W_STRS, Service, features, "What is included."),                                                    \
        SHOW_GET("images", W_STRS, gig_images, "Where its pictures are."),                                                   \
        SHOW_GET("seller", W_ROW, gig_seller, "Who offers it.", .view = &(seller_), .optional = true),                       \
        SHOW_GET("rating", W_ROW, gig_rating, "Its rating.", .view = &simple_rating_view),                                   \
        SHOW("totalOrders", W_INT, Service, orders_completed, "Orders completed."),                                          \
        SHOW("isActive", W_BOOL, Service, active, "May be ordered."),                                                        \
        SHOW("createdAt", W_TIME, Service, created_ms, "When it was offered."),                                              \
        SHOW("updatedAt", W_TIME, Service, updated_ms, "When it changed last.")
VIEW(simple_gig_view, Service, "Gig", "Work that somebody offers.", GIG_ROWS(simple_seller_view));
VIEW(simple_gig_full_view, Service, "GigDetails", "Work that somebody offers, and by whom.", GIG_ROWS(simple_seller_full_view));

static const ViewRow one_rows[] = {SHOW_ITEM_AS("gig")};
static const View one_view = {.name = "OneGig", .rows = one_rows, .count = COUNT(one_rows), .doc = "A gig."};
#define SAID(ident_, name_, message_)                                                                                          \
    static const ViewRow ident_##_rows[] = {SHOW_CONST("message", "\"" message_ "\"", "What was done."), SHOW_ITEM_AS("gig")}; \
    static const View ident_ = {.name = name_, .rows = ident_##_rows, .count = COUNT(ident_##_rows), .doc = "What was done."}
SAID(created_view, "GigCreated", "Simple gig created successfully");
SAID(updated_view, "GigUpdated", "Gig updated successfully");

static bool toggle_message(Render *r, const void *row, Value *out) {
    (void)r;
    out->s = ((const ToggleOut *)row)->active ? S("Gig activated successfully") : S("Gig deactivated successfully");
    return true;
}
VIEW(simple_toggle_view, ToggleOut, "Toggled", "Whether it may be ordered now.",
     SHOW_GET("message", W_STR, toggle_message, "What was done."),
     SHOW("isActive", W_BOOL, ToggleOut, active, "May be ordered."));

VIEW_SCALAR(simple_category_name_view, W_STR, Str, "A category's name.");

/* ---- posting and changing ---- */

typedef struct GigIn {
    ServiceEdit edit; /* first: its has-bits */
    List images;      /* STRS: addresses */
    Uploads uploads;
} GigIn;

#define GIG_INPUTS(required_)                                                                                                   \
    INPUT("title", IN_BODY, W_STR, GigIn, edit.title, SERVICE_SET_TITLE, "Title.", .flags = (required_) | IN_TRIM,              \
          .min = SERVICE_TITLE_MIN, .max = SERVICE_TITLE_MAX),                                                                  \
        INPUT("description", IN_BODY, W_STR, GigIn, edit.description, SERVICE_SET_DESCRIPTION, "What is offered.",              \
              .flags = (required_) | IN_TRIM, .min = 1, .max = SERVICE_DESCRIPTION_MAX),                                        \
        INPUT("category", IN_BODY, W_STR, GigIn, edit.category, SERVICE_SET_CATEGORY, "A category's name, slug or alias.",      \
              .flags = (required_) | IN_TRIM, .min = 1, .max = 100, .example = "\"Programming & Tech\""),                       \
        INPUT("tags", IN_BODY, W_STRS, GigIn, edit.skills, SERVICE_SET_SKILLS, "What it is found by.",                          \
              .flags = IN_TRIM | IN_COMMA, .max = 20),                                                                          \
        INPUT("price", IN_BODY, W_MONEY, GigIn, edit.price, SERVICE_SET_PRICE, "Its price.", .flags = (required_) | IN_LENIENT, \
              .min = 1, .max = MONEY_MAX),                                                                                      \
        INPUT("deliveryTime", IN_BODY, W_INT, GigIn, edit.delivery_days, SERVICE_SET_DAYS, "In days.",                          \
              .flags = (required_) | IN_LENIENT, .min = 1, .max = SERVICE_DAYS_MAX),                                            \
        INPUT("revisions", IN_BODY, W_INT, GigIn, edit.revisions, SERVICE_SET_REVISIONS, "Changes that are included.",          \
              .flags = IN_LENIENT, .min = 0, .max = SERVICE_REVISIONS_MAX),                                                     \
        INPUT("features", IN_BODY, W_STRS, GigIn, edit.features, SERVICE_SET_FEATURES, "What is included.", .flags = IN_TRIM,   \
              .max = SERVICE_FEATURES_MAX),                                                                                     \
        INPUT("images", IN_BODY, W_STRS, GigIn, images, SERVICE_SET_IMAGES,                                                     \
              "Addresses of pictures; in a multipart body the pictures themselves, or both.", .flags = IN_TRIM,                 \
              .max = SERVICE_IMAGES_MAX)
INPUTS(gig_post_in, GigIn, GIG_INPUTS(IN_REQUIRED), INPUT_CONST(GigIn, edit.id, 0));
INPUTS(gig_edit_in, GigIn, INPUT_ID("gigId", GigIn, edit.id, &SERVICE, "Which gig."), GIG_INPUTS(0));
INPUTS(gig_id_in, IdIn, INPUT_ID("gigId", IdIn, id, &SERVICE, "Which gig."));

static Err gig_before(Exchange *x) {
    GigIn *in = x->in;
    Err e = simple_uploads(x, "images", true, FILE_GIG_IMAGE, &in->uploads);
    if (e == OK && (HAS(&in->edit, SERVICE_SET_IMAGES) || in->uploads.count)) {
        e = simple_addresses(x, &in->images, &in->edit.images, &in->edit.image_urls);
        in->edit.has |= UINT64_C(1) << SERVICE_SET_IMAGES | UINT64_C(1) << SERVICE_SET_IMAGE_URLS;
    }
    return e;
}

static Err gig_save(Call *c, const void *input, void *out) {
    const GigIn *in = input;
    ServiceEdit edit = in->edit;
    if (!edit.id && !HAS(&edit, SERVICE_SET_REVISIONS)) { /* none are promised by saying nothing */
        edit.revisions = 0;
        edit.has |= UINT64_C(1) << SERVICE_SET_REVISIONS;
    }
    Err e = simple_store(c, &in->uploads, &edit.images);
    return e ? e : edit.id ? service_update(c, &edit, out) : service_post(c, &edit, out);
}

/* ---- lists ---- */

WORDS(simple_sort_words, "SimpleGigSort", WORD(SERVICE_SORT_CREATED, "createdAt"), WORD(SERVICE_SORT_PRICE, "price"),
      WORD(SERVICE_SORT_DAYS, "deliveryTime"), WORD(SERVICE_SORT_ORDERS, "totalOrders"), WORD(SERVICE_SORT_RATING, "rating"));
WORDS(simple_order_words, "SortOrder", WORD(1, "asc"), WORD(0, "desc"));
WORDS(simple_activity_words, "Activity", WORD(SERVICE_ACTIVE, "active"), WORD(SERVICE_INACTIVE, "inactive"));
enum { LIST_DEFAULT = 12, LIST_MAX = 50, SELLER_DEFAULT = 10, SELLER_MAX = 20 };

INPUTS(gig_list_in, ServiceListIn,
       INPUT("category", IN_QUERY, W_STR, ServiceListIn, category, NO_HAS, "A category's name, slug or alias.", .flags = IN_TRIM,
             .max = 100),
       INPUT("minPrice", IN_QUERY, W_MONEY, ServiceListIn, price_min, NO_HAS, "From.", .min = 0, .max = INT64_MAX),
       INPUT("maxPrice", IN_QUERY, W_MONEY, ServiceListIn, price_max, NO_HAS, "To.", .min = 0, .max = INT64_MAX),
       INPUT("search", IN_QUERY, W_STR, ServiceListIn, search, NO_HAS, "Words in title, description and tags.", .flags = IN_TRIM,
             .max = 200),
       INPUT("sortBy", IN_QUERY, W_WORD, ServiceListIn, sort, NO_HAS, "By what.", .flags = IN_DEFAULT,
             .fallback = SERVICE_SORT_CREATED, .words = &simple_sort_words),
       INPUT("sortOrder", IN_QUERY, W_WORD, ServiceListIn, ascending, NO_HAS, "Downwards unless said otherwise.",
             .words = &simple_order_words),
       SIMPLE_PAGING(ServiceListIn, page, LIST_DEFAULT, LIST_MAX));
INPUTS(seller_list_in, DoerServicesIn, INPUT_ID("sellerId", DoerServicesIn, doer, &USER, "Whose."),
       INPUT("status", IN_QUERY, W_WORD, DoerServicesIn, activity, NO_HAS,
             "All when it is not said; only the seller sees inactive ones.", .words = &simple_activity_words),
       SIMPLE_PAGING(DoerServicesIn, page, SELLER_DEFAULT, SELLER_MAX));

/* A filter that nothing can match finds nothing. */
static Err gig_list_of(Call *c, const void *input, void *out) {
    const ServiceListIn *in = input;
    Category category;
    Err e = in->category.n ? category_find(c->tx, in->category, &category) : OK;
    if (e == E_MISSING) {
        *(PageOut *)out = (PageOut){.page = in->page.page, .limit = in->page.limit};
        return OK;
    }
    return e ? e : service_list(c, in, out);
}

static Err category_names(Call *c, const void *in, void *result) {
    PageOut *out = result;
    Err e = category_list(c, in, out);
    Str *names = e ? NULL : ARENA_ARRAY(c->arena, out->count + 1, Str);
    if (!names)
        return e ? e : E_NOMEM;
    for (size_t i = 0; i < out->count; i++)
        names[i] = ((const Category *)out->items)[i].name;
    out->items = names;
    return OK;
}
static const ViewRow category_rows[] = {SHOW_ITEMS()};
static const View categories_view = {.name = "Categories",
                                     .rows = category_rows,
                                     .count = COUNT(category_rows),
                                     .size = sizeof(PageOut),
                                     .doc = "The categories."};

/* ---- routes ---- */

#define GIGS "/api/simple-gigs"
static const Route simple_gigs_routes[] = {
    {.method = "GET",
     .path = GIGS,
     .op = gig_list_of,
     .in = &gig_list_in,
     .view = &simple_gig_view,
     .shape = SHAPE_LIST,
     .envelope = &simple_page_full_view,
     .plural = "gigs",
     .access = ACCESS_OPTIONAL,
     .summary = "Active gigs.",
     .doc = "Newest first unless sortBy says otherwise. An unknown category has none."},
    {.method = "GET",
     .path = GIGS "/categories",
     .op = category_names,
     .view = &simple_category_name_view,
     .shape = SHAPE_LIST,
     .envelope = &categories_view,
     .plural = "categories",
     .access = ACCESS_OPTIONAL,
     .kept = true,
     .summary = "Names of the categories."},
    {.method = "GET",
     .path = GIGS "/seller/{sellerId}",
     .op = service_of_doer,
     .in = &seller_list_in,
     .view = &simple_gig_view,
     .shape = SHAPE_LIST,
     .plural = "gigs",
     .access = ACCESS_OPTIONAL,
     .errors = ERR(E_MISSING),
     .summary = "What one seller offers."},
    {.method = "GET",
     .path = GIGS "/{gigId}",
     .op = service_get,
     .in = &gig_id_in,
     .view = &simple_gig_full_view,
     .envelope = &one_view,
     .shape = SHAPE_ONE,
     .access = ACCESS_OPTIONAL,
     .summary = "A gig, active or not."},
    {.method = "POST",
     .path = GIGS,
     .op = gig_save,
     .in = &gig_post_in,
     .before = gig_before,
     .view = &simple_gig_view,
     .envelope = &created_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .body_max_bytes = SIMPLE_FORM_BYTES_MAX,
     .errors = ERR(E_LIMIT) | ERR(E_MEDIA) | ERR(E_TOO_LARGE),
     .summary = "Offer a gig.",
     .doc = "As JSON, or as multipart/form-data with pictures in parts called images."},
    {.method = "PUT",
     .path = GIGS "/{gigId}",
     .op = gig_save,
     .in = &gig_edit_in,
     .before = gig_before,
     .view = &simple_gig_view,
     .envelope = &updated_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .body_max_bytes = SIMPLE_FORM_BYTES_MAX,
     .errors = ERR(E_FORBIDDEN) | ERR(E_LIMIT) | ERR(E_MEDIA) | ERR(E_TOO_LARGE),
     .summary = "Change a gig.",
     .doc = "Its owner. Only what is given changes; images takes the place of all."},
    {.method = "DELETE",
     .path = GIGS "/{gigId}",
     .op = service_delete,
     .in = &gig_id_in,
     .shape = SHAPE_FIXED,
     .fixed = "{\"message\":\"Gig deleted successfully\"}",
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Delete a gig."},
    {.method = "PATCH",
     .path = GIGS "/{gigId}/toggle-status",
     .op = service_toggle,
     .in = &gig_id_in,
     .view = &simple_toggle_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Make a gig active or inactive."},
};
SECTION(simple_gigs, "Simple gigs", "Work that people offer at one price.");
