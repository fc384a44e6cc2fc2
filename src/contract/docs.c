/* The reference page: a contract's rows as HTML. One file, no script, nothing from elsewhere. */
#include "contract/schema.h"

static void text(Buf *b, const char *s) {
    for (; s && *s; s++)
        switch (*s) {
        case '<': buf_lit(b, "&lt;"); break;
        case '>': buf_lit(b, "&gt;"); break;
        case '&': buf_lit(b, "&amp;"); break;
        case '"': buf_lit(b, "&quot;"); break;
        default: buf_char(b, *s);
        }
}

static const char style[] =
    ":root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#0a6b5d}"
    "@media(prefers-color-scheme:dark){:root{--accent:#5cd6c0}}"
    "*{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;grid-template-columns:17rem "
    "minmax(0,1fr)}"
    "nav{padding:1.5rem 1rem;border-right:1px solid "
    "var(--line);position:sticky;top:0;height:100vh;overflow:auto;font-size:.875rem}"
    "nav a{display:block;color:inherit;text-decoration:none;padding:.1rem 0;overflow-wrap:anywhere}nav a:hover,nav "
    "a:focus{color:var(--accent)}"
    "nav h2{font-size:.8rem;letter-spacing:.04em;margin:1.2rem 0 .2rem;color:var(--accent)}"
    "main{padding:2rem;max-width:64rem}h1{margin-top:0}article{border-top:1px solid var(--line);padding:1rem 0}"
    "article h3{margin:0 0 "
    ".3rem;font-size:1rem}code,h3{font-family:ui-monospace,monospace}.m{color:var(--accent);font-weight:700}"
    "table{border-collapse:collapse;width:100%;margin:.5rem "
    "0;font-size:.9rem}td,th{text-align:left;vertical-align:top;padding:.25rem .6rem "
    ".25rem 0;border-bottom:1px solid "
    "var(--line)}td:first-child{white-space:nowrap}caption{text-align:left;font-weight:600;padding:.4rem 0}"
    ".n{color:#777;font-size:.85rem}summary{cursor:pointer}"
    "@media(max-width:50rem){body{display:block}nav{position:static;height:auto;border:0}main{padding:1rem}table{display:block;"
    "overflow:auto}}";

static const char *value_type(const Contract *c, uint8_t type, uint8_t form) {
    static const char *const types[] = {
        [W_STR] = "string",
        [W_INT] = "integer",
        [W_BOOL] = "boolean",
        [W_DECIMAL] = "number",
        [W_ID] = "id",
        [W_WORD] = "word",
        [W_WORDS] = "words",
        [W_STRS] = "strings",
        [W_IDS] = "ids",
        [W_ROW] = "object",
        [W_ROWS] = "objects",
        [W_FILE] = "file",
        [W_MAP] = "object of strings",
        [W_JSON] = "any",
        [W_CONST] = "constant",
        [W_ITEM] = "object",
        [W_ITEMS] = "objects",
    };
    uint8_t money = form ? form : c->money_form, time = form ? form : c->time_form;
    if (type == W_MONEY)
        return money == PAY_MINOR ? "money, minor units" : money == PAY_MAJOR_TEXT ? "money, text" : "money";
    if (type == W_TIME)
        return time == TIME_MS ? "time, ms" : time == TIME_SECONDS ? "time, s" : time == TIME_DATE ? "date" : "time, ISO 8601";
    return type < COUNT(types) && types[type] ? types[type] : "";
}

static void words_list(Buf *b, const Words *w) {
    if (!w)
        return;
    buf_lit(b, "<br><span class=n>");
    for (size_t i = 0; i < w->count; i++) {
        if (i)
            buf_lit(b, " · ");
        Str s = w->rows[i].word; /* of a literal, so it ends with a NUL */
        text(b, s.p);
    }
    buf_lit(b, "</span>");
}

static void nested(Buf *b, const char *name) {
    if (!name || !*name)
        return;
    buf_lit(b, " <a href=\"#schema-");
    text(b, name);
    buf_lit(b, "\">");
    text(b, name);
    buf_lit(b, "</a>");
}

static void bounds(Buf *b, const Input *row) {
    if (!row->min && !row->max)
        return;
    const char *unit = row->type == W_STR ? " characters" : row->type >= W_WORDS && row->type <= W_ROWS ? " entries" : "";
    if (row->max)
        buf_printf(b, " %lld–%lld%s", (long long)row->min, (long long)row->max, unit);
    else
        buf_printf(b, " at least %lld%s", (long long)row->min, unit);
}

static void input_rows(Buf *b, const Contract *c, const Inputs *in) {
    static const char *const places[] = {
        [IN_PATH] = "path", [IN_QUERY] = "query", [IN_BODY] = "body", [IN_FILE] = "part", [IN_HEADER] = "header"};
    for (size_t i = 0; i < in->count; i++) {
        const Input *row = &in->rows[i];
        if (row->where == IN_CONST || row->where == IN_SELF || row_repeats(in, i))
            continue;
        buf_lit(b, "<tr><td><code>");
        text(b, row_name(row));
        buf_lit(b, "</code><td>");
        text(b, places[row->where]);
        if (row->flags & IN_REQUIRED)
            buf_lit(b, ", required");
        buf_lit(b, "<td>");
        text(b, value_type(c, row->type, row->form));
        nested(b, row->sub ? row->sub->name : NULL);
        bounds(b, row);
        words_list(b, row->words);
        buf_lit(b, "<td>");
        text(b, row->doc);
    }
}

static void view_rows(Buf *b, const Contract *c, const View *v, const Route *r) {
    for (size_t i = 0; i < v->count; i++) {
        const ViewRow *row = &v->rows[i];
        const View *inner = row->type == W_ITEM || row->type == W_ITEMS ? r->view : row->view;
        buf_lit(b, "<tr><td><code>");
        text(b, row->name ? row->name : r->plural);
        buf_lit(b, "</code><td>");
        text(b, value_type(c, row->type, row->form));
        nested(b, inner ? inner->name : NULL);
        if (row->empty == EMPTY_OMIT)
            buf_lit(b, ", when there is one");
        else if (row->empty == EMPTY_NULL || row->optional)
            buf_lit(b, " or null");
        if (row->audience)
            buf_printf(b, "<br><span class=n>seen by%s%s%s</span>", row->audience & FOR_OWNER ? " its owner" : "",
                       row->audience & FOR_PARTY ? " the parties" : "", row->audience & FOR_MODERATOR ? " moderators" : "");
        words_list(b, row->words);
        buf_lit(b, "<td>");
        text(b, row->doc);
    }
}

static void anchor(Buf *b, const Route *r) {
    for (const char *p = r->method; *p; p++)
        buf_char(b, *p);
    for (const char *p = r->path; *p; p++)
        buf_char(b, *p == '/' || *p == '{' || *p == '}' ? '-' : *p);
}

static void route_errors_line(Buf *b, const Contract *c, const Route *r) {
    uint32_t errors = route_errors(r);
    buf_lit(b, "<p class=n>Errors:");
    for (int e = OK + 1; e < ERR_COUNT; e++)
        if (errors & ERR(e)) {
            const ProblemRow *row = problem_row(c, (Err)e);
            buf_printf(b, " %d ", row->status);
            text(b, row->code ? row->code : row->message);
        }
    buf_lit(b, "</p>");
}

static void route(Buf *b, const Contract *c, const Route *r) {
    static const char *const who[] = {"open to all", "signed in or not", "signed in", "moderators", "admins"};
    static const char *const rates[] = {"", " · counted as sign-in", " · counted as upload", " · not counted"};
    buf_lit(b, "<article id=\"");
    anchor(b, r);
    buf_lit(b, "\"><h3><span class=m>");
    text(b, r->method);
    buf_lit(b, "</span> ");
    text(b, r->path);
    buf_lit(b, "</h3><p>");
    text(b, r->summary);
    buf_lit(b, " ");
    text(b, r->doc);
    buf_printf(b, " <span class=n>%s%s</span></p>", who[r->access], rates[r->rate]);
    if (r->in) {
        buf_lit(b, "<table><caption>Takes</caption>");
        input_rows(b, c, r->in);
        buf_lit(b, "</table>");
    }
    const View *envelope = r->envelope ? r->envelope : r->shape == SHAPE_LIST ? c->list_envelope : NULL;
    int status = r->status ? r->status : 200;
    if (r->shape == SHAPE_FIXED) {
        buf_printf(b, "<p>Answers %d <code>", status);
        text(b, r->fixed);
        buf_lit(b, "</code></p>");
    } else if (envelope) {
        buf_printf(b, "<table><caption>Answers %d</caption>", status);
        view_rows(b, c, envelope, r);
        buf_lit(b, "</table>");
    } else if (r->view) {
        buf_printf(b, "<p>Answers %d", status);
        nested(b, r->view->name);
        buf_add(b, r->shape == SHAPE_ONE ? S("</p>") : S(", a list</p>"));
    } else {
        buf_printf(b, "<p>Answers %d</p>", status);
    }
    route_errors_line(b, c, r);
    buf_lit(b, "</article>");
}

static void navigation(Buf *b, const Contract *const *all, size_t count, const Contract *c) {
    buf_lit(b, "<nav><h2>APIs</h2>");
    for (size_t i = 0; i < count; i++) {
        buf_lit(b, "<a href=\"/docs/");
        text(b, all[i]->name);
        buf_add(b, all[i] == c ? S("\" aria-current=page>") : S("\">"));
        text(b, all[i]->title);
        buf_lit(b, "</a>");
    }
    buf_lit(b, "<a href=\"/openapi/");
    text(b, c->name);
    buf_lit(b, ".json\">OpenAPI 3.1</a><a href=\"/docs/box\">Running a box</a>");
    for (size_t i = 0; i < c->section_count; i++) {
        buf_lit(b, "<h2>");
        text(b, c->sections[i]->tag);
        buf_lit(b, "</h2>");
        for (size_t k = 0; k < c->sections[i]->count; k++) {
            const Route *r = &c->sections[i]->routes[k];
            buf_lit(b, "<a href=\"#");
            anchor(b, r);
            buf_lit(b, "\"><span class=m>");
            text(b, r->method);
            buf_lit(b, "</span> ");
            text(b, r->path);
            buf_lit(b, "</a>");
        }
    }
    buf_lit(b, "</nav>");
}

static void schemas(Buf *b, const Contract *c, const Schemas *all) {
    buf_lit(b, "<h2>Schemas</h2>");
    for (size_t i = 0; i < all->view_count + all->input_count; i++) {
        const View *v = i < all->view_count ? all->views[i] : NULL;
        const Inputs *in = v ? NULL : all->inputs[i - all->view_count];
        buf_lit(b, "<article id=\"schema-");
        text(b, v ? v->name : in->name);
        buf_lit(b, "\"><h3>");
        text(b, v ? v->name : in->name);
        buf_lit(b, "</h3><p>");
        text(b, v ? v->doc : "");
        buf_lit(b, "</p><table>");
        if (v)
            view_rows(b, c, v, NULL);
        else
            input_rows(b, c, in);
        buf_lit(b, "</table></article>");
    }
}

void docs_page(const Contract *const *all, size_t count, const Contract *c, Buf *out) {
    Schemas *reached = ARENA_NEW(out->arena, Schemas);
    if (!reached) {
        out->err = E_NOMEM;
        return;
    }
    schemas_collect(c, reached);
    buf_lit(out, "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
                 "content=\"width=device-width,initial-scale=1\"><title>");
    text(out, c->title);
    buf_lit(out, "</title><style>");
    buf_put(out, style, sizeof style - 1);
    buf_lit(out, "</style>");
    navigation(out, all, count, c);
    buf_lit(out, "<main><h1>");
    text(out, c->title);
    buf_lit(out, "</h1><p>");
    text(out, c->doc);
    buf_lit(out, "</p>");
    for (size_t i = 0; i < c->section_count; i++) {
        buf_lit(out, "<h2>");
        text(out, c->sections[i]->tag);
        buf_lit(out, "</h2><p>");
        text(out, c->sections[i]->doc);
        buf_lit(out, "</p>");
        for (size_t k = 0; k < c->sections[i]->count; k++)
            route(out, c, &c->sections[i]->routes[k]);
    }
    schemas(out, c, reached);
    buf_lit(out, "</main></html>\n");
}
