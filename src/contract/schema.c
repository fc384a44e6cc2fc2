#include "contract/schema.h"

/* ---- the writer ---- */

static void comma(Buf *b) {
    char last = b->n ? b->p[b->n - 1] : '{';
    if (last != '{' && last != '[' && last != ':')
        buf_char(b, ',');
}

void doc_item(Buf *b) { comma(b); }

void doc_key(Buf *b, const char *name) {
    comma(b);
    json_put_str(b, str_c0(name));
    buf_char(b, ':');
}

void doc_str(Buf *b, const char *name, const char *value) {
    if (!value)
        return;
    doc_key(b, name);
    json_put_str(b, str_c0(value));
}

void doc_i64(Buf *b, const char *name, int64_t v) {
    doc_key(b, name);
    buf_i64(b, v);
}

void doc_raw(Buf *b, const char *name, const char *json) {
    doc_key(b, name);
    buf_add(b, str_c0(json));
}

void doc_open(Buf *b, const char *name, char bracket) {
    doc_key(b, name);
    buf_char(b, bracket);
}

static void doc_type(Buf *b, const char *type, bool nullable) {
    if (!nullable) {
        doc_str(b, "type", type);
        return;
    }
    doc_open(b, "type", '[');
    json_put_str(b, str_c0(type));
    buf_lit(b, ",\"null\"]");
}

/* ---- values ---- */

static void words_enum(Buf *b, const Words *w, bool nullable) {
    doc_type(b, "string", nullable);
    doc_str(b, "title", w->name);
    doc_open(b, "enum", '[');
    for (size_t i = 0; i < w->count; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = str_eq(w->rows[k].word, w->rows[i].word);
        if (seen)
            continue;
        doc_item(b);
        json_put_str(b, w->rows[i].word);
    }
    buf_add(b, nullable ? S(",null]") : S("]"));
}

static void id_members(Buf *b, uint8_t form, bool nullable) {
    doc_type(b, form == ID_INTEGER ? "integer" : "string", nullable);
    if (form == ID_UUID)
        doc_str(b, "format", "uuid");
    else if (form == ID_HEX24)
        doc_str(b, "pattern", "^[0-9a-f]{24}$");
}

static void time_members(Buf *b, uint8_t form, bool nullable) {
    bool number = form == TIME_MS || form == TIME_SECONDS;
    doc_type(b, number ? "integer" : "string", nullable);
    if (number)
        doc_str(b, "format", "int64");
    else if (form != TIME_ISO_MICROS) /* which has no offset, as "date-time" wants */
        doc_str(b, "format", form == TIME_DATE ? "date" : "date-time");
}

/* Members of the schema of a value that is no container. */
static void plain_members(Buf *b, const Contract *c, uint8_t type, uint8_t form, const Words *words, bool nullable) {
    switch (type) {
    case W_INT: doc_type(b, "integer", nullable); break;
    case W_BOOL: doc_type(b, "boolean", nullable); break;
    case W_DECIMAL: doc_type(b, "number", nullable); break;
    case W_STR: doc_type(b, "string", nullable); break;
    case W_WORD: words_enum(b, words, nullable); break;
    case W_TIME: time_members(b, form ? form : c->time_form, nullable); break;
    case W_ID: id_members(b, form ? form : c->id_form, nullable); break;
    case W_MONEY:
        form = form ? form : c->money_form;
        doc_type(b, form == PAY_MINOR ? "integer" : form == PAY_MAJOR_TEXT ? "string" : "number", nullable);
        break;
    case W_FILE:
        doc_str(b, "type", "string");
        doc_str(b, "contentMediaType", "application/octet-stream");
        break;
    default: break; /* W_JSON: anything */
    }
}

/* Members of the schema of a list of values. */
static void list_members(Buf *b, const Contract *c, uint8_t type, uint8_t form, const Words *words, bool nullable) {
    doc_type(b, "array", nullable);
    doc_open(b, "items", '{');
    plain_members(b, c, type == W_STRS ? W_STR : type == W_IDS ? W_ID : W_WORD, form, words, false);
    buf_char(b, '}');
}

static void put_ref(Buf *b, const char *schema) {
    buf_lit(b, "{\"$ref\":\"#/components/schemas/");
    json_put_chars(b, str_c0(schema));
    buf_lit(b, "\"}");
}

/* Members that say: like that schema, or null. */
static void ref_members(Buf *b, const char *schema, bool nullable) {
    doc_open(b, "anyOf", '[');
    put_ref(b, schema);
    buf_add(b, nullable ? S(",{\"type\":\"null\"}]") : S("]"));
}

/* ---- inputs ---- */

static void input_bounds(Buf *b, const Contract *c, const Input *row) {
    if (row->type == W_STR) {
        if (row->min)
            doc_i64(b, "minLength", row->min);
        if (row->max)
            doc_i64(b, "maxLength", row->max);
        doc_str(b, "format", row->flags & IN_SECRET ? "password" : row->format);
        return;
    }
    bool minor = row->type == W_MONEY && (row->form ? row->form : c->money_form) == PAY_MINOR;
    if (row->flags & IN_CLAMP || !(row->type == W_INT || minor) || !(row->min || row->max))
        return;
    doc_i64(b, "minimum", row->min);
    if (row->max)
        doc_i64(b, "maximum", row->max);
}

void schema_input(Buf *b, const Contract *c, const Input *row) {
    bool nullable = row->flags & IN_NULLABLE;
    buf_char(b, '{');
    switch (row->type) {
    case W_STRS:
    case W_IDS:
    case W_WORDS:
    case W_ROWS:
        if (row->type == W_ROWS) {
            doc_type(b, "array", nullable);
            doc_key(b, "items");
            if (row->sub->name)
                put_ref(b, row->sub->name);
            else
                schema_inputs(b, c, row->sub, NULL);
        } else {
            list_members(b, c, row->type, row->form, row->words, nullable);
        }
        if (row->min)
            doc_i64(b, "minItems", row->min);
        if (row->max)
            doc_i64(b, "maxItems", row->max);
        break;
    case W_ROW:
        if (row->sub->name) {
            ref_members(b, row->sub->name, nullable);
        } else {
            doc_open(b, "anyOf", '[');
            schema_inputs(b, c, row->sub, NULL);
            buf_add(b, nullable ? S(",{\"type\":\"null\"}]") : S("]"));
        }
        break;
    default: plain_members(b, c, row->type, row->form, row->words, nullable); input_bounds(b, c, row);
    }
    if (row->flags & IN_DEFAULT && row->type == W_INT)
        doc_i64(b, "default", row->fallback);
    if (row->example) {
        doc_open(b, "examples", '[');
        buf_add(b, str_c0(row->example));
        buf_char(b, ']');
    }
    doc_str(b, "description", row->doc);
    buf_char(b, '}');
}

bool row_repeats(const Inputs *in, size_t i) {
    for (size_t k = 0; k < i; k++)
        if (in->rows[k].name && in->rows[i].name && !strcmp(in->rows[k].name, in->rows[i].name) &&
            row_in_body(&in->rows[k]) == row_in_body(&in->rows[i]))
            return true;
    return false;
}

static bool takes(const Inputs *in, size_t i, bool (*take)(const Input *row)) {
    return in->rows[i].name && !row_repeats(in, i) && (!take || take(&in->rows[i]));
}

void schema_inputs(Buf *b, const Contract *c, const Inputs *in, bool (*take)(const Input *row)) {
    bool required = false;
    buf_lit(b, "{\"type\":\"object\",\"properties\":{");
    for (size_t i = 0; i < in->count; i++) {
        if (!takes(in, i, take))
            continue;
        doc_key(b, row_name(&in->rows[i]));
        schema_input(b, c, &in->rows[i]);
        required |= (in->rows[i].flags & IN_REQUIRED) != 0;
    }
    buf_char(b, '}');
    if (required) {
        doc_open(b, "required", '[');
        for (size_t i = 0; i < in->count; i++)
            if (takes(in, i, take) && in->rows[i].flags & IN_REQUIRED) {
                doc_item(b);
                json_put_str(b, str_c0(row_name(&in->rows[i])));
            }
        buf_char(b, ']');
    }
    buf_char(b, '}');
}

/* ---- views ---- */

static bool may_be_null(const ViewRow *row) { return row->empty == EMPTY_NULL || (row->optional && row->empty == EMPTY_SHOW); }

static void row_members(Buf *b, const Contract *c, const ViewRow *row) {
    bool nullable = may_be_null(row);
    switch (row->type) {
    case W_STRS:
    case W_IDS:
    case W_WORDS: list_members(b, c, row->type, row->form, row->words, nullable); break;
    case W_ROWS:
        doc_type(b, "array", nullable);
        doc_key(b, "items");
        schema_ref(b, c, row->view, false);
        break;
    case W_ROW: ref_members(b, row->view->name, nullable); break;
    case W_MAP:
        doc_type(b, "object", nullable);
        doc_raw(b, "additionalProperties", "{\"type\":\"string\"}");
        break;
    case W_CONST: doc_raw(b, "const", row->literal); break;
    default: plain_members(b, c, row->type, row->form, row->words, nullable);
    }
}

/* `item` is what W_ITEM and W_ITEMS rows show, `plural` the name of those without one. */
static void view_schema(Buf *b, const Contract *c, const View *v, const View *item, const char *plural) {
    buf_lit(b, "{\"type\":\"object\",\"properties\":{");
    for (size_t i = 0; i < v->count; i++) {
        const ViewRow *row = &v->rows[i];
        doc_open(b, row->name ? row->name : plural, '{');
        if (row->type == W_ITEMS) {
            doc_str(b, "type", "array");
            doc_key(b, "items");
            schema_ref(b, c, item, false);
        } else if (row->type == W_ITEM) {
            ref_members(b, item->name, false);
        } else {
            row_members(b, c, row);
        }
        doc_str(b, "description", row->doc);
        buf_char(b, '}');
    }
    buf_lit(b, "}");
    bool any = false;
    for (size_t i = 0; i < v->count; i++) {
        const ViewRow *row = &v->rows[i];
        if (row->empty == EMPTY_OMIT || row->audience)
            continue;
        if (!any)
            doc_open(b, "required", '[');
        any = true;
        doc_item(b);
        json_put_str(b, str_c0(row->name ? row->name : plural));
    }
    if (any)
        buf_char(b, ']');
    doc_str(b, "description", v->doc);
    buf_char(b, '}');
}

void schema_view(Buf *b, const Contract *c, const View *v) { view_schema(b, c, v, NULL, NULL); }

void schema_ref(Buf *b, const Contract *c, const View *v, bool nullable) {
    if (v->scalar) {
        buf_char(b, '{');
        row_members(b, c, v->rows);
        buf_char(b, '}');
    } else if (nullable) {
        buf_char(b, '{');
        ref_members(b, v->name, true);
        buf_char(b, '}');
    } else {
        put_ref(b, v->name);
    }
}

void schema_reply(Buf *b, const Contract *c, const Route *r) {
    const View *envelope = r->envelope ? r->envelope : r->shape == SHAPE_LIST ? c->list_envelope : NULL;
    if (r->shape == SHAPE_FIXED) {
        buf_char(b, '{');
        doc_raw(b, "const", r->fixed);
        buf_char(b, '}');
    } else if (envelope) {
        view_schema(b, c, envelope, r->view, r->plural);
    } else if (r->shape == SHAPE_ONE) {
        schema_ref(b, c, r->view, r->or_nothing);
    } else {
        buf_lit(b, "{\"type\":\"array\",\"items\":");
        schema_ref(b, c, r->view, false);
        buf_char(b, '}');
    }
}

/* ---- all of them ---- */

static void add_view(Schemas *s, const View *v) {
    if (!v)
        return;
    for (size_t i = 0; i < s->view_count; i++)
        if (s->views[i] == v)
            return;
    if (s->view_count == SCHEMAS_MAX)
        return;
    if (!v->scalar)
        s->views[s->view_count++] = v;
    for (size_t i = 0; i < v->count; i++)
        add_view(s, v->rows[i].view);
}

static void add_inputs(Schemas *s, const Inputs *in) {
    for (size_t i = 0; in && i < in->count; i++) {
        const Inputs *sub = in->rows[i].sub;
        bool seen = !sub;
        for (size_t k = 0; k < s->input_count && !seen; k++)
            seen = s->inputs[k] == sub;
        if (seen || s->input_count == SCHEMAS_MAX)
            continue;
        if (sub->name)
            s->inputs[s->input_count++] = sub;
        add_inputs(s, sub);
    }
}

void schemas_collect(const Contract *c, Schemas *out) {
    *out = (Schemas){0};
    for (size_t i = 0; i < c->section_count; i++)
        for (size_t k = 0; k < c->sections[i]->count; k++) {
            const Route *r = &c->sections[i]->routes[k];
            add_view(out, r->view);
            add_inputs(out, r->in);
            /* an envelope is written in place, but what its rows show is not */
            const View *envelope = r->envelope || r->shape != SHAPE_LIST ? r->envelope : c->list_envelope;
            for (size_t j = 0; envelope && j < envelope->count; j++)
                add_view(out, envelope->rows[j].view);
        }
}
