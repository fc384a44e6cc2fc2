/* admin.h - what the admin files share: the look of their routes, and how an id of any kind is shown and read. */
#ifndef CONTRACT_CAMPUS_ADMIN_H
#define CONTRACT_CAMPUS_ADMIN_H

#include "contract/campus/campus.h"

/* The first members of a route: { ADMIN_READ(MODERATOR, "/api/admin/users", user_list, &in, &view), .shape = … } */
#define ADMIN_READ(access_, path_, op_, in_, view_) \
    .method = "GET", .path = path_, .op = op_, .in = in_, .view = view_, .access = ACCESS_##access_
#define ADMIN_ACT(access_, method_, path_, op_, in_, view_)                                                    \
    .method = method_, .path = path_, .op = op_, .in = in_, .view = view_, .shape = SHAPE_ONE, .writes = true, \
    .access = ACCESS_##access_

extern const View admin_audit_view; /* Audit */
extern const Words admin_outbox_state_words;

/* The id of a thing named as audit entries and reports name it ("user", "order"), as text. False: it has no id of its own. */
bool admin_subject(Render *r, Str thing, int64_t id, Value *out);
/* And back. False: no such kind, or not an id. */
bool admin_subject_of(Exchange *x, Str thing, Str id, int64_t *out);

#endif
