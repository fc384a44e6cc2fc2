/* The OpenAPI 3.1 document of a contract (spec.openapis.org/oas/v3.1.0), written straight from its rows. */
#include "contract/schema.h"

typedef struct Place { /* one route in its contract */
    const Section *section;
    const Route *route;
} Place;

static bool place_next(const Contract *c, size_t *s, size_t *i, Place *out) {
    for (; *s < c->section_count; ++*s, *i = 0)
        if (*i < c->sections[*s]->count) {
            *out = (Place){c->sections[*s], &c->sections[*s]->routes[(*i)++]};
            return true;
        }
    return false;
}

static void parameters(Buf *b, const Contract *c, const Route *r) {
    static const char *const places[] = {[IN_PATH] = "path", [IN_QUERY] = "query", [IN_HEADER] = "header"};
    bool any = false;
    for (size_t i = 0; r->in && i < r->in->count; i++) {
        const Input *row = &r->in->rows[i];
        if (row->where != IN_PATH && row->where != IN_QUERY && row->where != IN_HEADER)
            continue;
        if (!any)
            doc_open(b, "parameters", '[');
        any = true;
        doc_item(b);
        buf_char(b, '{');
        doc_str(b, "name", row->name);
        doc_str(b, "in", places[row->where]);
        if (row->where == IN_PATH || row->flags & IN_REQUIRED)
            doc_raw(b, "required", "true");
        doc_str(b, "description", row->doc);
        if (row->flags & IN_COMMA) { /* a,b,c */
            doc_str(b, "style", "form");
            doc_raw(b, "explode", "false");
        }
        doc_key(b, "schema");
        schema_input(b, c, row);
        buf_char(b, '}');
    }
    if (any)
        buf_char(b, ']');
}

static void request_body(Buf *b, const Contract *c, const Route *r) {
    bool body = false, fields = false, files = false, needs_file = false, required = false;
    for (size_t i = 0; r->in && i < r->in->count; i++) {
        body |= row_in_body(&r->in->rows[i]);
        fields |= row_in_json(&r->in->rows[i]);
        files |= r->in->rows[i].where == IN_FILE;
        needs_file |= r->in->rows[i].where == IN_FILE && r->in->rows[i].flags & IN_REQUIRED;
        required |= row_in_body(&r->in->rows[i]) && r->in->rows[i].flags & IN_REQUIRED;
    }
    if (r->body == BODY_RAW) {
        doc_raw(b, "requestBody", "{\"required\":true,\"content\":{\"application/json\":{\"schema\":{}}}}");
        return;
    }
    if (!body)
        return;
    doc_open(b, "requestBody", '{');
    doc_raw(b, "required", required ? "true" : "false");
    doc_open(b, "content", '{');
    if (files) {
        doc_open(b, "multipart/form-data", '{');
        doc_key(b, "schema");
        schema_inputs(b, c, r->in, row_in_body);
        buf_char(b, '}');
    }
    if (fields && !needs_file) { /* where no file must come, the rest may be said in JSON */
        doc_open(b, "application/json", '{');
        doc_key(b, "schema");
        if (r->positional && !files) /* required members are an object's: of an array, place counts */
            buf_lit(b, "{\"anyOf\":[");
        schema_inputs(b, c, r->in, row_in_json);
        if (r->positional && !files)
            buf_lit(b,
                    ",{\"type\":\"array\",\"description\":\"The same values in this order; null for one that is left out.\"}]}");
        buf_char(b, '}');
    }
    buf_lit(b, "}}");
}

static void problem_responses(Buf *b, const Contract *c, uint32_t errors) {
    /* One answer per status; several errors may share one. */
    for (int e = OK + 1; e < ERR_COUNT; e++) {
        int status = problem_row(c, (Err)e)->status;
        bool first = errors & ERR(e);
        for (int k = OK + 1; k < e && first; k++)
            first = !(errors & ERR(k)) || problem_row(c, (Err)k)->status != status;
        if (!first)
            continue;
        char name[8] = {(char)('0' + status / 100), (char)('0' + status / 10 % 10), (char)('0' + status % 10)};
        doc_open(b, name, '{');
        doc_key(b, "description");
        buf_char(b, '"');
        for (int k = e, n = 0; k < ERR_COUNT; k++)
            if (errors & ERR(k) && problem_row(c, (Err)k)->status == status) {
                if (n++)
                    buf_char(b, ' ');
                json_put_chars(b, str_c0(problem_row(c, (Err)k)->message));
            }
        buf_lit(b, "\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}");
    }
}

static void success(Buf *b, const Contract *c, const Route *r, int status) {
    char name[8] = {(char)('0' + status / 100), (char)('0' + status / 10 % 10), (char)('0' + status % 10)};
    doc_open(b, name, '{');
    doc_str(b, "description", r->summary);
    if (r->shape == SHAPE_RAW && r->media) {
        doc_open(b, "content", '{');
        doc_raw(b, r->media, "{}");
        buf_char(b, '}');
    } else if (r->shape != SHAPE_NONE && r->shape != SHAPE_RAW) {
        buf_lit(b, ",\"content\":{\"application/json\":{\"schema\":");
        schema_reply(b, c, r);
        buf_lit(b, "}}");
    }
    buf_char(b, '}');
}

static void responses(Buf *b, const Contract *c, const Route *r) {
    doc_open(b, "responses", '{');
    success(b, c, r, r->status ? r->status : 200);
    if (r->other_status)
        success(b, c, r, r->other_status);
    problem_responses(b, c, route_errors(r));
    buf_lit(b,
            ",\"default\":{\"description\":\"Something else went wrong\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
            "\"#/components/schemas/Problem\"}}}}}");
}

/* "get_api_gigs_id": stable, and unique since method and path are. */
static void operation_id(Buf *b, const Route *r) {
    doc_key(b, "operationId");
    buf_char(b, '"');
    for (const char *p = r->method; *p; p++)
        buf_char(b, (char)(*p | 0x20));
    for (const char *p = r->path; *p; p++)
        if (*p != '{' && *p != '}')
            buf_char(b, *p == '/' || *p == '-' ? '_' : *p);
    buf_char(b, '"');
}

static void operation(Buf *b, const Contract *c, const Section *s, const Route *r) {
    char method[8] = {0};
    for (size_t i = 0; r->method[i] && i < sizeof method - 1; i++)
        method[i] = (char)(r->method[i] | 0x20);
    doc_open(b, method, '{');
    doc_open(b, "tags", '[');
    json_put_str(b, str_c0(r->tag ? r->tag : s->tag));
    buf_char(b, ']');
    doc_str(b, "summary", r->summary);
    doc_str(b, "description", r->doc);
    operation_id(b, r);
    if (r->access == ACCESS_OPEN)
        doc_raw(b, "security", "[]");
    else if (r->access == ACCESS_OPTIONAL)
        doc_raw(b, "security", "[{},{\"bearer\":[]},{\"cookie\":[]}]");
    parameters(b, c, r);
    request_body(b, c, r);
    responses(b, c, r);
    buf_char(b, '}');
}

static bool path_seen(const Contract *c, const Route *until) {
    size_t s = 0, i = 0;
    for (Place p; place_next(c, &s, &i, &p) && p.route != until;)
        if (!strcmp(p.route->path, until->path))
            return true;
    return false;
}

static void paths(Buf *b, const Contract *c) {
    size_t s = 0, i = 0;
    doc_open(b, "paths", '{');
    for (Place p; place_next(c, &s, &i, &p);) {
        if (path_seen(c, p.route))
            continue;
        doc_open(b, p.route->path, '{');
        size_t s2 = 0, i2 = 0;
        for (Place q; place_next(c, &s2, &i2, &q);)
            if (!strcmp(q.route->path, p.route->path))
                operation(b, c, q.section, q.route);
        buf_char(b, '}');
    }
    buf_char(b, '}');
}

static void components(Buf *b, const Contract *c, const Schemas *all) {
    doc_open(b, "components", '{');
    doc_open(b, "schemas", '{');
    doc_raw(b, "Problem", c->problem_schema);
    for (size_t i = 0; i < all->view_count; i++) {
        doc_key(b, all->views[i]->name);
        schema_view(b, c, all->views[i]);
    }
    for (size_t i = 0; i < all->input_count; i++) {
        doc_key(b, all->inputs[i]->name);
        schema_inputs(b, c, all->inputs[i], NULL);
    }
    buf_lit(b, "},\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\"},"
               "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"jwt\"}}}");
}

static void tags(Buf *b, const Contract *c) {
    doc_open(b, "tags", '[');
    for (size_t i = 0; i < c->section_count; i++) {
        doc_item(b);
        buf_char(b, '{');
        doc_str(b, "name", c->sections[i]->tag);
        doc_str(b, "description", c->sections[i]->doc);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

void openapi_document(const Contract *c, Str origin, Buf *out) {
    Schemas *all = ARENA_NEW(out->arena, Schemas);
    if (!all) {
        out->err = E_NOMEM;
        return;
    }
    schemas_collect(c, all);
    buf_lit(out, "{\"openapi\":\"3.1.0\",\"info\":{");
    doc_str(out, "title", c->title);
    doc_str(out, "version", c->version);
    doc_str(out, "description", c->doc);
    buf_lit(out, "},\"servers\":[{\"url\":");
    json_put_str(out, origin.n ? origin : S("/"));
    buf_lit(out, "}],\"security\":[{\"bearer\":[]},{\"cookie\":[]}]");
    tags(out, c);
    paths(out, c);
    components(out, c, all);
    buf_lit(out, "}\n");
}
