/* What a compiler cannot see in the tables. */
#include <stdio.h>

#include "contract/schema.h"

typedef struct Lint {
    const Contract *c;
    const char *where; /* a route's path or a schema's name */
    const char *method;
    size_t faults;
} Lint;

static void say(Lint *l, const char *what, const char *name) {
    fprintf(stderr, "lint: %s: %s %s: %s%s%s\n", l->c->name, l->method ? l->method : "", l->where, what, name ? " " : "",
            name ? name : "");
    l->faults++;
}

static void need_doc(Lint *l, const char *doc, const char *name) {
    if (!doc || !*doc)
        say(l, "has no doc:", name);
}

/* The member that a wire type wants. */
static bool size_fits(uint8_t type, size_t size, bool view, const Record *record) {
    switch (type) {
    case W_STR:
    case W_JSON:
    case W_FILE: return size == sizeof(Str);
    case W_INT:
    case W_DECIMAL: return size == 4 || size == 8;
    case W_BOOL: return size == sizeof(bool);
    case W_MONEY:
    case W_TIME:
    case W_ID: return size == 8;
    case W_WORD: return size == 4 || (!view && size == sizeof(bool));
    case W_WORDS: return size == 4;
    case W_STRS:
    case W_IDS: return size == sizeof(List);
    case W_MAP: return view && size == sizeof(List);
    case W_ROWS: return size == (record ? sizeof(List) : sizeof(Rows));
    default: return true;
    }
}

static void lint_words(Lint *l, const Words *w, const char *name) {
    enum { WORD_CHARS_MAX = 40 };
    if (!w || !w->count) {
        say(l, "has no words:", name);
        return;
    }
    for (size_t i = 0; i < w->count; i++)
        if (!w->rows[i].word.n || w->rows[i].word.n > WORD_CHARS_MAX)
            say(l, "has a word that is empty or too long:", name);
}

static void lint_inputs(Lint *l, const Inputs *in, const Route *r, unsigned depth) {
    uint64_t bits = 0;
    for (size_t i = 0; i < in->count; i++) {
        const Input *row = &in->rows[i];
        const char *name = row->name ? row->name : row->canonical ? row->canonical : "(no name)";
        if (row->size && row->offset + row->size > in->size)
            say(l, "lies outside the struct:", name);
        if (row->where == IN_CONST || row->where == IN_SELF)
            continue;
        if (!row->name)
            say(l, "an input row has no name near", name);
        if (!row_repeats(in, i))
            need_doc(l, row->doc, name);
        else if (row->where != IN_FILE)
            say(l, "comes twice:", name);
        if (!row->size || !size_fits(row->type, row->size, false, row->record))
            say(l, "has the wrong type for its member:", name);
        if (row->has >= 0) {
            if (bits >> row->has & 1)
                say(l, "uses a has-bit again:", name);
            bits |= UINT64_C(1) << row->has;
        }
        if (row->type == W_WORD || row->type == W_WORDS)
            lint_words(l, row->words, name);
        if ((row->type == W_ID || row->type == W_IDS) && !row->kind)
            say(l, "is an id of no kind:", name);
        if ((row->type == W_ROW || row->type == W_ROWS) && !row->sub)
            say(l, "has no rows:", name);
        else if (row->sub && depth < RENDER_DEPTH_MAX)
            lint_inputs(l, row->sub, NULL, depth + 1);
        if (row->max && row->min > row->max)
            say(l, "has min above max:", name);
        if (row->type == W_FILE && (row->where != IN_FILE || !row->form))
            say(l, "is no fact of a file part:", name);
        if (r && row->where == IN_PATH) {
            char param[128];
            snprintf(param, sizeof param, "{%s}", name);
            if (!strstr(r->path, param))
                say(l, "is not in the path:", name);
        }
    }
}

static void lint_path(Lint *l, const Route *r) {
    if (r->path[0] != '/' || (r->path[1] && r->path[strlen(r->path) - 1] == '/'))
        say(l, "a path begins with a slash and does not end with one", NULL);
    for (const char *p = r->path; (p = strchr(p, '{')); p++) {
        size_t n = strcspn(p + 1, "}");
        bool found = r->handler && !r->in;
        for (size_t i = 0; r->in && i < r->in->count && !found; i++)
            found = r->in->rows[i].where == IN_PATH && r->in->rows[i].name && strlen(r->in->rows[i].name) == n &&
                    !strncmp(r->in->rows[i].name, p + 1, n);
        if (!found)
            say(l, "a path parameter has no row", NULL);
    }
}

static void lint_view(Lint *l, const View *v) {
    l->where = v->name;
    l->method = NULL;
    need_doc(l, v->doc, v->name);
    if (!v->name || !*v->name)
        say(l, "a view has no name", NULL);
    for (size_t i = 0; i < v->count; i++) {
        const ViewRow *row = &v->rows[i];
        const char *name = row->name ? row->name : "(no name)";
        need_doc(l, row->doc, name);
        if (v->kept && row->audience)
            say(l, "is kept for all but not shown to all:", name);
        if (!row->name && row->type != W_ITEMS)
            say(l, "a view row has no name", NULL);
        for (size_t k = 0; k < i; k++)
            if (row->name && v->rows[k].name && !strcmp(row->name, v->rows[k].name))
                say(l, "comes twice:", name);
        if (row->type == W_WORD || row->type == W_WORDS)
            lint_words(l, row->words, name);
        if ((row->type == W_ID || row->type == W_IDS) && !row->kind)
            say(l, "is an id of no kind:", name);
        if ((row->type == W_ROW || row->type == W_ROWS) && !row->view)
            say(l, "has no view:", name);
        if (row->type == W_ROWS && row->record && row->view && row->view->size != row->record->size)
            say(l, "shows a record by a view of another struct:", name);
        if (row->type == W_CONST && !row->literal)
            say(l, "has no literal:", name);
        if (row->get || row->type >= W_CONST)
            continue;
        if (row->offset + row->size > v->size)
            say(l, "lies outside the struct:", name);
        if (!row->size || !size_fits(row->type, row->size, true, row->record))
            say(l, "has the wrong type for its member:", name);
    }
}

static bool shows_items(const View *v) {
    for (size_t i = 0; i < v->count; i++)
        if (v->rows[i].type == W_ITEMS || v->rows[i].type == W_ITEM)
            return true;
    return false;
}

static void lint_route(Lint *l, const Route *r) {
    l->where = r->path;
    l->method = r->method;
    lint_path(l, r);
    need_doc(l, r->summary, "the route");
    if (!r->op == !r->handler)
        say(l, "wants an operation or a handler, one of them", NULL);
    bool list = r->shape == SHAPE_LIST || r->shape == SHAPE_ARRAY;
    const View *envelope = r->envelope ? r->envelope : r->shape == SHAPE_LIST ? l->c->list_envelope : NULL;
    if ((list || (r->shape == SHAPE_ONE && !r->envelope)) && !r->view)
        say(l, "has no view", NULL);
    if (envelope && list && !shows_items(envelope))
        say(l, "has an envelope that shows no items", NULL);
    for (size_t i = 0; envelope && i < envelope->count; i++)
        if (envelope->rows[i].type == W_ITEMS && !envelope->rows[i].name && !r->plural)
            say(l, "is a list without a plural", NULL);
    if (r->shape == SHAPE_FIXED && !r->fixed)
        say(l, "has no fixed answer", NULL);
    if (r->shape == SHAPE_RAW && !r->handler)
        say(l, "answers raw without a handler", NULL);
    bool get = !strcmp(r->method, "GET");
    if (r->reads && (get || r->writes))
        say(l, "reads: that is for other methods than GET, which write nothing", NULL);
    if (r->op && !r->reads && get == r->writes)
        say(l, get ? "GET must not write" : "does not write", NULL);
    if (r->kept && (r->writes || r->after || r->before || r->access > ACCESS_OPTIONAL))
        say(l, "is kept though it does more than read for anybody", NULL);
    bool known = false;
    for (const char *const *m = (const char *const[]){"GET", "POST", "PUT", "PATCH", "DELETE", NULL}; *m && !known; m++)
        known = !strcmp(*m, r->method);
    if (!known)
        say(l, "is no method that is served", NULL);
    if (r->in)
        lint_inputs(l, r->in, r, 0);
    for (int e = OK + 1; e < ERR_COUNT; e++)
        if (route_errors(r) & ERR(e) && !problem_row(l->c, (Err)e)->status)
            say(l, "can give an error without mapping:", err_name((Err)e));
}

/* The same method and the same path, parameters by whatever name. */
static bool same_place(const Route *a, const Route *b) {
    if (strcmp(a->method, b->method))
        return false;
    const char *p = a->path, *q = b->path;
    while (*p && *q) {
        if (*p == '{' && *q == '{') {
            p += strcspn(p, "}");
            q += strcspn(q, "}");
        } else if (*p++ != *q++) {
            return false;
        }
    }
    return !*p && !*q;
}

static void lint_contract(Lint *l) {
    const Contract *c = l->c;
    l->where = "contract";
    if (!c->title || !c->version || !c->doc)
        say(l, "has no title, version or doc", NULL);
    if (!c->problem || !c->problem_schema || !c->problems)
        say(l, "has no error shape", NULL);
    for (int e = OK + 1; e < ERR_COUNT; e++)
        if (!c->problems[e].status || !c->problems[e].message)
            say(l, "does not map", err_name((Err)e));
    for (size_t s = 0; s < c->section_count; s++) {
        l->where = c->sections[s]->tag ? c->sections[s]->tag : "section";
        need_doc(l, c->sections[s]->doc, "the section");
        for (size_t i = 0; i < c->sections[s]->count; i++) {
            const Route *r = &c->sections[s]->routes[i];
            lint_route(l, r);
            for (size_t s2 = 0; s2 <= s; s2++)
                for (size_t k = 0; k < (s2 == s ? i : c->sections[s2]->count); k++)
                    if (same_place(r, &c->sections[s2]->routes[k]))
                        say(l, "comes twice", NULL);
        }
    }
}

size_t contract_lint(const Contract *const *all, size_t count) {
    size_t faults = 0;
    for (size_t i = 0; i < count; i++) {
        Lint l = {.c = all[i], .where = ""};
        static _Thread_local Schemas reached;
        lint_contract(&l);
        schemas_collect(all[i], &reached);
        for (size_t k = 0; k < reached.view_count; k++) {
            lint_view(&l, reached.views[k]);
            for (size_t j = 0; j < k; j++)
                if (!strcmp(reached.views[j]->name, reached.views[k]->name))
                    say(&l, "is the name of two schemas", NULL);
        }
        if (reached.view_count == SCHEMAS_MAX || reached.input_count == SCHEMAS_MAX)
            say(&l, "reaches too many schemas", NULL);
        faults += l.faults;
    }
    return faults;
}
