#include "contract/internal.h"

static bool next_segment(Str *path, Str *segment) {
    while (str_split(path, '/', segment))
        if (segment->n)
            return true;
    return false;
}

static bool is_param(Str segment) { return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}'; }

static Node *child_of(const Node *n, Str segment) {
    for (Node *c = n->child; c; c = c->next)
        if (c->segment.p[0] == segment.p[0] && str_eq(c->segment, segment))
            return c;
    return NULL;
}

static Node *grow(Arena *a, Node *n, Str segment) {
    Node *c = is_param(segment) ? n->param : child_of(n, segment);
    if (c)
        return c;
    c = ARENA_NEW(a, Node);
    if (!c)
        return NULL;
    c->segment = segment;
    if (is_param(segment)) {
        n->param = c;
    } else {
        c->next = n->child;
        n->child = c;
    }
    return c;
}

static Err route_add(Arena *a, Node *root, const Contract *c, const Route *r) {
    Str path = str_c0(r->path), segment;
    size_t segments = 0, params = 0;
    Node *n = root;
    while (next_segment(&path, &segment)) {
        params += is_param(segment);
        if (++segments > ROUTE_SEGMENTS_MAX || params > ROUTE_PARAMS_MAX)
            return E_INVALID;
        n = grow(a, n, segment);
        if (!n)
            return E_NOMEM;
    }
    Leaf *leaf = ARENA_NEW(a, Leaf);
    if (!leaf)
        return E_NOMEM;
    *leaf = (Leaf){.route = r, .contract = c, .method = str_c0(r->method)};
    Leaf **at = &n->leaves;
    while (*at) {
        if ((*at)->contract == c && str_eq((*at)->method, leaf->method))
            return E_INVALID;
        at = &(*at)->next;
    }
    *at = leaf;
    return OK;
}

Err routes_add(Arena *a, Node *root, const Contract *c) {
    for (size_t i = 0; i < c->section_count; i++)
        for (size_t k = 0; k < c->sections[i]->count; k++) {
            Err e = route_add(a, root, c, &c->sections[i]->routes[k]);
            if (e)
                return e;
        }
    return OK;
}

static const Node *walk(const Node *n, const Str *segments, size_t left, Match *out) {
    if (!left)
        return n->leaves ? n : NULL;
    const Node *fixed = child_of(n, *segments), *found = fixed ? walk(fixed, segments + 1, left - 1, out) : NULL;
    if (found || !n->param || out->param_count == ROUTE_PARAMS_MAX)
        return found;
    size_t at = out->param_count++;
    out->params[at] = *segments;
    found = walk(n->param, segments + 1, left - 1, out);
    if (!found)
        out->param_count = at;
    return found;
}

void routes_match(const Node *root, Str path, Match *out) {
    Str segments[ROUTE_SEGMENTS_MAX], segment;
    size_t n = 0;
    out->node = NULL;
    out->param_count = 0;
    while (next_segment(&path, &segment)) {
        if (n == ROUTE_SEGMENTS_MAX)
            return;
        segments[n++] = segment;
    }
    out->node = walk(root, segments, n, out);
}

const Leaf *routes_pick(const Node *n, Str method, const Contract *prefer) {
    const Leaf *first = NULL;
    if (str_eq(method, S("HEAD")))
        method = S("GET");
    for (const Leaf *l = n->leaves; l; l = l->next) {
        if (!str_eq(l->method, method))
            continue;
        if (l->contract == prefer)
            return l;
        if (!first || (first->route->yields && !l->route->yields))
            first = l;
    }
    return first;
}

void routes_allow(const Node *n, Buf *out) {
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < COUNT(methods); i++) {
        bool has = false;
        for (const Leaf *l = n->leaves; l && !has; l = l->next)
            has = str_eq(l->method, str_c0(methods[i]));
        if (!has)
            continue;
        if (out->n)
            buf_lit(out, ", ");
        buf_add(out, str_c0(methods[i]));
        if (!i)
            buf_lit(out, ", HEAD");
    }
}
