#include "domain/row.h"

#include <assert.h>

enum { PAGE_SOURCES_MAX = 16 }; /* as many scans as one transaction may have open */

Err row_keep(Arena *a, const Record *r, void *row) {
    for (size_t i = 0; i < r->field_count; i++) {
        const Field *f = &r->fields[i];
        char *at = (char *)row + f->offset;
        if (f->type == F_STR) {
            Str *s = (Str *)(void *)at;
            if (!s->n)
                continue;
            *s = arena_str(a, *s);
            if (!s->p)
                return E_NOMEM;
        } else if (f->type == F_STRS || f->type == F_I64S || f->type == F_RECS) {
            List *l = (List *)(void *)at;
            if (!l->bytes)
                continue;
            Str copy = arena_str(a, str_of(l->p, l->bytes));
            if (!copy.p)
                return E_NOMEM;
            l->p = (const uint8_t *)copy.p;
        }
    }
    return OK;
}

Err row_load(Call *c, const Record *r, int64_t id, void *row) {
    Err e = rec_get(c->tx, r, id, row);
    return e || !tx_writable(c->tx) ? e : row_keep(c->arena, r, row);
}

Err row_save(Call *c, const Record *r, void *row) {
    int64_t id;
    memcpy(&id, row, sizeof id);
    return id ? rec_put(c->tx, r, row) : rec_insert(c->tx, r, row);
}

Err row_find(Call *c, const Record *r, const Index *ix, const Key *key, void *row) {
    int64_t id;
    Err e = index_find(c->tx, ix, key, &id);
    return e ? e : row_load(c, r, id, row);
}

Err row_all(Call *c, const Record *r, const Index *ix, const Key *prefix, size_t max, void *rows, size_t *n) {
    Scan *scan;
    *n = 0;
    char *to = arena_array(c->arena, max, r->size);
    if (!to)
        return E_NOMEM;
    *(void **)rows = to;
    Err e = scan_open(c->tx, ix, (ScanRange){.prefix = prefix}, &scan);
    if (e)
        return e;
    while (*n < max && scan_next_rec(scan, r, to + *n * r->size)) {
        e = tx_writable(c->tx) ? row_keep(c->arena, r, to + *n * r->size) : OK;
        if (e)
            break;
        ++*n;
    }
    scan_close(scan);
    return e;
}

static int64_t page_start(PageIn *p) {
    if (p->limit == LIST_WHOLE || p->limit == LIST_WHOLE_MAX) {
        *p = (PageIn){.page = 1, .limit = LIST_WHOLE_MAX};
        return 0;
    }
    if (p->page < 1)
        p->page = 1;
    if (p->limit < 1)
        p->limit = LIST_LIMIT_DEFAULT;
    if (p->limit > LIST_LIMIT_MAX)
        p->limit = LIST_LIMIT_MAX;
    return (int64_t)(p->page - 1) * p->limit + (p->skip > 0 ? p->skip : 0);
}

int64_t page_offset(PageIn page) { return page_start(&page); }

PageOut page_out(PageIn page) {
    page_start(&page);
    return (PageOut){.page = page.page, .limit = page.limit};
}

Err row_page(Call *c, const Record *r, const Index *ix, const Key *prefix, PageIn page, PageOut *out) {
    PageSource one = {.ix = ix, .prefix = prefix ? *prefix : key_of(ix)};
    int64_t start = page_start(&page);
    *out = (PageOut){.page = page.page, .limit = page.limit};
    Err e = index_count(c->tx, ix, &one.prefix, &out->total);
    if (e || start >= out->total)
        return e;
    out->items = arena_array(c->arena, (size_t)page.limit, r->size);
    if (!out->items)
        return E_NOMEM;
    Scan *scan;
    e = scan_open(c->tx, ix, (ScanRange){.prefix = &one.prefix, .descending = true}, &scan);
    if (e)
        return e;
    scan_skip(scan, start);
    for (char *to = out->items; out->count < (size_t)page.limit && scan_next_rec(scan, r, to); to += r->size) {
        if (tx_writable(c->tx) && (e = row_keep(c->arena, r, to)))
            break;
        out->count++;
    }
    scan_close(scan);
    return e;
}

Err row_page_merge(Call *c, const Record *r, const PageSource *src, size_t n, PageIn page, PageOut *out) {
    Scan *scan[PAGE_SOURCES_MAX];
    int64_t head[PAGE_SOURCES_MAX], start = page_start(&page);
    assert(n <= PAGE_SOURCES_MAX);
    *out = (PageOut){.page = page.page, .limit = page.limit};
    size_t live = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t count;
        Err e = index_count(c->tx, src[i].ix, &src[i].prefix, &count);
        if (e)
            return e;
        if (!count)
            continue;
        out->total += count;
        e = scan_open(c->tx, src[i].ix, (ScanRange){.prefix = &src[i].prefix, .descending = true}, &scan[live]);
        if (e)
            return e;
        if (scan_next(scan[live], &head[live]))
            live++;
    }
    Err e = OK;
    if (start < out->total) {
        out->items = arena_array(c->arena, (size_t)page.limit, r->size);
        if (!out->items)
            e = E_NOMEM;
    }
    char *to = out->items;
    while (to && !e && live && out->count < (size_t)page.limit) {
        size_t best = 0;
        for (size_t i = 1; i < live; i++)
            if (head[i] > head[best])
                best = i;
        if (start) {
            start--;
        } else if (!(e = row_load(c, r, head[best], to))) {
            out->count++;
            to += r->size;
        }
        if (!scan_next(scan[best], &head[best])) { /* a scan at its end is closed */
            live--;
            scan[best] = scan[live];
            head[best] = head[live];
        }
    }
    while (live)
        scan_close(scan[--live]);
    return e;
}

Err row_trim(Call *c, const Record *r, const Index *ix, int64_t before, size_t max, size_t *gone) {
    Key to = key1(ix, before);
    Scan *scan;
    int64_t id;
    *gone = 0;
    Err e = scan_open(c->tx, ix, (ScanRange){.to = &to}, &scan);
    if (e)
        return e;
    for (; e == OK && *gone < max && scan_next(scan, &id); ++*gone)
        e = rec_delete(c->tx, r, id);
    scan_close(scan);
    return e;
}

Key key1(const Index *ix, int64_t a) {
    Key k = key_of(ix);
    key_i64(&k, a);
    return k;
}

Key key2(const Index *ix, int64_t a, int64_t b) {
    Key k = key1(ix, a);
    key_i64(&k, b);
    return k;
}

static Err call_rights(Call *c, int32_t rights) {
    if (c->actor.rights & rights)
        return OK;
    return c->actor.user ? E_FORBIDDEN : E_UNAUTHORIZED;
}

Err call_moderator(Call *c) { return call_rights(c, RIGHT_MODERATOR | RIGHT_ADMIN); }
Err call_admin(Call *c) { return call_rights(c, RIGHT_ADMIN); }
Err call_system(Call *c) { return call_rights(c, RIGHT_SYSTEM); }
