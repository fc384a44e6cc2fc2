#include "gateway/answer.h"

Answer answer_of(Arena *a, Str text) {
    Answer root = NULL;
    return json_parse(a, text, &root, NULL) ? NULL : root;
}

Answer answer_at(Answer at, const char *path) {
    Str rest = str_c0(path), part;
    while (at && str_split(&rest, '.', &part))
        at = json_get(at, part);
    return at;
}

Str answer_str(Answer from, const char *path) {
    Answer v = answer_at(from, path);
    return json_type(v) == JSON_STRING ? json_str(v) : (Str){NULL, 0};
}

bool answer_i64(Answer from, const char *path, int64_t *out) {
    Answer v = answer_at(from, path);
    return json_type(v) == JSON_NUMBER && json_i64(v, out);
}

bool answer_bool(Answer from, const char *path) {
    Answer v = answer_at(from, path);
    return json_type(v) == JSON_BOOL && json_bool(v);
}

Answer answer_next(JsonIter *it) {
    Answer item;
    return json_next(it, &(Str){NULL, 0}, &item) ? item : NULL;
}
