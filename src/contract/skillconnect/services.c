/* Work offered at a price; the categories. */
#include "contract/skillconnect/skillconnect.h"
#include "domain/category.h"
#include "domain/ledger.h"
#include "domain/row.h"
#include "domain/service.h"

/* ---- a service ---- */

static bool service_category(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Service *)row)->category;
    return true;
}
static bool service_skills(Render *r, const void *row, Value *out) {
    return sc_skills_of(r, &((const Service *)row)->skills, out);
}
static bool service_freelancer(Render *r, const void *row, Value *out) {
    (void)r;
    out->row = &((const Service *)row)->doer;
    return true;
}
static bool service_image(Render *r, const void *row, Value *out) {
    const Service *s = row;
    ListIter files = list_iter(&s->images), elsewhere = list_iter(&s->image_urls);
    int64_t file;
    if (list_i64(&files, &file))
        return sc_media_path(r, file, out);
    out->s = (Str){NULL, 0};
    return list_str(&elsewhere, &out->s);
}
static bool service_revisions(Render *r, const void *row, Value *out) {
    (void)r;
    out->i = ((const Service *)row)->revisions;
    return out->i >= 0;
}

#define SERVICE_HEAD SHOW_ID("id", Service, id, &SERVICE, "Its id."), SHOW("title", W_STR, Service, title, "Title.")
#define SERVICE_FACTS                                                                                                   \
    SHOW_GET("category", W_ROW, service_category, "Its category.", .view = &sc_category_view, .optional = true),        \
        SHOW_GET("skills_output", W_ROWS, service_skills, "Skills.", .view = &sc_skill_view),                           \
        SHOW_GET("freelancer", W_ROW, service_freelancer, "Who offers it.", .view = &sc_person_view, .optional = true), \
        SHOW("price", W_MONEY, Service, price, "Its price."),                                                           \
        SHOW("delivery_time", W_INT, Service, delivery_days, "In days.", .empty = EMPTY_NULL)
#define SERVICE_IMAGE SHOW_GET("image", W_STR, service_image, "Where its picture is.", .optional = true)
#define SERVICE_FEATURED SHOW("is_featured", W_BOOL, Service, featured, "Wanted to stand out.")

VIEW(sc_service_view, Service, "Service", "Work that a freelancer offers.", SERVICE_HEAD,
     SHOW("description", W_STR, Service, description, "What is offered."), SERVICE_FACTS,
     SHOW_GET("revisions", W_INT, service_revisions, "How many changes are included; null is any number.", .optional = true),
     SERVICE_IMAGE, SERVICE_FEATURED, SHOW("is_active", W_BOOL, Service, active, "May be ordered."),
     SHOW("created_at", W_TIME, Service, created_ms, "When it was offered."),
     SHOW("updated_at", W_TIME, Service, updated_ms, "When it changed last."));
VIEW(sc_service_brief_view, Service, "ServiceBrief", "A service in a list.", SERVICE_HEAD, SERVICE_FACTS, SERVICE_IMAGE,
     SERVICE_FEATURED);

/* ---- posting and changing ---- */

typedef struct ServiceIn {
    ServiceEdit edit; /* first: its has-bits */
    int64_t category; /* id */
    Str skills;       /* JSON */
    FileAddIn image;
    bool has_image;
} ServiceIn;

#define SERVICE_INPUTS(required_)                                                                                              \
    INPUT("title", IN_BODY, W_STR, ServiceIn, edit.title, SERVICE_SET_TITLE, "Title.",                                         \
          .flags = (required_) | IN_TRIM | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = SERVICE_TITLE_MAX),                      \
        INPUT("description", IN_BODY, W_STR, ServiceIn, edit.description, SERVICE_SET_DESCRIPTION, "What is offered.",         \
              .flags = (required_) | IN_TRIM | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = SERVICE_DESCRIPTION_MAX),            \
        INPUT("category_id", IN_BODY, W_INT, ServiceIn, category, SERVICE_SET_CATEGORY, "Which category.",                     \
              .flags = (required_) | IN_LENIENT | IN_NOT_NULL),                                                                \
        INPUT("skills_input", IN_BODY, W_JSON, ServiceIn, skills, SERVICE_SET_SKILLS,                                          \
              "Skills: [{\"name\":…}]; in a multipart body as JSON text.", .flags = IN_NOT_NULL, .check = sc_skills_ok,        \
              .example = "[{\"name\":\"React\"}]"),                                                                            \
        INPUT("price", IN_BODY, W_MONEY, ServiceIn, edit.price, SERVICE_SET_PRICE, "Its price.",                               \
              .flags = (required_) | IN_LENIENT | IN_NOT_NULL, .min = 1, .max = MONEY_MAX, .check = sc_whole_money),           \
        INPUT("delivery_time", IN_BODY, W_INT, ServiceIn, edit.delivery_days, SERVICE_SET_DAYS, "In days.",                    \
              .flags = IN_LENIENT | IN_NOT_NULL, .min = 1, .max = SERVICE_DAYS_MAX),                                           \
        INPUT("revisions", IN_BODY, W_INT, ServiceIn, edit.revisions, SERVICE_SET_REVISIONS, "How many changes are included.", \
              .flags = IN_LENIENT, .min = 0, .max = SERVICE_REVISIONS_MAX),                                                    \
        INPUT("image", IN_FILE, W_FILE, ServiceIn, image.bytes, NO_HAS, "A picture: JPEG, PNG, GIF or WebP, at most 10 MB.",   \
              .form = FILE_BYTES),                                                                                             \
        INPUT("is_featured", IN_BODY, W_BOOL, ServiceIn, edit.featured, SERVICE_SET_FEATURED, "Wanted to stand out.",          \
              .flags = IN_LENIENT | IN_NOT_NULL),                                                                              \
        INPUT("is_active", IN_BODY, W_BOOL, ServiceIn, edit.active, SERVICE_SET_ACTIVE, "May be ordered.",                     \
              .flags = IN_LENIENT | IN_NOT_NULL)
INPUTS(service_post_in, ServiceIn, SERVICE_INPUTS(IN_REQUIRED));
INPUTS(service_edit_in, ServiceIn, INPUT_ID("id", ServiceIn, edit.id, &SERVICE, "Which service."), SERVICE_INPUTS(0));
INPUTS(service_id_in, IdIn, INPUT_ID("id", IdIn, id, &SERVICE, "Which service."));

static Err service_before(Exchange *x) {
    ServiceIn *in = x->in;
    Err e = HAS(&in->edit, SERVICE_SET_SKILLS) ? sc_skills_read(x, in->skills, &in->edit.skills) : OK;
    if (e == OK)
        e = sc_count_upload(x);
    return e ? e : sc_upload(x, "image", FILE_GIG_IMAGE, false, &in->image, &in->has_image);
}

/* The picture that is shown is the first; others, which other contracts know, stay behind it. */
static Err put_image(Call *c, const ServiceIn *in, ServiceEdit *edit) {
    enum { ROOM = SERVICE_IMAGES_MAX };
    int64_t ids[ROOM], id;
    size_t n = 0;
    Service was = {0};
    File file;
    Err e = edit->id ? row_load(c, &SERVICE, edit->id, &was) : OK;
    if (e == OK)
        e = file_add(c, &in->image, &file);
    if (e)
        return e;
    ids[n++] = file.id;
    ListIter it = list_iter(&was.images);
    for (bool first = true; n < ROOM && list_i64(&it, &id); first = false)
        if (!first)
            ids[n++] = id;
    edit->images = list_of_i64s(c->arena, ids, n);
    edit->has |= UINT64_C(1) << SERVICE_SET_IMAGES;
    return edit->images.p ? OK : E_NOMEM;
}

static Err own_service(Call *c, int64_t id) {
    Service s;
    Err e = rec_get(c->tx, &SERVICE, id, &s);
    return e ? e : s.flags & SERVICE_DELETED ? E_MISSING : s.doer != c->actor.user ? E_FORBIDDEN : OK;
}
static Err service_gate(Exchange *x, Call *c, void *arg) {
    const ServiceIn *in = x->in;
    Err e = sc_doers_only(x, c, arg);
    return e || !in || !in->edit.id ? e : own_service(c, in->edit.id);
}

static Err service_save(Call *c, const void *input, void *out) {
    const ServiceIn *in = input;
    ServiceEdit edit = in->edit;
    Err e = sc_role_wanted(c, ROLE_BIT_DOER);
    if (e == OK && edit.id) /* before a picture is stored for nothing */
        e = own_service(c, edit.id);
    if (e == OK && HAS(&edit, SERVICE_SET_CATEGORY))
        e = sc_category_slug(c, in->category, "category_id", &edit.category);
    if (e == OK && in->has_image)
        e = put_image(c, in, &edit);
    return e ? e : edit.id ? service_update(c, &edit, out) : service_post(c, &edit, out);
}

/* ---- lists ---- */

INPUTS(own_services_in, PageIn, INPUT_CONST(PageIn, limit, LIST_WHOLE));

typedef struct ExploreIn {
    PageIn page; /* first: sc_page_before */
    int64_t category;
    Str ordering;
    ServiceListIn list;
} ExploreIn;
INPUTS(explore_in, ExploreIn,
       INPUT("search", IN_QUERY, W_STR, ExploreIn, list.search, NO_HAS, "Words in title, description, skills and category.",
             .flags = IN_TRIM, .max = 200),
       INPUT("category", IN_QUERY, W_INT, ExploreIn, category, NO_HAS, "A category's id.", .min = 1, .max = INT64_MAX),
       INPUT("min_price", IN_QUERY, W_MONEY, ExploreIn, list.price_min, NO_HAS, "From.", .min = 0, .max = INT64_MAX),
       INPUT("max_price", IN_QUERY, W_MONEY, ExploreIn, list.price_max, NO_HAS, "To.", .min = 0, .max = INT64_MAX),
       INPUT("delivery_time", IN_QUERY, W_INT, ExploreIn, list.days_max, NO_HAS, "In at most so many days.", .min = 0,
             .max = INT32_MAX),
       INPUT("skills", IN_QUERY, W_STRS, ExploreIn, list.skills, NO_HAS, "All of these, comma-separated.",
             .flags = IN_COMMA | IN_TRIM, .max = SERVICE_SKILLS_MAX),
       INPUT("ordering", IN_QUERY, W_STR, ExploreIn, ordering, NO_HAS, "price, created_at; with a hyphen in front, downwards.",
             .flags = IN_TRIM, .max = 100),
       SC_PAGE_INPUTS(ExploreIn));

static Err explore_before(Exchange *x) {
    ExploreIn *in = x->in;
    Err e = sc_page_before(x);
    bool down;
    Str by = sc_ordering(in->ordering, &down);
    bool price = str_eq(by, S("price")), age = str_eq(by, S("created_at"));
    in->list.sort = price ? SERVICE_SORT_PRICE : age ? SERVICE_SORT_CREATED : SERVICE_SORT_DEFAULT;
    in->list.ascending = (price || age) && !down;
    in->list.page = in->page;
    return e;
}

static Err explore(Call *c, const void *input, void *out) {
    const ExploreIn *in = input;
    ServiceListIn list = in->list;
    Err e = in->category ? sc_category_slug(c, in->category, "category", &list.category) : OK;
    return e ? e : service_list(c, &list, out);
}

/* ---- routes ---- */

#define GIGS "/api/v1/gigs/"
#define CHANGE(method_, summary_)                                                                                            \
    .method = (method_), .path = GIGS "services/{id}", .op = service_save, .in = &service_edit_in, .before = service_before, \
    .gate = service_gate, .view = &sc_service_view, .shape = SHAPE_ONE, .writes = true, .access = ACCESS_SIGNED_IN,          \
    .errors = ERR(E_FORBIDDEN) | ERR(E_STATE) | ERR(E_LIMIT), .summary = (summary_),                                         \
    .doc = "Its freelancer. Only what is given changes."

static const Route skillconnect_services_routes[] = {
    {.method = "POST",
     .path = GIGS "services",
     .op = service_save,
     .in = &service_post_in,
     .before = service_before,
     .gate = service_gate,
     .view = &sc_service_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN) | ERR(E_LIMIT),
     .summary = "Offer a service.",
     .doc = "Freelancers. As JSON, or as multipart/form-data with a picture."},
    {.method = "GET",
     .path = GIGS "services",
     .op = service_mine,
     .in = &own_services_in,
     .view = &sc_service_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_SIGNED_IN,
     .summary = "One's own services, newest first."},
    {CHANGE("PUT", "Change a service.")},
    {CHANGE("PATCH", "Change a service in part.")},
    {.method = "DELETE",
     .path = GIGS "services/{id}",
     .op = service_delete,
     .in = &service_id_in,
     .shape = SHAPE_NONE,
     .status = 204,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_FORBIDDEN),
     .summary = "Delete a service."},
    {.method = "GET",
     .path = GIGS "explore-services",
     .op = explore,
     .in = &explore_in,
     .before = explore_before,
     .after = sc_page_after,
     .view = &sc_service_brief_view,
     .shape = SHAPE_LIST,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING),
     .summary = "Look for services.",
     .doc = "Newest first, or best match first when searching."},
    {.method = "GET",
     .path = GIGS "categories",
     .op = category_list,
     .view = &sc_category_view,
     .shape = SHAPE_ARRAY,
     .access = ACCESS_OPTIONAL,
     .kept = true,
     .summary = "The categories."},
};
SECTION(skillconnect_services, "Services", "Work that freelancers offer at a price.");
