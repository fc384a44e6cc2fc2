#include <stdio.h>

#include "schema/record.h"

enum { TAG_MAX = 63 };

typedef struct Lint {
    size_t faults;
    const Record *record;
} Lint;

static void fault(Lint *l, const char *what, const char *which) {
    fprintf(stderr, "lint: record %s: %s%s%s\n", l->record->name ? l->record->name : "?", what, which ? " " : "",
            which ? which : "");
    l->faults++;
}

static size_t field_bytes(uint8_t type) {
    static const size_t bytes[] = {
        [F_I64] = sizeof(int64_t), [F_I32] = sizeof(int32_t), [F_BOOL] = sizeof(bool), [F_STR] = sizeof(Str),
        [F_STRS] = sizeof(List),   [F_I64S] = sizeof(List),   [F_RECS] = sizeof(List)};
    return type < COUNT(bytes) ? bytes[type] : 0;
}

static bool is_list(uint8_t type) { return type == F_STRS || type == F_I64S; }

static void lint_fields(Lint *l, const Record *r, unsigned depth) {
    const Record *outer = l->record;
    l->record = r;
    if (depth > RECORD_DEPTH_MAX) {
        fault(l, "sub-records nest too deep", NULL);
        l->record = outer;
        return;
    }
    if (!r->name || !r->doc)
        fault(l, "has no name or doc", NULL);
    size_t from = r->kind ? sizeof(int64_t) : 0;
    unsigned last = 0;
    for (uint16_t i = 0; i < r->field_count; i++) {
        const Field *f = &r->fields[i];
        const char *name = f->name ? f->name : "?";
        if (f->tag == 0 || f->tag > TAG_MAX)
            fault(l, "tag not in 1..63:", name);
        if (f->tag <= last)
            fault(l, "tag not ascending:", name);
        last = f->tag;
        if (f->tag <= TAG_MAX && (r->retired >> f->tag & 1))
            fault(l, "tag is retired:", name);
        if (!f->name || !f->doc || !*f->doc)
            fault(l, "field without name or doc:", name);
        if (f->key != FIELD_KEY(f->tag, f->type))
            fault(l, "not made by FIELD, FIELD_RECS or FIELD_BLOB:", name);
        size_t bytes = field_bytes(f->type);
        if (!bytes)
            fault(l, "unknown type:", name);
        if (f->offset < from || f->offset + bytes > r->size)
            fault(l, "outside the struct:", name);
        for (uint16_t k = 0; k < i; k++)
            if (f->offset < r->fields[k].offset + field_bytes(r->fields[k].type) && r->fields[k].offset < f->offset + bytes)
                fault(l, "overlaps another field:", name);
        if ((f->type == F_RECS) != (f->sub != NULL))
            fault(l, "sub-record given or missing wrongly:", name);
        if (f->blob && (f->type != F_STR || !r->kind))
            fault(l, "a blob reference must be a string of a record with a kind:", name);
        if (f->sub && f->sub->kind)
            fault(l, "a sub-record has no kind:", name);
        if (f->sub)
            lint_fields(l, f->sub, depth + 1);
    }
    l->record = outer;
}

static void lint_index(Lint *l, const Record *r, const Index *ix) {
    const char *name = ix->name ? ix->name : "?";
    if (!ix->id || !ix->name || !ix->doc)
        fault(l, "index without id, name or doc:", name);
    if (ix->kind == IX_TEXT) {
        unsigned n = 0;
        for (; n < KEY_PARTS_MAX && ix->text[n].tag; n++) {
            const Field *f = record_field(r, ix->text[n].tag);
            if (!f || (f->type != F_STR && f->type != F_STRS) || !ix->text[n].weight)
                fault(l, "text index over something that is no text:", name);
        }
        if (!n || ix->part_count || ix->counted)
            fault(l, "text index without texts or with parts:", name);
        return;
    }
    if (ix->kind > IX_TEXT || ix->part_count > KEY_PARTS_MAX || ix->counted > ix->part_count ||
        (ix->kind == IX_UNIQUE && !ix->part_count)) {
        fault(l, "index of a wrong shape:", name);
        return;
    }
    unsigned lists = 0;
    size_t bytes = 1 + KEY_I64_BYTES_MAX;
    for (unsigned i = 0; i < ix->part_count; i++) {
        const KeyPart *part = &ix->parts[i];
        const Field *f = part->tag ? record_field(r, part->tag) : NULL;
        if (part->tag ? !f || part->of || f->type == F_RECS : !part->of) {
            fault(l, "index part that is neither a field nor a function:", name);
            continue;
        }
        uint8_t type = f ? f->type : part->type;
        if (type > F_I64S)
            fault(l, "index part of a wrong type:", name);
        lists += is_list(type);
        bytes += type == F_STR || type == F_STRS ? KEY_STR_BYTES_MAX : KEY_I64_BYTES_MAX;
    }
    if (lists > 1)
        fault(l, "index over two lists:", name);
    if (bytes > KEY_BYTES_MAX)
        fault(l, "index key may become too long:", name);
}

size_t record_lint(const Record *const *all, size_t n) {
    Lint l = {0};
    const Record *kinds[256] = {0};
    const Index *ids[256] = {0};
    for (size_t i = 0; i < n; i++) {
        const Record *r = l.record = all[i];
        if (!r->kind)
            fault(&l, "has no kind", NULL);
        else if (kinds[r->kind])
            fault(&l, "has the kind of", kinds[r->kind]->name);
        kinds[r->kind] = r;
        if (r->size < sizeof(int64_t))
            fault(&l, "does not start with an id", NULL);
        lint_fields(&l, r, 0);
        for (uint16_t k = 0; k < r->index_count; k++) {
            const Index *ix = &r->indexes[k];
            lint_index(&l, r, ix);
            if (ids[ix->id])
                fault(&l, "index has the id of", ids[ix->id]->name);
            ids[ix->id] = ix;
        }
    }
    return l.faults;
}
