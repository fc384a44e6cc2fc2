/* What other programs call: the clock that cleans up. */
#include "contract/ugig/ugig.h"
#include "crypto/hmac.h"

/* Whoever knows the secret of the setting cron_secret; nobody when there is none. */
static Err cleanup(Exchange *x) {
    const Ports *p = x->ports;
    Str auth = x->req->header(x->req, "Authorization"), scheme = S("Bearer ");
    bool bearer = auth.n > scheme.n && str_eq_nocase(str_slice(auth, 0, scheme.n), scheme);
    if (!p->cron_secret.n || !bearer || !ct_str_eq(str_from(auth, scheme.n), p->cron_secret))
        return E_UNAUTHORIZED;
    Err e = p->cleanup ? p->cleanup(p->ctx) : E_BUSY;
    return e ? e : exchange_render_as(x, NULL, 200, &ugig_done_view, x);
}

static const Route ugig_box_routes[] = {
    {.method = "GET",
     .path = "/api/cron/cleanup",
     .handler = cleanup,
     .view = &ugig_done_view,
     .shape = SHAPE_ONE,
     .errors = ERR(E_UNAUTHORIZED) | ERR(E_BUSY),
     .summary = "Clean up what has expired, and send what is due.",
     .doc = "With `Authorization: Bearer` and the box's cron_secret. The box does the same by itself."},
};
SECTION(ugig_box, "Box", "For other programs.");
