/* Works that people show on their profile. */
#include "contract/campus/campus.h"
#include "domain/work.h"

static bool work_image(Render *r, const void *row, Value *out) {
    File f;
    int64_t id = ((const Portfolio *)row)->image;
    return id && !rec_get(r->call->tx, &FILE_RECORD, id, &f) && campus_file_path(r, id, out);
}
VIEW(campus_work_view, Portfolio, "PortfolioItem", "A piece of work to show.",
     SHOW("id", W_INT, Portfolio, id, "Within the person's portfolio."), SHOW("title", W_STR, Portfolio, title, "What."),
     SHOW("description", W_STR, Portfolio, description, "What exactly.", .empty = EMPTY_NULL),
     SHOW("link", W_STR, Portfolio, link, "Where it is.", .empty = EMPTY_NULL),
     SHOW_GET("imageUrl", W_STR, work_image, "A picture of it.", .optional = true));

typedef struct WorkBody {
    WorkIn work; /* first: it has the has-bits */
    Str image;   /* by its url or id */
} WorkBody;
#define WORK_INPUTS(title_flags_)                                                                                              \
    INPUT("title", IN_BODY, W_STR, WorkBody, work.title, WORK_SET_TITLE, "What.", .flags = (title_flags_) | IN_TRIM, .min = 1, \
          .max = PROFILE_WORD_MAX),                                                                                            \
        INPUT("description", IN_BODY, W_STR, WorkBody, work.description, WORK_SET_DESCRIPTION, "What exactly.",                \
              .flags = IN_TRIM | IN_NULLABLE, .max = PROFILE_TEXT_MAX),                                                        \
        INPUT("link", IN_BODY, W_STR, WorkBody, work.link, WORK_SET_LINK, "Where it is: an http or https address.",            \
              .flags = IN_TRIM | IN_NULLABLE, .max = PROFILE_LINK_MAX),                                                        \
        INPUT("image", IN_BODY, W_STR, WorkBody, image, WORK_SET_IMAGE, "A picture: the url or id of an upload.",              \
              .flags = IN_TRIM | IN_NULLABLE, .max = 300),                                                                     \
        INPUT("position", IN_BODY, W_INT, WorkBody, work.position, WORK_SET_POSITION, "Where it stands, from 0.", .min = 0,    \
              .max = PROFILE_ITEMS_MAX)
INPUTS(campus_work_add_in, WorkBody, WORK_INPUTS(IN_REQUIRED));
INPUTS(campus_work_edit_in, WorkBody,
       INPUT("id", IN_PATH, W_INT, WorkBody, work.id, NO_HAS, "Which.", .flags = IN_REQUIRED, .min = 1, .max = INT64_MAX),
       WORK_INPUTS(0));
INPUTS(campus_work_id_in, IdIn,
       INPUT("id", IN_PATH, W_INT, IdIn, id, NO_HAS, "Which.", .flags = IN_REQUIRED, .min = 1, .max = INT64_MAX));
INPUTS(campus_works_in, IdIn, INPUT_ID("id", IdIn, id, &USER, "Whose."));

static Err work_before(Exchange *x) {
    WorkBody *in = x->in;
    if (!in->image.n || campus_file_of(x, in->image, &in->work.image))
        return OK;
    x->binding = true;
    return diag_field(&x->diag, E_INVALID, S("image"), S("must be the url or id of an uploaded file"));
}

static const Route campus_portfolio_routes[] = {
    {.method = "GET",
     .path = "/api/users/{id}/portfolio",
     .op = work_list,
     .in = &campus_works_in,
     .view = &campus_work_view,
     .shape = SHAPE_LIST,
     .plural = "portfolio",
     .access = ACCESS_OPTIONAL,
     .summary = "A person's works, in the person's order.",
     .doc = "The same as the portfolio of a SkillConnect profile. All on one page."},
    {.method = "POST",
     .path = "/api/portfolio",
     .op = work_add,
     .in = &campus_work_add_in,
     .before = work_before,
     .view = &campus_work_view,
     .shape = SHAPE_ONE,
     .status = 201,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_LIMIT),
     .summary = "Show a work.",
     .doc = "Last, unless a position is given. The picture is everybody's to see from then on."},
    {.method = "PATCH",
     .path = "/api/portfolio/{id}",
     .op = work_edit,
     .in = &campus_work_edit_in,
     .before = work_before,
     .view = &campus_work_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING),
     .summary = "Change or move one of one's works.",
     .doc = "Only what is given changes."},
    {.method = "DELETE",
     .path = "/api/portfolio/{id}",
     .op = work_delete,
     .in = &campus_work_id_in,
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .errors = ERR(E_MISSING),
     .summary = "No longer show one of one's works."},
};
SECTION(campus_portfolio, "Portfolio", "Works that people show on their profile.");
